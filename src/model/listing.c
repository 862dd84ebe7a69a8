/* listing.c - see listing.h. */
#include "config.h"

#include "model/listing.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

/* ---- out ------------------------------------------------------------------- */

static void
put_tokens(struct buf *b, const char *key, long n)
{
	if (n > 0)
		json_put_int(b, key, n);
	else
		json_put_null(b, key);
}

static void
put_price(struct buf *b, const char *key, double usd)
{
	if (usd >= 0)
		json_put_num(b, key, usd);
	else
		json_put_null(b, key);
}

static void
put_word(struct buf *b, const char *word)
{
	json_put_comma(b);
	json_put_string(b, word, strlen(word));
}

static void
put_cost(struct buf *b, const struct prices *p)
{
	json_put_key(b, "cost");
	buf_putc(b, '{');
	put_price(b, "input", p->input);
	put_price(b, "output", p->output);
	put_price(b, "cacheRead", p->cache_read);
	put_price(b, "cacheWrite", p->cache_write);
	buf_putc(b, '}');
}

static void
put_input(struct buf *b, const struct model *m)
{
	json_put_key(b, "input");
	buf_putc(b, '[');
	if (m->text)
		put_word(b, "text");
	if (m->images)
		put_word(b, "image");
	buf_putc(b, ']');
}

static void
put_words(struct buf *b, const char *key, const struct model_words *words)
{
	json_put_key(b, key);
	buf_putc(b, '[');
	for (size_t i = 0; i < words->n; i++)
		put_word(b, words->v[i]);
	buf_putc(b, ']');
}

void
listing_put_model(struct buf *b, const struct model *m)
{
	struct buf ref = { 0 };
	const char *id = m->provider != NULL ? m->id + strlen(m->provider) + 1 : m->id;
	buf_printf(&ref, "%s/%s", m->provider != NULL ? m->provider : "amazon-bedrock", id);
	json_put_comma(b);
	buf_putc(b, '{');
	json_put_member(b, "ref", ref.s);
	json_put_member(b, "id", id);
	json_put_member(b, "name", m->name);
	json_put_member(b, "vendor", m->vendor);
	json_put_member(b, "kind", model_kind_name(m->kind));
	json_put_member(b, "base", m->base);
	put_words(b, "regions", &m->regions);
	put_tokens(b, "contextWindow", m->context);
	put_tokens(b, "maxTokens", m->max_output);
	put_input(b, m);
	json_put_bool(b, "reasoning", m->reasoning);
	json_put_bool(b, "tools", m->tools);
	json_put_bool(b, "promptCache", m->cache);
	put_cost(b, &m->prices);
	json_put_bool(b, "available", m->available);
	json_put_member(b, "reason", m->reason);
	buf_putc(b, '}');
	buf_done(&ref);
}

void
listing_put(struct buf *b, const struct model_list *l)
{
	char when[32];
	clock_iso8601(l->fetched, when);
	json_put_member(b, "region", l->region);
	json_put_member(b, "cached_at", l->fetched > 0 ? when : NULL);
	json_put_member(b, "hint", l->hint);
	put_words(b, "notes", &l->notes);
	json_put_key(b, "models");
	buf_putc(b, '[');
	for (size_t i = 0; i < l->models.n; i++)
		listing_put_model(b, &l->models.v[i]);
	buf_putc(b, ']');
}

/* ---- back ------------------------------------------------------------------ */

static char *
copy(struct json_object *o, const char *key)
{
	return mem_strdup(json_str(o, key, NULL));
}

static bool
has_word(struct json_object *array, const char *word)
{
	for (size_t i = 0; i < json_len(array); i++)
		if (str_same(json_object_get_string(json_item(array, i)), word))
			return true;
	return false;
}

static enum model_kind
kind_named(const char *name)
{
	for (int k = MODEL_FOUNDATION; k < MODEL_CONFIGURED; k++)
		if (strcmp(model_kind_name((enum model_kind)k), name) == 0)
			return (enum model_kind)k;
	return MODEL_CONFIGURED;
}

static void
parse_words(struct model_words *words, struct json_object *array)
{
	for (size_t i = 0; i < json_len(array); i++)
		if (json_object_is_type(json_item(array, i), json_type_string))
			vec_add(words, mem_strdup(json_object_get_string(json_item(array, i))));
}

static void
parse_model(struct model_list *l, struct json_object *o)
{
	if (str_blank(json_str(o, "id", "")))
		return;
	struct json_object *cost = json_get(o, "cost"), *input = json_get(o, "input");
	struct model m = { .id = copy(o, "id"),
		.name = mem_strdup(json_str(o, "name", json_str(o, "id", ""))),
		.vendor = mem_strdup(json_str(o, "vendor", "")),
		.base = copy(o, "base"),
		.kind = kind_named(json_str(o, "kind", "")),
		.context = (long)json_int(o, "contextWindow", 0),
		.max_output = (long)json_int(o, "maxTokens", 0),
		.text = has_word(input, "text"),
		.images = has_word(input, "image"),
		.reasoning = json_flag(o, "reasoning", false),
		.tools = json_flag(o, "tools", false),
		.cache = json_flag(o, "promptCache", false),
		.available = json_flag(o, "available", false),
		.reason = copy(o, "reason"),
		.prices = { json_num(cost, "input", -1), json_num(cost, "output", -1),
		    json_num(cost, "cacheRead", -1), json_num(cost, "cacheWrite", -1) } };
	parse_words(&m.regions, json_get(o, "regions"));
	vec_add(&l->models, m);
}

int
listing_parse(struct json_object *o, struct model_list *l)
{
	struct json_object *models = json_get(o, "models");
	const char *when = json_str(o, "cached_at", NULL);
	*l = (struct model_list){ 0 };
	if (!json_object_is_type(models, json_type_array))
		return -1;
	int64_t fetched = when != NULL ? clock_parse_iso8601(when) : 0;
	l->fetched = fetched > 0 ? fetched : 0;
	l->region = copy(o, "region");
	l->hint = copy(o, "hint");
	parse_words(&l->notes, json_get(o, "notes"));
	for (size_t i = 0; i < json_len(models); i++)
		parse_model(l, json_item(models, i));
	return 0;
}
