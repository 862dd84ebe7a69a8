#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <pthread.h>

#include "asked.h"
#include "aws/creds.h"
#include "aws/sso-token.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "home.h"

enum { NOON = 1785585600 };             /* 2026-08-01T12:00:00Z */
#define CACHE ".aws/sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json"
#define LEGACY_CACHE ".aws/sso/cache/7487b5b67d5fa1132cf33fa93ae51ef38cc37752.json"
#define URL "https://d-1234567890.awsapps.com/start"
#define CONFIG                                                                                     \
	"[profile dev]\nsso_session=my-sso\nsso_account_id=123456789012\nsso_role_name=Dev Role\n"     \
	"[sso-session my-sso]\nsso_start_url=" URL "\nsso_region=eu-west-1\n"
#define REFRESHABLE                                                                                \
	",\"refreshToken\":\"REFRESH\",\"clientId\":\"ID\",\"clientSecret\":\"SECRET\","               \
	"\"registrationExpiresAt\":\"2026-10-01T00:00:00Z\",\"unknown\":[1],\"region\":\"eu-west-1\"}"

/* Portal and OIDC in one. */
struct portal {
	pthread_mutex_t	 lock;
	const char	*good_token;            /* others are 401 */
	int		 role_status, refresh_status;
	const char	*role_body;
	int		 refreshes, roles, busy_first;
	char		*target, *refresh_body;
	struct server	*server;
	struct engine	*engine;
	struct aws	*aws;
};

static void
answer_refresh(struct server_request *r, struct portal *p)
{
	p->refreshes++;
	free(p->refresh_body);
	p->refresh_body = mem_strdup(buf_str(&r->body));
	server_answer(r, p->refresh_status, "",
	    p->refresh_status == 200
		? "{\"accessToken\":\"FRESH\",\"expiresIn\":3600,\"tokenType\":\"Bearer\",\"refreshToken\":\"NEXT\"}"
		: "{\"error\":\"invalid_grant\",\"error_description\":\"over\"}");
}

static void
answer_role(struct server_request *r, struct portal *p)
{
	char *token = asked_header(r, "x-amz-sso_bearer_token");
	char *authorization = asked_header(r, "Authorization");
	free(p->target);
	p->target = mem_strdup(r->target);
	if (p->roles++ < p->busy_first)
		server_answer(r, 503, "x-amz-retry-after: 1\r\n", "");
	else if (!str_same(token, p->good_token) || authorization != NULL)
		server_answer(r, 401, "x-amzn-errortype: UnauthorizedException\r\n", "{\"message\":\"no\"}");
	else
		server_answer(r, p->role_status, "", p->role_body);
	free(token);
	free(authorization);
}

static bool
answer(struct server_request *r, void *arg)
{
	struct portal *p = arg;
	pthread_mutex_lock(&p->lock);
	if (strcmp(r->target, "/token") == 0)
		answer_refresh(r, p);
	else
		answer_role(r, p);
	pthread_mutex_unlock(&p->lock);
	return false;
}

static int
setup(void **state)
{
	void *home;
	if (home_setup(&home) != 0)
		return -1;
	char *cache = mem_printf("%s/.aws/sso/cache", (char *)home);
	file_make_dir(cache, 0700, NULL);
	free(cache);
	free(home);
	clock_set_wall(NOON);
	struct portal *p = mem_alloc(sizeof *p);
	*p = (struct portal){ .good_token = "GOOD", .role_status = 200, .refresh_status = 200,
		.role_body = "{\"roleCredentials\":{\"accessKeyId\":\"SSOKEY\",\"secretAccessKey\":\"s\","
			     "\"sessionToken\":\"t\",\"expiration\":1785589200000}}" };
	pthread_mutex_init(&p->lock, NULL);
	p->server = server_start(answer, p);
	setenv("AWS_ENDPOINT_URL_SSO", server_url(p->server), 1);
	setenv("AWS_ENDPOINT_URL_SSO_OIDC", server_url(p->server), 1);
	home_config(CONFIG);
	p->engine = engine_start();
	p->aws = aws_new(&(struct aws_options){ .profile = "dev" }, p->engine);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct portal *p = *state;
	void *home = mem_strdup(getenv("HOME"));
	aws_free(p->aws);
	engine_stop(p->engine);
	server_stop(p->server);
	free(p->target);
	free(p->refresh_body);
	free(p);
	return home_teardown(&home);
}

