/*
 * pool.h - several threads that share one first-in first-out queue of jobs.
 *
 * For work that may hang (tools): one that does keeps one thread busy, not the
 * others. Threads begin when they are needed and live as long as the pool, so
 * that what is tied to the thread that started it (PR_SET_PDEATHSIG) stays.
 */
#ifndef ADIT_BASE_POOL_H
#define ADIT_BASE_POOL_H

#include <stdint.h>

#include "base/worker.h"

struct pool;

/* No thread runs yet. name: at most 15 bytes, for debuggers. */
struct pool	*pool_new(const char *name, int max_threads);
/* Any thread. The job must not be queued already; its run() may free it. */
void		 pool_add(struct pool *, struct job *);
/*
 * Lets all jobs run to their end, joins and frees. When some are not done after ms milliseconds the
 * pool is left to the end of the process, and -1 returned: it is not to be named again. NULL is fine.
 */
int		 pool_stop(struct pool *, int64_t ms);

#endif
