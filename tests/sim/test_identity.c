/* Where adit-sim's credentials come from: metadata, containers, STS, IAM Identity Center. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "ask.h"
#include "base/mem.h"

#define ROLES  "/latest/meta-data/iam/security-credentials/"
#define ROLE   ROLES "sim-instance-role"
#define TTL    "x-aws-ec2-metadata-token-ttl-seconds: 60"
#define DEVICE "urn:ietf:params:oauth:grant-type:device_code"

static void
assert_status(const struct sim *s, const struct asked *a, long status)
{
	struct got g;
	if (ask(s, &g, a) != status)
		fail_msg("%s: %ld instead of %ld\n%s", a->path, g.status, status,
		    buf_str(&g.body));
	got_free(&g);
}

static void
assert_body(const struct sim *s, const struct asked *a, const char *body)
{
	struct got g;
	ask(s, &g, a);
	assert_string_equal(buf_str(&g.body), body);
	got_free(&g);
}

/* ---- IMDS --------------------------------------------------------------- */

/* The header with a fresh session token. */
static char *
imds_token(const struct sim *s)
{
	struct got g;
	assert_int_equal(ask(s, &g, &(struct asked){ .method = "PUT",
	    .path = "/latest/api/token", .headers = { TTL } }), 200);
	char *header = mem_printf("X-aws-ec2-metadata-token: %s", buf_str(&g.body));
	got_free(&g);
	return header;
}

static void
imds_credentials(const struct sim *s, struct cred *c)
{
	long status;
	char *token = imds_token(s);
	struct json_object *o = ask_json(s, &(struct asked){ .path = ROLE, .headers = { token } },
	    &status);
	assert_int_equal(status, 200);
	assert_string_equal(json_text(o, "Code"), "Success");
	cred_read(c, o);
	json_object_put(o);
	free(token);
}

static void
imds_wants_a_session_token_and_names_role_and_region(void **state)
{
	(void)state;
	struct sim s;
	struct cred c;
	struct got g;
	ask_start(&s, NULL, NULL);
	assert_status(&s, &(struct asked){ .path = ROLES }, 401);
	assert_status(&s, &(struct asked){ .path = ROLE }, 401);
	assert_status(&s, &(struct asked){ .path = ROLES,
	    .headers = { "X-aws-ec2-metadata-token: nonsense" } }, 401);
	assert_int_equal(ask(&s, &g, &(struct asked){ .method = "PUT",
	    .path = "/latest/api/token", .headers = { TTL } }), 200);
	assert_non_null(strcasestr(
	    buf_str(&g.headers), "\nx-aws-ec2-metadata-token-ttl-seconds: 60\r\n"));
	got_free(&g);
	char *token = imds_token(&s);
	assert_body(&s, &(struct asked){ .path = ROLES, .headers = { token } },
	    "sim-instance-role");
	assert_body(&s, &(struct asked){ .path = "/latest/meta-data/placement/region",
	    .headers = { token } }, "us-east-1");
	assert_body(&s, &(struct asked){ .path = "/latest/meta-data/placement/availability-zone",
	    .headers = { token } }, "us-east-1a");
	assert_status(&s, &(struct asked){ .path = ROLES "other", .headers = { token } }, 404);
	assert_status(&s, &(struct asked){ .path = "/latest/user-data", .headers = { token } },
	    404);
	free(token);
	imds_credentials(&s, &c);
	assert_string_equal(c.id, "ASIASIMIMDS0001");
	sim_stop(&s);
}

static void
imds_refuses_a_token_of_no_or_a_silly_age(void **state)
{
	(void)state;
	static const char *const wrong[] = { "Accept: */*",
		"x-aws-ec2-metadata-token-ttl-seconds: 0",
		"x-aws-ec2-metadata-token-ttl-seconds: 21601",
		"x-aws-ec2-metadata-token-ttl-seconds: soon" };
	struct sim s;
	ask_start(&s, NULL, NULL);
	for (size_t i = 0; i < 4; i++)
		assert_status(&s, &(struct asked){ .method = "PUT", .path = "/latest/api/token",
		    .headers = { wrong[i] } }, 400);
	assert_status(&s, &(struct asked){ .method = "PUT", .path = "/latest/api/token",
	    .headers = { TTL, "X-Forwarded-For: 10.0.0.1" } }, 403);
	sim_stop(&s);
}

static void
an_imds_token_ends_with_its_time(void **state)
{
	(void)state;
	struct sim s;
	ask_start(&s, "{\"identity\":{\"imds\":{\"token_lifetime\":1}}}", NULL);
	char *token = imds_token(&s);
	ask_until(&s, &(struct asked){ .path = ROLES, .headers = { token } }, 401);
	free(token);
	sim_stop(&s);
}

static void
imds_can_be_of_version_1_or_of_both_or_without_a_role(void **state)
{
	(void)state;
	static const struct asked put = { .method = "PUT", .path = "/latest/api/token",
		.headers = { TTL } };
	struct sim s;
	ask_start(&s, "{\"identity\":{\"imds\":{\"tokens\":\"none\",\"token_status\":405}}}", NULL);
	assert_status(&s, &put, 405);
	assert_status(&s, &(struct asked){ .path = ROLE }, 200);
	sim_stop(&s);

	ask_start(&s, "{\"identity\":{\"imds\":{\"tokens\":\"optional\"}}}", NULL);
	assert_status(&s, &put, 200);
	assert_status(&s, &(struct asked){ .path = ROLE }, 200);
	assert_status(&s, &(struct asked){ .path = ROLE,
	    .headers = { "X-aws-ec2-metadata-token: nonsense" } }, 401);
	sim_stop(&s);

	ask_start(&s, "{\"identity\":{\"imds\":{\"tokens\":\"optional\",\"role\":null}}}", NULL);
	assert_status(&s, &(struct asked){ .path = ROLES }, 404);
	sim_stop(&s);
}

