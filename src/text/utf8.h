/*
 * utf8.h - code points in and out of bytes that may be anything.
 *
 * A byte that begins no valid character counts as U+FFFD by itself, so a
 * reader always moves on and never swallows the good bytes behind a bad one.
 * Overlong forms, surrogates and what lies past U+10FFFF are invalid
 * (RFC 3629). Pure.
 */
#ifndef ADIT_TEXT_UTF8_H
#define ADIT_TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define UTF8_BAD 0xfffd         /* what an invalid byte reads as */

/* Decodes the character at s, n >= 1 bytes there. Returns the bytes used, at least 1. */
size_t	 utf8_decode(const char *s, size_t n, uint32_t *cp);
/* Writes the character to `out` and returns its length; what is not one becomes U+FFFD. */
size_t	 utf8_encode(uint32_t cp, char out[4]);
void	 utf8_put(struct buf *, uint32_t cp);

/*
 * The length of the character at s: 1 to 4 when all of it is there, 0 when it
 * is valid so far but cut off by n, 1 for an invalid byte. n >= 1.
 */
size_t	 utf8_length(const char *s, size_t n);
/* How many of the n bytes are left when a character cut off at the end is left out. */
size_t	 utf8_whole(const char *s, size_t n);
/* The start of the character that ends before s + at (at >= 1); for valid text. */
size_t	 utf8_previous(const char *s, size_t at);

bool	 utf8_is_valid(const char *s, size_t n);
/* Appends s with each invalid byte as U+FFFD. */
void	 utf8_repair(struct buf *, const char *s, size_t n);

#endif
