/*
 * reload.h - the configuration while adit runs: noticing that its files changed, and what follows.
 *
 * The disk worker looks at the files' stamps once a second, so that the UI
 * thread never waits for a file system. What cannot be read is refused with line
 * and column, and what was in force stays. UI thread only.
 */
#ifndef ADIT_APP_RELOAD_H
#define ADIT_APP_RELOAD_H

#include "app/app.h"

struct reload;

/* Watches for the rest of the run. */
struct reload	*reload_start(struct app *);
/* No more news; the worker may still look once. */
void		 reload_stop(struct reload *);
/* After the disk worker has stopped. NULL is fine. */
void		 reload_free(struct reload *);

/* Reads the files at once if they changed, and says when they cannot be read; `tell`: also when they could. For
 * whoever has just written one, or may wait. */
void		 reload_now(struct app *, bool tell);
/* Sets a key in the user's file (on the sync worker); then the settings are read again, and one line says what came of
 * it. */
void		 reload_set(struct app *, const char *key, const char *value);
/* Gives all agents the request parameters, fallbacks, prices and budget that are in force now. */
void		 reload_apply(struct app *);

#endif
