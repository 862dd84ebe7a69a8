/* settings.c - see settings.h. */
#include "config.h"

#include "app/settings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/configuration.h"
#include "app/discovery.h"
#include "app/login.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/catalogue.h"
#include "model/price.h"

#define BEDROCK "plugins.entries.amazon-bedrock.config."

int
settings_load(struct app *app, struct err *err)
{
	char *cwd = getcwd(NULL, 0);
	app->config = config_load(app->options.config, cwd, NULL, err);
	free(cwd);
	discovery_configure(app->config);
	if (app->config == NULL)
		return -1;
	providers_read(app->config, &app->providers, &app->provider_models);
	return 0;
}

void
settings_again(struct app *app)
{
	settings_forget(app);
	discovery_configure(app->config);
	provider_models_done(&app->provider_models);
	providers_done(&app->providers);        /* calls under way hold on to theirs */
	providers_read(app->config, &app->providers, &app->provider_models);
}

void
settings_free(struct app *app)
{
	provider_models_done(&app->provider_models);
	providers_done(&app->providers);
	config_free(app->config);
	app->config = NULL;
	settings_forget(app);
	vec_done(&app->lists);
}

void
settings_forget(struct app *app)
{
	for (size_t i = 0; i < app->lists.n; i++)
		free((void *)app->lists.v[i]);
	app->lists.n = 0;
}

/* ---- models ----------------------------------------------------------------- */

const char *
settings_model_id(const struct app *app, const char *ref)
{
	static const char *const prefixes[] = { "amazon-bedrock/", "bedrock/" };
	const char *full = ref != NULL && app->config != NULL ? config_alias(app->config, ref) : NULL;
	if (full != NULL)
		ref = full;
	for (size_t i = 0; ref != NULL && i < 2; i++)
		if (str_starts(ref, prefixes[i]))
			return ref + strlen(prefixes[i]);
	/* An id alone, which one endpoint has and Bedrock does not. */
	if (ref != NULL && catalogue_facts(ref) == NULL) {
		const char *elsewhere = provider_models_find(&app->provider_models, ref);
		return elsewhere != NULL ? elsewhere : ref;
	}
	return ref;
}

static const char *
first_model(const struct app *app)
{
	const char *ref = app->options.model;
	if (ref == NULL && app->demo == NULL)
		ref = config_str(app->config, "agents.defaults.model.primary");
	return settings_model_id(app, ref);
}

/* A model of the configuration may be called anything. */
static bool
is_configured(const struct app *app, const char *id)
{
	struct json_object *models = config_json(app->config, "models.providers.amazon-bedrock.models");
	for (size_t i = 0; i < json_len(models); i++)
		if (str_same(json_str(json_item(models, i), "id", NULL), id))
			return true;
	return config_model(app->config, id) != NULL;
}

const char *
settings_model_name(const struct app *app)
{
	const char *id = first_model(app);
	return settings_is_name(app, id) ? id : NULL;
}

bool
settings_is_name(const struct app *app, const char *ref)
{
	const char *id = ref != NULL ? settings_model_id(app, ref) : NULL;
	return id != NULL && catalogue_is_name(id) && !is_configured(app, id);
}

const char *
settings_found_id(const struct app *app, const char *ref)
{
	const char *id = settings_model_id(app, ref);
	const struct model *m = settings_is_name(app, ref) && app->models_known ? catalogue_resolve(&app->models, id, NULL) : NULL;
	return m != NULL ? m->id : id;
}

const char *
settings_model(const struct app *app)
{
	return settings_model_name(app) == NULL ? first_model(app) : NULL;
}

void
settings_each_model(const struct app *app, void (*call)(void *, const char *, struct json_object *), void *arg)
{
	const struct config *c = app->config;
	struct json_object *models = config_json(c, "models.providers.amazon-bedrock.models");
	struct json_object *fallbacks = config_json(c, "agents.defaults.model.fallbacks");
	struct json_object *named = config_json(c, "agents.defaults.models");
	const char *first = config_str(c, "agents.defaults.model.primary");
	for (size_t i = 0; i < json_len(models); i++)
		if (json_str(json_item(models, i), "id", NULL) != NULL)
			call(arg, json_str(json_item(models, i), "id", NULL), json_item(models, i));
	if (first != NULL)
		call(arg, settings_model_id(app, first), NULL);
	for (size_t i = 0; i < json_len(fallbacks); i++)
		if (json_object_is_type(json_item(fallbacks, i), json_type_string))
			call(arg, settings_model_id(app, json_object_get_string(json_item(fallbacks, i))), NULL);
	if (json_object_is_type(named, json_type_object)) {
		json_object_object_foreach(named, key, value) {
			(void)value;
			call(arg, settings_model_id(app, key), NULL);
		}
	}
}

/* ---- request parameters ------------------------------------------------------- */

/* Texts with a NULL behind, which settings_free() frees; the texts themselves are the tree's. */
static const char **
new_list(struct app *app, size_t n)
{
	const char **list = mem_alloc((n + 1) * sizeof *list);
	vec_add(&app->lists, list);
	return list;
}

