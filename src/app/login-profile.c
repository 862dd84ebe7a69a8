/*
 * login-profile.c - two ways to sign in that need nothing but a profile's name, and the end of all that lead to one.
 *
 * profile: another one of the AWS files is used from now on. process: the one
 * in force is used anew, so that its credential_process runs, or its MFA code
 * is asked for, again.
 */
#include "config.h"

#include "app/login-inside.h"
#include "base/i18n.h"
#include "base/mem.h"

void
login_use(struct login *l, const char *profile)
{
	char *sentence = mem_printf(_("Signing in with profile %s from now on."), profile);
	login_use_profile(l->app, profile);
	login_succeed(l, sentence);
}

void
login_ask_profile(struct login *l)
{
	struct VEC(struct login_offer) rows = { 0 };
	for (size_t i = 0; i < l->names.n; i++)
		vec_add(&rows, ((struct login_offer){ .key = l->names.v[i], .text = l->names.v[i] }));
	login_ask_list(l, _("Which profile?"), rows.v, rows.n, login_use);
	vec_done(&rows);
}

void
login_begin_profile(struct login *l)
{
	const struct profiles *files = profiles_load(NULL);
	profiles_names(files, &l->names);
	profiles_unref(files);
	login_ask_profile(l);
}

void
login_begin_process(struct login *l)
{
	login_use(l, l->profile);
}
