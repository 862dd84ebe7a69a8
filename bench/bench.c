/*
 * bench.c - what adit costs, measured beside public programs.
 *
 *	make bench                      everything, a minute and a half
 *	make bench BENCH="start rate"   some of it
 *
 * The adit that was built talks to adit-sim on loopback and is typed at on a
 * terminal of 120x40. Every row says what is asked for, what was measured and
 * what other programs take in the same run. Nothing fails: figures are to be read.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <locale.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/creds.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "pty.h"
#include "samples.h"
#include "simulator.h"

#define PROMPT     "\xe2\x9d\xaf"               /* what adit's input begins with */
#define END_STEP   "{\"text\":\"\\n\\nzjEND\\n\"}"
#define END        "zjEND"                      /* the texts of the simulator have no z and no j */

enum { STARTS = 15, QUESTIONS = 30, KEYS = 200, PATIENCE_MS = 10000, REPLY_MS = 120000 };

static char folder[64];                 /* everything that is written goes here */

/* ---- what is printed ------------------------------------------------------ */

static char *
text(const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return buf_take(&b, NULL);
}

/* Takes `measured` and `beside`. */
static void
row(const char *figure, const char *asked, bool reached, char *measured, char *beside)
{
	printf("%s %-44s %-22s %-26s %s\n", reached ? "\xe2\x9c\x93" : "\xe2\x9c\x97", figure, asked, measured, beside);
	fflush(stdout);
	free(measured);
	free(beside);
}

static void
not_measured(const char *figure, const char *asked, const char *why)
{
	row(figure, asked, false, text("-"), text("not measured: %s", why));
}

/* ---- the programs --------------------------------------------------------- */

static bool
is_here(const char *program)
{
	char *command = text("command -v %s >/dev/null 2>&1", program);
	bool here = system(command) == 0;
	free(command);
	return here;
}

