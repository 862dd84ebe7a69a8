/*
 * configuration.c - see configuration.h.
 *
 * Each file is parsed, walked with the table beside it, and turned into a
 * json-c tree with canonical key names; the trees are laid over each other.
 * A walk does not stop at the first error, so that a report has them all.
 */
#include "config.h"

#include "app/configuration.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config-table.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

enum { FILE_MAX = 1 << 20, LEVELS_UP = 64 };

enum source_kind { SOURCE_USER, SOURCE_PROJECT, SOURCE_TRUST };

/*
 * A file that matters, whether it exists or not: a change of its stamp is a reason to read again.
 */
struct source {
	enum source_kind	 kind;
	char			*path;
	struct file_stamp	 stamp;
	bool			 read;
};

struct config {
	char			*file, *cwd;
	bool			 given;         /* --config: must exist */
	struct VEC(struct source) sources;      /* in the order of reading */
	struct json_object	*tree;
	struct VEC(struct json_object *) defaults;      /* by row of the table */
};

/* ---- reports ------------------------------------------------------------ */

void
config_report_done(struct config_report *report)
{
	for (size_t i = 0; i < report->n; i++) {
		free(report->v[i].file);
		free(report->v[i].path);
		free(report->v[i].text);
	}
	vec_done(report);
}

/* ---- walking a file ----------------------------------------------------- */

struct walk {
	const char		*file;
	bool			 untrusted;
	bool			 verbatim;      /* variables are not looked up */
	struct config_report	*report;
	size_t			 errors;
	bool			 dropped;       /* the list in hand holds what may not be set */
	struct json5_path	 path;          /* as the file has it, down to here */
	struct json_object	*out;
};

static char *
path_text(const struct json5_path *path)
{
	struct buf b;
	buf_init(&b, 0);
	for (size_t i = 0; i < path->n; i++)
		json5_path_put(&b, path->v[i]);
	return buf_take(&b, NULL);
}

static void
copy_path(struct json5_path *to, const struct json5_path *from)
{
	*to = (struct json5_path){ 0 };
	for (size_t i = 0; i < from->n; i++)
		vec_add(to, mem_strdup(from->v[i]));
}

static void __attribute__((format(printf, 5, 6)))
report(struct walk *w, enum config_level level, struct json5_place place,
    const struct json5_path *path, const char *fmt, ...)
{
	struct buf text;
	buf_init(&text, 0);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	w->errors += level == CONFIG_ERROR;
	struct config_problem problem = { .level = level,
		.file = mem_strdup(w->file),
		.place = place,
		.path = path != NULL ? path_text(path) : NULL,
		.text = buf_take(&text, NULL) };
	vec_add(w->report, problem);
}

/* The name of the variable in "${NAME}" or "${NAME:-text}" at s; its length, 0 when it is none. */
static size_t
variable_name(const char *s)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
	size_t n = strspn(s + 2, letters);
	bool ends = s[2 + n] == '}' ||
		    (s[2 + n] == ':' && s[3 + n] == '-' && strchr(s + 4 + n, '}') != NULL);
	return ends && n > 0 && (s[2] < '0' || s[2] > '9') ? n : 0;
}

/* At "${NAME": appends the value and returns what follows; NULL when it is not set. */
static const char *
put_variable(const char *s, size_t n, struct buf *out)
{
	char *name = mem_strndup(s + 2, n);
	const char *value = getenv(name), *end = strchr(s, '}') + 1;
	free(name);
	s += 2 + n;
	if (value != NULL)
		buf_puts(out, value);
	else if (*s == ':')
		buf_add(out, s + 2, (size_t)(end - s) - 3);
	else
		return NULL;
	return end;
}

/* The provider beside Bedrock that a path is below, or NULL. */
static const char *
provider_at(const struct json5_path *path)
{
	bool below = path->n > 3 && strcmp(path->v[0], "models") == 0 && strcmp(path->v[1], "providers") == 0;
	return below && strcmp(path->v[2], "amazon-bedrock") != 0 ? path->v[2] : NULL;
}

static struct json5 *
new_text(const char *s, size_t n)
{
	struct json5 *v = mem_alloc(sizeof *v);
	*v = (struct json5){ .type = JSON5_STRING, .s = mem_strndup(s, n), .len = n };
	return v;
}

/* The text becomes { source: "env", id: NAME }, as a key may be written, too: whoever needs it finds out
 * (app/providers.c) that there is no such variable. */
