/*
 * server.c - see server.h.
 *
 * A connection's thread collects the request, asks identity.c or bedrock.c for
 * the answer and sends it; while a scenario wants silence it sleeps in pause_until(), so
 * no other connection waits for it.
 */
#include "config.h"

#include "server.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <microhttpd.h>
#include <openssl/rand.h>

#include "bedrock.h"
#include "identity.h"
#include "log.h"
#include "openai.h"
#include "pause.h"
#include "simtime.h"

#define MAX_BODY         (32 * 1024 * 1024)
#define MAX_CONNECTIONS  1024
#define CONNECTION_BYTES (256 * 1024)   /* headers and one write of a flood */
#define WRITE_BYTES      (128 * 1024)
#define STACK_BYTES      (256 * 1024)

/* A request and its answer, from the request line to the last byte sent. */
struct exchange {
	struct request	 q;
	struct reply	 r;
	bool		 started;       /* the headers have been read */
	bool		 broken;        /* the stream ended before its end */
};

static struct MHD_Daemon *daemon_;
static atomic_ulong requests;

const char *
request_header(const struct request *q, const char *name)
{
	for (size_t i = 0; i < q->n_headers; i++)
		if (strcmp(q->headers[i].name, name) == 0)
			return q->headers[i].value;
	return NULL;
}

/* ---- the request -------------------------------------------------------- */

static void
make_id(char id[37])
{
	unsigned char b[16];
	RAND_bytes(b, sizeof b);
	snprintf(id, 37, "%02x%02x%02x%02x-%02x%02x-4%x%02x-8%x%02x-%02x%02x%02x%02x%02x%02x", b[0],
	    b[1], b[2], b[3], b[4], b[5], b[6] & 15, b[7], b[8] & 15, b[9], b[10], b[11], b[12],
	    b[13], b[14], b[15]);
}

/* Called with the raw request target, before anything else; its result is the exchange. */
static void *
on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	(void)cls;
	struct exchange *x = sim_alloc(sizeof *x);
	size_t n = strcspn(target, "?");
	x->q.path = sim_strdup(target);
	x->q.path[n] = '\0';
	x->q.query = sim_strdup(target[n] == '?' ? target + n + 1 : "");
	x->q.fd =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	make_id(x->q.id);
	return x;
}

static enum MHD_Result
on_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	struct request *q = cls;
	struct header *more = realloc(q->headers, (q->n_headers + 1) * sizeof *more);
	if (more == NULL)
		sim_die("out of memory");
	q->headers = more;
	struct header *h = &more[q->n_headers++];
	h->name = sim_strdup(name);
	h->value = sim_strdup(value != NULL ? value : "");
	for (char *p = h->name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return MHD_YES;
}

static void
take_upload(struct request *q, const char *data, size_t n)
{
	if (q->body.len + n > MAX_BODY)
		q->too_big = true;
	if (!q->too_big)
		bytes_add(&q->body, data, n);
}

static void
exchange_free(struct exchange *x)
{
	reply_free(&x->r);      /* before the request: a stream reads it */
	struct request *q = &x->q;
	for (size_t i = 0; i < q->n_headers; i++) {
		free(q->headers[i].name);
		free(q->headers[i].value);
	}
	free(q->headers);
	free(q->method);
	free(q->path);
	free(q->query);
	free(q->model);
	free(q->user_text);
	free(q->access_key_id);
	free(q->region);
	free(q->account);
	free(q->issued);
	bytes_free(&q->body);
	bytes_free(&q->canonical);
	json_object_put(q->json);
	free(x);
}

/* ---- the answer --------------------------------------------------------- */

static ssize_t
on_read(void *cls, uint64_t pos, char *to, size_t max)
{
	(void)pos;
	struct exchange *x = cls;
	ssize_t n = stream_read(x->r.stream, to, max);
	if (n >= 0)
		return n;
	x->broken = n == STREAM_CUT;
	return n == STREAM_END ? MHD_CONTENT_READER_END_OF_STREAM :
	    MHD_CONTENT_READER_END_WITH_ERROR;
}

/* A body with a fault in it, or one that is too long to be in memory. */
static ssize_t
on_odd_read(void *cls, uint64_t pos, char *to, size_t max)
{
	struct exchange *x = cls;
	struct reply *r = &x->r;
	uint64_t left = r->body.len + r->padding - pos;
	size_t n = left < max ? (size_t)left : max;
	if (n == 0 && r->end == REPLY_WHOLE)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n == 0) {
		if (r->end == REPLY_STALL)
			pause_until(x->q.fd, INT64_MAX);
		x->broken = true;
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	if (pos < r->body.len) {
		n = n < r->body.len - pos ? n : (size_t)(r->body.len - pos);
		memcpy(to, r->body.s + pos, n);
	} else {
		memset(to, 'a', n);
	}
	return (ssize_t)n;
}

