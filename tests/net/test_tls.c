/* The engine over TLS, against a server whose certificate is made here. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "net/fetch.h"

struct here {
	struct engine	*engine;
	SSL_CTX		*tls;
	int		 listener, port;
	pthread_t	 thread;
	char		 bundle[64];    /* PEM file with the certificate */
};

/* Self-signed, for 127.0.0.1 and good.test. */
static X509 *
make_certificate(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	X509_NAME *name = X509_get_subject_name(x);
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_ASC, (const unsigned char *)"adit test", -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name,
	    "IP:127.0.0.1,DNS:good.test");
	X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
	X509_sign(x, key, EVP_sha256());
	return x;
}

static void
answer(SSL *ssl)
{
	static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";
	char in[4096];
	for (int n = 0, got; n < (int)sizeof in - 1; n += got) {
		got = SSL_read(ssl, in + n, (int)sizeof in - 1 - n);
		if (got <= 0)
			return;
		in[n + got] = '\0';
		if (strstr(in, "\r\n\r\n") != NULL)
			break;
	}
	SSL_write(ssl, reply, sizeof reply - 1);
	SSL_shutdown(ssl);
}

/* One connection after the other, until the listener is shut down. */
static void *
serve(void *arg)
{
	struct here *h = arg;
	for (int fd; (fd = accept(h->listener, NULL, NULL)) >= 0; close(fd)) {
		SSL *ssl = SSL_new(h->tls);
		SSL_set_fd(ssl, fd);
		if (SSL_accept(ssl) == 1)
			answer(ssl);
		SSL_free(ssl);
	}
	return NULL;
}

static void
listen_on_loopback(struct here *h)
{
	h->listener = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	assert_int_equal(bind(h->listener, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(h->listener, 16), 0);
	assert_int_equal(getsockname(h->listener, (struct sockaddr *)&a, &n), 0);
	h->port = ntohs(a.sin_port);
}

static int
set_up(void **state)
{
	static struct here here;
	struct here *h = &here;
	*h = (struct here){ .engine = engine_start(), .tls = SSL_CTX_new(TLS_server_method()),
		.bundle = "/tmp/adit-test-ca-XXXXXX" };
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = make_certificate(key);
	assert_int_equal(SSL_CTX_use_certificate(h->tls, x), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(h->tls, key), 1);
	FILE *f = fdopen(mkstemp(h->bundle), "w");
	assert_non_null(f);
	PEM_write_X509(f, x);
	fclose(f);
	X509_free(x);
	EVP_PKEY_free(key);
	listen_on_loopback(h);
	assert_int_equal(pthread_create(&h->thread, NULL, serve, h), 0);
	*state = h;
	return 0;
}

static int
tear_down(void **state)
{
	struct here *h = *state;
	engine_stop(h->engine);
	shutdown(h->listener, SHUT_RDWR);
	pthread_join(h->thread, NULL);
	close(h->listener);
	SSL_CTX_free(h->tls);
	unlink(h->bundle);
	return 0;
}

static int
get(struct here *h, const char *host, const char *bundle, struct buf *body,
    struct transfer_end *end)
{
	char url[128];
	snprintf(url, sizeof url, "https://%s:%d/", host, h->port);
	struct http_request r;
	struct http_reply reply;
	http_request_init(&r, "GET", url);
	r.ca_bundle = bundle != NULL ? strdup(bundle) : NULL;
	http_reply_init(&reply, 100);
	int rc = fetch(h->engine, &r, &reply, NULL, end, NULL);
	if (body != NULL)
		buf_add(body, buf_str(&reply.body), reply.body.len);
	http_reply_done(&reply);
	return rc;
}

static void
a_bundle_makes_a_private_certificate_trusted(void **state)
{
	struct here *h = *state;
	struct transfer_end end;
	struct buf body;
	buf_init(&body, 0);
	assert_int_equal(get(h, "127.0.0.1", h->bundle, &body, &end), 0);
	assert_string_equal(buf_str(&body), "secret");
	buf_done(&body);
}

static void
an_unknown_certificate_is_refused_and_the_bundle_named(void **state)
{
	struct here *h = *state;
	struct transfer_end end;
	assert_int_equal(get(h, "127.0.0.1", NULL, NULL, &end), -1);
	assert_true(end.tls);
	assert_false(end.got_bytes);
	assert_int_equal(end.sent_us, 0);
	assert_non_null(strstr(end.err.text, "AWS_CA_BUNDLE"));
}

static void
a_certificate_for_another_name_is_refused(void **state)
{
	struct here *h = *state;
	struct transfer_end end;
	assert_int_equal(get(h, "localhost", h->bundle, NULL, &end), -1);
	assert_true(end.tls);
	assert_non_null(strstr(end.err.text, "not trusted"));
}

static void
a_missing_bundle_is_named_and_nothing_is_sent(void **state)
{
	struct here *h = *state;
	struct transfer_end end;
	assert_int_equal(get(h, "127.0.0.1", "/nowhere/corporate.pem", NULL, &end), -1);
	assert_true(end.tls);
	assert_non_null(strstr(end.err.text, "/nowhere/corporate.pem"));
	assert_int_equal(end.sent_us, 0);
}

int
main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_SERVER(a_bundle_makes_a_private_certificate_trusted),
		WITH_SERVER(an_unknown_certificate_is_refused_and_the_bundle_named),
		WITH_SERVER(a_certificate_for_another_name_is_refused),
		WITH_SERVER(a_missing_bundle_is_named_and_nothing_is_sent),
	};
	signal(SIGPIPE, SIG_IGN);       /* the server here writes to peers that hang up on it */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
