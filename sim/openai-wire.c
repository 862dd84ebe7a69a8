/* openai-wire.c - see openai.h: Converse's events and messages as a chat completion. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "converse.h"
#include "errors.h"
#include "openai.h"
#include "steps.h"
#include "whole.h"

static struct json_object *
parse(const char *s, size_t n)
{
	struct json_tokener *t = json_tokener_new();
	struct json_object *o = json_tokener_parse_ex(t, s, (int)n);
	json_tokener_free(t);
	return o;
}

static const char *
json_text(struct json_object *o)
{
	return json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* The reason as these servers call it. */
static const char *
reason_of(const char *ours)
{
	static const struct {
		const char *ours, *theirs;
	} reasons[] = {
		{ "end_turn", "stop" }, { "stop_sequence", "stop" }, { "max_tokens", "length" },
		{ "tool_use", "tool_calls" }, { "content_filtered", "content_filter" },
		{ "guardrail_intervened", "content_filter" }, { "refusal", "content_filter" },
	};
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (ours != NULL && strcmp(reasons[i].ours, ours) == 0)
			return reasons[i].theirs;
	return ours != NULL ? ours : "stop";
}

/* ---- usage -------------------------------------------------------------- */

static int64_t
figure(struct json_object *usage, const char *name)
{
	return json_object_get_int64(member_of(usage, name));
}

/* The prompt's figure has in it what was read from a cache or written to one. */
static void
put_usage(struct bytes *b, struct json_object *u)
{
	int64_t read = figure(u, "cacheReadInputTokens"), wrote = figure(u, "cacheWriteInputTokens");
	int64_t in = figure(u, "inputTokens") + read + wrote, out = figure(u, "outputTokens");
	bytes_printf(b, "{\"prompt_tokens\":%lld,\"completion_tokens\":%lld,\"total_tokens\":%lld,"
	    "\"prompt_tokens_details\":{\"cached_tokens\":%lld}", (long long)in, (long long)out,
	    (long long)(in + out), (long long)read);
	if (wrote != 0)
		bytes_printf(b, ",\"cache_creation_input_tokens\":%lld", (long long)wrote);
	bytes_putc(b, '}');
}

/* ---- chunks ------------------------------------------------------------- */

static void
open_chunk(struct bytes *b, const struct request *q)
{
	bytes_printf(b, "data: {\"id\":\"chatcmpl-%.8s\",\"object\":\"chat.completion.chunk\","
	    "\"created\":1780000000,\"model\":", q != NULL ? q->id : "sim");
	bytes_json_str(b, q != NULL && q->model != NULL ? q->model : "sim");
	bytes_puts(b, ",\"choices\":[");
}

static void
put_delta(struct bytes *b, const struct request *q, const char *delta, const char *reason)
{
	open_chunk(b, q);
	bytes_printf(b, "{\"index\":0,\"delta\":%s,\"finish_reason\":", delta);
	bytes_json_str(b, reason);
	bytes_puts(b, "}]}\n\n");
}

static void
put_member(struct bytes *out, const struct request *q, const char *name, struct json_object *text)
{
	struct bytes d = { 0 };
	bytes_printf(&d, "{\"%s\":%s}", name, json_text(text));
	put_delta(out, q, d.s, NULL);
	bytes_free(&d);
}

static void
put_arguments(struct openai_wire *w, struct bytes *out, struct json_object *input)
{
	struct bytes d = { 0 };
	bytes_printf(&d, "{\"tool_calls\":[{\"index\":%d,\"function\":{\"arguments\":%s}}]}",
	    w->tools - 1, json_text(input));
	put_delta(out, w->q, d.s, NULL);
	bytes_free(&d);
}

static void
put_call(struct openai_wire *w, struct bytes *out, struct json_object *use)
{
	struct bytes d = { 0 };
	bytes_printf(&d, "{\"tool_calls\":[{\"index\":%d,\"id\":", w->tools++);
	bytes_json_str(&d, string_of(use, "toolUseId"));
	bytes_puts(&d, ",\"type\":\"function\",\"function\":{\"name\":");
	bytes_json_str(&d, string_of(use, "name"));
	bytes_puts(&d, ",\"arguments\":\"\"}}]}");
	put_delta(out, w->q, d.s, NULL);
	bytes_free(&d);
}

static void
on_delta(struct openai_wire *w, struct bytes *out, struct json_object *payload)
{
	struct json_object *delta = member_of(payload, "delta");
	struct json_object *reasoning = member_of(member_of(delta, "reasoningContent"), "text");
	struct json_object *input = member_of(member_of(delta, "toolUse"), "input");
	if (member_of(delta, "text") != NULL)
		put_member(out, w->q, "content", member_of(delta, "text"));
	else if (reasoning != NULL)
		put_member(out, w->q, "reasoning_content", reasoning);
	else if (input != NULL)
		put_arguments(w, out, input);
}

