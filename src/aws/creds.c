/*
 * creds.c - see creds.h.
 *
 * A resolution runs on a worker of its own, never on a caller's thread: so a
 * caller that gives up does not take it away from the others, and one that
 * needs nothing new does not wait. There are two slots: what Bedrock is called
 * with, and what services that take signatures only are called with; they
 * differ only where a bearer token is in force.
 *
 *	creds_get: fine -> the snapshot; soon -> the snapshot, and a refresh
 *	begins; now -> a refresh begins, or is already under way, and we wait
 *
 * `epoch` counts what makes a running resolution worthless (another profile, a
 * refused generation): its result is thrown away and it is run again.
 */
#include "config.h"

#include "aws/creds.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "aws/chain.h"
#include "aws/region.h"
#include "aws/state.h"
#include "base/clock.h"
#include "base/cond.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/worker.h"

enum {
	AGAIN = 60,                     /* s: not oftener, while what we have is good */
	LAST_MINUTE = 60,               /* s: but then it is no time for patience */
	REMEMBER_MS = 2000,             /* a failure that took its time is not repeated at once */
	CHEAP_MS = 100,                 /* one that took less may be */
	SHORT_LIFE = 16 * 60,           /* s */
	TICK_MS = 20
};

enum { SLOT_BEDROCK, SLOT_SIGNING, SLOTS };

struct slot {
	struct creds_cache	*cache;
	struct job		 job;
	bool			 bearer_ok;
	const struct creds	*current;
	const struct profiles	*files;         /* what `current` was read from */
	bool			 running, background;
	uint64_t		 epoch, finished;
	int			 waiters;
	atomic_bool		 cancel;
	struct err		 failure;        /* of the last resolution; ERR_NONE = it went well */
	int64_t			 ended_at;       /* creds_now() */
	int64_t			 whole_life;     /* s that `current` had when it came; 0 = not known */
	int64_t			 failed_until;   /* clock_ms() */
	int			 jitter;         /* per mille on top of the advisory window */
	char			*refused;        /* access key id of a generation that a service refused */
	struct steps		 steps;          /* of the last resolution */
	bool			 resolved;       /* and not dropped since */
	enum creds_source	 bar;            /* where `current` came from */
};

struct creds_cache {
	struct aws		*aws;
	pthread_mutex_t		 lock;
	pthread_cond_t		 news;           /* a resolution ended */
	struct worker		*worker;         /* started when first needed */
	struct slot		 slot[SLOTS];
	uint64_t		 generation;
	_Atomic uint64_t	 version;
	void			(*changed)(void *arg);
	void			*changed_arg;
	bool			 stopping;
};

/* ---- snapshots ---------------------------------------------------------------- */

const char *
creds_kind_name(enum creds_kind kind)
{
	static const char *const names[] = { [CREDS_BEARER] = "bearer",
		[CREDS_STATIC] = "static",
		[CREDS_PROCESS] = "process",
		[CREDS_SSO] = "sso",
		[CREDS_LOGIN] = "login",
		[CREDS_ASSUME_ROLE] = "assume-role",
		[CREDS_WEB_IDENTITY] = "web-identity",
		[CREDS_CONTAINER] = "container",
		[CREDS_IMDS] = "imds",
		[CREDS_ROLES_ANYWHERE] = "roles-anywhere" };
	return names[kind];
}

/* Immutable to everybody but the counter. */
static struct creds *
mine(const struct creds *c)
{
	return (struct creds *)(uintptr_t)c;
}

const struct creds *
creds_ref(const struct creds *c)
{
	if (c != NULL)
		atomic_fetch_add(&mine(c)->refs, 1);
	return c;
}

void
creds_unref(const struct creds *c)
{
	if (c == NULL || atomic_fetch_sub(&mine(c)->refs, 1) > 1)
		return;
	creds_clear(mine(c));
	free(mine(c));
}

/* ---- news ----------------------------------------------------------------------- */

uint64_t
creds_version(struct aws *aws)
{
	return atomic_load(&aws->creds->version);
}

void
creds_on_change(struct aws *aws, void (*changed)(void *arg), void *arg)
{
	pthread_mutex_lock(&aws->creds->lock);
	aws->creds->changed = changed;
	aws->creds->changed_arg = arg;
	pthread_mutex_unlock(&aws->creds->lock);
}

