/*
 * converse.c - see converse.h. Shapes: service model bedrock-runtime 2023-09-30.
 *
 * A member is left out rather than sent empty, and nothing is sent that nobody
 * asked for: there is no default temperature. What a model does not take is
 * known from its family (family.h) or learned from its answers (model_quirks).
 */
#include "config.h"

#include "model/converse.h"

#include <stdlib.h>
#include <string.h>

#include "aws/aws.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/catalogue.h"
#include "model/family.h"
#include "model/normalise.h"

/* budget_tokens may not be smaller, and this much is left for the answer at least. */
enum { BUDGET_MIN = 1024, ANSWER_MIN = 1024, ANSWER_USUAL = 16384 };

/* ---- words ---------------------------------------------------------------- */

static const char *const efforts[EFFORTS] = { "none", "minimal", "low", "medium", "high", "xhigh",
	"max" };

const char *
effort_name(enum effort e)
{
	return e < EFFORTS ? efforts[e] : efforts[EFFORT_NONE];
}

int
effort_named(const char *word)
{
	for (int i = 0; i < EFFORTS; i++)
		if (str_same_nocase(efforts[i], word))
			return i;
	return -1;
}

bool
converse_is_tier(const char *word)
{
	static const char *const tiers[] = { "default", "priority", "flex", "reserved" };
	for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++)
		if (strcmp(tiers[i], word) == 0)
			return true;
	return false;
}

void
converse_path(struct buf *b, const char *model, bool stream)
{
	buf_puts(b, "/model/");
	aws_path_segment(b, model);
	buf_puts(b, stream ? "/converse-stream" : "/converse");
}

/* ---- the plan: what of the wishes this model gets -------------------------- */

struct plan {
	const struct converse_ask	*ask;
	struct family			 family;
	struct model_quirks		 quirks;
	struct conversation		 messages;      /* normalised; done by plan_done() */
	struct json_object		*extra;         /* the caller's own fields; NULL = none */
	char				*tools;         /* the array, trimmed; NULL = none */
	bool				 has_system, long_cache;
	unsigned			 places;        /* of cache points: FAMILY_CACHE_… */
	bool				 lets_nova_decide;      /* on limit and sampling */
	enum thinking			 thinking;
	long				 budget, max_tokens;
	size_t				 cached[2];     /* messages with a cache point */
	size_t				 n_cached;
};

static const char *
base_of(const struct converse_ask *a)
{
	return a->base_model != NULL ? a->base_model : a->model;
}

static enum thinking
thinking_form(const struct plan *p)
{
	enum thinking form = family_thinking(&p->family);
	if (p->quirks.no_thinking || p->ask->params.effort == EFFORT_NONE)
		return THINKING_NONE;
	return form == THINKING_BUDGET && p->quirks.adaptive_thinking ? THINKING_ADAPTIVE : form;
}

/* The most the model gives out, as learned, as given or from the table; 0 = not known. */
static long
output_limit(const struct plan *p)
{
	if (p->quirks.max_tokens > 0)
		return p->quirks.max_tokens;
	if (p->ask->max_output > 0)
		return p->ask->max_output;
	const struct model_facts *facts = catalogue_facts(base_of(p->ask));
	return facts != NULL ? facts->max_output : 0;
}

/*
 * The budget comes out of max_tokens, so that grows by it, up to the model's
 * limit; then the budget shrinks. Without room for any the model does not think.
 */
static void
plan_budget(struct plan *p)
{
	long limit = output_limit(p), budget = family_budget(p->ask->params.effort);
	long all = p->max_tokens == 0 ? budget + ANSWER_USUAL : p->max_tokens;
	if (all < budget + ANSWER_MIN)
		all = budget + ANSWER_MIN;
	if (limit > 0 && all > limit)
		all = limit;
	if (budget > all - ANSWER_MIN)
		budget = all - ANSWER_MIN;
	if (budget < BUDGET_MIN) {
		p->thinking = THINKING_NONE;
		return;
	}
	p->budget = budget;
	p->max_tokens = all;
}

static void
plan_limits(struct plan *p)
{
	p->max_tokens = p->ask->params.max_tokens;
	if (p->quirks.max_tokens > 0 && p->max_tokens > p->quirks.max_tokens)
		p->max_tokens = p->quirks.max_tokens;
	if (p->thinking == THINKING_BUDGET)
		plan_budget(p);
	p->lets_nova_decide = p->thinking == THINKING_NOVA &&
	    str_same(family_effort(&p->family, p->ask->params.effort), "high");
	if (p->lets_nova_decide)
		p->max_tokens = 0;
}

