#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "text/diff.h"

static struct diff_count
check(const char *a, const char *b, int context, const char *expected)
{
	struct buf out = { 0 };
	struct diff_count count = diff_unified(&out, a, strlen(a), b, strlen(b), context);
	assert_string_equal(buf_str(&out), expected);
	buf_done(&out);
	return count;
}

static void
equal_texts_have_no_diff(void **state)
{
	(void)state;
	check("", "", 3, "");
	check("a\nb\n", "a\nb\n", 3, "");
}

static void
changes_are_shown_with_their_surroundings(void **state)
{
	(void)state;
	struct diff_count n = check("1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\nfour\n5\n6\n7\n", 2,
	    "@@ -2,5 +2,5 @@\n 2\n 3\n-4\n+four\n 5\n 6\n");
	assert_int_equal(n.removed, 1);
	assert_int_equal(n.added, 1);
	check("a\nb\nc\n", "a\nc\n", 3, "@@ -1,3 +1,2 @@\n a\n-b\n c\n");
	check("", "a\nb\n", 3, "@@ -0,0 +1,2 @@\n+a\n+b\n");
	check("a\n", "", 3, "@@ -1,1 +0,0 @@\n-a\n");
	check("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\nx\n3\n4\n5\n6\n7\ny\n9\n", 1,
	    "@@ -1,3 +1,3 @@\n 1\n-2\n+x\n 3\n@@ -7,3 +7,3 @@\n 7\n-8\n+y\n 9\n");
	check("1\n2\n3\n4\n", "x\n2\n3\ny\n", 1, "@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n-4\n+y\n");
}

static void
a_missing_last_newline_is_said(void **state)
{
	(void)state;
	check("a", "a\n", 1, "@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

/* Applies a unified diff of whole context to a and gives b. */
static void
apply(struct buf *out, const char *diff, char skip)
{
	while (*diff != '\0') {
		size_t n = strcspn(diff, "\n") + 1;
		if (*diff != '@' && *diff != skip)
			buf_add(out, diff + 1, n - 1);
		diff += n;
	}
}

static void
a_diff_leads_from_one_text_to_the_other(void **state)
{
	(void)state;
	srand(11);
	for (int round = 0; round < 3000; round++) {
		struct buf a = { 0 }, b = { 0 }, diff = { 0 }, a2 = { 0 }, b2 = { 0 };
		for (int i = rand() % 20; i > 0; i--)
			buf_printf(&a, "%d\n", rand() % 4);
		for (int i = rand() % 20; i > 0; i--)
			buf_printf(&b, "%d\n", rand() % 4);
		struct diff_count n =
		    diff_unified(&diff, buf_str(&a), a.len, buf_str(&b), b.len, 100);
		if (strcmp(buf_str(&a), buf_str(&b)) != 0) {
			apply(&a2, buf_str(&diff), '+');
			apply(&b2, buf_str(&diff), '-');
			assert_string_equal(buf_str(&a2), buf_str(&a));
			assert_string_equal(buf_str(&b2), buf_str(&b));
			assert_int_equal(a.len / 2 - n.removed, b.len / 2 - n.added);
		}
		buf_done(&a);
		buf_done(&b);
		buf_done(&a2);
		buf_done(&b2);
		buf_done(&diff);
	}
}

static void
texts_with_nothing_in_common_cost_little(void **state)
{
	(void)state;
	struct buf a = { 0 }, b = { 0 }, out = { 0 };
	for (int i = 0; i < 100000; i++) {
		buf_printf(&a, "a%d\n", i);
		buf_printf(&b, "b%d\n", i);
	}
	int64_t from = clock_ms();
	struct diff_count n = diff_unified(&out, a.s, a.len, b.s, b.len, 3);
	assert_true(clock_ms() - from < 5000);
	assert_int_equal(n.removed, 100000);
	assert_int_equal(n.added, 100000);
	buf_done(&a);
	buf_done(&b);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_have_no_diff),
		cmocka_unit_test(changes_are_shown_with_their_surroundings),
		cmocka_unit_test(a_missing_last_newline_is_said),
		cmocka_unit_test(a_diff_leads_from_one_text_to_the_other),
		cmocka_unit_test(texts_with_nothing_in_common_cost_little),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
