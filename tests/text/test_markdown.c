#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "text/width.h"
#include "render.h"

static void
check(const char *s, int width, const char *expected)
{
	char *text = render_markdown(s, &(struct rows_options){ .width = width });
	assert_string_equal(text, expected);
	free(text);
}

static void
check_ascii(const char *s, int width, const char *expected)
{
	char *text = render_markdown(s, &(struct rows_options){ .width = width, .ascii = true });
	assert_string_equal(text, expected);
	free(text);
}

static void
blocks_are_one_empty_row_apart(void **state)
{
	(void)state;
	check("# One\ntext\n\n\n\nmore\n***\nend\n\n", 10,
	    "One\n\ntext\n\nmore\n\n"
	    "\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80"
	    "\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80\n\nend\n");
	check("", 10, "");
	check("\n\n", 10, "");
	check("[a]: http://b\n", 10, "");
	check("#\n", 10, "");
}

static void
paragraphs_are_filled_and_hard_breaks_kept(void **state)
{
	(void)state;
	check("one\ntwo\nthree", 20, "one two three\n");
	check("one  \ntwo\\\nthree", 20, "one\ntwo\nthree\n");
	check("one two three", 7, "one two\nthree\n");
	check("\xe4\xb8\xad\n\xe6\x96\x87", 20, "\xe4\xb8\xad\xe6\x96\x87\n");
	check("a   b", 20, "a b\n");
}

static void
lists_are_tight_or_loose_and_hang(void **state)
{
	(void)state;
	check_ascii("- one\n- two\n  - three\n    1. four\n- five", 20,
	    "* one\n* two\n  - three\n    1. four\n* five\n");
	check_ascii("- one\n\n- two\n", 20, "* one\n\n* two\n");
	check_ascii("- one\n\n  more\n- two\n", 20, "* one\n\n  more\n\n* two\n");
	check_ascii("3) three\n4) four", 20, "3) three\n4) four\n");
	check_ascii("- [ ] open\n- [x] done\n", 20, "[ ] open\n[x] done\n");
	check_ascii("- one two three", 9, "* one two\n  three\n");
	check_ascii("- \n- b", 9, "*\n* b\n");
	check_ascii("text\n- a\n\ntext", 9, "text\n\n* a\n\ntext\n");
	check_ascii("- - a", 9, "* - a\n");
	check("- one\n- [ ] open\n- [x] done\n", 20,
	    "\xe2\x80\xa2 one\n\xe2\x98\x90 open\n\xe2\x98\x91 done\n");
}

static void
quotes_have_a_bar_on_every_row(void **state)
{
	(void)state;
	check_ascii("> one two three\n>\n> > deep\n\nout", 9,
	    "| one two\n| three\n|\n| | deep\n\nout\n");
	check_ascii("> - a\n>\n> b", 9, "| * a\n|\n| b\n");
	check_ascii("- > a\n  > b\n- c", 9, "* | a b\n* c\n");
	check_ascii("> a\n\n> b", 9, "| a\n\n| b\n");
}

static void
code_keeps_its_lines_under_its_language(void **state)
{
	(void)state;
	check("```python title=x\nif x:\n\tpass\n\nend\n```", 40,
	    "  python\n  if x:\n      pass\n\n  end\n");
	check("    indented\n      more\n", 40, "  indented\n    more\n");
	check("```\nopen", 40, "  open\n");
	check("```\nno indent in narrow panes\n```", 19, "no indent in narrow\n panes\n");
	check_ascii("- a\n  ```\n  code\n  ```\n- b", 30, "* a\n    code\n* b\n");
}

static void
inline_markup_becomes_style(void **state)
{
	(void)state;
	struct rows r;
	rows_init(&r);
	const char *s = "a **b** *c* `d` ~~e~~ ***f***";
	rows_add_markdown(&r, s, strlen(s), &(struct rows_options){ .width = 80 });
	static const struct { const char *text; uint8_t role, emphasis; } expected[] = {
		{ "a ", ROLE_TEXT, 0 }, { "b", ROLE_TEXT, STYLE_BOLD }, { " ", ROLE_TEXT, 0 },
		{ "c", ROLE_TEXT, STYLE_ITALIC }, { " ", ROLE_TEXT, 0 }, { "d", ROLE_CODE, 0 },
		{ " ", ROLE_TEXT, 0 }, { "e", ROLE_TEXT, STYLE_STRIKE }, { " ", ROLE_TEXT, 0 },
		{ "f", ROLE_TEXT, STYLE_BOLD | STYLE_ITALIC },
	};
	assert_int_equal(r.spans.n, sizeof expected / sizeof *expected);
	for (size_t i = 0; i < r.spans.n; i++) {
		const struct span *span = &r.spans.v[i];
		assert_int_equal(span->len, strlen(expected[i].text));
		assert_memory_equal(r.text.s + span->off, expected[i].text, span->len);
		assert_int_equal(span->role, expected[i].role);
		assert_int_equal(span->emphasis, expected[i].emphasis);
	}
	rows_done(&r);
}

