/*
 * login-screen.c - /login and /logout on the screen: the list of what can be done, and the dialogs behind it.
 *
 * A sign-in is a chain of steps on the UI thread; what asks the network or
 * the disk is a job on a worker of its own, so that somebody who needs ten
 * minutes to find his phone holds up nothing else. A step that the user gives
 * up leaves its job behind, cancelled: it frees itself when it comes back.
 */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/agents.h"
#include "app/asker.h"
#include "app/browser.h"
#include "app/command.h"
#include "app/first.h"
#include "app/login.h"
#include "app/poster.h"
#include "app/settings.h"
#include "aws/api-key.h"
#include "aws/signin-login.h"
#include "aws/stored.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "ui/theme.h"
#include "ui/ui.h"

enum { TICK_MS = 1000, COLUMNS = 100, FRAME = 8, MAX_ROWS = 2000 };

/* What a worker has to show: a device code, or the address of a page. */
struct shown {
	char	*url, *full_url, *code; /* code NULL: only an address */
	int64_t	 until;                 /* clock_ms(), 0 = no end is known */
	bool	 opened;                /* in a browser, it seems */
};

struct login {
	struct app		*app;
	struct job		 job;
	struct note		 note;
	struct timer		 tick;
	atomic_bool		 cancel;
	bool			 running;       /* the job is the worker's */
	bool			 sheet;         /* ours is open */
	bool			 covered;       /* another is, over ours */
	char			*title;         /* of ours */
	enum { NOTHING, LIST, LINE } asking;
	void			(*answer)(struct login *, const char *);
	/* UI thread; the job reads it while it runs, and nobody changes it then. */
	enum login_way		 way;
	struct sso_target	 target;
	char			*profile, *account, *role, *name;
	bool			 is_new;        /* the SSO session is being set up */
	struct secret		*key;
	struct login_given	 given;
	struct login_choices	 choices;
	struct sso_accounts	 accounts;
	struct sso_roles	 roles;
	struct profile_names	 names;
	struct signin_result	 signin;
	char			*page;          /* of the sign-in; the job's */
	/* The job. */
	int			(*work)(struct login *, struct err *);
	void			(*done)(struct login *);
	int			 rc;
	struct err		 err;
	bool			 over;          /* under the lock: it has come back */
	pthread_mutex_t		 lock;
	struct shown		 news;          /* under the lock: to be shown */
	struct shown		 shown;
};

/* ---- life ------------------------------------------------------------------------------- */

static void deliver(struct note *);
static void on_tick(struct timer *);
static void run(struct job *);

static struct login *
login_new(struct app *app)
{
	struct login *l = mem_alloc(sizeof *l);
	l->app = app;
	l->note.deliver = deliver;
	l->tick.fire = on_tick;
	l->job.run = run;
	pthread_mutex_init(&l->lock, NULL);
	app->login = l;
	return l;
}

static void
shown_done(struct shown *s)
{
	free(s->url);
	free(s->full_url);
	free(s->code);
	*s = (struct shown){ 0 };
}

