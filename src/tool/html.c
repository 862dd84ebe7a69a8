/*
 * html.c - see html.h.
 *
 * No tree is built: tags only say whether a space, a new line or an empty line
 * comes next, and what to skip. That reads any page, however broken.
 */
#include "config.h"

#include "tool/html.h"

#include <stdbool.h>
#include <string.h>

#include "base/str.h"
#include "text/entity.h"
#include "text/utf8.h"

enum { NAME_MAX_LEN = 15, ENTITY_MAX = 34, LINK_MAX = 400 };

enum effect { LINE, PARAGRAPH, ITEM, CELL, SKIP, PRE, LINK, HEADING };

static const struct {
	const char	*name;
	enum effect	 effect;
} tags[] = {
	{ "script", SKIP }, { "style", SKIP }, { "noscript", SKIP }, { "template", SKIP }, { "svg", SKIP },
	{ "head", LINE }, { "title", PARAGRAPH }, { "br", LINE }, { "hr", PARAGRAPH }, { "p", PARAGRAPH },
	{ "div", LINE }, { "section", PARAGRAPH }, { "article", PARAGRAPH }, { "header", PARAGRAPH },
	{ "footer", PARAGRAPH }, { "nav", PARAGRAPH }, { "main", PARAGRAPH }, { "aside", PARAGRAPH },
	{ "ul", LINE }, { "ol", LINE }, { "dl", LINE }, { "dt", LINE }, { "dd", LINE }, { "li", ITEM },
	{ "table", PARAGRAPH }, { "tr", LINE }, { "td", CELL }, { "th", CELL }, { "blockquote", PARAGRAPH },
	{ "pre", PRE }, { "a", LINK }, { "h1", HEADING }, { "h2", HEADING }, { "h3", HEADING },
	{ "h4", HEADING }, { "h5", HEADING }, { "h6", HEADING }, { "option", LINE }, { "button", CELL },
	{ "label", CELL }, { "form", LINE }, { "figure", LINE }, { "figcaption", LINE },
};

