/* test_json5.c - JSON5 in, as the specification has it; places and sentences. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json5.h"

static struct err err;

static struct json5 *
parse(const char *s)
{
	struct json5 *v = json5_parse("f.json5", s, strlen(s), &err);
	if (v == NULL)
		fail_msg("%s: %s", s, err.text);
	return v;
}

static void
assert_json(const char *json5, const char *json)
{
	struct json5 *v = parse(json5);
	struct json_object *o = json5_to_json(v);
	assert_string_equal(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE), json);
	json_free(o);
	json5_free(v);
}

static void
assert_refused(const char *s, int line, int column, const char *why)
{
	char where[64];
	snprintf(where, sizeof where, "f.json5, line %d, column %d: ", line, column);
	struct json5 *v = json5_parse("f.json5", s, strlen(s), &err);
	if (v != NULL)
		fail_msg("%s: was read", s);
	if (strncmp(err.text, where, strlen(where)) != 0 || strstr(err.text, why) == NULL)
		fail_msg("%s: %s", s, err.text);
	assert_int_equal(err.code, ERR_DATA);
}

/* The examples of the JSON5 specification, sections 1.2 to 6. */
static void
the_examples_of_the_specification_are_read(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "{\n  // comments\n  unquoted: 'and you can quote me on that',\n"
		  "  singleQuotes: 'I can use \"double quotes\" here',\n"
		  "  lineBreaks: \"Look, Mom! \\\nNo \\\\n's!\",\n  hexadecimal: 0xdecaf,\n"
		  "  leadingDecimalPoint: .8675309, andTrailing: 8675309.,\n  positiveSign: +1,\n"
		  "  trailingComma: 'in objects', andIn: ['arrays',],\n"
		  "  \"backwardsCompatible\": \"with JSON\",\n}\n",
		  "{\"unquoted\":\"and you can quote me on that\","
		  "\"singleQuotes\":\"I can use \\\"double quotes\\\" here\","
		  "\"lineBreaks\":\"Look, Mom! No \\\\n's!\",\"hexadecimal\":912559,"
		  "\"leadingDecimalPoint\":0.8675309,\"andTrailing\":8675309.0,\"positiveSign\":1,"
		  "\"trailingComma\":\"in objects\",\"andIn\":[\"arrays\"],"
		  "\"backwardsCompatible\":\"with JSON\"}" },
		{ "{}", "{}" },
		{ "{ width: 1920, height: 1080, }", "{\"width\":1920,\"height\":1080}" },
		{ "{ image: { width: 1920, height: 1080, \"aspect-ratio\": \"16:9\", } }",
		  "{\"image\":{\"width\":1920,\"height\":1080,\"aspect-ratio\":\"16:9\"}}" },
		{ "{ ùńîċõďë: 1, $_$: 2, _: 3, \\u0061b: 4 }",
		  "{\"ùńîċõďë\":1,\"$_$\":2,\"_\":3,\"ab\":4}" },
		{ "[]", "[]" },
		{ "[ 1, true, 'three', ]", "[1,true,\"three\"]" },
		{ "[ [1, true, 'three'], [4, \"five\", 0x6], ]", "[[1,true,\"three\"],[4,\"five\",6]]" },
		{ "[123, 123.456, .456, 123., 123e-2, 1E+2]", "[123,123.456,0.456,123.0,1.23,100.0]" },
		{ "[0xdecaf, 0XC0FFEE, -0xc0ffee]", "[912559,12648430,-12648430]" },
		{ "'\\'\\\"\\\\\\b\\f\\n\\r\\t\\v\\0'", "\"'\\\"\\\\\\b\\f\\n\\r\\t\\u000b\\u0000\"" },
		{ "'\\A\\C\\/\\D\\C'", "\"AC/DC\"" },
		{ "'\\x41\\xe9\\u20ac\\ud83c\\udfbc'", "\"Aé€🎼\"" },
		{ "'\\ud83c!'", "\"\xef\xbf\xbd!\"" },
		{ "'a\\\r\nb\\\rc\\\xe2\x80\xa8" "d'", "\"abcd\"" },
		{ "'a\xe2\x80\xa8" "b'", "\"a\xe2\x80\xa8" "b\"" },
		{ "// This is a single line comment.\nnull", "null" },
		{ "/* This is a multi-\n   line comment. */ true /**/ // end", "true" },
		{ "\xef\xbb\xbf\t\v\f\xc2\xa0\xe2\x80\xa9\xe3\x80\x80{\xe2\x80\x83" "a\xc2\xa0:\xc2\xa0null\xc2\xa0}",
		  "{\"a\":null}" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_json(rows[i][0], rows[i][1]);
}

