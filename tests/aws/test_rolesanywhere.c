/* IAM Roles Anywhere, against adit-sim, which checks certificates and signatures. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "aws/sigv4.h"
#include "base/json.h"
#include "world.h"

enum { DAY = 86400 };

#define ARNS                                                                                                     \
	"rolesanywhere_trust_anchor_arn = arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/6\n"         \
	"rolesanywhere_profile_arn = arn:aws:rolesanywhere:us-west-2:123456789012:profile/1\n"                   \
	"rolesanywhere_role_arn = arn:aws:iam::123456789012:role/adit\n"
#define FILES "rolesanywhere_certificate = ~/cert.pem\nrolesanywhere_private_key = ~/key.pem\n"
#define CONFIG "[profile ra]\n" FILES ARNS

/* ---- a public key infrastructure of our own ----------------------------------------- */

static X509 *
make_certificate(EVP_PKEY *key, const char *name, long from, long to, X509 *issuer, EVP_PKEY *issuer_key, bool ca)
{
	X509 *cert = X509_new();
	BIGNUM *n = NULL;
	BN_dec2bn(&n, "81985529216486895123456789");
	BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
	BN_free(n);
	X509_set_version(cert, 2);
	X509_gmtime_adj(X509_getm_notBefore(cert), from);
	X509_gmtime_adj(X509_getm_notAfter(cert), to);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
	    0);
	X509_set_issuer_name(cert, X509_get_subject_name(issuer != NULL ? issuer : cert));
	X509_set_pubkey(cert, key);
	X509_EXTENSION *constraints = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, ca ? "CA:TRUE" : "CA:FALSE");
	X509_add_ext(cert, constraints, -1);
	X509_EXTENSION_free(constraints);
	assert_true(X509_sign(cert, issuer != NULL ? issuer_key : key, EVP_sha256()) > 0);
	return cert;
}

enum form { PKCS8, TRADITIONAL, DER, ENCRYPTED };

static char *
taken(BIO *out)
{
	char *s;
	long n = BIO_get_mem_data(out, &s);
	char *copy = mem_alloc((size_t)n + 1);
	memcpy(copy, s, (size_t)n);
	BIO_free(out);
	return copy;
}

static void
write_key(const char *name, EVP_PKEY *key, enum form form)
{
	char *path = mem_printf("%s/%s", getenv("HOME"), name);
	BIO *out = BIO_new_file(path, "w");
	int rc = 0;
	if (form == PKCS8)
		rc = PEM_write_bio_PKCS8PrivateKey(out, key, NULL, NULL, 0, NULL, NULL);
	else if (form == TRADITIONAL)
		rc = PEM_write_bio_PrivateKey_traditional(out, key, NULL, NULL, 0, NULL, NULL);
	else if (form == ENCRYPTED)
		rc = PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_128_cbc(), "open sesame", 11, NULL, NULL);
	else
		rc = i2d_PrivateKey_bio(out, key);
	assert_int_equal(rc, 1);
	BIO_free(out);
	free(path);
}

static char *
pem(X509 *cert)
{
	BIO *out = BIO_new(BIO_s_mem());
	assert_int_equal(PEM_write_bio_X509(out, cert), 1);
	return taken(out);
}

static void
write_certificates(const char *name, X509 *one, X509 *two)
{
	char *a = pem(one), *b = two != NULL ? pem(two) : mem_strdup("");
	char *both = mem_printf("%s%s", a, b);
	home_write(name, both);
	free(a);
	free(b);
	free(both);
}

struct pki {
	EVP_PKEY	*ca_key, *middle_key, *rsa, *ec;
	X509		*ca, *middle, *leaf_rsa, *leaf_ec, *leaf_deep;
};

static struct pki pki;

