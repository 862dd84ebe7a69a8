/*
 * redirect.c - see redirect.h.
 *
 * A handful of connections at a time, all polled by the one thread that waits:
 * browsers open some in advance and never use them. The oldest makes room.
 */
#include "config.h"

#include "net/redirect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

enum { CONNECTIONS = 8, MAX_REQUEST = 16 * 1024, TICK_MS = 50 };

struct connection {
	int		 fd;            /* -1 = free */
	uint64_t	 age;
	struct buf	 got;           /* holds the code: wiped */
};

struct redirect {
	int			 fd, port;
	uint64_t		 taken;
	struct connection	 connection[CONNECTIONS];
};

/* ---- the pure parts ----------------------------------------------------------- */

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* False when an escape is malformed or hides a NUL. */
static bool
decode(const char *s, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		char c = s[i] == '+' ? ' ' : s[i];
		if (c == '%') {
			int high = i + 2 < n ? hex(s[i + 1]) : -1, low = high >= 0 ? hex(s[i + 2]) : -1;
			if (low < 0 || (high == 0 && low == 0))
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		}
		if (buf_putc(out, c) < 0)
			return false;
	}
	return true;
}

bool
redirect_parameter(const char *query, size_t n, const char *name, struct buf *value)
{
	size_t len = strlen(name), before = value->len;
	while (n > 0) {
		const char *amp = memchr(query, '&', n);
		size_t part = amp != NULL ? (size_t)(amp - query) : n;
		if (part > len && memcmp(query, name, len) == 0 && query[len] == '=') {
			bool fine = decode(query + len + 1, part - len - 1, value);
			if (!fine)
				buf_truncate(value, before);
			return fine && value->len > before;
		}
		size_t step = part < n ? part + 1 : part;
		query += step;
		n -= step;
	}
	return false;
}

static bool
has_state(const char *query, size_t n, const char *state)
{
	struct buf b;
	buf_init(&b, MAX_REQUEST);
	bool same = redirect_parameter(query, n, "state", &b) && strcmp(b.s, state) == 0;
	buf_done(&b);
	return same;
}

/* What the page says went wrong, as it comes. */
static bool
read_refusal(const char *query, size_t n, struct buf *text)
{
	struct buf name;
	buf_init(&name, 200);
	bool refused = redirect_parameter(query, n, "error", &name);
	if (refused && !redirect_parameter(query, n, "error_description", text))
		buf_add(text, buf_str(&name), name.len);
	buf_done(&name);
	return refused;
}

enum redirect_verdict
redirect_read(const char *s, size_t n, const char *path, const char *state, struct buf *text)
{
	size_t len = strlen(path);
	const char *end = n > 0 ? memchr(s, '\n', n) : NULL;
	if (memmem(s, n, "\r\n\r\n", 4) == NULL)
		return REDIRECT_UNFINISHED;
	size_t line = (size_t)(end - s);
	if (line < len + 5 || memcmp(s, "GET ", 4) != 0 || memcmp(s + 4, path, len) != 0 || s[4 + len] != '?')
		return REDIRECT_OTHER;
	const char *query = s + 5 + len;
	const char *space = memchr(query, ' ', line - len - 5);
	size_t m = space != NULL ? (size_t)(space - query) : 0;
	if (!has_state(query, m, state))
		return REDIRECT_WRONG_STATE;
	if (read_refusal(query, m, text))
		return REDIRECT_REFUSED;
	return redirect_parameter(query, m, "code", text) ? REDIRECT_CODE : REDIRECT_OTHER;
}

/* ---- the port -------------------------------------------------------------------- */

