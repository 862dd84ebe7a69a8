/* Copy mode: a cursor in the text, what it selects, and what reaches the clipboard. */
#include "config.h"

#include <signal.h>

#include "base/buf.h"
#include "base/str.h"
#include "ui_test.h"

#define ALT_V "\033v"

/* Types keys, and waits until this text was sent to the clipboard. */
static void
copies(struct vtty *t, const char *keys, const char *text)
{
	struct buf sequence = { 0 };
	buf_puts(&sequence, "\033]52;c;");
	str_base64(&sequence, text, strlen(text));
	buf_puts(&sequence, "\a");
	vtty_type(t, keys);
	if (!vtty_wait_sent(t, sequence.s, VTTY_SOON))
		fail_msg("never copied: %s\n(%s)\n%s", text, sequence.s + 1, vtty_screen(t));
	buf_done(&sequence);
	sees(t, "was sent");
	sees_no(t, "copy mode");
}

static bool
caret_is_on(struct vtty *t, const char *character)
{
	int row, col;
	vtty_cursor(t, &row, &col);
	struct vtty_cell cell = vtty_cell(t, row, col);
	return cell.reverse && strcmp(cell.text, character) == 0;
}

/* Types keys, and waits until the cell under the terminal's cursor is this character, reversed. */
static void
goes_to(struct vtty *t, const char *keys, const char *character)
{
	vtty_type(t, keys);
	for (int64_t until = vtty_now_us() + VTTY_SOON * 1000LL; !caret_is_on(t, character); vtty_settle(t, 0)) {
		if (vtty_now_us() > until)
			fail_msg("the cursor never came to \"%s\" by \"%s\": %s", character, keys, vtty_screen(t));
		usleep(1000);
	}
}

static void
enter(struct vtty *t)
{
	vtty_type(t, ALT_V);
	sees(t, " copy mode ");
}

/* ---- the mode ------------------------------------------------------------------------------------ */

static void
it_says_what_it_is_and_leaves_things_as_they_were(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, ALT_V);
	sees(t, "There is no text to copy yet");
	say(t, "!md first\\n\\nlast Line", "last Line");
	vtty_type(t, "draft" ALT_V);
	sees(t, " copy mode ");
	sees(t, "hjkl move  Y line  c code  v select  y copy  Esc leave");
	goes_to(t, "", "l");            /* in the last row that is seen */
	vtty_type(t, "xzyq");           /* x and z are nobody's; y finds nothing selected */
	sees_no(t, "copy mode");
	vtty_type(t, "ed");
	sees(t, "❯ drafted");
	enter(t);
	vtty_type(t, "y");
	sees(t, "Nothing is selected");
	vtty_type(t, "\033");
	sees_no(t, "copy mode");
	enter(t);
	vtty_type(t, "\003");
	sees_no(t, "copy mode");
	sees(t, "❯ drafted");
	enter(t);
	vtty_paste(t, " and pasted");   /* is meant for the line */
	sees(t, "❯ drafted and pasted");
	sees_no(t, "copy mode");
}

static void
f1_has_its_keys(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "\033OP");
	sees(t, "adit-send");
	vtty_type(t, "G\033[5~");
	sees(t, "h j k l, arrows: in copy mode");
	assert_false(vtty_has(t, "adit-copy-move"));    /* it is no function to bind */
}

/* ---- moving -------------------------------------------------------------------------------------- */

static void
the_keys_of_vi_move_it(void **state)
{
	struct vtty *t = *state;
	say(t, "!md Alph0 Bet1-Gamm2 (Delt3)\\n\\nLast row", "Last row");
	enter(t);
	goes_to(t, "kk", "A");
	goes_to(t, "w", "B");
	goes_to(t, "w", "-");
	goes_to(t, "w", "G");
	goes_to(t, "w", "(");
	goes_to(t, "w", "D");
	goes_to(t, "b", "(");
	goes_to(t, "bb", "-");
	goes_to(t, "b", "B");
	goes_to(t, "e", "1");
	goes_to(t, "ee", "2");
	goes_to(t, "$", ")");
	goes_to(t, "0", "A");
	goes_to(t, "l", "l");
	goes_to(t, "ll", "h");
	goes_to(t, "\033[C", "0");
	goes_to(t, "\033[D", "h");
	goes_to(t, "\033[B\033[B", "t");        /* "Last": the cell stays */
	goes_to(t, "\033[A\033[A", "h");
	goes_to(t, "$jj", "w");         /* … and the end */
	goes_to(t, "kk", ")");
	goes_to(t, "\033[1~", "A");
	goes_to(t, "\033OF", ")");
	goes_to(t, "l", ")");           /* a line's end is its end */
	goes_to(t, "^", "A");
	goes_to(t, "h", "A");
}