/* Under the lock: whoever is told only rings a bell. */
static void
tell(struct creds_cache *cache)
{
	atomic_fetch_add(&cache->version, 1);
	if (cache->changed != NULL)
		cache->changed(cache->changed_arg);
}

void
creds_changed(struct aws *aws)
{
	pthread_mutex_lock(&aws->creds->lock);
	tell(aws->creds);
	pthread_mutex_unlock(&aws->creds->lock);
}

/* ---- how urgent a refresh is ------------------------------------------------------ */

enum urgency { FINE, SOON, NOW };

/* A clock that was set back makes it long ago. */
static bool
was_just_asked(const struct slot *s)
{
	int64_t ago = creds_now() - s->ended_at;
	return ago >= 0 && ago < AGAIN;
}

/* Remaining seconds under which a refresh should, and must, be made. What lives for a quarter of an hour
 * from the start would otherwise always be due. */
static void
windows(const struct slot *s, int64_t *advisory, int64_t *mandatory)
{
	bool short_lived = s->current->kind == CREDS_LOGIN || (s->whole_life > 0 && s->whole_life <= SHORT_LIFE);
	*advisory = short_lived ? 5 * 60 : 15 * 60;
	*mandatory = short_lived ? 5 * 60 : 10 * 60;
}

static bool
is_expired(const struct creds *c)
{
	return c->expires != 0 && c->expires <= creds_now();
}

static enum urgency
urgency(const struct slot *s)
{
	const struct creds *c = s->current;
	if (c == NULL || is_expired(c))
		return NOW;
	if (c->kind == CREDS_STATIC || c->kind == CREDS_BEARER)
		return c->profile != NULL && profiles_changed(s->files) ? NOW : FINE;
	int64_t left = c->expires - creds_now(), advisory, mandatory;
	if (c->expires == 0 || (was_just_asked(s) && left > LAST_MINUTE))
		return FINE;
	windows(s, &advisory, &mandatory);
	if (left < mandatory)
		return NOW;
	return left < advisory + advisory * s->jitter / 1000 ? SOON : FINE;
}

/* ---- a resolution ------------------------------------------------------------------ */

static const struct creds *
publish(struct creds_cache *cache, struct creds *filled)
{
	struct creds *c = mem_dup(filled, sizeof *filled);
	mem_wipe(filled, sizeof *filled);
	c->generation = ++cache->generation;
	c->refs = 1;
	return c;
}

/* Herds of processes that were started together should not refresh together. */
static int
random_jitter(void)
{
	unsigned char r = 0;
	return getrandom(&r, 1, GRND_NONBLOCK) == 1 ? r * 100 / 255 : 0;
}

/*
 * A machine whose metadata service does not answer goes on with what it has for
 * 10 to 15 minutes, expired or not: AWS decides then.
 */
static void
extend(struct slot *s)
{
	const struct creds *old = s->current;
	if (old == NULL || old->kind != CREDS_IMDS || !is_expired(old))
		return;
	for (size_t i = 0; i < s->steps.n; i++)         /* something else is broken: that must be seen */
		if (s->steps.v[i].tried.state == TRIED_FAILED && s->steps.v[i].bar != SOURCE_CHAIN)
			return;
	struct creds again = { .kind = old->kind,
		.access_key_id = mem_strdup(old->access_key_id),
		.secret_access_key = secret_copy(old->secret_access_key),
		.session_token = secret_copy(old->session_token),
		.expires = creds_now() + 600 + 3 * random_jitter(),
		.account = mem_strdup(old->account),
		.profile = mem_strdup(old->profile),
		.label = mem_strdup(old->label) };
	s->current = publish(s->cache, &again);
	creds_unref(old);
	log_warn("IMDS does not answer: its expired credentials are used for some minutes more");
}

