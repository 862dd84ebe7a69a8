/* receipt.c - see receipt.h. */
#include "config.h"

#include "store/receipt.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/cond.h"
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
	atomic_init(&r->refs, 1);
	pthread_mutex_init(&r->lock, NULL);
	cond_init(&r->was_signed);
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
	int64_t until = clock_ms() + ms;
	bool in_time = true;
	pthread_mutex_lock(&r->lock);
	while (!r->is_signed && in_time)
		in_time = cond_wait_until(&r->was_signed, &r->lock, until);
	bool written = r->is_signed && r->written;
	pthread_mutex_unlock(&r->lock);
	return written;
}
