/* test_config.c - settings from files: types, places, layers, trust, old names. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config-table.h"
#include "app/configuration.h"
#include "app/providers.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "../store/temp.h"

static struct err err;
static struct config_report report;

/* Writes text to $XDG_CONFIG_HOME/adit/adit.json5. */
static void
user_says(const char *text)
{
	char *folder = file_path(FILE_CONFIG, ""), *path = file_path(FILE_CONFIG, "adit.json5");
	assert_int_equal(file_make_dir(folder, 0700, &err), 0);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, &err), 0);
	free(folder);
	free(path);
}

/* Writes text to FOLDER/.adit/adit.json5 below the test's folder; its path is the caller's. */
static char *
project_says(void **state, const char *folder, const char *text)
{
	char *project = mem_printf("%s/%s", (char *)*state, folder), *dot = mem_printf("%s/.adit", project);
	char *path = mem_printf("%s/adit.json5", dot);
	assert_int_equal(file_make_dir(dot, 0700, &err), 0);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, &err), 0);
	free(dot);
	free(path);
	return project;
}

static struct config *
load_from(const char *cwd)
{
	config_report_done(&report);
	struct config *c = config_load(NULL, cwd, &report, &err);
	if (c == NULL)
		fail_msg("%s", err.text);
	return c;
}

static struct config *
load(const char *text)
{
	user_says(text);
	return load_from(NULL);
}

static int
setup(void **state)
{
	return temp_setup(state);
}

static int
teardown(void **state)
{
	config_report_done(&report);
	return temp_teardown(state);
}

static const struct config_problem *
problem(enum config_level level, const char *part)
{
	for (size_t i = 0; i < report.n; i++)
		if (report.v[i].level == level && strstr(report.v[i].text, part) != NULL)
			return &report.v[i];
	for (size_t i = 0; i < report.n; i++)
		print_message("# %d: %s\n", (int)report.v[i].level, report.v[i].text);
	fail_msg("no problem says \"%s\"", part);
	return NULL;
}

/* ---- the table ---------------------------------------------------------- */

static void
every_row_has_help_and_a_default_that_it_takes(void **state)
{
	(void)state;
	for (size_t i = 0; config_row_at(i) != NULL; i++) {
		const struct config_row *row = config_row_at(i);
		assert_true(row->help != NULL && strlen(row->help) > 5);
		assert_true(row->types != 0);
		assert_int_equal((row->types & CONFIG_WORD) != 0, row->words != NULL);
		struct buf takes;
		buf_init(&takes, 0);
		config_row_takes(row, &takes);
		assert_true(takes.len > 3);
		buf_done(&takes);
		if (row->fallback == NULL)
			continue;
		struct json5 *v = json5_parse("default", row->fallback, strlen(row->fallback), &err);
		assert_non_null(v);
		if (config_row_check(row, row->path, v, &err) < 0)
			fail_msg("%s", err.text);
		json5_free(v);
	}
}