static void
login_free(struct login *l)
{
	if (l->app->login == l)
		l->app->login = NULL;
	timer_cancel(&l->app->timers, &l->tick);
	mailbox_drop(l->app->mailbox, &l->note);
	sso_target_done(&l->target);
	free(l->profile);
	free(l->account);
	free(l->role);
	free(l->name);
	free(l->page);
	free(l->title);
	secret_free(l->key);
	login_given_done(&l->given);
	login_choices_done(&l->choices);
	sso_accounts_done(&l->accounts);
	sso_roles_done(&l->roles);
	profile_names_done(&l->names);
	signin_result_done(&l->signin);
	shown_done(&l->news);
	shown_done(&l->shown);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static void
close_sheet(struct login *l)
{
	bool open = l->sheet;
	l->covered = false;
	l->sheet = false;               /* first: what is called when it closes must see that it was us */
	timer_cancel(&l->app->timers, &l->tick);
	if (open && l->app->ui != NULL)
		ui_sheet_close(l->app->ui);
}

/* Takes away what is being asked; what is called then must see that it was us. */
static void
close_question(struct login *l)
{
	int open = l->asking;
	l->asking = NOTHING;
	if (open == LIST && l->app->ui != NULL)
		ui_list_close(l->app->ui);
	else if (open == LINE && l->app->ui != NULL)
		ui_prompt_close(l->app->ui);
}

/* Gives up, or all is done. A job that still runs ends it when it comes back. */
static void
end(struct login *l)
{
	close_sheet(l);
	close_question(l);
	if (l->app->login == l)
		l->app->login = NULL;
	if (l->running)
		atomic_store(&l->cancel, true);
	else
		login_free(l);
}

static void
fail(struct login *l, const struct err *err)
{
	struct app *app = l->app;
	if (err->code != ERR_CANCELLED && app->ui != NULL)
		agent_note(app->agent, BLOCK_ERROR, err->text);
	end(l);
}

/* Signed in: the sentence is said, and what waited goes on. Takes the sentence. */
static void
succeed(struct login *l, char *sentence)
{
	struct app *app = l->app;
	end(l);
	login_goes_on(app, sentence);
	free(sentence);
}

/* ---- the worker ---------------------------------------------------------------------------- */

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

static void
start(struct login *l, int (*work)(struct login *, struct err *), void (*done)(struct login *))
{
	l->work = work;
	l->done = done;
	l->over = false;
	l->running = true;
	if (l->app->login_worker == NULL)
		l->app->login_worker = worker_start("adit-login");
	worker_add(l->app->login_worker, &l->job);
}

static void update_sheet(struct login *);
static void put_sheet(struct login *);

static void
deliver(struct note *note)
{
	struct login *l = (struct login *)((char *)note - offsetof(struct login, note));
	pthread_mutex_lock(&l->lock);
	bool over = l->over;
	l->over = false;
	if (l->news.full_url != NULL) {
		shown_done(&l->shown);
		l->shown = l->news;
		l->news = (struct shown){ 0 };
	}
	pthread_mutex_unlock(&l->lock);
	bool wanted = l->app->login == l && l->app->ui != NULL;
	if (over)
		l->running = false;
	if (over && !wanted)
		login_free(l);
	else if (over)
		l->done(l);
	else if (wanted)
		update_sheet(l);
}

void
login_stop(struct app *app)
{
	if (app->login != NULL)
		end(app->login);
	if (app->login_worker == NULL)
		return;
	worker_stop(app->login_worker);
	app->login_worker = NULL;
	mailbox_deliver(app->mailbox);          /* what was given up frees itself */
}

/* ---- the sheet that waits -------------------------------------------------------------------- */

/* What covered ours is gone, or was covered itself. The sign-in may have ended meanwhile, or be another. */
static void
on_cover_closed(void *arg, bool replaced)
{
	struct app *app = arg;
	if (app->ui == NULL || app->login == NULL || !app->login->covered)
		return;
	if (replaced)
		ui_sheet_on_close(app->ui, on_cover_closed, app);
	else
		put_sheet(app->login);
}

static void
on_sheet_closed(void *arg, bool replaced)
{
	struct login *l = arg;
	if (!l->sheet)
		return;                         /* we closed it ourselves */
	l->sheet = false;
	l->covered = replaced;
	if (replaced)
		ui_sheet_on_close(l->app->ui, on_cover_closed, l->app);
	else
		end(l);
}

/* Cells of the sheet's inside, and lines that are left for something large. */
static int
room(int *lines)
{
	struct winsize w = { 0 };
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0)
		return 0;
	*lines = w.ws_row;
	return (w.ws_col < COLUMNS ? w.ws_col : COLUMNS) - FRAME;
}

static void
put_left(struct buf *b, int64_t until)
{
	long long left = (until - clock_ms() + 999) / 1000;
	if (until == 0)
		buf_puts(b, _("Waiting for you there. Esc gives up."));
	else
		buf_printf(b, _("Waiting for you there: %lld:%02lld left. Esc gives up."), left > 0 ? left / 60 : 0,
		    left > 0 ? left % 60 : 0);
	buf_puts(b, "\n\n");
}

