/*
 * fuzz_eventstream.c - any bytes, cut anywhere, give the same messages and
 * never reach outside them. The checksums keep a fuzzer out of the header
 * parser, so the same bytes are also put inside a correct frame.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "net/eventstream.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct tally {
	unsigned long	crc;
	size_t		messages;
};

static void
tally_bytes(struct tally *t, const void *bytes, size_t n)
{
	if (n > 0)
		t->crc = crc32(t->crc, bytes, (uInt)n);
}

/* Reads all that the message points to. */
static int
on_message(void *arg, const struct eventstream_message *m)
{
	struct tally *t = arg;
	t->messages++;
	for (size_t i = 0; i < m->n_headers; i++) {
		const struct eventstream_header *h = &m->headers[i];
		tally_bytes(t, h->name, h->name_len);
		tally_bytes(t, &h->number, sizeof h->number);
		tally_bytes(t, h->bytes, h->len);
	}
	tally_bytes(t, m->payload, m->payload_len);
	const char *s;
	size_t n;
	if (eventstream_string(m, ":event-type", &s, &n))
		tally_bytes(t, s, n);
	return 0;
}

/* What the bytes give in pieces whose sizes are taken from the bytes themselves, or are all `fixed`. */
static struct tally
decode(const uint8_t *bytes, size_t n, size_t fixed)
{
	struct eventstream es = { 0 };
	struct tally t = { 0 };
	bool ok = true;
	for (size_t at = 0; ok && at < n;) {
		size_t piece = fixed != 0 ? fixed : bytes[at] % 61u + 1u;
		piece = piece < n - at ? piece : n - at;
		char *own = mem_dup(bytes + at, piece);         /* its end is where ASan looks */
		ok = eventstream_feed(&es, own, piece, on_message, &t, NULL) == 0;
		free(own);
		at += piece;
	}
	t.messages = t.messages * 4 + (size_t)ok * 2 + (eventstream_end(&es, NULL) == 0);
	eventstream_done(&es);
	return t;
}

static void
compare(const uint8_t *bytes, size_t n)
{
	static const size_t pieces[] = { 0, 1, 13 };
	struct tally whole = decode(bytes, n, SIZE_MAX);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct tally t = decode(bytes, n, pieces[i]);
		if (t.crc != whole.crc || t.messages != whole.messages)
			abort();
	}
}

static void
put_u32(uint8_t *to, size_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(v >> (24 - 8 * i));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (n == 0 || n > 60000)
		return 0;
	compare(bytes, n);

	uint8_t *frame = mem_alloc(n + 16);
	put_u32(frame, n + 16);
	put_u32(frame + 4, bytes[0] % 2 ? n : n / 2);
	put_u32(frame + 8, crc32(0, frame, 8));
	memcpy(frame + 12, bytes, n);
	put_u32(frame + 12 + n, crc32(0, frame, (uInt)n + 12));
	compare(frame, n + 16);
	free(frame);
	return 0;
}
