/*
 * transcript.h - what a conversation looks like: blocks that own raw text.
 *
 * Text is stored as it came and cleaned when it is shown. The UI keeps its
 * own cache of wrapped lines by (block id, piece); this is the truth behind
 * it. UI thread only.
 */
#ifndef ADIT_AGENT_TRANSCRIPT_H
#define ADIT_AGENT_TRANSCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"
#include "text/split.h"

enum block_kind {
	BLOCK_USER,             /* what the user said (plain) */
	BLOCK_TEXT,             /* the model's answer (Markdown) */
	BLOCK_REASONING,        /* its thinking (Markdown, dim, folded when it ends) */
	BLOCK_TOOL,             /* one tool call: title = name, summary; text = arguments and result */
	BLOCK_NOTE,             /* adit speaking: a hint, a fallback, a repair (plain, dim) */
	BLOCK_ERROR,            /* one sentence and what to do; detail opens */
};
enum block_state { BLOCK_RUNNING, BLOCK_DONE, BLOCK_FAILED };

struct block {
	uint64_t	 id;            /* unique in the process, never reused */
	enum block_kind	 kind;
	enum block_state state;
	bool		 open;          /* still growing at its end */
	bool		 folded;        /* shown as one line; the UI toggles it */
	bool		 queued;        /* a user's message that waits for the turn to end */
	struct buf	 text;          /* raw bytes; only ever grows while open */
	struct split	 split;         /* how far the cuts are known */
	struct VEC(size_t) cuts;        /* offsets: piece i is cuts[i-1]..cuts[i], the tail comes
					 * after the last; every kind of block has them */
	char		*title;         /* model's short name, tool's name; NULL */
	char		*summary;       /* "configure.ac", "thought for 6s"; NULL */
	char		*outcome;       /* of a tool call, at the right end: "214 lines"; NULL */
	char		*detail;        /* what opening shows besides the text: raw error, tool result; NULL */
	int64_t		 started_ms, ended_ms;  /* clock_ms(); 0 = not */
	uint32_t	 version;       /* changes whenever something other than the end of text changed */
};

struct transcript {
	struct VEC(struct block *) blocks;      /* by rising id */
	uint64_t	 version;       /* changes with every change */
	size_t		 bytes;         /* of raw text in all */
};

void		 transcript_init(struct transcript *);
void		 transcript_done(struct transcript *);
void		 transcript_clear(struct transcript *);
/* A new last block; text may be NULL. It is open for TEXT, REASONING and TOOL, folded for TOOL.
 * Valid until it is removed or the transcript is cleared. */
struct block	*transcript_add(struct transcript *, enum block_kind, const char *text, size_t n);
/* Grows the open block; updates cuts. */
void		 transcript_grow(struct transcript *, struct block *, const char *text, size_t n);
/* Ends it: no more growth; gives spare memory back. */
void		 transcript_end(struct transcript *, struct block *, enum block_state);
/* After changing title, summary, outcome, detail, folded, queued, state. */
void		 transcript_touch(struct transcript *, struct block *);
void		 transcript_remove(struct transcript *, struct block *);
struct block	*transcript_find(const struct transcript *, uint64_t id);
/* Where the block with this id stands, or, when there is none, the first behind it (may be blocks.n). */
size_t		 transcript_position(const struct transcript *, uint64_t id);

#endif
