/*
 * ui_fixture.c - the UI with agents made of wood.
 *
 * The same loop as the program's, but what the agents say is told by lines
 * typed into the input: "!stream 200 100" streams 200 pieces at 100 a second,
 * "!tool NAME SUMMARY" begins a call. For the screen tests, and for trying the
 * screen by hand: run it in a terminal and type !help.
 */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/timer.h"
#include "ui/action.h"
#include "ui/ui.h"

struct agent {
	char			*label;
	struct transcript	 transcript;
	struct agent_status	 status;
	struct VEC(char *)	 queue;
	struct block		*open;          /* the reply that streams */
	bool			 busy;
	/* the stream */
	struct timer		 timer;
	long			 left, rate;    /* pieces; rate a second, 0 = as fast as it goes */
	long			 said;          /* pieces so far */
	int64_t			 begun;
	const char		*style;         /* "text", "code", "line", "words" */
};

/* curses and readline keep what they allocated until the end: not our leaks. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libtinfo\nleak:libncursesw\nleak:libreadline\n";
}

const char *
__lsan_default_options(void)
{
	return "print_suppressions=0";
}

static struct {
	struct ui	*ui;
	struct timers	 timers;
	struct VEC(struct agent *) agents;
	bool		 quit;
	int		 status;
	char		*asked;
} fix;

/* ---- the few functions of an agent that the UI calls ---------------------------------------- */

const char *
agent_label(const struct agent *a)
{
	return a->label;
}

const struct transcript *
agent_transcript(const struct agent *a)
{
	return &a->transcript;
}

struct transcript *
agent_transcript_edit(struct agent *a)
{
	return &a->transcript;
}

bool
agent_busy(const struct agent *a)
{
	return a->busy;
}

void
agent_status(const struct agent *a, struct agent_status *s)
{
	*s = a->status;
	s->queued = a->queue.n;
	if (a->busy)
		s->elapsed_ms = clock_ms() - a->begun;
}

const char *
effort_name(enum effort e)
{
	(void)e;
	return "high";
}

void
creds_report_free(struct creds_report *r)
{
	if (r == NULL)
		return;
	for (int i = 0; i < SOURCES; i++)
		free(r->order[i].detail);
	free(r->region);
	free(r->account);
	free(r);
}

static void go_on(struct agent *);
static void on_submit(void *, struct agent *, const char *text);

static struct block *
add(struct agent *a, enum block_kind kind, const char *text)
{
	struct block *b = transcript_add(&a->transcript, kind, text, strlen(text));
	transcript_end(&a->transcript, b, kind == BLOCK_ERROR ? BLOCK_FAILED : BLOCK_DONE);
	ui_changed(fix.ui);
	return b;
}

static void
end_reply(struct agent *a, enum block_state state)
{
	timer_cancel(&fix.timers, &a->timer);
	if (a->open != NULL)
		transcript_end(&a->transcript, a->open, state);
	a->open = NULL;
	a->left = 0;
	a->busy = false;
	a->status.state = AGENT_IDLE;
	a->status.elapsed_ms = clock_ms() - a->begun;
	ui_changed(fix.ui);
	go_on(a);
}

void
agent_stop(struct agent *a)
{
	if (!a->busy)
		return;
	a->queue.n = 0;
	end_reply(a, BLOCK_FAILED);
	add(a, BLOCK_NOTE, "stopped");
}

static struct block *
last_queued(struct agent *a)
{
	for (size_t i = a->transcript.blocks.n; i-- > 0;)
		if (a->transcript.blocks.v[i]->queued)
			return a->transcript.blocks.v[i];
	return NULL;
}

char *
agent_unqueue(struct agent *a)
{
	if (a->queue.n == 0)
		return NULL;
	transcript_remove(&a->transcript, last_queued(a));
	ui_changed(fix.ui);
	return a->queue.v[--a->queue.n];
}

/* ---- streaming --------------------------------------------------------------------------------- */

