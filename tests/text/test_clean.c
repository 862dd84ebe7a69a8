#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "text/clean.h"
#include "text/utf8.h"
#include "text/width.h"

#define BAD "\xef\xbf\xbd"

static void
check(const char *raw, size_t n, unsigned flags, const char *expected)
{
	struct buf out;
	buf_init(&out, 0);
	clean_add(&out, raw, n, flags);
	assert_string_equal(buf_str(&out), expected);
	assert_int_equal(out.len, strlen(expected));
	buf_done(&out);
}

#define CHECK(raw, flags, expected) check(raw, sizeof(raw) - 1, flags, expected)

static void
c0_controls_become_pictures(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 0x20; c++) {
		char raw[3] = { 'a', (char)c, 'b' }, expected[16];
		snprintf(expected, sizeof expected, "a\xe2\x90%cb", (char)(0x80 + c));
		check(raw, 3, 0, expected);
		snprintf(expected, sizeof expected, "a^%cb", (char)(c ^ 0x40));
		check(raw, 3, CLEAN_ASCII, expected);
	}
	CHECK("\x7f", 0, "\xe2\x90\xa1");
	CHECK("\x7f", CLEAN_ASCII, "^?");
}

static void
c1_controls_become_marks_raw_or_encoded(void **state)
{
	(void)state;
	for (unsigned c = 0x80; c < 0xa0; c++) {
		char raw[2] = { (char)0xc2, (char)c }, expected[16];
		snprintf(expected, sizeof expected, "<U+%04X>", c);
		check(raw, 2, 0, expected);
		check(raw, 2, CLEAN_ASCII, expected);
		raw[0] = (char)c; /* as a byte it is invalid, whatever an 8-bit terminal thinks */
		check(raw, 1, 0, BAD);
		check(raw, 1, CLEAN_ASCII, "?");
	}
}

static void
escape_sequences_are_seen_and_not_obeyed(void **state)
{
	(void)state;
	CHECK("\033[31mred\033[0m", 0, "\xe2\x90\x9b[31mred\xe2\x90\x9b[0m");
	CHECK("\033]0;title\a", 0, "\xe2\x90\x9b]0;title\xe2\x90\x87");
	CHECK("\033]52;c;aGk=\033\\", CLEAN_ASCII, "^[]52;c;aGk=^[\\");
	CHECK("\xc2\x9b" "2J", 0, "<U+009B>2J");
}

static void
newlines_are_kept_or_shown(void **state)
{
	(void)state;
	CHECK("a\nb", CLEAN_LINES, "a\nb");
	CHECK("a\nb", 0, "a\xe2\x90\x8a" "b");
	CHECK("a\r\nb", CLEAN_LINES, "a\nb");
	CHECK("a\rb", CLEAN_LINES, "a\xe2\x90\x8d" "b");
	CHECK("a\r\r\nb\r", CLEAN_LINES, "a\xe2\x90\x8d\nb\xe2\x90\x8d");
	CHECK("a\xe2\x80\xa8" "b\xe2\x80\xa9" "c", CLEAN_LINES, "a\nb\nc");
	CHECK("a\xe2\x80\xa8" "b", 0, "a\xe2\x90\x8a" "b");
	CHECK("a\xc2\x85" "b", CLEAN_LINES, "a<U+0085>b");
}

static void
tabs_reach_the_next_stop(void **state)
{
	(void)state;
	CHECK("\tx", CLEAN_TABS, "        x");
	CHECK("abc\tx", CLEAN_TABS, "abc     x");
	CHECK("abcdefgh\tx", CLEAN_TABS, "abcdefgh        x");
	CHECK("\xe4\xb8\xad\tx", CLEAN_TABS, "\xe4\xb8\xad      x");
	CHECK("e\xcc\x81\tx", CLEAN_TABS, "e\xcc\x81       x");
	CHECK("abc\n\tx", CLEAN_TABS | CLEAN_LINES, "abc\n        x");
	CHECK("\001\tx", CLEAN_TABS | CLEAN_ASCII, "^A      x");
	CHECK("a\tx", CLEAN_TABS4, "a   x");
	CHECK("a\tx", CLEAN_KEEP_TABS, "a\tx");
	CHECK("a\tx", 0, "a\xe2\x90\x89x");
}

