/*
 * source-bearer.c - a Bedrock API key: AWS_BEARER_TOKEN_BEDROCK, one given for this run, or the one adit stored.
 *
 * It beats everything else, for Bedrock's own services only, and is never
 * refreshed: when it is refused adit says so and uses nothing else in its place.
 */
#include "config.h"

#include "aws/api-key.h"
#include "aws/chain.h"
#include "base/i18n.h"
#include "base/mem.h"

#define VARIABLE "AWS_BEARER_TOKEN_BEDROCK"

enum origin { GIVEN, STORED, ENVIRONMENT };

/* Who spoke for it: chain_ask() chose it for one of the first two. */
static enum origin
origin_of(const struct source_ask *ask)
{
	if (ask->view->options->bearer != NULL)
		return GIVEN;
	return ask->chosen == CHOSEN_BEARER ? STORED : ENVIRONMENT;
}

bool
source_bearer_is_set(const struct source_ask *ask, char **detail)
{
	enum origin o = origin_of(ask);
	bool set = o != ENVIRONMENT || aws_env_is_set(VARIABLE);
	if (o == GIVEN)
		*detail = mem_strdup(_("an API key given for this run"));
	else if (o == STORED)
		*detail = mem_strdup(_("an API key that adit stored"));
	else
		*detail = set ? mem_strdup(VARIABLE) : mem_printf(_("%s is not set"), VARIABLE);
	return set;
}

static struct secret *
take_key(const struct source_ask *ask, enum origin o, struct creds_tried *tried)
{
	if (o == GIVEN) {
		tried_looked(tried, "%s", _("given for this run"));
		return secret_copy(ask->view->options->bearer);
	}
	if (o == ENVIRONMENT) {
		tried_looked(tried, "%s", VARIABLE);
		return aws_env_secret(VARIABLE);
	}
	char *path = stored_path();
	tried_looked(tried, "%s", path);
	free(path);
	return secret_copy(stored_api_key(ask->view->stored));
}

enum answer
source_bearer(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	static const char *const labels[] = { [GIVEN] = N_("Bedrock API key, given for this run"),
		[STORED] = N_("Bedrock API key, stored by adit"),
		[ENVIRONMENT] = N_("Bedrock API key of the environment") };
	(void)aws;
	if (!ask->bearer_ok && ask->chosen == CHOSEN_BEARER) {
		err_set(err, ERR_CREDENTIALS,
		    _("This service takes signed requests only; a Bedrock API key does not open it."));
		return ANSWER_FAILED;
	}
	if (!ask->bearer_ok) {
		tried_says(tried, _("this service takes signed requests only"));
		return ANSWER_NOT_CONFIGURED;
	}
	enum origin o = origin_of(ask);
	out->bearer = take_key(ask, o, tried);
	if (o == STORED && stored_usable(ask->view->stored, err) < 0)
		return ANSWER_FAILED;
	if (out->bearer == NULL)
		return ANSWER_NOT_CONFIGURED;
	out->kind = CREDS_BEARER;
	out->kept = o == STORED;
	out->expires = api_key_expires(secret_reveal(out->bearer));
	out->label = mem_strdup(_(labels[o]));
	return ANSWER_FOUND;
}
