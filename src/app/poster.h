/*
 * poster.h - what must be read from across the room, or by a phone's camera: large letters, QR codes.
 *
 * Made of half blocks, two pixels a character: for terminals with UTF-8.
 */
#ifndef ADIT_APP_POSTER_H
#define ADIT_APP_POSTER_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends the text (letters, digits, hyphens; others are left blank) three lines high, five columns a letter. */
void	poster_letters(struct buf *, const char *text);
/*
 * Appends a QR code: light modules are painted, dark ones left, as it must be where the
 * ground is dark; phones read the reverse too. False, and nothing appended, when the
 * text is too long, it would be wider or higher than that, or this build has no libqrencode.
 */
bool	poster_qr(struct buf *, const char *text, int columns, int lines);

#endif
