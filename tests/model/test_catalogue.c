#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/str.h"
#include "model/catalogue.h"
#include "model/facts.h"

#define N(a) (sizeof(a) / sizeof *(a))

static void
ids_of_every_form_find_their_facts(void **state)
{
	(void)state;
	static const struct {
		const char	*id, *name;
	} rows[] = {
		{ "anthropic.claude-opus-4-7", "Claude Opus 4.7" },
		{ "us.anthropic.claude-opus-4-7", "Claude Opus 4.7" },
		{ "global.anthropic.claude-haiku-4-5-20251001-v1:0", "Claude Haiku 4.5" },
		{ "us.anthropic.claude-opus-4-6-v1:0", "Claude Opus 4.6" },     /* no AWS id,
		    but seen in the wild */
		{ "anthropic.claude-opus-4-6", "Claude Opus 4.6" },
		{ "arn:aws:bedrock:us-east-1:1:inference-profile/eu.anthropic.claude-sonnet-5",
		    "Claude Sonnet 5" },
		{ "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0:24k",
		    "Nova Micro" },
		{ "deepseek.v3.2", "DeepSeek V3.2" },
		{ "deepseek.v3-v1:0", "DeepSeek V3.1" },
		{ "zai.glm-4.7-flash", "GLM 4.7 Flash" },
		{ "zai.glm-4.7", "GLM 4.7" },
		{ "anthropic.claude-3-5-haiku-20241022-v1:0", "Claude 3.5 Haiku" },
	};
	for (size_t i = 0; i < N(rows); i++) {
		const struct model_facts *f = catalogue_facts(rows[i].id);
		if (f == NULL || strcmp(f->name, rows[i].name) != 0)
			fail_msg("%s: %s", rows[i].id, f != NULL ? f->name : "nothing");
	}
	static const char *const unknown[] = { "anthropic.claude-opus-9", "",
	    "arn:aws:bedrock:us-east-1:1:imported-model/x",
		"anthropic.claude-3-9-sonnet-20241022-v2:0" };
	for (size_t i = 0; i < N(unknown); i++)
		assert_null(catalogue_facts(unknown[i]));
}

static void
the_table_says_unknown_and_never_zero(void **state)
{
	(void)state;
	assert_true(facts_count > 70);
	for (size_t i = 0; i < facts_count; i++) {
		const struct model_facts *f = &facts_table[i];
		const double prices[] = { f->prices.input, f->prices.output, f->prices.cache_read,
		    f->prices.cache_write };
		for (size_t k = 0; k < 4; k++)
			if (prices[k] == 0)
				fail_msg("%s costs nothing", f->id);
		assert_true(f->context == 0 || f->context >= 4096);
		assert_string_not_equal(f->name, "");
		assert_ptr_equal(catalogue_facts(f->id), f);    /* every row is found by its id */
	}
	const struct model_facts *k3 = catalogue_facts("moonshotai.kimi-k3");
	assert_int_equal(k3->context, 0);
	assert_float_equal(k3->prices.input, 3, 1e-9);
	assert_true(k3->prices.cache_write < 0);
	const struct model_facts *opus = catalogue_facts("anthropic.claude-opus-4-7");
	assert_int_equal(opus->context, 1000000);
	assert_int_equal(opus->max_output, 128000);
	assert_true(opus->reasoning && opus->images && opus->tools && opus->cache);
	assert_false(catalogue_facts("deepseek.r1-v1:0")->tools);
}

