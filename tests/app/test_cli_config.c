/* test_cli_config.c - adit config from the shell: what it prints, what it writes, what it refuses. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/configuration.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "../store/temp.h"

static struct err err;
static char *out, *notes;       /* of the last run */
static char *file;              /* the user's */

static int
setup(void **state)
{
	if (temp_setup(state) < 0 || chdir(*state) < 0)
		return -1;
	file = file_path(FILE_CONFIG, "adit.json5");
	return 0;
}

static int
teardown(void **state)
{
	free(file);
	free(out);
	free(notes);
	file = out = notes = NULL;
	return chdir("/") < 0 ? -1 : temp_teardown(state);
}

static char *
slurp(const char *path)
{
	struct buf b;
	buf_init(&b, 0);
	if (file_read(path, 1 << 20, &b, &err) < 0)
		fail_msg("%s", err.text);
	return buf_take(&b, NULL);
}

static void
spill(const char *path, const char *text)
{
	char *folder = mem_strndup(path, (size_t)(strrchr(path, '/') - path));
	assert_int_equal(file_make_dir(folder, 0700, &err), 0);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, &err), 0);
	free(folder);
}

/* Takes a stream's place with a file, and gives it back. */
static int
divert(FILE *stream, const char *path)
{
	fflush(stream);
	int was = dup(fileno(stream)), fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, fileno(stream));
	close(fd);
	return was;
}

static void
restore(FILE *stream, int was)
{
	fflush(stream);
	dup2(was, fileno(stream));
	close(was);
}

#define run(...) run_words((const char *const[]){ "config", __VA_ARGS__, NULL })

static int
run_words(const char *const *words)
{
	char *argv[8];
	int argc = 0;
	for (; words[argc] != NULL; argc++)
		argv[argc] = mem_strdup(words[argc]);
	argv[argc] = NULL;
	char *copies[8];
	memcpy(copies, argv, sizeof copies);
	int one = divert(stdout, "out"), two = divert(stderr, "notes");
	int status = cli_config(argc, argv);
	restore(stdout, one);
	restore(stderr, two);
	for (int i = 0; i < argc; i++)
		free(copies[i]);
	free(out);
	free(notes);
	out = slurp("out");
	notes = slurp("notes");
	return status;
}

static void
assert_file(const char *expected)
{
	char *is = slurp(file);
	assert_string_equal(is, expected);
	free(is);
}

static void
get_prints_texts_plain_and_the_rest_as_json(void **state)
{
	(void)state;
	spill(file, "{ tui: { mouse: true }, agents: { defaults: { model: { primary: 'a b', fallbacks: ['c'] } } },\n"
	    " models: { providers: { p: { apiKey: 'secret-1', headers: { x: 'secret-2' }, models: [ { id: 'm', headers: { y: 'secret-3' } } ] } } } }");
	assert_int_equal(run("get", "agents.defaults.model.primary"), 0);
	assert_string_equal(out, "a b\n");
	assert_int_equal(run("get", "tui.mouse"), 0);
	assert_string_equal(out, "true\n");
	assert_int_equal(run("get", "tui.theme"), 0);
	assert_string_equal(out, "auto\n");
	assert_int_equal(run("get", "agents.defaults.model"), 0);
	assert_string_equal(out, "{\n  \"primary\": \"a b\",\n  \"fallbacks\": [\n    \"c\"\n  ]\n}\n");
	assert_int_equal(run("get", "agents.defaults.imageModel"), (int)ERR_FAILED);
	assert_string_equal(notes, "adit: agents.defaults.imageModel is not set.\n");
	static const char *const secrets[] = { "models", "models.providers.p", "models.providers.p.apiKey",
		"models.providers.p.models" };
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
		assert_int_equal(run("get", secrets[i]), 0);
		assert_null(strstr(out, "secret-"));
		assert_non_null(strstr(out, "(set, not shown)"));
	}
}

static void
set_makes_the_file_and_keeps_what_is_in_it(void **state)
{
	(void)state;
	assert_int_equal(run("set", "tui.theme", "dark"), 0);
	assert_file("{\n  tui: {\n    theme: \"dark\",\n  },\n}\n");
	struct stat st;
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	spill(file, "// mine\n{\n  tui: { theme: 'dark', }, // colours\n}\n");
	chmod(file, 0640);
	assert_int_equal(run("set", "tui.mouse", "true"), 0);
	assert_int_equal(run("set", "tui.theme", "light"), 0);
	assert_file("// mine\n{\n  tui: { theme: \"light\", mouse: true, }, // colours\n}\n");
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_string_equal(notes, "");
}

