/* Lists and prompts over the panes: what they show, what keys do to them, what goes on behind. */
#include "config.h"

#include "ui_test.h"

#define UP    "\033[A"
#define DOWN  "\033[B"
#define RIGHT "\033[C"
#define LEFT  "\033[D"
#define PGUP  "\033[5~"
#define PGDN  "\033[6~"
#define HOME  "\033[H"
#define END   "\033[F"
#define CTRL(c) ((c) & 31)

static void
press(struct vtty *t, char c)
{
	char key[] = { (char)CTRL(c), '\0' };
	vtty_type(t, key);
}

/* The screen's line with the text, asserted to be there. */
static const char *
line_with(struct vtty *t, const char *text)
{
	int row = vtty_find(t, text);
	assert_true(row >= 0);
	return vtty_row(t, row);
}

/* ---- moving and choosing --------------------------------------------------------------------- */

static void
arrows_move_and_enter_chooses(void **state)
{
	struct vtty *t = *state;
	say(t, "!list", "detail of 0");
	sees(t, "name");
	sees(t, "● cherry 2");
	vtty_type(t, DOWN DOWN);
	sees(t, "detail of 2");
	vtty_type(t, UP "\r");
	sees(t, "list chosen key1.");
	sees_no(t, "detail of");
	assert_false(vtty_has(t, "list closed"));       /* one of the two */
	say(t, "typed again", "typed again");
}

static void
a_line_across_is_passed_over(void **state)
{
	struct vtty *t = *state;
	say(t, "!list", "detail of 0");
	sees(t, "─ more ─");
	vtty_type(t, DOWN DOWN DOWN);
	sees(t, "detail of 3");
	vtty_type(t, DOWN);
	sees(t, "detail of 5");
	vtty_type(t, UP);
	sees(t, "detail of 3");
	vtty_type(t, END);
	sees(t, "detail of 38");        /* 39 is folded under it */
	vtty_type(t, PGUP);
	sees_no(t, "detail of 38");
	vtty_type(t, HOME);
	sees(t, "detail of 0");
	vtty_type(t, PGDN);
	sees_no(t, "detail of 0");
}

static void
escape_closes_and_the_input_has_its_text_still(void **state)
{
	struct vtty *t = *state;
	say(t, "!list", "detail of 0");
	vtty_type(t, "xyz");
	sees(t, "❯ xyz");
	vtty_type(t, "\033");
	sees(t, "list closed .");
	sees_no(t, "xyz");
	say(t, "!list 3", "detail of 0");
	press(t, 'c');
	sees_no(t, "detail of 0");
	sees(t, READY);
}

static void
other_keys_are_told_with_the_row(void **state)
{
	struct vtty *t = *state;
	say(t, "!list", "detail of 0");
	vtty_type(t, DOWN);
	sees(t, "detail of 1");
	press(t, 's');
	vtty_type(t, "\033[3~\t");
	press(t, 't');
	sees(t, "another title");
	sees(t, " now ");
	assert_non_null(strstr(line_with(t, "another title"), " now "));
	vtty_type(t, "\033");
	sees(t, "list C-s key1.");
	sees(t, "list Delete key1.");
	sees(t, "list Tab key1.");
}

static void
the_wheel_and_a_click_move_the_cursor(void **state)
{
	(void)state;
	const char *const env[] = { "FIXTURE_MOUSE=1", NULL };
	struct vtty *t = fixture_start(24, 80, NULL, env);
	sees(t, READY);
	say(t, "!list", "detail of 0");
	vtty_type(t, "\033[<65;20;10M");
	sees(t, "detail of 3");
	vtty_type(t, "\033[<64;20;10M");
	sees(t, "detail of 0");
	char click[40];
	snprintf(click, sizeof click, "\033[<0;20;%dM", vtty_find(t, "cherry 2") + 1);
	vtty_type(t, click);
	sees(t, "detail of 2");
	assert_int_equal(teardown((void **)&t), 0);
}

/* ---- the filter ------------------------------------------------------------------------------------ */

static void
typing_filters_by_all_words_with_the_best_first(void **state)
{
	struct vtty *t = *state;
	say(t, "!list", "detail of 0");
	vtty_type(t, "sun durian 13");
	sees(t, "detail of 13");
	sees_no(t, "apple");
	sees_no(t, "─ more ─");
	press(t, 'w');
	sees(t, "durian 3 ");
	press(t, 'u');
	sees(t, "apple 0");
	sees(t, "─ more ─");
	vtty_type(t, "qqqq");
	sees(t, "Nothing matches.");
	vtty_type(t, "\r");             /* nothing to choose */
	vtty_type(t, "\177\177\177\177");
	sees(t, "apple 0");
	vtty_paste(t, "Birne 梨 6\nnot this");
	sees(t, "❯ Birne 梨 6");
	sees(t, "detail of 6");
	assert_false(vtty_has(t, "not this"));
	vtty_type(t, "\r");
	sees(t, "list chosen key6.");
}

