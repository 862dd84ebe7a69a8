/*
 * bedrock.c - see bedrock.h.
 *
 * In the order of the real service: the route, who is asking, whether the
 * request is well-formed, whether the model would take it; then the scenario.
 */
#include "config.h"

#include "bedrock.h"

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "answer.h"
#include "auth.h"
#include "catalogue.h"
#include "converse.h"
#include "embed.h"
#include "own.h"
#include "pause.h"
#include "scenario.h"
#include "simtime.h"
#include "steps.h"
#include "validate.h"
#include "whole.h"

static const char *
json_text(struct json_object *o)
{
	return json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* ---- Converse ----------------------------------------------------------- */

/* The model of the request if it takes it, and the request is as it should be. */
static const struct model *
accept_converse(struct request *q, bool streaming, struct refusal *why)
{
	const struct model *m = catalogue_resolve(q, why);
	if (m == NULL)
		return NULL;
	if (scenario_validates() && validate_converse(q->json, m, streaming, why) != 0)
		return NULL;
	return m;
}

static int
converse_stream(struct request *q, struct reply *r, struct refusal *why)
{
	if (accept_converse(q, true, why) == NULL)
		return -1;
	struct answer a;
	answer_choose(q, &a);
	if (!answer_first_step(q, &a, r)) {
		r->kind = REPLY_STREAM;
		r->status = 200;
		reply_header(r, "Content-Type", "application/vnd.amazon.eventstream");
		r->stream = stream_new(&a, q);
	}
	answer_free(&a);
	return 0;
}

static void
write_converse(struct bytes *b, const struct whole *w, const struct request *q)
{
	bytes_printf(b, "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":%s}},"
	    "\"stopReason\":\"%s\",\"usage\":", json_text(w->content), w->stop);
	steps_usage(b, w->usage, q->json, w->output_bytes);
	bytes_printf(b, ",\"metrics\":{\"latencyMs\":%lld}",
	    (long long)((time_mono_ns() - q->t_ns) / NS_PER_MS));
	if (w->fields != NULL)
		bytes_printf(b, ",\"additionalModelResponseFields\":%s", json_text(w->fields));
	if (w->trace != NULL)
		bytes_printf(b, ",\"trace\":%s", json_text(w->trace));
	bytes_putc(b, '}');
}

/* How the message goes into the body of an operation that does not stream. */
typedef void write_fn(struct bytes *, const struct whole *, const struct request *);

/* Plays the answer into one message. 0 also when the connection is to be dropped. */
static int
answer_whole(struct request *q, struct reply *r, struct refusal *why, write_fn *write)
{
	struct answer a;
	struct whole w;
	int result = 0;
	answer_choose(q, &a);
	if (!answer_first_step(q, &a, r)) {
		result = whole_collect(&w, &a, q, why);
		if (result == 0) {
			reply_json(r, 200);
			write(&r->body, &w, q);
		} else if (why->type == NULL) {
			r->kind = REPLY_DROP;
			result = 0;
		}
		whole_free(&w);
	}
	answer_free(&a);
	return result;
}

static int
converse(struct request *q, struct reply *r, struct refusal *why)
{
	if (accept_converse(q, false, why) == NULL)
		return -1;
	return answer_whole(q, r, why, write_converse);
}

/* ---- CountTokens -------------------------------------------------------- */

static int
count_tokens(struct request *q, struct reply *r, struct refusal *why)
{
	const char *id = q->model;
	struct json_object *input = member_of(q->json, "input");
	struct json_object *body = member_of(input, "converse");
	const char *blob = string_of(member_of(input, "invokeModel"), "body");
	struct answer a = scenario_answer(q);
	bool answered = a.steps != NULL && answer_first_step(q, &a, r);
	answer_free(&a);
	if (answered)
		return 0;
	if (strncmp(id, "anthropic.", 10) != 0 || !catalogue_is_bare(q))
		return refuse(why, "ValidationException",
		    "The provided model doesn't support counting tokens.");
	if (body == NULL && blob == NULL)
		return refuse(why, "ValidationException",
		    "Malformed input request: #/input: one member "
		    "must be set, please reformat your input and try again.");
	reply_json(r, 200);
	bytes_printf(&r->body, "{\"inputTokens\":%ld}",
	    body != NULL ? converse_tokens(body) : (long)strlen(blob) / 4 * 3 / 4 + 8);
	return 0;
}

