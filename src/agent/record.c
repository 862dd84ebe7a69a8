/* record.c - see record.h. */
#include "config.h"

#include "agent/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"

enum { TITLE_BYTES = 200 };

static const struct {
	enum reply_kind	 kind;
	const char	*name;
} piece_names[] = {
	{ REPLY_START, "start" },
	{ REPLY_TEXT, "text" },
	{ REPLY_REASONING, "reasoning" },
	{ REPLY_SIGNATURE, "signature" },
	{ REPLY_REDACTED, "redacted" },
	{ REPLY_TOOL, "tool" },
	{ REPLY_TOOL_INPUT, "input" },
	{ REPLY_CITATION, "citation" },
	{ REPLY_BLOCK_END, "block-end" },
	{ REPLY_STOP, "stop" },
};

static const char *
piece_name(enum reply_kind kind)
{
	for (size_t i = 0; i < sizeof piece_names / sizeof *piece_names; i++)
		if (piece_names[i].kind == kind)
			return piece_names[i].name;
	return NULL;
}

static void
open_record(struct buf *b, const char *type)
{
	char now[32];
	clock_iso8601(clock_wall(), now);
	buf_putc(b, '{');
	json_put_member(b, "t", type);
	json_put_member(b, "at", now);
}

static void
put_record(struct session *s, struct buf *b, enum session_sync sync)
{
	buf_putc(b, '}');
	session_record(s, buf_str(b), b->len, sync);
	buf_done(b);
}

static void
put_usage(struct buf *b, const struct usage *u, const char *stop, double cost)
{
	if (stop != NULL)
		json_put_member(b, "stop", stop);
	if (u == NULL || !u->known)
		return;
	json_put_key(b, "usage");
	buf_putc(b, '{');
	json_put_int(b, "input", u->input);
	json_put_int(b, "output", u->output);
	json_put_int(b, "cacheRead", u->cache_read);
	json_put_int(b, "cacheWrite", u->cache_write);
	json_put_int(b, "cacheWrite1h", u->cache_write_1h);
	buf_putc(b, '}');
	if (cost >= 0)
		json_put_num(b, "cost", cost);
}

/* The first words of a user's message, which a list of sessions shows. */
static void
put_title(struct buf *b, const struct message *m)
{
	if (m->role != MESSAGE_USER)
		return;
	struct buf text = { 0 };
	message_text(m, &text);
	size_t n = text.len < TITLE_BYTES ? text.len : TITLE_BYTES;
	while (n > 0 && n < text.len && ((unsigned char)text.s[n] & 0xc0) == 0x80)
		n--;
	json_put_member_n(b, "text", buf_str(&text), n);
	buf_done(&text);
}

void
record_message(struct session *s, const struct message *m, const struct usage *u, const char *stop, double cost)
{
	if (s == NULL)
		return;
	struct buf b = { 0 };
	open_record(&b, "message");
	put_title(&b, m);
	put_usage(&b, u, stop, cost);
	buf_putc(&b, ',');
	message_put(&b, m);
	put_record(s, &b, SESSION_NOW);
}

void
record_end(struct session *s, const struct message *m, const struct usage *u, const char *stop, double cost)
{
	size_t bytes = 0;
	for (size_t i = 0; i < m->parts.n; i++)
		bytes += m->parts.v[i].len;
	if (s == NULL)
		return;
	if (bytes <= RECORD_WHOLE_MAX) {
		record_message(s, m, u, stop, cost);
		return;
	}
	struct buf b = { 0 };
	open_record(&b, "end");
	json_put_member(&b, "model", m->model);
	json_put_bool(&b, "partial", m->partial);
	put_usage(&b, u, stop, cost);
	put_record(s, &b, SESSION_NOW);
}

void
record_text(struct session *s, const char *type, const char *kind, const char *text)
{
	if (s == NULL)
		return;
	struct buf b = { 0 };
	open_record(&b, type);
	if (kind != NULL)
		json_put_member(&b, "kind", kind);
	json_put_member(&b, "text", text);
	/* What a user typed is synced at once. The rest is not worth a sync of its own: the message behind it brings one. */
	put_record(s, &b, strcmp(type, "queued") == 0 ? SESSION_NOW : SESSION_SOON);
}

void
record_charge(struct session *s, const char *model, const struct usage *u, double cost)
{
	if (s == NULL)
		return;
	struct buf b = { 0 };
	open_record(&b, "charge");
	json_put_member(&b, "model", model);
	put_usage(&b, u, NULL, cost);
	put_record(s, &b, SESSION_NOW);
}

