/*
 * test_request.c - what a configuration, an option and a command ask for, as it arrives at the service: read in the
 * simulator's log.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "e2e/run.h"

#define OPUS_47	  "us.anthropic.claude-opus-4-7"
#define SONNET_46 "us.anthropic.claude-sonnet-4-6"
#define HAIKU	  "us.anthropic.claude-haiku-4-5-20251001-v1:0"
#define NOVA	  "amazon.nova-pro-v1:0"

static const char rules[] = "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["
    "{\"match\":{\"contains\":\"no cache\",\"times\":1},\"answer\":[{\"http\":{\"status\":403,\"type\":\"AccessDeniedException\","
    "\"message\":\"You invoked an unsupported model or your request did not allow prompt caching.\"}}]},"
    "{\"match\":{\"contains\":\"no tier\",\"times\":1},\"answer\":[{\"http\":{\"status\":400,\"type\":\"ValidationException\","
    "\"message\":\"The provided model identifier is invalid.\"}}]},"
    "{\"match\":{\"contains\":\"guard me\"},\"answer\":[{\"text\":\"I may not speak of that.\"},"
    "{\"stop\":\"guardrail_intervened\"},{\"trace\":{\"guardrail\":{\"inputAssessment\":{\"abc123\":{"
    "\"topicPolicy\":{\"topics\":[{\"name\":\"Investment\",\"type\":\"DENY\",\"action\":\"BLOCKED\"}]},"
    "\"sensitiveInformationPolicy\":{\"piiEntities\":[{\"match\":\"a@b.c\",\"type\":\"EMAIL\",\"action\":\"ANONYMIZED\"}]},"
    "\"invocationMetrics\":{\"guardrailProcessingLatency\":312}}}}}}]},"
    "{\"match\":{\"contains\":\"large\"},\"answer\":[{\"text\":\"ok\"},{\"usage\":{\"inputTokens\":100,\"outputTokens\":10,"
    "\"cacheReadInputTokens\":0,\"cacheWriteInputTokens\":50000}}]},"
    "{\"match\":{\"contains\":\"flood\"},\"answer\":[{\"rate\":{\"pieces_per_s\":200,\"seconds\":20,\"piece\":\"words words words \"}}]},"
    "{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}";

static int
setup(void **state)
{
	static struct sim sim;
	run_rules(&sim, rules);
	*state = &sim;
	return 0;
}

/* One line of JSON with single quotes. */
static void
assert_body(const struct sim *sim, int n, const char *path, const char *want)
{
	struct json_object *line = question_line(sim, n, false), *body = json_get(line, "body");
	struct json_object *v = *path != '\0' ? json_at(body, path) : body;
	const char *got = v != NULL ? json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN) : "";
	char *plain = mem_strdup(got);
	for (char *c = plain; *c != '\0'; c++)
		if (*c == '"')
			*c = '\'';
	if (strcmp(plain, want) != 0)
		fail_msg("%s of request %d is %s, not %s", path, n, plain, want);
	free(plain);
	json_free(line);
}

static void
ask(const char *model, const char *text, const char *const *more)
{
	const char *args[16] = { "-p", "--no-tools", "-m", model, text };
	struct run r;
	for (int i = 0; more != NULL && more[i] != NULL; i++)
		args[5 + i] = more[i];
	run_adit(&r, NULL, args);
	if (r.status != 0)
		fail_msg("status %d: %s", r.status, buf_str(&r.err));
	run_done(&r);
}

/* Lines to --plain; what it writes. */
static void
talk(struct run *r, const char *model, const char *lines)
{
	const char *args[] = { "--plain", "--no-tools", "-m", model, NULL };
	run_adit(r, lines, args);
	assert_int_equal(r->status, 0);
}

/* ---- parameters ------------------------------------------------------------------ */

static void
nothing_is_asked_for_that_nobody_set(void **state)
{
	struct sim *sim = *state;
	const char *more[] = { "--no-session", NULL };
	run_configure("{plugins: {entries: {bedrock: {config: {requestTags: false}}}}}");
	ask(NOVA, "plain", more);
	assert_body(sim, 1, "", "{'messages':[{'role':'user','content':[{'text':'plain'}]}]}");
}

