/*
 * sigv4.c - see sigv4.h.
 *
 * The rules: the path as it came on the wire is escaped once more (so %3A
 * counts as %253A), the query is unescaped, escaped anew and sorted, header
 * values are trimmed with inner spaces collapsed, and the payload hash is that
 * of the bytes which arrived, whatever a header says about them.
 */
#include "config.h"

#include "sigv4.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

/* ---- the Authorization header ------------------------------------------- */

static const char *
part(char *list, const char *name)
{
	size_t n = strlen(name);
	for (char *p = list; p != NULL;) {
		p += strspn(p, " ,");
		if (strncmp(p, name, n) == 0 && p[n] == '=')
			return p + n + 1;
		p = strchr(p, ',');
	}
	return NULL;
}

static void
require(const char *value, const char *name, struct bytes *why)
{
	if (value == NULL || value[0] == '\0')
		bytes_printf(why, "%sAuthorization header requires '%s' parameter.",
		    why->len != 0 ? " " : "", name);
}

static char *
next_slash(char **rest)
{
	return *rest != NULL ? strsep(rest, "/") : NULL;
}

/* The access key id may hold no slash; the last four parts are the scope. */
static int
cut_credential(char *credential, struct sigv4_claim *c)
{
	char *rest = credential;
	c->access_key_id = next_slash(&rest);
	c->date = next_slash(&rest);
	c->region = next_slash(&rest);
	c->service = next_slash(&rest);
	c->terminator = next_slash(&rest);
	return c->terminator != NULL && rest == NULL ? 0 : -1;
}

int
sigv4_parse(const char *authorization, struct sigv4_claim *c, struct bytes *why)
{
	*c = (struct sigv4_claim){ .copy = sim_strdup(authorization) };
	char *list = c->copy + strcspn(c->copy, " ");
	char *credential = (char *)part(list, "Credential");
	c->signed_headers = part(list, "SignedHeaders");
	c->signature = part(list, "Signature");
	require(credential, "Credential", why);
	require(c->signature, "Signature", why);
	require(c->signed_headers, "SignedHeaders", why);
	if (why->len != 0) {
		bytes_printf(
		    why, " Authorization=%.*s", (int)strcspn(authorization, " "), authorization);
		return -1;
	}
	for (char *p = list; *p != '\0'; p++)
		if (*p == ',' || *p == ' ')
			*p = '\0';
	if (cut_credential(credential, c) != 0) {
		bytes_puts(why, "Credential must have exactly 5 slash-delimited elements, e.g. "
		    "keyid/date/region/service/term");
		return -1;
	}
	return 0;
}

void
sigv4_claim_free(struct sigv4_claim *c)
{
	free(c->copy);
	*c = (struct sigv4_claim){ 0 };
}

static size_t
name_length(const char *list)
{
	return strcspn(list, ";");
}

bool
sigv4_signs(const struct sigv4_claim *c, const char *header)
{
	size_t n = strlen(header);
	for (const char *p = c->signed_headers; *p != '\0'; p += name_length(p), p += *p == ';')
		if (name_length(p) == n && strncmp(p, header, n) == 0)
			return true;
	return false;
}

/* ---- the canonical request ---------------------------------------------- */

static bool
unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("-_.~", c) != NULL);
}

static void
escape(struct bytes *out, const char *s, size_t n, bool keep_slash)
{
	for (size_t i = 0; i < n; i++) {
		if (unreserved(s[i]) || (keep_slash && s[i] == '/'))
			bytes_putc(out, s[i]);
		else
			bytes_printf(out, "%%%02X", (unsigned char)s[i]);
	}
}

/* Takes out "." and ".." and empty segments, as every service but S3 wants it. */
static void
normalise_path(struct bytes *out, const char *path)
{
	bytes_putc(out, '/');
	for (const char *p = path; *p != '\0';) {
		p += strspn(p, "/");
		size_t n = strcspn(p, "/");
		if (n == 2 && strncmp(p, "..", 2) == 0) {
			while (out->len > 1 && out->s[--out->len - 1] != '/')
				;
		} else if (n > 0 && !(n == 1 && p[0] == '.')) {
			bytes_add(out, p, n);
			if (p[n] == '/')
				bytes_putc(out, '/');
		}
		p += n;
	}
	out->s[out->len] = '\0';
}

