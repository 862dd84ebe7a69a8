/*
 * known.c - see known.h.
 *
 * Two tables under one lock: which model is behind an id, and what the user
 * says. Nothing is taken out of the first but by known_forget(), so that an
 * answer that was paid for with a request stays.
 */
#include "config.h"

#include "model/known.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "model/family.h"

enum { ROWS_MAX = 8000, ASK_AGAIN_MS = 300000, ANSWER_MAX = 1024 * 1024 };

struct row {
	char		*model, *base;  /* base NULL: nobody says */
	struct prices	 prices;
	struct err	 why;           /* … and why */
	int64_t		 until;         /* clock_ms() until that holds; 0 = always */
};

static struct {
	pthread_mutex_t		lock;
	struct VEC(struct row)	rows;
	struct known_overrides	overrides;
	long			context, max_output;
} all = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- ARNs --------------------------------------------------------------------- */

/* Kinds of ARN that hide their model, and who tells which one it is. */
static const struct kind {
	const char	*part;          /* of the ARN */
	enum aws_kind	 kind;          /* of the call that tells; AWS_NO_KIND: none does */
	const char	*path;          /* the ARN follows, as one segment */
	const char	*members[3];    /* of the answer, that name the model */
	bool		 is_hourly;     /* or priced in another way than its model by the token */
} kinds[] = {
	{ ":application-inference-profile/", AWS_PROFILE, "/inference-profiles/", { "models" }, false },
	{ ":provisioned-model/", AWS_THROUGHPUT, "/provisioned-model-throughput/",
	    { "foundationModelArn" }, true },
	{ ":custom-model-deployment/", AWS_DEPLOYMENT, "/model-customization/custom-model-deployments/",
	    { "modelArn" }, true },
	{ ":custom-model/", AWS_CUSTOM_MODEL, "/custom-models/", { "baseModelArn" }, true },
	{ ":prompt-router/", AWS_ROUTER, "/prompt-routers/", { "fallbackModel", "models" }, true },
	{ ":default-prompt-router/", AWS_ROUTER, "/prompt-routers/", { "fallbackModel", "models" }, true },
	{ ":imported-model/", AWS_NO_KIND, NULL, { NULL }, true },
};

static const struct kind *
kind_of(const char *model)
{
	for (size_t i = 0; str_starts(model, "arn:") && i < sizeof kinds / sizeof *kinds; i++)
		if (strstr(model, kinds[i].part) != NULL)
			return &kinds[i];
	return NULL;
}

/* "…:custom-model/amazon.nova-lite-v1:0:300k/a1b2c3d4e5f6" names its base in the middle, but
 * "…:custom-model/imported/…" does not. */
static char *
base_of_custom(const char *arn)
{
	static const char part[] = ":custom-model/";
	const char *at = strstr(arn, part), *end = at != NULL ? strchr(at + sizeof part - 1, '/') : NULL;
	if (end == NULL)
		return NULL;
	char *id = mem_strndup(at + sizeof part - 1, (size_t)(end - at) - (sizeof part - 1));
	char *base = strchr(id, '.') != NULL ? catalogue_base(id) : NULL;
	free(id);
	return base;
}

/* The id in an ARN by which prices can be looked up: a destination without a region is one
 * anywhere, and costs what global profiles cost. */
static char *
id_in_arn(const char *arn)
{
	const char *id = family_id(arn);
	if (id == NULL)
		return base_of_custom(arn);
	if (*id == '\0')
		return NULL;
	bool anywhere = strstr(arn, ":bedrock:::") != NULL && family_prefix(id) == 0;
	return anywhere ? mem_printf("global.%s", id) : mem_strdup(id);
}

char *
known_in_arn(const char *arn)
{
	char *id = id_in_arn(arn), *base = id != NULL ? catalogue_base(id) : NULL;
	free(id);
	return base;
}

/* ---- the rows ------------------------------------------------------------------ */

static const struct prices unknown_prices = { -1, -1, -1, -1 };

/* With the lock held. */
static struct row *
find_row(const char *model)
{
	for (size_t i = 0; i < all.rows.n; i++)
		if (strcmp(all.rows.v[i].model, model) == 0)
			return &all.rows.v[i];
	return NULL;
}