static void
parameters_for_all_models_and_for_one_arrive(void **state)
{
	struct sim *sim = *state;
	run_configure("{agents: {defaults: {"
	    " params: { serviceTier: 'flex', topP: 0.9, stopSequences: ['END'], latency: 'optimized',"
	    "   requestMetadata: { team: 'a\\u00e9b', n: 12 }, additionalModelRequestFields: { top_k: 5 } },"
	    " models: { 'bedrock/" NOVA "': { params: { serviceTier: 'priority', maxTokens: 777, temperature: 0.25 } } } } }}");
	ask(NOVA, "one", NULL);
	assert_body(sim, 1, "serviceTier", "{'type':'priority'}");
	assert_body(sim, 1, "inferenceConfig", "{'maxTokens':777,'temperature':0.25,'topP':0.9,'stopSequences':['END']}");
	assert_body(sim, 1, "performanceConfig", "{'latency':'optimized'}");
	assert_body(sim, 1, "additionalModelRequestFields", "{'top_k':5}");
	assert_body(sim, 1, "requestMetadata.team", "'a__b'");
}

static void
sampling_is_left_out_where_a_model_refuses_it(void **state)
{
	struct sim *sim = *state;
	const char *more[] = { "--temperature", "0.5", NULL };
	run_configure("{agents: {defaults: {params: {topP: 0.9}}}}");
	ask(OPUS_47, "none", more);
	ask("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-7", "none", more);
	ask(HAIKU, "one", more);
	assert_body(sim, 1, "inferenceConfig", "");
	assert_body(sim, 2, "inferenceConfig", "");
	assert_body(sim, 3, "inferenceConfig", "{'temperature':0.5}");
}

static void
options_go_before_the_configuration(void **state)
{
	struct sim *sim = *state;
	const char *more[] = { "--service-tier", "default", "--max-tokens", "100", "--effort", "none", NULL };
	run_configure("{agents: {defaults: {params: {serviceTier: 'flex', maxTokens: 5, effort: 'high'}}}}");
	ask(OPUS_47, "x", more);
	assert_body(sim, 1, "serviceTier.type", "'default'");
	assert_body(sim, 1, "inferenceConfig", "{'maxTokens':100}");
	assert_body(sim, 1, "additionalModelRequestFields", "");
}

static void
thinking_is_asked_for_in_each_familys_form(void **state)
{
	struct sim *sim = *state;
	static const struct {
		const char	*model, *effort, *fields;
	} rows[] = {
		{ OPUS_47, "xhigh", "{'thinking':{'type':'adaptive','display':'summarized'},'output_config':{'effort':'xhigh'}}" },
		{ SONNET_46, "xhigh", "{'thinking':{'type':'adaptive','display':'summarized'},'output_config':{'effort':'high'}}" },
		{ HAIKU, "low", "{'thinking':{'type':'enabled','budget_tokens':2048}}" },
		{ NOVA, "high", "" },
	};
	for (int i = 0; i < 4; i++) {
		const char *more[] = { "--effort", rows[i].effort, NULL };
		ask(rows[i].model, "think", more);
		assert_body(sim, i + 1, "additionalModelRequestFields", rows[i].fields);
	}
}

static void
wrong_options_are_refused(void **state)
{
	(void)state;
	static const char *const wrong[][5] = { { "-p", "--service-tier", "cheap", "x", NULL },
		{ "-p", "--max-budget-usd", "0", "x", NULL }, { "-p", "--max-budget-usd", "much", "x", NULL } };
	for (size_t i = 0; i < 3; i++) {
		struct run r;
		run_adit(&r, NULL, wrong[i]);
		assert_int_equal(r.status, 2);
		run_done(&r);
	}
}

/* ---- caching ----------------------------------------------------------------------- */

static void
the_cache_is_kept_as_long_as_it_was_asked_for(void **state)
{
	struct sim *sim = *state;
	const char *more[] = { "--system", "S", NULL };
	ask(OPUS_47, "short", more);
	assert_body(sim, 1, "system", "[{'text':'S'},{'cachePoint':{'type':'default'}}]");
	run_configure("{agents: {defaults: {params: {cacheRetention: 'long'}}}}");
	ask(OPUS_47, "long", more);
	assert_body(sim, 2, "system", "[{'text':'S'},{'cachePoint':{'type':'default','ttl':'1h'}}]");
	run_configure("{agents: {defaults: {params: {cacheRetention: 'none'}}}}");
	ask(OPUS_47, "none", more);
	assert_body(sim, 3, "system", "[{'text':'S'}]");
}

