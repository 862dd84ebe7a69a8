/*
 * test_fallback.c - which failures go to the next model and which never do, from end to end: who answered, what was
 * said, what was logged.
 */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "e2e/run.h"

#define FIRST  "us.anthropic.claude-opus-4-7"
#define SECOND "us.anthropic.claude-sonnet-4-6"
#define THIRD  "amazon.nova-pro-v1:0"
#define HAIKU  "us.anthropic.claude-haiku-4-5-20251001-v1:0"

#define FAIL(model, word, answer) "{\"match\":{\"model\":\"" model "\",\"contains\":\"" word "\"},\"answer\":[" answer "]},"
#define HTTP(status, type, text) "{\"http\":{\"status\":" #status ",\"type\":\"" type "\",\"message\":\"" text "\"}}"

/* The list of models takes its time, or does not come. */
#define LIST(step) "{\"match\":{\"operation\":\"ListFoundationModels\"},\"answer\":[{" step "}]},"

static const char rules[] = "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":[%s"
    "{\"match\":{\"contains\":\"delegate\",\"tool_result\":false},\"answer\":[{\"tool\":{\"name\":\"sessions_spawn\","
    "\"input\":{\"task\":\"say it\",\"model\":\"haiku\"}}}]},"
    FAIL(FIRST, "throttled", HTTP(429, "ThrottlingException", "Too many tokens, please wait before trying again."))
    FAIL(FIRST, "capacity", HTTP(503, "ServiceUnavailableException", "Bedrock is unable to process your request."))
    FAIL(FIRST, "internal", HTTP(500, "InternalServerException", "Oh."))
    FAIL(FIRST, "in the stream", "{\"exception\":\"serviceUnavailableException\",\"message\":\"Gone.\"}")
    FAIL(FIRST, "no access", HTTP(403, "AccessDeniedException", "You don't have access to the model with the specified model ID."))
    FAIL(FIRST, "marketplace", HTTP(403, "AccessDeniedException", "Not authorized to perform the required AWS Marketplace actions (aws-marketplace:Subscribe)."))
    FAIL(FIRST, "not found", HTTP(404, "ResourceNotFoundException", "Could not resolve the foundation model from the provided model identifier."))
    FAIL(FIRST, "bad id", HTTP(400, "ValidationException", "The provided model identifier is invalid."))
    FAIL(FIRST, "profile", HTTP(400, "ValidationException", "Invocation of model ID x with on-demand throughput isn't supported."))
    FAIL(FIRST, "end of life", HTTP(404, "ResourceNotFoundException", "This model version has reached the end of its life."))
    FAIL("*", "expired", HTTP(403, "ExpiredTokenException", "The security token included in the request is expired"))
    FAIL("*", "invalid", HTTP(400, "ValidationException", "The value at messages.0 is wrong."))
    FAIL("*", "guardrail right", HTTP(403, "AccessDeniedException", "User: arn:x is not authorized to perform: bedrock:ApplyGuardrail on resource: arn:y because no policy allows it"))
    FAIL("*", "everybody", HTTP(429, "ThrottlingException", "Too many requests, please wait before trying again."))
    FAIL(FIRST, "half", "{\"text\":\"Half of\"},{\"exception\":\"throttlingException\",\"message\":\"Slow down.\"}")
    FAIL(SECOND, "both", HTTP(503, "ServiceUnavailableException", "Bedrock is unable to process your request."))
    FAIL(FIRST, "both", HTTP(503, "ServiceUnavailableException", "Bedrock is unable to process your request."))
    FAIL("*", "blocked", "{\"text\":\"No.\"},{\"stop\":\"guardrail_intervened\"}")
    FAIL(FIRST, "hang", "{\"hang\":true}")
    "{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}";

static const char settings[] = "{models: {providers: {dead: {baseUrl: 'http://127.0.0.1:1/v1', api: 'openai-completions',"
    " apiKey: 'k', models: [{id: 'm'}]}}}, agents: {defaults: {"
    " model: { primary: 'opus', fallbacks: ['bedrock/" FIRST "', 'bedrock/" SECOND "', 'bedrock/" THIRD "'] },"
    " models: { 'bedrock/" FIRST "': { alias: 'opus' },"
    "  'bedrock/" SECOND "': { params: { maxTokens: 222, serviceTier: 'flex' } } } } }}";

static void
begin(void **state, const char *list)
{
	static struct sim sim;
	char *text = mem_printf(rules, list);
	run_rules(&sim, text);
	free(text);
	run_configure(settings);
	*state = &sim;
}

static int
setup(void **state)
{
	begin(state, LIST("\"delay_ms\":300"));
	return 0;
}

static int
setup_without_list(void **state)
{
	begin(state, LIST("\"hang\":true"));
	return 0;
}

static struct json_object *
ask(struct run *r, const char *text)
{
	const char *args[] = { "-p", "--output-format", "json", "--log-level", "info", text, NULL };
	run_adit(r, NULL, args);
	struct json_object *o = json_parse(buf_str(&r->out), r->out.len, NULL);
	if (o == NULL)
		fail_msg("%s: %s%s", text, buf_str(&r->out), buf_str(&r->err));
	return o;
}

/* The last "failover" record of the log that names this stage. The caller frees; NULL = none. */
static struct json_object *
logged(const char *stage)
{
	char *path = file_path(FILE_STATE, "adit.log");
	struct buf text = { 0 };
	struct json_object *found = NULL;
	assert_int_equal(file_read(path, 1 << 20, &text, NULL), 0);
	for (const char *s = buf_str(&text); (s = strstr(s, " failover {")) != NULL;) {
		s += strlen(" failover ");
		struct json_object *o = json_parse(s, strcspn(s, "\n"), NULL);
		if (str_same(json_str(o, "stage", NULL), stage)) {
			json_free(found);
			found = o;
		} else {
			json_free(o);
		}
	}
	buf_done(&text);
	free(path);
	return found;
}

static const struct {
	const char	*ask, *reason;
	int		 status;        /* in the log; 0 = null */
} goes[] = {
	{ "throttled", "throttled", 429 },
	{ "capacity", "unavailable", 503 },
	{ "internal", "unavailable", 500 },
	{ "in the stream", "unavailable", 200 },
	{ "no access", "no-access", 403 },
	{ "marketplace", "no-access", 403 },
	{ "not found", "not-found", 404 },
	{ "bad id", "not-found", 400 },
	{ "profile", "not-found", 400 },
	{ "end of life", "end-of-life", 404 },
};

static void
what_is_the_models_own_fault_goes_to_the_next(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof goes / sizeof *goes; i++) {
		struct run r;
		struct json_object *o = ask(&r, goes[i].ask), *log = logged("request");
		if (r.status != 0 || !str_same(json_str(o, "model", NULL), SECOND))
			fail_msg("%s: %s", goes[i].ask, buf_str(&r.out));
		assert_non_null(strstr(buf_str(&r.err), "Going on with sonnet-4-6 instead of opus-4-7."));
		assert_string_equal(json_str(log, "reason", ""), goes[i].reason);
		assert_string_equal(json_str(log, "provider", ""), "amazon-bedrock");
		assert_string_equal(json_str(log, "model", ""), FIRST);
		assert_string_equal(json_str(log, "next", ""), SECOND);
		assert_int_equal(json_int(log, "status", 0), goes[i].status);
		json_free(log);
		json_free(o);
		run_done(&r);
	}
}

