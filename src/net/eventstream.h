/*
 * eventstream.h - application/vnd.amazon.eventstream: bytes to checked messages.
 *
 * Takes any split of the bytes and gives the same messages; refuses whatever
 * is corrupt, before allocating for it. Pure: no I/O, one thread at a time.
 * Follows the AWS event stream encoding (prelude, headers, payload, two CRCs).
 */
#ifndef ADIT_NET_EVENTSTREAM_H
#define ADIT_NET_EVENTSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum eventstream_type {
	EVENTSTREAM_TRUE, EVENTSTREAM_FALSE, EVENTSTREAM_BYTE, EVENTSTREAM_SHORT, EVENTSTREAM_INTEGER,
	EVENTSTREAM_LONG, EVENTSTREAM_BYTES, EVENTSTREAM_STRING, EVENTSTREAM_TIMESTAMP, EVENTSTREAM_UUID
};

struct eventstream_header {
	const char		*name;          /* borrowed from the message, not NUL-terminated */
	size_t			 name_len;
	enum eventstream_type	 type;
	int64_t			 number;        /* byte, short, integer, long, timestamp (ms) */
	const char		*bytes;         /* bytes, string, uuid: borrowed */
	size_t			 len;
};

/* Ceilings; a frame that claims more is refused before anything is allocated for it.
 * Header and payload sizes are the encoding's own, the number of headers is adit's. */
enum {
	EVENTSTREAM_MAX_HEADERS = 64,
	EVENTSTREAM_MAX_HEADER_BYTES = 128 << 10,
	EVENTSTREAM_MAX_PAYLOAD = 24 << 20
};

struct eventstream_message {            /* valid during the callback only */
	struct eventstream_header	 headers[EVENTSTREAM_MAX_HEADERS];
	size_t				 n_headers;
	const char			*payload;
	size_t				 payload_len;
};

struct eventstream {                    /* zero-initialise */
	struct buf	buf;            /* the beginning of a frame that is not whole yet */
	size_t		frame_len;      /* of that frame, once its prelude is checked; else 0 */
	bool		broken;
};

/*
 * Feeds n bytes; calls on_message for each message as soon as it is complete.
 * 0; or -1 with ERR_DATA and a sentence when the stream is corrupt; or -1 when
 * on_message returned non-zero (err untouched). After -1 the stream is over:
 * later calls deliver nothing and fail with ERR_DATA.
 */
int	eventstream_feed(struct eventstream *, const char *bytes, size_t n,
	    int (*on_message)(void *arg, const struct eventstream_message *), void *arg, struct err *);
/* At the end of the body: 0, or -1 with ERR_DATA "ended inside a message" when bytes are left
 * over. */
int	eventstream_end(struct eventstream *, struct err *);
void	eventstream_done(struct eventstream *);

/* A string header's value as a borrowed range; false when there is none of that name and type. */
bool	eventstream_string(const struct eventstream_message *, const char *name, const char **s, size_t *n);

#endif
