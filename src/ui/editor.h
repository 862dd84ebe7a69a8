/*
 * editor.h - the input in the user's own editor ($VISUAL, $EDITOR, vi).
 *
 * The terminal is lent to it while agents go on; the UI draws nothing and
 * reads nothing until it ends. One terminal, so one editor at a time.
 */
#ifndef ADIT_UI_EDITOR_H
#define ADIT_UI_EDITOR_H

#include <stdbool.h>

#include "base/err.h"
#include "base/timer.h"

/*
 * Opens it on a copy of `text`. When it has ended the terminal is taken back
 * and done(arg, text) is called: the new text, valid for the call, or NULL when
 * nothing is to change. -1 when it cannot be started; the terminal is ours then.
 */
int	editor_open(const char *text, struct timers *, void (*done)(void *arg, const char *text),
    void *arg, struct err *);
bool	editor_is_open(void);
/* Ctrl-Z in it stopped it, and should stop us. Returns when both go on. */
void	editor_suspended(void);
/* The program ends: the editor is asked to, its file is removed. */
void	editor_abandon(void);

#endif
