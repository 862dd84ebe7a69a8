/*
 * test_kill.c - a program killed at any moment loses at most the last two seconds of a reply.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/vec.h"
#include "e2e/run.h"

#define A_MODEL "us.anthropic.claude-opus-4-6-v1"

static int
setup(void **state)
{
	static struct sim sim;
	static const char rules[] =
	    "{\"rules\":[{\"match\":{\"contains\":\"count\"},\"answer\":[{\"rate\":{\"pieces_per_s\":50,"
	    "\"seconds\":20,\"piece\":\"[{n}] \"}}]},{\"match\":{},\"answer\":[{\"text\":\"fine\"}]}]}";
	run_rules(&sim, rules);
	*state = &sim;
	return 0;
}

/* The number in the last "[n]" of a text; 0 when there is none. */
static long
last_number(const char *s)
{
	const char *at = strrchr(s, '[');
	while (at != NULL && strchr(at, ']') == NULL) {
		char *head = mem_strndup(s, (size_t)(at - s));
		const char *before = strrchr(head, '[');
		at = before != NULL ? s + (before - head) : NULL;
		free(head);
	}
	return at != NULL ? strtol(at + 1, NULL, 10) : 0;
}

struct moment {
	int64_t	 ms;
	long	 number;
};

/* Starts a count, kills it once piece `n` was printed; returns the last number that had been printed two seconds before
 * that, when it was read here. */
static long
kill_after(int n)
{
	const char *args[] = { "-p", "-m", A_MODEL, "count", NULL };
	int out;
	struct VEC(struct moment) read = { 0 };
	struct buf got = { 0 };
	pid_t pid = run_start(args, &out);
	for (long last = 0; last < n; last = last_number(buf_str(&got))) {
		char next[32];
		snprintf(next, sizeof next, "[%ld]", last + 1);
		assert_true(run_read_until(out, &got, next));
		vec_add(&read, ((struct moment){ clock_ms(), last_number(buf_str(&got)) }));
	}
	int64_t killed = clock_ms();
	kill(pid, SIGKILL);
	assert_int_equal(run_wait(pid), 128 + SIGKILL);
	close(out);
	long safe = 0;
	for (size_t i = 0; i < read.n && read.v[i].ms <= killed - 2000; i++)
		safe = read.v[i].number;
	vec_done(&read);
	buf_done(&got);
	return safe;
}

static void
a_killed_reply_is_there_up_to_the_last_two_seconds(void **state)
{
	struct sim *sim = *state;
	int request = 0;
	static const int moments[] = { 1, 40, 113, 160 };
	for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
		long safe = kill_after(moments[i]);
		struct run r;
		const char *args[] = { "-p", "-c", "go on", NULL };
		run_adit(&r, NULL, args);
		assert_string_equal(buf_str(&r.err), "");
		assert_int_equal(r.status, 0);
		request += 2;
		struct json_object *line = question_line(sim, request, false);
		struct json_object *messages = json_at(line, "body.messages");
		assert_string_equal(json_str(json_item(json_get(json_item(messages, 0), "content"), 0), "text", ""), "count");
		struct json_object *second = json_item(messages, 1);
		if (strcmp(json_str(second, "role", ""), "assistant") == 0) {
			const char *kept = json_str(json_item(json_get(second, "content"), 0), "text", "");
			assert_true(last_number(kept) >= safe);
		} else {
			assert_int_equal(safe, 0);
		}
		json_free(line);
		run_done(&r);
	}
}

/* Whoever has paid for an answer can see the question: the request leaves after the message is in the file. */
static void
a_message_whose_request_arrived_is_in_the_session(void **state)
{
	struct sim *sim = *state;
	enum { TIMES = 12 };
	for (int i = 0; i < TIMES; i++) {
		char text[32];
		snprintf(text, sizeof text, "count from %d", i);
		const char *args[] = { "-p", "-m", A_MODEL, text, NULL };
		int out;
		pid_t pid = run_start(args, &out);
		json_free(question_line(sim, i + 1, false));
		kill(pid, SIGKILL);
		assert_int_equal(run_wait(pid), 128 + SIGKILL);
		close(out);
		struct run r;
		const char *list[] = { "sessions", "list", "--json", NULL };
		run_adit(&r, NULL, list);
		assert_non_null(strstr(buf_str(&r.out), text));
		run_done(&r);
	}
}

static void
an_untouched_session_says_nothing_of_repairs(void **state)
{
	(void)state;
	struct run r;
	const char *first[] = { "-p", "-m", A_MODEL, "hello", NULL };
	run_adit(&r, NULL, first);
	run_done(&r);
	const char *again[] = { "sessions", "export", "--format", "jsonl", NULL, NULL };
	const char *list[] = { "sessions", "list", "--json", NULL };
	run_adit(&r, NULL, list);
	struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL);
	again[4] = json_str(json_item(json_get(o, "sessions"), 0), "id", NULL);
	struct run e;
	run_adit(&e, NULL, again);
	assert_int_equal(e.status, 0);
	assert_non_null(strstr(buf_str(&e.out), "hello"));
	assert_non_null(strstr(buf_str(&e.out), "fine"));
	run_done(&e);
	json_free(o);
	run_done(&r);
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, run_teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_killed_reply_is_there_up_to_the_last_two_seconds),
		scene(a_message_whose_request_arrived_is_in_the_session),
		scene(an_untouched_session_says_nothing_of_repairs),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
