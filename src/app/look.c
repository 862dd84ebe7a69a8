/* look.c - see look.h. */
#include "config.h"

#include "app/look.h"

#include <stdlib.h>

#include "agent/failover.h"
#include "app/configuration.h"
#include "app/settings.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/params.h"
#include "model/provider.h"

#define IMAGE_MODEL "agents.defaults.imageModel."

enum { PICTURE_TOKENS = 1600 };         /* about what a picture of the largest side counts */

void
look_add(struct look_models *models, struct app *app, const char *ref)
{
	const char *id = ref != NULL ? settings_found_id(app, ref) : NULL;
	if (str_blank(id))
		return;
	struct look_model m = { .ref = mem_strdup(id) };
	struct converse_params params;
	m.name = m.ref;
	m.provider = provider_ref(providers_of(&app->providers, m.ref, &m.name));
	settings_params(app, m.ref, &params);
	params.cache = CACHE_NONE;      /* nothing is asked a second time */
	params_copy(&m.params, &params);
	vec_add(models, m);
}

void
look_add_configured(struct look_models *models, struct app *app)
{
	look_add(models, app, config_str(app->config, IMAGE_MODEL "primary"));
	struct json_object *more = config_json(app->config, IMAGE_MODEL "fallbacks");
	for (size_t i = 0; i < json_len(more); i++)
		look_add(models, app, json_object_get_string(json_item(more, i)));
}

const char *
look_name(const struct app *app)
{
	const char *ref = config_str(app->config, IMAGE_MODEL "primary");
	struct json_object *more = config_json(app->config, IMAGE_MODEL "fallbacks");
	for (size_t i = 0; !settings_is_name(app, ref); i++) {
		if (i >= json_len(more))
			return NULL;
		ref = json_object_get_string(json_item(more, i));
	}
	return ref;
}

void
look_done(struct look_models *models)
{
	for (size_t i = 0; i < models->n; i++) {
		free(models->v[i].ref);
		provider_unref(models->v[i].provider);
		params_done(&models->v[i].params);
	}
	vec_done(models);
}

int
look_begin(const struct look_models *models, struct spending *s, struct spending_reply *r, size_t images, struct err *err)
{
	const struct look_model *first = &models->v[0];
	return spending_begin(s, r, first->ref, first->params.service_tier, PICTURE_TOKENS * (int64_t)images, err);
}

static int
ask_one(const struct look_model *m, struct aws *aws, struct engine *engine, const struct conversation *c,
    const atomic_bool *cancel, struct whole *answer, struct err *err)
{
	struct converse_ask ask = { .model = m->name, .conversation = c, .params = m->params };
	return m->provider != NULL ? whole_ask_endpoint(engine, m->provider, &ask, NULL, answer, cancel, err) :
	    whole_ask(aws, AWS_IMAGE, &ask, NULL, answer, cancel, err);
}

/* Each decision is in the log. */
static bool
goes_on(const struct err *err, const struct failure *failure, const char *from, const char *next)
{
	const struct call_end end = { .err = *err, .failure = *failure };
	struct failover_why why = failover_judge(&end, false, from, next);
	failover_log("request", why.reason, from, 0, why.goes ? next : NULL);
	return why.goes && next != NULL;
}

int
look_ask(const struct look_models *models, struct aws *aws, struct engine *engine, const struct conversation *c,
    const atomic_bool *cancel, void (*on_next)(const struct err *, const char *next), struct whole *answer, size_t *who,
    struct err *err)
{
	for (size_t i = 0; i < models->n; i++) {
		const char *next = i + 1 < models->n ? models->v[i + 1].ref : NULL;
		*who = i;
		*err = (struct err){ 0 };
		whole_done(answer);
		*answer = (struct whole){ 0 };
		if (ask_one(&models->v[i], aws, engine, c, cancel, answer, err) == 0)
			return 0;
		if (!goes_on(err, &answer->failure, models->v[i].ref, next))
			break;
		if (on_next != NULL)
			on_next(err, next);
	}
	return -1;
}
