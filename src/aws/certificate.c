/* certificate.c - see certificate.h. */
#include "config.h"

#include "aws/certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

enum { MAX_FILE = 256 * 1024, MAX_CHAIN = 10 };

struct certificate {
	char		*path, *key_path;
	X509		*leaf;
	EVP_PKEY	*key;
	const char	*algorithm;
	struct buf	 text, chain;
	char		*serial;
	int		 links;         /* in the chain */
};

static int
read_file(const char *path, struct buf *b, struct err *err)
{
	buf_init(b, 0);
	buf_room(b, MAX_FILE);
	buf_grew(b, 0);
	if (file_read(path, MAX_FILE, b, err) == 0)
		return 0;
	if (err != NULL)
		err->code = ERR_CONFIG;
	return -1;
}

/* ---- certificates -------------------------------------------------------------------- */

static void
put_der(struct buf *out, const X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	if (n <= 0)
		fatal("a certificate cannot be written");
	str_base64(out, der, (size_t)n);
	OPENSSL_free(der);
}

static int
add_link(struct certificate *c, const X509 *x, const char *path, struct err *err)
{
	if (c->links++ >= MAX_CHAIN)
		return err_set(err, ERR_CONFIG, _("%s has more than %d certificates."), path, MAX_CHAIN);
	if (c->chain.len > 0)
		buf_putc(&c->chain, ',');
	put_der(&c->chain, x);
	return 0;
}

/* The first one becomes the leaf if there is none; the others are links. */
static int
take_certificate(struct certificate *c, X509 *x, const char *path, struct err *err)
{
	if (c->leaf == NULL) {
		c->leaf = x;
		return 0;
	}
	int rc = add_link(c, x, path, err);
	X509_free(x);
	return rc;
}

static int
read_certificates(struct certificate *c, const char *path, struct err *err)
{
	struct buf b;
	int found = 0, rc = read_file(path, &b, err);
	BIO *in = BIO_new_mem_buf(buf_str(&b), (int)b.len);
	X509 *x;
	while (rc == 0 && (x = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL) {
		rc = take_certificate(c, x, path, err);
		found++;
	}
	const unsigned char *der = (const unsigned char *)buf_str(&b);
	if (rc == 0 && found == 0 && (x = d2i_X509(NULL, &der, (long)b.len)) != NULL) {
		rc = take_certificate(c, x, path, err);
		found++;
	}
	BIO_free(in);
	buf_wipe(&b);
	ERR_clear_error();
	if (rc == 0 && found == 0)
		rc = err_set(err, ERR_CONFIG, _("%s has no certificate in it (PEM or DER)."), path);
	return rc;
}

static void
read_serial(struct certificate *c)
{
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(c->leaf), NULL);
	char *decimal = n != NULL ? BN_bn2dec(n) : NULL;
	if (decimal == NULL)
		fatal("a serial number cannot be written");
	c->serial = mem_strdup(decimal);
	OPENSSL_free(decimal);
	BN_free(n);
}

/* ---- the key ---------------------------------------------------------------------------- */

struct asking {
	const struct certificate_files	*files;
	bool				 was_asked, was_answered;
};

/* OpenSSL's password callback. */
static int
ask_password(char *out, int size, int writing, void *arg)
{
	struct asking *a = arg;
	struct buf answer;
	int n = -1;
	(void)writing;
	a->was_asked = true;
	if (a->files->password == NULL)
		return -1;
	buf_init(&answer, (size_t)size);
	buf_room(&answer, (size_t)size);
	buf_grew(&answer, 0);
	if (a->files->password(a->files->arg, a->files->key, &answer) == 0 && answer.len > 0 &&
	    answer.len < (size_t)size) {
		memcpy(out, answer.s, answer.len);
		n = (int)answer.len;
		a->was_answered = true;
	}
	buf_wipe(&answer);
	return n;
}

static EVP_PKEY *
parse_key(const struct buf *b, struct asking *asking)
{
	BIO *in = BIO_new_mem_buf(buf_str(b), (int)b->len);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, ask_password, asking);
	const unsigned char *der = (const unsigned char *)buf_str(b);
	if (key == NULL && !asking->was_asked)
		key = d2i_AutoPrivateKey(NULL, &der, (long)b->len);
	BIO_free(in);
	ERR_clear_error();
	return key;
}

static int
say_no_key(const char *path, const struct asking *asking, struct err *err)
{
	if (asking->was_answered)
		return err_set(err, ERR_CREDENTIALS, _("That is not the password of the key %s, or the key is damaged."),
		    path);
	if (asking->was_asked)
		return err_set(err, ERR_CREDENTIALS,
		    _("The key %s is encrypted, and there is nobody here to ask for its password: use a key "
		      "without one, or AWS's signing helper by credential_process."), path);
	return err_set(err, ERR_CONFIG, _("%s has no private key in it (PEM or DER; PKCS#8, PKCS#1 or SEC1)."), path);
}

