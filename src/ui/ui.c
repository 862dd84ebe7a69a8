/* ui.c - the screen as the app sees it; see ui.h. */
#include "config.h"

#include "ui/ui.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/editor.h"
#include "ui/input.h"
#include "ui/line.h"
#include "ui/term.h"
#include "ui/theme.h"
#include "ui/ui-inside.h"

#define WHEEL_ROWS 3

struct pane *
ui_pane(struct ui *ui)
{
	return ui->focus < ui->panes.n ? ui->panes.v[ui->focus] : NULL;
}

void
ui_focus(struct ui *ui, size_t pane)
{
	ui->focus = pane;
	screen_stale(ui, STALE_ALL);
}

/* ---- what comes from the terminal ----------------------------------------------------------- */

/* Each key ends the hint of the one before. */
static void
count_key(struct ui *ui)
{
	ui->keys++;
	if (ui->hint == NULL)
		return;
	free(ui->hint);
	ui->hint = NULL;
	screen_stale(ui, STALE_INPUT);
}

static void
on_key(void *arg, const char *bytes, size_t n)
{
	struct ui *ui = arg;
	count_key(ui);
	char *before = mem_strdup(line_text());
	line_key(bytes, n);
	if (ui->compose.taking)
		ui->compose.taking = false;
	else if (strcmp(before, line_text()) != 0)
		compose_follow(&ui->compose, &ui->hooks);
	free(before);
	ui_settle_mode(ui);
}

static void
on_escape(void *arg)
{
	struct ui *ui = arg;
	count_key(ui);
	if (!line_escape())
		action_escape(ui);
}

static void
on_paste(void *arg, const char *text, size_t n)
{
	struct ui *ui = arg;
	count_key(ui);
	if (line_mode() == LINE_FOUND)
		line_set_mode(LINE_EDIT);
	if (line_mode() == LINE_EDIT) {
		char *other = ui->hooks.pasted != NULL ? ui->hooks.pasted(ui->hooks.arg, text, n) : NULL;
		compose_paste(&ui->compose, other != NULL ? other : text, other != NULL ? strlen(other) : n);
		free(other);
		compose_follow(&ui->compose, &ui->hooks);
	}
}

static void
click(struct ui *ui, int y, int x)
{
	const struct layout *l = &ui->screen.layout;
	if (l->bar.h > 0 && y == l->bar.y && ui->hooks.action != NULL && ui_pane(ui) != NULL) {
		ui->hooks.action(ui->hooks.arg, ui_pane(ui)->agent, "auth");
		return;
	}
	int i = layout_pane_at(l, y, x);
	if (i >= 0)
		ui_focus(ui, l->panes.v[i].pane);
}

static void
on_mouse(void *arg, enum input_button button, int y, int x)
{
	struct ui *ui = arg;
	if (button == INPUT_PRESS) {
		click(ui, y, x);
		return;
	}
	int rows = button == INPUT_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS;
	int i = layout_pane_at(&ui->screen.layout, y, x);
	if (ui->sheet.open) {
		sheet_scroll(&ui->sheet, rows);
	} else if (ui->approval.open) {
		approval_scroll(&ui->approval, rows);
	} else if (i >= 0) {
		struct pane *p = ui->panes.v[ui->screen.layout.panes.v[i].pane];
		view_scroll(&p->view, agent_transcript(p->agent), rows);
	}
	screen_stale(ui, STALE_ALL);
}

/* The terminal told its background. */
static void
on_reply(void *arg, const char *text, size_t n)
{
	struct ui *ui = arg;
	term_answered();
	const char *name = theme_for_background(text, n);
	if (name != NULL)
		theme_init(name, theme_is_ascii());
	screen_stale(ui, STALE_ALL);
}

/* ---- what comes from the line ------------------------------------------------------------------ */

static void
on_run(void *arg, int id, int key)
{
	action_run(arg, id, key);
}

static void
on_changed(void *arg)
{
	struct ui *ui = arg;
	screen_stale(ui, STALE_INPUT);
}

