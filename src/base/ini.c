/*
 * ini.c - see ini.h.
 *
 * A line at a time, by its first byte. The value of the property being read
 * grows in a buffer, so that a file of continuation lines costs no more than
 * any other; sections are not merged while parsing but looked up backwards.
 */
#include "config.h"

#include "base/ini.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

enum { MAX_WARNINGS = 20 };             /* a file that is no AWS file at all would give thousands */

struct parser {
	struct ini		*ini;
	const char		*file;
	int			 line;
	struct ini_section	*section;       /* NULL = one that is passed over, or none yet */
	bool			 any_section;
	bool			 open;           /* a property may be continued */
	bool			 skipping;       /* that property is passed over */
	bool			 nested;
	struct buf		 value;          /* of the open property */
	struct err		*err;
};

struct range {
	const char	*s;
	size_t		 n;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct range
trim(struct range r)
{
	while (r.n > 0 && is_blank(r.s[0])) {
		r.s++;
		r.n--;
	}
	while (r.n > 0 && is_blank(r.s[r.n - 1]))
		r.n--;
	return r;
}

/* Up to the first # or ;, where `spaced` asks for white space before it. */
static struct range
cut_comment(struct range r, bool spaced)
{
	for (size_t i = 0; i < r.n; i++)
		if ((r.s[i] == '#' || r.s[i] == ';') && (!spaced || (i > 0 && is_blank(r.s[i - 1])))) {
			r.n = i;
			break;
		}
	return r;
}

static bool
is_identifier(struct range r)
{
	for (size_t i = 0; i < r.n; i++) {
		char c = r.s[i];
		bool fine = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    (c != '\0' && strchr("_-/.%@:+", c) != NULL);
		if (!fine)
			return false;
	}
	return r.n > 0;
}

static char *
lower(struct range r)
{
	char *s = mem_strndup(r.s, r.n);
	for (char *p = s; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return s;
}

/* A sentence whose first two holes are the file and the line. */
#define fail(p, sentence) err_set((p)->err, ERR_CONFIG, sentence, (p)->file, (p)->line)

static void warn(struct parser *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
warn(struct parser *p, const char *fmt, ...)
{
	if (p->ini->warnings.n >= MAX_WARNINGS)
		return;
	struct buf b;
	buf_init(&b, 0);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	vec_add(&p->ini->warnings, buf_take(&b, NULL));
}

/* How much of a name is shown in a warning. */
static int
shown(struct range r)
{
	return r.n < 80 ? (int)r.n : 80;
}

/* The open property gets what was gathered. */
static void
close_property(struct parser *p)
{
	if (p->open && !p->skipping) {
		struct ini_property *last =
		    &p->section->properties.v[p->section->properties.n - 1];
		last->value = mem_strndup(buf_str(&p->value), p->value.len);
	}
	mem_wipe(p->value.s, p->value.len);
	buf_reset(&p->value);
	p->open = p->skipping = p->nested = false;
}

/* "prefix name" or "name", the name perhaps in quotes. */
static void
split_header(struct range inner, struct range *prefix, struct range *name)
{
	size_t i = 0;
	while (i < inner.n && !is_blank(inner.s[i]))
		i++;
	*prefix = (struct range){ NULL, 0 };
	*name = inner;
	if (i < inner.n && inner.s[0] != '"' && inner.s[0] != '\'') {
		*prefix = (struct range){ inner.s, i };
		*name = trim((struct range){ inner.s + i, inner.n - i });
	}
	if (name->n >= 2 && (name->s[0] == '"' || name->s[0] == '\'') &&
	    name->s[name->n - 1] == name->s[0])
		*name = trim((struct range){ name->s + 1, name->n - 2 });
}

static int
read_header(struct parser *p, struct range line)
{
	close_property(p);
	p->any_section = true;
	p->section = NULL;
	struct range r = trim(cut_comment(line, false));
	if (r.n < 2 || r.s[r.n - 1] != ']')
		return fail(p, _("%s, line %d: the section header does not end with “]”."));
	struct range prefix, name;
	split_header(trim((struct range){ r.s + 1, r.n - 2 }), &prefix, &name);
	if (!is_identifier(name) || (prefix.s != NULL && !is_identifier(prefix))) {
		warn(p, _("%s, line %d: the section %.*s is ignored: its name has characters that are "
			  "not allowed."), p->file, p->line, shown(r), r.s);
		return 0;
	}
	struct ini_section fresh = { .prefix = prefix.s != NULL ? mem_strndup(prefix.s, prefix.n) : NULL,
		.name = mem_strndup(name.s, name.n),
		.line = p->line };
	vec_add(&p->ini->sections, fresh);
	p->section = &p->ini->sections.v[p->ini->sections.n - 1];
	return 0;
}

static int
read_property(struct parser *p, struct range line)
{
	close_property(p);
	line = cut_comment(line, true);
	const char *eq = memchr(line.s, '=', line.n);
	if (eq == NULL)
		return fail(p, _("%s, line %d: this is neither a section nor “name = value”."));
	struct range name = trim((struct range){ line.s, (size_t)(eq - line.s) });
	struct range value = trim((struct range){ eq + 1, line.n - (size_t)(eq - line.s) - 1 });
	if (name.n == 0)
		return fail(p, _("%s, line %d: there is no name before “=”."));
	if (!p->any_section)
		return fail(p, _("%s, line %d: a setting stands before the first section."));
	p->open = true;
	p->nested = value.n == 0;
	p->skipping = p->section == NULL || !is_identifier(name);
	if (p->section != NULL && p->skipping)
		warn(p, _("%s, line %d: the setting “%.*s” is ignored: its name has characters that are "
			  "not allowed."), p->file, p->line, shown(name), name.s);
	if (p->skipping)
		return 0;
	buf_add(&p->value, value.s, value.n);
	struct ini_property fresh = { .name = lower(name), .line = p->line };
	vec_add(&p->section->properties, fresh);
	return 0;
}

static int
read_item(struct parser *p, struct range r)
{
	const char *eq = memchr(r.s, '=', r.n);
	if (eq == NULL)
		return fail(p, _("%s, line %d: a line of a nested block must be “name = value”."));
	struct range name = trim((struct range){ r.s, (size_t)(eq - r.s) });
	struct range value = trim((struct range){ eq + 1, r.n - (size_t)(eq - r.s) - 1 });
	if (name.n == 0)
		return fail(p, _("%s, line %d: there is no name before “=”."));
	if (p->skipping)
		return 0;
	struct ini_property *last = &p->section->properties.v[p->section->properties.n - 1];
	struct ini_item item = { .name = lower(name),
		.value = mem_strndup(value.s, value.n),
		.line = p->line };
	vec_add(&last->block, item);
	return 0;
}

static int
read_continuation(struct parser *p, struct range line)
{
	if (!p->open)
		return fail(p, _("%s, line %d: an indented line continues nothing."));
	struct range r = trim(line);
	if (p->nested && read_item(p, r) < 0)
		return -1;
	if (p->skipping)
		return 0;
	buf_putc(&p->value, '\n');
	buf_add(&p->value, r.s, r.n);
	return 0;
}

static int
read_line(struct parser *p, struct range line)
{
	if (line.n > 0 && line.s[line.n - 1] == '\r')
		line.n--;
	if (memchr(line.s, '\0', line.n) != NULL)
		return fail(p, _("%s, line %d: there is a NUL byte; this is not a text file."));
	if (trim(line).n == 0 || line.s[0] == '#' || line.s[0] == ';')
		return 0;
	if (line.s[0] == '[')
		return read_header(p, line);
	return is_blank(line.s[0]) ? read_continuation(p, line) : read_property(p, line);
}

/* The length of the UTF-8 character at s, 0 when there is none (RFC 3629). */
static size_t
utf8_length(const unsigned char *s, size_t n)
{
	if (s[0] < 0x80)
		return 1;
	size_t want = s[0] >= 0xc2 && s[0] <= 0xdf ? 2 : (s[0] & 0xf0) == 0xe0 ? 3
		: s[0] >= 0xf0 && s[0] <= 0xf4		     ? 4
							     : 0;
	if (want == 0 || want > n)
		return 0;
	for (size_t i = 1; i < want; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return want;
}

/* The line of the first byte that is not UTF-8, 0 when all of it is. */
static int
line_without_utf8(const char *s, size_t n)
{
	int line = 1;
	for (size_t i = 0; i < n;) {
		size_t step = utf8_length((const unsigned char *)s + i, n - i);
		if (step == 0)
			return line;
		line += s[i] == '\n';
		i += step;
	}
	return 0;
}

static int
parse(struct parser *p, const char *s, size_t n)
{
	p->line = line_without_utf8(s, n);
	if (p->line != 0)
		return err_set(p->err, ERR_DATA, _("%s, line %d: this is not valid UTF-8."), p->file,
		    p->line);
	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
		s += 3;
		n -= 3;
	}
	while (n > 0) {
		const char *end = memchr(s, '\n', n);
		size_t len = end != NULL ? (size_t)(end - s) : n;
		size_t used = end != NULL ? len + 1 : len;
		p->line++;
		if (read_line(p, (struct range){ s, len }) < 0)
			return -1;
		s += used;
		n -= used;
	}
	return 0;
}

struct ini *
ini_parse(const char *file, const char *s, size_t n, struct err *err)
{
	struct parser p = { .ini = mem_alloc(sizeof *p.ini), .file = file, .err = err };
	buf_init(&p.value, 0);
	buf_room(&p.value, 4096);       /* so that secrets seldom leave copies behind as it grows */
	buf_grew(&p.value, 0);
	int rc = parse(&p, s, n);
	close_property(&p);
	buf_wipe(&p.value);
	if (rc < 0) {
		ini_free(p.ini);
		return NULL;
	}
	return p.ini;
}

static void
wipe_string(char *s)
{
	if (s != NULL)
		mem_wipe(s, strlen(s));
	free(s);
}

static void
property_done(struct ini_property *p)
{
	for (size_t i = 0; i < p->block.n; i++) {
		free(p->block.v[i].name);
		wipe_string(p->block.v[i].value);
	}
	vec_done(&p->block);
	free(p->name);
	wipe_string(p->value);
}

void
ini_free(struct ini *ini)
{
	if (ini == NULL)
		return;
	for (size_t i = 0; i < ini->sections.n; i++) {
		struct ini_section *s = &ini->sections.v[i];
		for (size_t k = 0; k < s->properties.n; k++)
			property_done(&s->properties.v[k]);
		vec_done(&s->properties);
		free(s->prefix);
		free(s->name);
	}
	vec_done(&ini->sections);
	for (size_t i = 0; i < ini->warnings.n; i++)
		free(ini->warnings.v[i]);
	vec_done(&ini->warnings);
	free(ini);
}

static bool
is_section(const struct ini_section *s, const char *prefix, const char *name)
{
	return str_same(s->prefix, prefix) && strcmp(s->name, name) == 0;
}

const struct ini_property *
ini_find(const struct ini *ini, const char *prefix, const char *name, const char *property)
{
	for (size_t i = ini->sections.n; i-- > 0;) {
		const struct ini_section *s = &ini->sections.v[i];
		if (!is_section(s, prefix, name))
			continue;
		for (size_t k = s->properties.n; k-- > 0;)
			if (strcmp(s->properties.v[k].name, property) == 0)
				return &s->properties.v[k];
	}
	return NULL;
}

bool
ini_has(const struct ini *ini, const char *prefix, const char *name)
{
	for (size_t i = 0; i < ini->sections.n; i++)
		if (is_section(&ini->sections.v[i], prefix, name))
			return true;
	return false;
}

const struct ini_item *
ini_item(const struct ini_property *p, const char *name)
{
	for (size_t i = p->block.n; i-- > 0;)
		if (str_same_nocase(p->block.v[i].name, name))
			return &p->block.v[i];
	return NULL;
}
