/* cmd-usage.c - /usage: what was used and what it costs. */
#include "config.h"

#include <stdlib.h>

#include "app/command.h"
#include "base/i18n.h"
#include "model/catalogue.h"
#include "store/ledger.h"
#include "ui/ui.h"

/* One line of a table, whoever counted it. */
struct figures {
	int64_t	replies, input, read, write, output;
	double	cost;
	int64_t	unpriced;
};

static void
put_head(struct buf *b, const char *title)
{
	buf_printf(b, "\n| %s | %s | %s | %s | %s | %s | %s |\n|---|---:|---:|---:|---:|---:|---:|\n", title,
	    _("replies"), _("input"), _("cache read"), _("cache written"), _("output"), _("cost"));
}

static void
put_row(struct buf *b, const char *name, const struct figures *f)
{
	buf_printf(b, "| %s | %lld | %lld | %lld | %lld | %lld | ", name, (long long)f->replies, (long long)f->input,
	    (long long)f->read, (long long)f->write, (long long)f->output);
	/* What is not known is not nothing. */
	if (f->unpriced > 0 && f->unpriced == f->replies)
		buf_puts(b, "? |\n");
	else
		buf_printf(b, f->unpriced > 0 ? "$%.4f + ? |\n" : "$%.4f |\n", f->cost);
}

static void
add(struct figures *sum, const struct figures *f)
{
	sum->replies += f->replies;
	sum->input += f->input;
	sum->read += f->read;
	sum->write += f->write;
	sum->output += f->output;
	sum->cost += f->cost;
	sum->unpriced += f->unpriced;
}

static void
put_model(struct buf *b, const char *model, const struct figures *f, struct figures *sum)
{
	char *name = catalogue_short(model);
	put_row(b, name, f);
	add(sum, f);
	free(name);
}

static void
put_sum(struct buf *b, const struct figures *sum, size_t models)
{
	if (models > 1)
		put_row(b, _("all"), sum);
}

static void
put_last(struct buf *b, const struct agent *agent)
{
	double cost;
	const struct usage *u = agent_last_usage(agent, &cost);
	if (!u->known)
		return;
	put_head(b, _("Last reply"));
	struct figures f = { 1, u->input, u->cache_read, u->cache_write, u->output, cost >= 0 ? cost : 0, cost < 0 };
	put_row(b, "", &f);
}

static void
put_conversation(struct buf *b, const struct agent *agent)
{
	const struct spent_models *all = agent_spent(agent);
	struct figures sum = { 0 };
	put_head(b, _("This conversation"));
	for (size_t i = 0; i < all->n; i++) {
		const struct spent *s = &all->v[i];
		struct figures f = { s->replies, s->usage.input, s->usage.cache_read, s->usage.cache_write,
			s->usage.output, s->cost, s->unpriced };
		put_model(b, s->model, &f, &sum);
	}
	put_sum(b, &sum, all->n);
}

static void
put_sums(struct buf *b, const char *title, const struct ledger_sums *sums)
{
	struct figures sum = { 0 };
	if (sums->n == 0)
		return;
	put_head(b, title);
	for (size_t i = 0; i < sums->n; i++) {
		const struct ledger_sum *s = &sums->v[i];
		struct figures f = { s->replies, s->input, s->cache_read, s->cache_write, s->output, s->cost, s->unpriced };
		put_model(b, s->model, &f, &sum);
	}
	put_sum(b, &sum, sums->n);
}

static void
put_limits(struct buf *b, const struct app *app, const struct agent *agent)
{
	struct agent_status s;
	agent_status(agent, &s);
	buf_putc(b, '\n');
	if (s.context_window > 0) {
		buf_printf(b, _("The context window holds %ld of %ld tokens."), s.context_used, s.context_window);
		buf_puts(b, "\n\n");
	}
	if (app->spending.limit > 0) {
		buf_printf(b, _("Budget of this run: $%.4f of $%.2f."), app->spending.spent + app->spending.running,
		    app->spending.limit);
		buf_puts(b, "\n\n");
	}
	buf_printf(b, "%s\n", _("Costs are estimates; ? is a price that is not known."));
}

/* Of the agent that is in front when the ledger has been read. */
static void
show(void *arg, const struct ledger_sums *today, const struct ledger_sums *month)
{
	struct app *app = arg;
	struct agent *agent = app->ui != NULL ? ui_focused(app->ui) : app->agent;
	struct buf b = { 0 };
	put_last(&b, agent);
	put_conversation(&b, agent);
	put_sums(&b, _("Today"), today);
	put_sums(&b, _("This month"), month);
	put_limits(&b, app, agent);
	app->show(app, _("Usage"), buf_str(&b));
	buf_done(&b);
}

void
cmd_usage(struct app *app, struct agent *agent, const char *args)
{
	(void)args;
	(void)agent;
	if (app->ui != NULL && app->spending.ledger != NULL) {
		ledger_read(app->spending.ledger, show, app);
		return;
	}
	struct ledger_sums today = { 0 }, month = { 0 };
	if (app->spending.ledger != NULL)
		ledger_read_now(app->spending.ledger, &today, &month);
	show(app, &today, &month);
	ledger_sums_done(&today);
	ledger_sums_done(&month);
}
