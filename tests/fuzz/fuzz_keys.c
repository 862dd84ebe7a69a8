/* fuzz_keys.c - whatever a terminal sends, the line stays a line and a paste is clean. */
#include "config.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/timer.h"
#include "ui/input.h"
#include "ui/line.h"
#include "ui/term.h"
#include "ui/ui-inside.h"

enum { CTRL_R = 0x12, CTRL_S = 0x13, LINE_ENOUGH = 10000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* readline forgets a few bytes when a search is cut short: not our leak. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libreadline\n";
}

static void
check(int truth)
{
	if (!truth)
		abort();
}

static void
check_line(void)
{
	check(line_point() <= line_length());
	check(strlen(line_text()) <= line_length());
}

/* ---- what readline tells ---- */

static void
on_run(void *arg, int id, int key)
{
	(void)arg;
	(void)key;
	check(id >= 0 && id < LINE_ACTIONS);
}

static void
on_submit(void *arg, const char *text)
{
	(void)arg;
	line_remember(text);
}

static void
on_nothing(void *arg)
{
	(void)arg;
}

/* ---- what the terminal tells ---- */

static void
on_key(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	check(n > 0 && n < 128);
#ifdef FUZZING
	/* readline 8.2 compares a few bytes behind the line when a history search is repeated often
	 * enough: that would be found again and again, and is not ours to mend. */
	if (*bytes == CTRL_R || *bytes == CTRL_S)
		return;
#endif
	line_key(bytes, n);
	check_line();
	if (line_length() > LINE_ENOUGH)        /* killed and yanked again and again it doubles */
		line_set("");
}

static void
on_escape(void *arg)
{
	(void)arg;
	line_escape();
	check_line();
}

static void
on_paste(void *arg, const char *text, size_t n)
{
	(void)arg;
	check(strlen(text) == n);
	for (size_t i = 0; i < n; i++)
		check((unsigned char)text[i] >= 0x20 ? text[i] != 0x7f : text[i] == '\n' || text[i] == '\t');
	line_insert(text);
	check_line();
}

static void
on_mouse(void *arg, enum input_button button, int y, int x)
{
	(void)arg;
	(void)button;
	check(x >= 0 && y >= 0);
}

static void
on_reply(void *arg, const char *text, size_t n)
{
	(void)arg;
	check(n > 0 && memchr(text, '\033', n) == NULL);
}

static void
start(void)
{
	static bool started;
	if (started)
		return;
	started = true;
	setlocale(LC_ALL, "");
	setenv("INPUTRC", "/dev/null", 1);
	struct line_hooks hooks = { .run = on_run, .submit = on_submit, .eof = on_nothing,
		.changed = on_nothing };
	line_start(&hooks);
	action_bind();
	line_ready(NULL);
}

/* Standard input is a pipe that ends with the data: nobody waits for more. */
static void
put_into_stdin(const uint8_t *data, size_t n)
{
	int p[2];
	check(pipe(p) == 0);
	check(write(p[1], data, n) == (ssize_t)n);
	close(p[1]);
	dup2(p[0], STDIN_FILENO);
	close(p[0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n < 1 || n > 32768)
		return 0;
	start();
	struct timers timers = { 0 };
	struct input_hooks hooks = { .key = on_key, .escape = on_escape, .paste = on_paste,
		.mouse = on_mouse, .reply = on_reply };
	put_into_stdin(data + 1, n - 1);
	input_start(&hooks, &timers, term_is_utf8());   /* readline goes by the locale, too */
	if (data[0] & 2)
		input_expect_reply();
	line_set_mode((enum line_mode)(data[0] / 4 % LINE_MODES));
	while (input_read())
		;
	while (timers.first != NULL) {  /* and the rest never comes */
		timers.first->at = 0;
		timers_run(&timers);
	}
	input_stop();
	line_set_mode(LINE_EDIT);
	line_set("");
	return 0;
}
