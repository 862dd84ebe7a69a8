/*
 * sso-call.h - a request to the portal or the OIDC service of IAM Identity Center.
 *
 * Unsigned: what shows who asks is in the headers or the body. Waits.
 */
#ifndef ADIT_AWS_SSO_CALL_H
#define ADIT_AWS_SSO_CALL_H

#include <stdatomic.h>

#include "aws/aws.h"
#include "aws/state.h"
#include "base/err.h"
#include "net/http.h"

struct sso_call {                       /* all borrowed */
	struct aws		*aws;
	const struct view	*view;
	const char		*region;        /* of the session: sso_region */
	const atomic_bool	*cancel;        /* may be NULL */
};

/* A reply with a ceiling and a body that does not move: it may hold tokens. http_reply_done() it. */
void	sso_reply_init(struct http_reply *);
/* 0 when an answer came, whatever its status. -1 with ERR_NETWORK, ERR_CONFIG or ERR_CANCELLED. */
int	sso_send(const struct sso_call *, const struct aws_call *, struct http_reply *, struct err *);
/* The same, asking a busy service (429, 5xx) some times more. */
int	sso_send_patiently(const struct sso_call *, const struct aws_call *, struct http_reply *, struct err *);

#endif
