/* cmd-account.c - commands about credentials, and the demo. */
#include "config.h"

#include <stdlib.h>

#include "app/auth-text.h"
#include "app/command.h"
#include "app/demo.h"
#include "app/login.h"
#include "aws/profile.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

void
cmd_auth(struct app *app, struct agent *agent, const char *args)
{
	(void)agent;
	(void)args;
	struct creds_report *r = creds_report(app->aws);
	struct buf b = { 0 };
	auth_text_markdown(&b, app->aws, r);
	app->show(app, _("Credentials"), buf_str(&b));
	buf_done(&b);
	creds_report_free(r);
}

/* From now on this profile, as --profile would have it; a turn that waits for credentials goes on. */
static void
use_profile(struct app *app, const char *name)
{
	char *line = mem_printf(_("Signing in with profile %s from now on."), name);
	login_use_profile(app, name);
	login_goes_on(app, line);
	free(line);
}

void
cmd_login(struct app *app, struct agent *agent, const char *args)
{
	char *name = str_trim(args);
	const struct profiles *files = profiles_load(NULL);
	struct err err = { 0 };
	if (app->ui == NULL && (*name == '\0' || !profile_exists(files, name)))
		login_in_lines(app, name);
	else if (*name == '\0')
		login_open(app);
	else if (!profile_exists(files, name) && login_way_named(name) >= 0)
		login_open_way(app, (enum login_way)login_way_named(name));
	else if (agent_busy(agent))
		app->tell(app, _("A reply is under way. Press Esc to stop it first."));
	else if (!profile_exists(files, name) && profile_unknown(files, name, "/login", &err) < 0)
		agent_note(agent, BLOCK_ERROR, err.text);
	else
		use_profile(app, name);
	profiles_unref(files);
	free(name);
}

void
cmd_logout(struct app *app, struct agent *agent, const char *args)
{
	(void)agent;
	(void)args;
	if (app->ui != NULL)
		logout_open(app);
	else
		logout_in_lines(app);
}

void
cmd_demo(struct app *app, struct agent *agent, const char *args)
{
	(void)args;
	if (app->demo != NULL) {
		app->tell(app, _("The demo is running. Type tour, and follow it."));
		return;
	}
	struct err err = { 0 };
	app->demo = demo_start(&err);
	if (app->demo == NULL) {
		app->tell(app, err.text);
		return;
	}
	app_set_aws(app);
	app->models_known = false;
	agent_renew(agent, app_new_session(app));
	app_set_model(app, agent, demo_model(app->demo));
	agent_note(agent, BLOCK_NOTE, _("This is the demo: a simulator on your own machine answers. Type tour and press Enter."));
}