static void
a_list_opens_where_it_was_told_to(void **state)
{
	struct vtty *t = *state;
	say(t, "!list 40 key22", "detail of 22");
	vtty_type(t, "\033");
	sees_no(t, "detail of");
	say(t, "!list 40 key22 cherry", "❯ cherry");
	sees(t, "detail of 22");
	sees_no(t, "apple");
}

static void
what_is_folded_opens_and_folds(void **state)
{
	struct vtty *t = *state;
	say(t, "!list 40 key3", "▸ durian 3");
	assert_false(vtty_has(t, "elderberry"));
	vtty_type(t, RIGHT);
	sees(t, "▾ durian 3");
	sees(t, "    elderberry 4");
	vtty_type(t, DOWN);
	sees(t, "detail of 4");
	vtty_type(t, LEFT);
	sees(t, "detail of 3");
	sees_no(t, "elderberry");
	vtty_type(t, "sun 14");         /* found alone: it stands alone */
	sees(t, "elderberry 14");
	press(t, 'u');
	vtty_type(t, "zone");           /* found with the row above it: stays folded */
	sees(t, "❯ zone");
	sees(t, " 1/32 ");              /* of 40, eight are folded */
	sees_no(t, "elderberry");
}

/* ---- while it is open ---------------------------------------------------------------------------------- */

static void
other_rows_leave_cursor_filter_and_scroll(void **state)
{
	struct vtty *t = *state;
	say(t, "!list 40 key20", "detail of 20");
	vtty_type(t, DOWN);
	sees(t, "detail of 21");
	sees(t, " 19/33 ");             /* below all rows: they are painted */
	int row = vtty_find(t, "Birne 梨 21");
	press(t, 'r');                  /* key0 is gone, five are new at the end */
	sees(t, " 18/37 ");
	sees(t, "detail of 21");
	assert_int_equal(vtty_find(t, "Birne 梨 21"), row);
	vtty_type(t, "cherry");
	sees(t, "detail of 2");
	vtty_type(t, DOWN DOWN);
	sees(t, "detail of 12");
	press(t, 'r');
	vtty_type(t, DOWN);
	sees(t, "❯ cherry");
	sees(t, "detail of 17");
	press(t, 'x');
	sees(t, "There is *no* fruit.");
	sees(t, "❯ cherry");
}

static void
a_reply_streams_on_behind_a_list(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "!stream 400 100 line\r");
	say(t, "!list 2", "detail of 0");
	sees(t, "Esc stop");
	vtty_type(t, "app");
	sees(t, "❯ app");
	sees_no(t, "Esc stop");         /* it ended; the keys never reached it */
	vtty_type(t, "\033");
	sees(t, "line 399 of");
	sees_no(t, "❯ app");
}

static void
a_question_comes_before_a_prompt_before_a_list_before_a_sheet(void **state)
{
	struct vtty *t = *state;
	say(t, "!over 5", "First of all?");
	vtty_type(t, "y");
	sees_no(t, "First of all?");
	sees(t, "Name: ❯ 5");
	vtty_type(t, "6\r");
	sees(t, "detail of 0");
	vtty_type(t, DOWN "\r");
	sees(t, "sheet row 3");
	vtty_type(t, "q");
	sees(t, "answered yes");
	sees(t, "prompt says 56.");
	sees(t, "list chosen key1.");
}

static void
a_question_over_a_list_gives_the_keys_back(void **state)
{
	struct vtty *t = *state;
	say(t, "!list 5", "detail of 0");
	press(t, 'a');
	sees(t, "Sure?");
	vtty_type(t, "n");
	sees_no(t, "Sure?");
	vtty_type(t, "cherry");
	sees(t, "❯ cherry");
	vtty_type(t, "\033");
	sees(t, "answered no");
}

/* ---- any terminal --------------------------------------------------------------------------------------- */

static void
narrow_and_low_screens_keep_what_matters(void **state)
{
	struct vtty *t = *state;
	say(t, "!list", "detail of 0");
	vtty_resize(t, 20, 60);
	sees(t, "detail of 0");
	sees(t, "in the sun");
	vtty_resize(t, 10, 40);
	sees_no(t, "in the sun");
	sees(t, "apple 0");
	sees(t, "cherry 2");
	sees(t, "Enter use");
	vtty_type(t, "cher");
	sees(t, "❯ cher");
	static const int sizes[][2] = { { 1, 1 }, { 3, 10 }, { 5, 8 }, { 6, 200 }, { 60, 20 }, { 2, 80 } };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		vtty_resize(t, sizes[i][0], sizes[i][1]);
		vtty_settle(t, 30);
	}
	vtty_resize(t, 24, 100);
	sees(t, "detail of 2");
	sees(t, "❯ cher");
}

