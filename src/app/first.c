/*
 * first.c - see first.h.
 *
 * Without a model nothing can be sent, and what is typed waits in the queue.
 * At the start only what somebody configured is asked; the first words ask the
 * machine, too. Where credentials are what is wanting the reason is said as
 * after a turn, and Enter signs in.
 */
#include "config.h"

#include "app/first.h"

#include "app/demo.h"
#include "app/login.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "ui/ui.h"

static bool
has_model(const struct app *app)
{
	struct agent_status s;
	agent_status(app->agent, &s);
	return s.model != NULL;
}

static void
say_welcome(struct app *app)
{
	agent_note(app->agent, BLOCK_NOTE, demo_available() ?
	    _("adit found no AWS credentials here. /auth shows where it looked.\n"
	      "Type /login to sign in: SSO, the AWS console, a Bedrock API key, access keys, a profile.\n"
	      "On a machine of AWS with a role of its own: ask something, and the role is used.\n"
	      "Just looking? Type /demo: a guided tour, on this machine alone, free of charge.") :
	    _("adit found no AWS credentials here. /auth shows where it looked.\n"
	      "Type /login to sign in: SSO, the AWS console, a Bedrock API key, access keys, a profile.\n"
	      "On a machine of AWS with a role of its own: ask something, and the role is used."));
}

/* The failure, and what Enter does about it. */
static void
say_failure(struct app *app, const struct err *err)
{
	struct agent_status s;
	agent_status(app->agent, &s);
	bool later = err->code == ERR_NETWORK || err->code == ERR_UNAVAILABLE;
	const char *on = err->code == ERR_CREDENTIALS && s.queued > 0 ?
	    _("Press Enter to sign in again; your message is kept.") :
	    err->code == ERR_CREDENTIALS ? _("Press Enter to sign in, or type /login for all ways to.") :
	    later ? _("Press Enter to try again.") : NULL;
	char *text = on != NULL ? mem_printf("%s %s", err->text, on) : mem_strdup(err->text);
	agent_note(app->agent, BLOCK_ERROR, text);
	free(text);
}

/* ---- asking --------------------------------------------------------------------------------- */

static void
on_asked(void *arg, const struct err *err)
{
	struct app *app = arg;
	app->first_asking = false;
	app->first_failure = err != NULL ? err->code : ERR_NONE;
	if (err != NULL && app->ui != NULL)
		say_failure(app, err);
}

static void
ask(struct app *app)
{
	if (app->first_asking)
		return;
	app->first_asking = true;
	choose_start(app, CHOOSE_YOUNG, on_asked, app);
}

static void
on_started(void *arg, const struct err *err)
{
	struct app *app = arg;
	if (err == NULL || app->ui == NULL || app->first_asking)        /* somebody asked meanwhile: that will say */
		return;
	if (err->code == ERR_CREDENTIALS && !creds_is_configured(app->aws))
		say_welcome(app);
	else
		on_asked(app, err);
}

/* ---- what happens ------------------------------------------------------------------------------ */

void
first_begin(struct app *app, bool asked)
{
	if (has_model(app))
		return;
	if (asked)
		ask(app);
	else
		choose_start(app, CHOOSE_START, on_started, app);
}

void
first_said(struct app *app)
{
	if (!has_model(app))
		ask(app);
}

bool
first_mend(struct app *app)
{
	if (has_model(app))
		return false;
	if (app->first_asking || app->choose != NULL)
		return true;
	if (app->first_failure == ERR_CREDENTIALS)
		login_mend(app, app->agent);
	else if (app->first_failure != ERR_NONE)
		ask(app);
	return true;
}
