/*
 * worker.h - a thread with a first-in first-out queue of jobs that may block.
 *
 * adit has two: one for credentials, one for the disk. A job is embedded in
 * whatever it works on; the worker does not own it. To tell the UI thread that
 * it is done, a job rings a note at its end.
 */
#ifndef ADIT_BASE_WORKER_H
#define ADIT_BASE_WORKER_H

struct worker;

struct job {
	void		(*run)(struct job *);   /* on the worker's thread */
	struct job	*next;
};

struct worker	*worker_start(const char *name);        /* name: at most 15 bytes, for debuggers */
/* Any thread. The job must not be queued already. */
void		 worker_add(struct worker *, struct job *);
/* Lets all queued jobs run, then joins and frees. NULL is fine. */
void		 worker_stop(struct worker *);

#endif
