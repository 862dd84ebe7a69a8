/*
 * reply.c - see reply.h. What the stream means: ConverseStream's event shapes,
 * service model bedrock-runtime 2023-09-30. The message is put together in reply-apply.c.
 *
 * Nearly all of a long reply are text deltas of one shape, so these are read
 * without building a JSON tree (read_text_delta). Whatever looks different in
 * any way takes the general road, which must give the same events.
 */
#include "config.h"

#include "model/reply.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"

struct sink {                           /* where the events of one call of reply_feed() go */
	struct reply_decoder	*decoder;
	void			(*on_event)(void *arg, const struct reply_event *);
	void			*arg;
	struct err		*err;
};

int
reply_has_room(size_t bytes, size_t more, struct err *err)
{
	if (more > REPLY_MAX_BYTES - bytes)
		return err_set(err, ERR_DATA, _("The reply is larger than %d MB and was cut off."),
		    REPLY_MAX_BYTES / (1024 * 1024));
	return 0;
}

static int
give(const struct sink *to, const struct reply_event *ev)
{
	struct reply_decoder *d = to->decoder;
	if (reply_has_room(d->bytes, ev->len, to->err) < 0)
		return -1;
	d->bytes += ev->len;
	d->stopped |= ev->kind == REPLY_STOP;
	d->excepted |= ev->kind == REPLY_EXCEPTION;
	to->on_event(to->arg, ev);
	return 0;
}

static int
give_text(const struct sink *to, enum reply_kind kind, int block, const char *text, size_t n)
{
	return give(
	    to, &(struct reply_event){ .kind = kind, .block = block, .text = text, .len = n });
}

/* The text of a string value, if it is one. */
static int
give_string(const struct sink *to, enum reply_kind kind, int block, struct json_object *v)
{
	if (!json_object_is_type(v, json_type_string))
		return 0;
	return give_text(to, kind, block, json_object_get_string(v),
	    (size_t)json_object_get_string_len(v));
}