static void
it_goes_by_screens_and_to_the_ends(void **state)
{
	struct vtty *t = *state;
	say(t, "!stream 100 0 line", "line 99 of");
	enter(t);
	sees(t, "line 99 of");
	vtty_type(t, "g");
	sees(t, " opus-4-7\n line 0 of");
	vtty_type(t, "G");
	sees(t, "line 99 of");
	vtty_type(t, "\006\002");       /* Ctrl-F, Ctrl-B */
	sees_no(t, "line 99 of");
	vtty_type(t, "\004\004");       /* Ctrl-D */
	sees(t, "line 99 of");
	vtty_type(t, "\033[5~\033[5~");
	sees(t, "line 80 of");
	vtty_type(t, "\025\025");       /* Ctrl-U */
	sees(t, "line 70 of");
	vtty_type(t, "\033[6~\033[6~\033[6~\033[6~");
	sees(t, "line 99 of");
	copies(t, "gjY", "line 0 of the reply");
	enter(t);
	copies(t, "gjjjY", "line 1 of the reply");
	enter(t);
	copies(t, "GY", "line 99 of the reply");
	/* Sixteen rows: the last one is line 99, the first is empty, the eighth line 95. */
	enter(t);
	copies(t, "HjY", "line 92 of the reply");
	enter(t);
	copies(t, "MY", "line 95 of the reply");
	enter(t);
	copies(t, "kkLVkkoy", "line 98 of the reply\n\nline 99 of the reply");
}

static void
braces_go_from_message_to_message(void **state)
{
	struct vtty *t = *state;
	say(t, "a question", " a question");
	say(t, "!md The answer\\n\\nof *two* pieces", "of two pieces");
	say(t, "!tool 214 lines", "read_file");
	say(t, "!note Noted", "Noted");
	enter(t);
	goes_to(t, "k{", "r");
	goes_to(t, "{", "o");           /* opus-4-7 */
	copies(t, "jY", "The answer");
	enter(t);
	goes_to(t, "{{{{{{", "y");      /* you */
	goes_to(t, "}", "o");
	goes_to(t, "}", "r");
	copies(t, "Y", "read_file  214 lines");         /* without the sign that says it is folded */
	enter(t);
	goes_to(t, "{", "r");
	goes_to(t, "}}}}", "N");
}

static void
search_brings_it_to_what_was_found(void **state)
{
	struct vtty *t = *state;
	say(t, "!stream 100 0 line", "line 99 of");
	say(t, "!md some Needle, a needle and **one** needle more", "needle more");
	say(t, "!stream 50 0 line", "line 49 of");
	enter(t);
	vtty_type(t, "/");
	sees(t, "search:");
	vtty_type(t, "needle");
	sees(t, "needle more");
	vtty_type(t, "\r");
	sees(t, " copy mode ");
	copies(t, "veey", "needle more");
	enter(t);
	vtty_type(t, "n");
	sees(t, "Nothing was searched yet");
	vtty_type(t, "/needle\r");
	sees(t, "needle more");
	goes_to(t, "nn", "N");
	goes_to(t, "n", "N");
	sees(t, "no more matches");
	copies(t, "Nveey", "needle and");
	enter(t);
	vtty_type(t, "/line 7\033");    /* Esc: the search ends, the mode does not */
	sees(t, " copy mode ");
	sees_no(t, "search:");
}

/* ---- what is copied ----------------------------------------------------------------------------------- */

#define LONG_LINE "A line that is far too long for the narrow screen on which it is shown, so that it takes several rows " \
	"and must be put together again"