static void
a_value_is_a_text_where_a_text_belongs_and_json_elsewhere(void **state)
{
	(void)state;
	static const struct {
		const char	*key, *word, *after;
	} rows[] = {
		{ "agents.defaults.model.primary", "123", "\"123\"" },
		{ "agents.defaults.model.primary", "'quoted'", "'quoted'" },
		{ "agents.defaults.model.primary", "true", "\"true\"" },
		{ "agents.defaults.model.primary", "say \"x\"", "\"say \\\"x\\\"\"" },
		{ "agents.defaults.model.fallbacks", "['a', \"b\"]", "['a', \"b\"]" },
		{ "agents.defaults.params.maxTokens", "0x1000", "0x1000" },
		{ "models.bedrockDiscovery.enabled", "auto", "\"auto\"" },
		{ "models.bedrockDiscovery.enabled", "false", "false" },
		{ "agents.defaults.model", "{primary: 'a/b'}", "{primary: 'a/b'}" },
		{ "models.providers.p.apiKey", "${ADIT_TEST_UNSET}", "\"${ADIT_TEST_UNSET}\"" },
		{ "plugins.entries.amazon-bedrock.config.guardrail.guardrailVersion", "1", "1" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		spill(file, "");
		if (run("set", rows[i].key, rows[i].word) != 0)
			fail_msg("%s: %s", rows[i].key, notes);
		char *text = slurp(file), *expected = mem_printf(": %s,\n", rows[i].after);
		if (strstr(text, expected) == NULL)
			fail_msg("%s is not in %s", expected, text);
		free(expected);
		free(text);
	}
}

static void
what_the_loader_would_refuse_is_not_written(void **state)
{
	(void)state;
	static const char text[] = "{ tui: { theme: 'dark' } }";
	spill(file, text);
	assert_int_equal(run("set", "tui.theme", "pink"), (int)ERR_CONFIG);
	assert_string_equal(notes, "adit: tui.theme takes: auto, dark, light, high-contrast. It cannot be \"pink\".\n");
	assert_int_equal(run("set", "tui.mouse", "perhaps"), (int)ERR_CONFIG);
	assert_int_equal(run("set", "tui", "7"), (int)ERR_CONFIG);
	assert_int_equal(run("set", "tui", "{ mouse: 3 }"), (int)ERR_CONFIG);
	assert_int_equal(run("set", "tui.theme.x", "7"), (int)ERR_DATA);
	assert_int_equal(run("set", "a..b", "7"), (int)ERR_USAGE);
	assert_file(text);
	spill(file, "{ tui: ");
	assert_int_equal(run("set", "tui.theme", "dark"), (int)ERR_DATA);
	assert_non_null(strstr(notes, "adit.json5, line 1, column 8"));
	assert_file("{ tui: ");
}

static void
a_faulty_file_can_be_put_right_key_by_key(void **state)
{
	(void)state;
	spill(file, "{ tui: { theme: 1, mouse: 2 } }");
	assert_int_equal(run("set", "tui.theme", "dark"), 0);
	assert_int_equal(run("set", "tui.mouse", "true"), 0);
	assert_int_equal(run("check"), 0);
}

static void
an_unknown_key_is_written_and_remarked(void **state)
{
	(void)state;
	assert_int_equal(run("set", "tui.teme", "dark"), 0);
	assert_non_null(strstr(notes, ":3:5: note: tui.teme is not a setting of adit. Is theme meant?\n"));
	assert_file("{\n  tui: {\n    teme: \"dark\",\n  },\n}\n");
}

static void
the_spelling_in_the_file_is_used(void **state)
{
	(void)state;
	spill(file, "{ models: { providers: { bedrock: { api: 'x' } } }, agents: { defaults: { models: { 'bedrock/m': { alias: 'a' } } } } }");
	assert_int_equal(run("set", "models.providers.amazon-bedrock.api", "y"), 0);
	assert_int_equal(run("set", "agents.defaults.models.\"amazon-bedrock/m\".alias", "b"), 0);
	assert_file("{ models: { providers: { bedrock: { api: \"y\" } } }, agents: { defaults: { models: { 'bedrock/m': { alias: \"b\" } } } } }");
	assert_int_equal(run("get", "models.providers.bedrock.api"), 0);
	assert_string_equal(out, "y\n");
	spill(file, "{}");
	assert_int_equal(run("set", "models.providers.bedrock.api", "y"), 0);
	assert_file("{\n  models: {\n    providers: {\n      \"amazon-bedrock\": {\n        api: \"y\",\n      },\n    },\n  },\n}");
}

static void
unset_takes_the_key_out(void **state)
{
	(void)state;
	spill(file, "{\n  tui: { theme: 'dark' }, // colours\n  // end\n}\n");
	assert_int_equal(run("unset", "tui.theme"), 0);
	assert_file("{\n  tui: { }, // colours\n  // end\n}\n");
	assert_int_equal(run("unset", "tui.theme"), (int)ERR_FAILED);
	assert_non_null(strstr(notes, "adit: tui.theme is not set in "));
}

static void
a_link_stays_a_link(void **state)
{
	char *real = mem_printf("%s/dotfiles.json5", (char *)*state);
	spill(real, "{}");
	spill(file, "");
	unlink(file);
	assert_int_equal(symlink(real, file), 0);
	assert_int_equal(run("set", "tui.theme", "dark"), 0);
	struct stat st;
	assert_int_equal(lstat(file, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	char *text = slurp(real);
	assert_non_null(strstr(text, "dark"));
	free(text);
	free(real);
}

static void
path_and_config_name_the_file(void **state)
{
	(void)state;
	assert_int_equal(run("path"), 0);
	assert_true(str_starts(out, file));
	assert_int_equal(run("set", "--config", "other.json5", "tui.theme", "dark"), 0);
	assert_int_equal(run("get", "tui.theme", "--config=other.json5"), 0);
	assert_string_equal(out, "dark\n");
	assert_int_equal(run("get", "tui.theme"), 0);
	assert_string_equal(out, "auto\n");
}

static void
check_lists_everything_with_its_place(void **state)
{
	(void)state;
	assert_int_equal(run("check"), 0);
	assert_non_null(strstr(out, "There is no configuration file; "));
	spill(file, "{\n  tui: { teme: 'dark' },\n  models: { bedrockDiscovery: {} },\n}");
	spill(".adit/adit.json5", "{ models: { providers: { p: { baseUrl: 'http://x/\\u001b[31m' } } } }");
	assert_int_equal(run("check"), 0);
	assert_non_null(strstr(out, "/adit.json5:2:10: note: tui.teme is not a setting of adit. Is theme meant?\n"));
	assert_non_null(strstr(out, "/adit.json5:3:13: note: This still works"));
	assert_non_null(strstr(out, "/.adit/adit.json5:1:40: warning: This is left out"));
	assert_non_null(strstr(out, "/XDG_CONFIG_HOME/adit/adit.json5 is in use.\n"));
	assert_int_equal(run("trust"), 0);
	assert_int_equal(run("check"), 0);
	assert_null(strstr(out, "warning"));
	spill(file, "{ tui: { theme: 3, mouse: '\\u001b[31m' } }");
	assert_int_equal(run("check"), (int)ERR_CONFIG);
	assert_non_null(strstr(out, "/adit.json5:1:17: error: tui.theme takes: "));
	assert_non_null(strstr(out, "/adit.json5:1:27: error: tui.mouse takes: "));
	assert_null(strchr(out, '\033'));
	assert_null(strstr(out, "is in use"));
}

static const char openclaw[] =
    "{\n"
    "  // a gateway's file\n"
    "  gateway: { port: 18789 },\n"
    "  models: { bedrockDiscovery: { enabled: true, region: 'eu-west-1' },\n"
    "    providers: { bedrock: { baseUrl: 'https://b', models: [ { id: 'm', /* big */ contextWindow: 5 } ] },\n"
    "      openai: { apiKey: { source: 'env', id: 'K' } } } },\n"
    "  agents: { defaults: { model: 'bedrock/m', params: { temperature: 7 }, heartbeat: { every: '30m' } } },\n"
    "}\n";

static void
import_brings_over_what_applies_and_lists_the_rest(void **state)
{
	(void)state;
	spill("./claw.json", openclaw);
	assert_int_equal(run("import", "claw.json"), 0);
	assert_non_null(strstr(out, "taken: agents.defaults.model\n"));
	assert_non_null(strstr(out, "taken: plugins.entries.amazon-bedrock.config.discovery.region\n"));
	assert_non_null(strstr(out, "left out: line 3, column 3: gateway is not a setting of adit."));
	assert_non_null(strstr(out, "left out: line 7, column 68: agents.defaults.params.temperature takes:"));
	assert_non_null(strstr(out, "agents.defaults.heartbeat is not a setting of adit."));
	assert_non_null(strstr(out, "6 settings were brought over to "));
	assert_int_equal(run("get", "models.providers.amazon-bedrock.models.0.id"), 0);
	assert_string_equal(out, "m\n");
	assert_int_equal(run("get", "plugins.entries.amazon-bedrock.config.discovery.region"), 0);
	assert_string_equal(out, "eu-west-1\n");
	assert_int_equal(run("check"), 0);
	assert_null(strstr(out, "note:"));
	char *text = slurp(file);
	assert_null(strstr(text, "gateway"));
	assert_null(strstr(text, "temperature"));
	assert_non_null(strstr(text, "/* big */"));     /* values come over as they are written */
	free(text);
}

static void
import_keeps_what_is_set_unless_asked(void **state)
{
	(void)state;
	spill("./claw.json", openclaw);
	spill(file, "{\n  // mine\n  agents: { defaults: { model: 'own' } },\n}\n");
	assert_int_equal(run("import", "claw.json"), 0);
	assert_non_null(strstr(out, "kept as it is: agents.defaults.model (--replace takes the other's)\n"));
	assert_int_equal(run("get", "agents.defaults.model.primary"), 0);
	assert_string_equal(out, "own\n");
	assert_int_equal(run("import", "--replace", "claw.json"), 0);
	assert_int_equal(run("get", "agents.defaults.model.primary"), 0);
	assert_string_equal(out, "bedrock/m\n");
	char *text = slurp(file);
	assert_non_null(strstr(text, "  // mine\n"));
	free(text);
	assert_int_equal(run("import", "no-such-file"), (int)ERR_FAILED);
	spill("./claw.json", "{ a: ");
	assert_int_equal(run("import", "claw.json"), (int)ERR_DATA);
}

/* Lines of the last run that hold the text. */
static int
lines_with(const char *text)
{
	int n = 0;
	for (const char *s = out; (s = strstr(s, text)) != NULL; s += strlen(text))
		n++;
	return n;
}

static void
a_whole_file_of_openclaw_is_read_and_imported(void **state)
{
	(void)state;
	const char *srcdir = getenv("SRCDIR");
	char *path = mem_printf("%s/tests/app/openclaw.json5", srcdir != NULL ? srcdir : ".");
	char *text = slurp(path);
	unsetenv("MINIMAX_API_KEY");
	spill(file, text);                              /* pasted */
	assert_int_equal(run("check"), 0);
	assert_int_equal(lines_with("error:"), 0);
	assert_int_equal(lines_with("The provider minimax cannot be used until it is."), 1);
	assert_int_equal(lines_with("channels is not a setting of adit."), 1);
	assert_int_equal(run("get", "agents.defaults.model.primary"), 0);
	assert_string_equal(out, "amazon-bedrock/us.anthropic.claude-opus-4-6-v1:0\n");
	assert_int_equal(run("get", "plugins.entries.amazon-bedrock.config.guardrail.guardrailIdentifier"), 0);
	assert_string_equal(out, "abc123\n");
	assert_int_equal(unlink(file), 0);
	assert_int_equal(run("import", path), 0);       /* brought over */
	assert_int_equal(lines_with("kept as it is"), 0);       /* its old place of discovery gives way */
	assert_int_equal(run("get", "plugins.entries.amazon-bedrock.config.discovery.region"), 0);
	assert_string_equal(out, "eu-central-1\n");
	assert_int_equal(run("get", "models.providers.lmstudio.models.0.id"), 0);
	assert_string_equal(out, "qwen\n");
	assert_int_equal(run("check"), 0);
	free(text);
	free(path);
}

static void
wrong_usage_says_how(void **state)
{
	(void)state;
	assert_int_equal(run("frobnicate"), (int)ERR_USAGE);
	assert_non_null(strstr(notes, "get KEY"));
	assert_int_equal(run("get"), (int)ERR_USAGE);
	assert_int_equal(run("set", "a"), (int)ERR_USAGE);
	assert_int_equal(run("path", "x"), (int)ERR_USAGE);
	assert_int_equal(run("get", "--frob", "a"), (int)ERR_USAGE);
	assert_int_equal(run("--help"), 0);
	assert_non_null(strstr(out, "import FILE"));
	assert_int_equal(run("set", "agents.defaults.params.temperature", "-1"), (int)ERR_CONFIG);
	assert_int_equal(run("set", "--", "agents.defaults.model", "-x"), 0);
	assert_int_equal(run("get", "agents.defaults.model"), 0);
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(get_prints_texts_plain_and_the_rest_as_json),
		test(set_makes_the_file_and_keeps_what_is_in_it),
		test(a_value_is_a_text_where_a_text_belongs_and_json_elsewhere),
		test(what_the_loader_would_refuse_is_not_written),
		test(a_faulty_file_can_be_put_right_key_by_key),
		test(an_unknown_key_is_written_and_remarked),
		test(the_spelling_in_the_file_is_used),
		test(unset_takes_the_key_out),
		test(a_link_stays_a_link),
		test(path_and_config_name_the_file),
		test(check_lists_everything_with_its_place),
		test(import_brings_over_what_applies_and_lists_the_rest),
		test(import_keeps_what_is_set_unless_asked),
		test(a_whole_file_of_openclaw_is_read_and_imported),
		test(wrong_usage_says_how),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
