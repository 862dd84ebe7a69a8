/* adit-sim's front door: worked signatures, and every way to be refused. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "client.h"

#define HELLO "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Hello\"}]}]}"
#define TOKEN "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQDEXAMPLE=="
#define ARN   "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile" \
	"%2Fabc123def456"
#define RUNTIME_HOST "Host: bedrock-runtime.us-east-1.amazonaws.com"
#define CONTROL_HOST "Host: bedrock.us-east-1.amazonaws.com"
#define DATE_HEADER  "X-Amz-Date: 20260801T120000Z"
#define TOKEN_HEADER "X-Amz-Security-Token: " TOKEN
#define JSON_TYPE    "Content-Type: application/json"
#define SCOPE        "AKIDEXAMPLE/20260801/us-east-1/bedrock/aws4_request"
#define AUTH(signed, signature)                                                          \
	"Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE ", SignedHeaders=" signed       \
	", Signature=" signature
#define SIGNATURE_A "0750d190339117d95ea1546da18a98b9852169c12eda56cc6d42a8800de501d4"

static const char keys[] = "["
    "{\"access_key_id\":\"AKIDEXAMPLE\",\"secret\":\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"},"
    "{\"access_key_id\":\"AKIDEXAMPLE\",\"secret\":\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\","
    "\"session_token\":\"" TOKEN "\",\"account\":\"123456789012\"},"
    "{\"bearer\":\"ABSKgood\"},"
    "{\"bearer\":\"bedrock-api-key-old\",\"expires\":\"2026-08-01T11:59:59Z\"}]";

/* Starts a simulator whose clock stands at the time of the worked examples. */
static void
start(struct sim *s, const char *key_file, const char *time)
{
	char path[512], quick[512];
	*s = (struct sim){ 0 };
	sim_dir(s);
	sim_file(s, "keys", key_file, path);
	source_path("data/scenarios/test.json", quick);
	const char *const args[] = { "--keys", path, "--time", time, "--scenario", quick, NULL };
	sim_start(s, args);
}

static void
assert_verified(const struct sim *s, int n, bool verified)
{
	struct json_object *line = log_line(s, n, false);
	assert_string_equal(json_text(line, "verified"), verified ? "true" : "false");
	json_object_put(line);
}

static void
the_worked_signatures_are_accepted(void **state)
{
	(void)state;
	static const struct {
		const char *path, *body, *headers[6];
		long status;
	} cases[] = {
		{ "/model/" MODEL "/converse-stream", HELLO,
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER,
			AUTH("content-type;host;x-amz-date", SIGNATURE_A) },
		    200 },
		{ "/model/" MODEL "/converse-stream", HELLO,
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER, TOKEN_HEADER,
			AUTH("content-type;host;x-amz-date;x-amz-security-token",
			    "29f7c831a0842340858df9691c720afe0a716f035a697f31dc720347be1c9d40") },
		    200 },
		{ "/model/" ARN "/converse", HELLO,
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER,
			AUTH("content-type;host;x-amz-date",
			    "64c5e2bf97dc4efd76cdd46699bf3477a2c14e2d455a152cf9190fb6f97dc870") },
		    200 },
		/* signed well, but the token is not one of ours */
		{ "/inference-profiles?maxResults=1000&nextToken=AbC%2B%2F%3DdEf%201~2"
		  "&type=SYSTEM_DEFINED",
		    NULL,
		    { CONTROL_HOST, DATE_HEADER,
			AUTH("host;x-amz-date",
			    "5750e2ea7bc49aa9a1903d56941d515fe8b7e973c121d93c462f3811ae6d4112") },
		    400 },
		{ "/inference-profiles/" ARN, NULL,
		    { CONTROL_HOST, DATE_HEADER, TOKEN_HEADER,
			AUTH("host;x-amz-date;x-amz-security-token",
			    "96ff1685f9255b861d35d1f892fab5f7795d257adbbab60928168fbff54f8f45") },
		    200 },
	};
	struct sim s;
	start(&s, keys, "2026-08-01T12:00:00Z");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct got g;
		sim_call(&s, &g, cases[i].path, cases[i].headers, cases[i].body, 0);
		assert_int_equal(g.status, cases[i].status);
		assert_verified(&s, (int)i + 1, true);
		got_free(&g);
	}
	sim_stop(&s);
}

