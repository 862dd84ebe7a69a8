/*
 * definition.h - kinds of subagents, kept as files: agents/NAME.md.
 *
 * A file begins with front matter between two lines "---": members "name: value"
 * (description, model, effort, tools), and the rest is the system text. A list is
 * "a, b", "[a, b]" or lines "- a". Members that are not known are left alone, so
 * that files of other programs can be used.
 */
#ifndef ADIT_AGENT_DEFINITION_H
#define ADIT_AGENT_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/vec.h"

struct definition {
	char	*name;          /* the file's, without ".md" */
	char	*path;
	char	*description, *model, *effort;  /* NULL = not said */
	char	*system;        /* NULL = none */
	struct VEC(char *) tools;               /* names; has_tools and none: no tools */
	bool	 has_tools;     /* false = all */
};
struct definitions VEC(struct definition *);

/* From a file's text. NULL with ERR_CONFIG, line and what is wrong. Pure. */
struct definition *definition_parse(const char *name, const char *text, size_t n, struct err *);
void		 definition_free(struct definition *);

/*
 * The definition of that name: of the project (.adit/agents/ of `folder` or one above it, the nearest first), else of
 * the user. NULL when there is none (ERR_USAGE, naming those that there are) or it is wrong (ERR_CONFIG), or no file
 * (ERR_FAILED). Waits for the disk: not on the UI thread.
 */
struct definition *definition_find(const char *folder, const char *name, struct err *);
/* All that can be read, each name once, in alphabetical order. Waits for the disk. */
void		 definitions_list(const char *folder, struct definitions *);
void		 definitions_done(struct definitions *);

#endif
