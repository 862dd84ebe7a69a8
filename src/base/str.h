/*
 * str.h - small helpers on NUL-terminated strings and byte ranges. Pure.
 */
#ifndef ADIT_BASE_STR_H
#define ADIT_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

bool	 str_starts(const char *s, const char *prefix);
bool	 str_ends(const char *s, const char *suffix);
bool	 str_same(const char *a, const char *b);        /* both may be NULL */
bool	 str_same_nocase(const char *a, const char *b); /* ASCII letters only */
bool	 str_has_nocase(const char *s, const char *part);
bool	 str_blank(const char *s);                      /* NULL or only white space */
/* A copy without white space at both ends. Owned by the caller. */
char	*str_trim(const char *s);

/* Appends s with every byte outside A-Za-z0-9-_.~ and `keep` as %XX (RFC 3986). */
void	 str_percent(struct buf *, const char *s, size_t n, const char *keep);
void	 str_hex(struct buf *, const void *bytes, size_t n);       /* lower case */
void	 str_base64(struct buf *, const void *bytes, size_t n);    /* with padding */
/* Decodes standard or URL-safe base64, padding optional; -1 when it is neither. */
int	 str_unbase64(struct buf *, const char *s, size_t n);
/* A random version 4 UUID, 36 characters and NUL. */
void	 str_uuid4(char out[37]);

#endif
