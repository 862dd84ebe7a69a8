#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include "asked.h"
#include "aws/creds.h"
#include "base/str.h"
#include "home.h"

enum { NOON = 1785585600 };             /* 2026-08-01T12:00:00Z */
#define ROLES "/latest/meta-data/iam/security-credentials/"
#define GOOD                                                                                       \
	"{\"Code\":\"Success\",\"LastUpdated\":\"x\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"IMDSKEY\"," \
	"\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"2026-08-01T18:00:00Z\"}"

/* A metadata service: what it answers to each of its questions. */
struct machine {
	int		 token_status;  /* 0: hangs */
	const char	*token, *ttl;   /* what it gives, and for how many seconds (NULL: it does not say) */
	atomic_int	 unauthorised;
	bool		 wants_token;   /* a GET without one is 401 */
	int		 roles_status;
	const char	*role, *document, *region;
	int		 document_status, fail_first;
	atomic_int	 puts, gets;
	pthread_mutex_t	 lock;
	char		 last_path[512];        /* under the lock: a hanging answer lives on beside the next */
	struct server	*server;
	struct engine	*engine;
	struct aws	*aws;
};

static bool
answer(struct server_request *r, void *arg)
{
	struct machine *m = arg;
	char *token = asked_header(r, "x-aws-ec2-metadata-token"), *ttl =
	    asked_header(r, "x-aws-ec2-metadata-token-ttl-seconds");
	bool authorised = str_same(token, m->token) || !m->wants_token;
	char *life = m->ttl != NULL ? mem_printf("x-aws-ec2-metadata-token-ttl-seconds: %s\r\n", m->ttl) : mem_strdup("");
	pthread_mutex_lock(&m->lock);
	snprintf(m->last_path, sizeof m->last_path, "%s", r->target);
	pthread_mutex_unlock(&m->lock);
	if (strcmp(r->method, "PUT") == 0) {
		atomic_fetch_add(&m->puts, 1);
		if (m->token_status == 0)
			server_hang(r);
		else
			server_answer(r, m->token_status, life,
			    m->token_status == 200 && str_same(ttl, "21600") ? m->token : "");
	} else if (!authorised) {
		atomic_fetch_add(&m->unauthorised, 1);
		server_answer(r, 401, "", "");
	} else if (strcmp(r->target, "/latest/meta-data/placement/region") == 0) {
		server_answer(r, m->region != NULL ? 200 : 404, "", m->region != NULL ? m->region : "");
	} else if (strcmp(r->target, ROLES) == 0) {
		server_answer(r, m->roles_status, "", m->role);
	} else if (atomic_fetch_add(&m->gets, 1) < m->fail_first) {
		server_answer(r, 500, "", "");
	} else {
		server_answer(r, m->document_status, "", m->document);
	}
	free(token);
	free(life);
	free(ttl);
	return false;
}

static int
setup(void **state)
{
	void *home;
	if (home_setup(&home) != 0)
		return -1;
	free(home);
	unsetenv("AWS_EC2_METADATA_DISABLED");
	clock_set_wall(NOON);
	struct machine *m = mem_alloc(sizeof *m);
	*m = (struct machine){ .token_status = 200, .token = "TOKEN", .wants_token = true, .roles_status = 200,
		.role = "my+role\nsecond\n", .document = GOOD, .document_status = 200 };
	pthread_mutex_init(&m->lock, NULL);
	m->server = server_start(answer, m);
	m->engine = engine_start();
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server_url(m->server), 1);
	setenv("http_proxy", "http://127.0.0.1:9", 1);          /* would refuse: it must not be asked */
	m->aws = aws_new(NULL, m->engine);
	*state = m;
	return 0;
}

static int
teardown(void **state)
{
	struct machine *m = *state;
	void *home = mem_strdup(getenv("HOME"));
	aws_free(m->aws);
	engine_stop(m->engine);
	server_stop(m->server);
	free(m);
	return home_teardown(&home);
}

