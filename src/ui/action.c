/*
 * action.c - what keys do: a table.
 *
 * To add a key, add a row. Each row is a readline function "adit-NAME", so
 * that ~/.inputrc can bind it; help is made from the same rows.
 */
#include "config.h"

#include "ui/action.h"

#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ui/copy.h"
#include "ui/editor.h"
#include "ui/line.h"
#include "ui/term.h"
#include "ui/ui-inside.h"

#define EDIT  LINE_IN(LINE_EDIT)
#define SHEET LINE_IN(LINE_SHEET)
#define ASK   LINE_IN(LINE_ASK)
#define APPROVE LINE_IN(LINE_APPROVE)
#define FIND  LINE_IN(LINE_FIND)
#define FOUND LINE_IN(LINE_FOUND)
#define LIST  LINE_IN(LINE_LIST)
#define PROMPT LINE_IN(LINE_PROMPT)

enum { CTRL_U = 'U' & 31, CTRL_W = 'W' & 31 };

struct action {
	const char	*name;          /* without "adit-"; with it the readline function */
	const char	*shown;         /* the default keys for people; NULL = not in the help */
	const char	*help;
	unsigned	 modes;
	void		(*run)(struct ui *, const struct action *, int key);
	const char	*keys[11];      /* raw bytes */
};

static const struct transcript *
transcript_of(struct ui *ui)
{
	return ui_pane(ui) != NULL ? agent_transcript(ui_pane(ui)->agent) : NULL;
}

/* ---- the line ------------------------------------------------------------------------------ */

static void
do_send(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	(void)ui;
	size_t point = line_point();
	if (point > 0 && point == line_length() && line_text()[point - 1] == '\\')
		line_replace(point - 1, point, "\n");
	else
		line_accept();
}

static void
do_newline(struct ui *ui, const struct action *a, int key)
{
	(void)ui;
	(void)a;
	(void)key;
	line_insert("\n");
}

static void
do_up(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (compose_is_choosing(&ui->compose))
		compose_complete(&ui->compose, &ui->hooks, -1);
	else
		line_up();
}

static void
do_down(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (compose_is_choosing(&ui->compose))
		compose_complete(&ui->compose, &ui->hooks, 1);
	else
		line_down();
}

static void
do_complete(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (!compose_complete(&ui->compose, &ui->hooks, 1))
		ui_hint(ui, _("Nothing to complete here"));
}

static void
do_cancel(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (line_length() > 0) {
		line_kill();
		compose_forget(&ui->compose);
		return;
	}
	if (ui->cancelled_at > 0 && ui->cancelled_at + 1 == ui->keys) {
		ui->hooks.quit(ui->hooks.arg);
		return;
	}
	ui->cancelled_at = ui->keys;
	ui_hint(ui, _("Press Ctrl-C again to quit"));
}

static void
on_edited(void *arg, const char *text)
{
	struct ui *ui = arg;
	if (text != NULL)
		ui_set_input(ui, text);
	else
		ui_hint(ui, _("The editor failed; the text is as it was"));
	screen_stale(ui, STALE_ALL);
}

static void
do_editor(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	struct err e = { 0 };
	char *text = compose_expand(&ui->compose, line_text());
	if (editor_open(text, ui->timers, on_edited, ui, &e) < 0)
		ui_hint(ui, e.text);
	free(text);
}

static void
do_unqueue(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	char *text = ui_pane(ui) != NULL ? agent_unqueue(ui_pane(ui)->agent) : NULL;
	if (text != NULL)
		line_set(text);
	free(text);
	screen_stale(ui, STALE_ALL);
}

/* ---- panes ------------------------------------------------------------------------------------ */

static void
do_focus(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	if (key >= '0' && key <= '9' && (size_t)(key - '0') < ui->panes.n)
		ui_focus(ui, (size_t)(key - '0'));
}

static void
do_next(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (ui->panes.n > 0)
		ui_focus(ui, (ui->focus + 1) % ui->panes.n);
}

static void
do_previous(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (ui->panes.n > 0)
		ui_focus(ui, (ui->focus + ui->panes.n - 1) % ui->panes.n);
}

static void
do_zoom(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	ui->zoom = !ui->zoom;
	screen_stale(ui, STALE_ALL);
}