/* The code as large as there is room for, then the picture for a phone. */
static void
put_poster(struct buf *b, const struct shown *s)
{
	int lines = 0, columns = room(&lines);
	size_t used = 14;
	if (s->code != NULL)
		buf_printf(b, _("See that it shows this code: **%s**\n\n"), s->code);
	if (theme_is_ascii())
		return;
	if (s->code != NULL && (int)strlen(s->code) * 5 <= columns) {
		buf_puts(b, "```\n");
		poster_letters(b, s->code);
		buf_puts(b, "```\n");
		used += 4;
	}
	struct buf qr = { 0 };
	if (poster_qr(&qr, s->full_url, columns, lines - (int)used))
		buf_printf(b, "```\n%s```\n", qr.s);
	buf_done(&qr);
}

static void
update_sheet(struct login *l)
{
	struct buf b = { 0 };
	if (!l->sheet || l->app->ui == NULL)
		return;
	if (l->shown.full_url == NULL) {
		buf_puts(&b, _("Asking…"));
	} else {
		buf_printf(&b, "%s\n\n<%s>\n\n", l->shown.opened ?
		    _("Your browser should show this page. If it does not, open it, on this machine or any other:") :
		    _("Open this address in a browser, on this machine or any other:"), l->shown.full_url);
		put_left(&b, l->shown.until);
		put_poster(&b, &l->shown);
	}
	ui_sheet_update(l->app->ui, buf_str(&b));
	buf_done(&b);
	if (l->shown.until != 0)
		timer_set(&l->app->timers, &l->tick, TICK_MS);
}

static void
on_tick(struct timer *t)
{
	update_sheet((struct login *)((char *)t - offsetof(struct login, tick)));
}

static void
put_sheet(struct login *l)
{
	ui_sheet(l->app->ui, l->title, _("Asking…"));
	l->covered = false;
	ui_sheet_on_close(l->app->ui, on_sheet_closed, l);
	l->sheet = true;
	update_sheet(l);
}

/* Opens it. Takes the title. */
static void
open_sheet(struct login *l, char *title)
{
	shown_done(&l->shown);
	free(l->title);
	l->title = title;
	put_sheet(l);
}

/* On the worker: brings news to the sheet, and the page to the user. */
static void
show(struct login *l, const struct shown *s)
{
	bool opened = browser_open(s->full_url);
	pthread_mutex_lock(&l->lock);
	shown_done(&l->news);
	l->news = (struct shown){ mem_strdup(s->url), mem_strdup(s->full_url), mem_strdup(s->code), s->until,
		opened };
	mailbox_ring(l->app->mailbox, &l->note);
	pthread_mutex_unlock(&l->lock);
}

/* ---- lists and lines ----------------------------------------------------------------------------- */

static void
on_answer(void *arg, const char *text)
{
	struct login *l = arg;
	if (l->asking == NOTHING)
		return;                         /* we took it away ourselves */
	l->asking = NOTHING;
	if (text != NULL)
		l->answer(l, text);
	else
		end(l);
}

static void
on_closed(void *arg)
{
	on_answer(arg, NULL);
}

struct offer {
	const char	*key, *text, *more, *detail;
};

static void
ask_list(struct login *l, const char *title, const struct offer *rows, size_t n,
    void (*chosen)(struct login *, const char *key))
{
	static const struct ui_list_column columns[] = { { .title = "", .width = 20 }, { .title = "", .goes = 1 } };
	static const char *const keys[] = { N_("Enter choose"), N_("Esc give up") };
	const char *const shown[] = { _(keys[0]), _(keys[1]), NULL };
	struct ui_list_row *out = mem_alloc((n > 0 ? n : 1) * sizeof *out);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct ui_list_row){ .key = rows[i].key, .cell = { rows[i].text, rows[i].more },
			.detail = rows[i].detail };
	const struct ui_list list = { .title = title, .columns = columns, .n_columns = 2, .keys = shown,
		.chosen = on_answer, .closed = on_closed, .arg = l };
	close_question(l);
	l->asking = LIST;
	l->answer = chosen;
	ui_list_open(l->app->ui, &list, out, n);
	free(out);
}

