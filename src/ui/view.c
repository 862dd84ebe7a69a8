/*
 * view.c - following, holding, scrolling; see view.h.
 *
 * A pane as wide as the screen scrolls for a few bytes a row: the terminal
 * moves its lines. Beside other panes it cannot, and each step would be a pane
 * full of text written again. There a view that follows jumps: when its end is
 * reached the last third moves to the top, and the rest is filled as it comes.
 */
#include "config.h"

#include "ui/view.h"

#include <string.h>

void
view_init(struct view *v)
{
	*v = (struct view){ .width = 1 };
	block_cache_init(&v->cache);
}

void
view_done(struct view *v)
{
	block_cache_done(&v->cache);
	vec_done(&v->lines);
}

void
view_resize(struct view *v, int width, int height)
{
	if (v->width != width || v->height != height)
		v->moved = true;
	v->width = width;
	v->height = height;
}

void
view_refold(struct view *v)
{
	v->moved = true;
}

const struct rows *
view_rows(struct view *v, const struct transcript *t, const struct view_place *p)
{
	return block_rows(&v->cache, t, p->block, p->part, v->width);
}

/* ---- walking ---------------------------------------------------------------------------- */

/* To the first row of the next part that has rows. False at the end; *p is unchanged then. */
static bool
next_part(struct view *v, const struct transcript *t, struct view_place *p)
{
	struct view_place q = *p;
	for (;;) {
		q.part++;
		while (q.block < t->blocks.n && q.part >= block_parts(t, q.block)) {
			q.block++;
			q.part = 0;
		}
		if (q.block >= t->blocks.n)
			return false;
		if (view_rows(v, t, &q)->rows.n > 0)
			break;
	}
	q.row = 0;
	*p = q;
	return true;
}

/* To the last row of the part before that has rows. */
static bool
previous_part(struct view *v, const struct transcript *t, struct view_place *p)
{
	struct view_place q = *p;
	for (;;) {
		while (q.part == 0) {
			if (q.block == 0)
				return false;
			q.block--;
			q.part = block_parts(t, q.block);
		}
		q.part--;
		size_t n = view_rows(v, t, &q)->rows.n;
		if (n > 0) {
			q.row = n - 1;
			break;
		}
	}
	*p = q;
	return true;
}

/* Back by up to n rows; returns by how many. */
static size_t
go_back(struct view *v, const struct transcript *t, struct view_place *p, size_t n)
{
	size_t gone = 0;
	while (gone < n) {
		if (p->row > 0) {
			size_t step = p->row < n - gone ? p->row : n - gone;
			p->row -= step;
			gone += step;
		} else if (previous_part(v, t, p)) {
			gone++;
		} else {
			break;
		}
	}
	return gone;
}

static size_t
go_on(struct view *v, const struct transcript *t, struct view_place *p, size_t n)
{
	size_t gone = 0;
	while (gone < n) {
		size_t last = view_rows(v, t, p)->rows.n - 1;
		if (p->row < last) {
			size_t step = last - p->row < n - gone ? last - p->row : n - gone;
			p->row += step;
			gone += step;
		} else if (next_part(v, t, p)) {
			gone++;
		} else {
			break;
		}
	}
	return gone;
}

size_t
view_walk(struct view *v, const struct transcript *t, struct view_place *p, long rows)
{
	return rows < 0 ? go_back(v, t, p, (size_t)-rows) : go_on(v, t, p, (size_t)rows);
}

bool
view_last(struct view *v, const struct transcript *t, struct view_place *p)
{
	*p = (struct view_place){ .block = t->blocks.n };
	return previous_part(v, t, p);
}

bool
view_first(struct view *v, const struct transcript *t, struct view_place *p)
{
	*p = (struct view_place){ 0 };
	if (t->blocks.n == 0)
		return false;
	if (block_parts(t, 0) > 0 && view_rows(v, t, p)->rows.n > 0)
		return true;
	return next_part(v, t, p);
}

/* ---- the anchor ------------------------------------------------------------------------------ */

/* The row of a part that holds the byte at `source`. */
static size_t
row_at(const struct rows *r, size_t source)
{
	size_t low = 0, high = r->rows.n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (r->rows.v[middle].source <= source)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? low - 1 : 0;
}

