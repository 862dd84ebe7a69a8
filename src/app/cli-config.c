/*
 * cli-config.c - `adit config`: look at the configuration and change it, comments and order kept.
 *
 * Changes go to the user's file (or --config FILE). Nothing is written that
 * the loader would refuse.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/config-edit.h"
#include "app/config-table.h"
#include "app/configuration.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json5.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/clean.h"

/* What a verb gets: the words after it, and the file that --config names or NULL. */
struct call {
	const char	*file;
	bool		 replace;       /* --replace */
	int		 argc;
	char		**argv;
};

/* Text of a file, for a terminal or a pipe: its control characters stay out of the screen. */
static void
put_clean(FILE *to, const char *s)
{
	char *clean = clean_line(s);
	fputs(clean, to);
	free(clean);
}

static void
put_problem(FILE *to, const struct config_problem *p)
{
	static const char *const levels[] = {
		[CONFIG_NOTE] = N_("note"),
		[CONFIG_UNKNOWN] = N_("note"),
		[CONFIG_WARNING] = N_("warning"),
		[CONFIG_ERROR] = N_("error"),
	};
	put_clean(to, p->file);
	if (p->place.line > 0)
		fprintf(to, ":%d:%d", p->place.line, p->place.column);
	fprintf(to, ": %s: ", _(levels[p->level]));
	put_clean(to, p->text);
	putc('\n', to);
}

static char *
current_folder(void)
{
	return getcwd(NULL, 0);
}

static struct config *
load(const char *file, struct config_report *report, struct err *err)
{
	char *cwd = current_folder();
	struct config *c = config_load(file, cwd, report, err);
	free(cwd);
	return c;
}

static char *
user_file(const char *given)
{
	return given != NULL ? mem_strdup(given) : file_path(FILE_CONFIG, "adit.json5");
}

/* ---- get ---------------------------------------------------------------- */

/* The same tree with every secret's value replaced; path is where `o` stands. */
static struct json_object *
without_secrets(struct json_object *o, struct json5_path *path)
{
	const struct config_row *row = config_match(path->v, path->n).row;
	if (row != NULL && row->marks & CONFIG_SECRET)
		return json_object_new_string(_("(set, not shown)"));
	if (json_object_is_type(o, json_type_object)) {
		struct json_object *copy = json_object_new_object();
		json_object_object_foreach(o, key, value) {
			vec_add(path, mem_strdup(key));
			json_object_object_add(copy, key, without_secrets(value, path));
			free(path->v[--path->n]);
		}
		return copy;
	}
	if (!json_object_is_type(o, json_type_array))
		return json_object_get(o);
	struct json_object *copy = json_object_new_array();
	for (size_t i = 0; i < json_len(o); i++) {
		vec_add(path, mem_printf("%zu", i));
		json_object_array_add(copy, without_secrets(json_item(o, i), path));
		free(path->v[--path->n]);
	}
	return copy;
}

/* A text as it is, everything else as JSON. */
static void
put_value(struct json_object *o, const struct json5_path *at)
{
	const int style = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
	    JSON_C_TO_STRING_NOSLASHESCAPE;
	struct json5_path path = { 0 };
	for (size_t i = 0; i < at->n; i++)
		vec_add(&path, mem_strdup(at->v[i]));
	config_canon(&path);
	struct json_object *shown = without_secrets(o, &path);
	json5_path_done(&path);
	if (json_object_is_type(shown, json_type_string))
		put_clean(stdout, json_object_get_string(shown));
	else
		fputs(json_object_to_json_string_ext(shown, style), stdout);
	putchar('\n');
	json_free(shown);
}

static int
run_get(const struct call *call)
{
	struct err err;
	struct json5_path path;
	if (json5_path_parse(&path, call->argv[0], &err) < 0)
		return cli_complain(&err);
	struct config *c = load(call->file, NULL, &err);
	struct json_object *o = c != NULL ? config_json(c, call->argv[0]) : NULL;
	if (o != NULL)
		put_value(o, &path);
	else if (c != NULL)
		err_set(&err, ERR_FAILED, _("%s is not set."), call->argv[0]);
	int status = o != NULL ? 0 : cli_complain(&err);
	config_free(c);
	json5_path_done(&path);
	return status;
}

