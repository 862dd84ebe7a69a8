/*
 * bedrock.c - Amazon Bedrock's row in provider.h: Converse and ConverseStream,
 * signed by src/aws.
 */
#include "config.h"

#include <stdlib.h>

#include "aws/aws.h"
#include "base/i18n.h"
#include "base/str.h"
#include "model/converse.h"
#include "model/known.h"
#include "model/provider.h"

static const char stream_type[] = "application/vnd.amazon.eventstream";

static int
prepare(const struct provider_request *r, struct http_request *req, struct aws_used *used,
    struct err *err)
{
	struct buf path = { 0 }, body = { 0 };
	struct converse_ask ask = r->ask;
	char *base = ask.base_model == NULL ? known_ask(r->aws, ask.model, r->cancel, NULL) : NULL;
	if (base != NULL)
		ask.base_model = base;
	ask.max_output = known_of(ask.model).max_output;
	int rc = converse_body(&body, &ask, err);
	free(base);
	if (rc == 0) {
		converse_path(&path, r->ask.model, r->stream);
		struct aws_call call = { .kind = r->stream ? AWS_CHAT : AWS_CHAT_WHOLE,
			.method = "POST",
			.path = buf_str(&path), .content_type = "application/json",
			.accept = r->stream ? stream_type : "application/json",
			.body = buf_str(&body), .body_len = body.len, .model = r->ask.model,
			.stream = true, .invocation_id = r->invocation_id, .attempt = r->attempt,
			.attempts = r->attempts };
		rc = aws_prepare(r->aws, &call, req, used, err);
	}
	buf_done(&path);
	buf_done(&body);
	return rc;
}

/* ---- the answer ------------------------------------------------------------------ */

static enum provider_form
form(const struct http_headers *headers, bool stream)
{
	const char *type = http_headers_get(headers, "content-type");
	if (!stream)
		return FORM_WHOLE;
	return type != NULL && str_has_nocase(type, stream_type) ? FORM_STREAM : FORM_OTHER;
}

static int
feed(union provider_decoder *d, const char *bytes, size_t n, reply_fn *on_event, void *arg,
    struct err *err)
{
	return reply_feed(&d->bedrock, bytes, n, on_event, arg, err);
}

static int
end(union provider_decoder *d, reply_fn *on_event, void *arg, struct err *err)
{
	(void)on_event, (void)arg;
	return reply_end(&d->bedrock, err);
}

static void
done(union provider_decoder *d)
{
	reply_decoder_done(&d->bedrock);
}

/* ---- failures ---------------------------------------------------------------------- */

static void
explain(const struct provider_failed *f, const char *code, const char *message,
    struct failure *out, bool *again, struct model_quirks *quirks)
{
	struct failure_facts facts = { .status = f->status / 100 == 2 ? 0 : f->status, .code = code,
		.message = message, .model = f->model, .region = f->used->region,
		.bearer = f->used->bearer, .tier = f->tier, .request_id = f->request_id };
	failure_explain(out, &facts, quirks);
	struct err refused = { 0 };
	switch (aws_judge(f->aws, f->used, f->status, f->headers, code, message, &refused)) {
	case AWS_FINE:
		break;
	case AWS_AGAIN:
		*again = true;
		break;
	case AWS_REFUSED:
		out->err = refused;
		out->advice[0] = '\0';  /* the sentence says it all */
		out->credentials = refused.code == ERR_CREDENTIALS;
		out->retry = RETRY_NEVER;
		break;
	}
}

static void
judge(const struct provider_failed *f, struct failure *out, bool *again,
    struct model_quirks *quirks)
{
	if (f->exception != NULL) {
		explain(f, f->exception, f->exception_text, out, again, quirks);
		return;
	}
	struct buf code = { 0 }, message = { 0 };
	aws_error_of(f->status, f->headers, f->body, f->body_len, &code, &message);
	explain(f, code.len > 0 ? code.s : NULL, message.len > 0 ? message.s : NULL, out, again,
	    quirks);
	buf_done(&code);
	buf_done(&message);
}

static void
odd(const struct provider_failed *f, struct failure *out)
{
	const char *type = http_headers_get(f->headers, "content-type");
	err_set(&out->err, ERR_NETWORK,
	    _("%s answered with \"%s\" instead of a reply: a proxy or a sign-in page is in the "
	      "way. Check HTTPS_PROXY and the endpoint."),
	    f->used->host, type != NULL ? type : _("nothing"));
}

static void
broken(const struct provider_failed *f, struct failure *out)
{
	out->err = f->decode_err->code != ERR_NONE ? *f->decode_err : f->end->err;
	out->try_other_model = false;
	/* A corrupt or cut stream, a broken connection: worth another attempt while nothing was shown.
	 * TLS and name failures mend less often, but a laptop that wakes up has both. */
	out->retry = f->end->stalled ? RETRY_ONCE : RETRY_TRANSIENT;
}

const struct provider_api bedrock_api = {
	.name = "bedrock-converse-stream",
	.prepare = prepare,
	.form = form,
	.feed = feed,
	.end = end,
	.whole = reply_from_converse,
	.done = done,
	.judge = judge,
	.odd = odd,
	.broken = broken,
};
