#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>

#include "aws/creds.h"
#include "aws/state.h"
#include "base/file.h"
#include "home.h"

#define IN_HOME(test) cmocka_unit_test_setup_teardown(test, home_setup, home_teardown)

enum { NOON = 1785585600 };             /* 2026-08-01T12:00:00Z */

/* A helper that counts its runs in ~/runs, numbers its keys, and reads its expiration from ~/expires
 * and its exit status from ~/status. It waits while ~/gate exists. */
#define COUNTING                                                                                   \
	"#!/bin/sh\ncd\necho x >> runs\nn=$(wc -l < runs)\n[ -f slow ] && sleep 0.2\n"                 \
	"while [ -f gate ]; do sleep 0.01; done\n"                                                    \
	"[ -f status ] && { echo broken >&2; exit $(cat status); }\n"                                  \
	"e=; [ -f expires ] && e=',\"Expiration\":\"'$(cat expires)'\"'\n"                             \
	"echo '{\"Version\":1,\"AccessKeyId\":\"RUN'$n'\",\"SecretAccessKey\":\"s\"'$e'}'\n"

static struct aws *shared_aws;          /* of the threads of a test */

static struct aws *
counting_aws(void)
{
	free(home_script("helper", COUNTING));
	home_config("[profile p]\ncredential_process = ~/helper\n");
	return aws_new(&(struct aws_options){ .profile = "p" }, NULL);
}

static int
runs(void)
{
	struct buf b = { 0 };
	char *path = mem_printf("%s/runs", getenv("HOME"));
	int n = 0;
	if (file_exists(path)) {
		assert_int_equal(file_read(path, 1 << 20, &b, NULL), 0);
		n = (int)b.len / 2;
	}
	buf_done(&b);
	free(path);
	return n;
}

static void
expires_at(int64_t seconds)
{
	char when[32];
	clock_iso8601(seconds, when);
	home_write("expires", when);
}

static void
expect_key(struct aws *aws, const char *want)
{
	struct err err = { 0 };
	const struct creds *c = creds_get(aws, NULL, &err);
	if (c == NULL)
		fail_msg("%s", err.text);
	assert_string_equal(c->access_key_id, want);
	creds_unref(c);
}

/* ---- cache and windows ---- */

static void
nothing_is_resolved_before_it_is_asked_for(void **state)
{
	(void)state;
	struct aws *aws = counting_aws();
	assert_null(creds_peek(aws));
	struct creds_report *r = creds_report(aws);
	assert_false(r->resolved);
	assert_int_equal(r->active, -1);
	assert_int_equal(r->order[SOURCE_PROFILE].mark, MARK_UNKNOWN);
	creds_report_free(r);
	assert_int_equal(runs(), 0);
	aws_free(aws);
}

static void
what_never_expires_is_asked_for_once(void **state)
{
	(void)state;
	struct aws *aws = counting_aws();
	for (int i = 0; i < 5; i++)
		expect_key(aws, "RUN1");
	assert_int_equal(runs(), 1);
	aws_free(aws);
}

static void
fresh_credentials_are_kept_until_the_window(void **state)
{
	(void)state;
	clock_set_wall(NOON);
	expires_at(NOON + 3600);
	struct aws *aws = counting_aws();
	expect_key(aws, "RUN1");
	clock_set_wall(NOON + 3600 - 17 * 60);          /* 15 minutes and at most a tenth of jitter */
	expect_key(aws, "RUN1");
	assert_int_equal(runs(), 1);
	aws_free(aws);
}

static void
wait_for_key(struct aws *aws, const char *want)
{
	int64_t until = clock_ms() + 60000;
	for (bool done = false; !done; usleep(1000)) {
		const struct creds *c = creds_peek(aws);
		done = c != NULL && strcmp(c->access_key_id, want) == 0;
		creds_unref(c);
		assert_true(clock_ms() < until);
	}
}

static void
in_the_advisory_window_the_old_ones_are_used_while_a_refresh_runs(void **state)
{
	(void)state;
	clock_set_wall(NOON);
	expires_at(NOON + 3600);
	struct aws *aws = counting_aws();
	expect_key(aws, "RUN1");
	clock_set_wall(NOON + 3600 - 14 * 60);
	expires_at(NOON + 7200);
	home_write("gate", "");
	expect_key(aws, "RUN1");
	expect_key(aws, "RUN1");
	char *gate = mem_printf("%s/gate", (char *)*state);
	remove(gate);
	free(gate);
	wait_for_key(aws, "RUN2");
	assert_int_equal(runs(), 2);
	aws_free(aws);
}

