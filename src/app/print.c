/*
 * print.c - `adit -p`: one turn without a screen, as text, JSON or a stream of JSON lines.
 *
 * The same agents as on the screen. The answer goes to standard output,
 * everything else to standard error.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/agents.h"
#include "app/app.h"
#include "app/cli.h"
#include "app/files.h"
#include "app/settings.h"
#include "app/tty.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/session.h"
#include "text/clean.h"
#include "text/utf8.h"

enum { MAX_STDIN = 16 * 1024 * 1024 };

struct print {
	struct app	*app;
	struct buf	 held;          /* bytes of a character that is not whole yet */
	bool		 clean;         /* standard output is a terminal */
	bool		 wrote, ended;
	bool		 gap;           /* tools ran since: the next text is a paragraph of its own */
	char		 last;
	int		 told_attempt;
	int64_t		 started;
	char		*text;          /* the prompt */
};

/* ---- text ------------------------------------------------------------------- */

static void
put_text(struct print *p, const char *s, size_t n)
{
	if (n == 0)
		return;
	if (p->gap)
		putchar('\n');
	p->gap = false;
	p->wrote = true;
	p->last = s[n - 1];
	if (!p->clean) {
		fwrite(s, 1, n, stdout);
	} else {
		struct buf out = { 0 };
		buf_add(&p->held, s, n);
		size_t whole = utf8_whole(p->held.s, p->held.len);
		if (whole > 0 && p->held.s[whole - 1] == '\r')
			whole--;                /* an LF may follow */
		clean_add(&out, p->held.s, whole, CLEAN_LINES | CLEAN_KEEP_TABS);
		buf_cut_front(&p->held, whole);
		fwrite(buf_str(&out), 1, out.len, stdout);
		buf_done(&out);
	}
	fflush(stdout);
}

/* ---- JSON lines --------------------------------------------------------------- */

static void
begin_line(struct buf *b, const char *type)
{
	buf_putc(b, '{');
	json_put_member(b, "type", type);
}

static void
end_line(struct buf *b)
{
	buf_puts(b, "}\n");
	fwrite(b->s, 1, b->len, stdout);
	fflush(stdout);
	buf_done(b);
}

static void
put_usage_members(struct buf *b, const struct usage *u)
{
	json_put_int(b, "input", u->input);
	json_put_int(b, "output", u->output);
	json_put_int(b, "cacheRead", u->cache_read);
	json_put_int(b, "cacheWrite", u->cache_write);
}

static void
put_cost(struct buf *b, double cost)
{
	if (cost >= 0)
		json_put_num(b, "cost", cost);
	else
		json_put_null(b, "cost");
}

static void
line_session(struct print *p)
{
	struct agent_status s;
	struct session *session = agent_session(p->app->agent);
	agent_status(p->app->agent, &s);
	struct buf b = { 0 };
	begin_line(&b, "session");
	json_put_member(&b, "id", session != NULL ? session_id(session) : NULL);
	json_put_member(&b, "model", s.model);
	end_line(&b);
}

static void
line_text(const char *type, const char *text, size_t n)
{
	struct buf b = { 0 };
	begin_line(&b, type);
	json_put_member_n(&b, "text", text, n);
	end_line(&b);
}

/* The members are ready. */
static void
line_members(const char *type, const char *members, size_t n)
{
	struct buf b = { 0 };
	begin_line(&b, type);
	buf_putc(&b, ',');
	buf_add(&b, members, n);
	end_line(&b);
}

static void
line_retry(const struct agent_status *s)
{
	struct buf b = { 0 };
	begin_line(&b, "retry");
	json_put_member(&b, "reason", s->retry_reason);
	json_put_int(&b, "attempt", s->attempt);
	json_put_int(&b, "wait_ms", s->retry_in_ms);
	end_line(&b);
}

/* id: of the subagent that it is of; NULL = main. */
static void
line_fallback(const struct agent *agent, const char *id)
{
	struct agent_switch s = agent_last_switch(agent);
	struct buf b = { 0 };
	begin_line(&b, "fallback");
	if (id != NULL)
		json_put_member(&b, "agent", id);
	json_put_member(&b, "from", s.from);
	json_put_member(&b, "to", s.to);
	json_put_member(&b, "reason", s.reason);
	end_line(&b);
}

