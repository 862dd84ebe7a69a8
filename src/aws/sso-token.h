/*
 * sso-token.h - the token of an IAM Identity Center session, shared with the AWS tools.
 *
 * It lies in ~/.aws/sso/cache/ under the SHA-1 of the session's name (or, in
 * the old form, of the start URL), and is refreshed there while its
 * registration allows. Everything is read from the disk each time, so that a
 * login in another terminal counts at once.
 */
#ifndef ADIT_AWS_SSO_TOKEN_H
#define ADIT_AWS_SSO_TOKEN_H

#include <stdatomic.h>
#include <stdbool.h>

#include "aws/state.h"
#include "base/err.h"
#include "base/json.h"
#include "base/secret.h"

struct sso_session {                    /* what a profile says of it; borrowed from the files */
	const char	*name;          /* NULL in the old form */
	const char	*start_url, *region;
};

/* The header that shows the portal a token. */
#define SSO_TOKEN_HEADER "x-amz-sso_bearer_token"

/*
 * What a profile, or the sso-session it names, says of where to sign in. Members of the old form that are
 * missing stay NULL. -1 with ERR_CONFIG when the section is missing, or the two contradict each other.
 */
int	 sso_session_of(const struct profiles *, const char *profile, struct sso_session *, struct err *);

/* Path of the cache file. Owned by the caller. */
char	*sso_token_path(const struct sso_session *);
/*
 * Waits: reads the token, refreshes it when it is nearly over or `refused`.
 * NULL and ERR_CREDENTIALS when there is none that can be used; the caller
 * says how to sign in.
 */
struct secret *sso_token_get(struct aws *, const struct view *, const struct sso_session *, bool refused,
	    const atomic_bool *cancel, struct err *);

/* When the cached token ends, without asking anybody: wall seconds, 0 = there is none that can be read. */
int64_t	sso_token_until(const struct sso_session *);
/* Writes a token that was just given, as the AWS tools do: 0600 in a 0700 folder, in one step. `o` is the
 * whole file. */
int	sso_token_keep(const struct sso_session *, struct json_object *o, struct err *);
/* Removes it; one that is not there is fine. */
int	sso_token_forget(const struct sso_session *, struct err *);

#endif
