/*
 * diff.h - which lines changed, as a unified diff.
 *
 * Myers' algorithm on whole lines, with a ceiling: texts that have too little
 * in common are shown as all lines removed and all added between what they
 * begin and end alike with. Pure. The text is raw; show it with
 * rows_add_code(…, "diff", …).
 */
#ifndef ADIT_TEXT_DIFF_H
#define ADIT_TEXT_DIFF_H

#include <stddef.h>

#include "base/buf.h"

struct diff_count {
	size_t	removed, added;         /* lines */
};

/*
 * Appends hunks ("@@ -1,4 +1,5 @@" and lines that begin with ' ', '-' or '+')
 * with `context` lines around each change; nothing when a and b are equal.
 */
struct diff_count diff_unified(struct buf *out, const char *a, size_t an, const char *b, size_t bn,
    int context);

#endif
