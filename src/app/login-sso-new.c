/*
 * login-sso-new.c - a way to sign in: an SSO session that is set up now. The start URL, the portal's region and a
 * name are asked for; then it is as with a session that the files know (login-sso.c). It is written with its
 * first profile.
 */
#include "config.h"

#include <stdlib.h>

#include "app/login-inside.h"
#include "base/i18n.h"
#include "base/str.h"

static void ask_session(struct login *, const struct err *);

static void
on_session(struct login *l, const char *text)
{
	struct err err = { 0 };
	free(l->sso.target.session);
	l->sso.target.session = str_trim(text);
	if (sso_check_new(&l->sso.target, &err) < 0)
		ask_session(l, &err);
	else
		login_begin_sso(l);
}

static void
ask_session(struct login *l, const struct err *wrong)
{
	char *usual = login_session_name(l->sso.target.start_url);
	login_ask_line(l, &(struct login_question){ .title = _("A new SSO session"), .label = _("A name for it:"),
	    .initial = usual, .answer = on_session }, wrong);
	free(usual);
}

static void ask_region(struct login *, const struct err *);

static void
on_region(struct login *l, const char *text)
{
	struct err err = { 0 };
	free(l->sso.target.region);
	l->sso.target.region = str_trim(text);
	if (sso_check_region(l->sso.target.region, &err) < 0)
		ask_region(l, &err);
	else
		ask_session(l, NULL);
}

static void
ask_region(struct login *l, const struct err *wrong)
{
	char *usual = aws_region(l->app->aws, NULL, NULL);
	login_ask_line(l, &(struct login_question){ .title = _("A new SSO session"),
	    .markdown = _("The region in which your organisation runs IAM Identity Center; models are found in "
			  "whatever region you use."),
	    .label = _("Region of the portal:"), .initial = usual, .answer = on_region }, wrong);
	free(usual);
}

static void ask_start_url(struct login *, const struct err *);

static void
on_start_url(struct login *l, const char *text)
{
	struct err err = { 0 };
	free(l->sso.target.start_url);
	l->sso.target.start_url = str_trim(text);
	if (login_check_start_url(l->sso.target.start_url, &err) < 0)
		ask_start_url(l, &err);
	else
		ask_region(l, NULL);
}

static void
ask_start_url(struct login *l, const struct err *wrong)
{
	login_ask_line(l, &(struct login_question){ .title = _("A new SSO session"),
	    .markdown = _("The start URL of your AWS access portal, like https://d-1234567890.awsapps.com/start."),
	    .label = _("Start URL:"), .initial = l->sso.target.start_url, .answer = on_start_url }, wrong);
}

void
login_begin_sso_new(struct login *l)
{
	l->sso.is_new = true;
	ask_start_url(l, NULL);
}
