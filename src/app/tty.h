/*
 * tty.h - questions on the terminal, for the modes without a screen.
 *
 * They go to /dev/tty, so that they work while standard input or output is a
 * pipe. Nothing is echoed of a secret. Wait for the user; any thread.
 */
#ifndef ADIT_APP_TTY_H
#define ADIT_APP_TTY_H

#include <stdatomic.h>
#include <stdbool.h>

#include "aws/aws.h"
#include "base/buf.h"

/* Is there a terminal that this process may read from? */
bool	tty_is_there(void);
/*
 * Shows the question and reads one line into *answer (give it a ceiling; wipe it if it is secret). -1 when there
 * is no terminal, the user gave up (Ctrl-C, Ctrl-D), or `cancel` (may be NULL) became true. The terminal is
 * as it was afterwards.
 */
int	tty_ask(const char *question, bool secret, struct buf *answer, const atomic_bool *cancel);
/* From now on the credentials' questions (MFA codes) are asked there. */
void	tty_answers(struct aws *);

#endif
