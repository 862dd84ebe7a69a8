/* fetch.c - see fetch.h. */
#include "config.h"

#include "net/fetch.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/cond.h"
#include "base/i18n.h"

enum { LOOK_MS = 25 };          /* how often the cancel flag is looked at */

/* The engine's thread writes to the reply until `done`; the caller only waits meanwhile. */
struct wait {
	struct http_reply	*reply;
	struct transfer_end	 end;
	pthread_mutex_t		 lock;
	pthread_cond_t		 news;
	bool			 done;          /* under the lock */
};

static void
on_head(void *arg, int status, const struct http_headers *headers)
{
	struct http_reply *reply = ((struct wait *)arg)->reply;
	reply->status = status;
	for (size_t i = 0; i < headers->n; i++)
		http_headers_add(&reply->headers, headers->v[i].name, headers->v[i].value);
}

static int
on_body(void *arg, const char *bytes, size_t n)
{
	return buf_add(&((struct wait *)arg)->reply->body, bytes, n);
}

static void
on_end(void *arg, const struct transfer_end *end)
{
	struct wait *w = arg;
	pthread_mutex_lock(&w->lock);
	w->end = *end;
	w->done = true;
	pthread_cond_signal(&w->news);
	pthread_mutex_unlock(&w->lock);
}

static void
init_wait(struct wait *w)
{
	pthread_mutex_init(&w->lock, NULL);
	cond_init(&w->news);
}

static void
wait_for_end(struct wait *w, struct engine *e, uint64_t id, const atomic_bool *cancel)
{
	pthread_mutex_lock(&w->lock);
	while (!w->done && cancel != NULL && !atomic_load(cancel))
		cond_wait_until(&w->news, &w->lock, clock_ms() + LOOK_MS);
	if (!w->done && cancel != NULL)
		engine_cancel(e, id);   /* it never holds its lock while it calls on_end() */
	while (!w->done)
		pthread_cond_wait(&w->news, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

/* What the end means to the caller. */
static int
judge(const struct http_reply *reply, const struct transfer_end *end, struct err *err)
{
	if (end->err.code == ERR_NONE)
		return 0;
	if (reply->body.full)
		return err_set(err, ERR_NETWORK,
		    _("The answer is larger than the %zu bytes that adit accepts here."),
		    reply->body.max);
	if (err != NULL)
		*err = end->err;
	return -1;
}

int
fetch(struct engine *e, struct http_request *request, struct http_reply *reply,
    const atomic_bool *cancel, struct transfer_end *end, struct err *err)
{
	static const struct transfer_hooks hooks = { on_head, on_body, on_end };
	struct wait w = { .reply = reply };
	if (cancel != NULL && atomic_load(cancel)) {
		http_request_done(request);
		err_set(&w.end.err, ERR_CANCELLED, _("Cancelled."));
	} else {
		init_wait(&w);
		uint64_t id = engine_submit(e, request, &hooks, &w);
		wait_for_end(&w, e, id, cancel);
		pthread_mutex_destroy(&w.lock);
		pthread_cond_destroy(&w.news);
	}
	if (end != NULL)
		*end = w.end;
	return judge(reply, &w.end, err);
}
