/*
 * agent.c - see agent.h.
 *
 * What happens here: a message is said or queued; a turn (turn.c) brings the
 * reply; its events grow the transcript, the message under construction
 * (model/reply.h) and the session's record, in step. Restoring a session is in
 * restore.c.
 */
#include "config.h"

#include "agent/agent-inside.h"

#include <stdlib.h>
#include <string.h>

#include "agent/failover.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/attach.h"
#include "model/catalogue.h"
#include "model/family.h"
#include "model/guardrail.h"
#include "model/known.h"
#include "model/params.h"
#include "model/price.h"
#include "model/provider.h"
#include "store/ledger.h"

enum { RECORD_EVERY_MS = 500 };

static void begin_turn(struct agent *);
static void start_turn(struct agent *);
static void send_next(struct agent *);
static void on_refused(struct timer *);
static void on_cold(struct timer *);
static void withdraw_question(struct agent *);
static void show_error(struct agent *, const char *text, char *detail);

/* ---- whom a turn asks ------------------------------------------------------- */

static const char *
model_at(const struct agent *a, size_t i)
{
	return i == 0 ? a->model : a->fallbacks.v[i - 1].id;
}

static const struct converse_params *
params_in_force(const struct agent *a)
{
	return a->at == 0 ? &a->params : &a->fallbacks.v[a->at - 1].params;
}

/* The first from i on that is not left alone, and is not one that stands before it. */
static size_t
next_awake(const struct agent *a, size_t i)
{
	for (; i <= a->fallbacks.n; i++) {
		bool twice = false;
		for (size_t k = 0; k < i; k++)
			twice |= str_same(model_at(a, k), model_at(a, i));
		if (!twice && failover_resting(a->env.quirks, model_at(a, i), NULL) == 0)
			return i;
	}
	return SIZE_MAX;
}

static void
tell(struct agent *a, enum agent_event ev, const char *text, size_t n)
{
	if (a->on_event != NULL)
		a->on_event(a->event_arg, a, ev, text, n);
}

void
agent_tell(struct agent *a, enum agent_event ev, const char *text, size_t n)
{
	tell(a, ev, text, n);
}

bool
agent_is_at_work(const struct agent *a)
{
	return a->turn != NULL || a->refuse_timer.set || loop_is_running(a);
}

static void
changed(struct agent *a)
{
	tell(a, AGENT_CHANGED, "", 0);
}

/* ---- life ---------------------------------------------------------------- */

static void
on_record_timer(struct timer *t)
{
	struct agent *a = (struct agent *)((char *)t - offsetof(struct agent, record_timer));
	record_flush(a->session, &a->pieces);
}

/* The disk refuses, or takes again: said once each time, so that nobody trusts a file that is not there. */
static void
on_trouble(void *arg)
{
	struct agent *a = arg;
	const char *why = session_trouble(a->session);
	char *s = why != NULL ?
	    mem_printf(_("%s The conversation is kept in memory and written as soon as that is possible."), why) :
	    mem_strdup(_("The session is being written again; nothing was lost."));
	struct block *b = transcript_add(&a->transcript, why != NULL ? BLOCK_ERROR : BLOCK_NOTE, s, strlen(s));
	transcript_end(&a->transcript, b, why != NULL ? BLOCK_FAILED : BLOCK_DONE);
	free(s);
	changed(a);
}

void
agent_take_session(struct agent *a, struct session *session)
{
	a->session = session;
	if (session != NULL)
		session_on_trouble(session, on_trouble, a);
}

struct agent *
agent_new(const struct agent_env *env, const struct agent_options *o)
{
	struct agent *a = mem_alloc(sizeof *a);
	a->env = *env;
	a->label = mem_strdup(o->label);
	a->system = mem_strdup(o->system);
	params_copy(&a->params, &o->params);
	agent_set_fallbacks(a, o->fallbacks, o->n_fallbacks);
	a->hints = o->hints;
	agent_take_session(a, o->session);
	a->record_timer.fire = on_record_timer;
	a->refuse_timer.fire = on_refused;
	a->cold_timer.fire = on_cold;
	transcript_init(&a->transcript);
	loop_init(a, o->tooling, o->tools);
	if (o->begin_with != NULL)
		conversation_copy(&a->conversation, o->begin_with);
	if (o->model != NULL)
		agent_set_model(a, o->model);
	return a;
}

void
agent_queued_done(struct queued *q)
{
	free(q->text);
	free(q->origin);
	free(q->title);
	message_unref(q->files);
}

static void
spawned_done(struct agent_spawned *s)
{
	free(s->id);
	free(s->label);
	free(s->session);
}

static void
drop_conversation(struct agent *a)
{
	transcript_clear(&a->transcript);
	conversation_done(&a->conversation);
	loop_forget(a);
	for (size_t i = 0; i < a->queue.n; i++)
		agent_queued_done(&a->queue.v[i]);
	vec_done(&a->queue);
	for (size_t i = 0; i < a->spawned.n; i++)
		spawned_done(&a->spawned.v[i]);
	vec_done(&a->spawned);
	a->usage = a->last_usage = (struct usage){ 0 };
	spent_done(&a->spent);
	warmth_done(&a->warmth);
	timer_cancel(a->env.timers, &a->cold_timer);
	a->cost = 0;
	a->cost_unknown = false;
	a->context_used = 0;
	a->needs_login = false;
	a->last_err = (struct err){ 0 };
	free(a->stop_reason);
	a->stop_reason = NULL;
}

