/*
 * discover.c - see catalogue.h and discover.h. Shapes: service model bedrock
 * 2023-04-20. Which models are kept follows OpenClaw's filter, so that its
 * settings mean the same here.
 */
#include "config.h"

#include "model/discover.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "model/family.h"

#define N(a) (sizeof(a) / sizeof *(a))

enum { PAGES_MAX = 100, TOKEN_MAX = 4096, ANSWER_MAX = 16 * 1024 * 1024, MODELS_MAX = 4000,
	DEFAULT_CONTEXT = 32000, DEFAULT_OUTPUT = 4096 };

/* ---- the filter ------------------------------------------------------------- */

/* By the provider's name or by the id's first part: "mistral ai" or "mistral". */
static bool
passes(const struct discover_options *o, const char *provider, const char *id)
{
	if (o == NULL || o->providers == NULL)
		return true;
	struct buf part = { 0 };
	family_vendor(&part, id);
	bool asked = false, yes = false;
	for (const char *const *want = o->providers; *want != NULL && !yes; want++) {
		char *w = str_trim(*want);
		asked |= *w != '\0';
		yes = *w != '\0' &&
		      (str_same_nocase(w, provider) || str_same_nocase(w, buf_str(&part)));
		free(w);
	}
	buf_done(&part);
	return yes || !asked;
}

static bool
array_has(struct json_object *array, const char *word)
{
	for (size_t i = 0; i < json_len(array); i++) {
		struct json_object *v = json_item(array, i);
		if (json_object_is_type(v, json_type_string) &&
		    str_same_nocase(json_object_get_string(v), word))
			return true;
	}
	return false;
}

/* Whether it answers with a stream of text, and to anybody. */
static bool
can_chat(struct json_object *m)
{
	static const char gated[] = "anthropic.claude-mythos-preview";
	return json_flag(m, "responseStreamingSupported", false) &&
	    array_has(json_get(m, "outputModalities"), "TEXT") &&
	    strcmp(json_str(m, "modelId", ""), gated) != 0;
}

static bool
is_kept(const struct discover_options *o, struct json_object *m)
{
	const char *id = json_str(m, "modelId", "");
	return !str_blank(id) && can_chat(m) && passes(o, json_str(m, "providerName", NULL), id) &&
	    str_same_nocase(json_str(json_get(m, "modelLifecycle"), "status", ""), "ACTIVE");
}

void
discover_names_done(struct discover_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	vec_done(names);
}

static bool
is_among(const struct discover_names *names, const char *id)
{
	for (size_t i = 0; i < names->n; i++)
		if (str_same_nocase(names->v[i], id))
			return true;
	return false;
}

/* ---- what is known of a model ------------------------------------------------- */

static void
apply_facts(struct model *m, const struct model_facts *f)
{
	if (f == NULL)
		return;
	m->context = f->context > 0 ? f->context : m->context;
	m->max_output = f->max_output > 0 ? f->max_output : m->max_output;
	m->reasoning |= f->reasoning;
	m->images |= f->images;
	m->tools |= f->tools;
	m->cache |= f->cache;
}

/* What the family and the defaults say, then the table, which beats them. */
static void
apply_knowledge(struct model *m, const char *base, const struct discover_options *o)
{
	struct family f = family_of(base);
	bool thinks = f.kind == FAMILY_CLAUDE && family_thinking(&f) != THINKING_NONE;
	m->context = o != NULL && o->default_context > 0 ? o->default_context : DEFAULT_CONTEXT;
	m->max_output =
	    o != NULL && o->default_max_output > 0 ? o->default_max_output : DEFAULT_OUTPUT;
	m->reasoning = thinks || str_has_nocase(base, "reasoning") ||
		       str_has_nocase(base, "thinking") || str_has_nocase(m->name, "reasoning") ||
		       str_has_nocase(m->name, "thinking");
	m->tools = family_takes_tools(&f);
	m->cache = family_takes_cache(&f);
	m->prices = catalogue_prices(base);
	apply_facts(m, catalogue_facts(base));
}