/* A value as JSON text, if there is one. */
static int
give_json(const struct sink *to, enum reply_kind kind, int block, struct json_object *v)
{
	if (v == NULL)
		return 0;
	size_t n = 0;
	const char *s = json_object_to_json_string_length(v,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
	return give_text(to, kind, block, s, n);
}

/* ---- text deltas, the short way ------------------------------------------ */

struct cursor {
	const char	*s, *end;
};

static bool
skip(struct cursor *c, const char *word, size_t n)
{
	if ((size_t)(c->end - c->s) < n || memcmp(c->s, word, n) != 0)
		return false;
	c->s += n;
	return true;
}

#define SKIP(c, word) skip(c, word, sizeof(word) - 1)

/* A number of at most nine digits without leading zeros. */
static bool
read_index(struct cursor *c, int *out)
{
	const char *from = c->s;
	int v = 0;
	while (c->s < c->end && c->s - from < 9 && *c->s >= '0' && *c->s <= '9')
		v = v * 10 + (*c->s++ - '0');
	*out = v;
	return c->s > from && (*from != '0' || c->s == from + 1);
}

/* The character after a backslash; -1 for what is left to the parser (\u and errors). */
static int
unescape(char c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = c != '\0' ? strchr(from, c) : NULL;
	return at != NULL ? to[at - from] : -1;
}

static bool
is_plain(char c)
{
	return c != '"' && c != '\\' && (unsigned char)c >= 0x20;
}

/* A string up to its closing quote: in place when it holds no escapes, else through `scratch`. */
static bool
read_string(struct cursor *c, struct buf *scratch, const char **text, size_t *n)
{
	const char *from = c->s;
	buf_reset(scratch);
	for (;;) {
		while (c->s < c->end && is_plain(*c->s))
			c->s++;
		if (c->s == c->end || (*c->s != '"' && *c->s != '\\'))
			return false;
		if (*c->s == '"')
			break;
		int ch = c->s + 1 < c->end ? unescape(c->s[1]) : -1;
		if (ch < 0)
			return false;
		buf_add(scratch, from, (size_t)(c->s - from));
		buf_putc(scratch, (char)ch);
		c->s += 2;
		from = c->s;
	}
	*text = from;
	*n = (size_t)(c->s - from);
	if (scratch->len > 0) {
		buf_add(scratch, from, *n);
		*text = scratch->s;
		*n = scratch->len;
	}
	c->s++;
	return true;
}

/* The padding that hides lengths: ,"p":"abcDEF0" or nothing. */
static bool
skip_padding(struct cursor *c)
{
	if (!SKIP(c, ",\"p\":\""))
		return true;
	while (c->s < c->end && is_plain(*c->s))
		c->s++;
	return SKIP(c, "\"");
}

/* {"contentBlockIndex":N,"delta":{"text":"…"},"p":"…"} and nothing else. */
static bool
read_text_delta(const char *s, size_t n, struct buf *scratch, struct reply_event *ev)
{
	struct cursor c = { s, s + n };
	ev->kind = REPLY_TEXT;
	return SKIP(&c, "{\"contentBlockIndex\":") && read_index(&c, &ev->block) &&
	    SKIP(&c, ",\"delta\":{\"text\":\"") && read_string(&c, scratch, &ev->text, &ev->len) &&
	    SKIP(&c, "}") && skip_padding(&c) && SKIP(&c, "}") && c.s == c.end;
}

/* ---- events -------------------------------------------------------------- */

static int
block_of(struct json_object *payload)
{
	int64_t i = json_int(payload, "contentBlockIndex", 0);
	return i < 0 ? 0 : i > INT_MAX ? INT_MAX : (int)i;
}

static int
on_message_start(const struct sink *to, struct json_object *payload)
{
	(void)payload;
	return give_text(to, REPLY_START, 0, "", 0);
}

static int
give_tool(const struct sink *to, int block, struct json_object *use)
{
	const char *id = json_str(use, "toolUseId", ""), *name = json_str(use, "name", "");
	return give(to, &(struct reply_event){ .kind = REPLY_TOOL, .block = block, .text = id,
		.len = strlen(id), .name = name });
}

/* Results and images of server-side tools begin here, too; adit has no use for them. */
static int
on_block_start(const struct sink *to, struct json_object *payload)
{
	struct json_object *use = json_at(payload, "start.toolUse");
	return use != NULL ? give_tool(to, block_of(payload), use) : 0;
}

static int
give_reasoning_delta(const struct sink *to, int block, struct json_object *r)
{
	if (give_string(to, REPLY_REASONING, block, json_get(r, "text")) < 0 ||
	    give_string(to, REPLY_SIGNATURE, block, json_get(r, "signature")) < 0)
		return -1;
	return give_string(to, REPLY_REDACTED, block, json_get(r, "redactedContent"));
}

static int
on_block_delta(const struct sink *to, struct json_object *payload)
{
	struct json_object *delta = json_get(payload, "delta");
	int block = block_of(payload);
	if (give_string(to, REPLY_TEXT, block, json_get(delta, "text")) < 0 ||
	    give_string(to, REPLY_TOOL_INPUT, block, json_at(delta, "toolUse.input")) < 0 ||
	    give_reasoning_delta(to, block, json_get(delta, "reasoningContent")) < 0)
		return -1;
	return give_json(to, REPLY_CITATION, block, json_get(delta, "citation"));
}

static int
on_block_stop(const struct sink *to, struct json_object *payload)
{
	return give_text(to, REPLY_BLOCK_END, block_of(payload), "", 0);
}

static int
on_message_stop(const struct sink *to, struct json_object *payload)
{
	const char *reason = json_str(payload, "stopReason", "");
	return give_text(to, REPLY_STOP, 0, reason, strlen(reason));
}

static int64_t
count(struct json_object *o, const char *key)
{
	static const int64_t most = 1000000000000;      /* so that no sum can overflow */
	int64_t n = json_int(o, key, 0);
	return n < 0 ? 0 : n > most ? most : n;
}

static int64_t
hour_writes(struct json_object *details)
{
	int64_t sum = 0;
	for (size_t i = 0; i < json_len(details); i++) {
		struct json_object *d = json_item(details, i);
		if (strcmp(json_str(d, "ttl", ""), "1h") == 0)
			sum += count(d, "inputTokens");
	}
	return sum;
}

static struct usage
usage_from(struct json_object *payload)
{
	struct json_object *u = json_get(payload, "usage");
	struct usage out = { .known = json_object_is_type(u, json_type_object),
		.input = count(u, "inputTokens"), .output = count(u, "outputTokens"),
		.cache_read = count(u, "cacheReadInputTokens"),
		.cache_write = count(u, "cacheWriteInputTokens"),
		.cache_write_1h = hour_writes(json_get(u, "cacheDetails")),
		.latency_ms = count(json_get(payload, "metrics"), "latencyMs") };
	if (out.cache_write_1h > out.cache_write)
		out.cache_write_1h = out.cache_write;
	snprintf(out.tier, sizeof out.tier, "%s",
	    json_str(json_get(payload, "serviceTier"), "type", ""));
	return out;
}

static int
on_metadata(const struct sink *to, struct json_object *payload)
{
	struct json_object *trace = json_get(payload, "trace");
	struct reply_event ev = { .kind = REPLY_METADATA, .text = "", .usage = usage_from(payload),
		.name = json_str(json_get(trace, "promptRouter"), "invokedModelId", NULL) };
	if (json_object_is_type(trace, json_type_object) && json_object_object_length(trace) > 0)
		ev.text = json_object_to_json_string_length(trace, JSON_C_TO_STRING_PLAIN, &ev.len);
	return give(to, &ev);
}

static const struct {
	const char	*type;
	int		(*read)(const struct sink *, struct json_object *payload);
} readers[] = {
	{ "contentBlockDelta", on_block_delta },
	{ "messageStart", on_message_start },
	{ "contentBlockStart", on_block_start },
	{ "contentBlockStop", on_block_stop },
	{ "messageStop", on_message_stop },
	{ "metadata", on_metadata },
};

static bool
is_word(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && memcmp(s, word, n) == 0;
}

static int
read_event(const struct sink *to, const char *type, size_t n, const struct eventstream_message *m)
{
	struct reply_event ev = { 0 };
	if (is_word(type, n, "contentBlockDelta") && !to->decoder->slow &&
	    read_text_delta(m->payload, m->payload_len, &to->decoder->text, &ev))
		return give(to, &ev);
	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
		if (!is_word(type, n, readers[i].type))
			continue;
		struct json_object *payload = json_parse(m->payload, m->payload_len, to->err);
		if (payload == NULL)
			return err_wrap(to->err, _("The reply cannot be read"));
		int rc = readers[i].read(to, payload);
		json_free(payload);
		return rc;
	}
	log_debug("reply: unknown event of %zu bytes", m->payload_len);
	return 0;
}