static void
on_eof(void *arg)
{
	struct ui *ui = arg;
	ui->hooks.quit(ui->hooks.arg);
}

static void
on_submit(void *arg, const char *text)
{
	struct ui *ui = arg;
	struct pane *p = ui_pane(ui);
	if (ui->approval.reasoning) {
		approval_give(&ui->approval, UI_NO, text);
		ui_settle_mode(ui);
		screen_stale(ui, STALE_ALL);
		return;
	}
	char *whole = compose_expand(&ui->compose, text);
	compose_forget(&ui->compose);
	compose_close_choices(&ui->compose);
	screen_stale(ui, STALE_ALL);
	if (p != NULL) {
		line_remember(whole);
		view_end(&p->view);
		ui->hooks.submit(ui->hooks.arg, p->agent, whole);
	}
	free(whole);
}

/* ---- start and stop ----------------------------------------------------------------------------- */

static void
start_line(struct ui *ui, const char *history_file)
{
	struct line_hooks hooks = { .arg = ui, .run = on_run, .submit = on_submit, .eof = on_eof,
		.changed = on_changed };
	line_start(&hooks);
	action_bind();
	line_ready(history_file);
}

struct ui *
ui_start(const struct ui_options *o, const struct ui_hooks *hooks, struct timers *timers,
    struct err *e)
{
	if (term_start(o->mouse, e) < 0)
		return NULL;
	struct ui *ui = mem_alloc(sizeof *ui);
	ui->hooks = *hooks;
	ui->timers = timers;
	theme_init(o->theme, o->ascii || !term_is_utf8());
	compose_init(&ui->compose);
	layout_init(&ui->screen.layout);
	screen_stale(ui, STALE_ALL);
	screen_draw(ui);        /* first the screen; what readline reads can come after it */
	struct input_hooks input = { .arg = ui, .key = on_key, .escape = on_escape,
		.paste = on_paste, .mouse = on_mouse, .reply = on_reply };
	input_start(&input, timers, term_is_utf8());
	if (theme_would_ask(o->theme) && term_ask_background())
		input_expect_reply();
	start_line(ui, o->history_file);
	screen_stale(ui, STALE_ALL);
	return ui;
}

void
ui_restore(void)
{
	term_restore();
}

void
ui_stop(struct ui *ui)
{
	if (ui == NULL)
		return;
	editor_abandon();
	term_stop();
	line_stop();
	input_stop();
	for (size_t i = 0; i < ui->panes.n; i++)
		pane_free(ui->panes.v[i]);
	vec_done(&ui->panes);
	creds_report_free(ui->auth);
	compose_done(&ui->compose);
	sheet_close(&ui->sheet);
	free(ui->ask.question);
	approval_close(&ui->approval);
	find_done(&ui->find);
	layout_done(&ui->screen.layout);
	buf_done(&ui->outgoing);
	free(ui->hint);
	free(ui);
}

/* ---- agents ------------------------------------------------------------------------------------------ */

void
ui_add_agent(struct ui *ui, struct agent *agent)
{
	vec_add(&ui->panes, pane_new(agent));
	screen_stale(ui, STALE_ALL);
}

void
ui_remove_agent(struct ui *ui, struct agent *agent)
{
	for (size_t i = 0; i < ui->panes.n; i++) {
		if (ui->panes.v[i]->agent != agent)
			continue;
		pane_free(ui->panes.v[i]);
		vec_cut(&ui->panes, i, 1);
		if (ui->focus > i || ui->focus >= ui->panes.n)
			ui->focus = ui->focus > 0 ? ui->focus - 1 : 0;
		break;
	}
	ui->status = (struct status){ 0 };
	screen_stale(ui, STALE_ALL);
}

struct agent *
ui_focused(struct ui *ui)
{
	return ui_pane(ui) != NULL ? ui_pane(ui)->agent : NULL;
}

