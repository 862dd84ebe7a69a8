/*
 * sso-login.h - signing in to IAM Identity Center (SSO): the device code, accounts and roles, signing out.
 *
 * All functions that ask somebody wait, for minutes where a person must act:
 * they belong on a worker of their own, not on the one that signs. The token
 * and the registration land in ~/.aws/sso/cache/ as the AWS tools write them,
 * so that a sign-in here counts there, and the reverse.
 */
#ifndef ADIT_AWS_SSO_LOGIN_H
#define ADIT_AWS_SSO_LOGIN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "aws/aws.h"
#include "aws/profile.h"
#include "base/err.h"
#include "base/vec.h"

/* Where to sign in. All owned; sso_target_done(). */
struct sso_target {
	char	*session;       /* of [sso-session NAME]; NULL = the old form, whose token is the start URL's */
	char	*start_url, *region;
	char	*scopes;        /* sso_registration_scopes, NULL = the usual */
};
struct sso_targets VEC(struct sso_target);

void	sso_target_done(struct sso_target *);
void	sso_target_copy(struct sso_target *to, const struct sso_target *from);
/* Of a profile, in either form; of a section. -1 with ERR_CONFIG, or ERR_CREDENTIALS when it has nothing to do with SSO. */
int	sso_target_of_profile(const struct profiles *, const char *profile, struct sso_target *, struct err *);
int	sso_target_of_session(const struct profiles *, const char *session, struct sso_target *, struct err *);
/* Every one that the files know, each once: sections first. */
void	sso_targets(const struct profiles *, struct sso_targets *);
void	sso_targets_done(struct sso_targets *);
/* May a session that is set up now be called so? -1 with ERR_CONFIG when the files have another of that name, or
 * cannot have one. */
int	sso_check_new(const struct sso_target *, struct err *);
/* Could a portal run there? -1 with ERR_USAGE when it is no region. */
int	sso_check_region(const char *, struct err *);
/* "my-sso", or the start URL in the old form; borrowed. */
const char *sso_target_name(const struct sso_target *);
/* Signs this profile in there? */
bool	sso_target_serves(const struct sso_target *, const struct profiles *, const char *profile);
/* Until when one is signed in there, by the cached token alone: wall seconds, 0 = not at all. */
int64_t	sso_signed_in_until(const struct sso_target *);

/* Where the registration is kept: the AWS CLI's name for it. Owned by the caller. */
char	*sso_registration_path(const struct sso_target *);

/* What the person must do, elsewhere: open the address and see the code there. All borrowed. */
struct sso_code {
	const char	*url;           /* to type in */
	const char	*full_url;      /* with the code in it: for links and QR codes; may be the same */
	const char	*code;
	int64_t		 until;         /* clock_ms() when it is worth nothing any more */
};

/*
 * Waits until somebody approved the code, and keeps the token. show() runs on
 * this thread, for each code: one that was not used in time is followed by
 * another, a few times. -1 with ERR_CANCELLED, ERR_NETWORK, ERR_CONFIG, or
 * ERR_CREDENTIALS and a sentence: refused, or nobody came.
 */
int	sso_login(struct aws *, const struct sso_target *, void (*show)(void *arg, const struct sso_code *),
	    void *arg, const atomic_bool *cancel, struct err *);

struct sso_account {
	char	*id, *name, *email;     /* name and email may be "" */
};
struct sso_accounts VEC(struct sso_account);
struct sso_roles VEC(char *);

/* What who is signed in there may use. Waits. -1 with a sentence; the lists are to be ended in both cases. */
int	sso_accounts(struct aws *, const struct sso_target *, struct sso_accounts *, const atomic_bool *cancel,
	    struct err *);
int	sso_roles(struct aws *, const struct sso_target *, const char *account, struct sso_roles *,
	    const atomic_bool *cancel, struct err *);
void	sso_accounts_done(struct sso_accounts *);
void	sso_roles_done(struct sso_roles *);

/* A profile to be: where it signs in, and as whom. */
struct sso_profile {
	const struct sso_target	*target;
	const char		*name, *account, *role;
	const char		*region;        /* may be NULL */
};
/*
 * Writes it into the AWS config file, with its [sso-session] where that is missing, and disturbs nothing
 * else there. -1 with ERR_CONFIG, and nothing written, when one of that name says something else already.
 */
int	sso_profile_write(const struct sso_profile *, struct err *);
/* "Dev-123456789012", or with a number behind it: a name that no profile has. Owned by the caller. */
char	*sso_profile_name(const struct profiles *, const char *account, const char *role);

/* Ends the session at the portal, and removes the token from the disk even where the portal could not be
 * reached (-1 then, and a sentence). Nothing there to end: 0. Waits. */
int	sso_logout(struct aws *, const struct sso_target *, const atomic_bool *cancel, struct err *);

#endif
