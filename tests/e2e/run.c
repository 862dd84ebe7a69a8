/* run.c - see run.h. */
#include "config.h"

#include "e2e/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/vec.h"

enum { MAX_ARGS = 32, PATIENCE_MS = 120 * 1000 };
extern char **environ;

void
run_env(const struct sim *sim)
{
	static int n;
	char *home = mem_printf("%s/home%d", sim->dir, n++);
	assert_int_equal(file_make_dir(home, 0700, NULL), 0);
	/* Names are collected first: unsetenv() moves what environ points at. */
	struct VEC(char *) names = { 0 };
	for (char **e = environ; *e != NULL; e++)
		if (strncmp(*e, "AWS_", 4) == 0 || strncmp(*e, "XDG_", 4) == 0 || strcasestr(*e, "_proxy=") != NULL ||
		    strncmp(*e, "SSH_", 4) == 0 || strncmp(*e, "DISPLAY=", 8) == 0 || strncmp(*e, "WAYLAND_DISPLAY=", 16) == 0 ||
		    strncmp(*e, "BROWSER=", 8) == 0)
			vec_add(&names, mem_strndup(*e, strcspn(*e, "=")));
	for (size_t i = 0; i < names.n; i++) {
		unsetenv(names.v[i]);
		free(names.v[i]);
	}
	vec_done(&names);
	char *url = mem_printf("http://127.0.0.1:%u", sim->port);
	setenv("HOME", home, 1);
	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 1);
	setenv("AWS_REGION", "us-east-1", 1);
	setenv("AWS_ENDPOINT_URL", url, 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	setenv("AWS_MAX_ATTEMPTS", "1", 1);
	free(url);
	free(home);
}

void
run_rules(struct sim *sim, const char *scenario)
{
	char path[512];
	memset(sim, 0, sizeof *sim);
	sim_dir(sim);
	sim_file(sim, "rules.json", scenario, path);
	const char *args[] = { "--scenario", path, NULL };
	sim_start(sim, args);
	run_env(sim);
}

int
run_teardown(void **state)
{
	assert_int_equal(chdir("/"), 0);
	sim_stop(*state);
	return 0;
}

void
run_work(void)
{
	char *work = mem_printf("%s/work", getenv("HOME"));
	assert_int_equal(mkdir(work, 0700), 0);
	assert_int_equal(chdir(work), 0);
	free(work);
}

void
run_write(const char *name, const char *text, mode_t mode)
{
	char *path = mem_printf("%s/%s", getenv("HOME"), name), *folder = mem_strdup(path);
	*strrchr(folder, '/') = '\0';
	assert_int_equal(file_make_dir(folder, 0700, NULL), 0);
	assert_int_equal(file_replace(path, text, strlen(text), mode, NULL), 0);
	assert_int_equal(chmod(path, mode), 0);
	free(folder);
	free(path);
}

void
run_configure(const char *json5)
{
	run_write(".config/adit/adit.json5", json5, 0600);
}

static pid_t
spawn(const char *const *args, int in, int out, int err)
{
	const char *argv[MAX_ARGS + 2] = { getenv("ADIT") };
	for (int i = 0; args[i] != NULL && i < MAX_ARGS; i++)
		argv[i + 1] = args[i];
	posix_spawn_file_actions_t fa;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, in, 0);
	posix_spawn_file_actions_adddup2(&fa, out, 1);
	if (err >= 0)
		posix_spawn_file_actions_adddup2(&fa, err, 2);
	/* A session of its own: what asks on /dev/tty must not find the terminal of whoever runs the tests. */
	posix_spawnattr_t attr;
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
	pid_t pid;
	assert_non_null(argv[0]);
	assert_int_equal(posix_spawn(&pid, argv[0], &fa, &attr, (char *const *)argv, environ), 0);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&fa);
	return pid;
}

