/* action-inside.h - a row of the table in action.c, and what the rows run: action-chat.c, action-over.c, action-copy.c. */
#ifndef ADIT_UI_ACTION_INSIDE_H
#define ADIT_UI_ACTION_INSIDE_H

#include "ui/ui-inside.h"

struct action;
/* key: the last byte of what was pressed. */
typedef void action_fn(struct ui *, const struct action *, int key);

struct action {
	const char	*name;          /* without "adit-"; with it the readline function */
	const char	*shown;         /* the default keys for people; NULL = not in the help */
	const char	*help;
	unsigned	 modes;
	action_fn	*run;
	const char	*keys[11];      /* raw bytes */
};

/* action-chat.c: the line, the panes, what stands in them */
action_fn action_send, action_newline, action_up, action_down, action_complete, action_cancel,
	action_editor, action_unqueue, action_focus, action_next, action_previous, action_zoom,
	action_page_up, action_page_down, action_line_up, action_line_down, action_home, action_end,
	action_tools, action_reasoning, action_find, action_find_type, action_find_erase,
	action_find_leave, action_find_done, action_find_older, action_find_newer,
	action_found_other, action_copy, action_suspend, action_redraw, action_app;

/* action-copy.c: copy mode */
action_fn action_copy_mode, action_copy_move, action_copy_alias, action_copy_find, action_copy_select,
	action_copy_yank, action_copy_leave;

/* action-over.c: what stands over the panes, or asks */
action_fn action_close, action_yes, action_no, action_approve, action_approve_always,
	action_approve_project, action_refuse, action_list_up, action_list_down,
	action_list_page_up, action_list_page_down, action_list_top, action_list_bottom,
	action_list_open, action_list_fold, action_list_choose, action_list_close,
	action_list_delete, action_list_tab, action_list_type, action_list_erase,
	action_prompt_type, action_prompt_edit, action_prompt_up, action_prompt_down,
	action_prompt_answer, action_prompt_leave;
/* The question in the status line. */
void	action_answer(struct ui *, bool yes);

#endif
