/*
 * reply-apply.c - the second half of reply.h: events to the message they add up to.
 *
 * A block begins with its first event, whatever that is, and is kept by
 * (index, kind): indices come with gaps, starts are sent for tool calls only,
 * stops may be missing, and some models put reasoning and text under one index.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/blank.h"
#include "model/reply.h"

/* ---- blocks -------------------------------------------------------------- */

static struct reply_block *
find_block(struct reply *r, int index, enum part_kind kind)
{
	for (size_t i = r->blocks.n; i-- > 0 && r->blocks.v[i].index >= index;)
		if (r->blocks.v[i].index == index && r->blocks.v[i].kind == kind)
			return &r->blocks.v[i];
	return NULL;
}

/* Behind all blocks of its index or a smaller one; NULL when there are too many. */
static struct reply_block *
insert_block(struct reply *r, int index, enum part_kind kind)
{
	if (r->blocks.n >= REPLY_MAX_BLOCKS)
		return NULL;
	vec_add(&r->blocks, ((struct reply_block){ .index = index, .kind = kind }));
	size_t at = r->blocks.n - 1;
	struct reply_block b = r->blocks.v[at];
	for (; at > 0 && r->blocks.v[at - 1].index > index; at--)
		r->blocks.v[at] = r->blocks.v[at - 1];
	r->blocks.v[at] = b;
	return &r->blocks.v[at];
}

static struct reply_block *
need_block(struct reply *r, int index, enum part_kind kind)
{
	struct reply_block *b = find_block(r, index, kind);
	return b != NULL ? b : insert_block(r, index, kind);
}

static void
end_blocks(struct reply *r, const int *index)
{
	for (size_t i = 0; i < r->blocks.n; i++)
		if (index == NULL || r->blocks.v[i].index == *index)
			r->blocks.v[i].ended = true;
}

/* ---- events -------------------------------------------------------------- */

static void
set_string(char **to, const char *s, size_t n)
{
	free(*to);
	*to = mem_strndup(s, n);
}

static void
begin_tool(struct reply *r, const struct reply_event *ev)
{
	struct reply_block *b = need_block(r, ev->block, PART_TOOL_USE);
	if (b == NULL)
		return;
	set_string(&b->id, ev->text, ev->len);
	set_string(
	    &b->name, ev->name != NULL ? ev->name : "", ev->name != NULL ? strlen(ev->name) : 0);
}

/* Each delta is base64 of its own, so the pieces are joined as bytes. */
static void
add_redacted(struct reply *r, const struct reply_event *ev)
{
	struct reply_block *b = need_block(r, ev->block, PART_REDACTED);
	if (b == NULL)
		return;
	size_t before = b->text.len;
	if (str_unbase64(&b->text, ev->text, ev->len) < 0)
		buf_truncate(&b->text, before);
}

static void
add_citation(struct reply *r, const struct reply_event *ev)
{
	struct reply_block *b = need_block(r, ev->block, PART_TEXT);
	if (b == NULL)
		return;
	if (b->extra.len > 0)
		buf_putc(&b->extra, ',');
	buf_add(&b->extra, ev->text, ev->len);
}

static void
add_text(struct reply *r, const struct reply_event *ev, enum part_kind kind)
{
	struct reply_block *b = need_block(r, ev->block, kind);
	if (b != NULL)
		buf_add(&b->text, ev->text, ev->len);
}

static void
add_signature(struct reply *r, const struct reply_event *ev)
{
	struct reply_block *b = need_block(r, ev->block, PART_REASONING);
	if (b != NULL)
		buf_add(&b->extra, ev->text, ev->len);
}

static void
take_metadata(struct reply *r, const struct reply_event *ev)
{
	r->usage = ev->usage;
	if (ev->len > 0)
		set_string(&r->trace, ev->text, ev->len);
	if (ev->name != NULL)
		set_string(&r->routed_to, ev->name, strlen(ev->name));
}

void
reply_apply(struct reply *r, const struct reply_event *ev)
{
	switch (ev->kind) {
	case REPLY_START:
		break;
	case REPLY_TEXT:
		add_text(r, ev, PART_TEXT);
		break;
	case REPLY_REASONING:
		add_text(r, ev, PART_REASONING);
		break;
	case REPLY_SIGNATURE:
		add_signature(r, ev);
		break;
	case REPLY_REDACTED:
		add_redacted(r, ev);
		break;
	case REPLY_TOOL:
		begin_tool(r, ev);
		break;
	case REPLY_TOOL_INPUT:
		add_text(r, ev, PART_TOOL_USE);
		break;
	case REPLY_CITATION:
		add_citation(r, ev);
		break;
	case REPLY_BLOCK_END:
		end_blocks(r, &ev->block);
		break;
	case REPLY_STOP:
		set_string(&r->stop_reason, ev->text, ev->len);
		end_blocks(r, NULL);
		break;
	case REPLY_METADATA:
		take_metadata(r, ev);
		break;
	case REPLY_EXCEPTION:
		set_string(&r->exception, ev->name != NULL ? ev->name : "",
		    ev->name != NULL ? strlen(ev->name) : 0);
		set_string(&r->exception_text, ev->text, ev->len);
		break;
	}
}

