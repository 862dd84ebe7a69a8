/* surroundings.c - see surroundings.h. */
#include "config.h"

#include "app/surroundings.h"

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/configuration.h"
#include "app/context.h"
#include "app/reading.h"
#include "app/toolbox.h"
#include "base/i18n.h"
#include "base/mem.h"

enum { PATIENCE_MS = 2000 };            /* after that somebody who wrote something wonders */

struct context_read {
	struct reading		 reading;
	struct timer		 slow;
	char			*cwd;
	struct buf		 project;
	struct context_files	 files;
};

static void
put_paragraph(struct buf *b, const char *text)
{
	if (text != NULL)
		buf_printf(b, "%s%s", b->len > 0 ? "\n\n" : "", text);
}

/* Where the model is, and what the project says. NULL = nothing. */
static char *
surroundings(const struct app *app, const struct buf *project)
{
	struct buf b = { 0 };
	if (app->toolbox != NULL) {
		char *where = mem_printf("You are in adit, a chat program in a terminal. Your tools work in the folder %s; "
		    "relative paths are relative to it. Look before you answer, and say what you changed.", toolbox_root(app));
		put_paragraph(&b, where);
		free(where);
	}
	if (project->len > 0) {
		put_paragraph(&b, "The user and the project ask you to keep to the following.\n\n");
		buf_puts(&b, project->s);
	}
	return b.len > 0 ? buf_take(&b, NULL) : NULL;
}

/* What the options say, then the rest. */
static void
set_system(struct app *app)
{
	struct buf b = { 0 };
	put_paragraph(&b, app->options.system);
	put_paragraph(&b, app->options.append_system);
	put_paragraph(&b, app->surroundings);
	agent_set_system(app->agent, b.len > 0 ? b.s : NULL);
	buf_done(&b);
}

/* What was read is said: nobody should wonder why a model knows. */
static void
tell_context(struct app *app, struct context_files *files)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < files->n; i++) {
		buf_printf(&b, "%s%s", i > 0 ? ", " : "", files->v[i]);
		free(files->v[i]);
	}
	if (b.len > 0) {
		char *s = mem_printf(_("Read for the model: %s"), b.s);
		if (app->options.print || app->options.output != OUTPUT_TEXT)
			cli_remark(s);
		else
			agent_note(app->agent, BLOCK_NOTE, s);
		free(s);
	}
	buf_done(&b);
	vec_done(files);
}

static void
on_slow(struct timer *timer)
{
	struct context_read *c = (struct context_read *)((char *)timer - offsetof(struct context_read, slow));
	agent_note(c->reading.app->agent, BLOCK_NOTE, _("The disk is slow: AGENTS.md and CLAUDE.md are still being looked for. "
	    "What you write is sent when that is done. The setting agents.defaults.projectContext switches it off."));
}

static void
look(struct reading *reading)
{
	struct context_read *c = (struct context_read *)reading;
	context_read(c->cwd, &c->project, &c->files);
}

static void
take(struct reading *reading)
{
	struct context_read *c = (struct context_read *)reading;
	struct app *app = reading->app;
	app->context = NULL;
	timer_cancel(&app->timers, &c->slow);
	app->surroundings = surroundings(app, &c->project);
	set_system(app);
	tell_context(app, &c->files);
	if (!app->quit)                 /* nothing begins on the way out */
		agent_hold(app->agent, false);
	buf_done(&c->project);
	free(c->cwd);
	free(c);
}

void
surroundings_start(struct app *app)
{
	struct context_read *c = mem_alloc(sizeof *c);
	*c = (struct context_read){ .reading = { .read = look, .take = take, .app = app }, .slow.fire = on_slow };
	if (!config_flag(app->config, "agents.defaults.projectContext")) {
		take(&c->reading);
		return;
	}
	c->cwd = getcwd(NULL, 0);
	if (app->ui != NULL) {
		app->context = c;
		agent_hold(app->agent, true);
		timer_set(&app->timers, &c->slow, PATIENCE_MS);
	}
	reading_queue(app, &c->reading);
}

bool
surroundings_are_awaited(const struct app *app)
{
	return app->context != NULL;
}
