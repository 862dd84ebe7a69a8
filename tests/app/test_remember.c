/* test_remember.c - what is remembered of models survives a run, and bad files are empty. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "app/remember.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/temp.h"

static struct answer
answer(const char *who, const char *id, bool works, int64_t at)
{
	return (struct answer){ mem_strdup(who), mem_strdup("us-east-1"), mem_strdup(id), works, at,
		works ? NULL : mem_strdup("No access to \"it\".\n") };
}

static void
write_state(enum file_place place, const char *folder, const char *name, const char *text)
{
	char *dir = file_path(place, folder), *path = file_path(place, name);
	assert_int_equal(file_make_dir(dir, 0700, NULL), 0);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(dir);
	free(path);
}

static void
the_last_used_is_first_and_there_are_few(void **state)
{
	(void)state;
	struct remember r = { 0 };
	for (int i = 0; i < 20; i++) {
		char id[20];
		snprintf(id, sizeof id, "a.model-%d", i);
		remember_put_recent(&r, id);
	}
	remember_put_recent(&r, "a.model-15");
	assert_int_equal(r.recent.n, REMEMBER_RECENT);
	assert_string_equal(r.recent.v[0], "a.model-15");
	assert_string_equal(r.recent.v[1], "a.model-19");
	remember_write_recent(&r);
	struct remember again = { 0 };
	remember_read(&again);
	assert_int_equal(again.recent.n, REMEMBER_RECENT);
	for (size_t i = 0; i < again.recent.n; i++)
		assert_string_equal(again.recent.v[i], r.recent.v[i]);
	remember_done(&r);
	remember_done(&again);
}

static void
answers_are_kept_for_each_identity_with_their_date(void **state)
{
	(void)state;
	struct remember r = { 0 }, again = { 0 };
	remember_put_answer(&r, answer("111111111111", "a.b", true, 1000));
	remember_put_answer(&r, answer("222222222222", "a.b", false, 2000));
	remember_put_answer(&r, answer("222222222222", "a.b", true, 1500));     /* older: does not count */
	remember_write_answers(&r);
	remember_read(&again);
	assert_int_equal(again.answers.n, 2);
	assert_true(remember_find(&again, "111111111111", NULL, "us-east-1", "a.b")->works);
	const struct answer *a = remember_find(&again, "222222222222", "a label", "us-east-1", "a.b");
	assert_false(a->works);
	assert_int_equal(a->at, 2000);
	assert_string_equal(a->text, "No access to \"it\".\n");
	assert_null(remember_find(&again, "111111111111", NULL, "eu-west-1", "a.b"));
	assert_null(remember_find(&again, "333333333333", NULL, "us-east-1", "a.b"));
	remember_done(&r);
	remember_done(&again);
}

static void
the_oldest_answers_give_way(void **state)
{
	(void)state;
	struct remember r = { 0 };
	for (int i = 0; i < REMEMBER_ANSWERS + 50; i++) {
		char id[20];
		snprintf(id, sizeof id, "m%d", i);
		remember_put_answer(&r, answer("1", id, true, 1000 + i));
	}
	assert_int_equal(r.answers.n, REMEMBER_ANSWERS);
	assert_null(remember_find(&r, "1", NULL, "us-east-1", "m49"));
	assert_non_null(remember_find(&r, "1", NULL, "us-east-1", "m50"));
	remember_done(&r);
}

static void
damaged_files_count_as_empty(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "{", "[]", "{\"version\":2,\"answers\":[{\"who\":\"1\"}]}",
		"{\"version\":1,\"answers\":[{},1,null,{\"who\":\"1\",\"id\":\"a\",\"at\":\"yesterday\"}]}",
		"{\"version\":1,\"answers\":{\"who\":1}}", "\x00\xff" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct remember r = { 0 };
		write_state(FILE_CACHE, "models", "models/answers.json", bad[i]);
		write_state(FILE_STATE, "", "recent-models", "\n\n\n");
		remember_read(&r);
		assert_int_equal(r.answers.n, 0);
		assert_int_equal(r.recent.n, 0);
		remember_done(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_last_used_is_first_and_there_are_few, temp_setup, temp_teardown),
		cmocka_unit_test_setup_teardown(answers_are_kept_for_each_identity_with_their_date, temp_setup,
		    temp_teardown),
		cmocka_unit_test_setup_teardown(the_oldest_answers_give_way, temp_setup, temp_teardown),
		cmocka_unit_test_setup_teardown(damaged_files_count_as_empty, temp_setup, temp_teardown),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
