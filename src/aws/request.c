/*
 * request.c - from a call to a signed request, and from an answer to a verdict.
 *
 * The one way out: credentials, region and endpoint are resolved anew for each
 * attempt, so that a retry has a new date and, if need be, new credentials.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "aws/aws.h"
#include "aws/chain.h"
#include "aws/endpoint.h"
#include "aws/imds.h"
#include "aws/local.h"
#include "aws/region.h"
#include "aws/request.h"
#include "aws/sigv4.h"
#include "aws/state.h"
#include "aws/xml.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/fetch.h"
#include "net/retry.h"

enum { SKEW_LIMIT = 240 };              /* s: what is nearer to AWS's clock is not the clock's fault */

/* ---- the clock ---------------------------------------------------------------- */

static _Atomic int64_t skew;            /* one clock, one process */

int64_t
aws_clock_skew(void)
{
	return atomic_load(&skew);
}

/* True when the local clock was off and is corrected now. */
static bool
correct_clock(const struct http_headers *headers)
{
	const char *date = headers != NULL ? http_headers_get(headers, "Date") : NULL;
	int64_t server = date != NULL ? clock_parse_http(date) : -1;
	int64_t local = clock_wall();
	int64_t off = server - (local + aws_clock_skew());
	if (server < 0 || (off <= SKEW_LIMIT && off >= -SKEW_LIMIT))
		return false;
	atomic_store(&skew, server - local);
	log_warn("the local clock is %lld s off; corrected for signing", (long long)(server - local));
	return true;
}

/* ---- headers -------------------------------------------------------------------- */

/* Feature codes that AWS counts: which kind of credentials. */
static const char *
feature_of(const struct creds *c)
{
	static const char *const codes[] = { [CREDS_BEARER] = "3",
		[CREDS_STATIC] = "n",
		[CREDS_PROCESS] = "v",
		[CREDS_SSO] = "r",
		[CREDS_LOGIN] = "AC",
		[CREDS_ASSUME_ROLE] = "i",
		[CREDS_WEB_IDENTITY] = "k",
		[CREDS_CONTAINER] = "z",
		[CREDS_IMDS] = "0",
		[CREDS_ROLES_ANYWHERE] = "v" };
	return c->kind == CREDS_STATIC && c->profile == NULL ? "g" : codes[c->kind];
}

/* Characters that the convention allows; the rest becomes "-". */
static void
add_token(struct buf *b, const char *s, size_t max)
{
	for (size_t i = 0; s[i] != '\0' && i < max; i++) {
		char c = s[i];
		bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    strchr("!$%&'*+-.^_`|~,", c) != NULL;
		buf_putc(b, fine ? c : '-');
	}
}

static void
add_user_agent(struct http_headers *headers, const struct view *v, const struct creds *c,
    const struct endpoint *e)
{
	struct utsname system;
	struct buf b;
	buf_init(&b, 0);
	buf_puts(&b, PACKAGE_NAME "/" PACKAGE_VERSION " ua/2.1 os/linux");
	if (uname(&system) == 0) {
		buf_putc(&b, '#');
		add_token(&b, system.release, 40);
	}
	buf_puts(&b, " lang/c#c11 cfg/retry-mode#standard m/E");
	if (e->is_override)
		buf_puts(&b, ",N");
	if (c != NULL)
		buf_printf(&b, ",%s", feature_of(c));
	char *app = aws_setting(v, "AWS_SDK_UA_APP_ID", "sdk_ua_app_id", NULL);
	if (app != NULL) {
		buf_puts(&b, " app/");
		add_token(&b, app, 50);
	}
	free(app);
	http_headers_set(headers, "User-Agent", buf_str(&b));
	buf_done(&b);
}

static enum aws_service
service_of(const struct aws_call *call)
{
	return aws_kind_row(call->kind)->service;
}

