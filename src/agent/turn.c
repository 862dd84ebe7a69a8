/* turn.c - see turn.h. */
#include "config.h"

#include "agent/turn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/aws.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/params.h"

struct turn {
	struct agent_env	 env;
	struct turn_hooks	 hooks;
	void			*arg;
	struct call		*call;
	struct timer		 timer;
	struct model_quirks	*quirks;

	struct conversation	 conversation;
	char			*model, *base_model, *system, *tools;
	struct converse_params	 params;        /* a copy of our own */
	char			 invocation_id[37];
	bool			 stream;
	struct receipt		*recorded;

	enum turn_state		 state;
	int			 attempt, attempts;
	int64_t			 retry_at;
	char			 reason[sizeof ((struct err *)0)->text];
	bool			 shown;         /* a piece of the answer has been handed over */
	bool			 mended, freed_retry;
	unsigned		 fixes;         /* bit set of enum failure_fix already tried */
};

static void begin_attempt(struct turn *);

static void
set_state(struct turn *t, enum turn_state state)
{
	t->state = state;
	t->hooks.on_state(t->arg);
}

static void
turn_free(struct turn *t)
{
	timer_cancel(t->env.timers, &t->timer);
	conversation_done(&t->conversation);
	receipt_unref(t->recorded);
	free(t->model);
	free(t->base_model);
	free(t->system);
	free(t->tools);
	params_done(&t->params);
	free(t);
}

/* ---- one call's news ---------------------------------------------------- */

static void
on_sent(void *arg)
{
	struct turn *t = arg;
	if (t->state == TURN_SIGNING)
		set_state(t, TURN_WAITING);
}

static bool
is_output(enum reply_kind k)
{
	return k == REPLY_TEXT || k == REPLY_REASONING || k == REPLY_TOOL || k == REPLY_REDACTED;
}

static void
on_event(void *arg, const struct reply_event *ev)
{
	struct turn *t = arg;
	if (is_output(ev->kind) && !t->shown) {
		t->shown = true;
		set_state(t, TURN_ANSWERING);
	}
	/* An exception is reported once, by the end; a start says nothing new to a second attempt. */
	if (ev->kind != REPLY_EXCEPTION)
		t->hooks.on_event(t->arg, ev);
}

/* What adit says when it sends again with a change. The caller frees. */
static char *
fix_sentence(enum failure_fix fix, const char *model)
{
	switch (fix) {
	case FIX_SAMPLING:
		return mem_printf(_("%s does not accept temperature or top_p; sent again without them."), model);
	case FIX_MAX_TOKENS:
		return mem_printf(_("%s allows fewer output tokens than asked for; sent again with its limit."), model);
	case FIX_CACHE:
		return mem_printf(_("%s does not take prompt caching; sent again without it."), model);
	case FIX_THINKING:
		return mem_printf(_("%s wants another form of thinking; sent again with it."), model);
	case FIX_REASONING:
		return mem_printf(_("%s refused the earlier reasoning; sent again without it."), model);
	case FIX_TOOLS:
		return mem_printf(_("%s does not take tools; sent again without them."), model);
	case FIX_SYSTEM:
		return mem_printf(_("%s does not take a system prompt; sent again with it as text."), model);
	case FIX_NOT_STREAMING:
		return mem_printf(_("%s does not stream; asked again for the whole answer at once."), model);
	case FIX_TIER:
		return mem_printf(_("%s may not take this service tier; sent again without it."), model);
	case FIX_LIMIT_NAME:
		return mem_printf(_("%s calls its output limit by another name; sent again with that."), model);
	case FIX_USAGE:
		return mem_printf(_("%s cannot say what it used while it streams; sent again without asking."), model);
	case FIX_THOUGHTS:
		return mem_printf(_("%s wants its thoughts back while tools are at work; sent again with them."), model);
	case FIX_NONE:
		break;
	}
	return mem_strdup("");
}

/* The same messages without reasoning: signatures do not carry over between models. */
static void
strip_reasoning(struct conversation *c)
{
	struct conversation out = { 0 };
	for (size_t i = 0; i < c->n; i++) {
		struct message *m = message_new(c->v[i]->role);
		for (size_t j = 0; j < c->v[i]->parts.n; j++) {
			const struct part *p = &c->v[i]->parts.v[j];
			if (p->kind != PART_REASONING && p->kind != PART_REDACTED)
				message_copy_part(m, p);
		}
		m->model = mem_strdup(c->v[i]->model);
		m->withdrawn = c->v[i]->withdrawn;
		conversation_add(&out, m);
	}
	conversation_done(c);
	*c = out;
}

/* Whether this failure can be mended by a change that was not tried yet; makes the change. */
static bool
mend(struct turn *t, const struct call_end *end)
{
	enum failure_fix fix = end->failure.fix;
	if (fix == FIX_NONE || (t->fixes & 1u << fix) != 0)
		return false;
	t->fixes |= 1u << fix;
	if (fix == FIX_REASONING)
		strip_reasoning(&t->conversation);
	if (fix == FIX_NOT_STREAMING)
		t->stream = false;
	if (fix == FIX_MAX_TOKENS && end->failure.max_tokens > 0)
		t->params.max_tokens = end->failure.max_tokens;
	char *sentence = fix_sentence(fix, t->model);
	t->hooks.on_note(t->arg, sentence);
	free(sentence);
	return true;
}

