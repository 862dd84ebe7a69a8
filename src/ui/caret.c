/* caret.c - spots and marks, and moving by characters, lines and words; see caret.h. */
#include "config.h"

#include "ui/caret.h"

#include <limits.h>
#include <string.h>

#include "text/utf8.h"
#include "text/width.h"
#include "ui/find.h"

/* ---- a row --------------------------------------------------------------------------------- */

const char *
caret_text(const struct rows *r, size_t row, size_t *n)
{
	const struct row *w = &r->rows.v[row];
	*n = 0;
	if (w->n == 0)
		return "";
	const struct span *first = &r->spans.v[w->first], *last = first + w->n - 1;
	*n = last->off + last->len - first->off;
	return r->text.s + first->off;
}

size_t
caret_begin(const struct rows *r, size_t row)
{
	size_t n, lead = r->rows.v[row].lead;
	caret_text(r, row, &n);
	return lead < n ? lead : n;
}

static size_t
row_end(const struct rows *r, size_t row)
{
	size_t n;
	caret_text(r, row, &n);
	return n;
}

static bool
is_blank_row(const struct rows *r, size_t row)
{
	return caret_begin(r, row) == row_end(r, row);
}

size_t
caret_character(const struct rows *r, size_t row, size_t at, int *cells)
{
	size_t n;
	const char *s = caret_text(r, row, &n);
	*cells = 0;
	return at < n ? width_grapheme(s + at, n - at, cells) : 0;
}

/* Where the last character of the row begins. */
static size_t
last_character(const struct rows *r, size_t row)
{
	size_t n, begin = caret_begin(r, row);
	const char *s = caret_text(r, row, &n);
	return n > begin ? width_previous(s, n) : begin;
}

/* Puts the byte on a whole character of the row's own text. */
static size_t
settled(const struct rows *r, size_t row, size_t at)
{
	size_t last = last_character(r, row), to = caret_begin(r, row);
	for (int cells; to < last; ) {
		size_t len = caret_character(r, row, to, &cells);
		if (to + len > at)
			break;
		to += len;
	}
	return to;
}

void
caret_put(struct view *v, const struct transcript *t, struct spot *s, int cell)
{
	const struct rows *r = view_rows(v, t, &s->place);
	size_t n;
	const char *text = caret_text(r, s->place.row, &n);
	s->at = settled(r, s->place.row, cell > 0 && n > 0 ? width_fit(text, n, cell, NULL) : 0);
}

int
caret_cell(struct view *v, const struct transcript *t, const struct spot *s)
{
	size_t n;
	const char *text = caret_text(view_rows(v, t, &s->place), s->place.row, &n);
	return s->at > 0 ? width_of(text, s->at < n ? s->at : n) : 0;
}

/* ---- the rows of a line -------------------------------------------------------------------------- */

static size_t
first_row(const struct rows *r, size_t row)
{
	while (row > 0 && r->rows.v[row].continued)
		row--;
	return row;
}

static bool
goes_on(const struct rows *r, size_t row)
{
	return row + 1 < r->rows.n && r->rows.v[row + 1].continued;
}

/* The bytes that a row adds to its line, with the spaces that the break behind it took. */
static size_t
bytes_of(const struct rows *r, size_t row)
{
	return row_end(r, row) - caret_begin(r, row) + (goes_on(r, row) ? r->rows.v[row + 1].spaced : 0);
}

void
caret_line_begin(struct view *v, const struct transcript *t, struct spot *s)
{
	const struct rows *r = view_rows(v, t, &s->place);
	s->place.row = first_row(r, s->place.row);
	s->at = caret_begin(r, s->place.row);
}

void
caret_line_end(struct view *v, const struct transcript *t, struct spot *s)
{
	const struct rows *r = view_rows(v, t, &s->place);
	while (goes_on(r, s->place.row))
		s->place.row++;
	s->at = last_character(r, s->place.row);
}

/* ---- marks ------------------------------------------------------------------------------------- */

