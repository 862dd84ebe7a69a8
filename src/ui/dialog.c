/* dialog.c - sheets and questions; see dialog.h. */
#include "config.h"

#include "ui/dialog.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/bar.h"
#include "ui/theme.h"

#define SHEET_WIDTH 100         /* columns at most: longer lines are hard to read */

/* ---- sheets ------------------------------------------------------------------------------ */

void
sheet_close(struct sheet *s)
{
	if (!s->open)
		return;
	free(s->title);
	free(s->markdown);
	rows_done(&s->rows);
	*s = (struct sheet){ 0 };
}

void
sheet_open(struct sheet *s, const char *title, const char *markdown)
{
	sheet_close(s);
	*s = (struct sheet){ .open = true, .title = mem_strdup(title),
		.markdown = mem_strdup(markdown) };
	rows_init(&s->rows);
}

bool
sheet_change(struct sheet *s, const char *markdown)
{
	if (!s->open || strcmp(s->markdown, markdown) == 0)
		return false;
	char *text = mem_strdup(markdown);
	free(s->markdown);
	s->markdown = text;
	s->width = 0;
	return true;
}

static void
lay_out(struct sheet *s, int width)
{
	if (s->width == width && s->theme == theme_version())
		return;
	s->width = width;
	s->theme = theme_version();
	rows_reset(&s->rows);
	struct rows_options o = { .width = width, .ascii = theme_is_ascii(), .show_urls = true };
	rows_add_markdown(&s->rows, s->markdown, strlen(s->markdown), &o);
}

static size_t
last_top(const struct sheet *s)
{
	size_t h = s->height > 0 ? (size_t)s->height : 0;
	return s->rows.rows.n > h ? s->rows.rows.n - h : 0;
}

void
sheet_scroll(struct sheet *s, long rows)
{
	long top = (long)s->top + rows;
	s->top = top < 0 ? 0 : (size_t)top > last_top(s) ? last_top(s) : (size_t)top;
}

static void
paint_frame(const struct sheet *s, const struct rect *box)
{
	paint_box(box, UI_SHEET);
	struct bar bar;
	bar_init(&bar);
	bar_add(&bar, UI_SHEET, 0, " %.100s ", s->title);
	if (bar_cells(&bar) <= box->w - 4)
		bar_paint(&bar, box->y, box->x + 2, bar_cells(&bar), UI_SHEET);
	bar_done(&bar);
	bar_init(&bar);
	bool more = s->rows.rows.n > (size_t)s->height;
	bar_add(&bar, UI_HINT, 0, " %s ", more ? _("PgUp PgDn scroll  Esc closes") : _("Esc closes"));
	int cells = bar_cells(&bar);
	if (cells <= box->w - 4)
		bar_paint(&bar, box->y + box->h - 1, box->x + box->w - 2 - cells, cells, UI_HINT);
	bar_done(&bar);
}

void
sheet_paint(struct sheet *s, const struct rect *area)
{
	struct rect box = *area;
	if (box.w > SHEET_WIDTH)
		box.w = SHEET_WIDTH;
	else if (box.w > 50)
		box.w -= 4;
	bool framed = box.w >= 8 && box.h >= 4;
	int edge = framed ? 2 : 0, lines = framed ? 2 : 0;
	lay_out(s, box.w - 2 * edge > 0 ? box.w - 2 * edge : 1);
	if ((size_t)(box.h - lines > 0 ? box.h - lines : 0) > s->rows.rows.n)
		box.h = (int)s->rows.rows.n + lines;
	box.x += (area->w - box.w) / 2;
	box.y += (area->h - box.h) / 2;
	s->height = box.h - lines;
	sheet_scroll(s, 0);
	if (framed)
		paint_frame(s, &box);
	for (int i = 0; i < s->height; i++) {
		int y = box.y + i + lines / 2, x = box.x + edge;
		size_t row = s->top + (size_t)i;
		if (framed) {
			paint_blank(y, box.x + 1, 1, ROLE_TEXT);
			paint_blank(y, box.x + box.w - 2, 1, ROLE_TEXT);
		}
		if (row < s->rows.rows.n)
			paint_row(y, x, box.w - 2 * edge, &s->rows, row, NULL);
		else
			paint_blank(y, x, box.w - 2 * edge, ROLE_TEXT);
	}
}

/* ---- questions ----------------------------------------------------------------------------- */

void
ask_answer(struct ask *a, bool yes)
{
	if (a->question == NULL)
		return;
	struct ask asked = *a;
	*a = (struct ask){ 0 };         /* first: the answer may ask again */
	free(asked.question);
	asked.answer(asked.arg, yes);
}

void
ask_open(struct ask *a, const char *question, void (*answer)(void *arg, bool yes), void *arg)
{
	ask_answer(a, false);
	*a = (struct ask){ mem_strdup(question), answer, arg };
}

void
ask_paint(const struct ask *a, const struct rect *r)
{
	if (r->h < 1)
		return;
	struct bar bar;
	bar_init(&bar);
	bar_right(&bar);
	bar_add(&bar, UI_ASK, 0, " %s ", _("[y/n]"));
	bar.right = false;
	bar_add(&bar, UI_ASK, 0, " %.300s", a->question);
	bar_paint(&bar, r->y, r->x, r->w, UI_ASK);
	bar_done(&bar);
}