static int
make_pki(void **state)
{
	(void)state;
	pki.ca_key = EVP_EC_gen("P-256");
	pki.middle_key = EVP_EC_gen("P-256");
	pki.rsa = EVP_RSA_gen(2048);
	pki.ec = EVP_EC_gen("P-256");
	pki.ca = make_certificate(pki.ca_key, "ca", -DAY, DAY, NULL, NULL, true);
	pki.middle = make_certificate(pki.middle_key, "middle", -DAY, DAY, pki.ca, pki.ca_key, true);
	pki.leaf_rsa = make_certificate(pki.rsa, "rsa", -DAY, DAY, pki.ca, pki.ca_key, false);
	pki.leaf_ec = make_certificate(pki.ec, "ec", -DAY, DAY, pki.ca, pki.ca_key, false);
	pki.leaf_deep = make_certificate(pki.ec, "deep", -DAY, DAY, pki.middle, pki.middle_key, false);
	return 0;
}

static int
free_pki(void **state)
{
	(void)state;
	X509 *const certs[] = { pki.ca, pki.middle, pki.leaf_rsa, pki.leaf_ec, pki.leaf_deep };
	EVP_PKEY *const keys[] = { pki.ca_key, pki.middle_key, pki.rsa, pki.ec };
	for (size_t i = 0; i < sizeof certs / sizeof *certs; i++)
		X509_free(certs[i]);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		EVP_PKEY_free(keys[i]);
	return 0;
}

/* A simulator that trusts the CA, and more of its settings. */
static void
begin(struct world *w, const char *more)
{
	struct buf b;
	char *ca = pem(pki.ca);
	buf_init(&b, 0);
	buf_puts(&b, "{\"rolesanywhere\":{");
	json_put_member(&b, "ca", ca);
	buf_printf(&b, "}%s}", more);
	world_start(w, b.s);
	setenv("AWS_PROFILE", "ra", 1);
	home_config(CONFIG);
	buf_done(&b);
	free(ca);
}

/* ---- what works ------------------------------------------------------------------------ */

static void
each_kind_and_form_of_key_signs(void **state)
{
	(void)state;
	struct world w;
	begin(&w, "");
	int n = 0;
	for (int ec = 0; ec < 2; ec++) {
		write_certificates("cert.pem", ec ? pki.leaf_ec : pki.leaf_rsa, NULL);
		for (enum form form = PKCS8; form <= DER; form++) {
			char *id = mem_printf("ASIASIMRA%04d", ++n);
			write_key("key.pem", ec ? pki.ec : pki.rsa, form);
			creds_forget(w.aws);
			world_expect_key(&w, id);
			free(id);
		}
	}
	const struct creds *c = creds_peek(w.aws);
	assert_int_equal(c->kind, CREDS_ROLES_ANYWHERE);
	assert_string_equal(c->account, "123456789012");
	assert_string_equal(c->label, "Roles Anywhere arn:aws:iam::123456789012:role/adit");
	assert_in_range(c->expires - clock_wall(), 3500, 3600);
	creds_unref(c);
	world_stop(&w);
}

static void
intermediates_come_from_their_own_file_or_from_behind_the_certificate(void **state)
{
	(void)state;
	struct world w;
	begin(&w, "");
	write_key("key.pem", pki.ec, PKCS8);
	write_certificates("cert.pem", pki.leaf_deep, NULL);
	world_expect_failure(&w, ERR_CREDENTIALS, "rolesanywhere_intermediates");
	write_certificates("cert.pem", pki.leaf_deep, pki.middle);
	world_expect_key(&w, "ASIASIMRA0001");
	creds_forget(w.aws);
	write_certificates("cert.pem", pki.leaf_deep, NULL);
	write_certificates("chain.pem", pki.middle, NULL);
	home_config(CONFIG "rolesanywhere_intermediates = ~/chain.pem\n");
	world_expect_key(&w, "ASIASIMRA0002");
	world_stop(&w);
}

