/* page.c - see page.h. */
#include "config.h"

#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "catalogue.h"
#include "converse.h"
#include "scenario.h"

/* Tokens are opaque to clients and hold all of + / and =, so that escaping is put to the test. */
static const uint8_t token_start[] = { 0xfb, 0xff, 0xbe };

static void
put_token(struct bytes *b, size_t next)
{
	struct bytes raw = { 0 };
	bytes_add(&raw, token_start, sizeof token_start);
	bytes_printf(&raw, "%05zu", next);
	bytes_base64(b, raw.s, raw.len);
	bytes_free(&raw);
}

static int
read_token(const char *token, size_t *from)
{
	struct bytes raw = { 0 };
	unsigned long n = 0;
	bool ok = bytes_unbase64(&raw, token) == 0 && raw.len == sizeof token_start + 5 &&
	    memcmp(raw.s, token_start, sizeof token_start) == 0 &&
	    sscanf(raw.s + sizeof token_start, "%5lu", &n) == 1;
	bytes_free(&raw);
	*from = n;
	return ok ? 0 : -1;
}

static long
setting(const char *name)
{
	return (long)json_object_get_int64(member_of(scenario_catalogue(), name));
}

static int
read_query(struct page *p, const char *max, const char *token, struct refusal *why)
{
	long n = max != NULL ? strtol(max, NULL, 10) : 1000, most = setting("page_size");
	if (n < 1 || n > 1000)
		return refuse(why, "ValidationException",
		    "1 validation error detected: Value '%s' at 'maxResults' failed to satisfy "
		    "constraint: Member must have value between 1 and 1000",
		    max);
	if (token != NULL && read_token(token, &p->from) != 0)
		return refuse(why, "ValidationException", "The provided nextToken is invalid.");
	p->to = p->from + (size_t)(most > 0 && most < n ? most : n);
	return 0;
}

int
page_begin(struct page *p, const struct request *q, const char *name, struct bytes *out,
    struct refusal *why)
{
	char *max = query_value(q, "maxResults"), *token = query_value(q, "nextToken");
	*p = (struct page){ .out = out };
	int result = read_query(p, max, token, why);
	if (result == 0)
		bytes_printf(out, "{\"%s\":[", name);
	free(max);
	free(token);
	return result;
}

bool
page_in(struct page *p)
{
	bool shown = p->n >= p->from && p->n < p->to;
	if (shown && p->n > p->from)
		bytes_putc(p->out, ',');
	p->n++;
	return shown;
}

void
page_end(struct page *p)
{
	bool same = json_object_get_boolean(member_of(scenario_catalogue(), "same_token"));
	bytes_putc(p->out, ']');
	if (p->n > p->to || same) {
		bytes_puts(p->out, ",\"nextToken\":\"");
		put_token(p->out, same ? 0 : p->to);
		bytes_putc(p->out, '"');
	}
	bytes_putc(p->out, '}');
}