static void
a_model_without_a_cache_is_asked_once_more_without(void **state)
{
	struct sim *sim = *state;
	struct run r;
	talk(&r, OPUS_47, "no cache here\nagain\n");
	assert_non_null(strstr(buf_str(&r.out), "does not take prompt caching; sent again without it"));
	assert_non_null(strstr(buf_str(&r.out), "You said: no cache here"));
	assert_body(sim, 1, "messages", "[{'role':'user','content':[{'text':'no cache here'},{'cachePoint':{'type':'default'}}]}]");
	assert_body(sim, 2, "messages", "[{'role':'user','content':[{'text':'no cache here'}]}]");
	/* It is remembered. */
	struct json_object *third = question_line(sim, 3, false);
	assert_null(strstr(json_object_to_json_string(third), "cachePoint"));
	json_free(third);
	run_done(&r);
}

static void
a_large_cache_that_another_model_has_is_worth_a_word(void **state)
{
	(void)state;
	struct run r;
	talk(&r, OPUS_47, "large\n/model " HAIKU "\nhello\n");
	assert_non_null(strstr(buf_str(&r.out), "50k tokens are in the prompt cache of another model"));
	assert_non_null(strstr(buf_str(&r.out), "(about $0.07)"));      /* 50,000 times 1.375 a million */
	assert_non_null(strstr(buf_str(&r.out), "You said: hello"));
	run_done(&r);
}

/* ---- tier, guardrail, tags ------------------------------------------------------------ */

static void
a_tier_that_is_refused_is_explained_and_left_out(void **state)
{
	struct sim *sim = *state;
	struct run r;
	talk(&r, NOVA, "/tier flex\nno tier\n/tier cheap\n/tier none\nafter\n");
	assert_non_null(strstr(buf_str(&r.out), "Service tier: flex, at 0.5 times the usual price."));
	assert_non_null(strstr(buf_str(&r.out), "may not take this service tier; sent again without it"));
	assert_non_null(strstr(buf_str(&r.out), "A service tier is one of"));
	assert_body(sim, 1, "serviceTier", "{'type':'flex'}");
	assert_body(sim, 2, "serviceTier", "");
	assert_body(sim, 3, "serviceTier", "");
	run_done(&r);
}

static void
a_guardrail_is_sent_and_can_be_switched(void **state)
{
	struct sim *sim = *state;
	struct run r;
	run_configure("{plugins: {entries: {'amazon-bedrock': {config: {guardrail: {guardrailIdentifier: 'abc123',"
	    " guardrailVersion: 3, streamProcessingMode: 'async', trace: 'enabled'}}}}}}");
	talk(&r, NOVA, "one\n/guardrail off\ntwo\n/guardrail xyz9:DRAFT\n/guardrail trace full\nthree\n/guardrail on\nfour\n"
	    "/guardrail abc:x y\n");
	assert_body(sim, 1, "guardrailConfig", "{'guardrailIdentifier':'abc123','guardrailVersion':'3','trace':'enabled','streamProcessingMode':'async'}");
	assert_body(sim, 2, "guardrailConfig", "");
	assert_body(sim, 3, "guardrailConfig", "{'guardrailIdentifier':'xyz9','guardrailVersion':'DRAFT','trace':'enabled_full','streamProcessingMode':'async'}");
	assert_body(sim, 4, "guardrailConfig.guardrailIdentifier", "'abc123'");
	assert_non_null(strstr(buf_str(&r.out), "/guardrail takes an id or ARN"));
	run_done(&r);
}

static void
an_intervention_says_why_and_is_not_sent_again(void **state)
{
	struct sim *sim = *state;
	struct run r;
	talk(&r, NOVA, "guard me\nharmless\n");
	assert_non_null(strstr(buf_str(&r.out), "The guardrail acted on: topic \"Investment\", personal data EMAIL \"a@b.c\"."));
	assert_body(sim, 2, "messages", "[{'role':'user','content':[{'text':'harmless'}]}]");
	run_done(&r);
	/* The trace is in the session, and the blocked turn stays out after a restart. */
	const char *go_on[] = { "-p", "-c", "more", NULL };
	run_adit(&r, NULL, go_on);
	assert_int_equal(r.status, 0);
	struct json_object *third = question_line(sim, 3, false);
	assert_null(strstr(json_object_to_json_string(third), "guard me"));
	json_free(third);
	run_done(&r);
}

