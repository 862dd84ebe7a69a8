/* What a person types, pastes and presses. */
#include "config.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "ui_test.h"

static void
a_slow_link_does_not_split_characters(void **state)
{
	struct vtty *t = *state;
	(void)vtty_dribble(t, "héllo 世界");
	sees(t, "❯ héllo 世界");
	vtty_type(t, "\r");
	sees(t, " héllo 世界\n");
}

static void
a_dribbled_paste_is_one_edit(void **state)
{
	struct vtty *t = dribble(state, "", "\033[200~one\rtwó\r\nthree\033[201~");
	sees(t, "❯ one\n  twó\n  three");
	vtty_type(t, "\037");           /* C-_ undoes all of it */
	sees_no(t, "one");
}

static void
a_paste_runs_nothing(void **state)
{
	struct vtty *t = *state;
	vtty_paste(t, "/quit\r\003\033[2J\025x");
	sees(t, "❯ /quit\n  [2Jx");
	sees(t, READY);
}

static void
a_long_paste_is_folded_and_sent_whole(void **state)
{
	struct vtty *t = *state;
	char text[6000] = "";
	for (int i = 1; i <= 214; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "pasted line %d\r", i);
	vtty_type(t, "look: ");
	vtty_paste(t, text);
	sees(t, "❯ look: [paste: 214 lines]");
	vtty_paste(t, text);
	sees(t, "[paste 2: 214 lines]");
	vtty_type(t, " end\r");
	sees(t, " pasted line 214");
	sees(t, " end");
	vtty_type(t, "\033[1;3H");      /* Alt-Home */
	sees(t, " look: pasted line 1");
}

static void
alt_enter_ctrl_j_and_a_backslash_make_new_lines(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "a\033\rb\nc\\\rd");
	sees(t, "❯ a\n  b\n  c\n  d");
	vtty_type(t, "\r");
	sees(t, " you\n a\n b\n c\n d\n");
}

static void
the_input_grows_to_a_third_and_shows_the_cursor(void **state)
{
	struct vtty *t = *state;
	for (int i = 0; i < 20; i++) {
		char line[20];
		snprintf(line, sizeof line, "row %d\n", i);
		vtty_type(t, line);
	}
	sees(t, "  row 19");
	assert_true(vtty_wait_cursor(t, 19, 2, VTTY_SOON));
	assert_true(vtty_find(t, "row 19") - vtty_find(t, "row 15") == 4);
	assert_false(vtty_has(t, "row 13\n"));          /* six rows of twenty */
	for (int i = 0; i < 20; i++)
		vtty_type(t, "\033[A");
	sees(t, "❯ row 0");
	assert_true(vtty_wait_cursor(t, 14, 2, VTTY_SOON));
}

static void
search_finds_accented_letters_in_the_history(void **state)
{
	struct vtty *t = *state;
	say(t, "el niño", " you\n el niño");
	(void)vtty_dribble(t, "\022ñ");
	sees(t, "`ñ': el niño");
	vtty_type(t, "\033");           /* Esc accepts */
	sees(t, "❯ el niño");
}

static void
a_prefix_key_in_a_history_search_ends_it(void **state)
{
	struct vtty *t = *state;
	say(t, "some words", " some words");
	vtty_type(t, "\022wor");
	sees(t, "`wor': some words");
	vtty_type(t, "\030\001");       /* C-x C-a, bound to nothing, crashed readline here */
	sees(t, "❯ some words");
	vtty_type(t, "\003\022wor");
	sees(t, "`wor': some words");
	vtty_paste(t, "pasted ");       /* a paste ends it, too */
	sees(t, "pasted words");
}

static void
up_brings_back_what_was_said_even_of_several_lines(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "first\nsecond\r");
	sees(t, " first\n second");
	say(t, "third", " third");
	vtty_type(t, "\033[A\033[A");
	sees(t, "❯ first\n  second");
	vtty_type(t, "\033[B");
	sees(t, "❯ third");
}

