/*
 * journal.h - a session's record on disk: append-only JSON lines.
 *
 * Each line is one JSON object whose last member is "crc": eight hex digits,
 * the CRC-32 of the line's bytes before `,"crc"`. A program killed at any
 * moment leaves at most one broken last line; opening repairs it (the broken
 * bytes are moved to FILE.torn, never thrown away).
 *
 * Everything here may block and belongs on the disk worker; struct session
 * (store/session.h) is what the UI thread uses.
 */
#ifndef ADIT_STORE_JOURNAL_H
#define ADIT_STORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct journal;

/* Creates (0600) or opens for appending, takes a lock (one writer), repairs the tail.
 * *torn = bytes that were set aside. */
struct journal	*journal_open(const char *path, size_t *torn, struct err *);
/* Appends one record: a JSON object's text "{...}" without newline. After a failure (disk full) the
 * half-written line is cut off again and the next append may succeed. */
int		 journal_append(struct journal *, const char *json, size_t n, struct err *);
int		 journal_sync(struct journal *, struct err *);           /* fdatasync if anything is new */
void		 journal_close(struct journal *);                        /* syncs */

/* Reads a file record by record, without opening it for writing: on_record gets the JSON text without
 * crc. Lines with a wrong checksum are counted and skipped. Non-zero from on_record stops. */
int		 journal_read(const char *path, int (*on_record)(void *arg, const char *json, size_t n), void *arg,
		    size_t *bad_lines, struct err *);

#endif