struct question {
	const char	*title, *markdown, *label, *initial;
	bool		 secret;
	void		(*answer)(struct login *, const char *text);
};

/* Asks for a line; above it what is wrong with the last answer (may be NULL). */
static void
ask_line(struct login *l, const struct question *q, const struct err *wrong)
{
	struct buf b = { 0 };
	if (wrong != NULL)
		buf_printf(&b, "**%s**\n\n", wrong->text);
	buf_puts(&b, q->markdown != NULL ? q->markdown : "");
	close_question(l);
	l->asking = LINE;
	l->answer = q->answer;
	ui_prompt(l->app->ui, &(struct ui_prompt){ .title = q->title, .markdown = buf_str(&b), .label = q->label,
	    .initial = q->initial, .secret = q->secret, .answer = on_answer, .arg = l });
	buf_done(&b);
}

/* ---- a profile signs in now -------------------------------------------------------------------------- */

static void
use_profile(struct login *l, const char *name)
{
	struct app *app = l->app;
	char *sentence = mem_printf(_("Signing in with profile %s from now on."), name);
	login_use_profile(app, name);
	succeed(l, sentence);
}

static void
on_profile(struct login *l, const char *key)
{
	char *name = mem_strdup(key);
	use_profile(l, name);
	free(name);
}

static void
ask_profile(struct login *l)
{
	struct VEC(struct offer) rows = { 0 };
	for (size_t i = 0; i < l->names.n; i++)
		vec_add(&rows, ((struct offer){ .key = l->names.v[i], .text = l->names.v[i] }));
	ask_list(l, _("Which profile?"), rows.v, rows.n, on_profile);
	vec_done(&rows);
}

/* ---- SSO: account, role and a name for the new profile --------------------------------------------------- */

static int
work_write(struct login *l, struct err *err)
{
	return sso_profile_write(&(struct sso_profile){ &l->target, l->name, l->account, l->role, NULL }, err);
}

static void ask_name(struct login *, const struct err *);

static void
written(struct login *l)
{
	if (l->rc < 0 && l->err.code == ERR_CONFIG)
		ask_name(l, &l->err);           /* another name may do */
	else if (l->rc < 0)
		fail(l, &l->err);
	else
		use_profile(l, l->name);
}

static void
on_name(struct login *l, const char *text)
{
	free(l->name);
	l->name = str_trim(text);
	start(l, work_write, written);
}

static void
ask_name(struct login *l, const struct err *wrong)
{
	const struct profiles *files = profiles_load(NULL);
	char *usual = sso_profile_name(files, l->account, l->role);
	char *about = mem_printf(_("%s in account %s becomes a profile of the AWS config file, %s."), l->role, l->account,
	    profiles_config_path(files));
	ask_line(l, &(struct question){ .title = _("A new profile"), .markdown = about, .label = _("Name:"),
	    .initial = usual, .answer = on_name }, wrong);
	free(about);
	free(usual);
	profiles_unref(files);
}

static void
on_role(struct login *l, const char *key)
{
	l->role = mem_strdup(key);
	ask_name(l, NULL);
}

static int
work_roles(struct login *l, struct err *err)
{
	return sso_roles(l->app->aws, &l->target, l->account, &l->roles, &l->cancel, err);
}

static void
got_roles(struct login *l)
{
	struct VEC(struct offer) rows = { 0 };
	struct err none = { 0 };
	close_sheet(l);
	if (l->rc < 0) {
		fail(l, &l->err);
		return;
	}
	if (l->roles.n == 0) {
		err_set(&none, ERR_CREDENTIALS, _("No role of account %s is assigned to you: ask your administrator."),
		    l->account);
		fail(l, &none);
		return;
	}
	if (l->roles.n == 1) {
		on_role(l, l->roles.v[0]);
		return;
	}
	for (size_t i = 0; i < l->roles.n; i++)
		vec_add(&rows, ((struct offer){ .key = l->roles.v[i], .text = l->roles.v[i] }));
	ask_list(l, _("Which role?"), rows.v, rows.n, on_role);
	vec_done(&rows);
}

