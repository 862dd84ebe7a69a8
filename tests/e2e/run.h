/*
 * run.h - runs the real adit in a home of its own, without a terminal, against the simulator.
 */
#ifndef TESTS_E2E_RUN_H
#define TESTS_E2E_RUN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "sim/client.h"

struct run {
	int		 status;        /* exit status, or -1 when it was killed by a signal */
	struct buf	 out, err;
};

/* A fresh, empty home below the simulator's folder becomes $HOME; XDG_*, AWS_* and what tells of a display
 * are cleared; keys, region and
 * endpoint for this simulator are set. */
void	 run_env(const struct sim *);
/* Runs adit with these arguments (NULL at the end) and `input` on standard input (NULL: /dev/null). Ends it after
 * 30 s. */
void	 run_adit(struct run *, const char *input, const char *const *args);
void	 run_done(struct run *);
/* Starts it and returns at once: its process id, and the descriptor of its standard output. */
pid_t	 run_start(const char *const *args, int *out);
/* The same with this text on standard input (NULL: nothing). */
pid_t	 run_start_with(const char *const *args, const char *input, int *out);
/* Reads from fd until the text has been seen; false at the end of input or after ten seconds. */
bool	 run_read_until(int fd, struct buf *got, const char *text);
/* The exit status, or 128 + signal. */
int	 run_wait(pid_t);

#endif
