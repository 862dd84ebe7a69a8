/*
 * spawn.h - a child program, kept on a short lead.
 *
 * The child runs in a session and process group of its own (no terminal to
 * read from or to scribble on), with standard input from /dev/null (or a pipe), default
 * signals, no open files of ours, and an environment that is inherited minus a
 * list, or given. It is posix_spawn()ed: never fork() once threads run.
 *
 * spawn_run() waits and belongs on a worker. spawn_start() does not wait: its
 * caller reads the pipes, watches the child, and ends with spawn_reap().
 */
#ifndef ADIT_BASE_SPAWN_H
#define ADIT_BASE_SPAWN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct spawn {                          /* what to run; all borrowed for the call */
	const char *const	*argv;          /* argv[0] is looked up in PATH; NULL-terminated */
	const char		*cwd;           /* NULL = ours */
	const char *const	*env;           /* the whole environment, "NAME=value"; NULL = ours */
	const char *const	*without;       /* names left out of ours; "AWS_*" leaves out all of those */
	const char *const	*with;          /* "NAME=value" put in, over what was there */
	bool			 pipe_in;       /* standard input is a pipe that we hold the other end of */
	/* The rest is for spawn_run(). */
	size_t			 out_max;       /* more on stdout than this ends the child; 0 = no limit */
	size_t			 err_tail;      /* this many last bytes of stderr are kept */
	int64_t			 timeout_ms;    /* 0 = none */
	const atomic_bool	*cancel;        /* may be NULL; looked at every 20 ms */
};

struct child {                          /* a running child of spawn_start() */
	pid_t	pid;                    /* also its process group */
	int	in;                     /* with pipe_in: our end, blocking, close-on-exec; else -1 */
	int	out, err;               /* our ends of its pipes: non-blocking, close-on-exec */
	int	pidfd;                  /* readable when it has ended; -1 where there is none */
};

/* 0, or -1 with ERR_FAILED and why it cannot be started (names argv[0] only). */
int	spawn_start(const struct spawn *, struct child *, struct err *);
/* Sends a signal to the whole group. Fine after the child has ended, until it is reaped. */
void	spawn_kill(const struct child *, int signal);
/* Kills what is left of the group, closes the pipes. Returns the wait status as waitpid() gives it. */
int	spawn_reap(struct child *);

/*
 * Starts a program that takes the terminal over, an editor: in our session and process group, with
 * our standard files. Only argv, cwd and the environment count. The caller waits for the pid.
 * 0, or -1 with ERR_FAILED.
 */
int	spawn_on_terminal(const struct spawn *, pid_t *, struct err *);

/*
 * Starts a program that is none of our business any more: a browser. It outlives us, its standard files
 * are /dev/null, and how it ends nobody learns. Only argv and the environment count. Waits some
 * milliseconds. 0 when it was tried; -1 with ERR_FAILED.
 */
int	spawn_detached(const struct spawn *, struct err *);

enum spawn_why { SPAWN_EXITED, SPAWN_SIGNALLED, SPAWN_TIMED_OUT, SPAWN_CANCELLED, SPAWN_FLOODED };

struct spawn_end {
	enum spawn_why	why;
	int		status;         /* exit status, or the signal's number */
	struct buf	out;            /* may hold secrets: spawn_end_done() wipes it */
	struct buf	err;            /* the tail of stderr */
	int64_t		ms;
};

/*
 * Runs it to its end. 0 when it was started, however it ended; -1 when it
 * could not be started. The end is filled in both cases. When the child ends,
 * what is left of its group is killed: nothing of it goes on in the background.
 */
int	spawn_run(const struct spawn *, struct spawn_end *, struct err *);
void	spawn_end_done(struct spawn_end *);

#endif
