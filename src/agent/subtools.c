/* subtools.c - see subtools.h. What models read is English. */
#include "config.h"

#include "agent/subtools.h"

#include <stdlib.h>
#include <string.h>

#include "agent/definition.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

struct subtools {
	struct tree		*tree;
	struct tool_set		*set;
	struct subtools_hooks	 hooks;
	struct tooling_row	 spawn, agents;
};

static const char spawn_schema[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"task\":{\"type\":\"string\",\"description\":\"What to do, with everything it needs to know: it sees nothing else "
    "unless context is fork.\"},"
    "\"label\":{\"type\":\"string\",\"description\":\"A short name, for people.\"},"
    "\"agentId\":{\"type\":\"string\",\"description\":\"The name of a kind of agent that is defined here.\"},"
    "\"model\":{\"type\":\"string\"},"
    "\"thinking\":{\"type\":\"string\",\"enum\":[\"none\",\"minimal\",\"low\",\"medium\",\"high\",\"xhigh\",\"max\"]},"
    "\"runTimeoutSeconds\":{\"type\":\"integer\",\"minimum\":0,\"description\":\"0: no limit.\"},"
    "\"context\":{\"type\":\"string\",\"enum\":[\"isolated\",\"fork\"],\"description\":\"fork: begins with a copy of this "
    "conversation.\"},"
    "\"cleanup\":{\"type\":\"string\",\"enum\":[\"delete\",\"keep\"],\"description\":\"delete: its pane goes when it has "
    "ended.\"}},"
    "\"required\":[\"task\"]}";

static const char agents_schema[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"action\":{\"type\":\"string\",\"enum\":[\"list\",\"steer\",\"kill\"]},"
    "\"target\":{\"type\":\"string\",\"description\":\"Id, number or label of the subagent; for kill also \\\"all\\\".\"},"
    "\"message\":{\"type\":\"string\",\"description\":\"For steer: what to tell it.\"}},"
    "\"required\":[\"action\"]}";

/* A kind of agent that a call names. */
struct kind {
	struct definition	*definition;    /* NULL: err says why */
	struct err		 err;
};

/* Whom it is about, for the line that shows the call. A worker's. */
static int
prepare(struct tool_call *c, struct err *err)
{
	const char *who = tool_arg(c, "label", tool_arg(c, "target", tool_arg(c, "task", tool_arg(c, "action", ""))));
	(void)err;
	c->summary = mem_strndup(who, strcspn(who, "\n"));
	return 0;
}

/* ---- sessions_spawn ----------------------------------------------------------------- */

/* A worker's: the definition's file may be on a disk that is slow. */
static int
prepare_spawn(struct tool_call *c, struct err *err)
{
	const char *name = tool_arg(c, "agentId", NULL);
	if (name != NULL) {
		struct kind *k = c->plan = mem_alloc(sizeof *k);
		k->definition = definition_find(c->place->root, name, &k->err);
	}
	return prepare(c, err);
}

static void
forget_kind(struct tool_call *c)
{
	struct kind *k = c->plan;
	definition_free(k->definition);
	free(k);
}

static void
refuse(struct tooling_call *c, const char *sentence)
{
	tooling_done(c, sentence, true, NULL);
}

static void
take_args(struct subtools *t, struct json_object *args, struct spawn_ask *ask)
{
	const char *model = json_str(args, "model", NULL), *thinking = json_str(args, "thinking", NULL);
	ask->task = json_str(args, "task", "");
	ask->label = json_str(args, "label", NULL);
	if (model != NULL && !str_blank(model))
		ask->model = t->hooks.model != NULL ? t->hooks.model(t->hooks.arg, model) : model;
	if (thinking != NULL)
		ask->effort = effort_named(thinking) + 1;
	if (json_get(args, "runTimeoutSeconds") != NULL) {
		int64_t s = json_int(args, "runTimeoutSeconds", 0);
		ask->timeout_s = s > 0 ? (long)s : -1;
	}
	ask->fork = strcmp(json_str(args, "context", "isolated"), "fork") == 0;
	ask->cleanup = strcmp(json_str(args, "cleanup", "keep"), "delete") == 0;
}

static void
answer_spawned(struct subtools *t, struct agent *agent, struct tooling_call *c, struct subagent *s)
{
	struct buf b = { 0 };
	char *id = mem_strdup(tooling_call_id(c));
	buf_putc(&b, '{');
	json_put_member(&b, "status", "accepted");
	json_put_member(&b, "id", s->id);
	json_put_member(&b, "label", s->label);
	json_put_member(&b, "state", subagent_state_name(s->state));
	json_put_member(&b, "note", "Its result will come as a message of its own when it has ended; do not wait or poll for it.");
	buf_putc(&b, '}');
	tooling_done(c, buf_str(&b), false, s->state == SUBAGENT_WAITING ? _("waits for a place") : NULL);
	tree_show_in(t->tree, s, agent_take_call_block(agent, id));
	free(id);
	buf_done(&b);
}

static void
call_spawn(void *arg, struct agent *agent, struct tooling_call *c)
{
	struct subtools *t = arg;
	struct json_object *args = tooling_args(c);
	struct spawn_ask ask = { 0 };
	struct err err = { 0 };
	take_args(t, args, &ask);
	const struct kind *kind = tooling_tool_call(c)->plan;
	if (kind != NULL && kind->definition == NULL)
		err = kind->err;
	else if (kind != NULL && t->hooks.define != NULL)
		t->hooks.define(t->hooks.arg, kind->definition, &ask);
	struct subagent *s = err.code == ERR_NONE ? tree_spawn(t->tree, agent, &ask, &err) : NULL;
	if (s == NULL)
		refuse(c, err.text);
	else
		answer_spawned(t, agent, c, s);
}

/* ---- subagents ------------------------------------------------------------------------ */

static void
put_one(struct buf *b, const struct subagent *s)
{
	struct agent_status st;
	agent_status(s->agent, &st);
	buf_putc(b, '{');
	json_put_member(b, "id", s->id);
	json_put_member(b, "label", s->label);
	json_put_member(b, "status", subagent_state_name(s->state));
	json_put_int(b, "ms", subagent_elapsed_ms(s));
	json_put_int(b, "tokens", st.tokens_in + st.tokens_out);
	if (st.cost >= 0)
		json_put_num(b, "cost", st.cost);
	else
		json_put_null(b, "cost");
	buf_putc(b, '}');
}

static void
list(struct subtools *t, struct agent *agent, struct tooling_call *c)
{
	struct buf b = { 0 };
	size_t n = 0;
	buf_puts(&b, "{\"subagents\":[");
	for (size_t i = 0; i < tree_count(t->tree); i++) {
		const struct subagent *s = tree_at(t->tree, i);
		if (s->parent != agent)
			continue;
		if (n++ > 0)
			buf_putc(&b, ',');
		put_one(&b, s);
	}
	buf_puts(&b, "]}");
	tooling_done(c, buf_str(&b), false, NULL);
	buf_done(&b);
}

/* One of the caller's own; else the call has been answered. */
static struct subagent *
target(struct subtools *t, struct agent *agent, struct tooling_call *c)
{
	const char *name = json_str(tooling_args(c), "target", "");
	struct subagent *s = tree_find(t->tree, name);
	if (s != NULL && s->parent == agent)
		return s;
	refuse(c, "There is no such subagent of yours. The action list shows those that there are.");
	return NULL;
}

static void
steer(struct subtools *t, struct agent *agent, struct tooling_call *c)
{
	const char *message = json_str(tooling_args(c), "message", "");
	if (str_blank(message)) {
		refuse(c, "steer needs a message.");
		return;
	}
	struct subagent *s = target(t, agent, c);
	if (s == NULL)
		return;
	tree_steer(t->tree, s, message);
	tooling_done(c, "It was told, and hears it as soon as it listens.", false, s->label);
}

static void
end(struct subtools *t, struct agent *agent, struct tooling_call *c)
{
	if (strcmp(json_str(tooling_args(c), "target", ""), "all") == 0) {
		char *text = mem_printf("%zu ended.", tree_kill_children(t->tree, agent));
		tooling_done(c, text, false, NULL);
		free(text);
		return;
	}
	struct subagent *s = target(t, agent, c);
	if (s == NULL)
		return;
	if (s->state > SUBAGENT_RUNNING) {
		refuse(c, "It has ended already.");
		return;
	}
	tree_kill(t->tree, s);
	tooling_done(c, "It was ended; what it had said comes as a message.", false, s->label);
}

static const struct {
	const char	*name;
	void		(*run)(struct subtools *, struct agent *, struct tooling_call *);
} actions[] = {
	{ "list", list },
	{ "steer", steer },
	{ "kill", end },
};

static void
call_agents(void *arg, struct agent *agent, struct tooling_call *c)
{
	const char *action = json_str(tooling_args(c), "action", "");
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (strcmp(actions[i].name, action) == 0) {
			actions[i].run(arg, agent, c);
			return;
		}
	refuse(c, "action is list, steer or kill.");
}

/* ---- the rows --------------------------------------------------------------------------- */

struct subtools *
subtools_new(struct tree *tree, struct tool_set *set, const struct subtools_hooks *hooks)
{
	struct subtools *t = mem_alloc(sizeof *t);
	t->tree = tree;
	t->set = set;
	t->hooks = *hooks;
	t->spawn = (struct tooling_row){
		.tool = { .name = "sessions_spawn", .title = N_("Start a subagent"),
		    .description = "Gives a task to a subagent that works at the same time in a conversation of its own. Returns at once "
				   "with an id; the result arrives later as a message. Use it for independent pieces of work.",
		    .schema = spawn_schema, .flags = TOOL_FREE, .prepare = prepare_spawn, .done = forget_kind },
		.call = call_spawn, .arg = t };
	t->agents = (struct tooling_row){
		.tool = { .name = "subagents", .title = N_("Look after subagents"),
		    .description = "Lists your subagents with their state, tells one something (steer), or ends one or all (kill).",
		    .schema = agents_schema, .flags = TOOL_FREE, .prepare = prepare },
		.call = call_agents, .arg = t };
	tool_set_add(set, &t->spawn.tool);
	tool_set_add(set, &t->agents.tool);
	return t;
}

void
subtools_free(struct subtools *t)
{
	if (t == NULL)
		return;
	tool_set_remove(t->set, t->spawn.tool.name);
	tool_set_remove(t->set, t->agents.tool.name);
	free(t);
}
