/*
 * test_session.c - recording on the worker, trouble with the disk, the folder.
 *
 * This program brings its own fdatasync(), to see when the store syncs and to
 * let it fail.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/journal.h"
#include "store/session.h"
#include "temp.h"

static atomic_int syncs_begun, syncs, sync_error;
static sem_t gate, *sync_gate;  /* a sync waits for it when it is there */

int
fdatasync(int fd)
{
	int why = atomic_load(&sync_error);
	atomic_fetch_add(&syncs_begun, 1);
	if (sync_gate != NULL)
		sem_wait(sync_gate);
	if (why != 0) {
		errno = why;
		return -1;
	}
	int rc = (int)syscall(SYS_fdatasync, fd);
	atomic_fetch_add(&syncs, 1);
	return rc;
}

static void
close_gate(void)
{
	sem_init(&gate, 0, 0);
	sync_gate = &gate;
}

/* Lets this many syncs through. */
static void
let_through(int n)
{
	while (n-- > 0)
		sem_post(&gate);
}

/* Nothing may be syncing any more. */
static void
remove_gate(void)
{
	sync_gate = NULL;
	sem_destroy(&gate);
}

static struct err err;
static struct worker *disk, *syncer;
static struct mailbox *mailbox;

static int
setup(void **state)
{
	if (temp_setup(state) < 0)
		return -1;
	disk = worker_start("disk");
	syncer = worker_start("sync");
	mailbox = mailbox_new();
	atomic_store(&syncs_begun, 0);
	atomic_store(&syncs, 0);
	atomic_store(&sync_error, 0);
	return 0;
}

static int
teardown(void **state)
{
	if (sync_gate != NULL) {        /* the test has failed; its session may still be at work */
		let_through(1000);
		return temp_teardown(state);
	}
	worker_stop(disk);
	worker_stop(syncer);
	mailbox_free(mailbox);
	return temp_teardown(state);
}

static void
record(struct session *s, const char *json, enum session_sync sync)
{
	session_record(s, json, strlen(json), sync);
}

static void
flush(struct session *s)
{
	if (!session_flush(s, 60000))
		fail_msg("%s", session_trouble(s));
}

static int
collect(void *arg, const char *json, size_t n)
{
	if (arg != NULL && !str_starts(json, "{\"t\":\"session\"")) {
		buf_add(arg, json, n);
		buf_putc(arg, '\n');
	}
	return 0;
}

/* The session's file without its header is this. */
static void
assert_stored(const struct session *s, const char *expected)
{
	struct buf got;
	size_t bad;
	buf_init(&got, 0);
	char *path = session_find(session_id(s), NULL, &err);
	if (path == NULL)
		fail_msg("%s", err.text);
	assert_int_equal(journal_read(path, collect, &got, &bad, &err), 0);
	assert_string_equal(buf_str(&got), expected);
	assert_int_equal(bad, 0);
	free(path);
	buf_done(&got);
}

static struct session *
resume(const char *prefix, struct buf *got)
{
	size_t torn, bad;
	return session_resume(disk, syncer, mailbox, prefix, collect, got, &torn, &bad, &err);
}

/* A stored, closed session with one question; returns its id. */
static char *
store_one(const char *cwd, const char *json)
{
	struct session *s = session_new(disk, syncer, mailbox, cwd);
	record(s, json, SESSION_NOW);
	flush(s);
	char *id = mem_strdup(session_id(s));
	session_close(s);
	return id;
}

/* ---- recording ---------------------------------------------------------- */

static void
a_session_that_recorded_nothing_leaves_no_file(void **state)
{
	(void)state;
	struct session *s = session_new(disk, syncer, mailbox, "/w");
	assert_int_equal(strlen(session_id(s)), 8);
	assert_int_equal(strspn(session_id(s), "0123456789abcdef"), 8);
	flush(s);
	assert_null(session_find(session_id(s), NULL, &err));
	session_close(s);
	char *folder = file_path(FILE_DATA, "sessions");
	assert_false(file_exists(folder));
	free(folder);
}

static int
keep_first(void *arg, const char *json, size_t n)
{
	*(struct json_object **)arg = json_parse(json, n, NULL);
	return 1;
}

static void
the_first_record_says_what_the_session_is(void **state)
{
	(void)state;
	clock_set_wall(1785585600);
	char *id = store_one("/home/\xc3\xa4 \"x\"", "{\"t\":\"message\"}");
	clock_set_wall(0);
	char *path = session_find(id, NULL, &err);
	struct json_object *o = NULL;
	assert_int_equal(journal_read(path, keep_first, &o, NULL, &err), 1);
	assert_string_equal(json_str(o, "t", ""), "session");
	assert_int_equal(json_int(o, "v", 0), 1);
	assert_string_equal(json_str(o, "id", ""), id);
	assert_string_equal(json_str(o, "created", ""), "2026-08-01T12:00:00Z");
	assert_string_equal(json_str(o, "cwd", ""), "/home/\xc3\xa4 \"x\"");
	assert_string_equal(json_str(o, "adit", ""), PACKAGE_VERSION);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	*strrchr(path, '/') = '\0';
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	json_free(o);
	free(path);
	free(id);
}