/* Those that are signed; all but Host also go into the request. */
static void
gather_headers(const struct aws_call *call, const struct endpoint *e, struct http_headers *out)
{
	http_headers_add(out, "Host", e->host);
	if (call->content_type != NULL)
		http_headers_add(out, "Content-Type", call->content_type);
	if (call->invocation_id != NULL)
		http_headers_add(out, "amz-sdk-invocation-id", call->invocation_id);
	if (call->attempt > 0) {
		char value[48];
		int max = call->attempts > call->attempt ? call->attempts : call->attempt;
		snprintf(value, sizeof value, "attempt=%d; max=%d", call->attempt, max);
		http_headers_add(out, "amz-sdk-request", value);
	}
	for (const char *const *h = call->headers; h != NULL && h[0] != NULL && h[1] != NULL; h += 2)
		http_headers_add(out, h[0], h[1]);
}

static void
copy_headers(struct http_headers *to, const struct http_headers *from)
{
	for (size_t i = 0; i < from->n; i++)
		if (strcasecmp(from->v[i].name, "Host") != 0)   /* libcurl sends it, from the URL */
			http_headers_set(to, from->v[i].name, from->v[i].value);
}

/* ---- authentication ---------------------------------------------------------------- */

static int
add_bearer(struct http_request *req, const struct endpoint *e, const struct creds *c,
    struct err *err)
{
	if (strcmp(e->scheme, "https") != 0 && !e->is_loopback)
		return err_set(err, ERR_CONFIG,
		    _("A bearer token is not sent over plain http to %s (endpoint from %s); use https."),
		    e->host, e->from);
	size_t n = secret_len(c->bearer) + sizeof "Bearer ";
	char *value = mem_alloc(n);
	snprintf(value, n, "Bearer %s", secret_reveal(c->bearer));
	http_headers_set(&req->headers, "Authorization", value);
	mem_wipe(value, n);
	free(value);
	return 0;
}

static void
add_signature(struct http_request *req, const struct aws_call *call, const struct endpoint *e,
    const struct creds *c, const struct http_headers *signed_headers)
{
	struct buf path;
	buf_init(&path, 0);
	buf_printf(&path, "%s%s", e->base, call->path);
	struct sigv4 s;
	sigv4_sign(&s,
	    &(struct sigv4_keys){ c->access_key_id, c->secret_access_key, c->session_token },
	    &(struct sigv4_request){ .method = call->method,
		.path = buf_str(&path),
		.query = call->query,
		.headers = signed_headers,
		.body = call->body,
		.body_len = call->body_len },
	    &(struct sigv4_scope){ e->region, endpoint_signing_name(service_of(call)), creds_now() }, NULL);
	copy_headers(&req->headers, &s.headers);
	sigv4_done(&s);
	buf_done(&path);
}

/* ---- the request --------------------------------------------------------------------- */

/* The first file that is set must exist: certificates are not a thing to guess about. */
static int
find_ca_bundle(const struct view *v, char **path, struct err *err)
{
	static const struct {
		const char	*variable, *key;
	} places[] = { { "AWS_CA_BUNDLE", "ca_bundle" }, { "SSL_CERT_FILE", NULL },
		{ "CURL_CA_BUNDLE", NULL }, { "REQUESTS_CA_BUNDLE", NULL } };
	char *from = NULL;
	*path = mem_strdup(v->options->ca_bundle);
	if (*path != NULL)
		from = mem_strdup("ca_bundle");
	for (size_t i = 0; *path == NULL && i < sizeof places / sizeof *places; i++)
		*path = aws_setting(v, places[i].variable, places[i].key, &from);
	int rc = 0;
	if (*path != NULL && access(*path, R_OK) != 0)
		rc = err_set(err, ERR_CONFIG,
		    _("The file of certificates %s (from %s) does not exist or cannot be read."), *path, from);
	if (rc < 0) {
		free(*path);
		*path = NULL;
	}
	free(from);
	return rc;
}

