/*
 * cli-models.c - `adit models`: what can be called here, and what is known of it.
 *
 * They read the list through the disk cache; --refresh asks anew. `set-default`
 * writes the user's configuration.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/cli.h"
#include "app/config-edit.h"
#include "app/discovery.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/str.h"
#include "model/listing.h"
#include "model/unlisted.h"
#include "text/clean.h"
#include "text/width.h"

struct wishes {
	bool		 json, refresh, help;
	const char	*ref;
};

/* -1: a word that has no place here. */
static int
read_wishes(struct wishes *w, int argc, char **argv, bool takes_ref)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			w->json = true;
		else if (strcmp(argv[i], "--refresh") == 0)
			w->refresh = true;
		else if (strcmp(argv[i], "--help") == 0)
			w->help = true;
		else if (takes_ref && argv[i][0] != '-' && w->ref == NULL)
			w->ref = argv[i];
		else
			return -1;
	}
	return takes_ref && w->ref == NULL && !w->help ? -1 : 0;
}

static int
get_list(struct app *app, const struct wishes *w, struct model_list *l, struct err *err)
{
	struct discovery d;
	discovery_init(&d, app->config);
	int rc = discovery_list(&d, app->aws, w->refresh ? DISCOVERY_REFRESH : DISCOVERY_ASKED, l, NULL, err);
	discovery_done(&d);
	return rc;
}

/* ---- a table ------------------------------------------------------------------ */

enum column { NAME, ID, CONTEXT, OUTPUT, CAN, IN, OUT, COLUMNS };

struct line {
	char	*cell[COLUMNS];
};
struct table VEC(struct line);

/* "1M", "200k", "8.2k". */
static char *
tokens(long n)
{
	if (n <= 0)
		return mem_strdup("?");
	if (n >= 1000000)
		return mem_printf("%.3gM", (double)n / 1000000);
	return mem_printf(n % 1000 != 0 && n < 10000 ? "%.1fk" : "%.0fk", (double)n / 1000);
}

static char *
price(double usd)
{
	if (usd < 0)
		return mem_strdup("?");
	return usd < 0.1 ? mem_printf("%.3f", usd) : mem_printf("%.2f", usd);
}

/* What a model can do, a letter each, as the heading says. */
static char *
abilities(const struct model *m)
{
	return mem_printf("%c%c%c%c", m->images ? 'i' : '-', m->reasoning ? 'r' : '-',
	    m->tools ? 't' : '-', m->cache ? 'c' : '-');
}

static void
add_model(struct table *t, const struct model *m)
{
	vec_add(t, ((struct line){ { clean_line(m->name), clean_line(m->id), tokens(m->context),
		       tokens(m->max_output), abilities(m), price(m->prices.input),
		       price(m->prices.output) } }));
}

static void
add_heading(struct table *t)
{
	vec_add(t, ((struct line){ { mem_strdup(_("name")), mem_strdup(_("id")),
		       mem_strdup(_("context")), mem_strdup(_("output")), mem_strdup("irtc"),
		       mem_strdup(_("$ in")), mem_strdup(_("$ out")) } }));
}

static int
cells_of(const char *s)
{
	return width_of(s, strlen(s));
}

static void
print_table(const struct table *t)
{
	int widest[COLUMNS] = { 0 };
	for (size_t i = 0; i < t->n; i++)
		for (int c = 0; c < COLUMNS; c++)
			if (cells_of(t->v[i].cell[c]) > widest[c])
				widest[c] = cells_of(t->v[i].cell[c]);
	for (size_t i = 0; i < t->n; i++)
		for (int c = 0; c < COLUMNS; c++) {
			int pad = widest[c] - cells_of(t->v[i].cell[c]);
			bool right = c == CONTEXT || c == OUTPUT || c >= IN;
			bool last = c == COLUMNS - 1;
			printf("%*s%s%*s%s", right ? pad : 0, "", t->v[i].cell[c],
			    right || last ? 0 : pad, "", last ? "\n" : "  ");
		}
}

static void
table_done(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		for (int c = 0; c < COLUMNS; c++)
			free(t->v[i].cell[c]);
	vec_done(t);
}

/* Notes are about what few people have: for whoever looks at the list with their own eyes. */
static void
print_remarks(const struct model_list *l, bool notes)
{
	if (l->hint != NULL)
		cli_remark(l->hint);
	for (size_t i = 0; notes && i < l->notes.n; i++)
		cli_remark(l->notes.v[i]);
}

/* What needs a profile is left to its profile; --json has everything. */
static void
print_words(const struct model_list *l)
{
	struct table t = { 0 };
	size_t hidden = 0;
	add_heading(&t);
	for (size_t i = 0; i < l->models.n; i++)
		if (l->models.v[i].available)
			add_model(&t, &l->models.v[i]);
		else
			hidden++;
	print_table(&t);
	table_done(&t);
	printf("\n%s\n", _("i images, r reasoning, t tools, c prompt cache; US dollars per million "
			   "tokens, an estimate."));
	if (hidden > 0)
		printf(ngettext("%zu model more cannot be called by this id; --json says why.\n",
			   "%zu models more cannot be called by their own id; --json says why.\n", hidden),
		    hidden);
}

static void
print_json(const struct model_list *l)
{
	struct buf b = { 0 };
	buf_putc(&b, '{');
	listing_put(&b, l);
	buf_puts(&b, "}\n");
	fwrite(b.s, 1, b.len, stdout);
	buf_done(&b);
}

static int
usage(bool asked)
{
	fputs(_("Usage: adit models list [--json] [--refresh]\n"
		"       adit models show REF [--json] [--refresh]\n"
		"       adit models set-default REF [--refresh]\n"), asked ? stdout : stderr);
	return asked ? 0 : ERR_USAGE;
}

