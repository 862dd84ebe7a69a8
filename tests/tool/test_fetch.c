/* test_fetch.c - pages from a server on loopback: text, limits, redirects, addresses. */
#include "config.h"

#include "tool/place.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "net/engine.h"
#include "net/fetch.h"
#include "net/host.h"
#include "net/server.h"

static struct server *server;

static bool
serve(struct server_request *r, void *arg)
{
	(void)arg;
	if (strcmp(r->target, "/page") == 0) {
		server_answer(r, 200, "Content-Type: text/html; charset=iso-8859-1\r\n", "<h1>Caf\xe9</h1><script>x</script><p>text");
	} else if (strcmp(r->target, "/plain") == 0) {
		server_answer(r, 200, "Content-Type: text/plain\r\n", "a < b\nc");
	} else if (strcmp(r->target, "/binary") == 0) {
		server_print(r, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 6\r\n\r\n");
		server_send(r, "\x89PNG\0\0", 6);
	} else if (strcmp(r->target, "/missing") == 0) {
		server_answer(r, 404, "Content-Type: text/html\r\n", "<p>not here");
	} else if (strcmp(r->target, "/moved") == 0) {
		server_answer(r, 302, "Location: /plain\r\n", "");
	} else if (strcmp(r->target, "/elsewhere") == 0) {
		server_answer(r, 302, "Location: http://169.254.169.254/latest/meta-data\r\n", "");
	} else if (strcmp(r->target, "/round") == 0) {
		server_answer(r, 302, "Location: round\r\n", "");
	} else if (strcmp(r->target, "/flood") == 0) {
		static char chunk[65536];
		memset(chunk, 'x', sizeof chunk);
		server_print(r, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
		for (int i = 0; i < 1024; i++)
			server_send(r, chunk, sizeof chunk);
		return false;
	} else {
		server_hang(r);
		return false;
	}
	return true;
}

static int
set_up(void **state)
{
	setup(state);
	struct place *p = *state;
	server = server_start(serve, NULL);
	p->place.engine = engine_start();
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	engine_stop(p->place.engine);
	server_stop(server);
	return teardown(state);
}

/* As if the address had been approved. */
static struct tool_call *
get(const struct place *p, const char *path)
{
	char *args = mem_printf("{\"url\":\"%s%s\"}", server_url(server), path);
	struct tool_call *c = ran(p, "fetch_url", args);
	free(args);
	return c;
}

static void
a_page_comes_as_text(void **state)
{
	struct tool_call *c = get(*state, "/page");
	assert_false(c->failed);
	has(c, "# Caf\xc3\xa9\n\ntext");
	has(c, "status 200");
	tool_call_free(c);
	c = get(*state, "/plain");
	has(c, "a < b\nc");
	tool_call_free(c);
	c = get(*state, "/binary");
	assert_true(c->failed);
	has(c, "is not text (image/png, 6 bytes)");
	tool_call_free(c);
	c = get(*state, "/missing");
	assert_true(c->failed);
	has(c, "status 404");
	has(c, "not here");
	assert_string_equal(c->outcome, "status 404");
	tool_call_free(c);
}

static void
redirects_stay_on_the_host(void **state)
{
	struct tool_call *c = get(*state, "/moved");
	assert_false(c->failed);
	has(c, "a < b");
	tool_call_free(c);
	c = get(*state, "/elsewhere");
	assert_true(c->failed);
	has(c, "call fetch_url with http://169.254.169.254/latest/meta-data to follow");
	tool_call_free(c);
	c = get(*state, "/round");
	assert_true(c->failed);
	has(c, "without end");
	tool_call_free(c);
}

static void
a_flood_ends_at_the_limit(void **state)
{
	struct tool_call *c = get(*state, "/flood");
	assert_true(c->failed);
	has(c, "larger than");
	tool_call_free(c);
}

/* The address that a name leads to is looked at when it is connected to. */
static void
no_private_address_is_connected_to_unless_it_was_meant(void **state)
{
	struct place *p = *state;
	struct http_request r;
	struct http_reply reply;
	struct err err = { 0 };
	http_request_init(&r, "GET", server_url(server));
	r.public_only = true;
	http_reply_init(&reply, 1000);
	assert_int_equal(fetch(p->place.engine, &r, &reply, NULL, NULL, &err), -1);
	assert_non_null(strstr(err.text, "private network"));
	assert_int_equal(server_connections(server), 0);
	http_reply_done(&reply);
}

static void
addresses_are_public_or_not(void **state)
{
	(void)state;
	static const char *const private[] = { "127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "[::1]", "[fe80::1]",
		"[fd00:ec2::254]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::]", "localhost",
		"printer", "nas.local", "x.internal" };
	static const char *const public[] = { "8.8.8.8", "172.32.0.1", "100.128.0.1", "[2606:4700::1111]", "example.com" };
	for (size_t i = 0; i < sizeof private / sizeof *private; i++)
		if (!host_is_private(private[i]))
			fail_msg("%s is private", private[i]);
	for (size_t i = 0; i < sizeof public / sizeof *public; i++)
		if (host_is_private(public[i]))
			fail_msg("%s is public", public[i]);
}

static void
addresses_that_could_be_misread_are_refused(void **state)
{
	struct place *p = *state;
	static const char *const odd[] = { "ftp://example.com/", "file:///etc/passwd", "https://user@example.com/",
		"https://example.com\\\\@evil.org/", "https://exa mple.com/", "https:///x", "example.com",
		"http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://0177.0.0.1/", "https://ex%61mple.com/" };
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		char *args = mem_printf("{\"url\":\"%s\"}", odd[i]);
		struct tool_call *c = prepared(p, "fetch_url", args);
		if (!c->failed)
			fail_msg("%s was taken as %s", odd[i], c->subject);
		tool_call_free(c);
		free(args);
	}
	struct tool_call *c = prepared(p, "fetch_url", "{\"url\":\"HTTPS://Example.COM?q=\\u00e9#frag\"}");
	assert_string_equal(c->subject, "https://example.com/?q=%C3%A9");
	tool_call_free(c);
}

#define online(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		online(a_page_comes_as_text),
		online(redirects_stay_on_the_host),
		online(a_flood_ends_at_the_limit),
		online(no_private_address_is_connected_to_unless_it_was_meant),
		online(addresses_are_public_or_not),
		online(addresses_that_could_be_misread_are_refused),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
