/*
 * What the screen sends: bytes on the line, and that keys are seen while a reply floods. How long
 * things take, and the CPU, is measured in bench/, never here.
 */
#include "config.h"

#include "ui_test.h"

/* Bytes sent for each byte of a reply of 300 pieces at 100 a second. */
static double
bytes_per_byte(struct vtty *t, const char *style, int piece)
{
	char command[60];
	sees_no(t, "Esc stop");         /* what was said before is painted … */
	vtty_settle(t, 200);            /* … to its last byte */
	size_t before = vtty_bytes(t);
	snprintf(command, sizeof command, "!stream 300 100 %s\r", style);
	vtty_type(t, command);
	sees(t, "Esc stop");
	assert_true(vtty_wait_gone(t, "Esc stop", VTTY_SOON));
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
	say(t, "!stream 2000 0 words", " 1991.");
	vtty_type(t, "\0330");
	sees(t, "❯ Ask something");
	/* Beside others a pane cannot be scrolled by the terminal: when it jumps, a third of it is
	 * written again. Without jumps it would be twenty-five bytes. */
	assert_true(bytes_per_byte(t, "words", 5) <= 4);
	assert_int_equal(teardown((void **)&t), 0);
}

static void
every_key_is_seen_while_a_reply_floods(void **state)
{
	(void)state;
	struct vtty *t = fixture_ready(40, 120);
	vtty_type(t, "!stream 100000000 50000 words\r");
	sees(t, "Esc stop");
	char typed[32] = "❯ ";
	for (int i = 0; i < 20; i++) {
		char key[2] = { (char)('a' + i), '\0' };
		strcat(typed, key);
		vtty_type(t, key);
		assert_true(vtty_wait(t, typed, VTTY_SOON));
	}
	sees(t, "Esc stop");
	assert_int_equal(teardown((void **)&t), 0);
}

static void
a_flood_of_four_megabytes_sends_little(void **state)
{
	(void)state;
	static const char *const styles[] = { "code", "nobreak" };
	for (size_t i = 0; i < 2; i++) {
		struct vtty *t = fixture_ready(40, 120);
		char command[60];
		snprintf(command, sizeof command, "!stream 200000 100000 %s\r", styles[i]);
		vtty_type(t, command);
		sees(t, "Esc stop");
		assert_true(vtty_wait_gone(t, "Esc stop", 2 * VTTY_SOON));
		assert_true(vtty_bytes(t) < 1000000);
		assert_int_equal(teardown((void **)&t), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_costs_at_most_three_bytes_a_byte),
		cmocka_unit_test(also_beside_another_pane),
		cmocka_unit_test(every_key_is_seen_while_a_reply_floods),
		cmocka_unit_test(a_flood_of_four_megabytes_sends_little),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