static void
no_row_stands_twice(void **state)
{
	(void)state;
	for (size_t i = 0; config_row_at(i) != NULL; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(config_row_at(i)->path, config_row_at(k)->path);
}

/* ---- values ------------------------------------------------------------- */

/* The example of the manual, which is OpenClaw's shape. */
static const char example[] =
    "{\n"
    "  models: {\n"
    "    providers: {\n"
    "      \"amazon-bedrock\": {               // \"bedrock\" means the same\n"
    "        baseUrl: \"https://bedrock-runtime.us-east-1.amazonaws.com\",\n"
    "        api: \"bedrock-converse-stream\",\n"
    "        auth: \"aws-sdk\",\n"
    "        models: [ { id: \"us.anthropic.claude-opus-4-6-v1:0\", name: \"Claude Opus 4.6 (Bedrock)\", reasoning: true,\n"
    "                    input: [\"text\", \"image\"], cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },\n"
    "                    contextWindow: 200000, maxTokens: 8192 } ],\n"
    "      },\n"
    "      \"my-proxy\": { baseUrl: \"http://127.0.0.1:4000/v1\", api: \"openai-completions\", apiKey: \"${ADIT_TEST_KEY}\", models: [] },\n"
    "    },\n"
    "  },\n"
    "  agents: { defaults: {\n"
    "    model: { primary: \"bedrock/global.anthropic.claude-opus-4-7\", fallbacks: [\"bedrock/a\", \"b\"] },\n"
    "    imageModel: { primary: \"x\", fallbacks: [] },\n"
    "    subagents: { model: \"y\", maxConcurrent: 4, runTimeoutSeconds: 60 },\n"
    "    params: { serviceTier: \"flex\" },\n"
    "    models: { \"bedrock/global.anthropic.claude-opus-4-7\": { alias: \"opus\", params: { cacheRetention: \"long\", maxTokens: 32000, serviceTier: \"priority\" } } },\n"
    "    memorySearch: { provider: \"bedrock\", model: \"amazon.titan-embed-text-v2:0\" },\n"
    "  } },\n"
    "  plugins: { entries: { \"amazon-bedrock\": { enabled: true, config: {\n"
    "    discovery: { enabled: true, region: \"us-east-1\", providerFilter: [\"anthropic\", \"amazon\"],\n"
    "                 refreshInterval: 3600, defaultContextWindow: 32000, defaultMaxTokens: 4096 },\n"
    "    guardrail: { guardrailIdentifier: \"abc123\", guardrailVersion: \"1\", streamProcessingMode: \"sync\", trace: \"enabled\" },\n"
    "  } } } },\n"
    "  tui: { theme: \"auto\", mouse: false },\n"
    "}\n";

static void
the_example_of_the_manual_is_read(void **state)
{
	(void)state;
	setenv("ADIT_TEST_KEY", "k-123", 1);
	struct config *c = load(example);
	assert_int_equal(report.n, 0);
	assert_string_equal(config_str(c, "agents.defaults.model.primary"), "bedrock/global.anthropic.claude-opus-4-7");
	assert_string_equal(config_str(c, "agents.defaults.model"), "bedrock/global.anthropic.claude-opus-4-7");
	assert_int_equal(json_len(config_json(c, "agents.defaults.model.fallbacks")), 2);
	assert_string_equal(config_str(c, "agents.defaults.subagents.model"), "y");
	assert_string_equal(config_str(c, "agents.defaults.subagents.model.primary"), "y");
	assert_int_equal(config_int(c, "agents.defaults.subagents.maxConcurrent", 0), 4);
	assert_string_equal(config_str(c, "models.providers.my-proxy.apiKey"), "k-123");
	assert_string_equal(config_str(c, "models.providers.bedrock.auth"), "aws-sdk");
	struct json_object *models = config_json(c, "models.providers.amazon-bedrock.models");
	assert_int_equal(json_len(models), 1);
	assert_int_equal(json_int(json_item(models, 0), "contextWindow", 0), 200000);
	assert_string_equal(config_str(c, "models.providers.bedrock.models.0.id"), "us.anthropic.claude-opus-4-6-v1:0");
	assert_string_equal(config_str(c, "agents.defaults.models.\"bedrock/global.anthropic.claude-opus-4-7\".alias"), "opus");
	assert_string_equal(config_str(c, "agents.defaults.models.\"amazon-bedrock/global.anthropic.claude-opus-4-7\".params.serviceTier"), "priority");
	assert_string_equal(config_alias(c, "Opus"), "amazon-bedrock/global.anthropic.claude-opus-4-7");
	assert_null(config_alias(c, "none"));
	static const char *const refs[] = { "bedrock/global.anthropic.claude-opus-4-7",
		"amazon-bedrock/global.anthropic.claude-opus-4-7", "global.anthropic.claude-opus-4-7" };
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(json_str(config_model(c, refs[i]), "alias", ""), "opus");
	assert_null(config_model(c, "other"));
	assert_true(config_flag(c, "plugins.entries.bedrock.config.discovery.enabled"));
	assert_int_equal(json_len(config_json(c, "models.bedrockDiscovery.providerFilter")), 2);
	assert_true(config_is_set(c, "tui.mouse"));
	assert_false(config_flag(c, "tui.mouse"));
	config_free(c);
	unsetenv("ADIT_TEST_KEY");
}

static void
what_is_not_set_has_the_default_of_its_row(void **state)
{
	(void)state;
	struct config *c = load_from("/");      /* no file anywhere */
	assert_string_equal(config_str(c, "tui.theme"), "auto");
	assert_false(config_is_set(c, "tui.theme"));
	assert_int_equal(config_int(c, "agents.defaults.subagents.runTimeoutSeconds", -1), 900);
	assert_true(config_num(c, "agents.defaults.memorySearch.query.minScore", -1) > 0.349);
	assert_string_equal(config_str(c, "models.bedrockDiscovery.enabled"), "auto");
	assert_int_equal(config_int(c, "plugins.entries.amazon-bedrock.config.discovery.refreshInterval", -1), 3600);
	assert_null(config_str(c, "agents.defaults.model.primary"));
	assert_null(config_str(c, "agents.defaults.model"));
	assert_int_equal(config_int(c, "agents.defaults.params.maxTokens", -1), -1);
	assert_null(config_str(c, "no.such.key"));
	assert_null(config_str(c, "not..a path"));
	assert_null(config_source(c, 0));
	config_free(c);
}

static void
an_empty_or_commented_out_file_sets_nothing(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "\n\n", "// { a: 1 }\n", "/* x */", "{}", "{ tui: { theme: null } }" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct config *c = load(texts[i]);
		assert_int_equal(report.n, 0);
		assert_false(config_is_set(c, "tui.theme"));
		config_free(c);
	}
}

