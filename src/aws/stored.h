/*
 * stored.h - what adit itself keeps secret on the disk: a Bedrock API key pasted at sign-in.
 *
 * $XDG_DATA_HOME/adit/credentials.json, 0600 in a folder that only its user
 * may write to. If others can read it, it is refused with the chmod to run.
 *
 * It is adit's own configuration, chosen on purpose, and so comes before the
 * environment and the AWS files like everything of that kind (row 0 of the
 * order); --profile, a profile in adit's configuration and what was given for
 * this run come before it. It never does so in silence: the auth bar, `adit
 * auth status` and a warning say that it is in use and what it shadows.
 *
 * A `struct stored` is the file as it was read, immutable and counted.
 */
#ifndef ADIT_AWS_STORED_H
#define ADIT_AWS_STORED_H

#include <stdbool.h>

#include "base/err.h"
#include "base/secret.h"

struct stored;

/* Takes `before` (may be NULL) and gives it back when the file did not change, else a fresh reading. */
const struct stored *stored_load(const struct stored *before);
const struct stored *stored_ref(const struct stored *);
void	stored_unref(const struct stored *);            /* NULL is fine; the last one wipes */

/* Is there anything, usable or not? NULL is nothing. */
bool	stored_is_there(const struct stored *);
/* The key; NULL when there is none. Borrowed. */
const struct secret *stored_api_key(const struct stored *);
/* -1 and ERR_CREDENTIALS when the file is there but cannot be used: others can read it, or it is not ours. */
int	stored_usable(const struct stored *, struct err *);

/* The file's path. Owned by the caller. */
char	*stored_path(void);
/* Waits for the disk. Replaces the key; what else is in the file stays. */
int	stored_keep_api_key(const struct secret *, struct err *);
/* Removes the file. *was_there (may be NULL) says whether there was one. */
int	stored_forget(bool *was_there, struct err *);

#endif
