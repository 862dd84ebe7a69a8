/* toolbox.c - see toolbox.h. */
#include "config.h"

#include "app/toolbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/configuration.h"
#include "app/reading.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "text/clean.h"
#include "tool/sandbox.h"
#include "ui/ui.h"

enum {
	THREADS = 32,
	STOP_MS = 400,                  /* for children to end when adit does */
	APPROVED_MAX = 1024 * 1024,
	ADVICE_MAX = 200,               /* bytes of a rule that -p advises */
};

struct toolbox {
	struct app		*app;
	struct tool_set		 tools;
	struct policy		 policy;
	struct tool_place	 place;
	char			*root, *overflow;
	struct tooling_env	 env;
	struct VEC(struct tooling_ask *) questions;
	bool			 shown;         /* the first one is on the screen */
};

/* ---- rules -------------------------------------------------------------------------- */

static int
add_configured(struct toolbox *t, const char *path, enum policy_action action, struct err *err)
{
	struct json_object *list = config_json(t->app->config, path);
	for (size_t i = 0; i < json_len(list); i++)
		if (policy_add(&t->policy, action, POLICY_USER, json_object_get_string(json_item(list, i)), &t->tools, err) < 0) {
			err_wrap(err, "%s", path);
			err->code = ERR_CONFIG;
			return -1;
		}
	return 0;
}

/* What was approved for this folder; lines that make no sense, or name tools that are gone, are passed over. */
static void
add_approved(struct toolbox *t)
{
	char *path = file_path(FILE_STATE, "approved");
	struct buf text = { 0 };
	if (file_exists(path) && file_read(path, APPROVED_MAX, &text, NULL) == 0) {
		const char *s = text.s, *end = s + text.len;
		while (s != NULL && s < end) {
			const char *nl = memchr(s, '\n', (size_t)(end - s));
			struct json_object *o = json_parse(s, (size_t)((nl != NULL ? nl : end) - s), NULL);
			if (str_same(json_str(o, "folder", NULL), t->root))
				policy_add(&t->policy, POLICY_ALLOW, POLICY_PROJECT, json_str(o, "rule", ""), &t->tools, NULL);
			json_free(o);
			s = nl != NULL ? nl + 1 : NULL;
		}
	}
	buf_done(&text);
	free(path);
}

/* One line more, written where nobody waits for the disk. */
struct approving {
	struct reading	 reading;
	struct buf	 line;
	bool		 failed;
};

static void
write_approval(struct reading *reading)
{
	struct approving *a = (struct approving *)reading;
	char *path = file_path(FILE_STATE, "approved"), *folder = file_path(FILE_STATE, "");
	int fd = file_make_dir(folder, 0700, NULL) == 0 ?
	    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	a->failed = fd < 0 || file_write_all(fd, a->line.s, a->line.len) < 0;
	if (fd >= 0)
		close(fd);
	free(path);
	free(folder);
}

static void
take_approval(struct reading *reading)
{
	struct approving *a = (struct approving *)reading;
	if (a->failed)
		agent_note(reading->app->agent, BLOCK_ERROR, _("The approval could not be written down; it holds until adit ends."));
	buf_done(&a->line);
	free(a);
}

static void
remember(void *arg, const char *rule)
{
	struct toolbox *t = arg;
	struct approving *a = mem_alloc(sizeof *a);
	a->reading = (struct reading){ .read = write_approval, .take = take_approval };
	buf_putc(&a->line, '{');
	json_put_member(&a->line, "folder", t->root);
	json_put_member(&a->line, "rule", rule);
	buf_puts(&a->line, "}\n");
	reading_aside(t->app, &a->reading);
}

static int
add_rules(struct toolbox *t, struct err *err)
{
	const struct options *o = &t->app->options;
	for (size_t i = 0; i < o->allow.n; i++)
		if (policy_add(&t->policy, POLICY_ALLOW, POLICY_SESSION, o->allow.v[i], &t->tools, err) < 0)
			return err_wrap(err, "--allow");
	if (add_configured(t, "tools.rules.deny", POLICY_DENY, err) < 0 || add_configured(t, "tools.rules.ask", POLICY_ASK, err) < 0 ||
	    add_configured(t, "tools.rules.allow", POLICY_ALLOW, err) < 0)
		return -1;
	add_approved(t);
	return 0;
}

/* ---- questions -------------------------------------------------------------------------- */

char *
toolbox_title(const struct tooling_ask *a)
{
	const struct tool *tool = a->call->tool;
	const char *label = agent_label(a->agent);
	if (label != NULL && !str_same(label, "main"))
		return mem_printf(_("%s wants to: %s"), label, gettext(tool->title));
	return mem_printf(_("May the model do this? %s"), gettext(tool->title));
}

static void show_next(struct toolbox *);

