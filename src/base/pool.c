/* pool.c - see pool.h. */
#include "config.h"

#include "base/cond.h"
#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/vec.h"

struct pool {
	pthread_mutex_t	 lock;
	pthread_cond_t	 news, quiet;
	struct job	*head, **tail;
	struct VEC(pthread_t) threads;
	int		 max, idle, queued, busy;
	bool		 stop;
	char		 name[16];
};

static void *
pool_main(void *arg)
{
	struct pool *p = arg;
	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (p->head == NULL && !p->stop) {
			p->idle++;
			pthread_cond_wait(&p->news, &p->lock);
			p->idle--;
		}
		struct job *job = p->head;
		if (job == NULL)
			break;
		p->head = job->next;
		if (p->head == NULL)
			p->tail = &p->head;
		p->queued--;
		p->busy++;
		pthread_mutex_unlock(&p->lock);
		job->run(job);
		pthread_mutex_lock(&p->lock);
		if (--p->busy == 0 && p->head == NULL)
			pthread_cond_broadcast(&p->quiet);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct pool *
pool_new(const char *name, int max_threads)
{
	struct pool *p = mem_alloc(sizeof *p);
	pthread_mutex_init(&p->lock, NULL);
	cond_init(&p->news);
	cond_init(&p->quiet);
	p->tail = &p->head;
	p->max = max_threads;
	strncpy(p->name, name, sizeof p->name - 1);
	return p;
}

/* With the lock held. Signals are the UI thread's. */
static void
add_thread(struct pool *p)
{
	sigset_t all, old;
	pthread_t thread;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int rc = pthread_create(&thread, NULL, pool_main, p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0 && p->threads.n == 0)
		fatal("cannot start a thread: %s", strerror(rc));
	if (rc != 0)
		return;
	pthread_setname_np(thread, p->name);
	vec_add(&p->threads, thread);
}

void
pool_add(struct pool *p, struct job *job)
{
	pthread_mutex_lock(&p->lock);
	job->next = NULL;
	*p->tail = job;
	p->tail = &job->next;
	p->queued++;
	if (p->queued > p->idle && p->threads.n < (size_t)p->max)
		add_thread(p);
	pthread_cond_signal(&p->news);
	pthread_mutex_unlock(&p->lock);
}

int
pool_stop(struct pool *p, int64_t ms)
{
	if (p == NULL)
		return 0;
	int64_t until = clock_ms() + ms;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->news);
	bool in_time = true;
	while ((p->busy > 0 || p->head != NULL) && in_time)
		in_time = cond_wait_until(&p->quiet, &p->lock, until);
	bool done = p->busy == 0 && p->head == NULL;
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->threads.n; i++)
		if (done)
			pthread_join(p->threads.v[i], NULL);
		else
			pthread_detach(p->threads.v[i]);        /* nobody will ask for it */
	if (!done)
		return -1;
	vec_done(&p->threads);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->news);
	pthread_cond_destroy(&p->quiet);
	free(p);
	return 0;
}