/* One piece of a made-up reply. Lines are numbered, so that a test knows what it sees. */
static void
say_piece(struct agent *a)
{
	static const char *const words[] = { "the ", "quick ", "brown ", "fox ", "jumps ", "over ",
		"a ", "lazy ", "dog, ", "and ", "so ", "on; ", "terminal ", "I ", "streams ", "of " };
	char piece[160];
	long n = a->said++;
	if (strcmp(a->style, "line") == 0)
		snprintf(piece, sizeof piece, "line %ld of the reply\n\n", n);
	else if (strcmp(a->style, "code") == 0)
		snprintf(piece, sizeof piece, n == 0 ? "```c\n" : "int v%ld = %ld;     \n", n, n);
	else if (strcmp(a->style, "nobreak") == 0)
		snprintf(piece, sizeof piece, "piece%06ld-----------", n % 1000000);
	else if (n % 120 == 119)
		snprintf(piece, sizeof piece, "end %ld.\n\n## Part %ld\n\n", n, n);
	else if (n % 24 == 23)
		snprintf(piece, sizeof piece, "end %ld.\n\n", n);
	else    /* no two lines alike: they must be moved, not found to be the same */
		snprintf(piece, sizeof piece, "%s", words[(unsigned long)n * 2654435761u >> 9 & 15]);
	transcript_grow(&a->transcript, a->open, piece, strlen(piece));
	a->status.tokens_out++;
	a->status.context_used++;
}

static void
on_timer(struct timer *t)
{
	struct agent *a = (struct agent *)((char *)t - offsetof(struct agent, timer));
	long due = a->rate > 0 ? (long)((clock_ms() - a->begun) * a->rate / 1000) - a->said : 500;
	for (; due > 0 && a->left > 0; due--, a->left--)
		say_piece(a);
	ui_changed(fix.ui);
	if (a->left > 0)
		timer_set(&fix.timers, &a->timer, a->rate == 0 ? 0 : a->rate < 500 ? 1000 / a->rate : 2);
	else
		end_reply(a, BLOCK_DONE);
}

static void
stream(struct agent *a, long pieces, long rate, const char *style)
{
	a->open = transcript_add(&a->transcript, BLOCK_TEXT, NULL, 0);
	a->open->title = mem_strdup("opus-4-7");
	a->busy = true;
	a->left = pieces;
	a->rate = rate;
	a->said = 0;
	a->style = style;
	a->begun = clock_ms();
	a->status.state = AGENT_STREAMING;
	a->status.rate = rate > 0 ? (double)rate : 9999;
	a->timer.fire = on_timer;
	timer_set(&fix.timers, &a->timer, 0);
	ui_changed(fix.ui);
}

/* A message: said, or queued while a reply comes. */
static void
say(struct agent *a, const char *text)
{
	struct block *b = add(a, BLOCK_USER, text);
	if (!a->busy)
		return;
	b->queued = true;
	transcript_touch(&a->transcript, b);
	vec_add(&a->queue, mem_strdup(text));
}

static void
go_on(struct agent *a)
{
	for (size_t i = 0; i < a->queue.n; i++) {
		transcript_remove(&a->transcript, last_queued(a));
		add(a, BLOCK_USER, a->queue.v[i]);
		free(a->queue.v[i]);
	}
	a->queue.n = 0;
}

/* ---- commands ------------------------------------------------------------------------------------- */

static struct agent *
new_agent(const char *label)
{
	struct agent *a = mem_alloc(sizeof *a);
	a->label = mem_strdup(label);
	transcript_init(&a->transcript);
	a->status = (struct agent_status){ .model = "anthropic.claude-opus-4-7", .model_short = "opus-4-7",
		.effort = EFFORT_HIGH, .context_used = 36000, .context_window = 200000, .tokens_in = 18200,
		.tokens_out = 3100, .cost = 0.14 };
	vec_add(&fix.agents, a);
	ui_add_agent(fix.ui, a);
	return a;
}

