/*
 * stream.c - see stream.h.
 *
 * A step is a row in `kinds`: its function is called again and again until it
 * says that the step is over; each call appends a frame or so to `out`, or
 * waits. What is in `out` is handed on before the next call, so a frame is on
 * its way before the pause that follows it.
 */
#include "config.h"

#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <openssl/sha.h>

#include "converse.h"
#include "errors.h"
#include "eventstream.h"
#include "flood.h"
#include "log.h"
#include "openai.h"
#include "pause.h"
#include "simtime.h"
#include "steps.h"

#define WRITE_AT_ONCE   (96 * 1024)     /* bytes of a flood per write */
#define TRACE_FLUSH_NS  (100 * NS_PER_MS)

enum block { BLOCK_NONE, BLOCK_TEXT, BLOCK_REASONING, BLOCK_REDACTED, BLOCK_TOOL };

enum progress { STEP_AGAIN, STEP_OVER, STREAM_OVER, STREAM_BROKEN };

struct stream {
	const struct request *q;
	bool		 openai;        /* chunks of a chat completion, not frames */
	struct openai_wire wire;
	struct answer	 answer;
	size_t		 step, n_steps;
	bool		 begun;         /* the step's delay is over, its state is set up */

	/* of the running step */
	size_t		 pos;           /* bytes of `text` done, or pieces */
	struct bytes	 text;
	int64_t		 due;           /* when its next piece may go */
	struct flood	*flood;

	/* of the message */
	bool		 automatic, started, stopped, finished, used_tool;
	enum block	 block;
	int		 index;
	size_t		 output_bytes;
	struct json_object *usage, *trace;      /* borrowed from the steps */
	int64_t		 t0;
	uint32_t	 random;

	struct bytes	 out;           /* frames to hand on, from `off` */
	size_t		 off;
	unsigned long	 pieces, fresh; /* deltas handed on; deltas in `out` not yet */
	bool		 cut;
	struct bytes	 trace_lines;
	int64_t		 trace_written;
};

/* ---- frames ------------------------------------------------------------- */

/* The service hides lengths behind a member "p" of random length. */
static void
add_padding(struct stream *s, struct bytes *payload)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	s->random ^= s->random << 13;
	s->random ^= s->random >> 17;
	s->random ^= s->random << 5;
	bytes_printf(
	    payload, ",\"p\":\"%.*s\"}", (int)(s->random % (sizeof letters - 1) + 1), letters);
}

static void
put_event(struct stream *s, const char *type, const char *payload, size_t n)
{
	if (s->openai)
		openai_event(&s->wire, &s->out, type, payload, n);
	else
		es_event(&s->out, type, payload, n);
}

/* The payload is an object without its closing brace. */
static void
event(struct stream *s, const char *type, struct bytes *payload)
{
	add_padding(s, payload);
	put_event(s, type, payload->s, payload->len);
	bytes_free(payload);
}

static void
start_message(struct stream *s)
{
	if (!s->automatic || s->started)
		return;
	s->started = true;
	struct bytes p = { 0 };
	bytes_puts(&p, "{\"role\":\"assistant\"");
	event(s, "messageStart", &p);
}

static void
close_block(struct stream *s)
{
	if (s->block == BLOCK_NONE)
		return;
	if (s->automatic) {
		struct bytes p = { 0 };
		bytes_printf(&p, "{\"contentBlockIndex\":%d", s->index);
		event(s, "contentBlockStop", &p);
	}
	s->block = BLOCK_NONE;
	s->index++;
}

static void
open_block(struct stream *s, enum block kind)
{
	start_message(s);
	if (s->block == kind)
		return;
	close_block(s);
	s->block = kind;
}

/* `delta` is a JSON object. */
static void
delta(struct stream *s, const struct bytes *d)
{
	struct bytes p = { 0 };
	bytes_printf(&p, "{\"contentBlockIndex\":%d,\"delta\":%s", s->index, d->s);
	event(s, "contentBlockDelta", &p);
	s->fresh++;
}

