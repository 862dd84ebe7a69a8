/*
 * modelcache.h - the last good list of models, kept on disk.
 *
 * A list belongs to a region, an endpoint, an identity (account or profile,
 * never a secret) and a filter: another of these has another file. What is
 * kept lets the picker open at once and stands in when the network is gone;
 * that a model is in it does not prove access. Files that are damaged or of
 * another version are ignored and replaced. While one list is being fetched,
 * others who want it wait and share it, also between processes.
 *
 * All functions wait (files, credentials, the network): for workers.
 */
#ifndef ADIT_MODEL_MODELCACHE_H
#define ADIT_MODEL_MODELCACHE_H

#include <stdatomic.h>
#include <stdint.h>

#include "aws/aws.h"
#include "base/err.h"
#include "model/catalogue.h"

enum { MODELCACHE_AGE = 3600 };         /* seconds until a list is asked for again */

/*
 * The list for this identity: the kept one while it is younger than max_age
 * seconds (0 = never), else discovered, and kept. When the service cannot be
 * reached, the kept one however old, and a hint that says so. 0, or -1 (logged as a warning the
 * first time); model_list_done() in either case.
 */
int	modelcache_list(struct aws *, const struct discover_options *, int64_t max_age,
    struct model_list *, const atomic_bool *cancel, struct err *);

/* The kept list, however old (l->fetched says); -1 when there is none. */
int	modelcache_load(struct aws *, const struct discover_options *, struct model_list *,
    const atomic_bool *cancel);
/* Keeps a list. What goes wrong is only logged. */
void	modelcache_store(struct aws *, const struct discover_options *, const struct model_list *,
	    const atomic_bool *cancel);

#endif
