/* cmd-model.c - commands about models. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/command.h"
#include "app/pick.h"
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
	for (size_t i = 0; i < l->notes.n; i++)
		buf_printf(&b, "%s\n\n", l->notes.v[i]);
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

/* In lines. */
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
	if (app->ui != NULL) {
		pick_open(app, str_blank(args) ? NULL : args);
		return;
	}
	if (app->models_known) {
		show_list(app);
		return;
	}
	app->tell(app, _("Asking Bedrock which models there are…"));
	choose_start(app, CHOOSE_YOUNG, on_listed, app);
}

/* ---- /model ----------------------------------------------------------------------------------------- */

/* With the list: what the words mean here. */
static void
use_named(struct app *app, const char *ref)
{
	struct err err = { 0 };
	if (app->ui != NULL && catalogue_is_ambiguous(&app->models, ref)) {
		pick_open(app, ref);
		return;
	}
	const struct model *m = catalogue_resolve(&app->models, ref, &err);
	if (m == NULL)
		command_say(app, NULL, err.text);
	else if (!m->available)
		pick_offer(app, m->id, m->reason);
	else
		pick_use(app, m->id, ref);
}

/* A name that waits for the list. */
struct asked {
	struct app	*app;
	char		*ref;
};

static void
on_list_for_name(void *arg, const struct err *err)
{
	struct asked *a = arg;
	if (a->app->models_known)
		use_named(a->app, a->ref);
	else if (err != NULL)
		command_say(a->app, NULL, err->text);
	free(a->ref);
	free(a);
}

static void
look_up(struct app *app, const char *ref)
{
	if (app->models_known) {
		use_named(app, ref);
		return;
	}
	struct asked *a = mem_alloc(sizeof *a);
	*a = (struct asked){ app, mem_strdup(ref) };
	app->tell(app, _("Asking Bedrock which models there are…"));
	choose_start(app, CHOOSE_YOUNG, on_list_for_name, a);
}

/* An id is used as it is written, also when the list lacks it: the user may know more. */
static void
use_id(struct app *app, const char *id)
{
	const struct model *m = app->models_known ? catalogue_resolve(&app->models, id, NULL) : NULL;
	if (m != NULL && !m->available)
		pick_offer(app, m->id, m->reason);
	else
		pick_use(app, m != NULL ? m->id : id, NULL);
}

void
cmd_model(struct app *app, struct agent *agent, const char *args)
{
	char *ref = str_trim(args);
	struct agent_status s;
	agent_status(agent, &s);
	const char *id = settings_model_id(app, ref);
	if (*ref == '\0')
		app->tell(app, s.model != NULL ? s.model : _("No model is chosen yet. Type /models for the list."));
	else if (!catalogue_is_name(id))
		use_id(app, id);
	else
		look_up(app, id);
	free(ref);
}
