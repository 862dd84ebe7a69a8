/*
 * pick.c - see pick.h.
 *
 * The list's rows are made anew whenever another model list arrives; the UI
 * keeps cursor, filter and scroll by the rows' keys, which are the models' ids.
 */
#include "config.h"

#include "app/pick.h"

#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/config-edit.h"
#include "app/pickrows.h"
#include "app/reload.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/theme.h"
#include "ui/ui.h"

struct pick {
	struct app	*app;
	bool		 open;
	bool		 asking;        /* a list is on its way */
	char		*trouble;       /* why it did not come, or NULL */
};

/* ---- using a model ------------------------------------------------------------------------------ */

static struct agent *
agent_meant(struct app *app)
{
	struct agent *a = app->ui != NULL ? ui_focused(app->ui) : NULL;
	return a != NULL ? a : app->agent;
}

void
pick_use(struct app *app, const char *id, const char *said)
{
	char *model = mem_strdup(id);   /* it may belong to the list that goes */
	app_set_model(app, agent_meant(app), model);
	remember_used(app, model);
	char *s = said != NULL ? mem_printf(_("%s is %s here. It is used from now on."), said, model)
			       : mem_printf(_("From now on: %s"), model);
	app->tell(app, s);
	free(s);
	free(model);
}

/* A model that a question is about. */
struct offer {
	struct app	*app;
	char		*id;
};

static void
on_offer(void *arg, bool yes)
{
	struct offer *o = arg;
	if (yes)
		pick_use(o->app, o->id, NULL);
	free(o->id);
	free(o);
}

void
pick_offer(struct app *app, const char *id, const char *reason)
{
	const struct model *profile = catalogue_profile(&app->models, id);
	char *question = profile != NULL
	    ? mem_printf(_("Use %s? %s is called through a profile."), profile->id, id)
	    : mem_printf(_("Use %s all the same? %s"), id, reason != NULL ? reason : _("It cannot be called."));
	if (app->ui != NULL) {
		struct offer *o = mem_alloc(sizeof *o);
		*o = (struct offer){ app, mem_strdup(profile != NULL ? profile->id : id) };
		ui_ask(app->ui, question, on_offer, o);
	} else {
		app->tell(app, profile != NULL ? question : reason != NULL ? reason : _("It cannot be called."));
	}
	free(question);
}

/* ---- writing the configuration -------------------------------------------------------------------- */

enum edit_what { EDIT_DEFAULT, EDIT_SUBAGENTS, EDIT_FALLBACK };

static const struct edit_kind {
	enum edit_what	what;
	const char	*key;
	int		(*run)(const char *file, const char *ref, struct err *);
} edit_kinds[] = {
	{ EDIT_DEFAULT, "C-d", config_edit_default_model },
	{ EDIT_SUBAGENTS, "C-s", config_edit_subagent_model },
	{ EDIT_FALLBACK, "C-f", config_edit_add_fallback },
};

struct edit {
	struct job		 job;
	struct note		 note;
	struct app		*app;
	const struct edit_kind	*kind;
	char			*file, *id;
	int			 rc;
	struct err		 err;
};

static void
run_edit(struct job *job)
{
	struct edit *e = (struct edit *)((char *)job - offsetof(struct edit, job));
	e->rc = e->kind->run(e->file, e->id, &e->err);
	mailbox_ring(e->app->mailbox, &e->note);
}

static char *
what_was_done(const struct edit *e)
{
	switch (e->kind->what) {
	case EDIT_DEFAULT:
		return mem_printf(_("Default model: %s (in %s)"), e->id, e->file);
	case EDIT_SUBAGENTS:
		return mem_printf(_("Model of subagents: %s (in %s)"), e->id, e->file);
	case EDIT_FALLBACK:
		break;
	}
	return e->rc > 0 ? mem_printf(_("%s is among the fallbacks already."), e->id)
			 : mem_printf(_("Last of the fallbacks: %s (in %s)"), e->id, e->file);
}

static void
deliver_edit(struct note *note)
{
	struct edit *e = (struct edit *)((char *)note - offsetof(struct edit, note));
	char *s = e->rc < 0 ? mem_strdup(e->err.text) : what_was_done(e);
	if (e->rc == 0)
		reload_now(e->app, false);      /* it holds from here on */
	e->app->tell(e->app, s);
	free(s);
	free(e->file);
	free(e->id);
	free(e);
}

