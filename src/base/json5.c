/*
 * json5.c - see json5.h. A recursive-descent parser over the whole text.
 *
 * Every function leaves the parser where it stopped and returns -1 or NULL
 * after expected() has written the sentence. Line and column move with the
 * cursor (advance()), so that a file of one long line costs no more than others.
 */
#include "config.h"

#include "base/json5.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

struct parser {
	const char		*name, *s;
	size_t			 n, at;
	struct json5_place	 place;         /* of s[at] */
	int			 depth;
	locale_t		 c_locale;      /* a decimal point is a point in every locale */
	struct err		*err;
};

/* ---- characters --------------------------------------------------------- */

enum { END = 0x110000, NOT_UTF8 = 0x110001 };

static uint32_t
decode(const unsigned char *s, size_t n, size_t *len)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = s[0];
	size_t want = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 :
	    c >= 0xf0 && c < 0xf5 ? 4 : 0;
	*len = 1;
	if (want == 1)
		return c;
	if (want == 0 || want > n)
		return NOT_UTF8;
	c &= 0x7fu >> want;
	for (size_t i = 1; i < want; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return NOT_UTF8;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[want] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return NOT_UTF8;
	*len = want;
	return c;
}

static uint32_t
peek(const struct parser *p, size_t *len)
{
	*len = 0;
	if (p->at >= p->n)
		return END;
	return decode((const unsigned char *)p->s + p->at, p->n - p->at, len);
}

/* The byte i places on, NUL behind the end: for what is ASCII. */
static char
byte_at(const struct parser *p, size_t i)
{
	return p->n - p->at > i ? p->s[p->at + i] : '\0';
}

static bool
starts(const struct parser *p, const char *word)
{
	size_t n = strlen(word);
	return p->n - p->at >= n && memcmp(p->s + p->at, word, n) == 0;
}

/* Past the character of len bytes at the cursor. CR LF is one line's end. */
static void
advance(struct parser *p, size_t len)
{
	char c = p->s[p->at];
	bool new_line = c == '\n' || (c == '\r' && byte_at(p, 1) != '\n');
	p->at += len;
	p->place.column++;
	if (new_line) {
		p->place.line++;
		p->place.column = 1;
	}
}

static void
advance_ascii(struct parser *p, size_t n)
{
	while (n-- > 0)
		advance(p, 1);
}

static bool
is_line_end(uint32_t c)
{
	return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
}

/* Specification 8 and ECMAScript 5.1's WhiteSpace: the category Zs and a few. */
static bool
is_white(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == 0xa0 || c == 0xfeff ||
	       c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
	       c == 0x3000 || is_line_end(c);
}

static bool
is_word_start(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
	    (c >= 0x80 && c < END && !is_white(c));
}

static bool
is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word_part(uint32_t c)
{
	return is_word_start(c) || is_digit(c);
}

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void
put_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(b, (char)c);
	} else if (c < 0x800) {
		buf_putc(b, (char)(0xc0 | c >> 6));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_putc(b, (char)(0xe0 | c >> 12));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_putc(b, (char)(0xf0 | c >> 18));
		buf_putc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	}
}

/* ---- errors and space --------------------------------------------------- */

static int
fail_at(struct parser *p, struct json5_place place, const char *what)
{
	return err_set(p->err, ERR_DATA, _("%s, line %d, column %d: %s."), p->name, place.line,
	    place.column, _(what));
}

static int
not_utf8(struct parser *p)
{
	return fail_at(p, p->place, N_("this is not UTF-8 text"));
}

static int
expected(struct parser *p, const char *what)
{
	size_t len;
	return peek(p, &len) == NOT_UTF8 ? not_utf8(p) : fail_at(p, p->place, what);
}

static int
skip_block_comment(struct parser *p)
{
	struct json5_place start = p->place;
	advance_ascii(p, 2);
	while (!starts(p, "*/")) {
		size_t len;
		uint32_t c = peek(p, &len);
		if (c == END)
			return fail_at(p, start,
			    N_("the comment that begins here has no end (*/)"));
		if (c == NOT_UTF8)
			return not_utf8(p);
		advance(p, len);
	}
	advance_ascii(p, 2);
	return 0;
}

static int
skip_line_comment(struct parser *p)
{
	size_t len;
	for (uint32_t c = peek(p, &len); c != END && !is_line_end(c); c = peek(p, &len)) {
		if (c == NOT_UTF8)
			return not_utf8(p);
		advance(p, len);
	}
	return 0;
}

