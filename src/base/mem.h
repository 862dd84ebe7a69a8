/*
 * mem.h - allocation that cannot return NULL.
 *
 * When memory is gone there is nothing sensible left to do: fatal() puts the
 * terminal back, says so in one line and ends the program. The journal is
 * already on disk by then.
 */
#ifndef ADIT_BASE_MEM_H
#define ADIT_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t n);                       /* zeroed */
void *mem_resize(void *p, size_t n);             /* like realloc */
void *mem_resize_array(void *p, size_t n, size_t size); /* n * size, checked */
char *mem_strdup(const char *s);                 /* NULL gives NULL */
char *mem_strndup(const char *s, size_t n);
void *mem_dup(const void *p, size_t n);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Overwrites n bytes in a way the compiler keeps. */
void  mem_wipe(void *p, size_t n);

/* Ends the program with status 1 after running the hook (see below). */
void  fatal(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* What must happen before fatal() prints: the terminal's restorer. NULL: nothing. */
void  fatal_set_hook(void (*hook)(void));

#endif
