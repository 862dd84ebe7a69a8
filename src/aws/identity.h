/*
 * identity.h - whose credentials these are: the account and the ARN, as STS says.
 *
 * Asked once for each access key id and remembered for the life of the process.
 * It is worth knowing and nothing depends on it: no call waits for it, and where
 * STS does not answer the account stays unknown. A bearer token is never asked
 * about (STS takes none), nor are keys that are nobody's (aws_options.nobodys).
 */
#ifndef ADIT_AWS_IDENTITY_H
#define ADIT_AWS_IDENTITY_H

#include <stdatomic.h>
#include <stdint.h>

#include "aws/aws.h"
#include "base/err.h"

struct identity {
	char	*account, *arn;         /* both NULL when not known */
};
void	identity_done(struct identity *);

/* From now on each resolution is followed by the question, in the background: what the auth bar shows. */
void	identity_follow(struct aws *);
/*
 * Waits, at most so many ms. Whose credentials are in force (they must have been resolved); asks STS when that
 * is not known yet. -1 and a sentence when it does not become known in that time. cancel may be NULL.
 */
int	identity_get(struct aws *, int64_t wait_ms, struct identity *, const atomic_bool *cancel, struct err *);

#endif
