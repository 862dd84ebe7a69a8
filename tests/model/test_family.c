#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model/family.h"

#define N(a) (sizeof(a) / sizeof *(a))

static void
an_id_is_read_to_its_family_line_and_version(void **state)
{
	(void)state;
	static const struct {
		const char		*id;
		enum family_kind	 kind;
		enum claude_line	 line;
		int			 major, minor;
	} rows[] = {
		{ "anthropic.claude-opus-4-7", FAMILY_CLAUDE, CLAUDE_OPUS, 4, 7 },
		{ "us.anthropic.claude-opus-4-7", FAMILY_CLAUDE, CLAUDE_OPUS, 4, 7 },
		{ "global.anthropic.claude-opus-4-8", FAMILY_CLAUDE, CLAUDE_OPUS, 4, 8 },
		{ "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", FAMILY_CLAUDE, CLAUDE_SONNET,
		    4, 5 },
		{ "mena.anthropic.claude-sonnet-5", FAMILY_CLAUDE, CLAUDE_SONNET, 5, 0 },
		{ "anthropic.claude-opus-4-6-v1", FAMILY_CLAUDE, CLAUDE_OPUS, 4, 6 },
		{ "us.anthropic.claude-opus-4-6-v1:0", FAMILY_CLAUDE, CLAUDE_OPUS, 4, 6 },
		{ "anthropic.claude-sonnet-4-20250514-v1:0", FAMILY_CLAUDE, CLAUDE_SONNET, 4, 0 },
		{ "anthropic.claude-3-5-sonnet-20241022-v2:0", FAMILY_CLAUDE, CLAUDE_SONNET, 3, 5 },
		{ "anthropic.claude-3-7-sonnet-20250219-v1:0", FAMILY_CLAUDE, CLAUDE_SONNET, 3, 7 },
		{ "anthropic.claude-3-haiku-20240307-v1:0", FAMILY_CLAUDE, CLAUDE_HAIKU, 3, 0 },
		{ "anthropic.claude-3-haiku-20240307-v1:0:48k", FAMILY_CLAUDE, CLAUDE_HAIKU, 3, 0 },
		{ "anthropic.claude-v2:1", FAMILY_CLAUDE, CLAUDE_NONE, 2, 0 },
		{ "anthropic.claude-instant-v1", FAMILY_CLAUDE, CLAUDE_NONE, -1, 0 },
		{ "anthropic.claude-sonnet-5", FAMILY_CLAUDE, CLAUDE_SONNET, 5, 0 },
		{ "anthropic.claude-opus-5-5", FAMILY_CLAUDE, CLAUDE_OPUS, 5, 5 },
		{ "anthropic.claude-fable-5-1", FAMILY_CLAUDE, CLAUDE_FABLE, 5, 1 },
		{ "anthropic.claude-mythos-preview", FAMILY_CLAUDE, CLAUDE_MYTHOS, 5, 0 },
		{ "anthropic.claude-tale", FAMILY_CLAUDE, CLAUDE_NONE, -1, 0 },
		{ "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-7",
		    FAMILY_CLAUDE, CLAUDE_OPUS, 4, 7 },
		{ "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0",
		    FAMILY_CLAUDE, CLAUDE_HAIKU, 4, 5 },
		{ "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6",
		    FAMILY_UNKNOWN, CLAUDE_NONE, -1, 0 },
		{ "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc", FAMILY_UNKNOWN,
		    CLAUDE_NONE, -1, 0 },
		{ "amazon.nova-pro-v1:0", FAMILY_NOVA, CLAUDE_NONE, -1, 0 },
		{ "us.amazon.nova-2-lite-v1:0", FAMILY_NOVA_2, CLAUDE_NONE, -1, 0 },
		{ "openai.gpt-oss-120b-1:0", FAMILY_GPT_OSS, CLAUDE_NONE, -1, 0 },
		{ "openai.gpt-5.4", FAMILY_GPT, CLAUDE_NONE, -1, 0 },
		{ "us.deepseek.r1-v1:0", FAMILY_DEEPSEEK_R1, CLAUDE_NONE, -1, 0 },
		{ "deepseek.v3.2", FAMILY_OTHER, CLAUDE_NONE, -1, 0 },
		{ "zai.glm-4.7", FAMILY_OTHER, CLAUDE_NONE, -1, 0 },
		{ "mistral.mistral-7b-instruct-v0:2", FAMILY_MISTRAL_OLD, CLAUDE_NONE, -1, 0 },
		{ "something", FAMILY_UNKNOWN, CLAUDE_NONE, -1, 0 },
		{ "", FAMILY_UNKNOWN, CLAUDE_NONE, -1, 0 },
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct family f = family_of(rows[i].id);
		if (f.kind != rows[i].kind || f.line != rows[i].line || f.major != rows[i].major ||
		    f.minor != rows[i].minor)
			fail_msg("%s: %d %d %d.%d", rows[i].id, f.kind, f.line, f.major, f.minor);
	}
	assert_int_equal(family_of(NULL).kind, FAMILY_UNKNOWN);
}