static void
set_limits(const struct view *v, const struct aws_call *call, struct http_request *req)
{
	long usual[AWS_SERVICES] = { [AWS_BEDROCK_RUNTIME] = 60000, [AWS_BEDROCK] = 30000 };
	long small = v->options->answer_timeout_ms > 0 ? v->options->answer_timeout_ms : 10000;
	req->connect_ms = call->stream ? 10000 : 5000;
	req->idle_ms = call->stream ? 300000 : 0;
	req->total_ms = call->stream ? 0 : usual[service_of(call)] > 0 ? usual[service_of(call)] : small;
}

static void
note_used(struct aws_used *used, const struct creds *c, const struct endpoint *e)
{
	*used = (struct aws_used){ 0 };
	snprintf(used->region, sizeof used->region, "%s", e->region);
	snprintf(used->host, sizeof used->host, "%s", e->host);
	if (c == NULL)
		return;
	used->generation = c->generation;
	used->bearer = c->kind == CREDS_BEARER;
	used->kept = c->kept;
	used->fixed = c->kind == CREDS_BEARER || (c->kind == CREDS_STATIC && c->profile == NULL);
	snprintf(used->label, sizeof used->label, "%s", c->label != NULL ? c->label : "");
	if (c->access_key_id != NULL) {
		char *masked = creds_mask(c->access_key_id);
		snprintf(used->access_key, sizeof used->access_key, "%s", masked);
		free(masked);
	}
}

static char *
make_url(const struct aws_call *call, const struct endpoint *e)
{
	bool query = call->query != NULL && call->query[0] != '\0';
	return mem_printf("%s://%s%s%s%s%s", e->scheme, e->host, e->base, call->path, query ? "?" : "",
	    query ? call->query : "");
}

static int
fill_request(const struct view *v, const struct aws_call *call, const struct endpoint *e,
    const struct creds *c, struct http_request *req, struct err *err)
{
	char *url = make_url(call, e), *ca_bundle = NULL;
	struct http_headers headers = { 0 };
	http_request_init(req, call->method, url);
	free(url);
	int rc = find_ca_bundle(v, &ca_bundle, err);
	req->ca_bundle = ca_bundle;
	req->direct = e->is_loopback;
	req->insecure_ok = v->options->insecure_ok;
	set_limits(v, call, req);
	if (call->body_len > 0)
		buf_add(&req->body, call->body, call->body_len);
	gather_headers(call, e, &headers);
	copy_headers(&req->headers, &headers);
	http_headers_set(&req->headers, "Accept", call->accept != NULL ? call->accept : "application/json");
	add_user_agent(&req->headers, v, c, e);
	if (rc == 0 && c != NULL && c->kind == CREDS_BEARER)
		rc = add_bearer(req, e, c, err);
	else if (rc == 0 && c != NULL)
		add_signature(req, call, e, c, &headers);
	http_headers_done(&headers);
	if (rc < 0)
		http_request_done(req);
	return rc;
}

int
request_prepare(const struct view *v, const struct aws_call *call, const struct region *r,
    const struct creds *c, struct http_request *req, struct err *err)
{
	struct endpoint e;
	if (endpoint_resolve(v, service_of(call), r, &e, err) < 0)
		return -1;
	int rc = fill_request(v, call, &e, c, req, err);
	endpoint_done(&e);
	return rc;
}

/* What this service is to be called with; *c stays NULL where calls are not signed. */
static int
find_creds(struct aws *aws, const struct aws_call *call, const struct creds **c, struct err *err)
{
	*c = NULL;
	enum aws_service service = service_of(call);
	if (endpoint_signing_name(service) == NULL)
		return 0;
	bool bedrock = service == AWS_BEDROCK || service == AWS_BEDROCK_RUNTIME;
	*c = bedrock ? creds_get(aws, call->cancel, err) : creds_get_for_signing(aws, call->cancel, err);
	return *c != NULL ? 0 : -1;
}

/* True when the machine named a region that was not known before: asked once, and only when nobody else
 * named one. */