/* An environment of its own, so that no session, history or configuration of the user's is used. */
static char **
environment(const char *url)
{
	const char *path = getenv("PATH");
	char *fixed[] = {
		text("PATH=%s", path != NULL ? path : "/usr/bin:/bin"),
		text("HOME=%s", folder),
		text("TERM=xterm-256color"),
		text("LC_ALL=C.UTF-8"),
		text("AWS_ACCESS_KEY_ID=AKIDEXAMPLE"),
		text("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
		text("AWS_REGION=us-east-1"),
		text("AWS_EC2_METADATA_DISABLED=true"),
		text("AWS_ENDPOINT_URL=%s", url != NULL ? url : "http://127.0.0.1:9"),
		NULL,
	};
	char **env = mem_alloc(sizeof fixed);
	memcpy(env, fixed, sizeof fixed);
	return env;
}

static struct pty *
start(char *const argv[], const char *url, const char *where, bool draw)
{
	char **env = environment(url);
	struct pty *p = pty_start(argv, env, where, draw);
	for (size_t i = 0; env[i] != NULL; i++)
		free(env[i]);
	free(env);
	return p;
}

static struct pty *
start_adit(const char *url)
{
	char *adit = getenv("ADIT"), m[] = "-m", model[] = "us.anthropic.claude-opus-4-6-v1";
	char *argv[] = { adit, m, model, NULL };
	return start(argv, url, folder, true);
}

static struct pty *
start_irssi(void)
{
	char irssi[] = "irssi";
	char *home = text("--home=%s/irssi", folder), *argv[] = { irssi, home, NULL };
	struct pty *p = start(argv, NULL, folder, true);
	free(home);
	return p;
}

/* In the folder that make was run from: a repository as a rule. */
static struct pty *
start_tig(void)
{
	char tig[] = "tig", *argv[] = { tig, NULL };
	return start(argv, NULL, getenv("SRCDIR"), true);
}

struct ready {
	double	ms, mib;                /* since it was started; resident then; -1: it never was */
};

/* Waits for the prompt, then types and waits for the echo. echo NULL: only for the prompt. */
static struct ready
wait_until_ready(struct pty *p, const char *prompt, const char *echo)
{
	int64_t at = pty_await(p, prompt, PATIENCE_MS);
	if (at >= 0 && echo != NULL) {
		pty_type(p, echo);
		at = pty_await(p, echo, PATIENCE_MS);
	}
	if (at < 0)
		return (struct ready){ -1, -1 };
	return (struct ready){ (double)(at - pty_started(p)) / NS_PER_MS, (double)pty_resident(p) / (1 << 20) };
}

/* " NAME MEDIAN", or nothing of a program that is not here. */
static void
add_median(struct buf *b, const char *name, struct samples *s)
{
	if (s->n > 0)
		buf_printf(b, "%s%s %.1f", b->len > 0 ? ", " : "", name, samples_at(s, 0.5));
}

/* How long `curl --version` takes, in ms. */
static double
run_curl(void)
{
	int64_t from = now_ns();
	pid_t pid = fork();
	if (pid == 0) {
		int nowhere = open("/dev/null", O_WRONLY);
		dup2(nowhere, STDOUT_FILENO);
		execlp("curl", "curl", "--version", (char *)NULL);
		_exit(127);
	}
	int status;
	waitpid(pid, &status, 0);
	return (double)(now_ns() - from) / NS_PER_MS;
}

/* How long `cat` of n bytes of the simulator's text takes on a terminal, in seconds. */
static double
run_cat(size_t n)
{
	static const char lorem[] =
	    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor "
	    "incididunt ut labore et dolore magna aliqua.\n\n";
	char *path = text("%s/text", folder);
	FILE *f = fopen(path, "w");
	if (f == NULL)
		fatal("%s: %s", path, strerror(errno));
	for (size_t at = 0; at < n; at++)
		putc(lorem[at % (sizeof lorem - 1)], f);
	fclose(f);
	char cat[] = "cat", *argv[] = { cat, path, NULL };
	struct pty *p = start(argv, NULL, folder, true);
	bool over = false;
	while (!over)
		pty_pump(p, now_ns() + PATIENCE_MS * NS_PER_MS, &over);
	double s = (double)(pty_read_at(p) - pty_started(p)) / NS_PER_S;
	pty_end(p);
	free(path);
	return s;
}

/* ---- start and memory ------------------------------------------------------ */

struct starts {
	struct samples	ms, mib;
};

static void
add_start(struct starts *s, struct pty *p, const char *prompt, const char *echo)
{
	struct ready r = wait_until_ready(p, prompt, echo);
	if (r.ms >= 0) {
		samples_add(&s->ms, r.ms);
		samples_add(&s->mib, r.mib);
	}
	pty_end(p);
}

static void
measure_start(void)
{
	struct samples curl = { 0 };
	struct starts adit = { 0 }, irssi = { 0 }, tig = { 0 };
	struct simulator *sim = simulator_start(folder, "[{\"text\":\"hello\"}]");
	bool have_curl = is_here("curl"), have_irssi = is_here("irssi"), have_tig = is_here("tig");
	for (int i = 0; i < STARTS; i++) {
		if (have_curl)
			samples_add(&curl, run_curl());
		add_start(&adit, start_adit(simulator_url(sim)), PROMPT, "zj");
		if (have_irssi)
			add_start(&irssi, start_irssi(), "[(status)]", "zj");
		if (have_tig)
			add_start(&tig, start_tig(), "[main]", NULL);
	}
	simulator_end(sim);
	double ms = samples_at(&adit.ms, 0.5), floor = samples_at(&curl, 0.5), mib = samples_at(&adit.mib, 0.5);
	struct buf times = { 0 }, sizes = { 0 };
	add_median(&times, "ms: curl --version", &curl);
	add_median(&times, "irssi", &irssi.ms);
	add_median(&times, "tig", &tig.ms);
	add_median(&sizes, "MB: irssi", &irssi.mib);
	add_median(&sizes, "tig", &tig.mib);
	if (ms < 0)
		row("start to ready for typing", "3x curl --version", false, text("was never ready"),
		    buf_take(&times, NULL));
	else
		row("start to ready for typing", "3x curl --version", ms <= 3 * floor,
		    text("%.1f ms (%.1fx)", ms, ms / floor), buf_take(&times, NULL));
	row("resident memory at ready", "18 MB", mib >= 0 && mib <= 18, text("%.1f MB", mib),
	    buf_take(&sizes, NULL));
	samples_done(&curl);
	struct starts *all[] = { &adit, &irssi, &tig };
	for (int i = 0; i < 3; i++) {
		samples_done(&all[i]->ms);
		samples_done(&all[i]->mib);
	}
}

/* ---- one conversation ------------------------------------------------------ */

struct talk {
	struct simulator *sim;
	struct pty	*adit;          /* ready for typing; NULL: it never was */
};

/* steps: what the simulator answers. */
static struct talk
talk_start(const char *steps)
{
	struct talk t = { .sim = simulator_start(folder, steps) };
	t.adit = start_adit(simulator_url(t.sim));
	if (wait_until_ready(t.adit, PROMPT, "go").ms < 0) {
		pty_end(t.adit);
		t.adit = NULL;
		return t;
	}
	pty_settle(t.adit, 300);        /* what it does after it is ready is not part of the reply */
	return t;
}

static void
talk_end(struct talk *t)
{
	pty_end(t->adit);
	simulator_end(t->sim);
}

struct cost {
	double	wall_s, cpu_s, mib;
	size_t	bytes;                  /* written to the terminal */
};

/* Sends what is typed and waits for the end of the answer; wall_s is -1 if it does not come. */
static struct cost
ask(struct talk *t)
{
	size_t bytes = pty_bytes(t->adit);
	int64_t cpu = pty_cpu_ns(t->adit);
	int64_t from = pty_type(t->adit, "\r");
	int64_t to = pty_await(t->adit, END, REPLY_MS);
	struct cost c = { .wall_s = to < 0 ? -1 : (double)(to - from) / NS_PER_S,
		.cpu_s = (double)(pty_cpu_ns(t->adit) - cpu) / NS_PER_S,
		.bytes = pty_bytes(t->adit) - bytes };
	pty_settle(t->adit, 500);
	c.mib = (double)pty_resident(t->adit) / (1 << 20);
	return c;
}

/* A reply of so many bytes in so many pieces. */
static bool
flood(size_t bytes, size_t pieces, struct cost *c)
{
	char *steps = text("[{\"flood\":{\"bytes\":%zu,\"pieces\":%zu}}," END_STEP "]", bytes, pieces);
	struct talk t = talk_start(steps);
	free(steps);
	*c = (struct cost){ .wall_s = -1 };
	if (t.adit != NULL)
		*c = ask(&t);
	talk_end(&t);
	return c->wall_s >= 0;
}

static void
measure_flood(void)
{
	static const struct {
		const char *figure, *asked;
		size_t	    bytes, pieces;
		double	    limit;
	} floods[] = {
		{ "1 MB in 50,000 pieces, wall", "0.3 s", 1000000, 50000, 0.3 },
		{ "4 MB in 200,000 pieces, wall", "1.2 s", 4000000, 200000, 1.2 },
	};
	for (size_t i = 0; i < sizeof floods / sizeof *floods; i++) {
		struct cost c;
		if (!flood(floods[i].bytes, floods[i].pieces, &c)) {
			not_measured(floods[i].figure, floods[i].asked, "the end was never shown");
			continue;
		}
		double cat = run_cat(floods[i].bytes);
		row(floods[i].figure, floods[i].asked, c.wall_s <= floods[i].limit,
		    text("%.3f s (%.1fx), CPU %.3f", c.wall_s, c.wall_s / cat, c.cpu_s),
		    text("cat of the text %.3f s; %zu bytes to the terminal", cat, c.bytes));
	}
}

static void
measure_memory(void)
{
	static const char figure[] = "resident memory after a 10 MB reply";
	struct cost c;
	if (flood(10000000, 500000, &c))
		row(figure, "60 MB", c.mib <= 60, text("%.1f MB", c.mib),
		    text("that reply took %.2f s, CPU %.2f", c.wall_s, c.cpu_s));
	else
		not_measured(figure, "60 MB", "the end was never shown");
}

/* ---- from Enter to the wire -------------------------------------------------- */

static void
measure_enter(void)
{
	static const char figure[] = "Enter to request on the wire, warm";
	struct samples ms = { 0 };
	double first = -1;
	struct talk t = talk_start("[{\"text\":\"zjX${user}Xq\"}]");
	bool answered = t.adit != NULL;
	for (int i = 0; answered && i < QUESTIONS; i++) {
		char *question = text("%sk%dk", i == 0 ? "" : "go", i), *answer = text("zjXgok%dkXq", i);
		pty_type(t.adit, question);
		pty_await(t.adit, question, PATIENCE_MS);
		pty_settle(t.adit, 50);
		int64_t from = pty_type(t.adit, "\r");
		answered = pty_await(t.adit, answer, PATIENCE_MS) >= 0;
		double taken = (double)(simulator_asked_at(t.sim) - from) / NS_PER_MS;
		if (i == 0)
			first = taken;
		else if (answered)
			samples_add(&ms, taken);
		free(question);
		free(answer);
	}
	if (ms.n > 0)
		row(figure, "3 ms", samples_at(&ms, 0.5) <= 3,
		    text("%.2f ms, p99 %.2f", samples_at(&ms, 0.5), samples_at(&ms, 0.99)),
		    text("the first, with its connection, %.2f ms", first));
	else
		not_measured(figure, "3 ms", "no question was answered");
	samples_done(&ms);
	talk_end(&t);
}

/* ---- from the wire to the screen ---------------------------------------------- */

struct sight {
	unsigned long	piece;
	int64_t		at;
};

struct sights {
	struct sight	*v;
	size_t		 n;
};

/* Notes the pieces "zjNq" that the screen shows for the first time. */
static void
note_sights(struct sights *s, const char *screen, int64_t at)
{
	unsigned long newest = s->n > 0 ? s->v[s->n - 1].piece : 0;
	for (const char *mark = strstr(screen, "zj"); mark != NULL; mark = strstr(mark + 2, "zj")) {
		char *end;
		unsigned long piece = strtoul(mark + 2, &end, 10);
		if (end == mark + 2 || *end != 'q' || piece <= newest)
			continue;
		s->v = mem_resize_array(s->v, s->n + 1, sizeof *s->v);
		s->v[s->n++] = (struct sight){ piece, at };
		newest = piece;
	}
}

static struct samples
piece_latency(int pieces_per_s, int seconds)
{
	struct samples ms = { 0 };
	struct sights seen = { 0 };
	char *steps = text("[{\"rate\":{\"pieces_per_s\":%d,\"seconds\":%d,\"piece\":\"zj{n}q \"}}," END_STEP "]",
	    pieces_per_s, seconds);
	struct talk t = talk_start(steps);
	free(steps);
	if (t.adit != NULL) {
		bool over = false, ended = false;
		int64_t deadline = pty_type(t.adit, "\r") + (seconds + 10) * NS_PER_S;
		while (!over && !ended && now_ns() < deadline) {
			if (!pty_pump(t.adit, deadline, &over))
				continue;
			const char *screen = pty_screen(t.adit);
			note_sights(&seen, screen, pty_read_at(t.adit));
			ended = strstr(screen, END) != NULL;
		}
		pty_settle(t.adit, 300);
		size_t n;
		const int64_t *sent = simulator_pieces(t.sim, &n);
		for (size_t i = 0; i < seen.n; i++)
			if (seen.v[i].piece <= n)
				samples_add(&ms, (double)(seen.v[i].at - sent[seen.v[i].piece - 1]) / NS_PER_MS);
	}
	free(seen.v);
	talk_end(&t);
	return ms;
}

static void
measure_piece(void)
{
	static const struct {
		const char *figure, *asked;
		int	    pieces_per_s, seconds;
		double	    limit;
	} paces[] = {
		{ "piece on the wire to its text on the screen", "5 ms", 10, 8, 5 },
		{ "the same while 2,000 pieces/s come", "40 ms", 2000, 5, 40 },
	};
	for (size_t i = 0; i < sizeof paces / sizeof *paces; i++) {
		struct samples ms = piece_latency(paces[i].pieces_per_s, paces[i].seconds);
		if (ms.n > 0)
			row(paces[i].figure, paces[i].asked, samples_at(&ms, 0.5) <= paces[i].limit,
			    text("%.2f ms, p99 %.2f", samples_at(&ms, 0.5), samples_at(&ms, 0.99)),
			    text("%zu of %d pieces were seen to appear", ms.n,
				paces[i].pieces_per_s * paces[i].seconds));
		else
			not_measured(paces[i].figure, paces[i].asked, "no piece was shown");
		samples_done(&ms);
	}
}

static void
measure_rate(void)
{
	enum { PER_S = 100, SECONDS = 10 };
	static const char bytes[] = "bytes to the terminal per byte, 100 pieces/s", cpu[] = "CPU at 100 pieces/s";
	char *steps = text("[{\"rate\":{\"pieces_per_s\":%d,\"seconds\":%d,\"piece\":\"w{n} \"}}," END_STEP "]",
	    PER_S, SECONDS);
	struct talk t = talk_start(steps);
	struct cost c = t.adit != NULL ? ask(&t) : (struct cost){ .wall_s = -1 };
	size_t reply = 0;
	for (int i = 1; i <= PER_S * SECONDS; i++)
		reply += (size_t)snprintf(NULL, 0, "w%d ", i);
	if (c.wall_s < 0) {
		not_measured(bytes, "3", "the end was never shown");
		not_measured(cpu, "3 %", "the end was never shown");
	} else {
		row(bytes, "3", (double)c.bytes <= 3.0 * (double)reply, text("%.2f", (double)c.bytes / (double)reply),
		    text("%zu bytes for %zu", c.bytes, reply));
		row(cpu, "3 %", c.cpu_s <= 0.03 * c.wall_s, text("%.1f %% of a core", 100 * c.cpu_s / c.wall_s),
		    text("%.3f s in %.1f s", c.cpu_s, c.wall_s));
	}
	free(steps);
	talk_end(&t);
}

/* ---- the echo of a key --------------------------------------------------------- */

/* Types letters that are not in the texts, one after the other, and times their echoes. */
static struct samples
key_echo(struct pty *p, int n)
{
	static const char letters[] = "fhkwyzj";
	struct samples ms = { 0 };
	char typed[24] = "";
	for (int i = 0; i < n; i++) {
		size_t len = strlen(typed);
		if (len == 0 || len + 2 > sizeof typed) {
			pty_type(p, "\025zj");  /* ^U: begin again, with what is nowhere else */
			snprintf(typed, sizeof typed, "zj");
			if (pty_await(p, typed, PATIENCE_MS) < 0)
				break;
			len = 2;
		}
		char key[] = { letters[i % 7], '\0' };
		typed[len] = key[0];
		typed[len + 1] = '\0';
		int64_t from = pty_type(p, key), to = pty_await(p, typed, 2000);
		samples_add(&ms, to < 0 ? 2000 : (double)(to - from) / NS_PER_MS);
		pty_settle(p, 20 + i % 13);
	}
	return ms;
}

static void
measure_keys(void)
{
	static const char figure[] = "key echo while a reply floods, median, p99", asked[] = "3 ms, 20 ms";
	struct talk t = talk_start("[{\"flood\":{\"bytes\":4000000,\"pieces\":200000,\"delay_us\":100}}]");
	struct samples flooded = { 0 }, idle = { 0 }, irssi = { 0 };
	if (t.adit != NULL) {
		idle = key_echo(t.adit, KEYS / 4);
		pty_type(t.adit, "\r");
		pty_settle(t.adit, 300);
		flooded = key_echo(t.adit, KEYS);
	}
	talk_end(&t);
	if (is_here("irssi")) {
		struct pty *p = start_irssi();
		if (wait_until_ready(p, "[(status)]", "zj").ms >= 0)
			irssi = key_echo(p, KEYS / 4);
		pty_end(p);
	}
	double median = samples_at(&flooded, 0.5), p99 = samples_at(&flooded, 0.99);
	if (flooded.n > 0)
		row(figure, asked, median <= 3 && p99 <= 20, text("%.2f ms, %.2f ms", median, p99),
		    text("idle %.2f, %.2f; irssi idle %.2f, %.2f", samples_at(&idle, 0.5), samples_at(&idle, 0.99),
			samples_at(&irssi, 0.5), samples_at(&irssi, 0.99)));
	else
		not_measured(figure, asked, "no key was echoed");
	samples_done(&flooded);
	samples_done(&idle);
	samples_done(&irssi);
}

/* ---- many at once ---------------------------------------------------------------- */

/* As many subagents at once as are asked for. */
static void
allow_many(bool many)
{
	char *path = text("%s/.config/adit/adit.json5", folder);
	const char *config = many ? "{agents:{defaults:{subagents:{maxConcurrent:256}}},tools:{rules:{allow:['shell']}}}" :
	    "{}";
	for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(path, 0700);
		*slash = '/';
	}
	struct err err = { 0 };
	if (file_replace(path, config, strlen(config), 0600, &err) < 0)
		fatal("%s", err.text);
	free(path);
}