static int
skip_space(struct parser *p)
{
	for (;;) {
		size_t len;
		int rc = 0;
		if (is_white(peek(p, &len)))
			advance(p, len);
		else if (starts(p, "//"))
			rc = skip_line_comment(p);
		else if (starts(p, "/*"))
			rc = skip_block_comment(p);
		else
			return 0;
		if (rc < 0)
			return -1;
	}
}

/* ---- strings ------------------------------------------------------------ */

/* `digits` hex digits from byte `from` on; -1 when they are not there. */
static int32_t
hex_digits(const struct parser *p, size_t from, size_t digits)
{
	int32_t value = 0;
	for (size_t i = 0; i < digits; i++) {
		int h = hex_value(byte_at(p, from + i));
		if (h < 0)
			return -1;
		value = value << 4 | h;
	}
	return value;
}

/* At the backslash of \uXXXX. Two surrogates are one character, half a pair is U+FFFD. */
static int
unicode_escape(struct parser *p, uint32_t *out)
{
	int32_t c = hex_digits(p, 2, 4);
	if (c < 0)
		return expected(p, N_("four hex digits are expected after \\u"));
	advance_ascii(p, 6);
	if (c >= 0xd800 && c < 0xdc00 && starts(p, "\\u")) {
		int32_t low = hex_digits(p, 2, 4);
		if (low >= 0xdc00 && low < 0xe000) {
			advance_ascii(p, 6);
			*out = 0x10000 + ((uint32_t)(c - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
			return 0;
		}
	}
	*out = c >= 0xd800 && c < 0xe000 ? 0xfffd : (uint32_t)c;
	return 0;
}

static int
hex_escape(struct parser *p, struct buf *out)
{
	int32_t c = hex_digits(p, 2, 2);
	if (c < 0)
		return expected(p, N_("two hex digits are expected after \\x"));
	advance_ascii(p, 4);
	put_utf8(out, (uint32_t)c);
	return 0;
}

/* At a backslash. */
static int
read_escape(struct parser *p, struct buf *out)
{
	static const char letters[] = "bfnrtv0", values[] = "\b\f\n\r\t\v";
	char c = byte_at(p, 1);
	if (c == 'u') {
		uint32_t code;
		if (unicode_escape(p, &code) < 0)
			return -1;
		put_utf8(out, code);
		return 0;
	}
	if (c == 'x')
		return hex_escape(p, out);
	if (is_digit((unsigned char)c) && (c != '0' || is_digit((unsigned char)byte_at(p, 2))))
		return expected(p, N_("a digit cannot be escaped; use \\xHH or \\uHHHH"));
	advance(p, 1);
	const char *letter = c != '\0' ? strchr(letters, c) : NULL;
	if (letter != NULL) {
		buf_putc(out, values[letter - letters]);
		advance(p, 1);
		return 0;
	}
	/* A line's end is left out; any other character stands for itself. */
	size_t len;
	uint32_t other = peek(p, &len);
	if (other == END || other == NOT_UTF8)
		return expected(p, N_("the string is not closed"));
	if (other == '\r' && byte_at(p, 1) == '\n')
		advance(p, 1);
	else if (!is_line_end(other))
		put_utf8(out, other);
	advance(p, len);
	return 0;
}

static int
read_string(struct parser *p, struct buf *out)
{
	struct json5_place start = p->place;
	char quote = byte_at(p, 0);
	advance(p, 1);
	while (byte_at(p, 0) != quote) {
		size_t len;
		uint32_t c = peek(p, &len);
		if (c == END || c == '\n' || c == '\r')
			return fail_at(p, start,
			    N_("the string that begins here is not closed on its line"));
		if (c == NOT_UTF8)
			return not_utf8(p);
		if (c == '\\') {
			if (read_escape(p, out) < 0)
				return -1;
			continue;
		}
		buf_add(out, p->s + p->at, len);
		advance(p, len);
	}
	advance(p, 1);
	return 0;
}

/* An unquoted key: an identifier, in which \uXXXX may stand for a letter. */
static int
read_word(struct parser *p, struct buf *out)
{
	for (;;) {
		size_t len;
		uint32_t c = peek(p, &len);
		bool escaped = c == '\\';
		if (escaped && (byte_at(p, 1) != 'u' || unicode_escape(p, &c) < 0))
			return expected(p, N_("a key or } is expected here"));
		bool fits = out->len == 0 ? is_word_start(c) : is_word_part(c);
		if (!fits && (escaped || out->len == 0))
			return expected(p, N_("a key or } is expected here"));
		if (!fits)
			return 0;
		put_utf8(out, c);
		if (!escaped)
			advance(p, len);
	}
}

/* ---- numbers ------------------------------------------------------------ */

static size_t
count_digits(const struct parser *p, size_t from, bool hex)
{
	size_t n = 0;
	while (hex ? hex_value(byte_at(p, from + n)) >= 0
		   : is_digit((unsigned char)byte_at(p, from + n)))
		n++;
	return n;
}

/* The bytes of the number at the cursor (behind its sign); 0 when there is none. */
static size_t
number_length(const struct parser *p, bool *whole)
{
	size_t n = count_digits(p, 0, false);
	*whole = true;
	if (n == 1 && byte_at(p, 0) == '0' && (byte_at(p, 1) | 0x20) == 'x') {
		size_t hex = count_digits(p, 2, true);
		return hex > 0 ? 2 + hex : 0;
	}
	if (n > 1 && byte_at(p, 0) == '0')
		return 0;
	size_t digits = n;
	if (byte_at(p, n) == '.') {
		size_t fraction = count_digits(p, n + 1, false);
		digits += fraction;
		n += 1 + fraction;
		*whole = false;
	}
	if (digits > 0 && (byte_at(p, n) | 0x20) == 'e') {
		size_t sign = byte_at(p, n + 1) == '+' || byte_at(p, n + 1) == '-';
		size_t exponent = count_digits(p, n + 1 + sign, false);
		if (exponent == 0)
			return 0;
		n += 1 + sign + exponent;
		*whole = false;
	}
	return digits > 0 ? n : 0;
}

static void
convert_number(struct parser *p, struct json5 *v, const char *text, bool negative)
{
	if (v->whole) {
		uint64_t value = 0, top = negative ? (uint64_t)1 << 63 : INT64_MAX;
		int base = (text[0] == '0' && (text[1] | 0x20) == 'x') ? 16 : 10;
		for (const char *c = text + (base == 16 ? 2 : 0); *c != '\0' && v->whole; c++) {
			uint64_t digit = (uint64_t)hex_value(*c);
			v->whole = value <= (top - digit) / (uint64_t)base;
			value = value * (uint64_t)base + digit;
		}
		v->i = negative ? (int64_t)(0 - value) : (int64_t)value;
	}
	v->number = strtod_l(text, NULL, p->c_locale);  /* reads hex, too */
	if (negative)
		v->number = -v->number;
	if (!v->whole)
		v->i = 0;
}

static int
read_number(struct parser *p, struct json5 *v)
{
	struct json5_place start = p->place;
	bool negative = byte_at(p, 0) == '-';
	if (negative || byte_at(p, 0) == '+')
		advance(p, 1);
	if (starts(p, "Infinity") || starts(p, "NaN"))
		return fail_at(p, start,
		    N_("Infinity and NaN cannot be used here: a finite number is expected"));
	size_t n = number_length(p, &v->whole), len;
	if (n == 0)
		return fail_at(p, start, N_("this is not a number"));
	char *text = mem_strndup(p->s + p->at, n);
	convert_number(p, v, text, negative);
	free(text);
	advance_ascii(p, n);
	uint32_t next = peek(p, &len);
	if (is_word_part(next) || next == '\\' || !isfinite(v->number))
		return fail_at(p, start, N_("this is not a number"));
	v->type = JSON5_NUMBER;
	return 0;
}

/* ---- values ------------------------------------------------------------- */

static struct json5 *read_value(struct parser *p);

static int
read_literal(struct parser *p, struct json5 *v)
{
	static const struct {
		const char	*word;
		enum json5_type	 type;
		bool		 flag;
	} rows[] = {
		{ "null", JSON5_NULL, false },
		{ "true", JSON5_BOOL, true },
		{ "false", JSON5_BOOL, false },
	};
	static const char no_value[] = N_("a value is expected here (text needs quotes)");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json5_place start = p->place;
		size_t len;
		if (!starts(p, rows[i].word))
			continue;
		advance_ascii(p, strlen(rows[i].word));
		if (is_word_part(peek(p, &len)))
			return fail_at(p, start, no_value);
		v->type = rows[i].type;
		v->flag = rows[i].flag;
		return 0;
	}
	return expected(p, no_value);
}

static int
read_key(struct parser *p, struct json5_member *m)
{
	struct buf key;
	buf_init(&key, 0);
	char c = byte_at(p, 0);
	int rc = c == '"' || c == '\'' ? read_string(p, &key) : read_word(p, &key);
	if (rc == 0 && key.len > 0 && memchr(key.s, '\0', key.len) != NULL)
		rc = fail_at(p, m->place, N_("a key cannot hold the character U+0000"));
	if (rc == 0)
		m->key = mem_strdup(buf_str(&key));
	buf_done(&key);
	return rc;
}

static int
read_member(struct parser *p, struct json5 *v)
{
	struct json5_member m = { .place = p->place, .from = p->at, .comma = SIZE_MAX };
	bool object = v->type == JSON5_OBJECT;
	if (object && read_key(p, &m) < 0)
		return -1;
	int rc = 0;
	if (object && skip_space(p) < 0)
		rc = -1;
	else if (object && byte_at(p, 0) != ':')
		rc = expected(p, N_("a colon is expected after the key"));
	else if (object) {
		advance(p, 1);
		rc = skip_space(p);
	}
	m.value = rc == 0 ? read_value(p) : NULL;
	if (m.value == NULL) {
		free(m.key);
		return -1;
	}
	vec_add(&v->in, m);
	return 0;
}

/* At { or [. */
static int
read_container(struct parser *p, struct json5 *v)
{
	char close = v->type == JSON5_OBJECT ? '}' : ']';
	if (++p->depth > JSON5_DEPTH)
		return expected(p, N_("there are too many brackets inside each other"));
	advance(p, 1);
	for (bool more = true;;) {
		if (skip_space(p) < 0)
			return -1;
		if (byte_at(p, 0) == close)
			break;
		if (!more)
			return expected(p, close == '}' ? N_("a comma or } is expected here") :
			    N_("a comma or ] is expected here"));
		if (read_member(p, v) < 0 || skip_space(p) < 0)
			return -1;
		more = byte_at(p, 0) == ',';
		if (more) {
			v->in.v[v->in.n - 1].comma = p->at;
			advance(p, 1);
		}
	}
	advance(p, 1);
	p->depth--;
	return 0;
}

static int
read_string_value(struct parser *p, struct json5 *v)
{
	struct buf b;
	buf_init(&b, 0);
	v->type = JSON5_STRING;
	int rc = read_string(p, &b);
	v->s = buf_take(&b, &v->len);
	return rc;
}

static struct json5 *
read_value(struct parser *p)
{
	struct json5 *v = mem_alloc(sizeof *v);
	v->place = p->place;
	v->from = p->at;
	char c = byte_at(p, 0);
	int rc;
	if (c == '{' || c == '[') {
		v->type = c == '{' ? JSON5_OBJECT : JSON5_ARRAY;
		rc = read_container(p, v);
	} else if (c == '"' || c == '\'') {
		rc = read_string_value(p, v);
	} else if (is_digit((unsigned char)c) || c == '.' || c == '+' || c == '-' ||
		   starts(p, "NaN") || starts(p, "Infinity")) {
		rc = read_number(p, v);
	} else {
		rc = read_literal(p, v);
	}
	v->to = p->at;
	if (rc < 0) {
		json5_free(v);
		return NULL;
	}
	return v;
}

static struct json5 *
read_document(struct parser *p)
{
	if (skip_space(p) < 0)
		return NULL;
	struct json5 *v = read_value(p);
	if (v == NULL)
		return NULL;
	if (skip_space(p) < 0 ||
	    (p->at < p->n && expected(p, N_("nothing more is expected after the value")) < 0)) {
		json5_free(v);
		return NULL;
	}
	return v;
}

struct json5 *
json5_parse(const char *name, const char *s, size_t n, struct err *err)
{
	if (n > JSON5_TEXT_MAX) {
		err_set(err, ERR_DATA, _("%s is too large: more than %d bytes."), name,
		    JSON5_TEXT_MAX);
		return NULL;
	}
	struct parser p = { .name = name, .s = s, .n = n, .place = { 1, 1 }, .err = err };
	p.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (p.c_locale == (locale_t)0)
		fatal("the C locale is missing");
	struct json5 *v = read_document(&p);
	freelocale(p.c_locale);
	return v;
}

void
json5_free(struct json5 *v)
{
	if (v == NULL)
		return;
	for (size_t i = 0; i < v->in.n; i++) {
		free(v->in.v[i].key);
		json5_free(v->in.v[i].value);
	}
	vec_done(&v->in);
	free(v->s);
	free(v);
}

/* ---- the tree ----------------------------------------------------------- */

const struct json5_member *
json5_member(const struct json5 *v, const char *key)
{
	if (v == NULL || v->type != JSON5_OBJECT)
		return NULL;
	for (size_t i = v->in.n; i > 0; i--)
		if (strcmp(v->in.v[i - 1].key, key) == 0)
			return &v->in.v[i - 1];
	return NULL;
}

const struct json5 *
json5_get(const struct json5 *v, const char *key)
{
	const struct json5_member *m = json5_member(v, key);
	return m != NULL ? m->value : NULL;
}

/* With as many digits as it takes to read the same number again, and a point in every locale. */
static struct json_object *
double_to_json(double number)
{
	char text[40];
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0), was = uselocale(c_locale);
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	uselocale(was);
	freelocale(c_locale);
	if (strpbrk(text, ".e") == NULL)
		strncat(text, ".0", sizeof text - strlen(text) - 1);
	return json_object_new_double_s(number, text);
}