static void
make_wanting(struct json5 *v, const char *name, size_t n)
{
	struct json5_member source = { .key = mem_strdup("source"), .value = new_text("env", 3) };
	struct json5_member id = { .key = mem_strdup("id"), .value = new_text(name, n) };
	v->type = JSON5_OBJECT;
	vec_add(&v->in, source);
	vec_add(&v->in, id);
	free(v->s);
	v->s = NULL;
	v->len = 0;
}

/* A provider that is short of a variable is one that cannot be used; the others can. Anything else that is stops
 * adit. -1: stop. */
static int
report_unset(struct walk *w, struct json5 *v, const struct json5_path *path, const char *name, size_t n)
{
	const char *provider = provider_at(path);
	if (provider == NULL) {
		report(w, CONFIG_ERROR, v->place, path,
		    _("The environment variable %.*s is not set. (${%.*s:-text} would give it a "
		      "default.)"), (int)n, name, (int)n, name);
		return -1;
	}
	report(w, CONFIG_WARNING, v->place, path,
	    _("The environment variable %.*s is not set. The provider %s cannot be used until it is."),
	    (int)n, name, provider);
	make_wanting(v, name, n);
	return 0;
}

/* Puts variables into a text; "$${" is a plain "${". -1 after a report. */
static int
expand(struct walk *w, struct json5 *v, const struct json5_path *path)
{
	struct buf out;
	buf_init(&out, 0);
	for (const char *s = v->s; *s != '\0';) {
		size_t n = str_starts(s, "${") ? variable_name(s) : 0;
		if (str_starts(s, "$${")) {
			buf_puts(&out, "${");
			s += 3;
		} else if (n == 0) {
			buf_putc(&out, *s++);
		} else {
			const char *next = put_variable(s, n, &out);
			if (next == NULL) {
				buf_done(&out);
				return report_unset(w, v, path, s + 2, n);
			}
			s = next;
		}
	}
	free(v->s);
	v->s = buf_take(&out, &v->len);
	return 0;
}

static bool
uses_variables(const struct json5 *v)
{
	if (v->type == JSON5_STRING)
		for (const char *s = strstr(v->s, "${"); s != NULL; s = strstr(s + 1, "${"))
			if (variable_name(s) > 0)
				return true;
	for (size_t i = 0; i < v->in.n; i++)
		if (uses_variables(v->in.v[i].value))
			return true;
	return false;
}

static int
expand_all(struct walk *w, struct json5 *v, const struct json5_path *path)
{
	int rc = v->type == JSON5_STRING && strstr(v->s, "${") != NULL ? expand(w, v, path) : 0;
	for (size_t i = 0; i < v->in.n; i++)
		rc |= expand_all(w, v->in.v[i].value, path);
	return rc;
}

/* Sets a value in the tree. A weak one (from an old place) gives way to what is there. */
static void
put_at(struct json_object *o, char *const *parts, size_t n, struct json_object *value, bool weak)
{
	for (size_t i = 0; i + 1 < n; i++) {
		struct json_object *next = json_get(o, parts[i]);
		if (!json_object_is_type(next, json_type_object)) {
			next = json_object_new_object();
			json_object_object_add(o, parts[i], next);
		}
		o = next;
	}
	if (weak && json_get(o, parts[n - 1]) != NULL)
		json_free(value);
	else
		json_object_object_add(o, parts[n - 1], value);
}

static void
store(struct walk *w, struct json5_path *path, const char *member, const struct json5 *v, bool old)
{
	if (member != NULL)
		vec_add(path, mem_strdup(member));
	put_at(w->out, path->v, path->n, json5_to_json(v), old);
}

/* What a project may not set until its folder is trusted. True: leave it out. */
static bool
is_refused(struct walk *w, const struct json5 *v, const struct json5_path *path, unsigned marks)
{
	if (!w->untrusted)
		return false;
	if (marks & CONFIG_TRUSTED) {
		report(w, CONFIG_WARNING, v->place, path,
		    _("This is left out, because it says what is run or where requests and "
		      "credentials go, and the folder is not trusted. To trust it: adit config "
		      "trust"));
		return true;
	}
	if (uses_variables(v)) {
		report(w, CONFIG_WARNING, v->place, path,
		    _("This is left out, because it reads environment variables, and the folder is "
		      "not trusted. To trust it: adit config trust"));
		return true;
	}
	return false;
}

