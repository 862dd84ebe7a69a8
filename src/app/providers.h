/*
 * providers.h - models.providers of the configuration: the endpoints beside
 * Amazon Bedrock, and what the user says of their models.
 */
#ifndef ADIT_APP_PROVIDERS_H
#define ADIT_APP_PROVIDERS_H

#include "base/vec.h"
#include "model/known.h"
#include "model/provider.h"

struct config;

/* The names of their models, as agents take them: "my-proxy/ID". Whoever declares it frees each. */
struct provider_models VEC(char *);

/* Reads the endpoints into *to and the names into *models, both of which were empty. An endpoint that
 * cannot be used is there, and says why when it is. */
void	providers_read(const struct config *, struct providers *to, struct provider_models *models);
void	provider_models_done(struct provider_models *);
/* The full name of a model that exactly one of them has under this bare id; NULL = none or several. */
const char *provider_models_find(const struct provider_models *, const char *id);

/* Adds what is said of their models, for known_configure(). */
void	providers_said(const struct config *, struct known_overrides *);

#endif
