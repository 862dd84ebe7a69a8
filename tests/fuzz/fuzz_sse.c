/*
 * fuzz_sse.c - any bytes, cut anywhere, give the same events.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "net/sse.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct tally {
	unsigned long	crc;
	size_t		events;
};

/* Reads all that the event points to. */
static int
on_event(void *arg, const struct sse_event *ev)
{
	struct tally *t = arg;
	t->events++;
	t->crc = crc32(t->crc, (const Bytef *)ev->type, (uInt)strlen(ev->type) + 1);
	t->crc = crc32(t->crc, (const Bytef *)ev->id, (uInt)strlen(ev->id) + 1);
	t->crc = crc32(t->crc, (const Bytef *)ev->data, (uInt)ev->len + 1);
	return 0;
}

/* What the bytes give in pieces whose sizes are taken from the bytes themselves, or are all
 * `fixed`. */
static struct tally
decode(const uint8_t *bytes, size_t n, size_t fixed)
{
	struct sse s = { 0 };
	struct tally t = { 0 };
	for (size_t at = 0; at < n;) {
		size_t piece = fixed != 0 ? fixed : bytes[at] % 61u + 1u;
		piece = piece < n - at ? piece : n - at;
		char *own = mem_dup(bytes + at, piece);         /* its end is where ASan looks */
		if (sse_feed(&s, own, piece, on_event, &t, NULL) != 0)
			abort();                                /* nothing so short is refused */
		free(own);
		at += piece;
	}
	t.crc = crc32(t.crc, (const Bytef *)&s.retry_ms, sizeof s.retry_ms);
	t.events = t.events * 2 + sse_is_open(&s);
	sse_done(&s);
	return t;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const size_t pieces[] = { 0, 1, 13 };
	if (n == 0 || n > 60000)
		return 0;
	struct tally whole = decode(bytes, n, SIZE_MAX);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct tally t = decode(bytes, n, pieces[i]);
		if (t.crc != whole.crc || t.events != whole.events)
			abort();
	}
	return 0;
}
