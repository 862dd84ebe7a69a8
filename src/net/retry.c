/* retry.c - see retry.h. */
#include "config.h"

#include "net/retry.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/str.h"

/* What a service may ask for with a header, at most: longer is a reason to tell the user, not to
 * wait. */
enum { ASKED_MAX_MS = 120 * 1000 };

/* Delay before attempt n+1: random(from, 1) * min(base * 2^(n-1), cap). */
static const struct rule {
	int	attempts;       /* in all, where the user set nothing */
	int	attempts_max;   /* what the user may raise it to; 0 = anything */
	int	base_ms, cap_ms;
	double	from;
} rules[] = {
	[RETRY_NEVER] = { .attempts = 1, .attempts_max = 1 },
	[RETRY_TRANSIENT] = { .attempts = 3, .base_ms = 1000, .cap_ms = 20000 },
	[RETRY_THROTTLED] = { .attempts = 8, .base_ms = 1000, .cap_ms = 60000, .from = 0.5 },
	/* Loading an imported model takes up to some minutes. */
	[RETRY_NOT_READY] = { .attempts = 5, .base_ms = 8000, .cap_ms = 60000, .from = 0.5 },
	[RETRY_ONCE] = { .attempts = 2, .attempts_max = 2, .base_ms = 1000, .cap_ms = 20000 },
};

/* The error's name decides; in a stream it begins with a small letter and the status is 200. */
static const struct {
	const char		*code;
	enum retry_class	 class;
} codes[] = {
	{ "RequestTimeout", RETRY_TRANSIENT },
	{ "RequestTimeoutException", RETRY_TRANSIENT },
	{ "InternalServerException", RETRY_TRANSIENT },
	{ "InternalServerError", RETRY_TRANSIENT },
	{ "InternalFailure", RETRY_TRANSIENT },
	{ "ServiceUnavailableException", RETRY_TRANSIENT },
	{ "ServiceUnavailable", RETRY_TRANSIENT },
	{ "ModelTimeoutException", RETRY_TRANSIENT },
	{ "ModelStreamErrorException", RETRY_TRANSIENT },
	{ "ModelErrorException", RETRY_ONCE },
	{ "ModelNotReadyException", RETRY_NOT_READY },
	{ "Throttling", RETRY_THROTTLED },
	{ "ThrottlingException", RETRY_THROTTLED },
	{ "ThrottledException", RETRY_THROTTLED },
	{ "RequestThrottledException", RETRY_THROTTLED },
	{ "RequestThrottled", RETRY_THROTTLED },
	{ "TooManyRequestsException", RETRY_THROTTLED },
	{ "ProvisionedThroughputExceededException", RETRY_THROTTLED },
	{ "TransactionInProgressException", RETRY_THROTTLED },
	{ "RequestLimitExceeded", RETRY_THROTTLED },
	{ "BandwidthLimitExceeded", RETRY_THROTTLED },
	{ "LimitExceededException", RETRY_THROTTLED },
	{ "SlowDown", RETRY_THROTTLED },
	{ "EC2ThrottledException", RETRY_THROTTLED },
	{ "PriorRequestNotComplete", RETRY_THROTTLED },
};

/* Where the name says nothing: 0 is a connection that failed. */
static const struct {
	int			status;
	enum retry_class	class;
} statuses[] = {
	{ 0, RETRY_TRANSIENT },
	{ 408, RETRY_TRANSIENT },
	{ 424, RETRY_ONCE },
	{ 429, RETRY_THROTTLED },
	{ 500, RETRY_TRANSIENT },
	{ 502, RETRY_TRANSIENT },
	{ 503, RETRY_TRANSIENT },
	{ 504, RETRY_TRANSIENT },
};

enum retry_class
retry_classify(int status, const char *code, const char *message)
{
	if (message != NULL && str_has_nocase(message, "too many tokens per day"))
		return RETRY_NEVER;     /* a daily quota: waiting a minute is no help */
	for (size_t i = 0; code != NULL && i < sizeof codes / sizeof *codes; i++)
		if (str_same_nocase(code, codes[i].code))
			return codes[i].class;
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (status == statuses[i].status)
			return statuses[i].class;
	return RETRY_NEVER;
}

int
retry_attempts(enum retry_class class, int max_attempts)
{
	const struct rule *r = &rules[class];
	int n = max_attempts > 0 ? max_attempts : r->attempts;
	return r->attempts_max != 0 && n > r->attempts_max ? r->attempts_max : n;
}

/* 0 <= random < 1. Without randomness (never seen) the middle. */
static double
random_part(void)
{
	uint32_t r;
	if (getrandom(&r, sizeof r, 0) != (ssize_t)sizeof r)
		return 0.5;
	return r / 4294967296.0;
}

/* A header's whole number times unit, within 0..ASKED_MAX_MS; -1 when it is none. */
static int64_t
parse_number(const char *s, int64_t unit)
{
	while (*s == ' ' || *s == '\t')
		s++;
	char *end;
	long v = strtol(s, &end, 10);   /* saturates */
	if (*s < '0' || *s > '9' || end[strspn(end, " \t")] != '\0')
		return -1;
	return v > ASKED_MAX_MS / unit ? ASKED_MAX_MS : v * unit;
}

/* What the service asks for, 0 = nothing. Retry-After has seconds or a date (RFC 9110, 10.2.3). */
static int64_t
asked_ms(const struct http_headers *headers)
{
	const char *ms = http_headers_get(headers, "x-amz-retry-after");
	int64_t asked = ms != NULL ? parse_number(ms, 1) : -1;
	if (asked >= 0)
		return asked;
	const char *after = http_headers_get(headers, "Retry-After");
	if (after == NULL)
		return 0;
	asked = parse_number(after, 1000);
	int64_t date = asked < 0 ? clock_parse_http(after) : -1;
	if (date >= 0)
		asked = (date - clock_wall()) * 1000;
	if (asked > ASKED_MAX_MS)
		return ASKED_MAX_MS;
	return asked > 0 ? asked : 0;
}

int64_t
retry_delay_ms(enum retry_class class, int made, const struct http_headers *headers)
{
	const struct rule *r = &rules[class];
	int64_t step = r->base_ms;
	for (int n = 1; n < made && step < r->cap_ms; n++)
		step *= 2;
	if (step > r->cap_ms)
		step = r->cap_ms;
	int64_t delay = (int64_t)((double)step * (r->from + (1 - r->from) * random_part()));
	int64_t asked = headers != NULL ? asked_ms(headers) : 0;
	if (asked <= delay)
		return delay;
	/* Agents that were refused together should not come back in the same moment. */
	return asked + (int64_t)(500 * random_part());
}
