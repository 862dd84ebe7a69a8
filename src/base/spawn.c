/*
 * spawn.c - see spawn.h.
 *
 * A child is killed as a group, and the group's number stays ours until the
 * child is reaped: so first look whether it has ended without reaping it
 * (WNOWAIT), then kill what is left of the group, then reap.
 */
#include "config.h"

#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 36)
#include <sys/pidfd.h>
#define HAVE_PIDFD_OPEN 1
#endif

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/vec.h"

enum {
	TICK_MS = 20,           /* how often the cancel flag is looked at */
	GRACE_MS = 200,         /* between asking the group to end and ending it */
	DRAIN_MS = 50           /* after the child's end, for what is still in the pipes */
};

struct env VEC(char *);

/* Does "NAME=value" (or "NAME") have this name, or a name that the pattern "ABC*" covers? */
static bool
is_named(const char *entry, const char *pattern)
{
	size_t n = strcspn(entry, "="), k = strlen(pattern);
	if (k > 0 && pattern[k - 1] == '*')
		return n >= k - 1 && memcmp(entry, pattern, k - 1) == 0;
	return n == k && memcmp(entry, pattern, n) == 0;
}

static bool
is_left_out(const struct spawn *s, const char *entry)
{
	for (size_t i = 0; s->without != NULL && s->without[i] != NULL; i++)
		if (is_named(entry, s->without[i]))
			return true;
	for (size_t i = 0; s->with != NULL && s->with[i] != NULL; i++) {
		size_t n = strcspn(s->with[i], "=");
		if (strcspn(entry, "=") == n && memcmp(entry, s->with[i], n) == 0)
			return true;
	}
	return false;
}

/* Pointers only; the strings stay whose they are. */
static void
gather_env(const struct spawn *s, struct env *out)
{
	const char *const *from = s->env != NULL ? s->env : (const char *const *)environ;
	for (size_t i = 0; from != NULL && from[i] != NULL; i++)
		if (!is_left_out(s, from[i]))
			vec_add(out, (char *)(uintptr_t)from[i]);
	for (size_t i = 0; s->with != NULL && s->with[i] != NULL; i++)
		vec_add(out, (char *)(uintptr_t)s->with[i]);
	vec_add(out, NULL);
}

/* Our signal mask and dispositions are not the child's business. */
static void
set_attributes(posix_spawnattr_t *attr)
{
	sigset_t all, none;
	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(attr);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setflags(attr,
	    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
}

static void
close_all_but_standard(posix_spawn_file_actions_t *files)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
	posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
#else
	(void)files;    /* all of ours are close-on-exec */
#endif
}

static void
set_files(posix_spawn_file_actions_t *files, const struct spawn *s, int in, int out, int err)
{
	posix_spawn_file_actions_init(files);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(files, in, STDIN_FILENO);
	else
		posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(files, err, STDERR_FILENO);
	if (s->cwd != NULL)
		posix_spawn_file_actions_addchdir_np(files, s->cwd);
	close_all_but_standard(files);
}