/* False: it was not taken. */
static bool
walk_leaf(struct walk *w, const struct config_row *row, struct json5 *v,
    const struct json5_path *path)
{
	bool was_text = v->type == JSON5_STRING;
	if (is_refused(w, v, path, row->marks) || (!w->verbatim && expand_all(w, v, path) != 0))
		return false;
	if (w->verbatim && v->type == JSON5_STRING && uses_variables(v))
		return true;            /* what it will be is not known yet */
	if (was_text && v->type == JSON5_OBJECT)
		return true;            /* it waits for a variable */
	struct err err;
	char *name = path_text(path);
	int rc = config_row_check(row, name, v, &err);
	if (rc < 0)
		report(w, CONFIG_ERROR, v->place, path, "%s", err.text);
	free(name);
	return rc == 0;
}

static void
report_unknown(struct walk *w, struct json5_place place, const struct json5_path *path)
{
	char *near = config_nearest(path->v, path->n), *name = path_text(path);
	if (near != NULL)
		report(w, CONFIG_UNKNOWN, place, path,
		    _("%s is not a setting of adit. Is %s meant?"), name, near);
	else
		report(w, CONFIG_UNKNOWN, place, path, _("%s is not a setting of adit."), name);
	free(near);
	free(name);
}

static void walk_value(struct walk *w, struct json5 *v, struct json5_place key, bool in_list);

static void
walk_members(struct walk *w, struct json5 *v, bool in_list)
{
	for (size_t i = 0; i < v->in.n; i++) {
		const struct json5_member *m = &v->in.v[i];
		vec_add(&w->path, m->key != NULL ? mem_strdup(m->key) : mem_printf("%zu", i));
		walk_value(w, m->value, m->place, in_list);
		free(w->path.v[--w->path.n]);
	}
}

/* A list whose elements have settings is taken as a whole or not at all. */
static bool
walk_list(struct walk *w, struct json5 *v, const struct json5_path *path, bool in_list)
{
	if (v->type != JSON5_ARRAY) {
		char *name = path_text(path);
		report(w, CONFIG_ERROR, v->place, path, _("%s takes: a list. It cannot be %s."),
		    name, json5_type_name(v->type));
		free(name);
		return false;
	}
	size_t errors = w->errors;
	if (!in_list)
		w->dropped = false;
	walk_members(w, v, true);
	return w->errors == errors && !w->dropped;
}

static void
walk_value(struct walk *w, struct json5 *v, struct json5_place key, bool in_list)
{
	struct json5_path path;
	copy_path(&path, &w->path);
	bool old = config_canon(&path), taken = false;
	struct config_match m = config_match(path.v, path.n);
	if (old && m.inner && !m.row)
		report(w, CONFIG_NOTE, key, &path,
		    _("This still works, but its place is now "
		      "plugins.entries.amazon-bedrock.config.discovery."));
	if (v->type == JSON5_NULL) {
		/* the same as not set */
	} else if (m.list) {
		taken = walk_list(w, v, &path, in_list);
	} else if (m.inner && v->type == JSON5_OBJECT) {
		walk_members(w, v, in_list);
	} else if (m.row != NULL) {
		taken = walk_leaf(w, m.row, v, &path);
		w->dropped |= !taken;
	} else if (m.inner) {
		char *name = path_text(&path);
		report(w, CONFIG_ERROR, v->place, &path, _("%s takes: an object. It cannot be %s."),
		    name[0] != '\0' ? name : w->file, json5_type_name(v->type));
		free(name);
	} else {
		report_unknown(w, key, &path);
		taken = !w->untrusted;
	}
	if (taken && !in_list)
		store(w, &path, m.row != NULL && !m.list ? m.row->member : NULL, v, old);
	json5_path_done(&path);
}

/* Of a text that does not parse: are there white space and comments only? Then nothing is set. */
static bool
is_empty_text(const char *name, const char *text, size_t n)
{
	struct buf out;
	buf_init(&out, 0);
	bool empty = json5_unset(name, text, n, "x", &out, NULL) == 1;  /* could be read: as {} */
	buf_done(&out);
	return empty;
}

/* The tree of one text; NULL when it has errors. */
static struct json_object *
walk_text(struct walk *w, const char *text, size_t n)
{
	struct err err;
	w->out = json_object_new_object();
	struct json5 *v = json5_parse(w->file, text, n, &err);
	if (v != NULL)
		walk_value(w, v, v->place, false);
	else if (!is_empty_text(w->file, text, n))
		report(w, CONFIG_ERROR, (struct json5_place){ 0 }, NULL, "%s", err.text);
	json5_free(v);
	vec_done(&w->path);
	if (w->errors == 0)
		return w->out;
	json_free(w->out);
	return NULL;
}

