/*
 * surroundings.h - what agents are told of where they are: the working directory, and what the project says in its
 * AGENTS.md and CLAUDE.md (context.h).
 *
 * With a screen it is read on a thread: the first frame does not wait for it, the first request does.
 */
#ifndef ADIT_APP_SURROUNDINGS_H
#define ADIT_APP_SURROUNDINGS_H

#include "app/app.h"

/* Gives main its system text and sets app->surroundings: now, or a little later; main is held until then. */
void	surroundings_start(struct app *);
/* Not known yet: whoever makes an agent queues behind it (reading_queue()). */
bool	surroundings_are_awaited(const struct app *);

#endif
