/* copymode.c - the cursor, the selection and its text; see copymode.h. */
#include "config.h"

#include "ui/copymode.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"
#include "text/width.h"
#include "ui/paint.h"
#include "ui/theme.h"

/* ---- the cursor and the view ------------------------------------------------------------------------- */

static long
height_of(const struct view *v)
{
	return v->height > 0 ? v->height : 1;
}

/* Scrolls by no more than brings the spot into the view. */
static void
show(struct view *v, const struct transcript *t, const struct view_place *at)
{
	struct view_place top, bottom;
	if (!view_top(v, t, &top))
		return;
	bottom = top;
	view_walk(v, t, &bottom, height_of(v) - 1);
	if (caret_is_before(at, &top)) {
		top = *at;
	} else if (caret_is_before(&bottom, at)) {
		top = *at;
		view_walk(v, t, &top, 1 - height_of(v));
	}
	view_hold(v, t, &top);
}

static void
put_caret(struct copymode *c, const struct transcript *t, const struct spot *s)
{
	c->caret = caret_mark(c->view, t, s);
	show(c->view, t, &s->place);
}

/* The same, and j and k keep to this cell from now on. */
static void
put_caret_here(struct copymode *c, const struct transcript *t, const struct spot *s)
{
	c->cell = caret_cell(c->view, t, s);
	put_caret(c, t, s);
}

bool
copymode_enter(struct copymode *c, struct view *v, const struct transcript *t)
{
	struct spot s = { 0 };
	if (!view_top(v, t, &s.place))
		return false;
	*c = (struct copymode){ .view = v, .followed = !v->held, .y = -1 };
	view_hold(v, t, &s.place);
	view_walk(v, t, &s.place, height_of(v) - 1);
	caret_put(v, t, &s, 0);
	put_caret_here(c, t, &s);
	return true;
}

void
copymode_leave(struct copymode *c)
{
	if (c->view != NULL && c->followed)
		view_end(c->view);
	*c = (struct copymode){ 0 };
}

void
copymode_settle(struct copymode *c, const struct transcript *t)
{
	struct spot s;
	if (caret_find(c->view, t, &c->caret, &s))
		show(c->view, t, &s.place);
}

/* ---- moving -------------------------------------------------------------------------------------------- */

static void
go_rows(struct copymode *c, const struct transcript *t, struct spot *s, long rows)
{
	view_walk(c->view, t, &s->place, rows);
	caret_put(c->view, t, s, c->cell);
}

/* h and l stay in the line, also where it is wrapped. */
static void
go_beside(struct copymode *c, const struct transcript *t, struct spot *s, long step)
{
	struct spot to = *s;
	if (!(step > 0 ? caret_next(c->view, t, &to) : caret_previous(c->view, t, &to)))
		return;
	const struct view_place *lower = step > 0 ? &to.place : &s->place;
	bool same_row = !caret_is_before(&to.place, &s->place) && !caret_is_before(&s->place, &to.place);
	if (same_row || view_rows(c->view, t, lower)->rows.v[lower->row].continued)
		*s = to;
}

/* To the text's beginning or end. */
static void
go_end(struct copymode *c, const struct transcript *t, struct spot *s, long which)
{
	if (which < 0)
		view_first(c->view, t, &s->place);
	else
		view_last(c->view, t, &s->place);
	caret_put(c->view, t, s, 0);
}

/* To the top, the middle, the bottom of what is seen: by halves. */
static void
go_screen(struct copymode *c, const struct transcript *t, struct spot *s, long halves)
{
	struct view_place top, end;
	if (!view_top(c->view, t, &top))
		return;
	end = s->place = top;
	long rows = (long)view_walk(c->view, t, &end, height_of(c->view) - 1);
	view_walk(c->view, t, &s->place, rows * halves / 2);
	caret_put(c->view, t, s, 0);
}

/* The view by so many rows, but not beyond the text. */
static void
scroll_view(struct copymode *c, const struct transcript *t, long rows)
{
	struct view_place top, end;
	if (rows == 0 || !view_top(c->view, t, &top))
		return;
	view_walk(c->view, t, &top, rows);
	end = top;
	long all = height_of(c->view) - 1;
	view_walk(c->view, t, &top, (long)view_walk(c->view, t, &end, all) - all);
	view_hold(c->view, t, &top);
}