struct redirect *
redirect_listen(struct err *err)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, CONNECTIONS) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0) {
		err_set(err, ERR_NETWORK, _("No port of this machine can be opened for the browser to come back to: %s."),
		    strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	struct redirect *r = mem_alloc(sizeof *r);
	r->fd = fd;
	r->port = ntohs(at.sin_port);
	for (int i = 0; i < CONNECTIONS; i++)
		r->connection[i].fd = -1;
	return r;
}

int
redirect_port(const struct redirect *r)
{
	return r->port;
}

static void
hang_up(struct connection *c)
{
	if (c->fd < 0)
		return;
	close(c->fd);
	c->fd = -1;
	buf_wipe(&c->got);
}

void
redirect_free(struct redirect *r)
{
	if (r == NULL)
		return;
	for (int i = 0; i < CONNECTIONS; i++)
		hang_up(&r->connection[i]);
	close(r->fd);
	free(r);
}

/* A free place, or the one of whoever waited longest. */
static struct connection *
place(struct redirect *r)
{
	struct connection *oldest = &r->connection[0];
	for (int i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &r->connection[i];
		if (c->fd < 0)
			return c;
		if (c->age < oldest->age)
			oldest = c;
	}
	hang_up(oldest);
	return oldest;
}

static void
take_connection(struct redirect *r)
{
	int fd = accept4(r->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	struct connection *c = place(r);
	*c = (struct connection){ .fd = fd, .age = ++r->taken };
	buf_init(&c->got, MAX_REQUEST);
	buf_room(&c->got, MAX_REQUEST);         /* it will hold the code: it should not move */
	buf_grew(&c->got, 0);
}

/* ---- answers --------------------------------------------------------------------- */

static void
answer(struct connection *c, const char *status, const char *text)
{
	struct buf body, all;
	buf_init(&body, 0);
	buf_init(&all, 0);
	buf_printf(&body, "<!doctype html><meta charset=utf-8><title>adit</title>"
			  "<body style=\"font:1.2em sans-serif;margin:4em\"><p>%s\n", text);
	buf_printf(&all, "HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %zu\r\n"
			 "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n%s",
	    status, body.len, buf_str(&body));
	/* It fits into the socket's buffer; a browser that does not read is not waited for. */
	(void)!send(c->fd, all.s, all.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	shutdown(c->fd, SHUT_WR);
	buf_done(&body);
	buf_done(&all);
}

/* 0 = the code is there, 1 = go on waiting. */
static int
judge(struct connection *c, const struct redirect_wanted *w, struct buf *code, struct err *err)
{
	struct buf text;
	buf_init(&text, MAX_REQUEST);
	int rc = 1;
	switch (redirect_read(c->got.s, c->got.len, w->path, w->state, &text)) {
	case REDIRECT_UNFINISHED:
		buf_wipe(&text);
		return 1;
	case REDIRECT_OTHER:
		answer(c, "404 Not Found", _("There is nothing here."));
		break;
	case REDIRECT_WRONG_STATE:
		answer(c, "400 Bad Request", _("This is not the sign-in that adit waits for. Use the address that it "
					       "shows now."));
		break;
	case REDIRECT_CODE:
		answer(c, "200 OK", _("You are signed in. You may close this page and go back to adit."));
		buf_add(code, text.s, text.len);
		rc = 0;
		break;
	case REDIRECT_REFUSED:
		answer(c, "200 OK", _("You are not signed in. You may close this page; adit says more."));
		rc = err_set(err, ERR_CREDENTIALS, _("The sign-in page refused: %.200s."), buf_str(&text));
		break;
	}
	buf_wipe(&text);
	hang_up(c);
	return rc;
}

static int
hear(struct connection *c, const struct redirect_wanted *w, struct buf *code, struct err *err)
{
	char *to = c->got.s + c->got.len;
	ssize_t n = recv(c->fd, to, MAX_REQUEST - c->got.len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 1;
	if (n <= 0) {                           /* it has gone, or its request is too long */
		hang_up(c);
		return 1;
	}
	buf_grew(&c->got, (size_t)n);
	return judge(c, w, code, err);
}

/* One look at everybody. */
static int
look(struct redirect *r, const struct redirect_wanted *w, struct buf *code, struct err *err)
{
	struct pollfd p[CONNECTIONS + 1];
	for (int i = 0; i < CONNECTIONS; i++)
		p[i] = (struct pollfd){ .fd = r->connection[i].fd, .events = POLLIN };
	p[CONNECTIONS] = (struct pollfd){ .fd = r->fd, .events = POLLIN };
	if (poll(p, CONNECTIONS + 1, TICK_MS) <= 0)
		return 1;
	for (int i = 0; i < CONNECTIONS; i++) {
		int rc = p[i].revents != 0 ? hear(&r->connection[i], w, code, err) : 1;
		if (rc <= 0)
			return rc;
	}
	if (p[CONNECTIONS].revents != 0)
		take_connection(r);
	return 1;
}

int
redirect_wait(struct redirect *r, const struct redirect_wanted *w, struct buf *code, struct err *err)
{
	int64_t until = clock_ms() + w->wait_ms;
	for (;;) {
		int rc = look(r, w, code, err);
		if (rc <= 0)
			return rc;
		if (w->cancel != NULL && atomic_load(w->cancel))
			return err_set(err, ERR_CANCELLED, _("Stopped while waiting for the browser."));
		if (clock_ms() >= until)
			return err_set(err, ERR_UNAVAILABLE, _("Nobody signed in within %lld minutes; start again."),
			    (long long)(w->wait_ms + 59999) / 60000);
	}
}
