/* The operations of adit-sim beside streaming, and its checks of requests. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "client.h"

static struct sim sim;
static const char *const headers[] = { BEARER, "Content-Type: application/json",
	"Host: bedrock-runtime.us-east-1.amazonaws.com", NULL };

static int
start(void **state)
{
	(void)state;
	sim_start_scenario(&sim, "data/scenarios/test.json");
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	sim_stop(&sim);
	return 0;
}

static struct json_object *
get(const char *path, long status)
{
	struct got g;
	sim_call(&sim, &g, path, headers, NULL, 0);
	if (g.status != status)
		fail_msg("%s: %ld %s", path, g.status, buf_str(&g.body));
	struct json_object *o = json_tokener_parse(buf_str(&g.body));
	assert_non_null(o);
	got_free(&g);
	return o;
}

static struct json_object *
post(const char *path, const char *body, long status)
{
	struct got g;
	sim_call(&sim, &g, path, headers, body, 0);
	if (g.status != status)
		fail_msg("%s %s: %ld %s", path, body, g.status, buf_str(&g.body));
	struct json_object *o = json_tokener_parse(buf_str(&g.body));
	assert_non_null(o);
	got_free(&g);
	return o;
}

static struct json_object *
list(struct json_object *o, const char *name)
{
	struct json_object *l;
	assert_true(json_object_object_get_ex(o, name, &l));
	return l;
}

/* ---- discovery ---------------------------------------------------------- */

static void
models_are_listed_and_filtered(void **state)
{
	(void)state;
	struct json_object *all = get("/foundation-models", 200);
	size_t n = json_object_array_length(list(all, "modelSummaries"));
	assert_true(n >= 24);
	for (size_t i = 0; i < n; i++) {
		struct json_object *m = json_object_array_get_idx(list(all, "modelSummaries"), i);
		assert_non_null(json_text(m, "modelId"));
		assert_non_null(strstr(json_text(m, "modelArn"), json_text(m, "modelId")));
	}
	json_object_put(all);
	struct json_object *some = get("/foundation-models?byProvider=Anthropic"
	    "&byOutputModality=TEXT&byInferenceType=ON_DEMAND", 200);
	struct json_object *l = list(some, "modelSummaries");
	assert_in_range(json_object_array_length(l), 1, 10);
	for (size_t i = 0; i < json_object_array_length(l); i++)
		assert_string_equal(json_text(json_object_array_get_idx(l, i), "providerName"),
		    "Anthropic");
	json_object_put(some);
}

static size_t
walk_pages(const char *query)
{
	char path[256], token[128] = "";
	size_t total = 0, pages = 0;
	do {
		snprintf(path, sizeof path, "/inference-profiles?maxResults=10%s%s%s", query,
		    token[0] != '\0' ? "&nextToken=" : "", token);
		struct json_object *o = get(path, 200);
		size_t n = json_object_array_length(list(o, "inferenceProfileSummaries"));
		assert_in_range(n, 1, 10);
		total += n;
		const char *next = json_text(o, "nextToken");
		token[0] = '\0';
		if (next != NULL) {
			assert_non_null(strchr(next, '+'));
			assert_non_null(strchr(next, '/'));
			assert_non_null(strchr(next, '='));
			char *escaped = curl_easy_escape(NULL, next, 0);
			snprintf(token, sizeof token, "%s", escaped);
			curl_free(escaped);
		}
		json_object_put(o);
	} while (token[0] != '\0' && ++pages < 50);
	assert_true(pages > 1 || query[0] != '\0');
	return total;
}

static void
profiles_come_in_pages_with_tokens_that_need_escaping(void **state)
{
	(void)state;
	struct json_object *all = get("/inference-profiles", 200);
	size_t n = json_object_array_length(list(all, "inferenceProfileSummaries"));
	assert_null(json_text(all, "nextToken"));
	json_object_put(all);
	assert_int_equal(walk_pages(""), n);
	size_t own = walk_pages("&type=APPLICATION");
	assert_int_equal(own, 2);
	assert_int_equal(walk_pages("&type=SYSTEM_DEFINED"), n - own);
	json_object_put(get("/inference-profiles?type=ELSE", 400));
	json_object_put(get("/inference-profiles?maxResults=0", 400));
	json_object_put(get("/inference-profiles?nextToken=nonsense", 400));
}