static void
the_query_may_come_in_any_order(void **state)
{
	(void)state;
	static const char *const headers[] = { CONTROL_HOST, DATE_HEADER, AUTH("host;x-amz-date",
	    "5750e2ea7bc49aa9a1903d56941d515fe8b7e973c121d93c462f3811ae6d4112"), NULL };
	struct sim s;
	struct got g;
	start(&s, keys, "2026-08-01T12:00:00Z");
	sim_call(&s, &g, "/inference-profiles?type=SYSTEM_DEFINED&nextToken=AbC%2B%2F%3DdEf%201~2"
	    "&maxResults=1000", headers, NULL, 0);
	assert_int_equal(g.status, 400);
	assert_verified(&s, 1, true);
	got_free(&g);
	sim_stop(&s);
}

struct refused {
	const char *what, *headers[6], *body, *type, *message;
};

/* Each must be answered with 403, the type in the header and the words in the body. */
static void
assert_refused(struct sim *s, const struct refused *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct got g;
		char type[160];
		sim_call(
		    s, &g, "/model/" MODEL "/converse-stream", cases[i].headers, cases[i].body, 0);
		snprintf(type, sizeof type,
		    "x-amzn-errortype: %s:http://internal.amazon.com/coral/", cases[i].type);
		if (g.status != 403 || strstr(buf_str(&g.headers), type) == NULL ||
		    strstr(buf_str(&g.body), cases[i].message) == NULL)
			fail_msg("%s: %ld\n%s%s", cases[i].what, g.status, buf_str(&g.headers),
			    buf_str(&g.body));
		assert_non_null(strstr(buf_str(&g.headers), "x-amzn-requestid: "));
		assert_non_null(strstr(buf_str(&g.headers), "Date: "));
		assert_verified(s, (int)i + 1, false);
		got_free(&g);
	}
}

#define ALL "content-type;host;x-amz-date"

