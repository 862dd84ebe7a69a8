/*
 * test_pick.c - the model picker in the whole program, against the simulator.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "screen/adit_test.h"

#define UP	"\033[A"
#define DOWN	"\033[B"
#define RIGHT	"\033[C"
#define CTRL_D	"\004"
#define CTRL_F	"\006"
#define CTRL_L	"\014"
#define CTRL_R	"\022"
#define CTRL_S	"\023"
#define CTRL_U	"\025"

static struct sim sim;

static int
setup(void **state)
{
	static const char rules[] = "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["
	    "{\"match\":{\"contains\":\"count\"},\"answer\":[{\"rate\":{\"pieces_per_s\":50,\"seconds\":3,\"piece\":\"[{n}] \"}}]},"
	    "{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}";
	run_rules(&sim, rules);
	*state = &sim;
	return 0;
}

static struct vtty *
start_with(int rows, int cols, const char *const *env, const char *model)
{
	const char *const args[] = { "-m", model, NULL };
	return adit_start(rows, cols, env, args);
}

static struct vtty *
start(void)
{
	return adit_with(30, 110, NULL, NULL);
}


/* Esc, and nothing behind it that would make it another key. */
static void
close_list(struct vtty *t)
{
	vtty_type(t, "\033");
	sees_no(t, "┌─ models");
}

/* Has a list kept on the disk. */
static void
keep_a_list(void)
{
	struct run r;
	static const char *const args[] = { "models", "list", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	run_done(&r);
}

/* Changes the kept list's text: every `from` becomes `to`, which is as long. */
static void
change_the_kept_list(const char *from, const char *to)
{
	char *pattern = file_path(FILE_CACHE, "models/[0-9a-f]*[0-9a-f].json");
	glob_t g;
	struct buf b = { 0 };
	assert_int_equal(strlen(from), strlen(to));
	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	assert_int_equal(file_read(g.gl_pathv[0], 1 << 24, &b, NULL), 0);
	int n = 0;
	for (char *p = b.s; (p = strstr(p, from)) != NULL; n++)
		memcpy(p, to, strlen(to));
	assert_true(n > 0);
	assert_int_equal(file_replace(g.gl_pathv[0], b.s, b.len, 0600, NULL), 0);
	buf_done(&b);
	globfree(&g);
	free(pattern);
}

/* Waits until the configuration has the text. */
static void
configured(struct vtty *t, const char *text)
{
	char *path = file_path(FILE_CONFIG, "adit.json5");
	struct buf b = { 0 };
	for (int i = 0; i < LONG / 20; i++) {
		buf_reset(&b);
		if (file_exists(path) && file_read(path, 65536, &b, NULL) == 0 && strstr(buf_str(&b), text) != NULL)
			break;
		vtty_settle(t, 20);
	}
	assert_non_null(strstr(buf_str(&b), text));
	buf_done(&b);
	free(path);
}

/* ---- opening, choosing -------------------------------------------------------------------------- */

static void
the_picker_opens_filters_and_a_model_is_used(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, CTRL_L);
	sees(t, "models ─ us-east-1 ─ ");
	sees(t, " found ─ just now");
	sees(t, "● Claude Opus 4.6");
	sees(t, A_MODEL " · inference profile · us-east-1");
	vtty_type(t, "haiku 4.5 us");
	sees(t, "❯ haiku 4.5 us");
	sees(t, "us.anthropic.claude-haiku-4-5-20251001-v1:0 · inference profile");
	vtty_type(t, "\r");
	sees(t, "From now on: us.anthropic.claude-haiku-4-5-20251001-v1:0");
	vtty_type(t, "hello\r");
	sees(t, "You said: hello");
	/* It is the first of those used last now, and it is known to answer. */
	vtty_type(t, "/models\r");
	sees(t, "─ used last ─");
	sees(t, "● Claude Haiku 4.5");
	sees(t, "It answered on 20");
	vtty_type(t, "\033");
	sees_no(t, "used last");
	leave(t);
}

static void
the_kept_list_opens_without_the_network_and_says_so(void **state)
{
	(void)state;
	keep_a_list();
	change_the_kept_list("\"cached_at\":\"202", "\"cached_at\":\"201");     /* ten years ago */
	struct vtty *t = start();
	sim_stop(&sim);
	vtty_type(t, CTRL_L);
	sees(t, "days ago");
	sees(t, "● Claude Opus 4.6");
	sees(t, "a newer one could not be fetched");
	assert_true(vtty_wait(t, "Ctrl-R refresh", LONG));
	close_list(t);
	leave(t);
	assert_int_equal(setup(state), 0);
}

