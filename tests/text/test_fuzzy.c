#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "text/fuzzy.h"

static void
every_word_must_be_found(void **state)
{
	(void)state;
	assert_int_equal(fuzzy_score("", "anything"), 0);
	assert_true(fuzzy_score("clau opus", "Claude Opus 4.7") > 0);
	assert_true(fuzzy_score("opus clau", "Claude Opus 4.7") > 0);
	assert_true(fuzzy_score("c47", "Claude Opus 4.7") > 0);
	assert_int_equal(fuzzy_score("clau haiku", "Claude Opus 4.7"), FUZZY_NO_MATCH);
	assert_int_equal(fuzzy_score("a", ""), FUZZY_NO_MATCH);
	assert_int_equal(fuzzy_score("74", "Claude Opus 4.7"), FUZZY_NO_MATCH);
}

static void
better_answers_score_higher(void **state)
{
	(void)state;
	static const struct { const char *query, *better, *worse; } rows[] = {
		{ "opus", "Claude Opus", "Claude of plus" },
		{ "co", "Claude Opus", "Cameo" },
		{ "model", "model", "remodel" },
		{ "son", "sonnet", "reason" },
		{ "s4", "sonnet-4", "sonnet-v34" },
		{ "ab", "xx ab", "a xx b" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (fuzzy_score(rows[i].query, rows[i].better) <=
		    fuzzy_score(rows[i].query, rows[i].worse))
			fail_msg(
			    "%s: %s is not above %s", rows[i].query, rows[i].better, rows[i].worse);
	}
}

static void
capitals_count_only_when_typed(void **state)
{
	(void)state;
	assert_true(fuzzy_score("opus", "OPUS") > 0);
	assert_int_equal(fuzzy_score("Opus", "opus"), FUZZY_NO_MATCH);
	assert_true(fuzzy_score("\xc3\xbc", "\xc3\x9c" "ber") > 0);
}

static void
hits_are_marked_where_the_characters_begin(void **state)
{
	(void)state;
	unsigned char hit[12];
	const char *text = "a\xc3\xbc opus 4";
	assert_true(fuzzy_match("op4", text, hit, strlen(text)) > 0);
	assert_memory_equal(hit, "\0\0\0\0\1\1\0\0\0\1", strlen(text));
}

static void
long_texts_and_words_are_harmless(void **state)
{
	(void)state;
	char text[2000], word[200];
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	memset(word, 'a', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	assert_true(fuzzy_score("aaa", text) > 0);
	assert_int_equal(fuzzy_score(word, text), FUZZY_NO_MATCH);
	word[FUZZY_WORD_MAX] = '\0';
	assert_true(fuzzy_score(word, text) > 0);
}

static void
distances_count_edits(void **state)
{
	(void)state;
	static const struct { const char *a, *b; int distance; } rows[] = {
		{ "", "", 0 }, { "a", "", 1 }, { "model", "model", 0 }, { "modle", "model", 1 },
		{ "mdel", "model", 1 }, { "Model", "mODEL", 0 }, { "kitten", "sitting", 3 },
		{ "ca", "abc", 3 }, { "help", "quit", 4 }, { "ab", "ba", 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(fuzzy_distance(rows[i].a, rows[i].b, 9), rows[i].distance);
		assert_int_equal(fuzzy_distance(rows[i].b, rows[i].a, 9), rows[i].distance);
		if (rows[i].distance > 0)
			assert_int_equal(fuzzy_distance(rows[i].a, rows[i].b, rows[i].distance - 1),
			    rows[i].distance);
	}
}

static void
the_nearest_name_is_offered_if_it_is_near(void **state)
{
	(void)state;
	static const char *const names[] = { "help", "model", "models", "quit", "usage",
		"compact" };
	assert_string_equal(fuzzy_nearest("modle", names, 6), "model");
	assert_string_equal(fuzzy_nearest("modelss", names, 6), "models");
	assert_string_equal(fuzzy_nearest("com", names, 6), "compact");
	assert_string_equal(fuzzy_nearest("uasge", names, 6), "usage");
	assert_null(fuzzy_nearest("frobnicate", names, 6));
	assert_null(fuzzy_nearest("", names, 6));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_must_be_found),
		cmocka_unit_test(better_answers_score_higher),
		cmocka_unit_test(capitals_count_only_when_typed),
		cmocka_unit_test(hits_are_marked_where_the_characters_begin),
		cmocka_unit_test(long_texts_and_words_are_harmless),
		cmocka_unit_test(distances_count_edits),
		cmocka_unit_test(the_nearest_name_is_offered_if_it_is_near),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
