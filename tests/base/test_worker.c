/* test_worker.c - jobs in order, and jobs whose time comes later. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/worker.h"

/* Which jobs ran, in order; written by the worker, read after it was joined. */
static char ran[16];
static size_t ran_n;

struct letter {
	struct job	job;
	char		name;
	int64_t		when;
	sem_t		*done;
};

static void
run_letter(struct job *job)
{
	struct letter *l = (struct letter *)job;
	l->when = clock_ms();
	ran[ran_n++] = l->name;
	ran[ran_n] = '\0';
	if (l->done != NULL)
		sem_post(l->done);
}

static struct letter
letter(char name)
{
	return (struct letter){ .job.run = run_letter, .name = name };
}

static int
forget(void **state)
{
	(void)state;
	ran_n = 0;
	ran[0] = '\0';
	return 0;
}

static void
jobs_run_in_the_order_of_their_coming(void **state)
{
	(void)state;
	struct worker *w = worker_start("test");
	struct letter a = letter('a'), b = letter('b'), c = letter('c');
	worker_add(w, &a.job);
	worker_add(w, &b.job);
	worker_add(w, &c.job);
	worker_stop(w);
	assert_string_equal(ran, "abc");
}

struct gate {
	struct job	job;
	sem_t		begun, open;
};

static void
run_gate(struct job *job)
{
	struct gate *g = (struct gate *)job;
	sem_post(&g->begun);
	sem_wait(&g->open);
}

/* Jobs whose time has come are in the queue, though nobody added them: adding one again must neither run it twice nor
 * lose those behind it. */
static void
a_job_that_is_due_already_can_be_added_and_runs_once(void **state)
{
	(void)state;
	struct gate g = { .job.run = run_gate };
	sem_init(&g.begun, 0, 0);
	sem_init(&g.open, 0, 0);
	struct worker *w = worker_start("test");
	struct letter a = letter('a'), b = letter('b'), c = letter('c');
	worker_add(w, &g.job);
	sem_wait(&g.begun);
	worker_add_later(w, &g.job, 0);         /* all are due when the gate opens, and queued at once */
	worker_add_later(w, &a.job, 0);
	worker_add_later(w, &b.job, 0);
	worker_add_later(w, &c.job, 0);
	sem_post(&g.open);
	sem_wait(&g.begun);
	worker_add(w, &a.job);
	worker_add_later(w, &b.job, 0);
	sem_post(&g.open);
	worker_stop(w);
	assert_string_equal(ran, "abc");
}

static void
a_later_job_runs_after_its_time_and_not_before(void **state)
{
	(void)state;
	sem_t done;
	sem_init(&done, 0, 0);
	struct worker *w = worker_start("test");
	struct letter a = letter('a');
	a.done = &done;
	int64_t start = clock_ms();
	worker_add_later(w, &a.job, 30);
	sem_wait(&done);
	worker_stop(w);
	assert_true(a.when - start >= 30);
	assert_string_equal(ran, "a");
	sem_destroy(&done);
}

static void
later_jobs_run_in_the_order_of_their_times(void **state)
{
	(void)state;
	enum { LONG = 600 * 1000 };
	struct gate g = { .job.run = run_gate };
	sem_t done;
	sem_init(&done, 0, 0);
	sem_init(&g.begun, 0, 0);
	sem_init(&g.open, 0, 0);
	struct worker *w = worker_start("test");
	struct letter a = letter('a'), b = letter('b'), c = letter('c');
	a.done = &done;
	worker_add(w, &g.job);
	sem_wait(&g.begun);
	/* Their times are long past when the gate opens, and far enough from each other for any machine. */
	worker_add_later(w, &a.job, -1 * LONG);
	worker_add_later(w, &b.job, -3 * LONG);
	worker_add_later(w, &c.job, LONG);
	worker_add_later(w, &c.job, -2 * LONG);         /* a new time takes the old one's place */
	sem_post(&g.open);
	sem_wait(&done);
	worker_stop(w);
	assert_string_equal(ran, "bca");
	sem_destroy(&done);
}

static void
adding_a_waiting_job_takes_it_forward_and_runs_it_once(void **state)
{
	(void)state;
	sem_t done;
	sem_init(&done, 0, 0);
	struct worker *w = worker_start("test");
	struct letter a = letter('a');
	a.done = &done;
	worker_add_later(w, &a.job, 100000);
	worker_add(w, &a.job);
	sem_wait(&done);
	worker_stop(w);
	assert_string_equal(ran, "a");
	sem_destroy(&done);
}

static void
stopping_does_not_wait_for_later_jobs_but_runs_them(void **state)
{
	(void)state;
	struct worker *w = worker_start("test");
	struct letter a = letter('a'), b = letter('b');
	worker_add_later(w, &a.job, 100000);
	worker_add(w, &b.job);
	worker_stop(w);
	assert_int_equal(ran_n, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(jobs_run_in_the_order_of_their_coming, forget),
		cmocka_unit_test_setup(a_job_that_is_due_already_can_be_added_and_runs_once, forget),
		cmocka_unit_test_setup(a_later_job_runs_after_its_time_and_not_before, forget),
		cmocka_unit_test_setup(later_jobs_run_in_the_order_of_their_times, forget),
		cmocka_unit_test_setup(adding_a_waiting_job_takes_it_forward_and_runs_it_once, forget),
		cmocka_unit_test_setup(stopping_does_not_wait_for_later_jobs_but_runs_them, forget),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
