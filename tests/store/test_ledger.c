/* test_ledger.c - the lines of the ledger, and their sums. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/ledger.h"
#include "../store/temp.h"

static struct ledger_sums
sums_of(const char *text, int64_t from)
{
	struct ledger_sums s = { 0 };
	ledger_sum_text(&s, text, strlen(text), from);
	return s;
}

static void
sums_are_by_model_and_from_a_time_on(void **state)
{
	(void)state;
	static const char text[] =
	    "{\"at\":\"2026-08-01T10:00:00Z\",\"model\":\"a\",\"input\":1,\"output\":2,\"cacheRead\":3,\"cacheWrite\":4,\"cost\":0.5}\n"
	    "{\"at\":\"2026-08-02T10:00:00Z\",\"model\":\"a\",\"input\":10,\"output\":20,\"cost\":0.25}\n"
	    "{\"at\":\"2026-08-02T11:00:00Z\",\"model\":\"b\",\"input\":100,\"cost\":null}\n";
	struct ledger_sums all = sums_of(text, 0), late = sums_of(text, clock_parse_iso8601("2026-08-02T00:00:00Z"));
	assert_int_equal(all.n, 2);
	assert_int_equal(all.v[0].replies, 2);
	assert_int_equal(all.v[0].input, 11);
	assert_int_equal(all.v[0].cache_read, 3);
	assert_true(all.v[0].cost > 0.7499 && all.v[0].cost < 0.7501);
	assert_int_equal(all.v[1].unpriced, 1);
	assert_true(all.v[1].cost == 0);
	assert_int_equal(late.v[0].input, 10);
	ledger_sums_done(&all);
	ledger_sums_done(&late);
}

static void
what_is_no_entry_is_passed_over(void **state)
{
	(void)state;
	static const char text[] = "\n\nnot json\n{\"at\":\"2026-08-02T10:00:00Z\"}\n[1]\n{\"model\":\"a\"}\n\x01\xff\n"
	    "{\"at\":\"2026-08-02T10:00:00Z\",\"model\":\"a\",\"input\":-5,\"output\":9e99,\"cost\":-1}\n"
	    "{\"at\":\"2026-08-02T10:00:00Z\",\"model\":\"a\",\"input\":7,\"cost\":1}\n"
	    "{\"at\":\"2026-08-02T10:00:00Z\",\"mod";
	struct ledger_sums s = sums_of(text, 1);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.v[0].replies, 2);
	assert_int_equal(s.v[0].input, 7);
	assert_true(s.v[0].cost == 1);
	ledger_sums_done(&s);
}

static void
what_is_added_is_read_back_and_for_its_owner_alone(void **state)
{
	(void)state;
	struct worker *disk = worker_start("disk");
	struct mailbox *mailbox = mailbox_new();
	struct ledger *l = ledger_new(disk, mailbox);
	struct ledger_entry e = { .at = clock_wall(), .session = "0123abcd", .agent = "main", .model = "m\"x",
		.tier = "flex", .input = 1, .output = 2, .cache_read = 3, .cache_write = 4, .cost = 0.125 };
	ledger_add(l, &e);
	e.cost = -1;
	ledger_add(l, &e);
	struct ledger_sums today = { 0 }, month = { 0 };
	ledger_read_now(l, &today, &month);
	assert_int_equal(today.n, 1);
	assert_string_equal(today.v[0].model, "m\"x");
	assert_int_equal(today.v[0].replies, 2);
	assert_int_equal(today.v[0].unpriced, 1);
	assert_true(month.v[0].cost == 0.125);
	ledger_sums_done(&today);
	ledger_sums_done(&month);
	ledger_free(l);
	worker_stop(disk);
	mailbox_free(mailbox);
	char *folder = file_path(FILE_DATA, "usage");
	struct stat st;
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	free(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_by_model_and_from_a_time_on),
		cmocka_unit_test(what_is_no_entry_is_passed_over),
		cmocka_unit_test_setup_teardown(what_is_added_is_read_back_and_for_its_owner_alone, temp_setup, temp_teardown),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
