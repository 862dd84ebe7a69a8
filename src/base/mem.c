/* mem.c - see mem.h. */
#include "config.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

static void (*fatal_hook)(void);

void
fatal_set_hook(void (*hook)(void))
{
	fatal_hook = hook;
}

void
fatal(const char *fmt, ...)
{
	if (fatal_hook != NULL)
		fatal_hook();
	fputs("adit: ", stderr);
	va_list ap;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	_Exit(1);
}

static void *
or_fatal(void *p)
{
	if (p == NULL)
		fatal("%s", _("out of memory; the conversation up to here is saved"));
	return p;
}

void *
mem_alloc(size_t n)
{
	return or_fatal(calloc(1, n > 0 ? n : 1));
}

void *
mem_resize(void *p, size_t n)
{
	return or_fatal(realloc(p, n > 0 ? n : 1));
}

void *
mem_resize_array(void *p, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		or_fatal(NULL);
	return mem_resize(p, n * size);
}

char *
mem_strdup(const char *s)
{
	return s != NULL ? or_fatal(strdup(s)) : NULL;
}

char *
mem_strndup(const char *s, size_t n)
{
	char *p = mem_alloc(n + 1);
	if (n > 0)
		memcpy(p, s, n);
	return p;
}

void *
mem_dup(const void *p, size_t n)
{
	void *q = mem_alloc(n);
	if (n > 0)
		memcpy(q, p, n);
	return q;
}

char *
mem_printf(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return or_fatal(n < 0 ? NULL : s);
}

void
mem_wipe(void *p, size_t n)
{
	if (p != NULL)
		explicit_bzero(p, n);
}
