/*
 * issue.h - hands out credentials, and accepts them from then on.
 *
 * Access key ids tell where they come from and count up: ASIASIMIMDS0001,
 * ASIASIMIMDS0002, ... Called with identity.c's lock held.
 */
#ifndef SIM_ISSUE_H
#define SIM_ISSUE_H

#include "bytes.h"
#include "request.h"

enum issue_origin { ISSUE_IMDS, ISSUE_ECS, ISSUE_ROLE, ISSUE_WEB, ISSUE_SSO, ISSUE_LOGIN,
	ISSUE_RA, ISSUE_ORIGINS };

/* Credentials as the client is told about them: the scenario may have spoilt them. */
struct issued {
	const char	*id, *other_id;         /* other_id: a second one, of a fault; else NULL */
	const char	*secret, *token;
	char		 expiration[32];        /* ISO 8601; "" for none */
	int64_t		 expiration_ms;
};

/* What a service calls the members; expiration NULL: it says it elsewhere or not at all. */
struct issue_names {
	const char	*id, *secret, *token, *expiration;
	bool		 in_ms;                 /* the expiration is a number of milliseconds */
};

/* lifetime in seconds. account and arn say who they stand for. */
struct issued issue(struct request *, enum issue_origin, const char *account, const char *arn,
	    long lifetime);
/* Adds the members, "id":"...","secret":..., without braces around. */
void	 issue_json(struct bytes *, const struct issued *, const struct issue_names *);
/* The same as XML elements. */
void	 issue_xml(struct bytes *, const struct issued *, const struct issue_names *);

#endif
