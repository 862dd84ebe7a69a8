/* demo.c - see demo.h. */
#include "config.h"

#include "app/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

enum { START_MS = 5000 };

struct demo {
	pid_t	 pid;
	int	 alive;         /* our end of the pipe that it watches */
	char	*url;
};

/* The folder of this program's file. Caller frees. */
static char *
program_folder(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	if (n <= 0)
		return mem_strdup(".");
	path[n] = '\0';
	char *slash = strrchr(path, '/');
	if (slash != NULL)
		*slash = '\0';
	return mem_strdup(path);
}

/* The first of these that can be read: beside the program (a build tree), then where it was installed. */
static char *
first_readable(char *candidates[], size_t n, int mode)
{
	char *found = NULL;
	for (size_t i = 0; i < n; i++) {
		if (found == NULL && access(candidates[i], mode) == 0)
			found = candidates[i];
		else
			free(candidates[i]);
	}
	return found;
}

static char *
find_simulator(void)
{
	char *here = program_folder();
	char *places[] = { mem_printf("%s/adit-sim", here), mem_strdup(PKGLIBEXECDIR "/adit-sim") };
	free(here);
	return first_readable(places, 2, X_OK);
}

static char *
find_tour(void)
{
	char *here = program_folder();
	char *places[] = { mem_printf("%s/data/scenarios/demo.json", here),
		mem_printf("%s/../data/scenarios/demo.json", here),
		mem_strdup(PKGDATADIR "/scenarios/demo.json") };
	free(here);
	return first_readable(places, 3, R_OK);
}

bool
demo_available(void)
{
	char *path = find_simulator();
	free(path);
	return path != NULL;
}

/* The line "listening http://127.0.0.1:PORT", or NULL. */
static char *
read_address(int fd)
{
	static const char prefix[] = "listening ";
	struct buf b;
	buf_init(&b, 256);
	int64_t until = clock_ms() + START_MS;
	while (memchr(buf_str(&b), '\n', b.len) == NULL) {
		struct pollfd p = { fd, POLLIN, 0 };
		int64_t left = until - clock_ms();
		char chunk[128];
		ssize_t n = left > 0 && poll(&p, 1, (int)left) > 0 ? read(fd, chunk, sizeof chunk) : 0;
		if (n <= 0 || buf_add(&b, chunk, (size_t)n) < 0)
			break;
	}
	char *nl = b.len > 0 ? strchr(b.s, '\n') : NULL;
	char *url = NULL;
	if (nl != NULL && str_starts(b.s, prefix)) {
		*nl = '\0';
		url = mem_strdup(b.s + strlen(prefix));
	}
	buf_done(&b);
	return url;
}

static int
spawn_simulator(struct demo *d, const char *program, const char *tour, int *out)
{
	int in_pipe[2], out_pipe[2];
	if (pipe2(in_pipe, O_CLOEXEC) < 0)
		return -1;
	if (pipe2(out_pipe, O_CLOEXEC) < 0) {
		close(in_pipe[0]);
		close(in_pipe[1]);
		return -1;
	}
	posix_spawn_file_actions_t fa;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, in_pipe[0], 0);
	posix_spawn_file_actions_adddup2(&fa, out_pipe[1], 1);
	posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_t attr;
	posix_spawnattr_init(&attr);
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setpgroup(&attr, 0);    /* Ctrl-C and Ctrl-Z are adit's */
	posix_spawnattr_setflags(&attr,
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	char *env[] = { NULL };
	const char *argv[] = { program, "--with-parent", tour != NULL ? "--scenario" : NULL, tour, NULL };
	int rc = posix_spawn(&d->pid, program, &fa, &attr, (char *const *)argv, env);
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&attr);
	close(in_pipe[0]);
	close(out_pipe[1]);
	d->alive = in_pipe[1];
	*out = out_pipe[0];
	if (rc != 0) {
		d->pid = 0;
		errno = rc;
		return -1;
	}
	return 0;
}

struct demo *
demo_start(struct err *err)
{
	char *program = find_simulator();
	if (program == NULL) {
		err_set(err, ERR_FAILED,
		    _("The demo needs adit-sim, which was left out of this build; it needs libmicrohttpd."));
		return NULL;
	}
	char *tour = find_tour();
	struct demo *d = mem_alloc(sizeof *d);
	int out = -1;
	d->alive = -1;
	if (spawn_simulator(d, program, tour, &out) < 0) {
		err_set(err, ERR_FAILED, _("The simulator %s could not be started: %s."), program, strerror(errno));
	} else if ((d->url = read_address(out)) == NULL) {
		err_set(err, ERR_FAILED, _("The simulator %s started but did not say where it listens."), program);
	}
	if (out >= 0)
		close(out);
	free(program);
	free(tour);
	if (d->url == NULL) {
		demo_stop(d);
		return NULL;
	}
	return d;
}

void
demo_stop(struct demo *d)
{
	if (d == NULL)
		return;
	if (d->alive >= 0)
		close(d->alive);
	if (d->pid > 0) {
		kill(d->pid, SIGTERM);
		int64_t until = clock_ms() + 1000;
		while (waitpid(d->pid, NULL, WNOHANG) == 0) {
			if (clock_ms() > until)
				kill(d->pid, SIGKILL);
			struct timespec ts = { 0, 2000000 };
			nanosleep(&ts, NULL);
		}
	}
	free(d->url);
	free(d);
}

void
demo_aws_options(const struct demo *d, struct aws_options *o)
{
	*o = (struct aws_options){ .region = "us-east-1", .endpoint = d->url, .access_key_id = "AKIDSIMDEMO",
		.secret_access_key = "simsecretsimsecretsimsecretsimsecret1234" };
}

const char *
demo_model(const struct demo *d)
{
	(void)d;
	return "us.anthropic.claude-opus-4-6-v1";
}
