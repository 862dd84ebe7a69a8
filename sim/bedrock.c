/*
 * bedrock.c - see bedrock.h.
 *
 * In the order of the real service: the route, who is asking, whether the
 * request is well-formed, whether the model would take it; then the scenario.
 */
#include "config.h"

#include "bedrock.h"

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "auth.h"
#include "converse.h"
#include "pause.h"
#include "scenario.h"
#include "simtime.h"

/* ---- answers that a scenario gives instead of the operation's own -------- */

static void
http_headers(struct reply *r, struct json_object *headers)
{
	if (!json_object_is_type(headers, json_type_object))
		return;
	json_object_object_foreach(headers, name, value)
		reply_header(r, name, json_object_get_string(value));
}

/* {"http":{"status","type","message","headers","body","content_type"}} */
static void
answer_http(struct reply *r, struct json_object *http)
{
	const char *type = string_of(http, "type"), *body = string_of(http, "body");
	const char *content_type = string_of(http, "content_type");
	const struct error_type *known = type != NULL ? error_type_find(type) : NULL;
	unsigned status = (unsigned)json_object_get_int(member_of(http, "status"));
	if (status == 0)
		status = known != NULL ? known->status : 200;
	if (type != NULL)
		reply_error(r, status, type, string_of(http, "message"));
	else
		reply_json(r, status);
	if (body != NULL) {
		bytes_reset(&r->body);
		bytes_puts(&r->body, body);
	}
	if (content_type != NULL)
		reply_header(r, "Content-Type", content_type);
	http_headers(r, member_of(http, "headers"));
}

/* Takes over if the first step is one that replaces the whole answer. */
static bool
answered_by_first_step(const struct request *q, const struct answer *a, struct reply *r)
{
	struct json_object *step = json_object_array_get_idx(a->steps, 0);
	struct json_object *http = member_of(step, "http");
	const char *redirect = string_of(step, "redirect");
	bool hang = json_object_get_boolean(member_of(step, "hang"));
	if (http == NULL && redirect == NULL && !hang)
		return false;
	struct json_object *delay = member_of(step, "delay_ms");
	int ms = delay != NULL ? json_object_get_int(delay) : a->pace.delay_ms;
	if (ms > 0 && pause_until(q->fd, time_mono_ns() + ms * NS_PER_MS) != PAUSE_OVER)
		r->kind = REPLY_DROP;
	else if (hang)
		r->kind = REPLY_HANG;
	else if (http != NULL)
		answer_http(r, http);
	else {
		r->kind = REPLY_BODY;
		r->status = 307;
		reply_header(r, "Location", redirect);
	}
	return true;
}

/* ---- operations --------------------------------------------------------- */

static void
converse_stream(struct request *q, struct answer *a, struct reply *r)
{
	if (a->steps == NULL)
		a->steps = default_answer(q);
	r->kind = REPLY_STREAM;
	r->status = 200;
	reply_header(r, "Content-Type", "application/vnd.amazon.eventstream");
	r->stream = stream_new(a, q);
}

/* ---- routes ------------------------------------------------------------- */

/* "{}" in a path stands for one label: the model or profile. */
static const struct route {
	const char	*method, *path, *service, *operation;
	void		(*answer)(struct request *, struct answer *, struct reply *);
} routes[] = {
	{ "POST", "/model/{}/converse-stream", "bedrock-runtime", "ConverseStream",
	    converse_stream },
};

/* Whether the raw path fits; *label is where the label starts, *n how long it is. */
static bool
path_fits(const char *pattern, const char *path, const char **label, size_t *n)
{
	const char *hole = strstr(pattern, "{}");
	if (hole == NULL)
		return strcmp(pattern, path) == 0;
	size_t before = (size_t)(hole - pattern);
	if (strncmp(pattern, path, before) != 0)
		return false;
	*label = path + before;
	*n = strcspn(*label, "/");
	return *n != 0 && strcmp(*label + *n, hole + 2) == 0;
}

static const struct route *
find_route(struct request *q)
{
	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
		const char *label = NULL;
		size_t n = 0;
		if (strcmp(routes[i].method, q->method) != 0 ||
		    !path_fits(routes[i].path, q->path, &label, &n))
			continue;
		q->service = routes[i].service;
		q->operation = routes[i].operation;
		if (label != NULL) {
			struct bytes id = { 0 };
			bytes_unescape(&id, label, n);
			q->model = id.s;
		}
		return &routes[i];
	}
	return NULL;
}

static void
unknown_operation(struct reply *r)
{
	reply_error(r, 404, "UnknownOperationException", NULL);
	bytes_reset(&r->body);
	bytes_puts(&r->body, "{\"Output\":{\"__type\":\"com.amazon.coral.service#"
	    "UnknownOperationException\"},\"Version\":\"1.0\"}");
}

static void
read_body(struct request *q)
{
	if (q->body.len == 0)
		return;
	struct json_tokener *t = json_tokener_new_ex(128);
	q->json = json_tokener_parse_ex(t, q->body.s, (int)q->body.len);
	if (json_tokener_get_error(t) != json_tokener_success) {
		json_object_put(q->json);
		q->json = NULL;
	}
	json_tokener_free(t);
	q->user_text = converse_user_text(q->json);
}

void
bedrock_answer(struct request *q, struct reply *r)
{
	struct refusal why = { 0 };
	const struct route *route = find_route(q);
	read_body(q);
	if (route == NULL) {
		unknown_operation(r);
		return;
	}
	if (auth_check(q, &why) != 0) {
		reply_refusal(r, &why);
	} else {
		struct answer a = scenario_answer(q);
		if (a.steps == NULL || !answered_by_first_step(q, &a, r))
			route->answer(q, &a, r);
		answer_free(&a);
	}
	refusal_free(&why);
}
