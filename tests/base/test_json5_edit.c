/* test_json5_edit.c - edits change what they are asked to and not a byte more. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/json5.h"

static struct err err;

struct row {
	const char	*before, *path, *value /* NULL = unset */, *after;
};

static void
check(const struct row *r)
{
	struct buf out;
	buf_init(&out, 0);
	size_t n = strlen(r->before);
	int rc = r->value != NULL ? json5_set("f", r->before, n, r->path, r->value, &out, &err) :
	    json5_unset("f", r->before, n, r->path, &out, &err);
	if (rc != 0)
		fail_msg("%s in\n%s\ngave %d %s", r->path, r->before, rc, rc < 0 ? err.text : "");
	if (strcmp(buf_str(&out), r->after) != 0)
		fail_msg("%s in\n%s\ngave\n%s\nnot\n%s", r->path, r->before, buf_str(&out), r->after);
	struct json5 *v = json5_parse("f", buf_str(&out), out.len, &err);
	assert_non_null(v);
	json5_free(v);
	buf_done(&out);
}

static void
check_all(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(&rows[i]);
}

#define CHECK(rows) check_all(rows, sizeof rows / sizeof *rows)

static void
a_value_is_replaced_in_its_place(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "{a:1}", "a", "2", "{a:2}" },
		{ "{ a : /*x*/ 1 /*y*/ , // z\n }\n\n", "a", "{b: [1]}", "{ a : /*x*/ {b: [1]} /*y*/ , // z\n }\n\n" },
		{ "// top\n{\r\n\t'a': {b: 'x',},\r\n}", "a.b", "\"\xc3\xa9\"", "// top\n{\r\n\t'a': {b: \"\xc3\xa9\",},\r\n}" },
		{ "{a: {b: 1}}", "a", "null", "{a: null}" },
		{ "{a: [1, 2, 3]}", "a.1", "'x'", "{a: [1, 'x', 3]}" },
		{ "{a: 1, a: 2}", "a", "3", "{a: 1, a: 3}" },
		{ "{a: 1}", "a", " 2 // two", "{a: 2}" },
		{ "{m: {\"bedrock/x.y\": {alias: 'o'}}}", "m.\"bedrock/x.y\".alias", "'p'",
		  "{m: {\"bedrock/x.y\": {alias: 'p'}}}" },
	};
	CHECK(rows);
}

static void
a_new_key_goes_behind_the_last_one_in_its_style(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "{a: 1}", "b", "2", "{a: 1, b: 2}" },
		{ "{ a: 1, }", "b", "2", "{ a: 1, b: 2, }" },
		{ "{\n  a: 1,\n}\n", "b", "2", "{\n  a: 1,\n  b: 2,\n}\n" },
		{ "{\n  a: 1\n}\n", "b", "2", "{\n  a: 1,\n  b: 2\n}\n" },
		{ "{\n    a: 1, // one\n    // end\n}\n", "b", "2", "{\n    a: 1, // one\n    b: 2,\n    // end\n}\n" },
		{ "{\n\ta: 1 // one\n}\n", "b", "2", "{\n\ta: 1, // one\n\tb: 2\n}\n" },
		{ "{\n\ta: 1 /* one */ /* two */  \n}\n", "b", "2", "{\n\ta: 1, /* one */ /* two */  \n\tb: 2\n}\n" },
		{ "{\n  a: 1, /* over\n  lines */\n}\n", "b", "2", "{\n  a: 1,\n  b: 2, /* over\n  lines */\n}\n" },
		{ "{ a: 1,\n  c: 2 }", "b", "2", "{ a: 1,\n  c: 2,\n  b: 2 }" },
		{ "{\r\n  a: 1,\r\n}\r\n", "b", "2", "{\r\n  a: 1,\r\n  b: 2,\r\n}\r\n" },
		{ "{\n  \"a\": 1\n}\n", "b", "2", "{\n  \"a\": 1,\n  \"b\": 2\n}\n" },
		{ "{\n  a: 1,\n}\n", "b-c", "2", "{\n  a: 1,\n  \"b-c\": 2,\n}\n" },
		{ "{\n  a: [\n    1,\n  ],\n}\n", "a.1", "2", "{\n  a: [\n    1,\n    2,\n  ],\n}\n" },
		{ "{a: []}", "a.0", "2", "{a: [ 2 ]}" },
	};
	CHECK(rows);
}

static void
what_is_missing_on_the_way_is_made(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "{\n  x: 1,\n}\n", "a.b.c", "2",
		  "{\n  x: 1,\n  a: {\n    b: {\n      c: 2,\n    },\n  },\n}\n" },
		{ "{\n  \"x\": 1\n}\n", "a.b", "2", "{\n  \"x\": 1,\n  \"a\": {\n    \"b\": 2\n  }\n}\n" },
		{ "{x: 1}", "a.b.c", "2", "{x: 1, a: { b: { c: 2 } }}" },
		{ "{\n  a: {},\n}\n", "a.b.c", "2", "{\n  a: { b: { c: 2 } },\n}\n" },
		{ "{\n  a: { },\n}\n", "a.b", "2", "{\n  a: { b: 2 },\n}\n" },
		{ "{\n  a: {\n    // later\n  },\n}\n", "a.b", "2", "{\n  a: {\n    // later\n    b: 2,\n  },\n}\n" },
		{ "{}", "a", "2", "{\n  a: 2,\n}" },
		{ "{ // x\n}\n", "a", "2", "{ // x\n  a: 2,\n}\n" },
	};
	CHECK(rows);
}

