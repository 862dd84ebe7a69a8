/* What adit-sim verifies by public keys: DPoP proofs of sign-in, certificates of Roles Anywhere. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "ask.h"
#include "base/mem.h"

#define NOW        1785585600L          /* 2026-08-01T12:00:00Z, the time of the worked examples */
#define RA_DATE    "20260801T120000Z"
#define RA_SCOPE   "20260801/us-west-2/rolesanywhere/aws4_request"
#define RA_HOST    "rolesanywhere.us-west-2.amazonaws.com"
#define RA_BODY    "{\"durationSeconds\":3600}"
#define RA_SIGNED  "content-type;host;x-amz-date;x-amz-x509"
#define RA_QUERY                                                                               \
	"profileArn=arn%3Aaws%3Arolesanywhere%3Aus-west-2%3A123456789012%3Aprofile%2F11111111" \
	"-2222-3333-4444-555555555555&roleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fadit" \
	"&trustAnchorArn=arn%3Aaws%3Arolesanywhere%3Aus-west-2%3A123456789012%3Atrust-anchor"  \
	"%2F66666666-7777-8888-9999-000000000000"
#define SIGNIN_HOST "us-east-1.signin.aws.amazon.com"
#define SIGNIN_URL  "https://" SIGNIN_HOST "/v1/token"
#define CLIENT      "arn:aws:signin:::devtools/same-device"

static const char *const pinned[] = { "--time", "2026-08-01T12:00:00Z", NULL };

/* ---- small things ------------------------------------------------------- */

static char *
base64(const void *p, size_t n)
{
	char *s = mem_alloc((n + 2) / 3 * 4 + 1);
	EVP_EncodeBlock((unsigned char *)s, p, (int)n);
	return s;
}

static char *
base64url(const void *p, size_t n)
{
	char *s = base64(p, n);
	s[strcspn(s, "=")] = '\0';
	for (char *c = s; *c != '\0'; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	return s;
}

/* The text in the middle part of a JWT. */
static char *
jwt_payload(const char *jwt)
{
	const char *from = strchr(jwt, '.') + 1;
	char *s = mem_printf("%.*s===", (int)strcspn(from, "."), from);
	for (char *c = s; *c != '\0'; c++)
		*c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
	s[strlen(s) / 4 * 4] = '\0';
	char *text = mem_alloc(strlen(s) + 1);
	assert_true(EVP_DecodeBlock((unsigned char *)text, (unsigned char *)s, (int)strlen(s)) > 0);
	free(s);
	return text;
}

static char *
hex(const unsigned char *p, size_t n)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%02x", p[i]);
	return buf_take(&b, NULL);
}

static char *
sha256_hex(const char *s)
{
	unsigned char hash[32];
	SHA256((const unsigned char *)s, strlen(s), hash);
	return hex(hash, 32);
}

/* A signature with SHA-256: PKCS#1 for RSA, DER for EC. */
static unsigned char *
sign(EVP_PKEY *key, const char *text, size_t *n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(
	    EVP_DigestSign(ctx, NULL, n, (const unsigned char *)text, strlen(text)), 1);
	unsigned char *sig = mem_alloc(*n);
	assert_int_equal(
	    EVP_DigestSign(ctx, sig, n, (const unsigned char *)text, strlen(text)), 1);
	EVP_MD_CTX_free(ctx);
	return sig;
}

/* ---- DPoP --------------------------------------------------------------- */

/* What a proof says; NULL and 0 stand for what is right. */
struct proof {
	EVP_PKEY	*key;
	const char	*typ, *alg, *crv, *htm, *htu;
	long		 age;           /* seconds that iat is before now */
	const char	*jti;
	bool		 broken;        /* a bit of the signature is turned */
	bool		 der;           /* the signature is as OpenSSL makes it */
};

static const char *
either(const char *given, const char *usual)
{
	return given != NULL ? given : usual;
}

static char *
coordinate(EVP_PKEY *key, const char *name)
{
	BIGNUM *n = NULL;
	unsigned char bytes[32];
	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &n), 1);
	assert_int_equal(BN_bn2binpad(n, bytes, 32), 32);
	BN_free(n);
	return base64url(bytes, 32);
}

static char *
jose_signature(const struct proof *p, const char *text)
{
	size_t n;
	unsigned char raw[64], *der = sign(p->key, text, &n);
	const unsigned char *at = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32);
	raw[5] ^= p->broken;
	char *s = p->der ? base64url(der, n) : base64url(raw, 64);
	ECDSA_SIG_free(sig);
	free(der);
	return s;
}

