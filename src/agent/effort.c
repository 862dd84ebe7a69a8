/* effort.c - how much an agent's model can be asked to think; see agent_efforts() in agent.h. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "agent/agent-inside.h"
#include "base/str.h"
#include "model/known.h"

/* Another provider's model: nobody knows what it has, so what all such providers have. */
static bool
is_elsewhere(const char *model)
{
	return !str_starts(model, "arn:") && strchr(model, '/') != NULL;
}

struct family
agent_family(const char *model)
{
	char *base = known_base(model);
	struct family f = family_of(base != NULL ? base : model);
	free(base);
	return f;
}

size_t
agent_efforts(const struct agent *a, enum effort levels[EFFORTS])
{
	static const enum effort common[] = { EFFORT_NONE, EFFORT_LOW, EFFORT_MEDIUM, EFFORT_HIGH };
	levels[0] = EFFORT_NONE;
	if (a->model == NULL || agent_quirks_of(a->env.quirks, a->model)->no_thinking)
		return 1;
	if (is_elsewhere(a->model)) {
		memcpy(levels, common, sizeof common);
		return sizeof common / sizeof *common;
	}
	struct family f = agent_family(a->model);
	return family_levels(&f, levels);
}

enum effort
agent_effort(const struct agent *a)
{
	if (a->model == NULL || is_elsewhere(a->model))
		return a->params.effort;
	if (agent_quirks_of(a->env.quirks, a->model)->no_thinking)
		return EFFORT_NONE;
	struct family f = agent_family(a->model);
	return family_level(&f, a->params.effort);
}

enum effort
agent_wish(const struct agent *a)
{
	return a->params.effort;
}
