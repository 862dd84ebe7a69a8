/*
 * session.h - stored conversations: create, record, list, open.
 *
 * A session is one file, $XDG_DATA_HOME/adit/sessions/ID.jsonl (0600 in a 0700
 * folder), of journal lines (store/journal.h). The first record is written
 * here: {"t":"session","v":1,"id":…,"created":ISO,"cwd":…,"adit":VERSION}. What
 * the others mean is the agent layer's business, except that
 *   - "t" is the first member of each, written without spaces (base/json.h);
 *   - {"t":"message","role":"user",…} with a string "text", early in the record,
 *     gives the session its title in lists;
 *   - each record comes back with one more member at its end, "msgs": how many
 *     records up to it had "t":"message" (or "end": a message that stayed in
 *     pieces), so that a list need not read them all.
 *
 * session_record() never waits: it hands the line to the disk worker, which
 * appends it at once. At message ends and every 2 s of stream the file is
 * synced, by the sync worker: a disk that takes its time over that does not
 * keep what comes next from being appended. Of each session one sync is under
 * way at most; what is appended meanwhile gets the next one. When the disk
 * refuses, session_trouble() says so and lines are kept in memory and tried
 * again, so nothing is lost while the program lives. A line stays in memory
 * until a sync that began after it was appended has succeeded.
 */
#ifndef ADIT_STORE_SESSION_H
#define ADIT_STORE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mailbox.h"
#include "base/vec.h"
#include "base/worker.h"
#include "store/receipt.h"

struct session;

/*
 * A new session; the file is created with its first record (no empty files). id: 8 hex digits,
 * random, unique in the folder. cwd goes into the header record. All sessions share both workers:
 * nothing that waits for a sync may run on `disk`, and `sync` is not `disk`. The mailbox may be
 * NULL: then nobody is told of trouble, but session_trouble() still knows.
 */
struct session	*session_new(struct worker *disk, struct worker *sync, struct mailbox *, const char *cwd);
/*
 * Goes on with a stored one (prefix of an id; must be unique). Waits: reads the file and gives
 * each record, the header included, to on_record in order; non-zero from on_record gives up
 * (ERR_CANCELLED). *torn > 0: the tail was repaired, *bad: lines with a wrong checksum (both may
 * be NULL). NULL and a sentence when there is none, several, it is open in another adit, or
 * cannot be read.
 */
struct session	*session_resume(struct worker *disk, struct worker *sync, struct mailbox *, const char *id_prefix,
		    int (*on_record)(void *arg, const char *json, size_t n), void *arg, size_t *torn,
		    size_t *bad, struct err *);
const char	*session_id(const struct session *);
/* It is a subagent's: the session of whoever started it. Before the first record; lists then leave it to those who
 * ask for it, and nobody goes on with it by accident. */
void		 session_set_parent(struct session *, const char *parent_id);

enum session_sync { SESSION_SOON /* within 2 s */, SESSION_NOW /* message end */ };
/* UI thread. json: one object's text, copied. A NULL session records nothing (--no-session). */
void		 session_record(struct session *, const char *json, size_t n, enum session_sync);
/*
 * UI thread: a receipt, signed once everything recorded so far is in the file (a kill of this program no longer
 * loses it; a power cut may, until the sync), or once the disk refused it. The caller unrefs. NULL for a NULL
 * session.
 */
struct receipt	*session_receipt(struct session *);
/*
 * UI thread: the last write failure still in force, or NULL: a sentence that says what failed and
 * that the conversation is kept in memory. Valid until the next call.
 */
const char	*session_trouble(struct session *);
/* UI thread: `changed` is called from mailbox_deliver() when trouble came, changed or went. */
void		 session_on_trouble(struct session *, void (*changed)(void *arg), void *arg);
/*
 * Everything recorded is on disk when this returns true. Waits for the workers, at most `ms`;
 * while there is trouble it tries once more and returns false at once when that fails. NULL:
 * true.
 */
bool		 session_flush(struct session *, int ms);
/* Tries a last time to write what is left, waiting as long as the disk takes, then frees; call
 * session_flush() first to know whether that works. Before worker_stop() of either. NULL is fine. */
void		 session_close(struct session *);

/* ---- the folder (session-list.c); everything here waits for the disk ---- */

/*
 * The newest session of this folder (cwd), or of any folder when cwd is NULL; NULL when there is
 * none. Caller frees.
 */
char		*session_latest(const char *cwd);
/*
 * The one session whose id starts with this: its file's path (caller frees) and, unless id is
 * NULL, its whole id (caller frees). NULL and a sentence when there is none or more than one.
 */
char		*session_find(const char *id_prefix, char **id, struct err *);

struct session_info {
	char	*id, *path, *cwd, *title;       /* title: first words of the first user message; NULL = none */
	char	*parent;                        /* a subagent's: the session it belongs to; NULL = none */
	int64_t	 created, changed;              /* wall seconds */
	int64_t	 changed_ns;                    /* the same in nanoseconds, for sorting */
	size_t	 messages, bytes;
};
struct session_list VEC(struct session_info);
/*
 * Newest first (last written first). Files that do not begin with a session's header are left
 * out. Reads the first and the last 4 KiB of each file, more only of one whose end is torn. No
 * folder: an empty list.
 */
int		 session_list(struct session_list *, struct err *);
void		 session_list_done(struct session_list *);
/* Refuses one that is open in another adit. */
int		 session_delete(const char *id_prefix, struct err *);

#endif