/* With the lock held. What nobody says does not replace what somebody said. */
static void
put_row(const char *model, const char *base, const struct prices *prices, const struct err *why,
    int64_t until)
{
	struct row *r = find_row(model);
	if (r == NULL && all.rows.n < ROWS_MAX) {
		vec_add(&all.rows, ((struct row){ .model = mem_strdup(model) }));
		r = &all.rows.v[all.rows.n - 1];
	}
	if (r == NULL || (base == NULL && r->base != NULL))
		return;
	char *copy = mem_strdup(base);
	free(r->base);
	r->base = copy;
	r->prices = *prices;
	r->why = why != NULL ? *why : (struct err){ 0 };
	r->until = until;
}

/* What the id or ARN says itself, without the rows. */
static char *
base_by_text(const char *model)
{
	return family_id(model) != NULL ? catalogue_base(model) : base_of_custom(model);
}

char *
known_base(const char *model)
{
	pthread_mutex_lock(&all.lock);
	const struct row *r = find_row(model);
	char *base = r != NULL ? mem_strdup(r->base) : NULL;
	pthread_mutex_unlock(&all.lock);
	return base != NULL ? base : base_by_text(model);
}

void
known_learn(const struct model_list *l)
{
	pthread_mutex_lock(&all.lock);
	for (size_t i = 0; i < l->models.n; i++) {
		const struct model *m = &l->models.v[i];
		if (m->base != NULL && family_id(m->id) == NULL)
			put_row(m->id, m->base, &m->prices, NULL, 0);
	}
	pthread_mutex_unlock(&all.lock);
}

void
known_forget(void)
{
	pthread_mutex_lock(&all.lock);
	for (size_t i = 0; i < all.rows.n; i++) {
		free(all.rows.v[i].model);
		free(all.rows.v[i].base);
	}
	vec_done(&all.rows);
	pthread_mutex_unlock(&all.lock);
}

/* ---- asking --------------------------------------------------------------------- */

/* The first ARN at a member: a text, an object with modelArn, or a list of those. */
static const char *
arn_at(struct json_object *o, const char *member)
{
	struct json_object *v = json_get(o, member);
	if (json_object_is_type(v, json_type_string))
		return json_object_get_string(v);
	if (json_object_is_type(v, json_type_array))
		v = json_item(v, 0);
	return json_str(v, "modelArn", NULL);
}

static const char *
arn_in_answer(const struct kind *kind, struct json_object *o)
{
	const char *arn = NULL;
	for (size_t i = 0; arn == NULL && i < sizeof kind->members / sizeof *kind->members &&
	    kind->members[i] != NULL; i++)
		arn = arn_at(o, kind->members[i]);
	return arn;
}

/* The ARN (or id) that one ARN leads to, from the service. Owned by the caller. */
static char *
follow(struct aws *aws, const struct kind *k, const char *model, const atomic_bool *cancel,
    struct err *err)
{
	enum aws_kind kind = k->kind;
	struct buf path = { 0 };
	struct http_reply reply;
	char *next = NULL;
	buf_puts(&path, k->path);
	aws_path_segment(&path, model);
	struct aws_call call = { .kind = kind, .method = "GET", .path = buf_str(&path),
		.model = model, .once = true };
	http_reply_init(&reply, ANSWER_MAX);
	if (aws_fetch(aws, &call, &reply, cancel, err) == 0) {
		struct json_object *o = json_parse(buf_str(&reply.body), reply.body.len, NULL);
		next = mem_strdup(arn_in_answer(k, o));
		json_free(o);
		if (next == NULL)
			err_set(err, ERR_DATA, _("The service does not say which model is behind %s."), model);
	}
	http_reply_done(&reply);
	buf_done(&path);
	return next;
}

/* A deployment leads to a custom model, that to its base: two questions at most. */
static char *
ask(struct aws *aws, const char *model, const atomic_bool *cancel, struct err *err)
{
	enum { STEPS = 2 };
	char *at = mem_strdup(model), *id = NULL;
	for (int step = 0; step < STEPS && id == NULL && at != NULL; step++) {
		const struct kind *kind = kind_of(at);
		char *next = NULL;
		if (kind == NULL || kind->kind == AWS_NO_KIND)
			err_set(err, ERR_DATA, _("The service does not say which model is behind %s."), model);
		else
			next = follow(aws, kind, at, cancel, err);
		free(at);
		at = next;
		id = at != NULL ? id_in_arn(at) : NULL;
	}
	if (id == NULL && at != NULL)
		err_set(err, ERR_DATA, _("The service does not say which model is behind %s."), model);
	free(at);
	return id;
}

