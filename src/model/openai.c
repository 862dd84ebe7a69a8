/*
 * openai.c - the request of openai.h.
 *
 * Follows the reference of POST /v1/chat/completions, in the form that most
 * servers read: plain strings where there is only text, nothing that nobody
 * asked for. What a server does not take is learned from its answers
 * (openai-failure.c), as for Bedrock.
 */
#include "config.h"

#include "model/openai.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/normalise.h"

void
openai_url(struct buf *b, const char *base)
{
	size_t n = strcspn(base, "?");
	buf_add(b, base, n);
	while (b->len > 0 && b->s[b->len - 1] == '/')
		buf_truncate(b, b->len - 1);
	buf_puts(b, "/chat/completions");
	buf_puts(b, base + n);
}

/* ---- content ------------------------------------------------------------------- */

static void
open_item(struct buf *b)
{
	json_put_comma(b);
	buf_putc(b, '{');
}

static void
put_text_item(struct buf *b, const char *s, size_t n)
{
	open_item(b);
	json_put_member(b, "type", "text");
	json_put_member_n(b, "text", s, n);
	buf_putc(b, '}');
}

static const char *
format_of(const struct part *p)
{
	const char *format = p->format != NULL ? p->format : "";
	return strcmp(format, "jpg") == 0 ? "jpeg" : format;
}

/* "data:image/png;base64,…". */
static void
put_data_url(struct buf *b, const char *key, const char *kind, const struct part *p)
{
	struct buf url = { 0 };
	buf_printf(&url, "data:%s/%s;base64,", kind, format_of(p));
	buf_add(&url, p->text, p->len);
	json_put_member_n(b, key, url.s, url.len);
	buf_done(&url);
}

static void
put_image(struct buf *b, const struct part *p)
{
	open_item(b);
	json_put_member(b, "type", "image_url");
	json_put_key(b, "image_url");
	buf_putc(b, '{');
	put_data_url(b, "url", "image", p);
	buf_puts(b, "}}");
}

static void
put_pdf(struct buf *b, const struct part *p)
{
	char *name = mem_printf("%s.pdf", p->name != NULL ? p->name : "document");
	open_item(b);
	json_put_member(b, "type", "file");
	json_put_key(b, "file");
	buf_putc(b, '{');
	json_put_member(b, "filename", name);
	put_data_url(b, "file_data", "application", p);
	buf_puts(b, "}}");
	free(name);
}

static void
put_audio(struct buf *b, const struct part *p)
{
	open_item(b);
	json_put_member(b, "type", "input_audio");
	json_put_key(b, "input_audio");
	buf_putc(b, '{');
	json_put_member_n(b, "data", p->text, p->len);
	json_put_member(b, "format", format_of(p));
	buf_puts(b, "}}");
}

/* What cannot be sent is named, so that the conversation goes on. In English: the model reads it. */
static void
add_left_out(struct buf *text, const char *what, const struct part *p)
{
	buf_printf(text, "[A %s%s%s of the format \"%s\" was attached here. It cannot be sent this way.]",
	    what, p->name != NULL ? " named " : "", p->name != NULL ? p->name : "", format_of(p));
}

static bool
is_plain_format(const char *format)
{
	static const char *const plain[] = { "txt", "md", "csv", "html" };
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (strcmp(plain[i], format) == 0)
			return true;
	return false;
}

static void
add_document(struct buf *text, const struct part *p)
{
	size_t before = text->len;
	if (is_plain_format(format_of(p))) {
		buf_printf(text, "[Document: %s.%s]\n", p->name != NULL ? p->name : "document",
		    format_of(p));
		if (str_unbase64(text, p->text, p->len) == 0)
			return;
		buf_truncate(text, before);
	}
	add_left_out(text, "document", p);
}

static bool
is_pdf(const struct part *p)
{
	return p->kind == PART_DOCUMENT && strcmp(format_of(p), "pdf") == 0;
}

/* Whether it stands beside the text, in a list. */
static bool
is_media(const struct part *p)
{
	return p->kind == PART_IMAGE || p->kind == PART_AUDIO || is_pdf(p);
}

