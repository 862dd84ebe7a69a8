/*
 * source-profile.c - the profile in force: which kind of credentials it selects,
 * and the simplest kind, static keys.
 */
#include "config.h"

#include <string.h>

#include "aws/chain.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

bool
source_profile_is_set(const struct source_ask *ask, char **detail)
{
	const struct profiles *files = ask->view->files;
	bool named = ask->profile_from != NULL;
	bool exists = files != NULL && profile_exists(files, ask->profile);
	if (named)
		*detail = mem_printf(_("profile %s (%s)"), ask->profile, ask->profile_from);
	else if (exists)
		*detail = mem_printf(_("profile %s"), ask->profile);
	else
		*detail = mem_strdup(_("AWS_PROFILE is not set"));
	return named || (exists && chain_style(ask) != NULL);
}

/* A profile that is named must be there; but "default" in AWS_PROFILE is often only a marker. */
static bool
must_exist(const struct source_ask *ask)
{
	return ask->profile_from != NULL &&
	    (ask->chosen == CHOSEN_PROFILE || strcmp(ask->profile, "default") != 0);
}

static enum answer
absent(const struct source_ask *ask, struct creds_tried *tried, struct err *err)
{
	const struct profiles *files = ask->view->files;
	if (must_exist(ask)) {
		profile_unknown(files, ask->profile, ask->profile_from, err);
		return ANSWER_FAILED;
	}
	if (profiles_fault(files) != NULL)
		tried_says(tried, "%s", profiles_fault(files));
	else
		tried_says(tried, _("no profile “%s” in the AWS files"), ask->profile);
	return ANSWER_NOT_CONFIGURED;
}

/* A profile with settings only. Who asked for it by name on the command line meant it to sign in. */
static enum answer
without_style(const struct source_ask *ask, struct creds_tried *tried, struct err *err)
{
	bool token_only = profile_get(ask->view->files, ask->profile, "sso_session") != NULL;
	if (token_only)
		tried_says(tried, _("profile %s has an sso_session but no sso_account_id and sso_role_name: "
				    "that signs in to no account"), ask->profile);
	else
		tried_says(tried, _("profile %s has settings, but no credentials"), ask->profile);
	if (ask->chosen != CHOSEN_PROFILE && !(token_only && ask->profile_from != NULL))
		return ANSWER_NOT_CONFIGURED;
	if (token_only)
		err_set(err, ERR_CREDENTIALS,
		    _("Profile %s has an sso_session but no sso_account_id and sso_role_name, so it signs in "
		      "to no account: add both to it."), ask->profile);
	else
		err_set(err, ERR_CREDENTIALS,
		    _("Profile %s (named by %s) has settings, but no credentials: give it some, or name another."),
		    ask->profile, ask->profile_from);
	return ANSWER_FAILED;
}

enum answer
source_profile(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	const struct profiles *files = ask->view->files;
	tried_named(tried, _("profile %s"), ask->profile);
	tried_looked(tried, "%s", profiles_credentials_path(files));
	tried_looked(tried, "%s", profiles_config_path(files));
	if (profiles_usable(files, err) < 0)
		return ANSWER_FAILED;
	if (!profile_exists(files, ask->profile))
		return absent(ask, tried, err);
	const struct style *style = chain_style(ask);
	if (style == NULL)
		return without_style(ask, tried, err);
	tried_named(tried, _("profile %s: %s"), ask->profile, _(style->name));
	out->profile = mem_strdup(ask->profile);
	out->label = mem_printf(_("profile %s: %s"), ask->profile, _(style->name));
	return style->fetch(aws, ask, out, tried, err);
}

/* ---- static keys ---------------------------------------------------------------- */

static struct secret *
secret_of(const char *value)
{
	return value != NULL ? secret_new(value, strlen(value)) : NULL;
}

/* One half is there, the other is not. */
static enum answer
partial(const struct source_ask *ask, const char *there, const char *missing, struct err *err)
{
	int line;
	const char *file = profile_where(ask->view->files, ask->profile, there, &line);
	err_set(err, ERR_CREDENTIALS,
	    _("Partial credentials: profile %s has %s (%s, line %d) but no %s."), ask->profile, there, file,
	    line, missing);
	return ANSWER_FAILED;
}

enum answer
source_static(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	(void)aws;
	(void)tried;
	const struct profiles *files = ask->view->files;
	const char *id = profile_get(files, ask->profile, "aws_access_key_id");
	const char *secret = profile_get(files, ask->profile, "aws_secret_access_key");
	const char *token = profile_get(files, ask->profile, "aws_session_token");
	const char *account = profile_get(files, ask->profile, "aws_account_id");
	if (secret == NULL)
		return partial(ask, "aws_access_key_id", "aws_secret_access_key", err);
	if (id == NULL)
		return partial(ask, "aws_secret_access_key", "aws_access_key_id", err);
	if (token == NULL)
		token = profile_get(files, ask->profile, "aws_security_token");         /* its old name */
	out->kind = CREDS_STATIC;
	out->access_key_id = mem_strdup(id);
	out->secret_access_key = secret_of(secret);
	out->session_token = secret_of(token);
	out->account = mem_strdup(account);
	return ANSWER_FOUND;
}
