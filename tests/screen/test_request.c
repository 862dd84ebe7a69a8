/*
 * test_request.c - what the screen shows of requests: levels of effort, a guardrail's findings, who answered, a cache
 * that went cold, the configuration while it changes.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "screen/adit_test.h"

#define OPUS  "us.anthropic.claude-opus-4-6-v1"
#define HAIKU "us.anthropic.claude-haiku-4-5-20251001-v1:0"

static struct sim sim;

static int
setup(void **state)
{
	static const char rules[] = "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["
	    "{\"match\":{\"operation\":\"ListImportedModels\"},\"answer\":[{\"http\":{\"status\":403,"
	    "\"type\":\"AccessDeniedException\",\"message\":\"no\"}}]},"
	    "{\"match\":{\"contains\":\"guard me\"},\"answer\":[{\"text\":\"Not that.\"},{\"stop\":\"guardrail_intervened\"},"
	    "{\"trace\":{\"guardrail\":{\"inputAssessment\":{\"abc123\":{\"topicPolicy\":{\"topics\":[{\"name\":\"Money\","
	    "\"type\":\"DENY\",\"action\":\"BLOCKED\"}]},\"invocationMetrics\":{\"guardrailProcessingLatency\":312}}}}}}]},"
	    "{\"match\":{\"contains\":\"no access\",\"model\":\"" OPUS "\"},\"answer\":[{\"http\":{\"status\":403,"
	    "\"type\":\"AccessDeniedException\",\"message\":\"You don't have access to the model with the specified model ID.\"}}]},"
	    "{\"match\":{\"contains\":\"far too long\"},\"answer\":[{\"http\":{\"status\":400,\"type\":\"ValidationException\","
	    "\"message\":\"prompt is too long: 285744 tokens > 100000 maximum\"}}]},"
	    "{\"match\":{\"contains\":\"large\"},\"answer\":[{\"text\":\"done\"},{\"usage\":{\"inputTokens\":1,\"outputTokens\":1,"
	    "\"cacheWriteInputTokens\":50000}}]},"
	    "{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}";
	run_rules(&sim, rules);
	*state = &sim;
	return 0;
}

static struct vtty *
start(const char *model)
{
	const char *const args[] = { "-m", model, NULL };
	struct vtty *t = adit_start(40, 240, NULL, args);
	sees(t, "us-east-1");
	return t;
}

static void
shift_tab_goes_round_the_levels_that_the_model_has(void **state)
{
	(void)state;
	static const char *const levels[] = { "effort low", "effort medium", "effort high", "effort max" };
	struct vtty *t = start(OPUS);
	for (size_t i = 0; i < 4; i++) {
		vtty_type(t, "\033[Z");
		assert_true(vtty_wait(t, levels[i], LONG));
	}
	vtty_type(t, "\033[Z");
	assert_true(vtty_wait_gone(t, "effort max", LONG));
	vtty_type(t, "/model amazon.nova-pro-v1:0\r");
	assert_true(vtty_wait(t, "nova-pro", LONG));
	vtty_type(t, "\033[Z");
	assert_true(vtty_wait(t, "nova-pro cannot be told how much to think.", LONG));
	leave(t);
}

static void
what_the_guardrail_found_opens_under_the_reply(void **state)
{
	(void)state;
	struct vtty *t = start(OPUS);
	vtty_type(t, "guard me\r");
	assert_true(vtty_wait(t, "The guardrail acted on: topic \"Money\".", LONG));
	assert_false(vtty_has(t, "took 312 ms"));
	vtty_type(t, "\017");
	assert_true(vtty_wait(t, "took 312 ms", LONG));
	assert_true(vtty_wait(t, "topic \"Money\": blocked", LONG));
	leave(t);
	/* It is in the session. */
	char *argv[] = { getenv("ADIT"), (char[]){ "-c" }, NULL };
	struct vtty_options o = { .rows = 40, .cols = 120 };
	t = vtty_start(&o, argv);
	assert_true(vtty_wait(t, "The guardrail acted on: topic \"Money\".", LONG));
	vtty_type(t, "\017");
	assert_true(vtty_wait(t, "took 312 ms", LONG));
	leave(t);
}