/* Points of an hour must stand before those of five minutes, and tools come first of all. */
static bool
tools_bring_short_point(const struct plan *p)
{
	return p->tools != NULL && strstr(p->tools, "\"cachePoint\"") != NULL &&
	    strstr(p->tools, "\"1h\"") == NULL;
}

static bool
takes_point(const struct plan *p, const struct message *m)
{
	unsigned need = FAMILY_CACHE_MESSAGES;
	for (size_t i = 0; i < m->parts.n; i++)
		if (m->parts.v[i].kind == PART_TOOL_RESULT)
			need |= FAMILY_CACHE_RESULTS;
	return (p->places & need) == need;
}

/*
 * Two cache points in the messages: the last user message, and the user
 * message before it. In a long tool loop the service's look-back of about 20
 * blocks would otherwise miss what is cached.
 */
static void
plan_cache(struct plan *p)
{
	p->places = p->quirks.no_cache ? 0 : family_cache(&p->family, p->ask->params.cache);
	p->long_cache = p->ask->params.cache == CACHE_LONG &&
	    family_takes_long_cache(&p->family) && !tools_bring_short_point(p);
	for (size_t i = p->messages.n; i-- > 0 && p->n_cached < 2;)
		if (p->messages.v[i]->role == MESSAGE_USER && takes_point(p, p->messages.v[i]))
			p->cached[p->n_cached++] = i;
}

static void
plan_messages(struct plan *p)
{
	struct normalise_rules rules = { .model = p->ask->model, .base_model = p->ask->base_model,
		.has_tools = p->tools != NULL,
		.has_thinking = p->thinking != THINKING_NONE || family_always_thinks(&p->family) };
	conversation_done(&p->messages);
	normalise(&p->messages, p->ask->conversation, &rules);
}

/* A budget may not begin in the middle of a tool loop: it does from the next question on. */
static void
wait_with_budget(struct plan *p)
{
	if (p->thinking != THINKING_BUDGET || !normalise_mid_loop_unthought(&p->messages))
		return;
	p->thinking = THINKING_NONE;
	plan_limits(p);
	plan_messages(p);
}

static bool
is_array(const char *s)
{
	size_t n = strlen(s);
	return n >= 2 && s[0] == '[' && s[n - 1] == ']';
}

static int
plan_tools(struct plan *p, struct err *err)
{
	if (str_blank(p->ask->tools) || p->quirks.no_tools || !family_takes_tools(&p->family))
		return 0;
	p->tools = str_trim(p->ask->tools);
	if (!is_array(p->tools))
		return err_set(err, ERR_CONFIG, _("The list of tools is not a JSON array."));
	/* The service refuses an empty list. */
	if (p->tools[1 + strspn(p->tools + 1, " \t\r\n")] == ']') {
		free(p->tools);
		p->tools = NULL;
	}
	return 0;
}

static int
parse_extra(struct plan *p, struct err *err)
{
	const char *text = p->ask->params.extra_fields;
	if (str_blank(text))
		return 0;
	struct err why = { 0 };
	p->extra = json_parse(text, strlen(text), &why);
	if (json_object_is_type(p->extra, json_type_object))
		return 0;
	return err_set(err, ERR_CONFIG,
	    _("The additional request fields are not a JSON object. %s"), why.text);
}

static void
plan_done(struct plan *p)
{
	conversation_done(&p->messages);
	free(p->tools);
	json_free(p->extra);
}

static int
plan_make(struct plan *p, const struct converse_ask *ask, struct err *err)
{
	*p = (struct plan){ .ask = ask, .family = family_of(base_of(ask)) };
	if (ask->quirks != NULL)
		p->quirks = *ask->quirks;
	if (plan_tools(p, err) < 0 || parse_extra(p, err) < 0)
		return -1;
	p->has_system = !str_blank(ask->system) && !p->quirks.no_system &&
	    family_takes_system(&p->family);
	p->thinking = thinking_form(p);
	plan_limits(p);
	plan_messages(p);
	wait_with_budget(p);
	plan_cache(p);
	if (p->messages.n == 0)
		return err_set(
		    err, ERR_USAGE, _("There is nothing to send: the message is empty."));
	return 0;
}

