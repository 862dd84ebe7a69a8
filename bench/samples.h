/* samples.h - measured values, and what to say of them. */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stddef.h>

struct samples {
	double	*v;
	size_t	 n;
};

void	 samples_add(struct samples *, double value);
/* The value that this part of the samples does not exceed; 0.5 is the median. No samples: -1. */
double	 samples_at(struct samples *, double part);
void	 samples_done(struct samples *);

#endif
