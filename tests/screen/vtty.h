/*
 * vtty.h - a program on a pty whose output is drawn by libvterm.
 *
 * What a person would see and do: type, paste, resize, look. Nothing sleeps:
 * one waits for what the screen shall show, with a deadline. Screens that come
 * to nothing are printed, so that a failing test says what was there instead.
 */
#ifndef VTTY_H
#define VTTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define VTTY_SOON 60000         /* ms: a deadline for what comes at once, unless something is broken */

struct vtty;

struct vtty_options {
	int		 rows, cols;
	const char	*term;          /* TERM; NULL = xterm-256color */
	/* "NAME=value" to set, "NAME" to unset, NULL at the end; may be NULL. LC_ALL is C.UTF-8 and
	 * INPUTRC is /dev/null unless said otherwise. */
	const char	*const *env;
};

struct vtty	*vtty_start(const struct vtty_options *, char *const argv[]);

/* ---- doing ---- */
void		 vtty_send(struct vtty *, const char *bytes, size_t n);
void		 vtty_type(struct vtty *, const char *text);
/* Like vtty_type, one byte a write, and the program's answer is awaited in between. False when this process was held
 * up on the way: the program may rightly have taken the pause for the end of a sequence. */
bool		 vtty_dribble(struct vtty *, const char *text);
void		 vtty_paste(struct vtty *, const char *text);   /* as a terminal does it */
void		 vtty_resize(struct vtty *, int rows, int cols);

/* ---- seeing ---- */
/* Reads output until the screen contains the text (or no longer does). */
bool		 vtty_wait(struct vtty *, const char *text, int64_t ms);
bool		 vtty_wait_gone(struct vtty *, const char *text, int64_t ms);
/* Reads output until nothing has come for so long. For "and then nothing more happens". */
void		 vtty_settle(struct vtty *, int64_t quiet_ms);
/* Reads until the program ended or the deadline passed. */
bool		 vtty_wait_end(struct vtty *, int64_t ms);
/* The screen as text, trailing blanks removed. Owned by the vtty. */
const char	*vtty_screen(struct vtty *);
bool		 vtty_has(struct vtty *, const char *text);
/* One row of it, without its newline. Owned by the vtty. */
const char	*vtty_row(struct vtty *, int row);
/* The row that contains the text, -1 = none. */
int		 vtty_find(struct vtty *, const char *text);
void		 vtty_cursor(struct vtty *, int *row, int *col);
bool		 vtty_wait_cursor(struct vtty *, int row, int col, int64_t ms);

struct vtty_cell {
	char	text[32];
	bool	bold, italic, underline, reverse, colored /* foreground is not the default */;
};
struct vtty_cell vtty_cell(struct vtty *, int row, int col);

/* Compares the screen with the file SRCDIR/tests/screen/golden/NAME; VTTY_GOLDEN=1 in the
 * environment writes it instead. */
bool		 vtty_is_golden(struct vtty *, const char *name);

/* ---- measuring ---- */
/* Bytes received so far: what would have crossed the SSH link. */
size_t		 vtty_bytes(struct vtty *);
/* Everything received so far, for looking for sequences that must not be there. */
const char	*vtty_raw(struct vtty *, size_t *n);
bool		 vtty_sent(struct vtty *, const char *sequence);
bool		 vtty_wait_sent(struct vtty *, const char *sequence, int64_t ms);
/* A colour was set (SGR 30 to 38, 40 to 48, 90 to 107). */
bool		 vtty_sent_color(struct vtty *);
bool		 vtty_altscreen(struct vtty *);
bool		 vtty_is_cooked(struct vtty *);
/* CPU time of the program so far, in ms. */
int64_t		 vtty_cpu_ms(struct vtty *);
int64_t		 vtty_now_us(void);

/* ---- the end ---- */
int		 vtty_kill(struct vtty *, int sig);
pid_t		 vtty_pid(const struct vtty *);
/* Waits for exit; returns the wait status; frees. Kills what does not end. */
int		 vtty_finish(struct vtty *);

#endif
