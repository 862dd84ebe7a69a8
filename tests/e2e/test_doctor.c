/*
 * test_doctor.c - adit doctor, and whose credentials they are, against the simulator.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "e2e/run.h"

#define A_MODEL "us.anthropic.claude-opus-4-6-v1"
#define FINE	"{\"defaults\":{\"piece_delay_ms\":0},\"rules\":[{\"match\":{},\"answer\":[{\"text\":\"Yes.\"}]}]"

static struct sim sim;

static int
start(const char *scenario, const char *const *more)
{
	char path[512];
	const char *args[8] = { "--scenario", path };
	for (int i = 0; more != NULL && more[i] != NULL && i < 5; i++)
		args[2 + i] = more[i];
	memset(&sim, 0, sizeof sim);
	sim_dir(&sim);
	sim_file(&sim, "rules.json", scenario, path);
	sim_start(&sim, args);
	run_env(&sim);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	return start(FINE "}", NULL);
}

static int
teardown(void **state)
{
	(void)state;
	sim_stop(&sim);
	return 0;
}

/* ---- what it said ---------------------------------------------------------------------------- */

struct said {
	struct run		 run;
	struct json_object	*json;
};

static struct said
doctor(const char *option)
{
	struct said s;
	const char *args[] = { "doctor", "--json", option, NULL };
	run_adit(&s.run, NULL, args);
	struct err err = { 0 };
	s.json = json_parse(buf_str(&s.run.out), s.run.out.len, &err);
	if (s.json == NULL)
		fail_msg("%s: %s%s", err.text, buf_str(&s.run.out), buf_str(&s.run.err));
	return s;
}

static void
said_done(struct said *s)
{
	json_free(s->json);
	run_done(&s->run);
}

/* The first line of a check that has this in its text. */
static struct json_object *
find(const struct said *s, const char *check, const char *part)
{
	struct json_object *lines = json_get(s->json, "checks");
	for (size_t i = 0; i < json_len(lines); i++) {
		struct json_object *o = json_item(lines, i);
		if (strcmp(json_str(o, "check", ""), check) == 0 && strstr(json_str(o, "text", ""), part) != NULL)
			return o;
	}
	fail_msg("no line of %s with “%s”: %s", check, part, buf_str(&s->run.out));
	return NULL;
}

static void
expect(const struct said *s, const char *check, const char *state, const char *part)
{
	assert_string_equal(json_str(find(s, check, part), "state", ""), state);
}

#define requests(operation) sim_count(&sim, operation)

/* ---- doctor ------------------------------------------------------------------------------------ */

static void
where_all_is_well_every_check_has_its_line(void **state)
{
	(void)state;
	static const char *const checks[] = { "configuration", "credentials", "region", "endpoint", "dns", "tls", "proxy",
		"clock", "account", "permission", "model", "imds", "terminal", "files" };
	struct said s = doctor(NULL);
	assert_int_equal(s.run.status, 0);
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		assert_string_not_equal(json_str(find(&s, checks[i], ""), "state", ""), "fail");
	expect(&s, "account", "ok", "123456789012");
	assert_true(json_get(s.json, "policy") == NULL);
	assert_null(strstr(buf_str(&s.run.out), "wJalrXUtnFEMI"));
	assert_null(strstr(buf_str(&s.run.out), "AKIDEXAMPLE"));
	said_done(&s);
}

#define DENY(operation, action)                                                                    \
	"{\"match\":{\"operation\":\"" operation "\"},\"answer\":[{\"http\":{\"type\":\"AccessDeniedException\","     \
	"\"message\":\"User: arn:aws:iam::123456789012:user/sim is not authorized to perform: " action \
	" on resource: arn:aws:bedrock:us-east-1::foundation-model/x because no identity-based policy allows the " \
	"action\"}}]},"

static int
setup_denied(void **state)
{
	(void)state;
	return start("{\"rules\":[" DENY("ListInferenceProfiles", "bedrock:ListInferenceProfiles")
	    DENY("ConverseStream", "bedrock:InvokeModelWithResponseStream") DENY("CountTokens", "bedrock:CountTokens")
	    "{\"match\":{},\"answer\":[{\"text\":\"Yes.\"}]}]}", NULL);
}

