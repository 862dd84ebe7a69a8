/*
 * chat.c - the screen's mode: wires the UI's hooks to agents and commands.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/agents.h"
#include "app/app.h"
#include "app/asker.h"
#include "app/cli.h"
#include "app/command.h"
#include "app/config-table.h"
#include "app/configuration.h"
#include "app/demo.h"
#include "app/filenames.h"
#include "app/files.h"
#include "app/first.h"
#include "app/login.h"
#include "app/prompts.h"
#include "app/settings.h"
#include "aws/identity.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/session.h"
#include "ui/ui.h"

/* The provider's news on their way to the auth bar. */
struct auth_news {
	struct note	 note;
	struct app	*app;
};

static void
show_sheet(struct app *app, const char *title, const char *markdown)
{
	ui_sheet(app->ui, title, markdown);
}

static void
tell_line(struct app *app, const char *line)
{
	ui_hint(app->ui, line);
}

/* ---- what the UI asks for -------------------------------------------------- */

/* Nothing was sent, and nothing is lost. */
static void
on_files_failed(struct app *app, struct agent *agent, const char *text, const struct err *err)
{
	agent_note(agent != NULL ? agent : app->agent, BLOCK_ERROR, err->text);
	ui_offer_input(app->ui, text);
}

static void
on_submit(void *arg, struct agent *agent, const char *text)
{
	struct app *app = arg;
	if (str_blank(text)) {
		if (agent == app->agent && first_mend(app))
			return;
		struct agent *waiting = agents_waiting(app);    /* whoever it is: a sign-in serves all */
		if (!agent_send_queued(agent) && waiting != NULL)
			login_mend(app, waiting);
		return;
	}
	bool is_command = text[0] == '/' && strpbrk(text, " \n") != text + 1 && text[1] != '\0';
	if (is_command && !files_begins_pasted(app, text)) {
		command_run(app, agent, text);
		return;
	}
	if (command_own(app, agent, text))
		return;
	files_say_later(app, agent, text, NULL, 0, on_files_failed);
	first_said(app);
}

static void
offer(struct ui_completions *out, const char *prefix, size_t n, const char *text, const char *help)
{
	if (strncmp(text, prefix, n) != 0)
		return;
	struct ui_completion c = { mem_strdup(text), help != NULL ? mem_strdup(help) : NULL };
	vec_add(out, c);
}

static bool
is_offered(const struct ui_completions *out, const char *text)
{
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->v[i].text, text) == 0)
			return true;
	return false;
}

static void
complete_command(struct app *app, const char *word, size_t n, struct ui_completions *out)
{
	const struct command *row;
	for (size_t i = 0; (row = command_at(i)) != NULL; i++) {
		char *text = mem_printf("/%s", row->name);
		offer(out, word, n, text, _(row->help));
		free(text);
	}
	const struct context_prompts *prompts = prompts_known(app);
	for (size_t i = 0; i < prompts->n; i++) {
		char *text = mem_printf("/%s", prompts->v[i].name);
		offer(out, word, n, text, prompts->v[i].help);
		free(text);
	}
}

/* Aliases of the configuration, ids that can be called, and their short names. */
static void
complete_model(struct app *app, const char *word, size_t n, struct ui_completions *out)
{
	struct json_object *named = config_json(app->config, "agents.defaults.models");
	if (json_object_is_type(named, json_type_object)) {
		json_object_object_foreach(named, ref, entry) {
			if (json_str(entry, "alias", NULL) != NULL)
				offer(out, word, n, json_str(entry, "alias", NULL), ref);
		}
	}
	if (!app->models_known)
		choose_start(app, CHOOSE_KEPT, NULL, NULL);     /* for the next time */
	for (size_t i = 0; i < app->models.models.n; i++) {
		const struct model *m = &app->models.models.v[i];
		if (!m->available)
			continue;
		offer(out, word, n, m->id, m->name);
		char *brief = catalogue_short(m->base != NULL ? m->base : m->id);
		if (n > 0 && !is_offered(out, brief))
			offer(out, word, n, brief, m->name);
		free(brief);
	}
}

