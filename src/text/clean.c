/*
 * clean.c - see clean.h.
 *
 * One pass over the characters. Printable ASCII is copied in runs; everything
 * else is put into a class by the table below or by its Unicode category, and
 * each class has its function.
 */
#include "config.h"

#include "text/clean.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "text/utf8.h"
#include "text/width.h"

#define MARKS_MAX 4             /* a curses cell holds a base and four more */
#define DOTTED_CIRCLE 0x25cc    /* what Unicode gives a mark without a base */

struct cleaner {
	struct buf	*out;
	unsigned	 flags;
	const char	*s;             /* the text, and where in it we are: behind the character */
	size_t		 n, at;
	size_t		 column;        /* cells since the last newline, for tabs */
	uint32_t	 base;          /* what a mark would sit on, 0 = nothing */
	int		 marks;         /* already on it */
	bool		 selected;      /* a variation selector was dropped after it */
	bool		 joined;        /* a joiner was put after it */
};

enum class {
	CLASS_PLAIN,            /* shown as it is */
	CLASS_CONTROL,
	CLASS_NEWLINE,
	CLASS_VISIBLE,          /* invisible by nature: shown as <U+XXXX> */
	CLASS_BAD,              /* no character: U+FFFD */
	CLASS_SELECTOR,         /* variation selectors */
	CLASS_JOINER,
	CLASS_FLAG,             /* regional indicators */
	CLASS_SKIN,             /* skin tones */
};

/* What its category does not tell about a character. Sorted. */
static const struct {
	uint32_t	first, last;
	enum class	class;
} special[] = {
	{ 0x0000, 0x001f, CLASS_CONTROL },
	{ 0x007f, 0x009f, CLASS_CONTROL },
	{ 0x034f, 0x034f, CLASS_VISIBLE },      /* combining grapheme joiner */
	{ 0x115f, 0x1160, CLASS_VISIBLE },      /* Hangul fillers */
	{ 0x17b4, 0x17b5, CLASS_VISIBLE },      /* Khmer inherent vowels */
	{ 0x180b, 0x180d, CLASS_SELECTOR },     /* Mongolian */
	{ 0x180f, 0x180f, CLASS_SELECTOR },
	{ 0x200c, 0x200d, CLASS_JOINER },
	{ 0x2028, 0x2029, CLASS_NEWLINE },
	{ 0x3164, 0x3164, CLASS_VISIBLE },      /* Hangul filler */
	{ 0xfe00, 0xfe0f, CLASS_SELECTOR },
	{ 0xffa0, 0xffa0, CLASS_VISIBLE },      /* Hangul filler */
	{ 0xfffc, 0xfffc, CLASS_VISIBLE },      /* object replacement */
	{ 0x1f1e6, 0x1f1ff, CLASS_FLAG },
	{ 0x1f3fb, 0x1f3ff, CLASS_SKIN },
	{ 0xe0000, 0xe00ff, CLASS_VISIBLE },    /* tags, and what is reserved around them */
	{ 0xe0100, 0xe01ef, CLASS_SELECTOR },
	{ 0xe01f0, 0xe0fff, CLASS_VISIBLE },
};

static enum class
class_of(uint32_t cp)
{
	size_t low = 0, high = sizeof special / sizeof *special;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (cp > special[mid].last)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < sizeof special / sizeof *special && cp >= special[low].first)
		return special[low].class;
	switch (utf8proc_category((utf8proc_int32_t)cp)) {
	case UTF8PROC_CATEGORY_CF:
		return CLASS_VISIBLE;
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CS:
		return CLASS_BAD;
	default:
		return CLASS_PLAIN;
	}
}