/* The whole header. */
static char *
make_proof(const struct proof *p)
{
	static unsigned count;
	char *x = coordinate(p->key, OSSL_PKEY_PARAM_EC_PUB_X);
	char *y = coordinate(p->key, OSSL_PKEY_PARAM_EC_PUB_Y);
	char *header = mem_printf("{\"typ\":\"%s\",\"alg\":\"%s\",\"jwk\":{\"kty\":\"EC\",\"x\":"
	    "\"%s\",\"y\":\"%s\",\"crv\":\"%s\"}}", either(p->typ, "dpop+jwt"),
	    either(p->alg, "ES256"), x, y, either(p->crv, "P-256"));
	char *fresh = mem_printf("jti-%u", ++count);
	char *payload = mem_printf("{\"htm\":\"%s\",\"htu\":\"%s\",\"iat\":%ld,\"jti\":\"%s\"}",
	    either(p->htm, "POST"), either(p->htu, SIGNIN_URL), NOW - p->age,
	    either(p->jti, fresh));
	char *h = base64url(header, strlen(header)), *b = base64url(payload, strlen(payload));
	char *text = mem_printf("%s.%s", h, b);
	char *s = jose_signature(p, text);
	char *proof = mem_printf("DPoP: %s.%s", text, s);
	char *const all[] = { x, y, header, fresh, payload, h, b, text, s };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		free(all[i]);
	return proof;
}

static EVP_PKEY *
ec_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	assert_non_null(key);
	return key;
}

static struct json_object *
renew_with(const struct sim *s, const char *proof, const char *token, long *status)
{
	char *body = mem_printf("{\"clientId\":\"" CLIENT "\",\"grantType\":\"refresh_token\","
	    "\"refreshToken\":\"%s\"}", token);
	struct json_object *o = ask_json(s, &(struct asked){ .path = "/v1/token",
	    .headers = { JSON, "Host: " SIGNIN_HOST, proof }, .body = body }, status);
	free(body);
	return o;
}

static void
the_worked_proof_is_accepted_and_only_once(void **state)
{
	(void)state;
	static const char worked[] = "DPoP: eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Im"
	    "t0eSI6IkVDIiwieCI6InRrYjVTSU50WWhnVEMwWTJzVlY2NF9SbzJlUXpvOGM1c2FJczZDSmcybWsiLCJ5Ijoi"
	    "NG84ekVPaWlTRE1MOENJelZXM0ZiN3RjWEpOcm1rU0xhN1g2bFphT0FtNCIsImNydiI6IlAtMjU2In19."
	    "eyJodG0iOiJQT1NUIiwiaHR1IjoiaHR0cHM6Ly91cy1lYXN0LTEuc2lnbmluLmF3cy5hbWF6b24uY29tL3Yx"
	    "L3Rva2VuIiwiaWF0IjoxNzg1NTg1NjAwLCJqdGkiOiIwMDAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAw"
	    "MDAwMDEifQ.wVpeJjrrPpG-bo3jZWd8SyaY2bZ0g1_9QD3jy9Facbd6m5uVDZtXXt5TmtDGkGqZcIZ-Rrw7x"
	    "PiI7IjJpJh3MQ";
	struct sim s;
	struct cred c;
	long status;
	ask_start(&s, NULL, pinned);
	struct json_object *o = renew_with(&s, worked, "sim-login-refresh", &status);
	assert_int_equal(status, 200);
	assert_string_equal(json_text(o, "tokenType"), "aws_sigv4");
	assert_int_equal(json_number(o, "expiresIn"), 900);
	cred_read(&c, member(o, "accessToken"));
	assert_string_equal(c.id, "ASIASIMLOGIN0001");
	struct json_object *again = renew_with(&s, worked, json_text(o, "refreshToken"), &status);
	assert_int_equal(status, 400);
	assert_string_equal(json_text(again, "message"), "DPoP proof: jti was used before");
	json_object_put(again);
	json_object_put(o);
	sim_stop(&s);
}

