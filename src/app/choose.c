/* choose.c - fetching the model list in the background, and the default model from it. */
#include "config.h"

#include <stdlib.h>

#include "app/app.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "model/modelcache.h"

struct choose {
	struct app		*app;
	struct job		 job;
	struct note		 note;
	atomic_bool		 cancel;
	int64_t			 max_age;       /* seconds that a kept list is good for */
	struct model_list	 list;
	int			 rc;
	struct err		 err;
	void			(*done)(void *, const struct err *);
	void			*arg;
};

static void
run(struct job *job)
{
	struct choose *c = (struct choose *)((char *)job - offsetof(struct choose, job));
	struct discover_options o = { 0 };
	c->rc = modelcache_list(c->app->aws, &o, c->max_age, &c->list, &c->cancel, &c->err);
	mailbox_ring(c->app->mailbox, &c->note);
}

/* Gives the main agent a model when it has none. */
static void
choose_default(struct app *app, struct err *err)
{
	struct agent_status s;
	agent_status(app->agent, &s);
	if (s.model != NULL)
		return;
	const struct model *m = catalogue_default(&app->models);
	if (m == NULL) {
		err_set(err, ERR_DENIED, _("No model that can be called was found in %s. Name one with --model or /model."),
		    app->models.region != NULL ? app->models.region : _("this region"));
		return;
	}
	log_info("default model %s", m->id);
	app_set_model(app, app->agent, m->id);
}

static void
deliver(struct note *note)
{
	struct choose *c = (struct choose *)((char *)note - offsetof(struct choose, note));
	struct app *app = c->app;
	app->choose = NULL;
	if (atomic_load(&c->cancel)) {
		model_list_done(&c->list);
		free(c);
		return;
	}
	if (c->rc == 0) {
		model_list_done(&app->models);
		app->models = c->list;
		app->models_known = true;
		choose_default(app, &c->err);
	} else {
		model_list_done(&c->list);
	}
	if (c->done != NULL)
		c->done(c->arg, c->err.code != ERR_NONE ? &c->err : NULL);
	free(c);
}

void
choose_start(struct app *app, void (*done)(void *, const struct err *), void *arg)
{
	if (app->choose != NULL)
		return;
	struct choose *c = mem_alloc(sizeof *c);
	c->app = app;
	c->job.run = run;
	c->note.deliver = deliver;
	c->done = done;
	c->max_age = MODELCACHE_AGE;
	c->arg = arg;
	app->choose = c;
	worker_add(app->worker, &c->job);
}

void
choose_stop(struct app *app)
{
	if (app->choose != NULL)
		atomic_store(&app->choose->cancel, true);
}