void
agent_free(struct agent *a)
{
	if (a == NULL)
		return;
	a->on_event = NULL;
	agent_stop(a);
	timer_cancel(a->env.timers, &a->record_timer);
	session_close(a->session);
	drop_conversation(a);
	loop_done(a);
	transcript_done(&a->transcript);
	record_pieces_done(&a->pieces);
	agent_set_fallbacks(a, NULL, 0);
	vec_done(&a->fallbacks);
	params_done(&a->params);
	free(a->asked);
	free(a->asked_short);
	free(a->switched_from);
	free(a->model);
	free(a->model_short);
	free(a->system);
	free(a->label);
	free(a);
}

void
agent_renew(struct agent *a, struct session *session)
{
	agent_stop(a);
	drop_conversation(a);
	session_close(a->session);
	agent_take_session(a, session);
	if (a->model != NULL)
		record_text(a->session, "model", NULL, a->model);
	changed(a);
}

void
agent_set_model(struct agent *a, const char *model)
{
	if (str_same(a->model, model))
		return;
	free(a->model);
	free(a->model_short);
	a->model = mem_strdup(model);
	a->model_short = model != NULL ? catalogue_short(model) : NULL;
	if (model != NULL)
		record_text(a->session, "model", NULL, model);
	if (model != NULL)
		failover_wake(a->env.quirks, model);    /* the user wants it */
	changed(a);
	if (!agent_is_at_work(a))
		send_next(a);
}

void
agent_set_params(struct agent *a, const struct converse_params *params)
{
	enum effort chosen = a->params.effort;
	params_done(&a->params);
	params_copy(&a->params, params);
	if (a->effort_chosen)
		a->params.effort = chosen;
}

void
agent_set_effort(struct agent *a, enum effort effort)
{
	a->params.effort = effort;
	a->effort_chosen = true;
	record_text(a->session, "effort", NULL, effort_name(effort));
	changed(a);
}

void
agent_set_fallbacks(struct agent *a, const struct agent_fallback *fallbacks, size_t n)
{
	for (size_t i = 0; i < a->fallbacks.n; i++) {
		free(a->fallbacks.v[i].id);
		params_done(&a->fallbacks.v[i].params);
	}
	a->fallbacks.n = 0;
	for (size_t i = 0; i < n; i++) {
		struct agent_model m = { .id = mem_strdup(fallbacks[i].model) };
		params_copy(&m.params, &fallbacks[i].params);
		vec_add(&a->fallbacks, m);
	}
	if (a->at > a->fallbacks.n)
		a->at = 0;
}

/* With something that opens. */
static void
note_with_detail(struct agent *a, const char *text, const char *detail)
{
	struct block *b = transcript_add(&a->transcript, BLOCK_NOTE, text, strlen(text));
	b->detail = mem_strdup(detail);
	b->folded = true;
	transcript_end(&a->transcript, b, BLOCK_DONE);
	record_note(a->session, "note", text, detail);
	changed(a);
}

void
agent_note(struct agent *a, enum block_kind kind, const char *text)
{
	struct block *b = transcript_add(&a->transcript, kind, text, strlen(text));
	transcript_end(&a->transcript, b, kind == BLOCK_ERROR ? BLOCK_FAILED : BLOCK_DONE);
	record_text(a->session, "note", kind == BLOCK_ERROR ? "error" : "note", text);
	changed(a);
}

/* ---- the reply that arrives ---------------------------------------------- */

static void
close_block(struct agent *a, struct block **b, enum block_state state)
{
	if (*b == NULL)
		return;
	transcript_end(&a->transcript, *b, state);
	*b = NULL;
}

static void
close_reasoning(struct agent *a)
{
	struct block *b = a->reasoning_block;
	if (b == NULL)
		return;
	close_block(a, &a->reasoning_block, BLOCK_DONE);
	agent_fold_reasoning(&a->transcript, b);
}

void
agent_fold_reasoning(struct transcript *t, struct block *b)
{
	long s = (long)((b->ended_ms - b->started_ms + 999) / 1000);
	free(b->summary);
	if (b->started_ms == 0)
		b->summary = mem_strdup(_("thought"));
	else
		b->summary = mem_printf(ngettext("thought for %ld s", "thought for %ld s", (unsigned long)s), s);
	b->folded = true;
	transcript_touch(t, b);
}

static void
show_text(struct agent *a, const struct reply_event *ev)
{
	close_reasoning(a);
	if (a->text_block == NULL) {
		a->text_block = transcript_add(&a->transcript, BLOCK_TEXT, NULL, 0);
		if (!a->titled)
			a->text_block->title = mem_strdup(a->asked_short);
		a->titled = true;
		transcript_touch(&a->transcript, a->text_block);
	}
	transcript_grow(&a->transcript, a->text_block, ev->text, ev->len);
	tell(a, AGENT_EV_TEXT, ev->text, ev->len);
}

static void
show_reasoning(struct agent *a, const struct reply_event *ev)
{
	close_block(a, &a->text_block, BLOCK_DONE);
	if (a->reasoning_block == NULL)
		a->reasoning_block = transcript_add(&a->transcript, BLOCK_REASONING, NULL, 0);
	transcript_grow(&a->transcript, a->reasoning_block, ev->text, ev->len);
	tell(a, AGENT_EV_REASONING, ev->text, ev->len);
}

