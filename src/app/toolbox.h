/*
 * toolbox.h - the tools of this run: which, where, by which rules, and how people are asked.
 *
 * Rules come from --allow, the configuration (tools.rules) and what was
 * approved for this folder before ($XDG_STATE_HOME/adit/approved, a JSON line each: not in the
 * folder itself, where tools could write it). Questions of all agents queue here; each mode shows
 * one at a time.
 */
#ifndef ADIT_APP_TOOLBOX_H
#define ADIT_APP_TOOLBOX_H

#include "agent/tooling.h"
#include "app/app.h"

struct toolbox;

/* Makes app->toolbox, unless tools are off. -1 with ERR_USAGE or ERR_CONFIG when a rule is none. */
int	toolbox_start(struct app *, struct err *);
/* After all agents are gone. False: something still runs, and is left to the end of the process. */
bool	toolbox_stop(struct app *);
/* For agent_options.tooling; NULL = no tools. */
const struct tooling_env *toolbox_env(const struct app *);
/* The working directory as tools see it; NULL without tools. */
const char *toolbox_root(const struct app *);

/* The question that waits, for modes that ask in their own way (--plain); NULL. */
struct tooling_ask *toolbox_question(struct app *);
/* "Run a command?" for the tool of a question; the caller frees. */
char	*toolbox_title(const struct tooling_ask *);
/* Nobody is there any more: all questions are answered with no. */
void	toolbox_refuse_all(struct app *);
/* Tools and rules as Markdown, for /tools. */
void	toolbox_describe(const struct app *, struct buf *);

#endif
