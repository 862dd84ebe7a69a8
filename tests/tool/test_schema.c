/* test_schema.c - arguments of any kind get a useful answer. */
#include "config.h"

#include "tool/place.h"

/* What the model is told about these arguments; "" when they fit. The caller frees. */
static char *
told(const char *tool, const char *args)
{
	static const struct tool_place nowhere = { .root = "/" };
	struct buf why = { 0 };
	struct tool_call *c = tool_call_new(named(tool), &nowhere, args, strlen(args), &why);
	tool_call_free(c);
	return buf_take(&why, NULL);
}

#define expect(tool, args, text)                                                                   \
	do {                                                                                       \
		char *s = told(tool, args);                                                        \
		if (strstr(s, text) == NULL || (*text == '\0' && *s != '\0'))                      \
			fail_msg("\"%s\" is not in: %s", text, s);                                 \
		free(s);                                                                           \
	} while (0)

static void
arguments_that_fit_are_taken(void **state)
{
	(void)state;
	expect("read_file", "{\"path\":\"a\"}", "");
	expect("read_file", "{\"path\":\"a\",\"offset\":3,\"limit\":null}", "");
	expect("read_file", " {\"path\":\"a\",\"offset\":3.0} ", "");
	expect("list_files", "", "");
	expect("list_files", "{}", "");
}

static void
text_that_is_not_json_is_explained(void **state)
{
	(void)state;
	expect("read_file", "path: a", "not valid JSON");
	expect("read_file", "{\"path\":\"a\"} and more", "not valid JSON");
	expect("read_file", "[\"a\"]", "must be one JSON object, not of type array");
	expect("read_file", "\"a\"", "must be one JSON object");
}

static void
text_that_was_cut_off_is_called_so(void **state)
{
	(void)state;
	expect("write_file", "{\"path\":\"a\",\"content\":\"int main", "cut off after 31 bytes");
	expect("write_file", "{\"path\":\"a\",", "cut off");
	expect("write_file", "{", "cut off");
}

static void
unknown_and_missing_arguments_are_named_with_what_there_is(void **state)
{
	(void)state;
	expect("read_file", "{\"file\":\"a\"}", "no argument \"file\". read_file takes: path (string, required), offset");
	expect("read_file", "{\"offset\":1}", "\"path\" is missing");
	expect("read_file", "{\"path\":null}", "\"path\"");
}

static void
wrong_types_and_values_are_named(void **state)
{
	(void)state;
	expect("read_file", "{\"path\":7}", "\"path\" must be of type string, not integer");
	expect("read_file", "{\"path\":\"a\",\"offset\":\"3\"}", "type integer, not string");
	expect("read_file", "{\"path\":\"a\",\"offset\":1.5}", "type integer, not number");
	expect("read_file", "{\"path\":\"a\",\"offset\":0}", "must be at least 1");
	expect("read_file", "{\"path\":\"a\",\"limit\":99999}", "must be from 1 to 2000");
	expect("edit_file", "{\"path\":\"a\",\"old_text\":\"b\",\"new_text\":\"c\",\"replace_all\":\"yes\"}",
	    "type boolean, not string");
	expect("read_file", "{\"path\":\"a\\u0000b\"}", "NUL");
}

static void
every_row_is_complete(void **state)
{
	(void)state;
	for (size_t i = 0; tool_at(i) != NULL; i++) {
		const struct tool *t = tool_at(i);
		struct json_object *schema = json_parse(t->schema, strlen(t->schema), NULL);
		assert_string_equal(json_str(schema, "type", ""), "object");
		assert_int_equal(strspn(t->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(t->name));
		assert_true(strlen(t->title) > 0 && strlen(t->description) > 20);
		json_free(schema);
	}
	struct tool_set set = { 0 };
	tool_set_builtin(&set);
	struct json_object *all = json_parse(tool_set_json(&set), strlen(tool_set_json(&set)), NULL);
	assert_int_equal(json_len(all), set.tools.n);
	assert_string_equal(json_str(json_at(json_item(all, 0), "toolSpec"), "name", ""), "read_file");
	tool_set_remove(&set, "shell");
	assert_null(strstr(tool_set_json(&set), "\"shell\""));
	json_free(all);
	tool_set_done(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_that_fit_are_taken),
		cmocka_unit_test(text_that_is_not_json_is_explained),
		cmocka_unit_test(text_that_was_cut_off_is_called_so),
		cmocka_unit_test(unknown_and_missing_arguments_are_named_with_what_there_is),
		cmocka_unit_test(wrong_types_and_values_are_named),
		cmocka_unit_test(every_row_is_complete),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