/* The cursor goes with the view; at an end of the text it goes on alone. A whole page keeps two rows. */
static void
go_page(struct copymode *c, const struct transcript *t, struct spot *s, long halves)
{
	long h = height_of(c->view), rows = labs(halves) == 1 ? (h + 1) / 2 : h > 3 ? h - 2 : 1;
	rows = halves < 0 ? -rows : rows;
	scroll_view(c, t, rows);
	go_rows(c, t, s, rows);
}

/* Where a block begins; the empty row that keeps it apart from the one above is not meant. */
static bool
begins(struct copymode *c, const struct transcript *t, size_t block, struct spot *s)
{
	*s = (struct spot){ .place.block = block };
	if (block >= t->blocks.n || block_parts(t, block) == 0)
		return false;
	const struct rows *r = view_rows(c->view, t, &s->place);
	if (r->rows.n == 0 || (r->rows.n == 1 && r->rows.v[0].n == 0)) {
		s->place.part = 1;      /* it has no head */
		if (block_parts(t, block) < 2 || view_rows(c->view, t, &s->place)->rows.n == 0)
			return false;
	} else if (r->rows.v[0].n == 0) {
		s->place.row = 1;
	}
	caret_put(c->view, t, s, 0);
	return true;
}

/* To where this block or one before begins, or the next. */
static void
go_block(struct copymode *c, const struct transcript *t, struct spot *s, long step)
{
	struct spot to;
	for (size_t i = s->place.block; i < t->blocks.n; i += (size_t)step)     /* below 0 it is huge */
		if (begins(c, t, i, &to) && caret_compare(&to, s) * step > 0) {
			*s = to;
			return;
		}
	go_end(c, t, s, step);
}

#define CTRL_KEY(c) ((c) & 31)

enum cell { FINDS, KEEPS, LINE_END };

/* What keys do, and to which cell j and k keep afterwards. */
static const struct motion {
	char	key;
	enum cell cell;
	void	(*caret)(struct view *, const struct transcript *, struct spot *);      /* or: */
	void	(*go)(struct copymode *, const struct transcript *, struct spot *, long n);
	long	n;
} motions[] = {
	{ 'h', FINDS, NULL, go_beside, -1 },
	{ 'l', FINDS, NULL, go_beside, 1 },
	{ 'j', KEEPS, NULL, go_rows, 1 },
	{ 'k', KEEPS, NULL, go_rows, -1 },
	{ 'w', FINDS, caret_word_next, NULL, 0 },
	{ 'b', FINDS, caret_word_previous, NULL, 0 },
	{ 'e', FINDS, caret_word_end, NULL, 0 },
	{ '0', FINDS, caret_line_begin, NULL, 0 },
	{ '^', FINDS, caret_line_text, NULL, 0 },
	{ '$', LINE_END, caret_line_end, NULL, 0 },
	{ 'g', FINDS, NULL, go_end, -1 },
	{ 'G', FINDS, NULL, go_end, 1 },
	{ 'H', FINDS, NULL, go_screen, 0 },
	{ 'M', FINDS, NULL, go_screen, 1 },
	{ 'L', FINDS, NULL, go_screen, 2 },
	{ '{', FINDS, NULL, go_block, -1 },
	{ '}', FINDS, NULL, go_block, 1 },
	{ CTRL_KEY('U'), KEEPS, NULL, go_page, -1 },
	{ CTRL_KEY('D'), KEEPS, NULL, go_page, 1 },
	{ CTRL_KEY('B'), KEEPS, NULL, go_page, -2 },
	{ CTRL_KEY('F'), KEEPS, NULL, go_page, 2 },
};

static void
run(struct copymode *c, const struct transcript *t, const struct motion *m)
{
	struct spot s;
	if (!caret_find(c->view, t, &c->caret, &s))
		return;
	if (m->caret != NULL)
		m->caret(c->view, t, &s);
	else
		m->go(c, t, &s, m->n);
	if (m->cell == FINDS)
		c->cell = caret_cell(c->view, t, &s);
	else if (m->cell == LINE_END)
		c->cell = INT_MAX;
	put_caret(c, t, &s);
}