/* True when there is nothing (more) to ask: *base or *why says what is known. */
static bool
is_settled(const char *model, char **base, struct err *why)
{
	*base = known_base(model);
	if (*base != NULL)
		return true;
	pthread_mutex_lock(&all.lock);
	const struct row *r = find_row(model);
	bool settled = r != NULL && (r->until == 0 || clock_ms() < r->until);
	if (settled)
		*why = r->why;
	pthread_mutex_unlock(&all.lock);
	return settled;
}

/* The network, or a busy service, may answer later; anything else would say the same again. */
static int64_t
holds_until(const struct err *why)
{
	bool passes = why->code == ERR_NETWORK || why->code == ERR_UNAVAILABLE ||
	    why->code == ERR_CREDENTIALS;
	return passes ? clock_ms() + ASK_AGAIN_MS : 0;
}

struct prices
known_prices_behind(const char *model, const char *id)
{
	const struct kind *kind = kind_of(model);
	return id == NULL || (kind != NULL && kind->is_hourly) ? unknown_prices : catalogue_prices(id);
}

char *
known_ask(struct aws *aws, const char *model, const atomic_bool *cancel, struct err *err)
{
	char *base;
	struct err why = { 0 };
	if (is_settled(model, &base, &why)) {
		if (base == NULL && err != NULL)
			*err = why;
		return base;
	}
	char *id = ask(aws, model, cancel, &why);
	base = id != NULL ? catalogue_base(id) : NULL;
	struct prices prices = known_prices_behind(model, id);
	if (base == NULL) {
		log_info("known: %s", why.text);
		if (err != NULL)
			*err = why;
	}
	if (base != NULL || why.code != ERR_CANCELLED) {
		pthread_mutex_lock(&all.lock);
		put_row(model, base, &prices, &why, base != NULL ? 0 : holds_until(&why));
		pthread_mutex_unlock(&all.lock);
	}
	free(id);
	return base;
}

/* ---- what the user says ------------------------------------------------------------ */

static void
override_done(struct known_override *o)
{
	free(o->id);
	free(o->name);
	free(o->provider);
}

void
known_overrides_done(struct known_overrides *o)
{
	for (size_t i = 0; i < o->n; i++)
		override_done(&o->v[i]);
	vec_done(o);
}

void
known_configure(struct known_overrides *o, long context, long max_output)
{
	pthread_mutex_lock(&all.lock);
	known_overrides_done(&all.overrides);
	all.overrides = *o;
	all.context = context;
	all.max_output = max_output;
	pthread_mutex_unlock(&all.lock);
	*o = (struct known_overrides){ 0 };
}

static void
take_price(double *price, double said)
{
	if (said >= 0)
		*price = said;
}

static void
take_prices(struct prices *p, const struct prices *said)
{
	take_price(&p->input, said->input);
	take_price(&p->output, said->output);
	take_price(&p->cache_read, said->cache_read);
	take_price(&p->cache_write, said->cache_write);
}

/* With the lock held. */
static const struct known_override *
find_override(const char *model)
{
	for (size_t i = 0; i < all.overrides.n; i++)
		if (str_same_nocase(all.overrides.v[i].id, model))
			return &all.overrides.v[i];
	return NULL;
}

/* ---- figures -------------------------------------------------------------------------- */

static void
take_facts(struct known *k, const struct model_facts *f)
{
	k->context = f->context;
	k->max_output = f->max_output;
	k->reasoning = f->reasoning;
	k->images = f->images;
	k->tools = f->tools;
	k->cache = f->cache;
}

static void
take_override(struct known *k, const struct known_override *o)
{
	k->context = o->context > 0 ? o->context : k->context;
	k->max_output = o->max_output > 0 ? o->max_output : k->max_output;
	k->reasoning = o->reasoning >= 0 ? o->reasoning : k->reasoning;
	k->images = o->images >= 0 ? o->images : k->images;
	take_prices(&k->prices, &o->prices);
}

