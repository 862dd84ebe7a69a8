/*
 * paint.c - the one place where text reaches curses.
 *
 * Bytes become wide characters here by our own decoder, not the locale's:
 * clean text is UTF-8 (or ASCII, where the terminal's locale is something
 * else) whatever LC_CTYPE says.
 */
#include "config.h"

#include "ui/paint.h"

#include <curses.h>
#include <string.h>

#include "text/clean.h"
#include "text/utf8.h"
#include "text/width.h"
#include "ui/find.h"
#include "ui/theme.h"

#define CHUNK 256       /* wide characters given to curses at once */

void
paint_clean(struct buf *out, const char *s, size_t n)
{
	clean_add(out, s, n, theme_is_ascii() ? CLEAN_ASCII : 0);
}

static void
set_style(uint8_t role, uint8_t emphasis)
{
	short pair;
	attr_t a = theme_attr(role, emphasis, &pair);
	attr_set(a, pair, NULL);
}

/* Writes n bytes of clean text at the cursor. */
static void
put(const char *s, size_t n)
{
	wchar_t wide[CHUNK];
	int k = 0;
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		i += utf8_decode(s + i, n - i, &cp);
		if (k >= CHUNK - 8 && width_of_char(cp) > 0) { /* never between base and mark */
			addnwstr(wide, k);
			k = 0;
		}
		if (k < CHUNK)
			wide[k++] = (wchar_t)cp;
	}
	if (k > 0)
		addnwstr(wide, k);
}

static bool
on_screen(int y, int x)
{
	return y >= 0 && x >= 0 && y < LINES && x < COLS;
}

int
paint_text(int y, int x, int w, const char *clean, size_t n, uint8_t role, uint8_t emphasis)
{
	if (!on_screen(y, x) || w <= 0)
		return 0;
	if (w > COLS - x)
		w = COLS - x;
	int used = 0;
	size_t fits = width_fit(clean, n, w, &used);
	set_style(role, emphasis);
	move(y, x);
	put(clean, fits);
	return used;
}

void
paint_blank(int y, int x, int w, uint8_t role)
{
	if (!on_screen(y, x) || w <= 0)
		return;
	set_style(role, 0);
	attr_t a;
	short pair;
	attr_get(&a, &pair, NULL);
	cchar_t blank;
	setcchar(&blank, L" ", a & ~(attr_t)A_UNDERLINE, pair, NULL);
	mvhline_set(y, x, &blank, w < COLS - x ? w : COLS - x);
}

void
paint_blank_rect(const struct rect *r, uint8_t role)
{
	for (int y = 0; y < r->h; y++)
		paint_blank(r->y + y, r->x, r->w, role);
}

/* Marks what was found in the row: text[0..n) is at (y, x), w cells wide. */
static void
paint_matches(int y, int x, int w, const char *text, size_t n, const char *match)
{
	size_t len = strlen(match);
	for (size_t at = find_in(text, n, 0, match); at < n;
	     at = find_in(text, n, at + len, match)) {
		int before = width_of(text, at);
		if (before >= w)
			return;
		paint_text(y, x + before, w - before, text + at, len, ROLE_MATCH, 0);
	}
}

static size_t
leading_blanks(const char *s, size_t n)
{
	size_t k = 0;
	while (k < n && s[k] == ' ')
		k++;
	return k;
}

static size_t
trailing_blanks(const char *s, size_t n)
{
	size_t k = 0;
	while (k < n && s[n - 1 - k] == ' ')
		k++;
	return k;
}

/* The spans of a row. Blanks at the edge of a span look the same in most styles; they are painted
 * in the one that is on, which saves the bytes of switching. */
static int
paint_spans(int y, int x, int w, const struct rows *rows, const struct row *row)
{
	int used = 0;
	uint8_t role = ROLE_TEXT, emphasis = 0;
	for (uint32_t i = 0; i < row->n && used < w; i++) {
		const struct span *span = &rows->spans.v[row->first + i];
		const char *s = rows->text.s + span->off;
		size_t n = span->len;
		bool shows = theme_shows_blanks(span->role, span->emphasis);
		if (!shows && i + 1 == row->n)
			n -= trailing_blanks(s, n);
		size_t blanks = shows || theme_shows_blanks(role, emphasis) ? 0 : leading_blanks(s, n);
		used += paint_text(y, x + used, w - used, s, blanks, role, emphasis);
		if (blanks == n)
			continue;
		role = span->role;
		emphasis = span->emphasis;
		used += paint_text(y, x + used, w - used, s + blanks, n - blanks, role, emphasis);
	}
	return used;
}

void
paint_row(int y, int x, int w, const struct rows *rows, size_t i, const char *match)
{
	const struct row *row = &rows->rows.v[i];
	int used = paint_spans(y, x, w, rows, row);
	paint_blank(y, x + used, w - used, ROLE_TEXT);
	if (match == NULL || *match == '\0' || row->n == 0)
		return;
	const struct span *first = &rows->spans.v[row->first], *last = first + row->n - 1;
	paint_matches(y, x, w, rows->text.s + first->off, last->off + last->len - first->off, match);
}

static void
paint_sign(int y, int x, enum ui_sign m, uint8_t role)
{
	const char *s = theme_sign(m);
	paint_text(y, x, 1, s, strlen(s), role, 0);
}

void
paint_hline(int y, int x, int w, uint8_t role)
{
	for (int i = 0; i < w; i++)
		paint_sign(y, x + i, SIGN_HLINE, role);
}

void
paint_vline(int y, int x, int h, uint8_t role)
{
	for (int i = 0; i < h; i++)
		paint_sign(y + i, x, SIGN_VLINE, role);
}

void
paint_box(const struct rect *r, uint8_t role)
{
	if (r->h < 2 || r->w < 2)
		return;
	int bottom = r->y + r->h - 1, right = r->x + r->w - 1;
	paint_hline(r->y, r->x + 1, r->w - 2, role);
	paint_hline(bottom, r->x + 1, r->w - 2, role);
	paint_vline(r->y + 1, r->x, r->h - 2, role);
	paint_vline(r->y + 1, right, r->h - 2, role);
	paint_sign(r->y, r->x, SIGN_TOP_LEFT, role);
	paint_sign(r->y, right, SIGN_TOP_RIGHT, role);
	paint_sign(bottom, r->x, SIGN_BOTTOM_LEFT, role);
	paint_sign(bottom, right, SIGN_BOTTOM_RIGHT, role);
}

void
paint_cursor(int y, int x)
{
	move(y < 0 ? 0 : y >= LINES ? LINES - 1 : y, x < 0 ? 0 : x >= COLS ? COLS - 1 : x);
}

void
paint_flush(void)
{
	refresh();
}

int
paint_rows(void)
{
	return LINES;
}

int
paint_columns(void)
{
	return COLS;
}