static void
string_delta(struct stream *s, const char *before, const char *text, size_t n, const char *after)
{
	struct bytes d = { 0 };
	bytes_puts(&d, before);
	bytes_json(&d, text, n);
	bytes_puts(&d, after);
	delta(s, &d);
	bytes_free(&d);
	s->output_bytes += n;
}

static void
stop_message(struct stream *s, const char *reason, struct json_object *fields)
{
	close_block(s);
	s->stopped = true;
	struct bytes p = { 0 };
	bytes_puts(&p, "{\"stopReason\":");
	bytes_json_str(&p, reason);
	if (fields != NULL)
		bytes_printf(&p, ",\"additionalModelResponseFields\":%s",
		    json_object_to_json_string(fields));
	event(s, "messageStop", &p);
}

static void
metadata(struct stream *s)
{
	if (json_object_is_type(s->usage, json_type_boolean))
		return;
	struct bytes p = { 0 };
	bytes_puts(&p, "{\"usage\":");
	steps_usage(&p, s->usage, s->q->json, s->output_bytes);
	bytes_printf(&p, ",\"metrics\":{\"latencyMs\":%lld}",
	    (long long)((time_mono_ns() - s->t0) / NS_PER_MS));
	if (s->trace != NULL)
		bytes_printf(&p, ",\"trace\":%s", json_object_to_json_string(s->trace));
	event(s, "metadata", &p);
}

static void
finish(struct stream *s)
{
	s->finished = true;
	if (!s->automatic)
		return;
	start_message(s);
	close_block(s);
	if (!s->stopped)
		stop_message(s, s->used_tool ? "tool_use" : "end_turn", NULL);
	metadata(s);
	if (s->openai)
		openai_done(&s->out);
}

/* ---- waiting ------------------------------------------------------------ */

static enum progress
wait_until(struct stream *s, int64_t t_ns)
{
	return pause_until(s->q->fd, t_ns) == PAUSE_OVER ? STEP_AGAIN : STREAM_BROKEN;
}

static int
step_int(struct json_object *step, const char *name, int otherwise)
{
	struct json_object *v = member_of(step, name);
	return v != NULL ? json_object_get_int(v) : otherwise;
}

/* ---- steps with text in pieces ------------------------------------------ */

/* The end of the next piece of s->text; the first call of a step finds pos == 0. */
static size_t
piece_end(struct stream *s, struct json_object *step)
{
	int size = step_int(step, "piece_size", s->answer.pace.piece_size);
	size_t end = s->pos + (size_t)(size > 0 ? size : 1);
	if (end >= s->text.len)
		return s->text.len;
	end = utf8_start(s->text.s, end);
	while (end <= s->pos || (end < s->text.len && utf8_start(s->text.s, end) != end))
		end++;
	return end;
}

/* Sends the next piece of s->text as a delta, when it is due. */
static enum progress
send_piece(struct stream *s, struct json_object *step, const char *before, const char *after)
{
	if (s->pos >= s->text.len)
		return STEP_OVER;
	int delay = step_int(step, "piece_delay_ms", s->answer.pace.piece_delay_ms);
	if (s->pos != 0 && delay > 0) {
		s->due += delay * NS_PER_MS;
		if (wait_until(s, s->due) != STEP_AGAIN)
			return STREAM_BROKEN;
	}
	size_t end = piece_end(s, step);
	string_delta(s, before, s->text.s + s->pos, end - s->pos, after);
	s->pos = end;
	return s->pos < s->text.len ? STEP_AGAIN : STEP_OVER;
}

static enum progress
play_text(struct stream *s, struct json_object *step, struct json_object *value)
{
	if (s->text.s == NULL) {
		if (json_object_get_boolean(member_of(step, "new_block")))
			close_block(s);
		steps_fill_in(&s->text, json_object_get_string(value), s->q);
	}
	open_block(s, BLOCK_TEXT);
	return send_piece(s, step, "{\"text\":", "}");
}

