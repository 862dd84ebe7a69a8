#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/eventstream.h"

/* Six frames that another implementation decoded too, byte by byte and at every split. */
static const unsigned char smallest[] = {
	0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x05, 0xc2, 0x48, 0xeb,
	0x7d, 0x98, 0xc8, 0xff,
};

static const unsigned char text_delta[] = {
	0x00, 0x00, 0x00, 0x9e, 0x00, 0x00, 0x00, 0x57, 0xfe, 0x1b, 0x82, 0x4f,
	0x0b, 0x3a, 0x65, 0x76, 0x65, 0x6e, 0x74, 0x2d, 0x74, 0x79, 0x70, 0x65,
	0x07, 0x00, 0x11, 0x63, 0x6f, 0x6e, 0x74, 0x65, 0x6e, 0x74, 0x42, 0x6c,
	0x6f, 0x63, 0x6b, 0x44, 0x65, 0x6c, 0x74, 0x61, 0x0d, 0x3a, 0x63, 0x6f,
	0x6e, 0x74, 0x65, 0x6e, 0x74, 0x2d, 0x74, 0x79, 0x70, 0x65, 0x07, 0x00,
	0x10, 0x61, 0x70, 0x70, 0x6c, 0x69, 0x63, 0x61, 0x74, 0x69, 0x6f, 0x6e,
	0x2f, 0x6a, 0x73, 0x6f, 0x6e, 0x0d, 0x3a, 0x6d, 0x65, 0x73, 0x73, 0x61,
	0x67, 0x65, 0x2d, 0x74, 0x79, 0x70, 0x65, 0x07, 0x00, 0x05, 0x65, 0x76,
	0x65, 0x6e, 0x74, 0x7b, 0x22, 0x63, 0x6f, 0x6e, 0x74, 0x65, 0x6e, 0x74,
	0x42, 0x6c, 0x6f, 0x63, 0x6b, 0x49, 0x6e, 0x64, 0x65, 0x78, 0x22, 0x3a,
	0x30, 0x2c, 0x22, 0x64, 0x65, 0x6c, 0x74, 0x61, 0x22, 0x3a, 0x7b, 0x22,
	0x74, 0x65, 0x78, 0x74, 0x22, 0x3a, 0x22, 0x48, 0x69, 0x22, 0x7d, 0x2c,
	0x22, 0x70, 0x22, 0x3a, 0x22, 0x61, 0x62, 0x63, 0x22, 0x7d, 0x93, 0x43,
	0xf0, 0x10,
};

static const unsigned char exception[] = {
	0x00, 0x00, 0x00, 0xb2, 0x00, 0x00, 0x00, 0x61, 0x35, 0x90, 0xd5, 0xd3,
	0x0f, 0x3a, 0x65, 0x78, 0x63, 0x65, 0x70, 0x74, 0x69, 0x6f, 0x6e, 0x2d,
	0x74, 0x79, 0x70, 0x65, 0x07, 0x00, 0x13, 0x74, 0x68, 0x72, 0x6f, 0x74,
	0x74, 0x6c, 0x69, 0x6e, 0x67, 0x45, 0x78, 0x63, 0x65, 0x70, 0x74, 0x69,
	0x6f, 0x6e, 0x0d, 0x3a, 0x63, 0x6f, 0x6e, 0x74, 0x65, 0x6e, 0x74, 0x2d,
	0x74, 0x79, 0x70, 0x65, 0x07, 0x00, 0x10, 0x61, 0x70, 0x70, 0x6c, 0x69,
	0x63, 0x61, 0x74, 0x69, 0x6f, 0x6e, 0x2f, 0x6a, 0x73, 0x6f, 0x6e, 0x0d,
	0x3a, 0x6d, 0x65, 0x73, 0x73, 0x61, 0x67, 0x65, 0x2d, 0x74, 0x79, 0x70,
	0x65, 0x07, 0x00, 0x09, 0x65, 0x78, 0x63, 0x65, 0x70, 0x74, 0x69, 0x6f,
	0x6e, 0x7b, 0x22, 0x6d, 0x65, 0x73, 0x73, 0x61, 0x67, 0x65, 0x22, 0x3a,
	0x22, 0x54, 0x6f, 0x6f, 0x20, 0x6d, 0x61, 0x6e, 0x79, 0x20, 0x72, 0x65,
	0x71, 0x75, 0x65, 0x73, 0x74, 0x73, 0x2c, 0x20, 0x70, 0x6c, 0x65, 0x61,
	0x73, 0x65, 0x20, 0x77, 0x61, 0x69, 0x74, 0x20, 0x62, 0x65, 0x66, 0x6f,
	0x72, 0x65, 0x20, 0x74, 0x72, 0x79, 0x69, 0x6e, 0x67, 0x20, 0x61, 0x67,
	0x61, 0x69, 0x6e, 0x2e, 0x22, 0x7d, 0xe8, 0xff, 0xb2, 0x6a,
};

