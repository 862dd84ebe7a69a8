/* adit-sim as an OpenAI-compatible server: the key, the form, streams, whole answers, faults. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "client.h"

#define PATH "/v1/chat/completions"
#define KEY "Authorization: Bearer sk-sim-4f1c92ab77d0"

static struct sim sim;

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

static void
post(struct got *g, const char *key, const char *body)
{
	const char *const headers[] = { key, "Content-Type: application/json", NULL };
	sim_call(&sim, g, PATH, headers, body, 0);
}

/* A question; `more` are further members, each with a comma before it. */
static void
ask(struct got *g, const char *text, const char *more)
{
	char *body = mem_printf("{\"model\":\"sim-large\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]%s}",
	    text, more);
	post(g, KEY, body);
	free(body);
}

static const char streamed[] = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";

static void
assert_has(const struct got *g, const char *part)
{
	if (strstr(buf_str(&g->body), part) == NULL)
		fail_msg("no %s in %s", part, buf_str(&g->body));
}

static void
the_key_is_checked_and_bedrocks_is_no_key(void **state)
{
	(void)state;
	static const char body[] = "{\"model\":\"sim-large\",\"messages\":[{\"role\":\"user\",\"content\":\"echo\"}]}";
	static const struct {
		const char	*key;
		long		 status;
	} rows[] = { { KEY, 200 }, { "api-key: sk-sim-4f1c92ab77d0", 200 }, { "X-None: 1", 401 },
		{ "Authorization: Bearer sk-other", 401 }, { BEARER, 401 },
		{ "Authorization: AWS4-HMAC-SHA256 Credential=x", 401 } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct got g;
		post(&g, rows[i].key, body);
		assert_int_equal(g.status, rows[i].status);
		got_free(&g);
	}
	/* And the other way round. */
	struct got g;
	const char *const headers[] = { KEY, "Content-Type: application/json", NULL };
	char *converse = question("echo");
	sim_call(&sim, &g, "/model/" MODEL "/converse", headers, converse, 0);
	assert_int_equal(g.status, 403);
	free(converse);
	got_free(&g);
}

static void
a_stream_is_chunks_usage_and_done(void **state)
{
	(void)state;
	struct got g;
	ask(&g, "reason", streamed);
	assert_int_equal(g.status, 200);
	assert_non_null(strstr(buf_str(&g.headers), "text/event-stream"));
	assert_has(&g, "\"delta\":{\"role\":\"assistant\",\"content\":\"\"}");
	assert_has(&g, "\"reasoning_content\":");
	assert_has(&g, "\"finish_reason\":\"stop\"");
	assert_has(&g, "\"choices\":[],\"usage\":{\"prompt_tokens\":");
	assert_true(g.body.len > 14 && strcmp(g.body.s + g.body.len - 14, "data: [DONE]\n\n") == 0);
	got_free(&g);
	ask(&g, "echo", ",\"stream\":true");
	assert_null(strstr(buf_str(&g.body), "\"usage\""));
	got_free(&g);
}

