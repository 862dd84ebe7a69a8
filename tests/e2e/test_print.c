/*
 * test_print.c - `adit -p` from end to end: the real program, a real socket, and the simulator that checks every
 * signature by its own reading of the rules.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "e2e/run.h"

#define A_MODEL "us.anthropic.claude-opus-4-6-v1"

static int
setup(void **state)
{
	static struct sim sim;
	memset(&sim, 0, sizeof sim);
	sim_start_scenario(&sim, "data/scenarios/test.json");
	run_env(&sim);
	*state = &sim;
	return 0;
}

static void
ask(struct run *r, const char *text)
{
	const char *args[] = { "-p", "-m", A_MODEL, text, NULL };
	run_adit(r, NULL, args);
}

static void
an_answer_goes_to_standard_output(void **state)
{
	(void)state;
	struct run r;
	ask(&r, "echo hello there");
	assert_string_equal(buf_str(&r.err), "");
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.out), "hello there"));
	assert_int_equal(r.out.s[r.out.len - 1], '\n');
	run_done(&r);
}

static void
the_wire_carries_the_key_of_the_environment_and_a_verified_signature(void **state)
{
	struct sim *sim = *state;
	struct run r;
	ask(&r, "echo who am I");
	struct json_object *line = log_line(sim, 1, false);
	assert_string_equal(json_text(line, "access_key_id"), "AKIDEXAMPLE");
	assert_string_equal(json_text(line, "operation"), "ConverseStream");
	assert_string_equal(json_text(line, "model"), A_MODEL);
	assert_true(json_flag(line, "verified", false));
	assert_non_null(strstr(json_text(line, "user_agent"), "adit/"));
	json_free(line);
	run_done(&r);
}

static void
a_bearer_token_beats_the_keys(void **state)
{
	struct sim *sim = *state;
	struct run r;
	setenv("AWS_BEARER_TOKEN_BEDROCK", "ABSKsimdemo", 1);
	ask(&r, "echo bearer");
	unsetenv("AWS_BEARER_TOKEN_BEDROCK");
	assert_int_equal(r.status, 0);
	struct json_object *line = log_line(sim, 1, false);
	assert_string_equal(json_text(line, "auth"), "bearer");
	json_free(line);
	run_done(&r);
}

static void
what_is_piped_in_follows_the_prompt(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", A_MODEL, "echo first", NULL };
	run_adit(&r, "second from the pipe\n", args);
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.out), "first"));
	assert_non_null(strstr(buf_str(&r.out), "second from the pipe"));
	run_done(&r);
}

static void
a_model_is_chosen_from_what_there_is(void **state)
{
	struct sim *sim = *state;
	struct run r;
	const char *args[] = { "-p", "echo which model", NULL };
	run_adit(&r, NULL, args);
	assert_string_equal(buf_str(&r.err), "");
	assert_int_equal(r.status, 0);
	bool chatted = false;
	for (int i = 1; i <= 16 && !chatted; i++) {
		struct json_object *line = log_line(sim, i, false);
		chatted = strcmp(json_text(line, "operation"), "ConverseStream") == 0;
		if (chatted)
			assert_non_null(strstr(json_text(line, "model"), "claude"));
		json_free(line);
	}
	assert_true(chatted);
	run_done(&r);
}

static void
json_output_is_one_document(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", A_MODEL, "--output-format", "json", "echo as json", NULL };
	run_adit(&r, NULL, args);
	struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL);
	assert_non_null(o);
	assert_non_null(strstr(json_str(o, "text", ""), "as json"));
	assert_string_equal(json_str(o, "stopReason", ""), "end_turn");
	assert_string_equal(json_str(o, "model", ""), A_MODEL);
	assert_int_equal(strlen(json_str(o, "session", "")), 8);
	assert_true(json_int(json_get(o, "usage"), "output", 0) > 0);
	assert_true(json_num(o, "cost", -1) > 0);
	assert_null(json_get(o, "error"));
	json_free(o);
	run_done(&r);
}

/* Calls each for every line of standard output. */
static int
count_types(const struct run *r, const char *type, char *text, size_t size)
{
	int n = 0;
	const char *s = buf_str(&r->out);
	text[0] = '\0';
	while (*s != '\0') {
		size_t len = strcspn(s, "\n");
		struct json_object *o = json_parse(s, len, NULL);
		assert_non_null(o);
		if (strcmp(json_str(o, "type", ""), type) == 0) {
			n++;
			strncat(text, json_str(o, "text", ""), size - strlen(text) - 1);
		}
		json_free(o);
		s += len + (s[len] == '\n');
	}
	return n;
}

