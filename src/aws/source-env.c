/*
 * source-env.c - keys in AWS_ACCESS_KEY_ID and its companions, or given for this run.
 *
 * They are never refreshed: a process's environment does not change. When they
 * expire, whoever exported them must do so again, or unset them.
 */
#include "config.h"

#include "aws/env.h"

#include <stdlib.h>

#include "aws/chain.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"

bool
source_env_is_set(const struct source_ask *ask, char **detail)
{
	bool given = ask->view->options->access_key_id != NULL;
	bool set = given || aws_env_is_set("AWS_ACCESS_KEY_ID");
	if (given)
		*detail = mem_strdup(_("keys given for this run"));
	else
		*detail = set ? mem_strdup("AWS_ACCESS_KEY_ID")
			      : mem_printf(_("%s is not set"), "AWS_ACCESS_KEY_ID");
	return set;
}

int
env_keys(struct env_keys *keys, struct err *err)
{
	*keys = (struct env_keys){ 0 };
	if (!aws_env_is_set("AWS_ACCESS_KEY_ID"))
		return err_set(err, ERR_CREDENTIALS, _("AWS_ACCESS_KEY_ID is not set."));
	if (!aws_env_is_set("AWS_SECRET_ACCESS_KEY"))
		return err_set(err, ERR_CREDENTIALS,
		    _("Partial credentials: AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not; set "
		      "it, or unset AWS_ACCESS_KEY_ID to let the next source be used."));
	keys->access_key_id = aws_env("AWS_ACCESS_KEY_ID");
	keys->secret_access_key = aws_env_secret("AWS_SECRET_ACCESS_KEY");
	keys->session_token = aws_env_secret("AWS_SESSION_TOKEN");
	if (keys->session_token == NULL)
		keys->session_token = aws_env_secret("AWS_SECURITY_TOKEN");     /* its old name */
	return 0;
}

void
env_keys_done(struct env_keys *keys)
{
	free(keys->access_key_id);
	secret_free(keys->secret_access_key);
	secret_free(keys->session_token);
}

static enum answer
take_given(const struct options *o, struct creds *out, struct creds_tried *tried, struct err *err)
{
	tried_looked(tried, "%s", _("given for this run"));
	if (o->secret_access_key == NULL) {
		err_set(err, ERR_CREDENTIALS,
		    _("An access key id was given for this run without its secret access key."));
		return ANSWER_FAILED;
	}
	out->access_key_id = mem_strdup(o->access_key_id);
	out->secret_access_key = secret_copy(o->secret_access_key);
	out->session_token = secret_copy(o->session_token);
	out->label = mem_strdup(_("keys given for this run"));
	return ANSWER_FOUND;
}

/* Exported by `aws configure export-credentials`; informative, so a wrong one is passed over. */
static int64_t
expiration(void)
{
	char *set = aws_env("AWS_CREDENTIAL_EXPIRATION");
	int64_t t = set != NULL ? clock_parse_iso8601(set) : 0;
	if (t < 0)
		log_warn("AWS_CREDENTIAL_EXPIRATION is not a date; passed over");
	free(set);
	return t > 0 ? t : 0;
}

enum answer
source_env(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	(void)aws;
	out->kind = CREDS_STATIC;
	if (ask->chosen == CHOSEN_KEYS)
		return take_given(ask->view->options, out, tried, err);
	tried_looked(tried, "AWS_ACCESS_KEY_ID");
	if (!aws_env_is_set("AWS_ACCESS_KEY_ID"))
		return ANSWER_NOT_CONFIGURED;
	tried_looked(tried, "AWS_SECRET_ACCESS_KEY");
	tried_looked(tried, "AWS_SESSION_TOKEN");
	out->expires = expiration();
	if (out->expires != 0 && out->expires <= creds_now()) {
		err_set(err, ERR_CREDENTIALS,
		    _("The keys in the environment have expired (AWS_CREDENTIAL_EXPIRATION), and they come "
		      "before profiles: export fresh ones, or unset AWS_ACCESS_KEY_ID."));
		return ANSWER_FAILED;
	}
	struct env_keys keys;
	if (env_keys(&keys, err) < 0)
		return ANSWER_FAILED;
	out->access_key_id = keys.access_key_id;
	out->secret_access_key = keys.secret_access_key;
	out->session_token = keys.session_token;
	out->account = aws_env("AWS_ACCOUNT_ID");
	out->label = mem_strdup(_("environment keys"));
	return ANSWER_FOUND;
}
