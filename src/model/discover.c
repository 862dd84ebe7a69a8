/*
 * discover.c - foundation models and inference profiles from the service's lists; see discover.h.
 *
 * Shapes: service model bedrock 2023-04-20. Which models are kept follows
 * OpenClaw's filter, so that its settings mean the same here. The other kinds
 * are in discover-more.c, the requests in discover-ask.c.
 */
#include "config.h"

#include "model/discover-inside.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/str.h"
#include "model/family.h"

#define N(a) (sizeof(a) / sizeof *(a))

enum { TOKEN_MAX = 4096, MODELS_MAX = 4000, DEFAULT_CONTEXT = 32000, DEFAULT_OUTPUT = 4096 };

/* ---- the filter ------------------------------------------------------------- */

/* By the provider's name or by the id's first part: "mistral ai" or "mistral". */
bool
discover_passes(const struct discover_options *o, const char *provider, const char *id)
{
	if (o == NULL || o->providers == NULL)
		return true;
	struct buf part = { 0 };
	family_vendor(&part, id);
	bool asked = false, yes = false;
	for (const char *const *want = o->providers; *want != NULL && !yes; want++) {
		char *w = str_trim(*want);
		asked |= *w != '\0';
		yes = *w != '\0' &&
		      (str_same_nocase(w, provider) || str_same_nocase(w, buf_str(&part)));
		free(w);
	}
	buf_done(&part);
	return yes || !asked;
}

static bool
array_has(struct json_object *array, const char *word)
{
	for (size_t i = 0; i < json_len(array); i++) {
		struct json_object *v = json_item(array, i);
		if (json_object_is_type(v, json_type_string) &&
		    str_same_nocase(json_object_get_string(v), word))
			return true;
	}
	return false;
}

/* Whether it answers with a stream of text, and to anybody. */
static bool
can_chat(struct json_object *m)
{
	static const char gated[] = "anthropic.claude-mythos-preview";
	return json_flag(m, "responseStreamingSupported", false) &&
	    array_has(json_get(m, "outputModalities"), "TEXT") &&
	    strcmp(json_str(m, "modelId", ""), gated) != 0;
}

static bool
is_kept(const struct discover_options *o, struct json_object *m)
{
	const char *id = json_str(m, "modelId", "");
	return !str_blank(id) && can_chat(m) && discover_passes(o, json_str(m, "providerName", NULL), id) &&
	    str_same_nocase(json_str(json_get(m, "modelLifecycle"), "status", ""), "ACTIVE");
}

static bool
is_among(const struct discover_names *names, const char *id)
{
	for (size_t i = 0; i < names->n; i++)
		if (str_same_nocase(names->v[i], id))
			return true;
	return false;
}

/* ---- what is known of a model ------------------------------------------------- */

static void
apply_facts(struct model *m, const struct model_facts *f)
{
	if (f == NULL)
		return;
	m->context = f->context > 0 ? f->context : m->context;
	m->max_output = f->max_output > 0 ? f->max_output : m->max_output;
	m->reasoning |= f->reasoning;
	m->images |= f->images;
	m->tools |= f->tools;
	m->cache |= f->cache;
}

/* What the family and the defaults say, then the table, which beats them. */
void
discover_apply_knowledge(struct model *m, const char *base, const struct discover_options *o)
{
	struct family f = family_of(base);
	bool thinks = f.kind == FAMILY_CLAUDE && family_thinking(&f) != THINKING_NONE;
	m->context = o != NULL && o->default_context > 0 ? o->default_context : DEFAULT_CONTEXT;
	m->max_output =
	    o != NULL && o->default_max_output > 0 ? o->default_max_output : DEFAULT_OUTPUT;
	m->reasoning = thinks || str_has_nocase(base, "reasoning") ||
		       str_has_nocase(base, "thinking") || str_has_nocase(m->name, "reasoning") ||
		       str_has_nocase(m->name, "thinking");
	m->tools = family_takes_tools(&f);
	m->cache = family_takes_cache(&f);
	m->prices = catalogue_prices(base);
	apply_facts(m, catalogue_facts(base));
}

