/* secret.c - see secret.h. */
#include "config.h"

#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct secret {
	size_t	len;
	char	bytes[];
};

struct secret *
secret_new(const char *s, size_t n)
{
	struct secret *p = mem_alloc(sizeof *p + n + 1);
	p->len = n;
	if (n > 0)
		memcpy(p->bytes, s, n);
	return p;
}

struct secret *
secret_copy(const struct secret *s)
{
	return s != NULL ? secret_new(s->bytes, s->len) : NULL;
}

void
secret_free(struct secret *s)
{
	if (s == NULL)
		return;
	mem_wipe(s, sizeof *s + s->len);
	free(s);
}

const char *
secret_reveal(const struct secret *s)
{
	return s != NULL ? s->bytes : "";
}

size_t
secret_len(const struct secret *s)
{
	return s != NULL ? s->len : 0;
}
