/* reload.c - see reload.h. */
#include "config.h"

#include "app/reload.h"

#include <stdlib.h>
#include <string.h>

#include "agent/tree.h"
#include "app/agents.h"
#include "app/config-edit.h"
#include "app/configuration.h"
#include "app/pick.h"
#include "app/settings.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

enum { LOOK_EVERY_MS = 1000 };

struct watched {
	char			*path;
	struct file_stamp	 stamp;         /* the worker's */
};

struct reload {
	struct app		*app;           /* NULL: no more news */
	struct job		 job;
	struct note		 note;
	struct worker		*disk;
	struct mailbox		*mailbox;
	atomic_bool		 stop;
	struct VEC(struct watched) files;
	struct timer		 doubt;         /* a file that cannot be read may be half written */
	struct err		 err;
};

/* ---- what follows ------------------------------------------------------------- */

/* What AWS is told, as one text: to see whether it changed. Owned by the caller. */
static char *
aws_said(const struct app *app)
{
	struct aws_options o;
	settings_aws(app, &o);
	char *last = settings_last_region(app);
	char *s = mem_printf("%s\n%s\n%s\n%s\n%s", o.profile != NULL ? o.profile : "", o.region != NULL ? o.region : "",
	    o.endpoint != NULL ? o.endpoint : "", o.ca_bundle != NULL ? o.ca_bundle : "", last != NULL ? last : "");
	free(last);
	return s;
}

static void
apply_to(struct app *app, struct agent *agent, bool keep_effort)
{
	struct agent_status s;
	struct converse_params p;
	agent_status(agent, &s);
	/* What it is called by a name may be known by now. */
	const char *model = s.model != NULL ? settings_found_id(app, s.model) : NULL;
	settings_params(app, model, &p);
	if (keep_effort)
		p.effort = agent_wish(agent);
	agent_set_params(agent, &p);
	settings_set_fallbacks(app, agent, keep_effort);
	if (model != NULL)
		agent_set_model(agent, model);
}

void
reload_apply(struct app *app)
{
	settings_prices(app);
	app->spending.limit = settings_budget(app);
	apply_to(app, app->agent, false);
	/* Subagents think as much as they were told to. */
	for (size_t i = 0; app->tree != NULL && i < tree_count(app->tree); i++)
		apply_to(app, tree_at(app->tree, i)->agent, true);
	if (app->tree != NULL)
		agents_set_limits(app);
}

/* A conversation that is with the configured model goes on with the one that is configured now. */
static void
follow_model(struct app *app, const char *before)
{
	struct agent_status s;
	const char *now = settings_model(app);
	agent_status(app->agent, &s);
	if (now != NULL && !str_same(now, before) && str_same(s.model, before))
		app_set_model(app, app->agent, now);
}

static void
tell_reload(struct app *app)
{
	struct buf files = { 0 };
	for (size_t i = 0; config_source(app->config, i) != NULL; i++)
		buf_printf(&files, "%s%s", i > 0 ? ", " : "", config_source(app->config, i));
	char *s = files.len > 0 ? mem_printf(_("The configuration was read again: %s"), files.s) :
	    mem_strdup(_("The configuration is gone; what adit does without one is in force."));
	agent_note(app->agent, BLOCK_NOTE, s);
	free(s);
	buf_done(&files);
}

/* ---- the model list, which the configuration has a say in ---- */

static void
on_listed_again(void *arg, const struct err *err)
{
	(void)err;              /* /models says what is the matter */
	pick_show_again(arg);
}

static void
on_kept_again(void *arg, const struct err *err)
{
	struct app *app = arg;
	if (err != NULL)        /* none is kept for what is asked for now */
		choose_start(app, CHOOSE_YOUNG, on_listed_again, app);
	else
		pick_show_again(app);
}

static void
list_again(struct app *app)
{
	pick_show_again(app);
	if (app->models_known)
		choose_start(app, CHOOSE_KEPT, on_kept_again, app);
}

static int
read_again(struct app *app, struct err *err)
{
	char *aws = aws_said(app), *model = mem_strdup(settings_model(app));
	int rc = config_reload(app->config, NULL, err);
	if (rc == 1) {
		settings_again(app);
		char *aws_now = aws_said(app);
		if (app->demo == NULL && !str_same(aws, aws_now))
			app_set_aws(app);
		free(aws_now);
		follow_model(app, model);
		reload_apply(app);
		list_again(app);
	}
	free(aws);
	free(model);
	return rc;
}

static void
refuse(struct app *app, const struct err *err)
{
	char *s = mem_printf(_("%s The settings from before stay in force."), err->text);
	agent_note(app->agent, BLOCK_ERROR, s);
	free(s);
}

