/* catalogue.c - see catalogue.h. */
#include "config.h"

#include "catalogue.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <json-c/json.h>

#include "converse.h"
#include "models.h"
#include "own.h"
#include "page.h"
#include "scenario.h"

#define N(a) (sizeof(a) / sizeof *(a))

static const char made_up[] = ".sim-model-";     /* in the ids of models that are only numbers */
static const char invalid_id[] = "The provided model identifier is invalid.";

/* A model that only a scenario's catalogue knows can do everything. */
static const struct model anything = { "anything", "Anything", "Anyone", "TEXT IMAGE VIDEO AUDIO",
	NULL, M_STREAM | M_ON_DEMAND | M_SYSTEM | M_TOOLS | M_CACHE | M_PREFILL, THINKING_EITHER,
	SAMPLING_ANY, 1000000, 128000 };

/* ---- words in a list ---------------------------------------------------- */

static bool
next_word(const char **list, const char **word, size_t *n)
{
	if (*list == NULL)
		return false;
	*list += strspn(*list, " ");
	*word = *list;
	*n = strcspn(*list, " ");
	*list += *n;
	return *n != 0;
}

static bool
has_word(const char *list, const char *word, size_t len)
{
	const char *w;
	size_t n;
	while (next_word(&list, &w, &n))
		if (n == len && strncmp(w, word, n) == 0)
			return true;
	return false;
}

static bool
has_prefix_of(const char *list, const char *text)
{
	const char *w;
	size_t n;
	while (next_word(&list, &w, &n))
		if (strncmp(w, text, n) == 0)
			return true;
	return false;
}

/* ---- finding ------------------------------------------------------------ */

static const char *
region_of(const struct request *q)
{
	return q->region != NULL ? q->region : "us-east-1";
}

static const char *
account_of(const struct request *q)
{
	return q->account != NULL ? q->account : "123456789012";
}

static const char *
partition_of(const char *region)
{
	return strncmp(region, "us-gov-", 7) == 0 ? "aws-us-gov" :
	    strncmp(region, "cn-", 3) == 0 ? "aws-cn" : "aws";
}

static const struct model *
find_model(const char *id)
{
	for (size_t i = 0; i < N(models); i++)
		if (strcmp(models[i].id, id) == 0)
			return &models[i];
	return NULL;
}

/* region NULL: not known (a bearer token does not say it), so any will do. */
static bool
offers(const struct model *m, const struct geography *g, const char *region)
{
	return m->profiles != NULL && has_word(m->profiles, g->prefix, strlen(g->prefix)) &&
	    (region == NULL || has_prefix_of(g->callers, region));
}

/* The model of a profile id like "us.anthropic.claude-...", if the region has it. */
static const struct model *
find_system_profile(const char *id, const char *region, const struct geography **geography)
{
	for (size_t i = 0; i < N(geographies); i++) {
		size_t n = strlen(geographies[i].prefix);
		if (strncmp(id, geographies[i].prefix, n) != 0 || id[n] != '.')
			continue;
		const struct model *m = find_model(id + n + 1);
		if (m == NULL || !offers(m, &geographies[i], region))
			continue;
		if (geography != NULL)
			*geography = &geographies[i];
		return m;
	}
	return NULL;
}

static int
find_own_profile(const char *id)
{
	for (size_t i = 0; i < N(own_profiles); i++)
		if (strcmp(own_profiles[i].id, id) == 0)
			return (int)i;
	return -1;
}

/* Whether the scenario's own catalogue lists the id, or the ARN. */
static bool
listed_by_scenario(const char *id)
{
	static const char *const lists[][3] = {
		{ "modelSummaries", "modelId", "modelArn" },
		{ "inferenceProfileSummaries", "inferenceProfileId", "inferenceProfileArn" },
	};
	for (size_t k = 0; k < N(lists); k++) {
		struct json_object *list = member_of(scenario_catalogue(), lists[k][0]);
		for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++)
			for (int name = 1; name <= 2; name++) {
				const char *known = string_of(json_object_array_get_idx(list, i),
				    lists[k][name]);
				if (known != NULL && strcmp(known, id) == 0)
					return true;
			}
	}
	return false;
}

