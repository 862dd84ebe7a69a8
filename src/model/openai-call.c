/*
 * openai-call.c - the row of an OpenAI-compatible endpoint in provider.h: its
 * requests with its own key to its own address, and what its refusals mean.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/known.h"
#include "model/openai.h"
#include "model/provider.h"

/* ---- the request ------------------------------------------------------------------ */

static bool
is_host(const struct provider *p, const char *domain)
{
	size_t n = strcspn(p->host, ":"), k = strlen(domain);
	return n >= k && strncmp(p->host + n - k, domain, k) == 0;
}

/* Where the older name is refused for newer models, and the newer known for all. */
static const char *
limit_name(const struct provider *p, const struct model_quirks *q)
{
	bool newer = is_host(p, "api.openai.com") || is_host(p, ".openai.azure.com");
	if (q != NULL && q->other_limit)
		newer = !newer;
	return newer ? "max_completion_tokens" : "max_tokens";
}

static void
add_key(const struct provider *p, struct http_headers *headers)
{
	if (p->key == NULL)
		return;
	bool azure = is_host(p, ".azure.com");
	size_t n = secret_len(p->key) + sizeof "Bearer ";
	char *value = mem_alloc(n);
	snprintf(value, n, "%s%s", azure ? "" : "Bearer ", secret_reveal(p->key));
	http_headers_set(headers, azure ? "api-key" : "Authorization", value);
	mem_wipe(value, n);
	free(value);
}

static void
note_used(const struct provider *p, struct aws_used *used)
{
	*used = (struct aws_used){ 0 };
	snprintf(used->label, sizeof used->label, "%s", p->name);
	snprintf(used->host, sizeof used->host, "%s", p->host);
}

static int
prepare(const struct provider_request *r, struct http_request *req, struct aws_used *used,
    struct err *err)
{
	const struct provider *p = r->endpoint;
	struct buf url = { 0 };
	if (p->wrong.code != ERR_NONE)
		return err_set(err, p->wrong.code, "%s", p->wrong.text);
	struct converse_ask ask = r->ask;
	char *name = mem_printf("%s/%s", p->name, ask.model);
	ask.max_output = known_of(name).max_output;
	free(name);
	openai_url(&url, p->url);
	http_request_init(req, "POST", url.s);
	buf_done(&url);
	if (openai_body(&req->body, &ask, limit_name(p, ask.quirks), err) < 0) {
		http_request_done(req);
		return -1;
	}
	http_headers_set(&req->headers, "Content-Type", "application/json");
	http_headers_set(&req->headers, "Accept",
	    r->stream ? "text/event-stream, application/json" : "application/json");
	http_headers_set(&req->headers, "User-Agent", PACKAGE_NAME "/" PACKAGE_VERSION);
	add_key(p, &req->headers);
	for (size_t i = 0; i < p->headers.n; i++)
		http_headers_set(&req->headers, p->headers.v[i].name, p->headers.v[i].value);
	req->ca_bundle = mem_strdup(p->ca_bundle);
	req->insecure_ok = p->insecure_ok;
	req->connect_ms = 10000;
	req->idle_ms = 300000;
	note_used(p, used);
	return 0;
}

/* ---- the answer --------------------------------------------------------------------- */

/* Servers that do not stream answer whole though they were asked for a stream. */
static enum provider_form
form(const struct http_headers *headers, bool stream)
{
	const char *type = http_headers_get(headers, "content-type");
	if (type == NULL)
		return stream ? FORM_STREAM : FORM_WHOLE;
	if (str_has_nocase(type, "text/event-stream"))
		return FORM_STREAM;
	return str_has_nocase(type, "json") ? FORM_WHOLE : FORM_OTHER;
}

static int
feed(union provider_decoder *d, const char *bytes, size_t n, reply_fn *on_event, void *arg,
    struct err *err)
{
	return openai_feed(&d->openai, bytes, n, on_event, arg, err);
}

static int
end(union provider_decoder *d, reply_fn *on_event, void *arg, struct err *err)
{
	return openai_end(&d->openai, on_event, arg, err);
}

static void
done(union provider_decoder *d)
{
	openai_decoder_done(&d->openai);
}

/* ---- failures ------------------------------------------------------------------------- */