/* ---- InvokeModel -------------------------------------------------------- */

/* Anthropic's own message form; other families get it too, for want of theirs. */
static void
write_message(struct bytes *b, const struct whole *w, const struct request *q)
{
	bytes_printf(b, "{\"id\":\"msg_bdrk_%.8s\",\"type\":\"message\",\"role\":\"assistant\","
	    "\"content\":[{\"type\":\"text\",\"text\":", q->id);
	bytes_json(b, bytes_str(&w->text), w->text.len);
	bytes_printf(b, "}],\"stop_reason\":\"%s\",\"stop_sequence\":null,\"usage\":{"
	    "\"input_tokens\":%ld,\"output_tokens\":%zu}}", w->stop, converse_tokens(q->json),
	    (w->output_bytes + 3) / 4);
}

static int
check_invoke(struct request *q, const struct model *m, struct refusal *why)
{
	if (!json_object_is_type(q->json, json_type_object))
		return refuse(why, "ValidationException",
		    "Malformed input request, please reformat your "
		    "input and try again.");
	if (model_is_claude(m) && string_of(q->json, "anthropic_version") == NULL)
		return refuse(why, "ValidationException",
		    "Malformed input request: #: required key "
		    "[anthropic_version] not found, please reformat your input and try again.");
	return 0;
}

static int
invoke(struct request *q, struct reply *r, struct refusal *why)
{
	const struct model *m = catalogue_resolve(q, why);
	if (m == NULL || check_invoke(q, m, why) != 0)
		return -1;
	if (!(m->flags & M_EMBEDS))
		return answer_whole(q, r, why, write_message);
	struct answer a = scenario_answer(q);
	bool answered = a.steps != NULL && answer_first_step(q, &a, r);
	answer_free(&a);
	if (answered)
		return 0;
	reply_json(r, 200);
	return embed_answer(m, q->json, &r->body, why);
}

/* A step that sends a model's own event, wrapped as this operation wraps them. */
static void
add_chunk(struct json_object *steps, const char *json, size_t n)
{
	struct bytes blob = { 0 };
	struct json_object *step = json_object_new_object(), *payload = json_object_new_object();
	bytes_base64(&blob, json, n);
	json_object_object_add(payload, "bytes", json_object_new_string(blob.s));
	json_object_object_add(step, "event", json_object_new_string("chunk"));
	json_object_object_add(step, "payload", payload);
	json_object_array_add(steps, step);
	bytes_free(&blob);
}

static void
add_text_chunks(struct json_object *steps, const struct bytes *text)
{
	for (size_t from = 0; from < text->len;) {
		size_t to = from + 16 < text->len ? utf8_start(text->s, from + 16) : text->len;
		struct bytes b = { 0 };
		bytes_puts(&b, "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{"
		    "\"type\":\"text_delta\",\"text\":");
		bytes_json(&b, text->s + from, to - from);
		bytes_puts(&b, "}}");
		add_chunk(steps, b.s, b.len);
		bytes_free(&b);
		from = to;
	}
}

