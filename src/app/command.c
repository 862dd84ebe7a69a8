/* command.c - the table of slash commands; see command.h. */
#include "config.h"

#include "app/command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/prompts.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "text/clean.h"
#include "text/fuzzy.h"
#include "ui/ui.h"

static const struct command rows[] = {
	{ "help", "", N_("keys and commands"), cmd_help },
	{ "auth", "", N_("where credentials were looked for and which ones are in use"), cmd_auth },
	{ "login", N_("[PROFILE|METHOD]"), N_("sign in: SSO, console, API key, keys, or a profile of the AWS files"), cmd_login },
	{ "logout", "", N_("forget what adit stored, and sign out of SSO"), cmd_logout },
	{ "models", N_("[FILTER]"), N_("the models that this account can use here"), cmd_models },
	{ "model", N_("[NAME]"), N_("use another model, or say which one is in use"), cmd_model },
	{ "effort", N_("[LEVEL]"), N_("how much the model thinks: one of the levels that it has, or the next one"), cmd_effort },
	{ "tier", N_("[TIER]"), N_("the service tier: default, priority, flex, reserved, none"), cmd_tier },
	{ "guardrail", N_("[ID[:VERSION]|on|off|trace on|off|full]"), N_("which guardrail checks the conversation, and whether it says what it found"), cmd_guardrail },
	{ "new", "", N_("begin a new conversation"), cmd_new },
	{ "retry", "", N_("ask again after a failure"), cmd_retry },
	{ "tools", "", N_("what the model may do here, and the rules for it"), cmd_tools },
	{ "attach", N_("[FILE]"), N_("send a file along with the next message; without a name drop what was attached"), cmd_attach },
	{ "image", N_("FILE [PROMPT]"), N_("ask about an image"), cmd_image },
	{ "spawn", N_("[-a AGENT] [-m MODEL] [-b USD] [-t SECONDS] TASK"), N_("give a task to a subagent, in a pane of its own"), cmd_spawn },
	{ "agents", "", N_("the subagents: state, time, tokens, cost"), cmd_agents },
	{ "steer", N_("N TEXT"), N_("say something to a subagent"), cmd_steer },
	{ "kill", N_("N|all"), N_("stop a subagent, or all of them"), cmd_kill },
	{ "usage", "", N_("tokens and cost: last reply, conversation, models, today, this month"), cmd_usage },
	{ "config", N_("[KEY [VALUE]]"), N_("the settings in force, one of them, or another value for it"), cmd_config },
	{ "doctor", "[--matrix]", N_("is everything in order? credentials, network, permissions, terminal"), cmd_doctor },
	{ "demo", "", N_("a guided tour against a simulator on this machine"), cmd_demo },
	{ "quit", "", N_("leave adit"), cmd_quit },
};
enum { N_ROWS = sizeof rows / sizeof *rows };

const struct command *
command_at(size_t i)
{
	return i < N_ROWS ? &rows[i] : NULL;
}

static const struct command *
nearest(const char *name)
{
	const struct command *best = NULL;
	int distance = 3;
	for (size_t i = 0; i < N_ROWS; i++) {
		int d = fuzzy_distance(name, rows[i].name, distance);
		if (d < distance) {
			distance = d;
			best = &rows[i];
		}
	}
	return best;
}

static void
tell_unknown(struct app *app, const char *name)
{
	const struct command *near = nearest(name);
	char *s = near != NULL ?
	    mem_printf(_("There is no command /%s. Did you mean /%s?"), name, near->name) :
	    mem_printf(_("There is no command /%s. Type /help for the list."), name);
	app->tell(app, s);
	free(s);
}

bool
command_own(struct app *app, struct agent *agent, const char *line)
{
	if (line[0] != '!')
		return false;
	bool tell = line[1] != '!';
	const char *command = line + (tell ? 1 : 2);
	command += strspn(command, " \t");
	if (*command == '\0')
		return false;
	if (app->toolbox == NULL)
		app->tell(app, _("Commands of your own need tools, and there are none in this run (--no-tools)."));
	else if (agent_busy(agent))
		app->tell(app, _("A reply is under way. Press Esc to stop it first."));
	else
		agent_run_own(agent, command, tell);
	return true;
}

static void
put_prompts(struct app *app, struct buf *out)
{
	const struct context_prompts *prompts = prompts_known(app);
	for (size_t i = 0; i < prompts->n; i++) {
		const struct context_prompt *p = &prompts->v[i];
		char *help = clean_line(p->help);
		buf_printf(out, "| `/%s%s%s` | %s |\n", p->name, *p->args != '\0' ? " " : "", p->args, help);
		free(help);
	}
}

void
command_run(struct app *app, struct agent *agent, const char *line)
{
	line++;
	size_t n = strcspn(line, " \t\n");
	char *name = mem_strndup(line, n);
	const char *args = line + n + strspn(line + n, " \t\n");
	const struct command *row = NULL;
	for (size_t i = 0; i < N_ROWS && row == NULL; i++)
		if (strcmp(rows[i].name, name) == 0)
			row = &rows[i];
	if (row != NULL) {
		row->run(app, agent, args);
	} else {
		prompts_run(app, agent, name, args, tell_unknown);
	}
	free(name);
}

void
command_say(struct app *app, struct agent *agent, const char *sentence)
{
	enum { SHORT = 40 };
	if (agent == NULL)
		agent = app->ui != NULL && ui_focused(app->ui) != NULL ? ui_focused(app->ui) : app->agent;
	if (app->ui != NULL && strlen(sentence) > SHORT)
		agent_note(agent, BLOCK_NOTE, sentence);
	else
		app->tell(app, sentence);
}

void
command_help(struct app *app, struct buf *out)
{
	buf_printf(out, "| %s | |\n|---|---|\n", _("Command"));
	for (size_t i = 0; i < N_ROWS; i++)
		buf_printf(out, "| `/%s%s%s` | %s |\n", rows[i].name, *rows[i].args != '\0' ? " " : "",
		    *rows[i].args != '\0' ? _(rows[i].args) : "", _(rows[i].help));
	put_prompts(app, out);
}