static void
wrapped_rows_are_joined(void **state)
{
	struct vtty *t = *state;
	vtty_resize(t, 20, 40);
	say(t, "!md above\\n\\n" LONG_LINE "\\n\\nbelow", " below");
	assert_int_equal(vtty_find(t, "A line that"), vtty_find(t, "together again") - 3);
	enter(t);
	copies(t, "kkY", LONG_LINE);
	enter(t);
	copies(t, "kkkVjjjy", LONG_LINE "\n\nbelow");
	enter(t);
	goes_to(t, "kk0", "A");         /* the line's beginning, not the row's */
	copies(t, "wv$y", LONG_LINE + 2);
	enter(t);
	copies(t, "kk0vjllllly", "A line that is far too long for the narrow");
	/* A paragraph that is typed may have spaces where it breaks. */
	say(t, "the first words of it are here,        and   the others", "the others");
	enter(t);
	copies(t, "Y", "the first words of it are here,        and   the others");
}

static void
h_and_l_go_on_over_the_rows_of_a_line(void **state)
{
	struct vtty *t = *state;
	vtty_resize(t, 20, 40);
	say(t, "!md " LONG_LINE, "together again");
	enter(t);
	goes_to(t, "kk$", "n");
	goes_to(t, "0", "A");
	copies(t, "jhvlly", "e na");    /* "the" ends its row */
}

static void
characters_of_many_bytes_stay_whole(void **state)
{
	struct vtty *t = *state;
	vtty_resize(t, 20, 40);
	say(t, "!md ab中文字de e\xcc\x81x\\n\\nabcdefghijklm", "abcdefghijklm");
	enter(t);
	goes_to(t, "kkll", "中");
	goes_to(t, "l", "文");
	goes_to(t, "jj", "e");          /* the cell below its first half */
	goes_to(t, "kk", "文");
	goes_to(t, "jjl", "f");
	goes_to(t, "kk", "文");         /* from the second half */
	copies(t, "vly", "文字");
	enter(t);
	copies(t, "kk$hvy", "e\xcc\x81");
	say(t, "!md 一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十", "一二三四");
	enter(t);
	copies(t, "Vy", "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十");
}

static void
frames_and_padding_are_left_out(void **state)
{
	struct vtty *t = *state;
	vtty_resize(t, 20, 40);
	say(t, "!md > A quote that does not fit into the row of this pane\\n>\\n> second", "│ second");
	enter(t);
	copies(t, "kkkVGy", "A quote that does not fit into the row of this pane\n\nsecond");
	say(t, "!md | name | grams |\\n|---|---:|\\n| apple | 100 |\\n| pear | 5 |", "pear  │");
	enter(t);
	copies(t, "kkkVGy", "name\tgrams\napple\t100\npear\t5");
	say(t, "!md ```\\nx = 1;   \\ny  =  2;   \\n```", "y  =  2;");
	enter(t);
	copies(t, "kVjy", "x = 1;\ny  =  2;");
	say(t, "!md up\\n\\n---\\n\\ndown", "down");
	enter(t);
	copies(t, "kkkkVGy", "up\n\n\ndown");
	say(t, "!md - item one that is long enough for two rows\\n- item two", "• item two");
	enter(t);
	copies(t, "kkVGy", "• item one that is long enough for two rows\n• item two");
}

static void
control_characters_stay_signs(void **state)
{
	struct vtty *t = *state;
	say(t, "!md before\\e[31mafter\\n\\n```\\nx\\e[2J\\ty\\n```", "after");
	enter(t);
	copies(t, "gjY", "before␛[31mafter");
	enter(t);
	copies(t, "Y", "x␛[2J   y");
}

