/*
 * mend.c - after a turn: what it taught about its model, and a way on where the model cannot be called.
 *
 * adit proposes and the user decides: an id is never exchanged in silence.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/discovery.h"
#include "app/pick.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/failure.h"
#include "ui/ui.h"

/* The model whose reply is the last message; borrowed, NULL when there is none. */
static const char *
model_that_answered(const struct agent *agent)
{
	const struct conversation *c = agent_conversation(agent);
	const struct message *last = c->n > 0 ? c->v[c->n - 1] : NULL;
	return last != NULL && last->role == MESSAGE_ASSISTANT ? last->model : NULL;
}

/* The model that this turn began with, or went through, may have said no before another answered. */
static void
learn_from_switch(struct app *app, const struct agent_switch *s)
{
	static const char *const reasons[] = { "no-access", "not-found", "end-of-life" };
	static const char *const sentences[] = { N_("Access to it was refused."), N_("It was not found."),
		N_("It has reached its end of life.") };
	if (s->from == NULL || str_same(s->from, s->to))
		return;         /* that was another turn */
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (str_same(s->reason, reasons[i]))
			remember_answer(app, s->from, false, _(sentences[i]));
}

/* "Can I call it?" is known for certain only from an answer. */
static void
learn(struct app *app, const struct agent *agent)
{
	const struct err *e = agent_last_error(agent);
	struct agent_switch last = agent_last_switch(agent);
	learn_from_switch(app, &last);
	if (e->code == ERR_NONE && model_that_answered(agent) != NULL) {
		remember_answer(app, model_that_answered(agent), true, NULL);
		remember_used(app, model_that_answered(agent));
	} else if (e->code == ERR_DENIED && agent_asked(agent) != NULL) {
		remember_answer(app, agent_asked(agent), false, e->text);
	}
}

/* ---- a model that needs a profile ----------------------------------------------------------------- */

struct proposal {
	struct app	*app;
	struct agent	*agent;
	char		*from, *to;     /* to: NULL until it is found */
};

static void
proposal_free(struct proposal *p)
{
	free(p->from);
	free(p->to);
	free(p);
}

/* It may have gone, or gone on with another model, while the question stood. */
static bool
still_stands(const struct proposal *p)
{
	if (p->app->ui == NULL || ui_focused(p->app->ui) != p->agent)
		return false;
	struct agent_status s;
	agent_status(p->agent, &s);
	return !agent_busy(p->agent) && str_same(s.model, p->from);
}

static void
on_answer(void *arg, bool yes)
{
	struct proposal *p = arg;
	if (yes && still_stands(p)) {
		app_set_model(p->app, p->agent, p->to);
		agent_retry(p->agent);
	}
	proposal_free(p);
}

static void
propose(struct proposal *p)
{
	const struct model *m = catalogue_profile(&p->app->models, p->from);
	if (m == NULL || !still_stands(p)) {
		proposal_free(p);
		return;
	}
	p->to = mem_strdup(m->id);
	/* The transcript has said why; on a narrow screen there is room for little more than the id. */
	char *question = mem_printf(_("Use %s, and send again?"), p->to);
	ui_ask(p->app->ui, question, on_answer, p);
	free(question);
}

static void
on_listed(void *arg, const struct err *err)
{
	(void)err;      /* the turn's own error says what to do */
	propose(arg);
}

static void
seek_profile(struct app *app, struct agent *agent, const char *model)
{
	struct proposal *p = mem_alloc(sizeof *p);
	*p = (struct proposal){ .app = app, .agent = agent, .from = mem_strdup(model) };
	if (app->models_known)
		propose(p);
	else
		choose_start(app, CHOOSE_YOUNG, on_listed, p);
}

/* ---- an id that the service does not know --------------------------------------------------------- */

/* A model of a provider that nobody configured was asked of Bedrock. NULL: it is not that. */
static char *
stranger_sentence(const char *model)
{
	const char *slash = str_starts(model, "arn:") ? NULL : strchr(model, '/');
	return slash == NULL ? NULL : mem_printf(_("The configuration has no provider \"%.*s\" (models.providers), so "
	    "Bedrock was asked."), (int)(slash - model), model);
}

/* NULL when there is nothing to say: nothing is like it, or it is listed itself. */
static char *
near_sentence(const struct model_list *l, const char *model)
{
	char *stranger = stranger_sentence(model);
	if (stranger != NULL)
		return stranger;
	if (catalogue_resolve(l, model, NULL) != NULL)
		return NULL;
	char *near = catalogue_near(l, model);
	char *s = *near == '\0' ? NULL : mem_printf(_("The nearest that %s lists: %s."),
	    l->region != NULL ? l->region : _("this region"), near);
	free(near);
	return s;
}

static void
tell_near(struct app *app)
{
	const char *model = agent_asked(app->agent);
	char *sentence = app->models_known && model != NULL ? near_sentence(&app->models, model) : NULL;
	if (sentence != NULL)
		agent_note(app->agent, BLOCK_NOTE, sentence);
	free(sentence);
}

static void
on_listed_for_near(void *arg, const struct err *err)
{
	struct app *app = arg;
	(void)err;
	if (agent_last_failure(app->agent)->unknown_model)
		tell_near(app);
}

void
mend_near(struct app *app, struct buf *out)
{
	const char *model = agent_asked(app->agent);
	struct model_list l = { 0 };
	if (!agent_last_failure(app->agent)->unknown_model || model == NULL)
		return;
	struct discovery d;
	discovery_init(&d, app->config);
	if (discovery_list(&d, app->aws, DISCOVERY_ASKED, &l, NULL, NULL) == 0) {
		char *sentence = near_sentence(&l, model);
		if (sentence != NULL)
			buf_printf(out, " %s", sentence);
		free(sentence);
	}
	discovery_done(&d);
	model_list_done(&l);
}

/* ---- the turn's end -------------------------------------------------------------------------------- */

void
mend_turn(struct app *app, struct agent *agent)
{
	const struct failure *f = agent_last_failure(agent);
	struct agent_status s;
	agent_status(agent, &s);
	learn(app, agent);
	if (app->ui == NULL || s.model == NULL)
		return;
	if (f->needs_profile && str_same(s.model, agent_asked(agent)))
		seek_profile(app, agent, s.model);
	else if (f->unknown_model && agent == app->agent && app->models_known)
		tell_near(app);
	else if (f->unknown_model && agent == app->agent)
		choose_start(app, CHOOSE_YOUNG, on_listed_for_near, app);
}
