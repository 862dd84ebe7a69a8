/* prompts.c - see prompts.h. */
#include "config.h"

#include "app/prompts.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"

enum { FRESH_MS = 2000 };               /* so long a list is not read again for a completion */

struct prompts {
	struct context_prompts	 known;
	int64_t			 read_at;       /* clock_ms(); 0 = never */
	bool			 reading;
};

struct reading {
	struct job	 job;
	struct note	 note;
	struct app	*app;
	struct agent	*agent;                 /* may be gone when this comes back */
	char		*name, *args;           /* NULL: only the list */
	struct context_prompts list;
	bool		 found;
	char		*text;                  /* NULL: err says why */
	struct err	 err;
	void		(*unknown)(struct app *, const char *name);
};

static struct prompts *
prompts_of(struct app *app)
{
	if (app->prompts == NULL)
		app->prompts = mem_alloc(sizeof *app->prompts);
	return app->prompts;
}

/* The list, and the text of the one that is asked for. May wait. */
static void
look(struct reading *r)
{
	char *cwd = getcwd(NULL, 0);
	context_prompts(cwd, &r->list);
	free(cwd);
	for (size_t i = 0; r->name != NULL && i < r->list.n && !r->found; i++)
		if (strcmp(r->list.v[i].name, r->name) == 0) {
			r->found = true;
			r->text = context_prompt_text(&r->list.v[i], r->args, &r->err);
		}
}

static void
take(struct reading *r)
{
	struct app *app = r->app;
	struct prompts *p = prompts_of(app);
	context_prompts_done(&p->known);
	p->known = r->list;
	p->read_at = clock_ms();
	bool there = r->agent == app->agent || (app->tree != NULL && tree_of(app->tree, r->agent) != NULL);
	if (r->name != NULL && !r->found)
		r->unknown(app, r->name);
	else if (r->text != NULL && *r->text != '\0' && there)
		agent_say(r->agent, r->text);
	else if (r->name != NULL)
		app->tell(app, r->text == NULL ? r->err.text : _("The prompt is empty."));
	free(r->name);
	free(r->args);
	free(r->text);
	free(r);
}

static void
read_job(struct job *job)
{
	struct reading *r = (struct reading *)((char *)job - offsetof(struct reading, job));
	look(r);
	mailbox_ring(r->app->mailbox, &r->note);
}

static void
deliver(struct note *note)
{
	struct reading *r = (struct reading *)((char *)note - offsetof(struct reading, note));
	struct app *app = r->app;
	app->files_jobs--;
	if (r->name == NULL)
		prompts_of(app)->reading = false;
	if (app->ui == NULL) {          /* there is nobody to tell any more */
		free(r->name);
		r->name = NULL;
	}
	take(r);
}

static void
begin(struct app *app, struct reading *r)
{
	r->app = app;
	r->job.run = read_job;
	r->note.deliver = deliver;
	if (app->ui == NULL) {
		look(r);
		take(r);
		return;
	}
	if (app->files_worker == NULL)
		app->files_worker = worker_start("adit-files");
	app->files_jobs++;              /* what is said after it must not overtake it */
	worker_add(app->files_worker, &r->job);
}

const struct context_prompts *
prompts_known(struct app *app)
{
	struct prompts *p = prompts_of(app);
	if (!p->reading && (p->read_at == 0 || app->ui == NULL || clock_ms() - p->read_at > FRESH_MS)) {
		p->reading = app->ui != NULL;
		begin(app, mem_alloc(sizeof(struct reading)));
	}
	return &p->known;
}

void
prompts_run(struct app *app, struct agent *agent, const char *name, const char *args,
    void (*unknown)(struct app *, const char *name))
{
	struct reading *r = mem_alloc(sizeof *r);
	r->agent = agent;
	r->name = mem_strdup(name);
	r->args = mem_strdup(args);
	r->unknown = unknown;
	begin(app, r);
}

void
prompts_stop(struct app *app)
{
	if (app->prompts == NULL)
		return;
	context_prompts_done(&app->prompts->known);
	free(app->prompts);
	app->prompts = NULL;
}
