/* loop.c - see loop.h. */
#include "config.h"

#include "agent/loop.h"

#include <stdlib.h>
#include <string.h>

#include "agent/agent-inside.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

enum {
	REQUESTS = 200,         /* for one message, unless the limits say otherwise */
	WARN_AFTER = 3,         /* calls in a row that brought nothing new: the model is told */
	STOP_AFTER = 8,         /* … and the turn is ended */
	LIVE_SHOWN = 128 * 1024,
	ARGUMENT_SHOWN = 2000,
	OWN_TOLD = 32 * 1024,   /* bytes of a user's command's output in the conversation */
};

static struct agent *
agent_of(void *arg)
{
	return arg;
}

/* ---- which block shows a call ------------------------------------------------------ */

void
loop_shown(struct agent *a, const char *id, size_t n, struct block *b)
{
	struct loop_shown s = { mem_strndup(id, n), b->id };
	vec_add(&a->loop.shown, s);
}

/* The newest: a model may use an id again. */
struct block *
loop_block(struct agent *a, const char *id)
{
	for (size_t i = a->loop.shown.n; i-- > 0;)
		if (str_same(a->loop.shown.v[i].id, id))
			return transcript_find(&a->transcript, a->loop.shown.v[i].block);
	return NULL;
}

uint64_t
agent_take_call_block(struct agent *a, const char *id)
{
	for (size_t i = a->loop.shown.n; i-- > 0;) {
		struct loop_shown s = a->loop.shown.v[i];
		if (!str_same(s.id, id))
			continue;
		vec_cut(&a->loop.shown, i, 1);
		free(s.id);
		return s.block;
	}
	return 0;
}

static void
put_argument(struct buf *b, const char *name, struct json_object *v)
{
	const char *s = json_object_is_type(v, json_type_string) ? json_object_get_string(v) :
	    json_object_to_json_string_ext(v, JSON_C_TO_STRING_NOSLASHESCAPE);
	size_t n = strlen(s);
	buf_printf(b, "%s:%s", name, memchr(s, '\n', n) != NULL ? "\n" : " ");
	buf_add(b, s, n < ARGUMENT_SHOWN ? n : ARGUMENT_SHOWN);
	buf_puts(b, n > ARGUMENT_SHOWN ? " …\n" : "\n");
}

/* The arguments as people read them: a line each, or the model's text where they are none. */
static void
put_arguments(struct buf *b, const char *args, size_t n, bool only_path)
{
	struct json_object *o = json_parse(args, n, NULL);
	if (!json_object_is_type(o, json_type_object)) {
		buf_add(b, args, n < ARGUMENT_SHOWN ? n : ARGUMENT_SHOWN);
		buf_putc(b, '\n');
	} else if (json_str(o, "command", NULL) != NULL) {
		buf_printf(b, "$ %s\n", json_str(o, "command", ""));
	} else {
		json_object_object_foreach(o, name, v)
			if (!only_path || strcmp(name, "path") == 0)
				put_argument(b, name, v);
	}
	json_free(o);
}

static void
show_arguments(struct agent *a, struct block *b, const char *args, size_t n, bool only_path)
{
	struct buf text = { 0 };
	put_arguments(&text, args, n, only_path);
	if (b->text.len == 0 && text.len > 0)
		transcript_grow(&a->transcript, b, text.s, text.len);
	buf_done(&text);
}

static void
set_text(char **to, const char *s)
{
	free(*to);
	*to = s != NULL && *s != '\0' ? mem_strdup(s) : NULL;
}

static void
end_block(struct agent *a, struct block *b, bool failed)
{
	transcript_end(&a->transcript, b, failed ? BLOCK_FAILED : BLOCK_DONE);
}

/* ---- news of calls ------------------------------------------------------------------- */

static void
tell_use(struct agent *a, const struct tooling_view *v)
{
	struct buf b = { 0 };
	json_put_member(&b, "id", v->id);
	json_put_member(&b, "name", v->name);
	json_put_key(&b, "input");
	struct json_object *o = json_parse(v->args, strlen(v->args), NULL);
	buf_puts(&b, json_object_is_type(o, json_type_object) ? v->args : "{}");
	json_free(o);
	agent_tell(a, AGENT_EV_TOOL_USE, buf_str(&b), b.len);
	buf_done(&b);
}

