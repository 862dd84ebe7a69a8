/* test_journal.c - what is on disk after writes, cuts, failures and repairs. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/journal.h"
#include "temp.h"

static struct err err;

/* All records of a file, one a line, in a buffer. */
static int
collect(void *arg, const char *json, size_t n)
{
	assert_int_equal(strlen(json), n);
	buf_add(arg, json, n);
	buf_putc(arg, '\n');
	return 0;
}

static void
assert_records(const char *path, const char *expected, size_t expected_bad)
{
	struct buf got;
	size_t bad = 99;
	buf_init(&got, 0);
	assert_int_equal(journal_read(path, collect, &got, &bad, &err), 0);
	assert_string_equal(buf_str(&got), expected);
	assert_int_equal(bad, expected_bad);
	buf_done(&got);
}

static struct journal *
open_or_fail(const char *path, size_t *torn)
{
	struct journal *j = journal_open(path, torn, &err);
	if (j == NULL)
		fail_msg("%s", err.text);
	return j;
}

static void
append(struct journal *j, const char *json)
{
	if (journal_append(j, json, strlen(json), &err) < 0)
		fail_msg("%s", err.text);
}

static char *
slurp(const char *path, size_t *n)
{
	struct buf b;
	buf_init(&b, 0);
	assert_int_equal(file_read(path, 1 << 30, &b, &err), 0);
	return buf_take(&b, n);
}

static void
spill(const char *path, const char *s, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, s, n), (ssize_t)n);
	close(fd);
}

static char *
in(void **state, const char *name)
{
	return mem_printf("%s/%s", (const char *)*state, name);
}

static off_t
size_of(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? st.st_size : -1;
}

static void
a_line_is_the_record_with_its_checksum_last(void **state)
{
	char *path = in(state, "a.jsonl");
	struct journal *j = open_or_fail(path, NULL);
	append(j, "{\"t\":\"note\",\"text\":\"gr\xc3\xbcn\"}");
	journal_close(j);
	size_t n;
	char *s = slurp(path, &n);
	assert_string_equal(s, "{\"t\":\"note\",\"text\":\"gr\xc3\xbcn\",\"crc\":\"86b31254\"}\n");
	assert_records(path, "{\"t\":\"note\",\"text\":\"gr\xc3\xbcn\"}\n", 0);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(s);
	free(path);
}

static void
line_breaks_between_members_become_spaces(void **state)
{
	char *path = in(state, "a.jsonl");
	struct journal *j = open_or_fail(path, NULL);
	append(j, "{\n\"t\":1,\r\n\"u\":2\n}");
	journal_close(j);
	assert_records(path, "{ \"t\":1,  \"u\":2 }\n", 0);
	free(path);
}

static void
what_is_no_object_is_refused_for_good(void **state)
{
	static const char *const rows[] = { "", "{}", "[1,2]", "{\"a\":1", "true", "\"{a}\"" };
	char *path = in(state, "a.jsonl");
	struct journal *j = open_or_fail(path, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(journal_append(j, rows[i], strlen(rows[i]), &err), -1);
		assert_int_equal(err.code, ERR_DATA);
	}
	journal_close(j);
	assert_int_equal(size_of(path), 0);
	free(path);
}

static void
a_second_writer_is_refused_with_a_sentence(void **state)
{
	char *path = in(state, "7f3a0c11.jsonl");
	struct journal *j = open_or_fail(path, NULL);
	assert_null(journal_open(path, NULL, &err));
	assert_string_equal(err.text, "Session 7f3a0c11 is open in another adit.");
	assert_int_equal(journal_remove(path, &err), -1);
	assert_string_equal(err.text, "Session 7f3a0c11 is open in another adit.");
	journal_close(j);
	journal_close(open_or_fail(path, NULL));
	free(path);
}

static void
opening_again_goes_on_at_the_end(void **state)
{
	char *path = in(state, "a.jsonl");
	for (int i = 0; i < 3; i++) {
		size_t torn = 99;
		struct journal *j = open_or_fail(path, &torn);
		assert_int_equal(torn, 0);
		append(j, i == 0 ? "{\"n\":0}" : i == 1 ? "{\"n\":1}" : "{\"n\":2}");
		journal_close(j);
	}
	assert_records(path, "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n", 0);
	free(path);
}

