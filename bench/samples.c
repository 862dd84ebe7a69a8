/* samples.c - see samples.h. */
#include "config.h"

#include "samples.h"

#include <stdlib.h>

#include "base/mem.h"

void
samples_add(struct samples *s, double value)
{
	s->v = mem_resize_array(s->v, s->n + 1, sizeof *s->v);
	s->v[s->n++] = value;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double
samples_at(struct samples *s, double part)
{
	if (s->n == 0)
		return -1;
	qsort(s->v, s->n, sizeof *s->v, by_value);
	size_t i = (size_t)(part * (double)s->n);
	return s->v[i < s->n ? i : s->n - 1];
}

void
samples_done(struct samples *s)
{
	free(s->v);
	*s = (struct samples){ 0 };
}
