/*
 * json5-edit.c - changes to a JSON5 text that leave everything else as it is. See json5.h.
 *
 * The tree says where things stand; an edit is a list of cuts and insertions
 * at byte offsets, applied in one pass. Style is taken from what is around:
 * quotes, indentation, line ends, trailing commas.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json5.h"
#include "base/mem.h"
#include "base/str.h"

/* What goes out, [from, to), and what comes in for it. Edits are added in the order of the text. */
struct edit {
	size_t	 from, to;
	char	*in;            /* NULL = nothing */
};

struct editor {
	const char	*s;
	size_t		 n;
	struct json5	*root;
	const char	*eol;
	char		*unit;          /* one step of indentation */
	bool		 quote;         /* it is plain JSON: keys in quotes, no trailing commas */
	struct VEC(struct edit) edits;
};

/* ---- looking at the text ------------------------------------------------ */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_eol(char c)
{
	return c == '\n' || c == '\r';
}

static size_t
line_start(const struct editor *e, size_t at)
{
	while (at > 0 && !is_eol(e->s[at - 1]))
		at--;
	return at;
}

/* Is there nothing but blanks before it on its line? */
static bool
begins_line(const struct editor *e, size_t at)
{
	while (at > 0 && is_blank(e->s[at - 1]))
		at--;
	return at == 0 || is_eol(e->s[at - 1]);
}

static char *
indent_of(const struct editor *e, size_t at)
{
	size_t from = line_start(e, at), to = from;
	while (to < e->n && is_blank(e->s[to]))
		to++;
	return mem_strndup(e->s + from, to - from);
}

static size_t
skip_blanks(const struct editor *e, size_t at)
{
	while (at < e->n && is_blank(e->s[at]))
		at++;
	return at;
}

/*
 * Past the comments that follow on the same line. *ends_line: the line ends
 * there. A block comment that goes over several lines is not passed.
 */
static size_t
skip_line_rest(const struct editor *e, size_t at, bool *ends_line)
{
	for (;;) {
		size_t next = skip_blanks(e, at);
		*ends_line = next == e->n || is_eol(e->s[next]);
		if (*ends_line)
			return next;
		if (e->n - next < 2 || e->s[next] != '/')
			return at;
		if (e->s[next + 1] == '/') {
			while (next < e->n && !is_eol(e->s[next]))
				next++;
		} else {
			const char *close = memmem(e->s + next + 2, e->n - next - 2, "*/", 2);
			if (close == NULL ||
			    memchr(e->s + next, '\n', (size_t)(close - e->s) - next) != NULL)
				return at;
			next = (size_t)(close - e->s) + 2;
		}
		at = next;
	}
}

static size_t
past_eol(const struct editor *e, size_t at)
{
	if (at < e->n && e->s[at] == '\r')
		at++;
	if (at < e->n && e->s[at] == '\n')
		at++;
	return at;
}

static bool
has_line_break(const struct editor *e, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (is_eol(e->s[i]))
			return true;
	return false;
}

/* Could the key stand without quotes? ASCII only: what we write is plain. */
static bool
is_plain_word(const char *key)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$0123456789";
	return key[0] != '\0' && (key[0] < '0' || key[0] > '9') &&
	       key[strspn(key, letters)] == '\0';
}

static void
learn_style(struct editor *e)
{
	e->eol = memmem(e->s, e->n, "\r\n", 2) != NULL ? "\r\n" : "\n";
	e->unit = mem_strdup("  ");
	if (e->root == NULL || e->root->in.n == 0)
		return;
	size_t first = e->root->in.v[0].from;
	if (begins_line(e, first) && first > line_start(e, first)) {
		free(e->unit);
		e->unit = indent_of(e, first);
	}
	for (size_t i = 0; i < e->root->in.n; i++) {
		const struct json5_member *m = &e->root->in.v[i];
		if (m->key != NULL && is_plain_word(m->key)) {
			e->quote = e->s[m->from] == '"';
			break;
		}
	}
}

/* ---- editing ------------------------------------------------------------ */