static int
launch(const struct spawn *s, struct child *c, int in, int out, int err)
{
	posix_spawnattr_t attr;
	posix_spawn_file_actions_t files;
	struct env env = { 0 };
	set_attributes(&attr);
	set_files(&files, s, in, out, err);
	gather_env(s, &env);
	int rc = posix_spawnp(&c->pid, s->argv[0], &files, &attr, (char *const *)(uintptr_t)s->argv,
	    env.v);
	vec_done(&env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return rc;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool
open_pipe(int p[2])
{
	p[0] = p[1] = -1;
	return pipe2(p, O_CLOEXEC) == 0 && fcntl(p[0], F_SETFL, O_NONBLOCK) == 0;
}

int
spawn_start(const struct spawn *s, struct child *c, struct err *err)
{
	*c = (struct child){ .pid = -1, .in = -1, .out = -1, .err = -1, .pidfd = -1 };
	int in[2] = { -1, -1 }, out[2], error[2] = { -1, -1 };
	int why = 0;
	if (!open_pipe(out) || !open_pipe(error) || (s->pipe_in && pipe2(in, O_CLOEXEC) < 0))
		why = errno;
	else
		why = launch(s, c, in[0], out[1], error[1]);
	close_fd(&in[0]);
	close_fd(&out[1]);
	close_fd(&error[1]);
	if (why != 0) {
		close_fd(&in[1]);
		close_fd(&out[0]);
		close_fd(&error[0]);
		c->pid = -1;
		return err_set(err, ERR_FAILED, _("The program %s cannot be started: %s."), s->argv[0],
		    strerror(why));
	}
	c->in = in[1];
	c->out = out[0];
	c->err = error[0];
#ifdef HAVE_PIDFD_OPEN
	c->pidfd = pidfd_open(c->pid, 0);
#endif
	return 0;
}

int
spawn_on_terminal(const struct spawn *s, pid_t *pid, struct err *err)
{
	posix_spawnattr_t attr;
	posix_spawn_file_actions_t files;
	struct env env = { 0 };
	set_attributes(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&files);
	if (s->cwd != NULL)
		posix_spawn_file_actions_addchdir_np(&files, s->cwd);
	close_all_but_standard(&files);
	gather_env(s, &env);
	int rc = posix_spawnp(pid, s->argv[0], &files, &attr, (char *const *)(uintptr_t)s->argv, env.v);
	vec_done(&env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	if (rc != 0)
		return err_set(err, ERR_FAILED, _("The program %s cannot be started: %s."), s->argv[0],
		    strerror(rc));
	return 0;
}

/* A shell between us hands it to init: so nobody has to reap it, and it is in no group that we end. */
int
spawn_detached(const struct spawn *s, struct err *err)
{
	static const char *const shell[] = { "/bin/sh", "-c", "\"$@\" &", "sh" };
	struct VEC(const char *) argv = { 0 };
	for (size_t i = 0; i < sizeof shell / sizeof *shell; i++)
		vec_add(&argv, shell[i]);
	for (size_t i = 0; s->argv[i] != NULL; i++)
		vec_add(&argv, s->argv[i]);
	vec_add(&argv, NULL);
	const struct spawn between = { .argv = argv.v, .env = s->env, .without = s->without, .with = s->with };
	struct child c = { .pid = -1 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int why = null < 0 ? errno : launch(&between, &c, -1, null, null), status = 0;
	close_fd(&null);
	vec_done(&argv);
	if (why != 0)
		return err_set(err, ERR_FAILED, _("The program %s cannot be started: %s."), s->argv[0], strerror(why));
	while (waitpid(c.pid, &status, 0) < 0 && errno == EINTR)
		;
	return 0;
}

void
spawn_kill(const struct child *c, int signal)
{
	if (c->pid > 0)
		kill(-c->pid, signal);
}

int
spawn_reap(struct child *c)
{
	int status = 0;
	spawn_kill(c, SIGKILL);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	close_fd(&c->in);
	close_fd(&c->out);
	close_fd(&c->err);
	close_fd(&c->pidfd);
	c->pid = -1;
	return status;
}

/* Has it ended? Leaves it to be reaped. */
static bool
has_ended(const struct child *c)
{
	siginfo_t info = { 0 };
	return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid == c->pid;
}

/* ---- running to the end ------------------------------------------------ */

/* Keeps the last `max` bytes. */
static void
keep_tail(struct buf *b, size_t max, const char *s, size_t n)
{
	if (n > max) {
		s += n - max;
		n = max;
	}
	if (b->len + n > max)
		buf_cut_front(b, b->len + n - max);
	buf_add(b, s, n);
}

/* What the pipe has now, within bounds: who floods it must not keep us from looking at the clock. */
static void
drain(int *fd, struct buf *b, size_t max, bool tail)
{
	char chunk[16384];
	for (int reads = 0; reads < 16 && *fd >= 0; reads++) {
		ssize_t n = read(*fd, chunk, sizeof chunk);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			return;
		if (n <= 0) {
			close_fd(fd);
			return;
		}
		if (tail)
			keep_tail(b, max, chunk, (size_t)n);
		else
			buf_add(b, chunk, (size_t)n);
		mem_wipe(chunk, (size_t)n);
		if (b->full)
			return;
	}
}

static void
drain_both(const struct spawn *s, struct child *c, struct spawn_end *end)
{
	if (c->out >= 0)
		drain(&c->out, &end->out, s->out_max, false);
	if (c->err >= 0)
		drain(&c->err, &end->err, s->err_tail, true);
}

/* Waits until there is something to read, or the child ended, or a tick went by. */
static void
wait_for_news(const struct child *c, int64_t ms)
{
	struct pollfd fds[] = { { .fd = c->out, .events = POLLIN }, { .fd = c->err, .events = POLLIN },
		{ .fd = c->pidfd, .events = POLLIN } };
	poll(fds, 3, ms < 0 ? 0 : ms < TICK_MS ? (int)ms : TICK_MS);
}

/* Why it must stop now, or SPAWN_EXITED when it need not. */
static enum spawn_why
must_stop(const struct spawn *s, const struct spawn_end *end, int64_t deadline)
{
	if (end->out.full)
		return SPAWN_FLOODED;
	if (s->cancel != NULL && atomic_load(s->cancel))
		return SPAWN_CANCELLED;
	return deadline != 0 && clock_ms() >= deadline ? SPAWN_TIMED_OUT : SPAWN_EXITED;
}

/* A child that keeps writing is not let to run on until it notices: ask, then end. */
static void
stop_child(const struct child *c)
{
	spawn_kill(c, SIGTERM);
	spawn_kill(c, SIGCONT);
	int64_t until = clock_ms() + GRACE_MS;
	while (!has_ended(c) && clock_ms() < until) {
		struct pollfd fd = { .fd = c->pidfd, .events = POLLIN };
		poll(&fd, 1, c->pidfd >= 0 ? GRACE_MS : TICK_MS);
	}
}

/* Its last words: a grandchild may hold the pipes open for ever, so not without end. */
static void
read_rest(const struct spawn *s, struct child *c, struct spawn_end *end)
{
	int64_t until = clock_ms() + DRAIN_MS;
	drain_both(s, c, end);
	while ((c->out >= 0 || c->err >= 0) && !end->out.full && clock_ms() < until) {
		struct child pipes = *c;
		pipes.pidfd = -1;
		wait_for_news(&pipes, until - clock_ms());
		drain_both(s, c, end);
	}
}

int
spawn_run(const struct spawn *s, struct spawn_end *end, struct err *err)
{
	*end = (struct spawn_end){ 0 };
	buf_init(&end->out, s->out_max);
	buf_room(&end->out, 8192);      /* what is small never moves, and is wiped in one place */
	buf_grew(&end->out, 0);
	buf_init(&end->err, 0);
	struct child c;
	int64_t start = clock_ms(), deadline = s->timeout_ms > 0 ? start + s->timeout_ms : 0;
	if (spawn_start(s, &c, err) < 0)
		return -1;
	enum spawn_why why = SPAWN_EXITED;
	while (!has_ended(&c) && (why = must_stop(s, end, deadline)) == SPAWN_EXITED) {
		wait_for_news(&c, TICK_MS);
		drain_both(s, &c, end);
	}
	if (why != SPAWN_EXITED)
		stop_child(&c);
	else
		spawn_kill(&c, SIGKILL);        /* what it left behind; its own end is recorded */
	read_rest(s, &c, end);
	if (end->out.full && why == SPAWN_EXITED)
		why = SPAWN_FLOODED;
	int status = spawn_reap(&c);
	end->ms = clock_ms() - start;
	end->why = why != SPAWN_EXITED ? why : WIFSIGNALED(status) ? SPAWN_SIGNALLED : SPAWN_EXITED;
	end->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
	return 0;
}

void
spawn_end_done(struct spawn_end *end)
{
	buf_wipe(&end->out);
	buf_wipe(&end->err);
}
