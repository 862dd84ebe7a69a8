/*
 * chain.h - the table of credential sources, and what a source must be.
 *
 * A source is one file with one blocking function that answers in three ways:
 * found, not configured (and why), configured but failed. The chain stops at
 * the first found and at the first failed: adit never goes on silently to a
 * weaker identity. To add a source, write its file and its row in chain.c: a row
 * of `sources` if the environment or the machine configures it, a row of
 * `styles` if a profile does.
 */
#ifndef ADIT_AWS_CHAIN_H
#define ADIT_AWS_CHAIN_H

#include <stdatomic.h>
#include <stdbool.h>

#include "aws/creds.h"
#include "aws/state.h"
#include "base/err.h"
#include "base/vec.h"

enum answer { ANSWER_FOUND, ANSWER_NOT_CONFIGURED, ANSWER_FAILED };

/* What the command line or adit's configuration settled: then only that is asked. */
enum chosen { CHOSEN_NOTHING, CHOSEN_BEARER, CHOSEN_KEYS, CHOSEN_PROFILE, CHOSEN_ANYWHERE };

struct source_ask {                     /* all borrowed */
	const struct view	*view;
	enum chosen		 chosen;
	const char		*profile;       /* the profile to look at */
	const char		*profile_from;  /* who named it, NULL = nobody: it is "default" */
	bool			 bearer_ok;     /* Bedrock takes a bearer token, STS does not */
	const char		*refused;       /* access key id that a service refused just now; or NULL */
	const struct source_ask	*outer;         /* who takes its credentials from this profile, NULL at the top */
	const atomic_bool	*cancel;
};

/*
 * Fills *out (zeroed before; wiped by the caller when the answer is another)
 * and *tried's looked_at, detail and, if it can say more than the row, name.
 * ANSWER_FAILED sets err: one sentence that says what to do.
 */
typedef enum answer source_fetch(struct aws *, const struct source_ask *, struct creds *out,
    struct creds_tried *, struct err *);

struct source {
	const char		*name;
	enum creds_source	 bar;           /* which of the auth bar's four */
	enum chosen		 serves;        /* the choice that this one stands for, CHOSEN_NOTHING = none */
	/* Is anything set for it? Looks at the environment and at files already read; never waits. Says
	 * what in *detail (owned by the caller), either way. */
	bool			(*is_set)(const struct source_ask *, char **detail);
	source_fetch		*fetch;
};

struct style {                          /* what makes a profile give credentials: the first that applies */
	const char		*name;          /* what the profile signs in with */
	bool			(*applies)(const struct source_ask *);
	source_fetch		*fetch;
};

/* A step of the walk: a row and what came of it. */
struct step {
	struct creds_tried	 tried;
	enum creds_source	 bar;
	bool			 is_set;
};
struct steps VEC(struct step);

/* Walks all rows; steps gets one for each (Roles Anywhere only where the configuration has it). *out is filled when found. ERR_CREDENTIALS, ERR_CONFIG … else. */
enum answer	chain_walk(struct aws *, const struct source_ask *, struct creds *out, struct steps *,
		    struct err *);
/* What can be said without asking anybody. */
void		chain_peek(const struct source_ask *, struct steps *);
void		steps_done(struct steps *);
/* The style of ask->profile, NULL when it has none. */
const struct style *chain_style(const struct source_ask *);

/* What the command line, adit's configuration or what it stored settled. */
enum chosen	 chain_chosen(const struct view *);
/* Fills an ask from what is in force. The name is to be freed. */
char		*chain_ask(const struct view *, bool bearer_ok, struct source_ask *);

/* ---- for the sources ---- */

/* Adds a variable, file or URL that was looked at; never a value. */
void		tried_looked(struct creds_tried *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* What it answered; replaces what was said before. */
void		tried_says(struct creds_tried *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void		tried_named(struct creds_tried *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Are these fit to be used: not expired, nothing in them that would break out of a header? */
enum answer	chain_check(const struct creds *, const struct creds_tried *, struct err *);
/* Wipes and frees what a source filled in; not the struct. */
void		creds_clear(struct creds *);
/* The account in an ARN, owned; NULL when it has none (or is NULL). */
char		*creds_account_of(const char *arn);
/* Now, in AWS's time: what expirations are compared with. */
int64_t		creds_now(void);

/* The sources' functions, one file each. */
source_fetch	source_bearer, source_env, source_profile, source_static, source_process, source_container,
		source_imds, source_role, source_web, source_web_profile, source_sso, source_login,
		source_rolesanywhere;
bool		source_bearer_is_set(const struct source_ask *, char **detail);
bool		source_env_is_set(const struct source_ask *, char **detail);
bool		source_profile_is_set(const struct source_ask *, char **detail);
bool		source_web_is_set(const struct source_ask *, char **detail);
bool		source_container_is_set(const struct source_ask *, char **detail);
bool		source_imds_is_set(const struct source_ask *, char **detail);
bool		source_rolesanywhere_is_set(const struct source_ask *, char **detail);
bool		source_rolesanywhere_applies(const struct source_ask *);

#endif