static void
on_account(struct login *l, const char *key)
{
	l->account = mem_strdup(key);
	open_sheet(l, mem_strdup(_("Roles")));
	start(l, work_roles, got_roles);
}

static int
work_accounts(struct login *l, struct err *err)
{
	return sso_accounts(l->app->aws, &l->target, &l->accounts, &l->cancel, err);
}

static void
got_accounts(struct login *l)
{
	struct VEC(struct offer) rows = { 0 };
	struct err none = { 0 };
	close_sheet(l);
	if (l->rc < 0) {
		fail(l, &l->err);
		return;
	}
	if (l->accounts.n == 0) {
		err_set(&none, ERR_CREDENTIALS, _("You are signed in, but no account is assigned to you there: ask your "
						  "administrator."));
		fail(l, &none);
		return;
	}
	if (l->accounts.n == 1) {
		on_account(l, l->accounts.v[0].id);
		return;
	}
	for (size_t i = 0; i < l->accounts.n && i < MAX_ROWS; i++) {
		const struct sso_account *a = &l->accounts.v[i];
		vec_add(&rows, ((struct offer){ .key = a->id, .text = a->name[0] != '\0' ? a->name : a->id, .more = a->id,
			.detail = a->email }));
	}
	ask_list(l, _("Which account?"), rows.v, rows.n, on_account);
	vec_done(&rows);
}

/* ---- SSO: the device code -------------------------------------------------------------------------------- */

static void
on_code(void *arg, const struct sso_code *c)
{
	show(arg, &(struct shown){ (char *)(uintptr_t)c->url, (char *)(uintptr_t)c->full_url,
	    (char *)(uintptr_t)c->code, c->until, false });
}

static int
work_sso(struct login *l, struct err *err)
{
	return sso_login(l->app->aws, &l->target, on_code, l, &l->cancel, err);
}

static void
signed_in_sso(struct login *l)
{
	close_sheet(l);
	if (l->rc < 0) {
		fail(l, &l->err);
		return;
	}
	const struct profiles *files = profiles_load(NULL);
	if (!l->is_new)
		login_profiles_of(files, &l->target, &l->names);
	profiles_unref(files);
	if (l->profile != NULL)
		use_profile(l, l->profile);
	else if (l->names.n == 1)
		use_profile(l, l->names.v[0]);
	else if (l->names.n > 1)
		ask_profile(l);
	else {
		open_sheet(l, mem_strdup(_("Accounts")));
		start(l, work_accounts, got_accounts);
	}
}

static void
begin_sso(struct login *l)
{
	open_sheet(l, mem_printf(_("Signing in to %s"), sso_target_name(&l->target)));
	start(l, work_sso, signed_in_sso);
}

/* ---- SSO: a new session ------------------------------------------------------------------------------------- */

static void ask_session(struct login *, const struct err *);

static void
on_session(struct login *l, const char *text)
{
	struct err err = { 0 };
	free(l->target.session);
	l->target.session = str_trim(text);
	if (sso_check_new(&l->target, &err) < 0)
		ask_session(l, &err);
	else
		begin_sso(l);
}

static void
ask_session(struct login *l, const struct err *wrong)
{
	char *usual = login_session_name(l->target.start_url);
	ask_line(l, &(struct question){ .title = _("A new SSO session"), .label = _("A name for it:"), .initial = usual,
	    .answer = on_session }, wrong);
	free(usual);
}

static void
on_region(struct login *l, const char *text)
{
	if (str_blank(text)) {
		end(l);
		return;
	}
	l->target.region = str_trim(text);
	ask_session(l, NULL);
}

static void ask_start_url(struct login *, const struct err *);

static void
on_start_url(struct login *l, const char *text)
{
	struct err err = { 0 };
	free(l->target.start_url);
	l->target.start_url = str_trim(text);
	if (login_check_start_url(l->target.start_url, &err) < 0) {
		ask_start_url(l, &err);
		return;
	}
	char *here = aws_region(l->app->aws, NULL, NULL);
	ask_line(l, &(struct question){ .title = _("A new SSO session"),
	    .markdown = _("The region in which your organisation runs IAM Identity Center; models are found in "
			  "whatever region you use."),
	    .label = _("Region of the portal:"), .initial = here, .answer = on_region }, NULL);
	free(here);
}

