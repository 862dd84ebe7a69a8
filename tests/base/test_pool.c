/* test_pool.c - jobs run beside each other, and a pool that cannot end is left. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/pool.h"

static pthread_barrier_t together;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static sem_t passed;

static void
meet(struct job *job)
{
	(void)job;
	pthread_barrier_wait(&together);
}

static void
pass_gate(struct job *job)
{
	(void)job;
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
}

static void
pass_gate_and_say(struct job *job)
{
	pass_gate(job);
	sem_post(&passed);
}

static void
jobs_run_beside_each_other(void **state)
{
	(void)state;
	struct pool *p = pool_new("test", 4);
	struct job jobs[4] = { { .run = meet }, { .run = meet }, { .run = meet }, { .run = meet } };
	pthread_barrier_init(&together, NULL, 4);
	for (int i = 0; i < 4; i++)
		pool_add(p, &jobs[i]);
	assert_int_equal(pool_stop(p, 20000), 0);
	pthread_barrier_destroy(&together);
}

static void
more_jobs_than_threads_all_run(void **state)
{
	(void)state;
	struct pool *p = pool_new("test", 2);
	static struct job jobs[100];
	for (int i = 0; i < 100; i++) {
		jobs[i].run = pass_gate;
		pool_add(p, &jobs[i]);
	}
	assert_int_equal(pool_stop(p, 20000), 0);
	assert_int_equal(pool_stop(pool_new("never", 1), 0), 0);
	assert_int_equal(pool_stop(NULL, 0), 0);
}

static void
a_pool_that_cannot_end_says_so(void **state)
{
	(void)state;
	static struct pool *left;               /* its thread may use it until the process ends */
	static struct job job = { .run = pass_gate_and_say };
	left = pool_new("test", 1);
	sem_init(&passed, 0, 0);
	pthread_mutex_lock(&gate);
	pool_add(left, &job);
	assert_int_equal(pool_stop(left, 1), -1);
	pthread_mutex_unlock(&gate);
	while (sem_wait(&passed) != 0)          /* it goes on all the same */
		continue;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_run_beside_each_other),
		cmocka_unit_test(more_jobs_than_threads_all_run),
		cmocka_unit_test(a_pool_that_cannot_end_says_so),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
