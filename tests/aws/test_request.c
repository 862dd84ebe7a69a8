#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <pthread.h>

#include "aws/aws.h"
#include "aws/creds.h"
#include "aws/sigv4.h"
#include "aws/xml.h"
#include "base/str.h"
#include "asked.h"
#include "home.h"

#define IN_HOME(test) cmocka_unit_test_setup_teardown(test, home_setup, home_teardown)

enum { NOON = 1785585600 };             /* 2026-08-01T12:00:00Z */
#define NOON_HTTP "Sat, 01 Aug 2026 12:00:00 GMT"

static void
set_keys(void)
{
	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE12", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 1);
}

static const struct aws_call list_models = { .kind = AWS_MODELS,
	.method = "GET",
	.path = "/foundation-models" };

/* Prepares or fails the test. */
static struct http_request
prepare(struct aws *aws, const struct aws_call *call, struct aws_used *used)
{
	struct http_request req;
	struct err err = { 0 };
	if (aws_prepare(aws, call, &req, used, &err) < 0)
		fail_msg("%s", err.text);
	return req;
}

static void
expect_refusal(const struct aws_options *o, const struct aws_call *call, enum err_code code, const char *part)
{
	struct aws *aws = aws_new(o, NULL);
	struct http_request req;
	struct aws_used used;
	struct err err = { 0 };
	assert_int_equal(aws_prepare(aws, call, &req, &used, &err), -1);
	assert_int_equal(err.code, code);
	if (strstr(err.text, part) == NULL)
		fail_msg("“%s” does not say “%s”", err.text, part);
	aws_free(aws);
}

/* ---- aws_prepare ---- */

static void
a_request_is_signed_for_the_arns_region_and_the_hosts_path(void **state)
{
	(void)state;
	set_keys();
	setenv("AWS_REGION", "us-east-1", 1);
	clock_set_wall(NOON);
	struct aws *aws = aws_new(NULL, NULL);
	struct aws_used used;
	static const char *const headers[] = { "X-Amzn-Bedrock-Trace", "ENABLED", NULL };
	struct aws_call call = { .kind = AWS_CHAT,
		.method = "POST",
		.path = "/model/arn%3Aaws/converse-stream",
		.content_type = "application/json",
		.accept = "application/vnd.amazon.eventstream",
		.headers = headers,
		.body = "{}",
		.body_len = 2,
		.model = "arn:aws:bedrock:eu-west-3:123456789012:inference-profile/x",
		.stream = true,
		.invocation_id = "id",
		.attempt = 2,
		.attempts = 3 };
	struct http_request req = prepare(aws, &call, &used);
	assert_string_equal(req.url,
	    "https://bedrock-runtime.eu-west-3.amazonaws.com/model/arn%3Aaws/converse-stream");
	assert_string_equal(req.method, "POST");
	assert_int_equal(req.body.len, 2);
	assert_int_equal(req.total_ms, 0);
	const char *authorization = http_headers_get(&req.headers, "Authorization");
	assert_non_null(strstr(authorization,
	    "Credential=AKIDEXAMPLE12/20260801/eu-west-3/bedrock/aws4_request, SignedHeaders="
	    "amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-date;x-amzn-bedrock-trace, "));
	assert_string_equal(http_headers_get(&req.headers, "amz-sdk-request"), "attempt=2; max=3");
	assert_string_equal(http_headers_get(&req.headers, "Accept"), "application/vnd.amazon.eventstream");
	assert_null(http_headers_get(&req.headers, "Host"));
	assert_true(str_starts(http_headers_get(&req.headers, "User-Agent"), "adit/"));
	assert_non_null(strstr(http_headers_get(&req.headers, "User-Agent"), " m/E,g"));
	assert_string_equal(used.region, "eu-west-3");
	assert_string_equal(used.host, "bedrock-runtime.eu-west-3.amazonaws.com");
	assert_string_equal(used.access_key, "AKID…LE12");
	assert_true(used.generation > 0);
	http_request_done(&req);
	aws_free(aws);
}

