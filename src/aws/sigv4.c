/*
 * sigv4.c - see sigv4.h.
 *
 * By hand, because libcurl's own signer signs the path without encoding it a
 * second time: every model id that holds a ":" would be refused.
 */
#include "config.h"

#include "aws/sigv4.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"

enum { DIGEST = 32 };
#define ALGORITHM "AWS4-HMAC-SHA256"

struct digest {
	unsigned char	b[DIGEST];
};

/* ---- hashing ------------------------------------------------------------ */

static EVP_MAC *hmac_mac;
static EVP_MD *sha256_md;

/* Looking algorithms up by name is the slow part of OpenSSL 3: once in a process. */
static void
fetch_algorithms(void)
{
	hmac_mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	sha256_md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (hmac_mac == NULL || sha256_md == NULL)
		fatal("this OpenSSL has no HMAC with SHA-256");
}

static void
need_algorithms(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, fetch_algorithms);
}

static struct digest
sha256(const void *bytes, size_t n)
{
	struct digest d;
	need_algorithms();
	if (EVP_Digest(n > 0 ? bytes : "", n, d.b, NULL, sha256_md, NULL) != 1)
		fatal("SHA-256 failed");
	return d;
}

static struct digest
hmac(const void *key, size_t key_len, const void *bytes, size_t n)
{
	struct digest d;
	size_t len = 0;
	char name[] = "SHA256";
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end() };
	need_algorithms();
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(hmac_mac);
	if (ctx == NULL || EVP_MAC_init(ctx, key, key_len, params) != 1 ||
	    EVP_MAC_update(ctx, bytes, n) != 1 || EVP_MAC_final(ctx, d.b, &len, sizeof d.b) != 1)
		fatal("HMAC with SHA-256 failed");
	EVP_MAC_CTX_free(ctx);
	return d;
}

static struct digest
hmac_text(const struct digest *key, const char *text)
{
	return hmac(key->b, DIGEST, text, strlen(text));
}

void
sigv4_sha256(struct buf *out, const void *bytes, size_t n)
{
	struct digest d = sha256(bytes, n);
	str_hex(out, d.b, DIGEST);
}

/* ---- dates --------------------------------------------------------------- */

void
sigv4_date(int64_t seconds, char out[17])
{
	time_t t = (time_t)seconds;
	struct tm tm = { 0 };
	if (gmtime_r(&t, &tm) == NULL || strftime(out, 17, "%Y%m%dT%H%M%SZ", &tm) == 0)
		memcpy(out, "19700101T000000Z", 17);
}

int64_t
sigv4_parse_date(const char *s)
{
	struct tm tm = { 0 };
	if (strlen(s) != 16)
		return -1;
	const char *end = strptime(s, "%Y%m%dT%H%M%SZ", &tm);
	return end != NULL && *end == '\0' ? (int64_t)timegm(&tm) : -1;
}

/* ---- the canonical request ----------------------------------------------- */

/* Removes dot segments and empty ones; a slash at the end stays. */
static void
add_normal_path(struct buf *out, const char *path)
{
	size_t start = out->len;
	for (const char *s = path; *s != '\0';) {
		size_t n = strcspn(s, "/");
		if (n == 2 && memcmp(s, "..", 2) == 0) {
			while (out->len > start && out->s[out->len - 1] != '/')
				buf_truncate(out, out->len - 1);
			if (out->len > start)
				buf_truncate(out, out->len - 1);
		} else if (n > 0 && !(n == 1 && s[0] == '.')) {
			buf_putc(out, '/');
			buf_add(out, s, n);
		}
		s += n + (s[n] == '/');
	}
	size_t len = strlen(path);
	if (out->len == start || (len > 0 && path[len - 1] == '/'))
		buf_putc(out, '/');
}

static void
add_canonical_path(struct buf *out, const char *path, const struct sigv4_settings *how)
{
	struct buf b;
	buf_init(&b, 0);
	if (!how->no_normalize_path)
		add_normal_path(&b, path);
	else
		buf_puts(&b, path[0] != '\0' ? path : "/");
	if (how->no_double_encode)
		buf_add(out, b.s, b.len);
	else
		str_percent(out, b.s, b.len, "/");
	buf_done(&b);
}

