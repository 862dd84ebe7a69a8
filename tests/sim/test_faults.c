/* What goes wrong in adit-sim's identity services when a scenario wants it to. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "ask.h"
#include "base/mem.h"

static const struct asked ecs = { .path = "/v1/credentials" };
static const struct asked web = { .path = "/", .headers = { FORM }, .body =
    "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=adit-1&RoleArn="
    "arn%3Aaws%3Aiam%3A%3A999999999999%3Arole%2Fweb&WebIdentityToken=some-token" };

/* A simulator where every identity request meets this fault. */
static void
start(struct sim *s, const char *fault)
{
	char *scenario = mem_printf("{\"identity\":{\"faults\":[{%s}]}}", fault);
	ask_start(s, scenario, NULL);
	free(scenario);
}

static void
faults_take_their_turn(void **state)
{
	(void)state;
	static const char *const scripts[] = {
		"\"fault\":\"error\",\"code\":\"Unauthorized\",\"nth\":2",
		"\"fault\":\"error\",\"code\":\"Unauthorized\",\"times\":2",
		"\"fault\":\"error\",\"code\":\"Unauthorized\",\"times\":1,\"every\":2",
		"\"fault\":\"error\",\"code\":\"Unauthorized\",\"service\":\"ecs\",\"status\":503",
		"\"fault\":\"error\",\"code\":\"Unauthorized\",\"service\":\"imds\"",
		"\"fault\":\"error\",\"code\":\"Unauthorized\",\"operation\":\"GetCredentials\"",
		"\"fault\":\"error\",\"code\":\"Unauthorized\",\"operation\":\"GetToken\"",
	};
	static const long expected[][4] = {
		{ 200, 401, 200, 200 },
		{ 401, 401, 200, 200 },
		{ 401, 200, 401, 200 },
		{ 503, 503, 503, 503 },
		{ 200, 200, 200, 200 },
		{ 401, 401, 401, 401 },
		{ 200, 200, 200, 200 },
	};
	for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
		struct sim s;
		start(&s, scripts[i]);
		for (size_t j = 0; j < 4; j++) {
			struct got g;
			if (ask(&s, &g, &ecs) != expected[i][j])
				fail_msg("%s: request %zu: %ld", scripts[i], j + 1, g.status);
			got_free(&g);
		}
		sim_stop(&s);
	}
}