/* The result of a walk is put in place of what was there. */
static void
take_result(struct slot *s, enum answer a, struct creds *found, struct steps *steps,
    const struct view *v, const struct err *err, int64_t took)
{
	steps_done(&s->steps);
	s->steps = *steps;
	*steps = (struct steps){ 0 };
	s->resolved = true;
	profiles_unref(s->files);
	s->files = profiles_ref(v->files);
	s->ended_at = creds_now();
	if (a == ANSWER_FOUND) {
		creds_unref(s->current);
		s->current = publish(s->cache, found);
		s->whole_life = s->current->expires != 0 ? s->current->expires - s->ended_at : 0;
		for (size_t i = 0; i < s->steps.n; i++)
			if (s->steps.v[i].tried.state == TRIED_FOUND)
				s->bar = s->steps.v[i].bar;
		s->failure = (struct err){ 0 };
		s->failed_until = 0;
		s->jitter = random_jitter();
		free(s->refused);
		s->refused = NULL;
		if (s->bearer_ok)
			identity_resolved(s->cache->aws, s->current);
		return;
	}
	extend(s);
	s->failure = *err;
	s->failed_until = took > CHEAP_MS ? clock_ms() + REMEMBER_MS : 0;
	/* What never expires was asked for again because its file changed: then the file's word counts. */
	if (s->current != NULL && (is_expired(s->current) || s->current->kind == CREDS_STATIC)) {
		creds_unref(s->current);
		s->current = NULL;
	}
	log_warn("credentials: %s", err->text);
}

/* One walk, without the lock. True when its result counts, false when it must be run again. */
static bool
walk_once(struct slot *s, struct creds_cache *cache)
{
	uint64_t epoch = s->epoch;
	char *refused = mem_strdup(s->refused);
	atomic_store(&s->cancel, cache->stopping);
	pthread_mutex_unlock(&cache->lock);

	struct view v = aws_view(cache->aws);
	struct source_ask ask;
	struct creds found = { 0 };
	struct steps steps = { 0 };
	struct err err = { 0 };
	char *name = chain_ask(&v, s->bearer_ok, &ask);
	ask.cancel = &s->cancel;
	ask.refused = refused;
	int64_t start = clock_ms();
	enum answer a = chain_walk(cache->aws, &ask, &found, &steps, &err);
	int64_t took = clock_ms() - start;

	pthread_mutex_lock(&cache->lock);
	bool wanted = s->waiters > 0 || s->background;
	bool cancelled = atomic_load(&s->cancel);
	bool again = wanted && !cache->stopping && (s->epoch != epoch || cancelled);
	if (!again && s->epoch == epoch && !cancelled)
		take_result(s, a, &found, &steps, &v, &err, took);
	creds_clear(&found);
	steps_done(&steps);
	free(name);
	free(refused);
	aws_view_done(&v);
	return !again;
}

/* On the worker's thread. */
static void
resolve(struct job *job)
{
	struct slot *s = (struct slot *)((char *)job - offsetof(struct slot, job));
	struct creds_cache *cache = s->cache;
	pthread_mutex_lock(&cache->lock);
	while (!walk_once(s, cache))
		;
	s->running = s->background = false;
	s->finished++;
	tell(cache);
	pthread_cond_broadcast(&cache->news);
	pthread_mutex_unlock(&cache->lock);
}

static void
begin(struct slot *s, bool background)
{
	struct creds_cache *cache = s->cache;
	if (s->running)
		return;
	if (cache->worker == NULL)
		cache->worker = worker_start("credentials");
	s->running = true;
	s->background = background;
	s->job.run = resolve;
	worker_add(cache->worker, &s->job);
	tell(cache);
}

/* ---- getting ------------------------------------------------------------------------- */

static void
wait_a_tick(struct creds_cache *cache, bool for_ever)
{
	if (for_ever) {
		pthread_cond_wait(&cache->news, &cache->lock);
		return;
	}
	cond_wait_until(&cache->news, &cache->lock, clock_ms() + TICK_MS);
}

/* Until the resolution under way has ended. -1 and ERR_CANCELLED when the caller gave up first. */
static int
await(struct slot *s, const atomic_bool *cancel, struct err *err)
{
	uint64_t before = s->finished;
	bool gave_up = false;
	s->waiters++;
	while (s->finished == before && !gave_up) {
		wait_a_tick(s->cache, cancel == NULL);
		gave_up = s->finished == before && cancel != NULL && atomic_load(cancel);
	}
	s->waiters--;
	if (!gave_up)
		return 0;
	if (s->waiters == 0 && !s->background)
		atomic_store(&s->cancel, true);         /* nobody wants it any more */
	return err_set(err, ERR_CANCELLED, _("Stopped while waiting for credentials."));
}