/* The words of a part; nothing for what is not said in words. */
static void
add_words(struct buf *text, const struct part *p)
{
	size_t before = text->len;
	if (before > 0)
		buf_puts(text, "\n\n");
	size_t start = text->len;
	if (p->kind == PART_TEXT)
		buf_add(text, p->text, p->len);
	else if (p->kind == PART_DOCUMENT && !is_pdf(p))
		add_document(text, p);
	else if (p->kind == PART_VIDEO)
		add_left_out(text, "video", p);
	if (text->len == start)
		buf_truncate(text, before);
}

static void
put_media(struct buf *b, const struct part *p)
{
	if (p->kind == PART_IMAGE)
		put_image(b, p);
	else if (p->kind == PART_AUDIO)
		put_audio(b, p);
	else
		put_pdf(b, p);
}

/* In their order: words that follow each other are one item. */
static void
put_items(struct buf *b, const struct buf *before, const struct message *m)
{
	struct buf text = { 0 };
	buf_add(&text, buf_str(before), before->len);
	json_put_key(b, "content");
	buf_putc(b, '[');
	for (size_t i = 0; i < m->parts.n; i++) {
		const struct part *p = &m->parts.v[i];
		if (!is_media(p)) {
			add_words(&text, p);
			continue;
		}
		if (text.len > 0)
			put_text_item(b, text.s, text.len);
		buf_reset(&text);
		put_media(b, p);
	}
	if (text.len > 0)
		put_text_item(b, text.s, text.len);
	buf_putc(b, ']');
	buf_done(&text);
}

/* ---- messages --------------------------------------------------------------------- */

static void
put_message_text(struct buf *b, const char *role, const char *text, size_t n)
{
	open_item(b);
	json_put_member(b, "role", role);
	json_put_member_n(b, "content", text, n);
	buf_putc(b, '}');
}

/* There is no status for a result: a failure is told in its words. */
static void
put_result(struct buf *b, const struct part *p)
{
	struct buf text = { 0 };
	if (p->failed)
		buf_puts(&text, "Error: ");
	buf_add(&text, p->text, p->len);
	open_item(b);
	json_put_member(b, "role", "tool");
	json_put_member(b, "tool_call_id", p->id);
	json_put_member_n(b, "content", buf_str(&text), text.len);
	buf_putc(b, '}');
	buf_done(&text);
}

/* Results are messages of their own, and come first. `before` is put at the head of the words. */
static void
put_user(struct buf *b, const struct message *m, const struct buf *before)
{
	bool media = false;
	struct buf text = { 0 };
	buf_add(&text, buf_str(before), before->len);
	for (size_t i = 0; i < m->parts.n; i++) {
		const struct part *p = &m->parts.v[i];
		media |= is_media(p);
		if (p->kind == PART_TOOL_RESULT)
			put_result(b, p);
		else
			add_words(&text, p);
	}
	if (media) {
		open_item(b);
		json_put_member(b, "role", "user");
		put_items(b, before, m);
		buf_putc(b, '}');
	} else if (text.len > 0) {
		put_message_text(b, "user", text.s, text.len);
	}
	buf_done(&text);
}

static void
put_call(struct buf *b, const struct part *p)
{
	open_item(b);
	json_put_member(b, "id", p->id);
	json_put_member(b, "type", "function");
	json_put_key(b, "function");
	buf_putc(b, '{');
	json_put_member(b, "name", p->name);
	json_put_member_n(b, "arguments", p->len > 0 ? p->text : "{}", p->len > 0 ? p->len : 2);
	buf_puts(b, "}}");
}

static void
put_thoughts(struct buf *b, const struct message *m)
{
	struct buf text = { 0 };
	for (size_t i = 0; i < m->parts.n; i++)
		if (m->parts.v[i].kind == PART_REASONING)
			buf_add(&text, m->parts.v[i].text, m->parts.v[i].len);
	if (text.len > 0)
		json_put_member_n(b, "reasoning_content", text.s, text.len);
	buf_done(&text);
}

