/*
 * config-edit.c - see config-edit.h.
 *
 * Nothing is written that the loader would refuse.
 */
#include "config.h"

#include "app/config-edit.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/config-table.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json5.h"
#include "base/mem.h"
#include "base/str.h"

/* ---- set, unset --------------------------------------------------------------------------------- */

/*
 * Through a symbolic link (a folder of dotfiles), keeping the mode; a new file is the user's
 * alone.
 */
int
config_edit_write(const char *path, const struct buf *text, struct err *err)
{
	char *real = realpath(path, NULL), *target = real != NULL ? real : mem_strdup(path);
	char *copy = mem_strdup(target);
	struct stat st;
	mode_t mode = stat(target, &st) == 0 ? st.st_mode & 07777 : 0600;
	int rc = file_make_dir(dirname(copy), 0700, err);
	if (rc == 0)
		rc = file_replace(target, buf_str(text), text->len, mode, err);
	free(copy);
	free(target);
	return rc;
}

/* The JSON for a word of the shell: a text needs no quotes where only a text can stand, or the object that it stands
 * for. */
static char *
value_as_json(const struct config_row *row, const char *word)
{
	struct json5 *v = json5_parse("", word, strlen(word), NULL);
	bool texts_only = row != NULL && !(row->types & ~(unsigned)(CONFIG_TEXT | CONFIG_WORD));
	bool quoted = v != NULL && v->type == JSON5_STRING;
	bool object = v != NULL && v->type == JSON5_OBJECT && row != NULL && row->member != NULL;
	bool as_is = v != NULL && (quoted || object || !texts_only);
	json5_free(v);
	if (as_is)
		return mem_strdup(word);
	struct buf b;
	buf_init(&b, 0);
	json_put_string(&b, word, strlen(word));
	return buf_take(&b, NULL);
}

/* The spelling that the file has already for a part with two names, else the one of the table. */
static void
choose_spelling(const struct json5 *root, struct json5_path *path)
{
	struct json5_path canon = { 0 };
	for (size_t i = 0; i < path->n; i++)
		vec_add(&canon, mem_strdup(path->v[i]));
	bool old_place = config_canon(&canon);
	for (size_t i = 0; !old_place && i < path->n; i++) {
		struct json5_path to_here = { .v = path->v, .n = i };
		const struct json5 *in = root != NULL ? json5_at(root, &to_here) : NULL;
		const char *other =
		    str_starts(canon.v[i], "amazon-bedrock") ? canon.v[i] + strlen("amazon-") : "";
		bool other_is_there = json5_get(in, other) != NULL && json5_get(in, canon.v[i]) == NULL;
		char *part = mem_strdup(other_is_there ? other : canon.v[i]);
		free(path->v[i]);
		path->v[i] = part;
	}
	json5_path_done(&canon);
}

char *
config_edit_path(const struct buf *text, const char *key, const struct config_row **row, struct err *err)
{
	struct json5_path path, canon;
	if (json5_path_parse(&path, key, err) < 0)
		return NULL;
	struct json5 *root = json5_parse("", buf_str(text), text->len, NULL);
	choose_spelling(root, &path);
	json5_free(root);
	struct buf b;
	buf_init(&b, 0);
	for (size_t i = 0; i < path.n; i++)
		json5_path_put(&b, path.v[i]);
	json5_path_done(&path);
	json5_path_parse(&canon, key, NULL);
	config_canon(&canon);
	*row = config_match(canon.v, canon.n).row;
	json5_path_done(&canon);
	return buf_take(&b, NULL);
}

/* Does the problem concern this key, what is below it, or what it is in? */
static bool
concerns(const struct config_problem *p, const char *key)
{
	struct json5_path path;
	if (p->path == NULL || json5_path_parse(&path, key, NULL) < 0)
		return p->path == NULL;
	config_canon(&path);
	struct buf b;
	buf_init(&b, 0);
	for (size_t i = 0; i < path.n; i++)
		json5_path_put(&b, path.v[i]);
	bool related = str_starts(p->path, b.s) || str_starts(b.s, p->path);
	buf_done(&b);
	json5_path_done(&path);
	return related;
}

static struct config_problem
copy_problem(const struct config_problem *p)
{
	struct config_problem c = *p;
	c.file = mem_strdup(p->file);
	c.path = mem_strdup(p->path);
	c.text = mem_strdup(p->text);
	return c;
}

/* Would the loader take the new text, as far as this key goes? */
static int
check_edit(const char *file, const struct buf *text, const char *key, struct config_report *notes,
    struct err *err)
{
	struct config_report report = { 0 };
	int rc = 0;
	config_check_text(file, buf_str(text), text->len, &report);
	for (size_t i = 0; i < report.n && rc == 0; i++) {
		const struct config_problem *p = &report.v[i];
		if (!concerns(p, key))
			continue;
		if (p->level == CONFIG_ERROR)
			rc = err_set(err, ERR_CONFIG, "%s", p->text);
		else if (notes != NULL)
			vec_add(notes, copy_problem(p));
	}
	config_report_done(&report);
	return rc;
}

