/*
 * output.h - what a tool prints, within limits.
 *
 * The model gets the beginning and the end; when there is more, all of it goes
 * to a file that the model can read. Used by one thread at a time.
 */
#ifndef ADIT_TOOL_OUTPUT_H
#define ADIT_TOOL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum {
	OUTPUT_HEAD = 24 * 1024,        /* bytes of the beginning */
	OUTPUT_TAIL = 8 * 1024,         /* … and of the end */
	OUTPUT_MAX = 64 * 1024 * 1024,  /* nothing is kept past this: a flood */
};

struct output {                         /* zero-initialise */
	struct buf	 head, tail;
	size_t		 total;
	char		*file;          /* where all of it is, NULL = it fits, or cannot be kept */
	int		 fd;            /* of the file while file != NULL */
	bool		 no_file;       /* it was tried in vain */
};

/* folder: where the file goes, made when needed (0700). False once OUTPUT_MAX is passed. */
bool	output_add(struct output *, const char *folder, const char *s, size_t n);
/* Appends what the model gets: UTF-8, with a sentence where something was left out. */
void	output_tell(struct output *, struct buf *);
void	output_done(struct output *);   /* the file stays */
/* Removes files of this folder that are older than a week. */
void	output_clean_up(const char *folder);

#endif