static char *
vendor_of(const char *provider, const char *id)
{
	if (!str_blank(provider))
		return mem_strdup(provider);
	struct buf part = { 0 };
	family_vendor(&part, id);
	return buf_take(&part, NULL);
}

static void
add_region(struct model *m, const char *s, size_t n)
{
	for (size_t i = 0; i < m->regions.n; i++)
		if (strlen(m->regions.v[i]) == n && memcmp(m->regions.v[i], s, n) == 0)
			return;
	if (n > 0)
		vec_add(&m->regions, mem_strndup(s, n));
}

/* The region of "arn:aws:bedrock:REGION:account:…"; some destinations have none. */
static void
add_arn_region(struct model *m, const char *arn)
{
	const char *s = arn;
	for (int colons = 0; colons < 3 && s != NULL; colons++) {
		s = strchr(s, ':');
		s = s != NULL ? s + 1 : NULL;
	}
	if (s != NULL && strchr(s, ':') != NULL)
		add_region(m, s, strcspn(s, ":"));
}

/* ---- foundation models --------------------------------------------------------- */

/* Why the id itself cannot be called; NULL when it can. No list of types means that nothing is
 * known against it. */
static const char *
obstacle(struct json_object *m)
{
	struct json_object *types = json_get(m, "inferenceTypesSupported");
	if (json_len(types) == 0 || array_has(types, "ON_DEMAND"))
		return NULL;
	return array_has(types, "INFERENCE_PROFILE") ?
	    _("It is only called through an inference profile.") :
	    _("It is only called through provisioned throughput.");
}

/* ":24k" and the like are the same model, bought by the hour. */
static bool
is_variant(const char *id, struct json_object *m)
{
	char *base = catalogue_base(id);
	bool shorter = strlen(base) + family_prefix(id) < strlen(id);
	free(base);
	struct json_object *types = json_get(m, "inferenceTypesSupported");
	return shorter && json_len(types) > 0 && !array_has(types, "ON_DEMAND");
}

static void
add_foundation(struct model_list *l, struct json_object *o, const struct discover_options *opts,
    const char *region)
{
	const char *id = json_str(o, "modelId", "");
	const char *why = obstacle(o);
	struct model m = { .kind = MODEL_FOUNDATION,
		.id = mem_strdup(id),
		.name = mem_strdup(json_str(o, "modelName", id)),
		.vendor = vendor_of(json_str(o, "providerName", NULL), id),
		.available = why == NULL,
		.reason = mem_strdup(why) };
	apply_knowledge(&m, id, opts);
	struct json_object *in = json_get(o, "inputModalities");
	m.text = json_len(in) == 0 || array_has(in, "TEXT");
	m.images |= array_has(in, "IMAGE");
	if (region != NULL)
		add_region(&m, region, strlen(region));
	vec_add(&l->models, m);
}

static struct json_object *
parse_list(const char *json, size_t n, const char *key, struct err *err)
{
	struct json_object *o = json_parse(json, n, err);
	if (o == NULL) {
		err_wrap(err, _("The list of models cannot be read"));
		return NULL;
	}
	if (json_object_is_type(json_get(o, key), json_type_array))
		return o;
	err_set(err, ERR_DATA,
	    _("The answer is not a list of models. Check the endpoint and the proxy."));
	json_free(o);
	return NULL;
}

int
discover_parse_models(const char *json, size_t n, const struct discover_options *opts,
    const char *region, struct model_list *l, struct discover_names *mute, struct err *err)
{
	struct json_object *o = parse_list(json, n, "modelSummaries", err);
	if (o == NULL)
		return -1;
	struct json_object *list = json_get(o, "modelSummaries");
	for (size_t i = 0; i < json_len(list) && l->models.n < MODELS_MAX; i++) {
		struct json_object *m = json_item(list, i);
		const char *id = json_str(m, "modelId", "");
		if (!can_chat(m) && mute->n < MODELS_MAX)
			vec_add(mute, mem_strdup(id));
		else if (is_kept(opts, m) && !is_variant(id, m))
			add_foundation(l, m, opts, region);
	}
	json_free(o);
	return 0;
}

/* ---- profiles -------------------------------------------------------------------- */

