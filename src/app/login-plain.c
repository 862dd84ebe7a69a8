/*
 * login-plain.c - /login and /logout in --plain: the shell's questions, asked by a worker while the loop
 * of the program goes on, so that Ctrl-C gives up and nothing else.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/command.h"
#include "app/login.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

enum { MAX_WORDS = 4 };

struct lines {
	struct job		 job;
	struct note		 note;
	struct app		*app;
	struct login_shell	 shell;
	atomic_bool		 cancel;
	int			(*work)(struct login_shell *, int argc, char **argv);
	char			*words[MAX_WORDS + 1];
	int			 n, status;
	bool			 over;
};

static struct lines *asking;            /* on_signal() has no room for an argument; one at a time */

static void
run(struct job *job)
{
	struct lines *x = (struct lines *)((char *)job - offsetof(struct lines, job));
	x->status = x->work(&x->shell, x->n, x->words);
	mailbox_ring(x->app->mailbox, &x->note);
}

static void
deliver(struct note *note)
{
	struct lines *x = (struct lines *)((char *)note - offsetof(struct lines, note));
	x->over = true;
	x->app->quit = true;            /* of this loop */
}

static void
on_interrupt(struct app *app, int signo)
{
	(void)app;
	(void)signo;
	atomic_store(&asking->cancel, true);
}

/* The program's loop, until the worker is done; whoever quit meanwhile (SIGTERM) does so after it. */
static void
wait_for(struct lines *x)
{
	struct app *app = x->app;
	void (*before)(struct app *, int) = app->on_signal;
	asking = x;
	app->on_signal = on_interrupt;
	if (app->login_worker == NULL)
		app->login_worker = worker_start("adit-login");
	worker_add(app->login_worker, &x->job);
	while (!x->over) {
		app_loop(app);
		if (!x->over)
			atomic_store(&x->cancel, true);
		app->quit = false;
		if (app->finishing && !x->over) {       /* app_loop() returns at once then */
			worker_stop(app->login_worker);
			app->login_worker = NULL;
			mailbox_deliver(app->mailbox);
		}
	}
	app->on_signal = before;
	asking = NULL;
	app->quit = app->status != 0 || app->finishing;
}

static void
split(struct lines *x, const char *first, const char *args)
{
	x->words[x->n++] = mem_strdup(first);
	while (*(args += strspn(args, " \t")) != '\0' && x->n < MAX_WORDS) {
		size_t n = strcspn(args, " \t");
		x->words[x->n++] = mem_strndup(args, n);
		args += n;
	}
}

static void
ask_in_lines(struct lines *x, struct app *app, const char *first, const char *args)
{
	x->app = app;
	x->job.run = run;
	x->note.deliver = deliver;
	x->shell = (struct login_shell){ .aws = app->aws, .cancel = &x->cancel, .inside = true };
	split(x, first, args);
	wait_for(x);
	mailbox_drop(app->mailbox, &x->note);
	for (int i = 0; i < x->n; i++)
		free(x->words[i]);
}

void
login_in_lines(struct app *app, const char *args)
{
	struct lines x = { .work = login_shell_run };
	ask_in_lines(&x, app, "login", args);
	if (x.status == 0 && x.shell.demo) {
		cmd_demo(app, app->agent, "");
	} else if (x.status == 0) {
		if (x.shell.profile != NULL)
			login_use_profile(app, x.shell.profile);
		else if (x.shell.given.access_key_id != NULL)
			login_use_given(app, &x.shell.given);
		else
			login_use_nothing(app);
		login_goes_on(app, NULL);
	}
	login_shell_done(&x.shell);
}

void
logout_in_lines(struct app *app)
{
	struct lines x = { .work = logout_shell_run };
	ask_in_lines(&x, app, "logout", "");
	login_use_nothing(app);
	app_set_aws(app);
	login_shell_done(&x.shell);
}
