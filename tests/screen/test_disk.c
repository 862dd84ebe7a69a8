/*
 * test_disk.c - a disk that hangs (slow-disk.c) stops neither keys nor frames: what was to be read comes when it comes.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "screen/adit_test.h"
#include "store/session.h"

static struct sim sim;
static char *work, *gate;
static int opened;                      /* the gate, -1 = closed */

static int
setup(void **state)
{
	static const char rules[] =
	    "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["
	    "{\"match\":{\"contains\":\"sing of\"},\"answer\":[{\"text\":\"A song.\"}]},"
	    "{\"match\":{\"contains\":\"hand it out\",\"tool_result\":false},\"answer\":[{\"tool\":{\"name\":\"sessions_spawn\",\"input\":"
	    "{\"task\":\"sing of rocks\",\"agentId\":\"poet\"}}}]},"
	    "{\"match\":{\"contains\":\"look round\",\"tool_result\":false},\"answer\":[{\"tool\":{\"name\":\"shell\",\"input\":"
	    "{\"command\":\"echo $$ >pid; sleep 1000\"}}}]},"
	    "{\"match\":{\"contains\":\"run it\",\"tool_result\":false},\"answer\":[{\"tool\":{\"name\":\"shell\",\"input\":"
	    "{\"command\":\"true\"}}}]},"
	    "{\"match\":{\"tool_result\":true},\"answer\":[{\"text\":\"Handed out.\"}]},"
	    "{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}";
	run_rules(&sim, rules);
	run_work();
	work = mem_printf("%s/work", getenv("HOME"));
	gate = mem_printf("%s/gate", sim.dir);
	opened = -1;
	assert_int_equal(mkfifo(gate, 0600), 0);
	*state = &sim;
	return 0;
}

static int
teardown(void **state)
{
	if (opened >= 0)
		close(opened);
	unlink(gate);
	free(work);
	free(gate);
	return run_teardown(state);
}

/* Writes a file below the working directory. */
static void
put(const char *name, const char *bytes, size_t n)
{
	char *path = mem_printf("%s/%s", work, name), *folder = mem_strdup(path);
	*strrchr(folder, '/') = '\0';
	assert_int_equal(file_make_dir(folder, 0700, NULL), 0);
	assert_int_equal(file_replace(path, bytes, n, 0600, NULL), 0);
	free(folder);
	free(path);
}

/* What begins with this path hangs, or with NULL what waits for a sync. */
static struct vtty *
start_with(const char *slow)
{
	const char *adit = getenv("ADIT"), *more = getenv("ASAN_OPTIONS");
	char *env[] = {
		mem_printf("LD_PRELOAD=%.*s/tests/screen/slow-disk.so", (int)(strrchr(adit, '/') - adit), adit),
		slow != NULL ? mem_printf("SLOW_DISK=%s", slow) : mem_strdup("SLOW_SYNC=1"),
		mem_printf("SLOW_DISK_GATE=%s", gate),
		mem_printf("ASAN_OPTIONS=%s%sverify_asan_link_order=0", more != NULL ? more : "", more != NULL ? ":" : ""),
		NULL };
	static const char *const args[] = { "-m", A_MODEL, NULL };
	assert_int_equal(access(env[0] + strlen("LD_PRELOAD="), R_OK), 0);
	struct vtty *t = adit_start(30, 120, (const char *const *)env, args);
	for (size_t i = 0; env[i] != NULL; i++)
		free(env[i]);
	sees(t, "opus-4-6");
	return t;
}

/* The same below the working directory. */
static struct vtty *
start(const char *slow)
{
	char *path = mem_printf("%s/%s", work, slow);
	struct vtty *t = start_with(path);
	free(path);
	return t;
}

static void
type(struct vtty *t, const char *before, const char *slow, const char *behind)
{
	char *s = mem_printf("%s%s/%s%s", before, work, slow, behind);
	vtty_type(t, s);
	free(s);
}

/* Waits until something hangs at the gate, and then lets everything through. */
static void
open_gate(void)
{
	opened = open(gate, O_WRONLY | O_CLOEXEC);
	assert_true(opened >= 0);
}

