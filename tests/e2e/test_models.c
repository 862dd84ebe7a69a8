/*
 * test_models.c - `adit models` and calls by every kind of id, from end to end: the real program, a real socket,
 * and the simulator that checks paths and signatures by its own reading of the rules.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "e2e/run.h"

#define N(a) (sizeof(a) / sizeof *(a))
#define ARN(kind, id) "arn:aws:bedrock:us-east-1:123456789012:" kind "/" id
#define DENY(op) "{\"match\":{\"operation\":\"" op "\"},\"answer\":[{\"http\":{\"type\":\"AccessDeniedException\"," \
	"\"message\":\"User is not authorized to perform: bedrock:" op "\"}}]}"
#define HTML(op) "{\"match\":{\"operation\":\"" op "\"},\"answer\":[{\"http\":{\"status\":200,\"content_type\":\"text/html\"," \
	"\"body\":\"<html>Please sign in</html>\"}}]}"

static struct sim sim;

/* A simulator with this scenario (NULL: none), and a home of its own. */
static void
begin(const char *scenario)
{
	char path[512];
	memset(&sim, 0, sizeof sim);
	sim_dir(&sim);
	const char *args[] = { "--scenario", path, NULL };
	if (scenario != NULL)
		sim_file(&sim, "scenario.json", scenario, path);
	sim_start(&sim, scenario != NULL ? args : NULL);
	run_env(&sim);
}

#define models(r, ...) run_adit(r, NULL, (const char *const[]){ "models", __VA_ARGS__, NULL })

/* `models list --json`, which must succeed; json_free() it. */
static struct json_object *
list_of(const char *more)
{
	struct run r;
	models(&r, "list", "--json", more);
	if (r.status != 0)
		fail_msg("%d: %s", r.status, buf_str(&r.err));
	struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL);
	assert_non_null(o);
	run_done(&r);
	return o;
}

static struct json_object *
find(struct json_object *list, const char *id)
{
	struct json_object *all = json_get(list, "models");
	for (size_t i = 0; i < json_len(all); i++)
		if (strcmp(json_str(json_item(all, i), "id", ""), id) == 0)
			return json_item(all, i);
	return NULL;
}

/* ---- the list ----------------------------------------------------------------------------- */

static void
the_list_has_every_kind_with_the_members_of_the_contract(void **state)
{
	(void)state;
	static const char *const members[] = { "ref", "id", "name", "vendor", "kind", "base", "regions",
		"contextWindow", "maxTokens", "input", "reasoning", "tools", "promptCache", "cost", "available",
		"reason" };
	static const char *const kinds[][2] = {
		{ "amazon.nova-pro-v1:0", "foundation-model" },
		{ "us.anthropic.claude-opus-4-7", "inference-profile" },
		{ ARN("application-inference-profile", "a1b2c3d4e5f6"), "application-profile" },
		{ ARN("imported-model", "sim4llama777"), "imported" },
		{ ARN("provisioned-model", "simprov00001"), "provisioned" },
		{ ARN("custom-model-deployment", "simdeploy001"), "custom-deployment" },
		{ ARN("default-prompt-router", "anthropic.claude:1"), "prompt-router" },
		{ "newco.mine", "configured" },
	};
	begin(NULL);
	run_configure("{models:{providers:{bedrock:{models:[{id:'newco.mine',cost:{input:0,output:2}}]}}}}");
	struct json_object *l = list_of(NULL);
	assert_string_equal(json_str(l, "region", ""), "us-east-1");
	assert_int_equal(strlen(json_str(l, "cached_at", "")), 20);
	assert_int_equal(json_len(json_get(l, "notes")), 0);
	for (size_t i = 0; i < N(kinds); i++) {
		struct json_object *m = find(l, kinds[i][0]), *v;
		if (m == NULL)
			fail_msg("%s is not listed", kinds[i][0]);
		assert_string_equal(json_str(m, "kind", ""), kinds[i][1]);
		for (size_t k = 0; k < N(members); k++)
			assert_true(json_object_object_get_ex(m, members[k], &v));
		assert_int_equal(json_object_object_length(m), N(members));
	}
	/* What is not known is null, never 0: neither a price nobody knows nor one that nobody filled in. */
	struct json_object *cost = json_get(find(l, "newco.mine"), "cost");
	assert_null(json_get(cost, "input"));
	assert_float_equal(json_num(cost, "output", -1), 2, 1e-9);
	assert_null(json_get(json_get(find(l, ARN("imported-model", "sim4llama777")), "cost"), "output"));
	struct json_object *application = find(l, ARN("application-inference-profile", "a1b2c3d4e5f6"));
	assert_string_equal(json_str(application, "base", ""), "anthropic.claude-opus-4-6-v1");
	assert_int_equal(json_int(application, "contextWindow", 0), 1000000);
	assert_true(json_flag(application, "reasoning", false) && json_flag(application, "promptCache", false));
	json_free(l);
	sim_stop(&sim);
}