static const struct {
	const char	*ask, *reason;
	int		 exit;
} stays[] = {
	{ "expired", "credentials", 3 },
	{ "invalid", "request", 1 },
	{ "guardrail right", "request", 4 },
	{ "half", "answer-begun", 5 },
};

static void
a_fallback_may_be_a_name(void **state)
{
	(void)state;
	static const char named[] = "{agents: {defaults: {model: {primary: 'bedrock/" FIRST "', fallbacks: ['haiku']}}}}";
	struct run r;
	run_configure(named);
	struct json_object *o = ask(&r, "no access");
	assert_int_equal(r.status, 0);
	assert_string_equal(json_str(o, "model", ""), "us.anthropic.claude-haiku-4-5-20251001-v1:0");
	json_free(o);
	run_done(&r);
	/* Both answers are known from then on. */
	char *answers = file_path(FILE_CACHE, "models/answers.json");
	struct buf b = { 0 };
	assert_int_equal(file_read(answers, 65536, &b, NULL), 0);
	assert_non_null(strstr(buf_str(&b), "\"id\":\"" FIRST "\",\"works\":false"));
	assert_non_null(strstr(buf_str(&b), "\"id\":\"us.anthropic.claude-haiku-4-5-20251001-v1:0\",\"works\":true"));
	buf_done(&b);
	free(answers);
}

