/* cmd-account.c - commands about credentials, and the demo. */
#include "config.h"

#include <stdlib.h>

#include "app/auth-text.h"
#include "app/command.h"
#include "app/demo.h"
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

/* The profiles that there are, and the other ways in. */
static void
show_ways_in(struct app *app)
{
	struct buf b = { 0 };
	struct profile_names names = { 0 };
	const struct profiles *files = profiles_load(NULL);
	profiles_names(files, &names);
	buf_printf(&b, "%s\n\n", _("Use a profile of the AWS files for this run: `/login PROFILE`"));
	for (size_t i = 0; i < names.n; i++)
		buf_printf(&b, "- `%s`\n", names.v[i]);
	if (names.n == 0)
		buf_printf(&b, _("(There are none in %s.)\n"), profiles_config_path(files));
	buf_printf(&b, "\n%s\n", _("Or leave adit, export a Bedrock API key (AWS_BEARER_TOKEN_BEDROCK) or AWS keys, and come "
				   "back with adit --continue. /auth shows where adit looked."));
	app->show(app, _("Signing in"), buf_str(&b));
	profile_names_done(&names);
	profiles_unref(files);
	buf_done(&b);
}

/* From now on this profile, as --profile would have it; a turn that waits for credentials goes on. */
static void
use_profile(struct app *app, struct agent *agent, const char *name)
{
	struct agent_status s;
	free(app->profile);
	app->profile = mem_strdup(name);
	app->options.profile = app->profile;
	demo_stop(app->demo);
	app->demo = NULL;
	app->models_known = false;
	app_set_aws(app);
	agent_status(agent, &s);
	char *line = mem_printf(_("Signing in with profile %s from now on."), name);
	app->tell(app, line);
	free(line);
	if (s.model == NULL)
		choose_start(app, NULL, NULL);
	else if (s.needs_login)
		agent_retry(agent);
}

void
cmd_login(struct app *app, struct agent *agent, const char *args)
{
	char *name = str_trim(args);
	const struct profiles *files = profiles_load(NULL);
	struct err err = { 0 };
	if (*name == '\0')
		show_ways_in(app);
	else if (agent_busy(agent))
		app->tell(app, _("A reply is under way. Press Esc to stop it first."));
	else if (!profile_exists(files, name) && profile_unknown(files, name, "/login", &err) < 0)
		agent_note(agent, BLOCK_ERROR, err.text);
	else
		use_profile(app, agent, name);
	profiles_unref(files);
	free(name);
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