struct pair {
	char	*name, *value;
};
struct pairs VEC(struct pair);

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes what is percent-encoded and encodes it the one canonical way. */
static char *
recode(const char *s, size_t n)
{
	struct buf plain, out;
	buf_init(&plain, 0);
	buf_init(&out, 0);
	for (size_t i = 0; i < n; i++) {
		int hi = i + 2 < n && s[i] == '%' ? hex_value(s[i + 1]) : -1;
		int lo = hi >= 0 ? hex_value(s[i + 2]) : -1;
		if (lo >= 0) {
			buf_putc(&plain, (char)(hi << 4 | lo));
			i += 2;
		} else {
			buf_putc(&plain, s[i]);
		}
	}
	str_percent(&out, plain.s, plain.len, "");
	buf_done(&plain);
	return buf_take(&out, NULL);
}

static int
by_name_and_value(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int d = strcmp(x->name, y->name);
	return d != 0 ? d : strcmp(x->value, y->value);
}

static void
add_canonical_query(struct buf *out, const char *query)
{
	struct pairs pairs = { 0 };
	for (const char *s = query != NULL ? query : ""; *s != '\0';) {
		size_t n = strcspn(s, "&"), eq = 0;
		while (eq < n && s[eq] != '=')
			eq++;
		struct pair p = { .name = recode(s, eq), .value = recode(s + eq + 1, eq < n ? n - eq - 1 : 0) };
		if (n > 0)
			vec_add(&pairs, p);
		else {
			free(p.name);
			free(p.value);
		}
		s += n + (s[n] == '&');
	}
	if (pairs.n > 1)
		qsort(pairs.v, pairs.n, sizeof *pairs.v, by_name_and_value);
	for (size_t i = 0; i < pairs.n; i++) {
		buf_printf(out, "%s%s=%s", i > 0 ? "&" : "", pairs.v[i].name, pairs.v[i].value);
		free(pairs.v[i].name);
		free(pairs.v[i].value);
	}
	vec_done(&pairs);
}

/* What proxies and HTTP libraries add, change or drop on the way. */
static bool
is_signed(const char *name)
{
	static const char *const never[] = { "authorization", "connection", "expect", "keep-alive",
		"proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade",
		"user-agent", "x-amzn-trace-id" };
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (strcasecmp(name, never[i]) == 0)
			return false;
	return true;
}

struct line {                           /* a header to be signed */
	char	*name;                  /* lower case */
	char	*value;                 /* trimmed, runs of white space are one space */
	size_t	 order;
};
struct lines VEC(struct line);

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char *
squeeze(const char *s)
{
	struct buf b;
	buf_init(&b, 0);
	buf_room(&b, strlen(s));        /* it may be the session token: no copies left behind */
	buf_grew(&b, 0);
	for (; *s != '\0'; s++) {
		if (!is_space(*s))
			buf_putc(&b, *s);
		else if (b.len > 0 && s[1] != '\0' && !is_space(s[1]))
			buf_putc(&b, ' ');
	}
	return buf_take(&b, NULL);
}

static void
add_line(struct lines *lines, const char *name, const char *value)
{
	struct line l = { .name = mem_strdup(name), .value = squeeze(value), .order = lines->n };
	for (char *p = l.name; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	vec_add(lines, l);
}

static int
by_name_then_order(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int d = strcmp(x->name, y->name);
	return d != 0 ? d : (x->order > y->order) - (x->order < y->order);
}

/* The headers of the request, those that signing adds winning over those that are there. */
static void
gather_lines(struct lines *lines, const struct http_headers *given, const struct http_headers *added)
{
	for (size_t i = 0; i < given->n; i++)
		if (is_signed(given->v[i].name) && http_headers_get(added, given->v[i].name) == NULL)
			add_line(lines, given->v[i].name, given->v[i].value);
	for (size_t i = 0; i < added->n; i++)
		add_line(lines, added->v[i].name, added->v[i].value);
	if (lines->n > 1)
		qsort(lines->v, lines->n, sizeof *lines->v, by_name_then_order);
}

static void
lines_done(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++) {
		free(lines->v[i].name);
		mem_wipe(lines->v[i].value, strlen(lines->v[i].value)); /* one may be the session token */
		free(lines->v[i].value);
	}
	vec_done(lines);
}