static void
line_usage(struct print *p, const struct agent_status *s)
{
	struct buf b = { 0 };
	begin_line(&b, "usage");
	put_usage_members(&b, agent_usage(p->app->agent));
	put_cost(&b, s->cost);
	end_line(&b);
}

static void
put_error_members(struct buf *b, const struct err *e)
{
	json_put_member(b, "code", err_name(e->code));
	json_put_member(b, "text", e->text);
}

/* The model that wrote the last reply: a fallback may have; NULL when there is none. */
static const char *
writer_of(const struct conversation *c)
{
	return c->n > 0 && c->v[c->n - 1]->role == MESSAGE_ASSISTANT ? c->v[c->n - 1]->model : NULL;
}

static void
line_end(struct print *p)
{
	const struct err *e = agent_last_error(p->app->agent);
	struct buf b = { 0 };
	if (e->code != ERR_NONE) {
		begin_line(&b, "error");
		put_error_members(&b, e);
		end_line(&b);
	}
	begin_line(&b, "end");
	json_put_member(&b, "stopReason", agent_stop_reason(p->app->agent));
	json_put_int(&b, "exit", e->code != ERR_NONE ? err_status(e->code) : p->app->status);
	end_line(&b);
}

/* ---- subagents ------------------------------------------------------------------- */

static void
put_subagent_members(struct buf *b, const struct subagent *s)
{
	struct agent_status st;
	struct buf text = { 0 };
	agent_status(s->agent, &st);
	subagent_text(s, &text);
	json_put_member(b, "id", s->id);
	json_put_member(b, "label", s->label);
	json_put_member(b, "status", subagent_state_name(s->state));
	json_put_member_n(b, "text", buf_str(&text), text.len);
	json_put_key(b, "usage");
	buf_putc(b, '{');
	put_usage_members(b, agent_usage(s->agent));
	buf_putc(b, '}');
	put_cost(b, st.cost);
	json_put_int(b, "ms", subagent_elapsed_ms(s));
	buf_done(&text);
}

/* Its text and its calls as they come, with its id. */
static void
subagent_event(struct print *p, struct agent *agent, enum agent_event ev, const char *text, size_t n)
{
	const struct subagent *s = tree_of(p->app->tree, agent);
	if (s == NULL || p->app->options.output != OUTPUT_STREAM_JSON)
		return;
	struct buf b = { 0 };
	if (ev == AGENT_EV_TEXT || ev == AGENT_EV_REASONING) {
		begin_line(&b, ev == AGENT_EV_TEXT ? "text" : "reasoning");
		json_put_member(&b, "agent", s->id);
		json_put_member_n(&b, "text", text, n);
		end_line(&b);
	} else if (ev == AGENT_EV_FALLBACK) {
		line_fallback(agent, s->id);
	} else if (ev == AGENT_EV_TOOL_USE || ev == AGENT_EV_TOOL_RESULT) {
		begin_line(&b, ev == AGENT_EV_TOOL_USE ? "tool_use" : "tool_result");
		json_put_member(&b, "agent", s->id);
		buf_putc(&b, ',');
		buf_add(&b, text, n);
		end_line(&b);
	}
}

static void end_if_idle(struct print *);

/* A line when it begins, and one when it has ended. */
static void
on_subagent(void *arg, struct subagent *s)
{
	struct print *p = arg;
	struct buf b = { 0 };
	if (p->app->options.output == OUTPUT_STREAM_JSON) {
		begin_line(&b, "subagent");
		put_subagent_members(&b, s);
		end_line(&b);
	}
	end_if_idle(p);
}

/* ---- the agent's news ------------------------------------------------------------ */

static void
stream_json_event(struct print *p, enum agent_event ev, const char *text, size_t n)
{
	struct agent_status s;
	agent_status(p->app->agent, &s);
	switch (ev) {
	case AGENT_EV_TEXT:
		line_text("text", text, n);
		break;
	case AGENT_EV_REASONING:
		line_text("reasoning", text, n);
		break;
	case AGENT_EV_RETRY:
		if (s.attempt != p->told_attempt)
			line_retry(&s);
		p->told_attempt = s.attempt;
		break;
	case AGENT_EV_FALLBACK:
		p->told_attempt = 0;
		line_fallback(p->app->agent, NULL);
		break;
	case AGENT_EV_USAGE:
		line_usage(p, &s);
		break;
	case AGENT_EV_TOOL_USE:
		line_members("tool_use", text, n);
		break;
	case AGENT_EV_TOOL_RESULT:
		line_members("tool_result", text, n);
		break;
	default:
		break;
	}
}