char *
discover_vendor(const char *provider, const char *id)
{
	if (!str_blank(provider))
		return mem_strdup(provider);
	struct buf part = { 0 };
	family_vendor(&part, id);
	return buf_take(&part, NULL);
}

static void
add_region(struct model *m, const char *s, size_t n)
{
	for (size_t i = 0; i < m->regions.n; i++)
		if (strlen(m->regions.v[i]) == n && memcmp(m->regions.v[i], s, n) == 0)
			return;
	if (n > 0)
		vec_add(&m->regions, mem_strndup(s, n));
}

/* The region of "arn:aws:bedrock:REGION:account:…"; some destinations have none. */
void
discover_add_arn_region(struct model *m, const char *arn)
{
	const char *s = arn;
	for (int colons = 0; colons < 3 && s != NULL; colons++) {
		s = strchr(s, ':');
		s = s != NULL ? s + 1 : NULL;
	}
	if (s != NULL && strchr(s, ':') != NULL)
		add_region(m, s, strcspn(s, ":"));
}

/* ---- foundation models --------------------------------------------------------- */

/* Why the id itself cannot be called; NULL when it can. No list of types means that nothing is
 * known against it. */
static const char *
obstacle(struct json_object *m)
{
	struct json_object *types = json_get(m, "inferenceTypesSupported");
	if (json_len(types) == 0 || array_has(types, "ON_DEMAND"))
		return NULL;
	return array_has(types, "INFERENCE_PROFILE") ?
	    _("It is only called through an inference profile.") :
	    _("It is only called through provisioned throughput.");
}

/* ":24k" and the like are the same model, bought by the hour. */
static bool
is_variant(const char *id, struct json_object *m)
{
	char *base = catalogue_base(id);
	bool shorter = strlen(base) + family_prefix(id) < strlen(id);
	free(base);
	struct json_object *types = json_get(m, "inferenceTypesSupported");
	return shorter && json_len(types) > 0 && !array_has(types, "ON_DEMAND");
}

static void
add_foundation(struct model_list *l, struct json_object *o, const struct discover_options *opts,
    const char *region)
{
	const char *id = json_str(o, "modelId", "");
	const char *why = obstacle(o);
	struct model m = { .kind = MODEL_FOUNDATION,
		.id = mem_strdup(id),
		.name = mem_strdup(json_str(o, "modelName", id)),
		.vendor = discover_vendor(json_str(o, "providerName", NULL), id),
		.available = why == NULL,
		.reason = mem_strdup(why) };
	discover_apply_knowledge(&m, id, opts);
	struct json_object *in = json_get(o, "inputModalities");
	m.text = json_len(in) == 0 || array_has(in, "TEXT");
	m.images |= array_has(in, "IMAGE");
	if (region != NULL)
		add_region(&m, region, strlen(region));
	vec_add(&l->models, m);
}

void
discover_add_models(struct json_object *list, struct discover_into *into)
{
	for (size_t i = 0; i < json_len(list) && into->list->models.n < MODELS_MAX; i++) {
		struct json_object *m = json_item(list, i);
		const char *id = json_str(m, "modelId", "");
		if (!can_chat(m) && into->mute.n < MODELS_MAX)
			vec_add(&into->mute, mem_strdup(id));
		else if (is_kept(into->options, m) && !is_variant(id, m))
			add_foundation(into->list, m, into->options, into->list->region);
	}
}

/* ---- profiles -------------------------------------------------------------------- */

const struct model *
discover_foundation(const struct model_list *l, const char *id)
{
	for (size_t i = 0; i < l->models.n; i++)
		if (l->models.v[i].kind == MODEL_FOUNDATION &&
		    str_same_nocase(l->models.v[i].id, id))
			return &l->models.v[i];
	return NULL;
}

/* The id in a destination's ARN: what follows the last slash; NULL without one. */
static const char *
destination(struct json_object *profile, size_t i)
{
	const char *arn = json_str(json_item(json_get(profile, "models"), i), "modelArn", "");
	const char *slash = strrchr(arn, '/');
	return slash != NULL && slash[1] != '\0' ? slash + 1 : NULL;
}

