/* receipt.c - see receipt.h. */
#include "config.h"

#include "store/receipt.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

struct receipt {
	atomic_int	 refs;
	pthread_mutex_t	 lock;          /* for the two below */
	pthread_cond_t	 was_signed;
	bool		 is_signed, written;
};

struct receipt *
receipt_new(void)
{
	struct receipt *r = mem_alloc(sizeof *r);
	pthread_condattr_t monotonic;
	atomic_init(&r->refs, 1);
	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&r->was_signed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return r;
}

struct receipt *
receipt_ref(struct receipt *r)
{
	if (r != NULL)
		atomic_fetch_add(&r->refs, 1);
	return r;
}

void
receipt_unref(struct receipt *r)
{
	if (r == NULL || atomic_fetch_sub(&r->refs, 1) > 1)
		return;
	pthread_mutex_destroy(&r->lock);
	pthread_cond_destroy(&r->was_signed);
	free(r);
}

void
receipt_sign(struct receipt *r, bool written)
{
	if (r == NULL)
		return;
	pthread_mutex_lock(&r->lock);
	if (!r->is_signed) {
		r->is_signed = true;
		r->written = written;
		pthread_cond_broadcast(&r->was_signed);
	}
	pthread_mutex_unlock(&r->lock);
}

bool
receipt_wait(struct receipt *r, int ms)
{
	if (r == NULL)
		return true;
	int64_t at = clock_ms() + ms;
	struct timespec until = { .tv_sec = (time_t)(at / 1000), .tv_nsec = (long)(at % 1000) * 1000000 };
	int rc = 0;
	pthread_mutex_lock(&r->lock);
	while (!r->is_signed && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&r->was_signed, &r->lock, &until);
	bool written = r->is_signed && r->written;
	pthread_mutex_unlock(&r->lock);
	return written;
}