/* How many sockets the program has, and how many processes are below it. */
static int
count_sockets(pid_t pid)
{
	char *path = text("/proc/%d/fd", (int)pid), target[64];
	DIR *dir = opendir(path);
	int n = 0;
	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
		ssize_t len = readlinkat(dirfd(dir), e->d_name, target, sizeof target - 1);
		n += len > 7 && strncmp(target, "socket:", 7) == 0;
	}
	if (dir != NULL)
		closedir(dir);
	free(path);
	return n;
}

/* How many stored sessions have this text. */
static int
count_stored(const char *what)
{
	char *pattern = text("%s/.local/share/adit/sessions/*.jsonl", folder);
	glob_t found = { 0 };
	int n = 0;
	glob(pattern, 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct buf b = { 0 };
		struct err err = { 0 };
		if (file_read(found.gl_pathv[i], 64 << 20, &b, &err) == 0)
			n += strstr(buf_str(&b), what) != NULL;
		buf_done(&b);
	}
	globfree(&found);
	free(pattern);
	return n;
}

/* Types /spawn so many times; the times from Enter to the request, in ms. */
static struct samples
spawn_agents(struct talk *t, int n)
{
	struct samples ms = { 0 };
	pty_type(t->adit, "\025");
	for (int i = 0; i < n; i++) {
		char *line = text("/spawn task%d", i);
		pty_type(t->adit, line);
		pty_await(t->adit, line, PATIENCE_MS);
		int64_t from = pty_type(t->adit, "\r"), asked = -1;
		for (int tries = 0; tries < 2000 && asked < from; tries++) {
			pty_settle(t->adit, 1);
			int64_t at = simulator_asked_at(t->sim);
			asked = at > 0 ? at : asked;
		}
		samples_add(&ms, asked < from ? 2000 : (double)(asked - from) / NS_PER_MS);
		free(line);
	}
	return ms;
}

