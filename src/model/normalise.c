/*
 * normalise.c - see normalise.h. Rules: the errors that the service is known to
 * answer with; each row of that list is a test.
 *
 * The work is done on shallow copies of the parts ("views"), so that a message
 * that is fine as it stands is shared, not copied. One pass goes through the
 * turns in order; a second gives documents their text and unique names.
 */
#include "config.h"

#include "model/normalise.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/blank.h"

enum { ID_MAX = 64, NAME_MAX_LEN = 64, DOCUMENT_NAME_MAX = 200 };

/* Sent to the model, so in English whatever the user's language is. */
static const char interrupted[] = "The call was interrupted; there is no result.";
static const char no_output[] = "(no output)";
static const char see_document[] = "See the attached document.";

struct views VEC(struct part);

struct turn {                           /* a message as it will be sent */
	enum message_role	 role;
	struct views		 parts;         /* pointers into messages or the arena */
};

struct work {
	const struct normalise_rules *rules;
	struct family		 family;
	struct VEC(struct turn)	 turns;
	struct VEC(char *)	 arena;         /* strings that were made here */
	struct VEC(const char *) ids;           /* tool call ids that are taken */
};

static char *
keep(struct work *w, char *s)
{
	vec_add(&w->arena, s);
	return s;
}

static void
set_text(struct part *p, const char *s, size_t n)
{
	p->text = (char *)(uintptr_t)s;         /* views are never written through */
	p->len = n;
}

static void
set_words(struct part *p, const char *s)
{
	set_text(p, s, strlen(s));
}

/* ---- one part: what may go to this model, and how ------------------------- */

/* Which role may hold which kind; images in an answer are the model's own and cannot be sent
 * back. */
static bool
belongs(enum message_role role, enum part_kind kind)
{
	switch (kind) {
	case PART_TEXT:
		return true;
	case PART_REASONING:
	case PART_REDACTED:
	case PART_TOOL_USE:
	case PART_CITATIONS:
		return role == MESSAGE_ASSISTANT;
	default:
		return role == MESSAGE_USER;
	}
}

static bool
is_reasoning(const struct part *p)
{
	return p->kind == PART_REASONING || p->kind == PART_REDACTED;
}

/* Signatures are Claude's and stay valid between its models; an unsigned block was cut off.
 * Behind an opaque id only the very same id is trusted to be the same model. */
static bool
may_send_reasoning(const struct work *w, const struct message *m, const struct part *p)
{
	struct family from = family_of(m->model);
	if (w->rules->has_thoughts)
		return p->kind == PART_REASONING && p->len > 0;
	bool same = from.kind == FAMILY_UNKNOWN || w->family.kind == FAMILY_UNKNOWN ?
	    m->model != NULL && str_same(m->model, w->rules->model) :
	    from.kind == FAMILY_CLAUDE && family_takes_reasoning(&w->family);
	bool intact = p->kind == PART_REDACTED || (p->signature != NULL && *p->signature != '\0');
	return w->rules->has_thinking && same && intact;
}

/* Without tools in the request, calls and results are told as text. */
static void
tell_as_text(struct work *w, struct part *p)
{
	struct buf b = { 0 };
	if (p->kind == PART_TOOL_USE)
		buf_printf(&b, "[Called the tool %s with ", p->name != NULL ? p->name : "");
	else
		buf_puts(&b, p->failed ? "[The call failed: " : "[Result of the call: ");
	buf_add(&b, p->text, p->len);
	buf_putc(&b, ']');
	size_t n = 0;
	char *s = keep(w, buf_take(&b, &n));
	*p = (struct part){ .kind = PART_TEXT };
	set_text(p, s, n);
}

/* false: leave the part out. */
static bool
convert(struct work *w, const struct message *m, struct part *p)
{
	if (!belongs(m->role, p->kind) || (is_reasoning(p) && !may_send_reasoning(w, m, p)))
		return false;
	if (p->kind == PART_TOOL_RESULT && blank_text(p->text, p->len))
		set_words(p, no_output);
	if ((p->kind == PART_TOOL_USE || p->kind == PART_TOOL_RESULT) && !w->rules->has_tools)
		tell_as_text(w, p);
	if (p->kind == PART_CITATIONS) {
		/* Their positions refer to documents that may be gone by now; the words are what
		 * counts. */
		const char *text = p->name != NULL ? p->name : "";
		*p = (struct part){ .kind = PART_TEXT };
		set_words(p, text);
	}
	return p->kind != PART_TEXT || !blank_text(p->text, p->len);
}

/* ---- tool calls: valid, unique ids, each answered -------------------------- */

/* A copy of s in which every byte but A-Za-z0-9_- is '_', of at most max bytes. */
static char *
sanitised(const char *s, size_t max, const char *otherwise)
{
	char *out = mem_strndup(s, strnlen(s, max));
	for (char *c = out; *c != '\0'; c++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
			*c) == NULL)
			*c = '_';
	if (*out != '\0')
		return out;
	free(out);
	return mem_strdup(otherwise);
}

static bool
is_taken(const struct work *w, const char *id)
{
	for (size_t i = 0; i < w->ids.n; i++)
		if (strcmp(w->ids.v[i], id) == 0)
			return true;
	return false;
}

