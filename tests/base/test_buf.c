#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"

static void
additions_grow_and_stay_terminated(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 0);
	for (int i = 0; i < 1000; i++)
		buf_puts(&b, "abc");
	assert_int_equal(b.len, 3000);
	assert_int_equal(b.s[3000], '\0');
	buf_done(&b);
	assert_string_equal(buf_str(&b), "");
}

static void
the_ceiling_refuses_and_keeps_what_was_there(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 5);
	assert_int_equal(buf_puts(&b, "abcd"), 0);
	assert_int_equal(buf_puts(&b, "ef"), -1);
	assert_true(b.full);
	assert_string_equal(buf_str(&b), "abcd");
	assert_int_equal(buf_printf(&b, "%d", 7), 0);
	assert_string_equal(buf_str(&b), "abcd7");
	buf_done(&b);
}

static void
base64_goes_both_ways(void **state)
{
	(void)state;
	static const char *const rows[][2] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" } };     /* RFC 4648, section 10 */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;
		buf_init(&b, 0);
		str_base64(&b, rows[i][0], strlen(rows[i][0]));
		assert_string_equal(buf_str(&b), rows[i][1]);
		buf_reset(&b);
		assert_int_equal(str_unbase64(&b, rows[i][1], strlen(rows[i][1])), 0);
		assert_string_equal(buf_str(&b), rows[i][0]);
		buf_done(&b);
	}
	struct buf b;
	buf_init(&b, 0);
	assert_int_equal(str_unbase64(&b, "Zg=x", 4), -1);
	assert_int_equal(str_unbase64(&b, "Z", 1), -1);
	buf_done(&b);
}

static void
dates_are_read_as_utc(void **state)
{
	(void)state;
	assert_int_equal(clock_parse_iso8601("2026-08-01T12:00:00Z"), 1785585600);
	assert_int_equal(clock_parse_iso8601("2026-08-01T12:00:00.123Z"), 1785585600);
	assert_int_equal(clock_parse_iso8601("2026-08-01T14:00:00+02:00"), 1785585600);
	assert_int_equal(clock_parse_iso8601("2026-08-01T12:00:00UTC"), 1785585600);
	assert_int_equal(clock_parse_iso8601("2026-08-01 nonsense"), -1);
	assert_int_equal(clock_parse_iso8601("2026-08-01T12:00:00"), -1);
	assert_int_equal(clock_parse_http("Sat, 01 Aug 2026 12:00:00 GMT"), 1785585600);
	assert_int_equal(clock_parse_http("yesterday"), -1);
	char s[32];
	clock_iso8601(1785585600, s);
	assert_string_equal(s, "2026-08-01T12:00:00Z");
}

static void
percent_encoding_keeps_only_unreserved_bytes(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 0);
	str_percent(&b, "a/b:c~ \xc3\xa9", 9, "/");
	assert_string_equal(buf_str(&b), "a/b%3Ac~%20%C3%A9");
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(additions_grow_and_stay_terminated),
		cmocka_unit_test(the_ceiling_refuses_and_keeps_what_was_there),
		cmocka_unit_test(base64_goes_both_ways),
		cmocka_unit_test(dates_are_read_as_utc),
		cmocka_unit_test(percent_encoding_keeps_only_unreserved_bytes),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
