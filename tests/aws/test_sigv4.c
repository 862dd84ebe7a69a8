#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <stdio.h>

#include "aws/sigv4.h"
#include "base/str.h"

/* Worked examples, computed by two independent implementations that agree. */

#define BODY "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Hello\"}]}]}"
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define TOKEN "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQDEXAMPLE=="
#define RUNTIME "bedrock-runtime.us-east-1.amazonaws.com"
#define CONTROL "bedrock.us-east-1.amazonaws.com"
#define HAIKU "/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse-stream"
#define PROFILE "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fabc123def456"
#define PROFILE2                                                                                   \
	"arn%253Aaws%253Abedrock%253Aus-east-1%253A123456789012%253Aapplication-inference-profile%252Fabc123def456"

enum { NOON = 1785585600 };             /* 2026-08-01T12:00:00Z */

struct example {
	const char	*name, *method, *path, *query, *host, *content_type, *body, *token;
	const char	*region, *service;
	const char	*canonical, *hash, *signature, *signed_headers;
};

static const struct example examples[] = {
	{ "A", "POST", HAIKU, NULL, RUNTIME, "application/json", BODY, NULL, "us-east-1", "bedrock",
	    "POST\n/model/us.anthropic.claude-haiku-4-5-20251001-v1%253A0/converse-stream\n\n"
	    "content-type:application/json\nhost:" RUNTIME "\nx-amz-date:20260801T120000Z\n\n"
	    "content-type;host;x-amz-date\n"
	    "7421da8d1a0949a481724fee62d5886aacde03836bf58248adb73e8b61ac0d54",
	    "0e5803e9db2a1814b466bb3cb2880d51a5f848f7f7d746057af00444ab6e5cae",
	    "0750d190339117d95ea1546da18a98b9852169c12eda56cc6d42a8800de501d4",
	    "content-type;host;x-amz-date" },
	{ "B", "POST", HAIKU, NULL, RUNTIME, "application/json", BODY, TOKEN, "us-east-1", "bedrock",
	    "POST\n/model/us.anthropic.claude-haiku-4-5-20251001-v1%253A0/converse-stream\n\n"
	    "content-type:application/json\nhost:" RUNTIME "\nx-amz-date:20260801T120000Z\n"
	    "x-amz-security-token:" TOKEN "\n\n"
	    "content-type;host;x-amz-date;x-amz-security-token\n"
	    "7421da8d1a0949a481724fee62d5886aacde03836bf58248adb73e8b61ac0d54",
	    "e099f827aad10965121cdb1f0d4f44f0142a2d633d7ebc7e1593c6acb64d36eb",
	    "29f7c831a0842340858df9691c720afe0a716f035a697f31dc720347be1c9d40",
	    "content-type;host;x-amz-date;x-amz-security-token" },
	{ "C", "POST", "/model/" PROFILE "/converse", NULL, RUNTIME, "application/json", BODY, NULL,
	    "us-east-1", "bedrock",
	    "POST\n/model/" PROFILE2 "/converse\n\n"
	    "content-type:application/json\nhost:" RUNTIME "\nx-amz-date:20260801T120000Z\n\n"
	    "content-type;host;x-amz-date\n"
	    "7421da8d1a0949a481724fee62d5886aacde03836bf58248adb73e8b61ac0d54",
	    "de09f723c46570b9b0063058d64751d0132f9eb75dfdf1637af2c71a313c1244",
	    "64c5e2bf97dc4efd76cdd46699bf3477a2c14e2d455a152cf9190fb6f97dc870",
	    "content-type;host;x-amz-date" },
	{ "D", "GET", "/inference-profiles",
	    "type=SYSTEM_DEFINED&nextToken=AbC%2B%2F%3DdEf%201~2&maxResults=1000", CONTROL, NULL, "", NULL,
	    "us-east-1", "bedrock",
	    "GET\n/inference-profiles\nmaxResults=1000&nextToken=AbC%2B%2F%3DdEf%201~2&type=SYSTEM_DEFINED\n"
	    "host:" CONTROL "\nx-amz-date:20260801T120000Z\n\nhost;x-amz-date\n" EMPTY,
	    "9a68543651a335a16c7d79b15dde04950386cc058671af2b28f3ec8bec3b0270",
	    "5750e2ea7bc49aa9a1903d56941d515fe8b7e973c121d93c462f3811ae6d4112", "host;x-amz-date" },
	{ "E", "GET", "/inference-profiles/" PROFILE, NULL, CONTROL, NULL, "", TOKEN, "us-east-1",
	    "bedrock",
	    "GET\n/inference-profiles/" PROFILE2 "\n\nhost:" CONTROL "\nx-amz-date:20260801T120000Z\n"
	    "x-amz-security-token:" TOKEN "\n\nhost;x-amz-date;x-amz-security-token\n" EMPTY,
	    "9ded1e11fc18e6f84d24b57ac526be074e43c6cc605966bc2311e9c218208771",
	    "96ff1685f9255b861d35d1f892fab5f7795d257adbbab60928168fbff54f8f45",
	    "host;x-amz-date;x-amz-security-token" },
	{ "F", "POST", "/", NULL, "sts.eu-central-1.amazonaws.com",
	    "application/x-www-form-urlencoded; charset=utf-8",
	    "Action=GetCallerIdentity&Version=2011-06-15", NULL, "eu-central-1", "sts",
	    "POST\n/\n\ncontent-type:application/x-www-form-urlencoded; charset=utf-8\n"
	    "host:sts.eu-central-1.amazonaws.com\nx-amz-date:20260801T120000Z\n\n"
	    "content-type;host;x-amz-date\n"
	    "ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843",
	    "4a6f47ed0cfbebf590e034513f5d349d1abe693b7574339ee0a63c015eb1acc8",
	    "50208026be099df2ce2699e20dcad07adb7a69113bc09f42b0ccbf6e96287ff7",
	    "content-type;host;x-amz-date" },
};

