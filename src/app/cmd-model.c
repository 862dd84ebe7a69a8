/* cmd-model.c - commands about models. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/command.h"
#include "app/settings.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

static void
put_price(struct buf *b, double price)
{
	if (price < 0)
		buf_puts(b, " ? |");
	else
		buf_printf(b, " %.2f |", price);
}

static void
put_tokens(struct buf *b, long n)
{
	if (n <= 0)
		buf_puts(b, " ? |");
	else if (n >= 1000000)
		buf_printf(b, " %.4gM |", (double)n / 1000000);
	else
		buf_printf(b, " %ldk |", n / 1000);
}

static void
show_list(struct app *app)
{
	struct buf b = { 0 };
	const struct model_list *l = &app->models;
	buf_printf(&b, _("%zu models in %s. Use one with `/model ID`."), l->models.n,
	    l->region != NULL ? l->region : "?");
	buf_puts(&b, "\n\n");
	if (l->hint != NULL)
		buf_printf(&b, "%s\n\n", l->hint);
	buf_printf(&b, "| %s | %s | %s | $%s | $%s |\n|---|---:|---:|---:|---:|\n", _("id"), _("context"),
	    _("output"), _("in"), _("out"));
	for (size_t i = 0; i < l->models.n; i++) {
		const struct model *m = &l->models.v[i];
		if (!m->available)
			continue;
		buf_printf(&b, "| `%s` |", m->id);
		put_tokens(&b, m->context);
		put_tokens(&b, m->max_output);
		put_price(&b, m->prices.input);
		put_price(&b, m->prices.output);
		buf_putc(&b, '\n');
	}
	app->show(app, _("Models"), buf_str(&b));
	buf_done(&b);
}

static void
on_listed(void *arg, const struct err *err)
{
	struct app *app = arg;
	if (app->models_known)
		show_list(app);
	else if (err != NULL)
		agent_note(app->agent, BLOCK_ERROR, err->text);
}

void
cmd_models(struct app *app, struct agent *agent, const char *args)
{
	(void)agent;
	(void)args;
	if (app->models_known) {
		show_list(app);
		return;
	}
	app->tell(app, _("Asking Bedrock which models there are…"));
	choose_start(app, on_listed, app);
}

/* Ids hold dots or colons; anything else is a name to look up. */
static bool
looks_like_an_id(const char *ref)
{
	return strpbrk(ref, ".:/") != NULL;
}

static void
use_model(struct app *app, struct agent *agent, const char *id)
{
	app_set_model(app, agent, id);
	char *s = mem_printf(_("From now on: %s"), id);
	app->tell(app, s);
	free(s);
}

void
cmd_model(struct app *app, struct agent *agent, const char *args)
{
	char *ref = str_trim(args);
	struct agent_status s;
	struct err err = { 0 };
	agent_status(agent, &s);
	if (*ref == '\0') {
		app->tell(app, s.model != NULL ? s.model : _("No model is chosen yet. Type /models for the list."));
	} else {
		const struct model *m = app->models_known ? catalogue_resolve(&app->models, ref, &err) : NULL;
		if (m != NULL && !m->available)
			app->tell(app, m->reason != NULL ? m->reason : _("This model cannot be called here."));
		else if (m != NULL)
			use_model(app, agent, m->id);
		else if (settings_model_id(app, ref) != ref)
			use_model(app, agent, settings_model_id(app, ref));
		else if (looks_like_an_id(ref))
			use_model(app, agent, ref);     /* the user may know more than the list */
		else if (app->models_known)
			app->tell(app, err.text);
		else
			app->tell(app, _("Short names need the model list: type /models first, then /model again."));
	}
	free(ref);
}

void
cmd_effort(struct app *app, struct agent *agent, const char *args)
{
	char *word = str_trim(args);
	struct agent_status s;
	agent_status(agent, &s);
	int effort = *word == '\0' ? (int)((s.effort + 1) % EFFORTS) : effort_named(word);
	if (effort < 0) {
		app->tell(app, _("Effort is one of none, minimal, low, medium, high, xhigh, max."));
	} else {
		agent_set_effort(agent, (enum effort)effort);
		char *line = mem_printf(_("Effort: %s"), effort_name((enum effort)effort));
		app->tell(app, line);
		free(line);
	}
	free(word);
}