static void
history_outlives_the_program(void **state)
{
	(void)state;
	char file[] = "/tmp/adit-history-XXXXXX", env[64];
	int fd = mkstemp(file);
	assert_true(fd >= 0);
	close(fd);
	unlink(file);
	snprintf(env, sizeof env, "FIXTURE_HISTORY=%s", file);
	const char *const environment[] = { env, NULL };
	struct vtty *t = fixture_start(20, 80, NULL, environment);
	sees(t, READY);
	vtty_type(t, "one\ntwo\r");
	sees(t, " one\n two");
	say(t, " secret", "  secret");
	vtty_kill(t, SIGKILL);          /* it was written when it was sent */
	vtty_finish(t);
	struct stat st;
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	t = fixture_start(20, 80, NULL, environment);
	sees(t, READY);
	vtty_type(t, "\033[A");
	sees(t, "❯ one\n  two");        /* what began with a space was not kept */
	assert_int_equal(teardown((void **)&t), 0);
	unlink(file);
}

static void
ctrl_c_clears_then_asks_then_quits(void **state)
{
	(void)state;
	struct vtty *t = fixture_ready(20, 80);
	vtty_type(t, "half a thought");
	sees(t, "❯ half");
	vtty_type(t, "\003");
	sees(t, "❯ Ask");
	vtty_type(t, "\003");
	sees(t, "Press Ctrl-C again to quit");
	vtty_type(t, "x");
	sees_no(t, "Press Ctrl-C");
	vtty_type(t, "\177\003");
	sees(t, "Press Ctrl-C again to quit");
	vtty_type(t, "\003");
	assert_true(vtty_wait_end(t, VTTY_SOON));
	assert_int_equal(vtty_finish(t), 0);
}

static void
ctrl_d_on_an_empty_line_quits(void **state)
{
	(void)state;
	struct vtty *t = fixture_ready(20, 80);
	vtty_type(t, "x\004\177\004");
	assert_true(vtty_wait_end(t, VTTY_SOON));
	assert_false(vtty_altscreen(t));
	assert_true(vtty_is_cooked(t));
	assert_int_equal(vtty_finish(t), 0);
}

static void
esc_stops_the_reply_and_alt_keys_still_work(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "!stream 100000 200 line\r");
	sees(t, "Esc stop");
	vtty_type(t, "\033n\033p");     /* Alt-n, Alt-p: no Esc */
	vtty_type(t, "typed meanwhile");
	sees(t, "❯ typed meanwhile");
	sees(t, "Esc stop");
	vtty_type(t, "\033");
	sees(t, " stopped");
	sees(t, "❯ typed meanwhile");
}

static void
an_arrow_key_in_pieces_is_an_arrow_key(void **state)
{
	struct vtty *t = dribble(state, "ac", "\033[D");
	vtty_type(t, "b");
	sees(t, "❯ abc");
}

static void
unknown_sequences_type_nothing(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "a\033[57441;1:3u\033[25;7~\033OX\033[?62;22cb");
	sees(t, "❯ ab\n");
}

static void
an_unfinished_sequence_does_not_swallow_the_next_key(void **state)
{
	struct vtty *t = *state;
	/* A program that is held up itself finds the rest when it looks again, and rightly goes on with the sequence. That
	 * does not happen every time. */
	for (int i = 0; i < 50 && !vtty_has(t, "❯ ab"); i++) {
		char end[16];
		vtty_type(t, "\025a\033[");
		vtty_settle(t, 500);    /* longer than one waits for the rest */
		vtty_type(t, "b");
		snprintf(end, sizeof end, "#%d\n", i);
		vtty_send(t, end, strlen(end) - 1);
		sees(t, end);
	}
	sees(t, "❯ ab");
}

static void
tab_completes_and_the_list_shows_while_a_command_is_typed(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "/");
	sees(t, " /models  choose a model");
	vtty_type(t, "mo");
	sees_no(t, "/help ");
	vtty_type(t, "\t");             /* what is common */
	sees(t, "❯ /model\n");
	vtty_type(t, "\t\t");           /* the choices in turn */
	sees(t, "❯ /model");
	vtty_type(t, "\033");           /* closes the list, stops nothing */
	sees_no(t, "choose a model");
	vtty_type(t, "\003see @sim\t");
	sees(t, "❯ see @sim/\n");
	vtty_type(t, " @src\t");
	sees(t, " @src/main.c\n");
}

