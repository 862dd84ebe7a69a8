#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "model/failure.h"

#define N(a) (sizeof(a) / sizeof *(a))
#define V "ValidationException"
#define WRAP "The model returned the following errors: "

static struct failure
explain(int status, const char *code, const char *message, struct model_quirks *q)
{
	struct failure_facts f = { .status = status, .code = code, .message = message,
		.model = "anthropic.claude-opus-4-7", .region = "eu-west-1" };
	struct failure out;
	failure_explain(&out, &f, q);
	assert_string_not_equal(out.err.text, "");
	assert_null(strchr(out.err.text, '{'));
	assert_null(strchr(out.advice, '{'));
	return out;
}

/* Each known text of the service: what it is taken for. */
static const struct {
	int			 status;
	const char		*code, *message;
	enum err_code		 err;
	enum retry_class	 retry;
	enum failure_fix	 fix;
	char			 flags[5];      /* o overflow, c credentials, m another model, p
						 * profile */
	const char		*says;          /* a piece of the sentence or of the advice */
} rows[] = {
	/* throttling, which sounds like overflow */
	{ 429, "ThrottlingException", "Too many tokens, please wait before trying "
	    "again.", ERR_UNAVAILABLE, RETRY_THROTTLED, FIX_NONE, "m", "tokens per minute" },
	{ 400, V, "Too many tokens, please wait before trying again.", ERR_UNAVAILABLE,
	    RETRY_THROTTLED, FIX_NONE, "m", "tokens per minute" },
	{ 0, "throttlingException", "Too many tokens, please wait before trying "
	    "again.", ERR_UNAVAILABLE, RETRY_THROTTLED, FIX_NONE, "m", "tokens per minute" },
	{ 429, "ThrottlingException", "Too many tokens per day, please wait before trying "
	    "again.", ERR_UNAVAILABLE, RETRY_NEVER, FIX_NONE, "m", "daily" },
	{ 429, "ThrottlingException", "Too many requests, please wait before trying "
	    "again.", ERR_UNAVAILABLE, RETRY_THROTTLED, FIX_NONE, "m", "requests per minute" },
	{ 429, NULL, "prompt is too long: 9 tokens > 8 maximum", ERR_UNAVAILABLE, RETRY_THROTTLED,
	    FIX_NONE, "m", "Throttled" },
	{ 429, "ModelNotReadyException", "Model is not ready for inference.", ERR_UNAVAILABLE,
	    RETRY_NOT_READY, FIX_NONE, "m", "being loaded" },
	{ 503, "ServiceUnavailableException", "Bedrock is unable to process your "
	    "request.", ERR_UNAVAILABLE, RETRY_TRANSIENT, FIX_NONE, "m", "no capacity" },
	{ 503, "ServiceUnavailableException", "Too many connections, please wait before trying "
	    "again.", ERR_UNAVAILABLE, RETRY_TRANSIENT, FIX_NONE, "m", "no capacity" },
	/* overflow */
	{ 400, V, WRAP "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: 285744 tokens > 200000 maximum\"}}", ERR_FAILED, RETRY_NEVER, FIX_NONE, "o", "too long" },
	{ 400, V, "Input is too long for requested model.", ERR_FAILED, RETRY_NEVER, FIX_NONE, "o",
	    "too long" },
	{ 0, "validationException", "Input Tokens Exceeded: …", ERR_FAILED, RETRY_NEVER, FIX_NONE,
	    "o", "too long" },
	{ 413, NULL, "", ERR_FAILED, RETRY_NEVER, FIX_NONE, "o", "too large" },
	/* what a change may mend */
	{ 400, V, WRAP "`temperature` is deprecated for this model.", ERR_FAILED, RETRY_NEVER,
	    FIX_SAMPLING, "m", "`temperature` is deprecated" },
	{ 400, V, WRAP "`top_p` is deprecated for this model.", ERR_FAILED, RETRY_NEVER,
	    FIX_SAMPLING, "m", "top_p" },
	{ 400, V, "`temperature` and `top_p` cannot both be specified for this model. Please use "
	    "only one.", ERR_FAILED, RETRY_NEVER, FIX_SAMPLING, "m", "temperature" },
	{ 400, V, "The maximum tokens you requested exceed the model limit of 4096. Try again with "
	    "a maximum tokens value lower than 4096.", ERR_FAILED, RETRY_NEVER, FIX_MAX_TOKENS, "m",
	    "4096" },
	{ 400, V, "max_tokens: 100000 > 64000, which is the maximum allowed number of output "
	    "tokens for x", ERR_FAILED, RETRY_NEVER, FIX_MAX_TOKENS, "m", "64000" },
	{ 400, V, "\"thinking.type.enabled\" is not supported for this model. Use "
	    "\"thinking.type.adaptive\" and \"output_config.effort\" to control thinking "
	    "behavior.", ERR_FAILED, RETRY_NEVER, FIX_THINKING, "m", "newer form" },
	{ 400, V, "thinking.enabled.budget_tokens: Input should be greater than or equal to "
	    "1024", ERR_FAILED, RETRY_NEVER, FIX_THINKING, "m", "budget_tokens" },
	{ 400, V, "`max_tokens` must be greater than `thinking.budget_tokens`", ERR_FAILED,
	    RETRY_NEVER, FIX_THINKING, "m", "think" },
	{ 400, V, "messages.1.content.0: Invalid `signature` in `thinking` "
	    "block", ERR_FAILED, RETRY_NEVER, FIX_REASONING, "m", "earlier thinking" },
	{ 400, V, "messages.3.content.0.thinking.signature: Field "
	    "required", ERR_FAILED, RETRY_NEVER, FIX_REASONING, "m", "earlier thinking" },
	{ 400, V, "Expected `thinking` or `redacted_thinking`, but found `tool_use`.", ERR_FAILED,
	    RETRY_NEVER, FIX_REASONING, "m", "earlier thinking" },
	{ 400, V, "`thinking` or `redacted_thinking` blocks in the latest assistant message cannot "
	    "be modified", ERR_FAILED, RETRY_NEVER, FIX_REASONING, "m", "earlier thinking" },
	{ 403, "AccessDeniedException", "You invoked an unsupported model or your request did not "
	    "allow prompt caching. See the documentation.", ERR_FAILED, RETRY_NEVER, FIX_CACHE, "m",
	    "caching" },
	{ 400, V, "Malformed input request: #/messages/6/content/0: extraneous key [cachePoint] is "
	    "not permitted", ERR_FAILED, RETRY_NEVER, FIX_CACHE, "m", "caching" },
	{ 400, V, "This model doesn't support tool use.", ERR_FAILED, RETRY_NEVER, FIX_TOOLS, "m",
	    "tools" },
	{ 400, V, "This model doesn\xe2\x80\x99t support tool use in streaming "
	    "mode.", ERR_FAILED, RETRY_NEVER, FIX_NOT_STREAMING, "m", "streams" },
	{ 400, V, "This model doesn't support system messages. Try again without a system "
	    "message.", ERR_FAILED, RETRY_NEVER, FIX_SYSTEM, "m", "system" },
	{ 400, V, "The model is not supported for streaming", ERR_FAILED, RETRY_NEVER,
	    FIX_NOT_STREAMING, "m", "stream" },
	/* model, access */
	{ 400, V, "Invocation of model ID anthropic.claude-opus-4-7 with on-demand throughput "
	    "isn\xe2\x80\x99t supported. Retry your request with the ID or ARN of an inference "
	    "profile that contains this model.", ERR_DENIED, RETRY_NEVER, FIX_NONE, "mp",
	    "eu.anthropic.claude-opus-4-7 or global.anthropic.claude-opus-4-7" },
	{ 400, V, "The provided model identifier is invalid.", ERR_DENIED, RETRY_NEVER, FIX_NONE,
	    "m", "in eu-west-1" },
	{ 403, "AccessDeniedException", "You don't have access to the model with the specified "
	    "model ID.", ERR_DENIED, RETRY_NEVER, FIX_NONE, "m", "No access" },
	{ 403, "AccessDeniedException", "Model access is denied due to IAM user or service role is "
	    "not authorized to perform the required AWS Marketplace actions "
	    "(aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to "
	    "this model.", ERR_DENIED, RETRY_NEVER, FIX_NONE, "m", "Marketplace" },
	{ 404, "ResourceNotFoundException", "Model use case details have not been submitted for "
	    "this account. Fill out the form.", ERR_DENIED, RETRY_NEVER, FIX_NONE, "m", "form" },
	{ 403, "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform: "
	    "bedrock:InvokeModelWithResponseStream on resource: "
	    "arn:aws:bedrock:eu-west-1::foundation-model/y because no identity-based policy allows "
	    "the action", ERR_DENIED, RETRY_NEVER, FIX_NONE, "m",
	    "bedrock:InvokeModelWithResponseStream on "
	    "arn:aws:bedrock:eu-west-1::foundation-model/y." },
	{ 403, "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform: "
	    "bedrock:InvokeModel on resource: arn:aws:bedrock:::foundation-model/y with an "
	    "explicit deny in a service control policy", ERR_DENIED, RETRY_NEVER, FIX_NONE, "m",
	    "organisation" },
	{ 404, "ResourceNotFoundException", "This model version has reached the end of its life. "
	    "Please refer to the AWS documentation.", ERR_DENIED, RETRY_NEVER, FIX_NONE, "m",
	    "end of its life" },
	{ 404, "ResourceNotFoundException", "Could not find it.", ERR_DENIED, RETRY_NEVER, FIX_NONE,
	    "m", "not found" },
	/* identity */
	{ 403, "AccessDeniedException", "Authentication failed: Please make sure your API Key is "
	    "valid.", ERR_CREDENTIALS, RETRY_NEVER, FIX_NONE, "c", "AWS_BEARER_TOKEN_BEDROCK" },
	{ 403, "AccessDeniedException", "Invalid API Key format: Must start with pre-defined "
	    "prefix", ERR_CREDENTIALS, RETRY_NEVER, FIX_NONE, "c", "AWS_BEARER_TOKEN_BEDROCK" },
	{ 403, "ExpiredTokenException", "The security token included in the request is "
	    "expired", ERR_CREDENTIALS, RETRY_NEVER, FIX_NONE, "c", "expired" },
	{ 403, "UnrecognizedClientException", "The security token included in the request is "
	    "invalid.", ERR_CREDENTIALS, RETRY_NEVER, FIX_NONE, "c", "does not know" },
	{ 403, "InvalidSignatureException", "The request signature we calculated does not "
	    "match", ERR_CREDENTIALS, RETRY_NEVER, FIX_NONE, "c", "signature" },
	{ 403, "RequestTimeTooSkewed", "", ERR_CREDENTIALS, RETRY_NEVER, FIX_NONE, "", "clock" },
	{ 403, "MissingAuthenticationTokenException", "Missing Authentication Token",
	    ERR_CREDENTIALS, RETRY_NEVER, FIX_NONE, "", "proxy" },
	/* the conversation's form */
	{ 400, V, "The text field in the ContentBlock object at messages.0.content.0 is blank. Add "
	    "text to the text field, and try again.", ERR_FAILED, RETRY_NEVER, FIX_NONE, "m",
	    "form of this conversation" },
	{ 400, V, "A conversation must start with a user message. Try "
	    "again.", ERR_FAILED, RETRY_NEVER, FIX_NONE, "m", "form of this conversation" },
	{ 400, V, "The toolConfig field must be defined when using toolUse and toolResult content "
	    "blocks.", ERR_FAILED, RETRY_NEVER, FIX_NONE, "m", "form of this conversation" },
	{ 400, V, "Expected toolResult blocks at messages.2.content for the following Ids: "
	    "x", ERR_FAILED, RETRY_NEVER, FIX_NONE, "m", "form of this conversation" },
	/* by name and status */
	{ 400, V, "Something is wrong with it.", ERR_FAILED, RETRY_NEVER, FIX_NONE, "m",
	    "Something is wrong with it." },
	{ 0, "validationException", "Something else.", ERR_FAILED, RETRY_NEVER, FIX_NONE, "m",
	    "Something else." },
	{ 400, "ServiceQuotaExceededException", "Too much.", ERR_UNAVAILABLE, RETRY_NEVER, FIX_NONE,
	    "m", "Too much." },
	{ 403, "AccessDeniedException", "No.", ERR_DENIED, RETRY_NEVER, FIX_NONE, "m", "No." },
	{ 408, "ModelTimeoutException", "", ERR_UNAVAILABLE, RETRY_TRANSIENT, FIX_NONE, "m",
	    "in time" },
	{ 424, "ModelErrorException", "It fell over.", ERR_UNAVAILABLE, RETRY_ONCE, FIX_NONE, "m",
	    "It fell over." },
	{ 0, "modelStreamErrorException", "It fell over.", ERR_UNAVAILABLE, RETRY_TRANSIENT,
	    FIX_NONE, "m", "It fell over." },
	{ 500, "InternalServerException", "Oops.", ERR_UNAVAILABLE, RETRY_TRANSIENT, FIX_NONE, "m",
	    "Oops." },
	{ 0, "internalServerException", "Oops.", ERR_UNAVAILABLE, RETRY_TRANSIENT, FIX_NONE, "m",
	    "Oops." },
	{ 0, "serviceUnavailableException", "", ERR_UNAVAILABLE, RETRY_TRANSIENT, FIX_NONE, "m",
	    "no capacity" },
	{ 502, NULL, NULL, ERR_UNAVAILABLE, RETRY_TRANSIENT, FIX_NONE, "m", "502" },
	{ 504, NULL, NULL, ERR_UNAVAILABLE, RETRY_TRANSIENT, FIX_NONE, "m", "504" },
	{ 407, NULL, NULL, ERR_NETWORK, RETRY_NEVER, FIX_NONE, "", "HTTPS_PROXY" },
	{ 403, NULL, "", ERR_DENIED, RETRY_NEVER, FIX_NONE, "m", "Not allowed" },
	{ 418, "TeapotException", "Short and stout.", ERR_FAILED, RETRY_NEVER, FIX_NONE, "m",
	    "TeapotException, 418): Short and stout." },
};

