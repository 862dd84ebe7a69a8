/*
 * discover.h - the parts of discover() (see catalogue.h) that need no network.
 *
 * Parsers are pure: the service's JSON in, models added to a list. What a listed model lacks comes
 * from the built-in table, then from the defaults.
 */
#ifndef ADIT_MODEL_DISCOVER_H
#define ADIT_MODEL_DISCOVER_H

#include <stdatomic.h>
#include <stddef.h>

#include "aws/aws.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/catalogue.h"

/* Ids of listed models that cannot chat (no text, no stream, gated); whoever declares it calls
 * discover_names_done(). */
struct discover_names VEC(char *);
void	discover_names_done(struct discover_names *);

/*
 * ListFoundationModels: adds every model that gives text, streams, is active
 * and passes the filter. One that cannot be called by its own id is
 * added with available = false and the reason. Ids that are not for chat
 * are added to *mute. -1 with ERR_DATA.
 */
int	discover_parse_models(const char *json, size_t n, const struct discover_options *,
    const char *region, struct model_list *, struct discover_names *mute, struct err *);
/*
 * One page of ListInferenceProfiles: adds the active ones that pass the
 * filter and do not lead to a model in *mute; what they can do comes from the
 * foundation models that are in the list already. *next is the token of the
 * next page (owned by the caller) or NULL.
 */
int	discover_parse_profiles(const char *json, size_t n, const struct discover_options *,
    struct model_list *, const struct discover_names *mute, char **next, struct err *);
/* Drops duplicate ids (the first stays) and sorts: global profiles first, then by name. */
void	discover_sort(struct model_list *);

#endif
