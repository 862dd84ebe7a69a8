/*
 * worker.h - a thread with a first-in first-out queue of jobs that may block.
 *
 * adit has three all the time: one for credentials, one for the disk, one for
 * what waits until the disk has synced. A job is embedded in whatever it works
 * on; the worker does not own it. To tell the UI thread that
 * it is done, a job rings a note at its end.
 */
#ifndef ADIT_BASE_WORKER_H
#define ADIT_BASE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

struct worker;

struct job {
	void		(*run)(struct job *);   /* on the worker's thread */
	struct job	*next;
	int64_t		 at;                    /* worker_add_later(): clock_ms() when it is due */
	bool		 queued;                /* due, and not begun yet; the worker's */
};

struct worker	*worker_start(const char *name);        /* name: at most 15 bytes, for debuggers */
/*
 * Any thread. One that is queued already stays where it is and runs once; one that waits for its
 * time is taken forward. From the moment its run() has begun it is not queued any more, and may
 * be added again, by itself or others.
 */
void		 worker_add(struct worker *, struct job *);
/*
 * The same, but not before ms milliseconds have passed; a job that waits already gets the new
 * time, one that is queued runs as it would. After worker_stop() has begun nothing is put off any more: the call does nothing then.
 */
void		 worker_add_later(struct worker *, struct job *, int64_t ms);
/*
 * Lets all queued jobs run, those that wait for their time at once, then joins and frees. NULL is
 * fine.
 */
void		 worker_stop(struct worker *);

#endif
