/*
 * test_agents.c - subagents on the screen: panes beside main, tabs when narrow, speaking to one, ending them.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/json.h"
#include "screen/adit_test.h"


static struct sim sim;

static int
setup(void **state)
{
	static const char rules[] =
	    "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["
	    "{\"match\":{\"contains\":\"[Subagent\"},\"answer\":[{\"text\":\"I heard of it.\"}]},"
	    "{\"match\":{\"contains\":\"hang there\",\"tool_result\":false},\"answer\":[{\"tool\":{\"name\":\"shell\",\"input\":"
	    "{\"command\":\"setsid sleep 1000 & echo $! >left; echo $$ >pid; sleep 1000\"}}}]},"
	    "{\"match\":{\"contains\":\"hand it out\",\"tool_result\":false},\"answer\":[{\"tool\":{\"name\":\"sessions_spawn\",\"input\":"
	    "{\"task\":\"endless reading\",\"label\":\"reader\"}}}]},"
	    "{\"match\":{\"tool_result\":true},\"answer\":[{\"text\":\"Then not.\"}]},"
	    "{\"match\":{\"contains\":\"endless\"},\"answer\":[{\"rate\":{\"pieces_per_s\":50,\"seconds\":60,\"piece\":\"[{n}] \"}}]},"
	    "{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}";
	run_rules(&sim, rules);
	run_work();
	*state = &sim;
	return 0;
}

static struct vtty *
start(int rows, int cols)
{
	return adit_with(rows, cols, NULL, NULL);
}

static void
subagents_stand_beside_main_and_main_goes_on(void **state)
{
	(void)state;
	struct vtty *t = start(30, 120);
	vtty_type(t, "/spawn endless reading\r");
	assert_true(vtty_wait(t, "1 endless-reading", LONG));
	vtty_type(t, "/spawn endless writing\r");
	assert_true(vtty_wait(t, "2 endless-writing", LONG));
	vtty_type(t, "hello main\r");
	assert_true(vtty_wait(t, "You said: hello main", LONG));
	assert_true(vtty_wait(t, "1 endless-reading", LONG));
	vtty_type(t, "/kill all\r");
	assert_true(vtty_wait(t, "2 subagents were stopped", LONG));
	leave(t);
}

/* Whether a piece of an endless reply is on the screen. Which of them is: they scroll. */
static bool
has_piece(struct vtty *t)
{
	for (const char *at = vtty_screen(t); (at = strchr(at, '[')) != NULL;) {
		size_t digits = strspn(++at, "0123456789");
		if (digits > 0 && at[digits] == ']')
			return true;
	}
	return false;
}

static void
sees_pieces(struct vtty *t, bool wanted)
{
	for (int64_t until = clock_ms() + LONG; has_piece(t) != wanted; vtty_settle(t, 5))
		if (clock_ms() > until)
			fail_msg("%s", vtty_screen(t));
}

static void
a_narrow_screen_has_tabs(void **state)
{
	(void)state;
	struct vtty *t = start(20, 60);
	vtty_type(t, "/spawn endless reading\r");
	assert_true(vtty_wait(t, "[1 endless-reading", LONG));
	assert_true(vtty_wait(t, "[main", LONG));
	assert_true(vtty_wait(t, "[1 endless-reading *", LONG));        /* it has said something */
	assert_false(has_piece(t));
	vtty_type(t, "\0331");
	sees_pieces(t, true);
	vtty_type(t, "\0330");
	sees_pieces(t, false);
	vtty_type(t, "/kill 1\r");
	json_free(question_line(&sim, 1, true));
	leave(t);
}

/* More than have room beside main: a list of all, and the pane of the one that is looked at. */
static void
a_crowd_is_a_list(void **state)
{
	(void)state;
	struct vtty *t = start(24, 120);
	for (int i = 1; i <= 7; i++) {
		char line[64];
		snprintf(line, sizeof line, "/spawn task%d is endless\r", i);
		vtty_type(t, line);
		snprintf(line, sizeof line, "%d task%d-is-endless", i, i);
		assert_true(vtty_wait(t, line, LONG));
	}
	assert_true(vtty_wait(t, "0 main", LONG));
	assert_true(vtty_wait(t, "1 task1-is-endless", LONG));
	vtty_type(t, "\0337");
	assert_true(vtty_wait(t, "task7 is endless", LONG));
	vtty_type(t, "/kill all\r");
	assert_true(vtty_wait(t, "7 subagents were stopped", LONG));
	leave(t);
}

