/* wrap.c - see wrap.h. */
#include "config.h"

#include "text/wrap.h"

#include <string.h>

#include "text/utf8.h"
#include "text/width.h"

/* ---- styled text ---- */

void
styled_init(struct styled *s)
{
	*s = (struct styled){ 0 };
}

void
styled_done(struct styled *s)
{
	buf_done(&s->text);
	vec_done(&s->runs);
}

void
styled_reset(struct styled *s)
{
	buf_reset(&s->text);
	s->runs.n = 0;
}

void
styled_end_at(struct styled *s, size_t end, const struct run *style)
{
	size_t from = s->runs.n > 0 ? s->runs.v[s->runs.n - 1].end : 0;
	if (end <= from)
		return;
	struct run *last = s->runs.n > 0 ? &s->runs.v[s->runs.n - 1] : NULL;
	size_t len = end - from;
	/* Where both came through the cleaner unchanged, offsets stay exact across the joint. */
	if (last != NULL && last->role == style->role && last->emphasis == style->emphasis &&
	    last->link == style->link && last->source + last->raw == style->source &&
	    style->raw == len &&
	    last->raw == last->end - (s->runs.n > 1 ? last[-1].end : 0)) {
		last->end = (uint32_t)end;
		last->raw += style->raw;
		return;
	}
	struct run run = *style;
	run.end = (uint32_t)end;
	vec_add(&s->runs, run);
}

void
styled_end(struct styled *s, const struct run *style)
{
	styled_end_at(s, s->text.len, style);
}

void
styled_puts(struct styled *s, const char *clean, const struct run *style)
{
	buf_puts(&s->text, clean);
	styled_end(s, style);
}