static void
records_come_back_in_order_with_the_count_of_messages(void **state)
{
	(void)state;
	struct session *s = session_new(disk, syncer, mailbox, "/w");
	record(s, "{\"t\":\"message\",\"n\":0}", SESSION_SOON);
	record(s, "{\"t\":\"piece\",\"n\":1}", SESSION_SOON);
	record(s, "{\"t\":\"end\",\"n\":2}", SESSION_NOW);
	char *id = mem_strndup(session_id(s), 5);
	session_close(s);       /* without a flush: closing writes it all */
	struct buf got;
	buf_init(&got, 0);
	s = resume(id, &got);
	assert_non_null(s);
	assert_string_equal(got.s, "{\"t\":\"message\",\"n\":0,\"msgs\":1}\n"
	    "{\"t\":\"piece\",\"n\":1,\"msgs\":1}\n{\"t\":\"end\",\"n\":2,\"msgs\":2}\n");
	record(s, "{\"t\":\"message\",\"n\":3}", SESSION_NOW);
	flush(s);
	buf_puts(&got, "{\"t\":\"message\",\"n\":3,\"msgs\":3}\n");
	assert_stored(s, got.s);
	session_close(s);
	buf_done(&got);
	free(id);
}

/* Waits for the store's own doing, with a deadline. */
static int64_t
wait_for_sync(int64_t start)
{
	while (atomic_load(&syncs) == 0 && clock_ms() - start < 60000)
		poll(NULL, 0, 1);
	assert_int_not_equal(atomic_load(&syncs), 0);
	return clock_ms() - start;
}

static void
a_message_end_is_synced_at_once(void **state)
{
	(void)state;
	int64_t took = INT64_MAX;
	/* The machine may be busy; what waits for its two seconds does so every time. */
	for (int tries = 0; tries < 20 && took >= 1900; tries++) {
		atomic_store(&syncs, 0);
		struct session *s = session_new(disk, syncer, mailbox, "/w");
		int64_t start = clock_ms();
		record(s, "{\"t\":\"message\"}", SESSION_NOW);
		took = wait_for_sync(start);
		session_close(s);
	}
	assert_true(took < 1900);
}

static void
pieces_are_written_at_once_and_synced_after_two_seconds(void **state)
{
	(void)state;
	struct session *s = session_new(disk, syncer, mailbox, "/w");
	int64_t start = clock_ms();
	record(s, "{\"t\":\"piece\"}", SESSION_SOON);
	char *path = NULL;
	while (path == NULL && clock_ms() - start < 60000)
		path = session_find(session_id(s), NULL, NULL);
	while (file_stamp(path).size == 0 && clock_ms() - start < 60000)
		poll(NULL, 0, 1);
	int64_t took = wait_for_sync(start);
	assert_true(took >= 2000);
	record(s, "{\"t\":\"piece\"}", SESSION_SOON);
	session_close(s);
	assert_true(atomic_load(&syncs) >= 2);
	free(path);
}

static void
a_record_that_is_no_object_is_dropped_and_stops_nothing(void **state)
{
	(void)state;
	struct session *s = session_new(disk, syncer, mailbox, "/w");
	record(s, "{\"t\":\"message\"}", SESSION_NOW);
	record(s, "nonsense", SESSION_NOW);
	record(s, "{}", SESSION_NOW);
	record(s, "", SESSION_NOW);
	record(s, "{\"t\":\"note\"}", SESSION_NOW);
	flush(s);
	assert_null(session_trouble(s));
	assert_stored(s, "{\"t\":\"message\",\"msgs\":1}\n{\"t\":\"note\",\"msgs\":1}\n");
	session_close(s);
}

#define QUESTION "{\"t\":\"message\",\"role\":\"user\",\"text\":\"Hi\"}"

/* The sync is held until the receipt has been seen: a request does not wait for a slow disk's sync. */
static void
a_receipt_is_signed_once_the_line_is_in_the_file_and_before_the_sync(void **state)
{
	(void)state;
	close_gate();
	struct session *s = session_new(disk, syncer, mailbox, "/w");
	record(s, QUESTION, SESSION_NOW);
	struct receipt *r = session_receipt(s);
	assert_true(receipt_wait(r, 60000));
	assert_stored(s, "{\"t\":\"message\",\"role\":\"user\",\"text\":\"Hi\",\"msgs\":1}\n");
	assert_int_equal(atomic_load(&syncs), 0);
	let_through(1);
	flush(s);
	remove_gate();
	receipt_unref(r);
	r = session_receipt(s);
	assert_true(receipt_wait(r, 0));
	receipt_unref(r);
	session_close(s);
}

