/*
 * schema.h - a model's arguments against a tool's JSON schema. Pure.
 *
 * Reads the part of JSON Schema that tools use: type, properties, required,
 * enum, minimum, maximum, items. Arguments that a schema does not name are
 * refused. The sentence of an error is meant for the model: it says what is
 * wrong and what the tool takes.
 */
#ifndef ADIT_TOOL_SCHEMA_H
#define ADIT_TOOL_SCHEMA_H

#include "base/buf.h"
#include "base/json.h"

/* The arguments as an object (json_free()), or NULL and a sentence in `why`. An empty text is {}. */
struct json_object *schema_read(struct json_object *schema, const char *tool, const char *text, size_t n,
    struct buf *why);

#endif
