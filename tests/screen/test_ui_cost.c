/*
 * What the screen costs: bytes on the line, time until a key is seen, CPU.
 *
 * Limits of time are far above what was measured (see doc/HACKING.md), so that a busy machine
 * does not fail them; limits of bytes are what is promised.
 */
#include "config.h"

#include "ui_test.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOWER 10               /* instrumented code */
#else
#define SLOWER 1
#endif

/* Bytes sent for each byte of a reply of 300 pieces at 100 a second. */
static double
bytes_per_byte(struct vtty *t, const char *style, int piece)
{
	char command[60];
	vtty_settle(t, 200);
	size_t before = vtty_bytes(t);
	snprintf(command, sizeof command, "!stream 300 100 %s\r", style);
	vtty_type(t, command);
	sees(t, "Esc stop");
	assert_true(vtty_wait_gone(t, "Esc stop", 20000));
	vtty_settle(t, 100);
	double ratio = (double)(vtty_bytes(t) - before) / (300.0 * piece);
	printf("# %s: %.2f bytes for a byte\n", style, ratio);
	return ratio;
}

static void
a_reply_costs_at_most_three_bytes_a_byte(void **state)
{
	(void)state;
	struct vtty *t = fixture_ready(40, 120);
	say(t, "!stream 3000 0 words", "end 2999");     /* the pane is full: it scrolls */
	assert_true(bytes_per_byte(t, "words", 5) <= 3);
	assert_true(bytes_per_byte(t, "code", 20) <= 3);
	assert_true(bytes_per_byte(t, "line", 24) <= 3);
	assert_int_equal(teardown((void **)&t), 0);
}

static void
also_beside_another_pane(void **state)
{
	(void)state;
	struct vtty *t = fixture_ready(40, 120);
	say(t, "!agent sub", "│1 sub");
	say(t, "!stream 3000 0 words", "end 2999");
	vtty_type(t, "\0331");
	say(t, "!stream 2000 0 words", "Part 1919");
	vtty_type(t, "\0330");
	/* Beside others a pane cannot be scrolled by the terminal: when it jumps, a third of it is
	 * written again. Without jumps it would be twenty-five bytes. */
	assert_true(bytes_per_byte(t, "words", 5) <= 4);
	assert_int_equal(teardown((void **)&t), 0);
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

enum { KEYS = 100 };

static void
a_key_is_seen_at_once_while_a_reply_floods(void **state)
{
	(void)state;
	struct vtty *t = fixture_ready(40, 120);
	vtty_type(t, "!stream 100000000 50000 words\r");
	sees(t, "Esc stop");
	int64_t took[KEYS];
	char typed[KEYS + 8] = "❯ ";
	for (int i = 0; i < KEYS; i++) {
		char key[2] = { (char)('a' + i % 26), '\0' };
		strcat(typed, key);
		int64_t begin = vtty_now_us();
		vtty_type(t, key);
		assert_true(vtty_wait(t, typed, VTTY_SOON));
		took[i] = vtty_now_us() - begin;
	}
	qsort(took, KEYS, sizeof *took, by_size);
	printf("# key to screen: median %.1f ms, 99th %.1f ms\n", (double)took[KEYS / 2] / 1000,
	    (double)took[KEYS - 2] / 1000);
	assert_true(took[KEYS / 2] <= 20000 * SLOWER);
	assert_true(took[KEYS - 2] <= 100000 * SLOWER);
	assert_int_equal(teardown((void **)&t), 0);
}

static void
a_flood_of_four_megabytes_costs_little(void **state)
{
	(void)state;
	static const char *const styles[] = { "code", "nobreak" };
	for (size_t i = 0; i < 2; i++) {
		struct vtty *t = fixture_ready(40, 120);
		char command[60];
		snprintf(command, sizeof command, "!stream 200000 100000 %s\r", styles[i]);
		vtty_type(t, command);
		sees(t, "Esc stop");
		assert_true(vtty_wait_gone(t, "Esc stop", 60000));
		int64_t ms = vtty_cpu_ms(t);
		printf("# 200,000 pieces of %s: %ld ms of CPU, %zu kB sent\n", styles[i], (long)ms,
		    vtty_bytes(t) / 1000);
		assert_true(ms <= 1000 * SLOWER);
		assert_true(vtty_bytes(t) < 1000000);
		assert_int_equal(teardown((void **)&t), 0);
	}
}

static void
a_slow_reply_costs_next_to_no_cpu(void **state)
{
	(void)state;
	struct vtty *t = fixture_ready(40, 120);
	say(t, "!stream 20000 0 words", "end 19991");
	int64_t cpu = vtty_cpu_ms(t), begin = vtty_now_us();
	vtty_type(t, "!stream 400 100 words\r");
	sees(t, "Esc stop");
	assert_true(vtty_wait_gone(t, "Esc stop", 20000));
	double percent = (double)(vtty_cpu_ms(t) - cpu) * 1e5 / (double)(vtty_now_us() - begin);
	printf("# 100 pieces a second: %.1f %% of a core\n", percent);
	assert_true(percent <= 3.0 * SLOWER);
	assert_int_equal(teardown((void **)&t), 0);
}

static void
the_first_frame_needs_milliseconds(void **state)
{
	(void)state;
	const char *const env[] = { "FIXTURE_TIME=1", NULL };
	struct vtty *t = fixture_start(40, 120, NULL, env);
	sees(t, "started in ");
	long us = atol(strstr(vtty_screen(t), "started in ") + 11);
	printf("# the screen was ready after %.1f ms\n", (double)us / 1000);
	assert_true(us <= 30000 * SLOWER);
	assert_int_equal(teardown((void **)&t), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_costs_at_most_three_bytes_a_byte),
		cmocka_unit_test(also_beside_another_pane),
		cmocka_unit_test(a_key_is_seen_at_once_while_a_reply_floods),
		cmocka_unit_test(a_flood_of_four_megabytes_costs_little),
		cmocka_unit_test(a_slow_reply_costs_next_to_no_cpu),
		cmocka_unit_test(the_first_frame_needs_milliseconds),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
