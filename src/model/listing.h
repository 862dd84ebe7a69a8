/*
 * listing.h - a list of models as JSON: what `adit models list --json` prints, and what the disk
 * cache keeps.
 *
 * The names of members are a contract with other programs: added to, never renamed. What is unknown
 * is null.
 */
#ifndef ADIT_MODEL_LISTING_H
#define ADIT_MODEL_LISTING_H

#include <json-c/json.h>

#include "base/buf.h"
#include "model/catalogue.h"

/* One model as an object. */
void	listing_put_model(struct buf *, const struct model *);
/* The members of the list, without braces: "region", "cached_at", "hint", "notes", "models". */
void	listing_put(struct buf *, const struct model_list *);
/* Back from an object with these members; -1 when it has no models. What is missing is unknown. */
int	listing_parse(struct json_object *, struct model_list *);

#endif