static void
a_text_with_a_role_of_its_own_keeps_it(void **state)
{
	(void)state;
	struct rows r;
	rows_init(&r);
	const char *s = "# a\n`b` [c](http://d)\n\n```c\nint x;\n```\n> q\n";
	rows_add_markdown(&r, s, strlen(s),
	    &(struct rows_options){ .width = 80, .role = ROLE_DIM, .emphasis = STYLE_ITALIC });
	for (size_t i = 0; i < r.spans.n; i++)
		assert_int_equal(r.spans.v[i].role, ROLE_DIM);
	rows_done(&r);
}

static void
links_are_kept_when_they_are_harmless(void **state)
{
	(void)state;
	struct rows r;
	rows_init(&r);
	const char *s =
	    "[a](HTTPS://x.org/?q=1&amp;r=\xc3\xa9) [b](javascript:alert(1)) <me@x.org> "
	    "https://y.org/z. ![pic](http://i/p.png) [c](file:///etc/passwd) "
	    "[d](<http://x/ \"\033\xc2\x9b;>) [![in](http://i/q)](http://out)";
	rows_add_markdown(&r, s, strlen(s), &(struct rows_options){ .width = 200 });
	static const char *const expected[] = { "HTTPS://x.org/?q=1&r=%C3%A9", "mailto:me@x.org",
		"https://y.org/z", "http://i/p.png", "http://x/%20%22%1B%C2%9B;", "http://out" };
	assert_int_equal(r.links.n, sizeof expected / sizeof *expected);
	for (size_t i = 0; i < r.links.n; i++)
		assert_string_equal(r.links.v[i], expected[i]);
	for (size_t i = 0; i < r.spans.n; i++)
		assert_true(r.spans.v[i].link <= r.links.n);
	rows_done(&r);
}

static void
addresses_are_written_out_when_asked_for(void **state)
{
	(void)state;
	const struct rows_options o = { .width = 80, .show_urls = true };
	char *text = render_markdown("[a](http://b) <http://c> ![](http://d)", &o);
	assert_string_equal(text, "a (http://b) http://c http://d\n");
	free(text);
}

static void
entities_are_decoded_and_then_cleaned(void **state)
{
	(void)state;
	check("&amp;&lt;&copy;&#65;&#x42;&nosuch;&#27;[2J&#x202e;&#0;", 80,
	    "&<\xc2\xa9" "AB&nosuch;\xe2\x90\x9b[2J<U+202E>\xef\xbf\xbd\n");
	check("&AElig;&zwnj;&yuml;&zeta;&apos;&rarr;&hellip;&frac12;&Acirc;&nope", 80,
	    "\xc3\x86<U+200C>\xc3\xbf\xce\xb6'\xe2\x86\x92\xe2\x80\xa6\xc2\xbd\xc3\x82&nope\n");
	check("<script>alert(1)</script> <br>", 80, "<script>alert(1)</script> <br>\n");
}

static void
tables_fit(void **state)
{
	(void)state;
	const char *s =
	    "| name | n | text |\n|---|--:|:-:|\n| a | 1 | x |\n| bb | 22 | long text here |\n";
	check_ascii(s, 40,
	    "name |  n |      text\n"
	    "-----+----+---------------\n"
	    "a    |  1 |       x\n"
	    "bb   | 22 | long text here\n");
	check_ascii(s, 20,
	    "name |  n |   text\n"
	    "-----+----+---------\n"
	    "a    |  1 |    x\n"
	    "-----+----+---------\n"
	    "bb   | 22 |   long\n"
	    "     |    |   text\n"
	    "     |    |   here\n");
	check_ascii(s, 12,
	    "name: a\nn: 1\ntext: x\n\nname: bb\nn: 22\ntext: long\ntext here\n");
	check_ascii("|a|b|\n|---|---|\n|x<br>y|z|", 40, "a | b\n--+--\nx | z\ny |\n");
	check_ascii("|a|b|\n|---|---|\n|only|", 40, "a    | b\n-----+--\nonly |\n");
	check_ascii("> - |a|\n>   |---|\n>   |b|", 40, "| * a\n|   -\n|   b\n");
}