/* A signature made again, by hand, from the pieces that went into the request. */
static void
base_path_port_and_query_are_part_of_what_is_signed(void **state)
{
	(void)state;
	set_keys();
	setenv("AWS_SESSION_TOKEN", "TOKEN", 1);
	setenv("AWS_ENDPOINT_URL", "https://gw.example:8443/aws/", 1);
	clock_set_wall(NOON);
	struct aws *aws = aws_new(NULL, NULL);
	struct aws_used used;
	struct aws_call call = { .kind = AWS_MODELS,
		.method = "GET",
		.path = "/inference-profiles",
		.query = "type=X&maxResults=10" };
	struct http_request req = prepare(aws, &call, &used);
	assert_string_equal(req.url, "https://gw.example:8443/aws/inference-profiles?type=X&maxResults=10");
	assert_string_equal(http_headers_get(&req.headers, "X-Amz-Security-Token"), "TOKEN");
	struct http_headers h = { 0 };
	http_headers_add(&h, "Host", "gw.example:8443");
	struct secret *secret = secret_new(getenv("AWS_SECRET_ACCESS_KEY"), 40), *token = secret_new("TOKEN", 5);
	struct sigv4 s;
	sigv4_sign(&s, &(struct sigv4_keys){ "AKIDEXAMPLE12", secret, token },
	    &(struct sigv4_request){ "GET", "/aws/inference-profiles", call.query, &h, "", 0 },
	    &(struct sigv4_scope){ "us-east-1", "bedrock", NOON }, NULL);
	assert_string_equal(http_headers_get(&req.headers, "Authorization"), buf_str(&s.authorization));
	sigv4_done(&s);
	secret_free(secret);
	secret_free(token);
	http_headers_done(&h);
	http_request_done(&req);
	aws_free(aws);
}

static void
a_bearer_token_goes_to_bedrock_only_and_never_in_the_clear(void **state)
{
	(void)state;
	setenv("AWS_BEARER_TOKEN_BEDROCK", "ABSKtoken", 1);
	struct aws *aws = aws_new(NULL, NULL);
	struct aws_used used;
	struct http_request req = prepare(aws, &list_models, &used);
	assert_string_equal(http_headers_get(&req.headers, "Authorization"), "Bearer ABSKtoken");
	assert_null(http_headers_get(&req.headers, "X-Amz-Date"));
	assert_true(used.bearer);
	http_request_done(&req);
	aws_free(aws);
	const struct aws_call sts = { .kind = AWS_IDENTITY, .method = "POST", .path = "/" };
	expect_refusal(NULL, &sts, ERR_CREDENTIALS, "AWS_ACCESS_KEY_ID is not set");
	set_keys();
	aws = aws_new(NULL, NULL);
	req = prepare(aws, &sts, &used);
	assert_non_null(strstr(http_headers_get(&req.headers, "Authorization"), "/us-east-1/sts/aws4_request"));
	assert_false(used.bearer);
	http_request_done(&req);
	aws_free(aws);
	setenv("AWS_ENDPOINT_URL", "http://gateway.example", 1);
	expect_refusal(&(struct aws_options){ .insecure_ok = true }, &list_models, ERR_CONFIG, "plain http");
}

static void
services_without_signatures_get_none(void **state)
{
	(void)state;
	struct aws *aws = aws_new(NULL, NULL);
	struct aws_used used;
	const struct aws_call call = { .kind = AWS_SSO_ROLE, .method = "GET", .path = "/federation/credentials" };
	struct http_request req = prepare(aws, &call, &used);
	assert_null(http_headers_get(&req.headers, "Authorization"));
	assert_int_equal(used.generation, 0);
	http_request_done(&req);
	aws_free(aws);
}