static void *
get_many(void *arg)
{
	enum { GETS = 63 };             /* 16 threads: a thousand */
	int *old = arg;
	for (int i = 0; i < GETS; i++) {
		const struct creds *c = creds_get(shared_aws, NULL, NULL);
		*old += c != NULL && strcmp(c->access_key_id, "RUN1") == 0;
		creds_unref(c);
	}
	return NULL;
}

/* The refresh cannot end before all of them have got what they asked for: nobody waits for it. */
static void
a_thousand_gets_from_sixteen_threads_wait_for_no_refresh(void **state)
{
	enum { THREADS = 16 };
	pthread_t threads[THREADS];
	int old[THREADS] = { 0 };
	clock_set_wall(NOON);
	expires_at(NOON + 3600);
	struct aws *aws = shared_aws = counting_aws();
	expect_key(aws, "RUN1");
	clock_set_wall(NOON + 3600 - 14 * 60);
	expires_at(NOON + 7200);
	home_write("gate", "");
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, get_many, &old[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(old[i], 63);
	}
	char *gate = mem_printf("%s/gate", (char *)*state);
	remove(gate);
	free(gate);
	wait_for_key(aws, "RUN2");
	assert_int_equal(runs(), 2);
	aws_free(aws);
}

static void
in_the_mandatory_window_everybody_waits_for_the_new_ones(void **state)
{
	(void)state;
	clock_set_wall(NOON);
	expires_at(NOON + 3600);
	struct aws *aws = counting_aws();
	expect_key(aws, "RUN1");
	clock_set_wall(NOON + 3600 - 9 * 60);
	expires_at(NOON + 7200);
	expect_key(aws, "RUN2");
	aws_free(aws);
}

static void
a_refresh_that_fails_leaves_what_is_still_good_and_is_not_repeated_at_once(void **state)
{
	(void)state;
	clock_set_wall(NOON);
	expires_at(NOON + 3600);
	struct aws *aws = counting_aws();
	expect_key(aws, "RUN1");
	home_write("status", "1");
	clock_set_wall(NOON + 3600 - 9 * 60);
	expect_key(aws, "RUN1");
	expect_key(aws, "RUN1");
	assert_int_equal(runs(), 2);
	struct creds_report *r = creds_report(aws);
	assert_int_equal(r->active, SOURCE_PROFILE);
	assert_int_equal(r->order[SOURCE_PROFILE].mark, MARK_ACTIVE);
	assert_non_null(strstr(r->error, "broken"));
	creds_report_free(r);
	struct err err = { 0 };
	clock_set_wall(NOON + 3601);
	assert_null(creds_get(aws, NULL, &err));
	assert_non_null(strstr(err.text, "exited with 1"));
	aws_free(aws);
}

static void
short_lived_ones_are_not_fetched_for_every_call(void **state)
{
	(void)state;
	clock_set_wall(NOON);
	expires_at(NOON + 300);
	struct aws *aws = counting_aws();
	for (int i = 0; i < 5; i++)
		expect_key(aws, "RUN1");
	assert_int_equal(runs(), 1);
	aws_free(aws);
}

/* A quarter of an hour from the start: the usual windows would have it refreshed for ever. */
static void
what_lives_for_a_quarter_of_an_hour_has_windows_of_five_minutes(void **state)
{
	(void)state;
	clock_set_wall(NOON);
	expires_at(NOON + 900);
	struct aws *aws = counting_aws();
	expect_key(aws, "RUN1");
	clock_set_wall(NOON + 900 - 331);               /* with the most jitter that there is */
	expect_key(aws, "RUN1");
	assert_int_equal(runs(), 1);
	clock_set_wall(NOON + 900 - 299);
	expires_at(NOON + 1800);
	expect_key(aws, "RUN2");
	aws_free(aws);
}

/* A minute before the end there is no patience, but no storm either. */
static void
a_slow_failure_is_not_repeated_at_once_even_in_the_last_minute(void **state)
{
	(void)state;
	clock_set_wall(NOON);
	expires_at(NOON + 3600);
	struct aws *aws = counting_aws();
	expect_key(aws, "RUN1");
	home_write("status", "1");
	home_write("slow", "");
	clock_set_wall(NOON + 3600 - 30);
	for (int i = 0; i < 5; i++)
		expect_key(aws, "RUN1");
	assert_int_equal(runs(), 2);
	aws_free(aws);
}

