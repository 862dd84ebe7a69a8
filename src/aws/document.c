/* document.c - see document.h. */
#include "config.h"

#include "aws/document.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

/* Members of all objects in it. */
static size_t
count_members(struct json_object *o)
{
	size_t n = 0;
	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, value) {
			(void)key;
			n += 1 + count_members(value);
		}
	} else if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			n += count_members(json_object_array_get_idx(o, i));
	}
	return n;
}

/* Colons outside strings: as many as members were written. */
static size_t
count_colons(const char *s, size_t n)
{
	size_t colons = 0;
	bool in_string = false;
	for (size_t i = 0; i < n; i++) {
		if (in_string && s[i] == '\\')
			i++;
		else if (s[i] == '"')
			in_string = !in_string;
		else if (!in_string && s[i] == ':')
			colons++;
	}
	return colons;
}

struct json_object *
document_parse(const char *s, size_t n, struct err *err)
{
	struct json_object *o = json_parse(s, n, NULL);
	bool is_object = json_object_is_type(o, json_type_object);
	if (is_object && count_members(o) == count_colons(s, n))
		return o;
	document_free(o);
	/* Of two members of one name each reader takes another: whose key is it then? */
	err_set(err, ERR_CREDENTIALS, is_object ? _("the answer has a member twice")
						: _("the answer is not a JSON object"));
	return NULL;
}

static void
wipe(struct json_object *o)
{
	if (json_object_is_type(o, json_type_string)) {
		/* json-c has no way to do this; the string is its own storage, and it is ours. */
		char *s = (char *)(uintptr_t)json_object_get_string(o);
		mem_wipe(s, (size_t)json_object_get_string_len(o));
	} else if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, value) {
			(void)key;
			wipe(value);
		}
	} else if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			wipe(json_object_array_get_idx(o, i));
	}
}

void
document_free(struct json_object *o)
{
	wipe(o);
	json_free(o);
}

static struct json_object *
member(struct json_object *o, const char *name, bool any_case)
{
	if (name == NULL)
		return NULL;
	struct json_object *exact = json_get(o, name);
	if (exact != NULL || !any_case || !json_object_is_type(o, json_type_object))
		return exact;
	json_object_object_foreach(o, key, value) {
		if (str_same_nocase(key, name))
			return value;
	}
	return NULL;
}

const char *
document_text(struct json_object *o, const char *name, bool any_case)
{
	struct json_object *v = member(o, name, any_case);
	const char *s = json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
	return str_blank(s) ? NULL : s;
}

static struct secret *
secret_text(struct json_object *o, const char *name, bool any_case)
{
	const char *s = document_text(o, name, any_case);
	return s != NULL ? secret_new(s, strlen(s)) : NULL;
}

static int
missing(const char *name, struct err *err)
{
	return err_set(err, ERR_CREDENTIALS, _("the answer has no %s"), name);
}

static int
read_expiration(struct json_object *o, const struct document *d, struct creds *out, struct err *err)
{
	struct json_object *v = member(o, d->expiration, d->any_case);
	if (v == NULL)
		return d->needs_expiration ? missing(d->expiration, err) : 0;
	int64_t t = -1;
	if (d->in_ms && json_object_is_type(v, json_type_int))
		t = json_object_get_int64(v) / 1000;
	else if (!d->in_ms && json_object_is_type(v, json_type_string))
		t = clock_parse_iso8601(json_object_get_string(v));
	if (t <= 0)
		return err_set(err, ERR_CREDENTIALS, _("the answer's %s is not a date"), d->expiration);
	out->expires = t;
	return 0;
}

int
document_read(struct json_object *o, const struct document *d, struct creds *out, struct err *err)
{
	const char *id = document_text(o, d->access_key_id, d->any_case);
	if (id == NULL)
		return missing(d->access_key_id, err);
	out->access_key_id = mem_strdup(id);
	out->secret_access_key = secret_text(o, d->secret_access_key, d->any_case);
	if (out->secret_access_key == NULL)
		return missing(d->secret_access_key, err);
	out->session_token = secret_text(o, d->session_token, d->any_case);
	if (out->session_token == NULL && d->needs_token)
		return missing(d->session_token, err);
	const char *account = document_text(o, d->account, d->any_case);
	if (account != NULL)
		out->account = mem_strdup(account);
	return read_expiration(o, d, out, err);
}
