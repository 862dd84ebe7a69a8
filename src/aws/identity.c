/*
 * identity.c - see identity.h.
 *
 * The question has a thread of its own: on the credentials' thread it would wait
 * for itself when the credentials expire meanwhile. Locks are taken in this
 * order: the provider's (creds.c), then the one here.
 */
#include "config.h"

#include "aws/identity.h"

#include <string.h>

#include "aws/creds.h"
#include "aws/state.h"
#include "aws/xml.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/worker.h"

enum { REMEMBERED = 32, MAX_REPLY = 64 * 1024, ROUNDS = 3 };

struct asked {                          /* what is known of one access key */
	char		*key_id;
	struct identity	 identity;
	struct err	 err;           /* of the last question; ERR_NONE = it was answered */
};

struct identity_book {
	struct aws		*aws;
	pthread_mutex_t		 lock;
	pthread_cond_t		 news;
	struct worker		*worker;        /* started when first needed */
	struct job		 job;
	bool			 following, running, stopping;
	atomic_bool		 cancel;
	struct VEC(struct asked) asked;         /* the newest last */
};

void
identity_done(struct identity *i)
{
	free(i->account);
	free(i->arn);
	*i = (struct identity){ 0 };
}

/* ---- what is known --------------------------------------------------------------- */

static void
asked_done(struct asked *a)
{
	free(a->key_id);
	identity_done(&a->identity);
}

static struct asked *
find(struct identity_book *book, const char *key_id)
{
	for (size_t i = book->asked.n; i > 0; i--)
		if (strcmp(book->asked.v[i - 1].key_id, key_id) == 0)
			return &book->asked.v[i - 1];
	return NULL;
}

/* Takes the identity. With the lock held. */
static void
remember(struct identity_book *book, const char *key_id, struct identity *i, const struct err *err)
{
	struct asked *a = find(book, key_id);
	if (a == NULL) {
		if (book->asked.n >= REMEMBERED) {
			asked_done(&book->asked.v[0]);
			vec_cut(&book->asked, 0, 1);
		}
		vec_add(&book->asked, (struct asked){ .key_id = mem_strdup(key_id) });
		a = &book->asked.v[book->asked.n - 1];
	}
	identity_done(&a->identity);
	a->identity = *i;
	a->err = *err;
	*i = (struct identity){ 0 };
}

static bool
copy_known(struct identity_book *book, const char *key_id, struct identity *out)
{
	const struct asked *a = key_id != NULL ? find(book, key_id) : NULL;
	if (a == NULL || a->err.code != ERR_NONE)
		return false;
	*out = (struct identity){ mem_strdup(a->identity.account), mem_strdup(a->identity.arn) };
	return true;
}

bool
identity_known(struct aws *aws, const char *key_id, struct identity *out, char **why)
{
	struct identity_book *book = aws->identity;
	*out = (struct identity){ 0 };
	pthread_mutex_lock(&book->lock);
	bool known = copy_known(book, key_id, out);
	const struct asked *a = known || key_id == NULL ? NULL : find(book, key_id);
	*why = a != NULL ? mem_strdup(a->err.text) : NULL;
	pthread_mutex_unlock(&book->lock);
	return known;
}

/* ---- the question ------------------------------------------------------------------ */

static char *
text_of(const struct http_reply *r, const char *element)
{
	char *path = mem_printf("GetCallerIdentityResponse/GetCallerIdentityResult/%s", element);
	struct buf b = { 0 };
	char *s = xml_text(r->body.s, r->body.len, path, &b) && !str_blank(buf_str(&b)) ? str_trim(b.s) : NULL;
	buf_done(&b);
	free(path);
	return s;
}

static int
ask_sts(struct aws *aws, const atomic_bool *cancel, struct identity *out, struct err *err)
{
	static const char form[] = "Action=GetCallerIdentity&Version=2011-06-15";
	const struct aws_call call = { .kind = AWS_IDENTITY,
		.method = "POST",
		.path = "/",
		.content_type = "application/x-www-form-urlencoded; charset=utf-8",
		.accept = "text/xml",
		.body = form,
		.body_len = sizeof form - 1,
		.aside = true };
	struct http_reply reply;
	if (aws->engine == NULL)
		return err_set(err, ERR_NETWORK, _("There is no network here."));
	http_reply_init(&reply, MAX_REPLY);
	int rc = aws_fetch(aws, &call, &reply, cancel, err);
	if (rc == 0) {
		out->account = text_of(&reply, "Account");
		out->arn = text_of(&reply, "Arn");
		if (out->account == NULL)
			rc = err_set(err, ERR_DATA, _("STS did not say whose credentials these are."));
	}
	http_reply_done(&reply);
	return rc;
}

/* The access key id in force; NULL with a bearer token, or with nothing. Caller frees. */
static char *
key_in_force(struct aws *aws)
{
	const struct creds *c = creds_peek(aws);
	char *id = c != NULL && c->kind != CREDS_BEARER ? mem_strdup(c->access_key_id) : NULL;
	creds_unref(c);
	return id;
}

