/* mdtable.c - see mdtable.h. */
#include "config.h"

#include "text/mdtable.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/width.h"

#define WORD_MAX 12     /* a longer word is rather broken than let the table not fit */
#define GAP 3           /* " | " */

void
mdtable_init(struct mdtable *t)
{
	*t = (struct mdtable){ 0 };
}

void
mdtable_done(struct mdtable *t)
{
	styled_done(&t->text);
	vec_done(&t->cells);
	vec_done(&t->aligns);
}

void
mdtable_reset(struct mdtable *t)
{
	styled_reset(&t->text);
	t->cells.n = t->aligns.n = 0;
}

void
mdtable_end_cell(struct mdtable *t)
{
	size_t start = t->cells.n > 0 ? t->cells.v[t->cells.n - 1].end : 0;
	struct mdcell cell = { start, t->text.text.len };
	vec_add(&t->cells, cell);
}

static size_t
row_count(const struct mdtable *t)
{
	return t->aligns.n > 0 ? t->cells.n / t->aligns.n : 0;
}

static const struct mdcell *
cell_at(const struct mdtable *t, size_t row, size_t column)
{
	return &t->cells.v[row * t->aligns.n + column];
}

/* ---- how wide the columns are ---- */

struct column {
	int	natural;        /* its widest line */
	int	word;           /* its longest word, at most WORD_MAX */
	int	width;          /* what it gets */
	/* while a row is written: */
	struct wrap	 wrap;
	struct wrap_line line;
	bool		 has_line;
	size_t		 start, run;    /* of the cell in the text; the column's last run */
};

static int
widest_part(const char *s, size_t n, const char *separators)
{
	int widest = 0;
	for (size_t at = 0, len; at < n; at += len + 1) {
		for (len = 0; at + len < n && strchr(separators, s[at + len]) == NULL; len++)
			;
		int cells = width_of(s + at, len);
		if (cells > widest)
			widest = cells;
	}
	return widest;
}

static void
measure(const struct mdtable *t, struct column *columns)
{
	const char *s = buf_str(&t->text.text);
	for (size_t i = 0; i < row_count(t) * t->aligns.n; i++) {
		struct column *c = &columns[i % t->aligns.n];
		const struct mdcell *cell = &t->cells.v[i];
		int natural = widest_part(s + cell->start, cell->end - cell->start, "\n");
		int word = widest_part(s + cell->start, cell->end - cell->start, " \n");
		if (word > WORD_MAX)
			word = WORD_MAX;
		c->natural = natural > c->natural ? natural : c->natural;
		c->word = word > c->word ? word : c->word;
	}
	for (size_t i = 0; i < t->aligns.n; i++)
		if (columns[i].natural == 0)
			columns[i].natural = columns[i].word = 1;
}

/* Gives the columns their widths when none is to be wider than `cap`; returns the sum. */
static long
cap_columns(struct column *columns, size_t n, int cap)
{
	long sum = 0;
	for (size_t i = 0; i < n; i++) {
		struct column *c = &columns[i];
		c->width = c->natural < cap ? c->natural : cap;
		if (c->width < c->word)
			c->width = c->word;
		sum += c->width;
	}
	return sum;
}

/*
 * Gives every column its width so that all fit into `room`: the widest give
 * way first. Returns false when words would have to be broken for it.
 */
static bool
fit_columns(struct column *columns, size_t n, int room)
{
	if (cap_columns(columns, n, 0) > room)
		return false;
	int low = 0, high = room;
	while (low < high) {
		int mid = low + (high - low + 1) / 2;
		if (cap_columns(columns, n, mid) <= room)
			low = mid;
		else
			high = mid - 1;
	}
	long spare = room - cap_columns(columns, n, low);
	for (size_t i = 0; i < n && spare > 0; i++) {
		if (columns[i].width < columns[i].natural) {
			columns[i].width++;
			spare--;
		}
	}
	return true;
}

/* ---- the table as a table ---- */

struct writer {
	struct rows	*rows;
	const struct mdtable *table;
	const struct wrap_frame *frame;
	struct column	*columns;
	uint8_t		 role;
	bool		 begun;         /* the first row is written */
};

static void
put_repeated(struct rows *r, const char *s, int times, uint8_t role)
{
	for (int i = 0; i < times; i++)
		wrap_row_puts(r, s, 1, role, 0);
}

static void
begin_row(struct writer *w, uint32_t source)
{
	const struct wrap_frame *f = w->frame;
	const struct styled *prefix = w->begun ? f->rest : f->first;
	wrap_row_begin(w->rows, source);
	wrap_row_prefix(w->rows, prefix);
	uint16_t rest = prefix != NULL ? (uint16_t)prefix->text.len : 0;
	wrap_row(w->rows)->lead = w->begun ? rest : f->lead;
	w->begun = true;
}

static uint32_t
row_source(const struct mdtable *t, size_t row)
{
	return styled_source(&t->text, cell_at(t, row, 0)->start);
}

static void
write_rule(struct writer *w, uint32_t source)
{
	bool ascii = w->frame->ascii;
	begin_row(w, source);
	for (size_t i = 0; i < w->table->aligns.n; i++) {
		if (i > 0)
			put_repeated(w->rows, ascii ? "-" : "\xe2\x94\x80", 1, ROLE_TABLE);
		if (i > 0)
			wrap_row_puts(w->rows, ascii ? "+" : "\xe2\x94\xbc", 1, ROLE_TABLE, 0);
		int extra = i > 0 ? 1 : 0;
		put_repeated(w->rows, ascii ? "-" : "\xe2\x94\x80", w->columns[i].width + extra,
		    ROLE_TABLE);
	}
}

