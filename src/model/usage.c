/* usage.c - see usage.h. */
#include "config.h"

#include "model/usage.h"

void
usage_add(struct usage *sum, const struct usage *u)
{
	if (!u->known)
		return;
	sum->known = true;
	sum->input += u->input;
	sum->output += u->output;
	sum->cache_read += u->cache_read;
	sum->cache_write += u->cache_write;
	sum->cache_write_1h += u->cache_write_1h;
	sum->latency_ms += u->latency_ms;
}

int64_t
usage_context(const struct usage *u)
{
	return u->input + u->cache_read + u->cache_write + u->output;
}

/* Adds what n tokens cost; false when that is not known. */
static bool
add_cost(double *usd, int64_t n, double per_million)
{
	if (n <= 0)
		return true;
	if (per_million < 0)
		return false;
	*usd += (double)n * per_million / 1e6;
	return true;
}

double
usage_cost(const struct usage *u, const struct prices *p)
{
	/* An hour's cache write costs twice the input, where five minutes' costs what the table
	 * says. */
	double write_1h = p->input < 0 ? -1 : 2 * p->input, usd = 0;
	int64_t short_writes = u->cache_write - u->cache_write_1h;
	bool known = u->known && add_cost(&usd, u->input, p->input) &&
	    add_cost(&usd, u->output, p->output) &&
	    add_cost(&usd, u->cache_read, p->cache_read) &&
	    add_cost(&usd, short_writes, p->cache_write) &&
	    add_cost(&usd, u->cache_write_1h, write_1h);
	return known ? usd : -1;
}
