/* What the screen shows, at any size, in any terminal, whatever anybody says. */
#include "config.h"

#include <signal.h>

#include "ui_test.h"

/* ---- following and holding -------------------------------------------------------------------- */

static void
a_view_follows_until_it_is_scrolled_and_again_at_the_end(void **state)
{
	struct vtty *t = *state;
	say(t, "!stream 200 0 line", "line 199 of");
	vtty_type(t, "\033[5~");        /* PgUp */
	sees_no(t, "line 199 of");
	sees(t, "↓ more");
	say(t, "!stream 5 0 line", "line 4 of");        /* saying something follows again */
	vtty_type(t, "\033[5~");
	sees_no(t, "line 4 of");
	vtty_type(t, "\033[6~");        /* PgDn */
	sees(t, "line 4 of");
	sees_no(t, "↓ more");
}

static void
a_held_view_stays_and_counts_what_is_new(void **state)
{
	struct vtty *t = *state;
	say(t, "!stream 200 0 line", "line 199 of");
	vtty_type(t, "!stream 100000 100 line\r");
	sees(t, "Esc stop");
	vtty_type(t, "\033[1;3H");      /* Alt-Home */
	sees(t, "line 0 of the reply");
	sees(t, " new lines");
	vtty_type(t, "\033");
	sees_no(t, "Esc stop");         /* the reply ended */
	sees(t, "line 0 of the reply");
	vtty_type(t, "\033[1;3F");      /* Alt-End */
	sees(t, " stopped");
	sees_no(t, "new lines");
}

static void
a_resize_keeps_the_place(void **state)
{
	struct vtty *t = *state;
	say(t, "!stream 3000 0 words", "end 2999");
	vtty_type(t, "\033[5~\033[5~\033[5~");
	sees(t, "↓ more");
	sees_typed(t, "x", "x");
	char place[40] = "";            /* a number: it is not broken */
	for (int r = 1; r < 4 && *place == '\0'; r++) {
		const char *end = strstr(vtty_row(t, r), "end ");
		if (end != NULL)
			snprintf(place, sizeof place, "%.5s", end + 4);
	}
	assert_true(*place != '\0');
	vtty_resize(t, 30, 47);
	sees_typed(t, "y", "xy");
	sees_typed(t, "z", "xyz");      /* by the second key the size was certainly seen */
	sees(t, place);
	assert_true(vtty_find(t, place) < 7);
	vtty_resize(t, 20, 80);
	sees_typed(t, "Y", "xyzY");
	sees_typed(t, "Z", "xyzYZ");
	sees(t, place);
	assert_true(vtty_find(t, place) < 7);
}

static void
the_wheel_scrolls_the_pane_below_it(void **state)
{
	(void)state;
	const char *const env[] = { "FIXTURE_MOUSE=1", NULL };
	struct vtty *t = fixture_start(20, 80, NULL, env);
	sees(t, READY);
	say(t, "!stream 200 0 line", "line 199 of");
	vtty_type(t, "\033[<64;10;5M\033[<64;10;5M");
	sees_no(t, "line 199 of");
	vtty_type(t, "\033[<65;10;5M\033[<65;10;5M\033[<65;10;5M");
	sees(t, "line 199 of");
	vtty_type(t, "\033[<0;3;1M");   /* a click on the bar */
	sees(t, "action auth");
	assert_int_equal(teardown((void **)&t), 0);
}

/* ---- blocks --------------------------------------------------------------------------------------- */

static void
calls_and_reasoning_and_details_open_and_fold(void **state)
{
	struct vtty *t = *state;
	say(t, "!think because of *this*", "▸ thought for 6 s");
	say(t, "!tool 214 lines", "▸ read_file  214 lines");
	say(t, "!error It did not work. Try again.", " It did not work. Try again.\n ▸ details");
	assert_false(vtty_has(t, "because of"));
	vtty_type(t, "\017");           /* Ctrl-O */
	sees(t, "▾ read_file  214 lines");
	sees(t, "argument line");
	sees(t, "result line 2");
	sees(t, "{\"message\":\"raw body\"}");
	vtty_type(t, "\017");
	sees_no(t, "result line 2");
	vtty_type(t, "\024");           /* Ctrl-T */
	sees(t, "▾ thought for 6 s\n because of this");
	vtty_type(t, "\024");
	sees_no(t, "because of");
}