static void
put_in(struct editor *e, size_t at, char *in)
{
	vec_add(&e->edits, ((struct edit){ at, at, in }));
}

static void
cut_out(struct editor *e, size_t from, size_t to)
{
	vec_add(&e->edits, ((struct edit){ from, to, NULL }));
}

static void
apply(const struct editor *e, struct buf *out)
{
	size_t at = 0;
	for (size_t i = 0; i < e->edits.n; i++) {
		buf_add(out, e->s + at, e->edits.v[i].from - at);
		if (e->edits.v[i].in != NULL)
			buf_puts(out, e->edits.v[i].in);
		at = e->edits.v[i].to;
	}
	buf_add(out, e->s + at, e->n - at);
}

static void
put_key(const struct editor *e, struct buf *b, const char *key)
{
	if (!e->quote && is_plain_word(key))
		buf_puts(b, key);
	else
		json_put_string(b, key, strlen(key));
	buf_puts(b, ": ");
}

/*
 * "key: value" for the first of the keys, with objects for the others around
 * the value. indent NULL: all in one line.
 */
static void
put_nested(const struct editor *e, struct buf *b, char *const *keys, size_t n, const char *value,
    const char *indent)
{
	if (keys[0] != NULL)
		put_key(e, b, keys[0]);
	for (size_t i = 1; i < n; i++) {
		buf_putc(b, '{');
		if (indent == NULL)
			buf_putc(b, ' ');
		else
			buf_printf(b, "%s%s", e->eol, indent);
		for (size_t k = 0; indent != NULL && k < i; k++)
			buf_puts(b, e->unit);
		put_key(e, b, keys[i]);
	}
	buf_puts(b, value);
	for (size_t i = n; i > 1; i--) {
		if (indent == NULL) {
			buf_puts(b, " }");
			continue;
		}
		buf_printf(b, "%s%s%s", e->quote ? "" : ",", e->eol, indent);
		for (size_t k = 0; k + 2 < i; k++)
			buf_puts(b, e->unit);
		buf_putc(b, '}');
	}
}

static char *
nested(const struct editor *e, const char *before, char *const *keys, size_t n, const char *value,
    const char *indent, const char *after)
{
	struct buf b;
	buf_init(&b, 0);
	buf_puts(&b, before);
	put_nested(e, &b, keys, n, value, indent);
	buf_puts(&b, after);
	return buf_take(&b, NULL);
}

/* Behind the last member, whose line keeps its comment. */
static void
insert_after(struct editor *e, const struct json5 *in, char *const *keys, size_t n,
    const char *value)
{
	const struct json5_member *last = &in->in.v[in->in.n - 1];
	bool comma = last->comma != SIZE_MAX, ends_line;
	size_t end = comma ? last->comma + 1 : last->value->to;
	if (!has_line_break(e, in->from, last->from)) {
		if (!comma)
			put_in(e, end, nested(e, ", ", keys, n, value, NULL, ""));
		else
			put_in(e, end, nested(e, " ", keys, n, value, NULL, ","));
		return;
	}
	char *indent = indent_of(e, last->from), *before = mem_printf("%s%s", e->eol, indent);
	if (!comma)
		put_in(e, end, mem_strdup(","));
	put_in(e, skip_line_rest(e, end, &ends_line),
	    nested(e, before, keys, n, value, indent, comma ? "," : ""));
	free(indent);
	free(before);
}

/* Into an object or array that holds at most comments. */
static void
insert_first(struct editor *e, const struct json5 *in, char *const *keys, size_t n,
    const char *value)
{
	size_t close = in->to - 1;
	bool lines = has_line_break(e, in->from, in->to);
	if (!lines && in != e->root) {
		bool spaced = is_blank(e->s[close - 1]);
		put_in(e, close, nested(e, spaced ? "" : " ", keys, n, value, NULL, " "));
		return;
	}
	char *outer = indent_of(e, in->from), *indent = mem_printf("%s%s", outer, e->unit);
	bool own_line = lines && begins_line(e, close);
	char *before = own_line ? mem_strdup(indent) : mem_printf("%s%s", e->eol, indent);
	char *after = mem_printf("%s%s%s", e->quote ? "" : ",", e->eol, own_line ? "" : outer);
	put_in(e, own_line ? line_start(e, close) : close,
	    nested(e, before, keys, n, value, indent, after));
	free(outer);
	free(indent);
	free(before);
	free(after);
}

