/* cli.c - the table of shell commands; see cli.h. */
#include "config.h"

#include "app/cli.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "net/engine.h"

/* Commands that speak to AWS get the same provider as everything else. */
static int
with_aws(const struct options *o, int argc, char **argv, int (*run)(struct aws *, int, char **))
{
	struct engine *engine = engine_start();
	struct aws_options ao = { .profile = o->profile, .region = o->region };
	struct aws *aws = aws_new(&ao, engine);
	int status = run(aws, argc, argv);
	aws_free(aws);
	engine_stop(engine);
	return status;
}

static int
run_auth(const struct options *o, int argc, char **argv)
{
	return with_aws(o, argc, argv, cli_auth);
}

static int
run_models(const struct options *o, int argc, char **argv)
{
	return with_aws(o, argc, argv, cli_models);
}

static int
run_debug(const struct options *o, int argc, char **argv)
{
	(void)o;
	return cli_debug(argc, argv);
}

static int
run_sessions(const struct options *o, int argc, char **argv)
{
	(void)o;
	return cli_sessions(argc, argv);
}

static const struct cli rows[] = {
	{ "auth", "auth status|export", N_("where credentials come from; hand them to other programs"), run_auth,
	    false },
	{ "models", "models list|show", N_("which models can be called here"), run_models,
	    false },
	{ "sessions", "sessions list|show|export|delete", N_("stored conversations"), run_sessions,
	    false },
	{ "debug", "debug sigv4|eventstream", N_("look at a signature or an event stream"), run_debug,
	    true },
};
enum { N_ROWS = sizeof rows / sizeof *rows };

const struct cli *
cli_at(size_t i)
{
	return i < N_ROWS ? &rows[i] : NULL;
}

const struct cli *
cli_find(const char *name)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}
