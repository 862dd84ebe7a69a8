/* demo.c - see demo.h. */
#include "config.h"

#include "app/demo.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/spawn.h"
#include "base/str.h"

enum { START_MS = 5000 };

struct demo {
	struct child	 child; /* its standard input is the pipe that it watches */
	char		*url;
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

/* Also in the folder of ADIT_SCENARIOS, for a build tree that is not inside the source's. */
static char *
find_tour(void)
{
	const char *folder = getenv("ADIT_SCENARIOS");
	char *here = program_folder();
	char *places[] = { mem_printf("%s/demo.json", folder != NULL ? folder : here),
		mem_printf("%s/data/scenarios/demo.json", here),
		mem_printf("%s/../data/scenarios/demo.json", here),
		mem_strdup(PKGDATADIR "/scenarios/demo.json") };
	free(here);
	return first_readable(places, 4, R_OK);
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
	const char *argv[] = { program, "--with-parent", tour != NULL ? "--scenario" : NULL, tour, NULL };
	static const char *const without[] = { "AWS_*", NULL };
	struct spawn what = { .argv = argv, .without = without, .pipe_in = true };
	struct demo *d = mem_alloc(sizeof *d);
	if (spawn_start(&what, &d->child, err) < 0) {
		free(d);
		d = NULL;
	} else if ((d->url = read_address(d->child.out)) == NULL) {
		err_set(err, ERR_FAILED, _("The simulator %s started but did not say where it listens."), program);
		demo_stop(d);
		d = NULL;
	}
	free(program);
	free(tour);
	return d;
}

void
demo_stop(struct demo *d)
{
	if (d == NULL)
		return;
	spawn_reap(&d->child);
	free(d->url);
	free(d);
}

void
demo_aws_options(const struct demo *d, struct aws_options *o)
{
	*o = (struct aws_options){ .region = "us-east-1", .endpoint = d->url, .access_key_id = "AKIDSIMDEMO",
		.secret_access_key = "simsecretsimsecretsimsecretsimsecret1234", .nobodys = true };
}

const char *
demo_model(const struct demo *d)
{
	(void)d;
	return "us.anthropic.claude-opus-4-6-v1";
}