static void
show_tool(struct agent *a, const struct reply_event *ev)
{
	close_reasoning(a);
	close_block(a, &a->text_block, BLOCK_DONE);
	if (ev->kind == REPLY_TOOL) {
		close_block(a, &a->tool_block, BLOCK_RUNNING);
		a->tool_block = transcript_add(&a->transcript, BLOCK_TOOL, NULL, 0);
		a->tool_block->title = mem_strdup(ev->name != NULL ? ev->name : "");
		transcript_touch(&a->transcript, a->tool_block);
		loop_shown(a, ev->text, ev->len, a->tool_block);
		tell(a, AGENT_EV_TOOL, a->tool_block->title, strlen(a->tool_block->title));
	}
	/* The arguments are shown once they are whole. */
}

void
agent_add_cost(struct agent *a, const char *model, const struct usage *u, double cost)
{
	usage_add(&a->usage, u);
	if (cost < 0)
		a->cost_unknown = true;
	else
		a->cost += cost;
	spent_add(&a->spent, model, u, cost);
}

void
agent_count(struct agent *a, const char *model, const struct usage *u, double cost, int64_t at)
{
	struct family f = agent_family(model);
	agent_add_cost(a, model, u, cost);
	a->context_used = usage_context(u);
	a->last_usage = *u;
	a->last_cost = cost;
	bool hour = u->cache_write > 0 ? u->cache_write_1h > 0 :
	    params_in_force(a)->cache == CACHE_LONG && family_takes_long_cache(&f);
	warmth_take(&a->warmth, model, u, at, hour);
	int64_t left = warmth_left(&a->warmth, clock_wall());
	if (left > 0)
		timer_set(a->env.timers, &a->cold_timer, left * 1000);
}

/* The cache has gone cold: the status line says so. */
static void
on_cold(struct timer *t)
{
	struct agent *a = (struct agent *)((char *)t - offsetof(struct agent, cold_timer));
	changed(a);
}

/* A line in the ledger. tier: as it was asked for. */
static void
enter(struct agent *a, const char *what, const char *model, const char *tier, const struct usage *u, double cost)
{
	if (a->env.spending == NULL || a->env.spending->ledger == NULL)
		return;
	struct ledger_entry e = { .at = clock_wall(), .agent = what, .model = model,
		.session = a->session != NULL ? session_id(a->session) : NULL,
		.tier = u->tier[0] != '\0' ? u->tier : tier,
		.input = u->input, .output = u->output, .cache_read = u->cache_read,
		.cache_write = u->cache_write, .cache_write_1h = u->cache_write_1h, .cost = cost };
	ledger_add(a->env.spending->ledger, &e);
}

void
agent_charge(struct agent *a, const char *what, const char *model, const char *tier, const struct usage *u)
{
	if (!u->known)
		return;
	double cost = price_usage(u, model, tier);
	agent_add_cost(a, model, u, cost);
	enter(a, what, model, tier, u, cost);
	record_charge(a->session, model, u, cost);
	tell(a, AGENT_EV_USAGE, "", 0);
}

/* Not every answer says how long what it wrote is kept; then it is as long as was asked for. */
static void
complete_usage(const struct agent *a, struct usage *u)
{
	struct family f = agent_family(a->asked);
	if (u->cache_write_1h == 0 && params_in_force(a)->cache == CACHE_LONG && family_takes_long_cache(&f))
		u->cache_write_1h = u->cache_write;
}

static void
take_usage(struct agent *a, const struct usage *u)
{
	if (!u->known)
		return;
	/* A router says which model it used: that is who costs. */
	const char *model = a->reply.routed_to != NULL ? a->reply.routed_to : a->asked;
	struct usage told = *u;
	complete_usage(a, &told);
	u = &told;
	double cost = price_usage(u, model, params_in_force(a)->service_tier);
	a->reply_cost = cost;
	agent_count(a, a->asked, u, cost, clock_wall());
	enter(a, a->label, a->asked, params_in_force(a)->service_tier, u, cost);
	tell(a, AGENT_EV_USAGE, "", 0);
	loop_watch(a);
}

static void
on_event(void *arg, const struct reply_event *ev)
{
	struct agent *a = arg;
	reply_apply(&a->reply, ev);
	record_piece(a->session, &a->pieces, ev);
	if (a->session != NULL && !a->record_timer.set)
		timer_set(a->env.timers, &a->record_timer, RECORD_EVERY_MS);
	switch (ev->kind) {
	case REPLY_TEXT:
		a->reply_bytes += ev->len;
		show_text(a, ev);
		break;
	case REPLY_REASONING:
		a->reply_bytes += ev->len;
		show_reasoning(a, ev);
		break;
	case REPLY_TOOL:
	case REPLY_TOOL_INPUT:
		a->reply_bytes += ev->len;
		show_tool(a, ev);
		break;
	case REPLY_METADATA:
		take_usage(a, &ev->usage);
		break;
	default:
		break;
	}
	if (a->first_output_ms == 0 && a->reply_bytes > 0)
		a->first_output_ms = clock_ms();
	if (!a->refuse_timer.set && spending_grow(a->env.spending, &a->running, a->reply_bytes, &a->refused) < 0)
		timer_set(a->env.timers, &a->refuse_timer, 0);
	loop_watch(a);
	changed(a);
}

/* ---- how a reply ends ----------------------------------------------------- */

/* What a stop reason means to the reader: one row each; others need no words. */
static const struct {
	const char *reason, *sentence;
} stop_sentences[] = {
	{ "max_tokens", N_("The answer was cut off at the output limit. Say \"go on\", or raise it with --max-tokens.") },
	{ "content_filtered", N_("The model provider's content filter stopped the answer.") },
	{ "malformed_model_output", N_("The model's output could not be read. Type /retry to ask again.") },
	{ "malformed_tool_use", N_("The model's tool call could not be read. Type /retry to ask again.") },
	{ "model_context_window_exceeded", N_("The conversation fills the model's window. Start a new one with /new.") },
	{ "refusal", N_("The model declined to go on; its answer is withdrawn and will not be sent back.") },
};

