/*
 * line.c - the only file that knows readline.
 *
 * Callback mode: rl_callback_read_char() is called only while the key it will
 * want is there (rl_getc_function takes from `key`). rl_redisplay_function
 * just tells that something changed. Defaults are set and keys bound before
 * rl_initialize() reads the user's inputrc, so that the user wins.
 */
#include "config.h"

#include "ui/line.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <readline/readline.h>
#include <readline/history.h>

#include "base/mem.h"
#include "base/str.h"
#include "ui/input.h"

#define HISTORY_LINES 2000
#define HISTORY_BYTES (64 * 1024)       /* of one entry: more is no line to come back to */

/* States in which a function of readline waits for the next key itself. */
#define ASKING (RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_CHARSEARCH | RL_STATE_MULTIKEY | \
    RL_STATE_NUMERICARG | RL_STATE_VIMOTION)

static struct {
	struct line_hooks hooks;
	FILE		*nowhere;       /* where readline thinks it draws */
	const char	*key;           /* what is being delivered */
	size_t		 left;
	bool		 busy;          /* readline is at work */
	bool		 alone;         /* it is an ESC with nothing behind it */
	bool		 prefix;        /* it may be the beginning of a longer sequence */
	enum line_mode	 mode;
	Keymap		 maps[LINE_MODES];      /* not of LINE_EDIT */
	Keymap		 edit_map;      /* to go back to from another mode */
	Keymap		 found;         /* LINE_FOUND's own keys, without the usual ones */
	int		 found_any;
	char		*history_file;
	bool		 started;
} line;

static const char *const map_names[LINE_MODES] = {
	[LINE_SHEET] = "adit-sheet", [LINE_ASK] = "adit-ask", [LINE_APPROVE] = "adit-approve",
	[LINE_FIND] = "adit-find",
	[LINE_LIST] = "adit-list", [LINE_PROMPT] = "adit-prompt", [LINE_FOUND] = "adit-found",
	[LINE_COPY] = "adit-copy-mode",
};
/* The keymaps in which one edits; LINE_EDIT binds in each. */
static const char *const edit_maps[] = { "emacs-standard", "vi-insert", "vi-command" };

/* ---- readline's functions carry no argument: which one is called says which action it is ---- */

static int
run(int id, int key)
{
	line.hooks.run(line.hooks.arg, id, key);
	return 0;
}

