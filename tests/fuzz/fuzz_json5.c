/*
 * fuzz_json5.c - any bytes as JSON5, and edits of what could be read.
 *
 * Before an edit and after it the texts must say the same, but for the key
 * that was edited; a text that could be read can still be read.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json5.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static struct json_object *
read_json(const char *s, size_t n)
{
	struct json5 *v = json5_parse("f", s, n, NULL);
	if (v == NULL)
		abort();
	struct json_object *o = json5_to_json(v);
	json5_free(v);
	return o;
}

/* Two objects without their member of this name. */
static void
expect_same_but(struct json_object *a, struct json_object *b, const char *key)
{
	json_object_object_del(a, key);
	json_object_object_del(b, key);
	if (!json_object_equal(a, b))
		abort();
}

static void
check_set(const char *s, size_t n, const char *key, const char *path)
{
	struct buf out;
	buf_init(&out, 0);
	if (json5_set("f", s, n, path, "[7]", &out, NULL) == 0) {
		struct json_object *was = read_json(s, n), *is = read_json(buf_str(&out), out.len);
		struct json5 *v = json5_parse("f", buf_str(&out), out.len, NULL);
		struct json5_path keys;
		const struct json5 *set = json5_path_parse(&keys, path, NULL) < 0 ? NULL : json5_at(v, &keys);
		if (set == NULL || set->type != JSON5_ARRAY || set->in.n != 1 || set->in.v[0].value->i != 7)
			abort();
		json5_path_done(&keys);
		json5_free(v);
		expect_same_but(was, is, key);
		json_free(was);
		json_free(is);
	}
	buf_done(&out);
}

static void
check_unset(const char *s, size_t n, const char *key)
{
	struct buf out, path;
	buf_init(&out, 0);
	buf_init(&path, 0);
	json5_path_put(&path, key);
	int rc = json5_unset("f", s, n, path.s, &out, NULL);
	if (rc < 0)
		abort();
	struct json_object *was = read_json(s, n), *is = read_json(buf_str(&out), out.len);
	if (rc == 0 && json_get(is, key) != NULL)
		abort();
	if (json_object_is_type(was, json_type_object))
		expect_same_but(was, is, key);
	json_free(was);
	json_free(is);
	buf_done(&path);
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *s = (const char *)bytes;
	struct err err = { 0 };
	struct json5 *v = json5_parse("f", s, n, &err);
	if (v == NULL) {
		if (err.code != ERR_DATA || err.text[0] == '\0')
			abort();
		return 0;
	}
	if (v->type == JSON5_OBJECT) {
		check_set(s, n, "a", "a");
		check_set(s, n, "b", "b.c");
		if (v->in.n > 0) {
			check_unset(s, n, v->in.v[0].key);
			check_unset(s, n, v->in.v[v->in.n - 1].key);
		}
		check_unset(s, n, "a");
	}
	json5_free(v);
	return 0;
}
