/* catalogue.c - see catalogue.h. */
#include "config.h"

#include "model/catalogue.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/str.h"
#include "model/facts.h"
#include "model/family.h"

#define N(a) (sizeof(a) / sizeof *(a))

/* Beyond Claude 4.5, what is not global costs so much more (a reading of the public price list,
 * September 2026). */
static const double uplift = 1.1;

/* ---- ids ------------------------------------------------------------------- */

static bool
all_digits(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return n > 0;
}

/* Length of id without a throughput suffix: ":24k", ":mm". */
static size_t
without_throughput(const char *id)
{
	size_t n = strlen(id);
	const char *colon = strrchr(id, ':');
	if (colon == NULL)
		return n;
	size_t k = strlen(colon + 1);
	bool is_one =
	    strcmp(colon, ":mm") == 0 || (k > 1 && colon[k] == 'k' && all_digits(colon + 1, k - 1));
	return is_one ? (size_t)(colon - id) : n;
}

char *
catalogue_base(const char *model)
{
	const char *id = family_id(model);
	if (id == NULL)
		return mem_strdup(model);
	id += family_prefix(id);
	return mem_strndup(id, without_throughput(id));
}

/* Cuts a last part that begins with `mark` and goes on in digits (at least `digits`). */
static void
cut_tail(char *id, const char *mark, size_t digits)
{
	size_t n = strlen(id), d = 0, k = strlen(mark);
	while (d < n && id[n - d - 1] >= '0' && id[n - d - 1] <= '9')
		d++;
	if (d >= digits && n > d + k && memcmp(id + n - d - k, mark, k) == 0)
		id[n - d - k] = '\0';
}

/* What two ids of one model have in common: no prefix, no date, no "-v1", no ":0". Owned by the
 * caller. */
static char *
key_of(const char *model)
{
	char *id = catalogue_base(model);
	cut_tail(id, ":", 1);
	cut_tail(id, "-v", 1);
	cut_tail(id, "-", 8);
	return id;
}

/* "claude-3-5-sonnet" and "claude-sonnet-4-5" alike begin with the line: "sonnet-3-5". */
static char *
line_first(char *name)
{
	static const char *const claude_lines[] = { "opus", "sonnet", "haiku" };
	for (size_t i = 0; i < N(claude_lines); i++) {
		size_t n = strlen(name), k = strlen(claude_lines[i]);
		if (n < k + 2 || strcmp(name + n - k, claude_lines[i]) != 0 ||
		    name[n - k - 1] != '-')
			continue;
		char *turned = mem_printf("%s-%.*s", claude_lines[i], (int)(n - k - 1), name);
		free(name);
		return turned;
	}
	return name;
}

char *
catalogue_short(const char *model)
{
	/* Of an ARN that hides its model, and of "my-proxy/ID", the end says most. */
	if (family_id(model) == NULL || (strchr(model, '/') != NULL && !str_starts(model, "arn:"))) {
		const char *slash = strrchr(model, '/');
		return mem_strdup(slash != NULL ? slash + 1 : model);
	}
	char *key = key_of(model);
	const char *dot = strchr(key, '.');
	const char *name = dot != NULL ? dot + 1 : key;
	bool claude = str_starts(name, "claude-");
	char *out = mem_strdup(claude ? name + strlen("claude-") : name);
	free(key);
	return claude ? line_first(out) : out;
}

/* ---- facts and prices ------------------------------------------------------- */

/* key_of() each row of the table: made once, since a list asks for hundreds of models. */
static char **facts_keys;

static void
make_keys(void)
{
	facts_keys = mem_alloc(facts_count * sizeof *facts_keys);
	for (size_t i = 0; i < facts_count; i++)
		facts_keys[i] = key_of(facts_table[i].id);
}

const struct model_facts *
catalogue_facts(const char *model)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, make_keys);
	char *base = catalogue_base(model), *key = key_of(model);
	const struct model_facts *found = NULL;
	for (size_t i = 0; i < facts_count && found == NULL; i++)
		if (strcmp(facts_table[i].id, base) == 0)
			found = &facts_table[i];
	for (size_t i = 0; i < facts_count && found == NULL; i++)
		if (strcmp(facts_keys[i], key) == 0)
			found = &facts_table[i];
	free(base);
	free(key);
	return found;
}

static bool
has_uplift(const char *model)
{
	const char *id = family_id(model);
	struct family f = family_of(model);
	return id != NULL && !str_starts(id, "global.") && f.kind == FAMILY_CLAUDE &&
	    (f.major > 4 || (f.major == 4 && f.minor >= 5));
}

static void
raise(double *price)
{
	if (*price > 0)
		*price *= uplift;
}

