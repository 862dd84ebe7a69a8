/* cond.c - see cond.h. */
#include "config.h"

#include "base/cond.h"

#include <errno.h>
#include <time.h>

void
cond_init(pthread_cond_t *c)
{
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(c, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

bool
cond_wait_until(pthread_cond_t *c, pthread_mutex_t *lock, int64_t at)
{
	struct timespec until = { .tv_sec = (time_t)(at / 1000), .tv_nsec = (long)(at % 1000) * 1000000 };
	return pthread_cond_timedwait(c, lock, &until) != ETIMEDOUT;
}