static bool
allows(struct json_object *policy, const char *action, const char *resource)
{
	struct json_object *statements = json_get(policy, "Statement");
	for (size_t i = 0; i < json_len(statements); i++) {
		struct json_object *s = json_item(statements, i), *actions = json_get(s, "Action");
		const char *text = json_object_to_json_string_ext(json_get(s, "Resource"), JSON_C_TO_STRING_NOSLASHESCAPE);
		for (size_t k = 0; k < json_len(actions); k++)
			if (str_same(json_object_get_string(json_item(actions, k)), action))
				return strstr(text, resource) != NULL;
	}
	return false;
}

static void
missing_permissions_are_named_one_by_one_with_a_policy_to_paste(void **state)
{
	(void)state;
	struct said s = doctor(NULL);
	assert_int_equal(s.run.status, 4);
	expect(&s, "permission", "fail", "bedrock:ListInferenceProfiles");
	expect(&s, "permission", "fail", "bedrock:InvokeModelWithResponseStream");
	expect(&s, "permission", "ok", "bedrock:InvokeModel (");
	expect(&s, "permission", "ok", "bedrock:ListFoundationModels");
	expect(&s, "model", "fail", "bedrock:InvokeModelWithResponseStream");
	struct json_object *policy = json_get(s.json, "policy");
	assert_true(allows(policy, "bedrock:ListInferenceProfiles", "*"));
	assert_true(allows(policy, "bedrock:InvokeModelWithResponseStream", "arn:aws:bedrock:*::foundation-model/*"));
	assert_true(allows(policy, "bedrock:InvokeModelWithResponseStream",
	    "arn:aws:bedrock:*:123456789012:inference-profile/*"));
	assert_true(allows(policy, "bedrock:CountTokens", "foundation-model"));
	assert_false(allows(policy, "bedrock:ListFoundationModels", ""));
	said_done(&s);
}

static void
without_credentials_it_says_so_and_asks_for_nothing_else(void **state)
{
	(void)state;
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	struct said s = doctor(NULL);
	assert_int_equal(s.run.status, 3);
	expect(&s, "credentials", "fail", "No AWS credentials");
	expect(&s, "permission", "skip", "");
	expect(&s, "endpoint", "ok", "bedrock-runtime");
	assert_int_equal(requests("ListFoundationModels"), 0);
	said_done(&s);
}

static void
an_endpoint_that_does_not_answer_is_the_network_s_fault(void **state)
{
	(void)state;
	setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9", 1);
	struct said s = doctor(NULL);
	assert_int_equal(s.run.status, 6);
	expect(&s, "endpoint", "fail", "127.0.0.1");
	expect(&s, "permission", "skip", "");
	said_done(&s);
}

static int
setup_skewed(void **state)
{
	(void)state;
	static const char *const skew[] = { "--skew", "200", NULL };
	return start(FINE "}", skew);
}

static void
a_clock_that_is_off_is_told(void **state)
{
	(void)state;
	struct said s = doctor(NULL);
	struct json_object *line = find(&s, "clock", "seconds off");
	assert_string_equal(json_str(line, "state", ""), "warn");
	assert_non_null(strstr(json_str(line, "advice", ""), "timedatectl"));
	said_done(&s);
}

static void
files_that_others_can_read_or_change_are_named_with_the_command(void **state)
{
	(void)state;
	run_write(".aws/credentials", "[x]\naws_access_key_id=a\naws_secret_access_key=b\n", 0644);
	run_write(".aws/config", "[profile x]\nregion=us-east-1\n", 0666);
	struct said s = doctor(NULL);
	char *chmod_credentials = mem_printf("chmod 600 '%s/.aws/credentials'", getenv("HOME"));
	assert_int_equal(s.run.status, 1);
	expect(&s, "files", "warn", ".aws/credentials");
	expect(&s, "files", "fail", ".aws/config");
	assert_string_equal(json_str(find(&s, "files", ".aws/credentials"), "advice", ""), chmod_credentials);
	free(chmod_credentials);
	said_done(&s);
}

static void
a_broken_configuration_is_one_more_line(void **state)
{
	(void)state;
	run_write(".config/adit/adit.json5", "{ models: ", 0600);
	struct said s = doctor(NULL);
	assert_int_equal(s.run.status, 78);
	expect(&s, "configuration", "fail", "adit.json5");
	expect(&s, "credentials", "ok", "");
	said_done(&s);
}

static int
setup_hop_limit(void **state)
{
	(void)state;
	return start(FINE ",\"identity\":{\"faults\":[{\"service\":\"imds\",\"operation\":\"GetToken\",\"fault\":\"hop-limit\"}]}}",
	    NULL);
}