/* The name is in a header, the sentence in the payload; the model's own words are better than the
 * wrapper. */
static int
read_exception(const struct sink *to, const char *type, size_t n,
    const struct eventstream_message *m)
{
	struct json_object *payload = json_parse(m->payload, m->payload_len, NULL);
	const char *text = json_str(payload, "originalMessage", NULL);
	if (text == NULL)
		text = json_str(payload, "message", json_str(payload, "Message", ""));
	char *name = mem_strndup(type, n);
	int rc = give(to, &(struct reply_event){ .kind = REPLY_EXCEPTION, .text = text,
			.len = strlen(text), .name = name });
	free(name);
	json_free(payload);
	return rc;
}

/* Errors that belong to no operation come in two headers, without a payload. */
static int
read_error(const struct sink *to, const struct eventstream_message *m)
{
	const char *code = "", *text = "";
	size_t n = 0, len = 0;
	eventstream_string(m, ":error-code", &code, &n);
	eventstream_string(m, ":error-message", &text, &len);
	char *name = mem_strndup(code, n);
	int rc = give(to, &(struct reply_event){ .kind = REPLY_EXCEPTION, .text = text, .len = len,
			.name = name });
	free(name);
	return rc;
}

static int
on_message(void *arg, const struct eventstream_message *m)
{
	const struct sink *to = arg;
	const char *kind = "event", *type;
	size_t kind_len = strlen(kind), n;
	if (to->decoder->excepted)
		return 0;
	eventstream_string(m, ":message-type", &kind, &kind_len);
	if (is_word(kind, kind_len, "error"))
		return read_error(to, m);
	if (is_word(kind, kind_len, "exception") &&
	    eventstream_string(m, ":exception-type", &type, &n))
		return read_exception(to, type, n, m);
	if (is_word(kind, kind_len, "event") && eventstream_string(m, ":event-type", &type, &n))
		return read_event(to, type, n, m);
	return 0;
}

