/*
 * xml.h - the text of one element of a small XML answer (STS and its errors).
 *
 * A strict reader for what AWS's query protocol sends: elements, attributes
 * (passed over), the five entities and numbers, comments, a declaration. No
 * DOCTYPE, no CDATA, at most 16 levels. Pure.
 */
#ifndef ADIT_AWS_XML_H
#define ADIT_AWS_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Appends the text of the first element at `path` ("ErrorResponse/Error/Code").
 * False when there is none, or when the document is not well-formed up to there.
 */
bool	xml_text(const char *s, size_t n, const char *path, struct buf *out);

#endif