/* The run that holds the byte at `at`, or the last one. */
static size_t
find_run(const struct styled *s, size_t at)
{
	size_t low = 0, high = s->runs.n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (s->runs.v[mid].end <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->runs.n ? low : s->runs.n - 1;
}

static uint32_t
source_in_run(const struct styled *s, size_t i, size_t at)
{
	const struct run *run = &s->runs.v[i];
	size_t into = at - (i > 0 ? run[-1].end : 0);
	return run->source + (uint32_t)(into < run->raw ? into : run->raw);
}

uint32_t
styled_source(const struct styled *s, size_t at)
{
	return s->runs.n > 0 ? source_in_run(s, find_run(s, at), at) : 0;
}

void
styled_append(struct styled *s, const struct styled *from, size_t start, size_t end)
{
	for (size_t at = start, run = find_run(from, start); at < end; run++) {
		size_t stop = from->runs.v[run].end < end ? from->runs.v[run].end : end;
		struct run style = from->runs.v[run];
		style.source = source_in_run(from, run, at);
		style.raw = (uint32_t)(stop - at);
		buf_add(&s->text, from->text.s + at, stop - at);
		styled_end(s, &style);
		at = stop;
	}
}

void
styled_cut(struct styled *s, int cells)
{
	size_t len = width_fit(buf_str(&s->text), s->text.len, cells, NULL);
	if (len == s->text.len)
		return;
	buf_truncate(&s->text, len);
	while (s->runs.n > 0 && s->runs.v[s->runs.n - 1].end > len) {
		size_t from = s->runs.n > 1 ? s->runs.v[s->runs.n - 2].end : 0;
		if (from < len)
			s->runs.v[s->runs.n - 1].end = (uint32_t)len;
		else
			s->runs.n--;
	}
}

/* ---- where a line may end ---- */

/* No line begins with these, and none ends with those: punctuation and small kana. Sorted. */
static const uint16_t closers[] = { '!', '"', '%', '\'', ')', ',', '.', ':', ';', '?', ']', '}',
	0x2019, 0x201d, 0x2026, 0x3001, 0x3002, 0x3005, 0x3009, 0x300b, 0x300d, 0x300f, 0x3011,
	0x3015, 0x3017, 0x3041, 0x3043, 0x3045, 0x3047, 0x3049, 0x3063, 0x3083, 0x3085, 0x3087,
	0x309b, 0x309c, 0x30a1, 0x30a3, 0x30a5, 0x30a7, 0x30a9, 0x30c3, 0x30e3, 0x30e5, 0x30e7,
	0x30fb, 0x30fc, 0xff01, 0xff05, 0xff09, 0xff0c, 0xff0e, 0xff1a, 0xff1b, 0xff1f, 0xff3d,
	0xff5d, 0xff61, 0xff63 };
static const uint16_t openers[] = { '(', '[', '{', 0x2018, 0x201c, 0x3008, 0x300a, 0x300c, 0x300e,
	0x3010, 0x3014, 0x3016, 0xff08, 0xff3b, 0xff5b, 0xff62 };

static bool
is_one_of(uint32_t cp, const uint16_t *set, size_t n)
{
	for (size_t i = 0; i < n && set[i] <= cp; i++)
		if (set[i] == cp)
			return true;
	return false;
}

static bool
is_ascii_letter(uint32_t c)
{
	return (c | 0x20) - 'a' < 26;
}

static bool
is_ascii_alnum(uint32_t c)
{
	return is_ascii_letter(c) || c - '0' < 10;
}

static bool
is_hangul(uint32_t cp)
{
	return cp >= 0xac00 && cp < 0xd7b0;
}

/* What the search for a break knows about the cluster before the present one. */
struct before {
	uint32_t	cp;
	bool		wide;
	bool		after_alnum;    /* for a hyphen: it stands behind a letter or digit */
};

/* Whether a line may end between the cluster before and this one; spaces are another matter. */
static bool
may_break(const struct before *b, uint32_t cp, bool wide)
{
	if (b->cp == '-')
		return b->after_alnum && is_ascii_letter(cp);
	if (b->cp == 0x2014 || b->cp == 0x2013)
		return !is_one_of(cp, closers, sizeof closers / sizeof *closers);
	if (!wide && !b->wide)
		return false;
	if (is_hangul(cp) && is_hangul(b->cp))
		return false;   /* Korean has spaces between its words */
	return !is_one_of(cp, closers, sizeof closers / sizeof *closers) &&
	    !is_one_of(b->cp, openers, sizeof openers / sizeof *openers);
}

void
wrap_init(struct wrap *w, const char *clean, size_t n, int width, bool words)
{
	*w = (struct wrap){ .s = clean, .n = n, .width = width > 0 ? width : 1, .words = words };
}

/* Ends the line at `end`; the next begins at `next`, behind what the break took. */
static bool
end_line(struct wrap *w, struct wrap_line *line, size_t end, int cells, size_t next)
{
	*line = (struct wrap_line){ .start = w->at, .end = end, .cells = cells,
		.too_wide = cells > w->width, .continued = w->continued, .spaced = w->spaced };
	w->continued = true;
	w->spaced = (uint16_t)(next - end < UINT16_MAX ? next - end : UINT16_MAX);
	w->at = next;
	return true;
}

/* The same at `at`, a newline or the end of the text. */
static bool
end_paragraph(struct wrap *w, struct wrap_line *line, size_t end, int cells, size_t at)
{
	end_line(w, line, end, cells, at + 1);
	w->continued = false;
	w->spaced = 0;
	w->done = at == w->n;
	return true;
}

static bool
is_end(const struct wrap *w, size_t at)
{
	return at == w->n || w->s[at] == '\n';
}

static size_t
skip_spaces(const struct wrap *w, size_t at)
{
	while (at < w->n && w->s[at] == ' ')
		at++;
	return at;
}

/* A place where the line could end, the last one seen. */
struct chance {
	bool	is;
	size_t	end, next;
	int	cells;
};

bool
wrap_next(struct wrap *w, struct wrap_line *line)
{
	if (w->done)
		return false;
	struct before before = { 0 };
	struct chance chance = { 0 };
	int cells = 0;
	size_t i = w->at;
	while (!is_end(w, i)) {
		if (w->words && w->s[i] == ' ') {
			size_t next = skip_spaces(w, i);
			chance = (struct chance){ true, i, next, cells };
			if (next - i > (size_t)(w->width - cells))
				return is_end(w, next) ? end_paragraph(w, line, i, cells, next)
						       : end_line(w, line, i, cells, next);
			cells += (int)(next - i);
			i = next;
			before = (struct before){ .cp = ' ' };
			continue;
		}
		int wide;
		size_t len = width_grapheme(w->s + i, w->n - i, &wide);
		uint32_t cp = (unsigned char)w->s[i];
		if (cp >= 0x80)
			utf8_decode(w->s + i, w->n - i, &cp);
		if (w->words && i > w->at && before.cp != ' ' && may_break(&before, cp, wide == 2))
			chance = (struct chance){ true, i, i, cells };
		if (cells + wide > w->width) {
			if (i == w->at)
				return end_line(w, line, i + len, wide, i + len);
			if (chance.is)
				return end_line(w, line, chance.end, chance.cells, chance.next);
			return end_line(w, line, i, cells, i);
		}
		before = (struct before){ .cp = cp, .wide = wide == 2,
			.after_alnum = cp == '-' && is_ascii_alnum(before.cp) };
		cells += wide;
		i += len;
	}
	return end_paragraph(w, line, i, cells, i);
}

/* ---- rows ---- */

struct row *
wrap_row(struct rows *r)
{
	return &r->rows.v[r->rows.n - 1];
}

void
wrap_row_begin(struct rows *r, uint32_t source)
{
	struct row row = { .first = (uint32_t)r->spans.n, .source = source };
	vec_add(&r->rows, row);
}

/* Gives the text added since `off` its style, in a span of its own or with the one before. */
static void
add_span(struct rows *r, size_t off, const struct run *style)
{
	struct row *row = wrap_row(r);
	if (r->text.len == off)
		return;
	struct span *last = row->n > 0 ? &r->spans.v[r->spans.n - 1] : NULL;
	if (last != NULL && last->off + last->len == off && last->role == style->role &&
	    last->emphasis == style->emphasis && last->link == style->link) {
		last->len += (uint32_t)(r->text.len - off);
		return;
	}
	struct span span = { .off = (uint32_t)off, .len = (uint32_t)(r->text.len - off),
		.role = style->role, .emphasis = style->emphasis, .link = style->link };
	vec_add(&r->spans, span);
	row->n++;
}

void
wrap_row_puts(struct rows *r, const char *clean, int cells, uint8_t role, uint8_t emphasis)
{
	size_t off = r->text.len;
	buf_puts(&r->text, clean);
	add_span(r, off, &(struct run){ .role = role, .emphasis = emphasis });
	wrap_row(r)->width = (uint16_t)(wrap_row(r)->width + cells);
}

void
wrap_row_add(struct rows *r, const struct styled *s, const struct wrap_line *line, bool ascii,
    size_t *run)
{
	struct row *row = wrap_row(r);
	row->width = (uint16_t)(row->width + (line->too_wide ? 1 : line->cells));
	size_t at = line->start;
	while (at < line->end) {
		while (*run + 1 < s->runs.n && s->runs.v[*run].end <= at)
			++*run;
		const struct run *style = &s->runs.v[*run];
		size_t end = style->end < line->end ? style->end : line->end;
		size_t off = r->text.len;
		if (line->too_wide)     /* two cells into one do not go: show that something was */
			buf_puts(&r->text, ascii ? "?" : "\xef\xbf\xbd");
		else
			buf_add(&r->text, s->text.s + at, end - at);
		add_span(r, off, style);
		at = line->too_wide ? line->end : end;
	}
}

static int
prefix_cells(const struct styled *prefix)
{
	return prefix != NULL ? width_of(buf_str(&prefix->text), prefix->text.len) : 0;
}

void
wrap_row_prefix(struct rows *r, const struct styled *prefix)
{
	size_t run = 0;
	if (prefix != NULL)
		wrap_row_add(r, prefix, &(struct wrap_line){ .end = prefix->text.len,
			.cells = prefix_cells(prefix) }, false, &run);
}

void
wrap_rows(struct rows *r, const struct styled *s, const struct wrap_frame *f)
{
	int first = prefix_cells(f->first), rest = prefix_cells(f->rest);
	int widest = first > rest ? first : rest;
	struct wrap w;
	wrap_init(&w, buf_str(&s->text), s->text.len, f->width - widest, f->words);
	size_t run = 0;
	struct wrap_line line;
	for (bool begun = false; wrap_next(&w, &line); begun = true) {
		while (run + 1 < s->runs.n && s->runs.v[run].end <= line.start)
			run++;
		wrap_row_begin(r, s->runs.n > 0 ? source_in_run(s, run, line.start) : f->source);
		wrap_row_prefix(r, begun ? f->rest : f->first);
		struct row *row = wrap_row(r);
		row->lead = begun && f->rest != NULL ? (uint16_t)f->rest->text.len : f->lead;
		row->code = f->code;
		row->continued = line.continued;
		row->spaced = line.spaced;
		wrap_row_add(r, s, &line, f->ascii, &run);
	}
}