static void
start_edit(struct app *app, const struct edit_kind *kind, const char *id)
{
	struct edit *e = mem_alloc(sizeof *e);
	e->job.run = run_edit;
	e->note.deliver = deliver_edit;
	e->app = app;
	e->kind = kind;
	e->file = mem_strdup(config_file(app->config));
	e->id = mem_strdup(id);
	worker_add(app->sync, &e->job);
}

/* ---- what the list shows --------------------------------------------------------------------------- */

static void
add_configured(void *arg, const char *id, struct json_object *entry)
{
	struct model_list *l = arg;
	if (catalogue_is_name(id) && entry == NULL)
		return;         /* a name is looked up, it is no model of its own */
	for (size_t i = 0; i < l->models.n; i++)
		if (str_same_nocase(l->models.v[i].id, id))
			return;
	const struct model_facts *f = catalogue_facts(id);
	const char *name = json_str(entry, "name", f != NULL ? f->name : NULL);
	struct model m = { .id = mem_strdup(id), .name = name != NULL ? mem_strdup(name) : catalogue_short(id),
		.vendor = mem_strdup(""), .base = f != NULL ? mem_strdup(f->id) : NULL, .kind = MODEL_CONFIGURED,
		.context = (long)json_int(entry, "contextWindow", f != NULL ? f->context : 0),
		.max_output = (long)json_int(entry, "maxTokens", f != NULL ? f->max_output : 0),
		.text = true, .images = f != NULL && f->images,
		.reasoning = json_flag(entry, "reasoning", f != NULL && f->reasoning),
		.tools = f == NULL || f->tools, .cache = f != NULL && f->cache, .available = true,
		.prices = catalogue_prices(id) };
	vec_add(&l->models, m);
}

static char *
title_of(const struct app *app)
{
	const struct model_list *l = &app->models;
	const char *line = theme_sign(SIGN_HLINE);
	if (!app->models_known || l->fetched == 0)
		return mem_strdup(_("models"));
	char *age = pickrows_age(clock_wall() - l->fetched);
	char *title = mem_printf(_("models %s %s %s %zu found %s %s"), line, l->region != NULL ? l->region : "?",
	    line, l->models.n, line, age);
	free(age);
	return title;
}

/* What must be said about the list: why there is none, what is missing. NULL = nothing; owned by the caller. */
static char *
note_of(const struct pick *p)
{
	const struct model_list *l = &p->app->models;
	const char *first = p->trouble != NULL ? p->trouble : l->hint;
	struct buf b = { 0 };
	if (first != NULL)
		buf_puts(&b, first);
	for (size_t i = 0; p->trouble == NULL && i < l->notes.n; i++)
		buf_printf(&b, "%s%s", b.len > 0 ? " " : "", l->notes.v[i]);
	return b.len > 0 ? buf_take(&b, NULL) : NULL;
}

static void
show_note(const struct pick *p)
{
	char *note = note_of(p);
	ui_list_note(p->app->ui, note);
	free(note);
}

static char *
text_for_nothing(const struct pick *p)
{
	if (p->asking)
		return mem_strdup(_("Asking Bedrock which models there are…"));
	if (p->trouble != NULL)
		return mem_strdup(_("No models: no list came, and the configuration names none."));
	return mem_strdup(_("No models: Bedrock was not asked, and the configuration names none."));
}

/* Rows of app->models and what the configuration adds. */
static void
make_rows(const struct pick *p, struct pickrows *rows, struct model_list *extra)
{
	struct app *app = p->app;
	struct agent_status s;
	struct creds_report *who = creds_report(app->aws);
	agent_status(agent_meant(app), &s);
	/* A list of its own that borrows the known models: what is added goes with it. */
	*extra = (struct model_list){ .region = app->models.region != NULL ? app->models.region : who->region };
	vec_reserve(&extra->models, app->models.models.n);
	for (size_t i = 0; i < app->models.models.n; i++)
		vec_add(&extra->models, app->models.models.v[i]);
	if (app->demo == NULL)
		settings_each_model(app, add_configured, extra);
	char *name = remember_who(who);
	struct pickrows_ask ask = { .list = extra, .remember = &app->remember, .account = who->account,
		.label = name, .current = s.model, .now = clock_wall() };
	pickrows_make(rows, &ask);
	free(name);
	creds_report_free(who);
}

/* Frees what make_rows() added. */
static void
rows_end(const struct pick *p, struct pickrows *rows, struct model_list *extra)
{
	struct model_list added = { 0 };
	for (size_t i = p->app->models.models.n; i < extra->models.n; i++)
		vec_add(&added.models, extra->models.v[i]);
	model_list_done(&added);
	vec_done(&extra->models);
	pickrows_done(rows);
}

