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
	command_help(&b);
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
	agent_renew(agent, app_new_session(app));
	app->tell(app, _("A new conversation. The last one is kept: adit sessions list"));
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

static void
put_count(struct buf *b, const char *what, int64_t n)
{
	buf_printf(b, "| %s | %lld |\n", what, (long long)n);
}

void
cmd_usage(struct app *app, struct agent *agent, const char *args)
{
	(void)args;
	const struct usage *u = agent_usage(agent);
	struct agent_status s;
	struct buf b = { 0 };
	agent_status(agent, &s);
	buf_printf(&b, "| %s | |\n|---|---:|\n", _("This conversation"));
	put_count(&b, _("input tokens"), u->input);
	put_count(&b, _("output tokens"), u->output);
	put_count(&b, _("read from the prompt cache"), u->cache_read);
	put_count(&b, _("written to the prompt cache"), u->cache_write);
	if (s.context_window > 0)
		buf_printf(&b, "| %s | %ld / %ld |\n", _("context window"), s.context_used, s.context_window);
	if (s.cost >= 0)
		buf_printf(&b, "| %s | $%.4f |\n", _("cost (estimate)"), s.cost);
	else
		buf_printf(&b, "| %s | %s |\n", _("cost (estimate)"), _("unknown: a price is missing"));
	app->show(app, _("Usage"), buf_str(&b));
	buf_done(&b);
}
