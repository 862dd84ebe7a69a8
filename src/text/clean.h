/*
 * clean.h - untrusted bytes to text that may be shown: the only way.
 *
 * What comes out is valid UTF-8 (or ASCII) in which nothing can move a cursor,
 * change the terminal, reorder the line or hide:
 *
 *	C0 controls, DEL        their picture, U+2400..U+2421 (ESC is seen, not obeyed)
 *	C1 controls, bidi and other invisible format characters, tags, fillers
 *	                        a mark like <U+202E>
 *	invalid bytes, unassigned code points, noncharacters
 *	                        U+FFFD
 *	CR LF, U+2028, U+2029  
 *	                        a newline
 *	variation selectors, joiners between emoji, skin tones, a lone regional indicator
 *	                        dropped or spelt out: terminals disagree about their width
 *	marks                   at most four on a base (what a curses cell holds); an orphan
 *	                        gets a dotted circle to sit on
 *
 * The width of what comes out is the sum of wcwidth() over it (text/width.h).
 * Pure. Nothing else in adit may write foreign bytes to a terminal.
 */
#ifndef ADIT_TEXT_CLEAN_H
#define ADIT_TEXT_CLEAN_H

#include <stddef.h>

#include "base/buf.h"

enum {
	CLEAN_LINES = 1,        /* keep newlines; without it they are pictures too */
	CLEAN_TABS = 2,         /* expand tabs to 8 columns */
	CLEAN_TABS4 = 4,        /* expand tabs to 4 columns: code in a narrow pane */
	CLEAN_KEEP_TABS = 8,    /* keep tabs as they are: for files and pipes, never for curses */
	CLEAN_ASCII = 16,       /* only printable ASCII: ^X for controls, plain letters for accented
				 * ones, a few typographic signs spelt out, ? for the rest */
	CLEAN_PARTIAL = 32,     /* more will follow: a character cut off at the end, or a CR that
				 * an LF may follow, is left out (pass it again with the rest) */
};

/*
 * Appends the clean form of s. Give it whole texts, or lines: the start of s
 * counts as column 0 for tabs, and a mark at the start has no base. A character
 * cut off at the end becomes U+FFFD unless CLEAN_PARTIAL is given.
 */
void clean_add(struct buf *out, const char *s, size_t n, unsigned flags);

/* The same for a NUL-terminated string, as a new string on one line. The caller frees it. */
char *clean_line(const char *s);

#endif