void
copymode_move(struct copymode *c, const struct transcript *t, int key)
{
	for (size_t i = 0; i < sizeof motions / sizeof *motions; i++)
		if (motions[i].key == key)
			run(c, t, &motions[i]);
}

void
copymode_scroll(struct copymode *c, const struct transcript *t, long rows)
{
	struct view_place top, bottom;
	struct spot s;
	scroll_view(c, t, rows);
	if (!caret_find(c->view, t, &c->caret, &s) || !view_top(c->view, t, &top))
		return;
	bottom = top;
	view_walk(c->view, t, &bottom, height_of(c->view) - 1);
	if (caret_is_before(&s.place, &top))
		s.place = top;
	else if (caret_is_before(&bottom, &s.place))
		s.place = bottom;
	else
		return;
	caret_put(c->view, t, &s, c->cell);
	put_caret(c, t, &s);
}

void
copymode_click(struct copymode *c, const struct transcript *t, int row, int cell)
{
	struct spot s = { 0 };
	if (!view_top(c->view, t, &s.place))
		return;
	view_walk(c->view, t, &s.place, row);
	caret_put(c->view, t, &s, cell);
	put_caret_here(c, t, &s);
}

void
copymode_show(struct copymode *c, const struct transcript *t, uint64_t block, size_t offset,
    const char *match)
{
	struct spot s;
	if (caret_find_text(c->view, t, block, offset, match, &s))
		put_caret_here(c, t, &s);
}

/* ---- the selection ------------------------------------------------------------------------------------ */

void
copymode_select(struct copymode *c, enum copymode_selecting how)
{
	if (c->selecting == SELECT_NOTHING)
		c->other = c->caret;
	c->selecting = c->selecting == how ? SELECT_NOTHING : how;
}

void
copymode_turn(struct copymode *c, const struct transcript *t)
{
	struct spot s;
	if (c->selecting == SELECT_NOTHING)
		return;
	struct mark other = c->other;
	c->other = c->caret;
	if (caret_find(c->view, t, &other, &s))
		put_caret_here(c, t, &s);
}

/* From one character to another, that one too. */
static bool
selection(struct copymode *c, const struct transcript *t, struct spot *from, struct spot *to)
{
	if (c->selecting == SELECT_NOTHING || !caret_find(c->view, t, &c->other, from) ||
	    !caret_find(c->view, t, &c->caret, to))
		return false;
	if (caret_compare(from, to) > 0) {
		struct spot swap = *from;
		*from = *to;
		*to = swap;
	}
	if (c->selecting == SELECT_LINES) {
		caret_line_begin(c->view, t, from);
		caret_line_end(c->view, t, to);
	}
	return true;
}

/* The bytes of a row that are in it. False: none of the row is; a row without text has none but is. */
static bool
selected(struct view *v, const struct transcript *t, const struct view_place *p, const struct spot *from,
    const struct spot *to, size_t *begin, size_t *end)
{
	if (caret_is_before(p, &from->place) || caret_is_before(&to->place, p))
		return false;
	const struct rows *r = view_rows(v, t, p);
	int cells;
	caret_text(r, p->row, end);
	*begin = caret_is_before(&from->place, p) ? caret_begin(r, p->row) : from->at;
	if (!caret_is_before(p, &to->place))
		*end = to->at + caret_character(r, p->row, to->at, &cells);
	return true;
}

/* ---- text ------------------------------------------------------------------------------------------------- */

/* Nothing but lines that the layout drew: below the head of a table, from side to side. */
static bool
is_frame(const struct rows *r, size_t row)
{
	const struct row *w = &r->rows.v[row];
	size_t at = 0, begin = caret_begin(r, row);
	bool any = false;
	for (uint32_t i = 0; i < w->n; i++) {
		const struct span *span = &r->spans.v[w->first + i];
		at += span->len;
		if (at > begin && span->role != ROLE_TABLE && span->role != ROLE_RULE)
			return false;
		any = any || at > begin;
	}
	return any;
}