static void
answers_can_be_replaced(void **state)
{
	(void)state;
	static const struct {
		const char *fault;
		long status;
		const char *type, *part;
	} cases[] = {
		{ "\"fault\":\"html\"", 200, "text/html", "<title>Sign in to the network" },
		{ "\"fault\":\"html\",\"status\":403", 403, "text/html", "<h1>" },
		{ "\"fault\":\"empty\"", 200, "application/json", "" },
		{ "\"fault\":\"garbage\"", 200, "application/json", "not JSON" },
		{ "\"fault\":\"redirect\",\"url\":\"http://169.254.169.254/\"", 302, NULL, "" },
		{ "\"fault\":\"body\",\"body\":\"{}\",\"status\":418,\"content_type\":\"a/b\"", 418,
		    "a/b", "{}" },
		{ "\"fault\":\"untrusted-role\"", 200, NULL, "AssumeRoleUnauthorizedAccess" },
		{ "\"fault\":\"failed\"", 200, NULL, "\"Code\":\"Failed\"" },
		{ "\"fault\":\"xml-bomb\"", 200, "text/xml", "<!ENTITY i \"&h;&h;" },
		{ "\"fault\":\"xml-entity\"", 200, "text/xml", "SYSTEM \"file:///etc/passwd\"" },
		{ "\"fault\":\"xml-deep\",\"bytes\":12", 200, "text/xml", "<a><a><a><a>" },
		{ "\"fault\":\"json-deep\",\"bytes\":4", 200, "application/json", "[[[[" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sim s;
		struct got g;
		char type[64];
		start(&s, cases[i].fault);
		snprintf(type, sizeof type, "Content-Type: %s\r\n",
		    cases[i].type != NULL ? cases[i].type : "");
		if (ask(&s, &g, &web) != cases[i].status ||
		    strstr(buf_str(&g.body), cases[i].part) == NULL ||
		    (cases[i].type != NULL && strstr(buf_str(&g.headers), type) == NULL))
			fail_msg("%s: %ld\n%s%s", cases[i].fault, g.status, buf_str(&g.headers),
			    buf_str(&g.body));
		if (g.status == 302)
			assert_non_null(strstr(
			    buf_str(&g.headers), "Location: http://169.254.169.254/\r\n"));
		got_free(&g);
		sim_stop(&s);
	}
}

static void
a_flood_is_as_long_as_it_says(void **state)
{
	(void)state;
	struct sim s;
	struct got g;
	start(&s, "\"fault\":\"flood\",\"bytes\":3000000");
	assert_int_equal(ask(&s, &g, &ecs), 200);
	assert_int_equal(g.body.len, strlen("{\"AccessKeyId\":\"") + 3000000);
	assert_int_equal(buf_str(&g.body)[g.body.len - 1], 'a');
	got_free(&g);
	sim_stop(&s);
}

static void
errors_come_in_the_form_of_each_service(void **state)
{
	(void)state;
	static const struct {
		struct asked asked;
		const char *code;
		long status;
		const char *body, *header;
	} cases[] = {
		{ { .path = "/latest/meta-data/iam/security-credentials/" }, "Forbidden", 403,
		    "<title>403 - why", "text/html" },
		{ { .path = "/v1/credentials" }, "Unauthorized", 401,
		    "{\"code\":\"Unauthorized\",\"message\":\"why\"}", "application/json" },
		{ { .path = "/", .headers = { FORM }, .body = "Action=AssumeRole" },
		    "RegionDisabledException", 403,
		    "<Type>Sender</Type>\n    <Code>RegionDisabledException</Code>\n    "
		    "<Message>why<",
		    "text/xml" },
		{ { .path = "/", .headers = { FORM }, .body = "Action=GetCallerIdentity" },
		    "InternalFailure", 500, "<Type>Receiver</Type>", "text/xml" },
		{ { .path = "/assignment/accounts" }, "TooManyRequestsException", 429,
		    "{\"message\":\"why\",\"__type\":",
		    "x-amzn-ErrorType: TooManyRequestsException" },
		{ { .path = "/token", .headers = { JSON }, .body = "{}" }, "slow_down", 400,
		    "{\"error\":\"slow_down\",\"error_description\":\"why\"}",
		    "x-amzn-ErrorType: SlowDownException" },
		{ { .path = "/client/register", .headers = { JSON }, .body = "{}" },
		    "server_error", 500, "{\"error\":\"server_error\"",
		    "x-amzn-ErrorType: InternalServerException" },
		{ { .path = "/v1/token", .headers = { JSON }, .body = "{}" },
		    "USER_CREDENTIALS_CHANGED", 401,
		    "{\"error\":\"USER_CREDENTIALS_CHANGED\",\"message\":\"why\"}",
		    "x-amzn-ErrorType: AccessDeniedException" },
		{ { .path = "/sessions?a=b", .headers = { JSON }, .body = "{}" },
		    "AccessDeniedException", 403, "{\"message\":\"why\"}",
		    "x-amzn-ErrorType: AccessDeniedException" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sim s;
		struct got g;
		char *fault = mem_printf(
		    "\"fault\":\"error\",\"message\":\"why\",\"code\":\"%s\"", cases[i].code);
		start(&s, fault);
		if (ask(&s, &g, &cases[i].asked) != cases[i].status ||
		    strstr(buf_str(&g.body), cases[i].body) == NULL ||
		    strstr(buf_str(&g.headers), cases[i].header) == NULL)
			fail_msg("%s: %ld\n%s%s", cases[i].code, g.status, buf_str(&g.headers),
			    buf_str(&g.body));
		struct json_object *line = log_line(&s, 1, false);
		assert_string_equal(json_text(line, "error"), cases[i].code);
		assert_string_equal(json_text(line, "fault"), "error");
		json_object_put(line);
		got_free(&g);
		free(fault);
		sim_stop(&s);
	}
}

static void
connections_stall_break_and_hang(void **state)
{
	(void)state;
	static const struct {
		const char *fault;
		CURLcode code;
		bool headers;
		size_t body;
		const char *done;
	} cases[] = {
		{ "\"fault\":\"hang\"", CURLE_OPERATION_TIMEDOUT, false, 0, "client-closed" },
		{ "\"fault\":\"drop\"", CURLE_GOT_NOTHING, false, 0, "cut" },
		{ "\"fault\":\"stall\"", CURLE_OPERATION_TIMEDOUT, true, 0, "client-closed" },
		{ "\"fault\":\"stall\",\"after\":20", CURLE_OPERATION_TIMEDOUT, true, 20,
		    "client-closed" },
		{ "\"fault\":\"cut\",\"after\":20", CURLE_PARTIAL_FILE, true, 20, "cut" },
		{ "\"fault\":\"cut\",\"after\":0", CURLE_PARTIAL_FILE, true, 0, "cut" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sim s;
		struct got g;
		struct asked a = ecs;
		/* Those that end do so by themselves; a busy machine may take longer to come to where the others hang. */
		for (a.timeout_ms = cases[i].code == CURLE_OPERATION_TIMEDOUT ? 150 : 60000;; a.timeout_ms *= 2) {
			start(&s, cases[i].fault);
			ask(&s, &g, &a);
			bool came = (g.headers.len != 0) == cases[i].headers && g.body.len == cases[i].body;
			if (g.code != CURLE_OPERATION_TIMEDOUT || came || a.timeout_ms > 30000)
				break;
			got_free(&g);
			sim_stop(&s);
		}
		if (g.code != cases[i].code || (g.headers.len != 0) != cases[i].headers ||
		    g.body.len != cases[i].body)
			fail_msg("%s: %s, %zu bytes of headers, %zu of body", cases[i].fault,
			    curl_easy_strerror(g.code), g.headers.len, g.body.len);
		got_free(&g);
		struct json_object *line = log_line(&s, 1, true);
		assert_string_equal(json_text(line, "done"), cases[i].done);
		json_object_put(line);
		sim_stop(&s);
	}
}

static void
a_truncated_answer_ends_as_if_it_were_whole(void **state)
{
	(void)state;
	struct sim s;
	struct got g;
	start(&s, "\"fault\":\"truncated\"");
	assert_int_equal(ask(&s, &g, &ecs), 200);
	assert_int_equal(g.code, CURLE_OK);
	assert_non_null(strstr(buf_str(&g.body), "{\"AccessKeyId\":\"ASIASIMECS0001\""));
	assert_null(json_tokener_parse(buf_str(&g.body)));
	got_free(&g);
	sim_stop(&s);
}

static void
a_slow_answer_is_whole_but_late(void **state)
{
	(void)state;
	struct sim s;
	struct got g;
	start(&s, "\"fault\":\"slow\",\"delay_ms\":120");
	struct asked hasty = ecs;
	hasty.timeout_ms = 40;
	ask(&s, &g, &hasty);
	assert_int_equal(g.code, CURLE_OPERATION_TIMEDOUT);
	got_free(&g);
	assert_int_equal(ask(&s, &g, &ecs), 200);
	assert_int_equal(g.code, CURLE_OK);
	got_free(&g);
	sim_stop(&s);
}

/* ---- credentials -------------------------------------------------------- */

static void
spoilt_credentials_are_refused_by_bedrock_or_not(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool past;              /* what the answer says of their time */
		long status;
		const char *error;
	} cases[] = {
		{ "expired", true, 403, "ExpiredTokenException" },
		{ "stale", true, 200, "" },
		{ "revoked", false, 403, "ExpiredTokenException" },
		{ "unknown-key", false, 403, "UnrecognizedClientException" },
		{ "wrong-secret", false, 403, "InvalidSignatureException" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sim s;
		struct got g;
		struct cred c;
		char fault[64], now[32];
		long status;
		snprintf(fault, sizeof fault, "\"fault\":\"%s\"", cases[i].name);
		start(&s, fault);
		struct json_object *o = ask_json(&s, &ecs, &status);
		cred_read(&c, o);
		time_t t = time(NULL);
		struct tm tm;
		strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
		bool past = strcmp(json_text(o, "Expiration"), now) < 0;
		json_object_put(o);
		if (past != cases[i].past || bedrock_takes(&s, &c, &g) != cases[i].status ||
		    strstr(buf_str(&g.headers), cases[i].error) == NULL)
			fail_msg("%s: %ld %s", cases[i].name, g.status, buf_str(&g.headers));
		got_free(&g);
		sim_stop(&s);
	}
}

static void
members_of_credentials_are_missing_or_senseless(void **state)
{
	(void)state;
	static const struct {
		const char *name, *present, *absent;
	} cases[] = {
		{ "no-expiration", "\"SecretAccessKey\":", "\"Expiration\":" },
		{ "bad-expiration", "\"Expiration\":\"the day after tomorrow\"", "\"Expiration\":\"2" },
		{ "no-id", "{\"SecretAccessKey\":", "\"AccessKeyId\":" },
		{ "no-secret", "\"AccessKeyId\":\"ASIASIMECS0001\",\"Token\":",
		    "\"SecretAccessKey\":" },
		{ "duplicate", "\"AccessKeyId\":\"ASIASIMECS0001\",\"AccessKeyId\":"
		    "\"ASIASIMOTHER0001\"", "<" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sim s;
		struct got g;
		char fault[64];
		snprintf(fault, sizeof fault, "\"fault\":\"%s\"", cases[i].name);
		start(&s, fault);
		ask(&s, &g, &ecs);
		if (strstr(buf_str(&g.body), cases[i].present) == NULL ||
		    strstr(buf_str(&g.body), cases[i].absent) != NULL)
			fail_msg("%s: %s", cases[i].name, buf_str(&g.body));
		got_free(&g);
		assert_int_equal(ask(&s, &g, &web), 200);
		assert_non_null(strstr(buf_str(&g.body), "<Credentials>"));
		got_free(&g);
		sim_stop(&s);
	}
}

/* ---- the file ----------------------------------------------------------- */

/* Starts the simulator with a scenario that it must refuse; what it says. */
static void
refused_with(const char *scenario, char *said, size_t size)
{
	struct sim s = { 0 };
	char path[512];
	sim_dir(&s);
	sim_file(&s, "scenario", scenario, path);
	const char *program = getenv("ADIT_SIM");
	char *command = mem_printf("%s --scenario %s --with-parent 2>&1 </dev/null",
	    program != NULL ? program : "./adit-sim", path);
	FILE *p = popen(command, "r");
	assert_non_null(p);
	said[fread(said, 1, size - 1, p)] = '\0';
	int status = pclose(p);
	if (status == 0)
		fail_msg("%s was taken", scenario);
	remove(path);
	remove(s.dir);
	free(command);
}

static void
mistakes_in_the_settings_are_named(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "{\"identity\":[]}", "\"identity\" must be an object" },
		{ "{\"identity\":{\"imbs\":{}}}", "unknown member \"imbs\"" },
		{ "{\"identity\":{\"imds\":{\"roll\":\"x\"}}}", "unknown setting \"roll\"" },
		{ "{\"identity\":{\"imds\":{\"lifetime\":\"1\"}}}", "\"lifetime\" must be" },
		{ "{\"identity\":{\"imds\":{\"lifetime\":-1}}}", "\"lifetime\" must be" },
		{ "{\"identity\":{\"imds\":{\"tokens\":\"maybe\"}}}", "must be one of" },
		{ "{\"identity\":{\"imds\":{\"tokens\":null}}}", "must be one of" },
		{ "{\"identity\":{\"ecs\":{\"token\":[1]}}}", "\"token\" must be" },
		{ "{\"identity\":{\"sts\":{\"roles\":[{}]}}}", "a role needs \"arn\"" },
		{ "{\"identity\":{\"sso\":{\"accounts\":[{\"idd\":\"1\"}]}}}", "\"idd\"" },
		{ "{\"identity\":{\"faults\":[{}]}}", "needs \"fault\"" },
		{ "{\"identity\":{\"faults\":[{\"fault\":\"hung\"}]}}", "unknown fault \"hung\"" },
		{ "{\"identity\":{\"faults\":[{\"fault\":\"error\"}]}}", "needs \"code\"" },
		{ "{\"identity\":{\"faults\":[{\"fault\":\"hang\",\"nht\":1}]}}", "\"nht\"" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char said[1024];
		refused_with(cases[i][0], said, sizeof said);
		if (strstr(said, cases[i][1]) == NULL)
			fail_msg("%s: %s", cases[i][0], said);
	}
}

/* The first words of the lines between the two texts of the README, as a list of faults. */
static char *
faults_of_readme(const char *readme)
{
	struct buf b = { 0 };
	const char *p = strstr(readme, "Instead of the answer:");
	const char *end = strstr(readme, "Keywords of test.json");
	assert_true(p != NULL && end != NULL && p < end);
	buf_puts(&b, "{\"identity\":{\"faults\":[{\"fault\":\"slow\"}");
	for (; p < end; p = strchr(p, '\n') + 1) {
		size_t n = strspn(p, " ") == 2 ? strcspn(p + 2, " \n") : 0;
		if (n != 0)
			buf_printf(&b, ",{\"fault\":\"%.*s\",\"code\":\"x\"}", (int)n, p + 2);
	}
	buf_puts(&b, "]}}");
	return buf_take(&b, NULL);
}

static void
the_readme_lists_faults_that_exist(void **state)
{
	(void)state;
	char path[512], text[32768];
	source_path("data/scenarios/README", path);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	char *scenario = faults_of_readme(text);
	struct json_object *o = json_tokener_parse(scenario);
	assert_int_equal(
	    json_object_array_length(member(member(o, "identity"), "faults")), 31);
	json_object_put(o);
	struct sim s;
	ask_start(&s, scenario, NULL);          /* fails if it does not know one */
	sim_stop(&s);
	free(scenario);
}

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_take_their_turn),
		cmocka_unit_test(answers_can_be_replaced),
		cmocka_unit_test(a_flood_is_as_long_as_it_says),
		cmocka_unit_test(errors_come_in_the_form_of_each_service),
		cmocka_unit_test(connections_stall_break_and_hang),
		cmocka_unit_test(a_truncated_answer_ends_as_if_it_were_whole),
		cmocka_unit_test(a_slow_answer_is_whole_but_late),
		cmocka_unit_test(spoilt_credentials_are_refused_by_bedrock_or_not),
		cmocka_unit_test(members_of_credentials_are_missing_or_senseless),
		cmocka_unit_test(mistakes_in_the_settings_are_named),
		cmocka_unit_test(the_readme_lists_faults_that_exist),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
