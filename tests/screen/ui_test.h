/*
 * ui_test.h - what the screen tests of the UI share: starting the fixture.
 */
#ifndef UI_TEST_H
#define UI_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "vtty.h"

#define READY "F1 help"         /* on the status line of a wide enough screen */

/* The fixture stands beside the test program. */
static inline char *
fixture_path(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 20);
	assert_true(n > 0);
	path[n] = '\0';
	strcpy(strrchr(path, '/') + 1, "ui_fixture");
	return path;
}

static inline struct vtty *
fixture_start(int rows, int cols, const char *term, const char *const *env)
{
	char *argv[] = { fixture_path(), NULL };
	struct vtty_options o = { .rows = rows, .cols = cols, .term = term, .env = env };
	return vtty_start(&o, argv);
}

static inline struct vtty *
fixture_ready(int rows, int cols)
{
	struct vtty *t = fixture_start(rows, cols, NULL, NULL);
	assert_true(vtty_wait(t, READY, VTTY_SOON));
	return t;
}

/* Types a line and waits for what it brings. */
#define say(t, line, expected)                                                                     \
	do {                                                                                       \
		vtty_type(t, line "\r");                                                           \
		assert_true(vtty_wait(t, expected, VTTY_SOON));                                    \
	} while (0)

#define sees(t, text) assert_true(vtty_wait(t, text, VTTY_SOON))
#define sees_no(t, text) assert_true(vtty_wait_gone(t, text, VTTY_SOON))

static inline int
setup(void **state)
{
	*state = fixture_ready(20, 80);
	return 0;
}

/* A program that is told to end does, with the terminal as it was. */
static inline int
teardown(void **state)
{
	struct vtty *t = *state;
	vtty_kill(t, 15);
	bool ended = vtty_wait_end(t, VTTY_SOON * 2);
	bool clean = !vtty_altscreen(t) && vtty_is_cooked(t);
	int status = vtty_finish(t);
	return ended && clean && status == (128 + 15) << 8 ? 0 : -1;
}

/* Types letters and waits until the input shows them: keys come one after the other and the screen is painted from top
 * to bottom, so all that was pressed before has been done by then, and is to be seen. */
#define sees_typed(t, letters, input)                                                              \
	do {                                                                                       \
		vtty_type(t, letters);                                                             \
		assert_true(vtty_wait(t, "❯ " input "\n", VTTY_SOON));                             \
	} while (0)

/* Types one byte after the other, in a new fixture each time until nothing held this process up: see vtty_dribble(). */
static inline struct vtty *
dribble(void **state, const char *before, const char *bytes)
{
	vtty_type(*state, before);
	while (!vtty_dribble(*state, bytes)) {
		assert_int_equal(teardown(state), 0);
		assert_int_equal(setup(state), 0);
		vtty_type(*state, before);
	}
	return *state;
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