enum { AGENTS_PER_S = 50, AGENTS_SECONDS = 20 };

static struct talk
talk_of_agents(int seconds)
{
	char *steps = text("[{\"rate\":{\"pieces_per_s\":%d,\"seconds\":%d,\"piece\":\"w{n} \"}}]", AGENTS_PER_S, seconds);
	struct talk t = talk_start(steps);
	free(steps);
	return t;
}

/* While so many subagents stream: keys, processor, memory, pieces. */
static void
measure_streaming(int n)
{
	struct talk t = talk_of_agents(AGENTS_SECONDS);
	if (t.adit == NULL) {
		not_measured("subagents at once", "64", "adit was not ready");
		talk_end(&t);
		return;
	}
	size_t before = pty_resident(t.adit);
	struct samples spawned = spawn_agents(&t, n);
	int64_t cpu = pty_cpu_ns(t.adit), from = now_ns();
	struct samples keys = key_echo(t.adit, KEYS / 2);
	double share = (double)(pty_cpu_ns(t.adit) - cpu) / (double)(now_ns() - from);
	pty_settle(t.adit, AGENTS_SECONDS * 1000);
	char *last = text("w%d ", AGENTS_PER_S * AGENTS_SECONDS);
	int whole = count_stored(last);
	for (int tries = 0; whole < n && tries < 40; tries++, whole = count_stored(last))
		pty_settle(t.adit, 500);
	double mib = (double)(pty_resident(t.adit) - before) / (1 << 20) / n;
	free(last);
	row("a subagent, from Enter to its request", "5 ms", samples_at(&spawned, 0.5) <= 5,
	    text("%.2f ms, p99 %.2f", samples_at(&spawned, 0.5), samples_at(&spawned, 0.99)), text("%d of them", n));
	row("key echo while they stream 50 pieces/s each", "p99 20 ms", samples_at(&keys, 0.99) <= 20,
	    text("%.2f ms, p99 %.2f", samples_at(&keys, 0.5), samples_at(&keys, 0.99)), text("%d at once", n));
	row("CPU meanwhile", "one core", share <= 1, text("%.0f %% of a core", 100 * share), text("%d at once", n));
	row("memory for each", "1 MiB", mib <= 1, text("%.2f MiB", mib), text("%d at once", n));
	row("answers that came whole", "all", whole >= n, text("%d", whole), text("of %d, and main's", n));
	samples_done(&spawned);
	samples_done(&keys);
	talk_end(&t);
}