struct prices
catalogue_prices(const char *model)
{
	const struct model_facts *facts = catalogue_facts(model);
	if (facts == NULL)
		return (struct prices){ -1, -1, -1, -1 };
	struct prices p = facts->prices;
	if (has_uplift(model)) {
		raise(&p.input);
		raise(&p.output);
		raise(&p.cache_read);
		raise(&p.cache_write);
	}
	return p;
}

/* ---- geography --------------------------------------------------------------- */

/* The first row whose region begins so wins. */
static const struct {
	const char	*region;
	const char	*prefixes[4];
} geographies[] = {
	{ "us-gov-", { "us-gov.", NULL } },
	{ "us-", { "us.", NULL } },
	{ "eu-", { "eu.", NULL } },
	{ "ap-northeast-1", { "jp.", "apac.", "ap.", NULL } },
	{ "ap-northeast-3", { "jp.", "apac.", "ap.", NULL } },
	{ "ap-southeast-2", { "au.", "apac.", "ap.", NULL } },
	{ "ap-southeast-4", { "au.", "apac.", "ap.", NULL } },
	{ "ap-", { "apac.", "ap.", NULL } },
	{ "ca-", { "ca.", "us.", NULL } },
	{ "sa-", { "sa.", NULL } },
};

const char *const *
catalogue_prefixes(const char *region)
{
	static const char *const none[] = { NULL };
	for (size_t i = 0; region != NULL && i < N(geographies); i++)
		if (str_starts(region, geographies[i].region))
			return geographies[i].prefixes;
	return none;
}

/* ---- models and lists ---------------------------------------------------------- */

const char *
model_kind_name(enum model_kind kind)
{
	static const char *const names[] = {
		[MODEL_FOUNDATION] = "foundation-model",
		[MODEL_PROFILE] = "inference-profile",
		[MODEL_APPLICATION_PROFILE] = "application-profile",
		[MODEL_IMPORTED] = "imported",
		[MODEL_PROVISIONED] = "provisioned",
		[MODEL_DEPLOYMENT] = "custom-deployment",
		[MODEL_ROUTER] = "prompt-router",
		[MODEL_CONFIGURED] = "configured",
	};
	return names[kind];
}

static void
model_done(struct model *m)
{
	free(m->id);
	free(m->name);
	free(m->vendor);
	free(m->base);
	free(m->reason);
	free(m->provider);
	for (size_t i = 0; i < m->regions.n; i++)
		free(m->regions.v[i]);
	vec_done(&m->regions);
}

void
model_list_done(struct model_list *l)
{
	for (size_t i = 0; i < l->models.n; i++)
		model_done(&l->models.v[i]);
	vec_done(&l->models);
	free(l->region);
	free(l->hint);
	for (size_t i = 0; i < l->notes.n; i++)
		free(l->notes.v[i]);
	vec_done(&l->notes);
	*l = (struct model_list){ 0 };
}

/* ---- choosing ------------------------------------------------------------------- */

static const char *
base_of(const struct model *m)
{
	return m->base != NULL ? m->base : m->id;
}

/* Where a call through this id goes: the smaller, the better. */
static int
distance(const struct model *m, const char *region)
{
	if (str_starts(m->id, "global."))
		return 20;
	if (m->kind == MODEL_FOUNDATION)
		return 10;
	const char *const *near = catalogue_prefixes(region);
	for (int i = 0; near[i] != NULL; i++)
		if (str_starts(m->id, near[i]))
			return i;
	return 15;
}

static bool
is_candidate(const struct model *m)
{
	return m->available && m->text &&
	    (m->kind == MODEL_FOUNDATION || m->kind == MODEL_PROFILE || m->kind == MODEL_CONFIGURED);
}

/* Negative when a is the better choice: newer, then Sonnet, then nearer. */
static int
compare(const struct model *a, const struct model *b, const char *region)
{
	struct family fa = family_of(base_of(a)), fb = family_of(base_of(b));
	if (fa.major != fb.major)
		return fb.major - fa.major;
	if (fa.minor != fb.minor)
		return fb.minor - fa.minor;
	if (fa.line != fb.line)
		return (fb.line == CLAUDE_SONNET) - (fa.line == CLAUDE_SONNET);
	int near = distance(a, region) - distance(b, region);
	return near != 0 ? near : strcmp(b->id, a->id);
}

static bool
is_general(const struct model *m)
{
	struct family f = family_of(base_of(m));
	return f.kind == FAMILY_CLAUDE && f.major >= 0 &&
	       (f.line == CLAUDE_OPUS || f.line == CLAUDE_SONNET);
}