static void
proofs_that_prove_nothing_are_refused(void **state)
{
	(void)state;
	EVP_PKEY *key = ec_key();
	const struct {
		struct proof proof;
		const char *message;
	} cases[] = {
		{ { .key = key, .typ = "JWT" }, "typ must be" },
		{ { .key = key, .alg = "RS256" }, "alg ES256" },
		{ { .key = key, .crv = "P-384" }, "not a key on P-256" },
		{ { .key = key, .htm = "GET" }, "htm is not" },
		{ { .key = key, .htu = "https://" SIGNIN_HOST "/v1/other" }, "htu is not" },
		{ { .key = key, .htu = "https://eu-west-1.signin.aws.amazon.com/v1/token" },
		    "htu is not" },
		{ { .key = key, .age = 301 }, "iat is not now" },
		{ { .key = key, .age = -301 }, "iat is not now" },
		{ { .key = key, .jti = "" }, "jti is missing" },
		{ { .key = key, .broken = true }, "the signature is wrong" },
		{ { .key = key, .der = true }, "the signature is wrong" },
	};
	static const char *const formless[] = { "Accept: */*", "DPoP: a.b.c", "DPoP: abc" };
	struct sim s;
	long status;
	ask_start(&s, NULL, pinned);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0] + 3; i++) {
		bool made = i < sizeof cases / sizeof cases[0];
		char *proof = made ? make_proof(&cases[i].proof) :
		    mem_strdup(formless[i - sizeof cases / sizeof cases[0]]);
		struct json_object *o = renew_with(&s, proof, "sim-login-refresh", &status);
		const char *said = json_text(o, "message");
		if (status != 400 || strcmp(json_text(o, "error"), "INVALID_REQUEST") != 0 ||
		    strstr(said, made ? cases[i].message : "DPoP proof: ") == NULL)
			fail_msg("case %zu: %ld %s", i, status, said);
		json_object_put(o);
		free(proof);
	}
	char *good = make_proof(&(struct proof){ .key = key });
	json_object_put(renew_with(&s, good, "sim-login-refresh", &status));
	assert_int_equal(status, 200);
	free(good);
	EVP_PKEY_free(key);
	sim_stop(&s);
}

static void
a_refresh_token_is_good_for_one_renewal_with_its_own_key(void **state)
{
	(void)state;
	EVP_PKEY *key = ec_key(), *other = ec_key();
	struct sim s;
	long status;
	ask_start(&s, NULL, pinned);
	char *proofs[4];
	for (size_t i = 0; i < 4; i++)
		proofs[i] = make_proof(&(struct proof){ .key = i == 1 ? other : key });
	struct json_object *o = renew_with(&s, proofs[0], "sim-login-refresh", &status);
	assert_int_equal(status, 200);
	struct json_object *no = renew_with(&s, proofs[1], json_text(o, "refreshToken"), &status);
	assert_int_equal(status, 400);
	assert_non_null(strstr(json_text(no, "message"), "bound to another key"));
	json_object_put(no);
	no = renew_with(&s, proofs[2], "sim-login-refresh", &status);
	assert_int_equal(status, 401);
	assert_string_equal(json_text(no, "error"), "TOKEN_EXPIRED");
	json_object_put(no);
	json_object_put(renew_with(&s, proofs[3], json_text(o, "refreshToken"), &status));
	assert_int_equal(status, 200);
	json_object_put(o);
	for (size_t i = 0; i < 4; i++)
		free(proofs[i]);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	sim_stop(&s);
}

static void
a_sign_in_in_the_browser_ends_with_credentials_and_the_name_of_who_it_is(void **state)
{
	(void)state;
	EVP_PKEY *key = ec_key();
	struct sim s;
	struct got g;
	struct cred c;
	long status;
	ask_start(&s, NULL, pinned);
	assert_int_equal(ask(&s, &g, &(struct asked){ .path = "/v1/authorize?response_type=code"
	    "&client_id=arn%3Aaws%3Asignin%3A%3A%3Adevtools%2Fsame-device&state=st-1&scope=openid"
	    "&code_challenge_method=SHA-256&redirect_uri=http%3A%2F%2F127.0.0.1%3A5555%2Foauth%2F"
	    "callback&code_challenge=38gG3vSUvMmW8j4JZITxcUMqGZRJaO_5p2wJ2rZNCkQ" }), 302);
	const char *code = strstr(buf_str(&g.headers), "code=") + 5;
	char *body = mem_printf("{\"clientId\":\"" CLIENT "\",\"grantType\":\"authorization_code\","
	    "\"code\":\"%.*s\",\"redirectUri\":\"http://127.0.0.1:5555/oauth/callback\","
	    "\"codeVerifier\":\"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_\""
	    "}",
	    (int)strcspn(code, "&"), code);
	got_free(&g);
	char *proof = make_proof(&(struct proof){ .key = key });
	struct json_object *o = ask_json(&s, &(struct asked){ .path = "/v1/token",
	    .headers = { JSON, "Host: " SIGNIN_HOST, proof }, .body = body }, &status);
	assert_int_equal(status, 200);
	cred_read(&c, member(o, "accessToken"));
	char *claims = jwt_payload(json_text(o, "idToken"));
	assert_non_null(strstr(claims, "\"sub\":\"arn:aws:iam::123456789012:user/sim\""));
	free(claims);
	assert_non_null(json_text(o, "refreshToken"));
	json_object_put(o);
	free(body);
	free(proof);
	EVP_PKEY_free(key);
	sim_stop(&s);
}

