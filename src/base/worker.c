/* worker.c - see worker.h. */
#include "config.h"

#include "base/cond.h"
#include "base/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

struct worker {
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	pthread_cond_t	 news;
	struct job	*head, **tail;
	struct job	*later;         /* sorted by time; never more than a few */
	bool		 stop;
};

static void
append(struct worker *w, struct job *job)
{
	job->next = NULL;
	job->queued = true;
	*w->tail = job;
	w->tail = &job->next;
}

/* Moves what is due (everything, at the end) from the waiting list to the queue. */
static void
take_due(struct worker *w)
{
	int64_t now = clock_ms();
	while (w->later != NULL && (w->stop || w->later->at <= now)) {
		struct job *job = w->later;
		w->later = job->next;
		append(w, job);
	}
}

static void
forget_later(struct worker *w, struct job *job)
{
	for (struct job **at = &w->later; *at != NULL; at = &(*at)->next)
		if (*at == job) {
			*at = job->next;
			return;
		}
}

static void
wait_for_news(struct worker *w)
{
	if (w->later == NULL) {
		pthread_cond_wait(&w->news, &w->lock);
		return;
	}
	cond_wait_until(&w->news, &w->lock, w->later->at);
}

static void *
worker_main(void *arg)
{
	struct worker *w = arg;
	pthread_mutex_lock(&w->lock);
	for (;;) {
		take_due(w);
		struct job *job = w->head;
		if (job == NULL && w->stop)
			break;
		if (job == NULL) {
			wait_for_news(w);
			continue;
		}
		w->head = job->next;
		if (w->head == NULL)
			w->tail = &w->head;
		job->queued = false;
		pthread_mutex_unlock(&w->lock);
		job->run(job);
		pthread_mutex_lock(&w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

struct worker *
worker_start(const char *name)
{
	struct worker *w = mem_alloc(sizeof *w);
	pthread_mutex_init(&w->lock, NULL);
	cond_init(&w->news);
	w->tail = &w->head;
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);       /* signals are the UI thread's */
	int rc = pthread_create(&w->thread, NULL, worker_main, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0)
		fatal("cannot start a thread: %s", strerror(rc));
	pthread_setname_np(w->thread, name);
	return w;
}

void
worker_add(struct worker *w, struct job *job)
{
	pthread_mutex_lock(&w->lock);
	if (!job->queued) {
		forget_later(w, job);
		append(w, job);
	}
	pthread_cond_signal(&w->news);
	pthread_mutex_unlock(&w->lock);
}

void
worker_add_later(struct worker *w, struct job *job, int64_t ms)
{
	pthread_mutex_lock(&w->lock);
	if (!w->stop && !job->queued) {
		forget_later(w, job);
		job->at = clock_ms() + ms;
		struct job **at = &w->later;
		while (*at != NULL && (*at)->at <= job->at)
			at = &(*at)->next;
		job->next = *at;
		*at = job;
		pthread_cond_signal(&w->news);
	}
	pthread_mutex_unlock(&w->lock);
}

void
worker_stop(struct worker *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->news);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->news);
	free(w);
}