static void
tell_result(struct agent *a, const struct tooling_view *v)
{
	struct buf b = { 0 };
	json_put_member(&b, "id", v->id);
	json_put_member(&b, "name", v->name);
	json_put_member(&b, "status", v->failed ? "error" : "success");
	json_put_member_n(&b, "text", buf_str(v->result), v->result->len);
	agent_tell(a, AGENT_EV_TOOL_RESULT, buf_str(&b), b.len);
	buf_done(&b);
}

static struct block *
block_of(struct agent *a, const struct tooling_view *v)
{
	return a->loop.own_running && a->loop.own != NULL && str_same(v->id, "own") ?
	    transcript_find(&a->transcript, a->loop.own_block) : loop_block(a, v->id);
}

static void
on_begin(void *arg, size_t i, const struct tooling_view *v)
{
	struct agent *a = agent_of(arg);
	struct block *b = block_of(a, v);
	(void)i;
	if (b == NULL)
		return;
	set_text(&b->summary, v->call->summary);
	show_arguments(a, b, v->args, strlen(v->args), v->call->is_diff);
	transcript_touch(&a->transcript, b);
	agent_tell(a, AGENT_CHANGED, "", 0);
}

static void
on_output(void *arg, size_t i, const char *text, size_t n)
{
	struct agent *a = agent_of(arg);
	struct tooling_view v = tooling_view(a->loop.running ? a->loop.tooling : a->loop.own, i);
	struct block *b = block_of(a, &v);
	if (b == NULL || b->text.len > LIVE_SHOWN)
		return;
	transcript_grow(&a->transcript, b, text, n);
	if (b->text.len > LIVE_SHOWN)
		transcript_grow(&a->transcript, b, "\n…\n", 5);
	agent_tell(a, AGENT_CHANGED, "", 0);
}

static void
show_end(struct agent *a, struct block *b, const struct tooling_view *v)
{
	show_arguments(a, b, v->args, strlen(v->args), v->call != NULL && v->call->is_diff);
	if (v->call != NULL) {
		set_text(&b->summary, v->call->summary);
		set_text(&b->outcome, v->call->outcome);
	}
	if (v->call != NULL && v->call->diff != NULL)
		set_text(&b->detail, v->call->diff);
	else if (!v->streamed)
		set_text(&b->detail, buf_str(v->result));
	else if (v->failed) {
		/* What streamed is there already; why it failed, the last line, is not. */
		const char *line = strrchr(buf_str(v->result), '\n');
		set_text(&b->detail, line != NULL ? line + 1 : buf_str(v->result));
	}
	end_block(a, b, v->failed);
}

static void
on_end(void *arg, size_t i, const struct tooling_view *v)
{
	struct agent *a = agent_of(arg);
	struct block *b = block_of(a, v);
	(void)i;
	if (b != NULL)
		show_end(a, b, v);
	if (a->loop.running) {
		if (v->call != NULL)
			record_shown(a->session, v->id, v->call->summary, v->call->outcome, v->call->diff);
		tell_result(a, v);
	}
	agent_tell(a, AGENT_CHANGED, "", 0);
}

/* ---- nothing new --------------------------------------------------------------------------- */

static uint64_t
hash_more(uint64_t h, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 1099511628211u;
	return h;
}

static uint64_t
hash_of(const struct tooling_view *v)
{
	uint64_t h = hash_more(14695981039346656037u, v->name, strlen(v->name) + 1);
	h = hash_more(h, v->args, strlen(v->args) + 1);
	return hash_more(h, buf_str(v->result), v->result->len);
}

/* Whether this very call brought this very result lately. */
static bool
was_seen(struct agent_loop *l, uint64_t h)
{
	size_t n = l->n_seen < LOOP_REMEMBERS ? l->n_seen : LOOP_REMEMBERS;
	bool found = false;
	for (size_t i = 0; i < n; i++)
		found = found || l->seen[i] == h;
	if (!found)
		l->seen[l->n_seen++ % LOOP_REMEMBERS] = h;
	return found;
}

static void
count_repeats(struct agent_loop *l, const struct tooling_view *v)
{
	l->repeats = was_seen(l, hash_of(v)) ? l->repeats + 1 : 0;
}

