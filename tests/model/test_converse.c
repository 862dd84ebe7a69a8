#include "script.h"

#include "model/converse.h"

#define SONNET_45 "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
#define OPUS_47 "us.anthropic.claude-opus-4-7"
#define OPUS_46 "anthropic.claude-opus-4-6-v1"
#define NOVA "amazon.nova-pro-v1:0"
#define APPLICATION "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6"

static const char zoom[] = "[{\"toolSpec\":{\"name\":\"zoom\",\"description\":\"Zoom\",\"inputSchema\":{\"json\":"
    "{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"number\"}}}}}}]";

/* An ask that wishes for nothing; the caller adds. */
static struct converse_ask
plain(const char *model, const struct conversation *c)
{
	return (struct converse_ask){ .model = model, .conversation = c,
		.params = { .temperature = -1, .top_p = -1 } };
}

/* The body, checked to be valid JSON. The caller frees. */
static char *
body_of(const struct converse_ask *ask)
{
	struct buf b = { 0 };
	struct err err = { 0 };
	assert_int_equal(converse_body(&b, ask, &err), 0);
	struct json_object *o = json_parse(b.s, b.len, &err);
	if (o == NULL)
		fail_msg("%s in %s", err.text, b.s);
	json_free(o);
	return buf_take(&b, NULL);
}

/* One member of the body is as given (single quotes); "" = it is not there. */
static void
assert_member(const struct converse_ask *ask, const char *path, const char *want)
{
	char *body = body_of(ask);
	struct json_object *o = json_parse(body, strlen(body), NULL), *v = json_at(o, path);
	if (*want == '\0') {
		if (v != NULL)
			fail_msg("%s: %s", path, body);
	} else {
		if (v == NULL)
			fail_msg("%s is missing: %s", path, body);
		assert_same_json(json_object_to_json_string(v), want);
	}
	json_free(o);
	free(body);
}

static void
say_hi(struct conversation *c)
{
	script_conversation(c, "{'role':'user','parts':[{'kind':'text','text':'hi'}]}", NULL);
}

static void
zoom_loop(struct conversation *c, const char *model)
{
	char assistant[400];
	snprintf(assistant, sizeof assistant, "{'role':'assistant','model':'%s','parts':["
		"{'kind':'reasoning','text':'I should look.','signature':'EqQBCk...'},"
		"{'kind':'tool_use','id':'tooluse_1','name':'zoom','text':'{\\\"x\\\":1}'}]}",
		    model);
	script_conversation(c, "{'role':'user','parts':[{'kind':'text','text':'What is in this "
	    "picture?'},"
		"{'kind':'image','format':'png','text':'iVBORw0KGgo='}]}", assistant,
	    "{'role':'user','parts':[{'kind':'tool_result','id':'tooluse_1','text':'a "
	    "cat'}]}", NULL);
}

/* ---- the example of the specification ---------------------------------------- */

static void
the_example_request_comes_out_as_documented(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	zoom_loop(&c, SONNET_45);
	struct converse_ask ask = plain(SONNET_45, &c);
	ask.system = "You are a helper.";
	ask.tools = zoom;
	ask.params.max_tokens = 8192;
	ask.params.effort = EFFORT_LOW;
	char *body = body_of(&ask);
	assert_same_json(body, "{'system':[{'text':'You are a helper.'}],"
		"'messages':["
		"{'role':'user','content':[{'text':'What is in this "
		    "picture?'},{'image':{'format':'png','source':{'bytes':'iVBORw0KGgo='}}}]},"
		"{'role':'assistant','content':["
		"{'reasoningContent':{'reasoningText':{'text':'I should "
		    "look.','signature':'EqQBCk...'}}},"
		"{'toolUse':{'toolUseId':'tooluse_1','name':'zoom','input':{'x':1}}}]},"
		"{'role':'user','content':["
		"{'toolResult':{'toolUseId':'tooluse_1','content':[{'text':'a "
		    "cat'}],'status':'success'}}]}],"
		"'inferenceConfig':{'maxTokens':8192},"
		"'toolConfig':{'tools':[{'toolSpec':{'name':'zoom','description':'Zoom','inputSchema':{'json':{'type':'object','properties':{'x':{'type':'number'}}}}}}]},"
		"'additionalModelRequestFields':{'thinking':{'type':'enabled','budget_tokens':2048}}}");
	free(body);
	struct buf path = { 0 };
	converse_path(&path, SONNET_45, true);
	assert_string_equal(path.s,
	    "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream");
	buf_reset(&path);
	converse_path(&path, APPLICATION, false);
	assert_string_equal(path.s,
	    "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2F"
		"a1b2c3d4e5f6/converse");
	buf_done(&path);
	conversation_done(&c);
}