static bool
ask_machine_for_region(struct aws *aws, struct view *v, const atomic_bool *cancel)
{
	char found[64] = "";
	pthread_mutex_lock(&aws->lock);
	bool was_asked = aws->machine_was_asked;
	aws->machine_was_asked = true;
	pthread_mutex_unlock(&aws->lock);
	if (was_asked || !imds_region(aws, v, cancel, found))
		return false;
	pthread_mutex_lock(&aws->lock);
	memcpy(aws->machine_region, found, sizeof found);
	pthread_mutex_unlock(&aws->lock);
	memcpy(v->machine_region, found, sizeof found);
	return true;
}

static int
find_region(struct aws *aws, struct view *v, const struct aws_call *call, struct region *r,
    struct err *err)
{
	if (call->region != NULL)
		return region_named(call->region, "", r, err);
	int rc = region_resolve(v, call->model, r, err);
	if (rc < 0 || !r->is_default || !ask_machine_for_region(aws, v, call->cancel))
		return rc;
	region_done(r);
	return region_resolve(v, call->model, r, err);
}

char *
aws_region_ask(struct aws *aws, const atomic_bool *cancel)
{
	struct view v = aws_view(aws);
	struct region r;
	struct aws_call call = { .kind = AWS_NO_KIND, .cancel = cancel };
	find_region(aws, &v, &call, &r, NULL);
	char *value = mem_strdup(r.value);
	region_done(&r);
	aws_view_done(&v);
	return value;
}

int
aws_prepare(struct aws *aws, const struct aws_call *call, struct http_request *req,
    struct aws_used *used, struct err *err)
{
	if (call->kind == AWS_NO_KIND)
		return err_set(err, ERR_FAILED, "A call to AWS does not say of which kind it is (aws/kinds.h).");
	struct view v = aws_view(aws);
	struct region region;
	struct endpoint e = { 0 };
	const struct creds *c = NULL;
	int rc = find_region(aws, &v, call, &region, err);
	if (rc == 0)
		rc = endpoint_resolve(&v, service_of(call), &region, &e, err);
	if (rc == 0)
		rc = find_creds(aws, call, &c, err);
	if (rc == 0)
		rc = fill_request(&v, call, &e, c, req, err);
	if (rc == 0)
		note_used(used, c, &e);
	creds_unref(c);
	if (e.host != NULL)
		endpoint_done(&e);
	region_done(&region);
	aws_view_done(&v);
	return rc;
}

int
aws_knock(struct aws *aws, enum aws_kind kind, struct http_request *req, struct err *err)
{
	const struct aws_call call = { .kind = kind, .method = "HEAD", .path = "/" };
	struct view v = aws_view(aws);
	struct region region;
	int rc = region_resolve(&v, NULL, &region, err);
	if (rc == 0)
		rc = request_prepare(&v, &call, &region, NULL, req, err);
	region_done(&region);
	aws_view_done(&v);
	return rc;
}

void
aws_path_segment(struct buf *b, const char *s)
{
	str_percent(b, s, strlen(s), "");
}

/* ---- what an answer says --------------------------------------------------------------- */

/* "aws.protocols#ValidationException:http://…" to "ValidationException". */
static void
add_short_name(struct buf *out, const char *name)
{
	const char *hash = strchr(name, '#');
	name = hash != NULL ? hash + 1 : name;
	buf_add(out, name, strcspn(name, ":"));
}

static const char *
first_string(struct json_object *o, const char *const *names)
{
	for (; *names != NULL; names++) {
		const char *s = json_str(o, *names, NULL);
		if (!str_blank(s))
			return s;
	}
	return NULL;
}

static void
read_json_error(struct json_object *o, struct buf *code, struct buf *message)
{
	static const char *const codes[] = { "__type", "code", "Code", NULL };
	static const char *const messages[] = { "message", "Message", "errorMessage",
		"error_description", NULL };
	const char *c = first_string(o, codes), *m = first_string(o, messages);
	if (code->len == 0 && c != NULL)
		add_short_name(code, c);
	if (m != NULL)
		buf_puts(message, m);
}

