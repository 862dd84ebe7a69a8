/* server.c - see server.h. */
#include "config.h"

#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

struct server {
	int		 fd, port;
	pthread_t	 thread;
	atomic_bool	 stop;
	atomic_int	 count;
	void		(*answer)(void *arg, const struct asked *, struct buf *out);
	void		*arg;
};

static size_t
length_of_body(const char *head)
{
	const char *at = strcasestr(head, "\r\nContent-Length:");
	return at != NULL ? strtoul(at + strlen("\r\nContent-Length:"), NULL, 10) : 0;
}

/* Head and body; false when the other side went away. */
static bool
read_request(int fd, struct buf *b, size_t *head_len)
{
	char chunk[8192];
	for (;;) {
		char *end = b->len > 0 ? strstr(b->s, "\r\n\r\n") : NULL;
		if (end != NULL) {
			*head_len = (size_t)(end - b->s) + 4;
			if (b->len >= *head_len + length_of_body(b->s))
				return true;
		}
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n <= 0)
			return false;
		buf_add(b, chunk, (size_t)n);
	}
}

static void
serve(struct server *s, int fd)
{
	struct buf in, out;
	size_t head = 0;
	buf_init(&in, 0);
	buf_init(&out, 0);
	if (read_request(fd, &in, &head)) {
		char *line_end = strstr(in.s, "\r\n");
		char *space = strchr(in.s, ' '), *second = space != NULL ? strchr(space + 1, ' ') : NULL;
		struct asked a = { .method = mem_strndup(in.s, (size_t)(space - in.s)),
			.target = mem_strndup(space + 1, (size_t)(second - space - 1)),
			.headers = mem_strndup(line_end, head - (size_t)(line_end - in.s) - 2),
			.body = mem_strndup(in.s + head, in.len - head) };
		atomic_fetch_add(&s->count, 1);
		s->answer(s->arg, &a, &out);
		for (size_t at = 0; at < out.len;) {
			ssize_t n = send(fd, out.s + at, out.len - at, MSG_NOSIGNAL);
			if (n <= 0)
				break;
			at += (size_t)n;
		}
		free(a.method);
		free(a.target);
		free(a.headers);
		free(a.body);
	}
	buf_done(&in);
	buf_done(&out);
	shutdown(fd, SHUT_WR);
	close(fd);
}

static void *
server_main(void *arg)
{
	struct server *s = arg;
	while (!atomic_load(&s->stop)) {
		int fd = accept(s->fd, NULL, NULL);
		if (fd >= 0)
			serve(s, fd);
	}
	return NULL;
}

struct server *
server_start(void (*answer)(void *arg, const struct asked *, struct buf *out), void *arg)
{
	struct server *s = mem_alloc(sizeof *s);
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	s->answer = answer;
	s->arg = arg;
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(s->fd, 64) < 0 ||
	    getsockname(s->fd, (struct sockaddr *)&a, &len) < 0)
		abort();
	s->port = ntohs(a.sin_port);
	pthread_create(&s->thread, NULL, server_main, s);
	return s;
}

void
server_stop(struct server *s)
{
	atomic_store(&s->stop, true);
	shutdown(s->fd, SHUT_RDWR);             /* wakes accept() */
	pthread_join(s->thread, NULL);
	close(s->fd);
	free(s);
}

int
server_port(const struct server *s)
{
	return s->port;
}

int
server_count(const struct server *s)
{
	return atomic_load(&((struct server *)(uintptr_t)s)->count);
}

char *
asked_header(const struct asked *a, const char *name)
{
	char *start = mem_printf("\r\n%s:", name);
	const char *at = strcasestr(a->headers, start);
	char *value = NULL;
	if (at != NULL) {
		at += strlen(start);
		at += strspn(at, " ");
		value = mem_strndup(at, strcspn(at, "\r\n"));
	}
	free(start);
	return value;
}

void
answer_with(struct buf *out, int status, const char *headers, const char *body)
{
	buf_printf(out, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n%s", status,
	    strlen(body), headers, body);
}
