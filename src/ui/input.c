/*
 * input.c - a queue of bytes, and what is whole at its head.
 *
 * Sequences (ECMA-48): CSI is ESC [ parameters intermediates final; SS3 is
 * ESC O and a character; ESC and a character is Alt with that character. The
 * Linux console's function keys are ESC [ [ and a letter.
 */
#include "config.h"

#include "ui/input.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "text/utf8.h"

#define ESC '\033'
#define PASTE_END "\033[201~"
enum { PASTE_MARK = 6, SEQUENCE_MAX = 64 };

static struct {
	struct input_hooks hooks;
	struct timers	*timers;
	struct timer	 late;          /* an ESC or a sequence that is not whole yet */
	struct buf	 queue;
	size_t		 at;            /* how much of the queue was delivered */
	struct buf	 paste;
	bool		 pasting, after_cr, utf8, giving_up, expecting;
} in;

static void feed(void);

static size_t
left(void)
{
	return in.queue.len - in.at;
}

static const char *
head(void)
{
	return in.queue.s + in.at;
}

static void
take(size_t n)
{
	in.at += n;
	if (in.at == in.queue.len) {
		mem_wipe(in.queue.s, in.queue.len);     /* it may have been a secret */
		buf_reset(&in.queue);
		in.at = 0;
	}
}

/* What began does not go on: an ESC was the Esc key, anything else is taken as it is. */
static void
on_late(struct timer *t)
{
	(void)t;
	in.giving_up = true;
	feed();
	in.giving_up = false;
}

void
input_start(const struct input_hooks *hooks, struct timers *timers, bool utf8)
{
	in.hooks = *hooks;
	in.timers = timers;
	in.late = (struct timer){ .fire = on_late };
	in.utf8 = utf8;
	in.at = 0;
	in.pasting = in.after_cr = in.giving_up = in.expecting = false;
	buf_init(&in.queue, 0);
	buf_init(&in.paste, INPUT_PASTE_MAX);
}

void
input_stop(void)
{
	timer_cancel(in.timers, &in.late);
	buf_done(&in.queue);
	buf_done(&in.paste);
	in.at = 0;
}

/* ---- what is whole ---------------------------------------------------------- */

static size_t
char_length(const char *s, size_t n)
{
	return in.utf8 ? utf8_length(s, n) : 1;
}

static size_t
csi_length(const char *s, size_t n)
{
	if (n > 2 && s[2] == '[')
		return n > 3 ? 4 : 0;
	for (size_t i = 2; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c >= 0x40 && c <= 0x7e)
			return i + 1;
		if (c < 0x20 || c > 0x7e || i >= SEQUENCE_MAX)
			return i;       /* no sequence: let go of what there is */
	}
	return 0;
}

/* ESC ] up to BEL or ESC \ (ECMA-48, 8.3.89). */
static size_t
reply_length(const char *s, size_t n)
{
	for (size_t i = 2; i < n; i++) {
		if (s[i] == '\a')
			return i + 1;
		if (s[i] == ESC && i + 1 == n)
			return 0;
		if (s[i] == ESC)
			return s[i + 1] == '\\' ? i + 2 : i;    /* something else began: it has no end */
		if (i >= SEQUENCE_MAX)
			return i;
	}
	return 0;
}

/* The bytes of the key at the head of the queue, 0 when it is not whole. s[0] is ESC, n > 1. */
static size_t
sequence_length(const char *s, size_t n)
{
	if (s[1] == '[')
		return csi_length(s, n);
	if (s[1] == ']' && in.expecting)
		return reply_length(s, n);
	if (s[1] == 'O')
		return n > 2 ? 2 + char_length(s + 2, n - 2) : 0;
	if (s[1] == ESC) {      /* Alt with an arrow on some terminals; otherwise Esc, twice */
		if (n < 3)
			return 0;
		size_t rest = s[2] == '[' || s[2] == 'O' ? sequence_length(s + 1, n - 1) : 0;
		return s[2] == '[' || s[2] == 'O' ? (rest > 0 ? rest + 1 : 0) : 1;
	}
	size_t c = char_length(s + 1, n - 1);
	return c > 0 ? c + 1 : 0;
}

static size_t
key_length(void)
{
	const char *s = head();
	size_t n = left();
	if (*s != ESC)
		return char_length(s, n);
	return n > 1 ? sequence_length(s, n) : 0;
}

/* ---- paste -------------------------------------------------------------------- */

static void
paste_add(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		bool second = c == '\n' && in.after_cr;
		in.after_cr = c == '\r';
		if (second)             /* terminals paste CR for NL; CR LF is one */
			continue;
		if (c == '\r')
			c = '\n';
		if ((unsigned char)c >= 0x20 ? c != 0x7f : c == '\n' || c == '\t')
			buf_putc(&in.paste, c);
	}
}

