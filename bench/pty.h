/*
 * pty.h - a program on a terminal of its own, and when its screen showed what.
 *
 * The terminal is libvterm. Every read is stamped before anything is done with
 * it, so what the drawing here costs is not counted against the program.
 */
#ifndef BENCH_PTY_H
#define BENCH_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

struct pty;

/* CLOCK_MONOTONIC, which all processes share. */
int64_t	 now_ns(void);

/*
 * Starts argv in `folder` (NULL: here) with exactly the environment env, on a terminal of
 * 120x40. draw: keep a screen; without it bytes are only counted. Ends the program on failure.
 */
struct pty *pty_start(char *const argv[], char *const env[], const char *folder, bool draw);
/* Kills what still runs, and frees. */
void	 pty_end(struct pty *);

pid_t	 pty_pid(const struct pty *);
int64_t	 pty_started(const struct pty *);       /* when, just before the program was made */
int64_t	 pty_read_at(const struct pty *);       /* when the newest bytes were read */
size_t	 pty_bytes(const struct pty *);         /* read so far */

/* Waits for bytes until the deadline and takes them; false: none came. *over at the end. */
bool	 pty_pump(struct pty *, int64_t deadline, bool *over);
/* The screen's text, a line a row. Lives until the next call for this terminal. */
const char *pty_screen(struct pty *);
/* Pumps until the screen contains the text; the time it was read at, or -1 after so many ms. */
int64_t	 pty_await(struct pty *, const char *text, int ms);
/* Pumps for so many ms whatever comes. */
void	 pty_settle(struct pty *, int ms);
/* Types; returns the time just before. */
int64_t	 pty_type(struct pty *, const char *text);

/* Of the running program: processor time so far, and resident memory in bytes. */
int64_t	 pty_cpu_ns(const struct pty *);
size_t	 pty_resident(const struct pty *);

#endif