static void
a_wrong_value_is_an_error_with_line_and_column(void **state)
{
	(void)state;
	static const struct {
		const char	*text;
		int		 line, column;
		const char	*why;
	} rows[] = {
		{ "{ tui: {\n  theme: 'pink' } }", 2, 10, "tui.theme takes: auto, dark, light, high-contrast. It cannot be \"pink\"." },
		{ "{ tui: { mouse: 'yes' } }", 1, 17, "tui.mouse takes: true or false. It cannot be \"yes\"." },
		{ "{ tui: 3 }", 1, 8, "tui takes: an object. It cannot be a number." },
		{ "{ agents: { defaults: { params: { temperature: 1.5 } } } }", 1, 48, "takes: a number from 0 to 1. It cannot be 1.5." },
		{ "{ agents: { defaults: { params: { maxTokens: 1.5 } } } }", 1, 46, "takes: a whole number from 1 to" },
		{ "{ agents: { defaults: { params: { maxTokens: 0 } } } }", 1, 46, "takes: a whole number from 1 to" },
		{ "{ agents: { defaults: { model: 7 } } }", 1, 32, "agents.defaults.model takes: a text. It cannot be 7." },
		{ "{ agents: { defaults: { model: { fallbacks: ['a', 1] } } } }", 1, 45, "takes: a list of texts. It cannot be a list." },
		{ "{ agents: { defaults: { models: { 'bedrock/x.y': { alias: {} } } } } }", 1, 59,
		  "agents.defaults.models.\"amazon-bedrock/x.y\".alias takes: a text. It cannot be an object." },
		{ "{ models: { bedrockDiscovery: { enabled: 'maybe' } } }", 1, 42, "takes: true or false, auto." },
		{ "{ models: { providers: { p: { models: {} } } } }", 1, 39, "takes: a list. It cannot be an object." },
		{ "{ models: { providers: { p: { models: ['x'] } } } }", 1, 40, "models.providers.p.models.0 takes: an object" },
		{ "{ models: { providers: { p: { models: [{}, { id: 1 }] } } } }", 1, 50, "models.providers.p.models.1.id takes: a text" },
		{ "{ agents: { defaults: { model: '${ADIT_TEST_UNSET}' } } }", 1, 32, "The environment variable ADIT_TEST_UNSET is not set." },
		{ "{ models: { providers: { bedrock: { baseUrl: '${ADIT_TEST_UNSET}' } } } }", 1, 46, "ADIT_TEST_UNSET is not set." },
		{ "[]", 1, 1, "takes: an object" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		user_says(rows[i].text);
		config_report_done(&report);
		struct config *c = config_load(NULL, NULL, &report, &err);
		if (c != NULL)
			fail_msg("%s: was read", rows[i].text);
		const struct config_problem *p = problem(CONFIG_ERROR, rows[i].why);
		if (p->place.line != rows[i].line || p->place.column != rows[i].column)
			fail_msg("%s: %d:%d", rows[i].text, p->place.line, p->place.column);
		assert_int_equal(err.code, ERR_CONFIG);
		char *where = mem_printf("/adit/adit.json5, line %d, column %d: ", rows[i].line, rows[i].column);
		assert_non_null(strstr(err.text, where));
		free(where);
	}
}

static void
a_syntax_error_says_where_and_all_errors_are_reported(void **state)
{
	(void)state;
	user_says("{\n  a: 1\n  b: 2\n}");
	assert_null(config_load(NULL, NULL, NULL, &err));
	assert_non_null(strstr(err.text, "/adit/adit.json5, line 3, column 3: a comma or } is expected here."));
	assert_int_equal(err.code, ERR_CONFIG);
	user_says("{ tui: { theme: 1, mouse: 2 } }");
	config_report_done(&report);
	assert_null(config_load(NULL, NULL, &report, &err));
	assert_int_equal(report.n, 2);
}

static void
unknown_keys_are_kept_and_the_nearest_is_named(void **state)
{
	(void)state;
	struct config *c = load("{\n  tui: { teme: 'dark' },\n  agents: { defaults: { params: { maxToken: 3 } } },\n"
	    "  channels: { irc: { token: '${ADIT_TEST_UNSET}' } },\n}");
	const struct config_problem *p = problem(CONFIG_UNKNOWN, "tui.teme is not a setting of adit. Is theme meant?");
	assert_int_equal(p->place.line, 2);
	assert_int_equal(p->place.column, 10);
	problem(CONFIG_UNKNOWN, "Is maxTokens meant?");
	problem(CONFIG_UNKNOWN, "channels is not a setting of adit.");
	assert_int_equal(report.n, 3);
	assert_string_equal(config_str(c, "channels.irc.token"), "${ADIT_TEST_UNSET}");
	config_free(c);
}

static void
variables_stand_for_their_values(void **state)
{
	(void)state;
	static const struct {
		const char	*text, *value;
	} rows[] = {
		{ "${ADIT_TEST_A}", "one" },
		{ "<${ADIT_TEST_A}|${ADIT_TEST_A}>", "<one|one>" },
		{ "$${ADIT_TEST_A}", "${ADIT_TEST_A}" },
		{ "${ADIT_TEST_UNSET:-two}", "two" },
		{ "${ADIT_TEST_UNSET:-}x", "x" },
		{ "${ADIT_TEST_A:-two}", "one" },
		{ "$ADIT_TEST_A ${} ${1} ${a-b} ${open", "$ADIT_TEST_A ${} ${1} ${a-b} ${open" },
		{ "${ADIT_TEST_B}", "${ADIT_TEST_A}" }, /* once, not over and over */
	};
	setenv("ADIT_TEST_A", "one", 1);
	setenv("ADIT_TEST_B", "${ADIT_TEST_A}", 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *text = mem_printf("{ models: { providers: { p: { apiKey: '%s' } } } }", rows[i].text);
		struct config *c = load(text);
		assert_string_equal(config_str(c, "models.providers.p.apiKey"), rows[i].value);
		config_free(c);
		free(text);
	}
}

static void
a_provider_that_is_short_of_a_variable_stops_nothing_else(void **state)
{
	(void)state;
	unsetenv("ADIT_TEST_UNSET");
	struct config *c = load("{ tui: { mouse: true }, models: { providers: {\n"
	    "  p: { baseUrl: 'https://p/v1', apiKey: '${ADIT_TEST_UNSET}', models: [ { id: 'm' } ] },\n"
	    "  q: { baseUrl: 'https://q/v1', headers: { A: 'Bearer ${ADIT_TEST_UNSET}' } },\n"
	    "  r: { baseUrl: 'https://r/v1', apiKey: 'mine' } } } }");
	assert_int_equal(report.n, 2);
	const struct config_problem *said = problem(CONFIG_WARNING,
	    "The environment variable ADIT_TEST_UNSET is not set. The provider p cannot be used until it is.");
	assert_int_equal(said->place.line, 2);
	assert_int_equal(said->place.column, 41);
	problem(CONFIG_WARNING, "The provider q cannot be used");
	assert_true(config_flag(c, "tui.mouse"));
	struct providers all = { 0 };
	struct provider_models models = { 0 };
	providers_read(c, &all, &models);
	assert_int_equal(all.v.n, 3);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(all.v.v[i]->wrong.code, ERR_CONFIG);
		assert_non_null(strstr(all.v.v[i]->wrong.text, "the environment variable ADIT_TEST_UNSET"));
		assert_null(all.v.v[i]->key);
	}
	assert_int_equal(all.v.v[2]->wrong.code, ERR_NONE);
	assert_int_equal(models.n, 1);
	providers_done(&all);
	provider_models_done(&models);
	config_free(c);
}