static void
read_xml_error(const char *body, size_t n, struct buf *code, struct buf *message)
{
	if (code->len == 0)
		xml_text(body, n, "ErrorResponse/Error/Code", code);
	xml_text(body, n, "ErrorResponse/Error/Message", message);
}

static bool
is_html(const struct http_headers *headers, const char *body, size_t n)
{
	const char *type = headers != NULL ? http_headers_get(headers, "Content-Type") : NULL;
	if (type != NULL && str_has_nocase(type, "text/html"))
		return true;
	while (n > 0 && strchr(" \t\r\n", *body) != NULL && *body != '\0') {
		body++;
		n--;
	}
	return (n >= 5 && strncasecmp(body, "<html", 5) == 0) ||
	    (n >= 9 && strncasecmp(body, "<!doctype", 9) == 0);
}

void
aws_error_of(int status, const struct http_headers *headers, const char *body, size_t n,
    struct buf *code, struct buf *message)
{
	enum { LOOKED_AT = 256 * 1024 };
	const char *type = headers != NULL ? http_headers_get(headers, "x-amzn-errortype") : NULL;
	n = n < LOOKED_AT ? n : LOOKED_AT;
	if (type != NULL)
		add_short_name(code, type);
	if (is_html(headers, body, n)) {
		buf_printf(message, _("HTTP %d with a web page instead of an answer: a proxy, a firewall or a "
				      "sign-in page stands between here and AWS."), status);
		return;
	}
	struct json_object *o = n > 0 ? json_parse(body, n, NULL) : NULL;
	if (o != NULL)
		read_json_error(o, code, message);
	else if (n > 0)
		read_xml_error(body, n, code, message);
	json_free(o);
}

/* ---- the verdict --------------------------------------------------------------------------- */

enum trouble { NO_TROUBLE, EXPIRED, UNKNOWN_KEY, SIGNATURE, CLOCK, MISSING };

static const struct {
	const char	*code;          /* of the service */
	enum trouble	 trouble;
} troubles[] = {
	{ "ExpiredTokenException", EXPIRED },
	{ "ExpiredToken", EXPIRED },
	{ "UnrecognizedClientException", UNKNOWN_KEY },
	{ "InvalidClientTokenId", UNKNOWN_KEY },
	{ "InvalidSignatureException", SIGNATURE },
	{ "SignatureDoesNotMatch", SIGNATURE },
	{ "IncompleteSignature", SIGNATURE },
	{ "IncompleteSignatureException", SIGNATURE },
	{ "AuthFailure", SIGNATURE },
	{ "RequestTimeTooSkewed", CLOCK },
	{ "RequestExpired", CLOCK },
	{ "RequestInTheFuture", CLOCK },
	{ "MissingAuthenticationToken", MISSING },
	{ "MissingAuthenticationTokenException", MISSING },
};

static const struct {
	const char	*part;          /* of a message, where the code says less */
	enum trouble	 trouble;
	bool		 of_bearer;
} phrases[] = {
	{ "security token included in the request is expired", EXPIRED, false },
	{ "security token included in the request is invalid", UNKNOWN_KEY, false },
	{ "Signature expired", CLOCK, false },
	{ "Signature not yet current", CLOCK, false },
	{ "API Key", UNKNOWN_KEY, true },
	{ "bearer token", UNKNOWN_KEY, true },
	{ "token has expired", EXPIRED, true },
};

static enum trouble
diagnose(const struct aws_used *used, int status, const char *code, const char *message)
{
	for (size_t i = 0; message != NULL && i < sizeof phrases / sizeof *phrases; i++)
		if (phrases[i].of_bearer == used->bearer && (status == 400 || status == 401 || status == 403) &&
		    str_has_nocase(message, phrases[i].part))
			return phrases[i].trouble;
	for (size_t i = 0; code != NULL && i < sizeof troubles / sizeof *troubles; i++)
		if (strcmp(troubles[i].code, code) == 0)
			return troubles[i].trouble;
	return status == 401 ? UNKNOWN_KEY : NO_TROUBLE;
}