/* The steps that stream a message in Anthropic's own events. */
static struct json_object *
chunk_steps(const struct whole *w, const struct request *q)
{
	static const char start[] = "{\"type\":\"content_block_start\",\"index\":0,"
	    "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}";
	static const char stop[] = "{\"type\":\"content_block_stop\",\"index\":0}";
	struct json_object *steps = json_object_new_array(), *plain = json_object_new_object();
	struct bytes b = { 0 };
	json_object_object_add(plain, "auto", json_object_new_boolean(false));
	json_object_array_add(steps, plain);
	bytes_printf(&b, "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_bdrk_%.8s\","
	    "\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"usage\":{"
	    "\"input_tokens\":%ld,\"output_tokens\":1}}}", q->id, converse_tokens(q->json));
	add_chunk(steps, b.s, b.len);
	add_chunk(steps, start, sizeof start - 1);
	add_text_chunks(steps, &w->text);
	add_chunk(steps, stop, sizeof stop - 1);
	bytes_reset(&b);
	bytes_printf(&b, "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"%s\"},"
	    "\"usage\":{\"output_tokens\":%zu}}", w->stop, (w->output_bytes + 3) / 4);
	add_chunk(steps, b.s, b.len);
	bytes_reset(&b);
	bytes_printf(&b, "{\"type\":\"message_stop\",\"amazon-bedrock-invocationMetrics\":{"
	    "\"inputTokenCount\":%ld,\"outputTokenCount\":%zu,\"invocationLatency\":1,"
	    "\"firstByteLatency\":1}}", converse_tokens(q->json), (w->output_bytes + 3) / 4);
	add_chunk(steps, b.s, b.len);
	bytes_free(&b);
	return steps;
}

static int
invoke_stream(struct request *q, struct reply *r, struct refusal *why)
{
	const struct model *m = catalogue_resolve(q, why);
	if (m == NULL || check_invoke(q, m, why) != 0)
		return -1;
	struct answer a;
	struct whole w;
	answer_choose(q, &a);
	int result = 0;
	if (!answer_first_step(q, &a, r)) {
		result = whole_collect(&w, &a, q, why);
		if (result == 0) {
			struct answer chunks = { .steps = chunk_steps(&w, q), .pace = a.pace };
			r->kind = REPLY_STREAM;
			r->status = 200;
			reply_header(r, "Content-Type", "application/vnd.amazon.eventstream");
			reply_header(r, "x-amzn-bedrock-content-type", "application/json");
			r->stream = stream_new(&chunks, q);
		} else if (why->type == NULL) {
			r->kind = REPLY_DROP;
			result = 0;
		}
		whole_free(&w);
	}
	answer_free(&a);
	return result;
}

/* ---- the control plane -------------------------------------------------- */

typedef int list_fn(const struct request *, struct bytes *, struct refusal *);

/* A first step that is nothing but a delay leaves the answer as it is. */
static int
answer_list(struct request *q, struct reply *r, struct refusal *why, list_fn *list)
{
	struct answer a = scenario_answer(q);
	bool answered = a.steps != NULL && answer_first_step(q, &a, r);
	int ms = a.steps != NULL ?
	    json_object_get_int(member_of(json_object_array_get_idx(a.steps, 0), "delay_ms")) : 0;
	answer_free(&a);
	if (answered)
		return 0;
	if (ms > 0 && pause_until(q->fd, time_mono_ns() + ms * NS_PER_MS) != PAUSE_OVER) {
		r->kind = REPLY_DROP;
		return 0;
	}
	reply_json(r, 200);
	return list(q, &r->body, why);
}

/* ---- routes ------------------------------------------------------------- */