static void
what_reorders_or_hides_text_becomes_a_mark(void **state)
{
	(void)state;
	static const uint32_t hidden[] = { 0x00ad, 0x034f, 0x061c, 0x115f, 0x1160, 0x17b4, 0x180e,
		0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e,
		0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0x2066, 0x2067, 0x2068, 0x2069, 0x206a,
		0x206f, 0x3164, 0xfeff, 0xffa0, 0xfff9, 0xfffa, 0xfffb, 0xfffc, 0x1d173, 0xe0001,
		0xe0020, 0xe0041, 0xe007f };
	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
		struct buf raw = { 0 };
		char expected[32];
		buf_puts(&raw, "a");
		utf8_put(&raw, hidden[i]);
		buf_puts(&raw, "b");
		snprintf(expected, sizeof expected, "a<U+%04X>b", (unsigned)hidden[i]);
		check(raw.s, raw.len, 0, expected);
		check(raw.s, raw.len, CLEAN_ASCII, expected);
		buf_done(&raw);
	}
}

static void
what_is_no_character_becomes_the_replacement(void **state)
{
	(void)state;
	CHECK("\xff\xfe", 0, BAD BAD);
	CHECK("\xc0\x80", 0, BAD BAD);
	CHECK("\xed\xa0\x80", 0, BAD BAD BAD);
	CHECK("\xf4\x90\x80\x80", 0, BAD BAD BAD BAD);
	CHECK("\xef\xbf\xbe\xef\xbf\xbf", 0, BAD BAD);          /* U+FFFE, U+FFFF */
	CHECK("\xef\xb7\x90", 0, BAD);                          /* U+FDD0 */
	CHECK("\xcd\xb8", 0, BAD);                              /* unassigned */
	CHECK("\xee\x80\x80", 0, "\xee\x80\x80");               /* private use: one cell, kept */
	CHECK("a\0b", 0, "a\xe2\x90\x80" "b");
}

static void
emoji_lose_what_terminals_disagree_on(void **state)
{
	(void)state;
#define MAN "\xf0\x9f\x91\xa8"
#define WOMAN "\xf0\x9f\x91\xa9"
#define GIRL "\xf0\x9f\x91\xa7"
#define ZWJ "\xe2\x80\x8d"
#define VS16 "\xef\xb8\x8f"
	CHECK("\xe2\x9d\xa4" VS16 "!", 0, "\xe2\x9d\xa4!");
	CHECK(MAN ZWJ WOMAN ZWJ GIRL, 0, MAN WOMAN GIRL);
	CHECK("\xf0\x9f\xa4\xb7" ZWJ "\xe2\x99\x82" VS16 "x", 0, "\xf0\x9f\xa4\xb7x");
	CHECK("\xf0\x9f\x91\x8b\xf0\x9f\x8f\xbd.", 0, "\xf0\x9f\x91\x8b.");     /* skin tone */
	CHECK("\xf0\x9f\x8f\xbd", 0, "\xf0\x9f\x8f\xbd");                       /* alone it shows */
	CHECK("1" VS16 "\xe2\x83\xa3", 0, "1\xe2\x83\xa3");
	CHECK("\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", 0, "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa");
	CHECK("\xf0\x9f\x87\xa9x", 0, "Dx");                                    /* half a flag */
	CHECK("\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", CLEAN_ASCII, "DE");
	CHECK("\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xa2\xf3\xa0\x81\xa5\xf3\xa0\x81\xae"
	      "\xf3\xa0\x81\xa7\xf3\xa0\x81\xbf" "!", 0, "\xf0\x9f\x8f\xb4!");  /* England */
	CHECK("a" VS16 VS16, 0, "a<U+FE0F>");   /* a row of selectors could spell something */
	CHECK(VS16, 0, "<U+FE0F>");
}

static void
joiners_stay_where_writing_needs_them(void **state)
{
	(void)state;
	/* Persian with a non-joiner; Sinhala with a joiner; twice is once too many. */
	CHECK("\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xb1", 0, "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xb1");
	CHECK("\xe0\xb6\x9a\xe0\xb7\x8a\xe2\x80\x8d\xe0\xb6\xba", 0,
	    "\xe0\xb6\x9a\xe0\xb7\x8a\xe2\x80\x8d\xe0\xb6\xba");
	CHECK(
	    "\xdb\x8c\xe2\x80\x8c\xe2\x80\x8c\xd8\xb1", 0, "\xdb\x8c\xe2\x80\x8c<U+200C>\xd8\xb1");
}