static void
nothing_is_sent_that_nobody_asked_for(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	say_hi(&c);
	static const char *const models[] = { SONNET_45, OPUS_47, NOVA, APPLICATION };
	for (size_t i = 0; i < 4; i++) {
		struct converse_ask ask = plain(models[i], &c);
		ask.system = " ";
		ask.tools = " [ ] ";
		char *body = body_of(&ask);
		assert_same_json(body, "{'messages':[{'role':'user','content':[{'text':'hi'}]}]}");
		free(body);
	}
	conversation_done(&c);
}

static void
what_was_asked_for_is_sent(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	say_hi(&c);
	struct converse_ask ask = plain(NOVA, &c);
	static const char *const stops[] = { "END", "\"", NULL }, *const metadata[] = { "team", "a",
	    "run", "7", NULL };
	ask.params = (struct converse_params){ .max_tokens = 100, .temperature = 0, .top_p = 0.9,
	    .service_tier = "flex",
		.guardrail_id = "abc", .guardrail_version = "1", .guardrail_mode = "async",
		    .guardrail_trace = "enabled",
		.latency = "optimized", .stop_sequences = stops, .metadata = metadata,
		.extra_fields = "{\"inferenceConfig\":{\"topK\":20}}" };
	char *body = body_of(&ask);
	assert_same_json(body, "{'messages':[{'role':'user','content':[{'text':'hi'}]}],"
		"'inferenceConfig':{'maxTokens':100,'temperature':0,'topP':0.9,'stopSequences':['END','\\\"']},"
		"'guardrailConfig':{'guardrailIdentifier':'abc','guardrailVersion':'1','trace':'enabled','streamProcessingMode':'async'},"
		"'additionalModelRequestFields':{'inferenceConfig':{'topK':20}},'requestMetadata':{'team':'a','run':'7'},"
		"'performanceConfig':{'latency':'optimized'},'serviceTier':{'type':'flex'}}");
	free(body);
	ask.whole = true;
	assert_member(&ask, "guardrailConfig.streamProcessingMode", "");
	struct model_quirks quirks = { .no_tier = true, .max_tokens = 50, .no_sampling = true };
	ask.quirks = &quirks;
	assert_member(&ask, "serviceTier", "");
	assert_member(&ask, "inferenceConfig", "{'maxTokens':50,'stopSequences':['END','\\\"']}");
	conversation_done(&c);
}

/* ---- sampling ------------------------------------------------------------------ */

static void
sampling_is_sent_as_the_model_takes_it(void **state)
{
	(void)state;
	static const struct {
		const char	*model;
		double		 temperature, top_p;
		const char	*want;
	} rows[] = {
		{ "anthropic.claude-opus-4-7", 1, 0.9, "" },
		{ "us.anthropic.claude-opus-4-7", 0.5, -1, "" },
		{ "global.anthropic.claude-opus-4-8", 0, 0, "" },
		{ "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-7", 0.5, 0.5, "" },
		{ "anthropic.claude-opus-4-6-v1", 0.5, 0.9, "{'temperature':0.5}" },
		{ "anthropic.claude-opus-4-6-v1", -1, 0.9, "{'topP':0.9}" },
		{ "anthropic.claude-sonnet-4-20250514-v1:0", 0.5, 0.9,
		    "{'temperature':0.5,'topP':0.9}" },
		{ "anthropic.claude-3-5-sonnet-20241022-v2:0", 0.5, 0.9,
		    "{'temperature':0.5,'topP':0.9}" },
		{ "anthropic.claude-sonnet-5", 0.5, 0.9, "" },
		{ APPLICATION, -1, -1, "" },
		{ APPLICATION, 0.5, 0.9, "{'temperature':0.5}" },
		{ "amazon.nova-pro-v1:0", 0.5, 0.9, "{'temperature':0.5,'topP':0.9}" },
		{ "openai.gpt-5.5", 0.5, 0.9, "" },
	};
	struct conversation c = { 0 };
	say_hi(&c);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct converse_ask ask = plain(rows[i].model, &c);
		ask.params.temperature = rows[i].temperature;
		ask.params.top_p = rows[i].top_p;
		assert_member(&ask, "inferenceConfig", rows[i].want);
	}
	/* The model behind a profile decides, where it is known. */
	struct converse_ask ask = plain(APPLICATION, &c);
	ask.params.temperature = 0.5;
	ask.base_model = "anthropic.claude-opus-4-7";
	assert_member(&ask, "inferenceConfig", "");
	conversation_done(&c);
}

