/*
 * sigv4.h - AWS Signature Version 4: a request, keys and a time in, headers out.
 *
 * Pure: no clock, no files, no environment. Follows "Signature Version 4 signing
 * process"; the details and worked examples are in tests/aws/test_sigv4.c.
 */
#ifndef ADIT_AWS_SIGV4_H
#define ADIT_AWS_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/secret.h"
#include "net/http.h"

struct sigv4_keys {                     /* one consistent snapshot; borrowed */
	const char		*access_key_id;
	const struct secret	*secret_access_key;
	const struct secret	*session_token;         /* NULL = none */
};

struct sigv4_request {                  /* as it goes on the wire; borrowed */
	const char			*method;
	const char			*path;          /* without the query */
	const char			*query;         /* without "?"; NULL or "" = none */
	const struct http_headers	*headers;       /* with Host; all but the hop-by-hop ones get signed */
	const char			*body;
	size_t				 body_len;
};

/* What some services or callers want otherwise; all false is right for Bedrock and STS. */
struct sigv4_settings {
	bool	no_normalize_path;      /* keep dot segments and double slashes */
	bool	no_double_encode;       /* sign the path as it is on the wire (S3) */
	bool	sign_body;              /* add x-amz-content-sha256 */
	bool	omit_session_token;     /* the token is sent, but not part of what is signed */
};

struct sigv4_scope {
	const char	*region, *service;
	int64_t		 time;          /* seconds since 1970, as AWS's clock has it */
};

struct sigv4 {                          /* the result; sigv4_done() wipes it */
	struct buf		canonical;      /* the canonical request: holds the session token */
	struct buf		string_to_sign;
	struct buf		names;          /* "content-type;host;x-amz-date" */
	struct buf		authorization;  /* the header's value */
	struct http_headers	headers;        /* to be set on the request, Authorization among them */
};

void	sigv4_sign(struct sigv4 *, const struct sigv4_keys *, const struct sigv4_request *,
	    const struct sigv4_scope *, const struct sigv4_settings *);
void	sigv4_done(struct sigv4 *);

/*
 * The same with a certificate instead of keys (IAM Roles Anywhere), in two
 * steps: begin makes string_to_sign, whose signature (RSA by PKCS#1 1.5, or
 * ECDSA in DER, both with SHA-256) end puts into the headers.
 */
struct sigv4_x509 {
	const char	*algorithm;     /* "AWS4-X509-RSA-SHA256", "AWS4-X509-ECDSA-SHA256" */
	const char	*serial;        /* the certificate's serial number, decimal */
	const char	*certificate;   /* base64 of its DER */
	const char	*chain;         /* of what stands between it and its anchor, "," between them; NULL = none */
};
void	sigv4_x509_begin(struct sigv4 *, const struct sigv4_x509 *, const struct sigv4_request *,
	    const struct sigv4_scope *);
void	sigv4_x509_end(struct sigv4 *, const struct sigv4_x509 *, const struct sigv4_scope *,
	    const void *signature, size_t n);

/* Appends the 32 bytes of the signing key for this scope (for tests). */
void	sigv4_key(struct buf *, const struct secret *secret_access_key, const struct sigv4_scope *);
/* "20260801T120000Z" (out holds 17 bytes), and back; -1 when it is not one. */
void	sigv4_date(int64_t time, char out[17]);
int64_t	sigv4_parse_date(const char *);
/* Appends the lower-case hex SHA-256. */
void	sigv4_sha256(struct buf *, const void *bytes, size_t n);

#endif
