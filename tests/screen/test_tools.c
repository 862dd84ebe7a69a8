/*
 * test_tools.c - tools on the screen: what is asked, what the keys do, what is shown.
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

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "screen/adit_test.h"

#define TEN(x) x "1\\n" x "2\\n" x "3\\n" x "4\\n" x "5\\n" x "6\\n" x "7\\n" x "8\\n" x "9\\n" x "0\\n"

static struct sim sim;

static int
setup(void **state)
{
	static const char rules[] =
	    "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["
	    RULE("run it", "{\"text\":\"I run it.\"}," TOOL("shell", "{\"command\":\"echo out\\u202e\\u001b]0;owned\\u0007put >done.txt; echo ready\"}"))
	    RULE("touch", TOOL("shell", "{\"command\":\"echo x >>count.txt\"}"))
	    RULE("hang", TOOL("shell", "{\"command\":\"echo $$ >pid; printf 'par%s\\\\n' tial; sleep 1000\"}"))
	    RULE("edit it", TOOL("edit_file", "{\"path\":\"a.txt\",\"old_text\":\"two\",\"new_text\":\"2\"}"))
	    RULE("long file", TOOL("write_file", "{\"path\":\"long.txt\",\"content\":\"" TEN("") TEN("1") TEN("2") "the end\\n\"}"))
	    RULE("slow", TOOL("shell", "{\"command\":\"while ! [ -e go ]; do sleep 0.02; done; echo went\"}"))
	    "{\"match\":{\"contains\":\"steer it\",\"tool_result\":true},\"answer\":[{\"text\":\"Steered.\"}]},"
	    "{\"match\":{\"tool_result\":true},\"answer\":[{\"text\":\"Done with it.\"}]},"
	    "{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}";
	run_rules(&sim, rules);
	run_work();
	assert_int_equal(file_replace("a.txt", "one\ntwo\nthree\n", 14, 0600, NULL), 0);
	*state = &sim;
	return 0;
}

static struct vtty *
start(void)
{
	return adit_with(24, 80, NULL, NULL);
}

#define KEYS "y once  a always  p project  n no"

/* The nth request to a model: others ask who one is. */
static struct json_object *
chat_line(const struct sim *s, int n)
{
	for (int i = 1;; i++) {
		struct json_object *line = log_line(s, i, false);
		if (json_at(line, "body.messages") != NULL && --n == 0)
			return line;
		json_free(line);
	}
}

static bool
file_has(const char *name, const char *text)
{
	struct buf b = { 0 };
	bool has = file_exists(name) && file_read(name, 1 << 20, &b, NULL) == 0 && strcmp(buf_str(&b), text) == 0;
	buf_done(&b);
	return has;
}

static void
a_command_is_shown_exactly_and_runs_after_yes(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "run it\r");
	sees(t, KEYS);
	sees(t, "Run a command");
	/* Hidden and control characters are seen, not obeyed. */
	assert_true(vtty_wait(t, "echo out<U+202E>\u241b]0;owned\u2407put >done.txt; echo ready", LONG));
	assert_true(vtty_wait(t, "onfined", LONG));
	assert_false(vtty_sent(t, "\033]0;owned"));
	sees(t, "waits for your answer");
	assert_false(file_exists("done.txt"));
	vtty_type(t, "y");
	sees(t, "Done with it.");
	assert_true(vtty_wait(t, "\u25b8 shell", LONG));
	assert_true(file_exists("done.txt"));
	leave(t);
}

