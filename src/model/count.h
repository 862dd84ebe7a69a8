/*
 * count.h - how many tokens a conversation is: asked of the service, or estimated.
 */
#ifndef ADIT_MODEL_COUNT_H
#define ADIT_MODEL_COUNT_H

#include <stdatomic.h>

#include "aws/aws.h"
#include "base/err.h"
#include "model/converse.h"

/*
 * Waits. The tokens of what would be sent (CountTokens, free of charge), -1 and a sentence when the service does
 * not say: count_estimate() does then. Only Claude models are counted, by their foundation model; that one cannot be
 * counted is remembered for the life of the process and not asked again.
 */
long	count_tokens(struct aws *, const struct converse_ask *, const atomic_bool *cancel, struct err *);

/* By length: never asks anybody. */
long	count_estimate(const struct converse_ask *);

/* The body of CountTokens for this question; exposed for tests. -1 as converse_body(). */
int	count_body(struct buf *, const struct converse_ask *, struct err *);

#endif
