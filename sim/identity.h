/*
 * identity.h - the services that credentials come from: IMDS, the container
 * endpoint, STS, the portal and the OIDC service of IAM Identity Center, the
 * console's sign-in, IAM Roles Anywhere. Their paths differ, so all are on
 * the one port, beside Bedrock.
 *
 * A service is a file with a table of operations (struct service) and a row in
 * identity.c. settings.h says how they behave, faults.h what goes wrong.
 */
#ifndef SIM_IDENTITY_H
#define SIM_IDENTITY_H

#include <stdbool.h>

#include "reply.h"
#include "request.h"

/* Puts what the settings accept from the start in its place. After they were read. */
void	 identity_start(void);
void	 identity_free(void);
/* Answers if the request is for one of the services; false if it is not. May wait. */
bool	 identity_answer(struct request *, struct reply *);

/* ---- for the services --------------------------------------------------- */

/* A refusal on its way up: the operation fills it in, its service puts it into words. */
struct denial {
	unsigned	 status;
	const char	*code;          /* "AccessDenied", "invalid_grant" ...; lives for ever */
	const char	*request_id;
	struct bytes	 message;
};

/* Fills it in, with the status that the code usually has; returns -1. */
int	 deny(struct denial *, const char *code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Makes it a JSON answer with the status and the error type's header; the body is the caller's. */
void	 denial_head(struct reply *, const struct denial *, const char *type);

struct operation {
	const char	*method, *path; /* a path that ends in "*" stands for all that begin so */
	const char	*name;
	/* Answers a request while no other identity request is answered. -1: refused. */
	int		(*answer)(struct request *, struct reply *, struct denial *);
};

struct service {
	const char	*name;          /* for the log */
	void		(*write_denial)(struct reply *, const struct denial *);
	bool		 query;         /* the operation is the Action of the form */
	struct operation operations[8]; /* ends with method NULL */
};

extern const struct service imds_service, ecs_service, sts_service, sso_service, oidc_service,
	signin_service, rolesanywhere_service;

#endif