static void
on_verdict(void *arg, enum ui_verdict verdict, const char *reason)
{
	static const enum tooling_verdict of[] = { [UI_NO] = TOOLING_NO, [UI_ONCE] = TOOLING_ONCE,
		[UI_ALWAYS] = TOOLING_SESSION, [UI_PROJECT] = TOOLING_PROJECT };
	struct toolbox *t = arg;
	t->shown = false;
	if (t->questions.n > 0) {
		struct tooling_ask *a = t->questions.v[0];
		vec_cut(&t->questions, 0, 1);
		tooling_answer(a, of[verdict], reason);
	}
	show_next(t);
}

/* What it would do, and with what else people should know. */
static char *
note_of(const struct toolbox *t, const struct tooling_ask *a)
{
	const struct tool_call *c = a->call;
	if (c->tool->flags & TOOL_RUNS)
		return mem_printf(_("In %s. %s"), t->root, c->place_note != NULL ? c->place_note : "");
	if (c->place_note != NULL)
		return mem_strdup(c->place_note);
	if (c->beyond && (c->tool->flags & TOOL_WRITES))
		return mem_strdup(_("This file lies outside the working directory, or is one that other programs act upon."));
	if (c->beyond)
		return mem_strdup(_("This lies outside the working directory, or where keys are kept."));
	return NULL;
}

static void
show(struct toolbox *t, struct tooling_ask *a)
{
	const struct tool_call *c = a->call;
	char *title = toolbox_title(a), *note = note_of(t, a);
	char *rule = strchr(a->rule, '(') != NULL ? mem_strdup(a->rule) :
	    mem_printf(_("%s, for every file below %s"), a->rule, t->root);
	struct ui_approval ask = { .title = title, .note = note, .rule = rule, .is_diff = c->is_diff, .agent = a->agent,
		.text = c->preview.len > 0 ? c->preview.s : c->subject,
		.n = c->preview.len > 0 ? c->preview.len : strlen(c->subject), .answer = on_verdict, .arg = t };
	ui_approve(t->app->ui, &ask);
	t->shown = true;
	free(title);
	free(note);
	free(rule);
}

/* The next that still is a question: an answer may have settled others too. */
static void
show_next(struct toolbox *t)
{
	while (t->app->ui != NULL && !t->shown && t->questions.n > 0) {
		struct tooling_ask *a = t->questions.v[0];
		vec_cut(&t->questions, 0, 1);
		if (!tooling_still_asks(a))
			continue;
		vec_add(&t->questions, a);      /* back to the front */
		memmove(t->questions.v + 1, t->questions.v, (t->questions.n - 1) * sizeof *t->questions.v);
		t->questions.v[0] = a;
		show(t, a);
	}
}

/* -p, or the terminal is gone. */
static bool
refuse_at_once(struct toolbox *t, const struct tooling_ask *a, const char **why)
{
	*why = "nobody is there to be asked, and no rule allows it. The user can allow it with --allow.";
	if (!t->app->options.print && t->app->options.output == OUTPUT_TEXT)
		return false;
	char *rule = clean_line(a->rule), *subject = clean_line(a->call->summary);
	if (strlen(rule) <= ADVICE_MAX && strchr(rule, '\'') == NULL)
		fprintf(stderr, _("adit: not allowed, since nobody can be asked with -p: %s %s. To allow it: --allow '%s'\n"),
		    a->call->tool->name, subject, rule);
	else
		fprintf(stderr, _("adit: not allowed, since nobody can be asked with -p: %s %s. To allow it: --allow %s\n"),
		    a->call->tool->name, subject, a->call->tool->name);
	free(rule);
	free(subject);
	return false;
}

static bool
on_ask(void *arg, struct tooling_ask *a, const char **why)
{
	struct toolbox *t = arg;
	bool plain = t->app->on_question != NULL;
	if ((t->app->ui == NULL && !plain) || t->app->finishing)
		return refuse_at_once(t, a, why);
	vec_add(&t->questions, a);
	if (plain)
		t->app->on_question(t->app);
	else
		show_next(t);
	return true;
}

static void
on_unask(void *arg, struct tooling_ask *a)
{
	struct toolbox *t = arg;
	for (size_t i = t->questions.n; i-- > 0;) {
		if (t->questions.v[i] != a)
			continue;
		vec_cut(&t->questions, i, 1);
		if (i == 0 && t->shown && t->app->ui != NULL) {
			t->shown = false;
			ui_approve_close(t->app->ui);
		}
	}
	show_next(t);
}

struct tooling_ask *
toolbox_question(struct app *app)
{
	struct toolbox *t = app->toolbox;
	while (t != NULL && t->questions.n > 0) {
		struct tooling_ask *a = t->questions.v[0];
		vec_cut(&t->questions, 0, 1);
		if (tooling_still_asks(a))
			return a;
	}
	return NULL;
}