static void
on_timer(struct timer *timer)
{
	struct turn *t = (struct turn *)((char *)timer - offsetof(struct turn, timer));
	if (clock_ms() >= t->retry_at) {
		begin_attempt(t);
		return;
	}
	timer_set(t->env.timers, &t->timer, 250);       /* the countdown moves */
	t->hooks.on_state(t->arg);
}

/* The sentence without its full stop: a countdown follows it. */
static void
set_reason(struct turn *t, const char *sentence)
{
	snprintf(t->reason, sizeof t->reason, "%s", sentence);
	size_t n = strlen(t->reason);
	if (str_ends(t->reason, "."))
		t->reason[n - 1] = '\0';
	else if (str_ends(t->reason, "\xe3\x80\x82"))
		t->reason[n - 3] = '\0';
}

static bool
wait_and_retry(struct turn *t, const struct call_end *end)
{
	int attempts = retry_attempts(end->failure.retry, aws_max_attempts(t->env.aws));
	if (end->failure.retry == RETRY_NEVER || t->attempt >= attempts)
		return false;
	if (end->answered && end->failure.retry == RETRY_TRANSIENT)
		t->hooks.on_note(t->arg,
		    _("The connection broke before any text arrived; asking again. The service may bill both."));
	t->attempts = attempts;
	t->attempt++;
	t->retry_at = clock_ms() + end->retry_after_ms;
	set_reason(t, end->err.text);
	log_info("turn: attempt %d of %d in %lld ms", t->attempt, attempts,
	    (long long)end->retry_after_ms);
	set_state(t, TURN_RETRYING);
	int64_t first = end->retry_after_ms < 250 ? end->retry_after_ms : 250;
	timer_set(t->env.timers, &t->timer, first);
	return true;
}

static void
on_call_end(void *arg, const struct call_end *end)
{
	struct turn *t = arg;
	t->call = NULL;
	bool tried_again = true;
	if (end->err.code == ERR_NONE || t->shown) {
		tried_again = false;
	} else if (end->again && !t->mended) {
		t->mended = true;
		t->attempt++;
		begin_attempt(t);
	} else if (end->free_retry && !t->freed_retry) {
		t->freed_retry = true;
		begin_attempt(t);
	} else if (mend(t, end)) {
		t->attempt++;
		begin_attempt(t);
	} else {
		tried_again = wait_and_retry(t, end);
	}
	if (tried_again)
		return;
	t->hooks.on_end(t->arg, end);
	turn_free(t);
}

static void
begin_attempt(struct turn *t)
{
	static const struct call_hooks hooks = { on_sent, on_event, on_call_end };
	struct call_env env = { t->env.aws, t->env.engine, t->env.worker, t->env.mailbox,
		t->env.providers };
	struct call_ask ask = { .converse = { .model = t->model, .base_model = t->base_model,
				    .system = t->system, .tools = t->tools,
				    .conversation = &t->conversation, .params = t->params },
		.stream = t->stream, .invocation_id = t->invocation_id, .attempt = t->attempt,
		.attempts = t->attempts, .recorded = t->recorded };
	set_state(t, TURN_SIGNING);
	t->call = call_start(&env, &ask, t->quirks, &hooks, t);
}

/* ---- the owner's side --------------------------------------------------- */

struct turn *
turn_start(const struct agent_env *env, const struct converse_ask *ask, struct receipt *recorded,
    const struct turn_hooks *hooks, void *arg)
{
	struct turn *t = mem_alloc(sizeof *t);
	t->env = *env;
	t->hooks = *hooks;
	t->arg = arg;
	t->timer.fire = on_timer;
	t->quirks = agent_quirks_of(env->quirks, ask->model);
	conversation_copy(&t->conversation, ask->conversation);
	t->model = mem_strdup(ask->model);
	t->base_model = mem_strdup(ask->base_model);
	t->system = mem_strdup(ask->system);
	t->tools = mem_strdup(ask->tools);
	params_copy(&t->params, &ask->params);
	t->recorded = recorded;
	t->stream = !t->quirks->no_stream;
	t->attempt = 1;
	t->attempts = retry_attempts(RETRY_TRANSIENT, aws_max_attempts(env->aws));
	str_uuid4(t->invocation_id);
	begin_attempt(t);
	return t;
}

void
turn_cancel(struct turn *t)
{
	if (t == NULL)
		return;
	call_cancel(t->call);
	turn_free(t);
}

enum turn_state
turn_state(const struct turn *t)
{
	return t->state;
}

const char *
turn_retry_reason(const struct turn *t)
{
	return t->reason;
}

int64_t
turn_retry_in_ms(const struct turn *t)
{
	int64_t left = t->retry_at - clock_ms();
	return left > 0 ? left : 0;
}

int
turn_attempt(const struct turn *t, int *attempts)
{
	*attempts = t->attempts;
	return t->attempt;
}