static void
requests_say_which_session_and_agent_they_are_of(void **state)
{
	struct sim *sim = *state;
	ask(NOVA, "tagged", NULL);
	struct json_object *line = question_line(sim, 1, false), *tags = json_at(line, "body.requestMetadata");
	assert_string_equal(json_str(tags, "agent", ""), "main");
	assert_int_equal(strlen(json_str(tags, "session", "")), 8);
	json_free(line);
}

/* ---- effort ------------------------------------------------------------------------------ */

static void
only_the_levels_that_a_model_has_can_be_chosen(void **state)
{
	struct sim *sim = *state;
	struct run r;
	talk(&r, HAIKU, "/effort xhigh\n/effort minimal\nthink\n/model " NOVA "\n/effort high\n/model " OPUS_47 "\nagain\n");
	assert_non_null(strstr(buf_str(&r.out), "haiku-4-5 has these levels of effort: none, minimal, low, medium, high."));
	assert_non_null(strstr(buf_str(&r.out), "nova-pro cannot be told how much to think."));
	assert_body(sim, 1, "additionalModelRequestFields.thinking.budget_tokens", "1024");
	/* What the user chose stays when the model changes, as the nearest that it has. */
	assert_body(sim, 2, "additionalModelRequestFields.output_config.effort", "'low'");
	run_done(&r);
}

/* ---- money ---------------------------------------------------------------------------------- */

/* Fails with 1 and that word. */
static void
assert_over_budget(const char *const *args, const char *says)
{
	struct run r;
	run_adit(&r, NULL, args);
	if (r.status != 1 || strstr(buf_str(&r.err), says) == NULL)
		fail_msg("status %d: %s", r.status, buf_str(&r.err));
	run_done(&r);
}

static void
a_reply_is_stopped_where_the_budget_ends(void **state)
{
	struct sim *sim = *state;
	const char *args[] = { "-p", "-m", OPUS_47, "--max-budget-usd", "0.003", "flood", NULL };
	assert_over_budget(args, "is used up; the reply was stopped there");
	struct json_object *end = question_line(sim, 1, true);
	assert_string_equal(json_text(end, "done"), "client-closed");
	json_free(end);
}

static void
no_request_leaves_that_the_budget_does_not_allow(void **state)
{
	(void)state;
	struct run r;
	const char *json[] = { "-p", "-m", "deepseek.v9-v1:0", "--max-budget-usd", "1", "--output-format", "json", "x", NULL };
	run_adit(&r, NULL, json);
	assert_int_equal(r.status, 1);
	struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL);
	assert_string_equal(json_str(json_get(o, "error"), "code", ""), "budget");
	json_free(o);
	run_done(&r);
	run_configure("{agents: {defaults: {maxBudgetUsd: 0.0001}}}");
	const char *args[] = { "-p", "-m", OPUS_47, "--system", NULL, "x", NULL };
	char *system = mem_alloc(4001);
	memset(system, 'w', 4000);
	args[4] = system;
	assert_over_budget(args, "The question alone would cost about");
	free(system);
	const char *tier[] = { "-p", "-m", OPUS_47, "--service-tier", "priority", "x", NULL };
	assert_over_budget(tier, "What the service tier priority costs is not known");
}

static void
what_was_used_is_in_the_ledger_and_in_usage(void **state)
{
	(void)state;
	struct run r;
	ask(OPUS_47, "large", NULL);
	const char *unpriced[] = { "--service-tier", "priority", NULL };
	ask(HAIKU, "large", unpriced);
	talk(&r, HAIKU, "large\n/usage\n");
	/* 100 in, 10 out, 50,000 written, a tenth more for the profile: 1.1, 5.5 and 1.375 a million */
	assert_non_null(strstr(buf_str(&r.out), "$0.0689"));
	assert_non_null(strstr(buf_str(&r.out), "Today"));
	assert_non_null(strstr(buf_str(&r.out), "opus-4-7"));
	assert_non_null(strstr(buf_str(&r.out), "+ ?"));
	run_done(&r);
	char *folder = file_path(FILE_DATA, "usage");
	struct stat st;
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	free(folder);
}