static void
set_models(const char *models)
{
	char *text = mem_printf("{agents: {defaults: {%s}}}", models);
	run_configure(text);
	free(text);
}

/* The model of the nth question. */
static void
expect_asked(const struct sim *sim, int nth, const char *model)
{
	struct json_object *line = question_line(sim, nth, false);
	assert_string_equal(json_text(line, "model"), model);
	json_free(line);
}

static void
a_name_is_looked_up_when_somebody_is_to_be_asked_by_it(void **state)
{
	struct sim *sim = *state;
	struct run r;
	set_models("model: {primary: 'bedrock/" FIRST "', fallbacks: ['haiku']}");
	json_free(ask(&r, "hello"));
	assert_int_equal(r.status, 0);
	run_done(&r);
	expect_asked(sim, 1, FIRST);
	assert_int_equal(sim_count(sim, "ListFoundationModels"), 0);
	/* Line by line: the first turn fails long before the list is there, and waits for it. */
	run_adit(&r, "no access\n", (const char *const[]){ "--plain", NULL });
	if (strstr(buf_str(&r.out), "Going on with haiku-4-5 instead of opus-4-7.") == NULL)
		fail_msg("%s", buf_str(&r.out));
	run_done(&r);
	expect_asked(sim, 2, FIRST);
	expect_asked(sim, 3, HAIKU);
	assert_int_equal(sim_count(sim, "ListFoundationModels"), 1);
}

static void
a_name_that_is_nobodys_leaves_the_failure_as_it_is(void **state)
{
	struct sim *sim = *state;
	struct run r;
	set_models("model: {primary: 'bedrock/" FIRST "', fallbacks: ['nobody', 'bedrock/" SECOND "']}");
	json_free(ask(&r, "no access"));
	/* The service is asked, and says that there is no such model; then the next one is. */
	assert_int_equal(r.status, 0);
	run_done(&r);
	expect_asked(sim, 1, FIRST);
	expect_asked(sim, 2, "nobody");
	expect_asked(sim, 3, SECOND);
}

static void
subagents_have_their_names_looked_up(void **state)
{
	struct sim *sim = *state;
	struct run r;
	set_models("model: {primary: 'bedrock/" FIRST "'}, subagents: {model: {primary: 'haiku'}}");
	run_adit(&r, "/spawn hello\n", (const char *const[]){ "--plain", NULL });
	assert_int_equal(r.status, 0);
	run_done(&r);
	expect_asked(sim, 1, HAIKU);
}

static void
what_a_model_starts_has_its_name_looked_up_too(void **state)
{
	struct sim *sim = *state;
	struct run r;
	set_models("model: {primary: 'bedrock/" FIRST "'}");
	run_adit(&r, "delegate\n", (const char *const[]){ "--plain", NULL });
	assert_int_equal(r.status, 0);
	/* The subagent, and main with the tool's result, in either order. */
	struct json_object *a = question_line(sim, 2, false), *b = question_line(sim, 3, false);
	bool first = strcmp(json_text(a, "model"), HAIKU) == 0;
	assert_string_equal(json_text(first ? a : b, "model"), HAIKU);
	assert_string_equal(json_text(first ? b : a, "model"), FIRST);
	json_free(a);
	json_free(b);
	run_done(&r);
}