static void
no_network_and_no_list_shows_the_configured_models_and_why(void **state)
{
	(void)state;
	run_configure("{ agents: { defaults: { model: { primary: 'bedrock/us.vendor.mine-v1:0' },\n"
		  "  models: { 'bedrock/global.anthropic.claude-opus-4-7': { alias: 'opus' } } } } }");
	sim_stop(&sim);
	struct vtty *t = start();
	vtty_type(t, CTRL_L);
	sees(t, "global.anthropic.claude-opus-4-7 · from the configuration");
	sees(t, "mine ");
	sees(t, "connect");             /* why there are no others */
	vtty_type(t, "4.7\r");
	sees(t, "From now on: global.anthropic.claude-opus-4-7");
	leave(t);
	assert_int_equal(setup(state), 0);
}

static void
a_refresh_leaves_the_row_the_filter_and_the_place(void **state)
{
	(void)state;
	keep_a_list();
	/* Other names: their rows come back when the list is fetched. */
	change_the_kept_list(".anthropic.claude-opus-5\"", ".anthropic.claude-opus-X\"");
	change_the_kept_list("Claude Opus 5\"", "Claude Opus Y\"");
	struct vtty *t = start();
	vtty_type(t, CTRL_L);
	sees(t, "● Claude Opus 4.6");
	vtty_type(t, "opus");
	sees(t, "❯ opus");
	vtty_type(t, DOWN DOWN DOWN DOWN DOWN DOWN);
	sees(t, " 7/");                 /* painted behind what is said of the row */
	char *row = mem_strdup(vtty_row(t, vtty_find(t, " · inference profile · ")));
	sees(t, "Claude Opus Y");
	assert_false(vtty_has(t, "us.anthropic.claude-opus-5 "));
	vtty_type(t, CTRL_R);
	sees_no(t, "Claude Opus Y");
	sees(t, "❯ opus");
	sees(t, row);
	free(row);
	vtty_type(t, CTRL_U "opus 5 us");
	sees(t, "us.anthropic.claude-opus-5-5 ·");
	vtty_type(t, DOWN);
	sees(t, "us.anthropic.claude-opus-5 ·");
	close_list(t);
	leave(t);
}

static void
a_reply_streams_on_while_it_is_open(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "count\r");
	sees(t, "[3]");
	vtty_type(t, CTRL_L "opus");
	sees(t, "❯ opus");
	sees_no(t, "esc stop");
	vtty_type(t, "\033");
	sees(t, "[149]");
	leave(t);
}

static void
one_that_needs_a_profile_is_folded_dim_and_leads_to_it(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, CTRL_L);
	sees(t, "● Claude Opus 4.6");
	vtty_type(t, DOWN);
	sees(t, "global.anthropic.claude-opus-4-6-v1");
	vtty_type(t, RIGHT DOWN);
	sees(t, "anthropic.claude-opus-4-6-v1 · model");
	sees(t, "profile");
	vtty_type(t, "\r");
	sees(t, "Use " A_MODEL "?");
	vtty_type(t, "n");
	sees_no(t, "Use " A_MODEL "?");
	leave(t);
}

static void
keys_write_the_configuration_and_keep_its_comments(void **state)
{
	(void)state;
	run_configure("// mine\n{ tui: { mouse: false } /* no mouse */ }\n");
	struct vtty *t = start();
	vtty_type(t, CTRL_L);
	sees(t, "● Claude Opus 4.6");
	vtty_type(t, CTRL_D);
	sees(t, "Default model: " A_MODEL);
	configured(t, "\"amazon-bedrock/" A_MODEL "\"");
	vtty_type(t, CTRL_F);
	sees(t, "Last of the fallbacks: " A_MODEL);
	vtty_type(t, CTRL_F);
	sees(t, "is among the fallbacks already");
	vtty_type(t, CTRL_S);
	sees(t, "Model of subagents: " A_MODEL);
	configured(t, "subagents");
	configured(t, "// mine\n");
	configured(t, "/* no mouse */");
	close_list(t);
	leave(t);
}