/* ---- scrolling ----------------------------------------------------------------------------------- */

static void
scroll(struct ui *ui, long rows)
{
	struct pane *p = ui_pane(ui);
	if (ui_over(ui) == OVER_SHEET)
		sheet_scroll(&ui->sheet, rows);
	else if (ui->approval.open && line_mode() == LINE_APPROVE)
		approval_scroll(&ui->approval, rows);
	else if (p != NULL && rows <= -INT_MAX)
		view_home(&p->view, agent_transcript(p->agent));
	else if (p != NULL && rows >= INT_MAX)
		view_end(&p->view);
	else if (p != NULL)
		view_scroll(&p->view, agent_transcript(p->agent), (int)rows);
	screen_stale(ui, STALE_ALL);
}

/* A page keeps two rows of the one before. */
static int
page(struct ui *ui)
{
	int h = ui_over(ui) == OVER_SHEET ? ui->sheet.height :
	    line_mode() == LINE_APPROVE ? ui->approval.height : ui_pane(ui) != NULL ? ui_pane(ui)->view.height : 0;
	return h > 3 ? h - 2 : 1;
}

static void
do_page_up(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	scroll(ui, -page(ui));
}

static void
do_page_down(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	scroll(ui, page(ui));
}

static void
do_line_up(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	scroll(ui, -1);
}

static void
do_line_down(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	scroll(ui, 1);
}

static void
do_home(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	scroll(ui, -INT_MAX);
}

static void
do_end(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	scroll(ui, INT_MAX);
}

/* ---- folding -------------------------------------------------------------------------------------- */

/* What a key folds: every block of a kind, or none when some are open. */
static bool
takes_part(const struct block *b, bool reasoning)
{
	if (reasoning)
		return b->kind == BLOCK_REASONING;
	return b->kind == BLOCK_TOOL || (b->kind != BLOCK_REASONING && b->detail != NULL);
}

static void
toggle(struct ui *ui, bool reasoning)
{
	struct pane *p = ui_pane(ui);
	struct transcript *t = p != NULL ? agent_transcript_edit(p->agent) : NULL;
	bool any_open = false, any = false;
	for (size_t i = 0; t != NULL && i < t->blocks.n; i++)
		if (takes_part(t->blocks.v[i], reasoning)) {
			any = true;
			any_open = any_open || !t->blocks.v[i]->folded;
		}
	if (!any) {
		ui_hint(ui, reasoning ? _("There is no reasoning to show") : _("There is nothing to open"));
		return;
	}
	for (size_t i = 0; i < t->blocks.n; i++)
		if (takes_part(t->blocks.v[i], reasoning) && t->blocks.v[i]->folded != any_open) {
			t->blocks.v[i]->folded = any_open;
			transcript_touch(t, t->blocks.v[i]);
		}
	view_refold(&p->view);
	screen_stale(ui, STALE_ALL);
}

static void
do_tools(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	toggle(ui, false);
}

static void
do_reasoning(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	toggle(ui, true);
}

/* ---- search ----------------------------------------------------------------------------------------- */

static void
show_found(struct ui *ui)
{
	struct pane *p = ui_pane(ui);
	struct transcript *t = agent_transcript_edit(p->agent);
	struct block *b = transcript_find(t, ui->find.block);
	if (b != NULL && b->folded && (b->kind == BLOCK_TOOL || b->kind == BLOCK_REASONING)) {
		b->folded = false;
		transcript_touch(t, b);
	}
	view_show(&p->view, t, ui->find.block, ui->find.offset);
	screen_stale(ui, STALE_ALL);
}

static void
do_find(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (ui_pane(ui) == NULL)
		return;
	find_done(&ui->find);
	buf_init(&ui->find.what, 200);
	line_set_mode(LINE_FIND);
	screen_stale(ui, STALE_ALL);
}

/* Each letter looks again, from the newest on. */
static void
find_typed(struct ui *ui)
{
	ui->find.block = UINT64_MAX;
	ui->find.found = false;
	if (ui->find.what.len > 0 && find_older(&ui->find, transcript_of(ui)))
		show_found(ui);
	screen_stale(ui, STALE_ALL);
}

