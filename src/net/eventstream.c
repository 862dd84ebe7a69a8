/*
 * eventstream.c - see eventstream.h.
 *
 * A frame that lies whole in the caller's bytes is decoded where it is. Only
 * the beginning of a frame that is cut by the end of those bytes is kept, and
 * then just what it lacks is added: nothing is ever moved, and memory grows
 * with the bytes that came, not with the length that a frame claims.
 */
#include "config.h"

#include "net/eventstream.h"

#include <string.h>
#include <zlib.h>

#include "base/i18n.h"

enum {
	PRELUDE = 12,           /* total length, headers' length, CRC of both */
	TRAILER = 4,            /* CRC of all before it */
	FRAME_MIN = PRELUDE + TRAILER,
	FRAME_MAX = FRAME_MIN + EVENTSTREAM_MAX_HEADER_BYTES + EVENTSTREAM_MAX_PAYLOAD,
	KEEP_MEMORY = 256 << 10 /* a larger buffer is given back after its frame */
};

static uint64_t
big_endian(const char *s, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)s[i];
	return v;
}

static uint32_t
u32(const char *s)
{
	return (uint32_t)big_endian(s, 4);
}

static uint32_t
crc_of(uint32_t crc, const char *s, size_t n)
{
	return (uint32_t)crc32(crc, (const Bytef *)s, (uInt)n);
}

/* The checks before anything is awaited or allocated, in the order that the format's readers
 * share. */
static int
check_prelude(const char *s, struct err *err)
{
	uint32_t stored = u32(s + 8), computed = crc_of(0, s, 8);
	if (stored != computed)
		return err_set(err, ERR_DATA,
		    _("The stream is corrupt: the checksum of a message's length is 0x%08x, but "
		      "its bytes give 0x%08x. Try again; if it stays so, look for a proxy that "
		      "changes answers."),
		    stored, computed);
	uint32_t total = u32(s), headers = u32(s + 4);
	if (total < FRAME_MIN || total > FRAME_MAX)
		return err_set(err, ERR_DATA,
		    _("The stream is corrupt: a message claims a length of %u bytes."), total);
	if (headers > EVENTSTREAM_MAX_HEADER_BYTES || headers > total - FRAME_MIN)
		return err_set(err, ERR_DATA,
		    _("The stream is corrupt: a message of %u bytes claims %u bytes of headers."),
		    total, headers);
	if (total - FRAME_MIN - headers > EVENTSTREAM_MAX_PAYLOAD)
		return err_set(err, ERR_DATA,
		    _("The stream is corrupt: a message claims a payload of %u bytes."),
		    total - FRAME_MIN - headers);
	return 0;
}

/* How the value of each type is laid out; the index is the type's number on the wire. */
static const struct layout {
	unsigned char	size;           /* of the value, or of the length before it */
	bool		number, counted;
} layouts[] = {
	[EVENTSTREAM_TRUE] = { .size = 0 },
	[EVENTSTREAM_FALSE] = { .size = 0 },
	[EVENTSTREAM_BYTE] = { .size = 1, .number = true },
	[EVENTSTREAM_SHORT] = { .size = 2, .number = true },
	[EVENTSTREAM_INTEGER] = { .size = 4, .number = true },
	[EVENTSTREAM_LONG] = { .size = 8, .number = true },
	[EVENTSTREAM_BYTES] = { .size = 2, .counted = true },
	[EVENTSTREAM_STRING] = { .size = 2, .counted = true },
	[EVENTSTREAM_TIMESTAMP] = { .size = 8, .number = true },
	[EVENTSTREAM_UUID] = { .size = 16 },
};

/* An n byte two's complement number. */
static int64_t
signed_number(const char *s, size_t n)
{
	uint64_t sign = (uint64_t)1 << (8 * n - 1);
	return (int64_t)((big_endian(s, n) ^ sign) - sign);
}

/* Reads one header from s..end; returns where the next one begins, or NULL. */
static const char *
parse_header(const char *s, const char *end, struct eventstream_header *h, struct err *err)
{
	*h = (struct eventstream_header){ .name_len = (unsigned char)*s++ };
	if (h->name_len == 0) {
		err_set(err, ERR_DATA, _("The stream is corrupt: a header without a name."));
		return NULL;
	}
	if ((size_t)(end - s) < h->name_len + 1)
		goto cut;
	h->name = s;
	s += h->name_len;
	unsigned type = (unsigned char)*s++;
	if (type >= sizeof layouts / sizeof *layouts) {
		err_set(err, ERR_DATA,
		    _("The stream is corrupt: a header has the unknown type %u."), type);
		return NULL;
	}
	h->type = (enum eventstream_type)type;
	const struct layout *l = &layouts[type];
	if ((size_t)(end - s) < l->size)
		goto cut;
	if (l->number)
		h->number = signed_number(s, l->size);
	if (l->counted) {
		h->len = (size_t)big_endian(s, l->size);
		s += l->size;
		if ((size_t)(end - s) < h->len)
			goto cut;
	} else {
		h->len = l->size;
	}
	h->bytes = s;
	return s + h->len;
cut:
	err_set(err, ERR_DATA, _("The stream is corrupt: a header ends outside its message."));
	return NULL;
}

