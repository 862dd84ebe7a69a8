/*
 * term.h - the terminal: taken over, lent out, put back.
 *
 * There is one terminal in a process, so this file keeps its state itself.
 * Raw mode, the alternate screen and bracketed paste while it is ours; on a
 * crash a handler puts everything back before the signal does its work.
 */
#ifndef ADIT_UI_TERM_H
#define ADIT_UI_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Starts curses on standard input and output. -1 and ERR_USAGE when that is no terminal or one
 * that cannot place a cursor; the sentence names --plain. */
int	term_start(bool mouse, struct err *);
/* Puts the terminal back and ends curses. Not started is fine. */
void	term_stop(void);
/* The same in a signal handler or from fatal(): only async-signal-safe calls. */
void	term_restore(void);

/* Gives the terminal away as it was found (for an editor), and takes it again. */
void	term_lend(void);
void	term_take_back(void);
/* Ctrl-Z: stops the process group; returns when it goes on. */
void	term_suspend(void);
/* The same while the terminal is lent: stops this process only, the group has been told. */
void	term_stop_process(void);
/* After SIGWINCH: takes the new size. */
void	term_resize(void);
/* What is on the screen is not known any more: the next frame writes all of it. */
void	term_redraw(void);

/* Asks what the background is (OSC 11), where the terminal type is known to answer or to ignore it:
 * true when an answer may come as input, some time. term_answered() says that it did. */
bool	term_ask_background(void);
void	term_answered(void);

/* How many colours the terminal type of $TERM has; -1 = there is no such type. The UI thread's. */
int	term_colours(void);
/* The locale's characters are UTF-8. */
bool	term_is_utf8(void);
/* Bytes that are no picture (OSC 52, a query). Between two frames only. Returns what was written. */
size_t	term_write(const char *bytes, size_t n);

#endif
