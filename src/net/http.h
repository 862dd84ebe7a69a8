/*
 * http.h - an HTTP request and its answer as plain structs.
 *
 * A request may hold secrets in its headers: http_request_done() wipes them.
 */
#ifndef ADIT_NET_HTTP_H
#define ADIT_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/vec.h"

struct http_header {
	char	*name, *value;
};
struct http_headers VEC(struct http_header);

struct http_request {
	char			*method;
	char			*url;           /* path already encoded as it goes on the wire */
	struct http_headers	 headers;
	struct buf		 body;
	char			*ca_bundle;     /* PEM file, NULL = the system's */
	bool			 direct;        /* never through a proxy: metadata services, loopback */
	bool			 insecure_ok;   /* plain http to any host (else loopback and metadata only) */
	bool			 public_only;   /* no connection to an address of this machine or a private network,
						 * whatever the name resolves to (a proxy resolves by itself) */
	long			 connect_ms;    /* 0 = 10,000 */
	long			 idle_ms;       /* no byte at all for so long: a stall. 0 = 300,000 */
	long			 total_ms;      /* 0 = no limit (streams) */
};

void	http_request_init(struct http_request *, const char *method, const char *url);
void	http_request_done(struct http_request *);               /* wipes */
void	http_request_copy(struct http_request *to, const struct http_request *from);

void	http_headers_add(struct http_headers *, const char *name, const char *value);
/* Replaces every header of that name (any case). */
void	http_headers_set(struct http_headers *, const char *name, const char *value);
/* First value of that name (any case) or NULL; borrowed. */
const char *http_headers_get(const struct http_headers *, const char *name);
void	http_headers_done(struct http_headers *);               /* wipes */

struct http_reply {
	int			 status;        /* 0 = none came */
	struct http_headers	 headers;
	struct buf		 body;
};

/* max_body in bytes; 0 = 16 MiB. */
void	http_reply_init(struct http_reply *, size_t max_body);
void	http_reply_done(struct http_reply *);                   /* wipes: may hold credentials */

#endif
