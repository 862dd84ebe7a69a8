/*
 * entity.h - HTML character references to code points. Pure.
 */
#ifndef ADIT_TEXT_ENTITY_H
#define ADIT_TEXT_ENTITY_H

#include <stddef.h>
#include <stdint.h>

/*
 * The character that "&amp;", "&#38;" or "&#x26;" (n bytes, with & and ;)
 * stands for; 0 when the name is not known. Numbers that are no character give
 * U+FFFD. The result is as untrusted as the text it stands in.
 */
uint32_t entity_decode(const char *s, size_t n);

#endif