static char *
new_id(struct work *w, const char *old)
{
	char *id = keep(w, sanitised(old != NULL ? old : "", ID_MAX, "call"));
	for (unsigned n = 2; is_taken(w, id); n++) {
		char tail[16];
		int k = snprintf(tail, sizeof tail, "_%u", n);
		char *base = sanitised(old != NULL ? old : "", ID_MAX - (size_t)k, "call");
		id = keep(w, mem_printf("%s%s", base, tail));
		free(base);
	}
	vec_add(&w->ids, id);
	return id;
}

/* The first result in `from` with this id, taken out of the list; false when there is none. */
static bool
take_result(struct views *from, const char *id, struct part *out)
{
	for (size_t i = 0; i < from->n; i++)
		if (from->v[i].kind == PART_TOOL_RESULT && str_same(from->v[i].id, id)) {
			*out = from->v[i];
			vec_cut(from, i, 1);
			return true;
		}
	return false;
}

/*
 * Answers the calls of `asked` at the beginning of the user turn `reply`: in
 * the calls' order, with a stand-in for what is missing, under new ids where
 * the old ones would be refused. Results that nobody asked for are dropped.
 */
static void
pair_tools(struct work *w, struct turn *asked, struct turn *reply)
{
	struct views was = reply->parts;
	reply->parts = (struct views){ 0 };
	for (size_t i = 0; asked != NULL && i < asked->parts.n; i++) {
		struct part *use = &asked->parts.v[i], result;
		if (use->kind != PART_TOOL_USE)
			continue;
		if (!take_result(&was, use->id, &result)) {
			result = (struct part){ .kind = PART_TOOL_RESULT, .failed = true };
			set_words(&result, interrupted);
		}
		use->id = result.id = new_id(w, use->id);
		use->name =
		    keep(w, sanitised(use->name != NULL ? use->name : "", NAME_MAX_LEN, "tool"));
		vec_add(&reply->parts, result);
	}
	for (size_t i = 0; i < was.n; i++)
		if (was.v[i].kind != PART_TOOL_RESULT)
			vec_add(&reply->parts, was.v[i]);
	vec_done(&was);
}

/* ---- turns ---------------------------------------------------------------- */

static struct turn *
last_turn(struct work *w)
{
	return w->turns.n > 0 ? &w->turns.v[w->turns.n - 1] : NULL;
}

static void
drop_last(struct work *w)
{
	w->turns.n--;
	vec_done(&w->turns.v[w->turns.n].parts);
}

/* A reply may not end in reasoning; what stands there was cut off before it led to anything. */
static void
cut_trailing_reasoning(struct turn *t)
{
	while (t->parts.n > 0 && is_reasoning(&t->parts.v[t->parts.n - 1]))
		t->parts.n--;
}

/* The message's parts as far as they may be sent, joined to the turn before when the roles are the
 * same. */
static void
add_message(struct work *w, const struct message *m)
{
	struct turn *t = last_turn(w);
	if (t == NULL || t->role != m->role) {
		vec_add(&w->turns, ((struct turn){ .role = m->role }));
		t = last_turn(w);
	}
	for (size_t i = 0; i < m->parts.n; i++) {
		struct part p = m->parts.v[i];
		if (convert(w, m, &p))
			vec_add(&t->parts, p);
	}
	if (t->role == MESSAGE_ASSISTANT)
		cut_trailing_reasoning(t);
	if (t->parts.n == 0)
		drop_last(w);
}

static void
move_parts(struct turn *to, struct turn *from)
{
	for (size_t i = 0; i < from->parts.n; i++)
		vec_add(&to->parts, from->parts.v[i]);
	vec_done(&from->parts);
}

/*
 * The rules of order, over the joined turns: user first, every call answered
 * next. A user turn may lose all it had (orphans) and vanish; then its
 * neighbours meet, and neither of them can hold an open call.
 */
static void
order_turns(struct work *w)
{
	size_t n = 0;
	for (size_t i = 0; i < w->turns.n; i++) {
		struct turn *t = &w->turns.v[i], *before = n > 0 ? &w->turns.v[n - 1] : NULL;
		if (t->role == MESSAGE_USER)
			pair_tools(w, before, t);
		if (t->parts.n == 0 || (before == NULL && t->role == MESSAGE_ASSISTANT)) {
			vec_done(&t->parts);
		} else if (before != NULL && before->role == t->role) {
			move_parts(before, t);
		} else {
			struct turn moved = *t;
			w->turns.v[n++] = moved;
		}
	}
	w->turns.n = n;
}

/* Newer Claude models refuse an answer that is begun for them; an unanswered call would be refused
 * by all. */
static void
end_with_user(struct work *w)
{
	while (w->turns.n > 0 && last_turn(w)->role == MESSAGE_ASSISTANT)
		drop_last(w);
}

/* ---- documents ------------------------------------------------------------ */

static bool
is_name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr(" -()[]", c) != NULL);
}

/* Letters, digits, single spaces, - ( ) [ ]; at most max bytes; "document" for what has none of
 * them. */
