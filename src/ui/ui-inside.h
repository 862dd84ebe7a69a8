/*
 * ui-inside.h - struct ui, for the files of this folder that share it:
 * ui.c (what others call), action.c (what keys do), screen.c (frames).
 */
#ifndef ADIT_UI_UI_INSIDE_H
#define ADIT_UI_UI_INSIDE_H

#include "base/buf.h"
#include "base/timer.h"
#include "ui/approval.h"
#include "ui/compose.h"
#include "ui/dialog.h"
#include "ui/find.h"
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/pane.h"
#include "ui/prompt.h"
#include "ui/status.h"
#include "ui/ui.h"

/* What the next frame must paint anew. */
enum {
	STALE_INPUT = 1,        /* the input, the choices, the status line */
	STALE_PANES = 2,        /* some agent may have news */
	STALE_ALL = 4,          /* everything, with a new layout */
};

/* What stands over the panes. */
enum over { OVER_NONE, OVER_SHEET, OVER_LIST, OVER_PROMPT, OVERS };

struct screen {                 /* see screen.c */
	unsigned	stale;
	int64_t		last;           /* clock_ms() of the last frame */
	int64_t		last_panes;     /* … that painted panes */
	int64_t		tick_at;        /* when something changes by itself, 0 = never */
	int64_t		cost_us;        /* of the last frame with panes */
	unsigned	tick;           /* turns spinners */
	struct layout	layout;
	int		input_rows, queue_rows, choice_rows;    /* as laid out */
};

struct ui {
	struct ui_hooks	 hooks;
	struct timers	*timers;
	struct VEC(struct pane *) panes;        /* the first is main */
	size_t		 focus;
	bool		 zoom;
	struct creds_report *auth;              /* NULL = nothing known yet */
	struct compose	 compose;
	struct status	 status;
	struct sheet	 sheet;
	void		(*sheet_closed)(void *arg, bool replaced);      /* NULL = nobody asked */
	void		*sheet_arg;
	struct list	 list;
	struct prompt	 prompt;
	enum over	 over[OVERS];           /* those that are open, the last one gets the keys */
	size_t		 overs;
	struct ask	 ask;
	struct approval	 approval;
	struct find	 find;
	struct copymode	 copy;
	struct pane	*copying;               /* the one in copy mode, NULL = none */
	unsigned	 interrupted_at;        /* ui.keys when a question took its place; 0 = never */
	char		*hint;                  /* until the next key, NULL = none */
	struct buf	 outgoing;              /* a clipboard sequence on its way */
	size_t		 sent;
	unsigned	 keys;                  /* pressed so far */
	unsigned	 cancelled_at;          /* … when Ctrl-C was */
	struct screen	 screen;
};

struct pane	*ui_pane(struct ui *);          /* the focused one, NULL = none */
void		 ui_focus(struct ui *, size_t pane);
/* The one that gets the keys. */
enum over	 ui_over(const struct ui *);
/* The list and the prompt end: with their hooks, as Enter or Esc does. */
void		 ui_list_choose(struct ui *);
void		 ui_prompt_answer(struct ui *);
/* Keys do what whatever is in front wants. */
void		 ui_follow_mode(struct ui *);

/* The same where it may not have changed; a search goes on. */
void		 ui_settle_mode(struct ui *);
/* No was said to an approval: its reason is typed now. */
void		 ui_ask_reason(struct ui *, bool typing);

/* Copy mode ends, whatever took its place. Nothing when there is none. */
void		 ui_copy_leave(struct ui *);
/* A question took copy mode's place, and this is the first key since: it was meant for the text. Says so. */
bool		 ui_was_copying(struct ui *);

/* screen.c */
void		 screen_stale(struct ui *, unsigned what);
int		 screen_wait(struct ui *);
void		 screen_draw(struct ui *);

/* action.c */
void		 action_bind(void);             /* all rows, before line_ready() */
void		 action_run(struct ui *, int id, int key);
void		 action_escape(struct ui *);    /* the Esc key that readline has no use for */

#endif
