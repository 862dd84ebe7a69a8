/*
 * answer.h - the answer that a request gets, whatever operation it is for.
 */
#ifndef SIM_ANSWER_H
#define SIM_ANSWER_H

#include <stdbool.h>

#include "reply.h"
#include "request.h"
#include "scenario.h"

/* What the scenario says, or the answer of no scenario. answer_free() it. */
void	 answer_choose(struct request *, struct answer *);
/* Takes over if the first step is one that replaces the whole answer (http, redirect, hang). May
 * wait. */
bool	 answer_first_step(const struct request *, const struct answer *, struct reply *);

#endif