static void
the_hop_limit_swallows_the_token_while_gets_answer_401(void **state)
{
	(void)state;
	struct sim s;
	struct got g;
	ask_start(&s, "{\"identity\":{\"faults\":[{\"service\":\"imds\","
	    "\"operation\":\"GetToken\",\"fault\":\"hop-limit\"}]}}", NULL);
	ask(&s, &g, &(struct asked){ .method = "PUT", .path = "/latest/api/token",
	    .headers = { TTL }, .timeout_ms = 2000 });
	assert_int_equal(g.code, CURLE_OPERATION_TIMEDOUT);
	assert_int_equal(g.headers.len, 0);
	got_free(&g);
	assert_status(&s, &(struct asked){ .path = ROLES }, 401);
	struct json_object *line = log_line(&s, 1, false);
	assert_string_equal(json_text(line, "fault"), "hop-limit");
	assert_string_equal(json_text(line, "service"), "imds");
	assert_string_equal(json_text(line, "operation"), "GetToken");
	json_object_put(line);
	sim_stop(&s);
}

/* ---- credentials as such ------------------------------------------------ */

static void
bedrock_takes_what_was_handed_out_until_it_expires(void **state)
{
	(void)state;
	struct sim s;
	struct cred c;
	struct got g;
	ask_start(&s, "{\"identity\":{\"imds\":{\"tokens\":\"optional\",\"lifetime\":2}}}", NULL);
	imds_credentials(&s, &c);
	assert_good(&s, &c);
	struct json_object *line = log_line(&s, 3, false);
	assert_string_equal(json_text(line, "access_key_id"), "ASIASIMIMDS0001");
	assert_string_equal(json_text(line, "verified"), "true");
	json_object_put(line);
	line = log_line(&s, 2, false);
	assert_string_equal(json_text(line, "issued"), "ASIASIMIMDS0001");
	json_object_put(line);
	ask_until(&s, &(struct asked){ .path = "/foundation-models", .signer = &c,
	    .service = "bedrock" }, 403);
	bedrock_takes(&s, &c, &g);
	assert_non_null(strstr(buf_str(&g.headers), "ExpiredTokenException"));
	got_free(&g);
	sim_stop(&s);
}

static void
each_fetch_gives_the_next_number_and_the_token_belongs_to_it(void **state)
{
	(void)state;
	struct sim s;
	struct cred a, b;
	struct got g;
	ask_start(&s, NULL, NULL);
	imds_credentials(&s, &a);
	imds_credentials(&s, &b);
	assert_string_equal(a.id, "ASIASIMIMDS0001");
	assert_string_equal(b.id, "ASIASIMIMDS0002");
	assert_good(&s, &a);
	assert_good(&s, &b);
	memcpy(b.token, a.token, sizeof b.token);
	assert_int_equal(bedrock_takes(&s, &b, &g), 403);
	assert_non_null(strstr(buf_str(&g.headers), "UnrecognizedClientException"));
	got_free(&g);
	sim_stop(&s);
}

#define THREADS 8
#define FETCHES 12

struct fetcher {
	const struct sim *sim;
	pthread_t	 thread;
	unsigned	 numbers[FETCHES];      /* 0: it went wrong */
};

/* No assertions in here: cmocka knows one thread only. */
static void *
fetcher_main(void *arg)
{
	static const char prefix[] = "{\"AccessKeyId\":\"ASIASIMECS";
	struct fetcher *f = arg;
	for (size_t i = 0; i < FETCHES; i++) {
		struct got g;
		long status = ask(f->sim, &g, &(struct asked){ .path = "/v1/credentials" });
		bool fine = status == 200 && strncmp(buf_str(&g.body), prefix,
		    sizeof prefix - 1) == 0;
		struct json_object *o = json_tokener_parse(buf_str(&g.body));
		got_free(&g);
		if (fine) {
			struct cred c;
			cred_read(&c, o);
			if (bedrock_takes(f->sim, &c, &g) == 200)
				f->numbers[i] = (unsigned)strtoul(c.id + 10, NULL, 10);
			got_free(&g);
		}
		json_object_put(o);
	}
	return NULL;
}