static void
a_finished_reply_is_rendered_markdown(void **state)
{
	struct vtty *t = *state;
	say(t, "!md # Head\\n\\nSome **bold** and `code`.\\n\\n- one\\n- two\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |",
	    " • two");
	sees(t, " opus-4-7\n Head\n\n Some bold and code.");
	int row = vtty_find(t, "Some bold");
	assert_true(vtty_cell(t, row, 6).bold);
	assert_false(vtty_cell(t, row, 1).bold);
	assert_true(vtty_cell(t, row, 15).colored);
	assert_true(vtty_cell(t, vtty_find(t, "Head"), 1).bold);
}

static void
nothing_that_is_said_leaves_its_place(void **state)
{
	struct vtty *t = *state;
	say(t, "!auth sso", "47m left");
	vtty_type(t, "!hostile\r");
	sees(t, "A␛[2J␛[1;1HB");
	vtty_type(t, "q");              /* the sheet closes */
	sees_no(t, "┌─");
	sees_typed(t, "z", "z");
	/* The frame is where it was. */
	assert_non_null(strstr(vtty_row(t, 0), "● profile dev"));
	assert_non_null(strstr(vtty_row(t, 17), "──────"));
	assert_int_equal(strncmp(vtty_row(t, 19), "❯ ", strlen("❯ ")), 0);
	/* No byte of it was sent as it came: neither sequences nor what reorders. */
	static const char *const never[] = { "\033[1;1HB", "\033]0;", "\033]52", "\xe2\x80\xae", "\xc2\x9b",
		"\x9b" "2J", "\x0e", "\x7f", "\xff" };
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		assert_false(vtty_sent(t, never[i]));
	vtty_type(t, "\017\024");       /* and opened */
	sees(t, "▾ thought");
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		assert_false(vtty_sent(t, never[i]));
}

/* ---- search ------------------------------------------------------------------------------------------ */

static void
search_goes_to_older_matches_and_marks_them(void **state)
{
	struct vtty *t = *state;
	say(t, "!stream 300 0 line", "line 299 of");
	vtty_type(t, "\033/");          /* Alt-/ */
	sees(t, "search:");
	vtty_type(t, "LINE 1");         /* capitals count */
	sees(t, "no more matches");
	vtty_type(t, "\177\177\177\177\177\177line 17");
	sees(t, "line 179 of");
	int row = vtty_find(t, "line 179 of");
	assert_true(vtty_cell(t, row, 1).colored || vtty_cell(t, row, 1).reverse);
	vtty_type(t, "\rnn");
	sees(t, "search: line 17 ");
	vtty_type(t, "nnnnnn");
	sees(t, "line 171 of");
	vtty_type(t, "Nx");             /* any other key ends it and counts */
	sees(t, "❯ x");
	sees_no(t, "search:");
	vtty_type(t, "\033[1;3F");
	sees(t, "line 299 of");
}

static void
search_opens_what_is_folded(void **state)
{
	struct vtty *t = *state;
	say(t, "!think the needle is here", "▸ thought");
	say(t, "!stream 100 0 line", "line 99 of");
	vtty_type(t, "\033/needle");
	sees(t, "the needle is here");
	vtty_type(t, "\033");
	sees_no(t, "search:");
}

/* ---- panes ---------------------------------------------------------------------------------------------- */

