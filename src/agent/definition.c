/* definition.c - see definition.h. */
#include "config.h"

#include "agent/definition.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/converse.h"
#include "text/utf8.h"

enum { MAX_BYTES = 256 * 1024, MAX_TOOLS = 100 };

void
definition_free(struct definition *d)
{
	if (d == NULL)
		return;
	free(d->name);
	free(d->path);
	free(d->description);
	free(d->model);
	free(d->effort);
	free(d->system);
	for (size_t i = 0; i < d->tools.n; i++)
		free(d->tools.v[i]);
	vec_done(&d->tools);
	free(d);
}

/* ---- the file ------------------------------------------------------------------ */

/* Without white space and quotes around it. */
static char *
scalar(const char *s, size_t n)
{
	char *whole = mem_strndup(s, n), *out = str_trim(whole);
	size_t len = strlen(out);
	if (len >= 2 && (out[0] == '"' || out[0] == '\'') && out[len - 1] == out[0]) {
		memmove(out, out + 1, len - 2);
		out[len - 2] = '\0';
	}
	free(whole);
	return out;
}

static void
add_tool(struct definition *d, const char *s, size_t n)
{
	char *name = scalar(s, n);
	if (*name != '\0' && d->tools.n < MAX_TOOLS)
		vec_add(&d->tools, name);
	else
		free(name);
}

/* "a, b" or "[a, b]". */
static void
add_tools(struct definition *d, const char *s, size_t n)
{
	if (n >= 2 && s[0] == '[' && s[n - 1] == ']') {
		s++;
		n -= 2;
	}
	while (n > 0) {
		size_t k = 0;
		while (k < n && s[k] != ',')
			k++;
		add_tool(d, s, k);
		k += k < n;
		s += k;
		n -= k;
	}
}

static void
set(char **member, const char *s, size_t n)
{
	free(*member);
	*member = scalar(s, n);
	if (**member == '\0') {
		free(*member);
		*member = NULL;
	}
}

struct reader {
	struct definition	*d;
	bool			 in_tools;      /* lines "- a" belong to the list of tools */
};

static int
take_member(struct reader *r, const char *line, size_t n, size_t number, struct err *err)
{
	const char *colon = memchr(line, ':', n);
	if (colon == NULL)
		return err_set(err, ERR_CONFIG, _("Line %zu of agent %s is no \"name: value\"."), number, r->d->name);
	size_t key = (size_t)(colon - line), len = n - key - 1;
	const char *value = colon + 1;
	while (len > 0 && strchr(" \t", *value) != NULL) {
		value++;
		len--;
	}
	while (len > 0 && strchr(" \t\r", value[len - 1]) != NULL)
		len--;
	r->in_tools = key == 5 && memcmp(line, "tools", 5) == 0;
	if (r->in_tools) {
		r->d->has_tools = true;
		add_tools(r->d, value, len);
	} else if (key == 11 && memcmp(line, "description", 11) == 0) {
		set(&r->d->description, value, len);
	} else if (key == 5 && memcmp(line, "model", 5) == 0) {
		set(&r->d->model, value, len);
	} else if ((key == 6 && memcmp(line, "effort", 6) == 0) || (key == 8 && memcmp(line, "thinking", 8) == 0)) {
		set(&r->d->effort, value, len);
	}
	if (r->d->effort != NULL && effort_named(r->d->effort) < 0)
		return err_set(err, ERR_CONFIG, _("Line %zu of agent %s: there is no effort \"%s\"."), number, r->d->name,
		    r->d->effort);
	return 0;
}

static int
take_line(struct reader *r, const char *line, size_t n, size_t number, struct err *err)
{
	size_t indent = 0;
	while (indent < n && strchr(" \t", line[indent]) != NULL)
		indent++;
	const char *s = line + indent;
	size_t len = n - indent;
	if (len == 0 || *s == '#' || *s == '\r')
		return 0;
	if (*s == '-' && r->in_tools) {
		add_tool(r->d, s + 1, len - 1);
		return 0;
	}
	/* What is indented, or another list, belongs to a member that is not ours. */
	if (indent > 0 || *s == '-')
		return 0;
	return take_member(r, line, n, number, err);
}

static bool
is_rule(const char *line, size_t n)
{
	return n >= 3 && memcmp(line, "---", 3) == 0 && (n == 3 || (n == 4 && line[3] == '\r'));
}

/* The offset of the body, 0 when there is no front matter; -1. */
static long
take_front(struct reader *r, const char *text, size_t n, struct err *err)
{
	size_t at = 0, number = 0;
	while (at < n) {
		const char *nl = memchr(text + at, '\n', n - at);
		size_t len = nl != NULL ? (size_t)(nl - text) - at : n - at, next = at + len + (nl != NULL);
		bool rule = is_rule(text + at, len);
		number++;
		if (number == 1 && !rule)
			return 0;
		if (number > 1 && rule)
			return (long)next;
		if (number > 1 && take_line(r, text + at, len, number, err) < 0)
			return -1;
		at = next;
	}
	return number == 0 ? 0 :
	    err_set(err, ERR_CONFIG, _("The front matter of agent %s has no end: a line \"---\" is missing."), r->d->name);
}

