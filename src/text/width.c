/*
 * width.c - see width.h.
 *
 * The table below holds what utf8proc's answer is corrected by, each with its
 * reason. Everything else is East Asian Width W and F: two cells; Mn, Me and
 * Cf: none; the rest one (ambiguous ones too: terminals default to narrow).
 */
#include "config.h"

#include "text/width.h"

#include <limits.h>
#include <stdbool.h>
#include <utf8proc.h>
#include <wchar.h>

#include "text/utf8.h"

static const struct {
	uint32_t	first, last;
	int		cells;
} corrections[] = {
	{ 0x1160, 0x11ff, 0 },          /* Hangul vowels and finals join the initial's two cells */
	{ 0x4dc0, 0x4dff, 2 },          /* hexagrams: wide in terminals long before Unicode 16 */
	{ 0xd7b0, 0xd7ff, 0 },          /* Hangul vowels and finals, extended */
	{ 0x1d300, 0x1d376, 2 },        /* Tai Xuan Jing and counting rods: as the hexagrams */
	{ 0x1f1e6, 0x1f1ff, 1 },        /* regional indicators: a pair, a flag, takes two */
};

void
width_init(void)
{
}

/* The corrected width, or -1 when the table has none. */
static int
corrected(uint32_t cp)
{
	for (size_t i = 0; i < sizeof corrections / sizeof *corrections; i++)
		if (cp <= corrections[i].last)
			return cp >= corrections[i].first ? corrections[i].cells : -1;
	return -1;
}

int
width_of_char(uint32_t cp)
{
	if (cp < 0x7f)
		return cp >= 0x20 ? 1 : cp == 0 ? 0 : -1;
	if (cp < 0xa0 || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		return -1;
	if (cp < 0x300)
		return 1;
	int fixed = corrected(cp);
	if (fixed >= 0)
		return fixed;
	const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)cp);
	/* utf8proc gives vowel signs beside their letter nothing; terminals give them a cell. */
	if (p->category == UTF8PROC_CATEGORY_MC && p->charwidth == 0)
		return 1;
	return p->charwidth > 2 ? 2 : (int)p->charwidth;
}

/* The one that the whole process uses: ncurses and readline call it by this name. */
int
wcwidth(wchar_t c)
{
	return width_of_char((uint32_t)c);
}

int
width_of(const char *s, size_t n)
{
	long cells = 0;
	for (size_t i = 0; i < n;) {
		if ((unsigned char)s[i] - 0x20u < 0x5fu) {
			cells++;
			i++;
			continue;
		}
		uint32_t cp;
		i += utf8_decode(s + i, n - i, &cp);
		int w = width_of_char(cp);
		cells += w > 0 ? w : 0;
	}
	return cells > INT_MAX ? INT_MAX : (int)cells;
}

static bool
is_plain_ascii(char c)
{
	return (unsigned char)c - 0x20u < 0x5fu;
}

size_t
width_grapheme(const char *s, size_t n, int *cells)
{
	/* Two printable ASCII characters side by side never form a cluster. */
	if (is_plain_ascii(s[0]) && (n == 1 || (unsigned char)s[1] < 0x80)) {
		*cells = 1;
		return 1;
	}
	uint32_t cp;
	utf8proc_int32_t state = 0;
	size_t len = utf8_decode(s, n, &cp);
	int w = width_of_char(cp), total = w > 0 ? w : 0;
	while (len < n) {
		uint32_t next;
		size_t more = utf8_decode(s + len, n - len, &next);
		if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)cp, (utf8proc_int32_t)next,
			&state))
			break;
		w = width_of_char(next);
		if (w < 0 || total + w > 2)
			break;
		total += w;
		len += more;
		cp = next;
	}
	/* A character without width never stands alone if ncurses is to draw it, but what
	 * utf8proc breaks off (a joiner after a newer emoji) still belongs to the cell. */
	while (len < n) {
		uint32_t next;
		size_t more = utf8_decode(s + len, n - len, &next);
		if (next < 0x300 || width_of_char(next) != 0)
			break;
		len += more;
	}
	*cells = total;
	return len;
}

size_t
width_previous(const char *s, size_t at)
{
	/* Clusters are short: step back over a few characters and count forward from there. A
	 * start inside a longer run (of flags, say) would count wrongly, so go back to where a
	 * cluster surely begins: behind an ASCII character. */
	size_t from = utf8_previous(s, at);
	if ((unsigned char)s[from] < 0x80)
		return from;
	while (from > 0 && at - from < 256 && (unsigned char)s[from] >= 0x80)
		from = utf8_previous(s, from);
	while (from < at) {
		int cells;
		size_t len = width_grapheme(s + from, at - from, &cells);
		if (from + len >= at)
			return from;
		from += len;
	}
	return from;
}

size_t
width_fit(const char *s, size_t n, int cells, int *used)
{
	size_t at = 0;
	int sum = 0;
	while (at < n) {
		int w;
		size_t len = width_grapheme(s + at, n - at, &w);
		if (sum + w > cells)
			break;
		sum += w;
		at += len;
	}
	if (used != NULL)
		*used = sum;
	return at;
}