static void
what_is_typed_into_its_pane_goes_to_it(void **state)
{
	(void)state;
	struct vtty *t = start(30, 120);
	vtty_type(t, "/spawn say something\r");
	assert_true(vtty_wait(t, "I heard of it.", LONG));
	vtty_type(t, "\0331and more\r");
	assert_true(vtty_wait(t, "You said: and more", LONG));
	struct json_object *line = question_line(&sim, 3, false);
	assert_int_equal(json_len(json_at(line, "body.messages")), 3);
	json_free(line);
	leave(t);
}

/* Esc in its pane stops it, not main; what it had said is told. */
static void
escape_stops_the_one_that_has_the_focus(void **state)
{
	(void)state;
	struct vtty *t = start(30, 120);
	vtty_type(t, "/spawn endless reading\r");
	assert_true(vtty_wait(t, "[12]", LONG));
	vtty_type(t, "endless answer\r");
	json_free(question_line(&sim, 2, false));
	vtty_type(t, "\0331\033");
	struct json_object *end = question_line(&sim, 1, true);
	assert_string_equal(json_str(end, "done", ""), "client-closed");
	json_free(end);
	assert_true(vtty_wait(t, "Stopped. What arrived is kept.", LONG));
	vtty_type(t, "\0330");
	assert_true(vtty_wait(t, "Esc stop", LONG));    /* main is still at it */
	vtty_type(t, "\033");
	json_free(question_line(&sim, 2, true));
	leave(t);
}

static void
one_that_has_ended_is_taken_off_the_screen_by_hand(void **state)
{
	(void)state;
	struct vtty *t = start(30, 120);
	vtty_type(t, "/spawn say something\r");
	assert_true(vtty_wait(t, "I heard of it.", LONG));
	vtty_type(t, "/kill 1\r");
	assert_true(vtty_wait_gone(t, "1 say-something", LONG));
	vtty_type(t, "/agents\r");
	assert_true(vtty_wait(t, "There are no subagents", LONG));
	vtty_type(t, "\033");
	assert_true(vtty_wait_gone(t, "There are no subagents", LONG));
	leave(t);
}

#define ASKS "y once  a always  p project  n no"

/* Who asks is said; what is typed meanwhile, Esc and the answer are that one's, whatever pane is looked at. */
static void
a_subagent_asks_in_its_own_name(void **state)
{
	(void)state;
	struct vtty *t = start(30, 120);
	vtty_type(t, "/spawn hang there\r");
	assert_true(vtty_wait(t, "hang-there wants to: Run a command", LONG));
	assert_true(vtty_wait(t, ASKS, LONG));
	vtty_type(t, "n");
	assert_true(vtty_wait(t, "Why not?", LONG));
	vtty_type(t, "\r");
	assert_true(vtty_wait(t, "I heard of it.", LONG));
	assert_true(vtty_wait(t, "Then not.", LONG));
	vtty_type(t, "endless answer\r");
	assert_true(vtty_wait(t, "[3]", LONG));
	vtty_type(t, "/spawn -t 600 hang there\r");
	assert_true(vtty_wait(t, ASKS, LONG));
	vtty_type(t, "\033");
	assert_true(vtty_wait_gone(t, ASKS, LONG));
	assert_true(vtty_wait(t, "Esc stop", LONG));    /* main goes on */
	struct json_object *line = question_line(&sim, 5, false);
	json_free(line);
	vtty_type(t, "\033");
	assert_true(vtty_wait(t, "What arrived is kept", LONG));
	leave(t);
}

/* Also what their tools left behind in sessions of their own. */
/* The text of the screen's row that has `what`, up to its end or the next pane. */
static bool
row_has(struct vtty *t, const char *what, const char *sign)
{
	const char *row = strstr(vtty_screen(t), what);
	size_t n = row != NULL ? strcspn(row, "\n") : 0;
	const char *pane = row != NULL ? memmem(row, n, "\xe2\x94\x82", 3) : NULL;
	n = pane != NULL ? (size_t)(pane - row) : n;
	return row != NULL && memmem(row, n, sign, strlen(sign)) != NULL;
}