/* The block of headers, and their names joined by ";". */
static void
add_canonical_headers(struct buf *out, struct buf *names, const struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++) {
		bool again = i > 0 && strcmp(lines->v[i].name, lines->v[i - 1].name) == 0;
		if (again) {
			buf_truncate(out, out->len - 1);
			buf_printf(out, ",%s\n", lines->v[i].value);
			continue;
		}
		buf_printf(out, "%s:%s\n", lines->v[i].name, lines->v[i].value);
		buf_printf(names, "%s%s", names->len > 0 ? ";" : "", lines->v[i].name);
	}
}

static void
add_method(struct buf *out, const char *method)
{
	for (; *method != '\0'; method++)
		buf_putc(out, *method >= 'a' && *method <= 'z' ? (char)(*method - 'a' + 'A') : *method);
}

/* Room for all of it at once, since it holds the session token. */
static void
reserve(struct buf *b, const struct sigv4_request *r, const struct http_headers *added)
{
	size_t n = 512 + strlen(r->method) + 3 * strlen(r->path);
	n += r->query != NULL ? 3 * strlen(r->query) : 0;
	for (size_t i = 0; i < r->headers->n; i++)
		n += 2 * strlen(r->headers->v[i].name) + strlen(r->headers->v[i].value) + 4;
	for (size_t i = 0; i < added->n; i++)
		n += 2 * strlen(added->v[i].name) + strlen(added->v[i].value) + 4;
	buf_room(b, n);
}

static void
make_canonical(struct sigv4 *s, const struct sigv4_request *r, const struct sigv4_settings *how,
    const char *payload_hash)
{
	struct lines lines = { 0 };
	struct buf *c = &s->canonical;
	reserve(c, r, &s->headers);
	add_method(c, r->method);
	buf_putc(c, '\n');
	add_canonical_path(c, r->path, how);
	buf_putc(c, '\n');
	add_canonical_query(c, r->query);
	buf_putc(c, '\n');
	gather_lines(&lines, r->headers, &s->headers);
	add_canonical_headers(c, &s->names, &lines);
	buf_printf(c, "\n%s\n%s", buf_str(&s->names), payload_hash);
	lines_done(&lines);
}

/* ---- the signature ------------------------------------------------------- */

static struct digest
signing_key(const struct secret *secret, const char *date, const struct sigv4_scope *scope)
{
	struct buf first;
	buf_init(&first, 0);
	buf_room(&first, secret_len(secret) + 4);       /* so that it never moves: wiped in one place */
	buf_puts(&first, "AWS4");
	buf_add(&first, secret_reveal(secret), secret_len(secret));
	struct digest k = hmac(first.s, first.len, date, 8);
	buf_wipe(&first);
	k = hmac_text(&k, scope->region);
	k = hmac_text(&k, scope->service);
	return hmac_text(&k, "aws4_request");
}

void
sigv4_key(struct buf *out, const struct secret *secret, const struct sigv4_scope *scope)
{
	char date[17];
	sigv4_date(scope->time, date);
	struct digest k = signing_key(secret, date, scope);
	buf_add(out, k.b, DIGEST);
	mem_wipe(&k, sizeof k);
}

/* "20260801/us-east-1/bedrock/aws4_request", owned. */
static char *
scope_text(const struct sigv4_scope *scope, const char *date)
{
	return mem_printf("%.8s/%s/%s/aws4_request", date, scope->region, scope->service);
}

