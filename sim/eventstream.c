/* eventstream.c - see eventstream.h. */
#include "config.h"

#include "eventstream.h"

#include <string.h>

#include <zlib.h>

#define PRELUDE   12
#define MAX_FRAME (25165824 + 131072 + 16)

static void
put_be(uint8_t *to, uint64_t v, int n)
{
	for (int i = n - 1; i >= 0; i--, v >>= 8)
		to[i] = (uint8_t)v;
}

static void
add_be(struct bytes *b, uint64_t v, int n)
{
	uint8_t raw[8];
	put_be(raw, v, n);
	bytes_add(b, raw, (size_t)n);
}

void
es_header(struct bytes *h, const char *name, enum es_type type, int64_t number, const void *p,
    size_t n)
{
	static const int width[] = { [ES_BYTE] = 1, [ES_SHORT] = 2, [ES_INT] = 4, [ES_LONG] = 8,
		[ES_TIMESTAMP] = 8 };
	add_be(h, strlen(name), 1);
	bytes_puts(h, name);
	add_be(h, type, 1);
	switch (type) {
	case ES_BYTES:
	case ES_STRING:
		add_be(h, n, 2);
		bytes_add(h, p, n);
		break;
	case ES_UUID:
		bytes_add(h, p, 16);
		break;
	case ES_TRUE:
	case ES_FALSE:
		break;
	default:        /* a type that does not exist (a fault) has no value */
		if ((size_t)type < sizeof width / sizeof width[0])
			add_be(h, (uint64_t)number, width[type]);
	}
}

void
es_header_str(struct bytes *h, const char *name, const char *value)
{
	es_header(h, name, ES_STRING, 0, value, strlen(value));
}

static uint32_t
crc(const void *p, size_t n)
{
	return (uint32_t)crc32(0, p, (uInt)n);
}

void
es_frame(struct bytes *out, const struct bytes *h, const void *payload, size_t n)
{
	size_t total = PRELUDE + h->len + n + 4;
	uint8_t *f = (uint8_t *)bytes_room(out, total);
	put_be(f, total, 4);
	put_be(f + 4, h->len, 4);
	put_be(f + 8, crc(f, 8), 4);
	if (h->len != 0)
		memcpy(f + PRELUDE, h->s, h->len);
	if (n != 0)
		memcpy(f + PRELUDE + h->len, payload, n);
	put_be(f + total - 4, crc(f, total - 4), 4);
	out->len += total;
	out->s[out->len] = '\0';
}

static void
json_frame(struct bytes *out, const char *kind_header, const char *type, const char *kind,
    const char *payload, size_t n)
{
	struct bytes h = { 0 };
	es_header_str(&h, kind_header, type);
	es_header_str(&h, ":content-type", "application/json");
	es_header_str(&h, ":message-type", kind);
	es_frame(out, &h, payload, n);
	bytes_free(&h);
}

void
es_event(struct bytes *out, const char *type, const char *payload, size_t n)
{
	json_frame(out, ":event-type", type, "event", payload, n);
}

void
es_exception(struct bytes *out, const char *type, const char *payload, size_t n)
{
	json_frame(out, ":exception-type", type, "exception", payload, n);
}

void
es_error(struct bytes *out, const char *code, const char *message)
{
	struct bytes h = { 0 };
	es_header_str(&h, ":error-code", code);
	es_header_str(&h, ":error-message", message);
	es_header_str(&h, ":message-type", "error");
	es_frame(out, &h, NULL, 0);
	bytes_free(&h);
}

/* Writes other lengths over a finished frame, with the prelude CRC that fits them. */
static void
lie_about_length(uint8_t *f, uint32_t total, uint32_t headers)
{
	put_be(f, total, 4);
	put_be(f + 4, headers, 4);
	put_be(f + 8, crc(f, 8), 4);
}

static uint32_t
get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void
es_faulty(struct bytes *out, enum es_fault fault)
{
	static const char payload[] =
	    "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"never shown\"},\"p\":\"abc\"}";
	struct bytes h = { 0 };
	es_header_str(&h, ":event-type", "contentBlockDelta");
	es_header_str(&h, ":content-type", "application/json");
	if (fault == ES_BAD_HEADER_TYPE)
		es_header(&h, "odd", (enum es_type)10, 0, "", 0);
	if (fault == ES_DUPLICATE_HEADER)
		es_header_str(&h, ":event-type", "messageStop");
	es_header_str(&h, ":message-type", "event");
	size_t start = out->len;
	es_frame(out, &h, payload, sizeof payload - 1);
	bytes_free(&h);

	uint8_t *f = (uint8_t *)out->s + start;
	size_t n = out->len - start;
	switch (fault) {
	case ES_BAD_PRELUDE_CRC:
		f[5] ^= 1;
		break;
	case ES_BAD_MESSAGE_CRC:
		f[n - 10] ^= 1;
		break;
	case ES_BAD_LENGTH:
		lie_about_length(f, 15, get_be32(f + 4));
		break;
	case ES_BAD_HEADERS_LENGTH:
		lie_about_length(f, 131073 + 16 + 100, 131073);
		break;
	case ES_OVERSIZE:
		lie_about_length(f, MAX_FRAME + 1, get_be32(f + 4));
		break;
	default:
		break;
	}
}
