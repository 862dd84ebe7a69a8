/* cmd-agents.c - commands about subagents: /spawn, /agents, /steer, /kill. */
#include "config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/agents.h"
#include "app/command.h"
#include "app/reading.h"
#include "app/settings.h"
#include "app/surroundings.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/catalogue.h"
#include "text/clean.h"

/* Cuts the first word off *rest; NULL at the end. The caller frees it. */
static char *
next_word(const char **rest)
{
	const char *s = *rest + strspn(*rest, " \t\n");
	size_t n = strcspn(s, " \t\n");
	*rest = s + n;
	return n > 0 ? mem_strndup(s, n) : NULL;
}

/* ---- /spawn ----------------------------------------------------------------------- */

struct spawning {
	struct reading	 reading;
	struct agent	*parent;        /* may be gone when this comes back */
	char		*model, *kind;  /* kind: a definition, agents/KIND.md */
	char		*task;
	double		 budget;
	long		 seconds;
	struct definition *definition;
	struct err	 err;
};

static int
take_number(const char *word, double *value)
{
	char *end;
	*value = strtod(word, &end);
	return *word == '\0' || *end != '\0' || !(*value > 0) ? -1 : 0;
}

/* One "-x VALUE". False: not a flag, or a wrong one (then *err says so). */
static bool
take_flag(struct app *app, const char **rest, struct spawning *a, struct err *err)
{
	const char *at = *rest + strspn(*rest, " \t\n");
	if (at[0] != '-' || at[1] == '\0' || strchr("ambt", at[1]) == NULL || strchr(" \t\n", at[2]) == NULL)
		return false;
	char flag = at[1];
	at += 2;
	char *value = next_word(&at);
	double number = 0;
	if (value == NULL || (strchr("bt", flag) != NULL && take_number(value, &number) < 0)) {
		err_set(err, ERR_USAGE, _("/spawn -%c needs a value: -a AGENT, -m MODEL, -b USD, -t SECONDS."), flag);
	} else if (flag == 'm') {
		free(a->model);
		a->model = mem_strdup(settings_found_id(app, value));
	} else if (flag == 'a') {
		free(a->kind);
		a->kind = mem_strdup(value);
	} else if (flag == 'b') {
		a->budget = number;
	} else {
		a->seconds = (long)number > 0 ? (long)number : 1;
	}
	free(value);
	*rest = at;
	return err->code == ERR_NONE;
}

static void
tell_spawned(struct app *app, const struct subagent *sub)
{
	char *line = sub->state == SUBAGENT_WAITING ?
	    mem_printf(_("Subagent %zu (%s) starts as soon as a place is free."), sub->number, sub->label) :
	    mem_printf(_("Subagent %zu (%s) is at work. Its answer comes back here."), sub->number, sub->label);
	app->tell(app, line);
	free(line);
}

static struct subagent *
spawn(struct app *app, struct spawning *a)
{
	struct spawn_ask ask = { .task = a->task, .model = a->model, .budget = a->budget, .timeout_s = a->seconds,
		.by_user = true };
	struct agent_status s;
	if (a->err.code != ERR_NONE)
		return NULL;
	if (a->definition != NULL)
		agents_define(app, a->definition, &ask);
	agent_status(a->parent, &s);
	if (s.model == NULL && ask.model == NULL) {
		err_set(&a->err, ERR_USAGE, _("No model is chosen yet: /models shows what there is."));
		return NULL;
	}
	return tree_spawn(app->tree, a->parent, &ask, &a->err);
}

static void
read_kind(struct reading *reading)
{
	struct spawning *a = (struct spawning *)reading;
	char *cwd = a->kind != NULL ? getcwd(NULL, 0) : NULL;
	if (a->kind != NULL)
		a->definition = definition_find(cwd != NULL ? cwd : "/", a->kind, &a->err);
	free(cwd);
}

static void
take_kind(struct reading *reading)
{
	struct spawning *a = (struct spawning *)reading;
	struct app *app = reading->app;
	bool there = a->parent == app->agent || tree_of(app->tree, a->parent) != NULL;
	if (there && !reading->nobody) {
		struct subagent *sub = spawn(app, a);
		if (sub != NULL)
			tell_spawned(app, sub);
		else
			app->tell(app, a->err.text);
	}
	definition_free(a->definition);
	free(a->model);
	free(a->kind);
	free(a->task);
	free(a);
}

void
cmd_spawn(struct app *app, struct agent *agent, const char *args)
{
	struct spawning *a = mem_alloc(sizeof *a);
	*a = (struct spawning){ .reading = { .read = read_kind, .take = take_kind, .app = app }, .parent = agent };
	while (take_flag(app, &args, a, &a->err))
		;
	a->task = mem_strdup(args + strspn(args, " \t\n"));
	bool waits = a->kind != NULL || surroundings_are_awaited(app);
	if (waits && a->err.code == ERR_NONE)
		reading_queue(app, &a->reading);
	else
		take_kind(&a->reading);
}

/* ---- /agents ---------------------------------------------------------------------- */

static const char *
state_word(enum subagent_state state)
{
	static const char *const words[] = { N_("waits for a place"), N_("at work"), N_("done"), N_("failed"),
		N_("stopped"), N_("out of time"), N_("out of budget") };
	return _(words[state]);
}

