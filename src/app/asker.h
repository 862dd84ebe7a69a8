/*
 * asker.h - questions of other threads, asked in a dialog of the screen.
 *
 * The credentials worker needs an MFA code, a sign-in needs the code of a web
 * page: they wait in asker_ask() while the dialog is open and everything else
 * goes on.
 */
#ifndef ADIT_APP_ASKER_H
#define ADIT_APP_ASKER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "app/app.h"
#include "base/buf.h"

struct asker;

/* UI thread. Once the screen is gone every question is answered with "no". */
struct asker	*asker_new(struct app *);
/* UI thread: whoever waits gets no answer, and has left when this returns. NULL is fine. */
void		 asker_free(struct asker *);

/* Not the UI thread. Nothing is shown of a secret. 0 and the answer, or -1: none was given. */
int		 asker_ask(struct asker *, const char *question, bool secret, struct buf *answer,
		     const atomic_bool *cancel);
/* The same for aws_on_prompt(), with a secret; arg is the asker. */
int		 asker_prompt(void *arg, const char *question, struct buf *answer, const atomic_bool *cancel);

#endif