/* The text holds white space and comments only. */
static void
insert_root(struct editor *e, char *const *keys, size_t n, const char *value)
{
	char *gap = mem_printf(
	    "%s{%s%s", e->n > 0 && !is_eol(e->s[e->n - 1]) ? e->eol : "", e->eol, e->unit);
	char *end = mem_printf(",%s}%s", e->eol, e->eol);
	put_in(e, e->n, nested(e, gap, keys, n, value, e->unit, end));
	free(gap);
	free(end);
}

static const struct json5 *
child(const struct json5 *v, const char *part)
{
	char *parts[] = { (char *)(uintptr_t)part };
	return json5_at(v, &(struct json5_path){ .v = parts, .n = 1 });
}

/* A new element goes to the end of an array only. */
static bool
is_next_index(const struct json5 *array, const char *part)
{
	char *next = mem_printf("%zu", array->in.n);
	bool same = strcmp(next, part) == 0;
	free(next);
	return same;
}

static int
say_blocked(const struct json5 *v, const char *name, const struct json5_path *path, size_t n,
    struct err *err)
{
	struct buf b;
	buf_init(&b, 0);
	for (size_t i = 0; i < n; i++)
		json5_path_put(&b, path->v[i]);
	err_set(err, ERR_DATA,
	    _("%s, line %d, column %d: %s is %s, so nothing can be set below it."), name,
	    v->place.line, v->place.column, b.len > 0 ? b.s : name, json5_type_name(v->type));
	buf_done(&b);
	return -1;
}

static int
plan_set(struct editor *e, const char *name, struct json5_path *path, const char *value,
    struct err *err)
{
	if (e->root == NULL) {
		insert_root(e, path->v, path->n, value);
		return 0;
	}
	const struct json5 *v = e->root;
	size_t i = 0;
	for (const struct json5 *next = v; i < path->n; i++, v = next)
		if ((next = child(v, path->v[i])) == NULL)
			break;
	if (i == path->n) {
		vec_add(&e->edits, ((struct edit){ v->from, v->to, mem_strdup(value) }));
		return 0;
	}
	bool array = v->type == JSON5_ARRAY && is_next_index(v, path->v[i]);
	if (v->type != JSON5_OBJECT && !array)
		return say_blocked(v, name, path, i, err);
	char *part = path->v[i];
	if (array)
		path->v[i] = NULL;
	if (v->in.n > 0)
		insert_after(e, v, path->v + i, path->n - i, value);
	else
		insert_first(e, v, path->v + i, path->n - i, value);
	path->v[i] = part;
	return 0;
}

/* Member number k goes. Behind the last one no comma may be left where there was none. */
static void
remove_member(struct editor *e, const struct json5 *in, size_t k)
{
	const struct json5_member *m = &in->in.v[k], *prev = k > 0 ? m - 1 : NULL;
	bool comma = m->comma != SIZE_MAX, ends_line;
	size_t from = m->from, end = comma ? m->comma + 1 : m->value->to;
	size_t rest = skip_line_rest(e, end, &ends_line);
	if (prev != NULL && !comma) {
		size_t gap = skip_blanks(e, prev->comma + 1);
		if (gap == from)
			from = prev->comma;
		else
			cut_out(e, prev->comma, prev->comma + 1);
	}
	if (begins_line(e, m->from) && ends_line)
		cut_out(e, line_start(e, m->from), past_eol(e, rest));
	else
		cut_out(e, from, comma || prev == NULL ? skip_blanks(e, end) : end);
}

