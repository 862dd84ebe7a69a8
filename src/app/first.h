/*
 * first.h - on the screen: the time before there is a model, from the first words to a sign-in that brings one.
 *
 * UI thread. All of it is about the main agent.
 */
#ifndef ADIT_APP_FIRST_H
#define ADIT_APP_FIRST_H

#include "app/app.h"

/* At the start; `asked`: the user has a question already. Gets a model where there is none. */
void	first_begin(struct app *, bool asked);
/* Something was typed that may wait for a model, or a sign-in may bring one: now whoever there is is asked. */
void	first_said(struct app *);
/* Enter on an empty line: signs in, or asks again, where that is what is wanting. False: there is a model. */
bool	first_mend(struct app *);

#endif
