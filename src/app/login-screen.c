/*
 * login-screen.c - /login on the screen, and Enter where credentials are what is wanting: the list of what can be
 * done here, and the table of what each way begins with. login-inside.h says which file is what.
 */
#include "config.h"

#include "app/agents.h"
#include "app/command.h"
#include "app/first.h"
#include "app/login-inside.h"
#include "base/i18n.h"
#include "base/mem.h"

/* ---- the ways ------------------------------------------------------------------------------- */

static void
begin_demo(struct login *l)
{
	struct app *app = l->app;
	login_end(l);
	cmd_demo(app, app->agent, "");
}

static void (*const begins[LOGIN_WAYS])(struct login *) = {
	[LOGIN_SSO] = login_begin_sso,
	[LOGIN_CONSOLE] = login_begin_console,
	[LOGIN_PROCESS] = login_begin_process,
	[LOGIN_PROFILE] = login_begin_profile,
	[LOGIN_API_KEY] = login_begin_api_key,
	[LOGIN_SSO_NEW] = login_begin_sso_new,
	[LOGIN_KEYS] = login_begin_keys,
	[LOGIN_DEMO] = begin_demo,
};

static void
begin(struct login *l, const struct login_choice *c)
{
	l->way = c->way;
	l->profile = mem_strdup(c->profile);
	if (c->target.start_url != NULL)
		sso_target_copy(&l->sso.target, &c->target);
	begins[c->way](l);
}

/* ---- the list ---------------------------------------------------------------------------------- */

static void
on_choice(struct login *l, const char *key)
{
	const struct login_choice *c = login_choice_of(&l->choices, key);
	if (c != NULL)
		begin(l, c);
	else
		login_end(l);
}

static void
ask_choice(struct login *l)
{
	struct VEC(struct login_offer) rows = { 0 };
	for (size_t i = 0; i < l->choices.n; i++) {
		const struct login_choice *c = &l->choices.v[i];
		vec_add(&rows, ((struct login_offer){ .key = c->key, .text = c->text, .detail = c->detail }));
	}
	login_ask_list(l, _("Sign in"), rows.v, rows.n, on_choice);
	vec_done(&rows);
}

void
login_open(struct app *app)
{
	ask_choice(login_new(app));
}

void
login_open_way(struct app *app, enum login_way way)
{
	struct login *l = login_new(app);
	for (size_t i = 0; i < l->choices.n; i++)
		if (l->choices.v[i].way == way) {
			begin(l, &l->choices.v[i]);
			return;
		}
	ask_choice(l);
}

/* ---- Enter after a failure ------------------------------------------------------------------------ */

/* Somebody may have signed in elsewhere meanwhile: then asking again is all that is needed. */
static bool
may_be_mended(const struct app *app, const struct login_choice *c)
{
	return !app->login_tried && c->way == LOGIN_SSO && sso_signed_in_until(&c->target) != 0;
}

static void
try_again(struct app *app, struct agent *agent)
{
	struct agent_status s;
	app->login_tried = true;
	agent_status(agent, &s);
	if (s.model == NULL)
		first_said(app);
	else
		agents_retry(app);
}

void
login_mend(struct app *app, struct agent *agent)
{
	struct login *l = login_new(app);
	const struct login_choice *c = login_mender(&l->choices);
	if (c == NULL) {
		ask_choice(l);
	} else if (may_be_mended(app, c)) {
		login_end(l);
		try_again(app, agent);
	} else {
		begin(l, c);
	}
}
