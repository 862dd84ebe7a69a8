/*
 * login-sheet.c - the dialog of a sign-in that waits: an address, a code, a picture for a phone, the time that
 * is left; see login-inside.h.
 *
 * Another sheet (help, the doctor) may cover it and goes first; then ours is back.
 */
#include "config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/browser.h"
#include "app/login-inside.h"
#include "app/poster.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "ui/theme.h"
#include "ui/ui.h"

enum { TICK_MS = 1000, COLUMNS = 100, FRAME = 8, LINES_OF_TEXT = 14, LINES_OF_LETTERS = 4, COLUMNS_OF_A_LETTER = 5 };

void
login_shown_done(struct login_shown *s)
{
	free(s->url);
	free(s->code);
	*s = (struct login_shown){ 0 };
}

/* ---- its text ------------------------------------------------------------------------------- */

/* Cells of the sheet's inside, and the terminal's lines. */
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
put_poster(struct buf *b, const struct login_shown *s)
{
	int lines = 0, columns = room(&lines), used = LINES_OF_TEXT;
	if (s->code != NULL)
		buf_printf(b, _("See that it shows this code: **%s**\n\n"), s->code);
	if (theme_is_ascii())
		return;
	if (s->code != NULL && (int)strlen(s->code) * COLUMNS_OF_A_LETTER <= columns) {
		buf_puts(b, "```\n");
		poster_letters(b, s->code);
		buf_puts(b, "```\n");
		used += LINES_OF_LETTERS;
	}
	struct buf qr = { 0 };
	if (poster_qr(&qr, s->url, columns, lines - used))
		buf_printf(b, "```\n%s```\n", qr.s);
	buf_done(&qr);
}

static const char *
what_to_do(const struct login_shown *s)
{
	static const char *const texts[2][2] = {        /* [here][opened] */
		{ N_("Open this address in a browser, on this machine or any other:"),
		    N_("Your browser should show this page. If it does not, open it, on this machine or any other:") },
		{ N_("Open this address in a browser on this machine:"),
		    N_("Your browser should show this page. If it does not, open it on this machine:") },
	};
	return _(texts[s->here][s->opened]);
}

static void
put_shown(struct buf *b, const struct login_shown *s)
{
	buf_printf(b, "%s\n\n<%s>\n\n", what_to_do(s), s->url);
	put_left(b, s->until);
	if (!s->here)
		put_poster(b, s);
}

void
login_sheet_update(struct login *l)
{
	struct buf b = { 0 };
	if (!l->sheet || l->app->ui == NULL)
		return;
	if (l->shown.url == NULL)
		buf_puts(&b, _("Asking…"));
	else
		put_shown(&b, &l->shown);
	ui_sheet_update(l->app->ui, buf_str(&b));
	buf_done(&b);
	if (l->shown.until != 0)
		timer_set(&l->app->timers, &l->tick, TICK_MS);
}

static void
on_tick(struct timer *t)
{
	login_sheet_update((struct login *)((char *)t - offsetof(struct login, tick)));
}

/* ---- opening, closing, and what covers it ------------------------------------------------------- */

static void put_sheet(struct login *);

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
		login_give_up(l);
}

static void
put_sheet(struct login *l)
{
	ui_sheet(l->app->ui, l->title, _("Asking…"));
	l->covered = false;
	ui_sheet_on_close(l->app->ui, on_sheet_closed, l);
	l->sheet = true;
	login_sheet_update(l);
}

void
login_sheet_open(struct login *l, char *title)
{
	login_shown_done(&l->shown);
	free(l->title);
	l->title = title;
	l->tick.fire = on_tick;
	put_sheet(l);
}

void
login_sheet_close(struct login *l)
{
	bool open = l->sheet;
	l->covered = false;
	l->sheet = false;               /* first: what is called when it closes must see that it was us */
	timer_cancel(&l->app->timers, &l->tick);
	if (open && l->app->ui != NULL)
		ui_sheet_close(l->app->ui);
}

/* ---- from the worker ------------------------------------------------------------------------------- */

void
login_sheet_show(struct login *l, const struct login_shown *s)
{
	bool opened = browser_open(s->url);
	pthread_mutex_lock(&l->lock);
	login_shown_done(&l->news);
	l->news = (struct login_shown){ mem_strdup(s->url), mem_strdup(s->code), s->until,
		opened, s->here };
	mailbox_ring(l->app->mailbox, &l->note);
	pthread_mutex_unlock(&l->lock);
}