static void
selecting_is_shown_and_can_be_turned(void **state)
{
	struct vtty *t = *state;
	say(t, "!md abcdefghij", "abcdefghij");
	enter(t);
	goes_to(t, "lllvlll", "g");
	sees(t, "copy mode: characters");
	int row = vtty_find(t, "abcdefghij");
	assert_true(vtty_cell(t, row, 1 + 3).colored);
	assert_true(vtty_cell(t, row, 1 + 5).colored);
	assert_false(vtty_cell(t, row, 1 + 2).colored);
	assert_false(vtty_cell(t, row, 1 + 7).colored);
	goes_to(t, "o", "d");
	goes_to(t, "h", "c");
	vtty_type(t, "V");
	sees(t, "copy mode: lines");
	vtty_type(t, "V");
	sees_no(t, "copy mode: lines");
	vtty_type(t, "v");
	sees(t, "copy mode: characters");
	copies(t, "ly", "cd");
	enter(t);
	copies(t, "lllvlllohy", "cdefg");
	assert_false(vtty_cell(t, row, 1 + 3).colored);
}

/* ---- code --------------------------------------------------------------------------------------------------- */

static void
a_block_of_code_is_copied_as_its_source(void **state)
{
	struct vtty *t = *state;
	vtty_resize(t, 20, 40);
	say(t, "!md Text\\n\\n```c\\nif (x)\\n\\treturn \"a line that is much too long for this screen\";\\n\\n\\t\\tend();  \\n```",
	    "end();");
	static const char source[] =
	    "if (x)\n\treturn \"a line that is much too long for this screen\";\n\n\t\tend();  ";
	enter(t);
	copies(t, "c", source);
	say(t, "!note And then", "And then");
	enter(t);
	vtty_type(t, "c");
	sees(t, "There is no block of code");
	vtty_type(t, "q");
	/* From the language's name as well; two blocks are two; in an item, and in a quote. */
	say(t, "!md - item\\n\\n  ```sh\\n  \\tindented\\n  plain \\e[1m\\n  ```\\n\\n> ```\\n> quoted\\n>   more\\n> ```", "more");
	enter(t);
	copies(t, "c", "quoted\n  more");
	enter(t);
	copies(t, "kkkkkc", "\tindented\nplain ␛[1m");
}

static void
what_a_tool_said_is_code_too(void **state)
{
	struct vtty *t = *state;
	say(t, "!tool 214 lines", "read_file");
	vtty_type(t, "\017");
	sees(t, "result line 2");
	enter(t);
	copies(t, "c", "result line 1\nresult line 2");
	enter(t);
	copies(t, "kkc", "{\"path\": \"configure.ac\"}\nargument line");
}

/* ---- while other things happen ----------------------------------------------------------------------- */

static void
the_pane_stays_while_a_reply_streams(void **state)
{
	struct vtty *t = *state;
	say(t, "!stream 100 0 line", "line 99 of");
	vtty_type(t, "!stream 100000 100 line\r");
	sees(t, "line 20 of");
	vtty_type(t, ALT_V "g");
	sees(t, " opus-4-7\n line 0 of");
	sees(t, " new lines");
	char *before = strdup(vtty_screen(t));
	char *end = strstr(before, "────");
	assert_non_null(end);
	*end = '\0';
	for (int i = 0; i < 3; i++) {   /* three frames in which the count went on */
		char count[40] = "";
		const char *at = strstr(vtty_screen(t), " new lines");
		assert_non_null(at);
		snprintf(count, sizeof count, "%.12s", at - 4);
		sees_no(t, count);
	}
	assert_int_equal(strncmp(before, vtty_screen(t), strlen(before)), 0);
	free(before);
	copies(t, "jY", "line 0 of the reply");
	sees_no(t, "line 0 of");        /* it follows again */
	vtty_type(t, "\033[5~");
	sees(t, "new line");
	enter(t);
	copies(t, "gjvey", "line");
	sees(t, "new line");            /* and a held one is still held */
}

static void
a_resize_keeps_it_on_its_character(void **state)
{
	struct vtty *t = *state;
	say(t, "!stream 600 0 words", "end 599");
	say(t, "!md " LONG_LINE " with a Needle in it and more behind it", "Needle");
	say(t, "!stream 600 0 words", "end 599");
	enter(t);
	vtty_type(t, "/Needle\r");
	goes_to(t, "", "N");
	static const int sizes[][2] = { { 12, 40 }, { 30, 120 }, { 10, 41 }, { 1, 1 }, { 3, 10 }, { 24, 57 }, { 20, 80 } };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		vtty_resize(t, sizes[i][0], sizes[i][1]);
		if (sizes[i][1] >= 40)
			goes_to(t, "", "N");
	}
	copies(t, "vey", "Needle");
}

