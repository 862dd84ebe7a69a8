/*
 * embed.h - texts to vectors: the embedding models of Bedrock.
 *
 * Each family has its own body, answer and limits: a row in embed.c. All go
 * through InvokeModel with the credentials, region and retries of everything else.
 */
#ifndef ADIT_MODEL_EMBED_H
#define ADIT_MODEL_EMBED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "aws/aws.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

#define EMBED_MODEL "amazon.titan-embed-text-v2:0"      /* where nobody chose another */

struct embed_ask {
	const char		*model;         /* id, profile id or ARN, with or without "amazon-bedrock/" */
	long			 dimension;     /* 0 = the model's own */
	bool			 query;         /* what is searched with, not what is searched */
	const char *const	*texts;
	size_t			 n;
};

struct vector {
	float	*v;
	size_t	 n;                             /* 0 for a blank text, which is not sent */
};
struct vectors VEC(struct vector);
void	vectors_done(struct vectors *);

/*
 * Waits. One vector for each text, in their order, each of length 1 (or 0 where
 * the model gave nothing but zeros). Texts that are too long for the model are cut.
 * -1 with ERR_CONFIG (a dimension that the model does not have: which ones it has), ERR_DATA (an answer that does
 * not fit), or the service's sentence; *out is empty then.
 */
int	embed(struct aws *, const struct embed_ask *, struct vectors *out, const atomic_bool *cancel, struct err *);

/* ---- the parts, for tests ---- */

struct embed_family;
/* By id in any form; never NULL: one that is not known is asked like the oldest. */
const struct embed_family *embed_family(const char *model);
const char *embed_family_name(const struct embed_family *);
/* The dimension in force for an asked one (0 = the model's own); -1 with ERR_CONFIG. */
long	embed_dimension(const struct embed_family *, const char *model, long asked, struct err *);
/* The body for these texts, at most embed_batch() of them. Appended. */
void	embed_body(struct buf *, const struct embed_family *, const char *const *texts, size_t n, long dimension,
	    bool query);
size_t	embed_batch(const struct embed_family *);
/* The vectors of an answer, appended, cleaned and normalised. -1 with ERR_DATA when there are not `n` of `dimension`. */
int	embed_parse(const char *json, size_t len, const char *model, size_t n, long dimension, struct vectors *,
	    struct err *);
/* Not finite becomes 0, then length 1. */
void	embed_clean(float *v, size_t n);

#endif