static void
set_anchor(struct view *v, const struct transcript *t, const struct view_place *p)
{
	v->block = t->blocks.v[p->block]->id;
	v->part = p->part;
	v->row = p->row;
	v->source = view_rows(v, t, p)->rows.v[p->row].source;
	v->offset = block_offset(t->blocks.v[p->block], p->part) + v->source;
	v->moved = false;
}

/* The same place in another layout: its byte stays, so that many resizes do not drift. */
static void
keep_anchor(struct view *v, const struct transcript *t, const struct view_place *p)
{
	size_t source = v->source, offset = v->offset;
	bool same = v->block == t->blocks.v[p->block]->id && v->part == p->part;
	set_anchor(v, t, p);
	if (same) {
		v->source = source;
		v->offset = offset;
	}
}

/* A piece that grew was cut above the anchor, perhaps: what it stands on is in the next one then. */
static void
follow_cut(struct view *v, const struct transcript *t)
{
	struct view_place p = { .block = transcript_position(t, v->block) };
	const struct block *b = p.block < t->blocks.n ? t->blocks.v[p.block] : NULL;
	if (b == NULL || b->id != v->block || v->part == 0 || v->part > b->cuts.n)
		return;
	p.part = block_part_at(b, v->offset);
	if (p.part <= v->part)
		return;
	v->part = p.part;
	v->source = v->offset - block_offset(b, p.part);
	v->row = row_at(view_rows(v, t, &p), v->source);
}

/* Where the anchor is now; what it was on may have been folded or removed. */
static bool
anchor_place(struct view *v, const struct transcript *t, struct view_place *p)
{
	follow_cut(v, t);
	*p = (struct view_place){ transcript_position(t, v->block), v->part, v->row };
	if (p->block >= t->blocks.n)
		return view_last(v, t, p);
	if (t->blocks.v[p->block]->id != v->block)
		p->part = p->row = 0;
	size_t parts = block_parts(t, p->block);
	if (p->part >= parts)
		*p = (struct view_place){ p->block, parts > 0 ? parts - 1 : 0, 0 };
	const struct rows *r = parts > 0 ? view_rows(v, t, p) : NULL;
	if (r == NULL || r->rows.n == 0)
		return next_part(v, t, p) || view_last(v, t, p);
	if (v->moved)
		p->row = row_at(r, v->source);
	if (p->row >= r->rows.n)
		p->row = r->rows.n - 1;
	return true;
}

/* Everything from here on fits. */
static bool
fits(struct view *v, const struct transcript *t, struct view_place p)
{
	return go_on(v, t, &p, (size_t)v->height) < (size_t)v->height;
}

/* The first row on the screen when the end is followed. */
static bool
follow_place(struct view *v, const struct transcript *t, struct view_place *p)
{
	if (v->jumps && v->sticks && !v->moved && anchor_place(v, t, p) && fits(v, t, *p))
		return true;
	if (!view_last(v, t, p))
		return false;
	int rows = v->height - 1;
	if (v->jumps && v->sticks && !v->moved)
		rows = v->height / 3;
	if (rows > 0)
		go_back(v, t, p, (size_t)rows);
	v->sticks = v->jumps;
	if (v->sticks)
		set_anchor(v, t, p);
	return true;
}

bool
view_top(struct view *v, const struct transcript *t, struct view_place *p)
{
	return v->held ? anchor_place(v, t, p) : follow_place(v, t, p);
}

/* ---- what is new ------------------------------------------------------------------------------- */

static void
count_from_here(struct view *v, const struct transcript *t)
{
	v->new_lines = 0;
	v->counted_block = 0;
	v->counted_bytes = 0;
	if (t->blocks.n == 0)
		return;
	const struct block *last = t->blocks.v[t->blocks.n - 1];
	v->counted_block = last->id;
	v->counted_bytes = last->text.len;
}

static size_t
count_newlines(const char *s, size_t n)
{
	size_t lines = 0;
	for (const char *end = s + n; s < end && (s = memchr(s, '\n', (size_t)(end - s))) != NULL; s++)
		lines++;
	return lines;
}