static void
subagents_stand_at_the_right_where_there_is_room(void **state)
{
	(void)state;
	struct vtty *t = fixture_ready(24, 120);
	say(t, "!md main text", "main text");
	say(t, "!agent scan-tests", "│1 scan-tests");
	say(t, "!agent read-ci", "│2 read-ci");
	sees(t, " main text");
	vtty_type(t, "\0331");          /* Alt-1 */
	sees(t, "Say something to this subagent");
	say(t, "steer it", "│ steer it");
	vtty_type(t, "\033z");          /* Alt-z: alone, under tabs */
	sees(t, "[main] [1 scan-tests] [2 read-ci]");
	sees_no(t, "main text");
	vtty_type(t, "\033z");
	sees(t, "main text");
	vtty_resize(t, 24, 99);         /* narrow: one at a time */
	sees(t, "[main] [1 scan-tests] [2 read-ci]");
	sees(t, " steer it");
	vtty_type(t, "\0330");
	sees(t, " main text");
	vtty_type(t, "\033p");          /* the one before main is the last */
	sees_no(t, "main text");
	say(t, "!gone", "[main] [1 scan-tests]");
	assert_int_equal(teardown((void **)&t), 0);
}

/* The number behind the first of these words on the screen; -1 without. */
static int
number_after(struct vtty *t, const char *words)
{
	const char *at = strstr(vtty_screen(t), words);
	return at != NULL ? atoi(at + strlen(words)) : -1;
}

/* Waits until it is that high: which ones of those before are painted is a matter of luck. */
static void
sees_number(struct vtty *t, const char *words, int least)
{
	for (int64_t until = vtty_now_us() + VTTY_SOON * 1000LL; number_after(t, words) < least; vtty_settle(t, 0)) {
		if (vtty_now_us() > until)
			fail_msg("%s%d never came: %s", words, least, vtty_screen(t));
		usleep(1000);
	}
}

static void
panes_go_on_under_a_sheet_and_a_question(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "!stream 100000 100 line\r");
	sees(t, "Esc stop");
	say(t, "!sheet Some title", "• sheet row 5");
	vtty_type(t, "G");
	sees(t, "• sheet row 60");
	vtty_type(t, "\033[5~");
	sees_no(t, "• sheet row 60");
	vtty_type(t, "q");
	sees_no(t, "sheet row");
	vtty_type(t, "!ask Really?\r");
	sees(t, "Really?");
	sees(t, "[y/n]");
	sees_number(t, "line ", number_after(t, "line ") + 40);         /* it streams on */
	vtty_type(t, "xy");             /* x is no answer */
	sees(t, "answered yes");
	vtty_type(t, "!ask And now?\r");
	sees(t, "And now?");
	vtty_type(t, "\033");
	sees(t, "answered no");
	vtty_type(t, "still here");
	sees(t, "❯ still here");
}

static void
f1_lists_the_keys_of_the_table(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "draft\033OP");
	sees(t, "Alt-Enter, Ctrl-J: new line");
	sees(t, "adit-newline");
	vtty_type(t, "\033");
	sees_no(t, "adit-newline");
	sees(t, "❯ draft");
}

/* ---- the bars ------------------------------------------------------------------------------------------- */

static void
the_auth_bar_says_who_one_is(void **state)
{
	(void)state;
	struct vtty *t = fixture_ready(24, 100);
	sees(t, " … bearer › … keys › … profile › … chain");
	say(t, "!auth sso", " ✗ bearer › ✗ keys › ● profile dev · sso · 47m left › · chain");
	sees(t, "us-east-1  1234-5678-9012");
	say(t, "!auth broken", " ✗ bearer › ! keys › · profile › … chain");
	say(t, "!auth asking", " ✗ keys › … profile · asking › … chain");
	say(t, "!auth late", "3:1");    /* the last five minutes are counted */
	say(t, "!auth refresh", "refreshing");
	sees_no(t, "3:19");
	say(t, "!auth sso", "47m left");
	vtty_resize(t, 24, 60);
	sees(t, " ● profile dev · sso · 47m   ");
	sees(t, "us-east-1");
	say(t, "!auth none", " ✗ not signed in");
	assert_int_equal(teardown((void **)&t), 0);
}

