/*
 * session.h - stored conversations: create, record, list, open.
 *
 * session_record() never waits: it hands the line to the disk worker, which
 * appends it and syncs at message ends and every 2 s of stream. When the disk
 * refuses, session_trouble() says so and lines are kept in memory and tried
 * again, so nothing is lost while the program lives.
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

struct session;

/* A new session; the file is created with its first record (no empty files). id: 8 hex digits, random,
 * unique in the folder. cwd and title go into the header record. */
struct session	*session_new(struct worker *disk, struct mailbox *, const char *cwd);
/* Goes on with a stored one (prefix of an id; must be unique). Waits: reads the file and gives each record
 * to on_record in order. *torn > 0: the tail was repaired, *bad: lines with a wrong checksum. */
struct session	*session_resume(struct worker *disk, struct mailbox *, const char *id_prefix,
		    int (*on_record)(void *arg, const char *json, size_t n), void *arg, size_t *torn,
		    size_t *bad, struct err *);
/* The newest session of this folder (cwd), or of any folder when cwd is NULL; NULL when there is none. Caller frees. */
char		*session_latest(const char *cwd);
const char	*session_id(const struct session *);

enum session_sync { SESSION_SOON /* within 2 s */, SESSION_NOW /* message end */ };
/* UI thread. json: one object's text, copied. */
void		 session_record(struct session *, const char *json, size_t n, enum session_sync);
/* UI thread: the last write failure still in force, or NULL. Rings the mailbox's note when it changes. */
const char	*session_trouble(struct session *);
void		 session_on_trouble(struct session *, void (*changed)(void *arg), void *arg); /* UI thread */
/* Everything recorded is on disk when this returns. Waits (at most `ms`). */
bool		 session_flush(struct session *, int ms);
void		 session_close(struct session *);       /* flushes; NULL is fine */

struct session_info {
	char	*id, *path, *cwd, *title;       /* title: first words of the first user message */
	int64_t	 created, changed;              /* wall seconds */
	size_t	 messages, bytes;
};
struct session_list VEC(struct session_info);
/* Waits. Newest first. */
int		 session_list(struct session_list *, struct err *);
void		 session_list_done(struct session_list *);
int		 session_delete(const char *id_prefix, struct err *);

#endif
