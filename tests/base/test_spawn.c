#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/spawn.h"

static struct spawn_end
run_shell(const char *script, struct spawn how)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	struct spawn_end end;
	struct err err = { 0 };
	how.argv = argv;
	how.out_max = how.out_max != 0 ? how.out_max : 65536;
	how.err_tail = how.err_tail != 0 ? how.err_tail : 4096;
	if (spawn_run(&how, &end, &err) < 0)
		fail_msg("%s", err.text);
	return end;
}

static void
both_outputs_and_the_status_are_kept(void **state)
{
	(void)state;
	struct spawn_end e = run_shell("echo out; echo err >&2; exit 3", (struct spawn){ 0 });
	assert_int_equal(e.why, SPAWN_EXITED);
	assert_int_equal(e.status, 3);
	assert_string_equal(buf_str(&e.out), "out\n");
	assert_string_equal(buf_str(&e.err), "err\n");
	spawn_end_done(&e);
}

static void
a_signal_is_told_from_an_exit(void **state)
{
	(void)state;
	struct spawn_end e = run_shell("kill -USR1 $$", (struct spawn){ 0 });
	assert_int_equal(e.why, SPAWN_SIGNALLED);
	assert_int_equal(e.status, SIGUSR1);
	spawn_end_done(&e);
}

static void
a_detached_program_gets_its_words_as_they_are_and_lives_on(void **state)
{
	(void)state;
	char path[] = "/tmp/adit-test-XXXXXX", got[64] = "";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	const char *const argv[] = { "/bin/sh", "-c", "sleep 0.05; printf '%s,%s' \"$1\" \"$GONE$HERE\" >\"$0\"", path, "a b;$(x)'\"",
		NULL };
	const char *const without[] = { "GON*", NULL }, *const with[] = { "HERE=here", NULL };
	setenv("GONE", "gone", 1);
	assert_int_equal(spawn_detached(&(struct spawn){ .argv = argv, .without = without, .with = with }, NULL), 0);
	for (int64_t until = clock_ms() + 60000; strstr(got, "here") == NULL && clock_ms() < until;)
		assert_true(pread(fd, got, sizeof got - 1, 0) >= 0);
	assert_string_equal(got, "a b;$(x)'\",here");
	close(fd);
	unlink(path);
}

static void
a_program_that_is_not_there_is_an_error(void **state)
{
	(void)state;
	const char *const argv[] = { "adit-no-such-program", "secret-argument", NULL };
	struct spawn_end end;
	struct err err = { 0 };
	assert_int_equal(spawn_run(&(struct spawn){ .argv = argv }, &end, &err), -1);
	assert_non_null(strstr(err.text, "adit-no-such-program"));
	assert_null(strstr(err.text, "secret-argument"));
	spawn_end_done(&end);
}

static void
standard_input_is_empty_and_there_is_no_terminal(void **state)
{
	(void)state;
	struct spawn_end e = run_shell("cat; (exec </dev/tty) 2>/dev/null && echo tty; "
				       "read -r _ _ _ _ _ session _ </proc/$$/stat; "
				       "[ $session = $$ ] && echo leads",
	    (struct spawn){ 0 });
	assert_string_equal(buf_str(&e.out), "leads\n");
	spawn_end_done(&e);
}

static void
the_environment_is_ours_but_for_what_is_left_out_and_put_in(void **state)
{
	(void)state;
	setenv("SPAWN_KEPT", "kept", 1);
	setenv("SPAWN_LEFT_OUT", "x", 1);
	setenv("SECRET_ONE", "x", 1);
	setenv("SECRET_TWO", "x", 1);
	setenv("SPAWN_CHANGED", "old", 1);
	static const char *const without[] = { "SPAWN_LEFT_OUT", "SECRET_*", NULL };
	static const char *const with[] = { "SPAWN_CHANGED=new", "SPAWN_NEW=1", NULL };
	struct spawn_end e = run_shell("echo $SPAWN_KEPT,$SPAWN_LEFT_OUT,$SECRET_ONE,$SECRET_TWO,"
				       "$SPAWN_CHANGED,$SPAWN_NEW; env | grep -c SPAWN_CHANGED",
	    (struct spawn){ .without = without, .with = with });
	assert_string_equal(buf_str(&e.out), "kept,,,,new,1\n1\n");
	spawn_end_done(&e);
	static const char *const env[] = { "ONLY=this", NULL };
	e = run_shell("echo $ONLY,$SPAWN_KEPT", (struct spawn){ .env = env });
	assert_string_equal(buf_str(&e.out), "this,\n");
	spawn_end_done(&e);
}

