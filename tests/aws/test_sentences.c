/* What adit says when credentials are missing, over, refused or hidden: each with the next step. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "world.h"

#define ROLE "arn:aws:iam::123456789012:role/r"
#define KEYS "aws_access_key_id=AKIDSIMDEMO\naws_secret_access_key=simsecretsimsecretsimsecretsimsecret1234\n"

/* ---- how the sentence comes about ------------------------------------------------------- */

static void
by_resolving(struct world *w, struct buf *out)
{
	struct err err = { 0 };
	assert_null(creds_get(w->aws, NULL, &err));
	assert_int_equal(err.code, ERR_CREDENTIALS);
	buf_puts(out, err.text);
}

/* A real call to Bedrock. */
static void
by_calling(struct world *w, struct buf *out)
{
	struct err err = { 0 };
	struct http_reply r;
	http_reply_init(&r, 0);
	setenv("AWS_ENDPOINT_URL", w->url, 1);
	assert_int_equal(aws_fetch(w->aws,
	    &(struct aws_call){ .kind = AWS_MODELS, .method = "GET", .path = "/foundation-models" }, &r, NULL, &err), -1);
	assert_int_equal(err.code, ERR_CREDENTIALS);
	buf_puts(out, err.text);
	http_reply_done(&r);
}

/* What a service would answer to the request that these credentials made. */
static void
by_an_expired_token(struct world *w, struct buf *out)
{
	struct err err = { 0 };
	struct http_request req;
	struct aws_used used;
	assert_int_equal(aws_prepare(w->aws,
	    &(struct aws_call){ .kind = AWS_MODELS, .method = "GET", .path = "/foundation-models" }, &req, &used, &err),
	    0);
	http_request_done(&req);
	assert_int_equal(aws_judge(w->aws, &used, 403, NULL, "ExpiredTokenException",
	    "The security token included in the request is expired", &err), AWS_REFUSED);
	buf_puts(out, err.text);
}

static void
by_warning(struct world *w, struct buf *out)
{
	aws_warnings(w->aws, out);
}

/* ---- the table ------------------------------------------------------------------------------ */

static const struct row {
	const char	*situation;
	const char	*identity;      /* the simulator's settings */
	const char	*config, *credentials;
	const char	*env[8];        /* name, value, … */
	void		(*say)(struct world *, struct buf *);
	const char	*says[8];
} rows[] = {
	{ "nothing found", NULL, "", "", { "KUBERNETES_SERVICE_HOST", "10.0.0.1" }, by_resolving,
	    { "AWS_BEARER_TOKEN_BEDROCK is not set", "no profile “default”", "AWS_EC2_METADATA_DISABLED is true",
		"Set AWS_ACCESS_KEY_ID", "or AWS_BEARER_TOKEN_BEDROCK", "--profile", "hop limit" } },
	{ "SSO expired", NULL,
	    "[profile dev]\nsso_session=corp\nsso_account_id=123456789012\nsso_role_name=Dev\n"
	    "[sso-session corp]\nsso_start_url=https://x.awsapps.com/start\nsso_region=us-east-1\n", "",
	    { "AWS_PROFILE", "dev" }, by_resolving,
	    { "Profile dev", "corp", "aws sso login --profile dev" } },
	{ "console sign-in expired", NULL, "[profile dev]\nlogin_session=arn:aws:iam::123456789012:user/sim\n", "",
	    { "AWS_PROFILE", "dev" }, by_resolving,
	    { "Profile dev", "arn:aws:iam::123456789012:user/sim", "/login", "adit auth login", "aws login --profile dev" } },
	{ "process failed", NULL, "[profile p]\ncredential_process = sh -c 'echo because >&2; exit 9' hidden\n", "",
	    { "AWS_PROFILE", "p" }, by_resolving, { "credential_process sh", "profile p", "exited with 9", "because" } },
	{ "assume role denied", "{\"sts\":{\"roles\":[{\"arn\":\"" ROLE "\",\"trusts\":\"arn:aws:iam::999999999999:*\"}]}}",
	    "[profile r]\nrole_arn=" ROLE "\nsource_profile=base\n", "[base]\n" KEYS, { "AWS_PROFILE", "r" }, by_resolving,
	    { "Role " ROLE, "User: arn:aws:iam::123456789012:user/", "Check the trust policy and sts:AssumeRole" } },
	{ "both environment keys and a profile", NULL, "", "[dev]\n" KEYS,
	    { "AWS_ACCESS_KEY_ID", "A", "AWS_SECRET_ACCESS_KEY", "s", "AWS_PROFILE", "dev" }, by_warning,
	    { "AWS_ACCESS_KEY_ID are used, not profile dev", "because keys in the environment come first", "unset them" } },
	{ "bearer rejected", NULL, "", "", { "AWS_BEARER_TOKEN_BEDROCK", "ABSKwrong" }, by_calling,
	    { "bearer token was refused", "overrides all other credentials", "unset AWS_BEARER_TOKEN_BEDROCK" } },
	{ "expired token in the environment", NULL, "", "",
	    { "AWS_ACCESS_KEY_ID", "A", "AWS_SECRET_ACCESS_KEY", "s", "AWS_SESSION_TOKEN", "t" }, by_an_expired_token,
	    { "environment", "come before profiles", "export fresh keys, or unset AWS_ACCESS_KEY_ID" } },
};

static void
each_situation_is_a_sentence_with_the_next_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		struct world w;
		struct buf said;
		world_start(&w, r->identity);
		if (r->config[0] != '\0')
			home_config(r->config);
		if (r->credentials[0] != '\0')
			home_credentials(r->credentials);
		for (size_t k = 0; k + 1 < 8 && r->env[k] != NULL; k += 2)
			setenv(r->env[k], r->env[k + 1], 1);
		buf_init(&said, 0);
		r->say(&w, &said);
		for (size_t k = 0; k < 8 && r->says[k] != NULL; k++)
			if (strstr(buf_str(&said), r->says[k]) == NULL)
				fail_msg("%s: “%s” is not in: %s", r->situation, r->says[k], buf_str(&said));
		if (strstr(buf_str(&said), "hidden") != NULL || strstr(buf_str(&said), "ABSKwrong") != NULL)
			fail_msg("%s: a secret in: %s", r->situation, buf_str(&said));
		buf_done(&said);
		unsetenv("KUBERNETES_SERVICE_HOST");
		world_stop(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_situation_is_a_sentence_with_the_next_step),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
