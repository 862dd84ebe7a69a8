/*
 * profile-edit.c - see profile-edit.h.
 *
 * base/ini.h parses the text and says on which lines things stand; what is done
 * here is done to those lines. One setting at a time, each on the text that the
 * one before it left: the files are small, and no line number is ever stale.
 */
#include "config.h"

#include "aws/profile-edit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/ini.h"
#include "base/mem.h"
#include "base/str.h"

enum { MAX_FILE = 4 * 1024 * 1024, TRIES = 5 };

struct text {                           /* a file's bytes, and what they mean */
	const char	*file;
	const char	*s;
	size_t		 n;
	struct ini	*ini;
};

/* ---- lines ------------------------------------------------------------------ */

/* Where the line that begins at `at` ends: behind its line feed. */
static size_t
line_end(const struct text *t, size_t at)
{
	const char *lf = memchr(t->s + at, '\n', t->n - at);
	return lf != NULL ? (size_t)(lf - t->s) + 1 : t->n;
}

/* Where line `line` (from 1) begins. */
static size_t
line_start(const struct text *t, int line)
{
	size_t at = 0;
	while (--line > 0)
		at = line_end(t, at);
	return at;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Does the line say anything: neither a comment nor empty? */
static bool
is_empty_line(const struct text *t, size_t at, size_t end)
{
	if (t->s[at] == '#' || t->s[at] == ';')
		return true;
	end -= end > at && t->s[end - 1] == '\n';
	end -= end > at && t->s[end - 1] == '\r';        /* one, as base/ini.c has it */
	while (at < end && is_blank(t->s[at]))
		at++;
	return at == end;
}

/* Behind the last line of the property that begins at `at`: those that continue it are indented. */
static size_t
property_end(const struct text *t, size_t at)
{
	size_t end = line_end(t, at);
	for (size_t next = end; next < t->n;) {
		size_t after = line_end(t, next);
		bool empty = is_empty_line(t, next, after);
		if (!empty && !is_blank(t->s[next]))
			break;
		next = after;
		if (!empty)
			end = after;
	}
	return end;
}

/* The line ending of the file, as its first line has it. */
static const char *
line_ending(const struct text *t)
{
	size_t end = t->n > 0 ? line_end(t, 0) : 0;
	return end >= 2 && t->s[end - 1] == '\n' && t->s[end - 2] == '\r' ? "\r\n" : "\n";
}

/* ---- what is there ------------------------------------------------------------ */

static const char *
prefix_of(const struct text *t, const struct profile_edit *e)
{
	bool is_default = str_same(e->prefix, "profile") && strcmp(e->name, "default") == 0;
	return is_default && !ini_has(t->ini, "profile", "default") ? NULL : e->prefix;
}

/* The last section of that name: a later one wins. */
static const struct ini_section *
find_section(const struct text *t, const struct profile_edit *e)
{
	const char *prefix = prefix_of(t, e);
	for (size_t i = t->ini->sections.n; i-- > 0;) {
		const struct ini_section *s = &t->ini->sections.v[i];
		if (str_same(s->prefix, prefix) && strcmp(s->name, e->name) == 0)
			return s;
	}
	return NULL;
}

/* ---- what may be written -------------------------------------------------------- */

static bool
is_identifier(const char *s)
{
	return s[0] != '\0' && s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					   "0123456789_-/.%@:+")] == '\0';
}

/* Would it be read back as it is? A comment begins at a # or ; behind white space. */
static bool
is_writable(const char *value)
{
	size_t n = strlen(value);
	if (n == 0 || is_blank(value[0]) || is_blank(value[n - 1]) || value[0] == '#' || value[0] == ';')
		return false;
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)value[i] < ' ' && value[i] != '\t') || value[i] == 0x7f ||
		    (is_blank(value[i]) && (value[i + 1] == '#' || value[i + 1] == ';')))
			return false;
	return true;
}

