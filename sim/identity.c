/* identity.c - see identity.h. */
#include "config.h"

#include "identity.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "converse.h"
#include "faults.h"
#include "settings.h"
#include "tickets.h"

static const struct service *const services[] = { &imds_service, &ecs_service, &sts_service,
	&sso_service, &oidc_service, &signin_service, &rolesanywhere_service };

/* Held while an operation answers: tickets, counts of what was issued. Never while waiting. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- start and end ------------------------------------------------------ */

static void
accept_all(enum ticket_kind kind, const struct texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		ticket_new(kind, t->s[i], 0);
}

void
identity_start(void)
{
	const struct settings *s = settings();
	accept_all(TICKET_SSO, &s->sso.tokens);
	accept_all(TICKET_SSO_REFRESH, &s->oidc.refresh_tokens);
	accept_all(TICKET_LOGIN_REFRESH, &s->signin.refresh_tokens);
	if (s->oidc.client_id == NULL)
		return;
	struct ticket *client = ticket_new(TICKET_CLIENT, s->oidc.client_id, 0);
	client->proof = sim_strdup(s->oidc.client_secret != NULL ? s->oidc.client_secret : "");
	client->scoped = true;
}

void
identity_free(void)
{
	tickets_free();
}

/* ---- refusals ----------------------------------------------------------- */

/* What is not here has status 400. */
static const struct {
	const char	*code;
	unsigned	 status;
} statuses[] = {
	{ "AccessDenied", 403 },
	{ "AccessDeniedException", 403 },
	{ "ExpiredToken", 403 },
	{ "Forbidden", 403 },
	{ "ForbiddenException", 403 },
	{ "IDPRejectedClaim", 403 },
	{ "InternalFailure", 500 },
	{ "InternalServerException", 500 },
	{ "InvalidClientTokenId", 403 },
	{ "MissingAuthenticationToken", 403 },
	{ "NotFound", 404 },
	{ "RegionDisabledException", 403 },
	{ "ResourceNotFoundException", 404 },
	{ "ServiceUnavailable", 503 },
	{ "SignatureDoesNotMatch", 403 },
	{ "TOKEN_EXPIRED", 401 },
	{ "TooManyRequestsException", 429 },
	{ "USER_CREDENTIALS_CHANGED", 401 },
	{ "INSUFFICIENT_PERMISSIONS", 403 },
	{ "Unauthorized", 401 },
	{ "UnauthorizedException", 401 },
	{ "invalid_client", 401 },
	{ "server_error", 500 },
};

static unsigned
usual_status(const char *code)
{
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (strcmp(statuses[i].code, code) == 0)
			return statuses[i].status;
	return 400;
}

int
deny(struct denial *d, const char *code, const char *fmt, ...)
{
	va_list ap;
	char *text = NULL;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		sim_die("out of memory");
	va_end(ap);
	d->code = code;
	d->status = usual_status(code);
	bytes_reset(&d->message);
	bytes_puts(&d->message, text);
	free(text);
	return -1;
}

void
denial_head(struct reply *r, const struct denial *d, const char *type)
{
	bytes_reset(&r->body);
	reply_json(r, d->status);
	if (type != NULL)
		reply_header(r, "x-amzn-ErrorType", type);
	free(r->error);
	r->error = sim_strdup(d->code);
}

/* ---- the request -------------------------------------------------------- */

static void
unescape_field(struct bytes *b, const char *s, size_t n)
{
	struct bytes plus = { 0 };
	for (size_t i = 0; i < n; i++)
		bytes_putc(&plus, s[i] == '+' ? ' ' : s[i]);
	bytes_unescape(b, bytes_str(&plus), n);
	bytes_free(&plus);
}

/* The fields of an application/x-www-form-urlencoded body as an object of texts. */
static struct json_object *
read_form(const char *s)
{
	struct json_object *o = json_object_new_object();
	while (*s != '\0') {
		size_t n = strcspn(s, "&"), name = strcspn(s, "=&");
		struct bytes key = { 0 }, value = { 0 };
		unescape_field(&key, s, name);
		if (name < n)
			unescape_field(&value, s + name + 1, n - name - 1);
		json_object_object_add(
		    o, bytes_str(&key), json_object_new_string(bytes_str(&value)));
		bytes_free(&key);
		bytes_free(&value);
		s += n + (s[n] == '&');
	}
	return o;
}

static void
read_body(struct request *q)
{
	const char *type = request_header(q, "content-type");
	if (q->body.len == 0)
		return;
	if (type != NULL && strncmp(type, "application/x-www-form-urlencoded", 33) == 0) {
		q->json = read_form(q->body.s);
		return;
	}
	struct json_tokener *t = json_tokener_new_ex(32);
	q->json = json_tokener_parse_ex(t, q->body.s, (int)q->body.len);
	if (json_tokener_get_error(t) != json_tokener_success) {
		json_object_put(q->json);
		q->json = NULL;
	}
	json_tokener_free(t);
}

static bool
path_fits(const char *pattern, const char *path)
{
	size_t n = strlen(pattern);
	if (pattern[n - 1] == '*')
		return strncmp(pattern, path, n - 1) == 0;
	return strcmp(pattern, path) == 0;
}

/* A service that is asked by queries has one path; its last row answers unknown actions. */
static const struct operation *
find_operation(const struct service *s, const struct request *q, const char *action)
{
	const struct operation *o = s->operations;
	for (; o->method != NULL; o++)
		if (strcmp(o->method, q->method) == 0 && path_fits(o->path, q->path) &&
		    (!s->query || o->name == NULL ||
		    (action != NULL && strcmp(o->name, action) == 0)))
			return o;
	return NULL;
}

static const struct service *
find_service(const struct request *q)
{
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
		for (const struct operation *o = services[i]->operations; o->method != NULL; o++)
			if (strcmp(o->method, q->method) == 0 && path_fits(o->path, q->path))
				return services[i];
	return NULL;
}

/* ---- the answer --------------------------------------------------------- */

static int
answer_well(const struct operation *o, struct request *q, struct reply *r, struct denial *d)
{
	pthread_mutex_lock(&lock);
	int result = o->answer(q, r, d);
	pthread_mutex_unlock(&lock);
	return result;
}

/* The error that a fault wants; false if it wants none. */
static bool
wanted_error(const struct fault *f, struct denial *d)
{
	unsigned status = 0;
	const char *message, *code = fault_code(f, &status, &message);
	if (code == NULL)
		return false;
	deny(d, code, "%s", message);
	if (status != 0)
		d->status = status;
	return true;
}

bool
identity_answer(struct request *q, struct reply *r)
{
	const struct service *s = find_service(q);
	if (s == NULL)
		return false;
	read_body(q);
	const struct operation *o = find_operation(s, q, string_of(q->json, "Action"));
	q->secret = true;
	q->service = s->name;
	q->operation = o->name;
	q->fault = faults_take(q);
	struct denial d = { .request_id = q->id };
	if (!fault_wait(q->fault, q))
		r->kind = REPLY_DROP;
	else if (wanted_error(q->fault, &d) ||
	    (!fault_replaces(q->fault, r) && answer_well(o, q, r, &d) != 0))
		s->write_denial(r, &d);
	fault_spoil(q->fault, r);
	bytes_free(&d.message);
	return true;
}
