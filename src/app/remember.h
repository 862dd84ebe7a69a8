/*
 * remember.h - what is remembered of models from one run to the next.
 *
 * Which ones were used last ($XDG_STATE_HOME/adit/recent-models, an id a line),
 * and whether they answered when they were called ($XDG_CACHE_HOME/adit/models/answers.json):
 * that a model is listed proves nothing, an answer does, for a while. Damaged
 * files count as empty. The UI thread's; files are read and written on the
 * sync worker, and a change is applied to what another adit wrote meanwhile.
 */
#ifndef ADIT_APP_REMEMBER_H
#define ADIT_APP_REMEMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/creds.h"
#include "base/vec.h"

enum { REMEMBER_RECENT = 8, REMEMBER_ANSWERS = 400 };

/* How one model answered one identity in one region. */
struct answer {
	char	*who, *region, *id;     /* who: account or, where that is not known, the credentials' name */
	bool	 works;
	int64_t	 at;                    /* wall seconds */
	char	*text;                  /* why not, a sentence; NULL */
};

struct app;
struct change;

struct remember {
	struct change *reading;         /* on its way, or NULL */
	struct VEC(char *) recent;      /* ids, the last used first */
	struct VEC(struct answer) answers;
};

/* Reads both files in the background; app->remember is empty until then. */
void	remember_start(struct app *);
/* After the sync worker has stopped. */
void	remember_stop(struct app *);
void	remember_done(struct remember *);

/* The model is used from now on. */
void	remember_used(struct app *, const char *id);
/* A call of the model succeeded, or was refused for good (no access, not found, end of life): `why`
 * is the sentence then. */
void	remember_answer(struct app *, const char *id, bool works, const char *why);
/* What stands for an identity whose account is not known yet; never a secret. Owned by the caller; NULL
 * when there are no credentials. */
char	*remember_who(const struct creds_report *);
/* How it answered this identity last, NULL = never called. Borrowed until the next change. */
const struct answer *remember_find(const struct remember *, const char *account, const char *label,
    const char *region, const char *id);

/* ---- for tests ---- */

/* One more at the front, without doubles. */
void	remember_put_recent(struct remember *, const char *id);
/* Takes the answer's strings; the newest of those for the same place stays. */
void	remember_put_answer(struct remember *, struct answer);
void	remember_read(struct remember *);               /* waits */
void	remember_write_recent(const struct remember *);  /* waits */
void	remember_write_answers(const struct remember *); /* waits */

#endif
