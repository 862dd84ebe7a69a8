/* vtty.c - the pty driver of the screen tests; see vtty.h. */
#include "config.h"

#include "vtty.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

enum {
	SETTLED_MS = 10 * 1000,         /* what never falls silent is waited for no longer */
	HELD_UP_MS = 20,                /* half of what a program must wait for the rest of a key */
};

struct vtty {
	VTerm		*vt;
	VTermScreen	*screen;
	VTermPos	 cursor;
	bool		 alt, ended;
	int		 fd, rows, cols, status;
	pid_t		 pid;
	char		*raw;
	size_t		 raw_len, raw_cap;
	char		 text[256 * 1024];
	char		 row[8192];
};

int64_t
vtty_now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t
now_ms(void)
{
	return vtty_now_us() / 1000;
}

/* ---- libvterm ------------------------------------------------------------------------------ */

static int
on_cursor(VTermPos pos, VTermPos old, int visible, void *arg)
{
	struct vtty *t = arg;
	(void)old;
	(void)visible;
	t->cursor = pos;
	return 1;
}

static int
on_prop(VTermProp prop, VTermValue *val, void *arg)
{
	struct vtty *t = arg;
	if (prop == VTERM_PROP_ALTSCREEN)
		t->alt = val->boolean;
	return 1;
}

static const VTermScreenCallbacks callbacks = {
	.movecursor = on_cursor, .settermprop = on_prop,
};

/* Answers to queries go back to the program, as a terminal would give them. */
static void
on_output(const char *s, size_t n, void *arg)
{
	struct vtty *t = arg;
	(void)!write(t->fd, s, n);
}

/* ---- start ----------------------------------------------------------------------------------- */

