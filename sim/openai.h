/*
 * openai.h - the chat completions of an OpenAI-compatible server, on the same port.
 *
 * POST /v1/chat/completions and GET /v1/models, with a key of their own. What is
 * answered comes from the same scenarios as Bedrock's answers: the events of
 * ConverseStream are put into chunks (openai-wire.c).
 */
#ifndef SIM_OPENAI_H
#define SIM_OPENAI_H

#include <stdbool.h>

#include "reply.h"
#include "request.h"

struct whole;

/* Answers if the request is for these paths; false if it is not. May wait. */
bool	 openai_answer(struct request *, struct reply *);
/* Whether it was. */
bool	 openai_asked(const struct request *);
/* Makes it the answer to a refused request: an error of Bedrock's as such a server words it. */
void	 openai_error(struct reply *, unsigned status, const char *type, const char *message);

/* What it says of a status when nothing better is given. */
const char *openai_words(unsigned status);

/* ---- the wire (openai-wire.c) ---- */

struct openai_wire {                    /* of one stream */
	const struct request *q;
	bool	 usage;                 /* asked for with stream_options */
	int	 tools;                 /* begun so far */
};

void	 openai_wire_init(struct openai_wire *, const struct request *);
/* As es_event(): an event of ConverseStream as a chunk. */
void	 openai_event(struct openai_wire *, struct bytes *out, const char *type,
	    const char *payload, size_t n);
/* An error in the stream; message NULL: the usual words. */
void	 openai_exception(struct bytes *out, const char *type, const char *message);
void	 openai_done(struct bytes *out);
/* A text delta without a wire's state: for floods. */
void	 openai_text(struct bytes *out, const char *type, const char *payload, size_t n);
/* The whole answer. */
void	 openai_write_whole(struct bytes *, const struct whole *, const struct request *);

#endif
