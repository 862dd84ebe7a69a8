/* cmd-request.c - commands about what a request asks for, and about the settings. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/command.h"
#include "app/config-table.h"
#include "app/configuration.h"
#include "app/reload.h"
#include "app/settings.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "model/price.h"

/* Takes the sentence. */
static void
tell(struct app *app, struct agent *agent, char *sentence)
{
	command_say(app, agent, sentence);
	free(sentence);
}

/* ---- /effort ------------------------------------------------------------------ */

static void
put_levels(struct buf *b, const enum effort *levels, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s%s", i > 0 ? ", " : "", effort_name(levels[i]));
}

/* The level after the one in force, round and round. */
static enum effort
next_level(const struct agent *agent, const enum effort *levels, size_t n)
{
	enum effort now = agent_effort(agent);
	for (size_t i = 0; i < n; i++)
		if (levels[i] > now)
			return levels[i];
	return levels[0];
}

static bool
is_level(int effort, const enum effort *levels, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((int)levels[i] == effort)
			return true;
	return false;
}

void
cmd_effort(struct app *app, struct agent *agent, const char *args)
{
	enum effort levels[EFFORTS];
	size_t n = agent_efforts(agent, levels);
	struct agent_status s;
	struct buf list = { 0 };
	char *word = str_trim(args);
	int effort = *word == '\0' ? (int)next_level(agent, levels, n) : effort_named(word);
	agent_status(agent, &s);
	put_levels(&list, levels, n);
	if (n == 1) {
		char *line = mem_printf(_("%s cannot be told how much to think."),
		    s.model_short != NULL ? s.model_short : _("The model"));
		app->tell(app, line);
		free(line);
	} else if (!is_level(effort, levels, n)) {
		tell(app, agent, mem_printf(_("%s has these levels of effort: %s."),
		    s.model_short != NULL ? s.model_short : _("The model"), buf_str(&list)));
	} else {
		agent_set_effort(agent, (enum effort)effort);
		/* Always a hint: the key that goes round must not fill the transcript. */
		char *line = mem_printf(_("Effort: %s (of %s)"), effort_name((enum effort)effort), buf_str(&list));
		app->tell(app, line);
		free(line);
	}
	buf_done(&list);
	free(word);
}

/* ---- /tier -------------------------------------------------------------------- */

static void
put_said(char **where, const char *what)
{
	free(*where);
	*where = mem_strdup(what);
}

/* The parameters of an agent's model as they are in force. */
static struct converse_params
params_of(struct app *app, const struct agent *agent)
{
	struct agent_status s;
	struct converse_params p;
	agent_status(agent, &s);
	settings_params(app, s.model, &p);
	return p;
}

static void
tell_tier(struct app *app, struct agent *agent)
{
	const char *tier = params_of(app, agent).service_tier;
	if (tier == NULL)
		command_say(app, agent, _("No service tier is asked for, which means: default. There are default, priority, flex, reserved."));
	else if (price_of_tier(tier) < 0)
		tell(app, agent, mem_printf(_("Service tier: %s. What it costs is not known."), tier));
	else
		tell(app, agent, mem_printf(_("Service tier: %s, at %.4g times the usual price."), tier, price_of_tier(tier)));
}

void
cmd_tier(struct app *app, struct agent *agent, const char *args)
{
	char *word = str_trim(args);
	bool none = strcmp(word, "none") == 0 || strcmp(word, "off") == 0;
	if (*word != '\0' && !none && !converse_is_tier(word)) {
		command_say(app, agent, _("A service tier is one of default, priority, flex, reserved, none."));
	} else {
		if (*word != '\0') {
			put_said(&app->said.tier, none ? "" : word);
			reload_apply(app);
		}
		tell_tier(app, agent);
	}
	free(word);
}

/* ---- /guardrail ------------------------------------------------------------------ */

static void
tell_guardrail(struct app *app, struct agent *agent)
{
	struct converse_params p = params_of(app, agent);
	if (p.guardrail_id == NULL)
		command_say(app, agent, _("No guardrail checks the conversation. /guardrail ID or ID:VERSION switches one on."));
	else
		tell(app, agent, mem_printf(_("Guardrail %s, version %s, streams %s, trace %s."), p.guardrail_id,
		    p.guardrail_version, p.guardrail_mode != NULL ? p.guardrail_mode : "sync",
		    p.guardrail_trace != NULL ? p.guardrail_trace : "disabled"));
}

/* "ID", "ID:VERSION", "ID VERSION"; an ARN has colons of its own. False: that is none. */
static bool
take_guardrail(struct app *app, const char *words)
{
	size_t n = strcspn(words, " \t");
	char *id = mem_strndup(words, n), *version = str_trim(words + n);
	char *colon = str_starts(id, "arn:") ? NULL : strchr(id, ':');
	if (colon != NULL && *version == '\0') {
		*colon = '\0';
		free(version);
		version = mem_strdup(colon + 1);
	}
	bool good = *id != '\0' && strpbrk(version, " \t") == NULL &&
	    (*version == '\0' || strcmp(version, "DRAFT") == 0 || strspn(version, "0123456789") == strlen(version));
	if (good) {
		put_said(&app->said.guardrail, id);
		put_said(&app->said.guardrail_version, *version != '\0' ? version : NULL);
	}
	free(id);
	free(version);
	return good;
}