static void
a_base_has_at_most_four_marks(void **state)
{
	(void)state;
#define ACUTE "\xcc\x81"
	CHECK("e" ACUTE ACUTE ACUTE ACUTE ACUTE ACUTE "x", 0, "e" ACUTE ACUTE ACUTE ACUTE "x");
	CHECK(ACUTE "x", 0, "\xe2\x97\x8c" ACUTE "x");
	CHECK("\033" ACUTE, 0, "\xe2\x90\x9b\xe2\x97\x8c" ACUTE);       /* nothing lands on ours */
	CHECK("a\n" ACUTE, CLEAN_LINES, "a\n\xe2\x97\x8c" ACUTE);
}

static void
ascii_spells_what_it_can(void **state)
{
	(void)state;
	CHECK("caf\xc3\xa9 na\xc3\xafve", CLEAN_ASCII, "cafe naive");
	CHECK("\xe2\x80\x9cit\xe2\x80\x99s\xe2\x80\x9d \xe2\x80\x94 ok\xe2\x80\xa6", CLEAN_ASCII,
	    "\"it's\" -- ok...");
	CHECK("a \xe2\x86\x92 b", CLEAN_ASCII, "a -> b");
	CHECK("\xe4\xb8\xad", CLEAN_ASCII, "?");
	CHECK("e\xcc\x81", CLEAN_ASCII, "e");
	CHECK("Stra\xc3\x9f" "e \xef\xac\x81n", CLEAN_ASCII, "Strasse fin");
}

static void
a_piece_may_end_anywhere(void **state)
{
	(void)state;
	CHECK("a\xe2\x82", CLEAN_PARTIAL, "a");
	CHECK("a\xe2\x82", 0, "a" BAD BAD);
	CHECK("a\r", CLEAN_PARTIAL | CLEAN_LINES, "a");
	CHECK("a\xff", CLEAN_PARTIAL, "a" BAD);
}

/* Whatever comes in: valid, visible, no control but those asked for, no wider than it says. */
static void
random_bytes_come_out_harmless(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 20000; round++) {
		char raw[64];
		size_t n = (size_t)rand() % sizeof raw;
		for (size_t i = 0; i < n; i++)
			raw[i] = (char)(rand() % 4 == 0 ? 0xe2 : rand());
		struct buf out = { 0 };
		unsigned flags = (unsigned)rand() % 64 & ~(unsigned)CLEAN_KEEP_TABS;
		clean_add(&out, raw, n, flags);
		assert_true(utf8_is_valid(buf_str(&out), out.len));
		for (size_t i = 0; i < out.len;) {
			uint32_t cp;
			i += utf8_decode(out.s + i, out.len - i, &cp);
			assert_true(width_of_char(cp) >= 0 || (cp == '\n' && flags & CLEAN_LINES));
			assert_true(cp < 0x80 || !(flags & CLEAN_ASCII));
			assert_false(cp >= 0x202a && cp <= 0x202e);
		}
		buf_done(&out);
	}
}

static void
a_line_is_one_line(void **state)
{
	(void)state;
	char *s = clean_line("a\nb\tc");
	assert_string_equal(s, "a\xe2\x90\x8a" "b\xe2\x90\x89" "c");
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(c0_controls_become_pictures),
		cmocka_unit_test(c1_controls_become_marks_raw_or_encoded),
		cmocka_unit_test(escape_sequences_are_seen_and_not_obeyed),
		cmocka_unit_test(newlines_are_kept_or_shown),
		cmocka_unit_test(tabs_reach_the_next_stop),
		cmocka_unit_test(what_reorders_or_hides_text_becomes_a_mark),
		cmocka_unit_test(what_is_no_character_becomes_the_replacement),
		cmocka_unit_test(emoji_lose_what_terminals_disagree_on),
		cmocka_unit_test(joiners_stay_where_writing_needs_them),
		cmocka_unit_test(a_base_has_at_most_four_marks),
		cmocka_unit_test(ascii_spells_what_it_can),
		cmocka_unit_test(a_piece_may_end_anywhere),
		cmocka_unit_test(random_bytes_come_out_harmless),
		cmocka_unit_test(a_line_is_one_line),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
