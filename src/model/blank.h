/* blank.h - text that the service calls blank, which it refuses to be sent. */
#ifndef ADIT_MODEL_BLANK_H
#define ADIT_MODEL_BLANK_H

#include <stdbool.h>
#include <stddef.h>

/* Empty, or nothing but white space (Unicode's, with NUL and the other C0 controls). */
bool	blank_text(const char *s, size_t n);

#endif