/* ---- the message --------------------------------------------------------- */

static void
take_cited(struct message *m, const struct reply_block *b)
{
	struct buf json = { 0 };
	buf_puts(&json, "{\"content\":[{");
	json_put_member_n(&json, "text", buf_str(&b->text), b->text.len);
	buf_printf(&json, "}],\"citations\":[%s]}", buf_str(&b->extra));
	struct part *p = message_add(m, PART_CITATIONS, json.s, json.len);
	p->name = mem_strdup(buf_str(&b->text));
	buf_done(&json);
}

static void
take_text(struct message *m, const struct reply_block *b)
{
	if (blank_text(buf_str(&b->text), b->text.len))
		return;
	if (b->extra.len > 0)
		take_cited(m, b);
	else
		message_add(m, PART_TEXT, b->text.s, b->text.len);
}

/* Thinking may be withheld: then there is a signature and no text. */
static void
take_reasoning(struct message *m, const struct reply_block *b)
{
	if (b->text.len == 0 && b->extra.len == 0)
		return;
	struct part *p = message_add(m, PART_REASONING, buf_str(&b->text), b->text.len);
	if (b->extra.len > 0)
		p->signature = mem_strdup(b->extra.s);
}

static void
take_redacted(struct message *m, const struct reply_block *b)
{
	struct buf base64 = { 0 };
	str_base64(&base64, buf_str(&b->text), b->text.len);
	if (base64.len > 0)
		message_add(m, PART_REDACTED, base64.s, base64.len);
	buf_done(&base64);
}

static bool
is_object(const struct buf *json)
{
	struct json_object *o = json_parse(buf_str(json), json->len, NULL);
	bool yes = json_object_is_type(o, json_type_object);
	json_free(o);
	return yes;
}

static void
take_tool(struct message *m, const struct reply_block *b, struct reply_ids *bad)
{
	if (b->name == NULL || *b->name == '\0')
		return;
	bool good = b->text.len == 0 || is_object(&b->text);
	bool given = good && b->text.len > 0;
	struct part *p =
	    message_add(m, PART_TOOL_USE, given ? b->text.s : "{}", given ? b->text.len : 2);
	p->id = mem_strdup(b->id);
	p->name = mem_strdup(b->name);
	if (!good && bad != NULL)
		vec_add(bad, mem_strdup(b->id));
}

static void
take_block(struct message *m, const struct reply_block *b, bool whole, struct reply_ids *bad)
{
	switch (b->kind) {
	case PART_REASONING:
		take_reasoning(m, b);
		break;
	case PART_REDACTED:
		take_redacted(m, b);
		break;
	case PART_TOOL_USE:
		if (whole || b->ended)
			take_tool(m, b, bad);
		break;
	default:
		take_text(m, b);
		break;
	}
}

static bool
is_taken_back(const char *stop_reason)
{
	return str_same(stop_reason, "guardrail_intervened") || str_same(stop_reason, "refusal");
}

struct message *
reply_message(const struct reply *r, const char *model, bool whole, struct reply_ids *bad)
{
	struct message *m = message_new(MESSAGE_ASSISTANT);
	for (size_t i = 0; i < r->blocks.n; i++)
		take_block(m, &r->blocks.v[i], whole, bad);
	if (m->parts.n == 0) {
		message_unref(m);
		return NULL;
	}
	m->model = mem_strdup(model);
	m->partial = !whole;
	m->withdrawn = is_taken_back(r->stop_reason);
	return m;
}

void
reply_done(struct reply *r)
{
	for (size_t i = 0; i < r->blocks.n; i++) {
		struct reply_block *b = &r->blocks.v[i];
		buf_done(&b->text);
		buf_done(&b->extra);
		free(b->id);
		free(b->name);
	}
	vec_done(&r->blocks);
	free(r->stop_reason);
	free(r->trace);
	free(r->routed_to);
	free(r->exception);
	free(r->exception_text);
	*r = (struct reply){ 0 };
}