/* ---- content blocks -------------------------------------------------------- */

static void
open_item(struct buf *b)
{
	json_put_comma(b);
	buf_putc(b, '{');
}

static void
open_object(struct buf *b, const char *key)
{
	json_put_key(b, key);
	buf_putc(b, '{');
}

static void
put_cache_point(struct buf *b, const struct plan *p)
{
	open_item(b);
	open_object(b, "cachePoint");
	json_put_member(b, "type", "default");
	if (p->long_cache)
		json_put_member(b, "ttl", "1h");
	buf_puts(b, "}}");
}

static void
put_text(struct buf *b, const char *s, size_t n)
{
	open_item(b);
	json_put_member_n(b, "text", s, n);
	buf_putc(b, '}');
}

/* Byte for byte as it came: the signature covers the text. */
static void
put_reasoning(struct buf *b, const struct part *part)
{
	open_item(b);
	open_object(b, "reasoningContent");
	if (part->kind == PART_REDACTED) {
		json_put_member_n(b, "redactedContent", part->text, part->len);
	} else {
		open_object(b, "reasoningText");
		json_put_member_n(b, "text", part->text, part->len);
		if (part->signature != NULL)
			json_put_member(b, "signature", part->signature);
		buf_putc(b, '}');
	}
	buf_puts(b, "}}");
}

static bool
is_object(const char *s, size_t n)
{
	struct json_object *o = json_parse(s, n, NULL);
	bool yes = json_object_is_type(o, json_type_object);
	json_free(o);
	return yes;
}

static void
put_tool_use(struct buf *b, const struct part *part)
{
	open_item(b);
	open_object(b, "toolUse");
	json_put_member(b, "toolUseId", part->id);
	json_put_member(b, "name", part->name);
	json_put_key(b, "input");
	if (is_object(part->text, part->len))
		buf_add(b, part->text, part->len);
	else
		buf_puts(b, "{}");
	buf_puts(b, "}}");
}

/* A family without `status` reads of the failure in the text. */
static void
put_tool_result(struct buf *b, const struct plan *p, const struct part *part)
{
	struct buf text = { 0 };
	bool status = family_takes_status(&p->family);
	if (part->failed && !status)
		buf_puts(&text, "Error: ");
	buf_add(&text, part->text, part->len);
	open_item(b);
	open_object(b, "toolResult");
	json_put_member(b, "toolUseId", part->id);
	json_put_key(b, "content");
	buf_putc(b, '[');
	put_text(b, text.s, text.len);
	buf_putc(b, ']');
	if (status)
		json_put_member(b, "status", part->failed ? "error" : "success");
	buf_puts(b, "}}");
	buf_done(&text);
}

/* Image, document, video, audio: format, a document's name, bytes as base64. */
static void
put_media(struct buf *b, const char *key, const struct part *part)
{
	const char *format = part->format != NULL ? part->format : "";
	open_item(b);
	open_object(b, key);
	json_put_member(b, "format", strcmp(format, "jpg") == 0 ? "jpeg" : format);
	if (part->kind == PART_DOCUMENT)
		json_put_member(b, "name", part->name);
	open_object(b, "source");
	json_put_member_n(b, "bytes", part->text, part->len);
	buf_puts(b, "}}}");
}

static void
put_part(struct buf *b, const struct plan *p, const struct part *part)
{
	switch (part->kind) {
	case PART_TEXT:
		put_text(b, part->text, part->len);
		break;
	case PART_REASONING:
	case PART_REDACTED:
		put_reasoning(b, part);
		break;
	case PART_TOOL_USE:
		put_tool_use(b, part);
		break;
	case PART_TOOL_RESULT:
		put_tool_result(b, p, part);
		break;
	case PART_IMAGE:
		put_media(b, "image", part);
		break;
	case PART_DOCUMENT:
		put_media(b, "document", part);
		break;
	case PART_VIDEO:
		put_media(b, "video", part);
		break;
	case PART_AUDIO:
		put_media(b, "audio", part);
		break;
	case PART_CITATIONS:            /* text by now */
		break;
	}
}

/* ---- the body's members ----------------------------------------------------- */

