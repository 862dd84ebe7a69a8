/*
 * catalogue.h - the models and inference profiles that the simulator offers.
 *
 * A built-in table; a scenario's "catalogue" member replaces what the lists
 * show: {"modelSummaries":[...], "inferenceProfileSummaries":[...]}, or makes them
 * longer: "more_models", "more_profiles". Which profiles there are depends on the
 * region of the request, as in the service. What accounts make is in own.h.
 */
#ifndef SIM_CATALOGUE_H
#define SIM_CATALOGUE_H

#include <stdbool.h>

#include "bytes.h"
#include "errors.h"
#include "request.h"

enum {
	M_STREAM = 1 << 0,      /* answers can be streamed */
	M_ON_DEMAND = 1 << 1,   /* callable by its bare id */
	M_PROVISIONED = 1 << 2, /* a throughput variant, not callable here */
	M_LEGACY = 1 << 3,
	M_ENDED = 1 << 4,       /* end of life is over */
	M_GATED = 1 << 5,       /* listed, but no access */
	M_SYSTEM = 1 << 6,      /* takes system texts */
	M_TOOLS = 1 << 7,
	M_CACHE = 1 << 8,       /* takes cache points */
	M_PREFILL = 1 << 9,     /* the last message may be the assistant's */
	M_EMBEDS = 1 << 10,     /* gives vectors, not text */
};

enum sampling { SAMPLING_ANY, SAMPLING_ONE, SAMPLING_NONE };
enum thinking { THINKING_NONE, THINKING_BUDGET, THINKING_EITHER, THINKING_ADAPTIVE,
	THINKING_ALWAYS };

struct model {
	const char	*id, *name, *provider;
	const char	*inputs;        /* "TEXT IMAGE" */
	const char	*profiles;      /* prefixes of its profiles: "us eu global"; NULL: none */
	unsigned	 flags;
	enum thinking	 thinking;
	enum sampling	 sampling;
	long		 context, max_output;   /* tokens */
};

/*
 * Finds the model behind an id, profile id or ARN as the region of the request
 * sees it. NULL with the service's refusal if it cannot be called that way.
 */
const struct model *catalogue_resolve(const struct request *, struct refusal *);
/* Whether the id in the path is the bare one of a foundation model. */
bool	 catalogue_is_bare(const struct request *);
bool	 model_is_claude(const struct model *);

/* The bodies of ListFoundationModels, GetFoundationModel, ListInferenceProfiles,
 * GetInferenceProfile; -1 with a refusal. */
int	 catalogue_list_models(const struct request *, struct bytes *, struct refusal *);
int	 catalogue_get_model(const struct request *, struct bytes *, struct refusal *);
int	 catalogue_list_profiles(const struct request *, struct bytes *, struct refusal *);
int	 catalogue_get_profile(const struct request *, struct bytes *, struct refusal *);

/* The unescaped value of a query parameter, or NULL; free() it. */
char	*query_value(const struct request *, const char *name);

#endif
