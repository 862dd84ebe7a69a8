/*
 * sse.h - text/event-stream: bytes to events.
 *
 * Takes any split of the bytes and gives the same events. Pure: no I/O, one
 * thread at a time. Follows the WHATWG's "Server-sent events", section 9.2.6:
 * lines end in CR, LF or CRLF, a byte order mark at the start is skipped,
 * comments and unknown fields are ignored, an event is given out at the empty
 * line after it and only if it has a line of data. The bytes are given as they came: that
 * they are UTF-8 is the reader's to check.
 */
#ifndef ADIT_NET_SSE_H
#define ADIT_NET_SSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Ceilings: of one line, of one event's data, and of its name and its id. What passes the first
 * two ends the stream; a longer name or id is ignored. */
enum {
	SSE_MAX_LINE = 16 << 20,
	SSE_MAX_DATA = 16 << 20,
	SSE_MAX_NAME = 1024
};

struct sse_event {                      /* borrowed, valid during the callback only */
	const char	*type;          /* "message" unless the event names another */
	const char	*data;          /* NUL-terminated; may hold NULs; not NULL */
	size_t		 len;
	const char	*id;            /* the last one that was set, "" = none */
};

struct sse {                            /* zero-initialise */
	struct buf	line;           /* the beginning of a line that is not whole yet */
	struct buf	data, type, id;
	int64_t		retry_ms;       /* as the server asked for, 0 = it did not */
	uint8_t		mark;           /* bytes of the byte order mark seen; MARK_DONE after it */
	bool		after_cr;       /* an LF belongs to the CR before it */
	bool		has_data;       /* even if that is empty */
	bool		broken;
};

/*
 * Feeds n bytes; calls on_event for each event as soon as it is complete. 0;
 * -1 with ERR_DATA when a ceiling is passed; -1 when on_event returned non-zero
 * (err untouched). After -1 the stream is over: later calls deliver nothing and
 * fail with ERR_DATA.
 */
int	sse_feed(struct sse *, const char *bytes, size_t n,
	    int (*on_event)(void *arg, const struct sse_event *), void *arg, struct err *);
/* At the end of the body: whether an event or a line was begun and not ended. By the rules that
 * is dropped. */
bool	sse_is_open(const struct sse *);
void	sse_done(struct sse *);

#endif