static void
every_known_text_is_taken_for_what_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct failure f = explain(rows[i].status, rows[i].code, rows[i].message, NULL);
		char flags[5] = "", all[1024];
		snprintf(flags, sizeof flags, "%s%s%s%s", f.overflow ? "o" : "", f.credentials ?
		    "c" : "",
		    f.try_other_model ? "m" : "", f.needs_profile ? "p" : "");
		snprintf(all, sizeof all, "%s %s", f.err.text, f.advice);
		if (f.err.code != rows[i].err || f.retry != rows[i].retry || f.fix != rows[i].fix ||
		    strcmp(flags, rows[i].flags) != 0 || strstr(all, rows[i].says) == NULL)
			fail_msg("row %zu (%s): err %d retry %d fix %d flags %s: %s", i,
			    rows[i].message != NULL ? rows[i].message : "", f.err.code, f.retry,
			    f.fix, flags, all);
	}
}

static void
what_an_answer_teaches_is_remembered(void **state)
{
	(void)state;
	struct model_quirks q = { 0 };
	explain(400, V, "`temperature` is deprecated for this model.", &q);
	assert_true(q.no_sampling);
	explain(400, V, "The maximum tokens you requested exceed the model limit of 4096. Try "
	    "again with a maximum tokens value lower than 4096.", &q);
	assert_int_equal(q.max_tokens, 4096);
	explain(400, V, "max_tokens: 100000 > 64000, which is the maximum allowed number of output "
	    "tokens for x", &q);
	assert_int_equal(q.max_tokens, 64000);
	explain(400, V, "prompt is too long: 285744 tokens > 200,000 maximum", &q);
	assert_int_equal(q.context, 200000);
	explain(400, V, "\"thinking.type.enabled\" is not supported for this model. Use "
	    "\"thinking.type.adaptive\"", &q);
	assert_true(q.adaptive_thinking);
	assert_false(q.no_thinking);
	explain(400, V, "thinking.enabled.budget_tokens: Input should be greater than or equal to "
	    "1024", &q);
	assert_true(q.no_thinking);
	explain(403, "AccessDeniedException", "… did not allow prompt caching.", &q);
	assert_true(q.no_cache);
	explain(400, V, "This model doesn't support tool use in streaming mode.", &q);
	assert_true(q.no_stream);
	assert_false(q.no_tools);
	explain(400, V, "This model doesn't support tool use.", &q);
	assert_true(q.no_tools);
	explain(400, V, "This model doesn't support system messages.", &q);
	assert_true(q.no_system);
	assert_false(q.no_tier);
}

