/*
 * login-api-key.c - a way to sign in: a Bedrock API key, for this run or stored.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/login-inside.h"
#include "app/settings.h"
#include "aws/api-key.h"
#include "aws/stored.h"
#include "base/i18n.h"
#include "base/mem.h"

static void
use_for_this_run(struct login *l, char *sentence)
{
	login_use_given(l->app, &l->given);
	login_succeed(l, sentence);
}

/* ---- stored -------------------------------------------------------------------------------------- */

static int
work_store(struct login *l, struct err *err)
{
	return stored_keep_api_key(l->given.bearer, err);
}

/* Too long for the status line, and worth keeping. */
static void
note_shadow(struct login *l, const char *profile)
{
	char *note = mem_printf(_("The API key is stored, and used for this run. Where profile %s is named (--profile, or "
				  "adit's configuration), that comes first the next time."), profile);
	agent_note(l->app->agent, BLOCK_NOTE, note);
	free(note);
}

/* In force at once, whatever was named before; the next time what is named on the command line comes first. */
static void
stored(struct login *l)
{
	if (l->rc < 0) {
		login_fail(l, &l->err);
		return;
	}
	login_use_nothing(l->app);
	struct aws_options o;
	settings_aws(l->app, &o);
	if (o.profile == NULL) {
		login_succeed(l, mem_strdup(_("The API key is stored, and used from now on. /logout forgets it.")));
		return;
	}
	note_shadow(l, o.profile);
	use_for_this_run(l, NULL);
}

/* ---- asking ----------------------------------------------------------------------------------------- */

static void
on_keep(struct login *l, const char *key)
{
	if (strcmp(key, "store") == 0)
		login_start_job(l, work_store, stored);
	else
		use_for_this_run(l, mem_strdup(_("The API key is used for this run.")));
}

static void
ask_keep(struct login *l)
{
	char *path = stored_path();
	char *detail = mem_printf(_("For your eyes only, in %s. It comes before the environment and the AWS files then."),
	    path);
	const struct login_offer rows[] = { { "run", _("Keep it for this run only"), NULL,
					      _("In memory; nothing is written.") },
		{ "store", _("Store it"), NULL, detail } };
	login_ask_list(l, api_key_is_short(secret_reveal(l->given.bearer)) ?
	    _("A short-term API key (12 hours at most)") : _("A long-term API key"), rows, 2, on_keep);
	free(detail);
	free(path);
}

static void ask_key(struct login *, const struct err *);

static void
on_key(struct login *l, const char *text)
{
	struct err err = { 0 };
	secret_free(l->given.bearer);
	l->given.bearer = login_secret(text);
	if (api_key_check(secret_reveal(l->given.bearer), &err) < 0)
		ask_key(l, &err);
	else
		ask_keep(l);
}

static void
ask_key(struct login *l, const struct err *wrong)
{
	login_ask_line(l, &(struct login_question){ .title = _("Bedrock API key"),
	    .markdown = _("Paste it here: it begins with ABSK or bedrock-api-key-, and is not shown. The Bedrock console makes "
			  "one, under API keys."),
	    .label = _("API key:"), .secret = true, .answer = on_key }, wrong);
}

void
login_begin_api_key(struct login *l)
{
	ask_key(l, NULL);
}
