/*
 * dpop.h - proof of possession (RFC 9449): a key on P-256, and a JWT that it signs for one request.
 *
 * The key lies in the session's cache file as PEM; whoever has only the refresh
 * token cannot use it. ES256 by libcrypto.
 */
#ifndef ADIT_AWS_DPOP_H
#define ADIT_AWS_DPOP_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct dpop;

struct dpop	*dpop_new(void);
/* From PEM (SEC1, or PKCS#8); line breaks may be written as \n. NULL and ERR_CREDENTIALS when it is no
 * private key on P-256, or encrypted. */
struct dpop	*dpop_read(const char *pem, struct err *);
void		 dpop_free(struct dpop *);              /* NULL is fine */
/* Appends the key as PEM, SEC1, as the AWS tools write it. To be wiped. */
void		 dpop_write(const struct dpop *, struct buf *pem);
/* Appends the proof for a request at `time` (AWS's), with a random jti: the value of the header "DPoP". */
void		 dpop_proof(const struct dpop *, const char *method, const char *url, int64_t time, struct buf *);

#endif