static int
answer_prompt(void *arg, const char *question, struct buf *answer, const atomic_bool *cancel)
{
	(void)cancel;
	assert_non_null(strstr(question, "key.pem"));
	buf_puts(answer, arg);
	return 0;
}

static void
the_password_of_an_encrypted_key_is_asked_for(void **state)
{
	(void)state;
	static char right[] = "open sesame", wrong[] = "no idea";
	struct world w;
	begin(&w, "");
	write_key("key.pem", pki.ec, ENCRYPTED);
	write_certificates("cert.pem", pki.leaf_ec, NULL);
	world_expect_failure(&w, ERR_CREDENTIALS, "encrypted, and there is nobody here to ask");
	aws_on_prompt(w.aws, answer_prompt, wrong);
	world_expect_failure(&w, ERR_CREDENTIALS, "not the password of the key");
	aws_on_prompt(w.aws, answer_prompt, right);
	world_expect_key(&w, "ASIASIMRA0001");
	world_stop(&w);
}

static void
duration_and_session_name_are_sent(void **state)
{
	(void)state;
	struct world w;
	begin(&w, "");
	write_key("key.pem", pki.rsa, PKCS8);
	write_certificates("cert.pem", pki.leaf_rsa, NULL);
	home_config(CONFIG "rolesanywhere_session_duration = 900\nrolesanywhere_role_session_name = me\n");
	world_expect_key(&w, "ASIASIMRA0001");
	const struct creds *c = creds_peek(w.aws);
	assert_in_range(c->expires - clock_wall(), 800, 900);
	creds_unref(c);
	world_stop(&w);
}