static void
put_system(struct buf *b, const struct plan *p)
{
	if (!p->has_system)
		return;
	json_put_key(b, "system");
	buf_putc(b, '[');
	put_text(b, p->ask->system, strlen(p->ask->system));
	if (p->places & FAMILY_CACHE_SYSTEM)
		put_cache_point(b, p);
	buf_putc(b, ']');
}

static bool
ends_in_cache_point(const struct plan *p, size_t i)
{
	for (size_t k = 0; k < p->n_cached; k++)
		if (p->cached[k] == i)
			return true;
	return false;
}

static void
put_message(struct buf *b, const struct plan *p, size_t i)
{
	const struct message *m = p->messages.v[i];
	open_item(b);
	json_put_member(b, "role", m->role == MESSAGE_USER ? "user" : "assistant");
	json_put_key(b, "content");
	buf_putc(b, '[');
	/* A model without a system prompt gets it at the head of the first message. */
	if (i == 0 && !p->has_system && !str_blank(p->ask->system))
		put_text(b, p->ask->system, strlen(p->ask->system));
	for (size_t k = 0; k < m->parts.n; k++)
		put_part(b, p, &m->parts.v[k]);
	if (ends_in_cache_point(p, i))
		put_cache_point(b, p);
	buf_puts(b, "]}");
}

static void
put_messages(struct buf *b, const struct plan *p)
{
	json_put_key(b, "messages");
	buf_putc(b, '[');
	for (size_t i = 0; i < p->messages.n; i++)
		put_message(b, p, i);
	buf_putc(b, ']');
}

static enum sampling
sampling_of(const struct plan *p)
{
	bool thinks = p->thinking == THINKING_BUDGET || p->thinking == THINKING_ADAPTIVE ||
	    p->lets_nova_decide;
	return thinks || p->quirks.no_sampling ? SAMPLING_NONE : family_sampling(&p->family);
}

static void
put_sampling(struct buf *b, const struct plan *p)
{
	const struct converse_params *a = &p->ask->params;
	enum sampling takes = sampling_of(p);
	bool temperature = a->temperature >= 0 && takes != SAMPLING_NONE;
	bool top_p =
	    a->top_p >= 0 && (takes == SAMPLING_ANY || (takes == SAMPLING_ONE && !temperature));
	if (temperature)
		json_put_num(b, "temperature", a->temperature);
	if (top_p)
		json_put_num(b, "topP", a->top_p);
}

static void
put_inference(struct buf *b, const struct plan *p)
{
	size_t before = b->len;
	open_object(b, "inferenceConfig");
	size_t empty = b->len;
	if (p->max_tokens > 0)
		json_put_int(b, "maxTokens", p->max_tokens);
	put_sampling(b, p);
	json_put_strings(b, "stopSequences", p->ask->params.stop_sequences);
	if (b->len == empty)
		buf_truncate(b, before);
	else
		buf_putc(b, '}');
}

/* The caller's array as it is, with a cache point before its bracket unless it brings its own. */
static void
put_tools(struct buf *b, const struct plan *p)
{
	if (p->tools == NULL)
		return;
	open_object(b, "toolConfig");
	json_put_key(b, "tools");
	buf_add(b, p->tools, strlen(p->tools) - 1);
	if ((p->places & FAMILY_CACHE_TOOLS) != 0 && strstr(p->tools, "\"cachePoint\"") == NULL)
		put_cache_point(b, p);
	buf_puts(b, "]}");
}

static void
put_guardrail(struct buf *b, const struct plan *p)
{
	const struct converse_params *a = &p->ask->params;
	if (str_blank(a->guardrail_id))
		return;
	open_object(b, "guardrailConfig");
	json_put_member(b, "guardrailIdentifier", a->guardrail_id);
	json_put_member(
	    b, "guardrailVersion", a->guardrail_version != NULL ? a->guardrail_version : "DRAFT");
	if (a->guardrail_trace != NULL)
		json_put_member(b, "trace", a->guardrail_trace);
	if (a->guardrail_mode != NULL && !p->ask->whole)
		json_put_member(b, "streamProcessingMode", a->guardrail_mode);
	buf_putc(b, '}');
}

/* {"KEY":{"MEMBER":"VALUE"}}, where there is a value. */
static void
put_choice(struct buf *b, const char *key, const char *member, const char *value)
{
	if (str_blank(value))
		return;
	open_object(b, key);
	json_put_member(b, member, value);
	buf_putc(b, '}');
}