/* ---- set, unset --------------------------------------------------------- */

static int
run_set(const struct call *call)
{
	struct err err;
	char *file = user_file(call->file);
	struct config_report notes = { 0 };
	int rc = config_edit_set(file, call->argv[0], call->argv[1], &notes, &err);
	for (size_t i = 0; i < notes.n; i++)
		put_problem(stderr, &notes.v[i]);
	config_report_done(&notes);
	free(file);
	return rc < 0 ? cli_complain(&err) : 0;
}

static int
run_unset(const struct call *call)
{
	struct err err;
	char *file = user_file(call->file);
	int rc = config_edit_unset(file, call->argv[0], &err);
	free(file);
	return rc < 0 ? cli_complain(&err) : 0;
}

/* ---- path, check, trust ------------------------------------------------- */

static int
run_path(const struct call *call)
{
	char *file = user_file(call->file);
	puts(file);
	free(file);
	return 0;
}

static int
run_check(const struct call *call)
{
	struct config_report report = { 0 };
	struct err err;
	struct config *c = load(call->file, &report, &err);
	for (size_t i = 0; i < report.n; i++)
		put_problem(stdout, &report.v[i]);
	for (size_t i = 0; c != NULL && config_source(c, i) != NULL; i++)
		printf(_("%s is in use.\n"), config_source(c, i));
	if (c != NULL && config_source(c, 0) == NULL)
		printf(_("There is no configuration file; %s would be the place.\n"),
		    config_file(c));
	int status = c != NULL ? 0 : (int)ERR_CONFIG;
	config_free(c);
	config_report_done(&report);
	return status;
}

/* The folder given, else the nearest one from here upwards that has a project file. */
static char *
folder_to_trust(const struct call *call)
{
	if (call->argc > 0)
		return mem_strdup(call->argv[0]);
	char *at = current_folder();
	while (at != NULL) {
		char *file = mem_printf("%s/.adit/adit.json5", at);
		bool found = file_exists(file);
		free(file);
		char *slash = strrchr(at, '/');
		if (found || slash == NULL)
			break;
		if (slash == at) {
			free(at);
			return NULL;
		}
		*slash = '\0';
	}
	return at;
}

static int
run_trust(const struct call *call)
{
	struct err err;
	char *folder = folder_to_trust(call);
	int rc;
	if (folder == NULL)
		rc = err_set(&err, ERR_FAILED,
		    _("Neither this folder nor one above it has a file .adit/adit.json5."));
	else
		rc = config_trust(folder, &err);
	if (rc == 0)
		printf(_("%s is trusted: its .adit/adit.json5 may name commands, credentials and "
			 "endpoints.\n"),
		    folder);
	free(folder);
	return rc < 0 ? cli_complain(&err) : 0;
}

/* ---- import ------------------------------------------------------------- */

struct import {
	const char		*file;          /* ours */
	bool			 replace;
	struct buf		 text;          /* ours, as it will be written */
	const char		*source;        /* the other's text */
	const struct config_report *report;     /* of the other's file */
	struct json5_path	 path;
	bool			 old;           /* this round is about the old places, which give way to the new */
	struct VEC(char *) said;                /* keys that the other file has in their new place */
	size_t			 taken, kept;
};

/* Has the other file an error at this key or below it? */
static bool
is_faulty(const struct import *im, const char *path)
{
	for (size_t i = 0; i < im->report->n; i++)
		if (im->report->v[i].level == CONFIG_ERROR && im->report->v[i].path != NULL &&
		    str_starts(im->report->v[i].path, path))
			return true;
	return false;
}