static const char *const *
texts_of(struct app *app, struct json_object *array)
{
	const char **list = new_list(app, json_len(array));
	for (size_t i = 0; i < json_len(array); i++)
		list[i] = json_object_get_string(json_item(array, i));
	return list;
}

/* {"KEY":VALUE} as "KEY", "VALUE". */
static const char *const *
pairs_of(struct app *app, struct json_object *o)
{
	size_t n = 0;
	const char **list = new_list(app, 2 * (size_t)json_object_object_length(o));
	json_object_object_foreach(o, key, value) {
		list[n++] = key;
		list[n++] = value != NULL ? json_object_get_string(value) : "";
	}
	return list;
}

static void
take_effort(struct converse_params *p, const char *word)
{
	int effort = word != NULL ? effort_named(word) : -1;
	if (str_same(word, "off"))
		effort = EFFORT_NONE;
	else if (str_same(word, "adaptive"))
		effort = EFFORT_MEDIUM;         /* OpenClaw's word for: the model decides */
	if (effort >= 0)
		p->effort = (enum effort)effort;
}

static void
take_cache(struct converse_params *p, const char *word)
{
	static const char *const words[] = { "none", "short", "long" };
	for (int i = 0; word != NULL && i < 3; i++)
		if (strcmp(words[i], word) == 0)
			p->cache = (enum cache_retention)i;
}

/* One "params" object; what it does not say stays as it is. */
static void
take_params(struct app *app, struct converse_params *p, struct json_object *o)
{
	p->max_tokens = (long)json_int(o, "maxTokens", p->max_tokens);
	p->temperature = json_num(o, "temperature", p->temperature);
	p->top_p = json_num(o, "topP", p->top_p);
	p->service_tier = json_str(o, "serviceTier", p->service_tier);
	p->latency = json_str(o, "latency", p->latency);
	take_effort(p, json_str(o, "effort", NULL));
	take_cache(p, json_str(o, "cacheRetention", NULL));
	struct json_object *stop = json_get(o, "stopSequences"), *metadata = json_get(o, "requestMetadata");
	if (json_object_is_type(stop, json_type_array))
		p->stop_sequences = texts_of(app, stop);
	if (json_object_is_type(metadata, json_type_object))
		p->metadata = pairs_of(app, metadata);
	struct json_object *extra = json_get(o, "additionalModelRequestFields");
	if (extra != NULL)
		p->extra_fields = json_object_to_json_string_ext(extra, JSON_C_TO_STRING_PLAIN);
}

static void
take_guardrail(const struct app *app, struct converse_params *p)
{
	p->guardrail_id = config_str(app->config, BEDROCK "guardrail.guardrailIdentifier");
	p->guardrail_version = config_str(app->config, BEDROCK "guardrail.guardrailVersion");
	p->guardrail_mode = config_str(app->config, BEDROCK "guardrail.streamProcessingMode");
	p->guardrail_trace = config_str(app->config, BEDROCK "guardrail.trace");
}

static void
take_options(const struct options *o, struct converse_params *p)
{
	if (o->max_tokens > 0)
		p->max_tokens = o->max_tokens;
	if (o->temperature >= 0)
		p->temperature = o->temperature;
	if (o->effort >= 0)
		p->effort = (enum effort)o->effort;
	if (o->service_tier != NULL)
		p->service_tier = o->service_tier;
}

/* What was said with commands. */
static void
take_said(const struct said *s, struct converse_params *p)
{
	if (s->tier != NULL)
		p->service_tier = *s->tier != '\0' ? s->tier : NULL;
	if (s->guardrail != NULL) {
		p->guardrail_id = *s->guardrail != '\0' ? s->guardrail : NULL;
		p->guardrail_version = s->guardrail_version;
	}
	if (s->guardrail_trace != NULL)
		p->guardrail_trace = s->guardrail_trace;
}

void
settings_params(struct app *app, const char *model, struct converse_params *p)
{
	*p = (struct converse_params){ .temperature = -1, .top_p = -1, .cache = CACHE_USUAL,
		.tags = config_flag(app->config, BEDROCK "requestTags") };
	take_effort(p, config_str(app->config, "agents.defaults.thinkingDefault"));
	take_params(app, p, config_json(app->config, "agents.defaults.params"));
	if (model != NULL)
		take_params(app, p, json_get(config_model(app->config, model), "params"));
	take_guardrail(app, p);
	take_options(&app->options, p);
	take_said(&app->said, p);
	if (p->guardrail_id != NULL && p->guardrail_version == NULL)
		p->guardrail_version = "DRAFT";
}

/* ---- fallbacks, money ---------------------------------------------------------- */

