/*
 * keys.h - the credentials that the simulator accepts.
 *
 * The built-in ones, or those of a --keys file: a JSON list of
 *   {"access_key_id", "secret", "session_token" or null, "expires" or null, "account", "arn"}
 *   {"bearer", "expires" or null, "account"}
 * and those that the identity services have handed out since (issue.h). A key
 * that was found stays where it is, unchanged, until keys_free(). Any thread.
 */
#ifndef SIM_KEYS_H
#define SIM_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct key {
	char	*access_key_id; /* NULL for a bearer token */
	char	*secret;
	char	*session_token; /* NULL: the key is used without one */
	char	*bearer;
	char	*account;
	char	*arn;           /* of the user or the session of a role; NULL: an unnamed user */
	bool	 hidden;        /* handed out, but unknown when it is used */
	bool	 expires;
	time_t	 expiry;
};

/* Reads the file instead of the built-in list; ends the program if it is malformed. */
void	 keys_load(const char *path);
void	 keys_free(void);
/* Accepts one more from now on. Takes the strings. */
const struct key *keys_add(const struct key *);
/* The key with this id that goes with this token (NULL = none), or NULL. */
const struct key *keys_find(const char *access_key_id, const char *session_token);
const struct key *keys_find_bearer(const char *bearer);
bool	 key_expired(const struct key *);

#endif