static struct MHD_Response *
make_response(struct exchange *x)
{
	struct reply *r = &x->r;
	if (r->kind == REPLY_BODY && (r->end != REPLY_WHOLE || r->padding != 0))
		return MHD_create_response_from_callback(
		    r->end != REPLY_WHOLE ? r->length : r->body.len + r->padding, WRITE_BYTES,
		    on_odd_read, x, NULL);
	if (r->kind == REPLY_STREAM)
		return MHD_create_response_from_callback(
		    MHD_SIZE_UNKNOWN, WRITE_BYTES, on_read, x, NULL);
	return MHD_create_response_from_buffer(r->body.len, (void *)(uintptr_t)bytes_str(&r->body),
	    MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result
send_reply(struct MHD_Connection *connection, struct exchange *x)
{
	struct reply *r = &x->r;
	char date[30];
	time_http(time_wall(), date);
	reply_header(r, "Date", date);
	reply_header(r, "x-amzn-requestid", x->q.id);
	struct MHD_Response *response = make_response(x);
	if (response == NULL)
		sim_die("out of memory");
	for (size_t i = 0; i < r->n_headers; i++)
		MHD_add_response_header(response, r->headers[i].name, r->headers[i].value);
	enum MHD_Result result = MHD_queue_response(connection, r->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
answer(struct MHD_Connection *connection, struct exchange *x)
{
	struct request *q = &x->q;
	struct reply *r = &x->r;
	q->t_ns = time_mono_ns();
	q->n = atomic_fetch_add(&requests, 1) + 1;
	if (q->too_big)
		reply_error(r, 413, "RequestEntityTooLargeException", NULL);
	else if (!identity_answer(q, r) && !openai_answer(q, r))
		bedrock_answer(q, r);
	log_request(q, r->status, r->error);
	if (r->kind == REPLY_HANG)
		pause_until(q->fd, INT64_MAX);
	if (r->kind == REPLY_HANG || r->kind == REPLY_DROP) {
		log_done(q->n, r->kind == REPLY_DROP ? "cut" : "client-closed", 0);
		return MHD_NO;
	}
	return send_reply(connection, x);
}

/* Called for the headers, for each part of the body, and once more at its end. */
static enum MHD_Result
on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *data, size_t *n, void **state)
{
	(void)cls, (void)url, (void)version;
	struct exchange *x = *state;
	if (!x->started) {
		x->started = true;
		x->q.method = sim_strdup(method);
		MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, &x->q);
		return MHD_YES;
	}
	if (*n != 0) {
		take_upload(&x->q, data, *n);
		*n = 0;
		return MHD_YES;
	}
	return answer(connection, x);
}

static void
on_completed(void *cls, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode how)
{
	(void)cls, (void)connection;
	struct exchange *x = *state;
	if (x == NULL)
		return;
	struct stream *s = x->r.stream;
	bool answered = x->q.n != 0 && x->r.status != 0;
	bool ended = how == MHD_REQUEST_TERMINATED_COMPLETED_OK && !x->broken;
	bool cut = s != NULL ? stream_was_cut(s) : x->r.end == REPLY_CUT;
	unsigned long n = x->q.n, pieces = s != NULL ? stream_pieces(s) : 0;
	exchange_free(x);       /* writes the rest of the trace: whoever sees "done" finds it whole */
	*state = NULL;
	if (answered)
		log_done(n, ended ? "complete" : cut ? "cut" : "client-closed", pieces);
}

/* Paths and queries are taken raw; nobody shall unescape them here. */
static size_t
leave_escaped(void *cls, struct MHD_Connection *connection, char *s)
{
	(void)cls, (void)connection;
	return strlen(s);
}

/* ---- start and stop ----------------------------------------------------- */

uint16_t
server_start(uint16_t port)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	pause_init();
	daemon_ = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
	    MHD_USE_POLL | MHD_USE_ITC | MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0, NULL, NULL, on_request,
	    NULL, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&here,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL,
	    MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)MAX_CONNECTIONS,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
	    MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES,
	    MHD_OPTION_END);
	if (daemon_ == NULL)
		sim_die("cannot listen on 127.0.0.1:%u", port);
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
	return info->port;
}

void
server_stop(void)
{
	pause_stop_all();
	MHD_stop_daemon(daemon_);
}
