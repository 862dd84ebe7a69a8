#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "text/utf8.h"

static void
every_scalar_value_goes_there_and_back(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		char s[4];
		uint32_t back;
		size_t n = utf8_encode(cp, s);
		assert_int_equal(utf8_decode(s, n, &back), n);
		assert_int_equal(back, cp);
		assert_int_equal(utf8_length(s, n), n);
		for (size_t cut = 1; cut < n; cut++) {
			assert_int_equal(utf8_length(s, cut), 0);
			assert_int_equal(utf8_whole(s, cut), 0);
		}
	}
}

static void
what_is_no_character_encodes_as_the_replacement(void **state)
{
	(void)state;
	char s[4];
	assert_int_equal(utf8_encode(0xd800, s), 3);
	assert_memory_equal(s, "\xef\xbf\xbd", 3);
	assert_int_equal(utf8_encode(0x110000, s), 3);
	assert_memory_equal(s, "\xef\xbf\xbd", 3);
}

static void
invalid_bytes_are_replaced_one_by_one(void **state)
{
	(void)state;
#define R "\xef\xbf\xbd"
	static const char *const rows[][2] = {
		{ "plain", "plain" },
		{ "\x80", R },
		{ "a\xffz", "a" R "z" },
		{ "\xc0\xaf", R R },                    /* overlong "/" */
		{ "\xe0\x80\xaf", R R R },
		{ "\xf0\x80\x80\xaf", R R R R },
		{ "\xc1\xbf", R R },
		{ "\xe0\x9f\xbf", R R R },
		{ "\xf0\x8f\xbf\xbf", R R R R },
		{ "\xed\xa0\x80", R R R },              /* surrogate */
		{ "\xed\xbf\xbf", R R R },
		{ "\xf4\x90\x80\x80", R R R R },        /* past U+10FFFF */
		{ "\xf5\x80\x80\x80", R R R R },
		{ "\xf8\x88\x80\x80\x80", R R R R R },
		{ "\xe2\x82", R R },                    /* cut */
		{ "\xe2\x82" "A", R R "A" },            /* the good byte behind is kept */
		{ "\xe2\xe2\x82\xac", R "\xe2\x82\xac" },
		{ "\xef\xbf\xbf", "\xef\xbf\xbf" },     /* a noncharacter is valid UTF-8 */
		{ "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf out;
		buf_init(&out, 0);
		utf8_repair(&out, rows[i][0], strlen(rows[i][0]));
		assert_string_equal(buf_str(&out), rows[i][1]);
		assert_true(utf8_is_valid(buf_str(&out), out.len));
		assert_int_equal(utf8_is_valid(rows[i][0], strlen(rows[i][0])),
		    strcmp(rows[i][0], rows[i][1]) == 0);
		buf_done(&out);
	}
}

static void
only_a_cut_character_is_left_out_at_the_end(void **state)
{
	(void)state;
	assert_int_equal(utf8_whole("", 0), 0);
	assert_int_equal(utf8_whole("ab", 2), 2);
	assert_int_equal(utf8_whole("a\xe2\x82", 3), 1);
	assert_int_equal(utf8_whole("a\xf0\x9f\x98", 4), 1);
	assert_int_equal(utf8_whole("a\xe2\x82\xac", 4), 4);
	assert_int_equal(utf8_whole("a\x80\x80\x80\x80", 5), 5);
	assert_int_equal(utf8_whole("a\xff", 2), 2);
}

static void
stepping_back_finds_the_start_of_the_character(void **state)
{
	(void)state;
	const char *s = "a\xe2\x82\xac\xf0\x9f\x98\x80z";
	assert_int_equal(utf8_previous(s, 9), 8);
	assert_int_equal(utf8_previous(s, 8), 4);
	assert_int_equal(utf8_previous(s, 4), 1);
	assert_int_equal(utf8_previous(s, 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scalar_value_goes_there_and_back),
		cmocka_unit_test(what_is_no_character_encodes_as_the_replacement),
		cmocka_unit_test(invalid_bytes_are_replaced_one_by_one),
		cmocka_unit_test(only_a_cut_character_is_left_out_at_the_end),
		cmocka_unit_test(stepping_back_finds_the_start_of_the_character),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
