/* Places in a text outlive what happens to its layout. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "ui/caret.h"

struct scene {
	struct transcript t;
	struct view v;
};

static const char reply[] = "# Head\n\nSome **bold** words that are too many for a row,  and `code` and 中文字 and e\xcc\x81.\n\n"
	"> quoted words that are too many for a row as well\n>\n> - an item in it\n\n"
	"1. one one one one one one one one one one one\n2. two\n\n   more of two\n\n---\n\n"
	"```c\nint main(void)\n{\n\treturn 0; /* a comment that is long */\n\n}\n```\n\nThe end of it, and a last line.\n";

static int
setup(void **state)
{
	struct scene *s = mem_alloc(sizeof *s);
	transcript_init(&s->t);
	view_init(&s->v);
	view_resize(&s->v, 30, 8);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;
	view_done(&s->v);
	transcript_done(&s->t);
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

/* One of everything. */
static void
add_all(struct scene *s)
{
	add(s, BLOCK_USER, "a question    with   spaces, which does not fit\n\ninto a row");
	add(s, BLOCK_TEXT, reply)->title = mem_strdup("opus-4-7");
	struct block *b = add(s, BLOCK_TOOL, "{\"path\": \"configure.ac\"}\n\nthe same\nthe same\n");
	b->title = mem_strdup("read_file");
	b->detail = mem_strdup("result\n\nresult 2\n");
	b->folded = false;
	transcript_touch(&s->t, b);
	b = add(s, BLOCK_ERROR, "It did not work");
	b->detail = mem_strdup("{}");
	b->folded = true;
	transcript_touch(&s->t, b);
	add(s, BLOCK_NOTE, "");
	add(s, BLOCK_NOTE, "note");
}

/* The character at the spot; "" in a row without text. */
static void
read_at(struct scene *s, const struct spot *at, char out[40])
{
	const struct rows *r = view_rows(&s->v, &s->t, &at->place);
	size_t n;
	int cells;
	const char *text = caret_text(r, at->place.row, &n);
	snprintf(out, 40, "%.*s", (int)caret_character(r, at->place.row, at->at, &cells), text + at->at);
}

static void
assert_same(const struct spot *a, const struct spot *b)
{
	assert_int_equal(a->place.block, b->place.block);
	assert_int_equal(a->place.part, b->place.part);
	assert_int_equal(a->place.row, b->place.row);
	assert_int_equal(a->at, b->at);
}

static struct spot
first(struct scene *s)
{
	struct spot at = { 0 };
	assert_true(view_first(&s->v, &s->t, &at.place));
	caret_put(&s->v, &s->t, &at, 0);
	return at;
}

static void
every_place_is_found_again(void **state)
{
	struct scene *s = *state;
	add_all(s);
	int n = 0;
	struct spot at = first(s);
	do {
		struct spot again;
		struct mark m = caret_mark(&s->v, &s->t, &at);
		assert_true(caret_find(&s->v, &s->t, &m, &again));
		assert_same(&at, &again);
		n++;
	} while (caret_next(&s->v, &s->t, &at));
	assert_true(n > 400);
	for (; n > 1; n--)
		assert_true(caret_previous(&s->v, &s->t, &at));
	struct spot begin = first(s);
	assert_same(&at, &begin);
	assert_false(caret_previous(&s->v, &s->t, &at));
}

static void
a_character_is_found_at_every_width(void **state)
{
	struct scene *s = *state;
	add_all(s);
	struct spot at = first(s), there, back;
	do {
		char here[40], then[40];
		view_resize(&s->v, 30, 8);
		read_at(s, &at, here);
		struct mark m = caret_mark(&s->v, &s->t, &at);
		for (int width = 20; width < 90; width += 7) {
			view_resize(&s->v, width, 8);
			assert_true(caret_find(&s->v, &s->t, &m, &there));
			read_at(s, &there, then);
			if (*here == ' ' || strcmp(here, "─") == 0)
				continue;       /* a break may have taken it; a rule is as long as the row */
			assert_string_equal(then, here);
			struct mark again = caret_mark(&s->v, &s->t, &there);
			view_resize(&s->v, 30, 8);
			assert_true(caret_find(&s->v, &s->t, &again, &back));
			assert_same(&at, &back);
		}
		view_resize(&s->v, 30, 8);
	} while (caret_next(&s->v, &s->t, &at));
}

static void
a_reply_that_streams_leaves_it_where_it_is(void **state)
{
	struct scene *s = *state;
	add(s, BLOCK_USER, "question");
	struct block *b = transcript_add(&s->t, BLOCK_TEXT, NULL, 0);
	const char *word = strstr(reply, "quoted"), *code = strstr(reply, "comment");
	struct mark m[2];
	struct spot at;
	char c[40];
	for (const char *p = reply; *p != '\0'; p++) {
		transcript_grow(&s->t, b, p, 1);
		const char *const found[] = { word, code };
		for (int i = 0; i < 2; i++) {
			if (p == found[i] + 6) {
				size_t offset = (size_t)(found[i] - reply);
				assert_true(caret_find_text(&s->v, &s->t, b->id, offset, i == 0 ? "quoted" : "comment", &at));
				m[i] = caret_mark(&s->v, &s->t, &at);
			}
			if (p < found[i] + 6)
				continue;
			assert_true(caret_find(&s->v, &s->t, &m[i], &at));
			read_at(s, &at, c);
			assert_string_equal(c, i == 0 ? "q" : "c");
			caret_word_end(&s->v, &s->t, &at);
			read_at(s, &at, c);
			assert_string_equal(c, i == 0 ? "d" : "t");
		}
	}
}

static void
what_went_away_leaves_a_sensible_place(void **state)
{
	struct scene *s = *state;
	add_all(s);
	struct spot at = first(s);
	struct VEC(struct mark) marks = { 0 };
	do
		vec_add(&marks, caret_mark(&s->v, &s->t, &at));
	while (caret_next(&s->v, &s->t, &at));
	while (s->t.blocks.n > 0) {
		for (size_t i = 0; i < s->t.blocks.n; i++) {    /* first folded, then gone */
			s->t.blocks.v[i]->folded = true;
			transcript_touch(&s->t, s->t.blocks.v[i]);
		}
		for (size_t i = 0; i < marks.n; i++)
			assert_true(caret_find(&s->v, &s->t, &marks.v[i], &at));
		transcript_remove(&s->t, s->t.blocks.v[s->t.blocks.n / 2]);
	}
	assert_false(caret_find(&s->v, &s->t, &marks.v[0], &at));
	vec_done(&marks);
}

static void
a_match_is_found_as_it_is_shown(void **state)
{
	struct scene *s = *state;
	const char *text = "x\n\na **needle**, [needle](http://h/) and\nneedle three\n";
	struct block *b = add(s, BLOCK_TEXT, text);
	struct spot at, again;
	size_t seen = 0;
	for (const char *p = text; (p = strstr(p, "needle")) != NULL; p++, seen++) {
		assert_true(caret_find_text(&s->v, &s->t, b->id, (size_t)(p - text), "needle", &at));
		char c[40];
		read_at(s, &at, c);
		assert_string_equal(c, "n");
		if (seen > 0)
			assert_int_equal(caret_compare(&again, &at), -1);
		again = at;
	}
	assert_int_equal(seen, 3);
}

int
main(void)
{
#define scene(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		scene(every_place_is_found_again),
		scene(a_character_is_found_at_every_width),
		scene(a_reply_that_streams_leaves_it_where_it_is),
		scene(what_went_away_leaves_a_sensible_place),
		scene(a_match_is_found_as_it_is_shown),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
