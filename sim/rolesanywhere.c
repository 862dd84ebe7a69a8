/*
 * rolesanywhere.c - IAM Roles Anywhere: credentials for whoever can sign with
 * the key of a certificate.
 */
#include "config.h"

#include "identity.h"

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "auth.h"
#include "catalogue.h"
#include "converse.h"
#include "issue.h"
#include "settings.h"
#include "simtime.h"

/* ---- certificates ------------------------------------------------------- */

static X509 *
read_certificate(const char *base64, size_t n)
{
	struct bytes text = { 0 }, der = { 0 };
	X509 *cert = NULL;
	bytes_add(&text, base64, n);
	if (bytes_unbase64(&der, text.s) == 0) {
		const unsigned char *p = (const unsigned char *)der.s;
		cert = d2i_X509(NULL, &p, (long)der.len);
	}
	bytes_free(&text);
	bytes_free(&der);
	return cert;
}

/* The certificates of X-Amz-X509-Chain; none if there is no such header. */
static STACK_OF(X509) *
read_chain(const struct request *q)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	const char *p = request_header(q, "x-amz-x509-chain");
	while (p != NULL && *p != '\0') {
		size_t n = strcspn(p, ",");
		X509 *cert = read_certificate(p, n);
		if (cert != NULL)
			sk_X509_push(chain, cert);
		p += n + (p[n] == ',');
	}
	return chain;
}

static int
check_dates(X509 *cert, struct denial *d)
{
	time_t now = time_wall();
	if (X509_cmp_time(X509_get0_notBefore(cert), &now) >= 0)
		return deny(d, "AccessDeniedException", "Certificate is not yet valid");
	if (X509_cmp_time(X509_get0_notAfter(cert), &now) <= 0)
		return deny(d, "AccessDeniedException", "Certificate has expired");
	return 0;
}

static bool
is_trusted_by(X509 *ca, X509 *cert, STACK_OF(X509) *chain)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_STORE_add_cert(store, ca);
	X509_STORE_CTX_init(ctx, store, cert, chain);
	X509_STORE_CTX_set_time(ctx, 0, time_wall());
	bool good = X509_verify_cert(ctx) == 1;
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return good;
}

/* The trust anchor, if the settings have one, must stand behind the certificate. */
static int
check_trust(const struct request *q, X509 *cert, struct denial *d)
{
	const char *pem = settings()->rolesanywhere.ca;
	if (pem == NULL)
		return 0;
	BIO *in = BIO_new_mem_buf(pem, -1);
	X509 *ca = PEM_read_bio_X509(in, NULL, NULL, NULL);
	STACK_OF(X509) *chain = read_chain(q);
	bool good = ca != NULL && is_trusted_by(ca, cert, chain);
	sk_X509_pop_free(chain, X509_free);
	X509_free(ca);
	BIO_free(in);
	return good ? 0 : deny(d, "AccessDeniedException", "Untrusted certificate. Insufficient "
	    "certificate");
}

/* ---- the signature ------------------------------------------------------ */

static bool
serial_is(X509 *cert, const char *text)
{
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	char *decimal = n != NULL ? BN_bn2dec(n) : NULL;
	bool same = decimal != NULL && strcmp(decimal, text) == 0;
	OPENSSL_free(decimal);
	BN_free(n);
	return same;
}

/* The algorithm that the Authorization value must begin with; NULL for a key that nobody takes. */
static const char *
algorithm_of(EVP_PKEY *key)
{
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		return "AWS4-X509-RSA-SHA256";
	case EVP_PKEY_EC:
		return "AWS4-X509-ECDSA-SHA256";
	default:
		return NULL;
	}
}

static int
unhex(struct bytes *out, const char *hex)
{
	if (strlen(hex) % 2 != 0 || hex[strspn(hex, "0123456789abcdef")] != '\0')
		return -1;
	for (; *hex != '\0'; hex += 2) {
		char pair[3] = { hex[0], hex[1], '\0' };
		bytes_putc(out, (char)strtoul(pair, NULL, 16));
	}
	return 0;
}

static bool
is_signed(const struct request *q, const struct sigv4_claim *c, const char *algorithm,
    EVP_PKEY *key)
{
	struct bytes text = { 0 }, signature = { 0 };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	sigv4_text(c, algorithm, request_header(q, "x-amz-date"), &q->canonical, &text);
	bool good = unhex(&signature, c->signature) == 0 && signature.len != 0 &&
	    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, (const unsigned char *)signature.s, signature.len,
		(const unsigned char *)text.s, text.len) == 1;
	EVP_MD_CTX_free(ctx);
	bytes_free(&text);
	bytes_free(&signature);
	return good;
}

static int
check_claim(struct request *q, const struct sigv4_claim *c, X509 *cert, struct denial *d)
{
	struct refusal why = { 0 };
	EVP_PKEY *key = X509_get0_pubkey(cert);
	const char *algorithm = key != NULL ? algorithm_of(key) : NULL;
	const char *sent = request_header(q, "authorization");
	if (auth_check_form(q, c, &why) != 0) {
		deny(d, "AccessDeniedException", "%s", bytes_str(&why.message));
		refusal_free(&why);
		return -1;
	}
	if (algorithm == NULL || strncmp(sent, algorithm, strlen(algorithm)) != 0 ||
	    sent[strlen(algorithm)] != ' ')
		return deny(d, "AccessDeniedException", "The algorithm does not go with the key of "
		    "the certificate");
	if (!serial_is(cert, c->access_key_id))
		return deny(d, "AccessDeniedException", "The credential is not the serial number "
		    "of the certificate");
	if (!is_signed(q, c, algorithm, key))
		return deny(d, "AccessDeniedException", "Incorrect signature");
	return check_dates(cert, d) != 0 ? -1 : check_trust(q, cert, d);
}

