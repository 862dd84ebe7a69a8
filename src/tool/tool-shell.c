/* tool-shell.c - shell: a command of the model's, seen and approved as it is run. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/spawn.h"
#include "base/str.h"
#include "tool/sandbox.h"
#include "tool/tools.h"

enum {
	TICK_MS = 20,           /* how often the cancel flag is looked at */
	KEEPER_MS = 150,        /* what the launcher gets for ending what it started */
	DRAIN_MS = 50,
	DEFAULT_S = 120,
	READS = 16,             /* at most so many before the clock is looked at again */
};

enum why { ENDED, TIMED_OUT, CANCELLED, FLOODED };

static int
prepare(struct tool_call *c, struct err *err)
{
	const char *command = tool_arg(c, "command", "");
	if (str_blank(command))
		return err_set(err, ERR_FAILED, "The command is empty.");
	c->subject = mem_strdup(command);
	c->summary = mem_strdup(command);
	buf_puts(&c->preview, command);
	c->place_note = sandbox_note(c->place);
	return 0;
}

static bool
has_ended(const struct child *k)
{
	siginfo_t info = { 0 };
	return waitid(P_PID, (id_t)k->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == k->pid;
}

/* What a pipe has now; false: too much altogether. */
static bool
drain(struct tool_call *c, int *fd)
{
	char chunk[16384];
	for (int i = 0; i < READS && *fd >= 0; i++) {
		ssize_t n = read(*fd, chunk, sizeof chunk);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (n <= 0) {
			close(*fd);
			*fd = -1;
			return true;
		}
		if (!tool_put(c, chunk, (size_t)n))
			return false;
	}
	return true;
}

static bool
drain_both(struct tool_call *c, struct child *k)
{
	return drain(c, &k->out) && drain(c, &k->err);
}

static void
wait_for_news(const struct child *k, int ms, bool end_too)
{
	struct pollfd fds[] = { { .fd = k->out, .events = POLLIN }, { .fd = k->err, .events = POLLIN },
		{ .fd = end_too ? k->pidfd : -1, .events = POLLIN } };
	poll(fds, 3, ms);
}

/* Asks the launcher, who knows them all; then the group. */
static void
end_child(const struct tool_call *c, struct child *k)
{
	if (c->place->launcher == NULL) {
		spawn_kill(k, SIGKILL);
		return;
	}
	kill(k->pid, SIGTERM);
	int64_t until = clock_ms() + KEEPER_MS;
	while (!has_ended(k) && clock_ms() < until) {
		struct pollfd fd = { .fd = k->pidfd, .events = POLLIN };
		poll(&fd, 1, k->pidfd >= 0 ? KEEPER_MS : TICK_MS);
	}
	spawn_kill(k, SIGKILL);
}

static enum why
watch(struct tool_call *c, struct child *k, int64_t deadline)
{
	enum why why = ENDED;
	while (why == ENDED && !has_ended(k)) {
		wait_for_news(k, TICK_MS, true);
		if (!drain_both(c, k))
			why = FLOODED;
		else if (tool_cancelled(c))
			why = CANCELLED;
		else if (clock_ms() >= deadline)
			why = TIMED_OUT;
	}
	if (why != ENDED)
		end_child(c, k);
	else
		spawn_kill(k, SIGKILL);         /* started without a launcher: what it left behind */
	int64_t until = clock_ms() + DRAIN_MS;
	while (why != FLOODED && (k->out >= 0 || k->err >= 0) && clock_ms() < until) {
		if (!drain_both(c, k))
			why = FLOODED;
		wait_for_news(k, 5, false);
	}
	return why;
}

/* What the end means, to the model and to people. */
static int
tell(struct tool_call *c, enum why why, int status, int64_t seconds, struct err *err)
{
	switch (why) {
	case TIMED_OUT:
		c->outcome = mem_strdup(_("took too long"));
		return err_set(err, ERR_FAILED, "[The command was ended after %lld s. Give it a longer timeout_seconds, or "
		    "do less at once.]", (long long)seconds);
	case CANCELLED:
		c->outcome = mem_strdup(_("stopped"));
		return err_set(err, ERR_FAILED, "[The user stopped the command.]");
	case FLOODED:
		c->outcome = mem_strdup(_("too much output"));
		return err_set(err, ERR_FAILED, "[The command was ended because it printed more than %d MiB.]",
		    OUTPUT_MAX / 1024 / 1024);
	case ENDED:
		break;
	}
	int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	if (code == 0)
		return 0;
	c->outcome = mem_printf(_("exit %d"), code);
	return err_set(err, ERR_FAILED, "[exit status %d]", code);
}

static int
run(struct tool_call *c, struct err *err)
{
	static const char *const keys[] = { "AWS_*", NULL }, *const none[] = { NULL };
	static const char *const plain[] = { "TERM=dumb", "PAGER=cat", "GIT_PAGER=cat", "GIT_TERMINAL_PROMPT=0",
		"ADIT_TOOL=1", NULL };
	struct sandbox_argv argv = { 0 };
	char pid[24];
	snprintf(pid, sizeof pid, "%ld", (long)getpid());
	sandbox_begin(&argv, c->place, pid);
	vec_add(&argv, access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh");
	vec_add(&argv, "-c");
	vec_add(&argv, tool_arg(c, "command", ""));
	vec_add(&argv, NULL);
	struct spawn s = { .argv = argv.v, .cwd = c->place->root, .without = c->place->aws ? none : keys, .with = plain };
	struct child k;
	int64_t seconds = tool_arg_int(c, "timeout_seconds", DEFAULT_S);
	int rc = spawn_start(&s, &k, err);
	vec_done(&argv);
	if (rc < 0)
		return -1;
	enum why why = watch(c, &k, clock_ms() + seconds * 1000);
	return tell(c, why, spawn_reap(&k), seconds, err);
}

const struct tool tool_shell = {
	.name = "shell",
	.title = N_("Run a command"),
	.description = "Runs a command line with the shell in the working directory and returns what it prints and its "
	    "exit status. There is no terminal and no input. What it leaves running is ended with it.",
	.schema = "{\"type\":\"object\",\"properties\":{"
	    "\"command\":{\"type\":\"string\",\"description\":\"The command line\"},"
	    "\"timeout_seconds\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":3600,"
	    "\"description\":\"It is ended after so long; 120 when left out\"}},"
	    "\"required\":[\"command\"]}",
	.flags = TOOL_RUNS,
	.prepare = prepare,
	.run = run,
};
