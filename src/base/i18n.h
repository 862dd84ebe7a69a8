/*
 * i18n.h - the words a person reads.
 *
 * _() where a sentence is printed, N_() where it stands in a table.
 * Whole sentences only; numbers go through ngettext().
 */
#ifndef ADIT_BASE_I18N_H
#define ADIT_BASE_I18N_H

#include <libintl.h>

#define _(s)  gettext(s)
#define N_(s) s

#endif
