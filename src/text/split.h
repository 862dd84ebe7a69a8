/*
 * split.h - how much of a streaming Markdown text is already final.
 *
 * A document is cut where no later text can change what is above. Each piece
 * can then be rendered by itself, once, and only the tail is parsed again
 * when more arrives. Link reference definitions are the one known loss: they
 * work inside their own piece only.
 *
 * A cut is made above a line at the left margin behind a blank line, unless it
 * continues a list or stands in a fence: then nothing below can reach above
 * (CommonMark: lazy continuation needs the line directly above, and content of
 * an item is indented). A piece that grows beyond SPLIT_SOFT is cut between
 * lines at the margin where that does least harm, beyond SPLIT_HARD anywhere,
 * so that what is parsed again and again stays small whatever arrives.
 * Cuts depend on the text alone, not on how it arrived.
 */
#ifndef ADIT_TEXT_SPLIT_H
#define ADIT_TEXT_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#define SPLIT_SOFT (64 * 1024)
#define SPLIT_HARD (256 * 1024)

/* Where the scan stands; zero-initialise for a new text. Scanning is incremental: each call
 * looks only at lines not seen before, so a long open block does not cost again and again. */
struct split {
	size_t	scanned;        /* bytes looked at: whole lines */
	size_t	stable;         /* everything before this is final */
	/* the state of the line scanner */
	size_t	looked;         /* no newline between scanned and here */
	bool	blank_above;    /* the line above is blank */
	bool	list;           /* a list may be open; an item would continue it */
	int	item;           /* the column where the open item's text begins */
	int	text_above;     /* lines of a paragraph right above: 0, 1, 2 = more */
	bool	table;          /* a table is open: to md4c even a fence below it is a row */
	int	fence;          /* length of the open fence, 0 = none */
	char	fence_char;
};

/*
 * Looks at text[0..n), of which the first `scanned` bytes were seen before and
 * have not changed. Calls cut(arg, offset) for each new cut, in order: the
 * bytes between two cuts are one piece. Returns the last cut (split->stable).
 */
size_t split_scan(struct split *, const char *text, size_t n,
    void (*cut)(void *arg, size_t offset), void *arg);

#endif