static void
a_hop_limit_that_is_too_low_is_recognised(void **state)
{
	(void)state;
	char *url = mem_printf("http://127.0.0.1:%u", sim.port);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	unsetenv("AWS_EC2_METADATA_DISABLED");
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url, 1);
	struct said s = doctor(NULL);
	assert_int_equal(s.run.status, 3);
	struct json_object *line = find(&s, "imds", "");
	assert_string_equal(json_str(line, "state", ""), "fail");
	assert_non_null(strstr(json_str(line, "advice", ""), "--http-put-response-hop-limit 2"));
	said_done(&s);
	free(url);
}

static void
the_lines_for_people_are_a_line_each_and_the_matrix_is_a_grid(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "doctor", "--matrix", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.out), "ok    credentials   environment keys"));
	assert_non_null(strstr(buf_str(&r.out), "\ntoken-count  CountTokens            bedrock:CountTokens"));
	run_done(&r);
	const char *wrong[] = { "doctor", "--nonsense", NULL };
	run_adit(&r, NULL, wrong);
	assert_int_equal(r.status, 2);
	run_done(&r);
}

/* ---- whose credentials they are ----------------------------------------------------------------------- */

static struct json_object *
auth_status(struct run *r)
{
	const char *args[] = { "auth", "status", "--json", NULL };
	run_adit(r, NULL, args);
	struct json_object *o = json_parse(buf_str(&r->out), r->out.len, NULL);
	assert_non_null(o);
	return o;
}

static void
auth_status_says_the_account(void **state)
{
	(void)state;
	struct run r;
	struct json_object *o = auth_status(&r);
	assert_int_equal(r.status, 0);
	assert_string_equal(json_str(o, "account", ""), "123456789012");
	assert_string_equal(json_str(o, "arn", ""), "arn:aws:iam::123456789012:user/sim");
	assert_int_equal(requests("GetCallerIdentity"), 1);
	json_free(o);
	run_done(&r);
}

static void
a_bearer_token_is_not_asked_whose_it_is(void **state)
{
	(void)state;
	struct run r;
	setenv("AWS_BEARER_TOKEN_BEDROCK", "ABSKsimdemo", 1);
	struct json_object *o = auth_status(&r);
	assert_int_equal(r.status, 0);
	assert_true(json_get(o, "account") == NULL);
	assert_int_equal(requests("GetCallerIdentity"), 0);
	json_free(o);
	run_done(&r);
}

static int
setup_no_sts(void **state)
{
	(void)state;
	return start(FINE ",\"identity\":{\"faults\":[{\"service\":\"sts\",\"fault\":\"hang\"}]}}", NULL);
}

/* A hanging STS costs the program's whole patience, which is bounded, and nothing else. */
static void
an_sts_that_hangs_leaves_the_account_unknown(void **state)
{
	(void)state;
	struct run r;
	struct json_object *o = auth_status(&r);
	assert_int_equal(r.status, 0);
	assert_true(json_get(o, "account") == NULL);
	assert_true(json_get(o, "active") != NULL);
	json_free(o);
	run_done(&r);
}

static void
one_answer_asks_nobody_whose_it_is(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", A_MODEL, "hello", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	assert_int_equal(requests("GetCallerIdentity"), 0);
	run_done(&r);
}

int
main(void)
{
#define FRESH(test, set) cmocka_unit_test_setup_teardown(test, set, teardown)
	const struct CMUnitTest tests[] = {
		FRESH(where_all_is_well_every_check_has_its_line, setup),
		FRESH(missing_permissions_are_named_one_by_one_with_a_policy_to_paste, setup_denied),
		FRESH(without_credentials_it_says_so_and_asks_for_nothing_else, setup),
		FRESH(an_endpoint_that_does_not_answer_is_the_network_s_fault, setup),
		FRESH(a_clock_that_is_off_is_told, setup_skewed),
		FRESH(files_that_others_can_read_or_change_are_named_with_the_command, setup),
		FRESH(a_broken_configuration_is_one_more_line, setup),
		FRESH(a_hop_limit_that_is_too_low_is_recognised, setup_hop_limit),
		FRESH(the_lines_for_people_are_a_line_each_and_the_matrix_is_a_grid, setup),
		FRESH(auth_status_says_the_account, setup),
		FRESH(a_bearer_token_is_not_asked_whose_it_is, setup),
		FRESH(an_sts_that_hangs_leaves_the_account_unknown, setup_no_sts),
		FRESH(one_answer_asks_nobody_whose_it_is, setup),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