void
record_announced(struct session *s, const char *origin, const char *title, const char *text)
{
	if (s == NULL)
		return;
	struct buf b = { 0 };
	open_record(&b, "announced");
	json_put_member(&b, "origin", origin);
	json_put_member(&b, "title", title);
	json_put_member(&b, "text", text);
	put_record(s, &b, SESSION_NOW);
}

void
record_spawn(struct session *s, const char *id, const char *label, const char *session)
{
	if (s == NULL)
		return;
	struct buf b = { 0 };
	open_record(&b, "spawn");
	json_put_member(&b, "id", id);
	json_put_member(&b, "label", label);
	if (session != NULL)
		json_put_member(&b, "session", session);
	put_record(s, &b, SESSION_NOW);
}

void
record_note(struct session *s, const char *kind, const char *text, const char *detail)
{
	if (s == NULL)
		return;
	struct buf b = { 0 };
	open_record(&b, "note");
	json_put_member(&b, "kind", kind);
	json_put_member(&b, "text", text);
	if (detail != NULL)
		json_put_member(&b, "detail", detail);
	put_record(s, &b, SESSION_NOW);
}

void
record_switch(struct session *s, const char *from, const char *to, const char *reason)
{
	if (s == NULL)
		return;
	struct buf b = { 0 };
	open_record(&b, "fallback");
	json_put_member(&b, "from", from);
	json_put_member(&b, "to", to);
	json_put_member(&b, "reason", reason);
	put_record(s, &b, SESSION_NOW);
}

void
record_shown(struct session *s, const char *id, const char *summary, const char *outcome, const char *diff)
{
	if (s == NULL || (outcome == NULL && diff == NULL))
		return;
	struct buf b = { 0 };
	open_record(&b, "shown");
	json_put_member(&b, "id", id);
	if (summary != NULL)
		json_put_member(&b, "summary", summary);
	if (outcome != NULL)
		json_put_member(&b, "outcome", outcome);
	if (diff != NULL)
		json_put_member(&b, "diff", diff);
	put_record(s, &b, SESSION_SOON);
}

void
record_flush(struct session *s, struct record_pieces *p)
{
	if (!p->any)
		return;
	p->any = false;
	const char *name = piece_name(p->kind);
	if (s != NULL && name != NULL) {
		struct buf b = { 0 };
		buf_putc(&b, '{');
		json_put_member(&b, "t", "piece");
		json_put_member(&b, "k", name);
		json_put_int(&b, "b", p->block);
		json_put_member_n(&b, "s", buf_str(&p->text), p->text.len);
		if (p->name != NULL)
			json_put_member(&b, "name", p->name);
		put_record(s, &b, SESSION_SOON);
	}
	if (p->text.cap > 256 * 1024)
		buf_done(&p->text);
	buf_reset(&p->text);
	free(p->name);
	p->name = NULL;
}

static bool
joins(enum reply_kind k)
{
	return k == REPLY_TEXT || k == REPLY_REASONING || k == REPLY_TOOL_INPUT || k == REPLY_SIGNATURE;
}

void
record_piece(struct session *s, struct record_pieces *p, const struct reply_event *ev)
{
	if (s == NULL || piece_name(ev->kind) == NULL)
		return;
	if (p->any && (p->kind != ev->kind || p->block != ev->block || !joins(ev->kind)))
		record_flush(s, p);
	p->kind = ev->kind;
	p->block = ev->block;
	p->any = true;
	buf_add(&p->text, ev->text, ev->len);
	if (ev->name != NULL && p->name == NULL)
		p->name = mem_strdup(ev->name);
}

void
record_pieces_done(struct record_pieces *p)
{
	buf_done(&p->text);
	free(p->name);
	*p = (struct record_pieces){ 0 };
}

bool
record_piece_parse(struct json_object *o, struct reply_event *ev)
{
	const char *name = json_str(o, "k", "");
	for (size_t i = 0; i < sizeof piece_names / sizeof *piece_names; i++) {
		if (strcmp(piece_names[i].name, name) != 0)
			continue;
		struct json_object *s = json_get(o, "s");
		bool text = json_object_is_type(s, json_type_string);
		*ev = (struct reply_event){ .kind = piece_names[i].kind,
			.block = (int)json_int(o, "b", 0),
			.text = text ? json_object_get_string(s) : "",
			.len = text ? (size_t)json_object_get_string_len(s) : 0,
			.name = json_str(o, "name", NULL) };
		return true;
	}
	return false;
}
