/*
 * call.c - see call.h.
 *
 * Three threads touch a call, one after the other for everything but `pending`
 * and the flags under `lock`: the worker until the request is submitted, the
 * engine until it ended, the UI from the bell of the end on. The UI thread
 * frees it in the delivery that reports the end.
 */
#include "config.h"

#include "model/call.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "model/params.h"
#include "net/engine.h"
#include "net/retry.h"

enum {
	MAX_ERROR_BODY = 256 * 1024,
	MAX_JSON_BODY = 64 * 1024 * 1024,
	RECORDED_MS = 1000,     /* a disk that takes longer does not hold up the answer */
};

/* An event in the buffer that crosses: its text is text[off..off+len) of the same buffer. */
struct pending_event {
	enum reply_kind	 kind;
	int		 block;
	size_t		 off, len;
	char		*name;
	struct usage	 usage;
};
struct pending {
	struct buf	text;
	struct VEC(struct pending_event) events;
};

struct call {
	struct call_env		 env;
	struct call_hooks	 hooks;
	void			*arg;
	struct model_quirks	*quirks;        /* the owner's; UI thread only */
	struct job		 job;
	struct note		 note;

	/* the question: written by call_start(), read by the worker */
	struct conversation	 conversation;
	const struct provider_api *api;
	struct provider		*endpoint;      /* NULL: Bedrock */
	char			*model, *base_model, *system, *tools, *invocation_id;
	struct converse_params	 params;        /* a copy of our own */
	struct model_quirks	 asked_quirks;
	bool			 stream;
	int			 attempt, attempts;
	struct receipt		*recorded;

	/* the answer's head: engine thread until the end */
	struct aws_used		 used;
	int			 status;
	enum provider_form	 form;          /* of the answer */
	struct http_headers	 headers;
	struct buf		 body;          /* an error, or a whole answer */
	union provider_decoder	 decoder;
	struct err		 decode_err;
	struct transfer_end	 end;
	struct err		 err;           /* why it was never sent */

	pthread_mutex_t		 lock;
	struct pending		 pending;       /* filled by the engine, swapped by the UI */
	uint64_t		 transfer;      /* 0 = not submitted yet */
	bool			 sent, ended;
	bool			 cancelled;
	atomic_bool		 stop;          /* the same, for whoever waits on the worker */

	/* UI thread */
	struct pending		 spare;
	bool			 told_sent, detached;
	struct buf		 exception, exception_text;     /* an in-stream exception, once seen */
};

static int live;                        /* UI thread only */

int
call_count(void)
{
	return live;
}

/* ---- the buffer that crosses ------------------------------------------- */

static void
pending_reset(struct pending *p)
{
	for (size_t i = 0; i < p->events.n; i++)
		free(p->events.v[i].name);
	p->events.n = 0;
	buf_reset(&p->text);
}

static void
pending_done(struct pending *p)
{
	pending_reset(p);
	vec_done(&p->events);
	buf_done(&p->text);
}

static bool
is_piece(enum reply_kind k)
{
	return k == REPLY_TEXT || k == REPLY_REASONING || k == REPLY_TOOL_INPUT;
}

/* Pieces of one block that follow each other become one event. */
static void
pending_add(struct pending *p, const struct reply_event *ev)
{
	struct pending_event *last = p->events.n > 0 ? &p->events.v[p->events.n - 1] : NULL;
	if (last != NULL && is_piece(ev->kind) && last->kind == ev->kind && last->block == ev->block) {
		buf_add(&p->text, ev->text, ev->len);
		last->len += ev->len;
		return;
	}
	struct pending_event e = { .kind = ev->kind, .block = ev->block, .off = p->text.len,
		.len = ev->len, .name = mem_strdup(ev->name), .usage = ev->usage };
	buf_add(&p->text, ev->text, ev->len);
	vec_add(&p->events, e);
}

static void
on_decoded(void *arg, const struct reply_event *ev)
{
	struct call *c = arg;
	pthread_mutex_lock(&c->lock);
	bool first = c->pending.events.n == 0;
	pending_add(&c->pending, ev);
	pthread_mutex_unlock(&c->lock);
	if (first)
		mailbox_ring(c->env.mailbox, &c->note);
}

/* ---- the engine's thread ----------------------------------------------- */

static void
on_head(void *arg, int status, const struct http_headers *headers)
{
	struct call *c = arg;
	c->status = status;
	for (size_t i = 0; i < headers->n; i++)
		http_headers_add(&c->headers, headers->v[i].name, headers->v[i].value);
	c->form = status / 100 == 2 ? c->api->form(headers, c->stream) : FORM_OTHER;
	buf_init(&c->body, status / 100 == 2 ? MAX_JSON_BODY : MAX_ERROR_BODY);
}

