/* test_pickrows.c - the order, the folds and the words of the model picker. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "app/pickrows.h"
#include "base/mem.h"

static void
add(struct model_list *l, const char *id, const char *name, enum model_kind kind, const char *base, bool available)
{
	struct model m = { .id = mem_strdup(id), .name = mem_strdup(name), .vendor = mem_strdup("Anthropic"),
		.base = mem_strdup(base), .kind = kind, .context = 200000, .max_output = 8000, .text = true,
		.available = available, .reason = available ? NULL : mem_strdup("It needs an inference profile."),
		.prices = { 3, 15, -1, -1 } };
	vec_add(&l->models, m);
}

static struct model_list
some(void)
{
	struct model_list l = { .region = mem_strdup("us-east-1"), .fetched = 1000000 };
	add(&l, "amazon.nova-lite-v1:0", "Nova Lite", MODEL_FOUNDATION, NULL, true);
	add(&l, "anthropic.claude-opus-4-7", "Claude Opus 4.7", MODEL_FOUNDATION, NULL, false);
	add(&l, "anthropic.claude-haiku-4-5-20251001-v1:0", "Claude Haiku 4.5", MODEL_FOUNDATION, NULL, true);
	add(&l, "old.model", "Old", MODEL_FOUNDATION, NULL, false);
	add(&l, "global.anthropic.claude-opus-4-7", "Global Claude", MODEL_PROFILE, "anthropic.claude-opus-4-7", true);
	add(&l, "us.anthropic.claude-opus-4-7", "US Claude", MODEL_PROFILE, "anthropic.claude-opus-4-7", true);
	add(&l, "arn:aws:bedrock:us-east-1:1:application-inference-profile/x", "team-a", MODEL_APPLICATION_PROFILE,
	    "anthropic.claude-opus-4-7", true);
	return l;
}

static void
keys_are(const struct pickrows *p, const char *const *keys)
{
	size_t i = 0;
	for (; keys[i] != NULL; i++) {
		assert_true(i < p->rows.n);
		assert_string_equal(p->rows.v[i].key, keys[i]);
	}
	assert_int_equal(p->rows.n, i);
}

static void
own_ones_come_first_then_claude_and_what_needs_a_profile_is_folded(void **state)
{
	(void)state;
	struct model_list l = some();
	struct pickrows p;
	struct pickrows_ask ask = { .list = &l, .now = 1000000 };
	pickrows_make(&p, &ask);
	static const char *const keys[] = { " own", "arn:aws:bedrock:us-east-1:1:application-inference-profile/x",
		" rest", "us.anthropic.claude-opus-4-7", "global.anthropic.claude-opus-4-7",
		"anthropic.claude-opus-4-7", "anthropic.claude-haiku-4-5-20251001-v1:0", "amazon.nova-lite-v1:0",
		"old.model", NULL };
	static const char *const names[] = { NULL, "team-a", NULL, "Claude Opus 4.7", "Claude Opus 4.7" };
	keys_are(&p, keys);
	assert_true(p.rows.v[5].folded && p.rows.v[5].dim);
	assert_non_null(strstr(p.rows.v[5].detail, "It needs an inference profile."));
	assert_false(p.rows.v[4].folded);
	for (size_t i = 1; i < 5; i++)
		if (names[i] != NULL)
			assert_string_equal(p.rows.v[i].cell[0], names[i]);
	assert_string_equal(p.rows.v[3].cell[1], "us");
	assert_string_equal(p.rows.v[4].cell[1], "global");
	assert_string_equal(p.rows.v[3].cell[2], "200k");
	assert_string_equal(p.rows.v[3].cell[7], "3.00");
	pickrows_done(&p);
	model_list_done(&l);
}

static void
one_that_no_profile_leads_to_stays_in_sight(void **state)
{
	(void)state;
	struct model_list l = some();
	struct pickrows p;
	struct pickrows_ask ask = { .list = &l, .now = 1000000 };
	pickrows_make(&p, &ask);
	bool seen = false;
	for (size_t i = 0; i < p.rows.n; i++)
		if (strcmp(p.rows.v[i].key, "old.model") == 0)
			seen = p.rows.v[i].dim && !p.rows.v[i].folded;
	assert_true(seen);
	pickrows_done(&p);
	model_list_done(&l);
}

static void
recent_ones_lead_and_what_calls_taught_shows(void **state)
{
	(void)state;
	struct model_list l = some();
	struct remember r = { 0 };
	remember_put_recent(&r, "gone.model");
	remember_put_recent(&r, "amazon.nova-lite-v1:0");
	remember_put_answer(&r, (struct answer){ mem_strdup("1"), mem_strdup("us-east-1"),
	    mem_strdup("amazon.nova-lite-v1:0"), false, 86400, mem_strdup("No access.") });
	struct pickrows p;
	struct pickrows_ask ask = { .list = &l, .remember = &r, .account = "1", .now = 86400 + 60,
		.current = "amazon.nova-lite-v1:0" };
	pickrows_make(&p, &ask);
	static const char *const keys[] = { " recent", "amazon.nova-lite-v1:0", " own",
		"arn:aws:bedrock:us-east-1:1:application-inference-profile/x", " rest",
		"us.anthropic.claude-opus-4-7", "global.anthropic.claude-opus-4-7", "anthropic.claude-opus-4-7",
		"anthropic.claude-haiku-4-5-20251001-v1:0", "old.model", NULL };
	keys_are(&p, keys);
	assert_true(p.rows.v[1].marked && p.rows.v[1].dim);
	assert_non_null(strstr(p.rows.v[1].detail, "Refused on 1970-01-02: No access."));
	assert_non_null(strstr(p.rows.v[1].cell[9], "1970-01-02"));
	pickrows_done(&p);
	ask.now += 40 * 86400;          /* so old an answer says nothing */
	pickrows_make(&p, &ask);
	assert_false(p.rows.v[1].dim);
	pickrows_done(&p);
	remember_done(&r);
	model_list_done(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_ones_come_first_then_claude_and_what_needs_a_profile_is_folded),
		cmocka_unit_test(one_that_no_profile_leads_to_stays_in_sight),
		cmocka_unit_test(recent_ones_lead_and_what_calls_taught_shows),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