static const struct model *
find_foundation(const struct model_list *l, const char *id)
{
	for (size_t i = 0; i < l->models.n; i++)
		if (l->models.v[i].kind == MODEL_FOUNDATION &&
		    str_same_nocase(l->models.v[i].id, id))
			return &l->models.v[i];
	return NULL;
}

/* The id in a destination's ARN: what follows the last slash; NULL without one. */
static const char *
destination(struct json_object *profile, size_t i)
{
	const char *arn = json_str(json_item(json_get(profile, "models"), i), "modelArn", "");
	const char *slash = strrchr(arn, '/');
	return slash != NULL && slash[1] != '\0' ? slash + 1 : NULL;
}

/* Its foundation model: a destination that is listed, else the first one, else the id without its
 * prefix. */
static char *
base_of_profile(const struct model_list *l, struct json_object *profile, bool is_system)
{
	for (size_t i = 0; i < json_len(json_get(profile, "models")); i++) {
		const char *id = destination(profile, i);
		if (id != NULL && find_foundation(l, id) != NULL)
			return mem_strdup(id);
	}
	const char *first = destination(profile, 0),
		   *own = json_str(profile, "inferenceProfileId", "");
	if (first != NULL)
		return mem_strdup(first);
	return is_system && family_prefix(own) > 0 ? mem_strdup(own + family_prefix(own)) : NULL;
}

static bool
is_kept_profile(const struct discover_options *opts, const struct discover_names *mute,
    struct json_object *o)
{
	const char *first = destination(o, 0), *id = json_str(o, "inferenceProfileId", "");
	return !str_blank(id) && str_same_nocase(json_str(o, "status", ""), "ACTIVE") &&
	       passes(opts, NULL, first != NULL ? first : id) &&
	       (first == NULL || !is_among(mute, first));
}

static void
inherit(struct model *m, const struct model *base)
{
	m->context = base->context;
	m->max_output = base->max_output;
	m->text = base->text;
	m->images = base->images;
	m->reasoning = base->reasoning;
	m->tools = base->tools;
	m->cache = base->cache;
	free(m->vendor);
	m->vendor = mem_strdup(base->vendor);
}

/* An application profile's own id hides the geography: its model's price stands in. */
static struct prices
profile_prices(const struct model *m)
{
	return catalogue_prices(m->kind == MODEL_PROFILE || m->base == NULL ? m->id : m->base);
}

static void
add_profile(struct model_list *l, struct json_object *o, const struct discover_options *opts)
{
	bool is_system = !str_same_nocase(json_str(o, "type", "SYSTEM_DEFINED"), "APPLICATION");
	const char *id = json_str(o, "inferenceProfileId", "");
	/* An application profile is called by its ARN. */
	const char *call = is_system ? id : json_str(o, "inferenceProfileArn", id);
	struct model m = { .kind = is_system ? MODEL_PROFILE : MODEL_APPLICATION_PROFILE,
		.id = mem_strdup(call), .name = mem_strdup(json_str(o, "inferenceProfileName", id)),
		.base = base_of_profile(l, o, is_system), .available = true, .text = true };
	const char *known = m.base != NULL ? m.base : id;
	const struct model *base = m.base != NULL ? find_foundation(l, m.base) : NULL;
	m.vendor = vendor_of(NULL, known);
	apply_knowledge(&m, known, opts);
	if (base != NULL)
		inherit(&m, base);
	m.prices = profile_prices(&m);
	struct json_object *models = json_get(o, "models");
	for (size_t i = 0; i < json_len(models); i++)
		add_arn_region(&m, json_str(json_item(models, i), "modelArn", ""));
	vec_add(&l->models, m);
}

int
discover_parse_profiles(const char *json, size_t n, const struct discover_options *opts,
    struct model_list *l, const struct discover_names *mute, char **next, struct err *err)
{
	*next = NULL;
	struct json_object *o = parse_list(json, n, "inferenceProfileSummaries", err);
	if (o == NULL)
		return -1;
	struct json_object *list = json_get(o, "inferenceProfileSummaries");
	for (size_t i = 0; i < json_len(list) && l->models.n < MODELS_MAX; i++)
		if (is_kept_profile(opts, mute, json_item(list, i)))
			add_profile(l, json_item(list, i), opts);
	const char *token = json_str(o, "nextToken", NULL);
	if (!str_blank(token) && strlen(token) <= TOKEN_MAX)
		*next = mem_strdup(token);
	json_free(o);
	return 0;
}

