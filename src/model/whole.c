/* whole.c - see whole.h. */
#include "config.h"

#include "model/whole.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/failure.h"
#include "model/provider.h"
#include "model/reply.h"
#include "net/fetch.h"

enum { ANSWER_MAX = 64 * 1024 * 1024 };

void
whole_done(struct whole *w)
{
	buf_done(&w->text);
	free(w->stop_reason);
	*w = (struct whole){ 0 };
}

/* ---- an answer -------------------------------------------------------------- */

static void
on_event(void *arg, const struct reply_event *ev)
{
	struct whole *w = arg;
	if (ev->kind == REPLY_TEXT) {
		buf_add(&w->text, ev->text, ev->len);
	} else if (ev->kind == REPLY_STOP) {
		free(w->stop_reason);
		w->stop_reason = mem_strdup(ev->text);
	} else if (ev->kind == REPLY_METADATA) {
		w->usage = ev->usage;
	} else if (ev->kind == REPLY_EXCEPTION) {
		err_set(&w->exception, ERR_UNAVAILABLE, "%s: %s", ev->name, ev->text);
	}
}

static int
decode(enum aws_kind kind, const struct http_reply *reply, struct whole *out, struct err *err)
{
	if (kind != AWS_CHAT)
		return reply_from_converse(buf_str(&reply->body), reply->body.len, on_event, out, err);
	struct reply_decoder d = { 0 };
	int rc = reply_feed(&d, buf_str(&reply->body), reply->body.len, on_event, out, err);
	if (rc == 0)
		rc = reply_end(&d, err);
	reply_decoder_done(&d);
	if (rc == 0 && out->exception.code != ERR_NONE)
		rc = err_set(err, out->exception.code, "%s", out->exception.text);
	return rc;
}

/* What the service said of it; false when there was no answer, or the sentence is about credentials. */
static bool
explain(const char *model, const struct http_reply *reply, struct model_quirks *quirks, struct failure *f,
    const struct err *err)
{
	if (reply->status == 0 || reply->status / 100 == 2 || err->code == ERR_CREDENTIALS ||
	    err->code == ERR_CANCELLED)
		return false;
	struct buf code = { 0 }, message = { 0 };
	aws_error_of(reply->status, &reply->headers, buf_str(&reply->body), reply->body.len, &code, &message);
	const struct failure_facts facts = { .status = reply->status,
		.code = code.len > 0 ? code.s : NULL,
		.message = message.len > 0 ? message.s : NULL,
		.model = model,
		.request_id = http_headers_get(&reply->headers, "x-amzn-requestid") };
	failure_explain(f, &facts, quirks);
	buf_done(&code);
	buf_done(&message);
	return true;
}

static void
say(const struct failure *f, struct err *err)
{
	err_set(err, f->err.code, "%s%s%s", f->err.text, f->advice[0] != '\0' ? " " : "", f->advice);
}

void
whole_explain(const char *model, const struct http_reply *reply, struct err *err)
{
	struct failure f;
	if (explain(model, reply, NULL, &f, err))
		say(&f, err);
}

/* ---- the question -------------------------------------------------------------- */

static int
send(struct aws *aws, enum aws_kind kind, const struct converse_ask *ask, struct http_reply *reply,
    const atomic_bool *cancel, struct err *err)
{
	struct buf path = { 0 }, body = { 0 };
	bool stream = kind == AWS_CHAT;
	int rc = converse_body(&body, ask, err);
	if (rc == 0) {
		converse_path(&path, ask->model, stream);
		const struct aws_call call = { .kind = kind,
			.method = "POST",
			.path = buf_str(&path),
			.content_type = "application/json",
			.accept = stream ? "application/vnd.amazon.eventstream" : NULL,
			.body = buf_str(&body),
			.body_len = body.len,
			.model = ask->model,
			.stream = true };       /* a model may think for minutes */
		rc = aws_fetch(aws, &call, reply, cancel, err);
	}
	buf_done(&path);
	buf_done(&body);
	return rc;
}

