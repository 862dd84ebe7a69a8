/* discover-inside.h - what discover.c, discover-more.c and discover-ask.c share. */
#ifndef ADIT_MODEL_DISCOVER_INSIDE_H
#define ADIT_MODEL_DISCOVER_INSIDE_H

#include <stdbool.h>

#include "model/discover.h"

struct discover_feature {
	const char	*list;          /* the array in the answer */
	void		(*add)(struct json_object *list, struct discover_into *);
};
extern const struct discover_feature discover_features[DISCOVER_FEATURES];

void	discover_add_models(struct json_object *, struct discover_into *);
void	discover_add_profiles(struct json_object *, struct discover_into *);
void	discover_add_imported(struct json_object *, struct discover_into *);
void	discover_add_provisioned(struct json_object *, struct discover_into *);
void	discover_add_deployments(struct json_object *, struct discover_into *);
void	discover_add_routers(struct json_object *, struct discover_into *);

/* Is the maker among those that are wanted: by the provider's name, or by the id's first part? */
bool	discover_passes(const struct discover_options *, const char *provider, const char *id);
/* Fills in what the family, the defaults and the table say of the foundation model `base`. */
void	discover_apply_knowledge(struct model *, const char *base, const struct discover_options *);
/* What a listed model can do, for one that leads to it. */
void	discover_inherit(struct model *, const struct model *base);
/* The foundation model of that id, if it is listed. */
const struct model *discover_foundation(const struct model_list *, const char *id);
/* Adds the region of "arn:aws:bedrock:REGION:account:…", if it has one. */
void	discover_add_arn_region(struct model *, const char *arn);
/* The maker: as the service names it, else the id's first part. Owned by the caller. */
char	*discover_vendor(const char *provider, const char *id);

#endif