static bool
is_text(const struct block *b, size_t part)
{
	return part > 0 && part <= b->cuts.n + 1;
}

/* How many lines with text before this row begin where its line does. */
static size_t
nth_of(const struct rows *r, size_t head)
{
	size_t nth = 0;
	for (size_t i = head; i-- > 0 && r->rows.v[i].source == r->rows.v[head].source;)
		nth += !r->rows.v[i].continued && !is_blank_row(r, i);
	return nth;
}

struct mark
caret_mark(struct view *v, const struct transcript *t, const struct spot *s)
{
	const struct block *b = t->blocks.v[s->place.block];
	const struct rows *r = view_rows(v, t, &s->place);
	size_t part = s->place.part, row = s->place.row;
	struct mark m = { .block = b->id, .nth = MARK_NONE,
		.in = part == 0 ? MARK_HEAD : is_text(b, part) ? MARK_TEXT : MARK_DETAIL };
	if (m.in == MARK_TEXT)
		m.source = block_offset(b, part);
	/* A row without text belongs below the one above that has some: its own source is made up. */
	while (row < r->rows.n && is_blank_row(r, row)) {
		m.below++;
		row--;          /* above the first: past the end */
	}
	if (row >= r->rows.n)
		return m;
	size_t head = first_row(r, row);
	m.source += r->rows.v[head].source;
	m.nth = nth_of(r, head);
	if (m.below > 0)
		return m;
	m.at = s->at - caret_begin(r, row);
	for (size_t i = head; i < row; i++)
		m.at += bytes_of(r, i);
	return m;
}

/* The first row of the line; where it is gone, of the last one with text that begins before. */
static size_t
line_of(const struct rows *r, size_t source, size_t nth)
{
	size_t found = 0;
	for (size_t i = 0; i < r->rows.n && r->rows.v[i].source <= source; i++) {
		if (r->rows.v[i].continued || is_blank_row(r, i))
			continue;
		found = i;
		if (r->rows.v[i].source == source && nth-- == 0)
			break;
	}
	return found;
}

/* Goes `at` bytes into the line that begins at this row. */
static void
go_into(const struct rows *r, struct spot *s, size_t at)
{
	while (at >= bytes_of(r, s->place.row) && goes_on(r, s->place.row))
		at -= bytes_of(r, s->place.row++);
	s->at = settled(r, s->place.row, caret_begin(r, s->place.row) + at);
}

/* Down by so many rows, as long as they have no text. */
static void
go_below(struct view *v, const struct transcript *t, struct spot *s, size_t rows)
{
	while (rows-- > 0) {
		struct view_place next = s->place;
		if (view_walk(v, t, &next, 1) == 0 || !is_blank_row(view_rows(v, t, &next), next.row))
			break;
		s->place = next;
	}
	s->at = settled(view_rows(v, t, &s->place), s->place.row, 0);
}

/* The spot in the part that the mark is in. */
static void
find_in_part(struct view *v, const struct transcript *t, const struct mark *m, struct spot *s)
{
	const struct rows *r = view_rows(v, t, &s->place);
	const struct block *b = t->blocks.v[s->place.block];
	size_t begin = m->in == MARK_TEXT && is_text(b, s->place.part) ? block_offset(b, s->place.part) : 0;
	if (m->nth == MARK_NONE) {
		go_below(v, t, s, m->below - 1);
		return;
	}
	s->place.row = line_of(r, m->source > begin ? m->source - begin : 0, m->nth);
	if (m->below == 0) {
		go_into(r, s, m->at);
		return;
	}
	while (goes_on(r, s->place.row))
		s->place.row++;
	go_below(v, t, s, m->below);
}

/* The part that the mark is in; what was opened may be folded now. */
static size_t
part_of(const struct transcript *t, size_t block, const struct mark *m)
{
	const struct block *b = t->blocks.v[block];
	size_t parts = block_parts(t, block), part = 0;
	if (b->id == m->block && m->in == MARK_TEXT)
		part = block_part_at(b, m->source);
	else if (b->id == m->block && m->in == MARK_DETAIL)
		part = b->cuts.n + 2;
	return part < parts ? part : parts > 0 ? parts - 1 : 0;
}