/* ---- Roles Anywhere ----------------------------------------------------- */

/* A certificate for the key that the issuer's key signs; both its own if issuer is NULL. */
static X509 *
make_certificate(EVP_PKEY *key, const char *serial, long from, long to, X509 *issuer,
    EVP_PKEY *issuer_key)
{
	X509 *cert = X509_new();
	BIGNUM *n = NULL;
	BN_dec2bn(&n, serial);
	BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
	BN_free(n);
	X509_set_version(cert, 2);
	ASN1_TIME_set(X509_getm_notBefore(cert), NOW + from);
	ASN1_TIME_set(X509_getm_notAfter(cert), NOW + to);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
	    (const unsigned char *)serial, -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(issuer != NULL ? issuer : cert));
	X509_set_pubkey(cert, key);
	X509_EXTENSION *ca = X509V3_EXT_conf_nid(
	    NULL, NULL, NID_basic_constraints, issuer != NULL ? "CA:FALSE" : "CA:TRUE");
	X509_add_ext(cert, ca, -1);
	X509_EXTENSION_free(ca);
	assert_true(X509_sign(cert, issuer != NULL ? issuer_key : key, EVP_sha256()) > 0);
	return cert;
}

static char *
certificate_text(X509 *cert)
{
	unsigned char *der = NULL;
	int n = i2d_X509(cert, &der);
	char *s = base64(der, (size_t)n);
	OPENSSL_free(der);
	return s;
}

/* Asks for a session; what differs from a good request is given, the rest NULL. */
struct session {
	EVP_PKEY	*key;
	X509		*cert;
	const char	*serial, *algorithm, *query, *body;
};

static long
ask_session(const struct sim *s, struct got *g, const struct session *w)
{
	const char *query = either(w->query, RA_QUERY), *body = either(w->body, RA_BODY);
	char *cert = certificate_text(w->cert), *body_hash = sha256_hex(body);
	char *canonical = mem_printf("POST\n/sessions\n%s\ncontent-type:application/json\nhost:"
	    RA_HOST "\nx-amz-date:" RA_DATE "\nx-amz-x509:%s\n\n" RA_SIGNED "\n%s", query, cert,
	    body_hash);
	char *hash = sha256_hex(canonical);
	char *text = mem_printf("%s\n" RA_DATE "\n" RA_SCOPE "\n%s", w->algorithm, hash);
	size_t n;
	unsigned char *signature = sign(w->key, text, &n);
	char *signature_hex = hex(signature, n);
	char *authorization = mem_printf("Authorization: %s Credential=%s/" RA_SCOPE
	    ", SignedHeaders=" RA_SIGNED ", Signature=%s", w->algorithm, w->serial, signature_hex);
	char *x509 = mem_printf("X-Amz-X509: %s", cert), *path = mem_printf("/sessions?%s", query);
	long status = ask(s, g, &(struct asked){ .path = path, .body = body, .headers = { JSON,
	    "Host: " RA_HOST, "X-Amz-Date: " RA_DATE, x509, authorization } });
	char *const all[] = { cert, body_hash, canonical, hash, text, (char *)signature,
		signature_hex, authorization, x509, path };
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		free(all[i]);
	return status;
}

static void
assert_session(const struct sim *s, const struct session *w, long status, const char *says)
{
	struct got g;
	ask_session(s, &g, w);
	if (g.status != status || strstr(buf_str(&g.body), says) == NULL)
		fail_msg("%ld, not %ld %s:\n%s", g.status, status, says, buf_str(&g.body));
	got_free(&g);
}

