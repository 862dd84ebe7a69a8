/*
 * view.h - which rows of a transcript are on the screen.
 *
 * A view either follows the end or is held at an anchor: a row of a part of a
 * block, with the byte it begins at, so that a resize finds the place again.
 * Everything walks from the anchor (or the end) over parts (ui/block.h); what
 * is not near is never laid out.
 */
#ifndef ADIT_UI_VIEW_H
#define ADIT_UI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/transcript.h"
#include "base/vec.h"
#include "ui/block.h"

struct view_line {              /* one row of the screen */
	const struct rows	*rows;
	size_t			 row;
	const struct block	*block;
	bool			 head;  /* the row with the block's state */
};

struct view {
	struct block_cache cache;
	int		 width, height;         /* of the text */
	bool		 held;
	bool		 jumps;                 /* following moves on by much at a time, see view.c */
	bool		 sticks;                /* … and the anchor is where it moved to */
	/* the anchor, when held or sticking: the first row */
	uint64_t	 block;
	size_t		 part, row;
	size_t		 source;                /* of that row within its part */
	bool		 moved;                 /* width or fold changed: find the row by source */
	/* what came since it is held */
	uint64_t	 counted_block;
	size_t		 counted_bytes;
	size_t		 new_lines;
	struct VEC(struct view_line) lines;     /* of the last view_lay_out() */
};

void	view_init(struct view *);
void	view_done(struct view *);
void	view_resize(struct view *, int width, int height);
/* Fills view->lines: at most `height` of them. Valid until the next call. */
void	view_lay_out(struct view *, const struct transcript *);
/* Down is positive. Reaching the end follows again. */
void	view_scroll(struct view *, const struct transcript *, int rows);
void	view_home(struct view *, const struct transcript *);
void	view_end(struct view *);
/* Something folded: the anchor keeps its place in the text. */
void	view_refold(struct view *);
/* Shows the byte at this offset of a block's text, about a third down. */
void	view_show(struct view *, const struct transcript *, uint64_t block, size_t offset);
/* The block and offset of the first row: where a search begins. */
void	view_place(struct view *, const struct transcript *, uint64_t *block, size_t *offset);
/* Lines that came since the view is held. */
size_t	view_new_lines(struct view *, const struct transcript *);

#endif