static int
models_list(struct app *app, int argc, char **argv)
{
	struct wishes w = { 0 };
	if (read_wishes(&w, argc, argv, false) < 0 || w.help)
		return usage(w.help);
	struct model_list l = { 0 };
	struct err err = { 0 };
	int status = get_list(app, &w, &l, &err) < 0 ? cli_complain(&err) : 0;
	if (status == 0 && w.json)
		print_json(&l);
	else if (status == 0)
		print_words(&l);
	print_remarks(&l, !w.json);
	model_list_done(&l);
	return status;
}

/* ---- one model --------------------------------------------------------------------- */

/* What is not known has no line. */
static void
print_field(const char *label, const char *value)
{
	if (*value == '\0')
		return;
	char *s = clean_line(value);
	printf("%-10s %s\n", label, s);
	free(s);
}

/* Frees the value, too. */
static void
print_taken(const char *label, char *value)
{
	print_field(label, value);
	free(value);
}

static char *
joined(const struct model *m)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < m->regions.n; i++)
		buf_printf(&b, "%s%s", i > 0 ? " " : "", m->regions.v[i]);
	return buf_take(&b, NULL);
}

static void
print_model(const struct model *m)
{
	print_field(_("Name:"), m->name);
	print_field(_("Id:"), m->id);
	print_field(_("Kind:"), model_kind_name(m->kind));
	print_field(_("Vendor:"), m->vendor);
	if (m->base != NULL)
		print_field(_("Model:"), m->base);
	print_taken(_("Regions:"), joined(m));
	print_taken(_("Context:"), tokens(m->context));
	print_taken(_("Output:"), tokens(m->max_output));
	print_field(_("Images:"), m->images ? _("yes") : _("no"));
	print_field(_("Reasoning:"), m->reasoning ? _("yes") : _("no"));
	print_field(_("Tools:"), m->tools ? _("yes") : _("no"));
	print_field(_("Cache:"), m->cache ? _("yes") : _("no"));
	print_taken(_("$ in:"), price(m->prices.input));
	print_taken(_("$ out:"), price(m->prices.output));
	if (m->reason != NULL)
		print_field(_("Note:"), m->reason);
	else if (!m->available)
		print_field(_("Note:"), _("It cannot be called."));
}

/* Of an ARN that is not listed the service is asked; what it says becomes the list's last. NULL and why. */
static const struct model *
ask_for(struct app *app, const char *arn, struct model_list *l, struct err *err)
{
	struct model m;
	struct err why = { 0 };
	if (unlisted_ask(app->aws, arn, NULL, &m, &why) < 0) {
		err_set(err, why.code, _("%s is not listed, and nobody says what it is. (%s)"), arn, why.text);
		return NULL;
	}
	vec_add(&l->models, m);
	return &l->models.v[l->models.n - 1];
}

static int
models_show(struct app *app, int argc, char **argv)
{
	struct wishes w = { 0 };
	if (read_wishes(&w, argc, argv, true) < 0 || w.help)
		return usage(w.help);
	struct model_list l = { 0 };
	struct err err = { 0 };
	const struct model *m = NULL;
	const char *ref = settings_model_id(app, w.ref);
	if (get_list(app, &w, &l, &err) == 0)
		m = catalogue_resolve(&l, ref, &err);
	if (m == NULL && unlisted_is(ref))
		m = ask_for(app, ref, &l, &err);
	if (m != NULL && w.json) {
		struct buf b = { 0 };
		listing_put_model(&b, m);
		puts(b.s);
		buf_done(&b);
	} else if (m != NULL) {
		print_model(m);
	}
	int status = m != NULL ? 0 : cli_complain(&err);
	model_list_done(&l);
	return status;
}

/* ---- the default ---------------------------------------------------------------------- */

/* The id that a reference means. An id or ARN that is not listed is taken as it is, with a word
 * about it: it may be callable all the same. NULL and why. */
static char *
id_to_keep(struct app *app, const struct wishes *w, struct err *err)
{
	struct model_list l = { 0 };
	const struct model *m = NULL;
	const char *ref = settings_model_id(app, w->ref);
	if (get_list(app, w, &l, err) == 0)
		m = catalogue_resolve(&l, ref, err);
	char *id = m != NULL ? mem_strdup(m->id) : catalogue_is_name(ref) ? NULL : mem_strdup(ref);
	if (m != NULL && !m->available && m->reason != NULL)
		cli_remark(m->reason);
	else if (m == NULL && id != NULL)
		cli_complain(err);
	model_list_done(&l);
	return id;
}

static int
models_set_default(struct app *app, int argc, char **argv)
{
	struct wishes w = { 0 };
	if (read_wishes(&w, argc, argv, true) < 0 || w.help || w.json)
		return usage(w.help);
	struct err err = { 0 };
	char *id = id_to_keep(app, &w, &err);
	if (id == NULL)
		return cli_complain(&err);
	const char *file = config_file(app->config);
	int status = config_edit_default_model(file, id, &err) < 0 ? cli_complain(&err) : 0;
	if (status == 0) {
		char *clean = clean_line(id), *where = clean_line(file);
		printf(_("Default model: %s (in %s)\n"), clean, where);
		free(clean);
		free(where);
	}
	free(id);
	return status;
}

/* ---- the command ------------------------------------------------------------------- */

int
cli_models(struct app *app, int argc, char **argv)
{
	static const struct {
		const char	*name;
		int		(*run)(struct app *, int, char **);
	} verbs[] = { { "list", models_list }, { "show", models_show },
		{ "set-default", models_set_default } };
	for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, argv[1]) == 0)
			return verbs[i].run(app, argc - 1, argv + 1);
	return usage(argc > 1 && strcmp(argv[1], "--help") == 0);
}