#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void
expect_found(struct machine *m, const char *label)
{
	struct err err = { 0 };
	const struct creds *c = creds_get(m->aws, NULL, &err);
	if (c == NULL)
		fail_msg("%s", err.text);
	assert_string_equal(c->access_key_id, "IMDSKEY");
	assert_string_equal(secret_reveal(c->session_token), "t");
	assert_string_equal(c->label, label);
	assert_int_equal(c->kind, CREDS_IMDS);
	creds_unref(c);
}

static void
expect_failure(struct machine *m, const char *part)
{
	struct err err = { 0 };
	assert_null(creds_get(m->aws, NULL, &err));
	assert_int_equal(err.code, ERR_CREDENTIALS);
	if (strstr(err.text, part) == NULL)
		fail_msg("“%s” does not say “%s”", err.text, part);
	creds_forget(m->aws);
}

static void
version_two_is_used_with_its_token(void **state)
{
	struct machine *m = *state;
	expect_found(m, "EC2 role my+role");
	assert_int_equal(atomic_load(&m->puts), 1);
	pthread_mutex_lock(&m->lock);
	assert_string_equal(m->last_path, ROLES "my%2Brole");
	pthread_mutex_unlock(&m->lock);
	const struct creds *c = creds_peek(m->aws);
	assert_int_equal(c->expires, NOON + 6 * 3600);
	creds_unref(c);
	struct creds_report *r = creds_report(m->aws);
	assert_int_equal(r->active, SOURCE_CHAIN);
	assert_non_null(strstr(r->tried.v[r->tried.n - 1].detail, "version 2"));
	creds_report_free(r);
}

static void
a_token_is_kept_while_it_is_good_and_renewed_when_it_is_not(void **state)
{
	struct machine *m = *state;
	for (int i = 0; i < 3; i++) {
		creds_forget(m->aws);
		expect_found(m, "EC2 role my+role");
	}
	assert_int_equal(atomic_load(&m->puts), 1);
	m->token = "ANOTHER";                   /* the instance was moved, or its clock set */
	creds_forget(m->aws);
	expect_found(m, "EC2 role my+role");
	assert_int_equal(atomic_load(&m->puts), 2);
	assert_int_equal(atomic_load(&m->unauthorised), 1);
}

static void
a_token_is_not_kept_longer_than_it_says(void **state)
{
	struct machine *m = *state;
	static const char *const lives[] = { "120", "1", "0", "-5", "nonsense" };
	for (size_t i = 0; i < sizeof lives / sizeof *lives; i++) {
		m->ttl = lives[i];
		creds_forget(m->aws);
		expect_found(m, "EC2 role my+role");
		assert_int_equal(atomic_load(&m->puts), i + 1);
	}
}

static void
a_service_that_refuses_its_own_token_is_broken(void **state)
{
	struct machine *m = *state;
	m->roles_status = 401;
	expect_failure(m, "HTTP 401");
}

/* Nothing answers where there is no such service: the connection is all that is waited for. */
static void
a_probe_of_nothing_is_one_connection_and_is_not_made_twice(void **state)
{
	struct machine *m = *state;
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int full = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), callers[8];
	assert_int_equal(bind(full, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(full, 0), 0);
	assert_int_equal(getsockname(full, (struct sockaddr *)&at, &len), 0);
	/* Nobody accepts: when its queue is full the kernel drops what comes, as the void does. */
	for (size_t i = 0; i < sizeof callers / sizeof *callers; i++) {
		callers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)!connect(callers[i], (struct sockaddr *)&at, sizeof at);
	}
	char *url = mem_printf("http://127.0.0.1:%d", ntohs(at.sin_port));
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url, 1);
	/* Seconds enough to tell one wait from two on a busy machine. */
	setenv("AWS_METADATA_SERVICE_TIMEOUT", "3", 1);
	expect_failure(m, "IMDS: no answer from http://127.0.0.1:");
	int64_t took = INT64_MAX;
	for (int tries = 0; tries < 5 && took > 2900; tries++) {
		int64_t start = clock_ms();
		expect_failure(m, "IMDS: no answer from http://127.0.0.1:");
		took = clock_ms() - start;
	}
	assert_true(took <= 2900);
	for (size_t i = 0; i < sizeof callers / sizeof *callers; i++)
		close(callers[i]);
	close(full);
	free(url);
}

