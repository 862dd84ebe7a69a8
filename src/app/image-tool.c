/* image-tool.c - see image-tool.h. */
#include "config.h"

#include "app/image-tool.h"

#include <stdlib.h>
#include <string.h>

#include "app/look.h"
#include "base/mem.h"
#include "model/known.h"
#include "model/price.h"
#include "tool/tool-image.h"

struct image_look {
	struct job		 job;
	struct note		 note;
	struct image_tool	*tool;          /* UI thread */
	struct image_look 	*next;          /* in the tool's list; UI thread */
	struct agent		*agent;         /* there as long as call is */
	struct tooling_call	*call;          /* UI thread; NULL = nobody waits any more */
	struct aws		*aws;
	struct engine		*engine;
	struct mailbox		*mailbox;
	char			*file, *question;
	struct look_models	 models;
	struct spending_reply	 running;       /* its share of the budget */
	bool			 waits;         /* for the list of models: who shall be asked is known by a name */
	atomic_bool		 cancel;
	/* the worker's until it has rung */
	struct whole		 answer;
	struct err		 err;
	size_t			 who;           /* of models answered */
};

struct image_tool {
	struct app		*app;
	const struct tooling_env *env;
	struct tooling_row	 row;
	struct image_look 	*looks;         /* under way */
};

static void
look_free(struct image_look *l)
{
	look_done(&l->models);
	whole_done(&l->answer);
	free(l->file);
	free(l->question);
	free(l);
}

/* ---- on a worker ---------------------------------------------------------------------- */

static void
run(struct job *job)
{
	struct image_look *l = (struct image_look *)job;
	struct message *m = message_new(MESSAGE_USER);
	struct conversation c = { 0 };
	int rc = tool_image_message(l->file, l->question, m, &l->err);
	conversation_add(&c, m);
	if (rc == 0)
		(void)look_ask(&l->models, l->aws, l->engine, &c, &l->cancel, NULL, &l->answer, &l->who, &l->err);
	conversation_done(&c);
	mailbox_ring(l->mailbox, &l->note);
}

/* ---- who is asked -------------------------------------------------------------------------- */

static void
choose(struct image_tool *t, struct image_look *l, struct agent *agent)
{
	struct agent_status s;
	look_add_configured(&l->models, t->app);
	agent_status(agent, &s);
	if (l->models.n == 0 && s.model != NULL && known_of(s.model).images)
		look_add(&l->models, t->app, s.model);
	for (size_t i = 0; l->models.n == 0 && i < t->app->models.models.n; i++) {
		const struct model *m = &t->app->models.models.v[i];
		if (m->available && m->images)
			look_add(&l->models, t->app, m->id);
	}
	if (l->models.n == 0)
		look_add(&l->models, t->app, s.model);  /* what it takes is not known: it will say */
	for (size_t i = 0; i < l->models.n; i++)
		l->models.v[i].params.effort = EFFORT_NONE;
}

/* ---- the call -------------------------------------------------------------------------------- */

static void
unlink_look(struct image_look *l)
{
	struct image_look **at = l->tool != NULL ? &l->tool->looks : NULL;
	while (at != NULL && *at != l)
		at = &(*at)->next;
	if (at != NULL)
		*at = l->next;
}

static void
deliver(struct note *note)
{
	struct image_look *l = (struct image_look *)((char *)note - offsetof(struct image_look, note));
	struct tooling_call *c = l->call;
	const struct look_model *m = &l->models.v[l->who];
	double cost = l->err.code != ERR_NONE ? 0 : price_usage(&l->answer.usage, m->ref, m->params.service_tier);
	unlink_look(l);
	if (l->tool != NULL)
		spending_end(&l->tool->app->spending, &l->running, cost);
	if (c != NULL && l->err.code != ERR_NONE) {
		tooling_done(c, l->err.text, true, NULL);
	} else if (c != NULL) {
		agent_charge(l->agent, "image", m->ref, m->params.service_tier, &l->answer.usage);
		tooling_done(c, buf_str(&l->answer.text), false, m->ref);
	}
	look_free(l);
}

/* Who is asked is settled now; the rest is the worker's. */
static void
begin(struct image_tool *t, struct image_look *l)
{
	struct err err = { 0 };
	choose(t, l, l->agent);
	if (l->models.n == 0)
		err_set(&err, ERR_USAGE, "No model is chosen that could look at it.");
	if (err.code == ERR_NONE && look_begin(&l->models, &t->app->spending, &l->running, 1, &err) == 0) {
		pool_add(t->env->pool, &l->job);
		return;
	}
	unlink_look(l);
	tooling_done(l->call, err.text, true, NULL);
	look_free(l);
}

/* The list has come, or has not: the service says then that it has no model of that name. */
static void
on_listed(void *arg, const struct err *err)
{
	struct image_tool *t = arg;
	(void)err;
	for (struct image_look *l = t->looks, *next; l != NULL; l = next) {
		next = l->next;
		if (!l->waits)
			continue;
		l->waits = false;
		if (l->call != NULL) {
			begin(t, l);
		} else {
			unlink_look(l);
			look_free(l);
		}
	}
}

static void
call(void *arg, struct agent *agent, struct tooling_call *c)
{
	struct image_tool *t = arg;
	const struct tool_call *tc = tooling_tool_call(c);
	struct image_look *l = mem_alloc(sizeof *l);
	*l = (struct image_look){ .job.run = run, .note.deliver = deliver, .tool = t, .next = t->looks, .agent = agent, .call = c,
		.aws = t->app->aws, .engine = t->app->engine, .mailbox = t->app->mailbox,
		.file = mem_strdup(tool_image_file(tc)), .question = mem_strdup(tool_image_question(tc)),
		.waits = !t->app->models_known && look_name(t->app) != NULL };
	t->looks = l;
	if (l->waits)
		choose_start(t->app, CHOOSE_YOUNG, on_listed, t);
	else
		begin(t, l);
}

static void
cancel(void *arg, struct tooling_call *c)
{
	struct image_tool *t = arg;
	for (struct image_look *l = t->looks; l != NULL; l = l->next)
		if (l->call == c) {
			l->call = NULL;
			atomic_store(&l->cancel, true);
		}
}

struct image_tool *
image_tool_new(struct app *app, const struct tooling_env *env)
{
	struct image_tool *t = mem_alloc(sizeof *t);
	t->app = app;
	t->env = env;
	t->row = (struct tooling_row){ .tool = tool_image, .call = call, .cancel = cancel, .arg = t };
	tool_set_add(env->tools, &t->row.tool);
	return t;
}

void
image_tool_free(struct image_tool *t)
{
	if (t == NULL)
		return;
	tool_set_remove(t->env->tools, tool_image.name);
	for (struct image_look *l = t->looks, *next; l != NULL; l = next) {
		next = l->next;
		l->call = NULL;
		l->tool = NULL;
		atomic_store(&l->cancel, true);
		if (l->waits)
			look_free(l);
	}
	free(t);
}