/* ---- order ------------------------------------------------------------------------- */

static int
compare_models(const void *pa, const void *pb)
{
	const struct model *a = pa, *b = pb;
	bool ga = str_starts(a->id, "global."), gb = str_starts(b->id, "global.");
	if (ga != gb)
		return ga ? -1 : 1;
	int c = strcasecmp(a->name, b->name);
	return c != 0 ? c : strcmp(a->id, b->id);
}

static bool
is_repeated(const struct model_list *l, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_same_nocase(l->models.v[k].id, l->models.v[i].id))
			return true;
	return false;
}

void
discover_sort(struct model_list *l)
{
	for (size_t i = 0; i < l->models.n;) {
		if (is_repeated(l, i)) {
			struct model_list dropped = { 0 };
			vec_add(&dropped.models, l->models.v[i]);
			model_list_done(&dropped);
			vec_cut(&l->models, i, 1);
		} else {
			i++;
		}
	}
	if (l->models.n > 1)
		qsort(l->models.v, l->models.n, sizeof *l->models.v, compare_models);
}

/* ---- asking ------------------------------------------------------------------------- */

/* One list being fetched. Pages are parsed when both lists are there. */
struct asking {
	struct aws		*aws;
	const char		*region;        /* to ask in; NULL = the one in force */
	const char		*arn;           /* asked about: its region decides; NULL = none */
	const atomic_bool	*cancel;
	struct VEC(struct http_reply) pages;
	struct err		 err;
	int			 rc;
};

static int
get(struct asking *a, enum aws_kind kind, const char *path, const char *query)
{
	struct aws_call call = { .kind = kind,
		.method = "GET",
		.path = path,
		.query = query,
		.model = a->arn,
		.region = a->region };
	struct http_reply reply;
	http_reply_init(&reply, ANSWER_MAX);
	a->rc = aws_fetch(a->aws, &call, &reply, a->cancel, &a->err);
	if (a->rc == 0)
		vec_add(&a->pages, reply);
	else
		http_reply_done(&reply);
	return a->rc;
}

static void *
models_main(void *arg)
{
	get(arg, AWS_MODELS, "/foundation-models", NULL);
	return NULL;
}

static char *
page_query(const char *token)
{
	struct buf q = { 0 };
	buf_puts(&q, "maxResults=1000");
	if (token != NULL) {
		buf_puts(&q, "&nextToken=");
		str_percent(&q, token, strlen(token), "");
	}
	return buf_take(&q, NULL);
}

static char *
next_token(const struct http_reply *page)
{
	struct json_object *o = json_parse(buf_str(&page->body), page->body.len, NULL);
	const char *token = json_str(o, "nextToken", NULL);
	char *copy = !str_blank(token) && strlen(token) <= TOKEN_MAX ? mem_strdup(token) : NULL;
	json_free(o);
	return copy;
}

/* Until there is no token, or it is the one that was just used. */
static void
get_profiles(struct asking *a)
{
	char *token = NULL;
	for (int page = 0; page < PAGES_MAX; page++) {
		char *query = page_query(token);
		int rc = get(a, AWS_PROFILES, "/inference-profiles", query);
		free(query);
		char *next = rc == 0 ? next_token(&a->pages.v[a->pages.n - 1]) : NULL;
		bool again = next != NULL && !str_same(next, token);
		free(token);
		token = next;
		if (!again)
			break;
	}
	free(token);
}

static void
asking_done(struct asking *a)
{
	for (size_t i = 0; i < a->pages.n; i++)
		http_reply_done(&a->pages.v[i]);
	vec_done(&a->pages);
}