static void
cmd_stream(struct agent *a, const char *args)
{
	long pieces = 100, rate = 100;
	char style[16] = "words";
	sscanf(args, "%ld %ld %15s", &pieces, &rate, style);
	static const char *const styles[] = { "words", "line", "code", "nobreak" };
	for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
		if (strcmp(styles[i], style) == 0)
			stream(a, pieces, rate, styles[i]);
}

static void
cmd_agent(struct agent *a, const char *args)
{
	(void)a;
	new_agent(args);
}

static void
cmd_gone(struct agent *a, const char *args)
{
	(void)args;
	for (size_t i = 1; i < fix.agents.n; i++)
		if (fix.agents.v[i] == a) {
			end_reply(a, BLOCK_FAILED);
			ui_remove_agent(fix.ui, a);
			transcript_done(&a->transcript);
			vec_done(&a->queue);
			free(a->label);
			free(a);
			vec_cut(&fix.agents, i, 1);
			return;
		}
}

static void
cmd_md(struct agent *a, const char *args)
{
	struct buf text;
	buf_init(&text, 0);
	for (; *args != '\0'; args++)           /* "\n" for a newline, "\t" for a tab, "\e" for ESC */
		if (args[0] == '\\' && args[1] != '\0' && strchr("nte", args[1]) != NULL) {
			buf_putc(&text, *++args == 'n' ? '\n' : *args == 't' ? '\t' : '\033');
		} else {
			buf_putc(&text, *args);
		}
	struct block *b = transcript_add(&a->transcript, BLOCK_TEXT, text.s, text.len);
	b->title = mem_strdup("opus-4-7");
	transcript_end(&a->transcript, b, BLOCK_DONE);
	buf_done(&text);
	ui_changed(fix.ui);
}

static void
cmd_tool(struct agent *a, const char *args)
{
	static const char text[] = "{\"path\": \"configure.ac\"}\nargument line\n";
	struct block *b = transcript_add(&a->transcript, BLOCK_TOOL, text, sizeof text - 1);
	b->title = mem_strdup("read_file");
	b->summary = mem_strdup(args);
	b->detail = mem_strdup("result line 1\nresult line 2\n");
	transcript_end(&a->transcript, b, BLOCK_DONE);
	ui_changed(fix.ui);
}

static void
cmd_think(struct agent *a, const char *args)
{
	struct block *b = transcript_add(&a->transcript, BLOCK_REASONING, args, strlen(args));
	b->summary = mem_strdup("thought for 6 s");
	b->folded = true;
	transcript_end(&a->transcript, b, BLOCK_DONE);
	ui_changed(fix.ui);
}

static void
cmd_error(struct agent *a, const char *args)
{
	struct block *b = transcript_add(&a->transcript, BLOCK_ERROR, args, strlen(args));
	b->detail = mem_strdup("{\"message\":\"raw body\"}");
	b->folded = true;
	transcript_end(&a->transcript, b, BLOCK_FAILED);
	ui_changed(fix.ui);
}

/* Everything that must not reach a terminal, in every place that text is shown. */
static void
cmd_hostile(struct agent *a, const char *args)
{
	static const char evil[] = "A\033[2J\033[1;1HB\rC\bD\033]0;pwned\a\xe2\x80\xae" "E\xc2\x9b" "31mF"
				   "\033]52;c;cHduZWQ=\a\x9b" "2JG\x0e\x7f\xff";
	(void)args;
	add(a, BLOCK_USER, evil);
	cmd_md(a, evil);
	cmd_tool(a, evil);
	cmd_error(a, evil);
	cmd_think(a, evil);
	add(a, BLOCK_NOTE, evil);
	free(a->transcript.blocks.v[a->transcript.blocks.n - 3]->title);
	a->transcript.blocks.v[a->transcript.blocks.n - 3]->title = mem_strdup(evil);
	free(a->label);
	a->label = mem_strdup(evil);
	a->status.model_short = evil;
	ui_hint(fix.ui, evil);
	ui_sheet(fix.ui, evil, evil);
}

