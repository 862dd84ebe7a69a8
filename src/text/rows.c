/* rows.c - see rows.h. Markdown has a file of its own, markdown.c. */
#include "config.h"

#include "text/rows.h"

#include <stdlib.h>
#include <string.h>

#include "text/clean.h"
#include "text/highlight.h"
#include "text/wrap.h"

/* Offsets in rows are 32 bits, and clean text can be eight times as long as the raw. */
#define INPUT_MAX (128u * 1024 * 1024)

void
rows_init(struct rows *r)
{
	*r = (struct rows){ 0 };
}

static void
free_links(struct rows *r)
{
	for (size_t i = 0; i < r->links.n; i++)
		free(r->links.v[i]);
	r->links.n = 0;
}

void
rows_done(struct rows *r)
{
	free_links(r);
	buf_done(&r->text);
	vec_done(&r->spans);
	vec_done(&r->rows);
	vec_done(&r->links);
}

void
rows_reset(struct rows *r)
{
	free_links(r);
	buf_reset(&r->text);
	r->spans.n = r->rows.n = 0;
}

/* The end of the line at s: newlines are LF, CR LF and Unicode's two, as for the cleaner. */
static size_t
line_length(const char *s, size_t n, size_t *newline)
{
	const char *nl = memchr(s, '\n', n);
	size_t len = nl != NULL ? (size_t)(nl - s) : n;
	*newline = nl != NULL;
	if (nl != NULL && len > 0 && s[len - 1] == '\r') {
		len--;
		*newline = 2;
	}
	return len;
}

static int
width_or_one(const struct rows_options *o)
{
	return o->width < 1 ? 1 : o->width > UINT16_MAX ? UINT16_MAX : o->width;
}

void
rows_add_plain(struct rows *r, const char *s, size_t n, const struct rows_options *o)
{
	if (n > INPUT_MAX)
		n = INPUT_MAX;
	unsigned flags = CLEAN_LINES | CLEAN_TABS | (o->ascii ? CLEAN_ASCII : 0);
	struct wrap_frame frame = { .width = width_or_one(o), .words = true, .ascii = o->ascii };
	struct styled line;
	styled_init(&line);
	for (size_t at = 0; at < n;) {
		size_t newline, len = line_length(s + at, n - at, &newline);
		styled_reset(&line);
		clean_add(&line.text, s + at, len, flags);
		styled_end(&line, &(struct run){ .source = (uint32_t)at, .raw = (uint32_t)len,
			.role = o->role, .emphasis = o->emphasis });
		frame.source = (uint32_t)at;
		wrap_rows(r, &line, &frame);
		at += len + newline;
	}
	styled_done(&line);
}

void
rows_add_code(struct rows *r, const char *s, size_t n, const char *language,
    const struct rows_options *o)
{
	if (n > INPUT_MAX)
		n = INPUT_MAX;
	struct wrap_frame frame = { .width = width_or_one(o), .code = true, .ascii = o->ascii };
	struct highlight h;
	highlight_init(&h, language != NULL ? highlight_find(language, strlen(language)) : NULL);
	struct styled line;
	styled_init(&line);
	for (size_t at = 0; at < n;) {
		size_t newline, len = line_length(s + at, n - at, &newline);
		styled_reset(&line);
		clean_add(&line.text, s + at, len, CLEAN_TABS4 | (o->ascii ? CLEAN_ASCII : 0));
		highlight_line(&h, &line, (uint32_t)at, (uint32_t)len, o->emphasis);
		frame.source = (uint32_t)at;
		wrap_rows(r, &line, &frame);
		at += len + newline;
	}
	styled_done(&line);
}

void
rows_text(const struct rows *r, size_t i, struct buf *out)
{
	const struct row *row = &r->rows.v[i];
	for (uint32_t k = 0; k < row->n; k++) {
		const struct span *span = &r->spans.v[row->first + k];
		buf_add(out, r->text.s + span->off, span->len);
	}
}
