/*
 * request.h - a request as it arrived, and what the simulator found out about it.
 *
 * Filled by server.c (what was on the wire), auth.c, bedrock.c and identity.c;
 * read by everybody; written to the log by log.c. Owned by server.c, lives
 * until the answer has been sent.
 */
#ifndef SIM_REQUEST_H
#define SIM_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

struct fault;
struct json_object;
struct key;

struct header {
	char	*name;          /* lower case */
	char	*value;
};

enum auth_kind { AUTH_NONE, AUTH_SIGV4, AUTH_BEARER, AUTH_X509 };

struct request {
	/* as it came */
	unsigned long	 n;             /* counts from 1 */
	int64_t		 t_ns;          /* CLOCK_MONOTONIC when the last byte was there */
	char		*method;
	char		*path;          /* raw, still escaped */
	char		*query;         /* raw, "" if there is none */
	struct header	*headers;       /* in the order of the wire */
	size_t		 n_headers;
	struct bytes	 body;
	bool		 too_big;       /* the body passed the ceiling and was dropped */
	int		 fd;            /* the client's socket */

	/* found out */
	struct json_object *json;       /* the body, of a form its fields; NULL if it is neither */
	const char	*service;       /* "bedrock-runtime", "bedrock", "sts" ...; NULL */
	const char	*operation;     /* "ConverseStream", NULL */
	char		*model;         /* the id in the path, unescaped */
	char		*user_text;     /* the newest text of the user */
	char		 id[37];        /* x-amzn-requestid */

	enum auth_kind	 auth;
	char		*access_key_id;
	char		*region;        /* of the signature, or of the Host header */
	char		*account;
	bool		 has_session_token;
	bool		 verified;
	struct bytes	 canonical;     /* the simulator's own canonical request */
	const struct key *key;          /* that signed it; NULL: none did */

	/* of the identity services only */
	bool		 secret;        /* the body may hold secrets */
	const struct fault *fault;      /* that the scenario wants here; NULL: none */
	char		*issued;        /* the access key id that the answer hands out */
};

/* The value of a header by its lower-case name; NULL if it was not sent. */
const char *request_header(const struct request *, const char *name);

#endif
