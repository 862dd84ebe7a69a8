/*
 * json5.h - reading JSON5 (json5.org, specification 1.0.0), and edits that leave the rest alone.
 *
 * The tree knows where each key and value stands, so that whoever judges a
 * value can say line and column. Edits work on the text: comments, order,
 * spacing and line ends stay as they are, byte for byte.
 *
 * Apart from the specification: Infinity and NaN are refused with a sentence
 * (no setting has a use for them, and JSON cannot hold them), a key must not
 * hold U+0000, text must be UTF-8, nesting ends at JSON5_DEPTH, and unquoted
 * keys may hold any character beyond ASCII that is not white space.
 */
#ifndef ADIT_BASE_JSON5_H
#define ADIT_BASE_JSON5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"

enum { JSON5_DEPTH = 60, JSON5_TEXT_MAX = 8 << 20 };

enum json5_type { JSON5_NULL, JSON5_BOOL, JSON5_NUMBER, JSON5_STRING, JSON5_ARRAY, JSON5_OBJECT };

struct json5_place {
	int	line, column;   /* from 1; columns count characters */
};

/* One member of an object, or one element of an array. */
struct json5_member {
	char			*key;           /* NULL in an array */
	struct json5_place	 place;         /* of the key; in an array of the value */
	size_t			 from;          /* its first byte in the text */
	size_t			 comma;         /* the byte of the comma behind it, SIZE_MAX if there is none */
	struct json5		*value;
};

struct json5 {
	enum json5_type		 type;
	struct json5_place	 place;
	size_t			 from, to;      /* its bytes in the text: [from, to) */
	bool			 flag;          /* JSON5_BOOL */
	bool			 whole;         /* JSON5_NUMBER: written without fraction or exponent, fits in `i` */
	int64_t			 i;
	double			 number;
	char			*s;             /* JSON5_STRING: UTF-8, NUL-terminated, may hold NUL */
	size_t			 len;
	struct VEC(struct json5_member)	 in;    /* JSON5_ARRAY, JSON5_OBJECT: in the text's order */
};

/*
 * Parses one value with comments and white space around it. NULL and ERR_DATA:
 * "NAME, line L, column C: what was expected." The name is the file's, for the sentence.
 */
struct json5	*json5_parse(const char *name, const char *s, size_t n, struct err *);
void		 json5_free(struct json5 *);
/*
 * Member of an object (of two with the same key the later), NULL for none and for what is no
 * object.
 */
const struct json5 *json5_get(const struct json5 *, const char *key);
const struct json5_member *json5_member(const struct json5 *, const char *key);
/* The same as a json-c tree; owned by the caller. */
struct json_object *json5_to_json(const struct json5 *);
/* "a string", "a number", ...: for sentences, translated. */
const char	*json5_type_name(enum json5_type);

/*
 * Key paths: parts between dots; a part that holds dots or quotes stands in
 * double quotes, \" and \\ inside: agents.defaults.models."bedrock/x.y".alias.
 * In an array a part is an index from 0.
 */
struct json5_path VEC(char *);
int		 json5_path_parse(struct json5_path *, const char *text, struct err *);  /* ERR_USAGE */
void		 json5_path_done(struct json5_path *);
/* Appends one part to a path's text, with its dot and quotes where needed. */
void		 json5_path_put(struct buf *path, const char *part);
/* What stands there, or NULL. */
const struct json5 *json5_at(const struct json5 *, const struct json5_path *);

/*
 * Edits (json5-edit.c): out gets the new text. A missing or blank text counts as {}. json5_set:
 * value is JSON or JSON5. What is missing on the way is created in the style of its surroundings;
 * -1 when something on the way is no object. json5_unset: the member, its comma and a comment
 * behind it on its own line go; 0 removed, 1 it was not there (out is the text as it was), -1 the
 * text cannot be read.
 */
int		 json5_set(const char *name, const char *text, size_t n, const char *path, const char *value,
		    struct buf *out, struct err *);
int		 json5_unset(const char *name, const char *text, size_t n, const char *path, struct buf *out,
		    struct err *);

#endif
