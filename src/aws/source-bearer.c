/*
 * source-bearer.c - a Bedrock API key: AWS_BEARER_TOKEN_BEDROCK, or one given for this run.
 *
 * It beats everything else, for Bedrock's own services only, and is never
 * refreshed: when it is refused adit says so and uses nothing else in its place.
 */
#include "config.h"

#include "aws/chain.h"
#include "base/i18n.h"
#include "base/mem.h"

#define VARIABLE "AWS_BEARER_TOKEN_BEDROCK"

bool
source_bearer_is_set(const struct source_ask *ask, char **detail)
{
	bool given = ask->view->options->bearer != NULL;
	bool set = given || aws_env_is_set(VARIABLE);
	if (given)
		*detail = mem_strdup(_("an API key given for this run"));
	else
		*detail = set ? mem_strdup(VARIABLE) : mem_printf(_("%s is not set"), VARIABLE);
	return set;
}

enum answer
source_bearer(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	(void)aws;
	const struct secret *given = ask->view->options->bearer;
	if (!ask->bearer_ok && ask->chosen == CHOSEN_BEARER) {
		err_set(err, ERR_CREDENTIALS,
		    _("This service takes signed requests only; a Bedrock API key does not open it."));
		return ANSWER_FAILED;
	}
	if (!ask->bearer_ok) {
		tried_says(tried, _("this service takes signed requests only"));
		return ANSWER_NOT_CONFIGURED;
	}
	tried_looked(tried, "%s", given != NULL ? _("given for this run") : VARIABLE);
	out->bearer = given != NULL ? secret_copy(given) : aws_env_secret(VARIABLE);
	if (out->bearer == NULL)
		return ANSWER_NOT_CONFIGURED;
	out->kind = CREDS_BEARER;
	out->label = mem_strdup(given != NULL ? _("Bedrock API key, given for this run")
					      : _("Bedrock API key of the environment"));
	return ANSWER_FOUND;
}
