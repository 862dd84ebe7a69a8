/*
 * cli-image.c - `adit image`: what a model sees in images.
 *
 * Blocks until the answer is whole. The model is -m, else the configured image
 * model and its fallbacks, else the chat model, else what the account can use.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/bill.h"
#include "app/cli.h"
#include "app/discovery.h"
#include "app/look.h"
#include "app/settings.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/attach.h"
#include "model/catalogue.h"
#include "text/clean.h"

struct image_job {
	struct app		*app;
	const char		*prompt, *model;
	struct VEC(const char *) files;
};

static int
usage(bool asked)
{
	fputs(_("Usage: adit image FILE... [-p PROMPT] [-m MODEL]\n\n"
		"Sends PNG, JPEG, GIF or WebP images to a model and prints what it says of them.\n"),
	    asked ? stdout : stderr);
	return asked ? 0 : ERR_USAGE;
}

/* 0, or the exit status. */
static int
take_arguments(struct image_job *j, int argc, char **argv, bool *done)
{
	*done = true;
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;
		const char **takes = strcmp(word, "-p") == 0 || strcmp(word, "--prompt") == 0  ? &j->prompt
		    : strcmp(word, "-m") == 0 || strcmp(word, "--model") == 0 ? &j->model
									      : NULL;
		if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			return usage(true);
		if (takes != NULL && next == NULL)
			return usage(false);
		if (takes != NULL) {
			*takes = next;
			i++;
		} else if (word[0] == '-' && word[1] != '\0') {
			return usage(false);
		} else {
			vec_add(&j->files, word);
		}
	}
	*done = j->files.n == 0;
	return *done ? usage(false) : 0;
}

/* The files and the question as one message. */
static int
make_message(const struct image_job *j, struct message *m, struct err *err)
{
	for (size_t i = 0; i < j->files.n; i++) {
		struct buf b = { 0 };
		int rc = file_read(j->files.v[i], ATTACH_STREAM_MAX, &b, err);
		if (rc == 0)
			rc = attach_image(m, j->files.v[i], buf_str(&b), b.len, err);
		buf_done(&b);
		if (rc < 0)
			return -1;
	}
	const char *prompt = !str_blank(j->prompt) ? j->prompt : _("Describe this image.");
	message_add(m, PART_TEXT, prompt, strlen(prompt));
	return 0;
}

/* ---- which model ------------------------------------------------------------------ */

/* A name means what the list has, which is asked for then. */
static void
know_names(struct app *app, const char *ref)
{
	if (!settings_is_name(app, ref) || app->models_known)
		return;
	struct discovery d;
	discovery_init(&d, app->config);
	app->models_known = discovery_list(&d, app->aws, DISCOVERY_ASKED, &app->models, NULL, NULL) == 0;
	discovery_done(&d);
}

/* Nobody chose one: the default if it takes images, else the first that does. */
static int
add_discovered(struct look_models *models, struct app *app, struct err *err)
{
	struct model_list list = { 0 };
	struct discovery d;
	discovery_init(&d, app->config);
	int rc = discovery_list(&d, app->aws, DISCOVERY_ASKED, &list, NULL, err);
	discovery_done(&d);
	const struct model *m = rc == 0 ? catalogue_default(&list) : NULL;
	for (size_t i = 0; i < list.models.n && (m == NULL || !m->images); i++)
		if (list.models.v[i].available && list.models.v[i].images)
			m = &list.models.v[i];
	if (m != NULL)
		look_add(models, app, m->id);
	model_list_done(&list);
	if (rc == 0 && models->n == 0)
		rc = err_set(err, ERR_DENIED, _("This account has no model here that takes images. See: adit models list"));
	return rc;
}

static int
choose(const struct image_job *j, struct look_models *models, struct err *err)
{
	know_names(j->app, j->model != NULL ? j->model : look_name(j->app));
	if (j->model != NULL)
		look_add(models, j->app, j->model);
	else
		look_add_configured(models, j->app);
	if (models->n == 0)
		look_add(models, j->app, settings_model(j->app));
	return models->n > 0 ? 0 : add_discovered(models, j->app, err);
}

/* ---- asking ------------------------------------------------------------------------- */

static void
print_answer(const struct whole *w)
{
	struct buf out = { 0 };
	if (isatty(STDOUT_FILENO))
		clean_add(&out, buf_str(&w->text), w->text.len, CLEAN_LINES | CLEAN_KEEP_TABS);
	else
		buf_add(&out, buf_str(&w->text), w->text.len);
	if (out.len == 0 || out.s[out.len - 1] != '\n')
		buf_putc(&out, '\n');
	fwrite(out.s, 1, out.len, stdout);
	buf_done(&out);
}

static void
on_next(const struct err *err, const char *next)
{
	char *s = mem_printf(_("%s Going on with %s."), err->text, next);
	cli_remark(s);
	free(s);
}

static int
ask_models(struct image_job *j, const struct conversation *c, struct err *err)
{
	struct look_models models = { 0 };
	struct whole answer = { 0 };
	size_t who;
	struct spending_reply running = { 0 };
	settings_prices(j->app);
	j->app->spending.limit = settings_budget(j->app);
	int rc = choose(j, &models, err);
	if (rc == 0)
		rc = look_begin(&models, &j->app->spending, &running, j->files.n, err);
	if (rc == 0)
		rc = look_ask(&models, j->app->aws, j->app->engine, c, NULL, on_next, &answer, &who, err);
	if (rc == 0) {
		print_answer(&answer);
		bill_add(j->app, "image", models.v[who].ref, models.v[who].params.service_tier, &answer.usage);
	}
	whole_done(&answer);
	look_done(&models);
	return rc;
}

int
cli_image(struct app *app, int argc, char **argv)
{
	struct image_job j = { .app = app, .model = app->options.model };
	struct err err = { 0 };
	bool done;
	int status = take_arguments(&j, argc, argv, &done);
	if (!done) {
		struct message *m = message_new(MESSAGE_USER);
		struct conversation c = { 0 };
		conversation_add(&c, m);
		if (make_message(&j, m, &err) < 0 || ask_models(&j, &c, &err) < 0)
			status = cli_complain(&err);
		conversation_done(&c);
	}
	vec_done(&j.files);
	return status;
}
