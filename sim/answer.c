/* answer.c - see answer.h. */
#include "config.h"

#include "answer.h"

#include <json-c/json.h>

#include "converse.h"
#include "openai.h"
#include "pause.h"
#include "simtime.h"

void
answer_choose(struct request *q, struct answer *a)
{
	*a = scenario_answer(q);
	if (a->steps == NULL)
		a->steps = default_answer(q);
}

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
answer_http(const struct request *q, struct reply *r, struct json_object *http)
{
	const char *type = string_of(http, "type"), *body = string_of(http, "body");
	const char *content_type = string_of(http, "content_type");
	const struct error_type *known = type != NULL ? error_type_find(type) : NULL;
	unsigned status = (unsigned)json_object_get_int(member_of(http, "status"));
	if (status == 0)
		status = known != NULL ? known->status : 200;
	if (type != NULL && openai_asked(q))
		openai_error(r, status, type, string_of(http, "message"));
	else if (type != NULL)
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

bool
answer_first_step(const struct request *q, const struct answer *a, struct reply *r)
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
		answer_http(q, r, http);
	else {
		r->kind = REPLY_BODY;
		r->status = 307;
		reply_header(r, "Location", redirect);
	}
	return true;
}