/* Whoever presses y to copy has not allowed a command that was asked for in that moment. */
static void
a_question_takes_over_but_not_the_key_for_the_text(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "!later !approve rm -r build\r");
	say(t, "!md some text", "some text");
	enter(t);
	vtty_type(t, "V");
	sees(t, "copy mode: lines");
	vtty_kill(t, SIGUSR1);
	sees(t, "Run a command?");
	sees_no(t, "copy mode");
	vtty_type(t, "y");
	sees(t, "This question came while you were copying");
	sees(t, "Run a command?");
	vtty_type(t, "y");
	sees(t, "allowed");
	vtty_type(t, "!later !ask Really?\r" ALT_V);
	sees(t, " copy mode ");
	vtty_kill(t, SIGUSR1);
	sees(t, "Really?");
	sees_no(t, "copy mode");
	vtty_type(t, "yn");
	sees(t, "answered no");
	assert_false(vtty_has(t, "answered yes"));
}

static void
what_opens_meanwhile_takes_over(void **state)
{
	struct vtty *t = *state;
	say(t, "!stream 100 0 line", "line 99 of");
	static const struct {
		const char *what, *seen;
	} others[] = { { "sheet Some title", "sheet row 5" }, { "list", "apple" }, { "prompt typed", "Some text above" } };
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		vtty_type(t, "!later !");
		vtty_type(t, others[i].what);
		vtty_type(t, "\r" ALT_V "g/line 4");
		sees(t, "search: line 4");
		vtty_kill(t, SIGUSR1);
		sees(t, others[i].seen);
		vtty_type(t, "\033");
		sees_no(t, others[i].seen);
		sees_no(t, "search:");
		sees_no(t, "copy mode");
		vtty_type(t, "typed");
		sees(t, "❯ typed");
		vtty_type(t, "\025");
		sees_no(t, "typed");
	}
}

static void
it_ends_with_its_pane(void **state)
{
	(void)state;
	const char *const env[] = { "FIXTURE_MOUSE=1", NULL };
	struct vtty *t = fixture_start(24, 120, NULL, env);
	sees(t, READY);
	say(t, "!md main text", "main text");
	say(t, "!agent scan-tests", "│1 scan-tests");
	vtty_type(t, "\0331");
	say(t, "!md text of the Subagent", "text of the Sub");
	enter(t);
	goes_to(t, "www", "S");
	vtty_type(t, "\033z");          /* alone, and again beside main */
	sees_no(t, "main text");
	goes_to(t, "", "S");
	vtty_type(t, "\033z");
	sees(t, "main text");
	goes_to(t, "", "S");
	vtty_type(t, "\033[<0;3;8M");   /* a click into main */
	sees_no(t, "copy mode");
	sees(t, "❯ Ask something");
	vtty_type(t, "\0331");
	vtty_type(t, "!later !gone\r" ALT_V);
	sees(t, " copy mode ");
	vtty_kill(t, SIGUSR1);
	sees_no(t, "copy mode");
	sees_no(t, "Subagent");
	vtty_type(t, "still here");
	sees(t, "❯ still here");
	assert_int_equal(teardown((void **)&t), 0);
}

static void
the_mouse_scrolls_and_points(void **state)
{
	(void)state;
	const char *const env[] = { "FIXTURE_MOUSE=1", NULL };
	struct vtty *t = fixture_start(20, 80, NULL, env);
	sees(t, READY);
	say(t, "!stream 200 0 line", "line 199 of");
	enter(t);
	vtty_type(t, "\033[<64;10;5M\033[<64;10;5M");
	sees_no(t, "line 199 of");
	sees(t, " copy mode ");
	vtty_type(t, "\033[<65;10;5M\033[<65;10;5M\033[<65;10;5M");
	sees(t, "line 199 of");
	int row = vtty_find(t, "line 195 of");
	char click[40];
	snprintf(click, sizeof click, "\033[<0;%d;%dM", 1 + 1 + 5, row + 1);
	goes_to(t, click, "1");
	copies(t, "vey", "195");
	assert_int_equal(teardown((void **)&t), 0);
}

