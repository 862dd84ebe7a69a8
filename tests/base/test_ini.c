#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/buf.h"
#include "base/ini.h"

static struct ini *
read_text(const char *s, struct err *err)
{
	return ini_parse("the-file", s, strlen(s), err);
}

static const char *
value_of(const struct ini *ini, const char *name)
{
	const struct ini_property *p = ini_find(ini, "profile", "foo", name);
	return p != NULL ? p->value : NULL;
}

/* The vectors of the shared files' grammar: text, property of profile foo, its value. */
static void
values_follow_the_grammar(void **state)
{
	(void)state;
	static const char *const rows[][3] = {
		{ "[profile foo]\nname = value # c", "name", "value" },
		{ "[profile foo]\nname = value ; c", "name", "value" },
		{ "[profile foo]\nname = value\t#c", "name", "value" },
		{ "[profile foo]\nname = value# c", "name", "value# c" },
		{ "[profile foo]\nname = value; x", "name", "value; x" },
		{ "[profile foo]\nname = value\n -continued # c", "name", "value\n-continued # c" },
		{ "[profile foo]\ns3 =\n name = v\n\t \n name2 = v2", "s3", "\nname = v\nname2 = v2" },
		{ "[profile foo]\nA = 1\na = 2", "a", "2" },
		{ "[profile foo]\na = 1\n[profile bar]\n[profile foo]\na = 2", "a", "2" },
		{ "[profile foo]\na = 1\n[profile foo]\nb = 2", "a", "1" },
		{ "[profile foo];c\na=1", "a", "1" },
		{ "[profile foo]#c\na=1", "a", "1" },
		{ "[   profile \t  foo   ]\na=1", "a", "1" },
		{ "[profile \"foo\"]\na=1", "a", "1" },
		{ "[profile 'foo']\na=1", "a", "1" },
		{ "[profile foo]\r\na = 1\r\n b\r\n", "a", "1\nb" },
		{ "\xef\xbb\xbf[profile foo]\na = 1", "a", "1" },
		{ "[profile foo]\na = b = c", "a", "b = c" },
		{ "[profile foo]\na=1\n# c\n  more", "a", "1\nmore" },
		{ "[profile foo]\na =", "a", "" },
		{ "# top\n; top\n\n \t\n[profile foo]\na=\xc3\xa9", "a", "\xc3\xa9" },
		{ "[profile foo]\na b = 1\n x\nc = 2", "c", "2" },
		{ "[profile foo]\na b =\n x = y\nc = 2", "c", "2" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err = { 0 };
		struct ini *ini = read_text(rows[i][0], &err);
		if (ini == NULL)
			fail_msg("row %zu: %s", i, err.text);
		assert_string_equal(value_of(ini, rows[i][1]), rows[i][2]);
		ini_free(ini);
	}
}

static void
what_breaks_the_grammar_is_refused_with_its_line(void **state)
{
	(void)state;
	static const struct {
		const char	*text;
		int		 line;
	} rows[] = {
		{ "[profile foo]\ns3 =\n invalid", 3 },
		{ "[profile foo]\ns3 =\n = x", 3 },
		{ "[profile foo]\nname = value\n[profile foo]\n -c", 4 },
		{ "[profile foo; c", 1 },
		{ "[profile foo] x", 1 },
		{ "[", 1 },
		{ "\n\n[profile foo]\nkey : value", 4 },
		{ "[profile foo]\n= value", 2 },
		{ "key = value", 1 },
		{ "  key = value", 1 },
		{ "[profile foo]\n # no comment: it continues nothing", 2 },
		{ "[profile foo]\na = b\n[x]\nnonsense # = here", 4 },
		{ "[profile in valid]\nnonsense", 2 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err = { 0 };
		char want[40];
		assert_null(read_text(rows[i].text, &err));
		assert_int_equal(err.code, ERR_CONFIG);
		snprintf(want, sizeof want, "the-file, line %d:", rows[i].line);
		if (strstr(err.text, want) == NULL)
			fail_msg("row %zu: “%s” does not say “%s”", i, err.text, want);
	}
}

static void
bytes_that_are_no_text_are_refused(void **state)
{
	(void)state;
	struct err err = { 0 };
	assert_null(ini_parse("f", "[a]\nb=\0\n", 8, &err));
	assert_int_equal(err.code, ERR_CONFIG);
	static const char *const rows[] = { "[a]\nb=\xff", "[a]\nb=\xc3", "[a]\nb=\xc0\xaf",
		"[a]\nb=\xed\xa0\x80", "[a]\nb=\xf4\x90\x80\x80", "[a]\nb=\xe0\x80\x80" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_null(read_text(rows[i], &err));
		assert_int_equal(err.code, ERR_DATA);
		assert_non_null(strstr(err.text, "line 2"));
	}
}

static void
odd_names_are_passed_over_with_a_warning(void **state)
{
	(void)state;
	struct ini *ini = read_text("[profile in valid]\nx=1\n[profile foo]\na b = 1\n c\nd=2\n", NULL);
	assert_int_equal(ini->sections.n, 1);
	assert_int_equal(ini->warnings.n, 2);
	assert_non_null(strstr(ini->warnings.v[0], "line 1"));
	assert_non_null(strstr(ini->warnings.v[1], "line 4"));
	assert_null(value_of(ini, "a b"));
	assert_string_equal(value_of(ini, "d"), "2");
	ini_free(ini);
}

static void
a_nested_block_is_read_by_name(void **state)
{
	(void)state;
	struct ini *ini = read_text("[services lab]\nsts =\n  endpoint_url = https://a\n\n"
				    "  Other=b\n  endpoint_url = https://c # kept\n",
	    NULL);
	const struct ini_property *p = ini_find(ini, "services", "lab", "sts");
	assert_non_null(p);
	assert_int_equal(p->line, 2);
	assert_string_equal(ini_item(p, "endpoint_url")->value, "https://c # kept");
	assert_int_equal(ini_item(p, "endpoint_url")->line, 6);
	assert_string_equal(ini_item(p, "other")->value, "b");
	assert_null(ini_item(p, "none"));
	ini_free(ini);
}

static void
prefix_and_name_are_both_looked_at(void **state)
{
	(void)state;
	struct ini *ini = read_text("[foo]\nx=1\n[profile foo]\nx=2\n[Profile foo]\nx=3\n[default]\nx=4", NULL);
	assert_string_equal(ini_find(ini, NULL, "foo", "x")->value, "1");
	assert_string_equal(ini_find(ini, "profile", "foo", "x")->value, "2");
	assert_string_equal(ini_find(ini, "Profile", "foo", "x")->value, "3");
	assert_string_equal(ini_find(ini, NULL, "default", "x")->value, "4");
	assert_false(ini_has(ini, "profile", "default"));
	assert_false(ini_has(ini, NULL, "Foo"));
	ini_free(ini);
}

/* A megabyte of one kind of line must not take quadratic time. */
static void
large_files_of_any_shape_are_read_fast(void **state)
{
	(void)state;
	static const char *const heads[] = { "[profile foo]\na=1\n", "[profile foo]\na=\n", "", "[profile foo]\n" };
	static const char *const lines[] = { " c\n", " c=d\n", "[a]\n", "a=b\n" };
	for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
		struct buf b;
		buf_init(&b, 0);
		buf_puts(&b, heads[k]);
		while (b.len < 1 << 20)
			buf_puts(&b, lines[k]);
		clock_t start = clock();        /* its own time: others may use the machine, too */
		struct ini *ini = ini_parse("f", b.s, b.len, NULL);
		assert_non_null(ini);
		assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
		ini_free(ini);
		buf_done(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_follow_the_grammar),
		cmocka_unit_test(what_breaks_the_grammar_is_refused_with_its_line),
		cmocka_unit_test(bytes_that_are_no_text_are_refused),
		cmocka_unit_test(odd_names_are_passed_over_with_a_warning),
		cmocka_unit_test(a_nested_block_is_read_by_name),
		cmocka_unit_test(prefix_and_name_are_both_looked_at),
		cmocka_unit_test(large_files_of_any_shape_are_read_fast),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
