#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "text/highlight.h"
#include "text/rows.h"

/* One letter a role. */
static const char letters[ROLE_COUNT] = { [ROLE_CODE] = '.', [ROLE_CODE_KEYWORD] = 'k',
	[ROLE_CODE_STRING] = 's', [ROLE_CODE_COMMENT] = 'c', [ROLE_CODE_NUMBER] = 'n',
	[ROLE_CODE_TYPE] = 't', [ROLE_CODE_FUNCTION] = 'f', [ROLE_CODE_PUNCT] = 'p',
	[ROLE_DIFF_ADD] = '+', [ROLE_DIFF_DEL] = '-', [ROLE_DIFF_META] = '@' };

/* A picture of the roles, one letter a byte, a newline after each line. */
static void
check(const char *language, const char *code, const char *expected)
{
	struct rows r;
	struct buf picture = { 0 };
	rows_init(&r);
	rows_add_code(&r, code, strlen(code), language, &(struct rows_options){ .width = 1000 });
	for (size_t i = 0; i < r.rows.n; i++) {
		for (uint32_t k = 0; k < r.rows.v[i].n; k++) {
			const struct span *span = &r.spans.v[r.rows.v[i].first + k];
			for (uint32_t j = 0; j < span->len; j++)
				buf_putc(&picture, letters[span->role]);
		}
		buf_putc(&picture, '\n');
	}
	assert_string_equal(buf_str(&picture), expected);
	buf_done(&picture);
	rows_done(&r);
}

static void
c_is_highlighted(void **state)
{
	(void)state;
	check("c", "#include <a.h>\nint f(char *s) { return 0x1f; } // x",
	    "kkkkkkkk.sssss\n"
	    "ttt.fptttt.p.p.p.kkkkkk.nnnnp.p.cccc\n");
	check("C", "/* a\nb */ \"x\\\"y\" 'c' 1.5e-3f",
	    "cccc\ncccc.ssssss.sss.nnnnnnn\n");
}

static void
strings_and_comments_go_on_over_lines(void **state)
{
	(void)state;
	check("python", "x = '''a\nb''' # c\n\"no\ny", "..p.ssss\nssss.ccc\nsss\n.\n");
	check("js", "`a\n${b}` + 1", "ss\nsssss.p.n\n");
	check("sql", "select 'a\nb' -- c\nFROM t", "kkkkkk.ss\nss.cccc\nkkkk..\n");
	check("html", "<!-- a\nb --><p a=\"x\">t</p>", "cccccc\ncccccpk.tpsssp.ppkp\n");
}

static void
languages_have_their_own_rules(void **state)
{
	(void)state;
	check("rust", "fn f<'a>(x: &'a str) -> char { 'x' }",
	    "kk..pp.pp.p.pp..tttp.pp.tttt.p.sss.p\n");
	check("json", "{\"k\": \"v\", \"n\": [1, true]}", "ptttp.sssp.tttp.pnp.nnnnpp\n");
	check("yaml", "key: 1 # c\n- a-b: \"x\"\nurl: http://x#y",
	    "tttp.n.ccc\npptttp.sss\ntttp.....ppp.p.\n");
	check("ini", "[sec]\nname = v ; c", "kkkkk\ntttt.p...ccc\n");
	check(
	    "sh", "if x; then echo $HOME \"a$b\"; fi # c", "kk..p.kkkk.tttt.ttttt.sssssp.kk.ccc\n");
	check("make", "all: x.o\n\t$(CC) -o $@", "tttp..p.\n....tp..p....tt\n");
	check(
	    "css", "a { color: #fff; }\nmargin: 0 10px;", "..p......p.p...p.p\nttttttp.n.nnnnp\n");
	check("dockerfile", "FROM x\nRUN run from", "kkkk..\nkkk.........\n");
	check("go", "\tf.P(`x\ny`, 1_000)", ".....pfpss\nssp.nnnnnp\n");
	check("ts", "@C class A<T> { x = `a${b}`; }", "ff.kkkkk..p.p.p...p.sssssssp.p\n");
}

static void
a_diff_is_coloured_by_its_first_characters(void **state)
{
	(void)state;
	check("diff", "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z",
	    "@@@@@\n@@@@@\n@@@@@@@@@@@\n--\n++\n..\n");
}

static void
unknown_languages_are_plain(void **state)
{
	(void)state;
	check("brainfuck", "int x = 1;", "..........\n");
	check(NULL, "int", "...\n");
	assert_null(highlight_find("", 0));
	assert_non_null(highlight_find("C++", 3));
	assert_non_null(highlight_find("TypeScript", 10));
}

static void
every_language_takes_any_bytes_and_keeps_them(void **state)
{
	(void)state;
	static const char set[] = "ab1_ \"'`#/*<>-=!$@(){}[]:;.\\,+|%&\xc3\xa9\n\t";
	srand(5);
	for (int i = 0; i < languages_count; i++) {
		char name[32];
		size_t len = strcspn(languages[i].names, " ");
		memcpy(name, languages[i].names, len);
		name[len] = '\0';
		assert_ptr_equal(highlight_find(name, len), &languages[i]);
		for (int round = 0; round < 300; round++) {
			char code[80];
			for (size_t k = 0; k < sizeof code; k++)
				code[k] = set[(size_t)rand() % (sizeof set - 1)];
			struct rows a, b;
			struct buf one = { 0 }, two = { 0 };
			rows_init(&a);
			rows_init(&b);
			const struct rows_options o = { .width = 500 };
			rows_add_code(&a, code, sizeof code, name, &o);
			rows_add_code(&b, code, sizeof code, NULL, &o);
			assert_int_equal(a.rows.n, b.rows.n);
			for (size_t k = 0; k < a.rows.n; k++) {
				rows_text(&a, k, &one);
				rows_text(&b, k, &two);
			}
			assert_string_equal(buf_str(&one), buf_str(&two));
			buf_done(&one);
			buf_done(&two);
			rows_done(&a);
			rows_done(&b);
		}
	}
}

static void
no_name_stands_for_two_languages_and_no_word_list_is_too_long(void **state)
{
	(void)state;
	for (int i = 0; i < languages_count; i++) {
		const char *p = languages[i].names;
		for (size_t len; *p != '\0'; p += len + (p[len] == ' ')) {
			len = strcspn(p, " ");
			assert_ptr_equal(highlight_find(p, len), &languages[i]);
		}
		struct highlight h;
		highlight_init(&h, &languages[i]);
		assert_true(h.n < HIGHLIGHT_WORDS);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(c_is_highlighted),
		cmocka_unit_test(strings_and_comments_go_on_over_lines),
		cmocka_unit_test(languages_have_their_own_rules),
		cmocka_unit_test(a_diff_is_coloured_by_its_first_characters),
		cmocka_unit_test(unknown_languages_are_plain),
		cmocka_unit_test(every_language_takes_any_bytes_and_keeps_them),
		cmocka_unit_test(no_name_stands_for_two_languages_and_no_word_list_is_too_long),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
