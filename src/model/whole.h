/*
 * whole.h - one question, one whole answer, waiting: for workers and shell commands.
 *
 * The same request builder, the same way to a signed request, the same advice
 * as a turn on the screen; only nothing is shown while it comes.
 */
#ifndef ADIT_MODEL_WHOLE_H
#define ADIT_MODEL_WHOLE_H

#include <stdatomic.h>

#include "aws/aws.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/converse.h"
#include "model/failure.h"
#include "model/usage.h"

struct provider;

struct whole {                          /* zero-initialise; whole_done() */
	struct buf	 text;          /* all text of the answer */
	struct usage	 usage;
	char		*stop_reason;   /* NULL = not said */
	struct err	 exception;     /* what ended a stream early */
	struct failure	 failure;       /* why there is none; all zero when the service did not say */
};
void	whole_done(struct whole *);

/*
 * Waits. Asks with Converse, as a call of that kind (AWS_CHAT_WHOLE, AWS_IMAGE), or with ConverseStream
 * (AWS_CHAT), whose answer is collected. What the model does not take is
 * left out and the question asked once more. quirks (may be NULL) says what is known of the model, and is told.
 * -1 with the sentence and the advice.
 */
int	whole_ask(struct aws *, enum aws_kind, const struct converse_ask *, struct model_quirks *quirks,
	    struct whole *, const atomic_bool *cancel, struct err *);
/* Waits. The same of an endpoint of the configuration: the model as the endpoint calls it. */
int	whole_ask_endpoint(struct engine *, const struct provider *, const struct converse_ask *,
	    struct model_quirks *quirks, struct whole *, const atomic_bool *cancel, struct err *);
/*
 * A failed answer's sentence with what to do about it, for calls to a model that use aws_fetch() themselves: err
 * holds what aws_fetch() said, reply what came.
 */
void	whole_explain(const char *model, const struct http_reply *, struct err *);

#endif
