/*
 * local.h - a request to one of the machine's own credential services (IMDS, containers).
 *
 * Never through a proxy, unsigned, with short limits. Waits.
 */
#ifndef ADIT_AWS_LOCAL_H
#define ADIT_AWS_LOCAL_H

#include <stdatomic.h>

#include "aws/aws.h"
#include "base/err.h"
#include "net/http.h"

struct local_call {
	const char		*method, *url;
	const char		*header, *value;        /* one further header; may be NULL */
	long			 connect_ms, total_ms;
	const atomic_bool	*cancel;                /* may be NULL */
	struct transfer_end	*end;                   /* how it ended; may be NULL */
};

/* 0 when an answer came, whatever its status; -1 when none did. The reply is to be ended with
 * http_reply_done() in both cases. */
int	local_fetch(struct aws *, const struct local_call *, struct http_reply *, struct err *);
/* Waits so long; false when cancelled meanwhile. */
bool	local_pause(int64_t ms, const atomic_bool *cancel);
/* After so many tries to get credentials, of which the last ended so: one more? Fewer, where nobody answers. */
bool	local_again(int made, const struct err *last);

#endif
