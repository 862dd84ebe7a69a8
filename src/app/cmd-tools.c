/* cmd-tools.c - /tools. */
#include "config.h"

#include "app/command.h"
#include "app/toolbox.h"
#include "base/i18n.h"

void
cmd_tools(struct app *app, struct agent *agent, const char *args)
{
	(void)agent;
	(void)args;
	struct buf b = { 0 };
	if (app->toolbox == NULL) {
		app->tell(app, _("There are no tools in this run (--no-tools, or tools.enabled is false)."));
		return;
	}
	toolbox_describe(app, &b);
	app->show(app, _("Tools"), buf_str(&b));
	buf_done(&b);
}
