/* price.c - see price.h. */
#include "config.h"

#include "model/price.h"

#include <string.h>

#include "model/known.h"

/* Flex costs about half (a reading of the public price list, September 2026). Priority costs more; how much is in
 * none of the table's sources. */
static struct {
	const char	*name;
	double		 factor;
} tiers[] = { { "default", 1 }, { "flex", 0.5 }, { "priority", -1 }, { "reserved", -1 } };
enum { FLEX = 1, PRIORITY = 2 };

void
price_configure(double flex, double priority)
{
	tiers[FLEX].factor = flex;
	tiers[PRIORITY].factor = priority;
}

double
price_of_tier(const char *tier)
{
	if (tier == NULL || *tier == '\0')
		return 1;
	for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++)
		if (strcmp(tiers[i].name, tier) == 0)
			return tiers[i].factor;
	return -1;
}

static double
times(double price, double factor)
{
	return price < 0 || factor < 0 ? -1 : price * factor;
}

struct prices
price_of(const char *model, const char *tier)
{
	struct prices p = known_of(model).prices;
	double factor = price_of_tier(tier);
	return (struct prices){ times(p.input, factor), times(p.output, factor),
		times(p.cache_read, factor), times(p.cache_write, factor) };
}

double
price_usage(const struct usage *u, const char *model, const char *tier)
{
	struct prices p = price_of(model, u->tier[0] != '\0' ? u->tier : tier);
	return usage_cost(u, &p);
}