static void
prices_rise_with_the_geography(void **state)
{
	(void)state;
	static const struct {
		const char	*id;
		double		 input, output, read, write;
	} rows[] = {
		{ "global.anthropic.claude-haiku-4-5-20251001-v1:0", 1, 5, 0.1, 1.25 },
		{ "us.anthropic.claude-haiku-4-5-20251001-v1:0", 1.1, 5.5, 0.11, 1.375 },
		{ "anthropic.claude-opus-5-5", 4.4, 22, 0.22, 5.5 },
		{ "eu.anthropic.claude-fable-5-1", 11, 55, 0.275, 13.75 },
		{ "us.anthropic.claude-sonnet-4-20250514-v1:0", 3, 15, 0.3, 3.75 },
		{ "us.amazon.nova-pro-v1:0", 0.8, 3.2, 0.2, -1 },
		{ "arn:aws:bedrock:us-east-1:1:application-inference-profile/x", -1, -1, -1, -1 },
	};
	for (size_t i = 0; i < N(rows); i++) {
		struct prices p = catalogue_prices(rows[i].id);
		assert_float_equal(p.input, rows[i].input, 1e-9);
		assert_float_equal(p.output, rows[i].output, 1e-9);
		assert_float_equal(p.cache_read, rows[i].read, 1e-9);
		assert_float_equal(p.cache_write, rows[i].write, 1e-9);
	}
}

static void
names_for_people_are_short(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "us.anthropic.claude-opus-4-7", "opus-4-7" },
		{ "global.anthropic.claude-sonnet-4-5-20250929-v1:0", "sonnet-4-5" },
		{ "anthropic.claude-opus-4-6-v1", "opus-4-6" },
		{ "anthropic.claude-3-5-sonnet-20241022-v2:0", "sonnet-3-5" },
		{ "anthropic.claude-3-haiku-20240307-v1:0:48k", "haiku-3" },
		{ "anthropic.claude-mythos-preview", "mythos-preview" },
		{ "amazon.nova-pro-v1:0", "nova-pro" },
		{ "meta.llama3-3-70b-instruct-v1:0", "llama3-3-70b-instruct" },
		{ "arn:aws:bedrock:us-east-1:1:application-inference-profile/a1b2c3", "a1b2c3" },
		{ "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-7",
		    "opus-4-7" },
		{ "plain", "plain" },
	};
	for (size_t i = 0; i < N(rows); i++) {
		char *s = catalogue_short(rows[i][0]);
		assert_string_equal(s, rows[i][1]);
		free(s);
	}
	char *base = catalogue_base("us.amazon.nova-micro-v1:0:24k");
	assert_string_equal(base, "amazon.nova-micro-v1:0");
	free(base);
}

/* ---- choosing from a list ------------------------------------------------------- */

static void
add(struct model_list *l, const char *id, const char *base, bool available)
{
	struct model m = { .id = mem_strdup(id), .name = mem_strdup(id), .base = mem_strdup(base),
		.kind = base != NULL ? MODEL_PROFILE : MODEL_FOUNDATION, .text = true,
		    .available = available };
	vec_add(&l->models, m);
}

static struct model_list
list_of(const char *region)
{
	struct model_list l = { .region = mem_strdup(region) };
	add(&l, "amazon.nova-pro-v1:0", NULL, true);
	add(&l, "us.amazon.nova-2-lite-v1:0", "amazon.nova-2-lite-v1:0", true);
	add(&l, "amazon.nova-lite-v1:0", NULL, true);
	add(&l, "anthropic.claude-opus-5", NULL, false);
	add(&l, "anthropic.claude-sonnet-5", NULL, false);
	add(&l, "global.anthropic.claude-opus-5", "anthropic.claude-opus-5", true);
	add(&l, "global.anthropic.claude-sonnet-5", "anthropic.claude-sonnet-5", true);
	add(&l, "us.anthropic.claude-sonnet-5", "anthropic.claude-sonnet-5", true);
	add(&l, "us.anthropic.claude-opus-5", "anthropic.claude-opus-5", true);
	add(&l, "us.anthropic.claude-fable-5-1", "anthropic.claude-fable-5-1", true);
	add(&l, "us.anthropic.claude-opus-4-5-20251101-v1:0",
	    "anthropic.claude-opus-4-5-20251101-v1:0", true);
	add(&l, "anthropic.claude-3-haiku-20240307-v1:0", NULL, true);
	add(&l, "us.anthropic.claude-haiku-4-5-20251001-v1:0",
	    "anthropic.claude-haiku-4-5-20251001-v1:0", true);
	return l;
}

