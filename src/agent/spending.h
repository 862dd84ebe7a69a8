/*
 * spending.h - what this run has cost, and how much it may: one for all agents.
 *
 * Figures are estimates from the service's counts; while a reply streams, from
 * its bytes. UI thread only.
 */
#ifndef ADIT_AGENT_SPENDING_H
#define ADIT_AGENT_SPENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "model/message.h"
#include "model/usage.h"

struct ledger;

struct spending {                       /* zero-initialise; the app's */
	double		 limit;         /* USD, 0 = none */
	double		 spent;         /* of replies that have ended */
	double		 running;       /* of those that stream, so far */
	struct ledger	*ledger;        /* NULL = none is kept */
};

/* A reply that streams: what it has cost so far. */
struct spending_reply {
	double		 counted;       /* its share of spending.running */
	double		 input;         /* USD of the question, by estimate; negative = unknown */
	double		 per_byte;      /* USD of a byte of the answer; negative = unknown */
	bool		 later;         /* what is behind the ARN, and so its price, is known when the answer comes */
	const char	*model;         /* borrowed: lives as long as the reply */
	char		 tier[16];
	int64_t		 tokens;        /* of the question */
};

/* How many tokens a conversation is about: bytes over four; `known` of them were counted by the service. */
int64_t	spending_tokens(const struct conversation *, const char *system, int64_t known);

/* Before a request. -1 with ERR_BUDGET when the limit is reached, would be by the question alone, or cannot be kept
 * because a price is not known. s may be NULL. */
int	spending_begin(struct spending *, struct spending_reply *, const char *model, const char *tier,
	    int64_t input_tokens, struct err *);
/* So many bytes of the answer are there. -1 with ERR_BUDGET: that is enough. */
int	spending_grow(struct spending *, struct spending_reply *, size_t bytes, struct err *);
/* It has ended; what it cost is known now (negative: unknown, then the estimate counts). */
void	spending_end(struct spending *, struct spending_reply *, double cost);

/* ---- by model, of one conversation ---- */

struct spent {
	char		*model;
	struct usage	 usage;
	double		 cost;          /* of those whose price is known */
	int		 replies, unpriced;
};
struct spent_models VEC(struct spent);
void	spent_add(struct spent_models *, const char *model, const struct usage *, double cost);
void	spent_done(struct spent_models *);

#endif