static const unsigned char all_header_types[] = {
	0x00, 0x00, 0x00, 0x65, 0x00, 0x00, 0x00, 0x53, 0xc6, 0x92, 0x27, 0x1a,
	0x01, 0x74, 0x00, 0x01, 0x66, 0x01, 0x01, 0x62, 0x02, 0xff, 0x01, 0x73,
	0x03, 0xff, 0xfe, 0x01, 0x69, 0x04, 0x07, 0x5b, 0xcd, 0x15, 0x01, 0x6c,
	0x05, 0xff, 0xdf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x79, 0x06,
	0x00, 0x04, 0x00, 0x01, 0xfe, 0xff, 0x01, 0x75, 0x07, 0x00, 0x06, 0x68,
	0xc3, 0xa9, 0x6c, 0x6c, 0x6f, 0x01, 0x64, 0x08, 0x00, 0x00, 0x01, 0x9f,
	0xbd, 0x32, 0x06, 0x00, 0x01, 0x67, 0x09, 0x01, 0x02, 0x03, 0x04, 0x05,
	0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x7b,
	0x7d, 0x76, 0xf3, 0x7b, 0x62,
};

static const unsigned char unmodelled_error[] = {
	0x00, 0x00, 0x00, 0x5a, 0x00, 0x00, 0x00, 0x4a, 0x81, 0x88, 0xa0, 0x8d,
	0x0b, 0x3a, 0x65, 0x72, 0x72, 0x6f, 0x72, 0x2d, 0x63, 0x6f, 0x64, 0x65,
	0x07, 0x00, 0x0f, 0x49, 0x6e, 0x74, 0x65, 0x72, 0x6e, 0x61, 0x6c, 0x46,
	0x61, 0x69, 0x6c, 0x75, 0x72, 0x65, 0x0e, 0x3a, 0x65, 0x72, 0x72, 0x6f,
	0x72, 0x2d, 0x6d, 0x65, 0x73, 0x73, 0x61, 0x67, 0x65, 0x07, 0x00, 0x04,
	0x62, 0x6f, 0x6f, 0x6d, 0x0d, 0x3a, 0x6d, 0x65, 0x73, 0x73, 0x61, 0x67,
	0x65, 0x2d, 0x74, 0x79, 0x70, 0x65, 0x07, 0x00, 0x05, 0x65, 0x72, 0x72,
	0x6f, 0x72, 0xf8, 0xd6, 0x99, 0x9d,
};