static void
a_receipt_says_at_once_that_the_disk_refused(void **state)
{
	struct session *s = session_new(disk, syncer, mailbox, "/w");
	char *data = mem_printf("%s/XDG_DATA_HOME/adit", (const char *)*state);
	FILE *in_the_way = fopen(data, "w");
	assert_non_null(in_the_way);
	fclose(in_the_way);
	record(s, QUESTION, SESSION_NOW);
	struct receipt *first = session_receipt(s);
	assert_false(receipt_wait(first, 60000));
	struct receipt *second = session_receipt(s);
	assert_false(receipt_wait(second, 60000));
	assert_int_equal(remove(data), 0);
	flush(s);
	struct receipt *third = session_receipt(s);
	assert_true(receipt_wait(third, 60000));
	receipt_unref(first);
	receipt_unref(second);
	receipt_unref(third);
	session_close(s);
	free(data);
}

static void
whoever_waits_outlives_the_session(void **state)
{
	(void)state;
	struct session *s = session_new(disk, syncer, mailbox, "/w");
	record(s, QUESTION, SESSION_SOON);
	struct receipt *r = session_receipt(s);
	session_close(s);
	assert_true(receipt_wait(r, 0));
	receipt_unref(r);
}

static void
no_session_records_nothing(void **state)
{
	(void)state;
	session_record(NULL, "{\"t\":1}", 7, SESSION_NOW);
	assert_null(session_trouble(NULL));
	assert_true(session_flush(NULL, 0));
	session_close(NULL);
}

/* ---- trouble ------------------------------------------------------------ */

static void
count_change(void *arg)
{
	(*(int *)arg)++;
}

static void
wait_for_changes(const int *changes, int want)
{
	int64_t until = clock_ms() + 60000;
	while (*changes < want && clock_ms() < until) {
		struct pollfd p = { .fd = mailbox_fd(mailbox), .events = POLLIN };
		poll(&p, 1, 100);
		mailbox_deliver(mailbox);
	}
	assert_int_equal(*changes, want);
}

/* A home that cannot be written, also for root: a file stands where a folder should be. */
static void
a_read_only_home_keeps_the_lines_until_it_is_writable_again(void **state)
{
	char *blocked = mem_printf("%s/blocked", (char *)*state);
	setenv("XDG_DATA_HOME", blocked, 1);
	close(open(blocked, O_WRONLY | O_CREAT, 0600));
	int changes = 0;
	struct session *s = session_new(disk, syncer, mailbox, "/w");
	session_on_trouble(s, count_change, &changes);
	record(s, "{\"t\":\"message\",\"n\":0}", SESSION_NOW);
	wait_for_changes(&changes, 1);
	const char *trouble = session_trouble(s);
	assert_non_null(trouble);
	assert_true(str_starts(trouble, "The conversation is kept in memory only, until this is put right: "));
	assert_non_null(strstr(trouble, "Not a directory."));
	record(s, "{\"t\":\"message\",\"n\":1}", SESSION_NOW);
	assert_false(session_flush(s, 60000));
	record(s, "{\"t\":\"message\",\"n\":2}", SESSION_SOON);
	unlink(blocked);
	wait_for_changes(&changes, 2);          /* by itself, at its next attempt */
	assert_null(session_trouble(s));
	flush(s);
	assert_stored(s, "{\"t\":\"message\",\"n\":0,\"msgs\":1}\n{\"t\":\"message\",\"n\":1,\"msgs\":2}\n"
	    "{\"t\":\"message\",\"n\":2,\"msgs\":3}\n");
	session_close(s);
	free(blocked);
}

static void
a_full_disk_keeps_the_lines_until_there_is_space_again(void **state)
{
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	struct buf big, expected;
	buf_init(&big, 0);
	buf_init(&expected, 0);
	buf_puts(&big, "{\"t\":\"message\",\"text\":\"");
	for (int i = 0; i < 1000; i++)
		buf_puts(&big, "x");
	buf_puts(&big, "\"}");
	struct session *s = session_new(disk, syncer, mailbox, "/w");
	record(s, "{\"t\":\"message\"}", SESSION_NOW);
	flush(s);
	temp_limit_files(2500);
	for (int i = 0; i < 5; i++)
		record(s, big.s, SESSION_NOW);
	bool flushed = session_flush(s, 60000);
	const char *trouble = session_trouble(s);
	temp_limit_files(RLIM_INFINITY);
	assert_false(flushed);
	assert_non_null(trouble);
	assert_non_null(strstr(trouble, "Cannot write "));
	flush(s);
	assert_null(session_trouble(s));
	buf_puts(&expected, "{\"t\":\"message\",\"msgs\":1}\n");
	for (int i = 0; i < 5; i++)
		buf_printf(&expected, "%.*s,\"msgs\":%d}\n", (int)big.len - 1, big.s, i + 2);
	assert_stored(s, expected.s);
	session_close(s);
	buf_done(&big);
	buf_done(&expected);
}

