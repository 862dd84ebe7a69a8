/*
 * paint.h - clean text onto the screen: the only caller of curses output.
 *
 * Rows come from the text layer and are clean already. Everything else goes
 * through paint_clean() first: titles, labels, paths, hints.
 */
#ifndef ADIT_UI_PAINT_H
#define ADIT_UI_PAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "text/rows.h"

/* A place on the screen; h or w may be 0: nothing is painted then. */
struct rect {
	int	y, x, h, w;
};

/* Any text as one clean line in the terminal's characters; appended. */
void	paint_clean(struct buf *, const char *s, size_t n);
/* The n bytes of clean text at (y, x), cut at w cells. Returns the cells used. */
int	paint_text(int y, int x, int w, const char *clean, size_t n, uint8_t role, uint8_t emphasis);
/* Blank cells. */
void	paint_blank(int y, int x, int w, uint8_t role);
void	paint_blank_rect(const struct rect *, uint8_t role);
/* A row and blanks up to w cells. Where `match` (not NULL, not "") stands in it, it is shown as
 * found; case counts only when match has a capital. */
void	paint_row(int y, int x, int w, const struct rows *, size_t row, const char *match);
/* A horizontal or vertical line. */
void	paint_hline(int y, int x, int w, uint8_t role);
void	paint_vline(int y, int x, int h, uint8_t role);
/* A frame around the inside of the rectangle. */
void	paint_box(const struct rect *, uint8_t role);
/* Where the cursor stands when the frame is out. */
void	paint_cursor(int y, int x);
/* Sends the difference to the terminal. */
void	paint_flush(void);
int	paint_rows(void);       /* of the screen */
int	paint_columns(void);

#endif