static void
note_stop_reason(struct agent *a, const char *reason)
{
	for (size_t i = 0; reason != NULL && i < sizeof stop_sentences / sizeof *stop_sentences; i++)
		if (strcmp(stop_sentences[i].reason, reason) == 0)
			agent_note(a, BLOCK_NOTE, gettext(stop_sentences[i].sentence));
}

/* What the guardrail said about this reply, as a note that opens. */
static void
note_guardrail(struct agent *a)
{
	struct buf s = { 0 }, detail = { 0 };
	const char *trace = a->reply.trace;
	bool stepped_in = str_same(a->reply.stop_reason, "guardrail_intervened");
	if (stepped_in)
		buf_puts(&s, _("The guardrail stepped in; the text above is its message."));
	size_t before = s.len;
	if (before > 0)
		buf_putc(&s, ' ');
	if (trace != NULL && guardrail_explain(trace, strlen(trace), &s, &detail)) {
		note_with_detail(a, buf_str(&s), buf_str(&detail));
	} else if (stepped_in) {
		buf_truncate(&s, before);
		if (a->hints)
			buf_printf(&s, " %s", _("/guardrail trace on lets it say why."));
		agent_note(a, BLOCK_NOTE, buf_str(&s));
	}
	buf_done(&s);
	buf_done(&detail);
}

static bool
must_not_be_sent_again(const char *reason)
{
	return reason != NULL && (strcmp(reason, "guardrail_intervened") == 0 || strcmp(reason, "refusal") == 0);
}

/* Moves what arrived into the conversation and the record. */
static void
keep_reply(struct agent *a, bool whole)
{
	record_flush(a->session, &a->pieces);
	timer_cancel(a->env.timers, &a->record_timer);
	close_reasoning(a);
	close_block(a, &a->text_block, whole ? BLOCK_DONE : BLOCK_FAILED);
	close_block(a, &a->tool_block, BLOCK_RUNNING);
	struct message *m = reply_message(&a->reply, a->asked, whole, NULL);
	if (m != NULL) {
		m->withdrawn = must_not_be_sent_again(a->reply.stop_reason);
		record_end(a->session, m, &a->reply.usage, a->reply.stop_reason, a->reply_cost);
		conversation_add(&a->conversation, m);
		loop_gather(a, m, whole);
	}
	loop_fail_rest(a);
	free(a->stop_reason);
	a->stop_reason = mem_strdup(a->reply.stop_reason);
	if (whole && m == NULL)
		agent_note(a, BLOCK_NOTE, _("The model gave no answer. Type /retry to ask again."));
	if (whole)
		note_stop_reason(a, a->stop_reason);
	note_guardrail(a);
	if (str_same(a->stop_reason, "guardrail_intervened"))
		withdraw_question(a);   /* it would be blocked again and again */
	reply_done(&a->reply);
	a->reply = (struct reply){ 0 };
	a->ended_ms = clock_ms();
}

/* What the service sent, for whoever opens the error. */
static char *
error_detail(const struct call_end *end)
{
	struct buf b = { 0 };
	if (end->status != 0)
		buf_printf(&b, "HTTP %d\n", end->status);
	if (end->used.host[0] != '\0')
		buf_printf(&b, "host: %s\n", end->used.host);
	if (end->request_id != NULL)
		buf_printf(&b, "request id: %s\n", end->request_id);
	buf_puts(&b, end->raw != NULL ? end->raw : "");
	return buf_take(&b, NULL);
}

/* How to go on from here; NULL when the failure itself has said all. */
static const char *
way_on(const struct agent *a, const struct call_end *end, bool partial)
{
	if (!a->hints)
		return NULL;
	if (partial)
		return _("What arrived is kept; type /retry to ask again.");
	if (end->bedrock && (end->failure.credentials || end->err.code == ERR_CREDENTIALS))
		return _("Press Enter to sign in again; your message is kept.");
	return a->message_bad ? NULL : _("Your message is kept; type /retry to send it again.");
}

static void
show_failure(struct agent *a, const struct call_end *end, bool partial)
{
	struct buf s = { 0 };
	const char *on = way_on(a, end, partial);
	buf_puts(&s, end->err.text);
	if (end->failure.advice[0] != '\0')
		buf_printf(&s, " %s", end->failure.advice);
	if (on != NULL)
		buf_printf(&s, " %s", on);
	show_error(a, buf_str(&s), error_detail(end));
	buf_done(&s);
}

/* Takes the detail, which may be NULL. */
static void
show_error(struct agent *a, const char *text, char *detail)
{
	struct block *b = transcript_add(&a->transcript, BLOCK_ERROR, text, strlen(text));
	b->detail = detail;
	b->folded = true;
	transcript_end(&a->transcript, b, BLOCK_FAILED);
	record_text(a->session, "note", "error", text);
	tell(a, AGENT_EV_ERROR, text, strlen(text));
}

/* ---- another model --------------------------------------------------------- */

/* One decision, visible: in the transcript, the session, the events, the log. */
static void
switch_to(struct agent *a, size_t next, const char *stage, const char *reason, int status, const char *sentence)
{
	const char *from = model_at(a, a->at), *to = model_at(a, next);
	failover_log(stage, reason, from, status, to);
	record_switch(a->session, from, to, reason);
	free(a->switched_from);
	a->switched_from = mem_strdup(from);
	a->switched_why = reason;
	a->at = next;
	free(a->asked);
	a->asked = mem_strdup(to);
	agent_note(a, BLOCK_NOTE, sentence);
	tell(a, AGENT_EV_FALLBACK, sentence, strlen(sentence));
}