/* Cuts arn:partition:bedrock:region:account:kind/id; -1 if it is not of that form. */
static int
cut_arn(char *arn, char *parts[7])
{
	char *rest = arn;
	for (int i = 0; i < 5; i++)
		if ((parts[i] = strsep(&rest, ":")) == NULL || rest == NULL)
			return -1;
	parts[5] = strsep(&rest, "/");
	parts[6] = rest;
	return rest != NULL && strcmp(parts[2], "bedrock") == 0 ? 0 : -1;
}

bool
model_is_claude(const struct model *m)
{
	return strncmp(m->id, "anthropic.", 10) == 0;
}

bool
catalogue_is_bare(const struct request *q)
{
	return find_model(q->model) != NULL;
}

static const struct model *
usable(const struct model *m, struct refusal *why)
{
	if (m->flags & M_ENDED) {
		refuse(why, "ResourceNotFoundException",
		    "This model version has reached the end of its life. Please refer to the AWS "
		    "documentation for more details.");
		return NULL;
	}
	if (m->flags & M_GATED) {
		refuse(why, "AccessDeniedException",
		    "You don't have access to the model with the specified model ID.");
		return NULL;
	}
	return m;
}

static const struct model *
usable_bare(const struct model *m, struct refusal *why)
{
	if (m->flags & (M_ON_DEMAND | M_GATED))
		return usable(m, why);
	refuse(why, "ValidationException",
	    "Invocation of model ID %s with on-demand throughput isn\u2019t supported. Retry your "
	    "request with the ID or ARN of an inference profile that contains this model.",
	    m->id);
	return NULL;
}

static const struct model *
resolve_arn(const struct request *q, char *parts[7], struct refusal *why)
{
	const char *region = q->region, *kind = parts[5], *id = parts[6], *own;
	const struct model *m = NULL;
	if (parts[3][0] != '\0' && region != NULL && strcmp(parts[3], region) != 0)
		m = NULL;
	else if (strcmp(kind, "foundation-model") == 0 && (m = find_model(id)) != NULL)
		return usable_bare(m, why);
	else if (strcmp(kind, "inference-profile") == 0)
		m = find_system_profile(id, region, NULL);
	else if (strcmp(kind, "application-inference-profile") == 0 && find_own_profile(id) >= 0)
		m = find_model(own_profiles[find_own_profile(id)].model);
	else if ((own = own_model(kind, id, why)) != NULL)
		m = find_model(own);
	if (m != NULL)
		return usable(m, why);
	if (why->type != NULL)
		return NULL;
	refuse(why, "ValidationException", invalid_id);
	return NULL;
}

const struct model *
catalogue_resolve(const struct request *q, struct refusal *why)
{
	const struct model *m = find_model(q->model);
	if (m != NULL)
		return usable_bare(m, why);
	m = find_system_profile(q->model, q->region, NULL);
	if (m != NULL)
		return usable(m, why);
	if (listed_by_scenario(q->model) || strstr(q->model, made_up) != NULL)
		return &anything;
	char *copy = sim_strdup(q->model), *parts[7];
	if (strncmp(copy, "arn:", 4) == 0 && cut_arn(copy, parts) == 0)
		m = resolve_arn(q, parts, why);
	else
		refuse(why, "ValidationException", invalid_id);
	free(copy);
	return m;
}

/* ---- queries ------------------------------------------------------------ */

char *
query_value(const struct request *q, const char *name)
{
	size_t len = strlen(name);
	for (const char *p = q->query; *p != '\0';) {
		size_t n = strcspn(p, "&");
		if (n > len && strncmp(p, name, len) == 0 && p[len] == '=') {
			struct bytes value = { 0 };
			bytes_unescape(&value, p + len + 1, n - len - 1);
			return value.s;
		}
		p += n + (p[n] == '&');
	}
	return NULL;
}

/* ---- foundation models -------------------------------------------------- */

