/*
 * look.h - asks models about images: the one way of `adit image` and of the tool `image`.
 *
 * Who may be asked is a list made on the UI thread, a copy of what the settings say then; asking may be done on any
 * thread. Which failure goes to the next model is the table of conversations (agent/failover.h).
 */
#ifndef ADIT_APP_LOOK_H
#define ADIT_APP_LOOK_H

#include <stdatomic.h>

#include "agent/spending.h"
#include "app/app.h"
#include "model/whole.h"

struct look_model {
	char			*ref;           /* as agents have it */
	const char		*name;          /* as the endpoint calls it; a part of ref */
	const struct provider	*provider;      /* a reference; NULL = Bedrock */
	struct converse_params	 params;        /* a copy */
};
struct look_models VEC(struct look_model);      /* zero-initialise */

/* Adds the model that a reference means (settings_found_id()); blank: nothing. */
void	look_add(struct look_models *, struct app *, const char *ref);
/* agents.defaults.imageModel and its fallbacks. */
void	look_add_configured(struct look_models *, struct app *);
/* The first of those that is a short name ("opus"), which only the list of models explains; NULL. Borrowed. */
const char *look_name(const struct app *);
void	look_done(struct look_models *);

/* Does the budget have room for a question with so many images? Begins to count it, as spending_begin() does. */
int	look_begin(const struct look_models *, struct spending *, struct spending_reply *, size_t images, struct err *);

/*
 * Waits. Asks one after the other until one answers or a failure ends it; on_next (may be NULL) is told of each step
 * from one to the next. 0: *answer is filled and *who answered; -1: the last failure's sentence.
 */
int	look_ask(const struct look_models *, struct aws *, struct engine *, const struct conversation *,
	    const atomic_bool *cancel, void (*on_next)(const struct err *, const char *next), struct whole *answer, size_t *who,
	    struct err *);

#endif