void
reload_now(struct app *app, bool tell)
{
	struct err err = { 0 };
	int rc = read_again(app, &err);
	if (rc < 0)
		refuse(app, &err);
	else if (rc > 0 && tell)
		tell_reload(app);
}

/* ---- noticing ------------------------------------------------------------------- */

static void
look(struct job *job)
{
	struct reload *r = (struct reload *)((char *)job - offsetof(struct reload, job));
	bool changed = false;
	for (size_t i = 0; i < r->files.n; i++) {
		struct file_stamp now = file_stamp(r->files.v[i].path);
		changed |= !file_stamp_same(now, r->files.v[i].stamp);
		r->files.v[i].stamp = now;
	}
	if (atomic_load(&r->stop))
		return;
	if (changed)
		mailbox_ring(r->mailbox, &r->note);
	worker_add_later(r->disk, &r->job, LOOK_EVERY_MS);
}

/* Said when the next look has brought nothing better. */
static void
on_doubt(struct timer *t)
{
	struct reload *r = (struct reload *)((char *)t - offsetof(struct reload, doubt));
	refuse(r->app, &r->err);
}

static void
deliver(struct note *note)
{
	struct reload *r = (struct reload *)((char *)note - offsetof(struct reload, note));
	if (r->app == NULL)
		return;
	timer_cancel(&r->app->timers, &r->doubt);
	int rc = read_again(r->app, &r->err);
	if (rc > 0)
		tell_reload(r->app);
	else if (rc < 0)
		timer_set(&r->app->timers, &r->doubt, LOOK_EVERY_MS + LOOK_EVERY_MS / 2);
}

struct reload *
reload_start(struct app *app)
{
	struct reload *r = mem_alloc(sizeof *r);
	r->app = app;
	r->disk = app->disk;
	r->mailbox = app->mailbox;
	r->job.run = look;
	r->note.deliver = deliver;
	r->doubt.fire = on_doubt;
	const char *path;
	for (size_t i = 0; (path = config_watched(app->config, i)) != NULL; i++) {
		struct watched w = { mem_strdup(path), file_stamp(path) };
		vec_add(&r->files, w);
	}
	worker_add_later(r->disk, &r->job, LOOK_EVERY_MS);
	return r;
}

void
reload_stop(struct reload *r)
{
	if (r == NULL)
		return;
	atomic_store(&r->stop, true);
	mailbox_drop(r->mailbox, &r->note);
	timer_cancel(&r->app->timers, &r->doubt);
	r->app = NULL;
}

void
reload_free(struct reload *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->files.n; i++)
		free(r->files.v[i].path);
	vec_done(&r->files);
	free(r);
}

/* ---- /config KEY VALUE -------------------------------------------------------------- */

struct setting {
	struct job	 job;
	struct note	 note;
	struct app	*app;
	struct mailbox	*mailbox;
	char		*file, *key, *value;
	int		 rc;
	struct err	 err;
};

static void
write_setting(struct job *job)
{
	struct setting *s = (struct setting *)job;
	s->rc = config_edit_set(s->file, s->key, s->value, NULL, &s->err);
	mailbox_ring(s->mailbox, &s->note);
}

static void
deliver_setting(struct note *note)
{
	struct setting *s = (struct setting *)((char *)note - offsetof(struct setting, note));
	struct app *app = s->app;
	if (s->rc < 0 && app->ui == NULL) {
		app->tell(app, s->err.text);
	} else if (s->rc < 0) {
		agent_note(app->agent, BLOCK_ERROR, s->err.text);
	} else {
		char *line = mem_printf(_("%s is now %s, in %s."), s->key, s->value, s->file);
		if (read_again(app, &s->err) < 0)
			refuse(app, &s->err);
		else if (app->ui == NULL)
			app->tell(app, line);
		else
			agent_note(app->agent, BLOCK_NOTE, line);
		free(line);
	}
	free(s->file);
	free(s->key);
	free(s->value);
	free(s);
}

void
reload_set(struct app *app, const char *key, const char *value)
{
	struct setting *s = mem_alloc(sizeof *s);
	s->job.run = write_setting;
	s->note.deliver = deliver_setting;
	s->app = app;
	s->mailbox = app->mailbox;
	s->file = mem_strdup(config_file(app->config));
	s->key = mem_strdup(key);
	s->value = mem_strdup(value);
	if (app->ui != NULL) {
		worker_add(app->sync, &s->job);
		return;
	}
	write_setting(&s->job);         /* without a screen it may wait, and what follows shall find it */
	mailbox_drop(app->mailbox, &s->note);
	deliver_setting(&s->note);
}
