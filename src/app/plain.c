/*
 * plain.c - `adit --plain`: line by line, without curses.
 *
 * For screen readers, dumb terminals, and people who want the answer in their
 * terminal's own scrollback. readline asks for a line; the reply is written
 * as it comes; Ctrl-C stops a reply.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/agents.h"
#include "app/app.h"
#include "app/cli.h"
#include "app/command.h"
#include "app/files.h"
#include "app/reload.h"
#include "app/toolbox.h"
#include "app/tty.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/session.h"
#include "text/clean.h"
#include "text/rows.h"
#include "text/utf8.h"
#include "ui/line.h"

enum { PAGE_WIDTH = 78 };

struct plain {
	struct app	*app;
	struct buf	 held;          /* the end of a character that has not come yet */
	size_t		 shown;         /* blocks of the transcript that were written */
	bool		 looping;       /* run_loop() waits for everybody's end */
	bool		 midline;       /* text was written, and no line's end behind it */
	int		 told_attempt;
};

static void
put_clean(const char *s, size_t n, unsigned flags)
{
	struct buf out = { 0 };
	clean_add(&out, s, n, flags);
	fwrite(buf_str(&out), 1, out.len, stdout);
	fflush(stdout);
	buf_done(&out);
}

static void
show_page(struct app *app, const char *title, const char *markdown)
{
	(void)app;
	struct rows rows;
	struct rows_options o = { .width = PAGE_WIDTH, .role = ROLE_TEXT };
	struct buf line = { 0 };
	rows_init(&rows);
	rows_add_markdown(&rows, markdown, strlen(markdown), &o);
	printf("-- %s\n", title);
	for (size_t i = 0; i < rows.rows.n; i++) {
		buf_reset(&line);
		rows_text(&rows, i, &line);
		puts(buf_str(&line));
	}
	buf_done(&line);
	rows_done(&rows);
}

static void
tell_line(struct app *app, const char *text)
{
	(void)app;
	fputs("* ", stdout);
	put_clean(text, strlen(text), CLEAN_LINES);
	putchar('\n');
}

/* Notes and errors that came with a turn, once each. */
static void
show_notes(struct plain *p)
{
	const struct transcript *t = agent_transcript(p->app->agent);
	for (; p->shown < t->blocks.n; p->shown++) {
		const struct block *b = t->blocks.v[p->shown];
		if (b->kind == BLOCK_NOTE || b->kind == BLOCK_ERROR)
			tell_line(p->app, buf_str(&b->text));
	}
}

static void
put_piece(struct plain *p, const char *s, size_t n)
{
	buf_add(&p->held, s, n);
	size_t whole = utf8_whole(p->held.s, p->held.len);
	put_clean(p->held.s, whole, CLEAN_LINES | CLEAN_KEEP_TABS);
	buf_cut_front(&p->held, whole);
}

static void
tell_retry(struct plain *p)
{
	struct agent_status s;
	agent_status(p->app->agent, &s);
	if (s.attempt == p->told_attempt)
		return;
	p->told_attempt = s.attempt;
	printf(_("* %s. Trying again in %lld s (%d of %d).\n"), s.retry_reason,
	    (long long)(s.retry_in_ms + 999) / 1000, s.attempt, s.attempts);
}

/* ---- calls of tools ------------------------------------------------------------------ */

static void
end_line(struct plain *p)
{
	if (p->midline)
		putchar('\n');
	p->midline = false;
}

/* What an event of a tool tells; json_free() it. */
static struct json_object *
parse_members(const char *members, size_t n)
{
	char *text = mem_printf("{%.*s}", (int)n, members);
	struct json_object *o = json_parse(text, strlen(text), NULL);
	free(text);
	return o;
}

/* "* read_file  configure.ac": what happened, one line each. */
static void
tell_call(struct plain *p, const char *members, size_t n)
{
	struct json_object *o = parse_members(members, n);
	const char *name = json_str(o, "name", "");
	struct json_object *input = json_get(o, "input");
	const char *what = json_str(input, "command", json_str(input, "path", json_str(input, "url", json_str(input, "pattern", ""))));
	char *line = mem_printf("%s  %s", name, what);
	end_line(p);
	tell_line(p->app, line);
	free(line);
	json_free(o);
}