static const unsigned char message_stop[] = {
	0x00, 0x00, 0x00, 0x7a, 0x00, 0x00, 0x00, 0x51, 0xca, 0x2c, 0x46, 0x65,
	0x0b, 0x3a, 0x65, 0x76, 0x65, 0x6e, 0x74, 0x2d, 0x74, 0x79, 0x70, 0x65,
	0x07, 0x00, 0x0b, 0x6d, 0x65, 0x73, 0x73, 0x61, 0x67, 0x65, 0x53, 0x74,
	0x6f, 0x70, 0x0d, 0x3a, 0x63, 0x6f, 0x6e, 0x74, 0x65, 0x6e, 0x74, 0x2d,
	0x74, 0x79, 0x70, 0x65, 0x07, 0x00, 0x10, 0x61, 0x70, 0x70, 0x6c, 0x69,
	0x63, 0x61, 0x74, 0x69, 0x6f, 0x6e, 0x2f, 0x6a, 0x73, 0x6f, 0x6e, 0x0d,
	0x3a, 0x6d, 0x65, 0x73, 0x73, 0x61, 0x67, 0x65, 0x2d, 0x74, 0x79, 0x70,
	0x65, 0x07, 0x00, 0x05, 0x65, 0x76, 0x65, 0x6e, 0x74, 0x7b, 0x22, 0x73,
	0x74, 0x6f, 0x70, 0x52, 0x65, 0x61, 0x73, 0x6f, 0x6e, 0x22, 0x3a, 0x22,
	0x65, 0x6e, 0x64, 0x5f, 0x74, 0x75, 0x72, 0x6e, 0x22, 0x7d, 0x5f, 0xbf,
	0x09, 0xfc,
};
static const struct {
	const unsigned char	*bytes;
	size_t			 n;
} frames[] = {
	{ smallest, sizeof smallest },
	{ text_delta, sizeof text_delta },
	{ exception, sizeof exception },
	{ all_header_types, sizeof all_header_types },
	{ unmodelled_error, sizeof unmodelled_error },
	{ message_stop, sizeof message_stop },
};
enum { FRAMES = sizeof frames / sizeof *frames };

static void
all_frames(struct buf *b)
{
	buf_init(b, 0);
	for (size_t i = 0; i < FRAMES; i++)
		buf_add(b, frames[i].bytes, frames[i].n);
}

/* Messages written down as text, so that two ways to the same ones can be compared. */
static int
write_down(void *arg, const struct eventstream_message *m)
{
	struct buf *b = arg;
	for (size_t i = 0; i < m->n_headers; i++) {
		const struct eventstream_header *h = &m->headers[i];
		buf_printf(b, "%.*s/%d/%lld/", (int)h->name_len, h->name, (int)h->type,
		    (long long)h->number);
		if (h->type == EVENTSTREAM_STRING)
			buf_add(b, h->bytes, h->len);
		else if (h->type == EVENTSTREAM_BYTES || h->type == EVENTSTREAM_UUID)
			for (size_t k = 0; k < h->len; k++)
				buf_printf(b, "%02x", (unsigned char)h->bytes[k]);
		buf_putc(b, ' ');
	}
	buf_putc(b, '|');
	buf_add(b, m->payload, m->payload_len);
	buf_putc(b, '\n');
	return 0;
}

static const char all_written_down[] =
    "|\n"
    ":event-type/7/0/contentBlockDelta :content-type/7/0/application/json :message-type/7/0/event "
    "|{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hi\"},\"p\":\"abc\"}\n"
    ":exception-type/7/0/throttlingException :content-type/7/0/application/json "
    ":message-type/7/0/exception "
    "|{\"message\":\"Too many requests, please wait before trying again.\"}\n"
    "t/0/0/ f/1/0/ b/2/-1/ s/3/-2/ i/4/123456789/ l/5/-9007199254740993/ y/6/0/0001feff "
    "u/7/0/h\xc3\xa9llo d/8/1785585600000/ g/9/0/0102030405060708090a0b0c0d0e0f10 |{}\n"
    ":error-code/7/0/InternalFailure :error-message/7/0/boom :message-type/7/0/error |\n"
    ":event-type/7/0/messageStop :content-type/7/0/application/json :message-type/7/0/event "
    "|{\"stopReason\":\"end_turn\"}\n";

/* Feeds the bytes in pieces of such a size; they must lie in memory of their own size for ASan's
 * sake. */