/* Some place at or after p that has a row, or the last of all. */
static bool
with_rows(struct view *v, const struct transcript *t, struct view_place *p)
{
	if (p->block >= t->blocks.n)
		return view_last(v, t, p);
	if (block_parts(t, p->block) > 0 && view_rows(v, t, p)->rows.n > 0)
		return true;
	return view_walk(v, t, p, 1) > 0 || view_last(v, t, p);
}

bool
caret_find(struct view *v, const struct transcript *t, const struct mark *m, struct spot *s)
{
	*s = (struct spot){ .place.block = transcript_position(t, m->block) };
	if (s->place.block < t->blocks.n)
		s->place.part = part_of(t, s->place.block, m);
	struct view_place wanted = s->place;
	if (!with_rows(v, t, &s->place))
		return false;
	bool there = t->blocks.v[s->place.block]->id == m->block && s->place.block == wanted.block &&
	    s->place.part == wanted.part;
	if (there)
		find_in_part(v, t, m, s);
	else
		s->at = settled(view_rows(v, t, &s->place), s->place.row, 0);
	return true;
}

/* The text of the line that begins at this row. */
static void
add_line(const struct rows *r, size_t row, struct buf *out)
{
	for (;; row++) {
		size_t n, begin = caret_begin(r, row);
		const char *s = caret_text(r, row, &n);
		buf_add(out, s + begin, n - begin);
		if (!goes_on(r, row))
			return;
		for (size_t i = 0; i < r->rows.v[row + 1].spaced; i++)
			buf_putc(out, ' ');
	}
}

/* Where the match stands in the line as it is shown, that is so many bytes into its raw text: as many
 * matches are before it there as here. */
static size_t
match_at(const struct rows *r, size_t row, const char *raw, size_t into, const char *match)
{
	size_t before = 0, at = 0;
	for (size_t i = find_in(raw, into, 0, match); i < into; i = find_in(raw, into, i + 1, match))
		before++;
	struct buf line;
	buf_init(&line, 0);
	add_line(r, row, &line);
	at = find_in(buf_str(&line), line.len, 0, match);
	while (before-- > 0 && at < line.len) {
		size_t next = find_in(line.s, line.len, at + 1, match);
		if (next >= line.len)
			break;
		at = next;
	}
	at = at < line.len ? at : 0;
	buf_done(&line);
	return at;
}

bool
caret_find_text(struct view *v, const struct transcript *t, uint64_t block, size_t offset,
    const char *match, struct spot *s)
{
	struct mark m = { .block = block, .in = MARK_TEXT, .source = offset };
	if (!caret_find(v, t, &m, s))
		return false;
	const struct block *b = t->blocks.v[s->place.block];
	const struct rows *r = view_rows(v, t, &s->place);
	s->place.row = first_row(r, s->place.row);
	s->at = settled(r, s->place.row, 0);
	if (match == NULL || b->id != block || !is_text(b, s->place.part))
		return true;
	size_t begin = block_offset(b, s->place.part) + r->rows.v[s->place.row].source;
	if (begin <= offset && offset <= b->text.len)
		go_into(r, s, match_at(r, s->place.row, buf_str(&b->text) + begin, offset - begin, match));
	return true;
}

/* ---- order --------------------------------------------------------------------------------------- */

bool
caret_is_before(const struct view_place *a, const struct view_place *b)
{
	if (a->block != b->block)
		return a->block < b->block;
	return a->part != b->part ? a->part < b->part : a->row < b->row;
}

