/* ui.c - the screen as the app sees it; see ui.h. */
#include "config.h"

#include "ui/ui.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/editor.h"
#include "ui/input.h"
#include "ui/line.h"
#include "ui/term.h"
#include "ui/theme.h"
#include "ui/ui-inside.h"

#define WHEEL_ROWS 3

static bool over_paste(struct ui *, const char *text, size_t n);
static bool over_mouse(struct ui *, enum input_button, int y);

struct pane *
ui_pane(struct ui *ui)
{
	return ui->focus < ui->panes.n ? ui->panes.v[ui->focus] : NULL;
}

void
ui_focus(struct ui *ui, size_t pane)
{
	if (ui->copying != NULL && ui->panes.v[pane] != ui->copying)
		ui_copy_leave(ui);
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
	if (over_paste(ui, text, n))
		return;
	ui_copy_leave(ui);
	if (line_mode() == LINE_FOUND)
		line_set_mode(LINE_EDIT);
	if (line_mode() == LINE_EDIT) {
		compose_paste(&ui->compose, text, n);
		compose_follow(&ui->compose, &ui->hooks);
		if (ui->hooks.pasted != NULL)
			ui->hooks.pasted(ui->hooks.arg, text, n);
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
	if (i < 0)
		return;
	const struct layout_pane *at = &l->panes.v[i];
	ui_focus(ui, at->pane);
	if (ui->copying != NULL && y >= at->body.y)
		copymode_click(&ui->copy, agent_transcript(ui->copying->agent), y - at->body.y,
		    x - at->body.x - pane_margin(at->body.w));
	screen_stale(ui, STALE_ALL);
}

static void
on_mouse(void *arg, enum input_button button, int y, int x)
{
	struct ui *ui = arg;
	if (over_mouse(ui, button, y))
		return;
	if (button == INPUT_PRESS) {
		click(ui, y, x);
		return;
	}
	int rows = button == INPUT_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS;
	int i = layout_pane_at(&ui->screen.layout, y, x);
	if (ui->approval.open) {
		approval_scroll(&ui->approval, rows);
	} else if (i >= 0) {
		struct pane *p = ui->panes.v[ui->screen.layout.panes.v[i].pane];
		if (p == ui->copying)
			copymode_scroll(&ui->copy, agent_transcript(p->agent), rows);
		else
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
	list_done(&ui->list);
	prompt_done(&ui->prompt);
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
		if (ui->panes.v[i] == ui->copying)
			ui_copy_leave(ui);
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

/* ---- over the panes ------------------------------------------------------------------------------------ */

enum over
ui_over(const struct ui *ui)
{
	return ui->overs > 0 ? ui->over[ui->overs - 1] : OVER_NONE;
}

/* A line that is being typed keeps the keys from an approval. */
static enum line_mode
wanted_mode(struct ui *ui)
{
	static const enum line_mode modes[OVERS] = { [OVER_NONE] = LINE_EDIT, [OVER_SHEET] = LINE_SHEET,
		[OVER_LIST] = LINE_LIST, [OVER_PROMPT] = LINE_PROMPT };
	const struct approval *a = &ui->approval;
	if (ui->ask.question != NULL)
		return LINE_ASK;
	if (ui_over(ui) == OVER_NONE && a->open && !a->reasoning && (line_mode() == LINE_APPROVE || line_length() == 0))
		return LINE_APPROVE;
	return ui_over(ui) == OVER_NONE && ui->copying != NULL ? LINE_COPY : modes[ui_over(ui)];
}

void
ui_follow_mode(struct ui *ui)
{
	line_set_mode(wanted_mode(ui));
	screen_stale(ui, STALE_ALL);
}

void
ui_settle_mode(struct ui *ui)
{
	enum line_mode now = line_mode();
	if (now != LINE_FIND && now != LINE_FOUND && now != wanted_mode(ui))
		ui_follow_mode(ui);
}

void
ui_copy_leave(struct ui *ui)
{
	if (ui->copying == NULL)
		return;
	ui->copying->copy = NULL;
	ui->copying = NULL;
	copymode_leave(&ui->copy);
	find_done(&ui->find);
	if (line_mode() == LINE_FIND)
		line_set_mode(LINE_EDIT);
	ui_settle_mode(ui);
	screen_stale(ui, STALE_ALL);
}

/* A question that comes takes copy mode's place. */
static void
interrupt_copying(struct ui *ui)
{
	if (ui->copying != NULL)
		ui->interrupted_at = ui->keys;
	ui_copy_leave(ui);
}

bool
ui_was_copying(struct ui *ui)
{
	if (ui->interrupted_at == 0 || ui->interrupted_at + 1 != ui->keys)
		return false;
	ui_hint(ui, _("This question came while you were copying: press the key again if you mean it"));
	return true;
}

void
ui_approve(struct ui *ui, const struct ui_approval *ask)
{
	interrupt_copying(ui);
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

static void
leave(struct ui *ui, enum over which)
{
	for (size_t i = 0; i < ui->overs; i++)
		if (ui->over[i] == which) {
			memmove(ui->over + i, ui->over + i + 1, (--ui->overs - i) * sizeof *ui->over);
			break;
		}
	ui_follow_mode(ui);
}

static void
enter(struct ui *ui, enum over which)
{
	ui_copy_leave(ui);
	find_done(&ui->find);
	leave(ui, which);
	ui->over[ui->overs++] = which;
	ui_follow_mode(ui);
}

void
ui_sheet(struct ui *ui, const char *title, const char *markdown)
{
	struct sheet next = { 0 };      /* first: the texts may be those of the sheet that goes */
	sheet_open(&next, title, markdown);
	void (*closed)(void *, bool) = ui->sheet_closed;
	ui->sheet_closed = NULL;
	sheet_close(&ui->sheet);
	ui->sheet = next;
	enter(ui, OVER_SHEET);
	if (closed != NULL)
		closed(ui->sheet_arg, true);
}

void
ui_sheet_update(struct ui *ui, const char *markdown)
{
	if (sheet_change(&ui->sheet, markdown))
		screen_stale(ui, STALE_ALL);
}

void
ui_sheet_on_close(struct ui *ui, void (*closed)(void *arg, bool replaced), void *arg)
{
	if (!ui->sheet.open) {
		closed(arg, false);
		return;
	}
	ui->sheet_closed = closed;
	ui->sheet_arg = arg;
}

void
ui_sheet_close(struct ui *ui)
{
	if (!ui->sheet.open)
		return;
	void (*closed)(void *, bool) = ui->sheet_closed;
	ui->sheet_closed = NULL;
	sheet_close(&ui->sheet);
	leave(ui, OVER_SHEET);
	if (closed != NULL)
		closed(ui->sheet_arg, false);
}

void
ui_list_open(struct ui *ui, const struct ui_list *spec, const struct ui_list_row *rows, size_t n)
{
	struct list next;
	list_open(&next, spec, rows, n);
	ui_list_close(ui);
	if (ui->list.open)              /* closed() opened another: that one stays out */
		list_done(&ui->list);
	ui->list = next;
	enter(ui, OVER_LIST);
}

void
ui_list_rows(struct ui *ui, const struct ui_list_row *rows, size_t n)
{
	if (!ui->list.open)
		return;
	list_set_rows(&ui->list, rows, n);
	screen_stale(ui, STALE_ALL);
}

void
ui_list_title(struct ui *ui, const char *title, const char *corner)
{
	if (!ui->list.open)
		return;
	list_set_title(&ui->list, title, corner);
	screen_stale(ui, STALE_ALL);
}

void
ui_list_empty(struct ui *ui, const char *text)
{
	if (!ui->list.open)
		return;
	free(ui->list.empty);
	ui->list.empty = mem_strdup(text);
	screen_stale(ui, STALE_ALL);
}

void
ui_list_note(struct ui *ui, const char *text)
{
	if (!ui->list.open)
		return;
	free(ui->list.note);
	ui->list.note = text != NULL && *text != '\0' ? mem_strdup(text) : NULL;
	screen_stale(ui, STALE_ALL);
}

bool
ui_list_is_open(const struct ui *ui)
{
	return ui->list.open;
}

/* Takes it off the screen; its hooks are called by who holds it now, and may open the next. */
static struct list
take_list(struct ui *ui)
{
	struct list l = ui->list;
	ui->list = (struct list){ 0 };
	leave(ui, OVER_LIST);
	return l;
}

void
ui_list_close(struct ui *ui)
{
	if (!ui->list.open)
		return;
	struct list l = take_list(ui);
	if (l.closed != NULL)
		l.closed(l.arg);
	list_done(&l);
}

void
ui_list_choose(struct ui *ui)
{
	if (!ui->list.open || list_row(&ui->list) == NULL)
		return;
	struct list l = take_list(ui);
	if (l.chosen != NULL)
		l.chosen(l.arg, list_row(&l));
	list_done(&l);
}

static void
end_prompt(struct ui *ui, bool given)
{
	if (!ui->prompt.open)
		return;
	struct prompt p = ui->prompt;
	ui->prompt = (struct prompt){ 0 };
	leave(ui, OVER_PROMPT);
	p.answer(p.arg, given ? buf_str(&p.field.text) : NULL);
	prompt_done(&p);
}

void
ui_prompt(struct ui *ui, const struct ui_prompt *spec)
{
	struct prompt next;
	prompt_open(&next, spec);
	end_prompt(ui, false);
	if (ui->prompt.open)
		prompt_done(&ui->prompt);
	ui->prompt = next;
	enter(ui, OVER_PROMPT);
}

void
ui_prompt_close(struct ui *ui)
{
	end_prompt(ui, false);
}

void
ui_prompt_answer(struct ui *ui)
{
	end_prompt(ui, true);
}

/* A paste goes to what is in front, like the keys. */
static bool
over_paste(struct ui *ui, const char *text, size_t n)
{
	enum line_mode mode = line_mode();
	if (mode == LINE_LIST) {
		field_paste(&ui->list.filter, text, n);
		list_refilter(&ui->list);
	} else if (mode == LINE_PROMPT) {
		field_paste(&ui->prompt.field, text, n);
	}
	screen_stale(ui, STALE_ALL);
	return mode == LINE_LIST || mode == LINE_PROMPT;
}

static bool
over_mouse(struct ui *ui, enum input_button button, int y)
{
	int rows = button == INPUT_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS;
	enum over over = ui_over(ui);
	bool press = button == INPUT_PRESS;
	if (over == OVER_NONE || (over == OVER_SHEET && press))
		return false;
	if (over == OVER_SHEET)
		sheet_scroll(&ui->sheet, rows);
	else if (over == OVER_PROMPT && !press)
		prompt_scroll(&ui->prompt, rows);
	else if (over == OVER_LIST && !press)
		list_move(&ui->list, rows);
	else if (over == OVER_LIST)
		list_click(&ui->list, y);
	screen_stale(ui, STALE_ALL);
	return true;
}

/* ---- what the app shows --------------------------------------------------------------------------------- */

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
	interrupt_copying(ui);
	find_done(&ui->find);
	ask_open(&ui->ask, question, answer, arg);
	ui_follow_mode(ui);
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

void
ui_completed(struct ui *ui, const char *line, size_t start, size_t end, struct ui_completions *found)
{
	if (line_mode() != LINE_EDIT || line_is_asking() || line_point() != end || strcmp(line_text(), line) != 0)
		compose_forget_choices(found);
	else if (!compose_completed(&ui->compose, start, found))
		ui_hint(ui, _("Nothing to complete here"));
	screen_stale(ui, STALE_ALL);
}

void
ui_names_changed(struct ui *ui)
{
	if (line_mode() != LINE_EDIT || line_is_asking())
		return;
	compose_names_changed(&ui->compose, &ui->hooks);
	screen_stale(ui, STALE_ALL);
}

void
ui_replace_pasted(struct ui *ui, const char *text, const char *other)
{
	const char *at = strstr(line_text(), text);
	if (at == NULL || line_is_asking())
		return;
	size_t start = (size_t)(at - line_text());
	line_swap(start, start + strlen(text), other);
	compose_follow(&ui->compose, &ui->hooks);
	screen_stale(ui, STALE_ALL);
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