static struct secret *
fixture_secret(void)
{
	static const char s[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
	return secret_new(s, sizeof s - 1);
}

static struct sigv4
sign(const struct example *x, const struct sigv4_settings *how)
{
	struct secret *secret = fixture_secret();
	struct secret *token = x->token != NULL ? secret_new(x->token, strlen(x->token)) : NULL;
	struct http_headers headers = { 0 };
	if (x->content_type != NULL)
		http_headers_add(&headers, "Content-Type", x->content_type);
	http_headers_add(&headers, "Host", x->host);
	struct sigv4 s;
	sigv4_sign(&s, &(struct sigv4_keys){ "AKIDEXAMPLE", secret, token },
	    &(struct sigv4_request){ x->method, x->path, x->query, &headers, x->body, strlen(x->body) },
	    &(struct sigv4_scope){ x->region, x->service, NOON }, how);
	secret_free(secret);
	secret_free(token);
	http_headers_done(&headers);
	return s;
}

static void
the_worked_examples_come_out_byte_for_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		const struct example *x = &examples[i];
		struct sigv4 s = sign(x, NULL);
		char want[512];
		assert_string_equal(buf_str(&s.canonical), x->canonical);
		snprintf(want, sizeof want, "AWS4-HMAC-SHA256\n20260801T120000Z\n20260801/%s/%s/aws4_request\n%s",
		    x->region, x->service, x->hash);
		assert_string_equal(buf_str(&s.string_to_sign), want);
		snprintf(want, sizeof want,
		    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/%s/%s/aws4_request, SignedHeaders=%s, "
		    "Signature=%s", x->region, x->service, x->signed_headers, x->signature);
		assert_string_equal(buf_str(&s.authorization), want);
		assert_string_equal(http_headers_get(&s.headers, "Authorization"), want);
		assert_string_equal(http_headers_get(&s.headers, "X-Amz-Date"), "20260801T120000Z");
		if (x->token != NULL)
			assert_string_equal(http_headers_get(&s.headers, "X-Amz-Security-Token"), x->token);
		sigv4_done(&s);
	}
}

