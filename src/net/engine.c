/*
 * engine.c - see engine.h.
 *
 * Other threads only ever touch the engine's orders (what to start, what to
 * cancel, whether to stop), under a lock that is held for a pointer exchange,
 * and wake curl's poll. Everything else, a transfer from its submission to its
 * end included, belongs to the engine's thread.
 *
 * The thread begins with the first order, and libcurl and OpenSSL are
 * initialised on it: engine_start() costs nothing, so that it does not stand
 * between the program's start and the first key. With nothing to do the thread
 * sleeps; nothing here polls.
 */
#include "config.h"

#include "net/engine.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/curlinit.h"
#include "net/fault.h"
#include "net/host.h"

enum {
	CONNECT_MS = 10 * 1000,
	IDLE_MS = 300 * 1000,
	WARM_MS = 10 * 1000,
	WARM_FRESH_US = 45 * 1000 * 1000,       /* a connection used since then is still open */
	RESEND_WITHIN_US = 2 * 1000 * 1000,
	SLEEP_MAX_MS = 3600 * 1000,
	/*
	 * What was sent and is not acknowledged for so long means a dead path (a
	 * network that changed, a laptop that slept): without it a request on a kept
	 * connection would wait for the idle limit. A model that thinks is not
	 * concerned: the peer's kernel acknowledges.
	 */
	UNACKNOWLEDGED_MS = 30 * 1000,
	KEEPALIVE_IDLE_S = 60,                  /* NAT gateways drop a silent flow after 350 s */
	KEEPALIVE_INTERVAL_S = 30,
	CONNECTIONS_KEPT = 96,
	/*
	 * Two TLS records or HTTP/2 frames. curl reads up to a hundred times this from one
	 * transfer before it looks at another, or returns: more would not be faster, but less fair.
	 */
	RECEIVE_BUFFER = 32 << 10,
	HEADERS_MAX = 200,
	HEADER_BYTES_MAX = 64 << 10,
	ORIGINS_MAX = 32,
};

struct transfer {
	struct transfer		*next;
	struct engine		*engine;
	uint64_t		 id;
	struct http_request	 request;
	struct transfer_hooks	 hooks;
	void			*arg;
	struct transfer_end	 end;
	bool			 warming;       /* opens a connection, answers nobody */

	CURL			*easy;
	struct curl_slist	*lines;         /* the request's headers as curl wants them */
	char			*origin, *scheme, *host; /* "https://host:port" */
	bool			 local;         /* loopback or metadata: no proxy, http is fine */
	char			 detail[CURL_ERROR_SIZE];

	struct http_headers	 head;          /* of the answer, while it arrives */
	size_t			 head_bytes;
	bool			 head_done, head_too_big;
	bool			 cancelled;     /* noticed between its bytes */
	int64_t			 heard_us;      /* when a byte last went or came */
	curl_off_t		 sent;          /* bytes of the body */
	int			 sends;         /* how often the request went out */
	bool			 may_not_resend;
	bool			 private_address; /* refused: see http_request.public_only */
};

/* When a connection to an origin was last known to be good. */
struct origin {
	char	*name;
	int64_t	 used_us;
};

/* What other threads want. */
struct orders {
	struct transfer			*first, *last;  /* to start, in this order */
	struct id_list VEC(uint64_t)	 cancelled;
	bool				 stop;
};

struct engine {
	pthread_t		 thread;
	pthread_mutex_t		 lock;          /* guards from here ... */
	struct orders		 orders;
	bool			 threaded;
	uint64_t		 last_id;
	CURLM			*multi;         /* NULL until the thread is ready ... to here */
	atomic_bool		 hurry;         /* a cancellation waits: read without the lock */

	struct transfer		*running;       /* the thread's own, like all that follows */
	struct origin_list VEC(struct origin) origins;
};

/* ---- the address ---------------------------------------------------------------- */

static void
no_memory(void)
{
	fatal("%s", _("out of memory; the conversation up to here is saved"));
}

