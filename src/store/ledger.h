/*
 * ledger.h - what was used and what it cost, a line a reply: usage-YYYY-MM.jsonl.
 *
 * Append-only, 0600, beside the sessions ($XDG_DATA_HOME/adit/usage), a file a
 * month. No word of a conversation is in it. Written and read on the disk
 * worker; several adits may append to one file at once.
 */
#ifndef ADIT_STORE_LEDGER_H
#define ADIT_STORE_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "base/mailbox.h"
#include "base/vec.h"
#include "base/worker.h"

struct ledger_entry {                   /* borrowed */
	int64_t		 at;            /* wall seconds */
	const char	*session;       /* NULL = not kept */
	const char	*agent, *model;
	const char	*tier;          /* NULL or "" = the usual one */
	int64_t		 input, output, cache_read, cache_write, cache_write_1h;
	double		 cost;          /* USD, negative = unknown */
};

struct ledger;

/* Creates nothing before the first entry. */
struct ledger	*ledger_new(struct worker *disk, struct mailbox *);
/* What was added will be written (worker_stop() waits for it); answers that are under way are not given any more. */
void		 ledger_free(struct ledger *);
void		 ledger_add(struct ledger *, const struct ledger_entry *);

/* Sums by model. */
struct ledger_sum {
	char		*model;
	int64_t		 replies, input, output, cache_read, cache_write;
	double		 cost;          /* of those whose price is known */
	int64_t		 unpriced;      /* replies whose price is not */
};
struct ledger_sums VEC(struct ledger_sum);
void		 ledger_sums_done(struct ledger_sums *);
/* Adds the lines of a ledger's text from `from` on (wall seconds); what is no entry is passed over. Pure. */
void		 ledger_sum_text(struct ledger_sums *, const char *text, size_t n, int64_t from);

/* Reads this month's file on the worker, then calls done(arg, today, month) on the UI thread. Day and month are
 * those of the local time zone. */
void		 ledger_read(struct ledger *, void (*done)(void *arg, const struct ledger_sums *today,
		     const struct ledger_sums *month), void *arg);
/* The same for who may wait: with all that was added so far. */
void		 ledger_read_now(struct ledger *, struct ledger_sums *today, struct ledger_sums *month);

#endif