static void
tool_calls_come_in_pieces_with_their_index(void **state)
{
	(void)state;
	struct got g;
	ask(&g, "tools-two", streamed);
	assert_has(&g, "{\"tool_calls\":[{\"index\":0,\"id\":\"");
	assert_has(&g, "{\"tool_calls\":[{\"index\":1,\"id\":\"");
	assert_has(&g, "{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":");
	assert_has(&g, "\"finish_reason\":\"tool_calls\"");
	got_free(&g);
}

static void
a_whole_answer_is_one_object(void **state)
{
	(void)state;
	struct got g;
	ask(&g, "tools-two", "");
	struct json_object *o = json_tokener_parse(buf_str(&g.body));
	assert_non_null(o);
	assert_string_equal(json_text(o, "object"), "chat.completion");
	json_object_put(o);
	assert_has(&g, "\"content\":\"I will read two files.\"");
	assert_has(&g, "\"arguments\":\"{\\\"path\\\":\\\"README.md\\\"}\"");
	assert_has(&g, "\"finish_reason\":\"tool_calls\"");
	got_free(&g);
}

static void
a_flood_has_exactly_its_bytes(void **state)
{
	(void)state;
	struct got g;
	size_t bytes = 0;
	ask(&g, "flood 1mb", streamed);
	for (const char *s = buf_str(&g.body); (s = strstr(s, "data: {")) != NULL; s++) {
		struct json_tokener *t = json_tokener_new();
		struct json_object *o = json_tokener_parse_ex(t, s + 6, -1), *v = o;
		assert_true(json_object_object_get_ex(o, "choices", &v));
		v = json_object_array_length(v) > 0 ? json_object_array_get_idx(v, 0) : NULL;
		if (v != NULL && json_object_object_get_ex(v, "delta", &v) && json_text(v, "content") != NULL)
			bytes += strlen(json_text(v, "content"));
		json_object_put(o);
		json_tokener_free(t);
	}
	assert_int_equal(bytes, 1000000);
	got_free(&g);
}

/* What it answers to requests that are not as they should be. */
static const struct {
	const char	*body;
	long		 status;
	const char	*says;
} wrong[] = {
	{ "{", 400, "parse the JSON" },
	{ "{\"model\":\"sim-large\",\"messages\":[]}", 400, "must not be empty" },
	{ "{\"model\":\"no\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", 404, "model_not_found" },
	{ "{\"model\":\"sim-large\",\"messages\":[{\"role\":\"robot\",\"content\":\"x\"}]}", 400, "role" },
	{ "{\"model\":\"sim-large\",\"messages\":[{\"role\":\"user\",\"content\":7}]}", 400, "content" },
	{ "{\"model\":\"sim-large\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"inferenceConfig\":{}}", 400,
	    "Unrecognized request argument supplied: inferenceConfig" },
	{ "{\"model\":\"sim-large\",\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"x\"}]}", 400,
	    "must be a response" },
	{ "{\"model\":\"sim-large\",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\",\"function\":"
	  "{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"user\",\"content\":\"x\"}]}", 400, "must be followed" },
	{ "{\"model\":\"sim-large\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tools\":[]}", 400, "tools" },
	{ "{\"model\":\"sim-large\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"stream_options\":{}}", 400,
	    "stream_options" },
};

static void
a_request_that_is_not_as_it_should_be_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct got g;
		post(&g, KEY, wrong[i].body);
		if (g.status != wrong[i].status)
			fail_msg("%s: %ld", wrong[i].body, g.status);
		assert_has(&g, wrong[i].says);
		assert_has(&g, "{\"error\":{\"message\":");
		got_free(&g);
	}
}

static void
faults_are_those_of_the_scenario_in_its_own_words(void **state)
{
	(void)state;
	struct got g;
	ask(&g, "fault throttle-retry-after", streamed);
	assert_int_equal(g.status, 429);
	assert_non_null(strstr(buf_str(&g.headers), "Retry-After: 2"));
	assert_has(&g, "\"code\":\"rate_limit_exceeded\"");
	got_free(&g);
	ask(&g, "fault exception-throttling", streamed);
	assert_int_equal(g.status, 200);
	assert_has(&g, "\"code\":429}");
	assert_null(strstr(g.body.s, "[DONE]"));
	got_free(&g);
	ask(&g, "fault cut", streamed);
	assert_int_not_equal(g.code, CURLE_OK);
	assert_has(&g, "Some tex");
	assert_null(strstr(g.body.s, "[DONE]"));
	got_free(&g);
	ask(&g, "fault html", streamed);
	assert_non_null(strstr(buf_str(&g.headers), "text/html"));
	got_free(&g);
}

static void
the_models_are_listed(void **state)
{
	(void)state;
	struct got g;
	const char *const headers[] = { KEY, NULL };
	sim_call(&sim, &g, "/v1/models", headers, NULL, 0);
	assert_int_equal(g.status, 200);
	assert_has(&g, "\"id\":\"sim-large\"");
	got_free(&g);
	const char *const none[] = { NULL };
	sim_call(&sim, &g, "/v1/models", none, NULL, 0);
	assert_int_equal(g.status, 401);
	got_free(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_is_checked_and_bedrocks_is_no_key),
		cmocka_unit_test(a_stream_is_chunks_usage_and_done),
		cmocka_unit_test(tool_calls_come_in_pieces_with_their_index),
		cmocka_unit_test(a_whole_answer_is_one_object),
		cmocka_unit_test(a_flood_has_exactly_its_bytes),
		cmocka_unit_test(a_request_that_is_not_as_it_should_be_is_refused),
		cmocka_unit_test(faults_are_those_of_the_scenario_in_its_own_words),
		cmocka_unit_test(the_models_are_listed),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start, stop);
}
