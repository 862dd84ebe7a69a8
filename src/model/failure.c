/*
 * failure.c - see failure.h.
 *
 * One table, read from the top; the first row that fits explains the failure.
 * The service's wording changes and wraps the model's own, so rows look for
 * fragments, never for whole sentences. Texts of throttling come before those
 * of overflow, which are alike ("too many tokens").
 */
#include "config.h"

#include "model/failure-inside.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/catalogue.h"
#include "model/family.h"

#define N(a) (sizeof(a) / sizeof *(a))

static failure_learn_fn learn_limit, learn_room, learn_window;

static const struct failure_row rows[] = {
	/* ---- throttling, before everything that sounds like it ---- */
	{ STOP, .err = ERR_UNAVAILABLE, .kind = FAILURE_THROTTLED, .flags = OTHER,
	    .texts = "too many tokens per day",
	    .sentence = N_("The daily token quota of {model} is used up."),
	    .advice = N_("It starts anew every day. A higher one can be asked for in Service "
		"Quotas; another model has its own.") },
	{ .class = ANY, .retry = RETRY_THROTTLED, .err = ERR_UNAVAILABLE,
	    .kind = FAILURE_THROTTLED, .flags = OTHER,
	    .texts = "too many tokens&wait",
	    .sentence = N_("Throttled by Bedrock (tokens per minute)."),
	    .advice = N_("The quota counts --max-tokens, too: a smaller number lets more "
		"requests through. See Service Quotas for the account's limits.") },
	{ .class = ANY, .retry = RETRY_THROTTLED, .err = ERR_UNAVAILABLE,
	    .kind = FAILURE_THROTTLED, .flags = OTHER,
	    .texts = "too many requests",
	    .sentence = N_("Throttled by Bedrock (requests per minute)."),
	    .advice = N_("See Service Quotas for the account's limits; new accounts start with "
		"very small ones.") },
	{ .class = RETRY_THROTTLED, .retry = AS_CLASSIFIED, .err = ERR_UNAVAILABLE,
	    .kind = FAILURE_THROTTLED, .flags = OTHER,
	    .sentence = N_("Throttled by Bedrock: {text}"),
	    .advice = N_("See Service Quotas for the account's limits; new accounts start with "
		"very small ones.") },

	/* ---- identity: the sentences of a refused signature and of refused keys ---- */
	{ STOP, .err = ERR_CREDENTIALS, .flags = LOGIN,
	    .texts = "authentication failed&api key|invalid api key format",
	    .sentence = N_("The Bedrock API key (AWS_BEARER_TOKEN_BEDROCK) was refused."),
	    .advice = N_("It overrides all other credentials: unset it to use them, or make a "
		"new key.") },
	{ STOP, .who = BEARER, .err = ERR_CREDENTIALS, .flags = LOGIN,
	    .codes = "UnrecognizedClientException|InvalidClientTokenId|ExpiredTokenException|"
		"ExpiredToken|InvalidSignatureException",
	    .sentence = N_("The Bedrock API key (AWS_BEARER_TOKEN_BEDROCK) was refused."),
	    .advice = N_("It overrides all other credentials: unset it to use them, or make a "
		"new key.") },
	{ STOP, .err = ERR_CREDENTIALS, .flags = LOGIN,
	    .codes = "ExpiredTokenException|ExpiredToken",
	    .sentence = N_("The AWS session has expired."),
	    .advice = N_("Sign in again with /login, or export fresh keys.") },
	{ STOP, .err = ERR_CREDENTIALS, .flags = LOGIN,
	    .codes = "UnrecognizedClientException|InvalidClientTokenId",
	    .sentence = N_("AWS does not know this access key: it was deleted, belongs to "
		"another partition, or its session token is missing."),
	    .advice = N_("See which source it comes from with: adit auth status.") },
	{ STOP, .err = ERR_CREDENTIALS,
	    .codes = "RequestTimeTooSkewed|RequestExpired",
	    .sentence = N_("AWS refused the request for its time: the clock of this machine is "
		"wrong."),
	    .advice = N_("Set the clock, best by NTP.") },
	{ STOP, .err = ERR_CREDENTIALS, .flags = LOGIN,
	    .codes = "InvalidSignatureException|SignatureDoesNotMatch",
	    .sentence = N_("AWS refused the signature: the secret key does not belong to the "
		"access key."),
	    .advice = N_("Look for stray spaces or a cut-off end in the secret key, and at the "
		"clock.") },
	{ STOP, .err = ERR_CREDENTIALS,
	    .codes = "MissingAuthenticationTokenException|MissingAuthenticationToken|"
		"IncompleteSignature|IncompleteSignatureException",
	    .sentence = N_("The request arrived at AWS without its signature."),
	    .advice = N_("A proxy on the way removes headers: leave it out with NO_PROXY, or ask "
		"whoever runs it.") },

	/* ---- overflow ---- */
	{ STOP, .err = ERR_FAILED, .fix = FIX_MAX_TOKENS, .learn = learn_room,
	    .texts = "exceed context limit",
	    .sentence = N_("The conversation and the answer asked for do not fit into the window "
		"of {model} together."),
	    .advice = N_("Ask for a shorter answer with --max-tokens, or start a new "
		"conversation with /new.") },
	{ STOP, .err = ERR_FAILED, .flags = OVERFLOWS, .learn = learn_window,
	    .texts = "input is too long for requested model|prompt is too long|"
		"exceeds the maximum number of input tokens|input tokens exceeded|"
		"exceeds the maximum context|maximum context length|context window&exceed|"
		"too many input tokens",
	    .sentence = N_("The conversation is too long for the window of {model}."),
	    .advice = N_("Start a new one with /new, or choose a model with a larger window with "
		"/models.") },

	/* ---- what sending again with a change may mend ---- */
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_SAMPLING, TEACHES(no_sampling),
	    .texts = "temperature&deprecated|temperature&not support|temperature&cannot both|"
		"temperature&unsupported|top_p&deprecated|top_p&not support|top_p&cannot both|"
		"top_p&unsupported|top_k&deprecated|top_k&not support|top_k&unsupported|"
		"temperature&may only be set to 1|topp&not support",
	    .sentence = N_("{model} does not accept temperature, top_p or top_k as they were "
		"sent: {text}"),
	    .advice = N_("Take them out of the configuration of this model.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_MAX_TOKENS, .learn = learn_limit,
	    .texts = "maximum tokens you requested exceed|maximum allowed number of output tokens",
	    .sentence = N_("{model} does not give out so many tokens at once: {text}"),
	    .advice = N_("Ask for fewer with --max-tokens.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_THINKING, TEACHES(adaptive_thinking),
	    .texts = "thinking.type.enabled&not supported",
	    .sentence = N_("{model} wants to be asked for its thinking in the newer form."),
	    .advice = N_("Switch thinking off with /effort none.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_REASONING,
	    .texts = "signature&thinking|signature: field required|expected&redacted_thinking|"
		"expected `thinking`|redacted_thinking&cannot be modified|"
		"reasoning&not supported&content|user messages&reasoningcontent",
	    .sentence = N_("{model} refused the earlier thinking in this conversation: {text}"),
	    .advice = N_("Start a new conversation with /new.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_THINKING, TEACHES(no_thinking),
	    .texts = "budget_tokens|thinking budget|thinking&not support|thinking&disabled|"
		"reasoning_effort&not support|output_config&not|reasoningconfig&not",
	    .sentence = N_("{model} cannot be asked to think like this: {text}"),
	    .advice = N_("Switch thinking off with /effort none.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_CACHE, TEACHES(no_cache),
	    .texts = "did not allow prompt caching|extraneous key [cachepoint]|cachepoint&not",
	    .sentence = N_("{model} does not take prompt caching."),
	    .advice = N_("Switch it off for this model with cacheRetention: \"none\" in the "
		"configuration.") },
	{ STOP,
	    .err = ERR_FAILED, .flags = OTHER, .fix = FIX_NOT_STREAMING, TEACHES(no_stream),
	    .texts = "tool use in streaming mode",
	    .sentence = N_("{model} does not take tools while it streams."),
	    .advice = N_("Use it with --no-tools.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_TOOLS, TEACHES(no_tools),
	    .texts = "n't support tool use|not support tool|tool use is not supported",
	    .sentence = N_("{model} does not take tools."),
	    .advice = N_("Use it with --no-tools.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER, .fix = FIX_SYSTEM, TEACHES(no_system),
	    .texts = "n't support system messages|not support system|system prompt&not support",
	    .sentence = N_("{model} does not take a system prompt."),
	    .advice = N_("Leave it out with --system \"\".") },
	{ STOP,
	    .err = ERR_FAILED, .flags = OTHER, .fix = FIX_NOT_STREAMING, TEACHES(no_stream),
	    .texts = "not supported for streaming|n't support streaming|not support streaming|"
		"streaming is not supported",
	    .sentence = N_("{model} does not stream its answers."),
	    .advice = N_("Choose another model with /models.") },

	/* ---- which model, and whether this identity may use it ---- */
	{ STOP, .err = ERR_DENIED, .kind = FAILURE_NOT_FOUND, .flags = OTHER | PROFILE,
	    .texts = "on-demand throughput&supported",
	    .sentence = N_("{model} cannot be called directly in {region}: it needs an inference "
		"profile."),
	    .advice = N_("Use {profiles}, or choose one with /models.") },
	{ STOP, .who = TIER,
	    .err = ERR_DENIED,
	    .kind = FAILURE_NOT_FOUND, .flags = OTHER | UNKNOWN, .fix = FIX_TIER, TEACHES(no_tier),
	    .texts = "model identifier is invalid",
	    .sentence = N_("There is no model {model} in {region}, or not with the service tier "
		"that was asked for."),
	    .advice = N_("See what can be called here with /models.") },
	{ STOP, .err = ERR_DENIED, .kind = FAILURE_NOT_FOUND, .flags = OTHER | UNKNOWN,
	    .texts = "model identifier is invalid|could not resolve the foundation model",
	    .sentence = N_("There is no model {model} in {region}."),
	    .advice = N_("See what can be called here with /models: the id may be misspelt or "
		"belong to another region.") },
	{ STOP, .err = ERR_DENIED, .kind = FAILURE_ACCESS, .flags = OTHER,
	    .texts = "use case details",
	    .sentence = N_("Anthropic's form about the use of its models has not been filled in "
		"for this account."),
	    .advice = N_("Fill it in once, in the model catalog of the Bedrock console, and try "
		"again after 15 minutes.") },
	{ STOP, .err = ERR_DENIED, .kind = FAILURE_ACCESS, .flags = OTHER,
	    .texts = "aws-marketplace",
	    .sentence = N_("{model} is not subscribed to yet, and this identity may not "
		"subscribe in AWS Marketplace."),
	    .advice = N_("Let an administrator call the model once, or grant "
		"aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions; then wait up "
		"to 15 minutes.") },
	{ STOP, .err = ERR_DENIED, .kind = FAILURE_ACCESS, .flags = OTHER,
	    .texts = "explicit deny&service control policy&on resource: ",
	    .sentence = N_("A policy of the organisation forbids {action} on {resource}."),
	    .advice = N_("It may forbid other regions only: a profile of this geography can work "
		"where a global one does not. See /models.") },
	{ STOP, .err = ERR_DENIED,
	    .texts = "bedrock:applyguardrail&on resource: ",
	    .sentence = N_("Not allowed: {action} on {resource}."),
	    .advice = N_("Without this permission the guardrail cannot be used; see it with "
		"/guardrail.") },
	{ STOP, .err = ERR_DENIED, .kind = FAILURE_ACCESS, .flags = OTHER,
	    .texts = "is not authorized to perform: &on resource: ",
	    .sentence = N_("Not allowed: {action} on {resource}."),
	    .advice = N_("A profile needs the permission on itself and on the model in every "
		"region that it leads to.") },
	{ STOP, .err = ERR_DENIED, .kind = FAILURE_ACCESS, .flags = OTHER,
	    .texts = "have access to the model|access to this model",
	    .sentence = N_("No access to {model} in {region}."),
	    .advice = N_("The identity needs bedrock:InvokeModelWithResponseStream on it, and "
		"the account the model. See: adit doctor.") },
	{ STOP, .err = ERR_DENIED, .kind = FAILURE_END_OF_LIFE, .flags = OTHER,
	    .texts = "end of its life|reached the end of life",
	    .sentence = N_("{model} has reached the end of its life and is switched off."),
	    .advice = N_("Choose its successor with /models.") },

	/* ---- the conversation's shape: adit's own rules should have kept it ---- */
	{ STOP, .err = ERR_FAILED, .flags = OTHER,
	    .texts = "roles must alternate|must start with a user message|"
		"must end with a user message|assistant message prefill|"
		"contentblock object at&blank|text content blocks must|message object at&empty|"
		"toolconfig field must be defined|expected toolresult blocks|without tool_result|"
		"toolresult blocks at&exceeds|tool_result blocks|tool_use ids must be unique|"
		"toolresult cannot be empty",
	    .sentence = N_("The service refused the form of this conversation: {text}"),
	    .advice = N_("This is a fault of adit. Start a new conversation with /new.") },

	/* ---- by name or status ---- */
	{ ROW, .err = ERR_UNAVAILABLE, .kind = FAILURE_UNAVAILABLE, .flags = OTHER,
	    .codes = "ModelNotReadyException",
	    .sentence = N_("{model} is being loaded, which can take some minutes."),
	    .advice = N_("Try again in a while.") },
	{ ROW, .err = ERR_UNAVAILABLE, .kind = FAILURE_UNAVAILABLE, .flags = OTHER,
	    .codes = "ModelTimeoutException",
	    .sentence = N_("{model} did not answer in time."),
	    .advice = N_("Try again, or ask for less at once.") },
	{ ROW, .err = ERR_UNAVAILABLE, .kind = FAILURE_UNAVAILABLE, .flags = OTHER,
	    .codes = "ModelStreamErrorException",
	    .sentence = N_("{model} failed while it was answering: {text}"),
	    .advice = N_("Try again.") },
	{ ROW, .err = ERR_UNAVAILABLE, .kind = FAILURE_UNAVAILABLE, .flags = OTHER,
	    .codes = "ModelErrorException",
	    .sentence = N_("{model} failed: {text}"),
	    .advice = N_("Try again, or choose another model with /models.") },
	{ ROW, .err = ERR_UNAVAILABLE, .kind = FAILURE_UNAVAILABLE, .flags = OTHER,
	    .codes = "ServiceUnavailableException|ServiceUnavailable",
	    .sentence = N_("Bedrock has no capacity for {model} in {region} at the moment."),
	    .advice = N_("A profile that spans regions has more of it; see /models.") },
	{ ROW, .err = ERR_UNAVAILABLE, .kind = FAILURE_UNAVAILABLE, .flags = OTHER,
	    .codes = "InternalServerException|InternalServerError|InternalFailure",
	    .sentence = N_("Bedrock had an internal error: {text}"),
	    .advice = N_("Try again.") },
	{ STOP, .err = ERR_UNAVAILABLE, .kind = FAILURE_THROTTLED, .flags = OTHER,
	    .codes = "ServiceQuotaExceededException",
	    .sentence = N_("A quota of the account is used up: {text}"),
	    .advice = N_("A higher one can be asked for in Service Quotas.") },
	{ STOP, .err = ERR_DENIED, .kind = FAILURE_NOT_FOUND, .flags = OTHER | UNKNOWN,
	    .codes = "ResourceNotFoundException",
	    .sentence = N_("{model} was not found in {region}: {text}"),
	    .advice = N_("See what can be called here with /models.") },
	{ STOP, .who = BEARER, .status = 401, .err = ERR_CREDENTIALS, .flags = LOGIN,
	    .sentence = N_("The Bedrock API key (AWS_BEARER_TOKEN_BEDROCK) was refused."),
	    .advice = N_("It overrides all other credentials: unset it to use them, or make a "
		"new key.") },
	{ STOP, .err = ERR_DENIED, .kind = FAILURE_ACCESS, .flags = OTHER,
	    .codes = "AccessDeniedException|AccessDenied",
	    .sentence = N_("Not allowed to call {model} in {region}: {text}"),
	    .advice = N_("See what is missing with: adit doctor.") },
	{ STOP, .err = ERR_FAILED, .flags = OTHER,
	    .codes = "ValidationException",
	    .sentence = N_("{model} refused the request: {text}") },
	{ STOP, .status = 407, .err = ERR_NETWORK,
	    .sentence = N_("The proxy wants a user name and a password."),
	    .advice = N_("Put them into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT.") },
	{ STOP, .status = 413, .err = ERR_FAILED, .flags = OVERFLOWS,
	    .sentence = N_("The request is too large for the service."),
	    .advice = N_("Send fewer or smaller images and documents, or start a new "
		"conversation with /new.") },
	{ ROW, .status = 408, .err = ERR_UNAVAILABLE, .kind = FAILURE_UNAVAILABLE, .flags = OTHER,
	    .sentence = N_("The service did not answer in time."),
	    .advice = N_("Try again.") },
	{ ROW, .status = 502, .err = ERR_UNAVAILABLE, .kind = FAILURE_UNAVAILABLE, .flags = OTHER,
	    .sentence = N_("A gateway on the way to Bedrock could not reach it (502)."),
	    .advice = N_("Try again.") },
	{ ROW, .status = 504, .err = ERR_UNAVAILABLE, .kind = FAILURE_UNAVAILABLE, .flags = OTHER,
	    .sentence = N_("A gateway on the way to Bedrock got no answer from it in time (504)."),
	    .advice = N_("Try again.") },
	{ ROW, .status = 503, .err = ERR_UNAVAILABLE, .kind = FAILURE_UNAVAILABLE, .flags = OTHER,
	    .sentence = N_("Bedrock has no capacity for {model} in {region} at the moment."),
	    .advice = N_("A profile that spans regions has more of it; see /models.") },
	{ STOP, .status = 401, .err = ERR_CREDENTIALS, .flags = LOGIN,
	    .sentence = N_("The service does not accept the credentials: {text}"),
	    .advice = N_("See which are in use with: adit auth status.") },
	{ STOP, .status = 403, .err = ERR_DENIED, .kind = FAILURE_ACCESS, .flags = OTHER,
	    .sentence = N_("Not allowed to call {model} in {region}: {text}"),
	    .advice = N_("See what is missing with: adit doctor.") },
	{ ROW, .err = ERR_FAILED, .flags = OTHER,
	    .sentence = N_("Bedrock answered with an error ({status}): {text}") },
};

/* ---- the text -------------------------------------------------------------- */

/* Bedrock wraps what a model's own service says: a prefix, then text or
 * {"type":"error","error":{"message":…}}. */
static char *
unwrapped(const char *s)
{
	static const char wrapper[] = "The model returned the following errors:";
	const char *at = strcasestr(s, wrapper);
	const char *inner = at != NULL ? at + strlen(wrapper) : s;
	inner += strspn(inner, " \t\r\n");
	if (*inner != '{')
		return mem_strdup(inner);
	struct json_object *o = json_parse(inner, strlen(inner), NULL);
	const char *text = json_str(json_get(o, "error"), "message", json_str(o, "message", inner));
	char *copy = mem_strdup(text);
	json_free(o);
	return copy;
}

/* One line, with plain apostrophes. Owned by the caller. */
static char *
cleaned(const char *s)
{
	static const char quote[] = "\xe2\x80\x99";
	char *inner = unwrapped(s), *out = mem_alloc(strlen(inner) + 1);
	size_t n = 0;
	for (const char *c = inner; *c != '\0'; c++) {
		bool is_quote = str_starts(c, quote);
		out[n++] = is_quote ? '\'' : (unsigned char)*c < ' ' || *c == 0x7f ? ' ' : *c;
		c += is_quote ? 2 : 0;
	}
	free(inner);
	char *trimmed = str_trim(out);
	free(out);
	return trimmed;
}

long
failure_number_after(const char *s, const char *mark)
{
	const char *at = strcasestr(s, mark);
	if (at == NULL)
		return 0;
	at += strlen(mark);
	at += strcspn(at, "0123456789");
	long v = 0;
	for (; isdigit((unsigned char)*at) || (*at == ',' && isdigit((unsigned char)at[1])); at++)
		if (*at != ',' && v < 1000000000)
			v = v * 10 + (*at - '0');
	return v;
}

void
failure_leave_room(struct failure *out, struct model_quirks *q, long window, long input, struct failure_room room)
{
	if (window > 0)
		q->context = window;
	out->max_tokens = window - input - room.margin;
	if (input == 0 || out->max_tokens < room.worth) {
		out->max_tokens = 0;
		out->fix = FIX_NONE;
		out->overflow = true;
	}
}

/* The word after `mark`, up to a space. Owned by the caller; "?" when it is not there. */
static char *
word_after(const char *s, const char *mark)
{
	const char *at = strcasestr(s, mark);
	if (at == NULL)
		return mem_strdup("?");
	at += strlen(mark);
	size_t n = strcspn(at, " ");
	while (n > 0 && strchr(".,;", at[n - 1]) != NULL)
		n--;
	return mem_strndup(at, n);
}

/* ---- what it teaches ---------------------------------------------------------- */

/* "… exceed the model limit of 4096", "max_tokens: 100000 > 64000, which is …". */
static void
learn_limit(const struct failure_case *f, struct failure *out, struct model_quirks *q)
{
	long n = failure_number_after(f->text, "limit of");
	if (n == 0)
		n = failure_number_after(f->text, ">");
	if (n == 0)
		out->fix = FIX_NONE;    /* nothing to go by */
	else
		q->max_tokens = n;
}

/* "… exceed context limit: 199000 + 8192 > 200000": what is left is the answer's. */
static void
learn_room(const struct failure_case *f, struct failure *out, struct model_quirks *q)
{
	long input = failure_number_after(f->text, "limit:");
	long window = failure_number_after(f->text, ">");
	failure_leave_room(out, q, window, input, (struct failure_room){ .margin = 256, .worth = 1024 });
}

/* "prompt is too long: 285744 tokens > 200000 maximum". */
static void
learn_window(const struct failure_case *f, struct failure *out, struct model_quirks *q)
{
	(void)out;
	long n = failure_number_after(f->text, ">");
	if (n > 0)
		q->context = n;
}

/* ---- which row ------------------------------------------------------------------ */

/* Calls with each piece of s between `mark`s; stops at the first for which the answer is `stop`,
 * and gives that. */
static bool
split(const char *s, char mark, bool stop, bool (*test)(const char *piece, const void *arg),
    const void *arg)
{
	for (;;) {
		const char *end = strchrnul(s, mark);
		char *piece = mem_strndup(s, (size_t)(end - s));
		bool yes = test(piece, arg);
		free(piece);
		if (yes == stop)
			return stop;
		if (*end == '\0')
			return !stop;
		s = end + 1;
	}
}

static bool
is_in(const char *fragment, const void *text)
{
	return str_has_nocase(text, fragment);
}

static bool
all_in(const char *alternative, const void *text)
{
	return split(alternative, '&', false, is_in, text);
}

static bool
is_code(const char *name, const void *code)
{
	return str_same_nocase(name, code);
}

static bool
fits(const struct failure_row *r, const struct failure_case *f)
{
	const struct failure_facts *g = f->given;
	if ((r->who == BEARER && !g->bearer) || (r->who == TIER && !g->tier))
		return false;
	if ((r->status != 0 && r->status != f->status) ||
	    (r->class != ANY && r->class != (int)f->retry))
		return false;
	if (r->codes != NULL && (g->code == NULL || !split(r->codes, '|', true, is_code, g->code)))
		return false;
	return r->texts == NULL || split(r->texts, '|', true, all_in, f->text);
}

/* In a stream the status is 200 and the exception's name says what it would have been. */
static int
status_of(const struct failure_facts *g)
{
	static const struct {
		const char	*code;
		int		 status;
	} in_stream[] = {
		{ "validationException", 400 },
		{ "modelStreamErrorException", 424 },
		{ "throttlingException", 429 },
		{ "internalServerException", 500 },
		{ "serviceUnavailableException", 503 },
	};
	for (size_t i = 0; g->status == 0 && i < N(in_stream); i++)
		if (str_same_nocase(g->code, in_stream[i].code))
			return in_stream[i].status;
	return g->status;
}

/* ---- sentences --------------------------------------------------------------------- */

/* "us.MODEL or global.MODEL": a guess that names what to look for; the list of models is the
 * authority. */
static char *
profiles_of(const struct failure_case *f)
{
	const char *model = f->given->model, *id = model != NULL ? family_id(model) : NULL;
	const char *const *near = catalogue_prefixes(f->given->region);
	if (id == NULL || family_prefix(id) > 0)
		return mem_strdup(_("an inference profile of it"));
	if (near[0] == NULL || strcmp(near[0], "us-gov.") == 0)
		return mem_printf("%s%s", near[0] != NULL ? near[0] : "global.", id);
	/* TRANSLATORS: two ids of the same model, as in "us.MODEL or global.MODEL". */
	return mem_printf(_("%s%s or global.%s"), near[0], id, id);
}

/* The value of a placeholder. Owned by the caller; NULL = there is no such. */
static char *
value_of(const char *name, size_t n, const struct failure_case *f)
{
	const struct failure_facts *g = f->given;
	if (n == 5 && memcmp(name, "model", n) == 0)
		return mem_strdup(g->model != NULL ? g->model : _("the model"));
	if (n == 6 && memcmp(name, "region", n) == 0)
		return mem_strdup(g->region != NULL ? g->region : _("this region"));
	if (n == 4 && memcmp(name, "text", n) == 0)
		return mem_strdup(*f->text != '\0' ? f->text : _("it gave no reason."));
	if (n == 6 && memcmp(name, "action", n) == 0)
		return word_after(f->text, "to perform: ");
	if (n == 8 && memcmp(name, "resource", n) == 0)
		return word_after(f->text, "on resource: ");
	if (n == 8 && memcmp(name, "provider", n) == 0)
		return mem_strdup(g->provider != NULL ? g->provider : "Amazon Bedrock");
	if (n == 4 && memcmp(name, "host", n) == 0)
		return mem_strdup(g->host != NULL ? g->host : "?");
	if (n == 8 && memcmp(name, "profiles", n) == 0)
		return profiles_of(f);
	if (n == 6 && memcmp(name, "status", n) == 0)
		return mem_printf("%s%s%d", g->code != NULL ? g->code : "",
		    g->code != NULL ? ", " : "", f->status);
	return NULL;
}

static char *
filled(const char *sentence, const struct failure_case *f)
{
	struct buf b = { 0 };
	while (*sentence != '\0') {
		size_t n = strcspn(sentence, "{");
		buf_add(&b, sentence, n);
		sentence += n;
		size_t k = strcspn(sentence, "}");
		char *value = *sentence == '{' ? value_of(sentence + 1, k - 1, f) : NULL;
		if (value != NULL)
			buf_puts(&b, value);
		else
			buf_add(&b, sentence, k + (sentence[k] == '}'));
		free(value);
		sentence += k + (sentence[k] == '}');
	}
	return buf_take(&b, NULL);
}

static void
say(struct failure *out, const struct failure_row *r, const struct failure_case *f)
{
	char *sentence = filled(_(r->sentence), f);
	char *advice = r->advice != NULL ? filled(_(r->advice), f) : mem_strdup("");
	err_set(&out->err, r->err, "%s", sentence);
	struct err cut = { 0 };         /* for a clean end, should it be too long */
	err_set(&cut, r->err, "%s", advice);
	snprintf(out->advice, sizeof out->advice, "%s", cut.text);
	free(sentence);
	free(advice);
}

/* Where the row does not say: from the code of its error, if another model may do at all. */
static enum failure_kind
kind_of(const struct failure_row *r, const struct failure_case *f)
{
	if (r->kind != FAILURE_OTHER || (r->flags & OTHER) == 0)
		return r->kind;
	if (r->err == ERR_UNAVAILABLE)
		return f->retry == RETRY_THROTTLED ? FAILURE_THROTTLED : FAILURE_UNAVAILABLE;
	if (r->err == ERR_DENIED)
		return f->status == 404 ? FAILURE_NOT_FOUND : FAILURE_ACCESS;
	return f->status >= 500 ? FAILURE_UNAVAILABLE : FAILURE_OTHER;
}

void
failure_explain(struct failure *out, const struct failure_facts *given, struct model_quirks *quirks)
{
	failure_explain_by(rows, out, given, quirks);
}

void
failure_explain_by(const struct failure_row *r, struct failure *out,
    const struct failure_facts *given, struct model_quirks *quirks)
{
	struct model_quirks scratch = { 0 };
	struct failure_case f = { .given = given, .status = status_of(given),
		.text = cleaned(given->message != NULL ? given->message : "") };
	f.retry = retry_classify(f.status, given->code, f.text);
	while (!fits(r, &f))            /* the last row fits everything */
		r++;
	*out = (struct failure){
		.retry = r->retry == AS_CLASSIFIED ? f.retry : (enum retry_class)r->retry,
		.fix = r->fix,
		.overflow = (r->flags & OVERFLOWS) != 0,
		.credentials = (r->flags & LOGIN) != 0,
		.try_other_model = (r->flags & OTHER) != 0,
		.unknown_model = (r->flags & UNKNOWN) != 0,
		.needs_profile = (r->flags & PROFILE) != 0,
		.kind = kind_of(r, &f),
	};
	struct model_quirks *q = quirks != NULL ? quirks : &scratch;
	if (r->teaches != 0)
		*(bool *)((char *)q + r->teaches - 1) = true;
	if (r->learn != NULL)
		r->learn(&f, out, q);
	say(out, r, &f);
	free(f.text);
}