static void
a_reply_names_the_fallback_that_wrote_it(void **state)
{
	(void)state;
	run_configure("{agents: {defaults: {model: {fallbacks: ['bedrock/" HAIKU "']}}}}");
	struct vtty *t = start(OPUS);
	vtty_type(t, "no access\r");
	assert_true(vtty_wait(t, "You said: no access", LONG));
	assert_true(vtty_wait(t, "Going on with haiku-4-5 instead of opus-4-6.", LONG));
	int row = vtty_find(t, "You said: no access");
	assert_non_null(strstr(vtty_row(t, row - 1), "haiku-4-5"));
	leave(t);
}

static void
a_cold_cache_shows_before_it_is_paid_for(void **state)
{
	(void)state;
	struct vtty *t = start(OPUS);
	vtty_type(t, "large\r");
	assert_true(vtty_wait(t, "done", LONG));
	assert_false(vtty_has(t, "cache cold"));
	vtty_type(t, "/model " HAIKU "\r");
	assert_true(vtty_wait(t, "cache cold: 50k $0.07", LONG));
	vtty_type(t, "hello\r");
	assert_true(vtty_wait(t, "written again for this one (about $0.07).", LONG));
	leave(t);
}

static void
the_configuration_is_read_again_or_refused_with_its_line(void **state)
{
	(void)state;
	run_configure("{agents: {defaults: {params: {maxTokens: 11}}}}");
	struct vtty *t = start(OPUS);
	vtty_type(t, "one\r");
	assert_true(vtty_wait(t, "You said: one", LONG));
	run_configure("{agents: {defaults: {params: {maxTokens: 22}}}}");
	assert_true(vtty_wait(t, "The configuration was read again:", LONG));
	run_configure("{agents: {defaults:\n {params: {maxTokens: 'many'}}}}");
	assert_true(vtty_wait(t, "line 2, column 23", LONG));
	assert_true(vtty_wait(t, "The settings from before stay in force.", LONG));
	vtty_type(t, "two\r");
	assert_true(vtty_wait(t, "You said: two", LONG));
	struct json_object *line = question_line(&sim, 2, false);
	assert_int_equal(json_int(json_at(line, "body.inferenceConfig"), "maxTokens", 0), 22);
	json_free(line);
	leave(t);
}

/* A table may be wrong about a window: what the service says of it counts from then on. */
static void
the_window_that_an_error_names_is_the_one_that_is_shown(void **state)
{
	(void)state;
	struct vtty *t = start(OPUS);
	vtty_type(t, "large\r");
	assert_true(vtty_wait(t, " 5%", LONG));         /* 50k of 1M */
	vtty_type(t, "far too long\r");
	assert_true(vtty_wait(t, "too long for the window", LONG));
	assert_true(vtty_wait(t, " 50%", LONG));
	leave(t);
}

static void
what_could_not_be_listed_is_said_under_the_list(void **state)
{
	(void)state;
	static const char note[] = "Not listed, because these permissions are missing: imported models";
	struct vtty *t = start(OPUS);
	vtty_type(t, "\014");
	assert_true(vtty_wait(t, note, LONG));
	vtty_type(t, "\033");
	assert_true(vtty_wait_gone(t, note, LONG));
	leave(t);
	char *argv[] = { getenv("ADIT"), (char[]){ "--plain" }, (char[]){ "-m" }, (char[]){ OPUS }, NULL };
	struct vtty_options o = { .rows = 200, .cols = 100 };
	t = vtty_start(&o, argv);
	vtty_type(t, "/models\r");
	assert_true(vtty_wait(t, "permissions are missing", LONG));
	vtty_type(t, "/quit\r");
	assert_int_equal(vtty_finish(t), 0);
}

static void
a_fallback_that_the_picker_wrote_holds_at_once(void **state)
{
	(void)state;
	struct vtty *t = start(OPUS);
	vtty_type(t, "\014haiku 4.5 us");
	assert_true(vtty_wait(t, HAIKU " · inference profile", LONG));
	vtty_type(t, "\006");
	assert_true(vtty_wait(t, "Last of the fallbacks: " HAIKU, LONG));
	vtty_type(t, "\r");
	assert_true(vtty_wait(t, "From now on: " HAIKU, LONG));
	vtty_type(t, "/model " OPUS "\rno access\r");
	assert_true(vtty_wait(t, "You said: no access", LONG));
	assert_true(vtty_wait(t, "Going on with haiku-4-5 instead of opus-4-6.", LONG));
	assert_false(vtty_has(t, "The configuration was read again"));  /* the hint has said it */
	leave(t);
}