static void
sampling_follows_the_version(void **state)
{
	(void)state;
	static const struct {
		const char	*id;
		enum sampling	 want;
	} rows[] = {
		{ "anthropic.claude-opus-4-7", SAMPLING_NONE },
		{ "us.anthropic.claude-opus-4-7", SAMPLING_NONE },
		{ "global.anthropic.claude-opus-4-8", SAMPLING_NONE },
		{ "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-7", SAMPLING_NONE },
		{ "anthropic.claude-opus-4-6-v1", SAMPLING_ONE },
		{ "anthropic.claude-opus-4-1-20250805-v1:0", SAMPLING_ONE },
		{ "anthropic.claude-sonnet-4-20250514-v1:0", SAMPLING_ANY },
		{ "anthropic.claude-3-5-sonnet-20241022-v2:0", SAMPLING_ANY },
		{ "anthropic.claude-sonnet-5", SAMPLING_NONE },
		{ "anthropic.claude-haiku-5", SAMPLING_NONE },
		{ "anthropic.claude-fable-5", SAMPLING_NONE },
		{ "anthropic.claude-mythos-preview", SAMPLING_NONE },
		{ "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6", SAMPLING_ONE },
		{ "amazon.nova-pro-v1:0", SAMPLING_ANY },
		{ "openai.gpt-5.5", SAMPLING_NONE },
		{ "openai.gpt-oss-20b-1:0", SAMPLING_ANY },
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct family f = family_of(rows[i].id);
		if (family_sampling(&f) != rows[i].want)
			fail_msg("%s: %d", rows[i].id, family_sampling(&f));
	}
}

static void
thinking_takes_the_form_and_the_words_of_the_model(void **state)
{
	(void)state;
	static const struct {
		const char	*id;
		enum thinking	 form;
		const char	*medium, *xhigh, *max;
	} rows[] = {
		{ "anthropic.claude-3-5-sonnet-20241022-v2:0", THINKING_NONE, NULL, NULL, NULL },
		{ "anthropic.claude-3-7-sonnet-20250219-v1:0", THINKING_BUDGET, NULL, NULL, NULL },
		{ "anthropic.claude-sonnet-4-20250514-v1:0", THINKING_BUDGET, NULL, NULL, NULL },
		{ "anthropic.claude-opus-4-5-20251101-v1:0", THINKING_BUDGET, NULL, NULL, NULL },
		{ "anthropic.claude-opus-4-6-v1", THINKING_ADAPTIVE, "medium", "high", "max" },
		{ "anthropic.claude-sonnet-4-6", THINKING_ADAPTIVE, "medium", "high", "max" },
		{ "anthropic.claude-opus-4-7", THINKING_ADAPTIVE, "medium", "xhigh", "max" },
		{ "anthropic.claude-sonnet-5-5", THINKING_ADAPTIVE, "medium", "xhigh", "max" },
		{ "anthropic.claude-fable-5-1", THINKING_ADAPTIVE, "medium", "xhigh", "max" },
		{ "anthropic.claude-tale", THINKING_ADAPTIVE, "medium", "high", "high" },
		{ "amazon.nova-2-lite-v1:0", THINKING_NOVA, "medium", "high", "high" },
		{ "amazon.nova-pro-v1:0", THINKING_NONE, NULL, NULL, NULL },
		{ "openai.gpt-oss-120b-1:0", THINKING_GPT_OSS, "medium", "high", "high" },
		{ "deepseek.r1-v1:0", THINKING_NONE, NULL, NULL, NULL },
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct family f = family_of(rows[i].id);
		if (family_thinking(&f) != rows[i].form)
			fail_msg("%s: form %d", rows[i].id, family_thinking(&f));
		if (rows[i].medium == NULL)
			continue;
		assert_string_equal(family_effort(&f, EFFORT_MINIMAL), "low");
		assert_string_equal(family_effort(&f, EFFORT_MEDIUM), rows[i].medium);
		assert_string_equal(family_effort(&f, EFFORT_XHIGH), rows[i].xhigh);
		assert_string_equal(family_effort(&f, EFFORT_MAX), rows[i].max);
	}
	assert_int_equal(family_budget(EFFORT_NONE), 0);
	assert_int_equal(family_budget(EFFORT_MINIMAL), 1024);
	assert_int_equal(family_budget(EFFORT_LOW), 2048);
	assert_int_equal(family_budget(EFFORT_MEDIUM), 8192);
	assert_int_equal(family_budget(EFFORT_HIGH), 16384);
	assert_int_equal(family_budget(EFFORT_MAX), 16384);
}