static void
a_profile_is_found_by_id_and_by_arn(void **state)
{
	(void)state;
	struct json_object *o = get("/inference-profiles/us.anthropic.claude-opus-4-7", 200);
	assert_string_equal(json_text(o, "type"), "SYSTEM_DEFINED");
	assert_int_equal(json_object_array_length(list(o, "models")), 3);
	json_object_put(o);
	o = get("/inference-profiles/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-"
	    "inference-profile%2Fa1b2c3d4e5f6", 200);
	assert_string_equal(json_text(o, "type"), "APPLICATION");
	assert_string_equal(json_text(json_object_array_get_idx(list(o, "models"), 0), "modelArn"),
	    "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-6-v1");
	json_object_put(o);
	/* not from this region */
	json_object_put(get("/inference-profiles/eu.anthropic.claude-opus-4-7", 404));
}

static void
an_unknown_path_is_an_unknown_operation(void **state)
{
	(void)state;
	struct json_object *o = get("/no-such-thing", 404);
	assert_non_null(strstr(json_object_to_json_string(o), "UnknownOperationException"));
	json_object_put(o);
}

/* ---- answers in one piece ----------------------------------------------- */

static void
converse_gives_the_same_answer_in_one_piece(void **state)
{
	(void)state;
	char *body = question("tools-reason");
	struct json_object *o = post("/model/" MODEL "/converse", body, 200);
	assert_string_equal(json_text(o, "stopReason"), "tool_use");
	struct json_object *content = list(list(list(o, "output"), "message"), "content");
	assert_int_equal(json_object_array_length(content), 3);
	assert_non_null(strstr(json_object_to_json_string(json_object_array_get_idx(content, 0)),
	    "signature"));
	assert_string_equal(
	    json_text(json_object_array_get_idx(content, 1), "text"), "Let me look.");
	assert_string_equal(json_text(list(list(json_object_array_get_idx(content, 2), "toolUse"),
	    "input"), "path"), "README.md");
	assert_true(json_number(list(o, "usage"), "totalTokens") > 0);
	json_object_put(o);
	free(body);
	body = question("fault exception-throttling");
	json_object_put(post("/model/" MODEL "/converse", body, 429));
	free(body);
}

static void
tokens_are_counted_for_bare_claude_ids_only(void **state)
{
	(void)state;
	static const char body[] = "{\"input\":{\"converse\":{\"messages\":[{\"role\":\"user\","
	    "\"content\":[{\"text\":\"How many tokens are in this sentence?\"}]}]}}}";
	struct json_object *o =
	    post("/model/anthropic.claude-haiku-4-5-20251001-v1%3A0/count-tokens", body, 200);
	assert_in_range(json_number(o, "inputTokens"), 8, 40);
	json_object_put(o);
	json_object_put(post("/model/" MODEL "/count-tokens", body, 400));
	json_object_put(post("/model/amazon.nova-pro-v1%3A0/count-tokens", body, 400));
}

static void
invoke_speaks_the_model_s_own_form(void **state)
{
	(void)state;
	static const char body[] =
	    "{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":50,"
	    "\"messages\":[{\"role\":\"user\",\"content\":\"echo this\"}]}";
	struct json_object *o = post("/model/" MODEL "/invoke", body, 200);
	assert_string_equal(json_text(json_object_array_get_idx(list(o, "content"), 0), "text"),
	    "echo this");
	json_object_put(o);
	struct got g;
	struct frame f;
	size_t at = 0, chunks = 0;
	sim_call(&sim, &g, "/model/" MODEL "/invoke-with-response-stream", headers, body, 0);
	assert_int_equal(g.status, 200);
	while (next_frame(&g.body, &at, &f) == 1) {
		assert_string_equal(f.type, "chunk");
		assert_non_null(json_text(f.payload, "bytes"));
		chunks++;
		frame_free(&f);
	}
	assert_int_equal(chunks, 6);
	got_free(&g);
}

/* ---- embeddings --------------------------------------------------------- */

static double
dot(struct json_object *a, struct json_object *b)
{
	double sum = 0;
	for (size_t i = 0; i < json_object_array_length(a); i++)
		sum += json_object_get_double(json_object_array_get_idx(a, i)) *
		    json_object_get_double(json_object_array_get_idx(b, i));
	return sum;
}

