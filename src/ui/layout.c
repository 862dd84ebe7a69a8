/* layout.c - tiling; see layout.h. */
#include "config.h"

#include "ui/layout.h"

enum {
	PANE_ROWS = 3,          /* what extras leave for the panes */
	STACKED_ROWS = 4,       /* a subagent's title and three rows */
	ROWS_FOR_STATUS = 3, ROWS_FOR_BAR = 4, ROWS_FOR_RULE = 9
};

void
layout_init(struct layout *l)
{
	*l = (struct layout){ 0 };
}

void
layout_done(struct layout *l)
{
	vec_done(&l->panes);
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

/* Cuts h rows off the bottom of *area. */
static struct rect
cut_bottom(struct rect *area, int h)
{
	h = least(h, area->h);
	area->h -= h;
	return (struct rect){ area->y + area->h, area->x, h, area->w };
}

static struct rect
cut_top(struct rect *area, int h)
{
	h = least(h, area->h);
	struct rect top = { area->y, area->x, h, area->w };
	area->y += h;
	area->h -= h;
	return top;
}

/* Extras take what the panes can spare. */
static struct rect
cut_extra(struct rect *area, int h)
{
	int spare = area->h - PANE_ROWS;
	return cut_bottom(area, least(h, spare > 0 ? spare : 0));
}

static void
add_pane(struct layout *l, size_t i, struct rect body, int title)
{
	struct layout_pane p = { .pane = i };
	p.title = cut_top(&body, title);
	p.body = body;
	vec_add(&l->panes, p);
}

static bool
is_wide(const struct layout_ask *a)
{
	return a->panes > 1 && !a->zoom && a->columns >= LAYOUT_WIDE;
}

static bool
fits(const struct layout *l, const struct layout_ask *a)
{
	return a->panes - 1 <= (size_t)(l->area.h / STACKED_ROWS);
}

/* Two columns; returns the right one. */
static struct rect
divide(struct layout *l, const struct layout_ask *a, struct rect *left)
{
	struct rect right = *left = l->area;
	left->w = a->columns * 3 / 5;
	l->divider = (struct rect){ left->y, left->w, left->h, 1 };
	right.x = left->w + 1;
	right.w = a->columns - right.x;
	return right;
}

/* Too many for panes of their own: the one that has the focus, and a list of all. */
static void
place_beside_list(struct layout *l, const struct layout_ask *a)
{
	struct rect left;
	l->list = divide(l, a, &left);
	add_pane(l, a->focus < a->panes ? a->focus : 0, left, 0);
}

static void
place_side_by_side(struct layout *l, const struct layout_ask *a)
{
	struct rect left, right = divide(l, a, &left);
	add_pane(l, 0, left, 0);
	int many = (int)a->panes - 1;
	for (int i = 0; i < many; i++) {        /* what does not divide goes to the first ones */
		int h = right.h / (many - i) + (right.h % (many - i) > 0);
		add_pane(l, (size_t)i + 1, cut_top(&right, h), 1);
	}
}

void
layout_compute(struct layout *l, const struct layout_ask *a)
{
	l->panes.n = 0;
	l->area = (struct rect){ 0, 0, a->rows, a->columns };
	struct rect *area = &l->area;
	int third = a->rows / 3 > 0 ? a->rows / 3 : 1;
	int input = least(a->input > 0 ? a->input : 1, third);
	l->input = cut_bottom(area, input);
	l->status = cut_bottom(area, a->rows >= ROWS_FOR_STATUS ? 1 : 0);
	l->rule = cut_bottom(area, a->rows >= ROWS_FOR_RULE ? 1 : 0);
	l->bar = cut_top(area, a->rows >= ROWS_FOR_BAR ? 1 : 0);
	l->choices = cut_extra(area, a->choices);
	l->queue = cut_extra(area, a->queue);
	l->divider = l->tabs = l->list = (struct rect){ 0 };
	if (a->panes == 0)
		return;
	if (is_wide(a)) {
		if (fits(l, a))
			place_side_by_side(l, a);
		else
			place_beside_list(l, a);
		return;
	}
	if (a->panes > 1 && area->h > 1)
		l->tabs = cut_top(area, 1);
	add_pane(l, a->focus < a->panes ? a->focus : 0, *area, 0);
}

static bool
is_in(const struct rect *r, int y, int x)
{
	return y >= r->y && y < r->y + r->h && x >= r->x && x < r->x + r->w;
}

int
layout_pane_at(const struct layout *l, int y, int x)
{
	for (size_t i = 0; i < l->panes.n; i++)
		if (is_in(&l->panes.v[i].body, y, x) || is_in(&l->panes.v[i].title, y, x))
			return (int)i;
	return -1;
}
