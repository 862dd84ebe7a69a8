/* find.c - search in raw text; see find.h. */
#include "config.h"

#include "ui/find.h"

#include <string.h>

void
find_done(struct find *f)
{
	buf_done(&f->what);
	*f = (struct find){ 0 };
}

static char
folded(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool
has_capital(const char *s)
{
	while (*s != '\0' && !(*s >= 'A' && *s <= 'Z'))
		s++;
	return *s != '\0';
}

size_t
find_in(const char *text, size_t n, size_t from, const char *what)
{
	size_t len = strlen(what);
	if (len == 0)
		return n;
	bool exact = has_capital(what);
	for (size_t i = from; i + len <= n; i++) {
		size_t k = 0;
		while (k < len && (exact ? text[i + k] : folded(text[i + k])) == what[k])
			k++;
		if (k == len)
			return i;
	}
	return n;
}

/* The last match in text[0..n) that begins before `limit`; n when there is none. */
static size_t
last_before(const char *text, size_t n, size_t limit, const char *what)
{
	size_t found = n;
	for (size_t at = find_in(text, n, 0, what); at < n && at < limit;
	     at = find_in(text, n, at + 1, what))
		found = at;
	return found;
}

static bool
found_at(struct find *f, const struct block *b, size_t offset)
{
	f->block = b->id;
	f->offset = offset;
	f->found = true;
	return true;
}

bool
find_older(struct find *f, const struct transcript *t)
{
	f->found = false;
	size_t i = transcript_position(t, f->block);
	if (i < t->blocks.n)
		i++;            /* the block of the place too */
	while (i-- > 0) {
		const struct block *b = t->blocks.v[i];
		size_t limit = b->id == f->block ? f->offset : SIZE_MAX;
		size_t at = last_before(buf_str(&b->text), b->text.len, limit, buf_str(&f->what));
		if (!b->queued && at < b->text.len)
			return found_at(f, b, at);
	}
	return false;
}

bool
find_newer(struct find *f, const struct transcript *t)
{
	f->found = false;
	for (size_t i = transcript_position(t, f->block); i < t->blocks.n; i++) {
		const struct block *b = t->blocks.v[i];
		size_t from = b->id == f->block && f->offset < b->text.len ? f->offset + 1 : 0;
		size_t at = find_in(buf_str(&b->text), b->text.len, from, buf_str(&f->what));
		if (!b->queued && at < b->text.len)
			return found_at(f, b, at);
	}
	return false;
}
