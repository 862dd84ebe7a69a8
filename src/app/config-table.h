/*
 * config-table.h - every setting that adit knows: one row each.
 *
 * Read by the loader (types, ranges), the getters (defaults), `adit config`,
 * /config, the man page and the tests. To add a setting, add a row. The key
 * paths are OpenClaw's, so that its files can be pasted; the older places and
 * names that are still read are in config_canon().
 */
#ifndef ADIT_APP_CONFIG_TABLE_H
#define ADIT_APP_CONFIG_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json5.h"

enum config_type {                      /* a row may take several */
	CONFIG_FLAG = 1,                /* true, false */
	CONFIG_INT = 2,
	CONFIG_NUMBER = 4,
	CONFIG_TEXT = 8,
	CONFIG_WORD = 16,               /* one of `words` */
	CONFIG_TEXTS = 32,              /* a list of texts */
	CONFIG_OBJECT = 64,             /* an object, whatever is in it */
};

enum config_mark {
	CONFIG_TRUSTED = 1,             /* runs something, gives credentials or says where to send them:
	                                 * a project file may set it only when its folder is trusted */
	CONFIG_SECRET = 2,              /* not printed */
};

struct config_row {
	const char	*path;          /* parts between dots; * = any key, [] = each element of a list,
	                                 * @params = each place where request parameters may stand */
	unsigned	 types;
	const char	*help;          /* marked N_() */
	const char	*fallback;      /* the default as JSON; NULL = not set */
	const char	*words;         /* "a|b" for CONFIG_WORD */
	const char	*member;        /* a text in this place means an object with that member */
	double		 min, max;      /* for numbers, where min < max */
	unsigned	 marks;
};

/* Row i, NULL after the last. */
const struct config_row *config_row_at(size_t i);

/* What the table has at a path (canonical, see config_canon()). */
struct config_match {
	const struct config_row	*row;   /* a setting stands there, or NULL */
	bool			 inner; /* settings stand below it */
	bool			 list;  /* ... in a list */
};
struct config_match config_match(char *const *parts, size_t n);

/*
 * Brings a path to the names of the table: models.bedrockDiscovery is now
 * plugins.entries.amazon-bedrock.config.discovery, the provider "bedrock" is "amazon-bedrock"
 * (also before the slash of agents.defaults.models' keys). True when the place is an old one.
 */
bool	config_canon(struct json5_path *);

/* Is the value right for the row? -1 with a sentence that begins with the path. */
int	config_row_check(const struct config_row *, const char *path, const struct json5 *, struct err *);
/* "true or false, auto", "a number from 0 to 1": what the row takes, for people. */
void	config_row_takes(const struct config_row *, struct buf *);

/*
 * The known key that was probably meant by the last part of an unknown path, or NULL. Caller
 * frees.
 */
char	*config_nearest(char *const *parts, size_t n);

#endif
