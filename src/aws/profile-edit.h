/*
 * profile-edit.h - puts settings into the shared AWS files without disturbing them.
 *
 * Other programs and the user's own hand write these files too: every byte that
 * is not one of the values asked for stays (comments, order, blank lines, CRLF,
 * a byte order mark). The grammar is base/ini.h's; a file that breaks it is not
 * touched.
 */
#ifndef ADIT_AWS_PROFILE_EDIT_H
#define ADIT_AWS_PROFILE_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct profile_setting {
	const char	*key;           /* lower case */
	const char	*value;         /* one line; NULL removes the setting */
};

struct profile_edit {                   /* all borrowed */
	const char			*prefix;        /* "profile", "sso-session"; NULL in the credentials file */
	const char			*name;          /* "dev"; prefix "profile" and "default" is [default] */
	const struct profile_setting	*settings;
	size_t				 n;
	bool				 replace;       /* values that are there and differ; else they are an error */
};

/*
 * Waits for the disk. Makes the section if it is not there, sets its keys, and
 * replaces the file in one step: the mode stays, a symbolic link is followed,
 * a new file is 0600 in a folder 0700. -1 with ERR_CONFIG when the file breaks
 * the grammar, has another value and `replace` is false, or a name or value
 * cannot be written in it; ERR_FAILED when the disk refuses. Nothing is written
 * when all is as it should be already.
 */
int	profiles_put_section(const char *path, const struct profile_edit *, struct err *);

/* The pure half: n bytes of a file (named `file` in sentences) to its new text, appended to *out. */
int	profile_edit_text(const char *file, const char *s, size_t n, const struct profile_edit *,
	    struct buf *out, struct err *);

#endif