/* 0, -1 for good, 1 when the model does not take something that the quirks know of now. */
static int
try_once(struct aws *aws, enum aws_kind kind, const struct converse_ask *ask, struct model_quirks *quirks,
    struct whole *out, const atomic_bool *cancel, struct err *err)
{
	struct converse_ask with = *ask;
	struct http_reply reply;
	struct failure f;
	struct err why = { 0 };
	with.quirks = quirks;
	with.whole = kind != AWS_CHAT;
	http_reply_init(&reply, ANSWER_MAX);
	int rc = send(aws, kind, &with, &reply, cancel, &why);
	out->failure = (struct failure){ 0 };
	if (rc == 0)
		rc = decode(kind, &reply, out, &why);
	else if (explain(ask->model, &reply, quirks, &f, &why)) {
		out->failure = f;
		say(&f, &why);
		rc = f.fix != FIX_NONE ? 1 : -1;
	}
	http_reply_done(&reply);
	if (rc != 0)
		err_set(err, why.code, "%s", why.text);
	return rc;
}

int
whole_ask(struct aws *aws, enum aws_kind kind, const struct converse_ask *ask, struct model_quirks *quirks,
    struct whole *out, const atomic_bool *cancel, struct err *err)
{
	struct model_quirks scratch = { 0 };
	quirks = quirks != NULL ? quirks : &scratch;
	int rc = try_once(aws, kind, ask, quirks, out, cancel, err);
	if (rc > 0)
		rc = try_once(aws, kind, ask, quirks, out, cancel, err);
	if (rc == 0 && err != NULL)
		*err = (struct err){ 0 };
	return rc == 0 ? 0 : -1;
}

/* ---- an endpoint of the configuration ---------------------------------------------- */

/* What came of it: 0, or -1 and what it means. */
static int
judge_endpoint(struct provider_failed *f, const struct http_reply *reply, struct model_quirks *quirks,
    struct whole *out, struct failure *failure, struct err *why)
{
	const struct provider_api *api = f->endpoint->api;
	struct http_headers none = { 0 };
	bool again = false;
	f->status = reply->status;
	f->headers = reply->status != 0 ? &reply->headers : &none;
	f->body = buf_str(&reply->body);
	f->body_len = reply->body.len;
	if (why->code != ERR_NONE)
		api->broken(f, failure);
	else if (reply->status / 100 != 2)
		api->judge(f, failure, &again, quirks);
	else if (api->form(&reply->headers, false) != FORM_WHOLE)
		api->odd(f, failure);
	else if (api->whole(f->body, f->body_len, on_event, out, why) < 0)
		api->broken(f, failure);
	else
		failure->err = out->exception;
	return failure->err.code == ERR_NONE ? 0 : -1;
}

/* As try_once(). */
static int
try_endpoint(struct engine *engine, const struct provider *p, const struct converse_ask *ask,
    struct model_quirks *quirks, struct whole *out, const atomic_bool *cancel, struct err *err)
{
	struct provider_request r = { .endpoint = p, .ask = *ask };
	struct http_request request;
	struct http_reply reply;
	struct aws_used used;
	struct transfer_end end = { 0 };
	struct failure failure = { 0 };
	struct err why = { 0 };
	r.ask.quirks = quirks;
	r.ask.whole = true;
	if (p->api->prepare(&r, &request, &used, err) < 0)
		return -1;
	http_reply_init(&reply, ANSWER_MAX);
	fetch(engine, &request, &reply, cancel, &end, &why);
	struct err unread = { 0 };
	struct provider_failed f = { .endpoint = p, .used = &used, .model = ask->model, .end = &end,
		.decode_err = why.code == ERR_NONE ? &why : &unread };
	int rc = judge_endpoint(&f, &reply, quirks, out, &failure, &why);
	out->failure = failure;
	if (rc < 0)
		say(&failure, err);
	http_reply_done(&reply);
	return rc < 0 && failure.fix != FIX_NONE ? 1 : rc;
}

int
whole_ask_endpoint(struct engine *engine, const struct provider *p, const struct converse_ask *ask,
    struct model_quirks *quirks, struct whole *out, const atomic_bool *cancel, struct err *err)
{
	struct model_quirks scratch = { 0 };
	quirks = quirks != NULL ? quirks : &scratch;
	int rc = try_endpoint(engine, p, ask, quirks, out, cancel, err);
	if (rc > 0)
		rc = try_endpoint(engine, p, ask, quirks, out, cancel, err);
	if (rc == 0 && err != NULL)
		*err = (struct err){ 0 };
	return rc == 0 ? 0 : -1;
}