static void
a_command_can_be_chosen_with_the_arrows(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "/");
	sees(t, " /models  choose a model");
	vtty_type(t, "\033[B\033[B");
	sees(t, "❯ /models");
	vtty_type(t, "\r");
	sees(t, " you\n /models");
}

static void
vi_mode_of_the_users_inputrc_works(void **state)
{
	(void)state;
	char file[] = "/tmp/adit-inputrc-XXXXXX", env[64];
	int fd = mkstemp(file);
	assert_true(fd >= 0);
	static const char rc[] = "set editing-mode vi\nset keymap vi-insert\n\"jk\": vi-movement-mode\n"
				 "$if adit\n\"\\C-x\\C-u\": adit-page-up\n$endif\n";
	assert_int_equal(write(fd, rc, sizeof rc - 1), sizeof rc - 1);
	close(fd);
	snprintf(env, sizeof env, "INPUTRC=%s", file);
	const char *const environment[] = { env, NULL };
	struct vtty *t = fixture_start(20, 80, NULL, environment);
	sees(t, READY);
	vtty_type(t, "one two three");
	sees(t, "❯ one two three");
	vtty_type(t, "\033");
	sees(t, "❮ one two three");     /* command mode */
	vtty_type(t, "bdw");
	sees(t, "❮ one two\n");
	vtty_type(t, "A four");
	vtty_type(t, "jk");             /* together: what the user bound; apart they are letters */
	sees(t, "❮ one two  four\n");
	vtty_type(t, "a\r");
	sees(t, " you\n one two  four");
	say(t, "!stream 100 0 line", "line 99 of");
	vtty_type(t, "\030\025");       /* the user's own key for a page up */
	sees_no(t, "line 99 of");
	vtty_type(t, "!stream 100000 100 line\r");
	sees(t, "Esc stop");
	vtty_type(t, "\033");           /* to command mode first … */
	sees(t, "❮");
	vtty_type(t, "\033");           /* … then it stops */
	sees(t, " stopped");
	assert_int_equal(teardown((void **)&t), 0);
	unlink(file);
}

static void
queued_messages_are_shown_as_queued_and_can_be_taken_back(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "!stream 100000 100 line\r");
	sees(t, "Esc stop");
	say(t, "and then this", " queued: and then this");
	say(t, "and that", " queued: and that");
	vtty_type(t, "\033[1;3A");      /* Alt-Up */
	sees(t, "❯ and that");
	sees_no(t, " queued: and that");
	sees(t, " queued: and then this");
}

/* An "editor" that shows that it has the terminal, waits for a key and changes the text. */
static void
the_input_can_be_edited_elsewhere_while_agents_go_on(void **state)
{
	(void)state;
	char script[] = "/tmp/adit-editor-XXXXXX", env[64];
	int fd = mkstemp(script);
	assert_true(fd >= 0);
	static const char text[] = "#!/bin/sh\necho \"editing: $(cat \"$1\")\"; read answer\n"
				   "test \"$answer\" = fail && exit 1\necho \"$answer\" >>\"$1\"\n";
	assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
	fchmod(fd, 0700);
	close(fd);
	snprintf(env, sizeof env, "VISUAL=%s", script);
	const char *const environment[] = { env, NULL };
	struct vtty *t = fixture_start(20, 80, NULL, environment);
	sees(t, READY);
	vtty_type(t, "!stream 60 100 line\r");
	vtty_type(t, "first line\007");         /* Ctrl-G */
	sees(t, "editing: first line");
	assert_true(vtty_is_cooked(t));
	vtty_type(t, "second line\r");
	sees(t, "❯ first line\n  second line");
	sees(t, "line 59 of");
	vtty_type(t, "\007");
	sees(t, "second line\nediting: first line\nsecond line");
	vtty_type(t, "\003");           /* Ctrl-C is for the editor */
	sees(t, "The editor failed; the text is as it was");
	sees(t, "❯ first line\n  second line");
	assert_int_equal(teardown((void **)&t), 0);
	unlink(script);
}

static void
suspend_without_a_shell_just_repaints(void **state)
{
	struct vtty *t = *state;
	vtty_type(t, "abc\032");
	vtty_type(t, "d");
	sees(t, "❯ abcd");
	assert_true(vtty_altscreen(t));
}