static char *
document_name(const char *s, size_t max)
{
	char *out = mem_alloc(max + 1);
	size_t n = 0;
	for (; *s != '\0' && n < max; s++) {
		char c = is_name_char(*s) ? *s : (unsigned char)*s <= ' ' ? ' ' : '-';
		/* A character of several bytes is one dash. */
		if (((unsigned char)*s & 0xc0) == 0x80 ||
		    (c == ' ' && (n == 0 || out[n - 1] == ' ')))
			continue;
		out[n++] = c;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	if (n > 0)
		return out;
	free(out);
	return mem_strdup("document");
}

static bool
name_is_taken(const struct work *w, const struct part *upto, const char *name)
{
	for (size_t i = 0; i < w->turns.n; i++)
		for (size_t j = 0; j < w->turns.v[i].parts.n; j++) {
			const struct part *p = &w->turns.v[i].parts.v[j];
			if (p == upto)
				return false;
			if (p->kind == PART_DOCUMENT && strcmp(p->name, name) == 0)
				return true;
		}
	return false;
}

static void
name_document(struct work *w, struct part *p)
{
	const char *was = p->name != NULL ? p->name : "";
	char *name = keep(w, document_name(was, DOCUMENT_NAME_MAX));
	for (unsigned n = 2; name_is_taken(w, p, name); n++) {
		char *base = document_name(was, DOCUMENT_NAME_MAX - 14);
		name = keep(w, mem_printf("%s (%u)", base, n));
		free(base);
	}
	p->name = str_same(p->name, name) ? p->name : name;
}

static void
mend_documents(struct work *w, struct turn *t)
{
	bool text = false, document = false;
	for (size_t i = 0; i < t->parts.n; i++) {
		text |= t->parts.v[i].kind == PART_TEXT;
		if (t->parts.v[i].kind == PART_DOCUMENT) {
			document = true;
			name_document(w, &t->parts.v[i]);
		}
	}
	if (document && !text) {
		struct part p = { .kind = PART_TEXT };
		set_words(&p, see_document);
		vec_add(&t->parts, p);
	}
}

/* ---- out ------------------------------------------------------------------ */

static struct message *
message_of(const struct turn *t)
{
	struct message *m = message_new(t->role);
	for (size_t i = 0; i < t->parts.n; i++)
		message_copy_part(m, &t->parts.v[i]);
	return m;
}

static bool
same_part(const struct part *a, const struct part *b)
{
	return a->kind == b->kind && a->text == b->text && a->len == b->len &&
	       str_same(a->id, b->id) && str_same(a->name, b->name) && a->failed == b->failed;
}

/* Whether the turn is this message, untouched. */
static bool
is_message(const struct turn *t, const struct message *m)
{
	if (t->role != m->role || t->parts.n != m->parts.n)
		return false;
	for (size_t i = 0; i < t->parts.n; i++)
		if (!same_part(&t->parts.v[i], &m->parts.v[i]))
			return false;
	return true;
}

/* Both lists are in the same order, so the search goes on where it stopped. */
static void
share_or_copy(struct conversation *out, const struct work *w, const struct conversation *in)
{
	size_t next = 0;
	for (size_t i = 0; i < w->turns.n; i++) {
		const struct turn *t = &w->turns.v[i];
		size_t k = next;
		while (k < in->n && !is_message(t, in->v[k]))
			k++;
		conversation_add(out, k < in->n ? message_ref(in->v[k]) : message_of(t));
		next = k < in->n ? k + 1 : next;
	}
}

static void
work_done(struct work *w)
{
	while (w->turns.n > 0)
		drop_last(w);
	for (size_t i = 0; i < w->arena.n; i++)
		free(w->arena.v[i]);
	vec_done(&w->turns);
	vec_done(&w->arena);
	vec_done(&w->ids);
}

void
normalise(struct conversation *out, const struct conversation *in,
    const struct normalise_rules *rules)
{
	struct work w = { .rules = rules,
		.family = family_of(rules->base_model != NULL ? rules->base_model : rules->model) };
	for (size_t i = 0; i < in->n; i++)
		if (!in->v[i]->withdrawn)
			add_message(&w, in->v[i]);
	order_turns(&w);
	end_with_user(&w);
	for (size_t i = 0; i < w.turns.n; i++)
		mend_documents(&w, &w.turns.v[i]);
	share_or_copy(out, &w, in);
	work_done(&w);
}

static bool
holds(const struct message *m, enum part_kind a, enum part_kind b)
{
	for (size_t i = 0; i < m->parts.n; i++)
		if (m->parts.v[i].kind == a || m->parts.v[i].kind == b)
			return true;
	return false;
}

bool
normalise_mid_loop_unthought(const struct conversation *c)
{
	size_t i = c->n;
	bool in_loop = false;
	/* Backwards over results and calls, to the message that the loop answers. */
	for (; i > 0 && holds(c->v[i - 1], PART_TOOL_RESULT, PART_TOOL_USE); i--) {
		if (holds(c->v[i - 1], PART_REASONING, PART_REDACTED))
			return false;
		in_loop = true;
	}
	return in_loop;
}
