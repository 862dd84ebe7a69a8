#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ui/copy.h"
#include "ui/find.h"

static struct block *
add(struct transcript *t, enum block_kind kind, const char *text)
{
	struct block *b = transcript_add(t, kind, text, strlen(text));
	transcript_end(t, b, BLOCK_DONE);
	return b;
}

static void
matches_are_visited_from_the_newest_and_back(void **state)
{
	(void)state;
	struct transcript t;
	transcript_init(&t);
	struct block *a = add(&t, BLOCK_USER, "cat and Cat"), *b = add(&t, BLOCK_TEXT, "none"),
		     *c = add(&t, BLOCK_TOOL, "a cat");
	struct find f = { .block = UINT64_MAX };
	(void)b;
	buf_puts(&f.what, "cat");
	assert_true(find_older(&f, &t));
	assert_true(f.block == c->id && f.offset == 2);
	assert_true(find_older(&f, &t));
	assert_true(f.block == a->id && f.offset == 8);
	assert_true(find_older(&f, &t));
	assert_true(f.block == a->id && f.offset == 0);
	assert_false(find_older(&f, &t));
	assert_true(f.block == a->id && f.offset == 0);         /* the place stays */
	assert_true(find_newer(&f, &t));
	assert_true(f.block == a->id && f.offset == 8);
	assert_true(find_newer(&f, &t));
	assert_true(f.block == c->id && f.offset == 2);
	assert_false(find_newer(&f, &t));
	find_done(&f);
	transcript_done(&t);
}

static void
a_capital_makes_case_count(void **state)
{
	(void)state;
	assert_int_equal(find_in("one Two two", 11, 0, "two"), 4);
	assert_int_equal(find_in("one two Two", 11, 0, "Two"), 8);
	assert_int_equal(find_in("one", 3, 0, "four"), 3);
	assert_int_equal(find_in("", 0, 0, "x"), 0);
	assert_int_equal(find_in("x", 1, 0, ""), 1);
	assert_int_equal(find_in("aaa", 3, 1, "aa"), 1);
}

static void
the_last_reply_is_all_since_the_last_message(void **state)
{
	(void)state;
	struct transcript t;
	transcript_init(&t);
	struct buf out = { 0 };
	copy_last_reply(&out, &t);
	assert_int_equal(out.len, 0);
	add(&t, BLOCK_USER, "q1");
	add(&t, BLOCK_TEXT, "old");
	add(&t, BLOCK_USER, "q2");
	add(&t, BLOCK_TEXT, "one");
	add(&t, BLOCK_TOOL, "call");
	add(&t, BLOCK_TEXT, "two");
	copy_last_reply(&out, &t);
	assert_string_equal(out.s, "one\n\ntwo");
	add(&t, BLOCK_USER, "q3, not answered yet");
	buf_reset(&out);
	copy_last_reply(&out, &t);
	assert_string_equal(out.s, "one\n\ntwo");
	buf_done(&out);
	transcript_done(&t);
}

static void
the_clipboard_sequence_is_wrapped_for_tmux_and_has_a_limit(void **state)
{
	(void)state;
	struct buf out = { 0 };
	assert_int_equal(copy_sequence(&out, "hi\033", 3, false), 0);
	assert_string_equal(out.s, "\033]52;c;aGkb\a");
	buf_reset(&out);
	assert_int_equal(copy_sequence(&out, "hi\033", 3, true), 0);
	assert_string_equal(out.s, "\033Ptmux;\033\033]52;c;aGkb\a\033\\");
	static char big[COPY_MAX];
	assert_int_equal(copy_sequence(&out, big, sizeof big, false), -1);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_are_visited_from_the_newest_and_back),
		cmocka_unit_test(a_capital_makes_case_count),
		cmocka_unit_test(the_last_reply_is_all_since_the_last_message),
		cmocka_unit_test(the_clipboard_sequence_is_wrapped_for_tmux_and_has_a_limit),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