static enum progress
play_reasoning(struct stream *s, struct json_object *step, struct json_object *value)
{
	if (s->text.s == NULL)
		steps_fill_in(&s->text, json_object_get_string(value), s->q);
	open_block(s, BLOCK_REASONING);
	enum progress p = send_piece(s, step, "{\"reasoningContent\":{\"text\":", "}}");
	if (p != STEP_OVER)
		return p;
	char made[STEPS_SIGNATURE_SIZE];
	const char *signature = steps_signature(step, s->text.s, made);
	if (signature != NULL) {
		size_t before = s->output_bytes;
		string_delta(s, "{\"reasoningContent\":{\"signature\":", signature,
		    strlen(signature), "}}");
		s->output_bytes = before;
		close_block(s);
	}
	return STEP_OVER;
}

static enum progress
play_redacted(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step;
	const char *blob = json_object_get_string(value);
	open_block(s, BLOCK_REDACTED);
	string_delta(s, "{\"reasoningContent\":{\"redactedContent\":", blob, strlen(blob), "}}");
	close_block(s);
	return STEP_OVER;
}

static enum progress
play_tool(struct stream *s, struct json_object *step, struct json_object *value)
{
	if (s->text.s == NULL) {
		close_block(s);
		open_block(s, BLOCK_TOOL);
		struct bytes p = { 0 };
		char id[STEPS_TOOL_ID_SIZE];
		bytes_printf(&p, "{\"contentBlockIndex\":%d,\"start\":{\"toolUse\":{\"toolUseId\":",
		    s->index);
		bytes_json_str(&p, steps_tool_id(value, s->q, s->index, id));
		bytes_puts(&p, ",\"name\":");
		bytes_json_str(&p, string_of(value, "name"));
		bytes_puts(&p, "}}");
		if (s->automatic)
			event(s, "contentBlockStart", &p);
		bytes_free(&p);
		bytes_puts(&s->text, steps_tool_input(value));
		s->used_tool = true;
		return STEP_AGAIN;
	}
	enum progress p = send_piece(s, step, "{\"toolUse\":{\"input\":", "}}");
	if (p == STEP_OVER)
		close_block(s);
	return p;
}

static enum progress
play_citation(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step;
	struct bytes d = { 0 };
	open_block(s, BLOCK_TEXT);
	bytes_printf(&d, "{\"citation\":%s}", json_object_to_json_string(value));
	delta(s, &d);
	bytes_free(&d);
	return STEP_OVER;
}

/* ---- very many pieces --------------------------------------------------- */

static enum progress
play_flood(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step;
	if (s->flood == NULL) {
		open_block(s, BLOCK_TEXT);
		int64_t bytes = json_object_get_int64(member_of(value, "bytes"));
		int64_t pieces = json_object_get_int64(member_of(value, "pieces"));
		const char *kind = string_of(value, "text");
		s->flood = flood_new(kind != NULL ? kind : "lorem", (size_t)bytes,
		    (size_t)(pieces > 0 ? pieces : 1), s->index,
		    s->openai ? openai_text : es_event);
		s->output_bytes += (size_t)bytes;
		if (s->flood == NULL)
			return STREAM_BROKEN;
		return STEP_AGAIN;
	}
	int delay_us = step_int(value, "delay_us", 0);
	if (delay_us > 0 && s->pos > 0) {
		s->due += delay_us * 1000LL;
		if (wait_until(s, s->due) != STEP_AGAIN)
			return STREAM_BROKEN;
	}
	size_t n = flood_next(s->flood, &s->out, WRITE_AT_ONCE, delay_us > 0 ? 1 : SIZE_MAX);
	s->fresh += n;
	s->pos += n;
	return n != 0 ? STEP_AGAIN : STEP_OVER;
}

