/*
 * split.c - see split.h.
 *
 * A scanner of lines, not a Markdown parser: it must only never take for
 * closed what is open. Where it cannot know, it does not cut. What is indented
 * into an item is of no interest (no cut can follow it before a line at the
 * margin closes the item), so fences are followed at top level only.
 */
#include "config.h"

#include "text/split.h"

#include <string.h>

#include "text/utf8.h"

/* One whole line. */
struct line {
	const char	*s, *end;       /* behind the indent; at the newline */
	int		 indent;        /* columns */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct line
read_line(const char *s, const char *end)
{
	struct line l = { .s = s, .end = end };
	while (l.end > s && (l.end[-1] == '\n' || l.end[-1] == '\r'))
		l.end--;
	for (; l.s < l.end && is_blank(*l.s); l.s++)
		l.indent += *l.s == '\t' ? 4 - l.indent % 4 : 1;
	return l;
}

/* The length of the list marker at the start of the line; 0 when there is none. */
static int
marker_length(const struct line *l)
{
	const char *p = l->s;
	if (p < l->end && (*p == '-' || *p == '*' || *p == '+')) {
		p++;
	} else {
		while (p < l->end && *p >= '0' && *p <= '9' && p - l->s < 9)
			p++;
		if (p == l->s || p == l->end || (*p != '.' && *p != ')'))
			return 0;
		p++;
	}
	return p == l->end || is_blank(*p) ? (int)(p - l->s) : 0;
}

/* The column of an item's text: behind the marker and one to four columns of space. */
static int
text_column(const struct line *l, int marker)
{
	int at = l->indent + marker, column = at;
	const char *p = l->s + marker;
	for (; p < l->end && is_blank(*p); p++)
		column += *p == '\t' ? 4 - column % 4 : 1;
	return p == l->end || column - at > 4 ? at + 1 : column;
}

/* The length of a run of fence characters at the start of the line, 0 when it is no fence. */
static int
fence_length(const struct line *l)
{
	if (l->s == l->end || (*l->s != '`' && *l->s != '~'))
		return 0;
	const char *p = l->s;
	while (p < l->end && *p == *l->s)
		p++;
	if (p - l->s < 3 || (*l->s == '`' && memchr(p, '`', (size_t)(l->end - p)) != NULL))
		return 0;
	return (int)(p - l->s < 10000 ? p - l->s : 10000);
}

static bool
closes_fence(const struct split *sp, const struct line *l)
{
	if (l->indent >= 4 || l->s == l->end || *l->s != sp->fence_char)
		return false;
	const char *p = l->s;
	while (p < l->end && *p == sp->fence_char)
		p++;
	if (p - l->s < sp->fence)
		return false;
	while (p < l->end && is_blank(*p))
		p++;
	return p == l->end;
}

/* Headings and quotes at the margin end a list even without a blank line before them. */
static bool
closes_list(const struct line *l)
{
	if (l->indent > 0 || l->s == l->end)
		return false;
	const char *p = l->s;
	while (p < l->end && *p == '#' && p - l->s < 7)
		p++;
	size_t hashes = (size_t)(p - l->s);
	return *l->s == '>' || (hashes > 0 && hashes < 7 && (p == l->end || is_blank(*p)));
}

/* Whether the line may be a paragraph's: no heading, its underline, quote or rule. */
static bool
is_text(const struct line *l, bool below_text)
{
	if (l->s == l->end || *l->s == '#' || *l->s == '>')
		return false;
	if (memchr("-*_", *l->s, 3) == NULL && !(below_text && *l->s == '='))
		return true;
	const char *p = l->s;
	while (p < l->end && (*p == *l->s || is_blank(*p)))
		p++;
	return p < l->end;
}

/* The line below a table's header. */
static bool
is_table_rule(const struct line *l)
{
	bool dash = false, pipe = false;
	for (const char *p = l->s; p < l->end; p++) {
		dash |= *p == '-';
		pipe |= *p == '|';
		if (*p != '-' && *p != '|' && *p != ':' && !is_blank(*p))
			return false;
	}
	return dash && pipe;
}

/* A row, or what md4c takes for one: fences and headings too, but not rules and quotes. */
static bool
stays_in_table(const struct line *l)
{
	return is_text(l, false) || *l->s == '#';
}

/* Counts the lines of the paragraph that may be open. */
static int
lines_of_text(const struct split *sp, const struct line *l)
{
	bool open = sp->text_above > 0;
	if (l->s < l->end && *l->s == '>')
		return 2;       /* text below it may still be the quote's */
	if (!is_text(l, open) || (l->indent >= 4 && !open))
		return 0;       /* indented below text it is text, otherwise code */
	return open ? 2 : 1;
}

static void
take_line_in_fence(struct split *sp, const struct line *l)
{
	if (closes_fence(sp, l))
		sp->fence = 0;
	sp->blank_above = false;
	sp->text_above = 0;
}

/* What the line means for the lines below it. */
static void
take_line(struct split *sp, const struct line *l)
{
	bool blank = l->s == l->end;
	bool in_item = sp->list && l->indent >= sp->item;
	int marker = l->indent < 4 ? marker_length(l) : 0;
	sp->table = !blank && marker == 0 && !sp->list &&
	    (sp->table ? stays_in_table(l) : sp->text_above == 1 && is_table_rule(l));
	int fence = l->indent < 4 && !sp->table && !in_item ? fence_length(l) : 0;
	if (fence > 0) {
		sp->fence = fence;
		sp->fence_char = *l->s;
		sp->list = false;
	} else if (closes_list(l)) {
		sp->list = false;
	} else if (marker > 0 && !in_item) {
		sp->list = true;
		sp->item = text_column(l, marker);
	}
	sp->text_above = marker > 0 || fence > 0 ? 0 : lines_of_text(sp, l);
	sp->blank_above = blank;
}

/* Whether a new block surely begins with this line. */
static bool
may_cut(const struct split *sp, const struct line *l)
{
	return sp->blank_above && sp->fence == 0 && l->indent == 0 && l->s < l->end &&
	    !(sp->list && marker_length(l) > 0);
}

/* Whether a piece that has become long may end above this line: not in a fence, table or item. */
static bool
may_cut_softly(const struct split *sp, const struct line *l)
{
	return sp->fence == 0 && l->indent == 0 && l->s < l->end && *l->s != '|' &&
	    (!sp->list || marker_length(l) > 0);
}

struct cutter {
	struct split	*sp;
	void		(*cut)(void *arg, size_t offset);
	void		*arg;
};

/* What follows is rendered by itself, so the scanner begins anew as well. */
static void
cut_at(const struct cutter *c, size_t at)
{
	struct split *sp = c->sp;
	if (at == sp->stable)
		return;
	sp->stable = at;
	sp->list = sp->blank_above = sp->table = false;
	sp->fence = sp->text_above = 0;
	if (c->cut != NULL)
		c->cut(c->arg, at);
}

/* The end of the line at sp->scanned, behind its newline; 0 when the line is not whole yet. */
static size_t
line_end(struct split *sp, const char *text, size_t n)
{
	size_t from = sp->looked > sp->scanned ? sp->looked : sp->scanned;
	const char *nl = memchr(text + from, '\n', n - from);
	size_t end = nl != NULL ? (size_t)(nl - text) + 1 : n;
	/* md4c takes a CR alone for a newline too; the last byte may be half of a CR LF. */
	const char *cr = memchr(text + from, '\r', end - from);
	if (cr != NULL && cr + 1 < text + n && cr[1] != '\n')
		return (size_t)(cr - text) + 1;
	sp->looked = cr != NULL ? (size_t)(cr - text) : end;
	return nl != NULL ? end : 0;
}

/* Cuts pieces that are too long out of the line that begins at `from` and reaches to `end` or
 * beyond; returns where the rest begins. */
static size_t
cut_hard(const struct cutter *c, const char *text, size_t from, size_t end)
{
	if (end - c->sp->stable > SPLIT_HARD)
		cut_at(c, from);
	while (end - c->sp->stable > SPLIT_HARD) {
		size_t at = c->sp->stable + SPLIT_HARD;
		cut_at(c, c->sp->stable + utf8_whole(text + c->sp->stable, at - c->sp->stable));
		from = c->sp->stable;
	}
	return from;
}

size_t
split_scan(struct split *sp, const char *text, size_t n, void (*cut)(void *arg, size_t offset),
    void *arg)
{
	struct cutter c = { sp, cut, arg };
	while (sp->scanned < n) {
		size_t end = line_end(sp, text, n);
		sp->scanned = cut_hard(&c, text, sp->scanned, end > 0 ? end : n);
		if (end == 0)
			break;
		struct line l = read_line(text + sp->scanned, text + end);
		if (may_cut(sp, &l) ||
		    (end - sp->stable > SPLIT_SOFT && may_cut_softly(sp, &l)))
			cut_at(&c, sp->scanned);
		if (sp->fence > 0)
			take_line_in_fence(sp, &l);
		else
			take_line(sp, &l);
		sp->scanned = end;
	}
	return sp->stable;
}
