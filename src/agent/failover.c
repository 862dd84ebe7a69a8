/* failover.c - see failover.h. */
#include "config.h"

#include "agent/failover.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

/* A quota of a minute comes back within one; access takes an administrator; the end of life is for ever. */
static const struct {
	enum failure_kind	 kind;
	struct failover_why	 why;
} kinds[] = {
	{ FAILURE_THROTTLED, { "throttled", true, MINUTE } },
	{ FAILURE_UNAVAILABLE, { "unavailable", true, 30 * SECOND } },
	{ FAILURE_ACCESS, { "no-access", true, 5 * MINUTE } },
	{ FAILURE_NOT_FOUND, { "not-found", true, HOUR } },
	{ FAILURE_END_OF_LIFE, { "end-of-life", true, HOUR } },
};

/* What stops here, by the code of its error; before the kinds. */
static const struct {
	enum err_code	 code;
	const char	*reason;
} stops[] = {
	{ ERR_CREDENTIALS, "credentials" },
	{ ERR_CANCELLED, "cancelled" },
	{ ERR_BUDGET, "budget" },
	{ ERR_USAGE, "request" },
	{ ERR_CONFIG, "request" },
};

#define N(a) (sizeof(a) / sizeof *(a))

/* "my-proxy" of "my-proxy/ID"; everything else is Bedrock's. Owned by the caller. */
static char *
provider_of(const char *model)
{
	const char *slash = str_starts(model, "arn:") ? NULL : strchr(model, '/');
	return slash != NULL ? mem_strndup(model, (size_t)(slash - model)) : mem_strdup("amazon-bedrock");
}

static bool
is_elsewhere(const char *model, const char *next)
{
	if (next == NULL)
		return false;
	char *a = provider_of(model), *b = provider_of(next);
	bool other = strcmp(a, b) != 0;
	free(a);
	free(b);
	return other;
}

struct failover_why
failover_judge(const struct call_end *end, bool shown, const char *from, const char *next)
{
	for (size_t i = 0; i < N(stops); i++)
		if (end->err.code == stops[i].code)
			return (struct failover_why){ .reason = stops[i].reason };
	if (end->failure.credentials)
		return (struct failover_why){ .reason = "credentials" };
	if (shown)
		return (struct failover_why){ .reason = "answer-begun" };
	/* What cannot be reached can when it is somebody else's. */
	if (end->err.code == ERR_NETWORK || end->err.code == ERR_DATA)
		return (struct failover_why){ "network", is_elsewhere(from, next), 30 * SECOND };
	for (size_t i = 0; i < N(kinds); i++)
		if (end->failure.kind == kinds[i].kind) {
			struct failover_why why = kinds[i].why;
			/* Throttled, and not worth a retry: a day's quota. */
			if (kinds[i].kind == FAILURE_THROTTLED && end->failure.retry == RETRY_NEVER)
				why.rest_ms = HOUR;
			return why;
		}
	return (struct failover_why){ .reason = "request" };
}

void
failover_log(const char *stage, const char *reason, const char *model, int status, const char *next)
{
	struct buf b = { 0 };
	char *provider = provider_of(model);
	buf_putc(&b, '{');
	json_put_member(&b, "stage", stage);
	json_put_member(&b, "reason", reason);
	json_put_member(&b, "provider", provider);
	json_put_member(&b, "model", model);
	if (status > 0)
		json_put_int(&b, "status", status);
	else
		json_put_null(&b, "status");
	if (next != NULL)
		json_put_member(&b, "next", next);
	else
		json_put_null(&b, "next");
	buf_putc(&b, '}');
	log_info("failover %s", buf_str(&b));
	free(provider);
	buf_done(&b);
}

/* ---- resting --------------------------------------------------------------- */

void
failover_rest(struct agent_quirks *all, const char *model, const struct failover_why *why)
{
	struct agent_rest *r = agent_rest_of(all, model);
	r->until = clock_ms() + why->rest_ms;
	r->reason = why->reason;
}

int64_t
failover_resting(struct agent_quirks *all, const char *model, const char **reason)
{
	const struct agent_rest *r = agent_rest_of(all, model);
	int64_t left = r->until - clock_ms();
	if (reason != NULL)
		*reason = r->reason;
	return r->until != 0 && left > 0 ? left : 0;
}

void
failover_wake(struct agent_quirks *all, const char *model)
{
	agent_rest_of(all, model)->until = 0;
}