static void
put_assistant(struct buf *b, const struct message *m, bool thoughts)
{
	struct buf text = { 0 };
	size_t calls = 0;
	for (size_t i = 0; i < m->parts.n; i++) {
		add_words(&text, &m->parts.v[i]);
		calls += m->parts.v[i].kind == PART_TOOL_USE;
	}
	open_item(b);
	json_put_member(b, "role", "assistant");
	if (text.len > 0 || calls == 0)
		json_put_member_n(b, "content", buf_str(&text), text.len);
	else
		json_put_null(b, "content");
	if (thoughts)
		put_thoughts(b, m);
	if (calls > 0) {
		json_put_key(b, "tool_calls");
		buf_putc(b, '[');
		for (size_t i = 0; i < m->parts.n; i++)
			if (m->parts.v[i].kind == PART_TOOL_USE)
				put_call(b, &m->parts.v[i]);
		buf_putc(b, ']');
	}
	buf_putc(b, '}');
	buf_done(&text);
}

/* Where the tool loop under way begins: behind the last message that a person wrote. */
static size_t
loop_start(const struct conversation *c)
{
	size_t i = c->n;
	for (; i > 0; i--) {
		const struct message *m = c->v[i - 1];
		bool results = m->parts.n > 0 && m->parts.v[0].kind == PART_TOOL_RESULT;
		if (m->role == MESSAGE_USER && !results)
			break;
	}
	return i;
}

/* A model without a system prompt gets it at the head of the first message. */
static void
put_messages(struct buf *b, const struct converse_ask *ask, const struct conversation *messages)
{
	struct buf before = { 0 };
	bool folded = ask->quirks != NULL && ask->quirks->no_system;
	size_t loop = ask->quirks != NULL && ask->quirks->wants_thoughts ? loop_start(messages) : SIZE_MAX;
	json_put_key(b, "messages");
	buf_putc(b, '[');
	if (!str_blank(ask->system) && !folded)
		put_message_text(b, "system", ask->system, strlen(ask->system));
	else if (!str_blank(ask->system))
		buf_puts(&before, ask->system);
	for (size_t i = 0; i < messages->n; i++) {
		if (messages->v[i]->role == MESSAGE_USER)
			put_user(b, messages->v[i], &before);
		else
			put_assistant(b, messages->v[i], i >= loop);
		buf_reset(&before);
	}
	buf_putc(b, ']');
	buf_done(&before);
}

/* ---- tools -------------------------------------------------------------------------- */

