/*
 * block.h - blocks of a transcript to rows, and a cache of them.
 *
 * A block is shown as parts: part 0 is its head (the empty row above it, the
 * name of who speaks, the one line of a tool call), then one part for each
 * piece of its text (agent/transcript.h), then what opening it shows. Parts
 * are laid out when someone asks for them and kept while they are in use, so
 * that a frame costs what is visible, whatever the history.
 */
#ifndef ADIT_UI_BLOCK_H
#define ADIT_UI_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/transcript.h"
#include "base/vec.h"
#include "text/rows.h"

struct block_part {
	uint64_t	 block;
	size_t		 part;
	struct rows	 rows;
	/* what it was made from */
	int		 width;
	uint32_t	 version, theme;
	size_t		 length;        /* of the raw text */
	bool		 gap;
	uint64_t	 used;          /* block_cache.now when it was last asked for */
};

struct block_cache {
	struct VEC(struct block_part *) parts;
	size_t		 keep;          /* how many to keep at least */
	uint64_t	 now;
};

void	block_cache_init(struct block_cache *);
void	block_cache_done(struct block_cache *);
/* Begins a frame in which up to `rows` rows are shown. Rows handed out before may be freed. */
void	block_cache_begin(struct block_cache *, int rows);

/* How many parts the i-th block has now: 0 = it is not shown here (queued). */
size_t	block_parts(const struct transcript *, size_t i);
/* The rows of a part, `width` cells wide. Valid until the next block_cache_begin(). */
const struct rows *block_rows(struct block_cache *, const struct transcript *, size_t i, size_t part,
    int width);
/* The text a part shows begins here in the block's text; for a head or an opened detail the
 * text's beginning or end. */
size_t	block_offset(const struct block *, size_t part);
/* The part that shows the byte at this offset of the block's text. */
size_t	block_part_at(const struct block *, size_t offset);
/* The last row of part 0 is a head with a state at its right (a tool call, reasoning). */
bool	block_has_state(const struct block *);

#endif