/* "{}" in a path stands for one label: the model or profile. */
static const struct route {
	const char	*method, *path, *service, *operation;
	int		(*answer)(struct request *, struct reply *, struct refusal *);
	list_fn		*list;          /* instead of it: what goes through answer_list() */
} routes[] = {
	{ "POST", "/model/{}/converse-stream", "bedrock-runtime", "ConverseStream",
	    .answer = converse_stream },
	{ "POST", "/model/{}/converse", "bedrock-runtime", "Converse", .answer = converse },
	{ "POST", "/model/{}/count-tokens", "bedrock-runtime", "CountTokens", .answer = count_tokens },
	{ "POST", "/model/{}/invoke", "bedrock-runtime", "InvokeModel", .answer = invoke },
	{ "POST", "/model/{}/invoke-with-response-stream", "bedrock-runtime",
	    "InvokeModelWithResponseStream", .answer = invoke_stream },
	{ "GET", "/foundation-models", "bedrock", "ListFoundationModels", .list = catalogue_list_models },
	{ "GET", "/foundation-models/{}", "bedrock", "GetFoundationModel", .list = catalogue_get_model },
	{ "GET", "/inference-profiles", "bedrock", "ListInferenceProfiles", .list = catalogue_list_profiles },
	{ "GET", "/inference-profiles/{}", "bedrock", "GetInferenceProfile", .list = catalogue_get_profile },
	{ "GET", "/imported-models", "bedrock", "ListImportedModels", .list = own_list_imported },
	{ "GET", "/imported-models/{}", "bedrock", "GetImportedModel", .list = own_get },
	{ "GET", "/provisioned-model-throughputs", "bedrock", "ListProvisionedModelThroughputs",
	    .list = own_list_provisioned },
	{ "GET", "/provisioned-model-throughput/{}", "bedrock", "GetProvisionedModelThroughput",
	    .list = own_get },
	{ "GET", "/model-customization/custom-model-deployments", "bedrock",
	    "ListCustomModelDeployments", .list = own_list_deployments },
	{ "GET", "/model-customization/custom-model-deployments/{}", "bedrock",
	    "GetCustomModelDeployment", .list = own_get },
	{ "GET", "/custom-models/{}", "bedrock", "GetCustomModel", .list = own_get },
	{ "GET", "/prompt-routers", "bedrock", "ListPromptRouters", .list = own_list_routers },
	{ "GET", "/prompt-routers/{}", "bedrock", "GetPromptRouter", .list = own_get },
};

/* Whether the raw path fits; *label is where the label starts, *n how long it is. */
static bool
path_fits(const char *pattern, const char *path, const char **label, size_t *n)
{
	const char *hole = strstr(pattern, "{}");
	if (hole == NULL)
		return strcmp(pattern, path) == 0;
	size_t before = (size_t)(hole - pattern);
	if (strncmp(pattern, path, before) != 0)
		return false;
	*label = path + before;
	*n = strcspn(*label, "/");
	return *n != 0 && strcmp(*label + *n, hole + 2) == 0;
}

static const struct route *
find_route(struct request *q)
{
	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
		const char *label = NULL;
		size_t n = 0;
		if (strcmp(routes[i].method, q->method) != 0 ||
		    !path_fits(routes[i].path, q->path, &label, &n))
			continue;
		q->service = routes[i].service;
		q->operation = routes[i].operation;
		if (label != NULL) {
			struct bytes id = { 0 };
			bytes_unescape(&id, label, n);
			q->model = id.s;
		}
		return &routes[i];
	}
	return NULL;
}

static void
unknown_operation(struct reply *r)
{
	reply_error(r, 404, "UnknownOperationException", NULL);
	bytes_reset(&r->body);
	bytes_puts(&r->body, "{\"Output\":{\"__type\":\"com.amazon.coral.service#"
	    "UnknownOperationException\"},\"Version\":\"1.0\"}");
}

static void
read_body(struct request *q)
{
	if (q->body.len == 0)
		return;
	struct json_tokener *t = json_tokener_new_ex(128);
	q->json = json_tokener_parse_ex(t, q->body.s, (int)q->body.len);
	if (json_tokener_get_error(t) != json_tokener_success) {
		json_object_put(q->json);
		q->json = NULL;
	}
	json_tokener_free(t);
	q->user_text = converse_user_text(q->json);
}

void
bedrock_answer(struct request *q, struct reply *r)
{
	struct refusal why = { 0 };
	const struct route *route = find_route(q);
	read_body(q);
	if (route == NULL) {
		unknown_operation(r);
		return;
	}
	int rc = auth_check(q, &why);
	if (rc == 0)
		rc = route->list != NULL ? answer_list(q, r, &why, route->list) : route->answer(q, r, &why);
	if (rc != 0) {
		bytes_reset(&r->body);
		reply_refusal(r, &why);
	}
	refusal_free(&why);
}
