/* reply.c - see reply.h. */
#include "config.h"

#include "reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
reply_free(struct reply *r)
{
	for (size_t i = 0; i < r->n_headers; i++) {
		free(r->headers[i].name);
		free(r->headers[i].value);
	}
	free(r->error);
	bytes_free(&r->body);
	stream_free(r->stream);
	*r = (struct reply){ 0 };
}

void
reply_header(struct reply *r, const char *name, const char *value)
{
	size_t i = 0;
	while (i < r->n_headers && strcasecmp(r->headers[i].name, name) != 0)
		i++;
	if (i == REPLY_MAX_HEADERS)
		return;
	if (i == r->n_headers)
		r->headers[r->n_headers++].name = sim_strdup(name);
	free(r->headers[i].value);
	r->headers[i].value = sim_strdup(value);
}

void
reply_json(struct reply *r, unsigned status)
{
	r->kind = REPLY_BODY;
	r->status = status;
	reply_header(r, "Content-Type", "application/json");
}

static void
set_type(struct reply *r, const char *type)
{
	struct bytes h = { 0 };
	error_type_header(&h, type);
	reply_header(r, "x-amzn-errortype", h.s);
	bytes_free(&h);
	free(r->error);
	r->error = sim_strdup(type);
}

void
reply_error(struct reply *r, unsigned status, const char *type, const char *message)
{
	const struct error_type *known = error_type_find(type);
	reply_json(r, status);
	set_type(r, type);
	bytes_puts(&r->body, "{\"message\":");
	bytes_json_str(&r->body, message != NULL ? message : known != NULL ? known->message : NULL);
	bytes_putc(&r->body, '}');
}

void
reply_refusal(struct reply *r, const struct refusal *why)
{
	reply_json(r, why->type->status);
	set_type(r, why->type->name);
	bytes_printf(&r->body, "{\"%s\":", why->capital ? "Message" : "message");
	bytes_json_str(&r->body, bytes_str(&why->message));
	bytes_putc(&r->body, '}');
}