static void
paste_end(void)
{
	in.pasting = in.after_cr = false;
	in.hooks.paste(in.hooks.arg, buf_str(&in.paste), in.paste.len);
	buf_wipe(&in.paste);
	buf_init(&in.paste, INPUT_PASTE_MAX);
}

/* Takes what belongs to the paste. False when more must come. */
static bool
feed_paste(void)
{
	char *end = memmem(head(), left(), PASTE_END, PASTE_MARK);
	if (end != NULL) {
		size_t n = (size_t)(end - head());
		paste_add(head(), n);
		take(n + PASTE_MARK);
		paste_end();
		return true;
	}
	/* The end mark may be split. */
	size_t keep = left() < PASTE_MARK - 1 ? left() : PASTE_MARK - 1;
	paste_add(head(), left() - keep);
	take(left() - keep);
	return false;
}

/* ---- the mouse ------------------------------------------------------------------ */

/* SGR 1006: ESC [ < button ; column ; row M (press) or m (release). */
static bool
take_mouse(const char *s, size_t n)
{
	if (n < 6 || s[2] != '<')
		return false;
	char *end;
	long button = strtol(s + 3, &end, 10);
	long x = *end == ';' ? strtol(end + 1, &end, 10) : 0;
	long y = *end == ';' ? strtol(end + 1, &end, 10) : 0;
	if (*end != 'M' || x < 1 || y < 1 || x > 10000 || y > 10000)
		return true;
	button &= ~(4 | 8 | 16);        /* shift, alt, ctrl */
	enum input_button what = button == 64 ? INPUT_WHEEL_UP : button == 65 ? INPUT_WHEEL_DOWN
									       : INPUT_PRESS;
	if (button == 0 || button == 64 || button == 65)
		in.hooks.mouse(in.hooks.arg, what, (int)y - 1, (int)x - 1);
	return true;
}

/* ---- delivery ------------------------------------------------------------------- */

static void
deliver_reply(const char *s, size_t n)
{
	in.expecting = false;
	size_t end = s[n - 1] == '\a' ? 1 : s[n - 2] == ESC ? 2 : n;
	if (n > 2 + end)
		in.hooks.reply(in.hooks.arg, s + 2, n - 2 - end);
}

/* Bytes that are no character are not handed on: readline would wait for the rest of it. */
static bool
is_character(const char *key, size_t n)
{
	return !in.utf8 || utf8_is_valid(key, n);
}

static void
deliver(size_t n)
{
	char key[SEQUENCE_MAX + 8];
	if (n >= sizeof key)
		n = sizeof key - 1;
	memcpy(key, head(), n);
	key[n] = '\0';
	take(n);
	if (n == 1 && key[0] == ESC)
		in.hooks.escape(in.hooks.arg);
	else if (n == PASTE_MARK && memcmp(key, "\033[200~", PASTE_MARK) == 0)
		in.pasting = true;
	else if (in.expecting && n > 2 && key[0] == ESC && key[1] == ']')
		deliver_reply(key, n);
	else if (!is_character(key, n))
		return;
	else if (n <= 2 || key[0] != ESC || key[1] != '[' || !take_mouse(key, n))
		in.hooks.key(in.hooks.arg, key, n);
}

/* The rest does not come: an ESC alone, or before another, was the Esc key; part of a sequence is
 * thrown away, it would fall apart into characters; part of a character is taken as bytes. */
static void
give_up(void)
{
	if (*head() == ESC && left() > 1 && head()[1] != ESC)
		take(left());
	else
		deliver(1);
}

static void
feed(void)
{
	timer_cancel(in.timers, &in.late);
	while (left() > 0) {
		if (in.pasting) {
			if (!feed_paste())
				return;
			continue;
		}
		size_t n = key_length();
		if (n == 0 && in.giving_up) {
			give_up();
			continue;
		}
		if (n == 0) {
			timer_set(in.timers, &in.late, left() == 1 ? INPUT_ESC_MS : INPUT_SEQUENCE_MS);
			return;
		}
		deliver(n);
	}
}

static bool
read_more(void)
{
	if (in.at > 0) {
		buf_cut_front(&in.queue, in.at);
		in.at = 0;
	}
	char *room = buf_room(&in.queue, 64 * 1024);
	ssize_t n = read(STDIN_FILENO, room, 64 * 1024);
	if (n > 0)
		buf_grew(&in.queue, (size_t)n);
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

bool
input_read(void)
{
	bool more = read_more();
	feed();
	return more;
}

void
input_expect_reply(void)
{
	in.expecting = true;
}

bool
input_more(int ms)
{
	struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
	return left() > 0 || poll(&p, 1, ms) > 0;
}

int
input_byte(int ms)
{
	if (left() == 0 && (!input_more(ms) || !read_more() || left() == 0))
		return -1;
	unsigned char c = (unsigned char)*head();
	take(1);
	return c;
}
