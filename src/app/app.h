/*
 * app.h - the program: what its modes share.
 *
 * One `struct app`, made in main(), passed down. The UI thread's.
 */
#ifndef ADIT_APP_APP_H
#define ADIT_APP_APP_H

#include <stdbool.h>

#include "agent/agent.h"
#include "agent/spending.h"
#include "agent/tree.h"
#include "app/options.h"
#include "app/providers.h"
#include "app/remember.h"
#include "aws/aws.h"
#include "aws/creds.h"
#include "base/err.h"
#include "base/mailbox.h"
#include "base/timer.h"
#include "base/vec.h"
#include "base/worker.h"
#include "model/catalogue.h"
#include "net/engine.h"

struct config;
struct context_read;
struct ui;
struct demo;
struct choose;
struct completing;
struct pasted;
struct readings;
struct image_tool;
struct subtools;
struct toolbox;
struct examination;
struct listing;
struct login;
struct login_given;
struct asker;
struct pick;

/* What commands said about requests in this run; it goes before options and configuration. NULL = nothing. */
struct said {
	char	*tier;                          /* "" = none */
	char	*guardrail, *guardrail_version; /* "" = none */
	char	*guardrail_trace;
};

struct app {
	struct options	 options;
	struct config	*config;        /* settings.h */
	struct VEC(const char **) lists; /* given out by settings_params() */
	struct said	 said;
	struct engine	*engine;
	struct worker	*worker, *disk;
	struct worker	*sync;          /* whatever waits for an fsync: `disk` goes on meanwhile */
	struct mailbox	*mailbox;
	struct timers	 timers;
	struct agent_quirks quirks;
	struct providers providers;     /* endpoints beside Bedrock, and the names of their models */
	struct provider_models provider_models;
	struct spending	 spending;
	struct reload	*reload;        /* watches the configuration; NULL in -p */
	struct aws	*aws;
	struct agent	*agent;         /* main */
	char		*surroundings;  /* what every agent is told (surroundings.h); NULL */
	struct context_read *context;   /* … while that is being read, or NULL */
	struct agent_names names;       /* how agents have models' names looked up (choose.c) */
	struct tree	*tree;          /* main and its subagents */
	struct subtools	*subtools;      /* how models start them, or NULL */
	struct image_tool *image_tool;  /* how they look at images, or NULL */
	void		(*on_event)(void *arg, struct agent *, enum agent_event, const char *text, size_t n);
	void		*event_arg;     /* both set with agents_on_event() */
	void		(*on_subagent)(void *event_arg, struct subagent *);    /* it changed its state; NULL */
	struct ui	*ui;            /* NULL: -p, --plain, or the terminal is gone */
	char		*profile;       /* chosen with /login: before what the command line names */
	struct login_given *given;      /* pasted at /login for this run, or NULL */
	struct login	*login;         /* the sign-in that is under way, or NULL */
	struct worker	*login_worker;  /* a sign-in may wait for minutes; started when first needed */
	struct asker	*asker;         /* the screen's: questions of other threads */
	bool		 login_tried;   /* Enter asked again already, without a sign-in */
	struct demo	*demo;          /* the running simulator, or NULL */
	struct choose	*choose;        /* the model list being fetched, or NULL */
	struct worker	*lister;        /* where that is done: started with the first one */
	struct examination *doctor;     /* the /doctor under way, or NULL */
	struct message	*files;         /* attached to the next message, or NULL (files.h) */
	struct completing *completing;  /* the Tab that is being looked up (filenames.h), or NULL */
	struct listing	*listing;       /* the /agents that is being read for, or NULL */
	struct pasted	*pasted;        /* pasted paths that are being looked at (files.h), the newest first */
	struct readings	*readings;      /* what waits for the disk (reading.h); NULL = not needed yet */
	struct prompts	*prompts;       /* the user's prompt files (prompts.h), or NULL */
	bool		 first_asking;  /* before there is a model: the list is asked for (first.h) … */
	enum err_code	 first_failure; /* … and why there is none */
	bool		 model_found;   /* the name that --model gave has been looked up */
	struct pick	*pick;          /* the model picker (pick.h), or NULL */
	struct remember	 remember;
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

/* A turn ended: what that taught is remembered, and where a model cannot be called a way on is offered
 * (mend.c). */
void	mend_turn(struct app *, struct agent *);
/* Without a screen: appends what is listed and like the id that the service did not know. Waits. */
void	mend_near(struct app *, struct buf *);

/* The modes. Each returns the exit status. */
int	chat_run(struct app *, const char *prompt);             /* the screen */
int	print_run(struct app *, const char *prompt);            /* -p */
int	plain_run(struct app *, const char *prompt);            /* --plain */

/* How new a model list must be. */
enum choose_age {
	CHOOSE_KEPT,            /* the kept one, however old; nothing is asked of Bedrock */
	CHOOSE_START,           /* as the next, but nobody has asked for anything yet: in mode auto the
				 * machine's role is not tried (discovery.h) */
	CHOOSE_YOUNG,           /* the kept one while it is young enough, else a new one */
	CHOOSE_NEW,
};
/*
 * Gets the model list in the background, on a thread of its own: calls go on meanwhile. When the main
 * agent has no model yet, gives it the one that was named, or the default. done(arg, err) on the UI
 * thread, err NULL when there is a list; done may be NULL. While a list is fetched others wait for
 * the same one.
 */
void	choose_start(struct app *, enum choose_age, void (*done)(void *arg, const struct err *), void *arg);
/* Fills app->names: what a model is called becomes its id when it is about to be asked. */
void	choose_names(struct app *);
void	choose_stop(struct app *);
/* What is fetched now was asked for with other credentials: it begins anew for all who wait for it. */
void	choose_again(struct app *);
/* app->models is too old to be shown without asking for a new one. */
bool	choose_is_old(const struct app *);

/* Tells a /doctor that is under way that nobody wants its answer any more. */
void	doctor_stop(struct app *);

#endif
