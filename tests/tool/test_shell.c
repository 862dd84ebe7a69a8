/* test_shell.c - children: streamed, ended whole, confined, without keys. */
#include "config.h"

#include "tool/place.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>

#include "base/clock.h"
#include "tool/sandbox.h"

#define SOON 60000

/* Waits until the file is there and has a number; 0 when it never comes. */
static pid_t
number_in(const struct place *p, const char *name)
{
	int64_t until = clock_ms() + SOON;
	while (clock_ms() < until) {
		long n = strtol(contents(p, name), NULL, 10);
		if (n > 0)
			return (pid_t)n;
		usleep(2000);
	}
	return 0;
}

/* A process that was not ours to wait for may be a zombie for a moment. */
static bool
is_gone(pid_t pid)
{
	int64_t until = clock_ms() + SOON;
	while (clock_ms() < until) {
		char *path = mem_printf("/proc/%ld/stat", (long)pid);
		struct buf b = { 0 };
		bool gone = kill(pid, 0) < 0 && errno == ESRCH;
		if (!gone && file_read(path, 4096, &b, NULL) == 0) {
			const char *end = strrchr(buf_str(&b), ')');
			gone = end != NULL && end[2] == 'Z';
		}
		buf_done(&b);
		free(path);
		if (gone)
			return true;
		usleep(2000);
	}
	return false;
}

static void
a_command_gives_its_output_in_order_and_its_status(void **state)
{
	struct place *p = *state;
	struct tool_call *c = ran(p, "shell", "{\"command\":\"echo one; echo two >&2; echo three; pwd; exit 3\"}");
	assert_true(c->failed);
	has(c, "one\ntwo\nthree\n");
	has(c, p->root);
	has(c, "[exit status 3]");
	assert_string_equal(c->outcome, "exit 3");
	assert_string_equal(c->subject, "echo one; echo two >&2; echo three; pwd; exit 3");
	tool_call_free(c);
	c = ran(p, "shell", "{\"command\":\"true\"}");
	assert_false(c->failed);
	assert_string_equal(buf_str(&c->result), "(no output)");
	tool_call_free(c);
	c = ran(p, "shell", "{\"command\":\"kill -SEGV $$\"}");
	has(c, "[exit status 139]");
	tool_call_free(c);
}

/* ---- hanging --------------------------------------------------------------------- */

struct streamed {
	struct buf	 text;
	struct tool_call *call;
};

static void
on_output(void *arg, const char *s, size_t n)
{
	struct streamed *to = arg;
	buf_add(&to->text, s, n);
	if (strstr(buf_str(&to->text), "ready") != NULL)
		atomic_store(&to->call->cancel, true);
}

static void
output_streams_and_a_cancel_ends_it_all(void **state)
{
	struct place *p = *state;
	struct tool_call *c = prepared(p, "shell",
	    "{\"command\":\"sleep 1000 & echo $! >child; echo ready; sleep 1000\"}");
	struct streamed to = { .call = c };
	c->progress = on_output;
	c->progress_arg = &to;
	int64_t begin = clock_ms();
	tool_call_run(c);
	assert_true(clock_ms() - begin < 100000);
	assert_true(c->failed && c->streams);
	has(c, "ready");
	has(c, "[The user stopped the command.]");
	assert_true(is_gone(number_in(p, "child")));
	tool_call_free(c);
	buf_done(&to.text);
}

static void
a_command_that_hangs_is_ended_and_the_model_told(void **state)
{
	struct place *p = *state;
	static const char args[] =
	    "{\"command\":\"trap '' TERM INT HUP; echo before; while :; do sleep 1000; done\",\"timeout_seconds\":1}";
	struct tool_call *c = ran(p, "shell", args);
	/* A busy machine may not come so far within the second. */
	for (int tries = 0; tries < 20 && strstr(buf_str(&c->result), "before") == NULL; tries++) {
		tool_call_free(c);
		c = ran(p, "shell", args);
	}
	assert_true(c->failed);
	has(c, "before");
	has(c, "ended after 1 s");
	tool_call_free(c);
}

static void
a_command_that_floods_is_ended(void **state)
{
	struct place *p = *state;
	struct tool_call *c = ran(p, "shell", "{\"command\":\"yes flood\"}");
	assert_true(c->failed);
	has(c, "printed more than 64 MiB");
	assert_true(c->result.len < 64 * 1024);
	tool_call_free(c);
}

static void
children_that_are_left_behind_die_with_it_even_in_sessions_of_their_own(void **state)
{
	struct place *p = *state;
	struct tool_call *c = ran(p, "shell",
	    "{\"command\":\"sleep 1000 & echo $! >one; setsid sh -c 'echo $$ >two; trap \\\"\\\" TERM; sleep 1000; sleep 1000' "
	    ">/dev/null 2>&1 & while ! [ -s two ]; do sleep 0.01; done; echo done\"}");
	assert_false(c->failed);
	has(c, "done");
	assert_true(is_gone(number_in(p, "one")));
	assert_true(is_gone(number_in(p, "two")));
	tool_call_free(c);
}

/* ---- what it cannot do ---------------------------------------------------------------- */

