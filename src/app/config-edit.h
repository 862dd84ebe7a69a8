/*
 * config-edit.h - changes to the user's configuration file, comments and order kept.
 *
 * For `adit config` and the model picker. All functions wait (files): for
 * workers, or before there is a screen.
 */
#ifndef ADIT_APP_CONFIG_EDIT_H
#define ADIT_APP_CONFIG_EDIT_H

#include "app/config-table.h"
#include "app/configuration.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * Sets a key path to a value: JSON5, or a bare word where only a text can stand. What the loader
 * would refuse is not written: -1 and why. notes (may be NULL) gets what is worth saying about the
 * key; config_report_done() it.
 */
int	config_edit_set(const char *file, const char *key, const char *word, struct config_report *notes,
	    struct err *);
/* Takes a key out; it is an error when it is not there. */
int	config_edit_unset(const char *file, const char *key, struct err *);
/*
 * Replaces the file by this text: through a symbolic link (a folder of dotfiles), keeping the mode;
 * a new file is the user's alone.
 */
int	config_edit_write(const char *file, const struct buf *text, struct err *);

/* The path by which a key is edited in this text, which may spell the provider in another way; *row =
 * what the table has there. NULL and a sentence. The caller frees. */
char	*config_edit_path(const struct buf *text, const char *key, const struct config_row **row,
	    struct err *);

/* The model to begin with, and that of subagents; "amazon-bedrock/" is put before a bare id. */
int	config_edit_default_model(const char *file, const char *ref, struct err *);
int	config_edit_subagent_model(const char *file, const char *ref, struct err *);
/* One more fallback at the end of the list. 0, 1 = it is there already, -1. */
int	config_edit_add_fallback(const char *file, const char *ref, struct err *);

#endif