/* Each byte is looked at once: lines are counted in the raw text, not laid out. */
size_t
view_new_lines(struct view *v, const struct transcript *t)
{
	for (size_t i = transcript_position(t, v->counted_block); i < t->blocks.n; i++) {
		const struct block *b = t->blocks.v[i];
		if (b->id != v->counted_block) {
			v->new_lines++;
			v->counted_block = b->id;
			v->counted_bytes = 0;
		}
		if (b->text.len > v->counted_bytes) {
			v->new_lines += count_newlines(b->text.s + v->counted_bytes,
			    b->text.len - v->counted_bytes);
			v->counted_bytes = b->text.len;
		}
	}
	return v->new_lines;
}

/* ---- moving -------------------------------------------------------------------------------------- */

void
view_hold(struct view *v, const struct transcript *t, const struct view_place *p)
{
	if (!v->held)
		count_from_here(v, t);
	v->held = true;
	set_anchor(v, t, p);
}

void
view_end(struct view *v)
{
	v->held = v->sticks = false;
	v->new_lines = 0;
}

/* Follows when the end is on the screen anyway. */
static void
hold_or_follow(struct view *v, const struct transcript *t, const struct view_place *p)
{
	struct view_place end = *p;
	size_t below = go_on(v, t, &end, v->height > 0 ? (size_t)v->height : 1);
	if (below < (size_t)v->height)
		view_end(v);
	else
		view_hold(v, t, p);
}

void
view_scroll(struct view *v, const struct transcript *t, int rows)
{
	struct view_place p;
	if (!view_top(v, t, &p))
		return;
	if (rows < 0) {
		if (go_back(v, t, &p, (size_t)-(long)rows) > 0)
			view_hold(v, t, &p);
		return;
	}
	if (!v->held)
		return;
	go_on(v, t, &p, (size_t)rows);
	hold_or_follow(v, t, &p);
}

void
view_home(struct view *v, const struct transcript *t)
{
	struct view_place p;
	if (view_first(v, t, &p))
		hold_or_follow(v, t, &p);
}

void
view_show(struct view *v, const struct transcript *t, uint64_t block, size_t offset)
{
	struct view_place p = { .block = transcript_position(t, block) };
	if (p.block >= t->blocks.n)
		return;
	const struct block *b = t->blocks.v[p.block];
	p.part = block_part_at(b, offset);
	if (p.part >= block_parts(t, p.block))
		p.part = 0;
	const struct rows *r = view_rows(v, t, &p);
	if (r->rows.n == 0)
		return;
	p.row = row_at(r, offset - block_offset(b, p.part));
	go_back(v, t, &p, (size_t)(v->height > 0 ? v->height / 3 : 0));
	hold_or_follow(v, t, &p);
}

void
view_place(struct view *v, const struct transcript *t, uint64_t *block, size_t *offset)
{
	struct view_place p;
	*block = 0;
	*offset = 0;
	if (!view_top(v, t, &p))
		return;
	const struct block *b = t->blocks.v[p.block];
	*block = b->id;
	*offset = block_offset(b, p.part) + view_rows(v, t, &p)->rows.v[p.row].source;
}

/* ---- laying out ------------------------------------------------------------------------------------ */

static void
add_line(struct view *v, const struct transcript *t, const struct view_place *p, const struct rows *r)
{
	const struct block *b = t->blocks.v[p->block];
	struct view_line line = { r, p->row, *p, b,
		p->part == 0 && p->row + 1 == r->rows.n && block_has_state(b) };
	vec_add(&v->lines, line);
}

void
view_lay_out(struct view *v, const struct transcript *t)
{
	v->lines.n = 0;
	block_cache_begin(&v->cache, v->height);
	struct view_place p;
	if (v->height < 1 || !view_top(v, t, &p))
		return;
	if (v->held)
		keep_anchor(v, t, &p);
	do {
		const struct rows *r = view_rows(v, t, &p);
		for (; p.row < r->rows.n && v->lines.n < (size_t)v->height; p.row++)
			add_line(v, t, &p, r);
	} while (v->lines.n < (size_t)v->height && next_part(v, t, &p));
}
