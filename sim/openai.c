/*
 * openai.c - see openai.h.
 *
 * In the order of such a server: the key, the form of the request, the model;
 * then the scenario. It is strict about the form, so that a client's mistakes
 * show, and careless with the key: a wrong one comes back in the error, as some
 * proxies do it, so that a client must take care not to show it.
 */
#include "config.h"

#include "openai.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <json-c/json.h>

#include "answer.h"
#include "converse.h"
#include "keys.h"
#include "scenario.h"
#include "stream.h"
#include "whole.h"

static const char service[] = "openai";

/* The models that there are. */
static const char *const models[] = { "sim-large", "sim-small", "vendor/sim-nested" };

bool
openai_asked(const struct request *q)
{
	return q->service == service;
}

/* ---- refusals ----------------------------------------------------------- */

static void
say_no(struct reply *r, unsigned status, const char *type, const char *code, const char *message)
{
	reply_json(r, status);
	bytes_reset(&r->body);
	bytes_puts(&r->body, "{\"error\":{\"message\":");
	bytes_json_str(&r->body, message);
	bytes_puts(&r->body, ",\"type\":");
	bytes_json_str(&r->body, type);
	bytes_puts(&r->body, ",\"param\":null,\"code\":");
	bytes_json_str(&r->body, code);
	bytes_puts(&r->body, "}}");
	free(r->error);
	r->error = sim_strdup(code != NULL ? code : type);
}

static void
refuse_form(struct reply *r, const char *what, const char *which)
{
	struct bytes b = { 0 };
	bytes_printf(&b, "%s%s%s", what, which != NULL ? ": " : "", which != NULL ? which : "");
	say_no(r, 400, "invalid_request_error", NULL, b.s);
	bytes_free(&b);
}

/* Statuses are the same; the words are not. */
const char *
openai_words(unsigned status)
{
	return status == 429 ? "Rate limit reached for requests." :
	    status >= 500 ? "The server had an error while processing your request." :
	    status == 403 ? "You are not allowed to sample from this model." : "The request is invalid.";
}

void
openai_error(struct reply *r, unsigned status, const char *type, const char *message)
{
	(void)type;
	if (message == NULL)
		message = openai_words(status);
	say_no(r, status, status >= 500 ? "server_error" : "invalid_request_error",
	    status == 429 ? "rate_limit_exceeded" : NULL, message);
}

/* ---- the key ------------------------------------------------------------ */

static bool
may_ask(struct request *q, struct reply *r)
{
	const char *authorization = request_header(q, "authorization");
	const char *token = request_header(q, "api-key");
	if (token == NULL && authorization != NULL && strncasecmp(authorization, "Bearer ", 7) == 0)
		token = authorization + 7;
	if (token == NULL) {
		say_no(r, 401, "invalid_request_error", NULL, "You didn't provide an API key.");
		return false;
	}
	q->auth = AUTH_BEARER;
	q->verified = strncmp(token, "sk-", 3) == 0 && keys_find_bearer(token) != NULL;
	if (!q->verified) {
		struct bytes b = { 0 };
		bytes_printf(&b, "Incorrect API key provided: %s.", token);
		say_no(r, 401, "invalid_request_error", "invalid_api_key", b.s);
		bytes_free(&b);
	}
	return q->verified;
}

/* ---- the form ----------------------------------------------------------- */

static bool
is_one_of(const char *name, const char *const *list)
{
	while (*list != NULL && strcmp(*list, name) != 0)
		list++;
	return *list != NULL;
}

