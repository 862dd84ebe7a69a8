/*
 * redirect.h - waits for a browser that a sign-in page sends back to this machine.
 *
 * The loopback redirect of RFC 8252: a port of 127.0.0.1 that the system chose
 * is open from redirect_listen() to redirect_free(), takes GETs only, and
 * answers each with a small page. Nothing but the code for the state that was
 * asked for ends the waiting: a favicon, a connection that a browser opened in
 * advance, or somebody else's request do not.
 */
#ifndef ADIT_NET_REDIRECT_H
#define ADIT_NET_REDIRECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct redirect;

/* NULL and ERR_NETWORK when no port can be had. */
struct redirect	*redirect_listen(struct err *);
void		 redirect_free(struct redirect *);      /* NULL is fine */
int		 redirect_port(const struct redirect *);

struct redirect_wanted {                /* borrowed */
	const char		*path;          /* "/oauth/callback" */
	const char		*state;         /* what the page was given */
	int64_t			 wait_ms;
	const atomic_bool	*cancel;        /* may be NULL; looked at every 50 ms */
};
/*
 * Waits. 0 and the code appended; -1 with ERR_CREDENTIALS and what the page says (the user refused …),
 * ERR_CANCELLED, or ERR_UNAVAILABLE when nobody came in time.
 */
int		 redirect_wait(struct redirect *, const struct redirect_wanted *, struct buf *code, struct err *);

/* ---- the pure parts ---- */

enum redirect_verdict { REDIRECT_UNFINISHED, REDIRECT_OTHER, REDIRECT_WRONG_STATE, REDIRECT_CODE, REDIRECT_REFUSED };
/* What the first n bytes of a connection are. With CODE the code, with REFUSED the reason is appended. */
enum redirect_verdict redirect_read(const char *s, size_t n, const char *path, const char *state,
		    struct buf *text);
/* Appends the decoded value of a parameter of "a=b&c=d"; false when it is absent, malformed or empty. */
bool		 redirect_parameter(const char *query, size_t n, const char *name, struct buf *value);

#endif