static void
many_clients_at_once_get_credentials_of_their_own(void **state)
{
	(void)state;
	struct sim s;
	struct fetcher fetchers[THREADS] = { 0 };
	bool seen[THREADS * FETCHES + 1] = { true };
	ask_start(&s, NULL, NULL);
	for (size_t i = 0; i < THREADS; i++) {
		fetchers[i].sim = &s;
		pthread_create(&fetchers[i].thread, NULL, fetcher_main, &fetchers[i]);
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(fetchers[i].thread, NULL);
	for (size_t i = 0; i < THREADS; i++)
		for (size_t j = 0; j < FETCHES; j++) {
			unsigned n = fetchers[i].numbers[j];
			assert_in_range(n, 1, THREADS * FETCHES);
			assert_false(seen[n]);
			seen[n] = true;
		}
	sim_stop(&s);
}

/* ---- containers --------------------------------------------------------- */

static void
the_container_endpoint_answers_by_every_path_and_checks_its_token(void **state)
{
	(void)state;
	static const char *const paths[] = { "/v2/credentials/0123-abc", "/v1/credentials",
		"/v2/credentials?id=0123", "/get-credentials" };
	struct sim s;
	struct cred c;
	long status;
	ask_start(&s, NULL, NULL);
	for (size_t i = 0; i < 4; i++) {
		struct json_object *o = ask_json(&s, &(struct asked){ .path = paths[i] }, &status);
		cred_read(&c, o);
		assert_non_null(json_text(o, "Expiration"));
		json_object_put(o);
		assert_good(&s, &c);
	}
	assert_string_equal(c.id, "ASIASIMECS0004");
	sim_stop(&s);

	ask_start(&s, "{\"identity\":{\"ecs\":{\"token\":[\"Basic one\",\"two\"]}}}", NULL);
	assert_status(&s, &(struct asked){ .path = paths[0] }, 401);
	assert_status(&s, &(struct asked){ .path = paths[0],
	    .headers = { "Authorization: two" } }, 401);
	assert_status(&s, &(struct asked){ .path = paths[0],
	    .headers = { "Authorization: Basic one" } }, 200);
	assert_status(&s, &(struct asked){ .path = paths[0],
	    .headers = { "Authorization: Basic one" } }, 401);
	assert_status(&s, &(struct asked){ .path = paths[0],
	    .headers = { "Authorization: two" } }, 200);
	assert_status(&s, &(struct asked){ .path = paths[0],
	    .headers = { "Authorization: two" } }, 200);
	sim_stop(&s);
}

/* ---- STS ---------------------------------------------------------------- */

#define ASSUME                                                                                 \
	"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A999999999999%3A"    \
	"role%2Fteam%2Fdev&RoleSessionName=adit-1"
#define WEB                                                                                    \
	"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=adit-1&RoleArn="  \
	"arn%3Aaws%3Aiam%3A%3A999999999999%3Arole%2Fweb&WebIdentityToken="
#define WHO "Action=GetCallerIdentity&Version=2011-06-15"

static void
sts(const struct sim *s, struct got *g, const struct cred *signer, const char *form)
{
	ask(s, g, &(struct asked){ .path = "/", .headers = { FORM }, .body = form,
	    .signer = signer });
	assert_non_null(strcasestr(buf_str(&g->headers), "content-type: text/xml"));
}

static void
assert_sts_code(const struct sim *s, const struct cred *signer, const char *form, long status,
    const char *code)
{
	struct got g;
	char said[64];
	sts(s, &g, signer, form);
	xml_text(buf_str(&g.body), "Code", said, sizeof said);
	if (g.status != status || strcmp(said, code) != 0)
		fail_msg("%s\ngave %ld %s, not %ld %s\n%s", form, g.status, said, status, code,
		    buf_str(&g.body));
	got_free(&g);
}

static void
assert_xml(const struct got *g, const char *name, const char *value)
{
	char text[256];
	xml_text(buf_str(&g->body), name, text, sizeof text);
	assert_string_equal(text, value);
}

static void
sts_takes_the_worked_signature_and_no_other(void **state)
{
	(void)state;
#define WORKED(service, host, signature)                                                       \
	{ .path = "/", .body = WHO, .headers = { FORM, host, "X-Amz-Date: 20260801T120000Z",   \
	    "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801/eu-central-1/"    \
	    service "/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature="    \
	    signature } }
#define RIGHT "50208026be099df2ce2699e20dcad07adb7a69113bc09f42b0ccbf6e96287ff7"
#define HOST  "Host: sts.eu-central-1.amazonaws.com"
	static const struct asked good = WORKED("sts", HOST, RIGHT);
	static const struct asked bad[] = {
		WORKED("bedrock", HOST, RIGHT),
		WORKED("sts", "Host: sts.eu-west-1.amazonaws.com", RIGHT),
		WORKED("sts", "Host: sts.amazonaws.com", RIGHT),
		WORKED("sts", HOST,
		    "60208026be099df2ce2699e20dcad07adb7a69113bc09f42b0ccbf6e96287ff7"),
	};
	static const char *const pinned[] = { "--time", "2026-08-01T12:00:00Z", NULL };
	struct sim s;
	struct got g;
	ask_start(&s, NULL, pinned);
	assert_int_equal(ask(&s, &g, &good), 200);
	assert_xml(&g, "Arn", "arn:aws:iam::123456789012:user/sim");
	assert_xml(&g, "Account", "123456789012");
	got_free(&g);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(ask(&s, &g, &bad[i]), 403);
		assert_xml(&g, "Code", "SignatureDoesNotMatch");
		got_free(&g);
	}
	struct json_object *line = log_line(&s, 1, false);
	assert_string_equal(json_text(line, "service"), "sts");
	assert_string_equal(json_text(line, "operation"), "GetCallerIdentity");
	assert_string_equal(json_text(line, "region"), "eu-central-1");
	json_object_put(line);
	sim_stop(&s);
}

