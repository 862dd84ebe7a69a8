/*
 * app.h - the program: what its modes share.
 *
 * One `struct app`, made in main(), passed down. The UI thread's.
 */
#ifndef ADIT_APP_APP_H
#define ADIT_APP_APP_H

#include <stdbool.h>

#include "agent/agent.h"
#include "agent/tree.h"
#include "app/options.h"
#include "app/providers.h"
#include "aws/aws.h"
#include "aws/creds.h"
#include "base/err.h"
#include "base/mailbox.h"
#include "base/timer.h"
#include "base/worker.h"
#include "model/catalogue.h"
#include "net/engine.h"

struct config;
struct ui;
struct demo;
struct choose;
struct toolbox;
struct examination;

struct app {
	struct options	 options;
	struct config	*config;        /* settings.h */
	struct engine	*engine;
	struct worker	*worker, *disk;
	struct mailbox	*mailbox;
	struct timers	 timers;
	struct agent_quirks quirks;
	struct providers providers;     /* endpoints beside Bedrock, and the names of their models */
	struct provider_models provider_models;
	struct aws	*aws;
	struct agent	*agent;         /* main */
	struct tree	*tree;          /* main and its subagents */
	void		(*on_event)(void *arg, struct agent *, enum agent_event, const char *text, size_t n);
	void		*event_arg;     /* both set with agents_on_event() */
	struct ui	*ui;            /* NULL: -p, --plain, or the terminal is gone */
	char		*profile;       /* chosen with /login; options.profile points here then */
	struct demo	*demo;          /* the running simulator, or NULL */
	struct choose	*choose;        /* the model list being fetched, or NULL */
	struct examination *doctor;     /* the /doctor under way, or NULL */
	struct message	*files;         /* attached to the next message, or NULL (files.h) */
	struct worker	*files_worker;  /* reads them; NULL = not needed yet */
	size_t		 files_jobs;    /* messages whose files are being read */
	struct model_list models;       /* as last discovered */
	bool		 models_known;
	struct toolbox	*toolbox;       /* tools, rules, questions (toolbox.h); NULL = no tools */
	int		 signals;       /* signalfd */
	bool		 quit;
	bool		 finishing;     /* the terminal is gone: leave when the turn has ended */
	int		 status;        /* exit status */
	void		(*on_signal)(struct app *, int signo);  /* SIGINT in -p and --plain */
	void		(*on_question)(struct app *);           /* --plain: toolbox_question() has one */
	/* How this mode shows a page of Markdown, and one line; set by chat.c and plain.c. */
	void		(*show)(struct app *, const char *title, const char *markdown);
	void		(*tell)(struct app *, const char *line);
};

/* Blocks the signals that arrive by signalfd (before any thread starts) and opens it. */
void	app_block_signals(struct app *);
/* Starts threads and the AWS side; makes the main agent with its session (new, continued or resumed). */
int	app_start(struct app *, struct err *);
/* Saves, stops everything, frees. */
void	app_stop(struct app *);
/* Points the AWS side at what the options, the configuration or the demo say. */
void	app_set_aws(struct app *);
/* Gives an agent a model with the request parameters that belong to it. */
void	app_set_model(struct app *, struct agent *, const char *id);
/* What every agent of this program shares. */
struct agent_env app_agent_env(struct app *);
/* A fresh session for the main agent, or NULL with --no-session. */
struct session *app_new_session(struct app *);

/* One poll loop for every mode (loop.c): runs until app->quit. */
void	app_loop(struct app *);

/* The modes. Each returns the exit status. */
int	chat_run(struct app *, const char *prompt);             /* the screen */
int	print_run(struct app *, const char *prompt);            /* -p */
int	plain_run(struct app *, const char *prompt);            /* --plain */

/* Fetches the model list in the background; when the main agent has no model, gives it the default.
 * done(arg, err) on the UI thread, err NULL when it worked; done may be NULL. While one is being
 * fetched, whoever else asks gets that one. */
void	choose_start(struct app *, void (*done)(void *arg, const struct err *), void *arg);
/* The same when nobody has asked for anything yet: in mode auto the machine's role is not tried. */
void	choose_at_start(struct app *, void (*done)(void *arg, const struct err *), void *arg);
/* The same, not from the cache. */
void	choose_refresh(struct app *, void (*done)(void *arg, const struct err *), void *arg);
void	choose_stop(struct app *);

/* Tells a /doctor that is under way that nobody wants its answer any more. */
void	doctor_stop(struct app *);

#endif
