#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/clock.h"
#include "net/retry.h"

static void
status_and_code_decide_the_class(void **state)
{
	(void)state;
	static const struct {
		int			 status;
		const char		*code, *message;
		enum retry_class	 class;
	} rows[] = {
		{ 0, NULL, NULL, RETRY_TRANSIENT },
		{ 200, NULL, NULL, RETRY_NEVER },
		{ 400, "ValidationException", "no", RETRY_NEVER },
		{ 400, "ServiceQuotaExceededException", NULL, RETRY_NEVER },
		{ 400, "ThrottlingException", "Rate exceeded", RETRY_THROTTLED },
		{ 400, "RequestTimeout", NULL, RETRY_TRANSIENT },
		{ 403, "AccessDeniedException", NULL, RETRY_NEVER },
		{ 403, "ExpiredTokenException", NULL, RETRY_NEVER },
		{ 404, "ResourceNotFoundException", NULL, RETRY_NEVER },
		{ 407, NULL, NULL, RETRY_NEVER },
		{ 408, "ModelTimeoutException", NULL, RETRY_TRANSIENT },
		{ 408, NULL, NULL, RETRY_TRANSIENT },
		{ 413, NULL, NULL, RETRY_NEVER },
		{ 424, "ModelErrorException", NULL, RETRY_ONCE },
		{ 424, NULL, NULL, RETRY_ONCE },
		{ 424, "ModelStreamErrorException", NULL, RETRY_TRANSIENT },
		{ 429, NULL, NULL, RETRY_THROTTLED },
		{ 429, "SomethingNew", NULL, RETRY_THROTTLED },
		{ 429, "ThrottlingException", "Too many tokens, please wait", RETRY_THROTTLED },
		{ 429, "ThrottlingException", "Too many tokens per day, please wait", RETRY_NEVER },
		{ 429, "ModelNotReadyException", NULL, RETRY_NOT_READY },
		{ 500, "InternalServerException", NULL, RETRY_TRANSIENT },
		{ 501, NULL, NULL, RETRY_NEVER },
		{ 502, NULL, NULL, RETRY_TRANSIENT },
		{ 503, "ServiceUnavailableException", NULL, RETRY_TRANSIENT },
		{ 503, "SlowDown", NULL, RETRY_THROTTLED },
		{ 504, NULL, NULL, RETRY_TRANSIENT },
		/* exceptions inside a stream that began with 200 */
		{ 200, "throttlingException", NULL, RETRY_THROTTLED },
		{ 200, "internalServerException", NULL, RETRY_TRANSIENT },
		{ 200, "serviceUnavailableException", NULL, RETRY_TRANSIENT },
		{ 200, "modelStreamErrorException", NULL, RETRY_TRANSIENT },
		{ 200, "validationException", NULL, RETRY_NEVER },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum retry_class got =
		    retry_classify(rows[i].status, rows[i].code, rows[i].message);
		if (got != rows[i].class)
			fail_msg("%d %s: class %d", rows[i].status,
			    rows[i].code != NULL ? rows[i].code : "-", (int)got);
	}
}

static void
every_throttling_code_of_the_sdks_is_known(void **state)
{
	(void)state;
	static const char *const codes[] = { "Throttling", "ThrottlingException",
		"ThrottledException", "RequestThrottledException", "RequestThrottled",
		"TooManyRequestsException", "ProvisionedThroughputExceededException",
		"TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
		"LimitExceededException", "SlowDown", "EC2ThrottledException",
		"PriorRequestNotComplete" };
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (retry_classify(400, codes[i], NULL) != RETRY_THROTTLED)
			fail_msg("%s", codes[i]);
}