static void
suspend_under_a_shell_stops_and_comes_back(void **state)
{
	(void)state;
	static char bash[] = "/bin/bash", no_rc[] = "--norc", no_profile[] = "--noprofile", i[] = "-i";
	char *argv[] = { bash, no_rc, no_profile, i, NULL };
	const char *const env[] = { "PS1=sh\\#$ ", "HISTFILE=/dev/null", NULL };
	struct vtty_options o = { .rows = 20, .cols = 80, .env = env };
	struct vtty *t = vtty_start(&o, argv);
	sees(t, "sh1$");
	char command[4200];
	snprintf(command, sizeof command, "%s\r", fixture_path());
	vtty_type(t, command);
	sees(t, READY);
	vtty_type(t, "kept\032");
	sees(t, "Stopped");
	sees(t, "sh2$");                /* the shell's turn: before that, typing may be lost */
	assert_false(vtty_altscreen(t));
	vtty_type(t, "fg\r");
	sees(t, "❯ kept");
	assert_true(vtty_altscreen(t));
	vtty_type(t, "\003\004");
	sees(t, "sh3$");
	vtty_type(t, "echo back $?\r");
	sees(t, "back 0");
	vtty_type(t, "exit\r");
	assert_int_equal(vtty_finish(t), 0);
}

static void
a_crash_leaves_a_usable_terminal(void **state)
{
	(void)state;
	struct vtty *t = fixture_ready(20, 80);
	assert_true(vtty_altscreen(t));
	vtty_kill(t, SIGSEGV);
	assert_true(vtty_wait_end(t, VTTY_SOON));
	assert_false(vtty_altscreen(t));
	assert_true(vtty_is_cooked(t));
	assert_true(vtty_sent(t, "\033[?2004l"));
	int st = vtty_finish(t);
	/* A sanitizer's runtime ends with a status of its own. */
	assert_true((WIFSIGNALED(st) && WTERMSIG(st) == SIGSEGV) || (WIFEXITED(st) && WEXITSTATUS(st) != 0));
}

static void
a_fatal_error_is_read_on_the_normal_screen(void **state)
{
	(void)state;
	struct vtty *t = fixture_ready(20, 80);
	vtty_type(t, "!fatal memory is gone\r");
	assert_true(vtty_wait_end(t, VTTY_SOON));
	assert_false(vtty_altscreen(t));
	assert_true(vtty_is_cooked(t));
	sees(t, "memory is gone");
	vtty_finish(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_slow_link_does_not_split_characters),
		scene(a_dribbled_paste_is_one_edit),
		scene(a_paste_runs_nothing),
		scene(a_long_paste_is_folded_and_sent_whole),
		scene(alt_enter_ctrl_j_and_a_backslash_make_new_lines),
		scene(the_input_grows_to_a_third_and_shows_the_cursor),
		scene(search_finds_accented_letters_in_the_history),
		scene(a_prefix_key_in_a_history_search_ends_it),
		scene(up_brings_back_what_was_said_even_of_several_lines),
		cmocka_unit_test(history_outlives_the_program),
		cmocka_unit_test(ctrl_c_clears_then_asks_then_quits),
		cmocka_unit_test(ctrl_d_on_an_empty_line_quits),
		scene(esc_stops_the_reply_and_alt_keys_still_work),
		scene(an_arrow_key_in_pieces_is_an_arrow_key),
		scene(unknown_sequences_type_nothing),
		scene(an_unfinished_sequence_does_not_swallow_the_next_key),
		scene(tab_completes_and_the_list_shows_while_a_command_is_typed),
		scene(a_command_can_be_chosen_with_the_arrows),
		cmocka_unit_test(vi_mode_of_the_users_inputrc_works),
		scene(queued_messages_are_shown_as_queued_and_can_be_taken_back),
		cmocka_unit_test(the_input_can_be_edited_elsewhere_while_agents_go_on),
		scene(suspend_without_a_shell_just_repaints),
		cmocka_unit_test(suspend_under_a_shell_stops_and_comes_back),
		cmocka_unit_test(a_crash_leaves_a_usable_terminal),
		cmocka_unit_test(a_fatal_error_is_read_on_the_normal_screen),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