static int
check_edit(const char *file, const struct profile_edit *e, struct err *err)
{
	if (!is_identifier(e->name) || (e->prefix != NULL && !is_identifier(e->prefix)))
		return err_set(err, ERR_CONFIG,
		    _("“%s” cannot be a name in %s: use letters, digits and - _ . / %% @ : + only."), e->name, file);
	for (size_t i = 0; i < e->n; i++) {
		if (!is_identifier(e->settings[i].key))
			return err_set(err, ERR_CONFIG, _("“%s” cannot be the name of a setting in %s."),
			    e->settings[i].key, file);
		if (e->settings[i].value != NULL && !is_writable(e->settings[i].value))
			return err_set(err, ERR_CONFIG,
			    _("The value of %s cannot be written to %s: it is empty, has a line break, or would "
			      "be read as a comment."), e->settings[i].key, file);
	}
	return 0;
}

/* ---- one setting ------------------------------------------------------------------ */

static void
put_line(struct buf *out, const struct profile_setting *p, const char *ending)
{
	buf_printf(out, "%s = %s%s", p->key, p->value, ending);
}

/* The bytes before `at`, with the line ended that was not. */
static void
copy_before(const struct text *t, size_t at, struct buf *out)
{
	buf_add(out, t->s, at);
	if (at > 0 && t->s[at - 1] == '\r')
		buf_putc(out, '\n');            /* half of its own ending */
	else if (at > 0 && t->s[at - 1] != '\n')
		buf_puts(out, line_ending(t));
}

/* Nothing yet, or an empty line at the end? */
static bool
ends_in_gap(const struct buf *b)
{
	return b->len == 0 || str_ends(buf_str(b), "\n\n") || str_ends(buf_str(b), "\n\r\n");
}

static void
append_section(const struct text *t, const struct profile_edit *e, const struct profile_setting *p,
    struct buf *out)
{
	const char *ending = line_ending(t), *prefix = prefix_of(t, e);
	copy_before(t, t->n, out);
	if (!ends_in_gap(out))
		buf_puts(out, ending);
	buf_printf(out, "[%s%s%s]%s", prefix != NULL ? prefix : "", prefix != NULL ? " " : "", e->name, ending);
	put_line(out, p, ending);
}

static void
add_to_section(const struct text *t, const struct ini_section *s, const struct profile_setting *p,
    struct buf *out)
{
	size_t at = line_end(t, line_start(t, s->line));
	if (s->properties.n > 0)
		at = property_end(t, line_start(t, s->properties.v[s->properties.n - 1].line));
	copy_before(t, at, out);
	put_line(out, p, line_ending(t));
	buf_add(out, t->s + at, t->n - at);
}

/* Only the value's own bytes are replaced: a comment behind it stays. */
static void
change_value(const struct text *t, const struct ini_property *old, const struct profile_setting *p,
    struct buf *out)
{
	size_t at = line_start(t, old->line), end = line_end(t, at);
	const char *eq = memchr(t->s + at, '=', end - at);
	size_t value = (size_t)(eq - t->s) + 1, n = strcspn(old->value, "\n");
	while (n > 0 && is_blank(t->s[value]))
		value++;
	buf_add(out, t->s, value);
	if (n == 0)
		buf_putc(out, ' ');
	buf_puts(out, p->value);
	buf_add(out, t->s + value + n, end - value - n);
	size_t rest = property_end(t, at);
	buf_add(out, t->s + rest, t->n - rest);
}

static void
remove_property(const struct text *t, const struct ini_property *old, struct buf *out)
{
	size_t at = line_start(t, old->line), rest = property_end(t, at);
	buf_add(out, t->s, at);
	buf_add(out, t->s + rest, t->n - rest);
}

static int
refuse_other_value(const struct text *t, const struct profile_edit *e, const struct ini_property *old,
    struct err *err)
{
	return err_set(err, ERR_CONFIG,
	    _("%s, line %d: %s already has another %s; change it there, or choose another name."), t->file,
	    old->line, e->name, old->name);
}

/* 1 = something was changed and *out holds the new text, 0 = nothing to do. */
static int
put_setting(const struct text *t, const struct profile_edit *e, const struct profile_setting *p,
    struct buf *out, struct err *err)
{
	const struct ini_section *s = find_section(t, e);
	const struct ini_property *old = ini_find(t->ini, prefix_of(t, e), e->name, p->key);
	if (p->value == NULL && old == NULL)
		return 0;
	if (old != NULL && p->value != NULL && strcmp(old->value, p->value) == 0)
		return 0;
	if (old != NULL && !str_blank(old->value) && !e->replace)
		return refuse_other_value(t, e, old, err);
	if (p->value == NULL)
		remove_property(t, old, out);
	else if (old != NULL)
		change_value(t, old, p, out);
	else if (s != NULL)
		add_to_section(t, s, p, out);
	else
		append_section(t, e, p, out);
	return 1;
}

