/* utf8.c - see utf8.h. */
#include "config.h"

#include "text/utf8.h"

/*
 * Reads the character at s. Returns its length and sets *cp; 0 when it is good
 * so far but cut off, -1 when the first byte begins no valid character.
 * The first continuation byte has a range of its own: that is where overlong
 * forms, surrogates and too large values are caught (Unicode, table 3-7).
 */
static int
read_char(const unsigned char *s, size_t n, uint32_t *cp)
{
	unsigned char c = s[0];
	if (c < 0x80) {
		*cp = c;
		return 1;
	}
	if (c < 0xc2 || c > 0xf4)
		return -1;
	int len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	uint32_t v = c & (0x7fu >> len);
	for (int i = 1; i < len; i++) {
		if ((size_t)i == n)
			return 0;
		if (s[i] < low || s[i] > high)
			return -1;
		v = v << 6 | (s[i] & 0x3fu);
		low = 0x80;
		high = 0xbf;
	}
	*cp = v;
	return len;
}

size_t
utf8_decode(const char *s, size_t n, uint32_t *cp)
{
	int len = read_char((const unsigned char *)s, n, cp);
	if (len > 0)
		return (size_t)len;
	*cp = UTF8_BAD;
	return 1;
}

size_t
utf8_encode(uint32_t cp, char out[4])
{
	if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		cp = UTF8_BAD;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	size_t len = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (cp & 0x3f));
		cp >>= 6;
	}
	out[0] = (char)(0xf00 >> len | cp);
	return len;
}

void
utf8_put(struct buf *b, uint32_t cp)
{
	char s[4];
	buf_add(b, s, utf8_encode(cp, s));
}

size_t
utf8_length(const char *s, size_t n)
{
	uint32_t cp;
	int len = read_char((const unsigned char *)s, n, &cp);
	return len < 0 ? 1 : (size_t)len;
}

size_t
utf8_whole(const char *s, size_t n)
{
	/* A cut character has at most three bytes there. */
	for (size_t back = 1; back <= 3 && back <= n; back++) {
		if (((unsigned char)s[n - back] & 0xc0) == 0x80)
			continue;
		return utf8_length(s + n - back, back) == 0 ? n - back : n;
	}
	return n;
}

size_t
utf8_previous(const char *s, size_t at)
{
	size_t i = at - 1;
	while (i > 0 && at - i < 4 && ((unsigned char)s[i] & 0xc0) == 0x80)
		i--;
	return i;
}

bool
utf8_is_valid(const char *s, size_t n)
{
	uint32_t cp;
	for (size_t i = 0; i < n;) {
		int len = read_char((const unsigned char *)s + i, n - i, &cp);
		if (len <= 0)
			return false;
		i += (size_t)len;
	}
	return true;
}

void
utf8_repair(struct buf *out, const char *s, size_t n)
{
	size_t kept = 0;        /* everything before this is in `out` */
	uint32_t cp;
	for (size_t i = 0; i < n;) {
		int len = read_char((const unsigned char *)s + i, n - i, &cp);
		if (len > 0) {
			i += (size_t)len;
			continue;
		}
		buf_add(out, s + kept, i - kept);
		utf8_put(out, UTF8_BAD);
		kept = ++i;
	}
	buf_add(out, s + kept, n - kept);
}