static int
on_body(void *arg, const char *bytes, size_t n)
{
	struct call *c = arg;
	if (c->form == FORM_STREAM)
		return c->api->feed(&c->decoder, bytes, n, on_decoded, c, &c->decode_err);
	if (buf_add(&c->body, bytes, n) < 0)
		return c->status / 100 == 2 ? -1 : 0;   /* the beginning of an error is enough */
	return 0;
}

/* Rung under the lock: the UI may be delivering an earlier bell, and whoever sees `ended` there frees the call. */
static void
finish(struct call *c)
{
	pthread_mutex_lock(&c->lock);
	c->ended = true;
	mailbox_ring(c->env.mailbox, &c->note);
	pthread_mutex_unlock(&c->lock);
}

static void
on_transfer_end(void *arg, const struct transfer_end *end)
{
	struct call *c = arg;
	c->end = *end;
	if (end->err.code == ERR_NONE && c->form == FORM_STREAM)
		c->api->end(&c->decoder, on_decoded, c, &c->decode_err);
	else if (end->err.code == ERR_NONE && c->form == FORM_WHOLE)
		c->api->whole(buf_str(&c->body), c->body.len, on_decoded, c, &c->decode_err);
	finish(c);
}

/* ---- the worker's thread ----------------------------------------------- */

static int
make_request(struct call *c, struct http_request *req)
{
	struct provider_request r = { .aws = c->env.aws, .endpoint = c->endpoint,
		.ask = { .model = c->model, .base_model = c->base_model, .system = c->system,
		    .tools = c->tools, .conversation = &c->conversation, .whole = !c->stream,
		    .params = c->params, .quirks = &c->asked_quirks },
		.stream = c->stream, .invocation_id = c->invocation_id, .attempt = c->attempt,
		.attempts = c->attempts, .cancel = &c->stop };
	return c->api->prepare(&r, req, &c->used, &c->err);
}

static void
prepare(struct job *job)
{
	static const struct transfer_hooks hooks = { on_head, on_body, on_transfer_end };
	struct call *c = (struct call *)((char *)job - offsetof(struct call, job));
	struct http_request req = { 0 };

	int rc = make_request(c, &req);
	if (rc == 0)
		receipt_wait(c->recorded, RECORDED_MS);
	pthread_mutex_lock(&c->lock);
	bool cancelled = c->cancelled;
	if (rc == 0 && !cancelled) {
		/* Rung before the submission: once the engine has it, the call may end and be freed
		 * as soon as the lock is released. */
		c->sent = true;
		mailbox_ring(c->env.mailbox, &c->note);
		c->transfer = engine_submit(c->env.engine, &req, &hooks, c);
	}
	pthread_mutex_unlock(&c->lock);
	if (rc < 0 || cancelled) {
		if (rc == 0)
			http_request_done(&req);
		finish(c);
	}
}

/* ---- the UI thread ------------------------------------------------------ */

static void
call_free(struct call *c)
{
	conversation_done(&c->conversation);
	receipt_unref(c->recorded);
	free(c->model);
	free(c->base_model);
	free(c->system);
	free(c->tools);
	free(c->invocation_id);
	params_done(&c->params);
	http_headers_done(&c->headers);
	buf_done(&c->body);
	c->api->done(&c->decoder);
	provider_unref(c->endpoint);
	pending_done(&c->pending);
	pending_done(&c->spare);
	buf_done(&c->exception);
	buf_done(&c->exception_text);
	pthread_mutex_destroy(&c->lock);
	free(c);
	live--;
}

/* An in-stream exception is the last word, whatever the transfer says. */
static void
take_exception(struct call *c, const struct reply_event *ev)
{
	buf_reset(&c->exception);
	buf_reset(&c->exception_text);
	buf_puts(&c->exception, ev->name != NULL && *ev->name != '\0' ? ev->name : "UnknownError");
	buf_add(&c->exception_text, ev->text, ev->len);
}

static void
explain_failure(struct call *c, struct call_end *out)
{
	struct provider_failed f = { .aws = c->env.aws, .endpoint = c->endpoint, .used = &c->used,
		.model = c->model, .status = c->status, .headers = &c->headers,
		.body = buf_str(&c->body), .body_len = c->body.len, .tier = c->params.service_tier != NULL,
		.end = &c->end, .decode_err = &c->decode_err, .request_id = out->request_id };
	if (c->exception.len > 0) {
		f.exception = buf_str(&c->exception);
		f.exception_text = buf_str(&c->exception_text);
		c->api->judge(&f, &out->failure, &out->again, c->quirks);
	} else if (c->status != 0 && c->status / 100 != 2) {
		c->api->judge(&f, &out->failure, &out->again, c->quirks);
	} else if (c->decode_err.code != ERR_NONE || c->end.err.code != ERR_NONE) {
		c->api->broken(&f, &out->failure);
		out->free_retry = c->end.reset_on_reuse;
	} else if (c->form == FORM_OTHER) {
		c->api->odd(&f, &out->failure);
	}
	out->err = out->failure.err;
}

