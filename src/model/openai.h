/*
 * openai.h - OpenAI-compatible chat completions: a conversation to a request,
 * and the stream of its answer to the events of reply.h.
 *
 * Written for what proxies, gateways and local servers really send, which is
 * not always what the reference says: finish reasons that are missing, usage in
 * several places, tool calls without an index or an id, errors of five shapes.
 * Pure, but for openai_api in provider.h.
 */
#ifndef ADIT_MODEL_OPENAI_H
#define ADIT_MODEL_OPENAI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/converse.h"
#include "model/failure.h"
#include "model/reply.h"
#include "net/sse.h"

/* ---- the request ---- */

/* Appends "BASE/chat/completions", before the query that the base may have. */
void	openai_url(struct buf *, const char *base);
/* Appends the body. `limit` names the output limit: "max_tokens" or "max_completion_tokens". -1 as
 * converse_body(). */
int	openai_body(struct buf *, const struct converse_ask *, const char *limit, struct err *);

/* ---- the answer ---- */

struct openai_call {                    /* a tool call that arrives in pieces */
	int		 index;         /* the server's, -1 = it gave none */
	int		 block;
	char		*id, *name;     /* NULL until they are known */
	struct buf	 early;         /* arguments that came before the name */
	bool		 told;
};

struct openai_decoder {                 /* zero-initialise */
	struct sse	 sse;
	size_t		 bytes;         /* given out so far: a reply has a ceiling */
	int		 blocks;        /* begun so far */
	enum { OPENAI_NONE, OPENAI_TEXT, OPENAI_REASONING } open;     /* what is being said, if anything */
	int		 open_block;
	struct VEC(struct openai_call) calls;
	struct usage	 usage;
	bool		 seen;          /* anything that belongs to a reply */
	bool		 started, stopped, told_usage;
	bool		 excepted, over;        /* what follows is ignored */
};

/* As reply_feed(), reply_end() and reply_from_converse(). Usage comes out once, last. */
int	openai_feed(struct openai_decoder *, const char *bytes, size_t n,
	    void (*on_event)(void *arg, const struct reply_event *), void *arg, struct err *);
int	openai_end(struct openai_decoder *,
	    void (*on_event)(void *arg, const struct reply_event *), void *arg, struct err *);
void	openai_decoder_done(struct openai_decoder *);
int	openai_whole(const char *json, size_t n,
	    void (*on_event)(void *arg, const struct reply_event *), void *arg, struct err *);

/* ---- errors ---- */

/* Appends the short name ("insufficient_quota", "429", may stay empty) and the text of an error
 * object, or of the object that holds one; false when it holds none. */
bool	openai_error_of(struct json_object *, struct buf *code, struct buf *message);
/* failure_explain() for these endpoints: facts.provider and facts.host are set. */
void	openai_failure(struct failure *out, const struct failure_facts *, struct model_quirks *);

#endif
