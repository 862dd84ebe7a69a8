/* usage.h - what a call used, in tokens, and what that costs. */
#ifndef ADIT_MODEL_USAGE_H
#define ADIT_MODEL_USAGE_H

#include <stdbool.h>
#include <stdint.h>

struct usage {
	bool	known;          /* false: the service did not say (cancelled, cut) */
	int64_t	input, output, cache_read, cache_write, cache_write_1h /* part of cache_write */;
	int64_t	latency_ms;     /* 0 = not said */
	char	tier[16];       /* the service tier that it was served with; "" = not said */
};

/* USD per million tokens; negative = unknown. */
struct prices {
	double	input, output, cache_read, cache_write;
};

void	usage_add(struct usage *sum, const struct usage *);
/* Whole prompt plus answer: what fills the context window. */
int64_t	usage_context(const struct usage *);
/* USD, or a negative number when a price that is needed is unknown. */
double	usage_cost(const struct usage *, const struct prices *);

#endif
