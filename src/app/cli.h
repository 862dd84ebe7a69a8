/*
 * cli.h - the commands of the shell: `adit auth`, `adit debug` …: one row each.
 */
#ifndef ADIT_APP_CLI_H
#define ADIT_APP_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "app/app.h"
#include "app/options.h"
#include "aws/aws.h"
#include "base/err.h"

struct app;

struct cli {
	const char	*name;
	const char	*usage;         /* "auth status|export" for --help */
	const char	*help;          /* marked N_() */
	/* argv[0] is the command's name. Returns the exit status. */
	int		(*run)(const struct options *, int argc, char **argv);
	bool		 own_options;   /* it has a --region of its own: none are taken out for it */
};

/* Row i, NULL after the last. */
const struct cli *cli_at(size_t i);
const struct cli *cli_find(const char *name);

/*
 * What a program without a screen says to people: "adit: SENTENCE" on standard error, one line, cleaned (it may hold
 * words of others), after what standard output was given so far. Any mode may use it while no screen is up.
 */
void	cli_remark(const char *sentence);
/* The same of an error's sentence; returns the exit status that belongs to it. */
int	cli_complain(const struct err *);

/* The families (cli-*.c). Each prints its own --help. */
/* `config`: why the configuration could not be used (the command goes on with none), ERR_NONE = it could. */
int	cli_doctor(struct app *, const struct err *config, int argc, char **argv);
int	cli_embed(struct app *, int argc, char **argv);
int	cli_image(struct app *, int argc, char **argv);
int	cli_auth(struct aws *, int argc, char **argv);
/* `adit auth login`, `adit auth logout` (cli-login.c); argv[0] is "login", "logout". */
int	cli_login(struct aws *, int argc, char **argv);
int	cli_logout(struct aws *, int argc, char **argv);
int	cli_models(struct app *, int argc, char **argv);
int	cli_debug(int argc, char **argv);
int	cli_config(int argc, char **argv);
int	cli_sessions(int argc, char **argv);

#endif
