/* timer.c - see timer.h. A sorted list: there are never more than a few dozen. */
#include "config.h"

#include "base/timer.h"

#include <limits.h>
#include <stddef.h>

#include "base/clock.h"

void
timer_set(struct timers *ts, struct timer *t, int64_t ms)
{
	timer_cancel(ts, t);
	t->at = clock_ms() + ms;
	t->set = true;
	struct timer **p = &ts->first;
	while (*p != NULL && (*p)->at <= t->at)
		p = &(*p)->next;
	t->next = *p;
	*p = t;
}

void
timer_cancel(struct timers *ts, struct timer *t)
{
	if (!t->set)
		return;
	struct timer **p = &ts->first;
	while (*p != t)
		p = &(*p)->next;
	*p = t->next;
	t->set = false;
}

int
timers_wait(const struct timers *ts)
{
	if (ts->first == NULL)
		return -1;
	int64_t left = ts->first->at - clock_ms();
	return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

void
timers_run(struct timers *ts)
{
	int64_t now = clock_ms();
	while (ts->first != NULL && ts->first->at <= now) {
		struct timer *t = ts->first;
		timer_cancel(ts, t);
		t->fire(t);
	}
}
