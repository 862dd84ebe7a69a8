/*
 * tickets.h - what the identity services have handed out beside credentials, or
 * accept from the start: tokens, client registrations, codes.
 *
 * Only used by what answers an identity request, which happens one at a time
 * (identity.c holds a lock meanwhile).
 */
#ifndef SIM_TICKETS_H
#define SIM_TICKETS_H

#include <stdbool.h>
#include <time.h>

enum ticket_kind {
	TICKET_IMDS,            /* a session token of IMDSv2 */
	TICKET_CLIENT,          /* a registered client: its secret is `proof` */
	TICKET_DEVICE,          /* a device code */
	TICKET_CODE,            /* an authorization code: its challenge is `proof` */
	TICKET_SSO,             /* an access token for the portal */
	TICKET_SSO_REFRESH,
	TICKET_LOGIN_REFRESH,   /* bound to the key whose thumbprint is `proof`, once used */
	TICKET_PROOF,           /* the jti of a DPoP proof that was seen */
};

struct ticket {
	enum ticket_kind kind;
	char		*text;
	time_t		 expiry;        /* 0: never */
	bool		 used_up;
	char		*client;        /* the id of the client that it is for; NULL: any */
	char		*proof;
	char		*redirect;      /* the URI that a code was sent to */
	char		*user_code;
	unsigned	 asked;         /* how often the token of a device code was asked for */
	bool		 approved;      /* somebody opened the page of a device code */
	bool		 scoped;        /* a client that asked for scopes: it gets refresh tokens */
	struct ticket	*next;
};

/* text NULL: makes one up. lifetime in seconds, 0: for ever. It stays until tickets_free(). */
struct ticket *ticket_new(enum ticket_kind, const char *text, long lifetime);
/* NULL if there is none, or it is used up. It may have expired. text may be NULL. */
struct ticket *ticket_find(enum ticket_kind, const char *text);
struct ticket *ticket_find_user_code(const char *user_code);
bool	 ticket_expired(const struct ticket *);
void	 tickets_free(void);

#endif
