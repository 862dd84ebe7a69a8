/*
 * state.h - what the files of src/aws/ share; nobody else includes this.
 *
 * Options and files are immutable, counted snapshots: a resolution works on a
 * `struct view` of both from beginning to end, while the UI may already have
 * chosen another profile and somebody may have edited a file.
 */
#ifndef ADIT_AWS_STATE_H
#define ADIT_AWS_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "aws/aws.h"
#include "aws/creds.h"
#include "aws/identity.h"
#include "aws/profile.h"
#include "aws/stored.h"
#include "base/secret.h"

struct options {                        /* a copy of struct aws_options */
	atomic_int	 refs;
	char		*profile, *region, *endpoint, *ca_bundle, *access_key_id;
	struct secret	*secret_access_key, *session_token, *bearer;
	char		*anywhere[ANYWHERE_SETTINGS];
	bool		 insecure_ok, nobodys;
	long		 process_timeout_ms, answer_timeout_ms; /* 0 = the usual */
};

struct view {
	struct options		*options;
	const struct profiles	*files;
	const struct stored	*stored;        /* adit's own secrets */
	char			 machine_region[64];    /* what IMDS said, "" = nothing, or not asked */
};

struct creds_cache;                     /* creds.c */
struct identity_book;                   /* identity.c */

struct aws {
	struct engine		*engine;
	pthread_mutex_t		 lock;          /* the five below and the prompt */
	struct options		*options;
	const struct profiles	*files;         /* as last read; NULL = not yet */
	const struct stored	*stored;        /* the same */
	char			 machine_region[64];
	bool			 machine_was_asked;     /* for its region; once is enough */
	struct imds_memory	*imds;                  /* source-imds.c's; NULL = nothing yet */
	struct creds_cache	*creds;
	struct identity_book	*identity;
	int			(*prompt)(void *arg, const char *question, struct buf *answer,
				    const atomic_bool *cancel);
	void			*prompt_arg;
};

/* Asks the user. -1 when there is nobody to ask, -2 when no answer was given. Waits. */
int		aws_prompt(struct aws *, const char *question, struct buf *answer, const atomic_bool *cancel);

/* What is in force now; the files are read again where they changed. */
struct view	aws_view(struct aws *);
/* The same without touching the disk: files may be NULL. */
struct view	aws_view_peek(struct aws *);
void		aws_view_done(struct view *);

/* An environment variable without white space at its ends; NULL when unset or blank. Caller frees. */
char		*aws_env(const char *name);
struct secret	*aws_env_secret(const char *name);
bool		 aws_env_is_set(const char *name);      /* and not blank */

/* The profile in force. *from says who named it ("--profile", "AWS_PROFILE" …), NULL = nobody: then it is
 * "default". Caller frees the name. */
char		*aws_profile_name(const struct view *, const char **from);

/*
 * A setting: the variable first, then the key in the profile in force. Either
 * name may be NULL. NULL when neither says anything. *from (may be NULL) gets
 * "AWS_REGION" or "profile dev", to be freed. Caller frees the value.
 */
char		*aws_setting(const struct view *, const char *variable, const char *key, char **from);
/* The same for true and false; another word counts as false (aws_warnings() mentions it). */
bool		 aws_switch(const struct view *, const char *variable, const char *key, char **from);

/* First and last four characters of an access key id, for people. Caller frees. */
char		*creds_mask(const char *id);

/* creds.c, for aws.c: */
struct creds_cache *creds_cache_new(struct aws *);
void		 creds_cache_free(struct creds_cache *);
/* creds.c, for identity.c: a report would say something new. */
void		 creds_changed(struct aws *);

/* identity.c, for aws.c and creds.c: */
struct identity_book *identity_book_new(struct aws *);
void		 identity_book_free(struct identity_book *);    /* before the provider */
/* New credentials came into force; called with the provider's lock held. */
void		 identity_resolved(struct aws *, const struct creds *);
/* Never waits: what is known of this key (NULL = nothing). To be freed with identity_done(). */
bool		 identity_known(struct aws *, const char *key_id, struct identity *, char **why);

/* source-imds.c, for aws.c: forgets its token. NULL is fine. */
void		 imds_memory_free(struct imds_memory *);

/* Like creds_get(), for services that take signatures only: the bearer token is passed over. */
const struct creds *creds_get_for_signing(struct aws *, const atomic_bool *cancel, struct err *);

#endif
