/*
 * cli-embed.c - `adit embed`: texts to vectors, as one JSON document.
 *
 *	{"model":…,"dimension":N,"vectors":[[…],…]}
 *
 * A vector for each text, in their order; [] for a blank one.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/configuration.h"
#include "app/settings.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/embed.h"

enum { MAX_STDIN = 64 * 1024 * 1024 };

struct texts VEC(char *);

static int
usage(bool asked)
{
	fputs(_("Usage: adit embed [--model REF] [--dimension N] [--query] [TEXT...]\n\n"
		"Prints embedding vectors as JSON. Without TEXT, each line of standard input is one.\n"
		"--query makes vectors to search with, where the model tells them from those to search in.\n"),
	    asked ? stdout : stderr);
	return asked ? 0 : ERR_USAGE;
}

/* The word's value, "--name VALUE" or "--name=VALUE"; NULL when it is another word. */
static const char *
value_of(const char *name, int argc, char **argv, int *i)
{
	size_t n = strlen(name);
	if (strncmp(argv[*i], name, n) != 0)
		return NULL;
	if (argv[*i][n] == '=')
		return argv[*i] + n + 1;
	return argv[*i][n] == '\0' && *i + 1 < argc ? argv[++*i] : NULL;
}

static int
take_arguments(struct embed_ask *ask, struct texts *texts, int argc, char **argv)
{
	bool only_texts = false;
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *value;
		if (only_texts || word[0] != '-') {
			vec_add(texts, mem_strdup(word));
		} else if (strcmp(word, "--") == 0) {
			only_texts = true;
		} else if (strcmp(word, "--query") == 0) {
			ask->query = true;
		} else if ((value = value_of("--model", argc, argv, &i)) != NULL ||
		    (value = value_of("-m", argc, argv, &i)) != NULL) {
			ask->model = value;
		} else if ((value = value_of("--dimension", argc, argv, &i)) != NULL) {
			char *end;
			ask->dimension = strtol(value, &end, 10);
			if (*end != '\0' || ask->dimension < 1)
				return -1;
		} else {
			return -1;
		}
	}
	return 0;
}

static int
read_lines(struct texts *texts, struct err *err)
{
	struct buf in = { 0 };
	if (file_read_fd(STDIN_FILENO, MAX_STDIN, &in, err) < 0)
		return err_wrap(err, _("Cannot read standard input"));
	for (const char *line = buf_str(&in), *end; *line != '\0'; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		vec_add(texts, mem_strndup(line, (size_t)(end - line)));
	}
	buf_done(&in);
	return 0;
}

static void
print_vectors(const char *model, const struct vectors *vectors)
{
	struct buf b = { 0 };
	size_t dimension = 0;
	for (size_t i = 0; i < vectors->n; i++)
		dimension = vectors->v[i].n > 0 ? vectors->v[i].n : dimension;
	buf_putc(&b, '{');
	json_put_member(&b, "model", model);
	json_put_int(&b, "dimension", (int64_t)dimension);
	json_put_key(&b, "vectors");
	buf_putc(&b, '[');
	for (size_t i = 0; i < vectors->n; i++) {
		buf_puts(&b, i > 0 ? ",[" : "[");
		for (size_t k = 0; k < vectors->v[i].n; k++)
			buf_printf(&b, "%s%.9g", k > 0 ? "," : "", (double)vectors->v[i].v[k]);
		buf_putc(&b, ']');
	}
	buf_puts(&b, "]}\n");
	fwrite(b.s, 1, b.len, stdout);
	buf_done(&b);
}

static int
run(struct app *app, struct embed_ask *ask, const struct texts *texts, struct err *err)
{
	struct vectors vectors = { 0 };
	const char *configured = config_str(app->config, "agents.defaults.memorySearch.model");
	const char *ref = ask->model != NULL ? ask->model : configured;
	ask->model = ref != NULL ? settings_model_id(app, ref) : EMBED_MODEL;
	ask->texts = (const char *const *)texts->v;
	ask->n = texts->n;
	int rc = embed(app->aws, ask, &vectors, NULL, err);
	if (rc == 0)
		print_vectors(ask->model, &vectors);
	vectors_done(&vectors);
	return rc;
}

int
cli_embed(struct app *app, int argc, char **argv)
{
	struct embed_ask ask = { .model = app->options.model };
	struct texts texts = { 0 };
	struct err err = { 0 };
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return usage(true);
	int status = take_arguments(&ask, &texts, argc, argv) < 0 ? usage(false) : 0;
	if (status == 0 && texts.n == 0 && read_lines(&texts, &err) < 0)
		status = cli_complain(&err);
	if (status == 0 && run(app, &ask, &texts, &err) < 0)
		status = cli_complain(&err);
	for (size_t i = 0; i < texts.n; i++)
		free(texts.v[i]);
	vec_done(&texts);
	return status;
}