static void
roles_are_assumed_one_from_another(void **state)
{
	(void)state;
	struct sim s;
	struct cred first, second;
	struct got g;
	char expiration[64];
	ask_start(&s, NULL, NULL);
	sts(&s, &g, &demo_key, ASSUME "&DurationSeconds=7200");
	assert_int_equal(g.status, 200);
	assert_xml(&g, "Arn", "arn:aws:sts::999999999999:assumed-role/dev/adit-1");
	xml_text(buf_str(&g.body), "Expiration", expiration, sizeof expiration);
	assert_int_equal(strlen(expiration), 20);
	cred_read_xml(&first, buf_str(&g.body));
	assert_string_equal(first.id, "ASIASIMROLE0001");
	got_free(&g);
	assert_good(&s, &first);

	assert_sts_code(&s, &first, ASSUME "&DurationSeconds=3601", 400, "ValidationError");
	sts(&s, &g, &first, ASSUME);
	assert_int_equal(g.status, 200);
	cred_read_xml(&second, buf_str(&g.body));
	assert_string_equal(second.id, "ASIASIMROLE0002");
	got_free(&g);
	sts(&s, &g, &second, WHO);
	assert_xml(&g, "Arn", "arn:aws:sts::999999999999:assumed-role/dev/adit-1");
	assert_xml(&g, "UserId", "AROASIM:adit-1");
	assert_xml(&g, "Account", "999999999999");
	got_free(&g);
	sim_stop(&s);
}

static void
sts_refuses_what_is_malformed_in_its_own_words(void **state)
{
	(void)state;
#define ASSUME_AS(arn, name) "Action=AssumeRole&Version=2011-06-15&RoleArn=" arn \
	"&RoleSessionName=" name
	static const struct {
		const char *form;
		long status;
		const char *code;
	} cases[] = {
		{ "Version=2011-06-15", 400, "MissingAction" },
		{ "Action=AssumeRoot&Version=2011-06-15", 400, "InvalidAction" },
		{ "Action=GetCallerIdentity", 400, "InvalidAction" },
		{ "Action=AssumeRole&Version=2011-06-15", 400, "ValidationError" },
		{ ASSUME_AS("arn:aws:iam::12345:role/dev-role", "ab"), 400, "ValidationError" },
		{ ASSUME_AS("arn:aws:iam::123456789012:user/someone", "ab"), 400,
		    "ValidationError" },
		{ ASSUME_AS("arn:aws:iam::123456789012:role/dev", "a"), 400, "ValidationError" },
		{ ASSUME_AS("arn:aws:iam::123456789012:role/dev", "with%20space"), 400,
		    "ValidationError" },
		{ ASSUME "&DurationSeconds=899", 400, "ValidationError" },
		{ ASSUME "&DurationSeconds=43201", 400, "ValidationError" },
		{ ASSUME "&DurationSeconds=long", 400, "MalformedInput" },
		{ ASSUME "&ExternalId=x", 400, "ValidationError" },
		{ ASSUME "&SerialNumber=arn:aws:iam::1:mfa/me", 403, "AccessDenied" },
		{ ASSUME "&SerialNumber=arn:aws:iam::1:mfa/me&TokenCode=12345", 400,
		    "ValidationError" },
		{ ASSUME "&SerialNumber=arn:aws:iam::1:mfa/me&TokenCode=654321", 403,
		    "AccessDenied" },
	};
	struct sim s;
	struct cred unknown = { "AKIDNOBODY", "nothing", "" };
	ask_start(&s, NULL, NULL);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_sts_code(&s, &demo_key, cases[i].form, cases[i].status, cases[i].code);
	assert_sts_code(&s, NULL, ASSUME, 403, "MissingAuthenticationToken");
	assert_sts_code(&s, &unknown, ASSUME, 403, "InvalidClientTokenId");
	assert_status(&s, &(struct asked){ .path = "/", .headers = { FORM }, .body = WHO,
	    .signer = &demo_key, .service = "sts" }, 200);
	assert_status(&s, &(struct asked){ .path = "/", .headers = { FORM }, .body = WHO,
	    .signer = &demo_key, .service = "bedrock" }, 403);
	sim_stop(&s);
}

static void
listed_roles_want_their_external_id_mfa_and_caller(void **state)
{
	(void)state;
	static const char scenario[] = "{\"identity\":{\"sts\":{\"mfa_code\":\"111222\",\"roles\":["
	    "{\"arn\":\"*:role/ext\",\"external_id\":\"secret-id\"},"
	    "{\"arn\":\"*:role/mfa\",\"mfa\":true},"
	    "{\"arn\":\"*:role/inner\",\"trusts\":\"*:assumed-role/ext/*\"},"
	    "{\"arn\":\"*:role/short\",\"max_duration\":1800}]}}}";
#define NAMED(role) ASSUME_AS("arn:aws:iam::123456789012:role/" role, "adit-1")
	struct sim s;
	struct cred ext;
	struct got g;
	ask_start(&s, scenario, NULL);
	assert_sts_code(&s, &demo_key, NAMED("other"), 403, "AccessDenied");
	assert_sts_code(&s, &demo_key, NAMED("ext"), 403, "AccessDenied");
	assert_sts_code(&s, &demo_key, NAMED("ext") "&ExternalId=wrong", 403, "AccessDenied");
	assert_sts_code(&s, &demo_key, NAMED("mfa"), 403, "AccessDenied");
	assert_sts_code(&s, &demo_key, NAMED("inner"), 403, "AccessDenied");
	assert_sts_code(&s, &demo_key, NAMED("short"), 400, "ValidationError");
	assert_sts_code(&s, &demo_key, NAMED("short") "&DurationSeconds=1800", 200, "");
	assert_sts_code(
	    &s, &demo_key, NAMED("mfa") "&SerialNumber=GAHT12345678&TokenCode=111222", 200, "");
	sts(&s, &g, &demo_key, NAMED("ext") "&ExternalId=secret-id");
	cred_read_xml(&ext, buf_str(&g.body));
	got_free(&g);
	assert_sts_code(&s, &ext, NAMED("inner"), 200, "");
	sim_stop(&s);
}

