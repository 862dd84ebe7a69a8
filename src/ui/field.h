/*
 * field.h - one line of text that is typed outside of readline: a list's filter,
 * a prompt's answer.
 *
 * The bytes stay in one block of memory that is wiped when the field is done or
 * emptied, since what is typed may be a secret. UI thread only.
 */
#ifndef ADIT_UI_FIELD_H
#define ADIT_UI_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define FIELD_MAX 8192          /* bytes: a bearer token fits */

struct field {
	struct buf	text;           /* raw bytes; never grows beyond its first block */
	size_t		at;             /* the cursor, on a whole character */
	bool		secret;         /* painted as dots */
};

/* `text` (may be NULL) is what stands there at first. */
void	field_init(struct field *, const char *text, bool secret);
void	field_done(struct field *);
void	field_set(struct field *, const char *text);

/* Typed bytes come one by one; what is cut off, or does not fit, is left out. */
void	field_type(struct field *, char byte);
/* A paste: what follows a newline is dropped, tabs become spaces. */
void	field_paste(struct field *, const char *text, size_t n);
void	field_left(struct field *);
void	field_right(struct field *);
void	field_home(struct field *);
void	field_end(struct field *);
void	field_erase(struct field *);            /* the character before the cursor */
void	field_erase_right(struct field *);      /* … under it */
void	field_erase_word(struct field *);       /* … and all before it up to a space */
void	field_kill_left(struct field *);
void	field_kill_right(struct field *);

/* Paints it in w cells at (y, x), scrolled so that the cursor is seen. Returns the cursor's column
 * within them. */
int	field_paint(const struct field *, int y, int x, int w);

#endif
