/* block.c - blocks to cached rows; see block.h. */
#include "config.h"

#include "ui/block.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/str.h"
#include "text/width.h"
#include "text/wrap.h"
#include "ui/paint.h"
#include "ui/theme.h"

#define DETAIL_MAX (64 * 1024)  /* bytes of a detail that are shown */
#define STATE_CELLS 18          /* "✓ 1234 matches" at the right of a call */
#define KEEP_MORE  48           /* parts kept besides those of a screenful */

/* How each kind of block looks. */
static const struct look {
	bool	markdown;
	bool	folds;          /* its text is hidden while folded */
	uint8_t	role;
} looks[] = {
	[BLOCK_USER] = { false, false, ROLE_USER },
	[BLOCK_TEXT] = { true, false, ROLE_TEXT },
	[BLOCK_REASONING] = { true, true, ROLE_DIM },
	[BLOCK_TOOL] = { false, true, ROLE_DIM },
	[BLOCK_NOTE] = { false, false, ROLE_NOTE },
	[BLOCK_ERROR] = { false, false, ROLE_ERROR },
};

void
block_cache_init(struct block_cache *c)
{
	*c = (struct block_cache){ .keep = KEEP_MORE };
}

static void
part_free(struct block_part *p)
{
	rows_done(&p->rows);
	free(p);
}

void
block_cache_done(struct block_cache *c)
{
	for (size_t i = 0; i < c->parts.n; i++)
		part_free(c->parts.v[i]);
	vec_done(&c->parts);
}

/* The part not asked for the longest time. */
static size_t
oldest(const struct block_cache *c)
{
	size_t found = 0;
	for (size_t i = 1; i < c->parts.n; i++)
		if (c->parts.v[i]->used < c->parts.v[found]->used)
			found = i;
	return found;
}

void
block_cache_begin(struct block_cache *c, int rows)
{
	c->keep = KEEP_MORE + (size_t)rows;
	while (c->parts.n > c->keep) {
		size_t i = oldest(c);
		part_free(c->parts.v[i]);
		vec_cut(&c->parts, i, 1);
	}
	c->now++;
}

/* ---- parts ------------------------------------------------------------------------------- */

static bool
has_detail(const struct block *b)
{
	return b->detail != NULL && *b->detail != '\0';
}

static bool
can_fold(const struct block *b)
{
	return looks[b->kind].folds || has_detail(b);
}

size_t
block_parts(const struct transcript *t, size_t i)
{
	const struct block *b = t->blocks.v[i];
	if (b->queued)
		return 0;
	if (b->folded && looks[b->kind].folds)
		return 1;
	size_t text = 1 + b->cuts.n + 1;
	return text + (has_detail(b) && !b->folded ? 1 : 0);
}

size_t
block_offset(const struct block *b, size_t part)
{
	if (part < 2)
		return 0;
	return part - 2 < b->cuts.n ? b->cuts.v[part - 2] : b->text.len;
}

static size_t
part_end(const struct block *b, size_t part)
{
	return part - 1 < b->cuts.n ? b->cuts.v[part - 1] : b->text.len;
}