static void
the_list_is_kept_until_it_is_refreshed(void **state)
{
	(void)state;
	begin(NULL);
	json_free(list_of(NULL));
	json_free(list_of(NULL));
	assert_int_equal(sim_count(&sim, "ListFoundationModels"), 1);
	json_free(list_of("--refresh"));
	assert_int_equal(sim_count(&sim, "ListFoundationModels"), 2);
	assert_int_equal(sim_count(&sim, "ListInferenceProfiles"), 4);         /* of AWS, and of the account */
	run_configure("{models:{bedrockDiscovery:{refreshInterval:0.7}}}");  /* the older place; no cache */
	json_free(list_of(NULL));
	json_free(list_of(NULL));
	assert_int_equal(sim_count(&sim, "ListFoundationModels"), 4);
	sim_stop(&sim);
}

static void
another_bearer_token_has_another_list(void **state)
{
	(void)state;
	begin(NULL);
	run_write("keys/none", "", 0600);
	setenv("AWS_BEARER_TOKEN_BEDROCK", "ABSKsimdemo", 1);
	json_free(list_of(NULL));
	json_free(list_of(NULL));
	assert_int_equal(sim_count(&sim, "ListFoundationModels"), 1);
	struct run r;
	setenv("AWS_BEARER_TOKEN_BEDROCK", "ABSKanother", 1);
	models(&r, "list", "--json");
	assert_int_equal(r.status, 3);          /* not the list of the first token: the service refuses */
	run_done(&r);
	/* Neither token, nor a part of one, is in what is kept. */
	char *command = mem_printf("grep -rqE 'ABSK|simdemo' %s/.cache", getenv("HOME"));
	assert_int_not_equal(system(command), 0);
	free(command);
	unsetenv("AWS_BEARER_TOKEN_BEDROCK");
	sim_stop(&sim);
}

static void
credentials_are_resolved_once_for_all_lists(void **state)
{
	(void)state;
	begin(NULL);
	char *script = mem_printf("#!/bin/sh\necho x >> %s/asked\necho '{\"Version\":1,\"AccessKeyId\":\"%s\","
	    "\"SecretAccessKey\":\"%s\"}'\n", getenv("HOME"), getenv("AWS_ACCESS_KEY_ID"),
	    getenv("AWS_SECRET_ACCESS_KEY"));
	char *config = mem_printf("[default]\ncredential_process = %s/bin/creds\n", getenv("HOME"));
	char *path = mem_printf("%s/bin/creds", getenv("HOME")), *asked = mem_printf("%s/asked", getenv("HOME"));
	run_write("bin/creds", script, 0600);
	assert_int_equal(chmod(path, 0700), 0);
	run_write(".aws/config", config, 0600);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	json_free(list_of(NULL));
	struct buf b = { 0 };
	assert_int_equal(file_read(asked, 4096, &b, NULL), 0);
	assert_string_equal(buf_str(&b), "x\n");
	buf_done(&b);
	free(script);
	free(config);
	free(path);
	free(asked);
	sim_stop(&sim);
}

/* ---- the rules --------------------------------------------------------------------------------- */