static int
feed_pieces(struct eventstream *es, const char *bytes, size_t n, size_t piece, struct buf *out,
    struct err *err)
{
	for (size_t at = 0; at < n; at += piece) {
		size_t take = n - at < piece ? n - at : piece;
		char *own = mem_dup(bytes + at, take);
		int rc = eventstream_feed(es, own, take, write_down, out, err);
		free(own);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void
the_worked_frames_decode(void **state)
{
	(void)state;
	struct buf in, out;
	all_frames(&in);
	assert_int_equal(in.len, 665);
	buf_init(&out, 0);
	struct eventstream es = { 0 };
	struct err err = { 0 };
	assert_int_equal(eventstream_feed(&es, in.s, in.len, write_down, &out, &err), 0);
	assert_string_equal(buf_str(&out), all_written_down);
	assert_int_equal(eventstream_end(&es, &err), 0);
	assert_int_equal(es.buf.cap, 0);        /* what lies whole in the caller's bytes is not copied */
	eventstream_done(&es);
	buf_done(&in);
	buf_done(&out);
}

static void
every_split_gives_the_same_messages(void **state)
{
	(void)state;
	struct buf in, out;
	all_frames(&in);
	buf_init(&out, 0);
	for (size_t cut = 0; cut <= in.len; cut++) {
		struct eventstream es = { 0 };
		buf_reset(&out);
		assert_int_equal(feed_pieces(&es, in.s, cut, in.len, &out, NULL), 0);
		assert_int_equal(feed_pieces(&es, in.s + cut, in.len - cut, in.len, &out, NULL), 0);
		assert_string_equal(buf_str(&out), all_written_down);
		assert_int_equal(eventstream_end(&es, NULL), 0);
		eventstream_done(&es);
	}
	buf_done(&in);
	buf_done(&out);
}

static void
pieces_of_every_size_give_the_same_messages(void **state)
{
	(void)state;
	struct buf in, out;
	all_frames(&in);
	buf_init(&out, 0);
	for (size_t piece = 1; piece <= in.len; piece++) {
		struct eventstream es = { 0 };
		buf_reset(&out);
		assert_int_equal(feed_pieces(&es, in.s, in.len, piece, &out, NULL), 0);
		assert_string_equal(buf_str(&out), all_written_down);
		eventstream_done(&es);
	}
	buf_done(&in);
	buf_done(&out);
}

static int
count(void *arg, const struct eventstream_message *m)
{
	(void)m;
	++*(int *)arg;
	return 0;
}

static void
a_complete_message_does_not_wait_for_more(void **state)
{
	(void)state;
	struct eventstream es = { 0 };
	int n = 0;
	const char *bytes = (const char *)text_delta;
	assert_int_equal(eventstream_feed(&es, bytes, sizeof text_delta - 1, count, &n, NULL), 0);
	assert_int_equal(n, 0);
	assert_int_equal(
	    eventstream_feed(&es, bytes + sizeof text_delta - 1, 1, count, &n, NULL), 0);
	assert_int_equal(n, 1);
	eventstream_done(&es);
}

/* The bytes are refused with a sentence that has `words` in it, at once, in pieces, and for
 * good. */
static void
expect_refusal(const void *bytes, size_t n, const char *words)
{
	for (size_t piece = 1; piece <= n; piece = piece < n && piece * 7 > n ? n : piece * 7) {
		struct eventstream es = { 0 };
		struct buf out;
		buf_init(&out, 0);
		struct err err = { 0 };
		assert_int_equal(feed_pieces(&es, bytes, n, piece, &out, &err), -1);
		assert_int_equal(err.code, ERR_DATA);
		if (strstr(err.text, words) == NULL)
			fail_msg("\"%s\" is not in: %s", words, err.text);
		assert_int_equal(out.len, 0);
		assert_true(es.buf.cap <= 2 * n + 64);  /* nothing was allocated for what is only claimed */
		const char *good = (const char *)text_delta;
		assert_int_equal(
		    eventstream_feed(&es, good, sizeof text_delta, write_down, &out, &err), -1);
		assert_int_equal(out.len, 0);
		assert_int_equal(eventstream_end(&es, &err), -1);
		eventstream_done(&es);
		buf_done(&out);
	}
}

/* A prelude with a correct checksum. */
static void
put_prelude(unsigned char out[12], uint32_t total, uint32_t headers)
{
	uint32_t v[2] = { total, headers };
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)(v[i / 4] >> (24 - 8 * (i % 4)));
	uint32_t crc = (uint32_t)crc32(0, out, 8);
	for (int i = 0; i < 4; i++)
		out[8 + i] = (unsigned char)(crc >> (24 - 8 * i));
}

/* A whole, correct frame around these headers and payload. */
static void
put_frame(struct buf *b, const void *headers, size_t nh, const void *payload, size_t np)
{
	size_t at = b->len;
	unsigned char prelude[12], trailer[4];
	put_prelude(prelude, (uint32_t)(16 + nh + np), (uint32_t)nh);
	buf_add(b, prelude, sizeof prelude);
	buf_add(b, headers, nh);
	buf_add(b, payload, np);
	uint32_t crc = (uint32_t)crc32(0, (const Bytef *)b->s + at, (uInt)(b->len - at));
	for (int i = 0; i < 4; i++)
		trailer[i] = (unsigned char)(crc >> (24 - 8 * i));
	buf_add(b, trailer, sizeof trailer);
}

static void
a_flipped_bit_in_the_prelude_is_refused(void **state)
{
	(void)state;
	unsigned char bad[sizeof text_delta];
	memcpy(bad, text_delta, sizeof bad);
	bad[5] ^= 1;
	expect_refusal(bad, sizeof bad, "0xfe1b824f");
	expect_refusal(bad, 12, "0xffd9e878");          /* without waiting for the rest */
}

static void
a_flipped_bit_in_the_message_is_refused(void **state)
{
	(void)state;
	unsigned char bad[sizeof text_delta];
	memcpy(bad, text_delta, sizeof bad);
	bad[148] ^= 1;
	expect_refusal(bad, sizeof bad, "0x9343f010");
	expect_refusal(bad, sizeof bad, "0x581f23b5");
}

static void
any_flipped_bit_of_any_frame_is_refused(void **state)
{
	(void)state;
	for (size_t f = 0; f < FRAMES; f++)
		for (size_t bit = 0; bit < frames[f].n * 8; bit++) {
			unsigned char *bad = mem_dup(frames[f].bytes, frames[f].n);
			bad[bit / 8] ^= (unsigned char)(1 << bit % 8);
			struct eventstream es = { 0 };
			int n = 0;
			int rc = eventstream_feed(&es, (char *)bad, frames[f].n, count, &n, NULL);
			assert_int_equal(rc, -1);
			assert_int_equal(n, 0);
			eventstream_done(&es);
			free(bad);
		}
}

static void
a_stream_that_ends_inside_a_message_is_told(void **state)
{
	(void)state;
	for (size_t n = 1; n < sizeof text_delta; n++) {
		struct eventstream es = { 0 };
		struct err err = { 0 };
		int messages = 0;
		const char *bytes = (const char *)text_delta;
		assert_int_equal(eventstream_feed(&es, bytes, n, count, &messages, &err), 0);
		assert_int_equal(eventstream_end(&es, &err), -1);
		assert_int_equal(err.code, ERR_DATA);
		assert_non_null(strstr(err.text, "ended inside a message"));
		assert_int_equal(messages, 0);
		eventstream_done(&es);
	}
}

static void
claimed_lengths_are_checked_before_anything_is_awaited(void **state)
{
	(void)state;
	static const struct {
		uint32_t	 total, headers;
		const char	*words;
	} rows[] = {
		{ 0, 0, "length of 0 bytes" },
		{ 15, 0, "length of 15 bytes" },
		{ 25165824 + 131072 + 17, 131072, "length of 25296913 bytes" },
		{ 0xffffffff, 0, "length of 4294967295 bytes" },
		{ 131073 + 16, 131073, "131073 bytes of headers" },
		{ 100, 85, "85 bytes of headers" },
		{ 16, 1, "1 bytes of headers" },
		{ 16, 0xffffffff, "4294967295 bytes of headers" },
		{ 25165825 + 16, 0, "payload of 25165825 bytes" },
		{ 25165825 + 16 + 10, 10, "payload of 25165825 bytes" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned char prelude[12];
		put_prelude(prelude, rows[i].total, rows[i].headers);
		expect_refusal(prelude, sizeof prelude, rows[i].words);
	}
}

static void
bad_headers_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char	*headers;
		size_t		 n;
		const char	*words;
	} rows[] = {
		{ "\1x\12", 3, "unknown type 10" },
		{ "\1x\377", 3, "unknown type 255" },
		{ "\0\0", 2, "without a name" },
		{ "\5x\0", 3, "outside its message" },
		{ "\1x", 2, "outside its message" },
		{ "\1", 1, "outside its message" },
		{ "\1x\2", 3, "outside its message" },
		{ "\1x\3\0", 4, "outside its message" },
		{ "\1x\4\0\0\0", 6, "outside its message" },
		{ "\1x\5\0\0\0\0\0\0\0", 10, "outside its message" },
		{ "\1x\6\0", 4, "outside its message" },
		{ "\1x\7\0\2a", 6, "outside its message" },
		{ "\1x\10\0\0\0\0\0\0\0", 10, "outside its message" },
		{ "\1x\11\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 18, "outside its message" },
		{ "\1x\0\1y\0\1x\1", 9, "two headers of one name" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b;
		buf_init(&b, 0);
		put_frame(&b, rows[i].headers, rows[i].n, "{}", 2);
		expect_refusal(b.s, b.len, rows[i].words);
		buf_done(&b);
	}
}

static void
sixty_four_headers_are_fine_and_one_more_is_not(void **state)
{
	(void)state;
	struct buf headers, b;
	buf_init(&headers, 0);
	buf_init(&b, 0);
	for (int i = 0; i < 64; i++)
		buf_printf(&headers, "%c%02d%c", 2, i, EVENTSTREAM_TRUE + 1);
	put_frame(&b, headers.s, headers.len, "", 0);
	struct eventstream es = { 0 };
	int n = 0;
	assert_int_equal(eventstream_feed(&es, b.s, b.len, count, &n, NULL), 0);
	assert_int_equal(n, 1);
	eventstream_done(&es);
	buf_reset(&b);
	buf_add(&headers, "\1x\1", 3);
	put_frame(&b, headers.s, headers.len, "", 0);
	expect_refusal(b.s, b.len, "more than 64 headers");
	buf_done(&b);
	buf_done(&headers);
}

static int
measure(void *arg, const struct eventstream_message *m)
{
	*(size_t *)arg = m->payload_len;
	return 0;
}

static void
the_largest_payload_passes_and_its_memory_is_given_back(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 0);
	char *payload = mem_alloc(EVENTSTREAM_MAX_PAYLOAD);
	put_frame(&b, "", 0, payload, EVENTSTREAM_MAX_PAYLOAD);
	free(payload);
	struct eventstream es = { 0 };
	size_t got = 0;
	for (size_t at = 0; at < b.len; at += 100000) {
		size_t n = b.len - at < 100000 ? b.len - at : 100000;
		assert_int_equal(eventstream_feed(&es, b.s + at, n, measure, &got, NULL), 0);
	}
	assert_int_equal(got, EVENTSTREAM_MAX_PAYLOAD);
	assert_int_equal(es.buf.cap, 0);
	eventstream_done(&es);
	buf_done(&b);
}

static int
stop_at_second(void *arg, const struct eventstream_message *m)
{
	(void)m;
	return ++*(int *)arg == 2 ? -1 : 0;
}

static void
the_owner_can_stop_the_stream(void **state)
{
	(void)state;
	struct buf in;
	all_frames(&in);
	struct eventstream es = { 0 };
	struct err err = { 0 };
	int n = 0;
	assert_int_equal(eventstream_feed(&es, in.s, in.len, stop_at_second, &n, &err), -1);
	assert_int_equal(n, 2);
	assert_int_equal(err.code, ERR_NONE);
	assert_int_equal(eventstream_feed(&es, in.s, in.len, stop_at_second, &n, &err), -1);
	assert_int_equal(n, 2);
	assert_int_equal(err.code, ERR_DATA);
	eventstream_done(&es);
	buf_done(&in);
}

static int
look_at_strings(void *arg, const struct eventstream_message *m)
{
	int *seen = arg;
	const char *s;
	size_t n;
	if (eventstream_string(m, ":event-type", &s, &n)) {
		assert_int_equal(n, strlen("contentBlockDelta"));
		assert_memory_equal(s, "contentBlockDelta", n);
		assert_false(eventstream_string(m, ":event-typ", &s, &n));
		assert_false(eventstream_string(m, ":event-type2", &s, &n));
		++*seen;
	}
	if (eventstream_string(m, "u", &s, &n)) {
		assert_int_equal(n, 6);
		assert_false(eventstream_string(m, "y", &s, &n));       /* bytes, no string */
		assert_false(eventstream_string(m, "t", &s, &n));
		++*seen;
	}
	return 0;
}

static void
string_headers_are_found_by_name_and_type(void **state)
{
	(void)state;
	struct eventstream es = { 0 };
	int seen = 0;
	eventstream_feed(
	    &es, (const char *)text_delta, sizeof text_delta, look_at_strings, &seen, NULL);
	eventstream_feed(&es, (const char *)all_header_types, sizeof all_header_types,
	    look_at_strings, &seen, NULL);
	assert_int_equal(seen, 2);
	eventstream_done(&es);
}

/* How long it takes is bench/'s business; that none is lost is ours. */
static void
no_frame_of_two_hundred_thousand_is_lost(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 0);
	while (b.len < 200000 * sizeof text_delta)
		buf_add(&b, text_delta, sizeof text_delta);
	struct eventstream es = { 0 };
	int n = 0;
	for (size_t at = 0; at < b.len; at += 16384) {
		size_t take = b.len - at < 16384 ? b.len - at : 16384;
		assert_int_equal(eventstream_feed(&es, b.s + at, take, count, &n, NULL), 0);
	}
	assert_int_equal(n, 200000);
	eventstream_done(&es);
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worked_frames_decode),
		cmocka_unit_test(every_split_gives_the_same_messages),
		cmocka_unit_test(pieces_of_every_size_give_the_same_messages),
		cmocka_unit_test(a_complete_message_does_not_wait_for_more),
		cmocka_unit_test(a_flipped_bit_in_the_prelude_is_refused),
		cmocka_unit_test(a_flipped_bit_in_the_message_is_refused),
		cmocka_unit_test(any_flipped_bit_of_any_frame_is_refused),
		cmocka_unit_test(a_stream_that_ends_inside_a_message_is_told),
		cmocka_unit_test(claimed_lengths_are_checked_before_anything_is_awaited),
		cmocka_unit_test(bad_headers_are_refused),
		cmocka_unit_test(sixty_four_headers_are_fine_and_one_more_is_not),
		cmocka_unit_test(the_largest_payload_passes_and_its_memory_is_given_back),
		cmocka_unit_test(the_owner_can_stop_the_stream),
		cmocka_unit_test(string_headers_are_found_by_name_and_type),
		cmocka_unit_test(no_frame_of_two_hundred_thousand_is_lost),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