static void
old_places_and_names_are_still_read(void **state)
{
	(void)state;
	struct config *c = load("{ models: { bedrockDiscovery: { enabled: false, region: 'eu-west-1' },\n"
	    "  providers: { bedrock: { baseUrl: 'https://x' } } },\n"
	    "  plugins: { entries: { bedrock: { config: { discovery: { region: 'us-west-2' } } } } } }");
	assert_false(config_flag(c, "plugins.entries.amazon-bedrock.config.discovery.enabled"));
	assert_true(config_is_set(c, "plugins.entries.amazon-bedrock.config.discovery.enabled"));
	assert_string_equal(config_str(c, "models.bedrockDiscovery.region"), "us-west-2");       /* the new place wins */
	assert_string_equal(config_str(c, "models.providers.amazon-bedrock.baseUrl"), "https://x");
	assert_int_equal(report.n, 1);
	assert_int_equal(problem(CONFIG_NOTE, "its place is now plugins.")->place.column, 13);
	config_free(c);
	c = load("{ plugins: { entries: { 'amazon-bedrock': { config: { discovery: { region: 'us-west-2' } } } } },\n"
	    "  models: { bedrockDiscovery: { region: 'eu-west-1' } } }");
	assert_string_equal(config_str(c, "models.bedrockDiscovery.region"), "us-west-2");       /* whatever the order */
	config_free(c);
}

