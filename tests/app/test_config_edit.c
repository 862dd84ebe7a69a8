/* test_config_edit.c - the models to use go into the file, whatever it looks like. */
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

#include "app/config-edit.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/temp.h"

static char *
config_path(const char *text)
{
	char *path = file_path(FILE_CONFIG, "adit.json5"), *dir = file_path(FILE_CONFIG, "");
	assert_int_equal(file_make_dir(dir, 0700, NULL), 0);
	if (text != NULL)
		assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(dir);
	return path;
}

/* Asserts what the file says after an edit. */
static void
now_says(const char *path, const char *const *parts)
{
	struct buf b = { 0 };
	assert_int_equal(file_read(path, 65536, &b, NULL), 0);
	for (; *parts != NULL; parts++)
		if (strstr(buf_str(&b), *parts) == NULL)
			fail_msg("no %s in: %s", *parts, buf_str(&b));
	struct config_report report = { 0 };
	assert_true(config_check_text("", buf_str(&b), b.len, &report));
	config_report_done(&report);
	buf_done(&b);
}
#define says(path, ...) now_says(path, (const char *const[]){ __VA_ARGS__, NULL })

static void
a_default_goes_into_an_empty_file(void **state)
{
	(void)state;
	struct err err = { 0 };
	char *path = config_path(NULL);
	assert_int_equal(config_edit_default_model(path, "us.a.b:0", &err), 0);
	says(path, "primary", "\"amazon-bedrock/us.a.b:0\"");
	assert_int_equal(config_edit_subagent_model(path, "bedrock/us.c", &err), 0);
	says(path, "\"bedrock/us.c\"", "subagents");
	free(path);
}

static void
comments_and_order_stay(void **state)
{
	(void)state;
	struct err err = { 0 };
	char *path = config_path("// mine\n{\n\ttui: { theme: 'dark' }, // dark\n"
				 "\tagents: { defaults: { model: { primary: \"bedrock/old\", fallbacks: [\"bedrock/one\"] } } },\n}\n");
	assert_int_equal(config_edit_default_model(path, "us.new", &err), 0);
	assert_int_equal(config_edit_add_fallback(path, "us.two", &err), 0);
	says(path, "// mine\n", "theme: 'dark' }, // dark", "amazon-bedrock/us.new", "bedrock/one", "amazon-bedrock/us.two");
	assert_int_equal(config_edit_add_fallback(path, "us.two", &err), 1);
	assert_int_equal(config_edit_add_fallback(path, "one", &err), 1);       /* by another name */
	free(path);
}

static void
a_model_written_as_a_text_stays_one_or_becomes_an_object(void **state)
{
	(void)state;
	struct err err = { 0 };
	char *path = config_path("{ agents: { defaults: { model: 'bedrock/old' } } }");
	assert_int_equal(config_edit_default_model(path, "us.new", &err), 0);
	says(path, "model: \"amazon-bedrock/us.new\"");
	assert_int_equal(config_edit_add_fallback(path, "us.two", &err), 0);
	says(path, "\"primary\": \"amazon-bedrock/us.new\"", "\"fallbacks\": [ \"amazon-bedrock/us.two\" ]");
	assert_int_equal(config_edit_default_model(path, "us.third", &err), 0);
	says(path, "amazon-bedrock/us.third", "amazon-bedrock/us.two");
	free(path);
}

static void
a_broken_file_is_left_alone(void **state)
{
	(void)state;
	struct err err = { 0 };
	char *path = config_path("{ agents: ");
	assert_int_equal(config_edit_default_model(path, "us.new", &err), -1);
	assert_non_null(strstr(err.text, "adit.json5"));
	assert_int_equal(config_edit_add_fallback(path, "us.new", &err), -1);
	struct buf b = { 0 };
	assert_int_equal(file_read(path, 65536, &b, NULL), 0);
	assert_string_equal(buf_str(&b), "{ agents: ");
	buf_done(&b);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_default_goes_into_an_empty_file, temp_setup, temp_teardown),
		cmocka_unit_test_setup_teardown(comments_and_order_stay, temp_setup, temp_teardown),
		cmocka_unit_test_setup_teardown(a_model_written_as_a_text_stays_one_or_becomes_an_object, temp_setup,
		    temp_teardown),
		cmocka_unit_test_setup_teardown(a_broken_file_is_left_alone, temp_setup, temp_teardown),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