/* One look, and one wait if there is need. 1 = look again, for what came was dropped meanwhile. */
static int
get_once(struct slot *s, const atomic_bool *cancel, const struct creds **out, struct err *err)
{
	enum urgency u = urgency(s);
	bool repeats = !s->running && clock_ms() < s->failed_until;     /* what failed just now */
	if (u != FINE && !repeats)
		begin(s, u == SOON);
	if (u == NOW && !repeats && await(s, cancel, err) < 0)
		return -1;
	if (s->current != NULL && !is_expired(s->current)) {
		*out = creds_ref(s->current);
		return 0;
	}
	if (s->failure.code == ERR_NONE && s->current == NULL && !s->cache->stopping)
		return 1;
	if (s->failure.code != ERR_NONE)
		return err_set(err, s->failure.code, "%s", s->failure.text);
	return err_set(err, ERR_CREDENTIALS, _("The credentials have expired; renew them."));
}

static const struct creds *
get(struct slot *s, const atomic_bool *cancel, struct err *err)
{
	const struct creds *c = NULL;
	while (get_once(s, cancel, &c, err) > 0)
		;
	return c;
}

static const struct creds *
get_locked(struct aws *aws, int slot, const atomic_bool *cancel, struct err *err)
{
	pthread_mutex_lock(&aws->creds->lock);
	const struct creds *c = get(&aws->creds->slot[slot], cancel, err);
	pthread_mutex_unlock(&aws->creds->lock);
	return c;
}

const struct creds *
creds_get(struct aws *aws, const atomic_bool *cancel, struct err *err)
{
	return get_locked(aws, SLOT_BEDROCK, cancel, err);
}

static bool
bearer_is_in_force(struct aws *aws)
{
	struct view v = aws_view_peek(aws);
	enum chosen chosen = chain_chosen(&v);
	bool in_force = chosen == CHOSEN_BEARER ||
	    (chosen == CHOSEN_NOTHING && aws_env_is_set("AWS_BEARER_TOKEN_BEDROCK"));
	aws_view_done(&v);
	return in_force;
}

const struct creds *
creds_get_for_signing(struct aws *aws, const atomic_bool *cancel, struct err *err)
{
	return get_locked(aws, bearer_is_in_force(aws) ? SLOT_SIGNING : SLOT_BEDROCK, cancel, err);
}

const struct creds *
creds_peek(struct aws *aws)
{
	pthread_mutex_lock(&aws->creds->lock);
	const struct creds *c = creds_ref(aws->creds->slot[SLOT_BEDROCK].current);
	pthread_mutex_unlock(&aws->creds->lock);
	return c;
}

/* ---- forgetting ------------------------------------------------------------------------ */

static void
drop(struct slot *s)
{
	creds_unref(s->current);
	s->current = NULL;
	s->epoch++;
	s->failed_until = 0;
	s->resolved = false;
	steps_done(&s->steps);
}

void
creds_refused(struct aws *aws, uint64_t generation)
{
	struct creds_cache *cache = aws->creds;
	pthread_mutex_lock(&cache->lock);
	for (int i = 0; i < SLOTS; i++) {
		struct slot *s = &cache->slot[i];
		if (s->current == NULL || s->current->generation != generation)
			continue;
		log_info("credentials: generation %llu was refused", (unsigned long long)generation);
		free(s->refused);
		s->refused = mem_strdup(s->current->access_key_id);
		drop(s);
		tell(cache);
	}
	pthread_mutex_unlock(&cache->lock);
}

void
creds_forget(struct aws *aws)
{
	struct creds_cache *cache = aws->creds;
	pthread_mutex_lock(&cache->lock);
	for (int i = 0; i < SLOTS; i++) {
		drop(&cache->slot[i]);
		cache->slot[i].failure = (struct err){ 0 };
	}
	tell(cache);
	pthread_mutex_unlock(&cache->lock);
}

/* ---- life ------------------------------------------------------------------------------- */

