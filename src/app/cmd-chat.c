/* cmd-chat.c - commands about the conversation and the program. */
#include "config.h"

#include <stdlib.h>

#include "app/command.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "ui/action.h"

void
cmd_help(struct app *app, struct agent *agent, const char *args)
{
	(void)agent;
	(void)args;
	struct buf b = { 0 };
	command_help(app, &b);
	buf_putc(&b, '\n');
	if (app->ui != NULL)
		action_help(&b);
	app->show(app, _("Help"), buf_str(&b));
	buf_done(&b);
}

void
cmd_quit(struct app *app, struct agent *agent, const char *args)
{
	(void)agent;
	(void)args;
	app->quit = true;
}

void
cmd_new(struct app *app, struct agent *agent, const char *args)
{
	(void)args;
	/* What its subagents find out belongs to the conversation that ends here. */
	size_t n = tree_drop_children(app->tree, agent);
	agent_renew(agent, app_new_session(app));
	if (n == 0) {
		app->tell(app, _("A new conversation. The last one is kept: adit sessions list"));
		return;
	}
	char *line = mem_printf(ngettext("A new conversation. The last one is kept; its %zu subagent at work was stopped.",
	    "A new conversation. The last one is kept; its %zu subagents at work were stopped.", n), n);
	app->tell(app, line);
	free(line);
}

void
cmd_retry(struct app *app, struct agent *agent, const char *args)
{
	(void)args;
	if (agent_busy(agent)) {
		app->tell(app, _("A reply is under way. Press Esc to stop it first."));
		return;
	}
	struct agent_status s;
	agent_status(agent, &s);
	if (s.model == NULL) {
		choose_start(app, CHOOSE_YOUNG, NULL, NULL);
		return;
	}
	if (agent_conversation(agent)->n == 0 && s.queued == 0)
		app->tell(app, _("There is nothing to ask again yet."));
	else
		agent_retry(agent);
}
