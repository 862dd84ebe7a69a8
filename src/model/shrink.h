/*
 * shrink.h - makes an image small enough for a model, where a library for that is installed.
 *
 * libgd is looked for when it is needed and not linked: it would bring thirty
 * libraries into every start, and is used once in a while.
 */
#ifndef ADIT_MODEL_SHRINK_H
#define ADIT_MODEL_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The longest side of what comes out, in pixels: more is scaled down by the models themselves. */
enum { SHRINK_SIDE = 1568 };

/* Can it be done here? */
bool	shrink_is_possible(void);
/*
 * Waits: decoding takes a second for a large photo. Appends a smaller image of the same picture, as PNG where it was PNG
 * or GIF and that is small enough, else as JPEG, of at most `max` bytes. False when it cannot be decoded, or has more
 * than 60 million pixels.
 */
bool	shrink_image(const void *bytes, size_t n, size_t max, struct buf *out);

#endif
