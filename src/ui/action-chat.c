/* action-chat.c - what keys do to the line, the panes and what stands in them; the table is in action.c. */
#include "config.h"

#include "ui/action-inside.h"

#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "ui/copy.h"
#include "ui/editor.h"
#include "ui/line.h"
#include "ui/term.h"

static const struct transcript *
transcript_of(struct ui *ui)
{
	return ui_pane(ui) != NULL ? agent_transcript(ui_pane(ui)->agent) : NULL;
}

/* ---- the line ------------------------------------------------------------------------------ */

void
action_send(struct ui *ui, const struct action *a, int key)
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

void
action_newline(struct ui *ui, const struct action *a, int key)
{
	(void)ui;
	(void)a;
	(void)key;
	line_insert("\n");
}

void
action_up(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (compose_is_choosing(&ui->compose))
		compose_complete(&ui->compose, &ui->hooks, -1);
	else
		line_up();
}

void
action_down(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (compose_is_choosing(&ui->compose))
		compose_complete(&ui->compose, &ui->hooks, 1);
	else
		line_down();
}

void
action_complete(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (!compose_complete(&ui->compose, &ui->hooks, 1))
		ui_hint(ui, _("Nothing to complete here"));
}

void
action_cancel(struct ui *ui, const struct action *a, int key)
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

void
action_editor(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	struct err e = { 0 };
	char *text = compose_expand(&ui->compose, line_text());
	if (editor_open(text, ui->timers, on_edited, ui, &e) < 0)
		ui_hint(ui, e.text);
	free(text);
}

void
action_unqueue(struct ui *ui, const struct action *a, int key)
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

void
action_focus(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	if (key >= '0' && key <= '9' && (size_t)(key - '0') < ui->panes.n)
		ui_focus(ui, (size_t)(key - '0'));
}

void
action_next(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (ui->panes.n > 0)
		ui_focus(ui, (ui->focus + 1) % ui->panes.n);
}

void
action_previous(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (ui->panes.n > 0)
		ui_focus(ui, (ui->focus + ui->panes.n - 1) % ui->panes.n);
}

void
action_zoom(struct ui *ui, const struct action *a, int key)
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
	if (line_mode() == LINE_COPY && labs(rows) >= INT_MAX)
		copymode_move(&ui->copy, transcript_of(ui), rows < 0 ? 'g' : 'G');
	else if (line_mode() == LINE_COPY)
		copymode_scroll(&ui->copy, transcript_of(ui), rows);
	else if (ui_over(ui) == OVER_SHEET)
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

void
action_page_up(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	scroll(ui, -page(ui));
}

void
action_page_down(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	scroll(ui, page(ui));
}

void
action_line_up(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	scroll(ui, -1);
}

void
action_line_down(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	scroll(ui, 1);
}

void
action_home(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	scroll(ui, -INT_MAX);
}

void
action_end(struct ui *ui, const struct action *a, int key)
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

void
action_tools(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	toggle(ui, false);
}

void
action_reasoning(struct ui *ui, const struct action *a, int key)
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
	if (ui->copying != NULL)
		copymode_show(&ui->copy, t, ui->find.block, ui->find.offset, buf_str(&ui->find.what));
	else
		view_show(&p->view, t, ui->find.block, ui->find.offset);
	screen_stale(ui, STALE_ALL);
}

void
action_find(struct ui *ui, const struct action *a, int key)
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

void
action_find_type(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	if (key >= ' ' && key != 127)
		buf_putc(&ui->find.what, (char)key);
	find_typed(ui);
}

void
action_find_erase(struct ui *ui, const struct action *a, int key)
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

void
action_find_leave(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	find_done(&ui->find);
	line_set_mode(LINE_EDIT);
	ui_settle_mode(ui);
	screen_stale(ui, STALE_ALL);
}

void
action_find_done(struct ui *ui, const struct action *a, int key)
{
	if (ui->find.what.len == 0)
		action_find_leave(ui, a, key);
	else
		line_set_mode(ui->copying != NULL ? LINE_COPY : LINE_FOUND);
	screen_stale(ui, STALE_ALL);
}

void
action_find_older(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (find_older(&ui->find, transcript_of(ui)))
		show_found(ui);
	screen_stale(ui, STALE_ALL);
}

void
action_find_newer(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (find_newer(&ui->find, transcript_of(ui)))
		show_found(ui);
	screen_stale(ui, STALE_ALL);
}

/* Any other key ends the search and has its usual effect. */
void
action_found_other(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	find_done(&ui->find);
	line_leave_found(key);
	screen_stale(ui, STALE_ALL);
}

/* ---- the rest ----------------------------------------------------------------------------------------- */

void
action_copy(struct ui *ui, const struct action *a, int key)
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
		ui_hint(ui, _("The reply is too long for the clipboard: see adit sessions export"));
	else
		ui_hint(ui, _("The last reply was sent to the clipboard"));
	buf_done(&text);
}

void
action_suspend(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	ui_signal(ui, SIGTSTP);
}

void
action_redraw(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	term_redraw();
	screen_stale(ui, STALE_ALL);
}

/* What the app acts on, by the row's name. */
void
action_app(struct ui *ui, const struct action *a, int key)
{
	(void)key;
	if (ui->hooks.action != NULL && ui_pane(ui) != NULL)
		ui->hooks.action(ui->hooks.arg, ui_pane(ui)->agent, a->name);
}