static void
do_find_type(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	if (key >= ' ' && key != 127)
		buf_putc(&ui->find.what, (char)key);
	find_typed(ui);
}

static void
do_find_erase(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	struct buf *w = &ui->find.what;
	size_t n = w->len;
	while (n > 0 && ((unsigned char)w->s[n - 1] & 0xc0) == 0x80)
		n--;
	buf_truncate(w, n > 0 ? n - 1 : 0);
	find_typed(ui);
}

static void
do_find_leave(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	find_done(&ui->find);
	line_set_mode(LINE_EDIT);
	ui_settle_mode(ui);
	screen_stale(ui, STALE_ALL);
}

static void
do_find_done(struct ui *ui, const struct action *a, int key)
{
	if (ui->find.what.len == 0)
		do_find_leave(ui, a, key);
	else
		line_set_mode(LINE_FOUND);
	screen_stale(ui, STALE_ALL);
}

static void
do_find_older(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (find_older(&ui->find, transcript_of(ui)))
		show_found(ui);
	screen_stale(ui, STALE_ALL);
}

static void
do_find_newer(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (find_newer(&ui->find, transcript_of(ui)))
		show_found(ui);
	screen_stale(ui, STALE_ALL);
}

/* Any other key ends the search and has its usual effect. */
static void
do_found_other(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	find_done(&ui->find);
	line_leave_found(key);
	screen_stale(ui, STALE_ALL);
}

/* ---- sheets and questions ------------------------------------------------------------------------------ */

static void
do_close(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	if (ui->sheet_closed == NULL || (key != '\r' && key != '\n'))
		ui_sheet_close(ui);
}

static void
answer(struct ui *ui, bool yes)
{
	ask_answer(&ui->ask, yes);
	ui_follow_mode(ui);
}

static void
do_yes(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	answer(ui, true);
}

static void
do_no(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	answer(ui, false);
}

/* What was not on the screen is not allowed. */
static void
approve(struct ui *ui, enum ui_verdict verdict)
{
	if (!approval_was_seen(&ui->approval)) {
		ui_hint(ui, _("There is more to see first: PgDn"));
		return;
	}
	approval_give(&ui->approval, verdict, NULL);
	ui_settle_mode(ui);
	screen_stale(ui, STALE_ALL);
}

static void
do_approve(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	approve(ui, UI_ONCE);
}

static void
do_approve_always(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	approve(ui, UI_ALWAYS);
}

static void
do_approve_project(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	approve(ui, UI_PROJECT);
}

static void
do_refuse(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	ui_ask_reason(ui, true);
}

static void
do_nothing(struct ui *ui, const struct action *a, int key)
{
	(void)ui;
	(void)a;
	(void)key;
}

/* ---- lists ----------------------------------------------------------------------------------------------- */

static void
move(struct ui *ui, long rows)
{
	list_move(&ui->list, rows);
	screen_stale(ui, STALE_ALL);
}

static void
do_list_up(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	move(ui, -1);
}

static void
do_list_down(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	move(ui, 1);
}

static void
do_list_page_up(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	move(ui, ui->list.height > 1 ? 1 - ui->list.height : -1);
}

static void
do_list_page_down(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	move(ui, ui->list.height > 1 ? ui->list.height - 1 : 1);
}

static void
do_list_top(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	move(ui, -INT_MAX);
}

static void
do_list_bottom(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	move(ui, INT_MAX);
}

static void
do_list_open(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	list_unfold(&ui->list, true);
	screen_stale(ui, STALE_ALL);
}

static void
do_list_fold(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	list_unfold(&ui->list, false);
	screen_stale(ui, STALE_ALL);
}

static void
do_list_choose(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	ui_list_choose(ui);
}

static void
do_list_close(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	ui_list_close(ui);
}

/* A key that the list itself has no use for. */
static void
tell_list(struct ui *ui, const char *key)
{
	struct list *l = &ui->list;
	char *row = mem_strdup(list_row(l));    /* the hook may change the rows */
	if (l->key != NULL)
		l->key(l->arg, key, row);
	free(row);
	screen_stale(ui, STALE_ALL);
}

static void
do_list_delete(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	tell_list(ui, "Delete");
}

