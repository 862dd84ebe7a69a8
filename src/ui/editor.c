/* editor.c - lending the terminal to an editor; see editor.h. */
#include "config.h"

#include "ui/editor.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/spawn.h"
#include "ui/term.h"

#define LOOK_MS	 30             /* how often it is looked whether the editor has ended */
#define TEXT_MAX (8u * 1024 * 1024)

static struct {
	pid_t		 pid;           /* 0 = none */
	char		*path;
	struct timers	*timers;
	struct timer	 look;
	void		(*done)(void *arg, const char *text);
	void		*arg;
} editor;

bool
editor_is_open(void)
{
	return editor.pid > 0;
}

static void
remove_file(void)
{
	unlink(editor.path);
	free(editor.path);
	editor.path = NULL;
}

/* What it saved, without the newline that editors end a file with. */
static void
deliver(bool good)
{
	struct buf text = { 0 };
	if (good && file_read(editor.path, TEXT_MAX, &text, NULL) < 0)
		good = false;
	while (text.len > 0 && (text.s[text.len - 1] == '\n' || text.s[text.len - 1] == '\r'))
		buf_truncate(&text, text.len - 1);
	remove_file();
	editor.done(editor.arg, good ? buf_str(&text) : NULL);
	buf_done(&text);
}

static void
look(struct timer *t)
{
	int status = 0;
	if (waitpid(editor.pid, &status, WNOHANG) == 0) {
		timer_set(editor.timers, t, LOOK_MS);
		return;
	}
	editor.pid = 0;
	term_take_back();
	deliver(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* A file that only the user can read, of a name that editors take for Markdown. */
static int
write_file(const char *text, struct err *e)
{
	const char *dir = getenv("TMPDIR");
	editor.path = mem_printf("%s/adit-XXXXXX.md", dir != NULL && *dir != '\0' ? dir : "/tmp");
	int fd = mkstemps(editor.path, 3);
	if (fd < 0) {
		free(editor.path);
		editor.path = NULL;
		return err_set(e, ERR_FAILED, _("No file for the editor can be made in %s."),
		    dir != NULL && *dir != '\0' ? dir : "/tmp");
	}
	char *lines = mem_printf("%s%s", text, *text != '\0' ? "\n" : "");
	size_t n = strlen(lines);
	bool whole = write(fd, lines, n) == (ssize_t)n;
	close(fd);
	free(lines);
	if (whole)
		return 0;
	remove_file();
	return err_set(e, ERR_FAILED, _("The text cannot be written for the editor: the disk is full."));
}

/* $VISUAL may hold arguments, so a shell reads it; the path is passed, not pasted. */
int
editor_open(const char *text, struct timers *timers, void (*done)(void *arg, const char *text),
    void *arg, struct err *e)
{
	if (editor_is_open() || write_file(text, e) < 0)
		return -1;
	const char *argv[] = { "sh", "-c", "exec ${VISUAL:-${EDITOR:-vi}} \"$1\"", "sh", editor.path, NULL };
	struct spawn s = { .argv = argv };
	term_lend();
	if (spawn_on_terminal(&s, &editor.pid, e) < 0) {
		editor.pid = 0;
		term_take_back();
		remove_file();
		return -1;
	}
	editor.timers = timers;
	editor.done = done;
	editor.arg = arg;
	editor.look = (struct timer){ .fire = look };
	timer_set(timers, &editor.look, LOOK_MS);
	return 0;
}

void
editor_suspended(void)
{
	term_stop_process();
}

void
editor_abandon(void)
{
	if (!editor_is_open())
		return;
	timer_cancel(editor.timers, &editor.look);
	kill(editor.pid, SIGHUP);
	editor.pid = 0;
	remove_file();
}