static void
a_failure_is_forgotten_when_its_cause_is_mended(void **state)
{
	(void)state;
	struct aws *aws = counting_aws();
	home_write("status", "3");
	assert_null(creds_get(aws, NULL, NULL));
	char *path = mem_printf("%s/status", (char *)*state);
	remove(path);
	free(path);
	creds_forget(aws);
	expect_key(aws, "RUN2");
	aws_free(aws);
}

static void
static_keys_are_read_again_when_their_file_changes(void **state)
{
	(void)state;
	home_credentials("[default]\naws_access_key_id=ONE\naws_secret_access_key=s\n");
	struct aws *aws = aws_new(NULL, NULL);
	expect_key(aws, "ONE");
	home_credentials("[default]\naws_access_key_id=TWO2\naws_secret_access_key=s\n");
	expect_key(aws, "TWO2");
	home_credentials("[default]\naws_access_key_id=TWO2\n");
	assert_null(creds_get(aws, NULL, NULL));
	home_credentials("[default]\naws_access_key_id=THREE\naws_secret_access_key=s\n");
	expect_key(aws, "THREE");
	aws_free(aws);
}

/* ---- many threads ---- */

enum { THREADS = 16 };

struct crowd {
	struct aws		*aws;
	pthread_barrier_t	 gate;
	atomic_int		 tids[THREADS]; /* of those that are about to ask */
	uint64_t		 generation[THREADS];
	uint64_t		 refused;       /* by all of them, before they ask */
};

struct one {
	struct crowd	*crowd;
	int		 i;
};

static void *
ask(void *arg)
{
	struct one *one = arg;
	struct crowd *c = one->crowd;
	pthread_barrier_wait(&c->gate);
	if (c->refused != 0)
		creds_refused(c->aws, c->refused);
	atomic_store(&c->tids[one->i], gettid());
	const struct creds *got = creds_get(c->aws, NULL, NULL);
	c->generation[one->i] = got != NULL ? got->generation : 0;
	creds_unref(got);
	return NULL;
}

/* Until this thread, which has nothing to do but wait for credentials, is at that. */
static void
wait_until_asleep(const atomic_int *tid)
{
	int64_t until = clock_ms() + 60000;
	for (int asleep = 0; asleep < 20; usleep(1000)) {
		char path[64];
		struct buf b = { 0 };
		snprintf(path, sizeof path, "/proc/self/task/%d/stat", atomic_load(tid));
		bool is = atomic_load(tid) != 0 && file_read(path, 4096, &b, NULL) == 0 && strstr(buf_str(&b), ") S ") != NULL;
		asleep = is ? asleep + 1 : 0;
		buf_done(&b);
		assert_true(clock_ms() < until);
	}
}

static void
open_gate(void)
{
	char *gate = mem_printf("%s/gate", getenv("HOME"));
	assert_int_equal(remove(gate), 0);
	free(gate);
}

/* gated: the helper waits at ~/gate, which is opened once all are waiting for it. */
static uint64_t
run_crowd_at(struct aws *aws, uint64_t refused, bool gated)
{
	struct crowd c = { .aws = aws, .refused = refused };
	struct one ones[THREADS];
	pthread_t t[THREADS];
	pthread_barrier_init(&c.gate, NULL, THREADS);
	for (int i = 0; i < THREADS; i++) {
		ones[i] = (struct one){ &c, i };
		assert_int_equal(pthread_create(&t[i], NULL, ask, &ones[i]), 0);
	}
	for (int i = 0; i < THREADS && gated; i++)
		wait_until_asleep(&c.tids[i]);
	if (gated)
		open_gate();
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	pthread_barrier_destroy(&c.gate);
	for (int i = 1; i < THREADS; i++)
		assert_int_equal(c.generation[i], c.generation[0]);
	return c.generation[0];
}

static uint64_t
run_crowd(struct aws *aws, uint64_t refused)
{
	return run_crowd_at(aws, refused, false);
}

static void
sixteen_threads_cause_one_resolution(void **state)
{
	(void)state;
	home_write("slow", "");
	struct aws *aws = counting_aws();
	assert_int_not_equal(run_crowd(aws, 0), 0);
	assert_int_equal(runs(), 1);
	aws_free(aws);
}

