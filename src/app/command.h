/*
 * command.h - slash commands: one row each, read by the dispatcher, /help, completion and the tests.
 */
#ifndef ADIT_APP_COMMAND_H
#define ADIT_APP_COMMAND_H

#include <stddef.h>

#include "app/app.h"
#include "base/buf.h"

struct command {
	const char	*name;          /* without the slash */
	const char	*args;          /* "NAME", "[LEVEL]"; "" = none */
	const char	*help;          /* marked N_() */
	void		(*run)(struct app *, struct agent *, const char *args);
};

/* Row i, NULL after the last. */
const struct command *command_at(size_t i);
/* Runs "/name args": a row, or a prompt that the user keeps as a file. An unknown one is answered with the nearest. */
void	command_run(struct app *, struct agent *, const char *line);
/* "!command" runs the user's own command and tells the model, "!!command" does not. False: it is neither. */
bool	command_own(struct app *, struct agent *, const char *line);
/* The rows as a Markdown table. */
void	command_help(struct app *, struct buf *);

/* What a command has to say: a few words are a hint, which has little room on a narrow screen; more goes into the
 * transcript. agent NULL = the one in front. */
void	command_say(struct app *, struct agent *, const char *sentence);

/* The families (cmd-*.c). */
void	cmd_help(struct app *, struct agent *, const char *);
void	cmd_quit(struct app *, struct agent *, const char *);
void	cmd_new(struct app *, struct agent *, const char *);
void	cmd_retry(struct app *, struct agent *, const char *);
void	cmd_model(struct app *, struct agent *, const char *);
void	cmd_models(struct app *, struct agent *, const char *);
void	cmd_effort(struct app *, struct agent *, const char *);
void	cmd_auth(struct app *, struct agent *, const char *);
void	cmd_login(struct app *, struct agent *, const char *);
void	cmd_logout(struct app *, struct agent *, const char *);
void	cmd_demo(struct app *, struct agent *, const char *);
void	cmd_tools(struct app *, struct agent *, const char *);
void	cmd_spawn(struct app *, struct agent *, const char *);
void	cmd_agents(struct app *, struct agent *, const char *);
void	cmd_steer(struct app *, struct agent *, const char *);
void	cmd_kill(struct app *, struct agent *, const char *);
void	cmd_doctor(struct app *, struct agent *, const char *);
void	cmd_attach(struct app *, struct agent *, const char *);
void	cmd_image(struct app *, struct agent *, const char *);
void	cmd_tier(struct app *, struct agent *, const char *);
void	cmd_guardrail(struct app *, struct agent *, const char *);
void	cmd_config(struct app *, struct agent *, const char *);
void	cmd_usage(struct app *, struct agent *, const char *);

#endif
