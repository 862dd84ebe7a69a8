/*
 * profile.h - the two shared AWS files as one: profiles, sso-sessions, services.
 *
 * A `struct profiles` is both files as they were read, immutable and counted.
 * The credentials file wins over the config file, key by key; in the config
 * file [profile default] replaces [default]. A blank value counts as unset.
 */
#ifndef ADIT_AWS_PROFILE_H
#define ADIT_AWS_PROFILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

struct profiles;
struct profile_names VEC(char *);

/* Takes `before` (may be NULL) and gives it back when neither path nor file changed, else a fresh reading. */
const struct profiles *profiles_load(const struct profiles *before);
const struct profiles *profiles_ref(const struct profiles *);
void	profiles_unref(const struct profiles *);        /* NULL is fine; the last one wipes */
/* Did a file change since this was read? */
bool	profiles_changed(const struct profiles *);

/* -1 and ERR_CONFIG when a file cannot be used (grammar, or a path named by the user cannot be read). */
int	profiles_usable(const struct profiles *, struct err *);
/* Why a file could not be used at all, forgiven or not: one sentence; NULL when nothing is wrong. Borrowed. */
const char *profiles_fault(const struct profiles *);
/* Whole sentences about what was passed over, one a line. */
void	profiles_warnings(const struct profiles *, struct buf *);
/* "~/.aws/config" and "~/.aws/credentials" as paths; borrowed. */
const char *profiles_config_path(const struct profiles *);
const char *profiles_credentials_path(const struct profiles *);
/* All profile names, each once, in the order of the files; caller frees with profile_names_done(). */
void	profiles_names(const struct profiles *, struct profile_names *);
void	profile_names_done(struct profile_names *);

bool	profile_exists(const struct profiles *, const char *profile);
/* Value of a key (lower case) in a profile, NULL when absent or blank. Borrowed; white space trimmed. */
const char *profile_get(const struct profiles *, const char *profile, const char *key);
/* The file a key stands in, and its line; for sentences. "" and 0 when it stands nowhere. */
const char *profile_where(const struct profiles *, const char *profile, const char *key, int *line);
/* "There is no profile X in … and …", with near names; sets err (ERR_CREDENTIALS), returns -1. */
int	profile_unknown(const struct profiles *, const char *profile, const char *from, struct err *);

/* The names of all [sso-session] sections, like profiles_names(). */
void	sso_session_names(const struct profiles *, struct profile_names *);
bool	sso_session_exists(const struct profiles *, const char *session);
const char *sso_session_get(const struct profiles *, const char *session, const char *key);
bool	services_exist(const struct profiles *, const char *services);
/* [services NAME], nested under `service`: the value of `key`, NULL when absent or blank. */
const char *services_get(const struct profiles *, const char *services, const char *service,
	    const char *key);

#endif