/* ---- names of files ----------------------------------------------------------------- */

static void
the_names_of_a_slow_folder_come_when_they_come(void **state)
{
	(void)state;
	put("slow/name-of-a-file.txt", "x", 1);
	struct vtty *t = start("slow");
	type(t, "see @", "slow/na", "\t");
	type(t, " and more\025see @", "slow/na", "");           /* typing goes on */
	sees(t, "slow/na");
	sees_no(t, "and more");
	open_gate();
	sees(t, "slow/name-of-a-file.txt");
	vtty_type(t, "!");
	sees(t, "name-of-a-file.txt !");
	leave(t);
}

static void
names_that_come_too_late_change_nothing(void **state)
{
	(void)state;
	put("slow/name-of-a-file.txt", "x", 1);
	put("fast/other-name.txt", "x", 1);
	struct vtty *t = start("slow");
	type(t, "see @", "slow/na", "\t");
	vtty_type(t, " and more");
	sees(t, "and more");
	open_gate();
	type(t, " @", "fast/oth", "\t");
	sees(t, "fast/other-name.txt");
	sees(t, "slow/na and more");
	leave(t);
}

static void
another_folder_is_looked_at_while_one_hangs(void **state)
{
	(void)state;
	put("slow/name-of-a-file.txt", "x", 1);
	put("fast/other-name.txt", "x", 1);
	put("fast/read.txt", "what is in it", 13);
	struct vtty *t = start("slow");
	type(t, "see @", "slow/na", "\t");
	type(t, " @", "fast/oth", "\t");
	sees(t, "fast/other-name.txt");
	type(t, "\025see @", "fast/read.txt", "\r");
	sees(t, "You said: see");
	leave(t);                               /* while it still hangs */
}

/* ---- pasted paths ---------------------------------------------------------------------- */

static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x20\0\0\0\x10\x08\x06\0\0\0";

static void
a_pasted_path_becomes_a_file_when_the_disk_has_answered(void **state)
{
	(void)state;
	put("slow/my photo.png", png, sizeof png);
	struct vtty *t = start("slow");
	type(t, "\033[200~'", "slow/my photo.png", "'\033[201~");
	vtty_type(t, "what is it");
	sees(t, "my photo.png'what is it");
	open_gate();
	sees(t, "my photo.png\" what is it");
	vtty_type(t, "?\r");                    /* the cursor is where it was */
	sees(t, "[my photo.png: png, 32 \xc3\x97 16, 30 B]");
	sees(t, "\" what is it?");
	leave(t);
}

static void
one_that_is_sent_before_is_sent_as_a_file_all_the_same_and_in_order(void **state)
{
	(void)state;
	put("slow/photo.png", png, sizeof png);
	struct vtty *t = start("slow");
	type(t, "\033[200~", "slow/photo.png", "\033[201~");
	vtty_type(t, " what is it\r");
	vtty_type(t, "said later\r");
	vtty_type(t, "being typed");
	sees(t, "being typed");
	open_gate();
	sees(t, "[photo.png: png, 32 \xc3\x97 16, 30 B]");
	sees(t, "You said: said later");
	assert_true(vtty_find(t, "[photo.png") < vtty_find(t, "said later"));
	leave(t);
}

static void
a_file_is_attached_without_waiting_and_what_is_said_then_has_it(void **state)
{
	(void)state;
	put("slow/notes.txt", "all of it", 9);
	struct vtty *t = start("slow");
	type(t, "/attach ", "slow/notes.txt", "\r");
	vtty_type(t, "look at that\r");
	vtty_type(t, "being typed");
	sees(t, "being typed");
	open_gate();
	sees(t, "[notes.txt: 33 B]");
	sees(t, "You said:");
	leave(t);
}

/* ---- kinds of agents --------------------------------------------------------------------- */

#define POET "---\ndescription: sings\n---\nYou answer in verse.\n"