static void
no_with_a_reason_goes_to_the_model_and_nothing_is_done(void **state)
{
	struct sim *s = *state;
	struct vtty *t = start();
	vtty_type(t, "edit it\r");
	sees(t, KEYS);
	assert_true(vtty_wait(t, "-two", LONG) && vtty_wait(t, "+2", LONG));
	vtty_type(t, "n");
	sees(t, "Why not?");
	vtty_type(t, "use three instead\r");
	sees(t, "Done with it.");
	assert_true(file_has("a.txt", "one\ntwo\nthree\n"));
	struct json_object *line = chat_line(s, 2);
	struct json_object *messages = json_at(line, "body.messages");
	struct json_object *block = json_item(json_get(json_item(messages, 2), "content"), 0);
	assert_string_equal(json_str(json_item(json_at(block, "toolResult.content"), 0), "text", ""),
	    "The user said no: use three instead");
	json_free(line);
	leave(t);
}

static void
an_edit_shows_its_diff_before_and_after(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "edit it\r");
	sees(t, KEYS);
	vtty_type(t, "y");
	sees(t, "+1 -1");
	assert_true(file_has("a.txt", "one\n2\nthree\n"));
	vtty_type(t, "\017");
	sees(t, "-two");
	leave(t);
}

static void
a_file_that_changes_while_the_question_stands_is_not_written(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "edit it\r");
	sees(t, KEYS);
	assert_int_equal(file_replace("a.txt", "one\ntwo\nmine\n", 13, 0600, NULL), 0);
	vtty_type(t, "y");
	sees(t, "Done with it.");
	assert_true(file_has("a.txt", "one\ntwo\nmine\n"));
	vtty_type(t, "\017");
	sees(t, "changed by somebody else");
	leave(t);
}

static void
what_was_not_seen_is_not_allowed(void **state)
{
	(void)state;
	struct vtty *t = adit_with(16, 60, NULL, NULL);
	vtty_type(t, "long file\r");
	sees(t, "more rows to see first");
	assert_false(vtty_has(t, "the end"));
	vtty_type(t, "y");
	sees(t, "There is more to see first");
	assert_false(file_exists("long.txt"));
	for (int i = 0; i < 20 && !vtty_has(t, KEYS); i++) {
		vtty_type(t, "\033[6~");
		vtty_settle(t, 60);
	}
	sees(t, KEYS);
	vtty_type(t, "y");
	sees(t, "Done with it.");
	assert_true(file_exists("long.txt"));
	leave(t);
}

static void
always_is_for_this_run_and_project_is_remembered(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "touch\r");
	sees(t, KEYS);
	vtty_type(t, "a");
	sees(t, "Done with it.");
	vtty_type(t, "/new\r");
	sees_no(t, "Done with it.");
	vtty_type(t, "touch\r");
	sees(t, "Done with it.");
	assert_true(file_has("count.txt", "x\nx\n"));
	leave(t);
	t = start();
	vtty_type(t, "touch\r");
	sees(t, KEYS);
	vtty_type(t, "p");
	sees(t, "Done with it.");
	leave(t);
	t = start();
	vtty_type(t, "touch\r");
	sees(t, "Done with it.");
	assert_true(file_has("count.txt", "x\nx\nx\nx\n"));
	vtty_type(t, "/tools\r");
	sees(t, "shell(echo x >>count.txt)");
	vtty_type(t, "q");
	leave(t);
}

static void
escape_stops_the_command_and_keeps_what_it_printed(void **state)
{
	struct sim *s = *state;
	struct vtty *t = adit_with(24, 80, "--allow", "shell");
	vtty_type(t, "hang\r");
	sees(t, "working");
	vtty_type(t, "\017");
	sees(t, "partial");
	pid_t child = run_child("pid");
	vtty_type(t, "\033");
	sees(t, "Stopped.");
	assert_true(vtty_wait(t, "partial", LONG));
	run_assert_gone(child, false);
	vtty_type(t, "and now\r");
	sees(t, "Done with it.");
	struct json_object *line = chat_line(s, 2);
	struct json_object *content = json_get(json_item(json_at(line, "body.messages"), 2), "content");
	const char *text = json_str(json_item(json_at(json_item(content, 0), "toolResult.content"), 0), "text", "");
	assert_string_equal(text, "partial\n\nStopped by the user.");
	assert_string_equal(json_str(json_item(content, 1), "text", ""), "and now");
	json_free(line);
	leave(t);
}

