/*
 * copymode.h - copy mode: a cursor in a pane's text, moved with vi's keys, and what it selects.
 *
 * It stands in the text and not on the screen (ui/caret.h), and its pane is held, so that neither a reply
 * that streams nor a resize moves it away from what one looks at. What is copied is the text as one
 * reads it: wrapped rows joined, without padding, quote bars, table lines and other frames; control
 * characters as the symbols that the screen shows.
 */
#ifndef ADIT_UI_COPYMODE_H
#define ADIT_UI_COPYMODE_H

#include <stdbool.h>

#include "base/buf.h"
#include "ui/caret.h"
#include "ui/view.h"

enum copymode_selecting { SELECT_NOTHING, SELECT_CHARACTERS, SELECT_LINES };

struct copymode {               /* zero-initialise */
	struct view	*view;          /* borrowed; NULL = off. The pane that it is on */
	struct mark	 caret, other;  /* other: the selection's other end */
	enum copymode_selecting selecting;
	int		 cell;          /* where j and k go, as far as the row reaches */
	bool		 followed;      /* the view followed its end before */
	int		 y, x;          /* the cursor on the screen, -1 = it is not there */
};

/* Begins at the last row on the screen. False: there is no text. */
bool	copymode_enter(struct copymode *, struct view *, const struct transcript *);
/* The view follows again if it did. */
void	copymode_leave(struct copymode *);

/* What this key of vi's does to the cursor (others: nothing). */
void	copymode_move(struct copymode *, const struct transcript *, int key);
/* The view by rows, down is positive; the cursor stays where it is as long as that is seen. */
void	copymode_scroll(struct copymode *, const struct transcript *, long rows);
/* To the line with this byte of a block's text, where it has `match`. */
void	copymode_show(struct copymode *, const struct transcript *, uint64_t block, size_t offset,
    const char *match);
/* To the row and cell of the pane's body. */
void	copymode_click(struct copymode *, const struct transcript *, int row, int cell);
/* Begins to select so, does it otherwise, or, if it is so already, ends. */
void	copymode_select(struct copymode *, enum copymode_selecting);
/* The cursor goes to the other end of the selection. */
void	copymode_turn(struct copymode *, const struct transcript *);

/* Appends what is selected, the cursor's line, the block of code that it is in (as its source says it,
 * control characters shown). The first two stop when the buffer is full. False: there is none. */
bool	copymode_add_selection(struct copymode *, const struct transcript *, struct buf *);
bool	copymode_add_line(struct copymode *, const struct transcript *, struct buf *);
bool	copymode_add_code(struct copymode *, const struct transcript *, struct buf *);

/* Before the view is laid out: the cursor is within it. */
void	copymode_settle(struct copymode *, const struct transcript *);
/* Over the pane's body, after it was painted: the text's first cell is at (y, x), w cells are its. */
void	copymode_paint(struct copymode *, const struct transcript *, int y, int x, int w);

#endif
