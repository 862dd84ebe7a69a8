/*
 * input.h - bytes from the terminal to whole keys, pastes and the mouse.
 *
 * A key is one character, or one whole escape sequence: however slowly its
 * bytes arrive. An ESC that nothing follows within 40 ms is the Esc key. One
 * terminal, one input; UI thread only.
 */
#ifndef ADIT_UI_INPUT_H
#define ADIT_UI_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/timer.h"

#define INPUT_ESC_MS 40         /* an ESC alone for so long is the Esc key */
#define INPUT_SEQUENCE_MS 400   /* the rest of a sequence must come within this */
#define INPUT_PASTE_MAX (16u * 1024 * 1024)

enum input_button { INPUT_PRESS, INPUT_WHEEL_UP, INPUT_WHEEL_DOWN };

struct input_hooks {
	void	*arg;
	/* A character (UTF-8, or any byte in another locale) or a sequence that begins with ESC. */
	void	(*key)(void *arg, const char *bytes, size_t n);
	void	(*escape)(void *arg);
	/* A paste: newlines are \n, no other control characters but tabs. */
	void	(*paste)(void *arg, const char *text, size_t n);
	void	(*mouse)(void *arg, enum input_button, int y, int x);
	/* The answer to a query, without ESC ] and its end. */
	void	(*reply)(void *arg, const char *text, size_t n);
};

/* The hooks are copied. */
void	input_start(const struct input_hooks *, struct timers *, bool utf8);
void	input_stop(void);
/* Reads what standard input has and delivers what is whole. false at its end. */
bool	input_read(void);
/* The terminal was asked something: until its answer came, ESC ] is no Alt key but the answer. */
void	input_expect_reply(void);
/* The next byte for someone inside a key() call who needs more; waits up to ms. -1 = none. */
int	input_byte(int ms);
/* More bytes are there, or come within ms. */
bool	input_more(int ms);

#endif
