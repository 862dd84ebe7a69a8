/*
 * openai-failure.c - the errors of OpenAI-compatible endpoints: a table, as in failure.c.
 *
 * Each sentence names the endpoint as the configuration does, and where it is.
 * Nothing here advises about AWS: what is behind a proxy is the proxy's business.
 */
#include "config.h"

#include <stdlib.h>

#include "base/i18n.h"
#include "base/str.h"
#include "model/failure-inside.h"
#include "model/openai.h"

static failure_learn_fn learn_limit, learn_room, learn_window, learn_limit_name, learn_thoughts;

enum { REDIRECTED = 300 };              /* whatever the exact status is */

static const struct failure_row rows[] = {
	/* ---- too much, too often ---- */
	{ STOP, .err = ERR_UNAVAILABLE, .flags = OTHER,
	    .codes = "insufficient_quota|billing_hard_limit_reached|insufficient_balance",
	    .sentence = N_("The credit or quota at {provider} ({host}) is used up: {text}"),
	    .advice = N_("Top it up there, or choose another model with /models.") },
	{ STOP, .err = ERR_UNAVAILABLE, .flags = OTHER,
	    .texts = "exceeded your current quota|insufficient balance|insufficient credit|"
		"budget has been exceeded",
	    .sentence = N_("The credit or quota at {provider} ({host}) is used up: {text}"),
	    .advice = N_("Top it up there, or choose another model with /models.") },
	{ STOP, .status = 402, .err = ERR_UNAVAILABLE, .flags = OTHER,
	    .sentence = N_("The credit or quota at {provider} ({host}) is used up: {text}"),
	    .advice = N_("Top it up there, or choose another model with /models.") },
	{ .class = RETRY_THROTTLED, .retry = AS_CLASSIFIED, .err = ERR_UNAVAILABLE, .flags = OTHER,
	    .sentence = N_("{provider} ({host}) takes no more requests for now: {text}"),
	    .advice = N_("Try again in a while, or choose another model with /models.") },
	{ .class = ANY, .retry = RETRY_THROTTLED, .err = ERR_UNAVAILABLE, .flags = OTHER,
	    .codes = "rate_limit_exceeded|rate_limit_error|tokens|requests",
	    .sentence = N_("{provider} ({host}) takes no more requests for now: {text}"),
	    .advice = N_("Try again in a while, or choose another model with /models.") },
	{ .class = ANY, .retry = RETRY_TRANSIENT, .status = 529, .err = ERR_UNAVAILABLE,
	    .flags = OTHER,
	    .sentence = N_("{provider} ({host}) is overloaded: {text}"),
	    .advice = N_("Try again in a while, or choose another model with /models.") },
	{ .class = ANY, .retry = RETRY_NOT_READY, .err = ERR_UNAVAILABLE, .flags = OTHER,
	    .texts = "loading model|model is loading|currently loading",
	    .sentence = N_("{provider} ({host}) is loading {model}."),
	    .advice = N_("Try again in a while.") },

	/* ---- identity ---- */
	{ STOP, .who = BEARER, .status = 401, .err = ERR_CREDENTIALS,
	    .sentence = N_("{provider} ({host}) refused the API key."),
	    .advice = N_("Check models.providers.{provider}.apiKey in the configuration, and the "
		"variable that it names.") },
	{ STOP, .status = 401, .err = ERR_CREDENTIALS,
	    .sentence = N_("{provider} ({host}) wants an API key, and none is set."),
	    .advice = N_("Set models.providers.{provider}.apiKey in the configuration, best as "
		"the name of a variable: \"${VARIABLE}\".") },

	{ STOP, .status = REDIRECTED, .err = ERR_NETWORK,
	    .sentence = N_("{provider} ({host}) sends adit on to another address. adit does not "
		"follow, so that the API key goes nowhere else."),
	    .advice = N_("If that is right, put the final address into "
		"models.providers.{provider}.baseUrl.") },

	/* ---- overflow ---- */
	{ STOP, .err = ERR_FAILED, .fix = FIX_MAX_TOKENS, .learn = learn_room,
	    .texts = "maximum context length&in the completion",
	    .sentence = N_("The conversation and the answer asked for do not fit into the window "
		"of {model} together."),
	    .advice = N_("Ask for a shorter answer with --max-tokens, or start a new "
		"conversation with /new.") },
	{ STOP, .err = ERR_FAILED, .flags = OVERFLOWS, .learn = learn_window,
	    .codes = "context_length_exceeded|exceed_context_size_error",
	    .sentence = N_("The conversation is too long for the window of {model}."),
	    .advice = N_("Start a new one with /new, or choose a model with a larger window with "
		"/models.") },
	{ STOP, .err = ERR_FAILED, .flags = OVERFLOWS, .learn = learn_window,
	    .texts = "maximum context length|context length exceeded|context size|"
		"contextwindowexceeded|prompt is too long|input is too long|"
		"context window&exceed|exceeds the context window|too many input tokens",
	    .sentence = N_("The conversation is too long for the window of {model}."),
	    .advice = N_("Start a new one with /new, or choose a model with a larger window with "
		"/models.") },
	{ STOP, .status = 413, .err = ERR_FAILED, .flags = OVERFLOWS,
	    .sentence = N_("The request is too large for {provider} ({host})."),
	    .advice = N_("Send fewer or smaller images and documents, or start a new "
		"conversation with /new.") },

	/* ---- what sending again with a change may mend ---- */
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_MAX_TOKENS, .learn = learn_limit,
	    .texts = "max_tokens&at most|max_completion_tokens&at most|max_tokens is too large|"
		"maximum allowed number of output tokens|max_tokens&less than or equal to",
	    .sentence = N_("{model} does not give out so many tokens at once: {text}"),
	    .advice = N_("Ask for fewer with --max-tokens.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_LIMIT_NAME,
	    .learn = learn_limit_name,
	    .texts = "max_completion_tokens|max_tokens&not support|max_tokens&unsupported|"
		"max_tokens&unrecognized|max_tokens&not permitted",
	    .sentence = N_("{provider} ({host}) does not take the output limit: {text}"),
	    .advice = N_("Leave maxTokens and --max-tokens out for this model.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_USAGE, TEACHES(no_usage),
	    .texts = "stream_options|include_usage",
	    .sentence = N_("{provider} ({host}) does not say what was used while it streams: "
		"{text}") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_SAMPLING, TEACHES(no_sampling),
	    .texts = "temperature&not support|temperature&unsupported|temperature&deprecated|"
		"temperature&cannot both|temperature&only the default|top_p&not support|"
		"top_p&unsupported|top_p&deprecated|top_p&cannot both",
	    .sentence = N_("{model} does not accept temperature or top_p as they were sent: "
		"{text}"),
	    .advice = N_("Take them out of the configuration of this model.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_THOUGHTS, .learn = learn_thoughts,
	    .texts = "reasoning_content&missing|reasoning_content&must be|reasoning_content&required|"
		"reasoning_content&pass",
	    .sentence = N_("{model} wants its earlier thoughts with the results of tools: {text}"),
	    .advice = N_("Begin a new conversation with /new, or switch thinking off with /effort none.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_THINKING, TEACHES(no_thinking),
	    .texts = "reasoning_effort|reasoning.effort|thinking&not support|"
		"reasoning&not support",
	    .sentence = N_("{model} cannot be asked to think like this: {text}"),
	    .advice = N_("Switch thinking off with /effort none.") },
	{ STOP, .who = TIER, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_TIER,
	    TEACHES(no_tier), .texts = "service_tier|service tier",
	    .sentence = N_("{provider} ({host}) does not have this service tier: {text}"),
	    .advice = N_("Leave serviceTier out for this model.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_TOOLS, TEACHES(no_tools),
	    .texts = "not support tool|n't support tool|tool use is not supported|"
		"not support function|tool choice requires|tools&not support|"
		"tools param requires",
	    .sentence = N_("{model} does not take tools at {provider} ({host}): {text}"),
	    .advice = N_("Use it with --no-tools.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_SYSTEM, TEACHES(no_system),
	    .texts = "system role not supported|not support system|system&role&not support|"
		"developer instruction is not enabled",
	    .sentence = N_("{model} does not take a system prompt."),
	    .advice = N_("Leave it out with --system \"\".") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_NOT_STREAMING,
	    TEACHES(no_stream),
	    .texts = "not support streaming|n't support streaming|streaming is not supported|"
		"must be verified to stream",
	    .sentence = N_("{model} does not stream its answers."),
	    .advice = N_("Choose another model with /models.") },

	/* ---- which model ---- */
	{ STOP, .err = ERR_DENIED, .flags = OTHER,
	    .codes = "model_not_found|model_not_exist|deploymentnotfound",
	    .sentence = N_("{provider} ({host}) has no model {model}."),
	    .advice = N_("The id may be misspelt, or the key may not use it; the server's list is "
		"at /models below its address.") },
	{ STOP, .err = ERR_DENIED, .flags = OTHER,
	    .texts = "model&not found|model&does not exist|model&not exist|unknown model|"
		"no such model|invalid model|not a valid model|model&not available",
	    .sentence = N_("{provider} ({host}) has no model {model}."),
	    .advice = N_("The id may be misspelt, or the key may not use it; the server's list is "
		"at /models below its address.") },

	/* ---- by status ---- */
	{ STOP, .status = 403, .err = ERR_DENIED, .flags = OTHER,
	    .sentence = N_("{provider} ({host}) does not allow it: {text}"),
	    .advice = N_("Check what the API key may do, and whether it may use {model}.") },
	{ STOP, .status = 404, .err = ERR_DENIED, .flags = OTHER,
	    .sentence = N_("There is nothing at this address of {provider} ({host}): {text}"),
	    .advice = N_("Check models.providers.{provider}.baseUrl in the configuration: it "
		"usually ends in /v1.") },
	{ STOP, .status = 405, .err = ERR_DENIED, .flags = OTHER,
	    .sentence = N_("There is nothing at this address of {provider} ({host}): {text}"),
	    .advice = N_("Check models.providers.{provider}.baseUrl in the configuration: it "
		"usually ends in /v1.") },
	{ STOP, .status = 407, .err = ERR_NETWORK,
	    .sentence = N_("The proxy wants a user name and a password."),
	    .advice = N_("Put them into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT.") },
	{ ROW, .status = 408, .err = ERR_UNAVAILABLE, .flags = OTHER,
	    .sentence = N_("{provider} ({host}) did not answer in time."),
	    .advice = N_("Try again.") },
	{ ROW, .status = 502, .err = ERR_UNAVAILABLE, .flags = OTHER,
	    .sentence = N_("{provider} ({host}) could not reach what is behind it (502): {text}"),
	    .advice = N_("Try again.") },
	{ ROW, .status = 503, .err = ERR_UNAVAILABLE, .flags = OTHER,
	    .sentence = N_("{provider} ({host}) is not available at the moment (503): {text}"),
	    .advice = N_("Try again.") },
	{ ROW, .status = 504, .err = ERR_UNAVAILABLE, .flags = OTHER,
	    .sentence = N_("{provider} ({host}) got no answer in time from what is behind it "
		"(504)."),
	    .advice = N_("Try again.") },
	{ .class = RETRY_TRANSIENT, .retry = AS_CLASSIFIED, .err = ERR_UNAVAILABLE, .flags = OTHER,
	    .sentence = N_("{provider} ({host}) had an error of its own ({status}): {text}"),
	    .advice = N_("Try again.") },
	{ STOP, .status = 400, .err = ERR_FAILED, .flags = OTHER,
	    .sentence = N_("{provider} ({host}) refused the request: {text}") },
	{ STOP, .status = 422, .err = ERR_FAILED, .flags = OTHER,
	    .sentence = N_("{provider} ({host}) refused the request: {text}") },
	{ ROW, .err = ERR_FAILED, .flags = OTHER,
	    .sentence = N_("{provider} ({host}) answered with an error ({status}): {text}") },
};

/* ---- what it teaches --------------------------------------------------------- */

/* "This model supports at most 16384 completion tokens", "100000 > 64000, which is …". */
static void
learn_limit(const struct failure_case *c, struct failure *out, struct model_quirks *q)
{
	static const char *const marks[] = { "at most", ">", "less than or equal to" };
	long n = 0;
	for (size_t i = 0; n == 0 && i < sizeof marks / sizeof *marks; i++)
		n = failure_number_after(c->text, marks[i]);
	if (n == 0)
		out->fix = FIX_NONE;    /* nothing to go by */
	else
		q->max_tokens = n;
}

/* "maximum context length is 4096 tokens. However, you requested 5000 tokens (1000 in the
 * messages, 4000 in the completion)": what the messages leave is the answer's. */
static void
learn_room(const struct failure_case *c, struct failure *out, struct model_quirks *q)
{
	long window = failure_number_after(c->text, "maximum context length");
	long input = failure_number_after(c->text, "(");
	failure_leave_room(out, q, window, input, (struct failure_room){ .margin = 16, .worth = 256 });
}

static void
learn_window(const struct failure_case *c, struct failure *out, struct model_quirks *q)
{
	static const char *const marks[] = { "maximum context length", "context size (", ">" };
	(void)out;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		long n = failure_number_after(c->text, marks[i]);
		if (n > 0) {
			q->context = n;
			return;
		}
	}
}

static void
learn_limit_name(const struct failure_case *c, struct failure *out, struct model_quirks *q)
{
	(void)c, (void)out;
	q->other_limit = !q->other_limit;
}

static void
learn_thoughts(const struct failure_case *c, struct failure *out, struct model_quirks *q)
{
	(void)c;
	if (q->wants_thoughts)
		out->fix = FIX_NONE;    /* it has them already */
	q->wants_thoughts = true;
}

/* ---- which status ---------------------------------------------------------------- */

/* In a stream, where the status was 200, the code says what it would have been. */
static const struct {
	const char	*code;
	int		 status;
} in_stream[] = {
	{ "invalid_request_error", 400 },
	{ "authentication_error", 401 },
	{ "invalid_api_key", 401 },
	{ "permission_error", 403 },
	{ "not_found_error", 404 },
	{ "rate_limit_error", 429 },
	{ "rate_limit_exceeded", 429 },
	{ "overloaded_error", 529 },
};

/* The code as a number; 0 = it is none. */
static int
number_of(const char *code)
{
	char *end;
	long n = code != NULL ? strtol(code, &end, 10) : 0;
	return code != NULL && *end == '\0' && n >= 400 && n <= 599 ? (int)n : 0;
}

static int
status_in(const char *code)
{
	int n = number_of(code);
	for (size_t i = 0; n == 0 && i < sizeof in_stream / sizeof *in_stream; i++)
		if (str_same_nocase(in_stream[i].code, code))
			n = in_stream[i].status;
	return n != 0 ? n : 500;
}

void
openai_failure(struct failure *out, const struct failure_facts *given, struct model_quirks *quirks)
{
	struct failure_facts facts = *given;
	if (facts.status == 0)
		facts.status = status_in(facts.code);
	else if (facts.status / 100 == 3)
		facts.status = REDIRECTED;
	if (number_of(facts.code) != 0)
		facts.code = NULL;      /* it says no more than the status does */
	failure_explain_by(rows, out, &facts, quirks);
}