static void
do_list_tab(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	tell_list(ui, "Tab");
}

/* Letters filter; "C-s" and the like are for whoever opened the list. */
static void
do_list_type(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	if (key > 0 && key < ' ') {
		char name[] = { 'C', '-', (char)(key | 0x60), '\0' };
		tell_list(ui, name);
		return;
	}
	field_type(&ui->list.filter, (char)key);
	list_refilter(&ui->list);
	screen_stale(ui, STALE_ALL);
}

static void
do_list_erase(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	if (key == CTRL_W)
		field_erase_word(&ui->list.filter);
	else if (key == CTRL_U)
		field_kill_left(&ui->list.filter);
	else
		field_erase(&ui->list.filter);
	list_refilter(&ui->list);
	screen_stale(ui, STALE_ALL);
}

/* ---- prompts ------------------------------------------------------------------------------------------- */

static void
do_prompt_type(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	if (key <= 0 || key >= ' ')
		field_type(&ui->prompt.field, (char)key);
	screen_stale(ui, STALE_ALL);
}

/* What the rows of do_prompt_edit() do. */
static const struct {
	const char	*name;
	void		(*edit)(struct field *);
} edits[] = {
	{ "prompt-left", field_left },
	{ "prompt-right", field_right },
	{ "prompt-home", field_home },
	{ "prompt-end", field_end },
	{ "prompt-erase", field_erase },
	{ "prompt-erase-right", field_erase_right },
	{ "prompt-erase-word", field_erase_word },
	{ "prompt-kill-left", field_kill_left },
	{ "prompt-kill-right", field_kill_right },
};

static void
do_prompt_edit(struct ui *ui, const struct action *a, int key)
{
	(void)key;
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++)
		if (strcmp(edits[i].name, a->name) == 0)
			edits[i].edit(&ui->prompt.field);
	screen_stale(ui, STALE_ALL);
}

static void
do_prompt_up(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	prompt_scroll(&ui->prompt, -1);
	screen_stale(ui, STALE_ALL);
}

static void
do_prompt_down(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	prompt_scroll(&ui->prompt, 1);
	screen_stale(ui, STALE_ALL);
}

static void
do_prompt_answer(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	ui_prompt_answer(ui);
}

static void
do_prompt_leave(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	ui_prompt_close(ui);
}

/* ---- the rest ----------------------------------------------------------------------------------------- */

static void
do_copy(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (transcript_of(ui) == NULL || ui->outgoing.len > 0)
		return;
	struct buf text;
	buf_init(&text, 0);
	copy_last_reply(&text, transcript_of(ui));
	if (text.len == 0)
		ui_hint(ui, _("There is no reply to copy yet"));
	else if (copy_sequence(&ui->outgoing, text.s, text.len, getenv("TMUX") != NULL) < 0)
		ui_hint(ui, _("The reply is too long for the terminal's clipboard; use /export"));
	else
		ui_hint(ui, _("The last reply was sent to the clipboard"));
	buf_done(&text);
}

static void
do_suspend(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	ui_signal(ui, SIGTSTP);
}

static void
do_redraw(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	term_redraw();
	screen_stale(ui, STALE_ALL);
}

/* What the app acts on, by the row's name. */
static void
do_app(struct ui *ui, const struct action *a, int key)
{
	(void)key;
	if (ui->hooks.action != NULL && ui_pane(ui) != NULL)
		ui->hooks.action(ui->hooks.arg, ui_pane(ui)->agent, a->name);
}

#define META "\033"
#define UP_KEYS	  "\033[A", "\033OA"
#define DOWN_KEYS "\033[B", "\033OB"
#define RIGHT_KEYS "\033[C", "\033OC"
#define LEFT_KEYS "\033[D", "\033OD"
#define HOME_KEYS "\033[H", "\033OH", "\033[1~"
#define END_KEYS  "\033[F", "\033OF", "\033[4~"

