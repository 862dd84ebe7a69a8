/* profile.c - see profile.h. */
#include "config.h"

#include "aws/profile.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/ini.h"
#include "base/mem.h"
#include "base/str.h"

enum { MAX_FILE = 4 * 1024 * 1024, MAX_NEAR = 3, MAX_SHOWN = 10, MAX_NAME = 64 };

struct shared_file {
	char			*path;
	bool			 named;         /* by a variable, not the usual place */
	bool			 missing;
	struct file_stamp	 stamp;
	struct ini		*ini;           /* never NULL: an empty one when it cannot be used */
	struct err		 fault;         /* unreadable or malformed */
};

enum { CONFIG, CREDENTIALS, FILES };

struct profiles {
	atomic_int		refs;
	struct shared_file	file[FILES];
};

static const struct {
	const char	*variable, *usual;
} places[FILES] = {
	[CONFIG] = { "AWS_CONFIG_FILE", "~/.aws/config" },
	[CREDENTIALS] = { "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials" },
};

/* ---- reading -------------------------------------------------------------- */

static char *
path_of(int which, bool *named)
{
	const char *set = getenv(places[which].variable);
	*named = !str_blank(set);
	char *trimmed = str_trim(*named ? set : places[which].usual);
	char *path = file_expand(trimmed);
	free(trimmed);
	return path;
}

static struct ini *
nothing(void)
{
	return ini_parse("", "", 0, NULL);
}

