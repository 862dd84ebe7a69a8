/* client.c - see client.h. */
#include "config.h"

#include "client.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/wait.h>

#include <zlib.h>

#include "base/file.h"
#include "base/mem.h"

#define DEADLINE_S 60

extern char **environ;

static double
now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* ---- the process -------------------------------------------------------- */

void
sim_dir(struct sim *s)
{
	snprintf(s->dir, sizeof s->dir, "/tmp/adit-sim-test-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
}

void
sim_file(const struct sim *s, const char *name, const char *text, char path[512])
{
	snprintf(path, 512, "%s/%s", s->dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

void
source_path(const char *name, char path[512])
{
	const char *dir = getenv("SRCDIR");
	snprintf(path, 512, "%s/%s", dir != NULL ? dir : ".", name);
}

static void
read_port(struct sim *s, int output)
{
	static const char expected[] = "listening http://127.0.0.1:";
	char line[128] = "";
	size_t n = 0;
	struct pollfd p = { .fd = output, .events = POLLIN };
	while (strchr(line, '\n') == NULL && n + 1 < sizeof line) {
		assert_int_equal(poll(&p, 1, DEADLINE_S * 1000), 1);
		ssize_t got = read(output, line + n, sizeof line - 1 - n);
		assert_true(got > 0);
		n += (size_t)got;
		line[n] = '\0';
	}
	assert_memory_equal(line, expected, sizeof expected - 1);
	s->port = (unsigned)strtoul(line + sizeof expected - 1, NULL, 10);
	assert_in_range(s->port, 1, 65535);
}

void
sim_start(struct sim *s, const char *const *args)
{
	const char *program = getenv("ADIT_SIM");
	if (program == NULL)
		program = "./adit-sim";
	if (s->dir[0] == '\0')
		sim_dir(s);
	char log[96], trace[96];
	snprintf(log, sizeof log, "%s/log", s->dir);
	snprintf(trace, sizeof trace, "%s/trace", s->dir);
	const char *argv[24] = { program, "--with-parent", "--log", log, "--trace", trace };
	for (int i = 6; args != NULL && *args != NULL && i < 23; i++)
		argv[i] = *args++;

	int in[2], out[2];
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	posix_spawn_file_actions_t fa;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, in[0], 0);
	posix_spawn_file_actions_adddup2(&fa, out[1], 1);
	assert_int_equal(
	    posix_spawn(&s->pid, program, &fa, NULL, (char **)(uintptr_t)argv, environ), 0);
	posix_spawn_file_actions_destroy(&fa);
	close(in[0]);
	close(out[1]);
	s->input = in[1];
	read_port(s, out[0]);
	close(out[0]);
}

int
sim_wait(struct sim *s)
{
	int status = 0;
	double deadline = now() + DEADLINE_S;
	while (waitpid(s->pid, &status, WNOHANG) == 0) {
		if (now() > deadline) {
			kill(s->pid, SIGKILL);
			fail_msg("adit-sim does not end");
		}
		poll(NULL, 0, 2);
	}
	if (s->input >= 0)
		close(s->input);
	s->input = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void
remove_files(const struct sim *s)
{
	static const char *const names[] = { "log", "trace", "keys", "scenario" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s/%s", s->dir, names[i]);
		unlink(path);
	}
	rmdir(s->dir);
}

void
sim_start_scenario(struct sim *s, const char *name)
{
	char path[512];
	source_path(name, path);
	const char *const args[] = { "--scenario", path, NULL };
	sim_start(s, args);
}

void
sim_stop(struct sim *s)
{
	close(s->input);
	s->input = -1;
	assert_int_equal(sim_wait(s), 0);
	remove_files(s);
}

/* ---- requests ----------------------------------------------------------- */

static size_t
on_bytes(char *p, size_t size, size_t n, void *to)
{
	buf_add(to, p, size * n);
	return size * n;
}

CURL *
sim_handle(const struct sim *s, struct got *g, const char *path, struct curl_slist *headers,
    const char *body)
{
	char url[2048];
	*g = (struct got){ 0 };
	snprintf(url, sizeof url, "http://127.0.0.1:%u%s", s->port, path);
	CURL *c = curl_easy_init();
	assert_non_null(c);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	if (body != NULL)
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &g->body);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_bytes);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, &g->headers);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, DEADLINE_S * 1000L);
	return c;
}