static void
sampling_by_the_back_door_is_refused_too(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	say_hi(&c);
	struct converse_ask ask = plain(OPUS_47, &c);
	ask.params.extra_fields = "{\"top_k\":5,\"temperature\":1,\"top_p\":1,\"mine\":true}";
	assert_member(&ask, "additionalModelRequestFields", "{'mine':true}");
	ask.model = OPUS_46;
	ask.params.extra_fields = "{\"top_k\":5}";
	assert_member(&ask, "additionalModelRequestFields", "{'top_k':5}");
	struct model_quirks quirks = { .no_sampling = true };
	ask.quirks = &quirks;
	assert_member(&ask, "additionalModelRequestFields", "");
	conversation_done(&c);
}

/* ---- thinking ------------------------------------------------------------------- */

static void
thinking_is_asked_for_in_the_models_own_form(void **state)
{
	(void)state;
	static const struct {
		const char	*model;
		enum effort	 effort;
		const char	*extra, *inference;
	} rows[] = {
		{ SONNET_45, EFFORT_MEDIUM, "{'thinking':{'type':'enabled','budget_tokens':8192}}",
		    "{'maxTokens':24576}" },
		{ OPUS_46, EFFORT_XHIGH,
		    "{'thinking':{'type':'adaptive','display':'summarized'},'output_config':{'effort':'high'}}", "" },
		{ OPUS_47, EFFORT_XHIGH,
		    "{'thinking':{'type':'adaptive','display':'summarized'},'output_config':{'effort':'xhigh'}}", "" },
		{ "us-gov.anthropic.claude-opus-4-7", EFFORT_LOW,
		    "{'thinking':{'type':'adaptive'},'output_config':{'effort':'low'}}", "" },
		{ "arn:aws-us-gov:bedrock:us-gov-west-1:1:inference-profile/us-gov.anthropic.claude-opus-4-7", EFFORT_LOW,
		    "{'thinking':{'type':'adaptive'},'output_config':{'effort':'low'}}", "" },
		{ "us.amazon.nova-2-lite-v1:0", EFFORT_MEDIUM,
		    "{'reasoningConfig':{'type':'enabled','maxReasoningEffort':'medium'}}", "" },
		{ "openai.gpt-oss-120b-1:0", EFFORT_MINIMAL, "{'reasoning_effort':'low'}", "" },
		{ "anthropic.claude-3-haiku-20240307-v1:0", EFFORT_HIGH, "", "" },
		{ NOVA, EFFORT_HIGH, "", "" },
		{ APPLICATION, EFFORT_HIGH, "", "" },
		{ OPUS_47, EFFORT_NONE, "", "" },
	};
	struct conversation c = { 0 };
	say_hi(&c);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct converse_ask ask = plain(rows[i].model, &c);
		ask.params.effort = rows[i].effort;
		assert_member(&ask, "additionalModelRequestFields", rows[i].extra);
		assert_member(&ask, "inferenceConfig", rows[i].inference);
	}
	conversation_done(&c);
}

static void
a_budget_leaves_room_for_the_answer_and_keeps_to_the_limit(void **state)
{
	(void)state;
	static const struct {
		long		 asked, learned;
		enum effort	 effort;
		const char	*max, *budget;
	} rows[] = {
		{ 4096, 0, EFFORT_MEDIUM, "9216", "8192" },
		{ 20000, 0, EFFORT_MEDIUM, "20000", "8192" },
		{ 200000, 0, EFFORT_MEDIUM, "64000", "8192" },
		{ 0, 10000, EFFORT_HIGH, "10000", "8976" },
		{ 64, 0, EFFORT_MINIMAL, "2048", "1024" },
		{ 64, 2000, EFFORT_MINIMAL, "64", "" },         /* too little for any budget: no
								 * thinking */
	};
	struct conversation c = { 0 };
	say_hi(&c);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct model_quirks quirks = { .max_tokens = rows[i].learned };
		struct converse_ask ask = plain(SONNET_45, &c);
		ask.quirks = &quirks;
		ask.params.max_tokens = rows[i].asked;
		ask.params.effort = rows[i].effort;
		ask.params.temperature = 0.5;
		assert_member(&ask, "inferenceConfig.maxTokens", rows[i].max);
		assert_member(&ask, "inferenceConfig.temperature", *rows[i].budget != '\0' ? "" :
		    "0.5");
		assert_member(&ask, "additionalModelRequestFields.thinking.budget_tokens",
		    rows[i].budget);
	}
	conversation_done(&c);
}