/* After a failure: does somebody else answer? Starts that. */
static bool
try_another(struct agent *a, const struct call_end *end)
{
	const char *from = model_at(a, a->at);
	size_t next = next_awake(a, a->at + 1);
	const char *to = next != SIZE_MAX ? model_at(a, next) : NULL;
	struct failover_why why = failover_judge(end, a->reply.blocks.n > 0, from, to);
	if (why.goes)
		failover_rest(a->env.quirks, from, &why);
	if (!why.goes || to == NULL) {
		if (a->fallbacks.n > 0)
			failover_log("request", why.reason, from, end->status, NULL);
		return false;
	}
	char *to_short = catalogue_short(to), *from_short = catalogue_short(from);
	char *s = mem_printf(_("%s Going on with %s instead of %s."), end->err.text, to_short, from_short);
	switch_to(a, next, "request", why.reason, end->status, s);
	free(s);
	free(to_short);
	free(from_short);
	record_flush(a->session, &a->pieces);
	reply_done(&a->reply);
	a->reply = (struct reply){ 0 };
	start_turn(a);
	return true;
}

/* The first model again, unless it is left alone just now. */
static void
choose_model(struct agent *a)
{
	a->at = 0;
	const char *reason = NULL;
	int64_t left = failover_resting(a->env.quirks, a->model, &reason);
	size_t next = left > 0 ? next_awake(a, 1) : SIZE_MAX;
	if (next == SIZE_MAX)
		return;
	char *to_short = catalogue_short(model_at(a, next));
	long s = (long)((left + 999) / 1000);
	char *sentence = mem_printf(ngettext("%s could not answer and is left alone for %ld second; %s answers.",
	    "%s could not answer and is left alone for %ld seconds; %s answers.", (unsigned long)s),
	    a->model_short, s, to_short);
	switch_to(a, next, "rest", reason, 0, sentence);
	free(sentence);
	free(to_short);
}

/* What is refused once would be refused for ever: keep the question out of what is sent next. */
static void
withdraw_question(struct agent *a)
{
	for (size_t i = a->conversation.n; i-- > 0;)
		if (a->conversation.v[i]->role == MESSAGE_USER) {
			a->conversation.v[i]->withdrawn = true;
			record_text(a->session, "withdraw", NULL, "");
			return;
		}
}

static void
on_end(void *arg, const struct call_end *end)
{
	struct agent *a = arg;
	a->turn = NULL;
	bool partial = a->reply_bytes > 0;
	spending_end(a->env.spending, &a->running, a->reply.usage.known ? a->reply_cost :
	    end->answered ? -1 : 0);
	timer_cancel(a->env.timers, &a->refuse_timer);
	if (end->err.code != ERR_NONE && try_another(a, end))
		return;
	a->last_err = end->err;
	a->last_failure = end->failure;
	a->needs_login = false;
	keep_reply(a, end->err.code == ERR_NONE);
	if (end->err.code != ERR_NONE) {
		if (end->status == 400 && !end->failure.overflow && !partial) {
			withdraw_question(a);
			a->message_bad = true;
		}
		a->needs_login = end->bedrock &&
		    (end->failure.credentials || end->err.code == ERR_CREDENTIALS);
		show_failure(a, end, partial);
		log_info("turn: failed, %s", err_name(end->err.code));
	} else if (loop_run(a)) {
		changed(a);
		return;                 /* the answer goes on when the calls have ended */
	}
	tell(a, AGENT_EV_END, "", 0);
	changed(a);
	if (end->err.code == ERR_NONE)
		send_next(a);
}

/* ---- saying --------------------------------------------------------------- */

static void
on_state(void *arg)
{
	struct agent *a = arg;
	if (a->turn != NULL && turn_state(a->turn) == TURN_RETRYING)
		tell(a, AGENT_EV_RETRY, turn_retry_reason(a->turn), strlen(turn_retry_reason(a->turn)));
	changed(a);
}

static void
on_note(void *arg, const char *sentence)
{
	agent_note(arg, BLOCK_NOTE, sentence);
}

static void
begin_turn(struct agent *a)
{
	a->started_ms = clock_ms();
	a->first_output_ms = a->ended_ms = 0;
	a->reply_bytes = 0;
	a->titled = false;
	a->message_bad = false;
	a->needs_login = false;
	a->last_err = (struct err){ 0 };
	a->last_failure = (struct failure){ 0 };
	choose_model(a);
	start_turn(a);
}

/* A large cache that has to be written again is worth a word; nothing waits for an answer. */
static void
warn_of_cold_cache(struct agent *a)
{
	const struct converse_params *p = params_in_force(a);
	struct family f = agent_family(a->asked);
	struct warmth_loss lost;
	if (family_cache(&f, p->cache) == 0 ||
	    !warmth_lost(&a->warmth, a->asked, p->service_tier, clock_wall(), &lost))
		return;
	struct buf s = { 0 };
	buf_printf(&s, lost.other_model ?
	    _("%lldk tokens are in the prompt cache of another model and are written again for this one") :
	    _("The prompt cache has expired; %lldk tokens are written again"), (long long)(lost.tokens / 1000));
	if (lost.cost >= 0)
		buf_printf(&s, _(" (about $%.2f)."), lost.cost);
	else
		buf_putc(&s, '.');
	agent_note(a, BLOCK_NOTE, buf_str(&s));
	buf_done(&s);
}

