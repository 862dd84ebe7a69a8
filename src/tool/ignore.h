/*
 * ignore.h - what .gitignore files leave out. Pure.
 *
 * Patterns as gitignore(5) has them: the last that fits decides, ! takes back,
 * / at the end means folders only, a / elsewhere ties it to the file's folder.
 */
#ifndef ADIT_TOOL_IGNORE_H
#define ADIT_TOOL_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

struct ignore_rule {
	char	*pattern;
	size_t	 base;          /* length of the folder's path, with its /, that begins a path it is about */
	bool	 keep, folders_only, anchored;
};
struct ignore {                         /* zero-initialise */
	struct VEC(struct ignore_rule) rules;
};

/* Adds a file's patterns; they are about paths that begin with `base` bytes of folder. */
void	ignore_add(struct ignore *, size_t base, const char *text, size_t n);
/* Takes back to `rules` rules: when a folder is left. */
void	ignore_truncate(struct ignore *, size_t rules);
bool	ignore_matches(const struct ignore *, const char *path, bool is_folder);
void	ignore_done(struct ignore *);
/* A glob: * and ? within a part of the path, ** over parts, [a-z]. Gives up (false) on hostile ones. */
bool	ignore_glob(const char *pattern, const char *path);

#endif
