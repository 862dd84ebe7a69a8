/*
 * source-env.c - keys in AWS_ACCESS_KEY_ID and its companions, or given for this run.
 *
 * They are never refreshed: a process's environment does not change. When they
 * expire, whoever exported them must do so again, or unset them.
 */
#include "config.h"

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
	*detail = mem_strdup(given ? _("keys given for this run")
		: set		   ? "AWS_ACCESS_KEY_ID"
				   : _("AWS_ACCESS_KEY_ID is not set"));
	return set;
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
	if (!aws_env_is_set("AWS_SECRET_ACCESS_KEY")) {
		err_set(err, ERR_CREDENTIALS,
		    _("Partial credentials: AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not; set "
		      "it, or unset AWS_ACCESS_KEY_ID to let the next source be used."));
		return ANSWER_FAILED;
	}
	out->expires = expiration();
	if (out->expires != 0 && out->expires <= creds_now()) {
		err_set(err, ERR_CREDENTIALS,
		    _("The keys in the environment have expired (AWS_CREDENTIAL_EXPIRATION), and they come "
		      "before profiles: export fresh ones, or unset AWS_ACCESS_KEY_ID."));
		return ANSWER_FAILED;
	}
	out->access_key_id = aws_env("AWS_ACCESS_KEY_ID");
	out->secret_access_key = aws_env_secret("AWS_SECRET_ACCESS_KEY");
	out->session_token = aws_env_secret("AWS_SESSION_TOKEN");
	if (out->session_token == NULL)
		out->session_token = aws_env_secret("AWS_SECURITY_TOKEN");      /* its old name */
	out->account = aws_env("AWS_ACCOUNT_ID");
	out->label = mem_strdup(_("environment keys"));
	return ANSWER_FOUND;
}