static bool
is_page(const struct provider_failed *f)
{
	const char *type = http_headers_get(f->headers, "content-type");
	const char *s = f->body + strspn(f->body, " \t\r\n");
	return (type != NULL && str_has_nocase(type, "html")) || *s == '<';
}

/* What a refusal says: JSON in one of its shapes, or a line of text. */
static void
read_error(const struct provider_failed *f, struct buf *code, struct buf *message)
{
	struct json_object *o = json_parse(f->body, f->body_len, NULL);
	if (o == NULL || !openai_error_of(o, code, message)) {
		if (is_page(f))
			buf_puts(message, _("it sent a web page instead of an answer."));
		else if (o == NULL)
			buf_add(message, f->body, f->body_len < 400 ? f->body_len : 400);
	}
	json_free(o);
}

static void
judge(const struct provider_failed *f, struct failure *out, bool *again,
    struct model_quirks *quirks)
{
	struct buf code = { 0 }, message = { 0 };
	(void)again;                    /* a key does not renew itself */
	if (f->exception != NULL) {
		buf_puts(&code, f->exception);
		buf_puts(&message, f->exception_text);
	} else {
		read_error(f, &code, &message);
	}
	provider_redact(f->endpoint, &message);
	struct failure_facts facts = { .status = f->status / 100 == 2 ? 0 : f->status,
		.code = code.len > 0 ? code.s : NULL, .message = buf_str(&message),
		.model = f->model, .provider = f->endpoint->name, .host = f->endpoint->host,
		.bearer = f->endpoint->key != NULL, .tier = f->tier, .request_id = f->request_id };
	openai_failure(out, &facts, quirks);
	buf_done(&code);
	buf_done(&message);
}

static void
odd(const struct provider_failed *f, struct failure *out)
{
	const struct provider *p = f->endpoint;
	const char *type = http_headers_get(f->headers, "content-type");
	*out = (struct failure){ .retry = RETRY_NEVER, .try_other_model = true };
	err_set(&out->err, ERR_NETWORK,
	    _("%s (%s) answered with \"%s\" instead of a reply: a sign-in page, a proxy or another "
	      "server is there. Check models.providers.%s.baseUrl in the configuration; it usually "
	      "ends in /v1."),
	    p->name, p->host, type != NULL ? type : "?", p->name);
}

/* The transport's own sentences advise about AWS; these do not. */
static void
say_unreachable(const struct provider *p, const struct transfer_end *t, struct err *err)
{
	if (t->proxy)
		err_set(err, ERR_NETWORK,
		    _("The proxy on the way to %s (%s) failed. Check HTTPS_PROXY, HTTP_PROXY, "
		      "ALL_PROXY and NO_PROXY."), p->name, p->host);
	else if (t->dns)
		err_set(err, ERR_NETWORK,
		    _("The address of %s (%s) does not resolve. Check "
		      "models.providers.%s.baseUrl in the configuration, and the network."),
		    p->name, p->host, p->name);
	else if (t->tls)
		err_set(err, ERR_NETWORK,
		    _("No secure connection to %s (%s): its certificate is not trusted, or it does "
		      "not speak https. If a CA of your own signs it, name its file in "
		      "models.providers.%s.caBundle."), p->name, p->host, p->name);
	else if (t->refused || (t->timed_out && !t->got_bytes))
		err_set(err, ERR_NETWORK,
		    _("%s cannot be reached: nothing answers at %s. Start the server, or check "
		      "models.providers.%s.baseUrl in the configuration."),
		    p->name, p->host, p->name);
	else
		err_set(err, t->err.code, "%s (%s): %s", p->name, p->host, t->err.text);
}

static void
broken(const struct provider_failed *f, struct failure *out)
{
	const struct provider *p = f->endpoint;
	*out = (struct failure){ .retry = f->end->stalled ? RETRY_ONCE : RETRY_TRANSIENT,
		.try_other_model = true };
	if (f->decode_err->code != ERR_NONE)
		err_set(&out->err, f->decode_err->code, "%s (%s): %s", p->name, p->host,
		    f->decode_err->text);
	else
		say_unreachable(p, f->end, &out->err);
}

const struct provider_api openai_api = {
	.name = "openai-completions",
	.prepare = prepare,
	.form = form,
	.feed = feed,
	.end = end,
	.whole = openai_whole,
	.done = done,
	.judge = judge,
	.odd = odd,
	.broken = broken,
};
