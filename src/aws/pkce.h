/*
 * pkce.h - proof key for code exchange (RFC 7636): who asks for a code shows later that it was him.
 */
#ifndef ADIT_AWS_PKCE_H
#define ADIT_AWS_PKCE_H

#include "base/buf.h"

enum { PKCE_VERIFIER = 64 };            /* characters; 43 to 128 are allowed */

/* A random verifier of A-Za-z0-9-_ and its NUL. To be wiped by the caller. */
void	pkce_verifier(char out[PKCE_VERIFIER + 1]);
/* Appends the challenge: base64url, without padding, of the verifier's SHA-256. */
void	pkce_challenge(struct buf *, const char *verifier);

/* Appends base64url without padding, as JOSE and OAuth have it. */
void	pkce_base64url(struct buf *, const void *bytes, size_t n);

#endif