static bool
on_complete(void *arg, const char *line, size_t start, size_t end, struct ui_completions *out)
{
	struct app *app = arg;
	if (line[start] == '@' || str_starts(line, "/attach ") || str_starts(line, "/image ")) {
		filenames_complete(app, line, start, end);
		return false;
	}
	if (start == 0 && line[0] == '/') {
		complete_command(app, line, end, out);
	} else if (str_starts(line, "/model ")) {
		complete_model(app, line + start, end - start, out);
	} else if (str_starts(line, "/effort ")) {
		enum effort levels[EFFORTS];
		size_t n = agent_efforts(ui_focused(app->ui), levels);
		for (size_t i = 0; i < n; i++)
			offer(out, line + start, end - start, effort_name(levels[i]), NULL);
	} else if (str_starts(line, "/tier ")) {
		static const char *const tiers[] = { "default", "priority", "flex", "reserved", "none" };
		for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++)
			offer(out, line + start, end - start, tiers[i], NULL);
	} else if (str_starts(line, "/config ") && start == strlen("/config ")) {
		const struct config_row *row;
		for (size_t i = 0; (row = config_row_at(i)) != NULL; i++)
			if (strpbrk(row->path, "*@[") == NULL && row->member == NULL)
				offer(out, line + start, end - start, row->path, _(row->help));
	}
	return true;
}

static void
on_action(void *arg, struct agent *agent, const char *name)
{
	char *line = mem_printf("/%s", name);
	command_run(arg, agent, line);
	free(line);
}

static void
on_pasted(void *arg, const char *text, size_t n)
{
	files_pasted(arg, text, n);
}

static void
on_quit(void *arg)
{
	struct app *app = arg;
	app->quit = true;
}

static void
on_agent_event(void *arg, struct agent *agent, enum agent_event ev, const char *text, size_t n)
{
	(void)text;
	(void)n;
	struct app *app = arg;
	if (ev == AGENT_EV_END)
		mend_turn(app, agent);
	if (app->ui != NULL)
		ui_changed(app->ui);
}

/* ---- the auth bar ------------------------------------------------------------ */

static void
deliver_auth(struct note *note)
{
	struct auth_news *news = (struct auth_news *)note;
	if (news->app->ui != NULL)
		ui_set_auth(news->app->ui, creds_report(news->app->aws));
}

static void
on_creds_change(void *arg)
{
	struct auth_news *news = arg;
	mailbox_ring(news->app->mailbox, &news->note);
}

/* ---- the first words ---------------------------------------------------------- */

static void
begin(struct app *app, const char *prompt)
{
	if (app->demo != NULL)
		agent_note(app->agent, BLOCK_NOTE, _("This is the demo: a simulator on your own machine answers. Type tour and press Enter."));
	if (prompt != NULL)
		files_say_later(app, app->agent, prompt, app->options.files, app->options.n_files, on_files_failed);
	remember_start(app);
	first_begin(app, prompt != NULL);
}

/* ---- the mode ------------------------------------------------------------------ */

static void
say_goodbye(struct app *app)
{
	struct session *s = agent_session(app->agent);
	if (s != NULL && agent_conversation(app->agent)->n > 0 && !app->finishing)
		printf(_("Resume with: adit --resume %s\n"), session_id(s));
}

int
chat_run(struct app *app, const char *prompt)
{
	struct ui_hooks hooks = { app, on_submit, on_complete, on_action, on_quit, on_pasted };
	struct err err = { 0 };
	if (settings_load(app, &err) < 0) {
		return cli_complain(&err);
	}
	char *history = file_path(FILE_STATE, "history");
	struct ui_options uo = { .theme = settings_theme(app), .mouse = config_flag(app->config, "tui.mouse"),
		.history_file = app->options.no_session ? NULL : history };
	app->mailbox = mailbox_new();
	app->ui = ui_start(&uo, &hooks, &app->timers, &err);
	free(history);
	if (app->ui == NULL) {
		return cli_complain(&err);
	}
	fatal_set_hook(ui_restore);
	app->show = show_sheet;
	app->tell = tell_line;
	if (app_start(app, &err) < 0) {
		ui_stop(app->ui);
		app->ui = NULL;
		app->status = cli_complain(&err);
		app_stop(app);
		return app->status;
	}
	struct auth_news news = { .note.deliver = deliver_auth, .app = app };
	app->asker = asker_new(app);
	aws_on_prompt(app->aws, asker_prompt, app->asker);
	creds_on_change(app->aws, on_creds_change, &news);
	identity_follow(app->aws);
	ui_set_auth(app->ui, creds_report(app->aws));
	agents_on_event(app, on_agent_event, app);
	ui_add_agent(app->ui, app->agent);
	(void)prompts_known(app);       /* for the first completion */
	begin(app, prompt);
	app_loop(app);
	creds_on_change(app->aws, NULL, NULL);
	mailbox_drop(app->mailbox, &news.note);
	bool had_screen = app->ui != NULL;
	ui_stop(app->ui);
	app->ui = NULL;
	if (had_screen)
		say_goodbye(app);
	app_stop(app);
	return app->status;
}
