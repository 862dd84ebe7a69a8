/*
 * discovery.h - what the configuration says about finding models, and a list made by it.
 *
 * plugins.entries.amazon-bedrock.config.discovery (or the older
 * models.bedrockDiscovery), models.mode, and the models that the user lists under
 * models.providers.amazon-bedrock.models.
 */
#ifndef ADIT_APP_DISCOVERY_H
#define ADIT_APP_DISCOVERY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "aws/aws.h"
#include "base/err.h"
#include "model/catalogue.h"

struct config;

enum discovery_mode { DISCOVERY_OFF, DISCOVERY_AUTO, DISCOVERY_ON };

struct discovery {                      /* a copy, so that a worker may keep it */
	enum discovery_mode	 mode;
	char			*region;        /* NULL = the one in force */
	char			**providers;    /* NULL-terminated, or NULL */
	int64_t			 max_age;       /* seconds that a kept list is good for; 0 = none */
	long			 context, max_output;   /* of what is not known; 0 = the usual */
	bool			 only_configured;       /* models.mode "replace" */
};
/* config may be NULL. */
void	discovery_init(struct discovery *, const struct config *);
void	discovery_done(struct discovery *);

/* Tells model/known.h about the user's models: after each reading of the configuration. */
void	discovery_configure(const struct config *);

/* Why somebody wants the list. */
enum discovery_wish {
	DISCOVERY_START,        /* to have a model to begin with: nobody asked yet */
	DISCOVERY_ASKED,        /* the user wants to see or use it */
	DISCOVERY_REFRESH,      /* and wants it asked for anew */
};
/*
 * Waits. The list with the user's models in it. In mode auto nobody is asked at the start unless
 * credentials are configured (creds_is_configured()): the machine's role is tried when the user
 * wants the list. Without discovery, or when it fails, the user's models alone, and a hint. -1 when
 * there are none of these either; model_list_done() in either case.
 */
int	discovery_list(const struct discovery *, struct aws *, enum discovery_wish, struct model_list *,
	    const atomic_bool *cancel, struct err *);
/* Waits, but never for the network beyond credentials: the list that was kept, with the user's
 * models in it. -1 when none was. */
int	discovery_kept(const struct discovery *, struct aws *, struct model_list *,
	    const atomic_bool *cancel);

#endif
