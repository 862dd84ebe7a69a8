/*
 * encoding.h - which characters a file's bytes are, and there and back. Pure.
 */
#ifndef ADIT_TOOL_ENCODING_H
#define ADIT_TOOL_ENCODING_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * The name of the encoding, as iconv() knows it, and in *bom the bytes of a byte order mark that
 * stand before the text; NULL when this is no text at all. What is neither Unicode nor binary is
 * taken for WINDOWS-1252.
 */
const char *encoding_of(const char *bytes, size_t n, size_t *bom);
/* Appends the text as UTF-8, without its mark. Bytes that make no sense become U+FFFD. */
void	encoding_decode(struct buf *, const char *encoding, const char *bytes, size_t n);
/* Appends UTF-8 text in that encoding. -1 and a sentence when it has no such characters. */
int	encoding_encode(struct buf *, const char *encoding, const char *text, size_t n, struct err *);
/* The encoding that a charset of HTTP or HTML means; NULL when it is not known. */
const char *encoding_named(const char *charset);

#endif
