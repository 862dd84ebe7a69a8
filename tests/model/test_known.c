/* What is known of a model: from its id, from the user, and over the wire from adit-sim. */
#include "../sim/client.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/known.h"

#define N(a) (sizeof(a) / sizeof *(a))
#define ARN(kind, id) "arn:aws:bedrock:us-east-1:123456789012:" kind "/" id

/* A simulator, and an adit that speaks to it. */
struct world {
	struct sim	 sim;
	struct engine	*engine;
	struct aws	*aws;
};

static void
begin(struct world *w, const char *scenario)
{
	char path[512], url[64];
	*w = (struct world){ 0 };
	sim_dir(&w->sim);
	const char *args[] = { "--scenario", path, NULL };
	if (scenario != NULL)
		sim_file(&w->sim, "scenario.json", scenario, path);
	sim_start(&w->sim, scenario != NULL ? args : NULL);
	setenv("HOME", w->sim.dir, 1);
	setenv("AWS_MAX_ATTEMPTS", "3", 1);
	snprintf(url, sizeof url, "http://127.0.0.1:%u", w->sim.port);
	struct aws_options o = { .region = "us-east-1", .endpoint = url, .access_key_id = "AKIDSIMDEMO",
		.secret_access_key = "simsecretsimsecretsimsecretsimsecret1234" };
	w->engine = engine_start();
	w->aws = aws_new(&o, w->engine);
}

static void
end(struct world *w)
{
	known_forget();
	aws_free(w->aws);
	engine_stop(w->engine);
	sim_stop(&w->sim);
}

static int
forget(void **state)
{
	(void)state;
	struct known_overrides none = { 0 };
	known_configure(&none, 0, 0);
	known_forget();
	return 0;
}

/* ---- what an id says itself ------------------------------------------------------------ */

static void
an_id_that_says_its_model_is_not_asked_about(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "anthropic.claude-opus-4-7", "anthropic.claude-opus-4-7" },
		{ "us.anthropic.claude-opus-4-7", "anthropic.claude-opus-4-7" },
		{ ARN("inference-profile", "eu.amazon.nova-pro-v1:0"), "amazon.nova-pro-v1:0" },
		{ "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0:24k", "amazon.nova-pro-v1:0" },
		{ ARN("custom-model", "amazon.nova-lite-v1:0:300k/abc"), "amazon.nova-lite-v1:0" },
		{ ARN("application-inference-profile", "abc"), NULL },
		{ ARN("custom-model", "imported/abc"), NULL },
		{ ARN("provisioned-model", "abc"), NULL },
		{ ARN("imported-model", "abc"), NULL },
	};
	for (size_t i = 0; i < N(rows); i++) {
		char *base = known_base(rows[i][0]);
		if (!str_same(base, rows[i][1]))
			fail_msg("%s: %s", rows[i][0], base != NULL ? base : "(nothing)");
		free(base);
	}
}

/* ---- asking ------------------------------------------------------------------------------ */

static void
each_kind_of_arn_leads_to_its_model_with_one_question(void **state)
{
	(void)state;
	static const struct {
		const char	*arn, *base;
		int		 asked;
		bool		 priced;        /* by the token */
	} rows[] = {
		{ ARN("application-inference-profile", "a1b2c3d4e5f6"), "anthropic.claude-opus-4-6-v1", 1, true },
		{ ARN("provisioned-model", "simprov00001"), "amazon.nova-micro-v1:0", 1, false },
		{ ARN("custom-model-deployment", "simdeploy001"), "amazon.nova-lite-v1:0", 1, false },
		{ ARN("custom-model-deployment", "simdeploy002"), "amazon.nova-pro-v1:0", 2, false },
		{ ARN("default-prompt-router", "anthropic.claude:1"), "anthropic.claude-3-haiku-20240307-v1:0", 1, false },
		{ ARN("imported-model", "sim4llama777"), NULL, 0, false },
	};
	struct world w;
	begin(&w, NULL);
	int asked = 0;
	for (size_t i = 0; i < N(rows); i++) {
		for (int again = 0; again < 3; again++) {
			struct err err = { 0 };
			char *base = known_ask(w.aws, rows[i].arn, NULL, &err);
			if (!str_same(base, rows[i].base))
				fail_msg("%s: %s (%s)", rows[i].arn, base != NULL ? base : "-", err.text);
			assert_int_equal(err.text[0] != '\0', base == NULL);
			free(base);
		}
		asked += rows[i].asked;
		if (sim_count(&w.sim, NULL) != asked)
			fail_msg("%s: %d questions so far", rows[i].arn, sim_count(&w.sim, NULL));
		struct known k = known_of(rows[i].arn);
		assert_int_equal(k.context > 0, rows[i].base != NULL);
		assert_int_equal(k.prices.input > 0, rows[i].priced);
	}
	end(&w);
}

