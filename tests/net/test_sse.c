/* The decoder of text/event-stream: the WHATWG's own examples, every split, and the ceilings. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "net/sse.h"

/* Events written down as text: "type/id|data;" with line ends as \n. */
static int
write_down(void *arg, const struct sse_event *ev)
{
	struct buf *b = arg;
	buf_printf(b, "%s/%s|", ev->type, ev->id);
	for (size_t i = 0; i < ev->len; i++)
		if (ev->data[i] == '\n')
			buf_puts(b, "\\n");
		else if (ev->data[i] == '\0')
			buf_puts(b, "\\0");
		else
			buf_putc(b, ev->data[i]);
	assert_int_equal(ev->data[ev->len], '\0');
	buf_putc(b, ';');
	return 0;
}

/* In memory of its own size, for the sanitizer's sake. */
static int
feed(struct sse *s, const char *bytes, size_t n, struct buf *out, struct err *err)
{
	char *own = mem_dup(bytes, n);
	int rc = sse_feed(s, own, n, write_down, out, err);
	free(own);
	return rc;
}

#define STREAM(bytes) bytes, sizeof(bytes) - 1

static const struct {
	const char	*bytes;
	size_t		 n;
	const char	*events;
	bool		 open;          /* something is left at the end */
} vectors[] = {
	{ STREAM(""), "", false },
	{ STREAM("data: hello\n\n"), "message/|hello;", false },
	{ STREAM("data:hello\r\n\r\n"), "message/|hello;", false },
	{ STREAM("data: hello\r\r"), "message/|hello;", false },
	/* The three examples of section 9.2.6. */
	{ STREAM("data: YHOO\ndata: +2\ndata: 10\n\n"), "message/|YHOO\\n+2\\n10;", false },
	{ STREAM(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n"
	    "data:  third event\n"), "message/1|first event;message/|second event;", true },
	{ STREAM("data\n\ndata\ndata\n\ndata:"), "message/|;message/|\\n;", true },
	{ STREAM("data:test\n\ndata: test\n\n"), "message/|test;message/|test;", false },
	/* One space only is taken away, and only after the colon. */
	{ STREAM("data:  two\n\ndata:\tx\n\n"), "message/| two;message/|\tx;", false },
	{ STREAM("event: add\ndata: 1\n\ndata: 2\n\n"), "add/|1;message/|2;", false },
	/* An event without data is none, and its name is forgotten. */
	{ STREAM("event: gone\n\ndata: x\n\n"), "message/|x;", false },
	/* An id stays for the events that follow; one with a NUL is ignored. */
	{ STREAM("id: 7\ndata: a\n\ndata: b\n\nid: x\0y\ndata: c\n\n"),
	    "message/7|a;message/7|b;message/7|c;", false },
	{ STREAM("\xef\xbb\xbf" "data: marked\n\n"), "message/|marked;", false },
	{ STREAM("\xef\xbb\xbf\xef\xbb\xbf" "data: twice\n\ndata: y\n\n"), "message/|y;", false },
	{ STREAM("\xef\xbb" "data: half\n\ndata: y\n\n"), "message/|y;", false },
	{ STREAM(":\n:x\n: keep-alive\n\ndata: z\n\n"), "message/|z;", false },
	{ STREAM("nonsense: 1\ndatax: 2\nDATA: 3\n data: 4\ndata: 5\n\n"), "message/|5;", false },
	{ STREAM("data: a:b: c\n\n"), "message/|a:b: c;", false },
	{ STREAM("data: nul\0nul\n\n"), "message/|nul\\0nul;", false },
	{ STREAM("\n\n\r\r\r\n\n"), "", false },
	{ STREAM("data: {\"a\":1}\r\ndata: 2\r\n\r\ndata: [DONE]\r\n\r\n"),
	    "message/|{\"a\":1}\\n2;message/|[DONE];", false },
	{ STREAM("data: lost"), "", true },
	{ STREAM("data: lost\n"), "", true },
	{ STREAM("data: mixed\r\n\ndata: ends\n\r\ndata: here\r\n\r"),
	    "message/|mixed;message/|ends;message/|here;", false },
};
enum { VECTORS = sizeof vectors / sizeof *vectors };

static void
the_vectors_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		struct sse s = { 0 };
		struct buf out = { 0 };
		struct err err = { 0 };
		assert_int_equal(feed(&s, vectors[i].bytes, vectors[i].n, &out, &err), 0);
		assert_string_equal(buf_str(&out), vectors[i].events);
		assert_int_equal(sse_is_open(&s), vectors[i].open);
		sse_done(&s);
		buf_done(&out);
	}
}

static void
every_split_in_three_gives_the_same_events(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++)
		for (size_t a = 0; a <= vectors[i].n; a++)
			for (size_t b = a; b <= vectors[i].n; b++) {
				struct sse s = { 0 };
				struct buf out = { 0 };
				const char *bytes = vectors[i].bytes;
				assert_int_equal(feed(&s, bytes, a, &out, NULL), 0);
				assert_int_equal(feed(&s, bytes + a, b - a, &out, NULL), 0);
				assert_int_equal(
				    feed(&s, bytes + b, vectors[i].n - b, &out, NULL), 0);
				assert_string_equal(buf_str(&out), vectors[i].events);
				assert_int_equal(sse_is_open(&s), vectors[i].open);
				sse_done(&s);
				buf_done(&out);
			}
}

