/* policy.c - see policy.h. */
#include "config.h"

#include "tool/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/fuzzy.h"

/* What turns words of a shell command into more than words. */
#define OPERATORS ";&|<>$`()\n\r"

/* ---- patterns -------------------------------------------------------------------- */

/*
 * Without recursion: when a part does not fit, the last star takes one character more. A "**" may
 * take any, so it is the place to come back to when a "*" after it has come to a stop.
 */
bool
policy_glob(const char *p, const char *s, const char *stops)
{
	const char *star_p = NULL, *star_s = NULL, *deep_p = NULL, *deep_s = NULL;
	for (;;) {
		if (p[0] == '*' && p[1] == '*') {
			p += 2;
			deep_p = p;
			deep_s = s;
			star_p = NULL;
			continue;
		}
		if (p[0] == '*') {
			star_p = ++p;
			star_s = s;
			continue;
		}
		bool escaped = p[0] == '\\' && p[1] != '\0';
		char want = escaped ? p[1] : p[0];
		bool any = !escaped && p[0] == '?' && *s != '\0' && strchr(stops, *s) == NULL;
		if (*s != '\0' && (any || (want != '\0' && want == *s))) {
			p += escaped ? 2 : 1;
			s++;
			continue;
		}
		if (*s == '\0' && *p == '\0')
			return true;
		if (star_p != NULL && *star_s != '\0' && strchr(stops, *star_s) == NULL) {
			p = star_p;
			s = ++star_s;
			continue;
		}
		if (deep_p == NULL || *deep_s == '\0')
			return false;
		p = deep_p;
		s = ++deep_s;
		star_p = NULL;
	}
}

static bool
fits_path(const char *pattern, const char *subject, bool strict)
{
	/* What is outside is named by an absolute path; a relative pattern allows nothing there. */
	if (strict && subject[0] == '/' && pattern[0] != '/' && pattern[0] != '~')
		return false;
	char *wide = file_expand(str_starts(pattern, "./") ? pattern + 2 : pattern);
	bool fits = policy_glob(wide, subject, "/");
	/* What is for all below a folder is for the folder itself too: list_files(src) */
	size_t n = strlen(wide);
	if (!fits && n > 3 && strcmp(wide + n - 3, "/**") == 0) {
		wide[n - 3] = '\0';
		fits = policy_glob(wide, subject, "/");
	}
	free(wide);
	return fits;
}

/* ** has no meaning of its own in a command: written once or twice, a star stands for words. */
static bool
fits_command(const char *pattern, const char *subject, bool strict)
{
	struct buf once = { 0 };
	for (const char *p = pattern; *p != '\0'; p++) {
		if (p[0] == '*' && p > pattern && p[-1] == '*' && strict)
			continue;
		buf_putc(&once, *p);
		if (p[0] == '*' && !strict)
			buf_putc(&once, '*');
	}
	bool fits = policy_glob(buf_str(&once), subject, strict ? OPERATORS : "");
	buf_done(&once);
	/* shell(git log *) without arguments: "git log" */
	size_t n = strlen(pattern);
	if (!fits && n > 2 && strcmp(pattern + n - 2, " *") == 0) {
		char *bare = mem_strndup(pattern, n - 2);
		fits = policy_glob(bare, subject, strict ? OPERATORS : "");
		free(bare);
	}
	return fits;
}

/* The subject is scheme://host[:port]/…: tool-fetch.c makes it so. */
static bool
fits_url(const char *pattern, const char *subject)
{
	if (strstr(pattern, "://") != NULL)
		return policy_glob(pattern, subject, "/");
	const char *host = strstr(subject, "://");
	if (host == NULL)
		return false;
	host += 3;
	size_t n = strcspn(host, "/");
	char *with_port = mem_strndup(host, n);
	bool fits = policy_glob(pattern, with_port, "/");
	char *colon = strrchr(with_port, ':');
	if (!fits && colon != NULL && strchr(colon, ']') == NULL) {
		*colon = '\0';
		fits = policy_glob(pattern, with_port, "/");
	}
	free(with_port);
	return fits;
}

static bool
fits(const struct policy_rule *r, const struct tool_call *c)
{
	bool strict = r->action == POLICY_ALLOW;
	if (!str_same(r->tool, "*") && !str_same(r->tool, c->tool->name))
		return false;
	if (r->pattern == NULL)
		return !strict || !c->beyond;
	if (c->tool->flags & TOOL_RUNS)
		return fits_command(r->pattern, c->subject, strict);
	if (c->tool->flags & TOOL_NET)
		return fits_url(r->pattern, c->subject);
	if (c->tool->flags & (TOOL_READS | TOOL_WRITES))
		return fits_path(r->pattern, c->subject, strict);
	return policy_glob(r->pattern, c->subject, "");
}