/* "session", "agent" and what the user wants noted; NULL at the end. The array is the caller's, the texts are not. */
static const char **
tags_of(const struct agent *a, const struct converse_params *p)
{
	struct VEC(const char *) tags = { 0 };
	for (size_t i = 0; p->metadata != NULL && p->metadata[i] != NULL; i++)
		vec_add(&tags, p->metadata[i]);
	if (p->tags && a->session != NULL) {
		vec_add(&tags, "session");
		vec_add(&tags, session_id(a->session));
	}
	if (p->tags) {
		vec_add(&tags, "agent");
		vec_add(&tags, a->label);
	}
	vec_add(&tags, NULL);
	return tags.v;
}

/* Asks the model whose turn it is. */
static void
start_turn(struct agent *a)
{
	static const struct turn_hooks hooks = { on_state, on_event, on_note, on_end };
	const struct converse_params *p = params_in_force(a);
	char *model = mem_strdup(model_at(a, a->at));
	free(a->asked);
	free(a->asked_short);
	a->asked = model;
	a->asked_short = catalogue_short(model);
	a->reply_cost = -1;
	int64_t tokens = spending_tokens(&a->conversation, a->system, 0);
	if (spending_begin(a->env.spending, &a->running, model, p->service_tier, tokens, &a->refused) < 0) {
		timer_set(a->env.timers, &a->refuse_timer, 0);
		changed(a);
		return;
	}
	warn_of_cold_cache(a);
	const char **tags = tags_of(a, p);
	struct converse_ask ask = { .model = model, .system = a->system, .tools = loop_tools(a),
		.conversation = &a->conversation, .params = *p };
	ask.params.metadata = tags;
	a->turn = turn_start(&a->env, &ask, session_receipt(a->session), &hooks, a);
	free(tags);
	loop_asks(a);
	changed(a);
}

/* The budget is used up: no turn, or no more of it. */
static void
on_refused(struct timer *t)
{
	struct agent *a = (struct agent *)((char *)t - offsetof(struct agent, refuse_timer));
	struct turn *turn = a->turn;
	turn_cancel(turn);
	a->turn = NULL;
	timer_cancel(a->env.timers, &a->refuse_timer);  /* what was on its way may have set it again */
	spending_end(a->env.spending, &a->running, turn == NULL ? 0 : a->reply.usage.known ? a->reply_cost : -1);
	a->last_err = a->refused;
	keep_reply(a, false);
	struct buf s = { 0 };
	buf_puts(&s, a->refused.text);
	buf_printf(&s, " %s", _("Raise it with --max-budget-usd or agents.defaults.maxBudgetUsd."));
	show_error(a, buf_str(&s), NULL);
	buf_done(&s);
	log_info("turn: stopped, %s", err_name(a->last_err.code));
	tell(a, AGENT_EV_END, "", 0);
	changed(a);
}

void
agent_ask_again(struct agent *a, bool goes_on)
{
	int64_t started = a->started_ms;
	begin_turn(a);
	a->started_ms = started;
	a->titled = goes_on;
}

static void
send_message(struct agent *a, const char *origin, const char *text, const struct message *files)
{
	struct message *m = message_new(MESSAGE_USER);
	m->origin = mem_strdup(origin);
	message_add(m, PART_TEXT, text, strlen(text));
	for (size_t i = 0; files != NULL && i < files->parts.n; i++)
		message_copy_part(m, &files->parts.v[i]);
	record_message(a->session, m, NULL, NULL, -1);
	conversation_add(&a->conversation, m);
}

void
agent_show_announced(struct agent *a, const char *title, const char *text, size_t n)
{
	struct block *b = transcript_add(&a->transcript, BLOCK_TOOL, text, n);
	b->title = mem_strdup(title);
	b->started_ms = 0;
	transcript_end(&a->transcript, b, BLOCK_DONE);
}

/* What the user said, and a line for each file. */
static struct block *
show_user(struct agent *a, const char *text, const struct message *files, bool queued)
{
	struct buf all = { 0 };
	buf_puts(&all, text);
	for (size_t i = 0; files != NULL && i < files->parts.n; i++) {
		buf_puts(&all, "\n[");
		attach_describe(&files->parts.v[i], &all);
		buf_putc(&all, ']');
	}
	struct block *b = transcript_add(&a->transcript, BLOCK_USER, buf_str(&all), all.len);
	b->queued = queued;
	transcript_end(&a->transcript, b, BLOCK_DONE);
	buf_done(&all);
	return b;
}

static void
show_said(struct agent *a, const struct queued *q)
{
	if (q->origin != NULL) {
		agent_show_announced(a, q->title, q->text, strlen(q->text));
		return;
	}
	show_user(a, q->text, q->files, false);
}

void
agent_add_message(struct agent *a, const char *origin, const char *text)
{
	send_message(a, origin, text, NULL);
}

bool
agent_take_queue(struct agent *a)
{
	bool any = a->queue.n > 0;
	for (size_t i = 0; i < a->queue.n; i++) {
		struct block *b = transcript_find(&a->transcript, a->queue.v[i].block);
		if (b != NULL) {
			/* It moves behind what has been said meanwhile. */
			transcript_remove(&a->transcript, b);
		}
		show_said(a, &a->queue.v[i]);
		send_message(a, a->queue.v[i].origin, a->queue.v[i].text, a->queue.v[i].files);
		agent_queued_done(&a->queue.v[i]);
	}
	a->queue.n = 0;
	return any;
}

/* Sends what waits: all of it, as one turn. */
static void
send_next(struct agent *a)
{
	if (a->queue.n == 0 || a->model == NULL || a->held || agent_is_at_work(a))
		return;
	agent_take_queue(a);
	loop_new_message(a);
	begin_turn(a);
}