static void
an_answer_that_would_not_fit_is_made_shorter_or_the_conversation_is_too_long(void **state)
{
	(void)state;
	struct model_quirks q = { 0 };
	struct failure f = explain(400, V, "input length and `max_tokens` exceed context limit: "
	    "190000 + 32000 > 200000, decrease input length", &q);
	assert_int_equal(f.fix, FIX_MAX_TOKENS);
	assert_int_equal(f.max_tokens, 200000 - 190000 - 256);
	assert_int_equal(q.context, 200000);
	assert_int_equal(q.max_tokens, 0);      /* that is this request's, not the model's */
	assert_false(f.overflow);
	f = explain(400, V, "input length and `max_tokens` exceed context limit: 199500 + 32000 > "
	    "200000", &q);
	assert_int_equal(f.fix, FIX_NONE);
	assert_int_equal(f.max_tokens, 0);
	assert_true(f.overflow);
	f = explain(400, V, "The maximum tokens you requested exceed what is allowed.", &q);
	assert_int_equal(f.fix, FIX_NONE);      /* no number to go by */
}

static void
a_wrong_model_id_may_be_a_wrong_tier(void **state)
{
	(void)state;
	struct failure_facts facts = { .status = 400, .code = V, .message = "The provided model "
	    "identifier is invalid.",
		.model = "m", .region = "r", .tier = true };
	struct model_quirks q = { 0 };
	struct failure f;
	failure_explain(&f, &facts, &q);
	assert_int_equal(f.fix, FIX_TIER);
	assert_true(q.no_tier);
}

