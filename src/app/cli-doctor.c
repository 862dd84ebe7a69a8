/*
 * cli-doctor.c - `adit doctor` and /doctor.
 *
 * The shell waits for it; on the screen it runs on a thread of its own, since
 * it may wait for the network and turns must not wait behind it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli.h"
#include "app/command.h"
#include "app/configuration.h"
#include "app/doctor.h"
#include "app/settings.h"
#include "base/i18n.h"
#include "base/mem.h"

/* The doctor looks at Bedrock: a model of another provider is none to ask there. */
static char *
bedrocks(const struct app *app, const char *id)
{
	bool elsewhere = id != NULL && providers_of(&app->providers, id, NULL) != NULL;
	return elsewhere ? NULL : mem_strdup(id);
}

/* What both modes fill in: the strings are the caller's to free. */
static void
make_ask(struct app *app, struct doctor_ask *ask)
{
	const char *image = settings_model_id(app, config_str(app->config, "agents.defaults.imageModel.primary"));
	const char *embed = settings_model_id(app, config_str(app->config, "agents.defaults.memorySearch.model"));
	*ask = (struct doctor_ask){ .aws = app->aws,
		.model = bedrocks(app, settings_model(app)),
		.image_model = bedrocks(app, image),
		.embed_model = mem_strdup(embed),
		.config_file = mem_strdup(config_source(app->config, 0)) };
	doctor_look_at_terminal(&ask->terminal);
}

static void
ask_done(struct doctor_ask *ask)
{
	free((char *)(uintptr_t)ask->model);
	free((char *)(uintptr_t)ask->image_model);
	free((char *)(uintptr_t)ask->embed_model);
	free((char *)(uintptr_t)ask->config_file);
}

/* ---- the shell ------------------------------------------------------------------- */

static int
usage(bool asked)
{
	fputs(_("Usage: adit doctor [--json] [--matrix]\n\n"
		"Checks what adit needs, a line each, and says what to do. It asks the chat model for\n"
		"one token. --matrix makes each kind of call once and prints which worked.\n"),
	    asked ? stdout : stderr);
	return asked ? 0 : ERR_USAGE;
}

int
cli_doctor(struct app *app, const struct err *config, int argc, char **argv)
{
	struct doctor_ask ask;
	struct doctor found = { 0 };
	bool json = false, matrix = false;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return usage(true);
		bool *flag = strcmp(argv[i], "--json") == 0 ? &json : strcmp(argv[i], "--matrix") == 0 ? &matrix : NULL;
		if (flag == NULL)
			return usage(false);
		*flag = true;
	}
	make_ask(app, &ask);
	ask.matrix = matrix;
	ask.config = config;
	doctor_run(&ask, &found);
	struct buf out = { 0 };
	if (json)
		doctor_put_json(&out, &found);
	else
		doctor_put_text(&out, &found);
	fwrite(out.s, 1, out.len, stdout);
	int status = doctor_status(&found);
	buf_done(&out);
	doctor_done(&found);
	ask_done(&ask);
	return status;
}

/* ---- the screen --------------------------------------------------------------------- */

struct examination {
	struct app		*app;
	struct worker		*worker;
	struct job		 job;
	struct note		 note;
	atomic_bool		 cancel;
	struct doctor_ask	 ask;
	struct doctor		 found;
};

static void
examination_free(struct examination *e)
{
	e->app->doctor = NULL;
	worker_stop(e->worker);
	doctor_done(&e->found);
	ask_done(&e->ask);
	free(e);
}

static void
examine(struct job *job)
{
	struct examination *e = (struct examination *)((char *)job - offsetof(struct examination, job));
	doctor_run(&e->ask, &e->found);
	if (e->worker != NULL)
		mailbox_ring(e->app->mailbox, &e->note);
}

static void
show_found(struct note *note)
{
	struct examination *e = (struct examination *)((char *)note - offsetof(struct examination, note));
	if (!atomic_load(&e->cancel)) {
		struct buf b = { 0 };
		doctor_put_markdown(&b, &e->found);
		e->app->show(e->app, _("Doctor"), buf_str(&b));
		buf_done(&b);
	}
	examination_free(e);
}

void
cmd_doctor(struct app *app, struct agent *agent, const char *args)
{
	(void)agent;
	if (app->doctor != NULL) {
		app->tell(app, _("The doctor is looking already."));
		return;
	}
	struct examination *e = mem_alloc(sizeof *e);
	app->doctor = e;
	e->app = app;
	e->job.run = examine;
	e->note.deliver = show_found;
	make_ask(app, &e->ask);
	e->ask.cancel = &e->cancel;
	e->ask.matrix = strcmp(args, "--matrix") == 0;
	if (app->ui == NULL) {          /* line by line: there is nothing else to see to */
		examine(&e->job);
		show_found(&e->note);
		return;
	}
	app->tell(app, _("The doctor is looking; this takes some seconds."));
	e->worker = worker_start("doctor");
	worker_add(e->worker, &e->job);
}

void
doctor_stop(struct app *app)
{
	if (app->doctor != NULL)
		atomic_store(&app->doctor->cancel, true);
}