/* `word` is JSON, or, unless `as_it_is`, a word that may lack its quotes. */
static int
set(const char *file, const char *key, const char *word, bool as_it_is, struct config_report *notes,
    struct err *err)
{
	struct buf text, out;
	const struct config_row *row;
	buf_init(&text, 0);
	buf_init(&out, 0);
	int rc = config_read_file(file, false, &text, err);
	char *path = rc == 0 ? config_edit_path(&text, key, &row, err) : NULL;
	if (path != NULL) {
		char *value = as_it_is ? mem_strdup(word) : value_as_json(row, word);
		rc = json5_set(file, buf_str(&text), text.len, path, value, &out, err);
		if (rc == 0)
			rc = check_edit(file, &out, key, notes, err);
		if (rc == 0)
			rc = config_edit_write(file, &out, err);
		free(value);
	}
	rc = path != NULL ? rc : -1;
	free(path);
	buf_done(&text);
	buf_done(&out);
	return rc;
}

int
config_edit_set(const char *file, const char *key, const char *word, struct config_report *notes,
    struct err *err)
{
	return set(file, key, word, false, notes, err);
}

int
config_edit_unset(const char *file, const char *key, struct err *err)
{
	struct buf text, out;
	const struct config_row *row;
	buf_init(&text, 0);
	buf_init(&out, 0);
	int rc = config_read_file(file, false, &text, err);
	char *path = rc == 0 ? config_edit_path(&text, key, &row, err) : NULL;
	rc = path != NULL ? json5_unset(file, buf_str(&text), text.len, path, &out, err) : -1;
	if (rc == 1)
		rc = err_set(err, ERR_FAILED, _("%s is not set in %s."), key, file);
	else if (rc == 0)
		rc = config_edit_write(file, &out, err);
	free(path);
	buf_done(&text);
	buf_done(&out);
	return rc;
}

/* ---- the models to use ---------------------------------------------------------------------------- */

#define DEFAULT_MODEL "agents.defaults.model"

/* What stands at a path of the user's file itself; *root is freed by the caller. */
static const struct json5 *
in_file(const char *file, const char *key, struct json5 **root)
{
	struct buf text;
	struct json5_path path;
	buf_init(&text, 0);
	*root = NULL;
	if (config_read_file(file, false, &text, NULL) == 0)
		*root = json5_parse("", buf_str(&text), text.len, NULL);
	buf_done(&text);
	if (*root == NULL || json5_path_parse(&path, key, NULL) < 0)
		return NULL;
	const struct json5 *v = json5_at(*root, &path);
	json5_path_done(&path);
	return v;
}

/* A reference with the provider that others write before it. The caller frees. */
static char *
full_ref(const char *ref)
{
	bool has = strchr(ref, '/') != NULL && !str_starts(ref, "arn:");
	return has ? mem_strdup(ref) : mem_printf("amazon-bedrock/%s", ref);
}

static int
set_json(const char *file, const char *key, struct json_object *value, struct err *err)
{
	const char *json = json_object_to_json_string_ext(value,
	    JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
	return set(file, key, json, true, NULL, err);
}

static int
set_text(const char *file, const char *key, const char *text, struct err *err)
{
	struct json_object *value = json_object_new_string(text);
	int rc = set_json(file, key, value, err);
	json_free(value);
	return rc;
}

int
config_edit_default_model(const char *file, const char *ref, struct err *err)
{
	struct json5 *root;
	const struct json5 *now = in_file(file, DEFAULT_MODEL, &root);
	bool plain = now != NULL && now->type == JSON5_STRING;
	json5_free(root);
	char *full = full_ref(ref);
	int rc = set_text(file, plain ? DEFAULT_MODEL : DEFAULT_MODEL ".primary", full, err);
	free(full);
	return rc;
}

int
config_edit_subagent_model(const char *file, const char *ref, struct err *err)
{
	char *full = full_ref(ref);
	int rc = set_text(file, "agents.defaults.subagents.model", full, err);
	free(full);
	return rc;
}

/* `full` has a provider; the list's may have the other name of Bedrock's, or none. */
static bool
is_in(struct json_object *list, const char *full)
{
	bool found = false;
	for (size_t i = 0; i < json_len(list) && !found; i++) {
		const char *s = json_object_get_string(json_item(list, i));
		char *other = s == NULL ? NULL : str_starts(s, "bedrock/") ? mem_printf("amazon-%s", s) : full_ref(s);
		found = str_same(other, full);
		free(other);
	}
	return found;
}

int
config_edit_add_fallback(const char *file, const char *ref, struct err *err)
{
	struct json5 *root;
	const struct json5 *now = in_file(file, DEFAULT_MODEL, &root);
	char *full = full_ref(ref);
	bool plain = now != NULL && now->type == JSON5_STRING;
	const struct json5 *had = plain ? NULL : json5_get(now, "fallbacks");
	struct json_object *list = had != NULL ? json5_to_json(had) : json_object_new_array();
	int rc = 1;
	if (!json_object_is_type(list, json_type_array))
		rc = err_set(err, ERR_CONFIG, _("%s is no list in %s."), DEFAULT_MODEL ".fallbacks", file);
	else if (!is_in(list, full))
		rc = json_object_array_add(list, json_object_new_string(full));
	if (rc == 0 && plain) {         /* a text stands for an object with one member: now it has two */
		struct json_object *both = json_object_new_object();
		json_object_object_add(both, "primary", json_object_new_string(now->s));
		json_object_object_add(both, "fallbacks", json_object_get(list));
		rc = set_json(file, DEFAULT_MODEL, both, err);
		json_free(both);
	} else if (rc == 0) {
		rc = set_json(file, DEFAULT_MODEL ".fallbacks", list, err);
	}
	json_free(list);
	json5_free(root);
	free(full);
	return rc;
}
