/* test_text.c - pages to text, globs of ignore files. */
#include "config.h"

#include "tool/place.h"

#include "tool/html.h"
#include "tool/ignore.h"

static void
is_text(const char *html, const char *text)
{
	struct buf b = { 0 };
	html_text(&b, html, strlen(html));
	assert_string_equal(buf_str(&b), text);
	buf_done(&b);
}

static void
a_page_is_what_a_reader_reads(void **state)
{
	(void)state;
	is_text("<html><head><title>The title</title><style>p { x }</style></head>\n<body>\n<h2>Head</h2>\n"
	    "<p>Some <b>bold</b>\n text &amp; more.</p><p>Next<br>line</p></body>",
	    "The title\n\n## Head\n\nSome bold text & more.\n\nNext\nline");
	is_text("<ul><li>one</li>\n<li>two <a href=\"/x?a=1&amp;b=2\">there</a></li></ul>", "- one\n- two [there](/x?a=1&b=2)");
	is_text("<pre>  a\n    b</pre>after", "  a\n    b\n\nafter");
	is_text("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 | 2 |\n3 |");
}

static void
what_is_not_for_reading_is_left_out(void **state)
{
	(void)state;
	is_text("a<script>if (x < y) document.write('<p>no</p>')</script>b", "ab");
	is_text("a<!-- <p>no --> b", "a b");
	is_text("a<style>no", "a");
	is_text("x<a href=\"#top\">up</a><a href='javascript:no()'>go</a><a href=y></a>", "xupgo");
}

static void
broken_pages_are_read_as_far_as_they_go(void **state)
{
	(void)state;
	is_text("a < b && c > d", "a < b && c > d");
	is_text("<p>one<p>two<b", "one\n\ntwo");
	is_text("<a href=\"x\">never closed", "[never closed](x)");
	is_text("&unknown; &#65;&#x42; &", "&unknown; AB &");
	is_text("<div title=\"a>b\">c</div>", "c");
}

static void
hostile_pages_take_no_longer_than_they_are_long(void **state)
{
	(void)state;
	struct buf b = { 0 }, out = { 0 };
	while (b.len < 2000000)
		buf_puts(&b, "<a href=\"<!-- <script ");
	html_text(&out, b.s, b.len);
	buf_reset(&b);
	buf_reset(&out);
	while (b.len < 2000000)
		buf_puts(&b, "<script><");
	html_text(&out, b.s, b.len);
	buf_done(&b);
	buf_done(&out);
}

static void
globs_of_ignore_files(void **state)
{
	(void)state;
	assert_true(ignore_glob("*.c", "a.c"));
	assert_false(ignore_glob("*.c", "a/b.c"));
	assert_true(ignore_glob("**/*.c", "a.c") && ignore_glob("**/*.c", "a/b/c.c"));
	assert_true(ignore_glob("a/**/b", "a/b") && ignore_glob("a/**/b", "a/x/y/b"));
	assert_true(ignore_glob("a/**", "a/x/y"));
	assert_true(ignore_glob("[a-c]?[!x]", "bzz") && !ignore_glob("[a-c]?[!x]", "bzx"));
	assert_true(ignore_glob("\\*", "*") && !ignore_glob("\\*", "a"));
	assert_true(ignore_glob("[", "["));
	/* gives up in good time */
	assert_false(ignore_glob("a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void
the_last_rule_of_an_ignore_file_decides(void **state)
{
	(void)state;
	struct ignore ig = { 0 };
	static const char text[] = "# comment\n*.o\n!keep.o\n/top\nbuild/\nsub/x\n\r\ntrailing   \n";
	ignore_add(&ig, 0, text, strlen(text));
	assert_true(ignore_matches(&ig, "a/b.o", false) && !ignore_matches(&ig, "a/keep.o", false));
	assert_true(ignore_matches(&ig, "top", false) && !ignore_matches(&ig, "a/top", false));
	assert_true(ignore_matches(&ig, "a/build", true) && !ignore_matches(&ig, "a/build", false));
	assert_true(ignore_matches(&ig, "sub/x", false) && !ignore_matches(&ig, "a/sub/x", false));
	assert_true(ignore_matches(&ig, "trailing", false));
	size_t n = ig.rules.n;
	ignore_add(&ig, 4, "/here\n", 6);
	assert_true(ignore_matches(&ig, "dir/here", false) && !ignore_matches(&ig, "here", false));
	ignore_truncate(&ig, n);
	assert_false(ignore_matches(&ig, "dir/here", false));
	ignore_done(&ig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_what_a_reader_reads),
		cmocka_unit_test(what_is_not_for_reading_is_left_out),
		cmocka_unit_test(broken_pages_are_read_as_far_as_they_go),
		cmocka_unit_test(hostile_pages_take_no_longer_than_they_are_long),
		cmocka_unit_test(globs_of_ignore_files),
		cmocka_unit_test(the_last_rule_of_an_ignore_file_decides),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