static void
attempts_follow_the_class_and_the_user(void **state)
{
	(void)state;
	static const struct {
		enum retry_class	class;
		int			unset, one, ten;
	} rows[] = {
		{ RETRY_NEVER, 1, 1, 1 },
		{ RETRY_TRANSIENT, 3, 1, 10 },
		{ RETRY_THROTTLED, 8, 1, 10 },
		{ RETRY_NOT_READY, 5, 1, 10 },
		{ RETRY_ONCE, 2, 1, 2 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(retry_attempts(rows[i].class, 0), rows[i].unset);
		assert_int_equal(retry_attempts(rows[i].class, 1), rows[i].one);
		assert_int_equal(retry_attempts(rows[i].class, 10), rows[i].ten);
	}
}

/* Many draws lie within low..high and fill at least the middle half of it. */
static void
expect_delay(enum retry_class class, int made, int64_t low, int64_t high)
{
	int64_t least = INT64_MAX, most = -1;
	for (int i = 0; i < 400; i++) {
		int64_t ms = retry_delay_ms(class, made, NULL);
		least = ms < least ? ms : least;
		most = ms > most ? ms : most;
	}
	if (least < low || most > high || least > low + (high - low) / 4 ||
	    most < high - (high - low) / 4)
		fail_msg("class %d after %d: %lld..%lld, not %lld..%lld", (int)class, made,
		    (long long)least, (long long)most, (long long)low, (long long)high);
}

static void
delays_double_up_to_their_cap_with_jitter(void **state)
{
	(void)state;
	expect_delay(RETRY_TRANSIENT, 1, 0, 1000);
	expect_delay(RETRY_TRANSIENT, 2, 0, 2000);
	expect_delay(RETRY_TRANSIENT, 5, 0, 16000);
	expect_delay(RETRY_TRANSIENT, 6, 0, 20000);
	expect_delay(RETRY_TRANSIENT, 1000000, 0, 20000);
	expect_delay(RETRY_THROTTLED, 1, 500, 1000);
	expect_delay(RETRY_THROTTLED, 4, 4000, 8000);
	expect_delay(RETRY_THROTTLED, 6, 16000, 32000);
	expect_delay(RETRY_THROTTLED, 7, 30000, 60000);
	expect_delay(RETRY_THROTTLED, 60, 30000, 60000);
	expect_delay(RETRY_ONCE, 1, 0, 1000);
	expect_delay(RETRY_NOT_READY, 1, 4000, 8000);
	expect_delay(RETRY_NOT_READY, 4, 30000, 60000);
}

static void
what_the_service_asks_for_is_the_least(void **state)
{
	(void)state;
	static const struct {
		const char	*name, *value;
		int64_t		 low, high;
	} rows[] = {
		{ "Retry-After", "7", 7000, 7500 },
		{ "retry-after", " 7 ", 7000, 7500 },
		{ "x-amz-retry-after", "2500", 2500, 3000 },
		{ "X-Amz-Retry-After", "10", 500, 1000 },       /* less than the rule's own */
		{ "Retry-After", "0", 500, 1000 },
		{ "Retry-After", "-5", 500, 1000 },
		{ "Retry-After", "soon", 500, 1000 },
		{ "Retry-After", "3x", 500, 1000 },
		{ "Retry-After", "", 500, 1000 },
		{ "Retry-After", "86400", 120000, 120500 },     /* no longer than makes sense */
		{ "Retry-After", "99999999999999999999999", 120000, 120500 },
		{ "x-amz-retry-after", "9223372036854775807", 120000, 120500 },
		{ "Retry-After", "Wed, 21 Oct 2015 07:28:09 GMT", 9000, 9500 },
		{ "Retry-After", "Wed, 21 Oct 2015 07:27:00 GMT", 500, 1000 },  /* past */
		{ "Retry-After", "Wed, 21 Oct 2065 07:27:00 GMT", 120000, 120500 },
	};
	clock_set_wall(1445412480);             /* 2015-10-21 07:28:00 UTC */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_headers hs = { 0 };
		http_headers_add(&hs, rows[i].name, rows[i].value);
		for (int n = 0; n < 20; n++) {
			int64_t ms = retry_delay_ms(RETRY_THROTTLED, 1, &hs);
			if (ms < rows[i].low || ms > rows[i].high)
				fail_msg("%s: %s gives %lld", rows[i].name, rows[i].value,
				    (long long)ms);
		}
		http_headers_done(&hs);
	}
	clock_set_wall(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_and_code_decide_the_class),
		cmocka_unit_test(every_throttling_code_of_the_sdks_is_known),
		cmocka_unit_test(attempts_follow_the_class_and_the_user),
		cmocka_unit_test(delays_double_up_to_their_cap_with_jitter),
		cmocka_unit_test(what_the_service_asks_for_is_the_least),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