#define WORKED_X509                                                                            \
	"MIICqDCCAZCgAwIBAgIIASNFZ4mrze8wDQYJKoZIhvcNAQELBQAwFDESMBAGA1UEAwwJYWRpdC10ZXN0MB4X"  \
	"DTI2MDEwMTAwMDAwMFoXDTM2MDEwMTAwMDAwMFowFDESMBAGA1UEAwwJYWRpdC10ZXN0MIIBIjANBgkqhkiG"  \
	"9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtVs5Rvm7hBXaBgAAPGKPzkESH52GWUUJQm5deyKtpBXenAVbDtKbUElp"  \
	"uexxEI/YYMCVNipYUU0d31sOSnB5zjcmsuUEzwi/UAkHDWORemlxYnFq0XtZssCgmQPjoLvSp+xBAxb89+3e"  \
	"Lw7PPrKsg7u96nxGlKfXnepZs8yOlOfn9XkOtZkV3bVmJP/Q9TGDotLJFV/TxnBl+6oLSpK33iyvMttfOU1B"  \
	"UNhPznI1mJWrAwylJl+H/3JR6uVGRdgF+7XBLGNmAOIBK1g7Sh69QkkPXxAJhEfwvZ5I0pt9Mo7wYR5bTHbU"  \
	"StXGMpokhCeWwUbz9v+i2uzMiHjnN+4NMQIDAQABMA0GCSqGSIb3DQEBCwUAA4IBAQAYoGDLiS4egt+HORXe"  \
	"shmG5uZnLP7kdl15BxO+afwsAJeDL8Tuj6dCUCVb5DuJoC1WgiPbWGSxVD7mY9nsxCRv7XZFgdLbfM4xQbgU"  \
	"E60Sx3Jb/B6PT8KQxlEOEtbRigJR9egGQYlTx433c4Rg+tvtQCOVh2GZwC7PXEo3df+ehLb0vVemHnLtBgCi"  \
	"QjvXHTAP04cuVEz7CtSx0SKLcc1IK8+K6/nRBi7lRd8DO6SBukTTjrexhDc8ssNTHvFv9J8FWon3pUTXBcmY"  \
	"FiOQFot4mfkD+A2fak9ej3H+SU0Wa+n/YR/AaWoi3wxLBukgGIddIraEw+AkGwi7w0xo1V2f"
#define WORKED_SIGNATURE                                                                       \
	"1e0e5a9933cd73c7bb0aae4c1979ed14725d2ed868de995cb1e831db1fa8eb832ca5a2326403b8850579"  \
	"d3b2adafaa428c1d229a265449896ff9c8a872a28f68110c3607ff5e77d45cef39e65fbe33c35c1a4da4"  \
	"1b7bcba86a78d306229951c79c34cd47f6fb22c9f7f2e0816d8b6a7bf333cf909f69735611c4cbee3404"  \
	"6cdec591c76324983e7b4bc63179086d560f7e790ab52b676f058e9e184e066d92a10fd98e225e0ea26d"  \
	"90c4e7010305d63bb03fdc498234bbdc0f894dd47b026bf263f92dee80bf4f7759953cd8b108279923b5"  \
	"8647fd43331243925c0cc60b5048774c705e75f5bfe73b6aff02c36be80f8b7f0519f34e812efad50406"  \
	"a623becf"

static void
the_worked_certificate_gets_its_session(void **state)
{
	(void)state;
	static const struct asked worked = { .path = "/sessions?" RA_QUERY, .body = RA_BODY,
		.headers = { JSON, "Host: " RA_HOST, "X-Amz-Date: " RA_DATE,
		    "X-Amz-X509: " WORKED_X509,
		    "Authorization: AWS4-X509-RSA-SHA256 Credential=81985529216486895/" RA_SCOPE
		    ", SignedHeaders=" RA_SIGNED ", Signature=" WORKED_SIGNATURE } };
	struct sim s;
	struct cred c;
	long status;
	ask_start(&s, NULL, pinned);
	struct json_object *o = ask_json(&s, &worked, &status);
	assert_int_equal(status, 201);
	struct json_object *set = json_object_array_get_idx(member(o, "credentialSet"), 0);
	cred_read(&c, member(set, "credentials"));
	assert_string_equal(c.id, "ASIASIMRA0001");
	assert_string_equal(
	    json_text(member(set, "credentials"), "expiration"), "2026-08-01T13:00:00Z");
	assert_string_equal(json_text(set, "roleArn"), "arn:aws:iam::123456789012:role/adit");
	json_object_put(o);
	struct json_object *line = log_line(&s, 1, false);
	assert_string_equal(json_text(line, "service"), "rolesanywhere");
	assert_string_equal(json_text(line, "auth"), "x509");
	assert_string_equal(json_text(line, "verified"), "true");
	assert_string_equal(json_text(line, "access_key_id"), "81985529216486895");
	json_object_put(line);
	sim_stop(&s);
}