static void
whole_numbers_stay_whole_and_others_are_read_in_any_locale(void **state)
{
	(void)state;
	setlocale(LC_NUMERIC, "de_DE.UTF-8");   /* where it is installed: a decimal comma */
	struct json5 *v = parse("[9223372036854775807, -9223372036854775808, 9223372036854775808, 1.5, 0x7fffffffffffffff, -0]");
	assert_true(v->in.v[0].value->whole);
	assert_true(v->in.v[0].value->i == INT64_MAX);
	assert_true(v->in.v[1].value->whole);
	assert_true(v->in.v[1].value->i == INT64_MIN);
	assert_false(v->in.v[2].value->whole);
	assert_true(v->in.v[2].value->number > 9.2e18);
	assert_false(v->in.v[3].value->whole);
	assert_true(v->in.v[3].value->number > 1.49 && v->in.v[3].value->number < 1.51);
	assert_true(v->in.v[4].value->whole && v->in.v[4].value->i == INT64_MAX);
	assert_true(v->in.v[5].value->whole && v->in.v[5].value->i == 0);
	json5_free(v);
	setlocale(LC_NUMERIC, "C");
}

static void
faults_are_named_with_line_and_column(void **state)
{
	(void)state;
	static const struct {
		const char	*text;
		int		 line, column;
		const char	*why;
	} rows[] = {
		{ "", 1, 1, "a value is expected here" },
		{ "// nothing\n", 2, 1, "a value is expected here" },
		{ "{\n  a: 1\n  b: 2\n}", 3, 3, "a comma or } is expected here" },
		{ "{ a 1 }", 1, 5, "a colon is expected after the key" },
		{ "{ a: }", 1, 6, "a value is expected here" },
		{ "{ a: word }", 1, 6, "text needs quotes" },
		{ "{ a: nullx }", 1, 6, "a value is expected here" },
		{ "{ a: 1", 1, 7, "a comma or } is expected here" },
		{ "{", 1, 2, "a key or } is expected here" },
		{ "{ 1: 2 }", 1, 3, "a key or } is expected here" },
		{ "{ a-b: 2 }", 1, 4, "a colon is expected after the key" },
		{ "{,}", 1, 2, "a key or } is expected here" },
		{ "[,]", 1, 2, "a value is expected here" },
		{ "[1,,2]", 1, 4, "a value is expected here" },
		{ "[1 2]", 1, 4, "a comma or ] is expected here" },
		{ "[\"\xc3\xa9\xc3\xa9\" x]", 1, 7, "a comma or ] is expected here" },
		{ "{} {}", 1, 4, "nothing more is expected" },
		{ "'abc", 1, 1, "not closed on its line" },
		{ "{\r\n a: 'abc\r\n'}", 2, 5, "not closed on its line" },
		{ "{\r a: 'abc\\", 2, 10, "the string is not closed" },
		{ "/* x", 1, 1, "has no end" },
		{ "[1, /* x\n\n", 1, 5, "has no end" },
		{ "'\\u12'", 1, 2, "four hex digits" },
		{ "'\\x1'", 1, 2, "two hex digits" },
		{ "'\\1'", 1, 2, "a digit cannot be escaped" },
		{ "'\\01'", 1, 2, "a digit cannot be escaped" },
		{ "[ Infinity ]", 1, 3, "Infinity and NaN" },
		{ "-Infinity", 1, 1, "Infinity and NaN" },
		{ "+NaN", 1, 1, "Infinity and NaN" },
		{ "NaN", 1, 1, "Infinity and NaN" },
		{ "010", 1, 1, "not a number" },
		{ "0x", 1, 1, "not a number" },
		{ "1e", 1, 1, "not a number" },
		{ "1e999", 1, 1, "not a number" },
		{ ".", 1, 1, "not a number" },
		{ "+", 1, 1, "not a number" },
		{ "12abc", 1, 1, "not a number" },
		{ "{ 'a\\0b': 1 }", 1, 3, "U+0000" },
		{ "['\xff']", 1, 3, "not UTF-8" },
		{ "[\xed\xa0\x80]", 1, 2, "not UTF-8" },
		{ "// \xc0\x80", 1, 4, "not UTF-8" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_refused(rows[i].text, rows[i].line, rows[i].column, rows[i].why);
}

static void
nesting_ends_somewhere(void **state)
{
	(void)state;
	char deep[2 * JSON5_DEPTH + 3];
	memset(deep, '[', JSON5_DEPTH);
	memset(deep + JSON5_DEPTH, ']', JSON5_DEPTH);
	deep[2 * JSON5_DEPTH] = '\0';
	json5_free(parse(deep));
	memset(deep, '[', sizeof deep - 1);
	deep[sizeof deep - 1] = '\0';
	assert_refused(deep, 1, JSON5_DEPTH + 1, "too many brackets");
}

static void
a_nul_byte_is_no_end(void **state)
{
	(void)state;
	assert_null(json5_parse("f", "{}\0{}", 5, &err));
	assert_null(json5_parse("f", "[\0]", 3, &err));
	struct json5 *v = json5_parse("f", "'a\0b'", 5, &err);
	assert_non_null(v);
	assert_int_equal(v->len, 3);
	json5_free(v);
}

static void
keys_and_values_know_their_places(void **state)
{
	(void)state;
	static const char text[] = "{\r\n  \"é\": 'ü', key: [ 1,\n    {x: null} ],\n}";
	struct json5 *v = parse(text);
	assert_int_equal(v->in.n, 2);
	const struct json5_member *m = &v->in.v[1];
	assert_int_equal(m->place.line, 2);
	assert_int_equal(m->place.column, 13);
	assert_int_equal(m->value->place.column, 18);
	assert_int_equal(text[m->comma], ',');
	assert_memory_equal(text + m->from, "key:", 4);
	const struct json5 *x = m->value->in.v[1].value->in.v[0].value;
	assert_int_equal(x->type, JSON5_NULL);
	assert_int_equal(x->place.line, 3);
	assert_int_equal(x->place.column, 9);
	assert_int_equal(x->to - x->from, 4);
	assert_true(m->value->in.v[1].comma == SIZE_MAX);
	json5_free(v);
}

static const struct json5 *
at(const struct json5 *v, const char *path)
{
	struct json5_path p;
	if (json5_path_parse(&p, path, &err) < 0)
		fail_msg("%s", err.text);
	const struct json5 *found = json5_at(v, &p);
	json5_path_done(&p);
	return found;
}

static void
paths_reach_through_objects_and_lists(void **state)
{
	(void)state;
	struct json5 *v = parse("{ a: { \"b/x.y\": { \"q\\\"\": 1 } }, list: [10, { z: 20 }], a2: 1, a2: 2 }");
	assert_int_equal(at(v, "a.\"b/x.y\".\"q\\\"\"")->i, 1);
	assert_int_equal(at(v, "list.0")->i, 10);
	assert_int_equal(at(v, "list.1.z")->i, 20);
	assert_int_equal(at(v, "a2")->i, 2);
	assert_null(at(v, "list.2"));
	assert_null(at(v, "list.-1"));
	assert_null(at(v, "list.x"));
	assert_null(at(v, "a2.x"));
	assert_null(at(v, "none.x"));
	json5_free(v);
}

static void
paths_are_written_as_they_are_read(void **state)
{
	(void)state;
	static const char *const good[] = { "a", "a.b.c", "agents.defaults.models.\"bedrock/x.y\".alias",
		"a.\"q\\\"uo\\\\te\"", "a.\"\"", "amazon-bedrock.x" };
	static const char *const bad[] = { "", ".", "a.", ".a", "a..b", "a.\"b", "a\"b\"", "\"a\"b" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct json5_path p;
		struct buf b;
		buf_init(&b, 0);
		assert_int_equal(json5_path_parse(&p, good[i], &err), 0);
		for (size_t k = 0; k < p.n; k++)
			json5_path_put(&b, p.v[k]);
		assert_string_equal(b.s, good[i]);
		buf_done(&b);
		json5_path_done(&p);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct json5_path p;
		assert_int_equal(json5_path_parse(&p, bad[i], &err), -1);
		assert_int_equal(err.code, ERR_USAGE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_specification_are_read),
		cmocka_unit_test(whole_numbers_stay_whole_and_others_are_read_in_any_locale),
		cmocka_unit_test(faults_are_named_with_line_and_column),
		cmocka_unit_test(nesting_ends_somewhere),
		cmocka_unit_test(a_nul_byte_is_no_end),
		cmocka_unit_test(keys_and_values_know_their_places),
		cmocka_unit_test(paths_reach_through_objects_and_lists),
		cmocka_unit_test(paths_are_written_as_they_are_read),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