/* Its foundation model: a destination that is listed, else the first one, else the id without its
 * prefix. */
static char *
base_of_profile(const struct model_list *l, struct json_object *profile, bool is_system)
{
	for (size_t i = 0; i < json_len(json_get(profile, "models")); i++) {
		const char *id = destination(profile, i);
		if (id != NULL && discover_foundation(l, id) != NULL)
			return mem_strdup(id);
	}
	const char *first = destination(profile, 0),
		   *own = json_str(profile, "inferenceProfileId", "");
	if (first != NULL)
		return mem_strdup(first);
	return is_system && family_prefix(own) > 0 ? mem_strdup(own + family_prefix(own)) : NULL;
}

static bool
is_kept_profile(const struct discover_into *into, struct json_object *o)
{
	const char *first = destination(o, 0), *id = json_str(o, "inferenceProfileId", "");
	const struct model *base = first != NULL ? discover_foundation(into->list, first) : NULL;
	return !str_blank(id) && str_same_nocase(json_str(o, "status", ""), "ACTIVE") &&
	    discover_passes(into->options, base != NULL ? base->vendor : NULL, first != NULL ? first : id) &&
	    (first == NULL || !is_among(&into->mute, first));
}

void
discover_inherit(struct model *m, const struct model *base)
{
	m->context = base->context;
	m->max_output = base->max_output;
	m->text = base->text;
	m->images = base->images;
	m->reasoning = base->reasoning;
	m->tools = base->tools;
	m->cache = base->cache;
	free(m->vendor);
	m->vendor = mem_strdup(base->vendor);
}

/* An application profile's own id hides the geography: a destination without a region says that it
 * goes anywhere, else its model's price stands in. */
static struct prices
profile_prices(const struct model *m, struct json_object *profile)
{
	if (m->kind == MODEL_PROFILE || m->base == NULL)
		return catalogue_prices(m->id);
	struct json_object *models = json_get(profile, "models");
	bool anywhere = false;
	for (size_t i = 0; i < json_len(models) && !anywhere; i++)
		anywhere = strstr(json_str(json_item(models, i), "modelArn", ""), ":bedrock:::") != NULL;
	char *id = mem_printf("%s%s", anywhere ? "global." : "", m->base);
	struct prices p = catalogue_prices(id);
	free(id);
	return p;
}

static void
add_profile(struct model_list *l, struct json_object *o, const struct discover_options *opts)
{
	bool is_system = !str_same_nocase(json_str(o, "type", "SYSTEM_DEFINED"), "APPLICATION");
	const char *id = json_str(o, "inferenceProfileId", "");
	/* An application profile is called by its ARN. */
	const char *call = is_system ? id : json_str(o, "inferenceProfileArn", id);
	struct model m = { .kind = is_system ? MODEL_PROFILE : MODEL_APPLICATION_PROFILE,
		.id = mem_strdup(call), .name = mem_strdup(json_str(o, "inferenceProfileName", id)),
		.base = base_of_profile(l, o, is_system), .available = true, .text = true };
	const char *known = m.base != NULL ? m.base : id;
	const struct model *base = m.base != NULL ? discover_foundation(l, m.base) : NULL;
	m.vendor = discover_vendor(NULL, known);
	discover_apply_knowledge(&m, known, opts);
	if (base != NULL)
		discover_inherit(&m, base);
	m.prices = profile_prices(&m, o);
	struct json_object *models = json_get(o, "models");
	for (size_t i = 0; i < json_len(models); i++)
		discover_add_arn_region(&m, json_str(json_item(models, i), "modelArn", ""));
	vec_add(&l->models, m);
}

void
discover_add_profiles(struct json_object *list, struct discover_into *into)
{
	for (size_t i = 0; i < json_len(list) && into->list->models.n < MODELS_MAX; i++)
		if (is_kept_profile(into, json_item(list, i)))
			add_profile(into->list, json_item(list, i), into->options);
}

/* ---- pages ------------------------------------------------------------------------- */