/* ---- deciding --------------------------------------------------------------------- */

static const struct policy_rule *
find(const struct policy *p, const struct tool_call *c, enum policy_action action)
{
	for (size_t i = 0; i < p->rules.n; i++)
		if (p->rules.v[i].action == action && fits(&p->rules.v[i], c))
			return &p->rules.v[i];
	return NULL;
}

enum policy_action
policy_decide(const struct policy *p, const struct tool_call *c, const struct policy_rule **because)
{
	static const enum policy_action order[] = { POLICY_DENY, POLICY_ASK, POLICY_ALLOW };
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		*because = find(p, c, order[i]);
		if (*because != NULL)
			return order[i];
	}
	bool harmless = (c->tool->flags & TOOL_FREE) || ((c->tool->flags & TOOL_READS) && !c->beyond);
	return harmless ? POLICY_ALLOW : POLICY_ASK;
}

/* ---- rules ------------------------------------------------------------------------- */

static const char *
nearest(const struct tool_set *set, const char *name)
{
	const char *best = NULL;
	int distance = 4;
	for (size_t i = 0; i < set->tools.n; i++) {
		int d = fuzzy_distance(name, set->tools.v[i]->name, distance);
		if (d < distance) {
			distance = d;
			best = set->tools.v[i]->name;
		}
	}
	return best;
}

static int
check_name(const struct tool_set *set, const char *name, struct err *err)
{
	if (str_same(name, "*") || set == NULL || tool_set_find(set, name) != NULL)
		return 0;
	const char *near = nearest(set, name);
	if (near != NULL)
		return err_set(err, ERR_USAGE, _("There is no tool %s. Did you mean %s?"), name, near);
	return err_set(err, ERR_USAGE, _("There is no tool %s. Type /tools in adit for the list."), name);
}

int
policy_add(struct policy *p, enum policy_action action, enum policy_source source, const char *rule,
    const struct tool_set *set, struct err *err)
{
	size_t n = strcspn(rule, "("), all = strlen(rule);
	bool has_pattern = rule[n] == '(';
	if (n == 0 || (has_pattern && (all < n + 3 || rule[all - 1] != ')')))
		return err_set(err, ERR_USAGE,
		    _("\"%s\" is not a rule. A rule is TOOL or TOOL(PATTERN), as in: shell(git log *)"), rule);
	struct policy_rule r = { action, source, mem_strndup(rule, n),
		has_pattern ? mem_strndup(rule + n + 1, all - n - 2) : NULL };
	if (check_name(set, r.tool, err) < 0) {
		free(r.tool);
		free(r.pattern);
		return -1;
	}
	vec_add(&p->rules, r);
	return 0;
}

static void
rule_done(struct policy_rule *r)
{
	free(r->tool);
	free(r->pattern);
}

void
policy_drop(struct policy *p, enum policy_source source)
{
	for (size_t i = p->rules.n; i-- > 0;)
		if (p->rules.v[i].source == source) {
			rule_done(&p->rules.v[i]);
			vec_cut(&p->rules, i, 1);
		}
}

void
policy_done(struct policy *p)
{
	for (size_t i = 0; i < p->rules.n; i++)
		rule_done(&p->rules.v[i]);
	vec_done(&p->rules);
}

void
policy_put(struct buf *b, const struct policy_rule *r)
{
	buf_puts(b, r->tool);
	if (r->pattern != NULL)
		buf_printf(b, "(%s)", r->pattern);
}

static void
put_literal(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strchr("*?\\", s[i]) != NULL)
			buf_putc(b, '\\');
		buf_putc(b, s[i]);
	}
}

void
policy_suggest(struct buf *b, const struct tool_call *c)
{
	const char *s = c->subject;
	unsigned flags = c->tool->flags;
	size_t n = strlen(s);
	buf_puts(b, c->tool->name);
	if ((flags & TOOL_WRITES) && !c->beyond)
		return;         /* all inside the working directory */
	buf_putc(b, '(');
	const char *host = flags & TOOL_NET ? strstr(s, "://") : NULL;
	const char *slash = strrchr(s, '/');
	if (host != NULL) {
		put_literal(b, host + 3, strcspn(host + 3, "/"));
	} else if ((flags & TOOL_READS) && slash != NULL && slash > s) {
		put_literal(b, s, (size_t)(slash - s));
		buf_puts(b, "/**");
	} else {
		put_literal(b, s, n);
	}
	buf_putc(b, ')');
}