static void
what_a_failed_sync_may_have_lost_is_written_again(void **state)
{
	(void)state;
	struct session *s = session_new(disk, syncer, mailbox, "/w");
	record(s, "{\"t\":\"message\",\"n\":0}", SESSION_NOW);
	flush(s);
	atomic_store(&sync_error, EDQUOT);
	record(s, "{\"t\":\"message\",\"n\":1}", SESSION_SOON);
	record(s, "{\"t\":\"message\",\"n\":2}", SESSION_NOW);
	assert_false(session_flush(s, 60000));
	assert_non_null(strstr(session_trouble(s), "your disk quota is used up; free some space"));
	assert_stored(s, "{\"t\":\"message\",\"n\":0,\"msgs\":1}\n");
	struct receipt *r = session_receipt(s);
	assert_false(receipt_wait(r, 60000));
	receipt_unref(r);
	atomic_store(&sync_error, 0);
	flush(s);
	assert_null(session_trouble(s));
	assert_stored(s, "{\"t\":\"message\",\"n\":0,\"msgs\":1}\n{\"t\":\"message\",\"n\":1,\"msgs\":2}\n"
	    "{\"t\":\"message\",\"n\":2,\"msgs\":3}\n");
	session_close(s);
}

/* ---- a disk that takes its time over a sync ------------------------------ */

/* Waits until a counter has come that far. */
static void
wait_for_count(atomic_int *count, int n)
{
	int64_t until = clock_ms() + 60000;
	while (atomic_load(count) < n && clock_ms() < until)
		poll(NULL, 0, 1);
	assert_int_equal(atomic_load(count), n);
}

static void
wait_until_written(struct session *s)
{
	struct receipt *r = session_receipt(s);
	assert_true(receipt_wait(r, 60000));
	receipt_unref(r);
}

#define M(n)		"{\"t\":\"message\",\"n\":" n "}"
#define STORED(n, msgs) "{\"t\":\"message\",\"n\":" n ",\"msgs\":" msgs "}\n"

/* A new session whose first line is being synced, and stays so until the gate lets it through. */
static struct session *
start_hanging(void)
{
	close_gate();
	struct session *s = session_new(disk, syncer, mailbox, "/w");
	record(s, M("0"), SESSION_NOW);
	wait_for_count(&syncs_begun, 1);
	return s;
}

static void
lines_are_written_while_the_sync_of_others_hangs(void **state)
{
	(void)state;
	struct session *s = start_hanging();
	record(s, M("1"), SESSION_NOW);
	wait_until_written(s);
	record(s, M("2"), SESSION_SOON);
	wait_until_written(s);
	assert_stored(s, STORED("0", "1") STORED("1", "2") STORED("2", "3"));
	assert_int_equal(atomic_load(&syncs), 0);
	assert_false(session_flush(s, 0));
	assert_null(session_trouble(s));
	let_through(2);
	flush(s);
	remove_gate();
	session_close(s);
}

static void
what_is_written_during_a_sync_is_synced_by_one_more(void **state)
{
	(void)state;
	struct session *s = start_hanging();
	for (int i = 0; i < 10; i++) {
		record(s, M("1"), SESSION_NOW);
		wait_until_written(s);
	}
	assert_int_equal(atomic_load(&syncs_begun), 1);         /* one at a time */
	let_through(1);
	wait_for_count(&syncs_begun, 2);
	assert_false(session_flush(s, 0));                      /* the first one did not cover them */
	let_through(1);
	flush(s);
	assert_int_equal(atomic_load(&syncs), 2);
	session_close(s);
	assert_int_equal(atomic_load(&syncs_begun), 2);
	remove_gate();
}

static void
pieces_written_during_a_sync_have_their_own_two_seconds(void **state)
{
	(void)state;
	struct session *s = start_hanging();
	int64_t start = clock_ms();
	record(s, M("1"), SESSION_SOON);
	wait_until_written(s);
	let_through(2);
	wait_for_count(&syncs, 2);
	assert_true(clock_ms() - start >= 2000);
	session_close(s);
	remove_gate();
}

static void
other_sessions_are_written_while_the_sync_of_one_hangs(void **state)
{
	(void)state;
	enum { MANY = 64 };
	struct session *s = start_hanging(), *others[MANY];
	for (int i = 0; i < MANY; i++) {
		others[i] = session_new(disk, syncer, mailbox, "/w");
		record(others[i], M("0"), SESSION_NOW);
		record(others[i], M("1"), SESSION_NOW);
	}
	for (int i = 0; i < MANY; i++) {
		wait_until_written(others[i]);
		assert_stored(others[i], STORED("0", "1") STORED("1", "2"));
	}
	assert_int_equal(atomic_load(&syncs), 0);
	let_through(3 * MANY);
	for (int i = 0; i < MANY; i++) {
		flush(others[i]);
		session_close(others[i]);
	}
	session_close(s);
	remove_gate();
}