static enum progress
play_rate(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step;
	double rate = json_object_get_double(member_of(value, "pieces_per_s"));
	double seconds = json_object_get_double(member_of(value, "seconds"));
	const char *piece = string_of(value, "piece");
	if (rate <= 0 || (double)s->pos >= rate * seconds)
		return STEP_OVER;
	open_block(s, BLOCK_TEXT);
	if (wait_until(s, s->due + (int64_t)((double)s->pos * 1e9 / rate)) != STEP_AGAIN)
		return STREAM_BROKEN;
	s->pos++;
	struct bytes text = { 0 };
	steps_number(&text, piece != NULL ? piece : "tok ", s->pos);
	string_delta(s, "{\"text\":", bytes_str(&text), text.len, "}");
	bytes_free(&text);
	return STEP_AGAIN;
}

/* ---- the end, and what goes with it ------------------------------------- */

static enum progress
play_stop(struct stream *s, struct json_object *step, struct json_object *value)
{
	start_message(s);
	stop_message(s, json_object_get_string(value), member_of(step, "fields"));
	return STEP_OVER;
}

static enum progress
play_usage(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step;
	s->usage = value;
	return STEP_OVER;
}

static enum progress
play_trace(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step;
	s->trace = value;
	return STEP_OVER;
}

static enum progress
play_auto(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step;
	s->automatic = json_object_get_boolean(value);
	return STEP_OVER;
}

static enum progress
play_end(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)s, (void)step, (void)value;
	return STREAM_OVER;
}

/* ---- faults ------------------------------------------------------------- */

static enum progress
play_exception(struct stream *s, struct json_object *step, struct json_object *value)
{
	const char *type = json_object_get_string(value);
	const struct error_type *known = error_type_find(type);
	struct bytes p = { 0 };
	const char *message = string_of(step, "message");
	if (s->openai) {
		openai_exception(&s->out, type, message);
		return STREAM_OVER;
	}
	bytes_puts(&p, "{\"message\":");
	bytes_json_str(&p, message != NULL ? message : known != NULL ? known->message : NULL);
	static const char *const more[] = { "originalStatusCode", "originalMessage" };
	for (size_t i = 0; i < 2; i++)
		if (member_of(step, more[i]) != NULL)
			bytes_printf(&p, ",\"%s\":%s", more[i],
			    json_object_to_json_string(member_of(step, more[i])));
	bytes_putc(&p, '}');
	es_exception(&s->out, type, p.s, p.len);
	bytes_free(&p);
	return STREAM_OVER;
}

static enum progress
play_error_frame(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step;
	const char *code = string_of(value, "code"), *message = string_of(value, "message");
	if (s->openai)
		openai_exception(&s->out, code != NULL ? code : "error", message);
	else
		es_error(&s->out, code != NULL ? code : "InternalFailure", message != NULL ? message : "");
	return STREAM_OVER;
}

/* Half a frame goes out; the connection is closed when that has been handed on. */
static enum progress
play_cut(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step, (void)value;
	if (s->pos++ == 0) {
		open_block(s, BLOCK_TEXT);
		size_t start = s->out.len;
		string_delta(s, "{\"text\":", "never shown", 11, "}");
		s->fresh--;
		s->out.len = start + (s->out.len - start) / 2;
		return STEP_AGAIN;
	}
	s->cut = true;
	return STREAM_BROKEN;
}

static enum progress
play_corrupt(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step;
	static const struct {
		const char *name;
		enum es_fault fault;
	} faults[] = {
		{ "prelude", ES_BAD_PRELUDE_CRC }, { "message", ES_BAD_MESSAGE_CRC },
		{ "length", ES_BAD_LENGTH }, { "headers", ES_BAD_HEADERS_LENGTH },
		{ "headertype", ES_BAD_HEADER_TYPE }, { "duplicate", ES_DUPLICATE_HEADER },
	};
	start_message(s);
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		if (!s->openai && strcmp(faults[i].name, json_object_get_string(value)) == 0)
			es_faulty(&s->out, faults[i].fault);
	if (s->openai)                          /* there is but one way to spoil a line */
		bytes_puts(&s->out, "data: {\"choices\":[{\"delta\":\n\n");
	return STEP_OVER;
}