static bool
is_of_table(const struct rows *r, size_t row)
{
	const struct row *w = &r->rows.v[row];
	for (uint32_t i = 0; i < w->n; i++)
		if (r->spans.v[w->first + i].role == ROLE_TABLE)
			return true;
	return false;
}

static void
drop_blanks(struct buf *out, size_t from)
{
	size_t n = out->len;
	while (n > from && out->s[n - 1] == ' ')
		n--;
	buf_truncate(out, n);
}

/* The cells without what fills them up, and a tab between two. */
static void
add_cells(const struct rows *r, size_t row, size_t begin, size_t end, struct buf *out)
{
	const struct row *w = &r->rows.v[row];
	size_t at = 0, line = out->len;
	bool cell_begins = begin == caret_begin(r, row);
	for (uint32_t i = 0; i < w->n; i++) {
		const struct span *span = &r->spans.v[w->first + i];
		size_t from = at < begin ? begin - at : 0, to = at + span->len < end ? span->len : end - at;
		if (at >= end || from >= span->len) {
			at += span->len;
			continue;
		}
		if (span->role == ROLE_TABLE) {
			drop_blanks(out, line);
			buf_putc(out, '\t');
			cell_begins = true;
		}
		const char *s = r->text.s + span->off;
		while (cell_begins && from < to && s[from] == ' ')
			from++;
		if (span->role != ROLE_TABLE && from < to) {
			buf_add(out, s + from, to - from);
			cell_begins = false;
		}
		at += span->len;
	}
}

/* What joins a row to the one before. */
static void
add_joint(const struct row *row, struct buf *out)
{
	for (size_t i = 0; row->continued && i < row->spaced; i++)
		buf_putc(out, ' ');
	if (row->continued)
		return;
	drop_blanks(out, 0);
	buf_putc(out, '\n');
}

static void
add_text(struct view *v, const struct transcript *t, const struct spot *from, const struct spot *to,
    struct buf *out)
{
	struct view_place p = from->place;
	bool any = false, whole = false;
	size_t begin, end, n;
	while (!out->full && selected(v, t, &p, from, to, &begin, &end)) {
		const struct rows *r = view_rows(v, t, &p);
		const char *s = caret_text(r, p.row, &n);
		if (!is_frame(r, p.row)) {
			if (any)
				add_joint(&r->rows.v[p.row], out);
			if (is_of_table(r, p.row))
				add_cells(r, p.row, begin, end, out);
			else
				buf_add(out, s + begin, end - begin);
			any = true;
			whole = end == n;
		}
		if (view_walk(v, t, &p, 1) == 0)
			break;
	}
	if (whole)
		drop_blanks(out, 0);
}

bool
copymode_add_selection(struct copymode *c, const struct transcript *t, struct buf *out)
{
	struct spot from, to;
	if (!selection(c, t, &from, &to))
		return false;
	add_text(c->view, t, &from, &to, out);
	return true;
}

bool
copymode_add_line(struct copymode *c, const struct transcript *t, struct buf *out)
{
	struct spot from, to;
	if (!caret_find(c->view, t, &c->caret, &from))
		return false;
	to = from;
	caret_line_begin(c->view, t, &from);
	caret_line_end(c->view, t, &to);
	add_text(c->view, t, &from, &to, out);
	return true;
}

/* ---- code ------------------------------------------------------------------------------------------------- */

/* What one would not see in the text that is pasted. */
static bool
is_hidden(uint32_t cp)
{
	return (cp < 0x20 && cp != '\t' && cp != '\n') || (cp >= 0x7f && cp < 0xa0) || cp == 0x61c ||
	    cp == 0x200e || cp == 0x200f || (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) ||
	    cp == UTF8_BAD;
}