static void
discovery_that_is_off_asks_nobody_and_shows_the_users_models(void **state)
{
	(void)state;
	begin(NULL);
	run_configure("{plugins:{entries:{'amazon-bedrock':{config:{discovery:{enabled:false}}}}},"
	    "models:{providers:{'amazon-bedrock':{models:[{id:'us.anthropic.claude-opus-4-7'}]}}}}");
	struct json_object *l = list_of(NULL);
	assert_int_equal(json_len(json_get(l, "models")), 1);
	assert_string_equal(json_str(json_item(json_get(l, "models"), 0), "kind", ""), "configured");
	assert_non_null(strstr(json_str(l, "hint", ""), "discovery.enabled"));
	json_free(l);
	assert_int_equal(sim_count(&sim, "ListFoundationModels"), 0);
	run_configure("{plugins:{entries:{'amazon-bedrock':{config:{discovery:{enabled:false}}}}}}");
	struct run r;
	models(&r, "list");
	assert_int_equal(r.status, 78);
	assert_non_null(strstr(buf_str(&r.err), "discovery.enabled"));
	run_done(&r);
	sim_stop(&sim);
}

static void
who_asks_for_the_list_needs_no_marker_for_the_machines_role(void **state)
{
	(void)state;
	begin(NULL);
	char *url = mem_printf("http://127.0.0.1:%u", sim.port);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	unsetenv("AWS_EC2_METADATA_DISABLED");
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url, 1);
	setenv("AWS_METADATA_SERVICE_TIMEOUT", "60", 1);        /* the simulator does answer */
	struct json_object *l = list_of(NULL);
	assert_non_null(find(l, "us.anthropic.claude-opus-4-7"));
	json_free(l);
	assert_true(sim_count(&sim, "GetCredentials") > 0);
	unsetenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	free(url);
	sim_stop(&sim);
}

static void
region_filter_and_defaults_of_the_configuration_are_in_force(void **state)
{
	(void)state;
	begin("{\"catalogue\":{\"more_models\":3}}");
	run_configure("{plugins:{entries:{'amazon-bedrock':{config:{discovery:{enabled:true,region:'eu-west-1',"
	    "providerFilter:[' Anthropic','made up'],defaultContextWindow:50000,defaultMaxTokens:-5}}}}}}");
	struct json_object *l = list_of(NULL), *made_up = find(l, "meta.sim-model-0002-v1:0");
	assert_string_equal(json_str(l, "region", ""), "eu-west-1");
	assert_non_null(find(l, "eu.anthropic.claude-opus-4-7"));
	assert_null(find(l, "us.anthropic.claude-opus-4-7"));
	assert_null(find(l, "amazon.nova-pro-v1:0"));
	assert_int_equal(json_int(made_up, "contextWindow", 0), 50000);
	assert_int_equal(json_int(made_up, "maxTokens", 0), 4096);
	json_free(l);
	sim_stop(&sim);
}

static void
the_users_figures_win_in_the_list_and_in_a_conversation(void **state)
{
	(void)state;
	begin(NULL);
	run_configure("{models:{providers:{bedrock:{models:[{id:'us.anthropic.claude-opus-4-7',name:'Mine',contextWindow:150000,"
	    "maxTokens:9000,reasoning:false,input:['text'],cost:{input:1000000,output:0,cacheRead:0,cacheWrite:0}}]}}}}");
	struct json_object *l = list_of(NULL), *m = find(l, "us.anthropic.claude-opus-4-7");
	assert_string_equal(json_str(m, "name", ""), "Mine");
	assert_string_equal(json_str(m, "kind", ""), "inference-profile");
	assert_int_equal(json_int(m, "contextWindow", 0), 150000);
	assert_int_equal(json_int(m, "maxTokens", 0), 9000);
	assert_false(json_flag(m, "reasoning", true));
	assert_int_equal(json_len(json_get(m, "input")), 1);
	assert_float_equal(json_num(json_get(m, "cost"), "input", 0), 1e6, 1e-3);
	assert_float_equal(json_num(json_get(m, "cost"), "output", 0), 27.5, 1e-9);
	json_free(l);
	struct run r;
	const char *args[] = { "-p", "-m", "us.anthropic.claude-opus-4-7", "--output-format", "json", "hello", NULL };
	run_adit(&r, NULL, args);
	struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL);
	assert_true(json_num(o, "cost", -1) >= 1);      /* a dollar a token */
	json_free(o);
	run_done(&r);
	sim_stop(&sim);
}