static void
a_bundle_of_certificates_that_is_missing_is_an_error_that_names_its_setting(void **state)
{
	(void)state;
	set_keys();
	home_config("[default]\nca_bundle = /nonexistent/profile.pem\n");
	expect_refusal(NULL, &list_models, ERR_CONFIG, "profile default");
	setenv("SSL_CERT_FILE", "/nonexistent/other.pem", 1);
	setenv("AWS_CA_BUNDLE", "/nonexistent/env.pem", 1);
	expect_refusal(NULL, &list_models, ERR_CONFIG, "AWS_CA_BUNDLE");
	home_write("ca.pem", "x");
	char *path = mem_printf("%s/ca.pem", (char *)*state);
	struct aws *aws = aws_new(&(struct aws_options){ .ca_bundle = path }, NULL);
	struct aws_used used;
	struct http_request req = prepare(aws, &list_models, &used);
	assert_string_equal(req.ca_bundle, path);
	http_request_done(&req);
	aws_free(aws);
	free(path);
}

static void
a_file_that_might_name_the_region_must_be_readable(void **state)
{
	(void)state;
	set_keys();
	home_config("nonsense\n");
	expect_refusal(NULL, &list_models, ERR_CONFIG, "config, line 1");
	setenv("AWS_REGION", "eu-west-1", 1);
	struct aws *aws = aws_new(NULL, NULL);
	struct aws_used used;
	struct http_request req = prepare(aws, &list_models, &used);
	http_request_done(&req);
	aws_free(aws);
}

static void
the_app_id_is_cleaned_before_it_is_sent(void **state)
{
	(void)state;
	set_keys();
	setenv("AWS_SDK_UA_APP_ID", "my app/\n1", 1);
	struct aws *aws = aws_new(NULL, NULL);
	struct aws_used used;
	struct http_request req = prepare(aws, &list_models, &used);
	assert_true(str_ends(http_headers_get(&req.headers, "User-Agent"), " app/my-app--1"));
	http_request_done(&req);
	aws_free(aws);
}

static void
a_model_id_is_one_segment(void **state)
{
	(void)state;
	struct buf b = { 0 };
	aws_path_segment(&b, "arn:aws:x/y-v1:0");
	assert_string_equal(buf_str(&b), "arn%3Aaws%3Ax%2Fy-v1%3A0");
	buf_done(&b);
}

/* ---- aws_error_of ---- */

static void
errors_are_found_wherever_services_put_them(void **state)
{
	(void)state;
	static const struct {
		const char	*type_header, *content_type, *body, *code, *message;
	} rows[] = {
		{ "ValidationException:http://internal.amazon.com/coral/", "application/json", "{\"message\":\"m\"}",
		    "ValidationException", "m" },
		{ "com.amazon#ThrottlingException", NULL, "{\"Message\":\"M\"}", "ThrottlingException", "M" },
		{ NULL, NULL, "{\"__type\":\"aws.x#AccessDeniedException\",\"message\":\"no\"}",
		    "AccessDeniedException", "no" },
		{ NULL, NULL, "{\"code\":\"Foo\"}", "Foo", "" },
		{ NULL, "text/xml",
		    "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n<Error><Type>Sender</Type>"
		    "<Code>AccessDenied</Code><Message>User &amp; role &#39;x&#x27;</Message></Error>"
		    "<RequestId>1</RequestId></ErrorResponse>", "AccessDenied", "User & role 'x'" },
		{ NULL, NULL, "", "", "" },
		{ NULL, NULL, "garbage", "", "" },
		{ NULL, NULL, "[1,2]", "", "" },
		{ "X", NULL, "{\"message\":42}", "X", "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_headers h = { 0 };
		struct buf code = { 0 }, message = { 0 };
		if (rows[i].type_header != NULL)
			http_headers_add(&h, "x-amzn-ErrorType", rows[i].type_header);
		if (rows[i].content_type != NULL)
			http_headers_add(&h, "Content-Type", rows[i].content_type);
		aws_error_of(400, &h, rows[i].body, strlen(rows[i].body), &code, &message);
		assert_string_equal(buf_str(&code), rows[i].code);
		assert_string_equal(buf_str(&message), rows[i].message);
		buf_done(&code);
		buf_done(&message);
		http_headers_done(&h);
	}
}

static void
a_web_page_in_the_answers_place_is_called_one(void **state)
{
	(void)state;
	static const char *const pages[] = { "<!DOCTYPE html><html>", "\n <HTML><body>", "<html>" };
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		struct buf code = { 0 }, message = { 0 };
		aws_error_of(407, NULL, pages[i], strlen(pages[i]), &code, &message);
		assert_non_null(strstr(buf_str(&message), "HTTP 407 with a web page"));
		buf_done(&code);
		buf_done(&message);
	}
}

