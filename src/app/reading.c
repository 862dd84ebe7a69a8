/* reading.c - see reading.h. */
#include "config.h"

#include "app/reading.h"

#include <stddef.h>
#include <stdlib.h>

#include "app/app.h"
#include "base/mem.h"
#include "base/pool.h"

enum {
	ASIDE = 4,                      /* threads: so many may hang and the next one is still served */
	STOP_MS = 300,
};

struct readings {
	struct pool	*queue;         /* one thread: in order */
	struct pool	*aside;
	size_t		 says;          /* queued, and not taken yet */
};

static void
run(struct job *job)
{
	struct reading *r = (struct reading *)((char *)job - offsetof(struct reading, job));
	r->read(r);
	mailbox_ring(r->app->mailbox, &r->note);
}

static void
deliver(struct note *note)
{
	struct reading *r = (struct reading *)((char *)note - offsetof(struct reading, note));
	r->app->readings->says -= r->says;
	r->nobody = r->app->ui == NULL;
	r->take(r);
}

static struct readings *
readings_of(struct app *app)
{
	if (app->readings == NULL) {
		app->readings = mem_alloc(sizeof *app->readings);
		app->readings->queue = pool_new("adit-files", 1);
		app->readings->aside = pool_new("adit-look", ASIDE);
	}
	return app->readings;
}

/* False: there is no screen, and it is done. */
static bool
prepare(struct app *app, struct reading *r)
{
	r->app = app;
	if (app->ui == NULL) {
		r->read(r);
		r->take(r);
		return false;
	}
	r->job = (struct job){ .run = run };
	r->note = (struct note){ .deliver = deliver };
	return true;
}

void
reading_queue(struct app *app, struct reading *r)
{
	if (!prepare(app, r))
		return;
	struct readings *all = readings_of(app);
	all->says += r->says;
	pool_add(all->queue, &r->job);
}

void
reading_aside(struct app *app, struct reading *r)
{
	if (prepare(app, r))
		pool_add(readings_of(app)->aside, &r->job);
}

bool
reading_will_say(const struct app *app)
{
	return app->readings != NULL && app->readings->says > 0;
}

bool
reading_stop(struct app *app)
{
	struct readings *all = app->readings;
	if (all == NULL)
		return true;
	bool done = pool_stop(all->queue, STOP_MS) == 0;
	done = pool_stop(all->aside, done ? STOP_MS : 0) == 0 && done;
	mailbox_deliver(app->mailbox);
	if (!done)
		return false;           /* its threads still ring */
	free(all);
	app->readings = NULL;
	return true;
}