static void
a_tail_cut_at_any_byte_is_set_aside_and_the_rest_is_whole(void **state)
{
	char *path = in(state, "a.jsonl"), *aside = in(state, "a.jsonl.torn");
	struct journal *j = open_or_fail(path, NULL);
	append(j, "{\"n\":0}");
	journal_close(j);
	off_t first = size_of(path);
	j = open_or_fail(path, NULL);
	append(j, "{\"n\":1}");
	journal_close(j);
	size_t n;
	char *all = slurp(path, &n);
	for (size_t cut = (size_t)first; cut <= n; cut++) {
		size_t torn = 99;
		spill(path, all, cut);
		unlink(aside);
		journal_close(open_or_fail(path, &torn));
		bool whole = cut >= n - 1;      /* only the newline is missing: nothing is lost */
		assert_int_equal(torn, whole ? 0 : cut - (size_t)first);
		assert_records(path, whole ? "{\"n\":0}\n{\"n\":1}\n" : "{\"n\":0}\n", 0);
		assert_int_equal(size_of(aside), torn > 0 ? (off_t)torn + 1 : -1);
		j = open_or_fail(path, &torn);
		append(j, "{\"n\":2}");
		journal_close(j);
		assert_records(path, whole ? "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n" : "{\"n\":0}\n{\"n\":2}\n", 0);
	}
	free(all);
	free(aside);
	free(path);
}

static void
torn_bytes_of_several_accidents_are_all_kept(void **state)
{
	char *path = in(state, "a.jsonl"), *aside = in(state, "a.jsonl.torn");
	for (int i = 0; i < 2; i++) {
		spill(path, i == 0 ? "{\"one" : "{\"two", 5);
		journal_close(open_or_fail(path, NULL));
	}
	size_t n;
	char *s = slurp(aside, &n);
	assert_string_equal(s, "{\"one\n{\"two\n");
	assert_int_equal(size_of(path), 0);
	free(s);
	free(aside);
	free(path);
}

static void
a_torn_tail_longer_than_a_chunk_is_found(void **state)
{
	char *path = in(state, "a.jsonl");
	struct journal *j = open_or_fail(path, NULL);
	append(j, "{\"n\":0}");
	journal_close(j);
	enum { LONG = 200000 };
	char *junk = mem_alloc(LONG);
	memset(junk, 'x', LONG);
	int fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, junk, LONG), LONG);
	close(fd);
	assert_records(path, "{\"n\":0}\n", 0); /* somebody may be at it: not a bad line yet */
	size_t torn;
	journal_close(open_or_fail(path, &torn));
	assert_int_equal(torn, LONG);
	assert_records(path, "{\"n\":0}\n", 0);
	free(junk);
	free(path);
}

static void
lines_with_a_wrong_checksum_are_counted_and_skipped(void **state)
{
	char *path = in(state, "a.jsonl");
	struct journal *j = open_or_fail(path, NULL);
	append(j, "{\"n\":0}");
	append(j, "{\"n\":1}");
	append(j, "{\"n\":2}");
	journal_close(j);
	size_t n;
	char *s = slurp(path, &n);
	strstr(s, "\"n\":1")[4] = '7';
	spill(path, s, n);
	size_t torn = 99;
	journal_close(open_or_fail(path, &torn));       /* stays in its place, as it may be somebody's edit */
	assert_int_equal(torn, 0);
	assert_records(path, "{\"n\":0}\n{\"n\":2}\n", 1);
	free(s);
	free(path);
}

static void
a_line_longer_than_any_record_is_skipped(void **state)
{
	char *path = in(state, "a.jsonl");
	struct journal *j = open_or_fail(path, NULL);
	append(j, "{\"n\":0}");
	journal_close(j);
	assert_int_equal(truncate(path, (off_t)JOURNAL_RECORD_MAX + (8 << 20)), 0);
	int fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "\n", 1), 1);
	close(fd);
	j = open_or_fail(path, NULL);
	append(j, "{\"n\":1}");
	journal_close(j);
	assert_records(path, "{\"n\":0}\n{\"n\":1}\n", 1);
	free(path);
}