static void
sixteen_refusals_of_one_generation_cause_one_refresh(void **state)
{
	(void)state;
	home_write("slow", "");
	struct aws *aws = counting_aws();
	uint64_t first = run_crowd(aws, 0);
	uint64_t second = run_crowd(aws, first);
	assert_true(second > first);
	assert_int_equal(runs(), 2);
	run_crowd(aws, first);                  /* a late refusal of what is long gone changes nothing */
	assert_int_equal(runs(), 2);
	aws_free(aws);
}

static void
a_failure_reaches_everybody_who_waited(void **state)
{
	(void)state;
	home_write("gate", "");
	home_write("status", "1");
	struct aws *aws = counting_aws();
	assert_int_equal(run_crowd_at(aws, 0, true), 0);
	assert_int_equal(runs(), 1);
	aws_free(aws);
}

static void *
churn(void *arg)
{
	struct aws *aws = arg;
	static const char *const names[] = { "a", "b" };
	for (int i = 0; i < 50; i++) {
		aws_set_options(aws, &(struct aws_options){ .profile = names[i % 2] });
		struct creds_report *r = creds_report(aws);
		creds_report_free(r);
		const struct creds *c = creds_get(aws, NULL, NULL);
		assert_non_null(c);
		creds_unref(c);
	}
	return NULL;
}

static void
options_may_change_while_others_resolve(void **state)
{
	(void)state;
	home_credentials("[a]\naws_access_key_id=A\naws_secret_access_key=s\n"
			 "[b]\naws_access_key_id=B\naws_secret_access_key=s\n");
	struct aws *aws = aws_new(&(struct aws_options){ .profile = "a" }, NULL);
	pthread_t t[4];
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, churn, aws);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	aws_set_options(aws, &(struct aws_options){ .profile = "b" });
	expect_key(aws, "B");
	aws_free(aws);
}

/* ---- giving up ---- */

struct impatient {
	struct aws	*aws;
	atomic_int	 tid;
	atomic_bool	 cancel;
	struct err	 err;
	bool		 got;
};

static void *
wait_impatiently(void *arg)
{
	struct impatient *p = arg;
	atomic_store(&p->tid, gettid());
	const struct creds *c = creds_get(p->aws, &p->cancel, &p->err);
	p->got = c != NULL;
	creds_unref(c);
	return NULL;
}

static void
wait_for_run(int n)
{
	int64_t until = clock_ms() + 60000;
	while (runs() < n && clock_ms() < until)
		usleep(1000);
	assert_int_equal(runs(), n);
}

static void
one_who_gives_up_does_not_take_it_from_the_others(void **state)
{
	(void)state;
	home_write("gate", "");
	struct impatient first = { .aws = counting_aws() }, second = { .aws = first.aws };
	pthread_t a, b;
	pthread_create(&a, NULL, wait_impatiently, &first);
	wait_for_run(1);
	pthread_create(&b, NULL, wait_impatiently, &second);
	wait_until_asleep(&second.tid);
	atomic_store(&first.cancel, true);
	pthread_join(a, NULL);
	assert_false(first.got);
	assert_int_equal(first.err.code, ERR_CANCELLED);
	open_gate();
	pthread_join(b, NULL);
	assert_true(second.got);
	assert_int_equal(runs(), 1);
	aws_free(first.aws);
}

static void
the_last_one_to_give_up_stops_the_helper(void **state)
{
	(void)state;
	free(home_script("helper", "#!/bin/sh\ncd\necho x >> runs\nexec sleep 600\n"));
	home_config("[profile p]\ncredential_process = ~/helper\n");
	struct impatient p = { .aws = aws_new(&(struct aws_options){ .profile = "p" }, NULL) };
	pthread_t a;
	pthread_create(&a, NULL, wait_impatiently, &p);
	wait_for_run(1);
	atomic_store(&p.cancel, true);
	int64_t start = clock_ms();
	pthread_join(a, NULL);
	assert_int_equal(p.err.code, ERR_CANCELLED);
	aws_free(p.aws);                        /* does not wait ten minutes for it either */
	assert_true(clock_ms() - start < 300000);
}

/* ---- what it tells ---- */

static void
count_change(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
}