static void
half_the_price_is_taken_for_flex_and_none_is_made_up(void **state)
{
	(void)state;
	static const struct {
		const char	*tier, *config;
		double		 cost;          /* negative = null */
	} rows[] = {
		{ "default", "{}", 0.068915 },
		{ "flex", "{}", 0.0344575 },
		{ "priority", "{}", -1 },
		{ "priority", "{plugins: {entries: {bedrock: {config: {pricing: {priority: 2}}}}}}", 0.13783 },
		{ "default", "{plugins: {entries: {bedrock: {config: {pricing: {geography: 1}}}}}}", 0.06265 },
		/* An hour costs twice the input, also when the answer does not say that it is one. */
		{ "default", "{agents: {defaults: {params: {cacheRetention: 'long'}}}}", 0.110165 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct run r;
		const char *args[] = { "-p", "-m", HAIKU, "--service-tier", rows[i].tier, "--output-format", "json", "large", NULL };
		run_configure(rows[i].config);
		run_adit(&r, NULL, args);
		assert_int_equal(r.status, 0);
		struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL);
		double cost = json_num(o, "cost", -1);
		if (cost - rows[i].cost > 1e-9 || rows[i].cost - cost > 1e-9)
			fail_msg("%s: %.8f", rows[i].tier, cost);
		json_free(o);
		run_done(&r);
	}
}

/* ---- settings while running --------------------------------------------------------------------- */

static void
config_shows_sets_and_refuses(void **state)
{
	struct sim *sim = *state;
	struct run r;
	run_configure("{\n  // mine\n  agents: { defaults: { params: { maxTokens: 11 } } },\n}\n");
	talk(&r, NOVA, "one\n/config agents.defaults.params.maxTokens\n/config agents.defaults.params.maxTokens 22\n"
	    "two\nthree\n/config agents.defaults.params.maxToken 3\n/config agents.defaults.params.maxTokens many\nfour\n");
	assert_non_null(strstr(buf_str(&r.out), "agents.defaults.params.maxTokens is 11."));
	assert_non_null(strstr(buf_str(&r.out), "agents.defaults.params.maxTokens is now 22, in "));
	assert_non_null(strstr(buf_str(&r.out), "Is maxTokens meant?"));
	assert_non_null(strstr(buf_str(&r.out), "takes: a whole number"));
	assert_body(sim, 1, "inferenceConfig.maxTokens", "11");
	assert_body(sim, 2, "inferenceConfig.maxTokens", "22");
	assert_body(sim, 4, "inferenceConfig.maxTokens", "22");
	char *path = file_path(FILE_CONFIG, "adit.json5");
	struct buf text = { 0 };
	assert_int_equal(file_read(path, 10000, &text, NULL), 0);
	assert_string_equal(buf_str(&text), "{\n  // mine\n  agents: { defaults: { params: { maxTokens: 22 } } },\n}\n");
	buf_done(&text);
	free(path);
	run_done(&r);
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, run_teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(nothing_is_asked_for_that_nobody_set),
		scene(parameters_for_all_models_and_for_one_arrive),
		scene(sampling_is_left_out_where_a_model_refuses_it),
		scene(options_go_before_the_configuration),
		scene(thinking_is_asked_for_in_each_familys_form),
		scene(wrong_options_are_refused),
		scene(the_cache_is_kept_as_long_as_it_was_asked_for),
		scene(a_model_without_a_cache_is_asked_once_more_without),
		scene(a_large_cache_that_another_model_has_is_worth_a_word),
		scene(a_tier_that_is_refused_is_explained_and_left_out),
		scene(a_guardrail_is_sent_and_can_be_switched),
		scene(an_intervention_says_why_and_is_not_sent_again),
		scene(requests_say_which_session_and_agent_they_are_of),
		scene(only_the_levels_that_a_model_has_can_be_chosen),
		scene(a_reply_is_stopped_where_the_budget_ends),
		scene(no_request_leaves_that_the_budget_does_not_allow),
		scene(what_was_used_is_in_the_ledger_and_in_usage),
		scene(half_the_price_is_taken_for_flex_and_none_is_made_up),
		scene(config_shows_sets_and_refuses),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
