/* provider.c - the endpoints of the configuration; see provider.h. */
#include "config.h"

#include "model/provider.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/host.h"

/* A shorter one may be a word of the language, such as the "none" that local servers are given. */
enum { SECRET_MIN = 8 };

/* ---- what cannot be used ----------------------------------------------------- */

/* The host, with its port, of http://HOST/PATH; NULL when the address has none, or a user. */
static char *
host_of(const char *url)
{
	const char *at = strstr(url, "://");
	if (at == NULL)
		return NULL;
	at += 3;
	size_t n = strcspn(at, "/?#");
	if (n == 0 || memchr(at, '@', n) != NULL)
		return NULL;
	return mem_strndup(at, n);
}

static bool
is_on_this_machine(const char *host)
{
	const char *end = *host == '[' ? strchr(host, ']') : strrchr(host, ':');
	size_t n = end == NULL ? strlen(host) : (size_t)(end - host) + (*host == '[');
	char *name = mem_strndup(host, n);
	bool local = host_is_local(name);
	free(name);
	return local;
}

static bool
has_controls(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return true;
	return false;
}

static bool
is_header_name(const char *s)
{
	return *s != '\0' && s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789!#$%&'*+-.^_`|~")] == '\0';
}

static int
check_address(const struct provider *p, const struct provider_options *o, struct err *err)
{
	bool plain = o->url != NULL && str_starts(o->url, "http://");
	if (str_blank(o->url))
		return err_set(err, ERR_CONFIG,
		    _("The provider %s has no address. Set models.providers.%s.baseUrl in the "
		      "configuration."), p->name, p->name);
	if (p->host == NULL || (!plain && !str_starts(o->url, "https://")) || has_controls(o->url))
		return err_set(err, ERR_CONFIG,
		    _("models.providers.%s.baseUrl is not an address that adit can use. It must "
		      "look like https://host/v1, without a user name."), p->name);
	if (plain && !o->insecure_ok && !is_on_this_machine(p->host))
		return err_set(err, ERR_CONFIG,
		    _("The provider %s is at %s over plain http, where everybody on the way could "
		      "read the conversation and the API key. Use https, or set "
		      "models.providers.%s.insecureHttp to true if you trust that network."),
		    p->name, p->host, p->name);
	return 0;
}

static int
check_headers(const struct provider *p, struct err *err)
{
	for (size_t i = 0; i < p->headers.n; i++)
		if (!is_header_name(p->headers.v[i].name) || has_controls(p->headers.v[i].value))
			return err_set(err, ERR_CONFIG,
			    _("models.providers.%s.headers holds what cannot be a header line."),
			    p->name);
	return 0;
}

static void
check(struct provider *p, const struct provider_options *o)
{
	if (o->api != NULL && strcmp(o->api, openai_api.name) != 0)
		err_set(&p->wrong, ERR_CONFIG,
		    _("adit does not speak %s, which models.providers.%s.api asks for. It speaks "
		      "openai-completions, and bedrock-converse-stream to amazon-bedrock."),
		    o->api, p->name);
	else if (check_address(p, o, &p->wrong) == 0 && check_headers(p, &p->wrong) == 0 &&
	    has_controls(secret_reveal(p->key)))
		err_set(&p->wrong, ERR_CONFIG,
		    _("models.providers.%s.apiKey holds line ends or other characters that cannot "
		      "be in a key."), p->name);
}

/* ---- life ---------------------------------------------------------------------- */

/* Without white space around it, which variables that were read from files often have. */
static struct secret *
new_key(const char *s)
{
	if (str_blank(s))
		return NULL;
	s += strspn(s, " \t\r\n");
	size_t n = strlen(s);
	while (n > 0 && strchr(" \t\r\n", s[n - 1]) != NULL)
		n--;
	return secret_new(s, n);
}

struct provider *
provider_new(const struct provider_options *o)
{
	struct provider *p = mem_alloc(sizeof *p);
	atomic_init(&p->refs, 1);
	p->name = mem_strdup(o->name);
	p->api = &openai_api;
	p->url = mem_strdup(o->url != NULL ? o->url : "");
	p->host = host_of(p->url);
	p->key = new_key(o->key);
	p->ca_bundle = mem_strdup(o->ca_bundle);
	p->insecure_ok = o->insecure_ok;
	for (size_t i = 0; o->headers != NULL && i < o->headers->n; i++)
		http_headers_set(&p->headers, o->headers->v[i].name, o->headers->v[i].value);
	check(p, o);
	return p;
}

struct provider *
provider_ref(const struct provider *shared)
{
	struct provider *p = (struct provider *)(uintptr_t)shared;
	if (p != NULL)
		atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void
provider_unref(const struct provider *shared)
{
	struct provider *p = (struct provider *)(uintptr_t)shared;
	if (p == NULL || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) > 1)
		return;
	free(p->name);
	free(p->url);
	free(p->host);
	secret_free(p->key);
	http_headers_done(&p->headers);
	free(p->ca_bundle);
	free(p);
}

/* ---- what comes back -------------------------------------------------------------- */

static void
redact(struct buf *b, const char *secret)
{
	size_t n = strlen(secret);
	if (n < SECRET_MIN || b->len < n)
		return;
	struct buf out = { 0 };
	const char *at = b->s, *end = b->s + b->len, *hit;
	while ((hit = memmem(at, (size_t)(end - at), secret, n)) != NULL) {
		buf_add(&out, at, (size_t)(hit - at));
		buf_puts(&out, "(the key)");
		at = hit + n;
	}
	if (at != b->s) {
		buf_add(&out, at, (size_t)(end - at));
		buf_swap(b, &out);
	}
	buf_wipe(&out);
}

void
provider_redact(const struct provider *p, struct buf *b)
{
	redact(b, secret_reveal(p->key));
	for (size_t i = 0; i < p->headers.n; i++)
		redact(b, p->headers.v[i].value);
}

/* ---- all of them --------------------------------------------------------------------- */

void
providers_add(struct providers *all, struct provider *p)
{
	vec_add(&all->v, p);
}

void
providers_done(struct providers *all)
{
	for (size_t i = 0; i < all->v.n; i++)
		provider_unref(all->v.v[i]);
	vec_done(&all->v);
}

const struct provider *
providers_of(const struct providers *all, const char *model, const char **id)
{
	for (size_t i = 0; all != NULL && i < all->v.n; i++) {
		const struct provider *p = all->v.v[i];
		size_t n = strlen(p->name);
		if (strncmp(model, p->name, n) != 0 || model[n] != '/' || model[n + 1] == '\0')
			continue;
		if (id != NULL)
			*id = model + n + 1;
		return p;
	}
	if (id != NULL)
		*id = model;
	return NULL;
}
