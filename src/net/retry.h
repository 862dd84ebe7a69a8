/*
 * retry.h - which failures are tried again, how often and after how long: a table.
 *
 * Pure, but for the random number. Follows the AWS SDKs' standard retry mode,
 * with a longer rule of adit's own for throttling (token-per-minute quotas
 * need up to a minute).
 */
#ifndef ADIT_NET_RETRY_H
#define ADIT_NET_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "net/http.h"

enum retry_class {
	RETRY_NEVER,
	RETRY_TRANSIENT,        /* 408, 500, 502, 503, 504, time-outs, connection errors */
	RETRY_THROTTLED,        /* 429 and its codes */
	RETRY_NOT_READY,        /* ModelNotReadyException: an imported model is loading */
	RETRY_ONCE              /* ModelErrorException and the like */
};

/*
 * From the status and the error's short name, without regard to case. Status 0
 * is a connection that failed, 200 an exception inside a stream; code and
 * message may be NULL. "Too many tokens per day" is RETRY_NEVER.
 */
enum retry_class retry_classify(int status, const char *code, const char *message);
/* How many attempts in all: 1, 3, 8, 5, 2 in the order of the classes; max_attempts, the user's
 * AWS_MAX_ATTEMPTS, replaces the middle three, 0 = unset. */
int	retry_attempts(enum retry_class, int max_attempts);
/*
 * Milliseconds to wait after `made` attempts (>= 1). What Retry-After or
 * x-amz-retry-after ask for is the least (0.5 s of jitter is added), as far as
 * 2 minutes; headers may be NULL.
 */
int64_t	retry_delay_ms(enum retry_class, int made, const struct http_headers *);

#endif