static void
the_status_line_says_what_is_awaited(void **state)
{
	struct vtty *t = *state;
	sees(t, " opus-4-7 · effort high   ctx ▕██░░░░▏ 18%   ↑18.2k ↓3.1k   $0.14");
	say(t, "!state waiting", "waiting ");
	sees_number(t, "waiting ", 1);
	say(t, "!state thinking", "thinking ");
	sees_number(t, "thinking ", 0);
	say(t, "!state retrying", "Throttled by Bedrock (tokens per minute); trying again in 8s (2 of 5)");
	say(t, "!state idle", "F1 help");
}

static void
an_idle_screen_is_silent(void **state)
{
	struct vtty *t = *state;
	say(t, "!stream 20 0 line", "line 19 of");
	/* A busy machine may take long to come to the last byte; what goes on by itself goes on for ever. */
	for (int64_t until = vtty_now_us() + VTTY_SOON * 1000LL;;) {
		size_t before = vtty_bytes(t);
		int64_t cpu = vtty_cpu_ms(t);
		vtty_settle(t, 1500);
		if (vtty_bytes(t) == before && vtty_cpu_ms(t) - cpu <= 10)
			break;
		assert_true(vtty_now_us() < until);
	}
}

/* ---- terminals -------------------------------------------------------------------------------------------- */

static void
every_size_works(void **state)
{
	struct vtty *t = *state;
	static const int sizes[][2] = { { 10, 40 }, { 1, 1 }, { 2, 2 }, { 1, 80 }, { 20, 1 }, { 3, 3 }, { 4, 10 },
		{ 5, 5 }, { 50, 200 }, { 9, 9 }, { 20, 80 } };
	vtty_type(t, "!agent sub\r!auth sso\r");
	say(t, "!stream 100 0 words", "brown ");
	vtty_type(t, "!stream 100000 300 code\r");
	sees(t, "Esc stop");
	vtty_type(t, "what is typed stays");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		vtty_resize(t, sizes[i][0], sizes[i][1]);
		vtty_type(t, "\033[5~\033[6~\033z\033z\033n");
		vtty_settle(t, 0);
	}
	sees(t, "❯ what is typed stays");
	vtty_resize(t, 10, 40);
	sees(t, "❯ what is typed stays");
	vtty_type(t, "\033OP");
	sees(t, "send");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		vtty_resize(t, sizes[i][0], sizes[i][1]);       /* with a sheet, too */
		vtty_type(t, "jk");
		vtty_settle(t, 0);
	}
	vtty_type(t, "q");
	sees(t, "❯ what is typed stays");
}

static void
a_storm_of_resizes_ends_in_the_right_picture(void **state)
{
	struct vtty *t = *state;
	say(t, "!stream 400 0 words", "end 3");
	for (int i = 0; i < 200; i++)
		vtty_resize(t, 5 + i * 7 % 40, 20 + i * 13 % 140);
	vtty_resize(t, 24, 80);
	sees_typed(t, "x", "x");
	sees_typed(t, "y", "xy");       /* by the second key the size was certainly seen */
	char *storm = strdup(vtty_screen(t));
	size_t sent = vtty_bytes(t);
	vtty_type(t, "\033r");          /* drawn anew it is the same */
	sees_typed(t, "z", "xyz");
	sees_typed(t, "\177", "xy");
	assert_true(vtty_bytes(t) > sent + 24 * 10);
	assert_string_equal(storm, vtty_screen(t));
	free(storm);
}

static void
forty_by_ten_has_everything(void **state)
{
	(void)state;
	struct vtty *t = fixture_start(10, 40, NULL, NULL);
	sees(t, "❯ Ask something");
	say(t, "!auth sso", "● profile dev · sso · 47m");
	say(t, "!md Hello **there**", " Hello there");
	say(t, "!agent sub", "[main] [1 sub]");
	sees(t, " opus-4-7");
	assert_int_equal(teardown((void **)&t), 0);
}