/* ---- small screens, other terminals -------------------------------------------------------------------- */

static void
forty_columns_and_no_utf_8_are_enough(void **state)
{
	(void)state;
	static const char *const env[] = { "LC_ALL=C", "NO_COLOR=1", NULL };
	struct vtty *t = start_with(10, 40, env, A_MODEL);
	sees(t, "opus-4-6");
	vtty_type(t, CTRL_L "haiku 4.5");
	sees(t, "> haiku 4.5");
	sees(t, "Claude Haiku 4.5");
	sees(t, "Enter use");
	vtty_type(t, "\r");
	sees(t, "From now on: us.anthropic.claude-haiku");
	leave(t);
}

/* ---- /model and what fails ------------------------------------------------------------------------------- */

static void
a_short_name_finds_the_newest_or_opens_the_picker(void **state)
{
	(void)state;
	struct vtty *t = start();
	vtty_type(t, "/model claude-opus-4-77\r");
	sees(t, "There is no model \"claude-opus-4-77\"");
	sees(t, "opus-4-5-20251101-v1:0.");     /* the last of the nearest: nothing is cut */
	vtty_type(t, "/model sonnet\r");
	sees(t, "sonnet is us.anthropic.claude-sonnet-5-5 here.");
	vtty_type(t, "/model claude\r");
	sees(t, "❯ claude");
	sees(t, "models ─ us-east-1");
	vtty_type(t, "\033");
	sees_no(t, "models ─ us-east-1");
	vtty_type(t, "/model nonesuchmodel\r");
	sees(t, "There is no model \"nonesuchmodel\"");
	vtty_type(t, "/model us.anthropic.claude-haiku\t");
	sees(t, "/model us.anthropic.claude-haiku-4-5-20251001-v1:0");
	leave(t);
}

static void
one_key_goes_on_with_the_profile_that_a_model_needs(void **state)
{
	(void)state;
	struct vtty *t = start_with(30, 110, NULL, "anthropic.claude-opus-4-7");
	sees(t, "opus-4-7");
	vtty_type(t, "hello\r");
	sees(t, "it needs an inference profile");
	sees(t, "Use us.anthropic.claude-opus-4-7, and send again?");
	assert_false(vtty_has(t, "You said"));          /* nothing is exchanged in silence */
	vtty_type(t, "y");
	sees(t, "You said: hello");
	vtty_type(t, "/model\r");
	sees(t, "us.anthropic.claude-opus-4-7 ");
	leave(t);
}

static void
an_id_that_is_unknown_is_told_the_nearest(void **state)
{
	(void)state;
	struct vtty *t = start_with(30, 200, NULL, "us.anthropic.claude-haiku-4-6");
	sees(t, "haiku-4-6");
	vtty_type(t, "hello\r");
	sees(t, "There is no model us.anthropic.claude-haiku-4-6");
	sees(t, "The nearest that us-east-1 lists:");
	sees(t, "us.anthropic.claude-haiku-4-5-20251001-v1:0");
	leave(t);
}

static void
a_name_on_the_command_line_is_looked_up_before_anything_is_sent(void **state)
{
	(void)state;
	struct vtty *t = start_with(30, 110, NULL, "opus");
	sees(t, "bearer");
	vtty_type(t, "hello\r");
	sees(t, "You said: hello");
	sees(t, "opus-5-5");
	leave(t);
}

int
main(void)
{
#define scene(f) cmocka_unit_test_setup_teardown(f, setup, run_teardown)
	const struct CMUnitTest tests[] = {
		scene(the_picker_opens_filters_and_a_model_is_used),
		scene(the_kept_list_opens_without_the_network_and_says_so),
		scene(no_network_and_no_list_shows_the_configured_models_and_why),
		scene(a_refresh_leaves_the_row_the_filter_and_the_place),
		scene(a_reply_streams_on_while_it_is_open),
		scene(one_that_needs_a_profile_is_folded_dim_and_leads_to_it),
		scene(keys_write_the_configuration_and_keep_its_comments),
		scene(forty_columns_and_no_utf_8_are_enough),
		scene(a_short_name_finds_the_newest_or_opens_the_picker),
		scene(one_key_goes_on_with_the_profile_that_a_model_needs),
		scene(an_id_that_is_unknown_is_told_the_nearest),
		scene(a_name_on_the_command_line_is_looked_up_before_anything_is_sent),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