/* ---- files -------------------------------------------------------------- */

int
config_read_file(const char *path, bool must, struct buf *out, struct err *err)
{
	if (!must && access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	return file_read(path, FILE_MAX, out, err);
}

/* .adit/adit.json5 that somebody else put above our folder (in /tmp, say) is not ours to follow. */
static bool
is_ours(const char *path)
{
	struct stat st;
	return stat(path, &st) < 0 || st.st_uid == getuid() || st.st_uid == 0;
}

/* The folder of a project's .adit/adit.json5. */
static char *
project_folder(const char *path)
{
	char *folder = mem_strndup(path, strlen(path) - strlen("/.adit/adit.json5"));
	if (folder[0] == '\0') {
		free(folder);
		folder = mem_strdup("/");
	}
	return folder;
}

static bool
is_untrusted(const struct source *s)
{
	if (s->kind != SOURCE_PROJECT)
		return false;
	char *folder = project_folder(s->path);
	bool trusted = config_trusted(folder);
	free(folder);
	return !trusted;
}

/*
 * Reads one file into the report; NULL when it has errors. A file that is not there is an empty
 * tree.
 */
static struct json_object *
read_source(struct source *s, bool must, struct config_report *problems)
{
	struct walk w = { .file = s->path, .report = problems };
	struct err err;
	struct buf text;
	struct json_object *tree = NULL;
	buf_init(&text, 0);
	s->stamp = file_stamp(s->path);
	if (s->kind == SOURCE_PROJECT && !is_ours(s->path)) {
		report(&w, CONFIG_WARNING, (struct json5_place){ 0 }, NULL,
		    _("This file is left out, because it belongs to another user."));
		tree = json_object_new_object();
	} else if (config_read_file(s->path, must, &text, &err) < 0) {
		report(&w, CONFIG_ERROR, (struct json5_place){ 0 }, NULL, "%s", err.text);
	} else {
		s->read = text.len > 0 || file_exists(s->path);
		w.untrusted = s->read && is_untrusted(s);
		tree = walk_text(&w, buf_str(&text), text.len);
	}
	buf_done(&text);
	return tree;
}

/* Lays one tree over another: objects are joined, everything else replaced. */
static void
overlay(struct json_object *under, struct json_object *over)
{
	json_object_object_foreach(over, key, value) {
		struct json_object *was = json_get(under, key);
		if (json_object_is_type(was, json_type_object) &&
		    json_object_is_type(value, json_type_object))
			overlay(was, value);
		else
			json_object_object_add(under, key, json_object_get(value));
	}
}

static void
add_source(struct config *c, enum source_kind kind, char *path)
{
	struct source s = { .kind = kind, .path = path };
	vec_add(&c->sources, s);
}

/* From the root down to cwd, so that the nearest comes last and wins. */
static void
add_projects(struct config *c)
{
	if (c->cwd == NULL || c->cwd[0] != '/')
		return;
	size_t levels = 0;
	for (const char *at = c->cwd; at != NULL; at = strchr(at + 1, '/')) {
		size_t n = (size_t)(at - c->cwd);
		if (at[1] != '\0' || n == 0)
			add_source(c, SOURCE_PROJECT,
			    mem_printf("%.*s/.adit/adit.json5", (int)n, c->cwd));
		if (++levels == LEVELS_UP)
			break;
	}
	if (c->cwd[1] != '\0')
		add_source(c, SOURCE_PROJECT, mem_printf("%s/.adit/adit.json5", c->cwd));
}

static char *
trust_file(void)
{
	return file_path(FILE_STATE, "trusted");
}

static int
first_error(const struct config_report *problems, struct err *err)
{
	for (size_t i = 0; i < problems->n; i++) {
		const struct config_problem *p = &problems->v[i];
		if (p->level != CONFIG_ERROR)
			continue;
		if (p->place.line == 0)
			return err_set(err, ERR_CONFIG, "%s", p->text);
		return err_set(err, ERR_CONFIG, _("%s, line %d, column %d: %s"), p->file,
		    p->place.line, p->place.column, p->text);
	}
	return err_set(err, ERR_CONFIG, _("The configuration cannot be read."));
}

/* Reads all sources; the new tree, or NULL. */
static struct json_object *
read_all(struct config *c, struct config_report *problems)
{
	struct json_object *tree = json_object_new_object();
	bool ok = true;
	for (size_t i = 0; i < c->sources.n; i++) {
		struct source *s = &c->sources.v[i];
		if (s->kind == SOURCE_TRUST) {
			s->stamp = file_stamp(s->path);
			continue;
		}
		s->read = false;
		struct json_object *one =
		    read_source(s, c->given && s->kind == SOURCE_USER, problems);
		ok &= one != NULL;
		if (one != NULL)
			overlay(tree, one);
		json_free(one);
	}
	if (ok)
		return tree;
	json_free(tree);
	return NULL;
}

static int
read_into(struct config *c, struct config_report *problems, struct err *err)
{
	struct config_report own = { 0 };
	struct config_report *all = problems != NULL ? problems : &own;
	struct json_object *tree = read_all(c, all);
	if (tree != NULL) {
		json_free(c->tree);
		c->tree = tree;
	} else {
		first_error(all, err);
	}
	config_report_done(&own);
	return tree != NULL ? 0 : -1;
}

struct config *
config_load(const char *file, const char *cwd, struct config_report *problems, struct err *err)
{
	struct config *c = mem_alloc(sizeof *c);
	c->given = file != NULL;
	c->file = file != NULL ? mem_strdup(file) : file_path(FILE_CONFIG, "adit.json5");
	c->cwd = mem_strdup(cwd);
	add_source(c, SOURCE_USER, mem_strdup(c->file));
	add_projects(c);
	add_source(c, SOURCE_TRUST, trust_file());
	for (size_t i = 0; config_row_at(i) != NULL; i++) {
		const char *text = config_row_at(i)->fallback;
		vec_add(&c->defaults, text != NULL ? json_parse(text, strlen(text), NULL) : NULL);
	}
	if (read_into(c, problems, err) < 0) {
		config_free(c);
		return NULL;
	}
	return c;
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->sources.n; i++)
		free(c->sources.v[i].path);
	for (size_t i = 0; i < c->defaults.n; i++)
		json_free(c->defaults.v[i]);
	vec_done(&c->sources);
	vec_done(&c->defaults);
	json_free(c->tree);
	free(c->file);
	free(c->cwd);
	free(c);
}