static size_t
length_of(struct json_object *list)
{
	return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

static bool
item_is_sound(struct json_object *item)
{
	const char *type = string_of(item, "type");
	if (type == NULL)
		return false;
	if (strcmp(type, "text") == 0)
		return string_of(item, "text") != NULL;
	if (strcmp(type, "image_url") == 0) {
		const char *url = string_of(member_of(item, "image_url"), "url");
		return url != NULL && strncmp(url, "data:image/", 11) == 0;
	}
	return member_of(item, type) != NULL;
}

static bool
content_is_sound(struct json_object *content, bool may_lack)
{
	if (json_object_is_type(content, json_type_string))
		return true;
	if (content == NULL)
		return may_lack;
	for (size_t i = 0; i < length_of(content); i++)
		if (!item_is_sound(json_object_array_get_idx(content, i)))
			return false;
	return length_of(content) != 0;
}

static bool
calls_are_sound(struct json_object *calls)
{
	for (size_t i = 0; i < length_of(calls); i++) {
		struct json_object *c = json_object_array_get_idx(calls, i);
		struct json_object *f = member_of(c, "function");
		const char *arguments = string_of(f, "arguments");
		struct json_object *o = arguments != NULL ? json_tokener_parse(arguments) : NULL;
		bool sound = string_of(c, "id") != NULL && string_of(f, "name") != NULL &&
		    json_object_is_type(o, json_type_object);
		json_object_put(o);
		if (!sound)
			return false;
	}
	return true;
}

/* The calls that still wait for their results, as their ids between bars. */
static void
remember_calls(struct bytes *open, struct json_object *calls)
{
	bytes_reset(open);
	for (size_t i = 0; i < length_of(calls); i++)
		bytes_printf(open, "|%s|", string_of(json_object_array_get_idx(calls, i), "id"));
}

/* Takes the id out of the open ones; false when it is not among them. */
static bool
answers_call(struct bytes *open, const char *id)
{
	struct bytes mark = { 0 };
	bytes_printf(&mark, "|%s|", id != NULL ? id : "");
	char *at = open->len != 0 ? strstr(open->s, mark.s) : NULL;
	if (at != NULL) {
		memmove(at, at + mark.len, strlen(at + mark.len) + 1);
		open->len -= mark.len;
	}
	bytes_free(&mark);
	return at != NULL;
}

static const char *
message_fault(struct json_object *m, struct bytes *open)
{
	static const char *const roles[] = { "system", "developer", "user", "assistant", "tool", NULL };
	const char *role = string_of(m, "role");
	struct json_object *calls = member_of(m, "tool_calls");
	bool tool = role != NULL && strcmp(role, "tool") == 0;
	if (role == NULL || !is_one_of(role, roles))
		return "Invalid value for role";
	if (tool && !answers_call(open, string_of(m, "tool_call_id")))
		return "messages with role 'tool' must be a response to a preceding message with "
		       "'tool_calls'";
	if (!tool && open->len != 0)
		return "An assistant message with 'tool_calls' must be followed by tool messages "
		       "responding to each 'tool_call_id'";
	if (!content_is_sound(member_of(m, "content"), calls != NULL) || !calls_are_sound(calls))
		return "Invalid content of a message";
	if (calls != NULL)
		remember_calls(open, calls);
	return NULL;
}

static const char *
messages_fault(struct json_object *messages)
{
	struct bytes open = { 0 };
	const char *fault = length_of(messages) != 0 ? NULL : "'messages' must not be empty";
	for (size_t i = 0; i < length_of(messages) && fault == NULL; i++)
		fault = message_fault(json_object_array_get_idx(messages, i), &open);
	bytes_free(&open);
	return fault;
}

static const char *
tools_fault(struct json_object *tools)
{
	if (tools != NULL && length_of(tools) == 0)
		return "'tools' must not be empty";
	for (size_t i = 0; i < length_of(tools); i++) {
		struct json_object *f = member_of(json_object_array_get_idx(tools, i), "function");
		if (string_of(f, "name") == NULL ||
		    !json_object_is_type(member_of(f, "parameters"), json_type_object))
			return "Invalid tool";
	}
	return NULL;
}

/* A member that the reference does not know, of those that a client like adit may send. */
static const char *
unknown_member(struct json_object *body)
{
	static const char *const known[] = { "model", "messages", "stream", "stream_options", "tools",
		"tool_choice", "max_tokens", "max_completion_tokens", "temperature", "top_p", "stop",
		"reasoning_effort", "service_tier", "metadata", "user", "seed", "n", NULL };
	json_object_object_foreach(body, name, value) {
		(void)value;
		if (!is_one_of(name, known))
			return name;
	}
	return NULL;
}

static bool
is_well_formed(const struct request *q, struct reply *r)
{
	if (!scenario_validates())
		return true;
	if (!json_object_is_type(q->json, json_type_object)) {
		refuse_form(r, "We could not parse the JSON body of your request", NULL);
		return false;
	}
	const char *unknown = unknown_member(q->json);
	const char *fault = messages_fault(member_of(q->json, "messages"));
	if (fault == NULL)
		fault = tools_fault(member_of(q->json, "tools"));
	if (fault == NULL && member_of(q->json, "stream_options") != NULL &&
	    !json_object_get_boolean(member_of(q->json, "stream")))
		fault = "The 'stream_options' parameter is only allowed when 'stream' is enabled";
	if (unknown != NULL)
		refuse_form(r, "Unrecognized request argument supplied", unknown);
	else if (fault != NULL)
		refuse_form(r, fault, NULL);
	return unknown == NULL && fault == NULL;
}

static bool
has_model(const struct request *q, struct reply *r)
{
	for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
		if (q->model != NULL && strcmp(models[i], q->model) == 0)
			return true;
	struct bytes b = { 0 };
	bytes_printf(&b, "The model `%s` does not exist or you do not have access to it.",
	    q->model != NULL ? q->model : "");
	say_no(r, 404, "invalid_request_error", "model_not_found", b.s);
	bytes_free(&b);
	return false;
}

/* ---- operations --------------------------------------------------------- */

static void
stream_answer(struct request *q, struct reply *r, struct answer *a)
{
	r->kind = REPLY_STREAM;
	r->status = 200;
	reply_header(r, "Content-Type", "text/event-stream; charset=utf-8");
	r->stream = stream_new(a, q);
}

static void
whole_answer(struct request *q, struct reply *r, struct answer *a)
{
	struct whole w;
	struct refusal why = { 0 };
	if (whole_collect(&w, a, q, &why) == 0) {
		reply_json(r, 200);
		openai_write_whole(&r->body, &w, q);
	} else if (why.type != NULL) {
		openai_error(r, why.type->status, why.type->name, bytes_str(&why.message));
	} else {
		r->kind = REPLY_DROP;
	}
	whole_free(&w);
	refusal_free(&why);
}

static void
chat_completions(struct request *q, struct reply *r)
{
	struct answer a;
	if (!is_well_formed(q, r) || !has_model(q, r))
		return;
	answer_choose(q, &a);
	if (!answer_first_step(q, &a, r)) {
		if (json_object_get_boolean(member_of(q->json, "stream")))
			stream_answer(q, r, &a);
		else
			whole_answer(q, r, &a);
	}
	answer_free(&a);
}

static void
list_models(struct request *q, struct reply *r)
{
	(void)q;
	reply_json(r, 200);
	bytes_puts(&r->body, "{\"object\":\"list\",\"data\":[");
	for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
		bytes_printf(&r->body, "%s{\"id\":\"%s\",\"object\":\"model\",\"created\":1780000000,"
		    "\"owned_by\":\"adit-sim\"}", i != 0 ? "," : "", models[i]);
	bytes_puts(&r->body, "]}");
}

static const struct {
	const char	*method, *path, *operation;
	void		(*answer)(struct request *, struct reply *);
} routes[] = {
	{ "POST", "/v1/chat/completions", "ChatCompletions", chat_completions },
	{ "GET", "/v1/models", "ListModels", list_models },
};

static void
read_body(struct request *q)
{
	if (q->body.len == 0)
		return;
	q->json = json_tokener_parse(q->body.s);
	q->user_text = converse_user_text(q->json);
	q->model = sim_strdup(string_of(q->json, "model"));
}

bool
openai_answer(struct request *q, struct reply *r)
{
	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
		if (strcmp(routes[i].method, q->method) != 0 || strcmp(routes[i].path, q->path) != 0)
			continue;
		q->service = service;
		q->operation = routes[i].operation;
		read_body(q);
		if (may_ask(q, r))
			routes[i].answer(q, r);
		return true;
	}
	return false;
}
