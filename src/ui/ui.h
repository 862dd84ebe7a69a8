/*
 * ui.h - the screen: what the app's loop and commands use of it.
 *
 * One `struct ui` per process. It shows agents (agent/agent.h) in panes, the
 * auth bar from a creds_report, the status line and the input, and hands
 * whole lines to the app. UI thread only; never waits.
 */
#ifndef ADIT_UI_UI_H
#define ADIT_UI_UI_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/agent.h"
#include "aws/creds.h"
#include "base/err.h"
#include "text/rows.h"

struct ui;

/* One way to complete what is being typed. */
struct ui_completion {
	char		*text;          /* replaces the word; owned by the receiver */
	char		*help;          /* shown beside it; may be NULL */
};
struct ui_completions VEC(struct ui_completion);

struct ui_hooks {
	void	*arg;
	/* Enter: a command or a message for this agent. The text is the user's, newlines kept; blank
	 * on an empty line: send what is queued now, try again. */
	void	(*submit)(void *arg, struct agent *, const char *text);
	/* Fills in what the word line[start..end) could become; false: that is not known at once, ui_completed() will be
	 * called. A name of a command is known at once. */
	bool	(*complete)(void *arg, const char *line, size_t start, size_t end, struct ui_completions *);
	/* A key of the table (ui/action.c) that the app acts on: "models", "effort", "help"; and
	 * "auth" (a click on the bar). */
	void	(*action)(void *arg, struct agent *, const char *name);
	/* The user wants to leave (confirmed). */
	void	(*quit)(void *arg);
	/* This was pasted into the line. If it should be something else: ui_replace_pasted(). May be NULL. */
	void	(*pasted)(void *arg, const char *text, size_t n);
};

/* ---- what lists and prompts are told (see ui_list_open(), ui_prompt()) ---- */

#define UI_LIST_COLUMNS 12

struct ui_list_column {
	const char	*title;         /* shown above; "" for none */
	int		 width;         /* cells at least; it grows to the widest cell, up to 40 */
	bool		 right;         /* cells stand at its right edge */
	unsigned char	 goes;          /* the highest are dropped first when there is no room; 0 stays */
	bool		 gives;         /* before that it is cut down to `width`, as the first column is */
};

/* Texts are anybody's bytes: the UI cleans them. NULL is the same as "". */
struct ui_list_row {
	const char	*key;           /* not twice in a list */
	const char	*cell[UI_LIST_COLUMNS];
	const char	*words;         /* what the filter looks in; NULL: the cells */
	const char	*detail;        /* shown under the list while the cursor is here; lines of text */
	bool		 marked;        /* ● before it */
	bool		 dim;           /* chosen like others, but looks as if not */
	bool		 separator;     /* a line across, its cell[0] its name; gone while there is a filter */
	bool		 folded;        /* belongs to the last row that is not folded: seen when that is opened
					 * with Right, or when the filter finds this one only */
	unsigned char	 depth;         /* steps by which the first cell is set in */
};

struct ui_list {
	const char	*title;         /* in the frame's top, left */
	const char	*corner;        /* … right; may be NULL */
	const struct ui_list_column *columns;   /* the list keeps a copy of everything */
	size_t		 n_columns;
	const char	*const *keys;   /* what keys do, most important first: "Enter use", …, NULL */
	const char	*empty;         /* shown instead of rows when there are none; may be NULL */
	const char	*filter;        /* typed already; may be NULL */
	const char	*cursor;        /* key of the row to begin at, also when it comes later; may be
					 * NULL: the first */
	/*
	 * Exactly one of chosen() and closed() is called, once, when the list is gone: Enter on a row;
	 * Esc, Ctrl-C, ui_list_close(), or another list in its place. (ui_stop() calls neither.)
	 * key() gets other control keys as they come: "C-s", "Tab", "Delete"; `row` is the cursor's
	 * row or NULL when there is none. Any hook may open or close what it likes.
	 */
	void		(*chosen)(void *arg, const char *row);
	void		(*closed)(void *arg);
	void		(*key)(void *arg, const char *key, const char *row);    /* may be NULL */
	void		*arg;
};

struct ui_prompt {
	const char	*title;
	const char	*markdown;      /* above the line; may be NULL */
	const char	*label;         /* before what is typed: "Start URL:"; may be NULL */
	const char	*initial;       /* typed already; may be NULL */
	bool		 secret;        /* dots; the memory it is typed into is wiped */
	/* Called once, when the prompt is gone. The text is valid (and not wiped) until it returns;
	 * NULL: gave up, or another prompt took its place. (ui_stop() does not call it.) */
	void		(*answer)(void *arg, const char *text);
	void		*arg;
};

struct ui_options {
	const char	*theme;         /* "auto", "dark", "light", "contrast" */
	bool		 mouse;
	bool		 ascii;         /* forced; a non-UTF-8 locale sets it anyway */
	const char	*history_file;  /* readline history; NULL = none */
};

/* Takes the terminal. -1 → NULL with ERR_USAGE when it is no terminal or TERM is dumb (use --plain). Paints the first frame. */
struct ui	*ui_start(const struct ui_options *, const struct ui_hooks *, struct timers *, struct err *);
/* Puts the terminal back. NULL is fine. Safe to call from fatal()'s hook (ui_restore). */
void		 ui_stop(struct ui *);
void		 ui_restore(void);

