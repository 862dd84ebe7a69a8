/*
 * auth-text.h - what the auth bar's panel (/auth) and `adit auth status` say: the same facts and the same line for
 * each provider, from one report. Pure, but for the warnings of the AWS side.
 */
#ifndef ADIT_APP_AUTH_TEXT_H
#define ADIT_APP_AUTH_TEXT_H

#include <stdbool.h>

#include "aws/aws.h"
#include "aws/creds.h"
#include "base/buf.h"

/* The auth bar's mark; a plain letter where the terminal's locale has no others. */
const char	*auth_mark(enum creds_mark);

/* Lines for a terminal's normal screen; nothing of others in them can move a cursor. Appended. */
void		 auth_text_plain(struct buf *, struct aws *, const struct creds_report *);
/* The same as Markdown, for the panel. Appended. */
void		 auth_text_markdown(struct buf *, struct aws *, const struct creds_report *);

#endif
