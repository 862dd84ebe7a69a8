/* test_choose.c - models from the shell: names, the default, what is near; against the simulator. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "e2e/run.h"

static struct sim sim;

static int
setup(void **state)
{
	static const char rules[] = "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["
	    "{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}";
	run_rules(&sim, rules);
	*state = &sim;
	return 0;
}

#define run(r, ...) run_adit(r, NULL, (const char *const[]){ __VA_ARGS__, NULL })
#define has(b, text)                                                                               \
	do {                                                                                       \
		if (strstr(buf_str(b), text) == NULL)                                              \
			fail_msg("no \"%s\" in: %s", text, buf_str(b));                            \
	} while (0)

static void
a_name_finds_the_newest_and_says_which(void **state)
{
	(void)state;
	struct run r;
	run(&r, "-p", "-m", "opus", "hello");
	assert_int_equal(r.status, 0);
	has(&r.out, "You said: hello");
	has(&r.err, "opus is us.anthropic.claude-opus-5-5 here.");
	run_done(&r);
	run(&r, "-p", "-m", "us.anthropic.claude-opus-4-7", "hello");   /* an id is no name */
	assert_string_equal(buf_str(&r.err), "");
	run_done(&r);
}

/* What a command waits for comes before the next line. */
static void
line_by_line_a_name_is_looked_up_before_the_next_message(void **state)
{
	(void)state;
	struct run r;
	run_adit(&r, "/model haiku\nhello\n/usage\n",
	    (const char *const[]){ "--plain", "-m", "us.amazon.nova-lite-v1:0", NULL });
	assert_int_equal(r.status, 0);
	has(&r.out, "haiku is us.anthropic.claude-haiku-4-5-20251001-v1:0 here.");
	has(&r.out, "You said: hello");
	assert_true(strstr(r.out.s, "haiku is") < strstr(r.out.s, "You said: hello"));
	char *path = mem_printf("%s/log", sim.dir);
	struct buf log = { 0 };
	assert_int_equal(file_read(path, 1 << 24, &log, NULL), 0);
	has(&log, "\"operation\":\"ConverseStream\",\"model\":\"us.anthropic.claude-haiku-4-5-20251001-v1:0\"");
	assert_null(strstr(log.s, "\"model\":\"us.amazon.nova-lite-v1:0\""));
	buf_done(&log);
	free(path);
	run_done(&r);
}

static void
a_name_that_nothing_has_ends_with_the_nearest(void **state)
{
	(void)state;
	struct run r;
	run(&r, "-p", "-m", "opsu", "hello");
	assert_int_equal(r.status, 4);
	has(&r.err, "There is no model \"opsu\"");
	run_done(&r);
}

static void
an_id_that_aws_does_not_know_is_told_the_nearest(void **state)
{
	(void)state;
	struct run r;
	run(&r, "-p", "-m", "us.anthropic.claude-haiku-4-6", "hello");
	assert_int_equal(r.status, 4);
	has(&r.err, "There is no model us.anthropic.claude-haiku-4-6");
	has(&r.err, "The nearest that us-east-1 lists:");
	has(&r.err, "us.anthropic.claude-haiku-4-5-20251001-v1:0");
	run_done(&r);
	/* Those of the model that was asked last; and a provider that is none is named. */
	run(&r, "config", "set", "agents.defaults.model", "{primary: 'bedrock/us.meta.llama9', fallbacks: ['bedrock/us.anthropic.claude-haiku-4-6']}");
	assert_int_equal(r.status, 0);
	run_done(&r);
	run(&r, "-p", "hello");
	assert_int_equal(r.status, 4);
	has(&r.err, "us.anthropic.claude-haiku-4-5-20251001-v1:0");
	run_done(&r);
	run(&r, "config", "set", "agents.defaults.model", "{primary: 'openai/gpt-5.2', fallbacks: []}");
	run_done(&r);
	run(&r, "-p", "hello");
	assert_int_equal(r.status, 4);
	has(&r.err, "The configuration has no provider \"openai\" (models.providers)");
	run_done(&r);
}