/* ---- results ------------------------------------------------------------------------------------ */

static void
add_result(struct message *m, const char *id, const char *text, size_t n, bool failed)
{
	struct part *p = message_add(m, PART_TOOL_RESULT, text, n);
	p->id = mem_strdup(id);
	p->failed = failed;
}

static void
keep_results(struct agent *a, struct message *m)
{
	record_message(a->session, m, NULL, NULL, -1);
	conversation_add(&a->conversation, m);
}

/* All of them, in the calls' order, as one message. */
static void
take_results(struct agent *a)
{
	struct agent_loop *l = &a->loop;
	struct message *m = message_new(MESSAGE_USER);
	for (size_t i = 0; i < tooling_count(l->tooling); i++) {
		struct tooling_view v = tooling_view(l->tooling, i);
		count_repeats(l, &v);
		struct buf text = { 0 };
		buf_add(&text, v.result->s, v.result->len);
		if (l->repeats >= WARN_AFTER)
			buf_printf(&text, "\n\n[The last %d calls brought nothing that was not known already. Do something else, "
			    "or say what is in the way.]", l->repeats);
		add_result(m, v.id, buf_str(&text), text.len, v.failed);
		buf_done(&text);
	}
	keep_results(a, m);
	tooling_reset(l->tooling);
	l->running = false;
}

static void
end_all(struct agent *a)
{
	a->ended_ms = clock_ms();
	agent_tell(a, AGENT_EV_END, "", 0);
	agent_tell(a, AGENT_CHANGED, "", 0);
}

static void
give_up(struct agent *a, const char *sentence)
{
	a->last_err = (struct err){ 0 };
	err_set(&a->last_err, ERR_FAILED, "%s", sentence);
	agent_note(a, BLOCK_NOTE, sentence);
	log_info("loop: ended by a limit");
	end_all(a);
}

/* ---- limits ------------------------------------------------------------------------------------------ */

static const struct tooling_limits *
limits(const struct agent *a)
{
	return &tooling_env(a->loop.tooling)->limits;
}

static int64_t
tokens_of(const struct agent *a)
{
	return a->usage.input + a->usage.output + a->usage.cache_read + a->usage.cache_write;
}

/* Why it must end now; NULL. Bytes over four is what a token is about. */
static const char *
over_limit(const struct agent *a)
{
	const struct agent_loop *l = &a->loop;
	const struct tooling_limits *most = limits(a);
	long requests = most->requests == 0 ? REQUESTS : most->requests;
	if (requests > 0 && l->requests > requests)
		return _("Stopped: this message took as many requests as its limit allows. Type /retry to go on.");
	if (most->ms > 0 && clock_ms() - l->started_ms >= most->ms)
		return _("Stopped: this message took as long as its limit allows. Type /retry to go on.");
	int64_t now = a->turn != NULL ? (int64_t)a->reply_bytes / 4 : 0;
	if (most->tokens > 0 && tokens_of(a) - l->tokens + now >= most->tokens)
		return _("Stopped: this message took as many tokens as its limit allows. Type /retry to go on.");
	return NULL;
}

static const char *
must_end(const struct agent *a)
{
	const char *why = over_limit(a);
	if (why == NULL && limits(a)->may_go_on != NULL)
		why = limits(a)->may_go_on(limits(a)->arg, (struct agent *)(uintptr_t)a);
	return why;
}

/* Not from inside the delivery that told it. */
static void
on_over(struct timer *t)
{
	struct agent *a = (struct agent *)((char *)t - offsetof(struct agent, loop.over));
	agent_halt(a, ERR_FAILED, a->loop.over_why);
}

static void
on_clock(struct timer *t)
{
	struct agent *a = (struct agent *)((char *)t - offsetof(struct agent, loop.clock));
	const char *why = agent_is_at_work(a) ? over_limit(a) : NULL;
	if (why != NULL)
		agent_halt(a, ERR_FAILED, why);
}

void
loop_watch(struct agent *a)
{
	if (a->loop.tooling == NULL || a->loop.over.set || !agent_is_at_work(a))
		return;
	a->loop.over_why = must_end(a);
	if (a->loop.over_why != NULL)
		timer_set(a->env.timers, &a->loop.over, 0);
}

