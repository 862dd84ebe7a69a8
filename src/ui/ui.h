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
	/* Fills in what the word line[start..end) could become. */
	void	(*complete)(void *arg, const char *line, size_t start, size_t end, struct ui_completions *);
	/* A key of the table (ui/action.c) that the app acts on: "models", "effort", "help"; and
	 * "auth" (a click on the bar). */
	void	(*action)(void *arg, struct agent *, const char *name);
	/* The user wants to leave (confirmed). */
	void	(*quit)(void *arg);
	/* What a paste becomes in the line (the caller frees it), NULL = itself. May be NULL. */
	char	*(*pasted)(void *arg, const char *text, size_t n);
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
