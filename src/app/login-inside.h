/*
 * login-inside.h - what the files of a sign-in on the screen share. Nobody else includes this.
 *
 *	login-screen.c        /login, Enter after a failure: the list of what can be done, and the table of the ways
 *	login-sso.c           a way: an SSO session that the AWS files know
 *	login-sso-new.c       a way: an SSO session that is set up now
 *	login-sso-profile.c   what follows both: account, role and name of a new profile
 *	login-console.c       a way: as for the AWS console, in a browser
 *	login-profile.c       two ways: another profile; the same one again
 *	login-api-key.c       a way: a Bedrock API key
 *	login-keys.c          a way: access keys
 *	logout-screen.c       /logout
 *	login-flow.c          a sign-in's life: its jobs on the worker, how it ends
 *	login-ask.c           the dialogs: a list to choose from, a line to fill in
 *	login-sheet.c         the dialog that waits: an address, a code, the time that is left
 *
 * A sign-in is a chain of steps on the UI thread: each asks something
 * (login_ask_*()) or starts a job (login_start_job()), and names the step that
 * comes then. The last one calls login_succeed(), login_fail() or login_end(),
 * after which there is no sign-in any more. Esc does so at every step.
 */
#ifndef ADIT_APP_LOGIN_INSIDE_H
#define ADIT_APP_LOGIN_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "app/login.h"
#include "aws/signin-login.h"
#include "base/mailbox.h"
#include "base/timer.h"
#include "base/worker.h"

/* What a worker has to show: a device code, or the address of a page. */
struct login_shown {
	char	*url, *code;            /* the code is in the address, too; NULL: there is none */
	int64_t	 until;                 /* clock_ms(), 0 = no end is known */
	bool	 opened;                /* in a browser, it seems */
	bool	 here;                  /* no other machine's browser will do: it comes back to this one */
};

/* Of the SSO ways. */
struct login_sso {
	struct sso_target	 target;
	bool			 is_new;        /* the session is being set up */
	struct sso_accounts	 accounts;
	struct sso_roles	 roles;
	char			*account, *role, *name;
};

/* Of the console's. */
struct login_console {
	char			*page;          /* the job's */
	struct signin_result	 result;
};

struct login {
	struct app		*app;
	struct login_choices	 choices;
	/* What is to be done. UI thread; the job reads it while it runs, and nobody changes it then. */
	enum login_way		 way;
	char			*profile;       /* it is for that one; NULL = none yet */
	struct profile_names	 names;         /* … or for one of these */
	struct login_sso	 sso;
	struct login_console	 console;
	struct login_given	 given;
	char			*parting;       /* what to say if it is given up now; NULL = nothing */
	/* The job (login-flow.c). */
	struct job		 job;
	struct note		 note;
	atomic_bool		 cancel;
	bool			 running;       /* the job is the worker's */
	int			(*work)(struct login *, struct err *);
	void			(*done)(struct login *);
	int			 rc;            /* what work() came to */
	struct err		 err;
	pthread_mutex_t		 lock;
	bool			 over;          /* under the lock: it has come back */
	struct login_shown	 news;          /* under the lock: to be shown */
	/* The dialogs (login-ask.c). */
	enum { LOGIN_ASKS_NOTHING, LOGIN_ASKS_LIST, LOGIN_ASKS_LINE } asking;
	void			(*answer)(struct login *, const char *);
	/* The sheet (login-sheet.c). */
	bool			 sheet;         /* ours is open */
	bool			 covered;       /* another is, over ours */
	char			*title;         /* of ours */
	struct timer		 tick;
	struct login_shown	 shown;
};

/* ---- life and jobs (login-flow.c); UI thread ---- */

/* One at a time: what is under way is given up. With what can be done here. */
struct login	*login_new(struct app *);
/* Gives up, or all is done: closes what is open. A job that still runs is cancelled, and frees it when it comes back. */
void		 login_end(struct login *);
/* The same by the user's wish: says what he has of it all the same (l->parting), if that is anything. */
void		 login_give_up(struct login *);
/* The same, and says why where the user looks, unless it was the user's wish (ERR_CANCELLED). */
void		 login_fail(struct login *, const struct err *);
/* The same, all well: says the sentence (taken; may be NULL), and lets go on what waited for credentials. */
void		 login_succeed(struct login *, char *sentence);
/* work() on the worker, then done() here, with rc and err; not if it was given up meanwhile. One at a time. */
void		 login_start_job(struct login *, int (*work)(struct login *, struct err *), void (*done)(struct login *));

/* ---- the dialogs (login-ask.c); UI thread ---- */

struct login_offer {
	const char	*key, *text, *more, *detail;    /* the last two may be NULL */
};

struct login_question {
	const char	*title, *markdown, *label, *initial;    /* markdown and initial may be NULL */
	bool		 secret;
	void		(*answer)(struct login *, const char *text);
};

/* Both copy what they show. Esc ends the sign-in; an answer is valid until its function returns. */
void	login_ask_list(struct login *, const char *title, const struct login_offer *, size_t n,
	    void (*chosen)(struct login *, const char *key));
/* Above the line what is wrong with the last answer (may be NULL). */
void	login_ask_line(struct login *, const struct login_question *, const struct err *wrong);
void	login_ask_close(struct login *);
/* What was typed, without the blanks around it. Those inside stay: a key that was copied badly is to be
 * noticed, not cut. */
struct secret *login_secret(const char *text);

/* ---- the sheet (login-sheet.c) ---- */

/* UI thread. Opens it, with nothing to show yet. Takes the title. */
void	login_sheet_open(struct login *, char *title);
/* UI thread. Paints what is to be shown now; nothing when it is not open. */
void	login_sheet_update(struct login *);
/* UI thread. */
void	login_sheet_close(struct login *);
/* The worker: brings news (copied) to the sheet, and the page to the user's browser. */
void	login_sheet_show(struct login *, const struct login_shown *);
void	login_shown_done(struct login_shown *);

/* ---- the ways: what each begins with, and what they share; UI thread ---- */

void	login_begin_sso(struct login *);
void	login_begin_sso_new(struct login *);
void	login_begin_console(struct login *);
void	login_begin_process(struct login *);
void	login_begin_profile(struct login *);
void	login_begin_api_key(struct login *);
void	login_begin_keys(struct login *);

/* Which of l->names? Signs in with it then (login-profile.c). */
void	login_ask_profile(struct login *);
/* The end: this profile is used from now on (login-profile.c). The name may be the login's own. */
void	login_use(struct login *, const char *profile);
/* Signed in to SSO, and no profile uses it: makes one (login-sso-profile.c). */
void	login_ask_account(struct login *);

#endif