/* Finds the next line of every cell of the row; false when no cell has one. */
static bool
next_lines(struct writer *w)
{
	bool any = false;
	for (size_t i = 0; i < w->table->aligns.n; i++) {
		struct column *c = &w->columns[i];
		c->has_line = wrap_next(&c->wrap, &c->line);
		any |= c->has_line;
	}
	return any;
}

static void
write_cell(struct writer *w, size_t i)
{
	struct column *c = &w->columns[i];
	bool last = i + 1 == w->table->aligns.n;
	int used = !c->has_line ? 0 : c->line.too_wide ? 1 : c->line.cells;
	int spare = c->width - used, before = 0;
	if (w->table->aligns.v[i] == MDTABLE_RIGHT)
		before = spare;
	else if (w->table->aligns.v[i] == MDTABLE_CENTER)
		before = spare / 2;
	put_repeated(w->rows, " ", used > 0 ? before : 0, w->role);
	if (c->has_line) {
		struct wrap_line line = c->line;
		line.start += c->start;
		line.end += c->start;
		wrap_row_add(w->rows, &w->table->text, &line, w->frame->ascii, &c->run);
	}
	if (!last)
		put_repeated(w->rows, " ", spare - (used > 0 ? before : 0), w->role);
}

/* Writes one row of the table: as many rows of the screen as its tallest cell. */
static void
write_row(struct writer *w, size_t row)
{
	const struct mdtable *t = w->table;
	for (size_t i = 0; i < t->aligns.n; i++) {
		struct column *c = &w->columns[i];
		const struct mdcell *cell = cell_at(t, row, i);
		wrap_init(&c->wrap, buf_str(&t->text.text) + cell->start, cell->end - cell->start,
		    c->width, true);
		c->start = cell->start;
	}
	while (next_lines(w)) {
		begin_row(w, row_source(t, row));
		for (size_t i = 0; i < t->aligns.n; i++) {
			if (i > 0)
				wrap_row_puts(w->rows, w->frame->ascii ? " | " : " \xe2\x94\x82 ",
				    GAP, ROLE_TABLE, 0);
			write_cell(w, i);
		}
	}
}

/* Whether a row takes more than one row of the screen. */
static bool
is_tall(const struct mdtable *t, const struct column *columns, size_t row)
{
	const char *s = buf_str(&t->text.text);
	for (size_t i = 0; i < t->aligns.n; i++) {
		const struct mdcell *cell = cell_at(t, row, i);
		size_t n = cell->end - cell->start;
		if (memchr(s + cell->start, '\n', n) != NULL || width_of(s + cell->start, n) > columns[i].width)
			return true;
	}
	return false;
}

static void
write_table(struct writer *w)
{
	bool above = false;
	for (size_t row = 0; row < row_count(w->table); row++) {
		bool tall = is_tall(w->table, w->columns, row);
		/* Where cells wrap only rules show which lines belong together. */
		if (row == 1 || (row > 1 && (tall || above)))
			write_rule(w, row_source(w->table, row));
		write_row(w, row);
		above = tall;
	}
}

/* ---- the table as a list ---- */

static void
write_field(struct writer *w, size_t row, size_t column)
{
	const struct mdtable *t = w->table;
	const struct mdcell *head = cell_at(t, 0, column), *cell = cell_at(t, row, column);
	if (cell->start == cell->end)
		return;
	struct run plain = { .source = styled_source(&t->text, cell->start), .role = w->role };
	struct styled line;
	styled_init(&line);
	styled_append(&line, &t->text, head->start, head->end);
	if (row > 0 && head->end > head->start)
		styled_puts(&line, ": ", &plain);
	if (row > 0)
		styled_append(&line, &t->text, cell->start, cell->end);
	for (size_t i = 0; i < line.runs.n; i++)
		line.runs.v[i].source = plain.source;
	struct wrap_frame frame = *w->frame;
	if (w->begun) {
		frame.first = frame.rest;
		frame.lead = frame.rest != NULL ? (uint16_t)frame.rest->text.len : 0;
	}
	wrap_rows(w->rows, &line, &frame);
	w->begun = true;
	styled_done(&line);
}

static void
write_list(struct writer *w)
{
	size_t rows = row_count(w->table);
	for (size_t row = rows > 1 ? 1 : 0; row < rows; row++) {
		if (row > 1)
			begin_row(w, row_source(w->table, row));
		for (size_t i = 0; i < w->table->aligns.n; i++)
			write_field(w, row, i);
	}
}

void
mdtable_add_rows(struct rows *r, const struct mdtable *t, const struct wrap_frame *f, uint8_t role)
{
	size_t n = t->aligns.n;
	if (row_count(t) == 0)
		return;
	struct column *columns = mem_alloc(n * sizeof *columns);
	struct writer w = { r, t, f, columns, role, false };
	measure(t, columns);
	int prefix = f->rest != NULL ? width_of(buf_str(&f->rest->text), f->rest->text.len) : 0;
	int first = f->first != NULL ? width_of(buf_str(&f->first->text), f->first->text.len) : 0;
	long room = (long)f->width - (prefix > first ? prefix : first) - GAP * (long)(n - 1);
	if (room > 0 && fit_columns(columns, n, (int)room))
		write_table(&w);
	else
		write_list(&w);
	free(columns);
}
