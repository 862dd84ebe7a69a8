/* cli.c - the table of shell commands; see cli.h. */
#include "config.h"

#include "app/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/configuration.h"
#include "app/settings.h"
#include "base/i18n.h"
#include "net/engine.h"
#include "text/clean.h"

void
cli_remark(const char *sentence)
{
	char *clean = clean_line(sentence);
	fflush(stdout);
	fprintf(stderr, "adit: %s\n", clean);
	free(clean);
}

int
cli_complain(const struct err *err)
{
	cli_remark(err->text);
	return err_status(err->code);
}

/* Commands that speak to AWS get the same settings and the same provider as everything else. */
static int
with_app(const struct options *o, int argc, char **argv, int (*run)(struct app *, int, char **))
{
	struct app app = { .options = *o };
	struct err err = { 0 };
	if (settings_load(&app, &err) < 0)
		return cli_complain(&err);
	app.engine = engine_start();
	app_set_aws(&app);
	int status = run(&app, argc, argv);
	aws_free(app.aws);
	engine_stop(app.engine);
	model_list_done(&app.models);
	settings_free(&app);
	return status;
}

static int
auth(struct app *app, int argc, char **argv)
{
	return cli_auth(app->aws, argc, argv);
}

static int
run_auth(const struct options *o, int argc, char **argv)
{
	return with_app(o, argc, argv, auth);
}

static int
run_models(const struct options *o, int argc, char **argv)
{
	return with_app(o, argc, argv, cli_models);
}

static int
run_image(const struct options *o, int argc, char **argv)
{
	return with_app(o, argc, argv, cli_image);
}

static int
run_embed(const struct options *o, int argc, char **argv)
{
	return with_app(o, argc, argv, cli_embed);
}

/* A configuration that is broken is one more thing to tell. */
static int
run_doctor(const struct options *o, int argc, char **argv)
{
	struct app app = { .options = *o };
	struct err err = { 0 }, ignored;
	if (settings_load(&app, &err) < 0)
		app.config = config_load("/dev/null", NULL, NULL, &ignored);
	app.engine = engine_start();
	app_set_aws(&app);
	int status = cli_doctor(&app, &err, argc, argv);
	aws_free(app.aws);
	engine_stop(app.engine);
	settings_free(&app);
	return status;
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

static int
run_config(const struct options *o, int argc, char **argv)
{
	(void)o;
	return cli_config(argc, argv);
}

static const struct cli rows[] = {
	{ "auth", "auth status|login|logout|export", N_("where credentials come from; sign in; hand them on"), run_auth,
	    false },
	{ "models", "models list|show|set-default", N_("the models that this account can use"), run_models,
	    false },
	{ "image", "image FILE...", N_("what a model sees in images"), run_image, false },
	{ "embed", "embed [TEXT]...", N_("embedding vectors of texts, as JSON"), run_embed, false },
	{ "doctor", "doctor", N_("is everything in order? a line a check, with what to do"), run_doctor, false },
	{ "sessions", "sessions list|show|export|delete", N_("stored conversations"), run_sessions,
	    false },
	{ "config", "config get|set|unset|path|check|trust|import", N_("the configuration file"), run_config,
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
