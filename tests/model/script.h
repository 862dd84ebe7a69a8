/* script.h - shorthand of the model layer's tests: conversations and event streams from strings. */
#ifndef TESTS_MODEL_SCRIPT_H
#define TESTS_MODEL_SCRIPT_H

#include <arpa/inet.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/json.h"
#include "model/message.h"

/* ---- event streams ---- */

static inline void
script_u32(struct buf *b, uint32_t v)
{
	uint32_t be = htonl(v);
	buf_add(b, &be, 4);
}

static inline void
script_header(struct buf *b, const char *name, const char *value)
{
	size_t n = strlen(value);
	buf_putc(b, (char)strlen(name));
	buf_puts(b, name);
	buf_putc(b, 7);
	buf_putc(b, (char)(n >> 8));
	buf_putc(b, (char)n);
	buf_puts(b, value);
}

/* Appends one frame. kind is "event", "exception" or "error"; type its name. */
static inline void
script_frame_n(struct buf *out, const char *kind, const char *type, const char *payload, size_t n)
{
	struct buf headers = { 0 }, frame = { 0 };
	script_header(&headers, strcmp(kind, "event") == 0 ? ":event-type" :
	    strcmp(kind, "exception") == 0 ? ":exception-type" : ":error-code", type);
	script_header(&headers, ":message-type", kind);
	script_u32(&frame, (uint32_t)(16 + headers.len + n));
	script_u32(&frame, (uint32_t)headers.len);
	script_u32(&frame, (uint32_t)crc32(0, (const Bytef *)frame.s, 8));
	buf_add(&frame, headers.s, headers.len);
	buf_add(&frame, payload, n);
	script_u32(&frame, (uint32_t)crc32(0, (const Bytef *)frame.s, (uInt)frame.len));
	buf_add(out, frame.s, frame.len);
	buf_done(&headers);
	buf_done(&frame);
}

static inline void
script_event(struct buf *out, const char *type, const char *payload)
{
	script_frame_n(out, "event", type, payload, strlen(payload));
}

/* ---- conversations ---- */

/* {"role":…,"parts":[…]} as in the stored record; single quotes stand for double ones. */
static inline struct message *
script_message(const char *record)
{
	char *json = mem_strdup(record);
	for (char *c = json; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	struct json_object *o = json_parse(json, strlen(json), NULL);
	assert_non_null(o);
	struct message *m = message_parse(o);
	assert_non_null(m);
	json_free(o);
	free(json);
	return m;
}

/* Records, one after another, up to NULL. */
static inline void
script_conversation(struct conversation *c, ...)
{
	va_list ap;
	va_start(ap, c);
	const char *record;
	while ((record = va_arg(ap, const char *)) != NULL)
		conversation_add(c, script_message(record));
	va_end(ap);
}

/* The same JSON, whatever the order of members; b may use single quotes. */
static inline void
assert_same_json(const char *a, const char *b_quoted)
{
	char *b = mem_strdup(b_quoted);
	for (char *c = b; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	struct json_object *x = json_parse(a, strlen(a), NULL), *y = json_parse(b, strlen(b), NULL);
	if (x == NULL || y == NULL || !json_object_equal(x, y))
		print_error("have: %s\nwant: %s\n", a, b);
	assert_non_null(x);
	assert_non_null(y);
	assert_true(json_object_equal(x, y));
	json_free(x);
	json_free(y);
	free(b);
}

#endif
