/*
 * caret.h - places in the text of a transcript, for a cursor that goes about in it (ui/copymode.h).
 *
 * A spot is where something is as it is laid out now: a row and a byte of it. A mark is the same in
 * the text itself: the line as it was written (the rows that it is wrapped into together) and how far
 * into it. It outlives a resize, and a reply that streams.
 *
 * A spot stands on a whole character, never on what the layout made up at a row's beginning; in a row
 * without text it stands at its end.
 */
#ifndef ADIT_UI_CARET_H
#define ADIT_UI_CARET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/view.h"

struct spot {
	struct view_place place;
	size_t		 at;            /* byte of the row's text */
};

#define MARK_NONE SIZE_MAX

struct mark {
	uint64_t	 block;
	enum { MARK_HEAD, MARK_TEXT, MARK_DETAIL } in;
	size_t		 source;        /* where the line begins: in the block's text or its detail */
	size_t		 nth;           /* of those that begin there and have text; MARK_NONE = before the first */
	size_t		 at;            /* byte of the line's text */
	size_t		 below;         /* so many rows without text below it; 0 = in it */
};

/* A row's text, clean; *n bytes. Valid as the rows are. */
const char *caret_text(const struct rows *, size_t row, size_t *n);
/* Where its own text begins, behind what the layout made up. */
size_t	caret_begin(const struct rows *, size_t row);
/* The character at this byte, its bytes and cells; 0 bytes at the end of the row. */
size_t	caret_character(const struct rows *, size_t row, size_t at, int *cells);

struct mark caret_mark(struct view *, const struct transcript *, const struct spot *);
/* Where it is now, or near. False when there is no text at all. */
bool	caret_find(struct view *, const struct transcript *, const struct mark *, struct spot *);
/* The line that has this byte of a block's text; its `match`, if it has it (NULL: its beginning). */
bool	caret_find_text(struct view *, const struct transcript *, uint64_t block, size_t offset,
    const char *match, struct spot *);
/* -1, 0, 1: a is before b, the same, behind. */
int	caret_compare(const struct spot *a, const struct spot *b);
bool	caret_is_before(const struct view_place *a, const struct view_place *b);

/* The character of the row at this cell, or the last one. */
void	caret_put(struct view *, const struct transcript *, struct spot *, int cell);
/* The cell it stands at. */
int	caret_cell(struct view *, const struct transcript *, const struct spot *);

/* To the next character, or the one before, over the ends of lines. False: there is none. */
bool	caret_next(struct view *, const struct transcript *, struct spot *);
bool	caret_previous(struct view *, const struct transcript *, struct spot *);
/* To the first and the last character of the line, and to its first that is no blank. */
void	caret_line_begin(struct view *, const struct transcript *, struct spot *);
void	caret_line_end(struct view *, const struct transcript *, struct spot *);
void	caret_line_text(struct view *, const struct transcript *, struct spot *);
/* By words as in vi: to the next, the one before, the end of this or the next. */
void	caret_word_next(struct view *, const struct transcript *, struct spot *);
void	caret_word_previous(struct view *, const struct transcript *, struct spot *);
void	caret_word_end(struct view *, const struct transcript *, struct spot *);

#endif