static void
an_empty_file_becomes_a_configuration(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "", "a", "2", "{\n  a: 2,\n}\n" },
		{ "\n", "a.b", "2", "\n{\n  a: {\n    b: 2,\n  },\n}\n" },
		{ "// mine", "a", "2", "// mine\n{\n  a: 2,\n}\n" },
		{ "/* mine */\r\n", "a", "2", "/* mine */\r\n{\r\n  a: 2,\r\n}\r\n" },
	};
	CHECK(rows);
}

static void
a_removed_key_takes_its_comma_and_line_along(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "{a: 1}", "a", NULL, "{}" },
		{ "{ a: 1, b: 2, c: 3 }", "a", NULL, "{ b: 2, c: 3 }" },
		{ "{ a: 1, b: 2, c: 3 }", "b", NULL, "{ a: 1, c: 3 }" },
		{ "{ a: 1, b: 2, c: 3 }", "c", NULL, "{ a: 1, b: 2 }" },
		{ "{ a: 1, c: 3, }", "c", NULL, "{ a: 1, }" },
		{ "{ a: 1, /* b */ b: 2 }", "b", NULL, "{ a: 1 /* b */  }" },
		{ "{\n  // of a\n  a: 1, // one\n  b: 2, // two\n}\n", "a", NULL, "{\n  // of a\n  b: 2, // two\n}\n" },
		{ "{\n  a: 1, // one\n  b: 2 // two\n}\n", "b", NULL, "{\n  a: 1 // one\n}\n" },
		{ "{\r\n  a: {\r\n    x: 1,\r\n  },\r\n  b: 2,\r\n}", "a", NULL, "{\r\n  b: 2,\r\n}" },
		{ "{\n  a: 1, b: 2,\n}\n", "a", NULL, "{\n  b: 2,\n}\n" },
		{ "{\n  a: 1, b: 2,\n}\n", "b", NULL, "{\n  a: 1, \n}\n" },
		{ "{\n  a: 1,\n  b: 2 }\n", "b", NULL, "{\n  a: 1\n   }\n" },
		{ "{ x: { a: 1 }, l: [1, 2, 3] }", "l.1", NULL, "{ x: { a: 1 }, l: [1, 3] }" },
		{ "{ x: { a: 1 }, l: [1, 2, 3] }", "x.a", NULL, "{ x: { }, l: [1, 2, 3] }" },
		{ "{ a: 1, b: 2, a: 3 }", "a", NULL, "{ b: 2 }" },
	};
	CHECK(rows);
}

static void
what_is_not_there_is_not_removed(void **state)
{
	(void)state;
	static const char *const paths[] = { "b", "a.x", "l.7", "n.m" };
	static const char text[] = "{ a: 1, l: [1] } // end";
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct buf out;
		buf_init(&out, 0);
		assert_int_equal(json5_unset("f", text, strlen(text), paths[i], &out, &err), 1);
		assert_string_equal(out.s, text);
		buf_done(&out);
	}
	struct buf out;
	buf_init(&out, 0);
	assert_int_equal(json5_unset("f", "", 0, "a", &out, &err), 1);
	buf_done(&out);
}

static void
what_cannot_be_edited_is_said(void **state)
{
	(void)state;
	static const struct {
		const char	*text, *path, *value, *why;
	} rows[] = {
		{ "{ a: 1 }", "a.b", "2", "f, line 1, column 6: a is a number, so nothing can be set below it." },
		{ "{ a: { b: 'x' } }", "a.b.c.d", "2", "a.b is a text" },
		{ "[1]", "a", "2", "f, line 1, column 1: f is a list" },
		{ "{ a: [1] }", "a.3", "2", "a is a list" },
		{ "{ a: 1", "a", "2", "f, line 1, column 7" },
		{ "{}", "a", "word", "The value, line 1, column 1: a value is expected" },
		{ "{}", "a", "", "The value, line 1, column 1: a value is expected" },
		{ "{}", "a", "1}, b: {", "The value, line 1, column 2: nothing more is expected" },
		{ "{}", "a..b", "1", "is not a key" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf out;
		buf_init(&out, 0);
		size_t n = strlen(rows[i].text);
		assert_int_equal(json5_set("f", rows[i].text, n, rows[i].path, rows[i].value, &out, &err), -1);
		if (strstr(err.text, rows[i].why) == NULL)
			fail_msg("%s", err.text);
		assert_int_equal(out.len, 0);
		buf_done(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_replaced_in_its_place),
		cmocka_unit_test(a_new_key_goes_behind_the_last_one_in_its_style),
		cmocka_unit_test(what_is_missing_on_the_way_is_made),
		cmocka_unit_test(an_empty_file_becomes_a_configuration),
		cmocka_unit_test(a_removed_key_takes_its_comma_and_line_along),
		cmocka_unit_test(what_is_not_there_is_not_removed),
		cmocka_unit_test(what_cannot_be_edited_is_said),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
