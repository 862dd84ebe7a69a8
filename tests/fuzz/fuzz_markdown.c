/* fuzz_markdown.c - rows of any Markdown, code or plain text are clean and fit. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/rows.h"
#include "text/utf8.h"
#include "text/width.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(int truth)
{
	if (!truth)
		abort();
}

/* The spans of a row lie one behind the other in the text. */
static void
check_spans(const struct rows *r, const struct row *row)
{
	check(row->first + row->n <= r->spans.n);
	for (uint32_t i = 0; i < row->n; i++) {
		const struct span *span = &r->spans.v[row->first + i];
		check(span->len > 0 && span->off + span->len <= r->text.len);
		check(i == 0 || span[-1].off + span[-1].len == span->off);
		check(span->role < ROLE_COUNT && span->link <= r->links.n);
		check(utf8_is_valid(r->text.s + span->off, span->len));
	}
}

static void
check_rows(const struct rows *r, const struct rows_options *o, size_t n)
{
	for (size_t i = 0; i < r->rows.n; i++) {
		const struct row *row = &r->rows.v[i];
		struct buf text;
		buf_init(&text, 0);
		check_spans(r, row);
		rows_text(r, i, &text);
		check(row->width <= o->width && row->width == width_of(buf_str(&text), text.len));
		check(row->source <= n && (i == 0 || row->source >= row[-1].source));
		check(row->lead <= text.len);
		buf_done(&text);
	}
	for (size_t i = 0; i < r->text.len;) {
		uint32_t cp;
		i += utf8_decode(r->text.s + i, r->text.len - i, &cp);
		check(width_of_char(cp) >= 0);
		check(cp < 0x80 || !o->ascii);
	}
	for (size_t i = 0; i < r->links.n; i++)
		for (const char *p = r->links.v[i]; *p != '\0'; p++)
			check(*p > 0x20 && *p < 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const languages[] = { "c", "python", "js", "html", "yaml", "rust", "sh",
		"diff", "toml", "make", "css", "sql", "json", "perl", "lua", "ruby" };
	if (n < 3)
		return 0;
	const char *s = (const char *)data + 3;
	n -= 3;
	struct rows_options o = { .width = data[0] % 121, .ascii = data[1] & 1,
		.show_urls = data[1] & 2, .role = data[1] & 4 ? ROLE_DIM : ROLE_TEXT,
		.emphasis = data[1] & 8 ? STYLE_ITALIC : 0 };
	struct rows r;
	rows_init(&r);
	if (data[2] < 160)
		rows_add_markdown(&r, s, n, &o);
	else if (data[2] < 224)
		rows_add_code(&r, s, n, languages[data[2] % 16], &o);
	else
		rows_add_plain(&r, s, n, &o);
	if (o.width < 1)
		o.width = 1;
	check_rows(&r, &o, n);
	rows_done(&r);
	return 0;
}