struct state {
	struct buf	*out;
	size_t		 start;         /* of our text in out */
	bool		 space;         /* one stands before the next word */
	int		 lines;         /* so many line ends do */
	int		 pre;
	struct buf	 link;          /* the address of the open link */
	size_t		 link_at;       /* where its text begins */
	bool		 in_link;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* What stands before the next visible character. */
static void
settle(struct state *s)
{
	bool empty = s->out->len == s->start;
	if (s->lines > 0 && !empty)
		buf_add(s->out, "\n\n", s->lines > 1 ? 2 : 1);
	else if (s->space && !empty && s->out->s[s->out->len - 1] != '\n')
		buf_putc(s->out, ' ');
	s->space = false;
	s->lines = 0;
}

static void
break_line(struct state *s, int lines)
{
	s->space = false;
	if (s->lines < lines)
		s->lines = lines;
}

/* "&amp;" at p: what it stands for, and its length; 0 = it is only an ampersand. */
static size_t
entity(const char *p, const char *end, uint32_t *cp)
{
	size_t most = (size_t)(end - p) < ENTITY_MAX ? (size_t)(end - p) : ENTITY_MAX;
	const char *semicolon = memchr(p, ';', most);
	if (semicolon == NULL)
		return 0;
	size_t n = (size_t)(semicolon - p) + 1;
	*cp = entity_decode(p, n);
	return *cp != 0 ? n : 0;
}

static void
add_text(struct state *s, const char *p, const char *end)
{
	while (p < end) {
		uint32_t cp;
		size_t n;
		if (s->pre == 0 && is_space(*p)) {
			s->space = true;
			p++;
		} else if (*p == '&' && (n = entity(p, end, &cp)) > 0) {
			p += n;
			if (cp == 0xa0) {
				s->space = true;
				continue;
			}
			settle(s);
			utf8_put(s->out, cp);
		} else {
			n = 1;
			while (p + n < end && p[n] != '&' && (s->pre > 0 || !is_space(p[n])))
				n++;
			settle(s);
			utf8_repair(s->out, p, n);
			p += n;
		}
	}
}

/* The value of href in the inside of a tag; to `out`, entities resolved. */
static void
find_href(const char *p, const char *end, struct buf *out)
{
	while (p < end) {
		while (p < end && (is_space(*p) || *p == '/'))
			p++;
		const char *name = p;
		while (p < end && !is_space(*p) && *p != '=' && *p != '/')
			p++;
		bool href = p - name == 4 && strncasecmp(name, "href", 4) == 0;
		while (p < end && is_space(*p))
			p++;
		if (p >= end || *p != '=') {
			if (p == name)
				p++;
			continue;
		}
		for (p++; p < end && is_space(*p);)
			p++;
		const char *value = p, *stop;
		if (p < end && (*p == '"' || *p == '\'')) {
			value = p + 1;
			stop = memchr(value, *p, (size_t)(end - value));
			p = stop != NULL ? stop + 1 : end;
			stop = stop != NULL ? stop : end;
		} else {
			while (p < end && !is_space(*p))
				p++;
			stop = p;
		}
		for (; href && value < stop && out->len < LINK_MAX; value++) {
			uint32_t cp;
			size_t n = *value == '&' ? entity(value, stop, &cp) : 0;
			if (n > 0) {
				utf8_put(out, cp);
				value += n - 1;
			} else if (!is_space(*value)) {
				buf_putc(out, *value);
			}
		}
		if (href)
			return;
	}
}

static void
begin_link(struct state *s, const char *inside, const char *end)
{
	buf_reset(&s->link);
	find_href(inside, end, &s->link);
	const char *to = buf_str(&s->link);
	s->in_link = s->link.len > 0 && *to != '#' && !str_starts(to, "javascript:");
	if (!s->in_link)
		return;
	settle(s);
	buf_putc(s->out, '[');
	s->link_at = s->out->len;
}

static void
end_link(struct state *s)
{
	if (!s->in_link)
		return;
	s->in_link = false;
	if (s->out->len == s->link_at) {        /* a picture, a button: nothing to read */
		buf_truncate(s->out, s->link_at - 1);
		return;
	}
	buf_add(s->out, "](", 2);
	utf8_repair(s->out, s->link.s, s->link.len);
	buf_putc(s->out, ')');
}

/* Where the content of an element ends that is not read; behind its end tag, or the end. */
static const char *
skip_element(const char *p, const char *end, const char *name)
{
	size_t n = strlen(name);
	while (p < end) {
		const char *lt = memchr(p, '<', (size_t)(end - p));
		if (lt == NULL)
			return end;
		p = lt + 1;
		if ((size_t)(end - p) > n && *p == '/' && strncasecmp(p + 1, name, n) == 0) {
			const char *gt = memchr(p, '>', (size_t)(end - p));
			return gt != NULL ? gt + 1 : end;
		}
	}
	return end;
}

/* The end of a tag: a > that is not in a quoted value. */
static const char *
tag_end(const char *p, const char *end)
{
	char quote = '\0';
	for (; p < end; p++) {
		if (quote != '\0') {
			if (*p == quote)
				quote = '\0';
		} else if (*p == '>') {
			return p;
		} else if ((*p == '"' || *p == '\'') && p[-1] == '=') {
			quote = *p;
		}
	}
	return end;
}

/* A tag's effect; returns where to go on. `p` is behind its >. */
static const char *
take_tag(struct state *s, const char *name, bool closing, const char *inside, const char *p, const char *end)
{
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		if (strcmp(tags[i].name, name) != 0)
			continue;
		switch (tags[i].effect) {
		case SKIP:
			return closing ? p : skip_element(p, end, name);
		case LINE:
			break_line(s, 1);
			break;
		case PARAGRAPH:
			break_line(s, 2);
			break;
		case HEADING:
			break_line(s, 2);
			if (!closing) {
				settle(s);
				buf_add(s->out, "######", (size_t)(name[1] - '0'));
				s->space = true;
			}
			break;
		case ITEM:
			break_line(s, 1);
			if (!closing) {
				settle(s);
				buf_putc(s->out, '-');
				s->space = true;
			}
			break;
		case CELL:
			s->space = true;
			if (closing && s->lines == 0 && name[0] == 't')
				add_text(s, " | ", &" | "[3]);
			break;
		case PRE:
			break_line(s, 2);
			s->pre += closing ? -(s->pre > 0) : 1;
			break;
		case LINK:
			end_link(s);
			if (!closing)
				begin_link(s, inside, p);
			break;
		}
		return p;
	}
	return p;
}

/* At a '<'. */
static const char *
take_markup(struct state *s, const char *p, const char *end)
{
	if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
		const char *close = memmem(p + 4, (size_t)(end - p - 4), "-->", 3);
		return close != NULL ? close + 3 : end;
	}
	bool closing = p + 1 < end && p[1] == '/';
	const char *q = p + (closing ? 2 : 1);
	char name[NAME_MAX_LEN + 1];
	size_t n = 0;
	while (q < end && n < NAME_MAX_LEN && ((*q >= 'a' && *q <= 'z') || (*q >= 'A' && *q <= 'Z') ||
	    (n > 0 && *q >= '0' && *q <= '9')))
		name[n++] = (char)(*q >= 'A' && *q <= 'Z' ? *q + 32 : *q), q++;
	name[n] = '\0';
	if (n == 0 && (p + 1 >= end || (p[1] != '!' && p[1] != '?' && p[1] != '/'))) {
		add_text(s, p, p + 1);          /* "a < b" */
		return p + 1;
	}
	const char *gt = tag_end(q, end);
	return take_tag(s, name, closing, q, gt < end ? gt + 1 : end, end);
}

void
html_text(struct buf *out, const char *html, size_t n)
{
	struct state s = { .out = out, .start = out->len };
	const char *p = html, *end = html + n;
	while (p < end) {
		const char *lt = memchr(p, '<', (size_t)(end - p));
		const char *stop = lt != NULL ? lt : end;
		add_text(&s, p, stop);
		p = lt != NULL ? take_markup(&s, lt, end) : end;
	}
	end_link(&s);
	buf_done(&s.link);
}
