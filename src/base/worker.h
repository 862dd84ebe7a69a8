/*
 * worker.h - a thread with a first-in first-out queue of jobs that may block.
 *
 * adit has two: one for credentials, one for the disk. A job is embedded in
 * whatever it works on; the worker does not own it. To tell the UI thread that
 * it is done, a job rings a note at its end.
 */
#ifndef ADIT_BASE_WORKER_H
#define ADIT_BASE_WORKER_H

#include <stdint.h>

struct worker;

struct job {
	void		(*run)(struct job *);   /* on the worker's thread */
	struct job	*next;
	int64_t		 at;                    /* worker_add_later(): clock_ms() when it is due */
};

struct worker	*worker_start(const char *name);        /* name: at most 15 bytes, for debuggers */
/*
 * Any thread. The job must not be queued already; one that waits for its time is taken forward. A
 * job may be added again, by itself or others, from the moment its run() has begun.
 */
void		 worker_add(struct worker *, struct job *);
/*
 * The same, but not before ms milliseconds have passed; a job that waits already gets the new
 * time. After worker_stop() has begun nothing is put off any more: the call does nothing then.
 */
void		 worker_add_later(struct worker *, struct job *, int64_t ms);
/*
 * Lets all queued jobs run, those that wait for their time at once, then joins and frees. NULL is
 * fine.
 */
void		 worker_stop(struct worker *);

#endif