/* Levels by their first letters; x is xhigh, M is max, - is none, i is minimal. */
static void
only_levels_that_a_model_has_are_offered(void **state)
{
	(void)state;
	static const char letters[] = "-ilmhxM";
	static const struct {
		const char	*id, *levels;
		enum effort	 of_max, of_minimal;    /* what these wishes come to */
	} rows[] = {
		{ "us.anthropic.claude-opus-4-7", "-lmhxM", EFFORT_MAX, EFFORT_LOW },
		{ "global.anthropic.claude-sonnet-5-5", "-lmhxM", EFFORT_MAX, EFFORT_LOW },
		{ "anthropic.claude-fable-5-1", "lmhxM", EFFORT_MAX, EFFORT_LOW },
		{ "anthropic.claude-mythos-preview", "lmhxM", EFFORT_MAX, EFFORT_LOW },
		{ "anthropic.claude-sonnet-4-6", "-lmhM", EFFORT_MAX, EFFORT_LOW },
		{ "anthropic.claude-sonnet-4-5-20250929-v1:0", "-ilmh", EFFORT_HIGH, EFFORT_MINIMAL },
		{ "anthropic.claude-3-haiku-20240307-v1:0", "-", EFFORT_NONE, EFFORT_NONE },
		{ "amazon.nova-2-lite-v1:0", "-lmh", EFFORT_HIGH, EFFORT_LOW },
		{ "openai.gpt-oss-120b-1:0", "-lmh", EFFORT_HIGH, EFFORT_LOW },
		{ "amazon.nova-pro-v1:0", "-", EFFORT_NONE, EFFORT_NONE },
		{ "deepseek.r1-v1:0", "-", EFFORT_NONE, EFFORT_NONE },
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct family f = family_of(rows[i].id);
		enum effort levels[EFFORTS];
		char got[EFFORTS + 1] = "";
		size_t n = family_levels(&f, levels);
		for (size_t k = 0; k < n; k++)
			got[k] = letters[levels[k]];
		if (strcmp(got, rows[i].levels) != 0)
			fail_msg("%s: %s", rows[i].id, got);
		assert_int_equal(family_level(&f, EFFORT_MAX), rows[i].of_max);
		assert_int_equal(family_level(&f, EFFORT_MINIMAL), rows[i].of_minimal);
		assert_int_equal(family_level(&f, EFFORT_NONE), EFFORT_NONE);
	}
}

static void
only_models_that_take_cache_points_get_them(void **state)
{
	(void)state;
	static const struct {
		const char	*id;
		bool		 cache, hour, status;
	} rows[] = {
		{ "anthropic.claude-opus-4-7", true, true, true },
		{ "anthropic.claude-3-7-sonnet-20250219-v1:0", true, false, true },
		{ "anthropic.claude-3-5-haiku-20241022-v1:0", true, false, true },
		{ "anthropic.claude-3-5-sonnet-20240620-v1:0", false, false, true },
		{ "anthropic.claude-3-haiku-20240307-v1:0", false, false, true },
		{ "amazon.nova-pro-v1:0", false, false, true },
		{ "meta.llama3-3-70b-instruct-v1:0", false, false, false },
		{ "qwen.qwen3-32b-v1:0", false, false, false },
		{ "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3d4e5f6", false, false, false },
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct family f = family_of(rows[i].id);
		if (family_takes_cache(&f) != rows[i].cache ||
		    family_takes_long_cache(&f) != rows[i].hour ||
		    family_takes_status(&f) != rows[i].status)
			fail_msg("%s", rows[i].id);
	}
}

static void
a_region_prefix_is_told_from_a_vendor(void **state)
{
	(void)state;
	static const struct {
		const char	*id;
		size_t		 n;
	} rows[] = { { "us.anthropic.x", 3 }, { "us-gov.anthropic.x", 7 }, { "apac.x.y", 5 },
		{ "mena.amazon.nova", 5 }, { "af-south.meta.x", 9 }, { "anthropic.claude", 0 },
		    { "zai.glm-4.7", 0 },
		{ "deepseek.v3.2", 0 }, { "qwen.openai.x", 0 }, { "us.", 0 }, { "", 0 } };
	for (size_t i = 0; i < N(rows); i++)
		if (family_prefix(rows[i].id) != rows[i].n)
			fail_msg("%s: %zu", rows[i].id, family_prefix(rows[i].id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_read_to_its_family_line_and_version),
		cmocka_unit_test(sampling_follows_the_version),
		cmocka_unit_test(thinking_takes_the_form_and_the_words_of_the_model),
		cmocka_unit_test(only_levels_that_a_model_has_are_offered),
		cmocka_unit_test(only_models_that_take_cache_points_get_them),
		cmocka_unit_test(a_region_prefix_is_told_from_a_vendor),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
