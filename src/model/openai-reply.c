/*
 * openai-reply.c - the answer of openai.h: chunks of a chat completion to events.
 *
 * A chunk holds a delta of one choice, the reason why it ended, what it used,
 * or an error; any of these may be missing, empty or null. A reply that came
 * whole is read as one large chunk.
 */
#include "config.h"

#include "model/openai.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

struct sink {                           /* where the events of one call of openai_feed() go */
	struct openai_decoder	*d;
	void			(*on_event)(void *arg, const struct reply_event *);
	void			*arg;
	struct err		*err;
};

static int
give(const struct sink *to, const struct reply_event *ev)
{
	struct openai_decoder *d = to->d;
	if (reply_has_room(d->bytes, ev->len, to->err) < 0)
		return -1;
	d->bytes += ev->len;
	d->seen = true;
	to->on_event(to->arg, ev);
	return 0;
}

static int
give_text(const struct sink *to, enum reply_kind kind, int block, const char *text, size_t n)
{
	return give(
	    to, &(struct reply_event){ .kind = kind, .block = block, .text = text, .len = n });
}

/* ---- text and reasoning ------------------------------------------------------ */

static int
close_block(const struct sink *to)
{
	struct openai_decoder *d = to->d;
	if (d->open == OPENAI_NONE)
		return 0;
	d->open = OPENAI_NONE;
	return give_text(to, REPLY_BLOCK_END, d->open_block, "", 0);
}

/* A piece of the answer (or of thinking): of the open block of that kind, or of a new one. */
static int
give_piece(const struct sink *to, bool reasoning, const char *text, size_t n)
{
	struct openai_decoder *d = to->d;
	if (n == 0)
		return 0;
	if (d->open != (reasoning ? OPENAI_REASONING : OPENAI_TEXT)) {
		if (close_block(to) < 0)
			return -1;
		d->open_block = d->blocks++;
		d->open = reasoning ? OPENAI_REASONING : OPENAI_TEXT;
	}
	return give_text(
	    to, reasoning ? REPLY_REASONING : REPLY_TEXT, d->open_block, text, n);
}

static int
give_string(const struct sink *to, bool reasoning, struct json_object *s)
{
	return give_piece(to, reasoning, json_object_get_string(s),
	    (size_t)json_object_get_string_len(s));
}

static bool
is_string(struct json_object *o)
{
	return json_object_is_type(o, json_type_string);
}

/* {"type":"text","text":…}, {"type":"thinking","thinking":"…" or [{"text":…}]}, {"refusal":…}. */
static int
give_item(const struct sink *to, struct json_object *item)
{
	static const char *const names[] = { "thinking", "reasoning", "text", "refusal" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct json_object *v = json_get(item, names[i]);
		bool reasoning = i < 2;
		if (is_string(v))
			return give_string(to, reasoning, v);
		for (size_t k = 0; k < json_len(v); k++) {
			struct json_object *text = json_get(json_item(v, k), "text");
			if (is_string(text) && give_string(to, reasoning, text) < 0)
				return -1;
		}
	}
	return 0;
}

static int
give_content(const struct sink *to, struct json_object *content)
{
	if (is_string(content))
		return give_string(to, false, content);
	for (size_t i = 0; i < json_len(content); i++)
		if (give_item(to, json_item(content, i)) < 0)
			return -1;
	return 0;
}

/* Servers name it differently, and some send it under two names: one of them counts. */
static int
give_reasoning(const struct sink *to, struct json_object *delta)
{
	static const char *const names[] = { "reasoning_content", "reasoning", "thinking" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct json_object *v = json_get(delta, names[i]);
		if (is_string(v) && json_object_get_string_len(v) > 0)
			return give_string(to, true, v);
	}
	return 0;
}

/* ---- tool calls --------------------------------------------------------------- */

