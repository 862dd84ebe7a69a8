/* own.c - see own.h. Shapes: service model bedrock 2023-04-20. */
#include "config.h"

#include "own.h"

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "converse.h"
#include "page.h"
#include "scenario.h"

#define N(a) (sizeof(a) / sizeof *(a))

static const struct own {
	const char	*kind, *id, *name;
	const char	*model;         /* the foundation model that answers */
	const char	*from;          /* what the entry names as its base: a resource of an ARN */
	const char	*status;        /* of an imported model whether it takes conversations */
} rows[] = {
	{ "imported-model", "sim4llama777", "my-finetuned-llama", "meta.llama3-1-70b-instruct-v1:0",
	    "llama3", "true" },
	{ "imported-model", "sim4plain777", "my-base-model", "meta.llama3-1-70b-instruct-v1:0",
	    "llama3", "false" },
	{ "provisioned-model", "simprov00001", "team-nova-hourly", "amazon.nova-micro-v1:0",
	    "foundation-model/amazon.nova-micro-v1:0:24k", "InService" },
	{ "provisioned-model", "simprov00002", "team-haiku-hourly", "anthropic.claude-3-haiku-20240307-v1:0",
	    "foundation-model/anthropic.claude-3-haiku-20240307-v1:0", "Creating" },
	{ "custom-model-deployment", "simdeploy001", "my-nova-lite", "amazon.nova-lite-v1:0",
	    "custom-model/amazon.nova-lite-v1:0:300k/simcustom001", "Active" },
	{ "custom-model-deployment", "simdeploy002", "my-nova-pro", "amazon.nova-pro-v1:0",
	    "custom-model/imported/simcustom002", "Active" },
	{ "custom-model", "simcustom002", "my-nova-pro-weights", "amazon.nova-pro-v1:0",
	    "foundation-model/amazon.nova-pro-v1:0", "Active" },
	{ "default-prompt-router", "anthropic.claude:1", "Anthropic Prompt Router",
	    "anthropic.claude-3-haiku-20240307-v1:0", "inference-profile/us.anthropic.claude-3-haiku-20240307-v1:0",
	    "AVAILABLE" },
};

/* ---- finding ---------------------------------------------------------------- */

static const struct own *
find(const char *kind, const char *id)
{
	size_t n = strlen(id);
	for (size_t i = 0; i < N(rows); i++) {
		/* A custom model's id has its base before it: "custom-model/imported/id". */
		size_t k = strlen(rows[i].id);
		if (strcmp(rows[i].kind, kind) == 0 && n >= k && strcmp(id + n - k, rows[i].id) == 0 &&
		    (n == k || id[n - k - 1] == '/'))
			return &rows[i];
	}
	return NULL;
}

static bool
is_ready(const struct own *o)
{
	static const char *const good[] = { "InService", "Active", "AVAILABLE", "true" };
	for (size_t i = 0; i < N(good); i++)
		if (strcmp(o->status, good[i]) == 0)
			return true;
	return false;
}

const char *
own_model(const char *kind, const char *id, struct refusal *why)
{
	const struct own *o = find(kind, id);
	if (o == NULL || strcmp(kind, "custom-model") == 0)
		return NULL;
	if (is_ready(o))
		return o->model;
	if (strcmp(o->status, "false") == 0)
		refuse(why, "ValidationException",
		    "This action doesn't support the model that you provided. Try again with a "
		    "supported text or chat model.");
	else
		refuse(why, "ResourceNotFoundException",
		    "The model is not ready: its status is %s.", o->status);
	return NULL;
}

/* ---- entries ------------------------------------------------------------------- */

static void
put_arn(struct bytes *b, const char *member, const struct request *q, const char *resource, bool own)
{
	bytes_printf(b, "\"%s\":\"arn:aws:bedrock:%s:%s:%s\"", member,
	    q->region != NULL ? q->region : "us-east-1",
	    !own ? "" : q->account != NULL ? q->account : "123456789012", resource);
}

static void
put_own_arn(struct bytes *b, const char *member, const struct request *q, const struct own *o)
{
	struct bytes resource = { 0 };
	bytes_printf(&resource, "%s/%s", o->kind, o->id);
	put_arn(b, member, q, resource.s, true);
	bytes_free(&resource);
}

static void
put_from(struct bytes *b, const char *member, const struct request *q, const struct own *o)
{
	put_arn(b, member, q, o->from, strncmp(o->from, "foundation-model/", 17) != 0);
}

static void
put_imported(struct bytes *b, const struct request *q, const struct own *o)
{
	bytes_putc(b, '{');
	put_own_arn(b, "modelArn", q, o);
	bytes_printf(b, ",\"modelName\":\"%s\",\"creationTime\":\"2026-04-01T00:00:00Z\","
	    "\"instructSupported\":%s,\"modelArchitecture\":\"%s\"}", o->name, o->status, o->from);
}