static void
adits_configuration_can_name_it_instead_of_a_profile(void **state)
{
	(void)state;
	struct world w;
	begin(&w, "");
	write_key("key.pem", pki.ec, PKCS8);
	write_certificates("cert.pem", pki.leaf_ec, NULL);
	home_config("[profile other]\nregion = us-east-1\n");
	home_credentials("[other]\naws_access_key_id=OTHER\naws_secret_access_key=s\n");
	setenv("AWS_ACCESS_KEY_ID", "KEYS", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	setenv("AWS_PROFILE", "other", 1);
	struct aws_options o = { .region = "us-east-1",
		.anywhere = { [ANYWHERE_CERTIFICATE] = "~/cert.pem",
		    [ANYWHERE_KEY] = "~/key.pem",
		    [ANYWHERE_ANCHOR] = "arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/6",
		    [ANYWHERE_PROFILE] = "arn:aws:rolesanywhere:us-west-2:123456789012:profile/1" } };
	aws_set_options(w.aws, &o);             /* explicit, so half of it is no reason to use another */
	world_expect_failure(&w, ERR_CONFIG, "(adit's configuration): there is no rolesAnywhere.roleArn");
	o.anywhere[ANYWHERE_ROLE] = "arn:aws:iam::123456789012:role/adit";
	o.anywhere_seconds = 1800;
	aws_set_options(w.aws, &o);
	world_expect_key(&w, "ASIASIMRA0001");
	const struct creds *c = creds_peek(w.aws);
	assert_in_range(c->expires - clock_wall(), 1700, 1800);
	creds_unref(c);
	struct creds_report *r = creds_report(w.aws);
	assert_int_equal(r->active, SOURCE_CHAIN);
	assert_int_equal(r->kind, CREDS_ROLES_ANYWHERE);
	assert_true(r->order[SOURCE_KEYS].shadowed);
	creds_report_free(r);
	o.profile = "other";                    /* --profile is nearer */
	aws_set_options(w.aws, &o);
	world_expect_key(&w, "OTHER");
	world_stop(&w);
}

static void
it_serves_as_the_source_of_a_role(void **state)
{
	(void)state;
	struct world w;
	begin(&w, "");
	write_key("key.pem", pki.ec, TRADITIONAL);
	write_certificates("cert.pem", pki.leaf_ec, NULL);
	home_config(CONFIG "[profile far]\nrole_arn = arn:aws:iam::123456789012:role/far\nsource_profile = ra\n");
	setenv("AWS_PROFILE", "far", 1);
	world_expect_key(&w, "ASIASIMROLE0001");
	world_stop(&w);
}

/* ---- what does not ------------------------------------------------------------------------- */

static void
a_certificate_that_does_not_fit_is_a_sentence_before_anything_is_sent(void **state)
{
	(void)state;
	struct world w;
	EVP_PKEY *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	X509 *old = make_certificate(pki.ec, "old", -2 * DAY, -DAY, pki.ca, pki.ca_key, false);
	X509 *young = make_certificate(pki.ec, "young", DAY, 2 * DAY, pki.ca, pki.ca_key, false);
	X509 *edwards = make_certificate(ed, "ed", -DAY, DAY, pki.ca, pki.ca_key, false);
	begin(&w, "");
	world_expect_failure(&w, ERR_CONFIG, "cert.pem");
	home_write("cert.pem", "nonsense");
	world_expect_failure(&w, ERR_CONFIG, "cert.pem has no certificate in it");
	write_certificates("cert.pem", pki.leaf_rsa, NULL);
	world_expect_failure(&w, ERR_CONFIG, "key.pem");
	home_write("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
	world_expect_failure(&w, ERR_CONFIG, "key.pem has no private key in it");
	write_key("key.pem", pki.ec, PKCS8);
	world_expect_failure(&w, ERR_CONFIG, "does not belong to the certificate");
	write_key("key.pem", pki.middle_key, PKCS8);
	write_certificates("cert.pem", pki.leaf_ec, NULL);
	world_expect_failure(&w, ERR_CONFIG, "they are not a pair");
	write_key("key.pem", pki.ec, PKCS8);
	write_certificates("cert.pem", old, NULL);
	world_expect_failure(&w, ERR_CREDENTIALS, "expired on 20");
	write_certificates("cert.pem", young, NULL);
	world_expect_failure(&w, ERR_CREDENTIALS, "in the future: check the clock");
	write_key("key.pem", ed, PKCS8);
	write_certificates("cert.pem", edwards, NULL);
	world_expect_failure(&w, ERR_CONFIG, "neither RSA nor EC");
	X509_free(old);
	X509_free(young);
	X509_free(edwards);
	EVP_PKEY_free(ed);
	world_stop(&w);
}

static void
a_profile_that_is_incomplete_or_contradicts_itself_is_said_so(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "[profile ra]\n" FILES, "(profile ra): there is no rolesanywhere_trust_anchor_arn" },
		{ "[profile ra]\n" ARNS, "there is no rolesanywhere_certificate" },
		{ CONFIG "rolesanywhere_session_duration = 60\n", "from 900 to 43200" },
		{ CONFIG "rolesanywhere_session_duration = 1h\n", "from 900 to 43200" },
		{ CONFIG "rolesanywhere_role_arn = adit\n", "rolesanywhere_role_arn is not the ARN of a role" },
		{ CONFIG "rolesanywhere_profile_arn = arn:aws:iam::1:role/x\n", "is not the ARN of a profile" },
		{ CONFIG "rolesanywhere_profile_arn = arn:aws:rolesanywhere:eu-west-1:123456789012:profile/1\n",
		    "of the region us-west-2, but the Roles Anywhere profile of eu-west-1" },
	};
	struct world w;
	begin(&w, "");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		home_config(rows[i][0]);
		world_expect_failure(&w, ERR_CONFIG, rows[i][1]);
	}
	world_stop(&w);
}