/* ---- layers and trust --------------------------------------------------- */

static void
the_nearer_file_wins(void **state)
{
	user_says("{ tui: { theme: 'dark', mouse: true }, agents: { defaults: { model: 'a' } } }");
	char *outer = project_says(state, "p", "{ tui: { theme: 'light' }, agents: { defaults: { model: 'b' } } }");
	char *inner = project_says(state, "p/q/r", "{ agents: { defaults: { model: { fallbacks: ['c'] } } } }");
	struct config *c = load_from(inner);
	assert_string_equal(config_str(c, "tui.theme"), "light");
	assert_true(config_flag(c, "tui.mouse"));
	assert_string_equal(config_str(c, "agents.defaults.model"), "b");
	assert_int_equal(json_len(config_json(c, "agents.defaults.model.fallbacks")), 1);
	assert_string_equal(config_source(c, 0), config_file(c));
	assert_true(str_starts(config_source(c, 1), outer));
	assert_true(str_starts(config_source(c, 2), inner));
	assert_null(config_source(c, 3));
	config_free(c);
	free(outer);
	free(inner);
}

static void
an_untrusted_project_names_no_endpoint_and_no_credentials(void **state)
{
	static const char text[] = "{ tui: { theme: 'light' }, nonsense: 1, models: { providers: {\n"
	    "  'amazon-bedrock': { baseUrl: 'https://evil', apiKey: 'x', headers: { a: 'b' },\n"
	    "    models: [ { id: 'm', api: 'openai-completions' } ] },\n"
	    "  other: { models: [ { id: 'n' } ] } } },\n"
	    "  plugins: { entries: { 'amazon-bedrock': { config: { profile: 'boss', guardrail: { trace: 'disabled' } } } } },\n"
	    "  agents: { defaults: { model: '${HOME}', params: { requestMetadata: { h: '${HOME}' } } } } }";
	user_says("{ models: { providers: { 'amazon-bedrock': { baseUrl: 'https://mine' } } } }");
	char *project = project_says(state, "p", text);
	struct config *c = load_from(project);
	assert_string_equal(config_str(c, "tui.theme"), "light");
	assert_string_equal(config_str(c, "models.providers.amazon-bedrock.baseUrl"), "https://mine");
	assert_null(config_str(c, "models.providers.amazon-bedrock.apiKey"));
	assert_null(config_json(c, "models.providers.amazon-bedrock.headers"));
	assert_null(config_json(c, "models.providers.amazon-bedrock.models"));
	assert_int_equal(json_len(config_json(c, "models.providers.other.models")), 1);
	assert_null(config_str(c, "plugins.entries.amazon-bedrock.config.profile"));
	assert_false(config_is_set(c, "plugins.entries.amazon-bedrock.config.guardrail.trace"));
	assert_null(config_str(c, "agents.defaults.model"));
	assert_null(config_json(c, "agents.defaults.params.requestMetadata"));
	assert_null(config_json(c, "nonsense"));
	size_t warnings = 0;
	for (size_t i = 0; i < report.n; i++)
		warnings += report.v[i].level == CONFIG_WARNING;
	assert_int_equal(warnings, 8);
	problem(CONFIG_WARNING, "where requests and credentials go, and the folder is not trusted");
	problem(CONFIG_WARNING, "it reads environment variables, and the folder is not trusted");

	/* Trust takes effect at the next look, without a restart. */
	assert_false(config_trusted(project));
	assert_int_equal(config_trust(project, &err), 0);
	assert_true(config_trusted(project));
	assert_int_equal(config_reload(c, NULL, &err), 1);
	assert_string_equal(config_str(c, "models.providers.amazon-bedrock.baseUrl"), "https://evil");
	assert_string_equal(config_str(c, "plugins.entries.amazon-bedrock.config.profile"), "boss");
	assert_string_equal(config_str(c, "agents.defaults.model"), getenv("HOME"));
	config_free(c);
	free(project);
}