static void
put_provisioned(struct bytes *b, const struct request *q, const struct own *o)
{
	bytes_printf(b, "{\"provisionedModelName\":\"%s\",", o->name);
	put_own_arn(b, "provisionedModelArn", q, o);
	bytes_putc(b, ',');
	put_from(b, "modelArn", q, o);
	bytes_putc(b, ',');
	put_from(b, "foundationModelArn", q, o);
	bytes_printf(b, ",\"modelUnits\":1,\"desiredModelUnits\":1,\"status\":\"%s\","
	    "\"creationTime\":\"2026-04-01T00:00:00Z\"}", o->status);
}

static void
put_deployment(struct bytes *b, const struct request *q, const struct own *o)
{
	bytes_putc(b, '{');
	put_own_arn(b, "customModelDeploymentArn", q, o);
	bytes_printf(b, ",\"customModelDeploymentName\":\"%s\",", o->name);
	put_from(b, "modelArn", q, o);
	bytes_printf(b, ",\"createdAt\":\"2026-04-01T00:00:00Z\",\"status\":\"%s\"}", o->status);
}

static void
put_custom(struct bytes *b, const struct request *q, const struct own *o)
{
	bytes_putc(b, '{');
	put_own_arn(b, "modelArn", q, o);
	bytes_printf(b, ",\"modelName\":\"%s\",", o->name);
	put_from(b, "baseModelArn", q, o);
	bytes_puts(b, ",\"creationTime\":\"2026-04-01T00:00:00Z\"}");
}

static void
put_router(struct bytes *b, const struct request *q, const struct own *o)
{
	bytes_printf(b, "{\"promptRouterName\":\"%s\",\"routingCriteria\":{"
	    "\"responseQualityDifference\":0.25},", o->name);
	put_own_arn(b, "promptRouterArn", q, o);
	bytes_puts(b, ",\"models\":[{");
	put_from(b, "modelArn", q, o);
	bytes_puts(b, "},{");
	put_arn(b, "modelArn", q, "inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0", true);
	bytes_puts(b, "}],\"fallbackModel\":{");
	put_from(b, "modelArn", q, o);
	bytes_printf(b, "},\"status\":\"%s\",\"type\":\"default\"}", o->status);
}

/* ---- lists ----------------------------------------------------------------------- */

static const struct kind {
	const char	*name;
	void		(*put)(struct bytes *, const struct request *, const struct own *);
	const char	*list;          /* in the answer */
	const char	*own;           /* in a scenario's catalogue; NULL: not listed */
} kinds[] = {
	{ "imported-model", put_imported, "modelSummaries", "importedModelSummaries" },
	{ "provisioned-model", put_provisioned, "provisionedModelSummaries", "provisionedModelSummaries" },
	{ "custom-model-deployment", put_deployment, "modelDeploymentSummaries", "modelDeploymentSummaries" },
	{ "default-prompt-router", put_router, "promptRouterSummaries", "promptRouterSummaries" },
	{ "custom-model", put_custom, NULL, NULL },
};

static int
list(const struct kind *k, const struct request *q, struct bytes *b, struct refusal *why)
{
	struct json_object *own = member_of(scenario_catalogue(), k->own);
	struct page p;
	if (page_begin(&p, q, k->list, b, why) != 0)
		return -1;
	for (size_t i = 0; own != NULL && i < json_object_array_length(own); i++)
		if (page_in(&p))
			scenario_write(b, json_object_array_get_idx(own, i));
	for (size_t i = 0; own == NULL && i < N(rows); i++)
		if (strcmp(rows[i].kind, k->name) == 0 && page_in(&p))
			k->put(b, q, &rows[i]);
	page_end(&p);
	return 0;
}

int
own_list_imported(const struct request *q, struct bytes *b, struct refusal *why)
{
	return list(&kinds[0], q, b, why);
}

int
own_list_provisioned(const struct request *q, struct bytes *b, struct refusal *why)
{
	return list(&kinds[1], q, b, why);
}

int
own_list_deployments(const struct request *q, struct bytes *b, struct refusal *why)
{
	return list(&kinds[2], q, b, why);
}

int
own_list_routers(const struct request *q, struct bytes *b, struct refusal *why)
{
	return list(&kinds[3], q, b, why);
}

/* ---- one ------------------------------------------------------------------------------ */

/* The path has an ARN; its kind is between the last colon before the first slash and that slash. */
int
own_get(const struct request *q, struct bytes *b, struct refusal *why)
{
	const char *slash = strchr(q->model, '/');
	for (size_t i = 0; slash != NULL && i < N(kinds); i++) {
		size_t n = strlen(kinds[i].name);
		const struct own *o = find(kinds[i].name, slash + 1);
		if ((size_t)(slash - q->model) > n && slash[-(ptrdiff_t)n - 1] == ':' &&
		    strncmp(slash - n, kinds[i].name, n) == 0 && o != NULL) {
			kinds[i].put(b, q, o);
			return 0;
		}
	}
	return refuse(why, "ResourceNotFoundException", "The specified resource is not found.");
}