bool
settings_has_name(const struct app *app)
{
	static const char *const places[] = { "agents.defaults.model.fallbacks", "agents.defaults.subagents.model.fallbacks" };
	bool has = settings_is_name(app, config_str(app->config, "agents.defaults.subagents.model.primary"));
	for (size_t p = 0; p < 2; p++) {
		struct json_object *list = config_json(app->config, places[p]);
		for (size_t i = 0; i < json_len(list) && !has; i++)
			has = settings_is_name(app, json_object_get_string(json_item(list, i)));
	}
	return has && app->demo == NULL;
}

void
settings_set_fallbacks(struct app *app, struct agent *agent, bool subagent)
{
	struct VEC(struct agent_fallback) all = { 0 };
	const char *place = subagent && config_is_set(app->config, "agents.defaults.subagents.model.fallbacks") ?
	    "agents.defaults.subagents.model.fallbacks" : "agents.defaults.model.fallbacks";
	struct json_object *list = app->demo == NULL ? config_json(app->config, place) : NULL;
	for (size_t i = 0; i < json_len(list); i++) {
		struct agent_fallback f = { .model = settings_found_id(app, json_object_get_string(json_item(list, i))) };
		settings_params(app, f.model, &f.params);
		vec_add(&all, f);
	}
	agent_set_fallbacks(agent, all.v, all.n);
	vec_done(&all);
}

double
settings_budget(const struct app *app)
{
	if (app->options.max_budget > 0)
		return app->options.max_budget;
	return config_num(app->config, "agents.defaults.maxBudgetUsd", 0);
}

void
settings_prices(const struct app *app)
{
	price_configure(config_num(app->config, BEDROCK "pricing.flex", -1),
	    config_num(app->config, BEDROCK "pricing.priority", -1));
	catalogue_set_uplift(config_num(app->config, BEDROCK "pricing.geography", 1));
}

/* ---- AWS ------------------------------------------------------------------------ */

/* The region of a standard Bedrock address, which says nothing else; NULL for any other. Owned by the caller. */
static char *
standard_region(const char *url)
{
	static const char *const starts[] = { "https://bedrock-runtime.", "https://bedrock-runtime-fips." };
	for (size_t i = 0; i < 2; i++) {
		if (!str_starts(url, starts[i]))
			continue;
		const char *region = url + strlen(starts[i]);
		size_t n = strcspn(region, ".");
		const char *rest = region + n;
		if (strcmp(rest, ".amazonaws.com") == 0 || strcmp(rest, ".amazonaws.com/") == 0 ||
		    strcmp(rest, ".amazonaws.com.cn") == 0)
			return mem_strndup(region, n);
	}
	return NULL;
}

void
settings_aws(const struct app *app, struct aws_options *o)
{
	*o = (struct aws_options){ .profile = app->profile != NULL ? app->profile : app->options.profile,
		.region = app->options.region };
	if (o->profile == NULL)
		o->profile = config_str(app->config, BEDROCK "profile");
	if (o->region == NULL)
		o->region = config_str(app->config, BEDROCK "region");
	if (app->given != NULL) {
		o->bearer = secret_reveal(app->given->bearer);
		o->access_key_id = app->given->access_key_id;
		o->secret_access_key = secret_reveal(app->given->secret_access_key);
		o->session_token = secret_reveal(app->given->session_token);
	}
	o->ca_bundle = config_str(app->config, BEDROCK "caBundle");
	static const char *const anywhere[ANYWHERE_SETTINGS] = {
		[ANYWHERE_CERTIFICATE] = BEDROCK "rolesAnywhere.certificate",
		[ANYWHERE_KEY] = BEDROCK "rolesAnywhere.privateKey",
		[ANYWHERE_INTERMEDIATES] = BEDROCK "rolesAnywhere.intermediates",
		[ANYWHERE_ANCHOR] = BEDROCK "rolesAnywhere.trustAnchorArn",
		[ANYWHERE_PROFILE] = BEDROCK "rolesAnywhere.profileArn",
		[ANYWHERE_ROLE] = BEDROCK "rolesAnywhere.roleArn",
		[ANYWHERE_SESSION] = BEDROCK "rolesAnywhere.roleSessionName" };
	for (int i = 0; i < ANYWHERE_SETTINGS; i++)
		o->anywhere[i] = anywhere[i] != NULL ? config_str(app->config, anywhere[i]) : NULL;
	o->anywhere_seconds = (long)config_int(app->config, BEDROCK "rolesAnywhere.sessionDuration", 0);
	const char *url = config_str(app->config, "models.providers.amazon-bedrock.baseUrl");
	if (url == NULL)
		return;
	/* An address like AWS's own means no override: only its region, where nothing else says one. */
	char *region = standard_region(url);
	if (region == NULL)
		o->endpoint = url;
	free(region);
}

char *
settings_last_region(const struct app *app)
{
	const char *url = config_str(app->config, "models.providers.amazon-bedrock.baseUrl");
	return url != NULL ? standard_region(url) : NULL;
}

const char *
settings_theme(const struct app *app)
{
	const char *theme = config_str(app->config, "tui.theme");
	if (theme == NULL)
		return "auto";
	return strcmp(theme, "high-contrast") == 0 ? "contrast" : theme;
}
