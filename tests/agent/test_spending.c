/* test_spending.c - prices, budgets, cold caches, and what goes to another model. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "agent/failover.h"
#include "agent/spending.h"
#include "agent/warmth.h"
#include "model/price.h"

#define OPUS   "global.anthropic.claude-opus-4-6-v1"
#define US_OPUS "us.anthropic.claude-opus-4-6-v1"
#define HAIKU  "us.anthropic.claude-haiku-4-5-20251001-v1:0"
#define UNKNOWN "acme.model-v1:0"

static void
served_with(struct usage *u, const char *tier)
{
	snprintf(u->tier, sizeof u->tier, "%s", tier);
}

static bool
about(double a, double b)
{
	return a - b < 1e-9 && b - a < 1e-9;
}

/* ---- prices --------------------------------------------------------------- */

static void
tier_and_geography_are_in_a_price_and_the_unknown_stays_unknown(void **state)
{
	(void)state;
	struct usage u = { .known = true, .input = 1000000, .output = 100000, .cache_read = 1000000,
		.cache_write = 200000, .cache_write_1h = 100000 };
	/* 5 + 2.5 + 0.5 + 0.625 + 1 (an hour costs twice the input) */
	assert_true(about(price_usage(&u, OPUS, NULL), 9.625));
	assert_true(about(price_usage(&u, US_OPUS, NULL), 10.5875));
	assert_true(about(price_usage(&u, OPUS, "default"), 9.625));
	assert_true(about(price_usage(&u, OPUS, "flex"), 4.8125));
	assert_true(price_usage(&u, OPUS, "priority") < 0);
	assert_true(price_usage(&u, OPUS, "reserved") < 0);
	assert_true(price_usage(&u, OPUS, "of tomorrow") < 0);
	assert_true(price_usage(&u, UNKNOWN, NULL) < 0);
	/* What the service says it did counts, not what was asked for. */
	served_with(&u, "default");
	assert_true(about(price_usage(&u, OPUS, "priority"), 9.625));
	price_configure(0.25, 2);
	served_with(&u, "priority");
	assert_true(about(price_usage(&u, OPUS, NULL), 19.25));
	price_configure(0.5, -1);
}

/* ---- the limit -------------------------------------------------------------- */

static void
a_budget_ends_a_reply_and_then_refuses_the_next(void **state)
{
	(void)state;
	struct spending s = { .limit = 0.01 };
	struct spending_reply r;
	struct err err = { 0 };
	assert_int_equal(spending_begin(&s, &r, OPUS, NULL, 1000, &err), 0);
	/* 25 a million tokens of four bytes: 1,600 bytes are a cent. */
	assert_int_equal(spending_grow(&s, &r, 1000, &err), 0);
	assert_int_equal(spending_grow(&s, &r, 1600, &err), -1);
	assert_int_equal(err.code, ERR_BUDGET);
	spending_end(&s, &r, -1);
	assert_true(about(s.running, 0));
	assert_true(s.spent > 0.01);
	assert_int_equal(spending_begin(&s, &r, OPUS, NULL, 10, &err), -1);
	assert_int_equal(err.code, ERR_BUDGET);
}

static void
agents_that_run_at_once_share_a_budget(void **state)
{
	(void)state;
	struct spending s = { .limit = 0.01 };
	struct spending_reply a, b;
	struct err err = { 0 };
	assert_int_equal(spending_begin(&s, &a, OPUS, NULL, 0, &err), 0);
	assert_int_equal(spending_begin(&s, &b, OPUS, NULL, 0, &err), 0);
	assert_int_equal(spending_grow(&s, &a, 900, &err), 0);
	assert_int_equal(spending_grow(&s, &b, 900, &err), -1);
	/* The true figure was smaller than the estimate. */
	spending_end(&s, &a, 0.001);
	assert_int_equal(spending_grow(&s, &b, 900, &err), 0);
	spending_end(&s, &b, 0);
	assert_true(about(s.spent, 0.001));
	assert_true(about(s.running, 0));
}

static void
what_cannot_be_priced_cannot_be_budgeted(void **state)
{
	(void)state;
	struct spending s = { .limit = 1 }, none = { 0 };
	struct spending_reply r;
	struct err err = { 0 };
	assert_int_equal(spending_begin(&s, &r, UNKNOWN, NULL, 0, &err), -1);
	assert_int_equal(spending_begin(&s, &r, OPUS, "priority", 0, &err), -1);
	assert_int_equal(spending_begin(&s, &r, OPUS, NULL, 1000000000, &err), -1);
	/* What an ARN hides is asked for before the request leaves; nobody knew it after all. */
	static const char arn[] = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1";
	assert_int_equal(spending_begin(&s, &r, arn, NULL, 0, &err), 0);
	assert_int_equal(spending_grow(&s, &r, 1, &err), -1);
	assert_int_equal(spending_begin(&none, &r, UNKNOWN, NULL, 0, &err), 0);
	assert_int_equal(spending_begin(NULL, &r, UNKNOWN, NULL, 0, &err), 0);
}

/* ---- caches that went cold ------------------------------------------------------ */