struct known
known_of(const char *model)
{
	struct known k = { .prices = known_prices_behind(model, model) };
	pthread_mutex_lock(&all.lock);
	const struct row *r = find_row(model);
	char *base = r != NULL ? mem_strdup(r->base) : NULL;
	if (base != NULL)
		k.prices = r->prices;
	pthread_mutex_unlock(&all.lock);
	if (base == NULL)
		base = base_by_text(model);
	const struct model_facts *facts = base != NULL ? catalogue_facts(base) : NULL;
	free(base);
	if (facts != NULL)
		take_facts(&k, facts);
	pthread_mutex_lock(&all.lock);
	const struct known_override *o = find_override(model);
	bool elsewhere = o != NULL && o->provider != NULL;      /* the figures are for Bedrock's */
	if (k.context == 0 && !elsewhere)
		k.context = all.context;
	if (k.max_output == 0 && !elsewhere)
		k.max_output = all.max_output;
	if (o != NULL)
		take_override(&k, o);
	pthread_mutex_unlock(&all.lock);
	return k;
}

/* ---- in a list -------------------------------------------------------------------------- */

static void
override_model(struct model *m, const struct known_override *o)
{
	if (o->name != NULL) {
		free(m->name);
		m->name = mem_strdup(o->name);
		m->named = true;
	}
	m->context = o->context > 0 ? o->context : m->context;
	m->max_output = o->max_output > 0 ? o->max_output : m->max_output;
	m->reasoning = o->reasoning >= 0 ? o->reasoning : m->reasoning;
	m->text = o->text >= 0 ? o->text : m->text;
	m->images = o->images >= 0 ? o->images : m->images;
	take_prices(&m->prices, &o->prices);
}

/* One of another provider: nothing is known but what the user says. Tools are taken for granted. */
static struct model
model_elsewhere(const struct known_override *o)
{
	return (struct model){ .kind = MODEL_CONFIGURED, .id = mem_strdup(o->id),
		.name = mem_strdup(o->id), .vendor = mem_strdup(o->provider),
		.provider = mem_strdup(o->provider), .available = true, .text = true, .tools = true,
		.prices = unknown_prices };
}

/* One that no list has: what is known of it from the id. */
static struct model
configured_model(const struct known_override *o)
{
	if (o->provider != NULL)
		return model_elsewhere(o);
	struct buf vendor = { 0 };
	char *base = base_by_text(o->id);
	const struct model_facts *f = base != NULL ? catalogue_facts(base) : NULL;
	family_vendor(&vendor, o->id);
	struct model m = { .kind = MODEL_CONFIGURED, .id = mem_strdup(o->id),
		.name = mem_strdup(f != NULL ? f->name : o->id), .vendor = buf_take(&vendor, NULL),
		.available = true, .text = true, .prices = known_prices_behind(o->id, o->id) };
	if (base != NULL && strcmp(base, o->id) != 0)
		m.base = mem_strdup(base);
	free(base);
	struct known k = { .context = all.context, .max_output = all.max_output };
	if (f != NULL)
		take_facts(&k, f);
	m.context = k.context;
	m.max_output = k.max_output;
	m.reasoning = k.reasoning;
	m.images = k.images;
	m.tools = k.tools;
	m.cache = k.cache;
	return m;
}

static struct model *
find_model(struct model_list *l, const char *id)
{
	for (size_t i = 0; i < l->models.n; i++)
		if (str_same_nocase(l->models.v[i].id, id))
			return &l->models.v[i];
	return NULL;
}

/* With the lock held. */
static void
drop_others(struct model_list *l)
{
	for (size_t i = 0; i < l->models.n;) {
		if (find_override(l->models.v[i].id) != NULL) {
			i++;
			continue;
		}
		struct model_list dropped = { 0 };
		vec_add(&dropped.models, l->models.v[i]);
		model_list_done(&dropped);
		vec_cut(&l->models, i, 1);
	}
}

void
known_merge(struct model_list *l, bool only)
{
	pthread_mutex_lock(&all.lock);
	if (only && all.overrides.n > 0)
		drop_others(l);
	for (size_t i = 0; i < all.overrides.n; i++) {
		const struct known_override *o = &all.overrides.v[i];
		struct model *m = find_model(l, o->id);
		if (m == NULL) {
			vec_add(&l->models, configured_model(o));
			m = &l->models.v[l->models.n - 1];
		}
		override_model(m, o);
	}
	pthread_mutex_unlock(&all.lock);
}
