/*
 * normalise.h - a stored history to one that the service accepts.
 *
 * Whatever was recorded (cut replies, another model's reasoning, orphaned tool
 * results, blank text), what comes out keeps the service's rules: user first
 * and last, roles alternate, nothing blank, every tool call answered in the
 * next user message, results first.
 */
#ifndef ADIT_MODEL_NORMALISE_H
#define ADIT_MODEL_NORMALISE_H

#include <stdbool.h>

#include "model/family.h"
#include "model/message.h"

struct normalise_rules {
	const char	*model;         /* that is asked, as in message.model */
	const char	*base_model;    /* its foundation model id when known; NULL = derive from
					 * model */
	bool		 has_tools;     /* else tool calls and results become text */
	bool		 has_thinking;  /* else reasoning is left out */
	bool		 has_thoughts;  /* reasoning without signatures stays, whoever it is of */
};

/* Adds new references (or new messages, where something had to change) to *out, which begins
 * empty. */
void	normalise(struct conversation *out, const struct conversation *in,
    const struct normalise_rules *);
/* Whether the last turn is a tool loop under way whose assistant message holds no reasoning: the
 * service refuses budgeted thinking to begin in the middle of one. Of a normalised conversation. */
bool	normalise_mid_loop_unthought(const struct conversation *);

#endif