static void
stream_json_begins_with_the_session_and_ends_with_the_end(void **state)
{
	(void)state;
	struct run r;
	char text[4096];
	const char *args[] = { "-p", "-m", A_MODEL, "--output-format", "stream-json", "reason", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	assert_ptr_equal(strstr(buf_str(&r.out), "{\"type\":\"session\""), r.out.s);
	assert_int_equal(count_types(&r, "session", text, sizeof text), 1);
	assert_true(count_types(&r, "reasoning", text, sizeof text) >= 1);
	assert_true(strlen(text) > 0);
	assert_true(count_types(&r, "text", text, sizeof text) >= 1);
	assert_int_equal(count_types(&r, "usage", text, sizeof text), 1);
	assert_int_equal(count_types(&r, "end", text, sizeof text), 1);
	run_done(&r);
}

/* Every fault a user can meet: what was asked, the exit status, what standard error must say. */
static const struct {
	const char	*ask;
	int		 status;
	const char	*says;
} faults[] = {
	{ "fault throttle-once", 5, "hrottl" },
	{ "fault throttle-day", 5, "day" },
	{ "fault 500", 5, NULL },
	{ "fault 503", 5, NULL },
	{ "fault 502-html", 5, NULL },
	{ "fault 504-empty", 5, NULL },
	{ "fault html", 6, "proxy" },
	{ "fault json-200", 6, NULL },
	{ "fault redirect", -1, NULL },
	{ "fault denied-iam", 4, "bedrock:InvokeModelWithResponseStream" },
	{ "fault denied-marketplace", 4, "arketplace" },
	{ "fault denied", 4, NULL },
	{ "fault expired", 3, "AWS_ACCESS_KEY_ID" },
	{ "fault unrecognized", 3, NULL },
	{ "fault signature", 3, NULL },
	{ "fault end-of-life", 4, NULL },
	{ "fault not-found", 4, NULL },
	{ "fault on-demand", 4, NULL },
	{ "fault model-id", 4, NULL },
	{ "fault validation", 1, NULL },
	{ "fault hostile-error", -1, NULL },
	{ "fault cut", -1, NULL },
	{ "fault cut-start", -1, NULL },
	{ "fault empty", -1, NULL },
	{ "fault end", -1, NULL },
	{ "fault corrupt-prelude", 65, NULL },
	{ "fault corrupt-message", 65, NULL },
	{ "fault corrupt-length", 65, NULL },
	{ "fault corrupt-headers", 65, NULL },
	{ "fault corrupt-headertype", 65, NULL },
	{ "fault corrupt-duplicate", 65, NULL },
	{ "fault oversize", 65, NULL },
	{ "fault garbage", 65, NULL },
	{ "fault bad-json", -1, NULL },
	{ "fault exception-throttling", 5, NULL },
	{ "fault exception-internal", 5, NULL },
	{ "fault exception-unavailable", 5, NULL },
	{ "fault exception-throttling-late", 5, NULL },
	{ "fault exception-validation", 1, NULL },
	{ "fault exception-model", -1, NULL },
	{ "fault exception-unknown", -1, NULL },
	{ "fault error-frame", -1, NULL },
	{ "fault error-frame-late", -1, NULL },
};

static void
every_fault_ends_in_one_sentence_and_the_right_status(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		struct run r;
		ask(&r, faults[i].ask);
		if (r.status == 0 || (faults[i].status >= 0 && r.status != faults[i].status))
			fail_msg("%s: status %d, says: %s", faults[i].ask, r.status, buf_str(&r.err));
		const char *nl = strchr(buf_str(&r.err), '\n');
		if (r.err.len < 12 || nl == NULL || nl[1] != '\0' || strncmp(r.err.s, "adit: ", 6) != 0)
			fail_msg("%s: not one sentence: %s", faults[i].ask, buf_str(&r.err));
		if (faults[i].says != NULL && strstr(r.err.s, faults[i].says) == NULL)
			fail_msg("%s: says: %s", faults[i].ask, r.err.s);
		if (memchr(r.err.s, 27, r.err.len) != NULL || strstr(r.err.s, "{\"") != NULL)
			fail_msg("%s: raw bytes or JSON: %s", faults[i].ask, r.err.s);
		run_done(&r);
	}
}

/* What one more try mends, once, by itself. */
static const char *const mended[] = { "fault temperature-once", "fault max-tokens-once",
	"fault no-metadata", "fault no-block-stop", "fault gap", "fault unknown-event", "fault surrogate",
	"two-blocks", "unicode", "cite", "usage-cache", "one-line" };
static const char *const retried[] = { "fault 500-once", "fault 503-once", "fault exception-internal-once",
	"fault exception-unavailable-once", "fault corrupt-start" };

static void
what_can_be_mended_is_mended(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof mended / sizeof *mended; i++) {
		struct run r;
		ask(&r, mended[i]);
		if (r.status != 0)
			fail_msg("%s: status %d, says: %s", mended[i], r.status, buf_str(&r.err));
		run_done(&r);
	}
}

static void
transient_failures_are_tried_again_and_said(void **state)
{
	(void)state;
	setenv("AWS_MAX_ATTEMPTS", "3", 1);
	for (size_t i = 0; i < sizeof retried / sizeof *retried - 1; i++) {
		struct run r;
		ask(&r, retried[i]);
		if (r.status != 0 || strstr(buf_str(&r.err), "again") == NULL)
			fail_msg("%s: status %d, says: %s", retried[i], r.status, buf_str(&r.err));
		run_done(&r);
	}
}