/* A JWT of no use but for its exp, escaped for a form. */
#define JWT_OF_2001 "eyJhbGciOiJub25lIn0.eyJleHAiOjEwMDAwMDAwMDB9.c2ln"
#define JWT_OF_2286 "eyJhbGciOiJub25lIn0.eyJleHAiOjk5OTk5OTk5OTl9.c2ln"

static void
web_identities_need_no_signature_but_the_right_token(void **state)
{
	(void)state;
	struct sim s;
	struct cred c;
	struct got g;
	ask_start(&s, NULL, NULL);
	sts(&s, &g, NULL, WEB JWT_OF_2286);
	assert_int_equal(g.status, 200);
	cred_read_xml(&c, buf_str(&g.body));
	assert_string_equal(c.id, "ASIASIMWEB0001");
	got_free(&g);
	assert_good(&s, &c);
	assert_sts_code(&s, NULL, WEB JWT_OF_2001, 400, "ExpiredTokenException");
	assert_sts_code(&s, NULL, WEB JWT_OF_2286 "%0A", 400, "InvalidIdentityToken");
	assert_sts_code(&s, NULL, WEB "abc", 400, "ValidationError");
	struct json_object *line = log_line(&s, 1, false);
	assert_string_equal(json_text(line, "auth"), "none");
	json_object_put(line);
	sim_stop(&s);

	ask_start(&s, "{\"identity\":{\"sts\":{\"web_identity_token\":[\"first\",\"second\"]}}}",
	    NULL);
	assert_sts_code(&s, NULL, WEB "second", 400, "InvalidIdentityToken");
	assert_sts_code(&s, NULL, WEB "first", 200, "");
	assert_sts_code(&s, NULL, WEB "first", 400, "InvalidIdentityToken");
	assert_sts_code(&s, NULL, WEB "second", 200, "");
	sim_stop(&s);
}

/* ---- the portal --------------------------------------------------------- */

#define SSO_TOKEN "x-amz-sso_bearer_token: sim-sso-token"

static void
the_portal_lists_in_pages_and_gives_credentials_of_roles(void **state)
{
	(void)state;
	struct sim s;
	struct cred c;
	long status;
	ask_start(&s, "{\"identity\":{\"sso\":{\"page_size\":1}}}", NULL);
	struct json_object *o = ask_json(&s, &(struct asked){
	    .path = "/assignment/accounts?max_result=100", .headers = { SSO_TOKEN } }, &status);
	struct json_object *list = member(o, "accountList");
	assert_int_equal(json_object_array_length(list), 1);
	assert_string_equal(
	    json_text(json_object_array_get_idx(list, 0), "accountId"), "123456789012");
	assert_string_equal(json_text(o, "nextToken"), "sim&page=1");
	json_object_put(o);

	o = ask_json(&s, &(struct asked){ .path = "/assignment/accounts?next_token=sim%26page%3D1",
	    .headers = { SSO_TOKEN } }, &status);
	list = member(o, "accountList");
	assert_string_equal(
	    json_text(json_object_array_get_idx(list, 0), "accountName"), "Production");
	assert_null(member(o, "nextToken"));
	json_object_put(o);

	o = ask_json(&s, &(struct asked){ .path = "/assignment/roles?account_id=123456789012",
	    .headers = { SSO_TOKEN } }, &status);
	list = member(o, "roleList");
	assert_string_equal(json_text(json_object_array_get_idx(list, 0), "roleName"), "Dev");
	assert_string_equal(json_text(o, "nextToken"), "sim&page=1");
	json_object_put(o);

	o = ask_json(&s, &(struct asked){ .headers = { SSO_TOKEN },
	    .path = "/federation/credentials?role_name=Dev&account_id=123456789012" }, &status);
	struct json_object *role = member(o, "roleCredentials");
	cred_read(&c, role);
	int64_t left = json_object_get_int64(member(role, "expiration")) / 1000 - time(NULL);
	assert_in_range(left, 3590, 3600);
	json_object_put(o);
	assert_string_equal(c.id, "ASIASIMSSO0001");
	assert_good(&s, &c);
	sim_stop(&s);
}