static void
text_event(struct print *p, enum agent_event ev, const char *text, size_t n)
{
	struct agent_status s;
	if (ev == AGENT_EV_TEXT && p->app->options.output == OUTPUT_TEXT)
		put_text(p, text, n);
	if (ev == AGENT_EV_FALLBACK) {
		p->told_attempt = 0;
		char *sentence = mem_strndup(text, n);
		cli_remark(sentence);
		free(sentence);
	}
	if (ev == AGENT_EV_TOOL_USE && p->wrote && !p->gap) {
		if (p->last != '\n')           /* what goes to standard error meanwhile begins a line */
			put_text(p, "\n", 1);
		p->gap = true;
	}
	if (ev != AGENT_EV_RETRY)
		return;
	agent_status(p->app->agent, &s);
	if (s.attempt == p->told_attempt)
		return;
	p->told_attempt = s.attempt;
	char *sentence = mem_printf(_("%s. Trying again in %lld s (%d of %d)."), s.retry_reason,
	    (long long)(s.retry_in_ms + 999) / 1000, s.attempt, s.attempts);
	cli_remark(sentence);
	free(sentence);
}

static void
end_if_idle(struct print *p)
{
	if (p->ended || !agents_are_idle(p->app))
		return;
	if (p->app->options.output == OUTPUT_STREAM_JSON)
		line_end(p);
	p->ended = true;
	p->app->quit = true;
}

static void
on_event(void *arg, struct agent *agent, enum agent_event ev, const char *text, size_t n)
{
	struct print *p = arg;
	if (agent != p->app->agent)
		subagent_event(p, agent, ev, text, n);
	else if (p->app->options.output == OUTPUT_STREAM_JSON)
		stream_json_event(p, ev, text, n);
	else
		text_event(p, ev, text, n);
	if (ev == AGENT_EV_END)
		mend_turn(p->app, agent);
	if (ev == AGENT_EV_END)
		end_if_idle(p);
	if (ferror(stdout)) {                   /* the reader of our output is gone */
		p->app->status = ERR_FAILED;
		p->app->quit = true;
	}
}

