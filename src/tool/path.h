/*
 * path.h - where a path that a model names really leads, and opening just that.
 *
 * A path is resolved once, links and ".." included; rules, approvals and people
 * see the result. Later it is opened component by component without following
 * any link: whoever puts a link in its way meanwhile gets a refusal, not a
 * detour. Blocks; for workers.
 */
#ifndef ADIT_TOOL_PATH_H
#define ADIT_TOOL_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct path {
	char	*real;          /* absolute, no links, no "..": the last parts may not exist yet */
	char	*shown;         /* relative to the root when inside ("." for itself), else as real */
	bool	 inside;        /* below the root */
	bool	 exists;
	bool	 secret;        /* reading it shows keys: adit's own, ~/.aws, ~/.ssh, /proc/N … */
	bool	 trap;          /* writing it makes other programs do things: .git, .adit, a shell's files … */
};

/*
 * given: absolute, "~/…", or relative to root, which is a real path. The sentence of an error is
 * meant for the model: English.
 */
int	path_resolve(struct path *, const char *root, const char *given, struct err *);
void	path_done(struct path *);

/* Opens what path.real names; O_NOFOLLOW, O_CLOEXEC and O_NONBLOCK are added. -1 and a sentence. */
int	path_open(const char *real, int flags, struct err *);
/*
 * Opens the folder that holds (or will hold) path.real, and sets *name to the last part (borrowed
 * from real). With `make` the missing folders are made. -1 and a sentence.
 */
int	path_open_parent(const char *real, bool make, const char **name, struct err *);

/* The folders and files of this user that hold keys. NULL after the last; the caller frees each and the list. */
char	**path_secrets(void);
/* Does the folder hold any of them? */
bool	path_holds_secrets(const char *real);

#endif
