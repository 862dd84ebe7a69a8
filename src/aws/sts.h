/*
 * sts.h - the two calls of STS that give credentials for a role.
 */
#ifndef ADIT_AWS_STS_H
#define ADIT_AWS_STS_H

#include <stdatomic.h>

#include "aws/creds.h"
#include "aws/region.h"
#include "aws/state.h"
#include "base/buf.h"

struct sts_call {                       /* all borrowed */
	const struct view	*view;
	const struct region	*region;
	enum aws_kind		 kind;          /* AWS_ASSUME_ROLE, AWS_WEB_IDENTITY */
	const struct buf	*form;          /* its parameters: sts_put() */
	const struct creds	*signer;        /* NULL = unsigned */
	const atomic_bool	*cancel;
};

/* Appends "&Name=value", encoded. A NULL value adds nothing. */
void	sts_put(struct buf *form, const char *name, const char *value);
/* "adit-SECONDS" where the user gave no name for the session. Owned by the caller. */
char	*sts_session_name(const char *given);
/*
 * Waits; retries what is worth it. Fills keys, expiration and account. -1 with
 * the service's sentence; *code (64 bytes) gets its short name, "" when no answer came.
 */
int	sts_assume(struct aws *, const struct sts_call *, struct creds *out, char code[64], struct err *);
/* The region for a profile's calls: its own, else the one in force. -1 and ERR_CONFIG when it is not one. */
int	sts_region(const struct view *, const char *profile, struct region *, struct err *);

#endif
