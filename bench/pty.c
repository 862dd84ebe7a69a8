/* pty.c - see pty.h. */
#include "config.h"

#include "pty.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include "base/mem.h"

enum { ROWS = 40, COLUMNS = 120 };

struct pty {
	int		 fd;
	pid_t		 pid;
	int64_t		 started, read_at;
	size_t		 bytes;
	VTerm		*terminal;      /* NULL: not drawn */
	VTermScreen	*screen;
	char		 text[ROWS * (COLUMNS * 4 + 1) + 1];
};

int64_t
now_ns(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static void
write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, bytes, n);
		if (done <= 0)
			return;
		bytes += done;
		n -= (size_t)done;
	}
}

/* What the terminal answers to questions, such as where its cursor is. */
static void
on_answer(const char *bytes, size_t n, void *arg)
{
	write_all(((struct pty *)arg)->fd, bytes, n);
}

static void
make_screen(struct pty *p)
{
	p->terminal = vterm_new(ROWS, COLUMNS);
	vterm_set_utf8(p->terminal, 1);
	vterm_output_set_callback(p->terminal, on_answer, p);
	p->screen = vterm_obtain_screen(p->terminal);
	vterm_screen_enable_altscreen(p->screen, 1);
	vterm_screen_reset(p->screen, 1);
}

struct pty *
pty_start(char *const argv[], char *const env[], const char *folder, bool draw)
{
	struct pty *p = mem_alloc(sizeof *p);
	struct winsize size = { .ws_row = ROWS, .ws_col = COLUMNS };
	if (draw)
		make_screen(p);
	p->started = now_ns();
	p->pid = forkpty(&p->fd, NULL, NULL, &size);
	if (p->pid < 0)
		fatal("no terminal: %s", strerror(errno));
	if (p->pid == 0) {
		if (folder == NULL || chdir(folder) == 0)
			execvpe(argv[0], argv, env);
		_exit(127);
	}
	return p;
}

void
pty_end(struct pty *p)
{
	if (p == NULL)
		return;
	kill(p->pid, SIGHUP);
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	close(p->fd);
	if (p->terminal != NULL)
		vterm_free(p->terminal);
	free(p);
}

pid_t
pty_pid(const struct pty *p)
{
	return p->pid;
}

int64_t
pty_started(const struct pty *p)
{
	return p->started;
}

int64_t
pty_read_at(const struct pty *p)
{
	return p->read_at;
}

size_t
pty_bytes(const struct pty *p)
{
	return p->bytes;
}

bool
pty_pump(struct pty *p, int64_t deadline, bool *over)
{
	struct pollfd fd = { .fd = p->fd, .events = POLLIN };
	char chunk[65536];
	int64_t left = deadline - now_ns();
	*over = false;
	if (poll(&fd, 1, left > 0 ? (int)((left + NS_PER_MS - 1) / NS_PER_MS) : 0) <= 0)
		return false;
	ssize_t n = read(p->fd, chunk, sizeof chunk);
	p->read_at = now_ns();
	if (n <= 0) {
		*over = true;
		return false;
	}
	p->bytes += (size_t)n;
	if (p->terminal != NULL)
		vterm_input_write(p->terminal, chunk, (size_t)n);
	return true;
}

const char *
pty_screen(struct pty *p)
{
	size_t len = 0;
	for (int row = 0; row < ROWS; row++) {
		VTermRect line = { .start_row = row, .end_row = row + 1, .end_col = COLUMNS };
		len += vterm_screen_get_text(p->screen, p->text + len, sizeof p->text - len - 2, line);
		p->text[len++] = '\n';
	}
	p->text[len] = '\0';
	return p->text;
}

int64_t
pty_await(struct pty *p, const char *text, int ms)
{
	int64_t deadline = now_ns() + ms * NS_PER_MS;
	bool over = false;
	while (!over && now_ns() < deadline)
		if (pty_pump(p, deadline, &over) && strstr(pty_screen(p), text) != NULL)
			return p->read_at;
	return -1;
}

void
pty_settle(struct pty *p, int ms)
{
	int64_t deadline = now_ns() + ms * NS_PER_MS;
	bool over = false;
	while (!over && now_ns() < deadline)
		pty_pump(p, deadline, &over);
}

int64_t
pty_type(struct pty *p, const char *text)
{
	int64_t at = now_ns();
	write_all(p->fd, text, strlen(text));
	return at;
}

int64_t
pty_cpu_ns(const struct pty *p)
{
	clockid_t clock;
	struct timespec ts;
	if (clock_getcpuclockid(p->pid, &clock) != 0 || clock_gettime(clock, &ts) != 0)
		return 0;
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

size_t
pty_resident(const struct pty *p)
{
	char path[64], line[256];
	size_t kib = 0;
	snprintf(path, sizeof path, "/proc/%d/status", (int)p->pid);
	FILE *f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (sscanf(line, "VmRSS: %zu kB", &kib) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return kib * 1024;
}
