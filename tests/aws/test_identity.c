/*
 * Whose keys these are: asked once, in the background, and never to the harm of who works with them.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "aws/identity.h"
#include "base/json.h"
#include "world.h"

#define ID     "AKIDSIMDEMO"
#define SECRET "simsecretsimsecretsimsecretsimsecret1234"
#define FAULT(members) "{\"faults\":[{\"service\":\"sts\",\"operation\":\"GetCallerIdentity\"," members "}]}"

enum { PATIENCE_MS = 10000 };

static struct world w;

/* A helper that keeps count: whoever drops good credentials runs it again. */
static void
use_helper(void)
{
	home_write("helper", "echo x >>\"$HOME/runs\"\necho '{\"Version\":1,\"AccessKeyId\":\"" ID "\",\"SecretAccessKey\":\""
		   SECRET "\"}'\n");
	home_config("[default]\ncredential_process = sh $HOME/helper\n");
}

static size_t
runs(void)
{
	char *s = world_read("runs");
	size_t n = strlen(s) / 2;
	free(s);
	return n;
}

static size_t
questions(void)
{
	char path[600];
	struct buf b = { 0 };
	size_t n = 0;
	snprintf(path, sizeof path, "%s/log", w.sim.dir);
	assert_int_equal(file_read(path, 1 << 20, &b, NULL), 0);
	for (const char *at = buf_str(&b); (at = strstr(at, "\"operation\":\"GetCallerIdentity\"")) != NULL; at++)
		n++;
	buf_done(&b);
	return n;
}

static void
resolve(void)
{
	struct err err = { 0 };
	const struct creds *c = creds_get(w.aws, NULL, &err);
	if (c == NULL)
		fail_msg("%s", err.text);
	creds_unref(c);
}

/* Until the report has the account, or says why not. */
static struct creds_report *
report_when_answered(void)
{
	for (int64_t until = clock_ms() + PATIENCE_MS; clock_ms() < until; poll(NULL, 0, 5)) {
		struct creds_report *r = creds_report(w.aws);
		if (r->arn != NULL || r->no_account != NULL)
			return r;
		creds_report_free(r);
	}
	fail_msg("STS was not asked");
	return NULL;
}

static void
the_account_is_asked_in_the_background_once_and_remembered(void **state)
{
	(void)state;
	world_start(&w, NULL);
	use_helper();
	identity_follow(w.aws);
	resolve();
	struct creds_report *r = report_when_answered();
	assert_string_equal(r->account, "123456789012");
	assert_string_equal(r->arn, "arn:aws:iam::123456789012:user/sim");
	assert_null(r->no_account);
	creds_report_free(r);
	for (int i = 0; i < 3; i++) {
		creds_forget(w.aws);            /* the same key again: nobody has to be asked */
		resolve();
	}
	struct identity who;
	assert_int_equal(identity_get(w.aws, PATIENCE_MS, &who, NULL, NULL), 0);
	identity_done(&who);
	assert_int_equal(questions(), 1);
	world_stop(&w);
}

static void
a_refusal_of_sts_is_not_held_against_credentials_that_bedrock_may_take(void **state)
{
	(void)state;
	world_start(&w, FAULT("\"fault\":\"error\",\"code\":\"InvalidClientTokenId\",\"status\":403,"
			      "\"message\":\"The security token included in the request is invalid.\""));
	use_helper();
	identity_follow(w.aws);
	resolve();
	struct creds_report *r = report_when_answered();
	assert_int_equal(r->active, SOURCE_CHAIN);
	assert_null(r->account);
	assert_non_null(strstr(r->no_account, "InvalidClientTokenId"));
	creds_report_free(r);
	resolve();
	assert_int_equal(runs(), 1);
	assert_int_equal(questions(), 1);
	world_stop(&w);
}

static void
that_they_have_expired_counts_once(void **state)
{
	(void)state;
	struct identity who;
	world_start(&w, FAULT("\"fault\":\"error\",\"code\":\"ExpiredToken\",\"status\":403,"
			      "\"message\":\"The security token included in the request is expired\""));
	use_helper();
	resolve();
	assert_int_equal(identity_get(w.aws, PATIENCE_MS, &who, NULL, NULL), -1);
	resolve();
	assert_int_equal(runs(), 2);
	assert_int_equal(questions(), 2);
	world_stop(&w);
}

static void
nobody_is_asked_about_a_bearer_token(void **state)
{
	(void)state;
	struct identity who;
	struct err err = { 0 };
	world_start(&w, NULL);
	setenv("AWS_BEARER_TOKEN_BEDROCK", "ABSKsimdemo", 1);
	identity_follow(w.aws);
	resolve();
	assert_int_equal(identity_get(w.aws, PATIENCE_MS, &who, NULL, &err), -1);
	assert_non_null(strstr(err.text, "do not say whose they are"));
	world_stop(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_account_is_asked_in_the_background_once_and_remembered),
		cmocka_unit_test(a_refusal_of_sts_is_not_held_against_credentials_that_bedrock_may_take),
		cmocka_unit_test(that_they_have_expired_counts_once),
		cmocka_unit_test(nobody_is_asked_about_a_bearer_token),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
