/*
 * reply.h - what a model streams: events, and the message they add up to.
 *
 * Two halves for two threads. The decoder runs where the bytes arrive (the
 * engine's thread): frames in, events out, nothing kept but what is split.
 * The reply runs on the UI thread: events in, a message out. Follows the
 * ConverseStream accumulator rules (indices with gaps, missing stops, tool
 * input in pieces, reasoning with signature, metadata after the stop).
 */
#ifndef ADIT_MODEL_REPLY_H
#define ADIT_MODEL_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/message.h"
#include "model/usage.h"
#include "net/eventstream.h"

enum reply_kind {
	REPLY_START,            /* messageStart */
	REPLY_TEXT,             /* text: a piece of the answer */
	REPLY_REASONING,        /* text: a piece of thinking */
	REPLY_SIGNATURE,        /* text */
	REPLY_REDACTED,         /* text: base64 */
	REPLY_TOOL,             /* text = id, name = tool's name: a tool call begins */
	REPLY_TOOL_INPUT,       /* text: a piece of its arguments */
	REPLY_CITATION,         /* text: one citation's JSON */
	REPLY_BLOCK_END,
	REPLY_STOP,             /* text = stopReason */
	REPLY_METADATA,         /* usage; text = trace JSON or empty; name = invoked model of a
				 * router or NULL */
	REPLY_EXCEPTION,        /* name = throttlingException …, text = message: all is over;
				 * not NULL */
};

struct reply_event {
	enum reply_kind	 kind;
	int		 block;         /* contentBlockIndex */
	const char	*text;          /* borrowed during the callback; may hold NULs; not NULL */
	size_t		 len;
	const char	*name;          /* NUL-terminated or NULL */
	struct usage	 usage;
};

/* ---- the decoder: event-stream bytes to events ---- */
struct reply_decoder {                  /* zero-initialise */
	struct eventstream	 frames;
	struct buf		 text;          /* a piece with its escapes resolved */
	size_t			 bytes;         /* text given out so far: a reply has a ceiling */
	bool			 stopped;       /* REPLY_STOP was seen */
	bool			 excepted;      /* what follows an exception is ignored */
	bool			 slow;          /* for tests: every payload through the JSON
						 * parser */
};
enum { REPLY_MAX_BYTES = 64 * 1024 * 1024, REPLY_MAX_BLOCKS = 4096 };
/* Whether so many more may come behind these (at most the ceiling): 0, or -1 with ERR_DATA. For every decoder. */
int	reply_has_room(size_t bytes, size_t more, struct err *);
/* 0; -1 with ERR_DATA when the stream is corrupt, is not an event stream or grows past
 * REPLY_MAX_BYTES. */
int	reply_feed(struct reply_decoder *, const char *bytes, size_t n,
	    void (*on_event)(void *arg, const struct reply_event *), void *arg, struct err *);
/* At the end of the body: -1 with ERR_DATA or ERR_NETWORK when it ended early (no stop seen). */
int	reply_end(struct reply_decoder *, struct err *);
void	reply_decoder_done(struct reply_decoder *);
/* The answer of the non-streaming Converse call as the same events. */
int	reply_from_converse(const char *json, size_t n,
	    void (*on_event)(void *arg, const struct reply_event *), void *arg, struct err *);

struct reply_ids VEC(char *);           /* whoever declares it frees each */

/* ---- the reply: events to a message ---- */
struct reply_block {                    /* one for each (index, kind): some models mix kinds under
					 * an index */
	int		 index;
	enum part_kind	 kind;          /* TEXT, REASONING, REDACTED or TOOL_USE */
	struct buf	 text;          /* REDACTED: the decoded bytes */
	struct buf	 extra;         /* signature; citations as JSON values, with commas */
	char		*id, *name;
	bool		 ended;
};
struct reply {                          /* zero-initialise */
	struct VEC(struct reply_block) blocks;  /* sorted by index; at most REPLY_MAX_BLOCKS */
	char		*stop_reason;           /* NULL = none yet */
	struct usage	 usage;
	char		*trace, *routed_to;
	char		*exception, *exception_text;
};
void	reply_apply(struct reply *, const struct reply_event *);
/*
 * The message so far (the caller's reference). With `whole` false it is marked
 * partial: unfinished tool calls are left out, unsigned reasoning stays.
 * Blank text blocks are dropped; NULL when nothing is left. Tool input that is
 * not a JSON object becomes {} and the call's id is added to *bad_tools (may be
 * NULL). A reply that a guardrail or a refusal took back is marked withdrawn.
 */
struct message *reply_message(const struct reply *, const char *model, bool whole,
	    struct reply_ids *bad_tools);
void	reply_done(struct reply *);

#endif
