/*
 * agent.c - see agent.h.
 *
 * The life of a conversation and what is known of it. What is said is in say.c; whom a turn (turn.c) asks in asking.c;
 * the reply that it brings in answer.c; calls of tools in loop.c; what all that costs in account.c. Restoring a
 * session is in restore.c.
 */
#include "config.h"

#include "agent/agent-inside.h"

#include <stdlib.h>
#include <string.h>

#include "agent/failover.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/catalogue.h"
#include "model/known.h"
#include "model/params.h"
#include "model/provider.h"

void
agent_tell(struct agent *a, enum agent_event ev, const char *text, size_t n)
{
	if (a->on_event != NULL)
		a->on_event(a->event_arg, a, ev, text, n);
}

bool
agent_is_at_work(const struct agent *a)
{
	return a->turn != NULL || a->wait != NULL || a->refuse_timer.set || loop_is_running(a);
}

void
agent_changed(struct agent *a)
{
	agent_tell(a, AGENT_CHANGED, "", 0);
}

/* ---- life ---------------------------------------------------------------- */

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
	agent_changed(a);
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
	a->record_timer.fire = answer_on_record;
	a->refuse_timer.fire = asking_on_refused;
	a->cold_timer.fire = account_on_cold;
	transcript_init(&a->transcript);
	loop_init(a, o->tooling, o->tools);
	if (o->begin_with != NULL)
		conversation_copy(&a->conversation, o->begin_with);
	if (o->model != NULL)
		agent_set_model(a, o->model);
	return a;
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
	agent_changed(a);
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
	agent_changed(a);
	if (!agent_is_at_work(a))
		agent_send_next(a);
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
	agent_changed(a);
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

void
agent_note(struct agent *a, enum block_kind kind, const char *text)
{
	struct block *b = transcript_add(&a->transcript, kind, text, strlen(text));
	transcript_end(&a->transcript, b, kind == BLOCK_ERROR ? BLOCK_FAILED : BLOCK_DONE);
	record_text(a->session, "note", kind == BLOCK_ERROR ? "error" : "note", text);
	agent_changed(a);
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

/* ---- stopping ------------------------------------------------------------------- */

static void
ended_by(struct agent *a, enum err_code code, const char *sentence)
{
	a->last_err = (struct err){ 0 };
	err_set(&a->last_err, code, "%s", sentence);
	agent_note(a, BLOCK_NOTE, sentence);
	agent_tell(a, AGENT_EV_END, "", 0);
	agent_changed(a);
}

void
agent_halt(struct agent *a, enum err_code code, const char *sentence)
{
	if (!agent_is_at_work(a))
		return;
	if (a->turn != NULL || a->wait != NULL)
		asking_stop(a);
	else
		loop_stop(a);
	ended_by(a, code, sentence);
}

void
agent_stop(struct agent *a)
{
	if (a->refuse_timer.set) {
		asking_on_refused(&a->refuse_timer);
		return;
	}
	if (!agent_is_at_work(a))
		return;
	bool tools = a->turn == NULL && a->wait == NULL;
	if (tools)
		loop_stop(a);
	else
		asking_stop(a);
	a->last_err = (struct err){ 0 };
	err_set(&a->last_err, ERR_CANCELLED, _("Stopped."));
	agent_note(a, BLOCK_NOTE, tools ? _("Stopped.") : a->reply_bytes > 0 ? _("Stopped. What arrived is kept.") :
	    _("Stopped before anything arrived."));
	agent_tell(a, AGENT_EV_END, "", 0);
	agent_changed(a);
}

/* ---- looking --------------------------------------------------------------- */

static enum agent_state
state_of(const struct agent *a)
{
	if (a->turn == NULL)
		return a->wait != NULL || a->refuse_timer.set ? AGENT_SIGNING : loop_state(a);
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
		.model_short = a->turn != NULL ? a->asked_short : a->model_short, .provider = provider_of(a),
		.effort = agent_effort(a),
		.context_used = (long)a->context_used,
		.context_window = context_window(a),
		.tokens_in = a->usage.input + a->usage.cache_read + a->usage.cache_write,
		.tokens_out = a->usage.output, .cost = a->cost_unknown ? -1 : a->cost,
		.running = a->turn != NULL && !a->reply.usage.known ? a->running.counted : 0,
		.rate = rate_of(a), .queued = a->queue.n, .needs_login = a->needs_login };
	account_cold(a, s);
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

void
agent_set_system(struct agent *a, const char *system)
{
	free(a->system);
	a->system = mem_strdup(system);
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
