/*
 * tooling.c - see tooling.h.
 *
 * A call that is stopped while a worker is busy with it is detached: the agent goes on at once, and
 * the item is freed when the worker's end is delivered.
 */
#include "config.h"

#include "agent/tooling.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/fuzzy.h"

enum {
	AT_ONCE = 8,                    /* calls of one answer on workers */
	CALLS_MAX = 64,                 /* of one answer */
	LIVE_MAX = 64 * 1024,           /* output that waits for the UI thread; more is not shown live */
	SEEN_MAX = 16 * 1024,           /* of it, kept for when the call is stopped */
	RECORDED_MS = 1000,             /* a disk that takes longer does not hold up the call */
};

enum step { WAITING, PREPARING, ASKING, RUNNING, DONE };

struct tooling_call {
	struct tooling		*owner;         /* UI thread; NULL: detached */
	struct mailbox		*mailbox;
	char			*id, *name, *args;
	const struct tool	*tool;          /* NULL: there is none of that name */
	struct tool_call	*call;          /* NULL: the arguments do not fit */
	struct tool_place	 place;         /* of a command of the user's own */
	bool			 own;
	enum step		 step;
	struct tooling_ask	 ask;
	char			*rule;

	struct job		 job;
	struct receipt		*recorded;      /* it runs once the session's file has it; may be NULL */
	struct note		 note;
	bool			 busy;          /* UI thread: a worker has it */
	pthread_mutex_t		 lock;          /* guards the next two */
	struct buf		 live;
	bool			 ended;
	struct buf		 seen;          /* UI thread: output so far */

	struct buf		 result;
	bool			 failed;
};

struct tooling {
	const struct tooling_env *env;
	struct tool_set		*set;
	struct agent		*agent;
	struct tooling_news	 news;
	struct VEC(struct tooling_call *) calls;
	bool			 started, stopping;
	bool			 advancing, again;      /* advance() is not entered twice */
};

static int jobs;                        /* UI thread only */

static void advance(struct tooling *);

int
tooling_running_jobs(void)
{
	return jobs;
}

/* ---- an item's life ------------------------------------------------------------- */