static void
read_file(struct shared_file *f, int which)
{
	f->path = path_of(which, &f->named);
	f->stamp = file_stamp(f->path);
	f->missing = access(f->path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
	if (f->missing) {
		f->ini = nothing();
		return;
	}
	struct buf b;
	buf_init(&b, 0);
	buf_room(&b, f->stamp.size > 0 && f->stamp.size < MAX_FILE ? (size_t)f->stamp.size : 1);
	buf_grew(&b, 0);
	if (file_read(f->path, MAX_FILE, &b, &f->fault) == 0)
		f->ini = ini_parse(f->path, buf_str(&b), b.len, &f->fault);
	if (f->ini == NULL)
		f->ini = nothing();
	buf_wipe(&b);
}

bool
profiles_changed(const struct profiles *p)
{
	for (int i = 0; i < FILES; i++) {
		bool named;
		char *path = path_of(i, &named);
		bool same = strcmp(path, p->file[i].path) == 0 &&
		    file_stamp_same(file_stamp(path), p->file[i].stamp);
		free(path);
		if (!same)
			return true;
	}
	return false;
}

const struct profiles *
profiles_load(const struct profiles *before)
{
	if (before != NULL && !profiles_changed(before))
		return before;
	profiles_unref(before);
	struct profiles *p = mem_alloc(sizeof *p);
	p->refs = 1;
	for (int i = 0; i < FILES; i++)
		read_file(&p->file[i], i);
	return p;
}

const struct profiles *
profiles_ref(const struct profiles *p)
{
	if (p != NULL)
		atomic_fetch_add(&((struct profiles *)(uintptr_t)p)->refs, 1);
	return p;
}

void
profiles_unref(const struct profiles *p)
{
	struct profiles *mine = (struct profiles *)(uintptr_t)p;
	if (p == NULL || atomic_fetch_sub(&mine->refs, 1) > 1)
		return;
	for (int i = 0; i < FILES; i++) {
		free(mine->file[i].path);
		ini_free(mine->file[i].ini);
	}
	free(mine);
}

/*
 * A file in its usual place that cannot be read at all counts as empty, with a
 * warning; one that breaks the grammar does not: it was meant to say something.
 */
static bool
is_forgiven(const struct shared_file *f)
{
	return !f->named && f->fault.code != ERR_CONFIG;
}

int
profiles_usable(const struct profiles *p, struct err *err)
{
	for (int i = 0; i < FILES; i++) {
		const struct shared_file *f = &p->file[i];
		if (f->fault.code != ERR_NONE && !is_forgiven(f))
			return err_set(err, ERR_CONFIG, "%s", f->fault.text);
	}
	return 0;
}

const char *
profiles_fault(const struct profiles *p)
{
	for (int i = 0; i < FILES; i++)
		if (p->file[i].fault.code != ERR_NONE)
			return p->file[i].fault.text;
	return NULL;
}

static bool
is_known_section(const struct ini_section *s, int which)
{
	static const char *const prefixes[] = { "profile", "sso-session", "services" };
	if (which == CREDENTIALS)
		return s->prefix == NULL;
	if (s->prefix == NULL)
		return strcmp(s->name, "default") == 0;
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (strcmp(s->prefix, prefixes[i]) == 0)
			return true;
	return false;
}

static void
warn_of_sections(const struct shared_file *f, int which, struct buf *out)
{
	int shown = 0;
	for (size_t i = 0; i < f->ini->sections.n && shown < MAX_SHOWN; i++) {
		const struct ini_section *s = &f->ini->sections.v[i];
		if (is_known_section(s, which))
			continue;
		const char *gap = s->prefix != NULL ? " " : "";
		const char *prefix = s->prefix != NULL ? s->prefix : "";
		if (which == CONFIG && s->prefix == NULL)
			buf_printf(out, _("%s, line %d: the section [%s] is ignored: in this file a profile is "
					  "written [profile NAME]."), f->path, s->line, s->name);
		else
			buf_printf(out, _("%s, line %d: the section [%s%s%s] is ignored: this file does not "
					  "have such sections."), f->path, s->line, prefix, gap, s->name);
		buf_putc(out, '\n');
		shown++;
	}
}

void
profiles_warnings(const struct profiles *p, struct buf *out)
{
	if (ini_has(p->file[CONFIG].ini, "profile", "default") &&
	    ini_has(p->file[CONFIG].ini, NULL, "default")) {
		buf_printf(out, _("%s has both [default] and [profile default]; [default] is ignored."),
		    p->file[CONFIG].path);
		buf_putc(out, '\n');
	}
	for (int i = 0; i < FILES; i++) {
		const struct shared_file *f = &p->file[i];
		if (f->fault.code != ERR_NONE)
			buf_printf(out, "%s\n", f->fault.text);
		if (f->missing && f->named) {
			buf_printf(out, _("%s names %s, but there is no such file."), places[i].variable,
			    f->path);
			buf_putc(out, '\n');
		}
		for (size_t k = 0; k < f->ini->warnings.n; k++)
			buf_printf(out, "%s\n", f->ini->warnings.v[k]);
		warn_of_sections(f, i, out);
	}
}

const char *
profiles_config_path(const struct profiles *p)
{
	return p->file[CONFIG].path;
}

const char *
profiles_credentials_path(const struct profiles *p)
{
	return p->file[CREDENTIALS].path;
}

/* ---- profiles ------------------------------------------------------------- */

/* Under which prefix the config file has this profile. */
static const char *
config_prefix(const struct profiles *p, const char *profile)
{
	if (strcmp(profile, "default") == 0 && !ini_has(p->file[CONFIG].ini, "profile", "default"))
		return NULL;
	return "profile";
}

static const struct ini_property *
find(const struct profiles *p, const char *profile, const char *key, int *which)
{
	*which = CREDENTIALS;
	const struct ini_property *found = ini_find(p->file[CREDENTIALS].ini, NULL, profile, key);
	if (found != NULL && !str_blank(found->value))
		return found;
	*which = CONFIG;
	return ini_find(p->file[CONFIG].ini, config_prefix(p, profile), profile, key);
}

bool
profile_exists(const struct profiles *p, const char *profile)
{
	return ini_has(p->file[CREDENTIALS].ini, NULL, profile) ||
	    ini_has(p->file[CONFIG].ini, config_prefix(p, profile), profile);
}

const char *
profile_get(const struct profiles *p, const char *profile, const char *key)
{
	int which;
	const struct ini_property *found = find(p, profile, key, &which);
	return found != NULL && !str_blank(found->value) ? found->value : NULL;
}

const char *
profile_where(const struct profiles *p, const char *profile, const char *key, int *line)
{
	int which;
	const struct ini_property *found = find(p, profile, key, &which);
	*line = found != NULL ? found->line : 0;
	return found != NULL ? p->file[which].path : "";
}

static bool
is_profile(const struct ini_section *s, int which)
{
	if (which == CREDENTIALS)
		return s->prefix == NULL;
	return s->prefix != NULL ? strcmp(s->prefix, "profile") == 0 : strcmp(s->name, "default") == 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
sort_once(struct profile_names *out)
{
	if (out->n < 2)
		return;
	qsort(out->v, out->n, sizeof *out->v, by_name);
	size_t kept = 1;
	for (size_t i = 1; i < out->n; i++) {
		if (strcmp(out->v[i], out->v[kept - 1]) == 0)
			free(out->v[i]);
		else
			out->v[kept++] = out->v[i];
	}
	out->n = kept;
}

void
profiles_names(const struct profiles *p, struct profile_names *out)
{
	for (int which = 0; which < FILES; which++) {
		const struct ini *ini = p->file[which].ini;
		for (size_t i = 0; i < ini->sections.n; i++)
			if (is_profile(&ini->sections.v[i], which))
				vec_add(out, mem_strdup(ini->sections.v[i].name));
	}
	sort_once(out);
}

void
profile_names_done(struct profile_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	vec_done(names);
}

/* Levenshtein distance, by the row; names longer than MAX_NAME are far from everything. */
static size_t
distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), row[MAX_NAME + 1];
	if (n > MAX_NAME || m > MAX_NAME)
		return MAX_NAME;
	for (size_t k = 0; k <= m; k++)
		row[k] = k;
	for (size_t i = 1; i <= n; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t k = 1; k <= m; k++) {
			size_t up = row[k], best = corner + (a[i - 1] != b[k - 1]);
			best = up + 1 < best ? up + 1 : best;
			best = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
			corner = up;
			row[k] = best;
		}
	}
	return row[m];
}

