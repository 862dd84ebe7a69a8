/* prompt.c - a box with some text and one line to fill in; see prompt.h. */
#include "config.h"

#include "ui/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "text/width.h"
#include "ui/bar.h"
#include "ui/theme.h"

#define PROMPT_WIDTH 84

void
prompt_done(struct prompt *p)
{
	if (!p->open)
		return;
	field_done(&p->field);
	rows_done(&p->rows);
	free(p->title);
	free(p->markdown);
	free(p->label);
	*p = (struct prompt){ 0 };
}

void
prompt_open(struct prompt *p, const struct ui_prompt *spec)
{
	*p = (struct prompt){ .open = true, .title = mem_strdup(spec->title != NULL ? spec->title : ""),
		.markdown = mem_strdup(spec->markdown != NULL ? spec->markdown : ""),
		.label = mem_strdup(spec->label != NULL ? spec->label : ""),
		.answer = spec->answer, .arg = spec->arg };
	rows_init(&p->rows);
	field_init(&p->field, spec->initial, spec->secret);
}

static void
lay_out(struct prompt *p, int width)
{
	if (p->width == width && p->theme == theme_version())
		return;
	p->width = width;
	p->theme = theme_version();
	rows_reset(&p->rows);
	struct rows_options o = { .width = width, .ascii = theme_is_ascii(), .show_urls = true };
	rows_add_markdown(&p->rows, p->markdown, strlen(p->markdown), &o);
}

void
prompt_scroll(struct prompt *p, long rows)
{
	size_t seen = p->height > 0 ? (size_t)p->height : 0;
	long last = p->rows.rows.n > seen ? (long)(p->rows.rows.n - seen) : 0;
	long top = (long)p->top + rows;
	p->top = top < 0 ? 0 : top > last ? (size_t)last : (size_t)top;
}

static void
paint_frame(const struct prompt *p, const struct rect *box)
{
	paint_box(box, UI_SHEET);
	for (int i = 1; i + 1 < box->h; i++)
		paint_blank(box->y + i, box->x + 1, box->w - 2, ROLE_TEXT);
	struct bar bar;
	bar_init(&bar);
	bar_add(&bar, UI_SHEET, 0, " %.100s ", p->title);
	if (bar_cells(&bar) <= box->w - 4)
		bar_paint(&bar, box->y, box->x + 2, bar_cells(&bar), UI_SHEET);
	bar_done(&bar);
	bar_init(&bar);
	bar_add(&bar, UI_HINT, 0, " %s ", _("Enter goes on  Esc gives up"));
	int cells = bar_cells(&bar);
	if (cells <= box->w - 4)
		bar_paint(&bar, box->y + box->h - 1, box->x + box->w - 2 - cells, cells, UI_HINT);
	bar_done(&bar);
}

/* "Start URL: ❯ what is typed" */
static void
paint_field(struct prompt *p, int y, int x, int w)
{
	struct buf label = { 0 };
	paint_clean(&label, p->label, strlen(p->label));
	if (label.len > 0)
		buf_putc(&label, ' ');
	int used = paint_text(y, x, w / 2, buf_str(&label), label.len, UI_PROMPT, 0);
	buf_done(&label);
	const char *sign = theme_sign(SIGN_PROMPT);
	used += paint_text(y, x + used, w - used, sign, strlen(sign), UI_PROMPT, 0);
	paint_blank(y, x + used, 1, ROLE_TEXT);
	used++;
	p->cursor_y = y;
	p->cursor_x = x + used + field_paint(&p->field, y, x + used, w - used);
}

void
prompt_paint(struct prompt *p, const struct rect *area)
{
	struct rect box = *area;
	if (box.w > PROMPT_WIDTH)
		box.w = PROMPT_WIDTH;
	bool framed = box.w >= 12 && box.h >= 3;
	int edge = framed ? 2 : 0, lines = framed ? 2 : 0;
	int w = box.w - 2 * edge > 0 ? box.w - 2 * edge : 1;
	lay_out(p, w);
	int text = (int)(p->rows.rows.n < 1000 ? p->rows.rows.n : 1000);
	int gap = text > 0 && box.h >= 6, room = box.h - lines - 1 - gap;
	p->height = text < room ? text : room > 0 ? room : 0;
	prompt_scroll(p, 0);
	box.h = p->height + gap + 1 + lines;
	box.y += (area->h - box.h) / 2;
	box.x += (area->w - box.w) / 2;
	if (framed)
		paint_frame(p, &box);
	int y = box.y + lines / 2, x = box.x + edge;
	for (int i = 0; i < p->height; i++)
		paint_row(y + i, x, w, &p->rows, p->top + (size_t)i, NULL);
	paint_field(p, y + p->height + gap, x, w);
}
