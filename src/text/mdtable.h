/*
 * mdtable.h - a Markdown table to rows that fit.
 *
 * The cells are gathered first; then columns get their natural width, or less
 * (the widest give way first, cells wrap), or, where even that does not fit,
 * each row of the table becomes a list of "header: value".
 */
#ifndef ADIT_TEXT_MDTABLE_H
#define ADIT_TEXT_MDTABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "text/wrap.h"

enum mdtable_align { MDTABLE_LEFT, MDTABLE_CENTER, MDTABLE_RIGHT };

struct mdcell {
	size_t	start, end;     /* in text */
};

struct mdtable {
	struct styled	text;           /* of all cells, one after the other */
	struct VEC(struct mdcell) cells; /* row by row; the first row is the header */
	struct VEC(uint8_t) aligns;     /* enum mdtable_align; one a column: their number is the
					 * number of columns */
};

void mdtable_init(struct mdtable *);
void mdtable_done(struct mdtable *);
void mdtable_reset(struct mdtable *);

/* Call when a cell's text is in table->text. The header's cells also say the alignment. */
void mdtable_end_cell(struct mdtable *);

/* Appends the table's rows; `role` is that of plain text. f->first goes before the first row. */
void mdtable_add_rows(struct rows *, const struct mdtable *, const struct wrap_frame *f,
    uint8_t role);

#endif
