/*
 * find.h - looking for text in a transcript, from the newest to the oldest.
 *
 * Raw text is searched, also what is folded away. Case counts only when the
 * text looked for has a capital letter.
 */
#ifndef ADIT_UI_FIND_H
#define ADIT_UI_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/transcript.h"
#include "base/buf.h"

struct find {                   /* zero-initialise */
	struct buf	what;
	uint64_t	block;          /* where it was found, or where the search stands */
	size_t		offset;
	bool		found;          /* the last search found something */
};

void	find_done(struct find *);
/* The next older match before the place, or newer behind it. False: none, the place stays. */
bool	find_older(struct find *, const struct transcript *);
bool	find_newer(struct find *, const struct transcript *);

/* Finds `what` in text[from..n) (from <= n), with that rule about capitals; n = not there. */
size_t	find_in(const char *text, size_t n, size_t from, const char *what);

#endif