static void
closing_waits_for_the_sync_under_way_and_syncs_the_rest(void **state)
{
	(void)state;
	struct session *s = start_hanging();
	record(s, M("1"), SESSION_SOON);
	char *path = session_find(session_id(s), NULL, &err);
	let_through(2);
	session_close(s);
	assert_int_equal(atomic_load(&syncs), 2);
	struct buf got;
	buf_init(&got, 0);
	assert_int_equal(journal_read(path, collect, &got, NULL, &err), 0);
	assert_string_equal(got.s, STORED("0", "1") STORED("1", "2"));
	buf_done(&got);
	free(path);
	remove_gate();
}

/* What came meanwhile was behind what may be lost: it goes, too, and comes back. */
static void
a_sync_that_fails_late_has_everything_since_the_last_good_one_written_again(void **state)
{
	(void)state;
	int changes = 0;
	struct session *s = session_new(disk, syncer, mailbox, "/w");
	session_on_trouble(s, count_change, &changes);
	record(s, M("0"), SESSION_NOW);
	flush(s);
	close_gate();
	atomic_store(&sync_error, EIO);
	record(s, M("1"), SESSION_NOW);
	wait_for_count(&syncs_begun, 2);
	atomic_store(&sync_error, 0);
	record(s, M("2"), SESSION_NOW);
	wait_until_written(s);
	assert_stored(s, STORED("0", "1") STORED("1", "2") STORED("2", "3"));
	let_through(1);
	wait_for_changes(&changes, 1);
	assert_non_null(strstr(session_trouble(s), strerror(EIO)));
	let_through(9);
	wait_for_changes(&changes, 2);          /* by itself */
	assert_null(session_trouble(s));
	assert_stored(s, STORED("0", "1") STORED("1", "2") STORED("2", "3"));
	flush(s);
	session_close(s);
	remove_gate();
}

static void
trouble_stays_until_a_sync_has_shown_that_it_is_over(void **state)
{
	(void)state;
	int changes = 0;
	atomic_store(&sync_error, EIO);
	struct session *s = start_hanging();
	session_on_trouble(s, count_change, &changes);
	atomic_store(&sync_error, 0);
	let_through(1);
	wait_for_changes(&changes, 1);
	wait_for_count(&syncs_begun, 2);        /* it has tried again by itself, and hangs */
	record(s, M("1"), SESSION_NOW);         /* goes into the file, which can be written */
	wait_until_written(s);
	assert_stored(s, STORED("0", "1") STORED("1", "2"));
	assert_non_null(session_trouble(s));
	let_through(9);
	wait_for_changes(&changes, 2);
	assert_null(session_trouble(s));
	session_close(s);
	remove_gate();
}

static void
open_gate_later(struct job *job)
{
	(void)job;
	let_through(9);
}

/* One that had begun before somebody asked says nothing of the disk now. */
static void
a_flush_does_not_take_the_failure_of_an_older_sync_for_its_own(void **state)
{
	(void)state;
	struct worker *helper = worker_start("helper");
	struct job later = { .run = open_gate_later };
	atomic_store(&sync_error, EIO);
	struct session *s = start_hanging();
	atomic_store(&sync_error, 0);
	worker_add_later(helper, &later, 100);  /* sooner or later: the flush is true either way */
	flush(s);
	assert_stored(s, STORED("0", "1"));
	assert_null(session_trouble(s));
	session_close(s);
	worker_stop(helper);
	remove_gate();
}

static void
closing_tries_a_last_time_after_the_failure_of_an_older_sync(void **state)
{
	(void)state;
	struct worker *helper = worker_start("helper");
	struct job later = { .run = open_gate_later };
	atomic_store(&sync_error, EIO);
	struct session *s = start_hanging();
	char *path = session_find(session_id(s), NULL, &err);
	atomic_store(&sync_error, 0);
	worker_add_later(helper, &later, 100);
	session_close(s);
	worker_stop(helper);
	struct buf got;
	buf_init(&got, 0);
	assert_int_equal(journal_read(path, collect, &got, NULL, &err), 0);
	assert_string_equal(buf_str(&got), STORED("0", "1"));
	buf_done(&got);
	free(path);
	remove_gate();
}

static void
closing_gives_up_on_a_disk_that_fails_every_sync(void **state)
{
	(void)state;
	atomic_store(&sync_error, EIO);
	struct session *s = start_hanging();
	record(s, M("1"), SESSION_SOON);
	let_through(9);
	session_close(s);
	remove_gate();
}

/* No line can be added, and what could be is being synced: neither hides the other. */
static void
a_disk_that_fills_up_during_a_sync_keeps_what_was_written_and_takes_the_rest_later(void **state)
{
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	char fill[3000];
	memset(fill, 'x', sizeof fill - 1);
	fill[sizeof fill - 1] = '\0';
	char *big = mem_printf("{\"t\":\"message\",\"n\":\"%s\"}", fill);
	struct session *s = start_hanging();
	temp_limit_files(2500);
	record(s, big, SESSION_NOW);
	bool flushed = session_flush(s, 60000);         /* says so although the sync still hangs */
	const char *trouble = session_trouble(s);
	assert_stored(s, STORED("0", "1"));
	temp_limit_files(RLIM_INFINITY);
	assert_false(flushed);
	assert_non_null(trouble);
	assert_non_null(strstr(trouble, "Cannot write "));
	let_through(9);
	flush(s);
	assert_null(session_trouble(s));
	char *expected = mem_printf("%s{\"t\":\"message\",\"n\":\"%s\",\"msgs\":2}\n", STORED("0", "1"), fill);
	assert_stored(s, expected);
	session_close(s);
	remove_gate();
	free(expected);
	free(big);
}