static void
set_default_writes_the_id_that_a_name_means(void **state)
{
	(void)state;
	struct run r;
	run(&r, "models", "set-default", "haiku");
	assert_int_equal(r.status, 0);
	has(&r.out, "us.anthropic.claude-haiku-4-5-20251001-v1:0");
	run_done(&r);
	run(&r, "config", "get", "agents.defaults.model.primary");
	assert_string_equal(buf_str(&r.out), "amazon-bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0\n");
	run_done(&r);
	run(&r, "-p", "--output-format", "json", "hello");
	has(&r.out, "\"model\":\"us.anthropic.claude-haiku-4-5-20251001-v1:0\"");
	run_done(&r);
}

static void
set_default_keeps_an_id_that_is_not_listed_and_refuses_such_a_name(void **state)
{
	(void)state;
	struct run r;
	run(&r, "models", "set-default", "amazon-bedrock/us.vendor.future-v1:0");
	assert_int_equal(r.status, 0);
	has(&r.err, "There is no model");
	has(&r.out, "us.vendor.future-v1:0");
	run_done(&r);
	run(&r, "models", "set-default", "nonesuch");
	assert_int_equal(r.status, 4);
	run_done(&r);
	run(&r, "config", "get", "agents.defaults.model.primary");
	assert_string_equal(buf_str(&r.out), "amazon-bedrock/us.vendor.future-v1:0\n");
	run_done(&r);
}

static void
the_list_and_one_of_it_as_json(void **state)
{
	(void)state;
	struct run r;
	run(&r, "models", "list", "--json");
	assert_int_equal(r.status, 0);
	struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL);
	assert_string_equal(json_str(o, "region", ""), "us-east-1");
	assert_non_null(json_str(o, "cached_at", NULL));
	assert_true(json_len(json_get(o, "models")) > 50);
	static const char *const members[] = { "ref", "id", "name", "vendor", "kind", "base", "regions",
		"contextWindow", "maxTokens", "input", "reasoning", "tools", "promptCache", "cost", "available",
		"reason" };
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		assert_true(json_object_object_get_ex(json_item(json_get(o, "models"), 0), members[i], NULL));
	json_free(o);
	run_done(&r);
	run(&r, "models", "show", "sonnet", "--json");
	has(&r.out, "\"us.anthropic.claude-sonnet-5-5\"");
	run_done(&r);
}

/* What was learned is in a file with its date. */
static void
answers_are_remembered(void **state)
{
	(void)state;
	struct run r;
	run(&r, "-p", "-m", "us.anthropic.claude-opus-4-7", "hello");
	run_done(&r);
	run(&r, "-p", "-m", "anthropic.claude-opus-4-7", "hello");
	assert_int_equal(r.status, 4);
	run_done(&r);
	char *path = file_path(FILE_CACHE, "models/answers.json");
	struct buf b = { 0 };
	assert_int_equal(file_read(path, 65536, &b, NULL), 0);
	has(&b, "\"id\":\"us.anthropic.claude-opus-4-7\",\"works\":true,\"at\":\"20");
	has(&b, "\"id\":\"anthropic.claude-opus-4-7\",\"works\":false");
	assert_null(strstr(buf_str(&b), "wJalr"));
	assert_null(strstr(buf_str(&b), "AKIDEXAMPLE"));
	buf_done(&b);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_name_finds_the_newest_and_says_which, setup, run_teardown),
		cmocka_unit_test_setup_teardown(line_by_line_a_name_is_looked_up_before_the_next_message, setup, run_teardown),
		cmocka_unit_test_setup_teardown(a_name_that_nothing_has_ends_with_the_nearest, setup, run_teardown),
		cmocka_unit_test_setup_teardown(an_id_that_aws_does_not_know_is_told_the_nearest, setup, run_teardown),
		cmocka_unit_test_setup_teardown(set_default_writes_the_id_that_a_name_means, setup, run_teardown),
		cmocka_unit_test_setup_teardown(set_default_keeps_an_id_that_is_not_listed_and_refuses_such_a_name,
		    setup, run_teardown),
		cmocka_unit_test_setup_teardown(the_list_and_one_of_it_as_json, setup, run_teardown),
		cmocka_unit_test_setup_teardown(answers_are_remembered, setup, run_teardown),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