static void
word_list(struct bytes *b, const char *name, const char *words)
{
	const char *w;
	size_t n, i = 0;
	bytes_printf(b, ",\"%s\":[", name);
	while (next_word(&words, &w, &n))
		bytes_printf(b, "%s\"%.*s\"", i++ != 0 ? "," : "", (int)n, w);
	bytes_putc(b, ']');
}

static const char *
inference_types(const struct model *m)
{
	if (m->flags & M_PROVISIONED)
		return "PROVISIONED";
	if (m->flags & M_ON_DEMAND)
		return m->profiles != NULL ? "ON_DEMAND INFERENCE_PROFILE" : "ON_DEMAND";
	return "INFERENCE_PROFILE";
}

static const char *
lifecycle(const struct model *m)
{
	if (m->flags & M_ENDED)
		return "{\"status\":\"LEGACY\",\"endOfLifeTime\":\"2025-07-21T00:00:00Z\"}";
	if (m->flags & M_LEGACY)
		return "{\"status\":\"LEGACY\",\"endOfLifeTime\":\"2099-01-01T00:00:00Z\"}";
	return "{\"status\":\"ACTIVE\"}";
}

static void
model_summary(struct bytes *b, const struct model *m, const char *region)
{
	bytes_printf(b,
	    "{\"modelArn\":\"arn:%s:bedrock:%s::foundation-model/%s\",\"modelId\":\"%s\","
	    "\"modelName\":\"%s\",\"providerName\":\"%s\"",
	    partition_of(region), region, m->id, m->id, m->name, m->provider);
	word_list(b, "inputModalities", m->inputs);
	word_list(b, "outputModalities", m->flags & M_EMBEDS ? "EMBEDDING" : "TEXT");
	bytes_printf(b, ",\"responseStreamingSupported\":%s,\"customizationsSupported\":[]",
	    m->flags & M_STREAM ? "true" : "false");
	word_list(b, "inferenceTypesSupported", inference_types(m));
	bytes_printf(b, ",\"modelLifecycle\":%s}", lifecycle(m));
}

/* ---- models that are only numbers, for long lists ---------------------------- */

/* "more_models", "more_profiles" of a scenario's catalogue. */
static size_t
how_many(const char *setting)
{
	return (size_t)json_object_get_int64(member_of(scenario_catalogue(), setting));
}

static void
made_up_id(struct bytes *b, size_t i)
{
	static const char *const makers[] = { "anthropic", "amazon", "meta", "mistral", "qwen" };
	bytes_printf(b, "%s%s%04zu-v1:0", makers[i % N(makers)], made_up, i);
}

static void
made_up_summary(struct bytes *b, size_t i, const char *region)
{
	struct bytes id = { 0 };
	made_up_id(&id, i);
	bytes_printf(b,
	    "{\"modelArn\":\"arn:aws:bedrock:%s::foundation-model/%s\",\"modelId\":\"%s\",\"modelName\":"
	    "\"Made up %04zu\",\"providerName\":\"Made up\",\"inputModalities\":[\"TEXT\"],"
	    "\"outputModalities\":[\"TEXT\"],\"responseStreamingSupported\":true,"
	    "\"inferenceTypesSupported\":[\"ON_DEMAND\"],\"modelLifecycle\":{\"status\":\"ACTIVE\"}}",
	    region, id.s, id.s, i);
	bytes_free(&id);
}

struct filter {
	char	*provider, *output, *inference;
};

static bool
passes(const struct model *m, const struct filter *f)
{
	const char *output = m->flags & M_EMBEDS ? "EMBEDDING" : "TEXT";
	return (f->provider == NULL || strcasecmp(f->provider, m->provider) == 0) &&
	    (f->output == NULL || strcmp(f->output, output) == 0) &&
	    (f->inference == NULL || has_word(inference_types(m), f->inference,
	    strlen(f->inference)));
}