static void
changes_are_counted_and_told(void **state)
{
	(void)state;
	home_credentials("[default]\naws_access_key_id=AKIAIOSFODNN7EXAMPLE\naws_secret_access_key=TOPSECRET\n");
	struct aws *aws = aws_new(NULL, NULL);
	atomic_int told = 0;
	creds_on_change(aws, count_change, &told);
	uint64_t before = creds_version(aws);
	expect_key(aws, "AKIAIOSFODNN7EXAMPLE");
	assert_true(creds_version(aws) > before);
	assert_true(atomic_load(&told) > 0);
	before = creds_version(aws);
	expect_key(aws, "AKIAIOSFODNN7EXAMPLE");
	assert_int_equal(creds_version(aws), before);
	aws_free(aws);
}

static void
the_report_says_who_won_and_who_is_shadowed(void **state)
{
	(void)state;
	home_credentials("[dev]\naws_access_key_id=X\naws_secret_access_key=s\n");
	setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "TOPSECRET", 1);
	setenv("AWS_PROFILE", "dev", 1);
	setenv("AWS_REGION", "eu-west-1", 1);
	struct aws *aws = aws_new(NULL, NULL);
	expect_key(aws, "AKIAIOSFODNN7EXAMPLE");
	struct creds_report *r = creds_report(aws);
	assert_true(r->resolved);
	assert_int_equal(r->active, SOURCE_KEYS);
	assert_int_equal(r->order[SOURCE_BEARER].mark, MARK_UNSET);
	assert_int_equal(r->order[SOURCE_KEYS].mark, MARK_ACTIVE);
	assert_int_equal(r->order[SOURCE_PROFILE].mark, MARK_UNASKED);
	assert_int_equal(r->order[SOURCE_CHAIN].mark, MARK_UNASKED);
	assert_true(r->order[SOURCE_PROFILE].shadowed);
	assert_false(r->order[SOURCE_BEARER].shadowed);
	assert_string_equal(r->access_key, "AKIA…MPLE");
	assert_string_equal(r->region, "eu-west-1");
	assert_string_equal(r->region_from, "AWS_REGION");
	assert_null(r->error);
	creds_report_free(r);
	aws_free(aws);
}

static void
what_a_choice_on_the_command_line_passes_over_is_shadowed(void **state)
{
	(void)state;
	home_credentials("[dev]\naws_access_key_id=X\naws_secret_access_key=s\n");
	setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "TOPSECRET", 1);
	struct aws *aws = aws_new(&(struct aws_options){ .profile = "dev" }, NULL);
	expect_key(aws, "X");
	struct creds_report *r = creds_report(aws);
	assert_int_equal(r->active, SOURCE_PROFILE);
	assert_int_equal(r->order[SOURCE_KEYS].mark, MARK_UNASKED);
	assert_true(r->order[SOURCE_KEYS].shadowed);
	assert_int_equal(r->order[SOURCE_BEARER].mark, MARK_UNSET);
	creds_report_free(r);
	aws_free(aws);
}

static void
a_profile_that_nobody_named_is_the_rest_of_the_chain(void **state)
{
	(void)state;
	home_credentials("[default]\naws_access_key_id=X\naws_secret_access_key=s\n");
	struct aws *aws = aws_new(NULL, NULL);
	expect_key(aws, "X");
	struct creds_report *r = creds_report(aws);
	assert_int_equal(r->active, SOURCE_CHAIN);
	assert_int_equal(r->order[SOURCE_PROFILE].mark, MARK_UNSET);
	assert_string_equal(r->order[SOURCE_PROFILE].detail, "AWS_PROFILE is not set");
	assert_string_equal(r->order[SOURCE_CHAIN].detail, "chain · profile default · static");
	creds_report_free(r);
	aws_free(aws);
}

static void
a_broken_source_is_marked_and_those_behind_it_are_not_asked(void **state)
{
	(void)state;
	setenv("AWS_ACCESS_KEY_ID", "X", 1);
	setenv("AWS_PROFILE", "dev", 1);
	struct aws *aws = aws_new(NULL, NULL);
	assert_null(creds_get(aws, NULL, NULL));
	struct creds_report *r = creds_report(aws);
	assert_int_equal(r->active, -1);
	assert_int_equal(r->order[SOURCE_KEYS].mark, MARK_BROKEN);
	assert_int_equal(r->order[SOURCE_PROFILE].mark, MARK_UNASKED);
	assert_non_null(r->error);
	creds_report_free(r);
	aws_free(aws);
}

