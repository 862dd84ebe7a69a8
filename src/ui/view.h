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

struct view_place {             /* a row: of a part of the block at this position */
	size_t	block, part, row;
};

struct view_line {              /* one row of the screen */
	const struct rows	*rows;
	size_t			 row;
	struct view_place	 place;
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
	size_t		 offset;                /* … and within the block's text */
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

/*
 * For whoever goes about in the text (ui/caret.h). Places hold until the transcript, what is folded
 * or the width changes; rows until the next view_lay_out().
 */
/* The first row on the screen, the first and the last of all. False: there is none. */
bool	view_top(struct view *, const struct transcript *, struct view_place *);
bool	view_first(struct view *, const struct transcript *, struct view_place *);
bool	view_last(struct view *, const struct transcript *, struct view_place *);
/* By up to so many rows, down is positive. Returns by how many. */
size_t	view_walk(struct view *, const struct transcript *, struct view_place *, long rows);
/* The part that the row is of. */
const struct rows *view_rows(struct view *, const struct transcript *, const struct view_place *);
/* Holds the view with this row as its first, also where it could follow. */
void	view_hold(struct view *, const struct transcript *, const struct view_place *);

#endif
