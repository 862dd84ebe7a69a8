/*
 * test_chat.c - the whole program on a pty, talking to the simulator over a real socket.
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
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "screen/adit_test.h"


static struct sim sim;

static int
setup(void **state)
{
	static const char rules[] =
	    "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["
	    "{\"match\":{\"contains\":\"count\"},\"answer\":[{\"rate\":{\"pieces_per_s\":100,\"seconds\":2,\"piece\":\"[{n}] \"}}]},"
	    "{\"match\":{\"contains\":\"linger\"},\"answer\":[{\"rate\":{\"pieces_per_s\":50,\"seconds\":6,\"piece\":\"[{n}] \"}}]},"
	    "{\"match\":{\"contains\":\"endless\"},\"answer\":[{\"rate\":{\"pieces_per_s\":50,\"seconds\":60,\"piece\":\"[{n}] \"}}]},"
	    "{\"match\":{\"contains\":\"busy\",\"times\":1},\"answer\":[{\"http\":{\"type\":\"ThrottlingException\","
	    "\"headers\":{\"Retry-After\":\"3\"}}}]},"
	    "{\"match\":{\"contains\":\"hostile\"},\"answer\":[{\"text\":\"A\\u001b[2J\\u001b]0;owned\\u0007B\\rC\\b\\u202eD\"}]},"
	    "{\"match\":{\"contains\":\"wide\"},\"answer\":[{\"text\":\"caf\\u00e9 \\u6f22\\u5b57 end\"}]},"
	    "{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}";
	char scenario[512];
	run_rules(&sim, rules);
	setenv("AWS_MAX_ATTEMPTS", "4", 1);
	source_path("data/scenarios", scenario);
	setenv("ADIT_SCENARIOS", scenario, 1);
	*state = &sim;
	return 0;
}

static struct vtty *
start(void)
{
	return adit_with(24, 80, NULL, NULL);
}

/* Leaves by the keyboard; the exit status. */
static void
a_question_is_answered_on_the_screen(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "hello there\r");
	assert_true(vtty_wait(t, "You said: hello there", LONG));
	assert_true(vtty_wait(t, "keys", LONG));
	assert_true(vtty_wait(t, "us-east-1", LONG));
	vtty_type(t, "\004");
	assert_true(vtty_wait(t, "Resume with: adit --resume", LONG));
	int st = vtty_finish(t);
	assert_true(WIFEXITED(st) && WEXITSTATUS(st) == 0);
}

static void
the_bar_learns_the_account_and_alt_a_opens_it(void **state)
{
	(void)state;
	struct vtty *t = start();
	assert_false(vtty_has(t, "AKIDEXAMPLE"));
	vtty_type(t, "hello there\r");
	assert_true(vtty_wait(t, "1234-5678-9012", LONG));
	vtty_type(t, "\033a");
	assert_true(vtty_wait(t, "The chain, in the order in which it is asked:", LONG));
	assert_true(vtty_wait(t, "environment keys found", LONG));
	assert_true(vtty_wait(t, "user/sim", LONG));
	vtty_type(t, "q");
	assert_true(vtty_wait_gone(t, "user/sim", LONG));
	leave(t);
}

static void
doctor_looks_on_a_thread_of_its_own_and_shows_its_lines(void **state)
{
	(void)state;
	static const char *const args[] = { "-m", A_MODEL, NULL };
	struct vtty *t = adit_start(50, 120, NULL, args);
	assert_true(vtty_wait(t, "opus-4-6", LONG));
	vtty_type(t, "/doctor\r");
	assert_true(vtty_wait(t, "permission bedrock:CountTokens", LONG));
	assert_true(vtty_wait(t, "files Nobody else", LONG));
	vtty_type(t, "q");
	assert_true(vtty_wait_gone(t, "files Nobody else", LONG));
	vtty_type(t, "/doctor --matrix\r");
	assert_true(vtty_wait(t, "files Nobody else", LONG));
	vtty_type(t, "G");                      /* the grid is at the end */
	assert_true(vtty_wait(t, "token-count", LONG));
	assert_true(vtty_wait(t, "chat-whole", LONG));
	const char *row = vtty_row(t, vtty_find(t, "chat-whole"));
	assert_non_null(strstr(row, "bedrock:InvokeModel"));
	assert_non_null(strstr(row, " ok "));
	vtty_type(t, "q");
	assert_true(vtty_wait_gone(t, "token-count", LONG));
	leave(t);
}

