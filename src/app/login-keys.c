/*
 * login-keys.c - a way to sign in: access keys, for this run. They are kept in memory only.
 *
 * What cannot be a key is asked for again, and never shown: people paste the secret where the id belongs.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/login-inside.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

/* ---- what can be a key ---------------------------------------------------------------------- */

static int
check_id(const char *id, struct err *err)
{
	size_t n = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
	return n > 0 && id[n] == '\0' ? 0 : err_set(err, ERR_USAGE,
	    _("That is not an access key id: it has letters and digits only, like AKIAIOSFODNN7EXAMPLE."));
}

static int
check_secret(const struct secret *key, struct err *err)
{
	for (const char *s = secret_reveal(key); *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return err_set(err, ERR_USAGE, _("The key has a space, a line break or another character that "
							 "cannot be in one; copy it again."));
	return 0;
}

static int
check_token(const struct login_given *g, struct err *err)
{
	if (str_starts(g->access_key_id, "ASIA") && secret_len(g->session_token) == 0)
		return err_set(err, ERR_USAGE, _("These keys are temporary (ASIA…): without their session token AWS does not "
						 "take them."));
	return check_secret(g->session_token, err);
}

/* ---- asking ------------------------------------------------------------------------------------ */

static void ask_session_token(struct login *, const struct err *);
static void ask_secret_key(struct login *, const struct err *);
static void ask_key_id(struct login *, const struct err *);

static void
on_session_token(struct login *l, const char *text)
{
	struct err err = { 0 };
	secret_free(l->given.session_token);
	l->given.session_token = login_secret(text);
	if (check_token(&l->given, &err) < 0) {
		ask_session_token(l, &err);
		return;
	}
	login_use_given(l->app, &l->given);
	login_succeed(l, mem_strdup(_("The access keys are used for this run.")));
}

static void
ask_session_token(struct login *l, const struct err *wrong)
{
	login_ask_line(l, &(struct login_question){ .title = _("Access keys"),
	    .markdown = _("Temporary keys (ASIA…) come with a session token. Without one, press Enter."),
	    .label = _("Session token:"), .secret = true, .answer = on_session_token }, wrong);
}

static void
on_secret_key(struct login *l, const char *text)
{
	struct err err = { 0 };
	secret_free(l->given.secret_access_key);
	l->given.secret_access_key = login_secret(text);
	if (secret_len(l->given.secret_access_key) == 0)
		ask_secret_key(l, NULL);
	else if (check_secret(l->given.secret_access_key, &err) < 0)
		ask_secret_key(l, &err);
	else
		ask_session_token(l, NULL);
}

static void
ask_secret_key(struct login *l, const struct err *wrong)
{
	login_ask_line(l, &(struct login_question){ .title = _("Access keys"), .label = _("Secret access key:"),
	    .secret = true, .answer = on_secret_key }, wrong);
}

static void
on_key_id(struct login *l, const char *text)
{
	struct err err = { 0 };
	free(l->given.access_key_id);
	l->given.access_key_id = str_trim(text);
	if (check_id(l->given.access_key_id, &err) < 0)
		ask_key_id(l, &err);
	else
		ask_secret_key(l, NULL);
}

static void
ask_key_id(struct login *l, const struct err *wrong)
{
	login_ask_line(l, &(struct login_question){ .title = _("Access keys"),
	    .markdown = _("For this run only: they stay in memory. Long-term ones are safer in a profile (aws configure)."),
	    .label = _("Access key id:"), .answer = on_key_id }, wrong);
}

void
login_begin_keys(struct login *l)
{
	ask_key_id(l, NULL);
}