static void
set_environment(const struct vtty_options *o)
{
	setenv("TERM", o->term != NULL ? o->term : "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("INPUTRC", "/dev/null", 1);
	static const char *const strange[] = { "LINES", "COLUMNS", "NO_COLOR", "COLORFGBG", "TMUX",
		"COLORTERM", "LANGUAGE" };
	for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
		unsetenv(strange[i]);
	for (size_t i = 0; o->env != NULL && o->env[i] != NULL; i++) {
		const char *eq = strchr(o->env[i], '=');
		char name[64];
		size_t n = eq != NULL ? (size_t)(eq - o->env[i]) : strlen(o->env[i]);
		assert(n < sizeof name);
		memcpy(name, o->env[i], n);
		name[n] = '\0';
		if (eq != NULL)
			setenv(name, eq + 1, 1);
		else
			unsetenv(name);
	}
}

struct vtty *
vtty_start(const struct vtty_options *o, char *const argv[])
{
	struct vtty *t = calloc(1, sizeof *t);
	assert(t != NULL);
	struct winsize ws = { .ws_row = (unsigned short)o->rows, .ws_col = (unsigned short)o->cols };
	t->rows = o->rows;
	t->cols = o->cols;
	t->vt = vterm_new(o->rows, o->cols);
	vterm_set_utf8(t->vt, 1);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_set_callbacks(t->screen, &callbacks, t);
	vterm_screen_reset(t->screen, 1);
	fflush(NULL);
	t->pid = forkpty(&t->fd, NULL, NULL, &ws);
	assert(t->pid >= 0);
	if (t->pid == 0) {
		set_environment(o);
		execv(argv[0], argv);
		_exit(127);
	}
	vterm_output_set_callback(t->vt, on_output, t);
	return t;
}

/* ---- the pty ------------------------------------------------------------------------------------ */

static void
keep_raw(struct vtty *t, const char *s, size_t n)
{
	if (t->raw_len + n + 1 > t->raw_cap) {
		t->raw_cap = (t->raw_len + n + 1) * 2;
		t->raw = realloc(t->raw, t->raw_cap);
		assert(t->raw != NULL);
	}
	memcpy(t->raw + t->raw_len, s, n);
	t->raw_len += n;
	t->raw[t->raw_len] = '\0';
}

/* Takes what the program wrote. False when nothing came within ms, or nothing will any more. */
static bool
pump(struct vtty *t, int64_t ms)
{
	struct pollfd p = { t->fd, POLLIN, 0 };
	if (poll(&p, 1, ms > 0 ? (int)ms : 0) <= 0)
		return false;
	char buf[16384];
	ssize_t n = read(t->fd, buf, sizeof buf);
	if (n <= 0)
		return false;
	keep_raw(t, buf, (size_t)n);
	vterm_input_write(t->vt, buf, (size_t)n);
	vterm_screen_flush_damage(t->screen);
	return true;
}

/* The program reads when it likes; meanwhile its output must go somewhere. */
void
vtty_send(struct vtty *t, const char *s, size_t n)
{
	int64_t deadline = now_ms() + VTTY_SOON * 2;
	while (n > 0 && now_ms() < deadline) {
		struct pollfd p = { t->fd, POLLOUT | POLLIN, 0 };
		poll(&p, 1, 100);
		if (p.revents & POLLIN)
			pump(t, 0);
		if ((p.revents & POLLOUT) == 0)
			continue;
		ssize_t w = write(t->fd, s, n < 512 ? n : 512);
		if (w < 0 && errno == EIO)
			return;
		assert(w > 0);
		s += w;
		n -= (size_t)w;
	}
}

void
vtty_type(struct vtty *t, const char *s)
{
	vtty_send(t, s, strlen(s));
}

bool
vtty_dribble(struct vtty *t, const char *s)
{
	bool steady = true;
	for (int64_t last = now_ms(); *s != '\0'; s++) {
		vtty_send(t, s, 1);
		steady &= now_ms() - last < HELD_UP_MS;
		last = now_ms();
		pump(t, 3);
	}
	return steady;
}

void
vtty_paste(struct vtty *t, const char *s)
{
	vtty_type(t, "\033[200~");
	vtty_type(t, s);
	vtty_type(t, "\033[201~");
}

void
vtty_resize(struct vtty *t, int rows, int cols)
{
	struct winsize ws = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
	t->rows = rows;
	t->cols = cols;
	vterm_set_size(t->vt, rows, cols);
	ioctl(t->fd, TIOCSWINSZ, &ws);          /* the kernel sends SIGWINCH */
}

/* ---- the screen ------------------------------------------------------------------------------------ */

static size_t
row_text(struct vtty *t, int r, char *out, size_t size)
{
	VTermRect rect = { r, r + 1, 0, t->cols };
	size_t n = vterm_screen_get_text(t->screen, out, size - 1, rect);
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return n;
}

const char *
vtty_screen(struct vtty *t)
{
	size_t o = 0;
	for (int r = 0; r < t->rows; r++) {
		o += row_text(t, r, t->text + o, sizeof t->text - o - 2);
		t->text[o++] = '\n';
	}
	t->text[o] = '\0';
	return t->text;
}

const char *
vtty_row(struct vtty *t, int row)
{
	row_text(t, row, t->row, sizeof t->row);
	return t->row;
}

bool
vtty_has(struct vtty *t, const char *text)
{
	return strstr(vtty_screen(t), text) != NULL;
}

int
vtty_find(struct vtty *t, const char *text)
{
	for (int r = 0; r < t->rows; r++)
		if (strstr(vtty_row(t, r), text) != NULL)
			return r;
	return -1;
}

static bool
wait_for(struct vtty *t, const char *text, bool present, int64_t ms)
{
	int64_t deadline = now_ms() + ms;
	for (;;) {
		if (vtty_has(t, text) == present)
			return true;
		if (now_ms() >= deadline)
			break;
		pump(t, 20);
	}
	fprintf(stderr, "# waited for %s\"%s\"; the screen is:\n", present ? "" : "absence of ", text);
	for (int r = 0; r < t->rows; r++)
		fprintf(stderr, "# |%s\n", vtty_row(t, r));
	return false;
}

bool
vtty_wait(struct vtty *t, const char *text, int64_t ms)
{
	return wait_for(t, text, true, ms);
}

bool
vtty_wait_gone(struct vtty *t, const char *text, int64_t ms)
{
	return wait_for(t, text, false, ms);
}

void
vtty_settle(struct vtty *t, int64_t quiet_ms)
{
	int64_t deadline = now_ms() + SETTLED_MS;
	while (now_ms() < deadline && pump(t, quiet_ms))
		;
}

bool
vtty_wait_end(struct vtty *t, int64_t ms)
{
	int64_t deadline = now_ms() + ms;
	while (!t->ended && now_ms() < deadline) {
		pump(t, 10);
		t->ended = waitpid(t->pid, &t->status, WNOHANG) == t->pid;
	}
	while (t->ended && pump(t, 0))
		;
	return t->ended;
}

void
vtty_cursor(struct vtty *t, int *r, int *c)
{
	*r = t->cursor.row;
	*c = t->cursor.col;
}

bool
vtty_wait_cursor(struct vtty *t, int row, int col, int64_t ms)
{
	int64_t deadline = now_ms() + ms;
	while (t->cursor.row != row || t->cursor.col != col) {
		if (now_ms() >= deadline) {
			fprintf(stderr, "# the cursor is at %d,%d, not %d,%d\n", t->cursor.row,
			    t->cursor.col, row, col);
			return false;
		}
		pump(t, 20);
	}
	return true;
}

bool
vtty_wait_sent(struct vtty *t, const char *sequence, int64_t ms)
{
	int64_t deadline = now_ms() + ms;
	while (!vtty_sent(t, sequence)) {
		if (now_ms() >= deadline)
			return false;
		pump(t, 20);
	}
	return true;
}

static size_t
encode(uint32_t cp, char *out)
{
	if (cp < 0x80)
		return out[0] = (char)cp, 1;
	if (cp < 0x800)
		return out[0] = (char)(0xc0 | cp >> 6), out[1] = (char)(0x80 | (cp & 63)), 2;
	if (cp < 0x10000)
		return out[0] = (char)(0xe0 | cp >> 12), out[1] = (char)(0x80 | (cp >> 6 & 63)),
		       out[2] = (char)(0x80 | (cp & 63)), 3;
	return out[0] = (char)(0xf0 | cp >> 18), out[1] = (char)(0x80 | (cp >> 12 & 63)),
	       out[2] = (char)(0x80 | (cp >> 6 & 63)), out[3] = (char)(0x80 | (cp & 63)), 4;
}

struct vtty_cell
vtty_cell(struct vtty *t, int row, int col)
{
	VTermScreenCell cell = { 0 };
	VTermPos pos = { row, col };
	vterm_screen_get_cell(t->screen, pos, &cell);
	struct vtty_cell c = { .bold = cell.attrs.bold, .italic = cell.attrs.italic,
		.underline = cell.attrs.underline != 0, .reverse = cell.attrs.reverse,
		.colored = !VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) };
	size_t n = 0;
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0 && n < sizeof c.text - 5; i++)
		n += encode(cell.chars[i], c.text + n);
	return c;
}