/* ---- what goes wrong ------------------------------------------------------------------------------ */

static void
what_is_denied_is_said_where_it_matters(void **state)
{
	(void)state;
	begin("{\"rules\":[" DENY("ListInferenceProfiles") "," DENY("ListImportedModels") "," DENY("ListPromptRouters") "]}");
	struct run r;
	models(&r, "list");
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.out), "amazon.nova-pro-v1:0"));
	assert_non_null(strstr(buf_str(&r.err), "Allow bedrock:ListInferenceProfiles"));
	assert_non_null(strstr(buf_str(&r.err), "imported models (bedrock:ListImportedModels), prompt routers"));
	run_done(&r);
	struct json_object *l = list_of(NULL);
	assert_non_null(json_str(l, "hint", NULL));
	assert_int_equal(json_len(json_get(l, "notes")), 1);
	json_free(l);
	sim_stop(&sim);
}

static void
an_endpoint_that_does_not_know_the_rest_has_a_list_all_the_same(void **state)
{
	(void)state;
	begin("{\"rules\":[{\"match\":{\"operation\":\"ListPromptRouters\"},\"answer\":[{\"http\":{\"type\":\"ValidationException\","
	    "\"message\":\"Unknown operation\"}}]},"
	    "{\"match\":{\"operation\":\"ListImportedModels\"},\"answer\":[{\"http\":{\"status\":404,\"body\":"
	    "\"{\\\"Output\\\":{\\\"__type\\\":\\\"com.amazon.coral.service#UnknownOperationException\\\"}}\","
	    "\"headers\":{\"x-amzn-errortype\":\"UnknownOperationException\"}}}]}," HTML("ListCustomModelDeployments") "]}");
	struct json_object *l = list_of(NULL), *notes = json_get(l, "notes");
	assert_null(json_str(l, "hint", NULL));
	assert_int_equal(json_len(notes), 2);
	assert_non_null(strstr(json_object_get_string(json_item(notes, 0)), "imported models, prompt routers"));
	assert_non_null(strstr(json_object_get_string(json_item(notes, 1)), "custom model deployments"));
	assert_non_null(find(l, ARN("provisioned-model", "simprov00001")));
	json_free(l);
	sim_stop(&sim);
}

static void
a_web_page_instead_of_a_list_is_named_and_the_old_list_stands_in(void **state)
{
	(void)state;
	begin("{\"rules\":[{\"match\":{\"operation\":\"ListFoundationModels\",\"nth\":2},\"answer\":[{\"http\":{\"status\":200,"
	    "\"content_type\":\"text/html\",\"body\":\"<html>Please sign in</html>\"}}]}," HTML("GetFoundationModel") "]}");
	json_free(list_of(NULL));
	struct json_object *l = list_of("--refresh");
	assert_non_null(strstr(json_str(l, "hint", ""), "proxy"));
	assert_non_null(find(l, "us.anthropic.claude-opus-4-7"));
	json_free(l);
	sim_stop(&sim);
	begin("{\"rules\":[" HTML("ListFoundationModels") "]}");
	struct run r;
	models(&r, "list");
	assert_int_equal(r.status, 6);
	assert_non_null(strstr(buf_str(&r.err), "web page"));
	run_done(&r);
	sim_stop(&sim);
}

