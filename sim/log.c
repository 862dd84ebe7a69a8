/* log.c - see log.h. */
#include "config.h"

#include "log.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "faults.h"
#include "simtime.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1, trace_fd = -1;

static int
open_append(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		sim_die("cannot write %s", path);
	return fd;
}

void
log_open(const char *path)
{
	log_fd = open_append(path);
}

void
log_trace_open(const char *path)
{
	trace_fd = open_append(path);
}

void
log_close(void)
{
	if (log_fd >= 0)
		close(log_fd);
	if (trace_fd >= 0)
		close(trace_fd);
	log_fd = trace_fd = -1;
}

static void
write_all(int fd, const struct bytes *b)
{
	pthread_mutex_lock(&lock);
	for (size_t off = 0; off < b->len;) {
		ssize_t n = write(fd, b->s + off, b->len - off);
		if (n <= 0)
			break;
		off += (size_t)n;
	}
	pthread_mutex_unlock(&lock);
}

static void
member(struct bytes *b, const char *name, const char *value)
{
	bytes_printf(b, ",\"%s\":", name);
	bytes_json_str(b, value);
}

static void
flag(struct bytes *b, const char *name, bool value)
{
	bytes_printf(b, ",\"%s\":%s", name, value ? "true" : "false");
}

static const char *
auth_name(enum auth_kind kind)
{
	static const char *const names[] = { [AUTH_NONE] = "none", [AUTH_SIGV4] = "sigv4",
		[AUTH_BEARER] = "bearer", [AUTH_X509] = "x509" };
	return names[kind];
}

static bool
is_one_of(const char *name, const char *const *list)
{
	while (*list != NULL && strcmp(*list, name) != 0)
		list++;
	return *list != NULL;
}

/* Secrets stay out: of Authorization only its kind, of tokens nothing. */
static const char *
shown_value(const struct request *r, const struct header *h)
{
	static const char *const secrets[] = { "api-key", "x-amz-security-token", "x-aws-ec2-metadata-token",
		"x-amz-sso_bearer_token", "dpop", NULL };
	if (strcmp(h->name, "authorization") == 0)
		return r->auth == AUTH_NONE && r->secret ? "(set)" : auth_name(r->auth);
	return is_one_of(h->name, secrets) ? "(set)" : h->value;
}

static void
headers(struct bytes *b, const struct request *r)
{
	bytes_puts(b, ",\"headers\":{");
	for (size_t i = 0; i < r->n_headers; i++) {
		if (i != 0)
			bytes_putc(b, ',');
		bytes_json_str(b, r->headers[i].name);
		bytes_putc(b, ':');
		bytes_json_str(b, shown_value(r, &r->headers[i]));
	}
	bytes_putc(b, '}');
}

/* The body of a request to an identity service, its secrets taken out. */
static void
discreet_body(struct bytes *b, const struct request *r)
{
	static const char *const secrets[] = { "clientSecret", "deviceCode", "code", "codeVerifier",
		"refreshToken", "TokenCode", "WebIdentityToken", NULL };
	if (!json_object_is_type(r->json, json_type_object)) {
		bytes_printf(b, "%s", r->body.len != 0 ? "\"(not shown)\"" : "null");
		return;
	}
	const char *comma = "";
	bytes_putc(b, '{');
	json_object_object_foreach(r->json, name, value) {
		bytes_puts(b, comma);
		bytes_json_str(b, name);
		bytes_putc(b, ':');
		bytes_puts(b, is_one_of(name, secrets) ? "\"(set)\"" :
		    json_object_to_json_string_ext(value,
			JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		comma = ",";
	}
	bytes_putc(b, '}');
}

static void
body(struct bytes *b, const struct request *r)
{
	bytes_puts(b, ",\"body\":");
	if (r->secret)
		discreet_body(b, r);
	else if (r->json != NULL)
		bytes_puts(b, json_object_to_json_string_ext(r->json, JSON_C_TO_STRING_PLAIN |
		    JSON_C_TO_STRING_NOSLASHESCAPE));
	else if (r->body.len != 0)
		bytes_json(b, r->body.s, r->body.len);
	else
		bytes_puts(b, "null");
}

void
log_request(const struct request *r, unsigned status, const char *error)
{
	if (log_fd < 0)
		return;
	struct bytes b = { 0 };
	bytes_printf(&b, "{\"n\":%lu,\"t_ns\":%lld", r->n, (long long)r->t_ns);
	member(&b, "method", r->method);
	member(&b, "path", r->path);
	member(&b, "query", r->query);
	member(&b, "service", r->service);
	member(&b, "operation", r->operation);
	member(&b, "model", r->model);
	member(&b, "auth", auth_name(r->auth));
	member(&b, "access_key_id", r->access_key_id);
	member(&b, "region", r->region);
	flag(&b, "session_token", r->has_session_token);
	flag(&b, "verified", r->verified);
	bytes_printf(&b, ",\"status\":%u", status);
	member(&b, "error", error);
	if (r->fault != NULL)
		member(&b, "fault", fault_name(r->fault));
	if (r->issued != NULL)
		member(&b, "issued", r->issued);
	member(&b, "request_id", r->id);
	member(&b, "user_agent", request_header(r, "user-agent"));
	member(&b, "amz_sdk_request", request_header(r, "amz-sdk-request"));
	member(&b, "amz_sdk_invocation_id", request_header(r, "amz-sdk-invocation-id"));
	if (r->auth != AUTH_NONE && !r->verified && r->canonical.len != 0)
		member(&b, "expected_canonical_request", r->canonical.s);
	headers(&b, r);
	body(&b, r);
	bytes_puts(&b, "}\n");
	write_all(log_fd, &b);
	bytes_free(&b);
}

void
log_done(unsigned long n, const char *how, unsigned long pieces)
{
	if (log_fd < 0)
		return;
	struct bytes b = { 0 };
	bytes_printf(&b, "{\"n\":%lu,\"done\":\"%s\",\"pieces\":%lu,\"t_ns\":%lld}\n", n, how,
	    pieces, (long long)time_mono_ns());
	write_all(log_fd, &b);
	bytes_free(&b);
}

void
log_trace(struct bytes *pending, unsigned long first, unsigned long count, int64_t t_ns)
{
	if (trace_fd < 0)
		return;
	for (unsigned long i = 0; i < count; i++)
		bytes_printf(pending, "%lu %lld\n", first + i, (long long)t_ns);
}

void
log_trace_flush(struct bytes *pending)
{
	if (trace_fd >= 0 && pending->len != 0)
		write_all(trace_fd, pending);
	bytes_reset(pending);
}
