#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/engine.h"
#include "server.h"

enum { DEADLINE_MS = 60 * 1000, MANY = 64 };

/* ---- names: libcurl finds this getaddrinfo(), so that no test asks a real server ---- */

static struct {
	pthread_mutex_t	 lock;
	pthread_cond_t	 news;
	bool		 asked, release, left;
} slow_name = { .lock = PTHREAD_MUTEX_INITIALIZER, .news = PTHREAD_COND_INITIALIZER };

static void
resolve_slowly(void)
{
	pthread_mutex_lock(&slow_name.lock);
	slow_name.asked = true;
	pthread_cond_broadcast(&slow_name.news);
	while (!slow_name.release)
		pthread_cond_wait(&slow_name.news, &slow_name.lock);
	slow_name.left = true;
	pthread_cond_broadcast(&slow_name.news);
	pthread_mutex_unlock(&slow_name.lock);
}

static void
wait_for_name(const bool *flag)
{
	pthread_mutex_lock(&slow_name.lock);
	while (!*flag)
		pthread_cond_wait(&slow_name.news, &slow_name.lock);
	pthread_mutex_unlock(&slow_name.lock);
}

int
getaddrinfo(
    const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = NULL;
	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	if (host != NULL && strcmp(host, "slow.invalid") == 0)
		resolve_slowly();
	if (host != NULL && str_ends(host, ".invalid"))
		return EAI_NONAME;
	return real(host, service, hints, out);
}

/* ---- a probe: what came of one request, and waiting for it ----------------- */

struct probe {
	struct engine		*engine;
	uint64_t		 id;
	pthread_mutex_t		 lock;
	pthread_cond_t		 news;
	int			 heads, ends, stop_after;
	int			 status;
	struct http_headers	 headers;
	struct buf		 body;
	struct transfer_end	 end;
	int64_t			 ended_us;
	struct probe		*again;         /* submitted from on_end() */
	char			 again_url[128];
};

static void
probe_head(void *arg, int status, const struct http_headers *headers)
{
	struct probe *p = arg;
	pthread_mutex_lock(&p->lock);
	p->heads++;
	p->status = status;
	for (size_t i = 0; i < headers->n; i++)
		http_headers_add(&p->headers, headers->v[i].name, headers->v[i].value);
	pthread_cond_broadcast(&p->news);
	pthread_mutex_unlock(&p->lock);
}

static int
probe_body(void *arg, const char *bytes, size_t n)
{
	struct probe *p = arg;
	pthread_mutex_lock(&p->lock);
	buf_add(&p->body, bytes, n);            /* of a flood the first 4 MiB are enough */
	int rc = p->stop_after != 0 && p->body.len >= (size_t)p->stop_after;
	pthread_cond_broadcast(&p->news);
	pthread_mutex_unlock(&p->lock);
	return rc;
}

static void	probe_end(void *arg, const struct transfer_end *);

static const struct transfer_hooks probe_hooks = { probe_head, probe_body, probe_end };

static void
probe_end(void *arg, const struct transfer_end *end)
{
	struct probe *p = arg;
	if (p->again != NULL) {
		struct http_request r;
		http_request_init(&r, "GET", p->again_url);
		p->again->id = engine_submit(p->engine, &r, &probe_hooks, p->again);
	}
	pthread_mutex_lock(&p->lock);
	p->ends++;
	p->end = *end;
	p->ended_us = clock_us();
	pthread_cond_broadcast(&p->news);
	pthread_mutex_unlock(&p->lock);
}

static struct probe *
probe_new(struct engine *e)
{
	struct probe *p = mem_alloc(sizeof *p);
	p->engine = e;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->news, NULL);
	buf_init(&p->body, 4 << 20);
	return p;
}

static void
probe_free(struct probe *p)
{
	assert_int_equal(p->ends, 1);
	http_headers_done(&p->headers);
	buf_done(&p->body);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->news);
	free(p);
}

/* Until the body has so many bytes and (when asked) the end came; fails the test after the
 * deadline. */
static void
probe_wait(struct probe *p, size_t bytes, bool to_end)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += DEADLINE_MS / 1000;
	int rc = 0;
	pthread_mutex_lock(&p->lock);
	while (rc == 0 && (p->body.len < bytes || (to_end && p->ends == 0)))
		rc = pthread_cond_timedwait(&p->news, &p->lock, &until);
	pthread_mutex_unlock(&p->lock);
	if (rc != 0)
		fail_msg("waited in vain for %zu bytes%s", bytes, to_end ? " and the end" : "");
}

