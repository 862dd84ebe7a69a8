/*
 * highlight.c - see highlight.h.
 *
 * A line is cut into tokens from left to right. At each place the rules are
 * tried in order (comment, string, number, name, the rest); the first that
 * matches takes its bytes.
 */
#include "config.h"

#include "text/highlight.h"

#include <string.h>

/* One line being cut. */
struct cut {
	struct highlight *h;
	const struct language *lang;
	struct styled	*out;
	const char	*s;             /* the clean line */
	size_t		 n, at;
	size_t		 base;          /* where the line starts in out->text */
	uint32_t	 source, raw;
	uint8_t		 emphasis;
	bool		 worded;        /* a name was seen on this line */
};

static unsigned char
lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Letters, digits, underscore and everything beyond ASCII. */
static bool
is_name_char(char c)
{
	return (unsigned char)c >= 0x80 || is_digit(c) || c == '_' ||
	       (lower(c) >= 'a' && lower(c) <= 'z');
}

/* ---- names of languages, words of a language ---- */

/* Calls each word of a list separated by spaces. */
static const char *
next_word(const char *list, size_t *len)
{
	while (*list == ' ')
		list++;
	*len = strcspn(list, " ");
	return *len > 0 ? list : NULL;
}

static bool
same_nocase(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

const struct language *
highlight_find(const char *name, size_t n)
{
	for (int i = 0; i < languages_count; i++) {
		size_t len;
		for (const char *w = next_word(languages[i].names, &len); w != NULL;
			w = next_word(w + len, &len))
			if (len == n && same_nocase(w, name, n))
				return &languages[i];
	}
	return NULL;
}

static unsigned
hash(const char *s, size_t n)
{
	unsigned h = lower(s[0]) * 5u + lower(s[n - 1]) * 11u + (unsigned)n * 3u;
	return (h + lower(s[n / 2]) * 7u) & 63;
}

static void
add_words(struct highlight *h, const char *list, enum style_role role)
{
	if (list == NULL)
		return;
	size_t len;
	for (const char *w = next_word(list, &len); w != NULL && h->n < HIGHLIGHT_WORDS;
		w = next_word(w + len, &len)) {
		uint16_t *head = &h->heads[hash(w, len)];
		h->words[h->n].s = w;
		h->words[h->n].len = (uint8_t)len;
		h->words[h->n].role = role;
		h->words[h->n].next = *head;
		*head = (uint16_t)++h->n;
	}
}

void
highlight_init(struct highlight *h, const struct language *language)
{
	h->language = language;
	h->open = NULL;
	h->in_tag = false;
	h->n = 0;
	memset(h->heads, 0, sizeof h->heads);
	if (language == NULL)
		return;
	add_words(h, language->keywords, ROLE_CODE_KEYWORD);
	add_words(h, language->types, ROLE_CODE_TYPE);
	add_words(h, language->constants, ROLE_CODE_NUMBER);
}

static enum style_role
role_of_word(const struct highlight *h, const char *s, size_t n)
{
	bool nocase = h->language->flags & LANG_NOCASE;
	for (unsigned i = h->heads[hash(s, n)]; i != 0; i = h->words[i - 1].next)
		if (h->words[i - 1].len == n && (nocase ? same_nocase(h->words[i - 1].s, s, n)
							: memcmp(h->words[i - 1].s, s, n) == 0))
			return h->words[i - 1].role;
	return ROLE_CODE;
}

/* ---- tokens ---- */

/* The bytes up to `end` are a token of this role. */
static void
take(struct cut *c, size_t end, enum style_role role)
{
	if (end > c->n)
		end = c->n;
	if (end == c->at)
		return;
	/* Close enough where cleaning changed the line's length, exact where it did not. */
	uint32_t from = (uint32_t)c->at < c->raw ? (uint32_t)c->at : c->raw;
	uint32_t len = (uint32_t)(end - c->at);
	styled_end_at(c->out, c->base + end, &(struct run){ .source = c->source + from,
		.raw = len < c->raw - from ? len : c->raw - from, .role = role,
		.emphasis = c->emphasis });
	c->at = end;
}

static bool
starts(const struct cut *c, size_t at, const char *what)
{
	size_t len = strlen(what);
	return c->n - at >= len && memcmp(c->s + at, what, len) == 0;
}

static enum style_role
role_of_delim(const struct delim *d)
{
	return d->flags & DELIM_COMMENT ? ROLE_CODE_COMMENT
	    : d->flags & DELIM_TYPE	? ROLE_CODE_TYPE
					: ROLE_CODE_STRING;
}

/* Where the delimiter that is open at `at` closes: behind its end, or past the line. */
static size_t
find_close(const struct cut *c, const struct delim *d, size_t at, bool *closed)
{
	for (size_t i = at; i < c->n; i++) {
		if (d->flags & DELIM_ESCAPE && c->s[i] == '\\') {
			i++;
			continue;
		}
		if (starts(c, i, d->close)) {
			*closed = true;
			return i + strlen(d->close);
		}
	}
	*closed = false;
	return c->n;
}

static void
take_rest_of_open(struct cut *c)
{
	const struct delim *d = c->h->open;
	bool closed;
	size_t end = find_close(c, d, c->at, &closed);
	if (closed)
		c->h->open = NULL;
	take(c, end, role_of_delim(d));
}

/* 'x' and '\n' are characters; 'a in <'a> is a lifetime. */
static bool
is_char_literal(const struct cut *c)
{
	if (c->n - c->at >= 2 && c->s[c->at + 1] == '\\')
		return true;
	size_t i = c->at + 1;
	while (i < c->n && i - c->at < 5 && (unsigned char)c->s[i] >= 0x80)
		i++;
	if (i == c->at + 1)
		i++;
	return i < c->n && c->s[i] == '\'';
}

/* A string that is a key: a colon follows. */
static bool
colon_follows(const struct cut *c, size_t at)
{
	while (at < c->n && c->s[at] == ' ')
		at++;
	return at < c->n && c->s[at] == ':';
}

static bool
take_delimited(struct cut *c)
{
	for (size_t i = 0; i < LANG_DELIMS && c->lang->delims[i].open != NULL; i++) {
		const struct delim *d = &c->lang->delims[i];
		if (c->s[c->at] != d->open[0] || !starts(c, c->at, d->open) ||
		    (d->flags & DELIM_LINE_START && c->at > 0) ||
		    (d->flags & DELIM_CHAR && !is_char_literal(c)))
			continue;
		bool closed;
		size_t end = find_close(c, d, c->at + strlen(d->open), &closed);
		if (!closed && d->flags & DELIM_LINES)
			c->h->open = d;
		bool key = c->lang->flags & LANG_KEY_STRING && closed && colon_follows(c, end);
		take(c, end, key ? ROLE_CODE_TYPE : role_of_delim(d));
		return true;
	}
	return false;
}

static bool
take_line_comment(struct cut *c)
{
	if (c->lang->flags & LANG_WORD_COMMENT && c->at > 0 && c->s[c->at - 1] != ' ')
		return false;
	for (size_t i = 0; i < LANG_COMMENTS && c->lang->comments[i] != NULL; i++) {
		if (c->s[c->at] != c->lang->comments[i][0] ||
		    !starts(c, c->at, c->lang->comments[i]))
			continue;
		take(c, c->n, ROLE_CODE_COMMENT);
		return true;
	}
	return false;
}

/* Digits with what may stand in a number: 0x1f, 1_000, 1'000, 2.5e-3, 10px. */
static bool
take_number(struct cut *c)
{
	size_t i = c->at;
	if (!is_digit(c->s[i]) && !(c->s[i] == '.' && i + 1 < c->n && is_digit(c->s[i + 1])))
		return false;
	while (i < c->n && (is_name_char(c->s[i]) || c->s[i] == '.' || c->s[i] == '\'')) {
		if (c->s[i] == '\'' && (i + 1 == c->n || !is_digit(c->s[i + 1])))
			break;
		if (c->s[i] == '.' && i + 1 < c->n && c->s[i + 1] == '.')
			break;  /* a range: 0..9 */
		bool exponent = lower(c->s[i]) == 'e' && is_digit(c->s[c->at]);
		i++;
		if (exponent && i + 1 < c->n && (c->s[i] == '-' || c->s[i] == '+') &&
		    is_digit(c->s[i + 1]))
			i++;
	}
	take(c, i, ROLE_CODE_NUMBER);
	return true;
}

static size_t
name_end(const struct cut *c, size_t at)
{
	while (at < c->n &&
	       (is_name_char(c->s[at]) || (c->lang->flags & LANG_DASH && c->s[at] == '-' &&
					      at + 1 < c->n && is_name_char(c->s[at + 1]))))
		at++;
	return at;
}

static enum style_role
role_of_name(const struct cut *c, size_t end, bool first)
{
	const char *s = c->s + c->at;
	size_t n = end - c->at;
	unsigned flags = c->lang->flags;
	if (!(flags & LANG_FIRST_WORD) || first) {
		enum style_role role = role_of_word(c->h, s, n);
		if (role != ROLE_CODE)
			return role;
	}
	if (flags & LANG_CALLS && end < c->n && c->s[end] == '(')
		return ROLE_CODE_FUNCTION;
	if (flags & LANG_CAPS && n > 1 && is_upper(s[0]) && !is_upper(s[1]))
		return ROLE_CODE_TYPE;
	return ROLE_CODE;
}

static bool
take_name(struct cut *c)
{
	size_t end = name_end(c, c->at);
	if (end == c->at)
		return false;
	bool first = !c->worded;
	c->worded = true;
	take(c, end, role_of_name(c, end, first));
	return true;
}

/* "$name", "${...}", "$(": up to the closing brace on the line. */
static bool
take_variable(struct cut *c)
{
	if (!(c->lang->flags & LANG_DOLLAR) || c->s[c->at] != '$' || c->at + 1 == c->n)
		return false;
	char next = c->s[c->at + 1];
	size_t end = c->at + 2;
	if (next == '{') {
		const char *close = memchr(c->s + c->at, '}', c->n - c->at);
		end = close != NULL ? (size_t)(close - c->s) + 1 : c->n;
	} else if (is_name_char(next)) {
		while (end < c->n && is_name_char(c->s[end]))
			end++;
	} else if (strchr("?#@*!$-^<", next) == NULL) {
		end = c->at + 1;
	}
	take(c, end, ROLE_CODE_TYPE);
	return true;
}

static bool
take_annotation(struct cut *c)
{
	if (!(c->lang->flags & LANG_AT) || c->s[c->at] != '@')
		return false;
	size_t end = c->at + 1;
	while (end < c->n && (is_name_char(c->s[end]) || c->s[end] == '.' || c->s[end] == '@' ||
		(c->lang->flags & LANG_DASH && c->s[end] == '-')))
		end++;
	take(c, end, ROLE_CODE_FUNCTION);
	return true;
}

static bool
take_rest(struct cut *c)
{
	size_t end = c->at + 1;
	if (c->s[c->at] == ' ') {
		while (end < c->n && c->s[end] == ' ')
			end++;
		take(c, end, ROLE_CODE);
		return true;
	}
	take(c, end, ROLE_CODE_PUNCT);
	return true;
}

/* ---- what stands at the start of a line ---- */

static size_t
skip_blanks(const struct cut *c, size_t at)
{
	while (at < c->n && c->s[at] == ' ')
		at++;
	return at;
}

static void
take_preprocessor(struct cut *c)
{
	size_t hash_at = skip_blanks(c, 0);
	if (hash_at == c->n || c->s[hash_at] != '#')
		return;
	size_t word = skip_blanks(c, hash_at + 1);
	size_t end = name_end(c, word);
	bool include = end - word == 7 && memcmp(c->s + word, "include", 7) == 0;
	take(c, end, ROLE_CODE_KEYWORD);
	if (!include)
		return;
	take(c, skip_blanks(c, c->at), ROLE_CODE);
	if (c->at < c->n && c->s[c->at] == '<')
		take(c, c->n, ROLE_CODE_STRING);
}

/* "name:" and "name =" at the start of the line, "[section]". */
static void
take_key(struct cut *c)
{
	size_t at = skip_blanks(c, 0);
	if (c->lang->flags & LANG_KEY_EQUALS && at < c->n && c->s[at] == '[') {
		take(c, c->n, ROLE_CODE_KEYWORD);
		return;
	}
	while (at + 1 < c->n && c->s[at] == '-' && c->s[at + 1] == ' ')
		at = skip_blanks(c, at + 1);
	size_t end = at;
	while (end < c->n && (is_name_char(c->s[end]) || strchr("-./%$*&", c->s[end]) != NULL))
		end++;
	size_t mark = skip_blanks(c, end);
	if (end == at || mark == c->n)
		return;
	bool colon = c->lang->flags & LANG_KEY_COLON && c->s[mark] == ':' &&
	    (mark + 1 == c->n || c->s[mark + 1] == ' ');
	bool equals =
	    c->lang->flags & LANG_KEY_EQUALS && (c->s[mark] == '=' || starts(c, mark, ":=") ||
						    starts(c, mark, "+=") || starts(c, mark, "?="));
	if (!colon && !equals)
		return;
	take(c, at, ROLE_CODE_PUNCT);
	take(c, end, ROLE_CODE_TYPE);
}

static void
take_diff_line(struct cut *c)
{
	static const struct {
		const char	*start;
		enum style_role	 role;
	} rules[] = {
		{ "+++ ", ROLE_DIFF_META },
		{ "--- ", ROLE_DIFF_META },
		{ "@@", ROLE_DIFF_META },
		{ "diff ", ROLE_DIFF_META },
		{ "index ", ROLE_DIFF_META },
		{ "\\ ", ROLE_DIFF_META },
		{ "+", ROLE_DIFF_ADD },
		{ "-", ROLE_DIFF_DEL },
		{ ">", ROLE_DIFF_ADD },
		{ "<", ROLE_DIFF_DEL },
	};
	enum style_role role = ROLE_CODE;
	for (size_t i = 0; i < sizeof rules / sizeof *rules && role == ROLE_CODE; i++)
		if (starts(c, 0, rules[i].start))
			role = rules[i].role;
	take(c, c->n, role);
}

/* ---- markup ---- */

static void
take_in_tag(struct cut *c)
{
	char ch = c->s[c->at];
	size_t end = c->at + 1;
	if (ch == '>') {
		c->h->in_tag = false;
		take(c, end, ROLE_CODE_PUNCT);
	} else if (ch == '"' || ch == '\'') {
		const char *close = memchr(c->s + end, ch, c->n - end);
		take(c, close != NULL ? (size_t)(close - c->s) + 1 : c->n, ROLE_CODE_STRING);
	} else if (is_name_char(ch)) {
		while (end < c->n && (is_name_char(c->s[end]) || strchr("-:.", c->s[end]) != NULL))
			end++;
		char before = c->at > 0 ? c->s[c->at - 1] : ' ';
		bool tag = before == '<' || before == '/' || before == '!' || before == '?';
		take(c, end, tag ? ROLE_CODE_KEYWORD : ROLE_CODE_TYPE);
	} else {
		take_rest(c);
	}
}

static void
take_markup(struct cut *c)
{
	if (c->h->in_tag) {
		take_in_tag(c);
	} else if (take_delimited(c)) {
		/* a comment */
	} else if (c->s[c->at] == '<' && c->at + 1 < c->n &&
	    (is_name_char(c->s[c->at + 1]) || strchr("/!?", c->s[c->at + 1]) != NULL)) {
		c->h->in_tag = true;
		take(c, c->at + 1, ROLE_CODE_PUNCT);
	} else {
		const char *tag = memchr(c->s + c->at + 1, '<', c->n - c->at - 1);
		take(c, tag != NULL ? (size_t)(tag - c->s) : c->n, ROLE_CODE);
	}
}

/* ---- a line ---- */

static void
take_line_start(struct cut *c)
{
	if (c->lang->flags & LANG_DIFF)
		take_diff_line(c);
	if (c->lang->flags & LANG_PREPROCESSOR)
		take_preprocessor(c);
	if (c->lang->flags & (LANG_KEY_COLON | LANG_KEY_EQUALS))
		take_key(c);
}

void
highlight_line(struct highlight *h, struct styled *line, uint32_t source, uint32_t raw,
    uint8_t emphasis)
{
	size_t base = line->runs.n > 0 ? line->runs.v[line->runs.n - 1].end : 0;
	struct cut c = { .h = h, .lang = h->language, .out = line, .s = buf_str(&line->text) + base,
		.n = line->text.len - base, .base = base, .source = source, .raw = raw,
		.emphasis = emphasis };
	if (h->language == NULL) {
		take(&c, c.n, ROLE_CODE);
		return;
	}
	if (h->open == NULL)
		take_line_start(&c);
	while (c.at < c.n) {
		if (h->open != NULL)
			take_rest_of_open(&c);
		else if (c.lang->flags & LANG_MARKUP)
			take_markup(&c);
		else
			(void)(take_delimited(&c) || take_line_comment(&c) || take_variable(&c) ||
			       take_annotation(&c) || take_number(&c) || take_name(&c) ||
			       take_rest(&c));
	}
}
