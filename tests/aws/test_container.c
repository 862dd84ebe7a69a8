#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "asked.h"
#include "aws/creds.h"
#include "base/str.h"
#include "home.h"

enum { NOON = 1785585600 };             /* 2026-08-01T12:00:00Z */
#define GOOD                                                                                       \
	"{\"AccessKeyId\":\"BOXKEY\",\"SecretAccessKey\":\"s\",\"Token\":\"t\","                       \
	"\"Expiration\":\"2026-08-01T18:00:00Z\",\"RoleArn\":\"x\",\"AccountId\":\"42\"}"

struct box {
	int		 status, fail_first;
	const char	*body;
	char		*authorization, *target;        /* of the last request */
	struct server	*server;
	struct engine	*engine;
	struct aws	*aws;
};

static bool
answer(struct server_request *r, void *arg)
{
	struct box *b = arg;
	free(b->authorization);
	free(b->target);
	b->authorization = asked_header(r, "Authorization");
	b->target = mem_strdup(r->target);
	if (server_requests(r->server) <= b->fail_first)
		server_answer(r, 503, "", "");
	else
		server_answer(r, b->status, "", b->body);
	return false;
}

static int
setup(void **state)
{
	void *home;
	if (home_setup(&home) != 0)
		return -1;
	free(home);
	clock_set_wall(NOON);
	struct box *b = mem_alloc(sizeof *b);
	*b = (struct box){ .status = 200, .body = GOOD };
	b->server = server_start(answer, b);
	b->engine = engine_start();
	b->aws = aws_new(NULL, b->engine);
	char *url = mem_printf("%s/v1/credentials?id=1", server_url(b->server));
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
	setenv("http_proxy", "http://127.0.0.1:9", 1);          /* would refuse: it must not be asked */
	free(url);
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct box *b = *state;
	void *home = mem_strdup(getenv("HOME"));
	aws_free(b->aws);
	engine_stop(b->engine);
	server_stop(b->server);
	free(b->authorization);
	free(b->target);
	free(b);
	return home_teardown(&home);
}

#define IN_BOX(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void
expect_found(struct box *b)
{
	struct err err = { 0 };
	const struct creds *c = creds_get(b->aws, NULL, &err);
	if (c == NULL)
		fail_msg("%s", err.text);
	assert_string_equal(c->access_key_id, "BOXKEY");
	assert_string_equal(c->account, "42");
	assert_int_equal(c->expires, NOON + 6 * 3600);
	assert_int_equal(c->kind, CREDS_CONTAINER);
	creds_unref(c);
}

static void
expect_failure(struct box *b, enum err_code code, const char *part)
{
	struct err err = { 0 };
	const struct creds *c = creds_get(b->aws, NULL, &err);
	if (c != NULL)
		fail_msg("%s was asked", getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
	if (err.code != code || strstr(err.text, part) == NULL)
		fail_msg("“%s” (%d) does not say “%s”", err.text, err.code, part);
	creds_forget(b->aws);
}

static void
the_endpoint_is_asked_with_its_query(void **state)
{
	struct box *b = *state;
	expect_found(b);
	assert_string_equal(b->target, "/v1/credentials?id=1");
	assert_null(b->authorization);
}

static void
the_token_file_is_read_anew_each_time_and_beats_the_variable(void **state)
{
	struct box *b = *state;
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "from variable", 1);
	expect_found(b);
	assert_string_equal(b->authorization, "from variable");
	char *path = mem_printf("%s/token", getenv("HOME"));
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path, 1);
	home_write("token", "one\n");
	creds_forget(b->aws);
	expect_found(b);
	assert_string_equal(b->authorization, "one");
	home_write("token", "two");
	creds_forget(b->aws);
	expect_found(b);
	assert_string_equal(b->authorization, "two");
	home_write("token", "two\r\nX-Evil: 1");
	creds_forget(b->aws);
	expect_failure(b, ERR_CONFIG, path);
	remove(path);
	expect_failure(b, ERR_CREDENTIALS, path);
	free(path);
}

static void
only_hosts_of_the_machine_are_asked_in_the_clear(void **state)
{
	struct box *b = *state;
	static const char *const bad[] = { "http://192.0.2.1/x", "http://169.254.169.254/x", "http://[2001:db8::1]/",
		"http://no-such-host.invalid/x", "ftp://127.0.0.1/", "127.0.0.1/x", "http://", "http:///x",
		"http://127.0.0.1@192.0.2.1/", "http://127.0.0.1/a b" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", bad[i], 1);
		expect_failure(b, ERR_CONFIG, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
	}
	char *url = mem_printf("http://localhost:%d/x", server_port(b->server));
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
	expect_found(b);
	free(url);
	creds_forget(b->aws);
	setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "no-slash", 1);
	expect_failure(b, ERR_CONFIG, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
}

static void
a_busy_endpoint_is_asked_three_times(void **state)
{
	struct box *b = *state;
	b->fail_first = 2;
	expect_found(b);
	assert_int_equal(server_requests(b->server), 3);
}

static void
a_broken_endpoint_stops_the_chain(void **state)
{
	struct box *b = *state;
	b->status = 403;
	b->body = "{\"code\":\"AccessDenied\",\"message\":\"no service account\"}";
	expect_failure(b, ERR_CREDENTIALS, "HTTP 403: no service account");
	b->status = 200;
	b->body = "{\"AccessKeyId\":\"A\"}";
	expect_failure(b, ERR_CREDENTIALS, "SecretAccessKey");
	b->body = "<html>";
	expect_failure(b, ERR_CREDENTIALS, "JSON");
	assert_int_equal(server_requests(b->server), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_BOX(the_endpoint_is_asked_with_its_query),
		IN_BOX(the_token_file_is_read_anew_each_time_and_beats_the_variable),
		IN_BOX(only_hosts_of_the_machine_are_asked_in_the_clear),
		IN_BOX(a_busy_endpoint_is_asked_three_times),
		IN_BOX(a_broken_endpoint_stops_the_chain),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
