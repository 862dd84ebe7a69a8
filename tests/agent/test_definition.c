/* test_definition.c - agents/NAME.md: front matter and system text. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <string.h>

#include "agent/definition.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/temp.h"

static struct err err;

static struct definition *
parse(const char *text)
{
	err = (struct err){ 0 };
	return definition_parse("reviewer", text, strlen(text), &err);
}

static void
front_matter_and_body_are_told_apart(void **state)
{
	(void)state;
	struct definition *d = parse("---\nname: Other\ndescription: \"Reads: slowly\"\nmodel: bedrock/opus\n"
	    "effort: high\ntools: read_file, [x]\ncolor: red\n---\n\nYou review.\n\n---\nTwice.\n");
	assert_non_null(d);
	assert_string_equal(d->name, "reviewer");
	assert_string_equal(d->description, "Reads: slowly");
	assert_string_equal(d->model, "bedrock/opus");
	assert_string_equal(d->effort, "high");
	assert_string_equal(d->system, "You review.\n\n---\nTwice.");
	definition_free(d);
}

static void
tools_may_be_written_in_three_ways(void **state)
{
	(void)state;
	static const char *const texts[] = { "---\ntools: read_file, shell\n---\n", "---\r\ntools: [ \"read_file\" , shell ]\r\n---\r\n",
		"---\ntools:\n  - read_file\n  - 'shell'\nother:\n  - x\n---\n" };
	for (size_t i = 0; i < 3; i++) {
		struct definition *d = parse(texts[i]);
		assert_non_null(d);
		assert_true(d->has_tools);
		assert_int_equal(d->tools.n, 2);
		assert_string_equal(d->tools.v[0], "read_file");
		assert_string_equal(d->tools.v[1], "shell");
		assert_null(d->system);
		definition_free(d);
	}
}

static void
no_tools_is_not_all_tools(void **state)
{
	(void)state;
	struct definition *d = parse("---\ntools: []\n---\nx");
	assert_true(d->has_tools);
	assert_int_equal(d->tools.n, 0);
	definition_free(d);
	d = parse("just text");
	assert_false(d->has_tools);
	assert_string_equal(d->system, "just text");
	definition_free(d);
}

static void
what_is_wrong_is_said_with_its_line(void **state)
{
	(void)state;
	assert_null(parse("---\nmodel: x\nnonsense\n---\n"));
	assert_non_null(strstr(err.text, "Line 3"));
	assert_null(parse("---\nmodel: x\n"));
	assert_non_null(strstr(err.text, "---"));
	assert_null(parse("---\neffort: enormous\n---\n"));
	assert_non_null(strstr(err.text, "enormous"));
	assert_null(parse("\xff\xfe"));
}

static void
put(const char *folder, const char *name, const char *text)
{
	char *path = mem_printf("%s/%s", folder, name);
	assert_int_equal(file_make_dir(folder, 0700, NULL), 0);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(path);
}

static void
the_nearest_project_wins_over_those_above_and_the_users(void **state)
{
	char *top = mem_printf("%s/project", (const char *)*state), *inner = mem_printf("%s/inner", top);
	char *a = mem_printf("%s/.adit/agents", top), *b = mem_printf("%s/.adit/agents", inner);
	char *users = file_path(FILE_CONFIG, "agents");
	put(users, "one.md", "user");
	put(users, "two.md", "user");
	put(users, "three.md", "user");
	put(a, "one.md", "top");
	put(a, "two.md", "top");
	put(b, "one.md", "inner");
	static const char *const expect[][2] = { { "one", "inner" }, { "two", "top" }, { "three", "user" } };
	for (size_t i = 0; i < 3; i++) {
		struct definition *d = definition_find(inner, expect[i][0], &err);
		assert_non_null(d);
		assert_string_equal(d->system, expect[i][1]);
		definition_free(d);
	}
	assert_null(definition_find(inner, "four", &err));
	assert_non_null(strstr(err.text, "one, three, two"));
	assert_null(definition_find(inner, "../agents/one", &err));
	free(users);
	free(a);
	free(b);
	free(inner);
	free(top);
}

/* One that writes holds the pipe open: whoever reads it would wait. */
static void
what_is_no_regular_file_is_no_definition(void **state)
{
	char *folder = mem_printf("%s/.adit/agents", (const char *)*state), *fifo = mem_printf("%s/pipe.md", folder);
	char *zero = mem_printf("%s/zero.md", folder), *sub = mem_printf("%s/folder.md", folder);
	put(folder, "good.md", "text");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(symlink("/dev/zero", zero), 0);
	int writer = open(fifo, O_RDWR | O_CLOEXEC);
	assert_true(writer >= 0);
	static const char *const names[] = { "pipe", "zero", "folder" };
	for (size_t i = 0; i < 3; i++) {
		assert_null(definition_find(*state, names[i], &err));
		assert_non_null(strstr(err.text, "no ordinary file"));
	}
	struct definitions list = { 0 };
	definitions_list(*state, &list);
	assert_int_equal(list.n, 1);
	assert_string_equal(list.v[0]->name, "good");
	definitions_done(&list);
	close(writer);
	free(sub);
	free(zero);
	free(fifo);
	free(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(front_matter_and_body_are_told_apart),
		cmocka_unit_test(tools_may_be_written_in_three_ways),
		cmocka_unit_test(no_tools_is_not_all_tools),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
		cmocka_unit_test_setup_teardown(the_nearest_project_wins_over_those_above_and_the_users, temp_setup, temp_teardown),
		cmocka_unit_test_setup_teardown(what_is_no_regular_file_is_no_definition, temp_setup, temp_teardown),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
