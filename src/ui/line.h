/*
 * line.h - the line editor: GNU readline without a screen of its own.
 *
 * readline edits, remembers and searches; it never reads the terminal and
 * never writes to it. Keys come from ui/input.c one whole key at a time, the
 * frame draws line_text(). Every key that adit acts on is a readline function
 * "adit-NAME", so ~/.inputrc can bind it anew, under $if adit if one likes.
 * One terminal, one line; UI thread only.
 */
#ifndef ADIT_UI_LINE_H
#define ADIT_UI_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* What keys do now. Each mode but the first has a keymap of its own, where other keys do nothing. */
enum line_mode {
	LINE_EDIT,              /* emacs or vi, as the user likes */
	LINE_SHEET,             /* a sheet is open */
	LINE_ASK,               /* a question waits for y or n */
	LINE_APPROVE,           /* an approval waits for its answer */
	LINE_FIND,              /* typing what to look for in the pane */
	LINE_LIST,              /* a list is open */
	LINE_PROMPT,            /* a prompt waits for its line */
	LINE_FOUND,             /* n, N; any other key ends it and counts */
	LINE_COPY,              /* copy mode */
	LINE_MODES
};
#define LINE_IN(mode) (1u << (mode))

struct line_hooks {
	void	*arg;
	void	(*run)(void *arg, int id, int key);     /* an action's key was pressed */
	void	(*submit)(void *arg, const char *text); /* Enter */
	void	(*eof)(void *arg);                      /* Ctrl-D on an empty line */
	void	(*changed)(void *arg);                  /* text, cursor or message may have */
};

#define LINE_ACTIONS 112

/*
 * Begins; then line_add() for every action, then line_ready(), which reads the
 * user's inputrc: bindings added before it are defaults that it may change.
 */
void	line_start(const struct line_hooks *);
/* The readline function `name` ("adit-zoom"; kept) runs action `id`, below LINE_ACTIONS. */
void	line_add(int id, const char *name);
/* Binds a key sequence (raw bytes) in these modes. */
void	line_bind(int id, const char *keys, unsigned modes);
/* Binds every single key of a mode; for those bound later, the later binding counts. */
void	line_bind_all(int id, enum line_mode);
void	line_ready(const char *history_file);   /* NULL: no file */
void	line_stop(void);                        /* writes nothing: each line was saved when sent */

/* A whole key as ui/input.c delivers it. */
void	line_key(const char *bytes, size_t n);
/* The Esc key. False when readline has no use for it now. */
bool	line_escape(void);

/* What is being edited: NUL-terminated raw bytes, valid until the next call. */
const char *line_text(void);
size_t	line_length(void);
size_t	line_point(void);       /* the cursor, in bytes */
/* What readline shows instead of the prompt ("(reverse-i-search)`x': "), NULL = nothing. */
const char *line_message(void);
bool	line_vi_command(void);  /* vi's command mode: the prompt looks different */

void	line_insert(const char *text);          /* one undo step */
void	line_replace(size_t start, size_t end, const char *text); /* one undo step; cursor behind it */
/* The same, but the cursor stays where it is in the rest of the text. */
void	line_swap(size_t start, size_t end, const char *text);
/* A function of readline waits for a key (a search in the history, …): the text is not the user's to change now. */
bool	line_is_asking(void);
void	line_set(const char *text);             /* all of it */
void	line_kill(void);                        /* all of it, to the kill ring */
void	line_accept(void);                      /* as Enter */
/* Up and down within a text of several lines; in the history at its first and last line. */
void	line_up(void);
void	line_down(void);
/* Appends a sent line to the history and its file; not when it is blank, begins with a space,
 * repeats the last one, or is very long. */
void	line_remember(const char *text);

void	line_set_mode(enum line_mode);
enum line_mode line_mode(void);
/*
 * Without a screen (--plain): asks for one line the way a shell does, and waits. NULL at the end of
 * input, or after two Ctrl-C on an empty line. Ctrl-C clears what was typed. Where standard input
 * is no terminal it just reads a line. Not between line_start() and line_stop().
 */
char	*line_ask(const char *prompt);

/* Ends LINE_FOUND and lets the key have its usual effect. */
void	line_leave_found(int key);

#endif