static void
long_lists_end(void **state)
{
	(void)state;
	begin("{\"catalogue\":{\"more_profiles\":200,\"page_size\":2}}");
	struct json_object *l = list_of(NULL);
	assert_non_null(find(l, "us.anthropic.sim-model-0000-v1:0"));
	json_free(l);
	assert_int_equal(sim_count(&sim, "ListInferenceProfiles"), 100 + 1);     /* the ceiling; and those of the account */
	sim_stop(&sim);
	begin("{\"catalogue\":{\"same_token\":true}}");
	l = list_of(NULL);
	assert_non_null(find(l, "us.anthropic.claude-opus-4-7"));
	json_free(l);
	assert_int_equal(sim_count(&sim, "ListInferenceProfiles"), 2 * 2);
	sim_stop(&sim);
}

/* ---- one model -------------------------------------------------------------------------------------- */

static void
show_takes_every_kind_of_reference(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "opus", "us.anthropic.claude-opus-5-5" },
		{ "amazon-bedrock/us.anthropic.claude-opus-4-7", "us.anthropic.claude-opus-4-7" },
		{ "bedrock/amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0" },
		{ ARN("inference-profile", "us.anthropic.claude-opus-4-7"), "us.anthropic.claude-opus-4-7" },
		{ ARN("application-inference-profile", "a1b2c3d4e5f6"), ARN("application-inference-profile", "a1b2c3d4e5f6") },
		{ ARN("default-prompt-router", "anthropic.claude:1"), ARN("default-prompt-router", "anthropic.claude:1") },
		{ "my own/model: one", "my own/model: one" },
	};
	begin(NULL);
	run_configure("{models:{providers:{bedrock:{models:[{id:'my own/model: one'}]}}}}");
	struct run r;
	for (size_t i = 0; i < N(rows); i++) {
		models(&r, "show", rows[i][0], "--json");
		struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL);
		if (!str_same(json_str(o, "id", NULL), rows[i][1]))
			fail_msg("%s: %s%s", rows[i][0], buf_str(&r.out), buf_str(&r.err));
		json_free(o);
		run_done(&r);
	}
	models(&r, "show", "us.anthropic.claude-opus-4-77");
	assert_int_equal(r.status, 4);
	assert_non_null(strstr(buf_str(&r.err), "claude-opus-4-7"));
	run_done(&r);
	models(&r, "show", ARN("provisioned-model", "simprov00002"));
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.out), "Creating"));
	run_done(&r);
	sim_stop(&sim);
}

static void
an_arn_that_is_not_listed_is_asked_about(void **state)
{
	(void)state;
	struct run r;
	begin(NULL);
	/* The filter keeps it off the list. */
	run_configure("{models:{bedrockDiscovery:{providerFilter:['meta']}},\n"
	    "agents:{defaults:{models:{'bedrock/" ARN("application-inference-profile", "a1b2c3d4e5f6") "':{alias:'ours'}}}}}");
	models(&r, "show", "ours", "--json");
	if (r.status != 0)
		fail_msg("%s", buf_str(&r.err));
	struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL);
	assert_string_equal(json_str(o, "kind", ""), "application-profile");
	assert_string_equal(json_str(o, "base", ""), "anthropic.claude-opus-4-6-v1");
	assert_int_equal(json_int(o, "contextWindow", 0), 1000000);
	assert_string_equal(json_object_get_string(json_item(json_get(o, "regions"), 0)), "us-east-1");
	assert_int_equal(sim_count(&sim, "GetInferenceProfile"), 1);
	json_free(o);
	run_done(&r);
	models(&r, "show", ARN("application-inference-profile", "nobodys00000"));
	assert_int_equal(r.status, 4);
	assert_non_null(strstr(buf_str(&r.err), "nobodys00000 is not listed"));
	run_done(&r);
	sim_stop(&sim);
}

/* ---- calls -------------------------------------------------------------------------------------------- */