/* ---- finding and resuming ----------------------------------------------- */

/* A file in the folder with these lines, each given its checksum. */
static void
put_session(const char *id, const char *const lines[])
{
	char *folder = file_path(FILE_DATA, "sessions"), *path = mem_printf("%s/%s.jsonl", folder, id);
	assert_int_equal(file_make_dir(folder, 0700, &err), 0);
	struct journal *j = journal_open(path, NULL, &err);
	assert_non_null(j);
	for (size_t i = 0; lines[i] != NULL; i++)
		assert_int_equal(journal_append(j, lines[i], strlen(lines[i]), &err), 0);
	journal_close(j);
	free(path);
	free(folder);
}

#define HEADER "{\"t\":\"session\",\"v\":1,\"id\":\"x\",\"created\":\"2026-08-01T12:00:00Z\",\"cwd\":\"/w\"}"

static void
a_prefix_must_name_one_session(void **state)
{
	(void)state;
	static const char *const lines[] = { HEADER, NULL };
	put_session("7f3a0c11", lines);
	put_session("7f3b0c11", lines);
	put_session("7f3", lines);
	char *id = NULL, *path = session_find("7f3a", &id, &err);
	assert_string_equal(id, "7f3a0c11");
	free(id);
	free(path);
	path = session_find("7f3", &id, &err);  /* the whole of one: not ambiguous */
	assert_string_equal(id, "7f3");
	free(id);
	free(path);
	assert_null(session_find("7f", &id, &err));
	assert_true(str_starts(err.text, "More than one stored session starts with \"7f\" ("));
	assert_null(session_find("", &id, &err));
	assert_null(session_find("../sessions/7f3a", &id, &err));
	assert_null(resume("8", NULL));
	assert_string_equal(err.text, "There is no stored session whose id starts with \"8\".");
}

static void
a_session_is_open_in_one_adit_at_a_time(void **state)
{
	(void)state;
	char *id = store_one("/w", "{\"t\":\"message\"}");
	struct session *s = resume(id, NULL);
	assert_non_null(s);
	assert_null(resume(id, NULL));
	char *expected = mem_printf("Session %s is open in another adit.", id);
	assert_string_equal(err.text, expected);
	assert_int_equal(session_delete(id, &err), -1);
	assert_string_equal(err.text, expected);
	session_close(s);
	assert_int_equal(session_delete(id, &err), 0);
	assert_null(session_find(id, NULL, &err));
	free(expected);
	free(id);
}

static void
a_torn_tail_is_reported_when_resuming(void **state)
{
	(void)state;
	char *id = store_one("/w", "{\"t\":\"message\"}"), *path = session_find(id, NULL, &err);
	int fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "{\"t\":\"mess", 10), 10);
	close(fd);
	size_t torn, bad;
	struct session *s = session_resume(disk, syncer, mailbox, id, collect, NULL, &torn, &bad, &err);
	assert_non_null(s);
	assert_int_equal(torn, 10);
	assert_int_equal(bad, 0);
	session_close(s);
	free(path);
	free(id);
}

static void
what_is_no_session_or_a_newer_one_is_not_resumed(void **state)
{
	(void)state;
	static const char *const foreign[] = { "{\"t\":\"message\"}", NULL };
	static const char *const newer[] = { "{\"t\":\"session\",\"v\":2}", "{\"t\":\"message\"}", NULL };
	static const char *const empty[] = { NULL };
	put_session("f0", foreign);
	put_session("a0", newer);
	put_session("e0", empty);
	assert_null(resume("f0", NULL));
	assert_non_null(strstr(err.text, "/sessions/f0.jsonl is not a conversation that adit has stored."));
	assert_null(resume("e0", NULL));
	assert_non_null(strstr(err.text, "is not a conversation that adit has stored."));
	assert_null(resume("a0", NULL));
	assert_string_equal(err.text, "Session a0 was written by a newer adit.");
	assert_int_equal(err.code, ERR_DATA);
}

static int
refuse(void *arg, const char *json, size_t n)
{
	(void)arg;
	(void)json;
	(void)n;
	return 1;
}

static void
resuming_can_be_given_up(void **state)
{
	(void)state;
	char *id = store_one("/w", "{\"t\":\"message\"}");
	assert_null(session_resume(disk, syncer, mailbox, id, refuse, NULL, NULL, NULL, &err));
	assert_int_equal(err.code, ERR_CANCELLED);
	free(id);
}

/* ---- the list ----------------------------------------------------------- */

static const struct session_info *
find_info(const struct session_list *list, const char *id)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i].id, id) == 0)
			return &list->v[i];
	fail_msg("%s is not in the list", id);
	return NULL;
}