static void
cmd_state(struct agent *a, const char *args)
{
	static const char *const names[] = { "idle", "signing", "waiting", "thinking", "streaming",
		"retrying" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(args, names[i]) == 0)
			a->status.state = (enum agent_state)i;
	a->busy = a->status.state != AGENT_IDLE;
	a->begun = clock_ms();
	a->status.retry_reason = "Throttled by Bedrock (tokens per minute)";
	a->status.retry_in_ms = 8000;
	a->status.attempt = 2;
	a->status.attempts = 5;
	ui_changed(fix.ui);
}

static void
cmd_sheet(struct agent *a, const char *args)
{
	(void)a;
	struct buf md;
	buf_init(&md, 0);
	buf_printf(&md, "# %s\n\n", args);
	for (int i = 1; i <= 60; i++)
		buf_printf(&md, "- sheet row %d\n", i);
	ui_sheet(fix.ui, "a sheet", md.s);
	buf_done(&md);
}

static void
on_answer(void *arg, bool yes)
{
	add(arg, BLOCK_NOTE, yes ? "answered yes" : "answered no");
}

static void
cmd_ask(struct agent *a, const char *args)
{
	ui_ask(fix.ui, args, on_answer, a);
}

static void
on_verdict(void *arg, enum ui_verdict verdict, const char *reason)
{
	(void)reason;
	add(arg, BLOCK_NOTE, verdict == UI_NO ? "refused" : "allowed");
}

static void
cmd_approve(struct agent *a, const char *args)
{
	struct ui_approval ask = { .title = "Run a command?", .text = args, .n = strlen(args), .agent = a,
		.answer = on_verdict, .arg = a };
	ui_approve(fix.ui, &ask);
}

static struct agent *later_agent;
static char *later_line;

/* A line that is obeyed when SIGUSR1 comes: what happens while somebody does something else. */
static void
cmd_later(struct agent *a, const char *args)
{
	free(later_line);
	later_line = mem_strdup(args);
	later_agent = a;
}

/* ---- lists and prompts: rows are "fruit N", notes tell what the hooks were told ---- */

static char list_name[] = "list", prompt_name[] = "prompt", secret_name[] = "secret", sheet_name[] = "sheet";

static void
tell(const char *what, const char *a, const char *b)
{
	char *text = mem_printf("%s %s %s.", what, a, b != NULL ? b : "nothing");
	add(fix.agents.v[0], BLOCK_NOTE, text);
	free(text);
}

static void
on_chosen(void *arg, const char *row)
{
	tell(arg, "chosen", row);
}

static void
on_closed(void *arg)
{
	tell(arg, "closed", "");
}

/* Row i of the list, in letters that live until the next call. */
static struct ui_list_row
fruit(int i, int base)
{
	static const char *const names[] = { "apple", "Birne 梨", "cherry", "durian", "elderberry" };
	static char text[64][5][48];
	char (*t)[48] = text[i % 64];
	snprintf(t[0], sizeof *t, "key%d", base + i);
	snprintf(t[1], sizeof *t, "%s %d", names[(base + i) % 5], base + i);
	snprintf(t[2], sizeof *t, "%d", (base + i) * 100);
	snprintf(t[3], sizeof *t, "zone %d", (base + i) % 3);
	snprintf(t[4], sizeof *t, "detail of %d", base + i);
	return (struct ui_list_row){ .key = t[0], .cell = { t[1], t[2], t[3], "in the sun" },
		.detail = t[4], .marked = base + i == 2, .dim = (base + i) % 5 == 3,
		.folded = (base + i) % 5 == 4, .depth = (base + i) % 5 == 4 };
}

/* `base` is the number of the first. */
static size_t
fruits(struct ui_list_row *rows, int n, int base)
{
	size_t k = 0;
	for (int i = 0; i < n; i++) {
		if (i == 5)
			rows[k++] = (struct ui_list_row){ .key = "--", .cell = { "more" }, .separator = true };
		rows[k++] = fruit(i, base);
	}
	return k;
}