static bool
is_emoji(uint32_t cp)
{
	return cp >= 0xa9 && utf8proc_get_property((utf8proc_int32_t)cp)->boundclass ==
				 UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

/* Whether joiners belong to the writing of the letter: Arabic to Myanmar, Khmer and the like. */
static bool
is_joining(uint32_t cp)
{
	return (cp >= 0x0600 && cp < 0x10a0) || (cp >= 0x1780 && cp < 0x1b00) ||
	    (cp >= 0xa800 && cp < 0xac00) || (cp >= 0xfb50 && cp < 0xff00) ||
	    (cp >= 0x10a00 && cp < 0x12000);
}

/* The character that comes next without taking it; 0 at the end. */
static uint32_t
peek(const struct cleaner *c, size_t *len)
{
	uint32_t cp = 0;
	*len = c->at < c->n ? utf8_decode(c->s + c->at, c->n - c->at, &cp) : 0;
	return cp;
}

/* ---- what is written ---- */

/* Adds text of ours that nothing may combine with. */
static void
put_text(struct cleaner *c, const char *s, size_t cells)
{
	buf_puts(c->out, s);
	c->column += cells;
	c->base = 0;
}

static void
put_visible(struct cleaner *c, uint32_t cp)
{
	char s[16];
	int n = snprintf(s, sizeof s, "<U+%04X>", (unsigned)cp);
	put_text(c, s, (size_t)n);
}

static void
put_newline(struct cleaner *c)
{
	if (c->flags & CLEAN_LINES) {
		buf_putc(c->out, '\n');
		c->column = 0;
		c->base = 0;
	} else {
		put_text(c, c->flags & CLEAN_ASCII ? "^J" : "\xe2\x90\x8a",
		    c->flags & CLEAN_ASCII ? 2 : 1);
	}
}

/* Typographic signs that have a spelling in ASCII; letters are taken apart by utf8proc. */
static const struct {
	uint32_t	first, last;
	const char	*ascii;
} spellings[] = {
	{ 0x00a9, 0x00a9, "(c)" },
	{ 0x00ab, 0x00ab, "<<" },
	{ 0x00b7, 0x00b7, "." },
	{ 0x00bb, 0x00bb, ">>" },
	{ 0x00c6, 0x00c6, "AE" },
	{ 0x00d7, 0x00d7, "x" },
	{ 0x00d8, 0x00d8, "O" },
	{ 0x00df, 0x00df, "ss" },
	{ 0x00e6, 0x00e6, "ae" },
	{ 0x00f8, 0x00f8, "o" },
	{ 0x0152, 0x0152, "OE" },
	{ 0x0153, 0x0153, "oe" },
	{ 0x2010, 0x2013, "-" },
	{ 0x2014, 0x2015, "--" },
	{ 0x2018, 0x201b, "'" },
	{ 0x201c, 0x201f, "\"" },
	{ 0x2022, 0x2023, "*" },
	{ 0x2026, 0x2026, "..." },
	{ 0x2190, 0x2190, "<-" },
	{ 0x2192, 0x2192, "->" },
	{ 0x2194, 0x2194, "<->" },
	{ 0x21d2, 0x21d2, "=>" },
	{ 0x2212, 0x2212, "-" },
	{ 0x2260, 0x2260, "!=" },
	{ 0x2264, 0x2264, "<=" },
	{ 0x2265, 0x2265, ">=" },
	{ 0x2500, 0x2501, "-" },
	{ 0x2502, 0x2503, "|" },
	{ 0x250c, 0x254b, "+" },
	{ 0x2550, 0x2550, "=" },
	{ 0x2551, 0x2551, "|" },
	{ 0x2552, 0x256c, "+" },
};

/* Takes the character apart (an accented letter, a ligature); false when that is not all ASCII. */
static bool
take_apart(uint32_t cp, char out[24])
{
	utf8proc_int32_t parts[20];
	int last = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)cp, parts, 20,
	    UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK, &last);
	if (n < 1 || n > 20)
		return false;
	for (utf8proc_ssize_t i = 0; i < n; i++) {
		if (parts[i] < 0x20 || parts[i] > 0x7e)
			return false;
		out[i] = (char)parts[i];
	}
	out[n] = '\0';
	return true;
}

static void
put_as_ascii(struct cleaner *c, uint32_t cp)
{
	if (width_of_char(cp) == 0 && c->base != 0)
		return;         /* the base was written; its marks have no place */
	char parts[24] = "?";
	const char *s = parts;
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
		if (cp >= spellings[i].first && cp <= spellings[i].last)
			s = spellings[i].ascii;
	if (s == parts && !take_apart(cp, parts))
		memcpy(parts, "?", 2);
	put_text(c, s, strlen(s));
	c->base = cp;
	c->selected = c->joined = false;
}

/* Adds a character as it is: a base, or a mark on the base before it. */
static void
put_char(struct cleaner *c, uint32_t cp)
{
	if (c->flags & CLEAN_ASCII) {
		put_as_ascii(c, cp);
		return;
	}
	int cells = width_of_char(cp);
	if (cells > 0) {
		utf8_put(c->out, cp);
		c->column += (size_t)cells;
		c->base = cp;
		c->marks = 0;
		c->selected = c->joined = false;
		return;
	}
	if (c->base == 0)
		put_char(c, DOTTED_CIRCLE);
	if (c->marks++ < MARKS_MAX)
		utf8_put(c->out, cp);
}

/* ---- one function a class ---- */

static void
put_tab(struct cleaner *c)
{
	if (c->flags & CLEAN_KEEP_TABS) {
		buf_putc(c->out, '\t');
		c->base = 0;
		return;
	}
	if (!(c->flags & (CLEAN_TABS | CLEAN_TABS4))) {
		put_text(c, c->flags & CLEAN_ASCII ? "^I" : "\xe2\x90\x89",
		    c->flags & CLEAN_ASCII ? 2 : 1);
		return;
	}
	size_t stop = c->flags & CLEAN_TABS4 ? 4 : 8;
	size_t cells = stop - c->column % stop;
	put_text(c, &"        "[8 - cells], cells);
}