static void
byte_by_byte_gives_the_same_events(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		struct sse s = { 0 };
		struct buf out = { 0 };
		for (size_t k = 0; k < vectors[i].n; k++)
			assert_int_equal(feed(&s, vectors[i].bytes + k, 1, &out, NULL), 0);
		assert_string_equal(buf_str(&out), vectors[i].events);
		sse_done(&s);
		buf_done(&out);
	}
}

static void
a_number_of_milliseconds_is_taken_and_nothing_else(void **state)
{
	(void)state;
	struct sse s = { 0 };
	struct buf out = { 0 };
	assert_int_equal(feed(&s, STREAM("retry: 2500\n"), &out, NULL), 0);
	assert_int_equal(s.retry_ms, 2500);
	assert_int_equal(feed(&s, STREAM("retry: 12x\nretry\nretry:\nretry: -4\n"), &out, NULL), 0);
	assert_int_equal(s.retry_ms, 2500);
	assert_int_equal(feed(&s, STREAM("retry: 999999999999999999999999\n"), &out, NULL), 0);
	assert_int_equal(s.retry_ms, 24 * 3600 * 1000);
	sse_done(&s);
	buf_done(&out);
}

static int
say_no(void *arg, const struct sse_event *ev)
{
	(void)ev;
	return ++*(int *)arg == 2 ? -1 : 0;
}

static void
a_reader_that_says_no_ends_the_stream(void **state)
{
	(void)state;
	struct sse s = { 0 };
	struct err err = { 0 };
	int n = 0;
	static const char bytes[] = "data: 1\n\ndata: 2\n\ndata: 3\n\n";
	assert_int_equal(sse_feed(&s, bytes, sizeof bytes - 1, say_no, &n, &err), -1);
	assert_int_equal(err.code, ERR_NONE);
	assert_int_equal(n, 2);
	assert_int_equal(sse_feed(&s, bytes, sizeof bytes - 1, say_no, &n, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_int_equal(n, 2);
	sse_done(&s);
}

/* Feeds `piece` over and over; the number of feeds until it was refused. */
static size_t
feed_until_refused(struct sse *s, const char *piece, size_t n, struct err *err)
{
	struct buf out = { 0 };
	size_t feeds = 1;
	while (feeds < 100000 && sse_feed(s, piece, n, write_down, &out, err) == 0)
		feeds++;
	buf_done(&out);
	return feeds;
}

static void
a_line_without_an_end_is_refused_at_its_ceiling(void **state)
{
	(void)state;
	struct sse s = { 0 };
	struct err err = { 0 };
	size_t n = 1 << 20;
	char *piece = mem_alloc(n);
	memset(piece, 'a', n);
	assert_int_equal(feed_until_refused(&s, piece, n, &err), SSE_MAX_LINE / (1 << 20) + 1);
	assert_int_equal(err.code, ERR_DATA);
	assert_true(s.line.len <= SSE_MAX_LINE);
	free(piece);
	sse_done(&s);
}

static void
an_event_without_an_end_is_refused_at_its_ceiling(void **state)
{
	(void)state;
	struct sse s = { 0 };
	struct err err = { 0 };
	size_t n = 1 << 20;
	char *piece = mem_alloc(n);
	memset(piece, 'a', n);
	memcpy(piece, "data:", 5);
	piece[n - 1] = '\n';
	size_t feeds = feed_until_refused(&s, piece, n, &err);
	assert_in_range(feeds, SSE_MAX_DATA / (1 << 20), SSE_MAX_DATA / (1 << 20) + 2);
	assert_int_equal(err.code, ERR_DATA);
	assert_true(s.data.len <= SSE_MAX_DATA);
	free(piece);
	sse_done(&s);
}

static void
a_name_beyond_its_ceiling_is_ignored(void **state)
{
	(void)state;
	struct sse s = { 0 };
	struct buf in = { 0 }, out = { 0 };
	buf_puts(&in, "event: fine\nevent: ");
	for (int i = 0; i <= SSE_MAX_NAME; i++)
		buf_putc(&in, 'n');
	buf_puts(&in, "\ndata: x\n\n");
	assert_int_equal(feed(&s, in.s, in.len, &out, NULL), 0);
	assert_string_equal(buf_str(&out), "fine/|x;");
	sse_done(&s);
	buf_done(&in);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_decode),
		cmocka_unit_test(every_split_in_three_gives_the_same_events),
		cmocka_unit_test(byte_by_byte_gives_the_same_events),
		cmocka_unit_test(a_number_of_milliseconds_is_taken_and_nothing_else),
		cmocka_unit_test(a_reader_that_says_no_ends_the_stream),
		cmocka_unit_test(a_line_without_an_end_is_refused_at_its_ceiling),
		cmocka_unit_test(an_event_without_an_end_is_refused_at_its_ceiling),
		cmocka_unit_test(a_name_beyond_its_ceiling_is_ignored),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