static void
escape_takes_the_question_away(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "run it\r");
	sees(t, KEYS);
	vtty_type(t, "\033");
	sees(t, "Stopped.");
	sees_no(t, KEYS);
	assert_false(file_exists("done.txt"));
	vtty_type(t, "fine\r");
	sees(t, "Done with it.");
	leave(t);
}

static void
what_is_typed_meanwhile_steers_at_the_next_boundary(void **state)
{
	struct sim *s = *state;
	struct vtty *t = adit_with(24, 80, "--allow", "shell");
	vtty_type(t, "slow\r");
	sees(t, "working");
	vtty_type(t, "steer it\r");
	sees(t, "queued");
	assert_int_equal(file_replace("go", "", 0, 0600, NULL), 0);
	sees(t, "Steered.");
	struct json_object *line = chat_line(s, 2);
	struct json_object *content = json_get(json_item(json_at(line, "body.messages"), 2), "content");
	assert_non_null(json_get(json_item(content, 0), "toolResult"));
	assert_string_equal(json_str(json_item(content, 1), "text", ""), "steer it");
	json_free(line);
	leave(t);
}

static void
what_is_typed_meanwhile_follows_up_when_that_is_wanted(void **state)
{
	struct sim *s = *state;
	static const char config[] = "{ messages: { queue: { mode: \"followup\" } }, tools: { rules: { allow: [\"shell\"] } } }";
	assert_int_equal(file_replace("followup.json5", config, strlen(config), 0600, NULL), 0);
	struct vtty *t = adit_with(24, 80, "--config", "followup.json5");
	vtty_type(t, "slow\r");
	sees(t, "working");
	vtty_type(t, "and then\r");
	sees(t, "queued");
	assert_int_equal(file_replace("go", "", 0, 0600, NULL), 0);
	sees(t, "You said: and then");
	struct json_object *line = chat_line(s, 2);
	struct json_object *content = json_get(json_item(json_at(line, "body.messages"), 2), "content");
	assert_non_null(json_get(json_item(content, 0), "toolResult"));
	assert_null(strstr(json_object_to_json_string(content), "and then"));
	json_free(line);
	leave(t);
}

static void
what_is_being_typed_is_not_taken_for_an_answer(void **state)
{
	(void)state;
	struct vtty *t = adit_with(24, 80, NULL, NULL);
	/* The question comes while a line is there. */
	vtty_type(t, "run it\ry");
	sees(t, "Run a command");
	sees(t, "clear your line first");
	vtty_type(t, "y");
	sees(t, "yy");
	assert_false(file_exists("done.txt"));
	vtty_type(t, "\003");
	sees(t, KEYS);
	vtty_type(t, "y");
	sees(t, "Done with it.");
	leave(t);
}

static void
a_command_of_ones_own_is_run_and_told_or_not(void **state)
{
	struct sim *s = *state;
	struct vtty *t = start();
	vtty_type(t, "!echo mine $((6*7))\r");
	sees(t, "mine 42");
	sees(t, "\u2713");
	vtty_type(t, "!!echo secretly\r");
	sees(t, "\u25be !!");
	vtty_type(t, "what was it?\r");
	sees(t, "You said: I ran this command myself");
	struct json_object *line = chat_line(s, 1);
	char *body = mem_strdup(json_object_to_json_string(json_get(line, "body")));
	assert_non_null(strstr(body, "mine 42"));
	assert_null(strstr(body, "secretly"));
	free(body);
	json_free(line);
	leave(t);
}

