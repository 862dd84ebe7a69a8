/*
 * test_refresh.c - sixteen agents at once, one provider: credentials that end in the middle are renewed once.
 *
 * The agents are the program's own, in this process; the simulator answers over
 * a real socket.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "agent/agent.h"
#include "aws/aws.h"
#include "aws/creds.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "e2e/run.h"
#include "model/call.h"
#include "net/engine.h"

#define A_MODEL "us.anthropic.claude-opus-4-6-v1"
#define FIRST	"AKIDEXAMPLE"
#define SECOND	"AKIDSIMDEMO"

enum { AGENTS = 16, PATIENCE_MS = 60000 };

/* The wire is open for a second while the clock is moved: answers must still be under way then. */
static const char rules[] =
    "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["
    "{\"match\":{\"contains\":\"slowly\"},"
    "\"answer\":[{\"rate\":{\"pieces_per_s\":50,\"seconds\":1,\"piece\":\"[{n}] \"}}]},"
    "{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]";

/* Gives the first keys once, with the expiration of ~/expires, then the second ones. */
static const char helper[] =
    "#!/bin/sh\ncd\necho x >>runs\n"
    "if [ $(wc -l <runs) -eq 1 ]; then\n"
    "id=" FIRST " secret=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY; else\n"
    "id=" SECOND " secret=simsecretsimsecretsimsecretsimsecret1234; fi\n"
    "echo '{\"Version\":1,\"AccessKeyId\":\"'$id'\",\"SecretAccessKey\":\"'$secret'\",\"Expiration\":\"'$(cat expires)'\"}'\n";

struct world {
	struct sim		 sim;
	struct agent_env	 env;
	struct timers		 timers;
	struct agent_quirks	 quirks;
	struct agent		*agents[AGENTS];
	int			 texts[AGENTS], ends[AGENTS];
};
static struct world w;

/* ---- the world ----------------------------------------------------------------------------- */

static void
write_home(const char *name, const char *text, mode_t mode)
{
	char *path = mem_printf("%s/%s", getenv("HOME"), name);
	assert_int_equal(file_replace(path, text, strlen(text), mode, NULL), 0);
	free(path);
}

static void
expires_in(int64_t seconds)
{
	char when[32];
	clock_iso8601(clock_wall() + seconds, when);
	write_home("expires", when, 0600);
}

static void
on_event(void *arg, struct agent *a, enum agent_event ev, const char *text, size_t n)
{
	size_t i = (size_t)(uintptr_t)arg;
	(void)a;
	(void)text;
	(void)n;
	w.texts[i] += ev == AGENT_EV_TEXT;
	w.ends[i] += ev == AGENT_EV_END;
}

static void
start(const char *identity, const struct aws_options *options)
{
	char scenario[512];
	memset(&w, 0, sizeof w);
	sim_dir(&w.sim);
	char *text = mem_printf("%s%s}", rules, identity);
	sim_file(&w.sim, "rules.json", text, scenario);
	free(text);
	const char *args[] = { "--scenario", scenario, NULL };
	sim_start(&w.sim, args);
	run_env(&w.sim);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	w.env = (struct agent_env){ .engine = engine_start(),
		.worker = worker_start("test-creds"),
		.disk = worker_start("test-disk"),
		.mailbox = mailbox_new(),
		.timers = &w.timers,
		.quirks = &w.quirks };
	w.env.aws = aws_new(options, w.env.engine);
	for (size_t i = 0; i < AGENTS; i++) {
		struct agent_options o = { .label = "one of many", .model = A_MODEL,
			.params = { .temperature = -1, .top_p = -1 } };
		w.agents[i] = agent_new(&w.env, &o);
		agent_on_event(w.agents[i], on_event, (void *)(uintptr_t)i);
	}
}

/* One round of what the program's loop does. */
static void
turn_round(void)
{
	struct pollfd p = { mailbox_fd(w.env.mailbox), POLLIN, 0 };
	int wait = timers_wait(&w.timers);
	poll(&p, 1, wait < 0 || wait > 20 ? 20 : wait);
	mailbox_deliver(w.env.mailbox);
	timers_run(&w.timers);
}

static bool
all(const int *counts, int least)
{
	for (size_t i = 0; i < AGENTS; i++)
		if (counts[i] < least)
			return false;
	return true;
}

static void
until_all(const int *counts, int least)
{
	int64_t deadline = clock_ms() + PATIENCE_MS;
	while (!all(counts, least)) {
		turn_round();
		assert_true(clock_ms() < deadline);
	}
}

static void
say_to_all(const char *text)
{
	for (size_t i = 0; i < AGENTS; i++)
		agent_say(w.agents[i], text);
}