static enum progress
play_oversize(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step, (void)value;
	start_message(s);
	if (!s->openai)
		es_faulty(&s->out, ES_OVERSIZE);
	return STEP_OVER;
}

static enum progress
play_raw(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step;
	bytes_unbase64(&s->out, json_object_get_string(value));
	return STEP_OVER;
}

/* {"sse":"data: …\n\n"}: lines of a chat completion just so. */
static enum progress
play_sse(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step;
	bytes_puts(&s->out, json_object_get_string(value));
	return STEP_OVER;
}

static enum progress
play_bad_json(struct stream *s, struct json_object *step, struct json_object *value)
{
	static const char payload[] = "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"unfinished";
	(void)step, (void)value;
	start_message(s);
	put_event(s, "contentBlockDelta", payload, sizeof payload - 1);
	return STEP_OVER;
}

static enum progress
play_bad_utf8(struct stream *s, struct json_object *step, struct json_object *value)
{
	static const char payload[] = "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"ab\xff\xc3("
				      "cd\xed\xa0\x80 \xf0\x9f ok\"}}";
	(void)step, (void)value;
	open_block(s, BLOCK_TEXT);
	put_event(s, "contentBlockDelta", payload, sizeof payload - 1);
	s->fresh++;
	return STEP_OVER;
}

static enum progress
play_stall(struct stream *s, struct json_object *step, struct json_object *value)
{
	(void)step;
	start_message(s);
	if (s->out.len != s->off)
		return STEP_AGAIN;
	int64_t t = s->due + (int64_t)(json_object_get_double(value) * 1e9);
	return wait_until(s, t) == STEP_AGAIN ? STEP_OVER : STREAM_BROKEN;
}

/* {"event":"contentBlockStop","payload":{...}}: a frame just so. */
static enum progress
play_event(struct stream *s, struct json_object *step, struct json_object *value)
{
	struct json_object *payload = member_of(step, "payload");
	const char *text = payload != NULL ? json_object_to_json_string_ext(payload,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE) : "{}";
	put_event(s, json_object_get_string(value), text, strlen(text));
	if (strcmp(json_object_get_string(value), "contentBlockDelta") == 0)
		s->fresh++;
	return STEP_OVER;
}

static const struct {
	const char *member;
	enum progress (*play)(struct stream *, struct json_object *step, struct json_object *value);
} kinds[] = {
	{ "text", play_text },
	{ "reasoning", play_reasoning },
	{ "redacted", play_redacted },
	{ "tool", play_tool },
	{ "citation", play_citation },
	{ "flood", play_flood },
	{ "rate", play_rate },
	{ "stop", play_stop },
	{ "usage", play_usage },
	{ "trace", play_trace },
	{ "auto", play_auto },
	{ "event", play_event },
	{ "exception", play_exception },
	{ "error_frame", play_error_frame },
	{ "cut", play_cut },
	{ "end", play_end },
	{ "empty", play_end },
	{ "corrupt", play_corrupt },
	{ "oversize", play_oversize },
	{ "raw", play_raw },
	{ "sse", play_sse },
	{ "bad_json", play_bad_json },
	{ "bad_utf8", play_bad_utf8 },
	{ "stall", play_stall },
};

/* What steps may have beside, and the three that bedrock.c takes over before there is a stream. */
static const char *const other_members[] = { "delay_ms", "piece_delay_ms", "piece_size",
	"signature", "new_block", "fields", "payload", "message", "originalStatusCode",
	"originalMessage", "comment", "http", "redirect", "hang" };

bool
stream_knows(const char *member)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].member, member) == 0)
			return true;
	for (size_t i = 0; i < sizeof other_members / sizeof other_members[0]; i++)
		if (strcmp(other_members[i], member) == 0)
			return true;
	return false;
}

