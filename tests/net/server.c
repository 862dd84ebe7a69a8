/* server.c - see server.h. */
#include "config.h"

#include "server.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

enum { MAX_CONNECTIONS = 512 };

struct connection {
	struct server	*server;
	pthread_t	 thread;
	int		 fd, number;
};

struct server {
	server_handler		 handler;
	void			*arg;
	int			 listener, stopped;     /* stopped: an eventfd, readable when it is time */
	int			 port;
	char			 url[64];
	pthread_t		 thread;
	struct connection	 connections[MAX_CONNECTIONS];
	atomic_int		 n_connections;
	pthread_mutex_t		 lock;          /* guards n_requests */
	pthread_cond_t		 news;
	int			 n_requests;
};

bool
server_pace(struct server_request *r, int ms)
{
	struct pollfd p[] = { { .fd = r->server->stopped, .events = POLLIN },
		{ .fd = r->fd, .events = POLLRDHUP } };
	return poll(p, 2, ms) == 0;
}

void
server_hang(struct server_request *r)
{
	server_pace(r, -1);
}

void
server_reset(struct server_request *r)
{
	struct linger l = { .l_onoff = 1 };
	setsockopt(r->fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
}

void
server_send(struct server_request *r, const void *bytes, size_t n)
{
	const char *s = bytes;
	while (n > 0) {
		ssize_t sent = send(r->fd, s, n, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		s += sent;
		n -= (size_t)sent;
	}
}

void
server_print(struct server_request *r, const char *fmt, ...)
{
	struct buf b;
	buf_init(&b, 0);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	server_send(r, b.s, b.len);
	buf_done(&b);
}

void
server_answer(struct server_request *r, int status, const char *headers, const char *body)
{
	bool head_only = strcmp(r->method, "HEAD") == 0;
	server_print(r, "HTTP/1.1 %d Status\r\nContent-Length: %zu\r\n%s\r\n%s", status,
	    strlen(body), headers, head_only ? "" : body);
}

static size_t
content_length(const char *head)
{
	for (const char *s = head; (s = strstr(s, "\r\n")) != NULL;) {
		s += 2;
		if (strncasecmp(s, "content-length:", 15) == 0)
			return (size_t)strtoul(s + 15, NULL, 10);
	}
	return 0;
}

/* Reads some more; whether there was any. */
static bool
read_some(struct server_request *r, struct buf *in, size_t most)
{
	struct pollfd p[] = { { .fd = r->server->stopped, .events = POLLIN },
		{ .fd = r->fd, .events = POLLIN } };
	if (poll(p, 2, -1) < 0 || p[0].revents != 0)
		return false;
	ssize_t n = recv(r->fd, buf_room(in, most), most, 0);
	if (n <= 0)
		return false;
	buf_grew(in, (size_t)n);
	return true;
}

/* The body of "/slow" is read as if over a slow line. */
static bool
read_request(struct server_request *r)
{
	buf_reset(&r->head);
	buf_reset(&r->body);
	while (strstr(buf_str(&r->head), "\r\n\r\n") == NULL)
		if (!read_some(r, &r->head, 4096))
			return false;
	char *end = strstr(r->head.s, "\r\n\r\n") + 4;
	buf_add(&r->body, end, (size_t)(r->head.s + r->head.len - end));
	buf_truncate(&r->head, (size_t)(end - r->head.s));
	if (sscanf(r->head.s, "%15s %511s", r->method, r->target) != 2)
		return false;
	bool slow = strcmp(r->target, "/slow") == 0;
	for (size_t want = content_length(r->head.s); r->body.len < want;)
		if ((slow && !server_pace(r, 3)) || !read_some(r, &r->body, 64 << 10))
			return false;
	return true;
}

static void
count_request(struct server *s)
{
	pthread_mutex_lock(&s->lock);
	s->n_requests++;
	pthread_cond_broadcast(&s->news);
	pthread_mutex_unlock(&s->lock);
}

static void *
connection_main(void *arg)
{
	struct connection *c = arg;
	struct server_request r = { .server = c->server, .fd = c->fd, .connection = c->number };
	do {
		r.nth++;
		if (!read_request(&r))
			break;
		count_request(c->server);
	} while (c->server->handler(&r, c->server->arg));
	buf_done(&r.head);
	buf_done(&r.body);
	close(c->fd);
	return NULL;
}

static void *
server_main(void *arg)
{
	struct server *s = arg;
	for (;;) {
		struct pollfd p[] = { { .fd = s->stopped, .events = POLLIN },
			{ .fd = s->listener, .events = POLLIN } };
		if (poll(p, 2, -1) < 0 || p[0].revents != 0)
			return NULL;
		int fd = accept(s->listener, NULL, NULL), n = atomic_load(&s->n_connections);
		if (fd < 0 || n == MAX_CONNECTIONS)
			abort();
		struct connection *c = &s->connections[n];
		*c = (struct connection){ .server = s, .fd = fd, .number = n + 1 };
		atomic_store(&s->n_connections, n + 1);
		if (pthread_create(&c->thread, NULL, connection_main, c) != 0)
			abort();
	}
}

struct server *
server_start(server_handler handler, void *arg)
{
	struct server *s = mem_alloc(sizeof *s);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->news, NULL);
	s->handler = handler;
	s->arg = arg;
	s->stopped = eventfd(0, EFD_CLOEXEC);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int small = 64 << 10;   /* so that a slow reader is felt by the writer */
	setsockopt(s->listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	if (bind(s->listener, (struct sockaddr *)&a, n) != 0 || listen(s->listener, 256) != 0 ||
	    getsockname(s->listener, (struct sockaddr *)&a, &n) != 0)
		abort();
	s->port = ntohs(a.sin_port);
	snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d", s->port);
	if (pthread_create(&s->thread, NULL, server_main, s) != 0)
		abort();
	return s;
}

void
server_stop(struct server *s)
{
	if (write(s->stopped, &(uint64_t){ 1 }, sizeof(uint64_t)) < 0)
		abort();
	pthread_join(s->thread, NULL);
	for (int i = 0; i < atomic_load(&s->n_connections); i++)
		pthread_join(s->connections[i].thread, NULL);
	close(s->listener);
	close(s->stopped);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->news);
	free(s);
}

int
server_port(const struct server *s)
{
	return s->port;
}

const char *
server_url(const struct server *s)
{
	return s->url;
}

int
server_connections(struct server *s)
{
	return atomic_load(&s->n_connections);
}

int
server_requests(struct server *s)
{
	pthread_mutex_lock(&s->lock);
	int n = s->n_requests;
	pthread_mutex_unlock(&s->lock);
	return n;
}

void
server_wait_requests(struct server *s, int n)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	pthread_mutex_lock(&s->lock);
	while (s->n_requests < n)
		if (pthread_cond_timedwait(&s->news, &s->lock, &until) != 0)
			abort();
	pthread_mutex_unlock(&s->lock);
}
