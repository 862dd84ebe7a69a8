/*
 * engine.h - the one thread that owns libcurl.
 *
 * Everybody hands it requests and gets callbacks ON THE ENGINE'S THREAD; they
 * decode, append and ring a bell, and never wait for a lock that is held
 * during work; they may submit and cancel. Connections are kept and reused
 * (HTTP/2 where offered).
 *
 * https anywhere; plain http only to this machine (net/host.h) or with
 * insecure_ok. Proxies come from the environment, never for this machine.
 * Redirects are answers like others; nothing is sent that the request does not
 * say (no Accept, no Expect, no User-Agent of its own).
 */
#ifndef ADIT_NET_ENGINE_H
#define ADIT_NET_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/http.h"

struct engine;

/* How a transfer ended. `err.code` is ERR_NONE when a whole answer came (whatever its status),
 * ERR_CANCELLED after engine_cancel() or engine_stop(), else ERR_NETWORK with a sentence that
 * names the host and says what to do. */
struct transfer_end {
	struct err	err;
	int		status;                 /* 0 = no answer came */
	bool		got_bytes;              /* any byte of the answer's head or body */
	bool		stalled;                /* idle_ms passed without a byte */
	/* A kept connection turned out dead within 2 s of sending: try again at once, free. (With
	 * HTTP/1.1 the engine has done so already, once; it is HTTP/2 that is reported here.) */
	bool		reset_on_reuse;
	bool		dns, tls, proxy, refused, timed_out; /* what kind of network failure, for advice */
	int64_t		started_us, sent_us, first_byte_us;  /* clock_us(); 0 = did not happen */
};

struct transfer_hooks {
	/* The head arrived (redirects are not followed). May be NULL. */
	void	(*on_head)(void *arg, int status, const struct http_headers *);
	/* Body bytes; non-zero stops the transfer: it ends with ERR_NETWORK, "not read to its end",
	 * and the owner, who knows why, says something better. May be NULL. */
	int	(*on_body)(void *arg, const char *bytes, size_t n);
	/* Exactly once, last. The request has been wiped and freed by then. */
	void	(*on_end)(void *arg, const struct transfer_end *);
};

/* Costs nothing: the thread begins, and libcurl is initialised on it, with the first request. */
struct engine	*engine_start(void);
/* Not on the engine's thread. Cancels what runs (their on_end comes first), joins the thread,
 * frees. NULL is fine. */
void		 engine_stop(struct engine *);
/* Any thread. Takes the request's content (the struct is empty afterwards). An id, never 0. */
uint64_t	 engine_submit(struct engine *, struct http_request *, const struct transfer_hooks *,
		     void *arg);
/* Any thread; an id that has ended is fine. on_end still comes, within milliseconds. */
void		 engine_cancel(struct engine *, uint64_t id);
/* Any thread. Opens a connection to the URL's host ahead of need (TLS and all), unless one was
 * used in the last 45 s, with an unsigned "HEAD /" whose answer is not looked at. Best effort. */
void		 engine_warm(struct engine *, const char *url, const char *ca_bundle);

#endif