/* False when other keys came into force meanwhile: then nobody knows whose answer it was. */
static bool
ask_about(struct identity_book *book, const char *id)
{
	struct identity found = { 0 };
	struct err err = { 0 };
	int rc = ask_sts(book->aws, &book->cancel, &found, &err);
	char *now = key_in_force(book->aws);
	bool same = str_same(id, now);
	free(now);
	if (rc < 0)
		log_info("identity: %s", err.text);
	pthread_mutex_lock(&book->lock);
	if (same || rc < 0)
		remember(book, id, &found, &err);
	pthread_mutex_unlock(&book->lock);
	identity_done(&found);
	return same;
}

/* On the worker's thread. */
static void
ask(struct job *job)
{
	struct identity_book *book = (struct identity_book *)((char *)job - offsetof(struct identity_book, job));
	bool settled = false;
	for (int i = 0; i < ROUNDS && !settled && !atomic_load(&book->cancel); i++) {
		char *id = key_in_force(book->aws);
		settled = id == NULL || ask_about(book, id);
		free(id);
	}
	pthread_mutex_lock(&book->lock);
	book->running = false;
	pthread_cond_broadcast(&book->news);
	pthread_mutex_unlock(&book->lock);
	creds_changed(book->aws);
}

/* With the lock held. */
static void
begin(struct identity_book *book)
{
	if (book->running || book->stopping)
		return;
	if (book->worker == NULL)
		book->worker = worker_start("identity");
	book->running = true;
	book->job.run = ask;
	worker_add(book->worker, &book->job);
}

/* ---- who wants to know ------------------------------------------------------------------ */

static bool
is_nobodys(struct aws *aws)
{
	struct view v = aws_view_peek(aws);
	bool nobodys = v.options->nobodys;
	aws_view_done(&v);
	return nobodys;
}

void
identity_resolved(struct aws *aws, const struct creds *c)
{
	struct identity_book *book = aws->identity;
	if (c->kind == CREDS_BEARER || is_nobodys(aws))
		return;
	pthread_mutex_lock(&book->lock);
	const struct asked *a = find(book, c->access_key_id);
	if (book->following && (a == NULL || a->err.code != ERR_NONE))
		begin(book);
	pthread_mutex_unlock(&book->lock);
}

void
identity_follow(struct aws *aws)
{
	pthread_mutex_lock(&aws->identity->lock);
	aws->identity->following = true;
	pthread_mutex_unlock(&aws->identity->lock);
	const struct creds *c = creds_peek(aws);
	if (c != NULL)
		identity_resolved(aws, c);
	creds_unref(c);
}

/* Until the question was answered, the time is over, or nobody wants to know. With the lock held. */
static void
await(struct identity_book *book, int64_t ms, const atomic_bool *cancel)
{
	enum { TICK_MS = 50 };          /* nobody signals that the caller gave up */
	int64_t until = clock_ms() + ms;
	while (book->running && clock_ms() < until && (cancel == NULL || !atomic_load(cancel)))
		cond_wait_until(&book->news, &book->lock, clock_ms() + TICK_MS);
}

static int
get_about(struct identity_book *book, const char *id, int64_t wait_ms, struct identity *out,
    const atomic_bool *cancel, struct err *err)
{
	if (copy_known(book, id, out))
		return 0;
	begin(book);
	await(book, wait_ms, cancel);
	if (copy_known(book, id, out))
		return 0;
	const struct asked *a = find(book, id);
	if (!book->running && a != NULL)
		return err_set(err, a->err.code, "%s", a->err.text);
	return err_set(err, ERR_NETWORK, _("STS has not said yet whose credentials these are."));
}

int
identity_get(struct aws *aws, int64_t wait_ms, struct identity *out, const atomic_bool *cancel,
    struct err *err)
{
	struct identity_book *book = aws->identity;
	char *id = is_nobodys(aws) ? NULL : key_in_force(aws);
	*out = (struct identity){ 0 };
	if (id == NULL)
		return err_set(err, ERR_FAILED, _("These credentials do not say whose they are."));
	pthread_mutex_lock(&book->lock);
	int rc = get_about(book, id, wait_ms, out, cancel, err);
	pthread_mutex_unlock(&book->lock);
	free(id);
	return rc;
}

/* ---- life ---------------------------------------------------------------------------------- */

struct identity_book *
identity_book_new(struct aws *aws)
{
	struct identity_book *book = mem_alloc(sizeof *book);
	book->aws = aws;
	pthread_mutex_init(&book->lock, NULL);
	cond_init(&book->news);
	return book;
}

void
identity_book_free(struct identity_book *book)
{
	pthread_mutex_lock(&book->lock);
	book->stopping = true;
	pthread_mutex_unlock(&book->lock);
	atomic_store(&book->cancel, true);
	worker_stop(book->worker);
	for (size_t i = 0; i < book->asked.n; i++)
		asked_done(&book->asked.v[i]);
	vec_done(&book->asked);
	pthread_cond_destroy(&book->news);
	pthread_mutex_destroy(&book->lock);
	free(book);
}
