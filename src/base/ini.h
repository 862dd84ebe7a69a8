/*
 * ini.h - the grammar of the shared AWS configuration files, with line numbers.
 *
 * Sections hold properties; a property whose first line is empty may hold a
 * nested block. What a section means (and which ones a file may have) is the
 * caller's business. Pure; values may be secrets, so ini_free() wipes them.
 *
 *	[profile dev]                   prefix "profile", name "dev"
 *	region = eu-west-1  # a comment needs white space before it
 *	services =
 *	  endpoint_url = https://...    nested: a name and a value a line
 *
 * Sections of the same name merge and a later property wins: ini_find() sees
 * to both. Names of properties are lower case, those of sections as written.
 */
#ifndef ADIT_BASE_INI_H
#define ADIT_BASE_INI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/vec.h"

struct ini_item {                       /* a line of a nested block */
	char	*name, *value;
	int	 line;
};

struct ini_property {
	char	*name;                  /* lower case */
	char	*value;                 /* further lines joined by \n, each trimmed */
	int	 line;
	struct VEC(struct ini_item) block;
};

struct ini_section {
	char	*prefix;                /* "profile" of [profile dev], NULL without one */
	char	*name;
	int	 line;
	struct VEC(struct ini_property) properties;
};

struct ini {
	struct VEC(struct ini_section) sections;        /* in the order of the file */
	struct VEC(char *) warnings;                    /* what was passed over: whole sentences */
};

/*
 * Parses n bytes (UTF-8, a byte order mark is passed over). `file` is for the
 * sentences only. NULL and ERR_CONFIG naming file and line when the text
 * breaks the grammar, ERR_DATA when it is not UTF-8.
 */
struct ini	*ini_parse(const char *file, const char *s, size_t n, struct err *);
void		 ini_free(struct ini *);                /* NULL is fine; wipes */

/* Prefix may be NULL: then the section has none. NULL for an unknown section or property. */
const struct ini_property *ini_find(const struct ini *, const char *prefix, const char *name,
	    const char *property);
bool		 ini_has(const struct ini *, const char *prefix, const char *name);
/* A line of the property's nested block, the last of that name (any case); or NULL. */
const struct ini_item *ini_item(const struct ini_property *, const char *name);

#endif