void
agent_send_next(struct agent *a)
{
	send_next(a);
}

void
agent_say(struct agent *a, const char *text)
{
	agent_say_with(a, text, NULL);
}

static struct message *
copy_files(const struct message *files)
{
	if (files == NULL)
		return NULL;
	struct message *m = message_new(MESSAGE_USER);
	for (size_t i = 0; i < files->parts.n; i++)
		message_copy_part(m, &files->parts.v[i]);
	return m;
}

void
agent_say_with(struct agent *a, const char *text, const struct message *files)
{
	bool wait = agent_is_at_work(a) || a->model == NULL || a->held;
	struct block *b = show_user(a, text, files, wait);
	if (wait) {
		struct queued q = { .text = mem_strdup(text), .files = copy_files(files), .block = b->id };
		vec_add(&a->queue, q);
		record_text(a->session, "queued", NULL, text);
		changed(a);
		return;
	}
	send_message(a, NULL, text, files);
	loop_new_message(a);
	begin_turn(a);
}

/* What was announced while a turn runs: in the record at once, so that it survives. */
static void
queue_announced(struct agent *a, const char *origin, const char *title, const char *text)
{
	struct queued q = { .text = mem_strdup(text), .origin = mem_strdup(origin), .title = mem_strdup(title) };
	vec_add(&a->queue, q);
	record_announced(a->session, origin, title, text);
}

void
agent_keep_announced(struct agent *a, const char *origin, const char *title, const char *text)
{
	agent_show_announced(a, title, text, strlen(text));
	send_message(a, origin, text, NULL);
}

void
agent_announce(struct agent *a, const char *origin, const char *title, const char *text, bool wake)
{
	if (agent_is_at_work(a) || a->model == NULL || a->held) {
		queue_announced(a, origin, title, text);
	} else {
		agent_keep_announced(a, origin, title, text);
		if (wake) {
			loop_new_message(a);
			begin_turn(a);
		}
	}
	changed(a);
}

void
agent_hold(struct agent *a, bool held)
{
	a->held = held;
	send_next(a);
}

void
agent_drop_queue(struct agent *a)
{
	for (size_t i = 0; i < a->queue.n; i++) {
		struct block *b = transcript_find(&a->transcript, a->queue.v[i].block);
		if (b != NULL)
			transcript_remove(&a->transcript, b);
		agent_queued_done(&a->queue.v[i]);
	}
	a->queue.n = 0;
	changed(a);
}

void
agent_record_spawn(struct agent *a, const char *id, const char *label, const char *session)
{
	record_spawn(a->session, id, label, session);
}

bool
agent_take_spawned(struct agent *a, struct agent_spawned *out)
{
	if (a->spawned.n == 0)
		return false;
	*out = a->spawned.v[0];
	vec_cut(&a->spawned, 0, 1);
	return true;
}

void
agent_retry(struct agent *a)
{
	if (agent_is_at_work(a) || a->model == NULL || a->held)
		return;
	failover_wake(a->env.quirks, a->model);
	if (a->conversation.n == 0) {
		send_next(a);
		return;
	}
	struct message *last = a->conversation.v[a->conversation.n - 1];
	/* Asking again replaces a reply that was cut off: it stays on the screen, not in what is sent. */
	if (last->role == MESSAGE_ASSISTANT)
		last->withdrawn = true;
	for (size_t i = a->conversation.n; i-- > 0;)
		if (a->conversation.v[i]->role == MESSAGE_USER) {
			if (a->conversation.v[i]->withdrawn)
				record_text(a->session, "withdraw", NULL, "undone");
			a->conversation.v[i]->withdrawn = false;
			break;
		}
	loop_new_message(a);
	begin_turn(a);
}

static void
stop_turn(struct agent *a)
{
	struct turn *t = a->turn;
	turn_cancel(t);
	a->turn = NULL;
	timer_cancel(a->env.timers, &a->refuse_timer);
	spending_end(a->env.spending, &a->running,
	    a->reply.usage.known ? a->reply_cost : a->reply_bytes > 0 ? -1 : 0);
	keep_reply(a, false);
}

static void
ended_by(struct agent *a, enum err_code code, const char *sentence)
{
	a->last_err = (struct err){ 0 };
	err_set(&a->last_err, code, "%s", sentence);
	agent_note(a, BLOCK_NOTE, sentence);
	tell(a, AGENT_EV_END, "", 0);
	changed(a);
}

void
agent_halt(struct agent *a, enum err_code code, const char *sentence)
{
	if (!agent_is_at_work(a))
		return;
	if (a->turn != NULL)
		stop_turn(a);
	else
		loop_stop(a);
	ended_by(a, code, sentence);
}

void
agent_stop(struct agent *a)
{
	if (a->refuse_timer.set) {
		on_refused(&a->refuse_timer);
		return;
	}
	if (!agent_is_at_work(a))
		return;
	bool tools = a->turn == NULL;
	if (tools)
		loop_stop(a);
	else
		stop_turn(a);
	a->last_err = (struct err){ 0 };
	err_set(&a->last_err, ERR_CANCELLED, _("Stopped."));
	agent_note(a, BLOCK_NOTE, tools ? _("Stopped.") : a->reply_bytes > 0 ? _("Stopped. What arrived is kept.") :
	    _("Stopped before anything arrived."));
	tell(a, AGENT_EV_END, "", 0);
	changed(a);
}

bool
agent_send_queued(struct agent *a)
{
	if (a->queue.n == 0)
		return false;
	agent_stop(a);
	send_next(a);
	return true;
}

