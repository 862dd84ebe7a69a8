/*
 * discover-ask.c - discover(): all lists of the service at once; see catalogue.h.
 *
 * One thread a list, so that the whole takes no longer than the slowest call;
 * credentials are resolved once for all of them (aws/creds.h). Pages are read on
 * those threads and joined when all are there, always in the same order.
 *
 * Foundation models must come. Without profiles the list is of little use, and
 * its hint says why. The rest is extra: refused, unknown or slow, it is a note.
 */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "aws/aws.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/str.h"
#include "model/discover-inside.h"
#include "model/known.h"

#define N(a) (sizeof(a) / sizeof *(a))

/* What is extra gets so much longer than what is needed (ms). */
enum { PAGES_MAX = 100, ANSWER_MAX = 16 * 1024 * 1024, GRACE_MS = 3000 };

static const struct source {
	enum discover_kind	 kind;
	enum aws_kind		 call;
	const char		*path, *query;  /* query NULL: not paged */
	const char		*name;          /* marked N_() */
	bool			 is_extra;
} sources[] = {
	{ DISCOVER_MODELS, AWS_MODELS, "/foundation-models", NULL, N_("foundation models"), false },
	{ DISCOVER_PROFILES, AWS_PROFILES, "/inference-profiles", "maxResults=1000&type=SYSTEM_DEFINED",
	    N_("inference profiles"), false },
	{ DISCOVER_PROFILES, AWS_PROFILES, "/inference-profiles", "maxResults=1000&type=APPLICATION",
	    N_("application profiles"), false },
	{ DISCOVER_IMPORTED, AWS_IMPORTED, "/imported-models", "maxResults=1000", N_("imported models"), true },
	{ DISCOVER_PROVISIONED, AWS_THROUGHPUTS, "/provisioned-model-throughputs", "maxResults=1000",
	    N_("provisioned throughput"), true },
	{ DISCOVER_DEPLOYMENTS, AWS_DEPLOYMENTS, "/model-customization/custom-model-deployments",
	    "maxResults=1000", N_("custom model deployments"), true },
	{ DISCOVER_ROUTERS, AWS_ROUTERS, "/prompt-routers", "maxResults=1000", N_("prompt routers"), true },
};
enum { SOURCES = N(sources), MODELS = 0, SYSTEM_PROFILES = 1, OWN_PROFILES = 2 };

struct asking;

struct list {                           /* one of them, being fetched by its thread */
	const struct source	*source;
	struct asking		*all;
	pthread_t		 thread;
	bool			 has_thread;
	struct VEC(struct json_object *) pages;
	struct err		 err;
	int			 rc;
};

struct asking {
	struct aws		*aws;
	const char		*region;        /* to ask in; NULL = the one in force */
	const atomic_bool	*cancel;        /* the caller's */
	atomic_bool		 enough;        /* no more waiting for what is extra */
	struct list		 lists[SOURCES];

	pthread_mutex_t		 lock;
	pthread_cond_t		 news;
	size_t			 extra_left;    /* under the lock */
};

/* ---- one list --------------------------------------------------------------------- */

/* One page into l->pages. */
static int
get_page(struct list *l, const char *query)
{
	const struct source *s = l->source;
	enum aws_kind kind = s->call;
	struct aws_call call = { .kind = kind, .method = "GET", .path = s->path,
		.query = query, .region = l->all->region, .once = s->is_extra };
	struct http_reply reply;
	http_reply_init(&reply, ANSWER_MAX);
	const atomic_bool *cancel = s->is_extra ? &l->all->enough : l->all->cancel;
	int rc = aws_fetch(l->all->aws, &call, &reply, cancel, &l->err);
	if (rc == 0) {
		struct json_object *page =
		    discover_read(s->kind, buf_str(&reply.body), reply.body.len, &l->err);
		rc = page != NULL ? 0 : -1;
		if (page != NULL)
			vec_add(&l->pages, page);
	}
	http_reply_done(&reply);
	return rc;
}

/* The token of the page after the last one; NULL when there is none, or it was used already: then
 * the service goes round in circles. */
static const char *
next_token(const struct list *l)
{
	size_t last = l->pages.n - 1;
	const char *token = discover_next(l->pages.v[last]);
	for (size_t i = 0; token != NULL && i < last; i++)
		if (str_same(token, discover_next(l->pages.v[i])))
			return NULL;
	return token;
}

static char *
page_query(const struct source *s, const char *token)
{
	struct buf q = { 0 };
	buf_puts(&q, s->query);
	if (token != NULL) {
		buf_puts(&q, "&nextToken=");
		str_percent(&q, token, strlen(token), "");
	}
	return buf_take(&q, NULL);
}

static void
get_pages(struct list *l)
{
	const char *token = NULL;
	do {
		char *query = page_query(l->source, token);
		l->rc = get_page(l, query);
		free(query);
		token = l->rc == 0 ? next_token(l) : NULL;
	} while (token != NULL && l->pages.n < PAGES_MAX);
}

static void *
list_main(void *arg)
{
	struct list *l = arg;
	if (l->source->query != NULL)
		get_pages(l);
	else
		l->rc = get_page(l, NULL);
	if (l->source->is_extra) {
		pthread_mutex_lock(&l->all->lock);
		l->all->extra_left--;
		pthread_cond_signal(&l->all->news);
		pthread_mutex_unlock(&l->all->lock);
	}
	return NULL;
}

/* ---- all lists ----------------------------------------------------------------------- */

