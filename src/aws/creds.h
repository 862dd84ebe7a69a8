/*
 * creds.h - the one credentials provider.
 *
 * creds_get() hands out immutable snapshots; the provider resolves lazily by
 * walking the chain (aws/chain.h), keeps the result until it nears its expiry,
 * lets one thread refresh while others wait or go on with what is still valid,
 * and can explain what it did. A source that is present but broken stops the
 * chain: adit never goes on silently with a weaker identity.
 */
#ifndef ADIT_AWS_CREDS_H
#define ADIT_AWS_CREDS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "aws/aws.h"
#include "base/secret.h"
#include "base/vec.h"

enum creds_kind { CREDS_BEARER, CREDS_STATIC, CREDS_PROCESS, CREDS_SSO, CREDS_LOGIN, CREDS_ASSUME_ROLE,
	CREDS_WEB_IDENTITY, CREDS_CONTAINER, CREDS_IMDS, CREDS_ROLES_ANYWHERE };
/* "bearer", "static", "process", "sso", "login", "assume-role", … as in the JSON contract. */
const char *creds_kind_name(enum creds_kind);

struct creds {                          /* immutable once published */
	enum creds_kind	 kind;
	char		*access_key_id; /* NULL for bearer */
	struct secret	*secret_access_key, *session_token, *bearer;
	int64_t		 expires;       /* wall seconds, 0 = not known */
	char		*account;       /* NULL = not known */
	char		*profile;       /* NULL = none */
	bool		 kept;          /* by adit, in its own file (aws/stored.h) */
	char		*label;         /* "profile bot: credential_process", "EC2 role NAME": for people */
	uint64_t	 generation;
	atomic_int	 refs;
};
const struct creds *creds_ref(const struct creds *);
void	creds_unref(const struct creds *);      /* NULL is fine; the last one wipes */

/* Waits. A snapshot the caller unrefs; NULL and ERR_CREDENTIALS with every provider tried and what to do. */
const struct creds *creds_get(struct aws *, const atomic_bool *cancel, struct err *);
/* Never waits: what is in memory, or NULL. */
const struct creds *creds_peek(struct aws *);
/* A service refused this generation: the next creds_get() resolves again, once for all callers. */
void	creds_refused(struct aws *, uint64_t generation);
/* Forgets what was resolved (after /login, a changed profile). */
void	creds_forget(struct aws *);

/* Never asks anybody. Does anything name credentials: options, the environment, the AWS files? False
 * when only the machine itself could have some. */
bool	creds_is_configured(struct aws *);
/*
 * Appends lines that tell this identity from others and stay the same when temporary credentials
 * are renewed; for the keys of caches. Nothing secret can be got out of them: of a bearer token they
 * hold a part of its hash with `salt`, which whoever keeps the cache makes up.
 */
void	creds_put_who(struct buf *, const struct creds *, const char *salt);

/* ---- what happened, for the auth bar, `adit auth status` and doctor: one source of data ---- */

enum creds_source { SOURCE_BEARER, SOURCE_KEYS, SOURCE_PROFILE, SOURCE_CHAIN, SOURCES };
enum creds_mark { MARK_ACTIVE, MARK_UNSET, MARK_UNASKED, MARK_BROKEN, MARK_UNKNOWN /* … not asked yet */ };

struct creds_order {                    /* one of the four of the auth bar */
	enum creds_mark	 mark;
	bool		 shadowed;      /* set, but an earlier one won */
	char		*detail;        /* "AWS_BEARER_TOKEN_BEDROCK is not set", "profile dev · sso" */
};

struct creds_tried {                    /* one provider of the whole chain */
	char		*name;          /* "environment", "profile dev: credential_process", "imds" … */
	enum { TRIED_FOUND, TRIED_NOT_CONFIGURED, TRIED_FAILED, TRIED_NOT_ASKED } state;
	struct VEC(char *) looked_at;   /* variables, files, URLs; never values */
	char		*detail;        /* what it answered, one sentence */
	int64_t		 ms;            /* -1 = not asked */
};

struct creds_report {
	struct creds_order	 order[SOURCES];
	int			 active;        /* enum creds_source, -1 = none (yet) */
	bool			 resolved;      /* the chain has been walked */
	bool			 refreshing;
	enum creds_kind		 kind;
	char			*profile, *access_key; /* masked: at most first 4 and last 4 */
	int64_t			 expires;
	char			*account, *arn; /* NULL = not known (yet): aws/identity.h */
	char			*no_account;    /* why STS did not say it; NULL = it did, or was not asked */
	char			*label;
	char			*region, *region_from;
	struct VEC(struct creds_tried) tried;
	char			*error;         /* the sentence of the last failure, NULL */
};
/* Never waits. Environment and already read files only, before the first resolution. Caller frees. */
struct creds_report *creds_report(struct aws *);
void	creds_report_free(struct creds_report *);
/* Changes whenever a new report would say something else: cheap to poll from the UI. */
uint64_t creds_version(struct aws *);
/* Called (any thread) after each change; for ringing the UI's bell. NULL: nobody. */
void	creds_on_change(struct aws *, void (*changed)(void *arg), void *arg);

#endif
