/*
 * mailbox.h - the bell: how other threads bring news to the UI thread.
 *
 * Whoever may have news embeds a `struct note`. Any thread rings it; the UI
 * thread runs its deliver() once, however often it was rung since. A note must
 * stay alive until it is delivered or its mailbox has dropped it.
 */
#ifndef ADIT_BASE_MAILBOX_H
#define ADIT_BASE_MAILBOX_H

#include <stdbool.h>

struct mailbox;

struct note {
	void		(*deliver)(struct note *);      /* runs on the UI thread */
	struct note	*next;
	bool		 rung;                          /* under the mailbox's lock */
};

struct mailbox	*mailbox_new(void);
void		 mailbox_free(struct mailbox *);
int		 mailbox_fd(const struct mailbox *);    /* poll for POLLIN */
/* Any thread; ringing a note that is already rung is free. */
void		 mailbox_ring(struct mailbox *, struct note *);
/* The UI thread, after poll: runs what was rung before the call, in order. */
void		 mailbox_deliver(struct mailbox *);
/* The UI thread: this note will not be delivered any more (unless rung again). */
void		 mailbox_drop(struct mailbox *, struct note *);

#endif