static void
a_kind_of_agent_is_read_while_main_goes_on(void **state)
{
	(void)state;
	put(".adit/agents/poet.md", POET, strlen(POET));
	struct vtty *t = start(".adit/agents");
	vtty_type(t, "/spawn -a poet sing of rocks\r");
	vtty_type(t, "hello main\r");
	sees(t, "You said: hello main");
	assert_false(vtty_has(t, "1 poet"));
	open_gate();
	sees(t, "1 poet");
	struct json_object *line = question_line(&sim, 2, false);
	const char *system = json_str(json_item(json_at(line, "body.system"), 0), "text", "");
	assert_non_null(strstr(system, "You answer in verse."));
	json_free(line);
	leave(t);
}

static void
so_is_one_that_a_model_names(void **state)
{
	(void)state;
	put(".adit/agents/poet.md", POET, strlen(POET));
	struct vtty *t = start(".adit/agents");
	vtty_type(t, "hand it out\r");
	json_free(question_line(&sim, 1, true));
	vtty_type(t, "being typed");
	sees(t, "being typed");
	assert_false(vtty_has(t, "1 poet"));
	open_gate();
	sees(t, "1 poet");
	sees(t, "Handed out.");
	leave(t);
}

static void
the_page_of_agents_does_not_wait_for_their_kinds(void **state)
{
	(void)state;
	put(".adit/agents/poet.md", POET, strlen(POET));
	struct vtty *t = start(".adit/agents");
	vtty_type(t, "/agents\r");
	sees(t, "The disk is slow");
	vtty_type(t, "q");
	sees_no(t, "The disk is slow");
	open_gate();
	for (bool known = false; !known;) {     /* the answer to the first one may still be on its way */
		vtty_type(t, "/agents\r");
		sees(t, "There are no subagents.");
		known = vtty_has(t, "sings");
		vtty_type(t, "q");
		sees_no(t, "There are no subagents.");
	}
	leave(t);
}

/* ---- AGENTS.md ------------------------------------------------------------------------------- */

static void
the_first_frame_does_not_wait_for_the_project_but_the_first_request_does(void **state)
{
	(void)state;
	put("AGENTS.md", "Here we use tabs.", 17);
	put(".adit/agents/poet.md", POET, strlen(POET));
	struct vtty *t = start("AGENTS.md");
	vtty_type(t, "hello there\r");
	sees(t, "queued: hello there");
	sees(t, "The disk is slow");
	sees(t, "queued: hello there");
	vtty_type(t, "/spawn sing of rocks\r");
	vtty_type(t, "being typed");
	sees(t, "being typed");
	open_gate();
	sees(t, "Read for the model: ~/work/AGENTS.md");
	sees(t, "You said: hello there");
	sees(t, "1 sing-of-rocks");
	for (int i = 1; i <= 2; i++) {
		struct json_object *line = question_line(&sim, i, false);
		const char *system = json_str(json_item(json_at(line, "body.system"), 0), "text", "");
		assert_non_null(strstr(system, "Your tools work in the folder"));
		assert_non_null(strstr(system, "Here we use tabs."));
		json_free(line);
	}
	leave(t);
}

static void
a_disk_that_never_answers_does_not_keep_anybody(void **state)
{
	(void)state;
	put("AGENTS.md", "Here we use tabs.", 17);
	struct vtty *t = start("AGENTS.md");
	vtty_type(t, "hello there\r");
	sees(t, "queued: hello there");
	leave(t);
}

/* ---- prompts ------------------------------------------------------------------------------------ */

static void
names_of_prompts_are_listed_as_soon_as_they_are_known(void **state)
{
	(void)state;
	put(".adit/prompts/greet.md", "---\ndescription: greet somebody\n---\nSay hello.\n", 46);
	struct vtty *t = start(".adit/prompts");
	vtty_type(t, "/gre");
	sees(t, "/gre");
	assert_false(vtty_has(t, "greet somebody"));
	open_gate();
	sees(t, "greet somebody");
	vtty_type(t, "\t");
	sees(t, "/greet");
	leave(t);
}

/* ---- approvals ---------------------------------------------------------------------------------- */

