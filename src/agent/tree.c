/* tree.c - see tree.h. */
#include "config.h"

#include "agent/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/spending.h"
#include "agent/tooling.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/journal.h"
#include "store/session.h"
#include "text/clean.h"

/* What it is told beside its task. */
static const char role[] = "You are a subagent: another agent or the user gave you one task, and works on meanwhile. Nobody "
    "answers questions unless a message says so. Your last message is the result that is handed back: make it whole.";

enum {
	MAX_CONCURRENT = 8,
	MAX_CHILDREN = 5,
	MAX_DEPTH = 1,
	TIMEOUT_S = 900,
	LABEL_BYTES = 24,
};

/* What the tree keeps beside what others see. */
struct node {
	struct subagent	 sub;           /* first: a struct subagent is its node */
	struct tree	*tree;
	struct timer	 timeout;
	struct timer	 spent;         /* set: the budget is used up */
	struct tool_set	 tools;         /* its own; the agent borrows it */
	bool		 ending;        /* the state to end with is set; its END is about to come */
	bool		 parked;        /* the agent is held and has its task queued, until there is a place */
};

struct tree {
	struct agent_env	 env;
	struct agent		*main;
	struct tree_hooks	 hooks;
	struct tree_limits	 limits;
	const struct tooling_env *tooling;
	struct VEC(struct node *) nodes;
	size_t			 numbers;       /* given out so far */
	struct timer		 sweep;         /* frees what must not be freed within its own event */
};

static const char *const state_names[] = { "waiting", "running", "done", "failed", "killed", "timeout", "budget" };

const char *
subagent_state_name(enum subagent_state state)
{
	return state_names[state];
}

static bool
has_ended(const struct node *n)
{
	return n->sub.state > SUBAGENT_RUNNING;
}

static struct node *
node_of(const struct tree *t, const struct agent *a)
{
	for (size_t i = 0; i < t->nodes.n; i++)
		if (t->nodes.v[i]->sub.agent == a)
			return t->nodes.v[i];
	return NULL;
}

/* ---- what a result says ---------------------------------------------------- */

void
subagent_text(const struct subagent *s, struct buf *out)
{
	const struct conversation *c = agent_conversation(s->agent);
	for (size_t i = c->n; i-- > 0;) {
		if (c->v[i]->role != MESSAGE_ASSISTANT)
			continue;
		size_t before = out->len;
		message_text(c->v[i], out);
		if (out->len > before)
			return;
	}
}

int64_t
subagent_elapsed_ms(const struct subagent *s)
{
	if (s->started_ms == 0)
		return 0;
	return (s->ended_ms != 0 ? s->ended_ms : clock_ms()) - s->started_ms;
}

static void
put_figures(struct buf *out, const struct subagent *s)
{
	struct agent_status st;
	agent_status(s->agent, &st);
	buf_printf(out, "%.1f s, %lld tokens in, %lld out", (double)subagent_elapsed_ms(s) / 1000,
	    (long long)st.tokens_in, (long long)st.tokens_out);
	if (st.cost >= 0)
		buf_printf(out, ", $%.4f", st.cost);
	else
		buf_puts(out, ", cost unknown");
}

/* For the parent's model: English, like all that adit says to models. */
void
subagent_report(const struct subagent *s, struct buf *out)
{
	buf_printf(out, "[Subagent \"%s\" (id %s) ended: %s; ", s->label, s->id, subagent_state_name(s->state));
	put_figures(out, s);
	buf_puts(out, "]\n\n");
	const struct err *e = agent_last_error(s->agent);
	if (s->state == SUBAGENT_FAILED && e->code != ERR_NONE)
		buf_printf(out, "It failed: %s\n\n", e->text);
	size_t before = out->len;
	subagent_text(s, out);
	if (out->len == before)
		buf_puts(out, "(It said nothing.)");
}

/* ---- how one ends ---------------------------------------------------------- */

static void start_waiting(struct tree *);
static void stop(struct node *, enum subagent_state);