/* ---- the server ------------------------------------------------------------ */

static struct {
	pthread_mutex_t	lock;
	pthread_cond_t	news;
	int		together;       /* requests to /together that are there */
} crowd = { .lock = PTHREAD_MUTEX_INITIALIZER, .news = PTHREAD_COND_INITIALIZER };

/* Answers when MANY ask at the same time. */
static void
answer_together(struct server_request *r)
{
	pthread_mutex_lock(&crowd.lock);
	crowd.together++;
	pthread_cond_broadcast(&crowd.news);
	while (crowd.together < MANY)
		pthread_cond_wait(&crowd.news, &crowd.lock);
	pthread_mutex_unlock(&crowd.lock);
	server_answer(r, 200, "", "all of us");
}

static void
chunk(struct server_request *r, const char *s)
{
	server_print(r, "%zx\r\n%s\r\n", strlen(s), s);
}

static const char chunked[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

static bool
serve_hello(struct server_request *r)
{
	server_answer(r, 200, "X-Thing: value\r\n", "hello");
	return true;
}

static bool
serve_echo(struct server_request *r)
{
	server_answer(r, 200, "", buf_str(&r->head));
	return true;
}

static bool
serve_body(struct server_request *r)
{
	server_answer(r, 200, "", buf_str(&r->body));
	return true;
}

/* A byte now and then, for longer than the reader's idle limit. */
static bool
serve_drip(struct server_request *r)
{
	server_send(r, chunked, strlen(chunked));
	for (int i = 0; i < 12; i++) {
		chunk(r, ".");
		if (!server_pace(r, 50))
			return false;
	}
	server_print(r, "0\r\n\r\n");
	return true;
}

static bool
serve_flood(struct server_request *r)
{
	char s[1001];
	memset(s, 'x', 1000);
	s[1000] = '\0';
	server_send(r, chunked, strlen(chunked));
	while (server_pace(r, 0))
		chunk(r, s);
	return false;
}

static bool
serve_first_then_hang(struct server_request *r)
{
	server_send(r, chunked, strlen(chunked));
	chunk(r, "first");
	server_hang(r);
	return false;
}

static bool
serve_hang(struct server_request *r)
{
	server_hang(r);
	return false;
}

static bool
serve_redirect(struct server_request *r)
{
	server_answer(r, 302, "Location: /hello\r\n", "elsewhere");
	return true;
}

static bool
serve_odd_head(struct server_request *r)
{
	server_print(r, "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
			"Link: x\r\n\r\nHTTP/1.1 201 Made: it\r\nX-Folded: one\r\n two\r\n\tthree "
			"\r\nX-Empty:\r\n"
			"x-AMZ-Thing:  spaced  \r\nTransfer-Encoding: chunked\r\n\r\n"
			"2\r\nok\r\n0\r\nX-Trailer: late\r\n\r\n");
	return true;
}

static bool
serve_cut(struct server_request *r)
{
	server_send(r, chunked, strlen(chunked));
	chunk(r, "half");
	return false;
}

static bool
serve_reset(struct server_request *r)
{
	server_reset(r);
	return false;
}

/* On a kept connection: nothing but a close. On a fresh one: an answer. */
static bool
serve_dies_when_kept(struct server_request *r)
{
	if (r->nth > 1)
		return false;
	server_answer(r, 200, "", "alive");
	return true;
}

/* The same, but the kept connection dies after a while. */
static bool
serve_dies_late_when_kept(struct server_request *r)
{
	if (r->nth > 1) {
		server_pace(r, 2300);
		return false;
	}
	server_answer(r, 200, "", "alive");
	return true;
}

static bool
serve_not_http(struct server_request *r)
{
	server_print(r, "220 mail.example ESMTP\r\n");
	return false;
}

static bool
serve_many_headers(struct server_request *r)
{
	server_print(r, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 1000; i++)
		server_print(r, "X-Header-%d: value\r\n", i);
	server_print(r, "Content-Length: 0\r\n\r\n");
	return true;
}

static bool
serve_together(struct server_request *r)
{
	answer_together(r);
	return true;
}

/* As a proxy. */
static bool
serve_407(struct server_request *r)
{
	server_answer(r, 407, "Proxy-Authenticate: Basic realm=\"x\"\r\n", "<html>login</html>");
	return true;
}

static const struct {
	const char	*target;
	bool		(*serve)(struct server_request *);
} places[] = {
	{ "/hello", serve_hello },
	{ "/", serve_hello },
	{ "/echo", serve_echo },
	{ "/a/../b%2Fc%3A0//d?x=%20", serve_echo },
	{ "/body", serve_body },
	{ "/slow", serve_hello },
	{ "/drip", serve_drip },
	{ "/flood", serve_flood },
	{ "/first", serve_first_then_hang },
	{ "/hang", serve_hang },
	{ "/redirect", serve_redirect },
	{ "/odd", serve_odd_head },
	{ "/cut", serve_cut },
	{ "/reset", serve_reset },
	{ "/dies", serve_dies_when_kept },
	{ "/dies-late", serve_dies_late_when_kept },
	{ "/mail", serve_not_http },
	{ "/many", serve_many_headers },
	{ "/together", serve_together },
	{ "bedrock-runtime.eu-west-9.amazonaws.com:443", serve_407 },
	{ "http://plain.invalid/via", serve_echo },
};

static bool
serve(struct server_request *r, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (strcmp(r->target, places[i].target) == 0)
			return places[i].serve(r);
	server_answer(r, 404, "", "");
	return true;
}

struct here {
	struct server	*server;
	struct engine	*engine;
};

static int
set_up(void **state)
{
	static struct here here;
	here = (struct here){ .server = server_start(serve, NULL), .engine = engine_start() };
	*state = &here;
	return 0;
}

static int
tear_down(void **state)
{
	struct here *h = *state;
	engine_stop(h->engine);
	server_stop(h->server);
	return 0;
}

/* A request that may be changed before it is sent. */
static struct http_request
request(const struct here *h, const char *method, const char *path)
{
	struct http_request r;
	char url[256];
	snprintf(url, sizeof url, "%s%s", strstr(path, "://") != NULL ? "" : server_url(h->server),
	    path);
	http_request_init(&r, method, url);
	return r;
}

static struct probe *
send_off(struct here *h, struct http_request *r)
{
	struct probe *p = probe_new(h->engine);
	p->id = engine_submit(h->engine, r, &probe_hooks, p);
	return p;
}

static struct probe *
get(struct here *h, const char *path)
{
	struct http_request r = request(h, "GET", path);
	return send_off(h, &r);
}

/* Sends, waits, and returns what came. */
static struct probe *
get_all(struct here *h, const char *path)
{
	struct probe *p = get(h, path);
	probe_wait(p, 0, true);
	return p;
}

static void
expect_success(const struct probe *p)
{
	if (p->end.err.code != ERR_NONE)
		fail_msg("%s", p->end.err.text);
}

static void
expect_failure(struct probe *p, const char *words)
{
	assert_int_equal(p->end.err.code, ERR_NETWORK);
	if (strstr(p->end.err.text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, p->end.err.text);
}

/* ---- answers ---------------------------------------------------------------- */

static void
a_request_is_taken_and_answered(void **state)
{
	struct here *h = *state;
	struct http_request r = request(h, "GET", "/hello");
	struct probe *p = send_off(h, &r);
	assert_null(r.url);
	assert_true(p->id != 0);
	probe_wait(p, 0, true);
	expect_success(p);
	assert_int_equal(p->end.status, 200);
	assert_int_equal(p->heads, 1);
	assert_string_equal(http_headers_get(&p->headers, "x-thing"), "value");
	assert_string_equal(buf_str(&p->body), "hello");
	assert_true(p->end.got_bytes);
	assert_true(p->end.started_us <= p->end.sent_us);
	assert_true(p->end.sent_us <= p->end.first_byte_us);
	assert_true(p->end.first_byte_us <= p->ended_us);
	probe_free(p);
}

static void
only_what_the_request_says_is_sent(void **state)
{
	struct here *h = *state;
	static const struct {
		const char	*method, *body, *expected;
	} rows[] = {
		{ "GET", "",
		    "GET /echo HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-A: b\r\nX-Empty:\r\n\r\n" },
		{ "POST", "{}",
		    "POST /echo HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-A: b\r\nX-Empty:\r\n"
		    "Content-Length: 2\r\n\r\n" },
		{ "PUT", "",
		    "PUT /echo HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-A: b\r\nX-Empty:\r\n"
		    "Content-Length: 0\r\n\r\n" },
		{ "DELETE", "",
		    "DELETE /echo HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-A: b\r\nX-Empty:\r\n\r\n" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_request r = request(h, rows[i].method, "/echo");
		http_headers_add(&r.headers, "X-A", "b");
		http_headers_add(&r.headers, "X-Empty", "");
		buf_puts(&r.body, rows[i].body);
		struct probe *p = send_off(h, &r);
		probe_wait(p, 0, true);
		char expected[256];
		const char *mark = strstr(rows[i].expected, "%d");
		snprintf(expected, sizeof expected, "%.*s%d%s", (int)(mark - rows[i].expected),
		    rows[i].expected, server_port(h->server), mark + 2);
		assert_string_equal(buf_str(&p->body), expected);
		probe_free(p);
	}
}

static void
the_path_goes_out_as_it_is(void **state)
{
	struct here *h = *state;
	struct probe *p = get_all(h, "/a/../b%2Fc%3A0//d?x=%20");
	assert_true(str_starts(buf_str(&p->body), "GET /a/../b%2Fc%3A0//d?x=%20 HTTP/1.1\r\n"));
	probe_free(p);
}

static void
a_large_body_goes_out_whole_and_comes_back(void **state)
{
	struct here *h = *state;
	struct http_request r = request(h, "POST", "/body");
	for (int i = 0; i < 300000; i++)
		buf_printf(&r.body, "%08d", i);
	struct probe *p = send_off(h, &r);
	probe_wait(p, 2400000, true);
	expect_success(p);
	assert_int_equal(p->body.len, 2400000);
	assert_memory_equal(p->body.s + 2400000 - 8, "00299999", 8);
	probe_free(p);
}

static void
a_head_request_has_no_body(void **state)
{
	struct here *h = *state;
	struct http_request r = request(h, "HEAD", "/hello");
	struct probe *p = send_off(h, &r);
	probe_wait(p, 0, true);
	expect_success(p);
	assert_int_equal(p->end.status, 200);
	assert_int_equal(p->body.len, 0);
	probe_free(p);
}

static void
early_heads_are_skipped_and_folded_lines_joined(void **state)
{
	struct here *h = *state;
	struct probe *p = get_all(h, "/odd");
	expect_success(p);
	assert_int_equal(p->heads, 1);
	assert_int_equal(p->status, 201);
	assert_int_equal(p->headers.n, 4);
	assert_string_equal(http_headers_get(&p->headers, "x-folded"), "one two three");
	assert_string_equal(http_headers_get(&p->headers, "X-EMPTY"), "");
	assert_string_equal(http_headers_get(&p->headers, "X-Amz-Thing"), "spaced");
	assert_null(http_headers_get(&p->headers, "X-Early"));
	assert_null(http_headers_get(&p->headers, "X-Trailer"));
	assert_string_equal(buf_str(&p->body), "ok");
	probe_free(p);
}

static void
a_redirect_is_an_answer_and_not_followed(void **state)
{
	struct here *h = *state;
	struct probe *p = get_all(h, "/redirect");
	expect_success(p);
	assert_int_equal(p->end.status, 302);
	assert_string_equal(buf_str(&p->body), "elsewhere");
	assert_int_equal(server_requests(h->server), 1);
	probe_free(p);
}

static void
bytes_are_handed_on_as_they_come(void **state)
{
	struct here *h = *state;
	struct probe *p = get(h, "/first");
	probe_wait(p, 5, false);                /* while the server hangs */
	engine_cancel(h->engine, p->id);
	probe_wait(p, 5, true);
	assert_string_equal(buf_str(&p->body), "first");
	probe_free(p);
}

/* ---- connections ------------------------------------------------------------- */

static void
requests_one_after_the_other_share_a_connection(void **state)
{
	struct here *h = *state;
	for (int i = 0; i < 5; i++)
		probe_free(get_all(h, i % 2 ? "/hello" : "/body"));
	assert_int_equal(server_requests(h->server), 5);
	assert_int_equal(server_connections(h->server), 1);
}

static void
sixty_four_streams_run_at_once(void **state)
{
	struct here *h = *state;
	struct probe *probes[MANY];
	for (int round = 0; round < 2; round++) {
		crowd.together = 0;
		for (int i = 0; i < MANY; i++)
			probes[i] = get(h, "/together");
		for (int i = 0; i < MANY; i++) {
			probe_wait(probes[i], 0, true);
			expect_success(probes[i]);
			assert_string_equal(buf_str(&probes[i]->body), "all of us");
			probe_free(probes[i]);
		}
	}
	/* All were kept for the second round. */
	assert_int_equal(server_connections(h->server), MANY);
}

static void
a_dead_kept_connection_costs_nothing(void **state)
{
	struct here *h = *state;
	for (int i = 0; i < 2; i++) {
		struct probe *p = get_all(h, "/dies");
		expect_success(p);
		assert_string_equal(buf_str(&p->body), "alive");
		probe_free(p);
	}
	assert_int_equal(server_requests(h->server), 3);
}

static void
a_request_that_was_worked_on_is_not_sent_twice_in_silence(void **state)
{
	struct here *h = *state;
	probe_free(get_all(h, "/dies-late"));
	struct probe *p = get_all(h, "/dies-late");
	expect_failure(p, "before an answer came");
	assert_false(p->end.reset_on_reuse);
	assert_false(p->end.got_bytes);
	assert_int_equal(server_requests(h->server), 2);
	probe_free(p);
}

static void
warming_opens_the_connection_that_a_request_then_uses(void **state)
{
	struct here *h = *state;
	char url[128];
	/* The request may come before curl has put the warm connection back: then once more,
	 * from cold. */
	for (int tries = 0;; tries++) {
		snprintf(url, sizeof url, "%s/model/x/converse?y", server_url(h->server));
		engine_warm(h->engine, url, NULL);
		server_wait_requests(h->server, 1);
		probe_free(get_all(h, "/hello"));
		if (server_connections(h->server) == 1)
			break;
		assert_true(tries < 100);
		tear_down(state);
		set_up(state);
	}
	engine_warm(h->engine, url, NULL);              /* it is warm: nothing to do */
	probe_free(get_all(h, "/hello"));
	assert_int_equal(server_requests(h->server), 3);
}

/* ---- endings ------------------------------------------------------------------ */

/* How long a cancel takes once so many bytes have come. */
static int64_t
cancel_us(struct here *h, const char *path, size_t bytes)
{
	struct probe *p = get(h, path);
	probe_wait(p, bytes, false);
	int64_t began = clock_us();
	engine_cancel(h->engine, p->id);
	probe_wait(p, 0, true);
	assert_int_equal(p->end.err.code, ERR_CANCELLED);
	int64_t us = p->ended_us - began;
	engine_cancel(h->engine, p->id);        /* too late: fine */
	probe_free(p);
	return us;
}

static void
cancelling_takes_effect_at_once(void **state)
{
	struct here *h = *state;
	static const struct {
		const char	*path;
		size_t		 bytes;
	} rows[] = { { "/flood", 100000 }, { "/first", 5 }, { "/hang", 0 } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t us = INT64_MAX;
		/* The machine may be busy. */
		for (int tries = 0; tries < 200 && us >= 50 * 1000; tries++)
			us = cancel_us(h, rows[i].path, rows[i].bytes);
		print_message("# cancel of %s: %.2f ms\n", rows[i].path, (double)us / 1000);
		assert_true(us < 50 * 1000);
	}
	engine_cancel(h->engine, 12345);
	probe_free(get_all(h, "/hello"));
}

static void
cancelling_does_not_wait_for_a_name_server(void **state)
{
	struct here *h = *state;
	struct probe *p = get(h, "https://slow.invalid/");
	wait_for_name(&slow_name.asked);
	engine_cancel(h->engine, p->id);
	probe_wait(p, 0, true);                 /* while the name is still being looked up */
	assert_int_equal(p->end.err.code, ERR_CANCELLED);
	probe_free(p);
	pthread_mutex_lock(&slow_name.lock);
	slow_name.release = true;
	pthread_cond_broadcast(&slow_name.news);
	pthread_mutex_unlock(&slow_name.lock);
	wait_for_name(&slow_name.left);
}

static void
stopping_ends_what_runs(void **state)
{
	struct here *h = *state;
	struct probe *running[10];
	for (int i = 0; i < 10; i++)
		running[i] = get(h, i % 2 ? "/flood" : "/hang");
	for (int i = 1; i < 10; i += 2)
		probe_wait(running[i], 1, false);
	running[9]->again = probe_new(h->engine);       /* submitted while all is being stopped */
	snprintf(
	    running[9]->again_url, sizeof running[9]->again_url, "%s/hang", server_url(h->server));
	int64_t began = clock_ms();
	engine_stop(h->engine);
	assert_true(clock_ms() - began < DEADLINE_MS);          /* they would go on for ever */
	h->engine = NULL;
	assert_int_equal(running[9]->again->end.err.code, ERR_CANCELLED);
	probe_free(running[9]->again);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(running[i]->end.err.code, ERR_CANCELLED);
		probe_free(running[i]);
	}
}

static void
an_engine_that_did_nothing_stops_too(void **state)
{
	(void)state;
	engine_stop(engine_start());
	engine_stop(NULL);
	struct engine *e = engine_start();
	engine_cancel(e, 1);
	engine_stop(e);
}

static void
an_end_may_submit_again(void **state)
{
	struct here *h = *state;
	struct probe *first = probe_new(h->engine), *second = probe_new(h->engine);
	first->again = second;
	snprintf(first->again_url, sizeof first->again_url, "%s/hello", server_url(h->server));
	struct http_request r = request(h, "GET", "/hello");
	engine_submit(h->engine, &r, &probe_hooks, first);
	probe_wait(first, 0, true);
	probe_wait(second, 5, true);
	expect_success(second);
	probe_free(first);
	probe_free(second);
}

static void
the_owner_can_stop_reading(void **state)
{
	struct here *h = *state;
	struct http_request r = request(h, "GET", "/flood");
	struct probe *p = probe_new(h->engine);
	p->stop_after = 5000;
	engine_submit(h->engine, &r, &probe_hooks, p);
	probe_wait(p, 5000, true);
	expect_failure(p, "not read to its end");
	probe_free(p);
}

/* ---- silence ------------------------------------------------------------------ */

static void
silence_is_a_stall(void **state)
{
	struct here *h = *state;
	/* Before the first byte, and after it. */
	static const char *const paths[] = { "/hang", "/first" };
	for (size_t i = 0; i < 2; i++) {
		struct http_request r = request(h, "GET", paths[i]);
		r.idle_ms = 120;
		int64_t began = clock_ms();
		struct probe *p = send_off(h, &r);
		probe_wait(p, 0, true);
		/* On a busy machine the first byte may be too late as well. */
		for (int tries = 0; tries < 20 && i == 1 && !p->end.got_bytes; tries++) {
			probe_free(p);
			r = request(h, "GET", paths[i]);
			r.idle_ms = 120 << (tries / 4);
			p = send_off(h, &r);
			probe_wait(p, 0, true);
		}
		assert_true(p->end.stalled);
		assert_int_equal(p->end.got_bytes, i == 1);
		expect_failure(p, "sent nothing for 1 s");
		assert_true(clock_ms() - began >= 119);
		probe_free(p);
	}
}

/* Sends a request whose answer takes longer than idle_ms, though never so long without a byte. On a busy machine it may
 * be: then once more. If silence were counted from the beginning, no try would succeed. */
static struct probe *
send_patiently(struct here *h, const char *method, const char *path, size_t body, int idle_ms)
{
	for (int tries = 0;; tries++) {
		struct http_request r = request(h, method, path);
		memset(buf_room(&r.body, body + 1), 'x', body);
		buf_grew(&r.body, body);
		r.idle_ms = idle_ms;
		struct probe *p = send_off(h, &r);
		probe_wait(p, 0, true);
		if (!p->end.stalled || tries == 20)
			return p;
		probe_free(p);
	}
}

static void
a_byte_now_and_then_is_no_stall(void **state)
{
	struct here *h = *state;
	struct probe *p = send_patiently(h, "GET", "/drip", 0, 400);    /* the answer takes 600 */
	expect_success(p);
	assert_string_equal(buf_str(&p->body), "............");
	probe_free(p);
}

static void
a_slow_upload_is_no_stall(void **state)
{
	struct here *h = *state;
	struct probe *p = send_patiently(h, "POST", "/slow", 24 << 20, 500);    /* is read at 20 MB/s at most */
	expect_success(p);
	assert_true(p->ended_us - p->end.started_us > 500 * 1000);
	probe_free(p);
}

/* ---- failures ----------------------------------------------------------------- */

static void
a_refused_connection_is_told(void **state)
{
	struct here *h = *state;
	/* Bound, so that nobody else gets the port, and never listened at. */
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int deaf = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(deaf, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(deaf, (struct sockaddr *)&at, &len), 0);
	char url[128];
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(at.sin_port));
	struct probe *p = get_all(h, url);
	close(deaf);
	assert_true(p->end.refused);
	assert_false(p->end.proxy);
	expect_failure(p, "127.0.0.1 cannot be reached");
	assert_int_equal(p->end.status, 0);
	probe_free(p);
}

static void
a_name_that_does_not_resolve_is_told(void **state)
{
	struct here *h = *state;
	struct probe *p = get_all(h, "https://bedrock-runtime.nowhere.invalid/model/x/converse");
	assert_true(p->end.dns);
	expect_failure(
	    p, "bedrock-runtime.nowhere.invalid does not resolve: the region has no Bedrock");
	assert_int_equal(p->end.sent_us, 0);
	probe_free(p);
}

static void
plain_http_stays_on_this_machine(void **state)
{
	struct here *h = *state;
	struct probe *p = get_all(h, "http://plain.invalid/");
	expect_failure(p, "plain http");
	assert_false(p->end.dns);               /* it was not even looked up */
	probe_free(p);
	struct http_request r = request(h, "GET", "http://plain.invalid/");
	r.insecure_ok = true;
	p = send_off(h, &r);
	probe_wait(p, 0, true);
	assert_true(p->end.dns);
	probe_free(p);
}

static void
an_address_that_is_none_is_told(void **state)
{
	struct here *h = *state;
	static const char *const urls[] = { "ftp://host.invalid/", "file:///etc/passwd", "https://",
		"://x", "https://a b/", "gopher://x.invalid/", "https://user:pass@host.invalid/" };
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct probe *p = get_all(h, urls[i]);
		assert_int_equal(p->end.err.code, ERR_NETWORK);
		assert_false(p->end.dns);
		assert_null(strstr(p->end.err.text, "pass@"));
		probe_free(p);
	}
}

