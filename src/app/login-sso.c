/*
 * login-sso.c - a way to sign in: an SSO session that the AWS files know. Its device code is shown until somebody
 * approved it; then a profile of that session is used, or one is made (login-sso-profile.c).
 */
#include "config.h"

#include <stdint.h>

#include "app/login-inside.h"
#include "base/i18n.h"
#include "base/mem.h"

static void
on_code(void *arg, const struct sso_code *c)
{
	login_sheet_show(arg, &(struct login_shown){ .url = (char *)(uintptr_t)c->full_url,
	    .code = (char *)(uintptr_t)c->code, .until = c->until });
}

static int
work_sso(struct login *l, struct err *err)
{
	return sso_login(l->app->aws, &l->sso.target, on_code, l, &l->cancel, err);
}

/* As which profile? */
static void
choose_profile(struct login *l)
{
	const struct profiles *files = profiles_load(NULL);
	if (!l->sso.is_new)
		login_profiles_of(files, &l->sso.target, &l->names);
	profiles_unref(files);
	if (l->profile != NULL)
		login_use(l, l->profile);
	else if (l->names.n == 1)
		login_use(l, l->names.v[0]);
	else if (l->names.n > 1)
		login_ask_profile(l);
	else
		login_ask_account(l);
}

static void
signed_in(struct login *l)
{
	login_sheet_close(l);
	if (l->rc < 0)
		login_fail(l, &l->err);
	else
		choose_profile(l);
}

void
login_begin_sso(struct login *l)
{
	login_sheet_open(l, mem_printf(_("Signing in to %s"), sso_target_name(&l->sso.target)));
	login_start_job(l, work_sso, signed_in);
}