static int
stop_at_once(void *arg, const char *json, size_t n)
{
	(void)json;
	(void)n;
	(*(int *)arg)++;
	return 1;
}

static void
reading_stops_when_asked_to(void **state)
{
	char *path = in(state, "a.jsonl");
	struct journal *j = open_or_fail(path, NULL);
	append(j, "{\"n\":0}");
	append(j, "{\"n\":1}");
	journal_close(j);
	int calls = 0;
	assert_int_equal(journal_read(path, stop_at_once, &calls, NULL, &err), 1);
	assert_int_equal(calls, 1);
	free(path);
}

static void
no_such_file_and_a_folder_in_its_place_are_sentences(void **state)
{
	char *path = in(state, "none.jsonl");
	assert_int_equal(journal_read(path, collect, NULL, NULL, &err), -1);
	assert_non_null(strstr(err.text, "none.jsonl: No such file"));
	mkdir(path, 0700);
	assert_null(journal_open(path, NULL, &err));
	assert_non_null(strstr(err.text, "Is a directory"));
	free(path);
}

static void
a_write_that_does_not_fit_leaves_no_half_line(void **state)
{
	char *path = in(state, "a.jsonl"), big[1000];
	memset(big, 'x', sizeof big);
	memcpy(big, "{\"n\":\"", 6);
	memcpy(big + sizeof big - 3, "\"}", 3);
	signal(SIGXFSZ, SIG_IGN);
	struct journal *j = open_or_fail(path, NULL);
	append(j, "{\"n\":0}");
	off_t before = size_of(path);
	temp_limit_files(512);
	int rc = journal_append(j, big, strlen(big), &err);
	off_t after = size_of(path);
	temp_limit_files(RLIM_INFINITY);
	assert_int_equal(rc, -1);
	assert_int_not_equal(err.code, ERR_DATA);
	assert_non_null(strstr(err.text, "it has reached the largest size"));
	assert_int_equal(after, before);
	append(j, big);
	append(j, "{\"n\":2}");
	assert_int_equal(journal_sync(j, &err), 0);
	journal_close(j);
	struct buf expected;
	buf_init(&expected, 0);
	buf_printf(&expected, "{\"n\":0}\n%s\n{\"n\":2}\n", big);
	assert_records(path, expected.s, 0);
	buf_done(&expected);
	free(path);
}

static void
removing_takes_the_torn_bytes_along(void **state)
{
	char *path = in(state, "a.jsonl"), *aside = in(state, "a.jsonl.torn");
	spill(path, "{\"one", 5);
	journal_close(open_or_fail(path, NULL));
	assert_true(file_exists(aside));
	assert_int_equal(journal_remove(path, &err), 0);
	assert_false(file_exists(path));
	assert_false(file_exists(aside));
	free(aside);
	free(path);
}

#define test(f) cmocka_unit_test_setup_teardown(f, temp_setup, temp_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_line_is_the_record_with_its_checksum_last),
		test(line_breaks_between_members_become_spaces),
		test(what_is_no_object_is_refused_for_good),
		test(a_second_writer_is_refused_with_a_sentence),
		test(opening_again_goes_on_at_the_end),
		test(a_tail_cut_at_any_byte_is_set_aside_and_the_rest_is_whole),
		test(torn_bytes_of_several_accidents_are_all_kept),
		test(a_torn_tail_longer_than_a_chunk_is_found),
		test(lines_with_a_wrong_checksum_are_counted_and_skipped),
		test(a_line_longer_than_any_record_is_skipped),
		test(reading_stops_when_asked_to),
		test(no_such_file_and_a_folder_in_its_place_are_sentences),
		test(a_write_that_does_not_fit_leaves_no_half_line),
		test(removing_takes_the_torn_bytes_along),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