/* Sets one key of ours to the value as the other file spells it. */
static void
import_value(struct import *im, const struct json5_path *canon, const struct json5 *v)
{
	struct buf key, out;
	buf_init(&key, 0);
	buf_init(&out, 0);
	for (size_t i = 0; i < canon->n; i++)
		json5_path_put(&key, canon->v[i]);
	const struct config_row *row;
	struct err err;
	char *path = config_edit_path(&im->text, key.s, &row, NULL);
	char *value = mem_strndup(im->source + v->from, v->to - v->from);
	struct json5 *ours = json5_parse("", buf_str(&im->text), im->text.len, NULL);
	struct json5_path at;
	json5_path_parse(&at, path, NULL);
	bool there = ours != NULL && json5_at(ours, &at) != NULL;
	json5_path_done(&at);
	json5_free(ours);
	if (is_faulty(im, key.s)) {
		/* the report has said it */
	} else if (there && !im->replace) {
		printf(_("kept as it is: %s (--replace takes the other's)\n"), key.s);
		im->kept++;
	} else if (json5_set(im->file, buf_str(&im->text), im->text.len, path, value, &out, &err) <
		   0) {
		printf(_("left out: %s\n"), err.text);
	} else {
		buf_swap(&im->text, &out);
		printf(_("taken: %s\n"), key.s);
		im->taken++;
	}
	free(value);
	free(path);
	buf_done(&key);
	buf_done(&out);
}

/* Has the other file set this in the new place? That is what it means, as when it is read. */
static bool
was_said(const struct import *im, const char *key)
{
	for (size_t i = 0; i < im->said.n; i++)
		if (strcmp(im->said.v[i], key) == 0)
			return true;
	return false;
}

static void
import_leaf(struct import *im, const struct json5_path *canon, const struct json5 *v)
{
	struct buf key = { 0 };
	for (size_t i = 0; i < canon->n; i++)
		json5_path_put(&key, canon->v[i]);
	if (!was_said(im, buf_str(&key))) {
		vec_add(&im->said, mem_strdup(buf_str(&key)));
		import_value(im, canon, v);
	}
	buf_done(&key);
}

static void
import_below(struct import *im, const struct json5 *v)
{
	struct json5_path canon = { 0 };
	for (size_t i = 0; i < im->path.n; i++)
		vec_add(&canon, mem_strdup(im->path.v[i]));
	bool old = config_canon(&canon);
	struct config_match m = config_match(canon.v, canon.n);
	bool whole = m.list || (m.row != NULL && !(m.inner && v->type == JSON5_OBJECT));
	if (whole && v->type != JSON5_NULL && old == im->old)
		import_leaf(im, &canon, v);
	else if (whole)
		;                       /* not set, or of the other round */
	else if (m.inner && v->type == JSON5_OBJECT)
		for (size_t i = 0; i < v->in.n; i++) {
			vec_add(&im->path, mem_strdup(v->in.v[i].key));
			import_below(im, v->in.v[i].value);
			free(im->path.v[--im->path.n]);
		}
	json5_path_done(&canon);
}

/* What of the other file is not for adit, with line and reason. */
static void
say_left_out(const struct config_report *report)
{
	for (size_t i = 0; i < report->n; i++)
		if (report->v[i].level == CONFIG_ERROR || report->v[i].level == CONFIG_UNKNOWN)
			printf(_("left out: line %d, column %d: %s\n"), report->v[i].place.line,
			    report->v[i].place.column, report->v[i].text);
}

static int
import_text(struct import *im, const char *name, const struct buf *other, struct err *err)
{
	struct json5 *v = json5_parse(name, buf_str(other), other->len, err);
	if (v == NULL)
		return -1;
	struct config_report report = { 0 };
	config_check_text(name, buf_str(other), other->len, &report);
	im->source = buf_str(other);
	im->report = &report;
	for (int round = 0; round < 2; round++) {
		im->old = round > 0;
		import_below(im, v);
	}
	vec_done(&im->path);
	for (size_t i = 0; i < im->said.n; i++)
		free(im->said.v[i]);
	vec_done(&im->said);
	say_left_out(&report);
	config_report_done(&report);
	json5_free(v);
	return im->taken > 0 ? config_edit_write(im->file, &im->text, err) : 0;
}