struct definition *
definition_parse(const char *name, const char *text, size_t n, struct err *err)
{
	struct definition *d = mem_alloc(sizeof *d);
	struct reader r = { .d = d };
	d->name = mem_strdup(name);
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		n -= 3;
	}
	long body = 0;
	if (memchr(text, '\0', n) != NULL || !utf8_is_valid(text, n))
		body = err_set(err, ERR_CONFIG, _("Agent %s is not text in UTF-8."), name);
	else
		body = take_front(&r, text, n, err);
	if (body < 0) {
		definition_free(d);
		return NULL;
	}
	char *rest = mem_strndup(text + body, n - (size_t)body);
	d->system = str_trim(rest);
	free(rest);
	if (*d->system == '\0') {
		free(d->system);
		d->system = NULL;
	}
	return d;
}

/* ---- the folders ----------------------------------------------------------------- */

struct folders VEC(char *);

/* The nearest first; the user's last. */
static void
list_folders(const char *folder, struct folders *out)
{
	char *at = mem_strdup(folder);
	while (*at != '\0') {
		vec_add(out, mem_printf("%s/.adit/agents", strcmp(at, "/") == 0 ? "" : at));
		char *slash = strrchr(at, '/');
		if (slash == NULL)
			break;
		*slash = '\0';
	}
	free(at);
	vec_add(out, file_path(FILE_CONFIG, "agents"));
}

static void
folders_done(struct folders *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i]);
	vec_done(f);
}

/* A pipe or a device may be named like one, too; reading it would wait, or never end. */
static int
read_regular(const char *path, struct buf *out, struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0) {
		err_set(err, ERR_FAILED, _("Cannot read %s: %s."), path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	int rc = !S_ISREG(st.st_mode) ? err_set(err, ERR_FAILED, _("%s is no ordinary file."), path) :
	    file_read_fd(fd, MAX_BYTES, out, err) < 0 ? err_wrap(err, _("Cannot read %s"), path) : 0;
	close(fd);
	return rc;
}

static struct definition *
read_one(const char *path, const char *name, struct err *err)
{
	struct buf b = { 0 };
	struct definition *d = NULL;
	if (read_regular(path, &b, err) == 0)
		d = definition_parse(name, buf_str(&b), b.len, err);
	if (d != NULL)
		d->path = mem_strdup(path);
	buf_done(&b);
	return d;
}

static bool
has(const struct definitions *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i]->name, name) == 0)
			return true;
	return false;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(struct definition *const *)a)->name, (*(struct definition *const *)b)->name);
}

static void
list_one(const char *folder, struct definitions *out)
{
	char *pattern = mem_printf("%s/*.md", folder);
	glob_t found = { 0 };
	glob(pattern, 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *base = strrchr(found.gl_pathv[i], '/') + 1;
		char *name = mem_strndup(base, strlen(base) - 3);
		struct definition *d = has(out, name) ? NULL : read_one(found.gl_pathv[i], name, NULL);
		if (d != NULL)
			vec_add(out, d);
		free(name);
	}
	globfree(&found);
	free(pattern);
}

void
definitions_list(const char *folder, struct definitions *out)
{
	struct folders folders = { 0 };
	list_folders(folder, &folders);
	for (size_t i = 0; i < folders.n; i++)
		list_one(folders.v[i], out);
	folders_done(&folders);
	if (out->n > 1)
		qsort(out->v, out->n, sizeof *out->v, by_name);
}

void
definitions_done(struct definitions *list)
{
	for (size_t i = 0; i < list->n; i++)
		definition_free(list->v[i]);
	vec_done(list);
}

/* "There is no agent x; there are a, b." */
static void
complain(const char *folder, const char *name, struct err *err)
{
	struct definitions list = { 0 };
	struct buf names = { 0 };
	definitions_list(folder, &list);
	for (size_t i = 0; i < list.n; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "", list.v[i]->name);
	if (names.len > 0)
		err_set(err, ERR_USAGE, _("There is no agent %s. There are: %s."), name, names.s);
	else
		err_set(err, ERR_USAGE, _("There is no agent %s: no file %s.md in .adit/agents/ or in the agents folder of the "
		    "configuration."), name, name);
	buf_done(&names);
	definitions_done(&list);
}

struct definition *
definition_find(const char *folder, const char *name, struct err *err)
{
	struct folders folders = { 0 };
	struct definition *d = NULL;
	bool there = false;
	bool is_name = *name != '\0' && *name != '.' && strchr(name, '/') == NULL;
	list_folders(folder, &folders);
	for (size_t i = 0; is_name && i < folders.n && !there; i++) {
		char *path = mem_printf("%s/%s.md", folders.v[i], name);
		there = file_exists(path);
		if (there)
			d = read_one(path, name, err);
		free(path);
	}
	folders_done(&folders);
	if (!there)
		complain(folder, name, err);
	return d;
}