static const struct action actions[] = {
	{ "send", "Enter", N_("send; on an empty line: send what is queued now"), EDIT, do_send,
	    { "\r" } },
	{ "newline", "Alt-Enter, Ctrl-J", N_("new line (also a \\ at the end)"), EDIT, do_newline,
	    { META "\r", "\n", META "\n" } },
	{ "stop", "Esc", N_("stop the focused pane's reply; what arrived is kept"), 0,
	    do_nothing, { NULL } },
	{ "cancel", "Ctrl-C", N_("clear the line; twice on an empty line: quit"), EDIT | FOUND,
	    do_cancel, { "\003" } },
	{ "quit", "Ctrl-D", N_("on an empty line: quit"), 0, do_nothing, { NULL } },
	{ "focus", "Alt-1 … Alt-9, Alt-0", N_("to pane 1 to 9, to main"), EDIT, do_focus,
	    { META "0", META "1", META "2", META "3", META "4", META "5", META "6", META "7",
	    META "8", META "9" } },
	{ "next-pane", "Alt-n", N_("to the next pane"), EDIT, do_next, { META "n" } },
	{ "previous-pane", "Alt-p", N_("to the pane before"), EDIT, do_previous, { META "p" } },
	{ "zoom", "Alt-z", N_("the focused pane alone"), EDIT, do_zoom, { META "z" } },
	{ "page-up", "PgUp", N_("a page up"), EDIT | SHEET | APPROVE, do_page_up, { "\033[5~" } },
	{ "page-down", "PgDn", N_("a page down"), EDIT | SHEET | APPROVE, do_page_down, { "\033[6~" } },
	{ "row-up", "Ctrl-Up", N_("a row up"), EDIT, do_line_up, { "\033[1;5A", "\033Oa" } },
	{ "row-down", "Ctrl-Down", N_("a row down"), EDIT, do_line_down, { "\033[1;5B", "\033Ob" } },
	{ "top", "Alt-Home", N_("to the beginning"), EDIT, do_home,
	    { "\033[1;3H", META HOME_KEYS, META "\033OH", META "\033[1~", META "<" } },
	{ "bottom", "Alt-End", N_("to the end, and follow what comes"), EDIT, do_end,
	    { "\033[1;3F", META END_KEYS, META "\033OF", META "\033[4~", META ">" } },
	{ "find", "Alt-/", N_("search in the pane: n older, N newer"), EDIT, do_find, { META "/" } },
	{ "reverse-search-history", "Ctrl-R", N_("search in what you typed before"), 0, do_nothing,
	    { NULL } },
	{ "up", "Up", N_("a line up; what you typed before"), EDIT, do_up, { UP_KEYS } },
	{ "down", "Down", N_("a line down; back again"), EDIT, do_down, { DOWN_KEYS } },
	{ "unqueue", "Alt-Up", N_("take the last queued message back"), EDIT, do_unqueue,
	    { "\033[1;3A", META "\033[A", META "\033OA" } },
	{ "complete", "Tab", N_("complete commands, files, models"), EDIT, do_complete, { "\t" } },
	{ "models", "Ctrl-L", N_("models"), EDIT, do_app, { "\014" } },
	{ "auth", "Alt-a", N_("the auth bar opened: where credentials come from, the whole chain"), EDIT, do_app,
	    { META "a" } },
	{ "effort", "Shift-Tab", N_("the next reasoning effort"), EDIT, do_app, { "\033[Z" } },
	{ "reasoning", "Ctrl-T", N_("open or fold reasoning"), EDIT | FOUND, do_reasoning, { "\024" } },
	{ "tools", "Ctrl-O", N_("open or fold tool calls and details"), EDIT | FOUND, do_tools,
	    { "\017" } },
	{ "editor", "Ctrl-G", N_("edit the input in $VISUAL or $EDITOR"), EDIT, do_editor, { "\007" } },
	{ "copy", "Alt-c", N_("copy the last reply to the clipboard"), EDIT, do_copy, { META "c" } },
	{ "redraw", "Alt-r", N_("draw the screen anew"), EDIT, do_redraw, { META "r" } },
	{ "suspend", "Ctrl-Z", N_("suspend; fg comes back"), EDIT | SHEET | APPROVE | LIST | PROMPT, do_suspend, { "\032" } },
	{ "help", "F1", N_("this help"), EDIT, do_app,
	    { "\033OP", "\033[11~", "\033[[A", "\033[1P" } },

	/* In modes: not for the help, and not to be bound by users. */
	{ "ignore", NULL, NULL, 0, do_nothing, { NULL } },
	{ "sheet-close", NULL, NULL, SHEET, do_close, { "q", "\r", "\n", "\003", "\033OP" } },
	{ "sheet-row-up", NULL, NULL, SHEET | APPROVE, do_line_up, { "k", UP_KEYS } },
	{ "sheet-row-down", NULL, NULL, SHEET | APPROVE, do_line_down, { "j", DOWN_KEYS } },
	{ "sheet-page-up", NULL, NULL, SHEET | APPROVE, do_page_up, { "b", "\002" } },
	{ "sheet-page-down", NULL, NULL, SHEET | APPROVE, do_page_down, { " ", "\006" } },
	{ "sheet-top", NULL, NULL, SHEET | APPROVE, do_home, { "g", HOME_KEYS, "\033[1;3H" } },
	{ "sheet-bottom", NULL, NULL, SHEET | APPROVE, do_end, { "G", END_KEYS, "\033[1;3F" } },
	{ "list-type", NULL, NULL, 0, do_list_type, { NULL } },
	{ "list-erase", NULL, NULL, LIST, do_list_erase, { "\177", "\010", "\025", "\027" } },
	{ "list-up", NULL, NULL, LIST, do_list_up, { UP_KEYS, "\020" } },
	{ "list-down", NULL, NULL, LIST, do_list_down, { DOWN_KEYS, "\016" } },
	{ "list-page-up", NULL, NULL, LIST, do_list_page_up, { "\033[5~" } },
	{ "list-page-down", NULL, NULL, LIST, do_list_page_down, { "\033[6~" } },
	{ "list-top", NULL, NULL, LIST, do_list_top, { HOME_KEYS, "\033[1;3H" } },
	{ "list-bottom", NULL, NULL, LIST, do_list_bottom, { END_KEYS, "\033[1;3F" } },
	{ "list-open", NULL, NULL, LIST, do_list_open, { RIGHT_KEYS } },
	{ "list-fold", NULL, NULL, LIST, do_list_fold, { LEFT_KEYS } },
	{ "list-choose", NULL, NULL, LIST, do_list_choose, { "\r", "\n" } },
	{ "list-close", NULL, NULL, LIST, do_list_close, { "\003" } },
	{ "list-delete", NULL, NULL, LIST, do_list_delete, { "\033[3~" } },
	{ "list-tab", NULL, NULL, LIST, do_list_tab, { "\t" } },
	{ "prompt-type", NULL, NULL, 0, do_prompt_type, { NULL } },
	{ "prompt-left", NULL, NULL, PROMPT, do_prompt_edit, { LEFT_KEYS, "\002" } },
	{ "prompt-right", NULL, NULL, PROMPT, do_prompt_edit, { RIGHT_KEYS, "\006" } },
	{ "prompt-home", NULL, NULL, PROMPT, do_prompt_edit, { HOME_KEYS, "\001" } },
	{ "prompt-end", NULL, NULL, PROMPT, do_prompt_edit, { END_KEYS, "\005" } },
	{ "prompt-erase", NULL, NULL, PROMPT, do_prompt_edit, { "\177", "\010" } },
	{ "prompt-erase-right", NULL, NULL, PROMPT, do_prompt_edit, { "\033[3~", "\004" } },
	{ "prompt-erase-word", NULL, NULL, PROMPT, do_prompt_edit, { "\027" } },
	{ "prompt-kill-left", NULL, NULL, PROMPT, do_prompt_edit, { "\025" } },
	{ "prompt-kill-right", NULL, NULL, PROMPT, do_prompt_edit, { "\013" } },
	{ "prompt-up", NULL, NULL, PROMPT, do_prompt_up, { UP_KEYS } },
	{ "prompt-down", NULL, NULL, PROMPT, do_prompt_down, { DOWN_KEYS } },
	{ "prompt-answer", NULL, NULL, PROMPT, do_prompt_answer, { "\r", "\n" } },
	{ "prompt-leave", NULL, NULL, PROMPT, do_prompt_leave, { "\003" } },
	{ "yes", NULL, NULL, ASK, do_yes, { "y", "Y" } },
	{ "no", NULL, NULL, ASK, do_no, { "n", "N", "\003", "q" } },
	{ "approve", NULL, NULL, APPROVE, do_approve, { "y" } },
	{ "approve-always", NULL, NULL, APPROVE, do_approve_always, { "a" } },
	{ "approve-project", NULL, NULL, APPROVE, do_approve_project, { "p" } },
	{ "refuse", NULL, NULL, APPROVE, do_refuse, { "n", "N", "\003" } },
	{ "find-type", NULL, NULL, 0, do_find_type, { NULL } },
	{ "find-erase", NULL, NULL, FIND, do_find_erase, { "\177", "\010" } },
	{ "find-done", NULL, NULL, FIND, do_find_done, { "\r", "\n" } },
	{ "find-leave", NULL, NULL, FIND, do_find_leave, { "\003", "\007" } },
	{ "found-older", NULL, NULL, FOUND, do_find_older, { "n" } },
	{ "found-newer", NULL, NULL, FOUND, do_find_newer, { "N" } },
	{ "found-leave", NULL, NULL, FOUND, do_find_leave, { "q", "\r" } },
	{ "found-other", NULL, NULL, 0, do_found_other, { NULL } },
};
enum { ACTIONS = sizeof actions / sizeof *actions };
_Static_assert(ACTIONS <= LINE_ACTIONS, "line.c has too few slots");

