/* cli-sessions.c - `adit sessions`: stored conversations from the shell. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/cli.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/message.h"
#include "store/journal.h"
#include "store/session.h"
#include "text/clean.h"

/* What goes to a terminal is cleaned; a pipe gets it as it is. */
static void
put_text(const char *s, size_t n)
{
	if (!isatty(STDOUT_FILENO)) {
		fwrite(s, 1, n, stdout);
		return;
	}
	struct buf out = { 0 };
	clean_add(&out, s, n, CLEAN_LINES | CLEAN_KEEP_TABS);
	fwrite(buf_str(&out), 1, out.len, stdout);
	buf_done(&out);
}

/* ---- list ------------------------------------------------------------------ */

static void
put_time(int64_t t)
{
	char s[32] = "";
	time_t when = (time_t)t;
	struct tm tm;
	if (localtime_r(&when, &tm) != NULL)
		strftime(s, sizeof s, "%Y-%m-%d %H:%M", &tm);
	printf("%-16s  ", s);
}

static void
list_text(const struct session_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct session_info *s = &l->v[i];
		char *title = clean_line(s->title != NULL ? s->title : _("(nothing said)"));
		char *cwd = clean_line(s->cwd != NULL ? s->cwd : "");
		printf("%s  ", s->id);
		put_time(s->changed);
		printf("%-50.50s  %s\n", title, cwd);
		free(title);
		free(cwd);
	}
}

static void
put_iso(struct buf *b, const char *key, int64_t t)
{
	char s[32];
	clock_iso8601(t, s);
	json_put_member(b, key, s);
}

static void
list_json(const struct session_list *l)
{
	struct buf b = { 0 };
	buf_puts(&b, "{\"sessions\":[");
	for (size_t i = 0; i < l->n; i++) {
		const struct session_info *s = &l->v[i];
		json_put_comma(&b);
		buf_putc(&b, '{');
		json_put_member(&b, "id", s->id);
		json_put_member(&b, "title", s->title);
		json_put_member(&b, "cwd", s->cwd);
		put_iso(&b, "created", s->created);
		put_iso(&b, "changed", s->changed);
		json_put_int(&b, "bytes", (int64_t)s->bytes);
		buf_putc(&b, '}');
	}
	buf_puts(&b, "]}\n");
	fwrite(b.s, 1, b.len, stdout);
	buf_done(&b);
}

static int
run_list(int argc, char **argv)
{
	struct session_list l = { 0 };
	struct err err = { 0 };
	if (session_list(&l, &err) < 0)
		return cli_complain(&err);
	if (argc > 0 && strcmp(argv[0], "--json") == 0)
		list_json(&l);
	else if (l.n == 0)
		puts(_("No conversation is stored yet."));
	else
		list_text(&l);
	session_list_done(&l);
	return 0;
}

/* ---- one session ---------------------------------------------------------------- */

/* The path of the one session whose id begins so; NULL and a sentence. */
static char *
find_path(const char *prefix, struct err *err)
{
	struct session_list l = { 0 };
	char *path = NULL;
	size_t found = 0;
	if (session_list(&l, err) < 0)
		return NULL;
	for (size_t i = 0; i < l.n; i++)
		if (str_starts(l.v[i].id, prefix) && found++ == 0)
			path = mem_strdup(l.v[i].path);
	session_list_done(&l);
	if (found == 1)
		return path;
	free(path);
	err_set(err, ERR_FAILED, found == 0 ? _("There is no session %s. See: adit sessions list") :
	    _("Several sessions begin with %s. Give more of the id."), prefix);
	return NULL;
}

static int
put_markdown(void *arg, const char *json, size_t n)
{
	(void)arg;
	struct json_object *o = json_parse(json, n, NULL);
	struct message *m = strcmp(json_str(o, "t", ""), "message") == 0 ? message_parse(o) : NULL;
	if (m != NULL) {
		struct buf text = { 0 };
		message_text(m, &text);
		if (m->role == MESSAGE_USER)
			printf("## %s\n\n", _("You"));
		else
			printf("## %s\n\n", m->model != NULL ? m->model : _("Model"));
		put_text(buf_str(&text), text.len);
		puts(m->partial ? _("\n\n*(cut off)*\n") : "\n");
		buf_done(&text);
		message_unref(m);
	}
	json_free(o);
	return 0;
}

static int
put_line(void *arg, const char *json, size_t n)
{
	bool *first = arg;
	if (first != NULL) {
		fputs(*first ? "" : ",\n", stdout);
		*first = false;
	}
	fwrite(json, 1, n, stdout);
	if (first == NULL)
		putchar('\n');
	return 0;
}

static int
run_export(int argc, char **argv)
{
	const char *format = "markdown", *id = NULL;
	struct err err = { 0 };
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--format") == 0 && i + 1 < argc)
			format = argv[++i];
		else
			id = argv[i];
	}
	if (id == NULL) {
		err_set(&err, ERR_USAGE, _("Name the session; adit sessions list shows them."));
		return cli_complain(&err);
	}
	char *path = find_path(id, &err);
	if (path == NULL)
		return cli_complain(&err);
	bool first = true;
	int rc;
	if (strcmp(format, "json") == 0) {
		puts("[");
		rc = journal_read(path, put_line, &first, NULL, &err);
		puts("\n]");
	} else if (strcmp(format, "jsonl") == 0) {
		rc = journal_read(path, put_line, NULL, NULL, &err);
	} else if (strcmp(format, "markdown") == 0) {
		rc = journal_read(path, put_markdown, NULL, NULL, &err);
	} else {
		rc = err_set(&err, ERR_USAGE, _("--format is markdown, json or jsonl."));
	}
	free(path);
	return rc < 0 ? cli_complain(&err) : 0;
}

static int
run_delete(int argc, char **argv)
{
	struct err err = { 0 };
	if (argc < 1) {
		err_set(&err, ERR_USAGE, _("Name the session; adit sessions list shows them."));
		return cli_complain(&err);
	}
	return session_delete(argv[0], &err) < 0 ? cli_complain(&err) : 0;
}

static const struct {
	const char	*name, *usage, *help;
	int		(*run)(int, char **);
} verbs[] = {
	{ "list", "list [--json]", N_("the newest first"), run_list },
	{ "show", "show ID", N_("the conversation as Markdown"), run_export },
	{ "export", "export ID [--format markdown|json|jsonl]", N_("the conversation, or its record, on standard output"), run_export },
	{ "delete", "delete ID", N_("for good"), run_delete },
};

int
cli_sessions(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, argv[1]) == 0)
			return verbs[i].run(argc - 2, argv + 2);
	bool asked = argc > 1 && strcmp(argv[1], "--help") == 0;
	FILE *f = asked ? stdout : stderr;
	fprintf(f, "%s\n", _("Usage: adit sessions VERB [ARGUMENT]..."));
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		fprintf(f, "  %-44s %s\n", verbs[i].usage, _(verbs[i].help));
	return asked ? 0 : ERR_USAGE;
}
