/* approval.c - see approval.h. */
#include "config.h"

#include "ui/approval.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/bar.h"
#include "ui/theme.h"

enum { RULE_SHOWN = 160 };

void
approval_close(struct approval *a)
{
	if (!a->open)
		return;
	free(a->title);
	free(a->text);
	free(a->note);
	free(a->rule);
	rows_done(&a->rows);
	*a = (struct approval){ 0 };
}

void
approval_open(struct approval *a, const struct ui_approval *ask)
{
	approval_close(a);
	*a = (struct approval){ .open = true, .title = mem_strdup(ask->title), .text = mem_strndup(ask->text, ask->n),
		.n = ask->n, .is_diff = ask->is_diff, .note = mem_strdup(ask->note), .rule = mem_strdup(ask->rule),
		.agent = ask->agent, .answer = ask->answer, .arg = ask->arg };
	rows_init(&a->rows);
}

void
approval_give(struct approval *a, enum ui_verdict verdict, const char *reason)
{
	if (!a->open)
		return;
	void (*answer)(void *, enum ui_verdict, const char *) = a->answer;
	void *arg = a->arg;
	approval_close(a);              /* first: the answer may bring the next question */
	answer(arg, verdict, reason);
}

/* ---- what is shown ---------------------------------------------------------------- */

static void
add_note(struct approval *a, const char *text, int width)
{
	struct rows_options o = { .width = width, .ascii = theme_is_ascii(), .role = ROLE_NOTE };
	struct rows_options empty = o;
	rows_add_plain(&a->rows, " ", 1, &empty);
	rows_add_plain(&a->rows, text, strlen(text), &o);
}

static void
lay_out(struct approval *a, int width)
{
	if (a->width == width && a->theme == theme_version())
		return;
	a->width = width;
	a->theme = theme_version();
	a->seen = 0;
	rows_reset(&a->rows);
	struct rows_options o = { .width = width, .ascii = theme_is_ascii(), .role = ROLE_TEXT };
	rows_add_code(&a->rows, a->text, a->n, a->is_diff ? "diff" : NULL, &o);
	if (a->note != NULL)
		add_note(a, a->note, width);
	if (a->rule == NULL)
		return;
	char *s = strlen(a->rule) <= RULE_SHOWN ? mem_printf(_("a and p would also allow: %s"), a->rule) :
	    mem_strdup(_("a and p would also allow exactly this, without asking."));
	add_note(a, s, width);
	free(s);
}

bool
approval_was_seen(const struct approval *a)
{
	return a->width > 0 && a->seen >= a->rows.rows.n;
}

void
approval_scroll(struct approval *a, long rows)
{
	size_t h = a->height > 0 ? (size_t)a->height : 0;
	size_t last = a->rows.rows.n > h ? a->rows.rows.n - h : 0;
	long top = (long)a->top + rows;
	/* Not past what was not seen: End goes on by screens until all was. */
	size_t most = a->seen < last ? a->seen : last;
	a->top = top < 0 ? 0 : (size_t)top > most ? most : (size_t)top;
}

static void
add_keys(const struct approval *a, struct bar *bar, bool typing)
{
	size_t below = a->rows.rows.n - (a->seen < a->rows.rows.n ? a->seen : a->rows.rows.n);
	if (a->reasoning)
		bar_add(bar, UI_ASK, 0, " %s ", _("Why not? Enter sends it, with or without a reason; Esc goes back"));
	else if (typing)
		bar_add(bar, UI_ASK, 0, " %s ", _("Send or clear your line first (Ctrl-C), then answer"));
	else if (below > 0) {
		char *s = mem_printf(ngettext("PgDn: %zu more row to see first   n no  Esc stop",
		    "PgDn: %zu more rows to see first   n no  Esc stop", below), below);
		bar_add(bar, UI_ASK, 0, " %s ", s);
		free(s);
	} else
		bar_add(bar, UI_ASK, 0, " %s ", _("y once  a always  p project  n no  Esc stop"));
}

static void
paint_frame(const struct approval *a, const struct rect *box, bool typing)
{
	struct bar bar;
	paint_box(box, UI_SHEET);
	bar_init(&bar);
	bar_add(&bar, UI_ASK, 0, " %.200s ", a->title);
	int cells = bar_cells(&bar);
	bar_paint(&bar, box->y, box->x + 2, cells < box->w - 4 ? cells : box->w - 4, UI_ASK);
	bar_done(&bar);
	bar_init(&bar);
	add_keys(a, &bar, typing);
	cells = bar_cells(&bar);
	bar_paint(&bar, box->y + box->h - 1, box->x + 2, cells < box->w - 4 ? cells : box->w - 4, UI_ASK);
	bar_done(&bar);
}

void
approval_paint(struct approval *a, const struct rect *area, bool typing)
{
	struct rect box = *area;
	bool framed = box.w >= 8 && box.h >= 4;
	int edge = framed ? 2 : 0, lines = framed ? 2 : 0;
	lay_out(a, box.w - 2 * edge > 0 ? box.w - 2 * edge : 1);
	int inside = box.h - lines > 0 ? box.h - lines : 0;
	if ((size_t)inside > a->rows.rows.n)
		inside = (int)a->rows.rows.n;
	/* At the bottom, where the eyes are: what the model said stays above. */
	box.y += box.h - inside - lines;
	box.h = inside + lines;
	a->height = inside;
	approval_scroll(a, 0);
	if (a->top + (size_t)inside > a->seen)
		a->seen = a->top + (size_t)inside;
	if (framed)
		paint_frame(a, &box, typing);
	for (int i = 0; i < inside; i++) {
		int y = box.y + i + lines / 2;
		if (framed) {
			paint_blank(y, box.x + 1, 1, ROLE_TEXT);
			paint_blank(y, box.x + box.w - 2, 1, ROLE_TEXT);
		}
		paint_row(y, box.x + edge, box.w - 2 * edge, &a->rows, a->top + (size_t)i, NULL);
	}
}