static void
what_a_model_taught_about_thinking_is_heeded(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	say_hi(&c);
	struct converse_ask ask = plain(SONNET_45, &c);
	ask.params.effort = EFFORT_HIGH;
	struct model_quirks adaptive = { .adaptive_thinking = true },
	    none = { .no_thinking = true };
	ask.quirks = &adaptive;
	assert_member(&ask, "additionalModelRequestFields",
	    "{'thinking':{'type':'adaptive','display':'summarized'},'output_config':{'effort':'high'}}");
	ask.quirks = &none;
	assert_member(&ask, "additionalModelRequestFields", "");
	ask.quirks = NULL;
	ask.params.extra_fields = "{\"thinking\":{\"type\":\"disabled\"},\"x\":1}";
	assert_member(&ask, "additionalModelRequestFields",
	    "{'thinking':{'type':'disabled'},'x':1}");
	conversation_done(&c);
}

static void
a_budget_waits_for_the_end_of_a_tool_loop(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	script_conversation(&c, "{'role':'user','parts':[{'kind':'text','text':'a'}]}",
	    "{'role':'assistant','model':'" SONNET_45 "','parts':[{'kind':'tool_use','id':'x','name':'zoom','text':'{}'}]}",
	    "{'role':'user','parts':[{'kind':'tool_result','id':'x','text':'r'}]}", NULL);
	struct converse_ask ask = plain(SONNET_45, &c);
	ask.tools = zoom;
	ask.params.effort = EFFORT_HIGH;
	assert_member(&ask, "additionalModelRequestFields", "");
	assert_member(&ask, "inferenceConfig", "");
	ask.model = OPUS_47;            /* adaptive thinking may begin anywhere */
	assert_member(&ask, "additionalModelRequestFields.thinking.type", "'adaptive'");
	conversation_done(&c);
	zoom_loop(&c, SONNET_45);
	ask.model = SONNET_45;
	assert_member(&ask, "additionalModelRequestFields.thinking.budget_tokens", "16384");
	/* Switched off, the thoughts go, too. */
	ask.params.effort = EFFORT_NONE;
	char *body = body_of(&ask);
	assert_null(strstr(body, "reasoningContent"));
	free(body);
	conversation_done(&c);
}

/* ---- cache points ------------------------------------------------------------------ */

static void
cache_points_stand_behind_tools_system_and_two_user_messages(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	zoom_loop(&c, SONNET_45);
	struct converse_ask ask = plain(SONNET_45, &c);
	ask.system = "S";
	ask.tools = zoom;
	ask.params.cache = CACHE_SHORT;
	assert_member(&ask, "system", "[{'text':'S'},{'cachePoint':{'type':'default'}}]");
	char *body = body_of(&ask);
	struct json_object *o = json_parse(body, strlen(body), NULL), *messages = json_get(o,
	    "messages"),
	    *tools = json_at(o, "toolConfig.tools");
	assert_int_equal(json_len(tools), 2);
	assert_non_null(json_get(json_item(tools, 1), "cachePoint"));
	for (size_t i = 0; i < 3; i++) {
		struct json_object *content = json_get(json_item(messages, i), "content");
		struct json_object *last = json_item(content, json_len(content) - 1);
		assert_int_equal(json_get(last, "cachePoint") != NULL, i != 1);
	}
	json_free(o);
	free(body);
	ask.params.cache = CACHE_LONG;
	assert_member(&ask, "system",
	    "[{'text':'S'},{'cachePoint':{'type':'default','ttl':'1h'}}]");
	ask.model = "us.anthropic.claude-3-7-sonnet-20250219-v1:0";
	assert_member(&ask, "system", "[{'text':'S'},{'cachePoint':{'type':'default'}}]");
	static const char *const without[] = { "meta.llama3-3-70b-instruct-v1:0",
	    APPLICATION };
	for (size_t i = 0; i < 2; i++) {
		ask.model = without[i];
		body = body_of(&ask);
		assert_null(strstr(body, "cachePoint"));
		free(body);
	}
	/* Nova takes points, but not for tools or what they brought, and only when it is asked to. */
	ask.model = NOVA;
	ask.params.cache = CACHE_SHORT;
	body = body_of(&ask);
	o = json_parse(body, strlen(body), NULL);
	messages = json_get(o, "messages");
	assert_int_equal(json_len(json_at(o, "toolConfig.tools")), 1);
	assert_int_equal(json_len(json_get(o, "system")), 2);
	assert_int_equal(json_len(json_get(json_item(messages, 0), "content")), 3);
	assert_int_equal(json_len(json_get(json_item(messages, 2), "content")), 1);
	json_free(o);
	free(body);
	ask.params.cache = CACHE_USUAL;
	body = body_of(&ask);
	assert_null(strstr(body, "cachePoint"));
	free(body);
	struct model_quirks quirks = { .no_cache = true };
	ask.model = SONNET_45;
	ask.quirks = &quirks;
	body = body_of(&ask);
	assert_null(strstr(body, "cachePoint"));
	free(body);
	conversation_done(&c);
}

