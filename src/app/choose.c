/*
 * choose.c - getting the model list in the background, and the first model from it.
 *
 * On a thread of its own: a slow list must not keep requests from being signed.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/app.h"
#include "app/cli.h"
#include "app/discovery.h"
#include "app/reload.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"

enum { JUST_NOW = 5 };          /* seconds */

/* Somebody who wants to know. */
struct waiter {
	enum choose_age age;
	void	(*done)(void *, const struct err *);
	void	*arg;
};

struct choose {
	struct app		*app;
	struct job		 job;
	struct note		 note;
	atomic_bool		 cancel;
	bool			 again;         /* cancelled, but not given up */
	enum choose_age		 age;
	struct discovery	 discovery;
	struct model_list	 list;
	int			 rc;
	struct err		 err;
	struct VEC(struct waiter) waiters;
};

static void
run(struct job *job)
{
	struct choose *c = (struct choose *)((char *)job - offsetof(struct choose, job));
	static const enum discovery_wish wishes[] = { [CHOOSE_START] = DISCOVERY_START,
		[CHOOSE_YOUNG] = DISCOVERY_ASKED, [CHOOSE_NEW] = DISCOVERY_REFRESH };
	struct aws *aws = c->app->aws;
	if (c->age == CHOOSE_KEPT)
		c->rc = discovery_kept(&c->discovery, aws, &c->list, &c->cancel);
	else
		c->rc = discovery_list(&c->discovery, aws, wishes[c->age], &c->list, &c->cancel, &c->err);
	if (c->rc < 0 && c->err.code == ERR_NONE)
		err_set(&c->err, ERR_FAILED, _("No model list is kept for these credentials and this region."));
	mailbox_ring(c->app->mailbox, &c->note);
}

bool
choose_is_old(const struct app *app)
{
	struct discovery d;
	discovery_init(&d, app->config);
	int64_t age = clock_wall() - app->models.fetched, good_for = d.max_age;
	discovery_done(&d);
	return !app->models_known || age < 0 || age >= good_for;
}

/* ---- the first model ------------------------------------------------------------------------- */

static void
say_which(struct app *app, const char *name, const char *id)
{
	char *s = mem_printf(_("%s is %s here."), name, id);
	if (app->tell != NULL)
		app->tell(app, s);
	else if (app->options.output == OUTPUT_TEXT)
		cli_remark(s);
	free(s);
}

/* The model that a name on the command line, or in the configuration, means here. */
static void
find_named(struct app *app, const char *name, struct err *err)
{
	const struct model *m = catalogue_resolve(&app->models, name, err);
	if (m == NULL)
		return;
	app->model_found = true;
	log_info("%s is %s", name, m->id);
	say_which(app, name, m->id);
	app_set_model(app, app->agent, m->id);
}

/* Gives the main agent a model when it has none. */
static void
choose_first(struct app *app, struct err *err)
{
	struct agent_status s;
	agent_status(app->agent, &s);
	if (s.model != NULL)
		return;
	const char *name = app->model_found ? NULL : settings_model_name(app);
	if (name != NULL) {
		find_named(app, name, err);
		return;
	}
	const struct model *m = catalogue_default(&app->models);
	if (m == NULL) {
		err_set(err, ERR_DENIED, _("No model that can be called was found in %s. Name one with --model or /model."),
		    app->models.region != NULL ? app->models.region : _("this region"));
		return;
	}
	log_info("default model %s", m->id);
	app_set_model(app, app->agent, m->id);
}

/* ---- names ------------------------------------------------------------------------------------- */

/* May a model of the configuration, or one that an agent was given, be found by its name now? */
static bool
has_name(const struct app *app)
{
	struct agent_status s;
	bool has = settings_has_name(app);
	agent_status(app->agent, &s);
	has |= settings_is_name(app, s.model);
	for (size_t i = 0; app->tree != NULL && i < tree_count(app->tree); i++) {
		agent_status(tree_at(app->tree, i)->agent, &s);
		has |= settings_is_name(app, s.model);
	}
	return has;
}

static bool
is_name(void *arg, const char *model)
{
	return settings_is_name(arg, model);
}

static void
on_looked_up(void *arg, const struct err *err)
{
	struct app *app = arg;
	(void)err;              /* the service says that it has no such model */
	agent_names_known(app->agent);
	for (size_t i = 0; app->tree != NULL && i < tree_count(app->tree); i++)
		agent_names_known(tree_at(app->tree, i)->agent);
}

static void
look_up(void *arg)
{
	choose_start(arg, CHOOSE_YOUNG, on_looked_up, arg);
}

void
choose_names(struct app *app)
{
	app->names = (struct agent_names){ is_name, look_up, app };
}

/* ---- delivery ----------------------------------------------------------------------------------- */

static void
choose_free(struct choose *c)
{
	discovery_done(&c->discovery);
	vec_done(&c->waiters);
	free(c);
}

/* Fetched just now is new enough for anybody. */
static bool
is_new(const struct app *app)
{
	int64_t age = clock_wall() - app->models.fetched;
	return app->models_known && age >= 0 && age <= JUST_NOW;
}

/* Tells one who waits; or, where what came is not what was asked for, goes on for them. */
static void
serve(const struct choose *c, const struct waiter *w)
{
	struct app *app = c->app;
	bool enough = w->age <= c->age || (w->age == CHOOSE_YOUNG ? !choose_is_old(app) : is_new(app));
	if (!enough)
		choose_start(app, w->age, w->done, w->arg);
	else if (w->done != NULL)
		w->done(w->arg, c->err.code != ERR_NONE ? &c->err : NULL);
}

static void
deliver(struct note *note)
{
	struct choose *c = (struct choose *)((char *)note - offsetof(struct choose, note));
	struct app *app = c->app;
	app->choose = NULL;
	if (atomic_load(&c->cancel)) {
		model_list_done(&c->list);
		for (size_t i = 0; c->again && i < c->waiters.n; i++)
			choose_start(app, c->waiters.v[i].age, c->waiters.v[i].done, c->waiters.v[i].arg);
		choose_free(c);
		return;
	}
	if (c->rc == 0) {
		model_list_done(&app->models);
		app->models = c->list;
		app->models_known = true;
		choose_first(app, &c->err);
		if (has_name(app))
			reload_apply(app);
	} else {
		model_list_done(&c->list);
	}
	for (size_t i = 0; i < c->waiters.n; i++)
		serve(c, &c->waiters.v[i]);
	choose_free(c);
}

void
choose_start(struct app *app, enum choose_age age, void (*done)(void *, const struct err *), void *arg)
{
	struct waiter w = { age, done, arg };
	if (app->choose != NULL) {
		vec_add(&app->choose->waiters, w);
		return;
	}
	struct choose *c = mem_alloc(sizeof *c);
	c->app = app;
	c->job.run = run;
	c->note.deliver = deliver;
	c->age = age;
	discovery_init(&c->discovery, app->config);
	vec_add(&c->waiters, w);
	app->choose = c;
	if (app->lister == NULL)
		app->lister = worker_start("adit-models");
	worker_add(app->lister, &c->job);
}

void
choose_stop(struct app *app)
{
	if (app->choose == NULL)
		return;
	app->choose->again = false;
	atomic_store(&app->choose->cancel, true);
}

void
choose_again(struct app *app)
{
	if (app->choose == NULL)
		return;
	app->choose->again = true;
	atomic_store(&app->choose->cancel, true);
}
