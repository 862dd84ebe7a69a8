/*
 * transcript.c - blocks of raw text, and where they may be cut.
 *
 * Markdown is cut by the splitter (text/split.h). Everything else is cut at a
 * line's end every so often, so that whoever shows a long paste or a long tool
 * result has to lay out only the part that is seen.
 */
#include "config.h"

#include "agent/transcript.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "text/utf8.h"

#define PLAIN_SOFT (16 * 1024)  /* a piece of plain text ends at the first line's end behind this */
#define PLAIN_HARD (64 * 1024)  /* … and here, whatever there is */

static uint64_t last_id;        /* UI thread only */

void
transcript_init(struct transcript *t)
{
	*t = (struct transcript){ 0 };
}

static void
block_free(struct block *b)
{
	buf_done(&b->text);
	vec_done(&b->cuts);
	free(b->title);
	free(b->summary);
	free(b->outcome);
	free(b->detail);
	free(b);
}

void
transcript_done(struct transcript *t)
{
	for (size_t i = 0; i < t->blocks.n; i++)
		block_free(t->blocks.v[i]);
	vec_done(&t->blocks);
	t->bytes = 0;
}

void
transcript_clear(struct transcript *t)
{
	transcript_done(t);
	t->version++;
}

static bool
is_markdown(const struct block *b)
{
	return b->kind == BLOCK_TEXT || b->kind == BLOCK_REASONING;
}

static void
add_cut(void *arg, size_t offset)
{
	struct block *b = arg;
	vec_add(&b->cuts, offset);
}

/* Where the plain piece that begins at `start` ends; 0 = more text is needed to tell. */
static size_t
plain_end(struct block *b, size_t start)
{
	size_t n = b->text.len;
	if (n - start <= PLAIN_SOFT)
		return 0;
	size_t from = start + PLAIN_SOFT;
	if (from < b->split.scanned)
		from = b->split.scanned;
	size_t until = n - start > PLAIN_HARD ? start + PLAIN_HARD : n;
	const char *nl = from < until ? memchr(b->text.s + from, '\n', until - from) : NULL;
	b->split.scanned = until;
	if (nl != NULL)
		return (size_t)(nl - b->text.s) + 1;
	if (n - start <= PLAIN_HARD)
		return 0;
	return start + utf8_whole(b->text.s + start, PLAIN_HARD);
}

static void
cut_plain(struct block *b)
{
	size_t end;
	while ((end = plain_end(b, b->split.stable)) > 0) {
		add_cut(b, end);
		b->split.stable = b->split.scanned = end;
	}
}

static void
find_cuts(struct block *b)
{
	if (b->text.len == 0)
		return;
	if (is_markdown(b))
		split_scan(&b->split, b->text.s, b->text.len, add_cut, b);
	else
		cut_plain(b);
}

struct block *
transcript_add(struct transcript *t, enum block_kind kind, const char *text, size_t n)
{
	struct block *b = mem_alloc(sizeof *b);
	b->id = ++last_id;
	b->kind = kind;
	b->state = BLOCK_RUNNING;
	b->open = kind == BLOCK_TEXT || kind == BLOCK_REASONING || kind == BLOCK_TOOL;
	b->folded = kind == BLOCK_TOOL;
	b->started_ms = clock_ms();
	buf_init(&b->text, 0);
	vec_add(&t->blocks, b);
	t->version++;
	if (n > 0)
		transcript_grow(t, b, text, n);
	return b;
}

void
transcript_grow(struct transcript *t, struct block *b, const char *text, size_t n)
{
	buf_add(&b->text, text, n);
	t->bytes += n;
	t->version++;
	find_cuts(b);
}

void
transcript_end(struct transcript *t, struct block *b, enum block_state state)
{
	b->open = false;
	b->state = state;
	b->ended_ms = clock_ms();
	buf_shrink(&b->text);
	transcript_touch(t, b);
}

void
transcript_touch(struct transcript *t, struct block *b)
{
	b->version++;
	t->version++;
}

size_t
transcript_position(const struct transcript *t, uint64_t id)
{
	size_t low = 0, high = t->blocks.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (t->blocks.v[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct block *
transcript_find(const struct transcript *t, uint64_t id)
{
	size_t i = transcript_position(t, id);
	return i < t->blocks.n && t->blocks.v[i]->id == id ? t->blocks.v[i] : NULL;
}

void
transcript_remove(struct transcript *t, struct block *b)
{
	size_t i = transcript_position(t, b->id);
	if (i >= t->blocks.n || t->blocks.v[i] != b)
		return;
	t->bytes -= b->text.len;
	vec_cut(&t->blocks, i, 1);
	t->version++;
	block_free(b);
}