static void
there_is_no_terminal_no_input_and_no_key(void **state)
{
	struct place *p = *state;
	setenv("AWS_SECRET_ACCESS_KEY", "very-secret", 1);
	setenv("AWS_BEARER_TOKEN_BEDROCK", "very-secret", 1);
	struct tool_call *c = ran(p, "shell",
	    "{\"command\":\"env; cat; tty; (echo x >/dev/tty) 2>/dev/null || echo no-terminal\"}");
	has_no(c, "very-secret");
	has_no(c, "AWS_");
	has(c, "not a tty");
	has(c, "no-terminal");
	tool_call_free(c);
	p->place.aws = true;
	c = ran(p, "shell", "{\"command\":\"env\"}");
	has(c, "AWS_SECRET_ACCESS_KEY=very-secret");
	tool_call_free(c);
	unsetenv("AWS_SECRET_ACCESS_KEY");
	unsetenv("AWS_BEARER_TOKEN_BEDROCK");
}

/* Fails loudly where the kernel cannot: then there is nothing to test. */
static bool
can_confine(void)
{
	if (sandbox_version() > 0)
		return true;
	print_message("# this kernel has no Landlock\n");
	return false;
}

/* A new folder where a confined command may not write: not below /tmp, where everybody may, even when this was built
 * there. NULL when there is no such place. */
static char *
folder_outside(void)
{
	const struct passwd *user = getpwuid(getuid());
	char *here = getcwd(NULL, 0), *folder = NULL;
	const char *places[] = { here, user != NULL ? user->pw_dir : NULL };
	for (size_t i = 0; i < 2 && folder == NULL; i++) {
		if (places[i] == NULL || strncmp(places[i], "/tmp", 4) == 0 || strncmp(places[i], "/var/tmp", 8) == 0)
			continue;
		folder = mem_printf("%s/adit-outside-%ld", places[i], (long)getpid());
		if (mkdir(folder, 0700) < 0) {
			free(folder);
			folder = NULL;
		}
	}
	free(here);
	return folder;
}

static void
a_confined_command_writes_only_where_it_may(void **state)
{
	struct place *p = *state;
	char *home = can_confine() ? folder_outside() : NULL;
	if (home == NULL)
		skip();
	char *file = mem_printf("%s/file", home);
	put_file(p, file, "old");
	char *args = mem_printf("{\"command\":\"echo in >inside; mkdir d && mv inside d/; echo new >%s; rm -f %s; ls %s; cat %s; "
	    "echo x >/dev/null && echo null\"}", file, file, home, file);
	struct tool_call *c = ran(p, "shell", args);
	has(c, "Permission denied");
	has(c, "old");
	has(c, "null");
	assert_string_equal(contents(p, "d/inside"), "in\n");
	assert_string_equal(contents(p, file), "old");
	tool_call_free(c);
	unlink(file);
	rmdir(home);
	free(args);
	free(file);
	free(home);
}

static void
a_confined_command_cannot_read_keys(void **state)
{
	struct place *p = *state;
	if (!can_confine())
		skip();
	put_file(p, "../home/.aws/credentials", "very-secret");
	put_file(p, "../home/notes", "not secret");
	struct tool_call *c = ran(p, "shell", "{\"command\":\"cat ~/.aws/credentials ~/notes; ls ~\"}");
	has_no(c, "very-secret");
	has(c, "not secret");
	tool_call_free(c);
	p->place.confine = false;
	c = ran(p, "shell", "{\"command\":\"cat ~/.aws/credentials\"}");
	has(c, "very-secret");
	assert_non_null(strstr(c->place_note, "Not confined"));
	tool_call_free(c);
}

/* Signal 0 asks only whether one might: should this ever run unconfined, nothing is ended. */
static void
a_confined_command_may_not_signal_adit(void **state)
{
	struct place *p = *state;
	if (!can_confine())
		skip();
	char *args = mem_printf("{\"command\":\"kill -0 $$ && echo self; kill -0 %ld || echo refused; kill -0 -- -1 || echo not all\"}", (long)getpid());
	struct tool_call *c = ran(p, "shell", args);
	has(c, "self");
	has(c, "refused");
	has(c, "not all");
	tool_call_free(c);
	free(args);
}

static void
escape_sequences_stay_in_the_text(void **state)
{
	struct place *p = *state;
	struct tool_call *c = ran(p, "shell", "{\"command\":\"printf '\\\\033]0;owned\\\\007\\\\033[2J\\\\377end'\"}");
	has(c, "\033]0;owned\a\033[2J\xef\xbf\xbd" "end");
	tool_call_free(c);
}

static void
without_a_launcher_the_group_is_ended_all_the_same(void **state)
{
	struct place *p = *state;
	p->place.launcher = NULL;
	struct tool_call *c = ran(p, "shell", "{\"command\":\"sleep 1000 & echo $! >one; echo out; echo err >&2\"}");
	has(c, "out");
	has(c, "err");
	assert_true(is_gone(number_in(p, "one")));
	tool_call_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_command_gives_its_output_in_order_and_its_status),
		scene(output_streams_and_a_cancel_ends_it_all),
		scene(a_command_that_hangs_is_ended_and_the_model_told),
		scene(a_command_that_floods_is_ended),
		scene(children_that_are_left_behind_die_with_it_even_in_sessions_of_their_own),
		scene(there_is_no_terminal_no_input_and_no_key),
		scene(a_confined_command_writes_only_where_it_may),
		scene(a_confined_command_cannot_read_keys),
		scene(a_confined_command_may_not_signal_adit),
		scene(escape_sequences_stay_in_the_text),
		scene(without_a_launcher_the_group_is_ended_all_the_same),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