/* ---- playing ------------------------------------------------------------ */

static enum progress
play(struct stream *s, struct json_object *step)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct json_object *value;
		if (json_object_object_get_ex(step, kinds[i].member, &value))
			return kinds[i].play(s, step, value);
	}
	return STEP_OVER;
}

static enum progress
begin_step(struct stream *s, struct json_object *step)
{
	int64_t now = time_mono_ns();
	int delay = step_int(step, "delay_ms", s->step == 0 ? s->answer.pace.delay_ms : 0);
	s->begun = true;
	s->pos = 0;
	s->due = now + delay * NS_PER_MS;
	return delay > 0 ? wait_until(s, s->due) : STEP_AGAIN;
}

static void
leave_step(struct stream *s)
{
	bytes_free(&s->text);
	flood_free(s->flood);
	s->flood = NULL;
	s->begun = false;
	s->step++;
}

static enum progress
advance(struct stream *s)
{
	if (s->step >= s->n_steps) {
		if (s->finished)
			return STREAM_OVER;
		finish(s);
		return STEP_AGAIN;
	}
	struct json_object *step = json_object_array_get_idx(s->answer.steps, s->step);
	if (!s->begun && begin_step(s, step) != STEP_AGAIN)
		return STREAM_BROKEN;
	enum progress p = play(s, step);
	if (p == STREAM_OVER) {         /* what is in `out` still goes */
		s->finished = true;
		s->n_steps = s->step;
		return STEP_AGAIN;
	}
	if (p == STEP_OVER)
		leave_step(s);
	return p == STREAM_BROKEN ? p : STEP_AGAIN;
}

struct stream *
stream_new(struct answer *a, const struct request *q)
{
	struct stream *s = sim_alloc(sizeof *s);
	s->q = q;
	s->answer = *a;
	a->steps = NULL;
	s->n_steps = json_object_array_length(s->answer.steps);
	s->automatic = true;
	s->openai = openai_asked(q);
	openai_wire_init(&s->wire, q);
	s->t0 = time_mono_ns();
	s->random = (uint32_t)q->n * 2654435761u | 1;
	return s;
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	log_trace_flush(&s->trace_lines);
	bytes_free(&s->trace_lines);
	bytes_free(&s->out);
	bytes_free(&s->text);
	flood_free(s->flood);
	answer_free(&s->answer);
	free(s);
}

/* Numbers the deltas that are about to be handed on. */
static void
count_fresh(struct stream *s)
{
	if (s->fresh == 0)
		return;
	int64_t now = time_mono_ns();
	log_trace(&s->trace_lines, s->pieces + 1, s->fresh, now);
	s->pieces += s->fresh;
	s->fresh = 0;
	if (now - s->trace_written > TRACE_FLUSH_NS) {
		log_trace_flush(&s->trace_lines);
		s->trace_written = now;
	}
}

ssize_t
stream_read(struct stream *s, char *to, size_t max)
{
	while (s->off == s->out.len) {
		bytes_reset(&s->out);
		s->off = 0;
		enum progress p = advance(s);
		if (p == STREAM_OVER)
			return STREAM_END;
		if (p == STREAM_BROKEN)
			return STREAM_CUT;
	}
	count_fresh(s);
	size_t n = s->out.len - s->off < max ? s->out.len - s->off : max;
	memcpy(to, s->out.s + s->off, n);
	s->off += n;
	return (ssize_t)n;
}

unsigned long
stream_pieces(const struct stream *s)
{
	return s->pieces;
}

bool
stream_was_cut(const struct stream *s)
{
	return s->cut;
}