static bool
is_plain(const struct transfer *t)
{
	return str_same(t->scheme, "http");
}

static char *
url_part(CURLU *u, CURLUPart part, unsigned flags)
{
	char *s = NULL;
	if (curl_url_get(u, part, &s, flags) != CURLUE_OK)
		return NULL;
	char *copy = mem_strdup(s);
	curl_free(s);
	return copy;
}

/* Fills scheme, host, origin and local. */
static int
split_url(struct transfer *t)
{
	CURLU *u = curl_url();
	if (u == NULL)
		no_memory();
	if (curl_url_set(u, CURLUPART_URL, t->request.url, CURLU_PATH_AS_IS) == CURLUE_OK) {
		t->scheme = url_part(u, CURLUPART_SCHEME, 0);
		t->host = url_part(u, CURLUPART_HOST, 0);
	}
	if (t->host != NULL) {
		char *port = url_part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
		t->origin = mem_printf("%s://%s:%s", t->scheme, t->host, port != NULL ? port : "");
		t->local = host_is_local(t->host);
		free(port);
	}
	curl_url_cleanup(u);
	return t->host != NULL ? 0 : -1;
}

/* Whether a request may go there at all. */
static int
check_url(struct transfer *t, struct err *err)
{
	if (split_url(t) < 0)
		return err_set(err, ERR_NETWORK,
		    _("The endpoint is not a valid address. It must look like https://host or "
		      "https://host:port; check the endpoint settings."));
	bool plain = is_plain(t);
	if (!plain && !str_same(t->scheme, "https"))
		return err_set(err, ERR_NETWORK,
		    _("adit speaks https only, not %s (to %s). Check the endpoint settings."),
		    t->scheme, t->host);
	if (plain && !t->local && !t->request.insecure_ok)
		return err_set(err, ERR_NETWORK,
		    _("adit sends nothing to %s over plain http, where everybody on the way can "
		      "read it. Use https."),
		    t->host);
	return 0;
}

/* ---- what curl knows ------------------------------------------------------ */

static const char *
env(const char *lower, const char *upper)
{
	const char *s = getenv(lower);
	if (s == NULL || *s == '\0')
		s = getenv(upper);
	return s != NULL && *s != '\0' ? s : NULL;
}

static bool
proxy_is_set(const struct transfer *t)
{
	if (t->local || t->request.direct)
		return false;
	if (env("all_proxy", "ALL_PROXY") != NULL)
		return true;
	return is_plain(t) ? env("http_proxy", "HTTP_PROXY") != NULL
			   : env("https_proxy", "HTTPS_PROXY") != NULL;
}

static long
info_long(const struct transfer *t, CURLINFO what)
{
	long v = 0;
	curl_easy_getinfo(t->easy, what, &v);
	return v;
}

static void
tell_fault(struct transfer *t, CURLcode rc)
{
	const struct fault f = {
		.rc = t->may_not_resend ? CURLE_RECV_ERROR : rc,
		.host = t->host,
		.detail = t->may_not_resend ? "" : t->detail,
		.ca_bundle = t->request.ca_bundle,
		.total_ms = t->request.total_ms,
		.proxy_status = info_long(t, CURLINFO_HTTP_CONNECTCODE),
		.proxied = proxy_is_set(t),
		.connected = t->end.sent_us > 0,
		.reused = !t->may_not_resend && info_long(t, CURLINFO_NUM_CONNECTS) == 0 &&
		    clock_us() - t->end.sent_us < RESEND_WITHIN_US,
		.too_big = t->head_too_big,
	};
	fault_tell(&f, &t->end);
}

/* ---- what curl calls ------------------------------------------------------ */

static void
heard(struct transfer *t)
{
	t->heard_us = clock_us();
	t->end.got_bytes = true;
	if (t->end.first_byte_us == 0)
		t->end.first_byte_us = t->heard_us;
}

