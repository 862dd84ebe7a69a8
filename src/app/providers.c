/* providers.c - see providers.h. */
#include "config.h"

#include "app/providers.h"

#include <stdlib.h>
#include <string.h>

#include "app/configuration.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#define BEDROCK "amazon-bedrock"

/* ---- the models -------------------------------------------------------------------- */

/* A walk over the providers but Bedrock. A name with a slash could not be told from a model's. */
struct each {
	struct lh_entry		*next;
	const char		*name;
	struct json_object	*entry;
};

static struct each
each_of(const struct config *c)
{
	struct json_object *all = c != NULL ? config_json(c, "models.providers") : NULL;
	bool is_object = json_object_is_type(all, json_type_object);
	return (struct each){ .next = is_object ? json_object_get_object(all)->head : NULL };
}

static bool
next_provider(struct each *e)
{
	while (e->next != NULL) {
		e->name = lh_entry_k(e->next);
		e->entry = (struct json_object *)(uintptr_t)lh_entry_v(e->next);
		e->next = lh_entry_next(e->next);
		if (strcmp(e->name, BEDROCK) != 0 && *e->name != '\0' && strchr(e->name, '/') == NULL)
			return true;
	}
	return false;
}

/* A price of 0 is one that nobody looked up: most files have it so. */
static struct prices
prices_of(struct json_object *cost)
{
	struct prices p = { json_num(cost, "input", -1), json_num(cost, "output", -1),
		json_num(cost, "cacheRead", -1), json_num(cost, "cacheWrite", -1) };
	if (p.input <= 0 && p.output <= 0)
		return (struct prices){ -1, -1, -1, -1 };
	p.input = p.input > 0 ? p.input : -1;
	p.output = p.output > 0 ? p.output : -1;
	return p;
}

/* 1 or 0; -1 when there is no such list. */
static int
has_word(struct json_object *list, const char *word)
{
	if (!json_object_is_type(list, json_type_array))
		return -1;
	for (size_t i = 0; i < json_len(list); i++)
		if (str_same(json_object_get_string(json_item(list, i)), word))
			return 1;
	return 0;
}

static int
flag_of(struct json_object *o, const char *key)
{
	return json_get(o, key) != NULL ? json_flag(o, key, false) : -1;
}

static void
add_said(const char *provider, struct json_object *m, struct known_overrides *said)
{
	struct json_object *input = json_get(m, "input");
	const char *id = json_str(m, "id", NULL);
	if (str_blank(id))
		return;
	vec_add(said, ((struct known_override){ .id = mem_printf("%s/%s", provider, id),
		.name = mem_strdup(json_str(m, "name", id)), .provider = mem_strdup(provider),
		.context = (long)json_num(m, "contextWindow", 0),
		.max_output = (long)json_num(m, "maxTokens", 0),
		.reasoning = flag_of(m, "reasoning"), .text = has_word(input, "text"),
		.images = has_word(input, "image"), .prices = prices_of(json_get(m, "cost")) }));
}

void
providers_said(const struct config *c, struct known_overrides *said)
{
	for (struct each e = each_of(c); next_provider(&e);) {
		struct json_object *models = json_get(e.entry, "models");
		for (size_t i = 0; i < json_len(models); i++)
			add_said(e.name, json_item(models, i), said);
	}
}

void
provider_models_done(struct provider_models *models)
{
	for (size_t i = 0; i < models->n; i++)
		free(models->v[i]);
	vec_done(models);
}

const char *
provider_models_find(const struct provider_models *models, const char *id)
{
	const char *found = NULL;
	for (size_t i = 0; i < models->n; i++) {
		if (strcmp(strchr(models->v[i], '/') + 1, id) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = models->v[i];
	}
	return found;
}

/* ---- the endpoints -------------------------------------------------------------------- */

/* The variable that { source: "env", id: "NAME" } stands for, which a key may be and which the loader makes of a text
 * whose variable is not set; NULL: it is something else. */
static const char *
variable_of(struct json_object *o)
{
	bool from_env = json_object_is_type(o, json_type_object) && strcmp(json_str(o, "source", ""), "env") == 0;
	return from_env ? json_str(o, "id", NULL) : NULL;
}

/* The first variable below o that is wanted and not set; NULL. */
static const char *
wanting(struct json_object *o)
{
	const char *name = variable_of(o);
	if (name != NULL)
		return *name != '\0' && getenv(name) == NULL ? name : NULL;
	for (size_t i = 0; i < json_len(o) && name == NULL; i++)
		name = wanting(json_item(o, i));
	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, value) {
			(void)key;
			name = name != NULL ? name : wanting(value);
		}
	}
	return name;
}

/* A text, with its variables put in by the loader; or { source: "env", id: "NAME" }. */
static const char *
key_of(const char *provider, struct json_object *entry, struct err *wrong)
{
	struct json_object *key = json_get(entry, "apiKey");
	if (!json_object_is_type(key, json_type_object))
		return json_str(entry, "apiKey", NULL);
	const char *variable = variable_of(key);
	if (variable != NULL && *variable != '\0')
		return getenv(variable);
	err_set(wrong, ERR_CONFIG,
	    _("models.providers.%s.apiKey names a place where adit does not look. Write it "
	      "as \"${VARIABLE}\"."), provider);
	return NULL;
}

static void
read_headers(struct json_object *o, struct http_headers *headers)
{
	if (!json_object_is_type(o, json_type_object))
		return;
	json_object_object_foreach(o, name, value)
		if (json_object_is_type(value, json_type_string))
			http_headers_set(headers, name, json_object_get_string(value));
}

/* What the provider is spoken to in: its own setting, else that of its first model. */
static const char *
api_of(struct json_object *entry)
{
	struct json_object *first = json_item(json_get(entry, "models"), 0);
	return json_str(entry, "api", json_str(first, "api", NULL));
}

static struct provider *
read_endpoint(const char *name, struct json_object *entry)
{
	struct http_headers headers = { 0 };
	struct err wrong = { 0 };
	read_headers(json_get(entry, "headers"), &headers);
	struct provider_options o = { .name = name, .url = json_str(entry, "baseUrl", NULL),
		.api = api_of(entry), .key = key_of(name, entry, &wrong), .headers = &headers,
		.ca_bundle = json_str(entry, "caBundle", NULL),
		.insecure_ok = json_flag(entry, "insecureHttp", false) };
	struct provider *p = provider_new(&o);
	const char *variable = wanting(entry);
	if (variable != NULL)
		err_set(&p->wrong, ERR_CONFIG,
		    _("The provider %s cannot be used: the environment variable %s, which "
		      "models.providers.%s names, is not set."), name, variable, name);
	else if (p->wrong.code == ERR_NONE)
		p->wrong = wrong;
	http_headers_done(&headers);
	return p;
}

void
providers_read(const struct config *c, struct providers *to, struct provider_models *models)
{
	for (struct each e = each_of(c); next_provider(&e);) {
		struct json_object *list = json_get(e.entry, "models");
		providers_add(to, read_endpoint(e.name, e.entry));
		for (size_t i = 0; i < json_len(list); i++) {
			const char *id = json_str(json_item(list, i), "id", NULL);
			if (!str_blank(id))
				vec_add(models, mem_printf("%s/%s", e.name, id));
		}
	}
	log_debug("configuration: %zu providers beside Bedrock, %zu models", to->v.n, models->n);
}