char *
agent_unqueue(struct agent *a)
{
	if (a->queue.n == 0 || a->queue.v[a->queue.n - 1].origin != NULL)
		return NULL;
	struct queued q = a->queue.v[--a->queue.n];
	struct block *b = transcript_find(&a->transcript, q.block);
	if (b != NULL)
		transcript_remove(&a->transcript, b);
	record_text(a->session, "unqueued", NULL, q.text);
	message_unref(q.files);
	changed(a);
	return q.text;
}

/* ---- looking --------------------------------------------------------------- */

static enum agent_state
state_of(const struct agent *a)
{
	if (a->turn == NULL)
		return a->refuse_timer.set ? AGENT_SIGNING : loop_state(a);
	switch (turn_state(a->turn)) {
	case TURN_SIGNING:
		return AGENT_SIGNING;
	case TURN_WAITING:
		return AGENT_WAITING;
	case TURN_RETRYING:
		return AGENT_RETRYING;
	case TURN_ANSWERING:
		break;
	}
	return a->reasoning_block != NULL ? AGENT_THINKING : AGENT_STREAMING;
}

/* Bytes over four is what a token is about; the service's own count comes at the end. */
static double
rate_of(const struct agent *a)
{
	int64_t ms = a->first_output_ms != 0 ? clock_ms() - a->first_output_ms : 0;
	return a->turn != NULL && ms > 200 ? (double)a->reply_bytes / 4 / ((double)ms / 1000) : 0;
}

/* What the service named in an answer beats what is known beforehand. */
static long
context_window(const struct agent *a)
{
	long learned = a->model != NULL ? agent_quirks_of(a->env.quirks, a->model)->context : 0;
	if (learned > 0 || a->model == NULL)
		return learned;
	return known_of(a->model).context;
}

/* The name of the endpoint that answers; NULL for Bedrock. */
static const char *
provider_of(const struct agent *a)
{
	const struct provider *p = a->model != NULL ? providers_of(a->env.providers, a->model, NULL) : NULL;
	return p != NULL ? p->name : NULL;
}

/* What the next message will have to write again. */
static void
look_at_cache(const struct agent *a, struct agent_status *s)
{
	struct warmth_loss lost;
	s->cold_cost = -1;
	if (a->turn != NULL || a->model == NULL ||
	    !warmth_lost(&a->warmth, a->model, a->params.service_tier, clock_wall(), &lost))
		return;
	struct family f = agent_family(a->model);
	if (family_cache(&f, a->params.cache) == 0)
		return;
	s->cold_tokens = lost.tokens;
	s->cold_cost = lost.cost;
}

void
agent_status(const struct agent *a, struct agent_status *s)
{
	*s = (struct agent_status){ .state = state_of(a), .model = a->model,
		.model_short = a->turn != NULL ? a->asked_short : a->model_short, .provider = provider_of(a),
		.effort = agent_effort(a),
		.context_used = (long)a->context_used,
		.context_window = context_window(a),
		.tokens_in = a->usage.input + a->usage.cache_read + a->usage.cache_write,
		.tokens_out = a->usage.output, .cost = a->cost_unknown ? -1 : a->cost,
		.running = a->turn != NULL && !a->reply.usage.known ? a->running.counted : 0,
		.rate = rate_of(a), .queued = a->queue.n, .needs_login = a->needs_login };
	look_at_cache(a, s);
	int64_t until = agent_is_at_work(a) || a->ended_ms == 0 ? clock_ms() : a->ended_ms;
	s->elapsed_ms = a->started_ms != 0 ? until - a->started_ms : 0;
	if (s->state == AGENT_RETRYING) {
		s->retry_reason = turn_retry_reason(a->turn);
		s->retry_in_ms = turn_retry_in_ms(a->turn);
		s->attempt = turn_attempt(a->turn, &s->attempts);
	}
}

bool
agent_busy(const struct agent *a)
{
	return agent_is_at_work(a);
}

const struct usage *
agent_last_usage(const struct agent *a, double *cost)
{
	*cost = a->last_cost;
	return &a->last_usage;
}

const struct spent_models *
agent_spent(const struct agent *a)
{
	return &a->spent;
}

struct agent_switch
agent_last_switch(const struct agent *a)
{
	return (struct agent_switch){ a->switched_from, a->asked, a->switched_why };
}

const char *
agent_asked(const struct agent *a)
{
	return a->asked;
}

const char *
agent_system(const struct agent *a)
{
	return a->system;
}

bool
agent_has_hints(const struct agent *a)
{
	return a->hints;
}

const char *
agent_label(const struct agent *a)
{
	return a->label;
}

const struct transcript *
agent_transcript(const struct agent *a)
{
	return &a->transcript;
}

struct transcript *
agent_transcript_edit(struct agent *a)
{
	return &a->transcript;
}

const struct conversation *
agent_conversation(const struct agent *a)
{
	return &a->conversation;
}

const struct usage *
agent_usage(const struct agent *a)
{
	return &a->usage;
}

struct session *
agent_session(struct agent *a)
{
	return a->session;
}

const struct err *
agent_last_error(const struct agent *a)
{
	return &a->last_err;
}

const struct failure *
agent_last_failure(const struct agent *a)
{
	return &a->last_failure;
}

const char *
agent_stop_reason(const struct agent *a)
{
	return a->stop_reason;
}

void
agent_on_event(struct agent *a, void (*on_event_hook)(void *, struct agent *, enum agent_event, const char *, size_t),
    void *arg)
{
	a->on_event = on_event_hook;
	a->event_arg = arg;
}