int
caret_compare(const struct spot *a, const struct spot *b)
{
	if (caret_is_before(&a->place, &b->place))
		return -1;
	if (caret_is_before(&b->place, &a->place))
		return 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* ---- by characters ----------------------------------------------------------------------------------- */

bool
caret_next(struct view *v, const struct transcript *t, struct spot *s)
{
	const struct rows *r = view_rows(v, t, &s->place);
	int cells;
	size_t next = s->at + caret_character(r, s->place.row, s->at, &cells);
	if (next < row_end(r, s->place.row)) {
		s->at = next;
		return true;
	}
	if (view_walk(v, t, &s->place, 1) == 0)
		return false;
	s->at = caret_begin(view_rows(v, t, &s->place), s->place.row);
	return true;
}

bool
caret_previous(struct view *v, const struct transcript *t, struct spot *s)
{
	const struct rows *r = view_rows(v, t, &s->place);
	size_t n;
	if (s->at > caret_begin(r, s->place.row)) {
		s->at = width_previous(caret_text(r, s->place.row, &n), s->at);
		return true;
	}
	if (view_walk(v, t, &s->place, -1) == 0)
		return false;
	s->at = last_character(view_rows(v, t, &s->place), s->place.row);
	return true;
}

/* ---- by words ------------------------------------------------------------------------------------------- */

enum class { BLANK, SIGN, WORD, NOTHING /* an empty row */ };

static bool
is_sign(uint32_t cp)
{
	if (cp < 0x80)
		return cp != '_' && !(cp >= '0' && cp <= '9') && !((cp | 0x20) >= 'a' && (cp | 0x20) <= 'z');
	return (cp >= 0x2010 && cp < 0x2e00) || (cp >= 0x3001 && cp < 0x3040) || (cp >= 0xff01 && cp < 0xff10);
}

static enum class
class_at(struct view *v, const struct transcript *t, const struct spot *s)
{
	size_t n;
	const char *text = caret_text(view_rows(v, t, &s->place), s->place.row, &n);
	if (s->at >= n)
		return NOTHING;
	uint32_t cp;
	utf8_decode(text + s->at, n - s->at, &cp);
	return cp == ' ' ? BLANK : is_sign(cp) ? SIGN : WORD;
}

/* What stands at b follows what stands at a, the one before, with nothing in between. */
static bool
adjoins(struct view *v, const struct transcript *t, const struct spot *a, const struct spot *b)
{
	if (!caret_is_before(&a->place, &b->place))
		return true;
	const struct row *row = &view_rows(v, t, &b->place)->rows.v[b->place.row];
	return row->continued && row->spaced == 0;
}

/* Over the rest of the word to the first character of what follows, then over blanks. */
void
caret_word_next(struct view *v, const struct transcript *t, struct spot *s)
{
	enum class was = class_at(v, t, s);
	for (struct spot next = *s; caret_next(v, t, &next); *s = next) {
		enum class is = class_at(v, t, &next);
		bool apart = !adjoins(v, t, s, &next);
		if (is == NOTHING || (is != BLANK && (apart || is != was))) {
			*s = next;
			return;
		}
		was = is;
	}
}

void
caret_word_previous(struct view *v, const struct transcript *t, struct spot *s)
{
	struct spot at = *s;
	bool any = false;
	while (caret_previous(v, t, &at)) {
		enum class is = class_at(v, t, &at);
		if (any && (is != class_at(v, t, s) || !adjoins(v, t, &at, s)))
			return;
		any = any || is != BLANK;
		*s = at;
		if (is == NOTHING)
			return;
	}
}

void
caret_word_end(struct view *v, const struct transcript *t, struct spot *s)
{
	struct spot at = *s;
	bool any = false;
	while (caret_next(v, t, &at)) {
		enum class is = class_at(v, t, &at);
		if (any && (is != class_at(v, t, s) || !adjoins(v, t, s, &at)))
			return;
		any = any || is == WORD || is == SIGN;
		*s = at;
	}
}

void
caret_line_text(struct view *v, const struct transcript *t, struct spot *s)
{
	caret_line_begin(v, t, s);
	for (struct spot at = *s; class_at(v, t, &at) == BLANK; *s = at)
		if (!caret_next(v, t, &at) || !(at.place.row == s->place.row ||
			view_rows(v, t, &at.place)->rows.v[at.place.row].continued))
			return;
}
