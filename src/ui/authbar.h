/*
 * authbar.h - who adit is signed in as, in one line.
 */
#ifndef ADIT_UI_AUTHBAR_H
#define ADIT_UI_AUTHBAR_H

#include <stdint.h>

#include "aws/creds.h"
#include "ui/paint.h"

/* Paints the bar from a report (NULL: nothing is known yet). Returns in how many ms it will say
 * something else by itself (the time that is left), -1 = never. */
int	authbar_paint(const struct creds_report *, const struct rect *, int64_t wall_now);
/* The same for an agent that another provider answers, where nobody signs in. */
int	authbar_paint_provider(const char *name, const struct rect *);

#endif