static const struct model *
best_of(const struct model_list *l, bool (*fits)(const struct model *, const void *),
    const void *arg)
{
	const struct model *best = NULL;
	for (size_t i = 0; i < l->models.n; i++) {
		const struct model *m = &l->models.v[i];
		if (is_candidate(m) && fits(m, arg) &&
		    (best == NULL || compare(m, best, l->region) < 0))
			best = m;
	}
	return best;
}

static bool
fits_default(const struct model *m, const void *arg)
{
	(void)arg;
	return is_general(m);
}

const struct model *
catalogue_default(const struct model_list *l)
{
	const struct model *best = best_of(l, fits_default, NULL);
	for (size_t i = 0; i < l->models.n && best == NULL; i++)
		if (is_candidate(&l->models.v[i]))
			best = &l->models.v[i];
	return best;
}

/* ---- references ------------------------------------------------------------------ */

/* The words and numbers of a text, each between dashes: "haiku 4.5", "Haiku-4-5" and "haiku4.5" are
 * "-haiku-4-5-". Owned by the caller. */
static char *
tokens(const char *text)
{
	struct buf b = { 0 };
	char last = '\0';
	buf_putc(&b, '-');
	for (; *text != '\0'; text++) {
		char c = *text;
		bool word = isalnum((unsigned char)c);
		bool turns = isalnum((unsigned char)last) && word &&
			     !isdigit((unsigned char)c) != !isdigit((unsigned char)last);
		if (b.len > 1 && (turns || (!word && isalnum((unsigned char)last))))
			buf_putc(&b, '-');
		if (word)
			buf_putc(&b, (char)tolower((unsigned char)c));
		last = c;
	}
	if (b.s[b.len - 1] != '-')
		buf_putc(&b, '-');
	return buf_take(&b, NULL);
}

struct wanted {
	char	*tokens;
	bool	 whole;         /* the name is nothing else */
};

static bool
fits_name(const struct model *m, const void *arg)
{
	const struct wanted *w = arg;
	char *key = key_of(base_of(m)), *name = catalogue_short(base_of(m));
	char *in_key = tokens(key), *in_name = tokens(name);
	bool fits = w->whole ? strcmp(in_name, w->tokens) == 0 :
	    strstr(in_name, w->tokens) != NULL || strstr(in_key, w->tokens) != NULL;
	free(key);
	free(name);
	free(in_key);
	free(in_name);
	return fits;
}

static const struct model *
find_name(const struct model_list *l, const char *name)
{
	struct wanted w = { .tokens = tokens(name), .whole = true };
	const struct model *m = NULL;
	if (strlen(w.tokens) > 1)
		m = best_of(l, fits_name, &w);
	w.whole = false;
	if (m == NULL && strlen(w.tokens) > 1)
		m = best_of(l, fits_name, &w);
	free(w.tokens);
	return m;
}

/* An id has a vendor before a dot; in a name a dot stands at most inside a version. */
static bool
is_name(const char *ref)
{
	const char *dot = strchr(ref, '.');
	return strpbrk(ref, ":/") == NULL && (dot == NULL || (dot > ref &&
	    isdigit((unsigned char)dot[-1]) && isdigit((unsigned char)dot[1])));
}

static const char *
without_provider(const char *ref)
{
	static const char *const providers[] = { "amazon-bedrock/", "bedrock/" };
	for (size_t i = 0; i < N(providers); i++)
		if (str_starts(ref, providers[i]))
			return ref + strlen(providers[i]);
	return ref;
}

static const struct model *
find_id(const struct model_list *l, const char *id)
{
	for (size_t i = 0; i < l->models.n; i++)
		if (str_same_nocase(l->models.v[i].id, id))
			return &l->models.v[i];
	return NULL;
}

/* By the bare id, when just one endpoint of the configuration has it. */
static const struct model *
find_elsewhere(const struct model_list *l, const char *id)
{
	const struct model *found = NULL;
	for (size_t i = 0; i < l->models.n; i++) {
		const struct model *m = &l->models.v[i];
		if (m->provider == NULL || strcmp(m->id + strlen(m->provider) + 1, id) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = m;
	}
	return found;
}

/* ---- near misses ------------------------------------------------------------------- */

enum { NEAR = 3, LENGTH_MAX = 80 };

/* How many characters must change to get from a to b (Levenshtein), of the first LENGTH_MAX. */
static size_t
edits(const char *a, const char *b)
{
	size_t row[LENGTH_MAX + 1], n = strnlen(a, LENGTH_MAX), m = strnlen(b, LENGTH_MAX);
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t changed = diagonal + (a[i - 1] != b[j - 1]);
			size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			diagonal = row[j];
			row[j] = changed < shorter ? changed : shorter;
		}
	}
	return row[m];
}

