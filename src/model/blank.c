/* blank.c - see blank.h. */
#include "config.h"

#include "model/blank.h"

#include <string.h>

/* White space beyond ASCII, in UTF-8: U+0085, U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029,
 * U+202F, U+205F, U+3000. */
static const char *const spaces[] = { "\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80",
	"\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85",
	"\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a",
	"\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80" };

/* Bytes of white space at s; 0 when there is something to see. */
static size_t
space_at(const char *s, size_t n)
{
	if ((unsigned char)*s <= ' ')
		return 1;
	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
		size_t k = strlen(spaces[i]);
		if (n >= k && memcmp(s, spaces[i], k) == 0)
			return k;
	}
	return 0;
}

bool
blank_text(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t k = space_at(s + i, n - i);
		if (k == 0)
			return false;
		i += k;
	}
	return true;
}