static void
an_approval_for_the_folder_is_written_down_when_the_disk_lets_it(void **state)
{
	(void)state;
	char *path = file_path(FILE_STATE, "approved");
	struct buf written = { 0 };
	opened = open(gate, O_RDWR | O_CLOEXEC);        /* at the start it is read */
	struct vtty *t = start_with(path);
	close(opened);
	vtty_type(t, "run it\r");
	sees(t, "May the model do this?");
	vtty_type(t, "p");
	sees(t, "Handed out.");
	assert_false(file_exists(path));
	open_gate();
	leave(t);
	assert_int_equal(file_read(path, 4096, &written, NULL), 0);
	assert_non_null(strstr(buf_str(&written), "shell(true"));
	buf_done(&written);
	free(path);
}

/* ---- syncs -------------------------------------------------------------------------------------- */

/* Starts adit, whose syncs hang from the first on, and has a question answered. */
static struct vtty *
start_with_a_sync_that_hangs(void)
{
	struct vtty *t = start_with(NULL);
	vtty_type(t, "the first one\r");
	sees(t, "You said: the first one");
	return t;
}

/* Kills it; what its session's file has then. */
static struct buf
stored_when_killed(struct vtty *t)
{
	struct buf b = { 0 };
	struct session_list list;
	vtty_kill(t, SIGKILL);
	assert_true(WIFSIGNALED(vtty_finish(t)));
	assert_int_equal(session_list(&list, NULL), 0);
	assert_int_equal(list.n, 1);
	assert_int_equal(file_read(list.v[0].path, 1 << 20, &b, NULL), 0);
	session_list_done(&list);
	return b;
}

static void
a_question_whose_request_arrived_is_in_the_session_although_a_sync_hangs(void **state)
{
	(void)state;
	struct vtty *t = start_with_a_sync_that_hangs();
	vtty_type(t, "and the second\r");
	json_free(question_line(&sim, 2, false));
	struct buf b = stored_when_killed(t);
	assert_non_null(strstr(buf_str(&b), "\"and the second\""));
	assert_non_null(strstr(buf_str(&b), "\"You said: the first one\""));
	buf_done(&b);
}

static void
a_call_of_a_tool_that_runs_is_in_the_session_although_a_sync_hangs(void **state)
{
	(void)state;
	struct vtty *t = start_with_a_sync_that_hangs();
	vtty_type(t, "look round\r");
	sees(t, "May the model do this?");
	vtty_type(t, "y");
	pid_t child = run_child("pid");
	struct buf b = stored_when_killed(t);
	assert_non_null(strstr(buf_str(&b), "sleep 1000"));
	buf_done(&b);
	run_assert_gone(child, false);
}

static void
all_is_synced_in_the_end(void **state)
{
	(void)state;
	struct vtty *t = start_with_a_sync_that_hangs();
	vtty_type(t, "and the second\r");
	sees(t, "You said: and the second");
	open_gate();
	leave(t);
	struct session_list list;
	assert_int_equal(session_list(&list, NULL), 0);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.v[0].messages, 4);
	session_list_done(&list);
}

#define scene(x) cmocka_unit_test_setup_teardown(x, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(the_names_of_a_slow_folder_come_when_they_come),
		scene(names_that_come_too_late_change_nothing),
		scene(another_folder_is_looked_at_while_one_hangs),
		scene(a_pasted_path_becomes_a_file_when_the_disk_has_answered),
		scene(one_that_is_sent_before_is_sent_as_a_file_all_the_same_and_in_order),
		scene(a_file_is_attached_without_waiting_and_what_is_said_then_has_it),
		scene(a_kind_of_agent_is_read_while_main_goes_on),
		scene(so_is_one_that_a_model_names),
		scene(the_page_of_agents_does_not_wait_for_their_kinds),
		scene(the_first_frame_does_not_wait_for_the_project_but_the_first_request_does),
		scene(a_disk_that_never_answers_does_not_keep_anybody),
		scene(names_of_prompts_are_listed_as_soon_as_they_are_known),
		scene(an_approval_for_the_folder_is_written_down_when_the_disk_lets_it),
		scene(a_question_whose_request_arrived_is_in_the_session_although_a_sync_hangs),
		scene(a_call_of_a_tool_that_runs_is_in_the_session_although_a_sync_hangs),
		scene(all_is_synced_in_the_end),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