static void
hidden_controls_are_shown_wherever_they_stand(void **state)
{
	(void)state;
	const char *s =
	    "# a\033b\n`c\033d`\n\n```\033x\n\033[2J\n```\n- \033\n\n|\033|\n|---|\n|\033|\n";
	struct rows r;
	rows_init(&r);
	rows_add_markdown(&r, s, strlen(s), &(struct rows_options){ .width = 20 });
	assert_int_equal(r.text.len, strcspn(r.text.s, "\033\r\n\t\b"));
	rows_done(&r);
}

static const char *const everything =
    "# Title *em* `code`\nIntro **bold** [link](http://x) and\nmore \xe4\xb8\xad\xe6\x96\x87 text "
    "&amp;c.\n\n"
    "1. one\n2. two\n\n   para averyveryverylongworditis\n   - deep\n     - deeper\n       - "
    "deepest\n"
    "         > quote in it all\n\n> quote\n> - list\n>   ```c\n>   int main(void) { return 0; "
    "}\n>   ```\n\n"
    "| a | b | c |\n|---|:-:|--:|\n| longer cell with words | \xf0\x9f\x98\x80 | 3 |\n| "
    "\xe4\xb8\xad\xe6\x96\x87 | x | y |\n\n"
    "```python\ndef f(x):\n    return \"\xe4\xb8\xad\" # \xf0\x9f\x98\x80 long comment that goes "
    "on and on\n```\n\n"
    "---\n- [ ] task one\n- [x] task two\n\nSetext\n======\n\\\nlast\\\nline\n";

static void
check_rows(const struct rows *r, int width, size_t n)
{
	uint32_t source = 0;
	for (size_t i = 0; i < r->rows.n; i++) {
		const struct row *row = &r->rows.v[i];
		struct buf text = { 0 };
		rows_text(r, i, &text);
		assert_true(row->width <= width);
		assert_int_equal(row->width, width_of(buf_str(&text), text.len));
		assert_true(row->lead <= text.len);
		assert_true(row->source >= source && row->source <= n);
		source = row->source;
		buf_done(&text);
	}
}

static void
no_row_is_wider_than_the_width(void **state)
{
	(void)state;
	size_t n = strlen(everything);
	for (int width = 1; width <= 120; width++) {
		for (size_t cut = 0; cut <= n; cut += width % 10 == 0 ? 1 : 97) {
			struct rows r;
			rows_init(&r);
			rows_add_markdown(
			    &r, everything, n - cut, &(struct rows_options){ .width = width });
			check_rows(&r, width, n - cut);
			rows_done(&r);
		}
	}
}

static void
no_word_is_lost_at_any_width(void **state)
{
	(void)state;
	static const char *const words[] = { "Title", "Intro", "bold", "deepest", "quote", "main",
		"longer", "cell", "\xe4\xb8\xad\xe6\x96\x87", "comment", "Setext", "last" };
	for (int width = 1; width <= 120; width++) {
		struct rows r;
		struct buf all = { 0 };
		rows_init(&r);
		rows_add_markdown(
		    &r, everything, strlen(everything), &(struct rows_options){ .width = width });
		for (size_t i = 0; i < r.rows.n; i++) {
			const struct row *row = &r.rows.v[i];
			struct buf text = { 0 };
			rows_text(&r, i, &text);
			buf_add(&all, buf_str(&text) + row->lead, text.len - row->lead);
			buf_done(&text);
		}
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (width > 1 || words[i][0] > 0)
				assert_non_null(strstr(all.s, words[i]));
		buf_done(&all);
		rows_done(&r);
	}
}

static void
words_of_others_are_no_markup(void **state)
{
	static const char words[] = "# *a* _b_ `c` [d](http://e) | <f> &amp; 1. g \\ ~h~ \xc3\xa9";
	(void)state;
	struct buf b = { 0 };
	rows_put_words(&b, words);
	check(b.s, 80, "# *a* _b_ `c` [d](http://e) | <f> &amp; 1. g \\ ~h~ \xc3\xa9\n");
	buf_reset(&b);
	rows_put_words(&b, "one\n- two\r# three");
	check(b.s, 80, "one - two # three\n");
	buf_done(&b);
}

