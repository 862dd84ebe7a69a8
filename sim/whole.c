/* whole.c - see whole.h. */
#include "config.h"

#include "whole.h"

#include <string.h>

#include <json-c/json.h>

#include "converse.h"
#include "pause.h"
#include "simtime.h"
#include "steps.h"

static void
add_block(struct whole *w, const char *kind, struct json_object *value)
{
	struct json_object *block = json_object_new_object();
	json_object_object_add(block, kind, value);
	json_object_array_add(w->content, block);
}

static struct json_object *
new_text(const struct bytes *b)
{
	return json_object_new_string_len(bytes_str(b), (int)b->len);
}

/* Neighbouring texts are one block, as in a stream. */
static void
add_text(struct whole *w, const struct bytes *b)
{
	size_t n = json_object_array_length(w->content);
	struct json_object *last = n != 0 ? json_object_array_get_idx(w->content, n - 1) : NULL;
	struct json_object *text = member_of(last, "text");
	bytes_add(&w->text, bytes_str(b), b->len);
	w->output_bytes += b->len;
	if (text == NULL) {
		add_block(w, "text", new_text(b));
		return;
	}
	struct bytes joined = { 0 };
	bytes_add(&joined, json_object_get_string(text), (size_t)json_object_get_string_len(text));
	bytes_add(&joined, bytes_str(b), b->len);
	json_object_set_string_len(text, joined.s, (int)joined.len);
	bytes_free(&joined);
}

static void
add_reasoning(struct whole *w, struct json_object *step, const struct bytes *b)
{
	char made[STEPS_SIGNATURE_SIZE];
	const char *signature = steps_signature(step, bytes_str(b), made);
	struct json_object *text = json_object_new_object(), *r = json_object_new_object();
	json_object_object_add(text, "text", new_text(b));
	if (signature != NULL)
		json_object_object_add(text, "signature", json_object_new_string(signature));
	json_object_object_add(r, "reasoningText", text);
	add_block(w, "reasoningContent", r);
	w->output_bytes += b->len;
}

static void
add_tool(struct whole *w, struct json_object *tool, const struct request *q)
{
	char id[STEPS_TOOL_ID_SIZE];
	struct json_object *use = json_object_new_object();
	struct json_object *input = json_tokener_parse(steps_tool_input(tool));
	const char *name = string_of(tool, "name");
	json_object_object_add(use, "toolUseId", json_object_new_string(steps_tool_id(tool, q,
	    (int)json_object_array_length(w->content), id)));
	json_object_object_add(use, "name", json_object_new_string(name != NULL ? name : ""));
	json_object_object_add(use, "input", input != NULL ? input : json_object_new_object());
	add_block(w, "toolUse", use);
	w->stop = w->stop != NULL ? w->stop : "tool_use";
	w->output_bytes += strlen(steps_tool_input(tool));
}

static void
add_redacted(struct whole *w, struct json_object *blob)
{
	struct json_object *r = json_object_new_object();
	json_object_object_add(r, "redactedContent", json_object_get(blob));
	add_block(w, "reasoningContent", r);
}

/* The text of a step that has one; floods and rates give what they would have streamed. */
static bool
text_of(struct json_object *step, const struct request *q, struct bytes *b)
{
	const char *text = string_of(step, "text");
	struct json_object *flood = member_of(step, "flood"), *rate = member_of(step, "rate");
	if (text != NULL) {
		steps_fill_in(b, text, q);
	} else if (flood != NULL) {
		int64_t n = json_object_get_int64(member_of(flood, "bytes"));
		for (int64_t i = 0; i < n; i++)
			bytes_putc(b, "lorem ipsum "[i % 12]);
	} else if (rate != NULL) {
		double n = json_object_get_double(member_of(rate, "pieces_per_s")) *
		    json_object_get_double(member_of(rate, "seconds"));
		const char *piece = string_of(rate, "piece");
		for (unsigned long i = 1; (double)i <= n; i++)
			steps_number(b, piece != NULL ? piece : "tok ", i);
	} else {
		return false;
	}
	return true;
}

static int
raise(struct json_object *step, const char *type, struct refusal *why)
{
	const struct error_type *known = error_type_find(type);
	const char *message = string_of(step, "message");
	if (known == NULL)
		return refuse(why, "InternalServerException", "%s", type);
	return refuse(why, known->name, "%s", message != NULL ? message : known->message);
}

static bool
pause_step(struct json_object *step, size_t i, const struct answer *a, const struct request *q)
{
	struct json_object *delay = member_of(step, "delay_ms"), *stall = member_of(step, "stall");
	double ms = delay != NULL ? json_object_get_double(delay) : i == 0 ? a->pace.delay_ms : 0;
	if (stall != NULL)
		ms += json_object_get_double(stall) * 1000;
	return ms <= 0 || pause_until(q->fd, time_mono_ns() + (int64_t)(ms * 1e6)) == PAUSE_OVER;
}

/* Faults of the framing have no counterpart here: the connection breaks instead. */
static bool
breaks(struct json_object *step)
{
	static const char *const faults[] = { "cut", "end", "empty", "corrupt", "oversize", "raw", "sse",
		"bad_json", "bad_utf8" };
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		if (member_of(step, faults[i]) != NULL)
			return true;
	return false;
}

static void
remember(struct whole *w, struct json_object *step)
{
	if (string_of(step, "stop") != NULL) {
		w->stop = string_of(step, "stop");
		w->fields = member_of(step, "fields");
	}
	if (member_of(step, "usage") != NULL)
		w->usage = member_of(step, "usage");
	if (member_of(step, "trace") != NULL)
		w->trace = member_of(step, "trace");
}

static int
collect_step(struct whole *w, struct json_object *step, const struct request *q,
    struct refusal *why)
{
	struct bytes b = { 0 };
	const char *reasoning = string_of(step, "reasoning"), *type = string_of(step, "exception");
	if (type != NULL)
		return raise(step, type, why);
	if (member_of(step, "error_frame") != NULL)
		return refuse(why, "InternalServerException", "%s",
		    string_of(member_of(step, "error_frame"), "message"));
	if (breaks(step))
		return -1;
	if (reasoning != NULL) {
		steps_fill_in(&b, reasoning, q);
		add_reasoning(w, step, &b);
	} else if (text_of(step, q, &b)) {
		add_text(w, &b);
	} else if (member_of(step, "tool") != NULL) {
		add_tool(w, member_of(step, "tool"), q);
	} else if (member_of(step, "redacted") != NULL) {
		add_redacted(w, member_of(step, "redacted"));
	}
	remember(w, step);
	bytes_free(&b);
	return 0;
}

int
whole_collect(struct whole *w, const struct answer *a, const struct request *q,
    struct refusal *why)
{
	*w = (struct whole){ .content = json_object_new_array() };
	for (size_t i = 0; i < json_object_array_length(a->steps); i++) {
		struct json_object *step = json_object_array_get_idx(a->steps, i);
		if (!pause_step(step, i, a, q) || collect_step(w, step, q, why) != 0)
			return -1;
	}
	if (w->stop == NULL)
		w->stop = "end_turn";
	return 0;
}

void
whole_free(struct whole *w)
{
	json_object_put(w->content);
	bytes_free(&w->text);
}
