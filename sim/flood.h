/*
 * flood.h - very many text deltas, ready-made.
 *
 * A client is measured against this, so it must cost the simulator next to
 * nothing: a ring of frames is encoded once and copied from then on.
 */
#ifndef SIM_FLOOD_H
#define SIM_FLOOD_H

#include <stdbool.h>

#include "bytes.h"

struct flood;

/*
 * `total` bytes of text, exactly, in `pieces` frames of content block `block`.
 * kind: "lorem", "markdown", "unicode" or "hostile"; NULL if it is none of these. `put` writes a
 * frame, as es_event() does.
 */
typedef void flood_put_fn(struct bytes *out, const char *type, const char *payload, size_t n);
struct flood *flood_new(const char *kind, size_t total, size_t pieces, int block, flood_put_fn *put);
void	 flood_free(struct flood *);
/* Adds frames up to about `room` bytes, at most `most` frames; returns how many (0: all sent). */
size_t	 flood_next(struct flood *, struct bytes *out, size_t room, size_t most);

#endif
