/*
 * status.h - the line about the focused agent: model, context, tokens, cost,
 * rate, what is being waited for, and the keys that matter now.
 */
#ifndef ADIT_UI_STATUS_H
#define ADIT_UI_STATUS_H

#include <stdint.h>

#include "agent/agent.h"
#include "ui/paint.h"

#define STATUS_FIGURES_MS 350   /* figures change no more often than this */

/* What was shown last, so that figures that run do not flicker. Zero-initialise. */
struct status {
	const struct agent *agent;
	enum agent_state state;
	int64_t		at;             /* clock_ms() of the figures */
	long		context_used;
	int64_t		tokens_in, tokens_out;
	double		cost, rate;
};

/* Paints the line; a hint (NULL: none) takes the place of the keys. Returns in how many ms it
 * will say something else by itself, -1 = never. */
int	status_paint(struct status *, const struct agent *, const char *hint, const struct rect *,
    unsigned tick);

#endif