static void
wrong_credentials_get_the_refusals_of_the_service(void **state)
{
	(void)state;
	static const char no_match[] = "The request signature we calculated does not match";
	static const struct refused cases[] = {
		{ "the path signed as on the wire",
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER,
			AUTH(ALL,
			    "d54430f23b0fe87e701cac94930fb6f0af518f72317eac90cb59a2da680e0fc2") },
		    HELLO, "InvalidSignatureException", no_match },
		{ "another body", { RUNTIME_HOST, JSON_TYPE, DATE_HEADER, AUTH(ALL, SIGNATURE_A) },
		    "{\"messages\":[]}", "InvalidSignatureException", no_match },
		{ "another signed header value",
		    { RUNTIME_HOST, "Content-Type: application/json2", DATE_HEADER,
			AUTH(ALL, SIGNATURE_A) },
		    HELLO, "InvalidSignatureException", no_match },
		{ "an unsigned host",
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER,
			AUTH("content-type;x-amz-date", SIGNATURE_A) },
		    HELLO, "InvalidSignatureException", "must be a 'SignedHeader'" },
		{ "an unsigned content type",
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER, AUTH("host;x-amz-date", SIGNATURE_A) },
		    HELLO, "InvalidSignatureException", "'content-type' must be a 'SignedHeader'" },
		{ "an unsigned token",
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER, TOKEN_HEADER, AUTH(ALL, SIGNATURE_A) },
		    HELLO, "InvalidSignatureException",
		    "'x-amz-security-token' must be a 'SignedHeader'" },
		{ "an unknown token",
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER, "X-Amz-Security-Token: other",
			AUTH(ALL ";x-amz-security-token", SIGNATURE_A) },
		    HELLO, "UnrecognizedClientException",
		    "The security token included in the request is invalid." },
		{ "an unknown key",
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER,
			"Authorization: AWS4-HMAC-SHA256 "
			"Credential=AKIDNOBODY/20260801/us-east-1/bedrock/"
			"aws4_request, SignedHeaders=" ALL ", Signature=" SIGNATURE_A },
		    HELLO, "UnrecognizedClientException",
		    "The security token included in the request is invalid." },
		{ "another service",
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER,
			"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/us-east-1/"
			"bedrock-runtime/aws4_request, SignedHeaders=" ALL
			", Signature=" SIGNATURE_A },
		    HELLO, "InvalidSignatureException", "scoped to correct service: 'bedrock'" },
		{ "another region than the host's",
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER,
			"Authorization: AWS4-HMAC-SHA256 "
			"Credential=AKIDEXAMPLE/20260801/eu-west-1/bedrock/"
			"aws4_request, SignedHeaders=" ALL ", Signature=" SIGNATURE_A },
		    HELLO, "InvalidSignatureException", "scoped to a valid region" },
		{ "another day in the scope",
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER,
			"Authorization: AWS4-HMAC-SHA256 "
			"Credential=AKIDEXAMPLE/20260802/us-east-1/bedrock/"
			"aws4_request, SignedHeaders=" ALL ", Signature=" SIGNATURE_A },
		    HELLO, "InvalidSignatureException", "'20260802' != '20260801'" },
		{ "no signature",
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER,
			"Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
			", SignedHeaders=" ALL },
		    HELLO, "IncompleteSignatureException",
		    "Authorization header requires 'Signature' parameter." },
		{ "no date", { RUNTIME_HOST, JSON_TYPE, AUTH("content-type;host", SIGNATURE_A) },
		    HELLO, "IncompleteSignatureException", "'X-Amz-Date'" },
		{ "a short scope",
		    { RUNTIME_HOST, JSON_TYPE, DATE_HEADER,
			"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801, "
			"SignedHeaders=" ALL ", Signature=" SIGNATURE_A },
		    HELLO, "IncompleteSignatureException", "5 slash-delimited elements" },
		{ "nothing", { RUNTIME_HOST, JSON_TYPE }, HELLO,
		    "MissingAuthenticationTokenException", "Missing Authentication Token" },
		{ "another scheme", { RUNTIME_HOST, JSON_TYPE, "Authorization: Basic eDp5" }, HELLO,
		    "IncompleteSignatureException", "Basic" },
	};
	struct sim s;
	start(&s, keys, "2026-08-01T12:00:00Z");
	assert_refused(&s, cases, sizeof cases / sizeof cases[0]);
	sim_stop(&s);
}

static void
a_clock_five_minutes_off_is_refused_in_either_direction(void **state)
{
	(void)state;
	static const struct {
		const char *time;
		struct refused refused;
	} cases[] = {
		{ "2026-08-01T12:05:01Z",
		    { "late", { RUNTIME_HOST, JSON_TYPE, DATE_HEADER, AUTH(ALL, SIGNATURE_A) },
			HELLO, "InvalidSignatureException",
			"Signature expired: 20260801T120000Z is now earlier than 20260801T120001Z "
			"(20260801T120501Z - 5 min.)" } },
		{ "2026-08-01T11:54:59Z",
		    { "early", { RUNTIME_HOST, JSON_TYPE, DATE_HEADER, AUTH(ALL, SIGNATURE_A) },
			HELLO, "InvalidSignatureException",
			"Signature not yet current: 20260801T120000Z is still later than "
			"20260801T115959Z" } },
	};
	for (size_t i = 0; i < 2; i++) {
		struct sim s;
		start(&s, keys, cases[i].time);
		assert_refused(&s, &cases[i].refused, 1);
		sim_stop(&s);
	}
}

