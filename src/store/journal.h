/*
 * journal.h - a session's record on disk: append-only JSON lines.
 *
 * Each line is one JSON object whose last member is "crc": eight hex digits,
 * the CRC-32 of the line's bytes before `,"crc"`. A program killed at any
 * moment leaves at most one broken last line; opening repairs it (the broken
 * bytes are moved to FILE.torn, never thrown away).
 *
 * Everything here may block and belongs on the disk worker, journal_sync_wait()
 * on the sync worker; struct session (store/session.h) is what the UI thread uses.
 */
#ifndef ADIT_STORE_JOURNAL_H
#define ADIT_STORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct journal;

enum { JOURNAL_RECORD_MAX = 64 << 20 }; /* bytes of one record; a conversation with images is far below */

/*
 * Creates (0600) or opens for appending, takes a lock (one writer, on this
 * machine and, where the file system can, between machines), repairs the tail.
 * A last line that lacks only its newline is completed. *torn (may be NULL) =
 * bytes that were set aside. NULL and a sentence when it cannot; when another
 * program has the lock, the sentence calls the session by the file's name.
 */
struct journal	*journal_open(const char *path, size_t *torn, struct err *);
/*
 * Appends one record: the text of a JSON object with at least one member, "{...}". Line breaks
 * between members become spaces. After a failure (disk full) the half-written line is cut off
 * again and the same call may succeed later; ERR_DATA alone means that it never will: the text is
 * no object, or too long.
 */
int		 journal_append(struct journal *, const char *json, size_t n, struct err *);
/*
 * fdatasync if anything is new. When that fails, the system may already have dropped what it
 * could not write (a quota on a network home shows up here first): everything since the last good
 * sync is cut off again, and the caller appends it anew.
 */
int		 journal_sync(struct journal *, struct err *);
/*
 * The same in three steps, so that lines can be appended while the disk takes its time. One at a time; the struct
 * stays where it is, and the journal open, until the last step, which judges: after a failure what was appended since
 * the beginning is cut off, too.
 */
struct journal_sync {
	int		 fd;            /* -1: nothing is new */
	const char	*fresh;         /* its folder is to be synced as well; NULL = not */
	int64_t		 end;           /* what the disk will have promised to keep */
	int		 why;           /* errno of the failure, 0 = none */
};
void		 journal_sync_begin(struct journal *, struct journal_sync *);
void		 journal_sync_wait(struct journal_sync *);      /* any thread: fdatasync, and nothing of the journal's */
int		 journal_sync_end(struct journal *, const struct journal_sync *, struct err *);
void		 journal_close(struct journal *);       /* syncs, as well as it can; NULL is fine */

/*
 * Reads a file record by record, without opening it for writing: on_record gets the JSON text
 * without crc, NUL-terminated after n bytes and its own to change. Lines with a wrong checksum
 * are counted (bad_lines may be NULL) and skipped; an unfinished last line is neither, as its
 * writer may be at work. 0 at the end, 1 when on_record returned non-zero and so stopped it, -1
 * when the file cannot be read.
 */
int		 journal_read(const char *path, int (*on_record)(void *arg, const char *json, size_t n), void *arg,
		    size_t *bad_lines, struct err *);

/* Deletes the file and what was set aside from it; refuses while another program has the lock. */
int		 journal_remove(const char *path, struct err *);

/*
 * Is this line (n bytes, without newline) whole? Then *json_n is how many of its bytes come
 * before the checksum: the record is those and a "}". For readers of pieces of a file
 * (store/session-list.c).
 */
bool		 journal_line_ok(const char *line, size_t n, size_t *json_n);

#endif