static bool
is_near(const char *name, const char *wanted)
{
	size_t allowed = strlen(wanted) < 5 ? 1 : 2;
	return str_same_nocase(name, wanted) || distance(name, wanted) <= allowed ||
	    (strlen(wanted) >= 3 && (str_has_nocase(name, wanted) ||
		(strlen(name) >= 3 && str_has_nocase(wanted, name))));
}

static char *
near_names(const struct profiles *p, const char *wanted)
{
	struct profile_names names = { 0 };
	struct buf b;
	buf_init(&b, 200);
	profiles_names(p, &names);
	for (size_t i = 0, shown = 0; i < names.n && shown < MAX_NEAR; i++)
		if (is_near(names.v[i], wanted)) {
			buf_printf(&b, "%s%s", shown > 0 ? ", " : "", names.v[i]);
			shown++;
		}
	profile_names_done(&names);
	return buf_take(&b, NULL);
}

int
profile_unknown(const struct profiles *p, const char *profile, const char *from, struct err *err)
{
	const char *fault = profiles_fault(p);
	if (fault != NULL)                      /* it may well be in the file that we could not read */
		return err_set(err, ERR_CREDENTIALS,
		    _("There is no profile “%s” (named by %s), and a file could not be read: %s"), profile,
		    from, fault);
	char *near = near_names(p, profile);
	if (near[0] != '\0')
		err_set(err, ERR_CREDENTIALS,
		    _("There is no profile “%s” (named by %s) in %s or %s. Near names: %s."), profile, from,
		    p->file[CONFIG].path, p->file[CREDENTIALS].path, near);
	else
		err_set(err, ERR_CREDENTIALS,
		    _("There is no profile “%s” (named by %s) in %s or %s."), profile, from,
		    p->file[CONFIG].path, p->file[CREDENTIALS].path);
	free(near);
	return -1;
}

/* ---- the other sections, which only the config file may have --------------- */

void
sso_session_names(const struct profiles *p, struct profile_names *out)
{
	const struct ini *ini = p->file[CONFIG].ini;
	for (size_t i = 0; i < ini->sections.n; i++)
		if (str_same(ini->sections.v[i].prefix, "sso-session"))
			vec_add(out, mem_strdup(ini->sections.v[i].name));
	sort_once(out);
}

bool
sso_session_exists(const struct profiles *p, const char *session)
{
	return ini_has(p->file[CONFIG].ini, "sso-session", session);
}

const char *
sso_session_get(const struct profiles *p, const char *session, const char *key)
{
	const struct ini_property *found = ini_find(p->file[CONFIG].ini, "sso-session", session, key);
	return found != NULL && !str_blank(found->value) ? found->value : NULL;
}

bool
services_exist(const struct profiles *p, const char *services)
{
	return ini_has(p->file[CONFIG].ini, "services", services);
}

const char *
services_get(const struct profiles *p, const char *services, const char *service, const char *key)
{
	const struct ini_property *block = ini_find(p->file[CONFIG].ini, "services", services, service);
	const struct ini_item *item = block != NULL ? ini_item(block, key) : NULL;
	return item != NULL && !str_blank(item->value) ? item->value : NULL;
}
