/*
 * signin-login.h - console sign-in, as `aws login` does it: from a browser's page to a profile that works.
 *
 * The user signs in on AWS's page with whatever opens the console. A code comes
 * back by the loopback redirect, or, where the browser is on another machine,
 * by the user, who copies it. It becomes the session's cache file (which the
 * AWS tools read too, and source-login.c refreshes) and the line
 * `login_session = ARN` in the profile, the rest of the file undisturbed.
 */
#ifndef ADIT_AWS_SIGNIN_LOGIN_H
#define ADIT_AWS_SIGNIN_LOGIN_H

#include <stdatomic.h>
#include <stdbool.h>

#include "aws/aws.h"
#include "base/buf.h"
#include "base/err.h"

struct signin_login {                   /* what to do and whom to tell; borrowed for the call */
	const char	*profile;       /* it is made if it is not there; NULL = the one in force */
	const char	*region;        /* where to sign in; NULL = the profile's, or the one in force */
	bool		 remote;        /* no browser on this machine: the user brings the code */
	/* Both are called on the thread of signin_login(). Shows the address, and opens it where that can be
	 * done; must not wait for the browser. */
	void		(*show)(void *arg, const char *address);
	/* With `remote` only: asks for the code that the page shows. May wait; -1 when the user gives up. */
	int		(*ask)(void *arg, const char *question, struct buf *answer, const atomic_bool *cancel);
	void		*arg;
};

struct signin_result {
	char	*profile, *session;     /* "dev", "arn:aws:iam::123456789012:user/alice" */
	char	*account;               /* may be NULL */
	char	*before;                /* another session that the profile had; NULL = none */
	char	*cache;                 /* the file that was written */
};

/*
 * Waits, ten minutes at most, for the user and the network: for a worker. 0 and
 * *done filled (signin_result_done()); what was resolved before is forgotten
 * then, so that the next call uses the new session. -1 with one sentence:
 * ERR_CANCELLED, ERR_CREDENTIALS (refused, came too late, or AWS did not take
 * the code), ERR_CONFIG (the profile signs in otherwise already, its region is
 * another, its file cannot be edited), ERR_NETWORK. Nothing is written unless
 * all went well.
 */
int	signin_login(struct aws *, const struct signin_login *, struct signin_result *done,
	    const atomic_bool *cancel, struct err *);
void	signin_result_done(struct signin_result *);

#endif