static bool
same_name(const struct eventstream_header *a, const struct eventstream_header *b)
{
	return a->name_len == b->name_len && memcmp(a->name, b->name, a->name_len) == 0;
}

static int
parse_headers(const char *s, const char *end, struct eventstream_message *m, struct err *err)
{
	for (m->n_headers = 0; s < end; m->n_headers++) {
		if (m->n_headers == EVENTSTREAM_MAX_HEADERS)
			return err_set(err, ERR_DATA,
			    _("The stream is corrupt: a message has more than %d headers."),
			    EVENTSTREAM_MAX_HEADERS);
		struct eventstream_header *h = &m->headers[m->n_headers];
		s = parse_header(s, end, h, err);
		if (s == NULL)
			return -1;
		for (size_t i = 0; i < m->n_headers; i++)
			if (same_name(&m->headers[i], h))
				return err_set(err, ERR_DATA,
				    _("The stream is corrupt: a message has two headers of one "
				      "name."));
	}
	return 0;
}

/* A whole frame whose prelude is checked. The CRC goes on where the prelude's left off. */
static int
parse_frame(const char *s, size_t total, struct eventstream_message *m, struct err *err)
{
	const char *trailer = s + total - TRAILER;
	uint32_t stored = u32(trailer), computed = crc_of(u32(s + 8), s + 8, total - TRAILER - 8);
	if (stored != computed)
		return err_set(err, ERR_DATA,
		    _("The stream is corrupt: the checksum of a message is 0x%08x, but its bytes "
		      "give 0x%08x. Try again; if it stays so, look for a proxy that changes "
		      "answers."),
		    stored, computed);
	const char *headers = s + PRELUDE;
	m->payload = headers + u32(s + 4);
	m->payload_len = (size_t)(trailer - m->payload);
	return parse_headers(headers, m->payload, m, err);
}

/* Moves bytes from the caller's to the kept frame until that holds `want`. Whether it does. */
static bool
top_up(struct eventstream *es, const char **s, const char *end, size_t want)
{
	size_t lack = want - es->buf.len, there = (size_t)(end - *s);
	size_t n = lack < there ? lack : there;
	buf_add(&es->buf, *s, n);
	*s += n;
	return n == lack;
}

/* The next whole frame, and where it lies; NULL when there is none yet (err untouched) or it is
 * bad. */
static const char *
next_frame(struct eventstream *es, const char **s, const char *end, size_t *total, struct err *err)
{
	size_t there = (size_t)(end - *s);
	if (es->buf.len == 0 && there >= PRELUDE) {
		const char *frame = *s;
		if (check_prelude(frame, err) < 0) {
			es->broken = true;
			return NULL;
		}
		*total = u32(frame);
		if (there >= *total) {
			*s += *total;
			return frame;
		}
		es->frame_len = *total;
	}
	if (es->frame_len == 0) {
		if (!top_up(es, s, end, PRELUDE))
			return NULL;
		if (check_prelude(es->buf.s, err) < 0) {
			es->broken = true;
			return NULL;
		}
		es->frame_len = u32(es->buf.s);
	}
	*total = es->frame_len;
	return top_up(es, s, end, *total) ? es->buf.s : NULL;
}

/* The kept frame was delivered: begin anew. */
static void
forget_frame(struct eventstream *es)
{
	if (es->frame_len == 0)
		return;
	es->frame_len = 0;
	buf_reset(&es->buf);
	if (es->buf.cap > KEEP_MEMORY)
		buf_done(&es->buf);
}

int
eventstream_feed(struct eventstream *es, const char *bytes, size_t n,
    int (*on_message)(void *arg, const struct eventstream_message *), void *arg, struct err *err)
{
	if (es->broken)
		return err_set(
		    err, ERR_DATA, _("The stream is corrupt, or was stopped, further up."));
	if (n == 0)
		return 0;
	const char *end = bytes + n;
	while (bytes < end) {
		struct eventstream_message m;
		size_t total;
		const char *frame = next_frame(es, &bytes, end, &total, err);
		if (frame == NULL)
			break;
		if (parse_frame(frame, total, &m, err) < 0 || on_message(arg, &m) != 0)
			es->broken = true;
		forget_frame(es);
		if (es->broken)
			break;
	}
	return es->broken ? -1 : 0;
}

int
eventstream_end(struct eventstream *es, struct err *err)
{
	if (es->broken)
		return err_set(
		    err, ERR_DATA, _("The stream is corrupt, or was stopped, further up."));
	if (es->buf.len > 0)
		return err_set(err, ERR_DATA,
		    _("The stream ended inside a message: the connection was cut. Try again."));
	return 0;
}

void
eventstream_done(struct eventstream *es)
{
	buf_done(&es->buf);
	*es = (struct eventstream){ 0 };
}

bool
eventstream_string(const struct eventstream_message *m, const char *name, const char **s, size_t *n)
{
	const struct eventstream_header want = { .name = name, .name_len = strlen(name) };
	for (size_t i = 0; i < m->n_headers; i++) {
		const struct eventstream_header *h = &m->headers[i];
		if (h->type != EVENTSTREAM_STRING || !same_name(h, &want))
			continue;
		*s = h->bytes;
		*n = h->len;
		return true;
	}
	return false;
}