/* ---- terminals ----------------------------------------------------------------------------------------------- */

static void
tmux_passes_it_on(void **state)
{
	(void)state;
	const char *const env[] = { "TMUX=/tmp/tmux", NULL };
	struct vtty *t = fixture_start(20, 80, "tmux-256color", env);
	sees(t, READY);
	say(t, "!md the answer", "the answer");
	vtty_type(t, ALT_V "Y");
	sees(t, "was sent to the clipboard");
	assert_true(vtty_wait_sent(t, "\033Ptmux;\033\033]52;c;dGhlIGFuc3dlcg==\a\033\\", VTTY_SOON));
	assert_int_equal(teardown((void **)&t), 0);
}

static void
what_is_too_long_is_said_and_stays_selected(void **state)
{
	struct vtty *t = *state;
	say(t, "!stream 20000 0 words", "end 19991");
	enter(t);
	vtty_type(t, "gVGy");
	sees(t, "Too long for the clipboard: see adit sessions export");
	assert_false(vtty_sent(t, "\033]52;"));
	sees(t, "copy mode: lines");
	vtty_type(t, "q");
	say(t, "!md short", " short");
	enter(t);
	copies(t, "Vy", "short");
}

static void
the_c_locale_works(void **state)
{
	(void)state;
	const char *const env[] = { "LC_ALL=C", NULL };
	struct vtty *t = fixture_start(20, 90, NULL, env);
	sees(t, READY);
	say(t, "!md > - caf\xc3\xa9 one\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |", "1 | 2");
	enter(t);
	goes_to(t, "gjw", "c");
	copies(t, "VGy", "* cafe one\n\na\tb\n1\t2");
	size_t n;
	const char *raw = vtty_raw(t, &n);
	for (size_t i = 0; i < n; i++)
		assert_true((unsigned char)raw[i] < 0x80);
	assert_int_equal(teardown((void **)&t), 0);
}

static void
forty_by_ten_is_enough(void **state)
{
	(void)state;
	struct vtty *t = fixture_start(10, 40, NULL, NULL);
	sees(t, "❯ Ask something");
	say(t, "!stream 30 0 line", "line 29 of");
	enter(t);
	sees(t, " copy mode   v select  y copy  Esc leave");
	vtty_type(t, "v");
	sees(t, " copy mode: characters");
	sees(t, "  y copy");
	vtty_type(t, "g");
	sees(t, "line 0 of");
	vtty_type(t, "q");
	sees_no(t, "copy mode");
	enter(t);
	copies(t, "gjVjjy", "line 0 of the reply\n\nline 1 of the reply");
	assert_int_equal(teardown((void **)&t), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(it_says_what_it_is_and_leaves_things_as_they_were),
		scene(f1_has_its_keys),
		scene(the_keys_of_vi_move_it),
		scene(it_goes_by_screens_and_to_the_ends),
		scene(braces_go_from_message_to_message),
		scene(search_brings_it_to_what_was_found),
		scene(wrapped_rows_are_joined),
		scene(h_and_l_go_on_over_the_rows_of_a_line),
		scene(characters_of_many_bytes_stay_whole),
		scene(frames_and_padding_are_left_out),
		scene(control_characters_stay_signs),
		scene(selecting_is_shown_and_can_be_turned),
		scene(a_block_of_code_is_copied_as_its_source),
		scene(what_a_tool_said_is_code_too),
		scene(the_pane_stays_while_a_reply_streams),
		scene(a_resize_keeps_it_on_its_character),
		scene(a_question_takes_over_but_not_the_key_for_the_text),
		scene(what_opens_meanwhile_takes_over),
		cmocka_unit_test(it_ends_with_its_pane),
		cmocka_unit_test(the_mouse_scrolls_and_points),
		cmocka_unit_test(tmux_passes_it_on),
		scene(what_is_too_long_is_said_and_stays_selected),
		cmocka_unit_test(the_c_locale_works),
		cmocka_unit_test(forty_by_ten_is_enough),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
