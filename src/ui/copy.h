/*
 * copy.h - to the clipboard of the terminal that one sits at, also over SSH:
 * OSC 52, inside tmux wrapped so that tmux passes it on.
 */
#ifndef ADIT_UI_COPY_H
#define ADIT_UI_COPY_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/transcript.h"
#include "base/buf.h"

#define COPY_MAX 100000         /* bytes of base64: what terminals are known to take */

/* Appends the sequence. -1 when the text is too long for it. */
int	copy_sequence(struct buf *out, const char *text, size_t n, bool tmux);
/* Appends the text of the last reply: all that the model said since the last message. */
void	copy_last_reply(struct buf *out, const struct transcript *);

#endif