int
catalogue_list_models(const struct request *q, struct bytes *b, struct refusal *why)
{
	(void)why;
	struct json_object *own = member_of(scenario_catalogue(), "modelSummaries");
	struct filter f = { query_value(q, "byProvider"), query_value(q, "byOutputModality"),
		query_value(q, "byInferenceType") };
	size_t shown = 0;
	bytes_puts(b, "{\"modelSummaries\":");
	if (own != NULL) {
		scenario_write(b, own);
	} else {
		bytes_putc(b, '[');
		for (size_t i = 0; i < N(models); i++) {
			if (!passes(&models[i], &f))
				continue;
			if (shown++ != 0)
				bytes_putc(b, ',');
			model_summary(b, &models[i], region_of(q));
		}
		for (size_t i = 0; i < how_many("more_models"); i++) {
			bytes_putc(b, ',');
			made_up_summary(b, i, region_of(q));
		}
		bytes_putc(b, ']');
	}
	bytes_putc(b, '}');
	free(f.provider);
	free(f.output);
	free(f.inference);
	return 0;
}

int
catalogue_get_model(const struct request *q, struct bytes *b, struct refusal *why)
{
	const char *slash = strrchr(q->model, '/');
	const struct model *m = find_model(slash != NULL ? slash + 1 : q->model);
	if (m == NULL)
		return refuse(why, "ValidationException", invalid_id);
	bytes_puts(b, "{\"modelDetails\":");
	model_summary(b, m, region_of(q));
	bytes_putc(b, '}');
	return 0;
}

/* ---- inference profiles ------------------------------------------------- */

static void
profile_models(struct bytes *b, const struct model *m, const struct geography *g,
    const char *region)
{
	const char *regions = g != NULL ? g->regions : region, *w;
	size_t n, i = 0;
	bytes_puts(b, ",\"models\":[");
	if (*regions == '\0') {         /* global: one without a region, and the caller's */
		bytes_printf(b, "{\"modelArn\":\"arn:aws:bedrock:::foundation-model/%s\"}", m->id);
		regions = region;
		i++;
	}
	while (next_word(&regions, &w, &n))
		bytes_printf(b, "%s{\"modelArn\":\"arn:%s:bedrock:%.*s::foundation-model/%s\"}",
		    i++ != 0 ? "," : "", partition_of(region), (int)n, w, m->id);
	bytes_putc(b, ']');
}

static void
system_profile(struct bytes *b, const struct model *m, const struct geography *g,
    const struct request *q)
{
	const char *region = region_of(q);
	bytes_printf(b,
	    "{\"inferenceProfileName\":\"%s %s %s\",\"description\":\"Routes requests to "
	    "%s in %s.\",\"createdAt\":\"2026-02-05T00:00:00Z\",\"updatedAt\":"
	    "\"2026-02-05T00:00:00Z\",\"inferenceProfileArn\":\"arn:%s:bedrock:%s:%s:"
	    "inference-profile/%s.%s\"",
	    g->name, m->provider, m->name, m->name,
	    *g->regions != '\0' ? g->regions : "supported commercial regions", partition_of(region),
	    region, account_of(q), g->prefix, m->id);
	profile_models(b, m, g, region);
	bytes_printf(b, ",\"inferenceProfileId\":\"%s.%s\",\"status\":\"ACTIVE\","
	    "\"type\":\"SYSTEM_DEFINED\"}", g->prefix, m->id);
}

static void
own_profile(struct bytes *b, size_t i, const struct request *q)
{
	const char *region = region_of(q);
	bytes_printf(b,
	    "{\"inferenceProfileName\":\"%s\",\"createdAt\":\"2026-03-01T00:00:00Z\","
	    "\"updatedAt\":\"2026-03-01T00:00:00Z\",\"inferenceProfileArn\":\"arn:%s:bedrock:%s:%s:"
	    "application-inference-profile/%s\"",
	    own_profiles[i].name, partition_of(region), region, account_of(q), own_profiles[i].id);
	profile_models(b, find_model(own_profiles[i].model), NULL, region);
	bytes_printf(b, ",\"inferenceProfileId\":\"%s\",\"status\":\"ACTIVE\","
	    "\"type\":\"APPLICATION\"}", own_profiles[i].id);
}

