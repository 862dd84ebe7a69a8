/*
 * bar.h - one line made of parts that give way when there is no room.
 *
 * The auth bar, the status line and the titles are bars: parts at the left,
 * parts at the right, and for each a number that says when it may go. Highest
 * goes first; 0 stays and is cut.
 */
#ifndef ADIT_UI_BAR_H
#define ADIT_UI_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define BAR_PARTS 48

struct bar {
	struct buf	text;           /* of all parts, clean */
	struct bar_part {
		uint32_t off, len;
		int	 cells;
		uint8_t	 role, goes;
		bool	 right;
	} part[BAR_PARTS];
	int	n;
	bool	right;                  /* what is added now stands at the right */
};

void	bar_init(struct bar *);
void	bar_done(struct bar *);
/* What follows stands at the right end. */
void	bar_right(struct bar *);
/* Adds a part; it is cleaned here. All parts with the same `goes` give way together. */
void	bar_add(struct bar *, uint8_t role, uint8_t goes, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Paints it in w cells; what is between left and right is blank in `role`. */
void	bar_paint(struct bar *, int y, int x, int w, uint8_t role);
/* The cells of everything that is still there. */
int	bar_cells(const struct bar *);

#endif
