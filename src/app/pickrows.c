/* pickrows.c - see pickrows.h. */
#include "config.h"

#include "app/pickrows.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/family.h"
#include "ui/theme.h"

enum column { NAME, WHERE, CONTEXT, OUTPUT, TAKES, THINK, CACHE, IN, OUT, CALLS };
enum section { RECENT, OWN, REST };

/* One model and what its place depends on. */
struct item {
	const struct model	*m;
	const char		*name;
	struct family		 family;
	enum section		 section;
	int			 order;         /* among the recent ones */
	int			 far;
	bool			 hidden;        /* folded under a profile */
};
struct items VEC(struct item);

const struct ui_list_column *
pickrows_columns(void)
{
	static struct ui_list_column columns[PICK_COLUMNS] = {
		[NAME] = { N_("name"), 16, false, 0, false },
		[WHERE] = { N_("where"), 6, false, 1, false },
		[CONTEXT] = { N_("ctx"), 4, true, 2, false },
		[OUTPUT] = { N_("out"), 4, true, 5, false },
		[TAKES] = { N_("in"), 3, false, 6, false },
		[THINK] = { N_("think"), 1, false, 7, false },
		[CACHE] = { N_("cache"), 1, false, 7, false },
		[IN] = { N_("$in"), 4, true, 3, false },
		[OUT] = { N_("$out"), 5, true, 3, false },
		[CALLS] = { N_("calls"), 12, false, 4, true },
	};
	static struct ui_list_column shown[PICK_COLUMNS];
	for (int i = 0; i < PICK_COLUMNS; i++) {
		shown[i] = columns[i];
		shown[i].title = _(columns[i].title);
	}
	return shown;
}

void
pickrows_done(struct pickrows *p)
{
	for (size_t i = 0; i < p->texts.n; i++)
		free(p->texts.v[i]);
	vec_done(&p->texts);
	vec_done(&p->rows);
}

static const char *
keep(struct pickrows *p, char *text)
{
	vec_add(&p->texts, text);
	return text;
}

/* ---- words --------------------------------------------------------------------------------- */

char *
pickrows_where(const struct model *m, const char *region)
{
	size_t prefix = m->kind == MODEL_PROFILE ? family_prefix(m->id) : 0;
	if (prefix > 1)
		return mem_strndup(m->id, prefix - 1);
	if (m->kind == MODEL_FOUNDATION || m->kind == MODEL_PROFILE)
		return mem_strdup(region != NULL ? region : "");
	return mem_strdup(m->kind == MODEL_CONFIGURED ? _("config") : _("own"));
}

char *
pickrows_age(int64_t seconds)
{
	if (seconds < 60)
		return mem_strdup(_("just now"));
	if (seconds < 2 * 3600)
		return mem_printf(_("%d min ago"), (int)(seconds / 60));
	if (seconds < 2 * 86400)
		return mem_printf(_("%d h ago"), (int)(seconds / 3600));
	return mem_printf(_("%d days ago"), (int)(seconds / 86400));
}

static char *
tokens(long n)
{
	if (n <= 0)
		return mem_strdup("?");
	if (n >= 1000000)
		return mem_printf("%.3gM", (double)n / 1000000);
	return mem_printf("%ldk", (n + 500) / 1000);
}

static char *
price(double usd)
{
	if (usd < 0)
		return mem_strdup("?");
	return mem_printf(usd < 0.1 ? "%.3f" : "%.2f", usd);
}

static const char *
kind_of(enum model_kind kind)
{
	static const char *const names[] = {
		[MODEL_FOUNDATION] = N_("model"),
		[MODEL_PROFILE] = N_("inference profile"),
		[MODEL_APPLICATION_PROFILE] = N_("application profile"),
		[MODEL_IMPORTED] = N_("imported model"),
		[MODEL_PROVISIONED] = N_("provisioned throughput"),
		[MODEL_DEPLOYMENT] = N_("custom model deployment"),
		[MODEL_ROUTER] = N_("prompt router"),
		[MODEL_CONFIGURED] = N_("from the configuration"),
	};
	return _(names[kind]);
}

/* "2026-09-12" */
static char *
day_of(int64_t seconds)
{
	char when[32];
	clock_iso8601(seconds, when);
	return mem_strndup(when, 10);
}

/* ---- order ----------------------------------------------------------------------------------- */

static int
far_of(const struct model *m, const char *region)
{
	if (str_starts(m->id, "global."))
		return 20;
	const char *const *near = catalogue_prefixes(region);
	for (int i = 0; near[i] != NULL; i++)
		if (str_starts(m->id, near[i]))
			return i;
	return m->kind == MODEL_FOUNDATION ? 10 : 15;
}

static int
rank_of_line(enum claude_line line)
{
	static const enum claude_line order[] = { CLAUDE_OPUS, CLAUDE_SONNET, CLAUDE_HAIKU };
	for (int i = 0; i < 3; i++)
		if (order[i] == line)
			return i;
	return 3;
}