static void
explain(struct call *c, struct call_end *out)
{
	out->status = c->status;
	out->answered = c->status / 100 == 2;
	out->used = c->used;
	out->bedrock = c->endpoint == NULL;
	out->request_id = http_headers_get(&c->headers, out->bedrock ? "x-amzn-requestid" : "x-request-id");
	if (!out->bedrock)
		provider_redact(c->endpoint, &c->body);
	out->raw = buf_str(&c->body);
	if (!c->sent) {
		out->err = c->err;
		out->failure.err = c->err;
		out->failure.credentials = c->err.code == ERR_CREDENTIALS && out->bedrock;
		return;
	}
	explain_failure(c, out);
	if (out->err.code != ERR_NONE)
		out->retry_after_ms = retry_delay_ms(out->failure.retry, c->attempt, &c->headers);
}

/* Hands over what is in the spare buffer. The owner may cancel from inside a hook. */
static void
give_events(struct call *c)
{
	for (size_t i = 0; i < c->spare.events.n; i++) {
		const struct pending_event *e = &c->spare.events.v[i];
		struct reply_event ev = { .kind = e->kind, .block = e->block,
			.text = buf_str(&c->spare.text) + e->off, .len = e->len, .name = e->name,
			.usage = e->usage };
		if (ev.kind == REPLY_EXCEPTION)
			take_exception(c, &ev);
		if (!c->detached)
			c->hooks.on_event(c->arg, &ev);
	}
	pending_reset(&c->spare);
	/* A flood leaves a large buffer behind; do not keep it. */
	if (c->spare.text.cap > 1024 * 1024)
		buf_done(&c->spare.text);
}

static void
swap_pending(struct call *c, bool *sent, bool *ended)
{
	pthread_mutex_lock(&c->lock);
	struct pending t = c->pending;
	c->pending = c->spare;
	c->spare = t;
	*sent = c->sent;
	*ended = c->ended;
	pthread_mutex_unlock(&c->lock);
}

static void
deliver(struct note *note)
{
	struct call *c = (struct call *)((char *)note - offsetof(struct call, note));
	bool sent, ended;

	swap_pending(c, &sent, &ended);
	if (sent && !c->told_sent && !c->detached) {
		c->told_sent = true;
		if (c->hooks.on_sent != NULL)
			c->hooks.on_sent(c->arg);
	}
	give_events(c);
	if (ended) {
		mailbox_drop(c->env.mailbox, &c->note);
		if (!c->detached) {
			struct call_end end = { 0 };
			explain(c, &end);
			c->detached = true;
			c->hooks.on_end(c->arg, &end);
		}
		call_free(c);
	}
}

struct call *
call_start(const struct call_env *env, const struct call_ask *ask, struct model_quirks *quirks,
    const struct call_hooks *hooks, void *arg)
{
	struct call *c = mem_alloc(sizeof *c);
	c->env = *env;
	c->hooks = *hooks;
	c->arg = arg;
	c->quirks = quirks;
	if (quirks != NULL)
		c->asked_quirks = *quirks;
	c->job.run = prepare;
	c->note.deliver = deliver;
	conversation_copy(&c->conversation, ask->converse.conversation);
	const char *id;
	c->endpoint = provider_ref(providers_of(env->providers, ask->converse.model, &id));
	c->api = c->endpoint != NULL ? c->endpoint->api : &bedrock_api;
	c->model = mem_strdup(id);
	c->base_model = mem_strdup(ask->converse.base_model);
	c->system = mem_strdup(ask->converse.system);
	c->tools = mem_strdup(ask->converse.tools);
	c->invocation_id = mem_strdup(ask->invocation_id);
	params_copy(&c->params, &ask->converse.params);
	c->stream = ask->stream;
	c->attempt = ask->attempt;
	c->attempts = ask->attempts;
	c->recorded = receipt_ref(ask->recorded);
	pthread_mutex_init(&c->lock, NULL);
	live++;
	worker_add(env->worker, &c->job);
	return c;
}

void
call_cancel(struct call *c)
{
	if (c == NULL || c->detached)
		return;
	bool sent, ended;
	swap_pending(c, &sent, &ended);
	give_events(c);
	c->detached = true;
	atomic_store(&c->stop, true);
	pthread_mutex_lock(&c->lock);
	c->cancelled = true;
	uint64_t transfer = c->transfer;
	pthread_mutex_unlock(&c->lock);
	if (transfer != 0)
		engine_cancel(c->env.engine, transfer);
	log_debug("call: cancelled");
}
