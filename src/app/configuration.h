/*
 * configuration.h - the configuration: adit.json5 of the user and of the projects.
 *
 * (Its functions begin with config_; the file is not called config.h because
 * then every file beside it would include it for autoconf's.) The user's file is
 * $XDG_CONFIG_HOME/adit/adit.json5; then come .adit/adit.json5 of the current
 * folder and those above it, the nearer winning. A project file that is not
 * in a trusted folder may not name commands, credentials or endpoints, nor use
 * ${VARIABLES}; one that belongs to another user is not read at all.
 *
 * Reading is all or nothing: one wrong value, and there is no configuration
 * but a sentence with file, line and column. One thread (the UI's).
 */
#ifndef ADIT_APP_CONFIGURATION_H
#define ADIT_APP_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/json5.h"
#include "base/vec.h"

struct config;

enum config_level {
	CONFIG_NOTE,            /* it works: an old place */
	CONFIG_UNKNOWN,         /* kept, but has no effect: a key that is not known */
	CONFIG_WARNING,         /* left out: not for untrusted projects */
	CONFIG_ERROR,
};
struct config_problem {
	enum config_level	 level;
	char			*file;
	struct json5_place	 place; /* line 0: about the file as a whole */
	char			*path;  /* the key in canonical names; NULL */
	char			*text;  /* a sentence; without file and line */
};
struct config_report VEC(struct config_problem);
void	config_report_done(struct config_report *);

/*
 * file: --config, or NULL for the user's own (which may be missing); cwd: where to look upwards
 * for projects, NULL = nowhere. The report (may be NULL) gets all problems, also when it fails.
 * NULL and ERR_CONFIG with the first error.
 */
struct config	*config_load(const char *file, const char *cwd, struct config_report *, struct err *);
void		 config_free(struct config *);
/*
 * If a file changed, appeared, went, or a folder was trusted: reads all again. 0 nothing changed,
 * 1 changed (what was borrowed is gone), -1 an error, and the configuration is the old one until
 * the next change. Costs some stat().
 */
int		 config_reload(struct config *, struct config_report *, struct err *);
/* The user's file, whether it exists or not. Borrowed. */
const char	*config_file(const struct config *);
/* All files that matter, read or not there (yet). Row i, NULL after the last. Borrowed. */
const char	*config_watched(const struct config *, size_t i);
/* All files that were read, the first first. Row i, NULL after the last. */
const char	*config_source(const struct config *, size_t i);

/*
 * Values by key path, older names included (app/config-table.h); a default comes from the table.
 * What is not set and has no default, or has another type, gives NULL, `otherwise` or false. A
 * text that stands for an object with one member (agents.defaults.model) is read either way.
 * Borrowed until the next reload.
 */
const char	*config_str(const struct config *, const char *path);
int64_t		 config_int(const struct config *, const char *path, int64_t otherwise);
double		 config_num(const struct config *, const char *path, double otherwise);
bool		 config_flag(const struct config *, const char *path);
/* Anything: a list, an object, a part of the tree. */
struct json_object *config_json(const struct config *, const char *path);
/* Is it set in a file, or only a default? */
bool		 config_is_set(const struct config *, const char *path);

/*
 * agents.defaults.models.REF, where REF may begin with bedrock/ or amazon-bedrock/, or lack the
 * provider; NULL.
 */
struct json_object *config_model(const struct config *, const char *ref);
/* The reference that has this alias, or NULL. */
const char	*config_alias(const struct config *, const char *alias);

/* ---- trust: $XDG_STATE_HOME/adit/trusted, a folder a line ---- */

bool		 config_trusted(const char *folder);
int		 config_trust(const char *folder, struct err *);

/* ---- for adit config ---- */

/*
 * Looks at one text as if it were a user's file; false when it has errors. Variables are left
 * alone: that one is not set here and now does not make the file wrong.
 */
bool		 config_check_text(const char *name, const char *text, size_t n, struct config_report *);
/* Reads a file with the ceiling for configurations; a missing one is empty text unless `must`. */
int		 config_read_file(const char *path, bool must, struct buf *, struct err *);

#endif