#define SLOT(n)                                                                                    \
	static int slot_##n(int count, int key)                                                    \
	{                                                                                          \
		(void)count;                                                                       \
		return run(0x##n, key);                                                            \
	}
#define SLOTS(n)                                                                                   \
	SLOT(n##0) SLOT(n##1) SLOT(n##2) SLOT(n##3) SLOT(n##4) SLOT(n##5) SLOT(n##6) SLOT(n##7)    \
	SLOT(n##8) SLOT(n##9) SLOT(n##a) SLOT(n##b) SLOT(n##c) SLOT(n##d) SLOT(n##e) SLOT(n##f)
SLOTS(0)
SLOTS(1)
SLOTS(2)
SLOTS(3)
SLOTS(4)
SLOTS(5)
SLOTS(6)
#define NAMES(n)                                                                                   \
	slot_##n##0, slot_##n##1, slot_##n##2, slot_##n##3, slot_##n##4, slot_##n##5, slot_##n##6, \
	slot_##n##7, slot_##n##8, slot_##n##9, slot_##n##a, slot_##n##b, slot_##n##c,              \
	slot_##n##d, slot_##n##e, slot_##n##f

static rl_command_func_t *const slots[LINE_ACTIONS] = { NAMES(0), NAMES(1), NAMES(2), NAMES(3), NAMES(4),
	NAMES(5), NAMES(6) };

/* ---- what readline calls ------------------------------------------------------------ */

static void
changed(void)
{
	line.hooks.changed(line.hooks.arg);
}

static int
next_byte(FILE *unused)
{
	(void)unused;
	if (line.left > 0) {
		line.left--;
		return (unsigned char)*line.key++;
	}
	int c = input_byte(1000);       /* a function that reads on by itself */
	return c >= 0 ? c : CTRL('G');
}

/* "Does more follow?", for keys that are both a command and the beginning of another. readline also
 * asks after each plain letter, to insert many at once: waiting there would delay every echo, and
 * a paste that follows would be taken for typing. */
static int
more_follows(void)
{
	if (line.alone)
		return 0;
	if (!line.prefix)
		return line.left > 0;
	return line.left > 0 || input_more(INPUT_ESC_MS);
}

static void
got_line(char *text)
{
	if (text == NULL)
		line.hooks.eof(line.hooks.arg);
	else
		line.hooks.submit(line.hooks.arg, text);
	free(text);
	changed();
}

/* Tab bound to readline's own completion must not write a list anywhere. */
static char **
complete_nothing(const char *text, int start, int end)
{
	(void)text;
	(void)start;
	(void)end;
	rl_attempted_completion_over = 1;
	return NULL;
}

/* ---- start ----------------------------------------------------------------------------- */

static void
set_defaults(void)
{
	rl_readline_name = "adit";      /* $if adit */
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	rl_prep_term_function = NULL;
	rl_deprep_term_function = NULL;
	rl_getc_function = next_byte;
	rl_input_available_hook = more_follows;
	rl_redisplay_function = changed;
	rl_attempted_completion_function = complete_nothing;
	/* In the C locale bytes above 127 would be Meta keys, and typing é would run commands. */
	rl_variable_bind("input-meta", "on");
	rl_variable_bind("output-meta", "on");
	rl_variable_bind("convert-meta", "off");
	rl_variable_bind("bell-style", "none");
}

void
line_start(const struct line_hooks *hooks)
{
	line.hooks = *hooks;
	line.mode = LINE_EDIT;
	line.nowhere = fopen("/dev/null", "we");
	if (line.nowhere != NULL)
		rl_outstream = line.nowhere;
	set_defaults();
	for (int m = LINE_EDIT + 1; m < LINE_MODES; m++) {
		line.maps[m] = rl_make_bare_keymap();
		rl_set_keymap_name(map_names[m], line.maps[m]);
	}
	line.started = true;
}

void
line_add(int id, const char *name)
{
	rl_add_defun(name, slots[id], -1);
}

void
line_bind(int id, const char *keys, unsigned modes)
{
	for (int m = 0; m < LINE_MODES; m++) {
		if ((modes & LINE_IN(m)) == 0)
			continue;
		if (m != LINE_EDIT) {
			rl_bind_keyseq_in_map(keys, slots[id], line.maps[m]);
			continue;
		}
		for (size_t i = 0; i < sizeof edit_maps / sizeof *edit_maps; i++)
			rl_bind_keyseq_in_map(keys, slots[id], rl_get_keymap_by_name(edit_maps[i]));
	}
}

void
line_bind_all(int id, enum line_mode mode)
{
	if (mode == LINE_FOUND)
		line.found_any = id;
	for (int c = 0; c < 256; c++)
		if (c != ESC)
			rl_bind_key_in_map(c, slots[id], line.maps[mode]);
}

/* The file's dates make entries of several lines possible: each begins with "#seconds". */
static void
open_history(const char *path)
{
	history_comment_char = '#';
	history_write_timestamps = 1;
	using_history();
	stifle_history(HISTORY_LINES);
	if (path == NULL)
		return;
	line.history_file = mem_strdup(path);
	int fd = open(path, O_CREAT | O_CLOEXEC | O_WRONLY, 0600);
	if (fd >= 0)
		close(fd);
	read_history(path);
	using_history();
}

static int
ignore_key(int count, int key)
{
	(void)count;
	(void)key;
	return 0;
}

/* Pastes are taken out before readline sees them (ui/input.c). Its own function for them reads
 * until their end comes, and would wait for ever if some sequence in pieces looked like one. */
static void
forget_bracketed_paste(void)
{
	for (size_t i = 0; i < sizeof edit_maps / sizeof *edit_maps; i++)
		rl_bind_keyseq_in_map("\033[200~", ignore_key, rl_get_keymap_by_name(edit_maps[i]));
}

void
line_ready(const char *history_file)
{
	line.found = rl_copy_keymap(line.maps[LINE_FOUND]);
	rl_initialize();
	forget_bracketed_paste();
	open_history(history_file);
	rl_callback_handler_install("", got_line);
}

void
line_stop(void)
{
	if (!line.started)
		return;
	rl_callback_handler_remove();
	if (line.history_file != NULL)
		history_truncate_file(line.history_file, HISTORY_LINES);
	clear_history();
	if (line.nowhere != NULL) {
		fclose(line.nowhere);
		rl_outstream = stdout;
	}
	free(line.history_file);
	line.history_file = NULL;
	line.started = false;
}

/* ---- keys --------------------------------------------------------------------------- */

/* A new line makes readline choose the keymap anew; a mode outlives that. */
static void
keep_mode(void)
{
	if (line.mode != LINE_EDIT && rl_get_keymap() != line.maps[line.mode])
		rl_set_keymap(line.maps[line.mode]);
}

static void
deliver(const char *bytes, size_t n)
{
	line.key = bytes;
	line.left = n;
	line.prefix = rl_get_keymap()[(unsigned char)bytes[0]].type == ISKMAP;
	line.busy = true;
	while (line.left > 0) {
		rl_callback_read_char();
		keep_mode();
		if (rl_point > rl_end)          /* can be, behind bytes that are no characters */
			rl_point = rl_end;
	}
	line.busy = false;
}

/* A sequence that nothing is bound to must not fall apart into characters that are typed.
 * (rl_function_of_keyseq() is content with the beginning of one.) */
static bool
is_bound(const char *bytes, size_t n)
{
	Keymap map = rl_get_keymap();
	for (size_t i = 0; i < n; i++) {
		KEYMAP_ENTRY e = map[(unsigned char)bytes[i]];
		if (e.type != ISKMAP)
			return i + 1 == n && e.function != NULL;
		map = (Keymap)e.function;
	}
	return true;    /* the beginning of something longer */
}

/* Ends what readline waits in: a search keeps what it found, anything else is dropped. */
static void
settle(void)
{
	if (line.busy || !RL_ISSTATE(ASKING))
		return;         /* what runs within a key ends by itself */
	if (RL_ISSTATE(RL_STATE_NSEARCH))
		deliver("\007", 1);     /* Ctrl-G: the cleanup would forget to put the prompt back */
	else
		rl_callback_sigcleanup();
	rl_clear_message();
}

/*
 * A key that begins a sequence ends a search in the history, and then counts.
 * readline 8.2 would see to that itself, but it puts the key back and goes on
 * with a jump buffer of a function that has returned: Ctrl-R Ctrl-X Ctrl-A
 * crashed it. So the search is ended first.
 */
static void
end_search_before(char first)
{
	if (RL_ISSTATE(RL_STATE_ISEARCH) && rl_get_keymap()[(unsigned char)first].type == ISKMAP)
		settle();
}

/* On an empty line readline takes Ctrl-D for the end of input without looking what it is bound to. */
static bool
run_ctrl_d(const char *bytes, size_t n)
{
	bool own_keys = line.mode != LINE_EDIT && line.mode != LINE_FOUND;
	if (!own_keys || n != 1 || bytes[0] != CTRL('D'))
		return false;
	KEYMAP_ENTRY e = line.maps[line.mode][CTRL('D')];
	if (e.type == ISFUNC && e.function != NULL)
		e.function(1, CTRL('D'));
	changed();
	return true;
}

void
line_key(const char *bytes, size_t n)
{
	if (run_ctrl_d(bytes, n))
		return;
	/* Where readline asks for a character it takes NUL (Ctrl-Space) for the beginning of one. */
	if (bytes[0] == '\0' && RL_ISSTATE(ASKING))
		return;
	end_search_before(bytes[0]);
	if (n > 1 && bytes[0] == ESC && !RL_ISSTATE(ASKING) && !is_bound(bytes, n))
		return;
	deliver(bytes, n);
	changed();
}

static bool
is_vi_insert(void)
{
	return rl_editing_mode == 0 && rl_get_keymap() == vi_insertion_keymap;
}

bool
line_escape(void)
{
	if (RL_ISSTATE(ASKING)) {
		settle();
	} else if (is_vi_insert()) {
		line.alone = true;
		deliver("\033", 1);
		line.alone = false;
	} else {
		return false;
	}
	changed();
	return true;
}

/* ---- the text --------------------------------------------------------------------------- */

const char *
line_text(void)
{
	return rl_line_buffer != NULL ? rl_line_buffer : "";
}

size_t
line_length(void)
{
	return (size_t)rl_end;
}

size_t
line_point(void)
{
	return (size_t)rl_point;
}

const char *
line_message(void)
{
	if (rl_display_prompt == NULL || rl_display_prompt == rl_prompt || *rl_display_prompt == '\0')
		return NULL;
	return rl_display_prompt;
}

bool
line_vi_command(void)
{
	Keymap now = line.mode == LINE_EDIT ? rl_get_keymap() : line.edit_map;
	return now == vi_movement_keymap;
}

void
line_insert(const char *text)
{
	settle();
	rl_insert_text(text);
	changed();
}

void
line_replace(size_t start, size_t end, const char *text)
{
	rl_begin_undo_group();
	rl_delete_text((int)start, (int)end);
	rl_point = (int)start;
	rl_insert_text(text);
	rl_end_undo_group();
	changed();
}

void
line_swap(size_t start, size_t end, const char *text)
{
	size_t point = line_point(), n = strlen(text);
	line_replace(start, end, text);
	if (point < end)
		rl_point = (int)(point <= start ? point : start + n);
	else
		rl_point = (int)(point - end + start + n);
}

bool
line_is_asking(void)
{
	return RL_ISSTATE(ASKING);
}

void
line_set(const char *text)
{
	settle();
	line_replace(0, line_length(), text);
}

void
line_kill(void)
{
	rl_kill_text(0, rl_end);
	rl_point = 0;
	using_history();
	changed();
}

void
line_accept(void)
{
	rl_newline(1, '\n');
}

/* Where the line of text around `at` begins. */
static size_t
line_begin(size_t at)
{
	while (at > 0 && rl_line_buffer[at - 1] != '\n')
		at--;
	return at;
}

static size_t
line_end(size_t at)
{
	while (at < line_length() && rl_line_buffer[at] != '\n')
		at++;
	return at;
}

/* Puts the cursor `column` bytes into the line that begins at `begin`, on a whole character. */
static void
go_to(size_t begin, size_t column)
{
	size_t end = line_end(begin), at = begin + column < end ? begin + column : end;
	while (at > begin && at < end && ((unsigned char)rl_line_buffer[at] & 0xc0) == 0x80)
		at--;
	rl_point = (int)at;
}

void
line_up(void)
{
	size_t begin = line_begin(line_point());
	if (begin == 0)
		rl_get_previous_history(1, 0);
	else
		go_to(line_begin(begin - 1), line_point() - begin);
}

void
line_down(void)
{
	size_t begin = line_begin(line_point()), end = line_end(line_point());
	if (end == line_length())
		rl_get_next_history(1, 0);
	else
		go_to(end + 1, line_point() - begin);
}

void
line_remember(const char *text)
{
	if (str_blank(text) || *text == ' ' || strlen(text) > HISTORY_BYTES)
		return;
	using_history();
	HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
	if (last != NULL && strcmp(last->line, text) == 0)
		return;
	add_history(text);
	if (line.history_file != NULL)
		append_history(1, line.history_file);
}

/* ---- modes --------------------------------------------------------------------------------- */

/* The usual keymap, but the keys of the mode are the mode's, and one that would type (or, in vi,
 * command) something is what line_bind_all() said. */
static void
make_found_map(void)
{
	Keymap map = line.maps[LINE_FOUND], usual = line.edit_map;
	for (int c = 0; c < KEYMAP_SIZE; c++) {
		KEYMAP_ENTRY own = line.found[c];
		bool any = own.function == slots[line.found_any];
		bool types = usual[c].type == ISFUNC && c >= ' ' && c != 127;
		map[c] = own.function != NULL && (types || !any) ? own : usual[c];
	}
}

void
line_set_mode(enum line_mode mode)
{
	if (mode == line.mode)
		return;
	settle();
	if (line.mode == LINE_EDIT)
		line.edit_map = rl_get_keymap();
	line.mode = mode;
	if (mode == LINE_FOUND)
		make_found_map();
	rl_set_keymap(mode == LINE_EDIT ? line.edit_map : line.maps[mode]);
	changed();
}

enum line_mode
line_mode(void)
{
	return line.mode;
}

void
line_leave_found(int key)
{
	line_set_mode(LINE_EDIT);
	rl_execute_next(key);
}

/* ---- without a screen ------------------------------------------------------------------------ */

static volatile sig_atomic_t interrupted;

static void
on_interrupt(int signo)
{
	(void)signo;
	interrupted = 1;
}

static int
end_line(void)
{
	rl_done = 1;
	return 0;
}

static char *
read_plain(void)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t n = getline(&text, &size, stdin);
	if (n <= 0) {
		free(text);
		return NULL;
	}
	if (text[n - 1] == '\n')
		text[n - 1] = '\0';
	return text;
}

/* One line, and whether Ctrl-C ended it. */
static char *
ask_once(const char *prompt)
{
	interrupted = 0;
	char *text = readline(prompt);
	if (interrupted)
		putchar('\n');
	return text;
}

/* The program blocks its signals (they come by signalfd); while readline waits nobody would take
 * them, so here they have their usual effect, and Ctrl-C ends the line. */
char *
line_ask(const char *prompt)
{
	if (!isatty(STDIN_FILENO))
		return read_plain();
	struct sigaction sa = { .sa_handler = on_interrupt }, old;
	sigaction(SIGINT, &sa, &old);
	sigset_t none, mask;
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, &mask);
	rl_readline_name = "adit";
	rl_signal_event_hook = end_line;
	bool once = false, again;
	char *text;
	do {
		text = ask_once(prompt);
		again = interrupted && (text == NULL || *text != '\0' || !once);
		once = interrupted && text != NULL && *text == '\0';
		if (interrupted) {
			free(text);
			text = NULL;
		}
	} while (again);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGINT, &old, NULL);
	if (text != NULL && !str_blank(text))
		add_history(text);
	return text;
}
