/*
 * warmth.h - how much of a conversation the service keeps in its prompt cache, and until when.
 *
 * A prompt that is read again costs a tenth; one whose time has passed, or that
 * goes to another model, is written again for more than its usual price. That is
 * worth a word before it is sent. Pure.
 */
#ifndef ADIT_AGENT_WARMTH_H
#define ADIT_AGENT_WARMTH_H

#include <stdbool.h>
#include <stdint.h>

#include "model/usage.h"

enum { WARMTH_LARGE = 20000 };          /* tokens: less is not worth a word */

struct warmth {                         /* zero-initialise */
	char	*model;                 /* whose cache it is */
	int64_t	 at;                    /* wall seconds of the last use; 0 = nothing is kept */
	int64_t	 tokens;
	bool	 hour;                  /* kept for an hour, else five minutes */
};
void	warmth_done(struct warmth *);
/* A reply came through this model, now (wall seconds). */
void	warmth_take(struct warmth *, const char *model, const struct usage *, int64_t now, bool hour);
/* Seconds until it is cold; 0 = it is; -1 = there is nothing (large) to lose. */
int64_t	warmth_left(const struct warmth *, int64_t now);

struct warmth_loss {
	int64_t	 tokens;                /* to be written again */
	double	 cost;                  /* USD of that; negative = unknown */
	bool	 other_model;           /* because of that, not of the time */
};
/* What a request to `model` now has to write again. False: nothing, or too little to speak of. */
bool	warmth_lost(const struct warmth *, const char *model, const char *tier, int64_t now,
	    struct warmth_loss *);

#endif
