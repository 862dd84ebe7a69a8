/*
 * asking.c - whom a turn asks: the model, or the one after it that can answer (failover.h), by its id, within the
 * budget; and what follows when it has answered, or could not.
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
#include "model/catalogue.h"

static void start_turn(struct agent *);

/* ---- in which order --------------------------------------------------------- */

static const char *
model_at(const struct agent *a, size_t i)
{
	return i == 0 ? a->model : a->fallbacks.v[i - 1].id;
}

const struct converse_params *
asking_params(const struct agent *a)
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

/* ---- names ------------------------------------------------------------------- */

/* A turn that waits until the names of models have been looked up. */
struct names_wait {
	bool		 failed;        /* somebody else shall go on after `end`; else nobody has been asked yet */
	struct call_end	 end;
	char		*request_id, *raw;      /* its strings */
};

static void
wait_free(struct names_wait *w)
{
	if (w == NULL)
		return;
	free(w->request_id);
	free(w->raw);
	free(w);
}

/* Once a turn: what was not found then is asked by its name, and the service says that there is no such model. */
static bool
is_open(const struct agent *a, size_t i)
{
	const struct agent_names *names = a->env.names;
	return names != NULL && !a->names_known && names->is_open(names->arg, model_at(a, i));
}

/* end: the failure after which somebody else shall be asked; NULL at the beginning of a turn. */
static void
wait_for_names(struct agent *a, const struct call_end *end)
{
	struct names_wait *w = mem_alloc(sizeof *w);
	*w = (struct names_wait){ .failed = end != NULL };
	if (end != NULL) {
		w->end = *end;
		w->end.request_id = w->request_id = mem_strdup(end->request_id);
		w->end.raw = w->raw = mem_strdup(end->raw);
	}
	a->wait = w;
	agent_changed(a);
	a->env.names->look_up(a->env.names->arg);
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
	agent_tell(a, AGENT_EV_FALLBACK, sentence, strlen(sentence));
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
	if (is_open(a, next)) {
		wait_for_names(a, end);
		return true;
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

/* ---- the end of a turn ---------------------------------------------------------- */

/* A call has ended: somebody else is asked, or tools are called, or it is the user's turn. */
static void
end_turn(struct agent *a, const struct call_end *end)
{
	bool partial = a->reply_bytes > 0;
	if (end->err.code != ERR_NONE && try_another(a, end))
		return;
	a->last_err = end->err;
	a->last_failure = end->failure;
	a->needs_login = false;
	answer_keep(a, end->err.code == ERR_NONE);
	if (end->err.code != ERR_NONE) {
		if (end->status == 400 && !end->failure.overflow && !partial) {
			answer_withdraw(a);
			a->message_bad = true;
		}
		a->needs_login = end->bedrock &&
		    (end->failure.credentials || end->err.code == ERR_CREDENTIALS);
		answer_failure(a, end, partial);
		log_info("turn: failed, %s", err_name(end->err.code));
	} else if (loop_run(a)) {
		agent_changed(a);
		return;                 /* the answer goes on when the calls have ended */
	}
	agent_tell(a, AGENT_EV_END, "", 0);
	agent_changed(a);
	if (end->err.code == ERR_NONE)
		agent_send_next(a);
}

static void
on_end(void *arg, const struct call_end *end)
{
	struct agent *a = arg;
	a->turn = NULL;
	spending_end(a->env.spending, &a->running, a->reply.usage.known ? a->reply_cost :
	    end->answered ? -1 : 0);
	timer_cancel(a->env.timers, &a->refuse_timer);
	end_turn(a, end);
}

void
asking_on_refused(struct timer *t)
{
	struct agent *a = (struct agent *)((char *)t - offsetof(struct agent, refuse_timer));
	struct turn *turn = a->turn;
	turn_cancel(turn);
	a->turn = NULL;
	timer_cancel(a->env.timers, &a->refuse_timer);  /* what was on its way may have set it again */
	spending_end(a->env.spending, &a->running, turn == NULL ? 0 : a->reply.usage.known ? a->reply_cost : -1);
	a->last_err = a->refused;
	answer_keep(a, false);
	struct buf s = { 0 };
	buf_puts(&s, a->refused.text);
	buf_printf(&s, " %s", _("Raise it with --max-budget-usd or agents.defaults.maxBudgetUsd."));
	answer_error(a, buf_str(&s), NULL);
	buf_done(&s);
	log_info("turn: stopped, %s", err_name(a->last_err.code));
	agent_tell(a, AGENT_EV_END, "", 0);
	agent_changed(a);
}

/* ---- the beginning -------------------------------------------------------------- */

static void
on_state(void *arg)
{
	struct agent *a = arg;
	if (a->turn != NULL && turn_state(a->turn) == TURN_RETRYING)
		agent_tell(a, AGENT_EV_RETRY, turn_retry_reason(a->turn), strlen(turn_retry_reason(a->turn)));
	agent_changed(a);
}

static void
on_event(void *arg, const struct reply_event *ev)
{
	answer_take(arg, ev);
}

static void
on_note(void *arg, const char *sentence)
{
	agent_note(arg, BLOCK_NOTE, sentence);
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
	const struct converse_params *p = asking_params(a);
	char *model = mem_strdup(model_at(a, a->at));
	free(a->asked);
	free(a->asked_short);
	a->asked = model;
	a->asked_short = catalogue_short(model);
	a->reply_cost = -1;
	int64_t tokens = spending_tokens(&a->conversation, a->system, 0);
	if (spending_begin(a->env.spending, &a->running, model, p->service_tier, tokens, &a->refused) < 0) {
		timer_set(a->env.timers, &a->refuse_timer, 0);
		agent_changed(a);
		return;
	}
	account_warn(a);
	const char **tags = tags_of(a, p);
	struct converse_ask ask = { .model = model, .system = a->system, .tools = loop_tools(a),
		.conversation = &a->conversation, .params = *p };
	ask.params.metadata = tags;
	a->turn = turn_start(&a->env, &ask, session_receipt(a->session), &hooks, a);
	free(tags);
	loop_asks(a);
	agent_changed(a);
}

/* Whoever would be asked first is known by a name only. */
static bool
begins_with_name(const struct agent *a)
{
	if (is_open(a, 0) || failover_resting(a->env.quirks, a->model, NULL) == 0)
		return is_open(a, 0);
	size_t next = next_awake(a, 1);
	return next != SIZE_MAX && is_open(a, next);
}

void
asking_begin(struct agent *a)
{
	a->started_ms = clock_ms();
	a->first_output_ms = a->ended_ms = 0;
	a->reply_bytes = 0;
	a->titled = false;
	a->message_bad = false;
	a->needs_login = false;
	a->last_err = (struct err){ 0 };
	a->last_failure = (struct failure){ 0 };
	a->names_known = false;
	if (begins_with_name(a)) {
		wait_for_names(a, NULL);
		return;
	}
	choose_model(a);
	start_turn(a);
}

void
agent_names_known(struct agent *a)
{
	struct names_wait *w = a->wait;
	if (w == NULL)
		return;
	a->wait = NULL;
	a->names_known = true;
	if (w->failed) {
		end_turn(a, &w->end);
	} else {
		choose_model(a);
		start_turn(a);
	}
	wait_free(w);
}

void
asking_again(struct agent *a, bool goes_on)
{
	int64_t started = a->started_ms;
	asking_begin(a);
	a->started_ms = started;
	a->titled = goes_on;
}

void
asking_stop(struct agent *a)
{
	struct turn *t = a->turn;
	turn_cancel(t);
	a->turn = NULL;
	timer_cancel(a->env.timers, &a->refuse_timer);
	if (t != NULL)
		spending_end(a->env.spending, &a->running,
		    a->reply.usage.known ? a->reply_cost : a->reply_bytes > 0 ? -1 : 0);
	wait_free(a->wait);
	a->wait = NULL;
	answer_keep(a, false);
}