static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x20\0\0\0\x10\x08\x06\0\0\0";

/* A file that is dropped on the terminal is pasted as its path, in quotes; Tab completes what is typed behind "@". */
static void
a_pasted_path_and_a_completed_name_are_files_that_go_along(void **state)
{
	(void)state;
	char *dropped = mem_printf("%s/my photo.png", sim.dir), *typed = mem_printf("%s/picture-of-it.png", sim.dir);
	assert_int_equal(file_replace(dropped, png, sizeof png, 0600, NULL), 0);
	assert_int_equal(file_replace(typed, png, sizeof png, 0600, NULL), 0);
	static const char *const args[] = { "-m", A_MODEL, NULL };
	struct vtty *t = adit_start(24, 160, NULL, args);
	assert_true(vtty_wait(t, "opus-4-6", LONG));
	char *paste = mem_printf("\033[200~'%s'\033[201~", dropped), *word = mem_printf("and @%s/picture-o\t", sim.dir);
	vtty_type(t, paste);
	assert_true(vtty_wait(t, "my photo.png\"", LONG));
	vtty_type(t, word);
	assert_true(vtty_wait(t, "picture-of-it.png", LONG));
	vtty_type(t, "please\r");
	assert_true(vtty_wait(t, "[my photo.png: png, 32 \xc3\x97 16, 30 B]", LONG));
	assert_true(vtty_wait(t, "[picture-of-it.png: png, 32 \xc3\x97 16, 30 B]", LONG));
	struct json_object *line = question_line(&sim, 1, false);
	struct json_object *content = json_get(json_item(json_at(line, "body.messages"), 0), "content");
	assert_non_null(json_get(json_item(content, 1), "image"));
	assert_non_null(json_get(json_item(content, 2), "image"));
	json_free(line);
	leave(t);
	free(paste);
	free(word);
	free(dropped);
	free(typed);
}

static void
a_file_that_cannot_be_sent_leaves_the_message_in_the_input(void **state)
{
	(void)state;
	struct vtty *t = start();
	char *path = mem_printf("%s/core.bin", sim.dir), *line = mem_printf("what is in @%s please\r", path);
	assert_int_equal(file_replace(path, "\0\1\2", 3, 0600, NULL), 0);
	vtty_type(t, line);
	assert_true(vtty_wait(t, "neither text in UTF-8", LONG));
	assert_true(vtty_wait(t, "core.bin please", LONG));
	vtty_type(t, "\025fine now\r");
	assert_true(vtty_wait(t, "You said: fine now", LONG));
	free(line);
	free(path);
	leave(t);
}

static void
escape_stops_the_reply_and_keeps_what_arrived(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "endless\r");
	assert_true(vtty_wait(t, "[12]", LONG));
	vtty_type(t, "\033");
	assert_true(vtty_wait(t, "Stopped. What arrived is kept.", LONG));
	assert_true(vtty_wait(t, "[12]", LONG));
	struct json_object *end = question_line(&sim, 1, true);
	assert_string_equal(json_text(end, "done"), "client-closed");
	json_free(end);
	vtty_type(t, "and again\r");
	assert_true(vtty_wait(t, "You said: and again", LONG));
	leave(t);
}