static void
titles_are_the_first_words_of_the_first_question(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 0);
	buf_puts(&b, "{\"t\":\"message\",\"role\":\"user\",\"text\":\"Why is\\n\\tthe  test \\u001b[31m suite slow? ");
	for (int i = 0; i < 3000; i++)
		buf_puts(&b, "gr\xc3\xbcn\\n");
	buf_puts(&b, "\",\"more\":[{\"a\":1}]}");
	static const char *const plain[] = { HEADER, "{\"t\":\"model\",\"text\":\"no\"}",
		"{\"t\":\"message\",\"role\":\"assistant\",\"text\":\"no\"}",
		"{\"t\":\"message\",\"role\":\"user\",\"text\":\"Hello\",\"msgs\":2}",
		"{\"t\":\"message\",\"role\":\"user\",\"text\":\"World\",\"msgs\":3}", NULL };
	static const char *const none[] = { HEADER, "{\"t\":\"message\",\"role\":\"user\",\"content\":[1],\"msgs\":1}",
		NULL };
	const char *const large[] = { HEADER, b.s, NULL };
	static const char *const foreign[] = { "{\"t\":\"message\"}", NULL };
	put_session("a1", plain);
	put_session("b1", none);
	put_session("c1", large);
	put_session("d1", foreign);
	struct session_list list;
	assert_int_equal(session_list(&list, &err), 0);
	assert_int_equal(list.n, 3);
	assert_string_equal(find_info(&list, "a1")->title, "Hello");
	assert_int_equal(find_info(&list, "a1")->messages, 3);
	assert_string_equal(find_info(&list, "a1")->cwd, "/w");
	assert_int_equal(find_info(&list, "a1")->created, 1785585600);
	assert_null(find_info(&list, "b1")->title);
	const char *title = find_info(&list, "c1")->title;
	assert_true(str_starts(title, "Why is the test [31m suite slow? gr\xc3\xbcn gr\xc3\xbcn"));
	assert_true(strlen(title) < 120);
	session_list_done(&list);
	buf_done(&b);
}

static void
a_question_cut_at_any_place_gives_a_title_or_none(void **state)
{
	(void)state;
	/* The piece that a list reads ends at 4096: move every byte of an awkward text over that edge. */
	static const char text[] = "A\\u00e9\\ud83d\\ude00\\\\ \\\"\xe2\x82\xac \xf0\x9f\x98\x80 end";
	for (size_t fill = 3900; fill < 4096; fill++) {
		char *pad = mem_alloc(fill + 1);
		memset(pad, 'x', fill);
		char *head = mem_printf("{\"t\":\"session\",\"v\":1,\"cwd\":\"/w\",\"pad\":\"%s\"}", pad);
		char *ask = mem_printf("{\"t\":\"message\",\"role\":\"user\",\"text\":\"%s\",\"a\":[{}]}", text);
		const char *const lines[] = { head, ask, NULL };
		put_session("a1", lines);
		struct session_list list;
		assert_int_equal(session_list(&list, &err), 0);
		if (list.n == 1 && list.v[0].title != NULL) {
			assert_int_equal(list.v[0].title[0], 'A');
			struct buf b;   /* always UTF-8: quoting changes nothing but quotes and backslashes */
			buf_init(&b, 0);
			json_put_string(&b, list.v[0].title, strlen(list.v[0].title));
			if (strstr(b.s, "\xef\xbf\xbd") != NULL)
				fail_msg("with %zu bytes before it: %s", fill, b.s);
			buf_done(&b);
		}
		session_list_done(&list);
		assert_int_equal(session_delete("a1", &err), 0);
		free(pad);
		free(head);
		free(ask);
	}
}

static void
a_torn_end_does_not_hide_the_count(void **state)
{
	(void)state;
	static const char *const lines[] = { HEADER, "{\"t\":\"message\",\"msgs\":1}", "{\"t\":\"end\",\"msgs\":41}",
		NULL };
	put_session("a1", lines);
	char *path = session_find("a1", NULL, &err);
	int fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "{\"t\":\"mess", 10), 10);
	close(fd);
	struct session_list list;
	assert_int_equal(session_list(&list, &err), 0);
	assert_int_equal(find_info(&list, "a1")->messages, 41);
	session_list_done(&list);
	free(path);
}