static void
put_subagents(struct print *p, struct buf *b)
{
	buf_putc(b, '[');
	for (size_t i = 0; i < tree_count(p->app->tree); i++) {
		if (i > 0)
			buf_putc(b, ',');
		buf_putc(b, '{');
		put_subagent_members(b, tree_at(p->app->tree, i));
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

static void
put_whole_json(struct print *p)
{
	const struct conversation *c = agent_conversation(p->app->agent);
	const struct err *e = agent_last_error(p->app->agent);
	struct session *session = agent_session(p->app->agent);
	struct agent_status s;
	struct buf b = { 0 }, text = { 0 };
	agent_status(p->app->agent, &s);
	const char *writer = writer_of(c);
	if (c->n > 0 && c->v[c->n - 1]->role == MESSAGE_ASSISTANT)
		message_text(c->v[c->n - 1], &text);
	buf_putc(&b, '{');
	json_put_member(&b, "session", session != NULL ? session_id(session) : NULL);
	json_put_member(&b, "model", writer != NULL ? writer : s.model);
	json_put_member_n(&b, "text", buf_str(&text), text.len);
	json_put_member(&b, "stopReason", agent_stop_reason(p->app->agent));
	json_put_key(&b, "usage");
	buf_putc(&b, '{');
	put_usage_members(&b, agent_usage(p->app->agent));
	buf_putc(&b, '}');
	put_cost(&b, s.cost);
	json_put_int(&b, "ms", clock_ms() - p->started);
	json_put_key(&b, "subagents");
	put_subagents(p, &b);
	if (e->code == ERR_NONE) {
		json_put_null(&b, "error");
	} else {
		json_put_key(&b, "error");
		buf_putc(&b, '{');
		put_error_members(&b, e);
		buf_putc(&b, '}');
	}
	end_line(&b);
	buf_done(&text);
}

/* ---- the mode ------------------------------------------------------------------------ */

/* The words, and what is piped in after them. NULL and a sentence when there is neither. */
static char *
whole_prompt(const char *words, struct err *err)
{
	struct buf b = { 0 };
	if (words != NULL)
		buf_puts(&b, words);
	if (!isatty(STDIN_FILENO)) {
		struct buf in = { 0 };
		if (file_read_fd(STDIN_FILENO, MAX_STDIN, &in, err) < 0) {
			err_wrap(err, _("Cannot read standard input"));
			buf_done(&in);
			buf_done(&b);
			return NULL;
		}
		if (b.len > 0 && !str_blank(buf_str(&in)))
			buf_puts(&b, "\n\n");
		if (in.len > 0 && !str_blank(in.s))
			buf_add(&b, in.s, in.len);
		buf_done(&in);
	}
	if (str_blank(buf_str(&b))) {
		buf_done(&b);
		err_set(err, ERR_USAGE, _("adit -p needs a prompt, as words or on standard input."));
		return NULL;
	}
	return buf_take(&b, NULL);
}

static void
on_interrupt(struct app *app, int signo)
{
	(void)signo;
	if (!agent_busy(app->agent))
		app->status = ERR_CANCELLED;
	tree_kill_all(app->tree);               /* main hears of it, and stops too; the last one's end tells the rest */
	agent_stop(app->agent);
	app->quit = app->quit || app->status != 0;
}

static void on_chosen(void *, const struct err *);

static void
send(struct print *p)
{
	if (p->app->options.output == OUTPUT_STREAM_JSON)
		line_session(p);
	struct err err = { 0 };
	if (files_attach_options(p->app, &err) < 0 || files_say(p->app, p->app->agent, p->text, &err) < 0)
		on_chosen(p, &err);
}

static void
on_chosen(void *arg, const struct err *err)
{
	struct print *p = arg;
	if (err == NULL) {
		send(p);
		return;
	}
	p->app->status = cli_complain(err);
	p->app->quit = true;
}

static void
finish(struct print *p)
{
	const struct err *e = agent_last_error(p->app->agent);
	enum output_format f = p->app->options.output;
	if (p->ended && f == OUTPUT_JSON)
		put_whole_json(p);
	if (f == OUTPUT_TEXT && p->wrote && p->last != '\n')
		putchar('\n');
	fflush(stdout);
	if (p->ended && e->code != ERR_NONE && f == OUTPUT_TEXT) {
		/* The block has the advice too. */
		const struct transcript *t = agent_transcript(p->app->agent);
		const struct block *last = t->blocks.n > 0 ? t->blocks.v[t->blocks.n - 1] : NULL;
		bool error = last != NULL && last->kind == BLOCK_ERROR;
		struct buf b = { 0 };
		buf_puts(&b, error ? buf_str(&last->text) : e->text);
		mend_near(p->app, &b);
		cli_remark(buf_str(&b));
		buf_done(&b);
	}
	if (p->ended && p->app->status == 0)
		p->app->status = err_status(e->code);
}

/* A conversation that could not be recorded is answered all the same, but not in silence. */
static void
tell_trouble(struct app *app)
{
	struct session *session = agent_session(app->agent);
	if (session == NULL)
		return;
	session_flush(session, 2000);
	mailbox_deliver(app->mailbox);
	if (session_trouble(session) == NULL)
		return;
	char *s = mem_printf(_("%s This conversation is not kept."), session_trouble(session));
	cli_remark(s);
	free(s);
}

int
print_run(struct app *app, const char *prompt)
{
	struct print p = { .app = app, .clean = isatty(STDOUT_FILENO), .started = clock_ms() };
	struct err err = { 0 };
	p.text = whole_prompt(prompt, &err);
	if (p.text == NULL || app_start(app, &err) < 0) {
		app->status = cli_complain(&err);
		free(p.text);
		if (app->mailbox != NULL)
			app_stop(app);
		return (int)err.code;
	}
	app->on_signal = on_interrupt;
	tty_answers(app->aws);
	agents_on_event(app, on_event, &p);
	app->on_subagent = on_subagent;
	struct agent_status s;
	agent_status(app->agent, &s);
	if (s.model == NULL)
		choose_start(app, CHOOSE_YOUNG, on_chosen, &p);
	else
		send(&p);
	app_loop(app);
	agents_on_event(app, NULL, NULL);
	finish(&p);
	tell_trouble(app);
	buf_done(&p.held);
	free(p.text);
	app_stop(app);
	return app->status;
}
