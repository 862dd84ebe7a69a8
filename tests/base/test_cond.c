/*
 * test_cond.c - waiting with a deadline.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/cond.h"

struct shared {
	pthread_mutex_t	lock;
	pthread_cond_t	news;
	bool		told;
};

static int
setup(void **state)
{
	static struct shared s;
	s = (struct shared){ .lock = PTHREAD_MUTEX_INITIALIZER };
	cond_init(&s.news);
	*state = &s;
	return 0;
}

static int
teardown(void **state)
{
	struct shared *s = *state;
	pthread_cond_destroy(&s->news);
	pthread_mutex_destroy(&s->lock);
	return 0;
}

static void *
tell(void *arg)
{
	struct shared *s = arg;
	pthread_mutex_lock(&s->lock);
	s->told = true;
	pthread_cond_signal(&s->news);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static void
who_is_told_wakes_before_the_deadline(void **state)
{
	struct shared *s = *state;
	pthread_t t;
	bool in_time = true;
	pthread_mutex_lock(&s->lock);
	assert_int_equal(pthread_create(&t, NULL, tell, s), 0);
	while (!s->told && in_time)
		in_time = cond_wait_until(&s->news, &s->lock, clock_ms() + 60000);
	pthread_mutex_unlock(&s->lock);
	pthread_join(t, NULL);
	assert_true(s->told);
	assert_true(in_time);
}

static void
nobody_waits_longer_than_the_deadline_by_the_clock_of_clock_ms(void **state)
{
	struct shared *s = *state;
	int64_t at = clock_ms() + 20;
	pthread_mutex_lock(&s->lock);
	while (cond_wait_until(&s->news, &s->lock, at))
		;
	assert_true(clock_ms() >= at);
	assert_false(cond_wait_until(&s->news, &s->lock, at - 1000));   /* it is over already */
	pthread_mutex_unlock(&s->lock);
}

#define t(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		t(who_is_told_wakes_before_the_deadline),
		t(nobody_waits_longer_than_the_deadline_by_the_clock_of_clock_ms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