/* What people saw of calls and of their own commands they see again. */
static void
a_resumed_conversation_shows_what_was_changed(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "edit it\r");
	sees(t, KEYS);
	vtty_type(t, "y");
	sees(t, "Done with it.");
	vtty_type(t, "!echo mine $((6*7))\r");
	sees(t, "mine 42");
	leave(t);
	t = adit_with(24, 80, "--continue", NULL);
	sees(t, "edit_file  a.txt");
	sees(t, "+1 -1");
	sees(t, "!  echo mine");
	sees(t, "mine 42");
	assert_false(vtty_has(t, "I ran this command myself"));
	vtty_type(t, "\017\017");              /* what is open is folded first */
	sees(t, "-two");
	assert_false(vtty_has(t, "old_text"));
	leave(t);
}

static void
a_prompt_file_is_a_slash_command_with_arguments(void **state)
{
	(void)state;
	static const char prompt[] = "---\ndescription: greet somebody\nargument-hint: NAME MOOD\n---\nGreet $1 in a $2 way.\n";
	char *folder = mem_printf("%s/.config/adit/prompts", getenv("HOME"));
	assert_int_equal(file_make_dir(folder, 0700, NULL), 0);
	char *path = mem_printf("%s/greet.md", folder);
	assert_int_equal(file_replace(path, prompt, strlen(prompt), 0600, NULL), 0);
	struct vtty *t = start();
	vtty_type(t, "/gre");
	sees(t, "greet somebody");
	vtty_type(t, "\025/greet 'Ada L' warm\r");
	sees(t, "You said: Greet Ada L in a warm way.");
	leave(t);
	free(path);
	free(folder);
}

static void
without_a_screen_lines_ask_and_answer(void **state)
{
	(void)state;
	struct vtty *t = adit_with(24, 80, "--plain", NULL);
	assert_true(prompted(t));
	vtty_type(t, "run it\r");
	sees(t, "y once, a always");
	assert_true(vtty_wait(t, "out<U+202E>", LONG));
	vtty_type(t, "n, not now\r");
	sees(t, "The user said no: not now");
	sees(t, "Done with it.");
	assert_false(file_exists("done.txt"));
	assert_true(prompted(t));
	vtty_type(t, "run it\r");
	sees(t, "y once, a always");
	vtty_type(t, "y\r");
	int64_t until = clock_ms() + LONG;
	while (!file_exists("done.txt") && clock_ms() < until)
		vtty_settle(t, 20);
	assert_true(file_exists("done.txt"));
	assert_true(prompted(t));
	vtty_type(t, "\004");
	int st = vtty_finish(t);
	assert_true(WIFEXITED(st) && WEXITSTATUS(st) == 0);
}

/* The terminal goes away while a question stands: no, and adit ends by itself. */
static void
a_lost_terminal_answers_no(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "run it\r");
	sees(t, KEYS);
	vtty_kill(t, SIGHUP);
	assert_true(vtty_wait_end(t, LONG));
	vtty_finish(t);
	assert_false(file_exists("done.txt"));
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, run_teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_command_is_shown_exactly_and_runs_after_yes),
		scene(no_with_a_reason_goes_to_the_model_and_nothing_is_done),
		scene(an_edit_shows_its_diff_before_and_after),
		scene(a_file_that_changes_while_the_question_stands_is_not_written),
		scene(what_was_not_seen_is_not_allowed),
		scene(always_is_for_this_run_and_project_is_remembered),
		scene(escape_stops_the_command_and_keeps_what_it_printed),
		scene(escape_takes_the_question_away),
		scene(what_is_typed_meanwhile_steers_at_the_next_boundary),
		scene(what_is_typed_meanwhile_follows_up_when_that_is_wanted),
		scene(what_is_being_typed_is_not_taken_for_an_answer),
		scene(a_command_of_ones_own_is_run_and_told_or_not),
		scene(a_resumed_conversation_shows_what_was_changed),
		scene(a_prompt_file_is_a_slash_command_with_arguments),
		scene(without_a_screen_lines_ask_and_answer),
		scene(a_lost_terminal_answers_no),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