static void
parse_pages(const struct asking *profiles, const struct discover_options *opts,
    struct model_list *l, const struct discover_names *mute)
{
	for (size_t i = 0; i < profiles->pages.n; i++) {
		const struct http_reply *p = &profiles->pages.v[i];
		char *next;
		struct err why = { 0 };
		if (discover_parse_profiles(
			buf_str(&p->body), p->body.len, opts, l, mute, &next, &why) < 0) {
			free(l->hint);
			l->hint = mem_strdup(why.text);
		}
		free(next);
	}
}

static int
parse_answers(const struct asking *models, const struct asking *profiles,
    const struct discover_options *opts, struct model_list *l, struct err *err)
{
	const struct http_reply *m = &models->pages.v[0];
	struct discover_names mute = { 0 };
	int rc =
	    discover_parse_models(buf_str(&m->body), m->body.len, opts, l->region, l, &mute, err);
	if (rc == 0)
		parse_pages(profiles, opts, l, &mute);
	discover_names_done(&mute);
	return rc;
}

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

int
discover(struct aws *aws, const struct discover_options *opts, struct model_list *l,
    const atomic_bool *cancel, struct err *err)
{
	const char *region = opts != NULL ? opts->region : NULL;
	struct asking models = { .aws = aws, .region = region, .cancel = cancel };
	struct asking profiles = models;
	pthread_t thread;
	*l = (struct model_list){ 0 };
	l->region = region != NULL ? mem_strdup(region) : aws_region(aws, NULL, NULL);
	bool parallel = pthread_create(&thread, NULL, models_main, &models) == 0;
	if (!parallel)
		models_main(&models);
	get_profiles(&profiles);
	if (parallel)
		pthread_join(thread, NULL);

	int rc = models.rc;
	if (rc < 0 && err != NULL)
		*err = models.err;
	if (rc == 0)
		rc = parse_answers(&models, &profiles, opts, l, err);
	if (rc == 0 && profiles.rc < 0) {
		log_debug("discover: profiles: %s", profiles.err.text);
		free(l->hint);
		hint_profiles(l, &profiles.err);
	}
	discover_sort(l);
	l->fetched = rc == 0 ? clock_wall() : 0;
	asking_done(&models);
	asking_done(&profiles);
	return rc;
}

/* ---- a profile that is not listed ------------------------------------------------------ */

/* ARN and foundation model id in turns, for the life of the process. */
static struct VEC(char *) bases;
static pthread_mutex_t bases_lock = PTHREAD_MUTEX_INITIALIZER;

static char *
remembered(const char *arn)
{
	char *base = NULL;
	pthread_mutex_lock(&bases_lock);
	for (size_t i = 0; i + 1 < bases.n && base == NULL; i += 2)
		if (strcmp(bases.v[i], arn) == 0)
			base = mem_strdup(bases.v[i + 1]);
	pthread_mutex_unlock(&bases_lock);
	return base;
}

static void
remember(const char *arn, const char *base)
{
	pthread_mutex_lock(&bases_lock);
	vec_add(&bases, mem_strdup(arn));
	vec_add(&bases, mem_strdup(base));
	pthread_mutex_unlock(&bases_lock);
}

char *
discover_parse_base(const char *json, size_t n)
{
	struct json_object *o = json_parse(json, n, NULL);
	const char *id = destination(o, 0);
	char *base = mem_strdup(id);
	json_free(o);
	return base;
}

char *
discover_base(struct aws *aws, const char *arn, const atomic_bool *cancel, struct err *err)
{
	char *base = remembered(arn);
	if (base != NULL)
		return base;
	struct asking a = { .aws = aws, .arn = arn, .cancel = cancel };
	struct buf path = { 0 };
	buf_puts(&path, "/inference-profiles/");
	aws_path_segment(&path, arn);
	if (get(&a, AWS_PROFILE, buf_str(&path), NULL) == 0) {
		const struct http_reply *r = &a.pages.v[0];
		base = discover_parse_base(buf_str(&r->body), r->body.len);
		if (base != NULL)
			remember(arn, base);
		else
			err_set(err, ERR_DATA,
			    _("The answer does not say which model the profile is for."));
	} else if (err != NULL) {
		*err = a.err;
	}
	asking_done(&a);
	buf_done(&path);
	return base;
}
