/* discovery.c - see discovery.h. */
#include "config.h"

#include "app/discovery.h"

#include <stdlib.h>
#include <string.h>

#include "app/configuration.h"
#include "app/providers.h"
#include "aws/creds.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/known.h"
#include "model/modelcache.h"

#define PLACE "plugins.entries.amazon-bedrock.config.discovery."

/* ---- settings ------------------------------------------------------------------- */

static enum discovery_mode
mode_of(struct json_object *enabled)
{
	if (!json_object_is_type(enabled, json_type_boolean))
		return DISCOVERY_AUTO;
	return json_object_get_boolean(enabled) ? DISCOVERY_ON : DISCOVERY_OFF;
}

/* Seconds: a fraction is dropped, less than nothing is nothing. */
static int64_t
age_of(double seconds)
{
	enum { AGE_MAX = 366 * 86400 };
	if (!(seconds > 0))
		return 0;
	return seconds < AGE_MAX ? (int64_t)seconds : AGE_MAX;
}

/* A number of tokens; 0 for what is not one, which means the usual. */
static long
tokens_of(double n)
{
	return n >= 1 && n <= 1e9 ? (long)n : 0;
}

static char **
texts_of(struct json_object *array)
{
	size_t n = json_len(array), k = 0;
	if (n == 0)
		return NULL;
	char **texts = mem_alloc((n + 1) * sizeof *texts);
	for (size_t i = 0; i < n; i++)
		if (json_object_is_type(json_item(array, i), json_type_string))
			texts[k++] = mem_strdup(json_object_get_string(json_item(array, i)));
	return texts;
}

void
discovery_init(struct discovery *d, const struct config *c)
{
	*d = (struct discovery){ .mode = DISCOVERY_AUTO, .max_age = MODELCACHE_AGE };
	if (c == NULL)
		return;
	d->mode = mode_of(config_json(c, PLACE "enabled"));
	d->region = mem_strdup(config_str(c, PLACE "region"));
	d->providers = texts_of(config_json(c, PLACE "providerFilter"));
	d->max_age = age_of(config_num(c, PLACE "refreshInterval", MODELCACHE_AGE));
	d->context = tokens_of(config_num(c, PLACE "defaultContextWindow", 0));
	d->max_output = tokens_of(config_num(c, PLACE "defaultMaxTokens", 0));
	d->only_configured = str_same(config_str(c, "models.mode"), "replace");
}

void
discovery_done(struct discovery *d)
{
	free(d->region);
	for (size_t i = 0; d->providers != NULL && d->providers[i] != NULL; i++)
		free(d->providers[i]);
	free(d->providers);
	*d = (struct discovery){ 0 };
}

/* ---- the user's models -------------------------------------------------------------- */

/* In files of the same key paths 0 stands for a price that nobody filled in. */
static double
price_of(struct json_object *cost, const char *name)
{
	double p = json_num(cost, name, -1);
	return p > 0 ? p : -1;
}

static int
flag_of(struct json_object *o, const char *name)
{
	struct json_object *v = json_get(o, name);
	return json_object_is_type(v, json_type_boolean) ? json_object_get_boolean(v) : -1;
}

/* Whether `input` has the word; -1 when there is no such list. */
static int
takes(struct json_object *o, const char *word)
{
	struct json_object *input = json_get(o, "input");
	if (!json_object_is_type(input, json_type_array))
		return -1;
	for (size_t i = 0; i < json_len(input); i++)
		if (str_same_nocase(json_object_get_string(json_item(input, i)), word))
			return 1;
	return 0;
}