/* "HTTP/1.1 200 OK" or "HTTP/2 200": another head begins (the one before was a 1xx). */
static void
begin_head(struct transfer *t, const char *line, size_t n)
{
	http_headers_done(&t->head);
	t->end.status = 0;
	const char *sp = memchr(line, ' ', n);
	for (const char *p = sp;
	     p != NULL && ++p < line + n && p < sp + 4 && *p >= '0' && *p <= '9';)
		t->end.status = t->end.status * 10 + (*p - '0');
}

static size_t
trimmed(const char **s, size_t n)
{
	while (n > 0 && strchr(" \t\r\n", **s) != NULL)
		(*s)++, n--;
	while (n > 0 && strchr(" \t\r\n", (*s)[n - 1]) != NULL)
		n--;
	return n;
}

/* A line that begins with white space continues the value before it (RFC 9112, 5.2). */
static void
unfold(struct transfer *t, const char *line, size_t n)
{
	if (t->head.n == 0)
		return;
	n = trimmed(&line, n);
	struct http_header *last = &t->head.v[t->head.n - 1];
	char *value = mem_printf("%s %.*s", last->value, (int)n, line);
	mem_wipe(last->value, strlen(last->value));
	free(last->value);
	last->value = value;
}

static void
add_header(struct transfer *t, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);
	if (colon == NULL)
		return;
	const char *value = colon + 1;
	size_t name_len = trimmed(&line, (size_t)(colon - line));
	size_t value_len = trimmed(&value, n - (size_t)(value - line));
	struct http_header h = { .name = mem_strndup(line, name_len),
		.value = mem_strndup(value, value_len) };
	vec_add(&t->head, h);
}

static void
end_head(struct transfer *t)
{
	if (t->end.status >= 100 && t->end.status < 200)
		return;
	t->head_done = true;
	if (t->hooks.on_head != NULL)
		t->hooks.on_head(t->arg, t->end.status, &t->head);
	http_headers_done(&t->head);
}

static size_t
on_header_line(char *line, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	size_t n = size * count;
	heard(t);
	t->head_bytes += n;
	if (t->head_bytes > HEADER_BYTES_MAX || t->head.n > HEADERS_MAX) {
		t->head_too_big = true;
		return CURL_WRITEFUNC_ERROR;
	}
	if (t->head_done)
		return n;                       /* a trailer: nobody asks for those */
	if (n >= 5 && memcmp(line, "HTTP/", 5) == 0)
		begin_head(t, line, n);
	else if (line[0] == '\r' || line[0] == '\n')
		end_head(t);
	else if (line[0] == ' ' || line[0] == '\t')
		unfold(t, line, n);
	else
		add_header(t, line, n);
	return n;
}

/* While bytes pour in, curl keeps the thread: a cancellation must not wait until it has read
 * them all. */
static bool
is_unwanted(struct transfer *t)
{
	struct engine *e = t->engine;
	if (!atomic_load_explicit(&e->hurry, memory_order_relaxed))
		return false;
	pthread_mutex_lock(&e->lock);
	bool unwanted = e->orders.stop;
	for (size_t i = 0; !unwanted && i < e->orders.cancelled.n; i++)
		unwanted = e->orders.cancelled.v[i] == t->id;
	pthread_mutex_unlock(&e->lock);
	return unwanted;
}

static size_t
on_body_bytes(char *bytes, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	size_t n = size * count;
	heard(t);
	t->cancelled = is_unwanted(t);
	if (t->cancelled)
		return CURL_WRITEFUNC_ERROR;
	bool stop = t->hooks.on_body != NULL && t->hooks.on_body(t->arg, bytes, n) != 0;
	return stop ? CURL_WRITEFUNC_ERROR : n;
}

/* Bytes that went out count as a sign of life too: a slow upload is no stall. */
static int
on_progress(void *arg, curl_off_t dl_total, curl_off_t dl, curl_off_t ul_total, curl_off_t ul)
{
	(void)dl_total, (void)dl, (void)ul_total;
	struct transfer *t = arg;
	if (ul != t->sent) {
		t->sent = ul;
		t->heard_us = clock_us();
	}
	return 0;
}

