/*
 * reading.h - what waits for a disk, away from the UI thread.
 *
 * A folder on a network may hang for minutes; typing must not. A `struct reading` is the first member of whatever
 * is to be read: read() runs on a thread and touches nothing but that, take() runs on the UI thread afterwards.
 * Without a screen (-p, --plain) both run at once, one behind the other: there is nobody whose typing would stop.
 */
#ifndef ADIT_APP_READING_H
#define ADIT_APP_READING_H

#include <stdbool.h>

#include "base/mailbox.h"
#include "base/worker.h"

struct app;
struct readings;

struct reading {
	void		(*read)(struct reading *);      /* may wait */
	void		(*take)(struct reading *);      /* UI thread: uses and frees it */
	struct app	*app;
	bool		 nobody;        /* for take(): the screen is gone since, there is nobody to tell */
	bool		 says;          /* becomes a message: what is said later must not overtake it */
	struct job	 job;
	struct note	 note;
};

/* One behind the other, on a thread of their own: taken in the order of the calls. */
void	reading_queue(struct app *, struct reading *);
/* Beside everything else: one that hangs holds up none of those that are queued. */
void	reading_aside(struct app *, struct reading *);
/* Something that says something is still queued. */
bool	reading_will_say(const struct app *);
/* Waits for what is under way, shortly; all take() run, `nobody` set. False: something hangs and is left to the end of the process. */
bool	reading_stop(struct app *);

#endif