static int
stop(void **state)
{
	(void)state;
	for (size_t i = 0; i < AGENTS; i++)
		agent_free(w.agents[i]);
	int64_t deadline = clock_ms() + PATIENCE_MS;
	while (call_count() > 0) {
		turn_round();
		assert_true(clock_ms() < deadline);
	}
	worker_stop(w.env.worker);
	worker_stop(w.env.disk);
	aws_free(w.env.aws);
	engine_stop(w.env.engine);
	mailbox_free(w.env.mailbox);
	agent_quirks_done(&w.quirks);
	clock_set_wall(0);
	sim_stop(&w.sim);
	return 0;
}

/* ---- what happened --------------------------------------------------------------------------- */

/* Requests for this operation; of this key and with this status, unless NULL and 0. */
static int
requests(const char *operation, const char *key, int status)
{
	struct buf b = { 0 };
	char *path = mem_printf("%s/log", w.sim.dir);
	int n = 0;
	assert_int_equal(file_read(path, 64 << 20, &b, NULL), 0);
	free(path);
	for (const char *line = b.s, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		struct json_object *o = json_parse(line, (size_t)(end - line), NULL);
		assert_non_null(o);
		n += str_same(json_str(o, "operation", ""), operation) &&
		    (key == NULL || str_same(json_str(o, "access_key_id", ""), key)) &&
		    (status == 0 || json_int(o, "status", 0) == status);
		json_free(o);
	}
	buf_done(&b);
	return n;
}

static int
runs(void)
{
	struct buf b = { 0 };
	char *path = mem_printf("%s/runs", getenv("HOME"));
	assert_int_equal(file_read(path, 1 << 20, &b, NULL), 0);
	int n = (int)b.len / 2;
	buf_done(&b);
	free(path);
	return n;
}

static void
expect_answers(void)
{
	for (size_t i = 0; i < AGENTS; i++) {
		const struct err *e = agent_last_error(w.agents[i]);
		if (e->code != ERR_NONE)
			fail_msg("agent %zu: %s", i, e->text);
		assert_string_equal(agent_stop_reason(w.agents[i]), "end_turn");
	}
}

/* ---- tests -------------------------------------------------------------------------------------- */

static int
start_with_process(void **state)
{
	(void)state;
	start("", &(struct aws_options){ .profile = "p" });
	char *folder = mem_printf("%s/.aws", getenv("HOME"));
	assert_int_equal(file_make_dir(folder, 0700, NULL), 0);
	free(folder);
	write_home("helper", helper, 0700);
	write_home(".aws/config", "[profile p]\nregion = us-east-1\ncredential_process = ~/helper\n", 0600);
	return 0;
}

static void
credentials_that_end_mid_way_are_renewed_by_one_run_for_sixteen_turns(void **state)
{
	(void)state;
	enum { LIFE = 130 };            /* what the simulator forgives a clock for is 300 */
	expires_in(LIFE);
	say_to_all("slowly");
	until_all(w.texts, 1);
	assert_int_equal(runs(), 1);
	/* All of them are in the middle of an answer. Now the credentials end, and each goes on to another. */
	clock_set_wall(clock_wall() + LIFE + 5);
	expires_in(3600);
	say_to_all("and again");
	until_all(w.ends, 2);
	expect_answers();
	assert_int_equal(runs(), 2);
	assert_int_equal(requests("ConverseStream", FIRST, 200), AGENTS);
	assert_int_equal(requests("ConverseStream", SECOND, 200), AGENTS);
	assert_int_equal(requests("ConverseStream", NULL, 0), 2 * AGENTS);
}

static int
start_with_container(void **state)
{
	(void)state;
	start(",\"identity\":{\"faults\":[{\"service\":\"ecs\",\"fault\":\"revoked\",\"nth\":1}]}", NULL);
	char *url = mem_printf("http://127.0.0.1:%u/v2/credentials/task", w.sim.port);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
	free(url);
	return 0;
}

static void
sixteen_refusals_of_one_generation_cause_one_refresh(void **state)
{
	(void)state;
	say_to_all("hello");
	until_all(w.ends, 1);
	expect_answers();
	assert_int_equal(requests("GetCredentials", NULL, 0), 2);
	assert_in_range(requests("ConverseStream", "ASIASIMECS0001", 403), 1, AGENTS);
	assert_int_equal(requests("ConverseStream", "ASIASIMECS0002", 200), AGENTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(credentials_that_end_mid_way_are_renewed_by_one_run_for_sixteen_turns,
		    start_with_process, stop),
		cmocka_unit_test_setup_teardown(sixteen_refusals_of_one_generation_cause_one_refresh,
		    start_with_container, stop),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