/* The line of the call that started it says how it goes. */
static void
show_in_parent(struct node *n)
{
	struct subagent *s = &n->sub;
	struct transcript *t = s->parent != NULL && s->block != 0 ? agent_transcript_edit(s->parent) : NULL;
	struct block *b = t != NULL ? transcript_find(t, s->block) : NULL;
	if (b == NULL)
		return;
	b->state = s->state <= SUBAGENT_RUNNING ? BLOCK_RUNNING : s->state == SUBAGENT_DONE ? BLOCK_DONE : BLOCK_FAILED;
	if (s->started_ms != 0)
		b->started_ms = s->started_ms;
	b->ended_ms = s->ended_ms;
	free(b->outcome);
	b->outcome = NULL;
	transcript_touch(t, b);
}

void
tree_show_in(struct tree *t, struct subagent *s, uint64_t block)
{
	(void)t;
	s->block = block;
	show_in_parent((struct node *)s);
}

static void
tell_state(struct node *n)
{
	show_in_parent(n);
	if (n->tree->hooks.on_state != NULL)
		n->tree->hooks.on_state(n->tree->hooks.arg, &n->sub);
}

/* The parent hears of it: a message that wakes it, or is queued while it works. What was killed wakes nobody: whoever
 * did that knows, and reads what it had with the next message. */
static void
announce(struct node *n)
{
	if (n->sub.parent == NULL)
		return;
	struct buf report = { 0 };
	char *origin = mem_printf("subagent:%s", n->sub.id);
	char *title = mem_printf(_("subagent %s"), n->sub.label);
	subagent_report(&n->sub, &report);
	agent_announce(n->sub.parent, origin, title, buf_str(&report), n->sub.state != SUBAGENT_KILLED);
	buf_done(&report);
	free(title);
	free(origin);
}

static void
on_sweep(struct timer *timer)
{
	struct tree *t = (struct tree *)((char *)timer - offsetof(struct tree, sweep));
	for (size_t i = t->nodes.n; i-- > 0;)
		if (has_ended(t->nodes.v[i]) && t->nodes.v[i]->sub.cleanup && !t->limits.keeps_ended)
			tree_kill(t, &t->nodes.v[i]->sub);
	start_waiting(t);
}

/* Nobody is left to tell: they end in silence, what they said is in their sessions. */
static void
end_children(struct tree *t, struct agent *parent)
{
	for (size_t i = 0; i < t->nodes.n; i++)
		if (t->nodes.v[i]->sub.parent == parent) {
			t->nodes.v[i]->sub.parent = NULL;
			stop(t->nodes.v[i], SUBAGENT_KILLED);
		}
}

static void
end(struct node *n, enum subagent_state state)
{
	struct tree *t = n->tree;
	timer_cancel(t->env.timers, &n->timeout);
	timer_cancel(t->env.timers, &n->spent);
	n->ending = false;
	n->sub.ended_ms = clock_ms();
	n->sub.state = state;
	log_info("subagent %s: %s", n->sub.id, subagent_state_name(state));
	if (state != SUBAGENT_DONE)
		end_children(t, n->sub.agent);
	announce(n);
	tell_state(n);          /* after its parent has heard of it: whoever waits for all to be idle looks now */
	timer_set(t->env.timers, &t->sweep, 0);
}

/* What was said to it while it waited for a place is sent, the task first. */
static void
release(struct node *n)
{
	if (!n->parked)
		return;
	n->parked = false;
	agent_hold(n->sub.agent, false);
}

/* Stops a running one; `state` is what it ends as. What arrived is kept. */
static void
stop(struct node *n, enum subagent_state state)
{
	if (has_ended(n))
		return;
	bool busy = agent_busy(n->sub.agent);
	n->ending = true;
	agent_drop_queue(n->sub.agent);
	release(n);
	if (busy)
		agent_stop(n->sub.agent);       /* its END event is ignored while `ending` is set */
	end(n, state);
}

static void
on_timeout(struct timer *timer)
{
	struct node *n = (struct node *)((char *)timer - offsetof(struct node, timeout));
	char *s = mem_printf(_("The time limit of %ld s is over; what arrived is kept."), n->sub.timeout_s);
	agent_note(n->sub.agent, BLOCK_NOTE, s);
	free(s);
	stop(n, SUBAGENT_TIMED_OUT);
}

/* What a reply has cost so far counts as it streams: nobody pays for what comes after the limit. */
static void
check_budget(struct node *n)
{
	struct agent_status st;
	if (n->sub.budget <= 0 || n->spent.set || has_ended(n) || n->ending)
		return;
	agent_status(n->sub.agent, &st);
	if ((st.cost > 0 ? st.cost : 0) + st.running >= n->sub.budget)
		timer_set(n->tree->env.timers, &n->spent, 0);   /* not from inside the delivery that told it */
}

