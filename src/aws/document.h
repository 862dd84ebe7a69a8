/*
 * document.h - credentials in a JSON object: one reader, a row of member names a source.
 *
 * credential_process, the container endpoint, IMDS, SSO and others answer with
 * the same five things under different names.
 */
#ifndef ADIT_AWS_DOCUMENT_H
#define ADIT_AWS_DOCUMENT_H

#include <stdbool.h>

#include "aws/creds.h"
#include "base/err.h"
#include "base/json.h"

struct document {                       /* the members' names; any may be NULL but the first two */
	const char	*access_key_id, *secret_access_key, *session_token, *expiration, *account;
	bool		 any_case;      /* names are compared without case */
	bool		 in_ms;         /* the expiration is a number of milliseconds, not a date */
	bool		 needs_token, needs_expiration;
};

/* Adds what it finds to *out. -1 and ERR_CREDENTIALS naming the member that is missing or wrong. */
int	document_read(struct json_object *, const struct document *, struct creds *out, struct err *);
/* A string member that is not blank, in any case if so wanted; NULL when there is none. Borrowed. */
const char *document_text(struct json_object *, const char *name, bool any_case);
/* Parses n bytes; ERR_CREDENTIALS when they are no JSON object, or one with a member twice. Free with
 * document_free(). */
struct json_object *document_parse(const char *s, size_t n, struct err *);
/* Overwrites every string in it before it is freed: they may be secrets. NULL is fine. */
void	document_free(struct json_object *);

#endif