static void
item_free(struct tooling_call *c)
{
	mailbox_drop(c->mailbox, &c->note);
	receipt_unref(c->recorded);
	tool_call_free(c->call);
	free(c->id);
	free(c->name);
	free(c->args);
	free(c->rule);
	buf_done(&c->live);
	buf_done(&c->seen);
	buf_done(&c->result);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static size_t
index_of(const struct tooling *t, const struct tooling_call *c)
{
	size_t i = 0;
	while (t->calls.v[i] != c)
		i++;
	return i;
}

static void
finish(struct tooling_call *c)
{
	struct tooling *t = c->owner;
	c->step = DONE;
	if (str_blank(buf_str(&c->result)))
		buf_puts(&c->result, c->failed ? "It failed." : "(no output)");
	size_t i = index_of(t, c);
	struct tooling_view v = tooling_view(t, i);
	t->news.on_end(t->news.arg, i, &v);
}

static void
fail(struct tooling_call *c, const char *sentence)
{
	c->failed = true;
	buf_reset(&c->result);
	buf_puts(&c->result, sentence);
	finish(c);
}

/* The call itself says how it ended. */
static void
take_result(struct tooling_call *c)
{
	c->failed = c->call->failed;
	buf_swap(&c->result, &c->call->result);
	finish(c);
}

/* ---- workers ----------------------------------------------------------------------- */

static void
on_progress(void *arg, const char *s, size_t n)
{
	struct tooling_call *c = arg;
	pthread_mutex_lock(&c->lock);
	bool first = c->live.len == 0;
	if (c->live.len + n <= LIVE_MAX)
		buf_add(&c->live, s, n);
	pthread_mutex_unlock(&c->lock);
	if (first)
		mailbox_ring(c->mailbox, &c->note);
}

static void
end_job(struct tooling_call *c)
{
	struct mailbox *mailbox = c->mailbox;
	pthread_mutex_lock(&c->lock);
	c->ended = true;
	mailbox_ring(mailbox, &c->note);        /* within the lock: once it is free, so may the item be */
	pthread_mutex_unlock(&c->lock);
}

static void
prepare_job(struct job *job)
{
	struct tooling_call *c = (struct tooling_call *)((char *)job - offsetof(struct tooling_call, job));
	tool_call_prepare(c->call);
	end_job(c);
}

static void
run_job(struct job *job)
{
	struct tooling_call *c = (struct tooling_call *)((char *)job - offsetof(struct tooling_call, job));
	/* Whatever happens to adit then, the model can be told that this was run. */
	receipt_wait(c->recorded, RECORDED_MS);
	tool_call_run(c->call);
	end_job(c);
}

static void
start_job(struct tooling_call *c, enum step step, void (*run)(struct job *))
{
	c->step = step;
	c->job.run = run;
	c->ended = false;
	c->busy = true;
	jobs++;
	pool_add(c->owner->env->pool, &c->job);
}

/* ---- questions ------------------------------------------------------------------------ */

static void
run_call(struct tooling_call *c)
{
	c->call->progress = on_progress;
	c->call->progress_arg = c;
	if (c->tool->run != NULL) {
		c->recorded = session_receipt(agent_session(c->owner->agent));
		start_job(c, RUNNING, run_job);
		return;
	}
	struct tooling_row *row = (struct tooling_row *)((char *)(uintptr_t)c->tool - offsetof(struct tooling_row, tool));
	c->step = RUNNING;
	row->call(row->arg, c->owner->agent, c);
}

static void
refuse(struct tooling_call *c, const char *why)
{
	char *s = mem_printf("Not allowed: %s", why);
	fail(c, s);
	free(s);
}

static void
ask(struct tooling_call *c)
{
	const struct tooling_hooks *h = &c->owner->env->hooks;
	struct buf rule = { 0 };
	const char *why = NULL;
	policy_suggest(&rule, c->call);
	free(c->rule);
	c->rule = buf_take(&rule, NULL);
	c->ask = (struct tooling_ask){ c->owner->agent, c->call, c->rule, c };
	c->step = ASKING;
	if (h->ask == NULL || !h->ask(h->arg, &c->ask, &why))
		refuse(c, why != NULL ? why : "there is nobody who could be asked, and no rule allows it.");
}

static void
decide(struct tooling_call *c)
{
	const struct policy_rule *because = NULL;
	enum policy_action action = c->own ? POLICY_ALLOW : policy_decide(c->owner->env->policy, c->call, &because);
	if (action == POLICY_ALLOW) {
		run_call(c);
	} else if (action == POLICY_ASK) {
		ask(c);
	} else {
		struct buf b = { 0 };
		buf_puts(&b, "the user's rule ");
		policy_put(&b, because);
		buf_puts(&b, " forbids it.");
		refuse(c, buf_str(&b));
		buf_done(&b);
	}
}

void
tooling_answer(struct tooling_ask *a, enum tooling_verdict verdict, const char *reason)
{
	struct tooling_call *c = a->item;
	struct tooling *t = c->owner;
	if (t == NULL || c->step != ASKING)
		return;
	log_info("tool: %s was %s", c->name, verdict == TOOLING_NO ? "refused" : "allowed");
	if (verdict == TOOLING_NO) {
		char *s = str_blank(reason) ? mem_strdup("The user said no. Do not try it another way; ask, or go on without it.") :
		    mem_printf("The user said no: %s", reason);
		fail(c, s);
		free(s);
	} else {
		if (verdict != TOOLING_ONCE)
			policy_add(t->env->policy, POLICY_ALLOW, POLICY_SESSION, c->rule, NULL, NULL);
		if (verdict == TOOLING_PROJECT && t->env->hooks.remember != NULL)
			t->env->hooks.remember(t->env->hooks.arg, c->rule);
		run_call(c);
	}
	advance(t);
}

bool
tooling_still_asks(struct tooling_ask *a)
{
	const struct policy_rule *because;
	struct tooling_call *c = a->item;
	enum policy_action action = policy_decide(c->owner->env->policy, c->call, &because);
	if (action == POLICY_ASK)
		return true;
	tooling_answer(a, action == POLICY_ALLOW ? TOOLING_ONCE : TOOLING_NO, NULL);
	return false;
}

/* ---- the order of things ------------------------------------------------------------------ */

static void
prepared(struct tooling_call *c)
{
	struct tooling_view v;
	size_t i = index_of(c->owner, c);
	if (c->call->failed) {
		take_result(c);
		return;
	}
	v = tooling_view(c->owner, i);
	c->owner->news.on_begin(c->owner->news.arg, i, &v);
	decide(c);
}

static void
give_live(struct tooling_call *c)
{
	struct buf text = { 0 };
	pthread_mutex_lock(&c->lock);
	buf_swap(&text, &c->live);
	pthread_mutex_unlock(&c->lock);
	if (text.len > 0 && c->owner != NULL) {
		if (c->seen.len < SEEN_MAX)
			buf_add(&c->seen, text.s, text.len);
		c->owner->news.on_output(c->owner->news.arg, index_of(c->owner, c), text.s, text.len);
	}
	buf_done(&text);
}

static void
deliver(struct note *note)
{
	struct tooling_call *c = (struct tooling_call *)((char *)note - offsetof(struct tooling_call, note));
	give_live(c);
	pthread_mutex_lock(&c->lock);
	bool ended = c->busy && c->ended;
	pthread_mutex_unlock(&c->lock);
	if (!ended)
		return;
	c->busy = false;
	jobs--;
	if (c->owner == NULL) {
		item_free(c);
		return;
	}
	struct tooling *t = c->owner;
	if (c->step == PREPARING)
		prepared(c);
	else
		take_result(c);
	advance(t);
}

static bool
may_run_beside(const struct tooling_call *c)
{
	return c->tool == NULL || c->call == NULL || (c->tool->flags & TOOL_PARALLEL);
}

/* Must it wait for one before it? */
static bool
is_held_up(const struct tooling *t, size_t i)
{
	size_t on_workers = 0;
	for (size_t k = 0; k < i; k++) {
		const struct tooling_call *before = t->calls.v[k];
		if (before->step == DONE)
			continue;
		if (!may_run_beside(before) || !may_run_beside(t->calls.v[i]))
			return true;
		on_workers += before->step != WAITING;
	}
	return on_workers >= AT_ONCE;
}

static void
begin(struct tooling_call *c)
{
	if (c->call == NULL)
		finish(c);              /* result says why */
	else if (c->tool->prepare != NULL)
		start_job(c, PREPARING, prepare_job);
	else {
		tool_call_prepare(c->call);
		prepared(c);
	}
}

static bool
all_done(const struct tooling *t)
{
	for (size_t i = 0; i < t->calls.n; i++)
		if (t->calls.v[i]->step != DONE)
			return false;
	return true;
}

static void
advance(struct tooling *t)
{
	t->again = true;
	if (t->advancing || !t->started || t->stopping)
		return;
	t->advancing = true;
	while (t->again) {
		t->again = false;
		for (size_t i = 0; i < t->calls.n && t->started; i++)
			if (t->calls.v[i]->step == WAITING && !is_held_up(t, i))
				begin(t->calls.v[i]);
	}
	t->advancing = false;
	if (t->started && all_done(t)) {
		t->started = false;
		t->news.on_all(t->news.arg);
	}
}

/* ---- rows of the agent layer ----------------------------------------------------------------- */

const char *
tooling_call_id(const struct tooling_call *c)
{
	return c->id;
}

const struct tool_call *
tooling_tool_call(const struct tooling_call *c)
{
	return c->call;
}

struct json_object *
tooling_args(const struct tooling_call *c)
{
	return c->call->args;
}

void
tooling_done(struct tooling_call *c, const char *text, bool failed, const char *outcome)
{
	struct tooling *t = c->owner;
	if (t == NULL || c->step != RUNNING)
		return;
	c->failed = failed;
	buf_puts(&c->result, text);
	c->call->outcome = mem_strdup(outcome);
	finish(c);
	advance(t);
}

/* ---- the agent's side ------------------------------------------------------------------------- */

struct tooling *
tooling_new(const struct tooling_env *env, struct tool_set *set, struct agent *agent, const struct tooling_news *news)
{
	struct tooling *t = mem_alloc(sizeof *t);
	t->env = env;
	t->set = set != NULL ? set : env->tools;
	t->agent = agent;
	t->news = *news;
	return t;
}

void
tooling_free(struct tooling *t)
{
	if (t == NULL)
		return;
	tooling_stop(t, "");
	tooling_reset(t);
	vec_done(&t->calls);
	free(t);
}

struct tool_set *
tooling_set(const struct tooling *t)
{
	return t->set;
}

const struct tooling_env *
tooling_env(const struct tooling *t)
{
	return t->env;
}

static struct tooling_call *
new_item(struct tooling *t, const char *id, const char *name, const char *args, size_t n)
{
	struct tooling_call *c = mem_alloc(sizeof *c);
	c->owner = t;
	c->mailbox = t->env->mailbox;
	c->id = mem_strdup(id != NULL ? id : "");
	c->name = mem_strdup(name != NULL ? name : "");
	c->args = mem_strndup(args, n);
	c->note.deliver = deliver;
	pthread_mutex_init(&c->lock, NULL);
	vec_add(&t->calls, c);
	return c;
}

/* No such tool: say what there is. */
static void
tell_unknown(const struct tooling *t, struct tooling_call *c)
{
	const char *near = NULL;
	int distance = 4;
	for (size_t i = 0; i < t->set->tools.n; i++) {
		int d = fuzzy_distance(c->name, t->set->tools.v[i]->name, distance);
		if (d < distance) {
			distance = d;
			near = t->set->tools.v[i]->name;
		}
	}
	buf_printf(&c->result, "There is no tool \"%.64s\".", c->name);
	if (near != NULL)
		buf_printf(&c->result, " Did you mean %s?", near);
	buf_puts(&c->result, " The tools are:");
	for (size_t i = 0; i < t->set->tools.n; i++)
		buf_printf(&c->result, "%s %s", i > 0 ? "," : "", t->set->tools.v[i]->name);
	buf_putc(&c->result, '.');
}

void
tooling_add(struct tooling *t, const char *id, const char *name, const char *args, size_t n, const char *broken)
{
	struct tooling_call *c = new_item(t, id, name, args, n);
	c->tool = tool_set_find(t->set, c->name);
	if (broken != NULL)
		buf_puts(&c->result, broken);
	else if (t->calls.n > CALLS_MAX)
		buf_printf(&c->result, "Too many calls in one answer: the most is %d. This one was not made.", CALLS_MAX);
	else if (c->tool == NULL)
		tell_unknown(t, c);
	else
		c->call = tool_call_new(c->tool, t->env->place, args, n, &c->result);
	c->failed = c->call == NULL;
}

void
tooling_add_own(struct tooling *t, const char *id, const char *command)
{
	struct buf args = { 0 }, why = { 0 };
	buf_putc(&args, '{');
	json_put_member(&args, "command", command);
	json_put_int(&args, "timeout_seconds", 3600);
	buf_putc(&args, '}');
	struct tooling_call *c = new_item(t, id, "shell", args.s, args.len);
	c->own = true;
	c->place = *t->env->place;
	c->place.confine = false;
	c->place.aws = true;
	for (size_t i = 0; tool_at(i) != NULL; i++)
		if (str_same(tool_at(i)->name, "shell"))
			c->tool = tool_at(i);
	c->call = tool_call_new(c->tool, &c->place, args.s, args.len, &why);
	c->failed = c->call == NULL;
	buf_swap(&c->result, &why);
	buf_done(&args);
	buf_done(&why);
}

size_t
tooling_count(const struct tooling *t)
{
	return t->calls.n;
}

struct tooling_view
tooling_view(const struct tooling *t, size_t i)
{
	const struct tooling_call *c = t->calls.v[i];
	/* What a worker still has is not to be looked at. */
	return (struct tooling_view){ c->id, c->name, c->args, c->busy ? NULL : c->call, &c->result, c->failed,
		c->seen.len > 0 };
}

void
tooling_start(struct tooling *t)
{
	t->started = true;
	advance(t);
}

static void
stop_item(struct tooling_call *c, const char *sentence)
{
	struct tooling *t = c->owner;
	if (c->step == ASKING && t->env->hooks.unask != NULL)
		t->env->hooks.unask(t->env->hooks.arg, &c->ask);
	if (c->step == RUNNING && c->tool->run == NULL) {
		struct tooling_row *row = (struct tooling_row *)((char *)(uintptr_t)c->tool - offsetof(struct tooling_row, tool));
		if (row->cancel != NULL)
			row->cancel(row->arg, c);
	}
	if (c->call != NULL)
		atomic_store(&c->call->cancel, true);
	give_live(c);
	c->failed = true;
	buf_reset(&c->result);
	buf_add(&c->result, buf_str(&c->seen), c->seen.len);
	buf_printf(&c->result, "%s%s", c->seen.len > 0 ? "\n" : "", sentence);
	finish(c);
}

void
tooling_stop(struct tooling *t, const char *sentence)
{
	t->stopping = true;
	t->started = false;
	for (size_t i = 0; i < t->calls.n; i++)
		if (t->calls.v[i]->step != DONE)
			stop_item(t->calls.v[i], sentence);
	t->stopping = false;
}

void
tooling_reset(struct tooling *t)
{
	for (size_t i = 0; i < t->calls.n; i++) {
		struct tooling_call *c = t->calls.v[i];
		if (c->busy)
			c->owner = NULL;        /* deliver() frees it */
		else
			item_free(c);
	}
	t->calls.n = 0;
}

size_t
tooling_open(const struct tooling *t, size_t *asking)
{
	size_t open = 0, asks = 0;
	for (size_t i = 0; i < t->calls.n; i++) {
		open += t->calls.v[i]->step != DONE;
		asks += t->calls.v[i]->step == ASKING;
	}
	if (asking != NULL)
		*asking = asks;
	return open;
}