static void
the_newest_comes_first_and_latest_knows_the_folder(void **state)
{
	(void)state;
	assert_null(session_latest(NULL));
	char *a = store_one("/a", "{\"t\":\"message\"}");
	char *b = store_one("/b", "{\"t\":\"message\"}");
	char *c = store_one("/a", "{\"t\":\"message\"}");
	static const struct timespec times[][2] = { { { .tv_sec = 1000 }, { .tv_sec = 1000, .tv_nsec = 5 } },
		{ { .tv_sec = 1000 }, { .tv_sec = 1000, .tv_nsec = 7 } },
		{ { .tv_sec = 1000 }, { .tv_sec = 1000, .tv_nsec = 6 } } };
	const char *const ids[] = { a, b, c };
	for (int i = 0; i < 3; i++) {
		char *path = session_find(ids[i], NULL, &err);
		assert_int_equal(utimensat(AT_FDCWD, path, times[i], 0), 0);
		free(path);
	}
	struct session_list list;
	assert_int_equal(session_list(&list, &err), 0);
	assert_int_equal(list.n, 3);
	assert_string_equal(list.v[0].id, b);
	assert_string_equal(list.v[1].id, c);
	assert_string_equal(list.v[2].id, a);
	session_list_done(&list);
	char *latest = session_latest(NULL);
	assert_string_equal(latest, b);
	free(latest);
	latest = session_latest("/a");
	assert_string_equal(latest, c);
	free(latest);
	assert_null(session_latest("/elsewhere"));
	free(a);
	free(b);
	free(c);
}

/* Bytes that this process has read from files so far; -1 where the system does not count. */
static int64_t
bytes_read(void)
{
	struct buf b;
	buf_init(&b, 0);
	const char *at = file_read("/proc/self/io", 65536, &b, NULL) == 0 ? strstr(b.s, "rchar: ") : NULL;
	int64_t n = at != NULL ? strtoll(at + 7, NULL, 10) : -1;
	buf_done(&b);
	return n;
}

static void
listing_a_thousand_sessions_reads_little_of_each(void **state)
{
	(void)state;
	enum { MANY = 1000 };
	char *fill = mem_alloc(100001);
	memset(fill, 'x', 100000);
	char *line = mem_printf("{\"t\":\"piece\",\"s\":\"%s\",\"msgs\":7}", fill);
	const char *const lines[] = { HEADER, "{\"t\":\"message\",\"role\":\"user\",\"text\":\"Hi\",\"msgs\":1}", line,
		NULL };
	char id[16];
	for (int i = 0; i < MANY; i++) {
		snprintf(id, sizeof id, "%08x", (unsigned)i);
		put_session(id, lines);
	}
	struct session_list list;
	int64_t before = bytes_read(), start = clock_us();
	assert_int_equal(session_list(&list, &err), 0);
	int64_t took = clock_us() - start, read = bytes_read() - before;
	print_message("# listing %d sessions took %lld us\n", MANY, (long long)took);
	assert_int_equal(list.n, MANY);
	for (size_t i = 0; i < list.n; i++) {
		assert_string_equal(list.v[i].title, "Hi");
		assert_int_equal(list.v[i].messages, 7);
	}
	if (before >= 0)
		assert_true(read < MANY * 10000);
	session_list_done(&list);
	free(line);
	free(fill);
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_session_that_recorded_nothing_leaves_no_file),
		test(the_first_record_says_what_the_session_is),
		test(records_come_back_in_order_with_the_count_of_messages),
		test(a_message_end_is_synced_at_once),
		test(pieces_are_written_at_once_and_synced_after_two_seconds),
		test(a_record_that_is_no_object_is_dropped_and_stops_nothing),
		test(a_receipt_is_signed_once_the_line_is_in_the_file_and_before_the_sync),
		test(a_receipt_says_at_once_that_the_disk_refused),
		test(whoever_waits_outlives_the_session),
		test(no_session_records_nothing),
		test(a_read_only_home_keeps_the_lines_until_it_is_writable_again),
		test(a_full_disk_keeps_the_lines_until_there_is_space_again),
		test(what_a_failed_sync_may_have_lost_is_written_again),
		test(lines_are_written_while_the_sync_of_others_hangs),
		test(what_is_written_during_a_sync_is_synced_by_one_more),
		test(pieces_written_during_a_sync_have_their_own_two_seconds),
		test(other_sessions_are_written_while_the_sync_of_one_hangs),
		test(closing_waits_for_the_sync_under_way_and_syncs_the_rest),
		test(a_sync_that_fails_late_has_everything_since_the_last_good_one_written_again),
		test(trouble_stays_until_a_sync_has_shown_that_it_is_over),
		test(a_flush_does_not_take_the_failure_of_an_older_sync_for_its_own),
		test(closing_tries_a_last_time_after_the_failure_of_an_older_sync),
		test(closing_gives_up_on_a_disk_that_fails_every_sync),
		test(a_disk_that_fills_up_during_a_sync_keeps_what_was_written_and_takes_the_rest_later),
		test(a_prefix_must_name_one_session),
		test(a_session_is_open_in_one_adit_at_a_time),
		test(a_torn_tail_is_reported_when_resuming),
		test(what_is_no_session_or_a_newer_one_is_not_resumed),
		test(resuming_can_be_given_up),
		test(titles_are_the_first_words_of_the_first_question),
		test(a_question_cut_at_any_place_gives_a_title_or_none),
		test(a_torn_end_does_not_hide_the_count),
		test(the_newest_comes_first_and_latest_knows_the_folder),
		test(listing_a_thousand_sessions_reads_little_of_each),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