static void
the_c_locale_is_ascii(void **state)
{
	(void)state;
	const char *const env[] = { "LC_ALL=C", NULL };
	struct vtty *t = fixture_start(20, 90, NULL, env);
	sees(t, READY);
	say(t, "!auth sso", " x bearer > x keys > * profile dev . sso - 47m left > . chain");
	say(t, "!md # T\\n\\n- caf\xc3\xa9 \xe4\xb8\x96\\n\\n`x`", "caf");
	sees(t, "* caf");
	say(t, "!tool \xe2\x9c\x93", "> read_file");
	vtty_type(t, "caf\xc3\xa9 \xe4\xb8\x96\xe7\x95\x8c ok");
	sees(t, "ok");
	size_t n;
	const char *raw = vtty_raw(t, &n);
	for (size_t i = 0; i < n; i++)
		assert_true((unsigned char)raw[i] < 0x80);
	vtty_type(t, "\r");
	sees(t, " you\n caf");
	assert_int_equal(teardown((void **)&t), 0);
}

static void
no_color_sends_no_colors(void **state)
{
	(void)state;
	const char *const env[] = { "NO_COLOR=1", NULL };
	struct vtty *t = fixture_start(20, 80, NULL, env);
	sees(t, READY);
	say(t, "!auth sso", "47m");
	say(t, "!md # Head\\n\\n```c\\nint x;\\n```", "int x;");
	assert_false(vtty_sent_color(t));
	assert_true(vtty_cell(t, vtty_find(t, "Head"), 1).bold);
	assert_int_equal(teardown((void **)&t), 0);
}

static void
many_terminals_work(void **state)
{
	(void)state;
	static const char *const terms[] = { "vt100", "xterm", "screen", "tmux-256color", "linux", "rxvt-unicode" };
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		struct vtty *t = fixture_start(12, 60, terms[i], NULL);
		sees(t, "❯ Ask something");
		say(t, "!md **bold** `code`", " bold code");
		say(t, "!stream 100 0 line", "line 99 of");
		vtty_type(t, "\033[5~");
		sees_no(t, "line 99 of");
		/* vt100 has no alternate screen: only what the driver can see is asked. */
		vtty_kill(t, SIGTERM);
		assert_true(vtty_wait_end(t, VTTY_SOON));
		assert_true(vtty_is_cooked(t));
		vtty_finish(t);
	}
}

static void
a_terminal_that_cannot_is_told_about_plain(void **state)
{
	(void)state;
	static const char *const terms[] = { "dumb", "no-such-terminal" };
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		struct vtty *t = fixture_start(12, 60, terms[i], NULL);
		assert_true(vtty_wait_end(t, VTTY_SOON));
		sees(t, "--plain");
		assert_int_equal(vtty_finish(t), 2 << 8);
	}
}

static void
the_scrollback_of_the_terminal_is_never_cleared(void **state)
{
	struct vtty *t = *state;
	vtty_resize(t, 30, 100);
	sees(t, READY);
	vtty_type(t, "\032x");
	sees(t, "❯ x");                 /* the terminal is ours again: keys are not translated */
	vtty_type(t, "\003\033r");
	say(t, "!stream 300 0 words", "end 287");
	assert_false(vtty_sent(t, "\033[3J"));
	assert_int_equal(teardown(state), 0);
	*state = fixture_ready(20, 80);
}

static void
copying_reaches_the_terminals_clipboard(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "\033c");
	sees(t, "There is no reply to copy yet");
	say(t, "!md the answer", "the answer");
	vtty_type(t, "\033c");
	sees(t, "was sent to the clipboard");
	assert_true(vtty_wait_sent(t, "\033]52;c;dGhlIGFuc3dlcg==\a", VTTY_SOON));
	assert_int_equal(teardown(state), 0);
	const char *const env[] = { "TMUX=/tmp/tmux", NULL };
	*state = t = fixture_start(20, 80, "tmux-256color", env);
	sees(t, READY);
	say(t, "!md the answer", "the answer");
	vtty_type(t, "\033c");
	sees(t, "was sent to the clipboard");
	assert_true(vtty_wait_sent(t, "\033Ptmux;\033\033]52;c;dGhlIGFuc3dlcg==\a\033\\", VTTY_SOON));
}

