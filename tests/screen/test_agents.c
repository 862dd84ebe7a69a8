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
#include <cmocka.h>

#include "base/json.h"
#include "e2e/run.h"
#include "screen/vtty.h"

#define A_MODEL "us.anthropic.claude-opus-4-6-v1"
#define LONG	20000

static struct sim sim;

static int
setup(void **state)
{
	static const char rules[] =
	    "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["
	    "{\"match\":{\"contains\":\"[Subagent\"},\"answer\":[{\"text\":\"I heard of it.\"}]},"
	    "{\"match\":{\"contains\":\"endless\"},\"answer\":[{\"rate\":{\"pieces_per_s\":50,\"seconds\":60,\"piece\":\"[{n}] \"}}]},"
	    "{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}";
	char scenario[512];
	memset(&sim, 0, sizeof sim);
	sim_dir(&sim);
	sim_file(&sim, "rules.json", rules, scenario);
	const char *args[] = { "--scenario", scenario, NULL };
	sim_start(&sim, args);
	run_env(&sim);
	*state = &sim;
	return 0;
}

static int
teardown(void **state)
{
	sim_stop(*state);
	return 0;
}

static struct vtty *
start(int rows, int cols)
{
	static char flag[] = "-m", model[] = A_MODEL;
	char *argv[] = { getenv("ADIT"), flag, model, NULL };
	struct vtty_options o = { .rows = rows, .cols = cols };
	struct vtty *t = vtty_start(&o, argv);
	assert_true(vtty_wait(t, "opus-4-6", LONG));
	return t;
}

static void
leave(struct vtty *t)
{
	vtty_type(t, "\025\004");               /* C-u C-d */
	int st = vtty_finish(t);
	assert_true(WIFEXITED(st) && WEXITSTATUS(st) == 0);
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
	assert_true(vtty_has(t, "1 endless-reading"));
	vtty_type(t, "/kill all\r");
	assert_true(vtty_wait(t, "2 subagents were stopped", LONG));
	leave(t);
}

static void
a_narrow_screen_has_tabs(void **state)
{
	(void)state;
	struct vtty *t = start(20, 60);
	vtty_type(t, "/spawn endless reading\r");
	assert_true(vtty_wait(t, "[1 endless-reading", LONG));
	assert_true(vtty_has(t, "[main"));
	assert_true(vtty_wait(t, "[1 endless-reading *", LONG));        /* it has said something */
	vtty_type(t, "\0331");
	assert_true(vtty_wait(t, "[9]", LONG));
	vtty_type(t, "\0330");
	assert_true(vtty_wait_gone(t, "[9]", LONG));
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
	assert_true(vtty_has(t, "1 task1-is-endless"));
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

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
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
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
