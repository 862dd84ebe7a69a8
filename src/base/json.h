/*
 * json.h - reading JSON through json-c with short, typed getters, and writing it.
 *
 * Getters never fail: a missing member or another type gives the default, so
 * that a service that leaves things out costs nothing. Objects are json-c's
 * own (struct json_object) and are freed with json_free(). Not shared between
 * threads.
 */
#ifndef ADIT_BASE_JSON_H
#define ADIT_BASE_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Parses exactly one JSON document (depth at most 64); trailing garbage is an error.
 * NULL and ERR_DATA with what is wrong and the byte offset. */
struct json_object *json_parse(const char *s, size_t n, struct err *);
void	json_free(struct json_object *);        /* json_object_put; NULL is fine */

/* Member of an object, or NULL; NULL and non-objects are fine. */
struct json_object *json_get(struct json_object *, const char *key);
/* Along a path of keys: json_at(o, "trace.guardrail.action"). */
struct json_object *json_at(struct json_object *, const char *path);
/* Members as values. json_str() is borrowed and lives as long as the object. */
const char *json_str(struct json_object *, const char *key, const char *otherwise);
int64_t	json_int(struct json_object *, const char *key, int64_t otherwise);
double	json_num(struct json_object *, const char *key, double otherwise);
bool	json_flag(struct json_object *, const char *key, bool otherwise);
size_t	json_len(struct json_object *array);    /* 0 for what is no array */
struct json_object *json_item(struct json_object *array, size_t i);

/*
 * Writing: append pieces to a buffer. Strings are escaped; bytes that are not
 * UTF-8 become U+FFFD, so what is written is always valid JSON.
 */
void	json_put_string(struct buf *, const char *s, size_t n);
/* "key":"value" with a comma before it unless the buffer ends in { or [. */
void	json_put_member(struct buf *, const char *key, const char *s);
void	json_put_member_n(struct buf *, const char *key, const char *s, size_t n);
void	json_put_int(struct buf *, const char *key, int64_t);
void	json_put_num(struct buf *, const char *key, double);
void	json_put_bool(struct buf *, const char *key, bool);
/* Strings up to a NULL, as an array; nothing at all when there are none, or `words` is NULL. */
void	json_put_strings(struct buf *, const char *key, const char *const *words);
void	json_put_null(struct buf *, const char *key);
/* "key": and the comma, for a value that the caller appends next. */
void	json_put_key(struct buf *, const char *key);
/* The comma before another array item, where one is needed. */
void	json_put_comma(struct buf *);

#endif
