/* image-tool.c - see image-tool.h. */
#include "config.h"

#include "app/image-tool.h"

#include <stdlib.h>
#include <string.h>

#include "app/configuration.h"
#include "app/settings.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/known.h"
#include "model/params.h"
#include "model/provider.h"
#include "model/whole.h"
#include "tool/tool-image.h"

enum { MODELS_MAX = 8 };

#define IMAGE_MODEL "agents.defaults.imageModel."

/* Who may be asked, as it was when the call began: the settings may change while a worker asks. */
struct candidate {
	char			*model;         /* as the endpoint calls it */
	const struct provider	*provider;      /* a reference; NULL = Bedrock */
	struct converse_params	 params;
};

struct look {
	struct job		 job;
	struct note		 note;
	struct image_tool	*tool;          /* UI thread */
	struct look		*next;          /* in the tool's list; UI thread */
	struct tooling_call	*call;          /* UI thread; NULL = nobody waits any more */
	struct aws		*aws;
	struct engine		*engine;
	struct mailbox		*mailbox;
	char			*file, *question;
	struct candidate	 candidates[MODELS_MAX];
	size_t			 n;
	atomic_bool		 cancel;
	/* the worker's until it has rung */
	struct whole		 answer;
	struct err		 err;
	size_t			 answered;      /* which candidate */
};

struct image_tool {
	struct app		*app;
	const struct tooling_env *env;
	struct tooling_row	 row;
	struct look		*looks;         /* under way */
};

static void
look_free(struct look *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->candidates[i].model);
		provider_unref(l->candidates[i].provider);
		params_done(&l->candidates[i].params);
	}
	whole_done(&l->answer);
	free(l->file);
	free(l->question);
	free(l);
}

/* ---- on a worker ---------------------------------------------------------------------- */

static int
ask_one(struct look *l, const struct candidate *c, const struct conversation *conversation)
{
	struct converse_ask ask = { .model = c->model, .conversation = conversation, .params = c->params };
	whole_done(&l->answer);
	l->answer = (struct whole){ 0 };
	l->err = (struct err){ 0 };
	return c->provider != NULL ?
	    whole_ask_endpoint(l->engine, c->provider, &ask, NULL, &l->answer, &l->cancel, &l->err) :
	    whole_ask(l->aws, AWS_IMAGE, &ask, NULL, &l->answer, &l->cancel, &l->err);
}

/* Another model may be allowed or free where this one is not; credentials that are refused are so for all. */
static bool
may_go_on(const struct err *err)
{
	return err->code == ERR_DENIED || err->code == ERR_UNAVAILABLE;
}

static void
run(struct job *job)
{
	struct look *l = (struct look *)job;
	struct message *m = message_new(MESSAGE_USER);
	struct conversation c = { 0 };
	int rc = tool_image_message(l->file, l->question, m, &l->err);
	conversation_add(&c, m);
	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		l->answered = i;
		if (ask_one(l, &l->candidates[i], &c) == 0 || !may_go_on(&l->err))
			break;
		log_info("image: %s: %s", l->candidates[i].model, err_name(l->err.code));
	}
	conversation_done(&c);
	mailbox_ring(l->mailbox, &l->note);
}

/* ---- who is asked -------------------------------------------------------------------------- */

static void
add(struct image_tool *t, struct look *l, const char *ref)
{
	const char *id = ref != NULL ? settings_model_id(t->app, ref) : NULL;
	if (str_blank(id) || l->n == MODELS_MAX)
		return;
	struct candidate *c = &l->candidates[l->n++];
	struct converse_params params;
	const char *name = id;
	c->provider = provider_ref(providers_of(&t->app->providers, id, &name));
	c->model = mem_strdup(c->provider != NULL ? name : id);
	settings_params(t->app, id, &params);
	params.cache = CACHE_NONE;      /* nothing is asked a second time */
	params.effort = EFFORT_NONE;
	params_copy(&c->params, &params);
}

static void
add_all(struct image_tool *t, struct look *l, struct agent *agent)
{
	struct agent_status s;
	add(t, l, config_str(t->app->config, IMAGE_MODEL "primary"));
	struct json_object *more = config_json(t->app->config, IMAGE_MODEL "fallbacks");
	for (size_t i = 0; i < json_len(more); i++)
		add(t, l, json_object_get_string(json_item(more, i)));
	agent_status(agent, &s);
	if (l->n == 0 && s.model != NULL && known_of(s.model).images)
		add(t, l, s.model);
	for (size_t i = 0; l->n == 0 && i < t->app->models.models.n; i++) {
		const struct model *m = &t->app->models.models.v[i];
		if (m->available && m->images)
			add(t, l, m->id);
	}
	if (l->n == 0)
		add(t, l, s.model);     /* what it takes is not known: it will say */
}

/* ---- the call -------------------------------------------------------------------------------- */

static void
unlink_look(struct look *l)
{
	struct look **at = l->tool != NULL ? &l->tool->looks : NULL;
	while (at != NULL && *at != l)
		at = &(*at)->next;
	if (at != NULL)
		*at = l->next;
}

static void
deliver(struct note *note)
{
	struct look *l = (struct look *)((char *)note - offsetof(struct look, note));
	struct tooling_call *c = l->call;
	unlink_look(l);
	if (c != NULL && l->err.code != ERR_NONE)
		tooling_done(c, l->err.text, true, NULL);
	else if (c != NULL)
		tooling_done(c, buf_str(&l->answer.text), false, l->n > 0 ? l->candidates[l->answered].model : NULL);
	look_free(l);
}

static void
call(void *arg, struct agent *agent, struct tooling_call *c)
{
	struct image_tool *t = arg;
	const struct tool_call *tc = tooling_tool_call(c);
	struct look *l = mem_alloc(sizeof *l);
	*l = (struct look){ .job.run = run, .note.deliver = deliver, .tool = t, .call = c, .aws = t->app->aws,
		.engine = t->app->engine, .mailbox = t->app->mailbox, .file = mem_strdup(tool_image_file(tc)),
		.question = mem_strdup(tool_image_question(tc)) };
	add_all(t, l, agent);
	if (l->n == 0) {
		look_free(l);
		tooling_done(c, "No model is chosen that could look at it.", true, NULL);
		return;
	}
	l->next = t->looks;
	t->looks = l;
	pool_add(t->env->pool, &l->job);
}

static void
cancel(void *arg, struct tooling_call *c)
{
	struct image_tool *t = arg;
	for (struct look *l = t->looks; l != NULL; l = l->next)
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
	for (struct look *l = t->looks; l != NULL; l = l->next) {
		l->call = NULL;
		l->tool = NULL;
		atomic_store(&l->cancel, true);
	}
	free(t);
}
