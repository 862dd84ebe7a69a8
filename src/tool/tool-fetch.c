/*
 * tool-fetch.c - fetch_url: the text of a web page.
 *
 * What is approved is an address as it is written here: scheme, host, path.
 * No address of a private network is connected to unless the host itself was
 * approved as one; a page that sends elsewhere is followed on the same host
 * only, anything else is for the model to ask again.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/fetch.h"
#include "net/host.h"
#include "text/utf8.h"
#include "tool/encoding.h"
#include "tool/html.h"
#include "tool/tools.h"

enum {
	URL_MAX = 2000,
	BODY_MAX = 8 * 1024 * 1024,
	TOTAL_MS = 60 * 1000,
	IDLE_MS = 20 * 1000,
	HOPS = 5,
};

struct plan {
	char	*url;           /* as approved */
	bool	 is_private;
};

static void
done(struct tool_call *c)
{
	struct plan *p = c->plan;
	free(p->url);
	free(p);
}

/* ---- addresses ------------------------------------------------------------------ */

/* The length of "https://"; 0: another scheme, or none. */
static size_t
scheme_length(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0 ? 8 : strncasecmp(url, "http://", 7) == 0 ? 7 : 0;
}

/*
 * The one way to write it: scheme and host in small letters, a path, no fragment. Whatever two
 * readers could read differently (a user name, a backslash, control characters) is refused.
 */
static int
canonical(const char *given, struct buf *out, struct err *err)
{
	size_t scheme = scheme_length(given);
	if (scheme == 0)
		return err_set(err, ERR_FAILED, "The address must begin with https:// or http://.");
	const char *host = given + scheme;
	size_t n = strcspn(host, "/?#");
	if (strlen(given) > URL_MAX || n == 0)
		return err_set(err, ERR_FAILED, "The address is too long, or has no host.");
	for (const char *p = given; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == '\\' || *p == 0x7f || (p < host + n && (*p == '@' || *p == '%' ||
		    (unsigned char)*p >= 0x80)))
			return err_set(err, ERR_FAILED, "The address has characters that do not belong there. Encode "
			    "them as %%XX, and the host as xn--…; no user name.");
	for (size_t i = 0; i < scheme + n; i++)
		buf_putc(out, (char)(given[i] >= 'A' && given[i] <= 'Z' ? given[i] + 32 : given[i]));
	const char *rest = host + n;
	if (*rest != '/')
		buf_putc(out, '/');
	for (; *rest != '\0' && *rest != '#'; rest++) {
		if ((unsigned char)*rest >= 0x80)
			str_percent(out, rest, 1, "");
		else
			buf_putc(out, *rest);
	}
	return 0;
}

/* "host" of scheme://host:port/…; the caller frees. */
static char *
host_of(const char *url)
{
	const char *host = strstr(url, "://") + 3;
	size_t n = strcspn(host, "/");
	char *s = mem_strndup(host, n);
	char *colon = strrchr(s, ':');
	if (colon != NULL && strchr(colon, ']') == NULL)
		*colon = '\0';
	return s;
}

/* Numbers that some resolvers take for an address: 2130706433, 0x7f.1, 127.1. */
static bool
looks_numeric(const char *host)
{
	const char *last = strrchr(host, '.');
	last = last != NULL ? last + 1 : host;
	return *host != '[' && *last >= '0' && *last <= '9';
}

static bool
is_four_numbers(const char *host)
{
	int dots = 0;
	for (const char *p = host; *p != '\0'; p++) {
		if (*p == '.')
			dots++;
		else if (*p < '0' || *p > '9' || (*p == '0' && (p == host || p[-1] == '.') && p[1] >= '0' && p[1] <= '9'))
			return false;
	}
	return dots == 3;
}

static int
prepare(struct tool_call *c, struct err *err)
{
	struct plan *p = c->plan = mem_alloc(sizeof *p);
	struct buf url = { 0 };
	if (canonical(tool_arg(c, "url", ""), &url, err) < 0) {
		buf_done(&url);
		return -1;
	}
	p->url = buf_take(&url, NULL);
	c->subject = mem_strdup(p->url);
	c->summary = mem_strdup(p->url);
	char *host = host_of(p->url);
	bool odd = looks_numeric(host) && !is_four_numbers(host);
	p->is_private = host_is_private(host);
	free(host);
	if (odd)
		return err_set(err, ERR_FAILED, "Write the host as a name, or as four numbers.");
	c->beyond = p->is_private;
	buf_puts(&c->preview, p->url);
	if (p->is_private)
		c->place_note = mem_strdup(_("This address is on your own machine or network."));
	return 0;
}

/* ---- fetching --------------------------------------------------------------------- */

static int
get(struct tool_call *c, const char *url, struct http_reply *reply, struct err *err)
{
	const struct plan *p = c->plan;
	struct http_request r;
	http_request_init(&r, "GET", url);
	http_headers_add(&r.headers, "accept", "text/html, text/plain, text/markdown, application/json, */*;q=0.5");
	http_headers_add(&r.headers, "user-agent", PACKAGE_NAME "/" PACKAGE_VERSION);
	r.insecure_ok = true;
	r.public_only = !p->is_private;
	r.direct = p->is_private;
	r.total_ms = TOTAL_MS;
	r.idle_ms = IDLE_MS;
	http_reply_init(reply, BODY_MAX);
	return fetch(c->place->engine, &r, reply, &c->cancel, NULL, err);
}