static void
add_override(struct known_overrides *all, struct json_object *o)
{
	static const char *const prefixes[] = { "amazon-bedrock/", "bedrock/" };
	const char *id = json_str(o, "id", "");
	struct json_object *cost = json_get(o, "cost");
	for (size_t i = 0; i < 2; i++)
		if (str_starts(id, prefixes[i]))
			id += strlen(prefixes[i]);
	if (str_blank(id))
		return;
	struct known_override v = { .id = str_trim(id), .name = mem_strdup(json_str(o, "name", NULL)),
		.context = tokens_of(json_num(o, "contextWindow", 0)),
		.max_output = tokens_of(json_num(o, "maxTokens", 0)),
		.reasoning = flag_of(o, "reasoning"), .text = takes(o, "text"), .images = takes(o, "image"),
		.prices = { price_of(cost, "input"), price_of(cost, "output"), price_of(cost, "cacheRead"),
		    price_of(cost, "cacheWrite") } };
	vec_add(all, v);
}

void
discovery_configure(const struct config *c)
{
	struct known_overrides all = { 0 };
	struct json_object *list =
	    c != NULL ? config_json(c, "models.providers.amazon-bedrock.models") : NULL;
	for (size_t i = 0; i < json_len(list); i++)
		add_override(&all, json_item(list, i));
	providers_said(c, &all);
	bool context = c != NULL && config_is_set(c, PLACE "defaultContextWindow");
	bool output = c != NULL && config_is_set(c, PLACE "defaultMaxTokens");
	known_configure(&all, context ? tokens_of(config_num(c, PLACE "defaultContextWindow", 0)) : 0,
	    output ? tokens_of(config_num(c, PLACE "defaultMaxTokens", 0)) : 0);
}

/* ---- the list ------------------------------------------------------------------------- */

static struct discover_options
options_of(const struct discovery *d)
{
	return (struct discover_options){ .region = d->region,
		.providers = (const char *const *)d->providers, .default_context = d->context,
		.default_max_output = d->max_output };
}

/* What stands in the way of asking AWS, as a sentence; NULL = nothing. */
static const char *
obstacle(const struct discovery *d, struct aws *aws, enum discovery_wish wish)
{
	if (d->mode == DISCOVERY_OFF)
		return _("AWS is not asked for models, because discovery.enabled is false.");
	if (d->mode == DISCOVERY_AUTO && wish == DISCOVERY_START && !creds_is_configured(aws))
		return _("Nothing here names AWS credentials, so AWS was not asked for models yet: /models "
			 "does that, with the role of this machine if it has one.");
	return NULL;
}

/* The user's models alone, if there are any. */
static int
fall_back(struct model_list *l, struct aws *aws, const struct err *why, struct err *err)
{
	model_list_done(l);
	known_merge(l, false);
	if (l->models.n == 0) {
		if (err != NULL)
			*err = *why;
		return -1;
	}
	l->region = aws_region(aws, NULL, NULL);
	l->hint = mem_strdup(why->text);
	return 0;
}

int
discovery_list(const struct discovery *d, struct aws *aws, enum discovery_wish wish, struct model_list *l,
    const atomic_bool *cancel, struct err *err)
{
	struct discover_options o = options_of(d);
	struct err why = { 0 };
	const char *sentence = obstacle(d, aws, wish);
	*l = (struct model_list){ 0 };
	if (sentence != NULL)
		err_set(&why, d->mode == DISCOVERY_OFF ? ERR_CONFIG : ERR_CREDENTIALS, "%s", sentence);
	else if (modelcache_list(aws, &o, wish == DISCOVERY_REFRESH ? 0 : d->max_age, l, cancel, &why) == 0)
		known_merge(l, d->only_configured);
	return why.code == ERR_NONE ? 0 : fall_back(l, aws, &why, err);
}

int
discovery_kept(const struct discovery *d, struct aws *aws, struct model_list *l, const atomic_bool *cancel)
{
	struct discover_options o = options_of(d);
	*l = (struct model_list){ 0 };
	if (d->mode == DISCOVERY_OFF || modelcache_load(aws, &o, l, cancel) < 0)
		return -1;
	known_merge(l, d->only_configured);
	return 0;
}