/* Agents in order: the first is main. The UI borrows them; call ui_changed() when one has news. */
void		 ui_add_agent(struct ui *, struct agent *);
void		 ui_remove_agent(struct ui *, struct agent *);
struct agent	*ui_focused(struct ui *);
void		 ui_changed(struct ui *);
/* Takes a new report for the bar (NULL: keep). */
void		 ui_set_auth(struct ui *, struct creds_report *);

/* A sheet over the panes: help, the credential chain, usage. Markdown text; Esc or q closes. */
void		 ui_sheet(struct ui *, const char *title, const char *markdown);
/* Other text in the sheet that is open, at the same place: for a countdown, for what arrives. Nothing
 * without one. */
void		 ui_sheet_update(struct ui *, const char *markdown);
/* closed(arg, replaced) is called once, when the sheet that is open now is gone: by a key, by
 * ui_sheet_close(), or because another took its place, which is open then. At once when none is open.
 * Such a sheet waits for something: Enter, which may be meant for that, does not close it. */
void		 ui_sheet_on_close(struct ui *, void (*closed)(void *arg, bool replaced), void *arg);
void		 ui_sheet_close(struct ui *);

/*
 * A list over the panes, to choose from. Typing filters (fuzzy, all words, best first); arrows,
 * PgUp, PgDn, Home, End and the wheel move; Enter chooses; Right and Left open and fold what is
 * under a row; Esc closes. One at a time; what was opened last gets the keys: a sheet, a list, a prompt may
 * stand over each other. Nothing that goes on behind it stops.
 */
void		 ui_list_open(struct ui *, const struct ui_list *, const struct ui_list_row *, size_t n);
/* Other rows for the list that is open (else nothing): filter, scroll, and the row under the
 * cursor stay, by its key. */
void		 ui_list_rows(struct ui *, const struct ui_list_row *, size_t n);
void		 ui_list_title(struct ui *, const char *title, const char *corner);
/* The text for when there are no rows. */
void		 ui_list_empty(struct ui *, const char *text);
/* What must be said about the rows, under them; NULL or "" for nothing. */
void		 ui_list_note(struct ui *, const char *text);
void		 ui_list_close(struct ui *);
bool		 ui_list_is_open(const struct ui *);

/* Asks for one line. */
void		 ui_prompt(struct ui *, const struct ui_prompt *);
/* Takes it away: answer(arg, NULL). Nothing without one. */
void		 ui_prompt_close(struct ui *);

/* One line of hint in the status line until the next key. */
void		 ui_hint(struct ui *, const char *text);
/* A yes/no question in the status line; answer(arg, yes) once. */
void		 ui_ask(struct ui *, const char *question, void (*answer)(void *arg, bool yes), void *arg);
/* May it do this? See approval.h. One at a time: a second one takes the place of the first, which is not answered. */
enum ui_verdict { UI_NO, UI_ONCE, UI_ALWAYS, UI_PROJECT };
struct ui_approval {                    /* all copied */
	const char	*title;         /* "Run a command?" */
	const char	*text;          /* exactly what: raw */
	size_t		 n;
	bool		 is_diff;
	const char	*note;          /* under it: is it confined? NULL = nothing */
	const char	*rule;          /* what always and project would allow; NULL */
	struct agent	*agent;         /* who asks: Esc stops that one */
	/* Once, unless ui_approve_close() comes first. A reason only with UI_NO, may be NULL. */
	void		(*answer)(void *arg, enum ui_verdict, const char *reason);
	void		*arg;
};
void		 ui_approve(struct ui *, const struct ui_approval *);
void		 ui_approve_close(struct ui *);

/* Puts text into the input (an edited message, a taken-back queue item). */
void		 ui_set_input(struct ui *, const char *text);
/* The same, where nothing is being typed. Else it goes into the history only: one Up away. */
void		 ui_offer_input(struct ui *, const char *text);

/* What hooks.complete() did not know at once: taken, and used when the line is still the same and the cursor at `end`. */
void		 ui_completed(struct ui *, const char *line, size_t start, size_t end, struct ui_completions *);
/* There are other names of commands now than when hooks.complete() was asked last. */
void		 ui_names_changed(struct ui *);
/* Puts `other` where the line has this text, which was pasted. Nothing when it has not got it (any more). */
void		 ui_replace_pasted(struct ui *, const char *text, const char *other);

/* ---- the loop ---- */
/* Standard input is readable: reads and acts. false at end of input (terminal gone). */
bool		 ui_readable(struct ui *);
/* SIGWINCH, SIGTSTP, SIGCONT. */
void		 ui_signal(struct ui *, int signo);
/* Milliseconds until the next frame should be drawn: -1 = nothing to draw, 0 = now. */
int		 ui_frame_wait(struct ui *);
/* The terminal is lent to an editor: standard input is not ours, and Ctrl-C is not meant for us. */
bool		 ui_is_away(const struct ui *);
/* Draws (only when the terminal takes bytes: the loop polls standard output for POLLOUT first). */
void		 ui_draw(struct ui *);

#endif