static void
another_ca_is_not_trusted_and_the_sentence_names_certificate_and_anchor(void **state)
{
	(void)state;
	struct world w;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *self = make_certificate(key, "self", -DAY, DAY, NULL, NULL, false);
	begin(&w, "");
	write_key("key.pem", key, PKCS8);
	write_certificates("cert.pem", self, NULL);
	world_expect_failure(&w, ERR_CREDENTIALS, "does not trust the certificate");
	world_expect_failure(&w, ERR_CREDENTIALS, "cert.pem");
	world_expect_failure(&w, ERR_CREDENTIALS, "trust-anchor/6");
	X509_free(self);
	EVP_PKEY_free(key);
	world_stop(&w);
}

static void
what_the_service_answers_is_said_in_words(void **state)
{
	(void)state;
	static const struct {
		const char	*fault;
		enum err_code	 code;
		const char	*says;
	} rows[] = {
		{ "\"error\",\"code\":\"AccessDeniedException\",\"message\":\"Unable to assume role\",\"status\":403",
		    ERR_CREDENTIALS, "does not give the role arn:aws:iam::123456789012:role/adit" },
		{ "\"error\",\"code\":\"ResourceNotFoundException\",\"message\":\"no anchor\",\"status\":404", ERR_CREDENTIALS,
		    "HTTP 404 ResourceNotFoundException: no anchor" },
		{ "\"html\"", ERR_CREDENTIALS, "not a JSON object" },
		{ "\"no-secret\"", ERR_CREDENTIALS, "no secretAccessKey" },
		{ "\"bad-expiration\"", ERR_CREDENTIALS, "expiration is not a date" },
		{ "\"expired\"", ERR_CREDENTIALS, "expired before they came" },
		{ "\"truncated\"", ERR_CREDENTIALS, "not a JSON object" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct world w;
		char *more = mem_printf(",\"faults\":[{\"service\":\"rolesanywhere\",\"fault\":%s}]", rows[i].fault);
		begin(&w, more);
		write_key("key.pem", pki.ec, PKCS8);
		write_certificates("cert.pem", pki.leaf_ec, NULL);
		world_expect_failure(&w, rows[i].code, rows[i].says);
		world_stop(&w);
		free(more);
	}
}

static void
a_busy_service_is_asked_again(void **state)
{
	(void)state;
	struct world w;
	begin(&w, ",\"faults\":[{\"service\":\"rolesanywhere\",\"fault\":\"error\",\"code\":\"Internal\",\"status\":500,"
		  "\"times\":1}]");
	write_key("key.pem", pki.ec, PKCS8);
	write_certificates("cert.pem", pki.leaf_ec, NULL);
	world_expect_key(&w, "ASIASIMRA0001");
	world_stop(&w);
}

/* ---- the worked example of the signature ------------------------------------------------------ */

#define EXAMPLE_CERTIFICATE                                                                                      \
	"MIICqDCCAZCgAwIBAgIIASNFZ4mrze8wDQYJKoZIhvcNAQELBQAwFDESMBAGA1UEAwwJYWRpdC10ZXN0MB4XDTI2MDEwMTAwMDAw" \
	"MFoXDTM2MDEwMTAwMDAwMFowFDESMBAGA1UEAwwJYWRpdC10ZXN0MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtVs5" \
	"Rvm7hBXaBgAAPGKPzkESH52GWUUJQm5deyKtpBXenAVbDtKbUElpuexxEI/YYMCVNipYUU0d31sOSnB5zjcmsuUEzwi/UAkHDWOR" \
	"emlxYnFq0XtZssCgmQPjoLvSp+xBAxb89+3eLw7PPrKsg7u96nxGlKfXnepZs8yOlOfn9XkOtZkV3bVmJP/Q9TGDotLJFV/TxnBl" \
	"+6oLSpK33iyvMttfOU1BUNhPznI1mJWrAwylJl+H/3JR6uVGRdgF+7XBLGNmAOIBK1g7Sh69QkkPXxAJhEfwvZ5I0pt9Mo7wYR5b" \
	"THbUStXGMpokhCeWwUbz9v+i2uzMiHjnN+4NMQIDAQABMA0GCSqGSIb3DQEBCwUAA4IBAQAYoGDLiS4egt+HORXeshmG5uZnLP7k" \
	"dl15BxO+afwsAJeDL8Tuj6dCUCVb5DuJoC1WgiPbWGSxVD7mY9nsxCRv7XZFgdLbfM4xQbgUE60Sx3Jb/B6PT8KQxlEOEtbRigJR" \
	"9egGQYlTx433c4Rg+tvtQCOVh2GZwC7PXEo3df+ehLb0vVemHnLtBgCiQjvXHTAP04cuVEz7CtSx0SKLcc1IK8+K6/nRBi7lRd8D" \
	"O6SBukTTjrexhDc8ssNTHvFv9J8FWon3pUTXBcmYFiOQFot4mfkD+A2fak9ej3H+SU0Wa+n/YR/AaWoi3wxLBukgGIddIraEw+Ak" \
	"Gwi7w0xo1V2f"

static void
the_worked_example_comes_out_to_the_byte(void **state)
{
	(void)state;
	static const char body[] = "{\"durationSeconds\":3600}";
	static const char query[] =
	    "trustAnchorArn=arn%3Aaws%3Arolesanywhere%3Aus-west-2%3A123456789012%3Atrust-anchor%2F66666666-7777-8888-9999-"
	    "000000000000&roleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fadit&profileArn=arn%3Aaws%3Arolesanywhere%3A"
	    "us-west-2%3A123456789012%3Aprofile%2F11111111-2222-3333-4444-555555555555";
	const struct sigv4_x509 who = { "AWS4-X509-RSA-SHA256", "81985529216486895", EXAMPLE_CERTIFICATE, NULL };
	const struct sigv4_scope scope = { "us-west-2", "rolesanywhere", 1785585600 };
	struct http_headers headers = { 0 };
	struct sigv4 s;
	http_headers_add(&headers, "Host", "rolesanywhere.us-west-2.amazonaws.com");
	http_headers_add(&headers, "Content-Type", "application/json");
	sigv4_x509_begin(&s, &who, &(struct sigv4_request){ "POST", "/sessions", query, &headers, body, sizeof body - 1 },
	    &scope);
	assert_string_equal(s.string_to_sign.s, "AWS4-X509-RSA-SHA256\n20260801T120000Z\n"
						"20260801/us-west-2/rolesanywhere/aws4_request\n"
						"f9aa8640f35b77331675508dfb0f21058898acfba5b5523c5f612d7c8c6624f2");
	sigv4_x509_end(&s, &who, &scope, "\x01\xab", 2);
	assert_string_equal(s.authorization.s,
	    "AWS4-X509-RSA-SHA256 Credential=81985529216486895/20260801/us-west-2/rolesanywhere/aws4_request, "
	    "SignedHeaders=content-type;host;x-amz-date;x-amz-x509, Signature=01ab");
	sigv4_done(&s);
	http_headers_done(&headers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_and_form_of_key_signs),
		cmocka_unit_test(intermediates_come_from_their_own_file_or_from_behind_the_certificate),
		cmocka_unit_test(the_password_of_an_encrypted_key_is_asked_for),
		cmocka_unit_test(duration_and_session_name_are_sent),
		cmocka_unit_test(adits_configuration_can_name_it_instead_of_a_profile),
		cmocka_unit_test(it_serves_as_the_source_of_a_role),
		cmocka_unit_test(a_certificate_that_does_not_fit_is_a_sentence_before_anything_is_sent),
		cmocka_unit_test(a_profile_that_is_incomplete_or_contradicts_itself_is_said_so),
		cmocka_unit_test(another_ca_is_not_trusted_and_the_sentence_names_certificate_and_anchor),
		cmocka_unit_test(what_the_service_answers_is_said_in_words),
		cmocka_unit_test(a_busy_service_is_asked_again),
		cmocka_unit_test(the_worked_example_comes_out_to_the_byte),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pki, free_pki);
}
