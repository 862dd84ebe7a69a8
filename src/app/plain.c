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
#include "app/command.h"
#include "app/files.h"
#include "app/tty.h"
#include "base/file.h"
#include "base/i18n.h"
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
	if (ev == AGENT_EV_TEXT)
		put_piece(p, text, n);
	else if (ev == AGENT_EV_RETRY)
		tell_retry(p);
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
		app_loop(app);
		app->quit = app->status != 0;
	}
	putchar('\n');
	show_notes(p);
	return !app->quit;
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
	if (app->quit)
		return false;
	bool signed_in = waits_for_model(app) && creds_version(app->aws) != before;
	return agents_are_idle(app) && !signed_in ? true : wait_for_turn(p);
}

static bool
take_line(struct plain *p, const char *line)
{
	struct app *app = p->app;
	struct agent_status s;
	agent_status(app->agent, &s);
	if (str_blank(line))
		return s.needs_login || waits_for_model(app) ? take_command(p, "/login") : true;
	if (line[0] == '/')
		return take_command(p, line);
	p->told_attempt = 0;
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
		fprintf(stderr, "adit: %s\n", err.text);
		app->status = (int)err.code;
		app_stop(app);
		return app->status;
	}
	app->show = show_page;
	app->tell = tell_line;
	app->on_signal = on_interrupt;
	agents_on_event(app, on_event, &p);
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