static void
trust_is_for_one_folder_under_any_of_its_names(void **state)
{
	char *project = project_says(state, "p", "{}"), *inner = project_says(state, "p/q", "{}");
	char *link = mem_printf("%s/link", (char *)*state), *other = mem_printf("%sx", project);
	assert_int_equal(symlink(project, link), 0);
	mkdir(other, 0700);
	assert_int_equal(config_trust(link, &err), 0);
	assert_int_equal(config_trust(project, &err), 0);
	assert_true(config_trusted(project));
	assert_true(config_trusted(link));
	assert_false(config_trusted(inner));
	assert_false(config_trusted(other));
	assert_int_equal(config_trust("/no/such/folder", &err), -1);
	char *file = file_path(FILE_STATE, "trusted");
	struct stat st;
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	struct buf b;
	buf_init(&b, 0);
	assert_int_equal(file_read(file, 4096, &b, &err), 0);
	assert_ptr_equal(strchr(b.s, '\n'), b.s + b.len - 1);   /* one line, not two */
	buf_done(&b);
	free(file);
	free(other);
	free(link);
	free(inner);
	free(project);
}

static void
a_project_file_of_somebody_else_is_not_read(void **state)
{
	if (getuid() != 0)
		skip();
	char *project = project_says(state, "p", "{ tui: { theme: 'light' } }");
	char *path = mem_printf("%s/.adit/adit.json5", project);
	assert_int_equal(chown(path, 12345, 12345), 0);
	struct config *c = load_from(project);
	assert_string_equal(config_str(c, "tui.theme"), "auto");
	problem(CONFIG_WARNING, "it belongs to another user");
	config_free(c);
	free(path);
	free(project);
}

