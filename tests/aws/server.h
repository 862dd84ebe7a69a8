/*
 * server.h - an HTTP server on a loopback port, for tests: one thread, a function that answers.
 */
#ifndef TESTS_AWS_SERVER_H
#define TESTS_AWS_SERVER_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/buf.h"

struct asked {                          /* one request, as it came */
	char	*method, *target;
	char	*headers;               /* the lines, as they came */
	char	*body;
};

struct server;

/* `answer` runs on the server's thread: it appends a whole response ("HTTP/1.1 200 OK\r\n…") to out.
 * Connections are closed after each. Nothing appended: the connection is dropped. */
struct server	*server_start(void (*answer)(void *arg, const struct asked *, struct buf *out), void *arg);
void		 server_stop(struct server *);
int		 server_port(const struct server *);
int		 server_count(const struct server *);   /* requests so far */

/* A header's value in asked->headers (any case), to be freed; NULL when it is not there. */
char		*asked_header(const struct asked *, const char *name);
/* Appends a response with a body and its length. */
void		 answer_with(struct buf *out, int status, const char *headers, const char *body);

#endif
