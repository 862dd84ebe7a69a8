/* quirks.c - what models turned out not to take; see struct agent_quirks in agent.h. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "base/mem.h"

struct agent_quirk {
	char			*model;
	struct model_quirks	 quirks;
	struct agent_rest	 rest;
};

static struct agent_quirk *
find(struct agent_quirks *all, const char *model)
{
	for (size_t i = 0; i < all->models.n; i++)
		if (strcmp(all->models.v[i]->model, model) == 0)
			return all->models.v[i];
	struct agent_quirk *q = mem_alloc(sizeof *q);
	q->model = mem_strdup(model);
	vec_add(&all->models, q);
	return q;
}

struct model_quirks *
agent_quirks_of(struct agent_quirks *all, const char *model)
{
	return &find(all, model)->quirks;
}

struct agent_rest *
agent_rest_of(struct agent_quirks *all, const char *model)
{
	return &find(all, model)->rest;
}

void
agent_quirks_done(struct agent_quirks *all)
{
	for (size_t i = 0; i < all->models.n; i++) {
		free(all->models.v[i]->model);
		free(all->models.v[i]);
	}
	vec_done(&all->models);
}
