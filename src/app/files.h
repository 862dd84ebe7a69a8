/*
 * files.h - files that go along with a message: /attach, /image, --image, --file, @FILE in the text, a pasted path.
 *
 * What was attached waits in app->files for the next message.
 */
#ifndef ADIT_APP_FILES_H
#define ADIT_APP_FILES_H

#include "app/app.h"

/* Adds a file to what the next message takes along. -1 and a sentence. */
int	files_attach(struct app *, const char *path, struct err *);
/* Those of --image and --file. */
int	files_attach_options(struct app *, struct err *);
/* Drops what waits. */
void	files_forget(struct app *);
/*
 * Says `text` to an agent, with what waits and with the files that are named in it as @FILE (or @"FILE WITH SPACES").
 * A word that names no file stays a word. -1 and a sentence when a file cannot be sent: then nothing was said, and
 * what waited waits on.
 */
int	files_say(struct app *, struct agent *, const char *text, struct err *);
/*
 * The same without waiting for the disk: the files are read on a thread of their own (a folder on a network that hangs, a
 * photo that is scaled down), messages stay in order. When one cannot be sent, failed(app, agent, text, err) is called,
 * agent NULL when it is gone by then. Text without files is said at once.
 */
void	files_say_later(struct app *, struct agent *, const char *text,
	    void (*failed)(struct app *, struct agent *, const char *text, const struct err *));
/* Waits for what is being read and drops it. */
void	files_stop(struct app *);
/* Is this, as a whole, the path of a file that could be attached? Then "@PATH " as it would be typed (caller frees);
 * else NULL. For what is pasted: terminals paste the path of a file that is dropped on them. */
char	*files_pasted(const char *text, size_t n);

#endif
