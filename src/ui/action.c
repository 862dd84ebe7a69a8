/*
 * action.c - what keys do: a table.
 *
 * To add a key, add a row; what it runs is in action-chat.c, action-over.c or action-copy.c. Each row is a readline
 * function "adit-NAME", so that ~/.inputrc can bind it; help is made from the same rows.
 */
#include "config.h"

#include "ui/action.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "ui/action-inside.h"
#include "ui/line.h"

#define EDIT  LINE_IN(LINE_EDIT)
#define SHEET LINE_IN(LINE_SHEET)
#define ASK   LINE_IN(LINE_ASK)
#define APPROVE LINE_IN(LINE_APPROVE)
#define FIND  LINE_IN(LINE_FIND)
#define FOUND LINE_IN(LINE_FOUND)
#define LIST  LINE_IN(LINE_LIST)
#define PROMPT LINE_IN(LINE_PROMPT)
#define COPY  LINE_IN(LINE_COPY)

static void
do_nothing(struct ui *ui, const struct action *a, int key)
{
	(void)ui;
	(void)a;
	(void)key;
}

#define META "\033"
#define UP_KEYS	  "\033[A", "\033OA"
#define DOWN_KEYS "\033[B", "\033OB"
#define RIGHT_KEYS "\033[C", "\033OC"
#define LEFT_KEYS "\033[D", "\033OD"
#define HOME_KEYS "\033[H", "\033OH", "\033[1~"
#define END_KEYS  "\033[F", "\033OF", "\033[4~"

