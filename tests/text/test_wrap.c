#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "text/clean.h"
#include "text/utf8.h"
#include "text/width.h"
#include "text/wrap.h"
#include "render.h"

static char *
plain(const char *s, int width)
{
	struct rows r;
	rows_init(&r);
	rows_add_plain(&r, s, strlen(s), &(struct rows_options){ .width = width });
	char *text = render_rows(&r, 0);
	rows_done(&r);
	return text;
}

static void
check(const char *s, int width, const char *expected)
{
	char *text = plain(s, width);
	assert_string_equal(text, expected);
	free(text);
}

static void
lines_break_between_words(void **state)
{
	(void)state;
	check("the quick brown fox", 9, "the quick\nbrown fox\n");
	check("the quick brown fox", 10, "the quick\nbrown fox\n");
	check("the quick brown fox", 8, "the\nquick\nbrown\nfox\n");
	check("a  b", 1, "a\nb\n");
	check("ab   ", 2, "ab\n");
	check("ab   cd", 4, "ab\ncd\n");
	check("", 5, "");
	check("\n", 5, "\n");
	check("a\n\nb\n", 5, "a\n\nb\n");
	check("a\r\nb", 5, "a\nb\n");
	check("  indented", 20, "  indented\n");
}

static void
long_words_break_hard(void **state)
{
	(void)state;
	check("abcdefgh", 3, "abc\ndef\ngh\n");
	check("x abcdefgh", 3, "x\nabc\ndef\ngh\n");
	check("well-known-thing", 11, "well-known-\nthing\n");
	check("a --option b", 5, "a\n--opt\nion b\n");
	check("e\xcc\x81" "e\xcc\x81" "e\xcc\x81", 2, "e\xcc\x81" "e\xcc\x81\ne\xcc\x81\n");
}

static void
chinese_breaks_anywhere_but_before_punctuation(void **state)
{
	(void)state;
	check(
	    "\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97", 4, "\xe4\xb8\xad\xe6\x96\x87\n\xe5\xad\x97\n");
	check(
	    "\xe4\xb8\xad\xe6\x96\x87\xe5\xad\x97", 5, "\xe4\xb8\xad\xe6\x96\x87\n\xe5\xad\x97\n");
	/* 中文。字 in four cells: the full stop takes its character along. */
	check("\xe4\xb8\xad\xe6\x96\x87\xe3\x80\x82\xe5\xad\x97", 4,
	    "\xe4\xb8\xad\n\xe6\x96\x87\xe3\x80\x82\n\xe5\xad\x97\n");
	/* Korean keeps its words. */
	check("\xea\xb0\x80\xeb\x82\x98 \xeb\x8b\xa4\xeb\x9d\xbc", 7,
	    "\xea\xb0\x80\xeb\x82\x98\n\xeb\x8b\xa4\xeb\x9d\xbc\n");
}

static void
two_cells_do_not_go_into_one(void **state)
{
	(void)state;
	check("\xe4\xb8\xad" "a", 1, "\xef\xbf\xbd\na\n");
}

static void
continued_rows_join_to_what_they_were(void **state)
{
	(void)state;
	const char *s = "one two  three-four \xe4\xb8\xad\xe6\x96\x87 averyveryverylongword end";
	for (int width = 2; width < 60; width++) {
		struct rows r;
		struct buf joined = { 0 };
		rows_init(&r);
		rows_add_plain(&r, s, strlen(s), &(struct rows_options){ .width = width });
		for (size_t i = 0; i < r.rows.n; i++) {
			assert_int_equal(r.rows.v[i].continued, i > 0);
			for (int k = 0; k < r.rows.v[i].spaced; k++)
				buf_putc(&joined, ' ');
			rows_text(&r, i, &joined);
		}
		assert_string_equal(buf_str(&joined), s);
		buf_done(&joined);
		rows_done(&r);
	}
}

