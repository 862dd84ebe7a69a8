/*
 * whole.h - plays the steps of an answer into one message, for the operations
 * that do not stream.
 */
#ifndef SIM_WHOLE_H
#define SIM_WHOLE_H

#include <stdbool.h>

#include "errors.h"
#include "request.h"
#include "scenario.h"

struct json_object;

struct whole {
	struct json_object *content;    /* an array of content blocks; owned */
	struct bytes	 text;          /* all text blocks, joined */
	const char	*stop;          /* the reason; borrowed from the answer, as the next ones */
	struct json_object *usage, *trace, *fields;
	size_t		 output_bytes;
};

/*
 * Waits as long as a stream of these steps would take. 0; -1 with a refusal
 * (an exception step); -1 without one: the connection is to be closed.
 */
int	 whole_collect(struct whole *, const struct answer *, const struct request *,
	    struct refusal *);
void	 whole_free(struct whole *);

#endif