static void
the_portal_refuses_strangers_and_what_is_not_theirs(void **state)
{
	(void)state;
#define CREDENTIALS "/federation/credentials?account_id=123456789012&role_name="
	struct sim s;
	struct got g;
	ask_start(&s, NULL, NULL);
	assert_int_equal(ask(&s, &g, &(struct asked){ .path = CREDENTIALS "Dev" }), 401);
	assert_non_null(
	    strcasestr(buf_str(&g.headers), "x-amzn-errortype: UnauthorizedException"));
	got_free(&g);
	assert_status(&s, &(struct asked){ .path = CREDENTIALS "Dev",
	    .headers = { "x-amz-sso_bearer_token: other" } }, 401);
	assert_status(&s, &(struct asked){ .path = CREDENTIALS "ReadOnly",
	    .headers = { SSO_TOKEN } }, 403);
	assert_status(&s, &(struct asked){ .path = CREDENTIALS, .headers = { SSO_TOKEN } }, 400);
	assert_status(&s, &(struct asked){ .path = "/assignment/roles?account_id=1",
	    .headers = { SSO_TOKEN } }, 403);
	assert_status(&s, &(struct asked){ .path = "/assignment/accounts?next_token=sim",
	    .headers = { SSO_TOKEN } }, 400);
	assert_status(&s, &(struct asked){ .method = "POST", .path = "/logout",
	    .headers = { SSO_TOKEN } }, 200);
	assert_status(&s, &(struct asked){ .path = CREDENTIALS "Dev", .headers = { SSO_TOKEN } },
	    401);
	sim_stop(&s);
}

/* ---- OIDC --------------------------------------------------------------- */

static struct json_object *
post(const struct sim *s, const char *path, char *body, long *status)
{
	struct json_object *o = ask_json(
	    s, &(struct asked){ .path = path, .headers = { JSON }, .body = body }, status);
	assert_non_null(o);
	free(body);
	return o;
}

/* A client's id and secret as the members of a request. */
static char *
new_client(const struct sim *s, bool scoped)
{
	long status;
	struct json_object *o = post(s, "/client/register", mem_printf("{\"clientName\":\"adit-1\","
	    "\"clientType\":\"public\"%s}", scoped ? ",\"scopes\":[\"sso:account:access\"]" : ""),
	    &status);
	assert_int_equal(status, 200);
	assert_true(json_number(o, "clientSecretExpiresAt") > json_number(o, "clientIdIssuedAt"));
	char *members = mem_printf("\"clientId\":\"%s\",\"clientSecret\":\"%s\"",
	    json_text(o, "clientId"), json_text(o, "clientSecret"));
	json_object_put(o);
	return members;
}

static struct json_object *
start_device(const struct sim *s, const char *client)
{
	long status;
	struct json_object *o = post(s, "/device_authorization",
	    mem_printf("{%s,\"startUrl\":\"https://d-1.awsapps.com/start\"}", client), &status);
	assert_int_equal(status, 200);
	return o;
}

/* Asks for the token of a device code. */
static struct json_object *
poll_device(const struct sim *s, const char *client, struct json_object *device, long *status)
{
	return post(s, "/token", mem_printf("{%s,\"grantType\":\"" DEVICE "\","
	    "\"deviceCode\":\"%s\"}", client, json_text(device, "deviceCode")), status);
}

static void
assert_device_says(const struct sim *s, const char *client, struct json_object *device,
    const char *error)
{
	long status;
	struct json_object *o = poll_device(s, client, device, &status);
	assert_int_equal(status, 400);
	assert_string_equal(json_text(o, "error"), error);
	json_object_put(o);
}

static void
assert_token_works(const struct sim *s, const char *token, long status)
{
	char *header = mem_printf("x-amz-sso_bearer_token: %s", token);
	assert_status(s, &(struct asked){ .path = "/assignment/accounts", .headers = { header } },
	    status);
	free(header);
}

static void
a_device_signs_in_after_the_scripted_answers(void **state)
{
	(void)state;
	struct sim s;
	long status;
	ask_start(&s, "{\"identity\":{\"oidc\":{\"answers\":[\"authorization_pending\","
	    "\"slow_down\",\"authorization_pending\"],\"token_lifetime\":77}}}", NULL);
	char *client = new_client(&s, true);
	struct json_object *device = start_device(&s, client);
	assert_int_equal(json_number(device, "expiresIn"), 600);
	assert_int_equal(json_number(device, "interval"), 1);
	assert_int_equal(strlen(json_text(device, "userCode")), 9);
	assert_non_null(strstr(
	    json_text(device, "verificationUriComplete"), json_text(device, "userCode")));
	assert_device_says(&s, client, device, "authorization_pending");
	assert_device_says(&s, client, device, "slow_down");
	assert_device_says(&s, client, device, "authorization_pending");
	struct json_object *o = poll_device(&s, client, device, &status);
	assert_int_equal(status, 200);
	assert_string_equal(json_text(o, "tokenType"), "Bearer");
	assert_int_equal(json_number(o, "expiresIn"), 77);
	assert_non_null(json_text(o, "refreshToken"));
	assert_token_works(&s, json_text(o, "accessToken"), 200);
	json_object_put(o);
	assert_device_says(&s, client, device, "invalid_grant");        /* only once */
	json_object_put(device);
	free(client);
	sim_stop(&s);
}