static void
each_system_profile(struct page *p, const struct request *q)
{
	for (size_t i = 0; i < N(models); i++)
		for (size_t g = 0; g < N(geographies); g++)
			if (offers(&models[i], &geographies[g], region_of(q)) && page_in(p))
				system_profile(p->out, &models[i], &geographies[g], q);
}

static void
each_own_profile(struct page *p, const struct request *q)
{
	for (size_t i = 0; i < N(own_profiles); i++)
		if (page_in(p))
			own_profile(p->out, i, q);
}

static void
each_made_up_profile(struct page *p, const struct request *q)
{
	const char *region = region_of(q);
	for (size_t i = 0; i < how_many("more_profiles"); i++) {
		struct bytes id = { 0 };
		if (!page_in(p))
			continue;
		made_up_id(&id, i);
		bytes_printf(p->out,
		    "{\"inferenceProfileName\":\"US made up %04zu\",\"inferenceProfileArn\":"
		    "\"arn:aws:bedrock:%s:%s:inference-profile/us.%s\",\"models\":[{\"modelArn\":"
		    "\"arn:aws:bedrock:%s::foundation-model/%s\"}],\"inferenceProfileId\":\"us.%s\","
		    "\"status\":\"ACTIVE\",\"type\":\"SYSTEM_DEFINED\"}",
		    i, region, account_of(q), id.s, region, id.s, id.s);
		bytes_free(&id);
	}
}

static void
each_scenario_profile(struct page *p, struct json_object *list, const char *type)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		const char *its = string_of(o, "type");
		if (type != NULL && its != NULL && strcmp(its, type) != 0)
			continue;
		if (page_in(p))
			scenario_write(p->out, o);
	}
}

static int
list_profiles(const struct request *q, const char *type, struct page *p, struct bytes *b,
    struct refusal *why)
{
	bool system = type == NULL || strcmp(type, "SYSTEM_DEFINED") == 0;
	bool own = type == NULL || strcmp(type, "APPLICATION") == 0;
	if (!system && !own)
		return refuse(why, "ValidationException",
		    "1 validation error detected: Value '%s' at 'typeEquals' failed to satisfy "
		    "constraint: Member must satisfy enum value set: [SYSTEM_DEFINED, APPLICATION]",
		    type);
	struct json_object *list = member_of(scenario_catalogue(), "inferenceProfileSummaries");
	if (page_begin(p, q, "inferenceProfileSummaries", b, why) != 0)
		return -1;
	if (list != NULL) {
		each_scenario_profile(p, list, type);
	} else {
		if (system)
			each_system_profile(p, q);
		if (own)
			each_own_profile(p, q);
	}
	if (system)
		each_made_up_profile(p, q);
	page_end(p);
	return 0;
}

int
catalogue_list_profiles(const struct request *q, struct bytes *b, struct refusal *why)
{
	struct page p;
	char *type = query_value(q, "type");
	int result = list_profiles(q, type, &p, b, why);
	free(type);
	return result;
}

/* The profile of the scenario's own catalogue, or NULL. */
static struct json_object *
scenario_profile(const char *id)
{
	struct json_object *list = member_of(scenario_catalogue(), "inferenceProfileSummaries");
	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		const char *its = string_of(o, "inferenceProfileId");
		const char *arn = string_of(o, "inferenceProfileArn");
		if ((its != NULL && strcmp(its, id) == 0) || (arn != NULL && strcmp(arn, id) == 0))
			return o;
	}
	return NULL;
}

int
catalogue_get_profile(const struct request *q, struct bytes *b, struct refusal *why)
{
	const char *slash = strrchr(q->model, '/');
	const char *id = slash != NULL ? slash + 1 : q->model;
	const struct geography *g = NULL;
	const struct model *m = find_system_profile(id, q->region, &g);
	if (scenario_profile(q->model) != NULL)
		scenario_write(b, scenario_profile(q->model));
	else if (m != NULL)
		system_profile(b, m, g, q);
	else if (find_own_profile(id) >= 0)
		own_profile(b, (size_t)find_own_profile(id), q);
	else
		return refuse(why, "ResourceNotFoundException",
		    "The specified inference profile is not found.");
	return 0;
}