static void
what_is_typed_meanwhile_is_queued_and_sent_afterwards(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "linger\r");
	assert_true(vtty_wait(t, "[3]", LONG));
	vtty_type(t, "the next one\r");
	assert_true(vtty_wait(t, "queued", LONG));
	assert_false(vtty_has(t, "You said"));
	assert_true(vtty_wait(t, "You said: the next one", LONG));
	assert_true(vtty_wait_gone(t, "queued", LONG));
	leave(t);
}

static void
a_throttled_request_counts_down_and_then_answers(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "busy\r");
	assert_true(vtty_wait(t, "trying again in", LONG));
	assert_true(vtty_wait(t, "You said: busy", LONG));
	leave(t);
}

static void
a_hostile_reply_cannot_touch_the_terminal(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "hostile\r");
	assert_true(vtty_wait(t, "\xe2\x90\x9b[2J", LONG));     /* the picture of ESC */
	assert_false(vtty_sent(t, "owned\a"));
	assert_true(vtty_wait(t, "hostile", LONG));
	leave(t);
}

static void
sigterm_restores_the_terminal(void **state)
{
	(void)state;
	struct vtty *t = start();
	assert_true(vtty_altscreen(t));
	vtty_kill(t, SIGTERM);
	assert_true(vtty_wait_end(t, LONG));
	assert_false(vtty_altscreen(t));
	assert_true(vtty_is_cooked(t));
	int st = vtty_finish(t);
	assert_true(WIFEXITED(st) && WEXITSTATUS(st) == 128 + SIGTERM);
}

static void
a_crash_restores_the_terminal(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_kill(t, SIGSEGV);
	assert_true(vtty_wait_end(t, LONG));
	assert_false(vtty_altscreen(t));
	assert_true(vtty_is_cooked(t));
	int st = vtty_finish(t);
	/* A sanitizer's handler may exit instead of dying from the signal. */
	assert_true(WIFSIGNALED(st) || WEXITSTATUS(st) != 0);
}

/* The reply that the next request of this conversation carries. */
static char *
stored_reply(void)
{
	struct run r;
	const char *args[] = { "-p", "-c", "go on", NULL };
	run_adit(&r, NULL, args);
	assert_string_equal(buf_str(&r.err), "");
	run_done(&r);
	struct json_object *line = question_line(&sim, 2, false);
	struct json_object *reply = json_item(json_at(line, "body.messages"), 1);
	assert_string_equal(json_str(reply, "role", ""), "assistant");
	char *text = mem_strdup(json_str(json_item(json_get(reply, "content"), 0), "text", ""));
	json_free(line);
	return text;
}

static void
a_broken_connection_lets_the_reply_finish(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "count\r");
	assert_true(vtty_wait(t, "[5]", LONG));
	vtty_kill(t, SIGHUP);
	assert_true(vtty_wait_end(t, LONG));
	vtty_finish(t);
	char *text = stored_reply();
	assert_non_null(strstr(text, "[200]"));
	free(text);
}

static void
continue_shows_the_conversation_again(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "remember me\r");
	assert_true(vtty_wait(t, "You said: remember me", LONG));
	leave(t);
	static const char *const args[] = { "--continue", NULL };
	t = adit_start(24, 80, NULL, args);
	assert_true(vtty_wait(t, "You said: remember me", LONG));
	leave(t);
}

static void
a_reply_survives_a_storm_of_resizes(void **state)
{
	(void)state;
	static const int sizes[][2] = { { 10, 40 }, { 40, 120 }, { 1, 1 }, { 3, 200 }, { 24, 80 }, { 60, 20 } };
	struct vtty *t = start();
	vtty_type(t, "count\r");
	for (int i = 0; i < 60; i++) {
		const int *size = sizes[i % (int)(sizeof sizes / sizeof *sizes)];
		vtty_resize(t, size[0], size[1]);
		vtty_settle(t, 5);
	}
	vtty_resize(t, 24, 80);
	assert_true(vtty_wait(t, "[200]", LONG));
	leave(t);
}

