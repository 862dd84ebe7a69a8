/*
 * split.h - how much of a streaming Markdown text is already final.
 *
 * A document is cut where no later text can change what is above. Each piece
 * can then be rendered by itself, once, and only the tail is parsed again
 * when more arrives. Link reference definitions are the one known loss: they
 * work inside their own piece only.
 */
#ifndef ADIT_TEXT_SPLIT_H
#define ADIT_TEXT_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

/* Where the scan stands; zero-initialise for a new text. Scanning is incremental: each call
 * looks only at lines not seen before, so a long open block does not cost again and again. */
struct split {
	size_t	scanned;        /* bytes looked at: whole lines only */
	size_t	stable;         /* everything before this is final */
	/* the state of the line scanner */
	bool	blank_above, list;
	int	fence;          /* length of the open fence, 0 = none */
	char	fence_char;
	bool	started;
};

/*
 * Looks at text[0..n), of which the first `scanned` bytes were seen before and
 * have not changed. Calls cut(arg, offset) for each new cut, in order: the
 * bytes between two cuts are one piece. Returns the last cut (split->stable).
 */
size_t split_scan(struct split *, const char *text, size_t n,
    void (*cut)(void *arg, size_t offset), void *arg);

#endif