static struct openai_call *
new_call(const struct sink *to, int index)
{
	struct openai_decoder *d = to->d;
	if (d->calls.n >= REPLY_MAX_BLOCKS) {
		err_set(to->err, ERR_DATA, _("The reply makes more than %d tool calls."),
		    REPLY_MAX_BLOCKS);
		return NULL;
	}
	vec_add(&d->calls, ((struct openai_call){ .index = index, .block = d->blocks++ }));
	return &d->calls.v[d->calls.n - 1];
}

static struct openai_call *
last_with_index(struct openai_decoder *d, int index)
{
	for (size_t i = d->calls.n; i-- > 0;)
		if (d->calls.v[i].index == index)
			return &d->calls.v[i];
	return NULL;
}

static struct openai_call *
with_id(struct openai_decoder *d, const char *id)
{
	for (size_t i = d->calls.n; i-- > 0;)
		if (str_same(d->calls.v[i].id, id))
			return &d->calls.v[i];
	return NULL;
}

/*
 * Which call a piece belongs to. By its index, unless another id says that a
 * new call has begun under an old one (servers that count all calls as 0).
 * Without an index: by its id; a piece with a name and no known id begins a new
 * one; any other belongs to the last.
 */
static struct openai_call *
call_of(const struct sink *to, struct json_object *piece, const char *name)
{
	struct openai_decoder *d = to->d;
	struct json_object *given = json_get(piece, "index");
	const char *id = json_str(piece, "id", "");
	struct openai_call *c;
	if (json_object_is_type(given, json_type_int)) {
		int index = json_object_get_int(given);
		c = last_with_index(d, index);
		bool another = c != NULL && *id != '\0' && c->id != NULL && strcmp(c->id, id) != 0;
		return c != NULL && !another ? c : new_call(to, index);
	}
	c = *id != '\0' ? with_id(d, id) : NULL;
	if (c == NULL && *id == '\0' && *name == '\0' && d->calls.n > 0)
		c = &d->calls.v[d->calls.n - 1];
	return c != NULL ? c : new_call(to, -1);
}

/* Begins the call for the reader, as soon as it has a name; some servers give no ids. */
static int
tell_call(const struct sink *to, struct openai_call *c)
{
	if (c->told || c->name == NULL)
		return 0;
	if (close_block(to) < 0)
		return -1;
	if (c->id == NULL)
		c->id = mem_printf("call_%d", c->block);
	c->told = true;
	struct reply_event ev = { .kind = REPLY_TOOL, .block = c->block, .text = c->id,
		.len = strlen(c->id), .name = c->name };
	if (give(to, &ev) < 0)
		return -1;
	int rc = c->early.len > 0 ?
	    give_text(to, REPLY_TOOL_INPUT, c->block, c->early.s, c->early.len) : 0;
	buf_done(&c->early);
	return rc;
}

static int
give_arguments(const struct sink *to, struct openai_call *c, const char *s, size_t n)
{
	if (n == 0)
		return 0;
	if (c->told)
		return give_text(to, REPLY_TOOL_INPUT, c->block, s, n);
	if (reply_has_room(c->early.len, n, to->err) < 0)
		return -1;
	buf_add(&c->early, s, n);
	return 0;
}