/* All of them are ended: until the screen says so and no connection is left. */
static void
measure_kill(int n)
{
	struct talk t = talk_of_agents(60);
	if (t.adit != NULL) {
		struct samples spawned = spawn_agents(&t, n);
		samples_done(&spawned);
		int open = count_sockets(pty_pid(t.adit));
		pty_type(t.adit, "/kill all");
		pty_settle(t.adit, 300);
		int64_t from = pty_type(t.adit, "\r"), to = pty_await(t.adit, "were stopped", PATIENCE_MS);
		while (count_sockets(pty_pid(t.adit)) > open - n && now_ns() - from < 2 * NS_PER_S)
			pty_settle(t.adit, 1);
		int64_t closed = now_ns();
		double ms = to < 0 ? 9999 : (double)((to > closed ? to : closed) - from) / NS_PER_MS;
		row("/kill all, until no connection is left", "200 ms", ms <= 200, text("%.1f ms", ms),
		    text("%d at once, %d sockets before", n, open));
	}
	talk_end(&t);
}

#define SLEEP "98765.4321"              /* seconds that nobody else sleeps */

/* Processes that sleep so long, whoever their parent is by now. */
static int
count_sleepers(void)
{
	static const char wanted[] = "sleep\0" SLEEP;
	glob_t found = { 0 };
	int n = 0;
	glob("/proc/[0-9]*/cmdline", GLOB_NOSORT, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char line[64] = "";
		int fd = open(found.gl_pathv[i], O_RDONLY | O_CLOEXEC);
		ssize_t len = fd >= 0 ? read(fd, line, sizeof line) : -1;
		n += len == (ssize_t)sizeof wanted && memcmp(line, wanted, sizeof wanted) == 0;
		if (fd >= 0)
			close(fd);
	}
	globfree(&found);
	return n;
}

