/* fuzz_clean.c - whatever comes in, what comes out is harmless and as wide as it says. */
#include <stdint.h>
#include <stdlib.h>

#include "text/clean.h"
#include "text/utf8.h"
#include "text/width.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(int truth)
{
	if (!truth)
		abort();
}

/* Only what may be shown, and what the flags let through. */
static void
check_characters(const struct buf *out, unsigned flags)
{
	for (size_t i = 0; i < out->len;) {
		uint32_t cp;
		i += utf8_decode(out->s + i, out->len - i, &cp);
		check(width_of_char(cp) >= 0 || (cp == '\n' && flags & CLEAN_LINES) ||
		    (cp == '\t' && flags & CLEAN_KEEP_TABS));
		check(cp != 0x200b && cp != 0xfeff && (cp < 0x202a || cp > 0x202e) &&
		    (cp < 0x2066 || cp > 0x2069) && (cp < 0xfe00 || cp > 0xfe0f));
		check(cp < 0x80 || !(flags & CLEAN_ASCII));
	}
}

/* Clusters tile the text, fit into two cells, and add up. */
static void
check_clusters(const struct buf *out)
{
	int sum = 0;
	for (size_t i = 0; i < out->len;) {
		int cells;
		i += width_grapheme(out->s + i, out->len - i, &cells);
		check(cells >= 0 && cells <= 2 && i <= out->len);
		sum += cells;
	}
	check(sum == width_of(buf_str(out), out->len));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n == 0)
		return 0;
	unsigned flags = data[0] & 63;
	struct buf out;
	buf_init(&out, 0);
	clean_add(&out, (const char *)data + 1, n - 1, flags);
	check(utf8_is_valid(buf_str(&out), out.len));
	check_characters(&out, flags);
	check_clusters(&out);
	buf_done(&out);
	return 0;
}