void
sim_call(const struct sim *s, struct got *g, const char *path, const char *const *headers,
    const char *body, long timeout_ms)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	for (; *headers != NULL; headers++)
		list = curl_slist_append(list, *headers);
	CURL *c = sim_handle(s, g, path, list, body);
	if (timeout_ms != 0)
		curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, timeout_ms);
	double t = now();
	g->code = curl_easy_perform(c);
	g->seconds = now() - t;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &g->status);
	curl_easy_cleanup(c);
	curl_slist_free_all(list);
}

char *
question(const char *text)
{
	return mem_printf(
	    "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"%s\"}]}]}", text);
}

void
sim_ask(const struct sim *s, struct got *g, const char *operation, const char *text)
{
	static const char *const headers[] = { BEARER, "Content-Type: application/json", NULL };
	char path[128], *body = question(text);
	snprintf(path, sizeof path, "/model/%s/%s", MODEL, operation);
	sim_call(s, g, path, headers, body, 0);
	free(body);
}

void
got_free(struct got *g)
{
	buf_done(&g->headers);
	buf_done(&g->body);
}

/* ---- the log ------------------------------------------------------------ */

const char *
json_text(struct json_object *o, const char *name)
{
	struct json_object *v;
	return json_object_object_get_ex(o, name, &v) ? json_object_get_string(v) : NULL;
}

long
json_number(struct json_object *o, const char *name)
{
	struct json_object *v;
	return json_object_object_get_ex(o, name, &v) ? (long)json_object_get_int64(v) : -1;
}

static struct json_object *
find_line(const char *path, int n, bool done)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	struct json_object *found = NULL;
	ssize_t len;
	while (f != NULL && found == NULL && (len = getline(&line, &cap, f)) > 0) {
		if (line[len - 1] != '\n')
			continue;
		struct json_object *o = json_tokener_parse(line);
		assert_non_null(o);
		if (json_number(o, "n") == n && (json_text(o, "done") != NULL) == done)
			found = o;
		else
			json_object_put(o);
	}
	free(line);
	if (f != NULL)
		fclose(f);
	return found;
}

static bool
was_logged(const struct sim *s, int n)
{
	char path[96];
	snprintf(path, sizeof path, "%s/log", s->dir);
	struct json_object *line = find_line(path, n, false);
	json_object_put(line);
	return line != NULL;
}

void
sim_call_and_leave(const struct sim *s, struct got *g, const char *path, const char *const *headers, const char *body, int n,
    size_t bytes, int ms)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	for (; *headers != NULL; headers++)
		list = curl_slist_append(list, *headers);
	CURL *c = sim_handle(s, g, path, list, body);
	CURLM *m = curl_multi_init();
	assert_int_equal(curl_multi_add_handle(m, c), CURLM_OK);
	g->code = CURLE_OPERATION_TIMEDOUT;
	double leave = -1;
	for (int running = 1; leave < 0 || now() < leave;) {
		assert_int_equal(curl_multi_perform(m, &running), CURLM_OK);
		if (running == 0) {
			g->code = CURLE_OK;     /* or something: it ended by itself */
			break;
		}
		if (leave < 0 && g->body.len >= bytes && was_logged(s, n))
			leave = now() + ms / 1e3;
		curl_multi_poll(m, NULL, 0, 5, NULL);
	}
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &g->status);
	curl_multi_remove_handle(m, c);
	curl_easy_cleanup(c);
	curl_multi_cleanup(m);
	curl_slist_free_all(list);
}

struct json_object *
log_line(const struct sim *s, int n, bool done)
{
	char path[96];
	snprintf(path, sizeof path, "%s/log", s->dir);
	for (double deadline = now() + DEADLINE_S; now() < deadline; poll(NULL, 0, 2)) {
		struct json_object *o = find_line(path, n, done);
		if (o != NULL)
			return o;
	}
	fail_msg("no log line for request %d", n);
	return NULL;
}