/* Each runs a command that has left a child in a session of its own. */
static void
measure_kill_tools(int n)
{
	struct talk t = talk_start("[{\"tool\":{\"name\":\"shell\",\"input\":"
	    "{\"command\":\"setsid sleep " SLEEP " & sleep " SLEEP "\"}}}]");
	if (t.adit != NULL) {
		struct samples spawned = spawn_agents(&t, n);
		samples_done(&spawned);
		for (int tries = 0; count_sleepers() < 2 * n && tries < 200; tries++)
			pty_settle(t.adit, 50);
		int before = count_sleepers();
		pty_type(t.adit, "/kill all");
		pty_settle(t.adit, 300);
		int64_t from = pty_type(t.adit, "\r");
		while (count_sleepers() > 0 && now_ns() - from < 2 * NS_PER_S)
			pty_settle(t.adit, 1);
		double ms = before < 2 * n ? 9999 : (double)(now_ns() - from) / NS_PER_MS;
		row("/kill all, until no process of a tool is left", "200 ms", ms <= 200, text("%.1f ms", ms),
		    text("%d at once, %d processes before", n, before));
	}
	talk_end(&t);
}

static void
measure_agents(void)
{
	allow_many(true);
	measure_streaming(64);
	measure_kill(64);
	measure_kill_tools(32);         /* as many commands as may run at once */
	allow_many(false);
}

static void
measure_crowd(void)
{
	allow_many(true);
	measure_streaming(256);
	allow_many(false);
}

/* ---- credentials: in this process, with the program's own provider ------------------ */

static void
write_aws(const char *name, const char *contents, mode_t mode)
{
	char *aws = text("%s/.aws", folder), *path = text("%s/%s", folder, name);
	mkdir(aws, 0700);
	FILE *f = fopen(path, "w");
	if (f == NULL || fputs(contents, f) < 0 || fclose(f) != 0 || chmod(path, mode) < 0)
		fatal("%s: %s", path, strerror(errno));
	free(aws);
	free(path);
}

/* From nothing to keys: files read, chain walked. */
static struct samples
resolve_often(const char *profile)
{
	struct samples s = { 0 };
	for (int i = 0; i < 50; i++) {
		struct aws *aws = aws_new(&(struct aws_options){ .profile = profile }, NULL);
		int64_t from = clock_us();
		const struct creds *c = creds_get(aws, NULL, NULL);
		if (c != NULL)
			samples_add(&s, (double)(clock_us() - from) / 1000);
		creds_unref(c);
		aws_free(aws);
	}
	return s;
}