static void
on_spent(struct timer *timer)
{
	struct node *n = (struct node *)((char *)timer - offsetof(struct node, spent));
	if (has_ended(n))
		return;
	char *s = mem_printf(_("The budget of $%.2f is spent; what arrived is kept."), n->sub.budget);
	agent_note(n->sub.agent, BLOCK_NOTE, s);
	free(s);
	stop(n, SUBAGENT_OVER_BUDGET);
}

/* ---- what agents tell ------------------------------------------------------ */

static void
take_end(struct node *n)
{
	const struct err *e = agent_last_error(n->sub.agent);
	struct agent_status st;
	agent_status(n->sub.agent, &st);
	if (n->ending || agent_busy(n->sub.agent) || st.queued > 0 || has_ended(n))
		return;
	/* Credentials are repaired on the screen, and then it goes on: it has not failed yet. */
	if (st.needs_login && !n->tree->limits.no_sign_in)
		return;
	end(n, e->code == ERR_NONE ? SUBAGENT_DONE : e->code == ERR_CANCELLED ? SUBAGENT_KILLED : SUBAGENT_FAILED);
}

/* It was spoken to again after its end, by whoever: it runs once more. */
static void
take_change(struct node *n)
{
	if (!has_ended(n) || !agent_busy(n->sub.agent) || n->ending)
		return;
	n->sub.ended_ms = 0;
	n->sub.started_ms = clock_ms();
	if (n->sub.timeout_s > 0)
		timer_set(n->tree->env.timers, &n->timeout, n->sub.timeout_s * 1000);
	n->sub.state = SUBAGENT_RUNNING;
	tell_state(n);
}

static void
on_event(void *arg, struct agent *a, enum agent_event ev, const char *text, size_t len)
{
	struct tree *t = arg;
	struct node *n = node_of(t, a);
	if (n != NULL && ev == AGENT_CHANGED)
		take_change(n);
	if (n != NULL && (ev == AGENT_EV_USAGE || ev == AGENT_CHANGED))
		check_budget(n);
	if (n != NULL && ev == AGENT_EV_END)
		take_end(n);
	if (t->hooks.on_event != NULL)
		t->hooks.on_event(t->hooks.arg, a, ev, text, len);
}

/* ---- life ------------------------------------------------------------------ */

struct tree *
tree_new(const struct agent_env *env, struct agent *main_agent, const struct tree_hooks *hooks)
{
	struct tree *t = mem_alloc(sizeof *t);
	t->env = *env;
	t->main = main_agent;
	t->hooks = *hooks;
	t->sweep.fire = on_sweep;
	tree_set_limits(t, &(struct tree_limits){ 0 });
	agent_on_event(main_agent, on_event, t);
	return t;
}

static void
node_free(struct node *n)
{
	timer_cancel(n->tree->env.timers, &n->timeout);
	timer_cancel(n->tree->env.timers, &n->spent);
	if (n->tree->hooks.on_gone != NULL)
		n->tree->hooks.on_gone(n->tree->hooks.arg, &n->sub);
	agent_free(n->sub.agent);
	tool_set_done(&n->tools);
	free(n->sub.label);
	free(n->sub.task);
	free(n);
}

void
tree_free(struct tree *t)
{
	if (t == NULL)
		return;
	agent_on_event(t->main, NULL, NULL);
	timer_cancel(t->env.timers, &t->sweep);
	for (size_t i = t->nodes.n; i-- > 0;)
		node_free(t->nodes.v[i]);
	vec_done(&t->nodes);
	free(t);
}

void
tree_set_limits(struct tree *t, const struct tree_limits *l)
{
	t->limits = *l;
	if (t->limits.max_concurrent <= 0)
		t->limits.max_concurrent = MAX_CONCURRENT;
	if (t->limits.max_children <= 0)
		t->limits.max_children = MAX_CHILDREN;
	if (t->limits.max_depth == 0)
		t->limits.max_depth = MAX_DEPTH;
	if (t->limits.timeout_s == 0)
		t->limits.timeout_s = TIMEOUT_S;
	for (size_t i = 0; l->no_sign_in && i < t->nodes.n; i++)
		if (agent_last_error(t->nodes.v[i]->sub.agent)->code != ERR_NONE)
			take_end(t->nodes.v[i]);
}

