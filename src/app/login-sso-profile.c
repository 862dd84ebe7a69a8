/*
 * login-sso-profile.c - signed in to SSO where no profile is for it: an account, a role and a name become one.
 */
#include "config.h"

#include <stdlib.h>

#include "app/login-inside.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

enum { MAX_ROWS = 2000 };

/* ---- its name ---------------------------------------------------------------------------------- */

static int
work_write(struct login *l, struct err *err)
{
	const struct login_sso *s = &l->sso;
	return sso_profile_write(&(struct sso_profile){ &s->target, s->name, s->account, s->role, NULL }, err);
}

static void ask_name(struct login *, const struct err *);

static void
written(struct login *l)
{
	if (l->rc < 0 && l->err.code == ERR_CONFIG)
		ask_name(l, &l->err);           /* another name may do */
	else if (l->rc < 0)
		login_fail(l, &l->err);
	else
		login_use(l, l->sso.name);
}

static void
on_name(struct login *l, const char *text)
{
	free(l->sso.name);
	l->sso.name = str_trim(text);
	login_start_job(l, work_write, written);
}

static void
ask_name(struct login *l, const struct err *wrong)
{
	const struct login_sso *s = &l->sso;
	const struct profiles *files = profiles_load(NULL);
	char *usual = sso_profile_name(files, s->account, s->role);
	char *about = mem_printf(_("%s in account %s becomes a profile of the AWS config file, %s."), s->role, s->account,
	    profiles_config_path(files));
	login_ask_line(l, &(struct login_question){ .title = _("A new profile"), .markdown = about, .label = _("Name:"),
	    .initial = usual, .answer = on_name }, wrong);
	free(about);
	free(usual);
	profiles_unref(files);
}

/* ---- its role ------------------------------------------------------------------------------------- */

static void
on_role(struct login *l, const char *key)
{
	l->sso.role = mem_strdup(key);
	ask_name(l, NULL);
}

static void
ask_role(struct login *l)
{
	const struct sso_roles *roles = &l->sso.roles;
	struct VEC(struct login_offer) rows = { 0 };
	for (size_t i = 0; i < roles->n; i++)
		vec_add(&rows, ((struct login_offer){ .key = roles->v[i], .text = roles->v[i] }));
	login_ask_list(l, _("Which role?"), rows.v, rows.n, on_role);
	vec_done(&rows);
}

static void
no_role(struct login *l)
{
	struct err none = { 0 };
	err_set(&none, ERR_CREDENTIALS, _("No role of account %s is assigned to you: ask your administrator."),
	    l->sso.account);
	login_fail(l, &none);
}

static int
work_roles(struct login *l, struct err *err)
{
	return sso_roles(l->app->aws, &l->sso.target, l->sso.account, &l->sso.roles, &l->cancel, err);
}

static void
got_roles(struct login *l)
{
	login_sheet_close(l);
	if (l->rc < 0)
		login_fail(l, &l->err);
	else if (l->sso.roles.n == 0)
		no_role(l);
	else if (l->sso.roles.n == 1)
		on_role(l, l->sso.roles.v[0]);
	else
		ask_role(l);
}

/* ---- its account ------------------------------------------------------------------------------------- */

static void
on_account(struct login *l, const char *key)
{
	l->sso.account = mem_strdup(key);
	login_sheet_open(l, mem_strdup(_("Roles")));
	login_start_job(l, work_roles, got_roles);
}

static void
ask_account(struct login *l)
{
	const struct sso_accounts *accounts = &l->sso.accounts;
	struct VEC(struct login_offer) rows = { 0 };
	for (size_t i = 0; i < accounts->n && i < MAX_ROWS; i++) {
		const struct sso_account *a = &accounts->v[i];
		vec_add(&rows, ((struct login_offer){ .key = a->id, .text = a->name[0] != '\0' ? a->name : a->id,
			.more = a->id, .detail = a->email }));
	}
	login_ask_list(l, _("Which account?"), rows.v, rows.n, on_account);
	vec_done(&rows);
}

static void
no_account(struct login *l)
{
	struct err none = { 0 };
	err_set(&none, ERR_CREDENTIALS, _("You are signed in, but no account is assigned to you there: ask your "
					  "administrator."));
	login_fail(l, &none);
}

static int
work_accounts(struct login *l, struct err *err)
{
	return sso_accounts(l->app->aws, &l->sso.target, &l->sso.accounts, &l->cancel, err);
}

static void
got_accounts(struct login *l)
{
	login_sheet_close(l);
	if (l->rc < 0)
		login_fail(l, &l->err);
	else if (l->sso.accounts.n == 0)
		no_account(l);
	else if (l->sso.accounts.n == 1)
		on_account(l, l->sso.accounts.v[0].id);
	else
		ask_account(l);
}

void
login_ask_account(struct login *l)
{
	l->parting = mem_printf(_("You are signed in to %s, but no profile uses it yet: /login makes one."),
	    sso_target_name(&l->sso.target));
	login_sheet_open(l, mem_strdup(_("Accounts")));
	login_start_job(l, work_accounts, got_accounts);
}
