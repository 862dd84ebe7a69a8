/* message.c - see message.h. */
#include "config.h"

#include "model/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

/* Words of the stored record: added to, never renamed. */
static const char *const kinds[] = {
	[PART_TEXT] = "text",
	[PART_REASONING] = "reasoning",
	[PART_REDACTED] = "redacted",
	[PART_TOOL_USE] = "tool_use",
	[PART_TOOL_RESULT] = "tool_result",
	[PART_IMAGE] = "image",
	[PART_DOCUMENT] = "document",
	[PART_VIDEO] = "video",
	[PART_AUDIO] = "audio",
	[PART_CITATIONS] = "citations",
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const char *const roles[] = { [MESSAGE_USER] = "user", [MESSAGE_ASSISTANT] = "assistant" };

static int
index_of(const char *const *words, int n, const char *word)
{
	for (int i = 0; i < n; i++)
		if (word != NULL && strcmp(words[i], word) == 0)
			return i;
	return -1;
}

struct message *
message_new(enum message_role role)
{
	struct message *m = mem_alloc(sizeof *m);
	atomic_init(&m->refs, 1);
	m->role = role;
	return m;
}

struct message *
message_ref(struct message *m)
{
	atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
	return m;
}

static void
part_done(struct part *p)
{
	free(p->text);
	free(p->signature);
	free(p->id);
	free(p->name);
	free(p->format);
}

void
message_unref(struct message *m)
{
	if (m == NULL || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t i = 0; i < m->parts.n; i++)
		part_done(&m->parts.v[i]);
	vec_done(&m->parts);
	free(m->model);
	free(m->origin);
	free(m);
}

struct part *
message_add(struct message *m, enum part_kind kind, const char *text, size_t n)
{
	struct part p = { .kind = kind, .text = mem_strndup(text, n), .len = n };
	vec_add(&m->parts, p);
	return &m->parts.v[m->parts.n - 1];
}

struct part *
message_copy_part(struct message *m, const struct part *from)
{
	struct part *p = message_add(m, from->kind, from->text, from->len);
	p->signature = mem_strdup(from->signature);
	p->id = mem_strdup(from->id);
	p->name = mem_strdup(from->name);
	p->format = mem_strdup(from->format);
	p->failed = from->failed;
	return p;
}

void
message_text(const struct message *m, struct buf *out)
{
	const struct part *before = NULL;
	for (size_t i = 0; i < m->parts.n; i++) {
		const struct part *p = &m->parts.v[i];
		if (p->kind != PART_TEXT && p->kind != PART_CITATIONS)
			continue;
		/* A cited passage stands in the middle of a sentence; other texts are
		 * paragraphs. */
		if (before != NULL && before->kind == PART_TEXT && p->kind == PART_TEXT)
			buf_puts(out, "\n\n");
		if (p->kind == PART_TEXT)
			buf_add(out, p->text, p->len);
		else if (p->name != NULL)
			buf_puts(out, p->name);
		before = p;
	}
}

/* ---- the stored record ---- */

static void
put_optional(struct buf *b, const char *key, const char *value)
{
	if (value != NULL)
		json_put_member(b, key, value);
}

static void
put_part(struct buf *b, const struct part *p)
{
	json_put_comma(b);
	buf_putc(b, '{');
	json_put_member(b, "kind", kinds[p->kind]);
	json_put_member_n(b, "text", p->text, p->len);
	put_optional(b, "signature", p->signature);
	put_optional(b, "id", p->id);
	put_optional(b, "name", p->name);
	put_optional(b, "format", p->format);
	if (p->failed)
		json_put_bool(b, "failed", true);
	buf_putc(b, '}');
}

void
message_put(struct buf *b, const struct message *m)
{
	json_put_member(b, "role", roles[m->role]);
	put_optional(b, "model", m->model);
	put_optional(b, "origin", m->origin);
	if (m->partial)
		json_put_bool(b, "partial", true);
	if (m->withdrawn)
		json_put_bool(b, "withdrawn", true);
	json_put_key(b, "parts");
	buf_putc(b, '[');
	for (size_t i = 0; i < m->parts.n; i++)
		put_part(b, &m->parts.v[i]);
	buf_putc(b, ']');
}

/* A part of a kind that is not known was written by a newer adit: it is left out. */
static void
parse_part(struct message *m, struct json_object *o)
{
	int kind = index_of(kinds, KINDS, json_str(o, "kind", NULL));
	if (kind < 0)
		return;
	struct json_object *text = json_get(o, "text");
	bool is_text = json_object_is_type(text, json_type_string);
	struct part *p = message_add(m, (enum part_kind)kind,
	    is_text ? json_object_get_string(text) : "",
	    is_text ? (size_t)json_object_get_string_len(text) : 0);
	p->signature = mem_strdup(json_str(o, "signature", NULL));
	p->id = mem_strdup(json_str(o, "id", NULL));
	p->name = mem_strdup(json_str(o, "name", NULL));
	p->format = mem_strdup(json_str(o, "format", NULL));
	p->failed = json_flag(o, "failed", false);
}

struct message *
message_parse(struct json_object *o)
{
	int role = index_of(roles, 2, json_str(o, "role", NULL));
	struct json_object *parts = json_get(o, "parts");
	if (role < 0 || !json_object_is_type(parts, json_type_array))
		return NULL;
	struct message *m = message_new((enum message_role)role);
	m->model = mem_strdup(json_str(o, "model", NULL));
	m->origin = mem_strdup(json_str(o, "origin", NULL));
	m->partial = json_flag(o, "partial", false);
	m->withdrawn = json_flag(o, "withdrawn", false);
	for (size_t i = 0; i < json_len(parts); i++)
		parse_part(m, json_item(parts, i));
	return m;
}

/* ---- conversations ---- */

void
conversation_add(struct conversation *c, struct message *m)
{
	vec_add(c, m);
}

void
conversation_copy(struct conversation *to, const struct conversation *from)
{
	for (size_t i = 0; i < from->n; i++)
		conversation_add(to, message_ref(from->v[i]));
}

void
conversation_done(struct conversation *c)
{
	for (size_t i = 0; i < c->n; i++)
		message_unref(c->v[i]);
	vec_done(c);
}