static int
run_import(const struct call *call)
{
	struct err err;
	char *file = user_file(call->file);
	struct import im = { .file = file, .replace = call->replace };
	struct buf other;
	buf_init(&im.text, 0);
	buf_init(&other, 0);
	int rc = config_read_file(file, false, &im.text, &err);
	if (rc == 0)
		rc = config_read_file(call->argv[0], true, &other, &err);
	if (rc == 0)
		rc = import_text(&im, call->argv[0], &other, &err);
	if (rc == 0)
		printf(ngettext("%zu setting was brought over to %s.\n",
			   "%zu settings were brought over to %s.\n", im.taken),
		    im.taken, file);
	buf_done(&other);
	buf_done(&im.text);
	free(file);
	return rc < 0 ? cli_complain(&err) : 0;
}

/* ---- the verbs ---------------------------------------------------------- */

static const struct verb {
	const char	*name, *usage, *help;
	int		 least, most;   /* words after the verb */
	int		(*run)(const struct call *);
} verbs[] = {
	{ "get", "get KEY", N_("the value in force: a text as it is, everything else as JSON"), 1, 1, run_get },
	{ "set", "set KEY VALUE", N_("a text, or JSON; comments and order of the file are kept"), 2, 2, run_set },
	{ "unset", "unset KEY", N_("takes a key out of the file"), 1, 1, run_unset },
	{ "path", "path", N_("where the file is"), 0, 0, run_path },
	{ "check", "check", N_("what is wrong, unknown or left out, with line and column"), 0, 0, run_check },
	{ "trust", "trust [FOLDER]", N_("lets the project file of a folder name commands, credentials and endpoints"), 0, 1, run_trust },
	{ "import", "import FILE [--replace]", N_("brings over what applies of an OpenClaw configuration, and lists the rest"), 1, 1, run_import },
};
enum { N_VERBS = sizeof verbs / sizeof *verbs };

static int
usage(FILE *to, int status)
{
	fprintf(to, "%s\n\n", _("Usage: adit config VERB [--config FILE]"));
	for (size_t i = 0; i < N_VERBS; i++)
		fprintf(to, "  %-24s %s\n", verbs[i].usage, _(verbs[i].help));
	fprintf(to, "\n%s\n",
	    _("A KEY is written with dots, parts that hold dots in double quotes:"));
	fputs("  agents.defaults.models.\"bedrock/anthropic.claude-opus-4-7\".alias\n", to);
	return status;
}

/* Takes the options out of the words; false with a sentence when one makes no sense. */
static bool
take_options(struct call *call, bool *help, struct err *err)
{
	int kept = 0;
	bool words_only = false;
	for (int i = 0; i < call->argc; i++) {
		const char *word = call->argv[i];
		if (words_only || word[0] != '-' || (word[1] >= '0' && word[1] <= '9') ||
		    word[1] == '\0')
			call->argv[kept++] = call->argv[i];
		else if (strcmp(word, "--") == 0)
			words_only = true;
		else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			*help = true;
		else if (strcmp(word, "--replace") == 0)
			call->replace = true;
		else if (strcmp(word, "--config") == 0 && i + 1 < call->argc)
			call->file = call->argv[++i];
		else if (str_starts(word, "--config="))
			call->file = word + strlen("--config=");
		else
			return err_set(err, ERR_USAGE,
				   _("adit config does not know %s. See adit config --help."),
				   word) == 0;
	}
	call->argc = kept;
	return true;
}

int
cli_config(int argc, char **argv)
{
	struct err err;
	struct call call = { .argc = argc - 1, .argv = argv + 1 };
	bool help = false;
	if (argc < 2)
		return usage(stderr, (int)ERR_USAGE);
	if (!take_options(&call, &help, &err))
		return cli_complain(&err);
	if (help)
		return usage(stdout, 0);
	const char *name = call.argc > 0 ? call.argv[0] : "";
	call.argc -= call.argc > 0;
	call.argv++;
	for (size_t i = 0; i < N_VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0 && call.argc >= verbs[i].least &&
		    call.argc <= verbs[i].most)
			return verbs[i].run(&call);
	return usage(stderr, (int)ERR_USAGE);
}