static void
make_string_to_sign(struct sigv4 *s, const char *algorithm, const char *date, const char *where)
{
	buf_printf(&s->string_to_sign, "%s\n%s\n%s\n", algorithm, date, where);
	sigv4_sha256(&s->string_to_sign, s->canonical.s, s->canonical.len);
}

/* Adds the header too. */
static void
make_authorization(struct sigv4 *s, const char *algorithm, const char *credential, const char *where,
    const void *signature, size_t n)
{
	buf_printf(&s->authorization, "%s Credential=%s/%s, SignedHeaders=%s, Signature=", algorithm, credential,
	    where, buf_str(&s->names));
	str_hex(&s->authorization, signature, n);
	http_headers_add(&s->headers, "Authorization", buf_str(&s->authorization));
}

static void
sign_with_keys(struct sigv4 *s, const struct sigv4_keys *keys, const struct sigv4_scope *scope,
    const char *date)
{
	char *where = scope_text(scope, date);
	make_string_to_sign(s, ALGORITHM, date, where);
	struct digest key = signing_key(keys->secret_access_key, date, scope);
	struct digest signature = hmac(key.b, DIGEST, s->string_to_sign.s, s->string_to_sign.len);
	mem_wipe(&key, sizeof key);
	make_authorization(s, ALGORITHM, keys->access_key_id, where, signature.b, DIGEST);
	free(where);
}

void
sigv4_sign(struct sigv4 *s, const struct sigv4_keys *keys, const struct sigv4_request *r,
    const struct sigv4_scope *scope, const struct sigv4_settings *how)
{
	static const struct sigv4_settings usual;
	*s = (struct sigv4){ 0 };
	how = how != NULL ? how : &usual;
	char date[17];
	sigv4_date(scope->time, date);
	struct buf hash;
	buf_init(&hash, 0);
	sigv4_sha256(&hash, r->body, r->body_len);
	bool has_token = secret_len(keys->session_token) > 0;
	http_headers_add(&s->headers, "X-Amz-Date", date);
	if (how->sign_body)
		http_headers_add(&s->headers, "X-Amz-Content-Sha256", buf_str(&hash));
	if (has_token && !how->omit_session_token)
		http_headers_add(&s->headers, "X-Amz-Security-Token", secret_reveal(keys->session_token));
	make_canonical(s, r, how, buf_str(&hash));
	sign_with_keys(s, keys, scope, date);
	if (has_token && how->omit_session_token)
		http_headers_add(&s->headers, "X-Amz-Security-Token", secret_reveal(keys->session_token));
	buf_done(&hash);
}

void
sigv4_x509_begin(struct sigv4 *s, const struct sigv4_x509 *x, const struct sigv4_request *r,
    const struct sigv4_scope *scope)
{
	static const struct sigv4_settings usual;
	char date[17];
	struct buf hash;
	*s = (struct sigv4){ 0 };
	sigv4_date(scope->time, date);
	buf_init(&hash, 0);
	sigv4_sha256(&hash, r->body, r->body_len);
	http_headers_add(&s->headers, "X-Amz-Date", date);
	http_headers_add(&s->headers, "X-Amz-X509", x->certificate);
	if (x->chain != NULL)
		http_headers_add(&s->headers, "X-Amz-X509-Chain", x->chain);
	make_canonical(s, r, &usual, buf_str(&hash));
	char *where = scope_text(scope, date);
	make_string_to_sign(s, x->algorithm, date, where);
	free(where);
	buf_done(&hash);
}

void
sigv4_x509_end(struct sigv4 *s, const struct sigv4_x509 *x, const struct sigv4_scope *scope,
    const void *signature, size_t n)
{
	char date[17];
	sigv4_date(scope->time, date);
	char *where = scope_text(scope, date);
	make_authorization(s, x->algorithm, x->serial, where, signature, n);
	free(where);
}

void
sigv4_done(struct sigv4 *s)
{
	buf_wipe(&s->canonical);
	buf_wipe(&s->string_to_sign);
	buf_wipe(&s->authorization);
	buf_done(&s->names);
	http_headers_done(&s->headers);
}