/* Ctrl-R: rows that begin elsewhere, as when a list was fetched anew. */
static void
on_list_key(void *arg, const char *key, const char *row)
{
	struct ui_list_row rows[64];
	if (strcmp(key, "C-r") == 0)
		ui_list_rows(fix.ui, rows, fruits(rows, 45, 1));
	else if (strcmp(key, "C-t") == 0)
		ui_list_title(fix.ui, "another title", "now");
	else if (strcmp(key, "C-a") == 0)
		ui_ask(fix.ui, "Sure?", on_answer, fix.agents.v[0]);
	else if (strcmp(key, "C-x") == 0)
		ui_list_rows(fix.ui, NULL, 0);
	else
		tell(arg, key, row);
}

static void
cmd_list(struct agent *a, const char *args)
{
	static const struct ui_list_column columns[] = { { "name", 10, false, 0, false },
		{ "grams", 5, true, 1, false }, { "where", 0, false, 2, false }, { "when", 12, false, 3, false } };
	static const char *const keys[] = { "Enter use", "Ctrl-R other rows", "Ctrl-T other title",
		"Esc close", NULL };
	(void)a;
	int n = 40;
	char from[20] = "", filter[20] = "";
	sscanf(args, "%d %19s %19s", &n, from, filter);
	struct ui_list list = { .title = "fruit", .corner = "Ctrl-R refresh", .columns = columns,
		.n_columns = 4, .keys = keys, .empty = "There is *no* fruit.", .filter = filter, .cursor = from,
		.chosen = on_chosen, .closed = on_closed, .key = on_list_key, .arg = list_name };
	struct ui_list_row rows[64];
	ui_list_open(fix.ui, &list, rows, fruits(rows, n < 60 ? n : 60, 0));
}

static void
on_text(void *arg, const char *text)
{
	tell(arg, "says", text);
}

static void
cmd_prompt(struct agent *a, const char *args)
{
	(void)a;
	struct ui_prompt p = { .title = "a prompt", .markdown = "Some **text** above.\n\n- one\n- two\n",
		.label = "Name:", .initial = args, .answer = on_text, .arg = prompt_name };
	ui_prompt(fix.ui, &p);
}

static void
cmd_secret(struct agent *a, const char *args)
{
	(void)a;
	(void)args;
	struct ui_prompt p = { .title = "a secret", .secret = true, .answer = on_text, .arg = secret_name };
	ui_prompt(fix.ui, &p);
}

static void
on_tick(struct timer *t)
{
	static int left = 30;
	char md[2000] = "";
	for (int i = 0; i < 40; i++)
		snprintf(md + strlen(md), sizeof md - strlen(md), "- %d left, row %d\n", left, i);
	ui_sheet_update(fix.ui, md);
	if (left-- > 0)
		timer_set(&fix.timers, t, 50);
}

static void
on_sheet_closed(void *arg, bool replaced)
{
	tell(arg, replaced ? "covered" : "closed", "");
}

/* A sheet that counts down. */
static void
cmd_countdown(struct agent *a, const char *args)
{
	static struct timer timer = { .fire = on_tick };
	cmd_sheet(a, args);
	ui_sheet_on_close(fix.ui, on_sheet_closed, sheet_name);
	timer_set(&fix.timers, &timer, 50);
}

/* Everything at once. */
static void
cmd_over(struct agent *a, const char *args)
{
	cmd_sheet(a, "below");
	cmd_list(a, args);
	cmd_prompt(a, args);
	ui_ask(fix.ui, "First of all?", on_answer, a);
}

