/*
 * rows.h - raw text in, rows ready to paint out.
 *
 * This is the face of the text layer: Markdown or plain bytes from anybody
 * become rows of styled spans that fit a width. What is in a `struct rows` is
 * clean (text/clean.h): nothing in it can move a cursor. Pure functions, no
 * globals, any thread.
 *
 * rows_add_* append. Between the blocks of one call there is one empty row, and
 * none at its start or end: whoever shows several pieces of a document
 * (text/split.h) puts one between two pieces that both gave rows. A piece of
 * blank lines, or of link definitions only, gives none.
 */
#ifndef ADIT_TEXT_ROWS_H
#define ADIT_TEXT_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"

/* What a piece of text is; ui/theme.c says what that looks like. */
enum style_role {
	ROLE_TEXT,
	ROLE_HEADING,
	ROLE_CODE,              /* inline code, and code without a known language */
	ROLE_CODE_KEYWORD, ROLE_CODE_STRING, ROLE_CODE_COMMENT, ROLE_CODE_NUMBER,
	ROLE_CODE_TYPE, ROLE_CODE_FUNCTION, ROLE_CODE_PUNCT,
	ROLE_CODE_LANGUAGE,     /* the language's name above a code block */
	ROLE_QUOTE, ROLE_LINK, ROLE_BULLET, ROLE_RULE, ROLE_TABLE,
	ROLE_DIFF_ADD, ROLE_DIFF_DEL, ROLE_DIFF_META,
	ROLE_DIM, ROLE_USER, ROLE_ERROR, ROLE_NOTE, ROLE_MATCH,
	ROLE_COUNT
};

/* Emphasis, on top of the role. */
enum { STYLE_BOLD = 1, STYLE_ITALIC = 2, STYLE_UNDERLINE = 4, STYLE_STRIKE = 8 };

struct span {
	uint32_t	off, len;       /* bytes of rows.text */
	uint8_t		role;           /* enum style_role */
	uint8_t		emphasis;       /* STYLE_... */
	uint16_t	link;           /* 1 + index into rows.links, 0 = none */
};

struct row {
	uint32_t	first, n;       /* spans */
	uint32_t	source;         /* offset in this call's raw text where the row begins: the
					 * anchor that survives a resize. Never decreases; rows
					 * made up by the layout have that of their neighbour */
	uint16_t	width;          /* cells */
	bool		continued;      /* wrapped from the row above (copying joins them) */
	bool		code;           /* part of a code block */
	uint16_t	spaced;         /* and the break took so many spaces, which joining puts back */
	uint16_t	lead;           /* so many bytes at the row's start are layout, not text
					 * (quote bars, hanging indents, the indent of code):
					 * copying drops them */
};

struct rows {
	struct buf	text;                   /* clean UTF-8, no newlines */
	struct VEC(struct span) spans;
	struct VEC(struct row) rows;
	struct VEC(char *) links;               /* clean URLs, http, https and mailto only */
};

void rows_init(struct rows *);
void rows_done(struct rows *);
void rows_reset(struct rows *);

struct rows_options {
	int	width;          /* cells, at least 1; nothing is ever wider */
	bool	ascii;          /* no UTF-8 on this terminal: bullets, rules and boxes in ASCII */
	uint8_t	role;           /* for plain text, and the base role of Markdown */
	uint8_t	emphasis;
	bool	show_urls;      /* write a link's address behind its text, where it says something
				 * else: for terminals (and prints) without links of their own */
};

/*
 * Renders GitHub-flavoured Markdown (headings, emphasis, lists, task lists,
 * quotes, links, tables that fit, fenced code with highlighting, rules) and
 * appends the rows. Raw HTML is shown as text. Input over 256 KiB, or nested
 * beyond reason, is shown as plain text (md4c is quadratic on hostile input).
 */
#define ROWS_MARKDOWN_MAX (256 * 1024)
void rows_add_markdown(struct rows *, const char *s, size_t n, const struct rows_options *);
/* Appends words of others to a Markdown text so that they are words in it, on one line, and never markup. */
void rows_put_words(struct buf *markdown, const char *s);

/* The same for text that is not Markdown: newlines are kept, long lines wrapped at words. */
void rows_add_plain(struct rows *, const char *s, size_t n, const struct rows_options *);

/* Source code with highlighting (text/highlight.h), hard-wrapped so that copied rows join exactly;
 * `language` as a fence names it, "diff" for a unified diff, NULL or unknown: none. */
void rows_add_code(struct rows *, const char *s, size_t n, const char *language,
    const struct rows_options *);

/* The row at `i` as plain text appended to `out` (for copying, --plain and tests). */
void rows_text(const struct rows *, size_t i, struct buf *out);

#endif
