/* cmd-agents.c - commands about subagents: /spawn, /agents, /steer, /kill. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/agents.h"
#include "app/command.h"
#include "app/settings.h"
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

struct spawn_args {
	char	*model, *kind;          /* kind: a definition, agents/KIND.md */
	double	 budget;
	long	 seconds;
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
take_flag(struct app *app, const char **rest, struct spawn_args *a, struct err *err)
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

void
cmd_spawn(struct app *app, struct agent *agent, const char *args)
{
	struct spawn_args a = { 0 };
	struct err err = { 0 };
	struct agent_status s;
	while (take_flag(app, &args, &a, &err))
		;
	args += strspn(args, " \t\n");
	agent_status(agent, &s);
	struct spawn_ask ask = { .task = args, .model = a.model, .budget = a.budget, .timeout_s = a.seconds,
		.by_user = true };
	struct definition *d = NULL;
	if (err.code == ERR_NONE && a.kind != NULL)
		d = agents_define(app, a.kind, &ask, &err);
	if (err.code == ERR_NONE && s.model == NULL && ask.model == NULL)
		err_set(&err, ERR_USAGE, _("No model is chosen yet: /models shows what there is."));
	struct subagent *sub = err.code == ERR_NONE ? tree_spawn(app->tree, agent, &ask, &err) : NULL;
	if (sub == NULL) {
		app->tell(app, err.text);
	} else {
		char *line = sub->state == SUBAGENT_WAITING ?
		    mem_printf(_("Subagent %zu (%s) starts as soon as a place is free."), sub->number, sub->label) :
		    mem_printf(_("Subagent %zu (%s) is at work. Its answer comes back here."), sub->number, sub->label);
		app->tell(app, line);
		free(line);
	}
	definition_free(d);
	free(a.model);
	free(a.kind);
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
put_definitions(struct buf *b)
{
	struct definitions list = { 0 };
	char *cwd = getcwd(NULL, 0);
	definitions_list(cwd != NULL ? cwd : "/", &list);
	if (list.n > 0)
		buf_printf(b, "\n\n| %s | |\n|---|---|\n", _("`/spawn -a AGENT TASK` with one of these:"));
	for (size_t i = 0; i < list.n; i++)
		buf_printf(b, "| `%s` | %s |\n", list.v[i]->name, list.v[i]->description != NULL ? list.v[i]->description : "");
	definitions_done(&list);
	free(cwd);
}

void
cmd_agents(struct app *app, struct agent *agent, const char *args)
{
	(void)agent;
	(void)args;
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
	put_definitions(&b);
	app->show(app, _("Subagents"), buf_str(&b));
	buf_done(&b);
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
