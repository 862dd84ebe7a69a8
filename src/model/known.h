/*
 * known.h - what is known of a model, from whoever knows it best.
 *
 * By any id or ARN. First what the user's configuration says, then what the
 * service said in this run (lists, a question about one ARN), then the built-in
 * facts (catalogue.h). An ARN of an application profile, of provisioned
 * throughput, a deployment or a router hides its model: known_ask() asks once and
 * all others profit. Kept for the life of the process; any thread.
 */
#ifndef ADIT_MODEL_KNOWN_H
#define ADIT_MODEL_KNOWN_H

#include <stdatomic.h>
#include <stdbool.h>

#include "aws/aws.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/catalogue.h"
#include "model/usage.h"

/* ---- the model behind an id ---- */

/* Never waits. The foundation model's id (no prefix, no throughput suffix), or NULL while nobody
 * knows it. Owned by the caller. */
char	*known_base(const char *model);
/*
 * Waits. The same, but when an ARN hides its model the service is asked (GetInferenceProfile and
 * the like), once: an answer is kept, a refusal too; what failed on the way is asked again after
 * five minutes. NULL and why when it stays unknown. Owned by the caller.
 */
char	*known_ask(struct aws *, const char *model, const atomic_bool *cancel, struct err *);
/* Every model of a list whose base is known. */
void	known_learn(const struct model_list *);
/* Forgets what known_learn() and known_ask() brought (another account). */
void	known_forget(void);

/* The foundation model's id that a destination's ARN, a profile's or a custom model's names; NULL
 * when it names none. Owned by the caller. */
char	*known_in_arn(const char *arn);
/* What a call through an ARN costs by the token, when `id` is the model behind it; unknown for what
 * is paid by the hour or in another way (provisioned, imported and custom models, routers). */
struct prices known_prices_behind(const char *arn, const char *id);

/* ---- figures ---- */

struct known {
	long		 context, max_output;   /* tokens, 0 = unknown */
	bool		 reasoning, images, tools, cache;
	struct prices	 prices;                /* negative = unknown */
};
/* Never waits. */
struct known	 known_of(const char *model);

/* ---- what the user says ---- */

/* One model of the configuration (models.providers.*.models). */
struct known_override {
	char		*id, *name;             /* name NULL = not said */
	char		*provider;              /* NULL = Bedrock; else the id begins with it and a slash */
	long		 context, max_output;   /* 0 = not said */
	int		 reasoning, text, images; /* -1 = not said */
	struct prices	 prices;                /* negative = not said */
};
struct known_overrides VEC(struct known_override);
void	known_overrides_done(struct known_overrides *);
/* From now on these; takes the list. The two figures are for models of which nothing is known, 0 =
 * unknown then. */
void	known_configure(struct known_overrides *, long context, long max_output);
/* Puts them into a list: a model that is there gets the user's figures, one that is not is added as
 * MODEL_CONFIGURED. only: what the user did not name goes. */
void	known_merge(struct model_list *, bool only);

#endif