/* ---- golden screens ----------------------------------------------------------------------------------- */

static char *
read_whole(const char *path)
{
	FILE *f = fopen(path, "r");
	char *s = calloc(1, 256 * 1024);
	assert(s != NULL);
	if (f != NULL) {
		(void)!fread(s, 1, 256 * 1024 - 1, f);
		fclose(f);
	}
	return s;
}

bool
vtty_is_golden(struct vtty *t, const char *name)
{
	const char *dir = getenv("SRCDIR");
	char path[4096];
	snprintf(path, sizeof path, "%s/tests/screen/golden/%s", dir != NULL ? dir : ".", name);
	if (getenv("VTTY_GOLDEN") != NULL) {
		FILE *f = fopen(path, "w");
		assert(f != NULL);
		fputs(vtty_screen(t), f);
		fclose(f);
		return true;
	}
	char *golden = read_whole(path);
	bool same = strcmp(golden, vtty_screen(t)) == 0;
	if (!same)
		fprintf(stderr, "# %s differs; it is:\n%s# and the screen is:\n%s", path, golden, t->text);
	free(golden);
	return same;
}

/* ---- measuring ------------------------------------------------------------------------------------------ */

size_t
vtty_bytes(struct vtty *t)
{
	return t->raw_len;
}

const char *
vtty_raw(struct vtty *t, size_t *n)
{
	*n = t->raw_len;
	return t->raw != NULL ? t->raw : "";
}

bool
vtty_sent(struct vtty *t, const char *sequence)
{
	return t->raw != NULL && memmem(t->raw, t->raw_len, sequence, strlen(sequence)) != NULL;
}

static bool
is_color(long n)
{
	return (n >= 30 && n <= 38) || (n >= 40 && n <= 48) || (n >= 90 && n <= 107);
}

bool
vtty_sent_color(struct vtty *t)
{
	const char *end = t->raw != NULL ? t->raw + t->raw_len : NULL;
	for (const char *s = t->raw; s < end && (s = memmem(s, (size_t)(end - s), "\033[", 2)) != NULL;) {
		const char *from = s += 2;
		s += strspn(s, "0123456789;");
		for (char *next; *s == 'm' && from < s; from = next + (*next == ';'))
			if (is_color(strtol(from, &next, 10)))
				return true;
	}
	return false;
}

bool
vtty_altscreen(struct vtty *t)
{
	return t->alt;
}

bool
vtty_is_cooked(struct vtty *t)
{
	struct termios tio;             /* the master sees the slave's settings */
	return tcgetattr(t->fd, &tio) == 0 && (tio.c_lflag & (ICANON | ECHO)) == (ICANON | ECHO);
}

int64_t
vtty_cpu_ms(struct vtty *t)
{
	clockid_t clock;
	struct timespec ts = { 0 };
	if (clock_getcpuclockid(t->pid, &clock) != 0 || clock_gettime(clock, &ts) != 0)
		return -1;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- the end ---------------------------------------------------------------------------------------------- */

pid_t
vtty_pid(const struct vtty *t)
{
	return t->pid;
}

int
vtty_kill(struct vtty *t, int sig)
{
	return kill(t->pid, sig);
}

int
vtty_finish(struct vtty *t)
{
	if (!vtty_wait_end(t, VTTY_SOON * 2)) {
		fprintf(stderr, "# the program did not end; killed\n");
		kill(t->pid, SIGKILL);
		waitpid(t->pid, &t->status, 0);
	}
	int status = t->status;
	close(t->fd);
	vterm_free(t->vt);
	free(t->raw);
	free(t);
	return status;
}
