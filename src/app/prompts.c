/* prompts.c - see prompts.h. */
#include "config.h"

#include "app/prompts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/reading.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "ui/ui.h"

enum { FRESH_MS = 2000 };               /* so long a list is not read again for a completion */

struct prompts {
	struct context_prompts	 known;
	int64_t			 read_at;       /* clock_ms(); 0 = never */
	bool			 reading;       /* the list, in the background */
};

/* One look at the files: for the list, or to run one of them. */
struct look {
	struct reading	 reading;
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

/* The list, and the text of the one that is asked for. */
static void
look(struct reading *reading)
{
	struct look *l = (struct look *)reading;
	char *cwd = getcwd(NULL, 0);
	context_prompts(cwd, &l->list);
	free(cwd);
	for (size_t i = 0; l->name != NULL && i < l->list.n && !l->found; i++)
		if (strcmp(l->list.v[i].name, l->name) == 0) {
			l->found = true;
			l->text = context_prompt_text(&l->list.v[i], l->args, &l->err);
		}
}

static void
use(struct look *l)
{
	struct app *app = l->reading.app;
	bool there = l->agent == app->agent || (app->tree != NULL && tree_of(app->tree, l->agent) != NULL);
	if (l->text != NULL && *l->text != '\0' && there)
		agent_say(l->agent, l->text);
	else if (l->reading.nobody)
		return;
	else if (!l->found)
		l->unknown(app, l->name);
	else
		app->tell(app, l->text == NULL ? l->err.text : _("The prompt is empty."));
}

static void
take(struct reading *reading)
{
	struct look *l = (struct look *)reading;
	struct prompts *p = prompts_of(reading->app);
	context_prompts_done(&p->known);
	p->known = l->list;
	p->read_at = clock_ms();
	if (l->name != NULL)
		use(l);
	else
		p->reading = false;
	if (reading->app->ui != NULL)
		ui_names_changed(reading->app->ui);
	free(l->name);
	free(l->args);
	free(l->text);
	free(l);
}

const struct context_prompts *
prompts_known(struct app *app)
{
	struct prompts *p = prompts_of(app);
	if (!p->reading && (p->read_at == 0 || app->ui == NULL || clock_ms() - p->read_at > FRESH_MS)) {
		struct look *l = mem_alloc(sizeof *l);
		l->reading = (struct reading){ .read = look, .take = take };
		p->reading = true;
		reading_aside(app, &l->reading);
	}
	return &p->known;
}

void
prompts_run(struct app *app, struct agent *agent, const char *name, const char *args,
    void (*unknown)(struct app *, const char *name))
{
	struct look *l = mem_alloc(sizeof *l);
	*l = (struct look){ .reading = { .read = look, .take = take, .says = true }, .agent = agent, .name = mem_strdup(name),
		.args = mem_strdup(args), .unknown = unknown };
	reading_queue(app, &l->reading);
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