static void
a_device_code_waits_for_the_browser_and_for_nobody_after_its_time(void **state)
{
	(void)state;
	struct sim s;
	long status;
	ask_start(&s, "{\"identity\":{\"oidc\":{\"answers\":[],\"browser\":true,"
	    "\"device_lifetime\":2}}}", NULL);
	char *client = new_client(&s, false);
	struct json_object *device = start_device(&s, client), *late = start_device(&s, client);
	assert_device_says(&s, client, device, "authorization_pending");
	const char *url = strstr(json_text(device, "verificationUriComplete"), "/device?");
	assert_status(&s, &(struct asked){ .path = "/device?user_code=NOPE-NOPE" }, 400);
	assert_device_says(&s, client, device, "authorization_pending");
	assert_status(&s, &(struct asked){ .path = url }, 200);
	struct json_object *o = poll_device(&s, client, device, &status);
	assert_int_equal(status, 200);
	assert_null(member(o, "refreshToken"));         /* a client without scopes */
	json_object_put(o);

	time_t deadline = time(NULL) + 15;
	for (const char *error = ""; strcmp(error, "expired_token") != 0;) {
		o = poll_device(&s, client, late, &status);
		error = strcmp(json_text(o, "error"), "expired_token") == 0 ? "expired_token" : "";
		json_object_put(o);
		assert_true(time(NULL) < deadline);
	}
	json_object_put(device);
	json_object_put(late);
	free(client);
	sim_stop(&s);
}