int
sim_logged(const struct sim *s, const char *part)
{
	char *path = mem_printf("%s/log", s->dir);
	struct buf b = { 0 };
	int n = 0;
	if (file_exists(path))
		assert_int_equal(file_read(path, 256 << 20, &b, NULL), 0);
	for (const char *at = buf_str(&b); (at = strstr(at, part)) != NULL; at++)
		n++;
	buf_done(&b);
	free(path);
	return n;
}

int
sim_count(const struct sim *s, const char *operation)
{
	char *part = mem_printf("\"operation\":\"%s%s", operation != NULL ? operation : "", operation != NULL ? "\"" : "");
	int n = sim_logged(s, part);
	free(part);
	return n;
}

struct json_object *
question_line(const struct sim *s, int nth, bool done)
{
	for (int n = 1;; n++) {
		struct json_object *line = log_line(s, n, false);
		const char *operation = json_text(line, "operation");
		bool is = operation != NULL && strncmp(operation, "Converse", 8) == 0 && --nth == 0;
		if (is && !done)
			return line;
		json_object_put(line);
		if (is)
			return log_line(s, n, true);
	}
}

/* ---- frames ------------------------------------------------------------- */

static uint32_t
be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void
take_header(struct frame *f, const unsigned char *name, size_t n, const unsigned char *value,
    size_t len)
{
	if (n == 13 && memcmp(name, ":message-type", n) == 0)
		snprintf(f->kind, sizeof f->kind, "%.*s", (int)len, (const char *)value);
	if ((n == 11 && memcmp(name, ":event-type", n) == 0) ||
	    (n == 15 && memcmp(name, ":exception-type", n) == 0) ||
	    (n == 11 && memcmp(name, ":error-code", n) == 0))
		snprintf(f->type, sizeof f->type, "%.*s", (int)len, (const char *)value);
}

int
next_frame(const struct buf *b, size_t *at, struct frame *f)
{
	const unsigned char *p = (const unsigned char *)buf_str(b) + *at;
	size_t left = b->len - *at;
	*f = (struct frame){ 0 };
	if (left == 0)
		return 0;
	if (left < 16)
		return -1;
	uint32_t total = be32(p), headers = be32(p + 4);
	if (be32(p + 8) != crc32(0, p, 8) || total > left || headers + 16 > total ||
	    be32(p + total - 4) != crc32(0, p, total - 4))
		return -1;
	for (size_t i = 12; i < 12 + headers;) {
		size_t n = p[i];
		if (p[i + 1 + n] != 7)
			return -1;
		size_t len = (size_t)p[i + 2 + n] << 8 | p[i + 3 + n];
		take_header(f, p + i + 1, n, p + i + 4 + n, len);
		i += 4 + n + len;
	}
	struct json_tokener *t = json_tokener_new();
	f->payload = json_tokener_parse_ex(t, (const char *)p + 12 + headers,
	    (int)(total - headers - 16));
	json_tokener_free(t);
	*at += total;
	return 1;
}

void
frame_free(struct frame *f)
{
	json_object_put(f->payload);
	f->payload = NULL;
}

void
joined_text(const struct buf *stream, struct buf *text, size_t *deltas)
{
	struct frame f;
	size_t at = 0;
	int more;
	*deltas = 0;
	while ((more = next_frame(stream, &at, &f)) == 1) {
		struct json_object *d;
		if (json_object_object_get_ex(f.payload, "delta", &d)) {
			++*deltas;
			if (json_text(d, "text") != NULL)
				buf_puts(text, json_text(d, "text"));
		}
		frame_free(&f);
	}
	assert_int_equal(more, 0);
}

void
event_names(const struct buf *stream, struct buf *names)
{
	struct frame f;
	size_t at = 0, same = 0;
	char last[64] = "";
	int more;
	while ((more = next_frame(stream, &at, &f)) == 1) {
		if (strcmp(f.type, last) != 0) {
			if (same > 1)
				buf_putc(names, '+');
			buf_printf(names, "%s%s", names->len != 0 ? " " : "", f.type);
			same = 0;
		}
		same++;
		snprintf(last, sizeof last, "%s", f.type);
		frame_free(&f);
	}
	if (same > 1)
		buf_putc(names, '+');
	if (more < 0)
		buf_puts(names, " BAD");
}
