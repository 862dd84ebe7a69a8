/*
 * env.h - keys in the environment, as they stand: AWS_ACCESS_KEY_ID and its companions.
 */
#ifndef ADIT_AWS_ENV_H
#define ADIT_AWS_ENV_H

#include "base/err.h"
#include "base/secret.h"

struct env_keys {
	char		*access_key_id;
	struct secret	*secret_access_key, *session_token;     /* the token may be NULL */
};

/* White space at the ends is cut off. -1 and ERR_CREDENTIALS when a half is missing or blank. */
int	env_keys(struct env_keys *, struct err *);
void	env_keys_done(struct env_keys *);       /* wipes */

#endif
