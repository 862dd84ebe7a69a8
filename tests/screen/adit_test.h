/*
 * adit_test.h - what the screen tests of the whole program share: starting adit in a terminal, looking, leaving.
 */
#ifndef ADIT_TEST_H
#define ADIT_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "e2e/run.h"
#include "screen/vtty.h"

#define A_MODEL "us.anthropic.claude-opus-4-6-v1"
#define LONG	60000           /* ms: a deadline for what a slow machine may take its time with */

#define sees(t, text) assert_true(vtty_wait(t, text, LONG))
#define sees_no(t, text) assert_true(vtty_wait_gone(t, text, LONG))

/* adit with these arguments (NULL at the end); env as in struct vtty_options. */
static inline struct vtty *
adit_start(int rows, int cols, const char *const *env, const char *const *args)
{
	const char *argv[16] = { getenv("ADIT") };
	for (size_t i = 0; args != NULL && args[i] != NULL && i < 14; i++)
		argv[i + 1] = args[i];
	struct vtty_options o = { .rows = rows, .cols = cols, .env = env };
	return vtty_start(&o, (char *const *)(uintptr_t)argv);
}

/* With A_MODEL and one more option (NULL: none) and its value (NULL: none), once it can be typed to. */
static inline struct vtty *
adit_with(int rows, int cols, const char *option, const char *value)
{
	const char *const args[] = { "-m", A_MODEL, option, value, NULL };
	struct vtty *t = adit_start(rows, cols, NULL, args);
	sees(t, option != NULL && strcmp(option, "--plain") == 0 ? "Ctrl-D leaves" : "opus-4-6");
	return t;
}

/* As a person does, whatever is typed there: Ctrl-U, Ctrl-D. All is well then. */
static inline void
leave(struct vtty *t)
{
	vtty_type(t, "\025\004");
	int status = vtty_finish(t);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Line by line: waits until the cursor stands behind an empty prompt. Before that the terminal is still the line
 * discipline's, which would swallow a Ctrl-D. */
static inline bool
prompted(struct vtty *t)
{
	int row, col;
	for (int i = 0; i < LONG / 20; i++) {
		vtty_settle(t, 20);
		vtty_cursor(t, &row, &col);
		if (col == 2 && strcmp(vtty_row(t, row), ">") == 0)
			return true;
	}
	return false;
}

#endif