static void
expired_keys_are_refused_though_the_signature_is_right(void **state)
{
	(void)state;
	static const char old[] = "[{\"access_key_id\":\"AKIDEXAMPLE\",\"secret\":"
	    "\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\",\"expires\":\"2026-08-01T11:00:00Z\"}]";
	static const struct refused expired = { "expired", { RUNTIME_HOST, JSON_TYPE, DATE_HEADER,
	    AUTH(ALL, SIGNATURE_A) }, HELLO, "ExpiredTokenException",
	    "{\"message\":\"The security token included in the request is expired\"}" };
	struct sim s;
	start(&s, old, "2026-08-01T12:00:00Z");
	assert_refused(&s, &expired, 1);
	sim_stop(&s);
}

static void
bearer_tokens_are_checked(void **state)
{
	(void)state;
	static const char *const good[] = { "Authorization: Bearer ABSKgood", JSON_TYPE, NULL };
	static const struct refused cases[] = {
		{ "no prefix", { "Authorization: Bearer sk-1234", JSON_TYPE }, HELLO,
		    "AccessDeniedException",
		    "{\"Message\":\"Invalid API Key format: Must start with pre-defined "
		    "prefix\"}" },
		{ "unknown", { "Authorization: Bearer ABSKnobody", JSON_TYPE }, HELLO,
		    "AccessDeniedException",
		    "{\"Message\":\"Authentication failed: Please make sure your API Key is "
		    "valid.\"}" },
		{ "expired", { "Authorization: Bearer bedrock-api-key-old", JSON_TYPE }, HELLO,
		    "AccessDeniedException", "Bearer Token has expired" },
	};
	struct sim s;
	struct got g;
	start(&s, keys, "2026-08-01T12:00:00Z");
	assert_refused(&s, cases, sizeof cases / sizeof cases[0]);
	sim_call(&s, &g, "/model/" MODEL "/converse-stream", good, HELLO, 0);
	assert_int_equal(g.status, 200);
	struct json_object *line = log_line(&s, 4, false);
	assert_string_equal(json_text(line, "auth"), "bearer");
	json_object_put(line);
	got_free(&g);
	sim_stop(&s);
}

static void
the_log_never_holds_a_secret(void **state)
{
	(void)state;
	static const char *const headers[] = { RUNTIME_HOST, JSON_TYPE, DATE_HEADER, TOKEN_HEADER,
		"User-Agent: tester/1", "amz-sdk-request: attempt=1; max=3",
		AUTH(ALL ";x-amz-security-token",
		"29f7c831a0842340858df9691c720afe0a716f035a697f31dc720347be1c9d40"), NULL };
	struct sim s;
	struct got g;
	start(&s, keys, "2026-08-01T12:00:00Z");
	sim_call(&s, &g, "/model/" MODEL "/converse-stream", headers, HELLO, 0);
	assert_int_equal(g.status, 200);
	struct json_object *line = log_line(&s, 1, false);
	const char *text = json_object_to_json_string_ext(line, JSON_C_TO_STRING_NOSLASHESCAPE);
	assert_null(strstr(text, TOKEN));
	assert_null(strstr(text, "29f7c831"));
	assert_string_equal(json_text(line, "session_token"), "true");
	assert_string_equal(json_text(line, "access_key_id"), "AKIDEXAMPLE");
	assert_string_equal(json_text(line, "region"), "us-east-1");
	assert_string_equal(json_text(line, "user_agent"), "tester/1");
	assert_string_equal(json_text(line, "amz_sdk_request"), "attempt=1; max=3");
	assert_string_equal(
	    json_text(line, "model"), "us.anthropic.claude-haiku-4-5-20251001-v1:0");
	assert_string_equal(json_text(line, "path"), "/model/" MODEL "/converse-stream");
	json_object_put(line);
	got_free(&g);
	sim_stop(&s);
}

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worked_signatures_are_accepted),
		cmocka_unit_test(the_query_may_come_in_any_order),
		cmocka_unit_test(wrong_credentials_get_the_refusals_of_the_service),
		cmocka_unit_test(a_clock_five_minutes_off_is_refused_in_either_direction),
		cmocka_unit_test(expired_keys_are_refused_though_the_signature_is_right),
		cmocka_unit_test(bearer_tokens_are_checked),
		cmocka_unit_test(the_log_never_holds_a_secret),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
