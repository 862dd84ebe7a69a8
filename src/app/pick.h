/*
 * pick.h - the model picker: /models, Ctrl-L, and /model with a name that fits several.
 */
#ifndef ADIT_APP_PICK_H
#define ADIT_APP_PICK_H

struct app;
struct pick;

/* Opens it over the panes (app->ui is there), with this filter (may be NULL): with the list in memory,
 * else the kept one, and asks for a new one behind it when that is too old. */
void	pick_open(struct app *, const char *filter);
/* The list, or what the configuration adds to it, is another one: shown where it is open. */
void	pick_show_again(struct app *);
void	pick_free(struct pick *);       /* NULL is fine */

/* The model of the focused pane from now on (the only one where there are no panes), remembered and
 * told; `said` is how the user called it (NULL: by this id). */
void	pick_use(struct app *, const char *id, const char *said);
/* The same for a model that the list says cannot be called: offers its profile, or asks. */
void	pick_offer(struct app *, const char *id, const char *reason);

#endif
