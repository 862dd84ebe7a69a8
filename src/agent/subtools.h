/*
 * subtools.h - what models do with subagents: the tools sessions_spawn and subagents.
 *
 * Names and arguments are OpenClaw's. sessions_spawn answers at once with an id; the result comes later, as a message
 * (agent/tree.h). subagents lists, steers and ends those that the caller started.
 */
#ifndef ADIT_AGENT_SUBTOOLS_H
#define ADIT_AGENT_SUBTOOLS_H

#include "agent/tooling.h"
#include "agent/tree.h"

struct definition;

/* What a kind of subagent (agents/NAME.md, read on a worker) and a model's name mean; both may be NULL. */
struct subtools_hooks {
	void	*arg;
	/* Fills the ask in; it borrows from the definition, which may be changed. UI thread. */
	void	(*define)(void *arg, struct definition *, struct spawn_ask *);
	/* The id that a reference means; borrowed. */
	const char *(*model)(void *arg, const char *ref);
};

struct subtools;

/* Adds both tools to the set. The tree and the set outlive it. */
struct subtools	*subtools_new(struct tree *, struct tool_set *, const struct subtools_hooks *);
/* Takes them away again. NULL is fine. */
void		 subtools_free(struct subtools *);

#endif