struct getter {
	pthread_t	 thread;
	struct aws	*aws;
	struct samples	 us;
};

static void *
get_often(void *arg)
{
	struct getter *g = arg;
	for (int i = 0; i < 1000 / 16 + 1; i++) {
		int64_t from = clock_us();
		creds_unref(creds_get(g->aws, NULL, NULL));
		samples_add(&g->us, (double)(clock_us() - from));
	}
	return NULL;
}

/* A thousand gets from 16 threads: what each took, in microseconds, and all of them in milliseconds. */
static struct samples
get_from_threads(struct aws *aws, double *total)
{
	struct getter getters[16];
	struct samples all = { 0 };
	int64_t from = clock_us();
	for (int i = 0; i < 16; i++) {
		getters[i] = (struct getter){ .aws = aws };
		if (pthread_create(&getters[i].thread, NULL, get_often, &getters[i]) != 0)
			fatal("no thread");
	}
	for (int i = 0; i < 16; i++) {
		pthread_join(getters[i].thread, NULL);
		for (size_t k = 0; k < getters[i].us.n; k++)
			samples_add(&all, getters[i].us.v[k]);
		samples_done(&getters[i].us);
	}
	*total = (double)(clock_us() - from) / 1000;
	return all;
}

/* Credentials for an hour, in their last quarter, whose helper takes two seconds for new ones. */
static void
measure_refresh(const char *figure)
{
	char when[32];
	double quiet_ms, busy_ms;
	clock_iso8601(clock_wall() + 60 * 60, when);
	char *helper = text("#!/bin/sh\ncd '%s'\n[ -f ran ] && sleep 2\n: >ran\necho '{\"Version\":1,\"AccessKeyId\":\"A\","
			    "\"SecretAccessKey\":\"s\",\"Expiration\":\"%s\"}'\n", folder, when);
	write_aws("helper", helper, 0700);
	free(helper);
	struct aws *aws = aws_new(&(struct aws_options){ .profile = "slow" }, NULL);
	creds_unref(creds_get(aws, NULL, NULL));
	struct samples quiet = get_from_threads(aws, &quiet_ms);
	clock_set_wall(clock_wall() + 47 * 60); /* 13 minutes are left: time to ask again */
	creds_unref(creds_get(aws, NULL, NULL));
	struct creds_report *r = creds_report(aws);
	bool running = r->refreshing;
	creds_report_free(r);
	struct samples busy = get_from_threads(aws, &busy_ms);
	clock_set_wall(0);
	if (running)
		row(figure, "no wait: all, longest", samples_at(&busy, 1) < 100000,
		    text("%.2f ms, %.0f us", busy_ms, samples_at(&busy, 1)),
		    text("while none runs %.2f ms, %.0f us", quiet_ms, samples_at(&quiet, 1)));
	else
		not_measured(figure, "no wait: all, longest", "no refresh began");
	samples_done(&quiet);
	samples_done(&busy);
	aws_free(aws);
}

