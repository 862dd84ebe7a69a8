/* choose.c - fetching the model list in the background, and the default model from it. */
#include "config.h"

#include <stdlib.h>

#include "app/app.h"
#include "app/discovery.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"

struct waiter {
	void	(*done)(void *, const struct err *);
	void	*arg;
};

/* On a thread of its own: the other workers have requests to sign and records to write. */
struct choose {
	struct app		*app;
	struct worker		*worker;
	struct job		 job;
	struct note		 note;
	atomic_bool		 cancel;
	struct discovery	 discovery;
	enum discovery_wish	 wish;
	struct model_list	 list;
	int			 rc;
	struct err		 err;
	struct VEC(struct waiter) waiters;
};

static void
run(struct job *job)
{
	struct choose *c = (struct choose *)((char *)job - offsetof(struct choose, job));
	c->rc = discovery_list(&c->discovery, c->app->aws, c->wish, &c->list, &c->cancel, &c->err);
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
	worker_stop(c->worker);
	discovery_done(&c->discovery);
	if (atomic_load(&c->cancel)) {
		model_list_done(&c->list);
		vec_done(&c->waiters);
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
	for (size_t i = 0; i < c->waiters.n; i++)
		if (c->waiters.v[i].done != NULL)
			c->waiters.v[i].done(c->waiters.v[i].arg, c->err.code != ERR_NONE ? &c->err : NULL);
	vec_done(&c->waiters);
	free(c);
}

static void
start(struct app *app, enum discovery_wish wish, void (*done)(void *, const struct err *), void *arg)
{
	struct choose *c = app->choose;
	if (c == NULL) {
		c = mem_alloc(sizeof *c);
		c->app = app;
		c->job.run = run;
		c->note.deliver = deliver;
		c->wish = wish;
		discovery_init(&c->discovery, app->config);
		c->worker = worker_start("adit-models");
		app->choose = c;
		worker_add(c->worker, &c->job);
	}
	vec_add(&c->waiters, ((struct waiter){ done, arg }));
}

void
choose_start(struct app *app, void (*done)(void *, const struct err *), void *arg)
{
	start(app, DISCOVERY_ASKED, done, arg);
}

void
choose_at_start(struct app *app, void (*done)(void *, const struct err *), void *arg)
{
	start(app, DISCOVERY_START, done, arg);
}

void
choose_refresh(struct app *app, void (*done)(void *, const struct err *), void *arg)
{
	start(app, DISCOVERY_REFRESH, done, arg);
}

void
choose_stop(struct app *app)
{
	if (app->choose != NULL)
		atomic_store(&app->choose->cancel, true);
}