void
toolbox_refuse_all(struct app *app)
{
	struct toolbox *t = app->toolbox;
	while (t != NULL && t->questions.n > 0) {
		struct tooling_ask *a = t->questions.v[0];
		vec_cut(&t->questions, 0, 1);
		t->shown = false;
		tooling_answer(a, TOOLING_NO, "nobody is there any more");
	}
}

/* ---- start and stop ---------------------------------------------------------------------- */

static char *
real_folder(char *path)
{
	char *real = file_make_dir(path, 0700, NULL) == 0 ? realpath(path, NULL) : NULL;
	free(path);
	return real;
}

static void
set_limits(struct toolbox *t)
{
	const struct config *c = t->app->config;
	t->env.limits = (struct tooling_limits){ .requests = (long)config_int(c, "tools.limits.requests", 0),
		.ms = config_int(c, "tools.limits.seconds", 0) * 1000, .tokens = config_int(c, "tools.limits.tokens", 0),
		.follow_up = str_same(config_str(c, "messages.queue.mode"), "followup") };
}

int
toolbox_start(struct app *app, struct err *err)
{
	char *root = realpath(".", NULL);
	if (app->options.no_tools || !config_flag(app->config, "tools.enabled") || root == NULL) {
		free(root);
		return 0;
	}
	struct toolbox *t = app->toolbox = mem_alloc(sizeof *t);
	t->app = app;
	t->root = root;
	t->overflow = real_folder(file_path(FILE_CACHE, "output"));
	if (t->overflow != NULL)
		output_clean_up(t->overflow);
	t->place = (struct tool_place){ .root = t->root, .overflow = t->overflow, .launcher = "/proc/self/exe",
		.confine = config_flag(app->config, "tools.shell.confine"), .aws = config_flag(app->config, "tools.shell.aws"),
		.engine = app->engine };
	tool_set_builtin(&t->tools);
	t->env = (struct tooling_env){ .tools = &t->tools, .policy = &t->policy, .place = &t->place,
		.pool = pool_new("adit-tool", THREADS), .mailbox = app->mailbox,
		.hooks = { t, on_ask, on_unask, remember } };
	set_limits(t);
	return add_rules(t, err);
}

bool
toolbox_stop(struct app *app)
{
	struct toolbox *t = app->toolbox;
	if (t == NULL)
		return true;
	if (pool_stop(t->env.pool, STOP_MS) < 0) {
		log_info("tools still run");
		return false;
	}
	mailbox_deliver(app->mailbox);          /* the last ends of detached calls */
	policy_done(&t->policy);
	tool_set_done(&t->tools);
	vec_done(&t->questions);
	free(t->root);
	free(t->overflow);
	free(t);
	app->toolbox = NULL;
	return true;
}

const struct tooling_env *
toolbox_env(const struct app *app)
{
	return app->toolbox != NULL ? &app->toolbox->env : NULL;
}

const char *
toolbox_root(const struct app *app)
{
	return app->toolbox != NULL ? app->toolbox->root : NULL;
}

/* ---- /tools -------------------------------------------------------------------------------- */

static const char *
usual(const struct tool *tool)
{
	if (tool->flags & TOOL_FREE)
		return _("allowed");
	if (tool->flags & TOOL_READS)
		return _("allowed here, else asks");
	return _("asks");
}

void
toolbox_describe(const struct app *app, struct buf *b)
{
	static const char *const actions[] = { [POLICY_ASK] = N_("ask"), [POLICY_ALLOW] = N_("allow"),
		[POLICY_DENY] = N_("deny") };
	static const char *const sources[] = { [POLICY_SESSION] = N_("this run"), [POLICY_PROJECT] = N_("this folder"),
		[POLICY_USER] = N_("configuration") };
	const struct toolbox *t = app->toolbox;
	if (t->policy.rules.n > 0)
		buf_printf(b, "| %s | | |\n|---|---|---|\n", _("Rule"));
	for (size_t i = 0; i < t->policy.rules.n; i++) {
		const struct policy_rule *r = &t->policy.rules.v[i];
		struct buf rule = { 0 };
		policy_put(&rule, r);
		buf_printf(b, "| %s | `%s` | %s |\n", gettext(actions[r->action]), buf_str(&rule), gettext(sources[r->source]));
		buf_done(&rule);
	}
	if (t->policy.rules.n > 0)
		buf_putc(b, '\n');
	buf_printf(b, "| %s | | %s |\n|---|---|---|\n", _("Tool"), _("without a rule"));
	for (size_t i = 0; i < t->tools.tools.n; i++)
		buf_printf(b, "| `%s` | %s | %s |\n", t->tools.tools.v[i]->name, gettext(t->tools.tools.v[i]->title),
		    usual(t->tools.tools.v[i]));
	char *note = sandbox_note(&t->place);
	buf_printf(b, "\n%s `%s`\n\n%s %s\n", _("The working directory:"), t->root, _("Commands:"), note);
	free(note);
}