static int
check_signature(struct request *q, struct denial *d)
{
	const char *authorization = request_header(q, "authorization");
	const char *x509 = request_header(q, "x-amz-x509");
	struct sigv4_claim c = { 0 };
	struct bytes complaint = { 0 };
	int result;
	if (authorization == NULL)
		return deny(d, "AccessDeniedException", "Missing Authentication Token");
	X509 *cert = x509 != NULL ? read_certificate(x509, strlen(x509)) : NULL;
	q->auth = AUTH_X509;
	if (cert == NULL)
		result = deny(d, "AccessDeniedException", "X-Amz-X509 is not a certificate");
	else if (sigv4_parse(authorization, &c, &complaint) != 0)
		result = deny(d, "AccessDeniedException", "%s", complaint.s);
	else
		result = check_claim(q, &c, cert, d);
	q->verified = result == 0;
	sigv4_claim_free(&c);
	bytes_free(&complaint);
	X509_free(cert);
	return result;
}

/* ---- the session -------------------------------------------------------- */

/* What the query says, and the body. */
struct wish {
	char		*profile, *role, *anchor;
	const char	*session;
	long		 duration;
};

static void
wish_free(struct wish *w)
{
	free(w->profile);
	free(w->role);
	free(w->anchor);
}

/* The region and the start of what follows the account in an ARN of this service. */
static bool
arn_is(const char *arn, const char *kind, const char *region)
{
	struct bytes b = { 0 };
	if (arn == NULL)
		return false;
	bytes_printf(&b, ":rolesanywhere:%s:", region);
	const char *at = strstr(arn, b.s);
	bool fits = strncmp(arn, "arn:aws", 7) == 0 && at != NULL &&
	    strspn(at + b.len, "0123456789") == 12 &&
	    strncmp(at + b.len + 12, kind, strlen(kind)) == 0;
	bytes_free(&b);
	return fits;
}

static bool
is_role(const char *arn)
{
	const char *at = arn != NULL ? strstr(arn, ":iam::") : NULL;
	return at != NULL && strspn(at + 6, "0123456789") == 12 &&
	    strncmp(at + 18, ":role/", 6) == 0 && at[24] != '\0';
}

static int
read_wish(const struct request *q, struct wish *w, struct denial *d)
{
	struct json_object *duration = member_of(q->json, "durationSeconds");
	w->profile = query_value(q, "profileArn");
	w->role = query_value(q, "roleArn");
	w->anchor = query_value(q, "trustAnchorArn");
	w->session = string_of(q->json, "roleSessionName");
	w->duration = duration != NULL ? (long)json_object_get_int64(duration) : 3600;
	if (!arn_is(w->anchor, ":trust-anchor/", q->region))
		return deny(d, "ValidationException", "trustAnchorArn is not one of this region");
	if (!arn_is(w->profile, ":profile/", q->region))
		return deny(d, "ValidationException", "profileArn is not one of this region");
	if (!is_role(w->role))
		return deny(d, "ValidationException", "roleArn is not the ARN of a role");
	if (w->duration < 900 || w->duration > 43200)
		return deny(d, "ValidationException", "durationSeconds must be from 900 to 43200");
	return 0;
}

static void
give_session(struct request *q, struct reply *r, const struct wish *w)
{
	static const struct issue_names names = { "accessKeyId", "secretAccessKey", "sessionToken",
		"expiration", false };
	long lifetime = settings()->rolesanywhere.lifetime;
	char account[13] = "";
	struct bytes arn = { 0 };
	memcpy(account, strstr(w->role, ":iam::") + 6, 12);
	bytes_printf(&arn, "arn:aws:sts::%s:assumed-role/%s/%s", account, strrchr(w->role, '/') + 1,
	    w->session != NULL ? w->session : q->access_key_id);
	struct issued c = issue(
	    q, ISSUE_RA, account, arn.s, lifetime != 0 ? lifetime : w->duration);
	reply_json(r, 201);
	bytes_puts(&r->body, "{\"credentialSet\":[{\"assumedRoleUser\":{\"arn\":");
	bytes_json_str(&r->body, arn.s);
	bytes_puts(&r->body, ",\"assumedRoleId\":\"AROASIM\"},\"credentials\":{");
	issue_json(&r->body, &c, &names);
	bytes_puts(&r->body, "},\"packedPolicySize\":0,\"roleArn\":");
	bytes_json_str(&r->body, w->role);
	bytes_puts(&r->body, ",\"sourceIdentity\":\"CN=sim\"}],\"subjectArn\":\"arn:aws:"
	    "rolesanywhere:us-east-1:123456789012:subject/11111111-2222-4333-8444-555555555555"
	    "\"}");
	bytes_free(&arn);
}

static int
create_session(struct request *q, struct reply *r, struct denial *d)
{
	struct wish w = { 0 };
	int result = -1;
	if (check_signature(q, d) == 0 && read_wish(q, &w, d) == 0) {
		give_session(q, r, &w);
		result = 0;
	}
	wish_free(&w);
	return result;
}

static void
write_denial(struct reply *r, const struct denial *d)
{
	denial_head(r, d, d->code);
	bytes_puts(&r->body, "{\"message\":");
	bytes_json_str(&r->body, bytes_str(&d->message));
	bytes_putc(&r->body, '}');
}

const struct service rolesanywhere_service = { "rolesanywhere", write_denial, false, {
	{ "POST", "/sessions", "CreateSession", create_session },
} };
