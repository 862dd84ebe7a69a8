/*
 * timer.h - what should happen later on the UI thread.
 *
 * A timer is embedded in its owner. The loop asks timers_wait() how long it
 * may poll and calls timers_run() afterwards. UI thread only.
 */
#ifndef ADIT_BASE_TIMER_H
#define ADIT_BASE_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct timers {
	struct timer	*first;         /* sorted by time */
};

struct timer {
	void		(*fire)(struct timer *);
	struct timer	*next;
	int64_t		 at;            /* clock_ms() */
	bool		 set;
};

/* Sets or moves: fires once, ms from now. */
void	timer_set(struct timers *, struct timer *, int64_t ms);
void	timer_cancel(struct timers *, struct timer *);  /* not set is fine */
/* Milliseconds until the first one is due (0 = now), -1 when none is set. */
int	timers_wait(const struct timers *);
void	timers_run(struct timers *);

#endif