static int
read_key(struct certificate *c, const struct certificate_files *files, struct err *err)
{
	struct asking asking = { .files = files };
	struct buf b;
	int rc = read_file(files->key, &b, err);
	if (rc == 0)
		c->key = parse_key(&b, &asking);
	buf_wipe(&b);
	if (rc < 0)
		return -1;
	return c->key != NULL ? 0 : say_no_key(files->key, &asking, err);
}

static int
find_algorithm(struct certificate *c, struct err *err)
{
	if (EVP_PKEY_is_a(c->key, "RSA"))
		c->algorithm = "AWS4-X509-RSA-SHA256";
	else if (EVP_PKEY_is_a(c->key, "EC"))
		c->algorithm = "AWS4-X509-ECDSA-SHA256";
	else
		return err_set(err, ERR_CONFIG, _("The key %s is neither RSA nor EC; IAM Roles Anywhere takes only these."),
		    c->key_path);
	if (X509_check_private_key(c->leaf, c->key) == 1)
		return 0;
	ERR_clear_error();
	return err_set(err, ERR_CONFIG, _("The key %s does not belong to the certificate %s: they are not a pair."),
	    c->key_path, c->path);
}

/* ---- the whole ----------------------------------------------------------------------------- */

struct certificate *
certificate_read(const struct certificate_files *files, struct err *err)
{
	struct certificate *c = mem_alloc(sizeof *c);
	buf_init(&c->text, 0);
	buf_init(&c->chain, 0);
	c->path = mem_strdup(files->certificate);
	c->key_path = mem_strdup(files->key);
	int rc = read_certificates(c, files->certificate, err);
	if (rc == 0 && files->intermediates != NULL)
		rc = read_certificates(c, files->intermediates, err);
	if (rc == 0)
		rc = read_key(c, files, err);
	if (rc == 0)
		rc = find_algorithm(c, err);
	if (rc < 0) {
		certificate_free(c);
		return NULL;
	}
	put_der(&c->text, c->leaf);
	read_serial(c);
	return c;
}

void
certificate_free(struct certificate *c)
{
	if (c == NULL)
		return;
	X509_free(c->leaf);
	EVP_PKEY_free(c->key);
	buf_done(&c->text);
	buf_done(&c->chain);
	free(c->serial);
	free(c->path);
	free(c->key_path);
	free(c);
}

/* "2026-08-01", to 11 bytes. */
static void
put_day(const ASN1_TIME *t, char out[32])
{
	struct tm tm;
	if (ASN1_TIME_to_tm(t, &tm) != 1 || strftime(out, 32, "%Y-%m-%d", &tm) == 0)
		memcpy(out, "?", 2);
}

int
certificate_is_in_time(const struct certificate *c, int64_t now, struct err *err)
{
	time_t t = (time_t)now;
	char day[32];
	const ASN1_TIME *from = X509_get0_notBefore(c->leaf), *until = X509_get0_notAfter(c->leaf);
	if (X509_cmp_time(until, &t) < 0) {
		put_day(until, day);
		return err_set(err, ERR_CREDENTIALS, _("The certificate %s expired on %s: have it renewed."), c->path, day);
	}
	if (X509_cmp_time(from, &t) > 0) {
		put_day(from, day);
		return err_set(err, ERR_CREDENTIALS, _("The certificate %s is valid from %s on, which is in the future: check "
						       "the clock."), c->path, day);
	}
	return 0;
}

const char *
certificate_algorithm(const struct certificate *c)
{
	return c->algorithm;
}

const char *
certificate_text(const struct certificate *c)
{
	return buf_str(&c->text);
}

const char *
certificate_chain(const struct certificate *c)
{
	return c->chain.len > 0 ? c->chain.s : NULL;
}

const char *
certificate_serial(const struct certificate *c)
{
	return c->serial;
}

int
certificate_sign(const struct certificate *c, const void *bytes, size_t n, struct buf *out, struct err *err)
{
	size_t len = (size_t)EVP_PKEY_get_size(c->key);
	unsigned char *to = (unsigned char *)buf_room(out, len);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool fine = ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, c->key) == 1 &&
	    EVP_DigestSign(ctx, to, &len, bytes, n) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	buf_grew(out, fine ? len : 0);
	return fine ? 0 : err_set(err, ERR_CREDENTIALS, _("The key %s cannot make a signature."), c->key_path);
}