static void
code_rows_join_to_the_exact_line(void **state)
{
	(void)state;
	const char *s =
	    "\tif (x  ==  \"a  b\")\t/* two  spaces */\n\n    return   \xe4\xb8\xad\xe6\x96\x87;\n";
	struct buf expected = { 0 };
	clean_add(&expected, s, strlen(s), CLEAN_LINES | CLEAN_TABS4);
	for (int width = 2; width < 60; width++) {
		struct rows r;
		struct buf joined = { 0 };
		rows_init(&r);
		rows_add_code(&r, s, strlen(s), "c", &(struct rows_options){ .width = width });
		for (size_t i = 0; i < r.rows.n; i++) {
			if (i > 0 && !r.rows.v[i].continued)
				buf_putc(&joined, '\n');
			assert_true(r.rows.v[i].code);
			rows_text(&r, i, &joined);
		}
		buf_putc(&joined, '\n');
		assert_string_equal(buf_str(&joined), expected.s);
		buf_done(&joined);
		rows_done(&r);
	}
	buf_done(&expected);
}

static void
rows_know_where_they_come_from(void **state)
{
	(void)state;
	const char *s = "one two\nthree four\n\nfive";
	struct rows r;
	rows_init(&r);
	rows_add_plain(&r, s, strlen(s), &(struct rows_options){ .width = 6 });
	static const uint32_t expected[] = { 0, 4, 8, 14, 19, 20 };
	assert_int_equal(r.rows.n, 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(r.rows.v[i].source, expected[i]);
	rows_done(&r);
}

/* Adds the characters of s that are no white space. */
static void
add_visible(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] != ' ' && s[i] != '\n')
			buf_putc(out, s[i]);
}

static void
no_row_is_wider_than_the_width_and_nothing_is_lost(void **state)
{
	(void)state;
	static const char *const words[] = { "a", "word", "well-known", "\xe4\xb8\xad\xe6\x96\x87",
		"\xe3\x80\x82", "e\xcc\x81", "\xf0\x9f\x98\x80", "(", ")",
		"averyveryverylongwordindeed", "\t", "\n", "\033[0m", "\xff", "\xe2\x80\xae",
		"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", "\xe0\xa4\x95\xe0\xa4\xbe", "\xea\xb0\x80",
		"--", "\xe2\x80\x94" };
	srand(7);
	for (int width = 1; width <= 120; width++) {
		struct buf raw = { 0 }, clean = { 0 }, expected = { 0 }, got = { 0 };
		for (int i = 0; i < 300; i++) {
			buf_puts(&raw, words[(size_t)rand() % (sizeof words / sizeof *words)]);
			if (rand() % 2)
				buf_puts(&raw, " ");
		}
		clean_add(&clean, raw.s, raw.len, CLEAN_LINES | CLEAN_TABS);
		add_visible(&expected, clean.s, clean.len);
		struct rows r;
		rows_init(&r);
		rows_add_plain(&r, raw.s, raw.len, &(struct rows_options){ .width = width });
		for (size_t i = 0; i < r.rows.n; i++) {
			struct buf row = { 0 };
			rows_text(&r, i, &row);
			assert_true(r.rows.v[i].width <= width);
			assert_int_equal(r.rows.v[i].width, width_of(buf_str(&row), row.len));
			assert_true(i == 0 || r.rows.v[i].source >= r.rows.v[i - 1].source);
			add_visible(&got, buf_str(&row), row.len);
			buf_done(&row);
		}
		if (width > 1)
			assert_string_equal(buf_str(&got), expected.s);
		rows_done(&r);
		buf_done(&raw);
		buf_done(&clean);
		buf_done(&expected);
		buf_done(&got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_break_between_words),
		cmocka_unit_test(long_words_break_hard),
		cmocka_unit_test(chinese_breaks_anywhere_but_before_punctuation),
		cmocka_unit_test(two_cells_do_not_go_into_one),
		cmocka_unit_test(continued_rows_join_to_what_they_were),
		cmocka_unit_test(code_rows_join_to_the_exact_line),
		cmocka_unit_test(rows_know_where_they_come_from),
		cmocka_unit_test(no_row_is_wider_than_the_width_and_nothing_is_lost),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
