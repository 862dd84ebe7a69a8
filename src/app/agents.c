/* agents.c - see agents.h. */
#include "config.h"

#include "app/agents.h"

#include <stdint.h>
#include <stdlib.h>

#include "agent/subtools.h"
#include "app/configuration.h"
#include "app/image-tool.h"
#include "app/settings.h"
#include "app/toolbox.h"
#include "base/mem.h"
#include "store/session.h"
#include "ui/ui.h"

#define SUBAGENTS "agents.defaults.subagents."

static void
on_event(void *arg, struct agent *agent, enum agent_event ev, const char *text, size_t n)
{
	struct app *app = arg;
	if (app->on_event != NULL)
		app->on_event(app->event_arg, agent, ev, text, n);
}

static void
on_spawn(void *arg, struct subagent *s)
{
	struct app *app = arg;
	settings_set_fallbacks(app, s->agent, true);
	if (app->ui != NULL)
		ui_add_agent(app->ui, s->agent);
}

static void
on_state(void *arg, struct subagent *s)
{
	struct app *app = arg;
	if (app->on_subagent != NULL)
		app->on_subagent(app->event_arg, s);
	if (app->ui != NULL)
		ui_changed(app->ui);
}

static void
on_gone(void *arg, struct subagent *s)
{
	struct app *app = arg;
	if (app->ui != NULL)
		ui_remove_agent(app->ui, s->agent);
}

static struct session *
new_session(void *arg, const struct agent *parent, const char *label)
{
	(void)label;
	struct app *app = arg;
	struct session *s = app_new_session(app);
	const struct session *of = agent_session((struct agent *)(uintptr_t)parent);
	if (s != NULL && of != NULL)
		session_set_parent(s, session_id(of));
	return s;
}

static void
params(void *arg, const char *model, struct converse_params *p)
{
	settings_params(arg, model, p);
}

void
agents_set_limits(struct app *app)
{
	const char *model = config_str(app->config, SUBAGENTS "model.primary");
	int64_t depth = config_int(app->config, SUBAGENTS "maxSpawnDepth", 1);
	int64_t seconds = config_int(app->config, SUBAGENTS "runTimeoutSeconds", 900);
	const char *effort = config_str(app->config, SUBAGENTS "thinking");
	struct tree_limits l = {
		.max_concurrent = (int)config_int(app->config, SUBAGENTS "maxConcurrent", 8),
		.max_children = (int)config_int(app->config, SUBAGENTS "maxChildrenPerAgent", 5),
		.max_depth = depth > 0 ? (int)depth : -1,
		.timeout_s = seconds > 0 ? (long)seconds : -1,
		.model = model != NULL ? settings_found_id(app, model) : NULL,
		.effort = effort != NULL ? effort_named(effort) + 1 : 0,
		.no_sign_in = app->ui == NULL, .keeps_ended = app->options.print,
	};
	tree_set_limits(app->tree, &l);
}

/* ---- how models start them --------------------------------------------------------- */

static void
define(void *arg, struct definition *d, struct spawn_ask *ask)
{
	agents_define(arg, d, ask);
}

static const char *
model_id(void *arg, const char *ref)
{
	return settings_found_id(arg, ref);
}

static void
start_tools(struct app *app)
{
	const struct tooling_env *env = toolbox_env(app);
	struct subtools_hooks hooks = { app, define, model_id };
	if (env == NULL)
		return;
	tree_set_tools(app->tree, env);
	app->subtools = subtools_new(app->tree, env->tools, &hooks);
	app->image_tool = image_tool_new(app, env);
}

void
agents_start(struct app *app)
{
	struct agent_env env = app_agent_env(app);
	struct tree_hooks hooks = { app, on_event, on_spawn, on_state, on_gone, new_session, params };
	app->tree = tree_new(&env, app->agent, &hooks);
	agents_set_limits(app);
	start_tools(app);
	tree_restored(app->tree);
}

void
agents_stop(struct app *app)
{
	tree_free(app->tree);
	app->tree = NULL;
}

void
agents_stop_tools(struct app *app)
{
	subtools_free(app->subtools);
	app->subtools = NULL;
	image_tool_free(app->image_tool);
	app->image_tool = NULL;
}

void
agents_on_event(struct app *app, void (*hook)(void *, struct agent *, enum agent_event, const char *, size_t), void *arg)
{
	app->on_event = hook;
	app->event_arg = arg;
	app->on_subagent = NULL;
}

bool
agents_are_idle(const struct app *app)
{
	struct agent_status s;
	agent_status(app->agent, &s);
	/* What came while a reply was under way is said next, unless that reply failed. */
	bool goes_on = s.queued > 0 && s.model != NULL && agent_last_error(app->agent)->code == ERR_NONE;
	return !agent_busy(app->agent) && !goes_on && (app->tree == NULL || tree_running(app->tree) == 0);
}

/* A definition's own words, and then what every agent here is told: where its tools work, what the project says. */
static const char *
add_surroundings(const struct app *app, struct definition *d)
{
	if (d->system == NULL || app->surroundings == NULL)
		return d->system;
	char *both = mem_printf("%s\n\n%s", d->system, app->surroundings);
	free(d->system);
	return d->system = both;
}

void
agents_define(struct app *app, struct definition *d, struct spawn_ask *ask)
{
	ask->system = add_surroundings(app, d);
	if (ask->label == NULL)
		ask->label = d->name;
	if (ask->model == NULL && d->model != NULL)
		ask->model = settings_found_id(app, d->model);
	if (ask->effort == 0 && d->effort != NULL)
		ask->effort = effort_named(d->effort) + 1;
	if (d->has_tools) {
		static const char *const none[1];
		ask->tools = d->tools.n > 0 ? (const char *const *)d->tools.v : none;
		ask->n_tools = d->tools.n;
	}
}

static bool
waits_for_sign_in(struct agent *agent)
{
	struct agent_status s;
	agent_status(agent, &s);
	return s.needs_login;
}

struct agent *
agents_waiting(struct app *app)
{
	if (waits_for_sign_in(app->agent))
		return app->agent;
	for (size_t i = 0; app->tree != NULL && i < tree_count(app->tree); i++)
		if (waits_for_sign_in(tree_at(app->tree, i)->agent))
			return tree_at(app->tree, i)->agent;
	return NULL;
}

static void
retry_one(struct agent *agent)
{
	if (waits_for_sign_in(agent))
		agent_retry(agent);
}

void
agents_retry(struct app *app)
{
	retry_one(app->agent);
	for (size_t i = 0; app->tree != NULL && i < tree_count(app->tree); i++)
		retry_one(tree_at(app->tree, i)->agent);
}