static int
on_stored(void *arg, const char *json, size_t n)
{
	return agent_restore(arg, json, n);
}

/* What a subagent had said when adit ended, as its own session has it. */
static void
tell_stored(struct tree *t, const struct agent_spawned *s)
{
	struct agent_options o = { .label = s->label };
	struct subagent sub = { .label = s->label, .agent = agent_new(&t->env, &o), .state = SUBAGENT_KILLED };
	struct buf text = { 0 }, report = { 0 };
	char *path = s->session != NULL ? session_find(s->session, NULL, NULL) : NULL;
	if (path != NULL)
		(void)journal_read(path, on_stored, sub.agent, NULL, NULL);
	agent_restored(sub.agent, NULL, 0, 0);
	subagent_text(&sub, &text);
	buf_printf(&report, "[Subagent \"%s\" (id %s) was interrupted when adit ended; what it had said is below.]\n\n%s",
	    s->label, s->id, text.len > 0 ? text.s : "(It had said nothing.)");
	char *origin = mem_printf("subagent:%s", s->id), *title = mem_printf(_("subagent %s"), s->label);
	agent_announce(t->main, origin, title, buf_str(&report), false);
	free(title);
	free(origin);
	free(path);
	buf_done(&text);
	buf_done(&report);
	agent_free(sub.agent);
}

void
tree_restored(struct tree *t)
{
	struct agent_spawned s;
	while (agent_take_spawned(t->main, &s)) {
		tell_stored(t, &s);
		free(s.id);
		free(s.label);
		free(s.session);
	}
}

/* ---- spawning -------------------------------------------------------------- */

static size_t
count(const struct tree *t, const struct agent *parent, bool waiting_too)
{
	size_t n = 0;
	for (size_t i = 0; i < t->nodes.n; i++) {
		const struct subagent *s = &t->nodes.v[i]->sub;
		n += (parent == NULL || s->parent == parent) &&
		    (s->state == SUBAGENT_RUNNING || (waiting_too && s->state == SUBAGENT_WAITING));
	}
	return n;
}

static int
depth_of(const struct tree *t, const struct agent *a)
{
	const struct node *n = node_of(t, a);
	return n != NULL ? n->sub.depth : 0;
}

static int
check_limits(const struct tree *t, const struct agent *parent, struct err *err)
{
	if (depth_of(t, parent) >= t->limits.max_depth)
		return err_set(err, ERR_USAGE, _("Subagents of this depth may not start others (the limit is %d)."),
		    t->limits.max_depth);
	if (count(t, parent, true) >= (size_t)t->limits.max_children)
		return err_set(err, ERR_USAGE, ngettext("This agent has %d subagent at work, which is the limit; wait for it or "
		    "end it.", "This agent has %d subagents at work, which is the limit; wait for one or end one.",
		    (unsigned long)t->limits.max_children), t->limits.max_children);
	return 0;
}

/* The first words of the task, as a name: letters, digits and dashes. */
static char *
label_from(const char *task)
{
	struct buf b = { 0 };
	for (const char *p = task; *p != '\0' && b.len < LABEL_BYTES; p++) {
		unsigned char c = (unsigned char)*p;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			buf_putc(&b, (char)c);
		else if (c >= 'A' && c <= 'Z')
			buf_putc(&b, (char)(c - 'A' + 'a'));
		else if (b.len > 0 && b.s[b.len - 1] != '-')
			buf_putc(&b, '-');
	}
	while (b.len > 0 && b.s[b.len - 1] == '-')
		b.len--;
	if (b.len == 0)
		buf_puts(&b, "subagent");
	(void)buf_str(&b);
	b.s[b.len] = '\0';
	return buf_take(&b, NULL);
}

/* One line, and not so long that it fills a title. */
static char *
clean_label(const char *label)
{
	struct buf b = { 0 };
	clean_add(&b, label, strlen(label), 0);
	size_t n = b.len < 48 ? b.len : 48;
	while (n > 0 && n < b.len && ((unsigned char)b.s[n] & 0xc0) == 0x80)
		n--;
	char *s = mem_strndup(buf_str(&b), n);
	buf_done(&b);
	return s;
}