static int
compare_claude(const struct item *a, const struct item *b)
{
	if (a->family.major != b->family.major)
		return b->family.major - a->family.major;
	if (a->family.minor != b->family.minor)
		return b->family.minor - a->family.minor;
	return rank_of_line(a->family.line) - rank_of_line(b->family.line);
}

static int
compare(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;
	if (a->section != b->section)
		return (int)a->section - (int)b->section;
	if (a->section == RECENT)
		return a->order - b->order;
	bool ca = a->family.kind == FAMILY_CLAUDE, cb = b->family.kind == FAMILY_CLAUDE;
	if (ca != cb)
		return ca ? -1 : 1;
	int c = ca ? compare_claude(a, b) : 0;
	if (c == 0 && !ca)
		c = strcmp(a->m->vendor != NULL ? a->m->vendor : "", b->m->vendor != NULL ? b->m->vendor : "");
	if (c == 0)
		c = strcmp(a->name, b->name);
	if (c == 0)
		c = a->far - b->far;
	return c != 0 ? c : strcmp(a->m->id, b->m->id);
}

/* ---- which model is whose --------------------------------------------------------------------- */

static const char *
base_of(const struct model *m)
{
	return m->base != NULL ? m->base : m->id;
}

static int
compare_ids(const void *a, const void *b)
{
	const struct model *const *x = a, *const *y = b;
	return strcmp((*x)->id, (*y)->id);
}

/* Foundation models by id, for looking names up. */
struct index VEC(const struct model *);

static void
index_make(struct index *ix, const struct model_list *l)
{
	for (size_t i = 0; i < l->models.n; i++)
		if (l->models.v[i].kind == MODEL_FOUNDATION)
			vec_add(ix, &l->models.v[i]);
	if (ix->n > 1)
		qsort(ix->v, ix->n, sizeof *ix->v, compare_ids);
}

static const struct model *
index_find(const struct index *ix, const char *id)
{
	struct model key = { .id = (char *)(uintptr_t)id };
	const struct model *k = &key, **found = ix->n == 0 ? NULL :
	    bsearch(&k, ix->v, ix->n, sizeof *ix->v, compare_ids);
	return found != NULL ? *found : NULL;
}

static int
recent_place(const struct remember *r, const char *id)
{
	for (size_t i = 0; r != NULL && i < r->recent.n; i++)
		if (strcmp(r->recent.v[i], id) == 0)
			return (int)i;
	return -1;
}

static struct item
make_item(const struct pickrows_ask *ask, const struct index *ix, const struct model *m)
{
	int place = recent_place(ask->remember, m->id);
	bool by_base = m->kind == MODEL_PROFILE && m->base != NULL && !m->named;
	const struct model *base = by_base ? index_find(ix, m->base) : NULL;
	bool own = m->kind != MODEL_FOUNDATION && m->kind != MODEL_PROFILE && m->kind != MODEL_CONFIGURED;
	return (struct item){ .m = m, .name = base != NULL ? base->name : m->name,
		.family = family_of(base_of(m)), .section = place >= 0 ? RECENT : own ? OWN : REST,
		.order = place, .far = far_of(m, ask->list->region) };
}

static bool
leads_to(const struct item *it, const struct model *m)
{
	return it->m != m && it->m->available && str_same(it->m->base, m->id) &&
	    (it->m->kind == MODEL_PROFILE || it->m->kind == MODEL_APPLICATION_PROFILE);
}

/* The last row of those that a model can be called through; SIZE_MAX = there is none. */
static size_t
last_way(const struct items *items, const struct model *m)
{
	for (size_t i = items->n; i-- > 0;)
		if (leads_to(&items->v[i], m))
			return i;
	return SIZE_MAX;
}

/* ---- rows -------------------------------------------------------------------------------------- */

static const struct answer *
answer_of(const struct pickrows_ask *ask, const struct model *m)
{
	if (ask->remember == NULL)
		return NULL;
	return remember_find(ask->remember, ask->account, ask->label, ask->list->region, m->id);
}

static bool
counts(const struct pickrows_ask *ask, const struct answer *a)
{
	return a != NULL && ask->now - a->at < (int64_t)PICK_ANSWER_DAYS * 86400;
}

static const char *
calls_cell(struct pickrows *p, const struct model *m, const struct answer *a)
{
	if (a == NULL)
		return m->available ? "" : m->reason != NULL ? m->reason : _("It cannot be called.");
	char *day = day_of(a->at);
	char *s = mem_printf("%s %s", theme_sign(a->works ? SIGN_DONE : SIGN_FAIL), day);
	free(day);
	return keep(p, s);
}

static void
put_regions(struct buf *b, const struct model *m)
{
	for (size_t i = 0; i < m->regions.n; i++)
		buf_printf(b, "%s%s", i > 0 ? " " : "", m->regions.v[i]);
}