static void
measure_credentials(void)
{
	setenv("HOME", folder, 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	char *config = text("[profile still]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = s\n"
			    "[profile slow]\ncredential_process = %s/helper\n", folder);
	write_aws(".aws/config", config, 0600);
	free(config);
	struct samples file = resolve_often("still");
	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	struct samples env = resolve_often(NULL);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	double median = samples_at(&file, 0.5);
	row("static keys of a profile, from nothing", "1 ms", file.n > 0 && median <= 1, text("%.3f ms", median),
	    text("p99 %.3f; of the environment %.3f", samples_at(&file, 0.99), samples_at(&env, 0.5)));
	samples_done(&file);
	samples_done(&env);
	measure_refresh("1,000 creds_get, 16 threads, in a refresh");
}

/* ---- the list of models ------------------------------------------------------------ */

/* How long a program runs that writes to a terminal of which nothing is drawn, in ms. */
static double
run_to_end(char *const argv[], const char *url)
{
	struct pty *p = start(argv, url, folder, false);
	bool over = false;
	while (!over)
		pty_pump(p, now_ns() + PATIENCE_MS * NS_PER_MS, &over);
	double ms = (double)(pty_read_at(p) - pty_started(p)) / NS_PER_MS;
	pty_end(p);
	return ms;
}

/* All lists of 500 models and 200 profiles beside curl, which fetches the slowest of them alone. */
static void
measure_models(void)
{
	enum { TIMES = 15 };
	static const char figure[] = "500 models, 200 profiles", asked[] = "slowest call + 20 ms";
	struct simulator *sim = simulator_start_scenario(folder,
	    "{\"catalogue\":{\"more_models\":500,\"more_profiles\":200,\"page_size\":100},\"rules\":[{\"match\":"
	    "{\"operation\":\"ListFoundationModels\"},\"answer\":[{\"delay_ms\":300}]}]}");
	char curl[] = "curl", s[] = "-s", h[] = "-H", bearer[] = "Authorization: Bearer ABSKsimdemo";
	char models[] = "models", list[] = "list", refresh[] = "--refresh", json[] = "--json";
	char *url = text("%s/foundation-models", simulator_url(sim)), *adit = getenv("ADIT");
	char *one[] = { curl, s, h, bearer, url, NULL }, *all[] = { adit, models, list, refresh, json, NULL };
	struct samples slowest = { 0 }, whole = { 0 };
	for (int i = 0; i < TIMES && is_here("curl"); i++) {
		samples_add(&slowest, run_to_end(one, NULL));
		samples_add(&whole, run_to_end(all, simulator_url(sim)));
	}
	simulator_end(sim);
	if (whole.n == 0)
		not_measured(figure, asked, "curl is not here");
	else {
		double ms = samples_at(&whole, 0.5), floor = samples_at(&slowest, 0.5);
		row(figure, asked, ms <= floor + 20, text("%.1f ms (+%.1f)", ms, ms - floor),
		    text("curl, the slowest alone: %.1f ms", floor));
	}
	samples_done(&slowest);
	samples_done(&whole);
	free(url);
}

/* ---- the model picker ---------------------------------------------------------------- */

/* From Ctrl-L to the list on the screen, in ms; -1 when it does not come. Esc closes it again. */
static double
open_picker(struct pty *p)
{
	int64_t from = pty_type(p, "\014");
	int64_t at = pty_await(p, " found ", PATIENCE_MS);
	pty_settle(p, 300);             /* what is fetched behind it is not part of the picture */
	pty_type(p, "\033");
	pty_settle(p, 200);
	return at < 0 ? -1 : (double)(at - from) / NS_PER_MS;
}

/* The first time the list comes from the disk, then from memory. */
static void
measure_picker(void)
{
	enum { TIMES = 10 };
	static const char disk[] = "picker of 500 models, kept on the disk", memory[] = "the same, opened again";
	struct simulator *sim = simulator_start_scenario(folder,
	    "{\"catalogue\":{\"more_models\":500,\"more_profiles\":200},\"rules\":[{\"match\":{},\"answer\":"
	    "[{\"text\":\"hello\"}]}]}");
	char models[] = "models", list[] = "list";
	char *keep[] = { getenv("ADIT"), models, list, NULL };
	run_to_end(keep, simulator_url(sim));
	struct samples first = { 0 }, again = { 0 };
	for (int i = 0; i < TIMES; i++) {
		struct pty *p = start_adit(simulator_url(sim));
		bool ready = wait_until_ready(p, PROMPT, NULL).ms >= 0;
		pty_settle(p, 300);
		double ms = ready ? open_picker(p) : -1;
		if (ms >= 0)
			samples_add(&first, ms);
		ms = ready ? open_picker(p) : -1;
		if (ms >= 0)
			samples_add(&again, ms);
		pty_end(p);
	}
	simulator_end(sim);
	struct { const char *figure; struct samples *s; } rows[] = { { disk, &first }, { memory, &again } };
	for (size_t i = 0; i < 2; i++) {
		struct samples *s = rows[i].s;
		if (s->n > 0)
			row(rows[i].figure, "30 ms", samples_at(s, 0.5) <= 30,
			    text("%.1f ms, worst %.1f", samples_at(s, 0.5), samples_at(s, 1)), text("%zu times", s->n));
		else
			not_measured(rows[i].figure, "30 ms", "it was never shown");
		samples_done(s);
	}
}

/* ---- all of it ----------------------------------------------------------------- */

static const struct {
	const char *name;
	void	  (*measure)(void);
} measurements[] = {
	{ "start", measure_start },
	{ "enter", measure_enter },
	{ "piece", measure_piece },
	{ "flood", measure_flood },
	{ "rate", measure_rate },
	{ "keys", measure_keys },
	{ "memory", measure_memory },
	{ "models", measure_models },
	{ "picker", measure_picker },
	{ "agents", measure_agents },
	{ "crowd", measure_crowd },
	{ "credentials", measure_credentials },
};

static bool
is_wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return true;
	return argc < 2;
}

int
main(int argc, char **argv)
{
	setlocale(LC_ALL, "C.UTF-8");
	if (getenv("ADIT") == NULL || getenv("ADIT_SIM") == NULL)
		fatal("say where ADIT and ADIT_SIM are, or run `make bench'");
	const char *tmp = getenv("TMPDIR");
	snprintf(folder, sizeof folder, "%s/adit-bench-XXXXXX", tmp != NULL && strlen(tmp) < 32 ? tmp : "/tmp");
	if (mkdtemp(folder) == NULL)
		fatal("%s: %s", folder, strerror(errno));
	printf("  %-44s %-22s %-26s %s\n", "figure", "asked: at most", "adit", "beside it, in the same run");
	for (size_t i = 0; i < sizeof measurements / sizeof *measurements; i++)
		if (is_wanted(measurements[i].name, argc, argv))
			measurements[i].measure();
	char *remove = text("rm -rf '%s'", folder);
	int status = system(remove);
	free(remove);
	return status == 0 ? 0 : 1;
}
