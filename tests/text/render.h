/* render.h - rows as one string, for tests. */
#ifndef ADIT_TESTS_TEXT_RENDER_H
#define ADIT_TESTS_TEXT_RENDER_H

#include <string.h>

#include "text/rows.h"

/* The rows from `first` on, each ended by a newline, trailing spaces cut. The caller frees it. */
static inline char *
render_rows(const struct rows *r, size_t first)
{
	struct buf out = { 0 };
	for (size_t i = first; i < r->rows.n; i++) {
		rows_text(r, i, &out);
		while (out.len > 0 && out.s[out.len - 1] == ' ')
			buf_truncate(&out, out.len - 1);
		buf_putc(&out, '\n');
	}
	return buf_take(&out, NULL);
}

static inline char *
render_markdown(const char *s, const struct rows_options *o)
{
	struct rows r;
	rows_init(&r);
	rows_add_markdown(&r, s, strlen(s), o);
	char *text = render_rows(&r, 0);
	rows_done(&r);
	return text;
}

#endif