static struct json_object *
array_to_json(const struct json5 *v)
{
	struct json_object *o = json_object_new_array();
	for (size_t i = 0; i < v->in.n; i++)
		json_object_array_add(o, json5_to_json(v->in.v[i].value));
	return o;
}

static struct json_object *
object_to_json(const struct json5 *v)
{
	struct json_object *o = json_object_new_object();
	for (size_t i = 0; i < v->in.n; i++)
		json_object_object_add(o, v->in.v[i].key, json5_to_json(v->in.v[i].value));
	return o;
}

struct json_object *
json5_to_json(const struct json5 *v)
{
	switch (v->type) {
	case JSON5_NULL:
		return NULL;            /* json-c's null */
	case JSON5_BOOL:
		return json_object_new_boolean(v->flag);
	case JSON5_NUMBER:
		return v->whole ? json_object_new_int64(v->i) : double_to_json(v->number);
	case JSON5_STRING:
		return json_object_new_string_len(v->s, (int)v->len);
	case JSON5_ARRAY:
		return array_to_json(v);
	case JSON5_OBJECT:
		return object_to_json(v);
	}
	return NULL;
}

const char *
json5_type_name(enum json5_type type)
{
	static const char *const names[] = {
		[JSON5_NULL] = N_("null"),
		[JSON5_BOOL] = N_("true or false"),
		[JSON5_NUMBER] = N_("a number"),
		[JSON5_STRING] = N_("a text"),
		[JSON5_ARRAY] = N_("a list"),
		[JSON5_OBJECT] = N_("an object"),
	};
	return _(names[type]);
}

