/* asker.c - see asker.h. */
#include "config.h"

#include "app/asker.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "ui/ui.h"

enum { LOOK_MS = 50 };

enum state { FREE, ASKED, ANSWERED, GIVEN_UP, WITHDRAWN };

struct asker {
	struct app	*app;
	struct note	 note;
	pthread_mutex_t	 lock;          /* what follows, but for the last */
	pthread_cond_t	 news;
	enum state	 state;
	char		*question;
	bool		 secret;
	struct buf	*answer;        /* of the one who waits */
	int		 waiting;
	bool		 closing;
	bool		 shown;         /* UI thread: the dialog is open */
};

/* With the lock held. */
static void
settle(struct asker *a, enum state state)
{
	a->state = state;
	pthread_cond_broadcast(&a->news);
}

/* ---- the UI thread ------------------------------------------------------------------- */

static void
on_answer(void *arg, const char *text)
{
	struct asker *a = arg;
	a->shown = false;
	pthread_mutex_lock(&a->lock);
	if (a->state == ASKED)
		settle(a, text != NULL && buf_puts(a->answer, text) == 0 ? ANSWERED : GIVEN_UP);
	pthread_mutex_unlock(&a->lock);
}

static void
open_dialog(struct asker *a, const char *question, bool secret)
{
	a->shown = true;
	ui_prompt(a->app->ui, &(struct ui_prompt){ .title = _("Signing in"), .markdown = question, .label = _("Code:"),
	    .secret = secret, .answer = on_answer, .arg = a });
}

static void
deliver(struct note *note)
{
	struct asker *a = (struct asker *)((char *)note - offsetof(struct asker, note));
	bool has_screen = a->app->ui != NULL;
	pthread_mutex_lock(&a->lock);
	char *question = a->state == ASKED && !a->shown && has_screen ? mem_strdup(a->question) : NULL;
	bool secret = a->secret;
	if (a->state == ASKED && !has_screen)
		settle(a, GIVEN_UP);
	bool withdrawn = a->state == WITHDRAWN;
	if (withdrawn)
		settle(a, FREE);
	pthread_mutex_unlock(&a->lock);
	if (question != NULL)
		open_dialog(a, question, secret);
	else if (withdrawn && a->shown && has_screen)
		ui_prompt_close(a->app->ui);
	free(question);
}

struct asker *
asker_new(struct app *app)
{
	struct asker *a = mem_alloc(sizeof *a);
	a->app = app;
	a->note.deliver = deliver;
	pthread_mutex_init(&a->lock, NULL);
	cond_init(&a->news);
	return a;
}

void
asker_free(struct asker *a)
{
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->closing = true;
	pthread_cond_broadcast(&a->news);
	while (a->waiting > 0)
		pthread_cond_wait(&a->news, &a->lock);
	pthread_mutex_unlock(&a->lock);
	mailbox_drop(a->app->mailbox, &a->note);
	pthread_cond_destroy(&a->news);
	pthread_mutex_destroy(&a->lock);
	free(a->question);
	free(a);
}

/* ---- those who ask ------------------------------------------------------------------------ */

static void
wait_a_tick(struct asker *a)
{
	cond_wait_until(&a->news, &a->lock, clock_ms() + LOOK_MS);
}

static bool
is_over(const struct asker *a, const atomic_bool *cancel)
{
	return a->closing || (cancel != NULL && atomic_load(cancel));
}

/* With the lock held. True: answered. */
static bool
ask_locked(struct asker *a, const char *question, bool secret, struct buf *answer, const atomic_bool *cancel)
{
	while (a->state != FREE && !is_over(a, cancel))
		wait_a_tick(a);
	if (is_over(a, cancel))
		return false;
	free(a->question);
	a->question = mem_strdup(question);
	a->secret = secret;
	a->answer = answer;
	a->state = ASKED;
	mailbox_ring(a->app->mailbox, &a->note);
	while (a->state == ASKED && !is_over(a, cancel))
		wait_a_tick(a);
	bool answered = a->state == ANSWERED;
	bool open = a->state == ASKED;          /* the dialog, perhaps: the UI thread closes it */
	a->answer = NULL;
	settle(a, open ? WITHDRAWN : FREE);
	if (open)
		mailbox_ring(a->app->mailbox, &a->note);
	return answered;
}

int
asker_ask(struct asker *a, const char *question, bool secret, struct buf *answer, const atomic_bool *cancel)
{
	pthread_mutex_lock(&a->lock);
	a->waiting++;
	bool answered = ask_locked(a, question, secret, answer, cancel);
	a->waiting--;
	pthread_cond_broadcast(&a->news);
	pthread_mutex_unlock(&a->lock);
	return answered ? 0 : -1;
}

int
asker_prompt(void *arg, const char *question, struct buf *answer, const atomic_bool *cancel)
{
	return asker_ask(arg, question, true, answer, cancel);
}