static void
a_header_with_a_line_break_is_not_sent(void **state)
{
	struct here *h = *state;
	struct http_request r = request(h, "GET", "/echo");
	http_headers_add(&r.headers, "Authorization", "Bearer abc\r\nX-Injected: 1");
	struct probe *p = send_off(h, &r);
	probe_wait(p, 0, true);
	expect_failure(p, "Authorization");
	assert_null(strstr(p->end.err.text, "abc"));
	assert_int_equal(server_connections(h->server), 0);
	probe_free(p);
}

static void
a_broken_connection_is_told(void **state)
{
	struct here *h = *state;
	static const struct {
		const char	*path, *words;
		bool		 got_bytes;
	} rows[] = {
		{ "/cut", "in the middle of the answer", true },
		{ "/reset", "before an answer came", false },
		{ "/mail", "not HTTP", false },
		{ "/many", "more headers than an answer needs", true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct probe *p = get_all(h, rows[i].path);
		expect_failure(p, rows[i].words);
		assert_int_equal(p->end.got_bytes, rows[i].got_bytes);
		assert_false(p->end.reset_on_reuse);
		probe_free(p);
	}
}

/* ---- proxies: an engine whose thread begins after the environment is set ------- */

static void
with_proxy(struct here *h, const char *variable, const char *value)
{
	engine_stop(h->engine);
	setenv(variable, value, 1);
	h->engine = engine_start();
}

static void
without_proxy(struct here *h)
{
	static const char *const all[] = { "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
		"all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY" };
	engine_stop(h->engine);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		unsetenv(all[i]);
	h->engine = engine_start();
}

static void
a_proxy_that_wants_a_password_is_told(void **state)
{
	struct here *h = *state;
	with_proxy(h, "HTTPS_PROXY", server_url(h->server));
	struct probe *p = get_all(h, "https://bedrock-runtime.eu-west-9.amazonaws.com/");
	assert_true(p->end.proxy);
	expect_failure(p, "(407)");
	assert_int_equal(p->heads, 0);          /* the proxy's answer is not the host's */
	probe_free(p);
	without_proxy(h);
}

static void
a_proxy_that_is_not_there_is_told(void **state)
{
	struct here *h = *state;
	with_proxy(h, "https_proxy", "http://127.0.0.1:1");
	struct probe *p = get_all(h, "https://bedrock-runtime.eu-west-9.amazonaws.com/");
	assert_true(p->end.proxy && p->end.refused);
	expect_failure(p, "The proxy on the way to bedrock-runtime.eu-west-9.amazonaws.com");
	probe_free(p);
	with_proxy(h, "https_proxy", "http://proxy.invalid:3128");
	p = get_all(h, "https://bedrock-runtime.eu-west-9.amazonaws.com/");
	assert_true(p->end.proxy && p->end.dns);
	probe_free(p);
	without_proxy(h);
}

static void
the_upper_case_http_proxy_counts_and_no_proxy_too(void **state)
{
	struct here *h = *state;
	with_proxy(h, "HTTP_PROXY", server_url(h->server));
	struct http_request r = request(h, "GET", "http://plain.invalid/via");
	r.insecure_ok = true;
	struct probe *p = send_off(h, &r);
	probe_wait(p, 0, true);
	expect_success(p);
	assert_true(str_starts(buf_str(&p->body), "GET http://plain.invalid/via HTTP/1.1\r\n"));
	probe_free(p);
	with_proxy(h, "NO_PROXY", ".invalid");
	r = request(h, "GET", "http://plain.invalid/via");
	r.insecure_ok = true;
	p = send_off(h, &r);
	probe_wait(p, 0, true);
	assert_true(p->end.dns);
	probe_free(p);
	without_proxy(h);
}

static void
this_machine_and_direct_requests_need_no_proxy(void **state)
{
	struct here *h = *state;
	with_proxy(h, "ALL_PROXY", "http://127.0.0.1:1");
	struct probe *p = get_all(h, "/hello");
	expect_success(p);
	probe_free(p);
	struct http_request r = request(h, "GET", "https://host.invalid/");
	r.direct = true;
	p = send_off(h, &r);
	probe_wait(p, 0, true);
	assert_true(p->end.dns);
	assert_false(p->end.proxy);
	probe_free(p);
	without_proxy(h);
}

int
main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_SERVER(a_request_is_taken_and_answered),
		WITH_SERVER(only_what_the_request_says_is_sent),
		WITH_SERVER(the_path_goes_out_as_it_is),
		WITH_SERVER(a_large_body_goes_out_whole_and_comes_back),
		WITH_SERVER(a_head_request_has_no_body),
		WITH_SERVER(early_heads_are_skipped_and_folded_lines_joined),
		WITH_SERVER(a_redirect_is_an_answer_and_not_followed),
		WITH_SERVER(bytes_are_handed_on_as_they_come),
		WITH_SERVER(requests_one_after_the_other_share_a_connection),
		WITH_SERVER(sixty_four_streams_run_at_once),
		WITH_SERVER(a_dead_kept_connection_costs_nothing),
		WITH_SERVER(a_request_that_was_worked_on_is_not_sent_twice_in_silence),
		WITH_SERVER(warming_opens_the_connection_that_a_request_then_uses),
		WITH_SERVER(cancelling_takes_effect_at_once),
		WITH_SERVER(cancelling_does_not_wait_for_a_name_server),
		WITH_SERVER(stopping_ends_what_runs),
		cmocka_unit_test(an_engine_that_did_nothing_stops_too),
		WITH_SERVER(an_end_may_submit_again),
		WITH_SERVER(the_owner_can_stop_reading),
		WITH_SERVER(silence_is_a_stall),
		WITH_SERVER(a_byte_now_and_then_is_no_stall),
		WITH_SERVER(a_slow_upload_is_no_stall),
		WITH_SERVER(a_refused_connection_is_told),
		WITH_SERVER(a_name_that_does_not_resolve_is_told),
		WITH_SERVER(plain_http_stays_on_this_machine),
		WITH_SERVER(an_address_that_is_none_is_told),
		WITH_SERVER(a_header_with_a_line_break_is_not_sent),
		WITH_SERVER(a_broken_connection_is_told),
		WITH_SERVER(a_proxy_that_wants_a_password_is_told),
		WITH_SERVER(a_proxy_that_is_not_there_is_told),
		WITH_SERVER(the_upper_case_http_proxy_counts_and_no_proxy_too),
		WITH_SERVER(this_machine_and_direct_requests_need_no_proxy),
	};
	/* The machine's own proxy settings are no part of this. */
	static const char *const proxies[] = { "http_proxy", "HTTP_PROXY", "https_proxy",
		"HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY" };
	for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)
		unsetenv(proxies[i]);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
