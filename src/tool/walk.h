/*
 * walk.h - the files below a folder: sorted, links not followed, what .gitignore leaves out left out, and
 * the user's keys (path_secrets()) too.
 *
 * Blocks; for workers. Ends by itself after a great many files.
 */
#ifndef ADIT_TOOL_WALK_H
#define ADIT_TOOL_WALK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { WALK_MAX = 200000, WALK_DEPTH = 64 };

struct walk_entry {
	const char	*path;          /* from where the walk began */
	const char	*name;
	int		 folder;        /* open descriptor of the folder that it is in */
	bool		 is_folder;
};

struct walk {
	const char	*root;          /* real path of the folder */
	bool		 all;           /* .gitignore does not count, hidden files do; .git never does */
	int		 depth;         /* 0 = all; 1 = this folder only */
	const atomic_bool *cancel;      /* may be NULL */
	bool		(*each)(void *arg, const struct walk_entry *);  /* false: end */
	void		*arg;
	bool		 too_many;      /* set: it ended at WALK_MAX */
	size_t		 seen;
};

/* -1 when the folder cannot be read. */
int	walk_run(struct walk *, struct err *);

#endif
