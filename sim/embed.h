/*
 * embed.h - embeddings through InvokeModel.
 *
 * A vector is the normalised sum of one pseudo-random vector per word, made
 * from the word's hash: the same text always gives the same vector, and texts
 * that share words are near each other.
 */
#ifndef SIM_EMBED_H
#define SIM_EMBED_H

#include "catalogue.h"

struct json_object;

/* Adds the answer to an embedding request in the family's own shape; -1 with a refusal. */
int	 embed_answer(const struct model *, struct json_object *body, struct bytes *,
	    struct refusal *);

#endif