static void
a_path_encoded_once_gives_the_signature_that_aws_refuses(void **state)
{
	(void)state;
	struct sigv4 s = sign(&examples[0], &(struct sigv4_settings){ .no_double_encode = true });
	assert_non_null(strstr(buf_str(&s.authorization),
	    "d54430f23b0fe87e701cac94930fb6f0af518f72317eac90cb59a2da680e0fc2"));
	sigv4_done(&s);
}

static void
the_signing_key_is_derived_step_by_step(void **state)
{
	(void)state;
	struct secret *secret = fixture_secret();
	struct buf key, hex;
	buf_init(&key, 0);
	buf_init(&hex, 0);
	sigv4_key(&key, secret, &(struct sigv4_scope){ "us-east-1", "bedrock", NOON });
	str_hex(&hex, key.s, key.len);
	assert_string_equal(buf_str(&hex), "e805d6e7f19cc425a7e093f25bf8796c0e5a5efb55d513c563be4e4a32daa00b");
	buf_done(&key);
	buf_done(&hex);
	secret_free(secret);
}

static void
a_body_can_be_signed_as_a_header_of_its_own(void **state)
{
	(void)state;
	struct sigv4 s = sign(&examples[0], &(struct sigv4_settings){ .sign_body = true });
	assert_string_equal(http_headers_get(&s.headers, "X-Amz-Content-Sha256"),
	    "7421da8d1a0949a481724fee62d5886aacde03836bf58248adb73e8b61ac0d54");
	assert_non_null(strstr(buf_str(&s.canonical), "\ncontent-type;host;x-amz-content-sha256;x-amz-date\n"));
	sigv4_done(&s);
}

static void
an_omitted_session_token_is_sent_but_not_signed(void **state)
{
	(void)state;
	struct sigv4 s = sign(&examples[1], &(struct sigv4_settings){ .omit_session_token = true });
	assert_string_equal(buf_str(&s.canonical), examples[0].canonical);
	assert_non_null(strstr(buf_str(&s.authorization), examples[0].signature));
	assert_string_equal(http_headers_get(&s.headers, "X-Amz-Security-Token"), TOKEN);
	sigv4_done(&s);
}

static void
expect_path(const char *path, const char *want, const struct sigv4_settings *how)
{
	struct example x = examples[3];
	x.path = path;
	x.query = NULL;
	struct sigv4 s = sign(&x, how);
	const char *line = strchr(buf_str(&s.canonical), '\n') + 1;
	size_t n = strcspn(line, "\n");
	assert_int_equal(n, strlen(want));
	assert_memory_equal(line, want, n);
	sigv4_done(&s);
}

static void
paths_are_normalised_unless_told_otherwise(void **state)
{
	(void)state;
	static const struct sigv4_settings as_is = { .no_normalize_path = true };
	static const struct sigv4_settings once = { .no_double_encode = true };
	static const char *const rows[][3] = { { "", "/", "/" }, { "/", "/", "/" }, { "//", "/", "//" },
		{ "/a/../b", "/b", "/a/../b" }, { "/a/b/../..", "/", "/a/b/../.." },
		{ "/./a", "/a", "/./a" }, { "//a//", "/a/", "//a//" }, { "/../..", "/", "/../.." },
		{ "/a b", "/a%20b", "/a%20b" }, { "/a%20b", "/a%2520b", "/a%2520b" },
		{ "/\xe1\x88\xb4", "/%E1%88%B4", "/%E1%88%B4" }, { "/...", "/...", "/..." },
		{ "/x-v1:0", "/x-v1%3A0", "/x-v1%3A0" } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		expect_path(rows[i][0], rows[i][1], NULL);
		expect_path(rows[i][0], rows[i][2], &as_is);
	}
	expect_path("/a%3Ab", "/a%3Ab", &once);
}

