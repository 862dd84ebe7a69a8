/* app.c - starting and stopping what all modes share; see app.h. */
#include "config.h"

#include "app/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/agents.h"
#include "app/asker.h"
#include "app/configuration.h"
#include "app/demo.h"
#include "app/files.h"
#include "app/login.h"
#include "app/pick.h"
#include "app/prompts.h"
#include "app/reading.h"
#include "app/reload.h"
#include "app/settings.h"
#include "app/surroundings.h"
#include "app/toolbox.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/call.h"
#include "model/known.h"
#include "store/ledger.h"
#include "store/session.h"

/* What the demo or the settings say. */
static void
aws_options_of(const struct app *app, struct aws_options *o)
{
	if (app->demo != NULL)
		demo_aws_options(app->demo, o);
	else
		settings_aws(app, o);
}

void
app_set_aws(struct app *app)
{
	struct aws_options o;
	aws_options_of(app, &o);
	known_forget();         /* what one identity may not know, another may */
	if (app->aws == NULL)
		app->aws = aws_new(&o, app->engine);
	else
		aws_set_options(app->aws, &o);
	char *last = app->demo == NULL ? settings_last_region(app) : NULL, *from = NULL;
	char *region = aws_region(app->aws, NULL, &from);
	if (last != NULL && str_same(from, "default")) {
		o.region = last;
		aws_set_options(app->aws, &o);
	}
	free(last);
	free(from);
	free(region);
}

void
app_set_model(struct app *app, struct agent *agent, const char *id)
{
	struct converse_params p;
	settings_params(app, id, &p);
	agent_set_params(agent, &p);
	settings_set_fallbacks(app, agent, agent != app->agent);
	agent_set_model(agent, id);
}

static char *
current_folder(void)
{
	char *cwd = getcwd(NULL, 0);
	return cwd != NULL ? cwd : mem_strdup("/");
}

struct session *
app_new_session(struct app *app)
{
	if (app->options.no_session)
		return NULL;
	char *cwd = current_folder();
	struct session *s = session_new(app->disk, app->sync, app->mailbox, cwd);
	free(cwd);
	return s;
}

static int
on_record(void *arg, const char *json, size_t n)
{
	return agent_restore(arg, json, n);
}

/* Which stored session to go on with; NULL = a new one. -1 when the asked one cannot be had. */
static int
stored_session(struct app *app, char **id, struct err *err)
{
	*id = NULL;
	if (app->options.resume != NULL) {
		*id = mem_strdup(app->options.resume);
	} else if (app->options.continue_last) {
		char *cwd = current_folder();
		*id = session_latest(cwd);
		free(cwd);
		if (*id == NULL)
			return err_set(err, ERR_FAILED,
			    _("There is no session of this folder to go on with. Start one with: adit"));
	}
	return 0;
}

static int
restore(struct app *app, const char *id, struct err *err)
{
	size_t torn = 0, bad = 0;
	struct session *s = session_resume(app->disk, app->sync, app->mailbox, id, on_record, app->agent, &torn,
	    &bad, err);
	if (s == NULL)
		return -1;
	agent_restored(app->agent, s, torn, bad);
	struct agent_status st;
	agent_status(app->agent, &st);
	const char *model = app->options.model != NULL ? settings_model(app) : st.model;
	if (model != NULL)
		app_set_model(app, app->agent, model);
	else if (app->options.model != NULL)
		agent_set_model(app->agent, NULL);      /* a name: until it has been looked up */
	if (app->options.effort >= 0)
		agent_set_effort(app->agent, (enum effort)app->options.effort);
	return 0;
}

struct agent_env
app_agent_env(struct app *app)
{
	return (struct agent_env){ app->aws, app->engine, app->worker, app->disk, app->mailbox, &app->timers,
		&app->quirks, &app->providers, &app->spending, &app->names };
}

static int
make_agent(struct app *app, struct err *err)
{
	struct agent_env env = app_agent_env(app);
	const struct options *o = &app->options;
	char *id;
	if (stored_session(app, &id, err) < 0)
		return -1;
	struct agent_options ao = { .label = "main", .model = id == NULL ? settings_model(app) : NULL,
		.tooling = toolbox_env(app), .hints = !o->print && o->output == OUTPUT_TEXT };
	settings_params(app, ao.model, &ao.params);
	if (id == NULL)
		ao.session = app_new_session(app);
	app->agent = agent_new(&env, &ao);
	settings_set_fallbacks(app, app->agent, false);
	int rc = id != NULL ? restore(app, id, err) : 0;
	free(id);
	return rc;
}

int
app_start(struct app *app, struct err *err)
{
	if (app->config == NULL && settings_load(app, err) < 0)
		return -1;
	app->mailbox = app->mailbox != NULL ? app->mailbox : mailbox_new();
	app->engine = engine_start();
	app->worker = worker_start("adit-creds");
	app->disk = worker_start("adit-disk");
	app->sync = worker_start("adit-sync");
	if (app->options.demo) {
		app->demo = demo_start(err);
		if (app->demo == NULL)
			return -1;
		if (app->options.model == NULL)
			app->options.model = demo_model(app->demo);
	}
	app_set_aws(app);
	settings_prices(app);
	app->spending.limit = settings_budget(app);
	if (app->demo == NULL)
		app->spending.ledger = ledger_new(app->disk, app->mailbox);
	choose_names(app);
	if (toolbox_start(app, err) < 0 || make_agent(app, err) < 0)
		return -1;
	agents_start(app);
	surroundings_start(app);
	if (!app->options.print)
		app->reload = reload_start(app);
	return 0;
}

/* Stopped calls, and a doctor, clean up within milliseconds, unless credentials hang in a child or on the
 * network: those are left to the end of the process. */
static bool
calls_are_done(struct app *app)
{
	int64_t until = clock_ms() + 300;
	while ((call_count() > 0 || app->doctor != NULL) && clock_ms() < until) {
		struct timespec ts = { 0, 2000000 };
		nanosleep(&ts, NULL);
		mailbox_deliver(app->mailbox);
	}
	return call_count() == 0 && app->doctor == NULL;
}

void
app_stop(struct app *app)
{
	choose_stop(app);
	bool files_done = reading_stop(app);
	files_forget(app);
	prompts_stop(app);
	reload_stop(app->reload);
	agents_stop(app);
	doctor_stop(app);
	login_stop(app);
	agent_free(app->agent);
	app->agent = NULL;
	agents_stop_tools(app);
	demo_stop(app->demo);
	app->demo = NULL;
	bool tools_done = toolbox_stop(app);
	if (app->choose != NULL || !calls_are_done(app) || !tools_done || !files_done) {
		log_info("leaving with work under way");       /* the threads that work write to the log too: it stays open */
		_exit(app->status);
	}
	worker_stop(app->worker);
	worker_stop(app->lister);
	ledger_free(app->spending.ledger);
	worker_stop(app->disk);
	worker_stop(app->sync);
	reload_free(app->reload);
	if (app->aws != NULL)
		aws_free(app->aws);     /* before the engine, which its threads may be using */
	asker_free(app->asker);
	engine_stop(app->engine);
	model_list_done(&app->models);
	remember_stop(app);
	pick_free(app->pick);
	agent_quirks_done(&app->quirks);
	settings_free(app);
	free(app->profile);
	free(app->surroundings);
	if (app->given != NULL)
		login_given_done(app->given);
	free(app->given);
	free(app->said.tier);
	free(app->said.guardrail);
	free(app->said.guardrail_version);
	free(app->said.guardrail_trace);
	mailbox_free(app->mailbox);
	log_close();
}