static void
there_are_never_more_than_four_cache_points(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	for (int i = 0; i < 10; i++)
		script_conversation(&c, "{'role':'user','parts':[{'kind':'text','text':'q'}]}",
		    "{'role':'assistant','parts':[{'kind':'text','text':'a'}]}", NULL);
	say_hi(&c);
	struct converse_ask ask = plain(OPUS_47, &c);
	ask.system = "S";
	ask.tools = "[{\"toolSpec\":{\"name\":\"t\",\"inputSchema\":{\"json\":{\"type\":\"object\"}}}},{\"cachePoint\":{\"type\":\"default\"}}]";
	ask.params.cache = CACHE_LONG;
	char *body = body_of(&ask);
	int n = 0;
	for (const char *s = body; (s = strstr(s, "cachePoint")) != NULL; s++)
		n++;
	assert_int_equal(n, 4);
	/* The tools' own is of five minutes: none of an hour may follow. */
	assert_null(strstr(body, "1h"));
	free(body);
	conversation_done(&c);
}

/* ---- what other families take ---------------------------------------------------------- */

static void
a_failed_result_is_told_by_status_or_in_words(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	script_conversation(&c, "{'role':'user','parts':[{'kind':'text','text':'a'}]}",
	    "{'role':'assistant','parts':[{'kind':'tool_use','id':'x','name':'zoom','text':'[1]'}]}",
	    "{'role':'user','parts':[{'kind':'tool_result','id':'x','text':'boom','failed':true}]}",
	    NULL);
	struct converse_ask ask = plain(NOVA, &c);
	ask.tools = zoom;
	char *body = body_of(&ask);
	assert_non_null(strstr(body, "\"content\":[{\"text\":\"boom\"}],\"status\":\"error\""));
	assert_non_null(strstr(body, "\"input\":{}"));          /* what is no object is not sent as
								 * one */
	free(body);
	ask.model = "qwen.qwen3-32b-v1:0";
	body = body_of(&ask);
	assert_non_null(strstr(body, "\"content\":[{\"text\":\"Error: boom\"}]}"));
	assert_null(strstr(body, "\"status\""));
	free(body);
	conversation_done(&c);
}

static void
a_system_prompt_that_is_not_taken_goes_into_the_first_message(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	say_hi(&c);
	struct model_quirks quirks = { .no_system = true };
	struct converse_ask ask = plain("meta.llama3-3-70b-instruct-v1:0", &c);
	ask.system = "Be brief.";
	ask.quirks = &quirks;
	char *body = body_of(&ask);
	assert_same_json(body, "{'messages':[{'role':'user','content':[{'text':'Be "
	    "brief.'},{'text':'hi'}]}]}");
	free(body);
	ask.quirks = NULL;
	ask.model = "mistral.mistral-7b-instruct-v0:2";
	assert_member(&ask, "system", "");
	conversation_done(&c);
}

static void
tools_that_are_not_taken_leave_no_trace(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	zoom_loop(&c, "x");
	struct model_quirks quirks = { .no_tools = true };
	struct converse_ask ask = plain("meta.llama3-1-8b-instruct-v1:0", &c);
	ask.tools = zoom;
	ask.quirks = &quirks;
	char *body = body_of(&ask);
	assert_null(strstr(body, "toolConfig"));
	assert_null(strstr(body, "toolUse"));
	assert_non_null(strstr(body, "[Called the tool zoom with"));
	free(body);
	conversation_done(&c);
}