static int
compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "name\1value", so that one strcmp sorts by name, then by value. */
static char *
canonical_pair(const char *pair, size_t n)
{
	const char *eq = memchr(pair, '=', n);
	size_t name = eq != NULL ? (size_t)(eq - pair) : n;
	struct bytes raw = { 0 }, out = { 0 };
	bytes_unescape(&raw, pair, name);
	escape(&out, raw.s, raw.len, false);
	bytes_putc(&out, '\1');
	bytes_reset(&raw);
	if (eq != NULL)
		bytes_unescape(&raw, eq + 1, n - name - 1);
	escape(&out, raw.s, raw.len, false);
	bytes_free(&raw);
	return out.s;
}

static void
canonical_query(struct bytes *out, const char *query)
{
	size_t n = 0;
	char **pairs = sim_alloc((strlen(query) + 1) * sizeof *pairs);
	for (const char *p = query; *p != '\0';) {
		size_t len = strcspn(p, "&");
		if (len != 0)
			pairs[n++] = canonical_pair(p, len);
		p += len + (p[len] == '&');
	}
	qsort(pairs, n, sizeof *pairs, compare_text);
	for (size_t i = 0; i < n; i++) {
		*strchr(pairs[i], '\1') = '=';
		bytes_printf(out, "%s%s", i != 0 ? "&" : "", pairs[i]);
		free(pairs[i]);
	}
	free(pairs);
}

static void
canonical_value(struct bytes *out, const char *value)
{
	bool space = false;
	value += strspn(value, " \t");
	for (; *value != '\0'; value++) {
		if (*value == ' ' || *value == '\t') {
			space = true;
			continue;
		}
		if (space)
			bytes_putc(out, ' ');
		space = false;
		bytes_putc(out, *value);
	}
}

/* Headers of the same name make one line, joined by commas. */
static void
canonical_header(struct bytes *out, const struct request *r, const char *name, size_t n)
{
	bool first = true;
	bytes_add(out, name, n);
	bytes_putc(out, ':');
	for (size_t i = 0; i < r->n_headers; i++) {
		if (strlen(r->headers[i].name) != n || strncmp(r->headers[i].name, name, n) != 0)
			continue;
		if (!first)
			bytes_putc(out, ',');
		first = false;
		canonical_value(out, r->headers[i].value);
	}
	bytes_putc(out, '\n');
}

void
sigv4_canonical(const struct request *r, const struct sigv4_claim *c, struct bytes *out)
{
	bytes_printf(out, "%s\n", r->method);
	struct bytes path = { 0 };
	normalise_path(&path, r->path);
	escape(out, path.s, path.len, true);
	bytes_free(&path);
	bytes_putc(out, '\n');
	canonical_query(out, r->query);
	bytes_putc(out, '\n');
	/* In the order of the list: a list that is not sorted gives another signature. */
	for (const char *p = c->signed_headers; *p != '\0'; p += name_length(p), p += *p == ';')
		canonical_header(out, r, p, name_length(p));
	bytes_printf(out, "\n%s\n", c->signed_headers);
	uint8_t hash[SHA256_DIGEST_LENGTH];
	SHA256((const unsigned char *)bytes_str(&r->body), r->body.len, hash);
	bytes_hex(out, hash, sizeof hash);
}

/* ---- the signature ------------------------------------------------------ */

static void
hmac(const void *key, size_t key_len, const void *data, size_t n, uint8_t out[32])
{
	unsigned len = 32;
	HMAC(EVP_sha256(), key, (int)key_len, data, n, out, &len);
}

void
sigv4_text(const struct sigv4_claim *c, const char *algorithm, const char *amz_date,
    const struct bytes *canonical, struct bytes *out)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	SHA256((const unsigned char *)canonical->s, canonical->len, hash);
	bytes_printf(out, "%s\n%s\n%s/%s/%s/%s\n", algorithm, amz_date, c->date, c->region,
	    c->service, c->terminator);
	bytes_hex(out, hash, sizeof hash);
}

void
sigv4_signature(const struct sigv4_claim *c, const char *amz_date, const char *secret,
    const struct bytes *canonical, char hex[65])
{
	uint8_t k[32];
	struct bytes text = { 0 }, start = { 0 };
	sigv4_text(c, "AWS4-HMAC-SHA256", amz_date, canonical, &text);
	bytes_printf(&start, "AWS4%s", secret);
	hmac(start.s, start.len, c->date, strlen(c->date), k);
	hmac(k, 32, c->region, strlen(c->region), k);
	hmac(k, 32, c->service, strlen(c->service), k);
	hmac(k, 32, c->terminator, strlen(c->terminator), k);
	hmac(k, 32, text.s, text.len, k);
	for (int i = 0; i < 32; i++) {
		hex[2 * i] = "0123456789abcdef"[k[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[k[i] & 15];
	}
	hex[64] = '\0';
	bytes_free(&text);
	bytes_free(&start);
}