size_t
block_part_at(const struct block *b, size_t offset)
{
	size_t low = 0, high = b->cuts.n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (b->cuts.v[middle] <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low + 1;
}

/* ---- heads ------------------------------------------------------------------------------- */

static const struct block *
shown_above(const struct transcript *t, size_t i)
{
	while (i-- > 0)
		if (!t->blocks.v[i]->queued)
			return t->blocks.v[i];
	return NULL;
}

/* An empty row stands above a block, but calls of tools keep together. */
static bool
needs_gap(const struct transcript *t, size_t i)
{
	const struct block *above = shown_above(t, i);
	if (above == NULL)
		return false;
	return above->kind != BLOCK_TOOL || t->blocks.v[i]->kind != BLOCK_TOOL || !above->folded;
}

bool
block_has_state(const struct block *b)
{
	return b->kind == BLOCK_TOOL || b->kind == BLOCK_REASONING;
}

static void
put(struct rows *r, uint8_t role, uint8_t emphasis, int width, const char *s)
{
	struct buf clean;
	buf_init(&clean, 0);
	paint_clean(&clean, s, strnlen(s, 1024));
	int left = width - wrap_row(r)->width, cells = 0;
	size_t n = clean.len > 0 ? width_fit(clean.s, clean.len, left > 0 ? left : 0, &cells) : 0;
	buf_truncate(&clean, n);
	if (n > 0)
		wrap_row_puts(r, clean.s, cells, role, emphasis);
	buf_done(&clean);
}

static void
add_name(struct rows *r, const char *name, int width)
{
	wrap_row_begin(r, 0);
	put(r, ROLE_DIM, STYLE_BOLD, width, name);
}

static void
add_fold(struct rows *r, const struct block *b, size_t source, int width)
{
	wrap_row_begin(r, (uint32_t)source);
	size_t before = r->text.len;
	put(r, ROLE_BULLET, 0, width, theme_sign(b->folded ? SIGN_FOLDED : SIGN_UNFOLDED));
	put(r, ROLE_DIM, 0, width, " ");
	wrap_row(r)->lead = (uint16_t)(r->text.len - before);
}

static const char *
reasoning_title(const struct block *b)
{
	if (b->summary != NULL)
		return b->summary;
	return b->state == BLOCK_RUNNING ? _("thinking") : _("thought");
}

/* The state's place at the right end stays free. */
static void
add_tool_head(struct rows *r, const struct block *b, int width)
{
	add_fold(r, b, 0, width);
	if (width > 2 * STATE_CELLS)
		width -= STATE_CELLS;
	put(r, ROLE_TEXT, STYLE_BOLD, width, b->title != NULL ? b->title : _("tool"));
	if (b->summary == NULL)
		return;
	put(r, ROLE_DIM, 0, width, "  ");
	put(r, ROLE_DIM, 0, width, b->summary);
}

static void
add_head(struct rows *r, const struct block *b, bool gap, int width)
{
	if (gap)
		wrap_row_begin(r, 0);
	if (b->kind == BLOCK_USER)
		add_name(r, b->title != NULL ? b->title : _("you"), width);
	else if (b->kind == BLOCK_TOOL)
		add_tool_head(r, b, width);
	else if (b->title != NULL && *b->title != '\0')
		add_name(r, b->title, width);
	if (b->kind == BLOCK_REASONING) {
		add_fold(r, b, 0, width);
		put(r, ROLE_DIM, 0, width, reasoning_title(b));
	}
}

/* ---- text --------------------------------------------------------------------------------- */

static struct rows_options
options(const struct block *b, int width)
{
	return (struct rows_options){ .width = width, .ascii = theme_is_ascii(),
		.role = looks[b->kind].role, .show_urls = true };
}

/* Pieces of Markdown have one empty row between them: the one above a piece is its own. */
static void
add_markdown(struct rows *r, const struct block *b, size_t part, const struct rows_options *o)
{
	size_t start = block_offset(b, part);
	bool between = start > 0;
	if (between)
		wrap_row_begin(r, 0);
	size_t before = r->rows.n;
	rows_add_markdown(r, b->text.s + start, part_end(b, part) - start, o);
	if (between && r->rows.n == before)
		rows_reset(r);
}

static void
add_text(struct rows *r, const struct block *b, size_t part, int width)
{
	struct rows_options o = options(b, width);
	size_t start = block_offset(b, part), end = part_end(b, part);
	/* A piece of plain text ends with the newline that the next row stands for. */
	size_t n = end - start;
	if (!looks[b->kind].markdown && n > 0 && b->text.s[end - 1] == '\n')
		n--;
	if (end == start)
		return;
	if (looks[b->kind].markdown)
		add_markdown(r, b, part, &o);
	else if (b->kind == BLOCK_TOOL)
		rows_add_code(r, b->text.s + start, n, NULL, &o);
	else
		rows_add_plain(r, b->text.s + start, n, &o);
}

static bool
is_diff(const char *s)
{
	return str_starts(s, "@@ ") || str_starts(s, "--- ") || strstr(s, "\n@@ ") != NULL;
}

static void
add_detail(struct rows *r, const struct block *b, int width)
{
	struct rows_options o = options(b, width);
	o.role = ROLE_DIM;
	size_t n = strnlen(b->detail, DETAIL_MAX + 1);
	bool more = n > DETAIL_MAX;
	if (more)
		n = DETAIL_MAX;
	while (n > 0 && b->detail[n - 1] == '\n')
		n--;
	rows_add_code(r, b->detail, n, is_diff(b->detail) ? "diff" : NULL, &o);
	if (more) {
		wrap_row_begin(r, (uint32_t)n);
		put(r, ROLE_DIM, 0, width, theme_sign(SIGN_MORE));
	}
}

/* A block that can be opened, and has no head to say so, says so at its end. */
static void
add_opener(struct rows *r, const struct block *b, size_t part, int width)
{
	if (block_has_state(b) || !can_fold(b) || part != b->cuts.n + 1)
		return;
	add_fold(r, b, part_end(b, part) - block_offset(b, part), width);
	put(r, ROLE_DIM, 0, width, _("details (Ctrl-O)"));
}

static void
render(struct block_part *p, const struct block *b)
{
	rows_reset(&p->rows);
	if (p->part == 0)
		add_head(&p->rows, b, p->gap, p->width);
	else if (p->part <= b->cuts.n + 1)
		add_text(&p->rows, b, p->part, p->width);
	else
		add_detail(&p->rows, b, p->width);
	add_opener(&p->rows, b, p->part, p->width);
}

/* ---- the cache ------------------------------------------------------------------------------ */

static struct block_part *
find(struct block_cache *c, uint64_t block, size_t part)
{
	for (size_t i = c->parts.n; i-- > 0;)
		if (c->parts.v[i]->block == block && c->parts.v[i]->part == part)
			return c->parts.v[i];
	struct block_part *p = mem_alloc(sizeof *p);
	*p = (struct block_part){ .block = block, .part = part, .width = -1 };
	rows_init(&p->rows);
	vec_add(&c->parts, p);
	return p;
}

const struct rows *
block_rows(struct block_cache *c, const struct transcript *t, size_t i, size_t part, int width)
{
	const struct block *b = t->blocks.v[i];
	struct block_part *p = find(c, b->id, part);
	p->used = c->now;
	bool text = part > 0 && part <= b->cuts.n + 1;
	size_t length = text ? part_end(b, part) - block_offset(b, part) : 0;
	bool gap = part == 0 && needs_gap(t, i);
	if (p->width == width && p->version == b->version && p->length == length && p->gap == gap &&
	    p->theme == theme_version())
		return &p->rows;
	p->width = width;
	p->version = b->version;
	p->length = length;
	p->gap = gap;
	p->theme = theme_version();
	render(p, b);
	return &p->rows;
}