static void
forty_columns_are_enough(void **state)
{
	(void)state;
	static const char *const args[] = { "-m", A_MODEL, NULL };
	struct vtty *t = adit_start(10, 40, NULL, args);
	assert_true(vtty_wait(t, "opus-4-6", LONG));
	vtty_type(t, "hello\r");
	assert_true(vtty_wait(t, "You said: hello", LONG));
	leave(t);
}

static void
a_locale_without_utf_8_gets_ascii(void **state)
{
	(void)state;
	static const char *const args[] = { "-m", A_MODEL, NULL };
	static const char *const env[] = { "LC_ALL=C", NULL };
	struct vtty *t = adit_start(24, 80, env, args);
	assert_true(vtty_wait(t, "opus-4-6", LONG));
	vtty_type(t, "wide\r");
	assert_true(vtty_wait(t, "end", LONG));
	size_t n;
	const char *raw = vtty_raw(t, &n);
	for (size_t i = 0; i < n; i++)
		assert_true((unsigned char)raw[i] < 0x80);
	leave(t);
}

static void
a_dumb_terminal_gets_lines(void **state)
{
	(void)state;
	static const char *const args[] = { "-m", A_MODEL, NULL };
	static const char *const env[] = { "TERM=dumb", NULL };
	struct vtty *t = adit_start(24, 80, env, args);
	assert_true(vtty_wait(t, "line by line", LONG));
	assert_false(vtty_altscreen(t));
	assert_true(prompted(t));
	vtty_type(t, "hello\r");
	assert_true(vtty_wait(t, "You said: hello", LONG));
	assert_true(prompted(t));
	vtty_type(t, "/usage\r");
	assert_true(vtty_wait(t, "Last reply", LONG));
	assert_true(prompted(t));
	vtty_type(t, "\004");
	int st = vtty_finish(t);
	assert_true(WIFEXITED(st) && WEXITSTATUS(st) == 0);
}

/* Whether any "ESC [ … m" among the bytes sets a foreground or background colour. */
static bool
sets_colours(const char *s, size_t n)
{
	for (size_t i = 0; i + 2 < n; i++) {
		if (s[i] != '\033' || s[i + 1] != '[')
			continue;
		size_t len = strspn(s + i + 2, "0123456789;");
		if (s[i + 2 + len] != 'm')
			continue;
		for (const char *p = s + i + 2; p < s + i + 2 + len; p += strspn(p, "0123456789") + 1) {
			long v = strtol(p, NULL, 10);
			if ((v >= 30 && v <= 38) || (v >= 40 && v <= 48) || v >= 90)
				return true;
		}
	}
	return false;
}

static void
no_color_sends_no_colour(void **state)
{
	(void)state;
	static const char *const args[] = { "-m", A_MODEL, NULL };
	static const char *const env[] = { "NO_COLOR=1", NULL };
	struct vtty *t = adit_start(24, 80, env, args);
	assert_true(vtty_wait(t, "opus-4-6", LONG));
	vtty_type(t, "hello\r");
	assert_true(vtty_wait(t, "You said: hello", LONG));
	size_t n;
	const char *raw = vtty_raw(t, &n);
	assert_false(sets_colours(raw, n));
	leave(t);
}

static void
without_credentials_three_lines_and_the_demo(void **state)
{
	(void)state;
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	struct vtty *t = adit_start(24, 80, NULL, NULL);
	assert_true(vtty_wait(t, "found no AWS credentials", LONG));
	assert_true(vtty_wait(t, "/demo", LONG));
	vtty_type(t, "/demo\r");
	assert_true(vtty_wait(t, "This is the demo", LONG));
	vtty_type(t, "tour\r");
	assert_true(vtty_wait(t, "Type markdown", LONG));
	leave(t);
}

