/* dpop.c - see dpop.h. */
#include "config.h"

#include "aws/dpop.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "aws/pkce.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

enum { COORDINATE = 32 };               /* bytes of a number of P-256 */

struct dpop {
	EVP_PKEY	*key;
};

static struct dpop *
wrap(EVP_PKEY *key)
{
	struct dpop *d = mem_alloc(sizeof *d);
	d->key = key;
	return d;
}

struct dpop *
dpop_new(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	if (key == NULL)
		fatal("no key on P-256 can be made");
	return wrap(key);
}

/* OpenSSL would ask on the terminal otherwise. */
static int
no_password(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static bool
is_p256(EVP_PKEY *key)
{
	char group[64] = "";
	return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1 &&
	    (strcmp(group, "prime256v1") == 0 || strcmp(group, "P-256") == 0);
}

/* The file's JSON may have had the line breaks escaped twice. */
static void
unescape(const char *pem, struct buf *out)
{
	for (; *pem != '\0'; pem++) {
		if (pem[0] == '\\' && pem[1] == 'n') {
			buf_putc(out, '\n');
			pem++;
		} else {
			buf_putc(out, *pem);
		}
	}
}

struct dpop *
dpop_read(const char *pem, struct err *err)
{
	struct buf text;
	buf_init(&text, 0);
	buf_room(&text, strlen(pem) + 1);
	buf_grew(&text, 0);
	unescape(pem, &text);
	BIO *in = BIO_new_mem_buf(buf_str(&text), (int)text.len);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, no_password, NULL);
	BIO_free(in);
	buf_wipe(&text);
	ERR_clear_error();
	if (key != NULL && is_p256(key))
		return wrap(key);
	EVP_PKEY_free(key);
	err_set(err, ERR_CREDENTIALS, _("its dpopKey is not a private key on the curve P-256"));
	return NULL;
}

void
dpop_free(struct dpop *d)
{
	if (d == NULL)
		return;
	EVP_PKEY_free(d->key);
	free(d);
}

void
dpop_write(const struct dpop *d, struct buf *pem)
{
	BIO *out = BIO_new(BIO_s_secmem());
	char *s = NULL;
	if (out == NULL || PEM_write_bio_PrivateKey_traditional(out, d->key, NULL, NULL, 0, NULL, NULL) != 1)
		fatal("a key cannot be written as PEM");
	long n = BIO_get_mem_data(out, &s);
	buf_add(pem, s, (size_t)n);
	mem_wipe(s, (size_t)n);
	BIO_free(out);
}

/* ---- the proof ------------------------------------------------------------------ */

static void
put_coordinate(struct buf *b, const char *name, const EVP_PKEY *key, const char *parameter)
{
	BIGNUM *number = NULL;
	unsigned char bytes[COORDINATE];
	struct buf text;
	buf_init(&text, 0);
	if (EVP_PKEY_get_bn_param(key, parameter, &number) != 1 ||
	    BN_bn2binpad(number, bytes, COORDINATE) != COORDINATE)
		fatal("a key on P-256 has no coordinates");
	pkce_base64url(&text, bytes, sizeof bytes);
	json_put_member(b, name, buf_str(&text));
	buf_done(&text);
	BN_free(number);
}

/* {"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"EC","x":…,"y":…,"crv":"P-256"}} */
static void
put_header(struct buf *out, const EVP_PKEY *key)
{
	struct buf b;
	buf_init(&b, 0);
	buf_putc(&b, '{');
	json_put_member(&b, "typ", "dpop+jwt");
	json_put_member(&b, "alg", "ES256");
	json_put_key(&b, "jwk");
	buf_putc(&b, '{');
	json_put_member(&b, "kty", "EC");
	put_coordinate(&b, "x", key, OSSL_PKEY_PARAM_EC_PUB_X);
	put_coordinate(&b, "y", key, OSSL_PKEY_PARAM_EC_PUB_Y);
	json_put_member(&b, "crv", "P-256");
	buf_puts(&b, "}}");
	pkce_base64url(out, b.s, b.len);
	buf_done(&b);
}

static void
put_payload(struct buf *out, const char *method, const char *url, int64_t time)
{
	struct buf b;
	char id[37];
	str_uuid4(id);
	buf_init(&b, 0);
	buf_putc(&b, '{');
	json_put_member(&b, "htm", method);
	json_put_member(&b, "htu", url);
	json_put_int(&b, "iat", time);
	json_put_member(&b, "jti", id);
	buf_putc(&b, '}');
	pkce_base64url(out, b.s, b.len);
	buf_done(&b);
}

/* OpenSSL gives DER; JOSE wants r and s, 32 bytes each (RFC 7518, 3.4). */
static void
put_signature(struct buf *out, EVP_PKEY *key, const char *s, size_t n)
{
	unsigned char der[128], raw[2 * COORDINATE];
	const unsigned char *p = der;
	size_t len = sizeof der;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool fine = ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestSign(ctx, der, &len, (const unsigned char *)s, n) == 1;
	ECDSA_SIG *sig = fine ? d2i_ECDSA_SIG(NULL, &p, (long)len) : NULL;
	if (sig == NULL || BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, COORDINATE) != COORDINATE ||
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + COORDINATE, COORDINATE) != COORDINATE)
		fatal("ECDSA failed");
	pkce_base64url(out, raw, sizeof raw);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
}

void
dpop_proof(const struct dpop *d, const char *method, const char *url, int64_t time,
    struct buf *out)
{
	struct buf b;
	buf_init(&b, 0);
	put_header(&b, d->key);
	buf_putc(&b, '.');
	put_payload(&b, method, url, time);
	size_t n = b.len;
	buf_putc(&b, '.');
	put_signature(&b, d->key, b.s, n);
	buf_add(out, b.s, b.len);
	buf_done(&b);
}