static const char *
corner_of(const struct pick *p)
{
	return p->asking ? _("asking…") : _("Ctrl-R refresh");
}

static void
show_again(struct pick *p)
{
	struct app *app = p->app;
	if (!p->open || app->ui == NULL)
		return;
	struct pickrows rows;
	struct model_list extra;
	char *title = title_of(app), *nothing = text_for_nothing(p);
	make_rows(p, &rows, &extra);
	ui_list_rows(app->ui, rows.rows.v, rows.rows.n);
	ui_list_title(app->ui, title, corner_of(p));
	show_note(p);
	ui_list_empty(app->ui, nothing);
	rows_end(p, &rows, &extra);
	free(title);
	free(nothing);
}

void
pick_show_again(struct app *app)
{
	if (app->pick != NULL)
		show_again(app->pick);
}

/* ---- fetching behind it ------------------------------------------------------------------------------ */

static void
on_listed(void *arg, const struct err *err)
{
	struct pick *p = arg;
	p->asking = false;
	free(p->trouble);
	p->trouble = err != NULL ? mem_strdup(err->text) : NULL;
	show_again(p);
}

static void
ask(struct pick *p, enum choose_age age)
{
	if (p->asking)
		return;
	p->asking = true;
	choose_start(p->app, age, on_listed, p);
}

/* The kept list is there, or there is none. */
static void
on_kept(void *arg, const struct err *err)
{
	struct pick *p = arg;
	(void)err;
	p->asking = false;
	if (choose_is_old(p->app))
		ask(p, CHOOSE_YOUNG);
	show_again(p);
}

/* ---- keys ---------------------------------------------------------------------------------------------- */

static const struct model *
find(const struct app *app, const char *id)
{
	for (size_t i = 0; i < app->models.models.n; i++)
		if (strcmp(app->models.models.v[i].id, id) == 0)
			return &app->models.models.v[i];
	return NULL;
}

static void
on_chosen(void *arg, const char *id)
{
	struct pick *p = arg;
	p->open = false;
	const struct model *m = find(p->app, id);
	if (m != NULL && !m->available)
		pick_offer(p->app, m->id, m->reason);
	else
		pick_use(p->app, id, NULL);
}

static void
on_closed(void *arg)
{
	struct pick *p = arg;
	p->open = false;
}

static void
on_key(void *arg, const char *key, const char *id)
{
	struct pick *p = arg;
	if (strcmp(key, "C-r") == 0) {
		ask(p, CHOOSE_NEW);
		show_again(p);
		return;
	}
	if (strcmp(key, "C-l") == 0) {          /* the key that opened it */
		ui_list_close(p->app->ui);
		return;
	}
	if (p->app->demo != NULL) {
		p->app->tell(p->app, _("The demo leaves your configuration alone."));
		return;
	}
	for (size_t i = 0; id != NULL && i < sizeof edit_kinds / sizeof *edit_kinds; i++)
		if (strcmp(edit_kinds[i].key, key) == 0)
			start_edit(p->app, &edit_kinds[i], id);
}

void
pick_open(struct app *app, const char *filter)
{
	if (app->pick == NULL) {
		app->pick = mem_alloc(sizeof *app->pick);
		app->pick->app = app;
	}
	struct pick *p = app->pick;
	const char *const keys[] = { _("Enter use"), _("Ctrl-S for subagents"), _("Ctrl-D make default"),
		_("Ctrl-F add to fallbacks"), _("Ctrl-R refresh"), _("Esc close"), NULL };
	if (!app->models_known && !p->asking) {
		p->asking = true;
		choose_start(app, CHOOSE_KEPT, on_kept, p);
	} else if (choose_is_old(app)) {
		ask(p, CHOOSE_YOUNG);
	}
	struct agent_status s;
	agent_status(agent_meant(app), &s);
	struct pickrows rows;
	struct model_list extra;
	make_rows(p, &rows, &extra);
	char *title = title_of(app), *nothing = text_for_nothing(p);
	struct ui_list list = { .title = title, .corner = corner_of(p), .columns = pickrows_columns(),
		.n_columns = PICK_COLUMNS, .keys = keys, .empty = nothing, .filter = filter, .cursor = s.model,
		.chosen = on_chosen, .closed = on_closed, .key = on_key, .arg = p };
	ui_list_open(app->ui, &list, rows.rows.v, rows.rows.n);
	show_note(p);
	p->open = true;
	rows_end(p, &rows, &extra);
	free(title);
	free(nothing);
}

void
pick_free(struct pick *p)
{
	if (p == NULL)
		return;
	free(p->trouble);
	free(p);
}