static void
the_default_is_the_newest_sonnet_or_opus_nearby(void **state)
{
	(void)state;
	struct model_list l = list_of("us-west-2");
	assert_string_equal(catalogue_default(&l)->id, "us.anthropic.claude-sonnet-5");
	free(l.region);
	l.region = mem_strdup("eu-west-1");     /* a profile of another geography before the global
						 * one */
	assert_string_equal(catalogue_default(&l)->id, "us.anthropic.claude-sonnet-5");
	l.models.v[7].id[0] = 'a';      /* "as.": of no geography that is known, but listed here */
	assert_string_equal(catalogue_default(&l)->id, "as.anthropic.claude-sonnet-5");
	add(&l, "eu.anthropic.claude-sonnet-5", "anthropic.claude-sonnet-5", true);
	assert_string_equal(catalogue_default(&l)->id, "eu.anthropic.claude-sonnet-5");
	add(&l, "global.anthropic.claude-opus-5-5", "anthropic.claude-opus-5-5", true);
	assert_string_equal(catalogue_default(&l)->id, "global.anthropic.claude-opus-5-5");
	l.models.v[l.models.n - 1].available = false;
	assert_string_equal(catalogue_default(&l)->id, "eu.anthropic.claude-sonnet-5");
	model_list_done(&l);
}

static void
without_claude_the_default_is_the_first_that_takes_text(void **state)
{
	(void)state;
	struct model_list l = { 0 };
	assert_null(catalogue_default(&l));
	add(&l, "anthropic.claude-sonnet-5", NULL, false);      /* needs a profile */
	assert_null(catalogue_default(&l));
	add(&l, "stability.sd3-large-v1:0", NULL, true);
	l.models.v[1].text = false;
	add(&l, "amazon.nova-pro-v1:0", NULL, true);
	assert_string_equal(catalogue_default(&l)->id, "amazon.nova-pro-v1:0");
	model_list_done(&l);
}

static void
a_reference_finds_its_model(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "amazon-bedrock/us.anthropic.claude-opus-5", "us.anthropic.claude-opus-5" },
		{ "bedrock/amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0" },
		{ "US.anthropic.claude-opus-5", "us.anthropic.claude-opus-5" },
		{ "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-5",
		    "us.anthropic.claude-opus-5" },
		{ "anthropic.claude-sonnet-5", "anthropic.claude-sonnet-5" },   /* said,
		    not rewritten: it has a reason */
		{ "opus", "us.anthropic.claude-opus-5" },
		{ "Sonnet", "us.anthropic.claude-sonnet-5" },
		{ "haiku", "us.anthropic.claude-haiku-4-5-20251001-v1:0" },
		{ "haiku 4.5", "us.anthropic.claude-haiku-4-5-20251001-v1:0" },
		{ "haiku-4-5", "us.anthropic.claude-haiku-4-5-20251001-v1:0" },
		{ "opus 4.5", "us.anthropic.claude-opus-4-5-20251101-v1:0" },
		{ "claude opus", "us.anthropic.claude-opus-5" },
		{ "fable", "us.anthropic.claude-fable-5-1" },
		{ "nova pro", "amazon.nova-pro-v1:0" },
		{ "nova lite", "amazon.nova-lite-v1:0" },
		{ "nova 2 lite", "us.amazon.nova-2-lite-v1:0" },
		{ "haiku 3", "anthropic.claude-3-haiku-20240307-v1:0" },
	};
	struct model_list l = list_of("us-east-1");
	for (size_t i = 0; i < N(rows); i++) {
		struct err err = { 0 };
		const struct model *m = catalogue_resolve(&l, rows[i][0], &err);
		if (m == NULL || strcmp(m->id, rows[i][1]) != 0)
			fail_msg("%s: %s", rows[i][0], m != NULL ? m->id : err.text);
	}
	model_list_done(&l);
}