static struct creds_report *
make_report(const char *what)
{
	struct creds_report *r = mem_alloc(sizeof *r);
	r->active = -1;
	r->region = mem_strdup("us-east-1");
	r->account = mem_strdup("123456789012");
	for (int i = 0; i < SOURCES; i++)
		r->order[i].mark = MARK_UNSET;
	if (strcmp(what, "sso") == 0 || strcmp(what, "late") == 0 || strcmp(what, "refresh") == 0) {
		r->active = SOURCE_PROFILE;
		r->order[SOURCE_PROFILE].mark = MARK_ACTIVE;
		r->order[SOURCE_PROFILE].detail = mem_strdup("profile dev · sso");
		r->order[SOURCE_CHAIN].mark = MARK_UNASKED;
		r->expires = clock_wall() + (strcmp(what, "sso") == 0 ? 47 * 60 + 30 : 200);
		r->refreshing = strcmp(what, "refresh") == 0;
	} else if (strcmp(what, "broken") == 0) {
		r->order[SOURCE_KEYS].mark = MARK_BROKEN;
		r->order[SOURCE_PROFILE].mark = MARK_UNASKED;
		r->order[SOURCE_CHAIN].mark = MARK_UNKNOWN;
	} else if (strcmp(what, "asking") == 0) {
		r->order[SOURCE_PROFILE].mark = r->order[SOURCE_CHAIN].mark = MARK_UNKNOWN;
		r->refreshing = true;
	}
	return r;
}

static void
cmd_auth(struct agent *a, const char *args)
{
	(void)a;
	ui_set_auth(fix.ui, make_report(args));
}

static void
cmd_cpu(struct agent *a, const char *args)
{
	struct rusage u;
	(void)args;
	getrusage(RUSAGE_SELF, &u);
	char text[160];
	snprintf(text, sizeof text, "cpu %ld ms rss %ld kB",
	    (long)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	    (long)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000, u.ru_maxrss);
	add(a, BLOCK_NOTE, text);
}

static void
cmd_note(struct agent *a, const char *args)
{
	add(a, BLOCK_NOTE, args);
}

static void
cmd_fatal(struct agent *a, const char *args)
{
	(void)a;
	fatal("%s", args);
}

static void
cmd_set(struct agent *a, const char *args)
{
	(void)a;
	ui_set_input(fix.ui, args);
}

static const struct command {
	const char	*name;
	const char	*help;
	void		(*run)(struct agent *, const char *args);
} commands[] = {
	{ "!agent", "LABEL: one more", cmd_agent },
	{ "!approve", "COMMAND", cmd_approve },
	{ "!ask", "QUESTION", cmd_ask },
	{ "!auth", "sso, late, broken, none", cmd_auth },
	{ "!countdown", "a sheet that changes", cmd_countdown },
	{ "!cpu", "what was used so far", cmd_cpu },
	{ "!error", "TEXT", cmd_error },
	{ "!fatal", "TEXT", cmd_fatal },
	{ "!gone", "the focused agent goes", cmd_gone },
	{ "!hostile", "what must not reach a terminal", cmd_hostile },
	{ "!later", "LINE, at SIGUSR1", cmd_later },
	{ "!list", "COUNT KEY FILTER", cmd_list },
	{ "!md", "MARKDOWN", cmd_md },
	{ "!note", "TEXT", cmd_note },
	{ "!over", "a sheet, a list, a prompt, a question", cmd_over },
	{ "!prompt", "TEXT that is typed already", cmd_prompt },
	{ "!secret", "", cmd_secret },
	{ "!set", "TEXT into the input", cmd_set },
	{ "!sheet", "TITLE", cmd_sheet },
	{ "!state", "idle, signing, waiting, thinking, streaming, retrying", cmd_state },
	{ "!stream", "PIECES RATE words|line|code|nobreak", cmd_stream },
	{ "!think", "TEXT", cmd_think },
	{ "!tool", "SUMMARY", cmd_tool },
};

static void
on_submit(void *arg, struct agent *a, const char *text)
{
	(void)arg;
	size_t n = strcspn(text, " ");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strlen(commands[i].name) == n && strncmp(commands[i].name, text, n) == 0) {
			commands[i].run(a, text[n] == ' ' ? text + n + 1 : "");
			return;
		}
	say(a, text);
}

