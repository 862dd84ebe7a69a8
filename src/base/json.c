/* json.c - see json.h. */
#include "config.h"

#include "base/json.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/i18n.h"

enum { DEPTH = 64 };

struct json_object *
json_parse(const char *s, size_t n, struct err *err)
{
	if (n > INT_MAX) {
		err_set(err, ERR_DATA, _("The JSON text is too long."));
		return NULL;
	}
	struct json_tokener *t = json_tokener_new_ex(DEPTH);
	struct json_object *o = json_tokener_parse_ex(t, s, (int)n);
	enum json_tokener_error e = json_tokener_get_error(t);
	size_t end = json_tokener_get_parse_end(t);
	/* A lone number ends only at the end of input: tell the tokener that this is it. */
	if (e == json_tokener_continue && n > 0) {
		o = json_tokener_parse_ex(t, "", 1);
		e = json_tokener_get_error(t);
		end = n;
	}
	json_tokener_free(t);
	if (e != json_tokener_success) {
		err_set(err, ERR_DATA, _("Not valid JSON at byte %zu: %s."), end,
		    json_tokener_error_desc(e));
		json_object_put(o);
		return NULL;
	}
	while (end < n && strchr(" \t\r\n", s[end]) != NULL && s[end] != '\0')
		end++;
	if (end < n) {
		err_set(err, ERR_DATA, _("Not valid JSON at byte %zu: something follows the end."),
		    end);
		json_object_put(o);
		return NULL;
	}
	return o;
}

void
json_free(struct json_object *o)
{
	json_object_put(o);
}

struct json_object *
json_get(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;
	if (!json_object_is_type(o, json_type_object))
		return NULL;
	json_object_object_get_ex(o, key, &v);
	return v;
}

struct json_object *
json_at(struct json_object *o, const char *path)
{
	char key[64];
	while (o != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");
		if (n >= sizeof key)
			return NULL;
		memcpy(key, path, n);
		key[n] = '\0';
		o = json_get(o, key);
		path += n + (path[n] == '.');
	}
	return o;
}

const char *
json_str(struct json_object *o, const char *key, const char *otherwise)
{
	struct json_object *v = json_get(o, key);
	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : otherwise;
}

static bool
is_number(struct json_object *v)
{
	return json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double);
}

int64_t
json_int(struct json_object *o, const char *key, int64_t otherwise)
{
	struct json_object *v = json_get(o, key);
	return is_number(v) ? json_object_get_int64(v) : otherwise;
}

double
json_num(struct json_object *o, const char *key, double otherwise)
{
	struct json_object *v = json_get(o, key);
	return is_number(v) ? json_object_get_double(v) : otherwise;
}

bool
json_flag(struct json_object *o, const char *key, bool otherwise)
{
	struct json_object *v = json_get(o, key);
	return json_object_is_type(v, json_type_boolean) ? json_object_get_boolean(v) : otherwise;
}

size_t
json_len(struct json_object *a)
{
	return json_object_is_type(a, json_type_array) ? json_object_array_length(a) : 0;
}

struct json_object *
json_item(struct json_object *a, size_t i)
{
	return i < json_len(a) ? json_object_array_get_idx(a, i) : NULL;
}

/* Length of the valid UTF-8 character at s (of n bytes), 0 when there is none. */
static size_t
utf8_valid(const unsigned char *s, size_t n)
{
	unsigned char c = s[0];
	size_t k = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 :
	    c >= 0xf0 && c < 0xf5 ? 4 : 0;
	if (k == 0 || k > n)
		return 0;
	for (size_t i = 1; i < k; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((c == 0xe0 && s[1] < 0xa0) || (c == 0xed && s[1] > 0x9f) || (c == 0xf0 && s[1] < 0x90) ||
	    (c == 0xf4 && s[1] > 0x8f))
		return 0;
	return k;
}

static void
put_escaped(struct buf *b, unsigned char c)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
	const char *at = c != '\0' ? strchr(plain, c) : NULL;
	if (at != NULL) {
		buf_putc(b, '\\');
		buf_putc(b, letter[at - plain]);
	} else {
		buf_printf(b, "\\u%04x", c);
	}
}

void
json_put_string(struct buf *b, const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t from = 0, i = 0;
	buf_putc(b, '"');
	while (i < n) {
		size_t k = utf8_valid(p + i, n - i);
		if (k > 0 && p[i] >= 0x20 && p[i] != '"' && p[i] != '\\' && p[i] != 0x7f) {
			i += k;
			continue;
		}
		buf_add(b, s + from, i - from);
		if (k == 0)
			buf_puts(b, "\xef\xbf\xbd");
		else
			put_escaped(b, p[i]);
		from = ++i;
	}
	buf_add(b, s + from, i - from);
	buf_putc(b, '"');
}

void
json_put_comma(struct buf *b)
{
	if (b->len > 0 && strchr("{[,:", b->s[b->len - 1]) == NULL)
		buf_putc(b, ',');
}

void
json_put_key(struct buf *b, const char *key)
{
	json_put_comma(b);
	json_put_string(b, key, strlen(key));
	buf_putc(b, ':');
}

void
json_put_member_n(struct buf *b, const char *key, const char *s, size_t n)
{
	json_put_key(b, key);
	json_put_string(b, s, n);
}

void
json_put_member(struct buf *b, const char *key, const char *s)
{
	if (s == NULL)
		json_put_null(b, key);
	else
		json_put_member_n(b, key, s, strlen(s));
}

void
json_put_int(struct buf *b, const char *key, int64_t v)
{
	json_put_key(b, key);
	buf_printf(b, "%lld", (long long)v);
}

void
json_put_num(struct buf *b, const char *key, double v)
{
	if (!isfinite(v)) {
		json_put_null(b, key);
		return;
	}
	json_put_key(b, key);
	size_t at = b->len;
	buf_printf(b, "%.10g", v);
	for (size_t i = at; i < b->len; i++)    /* a locale may print 0,5 */
		if (b->s[i] == ',')
			b->s[i] = '.';
}

void
json_put_bool(struct buf *b, const char *key, bool v)
{
	json_put_key(b, key);
	buf_puts(b, v ? "true" : "false");
}

void
json_put_strings(struct buf *b, const char *key, const char *const *words)
{
	if (words == NULL || words[0] == NULL)
		return;
	json_put_key(b, key);
	buf_putc(b, '[');
	for (; *words != NULL; words++) {
		json_put_comma(b);
		json_put_string(b, *words, strlen(*words));
	}
	buf_putc(b, ']');
}

void
json_put_null(struct buf *b, const char *key)
{
	json_put_key(b, key);
	buf_puts(b, "null");
}
