/* buf.c - see buf.h. */
#include "config.h"

#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_done(struct buf *b)
{
	free(b->s);
	buf_init(b, b->max);
}

void
buf_wipe(struct buf *b)
{
	mem_wipe(b->s, b->cap);
	buf_done(b);
}

void
buf_reset(struct buf *b)
{
	buf_truncate(b, 0);
	b->full = false;
}

/* Whether n more bytes are allowed; remembers a refusal. */
static bool
may_grow(struct buf *b, size_t n)
{
	if (b->max != 0 && (n > b->max || b->len > b->max - n)) {
		b->full = true;
		return false;
	}
	return true;
}

char *
buf_room(struct buf *b, size_t n)
{
	if (n > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
		fatal("buffer of %zu bytes asked for", n);
	if (b->len + n + 1 > b->cap) {
		size_t cap = b->cap < 32 ? 64 : b->cap + b->cap / 2;
		if (cap < b->len + n + 1)
			cap = b->len + n + 1;
		b->s = mem_resize(b->s, cap);
		b->cap = cap;
	}
	return b->s + b->len;
}

void
buf_grew(struct buf *b, size_t n)
{
	b->len += n;
	b->s[b->len] = '\0';
}

int
buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (!may_grow(b, n))
		return -1;
	char *to = buf_room(b, n);
	if (n > 0)
		memcpy(to, bytes, n);
	buf_grew(b, n);
	return 0;
}

int
buf_puts(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int
buf_putc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	int rc = -1;
	if (n >= 0 && may_grow(b, (size_t)n)) {
		vsnprintf(buf_room(b, (size_t)n), (size_t)n + 1, fmt, again);
		buf_grew(b, (size_t)n);
		rc = 0;
	}
	va_end(again);
	return rc;
}

int
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int rc = buf_vprintf(b, fmt, ap);
	va_end(ap);
	return rc;
}

void
buf_cut_front(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	memmove(b->s, b->s + n, b->len - n);
	buf_truncate(b, b->len - n);
}

void
buf_truncate(struct buf *b, size_t len)
{
	b->len = len;
	if (b->s != NULL)
		b->s[len] = '\0';
}

void
buf_shrink(struct buf *b)
{
	if (b->s != NULL && b->cap > b->len + 1) {
		b->cap = b->len + 1;
		b->s = mem_resize(b->s, b->cap);
	}
}

const char *
buf_str(const struct buf *b)
{
	return b->s != NULL ? b->s : "";
}

char *
buf_take(struct buf *b, size_t *len)
{
	char *s = b->s != NULL ? b->s : mem_strdup("");
	if (len != NULL)
		*len = b->len;
	buf_init(b, b->max);
	return s;
}

void
buf_swap(struct buf *a, struct buf *b)
{
	struct buf t = *a;
	*a = *b;
	*b = t;
}
