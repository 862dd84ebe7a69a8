/*
 * eventstream.h - encodes application/vnd.amazon.eventstream frames.
 *
 * A frame: total length, headers length, CRC32 of those 8 bytes, headers,
 * payload, CRC32 of all before it; integers big-endian.
 */
#ifndef SIM_EVENTSTREAM_H
#define SIM_EVENTSTREAM_H

#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

enum es_type {
	ES_TRUE = 0, ES_FALSE, ES_BYTE, ES_SHORT, ES_INT, ES_LONG, ES_BYTES, ES_STRING,
	ES_TIMESTAMP, ES_UUID,
};

/* What can be wrong with a frame made by es_faulty(); all else in it is right. */
enum es_fault {
	ES_BAD_PRELUDE_CRC, ES_BAD_MESSAGE_CRC, ES_BAD_LENGTH, ES_BAD_HEADERS_LENGTH,
	ES_BAD_HEADER_TYPE, ES_DUPLICATE_HEADER, ES_OVERSIZE,
};

/* Adds one header to a headers block: integers from `number`, the others from bytes. */
void	 es_header(struct bytes *headers, const char *name, enum es_type, int64_t number,
	    const void *p, size_t n);
void	 es_header_str(struct bytes *headers, const char *name, const char *value);

/* Adds a frame with this headers block and payload. */
void	 es_frame(struct bytes *out, const struct bytes *headers, const void *payload, size_t n);
/* Adds an `event` frame with a JSON payload. */
void	 es_event(struct bytes *out, const char *type, const char *payload, size_t n);
/* Adds an `exception` frame with a JSON payload. */
void	 es_exception(struct bytes *out, const char *type, const char *payload, size_t n);
/* Adds an `error` frame: headers only. */
void	 es_error(struct bytes *out, const char *code, const char *message);
/* Adds a text delta that has the given fault. */
void	 es_faulty(struct bytes *out, enum es_fault);

#endif
