/*
 * fetch.h - a request and its whole answer, waiting. For workers only: the UI
 * thread and the engine's own thread must not call it.
 */
#ifndef ADIT_NET_FETCH_H
#define ADIT_NET_FETCH_H

#include <stdatomic.h>

#include "base/err.h"
#include "net/engine.h"
#include "net/http.h"

/*
 * Sends the request (taken) and waits. 0 when an answer came, whatever its
 * status; -1 with ERR_NETWORK or ERR_CANCELLED. `cancel` may be NULL; it is
 * looked at at least every 50 ms. The body is limited by reply->body.max.
 */
int	fetch(struct engine *, struct http_request *, struct http_reply *, const atomic_bool *cancel,
	    struct transfer_end *end, struct err *);

#endif