static void
start(struct node *n)
{
	n->sub.started_ms = clock_ms();
	if (n->sub.timeout_s > 0)
		timer_set(n->tree->env.timers, &n->timeout, n->sub.timeout_s * 1000);
	n->sub.state = SUBAGENT_RUNNING;
	tell_state(n);
	if (n->parked)
		release(n);
	else
		agent_say(n->sub.agent, n->sub.task);
}

static void
start_waiting(struct tree *t)
{
	for (size_t i = 0; i < t->nodes.n && count(t, NULL, false) < (size_t)t->limits.max_concurrent; i++)
		if (t->nodes.v[i]->sub.state == SUBAGENT_WAITING)
			start(t->nodes.v[i]);
}

void
tree_set_tools(struct tree *t, const struct tooling_env *env)
{
	t->tooling = env;
}

static bool
may_use(const struct tree *t, const struct node *n, const struct spawn_ask *ask, const char *tool)
{
	bool of_subagents = strcmp(tool, "sessions_spawn") == 0 || strcmp(tool, "subagents") == 0;
	if (of_subagents && n->sub.depth >= t->limits.max_depth)
		return false;
	for (size_t i = 0; i < ask->n_tools; i++)
		if (strcmp(ask->tools[i], tool) == 0)
			return true;
	return ask->tools == NULL;
}

static void
choose_tools(const struct tree *t, struct node *n, const struct spawn_ask *ask)
{
	for (size_t i = 0; t->tooling != NULL && i < t->tooling->tools->tools.n; i++) {
		const struct tool *tool = t->tooling->tools->tools.v[i];
		if (may_use(t, n, ask, tool->name))
			tool_set_add(&n->tools, tool);
	}
}

static const char *
model_for(const struct tree *t, const struct agent *parent, const struct spawn_ask *ask)
{
	struct agent_status st;
	agent_status(parent, &st);
	return ask->model != NULL ? ask->model : t->limits.model != NULL ? t->limits.model : st.model;
}

/* A budget that could not be kept is refused before anything is spent. */
static int
check_price(const struct tree *t, const struct agent *parent, const struct spawn_ask *ask, struct err *err)
{
	struct spending own = { .limit = ask->budget };
	struct spending_reply reply;
	struct converse_params p = { 0 };
	const char *model = model_for(t, parent, ask);
	if (ask->budget <= 0 || model == NULL)
		return 0;
	if (t->hooks.params != NULL)
		t->hooks.params(t->hooks.arg, model, &p);
	return spending_begin(&own, &reply, model, p.service_tier, (int64_t)strlen(ask->task) / 4, err);
}

static struct agent *
make_agent(struct tree *t, struct agent *parent, const struct spawn_ask *ask, struct node *n)
{
	const char *label = n->sub.label;
	const char *said = ask->system != NULL ? ask->system : agent_system(parent);
	char *system = mem_printf("%s%s%s", said != NULL ? said : "", said != NULL ? "\n\n" : "", role);
	struct agent_status st;
	agent_status(parent, &st);
	const char *model = model_for(t, parent, ask);
	struct agent_options o = { .label = label, .model = model,
		.system = system,
		.hints = agent_has_hints(parent), .tooling = t->tooling, .tools = &n->tools,
		.begin_with = ask->fork ? agent_conversation(parent) : NULL };
	if (t->hooks.params != NULL)
		t->hooks.params(t->hooks.arg, model, &o.params);
	int effort = ask->effort != 0 ? ask->effort : t->limits.effort;
	o.params.effort = effort != 0 ? (enum effort)(effort - 1) : st.effort;
	if (t->hooks.new_session != NULL)
		o.session = t->hooks.new_session(t->hooks.arg, parent, label);
	struct agent *a = agent_new(&t->env, &o);
	free(system);
	return a;
}

/* Its task is seen, and what is said to it waits behind that. */
static void
park(struct node *n)
{
	n->parked = true;
	agent_hold(n->sub.agent, true);
	agent_say(n->sub.agent, n->sub.task);
}