static void
no_colour_and_ascii_show_the_cursor_too(void **state)
{
	(void)state;
	static const char *const env[] = { "LC_ALL=C", "NO_COLOR=1", NULL };
	struct vtty *t = fixture_start(24, 80, "vt100", env);
	sees(t, READY);
	say(t, "!list", "detail of 0");
	vtty_type(t, DOWN DOWN);
	sees(t, "detail of 2");         /* below all rows: they are painted */
	int row = vtty_find(t, "* cherry 2");
	assert_true(row > 0);
	assert_true(vtty_cell(t, row, 20).reverse);
	assert_false(vtty_cell(t, row - 1, 20).reverse);
	size_t n;
	const char *raw = vtty_raw(t, &n);
	for (size_t i = 0; i < n; i++)
		assert_true((unsigned char)raw[i] < 0x80);
	assert_false(vtty_sent_color(t));
	assert_int_equal(teardown((void **)&t), 0);
}

/* ---- prompts ------------------------------------------------------------------------------------------------ */

static void
a_prompt_is_edited_and_answered(void **state)
{
	struct vtty *t = *state;
	say(t, "!prompt Anna", "Name: ❯ Anna");
	sees(t, "Some text above.");
	sees(t, "• two");
	vtty_type(t, " Müller");
	press(t, 'a');
	vtty_type(t, "Dr. ");
	press(t, 'e');
	vtty_type(t, LEFT LEFT LEFT LEFT "\177y\033[3~");
	sees(t, "❯ Dr. Anna Myler");
	press(t, 'k');
	vtty_type(t, "梨");
	sees(t, "❯ Dr. Anna My梨");
	int col = 0;
	for (const char *c = line_with(t, "❯ Dr."), *end = strstr(c, "❯ Dr."); c < end; c++)
		col += (*c & 0xc0) != 0x80;
	assert_true(vtty_wait_cursor(t, vtty_find(t, "❯ Dr."), col + (int)strlen("> Dr. Anna My--"), VTTY_SOON));
	vtty_type(t, "\r");
	sees(t, "prompt says Dr. Anna My梨.");
	say(t, "!prompt x", "Name: ❯ x");
	vtty_type(t, "\033");
	sees(t, "prompt says nothing.");
}

static void
a_secret_is_dots(void **state)
{
	struct vtty *t = *state;
	say(t, "!secret", "a secret");
	vtty_type(t, "s3cr");
	sees(t, "❯ ••••");
	vtty_paste(t, "et梨\n");
	sees(t, "❯ •••••••");
	size_t n;
	vtty_raw(t, &n);
	assert_null(memmem(vtty_raw(t, &n), n, "s3c", 3));
	assert_false(vtty_has(t, "s3"));
	vtty_type(t, "\r");
	sees(t, "secret says s3cret梨.");
	vtty_type(t, UP);               /* and it is in no history */
	sees(t, "!secret");
}

static void
a_long_answer_scrolls_in_its_line(void **state)
{
	struct vtty *t = *state;
	vtty_resize(t, 10, 40);
	say(t, "!prompt", "Name: ❯");
	for (int i = 0; i < 30; i++)
		vtty_type(t, "0123456789");
	vtty_type(t, "the end");
	sees(t, "the end");
	vtty_type(t, HOME);
	sees_no(t, "the end");
	sees(t, "❯ 0123456789");
}

/* ---- sheets that change --------------------------------------------------------------------------------------- */

static void
a_sheet_that_changes_stays_where_it_was_scrolled(void **state)
{
	struct vtty *t = *state;
	say(t, "!countdown", " left, row 0");
	vtty_type(t, "jjjjj");
	sees(t, " left, row 5");
	sees_no(t, "left, row 4");
	sees(t, "• 0 left, row 5");     /* counted down to its end */
	assert_false(vtty_has(t, "left, row 4"));
	vtty_type(t, "\rk");            /* somebody waits there: Enter does not close it */
	sees(t, " left, row 4");
	vtty_type(t, "q");
	sees(t, "sheet closed .");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(arrows_move_and_enter_chooses),
		scene(a_line_across_is_passed_over),
		scene(escape_closes_and_the_input_has_its_text_still),
		scene(other_keys_are_told_with_the_row),
		cmocka_unit_test(the_wheel_and_a_click_move_the_cursor),
		scene(typing_filters_by_all_words_with_the_best_first),
		scene(a_list_opens_where_it_was_told_to),
		scene(what_is_folded_opens_and_folds),
		scene(other_rows_leave_cursor_filter_and_scroll),
		scene(a_reply_streams_on_behind_a_list),
		scene(a_question_comes_before_a_prompt_before_a_list_before_a_sheet),
		scene(a_question_over_a_list_gives_the_keys_back),
		scene(narrow_and_low_screens_keep_what_matters),
		cmocka_unit_test(no_colour_and_ascii_show_the_cursor_too),
		scene(a_prompt_is_edited_and_answered),
		scene(a_secret_is_dots),
		scene(a_long_answer_scrolls_in_its_line),
		scene(a_sheet_that_changes_stays_where_it_was_scrolled),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