static void
put_tool(struct buf *b, struct json_object *spec)
{
	struct json_object *schema = json_at(spec, "inputSchema.json");
	const char *about = json_str(spec, "description", NULL);
	open_item(b);
	json_put_member(b, "type", "function");
	json_put_key(b, "function");
	buf_putc(b, '{');
	json_put_member(b, "name", json_str(spec, "name", ""));
	if (about != NULL)
		json_put_member(b, "description", about);
	json_put_key(b, "parameters");
	buf_puts(b, schema == NULL ? "{\"type\":\"object\",\"properties\":{}}" :
	    json_object_to_json_string_ext(schema,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_puts(b, "}}");
}

/* [{"toolSpec":…},{"cachePoint":…}] to a list of functions; nothing when there are none. */
static void
put_tools(struct buf *b, struct json_object *tools)
{
	size_t before = b->len, n = 0;
	json_put_key(b, "tools");
	buf_putc(b, '[');
	for (size_t i = 0; i < json_len(tools); i++) {
		struct json_object *spec = json_get(json_item(tools, i), "toolSpec");
		if (spec == NULL)
			continue;
		put_tool(b, spec);
		n++;
	}
	buf_putc(b, ']');
	if (n == 0)
		buf_truncate(b, before);
}

/* ---- parameters ---------------------------------------------------------------------- */

/* The three words that every server knows; the ends of the scale are theirs to stretch. */
static const char *
effort_word(enum effort e)
{
	static const char *const words[EFFORTS] = { NULL, "low", "low", "medium", "high", "high",
		"high" };
	return words[e];
}

static void
put_limit(struct buf *b, const struct converse_ask *ask, const char *name)
{
	long n = ask->params.max_tokens;
	if (ask->max_output > 0 && n > ask->max_output)
		n = ask->max_output;
	if (ask->quirks != NULL && ask->quirks->max_tokens > 0 && n > ask->quirks->max_tokens)
		n = ask->quirks->max_tokens;
	if (n > 0)
		json_put_int(b, name, n);
}

static void
put_params(struct buf *b, const struct converse_ask *ask, const char *limit)
{
	static const struct model_quirks none;
	const struct model_quirks *q = ask->quirks != NULL ? ask->quirks : &none;
	const struct converse_params *p = &ask->params;
	put_limit(b, ask, limit);
	if (p->temperature >= 0 && !q->no_sampling)
		json_put_num(b, "temperature", p->temperature);
	if (p->top_p >= 0 && !q->no_sampling)
		json_put_num(b, "top_p", p->top_p);
	if (p->effort != EFFORT_NONE && !q->no_thinking)
		json_put_member(b, "reasoning_effort", effort_word(p->effort));
	if (!str_blank(p->service_tier) && !q->no_tier)
		json_put_member(b, "service_tier", p->service_tier);
	json_put_strings(b, "stop", p->stop_sequences);
	if (ask->whole)
		return;
	json_put_bool(b, "stream", true);
	if (!q->no_usage)
		buf_puts(b, ",\"stream_options\":{\"include_usage\":true}");
}

/* The user's own members. They replace parameters, never what adit itself answers for. */
static void
put_extra(struct buf *b, struct json_object *extra, struct json_object *body)
{
	static const char *const ours[] = { "model", "messages", "stream", "stream_options" };
	json_object_object_foreach(extra, key, value) {
		bool is_ours = false;
		for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
			is_ours |= strcmp(ours[i], key) == 0;
		if (!is_ours)
			json_object_object_add(body, key, json_object_get(value));
	}
	buf_reset(b);
	buf_puts(b, json_object_to_json_string_ext(body,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static int
merge_extra(struct buf *b, const char *text, struct err *err)
{
	struct err why = { 0 };
	if (str_blank(text))
		return 0;
	struct json_object *extra = json_parse(text, strlen(text), &why), *body = NULL;
	int rc = 0;
	if (!json_object_is_type(extra, json_type_object))
		rc = err_set(err, ERR_CONFIG,
		    _("The additional request fields are not a JSON object. %s"), why.text);
	else if (json_object_object_length(extra) > 0)
		body = json_parse(b->s, b->len, NULL);
	if (body != NULL)
		put_extra(b, extra, body);
	json_free(body);
	json_free(extra);
	return rc;
}

/* ---- the body -------------------------------------------------------------------------- */

static int
parse_tools(const struct converse_ask *ask, struct json_object **tools, struct err *err)
{
	*tools = NULL;
	if (str_blank(ask->tools) || (ask->quirks != NULL && ask->quirks->no_tools))
		return 0;
	*tools = json_parse(ask->tools, strlen(ask->tools), NULL);
	if (json_object_is_type(*tools, json_type_array))
		return 0;
	json_free(*tools);
	*tools = NULL;
	return err_set(err, ERR_CONFIG, _("The list of tools is not a JSON array."));
}

int
openai_body(struct buf *out, const struct converse_ask *ask, const char *limit, struct err *err)
{
	struct json_object *tools;
	struct conversation messages = { 0 };
	struct buf b = { 0 };
	if (parse_tools(ask, &tools, err) < 0)
		return -1;
	/* Thoughts are not sent back, unless somebody wants them: most servers refuse them, or forget them
	 * themselves. */
	struct normalise_rules rules = { .model = ask->model, .base_model = ask->model,
		.has_tools = json_len(tools) > 0,
		.has_thoughts = ask->quirks != NULL && ask->quirks->wants_thoughts };
	normalise(&messages, ask->conversation, &rules);
	int rc = messages.n > 0 ? 0 :
	    err_set(err, ERR_USAGE, _("There is nothing to send: the message is empty."));
	if (rc == 0) {
		buf_putc(&b, '{');
		json_put_member(&b, "model", ask->model);
		put_messages(&b, ask, &messages);
		put_tools(&b, tools);
		put_params(&b, ask, limit);
		buf_putc(&b, '}');
		rc = merge_extra(&b, ask->params.extra_fields, err);
	}
	if (rc == 0)
		buf_add(out, b.s, b.len);
	buf_done(&b);
	conversation_done(&messages);
	json_free(tools);
	return rc;
}