static void
the_open_list_follows_the_configuration(void **state)
{
	(void)state;
	struct vtty *t = start(OPUS);
	vtty_type(t, "\014");
	assert_true(vtty_wait(t, "Claude Fable 5.1", LONG));
	run_configure("{models: {providers: {bedrock: {models: [{id: 'us.anthropic.claude-fable-5-1', name: 'The house model'}]}}}}");
	assert_true(vtty_wait(t, "The house model", LONG));
	run_configure("{models: {bedrockDiscovery: {providerFilter: ['amazon']}}}");
	assert_true(vtty_wait_gone(t, "Claude Fable 5.1", LONG));
	assert_true(vtty_wait(t, "Nova Pro", LONG));
	vtty_type(t, "\033");
	assert_true(vtty_wait_gone(t, "Nova Pro", LONG));
	leave(t);
}

static void
line_by_line_the_configuration_is_looked_at_before_each(void **state)
{
	(void)state;
	char *argv[] = { getenv("ADIT"), (char[]){ "--plain" }, (char[]){ "-m" }, (char[]){ OPUS }, NULL };
	struct vtty_options o = { .rows = 40, .cols = 200 };
	struct vtty *t = vtty_start(&o, argv);
	vtty_type(t, "one\r");
	assert_true(vtty_wait(t, "You said: one", LONG));
	run_configure("{agents: {defaults: {params: {maxTokens: 33}}}}");
	vtty_type(t, "two\r");
	assert_true(vtty_wait(t, "* The configuration was read again:", LONG));
	assert_true(vtty_wait(t, "You said: two", LONG));
	struct json_object *line = question_line(&sim, 2, false);
	assert_int_equal(json_int(json_at(line, "body.inferenceConfig"), "maxTokens", 0), 33);
	json_free(line);
	run_configure("{agents: {defaults: {params: {maxTokens: 'x'}}}}");
	vtty_type(t, "three\r");
	assert_true(vtty_wait(t, "The settings from before", LONG));
	assert_true(vtty_wait(t, "You said: three", LONG));
	vtty_type(t, "/quit\r");
	assert_int_equal(vtty_finish(t), 0);
}

static void
usage_has_message_conversation_model_and_day(void **state)
{
	(void)state;
	struct vtty *t = start(HAIKU);
	vtty_type(t, "large\r");
	assert_true(vtty_wait(t, "done", LONG));
	vtty_type(t, "/usage\r");
	assert_true(vtty_wait(t, "This month", LONG));
	assert_true(vtty_wait(t, "Last reply", LONG));
	assert_true(vtty_wait(t, "This conversation", LONG));
	assert_true(vtty_wait(t, "Today", LONG));
	assert_true(vtty_wait(t, "$0.0688", LONG));
	vtty_type(t, "q");
	assert_true(vtty_wait_gone(t, "This month", LONG));
	vtty_type(t, "/config\r");
	assert_true(vtty_wait(t, "agents.defaults", LONG));
	vtty_type(t, "q");
	leave(t);
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, run_teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(shift_tab_goes_round_the_levels_that_the_model_has),
		scene(what_the_guardrail_found_opens_under_the_reply),
		scene(a_reply_names_the_fallback_that_wrote_it),
		scene(a_cold_cache_shows_before_it_is_paid_for),
		scene(the_configuration_is_read_again_or_refused_with_its_line),
		scene(the_window_that_an_error_names_is_the_one_that_is_shown),
		scene(what_could_not_be_listed_is_said_under_the_list),
		scene(a_fallback_that_the_picker_wrote_holds_at_once),
		scene(the_open_list_follows_the_configuration),
		scene(line_by_line_the_configuration_is_looked_at_before_each),
		scene(usage_has_message_conversation_model_and_day),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