bool
request_clock_was_off(const struct http_headers *headers, const char *code, const char *message)
{
	static const struct aws_used signer = { .generation = 1 };
	enum trouble t = diagnose(&signer, 403, code, message);
	return (t == CLOCK || t == SIGNATURE) && correct_clock(headers);
}

static void
say_clock(const struct http_headers *headers, const struct aws_used *used, struct err *err)
{
	char here[32];
	clock_iso8601(clock_wall(), here);
	const char *there = headers != NULL ? http_headers_get(headers, "Date") : NULL;
	err_set(err, ERR_CREDENTIALS,
	    _("AWS refused the signature: check the secret key (%s) for stray spaces, and the clock "
	      "(here %s, there %s)."), used->label, here, there != NULL ? there : "?");
}

static void
say_refused(enum trouble trouble, const struct aws_used *used, const struct http_headers *headers,
    struct err *err)
{
	bool is_env = used->fixed && !used->bearer;
	if (used->bearer && used->kept)
		err_set(err, ERR_CREDENTIALS,
		    _("The API key that adit stored was refused. It overrides all other credentials: replace it "
		      "with /login, or forget it with /logout or “adit auth logout” to use them."));
	else if (used->bearer)
		err_set(err, ERR_CREDENTIALS,
		    _("The bearer token was refused. It overrides all other credentials: replace it, or unset "
		      "AWS_BEARER_TOKEN_BEDROCK to use them."));
	else if (trouble == EXPIRED && is_env)
		err_set(err, ERR_CREDENTIALS,
		    _("The session token in the environment has expired, and environment keys come before "
		      "profiles: export fresh keys, or unset AWS_ACCESS_KEY_ID."));
	else if (trouble == EXPIRED)
		err_set(err, ERR_CREDENTIALS, _("The credentials of %s have expired; renew them."),
		    used->label);
	else if (trouble == SIGNATURE || trouble == CLOCK)
		say_clock(headers, used, err);
	else if (trouble == MISSING)
		err_set(err, ERR_CREDENTIALS,
		    _("The request reached AWS without its credentials: a proxy may have removed them (%s)."),
		    used->host);
	else
		err_set(err, ERR_CREDENTIALS,
		    _("AWS does not know the key %s (%s): it was deleted, belongs to another partition, or "
		      "its session token is missing."), used->access_key, used->label);
}

enum aws_verdict
aws_judge(struct aws *aws, const struct aws_used *used, int status,
    const struct http_headers *headers, const char *code, const char *message, struct err *err)
{
	if (status < 400 || status >= 500 || used->generation == 0)
		return AWS_FINE;
	enum trouble trouble = diagnose(used, status, code, message);
	if (trouble == NO_TROUBLE)
		return AWS_FINE;
	say_refused(trouble, used, headers, err);
	if (trouble == CLOCK || trouble == SIGNATURE)
		return !used->bearer && correct_clock(headers) ? AWS_AGAIN : AWS_REFUSED;
	if (used->fixed || trouble == MISSING)
		return AWS_REFUSED;
	creds_refused(aws, used->generation);
	return AWS_AGAIN;
}

/* ---- fetch ------------------------------------------------------------------------------------ */

static enum err_code
code_of_status(int status)
{
	if (status == 401)
		return ERR_CREDENTIALS;
	if (status == 403 || status == 404)
		return ERR_DENIED;
	return status == 429 || status >= 500 ? ERR_UNAVAILABLE : ERR_FAILED;
}

static void
say_service_error(int status, const char *code, const char *message, struct err *err)
{
	if (code[0] != '\0' && message[0] != '\0')
		err_set(err, code_of_status(status), "%s: %s", code, message);
	else if (code[0] != '\0' || message[0] != '\0')
		err_set(err, code_of_status(status), "%s%s", code, message);
	else
		err_set(err, code_of_status(status), _("AWS answered HTTP %d and said nothing else."), status);
}