/* ---- files -------------------------------------------------------------- */

static void
changes_are_picked_up_and_wrong_ones_are_not(void **state)
{
	char *project = project_says(state, "p", "{}");
	user_says("{ tui: { theme: 'dark' } }");
	struct config *c = load_from(project);
	assert_int_equal(config_reload(c, NULL, &err), 0);
	user_says("{ tui: { theme: 'light' } }");
	assert_int_equal(config_reload(c, NULL, &err), 1);
	assert_string_equal(config_str(c, "tui.theme"), "light");
	user_says("{ tui: { theme: 'dark', mouse: 7 } }");
	assert_int_equal(config_reload(c, NULL, &err), -1);
	assert_non_null(strstr(err.text, "line 1, column 32: tui.mouse takes: true or false"));
	assert_string_equal(config_str(c, "tui.theme"), "light");
	assert_int_equal(config_reload(c, NULL, &err), 0);      /* said once, not at every look */
	user_says("{ tui: { theme: 'dark'");
	assert_int_equal(config_reload(c, NULL, &err), -1);
	user_says("{ tui: { theme: 'dark' } }");
	assert_int_equal(config_reload(c, NULL, &err), 1);
	assert_string_equal(config_str(c, "tui.theme"), "dark");
	free(project_says(state, "p", "{ tui: { theme: 'high-contrast' } }"));
	assert_int_equal(config_reload(c, NULL, &err), 1);
	assert_string_equal(config_str(c, "tui.theme"), "high-contrast");
	char *path = file_path(FILE_CONFIG, "adit.json5"), *mine = mem_printf("%s/.adit/adit.json5", project);
	unlink(path);
	unlink(mine);
	assert_int_equal(config_reload(c, NULL, &err), 1);
	assert_string_equal(config_str(c, "tui.theme"), "auto");
	config_free(c);
	free(mine);
	free(path);
	free(project);
}

static void
a_named_file_must_exist_and_the_users_own_need_not(void **state)
{
	char *path = mem_printf("%s/other.json5", (char *)*state);
	assert_null(config_load(path, NULL, NULL, &err));
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.text, "other.json5: No such file or directory"));
	assert_int_equal(file_replace(path, "{ tui: { mouse: true } }", 24, 0600, &err), 0);
	user_says("{ tui: { theme: 'dark' } }");
	struct config *c = config_load(path, NULL, NULL, &err);
	assert_non_null(c);
	assert_true(config_flag(c, "tui.mouse"));
	assert_string_equal(config_str(c, "tui.theme"), "auto");
	assert_string_equal(config_file(c), path);
	config_free(c);
	free(path);
}

static void
a_file_that_is_too_large_is_refused(void **state)
{
	(void)state;
	enum { LARGE = (1 << 20) + 1 };
	char *text = mem_alloc(LARGE + 1);
	memset(text, ' ', LARGE);
	user_says(text);
	assert_null(config_load(NULL, NULL, NULL, &err));
	assert_non_null(strstr(err.text, "more than 1048576 bytes"));
	free(text);
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(every_row_has_help_and_a_default_that_it_takes),
		test(no_row_stands_twice),
		test(the_example_of_the_manual_is_read),
		test(what_is_not_set_has_the_default_of_its_row),
		test(an_empty_or_commented_out_file_sets_nothing),
		test(a_wrong_value_is_an_error_with_line_and_column),
		test(a_syntax_error_says_where_and_all_errors_are_reported),
		test(unknown_keys_are_kept_and_the_nearest_is_named),
		test(variables_stand_for_their_values),
		test(a_provider_that_is_short_of_a_variable_stops_nothing_else),
		test(old_places_and_names_are_still_read),
		test(the_nearer_file_wins),
		test(an_untrusted_project_names_no_endpoint_and_no_credentials),
		test(trust_is_for_one_folder_under_any_of_its_names),
		test(a_project_file_of_somebody_else_is_not_read),
		test(changes_are_picked_up_and_wrong_ones_are_not),
		test(a_named_file_must_exist_and_the_users_own_need_not),
		test(a_file_that_is_too_large_is_refused),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