/* "us.anthropic.claude-opus-4-7 · inference profile · us-east-1 us-west-2", and what calls taught. */
static const char *
detail_of(struct pickrows *p, const struct model *m, const struct answer *a)
{
	struct buf b = { 0 };
	buf_printf(&b, "%s %s %s", m->id, theme_sign(SIGN_SEPARATOR), kind_of(m->kind));
	if (m->regions.n > 0) {
		buf_printf(&b, " %s ", theme_sign(SIGN_SEPARATOR));
		put_regions(&b, m);
	}
	if (a != NULL) {
		char *day = day_of(a->at);
		buf_putc(&b, '\n');
		if (a->works)
			buf_printf(&b, _("It answered on %s."), day);
		else
			buf_printf(&b, _("Refused on %s: %s"), day, a->text != NULL ? a->text : "?");
		free(day);
	} else if (!m->available || m->reason != NULL) {
		buf_printf(&b, "\n%s", m->reason != NULL ? m->reason : _("It cannot be called."));
	}
	return keep(p, buf_take(&b, NULL));
}

/* What stands behind the account in an ARN, or the id. */
static const char *
without_account(const char *id)
{
	const char *s = id;
	for (int colons = 0; str_starts(id, "arn:") && colons < 5 && s != NULL; colons++)
		s = strchr(s, ':') != NULL ? strchr(s, ':') + 1 : NULL;
	return s != NULL ? s : id;
}

static void
add_row(struct pickrows *p, const struct pickrows_ask *ask, const struct item *it, bool folded)
{
	const struct model *m = it->m;
	const struct answer *a = answer_of(ask, m);
	a = counts(ask, a) ? a : NULL;
	const char *done = theme_sign(SIGN_DONE), *where = keep(p, pickrows_where(m, ask->list->region));
	struct ui_list_row r = { .key = m->id, .detail = detail_of(p, m, a), .folded = folded,
		.depth = folded, .marked = ask->current != NULL && strcmp(ask->current, m->id) == 0,
		.dim = a != NULL ? !a->works : !m->available };
	r.cell[NAME] = it->name;
	r.cell[WHERE] = where;
	r.cell[CONTEXT] = keep(p, tokens(m->context));
	r.cell[OUTPUT] = keep(p, tokens(m->max_output));
	r.cell[TAKES] = m->images && m->text ? _("txt img") : m->images ? _("img") : _("txt");
	r.cell[THINK] = m->reasoning ? done : "";
	r.cell[CACHE] = m->cache ? done : "";
	r.cell[IN] = keep(p, price(m->prices.input));
	r.cell[OUT] = keep(p, price(m->prices.output));
	r.cell[CALLS] = calls_cell(p, m, a);
	/* An account's number would match every number that is typed. */
	r.words = keep(p, mem_printf("%s %s %s %s %s", it->name, where, without_account(m->id), m->vendor != NULL ? m->vendor : "",
	    kind_of(m->kind)));
	vec_add(&p->rows, r);
}

static void
add_heading(struct pickrows *p, enum section section)
{
	static const char *const names[] = { [RECENT] = N_("used last"), [OWN] = N_("this account's own"),
		[REST] = N_("all") };
	static const char *const keys[] = { [RECENT] = " recent", [OWN] = " own", [REST] = " rest" };
	struct ui_list_row r = { .key = keys[section], .cell = { _(names[section]) }, .separator = true };
	vec_add(&p->rows, r);
}

/* Those that are folded under row i. */
static void
add_folded(struct pickrows *p, const struct pickrows_ask *ask, const struct items *items,
    const size_t *under, size_t i)
{
	for (size_t k = 0; k < items->n; k++)
		if (under[k] == i)
			add_row(p, ask, &items->v[k], true);
}

static void
add_rows(struct pickrows *p, const struct pickrows_ask *ask, struct items *items)
{
	size_t *under = mem_alloc((items->n + 1) * sizeof *under);
	bool *opens = mem_alloc(items->n + 1);
	for (size_t i = 0; i < items->n; i++) {
		const struct item *it = &items->v[i];
		under[i] = it->m->available || it->section == RECENT ? SIZE_MAX : last_way(items, it->m);
		if (under[i] != SIZE_MAX)
			opens[under[i]] = items->v[i].hidden = true;
	}
	const struct item *last = NULL;
	for (size_t i = 0; i < items->n; i++) {
		const struct item *it = &items->v[i];
		if (it->hidden)
			continue;
		/* One kind of models needs no heading. */
		if (last == NULL ? it->section != REST : it->section != last->section)
			add_heading(p, it->section);
		add_row(p, ask, it, false);
		if (opens[i])
			add_folded(p, ask, items, under, i);
		last = it;
	}
	free(under);
	free(opens);
}

void
pickrows_make(struct pickrows *p, const struct pickrows_ask *ask)
{
	struct items items = { 0 };
	struct index ix = { 0 };
	*p = (struct pickrows){ 0 };
	index_make(&ix, ask->list);
	for (size_t i = 0; i < ask->list->models.n; i++)
		vec_add(&items, make_item(ask, &ix, &ask->list->models.v[i]));
	if (items.n > 1)
		qsort(items.v, items.n, sizeof *items.v, compare);
	add_rows(p, ask, &items);
	vec_done(&items);
	vec_done(&ix);
}