static const struct {
	const char	*words, *trace;
} traces[] = { { "trace on", "enabled" }, { "trace off", "disabled" }, { "trace full", "enabled_full" } };

static bool
take_guardrail_word(struct app *app, const char *words)
{
	for (size_t i = 0; i < sizeof traces / sizeof *traces; i++)
		if (strcmp(traces[i].words, words) == 0) {
			put_said(&app->said.guardrail_trace, traces[i].trace);
			return true;
		}
	if (strcmp(words, "on") == 0)
		put_said(&app->said.guardrail, NULL);           /* the configured one */
	else if (strcmp(words, "off") == 0)
		put_said(&app->said.guardrail, "");
	else
		return !str_starts(words, "trace") && take_guardrail(app, words);
	return true;
}

void
cmd_guardrail(struct app *app, struct agent *agent, const char *args)
{
	char *words = str_trim(args);
	if (*words != '\0' && !take_guardrail_word(app, words)) {
		command_say(app, agent, _("/guardrail takes an id or ARN with a version (a number, or DRAFT), on, off, or trace on|off|full."));
	} else {
		if (*words != '\0')
			reload_apply(app);
		tell_guardrail(app, agent);
	}
	free(words);
}

/* ---- /config ----------------------------------------------------------------------- */

static const char *
as_text(struct json_object *o)
{
	return json_object_is_type(o, json_type_string) ? json_object_get_string(o) :
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* The key of a row, NULL for those that stand in lists or below any name. Request parameters: those for all models.
 * Owned by the caller. */
static char *
key_of(const struct config_row *row)
{
	static const char params[] = "@params.";
	if (strpbrk(row->path, "*[") != NULL)
		return NULL;
	return str_starts(row->path, params) ? mem_printf("agents.defaults.params.%s", row->path + strlen(params)) :
	    mem_strdup(row->path);
}

/* The rows that are set in a file, or the others. */
static void
put_settings(struct buf *b, const struct app *app, bool set)
{
	const struct config_row *row;
	for (size_t i = 0; (row = config_row_at(i)) != NULL; i++) {
		char *key = row->member == NULL ? key_of(row) : NULL;
		if (key != NULL && config_is_set(app->config, key) == set) {
			struct json_object *o = row->marks & CONFIG_SECRET ? NULL : config_json(app->config, key);
			buf_printf(b, "- `%s`", key);
			if (o != NULL)
				buf_printf(b, " = `%s`", as_text(o));
			buf_printf(b, ": %s\n", _(row->help));
		}
		free(key);
	}
}

static void
show_settings(struct app *app)
{
	struct buf b = { 0 }, set = { 0 };
	if (config_source(app->config, 0) == NULL)
		buf_printf(&b, _("There is no configuration file; `%s` would be the place."), config_file(app->config));
	else
		buf_puts(&b, _("Read from:"));
	buf_puts(&b, "\n\n");
	for (size_t i = 0; config_source(app->config, i) != NULL; i++)
		buf_printf(&b, "- `%s`\n", config_source(app->config, i));
	put_settings(&set, app, true);
	if (set.len > 0)
		buf_printf(&b, "\n## %s\n\n%s", _("Set"), set.s);
	buf_printf(&b, "\n## %s\n\n", _("As built in"));
	put_settings(&b, app, false);
	app->show(app, _("Settings"), buf_str(&b));
	buf_done(&b);
	buf_done(&set);
}

/* What is known about a key; NULL and a sentence when there is no such. */
static const struct config_row *
row_of(const char *key, struct err *err)
{
	struct json5_path path;
	if (json5_path_parse(&path, key, err) < 0)
		return NULL;
	config_canon(&path);
	const struct config_row *row = config_match(path.v, path.n).row;
	if (row == NULL) {
		char *near = config_nearest(path.v, path.n);
		if (near != NULL)
			err_set(err, ERR_CONFIG, _("%s is not a setting of adit. Is %s meant?"), key, near);
		else
			err_set(err, ERR_CONFIG, _("%s is not a setting of adit. /config lists them."), key);
		free(near);
	}
	json5_path_done(&path);
	return row;
}

static void
show_setting(struct app *app, const struct config_row *row, const char *key)
{
	struct json_object *o = config_json(app->config, key);
	const char *value = row->marks & CONFIG_SECRET ? _("(set, not shown)") : as_text(o);
	struct buf b = { 0 };
	if (o != NULL)
		buf_printf(&b, _("`%s` is `%s`."), key, value);
	else
		buf_printf(&b, _("`%s` is not set."), key);
	buf_printf(&b, "\n\n%s.\n\n%s ", _(row->help), _("It takes:"));
	config_row_takes(row, &b);
	buf_puts(&b, ".\n");
	app->show(app, _("Settings"), buf_str(&b));
	buf_done(&b);
}

void
cmd_config(struct app *app, struct agent *agent, const char *args)
{
	char *words = str_trim(args);
	size_t n = strcspn(words, " \t");
	char *key = mem_strndup(words, n), *value = str_trim(words + n);
	struct err err = { 0 };
	const struct config_row *row = *key != '\0' ? row_of(key, &err) : NULL;
	if (*key == '\0')
		show_settings(app);
	else if (row == NULL)
		command_say(app, agent, err.text);
	else if (*value == '\0')
		show_setting(app, row, key);
	else
		reload_set(app, key, value);
	free(key);
	free(value);
	free(words);
}
