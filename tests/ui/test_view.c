#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "ui/view.h"

struct scene {
	struct transcript t;
	struct view v;
	struct buf seen;
};

static int
setup(void **state)
{
	struct scene *s = mem_alloc(sizeof *s);
	transcript_init(&s->t);
	view_init(&s->v);
	view_resize(&s->v, 40, 10);
	buf_init(&s->seen, 0);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;
	view_done(&s->v);
	transcript_done(&s->t);
	buf_done(&s->seen);
	free(s);
	return 0;
}

static struct block *
add(struct scene *s, enum block_kind kind, const char *text)
{
	struct block *b = transcript_add(&s->t, kind, text, strlen(text));
	transcript_end(&s->t, b, BLOCK_DONE);
	return b;
}

/* The rows on the screen, each with a newline. */
static const char *
screen(struct scene *s)
{
	view_lay_out(&s->v, &s->t);
	buf_reset(&s->seen);
	for (size_t i = 0; i < s->v.lines.n; i++) {
		rows_text(s->v.lines.v[i].rows, s->v.lines.v[i].row, &s->seen);
		buf_putc(&s->seen, '\n');
	}
	return buf_str(&s->seen);
}

static void
add_lines(struct scene *s, int from, int n)
{
	struct buf text;
	buf_init(&text, 0);
	for (int i = from; i < from + n; i++)
		buf_printf(&text, "line %d%s", i, i + 1 < from + n ? "\n" : "");
	add(s, BLOCK_NOTE, text.s);
	buf_done(&text);
}

static bool
shows(struct scene *s, const char *text)
{
	return strstr(screen(s), text) != NULL;
}

static void
blocks_have_an_empty_row_between_them_but_calls_keep_together(void **state)
{
	struct scene *s = *state;
	add(s, BLOCK_USER, "hello");
	add(s, BLOCK_TEXT, "One.\n\nTwo.\n");
	add(s, BLOCK_TOOL, "x")->title = mem_strdup("read");
	add(s, BLOCK_TOOL, "y")->title = mem_strdup("write");
	assert_string_equal(screen(s), "you\nhello\n\nOne.\n\nTwo.\n\n▸ read\n▸ write\n");
}

static void
queued_messages_are_not_in_the_view(void **state)
{
	struct scene *s = *state;
	add(s, BLOCK_USER, "said");
	struct block *b = add(s, BLOCK_USER, "waits");
	b->queued = true;
	transcript_touch(&s->t, b);
	add(s, BLOCK_TEXT, "reply");
	assert_string_equal(screen(s), "you\nsaid\n\nreply\n");
}

static void
a_growing_reply_is_followed(void **state)
{
	struct scene *s = *state;
	struct block *b = transcript_add(&s->t, BLOCK_TEXT, NULL, 0);
	for (int i = 0; i < 100; i++) {
		char line[40];
		int n = snprintf(line, sizeof line, "line %d\n\n", i);
		transcript_grow(&s->t, b, line, (size_t)n);
		snprintf(line, sizeof line, "line %d\n", i);
		assert_true(shows(s, line));
		assert_true(s->v.lines.n <= 10);
	}
}

/* A cut is made above a line when that has ended: the view stands on the same text, in another piece. */
static void
a_held_view_stays_when_its_text_becomes_a_piece_of_its_own(void **state)
{
	struct scene *s = *state;
	struct block *b = transcript_add(&s->t, BLOCK_TEXT, "First.\n\n", 8);
	for (int i = 0; i < 200; i++)
		transcript_grow(&s->t, b, "one long line ", 14);
	transcript_grow(&s->t, b, "ends", 4);
	screen(s);
	view_scroll(&s->v, &s->t, -30);
	char *before = mem_strdup(screen(s));
	assert_true(s->v.held);
	assert_int_equal(b->cuts.n, 0);
	transcript_grow(&s->t, b, "\n\nSecond.\n\nThird", 17);
	assert_true(b->cuts.n > 0);
	assert_string_equal(screen(s), before);
	free(before);
}

static void
scrolling_holds_and_the_end_follows_again(void **state)
{
	struct scene *s = *state;
	add_lines(s, 0, 50);
	screen(s);
	view_scroll(&s->v, &s->t, -5);
	assert_true(s->v.held);
	assert_true(shows(s, "line 44\n"));
	assert_false(shows(s, "line 45\n"));
	add_lines(s, 50, 7);
	assert_true(shows(s, "line 35\n"));
	assert_int_equal(view_new_lines(&s->v, &s->t), 7);
	view_scroll(&s->v, &s->t, 1000);
	assert_false(s->v.held);
	assert_true(shows(s, "line 56\n"));
	view_home(&s->v, &s->t);
	assert_true(s->v.held);
	assert_int_equal(strncmp(screen(s), "line 0\n", 7), 0);
	view_scroll(&s->v, &s->t, -1000);
	assert_int_equal(strncmp(screen(s), "line 0\n", 7), 0);
}

