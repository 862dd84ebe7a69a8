/* restore.c - a stored session back into an agent: transcript and conversation. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "agent/agent-inside.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/attach.h"
#include "model/catalogue.h"

static struct block *
add_ended(struct agent *a, enum block_kind kind, const char *text, size_t n, enum block_state state)
{
	struct block *b = transcript_add(&a->transcript, kind, text, n);
	b->started_ms = 0;
	transcript_end(&a->transcript, b, state);
	return b;
}

static void
show_part(struct agent *a, const struct message *m, const struct part *p, bool *titled)
{
	enum block_state state = m->partial ? BLOCK_FAILED : BLOCK_DONE;
	struct block *b;
	if (attach_is(p)) {
		struct buf what = { 0 };
		attach_describe(p, &what);
		add_ended(a, BLOCK_NOTE, buf_str(&what), what.len, BLOCK_DONE);
		buf_done(&what);
		return;
	}
	switch (p->kind) {
	case PART_TEXT:
		if (str_same(m->origin, LOOP_OWN)) {
			loop_restore_own(a, p->text, p->len);
			break;
		}
		if (m->origin != NULL) {
			agent_show_announced(a, m->origin, p->text, p->len);
			break;
		}
		b = add_ended(a, m->role == MESSAGE_USER ? BLOCK_USER : BLOCK_TEXT, p->text, p->len, state);
		if (m->role == MESSAGE_ASSISTANT && !*titled && m->model != NULL) {
			b->title = catalogue_short(m->model);
			*titled = true;
			transcript_touch(&a->transcript, b);
		}
		break;
	case PART_CITATIONS:
		if (p->name != NULL)
			add_ended(a, BLOCK_TEXT, p->name, strlen(p->name), state);
		break;
	case PART_REASONING:
		if (p->len == 0)
			break;
		b = add_ended(a, BLOCK_REASONING, p->text, p->len, BLOCK_DONE);
		agent_fold_reasoning(&a->transcript, b);
		break;
	case PART_TOOL_USE:
		b = add_ended(a, BLOCK_TOOL, NULL, 0, state);
		b->title = mem_strdup(p->name);
		loop_restore_call(a, b, p->id, p->text, p->len);
		transcript_touch(&a->transcript, b);
		break;
	case PART_TOOL_RESULT:
		loop_restore_result(a, p->id, p->text, p->len, p->failed);
		break;
	default:
		break;
	}
}

/* Takes the reference. */
static void
take_message(struct agent *a, struct message *m)
{
	bool titled = false;
	for (size_t i = 0; i < m->parts.n; i++)
		show_part(a, m, &m->parts.v[i], &titled);
	conversation_add(&a->conversation, m);
}

/* The pieces of a reply whose end is not there become a partial message. */
static bool
take_pieces(struct agent *a, bool whole, const char *model)
{
	struct message *m = reply_message(&a->reply, model, whole, NULL);
	reply_done(&a->reply);
	a->reply = (struct reply){ 0 };
	if (m != NULL)
		take_message(a, m);
	return m != NULL;
}

static void
drop_pieces(struct agent *a)
{
	reply_done(&a->reply);
	a->reply = (struct reply){ 0 };
}

static struct usage
usage_of(struct json_object *o)
{
	struct json_object *u = json_get(o, "usage");
	return (struct usage){ .known = u != NULL, .input = json_int(u, "input", 0),
		.output = json_int(u, "output", 0), .cache_read = json_int(u, "cacheRead", 0),
		.cache_write = json_int(u, "cacheWrite", 0),
		.cache_write_1h = json_int(u, "cacheWrite1h", 0) };
}

static void
take_usage(struct agent *a, struct json_object *o)
{
	struct usage usage = usage_of(o);
	const char *model = json_str(o, "model", a->model);
	if (usage.known && model != NULL)
		agent_count(a, model, &usage, json_num(o, "cost", -1), clock_parse_iso8601(json_str(o, "at", "")));
}

static void
on_charge(struct agent *a, struct json_object *o)
{
	struct usage usage = usage_of(o);
	const char *model = json_str(o, "model", NULL);
	if (usage.known && model != NULL)
		agent_add_cost(a, model, &usage, json_num(o, "cost", -1));
}

/* The subagent has answered. */
static void
spawn_answered(struct agent *a, const char *origin)
{
	for (size_t i = 0; origin != NULL && i < a->spawned.n; i++) {
		struct agent_spawned s = a->spawned.v[i];
		if (!str_starts(origin, "subagent:") || strcmp(origin + strlen("subagent:"), s.id) != 0)
			continue;
		vec_cut(&a->spawned, i, 1);
		free(s.id);
		free(s.label);
		free(s.session);
		return;
	}
}

/* A queued message that was sent is in the record again, as a message. */
static void
unqueue(struct agent *a, const char *text)
{
	for (size_t i = 0; i < a->queue.n; i++)
		if (strcmp(a->queue.v[i].text, text) == 0) {
			agent_queued_done(&a->queue.v[i]);
			vec_cut(&a->queue, i, 1);
			return;
		}
}

static void
on_message(struct agent *a, struct json_object *o)
{
	struct message *m = message_parse(o);
	if (m == NULL)
		return;
	spawn_answered(a, m->origin);
	if (m->role == MESSAGE_USER) {
		take_pieces(a, false, a->model);
		if (m->parts.n > 0 && m->parts.v[0].kind == PART_TEXT)
			unqueue(a, m->parts.v[0].text);
	} else {
		drop_pieces(a);
	}
	take_usage(a, o);
	take_message(a, m);
}

