/*
 * signin-token.h - the token of a console sign-in: the call that gives it, and the file that holds it.
 *
 * The file is the AWS tools' own (~/.aws/login/cache/, or AWS_LOGIN_CACHE_DIRECTORY)
 * under the SHA-256 of the session's ARN. Its access token is a set of
 * credentials for 15 minutes; the refresh token beside it is good once, and only
 * with the key that the file holds (aws/dpop.h).
 */
#ifndef ADIT_AWS_SIGNIN_TOKEN_H
#define ADIT_AWS_SIGNIN_TOKEN_H

#include <stdatomic.h>

#include "aws/dpop.h"
#include "aws/region.h"
#include "aws/state.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

/* Path of a session's file. Owned by the caller. */
char	*signin_token_path(const char *session);

struct signin_token_call {              /* all borrowed */
	const struct view	*view;
	const struct region	*region;
	const struct dpop	*key;
	const struct buf	*body;          /* JSON */
	const atomic_bool	*cancel;
};
/*
 * Waits: POST /v1/token with a proof, with some patience. The answer, checked to
 * hold whole credentials (free with document_free()); or NULL with
 * ERR_CREDENTIALS when only another sign-in helps, ERR_DENIED when a permission
 * is missing, ERR_UNAVAILABLE, ERR_NETWORK, ERR_CANCELLED, ERR_FAILED else. The
 * text is a clause: "the sign-in has expired".
 */
struct json_object *signin_token_request(struct aws *, const struct signin_token_call *, struct err *);

/* Puts what an answer brought into the file's object: keys, when they expire, the next refresh token. */
void	signin_token_take(struct json_object *file, struct json_object *answer, const char *session);
/* Writes it, 0600 in a folder 0700. */
int	signin_token_write(const char *path, struct json_object *file, struct err *);

/* The claim "sub" of an identity token, owned: who signed in. NULL when there is none. Nobody checks its
 * signature: it came from AWS over TLS. */
char	*signin_token_subject(const char *id_token);

#endif