static void
themes_look_different(void **state)
{
	(void)state;
	static const char *const themes[] = { "FIXTURE_THEME=dark", "FIXTURE_THEME=light", "FIXTURE_THEME=contrast" };
	for (size_t i = 0; i < 3; i++) {
		const char *const env[] = { themes[i], NULL };
		struct vtty *t = fixture_start(20, 80, NULL, env);
		sees(t, READY);
		say(t, "!md # Head", "Head");
		if (i < 2)
			assert_true(vtty_sent(t, i == 0 ? ";5;236m" : ";5;254m"));
		else
			assert_true(vtty_cell(t, 0, 1).reverse && !vtty_sent_color(t));
		assert_int_equal(teardown((void **)&t), 0);
	}
}

static void
the_terminals_background_decides_the_theme(void **state)
{
	struct vtty *t = *state;
	assert_true(vtty_sent(t, "\033]11;?\033\\"));
	assert_false(vtty_sent(t, ";5;254m"));
	t = dribble(state, "typed", "\033]11;rgb:ffff/fefe/f0f0\033\\");
	vtty_type(t, " on");
	sees(t, "❯ typed on");          /* none of it was typed */
	assert_true(vtty_wait_sent(t, ";5;254m", VTTY_SOON));
}

static void
many_tabs_keep_the_focused_one(void **state)
{
	struct vtty *t = *state;
	for (int i = 0; i < 9; i++)
		vtty_type(t, "!agent somebody\r");
	sees(t, "[main] [1] [2] [3] [4] [5] [6] [7] [8] [9]");
	vtty_type(t, "\0337");
	sees(t, "[main] [1] [2] [3] [4] [5] [6] [7 somebody] [8] [9]");
	for (int i = 0; i < 20; i++)
		vtty_type(t, "!agent somebody\r");
	sees(t, "30 in all");
	sees(t, "[main]");
	sees(t, "[6] [7 somebody] [8]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_view_follows_until_it_is_scrolled_and_again_at_the_end),
		scene(a_held_view_stays_and_counts_what_is_new),
		scene(a_resize_keeps_the_place),
		cmocka_unit_test(the_wheel_scrolls_the_pane_below_it),
		scene(calls_and_reasoning_and_details_open_and_fold),
		scene(a_finished_reply_is_rendered_markdown),
		scene(nothing_that_is_said_leaves_its_place),
		scene(search_goes_to_older_matches_and_marks_them),
		scene(search_opens_what_is_folded),
		cmocka_unit_test(subagents_stand_at_the_right_where_there_is_room),
		scene(panes_go_on_under_a_sheet_and_a_question),
		scene(f1_lists_the_keys_of_the_table),
		cmocka_unit_test(the_auth_bar_says_who_one_is),
		scene(the_status_line_says_what_is_awaited),
		scene(an_idle_screen_is_silent),
		scene(every_size_works),
		scene(a_storm_of_resizes_ends_in_the_right_picture),
		cmocka_unit_test(forty_by_ten_has_everything),
		cmocka_unit_test(the_c_locale_is_ascii),
		cmocka_unit_test(no_color_sends_no_colors),
		cmocka_unit_test(many_terminals_work),
		cmocka_unit_test(a_terminal_that_cannot_is_told_about_plain),
		scene(the_scrollback_of_the_terminal_is_never_cleared),
		scene(copying_reaches_the_terminals_clipboard),
		cmocka_unit_test(themes_look_different),
		scene(the_terminals_background_decides_the_theme),
		scene(many_tabs_keep_the_focused_one),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