static void
the_wait_for_a_name_can_be_stopped(void **state)
{
	struct sim *sim = *state;
	static const char *const args[] = { "-p", "no access", NULL };
	int out;
	set_models("model: {primary: 'bedrock/" FIRST "', fallbacks: ['haiku']}");
	pid_t pid = run_start(args, &out);
	close(out);
	int64_t until = clock_ms() + 120000;
	while (sim_count(sim, "ListFoundationModels") == 0 && clock_ms() < until)
		(void)poll(NULL, 0, 5);
	assert_int_equal(kill(pid, SIGINT), 0);
	assert_int_equal(run_wait(pid), 130);
}

static void
what_would_be_the_same_everywhere_does_not(void **state)
{
	struct sim *sim = *state;
	for (size_t i = 0; i < sizeof stays / sizeof *stays; i++) {
		struct run r;
		struct json_object *o = ask(&r, stays[i].ask), *log = logged("request");
		if (r.status != stays[i].exit || strstr(buf_str(&r.err), "Going on") != NULL)
			fail_msg("%s: %d %s", stays[i].ask, r.status, buf_str(&r.err));
		assert_string_equal(json_str(log, "reason", ""), stays[i].reason);
		assert_null(json_get(log, "next"));
		json_free(log);
		json_free(o);
		run_done(&r);
		struct json_object *line = question_line(sim, (int)i + 1, false);
		assert_string_equal(json_text(line, "model"), FIRST);
		json_free(line);
	}
}

static void
a_guardrail_that_steps_in_is_an_answer(void **state)
{
	(void)state;
	struct run r;
	struct json_object *o = ask(&r, "blocked");
	assert_int_equal(r.status, 0);
	assert_string_equal(json_str(o, "model", ""), FIRST);
	assert_string_equal(json_str(o, "stopReason", ""), "guardrail_intervened");
	assert_null(logged("request"));
	json_free(o);
	run_done(&r);
}

static void
the_fallback_has_its_own_parameters_and_the_whole_conversation(void **state)
{
	struct sim *sim = *state;
	struct run r;
	json_free(ask(&r, "throttled"));
	struct json_object *line = question_line(sim, 2, false), *body = json_get(line, "body");
	assert_int_equal(json_int(json_get(body, "inferenceConfig"), "maxTokens", 0), 222);
	assert_string_equal(json_str(json_get(body, "serviceTier"), "type", ""), "flex");
	assert_string_equal(json_str(json_item(json_get(json_item(json_get(body, "messages"), 0), "content"), 0), "text", ""),
	    "throttled");
	json_free(line);
	run_done(&r);
}

static void
throttling_is_waited_out_before_another_is_asked(void **state)
{
	struct sim *sim = *state;
	struct run r;
	setenv("AWS_MAX_ATTEMPTS", "2", 1);
	json_free(ask(&r, "throttled"));
	assert_non_null(strstr(buf_str(&r.err), "(2 of 2)"));
	for (int i = 1; i <= 3; i++) {
		struct json_object *line = question_line(sim, i, false);
		assert_string_equal(json_text(line, "model"), i < 3 ? FIRST : SECOND);
		json_free(line);
	}
	run_done(&r);
}

static void
two_that_fail_leave_the_third(void **state)
{
	(void)state;
	struct run r;
	struct json_object *o = ask(&r, "both");
	assert_string_equal(json_str(o, "model", ""), THIRD);
	assert_non_null(strstr(buf_str(&r.err), "Going on with nova-pro instead of sonnet-4-6."));
	json_free(o);
	run_done(&r);
}

static void
when_all_fail_the_last_word_is_the_error(void **state)
{
	struct sim *sim = *state;
	struct run r;
	struct json_object *o = ask(&r, "everybody");
	assert_int_equal(r.status, 5);
	assert_string_equal(json_str(json_get(o, "error"), "code", ""), "unavailable");
	struct json_object *third = question_line(sim, 3, false);
	assert_string_equal(json_text(third, "model"), THIRD);
	json_free(third);
	json_free(o);
	run_done(&r);
}