static void
what_fits_is_followed_whatever_is_scrolled(void **state)
{
	struct scene *s = *state;
	add_lines(s, 0, 4);
	view_scroll(&s->v, &s->t, -3);
	assert_false(s->v.held);
	view_home(&s->v, &s->t);
	assert_false(s->v.held);
	assert_int_equal(s->v.lines.n, 0);
	assert_string_equal(screen(s), "line 0\nline 1\nline 2\nline 3\n");
}

static void
an_empty_transcript_can_be_scrolled(void **state)
{
	struct scene *s = *state;
	view_scroll(&s->v, &s->t, -3);
	view_scroll(&s->v, &s->t, 3);
	view_home(&s->v, &s->t);
	view_show(&s->v, &s->t, 5, 7);
	assert_string_equal(screen(s), "");
	add(s, BLOCK_TEXT, "");
	assert_string_equal(screen(s), "");
	view_scroll(&s->v, &s->t, -3);
	assert_string_equal(screen(s), "");
}

static void
a_new_width_keeps_the_place(void **state)
{
	struct scene *s = *state;
	struct buf text;
	buf_init(&text, 0);
	for (int i = 0; i < 500; i++)
		buf_printf(&text, "word%03d ", i);
	add(s, BLOCK_NOTE, text.s);
	view_show(&s->v, &s->t, s->t.blocks.v[0]->id, (size_t)(strstr(text.s, "word250") - text.s));
	char first[8];
	memcpy(first, screen(s), 7);
	first[7] = '\0';
	for (int width = 9; width < 120; width += 13) {
		view_resize(&s->v, width, 10);
		const char *now = screen(s);
		const char *newline = strchr(now, '\n');
		const char *where = strstr(now, first);
		assert_non_null(where);
		assert_true(where < newline);   /* still in the first row */
	}
	buf_done(&text);
}

static void
an_anchor_that_went_away_leaves_a_sensible_place(void **state)
{
	struct scene *s = *state;
	add_lines(s, 0, 20);
	add_lines(s, 20, 20);
	add_lines(s, 40, 20);
	screen(s);
	view_scroll(&s->v, &s->t, -25);
	assert_true(shows(s, "line 28\n"));
	transcript_remove(&s->t, s->t.blocks.v[1]);
	assert_true(shows(s, "line 40\n"));
	transcript_clear(&s->t);
	assert_string_equal(screen(s), "");
	add_lines(s, 0, 3);
	assert_true(shows(s, "line 2\n"));
}

static void
folding_keeps_the_place(void **state)
{
	struct scene *s = *state;
	add_lines(s, 0, 20);
	struct block *tool = add(s, BLOCK_TOOL, "a\nb\nc\nd\ne\nf\ng\nh");
	tool->title = mem_strdup("read");
	add_lines(s, 20, 20);
	tool->folded = false;
	transcript_touch(&s->t, tool);
	view_show(&s->v, &s->t, tool->id, 6);
	assert_true(shows(s, "d\n"));
	tool->folded = true;
	transcript_touch(&s->t, tool);
	view_refold(&s->v);
	assert_true(shows(s, "▸ read\n"));
	assert_false(shows(s, "d\nd"));
}

static void
the_cache_holds_little_more_than_what_is_seen(void **state)
{
	struct scene *s = *state;
	for (int i = 0; i < 3000; i++)
		add_lines(s, i * 3, 3);
	view_home(&s->v, &s->t);
	for (int i = 0; i < 1000; i++) {
		view_scroll(&s->v, &s->t, 8);
		view_lay_out(&s->v, &s->t);
		assert_true(s->v.cache.parts.n < 150);
	}
}

static void
beside_others_a_view_jumps(void **state)
{
	struct scene *s = *state;
	s->v.jumps = true;
	struct block *b = transcript_add(&s->t, BLOCK_TEXT, NULL, 0);
	int moves = 0;
	char first[40] = "";
	for (int i = 0; i < 100; i++) {
		char line[40];
		int n = snprintf(line, sizeof line, "line %d\n\n", i);
		transcript_grow(&s->t, b, line, (size_t)n);
		snprintf(line, sizeof line, "line %d\n", i);
		assert_true(shows(s, line));    /* the end is always seen */
		const char *now = screen(s);
		size_t k = strcspn(now, "\n");
		moves += strncmp(first, now, k) != 0;
		snprintf(first, sizeof first, "%.*s", (int)k, now);
	}
	assert_true(moves < 35);                /* and not each line moves all the others */
}

int
main(void)
{
#define scene(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		scene(blocks_have_an_empty_row_between_them_but_calls_keep_together),
		scene(queued_messages_are_not_in_the_view),
		scene(a_growing_reply_is_followed),
		scene(a_held_view_stays_when_its_text_becomes_a_piece_of_its_own),
		scene(scrolling_holds_and_the_end_follows_again),
		scene(what_fits_is_followed_whatever_is_scrolled),
		scene(an_empty_transcript_can_be_scrolled),
		scene(a_new_width_keeps_the_place),
		scene(an_anchor_that_went_away_leaves_a_sensible_place),
		scene(folding_keeps_the_place),
		scene(the_cache_holds_little_more_than_what_is_seen),
		scene(beside_others_a_view_jumps),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
