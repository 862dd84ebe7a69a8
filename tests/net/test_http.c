#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "net/host.h"
#include "net/http.h"

static void
headers_are_found_in_any_case_and_keep_their_order(void **state)
{
	(void)state;
	struct http_headers hs = { 0 };
	http_headers_add(&hs, "X-One", "1");
	http_headers_add(&hs, "x-two", "2");
	http_headers_add(&hs, "X-ONE", "3");
	assert_string_equal(http_headers_get(&hs, "x-one"), "1");
	assert_string_equal(http_headers_get(&hs, "X-Two"), "2");
	assert_null(http_headers_get(&hs, "x"));
	assert_string_equal(hs.v[2].value, "3");
	http_headers_done(&hs);
	assert_int_equal(hs.n, 0);
}

static void
setting_replaces_every_header_of_that_name(void **state)
{
	(void)state;
	struct http_headers hs = { 0 };
	http_headers_add(&hs, "A", "1");
	http_headers_add(&hs, "B", "2");
	http_headers_add(&hs, "a", "3");
	http_headers_set(&hs, "A", http_headers_get(&hs, "A"));         /* its own value is fine */
	assert_int_equal(hs.n, 2);
	assert_string_equal(http_headers_get(&hs, "a"), "1");
	http_headers_set(&hs, "C", "new");
	assert_int_equal(hs.n, 3);
	http_headers_done(&hs);
}

static void
a_copy_of_a_request_shares_nothing(void **state)
{
	(void)state;
	struct http_request a, b;
	http_request_init(&a, "POST", "https://host/x");
	http_headers_add(&a.headers, "Authorization", "secret");
	buf_add(&a.body, "bo\0dy", 5);
	a.ca_bundle = strdup("/ca.pem");
	a.idle_ms = 7;
	http_request_copy(&b, &a);
	http_request_done(&a);
	assert_null(a.url);
	assert_int_equal(a.headers.n, 0);
	assert_string_equal(b.method, "POST");
	assert_string_equal(b.url, "https://host/x");
	assert_string_equal(b.ca_bundle, "/ca.pem");
	assert_string_equal(http_headers_get(&b.headers, "authorization"), "secret");
	assert_int_equal(b.body.len, 5);
	assert_memory_equal(b.body.s, "bo\0dy", 5);
	assert_int_equal(b.idle_ms, 7);
	http_request_done(&b);
}

static void
a_reply_has_a_ceiling_even_when_none_is_named(void **state)
{
	(void)state;
	struct http_reply r;
	http_reply_init(&r, 0);
	assert_int_equal(r.body.max, 16 << 20);
	http_reply_done(&r);
	http_reply_init(&r, 3);
	assert_int_equal(buf_puts(&r.body, "four"), -1);
	http_reply_done(&r);
}

static void
only_loopback_and_the_credential_addresses_are_local(void **state)
{
	(void)state;
	static const struct {
		const char	*host;
		bool		 local;
	} rows[] = {
		{ "localhost", true },
		{ "LOCALHOST", true },
		{ "127.0.0.1", true },
		{ "127.1.2.3", true },
		{ "::1", true },
		{ "[::1]", true },
		{ "[0:0::0:1]", true },
		{ "169.254.169.254", true },
		{ "169.254.170.2", true },
		{ "169.254.170.23", true },
		{ "fd00:ec2::254", true },
		{ "[fd00:0ec2::254]", true },
		{ "[fd00:ec2::23]", true },
		{ "169.254.170.3", false },
		{ "169.254.169.25", false },
		{ "128.0.0.1", false },
		{ "10.0.0.1", false },
		{ "[fd00:ec2::24]", false },
		{ "[::2]", false },
		{ "[]", false },
		{ "", false },
		{ "localhost.example.com", false },
		{ "127.0.0.1.example.com", false },
		{ "bedrock-runtime.us-east-1.amazonaws.com", false },
		{ "[aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa]", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (host_is_local(rows[i].host) != rows[i].local)
			fail_msg("%s", rows[i].host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_found_in_any_case_and_keep_their_order),
		cmocka_unit_test(setting_replaces_every_header_of_that_name),
		cmocka_unit_test(a_copy_of_a_request_shares_nothing),
		cmocka_unit_test(a_reply_has_a_ceiling_even_when_none_is_named),
		cmocka_unit_test(only_loopback_and_the_credential_addresses_are_local),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