/* Removes the last member of that name; 1 when there is none. */
static int
plan_unset(struct editor *e, const struct json5_path *path)
{
	if (e->root == NULL)
		return 1;
	const struct json5 *v =
	    json5_at(e->root, &(struct json5_path){ .v = path->v, .n = path->n - 1 });
	const struct json5 *gone = v != NULL ? child(v, path->v[path->n - 1]) : NULL;
	if (gone == NULL)
		return 1;
	size_t k = 0;
	while (v->in.v[k].value != gone)
		k++;
	remove_member(e, v, k);
	return 0;
}

/* ---- the two edits ------------------------------------------------------ */

/* White space and comments only: an empty configuration. */
static bool
holds_nothing(const char *s, size_t n)
{
	char *probe = mem_alloc(n + 8);
	memcpy(probe, s, n);
	memcpy(probe + n, "\nnull", 5);         /* behind a line comment's end */
	struct json5 *v = json5_parse("", probe, n + 5, NULL);
	bool nothing = v != NULL && v->type == JSON5_NULL && v->from == n + 1;
	json5_free(v);
	free(probe);
	return nothing;
}

static int
open_editor(struct editor *e, const char *name, const char *text, size_t n, struct err *err)
{
	*e = (struct editor){ .s = text, .n = n };
	if (!holds_nothing(text, n) && (e->root = json5_parse(name, text, n, err)) == NULL)
		return -1;
	learn_style(e);
	return 0;
}

static void
close_editor(struct editor *e)
{
	for (size_t i = 0; i < e->edits.n; i++)
		free(e->edits.v[i].in);
	vec_done(&e->edits);
	json5_free(e->root);
	free(e->unit);
}

/* The value without what stands around it: a line comment behind it would swallow the comma. */
static char *
bare_value(const char *value, struct err *err)
{
	struct json5 *v = json5_parse(_("The value"), value, strlen(value), err);
	char *bare = v != NULL ? mem_strndup(value + v->from, v->to - v->from) : NULL;
	json5_free(v);
	return bare;
}

int
json5_set(const char *name, const char *text, size_t n, const char *path, const char *value,
    struct buf *out, struct err *err)
{
	struct json5_path keys;
	struct editor e;
	if (json5_path_parse(&keys, path, err) < 0)
		return -1;
	int rc = -1;
	char *bare = bare_value(value, err);
	if (bare != NULL && open_editor(&e, name, text, n, err) == 0) {
		rc = plan_set(&e, name, &keys, bare, err);
		if (rc == 0)
			apply(&e, out);
		close_editor(&e);
	}
	free(bare);
	json5_path_done(&keys);
	return rc;
}

static int
unset_once(const char *name, const struct buf *text, const struct json5_path *keys, struct buf *out,
    struct err *err)
{
	struct editor e;
	if (open_editor(&e, name, buf_str(text), text->len, err) < 0)
		return -1;
	int rc = plan_unset(&e, keys);
	apply(&e, out);
	close_editor(&e);
	return rc;
}

int
json5_unset(const char *name, const char *text, size_t n, const char *path, struct buf *out,
    struct err *err)
{
	struct json5_path keys;
	if (json5_path_parse(&keys, path, err) < 0)
		return -1;
	struct buf now, next;
	buf_init(&now, 0);
	buf_init(&next, 0);
	buf_add(&now, text, n);
	int rc, removed = 0;
	/* A key that stands twice goes twice; elements of a list move up, so only one of them does. */
	while ((rc = unset_once(name, &now, &keys, &next, err)) == 0) {
		removed++;
		buf_swap(&now, &next);
		buf_reset(&next);
		struct json5 *v = json5_parse(name, buf_str(&now), now.len, NULL);
		struct json5_path parent = { .v = keys.v, .n = keys.n - 1 };
		const struct json5 *in = v != NULL ? json5_at(v, &parent) : NULL;
		bool list = in != NULL && in->type == JSON5_ARRAY;
		json5_free(v);
		if (list)
			break;
	}
	if (rc >= 0) {
		buf_add(out, buf_str(&now), now.len);
		rc = removed > 0 ? 0 : 1;
	}
	buf_done(&now);
	buf_done(&next);
	json5_path_done(&keys);
	return rc;
}