void
loop_new_message(struct agent *a)
{
	struct agent_loop *l = &a->loop;
	l->requests = 0;
	l->started_ms = clock_ms();
	l->tokens = tokens_of(a);
	l->n_seen = 0;
	l->repeats = 0;
	if (l->tooling != NULL && limits(a)->ms > 0)
		timer_set(a->env.timers, &l->clock, limits(a)->ms);
}

void
loop_asks(struct agent *a)
{
	a->loop.requests++;
}

/* ---- one answer's calls ---------------------------------------------------------------------------------- */

/* All results are there: the next request, with what the user typed meanwhile. */
static void
on_all(void *arg)
{
	struct agent *a = agent_of(arg);
	take_results(a);
	if (a->loop.repeats >= STOP_AFTER) {
		give_up(a, _("Stopped: the model makes the same calls again and again, and nothing new comes of them."));
		return;
	}
	a->loop.requests++;     /* the one to come */
	const char *why = must_end(a);
	a->loop.requests--;
	if (why != NULL) {
		give_up(a, why);
		return;
	}
	bool steered = !limits(a)->follow_up && agent_take_queue(a);
	asking_again(a, !steered);
}

static const struct reply_block *
reply_block(const struct agent *a, const char *id)
{
	for (size_t i = 0; i < a->reply.blocks.n; i++)
		if (a->reply.blocks.v[i].kind == PART_TOOL_USE && str_same(a->reply.blocks.v[i].id, id))
			return &a->reply.blocks.v[i];
	return NULL;
}

static size_t
count_calls(const struct message *m)
{
	size_t n = 0;
	for (size_t i = 0; i < m->parts.n; i++)
		n += m->parts.v[i].kind == PART_TOOL_USE;
	return n;
}

/* The calls of an answer that nobody will run: each gets its result here and now. */
static void
answer_all(struct agent *a, const struct message *m, const char *sentence)
{
	struct message *results = message_new(MESSAGE_USER);
	for (size_t i = 0; i < m->parts.n; i++) {
		const struct part *p = &m->parts.v[i];
		if (p->kind != PART_TOOL_USE)
			continue;
		add_result(results, p->id, sentence, strlen(sentence), true);
		loop_restore_result(a, p->id, sentence, strlen(sentence), true);
	}
	keep_results(a, results);
}

void
loop_gather(struct agent *a, const struct message *m, bool whole)
{
	const char *stop = a->reply.stop_reason;
	size_t calls = count_calls(m), seen = 0;
	if (calls == 0 || m->withdrawn)
		return;
	if (!whole || a->loop.tooling == NULL) {
		answer_all(a, m, !whole ? "Not run: the answer was cut off." : "Not run: there are no tools here.");
		return;
	}
	for (size_t i = 0; i < m->parts.n; i++) {
		const struct part *p = &m->parts.v[i];
		if (p->kind != PART_TOOL_USE)
			continue;
		const struct reply_block *b = reply_block(a, p->id);
		bool last = ++seen == calls;
		/* The model's own text: the message has {} for what is no JSON. */
		tooling_add(a->loop.tooling, p->id, p->name, b != NULL ? buf_str(&b->text) : p->text,
		    b != NULL ? b->text.len : p->len, last && str_same(stop, "max_tokens") ?
		    "Not run: the answer was cut off at the output limit in this call. Make it shorter, or in several steps." : NULL);
	}
}

void
loop_fail_rest(struct agent *a)
{
	for (size_t i = 0; i < a->loop.shown.n; i++) {
		struct block *b = transcript_find(&a->transcript, a->loop.shown.v[i].block);
		bool gathered = false;
		for (size_t k = 0; a->loop.tooling != NULL && k < tooling_count(a->loop.tooling); k++)
			gathered = gathered || str_same(tooling_view(a->loop.tooling, k).id, a->loop.shown.v[i].id);
		if (b != NULL && b->state == BLOCK_RUNNING && !gathered)
			end_block(a, b, true);
	}
}

