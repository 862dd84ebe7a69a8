/*
 * reply.h - what goes back: made by bedrock.c or identity.c, sent by server.c.
 */
#ifndef SIM_REPLY_H
#define SIM_REPLY_H

#include "bytes.h"
#include "errors.h"
#include "request.h"
#include "stream.h"

enum reply_kind {
	REPLY_BODY,             /* status, headers, body */
	REPLY_STREAM,           /* status, headers, then what the stream plays */
	REPLY_HANG,             /* not a byte, until the client gives up */
	REPLY_DROP,             /* not a byte, the connection is closed */
};

/* How the body of a REPLY_BODY ends. */
enum reply_end {
	REPLY_WHOLE,
	REPLY_STALL,            /* what there is goes out, then silence until the client gives up */
	REPLY_CUT,              /* what there is goes out, then the connection is closed */
};

#define REPLY_MAX_HEADERS 24

struct reply {
	enum reply_kind	 kind;
	unsigned	 status;
	char		*error;         /* the type, for the log; NULL: none */
	struct header	 headers[REPLY_MAX_HEADERS];
	size_t		 n_headers;
	struct bytes	 body;
	enum reply_end	 end;
	uint64_t	 length;        /* Content-Length of a body that does not end well */
	uint64_t	 padding;       /* this many "a" after the body */
	struct stream	*stream;
};

void	 reply_free(struct reply *);
/* Adds a header, or replaces the one of that name. */
void	 reply_header(struct reply *, const char *name, const char *value);
/* Makes it a JSON answer with this status; the body is the caller's to add. */
void	 reply_json(struct reply *, unsigned status);
/* Makes it the answer to a refused request. */
void	 reply_refusal(struct reply *, const struct refusal *);
/* The same from bare parts; message NULL: the type's usual one. */
void	 reply_error(struct reply *, unsigned status, const char *type, const char *message);

#endif