struct subagent *
tree_spawn(struct tree *t, struct agent *parent, const struct spawn_ask *ask, struct err *err)
{
	if (ask->task == NULL || str_blank(ask->task)) {
		err_set(err, ERR_USAGE, _("A subagent needs a task."));
		return NULL;
	}
	if ((!ask->by_user && check_limits(t, parent, err) < 0) || check_price(t, parent, ask, err) < 0)
		return NULL;
	struct node *n = mem_alloc(sizeof *n);
	char uuid[37];
	str_uuid4(uuid);
	memcpy(n->sub.id, uuid, 8);
	n->tree = t;
	n->timeout.fire = on_timeout;
	n->spent.fire = on_spent;
	n->sub.number = ++t->numbers;
	n->sub.label = ask->label != NULL && !str_blank(ask->label) ? clean_label(ask->label) : label_from(ask->task);
	n->sub.task = mem_strdup(ask->task);
	n->sub.parent = parent;
	n->sub.depth = depth_of(t, parent) + 1;
	n->sub.timeout_s = ask->timeout_s != 0 ? ask->timeout_s : t->limits.timeout_s;
	n->sub.budget = ask->budget;
	n->sub.cleanup = ask->cleanup;
	choose_tools(t, n, ask);
	n->sub.agent = make_agent(t, parent, ask, n);
	agent_on_event(n->sub.agent, on_event, t);
	vec_add(&t->nodes, n);
	struct session *s = agent_session(n->sub.agent);
	agent_record_spawn(parent, n->sub.id, n->sub.label, s != NULL ? session_id(s) : NULL);
	if (t->hooks.on_spawn != NULL)
		t->hooks.on_spawn(t->hooks.arg, &n->sub);
	start_waiting(t);
	if (n->sub.state == SUBAGENT_WAITING)
		park(n);
	return &n->sub;
}

/* ---- steering and killing --------------------------------------------------- */

void
tree_steer(struct tree *t, struct subagent *s, const char *text)
{
	(void)t;
	agent_say(s->agent, text);
}

static void
forget(struct tree *t, struct node *n)
{
	for (size_t i = 0; i < t->nodes.n; i++) {
		if (t->nodes.v[i]->sub.parent == n->sub.agent)
			t->nodes.v[i]->sub.parent = NULL;
	}
	for (size_t i = 0; i < t->nodes.n; i++)
		if (t->nodes.v[i] == n) {
			vec_cut(&t->nodes, i, 1);
			break;
		}
	node_free(n);
}

void
tree_kill(struct tree *t, struct subagent *s)
{
	struct node *n = (struct node *)s;
	if (has_ended(n))
		forget(t, n);
	else
		stop(n, SUBAGENT_KILLED);
}

size_t
tree_kill_children(struct tree *t, struct agent *parent)
{
	size_t killed = 0;
	for (size_t i = 0; i < t->nodes.n; i++)
		if ((parent == NULL || t->nodes.v[i]->sub.parent == parent) && !has_ended(t->nodes.v[i])) {
			stop(t->nodes.v[i], SUBAGENT_KILLED);
			killed++;
		}
	return killed;
}

size_t
tree_drop_children(struct tree *t, struct agent *parent)
{
	size_t killed = tree_kill_children(t, parent);
	for (size_t i = t->nodes.n; i-- > 0;)
		if (i < t->nodes.n && t->nodes.v[i]->sub.parent == parent)
			forget(t, t->nodes.v[i]);
	return killed;
}

size_t
tree_kill_all(struct tree *t)
{
	return tree_kill_children(t, NULL);
}

/* ---- looking ----------------------------------------------------------------- */

size_t
tree_count(const struct tree *t)
{
	return t->nodes.n;
}

struct subagent *
tree_at(const struct tree *t, size_t i)
{
	return i < t->nodes.n ? &t->nodes.v[i]->sub : NULL;
}

struct subagent *
tree_find(const struct tree *t, const char *name)
{
	struct subagent *by_label = NULL, *by_id = NULL;
	for (size_t i = 0; i < t->nodes.n; i++) {
		struct subagent *s = &t->nodes.v[i]->sub;
		char number[24];
		snprintf(number, sizeof number, "%zu", s->number);
		if (strcmp(number, name) == 0)
			return s;
		if (by_id == NULL && strlen(name) >= 4 && str_starts(s->id, name))
			by_id = s;
		if (strcmp(s->label, name) == 0)
			by_label = s;   /* the newest of that name */
	}
	return by_label != NULL ? by_label : by_id;
}

struct subagent *
tree_of(const struct tree *t, const struct agent *a)
{
	struct node *n = node_of(t, a);
	return n != NULL ? &n->sub : NULL;
}

size_t
tree_running(const struct tree *t)
{
	return count(t, NULL, true);
}