static struct json_object *
embed(const char *text, int dims)
{
	char body[256];
	snprintf(body, sizeof body, "{\"inputText\":\"%s\",\"dimensions\":%d,\"normalize\":true}",
	    text, dims);
	return post("/model/amazon.titan-embed-text-v2%3A0/invoke", body, 200);
}

static void
titan_vectors_are_normalised_repeatable_and_near_for_like_texts(void **state)
{
	(void)state;
	struct json_object *a = embed("the quick brown fox", 512);
	struct json_object *again = embed("the quick brown fox", 512);
	struct json_object *like = embed("The quick brown dog", 512);
	struct json_object *other = embed("completely unrelated words here", 512);
	struct json_object *v = list(a, "embedding");
	assert_int_equal(json_object_array_length(v), 512);
	double own = dot(v, v), same = dot(v, list(again, "embedding"));
	double near = dot(v, list(like, "embedding")), far = dot(v, list(other, "embedding"));
	assert_true(own > 0.9999 && own < 1.0001);
	assert_true(same == own);
	assert_true(near > 0.5 && far < 0.3);
	assert_int_equal(json_object_array_length(list(list(a, "embeddingsByType"), "float")), 512);
	json_object_put(a);
	json_object_put(again);
	json_object_put(like);
	json_object_put(other);
	json_object_put(post("/model/amazon.titan-embed-text-v2%3A0/invoke",
	    "{\"inputText\":\"x\",\"dimensions\":300}", 400));
	json_object_put(
	    post("/model/amazon.titan-embed-text-v2%3A0/invoke", "{\"text\":\"x\"}", 400));
}

static void
other_families_answer_in_their_own_shapes(void **state)
{
	(void)state;
	struct json_object *o = post("/model/amazon.titan-embed-text-v1/invoke",
	    "{\"inputText\":\"hello\"}", 200);
	assert_int_equal(json_object_array_length(list(o, "embedding")), 1536);
	json_object_put(o);
	o = post("/model/cohere.embed-english-v3/invoke",
	    "{\"texts\":[\"a\",\"b\"],\"input_type\":\"search_document\"}", 200);
	assert_int_equal(json_object_array_length(list(o, "embeddings")), 2);
	json_object_put(o);
	o = post("/model/us.cohere.embed-v4%3A0/invoke", "{\"texts\":[\"a\"],\"input_type\":"
	    "\"search_query\",\"embedding_types\":[\"float\"],\"output_dimension\":256}", 200);
	assert_int_equal(json_object_array_length(json_object_array_get_idx(
	    list(list(o, "embeddings"), "float"), 0)), 256);
	json_object_put(o);
	o = post("/model/amazon.nova-2-multimodal-embeddings-v1%3A0/invoke",
	    "{\"schemaVersion\":\"nova-multimodal-embed-v1\",\"taskType\":\"SINGLE_EMBEDDING\","
	    "\"singleEmbeddingParams\":{\"embeddingPurpose\":\"GENERIC_INDEX\","
	    "\"embeddingDimension\":384,\"text\":{\"truncationMode\":\"END\",\"value\":\"hello\"}}"
	    "}",
	    200);
	assert_int_equal(json_object_array_length(list(json_object_array_get_idx(
	    list(o, "embeddings"), 0), "embedding")), 384);
	json_object_put(o);
}

/* ---- what the service refuses ------------------------------------------- */

#define U(...) "{\"role\":\"user\",\"content\":[" __VA_ARGS__ "]}"
#define A(...) "{\"role\":\"assistant\",\"content\":[" __VA_ARGS__ "]}"
#define T(s)   "{\"text\":\"" s "\"}"
#define USE(id) "{\"toolUse\":{\"toolUseId\":\"" id "\",\"name\":\"t\",\"input\":{}}}"
#define RESULT(id) "{\"toolResult\":{\"toolUseId\":\"" id "\",\"content\":[" T("r") "]}}"
#define TOOLS                                                                                      \
	"\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"t\",\"inputSchema\":{\"json\":"      \
	"{\"type\":\"object\"}}}}]}"