static void
ten_megabytes_arrive_whole(void **state)
{
	(void)state;
	struct run r;
	ask(&r, "flood 10mb");
	assert_int_equal(r.status, 0);
	assert_true(r.out.len >= 10000000);
	run_done(&r);
}

static void
an_interrupt_ends_it_with_130_and_keeps_what_arrived(void **state)
{
	(void)state;
	const char *args[] = { "-p", "-m", A_MODEL, "rate 10", NULL };
	int out;
	struct buf got = { 0 };
	pid_t pid = run_start(args, &out);
	assert_true(run_read_until(out, &got, " "));
	kill(pid, SIGINT);
	assert_int_equal(run_wait(pid), 130);
	close(out);
	struct run r;
	const char *list[] = { "sessions", "list", "--json", NULL };
	run_adit(&r, NULL, list);
	struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL);
	assert_int_equal(json_len(json_get(o, "sessions")), 1);
	json_free(o);
	run_done(&r);
	buf_done(&got);
}

static void
continue_goes_on_with_the_conversation(void **state)
{
	struct sim *sim = *state;
	struct run r;
	ask(&r, "echo one");
	run_done(&r);
	const char *args[] = { "-p", "-c", "echo two", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	struct json_object *line = log_line(sim, 2, false);
	assert_int_equal(json_len(json_at(line, "body.messages")), 3);
	assert_string_equal(json_text(line, "model"), A_MODEL);
	json_free(line);
	run_done(&r);
}

static void
no_session_leaves_no_file(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "--no-session", "-m", A_MODEL, "echo secret", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	char *folder = mem_printf("%s/.local/share/adit/sessions", getenv("HOME"));
	assert_int_not_equal(access(folder, F_OK), 0);
	free(folder);
	run_done(&r);
}

static void
a_home_that_takes_no_files_still_gets_its_answer(void **state)
{
	(void)state;
	struct run r;
	setenv("HOME", "/dev/null/home", 1);
	ask(&r, "echo without a home");
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.out), "without a home"));
	assert_non_null(strstr(buf_str(&r.err), "This conversation is not kept."));
	run_done(&r);
}

static void
a_clock_that_is_wrong_is_corrected_once(void **state)
{
	(void)state;
	struct sim late;
	const char *args[] = { "--skew", "1000", NULL };
	memset(&late, 0, sizeof late);
	sim_start(&late, args);
	run_env(&late);
	struct run r;
	ask(&r, "what time is it");
	assert_int_equal(r.status, 0);
	struct json_object *first = log_line(&late, 1, false), *second = log_line(&late, 2, false);
	assert_int_equal(json_number(first, "status"), 403);
	assert_int_equal(json_number(second, "status"), 200);
	json_free(first);
	json_free(second);
	run_done(&r);
	sim_stop(&late);
}

static void
wrong_usage_is_2_and_nothing_is_sent(void **state)
{
	(void)state;
	static const char *const wrong[][4] = { { "-p", NULL }, { "--no-such-option", NULL },
		{ "-p", "--effort", "extreme", NULL }, { "-p", "--output-format", "xml", NULL } };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct run r;
		run_adit(&r, NULL, wrong[i]);
		assert_int_equal(r.status, 2);
		assert_true(r.err.len > 0);
		run_done(&r);
	}
}

static void
without_credentials_it_says_where_it_looked(void **state)
{
	(void)state;
	struct run r;
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	ask(&r, "echo nobody");
	assert_int_equal(r.status, 3);
	assert_non_null(strstr(buf_str(&r.err), "AWS_ACCESS_KEY_ID"));
	assert_null(strstr(buf_str(&r.err), "API key found"));
	run_done(&r);
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, run_teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(an_answer_goes_to_standard_output),
		scene(the_wire_carries_the_key_of_the_environment_and_a_verified_signature),
		scene(a_bearer_token_beats_the_keys),
		scene(what_is_piped_in_follows_the_prompt),
		scene(a_model_is_chosen_from_what_there_is),
		scene(json_output_is_one_document),
		scene(stream_json_begins_with_the_session_and_ends_with_the_end),
		scene(every_fault_ends_in_one_sentence_and_the_right_status),
		scene(what_can_be_mended_is_mended),
		scene(transient_failures_are_tried_again_and_said),
		scene(ten_megabytes_arrive_whole),
		scene(an_interrupt_ends_it_with_130_and_keeps_what_arrived),
		scene(continue_goes_on_with_the_conversation),
		scene(no_session_leaves_no_file),
		scene(a_home_that_takes_no_files_still_gets_its_answer),
		scene(a_clock_that_is_wrong_is_corrected_once),
		scene(wrong_usage_is_2_and_nothing_is_sent),
		scene(without_credentials_it_says_where_it_looked),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
