/*
 * cond.h - condition variables whose deadlines are clock_ms(): setting the clock neither wakes a thread nor makes it
 * sleep on.
 */
#ifndef ADIT_BASE_COND_H
#define ADIT_BASE_COND_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

void	cond_init(pthread_cond_t *);            /* pthread_cond_destroy() ends it */
/*
 * Waits with the lock held until somebody signals, or until clock_ms() is `at`: then false. Like every wait on a
 * condition it may end for no reason: ask again in a loop for what one waits for.
 */
bool	cond_wait_until(pthread_cond_t *, pthread_mutex_t *, int64_t at);

#endif