#define M(...) "{\"messages\":[" __VA_ARGS__ "]"
#define HI M(U(T("hi")))
#define C ","
#define CACHE "{\"cachePoint\":{\"type\":\"default\"}}"
#define HAIKU  "us.anthropic.claude-haiku-4-5-20251001-v1%3A0"
#define OPUS46 "us.anthropic.claude-opus-4-6-v1"
#define OPUS47 "us.anthropic.claude-opus-4-7"

static const struct {
	const char *model, *body;
	long status;
	const char *text;
} checks[] = {
	/* models */
	{ "no.such-model", HI "}", 400, "The provided model identifier is invalid." },
	{ "eu.anthropic.claude-opus-4-7", HI "}", 400,
	    "The provided model identifier is invalid." },
	{ "anthropic.claude-opus-4-7", HI "}", 400,
	    "Invocation of model ID anthropic.claude-opus-4-7 with on-demand throughput isn\u2019t "
	    "supported. Retry your request with the ID or ARN of an inference profile that "
	    "contains this model." },
	{ "amazon.nova-micro-v1%3A0%3A24k", HI "}", 400, "on-demand throughput" },
	{ "anthropic.claude-v2%3A1", HI "}", 404, "has reached the end of its life" },
	{ "us.anthropic.claude-mythos-preview", HI "}", 403, "don't have access to the model" },
	{ "amazon.titan-embed-text-v2%3A0", HI "}", 400, "doesn't support the model" },
	{ "arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2F" OPUS47, HI "}", 400,
	    "The provided model identifier is invalid." },
	{ "arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2F" OPUS47, HI "}", 200, "" },
	{ OPUS47, HI "}", 200, "" },
	{ "global.anthropic.claude-opus-4-7", HI "}", 200, "" },
	{ "amazon.nova-pro-v1%3A0", HI "}", 200, "" },
	/* shape */
	{ HAIKU, "{nonsense", 400, "could not be read" },
	{ HAIKU, HI ",\"novelty\":1}", 400, "#: extraneous key [novelty] is not permitted" },
	{ HAIKU, M(U("{\"novelty\":1}")) "}", 400,
	    "#/messages/0/content/0: extraneous key [novelty]" },
	{ HAIKU, M(U("{\"text\":\"a\",\"image\":{}}")) "}", 400, "only one member" },
	{ HAIKU, HI ",\"inferenceConfig\":{\"temperature\":2}}", 400,
	    "Value '2' at 'inferenceConfig.temperature'" },
	{ HAIKU, HI ",\"inferenceConfig\":{\"maxTokens\":0}}", 400, "greater than or equal to 1" },
	{ HAIKU, HI ",\"inferenceConfig\":{\"top_k\":1}}", 400, "extraneous key [top_k]" },
	{ HAIKU, HI ",\"toolConfig\":{}}", 400, "The provided request is not valid" },
	{ HAIKU, HI ",\"system\":[{\"text\":\"\"}]}", 400, "system.1.member.text" },
	{ HAIKU, HI ",\"requestMetadata\":{}}", 400, "requestMetadata" },
	{ HAIKU,
	    HI ",\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"a b\",\"inputSchema\":"
	       "{\"json\":{\"type\":\"object\"}}}}]}}",
	    400, "[a-zA-Z0-9_-]" },
	{ HAIKU,
	    HI ",\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"a\",\"description\":\"\","
	       "\"inputSchema\":{\"json\":{\"type\":\"object\"}}}}]}}",
	    400, "toolSpec.description" },
	/* conversation */
	{ HAIKU, M() "}", 400, "A conversation must start with a user message" },
	{ HAIKU, M(A(T("hi"))) "}", 400, "A conversation must start with a user message" },
	{ HAIKU, M(U(T("a")) C U(T("b"))) "}", 400, "roles must alternate" },
	{ HAIKU, M(U()) "}", 400,
	    "The content field in the Message object at messages.0 is empty" },
	{ HAIKU, M(U(T("hi") C T(" \\n"))) "}", 400,
	    "The text field in the ContentBlock object at messages.0.content.1 is blank" },
	{ HAIKU, M(U(T("a")) C A(T("b"))) "}", 200, "" },
	{ OPUS46, M(U(T("a")) C A(T("b"))) "}", 400, "does not support assistant message prefill" },
	/* tools */
	{ HAIKU, M(U(T("a")) C A(USE("x")) C U(RESULT("x"))) "}", 400,
	    "The toolConfig field must be defined when using toolUse and toolResult" },
	{ HAIKU, M(U(T("a")) C A(USE("x")) C U(RESULT("x"))) "," TOOLS "}", 200, "" },
	{ HAIKU, M(U(T("a")) C A(USE("x") C USE("y")) C U(RESULT("x"))) "," TOOLS "}", 400,
	    "Expected toolResult blocks at messages.2.content for the following Ids: y" },
	{ HAIKU, M(U(T("a")) C A(USE("x"))) "," TOOLS "}", 400, "for the following Ids: x" },
	{ HAIKU, M(U(RESULT("x"))) "," TOOLS "}", 400,
	    "The number of toolResult blocks at messages.0.content exceeds" },
	{ HAIKU, M(U(T("a")) C A(USE("x")) C U(T("b") C RESULT("x"))) "," TOOLS "}", 400,
	    "must come first" },
	{ HAIKU,
	    M(U(T("a")) C A(USE("x")) C U(RESULT("x")) C A(USE("x")) C U(RESULT("x"))) "," TOOLS
										       "}",
	    400, "ids must be unique" },
	{ HAIKU,
	    M(U(T("a")) C A(USE("x")) C U("{\"toolResult\":{\"toolUseId\":\"x\",\"content\":[],"
					  "\"status\":\"error\"}}")) "," TOOLS "}",
	    400, "cannot be empty when status value is error" },
	{ "deepseek.r1-v1%3A0", HI "," TOOLS "}", 400, "on-demand" },
	{ "us.deepseek.r1-v1%3A0", HI "," TOOLS "}", 400, "doesn't support tool use" },
	{ "mistral.mistral-7b-instruct-v0%3A2", HI ",\"system\":[{\"text\":\"s\"}]}", 400,
	    "doesn't support system messages" },
	/* attachments */
	{ HAIKU,
	    M(
		U(
		    "{\"document\":{\"format\":\"txt\",\"name\":\"d\",\"source\":{\"text\":\"x\"}}"
		    "}")) "}",
	    400, "text block" },
	{ HAIKU,
	    M(U(T("a") C "{\"document\":{\"format\":\"txt\",\"name\":\"a.txt\",\"source\":{"
			 "\"text\":\"x\"}}}")) "}",
	    400, "file name contains invalid characters" },
	{ HAIKU,
	    M(U(T("a") C "{\"image\":{\"format\":\"png\",\"source\":{\"bytes\":\"!!\"}}}")) "}",
	    400, "Could not process image" },
	{ "meta.llama3-1-70b-instruct-v1%3A0",
	    M(U(T("a") C "{\"image\":{\"format\":\"png\",\"source\":{\"bytes\":\"AAAA\"}}}")) "}",
	    400, "doesn't support the image" },
	/* cache points */
	{ "qwen.qwen3-32b-v1%3A0", M(U(T("a") C CACHE)) "}", 403, "did not allow prompt caching" },
	{ HAIKU,
	    M(U(T("a") C CACHE C T("b") C CACHE C T("c") C CACHE C T("d") C CACHE C T("e")
		    C CACHE)) "}",
	    400, "A maximum of 4 blocks" },
	{ HAIKU,
	    M(U(T("a") C CACHE C T("b") C
		"{\"cachePoint\":{\"type\":\"default\",\"ttl\":\"1h\"}}")) "}",
	    400, "must not come after" },
	{ "us.amazon.nova-pro-v1%3A0",
	    M(U(T("a")) C A(USE("x")) C U(RESULT("x") C CACHE)) "," TOOLS "}", 400,
	    "extraneous key [cachePoint] is not permitted" },
	/* sampling and thinking */
	{ OPUS47, HI ",\"inferenceConfig\":{\"temperature\":1}}", 400,
	    "`temperature` is deprecated for this model." },
	{ OPUS47, HI ",\"additionalModelRequestFields\":{\"top_k\":5}}", 400,
	    "`top_k` is deprecated" },
	{ HAIKU, HI ",\"inferenceConfig\":{\"temperature\":1,\"topP\":0.9}}", 400,
	    "cannot both be specified" },
	{ OPUS47,
	    HI ",\"additionalModelRequestFields\":{\"thinking\":{\"type\":\"enabled\","
	       "\"budget_tokens\":2048}}}",
	    400, "\\\"thinking.type.enabled\\\" is not supported" },
	{ OPUS47,
	    HI ",\"additionalModelRequestFields\":{\"thinking\":{\"type\":\"adaptive\"},"
	       "\"output_config\":{\"effort\":\"high\"}}}",
	    200, "" },
	{ HAIKU,
	    HI ",\"additionalModelRequestFields\":{\"thinking\":{\"type\":\"enabled\","
	       "\"budget_tokens\":100}}}",
	    400, "Input should be greater than or equal to 1024" },
	{ HAIKU,
	    HI ",\"inferenceConfig\":{\"maxTokens\":2000},\"additionalModelRequestFields\":{"
	       "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048}}}",
	    400, "must be greater than thinking budget" },
	{ HAIKU,
	    HI ",\"inferenceConfig\":{\"maxTokens\":4000,\"temperature\":0.5},"
	       "\"additionalModelRequestFields\":{\"thinking\":{\"type\":\"enabled\","
	       "\"budget_tokens\":2048}}}",
	    400, "may only be set to 1 when thinking" },
	{ "us.anthropic.claude-fable-5",
	    HI ",\"additionalModelRequestFields\":{\"thinking\":{\"type\":\"disabled\"}}}", 400,
	    "not supported for this model" },
	{ HAIKU, HI ",\"inferenceConfig\":{\"maxTokens\":100000}}", 400,
	    "The maximum tokens you requested exceed the model limit of 64000" },
	/* reasoning that comes back */
	{ HAIKU,
	    M(U(T("a")) C A("{\"reasoningContent\":{\"reasoningText\":{\"text\":\"r\"}}}" C T("b"))
		    C U(T("c"))) "}",
	    400, "thinking.signature: Field required" },
	{ HAIKU,
	    M(U(T("a")) C A("{\"reasoningContent\":{\"reasoningText\":{\"text\":\"changed\","
			    "\"signature\":\"c2ltAAAA\"}}}" C T("b")) C U(T("c"))) "}",
	    400, "Invalid `signature`" },
};

