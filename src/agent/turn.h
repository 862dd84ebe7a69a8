/*
 * turn.h - one reply, however many attempts it takes: a state machine.
 *
 * A turn starts calls (model/call.h), mends what one more try can mend (stale
 * credentials, a skewed clock, a parameter that the model refuses), waits and
 * tries again where the retry table says so, visibly, and never after a piece
 * of the answer arrived. UI thread only.
 */
#ifndef ADIT_AGENT_TURN_H
#define ADIT_AGENT_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/agent.h"
#include "model/call.h"

struct turn;

enum turn_state { TURN_SIGNING, TURN_WAITING, TURN_ANSWERING, TURN_RETRYING };

struct turn_hooks {
	void	(*on_state)(void *arg);         /* turn_state() has news */
	void	(*on_event)(void *arg, const struct reply_event *);
	void	(*on_note)(void *arg, const char *sentence);    /* something was changed and sent again */
	/* Last; the turn is freed after it. end->err.code ERR_NONE: a whole reply. */
	void	(*on_end)(void *arg, const struct call_end *end);
};

/* The first request leaves once `recorded` (taken, may be NULL) is signed: what the user said is in the session by
 * then. */
struct turn	*turn_start(const struct agent_env *, const struct converse_ask *, struct receipt *recorded,
		    const struct turn_hooks *, void *arg);
/* Gives what has arrived, then is silent and freed. NULL is fine. */
void		 turn_cancel(struct turn *);

enum turn_state	 turn_state(const struct turn *);
/* For TURN_RETRYING: why, in how many ms, and which attempt of how many comes next. */
const char	*turn_retry_reason(const struct turn *);
int64_t		 turn_retry_in_ms(const struct turn *);
int		 turn_attempt(const struct turn *, int *attempts);

#endif