static void
ask_start_url(struct login *l, const struct err *wrong)
{
	ask_line(l, &(struct question){ .title = _("A new SSO session"),
	    .markdown = _("The start URL of your AWS access portal, like https://d-1234567890.awsapps.com/start."),
	    .label = _("Start URL:"), .initial = l->target.start_url, .answer = on_start_url }, wrong);
}

static void
begin_sso_new(struct login *l)
{
	l->is_new = true;
	ask_start_url(l, NULL);
}

/* ---- a Bedrock API key ------------------------------------------------------------------------------------------ */

static int
work_store(struct login *l, struct err *err)
{
	return stored_keep_api_key(l->key, err);
}

static void
use_key_for_this_run(struct login *l, char *sentence)
{
	struct login_given g = { .bearer = l->key };
	l->key = NULL;
	login_use_given(l->app, &g);
	succeed(l, sentence);
}

/* Too long for the status line, and worth keeping. */
static void
note_shadow(struct login *l, const char *profile)
{
	char *note = mem_printf(_("The API key is stored, and used for this run. Where profile %s is named (--profile, or "
				  "adit's configuration), that comes first the next time."), profile);
	agent_note(l->app->agent, BLOCK_NOTE, note);
	free(note);
	use_key_for_this_run(l, NULL);
}

/* In force at once, whatever was named before; the next time what is named on the command line comes first. */
static void
stored(struct login *l)
{
	if (l->rc < 0) {
		fail(l, &l->err);
		return;
	}
	login_use_nothing(l->app);
	struct aws_options o;
	settings_aws(l->app, &o);
	if (o.profile != NULL)
		note_shadow(l, o.profile);
	else
		succeed(l, mem_strdup(_("The API key is stored, and used from now on. /logout forgets it.")));
}

static void
on_keep(struct login *l, const char *key)
{
	if (strcmp(key, "store") == 0)
		start(l, work_store, stored);
	else
		use_key_for_this_run(l, mem_strdup(_("The API key is used for this run.")));
}

static void ask_api_key(struct login *, const struct err *);

static void
on_api_key(struct login *l, const char *text)
{
	struct err err = { 0 };
	size_t skip = strspn(text, " \t"), n = strcspn(text + skip, " \t\r\n");
	secret_free(l->key);
	l->key = secret_new(text + skip, n);
	if (api_key_check(secret_reveal(l->key), &err) < 0) {
		ask_api_key(l, &err);
		return;
	}
	char *path = stored_path();
	char *detail = mem_printf(_("For your eyes only, in %s. It comes before the environment and the AWS files then."),
	    path);
	const struct offer rows[] = { { "run", _("Keep it for this run only"), NULL,
					_("In memory; nothing is written.") },
		{ "store", _("Store it"), NULL, detail } };
	ask_list(l, api_key_is_short(secret_reveal(l->key)) ? _("A short-term API key (12 hours at most)") :
	    _("A long-term API key"), rows, 2, on_keep);
	free(detail);
	free(path);
}

static void
ask_api_key(struct login *l, const struct err *wrong)
{
	ask_line(l, &(struct question){ .title = _("Bedrock API key"),
	    .markdown = _("Paste it here: it begins with ABSK or bedrock-api-key-, and is not shown. The Bedrock console makes "
			  "one, under API keys."),
	    .label = _("API key:"), .secret = true, .answer = on_api_key }, wrong);
}

static void
begin_api_key(struct login *l)
{
	ask_api_key(l, NULL);
}

/* ---- access keys ---------------------------------------------------------------------------------------------------- */

static struct secret *
secret_of(const char *text)
{
	size_t skip = strspn(text, " \t"), n = strcspn(text + skip, " \t\r\n");
	return secret_new(text + skip, n);
}

