/*
 * sigv4.h - AWS Signature Version 4, read from the verifier's side.
 *
 * Pure: a request and a secret in, text out. auth.c decides what to make of it.
 */
#ifndef SIM_SIGV4_H
#define SIM_SIGV4_H

#include "bytes.h"
#include "request.h"

/* The three parts of an Authorization value, cut out of a copy that it owns. */
struct sigv4_claim {
	char		*copy;
	const char	*access_key_id;
	const char	*date;          /* YYYYMMDD of the scope */
	const char	*region;
	const char	*service;
	const char	*terminator;    /* must be "aws4_request" */
	const char	*signed_headers;
	const char	*signature;
};

/*
 * Cuts "AWS4-HMAC-SHA256 Credential=.../.../.../.../..., SignedHeaders=..., Signature=...".
 * Returns 0, or -1 with the service's complaint about the form in *why.
 */
int	 sigv4_parse(const char *authorization, struct sigv4_claim *, struct bytes *why);
void	 sigv4_claim_free(struct sigv4_claim *);
/* Whether the ;-separated list names this (lower-case) header. */
bool	 sigv4_signs(const struct sigv4_claim *, const char *header);

void	 sigv4_canonical(const struct request *, const struct sigv4_claim *, struct bytes *out);
/* What is signed: the algorithm's name, the time of X-Amz-Date, the scope, the request's hash. */
void	 sigv4_text(const struct sigv4_claim *, const char *algorithm, const char *amz_date,
	    const struct bytes *canonical, struct bytes *out);
/* The signature that the secret gives, in hex, for the time of X-Amz-Date. */
void	 sigv4_signature(const struct sigv4_claim *, const char *amz_date, const char *secret,
	    const struct bytes *canonical, char hex[65]);

#endif