/* Source text as it is, but with what is hidden as the signs that the screen has for it. */
static void
add_source(const char *s, size_t n, struct buf *out)
{
	for (size_t at = 0; at < n;) {
		uint32_t cp;
		size_t len = utf8_decode(s + at, n - at, &cp);
		bool newline = cp == '\r' && (at + 1 == n || s[at + 1] == '\n');
		if (is_hidden(cp) && !newline)
			paint_clean(out, s + at, len);
		else if (!newline)
			buf_add(out, s + at, len);
		at += len;
	}
}

static bool
is_blank_text(const struct rows *r, size_t row)
{
	size_t n, at = caret_begin(r, row);
	const char *s = caret_text(r, row, &n);
	while (at < n && s[at] == ' ')
		at++;
	return at == n;
}

/* The lines of the block of code around the row, from the piece of Markdown that the rows show. */
static bool
add_fenced(const struct rows *r, size_t row, const char *s, size_t n, struct buf *out)
{
	/* The language's name above it is as good. */
	if (!r->rows.v[row].code && row + 1 < r->rows.n && !is_blank_text(r, row))
		row++;
	if (!r->rows.v[row].code)
		return false;
	while (row > 0 && r->rows.v[row - 1].code)
		row--;
	for (bool first = true; row < r->rows.n && r->rows.v[row].code; row++) {
		if (r->rows.v[row].continued)
			continue;
		if (!first)
			buf_putc(out, '\n');
		first = false;
		size_t at = r->rows.v[row].source;
		if (is_blank_text(r, row) || at >= n)
			continue;
		const char *end = memchr(s + at, '\n', n - at);
		add_source(s + at, end != NULL ? (size_t)(end - s) - at : n - at, out);
	}
	return true;
}

static size_t
without_newlines(const char *s, size_t n)
{
	while (n > 0 && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	return n;
}

bool
copymode_add_code(struct copymode *c, const struct transcript *t, struct buf *out)
{
	struct spot s;
	if (!caret_find(c->view, t, &c->caret, &s))
		return false;
	const struct block *b = t->blocks.v[s.place.block];
	size_t part = s.place.part;
	bool detail = part > b->cuts.n + 1;
	if (part == 0)
		return false;
	if (detail) {
		add_source(b->detail, without_newlines(b->detail, strlen(b->detail)), out);
		return true;
	}
	if (b->kind == BLOCK_TOOL) {
		add_source(buf_str(&b->text), without_newlines(buf_str(&b->text), b->text.len), out);
		return true;
	}
	size_t begin = block_offset(b, part), end = block_offset(b, part + 1);
	return add_fenced(view_rows(c->view, t, &s.place), s.place.row, buf_str(&b->text) + begin, end - begin, out);
}

/* ---- on the screen -------------------------------------------------------------------------------------- */

/* Bytes of a row again, in another role; a blank where it has none. */
static void
paint_part(const struct view_line *l, size_t begin, size_t end, int y, int x, int w, uint8_t role)
{
	size_t n;
	const char *s = caret_text(l->rows, l->row, &n);
	int before = begin > 0 ? width_of(s, begin < n ? begin : n) : 0;
	if (begin < end)
		paint_text(y, x + before, w - before, s + begin, end - begin, role, 0);
	else
		paint_text(y, x + before, w - before, " ", 1, role, 0);
}

void
copymode_paint(struct copymode *c, const struct transcript *t, int y, int x, int w)
{
	struct spot from, to, caret;
	size_t begin, end;
	int cells;
	c->y = c->x = -1;
	if (!caret_find(c->view, t, &c->caret, &caret))
		return;
	bool any = selection(c, t, &from, &to);
	for (size_t i = 0; i < c->view->lines.n; i++) {
		const struct view_line *l = &c->view->lines.v[i];
		if (any && selected(c->view, t, &l->place, &from, &to, &begin, &end))
			paint_part(l, begin, end, y + (int)i, x, w, UI_SELECTED);
		if (caret_is_before(&l->place, &caret.place) || caret_is_before(&caret.place, &l->place))
			continue;
		size_t len = caret_character(l->rows, l->row, caret.at, &cells);
		paint_part(l, caret.at, caret.at + len, y + (int)i, x, w, UI_CARET);
		c->y = y + (int)i;
		c->x = x + caret_cell(c->view, t, &caret);
	}
}