bool
loop_run(struct agent *a)
{
	struct agent_loop *l = &a->loop;
	if (l->tooling == NULL || tooling_count(l->tooling) == 0)
		return false;
	l->running = true;
	for (size_t i = 0; i < tooling_count(l->tooling); i++) {
		struct tooling_view v = tooling_view(l->tooling, i);
		struct block *b = loop_block(a, v.id);
		if (b != NULL) {
			b->open = true;
			b->state = BLOCK_RUNNING;
			b->started_ms = clock_ms();
			b->ended_ms = 0;
			transcript_touch(&a->transcript, b);
		}
		tell_use(a, &v);
	}
	tooling_start(l->tooling);
	return true;
}

/* ---- the user's own commands -------------------------------------------------------------------------------- */

#define OWN_TEXT "I ran this command myself:\n\n$ "

static void
tell_own(struct agent *a, const struct tooling_view *v)
{
	struct buf text = { 0 };
	size_t n = v->result->len < OWN_TOLD ? v->result->len : OWN_TOLD;
	buf_printf(&text, OWN_TEXT "%s\n\n", a->loop.own_command);
	buf_add(&text, v->result->s, n);
	agent_add_message(a, LOOP_OWN, buf_str(&text));
	buf_done(&text);
}

static void
end_own(struct agent *a)
{
	struct agent_loop *l = &a->loop;
	struct tooling_view v = tooling_view(l->own, 0);
	l->own_running = false;
	if (l->own_tell)
		tell_own(a, &v);
	tooling_reset(l->own);
	free(l->own_command);
	l->own_command = NULL;
}

static void
on_own_ended(void *arg)
{
	struct agent *a = agent_of(arg);
	end_own(a);
	if (a->queue.n > 0)
		agent_send_next(a);
	else
		end_all(a);
}

void
agent_run_own(struct agent *a, const char *command, bool tell)
{
	struct agent_loop *l = &a->loop;
	if (l->own == NULL || agent_is_at_work(a))
		return;
	struct block *b = transcript_add(&a->transcript, BLOCK_TOOL, NULL, 0);
	b->title = mem_strdup(tell ? "!" : "!!");
	b->summary = mem_strdup(command);
	b->folded = false;
	l->own_block = b->id;
	l->own_tell = tell;
	l->own_command = mem_strdup(command);
	l->own_running = true;
	a->started_ms = clock_ms();
	a->ended_ms = 0;
	tooling_add_own(l->own, "own", command);
	tooling_start(l->own);
	agent_tell(a, AGENT_CHANGED, "", 0);
}

/* ---- stopping ---------------------------------------------------------------------------------------------------- */

void
loop_stop(struct agent *a)
{
	struct agent_loop *l = &a->loop;
	if (l->running) {
		tooling_stop(l->tooling, "Stopped by the user.");
		take_results(a);
	}
	if (l->own_running) {
		tooling_stop(l->own, "[stopped]");
		end_own(a);
	}
	a->ended_ms = clock_ms();
}

bool
loop_is_running(const struct agent *a)
{
	return a->loop.running || a->loop.own_running;
}

enum agent_state
loop_state(const struct agent *a)
{
	size_t asking = 0;
	if (a->loop.running)
		tooling_open(a->loop.tooling, &asking);
	return asking > 0 ? AGENT_ASKING : loop_is_running(a) ? AGENT_WORKING : AGENT_IDLE;
}

const char *
loop_tools(const struct agent *a)
{
	return a->loop.tooling != NULL ? tool_set_json(tooling_set(a->loop.tooling)) : NULL;
}

/* ---- from a stored session ------------------------------------------------------------------------------------------ */

void
loop_restore_call(struct agent *a, struct block *b, const char *id, const char *args, size_t n)
{
	struct json_object *o = json_parse(args, n, NULL);
	static const char *const telling[] = { "path", "command", "url", "pattern", "label", "target", "task" };
	for (size_t i = 0; i < sizeof telling / sizeof *telling && b->summary == NULL; i++)
		set_text(&b->summary, json_str(o, telling[i], NULL));
	json_free(o);
	const struct tool *tool = a->loop.tooling != NULL ? tool_set_find(tooling_set(a->loop.tooling), b->title) : NULL;
	show_arguments(a, b, args, n, tool != NULL && (tool->flags & TOOL_WRITES));
	loop_shown(a, id != NULL ? id : "", id != NULL ? strlen(id) : 0, b);
}