static void
clean_control(struct cleaner *c, uint32_t cp)
{
	size_t len;
	if (cp == '\t') {
		put_tab(c);
	} else if (cp == '\n') {
		put_newline(c);
	} else if (cp == '\r' && peek(c, &len) == '\n') {
		/* the newline follows */
	} else if (cp >= 0x80) {
		put_visible(c, cp);
	} else if (c->flags & CLEAN_ASCII) {
		char s[3] = { '^', (char)(cp ^ 0x40), '\0' };
		put_text(c, s, 2);
	} else {
		char s[5] = "";
		utf8_encode(cp == 0x7f ? 0x2421 : 0x2400 + cp, s);
		put_text(c, s, 1);
	}
}

/* One selector after a character is ordinary and says nothing; more would be a hidden message. */
static void
clean_selector(struct cleaner *c, uint32_t cp)
{
	if (c->base == 0 || c->selected)
		put_visible(c, cp);
	else
		c->selected = true;
}

static void
clean_joiner(struct cleaner *c, uint32_t cp)
{
	size_t len;
	uint32_t next = peek(c, &len);
	if (cp == 0x200d && c->base != 0 && is_emoji(c->base) && is_emoji(next)) {
		if (next == 0x2640 || next == 0x2642)
			c->at += len;   /* the sex sign: without its joiner it would stand alone */
	} else if (c->base != 0 && is_joining(c->base) && !c->joined) {
		put_char(c, cp);
		c->joined = true;
	} else {
		put_visible(c, cp);
	}
}

/* A pair is a flag, two cells everywhere; alone it is one or two, so its letter is shown. */
static void
clean_flag(struct cleaner *c, uint32_t cp)
{
	size_t len;
	uint32_t next = peek(c, &len);
	bool pair = class_of(next) == CLASS_FLAG;
	if (!pair || c->flags & CLEAN_ASCII) {
		put_char(c, 'A' + cp - 0x1f1e6);
		return;
	}
	put_char(c, cp);
	put_char(c, next);
	c->at += len;
}

/* The three flags that are spelt in tags behind a black flag; skips the tags. */
static void
skip_flag_tags(struct cleaner *c)
{
	static const char *const names[] = { "gbeng", "gbsct", "gbwls" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char tags[24];
		size_t n = 0;
		for (const char *p = names[i]; *p != '\0'; p++)
			n += utf8_encode(0xe0000 + (uint32_t)*p, tags + n);
		n += utf8_encode(0xe007f, tags + n);
		if (c->n - c->at >= n && memcmp(c->s + c->at, tags, n) == 0)
			c->at += n;
	}
}

static void
clean_char(struct cleaner *c, uint32_t cp)
{
	switch (class_of(cp)) {
	case CLASS_PLAIN:
		put_char(c, cp);
		if (cp == 0x1f3f4)
			skip_flag_tags(c);
		break;
	case CLASS_CONTROL:
		clean_control(c, cp);
		break;
	case CLASS_NEWLINE:
		put_newline(c);
		break;
	case CLASS_VISIBLE:
		put_visible(c, cp);
		break;
	case CLASS_BAD:
		put_char(c, UTF8_BAD);
		break;
	case CLASS_SELECTOR:
		clean_selector(c, cp);
		break;
	case CLASS_JOINER:
		clean_joiner(c, cp);
		break;
	case CLASS_FLAG:
		clean_flag(c, cp);
		break;
	case CLASS_SKIN:
		if (c->base == 0 || !is_emoji(c->base))
			put_char(c, cp);
		break;
	}
}

/* Copies the printable ASCII from here on; false when there is none. */
static bool
copy_ascii(struct cleaner *c)
{
	size_t end = c->at;
	while (end < c->n && (unsigned char)c->s[end] - 0x20u < 0x5fu)
		end++;
	if (end == c->at)
		return false;
	buf_add(c->out, c->s + c->at, end - c->at);
	c->column += end - c->at;
	c->base = (unsigned char)c->s[end - 1];
	c->marks = 0;
	c->selected = c->joined = false;
	c->at = end;
	return true;
}

void
clean_add(struct buf *out, const char *s, size_t n, unsigned flags)
{
	if (flags & CLEAN_PARTIAL) {
		n = utf8_whole(s, n);
		if (n > 0 && s[n - 1] == '\r')
			n--;
	}
	struct cleaner c = { .out = out, .flags = flags, .s = s, .n = n };
	while (c.at < c.n) {
		if (copy_ascii(&c))
			continue;
		uint32_t cp;
		c.at += utf8_decode(s + c.at, n - c.at, &cp);
		clean_char(&c, cp);
	}
}

char *
clean_line(const char *s)
{
	struct buf out;
	buf_init(&out, 0);
	clean_add(&out, s, strlen(s), 0);
	return buf_take(&out, NULL);
}
