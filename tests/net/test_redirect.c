/* The loopback redirect: what ends the waiting, and what does not. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/redirect.h"

#define GET(target) "GET " target " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

static const struct {
	const char		*request;
	enum redirect_verdict	 verdict;
	const char		*text;
} requests[] = {
	{ "", REDIRECT_UNFINISHED, "" },
	{ "GET /cb?code=a&state=s HTTP/1.1\r\nHost: x\r\n", REDIRECT_UNFINISHED, "" },
	{ GET("/cb?code=a&state=s"), REDIRECT_CODE, "a" },
	{ GET("/cb?state=s&code=a%2Fb%3d+c"), REDIRECT_CODE, "a/b= c" },
	{ GET("/cb?xcode=b&code=a&code=c&state=s"), REDIRECT_CODE, "a" },
	{ GET("/cb?code=a&state=t"), REDIRECT_WRONG_STATE, "" },
	{ GET("/cb?code=a"), REDIRECT_WRONG_STATE, "" },
	{ GET("/cb?code=a&state=s%00t"), REDIRECT_WRONG_STATE, "" },
	{ GET("/cb?code=a&state=%7"), REDIRECT_WRONG_STATE, "" },
	{ GET("/cb?error=access_denied&state=s"), REDIRECT_REFUSED, "access_denied" },
	{ GET("/cb?error=x&error_description=no+way&state=s"), REDIRECT_REFUSED, "no way" },
	{ GET("/cb?error=access_denied"), REDIRECT_WRONG_STATE, "" },
	{ GET("/cb?state=s"), REDIRECT_OTHER, "" },
	{ GET("/cb?code=&state=s"), REDIRECT_OTHER, "" },
	{ GET("/cb"), REDIRECT_OTHER, "" },
	{ GET("/cbx?code=a&state=s"), REDIRECT_OTHER, "" },
	{ GET("/favicon.ico"), REDIRECT_OTHER, "" },
	{ "POST /cb?code=a&state=s HTTP/1.1\r\n\r\n", REDIRECT_OTHER, "" },
	{ "GET /cb?code=a&state=s\r\n\r\n", REDIRECT_WRONG_STATE, "" },
	{ "\r\n\r\n", REDIRECT_OTHER, "" },
	{ "\x16\x03\x01\r\n\r\n", REDIRECT_OTHER, "" },
};

static void
each_request_is_taken_for_what_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		struct buf text;
		buf_init(&text, 1000);
		enum redirect_verdict v = redirect_read(requests[i].request, strlen(requests[i].request), "/cb", "s",
		    &text);
		if (v != requests[i].verdict || strcmp(buf_str(&text), requests[i].text) != 0)
			fail_msg("“%s”: %d “%s”", requests[i].request, (int)v, buf_str(&text));
		buf_done(&text);
	}
}

static int
call(const struct redirect *r)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)redirect_port(r)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* Reads to the end. */
static char *
heard(int fd)
{
	struct buf b;
	buf_init(&b, 0);
	for (;;) {
		char *to = buf_room(&b, 4096);
		ssize_t n = read(fd, to, 4096);
		if (n <= 0)
			break;
		buf_grew(&b, (size_t)n);
	}
	close(fd);
	return buf_take(&b, NULL);
}

struct visitors {
	struct redirect	*r;
	const char	*last;          /* what the one who counts asks for */
	char		*answer;
};

static void *
visit(void *arg)
{
	struct visitors *v = arg;
	int silent[20];
	for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
		silent[i] = call(v->r);         /* more than there are places */
	int fd = call(v->r);
	say(fd, GET("/favicon.ico"));
	char *answer = heard(fd);
	assert_memory_equal(answer, "HTTP/1.1 404", 12);
	free(answer);
	fd = call(v->r);
	say(fd, GET("/cb?code=evil&state=guess"));
	answer = heard(fd);
	assert_memory_equal(answer, "HTTP/1.1 400", 12);
	assert_null(strstr(answer, "evil"));
	free(answer);
	fd = call(v->r);
	size_t half = strlen(v->last) / 2;
	char *first = mem_strndup(v->last, half);
	say(fd, first);
	free(first);
	say(fd, v->last + half);
	v->answer = heard(fd);
	for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
		close(silent[i]);
	return NULL;
}

static int
wait_for(const char *last, struct buf *code, char **answer, struct err *err)
{
	struct visitors v = { .r = redirect_listen(err), .last = last };
	pthread_t t;
	assert_non_null(v.r);
	pthread_create(&t, NULL, visit, &v);
	int rc = redirect_wait(v.r, &(struct redirect_wanted){ .path = "/cb", .state = "s", .wait_ms = 60000 }, code,
	    err);
	redirect_free(v.r);
	pthread_join(t, NULL);
	*answer = v.answer;
	return rc;
}

static void
only_the_code_for_the_state_ends_the_waiting_whoever_else_calls(void **state)
{
	(void)state;
	struct buf code;
	char *answer;
	buf_init(&code, 100);
	assert_int_equal(wait_for(GET("/cb?code=good&state=s"), &code, &answer, NULL), 0);
	assert_string_equal(code.s, "good");
	assert_non_null(strstr(answer, "HTTP/1.1 200"));
	assert_non_null(strstr(answer, "You are signed in"));
	assert_null(strstr(answer, "good"));
	free(answer);
	buf_done(&code);
}

static void
a_refusal_ends_it_with_the_pages_words(void **state)
{
	(void)state;
	struct buf code;
	struct err err = { 0 };
	char *answer;
	buf_init(&code, 100);
	assert_int_equal(wait_for(GET("/cb?error=access_denied&error_description=%3Cb%3Eno&state=s"), &code, &answer,
			     &err), -1);
	assert_int_equal(err.code, ERR_CREDENTIALS);
	assert_non_null(strstr(err.text, "<b>no"));
	assert_null(strstr(answer, "<b>no"));   /* the page repeats nothing that it was sent */
	free(answer);
	buf_done(&code);
}

static void
nobody_waits_for_ever(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct buf code;
	buf_init(&code, 100);
	atomic_bool stop = true;
	struct redirect *r = redirect_listen(&err);
	assert_int_equal(redirect_wait(r, &(struct redirect_wanted){ "/cb", "s", 60000, &stop }, &code, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	assert_int_equal(redirect_wait(r, &(struct redirect_wanted){ "/cb", "s", 0, NULL }, &code, &err), -1);
	assert_int_equal(err.code, ERR_UNAVAILABLE);
	redirect_free(r);
	buf_done(&code);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_request_is_taken_for_what_it_is),
		cmocka_unit_test(only_the_code_for_the_state_ends_the_waiting_whoever_else_calls),
		cmocka_unit_test(a_refusal_ends_it_with_the_pages_words),
		cmocka_unit_test(nobody_waits_for_ever),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