struct attempt {
	bool			judged;         /* the one second try after a verdict was used */
	bool			free_retry;     /* … and after a connection that had died meanwhile */
	enum retry_class	class;
	bool			at_once;
};

/* Bedrock may well take what a service that was only asked aside does not know. */
static bool
is_held_against(const struct aws_call *call, const struct aws_used *used, const struct attempt *a, int status,
    const char *code, const char *message)
{
	enum trouble t = call->aside ? diagnose(used, status, code, message) : EXPIRED;
	return t == CLOCK || t == SIGNATURE || (t == EXPIRED && !(call->aside && a->judged));
}

/* An answer that is no success: what next? True = try again. err says why it failed. */
static bool
judge_answer(struct aws *aws, const struct aws_call *call, const struct aws_used *used,
    const struct http_reply *reply, struct attempt *a, struct err *err)
{
	struct buf code, message;
	buf_init(&code, 0);
	buf_init(&message, 0);
	aws_error_of(reply->status, &reply->headers, buf_str(&reply->body), reply->body.len, &code, &message);
	say_service_error(reply->status, buf_str(&code), buf_str(&message), err);
	enum aws_verdict verdict = AWS_FINE;
	if (is_held_against(call, used, a, reply->status, buf_str(&code), buf_str(&message)))
		verdict = aws_judge(aws, used, reply->status, &reply->headers, buf_str(&code), buf_str(&message), err);
	a->class = verdict == AWS_FINE
	    ? retry_classify(reply->status, code.len > 0 ? code.s : NULL, buf_str(&message))
	    : RETRY_NEVER;
	a->at_once = verdict == AWS_AGAIN && !a->judged;
	a->judged = a->judged || a->at_once;
	buf_done(&code);
	buf_done(&message);
	return a->at_once || a->class != RETRY_NEVER;
}

/* No answer came. */
static bool
judge_failure(const struct transfer_end *end, struct attempt *a, const struct err *err)
{
	a->at_once = end->reset_on_reuse && !a->free_retry;
	a->free_retry = a->free_retry || a->at_once;
	bool hopeless = err->code == ERR_CANCELLED || end->dns || end->tls || end->proxy;
	a->class = hopeless ? RETRY_NEVER : RETRY_TRANSIENT;
	return a->at_once || a->class != RETRY_NEVER;
}

static void
empty_reply(struct http_reply *reply)
{
	reply->status = 0;
	http_headers_done(&reply->headers);
	buf_reset(&reply->body);
}

int
aws_fetch(struct aws *aws, const struct aws_call *asked, struct http_reply *reply,
    const atomic_bool *cancel, struct err *err)
{
	char id[37];
	str_uuid4(id);
	struct aws_call call = *asked;
	call.invocation_id = call.invocation_id != NULL ? call.invocation_id : id;
	call.cancel = cancel;
	struct attempt a = { 0 };
	struct err why = { 0 };
	int user_max = aws_max_attempts(aws), made = 0;
	for (;;) {
		struct http_request req;
		struct aws_used used;
		struct transfer_end end = { 0 };
		call.attempt = ++made;
		call.attempts = retry_attempts(RETRY_TRANSIENT, user_max);
		if (aws_prepare(aws, &call, &req, &used, err) < 0)
			return -1;
		empty_reply(reply);
		bool came = fetch(aws->engine, &req, reply, cancel, &end, &why) == 0;
		if (came && reply->status >= 200 && reply->status < 300)
			return 0;
		bool again = came ? judge_answer(aws, &call, &used, reply, &a, &why) : judge_failure(&end, &a, &why);
		if (!again || (!a.at_once && (call.once || made >= retry_attempts(a.class, user_max))))
			break;
		if (!a.at_once &&
		    !local_pause(retry_delay_ms(a.class, made, came ? &reply->headers : NULL), cancel)) {
			err_set(&why, ERR_CANCELLED, _("Stopped."));
			break;
		}
	}
	return err_set(err, why.code, "%s", why.text);
}