struct creds_cache *
creds_cache_new(struct aws *aws)
{
	struct creds_cache *cache = mem_alloc(sizeof *cache);
	cache->aws = aws;
	pthread_mutex_init(&cache->lock, NULL);
	cond_init(&cache->news);
	for (int i = 0; i < SLOTS; i++) {
		cache->slot[i].cache = cache;
		cache->slot[i].bearer_ok = i == SLOT_BEDROCK;
	}
	return cache;
}

void
creds_cache_free(struct creds_cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	cache->stopping = true;
	cache->changed = NULL;
	for (int i = 0; i < SLOTS; i++)
		atomic_store(&cache->slot[i].cancel, true);
	pthread_mutex_unlock(&cache->lock);
	worker_stop(cache->worker);
	for (int i = 0; i < SLOTS; i++) {
		creds_unref(cache->slot[i].current);
		profiles_unref(cache->slot[i].files);
		free(cache->slot[i].refused);
		steps_done(&cache->slot[i].steps);
	}
	pthread_cond_destroy(&cache->news);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

/* ---- the report --------------------------------------------------------------------------- */

/* First and last four characters; only the last four of a short one. */
char *
creds_mask(const char *id)
{
	size_t n = strlen(id);
	if (n >= 12)
		return mem_printf("%.4s…%s", id, id + n - 4);
	return mem_printf("…%s", n > 4 ? id + n - 4 : "");
}

static void
copy_tried(struct creds_report *r, const struct steps *steps)
{
	for (size_t i = 0; i < steps->n; i++) {
		const struct creds_tried *from = &steps->v[i].tried;
		struct creds_tried to = { .name = mem_strdup(from->name),
			.state = from->state,
			.detail = mem_strdup(from->detail),
			.ms = from->ms };
		for (size_t k = 0; k < from->looked_at.n; k++)
			vec_add(&to.looked_at, mem_strdup(from->looked_at.v[k]));
		vec_add(&r->tried, to);
	}
}

static enum creds_mark
mark_of(const struct step *s, bool is_env, bool another_won)
{
	switch (s->tried.state) {
	case TRIED_FOUND:
		return MARK_ACTIVE;
	case TRIED_NOT_CONFIGURED:
		return MARK_UNSET;
	case TRIED_FAILED:
		return MARK_BROKEN;
	case TRIED_NOT_ASKED:
		break;
	}
	if (another_won)
		return s->is_set || !is_env ? MARK_UNASKED : MARK_UNSET;
	/* Nothing was asked yet; of the environment we know all the same. */
	return is_env && !s->is_set ? MARK_UNSET : MARK_UNKNOWN;
}

/* Adds a step to its place in the bar: of several, the one that says most counts. */
static void
add_to_order(struct creds_report *r, const struct step *s, bool settled)
{
	static const int weight[] = { [MARK_ACTIVE] = 5, [MARK_BROKEN] = 4, [MARK_UNKNOWN] = 3,
		[MARK_UNASKED] = 2, [MARK_UNSET] = 1 };
	struct creds_order *o = &r->order[s->bar];
	enum creds_mark m = mark_of(s, s->bar != SOURCE_CHAIN, settled);
	o->shadowed = o->shadowed || (m == MARK_UNASKED && s->is_set);
	if (o->detail != NULL && weight[m] <= weight[o->mark])
		return;
	free(o->detail);
	bool is_rest = s->bar == SOURCE_CHAIN && !s->is_set && s->tried.state == TRIED_NOT_ASKED;
	const char *says = s->tried.detail != NULL ? s->tried.detail : s->tried.name;
	o->detail = mem_strdup(is_rest ? _("the default profile, web identity, container, imds") : says);
	o->mark = m;
}

static void
fill_order(struct creds_report *r, const struct steps *steps)
{
	bool settled = false;           /* those not asked never will be: what won came before, or was chosen */
	r->active = -1;
	for (size_t i = 0; i < steps->n; i++)
		settled = settled || steps->v[i].tried.state == TRIED_FOUND || steps->v[i].tried.state == TRIED_FAILED;
	for (size_t i = 0; i < steps->n; i++)
		add_to_order(r, &steps->v[i], settled);
	static const char *const nothing[SOURCES] = { [SOURCE_BEARER] = N_("not looked at"),
		[SOURCE_KEYS] = N_("not looked at"),
		[SOURCE_PROFILE] = N_("AWS_PROFILE is not set"),
		[SOURCE_CHAIN] = N_("nothing else is configured") };
	for (int i = 0; i < SOURCES; i++)
		if (r->order[i].detail == NULL) {
			r->order[i].detail = mem_strdup(_(nothing[i]));
			r->order[i].mark = i == SOURCE_CHAIN && settled ? MARK_UNASKED : MARK_UNSET;
		}
}

/* For the bar: the source, and what it turned out to be. */
static char *
describe(const struct creds *c, enum creds_source bar)
{
	const char *kind = c->kind == CREDS_PROCESS ? "credential_process" : creds_kind_name(c->kind);
	if (bar == SOURCE_BEARER)
		return mem_strdup(c->kept ? _("bearer · stored by adit") : _("bearer"));
	if (bar == SOURCE_KEYS)
		return mem_printf(_("keys · %s"), kind);
	if (bar == SOURCE_PROFILE)
		return mem_printf(_("profile %s · %s"), c->profile, kind);
	if (c->profile != NULL)
		return mem_printf(_("chain · profile %s · %s"), c->profile, kind);
	return c->kind == CREDS_IMDS ? mem_printf(_("chain · %s · %s"), kind, c->label)
				     : mem_printf(_("chain · %s"), kind);
}

static void
fill_identity(struct creds_report *r, struct aws *aws, const struct creds *c, enum creds_source bar)
{
	struct identity known;
	identity_known(aws, c->access_key_id, &known, &r->no_account);
	r->active = (int)bar;
	r->kind = c->kind;
	r->profile = mem_strdup(c->profile);
	r->access_key = c->access_key_id != NULL ? creds_mask(c->access_key_id) : NULL;
	r->expires = c->expires;
	r->account = known.account != NULL ? known.account : mem_strdup(c->account);
	r->arn = known.arn;
	r->label = mem_strdup(c->label);
	struct creds_order *o = &r->order[bar];
	o->mark = MARK_ACTIVE;                  /* even while a refresh fails: it is still good */
	free(o->detail);
	o->detail = describe(c, bar);
}

static void
fill_region(struct creds_report *r, const struct view *v)
{
	struct region region;
	region_resolve(v, NULL, &region, NULL);
	if (!region.is_default || v->files != NULL) {
		r->region = mem_strdup(region.value);
		r->region_from = mem_strdup(region.from);
	}
	region_done(&region);
}

struct creds_report *
creds_report(struct aws *aws)
{
	struct creds_report *r = mem_alloc(sizeof *r);
	struct slot *s = &aws->creds->slot[SLOT_BEDROCK];
	struct view v = aws_view_peek(aws);
	pthread_mutex_lock(&aws->creds->lock);
	r->resolved = s->resolved;
	r->refreshing = s->running;
	struct steps peeked = { 0 };
	if (!s->resolved) {
		struct source_ask ask;
		char *name = chain_ask(&v, true, &ask);
		chain_peek(&ask, &peeked);
		free(name);
	}
	const struct steps *steps = s->resolved ? &s->steps : &peeked;
	copy_tried(r, steps);
	fill_order(r, steps);
	if (s->current != NULL)
		fill_identity(r, aws, s->current, s->bar);
	r->error = s->failure.code != ERR_NONE ? mem_strdup(s->failure.text) : NULL;
	pthread_mutex_unlock(&aws->creds->lock);
	steps_done(&peeked);
	fill_region(r, &v);
	aws_view_done(&v);
	return r;
}

void
creds_report_free(struct creds_report *r)
{
	if (r == NULL)
		return;
	for (int i = 0; i < SOURCES; i++)
		free(r->order[i].detail);
	for (size_t i = 0; i < r->tried.n; i++) {
		struct creds_tried *t = &r->tried.v[i];
		for (size_t k = 0; k < t->looked_at.n; k++)
			free(t->looked_at.v[k]);
		vec_done(&t->looked_at);
		free(t->name);
		free(t->detail);
	}
	vec_done(&r->tried);
	free(r->profile);
	free(r->access_key);
	free(r->account);
	free(r->no_account);
	free(r->arn);
	free(r->label);
	free(r->region);
	free(r->region_from);
	free(r->error);
	free(r);
}