static int
input_file(const char *input)
{
	if (input == NULL)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	char path[] = "/tmp/adit-in-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, input, strlen(input)), (ssize_t)strlen(input));
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Reads both pipes to their end; kills the process when it takes too long. */
static void
collect(struct run *r, pid_t pid, int out, int err)
{
	struct pollfd p[2] = { { out, POLLIN, 0 }, { err, POLLIN, 0 } };
	struct buf *to[2] = { &r->out, &r->err };
	int64_t until = clock_ms() + PATIENCE_MS;
	while (p[0].fd >= 0 || p[1].fd >= 0) {
		int64_t left = until - clock_ms();
		if (left <= 0) {
			kill(pid, SIGKILL);
			fail_msg("adit did not end; it wrote: %s%s", buf_str(&r->out), buf_str(&r->err));
		}
		poll(p, 2, (int)left);
		for (int i = 0; i < 2; i++) {
			char chunk[65536];
			ssize_t n = p[i].fd >= 0 && p[i].revents != 0 ? read(p[i].fd, chunk, sizeof chunk) : -2;
			if (n > 0)
				buf_add(to[i], chunk, (size_t)n);
			else if (n != -2)
				p[i].fd = -1;
		}
	}
}

void
run_adit(struct run *r, const char *input, const char *const *args)
{
	int out[2], err[2], in = input_file(input);
	*r = (struct run){ 0 };
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	pid_t pid = spawn(args, in, out[1], err[1]);
	close(in);
	close(out[1]);
	close(err[1]);
	collect(r, pid, out[0], err[0]);
	close(out[0]);
	close(err[0]);
	r->status = run_wait(pid);
}

void
run_done(struct run *r)
{
	buf_done(&r->out);
	buf_done(&r->err);
}

pid_t
run_start(const char *const *args, int *out)
{
	return run_start_with(args, NULL, out);
}

pid_t
run_start_with(const char *const *args, const char *input, int *out)
{
	int p[2], in = input_file(input);
	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	pid_t pid = spawn(args, in, p[1], -1);
	close(in);
	close(p[1]);
	*out = p[0];
	return pid;
}

bool
run_read_until(int fd, struct buf *got, const char *text)
{
	int64_t until = clock_ms() + PATIENCE_MS;
	while (strstr(buf_str(got), text) == NULL) {
		struct pollfd p = { fd, POLLIN, 0 };
		char chunk[4096];
		int64_t left = until - clock_ms();
		ssize_t n = left > 0 && poll(&p, 1, (int)left) > 0 ? read(fd, chunk, sizeof chunk) : 0;
		if (n <= 0)
			return false;
		buf_add(got, chunk, (size_t)n);
	}
	return true;
}

int
run_wait(pid_t pid)
{
	int st;
	assert_int_equal(waitpid(pid, &st, 0), pid);
	return WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
}

/* ---- what adit started ---- */

pid_t
run_child(const char *file)
{
	struct buf b = { 0 };
	int64_t until = clock_ms() + PATIENCE_MS;
	while (!(file_exists(file) && file_read(file, 64, &b, NULL) == 0 && strchr(buf_str(&b), '\n') != NULL)) {
		if (clock_ms() > until)
			fail_msg("%s was never written", file);
		buf_reset(&b);
		poll(NULL, 0, 5);
	}
	pid_t pid = (pid_t)strtol(b.s, NULL, 10);
	assert_true(pid > 0);
	buf_done(&b);
	unlink(file);
	return pid;
}

static bool
is_zombie(pid_t pid)
{
	char path[64];
	struct buf b = { 0 };
	snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
	const char *name_end = file_read(path, 4096, &b, NULL) == 0 ? strrchr(buf_str(&b), ')') : NULL;
	bool is = name_end != NULL && name_end[2] == 'Z';
	buf_done(&b);
	return is;
}

void
run_assert_gone(pid_t pid, bool reaped)
{
	int64_t until = clock_ms() + PATIENCE_MS;
	while (kill(pid, 0) == 0 || errno != ESRCH) {
		if (!reaped && is_zombie(pid))
			return;
		if (clock_ms() > until)
			fail_msg("process %ld is still there", (long)pid);
		poll(NULL, 0, 5);
	}
}
