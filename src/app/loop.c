/*
 * loop.c - the one poll loop, and signals.
 *
 * The screen is drawn only when a frame is due and the terminal takes bytes;
 * nothing here waits for anything else.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/agents.h"
#include "app/app.h"
#include "app/toolbox.h"
#include "base/log.h"
#include "base/mem.h"
#include "ui/ui.h"

static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT };

void
app_block_signals(struct app *app)
{
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
		sigaddset(&set, handled[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	app->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (app->signals < 0)
		fatal("signalfd: %s", strerror(errno));
}

/* The terminal is gone: what runs may run to its end, and is saved; then leave. */
static void
lose_terminal(struct app *app)
{
	log_info("the terminal is gone");
	ui_stop(app->ui);
	app->ui = NULL;
	app->finishing = true;
	toolbox_refuse_all(app);
	if (app->tree != NULL)
		agents_set_limits(app);         /* nobody signs in any more */
}

static void
take_signal(struct app *app, int signo)
{
	switch (signo) {
	case SIGHUP:
		lose_terminal(app);
		break;
	case SIGTERM:
		app->status = 128 + signo;
		app->quit = true;
		break;
	case SIGINT:
		if (app->ui != NULL && ui_is_away(app->ui))
			break;
		if (app->on_signal != NULL) {
			app->on_signal(app, signo);
			break;
		}
		app->status = ERR_CANCELLED;
		app->quit = true;
		break;
	default:
		if (app->ui != NULL)
			ui_signal(app->ui, signo);
	}
}

static void
take_signals(struct app *app)
{
	struct signalfd_siginfo si;
	while (read(app->signals, &si, sizeof si) == sizeof si)
		take_signal(app, (int)si.ssi_signo);
}

static int
shorter(int a, int b)
{
	return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static void
turn_round(struct app *app)
{
	int frame = app->ui != NULL ? ui_frame_wait(app->ui) : -1;
	struct pollfd p[] = {
		{ mailbox_fd(app->mailbox), POLLIN, 0 },
		{ app->signals, POLLIN, 0 },
		{ app->ui != NULL && !ui_is_away(app->ui) ? STDIN_FILENO : -1, POLLIN, 0 },
		{ frame == 0 ? STDOUT_FILENO : -1, POLLOUT, 0 },
	};
	/* A frame that is due waits for the terminal, not for time. */
	int wait = shorter(timers_wait(&app->timers), frame > 0 ? frame : -1);
	if (poll(p, 4, wait) < 0 && errno != EINTR)
		fatal("poll: %s", strerror(errno));
	if (p[1].revents != 0)
		take_signals(app);
	if (p[2].revents != 0 && app->ui != NULL && !ui_readable(app->ui))
		lose_terminal(app);
	if (p[0].revents != 0)
		mailbox_deliver(app->mailbox);
	timers_run(&app->timers);
	if (p[3].revents != 0 && app->ui != NULL)
		ui_draw(app->ui);
}

void
app_loop(struct app *app)
{
	while (!app->quit) {
		if (app->finishing && agents_are_idle(app))
			break;
		turn_round(app);
	}
}
