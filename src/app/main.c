/*
 * main.c - where adit starts: locale, safety, the command line, and which mode runs.
 */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/app.h"
#include "app/cli.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "tool/sandbox.h"

/* No core file and no other process of this user may show what is in memory: it holds credentials.
 * Sanitizers need to look into their own process. */
static void
keep_memory_private(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

static void
print_help(void)
{
	printf(_("Usage: adit [OPTION]... [PROMPT]...\n"
		 "       adit COMMAND [ARGUMENT]...\n\n"
		 "Chat with the models of Amazon Bedrock from a terminal.\n\n"));
	printf("%s\n", _("Options:"));
	options_help(stdout);
	printf("\n%s\n", _("Commands (each has its own --help):"));
	for (size_t i = 0; cli_at(i) != NULL; i++)
		printf("  %-28s %s\n", cli_at(i)->usage, _(cli_at(i)->help));
	printf("\n%s\n", _("In the screen, F1 or /help lists keys and commands. More: man adit"));
}

static int
usage_error(const struct err *err)
{
	cli_remark(err->text);
	return ERR_USAGE;
}

static int
open_log(const struct options *o, struct err *err)
{
	if (o->log_file == NULL && o->log_level == NULL)
		return 0;
	int level = o->log_level != NULL ? log_level_named(o->log_level) : LOG_INFO;
	char *path = o->log_file != NULL ? mem_strdup(o->log_file) : file_path(FILE_STATE, "adit.log");
	char *folder = file_path(FILE_STATE, "");
	int rc = o->log_file != NULL ? 0 : file_make_dir(folder, 0700, err);
	if (rc == 0)
		rc = log_open(path, (enum log_level)level, err);
	free(folder);
	free(path);
	return rc;
}

static int
run_command(const struct cli *cli, struct options *o, int argc, char **argv)
{
	struct err err = { 0 };
	if (!cli->own_options)
		options_take_common(o, &argc, argv);
	if (open_log(o, &err) < 0)
		return usage_error(&err);
	return cli->run(o, argc, argv);
}

/* The words that are left, as one prompt; NULL when there are none. */
static char *
join_words(int argc, char **argv, int first)
{
	if (first >= argc)
		return NULL;
	struct buf b = { 0 };
	for (int i = first; i < argc; i++)
		buf_printf(&b, "%s%s", i > first ? " " : "", argv[i]);
	return buf_take(&b, NULL);
}

static int
list_sessions(void)
{
	char list[] = "list", sessions[] = "sessions";
	char *argv[] = { sessions, list, NULL };
	puts(_("Name the session: adit --resume ID\n"));
	return cli_find("sessions")->run(NULL, 2, argv);
}

static int
run_mode(struct app *app, const char *prompt)
{
	const struct options *o = &app->options;
	if (o->print || o->output != OUTPUT_TEXT)
		return print_run(app, prompt);
	const char *term = getenv("TERM");
	if (o->plain || term == NULL || strcmp(term, "dumb") == 0)
		return plain_run(app, prompt);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		cli_remark(_("The screen needs a terminal. Use -p to answer once, or --plain for a conversation in lines."));
		return ERR_USAGE;
	}
	return chat_run(app, prompt);
}

int
main(int argc, char **argv)
{
	/* Not for people: adit as the launcher of a tool's child, before anything else is set up. */
	if (argc > 1 && strcmp(argv[1], SANDBOX_WORD) == 0)
		return sandbox_main(argc, argv);
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	bindtextdomain(PACKAGE, LOCALEDIR);
	textdomain(PACKAGE);
	keep_memory_private();

	struct app app = { 0 };
	struct err err = { 0 };
	int first;
	options_init(&app.options);
	if (options_parse(&app.options, argc, argv, true, &first, &err) < 0)
		return usage_error(&err);
	const struct cli *cli = first < argc && strcmp(argv[first - 1], "--") != 0 ? cli_find(argv[first]) : NULL;
	if (cli != NULL)
		return run_command(cli, &app.options, argc - first, argv + first);
	options_done(&app.options);
	options_init(&app.options);
	if (options_parse(&app.options, argc, argv, false, &first, &err) < 0)
		return usage_error(&err);
	if (app.options.help) {
		print_help();
		return 0;
	}
	if (app.options.version) {
		puts(PACKAGE_STRING);
		return 0;
	}
	if (app.options.resume_asked && app.options.resume == NULL)
		return list_sessions();
	if (open_log(&app.options, &err) < 0)
		return usage_error(&err);
	app_block_signals(&app);
	char *prompt = join_words(argc, argv, first);
	int status = run_mode(&app, prompt);
	free(prompt);
	options_done(&app.options);
	return status;
}