static void
xml_is_read_strictly(void **state)
{
	(void)state;
	static const char *const rows[][3] = {
		{ "<a><b>x</b></a>", "a/b", "x" },
		{ "<?xml version='1.0'?><!-- <a><b>no</b></a> --><a x=\"1>2\"><b/><b>y</b></a>", "a/b", "y" },
		{ "<a><c><b>no</b></c><b>z</b></a>", "a/b", "z" },
		{ "<a><bb>no</bb><b>z</b></a>", "a/b", "z" },
		{ "<a><b></b></a>", "a/b", "" },
		{ "<a><b>x", "a/b", NULL },
		{ "<a></b><b>x</b></a>", "a/b", NULL },
		{ "<!DOCTYPE a><a><b>x</b></a>", "a/b", NULL },
		{ "<a><b>&unknown;</b></a>", "a/b", NULL },
		{ "<a><b>&#0;</b></a>", "a/b", NULL },
		{ "<a><b>&#xD800;</b></a>", "a/b", NULL },
		{ "<a><b><c>x</c></b></a>", "a/b", NULL },
		{ "<a <b>x</b></a>", "a/b", NULL },
		{ "<ab><c>x</c></b>", "a/c", NULL },
		{ "", "a/b", NULL },
		{ "<", "a", NULL },
		{ "<a/", "a", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = { 0 };
		char *copy = mem_dup(rows[i][0], strlen(rows[i][0]));    /* without the NUL: to see over-reads */
		bool found = xml_text(copy, strlen(rows[i][0]), rows[i][1], &b);
		if (found != (rows[i][2] != NULL))
			fail_msg("%s", rows[i][0]);
		if (found)
			assert_string_equal(buf_str(&b), rows[i][2]);
		else
			assert_int_equal(b.len, 0);
		free(copy);
		buf_done(&b);
	}
}

/* ---- aws_judge ---- */

static enum aws_verdict
judge(struct aws *aws, const struct aws_used *used, int status, const char *date, const char *code,
    const char *message, struct err *err)
{
	struct http_headers h = { 0 };
	if (date != NULL)
		http_headers_add(&h, "Date", date);
	enum aws_verdict v = aws_judge(aws, used, status, &h, code, message, err);
	http_headers_done(&h);
	return v;
}

static struct aws_used
used_of(struct aws *aws)
{
	struct aws_used used;
	struct http_request req = prepare(aws, &list_models, &used);
	http_request_done(&req);
	return used;
}

static void
failures_that_are_not_about_identity_are_left_alone(void **state)
{
	(void)state;
	set_keys();
	struct aws *aws = aws_new(NULL, NULL);
	struct aws_used used = used_of(aws);
	assert_int_equal(judge(aws, &used, 200, NULL, NULL, NULL, NULL), AWS_FINE);
	assert_int_equal(judge(aws, &used, 403, NULL, "AccessDeniedException",
			     "You don't have access to the model with the specified model ID.", NULL), AWS_FINE);
	assert_int_equal(judge(aws, &used, 400, NULL, "ValidationException", "blank", NULL), AWS_FINE);
	assert_int_equal(judge(aws, &used, 429, NULL, "ThrottlingException", NULL, NULL), AWS_FINE);
	assert_int_equal(judge(aws, &used, 503, NULL, "ExpiredTokenException", NULL, NULL), AWS_FINE);
	aws_free(aws);
}

static void
keys_of_the_environment_are_refused_for_good_with_what_to_do(void **state)
{
	(void)state;
	set_keys();
	struct aws *aws = aws_new(NULL, NULL);
	struct aws_used used = used_of(aws);
	struct err err = { 0 };
	assert_int_equal(judge(aws, &used, 403, NULL, "ExpiredTokenException", "m", &err), AWS_REFUSED);
	assert_int_equal(err.code, ERR_CREDENTIALS);
	assert_non_null(strstr(err.text, "unset AWS_ACCESS_KEY_ID"));
	assert_int_equal(judge(aws, &used, 403, NULL, "UnrecognizedClientException", "m", &err), AWS_REFUSED);
	assert_non_null(strstr(err.text, "AKID…LE12"));
	assert_int_equal(judge(aws, &used, 403, NULL, NULL,
			     "The security token included in the request is expired", &err), AWS_REFUSED);
	assert_non_null(strstr(err.text, "has expired"));
	aws_free(aws);
}

static void
expired_keys_of_a_profile_are_read_again_once(void **state)
{
	(void)state;
	home_credentials("[default]\naws_access_key_id=ONE\naws_secret_access_key=s\naws_session_token=t\n");
	struct aws *aws = aws_new(NULL, NULL);
	struct aws_used first = used_of(aws);
	struct err err = { 0 };
	assert_int_equal(judge(aws, &first, 400, NULL, "ExpiredTokenException", "m", &err), AWS_AGAIN);
	struct aws_used second = used_of(aws);
	assert_true(second.generation > first.generation);
	/* Nine more failures of the first generation come late: they change nothing. */
	for (int i = 0; i < 9; i++)
		assert_int_equal(judge(aws, &first, 400, NULL, "ExpiredTokenException", "m", &err), AWS_AGAIN);
	struct aws_used third = used_of(aws);
	assert_true(third.generation == second.generation);
	assert_non_null(strstr(err.text, "profile default"));
	aws_free(aws);
}

static void
a_refused_bearer_token_says_that_it_hides_the_rest(void **state)
{
	(void)state;
	setenv("AWS_BEARER_TOKEN_BEDROCK", "ABSKx", 1);
	struct aws *aws = aws_new(NULL, NULL);
	struct aws_used used = used_of(aws);
	static const char *const rows[][2] = { { "UnrecognizedClientException", NULL },
		{ NULL, "Invalid API Key format: Must start with pre-defined prefix" },
		{ "AccessDeniedException", "Authentication failed: Please make sure your API Key is valid." },
		{ "ExpiredTokenException", "Bearer token has expired" } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err = { 0 };
		assert_int_equal(judge(aws, &used, 403, NULL, rows[i][0], rows[i][1], &err), AWS_REFUSED);
		assert_non_null(strstr(err.text, "unset AWS_BEARER_TOKEN_BEDROCK"));
	}
	assert_int_equal(judge(aws, &used, 403, NULL, "AccessDeniedException",
			     "You don't have access to the model with the specified model ID.", NULL), AWS_FINE);
	assert_int_equal(judge(aws, &used, 401, NULL, NULL, NULL, NULL), AWS_REFUSED);
	aws_free(aws);
}

/* The correction is the process's: this test comes last of those that judge, and puts it back. */
static void
a_skewed_clock_is_corrected_once(void **state)
{
	(void)state;
	set_keys();
	clock_set_wall(NOON - 600);
	struct aws *aws = aws_new(NULL, NULL);
	struct aws_used used = used_of(aws);
	struct err err = { 0 };
	assert_int_equal(aws_clock_skew(), 0);
	assert_int_equal(judge(aws, &used, 403, NOON_HTTP, "InvalidSignatureException",
			     "Signature expired: 20260801T115000Z is now earlier than 20260801T115500Z", &err),
	    AWS_AGAIN);
	assert_int_equal(aws_clock_skew(), 600);
	struct http_request req = prepare(aws, &list_models, &used);
	assert_string_equal(http_headers_get(&req.headers, "X-Amz-Date"), "20260801T120000Z");
	http_request_done(&req);
	/* With the clock right now, the same answer means something else. */
	assert_int_equal(judge(aws, &used, 403, NOON_HTTP, "SignatureDoesNotMatch", "m", &err), AWS_REFUSED);
	assert_non_null(strstr(err.text, "stray spaces"));
	assert_int_equal(judge(aws, &used, 403, NULL, "RequestTimeTooSkewed", "m", &err), AWS_REFUSED);
	struct buf b = { 0 };
	aws_warnings(aws, &b);
	assert_non_null(strstr(buf_str(&b), "10 minutes off"));
	buf_done(&b);
	clock_set_wall(NOON);
	assert_int_equal(judge(aws, &used, 403, NOON_HTTP, "RequestTimeTooSkewed", "m", &err), AWS_AGAIN);
	assert_int_equal(aws_clock_skew(), 0);
	aws_free(aws);
}

/* ---- aws_fetch ---- */

struct script {
	atomic_int	 at;
	const char	*answers[8];            /* whole responses; the last one is repeated */
	char		*ids[8];                /* amz-sdk-invocation-id of each request */
	char		*attempts[8];
};

static bool
follow_script(struct server_request *r, void *arg)
{
	struct script *s = arg;
	int i = atomic_fetch_add(&s->at, 1);
	if (i < 8) {
		s->ids[i] = asked_header(r, "amz-sdk-invocation-id");
		s->attempts[i] = asked_header(r, "amz-sdk-request");
	}
	while (i > 0 && (i >= 8 || s->answers[i] == NULL))
		i--;
	server_send(r, s->answers[i], strlen(s->answers[i]));
	return false;
}

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
#define BUSY	  "HTTP/1.1 503 X\r\nContent-Length: 0\r\nx-amz-retry-after: 1\r\nConnection: close\r\n\r\n"
#define DENIED                                                                                     \
	"HTTP/1.1 403 X\r\nContent-Length: 16\r\nx-amzn-errortype: AccessDeniedException\r\nConnection: close\r\n\r\n" \
	"{\"message\":\"no\"}"
#define EXPIRED                                                                                    \
	"HTTP/1.1 403 X\r\nContent-Length: 2\r\nx-amzn-errortype: ExpiredTokenException\r\nConnection: close\r\n\r\n{}"

struct fetched {
	int		 rc, requests;
	struct err	 err;
	struct http_reply reply;
};

static struct fetched
run_fetch(struct script *script)
{
	struct server *server = server_start(follow_script, script);
	setenv("AWS_ENDPOINT_URL", server_url(server), 1);
	struct engine *engine = engine_start();
	struct aws *aws = aws_new(NULL, engine);
	struct fetched f = { 0 };
	http_reply_init(&f.reply, 0);
	f.rc = aws_fetch(aws, &list_models, &f.reply, NULL, &f.err);
	f.requests = server_requests(server);
	aws_free(aws);
	engine_stop(engine);
	server_stop(server);
	return f;
}

static void
fetched_done(struct fetched *f, struct script *s)
{
	http_reply_done(&f->reply);
	for (int i = 0; i < 8; i++) {
		free(s->ids[i]);
		free(s->attempts[i]);
	}
}

static void
a_call_that_succeeds_is_made_once(void **state)
{
	(void)state;
	set_keys();
	struct script s = { .answers = { OK_ANSWER } };
	struct fetched f = run_fetch(&s);
	assert_int_equal(f.rc, 0);
	assert_string_equal(buf_str(&f.reply.body), "{}");
	assert_int_equal(f.requests, 1);
	assert_string_equal(s.attempts[0], "attempt=1; max=3");
	fetched_done(&f, &s);
}

static void
a_busy_service_is_asked_again_under_the_same_id(void **state)
{
	(void)state;
	set_keys();
	struct script s = { .answers = { BUSY, OK_ANSWER } };
	struct fetched f = run_fetch(&s);
	assert_int_equal(f.rc, 0);
	assert_int_equal(f.requests, 2);
	assert_string_equal(s.ids[0], s.ids[1]);
	assert_string_equal(s.attempts[1], "attempt=2; max=3");
	fetched_done(&f, &s);
}

static void
a_denied_call_is_not_repeated(void **state)
{
	(void)state;
	set_keys();
	struct script s = { .answers = { DENIED } };
	struct fetched f = run_fetch(&s);
	assert_int_equal(f.rc, -1);
	assert_int_equal(f.err.code, ERR_DENIED);
	assert_string_equal(f.err.text, "AccessDeniedException: no");
	assert_int_equal(f.requests, 1);
	fetched_done(&f, &s);
}

static void
an_expired_token_is_renewed_once_and_then_final(void **state)
{
	(void)state;
	home_credentials("[default]\naws_access_key_id=ONE\naws_secret_access_key=s\n");
	struct script s = { .answers = { EXPIRED, OK_ANSWER } };
	struct fetched f = run_fetch(&s);
	assert_int_equal(f.rc, 0);
	assert_int_equal(f.requests, 2);
	fetched_done(&f, &s);
	struct script t = { .answers = { EXPIRED } };
	f = run_fetch(&t);
	assert_int_equal(f.rc, -1);
	assert_int_equal(f.err.code, ERR_CREDENTIALS);
	assert_non_null(strstr(f.err.text, "have expired"));
	assert_int_equal(f.requests, 2);
	fetched_done(&f, &t);
	set_keys();
	struct script u = { .answers = { EXPIRED } };
	f = run_fetch(&u);
	assert_int_equal(f.requests, 1);
	assert_int_equal(f.err.code, ERR_CREDENTIALS);
	fetched_done(&f, &u);
}

static void *
cancel_when_asked(void *arg)
{
	void **args = arg;
	struct script *s = args[0];
	int64_t until = clock_ms() + 60000;
	while (atomic_load(&s->at) == 0 && clock_ms() < until)
		usleep(1000);
	atomic_store((atomic_bool *)args[1], true);
	return NULL;
}

static void
a_wait_for_another_try_can_be_cancelled(void **state)
{
	(void)state;
	set_keys();
	struct script s = { .answers = {
		"HTTP/1.1 429 X\r\nContent-Length: 0\r\nRetry-After: 60\r\nConnection: close\r\n\r\n" } };
	struct server *server = server_start(follow_script, &s);
	setenv("AWS_ENDPOINT_URL", server_url(server), 1);
	struct engine *engine = engine_start();
	struct aws *aws = aws_new(NULL, engine);
	atomic_bool cancel = false;
	void *args[] = { &s, &cancel };
	pthread_t t;
	pthread_create(&t, NULL, cancel_when_asked, args);
	struct fetched f = { 0 };
	http_reply_init(&f.reply, 0);
	int64_t start = clock_ms();
	assert_int_equal(aws_fetch(aws, &list_models, &f.reply, &cancel, &f.err), -1);
	assert_int_equal(f.err.code, ERR_CANCELLED);
	assert_true(clock_ms() - start < 55000);         /* of the sixty seconds that it is told to wait */
	pthread_join(t, NULL);
	aws_free(aws);
	engine_stop(engine);
	server_stop(server);
	fetched_done(&f, &s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_HOME(a_request_is_signed_for_the_arns_region_and_the_hosts_path),
		IN_HOME(base_path_port_and_query_are_part_of_what_is_signed),
		IN_HOME(a_bearer_token_goes_to_bedrock_only_and_never_in_the_clear),
		IN_HOME(services_without_signatures_get_none),
		IN_HOME(a_bundle_of_certificates_that_is_missing_is_an_error_that_names_its_setting),
		IN_HOME(a_file_that_might_name_the_region_must_be_readable),
		IN_HOME(the_app_id_is_cleaned_before_it_is_sent),
		cmocka_unit_test(a_model_id_is_one_segment),
		cmocka_unit_test(errors_are_found_wherever_services_put_them),
		cmocka_unit_test(a_web_page_in_the_answers_place_is_called_one),
		cmocka_unit_test(xml_is_read_strictly),
		IN_HOME(failures_that_are_not_about_identity_are_left_alone),
		IN_HOME(keys_of_the_environment_are_refused_for_good_with_what_to_do),
		IN_HOME(expired_keys_of_a_profile_are_read_again_once),
		IN_HOME(a_refused_bearer_token_says_that_it_hides_the_rest),
		IN_HOME(a_skewed_clock_is_corrected_once),
		IN_HOME(a_call_that_succeeds_is_made_once),
		IN_HOME(a_busy_service_is_asked_again_under_the_same_id),
		IN_HOME(a_denied_call_is_not_repeated),
		IN_HOME(an_expired_token_is_renewed_once_and_then_final),
		IN_HOME(a_wait_for_another_try_can_be_cancelled),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