int
config_reload(struct config *c, struct config_report *problems, struct err *err)
{
	bool changed = false;
	for (size_t i = 0; i < c->sources.n; i++)
		changed |=
		    !file_stamp_same(c->sources.v[i].stamp, file_stamp(c->sources.v[i].path));
	if (!changed)
		return 0;
	if (read_into(c, problems, err) < 0)
		return -1;
	log_info("configuration read again");
	return 1;
}

const char *
config_file(const struct config *c)
{
	return c->file;
}

const char *
config_source(const struct config *c, size_t i)
{
	for (size_t k = 0; k < c->sources.n; k++)
		if (c->sources.v[k].read && i-- == 0)
			return c->sources.v[k].path;
	return NULL;
}

const char *
config_watched(const struct config *c, size_t i)
{
	return i < c->sources.n ? c->sources.v[i].path : NULL;
}

bool
config_check_text(const char *name, const char *text, size_t n, struct config_report *problems)
{
	struct walk w = { .file = name, .verbatim = true, .report = problems };
	struct json_object *tree = walk_text(&w, text, n);
	json_free(tree);
	return w.errors == 0;
}

/* ---- values ------------------------------------------------------------- */

static struct json_object *
tree_at(struct json_object *o, const struct json5_path *path)
{
	for (size_t i = 0; i < path->n && o != NULL; i++)
		o = json_object_is_type(o, json_type_array)
			? json_item(o, strtoul(path->v[i], NULL, 10))
			: json_get(o, path->v[i]);
	return o;
}

static struct json_object *
default_of(const struct config *c, const struct config_row *row)
{
	for (size_t i = 0; i < c->defaults.n; i++)
		if (config_row_at(i) == row)
			return c->defaults.v[i];
	return NULL;
}

/* What is set, else the default; NULL. */
static struct json_object *
find(const struct config *c, const char *text, bool with_default)
{
	struct json5_path path;
	if (json5_path_parse(&path, text, NULL) < 0)
		return NULL;
	config_canon(&path);
	struct config_match m = config_match(path.v, path.n);
	struct json_object *o = tree_at(c->tree, &path);
	if (o == NULL && with_default && m.row != NULL)
		o = default_of(c, m.row);
	json5_path_done(&path);
	return o;
}

