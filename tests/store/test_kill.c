/*
 * test_kill.c - SIGKILL at random moments loses nothing that was promised.
 *
 * A child records at full speed and tells through a pipe how many records it
 * knows to be on disk. It is killed by the parent after a random number of those
 * reports, or by itself after a random number of bytes, in the middle of a write:
 * this program brings a write() with such a fuse. The parent opens the file and
 * looks: the records are 0, 1, 2, ... without a gap or a bad line, at least as many
 * as were reported. Nothing sleeps.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/journal.h"
#include "store/session.h"
#include "temp.h"

enum { ROUNDS = 30 };

/* Bytes that the child may still write before it is killed; < 0: no such end. */
static long fuse = -1;

ssize_t
write(int fd, const void *bytes, size_t n)
{
	if (fuse < 0)
		return syscall(SYS_write, fd, bytes, n);
	size_t now = n < (size_t)fuse ? n : (size_t)fuse;
	syscall(SYS_write, fd, bytes, now);
	fuse -= (long)now;
	if (fuse == 0)
		kill(getpid(), SIGKILL);
	return (ssize_t)now;
}

static unsigned seed = 20260801;

static unsigned
roll(unsigned below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % below;
}

/* Record number i: small or large. */
static char *
make_record(unsigned i, size_t *n)
{
	struct buf b;
	buf_init(&b, 0);
	buf_puts(&b, "{\"t\":\"message\"");
	json_put_int(&b, "i", i);
	size_t fill = i % 4 == 3 ? 200000 : i * 37 % 500;
	json_put_key(&b, "fill");
	buf_putc(&b, '"');
	char *room = buf_room(&b, fill);
	memset(room, 'a' + (int)(i % 26), fill);
	buf_grew(&b, fill);
	buf_puts(&b, "\"}");
	return buf_take(&b, n);
}

static void
report(int fd, unsigned count)
{
	if (syscall(SYS_write, fd, &count, sizeof count) != (ssize_t)sizeof count)
		_exit(0);
}

static void
record_with_journal(const char *path, int fd)
{
	struct journal *j = journal_open(path, NULL, NULL);
	for (unsigned i = 0;; i++) {
		size_t n;
		char *json = make_record(i, &n);
		if (journal_append(j, json, n, NULL) < 0)
			_exit(1);
		free(json);
		if (i % 4 != 1)         /* the next ones are appended while the parent aims */
			continue;
		if (journal_sync(j, NULL) < 0)
			_exit(1);
		report(fd, i + 1);
	}
}

static void
record_with_session(const char *path, int fd)
{
	(void)path;
	struct worker *disk = worker_start("disk"), *syncer = worker_start("sync");
	struct session *s = session_new(disk, syncer, NULL, "/home/me");
	for (unsigned i = 0;; i++) {
		size_t n;
		char *json = make_record(i, &n);
		session_record(s, json, n, i % 3 == 0 ? SESSION_NOW : SESSION_SOON);
		free(json);
		if (i % 3 == 0 && !session_flush(s, 60000))
			_exit(1);
		if (i % 3 == 0)
			report(fd, i + 1);
	}
}

/* How many records the child had reported when it was killed: after that many reports, or bytes. */
static unsigned
run_and_kill(void (*record)(const char *path, int fd), const char *path, unsigned reports, long bytes)
{
	int pipes[2];
	assert_int_equal(pipe(pipes), 0);
	pid_t pid = fork();
	if (pid == 0) {
		close(pipes[0]);
		fuse = bytes;
		record(path, pipes[1]);
		_exit(1);
	}
	close(pipes[1]);
	unsigned count = 0, latest;
	while (reports-- > 0 && read(pipes[0], &latest, sizeof latest) == (ssize_t)sizeof latest)
		count = latest;
	if (bytes < 0)
		kill(pid, SIGKILL);
	int status;
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status));
	while (read(pipes[0], &latest, sizeof latest) == (ssize_t)sizeof latest)
		count = latest;
	close(pipes[0]);
	return count;
}

struct check {
	unsigned	next;
	bool		header;
};

static int
check_record(void *arg, const char *json, size_t n)
{
	struct check *c = arg;
	struct json_object *o = json_parse(json, n, NULL);
	assert_non_null(o);
	if (c->header && c->next == 0 && strcmp(json_str(o, "t", ""), "session") == 0) {
		c->header = false;
		json_free(o);
		return 0;
	}
	assert_int_equal(json_int(o, "i", -1), c->next);
	size_t want_n;
	char *want = make_record(c->next, &want_n);
	assert_memory_equal(json, want, want_n - 1);    /* a session adds its count at the end */
	free(want);
	json_free(o);
	c->next++;
	return 0;
}

/* Repairs the file and looks at all of it; whether its last line was torn. */
static bool
check_file(const char *path, struct check c, unsigned known)
{
	struct err err;
	size_t torn, bad;
	struct journal *j = journal_open(path, &torn, &err);
	assert_non_null(j);
	journal_close(j);
	assert_int_equal(journal_read(path, check_record, &c, &bad, &err), 0);
	assert_int_equal(bad, 0);
	assert_true(c.next >= known);
	assert_int_equal(journal_remove(path, &err), 0);
	return torn > 0;
}

static unsigned
journal_round(const char *folder, unsigned reports, long bytes)
{
	char *path = mem_printf("%s/a.jsonl", folder);
	unsigned known = run_and_kill(record_with_journal, path, reports, bytes);
	bool torn = check_file(path, (struct check){ 0 }, known);
	free(path);
	return torn;
}

/* The folder has one file, or none if the child died before its first byte. */
static unsigned
session_round(unsigned reports, long bytes)
{
	unsigned known = run_and_kill(record_with_session, NULL, reports, bytes);
	struct session_list list;
	assert_int_equal(session_list(&list, NULL), 0);
	assert_true(list.n <= 1);
	assert_true(list.n == 1 || known == 0);
	bool torn = list.n == 1 && check_file(list.v[0].path, (struct check){ .header = true }, known);
	session_list_done(&list);
	return torn;
}

static void
a_killed_journal_keeps_every_synced_record(void **state)
{
	for (int round = 0; round < ROUNDS; round++)
		journal_round(*state, roll(12), -1);
}

static void
a_journal_killed_in_the_middle_of_a_write_keeps_every_synced_record(void **state)
{
	unsigned torn = 0;
	for (int round = 0; round < ROUNDS; round++)
		torn += journal_round(*state, 0, 1 + roll(round % 2 == 0 ? 2000 : 65000) * (long)(1 + round));
	print_message("# %u of %d rounds left a torn line\n", torn, ROUNDS);
	assert_true(torn >= ROUNDS / 2);
}

static void
a_killed_session_keeps_every_flushed_record(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++)
		session_round(1 + roll(10), -1);
}

static void
a_session_killed_in_the_middle_of_a_write_keeps_every_flushed_record(void **state)
{
	(void)state;
	unsigned torn = 0;
	for (int round = 0; round < ROUNDS; round++)
		torn += session_round(0, 300 + roll(round % 2 == 0 ? 2000 : 65000) * (long)(1 + round));
	assert_true(torn >= ROUNDS / 2);
}

#define test(f) cmocka_unit_test_setup_teardown(f, temp_setup, temp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_killed_journal_keeps_every_synced_record),
		test(a_journal_killed_in_the_middle_of_a_write_keeps_every_synced_record),
		test(a_killed_session_keeps_every_flushed_record),
		test(a_session_killed_in_the_middle_of_a_write_keeps_every_flushed_record),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
