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

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/attach.h"
#include "model/catalogue.h"
#include "model/known.h"
#include "model/provider.h"

enum { RECORD_EVERY_MS = 500 };

static void begin_turn(struct agent *);
static void send_next(struct agent *);

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
	return a->turn != NULL || loop_is_running(a);
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
	a->params = o->params;
	a->hints = o->hints;
	agent_take_session(a, o->session);
	a->record_timer.fire = on_record_timer;
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
	a->usage = (struct usage){ 0 };
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
	changed(a);
	if (!agent_is_at_work(a))
		send_next(a);
}

void
agent_set_params(struct agent *a, const struct converse_params *params)
{
	a->params = *params;
}

void
agent_set_effort(struct agent *a, enum effort effort)
{
	a->params.effort = effort;
	record_text(a->session, "effort", NULL, effort_name(effort));
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
			a->text_block->title = mem_strdup(a->model_short);
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

static void
take_usage(struct agent *a, const struct usage *u)
{
	if (!u->known)
		return;
	usage_add(&a->usage, u);
	a->context_used = usage_context(u);
	struct prices prices = known_of(a->model).prices;
	double cost = usage_cost(u, &prices);
	if (cost < 0)
		a->cost_unknown = true;
	else
		a->cost += cost;
	a->reply_cost = cost;
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
	loop_watch(a);
	changed(a);
}

/* ---- how a reply ends ----------------------------------------------------- */

/* What a stop reason means to the reader: one row each; others need no words. */
static const struct {
	const char *reason, *sentence;
} stop_sentences[] = {
	{ "max_tokens", N_("The answer was cut off at the output limit. Say \"go on\", or raise it with --max-tokens.") },
	{ "guardrail_intervened", N_("The guardrail stepped in; the text above is its message.") },
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
	struct message *m = reply_message(&a->reply, a->model, whole, NULL);
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
	struct block *b = transcript_add(&a->transcript, BLOCK_ERROR, buf_str(&s), s.len);
	b->detail = error_detail(end);
	b->folded = true;
	transcript_end(&a->transcript, b, BLOCK_FAILED);
	record_text(a->session, "note", "error", buf_str(&s));
	tell(a, AGENT_EV_ERROR, buf_str(&s), s.len);
	buf_done(&s);
}

/* A request that the service calls invalid would be invalid for ever: keep it out of what is sent next. */
static void
withdraw_last_message(struct agent *a)
{
	if (a->conversation.n == 0)
		return;
	struct message *last = a->conversation.v[a->conversation.n - 1];
	if (last->role == MESSAGE_USER)
		last->withdrawn = true;
	a->message_bad = true;
}

static void
on_end(void *arg, const struct call_end *end)
{
	struct agent *a = arg;
	a->turn = NULL;
	bool partial = a->reply_bytes > 0;
	a->last_err = end->err;
	a->last_failure = end->failure;
	a->needs_login = false;
	keep_reply(a, end->err.code == ERR_NONE);
	if (end->err.code != ERR_NONE) {
		if (end->status == 400 && !end->failure.overflow && !partial)
			withdraw_last_message(a);
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
	static const struct turn_hooks hooks = { on_state, on_event, on_note, on_end };
	struct converse_ask ask = { .model = a->model, .system = a->system, .tools = loop_tools(a),
		.conversation = &a->conversation, .params = a->params };
	a->started_ms = clock_ms();
	a->first_output_ms = a->ended_ms = 0;
	a->reply_bytes = 0;
	a->reply_cost = -1;
	a->titled = false;
	a->message_bad = false;
	a->needs_login = false;
	a->last_err = (struct err){ 0 };
	a->last_failure = (struct failure){ 0 };
	a->turn = turn_start(&a->env, &ask, session_receipt(a->session), &hooks, a);
	loop_asks(a);
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
agent_add_message(struct agent *a, const char *text)
{
	send_message(a, NULL, text, NULL);
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
	if (a->queue.n == 0 || a->model == NULL || agent_is_at_work(a))
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
	bool wait = agent_is_at_work(a) || a->model == NULL;
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
	if (agent_is_at_work(a) || a->model == NULL) {
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
	if (agent_is_at_work(a) || a->model == NULL)
		return;
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
		return loop_state(a);
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

void
agent_status(const struct agent *a, struct agent_status *s)
{
	*s = (struct agent_status){ .state = state_of(a), .model = a->model,
		.model_short = a->model_short, .provider = provider_of(a), .effort = a->params.effort,
		.context_used = (long)a->context_used,
		.context_window = context_window(a),
		.tokens_in = a->usage.input + a->usage.cache_read + a->usage.cache_write,
		.tokens_out = a->usage.output, .cost = a->cost_unknown ? -1 : a->cost,
		.rate = rate_of(a), .queued = a->queue.n, .needs_login = a->needs_login };
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