/* A string of JSON, as the reference says; or the object itself, as some servers do. */
static int
take_arguments(const struct sink *to, struct openai_call *c, struct json_object *v)
{
	size_t n = 0;
	if (v == NULL)
		return 0;
	if (is_string(v))
		return give_arguments(to, c, json_object_get_string(v),
		    (size_t)json_object_get_string_len(v));
	const char *s = json_object_to_json_string_length(v,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
	return give_arguments(to, c, s, n);
}

static int
take_call(const struct sink *to, struct json_object *piece, struct json_object *function)
{
	const char *name = json_str(function, "name", ""), *id = json_str(piece, "id", "");
	struct openai_call *c = call_of(to, piece, name);
	if (c == NULL)
		return -1;
	if (c->id == NULL && *id != '\0')
		c->id = mem_strdup(id);
	if (c->name == NULL && *name != '\0')
		c->name = mem_strdup(name);
	if (tell_call(to, c) < 0)
		return -1;
	return take_arguments(to, c, json_get(function, "arguments"));
}

static int
take_calls(const struct sink *to, struct json_object *delta)
{
	struct json_object *calls = json_get(delta, "tool_calls");
	for (size_t i = 0; i < json_len(calls); i++) {
		struct json_object *c = json_item(calls, i);
		if (take_call(to, c, json_get(c, "function")) < 0)
			return -1;
	}
	struct json_object *old = json_get(delta, "function_call");     /* before there were tools */
	return old != NULL ? take_call(to, NULL, old) : 0;
}

/* ---- the end of it ------------------------------------------------------------- */

static int64_t
count(struct json_object *o, const char *key)
{
	static const int64_t most = 1000000000000;      /* so that no sum can overflow */
	int64_t n = json_int(o, key, 0);
	return n < 0 ? 0 : n > most ? most : n;
}

/* The first of several places that has a number. */
static int64_t
first_count(struct json_object *o, const char *const *paths)
{
	for (; *paths != NULL; paths++) {
		const char *dot = strchr(*paths, '.');
		char *outer = dot != NULL ? mem_strndup(*paths, (size_t)(dot - *paths)) : NULL;
		int64_t n = dot != NULL ? count(json_get(o, outer), dot + 1) : count(o, *paths);
		free(outer);
		if (n > 0)
			return n;
	}
	return 0;
}

/* prompt_tokens has what was read from a cache in it; here they are apart. */
static struct usage
usage_from(struct json_object *u)
{
	static const char *const read[] = { "prompt_tokens_details.cached_tokens",
		"cache_read_input_tokens", "prompt_cache_hit_tokens", "cached_tokens", NULL };
	static const char *const written[] = { "cache_creation_input_tokens",
		"prompt_tokens_details.cache_creation_tokens",
		"prompt_tokens_details.cache_write_tokens", NULL };
	struct usage out = { .known = true, .output = count(u, "completion_tokens"),
		.cache_read = first_count(u, read), .cache_write = first_count(u, written) };
	int64_t rest = count(u, "prompt_tokens") - out.cache_read - out.cache_write;
	out.input = rest > 0 ? rest : 0;
	return out;
}

/* llama.cpp's own figures, where it was not asked for usage or does not know of it. */
static struct usage
usage_from_timings(struct json_object *t)
{
	return (struct usage){ .known = true, .input = count(t, "prompt_n"),
		.output = count(t, "predicted_n"), .cache_read = count(t, "cache_n") };
}

static bool
is_object(struct json_object *o)
{
	return json_object_is_type(o, json_type_object);
}

/* Where servers put it: at the top, in a corner of their own, in the choice. The last one counts. */
static void
take_usage(struct openai_decoder *d, struct json_object *chunk, struct json_object *choice)
{
	struct json_object *places[] = { json_get(chunk, "usage"),
		json_get(json_get(chunk, "x_groq"), "usage"), json_get(choice, "usage") };
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (is_object(places[i])) {
			d->usage = usage_from(places[i]);
			return;
		}
	if (!d->usage.known && is_object(json_get(chunk, "timings")))
		d->usage = usage_from_timings(json_get(chunk, "timings"));
}

static int
tell_usage(const struct sink *to)
{
	struct openai_decoder *d = to->d;
	if (d->told_usage)
		return 0;
	d->told_usage = true;
	return give(to,
	    &(struct reply_event){ .kind = REPLY_METADATA, .text = "", .usage = d->usage });
}

/* The words of reply.h for those of the server; others stay as they are. */
static const struct {
	const char	*theirs, *ours;
} reasons[] = {
	{ "stop", "end_turn" },
	{ "eos", "end_turn" },
	{ "eos_token", "end_turn" },
	{ "end_turn", "end_turn" },
	{ "length", "max_tokens" },
	{ "max_tokens", "max_tokens" },
	{ "model_length", "model_context_window_exceeded" },
	{ "tool_calls", "tool_use" },
	{ "function_call", "tool_use" },
	{ "tool_use", "tool_use" },
	{ "stop_sequence", "stop_sequence" },
	{ "content_filter", "content_filtered" },
};

static int
stop(const struct sink *to, const char *reason)
{
	struct openai_decoder *d = to->d;
	if (d->stopped)
		return 0;
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (strcmp(reasons[i].theirs, reason) == 0) {
			reason = reasons[i].ours;
			break;
		}
	/* Some servers call it a stop, though they wait for the results of calls. */
	if (strcmp(reason, "end_turn") == 0 && d->calls.n > 0)
		reason = "tool_use";
	if (close_block(to) < 0)
		return -1;
	d->stopped = true;
	return give_text(to, REPLY_STOP, 0, reason, strlen(reason));
}

/* ---- chunks -------------------------------------------------------------------- */

static int
take_choice(const struct sink *to, struct json_object *choice)
{
	struct json_object *delta = json_get(choice, "delta");
	const char *reason = json_str(choice, "finish_reason", "");
	if (delta == NULL)
		delta = json_get(choice, "message");
	if (give_reasoning(to, delta) < 0 || give_content(to, json_get(delta, "content")) < 0 ||
	    give_content(to, json_get(delta, "refusal")) < 0 || take_calls(to, delta) < 0)
		return -1;
	return *reason != '\0' ? stop(to, reason) : 0;
}

/* Only one was asked for. */
static struct json_object *
first_choice(struct json_object *chunk)
{
	struct json_object *choices = json_get(chunk, "choices");
	for (size_t i = 0; i < json_len(choices); i++)
		if (json_int(json_item(choices, i), "index", 0) == 0)
			return json_item(choices, i);
	return NULL;
}

static int
except(const struct sink *to, const struct buf *code, const struct buf *message)
{
	to->d->excepted = true;
	return give(to, &(struct reply_event){ .kind = REPLY_EXCEPTION,
		.name = code->len > 0 ? code->s : "error", .text = buf_str(message),
		.len = message->len });
}

static int
take_chunk(const struct sink *to, struct json_object *chunk)
{
	struct openai_decoder *d = to->d;
	struct buf code = { 0 }, message = { 0 };
	struct json_object *choice = first_choice(chunk);
	int rc = 0;
	if (choice == NULL && openai_error_of(chunk, &code, &message)) {
		rc = except(to, &code, &message);
	} else if (json_get(chunk, "choices") != NULL || json_get(chunk, "usage") != NULL) {
		if (!d->started)
			rc = give_text(to, REPLY_START, 0, "", 0);
		d->started = true;
		if (rc == 0 && choice != NULL)
			rc = take_choice(to, choice);
		take_usage(d, chunk, choice);
		/* A last chunk that has nothing but figures: no more will come. */
		if (rc == 0 && choice == NULL && d->stopped && d->usage.known)
			rc = tell_usage(to);
	}
	buf_done(&code);
	buf_done(&message);
	return rc;
}

static bool
is_done(const struct sse_event *ev)
{
	char *word = str_trim(ev->data);
	bool done = strcmp(word, "[DONE]") == 0;
	free(word);
	return done;
}

/* All has been said: what the server left out is made up for. */
static int
finish(const struct sink *to)
{
	to->d->over = true;
	return stop(to, "stop") < 0 ? -1 : tell_usage(to);
}

static int
on_sse(void *arg, const struct sse_event *ev)
{
	const struct sink *to = arg;
	struct openai_decoder *d = to->d;
	if (d->excepted || d->over)
		return 0;
	if (ev->len < 16 && is_done(ev))
		return finish(to);
	struct err why = { 0 };
	struct json_object *chunk = json_parse(ev->data, ev->len, &why);
	if (chunk == NULL && why.code != ERR_NONE)
		return err_set(to->err, why.code, _("The reply cannot be read: %s"), why.text);
	int rc = take_chunk(to, chunk);
	json_free(chunk);
	return rc;
}

int
openai_feed(struct openai_decoder *d, const char *bytes, size_t n,
    void (*on_event)(void *arg, const struct reply_event *), void *arg, struct err *err)
{
	struct sink to = { d, on_event, arg, err };
	return sse_feed(&d->sse, bytes, n, on_sse, &to, err);
}

int
openai_end(struct openai_decoder *d, void (*on_event)(void *arg, const struct reply_event *),
    void *arg, struct err *err)
{
	struct sink to = { d, on_event, arg, err };
	if (d->excepted || d->over)
		return 0;
	if (d->stopped)                 /* [DONE] is a courtesy */
		return tell_usage(&to);
	return err_set(err, ERR_NETWORK,
	    _("The reply ended early: the connection was closed before the model was "
	      "done."));
}

void
openai_decoder_done(struct openai_decoder *d)
{
	sse_done(&d->sse);
	for (size_t i = 0; i < d->calls.n; i++) {
		free(d->calls.v[i].id);
		free(d->calls.v[i].name);
		buf_done(&d->calls.v[i].early);
	}
	vec_done(&d->calls);
	*d = (struct openai_decoder){ 0 };
}

int
openai_whole(const char *json, size_t n,
    void (*on_event)(void *arg, const struct reply_event *), void *arg, struct err *err)
{
	struct err why = { 0 };
	struct json_object *answer = json_parse(json, n, &why);
	if (answer == NULL)
		return err_set(err, ERR_DATA, _("The answer is not a model's reply. %s"), why.text);
	struct openai_decoder d = { 0 };
	struct sink to = { &d, on_event, arg, err };
	int rc = take_chunk(&to, answer);
	if (rc == 0 && !d.excepted)
		rc = first_choice(answer) != NULL ? finish(&to) : err_set(err, ERR_DATA,
		    _("The answer is not a model's reply. Check the endpoint and the proxy."));
	openai_decoder_done(&d);
	json_free(answer);
	return rc;
}

/* ---- errors ---------------------------------------------------------------------- */

/* A number or a word; servers use either. */
static void
put_word(struct buf *b, struct json_object *v)
{
	bool fits = is_string(v) || json_object_is_type(v, json_type_int);
	if (b->len == 0 && fits && !str_blank(json_object_get_string(v)))
		buf_puts(b, json_object_get_string(v));
}

/* FastAPI's: "detail" is a text, or a list of {"loc":…,"msg":…}. */
static void
put_detail(struct buf *b, struct json_object *detail)
{
	put_word(b, detail);
	for (size_t i = 0; i < json_len(detail); i++) {
		const char *msg = json_str(json_item(detail, i), "msg", NULL);
		if (msg != NULL)
			buf_printf(b, "%s%s", b->len > 0 ? "; " : "", msg);
	}
}

bool
openai_error_of(struct json_object *o, struct buf *code, struct buf *message)
{
	struct json_object *e = json_get(o, "error");
	bool is_one = e != NULL || strcmp(json_str(o, "object", ""), "error") == 0 ||
	    json_get(o, "detail") != NULL ||
	    (json_get(o, "message") != NULL && json_get(o, "choices") == NULL);
	if (!is_one)
		return false;
	struct json_object *from = is_object(e) ? e : o;
	put_word(code, json_get(from, "code"));
	put_word(code, json_get(from, "type"));
	put_word(message, is_object(e) ? NULL : e);
	put_word(message, json_get(from, "message"));
	put_detail(message, message->len == 0 ? json_get(o, "detail") : NULL);
	return true;
}
