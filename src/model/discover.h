/*
 * discover.h - the parts of discover() (see catalogue.h) that need no network.
 *
 * Pure: a page of one of the service's lists in, models added to a list. What
 * a listed model lacks comes from the built-in table, then from the defaults.
 */
#ifndef ADIT_MODEL_DISCOVER_H
#define ADIT_MODEL_DISCOVER_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "model/catalogue.h"

enum discover_kind {                    /* in the order in which they are to be added */
	DISCOVER_MODELS,                /* ListFoundationModels */
	DISCOVER_PROFILES,              /* ListInferenceProfiles */
	DISCOVER_IMPORTED,              /* ListImportedModels */
	DISCOVER_PROVISIONED,           /* ListProvisionedModelThroughputs */
	DISCOVER_DEPLOYMENTS,           /* ListCustomModelDeployments */
	DISCOVER_ROUTERS,               /* ListPromptRouters */
	DISCOVER_FEATURES
};

struct discover_names VEC(char *);
struct discover_into {                  /* zero-initialise, set the first two; discover_into_done() */
	const struct discover_options	*options;       /* may be NULL */
	struct model_list		*list;          /* its region is the one that was asked */
	struct discover_names		 mute;          /* ids of listed models that cannot chat (no
							 * text, no stream, gated) */
};
void	discover_into_done(struct discover_into *);

/* A page as the service sent it. NULL and ERR_DATA, or ERR_NETWORK when it is a web page; else for
 * json_free(). */
struct json_object *discover_read(enum discover_kind, const char *json, size_t n, struct err *);
/*
 * Adds what passes the filter. Foundation models: those that give text, stream and are active; one
 * that cannot be called by its own id with available = false and the reason. Profiles: the active
 * ones that do not lead to a mute model; what they can do comes from the foundation models that are
 * in the list already. The others: with the reason when their status says that they are not ready.
 */
void	discover_add(enum discover_kind, struct json_object *page, struct discover_into *);
/* The token of the next page, borrowed from this one; NULL when it is the last. */
const char *discover_next(struct json_object *page);
/* Drops duplicate ids (the first stays) and sorts: global profiles first, then by name. */
void	discover_sort(struct model_list *);

#endif