/* A tool that asks nobody, two subagents in panes of their own, the picker: what the tour promises is there. */
static void
the_demo_shows_a_tool_two_subagents_and_the_picker(void **state)
{
	(void)state;
	static const char *const args[] = { "--demo", NULL };
	struct vtty *t = adit_start(30, 120, NULL, args);
	assert_true(vtty_wait(t, "This is the demo", LONG));
	vtty_type(t, "tools\r");
	assert_true(vtty_wait(t, "Type agents", LONG));
	assert_true(vtty_wait(t, "list_files", LONG));
	assert_false(vtty_has(t, "y once"));
	vtty_type(t, "agents\r");
	assert_true(vtty_wait(t, "1 survey", LONG));
	assert_true(vtty_wait(t, "2 lamp", LONG));
	assert_true(vtty_wait(t, "The survey is done", LONG));
	assert_true(vtty_wait(t, "Type slow", LONG));
	vtty_type(t, "/models\r");
	assert_true(vtty_wait(t, "Enter use", LONG));
	vtty_type(t, "\033");
	assert_true(vtty_wait_gone(t, "Enter use", LONG));
	leave(t);
}

/* The first child of a process, 0 when it has none. */
static pid_t
child_of(pid_t pid)
{
	char *path = mem_printf("/proc/%d/task/%d/children", (int)pid, (int)pid);
	struct buf b = { 0 };
	long child = file_read(path, 4096, &b, NULL) == 0 ? strtol(buf_str(&b), NULL, 10) : 0;
	buf_done(&b);
	free(path);
	return (pid_t)child;
}

static void
the_demo_leaves_no_process_behind(void **state)
{
	(void)state;
	static const int ends[] = { 0, SIGTERM, SIGKILL };
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		static const char *const args[] = { "--demo", NULL };
		struct vtty *t = adit_start(24, 80, NULL, args);
		assert_true(vtty_wait(t, "This is the demo", LONG));
		pid_t simulator = child_of(vtty_pid(t));
		assert_true(simulator > 0);
		if (ends[i] == 0) {
			leave(t);
		} else {
			vtty_kill(t, ends[i]);
			vtty_finish(t);
		}
		/* Orphaned by SIGKILL it still ends by itself, once its parent's pipe closes. */
		run_assert_gone(simulator, false);
	}
}

static void
an_unknown_command_is_answered_with_the_nearest(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "/modle\r");
	assert_true(vtty_wait(t, "Did you mean /model?", LONG));
	vtty_type(t, "/auth\r");
	assert_true(vtty_wait(t, "environment keys", LONG));
	vtty_type(t, "q");
	assert_true(vtty_wait_gone(t, "The chain", LONG));
	leave(t);
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, run_teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_question_is_answered_on_the_screen),
		scene(the_bar_learns_the_account_and_alt_a_opens_it),
		scene(doctor_looks_on_a_thread_of_its_own_and_shows_its_lines),
		scene(a_pasted_path_and_a_completed_name_are_files_that_go_along),
		scene(a_file_that_cannot_be_sent_leaves_the_message_in_the_input),
		scene(escape_stops_the_reply_and_keeps_what_arrived),
		scene(what_is_typed_meanwhile_is_queued_and_sent_afterwards),
		scene(a_throttled_request_counts_down_and_then_answers),
		scene(a_hostile_reply_cannot_touch_the_terminal),
		scene(sigterm_restores_the_terminal),
		scene(a_crash_restores_the_terminal),
		scene(a_broken_connection_lets_the_reply_finish),
		scene(continue_shows_the_conversation_again),
		scene(a_reply_survives_a_storm_of_resizes),
		scene(forty_columns_are_enough),
		scene(a_locale_without_utf_8_gets_ascii),
		scene(a_dumb_terminal_gets_lines),
		scene(no_color_sends_no_colour),
		scene(without_credentials_three_lines_and_the_demo),
		scene(the_demo_shows_a_tool_two_subagents_and_the_picker),
		scene(the_demo_leaves_no_process_behind),
		scene(an_unknown_command_is_answered_with_the_nearest),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