static const struct action actions[] = {
	{ "send", "Enter", N_("send; on an empty line: send what is queued now"), EDIT, action_send,
	    { "\r" } },
	{ "newline", "Alt-Enter, Ctrl-J", N_("new line (also a \\ at the end)"), EDIT, action_newline,
	    { META "\r", "\n", META "\n" } },
	{ "stop", "Esc", N_("stop the focused pane's reply; what arrived is kept"), 0,
	    do_nothing, { NULL } },
	{ "cancel", "Ctrl-C", N_("clear the line; twice on an empty line: quit"), EDIT | FOUND,
	    action_cancel, { "\003" } },
	{ "quit", "Ctrl-D", N_("on an empty line: quit"), 0, do_nothing, { NULL } },
	{ "focus", "Alt-1 … Alt-9, Alt-0", N_("to pane 1 to 9, to main"), EDIT, action_focus,
	    { META "0", META "1", META "2", META "3", META "4", META "5", META "6", META "7",
	    META "8", META "9" } },
	{ "next-pane", "Alt-n", N_("to the next pane"), EDIT, action_next, { META "n" } },
	{ "previous-pane", "Alt-p", N_("to the pane before"), EDIT, action_previous, { META "p" } },
	{ "zoom", "Alt-z", N_("the focused pane alone"), EDIT | COPY, action_zoom, { META "z" } },
	{ "page-up", "PgUp", N_("a page up"), EDIT | SHEET | APPROVE, action_page_up, { "\033[5~" } },
	{ "page-down", "PgDn", N_("a page down"), EDIT | SHEET | APPROVE, action_page_down, { "\033[6~" } },
	{ "row-up", "Ctrl-Up", N_("a row up"), EDIT | COPY, action_line_up, { "\033[1;5A", "\033Oa" } },
	{ "row-down", "Ctrl-Down", N_("a row down"), EDIT | COPY, action_line_down, { "\033[1;5B", "\033Ob" } },
	{ "top", "Alt-Home", N_("to the beginning"), EDIT | COPY, action_home,
	    { "\033[1;3H", META HOME_KEYS, META "\033OH", META "\033[1~", META "<" } },
	{ "bottom", "Alt-End", N_("to the end, and follow what comes"), EDIT | COPY, action_end,
	    { "\033[1;3F", META END_KEYS, META "\033OF", META "\033[4~", META ">" } },
	{ "find", "Alt-/", N_("search in the pane: n older, N newer"), EDIT, action_find, { META "/" } },
	{ "reverse-search-history", "Ctrl-R", N_("search in what you typed before"), 0, do_nothing,
	    { NULL } },
	{ "up", "Up", N_("a line up; what you typed before"), EDIT, action_up, { UP_KEYS } },
	{ "down", "Down", N_("a line down; back again"), EDIT, action_down, { DOWN_KEYS } },
	{ "unqueue", "Alt-Up", N_("take the last queued message back"), EDIT, action_unqueue,
	    { "\033[1;3A", META "\033[A", META "\033OA" } },
	{ "complete", "Tab", N_("complete commands, files, models"), EDIT, action_complete, { "\t" } },
	{ "models", "Ctrl-L", N_("models"), EDIT, action_app, { "\014" } },
	{ "auth", "Alt-a", N_("the auth bar opened: where credentials come from, the whole chain"), EDIT, action_app,
	    { META "a" } },
	{ "effort", "Shift-Tab", N_("the next reasoning effort"), EDIT, action_app, { "\033[Z" } },
	{ "reasoning", "Ctrl-T", N_("open or fold reasoning"), EDIT | FOUND, action_reasoning, { "\024" } },
	{ "tools", "Ctrl-O", N_("open or fold tool calls and details"), EDIT | FOUND, action_tools,
	    { "\017" } },
	{ "editor", "Ctrl-G", N_("edit the input in $VISUAL or $EDITOR"), EDIT, action_editor, { "\007" } },
	{ "copy", "Alt-c", N_("copy the last reply to the clipboard"), EDIT, action_copy, { META "c" } },
	{ "copy-mode", "Alt-v", N_("copy mode: a cursor in the pane's text, with vi's keys"), EDIT, action_copy_mode,
	    { META "v" } },
	{ "redraw", "Alt-r", N_("draw the screen anew"), EDIT | COPY, action_redraw, { META "r" } },
	{ "suspend", "Ctrl-Z", N_("suspend; fg comes back"), EDIT | SHEET | APPROVE | LIST | PROMPT | COPY,
	    action_suspend, { "\032" } },
	{ "help", "F1", N_("this help"), EDIT, action_app,
	    { "\033OP", "\033[11~", "\033[[A", "\033[1P" } },

	/* Copy mode's: for the help, but like all that follow not to be bound by users. */
	{ "copy-move", "h j k l, arrows", N_("in copy mode: left, down, up, right"), COPY, action_copy_move,
	    { "h", "j", "k", "l" } },
	{ "copy-word", "w b e", N_("in copy mode: to the next word, the one before, the end of a word"), COPY,
	    action_copy_move, { "w", "b", "e" } },
	{ "copy-in-line", "0 ^ $", N_("in copy mode: to the beginning of the line, its first letter, its end"), COPY,
	    action_copy_move, { "0", "^", "$" } },
	{ "copy-ends", "g G", N_("in copy mode: to the beginning of the text, to its end"), COPY,
	    action_copy_move, { "g", "G" } },
	{ "copy-screen", "H M L", N_("in copy mode: to the top of the pane, its middle, its bottom"), COPY,
	    action_copy_move, { "H", "M", "L" } },
	{ "copy-half", "Ctrl-U, Ctrl-D", N_("in copy mode: half a page up, down"), COPY, action_copy_move,
	    { "\025", "\004" } },
	{ "copy-page", "Ctrl-B, Ctrl-F", N_("in copy mode: a page up, down"), COPY, action_copy_move,
	    { "\002", "\006" } },
	{ "copy-block", "{ }", N_("in copy mode: to the message before, to the next"), COPY, action_copy_move,
	    { "{", "}" } },
	{ "copy-find", "/ n N", N_("in copy mode: search; older, newer"), COPY, action_copy_find, { "/", "n", "N" } },
	{ "copy-select", "v V o", N_("in copy mode: select characters, lines; to the other end of the selection"), COPY,
	    action_copy_select, { "v", "V", "o" } },
	{ "copy-selection", "y, Enter", N_("in copy mode: copy the selection to the clipboard and leave"), COPY,
	    action_copy_yank, { "y", "\r", "\n" } },
	{ "copy-line", "Y", N_("in copy mode: copy the line and leave"), COPY, action_copy_yank, { "Y" } },
	{ "copy-code", "c", N_("in copy mode: copy the block of code, as its source has it, and leave"), COPY,
	    action_copy_yank, { "c" } },
	{ "copy-leave", "q, Esc", N_("in copy mode: leave"), COPY, action_copy_leave, { "q", "\003" } },

	/* In modes: not for the help. */
	{ "copy-up", NULL, NULL, COPY, action_copy_alias, { UP_KEYS } },
	{ "copy-down", NULL, NULL, COPY, action_copy_alias, { DOWN_KEYS } },
	{ "copy-left", NULL, NULL, COPY, action_copy_alias, { LEFT_KEYS, "\010", "\177" } },
	{ "copy-right", NULL, NULL, COPY, action_copy_alias, { RIGHT_KEYS, " " } },
	{ "copy-home", NULL, NULL, COPY, action_copy_alias, { HOME_KEYS } },
	{ "copy-end", NULL, NULL, COPY, action_copy_alias, { END_KEYS } },
	{ "copy-page-up", NULL, NULL, COPY, action_copy_alias, { "\033[5~" } },
	{ "copy-page-down", NULL, NULL, COPY, action_copy_alias, { "\033[6~" } },
	{ "ignore", NULL, NULL, 0, do_nothing, { NULL } },
	{ "sheet-close", NULL, NULL, SHEET, action_close, { "q", "\r", "\n", "\003", "\033OP" } },
	{ "sheet-row-up", NULL, NULL, SHEET | APPROVE, action_line_up, { "k", UP_KEYS } },
	{ "sheet-row-down", NULL, NULL, SHEET | APPROVE, action_line_down, { "j", DOWN_KEYS } },
	{ "sheet-page-up", NULL, NULL, SHEET | APPROVE, action_page_up, { "b", "\002" } },
	{ "sheet-page-down", NULL, NULL, SHEET | APPROVE, action_page_down, { " ", "\006" } },
	{ "sheet-top", NULL, NULL, SHEET | APPROVE, action_home, { "g", HOME_KEYS, "\033[1;3H" } },
	{ "sheet-bottom", NULL, NULL, SHEET | APPROVE, action_end, { "G", END_KEYS, "\033[1;3F" } },
	{ "list-type", NULL, NULL, 0, action_list_type, { NULL } },
	{ "list-erase", NULL, NULL, LIST, action_list_erase, { "\177", "\010", "\025", "\027" } },
	{ "list-up", NULL, NULL, LIST, action_list_up, { UP_KEYS, "\020" } },
	{ "list-down", NULL, NULL, LIST, action_list_down, { DOWN_KEYS, "\016" } },
	{ "list-page-up", NULL, NULL, LIST, action_list_page_up, { "\033[5~" } },
	{ "list-page-down", NULL, NULL, LIST, action_list_page_down, { "\033[6~" } },
	{ "list-top", NULL, NULL, LIST, action_list_top, { HOME_KEYS, "\033[1;3H" } },
	{ "list-bottom", NULL, NULL, LIST, action_list_bottom, { END_KEYS, "\033[1;3F" } },
	{ "list-open", NULL, NULL, LIST, action_list_open, { RIGHT_KEYS } },
	{ "list-fold", NULL, NULL, LIST, action_list_fold, { LEFT_KEYS } },
	{ "list-choose", NULL, NULL, LIST, action_list_choose, { "\r", "\n" } },
	{ "list-close", NULL, NULL, LIST, action_list_close, { "\003" } },
	{ "list-delete", NULL, NULL, LIST, action_list_delete, { "\033[3~" } },
	{ "list-tab", NULL, NULL, LIST, action_list_tab, { "\t" } },
	{ "prompt-type", NULL, NULL, 0, action_prompt_type, { NULL } },
	{ "prompt-left", NULL, NULL, PROMPT, action_prompt_edit, { LEFT_KEYS, "\002" } },
	{ "prompt-right", NULL, NULL, PROMPT, action_prompt_edit, { RIGHT_KEYS, "\006" } },
	{ "prompt-home", NULL, NULL, PROMPT, action_prompt_edit, { HOME_KEYS, "\001" } },
	{ "prompt-end", NULL, NULL, PROMPT, action_prompt_edit, { END_KEYS, "\005" } },
	{ "prompt-erase", NULL, NULL, PROMPT, action_prompt_edit, { "\177", "\010" } },
	{ "prompt-erase-right", NULL, NULL, PROMPT, action_prompt_edit, { "\033[3~", "\004" } },
	{ "prompt-erase-word", NULL, NULL, PROMPT, action_prompt_edit, { "\027" } },
	{ "prompt-kill-left", NULL, NULL, PROMPT, action_prompt_edit, { "\025" } },
	{ "prompt-kill-right", NULL, NULL, PROMPT, action_prompt_edit, { "\013" } },
	{ "prompt-up", NULL, NULL, PROMPT, action_prompt_up, { UP_KEYS } },
	{ "prompt-down", NULL, NULL, PROMPT, action_prompt_down, { DOWN_KEYS } },
	{ "prompt-answer", NULL, NULL, PROMPT, action_prompt_answer, { "\r", "\n" } },
	{ "prompt-leave", NULL, NULL, PROMPT, action_prompt_leave, { "\003" } },
	{ "yes", NULL, NULL, ASK, action_yes, { "y", "Y" } },
	{ "no", NULL, NULL, ASK, action_no, { "n", "N", "\003", "q" } },
	{ "approve", NULL, NULL, APPROVE, action_approve, { "y" } },
	{ "approve-always", NULL, NULL, APPROVE, action_approve_always, { "a" } },
	{ "approve-project", NULL, NULL, APPROVE, action_approve_project, { "p" } },
	{ "refuse", NULL, NULL, APPROVE, action_refuse, { "n", "N", "\003" } },
	{ "find-type", NULL, NULL, 0, action_find_type, { NULL } },
	{ "find-erase", NULL, NULL, FIND, action_find_erase, { "\177", "\010" } },
	{ "find-done", NULL, NULL, FIND, action_find_done, { "\r", "\n" } },
	{ "find-leave", NULL, NULL, FIND, action_find_leave, { "\003", "\007" } },
	{ "found-older", NULL, NULL, FOUND, action_find_older, { "n" } },
	{ "found-newer", NULL, NULL, FOUND, action_find_newer, { "N" } },
	{ "found-leave", NULL, NULL, FOUND, action_find_leave, { "q", "\r" } },
	{ "found-other", NULL, NULL, 0, action_found_other, { NULL } },
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
	bind_rest_of("ignore", LINE_COPY);
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
		action_answer(ui, false);
	else if (ui->approval.reasoning)
		ui_ask_reason(ui, false);
	else if (mode == LINE_FIND || mode == LINE_FOUND)
		action_find_leave(ui, NULL, 0);
	else if (mode == LINE_COPY)
		ui_copy_leave(ui);
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
		if (a->keys[0] != NULL && (a->modes & EDIT))
			buf_printf(markdown, " `adit-%s`", a->name);
		buf_putc(markdown, '\n');
	}
	buf_printf(markdown, "\n%s\n", _("Keys are bound anew in ~/.inputrc by these names, "
					"after a line that says `$if adit`."));
}