/*
 * The connection is there and the request is about to go out. When a kept
 * connection turns out to be dead, curl sends the request again over a new one
 * by itself: fine once and at once. Later the service may already have worked
 * on it, and asking a second time, to be billed twice, is for the owner to decide.
 */
static int
on_ready(void *arg, char *to, char *from, int to_port, int from_port)
{
	(void)to, (void)from, (void)to_port, (void)from_port;
	struct transfer *t = arg;
	int64_t now = clock_us();
	if (t->sends++ == 0)
		t->end.sent_us = now;
	else if (t->sends > 2 || now - t->end.sent_us > RESEND_WITHIN_US)
		t->may_not_resend = true;
	return t->may_not_resend ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* The address itself is looked at, after the name was resolved and before a byte goes out. */
static curl_socket_t
open_public(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = arg;
	const void *address = to->family == AF_INET6 ? (const void *)&((struct sockaddr_in6 *)(void *)&to->addr)->sin6_addr :
	    (const void *)&((struct sockaddr_in *)(void *)&to->addr)->sin_addr;
	if (purpose == CURLSOCKTYPE_IPCXN && !host_address_is_public(to->family, address)) {
		t->private_address = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static int
on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	(void)arg;
	unsigned ms = UNACKNOWLEDGED_MS;
	if (purpose == CURLSOCKTYPE_IPCXN)      /* best effort: a socket without it works too */
		(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
	return CURL_SOCKOPT_OK;
}

/* ---- a transfer's life ---------------------------------------------------- */

static void
free_lines(struct curl_slist *lines)
{
	for (struct curl_slist *l = lines; l != NULL; l = l->next)
		mem_wipe(l->data, strlen(l->data));
	curl_slist_free_all(lines);
}

static void
add_line(struct transfer *t, const char *line)
{
	struct curl_slist *lines = curl_slist_append(t->lines, line);
	if (lines == NULL)
		no_memory();
	t->lines = lines;
}

/* Joined in memory of the right size from the start: growing leaves pieces of a secret behind. */
static void
add_header_line(struct transfer *t, const struct http_header *h)
{
	size_t name = strlen(h->name), value = strlen(h->value), n = name + 2 + value + 1;
	char *line = mem_alloc(n);
	memcpy(line, h->name, name);
	memcpy(line + name, value > 0 ? ": " : ";", value > 0 ? 2 : 1); /* "Name:" removes it */
	memcpy(line + name + 2, h->value, value);
	add_line(t, line);
	mem_wipe(line, n);
	free(line);
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' && *s != '\t')
			return true;
	return false;
}

/* The request's headers as curl takes them, and an end to what curl would add by itself. */
static int
make_lines(struct transfer *t, struct err *err)
{
	static const char *const unwanted[][2] = { { "Expect", "Expect:" }, { "Accept", "Accept:" },
		{ "Content-Type", "Content-Type:" } };
	const struct http_headers *hs = &t->request.headers;
	for (size_t i = 0; i < hs->n; i++) {
		const struct http_header *h = &hs->v[i];
		if (has_control(h->name) || has_control(h->value))
			return err_set(err, ERR_NETWORK,
			    _("The request was not sent: its header %s has a line break or a "
			      "control character inside. A key or token was probably pasted with "
			      "one."),
			    h->name);
		add_header_line(t, h);
	}
	for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
		if (http_headers_get(hs, unwanted[i][0]) == NULL)
			add_line(t, unwanted[i][1]);
	return 0;
}

static void
set_method(struct transfer *t)
{
	const struct http_request *r = &t->request;
	const char *method = r->method;
	bool bodied = r->body.len > 0 || str_same(method, "POST") || str_same(method, "PUT") ||
	    str_same(method, "PATCH");
	if (str_same(method, "HEAD")) {
		curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (bodied) {
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, buf_str(&r->body));
	}
	if (!str_same(method, bodied ? "POST" : "GET"))
		curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, method);
}

static void
set_limits(struct transfer *t)
{
	const struct http_request *r = &t->request;
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L);      /* a cancel never waits for DNS */
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS,
	    r->connect_ms > 0 ? r->connect_ms : (long)CONNECT_MS);
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, r->total_ms > 0 ? r->total_ms : 0L);
	curl_easy_setopt(t->easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
	curl_easy_setopt(t->easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(t->easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(t->easy, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_IDLE_S);
	curl_easy_setopt(t->easy, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_INTERVAL_S);
	curl_easy_setopt(t->easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
}

/*
 * HTTP/2 where TLS offers it. No PIPEWAIT: a request does not wait for another
 * one's handshake; it opens its own connection, and later ones share.
 */
static void
set_route(struct transfer *t)
{
	const struct http_request *r = &t->request;
	bool plain = is_plain(t);
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION,
	    plain ? (long)CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(t->easy, CURLOPT_PIPEWAIT, 0L);
	curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(t->easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(t->easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (r->ca_bundle != NULL)
		curl_easy_setopt(t->easy, CURLOPT_CAINFO, r->ca_bundle);
	if (r->public_only && !proxy_is_set(t)) {
		/* A kept connection was opened for somebody who may go there. */
		curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
		curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, open_public);
		curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	}
	if (t->local || r->direct)
		curl_easy_setopt(t->easy, CURLOPT_NOPROXY, "*");
	else if (plain && env("http_proxy", "HTTP_PROXY") != NULL) /* curl reads lower case only */
		curl_easy_setopt(t->easy, CURLOPT_PROXY, env("http_proxy", "HTTP_PROXY"));
}

static int
prepare(struct transfer *t, struct err *err)
{
	if (check_url(t, err) < 0 || make_lines(t, err) < 0)
		return -1;
	t->easy = curl_easy_init();
	if (t->easy == NULL)
		no_memory();
	curl_easy_setopt(t->easy, CURLOPT_URL, t->request.url);
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->detail);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->lines);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header_line);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body_bytes);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(t->easy, CURLOPT_XFERINFODATA, t);
	curl_easy_setopt(t->easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, on_ready);
	curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
	set_method(t);
	set_limits(t);
	set_route(t);
	return 0;
}