static void
a_refusal_is_remembered_and_a_failure_asked_about_again_later(void **state)
{
	(void)state;
	static const char denied[] = ARN("application-inference-profile", "denied"),
	    busy[] = ARN("application-inference-profile", "a1b2c3d4e5f6");
	struct world w;
	begin(&w, "{\"rules\":["
	    "{\"match\":{\"operation\":\"GetInferenceProfile\",\"model\":\"*denied\"},\"answer\":[{\"http\":{\"type\":\"AccessDeniedException\"}}]},"
	    "{\"match\":{\"operation\":\"GetInferenceProfile\",\"nth\":1},\"answer\":[{\"http\":{\"type\":\"ThrottlingException\"}}]}]}");
	struct err err = { 0 };
	assert_null(known_ask(w.aws, denied, NULL, &err));
	assert_int_equal(err.code, ERR_DENIED);
	err = (struct err){ 0 };
	assert_null(known_ask(w.aws, denied, NULL, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_int_equal(sim_count(&w.sim, NULL), 1);
	/* Throttled: not tried again while somebody waits, and not again at once. */
	assert_null(known_ask(w.aws, busy, NULL, NULL));
	assert_null(known_ask(w.aws, busy, NULL, NULL));
	assert_int_equal(sim_count(&w.sim, NULL), 2);
	known_forget();
	char *base = known_ask(w.aws, busy, NULL, NULL);
	assert_string_equal(base, "anthropic.claude-opus-4-6-v1");
	free(base);
	end(&w);
}

static void
an_answer_that_names_no_model_is_no_model(void **state)
{
	(void)state;
	static const char *const bodies[] = { "{}", "[]", "{\\\"models\\\":[]}", "{\\\"models\\\":[{}]}",
		"{\\\"models\\\":7}", "<html>", "{\\\"models\\\":[{\\\"modelArn\\\":\\\"arn:aws:bedrock:us-east-1::foundation-model/\\\"}]}" };
	for (size_t i = 0; i < N(bodies); i++) {
		struct world w;
		char *scenario = mem_printf("{\"rules\":[{\"match\":{\"operation\":\"GetInferenceProfile\"},"
		    "\"answer\":[{\"http\":{\"status\":200,\"body\":\"%s\"}}]}]}", bodies[i]);
		begin(&w, scenario);
		struct err err = { 0 };
		char *base = known_ask(w.aws, ARN("application-inference-profile", "x"), NULL, &err);
		if (base != NULL)
			fail_msg("%s: %s", bodies[i], base);
		assert_string_not_equal(err.text, "");
		free(scenario);
		end(&w);
	}
}

static void
a_list_teaches_what_is_behind_its_arns(void **state)
{
	(void)state;
	static const char arn[] = ARN("application-inference-profile", "listed");
	struct model_list l = { 0 };
	struct model m = { .kind = MODEL_APPLICATION_PROFILE, .id = mem_strdup(arn), .name = mem_strdup("n"),
		.vendor = mem_strdup("v"), .base = mem_strdup("anthropic.claude-opus-4-7"),
		.prices = { 1, 2, 3, 4 } };
	vec_add(&l.models, m);
	assert_null(known_base(arn));
	known_learn(&l);
	model_list_done(&l);
	char *base = known_base(arn);
	assert_string_equal(base, "anthropic.claude-opus-4-7");
	free(base);
	struct known k = known_of(arn);
	assert_int_equal(k.context, 1000000);
	assert_true(k.reasoning && k.cache);
	assert_float_equal(k.prices.output, 2, 1e-9);
	known_forget();
	assert_null(known_base(arn));
}

/* ---- what the user says ---------------------------------------------------------------------- */

static void
configure(struct known_override one)
{
	struct known_overrides all = { 0 };
	vec_add(&all, one);
	known_configure(&all, 0, 0);
	assert_int_equal(all.n, 0);
}

static void
the_users_figures_win_and_what_is_not_said_stays(void **state)
{
	(void)state;
	configure((struct known_override){ .id = mem_strdup("US.anthropic.claude-opus-4-7"),
	    .context = 200000, .reasoning = 0, .text = -1, .images = -1, .prices = { 1, -1, -1, -1 } });
	struct known k = known_of("us.anthropic.claude-opus-4-7");
	assert_int_equal(k.context, 200000);
	assert_int_equal(k.max_output, 128000);
	assert_false(k.reasoning);
	assert_true(k.images && k.tools);
	assert_float_equal(k.prices.input, 1, 1e-9);
	assert_float_equal(k.prices.output, 27.5, 1e-9);
	k = known_of("global.anthropic.claude-opus-4-7");       /* another id */
	assert_int_equal(k.context, 1000000);
	assert_float_equal(k.prices.output, 25, 1e-9);
}

static void
what_nobody_knows_is_unknown_or_the_users_default(void **state)
{
	(void)state;
	struct known_overrides none = { 0 };
	struct known k = known_of("newco.model-1");
	assert_int_equal(k.context, 0);
	assert_true(k.prices.input < 0 && k.prices.cache_write < 0);
	known_configure(&none, 50000, 2000);
	k = known_of("newco.model-1");
	assert_int_equal(k.context, 50000);
	assert_int_equal(k.max_output, 2000);
	assert_int_equal(known_of("amazon.nova-micro-v1:0").context, 128000);
}

static void
configured_models_join_a_list_or_replace_it(void **state)
{
	(void)state;
	struct model_list l = { 0 };
	for (int i = 0; i < 2; i++) {
		struct model m = { .kind = MODEL_PROFILE, .id = mem_printf("us.x.m%d", i), .name = mem_strdup("n"),
			.vendor = mem_strdup("v"), .context = 1, .max_output = 2, .text = true, .images = true,
			.available = true, .prices = { -1, -1, -1, -1 } };
		vec_add(&l.models, m);
	}
	struct known_overrides all = { 0 };
	vec_add(&all, ((struct known_override){ .id = mem_strdup("US.X.M1"), .name = mem_strdup("mine"),
	    .context = 10, .reasoning = 1, .text = 1, .images = 0, .prices = { -1, 7, -1, -1 } }));
	vec_add(&all, ((struct known_override){ .id = mem_strdup("us.anthropic.claude-opus-4-7"),
	    .reasoning = -1, .text = -1, .images = -1, .prices = { -1, -1, -1, -1 } }));
	known_configure(&all, 0, 0);
	known_merge(&l, false);
	assert_int_equal(l.models.n, 3);
	const struct model *m = &l.models.v[1], *new = &l.models.v[2];
	assert_int_equal(m->kind, MODEL_PROFILE);
	assert_string_equal(m->name, "mine");
	assert_int_equal(m->context, 10);
	assert_int_equal(m->max_output, 2);
	assert_true(m->reasoning && m->text && !m->images);
	assert_float_equal(m->prices.output, 7, 1e-9);
	assert_int_equal(new->kind, MODEL_CONFIGURED);
	assert_string_equal(new->name, "Claude Opus 4.7");
	assert_string_equal(new->base, "anthropic.claude-opus-4-7");
	assert_string_equal(new->vendor, "anthropic");
	assert_int_equal(new->context, 1000000);
	assert_true(new->available && new->text && new->images);
	assert_float_equal(new->prices.input, 5.5, 1e-9);
	known_merge(&l, true);
	assert_int_equal(l.models.n, 2);
	assert_string_equal(l.models.v[0].id, "us.x.m1");
	model_list_done(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(an_id_that_says_its_model_is_not_asked_about, forget),
		cmocka_unit_test_teardown(each_kind_of_arn_leads_to_its_model_with_one_question, forget),
		cmocka_unit_test_teardown(a_refusal_is_remembered_and_a_failure_asked_about_again_later, forget),
		cmocka_unit_test_teardown(an_answer_that_names_no_model_is_no_model, forget),
		cmocka_unit_test_teardown(a_list_teaches_what_is_behind_its_arns, forget),
		cmocka_unit_test_teardown(the_users_figures_win_and_what_is_not_said_stays, forget),
		cmocka_unit_test_teardown(what_nobody_knows_is_unknown_or_the_users_default, forget),
		cmocka_unit_test_teardown(configured_models_join_a_list_or_replace_it, forget),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