static void
on_session_token(struct login *l, const char *text)
{
	l->given.session_token = secret_of(text);
	login_use_given(l->app, &l->given);
	succeed(l, mem_strdup(_("The access keys are used for this run.")));
}

static void
on_secret_key(struct login *l, const char *text)
{
	if (str_blank(text)) {
		end(l);
		return;
	}
	l->given.secret_access_key = secret_of(text);
	ask_line(l, &(struct question){ .title = _("Access keys"),
	    .markdown = _("Temporary keys (ASIA…) come with a session token. Without one, press Enter."),
	    .label = _("Session token:"), .secret = true, .answer = on_session_token }, NULL);
}

static void
on_key_id(struct login *l, const char *text)
{
	if (str_blank(text)) {
		end(l);
		return;
	}
	l->given.access_key_id = str_trim(text);
	ask_line(l, &(struct question){ .title = _("Access keys"), .label = _("Secret access key:"), .secret = true,
	    .answer = on_secret_key }, NULL);
}

static void
begin_keys(struct login *l)
{
	ask_line(l, &(struct question){ .title = _("Access keys"),
	    .markdown = _("For this run only: they stay in memory. Long-term ones are safer in a profile (aws configure)."),
	    .label = _("Access key id:"), .answer = on_key_id }, NULL);
}

/* ---- the console -------------------------------------------------------------------------------------------------------- */

/* On the worker. Where the user brings the code back, the question has the address: it stands over the sheet. */
static void
on_page(void *arg, const char *address)
{
	struct login *l = arg;
	char *url = (char *)(uintptr_t)address;
	if (browser_is_elsewhere())
		l->page = mem_strdup(address);
	else
		show(l, &(struct shown){ .url = url, .full_url = url });
}

static int
on_page_code(void *arg, const char *question, struct buf *answer, const atomic_bool *cancel)
{
	const struct login *l = arg;
	char *whole = mem_printf(_("Open this address in a browser, on this machine or any other:\n\n<%s>\n\n%s"),
	    l->page, question);
	int rc = asker_ask(l->app->asker, whole, false, answer, cancel);
	free(whole);
	return rc;
}

static int
work_console(struct login *l, struct err *err)
{
	const struct signin_login how = { .profile = l->profile, .remote = browser_is_elsewhere(), .show = on_page,
		.ask = on_page_code, .arg = l };
	return signin_login(l->app->aws, &how, &l->signin, &l->cancel, err);
}

static void
signed_in_console(struct login *l)
{
	close_sheet(l);
	if (l->rc < 0)
		fail(l, &l->err);
	else
		use_profile(l, l->signin.profile);
}

static void
begin_console(struct login *l)
{
	if (!browser_is_elsewhere())            /* else the question has all there is to say */
		open_sheet(l, mem_strdup(_("Signing in to the AWS console")));
	start(l, work_console, signed_in_console);
}

/* ---- the others -------------------------------------------------------------------------------------------------------------- */

static void
begin_process(struct login *l)
{
	use_profile(l, l->profile);
}

static void
begin_profile(struct login *l)
{
	const struct profiles *files = profiles_load(NULL);
	profiles_names(files, &l->names);
	profiles_unref(files);
	ask_profile(l);
}

static void
begin_demo(struct login *l)
{
	struct app *app = l->app;
	end(l);
	cmd_demo(app, app->agent, "");
}

static void (*const begins[LOGIN_WAYS])(struct login *) = {
	[LOGIN_SSO] = begin_sso,
	[LOGIN_CONSOLE] = begin_console,
	[LOGIN_PROCESS] = begin_process,
	[LOGIN_PROFILE] = begin_profile,
	[LOGIN_API_KEY] = begin_api_key,
	[LOGIN_SSO_NEW] = begin_sso_new,
	[LOGIN_KEYS] = begin_keys,
	[LOGIN_DEMO] = begin_demo,
};

static void
begin(struct login *l, const struct login_choice *c)
{
	l->way = c->way;
	l->profile = mem_strdup(c->profile);
	if (c->target.start_url != NULL)
		sso_target_copy(&l->target, &c->target);
	begins[c->way](l);
}

