/*
 * unlisted.h - a model whose ARN somebody typed and that no list has: what the service says of it.
 */
#ifndef ADIT_MODEL_UNLISTED_H
#define ADIT_MODEL_UNLISTED_H

#include <stdatomic.h>
#include <stdbool.h>

#include "aws/aws.h"
#include "base/err.h"
#include "model/catalogue.h"

/* Is it an ARN that hides its model, so that only the service can tell? */
bool	unlisted_is(const char *ref);
/* Waits. Asks what is behind such an ARN (GetInferenceProfile and the like, known.h) and describes it as
 * a list would. -1 and why when nobody says. The caller frees what is in *m. */
int	unlisted_ask(struct aws *, const char *arn, const atomic_bool *cancel, struct model *m, struct err *);

#endif