void
ui_changed(struct ui *ui)
{
	screen_stale(ui, STALE_PANES);
}

void
ui_set_auth(struct ui *ui, struct creds_report *report)
{
	if (report == NULL)
		return;
	creds_report_free(ui->auth);
	ui->auth = report;
	screen_stale(ui, STALE_INPUT);
}

/* ---- what the app shows --------------------------------------------------------------------------------- */

void
ui_sheet(struct ui *ui, const char *title, const char *markdown)
{
	find_done(&ui->find);
	sheet_open(&ui->sheet, title, markdown);
	line_set_mode(ui->ask.question != NULL ? LINE_ASK : LINE_SHEET);
	screen_stale(ui, STALE_ALL);
}

void
ui_close_sheet(struct ui *ui)
{
	sheet_close(&ui->sheet);
	ui_settle_mode(ui);
	screen_stale(ui, STALE_ALL);
}

/* A search goes on; a line that is being typed keeps the keys from an approval. */
void
ui_settle_mode(struct ui *ui)
{
	enum line_mode now = line_mode();
	if (now == LINE_FIND || now == LINE_FOUND)
		return;
	if (ui->ask.question != NULL)
		line_set_mode(LINE_ASK);
	else if (ui->sheet.open)
		line_set_mode(LINE_SHEET);
	else if (ui->approval.open && !ui->approval.reasoning && (now == LINE_APPROVE || line_length() == 0))
		line_set_mode(LINE_APPROVE);
	else
		line_set_mode(LINE_EDIT);
	if (line_mode() != now)
		screen_stale(ui, STALE_ALL);
}

void
ui_approve(struct ui *ui, const struct ui_approval *ask)
{
	approval_open(&ui->approval, ask);
	ui_settle_mode(ui);
	screen_stale(ui, STALE_ALL);
}

void
ui_approve_close(struct ui *ui)
{
	approval_close(&ui->approval);
	ui_settle_mode(ui);
	screen_stale(ui, STALE_ALL);
}

void
ui_ask_reason(struct ui *ui, bool typing)
{
	ui->approval.reasoning = typing;
	line_set("");
	ui_settle_mode(ui);
	screen_stale(ui, STALE_ALL);
}

void
ui_hint(struct ui *ui, const char *text)
{
	free(ui->hint);
	ui->hint = mem_strdup(text);
	screen_stale(ui, STALE_INPUT);
}

void
ui_ask(struct ui *ui, const char *question, void (*answer)(void *arg, bool yes), void *arg)
{
	find_done(&ui->find);
	ask_open(&ui->ask, question, answer, arg);
	line_set_mode(LINE_ASK);
	screen_stale(ui, STALE_ALL);
}

void
ui_set_input(struct ui *ui, const char *text)
{
	compose_forget(&ui->compose);
	line_set(text);
	screen_stale(ui, STALE_ALL);
}

void
ui_offer_input(struct ui *ui, const char *text)
{
	if (line_length() == 0)
		ui_set_input(ui, text);
	else
		line_remember(text);
}

/* ---- the loop ------------------------------------------------------------------------------------------- */

bool
ui_readable(struct ui *ui)
{
	return ui_is_away(ui) || input_read();
}

void
ui_signal(struct ui *ui, int signo)
{
	if (ui_is_away(ui)) {
		if (signo == SIGTSTP)
			editor_suspended();
		return;         /* the rest is seen to when the terminal is ours again */
	}
	if (signo == SIGTSTP)
		term_suspend();
	else if (signo == SIGWINCH)
		term_resize();
	else if (signo == SIGCONT)
		term_redraw();
	screen_stale(ui, STALE_ALL);
}

bool
ui_is_away(const struct ui *ui)
{
	(void)ui;
	return editor_is_open();
}

int
ui_frame_wait(struct ui *ui)
{
	return ui_is_away(ui) ? -1 : screen_wait(ui);
}

void
ui_draw(struct ui *ui)
{
	if (!ui_is_away(ui))
		screen_draw(ui);
}