static void
the_address_follows_the_mode_and_the_old_switch(void **state)
{
	(void)state;
	static const struct {
		const char	*name, *value, *base;
	} rows[] = { { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv6", "http://[fd00:ec2::254]/latest" },
		{ "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv4", "http://169.254.169.254/latest" },
		{ "AWS_IMDS_USE_IPV6", "true", "http://[fd00:ec2::254]/latest" },
		{ "AWS_IMDS_USE_IPV6", "false", "http://169.254.169.254/latest" } };
	unsetenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		setenv(rows[i].name, rows[i].value, 1);
		struct aws *aws = aws_new(NULL, NULL);  /* without a network: nothing is sent */
		assert_null(creds_get(aws, NULL, NULL));
		struct creds_report *r = creds_report(aws);
		const struct creds_tried *t = &r->tried.v[r->tried.n - 1];
		assert_true(str_starts(t->looked_at.v[t->looked_at.n - 1], rows[i].base));
		creds_report_free(r);
		aws_free(aws);
		unsetenv(rows[i].name);
	}
}

static void
whoever_chose_it_waits_for_it_longer(void **state)
{
	struct machine *m = *state;
	m->fail_first = 2;
	home_config("[profile r]\nrole_arn=arn:aws:iam::123456789012:role/r\ncredential_source=Ec2InstanceMetadata\n");
	setenv("AWS_PROFILE", "r", 1);
	setenv("AWS_ENDPOINT_URL_STS", server_url(m->server), 1);
	assert_null(creds_get(m->aws, NULL, NULL));     /* there is no STS; but the keys for it were had */
	assert_int_equal(atomic_load(&m->gets) >= 3, true);
}

static void
version_one_is_used_where_there_is_no_token_unless_switched_off(void **state)
{
	struct machine *m = *state;
	m->wants_token = false;
	static const int statuses[] = { 403, 404, 405 };
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		m->token_status = statuses[i];
		expect_found(m, "EC2 role my+role");
		creds_forget(m->aws);
	}
	setenv("AWS_EC2_METADATA_V1_DISABLED", "true", 1);
	expect_failure(m, "version 1 is switched off");
}

static void
a_token_that_never_comes_is_the_hop_limit(void **state)
{
	struct machine *m = *state;
	m->token_status = 0;
	expect_failure(m, "hop limit");
}

static void
no_role_is_not_configured(void **state)
{
	struct machine *m = *state;
	m->roles_status = 404;
	expect_failure(m, "this instance has no role");
	m->roles_status = 200;
	m->role = "\n";
	expect_failure(m, "this instance has no role");
}

/* An instance whose metadata service is switched off answers so, and firewalls do. */
static void
a_service_that_forbids_everything_is_not_configured(void **state)
{
	struct machine *m = *state;
	m->token_status = 403;
	m->wants_token = false;
	m->roles_status = 403;
	expect_failure(m, "switched off here");
	m->token_status = 200;
	expect_failure(m, "HTTP 403");
}

static void
what_is_broken_stops_the_chain(void **state)
{
	struct machine *m = *state;
	m->token_status = 400;
	expect_failure(m, "refused to give a token");
	m->token_status = 200;
	m->roles_status = 500;
	expect_failure(m, "HTTP 500");
	m->roles_status = 200;
	m->document = "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"no trust\"}";
	expect_failure(m, "does not trust ec2.amazonaws.com");
	m->document = "{\"Code\":\"Failed\",\"Message\":\"why\"}";
	expect_failure(m, "why");
	m->document = "<html>";
	expect_failure(m, "JSON");
	m->document = "{\"Code\":\"Success\",\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}";
	expect_failure(m, "Token");
}

