/*
 * call.h - one attempt at one reply: from credentials to the last byte.
 *
 * Started and watched on the UI thread. In between, the credentials worker
 * builds and signs the request, and the engine's thread decodes the answer and
 * appends events to a buffer that the UI thread swaps out when its bell rings.
 * Deltas coalesce there, so nothing overflows however fast they come.
 */
#ifndef ADIT_MODEL_CALL_H
#define ADIT_MODEL_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/aws.h"
#include "base/mailbox.h"
#include "base/worker.h"
#include "model/converse.h"
#include "model/failure.h"
#include "model/provider.h"
#include "model/reply.h"
#include "store/receipt.h"

struct call;

struct call_env {
	struct aws	*aws;
	struct engine	*engine;
	struct worker	*worker;
	struct mailbox	*mailbox;
	const struct providers *providers;      /* NULL: Bedrock only; looked at by call_start() alone */
};

struct call_ask {                       /* borrowed; call_start() copies what it needs */
	struct converse_ask	 converse;      /* its model says which provider answers */
	bool			 stream;        /* else the whole answer at once */
	const char		*invocation_id;
	int			 attempt, attempts;
	struct receipt		*recorded;      /* the request leaves once this is signed; may be NULL */
};

struct call_end {
	struct err	 err;           /* ERR_NONE: a whole reply */
	struct failure	 failure;       /* what to do about it; err is its sentence */
	bool		 again;         /* credentials or clock were mended: sign and send again, once */
	bool		 free_retry;    /* a kept connection was dead: again at once, not counted */
	bool		 answered;      /* the service began to answer (a retry may be billed twice) */
	int		 status;
	const char	*request_id;    /* or NULL */
	const char	*raw;           /* the error as the service sent it; "" */
	int64_t		 retry_after_ms;/* retry_delay_ms() of this answer for attempt `attempt` */
	struct aws_used	 used;
	bool		 bedrock;       /* Amazon Bedrock was asked, so that /login may help */
};

struct call_hooks {
	void	(*on_sent)(void *arg);                                  /* the request left for the network */
	void	(*on_event)(void *arg, const struct reply_event *);
	void	(*on_end)(void *arg, const struct call_end *);          /* last; the call is freed after it */
};

/* quirks (may be NULL) is copied for the request and told what the answer taught; it must outlive the call. */
struct call	*call_start(const struct call_env *, const struct call_ask *, struct model_quirks *quirks,
		    const struct call_hooks *, void *arg);
/* Gives on_event what has already arrived, then no hook is called any more. The network side is stopped within
 * milliseconds and cleans up by itself. NULL is fine. */
void		 call_cancel(struct call *);
/* How many calls have not cleaned up yet; at exit the app waits for 0 before it frees the environment. */
int		 call_count(void);

#endif
