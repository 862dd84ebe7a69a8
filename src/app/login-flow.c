/*
 * login-flow.c - a sign-in's life: it begins, has jobs on a worker, and ends; see login-inside.h.
 *
 * What asks the network or the disk is a job on a worker of its own, so that
 * somebody who needs ten minutes to find his phone holds up nothing else. A
 * step that the user gives up leaves its job behind, cancelled: it frees the
 * sign-in when it comes back.
 */
#include "config.h"

#include <stddef.h>
#include <stdlib.h>

#include "app/login-inside.h"
#include "base/mem.h"
#include "ui/ui.h"

/* ---- jobs --------------------------------------------------------------------------------- */

static void
run(struct job *job)
{
	struct login *l = (struct login *)((char *)job - offsetof(struct login, job));
	struct mailbox *mailbox = l->app->mailbox;
	l->err = (struct err){ 0 };
	l->rc = l->work(l, &l->err);
	pthread_mutex_lock(&l->lock);
	l->over = true;
	mailbox_ring(mailbox, &l->note);        /* under the lock: from then on it may be freed */
	pthread_mutex_unlock(&l->lock);
}

void
login_start_job(struct login *l, int (*work)(struct login *, struct err *), void (*done)(struct login *))
{
	l->work = work;
	l->done = done;
	l->over = false;
	l->running = true;
	if (l->app->login_worker == NULL)
		l->app->login_worker = worker_start("adit-login");
	worker_add(l->app->login_worker, &l->job);
}

/* Has the job come back? What it brought to be shown is moved over. */
static bool
take_news(struct login *l)
{
	pthread_mutex_lock(&l->lock);
	bool over = l->over;
	l->over = false;
	if (l->news.url != NULL) {
		login_shown_done(&l->shown);
		l->shown = l->news;
		l->news = (struct login_shown){ 0 };
	}
	pthread_mutex_unlock(&l->lock);
	return over;
}

static void
deliver(struct note *note)
{
	struct login *l = (struct login *)((char *)note - offsetof(struct login, note));
	bool over = take_news(l), wanted = l->app->login == l && l->app->ui != NULL;
	if (over)
		l->running = false;
	if (over && !wanted)
		login_end(l);
	else if (over)
		l->done(l);
	else if (wanted)
		login_sheet_update(l);
}

/* ---- its beginning ---------------------------------------------------------------------------- */

struct login *
login_new(struct app *app)
{
	if (app->login != NULL)
		login_end(app->login);
	struct login *l = mem_alloc(sizeof *l);
	l->app = app;
	l->note.deliver = deliver;
	l->job.run = run;
	pthread_mutex_init(&l->lock, NULL);
	login_choices(app->aws, &l->choices);
	app->login = l;
	return l;
}

/* ---- its end ------------------------------------------------------------------------------------ */

static void
sso_done(struct login_sso *s)
{
	sso_target_done(&s->target);
	sso_accounts_done(&s->accounts);
	sso_roles_done(&s->roles);
	free(s->account);
	free(s->role);
	free(s->name);
}

static void
console_done(struct login_console *c)
{
	free(c->page);
	signin_result_done(&c->result);
}

static void
login_free(struct login *l)
{
	mailbox_drop(l->app->mailbox, &l->note);
	login_choices_done(&l->choices);
	free(l->profile);
	profile_names_done(&l->names);
	sso_done(&l->sso);
	console_done(&l->console);
	login_given_done(&l->given);
	free(l->parting);
	free(l->title);
	login_shown_done(&l->news);
	login_shown_done(&l->shown);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

void
login_end(struct login *l)
{
	login_sheet_close(l);
	login_ask_close(l);
	if (l->app->login == l)
		l->app->login = NULL;
	if (l->running)
		atomic_store(&l->cancel, true);
	else
		login_free(l);
}

void
login_fail(struct login *l, const struct err *err)
{
	struct app *app = l->app;
	struct agent *looked_at = app->ui != NULL ? ui_focused(app->ui) : NULL;
	if (err->code != ERR_CANCELLED && app->ui != NULL)
		agent_note(looked_at != NULL ? looked_at : app->agent, BLOCK_ERROR, err->text);
	login_end(l);
}

void
login_give_up(struct login *l)
{
	if (l->parting != NULL)
		l->app->tell(l->app, l->parting);
	login_end(l);
}

void
login_succeed(struct login *l, char *sentence)
{
	struct app *app = l->app;
	login_end(l);
	login_goes_on(app, sentence);
	free(sentence);
}

void
login_stop(struct app *app)
{
	if (app->login != NULL)
		login_end(app->login);
	if (app->login_worker == NULL)
		return;
	worker_stop(app->login_worker);
	app->login_worker = NULL;
	mailbox_deliver(app->mailbox);          /* what was given up frees itself */
}