/* Only so many, so long, and of these characters; one that is not would fail the whole request. */
enum { METADATA_MAX = 16, METADATA_LEN = 256 };

static char *
metadata_text(const char *s)
{
	char *text = mem_strndup(s, strnlen(s, METADATA_LEN));
	for (char *c = text; *c != '\0'; c++)
		if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') &&
		    !(*c >= '0' && *c <= '9') && strchr(" :_@$#=/+,-.", *c) == NULL)
			*c = '_';
	return text;
}

static void
put_metadata(struct buf *b, const struct plan *p)
{
	const char *const *pairs = p->ask->params.metadata;
	if (pairs == NULL || pairs[0] == NULL)
		return;
	open_object(b, "requestMetadata");
	for (int n = 0; n < METADATA_MAX && pairs[0] != NULL && pairs[1] != NULL; n++, pairs += 2) {
		char *key = metadata_text(pairs[0]), *value = metadata_text(pairs[1]);
		if (*key != '\0')
			json_put_member(b, key, value);
		free(key);
		free(value);
	}
	buf_putc(b, '}');
}

/* ---- the model's own fields ------------------------------------------------- */

/* In GovCloud `display` is not known yet. */
static bool
is_gov(const char *model)
{
	return str_starts(model, "us-gov.") || str_starts(model, "arn:aws-us-gov:");
}

static void
put_thinking(struct buf *b, const struct plan *p)
{
	const char *effort = family_effort(&p->family, p->ask->params.effort);
	switch (p->thinking) {
	case THINKING_BUDGET:
		buf_printf(
		    b, "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":%ld}", p->budget);
		break;
	case THINKING_ADAPTIVE:
		/* Newer models send no thoughts unless they are asked for. */
		buf_printf(b,
		    "\"thinking\":{\"type\":\"adaptive\"%s},\"output_config\":{\"effort\":\"%s\"}",
		    is_gov(p->ask->model) ? "" : ",\"display\":\"summarized\"", effort);
		break;
	case THINKING_NOVA:
		buf_printf(b,
		    "\"reasoningConfig\":{\"type\":\"enabled\",\"maxReasoningEffort\":\"%s\"}",
		    effort);
		break;
	case THINKING_GPT_OSS:
		buf_printf(b, "\"reasoning_effort\":\"%s\"", effort);
		break;
	case THINKING_NONE:
		break;
	}
}

/* Sampling by the back door is refused like the members proper. */
static bool
is_refused(const struct plan *p, const char *key)
{
	bool sampling = strcmp(key, "top_k") == 0 || strcmp(key, "top_p") == 0 ||
	    strcmp(key, "temperature") == 0;
	return sampling && sampling_of(p) == SAMPLING_NONE;
}

/* The caller's own fields win over what the effort asks for. */
static void
put_extra(struct buf *b, const struct plan *p)
{
	struct buf own = { 0 };
	buf_putc(&own, '{');
	put_thinking(&own, p);
	buf_putc(&own, '}');
	struct json_object *fields = json_parse(own.s, own.len, NULL);
	if (p->extra != NULL) {
		json_object_object_foreach(p->extra, key, value)
			if (!is_refused(p, key))
				json_object_object_add(fields, key, json_object_get(value));
	}
	if (json_object_object_length(fields) > 0) {
		json_put_key(b, "additionalModelRequestFields");
		buf_puts(b, json_object_to_json_string_ext(fields,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	}
	json_free(fields);
	buf_done(&own);
}

int
converse_body(struct buf *b, const struct converse_ask *ask, struct err *err)
{
	struct plan p;
	int rc = plan_make(&p, ask, err);
	if (rc == 0) {
		buf_putc(b, '{');
		put_system(b, &p);
		put_messages(b, &p);
		put_inference(b, &p);
		put_tools(b, &p);
		put_guardrail(b, &p);
		put_extra(b, &p);
		put_metadata(b, &p);
		put_choice(b, "performanceConfig", "latency", ask->params.latency);
		if (!p.quirks.no_tier)
			put_choice(b, "serviceTier", "type", ask->params.service_tier);
		buf_putc(b, '}');
	}
	plan_done(&p);
	return rc;
}

void
converse_normalise(struct conversation *out, const struct conversation *in, const char *base_model,
    bool has_tools)
{
	struct normalise_rules rules = { .model = base_model, .has_tools = has_tools,
		.has_thinking = true };
	normalise(out, in, &rules);
}