static void
oidc_refuses_in_its_own_form(void **state)
{
	(void)state;
	struct sim s;
	struct got g;
	ask_start(&s, "{\"identity\":{\"oidc\":{\"answers\":[\"access_denied\"],"
	    "\"start_url\":\"https://d-1.awsapps.com/start\"}}}", NULL);
	char *client = new_client(&s, true);
	struct json_object *device = start_device(&s, client);
	assert_device_says(&s, client, device, "access_denied");
	json_object_put(device);
	static const char *const bad[][3] = {
		{ "/token", "\"grantType\":\"password\"", "unsupported_grant_type" },
		{ "/token", "\"grantType\":\"" DEVICE "\",\"deviceCode\":\"x\"", "invalid_grant" },
		{ "/token", "\"grantType\":\"refresh_token\",\"refreshToken\":\"x\"",
		    "invalid_grant" },
		{ "/device_authorization", "\"startUrl\":\"https://other.example\"",
		    "invalid_request" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		long status;
		struct json_object *o = post(
		    &s, bad[i][0], mem_printf("{%s,%s}", client, bad[i][1]), &status);
		assert_int_equal(status, 400);
		assert_string_equal(json_text(o, "error"), bad[i][2]);
		json_object_put(o);
	}
	assert_int_equal(ask(&s, &g, &(struct asked){ .path = "/token", .headers = { JSON },
	    .body = "{\"clientId\":\"sim-client\",\"clientSecret\":\"wrong\"}" }), 401);
	assert_non_null(strcasestr(
	    buf_str(&g.headers), "x-amzn-errortype: InvalidClientException"));
	assert_non_null(strstr(buf_str(&g.body), "\"error\":\"invalid_client\""));
	got_free(&g);
	free(client);
	sim_stop(&s);
}

/* Renews with that token; the answer. */
static struct json_object *
renew(const struct sim *s, const char *token, long *status)
{
	return post(s, "/token", mem_printf("{\"clientId\":\"sim-client\",\"clientSecret\":"
	    "\"sim-client-secret\",\"grantType\":\"refresh_token\",\"refreshToken\":\"%s\"}",
	    token), status);
}

static void
a_renewal_gives_a_new_refresh_token_and_uses_up_the_old_one(void **state)
{
	(void)state;
	struct sim s;
	long status;
	ask_start(&s, NULL, NULL);
	struct json_object *first = renew(&s, "sim-sso-refresh", &status);
	assert_int_equal(status, 200);
	assert_token_works(&s, json_text(first, "accessToken"), 200);
	struct json_object *again = renew(&s, "sim-sso-refresh", &status);
	assert_int_equal(status, 400);
	assert_string_equal(json_text(again, "error"), "invalid_grant");
	json_object_put(again);
	again = renew(&s, json_text(first, "refreshToken"), &status);
	assert_int_equal(status, 200);
	json_object_put(again);
	json_object_put(first);
	sim_stop(&s);

	static const char *const others[] = { "same", "none" };
	for (size_t i = 0; i < 2; i++) {
		char *scenario = mem_printf("{\"identity\":{\"oidc\":{\"refresh_reply\":\"%s\","
		    "\"token_lifetime\":1}}}", others[i]);
		ask_start(&s, scenario, NULL);
		json_object_put(renew(&s, "sim-sso-refresh", &status));
		first = renew(&s, "sim-sso-refresh", &status);
		assert_int_equal(status, 200);
		if (i == 0)
			assert_string_equal(json_text(first, "refreshToken"), "sim-sso-refresh");
		else
			assert_null(member(first, "refreshToken"));
		char *header = mem_printf(
		    "x-amz-sso_bearer_token: %s", json_text(first, "accessToken"));
		ask_until(&s, &(struct asked){ .path = "/assignment/accounts",
		    .headers = { header } }, 401);
		free(header);
		json_object_put(first);
		free(scenario);
		sim_stop(&s);
	}
}

/* The code in the Location of a redirect back to the program; free() it. */
static char *
redirected_code(const struct sim *s, const char *path)
{
	struct got g;
	assert_int_equal(ask(s, &g, &(struct asked){ .path = path }), 302);
	const char *at = strstr(
	    buf_str(&g.headers), "Location: http://127.0.0.1:5555/oauth/callback?code=");
	assert_non_null(at);
	at = strstr(at, "code=") + 5;
	size_t n = strcspn(at, "&");
	assert_memory_equal(at + n, "&state=st-1\r\n", 13);
	char *code = mem_printf("%.*s", (int)n, at);
	got_free(&g);
	return code;
}

static void
a_browser_brings_a_code_that_only_its_verifier_redeems(void **state)
{
	(void)state;
#define VERIFIER "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
#define CHALLENGE "38gG3vSUvMmW8j4JZITxcUMqGZRJaO_5p2wJ2rZNCkQ"
#define QUERY(method) "?response_type=code&client_id=sim-client&state=st-1&redirect_uri="        \
	"http%3A%2F%2F127.0.0.1%3A5555%2Foauth%2Fcallback&code_challenge_method=" method         \
	"&code_challenge=" CHALLENGE "&scopes=sso%3Aaccount%3Aaccess"
	static const char redeem[] = "{\"clientId\":\"sim-client\",\"clientSecret\":"
	    "\"sim-client-secret\",\"grantType\":\"authorization_code\",\"code\":\"%s\","
	    "\"codeVerifier\":\"%s\",\"redirectUri\":\"http://127.0.0.1:5555/oauth/callback\"}";
	struct sim s;
	long status;
	ask_start(&s, NULL, NULL);
	assert_status(&s, &(struct asked){ .path = "/authorize" QUERY("plain") }, 400);
	char *code = redirected_code(&s, "/authorize" QUERY("S256"));
	json_object_put(post(&s, "/token",
	    mem_printf(redeem, code, "ABCDefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
	    &status));
	assert_int_equal(status, 400);
	struct json_object *o = post(&s, "/token", mem_printf(redeem, code, VERIFIER), &status);
	assert_int_equal(status, 200);
	assert_token_works(&s, json_text(o, "accessToken"), 200);
	json_object_put(o);
	json_object_put(post(&s, "/token", mem_printf(redeem, code, VERIFIER), &status));
	assert_int_equal(status, 400);
	free(code);
	sim_stop(&s);
}

/* ---- all together ------------------------------------------------------- */

static void
the_log_holds_no_secret_of_the_identity_services(void **state)
{
	(void)state;
	struct sim s;
	long status;
	char path[128], text[65536];
	ask_start(&s, NULL, NULL);
	char *token = imds_token(&s);
	assert_status(&s, &(struct asked){ .path = ROLE, .headers = { token } }, 200);
	assert_status(&s, &(struct asked){ .path = "/v1/credentials",
	    .headers = { "Authorization: eks-secret" } }, 200);
	assert_status(&s, &(struct asked){ .path = "/", .headers = { FORM },
	    .body = WEB "web-secret" }, 200);
	assert_status(&s, &(struct asked){ .path = "/assignment/accounts",
	    .headers = { SSO_TOKEN } }, 200);
	json_object_put(renew(&s, "sim-sso-refresh", &status));
	assert_status(&s, &(struct asked){ .path = "/v1/token",
	    .headers = { JSON, "DPoP: proof-secret" }, .body = "not { json-secret" }, 400);
	json_object_put(log_line(&s, 7, true));
	snprintf(path, sizeof path, "%s/log", s.dir);
	FILE *f = fopen(path, "r");
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	const char *const secrets[] = { strchr(token, ' ') + 1, "eks-secret", "web-secret",
		"sim-sso-token", "sim-client-secret", "sim-sso-refresh", "proof-secret",
		"json-secret" };
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		if (strstr(text, secrets[i]) != NULL)
			fail_msg("%s is in the log", secrets[i]);
	assert_non_null(strstr(text, "\"RoleSessionName\":\"adit-1\""));
	free(token);
	sim_stop(&s);
}

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(imds_wants_a_session_token_and_names_role_and_region),
		cmocka_unit_test(imds_refuses_a_token_of_no_or_a_silly_age),
		cmocka_unit_test(an_imds_token_ends_with_its_time),
		cmocka_unit_test(imds_can_be_of_version_1_or_of_both_or_without_a_role),
		cmocka_unit_test(the_hop_limit_swallows_the_token_while_gets_answer_401),
		cmocka_unit_test(bedrock_takes_what_was_handed_out_until_it_expires),
		cmocka_unit_test(each_fetch_gives_the_next_number_and_the_token_belongs_to_it),
		cmocka_unit_test(many_clients_at_once_get_credentials_of_their_own),
		cmocka_unit_test(the_container_endpoint_answers_by_every_path_and_checks_its_token),
		cmocka_unit_test(sts_takes_the_worked_signature_and_no_other),
		cmocka_unit_test(roles_are_assumed_one_from_another),
		cmocka_unit_test(sts_refuses_what_is_malformed_in_its_own_words),
		cmocka_unit_test(listed_roles_want_their_external_id_mfa_and_caller),
		cmocka_unit_test(web_identities_need_no_signature_but_the_right_token),
		cmocka_unit_test(the_portal_lists_in_pages_and_gives_credentials_of_roles),
		cmocka_unit_test(the_portal_refuses_strangers_and_what_is_not_theirs),
		cmocka_unit_test(a_device_signs_in_after_the_scripted_answers),
		cmocka_unit_test(a_device_code_waits_for_the_browser_and_for_nobody_after_its_time),
		cmocka_unit_test(oidc_refuses_in_its_own_form),
		cmocka_unit_test(a_renewal_gives_a_new_refresh_token_and_uses_up_the_old_one),
		cmocka_unit_test(a_browser_brings_a_code_that_only_its_verifier_redeems),
		cmocka_unit_test(the_log_holds_no_secret_of_the_identity_services),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
