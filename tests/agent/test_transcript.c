#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "agent/transcript.h"
#include "base/mem.h"

static int
setup(void **state)
{
	struct transcript *t = mem_alloc(sizeof *t);
	transcript_init(t);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	transcript_done(*state);
	free(*state);
	return 0;
}

static struct block *
add(struct transcript *t, enum block_kind kind, const char *text)
{
	return transcript_add(t, kind, text, strlen(text));
}

static void
an_answer_grows_and_is_cut_where_it_is_final(void **state)
{
	struct transcript *t = *state;
	struct block *b = transcript_add(t, BLOCK_TEXT, NULL, 0);
	assert_true(b->open);
	const char text[] = "One.\n\nTwo.\n\nThree";
	for (size_t i = 0; i < sizeof text - 1; i++)
		transcript_grow(t, b, text + i, 1);
	assert_int_equal(b->cuts.n, 1);
	assert_int_equal(b->cuts.v[0], 6);      /* the line "Three" is not whole yet */
	transcript_grow(t, b, "\n", 1);
	assert_int_equal(b->cuts.n, 2);
	assert_memory_equal(b->text.s + b->cuts.v[1], "Three", 5);
	assert_int_equal(t->bytes, sizeof text);
}

static void
plain_text_is_cut_between_lines(void **state)
{
	struct transcript *t = *state;
	char line[101];
	memset(line, 'x', 99);
	line[99] = '\n';
	struct block *b = transcript_add(t, BLOCK_TOOL, NULL, 0);
	for (int i = 0; i < 1000; i++)
		transcript_grow(t, b, line, 100);
	assert_true(b->cuts.n >= 5);
	for (size_t i = 0, start = 0; i < b->cuts.n; start = b->cuts.v[i++]) {
		assert_int_equal(b->text.s[b->cuts.v[i] - 1], '\n');
		assert_true(b->cuts.v[i] - start < 17 * 1024);
	}
}

static void
cuts_depend_on_the_text_not_on_how_it_came(void **state)
{
	struct transcript *t = *state;
	struct buf text;
	buf_init(&text, 0);
	for (int i = 0; i < 3000; i++)
		buf_printf(&text, "line %d of a long result%s", i, i % 1000 < 700 ? "\n" : " ");
	struct block *whole = transcript_add(t, BLOCK_USER, text.s, text.len);
	struct block *dribbled = transcript_add(t, BLOCK_TOOL, NULL, 0);
	for (size_t i = 0; i < text.len; i += 7)
		transcript_grow(t, dribbled, text.s + i, text.len - i < 7 ? text.len - i : 7);
	assert_true(whole->cuts.n > 0);
	assert_int_equal(whole->cuts.n, dribbled->cuts.n);
	assert_memory_equal(whole->cuts.v, dribbled->cuts.v, whole->cuts.n * sizeof *whole->cuts.v);
	buf_done(&text);
}

static void
a_line_without_end_is_cut_between_characters(void **state)
{
	struct transcript *t = *state;
	struct buf text;
	buf_init(&text, 0);
	buf_puts(&text, "x");
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "\xc3\xa9");
	struct block *b = transcript_add(t, BLOCK_USER, text.s, text.len);
	assert_true(b->cuts.n >= 2);
	for (size_t i = 0; i < b->cuts.n; i++)
		assert_int_equal((unsigned char)b->text.s[b->cuts.v[i]], 0xc3);
	buf_done(&text);
}

static void
blocks_are_found_by_id_also_after_others_went(void **state)
{
	struct transcript *t = *state;
	struct block *a = add(t, BLOCK_USER, "a"), *b = add(t, BLOCK_NOTE, "bb"), *c = add(t, BLOCK_ERROR, "c");
	uint64_t gone = b->id;
	assert_ptr_equal(transcript_find(t, gone), b);
	transcript_remove(t, b);
	assert_null(transcript_find(t, gone));
	assert_ptr_equal(transcript_find(t, a->id), a);
	assert_ptr_equal(transcript_find(t, c->id), c);
	assert_int_equal(transcript_position(t, gone), 1);
	assert_int_equal(transcript_position(t, UINT64_MAX), 2);
	assert_int_equal(t->bytes, 2);
}

static void
every_change_changes_the_version(void **state)
{
	struct transcript *t = *state;
	uint64_t v = t->version;
	struct block *b = transcript_add(t, BLOCK_TEXT, NULL, 0);
	assert_true(t->version > v);
	v = t->version;
	transcript_grow(t, b, "x", 1);
	assert_true(t->version > v);
	v = t->version;
	uint32_t bv = b->version;
	transcript_end(t, b, BLOCK_DONE);
	assert_true(t->version > v);
	assert_true(b->version > bv);
	assert_false(b->open);
	v = t->version;
	transcript_clear(t);
	assert_true(t->version > v);
	assert_int_equal(t->blocks.n, 0);
}

int
main(void)
{
#define scene(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		scene(an_answer_grows_and_is_cut_where_it_is_final),
		scene(plain_text_is_cut_between_lines),
		scene(cuts_depend_on_the_text_not_on_how_it_came),
		scene(a_line_without_end_is_cut_between_characters),
		scene(blocks_are_found_by_id_also_after_others_went),
		scene(every_change_changes_the_version),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
