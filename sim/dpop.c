/* dpop.c - see dpop.h. */
#include "config.h"

#include "dpop.h"

#include <string.h>

#include <json-c/json.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "converse.h"
#include "simtime.h"
#include "tickets.h"

#define COORDINATE 32           /* bytes of a number of P-256 */
#define MAX_AGE    300          /* seconds, either way */

/* The three parts of the JWT; header and payload are decoded. */
struct jwt {
	const char	*text;
	size_t		 signed_len;            /* what the signature is over */
	struct json_object *header, *payload;
	struct bytes	 signature;
};

static struct json_object *
read_part(const char *s, size_t n)
{
	struct bytes b = { 0 };
	struct json_object *o = NULL;
	if (bytes_unbase64url(&b, s, n) == 0)
		o = json_tokener_parse(bytes_str(&b));
	bytes_free(&b);
	return o;
}

static int
jwt_read(struct jwt *j, const char *text)
{
	const char *first = strchr(text, '.');
	const char *second = first != NULL ? strchr(first + 1, '.') : NULL;
	*j = (struct jwt){ .text = text };
	if (second == NULL)
		return -1;
	j->signed_len = (size_t)(second - text);
	j->header = read_part(text, (size_t)(first - text));
	j->payload = read_part(first + 1, (size_t)(second - first - 1));
	return bytes_unbase64url(&j->signature, second + 1, strlen(second + 1));
}

static void
jwt_done(struct jwt *j)
{
	json_object_put(j->header);
	json_object_put(j->payload);
	bytes_free(&j->signature);
}

static bool
says(struct json_object *o, const char *name, const char *value)
{
	const char *s = string_of(o, name);
	return s != NULL && strcmp(s, value) == 0;
}

/* ---- the key ------------------------------------------------------------ */

/* Adds a coordinate of the key as its bytes. */
static int
add_coordinate(struct bytes *point, struct json_object *jwk, const char *name)
{
	const char *s = string_of(jwk, name);
	size_t before = point->len;
	if (s == NULL || bytes_unbase64url(point, s, strlen(s)) != 0)
		return -1;
	return point->len - before == COORDINATE ? 0 : -1;
}

static EVP_PKEY *
make_key(const struct bytes *point)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)"prime256v1", 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point->s, point->len),
		OSSL_PARAM_construct_end(),
	};
	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
read_key(struct json_object *jwk)
{
	struct bytes point = { 0 };
	EVP_PKEY *key = NULL;
	bytes_putc(&point, 4);          /* both coordinates follow */
	if (says(jwk, "kty", "EC") && says(jwk, "crv", "P-256") &&
	    add_coordinate(&point, jwk, "x") == 0 && add_coordinate(&point, jwk, "y") == 0)
		key = make_key(&point);
	bytes_free(&point);
	return key;
}

/* ---- the signature ------------------------------------------------------ */

/* A JWT has r and s one behind the other; OpenSSL wants them in DER. */
static int
to_der(const struct bytes *raw, unsigned char **der)
{
	if (raw->len != (size_t)2 * COORDINATE)
		return -1;
	const unsigned char *p = (const unsigned char *)raw->s;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(p, COORDINATE, NULL);
	BIGNUM *s = BN_bin2bn(p + COORDINATE, COORDINATE, NULL);
	ECDSA_SIG_set0(sig, r, s);
	*der = NULL;
	int n = i2d_ECDSA_SIG(sig, der);
	ECDSA_SIG_free(sig);
	return n;
}

static bool
is_signed(const struct jwt *j, EVP_PKEY *key)
{
	unsigned char *der;
	int n = to_der(&j->signature, &der);
	if (n <= 0)
		return false;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, der, (size_t)n, (const unsigned char *)j->text,
		j->signed_len) == 1;
	EVP_MD_CTX_free(ctx);
	OPENSSL_free(der);
	return good;
}

/* ---- the claims --------------------------------------------------------- */

/* The URL as the client sees it: TLS may have ended in front of the simulator. */
static bool
is_this_url(const struct request *q, const char *url)
{
	const char *host = request_header(q, "host");
	struct bytes b = { 0 };
	if (url == NULL || host == NULL)
		return false;
	bytes_printf(&b, "%s%s", host, q->path);
	bool same = (strncmp(url, "http://", 7) == 0 && strcmp(url + 7, b.s) == 0) ||
	    (strncmp(url, "https://", 8) == 0 && strcmp(url + 8, b.s) == 0);
	bytes_free(&b);
	return same;
}

static const char *
check_claims(const struct request *q, struct json_object *payload)
{
	struct json_object *iat = member_of(payload, "iat");
	const char *jti = string_of(payload, "jti");
	int64_t age = (int64_t)time_wall() - json_object_get_int64(iat);
	if (!says(payload, "htm", q->method))
		return "DPoP proof: htm is not the method of the request";
	if (!is_this_url(q, string_of(payload, "htu")))
		return "DPoP proof: htu is not the URL of the request";
	if (!json_object_is_type(iat, json_type_int) || age < -MAX_AGE || age > MAX_AGE)
		return "DPoP proof: iat is not now";
	if (jti == NULL || jti[0] == '\0')
		return "DPoP proof: jti is missing";
	if (ticket_find(TICKET_PROOF, jti) != NULL)
		return "DPoP proof: jti was used before";
	ticket_new(TICKET_PROOF, jti, 0);
	return NULL;
}

static const char *
check(const struct request *q, const struct jwt *j, struct bytes *key_text)
{
	struct json_object *jwk = member_of(j->header, "jwk");
	if (!says(j->header, "typ", "dpop+jwt") || !says(j->header, "alg", "ES256"))
		return "DPoP proof: typ must be dpop+jwt and alg ES256";
	if (member_of(jwk, "d") != NULL)
		return "DPoP proof: jwk holds the private key";
	EVP_PKEY *key = read_key(jwk);
	if (key == NULL)
		return "DPoP proof: jwk is not a key on P-256";
	bool good = is_signed(j, key);
	EVP_PKEY_free(key);
	if (!good)
		return "DPoP proof: the signature is wrong";
	bytes_printf(key_text, "%s.%s", string_of(jwk, "x"), string_of(jwk, "y"));
	return check_claims(q, j->payload);
}

const char *
dpop_check(const struct request *q, struct bytes *key)
{
	const char *proof = request_header(q, "dpop");
	struct jwt j;
	if (proof == NULL)
		return "DPoP proof: the header is missing";
	const char *wrong = jwt_read(&j, proof) != 0 ? "DPoP proof: not a JWT" : check(q, &j, key);
	jwt_done(&j);
	return wrong;
}
