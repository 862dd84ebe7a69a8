/*
 * catalogue.h - what is known about models: built-in facts, and what discovery found.
 *
 * The facts come from data/models.tsv (a dated source for each figure), turned
 * into a table at build time. Unknown figures are unknown, never 0.
 */
#ifndef ADIT_MODEL_CATALOGUE_H
#define ADIT_MODEL_CATALOGUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "aws/aws.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/usage.h"

struct model_facts {
	const char	*id;            /* foundation model id, no prefix */
	const char	*name;          /* "Claude Opus 4.7" */
	long		 context, max_output;   /* tokens, 0 = unknown */
	bool		 reasoning, images, tools, cache;
	struct prices	 prices;        /* without uplift; negative = unknown */
};
/* By any id form: prefix, throughput suffix, ARN of a foundation model or system profile. NULL =
 * not known. */
const struct model_facts *catalogue_facts(const char *model);
/* Foundation model id from an id or ARN (prefix and suffixes stripped), for families. Owned by the
 * caller. */
char	*catalogue_base(const char *model);
/* Short display name: "opus-4-7" for us.anthropic.claude-opus-4-7, "nova-pro"; else the id's last
 * part. Owned by the caller. */
char	*catalogue_short(const char *model);
/* Prices with the geography uplift of the id applied: from Claude 4.5 on, everything but a global
 * profile costs a tenth more. An estimate; all unknown (negative) for a model that is not in the
 * table. */
struct prices catalogue_prices(const char *model);
/* What everything but a global profile costs more from Claude 4.5 on: 1.1, or what the user says. */
void	catalogue_set_uplift(double);
/* The prefixes ("us.", "apac.") of the profiles that serve a region without leaving its geography,
 * nearest first; NULL-terminated, empty for a region that is not known. A rule of thumb: what
 * discovery lists decides. */
const char *const *catalogue_prefixes(const char *region);

enum model_kind {
	MODEL_FOUNDATION,
	MODEL_PROFILE,
	MODEL_APPLICATION_PROFILE,
	MODEL_IMPORTED,
	MODEL_PROVISIONED,
	MODEL_DEPLOYMENT,
	MODEL_ROUTER,
	MODEL_CONFIGURED
};
const char *model_kind_name(enum model_kind);   /* as in the JSON contract */

struct model_words VEC(char *);
struct model {
	char		*id, *name, *vendor, *base;     /* base NULL = is one itself or unknown */
	enum model_kind	 kind;
	struct model_words regions;
	long		 context, max_output;           /* 0 = unknown */
	bool		 text, images;                  /* what it takes */
	bool		 reasoning, tools, cache, available;
	bool		 named;                         /* the name is the user's own */
	char		*reason;                        /* why it is not available; NULL */
	struct prices	 prices;
	/* NULL = Bedrock's. Else the name of an endpoint of the configuration, which the id, as
	 * agents take it, begins with: "my-proxy/ID". */
	char		*provider;
};
struct model_list {
	struct VEC(struct model) models;
	int64_t		 fetched;                       /* wall seconds, 0 = never */
	char		*region;
	char		*hint;                          /* what is missing, and why; NULL */
	struct model_words notes;                       /* the same of what few people have */
};
void	model_list_done(struct model_list *);

struct discover_options {
	const char	*region;                        /* NULL = the one in force; "eu-west-1" */
	const char	*const *providers;              /* NULL-terminated filter, or NULL */
	long		 default_context, default_max_output; /* 0 = 32000, 4096 */
};
/* Waits. Lists foundation models, inference profiles, imported models, provisioned throughput,
 * custom model deployments and prompt routers, all at once; filters, merges, sorts, and teaches
 * known.h. 0 when the foundation models came: what else is missing is in hint (profiles) and notes.
 * model_list_done() in either case. */
int	discover(struct aws *, const struct discover_options *, struct model_list *,
    const atomic_bool *cancel, struct err *);
/* The model to start with, of those that can be called here: the newest Claude Opus or Sonnet
 * (Sonnet where both are as new, since it costs less), through a profile of the region's own
 * geography if there is one, else bare where that is allowed, else through another profile, global
 * last. Without any Claude the first of the list that takes text. Never an id that needs a profile,
 * and never a profile of somebody's own or a model of another provider: those are used when they are
 * named. NULL = none. Borrowed. */
const struct model *catalogue_default(const struct model_list *);
/* By reference: "amazon-bedrock/ID", "bedrock/ID", an id, an ARN, or a short name ("opus", "haiku
 * 4.5") that finds the newest that can be called here, chosen like catalogue_default(). NULL with
 * up to three near ids in err; an id or ARN that is not listed may still be callable. An id that is
 * listed but cannot be called is returned: it says why. */
const struct model *catalogue_resolve(const struct model_list *, const char *ref, struct err *);
/* The name (no id) fits callable models of more than one line, "claude" both Opus and Sonnet: a
 * person should choose. Versions of one line are no reason. */
bool	catalogue_is_ambiguous(const struct model_list *, const char *ref);
/* It is a name to look up, as opposed to an id or an ARN. */
bool	catalogue_is_name(const char *ref);
/* The profile that is listed for a foundation model (its id, with or without prefix), the nearest
 * first; NULL. Borrowed. */
const struct model *catalogue_profile(const struct model_list *, const char *model);
/* Up to three callable ids that are like `ref`, the likest first, joined by ", "; "" for none. Owned
 * by the caller. */
char	*catalogue_near(const struct model_list *, const char *ref);

#endif
