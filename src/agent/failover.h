/*
 * failover.h - which failure goes to the next model, and which never does: a table.
 *
 * Another model is asked when this one is throttled (its retries are over by
 * then), out of order, not for this identity, not there, or at its end of life.
 * Credentials, a request that is wrong, a guardrail and the user's own Esc would
 * be the same with any model. What failed is left alone for a while; the next
 * turn after that begins with the first model again. UI thread only.
 */
#ifndef ADIT_AGENT_FAILOVER_H
#define ADIT_AGENT_FAILOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/agent.h"
#include "model/call.h"

struct failover_why {
	const char	*reason;        /* a word for programs: "throttled", "no-access" … */
	bool		 goes;          /* another model may answer */
	int64_t		 rest_ms;       /* how long the model is left alone */
};

/* What a failure of `from` means for `next` (NULL: there is none). `shown`: a piece of the answer has been
 * handed over, so that nobody else may begin it anew. */
struct failover_why failover_judge(const struct call_end *, bool shown, const char *from, const char *next);

/* One line in the log for a decision: stage ("request", "rest"), reason, provider, model, status, next (NULL: none). */
void	failover_log(const char *stage, const char *reason, const char *model, int status, const char *next);

/* ---- models that are left alone; kept with what else was learned about them ---- */

void	failover_rest(struct agent_quirks *, const char *model, const struct failover_why *);
/* Milliseconds that it is still left alone, 0 = it may be asked; *reason (may be NULL) says why. */
int64_t	failover_resting(struct agent_quirks *, const char *model, const char **reason);
/* It may be asked at once: the user wants it. */
void	failover_wake(struct agent_quirks *, const char *model);

#endif