/* A setting that is a text or an object with one main member, as a text. */
static struct json_object *
find_value(const struct config *c, const char *text)
{
	struct json_object *o = find(c, text, true);
	struct json5_path path;
	if (!json_object_is_type(o, json_type_object) || json5_path_parse(&path, text, NULL) < 0)
		return o;
	config_canon(&path);
	const struct config_row *row = config_match(path.v, path.n).row;
	json5_path_done(&path);
	return row != NULL && row->member != NULL ? json_get(o, row->member) : o;
}

const char *
config_str(const struct config *c, const char *path)
{
	struct json_object *o = find_value(c, path);
	bool plain =
	    json_object_is_type(o, json_type_string) || json_object_is_type(o, json_type_int);
	return plain ? json_object_get_string(o) : NULL;
}

static bool
is_number(struct json_object *o)
{
	return json_object_is_type(o, json_type_int) || json_object_is_type(o, json_type_double);
}

int64_t
config_int(const struct config *c, const char *path, int64_t otherwise)
{
	struct json_object *o = find_value(c, path);
	return is_number(o) ? json_object_get_int64(o) : otherwise;
}

double
config_num(const struct config *c, const char *path, double otherwise)
{
	struct json_object *o = find_value(c, path);
	return is_number(o) ? json_object_get_double(o) : otherwise;
}

bool
config_flag(const struct config *c, const char *path)
{
	struct json_object *o = find_value(c, path);
	return json_object_is_type(o, json_type_boolean) && json_object_get_boolean(o);
}

struct json_object *
config_json(const struct config *c, const char *path)
{
	return find(c, path, true);
}

bool
config_is_set(const struct config *c, const char *path)
{
	return find(c, path, false) != NULL;
}

struct json_object *
config_model(const struct config *c, const char *ref)
{
	static const char canonical[] = "amazon-";
	struct json_object *models = json_at(c->tree, "agents.defaults.models");
	struct json_object *o = json_get(models, ref);
	char *full = str_starts(ref, "bedrock/") ? mem_printf("%s%s", canonical, ref) :
	    mem_printf("%sbedrock/%s", canonical, ref);
	if (o == NULL)
		o = json_get(models, full);
	free(full);
	return o;
}

const char *
config_alias(const struct config *c, const char *alias)
{
	struct json_object *models = json_at(c->tree, "agents.defaults.models");
	if (models == NULL)
		return NULL;
	json_object_object_foreach(models, ref, entry)
		if (str_same_nocase(json_str(entry, "alias", NULL), alias))
			return ref;
	return NULL;
}

/* ---- trust -------------------------------------------------------------- */

/* The folder's real name: two ways to it are one folder. NULL when it is not there. */
static char *
real_folder(const char *folder)
{
	return realpath(folder, NULL);
}

static bool
has_line(const struct buf *lines, const char *line)
{
	size_t n = strlen(line);
	for (const char *at = buf_str(lines); *at != '\0';) {
		size_t len = strcspn(at, "\n");
		if (len == n && memcmp(at, line, n) == 0)
			return true;
		at += len + (at[len] == '\n');
	}
	return false;
}

bool
config_trusted(const char *folder)
{
	char *file = trust_file(), *real = real_folder(folder);
	struct buf lines;
	buf_init(&lines, 0);
	bool trusted = real != NULL && config_read_file(file, false, &lines, NULL) == 0 &&
		       has_line(&lines, real);
	buf_done(&lines);
	free(real);
	free(file);
	return trusted;
}

int
config_trust(const char *folder, struct err *err)
{
	char *real = real_folder(folder);
	if (real == NULL || strchr(real, '\n') != NULL) {
		free(real);
		return err_set(err, ERR_FAILED, _("Cannot trust %s: %s."), folder, strerror(errno));
	}
	char *file = trust_file(), *place = file_path(FILE_STATE, "");
	struct buf lines;
	buf_init(&lines, 0);
	int rc = config_read_file(file, false, &lines, err);
	if (rc == 0 && !has_line(&lines, real)) {
		if (lines.len > 0 && lines.s[lines.len - 1] != '\n')
			buf_putc(&lines, '\n');
		buf_printf(&lines, "%s\n", real);
		rc = file_make_dir(place, 0700, err);
		if (rc == 0)
			rc = file_replace(file, lines.s, lines.len, 0600, err);
	}
	buf_done(&lines);
	free(place);
	free(file);
	free(real);
	return rc;
}
