/* login-keys.c - a way to sign in: access keys, for this run. They are kept in memory only. */
#include "config.h"

#include <string.h>

#include "app/login-inside.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

static struct secret *
secret_of(const char *text)
{
	size_t skip = strspn(text, " \t"), n = strcspn(text + skip, " \t\r\n");
	return secret_new(text + skip, n);
}

static void
on_session_token(struct login *l, const char *text)
{
	l->given.session_token = secret_of(text);
	login_use_given(l->app, &l->given);
	login_succeed(l, mem_strdup(_("The access keys are used for this run.")));
}

static void
on_secret_key(struct login *l, const char *text)
{
	if (str_blank(text)) {
		login_end(l);
		return;
	}
	l->given.secret_access_key = secret_of(text);
	login_ask_line(l, &(struct login_question){ .title = _("Access keys"),
	    .markdown = _("Temporary keys (ASIA…) come with a session token. Without one, press Enter."),
	    .label = _("Session token:"), .secret = true, .answer = on_session_token }, NULL);
}

static void
on_key_id(struct login *l, const char *text)
{
	if (str_blank(text)) {
		login_end(l);
		return;
	}
	l->given.access_key_id = str_trim(text);
	login_ask_line(l, &(struct login_question){ .title = _("Access keys"), .label = _("Secret access key:"),
	    .secret = true, .answer = on_secret_key }, NULL);
}

void
login_begin_keys(struct login *l)
{
	login_ask_line(l, &(struct login_question){ .title = _("Access keys"),
	    .markdown = _("For this run only: they stay in memory. Long-term ones are safer in a profile (aws configure)."),
	    .label = _("Access key id:"), .answer = on_key_id }, NULL);
}
