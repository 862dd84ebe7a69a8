/*
 * account.c - what a conversation costs: the sums of its replies and of what else was asked for it, its lines in the
 * ledger, and how warm the prompt cache is.
 */
#include "config.h"

#include "agent/agent-inside.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "model/catalogue.h"
#include "model/price.h"
#include "store/ledger.h"

/* ---- costs ------------------------------------------------------------------- */

void
agent_add_cost(struct agent *a, const char *model, const struct usage *u, double cost)
{
	usage_add(&a->usage, u);
	if (cost < 0)
		a->cost_unknown = true;
	else
		a->cost += cost;
	spent_add(&a->spent, model, u, cost);
}

void
agent_count(struct agent *a, const char *model, const struct usage *u, double cost, int64_t at)
{
	struct family f = agent_family(model);
	agent_add_cost(a, model, u, cost);
	a->context_used = usage_context(u);
	a->last_usage = *u;
	a->last_cost = cost;
	bool hour = u->cache_write > 0 ? u->cache_write_1h > 0 :
	    asking_params(a)->cache == CACHE_LONG && family_takes_long_cache(&f);
	warmth_take(&a->warmth, model, u, at, hour);
	int64_t left = warmth_left(&a->warmth, clock_wall());
	if (left > 0)
		timer_set(a->env.timers, &a->cold_timer, left * 1000);
}

/* A line in the ledger. tier: as it was asked for. */
static void
enter(struct agent *a, const char *what, const char *model, const char *tier, const struct usage *u, double cost)
{
	if (a->env.spending == NULL || a->env.spending->ledger == NULL)
		return;
	struct ledger_entry e = { .at = clock_wall(), .agent = what, .model = model,
		.session = a->session != NULL ? session_id(a->session) : NULL,
		.tier = u->tier[0] != '\0' ? u->tier : tier,
		.input = u->input, .output = u->output, .cache_read = u->cache_read,
		.cache_write = u->cache_write, .cache_write_1h = u->cache_write_1h, .cost = cost };
	ledger_add(a->env.spending->ledger, &e);
}

void
agent_charge(struct agent *a, const char *what, const char *model, const char *tier, const struct usage *u)
{
	if (!u->known)
		return;
	double cost = price_usage(u, model, tier);
	agent_add_cost(a, model, u, cost);
	enter(a, what, model, tier, u, cost);
	record_charge(a->session, model, u, cost);
	agent_tell(a, AGENT_EV_USAGE, "", 0);
}

/* Not every answer says how long what it wrote is kept; then it is as long as was asked for. */
static void
complete_usage(const struct agent *a, struct usage *u)
{
	struct family f = agent_family(a->asked);
	if (u->cache_write_1h == 0 && asking_params(a)->cache == CACHE_LONG && family_takes_long_cache(&f))
		u->cache_write_1h = u->cache_write;
}

void
account_reply(struct agent *a, const struct usage *u)
{
	if (!u->known)
		return;
	/* A router says which model it used: that is who costs. */
	const char *model = a->reply.routed_to != NULL ? a->reply.routed_to : a->asked;
	struct usage told = *u;
	complete_usage(a, &told);
	u = &told;
	double cost = price_usage(u, model, asking_params(a)->service_tier);
	a->reply_cost = cost;
	agent_count(a, a->asked, u, cost, clock_wall());
	enter(a, a->label, a->asked, asking_params(a)->service_tier, u, cost);
	agent_tell(a, AGENT_EV_USAGE, "", 0);
	loop_watch(a);
}

/* ---- the prompt cache --------------------------------------------------------- */

void
account_on_cold(struct timer *t)
{
	struct agent *a = (struct agent *)((char *)t - offsetof(struct agent, cold_timer));
	agent_changed(a);
}

void
account_warn(struct agent *a)
{
	const struct converse_params *p = asking_params(a);
	struct family f = agent_family(a->asked);
	struct warmth_loss lost;
	if (family_cache(&f, p->cache) == 0 ||
	    !warmth_lost(&a->warmth, a->asked, p->service_tier, clock_wall(), &lost))
		return;
	struct buf s = { 0 };
	buf_printf(&s, lost.other_model ?
	    _("%lldk tokens are in the prompt cache of another model and are written again for this one") :
	    _("The prompt cache has expired; %lldk tokens are written again"), (long long)(lost.tokens / 1000));
	if (lost.cost >= 0)
		buf_printf(&s, _(" (about $%.2f)."), lost.cost);
	else
		buf_putc(&s, '.');
	agent_note(a, BLOCK_NOTE, buf_str(&s));
	buf_done(&s);
}

void
account_cold(const struct agent *a, struct agent_status *s)
{
	struct warmth_loss lost;
	s->cold_cost = -1;
	if (a->turn != NULL || a->model == NULL ||
	    !warmth_lost(&a->warmth, a->model, a->params.service_tier, clock_wall(), &lost))
		return;
	struct family f = agent_family(a->model);
	if (family_cache(&f, a->params.cache) == 0)
		return;
	s->cold_tokens = lost.tokens;
	s->cold_cost = lost.cost;
}
