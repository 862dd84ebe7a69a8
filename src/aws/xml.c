/* xml.c - see xml.h. */
#include "config.h"

#include "aws/xml.h"

#include <stdint.h>
#include <string.h>

enum { MAX_DEPTH = 16, MAX_PATH_LEN = 256 };

struct reader {
	const char	*at, *end;
	char		 path[MAX_PATH_LEN];    /* names of the open elements, joined by "/" */
	size_t		 path_len;
	int		 depth;
};

static bool
skip_to(struct reader *r, const char *what)
{
	size_t n = strlen(what);
	const char *found = memmem(r->at, (size_t)(r->end - r->at), what, n);
	if (found != NULL)
		r->at = found + n;
	return found != NULL;
}

static bool
begins(const struct reader *r, const char *what)
{
	size_t n = strlen(what);
	return (size_t)(r->end - r->at) >= n && memcmp(r->at, what, n) == 0;
}

static size_t
name_length(const struct reader *r)
{
	size_t n = 0;
	while (r->at + n < r->end && r->at[n] != '\0' && strchr(" \t\r\n/><=\"'&", r->at[n]) == NULL)
		n++;
	return n;
}

static bool
push(struct reader *r, const char *name, size_t n)
{
	if (n == 0 || r->depth == MAX_DEPTH || r->path_len + n + 2 > sizeof r->path)
		return false;
	if (r->depth++ > 0)
		r->path[r->path_len++] = '/';
	memcpy(r->path + r->path_len, name, n);
	r->path_len += n;
	r->path[r->path_len] = '\0';
	return true;
}

/* Closes the innermost element, which must have this name. */
static bool
pop(struct reader *r, const char *name, size_t n)
{
	if (r->depth == 0 || r->path_len < n || memcmp(r->path + r->path_len - n, name, n) != 0)
		return false;
	size_t at = r->path_len - n;
	if (at > 0 && r->path[at - 1] != '/')
		return false;
	r->path_len = at > 0 ? at - 1 : 0;
	r->path[r->path_len] = '\0';
	r->depth--;
	return true;
}

/* Up to the tag's end, over attributes in quotes. *empty: it was <x/>. */
static bool
finish_tag(struct reader *r, bool *empty)
{
	char quote = '\0';
	for (; r->at < r->end; r->at++) {
		char c = *r->at;
		if (quote != '\0')
			quote = c == quote ? '\0' : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '>') {
			*empty = r->at[-1] == '/';
			r->at++;
			return true;
		} else if (c == '<')
			return false;
	}
	return false;
}

/* A tag at `at`. *opened: an element was opened (and not closed at once). */
static bool
read_tag(struct reader *r, bool *opened)
{
	bool empty;
	*opened = false;
	if (begins(r, "<?"))
		return skip_to(r, "?>");
	if (begins(r, "<!--"))
		return skip_to(r, "-->");
	if (begins(r, "<!"))
		return false;
	bool closing = begins(r, "</");
	r->at += closing ? 2 : 1;
	const char *name = r->at;
	size_t n = name_length(r);
	r->at += n;
	if (closing)
		return pop(r, name, n) && finish_tag(r, &empty);
	if (!push(r, name, n) || !finish_tag(r, &empty))
		return false;
	*opened = !empty;
	return !empty || pop(r, name, n);
}

static void
put_utf8(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(out, (char)c);
	} else if (c < 0x800) {
		buf_putc(out, (char)(0xc0 | c >> 6));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_putc(out, (char)(0xe0 | c >> 12));
		buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_putc(out, (char)(0xf0 | c >> 18));
		buf_putc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* "#65" or "#x41"; 0 when it is no character. */
static uint32_t
numeric(const char *s, size_t n)
{
	bool hex = n > 1 && (s[1] == 'x' || s[1] == 'X');
	uint32_t c = 0;
	size_t i = hex ? 2 : 1;
	if (i >= n || n > 9)
		return 0;
	for (; i < n; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *d = strchr(digits, s[i] >= 'A' && s[i] <= 'F' ? s[i] + 32 : s[i]);
		uint32_t v = d != NULL && *d != '\0' ? (uint32_t)(d - digits) : 16;
		if (v >= (hex ? 16u : 10u))
			return 0;
		c = c * (hex ? 16 : 10) + v;
	}
	return c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : c;
}

static bool
read_entity(struct reader *r, struct buf *out)
{
	static const struct {
		const char	*name;
		char		 c;
	} rows[] = { { "lt", '<' }, { "gt", '>' }, { "amp", '&' }, { "quot", '"' }, { "apos", '\'' } };
	const char *name = r->at + 1;
	const char *semicolon = memchr(name, ';', (size_t)(r->end - name));
	if (semicolon == NULL)
		return false;
	size_t n = (size_t)(semicolon - name);
	r->at = semicolon + 1;
	if (n > 1 && name[0] == '#') {
		uint32_t c = numeric(name, n);
		put_utf8(out, c);
		return c != 0;
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (n == strlen(rows[i].name) && memcmp(name, rows[i].name, n) == 0) {
			buf_putc(out, rows[i].c);
			return true;
		}
	return false;
}

/* Text up to the end tag of the element just opened; elements inside it are not expected. */
static bool
read_text(struct reader *r, struct buf *out)
{
	while (r->at < r->end && *r->at != '<') {
		if (*r->at == '&') {
			if (!read_entity(r, out))
				return false;
		} else {
			buf_putc(out, *r->at++);
		}
	}
	return begins(r, "</") && !out->full;
}

bool
xml_text(const char *s, size_t n, const char *path, struct buf *out)
{
	struct reader r = { .at = s, .end = s + n };
	while (r.at < r.end) {
		bool opened = false;
		if (*r.at != '<')
			r.at++;
		else if (!read_tag(&r, &opened))
			return false;
		if (opened && strcmp(r.path, path) == 0) {
			size_t before = out->len;
			if (read_text(&r, out))
				return true;
			buf_truncate(out, before);
			return false;
		}
	}
	return false;
}
