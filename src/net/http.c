/* http.c - see http.h. */
#include "config.h"

#include "net/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

enum { DEFAULT_MAX_BODY = 16 << 20 };

static void
wipe_string(char **s)
{
	if (*s != NULL)
		mem_wipe(*s, strlen(*s));
	free(*s);
	*s = NULL;
}

void
http_headers_add(struct http_headers *hs, const char *name, const char *value)
{
	struct http_header h = { .name = mem_strdup(name), .value = mem_strdup(value) };
	vec_add(hs, h);
}

void
http_headers_set(struct http_headers *hs, const char *name, const char *value)
{
	char *copy = mem_strdup(value);         /* value may be the one that is replaced */
	char *kept = mem_strdup(name);
	for (size_t i = hs->n; i-- > 0;) {
		if (!str_same_nocase(hs->v[i].name, kept))
			continue;
		wipe_string(&hs->v[i].name);
		wipe_string(&hs->v[i].value);
		vec_cut(hs, i, 1);
	}
	struct http_header h = { .name = kept, .value = copy };
	vec_add(hs, h);
}

const char *
http_headers_get(const struct http_headers *hs, const char *name)
{
	for (size_t i = 0; i < hs->n; i++)
		if (str_same_nocase(hs->v[i].name, name))
			return hs->v[i].value;
	return NULL;
}

void
http_headers_done(struct http_headers *hs)
{
	for (size_t i = 0; i < hs->n; i++) {
		wipe_string(&hs->v[i].name);
		wipe_string(&hs->v[i].value);
	}
	vec_done(hs);
}

void
http_request_init(struct http_request *r, const char *method, const char *url)
{
	*r = (struct http_request){ .method = mem_strdup(method), .url = mem_strdup(url) };
}

void
http_request_done(struct http_request *r)
{
	wipe_string(&r->method);
	wipe_string(&r->url);
	wipe_string(&r->ca_bundle);
	http_headers_done(&r->headers);
	buf_wipe(&r->body);
	*r = (struct http_request){ 0 };
}

void
http_request_copy(struct http_request *to, const struct http_request *from)
{
	*to = *from;
	to->method = mem_strdup(from->method);
	to->url = mem_strdup(from->url);
	to->ca_bundle = mem_strdup(from->ca_bundle);
	to->headers = (struct http_headers){ 0 };
	for (size_t i = 0; i < from->headers.n; i++)
		http_headers_add(&to->headers, from->headers.v[i].name, from->headers.v[i].value);
	buf_init(&to->body, from->body.max);
	if (from->body.len > 0)
		buf_add(&to->body, from->body.s, from->body.len);
}

void
http_reply_init(struct http_reply *r, size_t max_body)
{
	*r = (struct http_reply){ 0 };
	buf_init(&r->body, max_body != 0 ? max_body : DEFAULT_MAX_BODY);
}

void
http_reply_done(struct http_reply *r)
{
	http_headers_done(&r->headers);
	buf_wipe(&r->body);
	r->status = 0;
}
