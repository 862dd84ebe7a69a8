/* schema.c - see schema.h. */
#include "config.h"

#include "tool/schema.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/str.h"
#include "text/utf8.h"

enum { SHOW_MAX = 60 };

/* ---- words ---------------------------------------------------------------- */

static const char *
type_of(struct json_object *v)
{
	switch (json_object_get_type(v)) {
	case json_type_string:
		return "string";
	case json_type_int:
		return "integer";
	case json_type_double:
		return "number";
	case json_type_boolean:
		return "boolean";
	case json_type_array:
		return "array";
	case json_type_object:
		return "object";
	default:
		return "null";
	}
}

static bool
is_required(struct json_object *schema, const char *name)
{
	struct json_object *list = json_get(schema, "required");
	for (size_t i = 0; i < json_len(list); i++)
		if (str_same(json_object_get_string(json_item(list, i)), name))
			return true;
	return false;
}

/* "read_file takes: path (string, required), offset (integer)." */
static void
put_signature(struct buf *why, struct json_object *schema, const char *tool)
{
	struct json_object *properties = json_get(schema, "properties");
	const char *between = "";
	if (!json_object_is_type(properties, json_type_object))
		return;
	buf_printf(why, " %s takes: ", tool);
	json_object_object_foreach(properties, name, property) {
		buf_printf(why, "%s%s (%s%s)", between, name, json_str(property, "type", "anything"),
		    is_required(schema, name) ? ", required" : "");
		between = ", ";
	}
	buf_puts(why, *between != '\0' ? "." : "no arguments.");
}

/* ---- checking ---------------------------------------------------------------- */

static bool
fits_type(const char *type, struct json_object *v)
{
	const char *is = type_of(v);
	if (type == NULL || str_same(type, is))
		return true;
	if (str_same(type, "number"))
		return str_same(is, "integer");
	if (str_same(type, "integer") && str_same(is, "number")) {
		double d = json_object_get_double(v);
		return d == floor(d) && fabs(d) < 9e15;
	}
	return false;
}

static void
put_enum(struct buf *why, struct json_object *list)
{
	for (size_t i = 0; i < json_len(list); i++)
		buf_printf(why, "%s%s", i > 0 ? ", " : "",
		    json_object_to_json_string(json_item(list, i)));
}

static bool
is_one_of(struct json_object *list, struct json_object *v)
{
	for (size_t i = 0; i < json_len(list); i++)
		if (json_object_equal(json_item(list, i), v))
			return true;
	return false;
}

static bool
check_range(struct json_object *schema, const char *name, struct json_object *v, struct buf *why)
{
	double d = json_object_get_double(v), none = nan("");
	double min = json_num(schema, "minimum", none), max = json_num(schema, "maximum", none);
	if ((isnan(min) || d >= min) && (isnan(max) || d <= max))
		return true;
	buf_printf(why, "The argument \"%s\" is %.10g, but must be ", name, d);
	if (!isnan(min) && !isnan(max))
		buf_printf(why, "from %.10g to %.10g.", min, max);
	else if (!isnan(min))
		buf_printf(why, "at least %.10g.", min);
	else
		buf_printf(why, "at most %.10g.", max);
	return false;
}

/* A text with a NUL inside would be one thing to us and another to the system. */
static bool
check_string(const char *name, struct json_object *v, struct buf *why)
{
	if (strlen(json_object_get_string(v)) == (size_t)json_object_get_string_len(v))
		return true;
	buf_printf(why, "The argument \"%s\" has a NUL character inside.", name);
	return false;
}

static bool
check_value(struct json_object *schema, const char *name, struct json_object *v, struct buf *why)
{
	const char *type = json_str(schema, "type", NULL);
	if (!fits_type(type, v)) {
		buf_printf(why, "The argument \"%s\" must be of type %s, not %s.", name, type, type_of(v));
		return false;
	}
	struct json_object *list = json_get(schema, "enum");
	if (list != NULL && !is_one_of(list, v)) {
		buf_printf(why, "The argument \"%s\" must be one of: ", name);
		put_enum(why, list);
		buf_putc(why, '.');
		return false;
	}
	if (json_object_is_type(v, json_type_string))
		return check_string(name, v, why);
	if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_len(v); i++)
			if (!check_value(json_get(schema, "items"), name, json_item(v, i), why))
				return false;
		return true;
	}
	if (json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double))
		return check_range(schema, name, v, why);
	return true;
}

static bool
check_members(struct json_object *schema, struct json_object *args, struct buf *why)
{
	struct json_object *properties = json_get(schema, "properties");
	json_object_object_foreach(args, name, v) {
		struct json_object *property = json_get(properties, name);
		if (property == NULL) {
			buf_printf(why, "There is no argument \"%.*s\".", SHOW_MAX, name);
			return false;
		}
		if (v == NULL && !is_required(schema, name))
			continue;       /* null: the same as left out */
		if (!check_value(property, name, v, why))
			return false;
	}
	struct json_object *required = json_get(schema, "required");
	for (size_t i = 0; i < json_len(required); i++) {
		const char *must = json_object_get_string(json_item(required, i));
		if (json_get(args, must) == NULL) {
			buf_printf(why, "The argument \"%s\" is missing.", must);
			return false;
		}
	}
	return true;
}

/* Does the text only lack its end? Then closing what is open would make it whole, or nearly. */
static bool
looks_cut_off(const char *s, size_t n)
{
	bool in_string = false, escaped = false;
	size_t depth = 0;
	for (size_t i = 0; i < n; i++) {
		if (escaped)
			escaped = false;
		else if (in_string && s[i] == '\\')
			escaped = true;
		else if (s[i] == '"')
			in_string = !in_string;
		else if (!in_string && (s[i] == '{' || s[i] == '['))
			depth++;
		else if (!in_string && (s[i] == '}' || s[i] == ']') && depth > 0)
			depth--;
	}
	return in_string || depth > 0;
}

struct json_object *
schema_read(struct json_object *schema, const char *tool, const char *text, size_t n, struct buf *why)
{
	struct err err = { 0 };
	bool empty = true;
	for (size_t i = 0; i < n && empty; i++)
		empty = strchr(" \t\r\n", text[i]) != NULL;
	struct json_object *args = empty ? json_object_new_object() : json_parse(text, n, &err);
	if (args == NULL && looks_cut_off(text, n))
		buf_printf(why, "The arguments were cut off after %zu bytes and are not valid JSON. Nothing was "
		    "done. Send the call again, with shorter arguments if the output limit was reached.", n);
	else if (args == NULL)
		buf_printf(why, "The arguments are not valid JSON (%s). Nothing was done. Send one JSON object.",
		    err.text);
	else if (!json_object_is_type(args, json_type_object))
		buf_printf(why, "The arguments must be one JSON object, not of type %s.", type_of(args));
	else if (check_members(schema, args, why))
		return args;
	put_signature(why, schema, tool);
	json_free(args);
	return NULL;
}
