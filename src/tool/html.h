/*
 * html.h - the text of a web page. Pure.
 */
#ifndef ADIT_TOOL_HTML_H
#define ADIT_TOOL_HTML_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends what a reader would read of the page (UTF-8): headings, paragraphs, lists, tables as lines,
 * links as [text](address), preformatted text as it is; scripts, styles and comments left out. Linear
 * in n, whatever the page is.
 */
void	html_text(struct buf *out, const char *html, size_t n);

#endif
