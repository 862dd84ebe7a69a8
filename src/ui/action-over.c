/* action-over.c - what keys do to sheets, questions, lists and prompts; the table is in action.c. */
#include "config.h"

#include "ui/action-inside.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"

enum { CTRL_U = 'U' & 31, CTRL_W = 'W' & 31 };

/* ---- sheets and questions ------------------------------------------------------------------------------ */

void
action_close(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	if (ui->sheet_closed == NULL || (key != '\r' && key != '\n'))
		ui_sheet_close(ui);
}

void
action_answer(struct ui *ui, bool yes)
{
	ask_answer(&ui->ask, yes);
	ui_follow_mode(ui);
}

void
action_yes(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	if (!ui_was_copying(ui))
		action_answer(ui, true);
}

void
action_no(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	action_answer(ui, false);
}

/* What was not on the screen is not allowed. */
static void
approve(struct ui *ui, enum ui_verdict verdict)
{
	if (ui_was_copying(ui))
		return;
	if (!approval_was_seen(&ui->approval)) {
		ui_hint(ui, _("There is more to see first: PgDn"));
		return;
	}
	approval_give(&ui->approval, verdict, NULL);
	ui_settle_mode(ui);
	screen_stale(ui, STALE_ALL);
}

void
action_approve(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	approve(ui, UI_ONCE);
}

void
action_approve_always(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	approve(ui, UI_ALWAYS);
}

void
action_approve_project(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	approve(ui, UI_PROJECT);
}

void
action_refuse(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	ui_ask_reason(ui, true);
}

/* ---- lists ----------------------------------------------------------------------------------------------- */

static void
move(struct ui *ui, long rows)
{
	list_move(&ui->list, rows);
	screen_stale(ui, STALE_ALL);
}

void
action_list_up(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	move(ui, -1);
}

void
action_list_down(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	move(ui, 1);
}

void
action_list_page_up(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	move(ui, ui->list.height > 1 ? 1 - ui->list.height : -1);
}

void
action_list_page_down(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	move(ui, ui->list.height > 1 ? ui->list.height - 1 : 1);
}

void
action_list_top(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	move(ui, -INT_MAX);
}

void
action_list_bottom(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	move(ui, INT_MAX);
}

void
action_list_open(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	list_unfold(&ui->list, true);
	screen_stale(ui, STALE_ALL);
}

void
action_list_fold(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	list_unfold(&ui->list, false);
	screen_stale(ui, STALE_ALL);
}

void
action_list_choose(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	ui_list_choose(ui);
}

void
action_list_close(struct ui *ui, const struct action *a, int key)
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

void
action_list_delete(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	tell_list(ui, "Delete");
}

void
action_list_tab(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	tell_list(ui, "Tab");
}

/* Letters filter; "C-s" and the like are for whoever opened the list. */
void
action_list_type(struct ui *ui, const struct action *a, int key)
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

void
action_list_erase(struct ui *ui, const struct action *a, int key)
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

void
action_prompt_type(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	if (key <= 0 || key >= ' ')
		field_type(&ui->prompt.field, (char)key);
	screen_stale(ui, STALE_ALL);
}

/* What the rows of action_prompt_edit() do. */
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

void
action_prompt_edit(struct ui *ui, const struct action *a, int key)
{
	(void)key;
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++)
		if (strcmp(edits[i].name, a->name) == 0)
			edits[i].edit(&ui->prompt.field);
	screen_stale(ui, STALE_ALL);
}

void
action_prompt_up(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	prompt_scroll(&ui->prompt, -1);
	screen_stale(ui, STALE_ALL);
}

void
action_prompt_down(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	prompt_scroll(&ui->prompt, 1);
	screen_stale(ui, STALE_ALL);
}

void
action_prompt_answer(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	ui_prompt_answer(ui);
}

void
action_prompt_leave(struct ui *ui, const struct action *a, int key)
{
	(void)a;
	(void)key;
	ui_prompt_close(ui);
}