static void
what_cannot_be_reached_goes_to_another_provider(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", "dead/m", "--log-level", "info", "anybody", NULL };
	run_adit(&r, NULL, args);
	if (r.status != 0 || strstr(buf_str(&r.out), "You said: anybody") == NULL)
		fail_msg("%d: %s", r.status, buf_str(&r.err));
	struct json_object *log = logged("request");
	assert_string_equal(json_str(log, "provider", ""), "dead");
	assert_string_equal(json_str(log, "reason", ""), "network");
	assert_string_equal(json_str(log, "next", ""), FIRST);
	json_free(log);
	run_done(&r);
}

static void
stream_json_has_a_line_for_it(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "--output-format", "stream-json", "no access", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.out), "{\"type\":\"fallback\",\"from\":\"" FIRST "\",\"to\":\"" SECOND
	    "\",\"reason\":\"no-access\"}\n"));
	run_done(&r);
}

static void
the_next_turn_leaves_it_alone_and_retry_does_not(void **state)
{
	struct sim *sim = *state;
	struct run r;
	const char *args[] = { "--plain", NULL };
	run_adit(&r, "no access\nhello\n/retry\n", args);
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.out), "opus-4-7 could not answer and is left alone for"));
	static const char *const asked[] = { FIRST, SECOND, SECOND, FIRST };
	for (int i = 0; i < 4; i++) {
		struct json_object *line = question_line(sim, i + 1, false);
		assert_string_equal(json_text(line, "model"), asked[i]);
		json_free(line);
	}
	run_done(&r);
}

static void
subagents_go_on_with_another_too_and_main_hears_of_it(void **state)
{
	struct sim *sim = *state;
	struct run r;
	const char *args[] = { "--plain", NULL };
	run_adit(&r, "/spawn no access\n", args);
	assert_int_equal(r.status, 0);
	/* What failed for one is left alone by all. */
	static const char *const asked[] = { FIRST, SECOND, SECOND };
	for (int i = 0; i < 3; i++) {
		struct json_object *line = question_line(sim, i + 1, false);
		assert_string_equal(json_text(line, "model"), asked[i]);
		assert_string_equal(json_str(json_at(line, "body.requestMetadata"), "agent", ""),
		    i < 2 ? "no-access" : "main");
		json_free(line);
	}
	run_done(&r);
}

static void
the_session_says_who_wrote_what(void **state)
{
	(void)state;
	struct run r;
	struct json_object *o = ask(&r, "no access");
	const char *export[] = { "sessions", "export", json_str(o, "session", ""), "--format", "jsonl", NULL };
	struct run e;
	run_adit(&e, NULL, export);
	if (e.status != 0 || strstr(buf_str(&e.out), "\"model\":\"" SECOND "\"") == NULL)
		fail_msg("%s%s", buf_str(&e.out), buf_str(&e.err));
	run_done(&e);
	json_free(o);
	run_done(&r);
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, run_teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(what_is_the_models_own_fault_goes_to_the_next),
		scene(a_fallback_may_be_a_name),
		scene(a_name_is_looked_up_when_somebody_is_to_be_asked_by_it),
		scene(a_name_that_is_nobodys_leaves_the_failure_as_it_is),
		scene(subagents_have_their_names_looked_up),
		scene(what_a_model_starts_has_its_name_looked_up_too),
		cmocka_unit_test_setup_teardown(the_wait_for_a_name_can_be_stopped, setup_without_list, run_teardown),
		scene(what_would_be_the_same_everywhere_does_not),
		scene(a_guardrail_that_steps_in_is_an_answer),
		scene(the_fallback_has_its_own_parameters_and_the_whole_conversation),
		scene(throttling_is_waited_out_before_another_is_asked),
		scene(two_that_fail_leave_the_third),
		scene(when_all_fail_the_last_word_is_the_error),
		scene(what_cannot_be_reached_goes_to_another_provider),
		scene(stream_json_has_a_line_for_it),
		scene(the_next_turn_leaves_it_alone_and_retry_does_not),
		scene(subagents_go_on_with_another_too_and_main_hears_of_it),
		scene(the_session_says_who_wrote_what),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
