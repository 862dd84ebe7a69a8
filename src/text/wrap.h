/*
 * wrap.h - styled text to rows within a width.
 *
 * A `struct styled` is one paragraph (or cell, or line of code): clean text with
 * runs of style. wrap_next() finds the lines of a text at a width, and knows
 * nothing of style; wrap_rows() also writes them into a `struct rows`, with
 * prefixes such as quote bars, bullets and hanging indents. Linear in the text
 * and nothing is allocated per character. Pure.
 */
#ifndef ADIT_TEXT_WRAP_H
#define ADIT_TEXT_WRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"
#include "text/rows.h"

/* A stretch of one style; it begins where the run before it ends. */
struct run {
	uint32_t	end;            /* in styled.text */
	uint32_t	source, raw;    /* where it comes from, and how long it is there */
	uint8_t		role, emphasis;
	uint16_t	link;           /* as in struct span */
};

struct styled {
	struct buf	text;           /* clean; '\n' forces a new row */
	struct VEC(struct run) runs;
};

void styled_init(struct styled *);
void styled_done(struct styled *);
void styled_reset(struct styled *);
/* Ends a run: the text added to s->text since the last one gets style->role, emphasis, link and
 * comes from style->source, style->raw. Joins runs that are alike and adjacent in the source. */
void styled_end(struct styled *, const struct run *style);
/* The same, but the run ends at `end` of the text, before its last bytes. */
void styled_end_at(struct styled *, size_t end, const struct run *style);
/* Clean text of ours in one go. */
void styled_puts(struct styled *, const char *clean, const struct run *style);
/* Where the byte at `at` of the text comes from. */
uint32_t styled_source(const struct styled *, size_t at);
/* Appends the bytes from `start` to `end` of another text with their styles and sources. */
void styled_append(struct styled *, const struct styled *from, size_t start, size_t end);
/* Keeps what fits into `cells`. */
void styled_cut(struct styled *, int cells);

/* ---- lines ------------------------------------------------------------------ */

struct wrap {
	const char	*s;
	size_t		 n, at;
	int		 width;         /* at least 1 */
	bool		 words;         /* break between words; otherwise just where the row is
					 * full, and no space is lost */
	bool		 continued, done;
	uint16_t	 spaced;
};

struct wrap_line {
	size_t	start, end;
	int	cells;          /* at most the width, except: */
	bool	too_wide;       /* one cluster of two cells in a width of one */
	bool	continued;      /* as in struct row */
	uint16_t spaced;
};

void wrap_init(struct wrap *, const char *clean, size_t n, int width, bool words);
/* The next line, or false after the last. An empty text has one empty line. */
bool wrap_next(struct wrap *, struct wrap_line *);

/* ---- rows ------------------------------------------------------------------- */

struct wrap_frame {
	int	width;                  /* of whole rows */
	bool	words, code, ascii;
	const struct styled *first;     /* before the first row; NULL: nothing */
	const struct styled *rest;      /* before the others */
	uint32_t source;                /* of the one row of an empty text */
	uint16_t lead;                  /* of the first row's prefix, so many bytes are layout; of
					 * the other rows' all are */
};

/* Appends the rows of the text. Prefixes are narrower than the width (styled_cut them). */
void wrap_rows(struct rows *, const struct styled *, const struct wrap_frame *);
/* A row put together by hand: begin, then add parts. A part is a line of a text (whose runs are
 * looked for from *run on, 0 at first) or clean text of ours. */
void wrap_row_begin(struct rows *, uint32_t source);
void wrap_row_prefix(struct rows *, const struct styled *prefix);
void wrap_row_add(struct rows *, const struct styled *, const struct wrap_line *, bool ascii,
    size_t *run);
void wrap_row_puts(struct rows *, const char *clean, int cells, uint8_t role, uint8_t emphasis);
struct row *wrap_row(struct rows *);    /* the row begun last */

#endif