static void
queries_are_recoded_and_sorted_by_name_then_value(void **state)
{
	(void)state;
	static const char *const rows[][2] = { { "b=2&a=1", "a=1&b=2" }, { "a", "a=" }, { "a=&a", "a=&a=" },
		{ "a=b=c", "a=b%3Dc" }, { "a=b+c", "a=b%2Bc" }, { "a=%zz", "a=%25zz" }, { "a=%41", "a=A" },
		{ "Param-3=x&Param=y", "Param=y&Param-3=x" }, { "a=2&a=1", "a=1&a=2" }, { "&&a=1&", "a=1" },
		{ "a=%e1%88%b4", "a=%E1%88%B4" }, { "", "" } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct example x = examples[3];
		x.query = rows[i][0];
		struct sigv4 s = sign(&x, NULL);
		const char *line = strchr(strchr(buf_str(&s.canonical), '\n') + 1, '\n') + 1;
		size_t n = strcspn(line, "\n");
		assert_int_equal(n, strlen(rows[i][1]));
		assert_memory_equal(line, rows[i][1], n);
		sigv4_done(&s);
	}
}

static void
headers_are_sorted_joined_and_squeezed_and_some_never_signed(void **state)
{
	(void)state;
	struct secret *secret = fixture_secret();
	struct http_headers h = { 0 };
	http_headers_add(&h, "User-Agent", "adit");
	http_headers_add(&h, "X-Amz-Meta", "  a   b\t c  ");
	http_headers_add(&h, "Host", "h.example");
	http_headers_add(&h, "x-amz-meta", "d");
	http_headers_add(&h, "X-Amzn-Trace-Id", "t");
	http_headers_add(&h, "Authorization", "old");
	http_headers_add(&h, "X-Amz-Date", "19990101T000000Z");
	http_headers_add(&h, "Transfer-Encoding", "chunked");
	http_headers_add(&h, "X-Amz-Empty", "");
	struct sigv4 s;
	sigv4_sign(&s, &(struct sigv4_keys){ "AKID", secret, NULL },
	    &(struct sigv4_request){ "get", "/", NULL, &h, NULL, 0 },
	    &(struct sigv4_scope){ "r", "s", NOON }, NULL);
	assert_string_equal(buf_str(&s.canonical),
	    "GET\n/\n\nhost:h.example\nx-amz-date:20260801T120000Z\nx-amz-empty:\nx-amz-meta:a b c,d\n\n"
	    "host;x-amz-date;x-amz-empty;x-amz-meta\n" EMPTY);
	sigv4_done(&s);
	http_headers_done(&h);
	secret_free(secret);
}

static void
dates_go_both_ways(void **state)
{
	(void)state;
	char s[17];
	sigv4_date(NOON, s);
	assert_string_equal(s, "20260801T120000Z");
	assert_int_equal(sigv4_parse_date(s), NOON);
	assert_int_equal(sigv4_parse_date("2026-08-01T12:00Z"), -1);
	assert_int_equal(sigv4_parse_date("20261301T120000Z"), -1);
	assert_int_equal(sigv4_parse_date(""), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worked_examples_come_out_byte_for_byte),
		cmocka_unit_test(a_path_encoded_once_gives_the_signature_that_aws_refuses),
		cmocka_unit_test(the_signing_key_is_derived_step_by_step),
		cmocka_unit_test(a_body_can_be_signed_as_a_header_of_its_own),
		cmocka_unit_test(an_omitted_session_token_is_sent_but_not_signed),
		cmocka_unit_test(paths_are_normalised_unless_told_otherwise),
		cmocka_unit_test(queries_are_recoded_and_sorted_by_name_then_value),
		cmocka_unit_test(headers_are_sorted_joined_and_squeezed_and_some_never_signed),
		cmocka_unit_test(dates_go_both_ways),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