static void
free_transfer(struct transfer *t)
{
	curl_easy_cleanup(t->easy);
	free_lines(t->lines);
	http_request_done(&t->request);
	http_headers_done(&t->head);
	free(t->origin);
	free(t->scheme);
	free(t->host);
	free(t);
}

/* Everything is given back before the owner hears of the end, so that it may do what it likes
 * then. */
static void
end_transfer(struct transfer *t)
{
	struct transfer_hooks hooks = t->hooks;
	struct transfer_end end = t->end;
	void *arg = t->arg;
	log_debug("net: %llu to %s ended: status %d, %lld ms, %s", (unsigned long long)t->id,
	    t->host != NULL ? t->host : "?", end.status,
	    (long long)(clock_us() - end.started_us) / 1000,
	    end.err.code == ERR_NONE ? "complete" : end.err.text);
	free_transfer(t);
	if (hooks.on_end != NULL)
		hooks.on_end(arg, &end);
}

/* ---- origins: is a connection open? --------------------------------------- */

static struct origin *
find_origin(struct engine *e, const char *name)
{
	for (size_t i = 0; i < e->origins.n; i++)
		if (str_same(e->origins.v[i].name, name))
			return &e->origins.v[i];
	return NULL;
}

/* A connection to the transfer's origin is open now (busy, or kept). */
static void
note_origin(struct engine *e, const struct transfer *t)
{
	struct origin *o = find_origin(e, t->origin);
	if (o != NULL) {
		o->used_us = clock_us();
	} else if (e->origins.n < ORIGINS_MAX) {
		struct origin fresh = { .name = mem_strdup(t->origin), .used_us = clock_us() };
		vec_add(&e->origins, fresh);
	}
}

static bool
is_warm(struct engine *e, const struct transfer *t)
{
	for (const struct transfer *r = e->running; r != NULL; r = r->next)
		if (str_same(r->origin, t->origin))
			return true;
	const struct origin *o = find_origin(e, t->origin);
	return o != NULL && clock_us() - o->used_us < WARM_FRESH_US;
}

