/*
 * highlight.h - code to styled text, line by line.
 *
 * Table-driven (text/languages.h): keywords, types, strings, comments,
 * numbers, calls. A string or comment that is open at the end of a line is
 * carried over in `struct highlight`. Linear in the code. Pure.
 */
#ifndef ADIT_TEXT_HIGHLIGHT_H
#define ADIT_TEXT_HIGHLIGHT_H

#include <stddef.h>
#include <stdint.h>

#include "text/languages.h"
#include "text/wrap.h"

#define HIGHLIGHT_WORDS 256

/* Where the highlighter stands. Embedded by the caller; owns nothing. */
struct highlight {
	const struct language	*language;      /* NULL: everything is plain code */
	const struct delim	*open;          /* the string or comment that is not closed */
	bool			 in_tag;        /* markup: between < and > */
	/* The language's words by hash: chains of indexes + 1 into words. */
	uint16_t		 heads[64];
	size_t			 n;
	struct {
		const char	*s;
		uint16_t	 next;
		uint8_t		 len, role;
	} words[HIGHLIGHT_WORDS];
};

/* The language that a fence's info names ("c++", "Python"); NULL when it is not known. */
const struct language *highlight_find(const char *name, size_t n);

void highlight_init(struct highlight *, const struct language *);

/*
 * Styles the one line of clean text that was added to `line` after its last
 * run. It came from `raw` bytes at `source`; `emphasis` goes on top.
 */
void highlight_line(struct highlight *, struct styled *line, uint32_t source, uint32_t raw,
    uint8_t emphasis);

#endif
