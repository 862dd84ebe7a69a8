/*
 * term.c - taking the terminal over and putting it back.
 *
 * raw() without keypad(): adit reads the bytes itself (ui/input.c). The crash
 * handler runs on a stack of its own, writes one constant and the termios that
 * was there at the start, and lets the signal end the program as it would have.
 */
#include "config.h"

#include "ui/term.h"

#include <curses.h>
#include <langinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/width.h"

#define ANSWER_MS 1000  /* a terminal that has not answered by then will not */

#define PASTE_ON  "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define MOUSE_ON  "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"

/* Everything that may have been switched, whatever was: paste, mouse, scroll region, colours,
 * cursor, and last the alternate screen with the title that curses saved. */
static const char undo[] =
    PASTE_OFF MOUSE_OFF "\033[r\033[0m\033[?25h\033[?1049l\033[23;0;0t\r";

static struct {
	SCREEN		*screen;
	struct termios	 before;
	volatile sig_atomic_t ours;     /* the terminal is not as it was found */
	bool		 mouse;
	int64_t		 asked_at;      /* clock_ms(): an answer may be under way; 0 = no */
} term;

static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
enum { CRASHES = sizeof crashes / sizeof *crashes };
static struct sigaction before_crash[CRASHES];
static char crash_stack[32 * 1024];

void
term_restore(void)
{
	if (!term.ours)
		return;
	term.ours = 0;
	(void)!write(STDOUT_FILENO, undo, sizeof undo - 1);
	tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
}

static void
on_crash(int signo)
{
	term_restore();
	raise(signo);           /* SA_RESETHAND: now with its default effect */
}

static void
catch_crashes(void)
{
	stack_t stack = { .ss_sp = crash_stack, .ss_size = sizeof crash_stack };
	sigaltstack(&stack, NULL);
	struct sigaction sa = { .sa_handler = on_crash,
		.sa_flags = (int)(SA_RESETHAND | SA_NODEFER | SA_ONSTACK) };
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &sa, &before_crash[i]);
}

static void
uncatch_crashes(void)
{
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &before_crash[i], NULL);
	sigaltstack(&(stack_t){ .ss_flags = SS_DISABLE }, NULL);
}

static void
modes_on(void)
{
	term_write(PASTE_ON, sizeof PASTE_ON - 1);
	if (term.mouse)
		term_write(MOUSE_ON, sizeof MOUSE_ON - 1);
}

static void
modes_off(void)
{
	term_write(PASTE_OFF, sizeof PASTE_OFF - 1);
	if (term.mouse)
		term_write(MOUSE_OFF, sizeof MOUSE_OFF - 1);
}

static int
refuse(struct err *e, const char *why)
{
	return err_set(e, ERR_USAGE,
	    _("%s; use --plain for a line mode without a screen, or -p to ask one question."), why);
}

int
term_start(bool mouse, struct err *e)
{
	const char *name = getenv("TERM");
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return refuse(e, _("adit needs a terminal for its screen"));
	if (name == NULL || *name == '\0' || strcmp(name, "dumb") == 0)
		return refuse(e, _("This terminal cannot show adit's screen (TERM says it is dumb)"));
	width_init();
	tcgetattr(STDIN_FILENO, &term.before);
	int known;      /* asked first: newterm() would do half its work before it finds out */
	if (setupterm(name, STDOUT_FILENO, &known) != OK || cursor_address == NULL) {
		char *why = mem_printf(_("The terminal type \"%s\" is not known here, or too simple"), name);
		refuse(e, why);
		free(why);
		return -1;
	}
	del_curterm(cur_term);  /* newterm() makes one of its own */
	term.mouse = mouse;
	term.ours = 1;
	catch_crashes();
	fatal_set_hook(term_restore);
	term.screen = newterm(NULL, stdout, stdin);
	if (term.screen == NULL) {
		term_stop();
		return refuse(e, _("The screen could not be started"));
	}
	raw();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	typeahead(-1);          /* curses must not leave a frame half drawn because a key waits */
	idlok(stdscr, TRUE);    /* a line that moves is moved, not written again */
	modes_on();
	return 0;
}

void
term_stop(void)
{
	if (!term.ours)
		return;
	modes_off();
	if (term.screen != NULL) {
		endwin();
		delscreen(term.screen);
		term.screen = NULL;
	}
	fatal_set_hook(NULL);
	uncatch_crashes();
	/* An answer that nobody reads would be typed into the shell. */
	bool answer = term.asked_at > 0 && clock_ms() - term.asked_at < ANSWER_MS;
	tcsetattr(STDIN_FILENO, answer ? TCSAFLUSH : TCSADRAIN, &term.before);
	term.asked_at = 0;
	term.ours = 0;
}

void
term_lend(void)
{
	modes_off();
	endwin();
	term.ours = 0;
}

void
term_take_back(void)
{
	term.ours = 1;
	modes_on();
	term_resize();          /* it may have changed meanwhile */
	clearok(curscr, TRUE);
}

/* SIGTSTP, not SIGSTOP: with no job-control shell above us (ssh -t host adit) the kernel
 * discards SIGTSTP and we simply go on; SIGSTOP would hang. */
static void
stop(pid_t whom)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, old;
	sigaction(SIGTSTP, &dfl, &old);
	sigset_t tstp, mask;
	sigemptyset(&tstp);
	sigaddset(&tstp, SIGTSTP);
	pthread_sigmask(SIG_UNBLOCK, &tstp, &mask);
	kill(whom, SIGTSTP);    /* stops here, goes on with fg */
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGTSTP, &old, NULL);
}

void
term_suspend(void)
{
	term_lend();
	stop(0);
	term_take_back();
}

void
term_stop_process(void)
{
	stop(getpid());
}

void
term_resize(void)
{
	struct winsize ws;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) != 0 || ws.ws_row == 0 || ws.ws_col == 0)
		return;
	resizeterm(ws.ws_row, ws.ws_col);
	term_redraw();
}

/* Every cell is written again, but the screen is not cleared before: that would flicker. */
void
term_redraw(void)
{
	clearok(curscr, FALSE);
	redrawwin(stdscr);
}

bool
term_ask_background(void)
{
	static const char *const types[] = { "xterm", "tmux", "foot", "alacritty", "rxvt-unicode",
		"kitty", "wezterm", "ghostty", "contour", "konsole", "vte", "st-", "mlterm" };
	static const char query[] = "\033]11;?\033\\";
	const char *name = getenv("TERM");
	for (size_t i = 0; name != NULL && i < sizeof types / sizeof *types; i++)
		if (str_starts(name, types[i])) {
			term_write(query, sizeof query - 1);
			term.asked_at = clock_ms();
			return true;
		}
	return false;
}

void
term_answered(void)
{
	term.asked_at = 0;
}

bool
term_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int
term_colours(void)
{
	const char *name = getenv("TERM");
	int known, n = -1;
	if (term.screen != NULL)
		return COLORS;
	if (name == NULL || setupterm(name, STDOUT_FILENO, &known) != OK)
		return -1;
	n = max_colors > 0 ? max_colors : 0;
	del_curterm(cur_term);
	return n;
}

size_t
term_write(const char *bytes, size_t n)
{
	ssize_t w = write(STDOUT_FILENO, bytes, n);
	return w > 0 ? (size_t)w : 0;
}
