#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "net/fault.h"

enum kind { OTHER = 0, DNS = 1, TLS = 2, PROXY = 4, REFUSED = 8, TIMED_OUT = 16, REUSE = 32 };

static const char runtime[] = "bedrock-runtime.eu-west-9.amazonaws.com";

static unsigned
kinds_of(const struct transfer_end *end)
{
	return (end->dns ? DNS : 0) | (end->tls ? TLS : 0) | (end->proxy ? PROXY : 0) |
	    (end->refused ? REFUSED : 0) | (end->timed_out ? TIMED_OUT : 0) |
	    (end->reset_on_reuse ? REUSE : 0);
}

static void
each_failure_has_its_kind_and_its_sentence(void **state)
{
	(void)state;
	static const struct {
		struct fault	 fault;
		bool		 got_bytes;
		unsigned	 kinds;
		const char	*sentence;      /* a part of it */
	} rows[] = {
		{ { .rc = CURLE_COULDNT_RESOLVE_HOST }, false, DNS,
		    "bedrock-runtime.eu-west-9.amazonaws.com does not resolve: the region has no "
		    "Bedrock, "
		    "or DNS or a proxy blocks it." },
		{ { .rc = CURLE_COULDNT_RESOLVE_HOST, .host = "oidc.example" }, false, DNS,
		    "oidc.example does not resolve: the name is wrong, or DNS or a proxy blocks "
		    "it." },
		{ { .rc = CURLE_COULDNT_RESOLVE_PROXY, .proxied = true }, false, DNS | PROXY,
		    "HTTPS_PROXY" },
		{ { .rc = CURLE_COULDNT_CONNECT }, false, REFUSED, "cannot be reached" },
		{ { .rc = CURLE_COULDNT_CONNECT,
		      .proxied = true,
		      .detail = "Failed to connect to prx port 3128" },
		    false, REFUSED | PROXY, "The proxy on the way" },
		{ { .rc = CURLE_COULDNT_CONNECT,
		      .proxied = true,
		      .detail =
			  "Failed to connect to bedrock-runtime.eu-west-9.amazonaws.com port 443" },
		    false, REFUSED, "cannot be reached" },
		{ { .rc = CURLE_RECV_ERROR, .proxied = true, .proxy_status = 407 }, false, PROXY,
		    "(407)" },
		{ { .rc = CURLE_RECV_ERROR, .proxied = true, .proxy_status = 403 }, false, PROXY,
		    "status 403" },
		{ { .rc = CURLE_RECV_ERROR, .proxied = true, .proxy_status = 200 }, true, OTHER,
		    "middle" },
		{ { .rc = CURLE_PROXY, .detail = "SOCKS said no" }, false, PROXY, "SOCKS said no" },
		{ { .rc = CURLE_SSL_CONNECT_ERROR, .detail = "wrong version number" }, false, TLS,
		    "wrong version number" },
		{ { .rc = CURLE_PEER_FAILED_VERIFICATION, .detail = "self-signed" }, false, TLS,
		    "AWS_CA_BUNDLE" },
		{ { .rc = CURLE_SSL_CACERT_BADFILE, .ca_bundle = "/etc/corp.pem" }, false, TLS,
		    "The CA bundle /etc/corp.pem cannot be used" },
		{ { .rc = CURLE_SSL_CACERT_BADFILE }, false, TLS, "ca-certificates" },
		{ { .rc = CURLE_OPERATION_TIMEDOUT }, false, TIMED_OUT, "No connection" },
		{ { .rc = CURLE_OPERATION_TIMEDOUT, .connected = true, .total_ms = 29500 }, false,
		    TIMED_OUT, "within 30 s" },
		{ { .rc = CURLE_RECV_ERROR }, false, OTHER, "before an answer came" },
		{ { .rc = CURLE_GOT_NOTHING, .reused = true }, false, REUSE,
		    "before an answer came" },
		{ { .rc = CURLE_HTTP2_STREAM, .reused = true }, false, REUSE,
		    "before an answer came" },
		{ { .rc = CURLE_RECV_ERROR, .reused = true }, true, OTHER,
		    "in the middle of the answer" },
		{ { .rc = CURLE_PARTIAL_FILE }, true, OTHER, "in the middle of the answer" },
		{ { .rc = CURLE_WEIRD_SERVER_REPLY }, false, OTHER, "not HTTP" },
		{ { .rc = CURLE_WRITE_ERROR }, true, OTHER, "not read to its end" },
		{ { .rc = CURLE_WRITE_ERROR, .too_big = true }, true, OTHER, "more headers" },
		{ { .rc = CURLE_FILESIZE_EXCEEDED, .detail = "strange" }, false, OTHER, "strange" },
		{ { .rc = CURLE_INTERFACE_FAILED }, false, OTHER, "failed" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fault f = rows[i].fault;
		f.host = f.host != NULL ? f.host : runtime;
		f.detail = f.detail != NULL ? f.detail : "";
		struct transfer_end end = { .got_bytes = rows[i].got_bytes };
		fault_tell(&f, &end);
		if (end.err.code != ERR_NETWORK || kinds_of(&end) != rows[i].kinds ||
		    strstr(end.err.text, rows[i].sentence) == NULL)
			fail_msg("row %zu: kinds %u: %s", i, kinds_of(&end), end.err.text);
		if (f.rc != CURLE_SSL_CACERT_BADFILE)
			assert_non_null(strstr(end.err.text, f.host));
		size_t n = strlen(end.err.text);
		assert_true(end.err.text[n - 1] == '.');        /* not cut */
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_failure_has_its_kind_and_its_sentence),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