/* ---- paths -------------------------------------------------------------- */

/* From the opening quote on; where it ends, NULL when it does not. */
static const char *
read_quoted_part(const char *s, struct buf *part)
{
	for (s++; *s != '"'; s++) {
		if (*s == '\\')
			s++;
		if (*s == '\0')
			return NULL;
		buf_putc(part, *s);
	}
	return s + 1;
}

static const char *
read_plain_part(const char *s, struct buf *part)
{
	size_t n = strcspn(s, ".\"");
	buf_add(part, s, n);
	return n > 0 ? s + n : NULL;
}

int
json5_path_parse(struct json5_path *path, const char *text, struct err *err)
{
	*path = (struct json5_path){ 0 };
	const char *s = text;
	for (;;) {
		struct buf part;
		buf_init(&part, 0);
		s = *s == '"' ? read_quoted_part(s, &part) : read_plain_part(s, &part);
		vec_add(path, mem_strdup(buf_str(&part)));
		buf_done(&part);
		if (s != NULL && *s == '\0')
			return 0;
		if (s == NULL || *s != '.')
			break;
		s++;
	}
	json5_path_done(path);
	return err_set(err, ERR_USAGE,
	    _("\"%s\" is not a key: write parts between dots, and a part that holds dots in double "
	      "quotes."),
	    text);
}

void
json5_path_done(struct json5_path *path)
{
	for (size_t i = 0; i < path->n; i++)
		free(path->v[i]);
	vec_done(path);
}

void
json5_path_put(struct buf *path, const char *part)
{
	if (path->len > 0)
		buf_putc(path, '.');
	if (part[0] != '\0' && strpbrk(part, ".\"\\ \t\n") == NULL) {
		buf_puts(path, part);
		return;
	}
	buf_putc(path, '"');
	for (; *part != '\0'; part++) {
		if (*part == '"' || *part == '\\')
			buf_putc(path, '\\');
		buf_putc(path, *part);
	}
	buf_putc(path, '"');
}

static const struct json5 *
item_at(const struct json5 *v, const char *index)
{
	char *end;
	unsigned long i = strtoul(index, &end, 10);
	if (!is_digit((unsigned char)index[0]) || *end != '\0' || i >= v->in.n)
		return NULL;
	return v->in.v[i].value;
}

const struct json5 *
json5_at(const struct json5 *v, const struct json5_path *path)
{
	for (size_t i = 0; i < path->n && v != NULL; i++)
		v = v->type == JSON5_ARRAY ? item_at(v, path->v[i]) : json5_get(v, path->v[i]);
	return v;
}