static void
a_whole_version_is_preferred_to_a_part_of_one(void **state)
{
	(void)state;
	struct model_list l = list_of("us-east-1");
	add(&l, "us.anthropic.claude-opus-5-5", "anthropic.claude-opus-5-5", true);
	assert_string_equal(catalogue_resolve(&l, "opus 5", NULL)->id,
	    "us.anthropic.claude-opus-5");
	assert_string_equal(catalogue_resolve(&l, "opus", NULL)->id,
	    "us.anthropic.claude-opus-5-5");
	assert_string_equal(catalogue_resolve(&l, "opus 4", NULL)->id,
	    "us.anthropic.claude-opus-4-5-20251101-v1:0");
	model_list_done(&l);
}

static void
a_wrong_reference_is_answered_with_the_nearest(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "us.anthropic.claude-opus-5:0", NULL },
		{ "eu.anthropic.claude-fable-5", "us.anthropic.claude-fable-5-1" },
		{ "anthropic.claude-haku-4-5", "us.anthropic.claude-haiku-4-5-20251001-v1:0" },
		{ "claude-sonett-5", "us.anthropic.claude-sonnet-5" },
		{ "haiku 9", "us.anthropic.claude-haiku-4-5-20251001-v1:0" },
		{ "zzzzzzzzzz", "adit models list" },
		{ "", "adit models list" },
	};
	struct model_list l = list_of("us-east-1");
	for (size_t i = 0; i < N(rows); i++) {
		struct err err = { 0 };
		assert_null(catalogue_resolve(&l, rows[i][0], &err));
		assert_int_equal(err.code, ERR_DENIED);
		if (rows[i][1] != NULL && strstr(err.text, rows[i][1]) == NULL)
			fail_msg("%s: %s", rows[i][0], err.text);
		int commas = 0;
		for (const char *s = err.text; (s = strchr(s, ',')) != NULL; s++)
			commas++;
		assert_true(commas <= 2);
	}
	model_list_done(&l);
}

static void
a_name_of_several_lines_is_ambiguous_and_versions_are_not(void **state)
{
	(void)state;
	struct model_list l = list_of("us-east-1");
	static const char *const clear[] = { "opus", "sonnet", "opus 4.5", "bedrock/haiku", "nothing at all",
		"us.anthropic.claude-opus-5" };
	add(&l, "us.anthropic.claude-opus-5-5", "anthropic.claude-opus-5-5", true);
	assert_true(catalogue_is_ambiguous(&l, "claude"));
	assert_true(catalogue_is_ambiguous(&l, "amazon-bedrock/claude"));
	for (size_t i = 0; i < N(clear); i++)
		if (catalogue_is_ambiguous(&l, clear[i]))
			fail_msg("%s", clear[i]);
	model_list_done(&l);
}

static void
a_model_finds_its_nearest_profile(void **state)
{
	(void)state;
	struct model_list l = list_of("us-east-1");
	add(&l, "global.anthropic.claude-opus-5-5", "anthropic.claude-opus-5-5", true);
	add(&l, "us.anthropic.claude-opus-5-5", "anthropic.claude-opus-5-5", true);
	assert_string_equal(catalogue_profile(&l, "anthropic.claude-opus-5-5")->id, "us.anthropic.claude-opus-5-5");
	assert_string_equal(catalogue_profile(&l, "eu.anthropic.claude-opus-5-5")->id, "us.anthropic.claude-opus-5-5");
	assert_null(catalogue_profile(&l, "anthropic.claude-opus-9"));
	model_list_done(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_of_every_form_find_their_facts),
		cmocka_unit_test(the_table_says_unknown_and_never_zero),
		cmocka_unit_test(prices_rise_with_the_geography),
		cmocka_unit_test(names_for_people_are_short),
		cmocka_unit_test(the_default_is_the_newest_sonnet_or_opus_nearby),
		cmocka_unit_test(without_claude_the_default_is_the_first_that_takes_text),
		cmocka_unit_test(a_reference_finds_its_model),
		cmocka_unit_test(a_whole_version_is_preferred_to_a_part_of_one),
		cmocka_unit_test(a_name_of_several_lines_is_ambiguous_and_versions_are_not),
		cmocka_unit_test(a_model_finds_its_nearest_profile),
		cmocka_unit_test(a_wrong_reference_is_answered_with_the_nearest),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
