/*
 * fault.h - libcurl's error codes told to people. Pure; only the engine calls it.
 */
#ifndef ADIT_NET_FAULT_H
#define ADIT_NET_FAULT_H

#include <curl/curl.h>
#include <stdbool.h>

#include "net/engine.h"

/* What is known of a transfer that failed. Everything borrowed. */
struct fault {
	CURLcode	 rc;
	const char	*host;
	const char	*detail;        /* curl's own words, or "" */
	const char	*ca_bundle;     /* the one that was set, or NULL */
	long		 total_ms;       /* the limit that was set, 0 = none */
	long		 proxy_status;   /* what a proxy said to CONNECT, 0 = nothing */
	bool		 proxied;        /* a proxy is set for this request */
	bool		 connected;      /* the request could be sent */
	bool		 reused;         /* over a kept connection, and just sent */
	bool		 too_big;        /* the engine refused the answer's head */
};

/* Fills err (ERR_NETWORK) and what kind of failure it was; got_bytes is read. */
void	fault_tell(const struct fault *, struct transfer_end *);

#endif