#define WITH_PORTAL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void
expect_found(struct portal *p)
{
	struct err err = { 0 };
	const struct creds *c = creds_get(p->aws, NULL, &err);
	if (c == NULL)
		fail_msg("%s", err.text);
	assert_string_equal(c->access_key_id, "SSOKEY");
	assert_int_equal(c->kind, CREDS_SSO);
	assert_int_equal(c->expires, NOON + 3600);
	assert_string_equal(c->account, "123456789012");
	creds_unref(c);
}

static void
expect_failure(struct portal *p, enum err_code code, const char *part)
{
	struct err err = { 0 };
	assert_null(creds_get(p->aws, NULL, &err));
	if (err.code != code || strstr(err.text, part) == NULL)
		fail_msg("“%s” (%d) does not say “%s”", err.text, err.code, part);
	creds_forget(p->aws);
}

static void
cache_files_are_named_as_the_aws_tools_name_them(void **state)
{
	(void)state;
	static const struct {
		struct sso_session	 session;
		const char		*name;
	} rows[] = {
		{ { "my-sso", URL, "x" }, "0ad374308c5a4e22f723adf10145eafad7c4031c.json" },
		{ { NULL, URL, "x" }, "7487b5b67d5fa1132cf33fa93ae51ef38cc37752.json" },
		{ { NULL, URL "/", "x" }, "ae4321de83751a696d13fbefb87d776773c41e1c.json" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *path = sso_token_path(&rows[i].session);
		assert_true(str_ends(path, rows[i].name));
		free(path);
	}
}

static void
a_good_token_is_exchanged_for_the_roles_credentials(void **state)
{
	struct portal *p = *state;
	home_write(CACHE, "{\"accessToken\":\"GOOD\",\"expiresAt\":\"2026-08-01T13:00:00UTC\"}");
	expect_found(p);
	assert_string_equal(p->target, "/federation/credentials?account_id=123456789012&role_name=Dev%20Role");
	const struct creds *c = creds_peek(p->aws);
	assert_string_equal(c->label, "SSO my-sso 123456789012/Dev Role");
	creds_unref(c);
	assert_int_equal(p->refreshes, 0);
}

static void
the_old_form_looks_under_the_start_url(void **state)
{
	struct portal *p = *state;
	home_config("[profile dev]\nsso_start_url=" URL "\nsso_region=eu-west-1\nsso_account_id=123456789012\n"
		    "sso_role_name=Dev\n");
	home_write(LEGACY_CACHE, "{\"AccessToken\":\"GOOD\",\"ExpiresAt\":\"2026-08-01T13:00:00Z\"}");
	expect_found(p);
}

static void
who_is_not_signed_in_is_told_how(void **state)
{
	struct portal *p = *state;
	expect_failure(p, ERR_CREDENTIALS, "aws sso login --profile dev");
	home_write(CACHE, "{\"accessToken\":\"GOOD\",\"expiresAt\":\"2026-08-01T11:00:00Z\"}");
	expect_failure(p, ERR_CREDENTIALS, "expired");
	home_write(CACHE, "{\"expiresAt\":\"2026-08-01T13:00:00Z\"}");
	expect_failure(p, ERR_CREDENTIALS, "not valid");
	home_write(CACHE, "{\"accessToken\":\"a\\r\\nb\",\"expiresAt\":\"2026-08-01T13:00:00Z\"}");
	expect_failure(p, ERR_CREDENTIALS, "not valid");
	home_write(CACHE, "nonsense");
	expect_failure(p, ERR_CREDENTIALS, "JSON");
	home_write(CACHE, "{\"accessToken\":\"GOOD\",\"expiresAt\":\"2026-08-01T13:00:00Z\"}");
	expect_found(p);                        /* a login in another terminal counts at once */
}

static void
a_token_that_is_nearly_over_is_refreshed_and_written_back(void **state)
{
	struct portal *p = *state;
	p->good_token = "FRESH";
	home_write(CACHE, "{\"accessToken\":\"OLD\",\"expiresAt\":\"2026-08-01T12:04:00Z\"" REFRESHABLE);
	expect_found(p);
	assert_string_equal(p->refresh_body, "{\"clientId\":\"ID\",\"clientSecret\":\"SECRET\","
	    "\"grantType\":\"refresh_token\",\"refreshToken\":\"REFRESH\"}");
	struct buf b = { 0 };
	char *path = mem_printf("%s/" CACHE, getenv("HOME"));
	assert_int_equal(file_read(path, 1 << 16, &b, NULL), 0);
	struct json_object *o = json_parse(b.s, b.len, NULL);
	assert_string_equal(json_str(o, "accessToken", ""), "FRESH");
	assert_string_equal(json_str(o, "expiresAt", ""), "2026-08-01T13:00:00Z");
	assert_string_equal(json_str(o, "refreshToken", ""), "NEXT");
	assert_int_equal(json_len(json_get(o, "unknown")), 1);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	json_free(o);
	buf_done(&b);
	free(path);
}

static void
a_refresh_that_fails_matters_only_when_the_token_is_over(void **state)
{
	struct portal *p = *state;
	p->refresh_status = 400;
	home_write(CACHE, "{\"accessToken\":\"GOOD\",\"expiresAt\":\"2026-08-01T12:04:00Z\"" REFRESHABLE);
	expect_found(p);
	creds_forget(p->aws);
	home_write(CACHE, "{\"accessToken\":\"GOOD\",\"expiresAt\":\"2026-08-01T11:59:00Z\"" REFRESHABLE);
	expect_failure(p, ERR_CREDENTIALS, "invalid_grant");
}

static void
a_token_that_the_portal_refuses_is_refreshed_once(void **state)
{
	struct portal *p = *state;
	p->good_token = "FRESH";
	home_write(CACHE, "{\"accessToken\":\"REVOKED\",\"expiresAt\":\"2026-08-01T13:00:00Z\"" REFRESHABLE);
	expect_found(p);
	assert_int_equal(p->refreshes, 1);
	creds_forget(p->aws);
	p->good_token = "NONE";
	expect_failure(p, ERR_CREDENTIALS, "aws sso login");
}

static void
a_role_that_is_not_given_is_named(void **state)
{
	struct portal *p = *state;
	home_write(CACHE, "{\"accessToken\":\"GOOD\",\"expiresAt\":\"2026-08-01T13:00:00Z\"}");
	p->role_status = 403;
	p->role_body = "{\"message\":\"No access\"}";
	expect_failure(p, ERR_CREDENTIALS, "no role Dev Role in account 123456789012");
	p->role_status = 200;
	p->role_body = "{}";
	expect_failure(p, ERR_CREDENTIALS, "accessKeyId");
}

static void
a_busy_portal_is_asked_again(void **state)
{
	struct portal *p = *state;
	home_write(CACHE, "{\"accessToken\":\"GOOD\",\"expiresAt\":\"2026-08-01T13:00:00Z\"}");
	p->busy_first = 1;
	expect_found(p);
	assert_int_equal(p->roles, 2);
}

static void
settings_that_are_missing_or_contradict_are_named(void **state)
{
	struct portal *p = *state;
	static const char *const rows[][2] = {
		{ "[profile dev]\nsso_account_id=1\nsso_role_name=r\n", "sso_start_url" },
		{ "[profile dev]\nsso_account_id=1\nsso_session=gone\n", "[sso-session gone]" },
		{ "[profile dev]\nsso_account_id=1\nsso_session=s\n[sso-session s]\nsso_start_url=x\n", "sso_region" },
		{ "[profile dev]\nsso_account_id=1\nsso_session=s\n[sso-session s]\nsso_start_url=x\nsso_region=y\n",
		    "sso_role_name" },
		{ "[profile dev]\nsso_role_name=1\nsso_session=s\nsso_region=z\n[sso-session s]\nsso_start_url=x\n"
		  "sso_region=y\n", "different values of sso_region" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		home_config(rows[i][0]);
		expect_failure(p, ERR_CONFIG, rows[i][1]);
	}
	assert_int_equal(server_requests(p->server), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache_files_are_named_as_the_aws_tools_name_them),
		WITH_PORTAL(a_good_token_is_exchanged_for_the_roles_credentials),
		WITH_PORTAL(the_old_form_looks_under_the_start_url),
		WITH_PORTAL(who_is_not_signed_in_is_told_how),
		WITH_PORTAL(a_token_that_is_nearly_over_is_refreshed_and_written_back),
		WITH_PORTAL(a_refresh_that_fails_matters_only_when_the_token_is_over),
		WITH_PORTAL(a_token_that_the_portal_refuses_is_refreshed_once),
		WITH_PORTAL(a_role_that_is_not_given_is_named),
		WITH_PORTAL(a_busy_portal_is_asked_again),
		WITH_PORTAL(settings_that_are_missing_or_contradict_are_named),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
