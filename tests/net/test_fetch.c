#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "net/fetch.h"
#include "server.h"

static atomic_bool cancel_asked;        /* "/cancel" sets it when the request has arrived */

static bool
serve(struct server_request *r, void *arg)
{
	(void)arg;
	if (strcmp(r->target, "/hello") == 0) {
		server_answer(r, 200, "X-Thing: value\r\n", "hello");
	} else if (strcmp(r->target, "/403") == 0) {
		server_answer(r, 403, "", "{\"message\":\"no\"}");
	} else if (strcmp(r->target, "/echo") == 0) {
		server_answer(r, 200, "", buf_str(&r->body));
	} else if (strcmp(r->target, "/cut") == 0) {
		server_print(r, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
		return false;
	} else if (strcmp(r->target, "/cancel") == 0) {
		server_print(r, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
		atomic_store(&cancel_asked, true);
		server_hang(r);
		return false;
	} else {
		server_hang(r);
		return false;
	}
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
	atomic_store(&cancel_asked, false);
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

static void
ask(const struct here *h, struct http_request *r, const char *method, const char *path)
{
	char url[128];
	snprintf(url, sizeof url, "%s%s", server_url(h->server), path);
	http_request_init(r, method, url);
}

static void
an_answer_comes_back_whole(void **state)
{
	struct here *h = *state;
	struct http_request r;
	struct http_reply reply;
	struct transfer_end end;
	struct err err = { 0 };
	ask(h, &r, "GET", "/hello");
	http_reply_init(&reply, 5);
	assert_int_equal(fetch(h->engine, &r, &reply, NULL, &end, &err), 0);
	assert_null(r.url);
	assert_int_equal(reply.status, 200);
	assert_string_equal(http_headers_get(&reply.headers, "x-thing"), "value");
	assert_string_equal(buf_str(&reply.body), "hello");
	assert_int_equal(end.err.code, ERR_NONE);
	assert_true(end.started_us <= end.sent_us && end.sent_us <= end.first_byte_us);
	http_reply_done(&reply);
}

static void
an_error_status_is_an_answer(void **state)
{
	struct here *h = *state;
	struct http_request r;
	struct http_reply reply;
	ask(h, &r, "POST", "/403");
	http_reply_init(&reply, 0);
	assert_int_equal(fetch(h->engine, &r, &reply, NULL, NULL, NULL), 0);
	assert_int_equal(reply.status, 403);
	assert_string_equal(buf_str(&reply.body), "{\"message\":\"no\"}");
	http_reply_done(&reply);
}

static void
a_body_over_the_limit_is_refused(void **state)
{
	struct here *h = *state;
	struct http_request r;
	struct http_reply reply;
	struct err err = { 0 };
	ask(h, &r, "GET", "/hello");
	http_reply_init(&reply, 4);
	assert_int_equal(fetch(h->engine, &r, &reply, NULL, NULL, &err), -1);
	assert_int_equal(err.code, ERR_NETWORK);
	assert_non_null(strstr(err.text, "4 bytes"));
	http_reply_done(&reply);
}

static void
a_cut_answer_is_an_error(void **state)
{
	struct here *h = *state;
	struct http_request r;
	struct http_reply reply;
	struct transfer_end end;
	struct err err = { 0 };
	ask(h, &r, "GET", "/cut");
	http_reply_init(&reply, 0);
	assert_int_equal(fetch(h->engine, &r, &reply, NULL, &end, &err), -1);
	assert_int_equal(err.code, ERR_NETWORK);
	assert_non_null(strstr(err.text, "middle"));
	assert_true(end.got_bytes);
	assert_string_equal(buf_str(&reply.body), "half");
	http_reply_done(&reply);
}

static void
a_raised_flag_ends_the_wait(void **state)
{
	struct here *h = *state;
	struct http_request r;
	struct http_reply reply;
	struct err err = { 0 };
	ask(h, &r, "GET", "/cancel");
	http_reply_init(&reply, 0);
	assert_int_equal(fetch(h->engine, &r, &reply, &cancel_asked, NULL, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	http_reply_done(&reply);
}

static void
a_flag_raised_before_sends_nothing(void **state)
{
	struct here *h = *state;
	struct http_request r;
	struct http_reply reply;
	struct transfer_end end;
	struct err err = { 0 };
	atomic_store(&cancel_asked, true);
	ask(h, &r, "GET", "/hello");
	http_reply_init(&reply, 0);
	assert_int_equal(fetch(h->engine, &r, &reply, &cancel_asked, &end, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	assert_int_equal(end.err.code, ERR_CANCELLED);
	assert_null(r.url);
	assert_int_equal(server_connections(h->server), 0);
	http_reply_done(&reply);
}

static void
a_time_limit_ends_a_hanging_answer(void **state)
{
	struct here *h = *state;
	struct http_request r;
	struct http_reply reply;
	struct transfer_end end;
	struct err err = { 0 };
	ask(h, &r, "GET", "/hang");
	r.total_ms = 60;
	http_reply_init(&reply, 0);
	int64_t began = clock_ms();
	assert_int_equal(fetch(h->engine, &r, &reply, NULL, &end, &err), -1);
	assert_true(clock_ms() - began >= 55);
	assert_true(end.timed_out);
	assert_false(end.stalled);
	assert_non_null(strstr(err.text, "within 1 s"));
	http_reply_done(&reply);
}

static void *
fetch_many(void *arg)
{
	struct here *h = arg;
	for (int i = 0; i < 20; i++) {
		struct http_request r;
		struct http_reply reply;
		char body[32];
		snprintf(body, sizeof body, "%d", i);
		ask(h, &r, "POST", "/echo");
		buf_puts(&r.body, body);
		http_reply_init(&reply, 100);
		if (fetch(h->engine, &r, &reply, NULL, NULL, NULL) != 0 ||
		    strcmp(buf_str(&reply.body), body) != 0)
			return h;       /* not NULL: wrong */
		http_reply_done(&reply);
	}
	return NULL;
}

static void
many_threads_may_fetch_at_once(void **state)
{
	struct here *h = *state;
	pthread_t threads[6];
	for (int i = 0; i < 6; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, fetch_many, h), 0);
	for (int i = 0; i < 6; i++) {
		void *wrong;
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	assert_int_equal(server_requests(h->server), 120);
	assert_true(server_connections(h->server) <= 12);
}

int
main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_SERVER(an_answer_comes_back_whole),
		WITH_SERVER(an_error_status_is_an_answer),
		WITH_SERVER(a_body_over_the_limit_is_refused),
		WITH_SERVER(a_cut_answer_is_an_error),
		WITH_SERVER(a_raised_flag_ends_the_wait),
		WITH_SERVER(a_flag_raised_before_sends_nothing),
		WITH_SERVER(a_time_limit_ends_a_hanging_answer),
		WITH_SERVER(many_threads_may_fetch_at_once),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