static void
certificates_with_rsa_and_ec_keys_are_verified(void **state)
{
	(void)state;
	static const char other_region[] = "profileArn=arn%3Aaws%3Arolesanywhere%3Aus-east-1%3A"
	    "123456789012%3Aprofile%2F1&roleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fadit"
	    "&trustAnchorArn=arn%3Aaws%3Arolesanywhere%3Aus-west-2%3A123456789012%3Atrust-anchor"
	    "%2F6";
	EVP_PKEY *keys[] = { EVP_RSA_gen(2048), ec_key(), EVP_EC_gen("P-384") };
	const char *algorithms[] = { "AWS4-X509-RSA-SHA256", "AWS4-X509-ECDSA-SHA256",
		"AWS4-X509-ECDSA-SHA256" };
	/* larger than any machine word */
	static const char serial[] = "123456789012345678901234567890123456789";
	struct sim s;
	ask_start(&s, NULL, pinned);
	for (size_t i = 0; i < 3; i++) {
		X509 *cert = make_certificate(keys[i], serial, -60, 60, NULL, NULL);
		struct session good = { keys[i], cert, serial, algorithms[i], NULL, NULL };
		assert_session(&s, &good, 201, "\"credentialSet\"");
		struct session w = good;
		w.key = keys[(i + 1) % 3];
		assert_session(&s, &w, 403, "Incorrect signature");
		w = good;
		w.serial = "123456789";
		assert_session(&s, &w, 403, "not the serial number");
		w = good;
		w.algorithm = algorithms[i == 0];
		assert_session(&s, &w, 403, "algorithm");
		w = good;
		w.body = "{\"durationSeconds\":899}";
		assert_session(&s, &w, 400, "durationSeconds");
		w = good;
		w.query = other_region;
		assert_session(&s, &w, 400, "profileArn");
		X509_free(cert);
		w = good;
		w.cert = cert = make_certificate(keys[i], serial, -60, -1, NULL, NULL);
		assert_session(&s, &w, 403, "expired");
		X509_free(cert);
		w.cert = cert = make_certificate(keys[i], serial, 60, 120, NULL, NULL);
		assert_session(&s, &w, 403, "not yet valid");
		X509_free(cert);
	}
	for (size_t i = 0; i < 3; i++)
		EVP_PKEY_free(keys[i]);
	sim_stop(&s);
}

static void
with_a_trust_anchor_only_its_certificates_count(void **state)
{
	(void)state;
	EVP_PKEY *ca_key = ec_key(), *key = ec_key();
	X509 *ca = make_certificate(ca_key, "1", -60, 60, NULL, NULL);
	X509 *good = make_certificate(key, "2", -60, 60, ca, ca_key);
	X509 *self_signed = make_certificate(key, "2", -60, 60, NULL, NULL);
	BIO *out = BIO_new(BIO_s_mem());
	PEM_write_bio_X509(out, ca);
	char *pem;
	long n = BIO_get_mem_data(out, &pem);
	struct json_object *o = json_object_new_object(), *identity = json_object_new_object();
	struct json_object *settings = json_object_new_object();
	json_object_object_add(settings, "ca", json_object_new_string_len(pem, (int)n));
	json_object_object_add(identity, "rolesanywhere", settings);
	json_object_object_add(o, "identity", identity);
	struct sim s;
	ask_start(&s, json_object_to_json_string(o), pinned);
	struct session w = { key, good, "2", "AWS4-X509-ECDSA-SHA256", NULL, NULL };
	assert_session(&s, &w, 201, "\"credentialSet\"");
	w.cert = self_signed;
	assert_session(&s, &w, 403, "Untrusted certificate");
	sim_stop(&s);
	json_object_put(o);
	BIO_free(out);
	X509_free(ca);
	X509_free(good);
	X509_free(self_signed);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(key);
}

int
main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worked_proof_is_accepted_and_only_once),
		cmocka_unit_test(proofs_that_prove_nothing_are_refused),
		cmocka_unit_test(a_refresh_token_is_good_for_one_renewal_with_its_own_key),
		cmocka_unit_test(
		    a_sign_in_in_the_browser_ends_with_credentials_and_the_name_of_who_it_is),
		cmocka_unit_test(the_worked_certificate_gets_its_session),
		cmocka_unit_test(certificates_with_rsa_and_ec_keys_are_verified),
		cmocka_unit_test(with_a_trust_anchor_only_its_certificates_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