static void
a_refused_bearer_token_is_called_by_its_name(void **state)
{
	(void)state;
	struct failure_facts facts = { .status = 403, .code = "UnrecognizedClientException",
	    .message = "x", .bearer = true };
	struct failure f;
	failure_explain(&f, &facts, NULL);
	assert_int_equal(f.err.code, ERR_CREDENTIALS);
	assert_non_null(strstr(f.err.text, "AWS_BEARER_TOKEN_BEDROCK"));
	facts.bearer = false;
	failure_explain(&f, &facts, NULL);
	assert_null(strstr(f.err.text, "AWS_BEARER_TOKEN_BEDROCK"));
}

static void
the_profiles_named_fit_the_region(void **state)
{
	(void)state;
	static const char *const cases[][3] = {
		{ "us-west-2", "anthropic.claude-opus-4-7", "us.anthropic.claude-opus-4-7 or "
		    "global." },
		{ "ap-northeast-1", "anthropic.claude-opus-4-7", "jp.anthropic.claude-opus-4-7 or "
		    "global." },
		{ "ap-southeast-1", "anthropic.claude-opus-4-7", "apac.anthropic.claude-opus-4-7 "
		    "or global." },
		{ "us-gov-west-1", "anthropic.claude-opus-4-7",
		    "Use us-gov.anthropic.claude-opus-4-7," },
		{ "me-central-1", "anthropic.claude-opus-4-7",
		    "Use global.anthropic.claude-opus-4-7," },
		{ "us-east-1", "us.anthropic.claude-opus-4-7", "an inference profile" },
	};
	for (size_t i = 0; i < N(cases); i++) {
		struct failure_facts facts = { .status = 400, .code = V, .region = cases[i][0],
		    .model = cases[i][1],
			.message = "with on-demand throughput isn't supported" };
		struct failure f;
		failure_explain(&f, &facts, NULL);
		if (strstr(f.advice, cases[i][2]) == NULL)
			fail_msg("%s: %s", cases[i][0], f.advice);
	}
}

