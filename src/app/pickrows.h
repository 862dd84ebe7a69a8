/*
 * pickrows.h - a model list as the rows of the picker. Pure: no screen, no files.
 *
 * The models used last come first, then what is the account's own, then the
 * rest: Claude before others, newer before older, near before far. A model
 * that is called through profiles is folded under the last of them.
 */
#ifndef ADIT_APP_PICKROWS_H
#define ADIT_APP_PICKROWS_H

#include <stdint.h>

#include "app/remember.h"
#include "base/vec.h"
#include "model/catalogue.h"
#include "ui/ui.h"

enum { PICK_COLUMNS = 10, PICK_ANSWER_DAYS = 14 };

struct pickrows_ask {
	const struct model_list	*list;
	const struct remember	*remember;
	const char		*account, *label;       /* who asks, for remember_find(); may be NULL */
	const char		*current;               /* the id in use, or NULL */
	int64_t			 now;
};

struct pickrows {                       /* zero-initialise */
	struct VEC(struct ui_list_row) rows;    /* keys are ids; those of lines across begin with a blank */
	struct VEC(char *) texts;               /* what the rows point at */
};

/* The columns; titles are translated. */
const struct ui_list_column *pickrows_columns(void);
void	pickrows_make(struct pickrows *, const struct pickrows_ask *);
void	pickrows_done(struct pickrows *);

/* "us", "global", "us-east-1", "own": where a call through this id goes. Owned by the caller. */
char	*pickrows_where(const struct model *, const char *region);
/* "just now", "12 min ago". Owned by the caller. */
char	*pickrows_age(int64_t seconds);

#endif
