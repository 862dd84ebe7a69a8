/*
 * tty.c - see tty.h.
 *
 * The terminal gives byte by byte meanwhile, without signals: Ctrl-C must put
 * it back before anything else happens.
 */
#include "config.h"

#include "app/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "text/clean.h"
#include "text/utf8.h"

enum { LOOK_MS = 50 };

enum { KEY_INTERRUPT = 3, KEY_EOF = 4, KEY_BACKSPACE = 8, KEY_KILL = 21, KEY_ESCAPE = 27, KEY_DELETE = 127 };

/* -1 where there is none, or another job has it: reading would stop us. */
static int
open_tty(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd >= 0 && tcgetpgrp(fd) == getpgrp())
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

bool
tty_is_there(void)
{
	int fd = open_tty();
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void
put(int fd, const char *s, size_t n)
{
	if (file_write_all(fd, s, n) < 0)
		return;         /* the terminal is gone: the next read says so */
}

struct line {
	int		 fd;
	bool		 secret;
	struct buf	*text;
};

/* Takes the last n characters away. */
static void
rub_out(struct line *l, bool all)
{
	while (l->text->len > 0) {
		size_t n = l->text->len - 1;
		while (n > 0 && ((unsigned char)l->text->s[n] & 0xc0) == 0x80)
			n--;
		buf_truncate(l->text, n);
		if (!l->secret)
			put(l->fd, "\b \b", 3);
		if (!all)
			return;
	}
}

/* 1 = the line is whole, -1 = given up. */
static int
take_byte(struct line *l, char c)
{
	switch ((unsigned char)c) {
	case '\r':
	case '\n':
		return 1;
	case KEY_INTERRUPT:
	case KEY_ESCAPE:
		return -1;
	case KEY_EOF:
		return l->text->len > 0 ? 1 : -1;
	case KEY_BACKSPACE:
	case KEY_DELETE:
		rub_out(l, false);
		return 0;
	case KEY_KILL:
		rub_out(l, true);
		return 0;
	default:
		break;
	}
	if ((unsigned char)c < ' ' || buf_add(l->text, &c, 1) < 0)
		return 0;
	if (!l->secret)
		put(l->fd, &c, 1);
	return 0;
}

static int
read_line(struct line *l, const atomic_bool *cancel)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN };
	for (int rc = 0; rc == 0;) {
		char c;
		if (cancel != NULL && atomic_load(cancel))
			return -1;
		int n = poll(&p, 1, LOOK_MS);
		if (n < 0 && errno != EINTR)
			return -1;
		if (n <= 0)
			continue;
		ssize_t got = read(l->fd, &c, 1);
		if (got <= 0 && errno != EINTR)
			return -1;
		rc = got == 1 ? take_byte(l, c) : 0;
		if (rc != 0)
			return rc;
	}
	return -1;
}

int
tty_ask(const char *question, bool secret, struct buf *answer, const atomic_bool *cancel)
{
	struct termios before, asking;
	int fd = open_tty();
	if (fd < 0)
		return -1;
	if (tcgetattr(fd, &before) < 0) {
		close(fd);
		return -1;
	}
	asking = before;
	asking.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	asking.c_cc[VMIN] = 1;
	asking.c_cc[VTIME] = 0;
	tcsetattr(fd, TCSAFLUSH, &asking);
	char *clean = clean_line(question);
	put(fd, clean, strlen(clean));
	if (clean[0] != '\0' && clean[strlen(clean) - 1] != ' ')
		put(fd, " ", 1);
	free(clean);
	int rc = read_line(&(struct line){ fd, secret, answer }, cancel);
	put(fd, "\r\n", 2);
	tcsetattr(fd, TCSANOW, &before);
	close(fd);
	return rc > 0 ? 0 : -1;
}

/* A code is not shown while it is typed. */
static int
on_prompt(void *arg, const char *question, struct buf *answer, const atomic_bool *cancel)
{
	(void)arg;
	return tty_ask(question, true, answer, cancel);
}

void
tty_answers(struct aws *aws)
{
	if (tty_is_there())
		aws_on_prompt(aws, on_prompt, NULL);
}