static void
begin(struct asking *a)
{
	pthread_mutex_init(&a->lock, NULL);
	cond_init(&a->news);
	for (size_t i = 0; i < SOURCES; i++)
		a->extra_left += sources[i].is_extra;
	for (size_t i = 0; i < SOURCES; i++) {
		struct list *l = &a->lists[i];
		l->source = &sources[i];
		l->all = a;
		l->has_thread = pthread_create(&l->thread, NULL, list_main, l) == 0;
	}
	for (size_t i = 0; i < SOURCES; i++)    /* no threads left: one after the other */
		if (!a->lists[i].has_thread)
			list_main(&a->lists[i]);
}

static void
join(struct asking *a, bool extra)
{
	for (size_t i = 0; i < SOURCES; i++)
		if (a->lists[i].has_thread && sources[i].is_extra == extra)
			pthread_join(a->lists[i].thread, NULL);
}

/* Waits for what is extra as long as that is worth it. */
static void
wait_for_extra(struct asking *a)
{
	int64_t until = clock_ms() + GRACE_MS;
	pthread_mutex_lock(&a->lock);
	bool more = a->lists[MODELS].rc == 0;
	while (a->extra_left > 0 && more)
		more = cond_wait_until(&a->news, &a->lock, until);
	pthread_mutex_unlock(&a->lock);
	atomic_store(&a->enough, true);
}

static void
asking_done(struct asking *a)
{
	for (size_t i = 0; i < SOURCES; i++) {
		for (size_t k = 0; k < a->lists[i].pages.n; k++)
			json_free(a->lists[i].pages.v[k]);
		vec_done(&a->lists[i].pages);
	}
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->news);
}

/* ---- what is missing ------------------------------------------------------------------ */

/* Without the profiles nearly all current models are out of reach, so that is said. */
static void
hint_profiles(struct model_list *l, const struct err *err)
{
	l->hint = mem_printf(
	    err->code == ERR_DENIED
		? _("Inference profiles could not be listed, and most models are only called "
		    "through one. Allow bedrock:ListInferenceProfiles and "
		    "bedrock:GetInferenceProfile. (%s)")
		: _("Inference profiles could not be listed, and most models are only called "
		    "through one. (%s)"),
	    err->text);
}

/* A region or an endpoint without the operation: HTTP 404, or 400 and such words. */
static bool
is_unknown(const struct err *err)
{
	return str_has_nocase(err->text, "unknown operation") ||
	    str_has_nocase(err->text, "UnknownOperation") ||
	    str_has_nocase(err->text, "not supported in this region");
}

enum reason { IS_DENIED, IS_UNKNOWN, IS_FAILED, REASONS };

static enum reason
reason_of(const struct err *err)
{
	if (is_unknown(err))
		return IS_UNKNOWN;
	return err->code == ERR_DENIED ? IS_DENIED : IS_FAILED;
}

static char *
note_of(enum reason reason, const char *names)
{
	if (reason == IS_DENIED)
		return mem_printf(_("Not listed, because these permissions are missing: %s."), names);
	if (reason == IS_UNKNOWN)
		return mem_printf(_("Not listed, because this region or endpoint does not have them: %s."), names);
	return mem_printf(_("Could not be listed this time: %s."), names);
}

/* Nobody asked for these in particular, so that one note says it of all that are missing for the
 * same reason. */
static void
note_missing(struct model_list *l, const struct asking *a, enum reason reason)
{
	struct buf names = { 0 };
	for (size_t i = 0; i < SOURCES; i++) {
		const struct list *x = &a->lists[i];
		if (x->rc == 0 || reason_of(&x->err) != reason || i == MODELS ||
		    (!sources[i].is_extra && l->hint != NULL))
			continue;
		buf_printf(&names, "%s%s", names.len > 0 ? ", " : "", _(sources[i].name));
		if (reason == IS_DENIED)
			buf_printf(&names, " (%s)", aws_kind_row(sources[i].call)->action);
	}
	if (names.len > 0)
		vec_add(&l->notes, note_of(reason, names.s));
	buf_done(&names);
}

static void
explain(struct model_list *l, const struct asking *a)
{
	const struct list *system = &a->lists[SYSTEM_PROFILES];
	if (system->rc < 0)
		hint_profiles(l, &system->err);
	for (int r = 0; r < REASONS; r++)
		note_missing(l, a, (enum reason)r);
	for (size_t i = 0; i < SOURCES; i++)
		if (a->lists[i].rc < 0)
			log_debug("discover: %s: %s", aws_kind_row(sources[i].call)->action, a->lists[i].err.text);
}

/* ---- together ------------------------------------------------------------------------------ */

static void
add_all(const struct asking *a, struct discover_into *into)
{
	for (size_t i = 0; i < SOURCES; i++)
		for (size_t k = 0; k < a->lists[i].pages.n; k++)
			discover_add(sources[i].kind, a->lists[i].pages.v[k], into);
}

int
discover(struct aws *aws, const struct discover_options *opts, struct model_list *l,
    const atomic_bool *cancel, struct err *err)
{
	struct asking a = { .aws = aws, .region = opts != NULL ? opts->region : NULL, .cancel = cancel };
	struct discover_into into = { .options = opts, .list = l };
	*l = (struct model_list){ 0 };
	begin(&a);
	join(&a, false);
	wait_for_extra(&a);
	join(&a, true);
	/* Only now: the machine's own region is known when it was asked. */
	l->region = a.region != NULL ? mem_strdup(a.region) : aws_region(aws, NULL, NULL);
	int rc = a.lists[MODELS].rc;
	if (rc == 0 && cancel != NULL && atomic_load(cancel))
		rc = err_set(&a.lists[MODELS].err, ERR_CANCELLED, _("Stopped."));
	if (rc == 0) {
		add_all(&a, &into);
		explain(l, &a);
		discover_sort(l);
		known_learn(l);
		l->fetched = clock_wall();
	} else if (err != NULL) {
		*err = a.lists[MODELS].err;
	}
	discover_into_done(&into);
	asking_done(&a);
	return rc;
}
