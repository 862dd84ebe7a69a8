/* bytes.c - see bytes.h. */
#include "config.h"

#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

void
sim_die(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("adit-sim: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

void *
sim_alloc(size_t n)
{
	void *p = calloc(1, n != 0 ? n : 1);
	if (p == NULL)
		sim_die("out of memory");
	return p;
}

char *
sim_strdup(const char *s)
{
	if (s == NULL)
		return NULL;
	char *copy = strdup(s);
	if (copy == NULL)
		sim_die("out of memory");
	return copy;
}

void
bytes_free(struct bytes *b)
{
	free(b->s);
	*b = (struct bytes){ 0 };
}

void
bytes_reset(struct bytes *b)
{
	b->len = 0;
	if (b->s != NULL)
		b->s[0] = '\0';
}

char *
bytes_room(struct bytes *b, size_t n)
{
	if (b->len + n + 1 > b->cap) {
		size_t cap = b->cap * 2;
		if (cap < b->len + n + 1)
			cap = b->len + n + 64;
		char *s = realloc(b->s, cap);
		if (s == NULL)
			sim_die("out of memory");
		b->s = s;
		b->cap = cap;
	}
	return b->s + b->len;
}

void
bytes_add(struct bytes *b, const void *p, size_t n)
{
	char *to = bytes_room(b, n);
	if (n != 0)
		memcpy(to, p, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void
bytes_puts(struct bytes *b, const char *s)
{
	bytes_add(b, s, strlen(s));
}

void
bytes_putc(struct bytes *b, char c)
{
	bytes_add(b, &c, 1);
}

void
bytes_printf(struct bytes *b, const char *fmt, ...)
{
	va_list ap;
	size_t room = 120;
	for (;;) {
		char *to = bytes_room(b, room);
		va_start(ap, fmt);
		int n = vsnprintf(to, room + 1, fmt, ap);
		va_end(ap);
		if (n < 0)
			sim_die("cannot format \"%s\"", fmt);
		if ((size_t)n <= room) {
			b->len += (size_t)n;
			return;
		}
		room = (size_t)n;
	}
}

const char *
bytes_str(const struct bytes *b)
{
	return b->s != NULL ? b->s : "";
}

void
bytes_json(struct bytes *b, const char *s, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	char *start = bytes_room(b, n * 6 + 2), *to = start;
	*to++ = '"';
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c == '"' || c == '\\') {
			*to++ = '\\';
			*to++ = (char)c;
		} else if (c == '\n') {
			*to++ = '\\';
			*to++ = 'n';
		} else if (c < 0x20) {
			memcpy(to, "\\u00", 4);
			to[4] = hex[c >> 4];
			to[5] = hex[c & 15];
			to += 6;
		} else {
			*to++ = (char)c;
		}
	}
	*to++ = '"';
	*to = '\0';
	b->len += (size_t)(to - start);
}

void
bytes_json_str(struct bytes *b, const char *s)
{
	if (s == NULL)
		bytes_puts(b, "null");
	else
		bytes_json(b, s, strlen(s));
}

void
bytes_base64(struct bytes *b, const void *p, size_t n)
{
	char *to = bytes_room(b, (n + 2) / 3 * 4 + 1);
	b->len += (size_t)EVP_EncodeBlock((unsigned char *)to, p, (int)n);
}

void
bytes_hex(struct bytes *b, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes_printf(b, "%02x", p[i]);
}

int
bytes_unbase64(struct bytes *b, const char *text)
{
	size_t n = strlen(text);
	if (n % 4 != 0)
		return -1;
	char *to = bytes_room(b, n / 4 * 3 + 1);
	int got = EVP_DecodeBlock((unsigned char *)to, (const unsigned char *)text, (int)n);
	if (got < 0)
		return -1;
	/* OpenSSL counts the bytes that the padding stands for. */
	for (size_t i = n; i > 0 && text[i - 1] == '='; i--)
		got--;
	b->len += (size_t)got;
	b->s[b->len] = '\0';
	return 0;
}

void
bytes_base64url(struct bytes *b, const void *p, size_t n)
{
	size_t from = b->len;
	bytes_base64(b, p, n);
	while (b->len > from && b->s[b->len - 1] == '=')
		b->s[--b->len] = '\0';
	for (size_t i = from; i < b->len; i++)
		b->s[i] = b->s[i] == '+' ? '-' : b->s[i] == '/' ? '_' : b->s[i];
}

int
bytes_unbase64url(struct bytes *b, const char *text, size_t n)
{
	struct bytes plain = { 0 };
	for (size_t i = 0; i < n; i++) {
		if (strchr("+/=", text[i]) != NULL)
			goto no;
		bytes_putc(&plain, text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]);
	}
	while (plain.len % 4 != 0)
		bytes_putc(&plain, '=');
	if (bytes_unbase64(b, bytes_str(&plain)) != 0)
		goto no;
	bytes_free(&plain);
	return 0;
no:
	bytes_free(&plain);
	return -1;
}

void
bytes_xml(struct bytes *b, const char *s)
{
	for (; *s != '\0'; s++) {
		switch (*s) {
		case '&':
			bytes_puts(b, "&amp;");
			break;
		case '<':
			bytes_puts(b, "&lt;");
			break;
		case '>':
			bytes_puts(b, "&gt;");
			break;
		default:
			bytes_putc(b, *s);
		}
	}
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

void
bytes_unescape(struct bytes *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '%' && i + 2 < n && hex_value(s[i + 1]) >= 0 &&
		    hex_value(s[i + 2]) >= 0) {
			bytes_putc(b, (char)(hex_value(s[i + 1]) << 4 | hex_value(s[i + 2])));
			i += 2;
		} else {
			bytes_putc(b, s[i]);
		}
	}
	if (b->s == NULL)
		bytes_add(b, "", 0);
}

size_t
utf8_start(const char *s, size_t at)
{
	while (at > 0 && ((unsigned char)s[at] & 0xc0) == 0x80)
		at--;
	return at;
}
