/* action-copy.c - what keys do in copy mode; the table is in action.c, the mode in copymode.c. */
#include "config.h"

#include "ui/action-inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "ui/copy.h"
#include "ui/line.h"

#define CLIPBOARD_MAX (COPY_MAX / 4 * 3)        /* bytes of text: what copy_sequence() takes */

/* The transcript that is copied from. */
static const struct transcript *
transcript_of(struct ui *ui)
{
	return agent_transcript(ui->copying->agent);
}

void
action_copy_mode(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	struct pane *p = ui_pane(ui);
	if (p == NULL)
		return;
	if (ui->approval.open) {
		ui_hint(ui, _("Answer the question first"));
	} else if (!copymode_enter(&ui->copy, &p->view, agent_transcript(p->agent))) {
		ui_hint(ui, _("There is no text to copy yet"));
	} else {
		ui->copying = p;
		p->copy = &ui->copy;
		ui_settle_mode(ui);
	}
	screen_stale(ui, STALE_ALL);
}

void
action_copy_leave(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	ui_copy_leave(ui);
}

void
action_copy_move(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	copymode_move(&ui->copy, transcript_of(ui), key);
	screen_stale(ui, STALE_ALL);
}

/* Other keys that move as vi's do, by the row's name. */
static const struct {
	const char	*name;
	int		 key;
} aliases[] = {
	{ "copy-up", 'k' },
	{ "copy-down", 'j' },
	{ "copy-left", 'h' },
	{ "copy-right", 'l' },
	{ "copy-home", '0' },
	{ "copy-end", '$' },
	{ "copy-page-up", 'B' & 31 },
	{ "copy-page-down", 'F' & 31 },
};

void
action_copy_alias(struct ui *ui, const struct action *a, int key)
{
	(void)key;
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (strcmp(aliases[i].name, a->name) == 0)
			action_copy_move(ui, a, aliases[i].key);
}

void
action_copy_find(struct ui *ui, const struct action *a, int key)
{
	if (key == '/')
		action_find(ui, a, key);
	else if (ui->find.what.len == 0)
		ui_hint(ui, _("Nothing was searched yet: / does"));
	else if (key == 'n')
		action_find_older(ui, a, key);
	else
		action_find_newer(ui, a, key);
	if (key != '/' && ui->find.what.len > 0 && !ui->find.found)
		ui_hint(ui, _("no more matches"));
}

void
action_copy_select(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	if (key == 'o')
		copymode_turn(&ui->copy, transcript_of(ui));
	else
		copymode_select(&ui->copy, key == 'v' ? SELECT_CHARACTERS : SELECT_LINES);
	screen_stale(ui, STALE_ALL);
}

/* What the keys copy, and what is said then. */
static const struct yank {
	const char	*name;          /* of the row */
	bool		(*add)(struct copymode *, const struct transcript *, struct buf *);
	const char	*none, *sent;
} yanks[] = {
	{ "copy-selection", copymode_add_selection, N_("Nothing is selected: v selects characters, V lines"),
	    N_("The selection was sent to the clipboard") },
	{ "copy-line", copymode_add_line, N_("This line is empty"), N_("The line was sent to the clipboard") },
	{ "copy-code", copymode_add_code, N_("There is no block of code under the cursor"),
	    N_("The block of code was sent to the clipboard") },
};

static void
yank(struct ui *ui, const struct yank *y)
{
	struct buf text;
	buf_init(&text, CLIPBOARD_MAX);
	bool any = y->add(&ui->copy, transcript_of(ui), &text) && (text.len > 0 || text.full);
	if (!any) {
		ui_hint(ui, _(y->none));
	} else if (text.full || copy_sequence(&ui->outgoing, text.s, text.len, getenv("TMUX") != NULL) < 0) {
		ui_hint(ui, _("Too long for the clipboard: see adit sessions export"));
	} else {
		ui_copy_leave(ui);
		ui_hint(ui, _(y->sent));
	}
	buf_done(&text);
}

void
action_copy_yank(struct ui *ui, const struct action *a, int key)
{
	(void)key;
	for (size_t i = 0; ui->outgoing.len == 0 && i < sizeof yanks / sizeof *yanks; i++)
		if (ui->copying != NULL && strcmp(yanks[i].name, a->name) == 0)
			yank(ui, &yanks[i]);
}