static bool
on_complete(void *arg, const char *line, size_t start, size_t end, struct ui_completions *out)
{
	static const struct {
		const char *text, *help;
	} words[] = { { "/help", "what there is" }, { "/models", "choose a model" },
		{ "/model", "use NAME" }, { "/quit", "leave" }, { "@src/", NULL }, { "@sim/", NULL },
		{ "@src/main.c", NULL } };
	(void)arg;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strncmp(words[i].text, line + start, end - start) == 0 && end > start) {
			struct ui_completion c = { mem_strdup(words[i].text), mem_strdup(words[i].help) };
			vec_add(out, c);
		}
	return true;
}

static void
on_action(void *arg, struct agent *a, const char *name)
{
	(void)arg;
	if (strcmp(name, "help") == 0) {
		struct buf md;
		buf_init(&md, 0);
		action_help(&md);
		ui_sheet(fix.ui, "Keys", buf_str(&md));
		buf_done(&md);
		return;
	}
	char *text = mem_printf("action %s", name);
	add(a, BLOCK_NOTE, text);
	free(text);
}

static void
on_quit(void *arg)
{
	(void)arg;
	fix.quit = true;
}

/* ---- the loop ---------------------------------------------------------------------------------------- */

static int
block_signals(void)
{
	static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT, SIGUSR1 };
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
		sigaddset(&set, handled[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void
take_signals(int fd)
{
	struct signalfd_siginfo si;
	while (read(fd, &si, sizeof si) == sizeof si)
		if (si.ssi_signo == SIGINT && ui_is_away(fix.ui))
			continue;
		else if (si.ssi_signo == SIGUSR1 && later_line != NULL)
			on_submit(NULL, later_agent, later_line);
		else if (si.ssi_signo == SIGTERM || si.ssi_signo == SIGHUP || si.ssi_signo == SIGINT) {
			fix.quit = true;
			fix.status = 128 + (int)si.ssi_signo;
		} else {
			ui_signal(fix.ui, (int)si.ssi_signo);
		}
}

static int
shorter(int a, int b)
{
	return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static void
turn_round(int signals)
{
	int frame = ui_frame_wait(fix.ui);
	struct pollfd p[] = { { ui_is_away(fix.ui) ? -1 : STDIN_FILENO, POLLIN, 0 }, { signals, POLLIN, 0 },
		{ frame == 0 ? STDOUT_FILENO : -1, POLLOUT, 0 } };
	if (poll(p, 3, shorter(timers_wait(&fix.timers), frame > 0 ? frame : -1)) < 0 && errno != EINTR)
		fatal("poll");
	if (p[1].revents != 0)
		take_signals(signals);
	if (p[0].revents != 0 && !ui_readable(fix.ui))
		fix.quit = true;
	timers_run(&fix.timers);
	if (p[2].revents != 0)
		ui_draw(fix.ui);
}

int
main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	int signals = block_signals();
	int64_t begin = clock_us();
	struct ui_options options = { .theme = getenv("FIXTURE_THEME"), .mouse = getenv("FIXTURE_MOUSE") != NULL,
		.history_file = getenv("FIXTURE_HISTORY") };
	struct ui_hooks hooks = { .submit = on_submit, .complete = on_complete, .action = on_action,
		.quit = on_quit };
	struct err e = { 0 };
	fix.ui = ui_start(&options, &hooks, &fix.timers, &e);
	if (fix.ui == NULL) {
		fprintf(stderr, "fixture: %s\n", e.text);
		return e.code;
	}
	struct agent *a = new_agent("main");
	if (getenv("FIXTURE_TIME") != NULL) {
		char *text = mem_printf("started in %ld us", (long)(clock_us() - begin));
		add(a, BLOCK_NOTE, text);
		free(text);
	}
	for (int i = 1; i < argc; i++)
		on_submit(NULL, a, argv[i]);
	while (!fix.quit)
		turn_round(signals);
	ui_stop(fix.ui);
	for (size_t i = 0; i < fix.agents.n; i++) {
		transcript_done(&fix.agents.v[i]->transcript);
		vec_done(&fix.agents.v[i]->queue);
		free(fix.agents.v[i]->label);
		free(fix.agents.v[i]);
	}
	vec_done(&fix.agents);
	free(later_line);
	close(signals);
	return fix.status;
}