/* Whatever is said to people, none of it may hold a secret. */
static void
no_secret_is_in_the_report(void **state)
{
	(void)state;
	setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "TOPSECRET", 1);
	setenv("AWS_SESSION_TOKEN", "TOPTOKEN", 1);
	struct aws *aws = aws_new(NULL, NULL);
	expect_key(aws, "AKIAIOSFODNN7EXAMPLE");
	struct creds_report *r = creds_report(aws);
	struct buf b = { 0 };
	for (int i = 0; i < SOURCES; i++)
		buf_puts(&b, r->order[i].detail);
	for (size_t i = 0; i < r->tried.n; i++) {
		buf_printf(&b, "%s %s", r->tried.v[i].name, r->tried.v[i].detail);
		for (size_t k = 0; k < r->tried.v[i].looked_at.n; k++)
			buf_puts(&b, r->tried.v[i].looked_at.v[k]);
	}
	buf_printf(&b, "%s %s", r->access_key, r->label);
	assert_null(strstr(b.s, "TOPSECRET"));
	assert_null(strstr(b.s, "TOPTOKEN"));
	assert_null(strstr(b.s, "IOSFODNN"));
	buf_done(&b);
	creds_report_free(r);
	aws_free(aws);
}

/* ---- the bearer token is for Bedrock only ---- */

static void
services_that_want_signatures_get_the_chain_behind_the_bearer_token(void **state)
{
	(void)state;
	setenv("AWS_BEARER_TOKEN_BEDROCK", "BEARER", 1);
	home_credentials("[default]\naws_access_key_id=X\naws_secret_access_key=s\n");
	struct aws *aws = aws_new(NULL, NULL);
	const struct creds *b = creds_get(aws, NULL, NULL), *s = creds_get_for_signing(aws, NULL, NULL);
	assert_int_equal(b->kind, CREDS_BEARER);
	assert_int_equal(s->kind, CREDS_STATIC);
	assert_int_not_equal(b->generation, s->generation);
	creds_unref(b);
	creds_unref(s);
	aws_free(aws);
	aws = aws_new(&(struct aws_options){ .bearer = "GIVEN" }, NULL);
	struct err err = { 0 };
	assert_null(creds_get_for_signing(aws, NULL, &err));
	assert_non_null(strstr(err.text, "signed requests only"));
	aws_free(aws);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_HOME(nothing_is_resolved_before_it_is_asked_for),
		IN_HOME(what_never_expires_is_asked_for_once),
		IN_HOME(fresh_credentials_are_kept_until_the_window),
		IN_HOME(in_the_advisory_window_the_old_ones_are_used_while_a_refresh_runs),
		IN_HOME(a_thousand_gets_from_sixteen_threads_wait_for_no_refresh),
		IN_HOME(in_the_mandatory_window_everybody_waits_for_the_new_ones),
		IN_HOME(a_refresh_that_fails_leaves_what_is_still_good_and_is_not_repeated_at_once),
		IN_HOME(short_lived_ones_are_not_fetched_for_every_call),
		IN_HOME(what_lives_for_a_quarter_of_an_hour_has_windows_of_five_minutes),
		IN_HOME(a_slow_failure_is_not_repeated_at_once_even_in_the_last_minute),
		IN_HOME(a_failure_is_forgotten_when_its_cause_is_mended),
		IN_HOME(static_keys_are_read_again_when_their_file_changes),
		IN_HOME(sixteen_threads_cause_one_resolution),
		IN_HOME(sixteen_refusals_of_one_generation_cause_one_refresh),
		IN_HOME(a_failure_reaches_everybody_who_waited),
		IN_HOME(options_may_change_while_others_resolve),
		IN_HOME(one_who_gives_up_does_not_take_it_from_the_others),
		IN_HOME(the_last_one_to_give_up_stops_the_helper),
		IN_HOME(changes_are_counted_and_told),
		IN_HOME(the_report_says_who_won_and_who_is_shadowed),
		IN_HOME(what_a_choice_on_the_command_line_passes_over_is_shadowed),
		IN_HOME(a_profile_that_nobody_named_is_the_rest_of_the_chain),
		IN_HOME(a_broken_source_is_marked_and_those_behind_it_are_not_asked),
		IN_HOME(no_secret_is_in_the_report),
		IN_HOME(services_that_want_signatures_get_the_chain_behind_the_bearer_token),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
