/*
 * run.h - runs the real adit in a home of its own, without a terminal, against the simulator.
 */
#ifndef TESTS_E2E_RUN_H
#define TESTS_E2E_RUN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "sim/client.h"

/* Of a scenario: what is answered to a message of the user's with this word in it, and a call of a tool. */
#define RULE(word, answer) "{\"match\":{\"contains\":\"" word "\",\"tool_result\":false},\"answer\":[" answer "]},"
#define TOOL(name, input)  "{\"tool\":{\"name\":\"" name "\",\"input\":" input "}}"

struct run {
	int		 status;        /* exit status, or -1 when it was killed by a signal */
	struct buf	 out, err;
};

/* A fresh, empty home below the simulator's folder becomes $HOME; XDG_*, AWS_* and what tells of a display
 * are cleared; keys, region and
 * endpoint for this simulator are set. */
void	 run_env(const struct sim *);
/* Starts the simulator with this scenario (its text), and does run_env(). */
void	 run_rules(struct sim *, const char *scenario);
/* The teardown of a test whose state is the simulator: ends it. */
int	 run_teardown(void **state);
/* The current directory becomes a new one below the home, "work". */
void	 run_work(void);
/* Writes a file below the home, and the folders on the way to it. */
void	 run_write(const char *name, const char *text, mode_t mode);
/* The user's configuration is this text now. */
void	 run_configure(const char *json5);
/* Runs adit with these arguments (NULL at the end) and `input` on standard input (NULL: /dev/null). Ends it after
 * two minutes. */
void	 run_adit(struct run *, const char *input, const char *const *args);
void	 run_done(struct run *);
/* Starts it and returns at once: its process id, and the descriptor of its standard output. */
pid_t	 run_start(const char *const *args, int *out);
/* The same with this text on standard input (NULL: nothing). */
pid_t	 run_start_with(const char *const *args, const char *input, int *out);
/* Reads from fd until the text has been seen; false at the end of input or after two minutes. */
bool	 run_read_until(int fd, struct buf *got, const char *text);
/* The exit status, or 128 + signal. */
int	 run_wait(pid_t);

/* ---- what adit started ---- */
/* The number that a command wrote into this file, as a line; waits for it, and removes the file. */
pid_t	 run_child(const char *file);
/* Waits until there is no such process; with `reaped` a zombie is one still. */
void	 run_assert_gone(pid_t, bool reaped);

#endif
