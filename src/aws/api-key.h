/*
 * api-key.h - Bedrock API keys: which strings are some, and until when one is good. Pure.
 */
#ifndef ADIT_AWS_API_KEY_H
#define ADIT_AWS_API_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Is this a Bedrock API key, by its prefix: "ABSK…" (long-term), "bedrock-api-key-…"
 * (short-term, 12 hours at most)? -1 with ERR_USAGE and a sentence that says
 * what it looks like instead; never a part of it.
 */
int	api_key_check(const char *, struct err *);
bool	api_key_is_short(const char *);
/* When a short-term key ends, as it says itself: wall seconds, 0 = it does not say. */
int64_t	api_key_expires(const char *);

#endif
