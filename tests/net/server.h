/*
 * server.h - a small HTTP/1.1 server on loopback for tests.
 *
 * A thread a connection. The test's handler gets each request whole and does
 * with the connection what it likes: answer, dribble, hang, cut. The port is
 * the system's choice.
 */
#ifndef ADIT_TESTS_NET_SERVER_H
#define ADIT_TESTS_NET_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct server;

struct server_request {
	struct server	*server;
	int		 fd;
	int		 connection;    /* 1 for the first one the server took */
	int		 nth;           /* 1 for the first request on it */
	char		 method[16];
	char		 target[512];   /* as on the request line */
	struct buf	 head;          /* request line and headers as they came */
	struct buf	 body;
};

/* Returns whether the connection stays open. Runs on the connection's thread. */
typedef bool (*server_handler)(struct server_request *, void *arg);

struct server	*server_start(server_handler, void *arg);
void		 server_stop(struct server *);          /* ends hanging handlers, joins */
int		 server_port(const struct server *);
const char	*server_url(const struct server *);     /* "http://127.0.0.1:PORT" */
int		 server_connections(struct server *);   /* taken so far */
int		 server_requests(struct server *);      /* read so far */
void		 server_wait_requests(struct server *, int n);  /* aborts after a minute */

/* For handlers. Sending to a peer that has gone is not an error. */
void		 server_send(struct server_request *, const void *bytes, size_t n);
void		 server_print(struct server_request *, const char *fmt, ...)
		     __attribute__((format(printf, 2, 3)));
/* A whole answer with Content-Length. */
void		 server_answer(struct server_request *, int status, const char *headers, const char *body);
/* Until the peer closes or the server stops. */
void		 server_hang(struct server_request *);
/* So long, or until the peer closes or the server stops: whether to go on. */
bool		 server_pace(struct server_request *, int ms);
/* Closing will then reset the connection (RST). */
void		 server_reset(struct server_request *);

#endif