static void
put_row(struct buf *b, const struct subagent *s)
{
	struct agent_status st;
	agent_status(s->agent, &st);
	buf_printf(b, "| %zu | %s | %s | %s | %lld s | %lld | ", s->number, s->label,
	    st.model_short != NULL ? st.model_short : "", st.needs_login ? _("waits for a sign-in") : state_word(s->state),
	    (long long)subagent_elapsed_ms(s) / 1000, (long long)(st.tokens_in + st.tokens_out));
	if (st.cost >= 0)
		buf_printf(b, "$%.4f |\n", st.cost);
	else
		buf_printf(b, "%s |\n", _("unknown"));
}

/* The kinds that are kept as files. */
static void
put_definitions(struct buf *b, const struct definitions *list)
{
	if (list->n > 0)
		buf_printf(b, "\n\n| %s | |\n|---|---|\n", _("`/spawn -a AGENT TASK` with one of these:"));
	for (size_t i = 0; i < list->n; i++)
		buf_printf(b, "| `%s` | %s |\n", list->v[i]->name, list->v[i]->description != NULL ? list->v[i]->description : "");
}

/* kinds NULL: not read yet. */
static void
show_agents(struct app *app, const struct definitions *kinds)
{
	struct buf b = { 0 };
	if (tree_count(app->tree) == 0) {
		buf_puts(&b, _("There are no subagents. `/spawn TASK` starts one; models start them with a tool."));
	} else {
		buf_printf(&b, "| # | %s | %s | %s | %s | %s | %s |\n|---:|---|---|---|---:|---:|---:|\n", _("name"), _("model"),
		    _("state"), _("time"), _("tokens"), _("cost"));
		for (size_t i = 0; i < tree_count(app->tree); i++)
			put_row(&b, tree_at(app->tree, i));
		buf_printf(&b, "\n%s\n", _("`/steer N TEXT` speaks to one, `/kill N` stops it (again: takes it off the list), "
		    "`/kill all` stops all. Alt-1 … Alt-9 go to their panes."));
	}
	if (kinds != NULL)
		put_definitions(&b, kinds);
	else
		buf_printf(&b, "\n\n%s\n", _("The disk is slow: which kinds of agents are kept as files is not known yet."));
	app->show(app, _("Subagents"), buf_str(&b));
	buf_done(&b);
}

/* The page waits a moment for the files, and is then shown without them. */
struct listing {
	struct reading		 reading;
	struct timer		 timer;
	struct definitions	 list;
	bool			 shown;
};

static void
read_kinds(struct reading *reading)
{
	char *cwd = getcwd(NULL, 0);
	definitions_list(cwd != NULL ? cwd : "/", &((struct listing *)reading)->list);
	free(cwd);
}

static void
take_kinds(struct reading *reading)
{
	struct listing *l = (struct listing *)reading;
	struct app *app = reading->app;
	app->listing = NULL;
	timer_cancel(&app->timers, &l->timer);
	if (!l->shown && !reading->nobody)
		show_agents(app, &l->list);
	definitions_done(&l->list);
	free(l);
}

static void
on_slow(struct timer *timer)
{
	struct listing *l = (struct listing *)((char *)timer - offsetof(struct listing, timer));
	struct app *app = l->reading.app;
	l->shown = true;
	if (app->ui != NULL)
		show_agents(app, NULL);
}

void
cmd_agents(struct app *app, struct agent *agent, const char *args)
{
	enum { PATIENCE_MS = 300 };
	(void)agent;
	(void)args;
	if (app->listing != NULL) {
		if (app->listing->shown)
			show_agents(app, NULL);
		return;
	}
	struct listing *l = app->listing = mem_alloc(sizeof *l);
	*l = (struct listing){ .reading = { .read = read_kinds, .take = take_kinds }, .timer.fire = on_slow };
	timer_set(&app->timers, &l->timer, PATIENCE_MS);
	reading_aside(app, &l->reading);
}

/* ---- /steer, /kill ------------------------------------------------------------------ */

static struct subagent *
find(struct app *app, const char *name)
{
	struct subagent *s = name != NULL ? tree_find(app->tree, name) : NULL;
	if (s == NULL) {
		char *line = mem_printf(_("There is no subagent %s. /agents lists them."), name != NULL ? name : "");
		app->tell(app, line);
		free(line);
	}
	return s;
}

void
cmd_steer(struct app *app, struct agent *agent, const char *args)
{
	(void)agent;
	char *name = next_word(&args);
	args += strspn(args, " \t\n");
	if (name == NULL || *args == '\0') {
		app->tell(app, _("/steer needs a subagent and what to tell it: /steer 2 look at the tests too"));
	} else {
		struct subagent *s = find(app, name);
		if (s != NULL)
			tree_steer(app->tree, s, args);
	}
	free(name);
}

void
cmd_kill(struct app *app, struct agent *agent, const char *args)
{
	(void)agent;
	char *name = next_word(&args);
	if (name == NULL) {
		app->tell(app, _("/kill needs a subagent's number, or: /kill all"));
	} else if (strcmp(name, "all") == 0) {
		size_t n = tree_kill_all(app->tree);
		char *line = mem_printf(ngettext("%zu subagent was stopped.", "%zu subagents were stopped.", n), n);
		app->tell(app, line);
		free(line);
	} else {
		struct subagent *s = find(app, name);
		if (s != NULL)
			tree_kill(app->tree, s);
	}
	free(name);
}