/* ---- the thread ----------------------------------------------------------- */

static void
start_transfer(struct engine *e, struct transfer *t)
{
	if (prepare(t, &t->end.err) < 0 || (t->warming && is_warm(e, t))) {
		end_transfer(t);
		return;
	}
	t->heard_us = clock_us();
	t->next = e->running;
	e->running = t;
	curl_multi_add_handle(e->multi, t->easy);
}

static void
unlink_running(struct engine *e, struct transfer *t)
{
	struct transfer **at = &e->running;
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	curl_multi_remove_handle(e->multi, t->easy);
}

static void
finish_transfer(struct engine *e, struct transfer *t, CURLcode rc)
{
	if (t->cancelled)
		err_set(&t->end.err, ERR_CANCELLED, _("Cancelled."));
	else if (rc != CURLE_OK && t->private_address)
		err_set(&t->end.err, ERR_NETWORK, _("%s has an address of a private network, or of this machine."),
		    t->host);
	else if (rc != CURLE_OK)
		tell_fault(t, rc);
	else
		note_origin(e, t);
	unlink_running(e, t);
	end_transfer(t);
}

static void
cancel_transfer(struct engine *e, struct transfer *t)
{
	err_set(&t->end.err, ERR_CANCELLED, _("Cancelled."));
	unlink_running(e, t);
	end_transfer(t);
}

static long
idle_limit_ms(const struct transfer *t)
{
	return t->request.idle_ms > 0 ? t->request.idle_ms : IDLE_MS;
}

/* Ends what stalls; returns the milliseconds until the next transfer could. */
static int
end_stalled(struct engine *e)
{
	int64_t now = clock_us(), first = (int64_t)SLEEP_MAX_MS * 1000;
	for (struct transfer *t = e->running, *next; t != NULL; t = next) {
		next = t->next;
		int64_t left = t->heard_us + (int64_t)idle_limit_ms(t) * 1000 - now;
		if (left > 0) {
			first = left < first ? left : first;
			continue;
		}
		t->end.stalled = true;
		err_set(&t->end.err, ERR_NETWORK,
		    _("%s sent nothing for %ld s: the connection hangs. Try again."), t->host,
		    (idle_limit_ms(t) + 999) / 1000);
		unlink_running(e, t);
		end_transfer(t);
	}
	return (int)((first + 999) / 1000);
}

static void
collect_ended(struct engine *e)
{
	int left;
	for (CURLMsg *m; (m = curl_multi_info_read(e->multi, &left)) != NULL;) {
		struct transfer *t = NULL;
		CURLcode rc = m->data.result;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		finish_transfer(e, t, rc);
	}
}

static void
cancel_ids(struct engine *e, const struct id_list *ids)
{
	for (size_t i = 0; i < ids->n; i++) {
		struct transfer *t = e->running;
		while (t != NULL && t->id != ids->v[i])
			t = t->next;
		if (t != NULL)
			cancel_transfer(e, t);
	}
}

static struct orders
swap_orders(struct engine *e)
{
	pthread_mutex_lock(&e->lock);
	struct orders orders = e->orders;
	e->orders = (struct orders){ .stop = orders.stop };
	atomic_store(&e->hurry, false);
	pthread_mutex_unlock(&e->lock);
	return orders;
}

static void
follow_orders(struct engine *e, struct orders *orders)
{
	for (struct transfer *t = orders->first, *next; t != NULL; t = next) {
		next = t->next;
		start_transfer(e, t);
	}
	cancel_ids(e, &orders->cancelled);
	vec_done(&orders->cancelled);
}

/* Cancels what runs, and what an on_end() submits meanwhile, until nothing is left. */
static void
cancel_all(struct engine *e)
{
	struct orders more;
	do {
		while (e->running != NULL)
			cancel_transfer(e, e->running);
		more = swap_orders(e);
		follow_orders(e, &more);
	} while (e->running != NULL || more.first != NULL);
}