/* The last part of what two ids of one model share, without the vendor. */
static char *
bare_name(const char *id)
{
	char *key = key_of(id);
	const char *dot = strchr(key, '.');
	char *name = mem_strdup(dot != NULL && !is_name(id) ? dot + 1 : key);
	free(key);
	return name;
}

/* From what was asked for to a model's name, long or short. */
static size_t
edits_to(const char *wanted, const char *id)
{
	char *name = bare_name(id), *brief = catalogue_short(id);
	size_t a = edits(wanted, name), b = edits(wanted, brief);
	free(name);
	free(brief);
	return a < b ? a : b;
}

char *
catalogue_near(const struct model_list *l, const char *ref)
{
	const struct model *best[NEAR + 1] = { NULL };
	size_t score[NEAR + 1] = { 0 }, n = 0;
	char *wanted = bare_name(ref);
	for (size_t i = 0; i < l->models.n; i++) {
		const struct model *m = &l->models.v[i];
		size_t far = edits_to(wanted, base_of(m));
		if (!m->available || far > (strlen(wanted) + 1) / 2)
			continue;
		size_t at = n;
		for (; at > 0 && score[at - 1] > far; at--) {
			best[at] = best[at - 1];
			score[at] = score[at - 1];
		}
		best[at] = m;
		score[at] = far;
		n = n < NEAR ? n + 1 : NEAR;
	}
	free(wanted);
	struct buf out = { 0 };
	for (size_t i = 0; i < n; i++)
		buf_printf(&out, "%s%s", i > 0 ? ", " : "", best[i]->id);
	return buf_take(&out, NULL);
}

static void
explain_missing(const struct model_list *l, const char *ref, struct err *err)
{
	const char *region = l->region != NULL ? l->region : "?";
	char *near = catalogue_near(l, ref);
	if (*near != '\0')
		err_set(err, ERR_DENIED, _("There is no model \"%s\" in %s. The nearest: %s."), ref,
		    region, near);
	else
		err_set(err, ERR_DENIED,
		    _("There is no model \"%s\" in %s. See: adit models list."), ref, region);
	free(near);
}

const struct model *
catalogue_resolve(const struct model_list *l, const char *ref, struct err *err)
{
	const char *id = without_provider(ref), *inside = family_id(id);
	const struct model *m = find_id(l, id);
	if (m == NULL && inside != NULL && inside != id)
		m = find_id(l, inside);
	if (m == NULL)
		m = find_elsewhere(l, id);
	if (m == NULL && is_name(id))
		m = find_name(l, id);
	if (m == NULL)
		explain_missing(l, id, err);
	return m;
}

bool
catalogue_is_name(const char *ref)
{
	return is_name(without_provider(ref));
}

/* A name without its versions: "opus" of "opus-4-7", "gpt-oss-20b" of itself. Owned by the caller. */
static char *
line_of(const struct model *m)
{
	char *name = catalogue_short(base_of(m));
	struct buf b = { 0 };
	for (const char *p = name; *p != '\0';) {
		size_t n = strcspn(p, "-.:_"), v = n > 1 && *p == 'v' ? 1 : 0;
		if (!all_digits(p + v, n - v) && n > 0)
			buf_printf(&b, "%s%.*s", b.len > 0 ? "-" : "", (int)n, p);
		p += n + (p[n] != '\0');
	}
	free(name);
	return buf_take(&b, NULL);
}

static bool
fits_several_lines(const struct model_list *l, const struct wanted *w)
{
	char *line = NULL;
	bool several = false;
	for (size_t i = 0; i < l->models.n && !several; i++) {
		const struct model *m = &l->models.v[i];
		if (!is_candidate(m) || !fits_name(m, w))
			continue;
		char *this = line_of(m);
		several = line != NULL && strcmp(line, this) != 0;
		free(line);
		line = this;
	}
	free(line);
	return several;
}

bool
catalogue_is_ambiguous(const struct model_list *l, const char *ref)
{
	const char *name = without_provider(ref);
	if (find_id(l, name) != NULL || !is_name(name))
		return false;
	struct wanted w = { .tokens = tokens(name), .whole = true };
	bool several = false;
	if (best_of(l, fits_name, &w) == NULL) {
		w.whole = false;
		several = fits_several_lines(l, &w);
	}
	free(w.tokens);
	return several;
}

const struct model *
catalogue_profile(const struct model_list *l, const char *model)
{
	char *base = catalogue_base(model);
	const struct model *best = NULL;
	for (size_t i = 0; i < l->models.n; i++) {
		const struct model *m = &l->models.v[i];
		if (m->kind == MODEL_PROFILE && m->available && str_same(m->base, base) &&
		    (best == NULL || compare(m, best, l->region) < 0))
			best = m;
	}
	free(base);
	return best;
}