static void
the_folder_can_be_chosen(void **state)
{
	(void)state;
	struct spawn_end e = run_shell("pwd", (struct spawn){ .cwd = "/" });
	assert_string_equal(buf_str(&e.out), "/\n");
	spawn_end_done(&e);
}

static void
our_signal_mask_and_dispositions_are_not_inherited(void **state)
{
	(void)state;
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	signal(SIGPIPE, SIG_IGN);
	struct spawn_end e = run_shell("grep -E '^Sig(Blk|Ign)' /proc/self/status", (struct spawn){ 0 });
	signal(SIGPIPE, SIG_DFL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	unsigned long long blocked = 1, ignored = ~0ull;
	assert_int_equal(sscanf(buf_str(&e.out), "SigBlk:%llx SigIgn:%llx", &blocked, &ignored), 2);
	assert_true(blocked == 0);
	assert_true((ignored & 0x7fffffff) == 0);       /* above are the C library's own two */
	spawn_end_done(&e);
}

static void
our_open_files_are_not_inherited(void **state)
{
	(void)state;
	int fd = dup(STDERR_FILENO);            /* without close-on-exec */
	struct spawn_end e = run_shell("ls /proc/self/fd | wc -l", (struct spawn){ 0 });
	close(fd);
	assert_string_equal(buf_str(&e.out), "4\n");    /* 0, 1, 2 and the folder itself */
	spawn_end_done(&e);
}

static void
a_flood_on_stdout_ends_the_child(void **state)
{
	(void)state;
	struct spawn_end e = run_shell("exec yes", (struct spawn){ .out_max = 10000, .timeout_ms = 20000 });
	assert_int_equal(e.why, SPAWN_FLOODED);
	assert_true(e.out.len <= 10000);
	spawn_end_done(&e);
	e = run_shell("head -c 20000 /dev/zero", (struct spawn){ .out_max = 10000 });
	assert_int_equal(e.why, SPAWN_FLOODED);
	spawn_end_done(&e);
}

static void
a_flood_on_stderr_is_drained_and_its_tail_is_kept(void **state)
{
	(void)state;
	struct spawn_end e = run_shell("yes 0123456789 | head -c 500000 >&2; echo the end >&2; echo fine",
	    (struct spawn){ .err_tail = 100 });
	assert_int_equal(e.why, SPAWN_EXITED);
	assert_string_equal(buf_str(&e.out), "fine\n");
	assert_true(e.err.len <= 100);
	assert_string_equal(e.err.s + e.err.len - 8, "the end\n");
	spawn_end_done(&e);
	e = run_shell("yes >&2", (struct spawn){ .err_tail = 100, .timeout_ms = 300 });
	assert_int_equal(e.why, SPAWN_TIMED_OUT);
	spawn_end_done(&e);
}

/* The group's processes write their numbers first; none of them may be left. */
static void
expect_gone(const struct buf *pids)
{
	const char *s = buf_str(pids);
	int seen = 0;
	for (char *end; *s != '\0'; s = end + (*end == '\n'), seen++) {
		pid_t pid = (pid_t)strtol(s, &end, 10);
		int64_t until = clock_ms() + 60000;
		while (kill(pid, 0) == 0 && clock_ms() < until)
			usleep(1000);           /* a zombie waits for init to reap it */
		char path[64];
		snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
		FILE *f = fopen(path, "r");
		char line[200] = "";
		bool there = f != NULL && fgets(line, sizeof line, f) != NULL;
		if (f != NULL)
			fclose(f);
		assert_true(!there || strstr(line, ") Z") != NULL);
	}
	assert_true(seen >= 2);
}

static int
count_lines(const struct buf *b)
{
	int n = 0;
	for (const char *s = buf_str(b); (s = strchr(s, '\n')) != NULL; s++)
		n++;
	return n;
}

static void
a_child_that_hangs_is_stopped_with_all_it_started(void **state)
{
	(void)state;
	int64_t start = clock_ms();
	struct spawn_end e;
	/* A busy machine may take longer until both have said who they are. */
	for (long ms = 300;; ms *= 2) {
		e = run_shell("trap '' TERM; echo $$; (trap '' TERM; sleep 600 & echo $!; wait); sleep 600",
		    (struct spawn){ .timeout_ms = ms });
		if (ms > 30000 || count_lines(&e.out) == 2)
			break;
		spawn_end_done(&e);
	}
	assert_int_equal(e.why, SPAWN_TIMED_OUT);
	assert_true(clock_ms() - start < 300000);
	expect_gone(&e.out);
	spawn_end_done(&e);
}

static void
what_a_child_leaves_behind_is_stopped_and_not_waited_for(void **state)
{
	(void)state;
	int64_t start = clock_ms();
	struct spawn_end e = run_shell("sleep 600 & echo $!; sleep 600 & echo $!; exit 0", (struct spawn){ 0 });
	assert_int_equal(e.why, SPAWN_EXITED);
	assert_int_equal(e.status, 0);
	assert_true(clock_ms() - start < 300000);
	expect_gone(&e.out);
	spawn_end_done(&e);
}

/* A grandchild in a session of its own is out of reach; it must not keep us waiting all the same. */
static void
a_daemon_that_keeps_the_pipe_is_not_waited_for(void **state)
{
	(void)state;
	int64_t start = clock_ms();
	struct spawn_end e = run_shell("setsid sleep 600 & echo $!", (struct spawn){ 0 });
	assert_int_equal(e.why, SPAWN_EXITED);
	assert_true(clock_ms() - start < 300000);
	kill((pid_t)atoi(buf_str(&e.out)), SIGKILL);
	spawn_end_done(&e);
}

static void *
cancel_soon(void *arg)
{
	usleep(50000);
	atomic_store((atomic_bool *)arg, true);
	return NULL;
}

static void
a_cancel_ends_it_at_once(void **state)
{
	(void)state;
	atomic_bool cancel = false;
	pthread_t t;
	pthread_create(&t, NULL, cancel_soon, &cancel);
	int64_t start = clock_ms();
	struct spawn_end e = run_shell("exec sleep 600", (struct spawn){ .cancel = &cancel });
	assert_int_equal(e.why, SPAWN_CANCELLED);
	assert_true(clock_ms() - start < 300000);
	pthread_join(t, NULL);
	spawn_end_done(&e);
}

static void
a_started_child_can_be_watched_and_reaped(void **state)
{
	(void)state;
	const char *const argv[] = { "sh", "-c", "echo hello; exec sleep 600", NULL };
	struct child c;
	char line[16] = "";
	assert_int_equal(spawn_start(&(struct spawn){ .argv = argv }, &c, NULL), 0);
	int64_t until = clock_ms() + 60000;
	while (read(c.out, line, sizeof line - 1) < 0 && errno == EAGAIN && clock_ms() < until)
		usleep(1000);
	assert_string_equal(line, "hello\n");
	spawn_kill(&c, SIGTERM);
	int status = spawn_reap(&c);
	assert_true(status == SIGTERM || status == SIGKILL);
	assert_int_equal(c.out, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_outputs_and_the_status_are_kept),
		cmocka_unit_test(a_signal_is_told_from_an_exit),
		cmocka_unit_test(a_detached_program_gets_its_words_as_they_are_and_lives_on),
		cmocka_unit_test(a_program_that_is_not_there_is_an_error),
		cmocka_unit_test(standard_input_is_empty_and_there_is_no_terminal),
		cmocka_unit_test(the_environment_is_ours_but_for_what_is_left_out_and_put_in),
		cmocka_unit_test(the_folder_can_be_chosen),
		cmocka_unit_test(our_signal_mask_and_dispositions_are_not_inherited),
		cmocka_unit_test(our_open_files_are_not_inherited),
		cmocka_unit_test(a_flood_on_stdout_ends_the_child),
		cmocka_unit_test(a_flood_on_stderr_is_drained_and_its_tail_is_kept),
		cmocka_unit_test(a_child_that_hangs_is_stopped_with_all_it_started),
		cmocka_unit_test(what_a_child_leaves_behind_is_stopped_and_not_waited_for),
		cmocka_unit_test(a_daemon_that_keeps_the_pipe_is_not_waited_for),
		cmocka_unit_test(a_cancel_ends_it_at_once),
		cmocka_unit_test(a_started_child_can_be_watched_and_reaped),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