static void
tell_failure(struct plain *p, const char *members, size_t n)
{
	struct json_object *o = parse_members(members, n);
	const char *result = json_str(o, "text", "");
	if (strcmp(json_str(o, "status", ""), "error") == 0) {
		char *line = mem_printf("%s: %.*s", json_str(o, "name", ""), (int)strcspn(result, "\n"), result);
		end_line(p);
		tell_line(p->app, line);
		free(line);
	}
	json_free(o);
}

static void
on_event(void *arg, struct agent *agent, enum agent_event ev, const char *text, size_t n)
{
	struct plain *p = arg;
	if (ev == AGENT_EV_END)
		mend_turn(p->app, agent);
	if (ev == AGENT_EV_END && agents_are_idle(p->app))
		p->app->quit = true;
	if (agent != p->app->agent)
		return;
	if (ev == AGENT_EV_TEXT) {
		put_piece(p, text, n);
		p->midline = n == 0 || text[n - 1] != '\n';
	} else if (ev == AGENT_EV_TOOL_USE)
		tell_call(p, text, n);
	else if (ev == AGENT_EV_TOOL_RESULT)
		tell_failure(p, text, n);
	else if (ev == AGENT_EV_RETRY)
		tell_retry(p);
}

/* One that was killed wakes nobody: its end may be the last. */
static void
on_subagent(void *arg, struct subagent *s)
{
	struct plain *p = arg;
	(void)s;
	if (p->looping && agents_are_idle(p->app))
		p->app->quit = true;
}

static void
on_interrupt(struct app *app, int signo)
{
	(void)signo;
	if (!agents_are_idle(app)) {
		tree_kill_all(app->tree);
		agent_stop(app->agent);
		app->quit = agents_are_idle(app);
		return;
	}
	app->status = ERR_CANCELLED;
	app->quit = true;
}

static void
on_chosen(void *arg, const struct err *err)
{
	struct plain *p = arg;
	if (err != NULL) {
		char *text = err->code == ERR_CREDENTIALS ?
		    mem_printf("%s %s", err->text, _("Press Enter to sign in again; your message is kept.")) :
		    mem_strdup(err->text);
		agent_note(p->app->agent, BLOCK_ERROR, text);
		free(text);
	}
	p->app->quit = true;
}

static void
on_question(struct app *app)
{
	app->quit = true;               /* the loop ends; ask_person() asks, and it goes on */
}

static void
show_question(struct plain *p, const struct tooling_ask *a)
{
	const struct tool_call *c = a->call;
	char *title = toolbox_title(a);
	end_line(p);
	tell_line(p->app, title);
	free(title);
	const char *text = c->preview.len > 0 ? c->preview.s : c->subject;
	put_clean(text, strlen(text), CLEAN_LINES | CLEAN_TABS);
	putchar('\n');
	if (c->place_note != NULL)
		tell_line(p->app, c->place_note);
	char *rule = mem_printf(_("a and p would also allow: %s"), a->rule);
	tell_line(p->app, rule);
	free(rule);
}

static void
ask_person(struct plain *p)
{
	static const struct {
		char			 key;
		enum tooling_verdict	 verdict;
	} keys[] = { { 'y', TOOLING_ONCE }, { 'a', TOOLING_SESSION }, { 'p', TOOLING_PROJECT } };
	struct tooling_ask *a;
	while ((a = toolbox_question(p->app)) != NULL) {
		show_question(p, a);
		char *line = line_ask(_("y once, a always, p in this folder, or n and why: "));
		enum tooling_verdict verdict = TOOLING_NO;
		for (size_t i = 0; line != NULL && i < sizeof keys / sizeof *keys; i++)
			if (line[0] == keys[i].key && line[1] == '\0')
				verdict = keys[i].verdict;
		const char *reason = line != NULL && (line[0] == 'n' || line[0] == 'N') ? line + 1 + strspn(line + 1, " ,:") : NULL;
		tooling_answer(a, verdict, reason);
		free(line);
	}
}

/* Runs the loop; questions of tools are asked between its rounds. */
static void
run_loop(struct plain *p)
{
	do {
		p->app->quit = false;
		p->looping = true;
		app_loop(p->app);
		p->looping = false;
		ask_person(p);
	} while (!agents_are_idle(p->app) && p->app->status == 0);
}