/* ---- the whole --------------------------------------------------------------------- */

/* Puts one setting into *text; *text is the new one then. Removals are repeated: a key may stand there
 * twice, and the earlier one would come to life again. */
static int
edit_step(const char *file, const struct profile_edit *e, const struct profile_setting *p,
    struct buf *text, struct err *err)
{
	for (;;) {
		struct text t = { file, buf_str(text), text->len, ini_parse(file, buf_str(text), text->len, err) };
		struct buf out;
		if (t.ini == NULL)
			return -1;
		buf_init(&out, 0);
		buf_room(&out, text->len + 4096);       /* it may hold keys: it should not move */
		buf_grew(&out, 0);
		int rc = put_setting(&t, e, p, &out, err);
		ini_free(t.ini);
		if (rc > 0)
			buf_swap(text, &out);
		buf_wipe(&out);
		if (rc <= 0 || p->value != NULL)
			return rc < 0 ? -1 : 0;
	}
}

int
profile_edit_text(const char *file, const char *s, size_t n, const struct profile_edit *e,
    struct buf *out, struct err *err)
{
	struct buf text;
	if (check_edit(file, e, err) < 0)
		return -1;
	buf_init(&text, 0);
	buf_room(&text, n + 1);
	buf_add(&text, s, n);
	int rc = 0;
	for (size_t i = 0; i < e->n && rc == 0; i++)
		rc = edit_step(file, e, &e->settings[i], &text, err);
	if (rc == 0)
		buf_add(out, buf_str(&text), text.len);
	buf_wipe(&text);
	return rc;
}

/* ---- the file ------------------------------------------------------------------------ */

/* Where a link leads, even if there is nothing yet; owned. */
static char *
real_path(const char *path)
{
	char *resolved = realpath(path, NULL);
	char *copy = mem_strdup(resolved != NULL ? resolved : path);
	free(resolved);
	return copy;
}

static mode_t
mode_of(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0600;
}

static int
make_folder_of(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	if (slash == NULL || slash == path)
		return 0;
	char *folder = mem_strndup(path, (size_t)(slash - path));
	int rc = file_make_dir(folder, 0700, err);
	free(folder);
	return rc;
}

/* 1 = somebody else wrote the file meanwhile. */
static int
edit_file(const char *path, const struct profile_edit *e, struct err *err)
{
	struct file_stamp before = file_stamp(path);
	struct buf old, fresh;
	buf_init(&old, 0);
	buf_init(&fresh, 0);
	buf_room(&old, before.size > 0 && before.size < MAX_FILE ? (size_t)before.size + 1 : 1);
	buf_room(&fresh, old.cap + 4096);
	int rc = file_exists(path) ? file_read(path, MAX_FILE, &old, err) : 0;
	if (rc == 0)
		rc = profile_edit_text(path, buf_str(&old), old.len, e, &fresh, err);
	bool same = rc == 0 && fresh.len == old.len && memcmp(buf_str(&fresh), buf_str(&old), old.len) == 0;
	if (rc == 0 && !same && !file_stamp_same(before, file_stamp(path)))
		rc = 1;
	else if (rc == 0 && !same)
		rc = file_replace(path, fresh.s, fresh.len, mode_of(path), err);
	buf_wipe(&old);
	buf_wipe(&fresh);
	return rc;
}

int
profiles_put_section(const char *path, const struct profile_edit *e, struct err *err)
{
	char *real = real_path(path);
	int rc = make_folder_of(real, err);
	for (int i = 0; rc == 0 && i < TRIES; i++) {
		rc = edit_file(real, e, err);
		if (rc <= 0)
			break;
		rc = i + 1 < TRIES ? 0
				   : err_set(err, ERR_FAILED, _("%s is being written by another program; try again."),
					 path);
	}
	free(real);
	return rc;
}