static void
on_metadata(struct openai_wire *w, struct bytes *out, struct json_object *payload)
{
	if (!w->usage)
		return;
	open_chunk(out, w->q);
	bytes_puts(out, "],\"usage\":");
	put_usage(out, member_of(payload, "usage"));
	bytes_puts(out, "}\n\n");
}

void
openai_wire_init(struct openai_wire *w, const struct request *q)
{
	struct json_object *options = member_of(q->json, "stream_options");
	*w = (struct openai_wire){ .q = q,
		.usage = json_object_get_boolean(member_of(options, "include_usage")) };
}

void
openai_event(struct openai_wire *w, struct bytes *out, const char *type, const char *payload,
    size_t n)
{
	struct json_object *o = parse(payload, n);
	struct json_object *use = member_of(member_of(o, "start"), "toolUse");
	if (o == NULL)
		bytes_printf(out, "data: %.*s\n\n", (int)n, payload);
	else if (strcmp(type, "messageStart") == 0)
		put_delta(out, w->q, "{\"role\":\"assistant\",\"content\":\"\"}", NULL);
	else if (strcmp(type, "contentBlockStart") == 0 && use != NULL)
		put_call(w, out, use);
	else if (strcmp(type, "contentBlockDelta") == 0)
		on_delta(w, out, o);
	else if (strcmp(type, "messageStop") == 0)
		put_delta(out, w->q, "{}", reason_of(string_of(o, "stopReason")));
	else if (strcmp(type, "metadata") == 0)
		on_metadata(w, out, o);
	json_object_put(o);
}

void
openai_text(struct bytes *out, const char *type, const char *payload, size_t n)
{
	struct openai_wire w = { 0 };
	openai_event(&w, out, type, payload, n);
}

void
openai_exception(struct bytes *out, const char *type, const char *message)
{
	const struct error_type *known = error_type_find(type);
	unsigned status = known != NULL ? known->status : 500;
	bytes_puts(out, "data: {\"error\":{\"message\":");
	bytes_json_str(out, message != NULL ? message : openai_words(status));
	bytes_puts(out, ",\"type\":");
	bytes_json_str(out, type);
	bytes_printf(out, ",\"param\":null,\"code\":%u}}\n\n", status);
}

void
openai_done(struct bytes *out)
{
	bytes_puts(out, "data: [DONE]\n\n");
}

/* ---- the whole answer --------------------------------------------------- */

static void
put_whole_call(struct bytes *calls, struct json_object *use)
{
	bytes_printf(calls, "%s{\"id\":", calls->len != 0 ? "," : "");
	bytes_json_str(calls, string_of(use, "toolUseId"));
	bytes_puts(calls, ",\"type\":\"function\",\"function\":{\"name\":");
	bytes_json_str(calls, string_of(use, "name"));
	bytes_puts(calls, ",\"arguments\":");
	bytes_json_str(calls, json_text(member_of(use, "input")));
	bytes_puts(calls, "}}");
}

static void
put_message(struct bytes *b, const struct whole *w)
{
	struct bytes calls = { 0 }, thoughts = { 0 };
	for (size_t i = 0; i < json_object_array_length(w->content); i++) {
		struct json_object *block = json_object_array_get_idx(w->content, i);
		struct json_object *use = member_of(block, "toolUse");
		const char *text = string_of(
		    member_of(member_of(block, "reasoningContent"), "reasoningText"), "text");
		if (use != NULL)
			put_whole_call(&calls, use);
		if (text != NULL)
			bytes_puts(&thoughts, text);
	}
	bytes_puts(b, "{\"role\":\"assistant\",\"content\":");
	bytes_json(b, bytes_str(&w->text), w->text.len);
	if (thoughts.len != 0) {
		bytes_puts(b, ",\"reasoning_content\":");
		bytes_json(b, thoughts.s, thoughts.len);
	}
	if (calls.len != 0)
		bytes_printf(b, ",\"tool_calls\":[%s]", calls.s);
	bytes_putc(b, '}');
	bytes_free(&calls);
	bytes_free(&thoughts);
}

void
openai_write_whole(struct bytes *b, const struct whole *w, const struct request *q)
{
	struct bytes usage = { 0 };
	steps_usage(&usage, w->usage, q->json, w->output_bytes);
	struct json_object *u = parse(usage.s, usage.len);
	bytes_printf(b, "{\"id\":\"chatcmpl-%.8s\",\"object\":\"chat.completion\","
	    "\"created\":1780000000,\"model\":", q->id);
	bytes_json_str(b, q->model);
	bytes_puts(b, ",\"choices\":[{\"index\":0,\"message\":");
	put_message(b, w);
	bytes_printf(b, ",\"finish_reason\":\"%s\"}],\"usage\":", reason_of(w->stop));
	put_usage(b, u);
	bytes_putc(b, '}');
	json_object_put(u);
	bytes_free(&usage);
}
