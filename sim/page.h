/*
 * page.h - a list that is answered in pages: which entries are shown, and the token of the next.
 *
 * The list is gone through from its start for every page; page_in() tells which
 * entries belong to this one. "page_size" and "same_token" of a scenario's
 * catalogue make pages small, and tokens that lead nowhere.
 */
#ifndef SIM_PAGE_H
#define SIM_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"
#include "errors.h"
#include "request.h"

struct page {
	struct bytes	*out;
	size_t		 from, to;      /* the entries shown */
	size_t		 n;             /* entries so far */
};

/* Reads maxResults and nextToken, and writes {"NAME":[. -1 with a refusal. */
int	 page_begin(struct page *, const struct request *, const char *name, struct bytes *out,
	    struct refusal *);
/* Counts an entry; true if it is to be written now (the comma before it is there). */
bool	 page_in(struct page *);
/* Writes the end, with the token of the next page if there is one. */
void	 page_end(struct page *);

#endif
