/*
 * prompts.h - the user's prompt files as slash commands, without the screen waiting for the disk.
 *
 * With a screen they are read on threads (reading.h), one that is sent in its order among the messages; what
 * completion and help list is what was there when they were last read. Without one they are read at once.
 */
#ifndef ADIT_APP_PROMPTS_H
#define ADIT_APP_PROMPTS_H

#include "app/app.h"
#include "app/context.h"

/* What there is, as far as is known; asks for news in the background. Lives until the loop turns. */
const struct context_prompts *prompts_known(struct app *);
/* Sends the prompt of that name with its arguments, or calls unknown(app, name): now or a little later. */
void	prompts_run(struct app *, struct agent *, const char *name, const char *args,
	    void (*unknown)(struct app *, const char *name));
/* After reading_stop(). */
void	prompts_stop(struct app *);

#endif
