/*
 * agents.h - subagents as the app has them: panes, sessions, settings.
 *
 * The tree (agent/tree.h) decides who runs; this gives each subagent its pane
 * and its session, and the mode (screen, -p, --plain) the events of all.
 */
#ifndef ADIT_APP_AGENTS_H
#define ADIT_APP_AGENTS_H

#include "agent/definition.h"
#include "app/app.h"

/* Makes app->tree over app->agent, with the limits of the configuration. */
void	agents_start(struct app *);
/* Kills what runs, frees the tree. */
void	agents_stop(struct app *);
/* Takes the tools that came with it away; after the main agent is gone too, whose calls point to their rows. */
void	agents_stop_tools(struct app *);
/* The limits again, after the configuration changed. */
void	agents_set_limits(struct app *);
/* Who hears what all agents tell: one mode at a time. NULL: nobody. */
void	agents_on_event(struct app *, void (*on_event)(void *arg, struct agent *, enum agent_event, const char *text,
	    size_t n), void *arg);
/* Everything that runs has come to its end: main is idle, and no subagent runs or waits. */
bool	agents_are_idle(const struct app *);
/* Fills an ask in from a definition that was read: system text, and model and effort where the ask names none. It
 * borrows from the definition, which gets the surroundings. */
void	agents_define(struct app *, struct definition *, struct spawn_ask *);
/* The first whose turn failed for want of credentials, NULL when there is none such. */
struct agent *agents_waiting(struct app *);
/* Every turn that failed for want of credentials is sent again: main's and the subagents'. */
void	agents_retry(struct app *);

#endif