static void
hostile_texts_stay_in_one_line_and_in_bounds(void **state)
{
	(void)state;
	char huge[8000];
	memset(huge, 'x', sizeof huge);
	huge[sizeof huge - 1] = '\0';
	struct failure f = explain(400, V, huge, NULL);
	assert_true(strlen(f.err.text) < sizeof f.err.text);
	f = explain(400, V, "a\nb\x1b[2J\x7f", NULL);
	assert_non_null(strstr(f.err.text, "a b [2J"));
	f = explain(400, V, "exceed context limit: 99999999999999999999 + 1 > "
	    "99999999999999999999", NULL);
	f = explain(0, NULL, NULL, NULL);
	struct failure_facts nothing = { 0 };
	failure_explain(&f, &nothing, NULL);
	assert_string_not_equal(f.err.text, "");
	nothing.message = "{model} {oops {text";
	nothing.status = 400;
	nothing.code = V;
	failure_explain(&f, &nothing, NULL);
	assert_non_null(strstr(f.err.text, "{model} {oops {text"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_known_text_is_taken_for_what_it_is),
		cmocka_unit_test(what_an_answer_teaches_is_remembered),
		cmocka_unit_test(an_answer_that_would_not_fit_is_made_shorter_or_the_conversation_is_too_long),
		cmocka_unit_test(a_wrong_model_id_may_be_a_wrong_tier),
		cmocka_unit_test(a_refused_bearer_token_is_called_by_its_name),
		cmocka_unit_test(the_profiles_named_fit_the_region),
		cmocka_unit_test(hostile_texts_stay_in_one_line_and_in_bounds),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