/* readline keeps the names. */
static char names[ACTIONS][40];

static void
bind_rest_of(const char *name, enum line_mode mode)
{
	for (int i = 0; i < ACTIONS; i++)
		if (strcmp(actions[i].name, name) == 0)
			line_bind_all(i, mode);
}

void
action_bind(void)
{
	bind_rest_of("ignore", LINE_SHEET);
	bind_rest_of("ignore", LINE_ASK);
	bind_rest_of("ignore", LINE_APPROVE);
	bind_rest_of("find-type", LINE_FIND);
	bind_rest_of("list-type", LINE_LIST);
	bind_rest_of("prompt-type", LINE_PROMPT);
	bind_rest_of("found-other", LINE_FOUND);
	for (int i = 0; i < ACTIONS; i++) {
		snprintf(names[i], sizeof names[i], "adit-%s", actions[i].name);
		line_add(i, names[i]);
		for (int k = 0; actions[i].keys[k] != NULL; k++)
			line_bind(i, actions[i].keys[k], actions[i].modes);
	}
}

void
action_run(struct ui *ui, int id, int key)
{
	if (id >= 0 && id < ACTIONS)
		actions[id].run(ui, &actions[id], key);
}

void
action_escape(struct ui *ui)
{
	struct pane *p = ui_pane(ui);
	enum line_mode mode = line_mode();
	if (mode == LINE_SHEET)
		ui_sheet_close(ui);
	else if (mode == LINE_LIST)
		ui_list_close(ui);
	else if (mode == LINE_PROMPT)
		ui_prompt_close(ui);
	else if (mode == LINE_ASK)
		answer(ui, false);
	else if (ui->approval.reasoning)
		ui_ask_reason(ui, false);
	else if (mode == LINE_FIND || mode == LINE_FOUND)
		do_find_leave(ui, NULL, 0);
	else if (compose_is_choosing(&ui->compose))
		compose_close_choices(&ui->compose);
	else if (mode == LINE_APPROVE && ui->approval.agent != NULL)
		agent_stop(ui->approval.agent); /* whoever asks, whatever pane is looked at */
	else if (p != NULL && agent_busy(p->agent))
		agent_stop(p->agent);
	screen_stale(ui, STALE_ALL);
}

void
action_help(struct buf *markdown)
{
	for (int i = 0; i < ACTIONS; i++) {
		const struct action *a = &actions[i];
		if (a->shown == NULL)
			continue;
		buf_printf(markdown, "- **%s**: %s", a->shown, _(a->help));
		if (a->keys[0] != NULL)
			buf_printf(markdown, " `adit-%s`", a->name);
		buf_putc(markdown, '\n');
	}
	buf_printf(markdown, "\n%s\n", _("Keys are bound anew in ~/.inputrc by these names, "
					"after a line that says `$if adit`."));
}