static void
rows_are_appended(void **state)
{
	(void)state;
	struct rows r;
	rows_init(&r);
	const struct rows_options o = { .width = 20 };
	rows_add_markdown(&r, "a", 1, &o);
	rows_add_markdown(&r, "- b\n- c", 7, &o);
	assert_int_equal(r.rows.n, 3);
	assert_int_equal(r.rows.v[1].source, 2);
	rows_reset(&r);
	assert_int_equal(r.rows.n, 0);
	rows_add_markdown(&r, "d", 1, &o);
	assert_int_equal(r.rows.n, 1);
	rows_done(&r);
}

/* Appends `part` until there are n bytes. */
static void
repeat(struct buf *b, const char *part, size_t n)
{
	while (b->len < n)
		buf_puts(b, part);
}

static void
hostile_input_costs_little(void **state)
{
	(void)state;
	static const char *const parts[] = { "[", "[a](", "![", "*a ", "**a*b", "_a __b ", "`",
		"<a ", ">", "> ", "- ", "1. ", "|", "a|", "~~a~", "http://a.b ", "&", "\\", "\n- a",
		"\n\n", "- \n", "[a]: b\n", "|a|\n|---|\n", "*_`[<&~" };
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		for (size_t j = 0; j < 3; j++) {
			struct buf s = { 0 };
			repeat(&s, parts[i], j == 0 ? 200000 : 60000);
			if (j > 0)
				repeat(&s, j == 1 ? "\n" : "\nb", 200000);
			struct rows r;
			rows_init(&r);
			int64_t from = clock_ms();
			rows_add_markdown(&r, s.s, s.len, &(struct rows_options){ .width = 80 });
			/* Measured at 5 to 60 ms; sanitizers and busy machines get room. Quadratic
			 * cost would be tens of seconds. */
			assert_true(clock_ms() - from < 5000);
			check_rows(&r, 80, s.len);
			rows_done(&r);
			buf_done(&s);
		}
	}
}

static void
too_much_is_shown_as_plain_text(void **state)
{
	(void)state;
	struct buf s = { 0 };
	repeat(&s, "**bold** text\n\n", ROWS_MARKDOWN_MAX + 1);
	struct rows r;
	rows_init(&r);
	rows_add_markdown(&r, s.s, s.len, &(struct rows_options){ .width = 80 });
	struct buf row = { 0 };
	rows_text(&r, 0, &row);
	assert_string_equal(row.s, "**bold** text");
	buf_done(&row);
	rows_done(&r);
	buf_done(&s);
}

static void
a_table_of_nothing_does_not_explode(void **state)
{
	(void)state;
	struct buf s = { 0 };
	repeat(&s, "a|", 8000);
	buf_puts(&s, "\n");
	repeat(&s, "-|", 16000);
	buf_puts(&s, "\n");
	repeat(&s, "x\n", 200000);
	struct rows r;
	rows_init(&r);
	rows_add_markdown(&r, s.s, s.len, &(struct rows_options){ .width = 80 });
	assert_true(r.text.len < 8 * s.len);
	rows_done(&r);
	buf_done(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_one_empty_row_apart),
		cmocka_unit_test(paragraphs_are_filled_and_hard_breaks_kept),
		cmocka_unit_test(lists_are_tight_or_loose_and_hang),
		cmocka_unit_test(quotes_have_a_bar_on_every_row),
		cmocka_unit_test(code_keeps_its_lines_under_its_language),
		cmocka_unit_test(inline_markup_becomes_style),
		cmocka_unit_test(a_text_with_a_role_of_its_own_keeps_it),
		cmocka_unit_test(links_are_kept_when_they_are_harmless),
		cmocka_unit_test(addresses_are_written_out_when_asked_for),
		cmocka_unit_test(entities_are_decoded_and_then_cleaned),
		cmocka_unit_test(tables_fit),
		cmocka_unit_test(hidden_controls_are_shown_wherever_they_stand),
		cmocka_unit_test(no_row_is_wider_than_the_width),
		cmocka_unit_test(no_word_is_lost_at_any_width),
		cmocka_unit_test(words_of_others_are_no_markup),
		cmocka_unit_test(rows_are_appended),
		cmocka_unit_test(hostile_input_costs_little),
		cmocka_unit_test(too_much_is_shown_as_plain_text),
		cmocka_unit_test(a_table_of_nothing_does_not_explode),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
