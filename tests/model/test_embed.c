#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/embed.h"

static char *
body(const char *model, const char *const *texts, size_t n, long dimension, bool query)
{
	struct buf b = { 0 };
	const struct embed_family *f = embed_family(model);
	long d = embed_dimension(f, model, dimension, NULL);
	assert_true(d > 0);
	embed_body(&b, f, texts, n, d, query);
	return buf_take(&b, NULL);
}

/* ---- families and bodies ---- */

static void
a_family_is_known_by_any_form_of_the_id(void **state)
{
	(void)state;
	static const struct {
		const char	*id, *family;
	} rows[] = {
		{ "amazon.titan-embed-text-v2:0", "titan-v2" },
		{ "amazon.titan-embed-text-v1", "titan-v1" },
		{ "amazon.titan-embed-text-v1:2:8k", "titan-v1" },
		{ "amazon.titan-embed-g1-text-02", "titan-v1" },
		{ "amazon.titan-embed-image-v1", "titan-image" },
		{ "amazon.nova-2-multimodal-embeddings-v1:0", "nova" },
		{ "cohere.embed-multilingual-v3:0:512", "cohere-v3" },
		{ "us.cohere.embed-v4:0", "cohere-v4" },
		{ "arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.cohere.embed-v4:0", "cohere-v4" },
		{ "us.twelvelabs.marengo-embed-2-7-v1:0", "marengo-2.7" },
		{ "twelvelabs.marengo-embed-3-0-v1:0", "marengo-3.0" },
		{ "somebody.new-model", "titan-v1" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(embed_family_name(embed_family(rows[i].id)), rows[i].family);
}

static void
each_family_gets_its_own_body(void **state)
{
	(void)state;
	static const char *const texts[] = { "a", "b \"c\"" };
	static const struct {
		const char	*id;
		size_t		 n;
		long		 dimension;
		bool		 query;
		const char	*body;
	} rows[] = {
		{ "amazon.titan-embed-text-v1", 1, 0, false, "{\"inputText\":\"a\"}" },
		{ "amazon.titan-embed-text-v2:0", 1, 256, false,
		    "{\"inputText\":\"a\",\"dimensions\":256,\"normalize\":true,\"embeddingTypes\":[\"float\"]}" },
		{ "amazon.titan-embed-image-v1", 1, 0, false,
		    "{\"inputText\":\"a\",\"embeddingConfig\":{\"outputEmbeddingLength\":1024}}" },
		{ "cohere.embed-english-v3", 2, 0, false,
		    "{\"texts\":[\"a\",\"b \\\"c\\\"\"],\"input_type\":\"search_document\",\"truncate\":\"END\","
		    "\"embedding_types\":[\"float\"]}" },
		{ "us.cohere.embed-v4:0", 1, 1024, true,
		    "{\"input_type\":\"search_query\",\"texts\":[\"a\"],\"embedding_types\":[\"float\"],"
		    "\"output_dimension\":1024}" },
		{ "amazon.nova-2-multimodal-embeddings-v1:0", 1, 384, true,
		    "{\"schemaVersion\":\"nova-multimodal-embed-v1\",\"taskType\":\"SINGLE_EMBEDDING\","
		    "\"singleEmbeddingParams\":{\"embeddingPurpose\":\"TEXT_RETRIEVAL\",\"embeddingDimension\":384,"
		    "\"text\":{\"truncationMode\":\"END\",\"value\":\"a\"}}}" },
		{ "us.twelvelabs.marengo-embed-2-7-v1:0", 1, 0, false,
		    "{\"inputType\":\"text\",\"inputText\":\"a\",\"textTruncate\":\"end\"}" },
		{ "us.twelvelabs.marengo-embed-3-0-v1:0", 1, 0, false,
		    "{\"inputType\":\"text\",\"text\":{\"inputText\":\"a\"}}" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *b = body(rows[i].id, texts, rows[i].n, rows[i].dimension, rows[i].query);
		assert_string_equal(b, rows[i].body);
		free(b);
	}
}

static void
a_dimension_that_a_model_lacks_is_an_error_with_those_it_has(void **state)
{
	(void)state;
	struct err err = { 0 };
	const char *id = "amazon.titan-embed-text-v2:0";
	assert_int_equal(embed_dimension(embed_family(id), id, 0, &err), 1024);
	assert_int_equal(embed_dimension(embed_family(id), id, 768, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.text, "1024, 512, 256"));
}

/* ---- answers ---- */

static int
parse(const char *json, size_t n, long dimension, struct vectors *out, struct err *err)
{
	*out = (struct vectors){ 0 };
	return embed_parse(json, strlen(json), "m", n, dimension, out, err);
}

static void
every_form_of_an_answer_is_read(void **state)
{
	(void)state;
	static const struct {
		const char	*json;
		size_t		 n;
	} rows[] = {
		{ "{\"embedding\":[3,4],\"inputTextTokenCount\":1}", 1 },
		{ "{\"embeddingsByType\":{\"float\":[3,4]}}", 1 },
		{ "{\"embeddings\":[[3,4],[6,8]],\"response_type\":\"embeddings_floats\"}", 2 },
		{ "{\"embeddings\":{\"float\":[[3,4],[6,8]]},\"texts\":[\"A\",\"B\"]}", 2 },
		{ "{\"embeddings\":[{\"embeddingType\":\"TEXT\",\"embedding\":[3,4]}]}", 1 },
		{ "{\"data\":[{\"embedding\":[3,4]}]}", 1 },
		{ "{\"data\":{\"embedding\":[3,4]}}", 1 },
		{ "{\"embedding\":[3,4],\"embeddingOption\":null,\"startSec\":0.0}", 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct vectors v;
		struct err err = { 0 };
		if (parse(rows[i].json, rows[i].n, 2, &v, &err) < 0)
			fail_msg("%s: %s", rows[i].json, err.text);
		assert_int_equal(v.n, rows[i].n);
		for (size_t k = 0; k < v.n; k++) {
			assert_float_equal(v.v[k].v[0], 0.6, 1e-6);
			assert_float_equal(v.v[k].v[1], 0.8, 1e-6);
		}
		vectors_done(&v);
	}
}

static void
an_answer_that_does_not_fit_is_refused(void **state)
{
	(void)state;
	struct vectors v;
	struct err err = { 0 };
	assert_int_equal(parse("{\"embedding\":[1,2,3]}", 1, 2, &v, &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_non_null(strstr(err.text, "3"));
	assert_int_equal(parse("{\"embeddings\":[[1,2]]}", 2, 2, &v, &err), -1);
	assert_int_equal(parse("{\"message\":\"too dark\"}", 1, 2, &v, &err), -1);
	assert_non_null(strstr(err.text, "too dark"));
	assert_int_equal(parse("[]", 1, 2, &v, &err), -1);
	assert_int_equal(parse("<html>", 1, 2, &v, &err), -1);
	assert_int_equal(v.n, 0);
}

static void
what_is_no_number_counts_as_nothing_and_the_rest_has_length_one(void **state)
{
	(void)state;
	float v[] = { 1, NAN, 2, INFINITY }, zero[] = { 0, 0, 0 };
	embed_clean(v, 4);
	assert_float_equal(v[0], 0.4472136, 1e-6);
	assert_float_equal(v[1], 0, 0);
	assert_float_equal(v[2], 0.8944272, 1e-6);
	assert_float_equal(v[3], 0, 0);
	embed_clean(zero, 3);
	assert_float_equal(zero[0], 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_family_is_known_by_any_form_of_the_id),
		cmocka_unit_test(each_family_gets_its_own_body),
		cmocka_unit_test(a_dimension_that_a_model_lacks_is_an_error_with_those_it_has),
		cmocka_unit_test(every_form_of_an_answer_is_read),
		cmocka_unit_test(an_answer_that_does_not_fit_is_refused),
		cmocka_unit_test(what_is_no_number_counts_as_nothing_and_the_rest_has_length_one),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
