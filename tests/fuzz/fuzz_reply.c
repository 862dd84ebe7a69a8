/*
 * fuzz_reply.c - bytes to events to a message, on both of the decoder's roads.
 *
 * The first byte says what the rest is: an odd one, the bytes of a stream; an
 * even one, lines whose first character names an event and whose rest is its
 * payload. Those are framed here, since no fuzzer guesses two checksums. The
 * short way for text deltas must give the same events as the JSON parser, and
 * the message must survive its own record.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/json.h"
#include "model/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(int truth)
{
	if (!truth)
		abort();
}

/* ---- framing ---------------------------------------------------------------- */

static void
put_u32(struct buf *b, uint32_t v)
{
	uint32_t be = htonl(v);
	buf_add(b, &be, 4);
}

static void
put_header(struct buf *b, const char *name, const char *value)
{
	buf_putc(b, (char)strlen(name));
	buf_puts(b, name);
	buf_add(b, "\7\0", 2);
	buf_putc(b, (char)strlen(value));
	buf_puts(b, value);
}

static void
put_frame(struct buf *out, char letter, const char *payload, size_t n)
{
	static const char *const types[] = { "contentBlockDelta", "messageStart",
	    "contentBlockStart",
		"contentBlockStop", "messageStop", "metadata", "throttlingException", "weather" };
	const char *type = types[(unsigned char)letter % (sizeof types / sizeof *types)];
	int exception = strstr(type, "Exception") != NULL;
	struct buf headers = { 0 }, frame = { 0 };
	put_header(&headers, ":message-type", exception ? "exception" : "event");
	put_header(&headers, exception ? ":exception-type" : ":event-type", type);
	put_u32(&frame, (uint32_t)(16 + headers.len + n));
	put_u32(&frame, (uint32_t)headers.len);
	put_u32(&frame, (uint32_t)crc32(0, (const Bytef *)frame.s, 8));
	buf_add(&frame, headers.s, headers.len);
	buf_add(&frame, payload, n);
	put_u32(&frame, (uint32_t)crc32(0, (const Bytef *)frame.s, (uInt)frame.len));
	buf_add(out, frame.s, frame.len);
	buf_done(&headers);
	buf_done(&frame);
}

static void
put_lines(struct buf *out, const char *s, size_t n)
{
	while (n > 0) {
		const char *end = memchr(s, '\n', n);
		size_t len = end != NULL ? (size_t)(end - s) : n;
		if (len > 0)
			put_frame(out, s[0], s + 1, len - 1);
		len += end != NULL;
		s += len;
		n -= len;
	}
}

/* ---- decoding ---------------------------------------------------------------- */

struct got {
	struct buf	events;
	struct reply	reply;
};

static void
on_event(void *arg, const struct reply_event *ev)
{
	struct got *g = arg;
	check(ev->text != NULL && ev->block >= 0);
	buf_printf(&g->events, "%d/%d/%zu/%s/", (int)ev->kind, ev->block, ev->len,
	    ev->name != NULL ? ev->name : "");
	buf_add(&g->events, ev->text, ev->len);
	reply_apply(&g->reply, ev);
}

static void
decode(struct got *g, const struct buf *bytes, size_t step, bool slow)
{
	struct reply_decoder d = { .slow = slow };
	int rc = 0;
	for (size_t i = 0; i < bytes->len && rc == 0; i += step) {
		size_t n = bytes->len - i < step ? bytes->len - i : step;
		char *copy = mem_dup(bytes->s + i, n);
		rc = reply_feed(&d, copy, n, on_event, g, NULL);
		free(copy);
	}
	if (rc == 0)
		rc = reply_end(&d, NULL);
	buf_printf(&g->events, "end %d", rc);
	reply_decoder_done(&d);
}

static void
got_done(struct got *g)
{
	buf_done(&g->events);
	reply_done(&g->reply);
}

/* ---- the message ---------------------------------------------------------------- */

static void
put_record(struct buf *b, const struct message *m)
{
	buf_putc(b, '{');
	message_put(b, m);
	buf_putc(b, '}');
}

static void
check_message(const struct reply *r, bool whole)
{
	struct reply_ids bad = { 0 };
	struct message *m = reply_message(r, "m", whole, &bad);
	for (size_t i = 0; i < bad.n; i++)
		free(bad.v[i]);
	vec_done(&bad);
	if (m == NULL)
		return;
	struct buf once = { 0 }, twice = { 0 };
	put_record(&once, m);
	struct json_object *o = json_parse(once.s, once.len, NULL);
	check(o != NULL);
	struct message *back = message_parse(o);
	check(back != NULL && back->parts.n == m->parts.n);
	put_record(&twice, back);
	check(once.len == twice.len && memcmp(once.s, twice.s, once.len) == 0);
	json_free(o);
	message_unref(m);
	message_unref(back);
	buf_done(&once);
	buf_done(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n == 0 || n > 65536)
		return 0;
	struct buf bytes = { 0 };
	if (data[0] & 1)
		buf_add(&bytes, data + 1, n - 1);
	else
		put_lines(&bytes, (const char *)data + 1, n - 1);
	struct got fast = { 0 }, slow = { 0 };
	decode(&fast, &bytes, bytes.len + 1, false);
	decode(&slow, &bytes, 1u + data[0] / 2, true);
	check(fast.events.len == slow.events.len &&
	    memcmp(fast.events.s, slow.events.s, fast.events.len) == 0);
	check_message(&fast.reply, true);
	check_message(&fast.reply, false);
	got_done(&fast);
	got_done(&slow);
	buf_done(&bytes);
	struct got answer = { 0 };
	reply_from_converse((const char *)data + 1, n - 1, on_event, &answer, NULL);
	got_done(&answer);
	return 0;
}
