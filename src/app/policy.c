/*
 * policy.c - see policy.h.
 *
 * Two statements: actions on models and profiles, which must be allowed on both
 * (a profile leads to models in several regions), and actions on nothing in particular.
 */
#include "config.h"

#include "app/policy.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

static const char *
partition_of(const char *region)
{
	static const struct {
		const char	*begins, *partition;
	} rows[] = { { "cn-", "aws-cn" }, { "us-gov-", "aws-us-gov" }, { "us-iso-", "aws-iso" }, { "us-isob-", "aws-iso-b" },
		{ "eu-isoe-", "aws-iso-e" }, { "us-isof-", "aws-iso-f" }, { "eusc-", "aws-eusc" } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_starts(region, rows[i].begins))
			return rows[i].partition;
	return "aws";
}

static bool
is_on_models(const char *action)
{
	static const char *const actions[] = { "bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream",
		"bedrock:CountTokens", "bedrock:GetInferenceProfile" };
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (strcmp(actions[i], action) == 0)
			return true;
	return false;
}

/* Each once. False when there is none. */
static bool
put_actions(struct buf *b, const struct probe *calls, size_t n, bool on_models)
{
	bool any = false;
	for (size_t i = 0; i < n; i++) {
		if (calls[i].state != PROBE_DENIED || is_on_models(calls[i].action) != on_models)
			continue;
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again = again || (calls[k].state == PROBE_DENIED && strcmp(calls[k].action, calls[i].action) == 0);
		if (again)
			continue;
		buf_puts(b, any ? ",\n        " : "\n        ");
		json_put_string(b, calls[i].action, strlen(calls[i].action));
		any = true;
	}
	return any;
}

static void
put_resources(struct buf *b, const char *region, const char *account)
{
	const char *partition = partition_of(region);
	account = account != NULL ? account : "*";
	buf_printf(b,
	    "[\n        \"arn:%s:bedrock:*::foundation-model/*\",\n"
	    "        \"arn:%s:bedrock:*:%s:inference-profile/*\",\n"
	    "        \"arn:%s:bedrock:*:%s:application-inference-profile/*\"\n      ]",
	    partition, partition, account, partition, account);
}

static bool
put_statement(struct buf *b, const struct probe *calls, size_t n, bool on_models, const char *region,
    const char *account, bool first)
{
	struct buf actions = { 0 };
	bool any = put_actions(&actions, calls, n, on_models);
	if (any) {
		buf_printf(b, "%s\n    {\n      \"Sid\": \"%s\",\n      \"Effect\": \"Allow\",\n      \"Action\": [%s\n      ],\n"
			      "      \"Resource\": ", first ? "" : ",", on_models ? "AditModels" : "AditLists",
		    buf_str(&actions));
		if (on_models)
			put_resources(b, region, account);
		else
			buf_puts(b, "\"*\"");
		buf_puts(b, "\n    }");
	}
	buf_done(&actions);
	return any;
}

char *
policy_missing(const struct probe *calls, size_t n, const char *region, const char *account)
{
	struct buf b = { 0 };
	buf_puts(&b, "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [");
	bool any = put_statement(&b, calls, n, true, region, account, true);
	any = put_statement(&b, calls, n, false, region, account, !any) || any;
	buf_puts(&b, "\n  ]\n}\n");
	char *text = buf_take(&b, NULL);
	if (any)
		return text;
	free(text);
	return NULL;
}
