/*
 * width.h - how many cells a character takes, for the whole process.
 *
 * width.c defines wcwidth(), so that ncurses and readline measure exactly as
 * adit does: one table over utf8proc, not the C library's, which may be years
 * older than the terminal. Clean text (text/clean.h) holds only what terminals
 * agree on; for it, the width of a string is the sum over its characters, and
 * that is what ncurses computes when it fills cells. Pure.
 */
#ifndef ADIT_TEXT_WIDTH_H
#define ADIT_TEXT_WIDTH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Does nothing, but a program that calls it links width.o out of libadit.a and
 * with it wcwidth(); without a reference the linker would leave the member out
 * and ncurses would get the C library's. The terminal's start-up calls it.
 */
void	 width_init(void);

/* Cells of one code point: 0, 1 or 2; -1 for control characters and surrogates. */
int	 width_of_char(uint32_t cp);

/* Cells of n bytes of clean UTF-8. */
int	 width_of(const char *s, size_t n);

/*
 * The grapheme cluster at the start of s (n >= 1): returns its bytes and sets
 * *cells to 0, 1 or 2. A cluster ends before the character that would bring it
 * past two cells, so that everything can be placed in a terminal. It begins with
 * width 0 only where a mark has no base, which clean text does not have.
 */
size_t	 width_grapheme(const char *s, size_t n, int *cells);
/* The start of the cluster that ends before s + at (at >= 1). */
size_t	 width_previous(const char *s, size_t at);

/* How many bytes of s fit into `cells`, whole clusters only; *used gets their cells. */
size_t	 width_fit(const char *s, size_t n, int cells, int *used);

#endif