static void
attempts_are_made_as_often_as_set(void **state)
{
	struct machine *m = *state;
	m->fail_first = 2;
	expect_failure(m, "HTTP 500");
	atomic_store(&m->gets, 0);
	setenv("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "3", 1);
	expect_found(m, "EC2 role my+role");
	assert_int_equal(atomic_load(&m->gets), 3);
}

static void
expired_credentials_are_believed_for_some_minutes(void **state)
{
	struct machine *m = *state;
	clock_set_wall(NOON + 7 * 3600);
	expect_found(m, "EC2 role my+role");
	const struct creds *c = creds_peek(m->aws);
	assert_in_range(c->expires, NOON + 7 * 3600 + 600, NOON + 7 * 3600 + 900);
	creds_unref(c);
}

static void
what_is_in_memory_outlives_a_service_that_fails(void **state)
{
	struct machine *m = *state;
	expect_found(m, "EC2 role my+role");
	m->roles_status = 500;
	clock_set_wall(NOON + 7 * 3600);
	expect_found(m, "EC2 role my+role");
	const struct creds *c = creds_peek(m->aws);
	assert_in_range(c->expires, NOON + 7 * 3600 + 600, NOON + 7 * 3600 + 900);
	creds_unref(c);
}

static void
it_is_the_last_resort_and_can_be_switched_off(void **state)
{
	struct machine *m = *state;
	setenv("AWS_EC2_METADATA_DISABLED", "TRUE", 1);
	expect_failure(m, "AWS_EC2_METADATA_DISABLED is true");
	unsetenv("AWS_EC2_METADATA_DISABLED");
	setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	const struct creds *c = creds_get(m->aws, NULL, NULL);
	assert_string_equal(c->access_key_id, "ENV");
	creds_unref(c);
	assert_int_equal(server_requests(m->server), 0);
}

static void
a_service_that_is_not_there_is_not_configured(void **state)
{
	struct machine *m = *state;
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9", 1);
	expect_failure(m, "IMDS: no answer from http://127.0.0.1:9");
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "", 1);
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv5", 1);
	struct err err = { 0 };
	assert_null(creds_get(m->aws, NULL, &err));
	assert_int_equal(err.code, ERR_CONFIG);
}

static void
the_region_of_the_machine_is_the_last_but_one(void **state)
{
	struct machine *m = *state;
	m->region = "eu-central-2";
	struct aws_call call = { .kind = AWS_MODELS, .method = "GET", .path = "/" };
	struct http_request req;
	struct aws_used used;
	assert_int_equal(aws_prepare(m->aws, &call, &req, &used, NULL), 0);
	assert_string_equal(used.region, "eu-central-2");
	http_request_done(&req);
	int asked = server_requests(m->server);
	assert_int_equal(aws_prepare(m->aws, &call, &req, &used, NULL), 0);
	http_request_done(&req);
	assert_int_equal(server_requests(m->server), asked);
	char *from, *region = aws_region(m->aws, NULL, &from);
	assert_string_equal(region, "eu-central-2");
	assert_string_equal(from, "IMDS");
	free(region);
	free(from);
	setenv("AWS_REGION", "us-west-2", 1);
	assert_int_equal(aws_prepare(m->aws, &call, &req, &used, NULL), 0);
	assert_string_equal(used.region, "us-west-2");
	http_request_done(&req);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MACHINE(version_two_is_used_with_its_token),
		ON_MACHINE(a_token_is_kept_while_it_is_good_and_renewed_when_it_is_not),
		ON_MACHINE(a_token_is_not_kept_longer_than_it_says),
		ON_MACHINE(a_service_that_refuses_its_own_token_is_broken),
		ON_MACHINE(a_probe_of_nothing_is_one_connection_and_is_not_made_twice),
		ON_MACHINE(the_address_follows_the_mode_and_the_old_switch),
		ON_MACHINE(whoever_chose_it_waits_for_it_longer),
		ON_MACHINE(version_one_is_used_where_there_is_no_token_unless_switched_off),
		ON_MACHINE(a_token_that_never_comes_is_the_hop_limit),
		ON_MACHINE(no_role_is_not_configured),
		ON_MACHINE(a_service_that_forbids_everything_is_not_configured),
		ON_MACHINE(what_is_broken_stops_the_chain),
		ON_MACHINE(attempts_are_made_as_often_as_set),
		ON_MACHINE(expired_credentials_are_believed_for_some_minutes),
		ON_MACHINE(what_is_in_memory_outlives_a_service_that_fails),
		ON_MACHINE(it_is_the_last_resort_and_can_be_switched_off),
		ON_MACHINE(a_service_that_is_not_there_is_not_configured),
		ON_MACHINE(the_region_of_the_machine_is_the_last_but_one),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
