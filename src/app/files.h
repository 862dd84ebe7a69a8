/*
 * files.h - files that go along with a message: /attach, /image, --image, --file, @FILE in the text, a pasted path.
 *
 * What was attached waits in app->files for the next message.
 */
#ifndef ADIT_APP_FILES_H
#define ADIT_APP_FILES_H

#include "app/app.h"

/* Drops what waits. */
void	files_forget(struct app *);

/* ---- at once: waits for the disk (-p, --plain) ---- */

/* Adds those of --image and --file to what the next message takes along. -1 and a sentence. */
int	files_attach_options(struct app *, struct err *);
/*
 * Says `text` to an agent, with what waits and with the files that are named in it as @FILE (or @"FILE WITH SPACES").
 * A word that names no file stays a word. -1 and a sentence when a file cannot be sent: then nothing was said, and
 * what waited waits on.
 */
int	files_say(struct app *, struct agent *, const char *text, struct err *);

/* ---- later: the disk is read on a thread of its own (reading.h), messages stay in order ---- */

/* What could not be sent, and why; agent NULL when it is gone by then. */
typedef void files_failed(struct app *, struct agent *, const char *text, const struct err *);

/* As files_say(), with these files, too; NULL, 0: none. Text without files is said at once. */
void	files_say_later(struct app *, struct agent *, const char *text, const char *const *first, size_t n, files_failed *);
/* Adds a file to what the next message takes along; done(app, err), err NULL when it is there. */
void	files_attach_later(struct app *, const char *path, void (*done)(struct app *, const struct err *));
/* This was pasted into the line. Terminals paste the path of a file that is dropped on them: if it is one that could be
 * attached, "@PATH " takes its place, as soon as that is known. */
void	files_pasted(struct app *, const char *text, size_t n);
/* Does this begin with a pasted path that is still being looked at? Then it is no command. */
bool	files_begins_pasted(const struct app *, const char *text);

#endif
