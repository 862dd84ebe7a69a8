/* ignore.c - see ignore.h. */
#include "config.h"

#include "tool/ignore.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { RULES_MAX = 10000, STEPS_MAX = 20000, DEPTH_MAX = 64 };

/* ---- globs -------------------------------------------------------------------- */

struct work {
	int	steps, depth;
};

/* The set at p ("[a-z]") and the character; *end behind it. -1: it has no end, [ is itself. */
static int
in_set(const char *p, char c, const char **end)
{
	bool not = p[1] == '!' || p[1] == '^', found = false;
	const char *s = p + (not ? 2 : 1), *first = s;
	for (; *s != '\0' && (*s != ']' || s == first); s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		unsigned char low = (unsigned char)*s, high = low;
		if (s[1] == '-' && s[2] != ']' && s[2] != '\0') {
			high = (unsigned char)s[2];
			s += 2;
		}
		found = found || ((unsigned char)c >= low && (unsigned char)c <= high);
	}
	if (*s == '\0')
		return -1;
	*end = s + 1;
	return found != not && c != '/' && c != '\0';
}

static bool match(struct work *, const char *p, const char *s);

/* "**" at p: all that follows, or any number of folders. */
static bool
match_deep(struct work *w, const char *p, const char *s)
{
	p += strspn(p, "*");
	if (*p == '\0')
		return true;
	if (*p == '/' && match(w, p + 1, s))
		return true;
	for (; *s != '\0'; s++)
		if (match(w, p, s))
			return true;
	return match(w, p, s);
}

static bool
match_star(struct work *w, const char *p, const char *s)
{
	for (;; s++) {
		if (match(w, p + 1, s))
			return true;
		if (*s == '\0' || *s == '/')
			return false;
	}
}

static bool
match(struct work *w, const char *p, const char *s)
{
	if (++w->depth > DEPTH_MAX) {
		w->depth--;
		return false;
	}
	bool result = false;
	for (;; s++) {
		if (++w->steps > STEPS_MAX)
			break;
		if (*p == '*') {
			result = p[1] == '*' ? match_deep(w, p, s) : match_star(w, p, s);
			break;
		}
		if (*p == '\0') {
			result = *s == '\0';
			break;
		}
		const char *after = p + 1;
		int set = *p == '[' ? in_set(p, *s, &after) : -1;
		if (set >= 0) {
			if (set == 0)
				break;
		} else if (*p == '?') {
			if (*s == '\0' || *s == '/')
				break;
		} else {
			if (*p == '\\' && p[1] != '\0')
				p++;
			after = p + 1;
			if (*p != *s)
				break;
		}
		p = after;
	}
	w->depth--;
	return result;
}

bool
ignore_glob(const char *pattern, const char *path)
{
	struct work w = { 0 };
	return match(&w, pattern, path);
}

/* ---- rules -------------------------------------------------------------------- */

static void
add_line(struct ignore *ig, size_t base, const char *s, size_t n)
{
	while (n > 0 && (s[n - 1] == '\r' || ((s[n - 1] == ' ' || s[n - 1] == '\t') && (n < 2 || s[n - 2] != '\\'))))
		n--;
	if (n == 0 || *s == '#' || memchr(s, '\0', n) != NULL || ig->rules.n >= RULES_MAX)
		return;
	struct ignore_rule r = { .base = base, .keep = *s == '!' };
	if (r.keep)
		s++, n--;
	r.folders_only = n > 0 && s[n - 1] == '/';
	while (n > 0 && s[n - 1] == '/')
		n--;
	r.anchored = n > 0 && memchr(s, '/', n) != NULL;
	if (n > 0 && *s == '/')
		s++, n--;
	if (n == 0)
		return;
	r.pattern = mem_strndup(s, n);
	vec_add(&ig->rules, r);
}

void
ignore_add(struct ignore *ig, size_t base, const char *text, size_t n)
{
	const char *end = text + n;
	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t k = (size_t)((nl != NULL ? nl : end) - text);
		add_line(ig, base, text, k);
		text += k + 1;
	}
}

void
ignore_truncate(struct ignore *ig, size_t rules)
{
	while (ig->rules.n > rules)
		free(ig->rules.v[--ig->rules.n].pattern);
}

void
ignore_done(struct ignore *ig)
{
	ignore_truncate(ig, 0);
	vec_done(&ig->rules);
}

bool
ignore_matches(const struct ignore *ig, const char *path, bool is_folder)
{
	size_t n = strlen(path);
	const char *name = strrchr(path, '/');
	name = name != NULL ? name + 1 : path;
	for (size_t i = ig->rules.n; i-- > 0;) {
		const struct ignore_rule *r = &ig->rules.v[i];
		if ((r->folders_only && !is_folder) || r->base > n)
			continue;
		if (ignore_glob(r->pattern, r->anchored ? path + r->base : name))
			return !r->keep;
	}
	return false;
}
