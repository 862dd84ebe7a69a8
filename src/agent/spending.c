/* spending.c - see spending.h. */
#include "config.h"

#include "agent/spending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "model/family.h"
#include "model/known.h"
#include "model/price.h"

enum { BYTES_PER_TOKEN = 4, TOKENS_OF_IMAGE = 1600, BYTES_PER_FILE_TOKEN = 8 };

/* A picture counts by its size in pixels, which 1,600 is the most of; a file is base64 of what has less text. */
static size_t
tokens_of(const struct part *p)
{
	switch (p->kind) {
	case PART_IMAGE:
		return TOKENS_OF_IMAGE;
	case PART_DOCUMENT:
	case PART_VIDEO:
	case PART_AUDIO:
		return p->len / BYTES_PER_FILE_TOKEN;
	default:
		return p->len / BYTES_PER_TOKEN;
	}
}

int64_t
spending_tokens(const struct conversation *c, const char *system, int64_t known)
{
	size_t tokens = system != NULL ? strlen(system) / BYTES_PER_TOKEN : 0;
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; !c->v[i]->withdrawn && k < c->v[i]->parts.n; k++)
			tokens += tokens_of(&c->v[i]->parts.v[k]);
	return (int64_t)tokens > known ? (int64_t)tokens : known;
}

/* ---- the limit -------------------------------------------------------------- */

static void
count(struct spending *s, struct spending_reply *r, double usd)
{
	s->running += usd - r->counted;
	r->counted = usd;
}

static double
left(const struct spending *s)
{
	return s->limit - s->spent - s->running;
}

/* What the question costs at least (all of it may come from the cache), and a byte of the answer. */
static bool
estimate(struct spending_reply *r)
{
	struct prices p = price_of(r->model, r->tier);
	r->input = r->per_byte = -1;
	if (p.input >= 0)
		r->input = (double)r->tokens * (p.cache_read >= 0 ? p.cache_read : p.input) / 1e6;
	if (p.output >= 0)
		r->per_byte = p.output / 1e6 / BYTES_PER_TOKEN;
	return r->input >= 0 && r->per_byte >= 0;
}

static int
refuse_unknown(const struct spending *s, const struct spending_reply *r, struct err *err)
{
	if (price_of_tier(r->tier) < 0)
		return err_set(err, ERR_BUDGET,
		    _("What the service tier %s costs is not known, so the budget of $%.2f cannot be kept. "
		      "Choose another with /tier, or go without a budget."), r->tier, s->limit);
	return err_set(err, ERR_BUDGET,
	    _("The price of %s is not known, so the budget of $%.2f cannot be kept. Choose another "
	      "model, give its price in the configuration, or go without a budget."),
	    r->model, s->limit);
}

/* The ARN of an application profile: the service is asked what it is before the request leaves. */
static bool
may_be_known_later(const struct spending_reply *r)
{
	char *base = known_base(r->model);
	bool later = base == NULL && family_id(r->model) == NULL && price_of_tier(r->tier) >= 0;
	free(base);
	return later;
}

int
spending_begin(struct spending *s, struct spending_reply *r, const char *model, const char *tier,
    int64_t input_tokens, struct err *err)
{
	*r = (struct spending_reply){ .model = model, .tokens = input_tokens, .input = -1, .per_byte = -1 };
	snprintf(r->tier, sizeof r->tier, "%s", tier != NULL ? tier : "");
	if (s == NULL)
		return 0;
	bool priced = estimate(r);
	r->later = !priced && may_be_known_later(r);
	if (s->limit > 0 && !priced && !r->later)
		return refuse_unknown(s, r, err);
	if (s->limit > 0 && left(s) <= 0)
		return err_set(err, ERR_BUDGET, _("The budget of $%.2f is used up: $%.4f were spent."),
		    s->limit, s->spent + s->running);
	if (s->limit > 0 && r->input > left(s))
		return err_set(err, ERR_BUDGET,
		    _("The question alone would cost about $%.4f; of the budget of $%.2f only $%.4f are left."),
		    r->input, s->limit, left(s));
	if (priced)
		count(s, r, r->input);
	return 0;
}

int
spending_grow(struct spending *s, struct spending_reply *r, size_t bytes, struct err *err)
{
	if (s == NULL)
		return 0;
	if (r->later) {
		r->later = false;
		if (!estimate(r) && s->limit > 0)
			return refuse_unknown(s, r, err);
	}
	if (r->input < 0 || r->per_byte < 0)
		return 0;
	count(s, r, r->input + (double)bytes * r->per_byte);
	if (s->limit <= 0 || left(s) > 0)
		return 0;
	return err_set(err, ERR_BUDGET,
	    _("The budget of $%.2f is used up; the reply was stopped there. What arrived is kept."), s->limit);
}

void
spending_end(struct spending *s, struct spending_reply *r, double cost)
{
	if (s == NULL)
		return;
	double counted = r->counted;
	count(s, r, 0);
	s->spent += cost >= 0 ? cost : counted;
}

/* ---- by model ------------------------------------------------------------------ */

void
spent_add(struct spent_models *all, const char *model, const struct usage *u, double cost)
{
	struct spent *s = NULL;
	for (size_t i = 0; i < all->n && s == NULL; i++)
		if (strcmp(all->v[i].model, model) == 0)
			s = &all->v[i];
	if (s == NULL) {
		struct spent fresh = { .model = mem_strdup(model) };
		vec_add(all, fresh);
		s = &all->v[all->n - 1];
	}
	usage_add(&s->usage, u);
	s->replies++;
	if (cost >= 0)
		s->cost += cost;
	else
		s->unpriced++;
}

void
spent_done(struct spent_models *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->v[i].model);
	vec_done(all);
}