/* Runs the loop until the turn, or the list that it waits for, has ended. False: leave adit. */
static bool
wait_for_turn(struct plain *p)
{
	struct app *app = p->app;
	struct agent_status s;
	agent_status(app->agent, &s);
	if (s.model == NULL) {
		choose_start(app, CHOOSE_YOUNG, on_chosen, p);
		app_loop(app);
		app->quit = app->status != 0;
	}
	if (!app->quit && !agents_are_idle(app)) {
		run_loop(p);
		app->quit = app->status != 0;
	}
	p->midline = false;
	putchar('\n');
	show_notes(p);
	return !app->quit;
}

/* What a command of the user's own printed. */
static void
show_own(struct plain *p)
{
	const struct transcript *t = agent_transcript(p->app->agent);
	const struct block *b = NULL;
	for (size_t i = t->blocks.n; i-- > 0 && b == NULL;)
		if (t->blocks.v[i]->kind == BLOCK_TOOL)
			b = t->blocks.v[i];
	if (b == NULL)
		return;
	put_clean(buf_str(&b->text), b->text.len, CLEAN_LINES | CLEAN_KEEP_TABS);
	if (b->outcome != NULL)
		tell_line(p->app, b->outcome);
}

static void
on_list_over(void *arg, const struct err *err)
{
	(void)err;              /* whoever wanted it has said so */
	((struct app *)arg)->quit = true;
}

/* A command may wait for the model list: what it says belongs before the next line. False: leave adit. */
static bool
wait_for_list(struct app *app)
{
	while (app->choose != NULL && app->status == 0) {
		choose_start(app, CHOOSE_KEPT, on_list_over, app);
		app_loop(app);
		app->quit = app->status != 0;
	}
	return app->status == 0;
}

/* What was typed before there was a model. */
static bool
waits_for_model(struct app *app)
{
	struct agent_status s;
	agent_status(app->agent, &s);
	return s.model == NULL && s.queued > 0;
}

static bool
take_command(struct plain *p, const char *line)
{
	struct app *app = p->app;
	uint64_t before = creds_version(app->aws);
	command_run(app, app->agent, line);
	if (app->quit || !wait_for_list(app))
		return false;
	show_notes(p);
	bool signed_in = waits_for_model(app) && creds_version(app->aws) != before;
	return agents_are_idle(app) && !signed_in ? true : wait_for_turn(p);
}

static bool
take_line(struct plain *p, const char *line)
{
	struct app *app = p->app;
	struct agent_status s;
	if (app->demo == NULL)
		reload_now(app, true);  /* while a line was asked for nobody looked */
	show_notes(p);
	agent_status(app->agent, &s);
	if (str_blank(line))
		return s.needs_login || waits_for_model(app) ? take_command(p, "/login") : true;
	if (line[0] == '/')
		return take_command(p, line);
	p->told_attempt = 0;
	if (command_own(app, app->agent, line)) {
		bool on = agent_busy(app->agent) ? wait_for_turn(p) : true;
		show_own(p);
		return on;
	}
	struct err err = { 0 };
	if (files_say(app, app->agent, line, &err) < 0) {
		tell_line(app, err.text);
		return true;
	}
	return wait_for_turn(p);
}

static void
converse(struct plain *p, const char *prompt)
{
	bool on = prompt == NULL || take_line(p, prompt);
	while (on) {
		char *line = line_ask("> ");
		if (line == NULL)
			break;
		on = take_line(p, line);
		free(line);
	}
}

int
plain_run(struct app *app, const char *prompt)
{
	struct plain p = { .app = app };
	struct err err = { 0 };
	if (app_start(app, &err) < 0) {
		app->status = cli_complain(&err);
		app_stop(app);
		return app->status;
	}
	app->show = show_page;
	app->tell = tell_line;
	app->on_signal = on_interrupt;
	app->on_question = on_question;
	agents_on_event(app, on_event, &p);
	app->on_subagent = on_subagent;
	tty_answers(app->aws);
	show_notes(&p);
	tell_line(app, app->demo != NULL ? _("This is the demo: a simulator on your own machine answers. Type tour and press Enter.") :
	    _("adit, line by line. /help lists the commands, Ctrl-D leaves."));
	converse(&p, prompt);
	struct session *s = agent_session(app->agent);
	if (s != NULL && agent_conversation(app->agent)->n > 0)
		printf(_("Resume with: adit --resume %s\n"), session_id(s));
	agents_on_event(app, NULL, NULL);
	buf_done(&p.held);
	app_stop(app);
	return app->status;
}