int
reply_feed(struct reply_decoder *d, const char *bytes, size_t n,
    void (*on_event)(void *arg, const struct reply_event *), void *arg, struct err *err)
{
	struct sink to = { d, on_event, arg, err };
	return eventstream_feed(&d->frames, bytes, n, on_message, &to, err);
}

int
reply_end(struct reply_decoder *d, struct err *err)
{
	if (d->excepted)
		return 0;
	if (eventstream_end(&d->frames, err) < 0)
		return -1;
	if (!d->stopped)
		return err_set(err, ERR_NETWORK,
		    _("The reply ended early: the connection was closed before the model was "
		      "done."));
	return 0;
}

void
reply_decoder_done(struct reply_decoder *d)
{
	eventstream_done(&d->frames);
	buf_done(&d->text);
}

/* ---- the whole answer of Converse ---------------------------------------- */

static int
give_citations(const struct sink *to, int block, struct json_object *c)
{
	struct json_object *content = json_get(c, "content"), *citations = json_get(c, "citations");
	for (size_t i = 0; i < json_len(content); i++)
		if (give_string(to, REPLY_TEXT, block, json_get(json_item(content, i), "text")) < 0)
			return -1;
	for (size_t i = 0; i < json_len(citations); i++)
		if (give_json(to, REPLY_CITATION, block, json_item(citations, i)) < 0)
			return -1;
	return 0;
}

static int
give_reasoning(const struct sink *to, int block, struct json_object *r)
{
	struct json_object *text = json_get(r, "reasoningText");
	if (give_string(to, REPLY_REASONING, block, json_get(text, "text")) < 0 ||
	    give_string(to, REPLY_SIGNATURE, block, json_get(text, "signature")) < 0)
		return -1;
	return give_string(to, REPLY_REDACTED, block, json_get(r, "redactedContent"));
}

static int
give_block(const struct sink *to, int block, struct json_object *o)
{
	struct json_object *use = json_get(o, "toolUse");
	if (give_string(to, REPLY_TEXT, block, json_get(o, "text")) < 0 ||
	    give_reasoning(to, block, json_get(o, "reasoningContent")) < 0 ||
	    give_citations(to, block, json_get(o, "citationsContent")) < 0)
		return -1;
	if (use != NULL && (give_tool(to, block, use) < 0 ||
	    give_json(to, REPLY_TOOL_INPUT, block, json_get(use, "input")) < 0))
		return -1;
	return give_text(to, REPLY_BLOCK_END, block, "", 0);
}

static int
give_answer(const struct sink *to, struct json_object *answer)
{
	struct json_object *content = json_at(answer, "output.message.content");
	if (!json_object_is_type(content, json_type_array))
		return err_set(to->err, ERR_DATA,
		    _("The answer is not a model's reply. Check the endpoint and the proxy."));
	on_message_start(to, answer);
	for (size_t i = 0; i < json_len(content) && i < REPLY_MAX_BLOCKS; i++)
		if (give_block(to, (int)i, json_item(content, i)) < 0)
			return -1;
	if (on_message_stop(to, answer) < 0)
		return -1;
	return on_metadata(to, answer);
}

int
reply_from_converse(const char *json, size_t n,
    void (*on_event)(void *arg, const struct reply_event *), void *arg, struct err *err)
{
	struct json_object *answer = json_parse(json, n, err);
	if (answer == NULL)
		return err_wrap(err, _("The answer is not a model's reply"));
	struct reply_decoder d = { 0 };
	struct sink to = { &d, on_event, arg, err };
	int rc = give_answer(&to, answer);
	reply_decoder_done(&d);
	json_free(answer);
	return rc;
}
