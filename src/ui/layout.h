/*
 * layout.h - where everything stands. Pure.
 *
 * From 40×10 up everything has its place; below that things give way one
 * after the other, the input last, and at 1×1 there is one cell of input.
 */
#ifndef ADIT_UI_LAYOUT_H
#define ADIT_UI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "ui/paint.h"

#define LAYOUT_WIDE 100         /* columns from which panes stand side by side */

struct layout_ask {
	int	rows, columns;          /* of the screen */
	size_t	panes, focus;           /* the first is main; panes may be 0 */
	bool	zoom;
	int	input, queue, choices;  /* rows wanted */
};

struct layout_pane {
	size_t		pane;
	struct rect	title, body;    /* title.h may be 0 */
};

struct layout {
	struct rect	bar, tabs, queue, choices, rule, status, input;
	struct rect	area;           /* of all panes */
	struct rect	divider;        /* the line between main and subagents; w 0 = none */
	struct rect	list;           /* of agents, a row each, when there are more than fit; h 0 = none */
	struct VEC(struct layout_pane) panes;   /* those that are seen */
};

void	layout_init(struct layout *);
void	layout_done(struct layout *);
void	layout_compute(struct layout *, const struct layout_ask *);
/* The seen pane at this cell: index into layout->panes, or -1. */
int	layout_pane_at(const struct layout *, int y, int x);

#endif