static void
requests_are_refused_in_the_words_of_the_service(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		struct got g;
		char path[256];
		snprintf(path, sizeof path, "/model/%s/converse", checks[i].model);
		sim_call(&sim, &g, path, headers, checks[i].body, 0);
		if (g.status != checks[i].status ||
		    strstr(buf_str(&g.body), checks[i].text) == NULL)
			fail_msg("%s %s: %ld %s", checks[i].model, checks[i].body, g.status,
			    buf_str(&g.body));
		got_free(&g);
	}
}

static void
too_long_a_conversation_is_told_from_too_many_tokens(void **state)
{
	(void)state;
	size_t n = 900000;
	char *words = malloc(n + 1);
	assert_non_null(words);
	memset(words, 'w', n);
	words[n] = '\0';
	char *body = question(words);
	struct got g;
	sim_call(&sim, &g, "/model/" MODEL "/converse", headers, body, 0);
	assert_int_equal(g.status, 400);
	assert_non_null(strstr(buf_str(&g.body), "prompt is too long: "));
	assert_non_null(strstr(buf_str(&g.body), "> 200000 maximum"));
	got_free(&g);
	sim_call(&sim, &g, "/model/amazon.nova-micro-v1%3A0/converse", headers, body, 0);
	assert_non_null(strstr(buf_str(&g.body), "Input is too long for requested model."));
	got_free(&g);
	free(body);
	free(words);
}

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(models_are_listed_and_filtered),
		cmocka_unit_test(profiles_come_in_pages_with_tokens_that_need_escaping),
		cmocka_unit_test(a_profile_is_found_by_id_and_by_arn),
		cmocka_unit_test(an_unknown_path_is_an_unknown_operation),
		cmocka_unit_test(converse_gives_the_same_answer_in_one_piece),
		cmocka_unit_test(tokens_are_counted_for_bare_claude_ids_only),
		cmocka_unit_test(invoke_speaks_the_model_s_own_form),
		cmocka_unit_test(titan_vectors_are_normalised_repeatable_and_near_for_like_texts),
		cmocka_unit_test(other_families_answer_in_their_own_shapes),
		cmocka_unit_test(requests_are_refused_in_the_words_of_the_service),
		cmocka_unit_test(too_long_a_conversation_is_told_from_too_many_tokens),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