static void
a_large_cache_is_lost_with_time_or_with_the_model(void **state)
{
	(void)state;
	struct warmth w = { 0 };
	struct warmth_loss lost;
	struct usage u = { .known = true, .cache_read = 90000, .cache_write = 10000 };
	assert_int_equal(warmth_left(&w, 1000), -1);
	warmth_take(&w, US_OPUS, &u, 1000, false);
	assert_int_equal(warmth_left(&w, 1000), 300);
	assert_false(warmth_lost(&w, US_OPUS, NULL, 1299, &lost));
	assert_true(warmth_lost(&w, US_OPUS, NULL, 1300, &lost));
	assert_int_equal(lost.tokens, 100000);
	assert_false(lost.other_model);
	assert_true(about(lost.cost, 0.6875));          /* 6.875 a million */
	assert_true(warmth_lost(&w, HAIKU, NULL, 1001, &lost));
	assert_true(lost.other_model);
	assert_true(warmth_lost(&w, UNKNOWN, NULL, 1001, &lost));
	assert_true(lost.cost < 0);
	warmth_take(&w, US_OPUS, &u, 1000, true);
	assert_false(warmth_lost(&w, US_OPUS, NULL, 4599, &lost));
	assert_true(warmth_lost(&w, US_OPUS, NULL, 4600, &lost));
	assert_true(about(lost.cost, 1.1));             /* twice 5.5 a million */
	u = (struct usage){ .known = true, .cache_write = WARMTH_LARGE - 1 };
	warmth_take(&w, US_OPUS, &u, 1000, false);
	assert_false(warmth_lost(&w, US_OPUS, NULL, 9999, &lost));
	warmth_done(&w);
}

/* ---- to another model -------------------------------------------------------------- */

static void
every_kind_of_failure_goes_or_stays(void **state)
{
	(void)state;
	static const struct {
		enum err_code		 code;
		enum failure_kind	 kind;
		bool			 credentials, shown;
		const char		*next, *reason;
		bool			 goes;
	} rows[] = {
		{ ERR_UNAVAILABLE, FAILURE_THROTTLED, false, false, HAIKU, "throttled", true },
		{ ERR_UNAVAILABLE, FAILURE_UNAVAILABLE, false, false, HAIKU, "unavailable", true },
		{ ERR_DENIED, FAILURE_ACCESS, false, false, HAIKU, "no-access", true },
		{ ERR_DENIED, FAILURE_NOT_FOUND, false, false, HAIKU, "not-found", true },
		{ ERR_DENIED, FAILURE_END_OF_LIFE, false, false, HAIKU, "end-of-life", true },
		{ ERR_UNAVAILABLE, FAILURE_THROTTLED, false, true, HAIKU, "answer-begun", false },
		{ ERR_CREDENTIALS, FAILURE_ACCESS, false, false, HAIKU, "credentials", false },
		{ ERR_DENIED, FAILURE_ACCESS, true, false, HAIKU, "credentials", false },
		{ ERR_CANCELLED, FAILURE_UNAVAILABLE, false, false, HAIKU, "cancelled", false },
		{ ERR_BUDGET, FAILURE_OTHER, false, false, HAIKU, "budget", false },
		{ ERR_FAILED, FAILURE_OTHER, false, false, HAIKU, "request", false },
		{ ERR_USAGE, FAILURE_OTHER, false, false, HAIKU, "request", false },
		{ ERR_NETWORK, FAILURE_OTHER, false, false, HAIKU, "network", false },
		{ ERR_NETWORK, FAILURE_OTHER, false, false, "my-proxy/gpt", "network", true },
		{ ERR_NETWORK, FAILURE_OTHER, false, false, NULL, "network", false },
		{ ERR_NETWORK, FAILURE_OTHER, false, false,
		    "arn:aws:bedrock:us-east-1:1:application-inference-profile/x", "network", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct call_end end = { .err.code = rows[i].code, .failure.kind = rows[i].kind,
			.failure.credentials = rows[i].credentials, .failure.retry = RETRY_THROTTLED };
		struct failover_why why = failover_judge(&end, rows[i].shown, OPUS, rows[i].next);
		if (strcmp(why.reason, rows[i].reason) != 0 || why.goes != rows[i].goes)
			fail_msg("row %zu: %s, %s", i, why.reason, why.goes ? "goes" : "stays");
		if (why.goes)
			assert_true(why.rest_ms > 0);
	}
}

static void
what_failed_rests_until_it_is_wanted(void **state)
{
	(void)state;
	struct agent_quirks all = { 0 };
	struct failover_why why = { "no-access", true, 60000 }, over = { "throttled", true, 0 };
	const char *reason = NULL;
	assert_true(failover_resting(&all, OPUS, NULL) == 0);
	failover_rest(&all, OPUS, &why);
	int64_t left = failover_resting(&all, OPUS, &reason);
	assert_true(left > 0 && left <= 60000);
	assert_string_equal(reason, "no-access");
	assert_true(failover_resting(&all, HAIKU, NULL) == 0);
	failover_wake(&all, OPUS);
	assert_true(failover_resting(&all, OPUS, NULL) == 0);
	failover_rest(&all, OPUS, &over);
	assert_true(failover_resting(&all, OPUS, NULL) == 0);
	agent_quirks_done(&all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tier_and_geography_are_in_a_price_and_the_unknown_stays_unknown),
		cmocka_unit_test(a_budget_ends_a_reply_and_then_refuses_the_next),
		cmocka_unit_test(agents_that_run_at_once_share_a_budget),
		cmocka_unit_test(what_cannot_be_priced_cannot_be_budgeted),
		cmocka_unit_test(a_large_cache_is_lost_with_time_or_with_the_model),
		cmocka_unit_test(every_kind_of_failure_goes_or_stays),
		cmocka_unit_test(what_failed_rests_until_it_is_wanted),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