static void
every_kind_of_part_has_its_shape(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	script_conversation(&c,
	    "{'role':'user','parts':[{'kind':'image','format':'jpg','text':'aQ=='},"
		"{'kind':'document','format':'pdf','name':'d','text':'ZA=='},{'kind':'video','format':'mp4','text':'dg=='},"
		"{'kind':'audio','format':'mp3','text':'YQ=='},{'kind':'text','text':'t'}]}",
	    "{'role':'assistant','model':'" OPUS_47 "','parts':[{'kind':'redacted','text':'Zm9v'},{'kind':'text','text':'b'}]}",
	    "{'role':'user','parts':[{'kind':'text','text':'c'}]}", NULL);
	struct converse_ask ask = plain(OPUS_47, &c);
	ask.params.effort = EFFORT_LOW;
	assert_member(&ask, "messages",
	    "[{'role':'user','content':[{'image':{'format':'jpeg','source':{'bytes':'aQ=='}}},"
		"{'document':{'format':'pdf','name':'d','source':{'bytes':'ZA=='}}},"
		"{'video':{'format':'mp4','source':{'bytes':'dg=='}}},{'audio':{'format':'mp3','source':{'bytes':'YQ=='}}},{'text':'t'}]},"
		"{'role':'assistant','content':[{'reasoningContent':{'redactedContent':'Zm9v'}},{'text':'b'}]},"
		"{'role':'user','content':[{'text':'c'}]}]");
	conversation_done(&c);
}

static void
nothing_to_send_and_bad_wishes_are_errors(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	struct buf b = { 0 };
	struct err err = { 0 };
	struct converse_ask ask = plain(OPUS_47, &c);
	assert_int_equal(converse_body(&b, &ask, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	say_hi(&c);
	ask.params.extra_fields = "[1]";
	assert_int_equal(converse_body(&b, &ask, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	ask.params.extra_fields = "{oops";
	assert_int_equal(converse_body(&b, &ask, &err), -1);
	ask.params.extra_fields = NULL;
	ask.tools = "{}";
	assert_int_equal(converse_body(&b, &ask, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	buf_done(&b);
	conversation_done(&c);
}

static void
bytes_that_are_no_utf8_never_break_the_body(void **state)
{
	(void)state;
	struct conversation c = { 0 };
	struct message *m = message_new(MESSAGE_USER);
	message_add(m, PART_TEXT, "a\xff\0\x1b", 4);
	conversation_add(&c, m);
	struct converse_ask ask = plain(OPUS_47, &c);
	assert_member(&ask, "messages",
	    "[{'role':'user','content':[{'text':'a\\ufffd\\u0000\\u001b'}]}]");
	conversation_done(&c);
}

static void
levels_have_names(void **state)
{
	(void)state;
	for (int e = 0; e < EFFORTS; e++)
		assert_int_equal(effort_named(effort_name((enum effort)e)), e);
	assert_int_equal(effort_named("XHigh"), EFFORT_XHIGH);
	assert_int_equal(effort_named("huge"), -1);
	assert_int_equal(effort_named(""), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_request_comes_out_as_documented),
		cmocka_unit_test(nothing_is_sent_that_nobody_asked_for),
		cmocka_unit_test(what_was_asked_for_is_sent),
		cmocka_unit_test(sampling_is_sent_as_the_model_takes_it),
		cmocka_unit_test(sampling_by_the_back_door_is_refused_too),
		cmocka_unit_test(thinking_is_asked_for_in_the_models_own_form),
		cmocka_unit_test(a_budget_leaves_room_for_the_answer_and_keeps_to_the_limit),
		cmocka_unit_test(what_a_model_taught_about_thinking_is_heeded),
		cmocka_unit_test(a_budget_waits_for_the_end_of_a_tool_loop),
		cmocka_unit_test(cache_points_stand_behind_tools_system_and_two_user_messages),
		cmocka_unit_test(there_are_never_more_than_four_cache_points),
		cmocka_unit_test(a_failed_result_is_told_by_status_or_in_words),
		cmocka_unit_test(a_system_prompt_that_is_not_taken_goes_into_the_first_message),
		cmocka_unit_test(tools_that_are_not_taken_leave_no_trace),
		cmocka_unit_test(every_kind_of_part_has_its_shape),
		cmocka_unit_test(nothing_to_send_and_bad_wishes_are_errors),
		cmocka_unit_test(bytes_that_are_no_utf8_never_break_the_body),
		cmocka_unit_test(levels_have_names),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