const struct discover_feature discover_features[DISCOVER_FEATURES] = {
	[DISCOVER_MODELS] = { "modelSummaries", discover_add_models },
	[DISCOVER_PROFILES] = { "inferenceProfileSummaries", discover_add_profiles },
	[DISCOVER_IMPORTED] = { "modelSummaries", discover_add_imported },
	[DISCOVER_PROVISIONED] = { "provisionedModelSummaries", discover_add_provisioned },
	[DISCOVER_DEPLOYMENTS] = { "modelDeploymentSummaries", discover_add_deployments },
	[DISCOVER_ROUTERS] = { "promptRouterSummaries", discover_add_routers },
};

static bool
begins_like_html(const char *s, size_t n)
{
	size_t i = 0;
	while (i < n && strchr(" \t\r\n", s[i]) != NULL && s[i] != '\0')
		i++;
	return i < n && s[i] == '<';
}

struct json_object *
discover_read(enum discover_kind kind, const char *json, size_t n, struct err *err)
{
	if (begins_like_html(json, n)) {
		err_set(err, ERR_NETWORK,
		    _("A web page came instead of a list of models: a proxy, a firewall or a sign-in page "
		      "stands between here and AWS. Check HTTPS_PROXY and the endpoint."));
		return NULL;
	}
	struct json_object *o = json_parse(json, n, err);
	if (o == NULL) {
		err_wrap(err, _("The list of models cannot be read"));
		return NULL;
	}
	if (json_object_is_type(json_get(o, discover_features[kind].list), json_type_array))
		return o;
	err_set(err, ERR_DATA,
	    _("The answer is not a list of models. Check the endpoint and the proxy."));
	json_free(o);
	return NULL;
}

void
discover_add(enum discover_kind kind, struct json_object *page, struct discover_into *into)
{
	discover_features[kind].add(json_get(page, discover_features[kind].list), into);
}

const char *
discover_next(struct json_object *page)
{
	const char *token = json_str(page, "nextToken", NULL);
	return !str_blank(token) && strlen(token) <= TOKEN_MAX ? token : NULL;
}

void
discover_into_done(struct discover_into *into)
{
	for (size_t i = 0; i < into->mute.n; i++)
		free(into->mute.v[i]);
	vec_done(&into->mute);
}

/* ---- order ------------------------------------------------------------------------- */

static int
compare_models(const void *pa, const void *pb)
{
	const struct model *a = pa, *b = pb;
	bool ga = str_starts(a->id, "global."), gb = str_starts(b->id, "global.");
	if (ga != gb)
		return ga ? -1 : 1;
	int c = strcasecmp(a->name, b->name);
	return c != 0 ? c : strcmp(a->id, b->id);
}

/* Of the same id (in any case) the one that came first stays: its place decides between equals. */
static int
compare_ids(const void *pa, const void *pb)
{
	const struct model *a = *(struct model *const *)pa, *b = *(struct model *const *)pb;
	int c = strcasecmp(a->id, b->id);
	return c != 0 ? c : (a > b) - (a < b);
}

static void
drop_doubles(struct model_list *l)
{
	struct VEC(struct model *) by_id = { 0 };
	struct model_list dropped = { 0 };
	for (size_t i = 0; i < l->models.n; i++)
		vec_add(&by_id, &l->models.v[i]);
	if (by_id.n > 1)
		qsort(by_id.v, by_id.n, sizeof(struct model *), compare_ids);
	for (size_t i = by_id.n; i > 1; i--)
		if (strcasecmp(by_id.v[i - 1]->id, by_id.v[i - 2]->id) == 0) {
			vec_add(&dropped.models, *by_id.v[i - 1]);
			by_id.v[i - 1]->id = NULL;
		}
	vec_done(&by_id);
	size_t kept = 0;
	for (size_t i = 0; i < l->models.n; i++)
		if (l->models.v[i].id != NULL)
			l->models.v[kept++] = l->models.v[i];
	l->models.n = kept;
	model_list_done(&dropped);
}

void
discover_sort(struct model_list *l)
{
	drop_doubles(l);
	if (l->models.n > 1)
		qsort(l->models.v, l->models.n, sizeof *l->models.v, compare_models);
}