static void
a_conversation_goes_through_every_kind_of_arn(void **state)
{
	(void)state;
	static const char *const ids[] = {
		ARN("application-inference-profile", "a1b2c3d4e5f6"),
		ARN("inference-profile", "us.anthropic.claude-opus-4-7"),
		ARN("imported-model", "sim4llama777"),
		ARN("provisioned-model", "simprov00001"),
		ARN("custom-model-deployment", "simdeploy001"),
		ARN("custom-model-deployment", "simdeploy002"),
		ARN("default-prompt-router", "anthropic.claude:1"),
		"arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0",
	};
	begin(NULL);
	setenv("AWS_REGION", "eu-west-1", 1);   /* the ARN's region decides */
	for (size_t i = 0; i < N(ids); i++) {
		struct run r;
		const char *args[] = { "-p", "-m", ids[i], "--temperature", "0.5", "hello", NULL };
		run_adit(&r, NULL, args);
		if (r.status != 0)
			fail_msg("%s: %d %s", ids[i], r.status, buf_str(&r.err));
		run_done(&r);
	}
	sim_stop(&sim);
}

static void
an_application_profile_of_a_model_without_sampling_gets_no_temperature(void **state)
{
	(void)state;
	/* The built-in one leads to Opus 4.6, which takes it; this one to Opus 4.7, which refuses it. */
	static const char arn[] = ARN("application-inference-profile", "opus47");
	begin("{\"catalogue\":{\"inferenceProfileSummaries\":[{\"inferenceProfileName\":\"n\",\"inferenceProfileId\":\"opus47\","
	    "\"inferenceProfileArn\":\"arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/opus47\","
	    "\"status\":\"ACTIVE\",\"type\":\"APPLICATION\",\"models\":[{\"modelArn\":"
	    "\"arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-7\"}]}]}}");
	struct run r;
	const char *args[] = { "-p", "-m", arn, "--temperature", "0.5", "--output-format", "json", "hello", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL);
	assert_true(json_num(o, "cost", -1) > 0);       /* the price is its model's */
	json_free(o);
	run_done(&r);
	assert_int_equal(sim_count(&sim, "GetInferenceProfile"), 1);
	char *path = mem_printf("%s/log", sim.dir);
	struct buf b = { 0 };
	assert_int_equal(file_read(path, 1 << 24, &b, NULL), 0);
	assert_non_null(strstr(buf_str(&b), "messages"));
	assert_null(strstr(buf_str(&b), "temperature"));
	buf_done(&b);
	/* The temperature is left out for want of the model's name, or because of it? For its sake. */
	const char *other[] = { "-p", "-m", ARN("application-inference-profile", "a1b2c3d4e5f6"), "--temperature",
		"0.5", "hello", NULL };
	run_adit(&r, NULL, other);
	run_done(&r);
	assert_int_equal(file_read(path, 1 << 24, &b, NULL), 0);
	assert_non_null(strstr(buf_str(&b), "temperature"));
	buf_done(&b);
	free(path);
	sim_stop(&sim);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_has_every_kind_with_the_members_of_the_contract),
		cmocka_unit_test(the_list_is_kept_until_it_is_refreshed),
		cmocka_unit_test(another_bearer_token_has_another_list),
		cmocka_unit_test(credentials_are_resolved_once_for_all_lists),
		cmocka_unit_test(discovery_that_is_off_asks_nobody_and_shows_the_users_models),
		cmocka_unit_test(who_asks_for_the_list_needs_no_marker_for_the_machines_role),
		cmocka_unit_test(region_filter_and_defaults_of_the_configuration_are_in_force),
		cmocka_unit_test(the_users_figures_win_in_the_list_and_in_a_conversation),
		cmocka_unit_test(what_is_denied_is_said_where_it_matters),
		cmocka_unit_test(an_endpoint_that_does_not_know_the_rest_has_a_list_all_the_same),
		cmocka_unit_test(a_web_page_instead_of_a_list_is_named_and_the_old_list_stands_in),
		cmocka_unit_test(long_lists_end),
		cmocka_unit_test(show_takes_every_kind_of_reference),
		cmocka_unit_test(an_arn_that_is_not_listed_is_asked_about),
		cmocka_unit_test(a_conversation_goes_through_every_kind_of_arn),
		cmocka_unit_test(an_application_profile_of_a_model_without_sampling_gets_no_temperature),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