/* ---- the first dialog ------------------------------------------------------------------------------------------------------------ */

static void
on_choice(struct login *l, const char *key)
{
	const struct login_choice *c = login_choice_of(&l->choices, key);
	if (c != NULL)
		begin(l, c);
	else
		end(l);
}

/* One at a time: what is under way is given up. */
static struct login *
fresh(struct app *app)
{
	if (app->login != NULL)
		end(app->login);
	struct login *l = login_new(app);
	login_choices(app->aws, &l->choices);
	return l;
}

static void
open_choices(struct login *l)
{
	struct VEC(struct offer) rows = { 0 };
	for (size_t i = 0; i < l->choices.n; i++) {
		const struct login_choice *c = &l->choices.v[i];
		vec_add(&rows, ((struct offer){ .key = c->key, .text = c->text, .detail = c->detail }));
	}
	ask_list(l, _("Sign in"), rows.v, rows.n, on_choice);
	vec_done(&rows);
}

void
login_open(struct app *app)
{
	open_choices(fresh(app));
}

void
login_open_way(struct app *app, enum login_way way)
{
	struct login *l = fresh(app);
	for (size_t i = 0; i < l->choices.n; i++)
		if (l->choices.v[i].way == way) {
			begin(l, &l->choices.v[i]);
			return;
		}
	open_choices(l);
}

/* Somebody may have signed in elsewhere meanwhile: then asking again is all that is needed. */
static bool
may_be_mended(struct app *app, const struct login_choice *c)
{
	return !app->login_tried && c->way == LOGIN_SSO && sso_signed_in_until(&c->target) != 0;
}

void
login_mend(struct app *app, struct agent *agent)
{
	struct login *l = fresh(app);
	const struct login_choice *c = login_mender(&l->choices);
	if (c == NULL) {
		open_choices(l);
	} else if (may_be_mended(app, c)) {
		end(l);
		app->login_tried = true;
		struct agent_status s;
		agent_status(agent, &s);
		if (s.model == NULL)
			first_said(app);
		else
			agents_retry(app);
	} else {
		begin(l, c);
	}
}

/* ---- signing out ------------------------------------------------------------------------------------------------------------------ */

/* What adit stored is forgotten first, in any case; then the session, if that is wanted. */
static int
work_logout(struct login *l, struct err *err)
{
	if (stored_forget(NULL, err) < 0)
		return -1;
	return l->way == LOGIN_SSO ? sso_logout(l->app->aws, &l->target, &l->cancel, err) : 0;
}

static void
signed_out(struct login *l)
{
	struct app *app = l->app;
	if (l->rc < 0) {
		app_set_aws(app);
		fail(l, &l->err);
		return;
	}
	char *sentence = l->way == LOGIN_SSO ?
	    mem_printf(_("Signed out of %s; nothing of adit's own is stored."), sso_target_name(&l->target)) :
	    mem_strdup(_("Nothing of adit's own is stored any more."));
	login_use_nothing(app);
	app_set_aws(app);
	app->tell(app, sentence);
	free(sentence);
	end(l);
}

static void
on_logout(struct login *l, const char *key)
{
	l->way = strcmp(key, "sso") == 0 ? LOGIN_SSO : LOGIN_API_KEY;
	start(l, work_logout, signed_out);
}

void
logout_open(struct app *app)
{
	struct login *l = fresh(app);
	const struct login_choice *c = login_mender(&l->choices);
	if (c == NULL || c->way != LOGIN_SSO || sso_signed_in_until(&c->target) == 0) {
		on_logout(l, "stored");
		return;
	}
	sso_target_copy(&l->target, &c->target);
	char *both = mem_printf(_("Sign out of the SSO session %s too"), sso_target_name(&c->target));
	const struct offer rows[] = { { "stored", _("Only forget what adit stored"), NULL,
					_("And what was pasted or named at /login in this run.") },
		{ "sso", both, NULL, _("At the portal and on this machine: for the AWS tools as well.") } };
	ask_list(l, _("Sign out"), rows, 2, on_logout);
	free(both);
}