static void
the_line_of_its_call_says_how_it_goes(void **state)
{
	(void)state;
	struct vtty *t = start(30, 120);
	vtty_type(t, "hand it out\r");
	assert_true(vtty_wait(t, "Then not.", LONG));   /* main's answer has ended: what is at work is the subagent */
	assert_true(vtty_wait(t, "[9]", LONG));
	assert_false(row_has(t, "sessions_spawn  reader", "\xe2\x9c\x93"));
	assert_false(row_has(t, "sessions_spawn  reader", "\xe2\x9c\x97"));
	vtty_type(t, "/kill 1\r");
	for (int i = 0; i < 2000 && !row_has(t, "sessions_spawn  reader", "\xe2\x9c\x97"); i++)
		vtty_settle(t, 10);
	assert_true(row_has(t, "sessions_spawn  reader", "\xe2\x9c\x97"));
	leave(t);
}

static void
kill_all_leaves_no_process(void **state)
{
	(void)state;
	pid_t pids[4];
	struct vtty *t = adit_with(30, 120, "--allow", "shell");
	for (int i = 0; i < 2; i++) {
		vtty_type(t, "/spawn hang there\r");
		pids[2 * i] = run_child("pid");
		pids[2 * i + 1] = run_child("left");
	}
	vtty_type(t, "/kill all\r");
	assert_true(vtty_wait(t, "2 subagents were stopped", LONG));
	for (int i = 0; i < 4; i++)
		run_assert_gone(pids[i], true);
	leave(t);
}

static void
leaving_ends_subagents_and_their_tools(void **state)
{
	(void)state;
	struct vtty *t = adit_with(30, 120, "--allow", "shell");
	vtty_type(t, "/spawn hang there\r");
	pid_t pid = run_child("pid"), left = run_child("left");
	vtty_type(t, "/quit\r");
	int st = vtty_finish(t);
	assert_true(WIFEXITED(st) && WEXITSTATUS(st) == 0);
	run_assert_gone(pid, true);
	run_assert_gone(left, true);
}

static void
a_new_conversation_has_no_subagents(void **state)
{
	(void)state;
	struct vtty *t = start(30, 120);
	vtty_type(t, "/spawn say something\r");
	assert_true(vtty_wait(t, "I heard of it.", LONG));
	vtty_type(t, "/spawn endless reading\r");
	assert_true(vtty_wait(t, "[3]", LONG));
	vtty_type(t, "/new\r");
	assert_true(vtty_wait(t, "its 1 subagent at work was stopped", LONG));
	assert_true(vtty_wait_gone(t, "endless-reading", LONG));
	assert_true(vtty_wait_gone(t, "1 say-something", LONG));
	struct json_object *end = question_line(&sim, 3, true);
	assert_string_equal(json_str(end, "done", ""), "client-closed");
	json_free(end);
	vtty_type(t, "hello\r");
	assert_true(vtty_wait(t, "You said: hello", LONG));
	struct json_object *line = question_line(&sim, 4, false);
	assert_int_equal(json_len(json_at(line, "body.messages")), 1);
	json_free(line);
	leave(t);
}

/* It has no place yet: its task is seen, and what it is told stands behind that, in one request. */
static void
what_one_that_waits_is_told_comes_after_its_task(void **state)
{
	(void)state;
	run_configure("{agents:{defaults:{subagents:{maxConcurrent:1}}}}");
	struct vtty *t = start(30, 120);
	vtty_type(t, "/spawn endless reading\r");
	assert_true(vtty_wait(t, "[3]", LONG));
	vtty_type(t, "/spawn say something\r");
	assert_true(vtty_wait(t, "2 say-something", LONG));
	vtty_type(t, "/steer 2 quickly please\r");
	assert_true(vtty_wait(t, "+2", LONG));
	vtty_type(t, "/kill 1\r");
	struct json_object *line = question_line(&sim, 2, false);
	const char *body = json_object_to_json_string(json_at(line, "body.messages"));
	const char *task = strstr(body, "say something"), *more = strstr(body, "quickly please");
	assert_true(task != NULL && more != NULL && task < more);
	json_free(line);
	assert_true(vtty_wait(t, "I heard of it.", LONG));
	leave(t);
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, run_teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(subagents_stand_beside_main_and_main_goes_on),
		scene(a_narrow_screen_has_tabs),
		scene(a_crowd_is_a_list),
		scene(what_is_typed_into_its_pane_goes_to_it),
		scene(escape_stops_the_one_that_has_the_focus),
		scene(one_that_has_ended_is_taken_off_the_screen_by_hand),
		scene(a_subagent_asks_in_its_own_name),
		scene(the_line_of_its_call_says_how_it_goes),
		scene(kill_all_leaves_no_process),
		scene(leaving_ends_subagents_and_their_tools),
		scene(a_new_conversation_has_no_subagents),
		scene(what_one_that_waits_is_told_comes_after_its_task),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
