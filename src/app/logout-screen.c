/*
 * logout-screen.c - /logout on the screen: what adit stored is forgotten, and the SSO session too, if that is wanted.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/login-inside.h"
#include "aws/creds.h"
#include "aws/stored.h"
#include "base/i18n.h"
#include "base/mem.h"

/* What adit stored first, in any case; then the session, if that is wanted. What was resolved with either is
 * forgotten even if nobody waits for the end of this. */
static int
work_logout(struct login *l, struct err *err)
{
	int rc = stored_forget(NULL, err);
	if (rc == 0 && l->way == LOGIN_SSO)
		rc = sso_logout(l->app->aws, &l->sso.target, &l->cancel, err);
	creds_forget(l->app->aws);
	return rc;
}

static char *
farewell(const struct login *l)
{
	return l->way == LOGIN_SSO ?
	    mem_printf(_("Signed out of %s; nothing of adit's own is stored."), sso_target_name(&l->sso.target)) :
	    mem_strdup(_("Nothing of adit's own is stored any more."));
}

static void
signed_out(struct login *l)
{
	app_set_aws(l->app);
	if (l->rc < 0) {
		login_fail(l, &l->err);
		return;
	}
	char *sentence = farewell(l);
	l->app->tell(l->app, sentence);
	free(sentence);
	login_end(l);
}

/* What was given in this run is forgotten at once, whatever becomes of the rest. */
static void
on_logout(struct login *l, const char *key)
{
	l->way = strcmp(key, "sso") == 0 ? LOGIN_SSO : LOGIN_API_KEY;
	login_use_nothing(l->app);
	app_set_aws(l->app);
	if (l->way == LOGIN_SSO)
		login_sheet_open(l, mem_strdup(_("Sign out")));
	login_start_job(l, work_logout, signed_out);
}

static void
ask_which(struct login *l)
{
	char *both = mem_printf(_("Sign out of the SSO session %s too"), sso_target_name(&l->sso.target));
	const struct login_offer rows[] = { { "stored", _("Only forget what adit stored"), NULL,
					      _("And what was pasted or named at /login in this run.") },
		{ "sso", both, NULL, _("At the portal and on this machine: for the AWS tools as well.") } };
	login_ask_list(l, _("Sign out"), rows, 2, on_logout);
	free(both);
}

void
logout_open(struct app *app)
{
	struct login *l = login_new(app);
	const struct login_choice *c = login_mender(&l->choices);
	if (c == NULL || c->way != LOGIN_SSO || sso_signed_in_until(&c->target) == 0) {
		on_logout(l, "stored");
		return;
	}
	sso_target_copy(&l->sso.target, &c->target);
	ask_which(l);
}