static CURLM *
make_multi(void)
{
	curlinit_once();
	CURLM *multi = curl_multi_init();
	if (multi == NULL)
		no_memory();
	curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
	return multi;
}

static void *
engine_main(void *arg)
{
	struct engine *e = arg;
	CURLM *multi = make_multi();
	pthread_mutex_lock(&e->lock);
	e->multi = multi;
	pthread_mutex_unlock(&e->lock);
	for (;;) {
		int running;
		struct orders orders = swap_orders(e);
		follow_orders(e, &orders);
		if (orders.stop)
			break;
		curl_multi_perform(multi, &running);
		collect_ended(e);
		curl_multi_poll(multi, NULL, 0, end_stalled(e), NULL);
	}
	cancel_all(e);
	curl_multi_cleanup(multi);
	return NULL;
}

/* ---- any thread ----------------------------------------------------------- */

struct engine *
engine_start(void)
{
	struct engine *e = mem_alloc(sizeof *e);
	pthread_mutex_init(&e->lock, NULL);
	return e;
}

/* With the lock held. Before the thread is ready it needs no waking: it will look at the orders
 * then. */
static void
wake(struct engine *e)
{
	if (e->multi != NULL)
		curl_multi_wakeup(e->multi);
}

/* With the lock held. Signals are the UI thread's. */
static void
need_thread(struct engine *e)
{
	if (e->threaded)
		return;
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int rc = pthread_create(&e->thread, NULL, engine_main, e);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0)
		fatal("cannot start a thread: %s", strerror(rc));
	pthread_setname_np(e->thread, "adit-net");
	e->threaded = true;
}

void
engine_stop(struct engine *e)
{
	if (e == NULL)
		return;
	pthread_mutex_lock(&e->lock);
	e->orders.stop = true;
	atomic_store(&e->hurry, true);
	wake(e);
	pthread_mutex_unlock(&e->lock);
	if (e->threaded)
		pthread_join(e->thread, NULL);
	pthread_mutex_destroy(&e->lock);
	vec_done(&e->orders.cancelled);
	for (size_t i = 0; i < e->origins.n; i++)
		free(e->origins.v[i].name);
	vec_done(&e->origins);
	free(e);
}

static uint64_t
submit(struct engine *e, struct transfer *t)
{
	t->engine = e;
	t->end.started_us = clock_us();
	pthread_mutex_lock(&e->lock);
	uint64_t id = t->id = ++e->last_id;
	if (e->orders.last != NULL)
		e->orders.last->next = t;
	else
		e->orders.first = t;
	e->orders.last = t;
	need_thread(e);
	wake(e);
	pthread_mutex_unlock(&e->lock);
	return id;
}

uint64_t
engine_submit(struct engine *e, struct http_request *r, const struct transfer_hooks *hooks,
    void *arg)
{
	struct transfer *t = mem_alloc(sizeof *t);
	t->request = *r;
	t->hooks = *hooks;
	t->arg = arg;
	*r = (struct http_request){ 0 };
	return submit(e, t);
}

void
engine_cancel(struct engine *e, uint64_t id)
{
	pthread_mutex_lock(&e->lock);
	if (e->threaded) {
		vec_add(&e->orders.cancelled, id);
		atomic_store(&e->hurry, true);
		wake(e);
	}
	pthread_mutex_unlock(&e->lock);
}

void
engine_warm(struct engine *e, const char *url, const char *ca_bundle)
{
	struct transfer *t = mem_alloc(sizeof *t);
	const char *path = strstr(url, "://");
	path = path != NULL ? path + 3 : url;
	char *root = mem_printf("%.*s/", (int)(path - url + (ptrdiff_t)strcspn(path, "/?#")), url);
	http_request_init(&t->request, "HEAD", root);
	free(root);
	t->request.ca_bundle = mem_strdup(ca_bundle);
	t->request.total_ms = WARM_MS;
	t->warming = true;
	submit(e, t);
}