static void
on_piece(struct agent *a, struct json_object *o)
{
	struct reply_event ev;
	if (record_piece_parse(o, &ev))
		reply_apply(&a->reply, &ev);
}

static void
on_end_record(struct agent *a, struct json_object *o)
{
	take_usage(a, o);
	take_pieces(a, !json_flag(o, "partial", false), json_str(o, "model", a->model));
}

static void
on_note(struct agent *a, struct json_object *o)
{
	const char *text = json_str(o, "text", "");
	bool error = strcmp(json_str(o, "kind", ""), "error") == 0;
	/* A note within a reply belongs after what arrived of it; the reply's end has come by then. */
	struct block *b = add_ended(a, error ? BLOCK_ERROR : BLOCK_NOTE, text, strlen(text),
	    error ? BLOCK_FAILED : BLOCK_DONE);
	b->detail = mem_strdup(json_str(o, "detail", NULL));
	b->folded = b->detail != NULL;
	transcript_touch(&a->transcript, b);
}

static void
on_shown(struct agent *a, struct json_object *o)
{
	loop_restore_shown(a, json_str(o, "id", ""), json_str(o, "summary", NULL), json_str(o, "outcome", NULL),
	    json_str(o, "diff", NULL));
}

static void
on_queued(struct agent *a, struct json_object *o)
{
	struct queued q = { .text = mem_strdup(json_str(o, "text", "")) };
	vec_add(&a->queue, q);
}

static void
on_announced(struct agent *a, struct json_object *o)
{
	const char *origin = json_str(o, "origin", "");
	struct queued q = { .text = mem_strdup(json_str(o, "text", "")), .origin = mem_strdup(origin),
		.title = mem_strdup(json_str(o, "title", origin)) };
	spawn_answered(a, origin);
	vec_add(&a->queue, q);
}

static void
on_spawn(struct agent *a, struct json_object *o)
{
	struct agent_spawned s = { mem_strdup(json_str(o, "id", "")), mem_strdup(json_str(o, "label", "")),
		mem_strdup(json_str(o, "session", NULL)) };
	vec_add(&a->spawned, s);
}

static void
on_unqueued(struct agent *a, struct json_object *o)
{
	unqueue(a, json_str(o, "text", ""));
}

static void
on_model(struct agent *a, struct json_object *o)
{
	const char *model = json_str(o, "text", NULL);
	if (model == NULL)
		return;
	free(a->model);
	free(a->model_short);
	a->model = mem_strdup(model);
	a->model_short = catalogue_short(model);
}

static void
on_effort(struct agent *a, struct json_object *o)
{
	int effort = effort_named(json_str(o, "text", ""));
	if (effort < 0)
		return;
	a->params.effort = (enum effort)effort;
	a->effort_chosen = true;
}

/* What the guardrail blocked, or the service called invalid, is not sent again; unless it was asked again. */
static void
on_withdraw(struct agent *a, struct json_object *o)
{
	for (size_t i = a->conversation.n; i-- > 0;)
		if (a->conversation.v[i]->role == MESSAGE_USER) {
			a->conversation.v[i]->withdrawn = strcmp(json_str(o, "text", ""), "undone") != 0;
			return;
		}
}

static const struct {
	const char	*type;
	void		(*take)(struct agent *, struct json_object *);
} records[] = {
	{ "piece", on_piece },
	{ "message", on_message },
	{ "end", on_end_record },
	{ "note", on_note },
	{ "shown", on_shown },
	{ "queued", on_queued },
	{ "unqueued", on_unqueued },
	{ "announced", on_announced },
	{ "spawn", on_spawn },
	{ "charge", on_charge },
	{ "model", on_model },
	{ "effort", on_effort },
	{ "withdraw", on_withdraw },
};

int
agent_restore(struct agent *a, const char *json, size_t n)
{
	struct json_object *o = json_parse(json, n, NULL);
	const char *type = json_str(o, "t", "");
	for (size_t i = 0; i < sizeof records / sizeof *records; i++)
		if (strcmp(records[i].type, type) == 0) {
			records[i].take(a, o);
			break;
		}
	json_free(o);
	return 0;
}

/* It waited for its turn when adit ended: it is sent along with what is said next. */
static void
keep_announced(struct agent *a, struct queued *q)
{
	struct queued mine = *q;
	*q = (struct queued){ 0 };
	agent_keep_announced(a, mine.origin, mine.title, mine.text);
	agent_queued_done(&mine);
}

void
agent_restored(struct agent *a, struct session *session, size_t torn, size_t bad)
{
	bool cut = take_pieces(a, false, a->model);
	agent_take_session(a, session);
	loop_restored(a);
	if (cut)
		agent_note(a, BLOCK_NOTE, _("The reply above was cut off when adit ended; this is what had arrived. Type /retry to ask again."));
	if (torn > 0)
		agent_note(a, BLOCK_NOTE, _("The end of this session's file was damaged and has been repaired; the damaged bytes are kept beside it."));
	if (bad > 0)
		agent_note(a, BLOCK_NOTE, _("Some lines of this session's file were damaged and have been left out."));
	for (size_t i = 0; i < a->queue.n; i++) {
		if (a->queue.v[i].origin != NULL) {
			keep_announced(a, &a->queue.v[i]);
			continue;
		}
		char *s = mem_printf(_("Not sent, because adit ended first: %s"), a->queue.v[i].text);
		record_text(a->session, "unqueued", NULL, a->queue.v[i].text);
		agent_note(a, BLOCK_NOTE, s);
		free(s);
		agent_queued_done(&a->queue.v[i]);
	}
	a->queue.n = 0;
}
