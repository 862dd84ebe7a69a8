/*
 * own.h - what an account has made for itself, and prompt routers: all called by ARN.
 *
 * Imported models, provisioned throughput, deployments of custom models. A
 * built-in table; members of a scenario's "catalogue" replace the lists:
 * "importedModelSummaries", "provisionedModelSummaries", "modelDeploymentSummaries",
 * "promptRouterSummaries".
 */
#ifndef SIM_OWN_H
#define SIM_OWN_H

#include "bytes.h"
#include "errors.h"
#include "request.h"

/* The id of the foundation model that answers for "kind/id" of an ARN; NULL: there is none of the
 * kind and id, or, with a refusal, it does not answer. */
const char *own_model(const char *kind, const char *id, struct refusal *);

/* The bodies of ListImportedModels, ListProvisionedModelThroughputs, ListCustomModelDeployments and
 * ListPromptRouters, and of the Get operation of each (GetCustomModel, too); -1 with a refusal. */
int	 own_list_imported(const struct request *, struct bytes *, struct refusal *);
int	 own_list_provisioned(const struct request *, struct bytes *, struct refusal *);
int	 own_list_deployments(const struct request *, struct bytes *, struct refusal *);
int	 own_list_routers(const struct request *, struct bytes *, struct refusal *);
int	 own_get(const struct request *, struct bytes *, struct refusal *);

#endif