static bool
is_redirect(const struct http_reply *r)
{
	return r->status == 301 || r->status == 302 || r->status == 303 || r->status == 307 || r->status == 308;
}

/* Where it sends us, as an absolute address; NULL when that makes no sense. */
static char *
target(const char *url, const char *to)
{
	struct buf b = { 0 };
	char *joined;
	const char *path = strchr(strstr(url, "://") + 3, '/');
	if (to == NULL)
		return NULL;
	if (scheme_length(to) > 0)
		joined = mem_strdup(to);
	else if (str_starts(to, "//"))
		joined = mem_printf("%.*s%s", (int)(strstr(url, "://") + 1 - url), url, to);
	else if (*to == '/')
		joined = mem_printf("%.*s%s", (int)(path - url), url, to);
	else {
		size_t n = strcspn(path, "?");
		while (n > 1 && path[n - 1] != '/')
			n--;
		joined = mem_printf("%.*s%s", (int)(path + n - url), url, to);
	}
	int rc = canonical(joined, &b, NULL);
	free(joined);
	if (rc == 0)
		return buf_take(&b, NULL);
	buf_done(&b);
	return NULL;
}

/* Further without asking: the same host and port, or from http to https on it. */
static bool
same_place(const char *a, const char *b)
{
	const char *x = strstr(a, "://") + 3, *y = strstr(b, "://") + 3;
	size_t n = strcspn(x, "/"), k = strcspn(y, "/");
	bool weaker = str_starts(a, "https:") && str_starts(b, "http:");
	return n == k && memcmp(x, y, n) == 0 && !weaker;
}

/* ---- what came ------------------------------------------------------------------------ */

/* The charset of "text/html; charset=x", or of the page's first bytes. */
static const char *
encoding_of_page(const char *type, const struct buf *body)
{
	char name[40];
	size_t head = body->len < 1024 ? body->len : 1024, bom;
	char *start = mem_strndup(buf_str(body), head);
	const char *places[] = { type != NULL ? type : "", start };
	const char *encoding = NULL;
	for (size_t i = 0; i < 2 && encoding == NULL; i++) {
		const char *at = strcasestr(places[i], "charset=");
		if (at == NULL)
			continue;
		at += 8 + strspn(at + 8, "\"' ");
		size_t n = strcspn(at, "\"'; \r\n/>");
		if (n >= sizeof name)
			continue;
		memcpy(name, at, n);
		name[n] = '\0';
		encoding = encoding_named(name);
	}
	free(start);
	return encoding != NULL ? encoding : encoding_of(buf_str(body), body->len, &bom);
}

static int
put_page(struct tool_call *c, const struct http_reply *r, const char *url, struct err *err)
{
	const char *type = http_headers_get(&r->headers, "content-type");
	bool html = type != NULL && (str_has_nocase(type, "html") || str_has_nocase(type, "xhtml"));
	size_t bom;
	if (r->body.len > 0 && encoding_of(buf_str(&r->body), r->body.len, &bom) == NULL)
		return err_set(err, ERR_FAILED, "%s is not text (%.60s, %zu bytes).", url, type != NULL ? type : "no type",
		    r->body.len);
	struct buf text = { 0 }, page = { 0 };
	encoding_decode(&text, encoding_of_page(type, &r->body), buf_str(&r->body), r->body.len);
	if (html)
		html_text(&page, buf_str(&text), text.len);
	else
		buf_swap(&page, &text);
	char *head = mem_printf("[%s answered with status %d, %.60s]\n\n", url, r->status, type != NULL ? type : "no type");
	tool_puts(c, head);
	tool_puts(c, buf_str(&page));
	free(head);
	c->outcome = r->status / 100 == 2 ? mem_printf(ngettext("%zu byte", "%zu bytes", page.len), page.len) :
	    mem_printf(_("status %d"), r->status);
	buf_done(&text);
	buf_done(&page);
	return r->status / 100 == 2 ? 0 : -1;
}

static int
run(struct tool_call *c, struct err *err)
{
	const struct plan *p = c->plan;
	if (c->place->engine == NULL)
		return err_set(err, ERR_FAILED, "There is no network here.");
	char *url = mem_strdup(p->url);
	int rc = -1;
	for (int hop = 0;; hop++) {
		struct http_reply reply;
		rc = get(c, url, &reply, err);
		char *next = rc == 0 && is_redirect(&reply) ? target(url, http_headers_get(&reply.headers, "location")) : NULL;
		bool on = next != NULL && hop < HOPS && same_place(url, next);
		if (rc == 0 && next != NULL && !on)
			rc = err_set(err, ERR_FAILED, hop >= HOPS ? "%s sends from one address to the next without end (%s)." :
			    "%s sends elsewhere: call fetch_url with %s to follow.", url, next);
		else if (rc == 0 && !on)
			rc = put_page(c, &reply, url, err);
		http_reply_done(&reply);
		free(on ? url : next);
		if (!on)
			break;
		url = next;
	}
	free(url);
	return rc;
}

const struct tool tool_fetch = {
	.name = "fetch_url",
	.title = N_("Read a web page"),
	.description = "Fetches a page with GET and returns its text; HTML becomes plain text with links. Addresses of "
	    "private networks are refused unless the user allows them.",
	.schema = "{\"type\":\"object\",\"properties\":{"
	    "\"url\":{\"type\":\"string\",\"description\":\"The address, with https://\"}},"
	    "\"required\":[\"url\"]}",
	.flags = TOOL_NET | TOOL_PARALLEL,
	.prepare = prepare,
	.run = run,
	.done = done,
};