void
loop_restore_result(struct agent *a, const char *id, const char *text, size_t n, bool failed)
{
	struct block *b = loop_block(a, id);
	if (b == NULL)
		return;
	char *s = mem_strndup(text, n);
	if (b->detail == NULL || failed)        /* else the difference is there already */
		set_text(&b->detail, s);
	free(s);
	end_block(a, b, failed);
}

void
loop_restore_shown(struct agent *a, const char *id, const char *summary, const char *outcome, const char *diff)
{
	struct block *b = loop_block(a, id);
	if (b == NULL)
		return;
	if (summary != NULL)
		set_text(&b->summary, summary);
	set_text(&b->outcome, outcome);
	set_text(&b->detail, diff);
	transcript_touch(&a->transcript, b);
}

void
loop_restore_own(struct agent *a, const char *text, size_t n)
{
	if (n < strlen(OWN_TEXT) || memcmp(text, OWN_TEXT, strlen(OWN_TEXT)) != 0)
		return;
	const char *command = text + strlen(OWN_TEXT), *end = strstr(command, "\n\n");
	size_t len = end != NULL ? (size_t)(end - command) : strlen(command);
	struct block *b = transcript_add(&a->transcript, BLOCK_TOOL, command + len, strlen(command + len));
	b->title = mem_strdup("!");
	b->summary = mem_strndup(command, len);
	b->folded = false;
	b->started_ms = 0;
	end_block(a, b, false);
}

/* Is there a result for this call in the message behind it? */
static bool
is_answered(const struct message *next, const char *id)
{
	for (size_t i = 0; next != NULL && i < next->parts.n; i++)
		if (next->parts.v[i].kind == PART_TOOL_RESULT && str_same(next->parts.v[i].id, id))
			return true;
	return false;
}

void
loop_restored(struct agent *a)
{
	size_t n = a->conversation.n;
	const struct message *last = n > 0 ? a->conversation.v[n - 1] : NULL;
	/* Calls in the middle that have none were stopped by an older adit; normalise.c stands in for those. */
	for (size_t i = 0; i + 1 < n; i++)
		for (size_t k = 0; k < a->conversation.v[i]->parts.n; k++) {
			const struct part *p = &a->conversation.v[i]->parts.v[k];
			struct block *b = p->kind == PART_TOOL_USE && !is_answered(a->conversation.v[i + 1], p->id) ?
			    loop_block(a, p->id) : NULL;
			if (b != NULL)
				end_block(a, b, true);
		}
	if (last == NULL || last->role != MESSAGE_ASSISTANT || count_calls(last) == 0)
		return;
	answer_all(a, last, "Interrupted: adit ended before this call did. It may have been carried out, in part or whole.");
	agent_note(a, BLOCK_NOTE, _("adit ended while tools ran; the model will be told so. Type /retry to go on."));
}

/* ---- life ---------------------------------------------------------------------------------------------------------------- */

void
loop_init(struct agent *a, const struct tooling_env *env, struct tool_set *tools)
{
	static const struct tooling_news none = { 0 };
	struct agent_loop *l = &a->loop;
	l->clock.fire = on_clock;
	l->over.fire = on_over;
	if (env == NULL)
		return;
	struct tooling_news news = none;
	news.arg = a;
	news.on_begin = on_begin;
	news.on_output = on_output;
	news.on_end = on_end;
	news.on_all = on_all;
	l->tooling = tooling_new(env, tools, a, &news);
	news.on_all = on_own_ended;
	l->own = tooling_new(env, tools, a, &news);
}

void
loop_forget(struct agent *a)
{
	for (size_t i = 0; i < a->loop.shown.n; i++)
		free(a->loop.shown.v[i].id);
	vec_done(&a->loop.shown);
	a->loop.n_seen = 0;
	a->loop.repeats = 0;
}

void
loop_done(struct agent *a)
{
	timer_cancel(a->env.timers, &a->loop.clock);
	timer_cancel(a->env.timers, &a->loop.over);
	tooling_free(a->loop.tooling);
	tooling_free(a->loop.own);
	a->loop.tooling = a->loop.own = NULL;
	loop_forget(a);
}
