/*
 * test_openai.c - a second provider from end to end: the real program, a configuration that names
 * "my-proxy", and the simulator's chat completions behind it.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "e2e/run.h"

#define A_MODEL "my-proxy/sim-large"
#define BEDROCK_MODEL "us.anthropic.claude-opus-4-6-v1"
#define KEY "sk-sim-4f1c92ab77d0"
#define WRONG_KEY "sk-wrong-aabbccddeeff"

static struct sim sim;

/* ---- the stage ------------------------------------------------------------------- */

static void
write_text(const char *path, const char *text)
{
	char *folder = mem_strndup(path, (size_t)(strrchr(path, '/') - path));
	struct err err = { 0 };
	if (file_make_dir(folder, 0700, &err) < 0 || file_replace(path, text, strlen(text), 0600, &err) < 0)
		fail_msg("%s", err.text);
	free(folder);
}

/* The user's configuration; `port` is where my-proxy is. */
static void
configure(unsigned port)
{
	char *path = mem_printf("%s/.config/adit/adit.json5", getenv("HOME"));
	char *text = mem_printf(
	    "{ models: { providers: { 'my-proxy': { baseUrl: 'http://127.0.0.1:%u/v1',\n"
	    "  api: 'openai-completions', apiKey: '${PROXY_KEY}', models: [\n"
	    "  { id: 'sim-large', name: 'Sim Large', contextWindow: 128000, maxTokens: 8000, reasoning: true,\n"
	    "    input: ['text', 'image'], cost: { input: 2, output: 8, cacheRead: 0.5, cacheWrite: 4 } },\n"
	    "  { id: 'sim-small' } ] } } } }\n", port);
	write_text(path, text);
	free(text);
	free(path);
}

static int
stage(void **state, const char *scenario)
{
	const char *args[] = { "--scenario", scenario, NULL };
	sim_start(&sim, args);
	run_env(&sim);
	setenv("PROXY_KEY", KEY, 1);
	configure(sim.port);
	*state = &sim;
	return 0;
}

static int
setup(void **state)
{
	char scenario[512];
	memset(&sim, 0, sizeof sim);
	source_path("data/scenarios/test.json", scenario);
	return stage(state, scenario);
}

static int
teardown(void **state)
{
	(void)state;
	unsetenv("PROXY_KEY");
	sim_stop(&sim);
	return 0;
}

/* Nothing of AWS is left but the way to a machine's role, which leads to the simulator's log. */
static void
forget_aws(void)
{
	static const char *const names[] = { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION",
		"AWS_ENDPOINT_URL", "AWS_EC2_METADATA_DISABLED" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unsetenv(names[i]);
	char *url = mem_printf("http://127.0.0.1:%u", sim.port);
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url, 1);
	free(url);
}

static void
ask(struct run *r, const char *text)
{
	const char *args[] = { "-p", "-m", A_MODEL, text, NULL };
	run_adit(r, NULL, args);
}

/* How many requests the simulator had, and that each was for this service. */
static int
requests_for(const char *service)
{
	char *path = mem_printf("%s/log", sim.dir);
	struct buf text = { 0 };
	int n = 0;
	assert_int_equal(file_read(path, 1 << 26, &text, NULL), 0);
	for (const char *s = buf_str(&text); *s != '\0';) {
		size_t len = strcspn(s, "\n");
		if (s[len] != '\n')
			break;                  /* somebody's end is being written */
		struct json_object *o = json_parse(s, len, NULL);
		if (json_get(o, "done") == NULL) {
			n++;
			assert_string_equal(json_str(o, "service", "?"), service);
		}
		json_free(o);
		s += len + 1;
	}
	buf_done(&text);
	free(path);
	return n;
}

/* ---- what it brings ----------------------------------------------------------------- */

static void
an_answer_comes_over_the_proxys_address_with_its_key(void **state)
{
	(void)state;
	struct run r;
	setenv("AWS_BEARER_TOKEN_BEDROCK", "ABSKsimdemo", 1);
	ask(&r, "echo hello there");
	unsetenv("AWS_BEARER_TOKEN_BEDROCK");
	assert_string_equal(buf_str(&r.err), "");
	assert_int_equal(r.status, 0);
	assert_string_equal(buf_str(&r.out), "echo hello there\n");
	struct json_object *line = log_line(&sim, 1, false), *headers = json_get(line, "headers");
	assert_string_equal(json_text(line, "path"), "/v1/chat/completions");
	assert_string_equal(json_text(line, "model"), "sim-large");
	assert_string_equal(json_text(line, "auth"), "bearer");
	assert_true(json_flag(line, "verified", false));
	assert_true(json_flag(json_get(line, "body"), "stream", false));
	json_object_object_foreach(headers, name, value) {
		(void)value;
		assert_true(strncmp(name, "x-amz", 5) != 0 && strncmp(name, "amz-", 4) != 0);
	}
	json_free(line);
	assert_int_equal(requests_for("openai"), 1);
	run_done(&r);
}

static void
no_aws_credentials_are_looked_for(void **state)
{
	(void)state;
	struct run r;
	forget_aws();
	ask(&r, "echo without any of it");
	assert_string_equal(buf_str(&r.err), "");
	assert_int_equal(r.status, 0);
	const char *plain[] = { "--plain", "-m", A_MODEL, NULL };
	struct run p;
	run_adit(&p, "echo line by line\n", plain);
	assert_int_equal(p.status, 0);
	assert_non_null(strstr(buf_str(&p.out), "line by line"));
	/* No machine's role, no STS, no list of models. */
	assert_int_equal(requests_for("openai"), 2);
	run_done(&r);
	run_done(&p);
}

static void
a_refused_key_does_not_send_anybody_to_aws(void **state)
{
	(void)state;
	struct run r;
	forget_aws();
	setenv("PROXY_KEY", WRONG_KEY, 1);
	ask(&r, "echo");
	assert_int_equal(r.status, 3);
	assert_int_equal(requests_for("openai"), 1);
	run_done(&r);
}

static void
bedrock_never_gets_the_proxys_key(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", BEDROCK_MODEL, "echo signed", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	struct json_object *line = log_line(&sim, 1, false);
	assert_string_equal(json_text(line, "auth"), "sigv4");
	assert_string_equal(json_text(line, "access_key_id"), "AKIDEXAMPLE");
	json_free(line);
	run_done(&r);
	/* And without credentials there is nothing that it would use in their place. */
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 3);
	assert_int_equal(requests_for("bedrock-runtime"), 1);
	run_done(&r);
}

static void
usage_and_cost_are_those_of_the_configuration(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", A_MODEL, "--output-format", "json", "usage-cache", NULL };
	run_adit(&r, NULL, args);
	struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL), *u = json_get(o, "usage");
	assert_string_equal(json_str(o, "model", ""), A_MODEL);
	assert_string_equal(json_str(o, "stopReason", ""), "end_turn");
	int64_t in = json_int(u, "input", -1), out = json_int(u, "output", -1);
	int64_t read = json_int(u, "cacheRead", -1), wrote = json_int(u, "cacheWrite", -1);
	assert_true(in > 0 && out > 0 && read > 0 && wrote > 0);
	double cost = ((double)in * 2 + (double)out * 8 + (double)read * 0.5 + (double)wrote * 4) / 1e6;
	assert_true(json_num(o, "cost", -1) > cost - 1e-9 && json_num(o, "cost", -1) < cost + 1e-9);
	json_free(o);
	run_done(&r);
	/* Of a model without prices nothing is made up. */
	const char *other[] = { "-p", "-m", "my-proxy/sim-small", "--output-format", "json", "usage-cache", NULL };
	run_adit(&r, NULL, other);
	o = json_parse(buf_str(&r.out), r.out.len, NULL);
	assert_null(json_get(o, "cost"));
	assert_true(json_int(json_get(o, "usage"), "input", -1) > 0);
	json_free(o);
	run_done(&r);
}

static size_t
count_of(const char *s, const char *part)
{
	size_t n = 0;
	while ((s = strstr(s, part)) != NULL) {
		n++;
		s += strlen(part);
	}
	return n;
}

static void
stream_json_tells_reasoning_text_usage_and_the_end(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", A_MODEL, "--output-format", "stream-json", "reason", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.out), "\"model\":\"" A_MODEL "\""));
	assert_true(count_of(r.out.s, "\"type\":\"reasoning\"") >= 1);
	assert_true(count_of(r.out.s, "\"type\":\"text\"") >= 1);
	assert_int_equal(count_of(r.out.s, "\"type\":\"usage\""), 1);
	assert_non_null(strstr(r.out.s, "{\"type\":\"end\",\"stopReason\":\"end_turn\",\"exit\":0}"));
	run_done(&r);
}

/* The text of the newest session's file. */
static void
read_session(struct buf *text)
{
	char *folder = mem_printf("%s/.local/share/adit/sessions", getenv("HOME"));
	DIR *d = opendir(folder);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (strstr(e->d_name, ".jsonl") == NULL)
			continue;
		char *path = mem_printf("%s/%s", folder, e->d_name);
		assert_int_equal(file_read(path, 1 << 26, text, NULL), 0);
		free(path);
	}
	closedir(d);
	free(folder);
}

static void
tool_calls_arrive_in_pieces_and_are_recorded_whole(void **state)
{
	(void)state;
	struct run r;
	struct buf session = { 0 };
	const char *args[] = { "-p", "-m", A_MODEL, "--no-tools", "tools-two", NULL };
	const char *without[] = { "-p", "-m", A_MODEL, "tools-two", NULL };
	run_adit(&r, NULL, args);
	if (r.status == 2) {            /* there is no such option yet */
		run_done(&r);
		run_adit(&r, NULL, without);
	}
	assert_int_equal(r.status, 0);
	read_session(&session);
	assert_non_null(strstr(buf_str(&session), "{\\\"path\\\":\\\"README.md\\\"}"));
	assert_non_null(strstr(buf_str(&session), "{\\\"path\\\":\\\"src/app/main.c\\\"}"));
	assert_non_null(strstr(buf_str(&session), "\"stop\":\"tool_use\""));
	buf_done(&session);
	run_done(&r);
}

static void
a_conversation_goes_on_with_the_same_model(void **state)
{
	(void)state;
	struct run r;
	ask(&r, "reason");
	run_done(&r);
	const char *args[] = { "-p", "-c", "--no-tools", "echo two", NULL };
	run_adit(&r, NULL, args);
	assert_string_equal(buf_str(&r.err), "");
	assert_int_equal(r.status, 0);
	struct json_object *line = log_line(&sim, 2, false), *messages = json_at(line, "body.messages");
	assert_string_equal(json_text(line, "model"), "sim-large");
	assert_int_equal(json_len(messages), 3);
	assert_string_equal(json_str(json_item(messages, 1), "content", ""), "An answer after reasoning.");
	json_free(line);
	run_done(&r);
}

static void
ten_megabytes_arrive_whole(void **state)
{
	(void)state;
	struct run r;
	ask(&r, "flood 10mb");
	assert_int_equal(r.status, 0);
	assert_true(r.out.len >= 10000000);
	run_done(&r);
}

static const unsigned char png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R',
	0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 13, 'I', 'D', 'A', 'T', 0x78, 0x9c,
	0x63, 0, 1, 0, 0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82 };

/* Log line n asked with a picture, over the proxy's address. */
static void
assert_picture(int n)
{
	struct json_object *line = log_line(&sim, n, false);
	struct json_object *messages = json_at(line, "body.messages");
	struct json_object *content = json_get(json_item(messages, json_len(messages) - 1), "content");
	bool seen = false;
	for (size_t i = 0; i < json_len(content); i++) {
		const char *url = json_str(json_get(json_item(content, i), "image_url"), "url", "");
		seen |= strncmp(url, "data:image/png;base64,iVBORw0K", 30) == 0;
	}
	assert_string_equal(json_text(line, "service"), "openai");
	assert_true(seen);
	json_free(line);
}

static void
pictures_go_along_in_a_conversation_and_with_adit_image(void **state)
{
	(void)state;
	struct run r;
	char *path = mem_printf("%s/picture.png", getenv("HOME"));
	assert_int_equal(file_replace(path, png, sizeof png, 0600, NULL), 0);
	forget_aws();
	const char *chat[] = { "-p", "-m", A_MODEL, "--image", path, "echo", NULL };
	run_adit(&r, NULL, chat);
	assert_string_equal(buf_str(&r.err), "");
	assert_int_equal(r.status, 0);
	assert_picture(1);
	run_done(&r);
	const char *image[] = { "image", "-m", A_MODEL, path, "-p", "echo", NULL };
	run_adit(&r, NULL, image);
	assert_string_equal(buf_str(&r.err), "");
	assert_int_equal(r.status, 0);
	assert_picture(2);
	run_done(&r);
	const char *missing[] = { "image", "-m", "my-proxy/nothing", path, "-p", "echo", NULL };
	run_adit(&r, NULL, missing);
	assert_int_equal(r.status, 4);
	assert_non_null(strstr(buf_str(&r.err), "my-proxy"));
	run_done(&r);
	assert_int_equal(requests_for("openai"), 3);
	free(path);
}

static void
its_models_are_listed_and_found_by_their_bare_id(void **state)
{
	(void)state;
	struct run r;
	const char *list[] = { "models", "list", "--json", NULL };
	run_adit(&r, NULL, list);
	assert_int_equal(r.status, 0);
	struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL), *models = json_get(o, "models");
	size_t seen = 0;
	for (size_t i = 0; i < json_len(models); i++) {
		struct json_object *m = json_item(models, i);
		if (strcmp(json_str(m, "ref", ""), A_MODEL) != 0)
			continue;
		seen++;
		assert_string_equal(json_str(m, "id", ""), "sim-large");
		assert_string_equal(json_str(m, "kind", ""), "configured");
		assert_int_equal(json_int(m, "contextWindow", 0), 128000);
		assert_int_equal(json_int(m, "maxTokens", 0), 8000);
		assert_true(json_flag(m, "reasoning", false));
		assert_int_equal(json_len(json_get(m, "input")), 2);
		assert_true(json_num(json_get(m, "cost"), "output", -1) == 8);
	}
	assert_int_equal(seen, 1);
	assert_true(json_len(models) > 10);     /* Bedrock's are there too */
	json_free(o);
	run_done(&r);
	const char *bare[] = { "-p", "-m", "sim-small", "echo bare", NULL };
	run_adit(&r, NULL, bare);
	assert_int_equal(r.status, 0);
	assert_string_equal(buf_str(&r.out), "echo bare\n");
	run_done(&r);
}

/* ---- what goes wrong -------------------------------------------------------------------- */

/* One sentence that names the endpoint, and nothing of AWS, no key, no raw bytes. */
static void
check_sentence(const char *what, const struct run *r)
{
	static const char *const never[] = { "AWS", "Bedrock", "bedrock", "/login", KEY, WRONG_KEY, "{\"" };
	const char *nl = strchr(buf_str(&r->err), '\n');
	if (r->err.len < 12 || nl == NULL || nl[1] != '\0' || strncmp(r->err.s, "adit: ", 6) != 0)
		fail_msg("%s: not one sentence: %s", what, buf_str(&r->err));
	if (strstr(r->err.s, "my-proxy") == NULL && strstr(r->err.s, "sim-large") == NULL)
		fail_msg("%s: names nobody: %s", what, r->err.s);
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (strstr(r->err.s, never[i]) != NULL)
			fail_msg("%s: says %s: %s", what, never[i], r->err.s);
	assert_null(memchr(r->err.s, 27, r->err.len));
}

static const struct {
	const char	*ask;
	int		 status;
	const char	*says;
} faults[] = {
	{ "fault throttle-once", 5, "no more requests" },
	{ "fault 500", 5, NULL },
	{ "fault 503", 5, NULL },
	{ "fault 502-html", 5, "web page" },
	{ "fault 504-empty", 5, "504" },
	{ "fault html", 6, "baseUrl" },
	{ "fault json-200", 65, NULL },
	{ "fault redirect", 6, "does not follow" },
	{ "fault 413", 1, "too large" },
	{ "fault denied", 4, "does not allow" },
	{ "fault validation", 1, "refused the request" },
	{ "fault empty-error", -1, NULL },
	{ "fault hostile-error", -1, NULL },
	{ "fault cut-start", 6, NULL },
	{ "fault cut", 6, "cut" },
	{ "fault end-start", 6, "ended early" },
	{ "fault end", 6, "ended early" },
	{ "fault corrupt-start", 65, NULL },
	{ "fault corrupt-message", 65, NULL },
	{ "fault bad-json", 65, NULL },
	{ "fault exception-throttling", 5, "no more requests" },
	{ "fault exception-throttling-late", 5, NULL },
	{ "fault exception-internal", 5, NULL },
	{ "fault exception-unavailable", 5, NULL },
	{ "fault exception-validation", 1, NULL },
	{ "fault exception-unknown", 5, NULL },
	{ "fault error-frame", 5, NULL },
	{ "fault error-frame-late", 5, NULL },
};

static void
every_fault_ends_in_one_sentence_that_names_the_endpoint(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		struct run r;
		ask(&r, faults[i].ask);
		if (r.status == 0 || (faults[i].status >= 0 && r.status != faults[i].status))
			fail_msg("%s: status %d, says: %s", faults[i].ask, r.status, buf_str(&r.err));
		check_sentence(faults[i].ask, &r);
		if (faults[i].says != NULL && strstr(r.err.s, faults[i].says) == NULL)
			fail_msg("%s: says: %s", faults[i].ask, r.err.s);
		run_done(&r);
	}
}

static void
a_model_that_it_does_not_have_is_said_to_be_missing(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", "my-proxy/nothing", "hello", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 4);
	check_sentence("missing model", &r);
	assert_non_null(strstr(r.err.s, "has no model nothing"));
	run_done(&r);
}

static void
a_server_that_is_not_there_is_said_to_be_away(void **state)
{
	(void)state;
	struct run r;
	configure(1);
	ask(&r, "hello");
	assert_int_equal(r.status, 6);
	check_sentence("away", &r);
	assert_non_null(strstr(r.err.s, "127.0.0.1:1"));
	assert_non_null(strstr(r.err.s, "Start the server"));
	run_done(&r);
}

static void
throttling_is_tried_again_after_the_time_that_it_names(void **state)
{
	(void)state;
	struct run r;
	setenv("AWS_MAX_ATTEMPTS", "3", 1);
	ask(&r, "fault throttle-retry-after");
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.err), "Trying again in"));
	struct json_object *first = log_line(&sim, 1, false), *second = log_line(&sim, 2, false);
	assert_true(json_int(second, "t_ns", 0) - json_int(first, "t_ns", 0) >= 1999000000);     /* adit counts in ms */
	json_free(first);
	json_free(second);
	run_done(&r);
}

static void
the_key_is_in_no_file_and_no_message(void **state)
{
	(void)state;
	struct run r;
	struct buf session = { 0 }, log = { 0 };
	char *path = mem_printf("%s/adit.log", getenv("HOME"));
	setenv("PROXY_KEY", WRONG_KEY, 1);
	const char *args[] = { "-p", "-m", A_MODEL, "--log-level", "trace", "--log-file", path, "--output-format",
		"stream-json", "hello", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 3);
	assert_int_equal(file_read(path, 1 << 24, &log, NULL), 0);
	read_session(&session);
	assert_true(log.len > 0 && session.len > 0);
	assert_null(strstr(log.s, WRONG_KEY));
	assert_null(strstr(session.s, WRONG_KEY));
	assert_null(strstr(buf_str(&r.out), WRONG_KEY));
	assert_null(strstr(buf_str(&r.err), WRONG_KEY));
	run_done(&r);
	setenv("PROXY_KEY", KEY, 1);
	const char *get[] = { "config", "get", "models.providers.my-proxy", NULL };
	run_adit(&r, NULL, get);
	assert_null(strstr(buf_str(&r.out), KEY));
	run_done(&r);
	buf_done(&session);
	buf_done(&log);
	free(path);
}

static void
a_variable_that_is_not_set_is_named(void **state)
{
	(void)state;
	struct run r;
	unsetenv("PROXY_KEY");
	ask(&r, "hello");
	assert_int_equal(r.status, 78);
	assert_non_null(strstr(buf_str(&r.err), "environment variable PROXY_KEY"));
	assert_int_equal(count_of(r.err.s, "\n"), 1);
	run_done(&r);
	/* Nobody else waits for it. */
	run_adit(&r, NULL, (const char *const[]){ "-p", "-m", "us.amazon.nova-lite-v1:0", "echo others go on", NULL });
	assert_int_equal(r.status, 0);
	assert_string_equal(buf_str(&r.out), "echo others go on\n");
	run_done(&r);
}

static void
a_project_that_is_not_trusted_names_no_endpoint_and_no_key(void **state)
{
	(void)state;
	struct run r;
	char *cwd = getcwd(NULL, 0), *project = mem_printf("%s/project", getenv("HOME"));
	char *path = mem_printf("%s/.adit/adit.json5", project);
	write_text(path, "{ models: { providers: { 'my-proxy': { baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'sk-theirs',\n"
	    "  caBundle: '/nowhere', insecureHttp: true, headers: { 'X-Steal': 'yes' } },\n"
	    "  theirs: { baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'sk-theirs', models: [ { id: 'm' } ] } } } }\n");
	assert_int_equal(chdir(project), 0);
	ask(&r, "echo still mine");
	assert_int_equal(r.status, 0);
	assert_string_equal(buf_str(&r.out), "echo still mine\n");
	struct json_object *line = log_line(&sim, 1, false);
	assert_true(json_flag(line, "verified", false));
	assert_null(json_get(json_get(line, "headers"), "x-steal"));
	json_free(line);
	run_done(&r);
	const char *theirs[] = { "-p", "-m", "theirs/m", "hello", NULL };
	run_adit(&r, NULL, theirs);
	assert_int_equal(r.status, 78);
	assert_non_null(strstr(buf_str(&r.err), "theirs has no address"));
	run_done(&r);
	assert_int_equal(chdir(cwd), 0);
	free(cwd);
	free(project);
	free(path);
}

/* ---- servers of their own kind ------------------------------------------------------------ */

#define CHUNK(delta) "data: {\\\"choices\\\":[{\\\"index\\\":0,\\\"delta\\\":" delta "}]}\\n\\n"
#define PLAIN "{\"auto\":false},"

static const char odd_servers[] = "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["
    "{\"match\":{\"contains\":\"no-done\"},\"answer\":[" PLAIN "{\"sse\":\""
	CHUNK("{\\\"role\\\":\\\"assistant\\\"}") CHUNK("{\\\"content\\\":\\\"Hello\\\"}")
	"data: {\\\"choices\\\":[{\\\"delta\\\":{},\\\"finish_reason\\\":\\\"stop\\\"}],\\\"timings\\\":{\\\"prompt_n\\\":5,\\\"predicted_n\\\":6}}\\r\\n\\r\\n\"}]},"
    "{\"match\":{\"contains\":\"whole\"},\"answer\":[{\"http\":{\"status\":200,\"body\":"
	"\"{\\\"choices\\\":[{\\\"message\\\":{\\\"content\\\":\\\"All at once\\\"},\\\"finish_reason\\\":\\\"stop\\\"}]}\"}}]},"
    "{\"match\":{\"contains\":\"no-usage\",\"nth\":1},\"answer\":[{\"http\":{\"status\":400,\"body\":"
	"\"{\\\"error\\\":{\\\"message\\\":\\\"Unknown field: stream_options\\\"}}\"}}]},"
    "{\"match\":{\"contains\":\"no-usage\"},\"answer\":[{\"text\":\"Then without\"}]},"
    "{\"match\":{\"contains\":\"limit\",\"nth\":1},\"answer\":[{\"http\":{\"status\":400,\"body\":"
	"\"{\\\"error\\\":{\\\"message\\\":\\\"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.\\\"}}\"}}]},"
    "{\"match\":{\"contains\":\"limit\"},\"answer\":[{\"text\":\"Then so\"}]},"
    "{\"match\":{\"contains\":\"no-stream\",\"nth\":1},\"answer\":[{\"http\":{\"status\":400,\"body\":"
	"\"{\\\"error\\\":{\\\"message\\\":\\\"This model does not support streaming\\\"}}\"}}]},"
    "{\"match\":{\"contains\":\"no-stream\"},\"answer\":[{\"reasoning\":\"hm\"},{\"text\":\"In one piece\"}]}"
    "]}";

static int
setup_odd(void **state)
{
	char path[512];
	memset(&sim, 0, sizeof sim);
	sim_dir(&sim);
	sim_file(&sim, "scenario", odd_servers, path);
	return stage(state, path);
}

static void
what_odd_servers_send_is_understood(void **state)
{
	(void)state;
	static const char *const asks[][2] = { { "no-done", "Hello\n" }, { "whole", "All at once\n" } };
	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
		struct run r;
		ask(&r, asks[i][0]);
		assert_string_equal(buf_str(&r.err), "");
		assert_string_equal(buf_str(&r.out), asks[i][1]);
		assert_int_equal(r.status, 0);
		run_done(&r);
	}
}

static void
what_a_server_does_not_take_is_left_out_and_said(void **state)
{
	(void)state;
	struct run r;
	ask(&r, "no-usage");
	assert_string_equal(buf_str(&r.out), "Then without\n");
	struct json_object *line = log_line(&sim, 2, false);
	assert_null(json_at(line, "body.stream_options"));
	json_free(line);
	run_done(&r);
	const char *limit[] = { "-p", "-m", A_MODEL, "--max-tokens", "77", "limit", NULL };
	run_adit(&r, NULL, limit);
	assert_string_equal(buf_str(&r.out), "Then so\n");
	line = log_line(&sim, 3, false);
	assert_int_equal(json_int(json_get(line, "body"), "max_tokens", 0), 77);
	json_free(line);
	line = log_line(&sim, 4, false);
	assert_int_equal(json_int(json_get(line, "body"), "max_completion_tokens", 0), 77);
	assert_null(json_at(line, "body.max_tokens"));
	json_free(line);
	run_done(&r);
	ask(&r, "no-stream");
	assert_string_equal(buf_str(&r.out), "In one piece\n");
	line = log_line(&sim, 6, false);
	assert_null(json_at(line, "body.stream"));
	json_free(line);
	run_done(&r);
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define odd_scene(f) cmocka_unit_test_setup_teardown(f, setup_odd, teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(an_answer_comes_over_the_proxys_address_with_its_key),
		scene(no_aws_credentials_are_looked_for),
		scene(a_refused_key_does_not_send_anybody_to_aws),
		scene(bedrock_never_gets_the_proxys_key),
		scene(usage_and_cost_are_those_of_the_configuration),
		scene(stream_json_tells_reasoning_text_usage_and_the_end),
		scene(tool_calls_arrive_in_pieces_and_are_recorded_whole),
		scene(a_conversation_goes_on_with_the_same_model),
		scene(ten_megabytes_arrive_whole),
		scene(pictures_go_along_in_a_conversation_and_with_adit_image),
		scene(its_models_are_listed_and_found_by_their_bare_id),
		scene(every_fault_ends_in_one_sentence_that_names_the_endpoint),
		scene(a_model_that_it_does_not_have_is_said_to_be_missing),
		scene(a_server_that_is_not_there_is_said_to_be_away),
		scene(throttling_is_tried_again_after_the_time_that_it_names),
		scene(the_key_is_in_no_file_and_no_message),
		scene(a_variable_that_is_not_set_is_named),
		scene(a_project_that_is_not_trusted_names_no_endpoint_and_no_key),
		odd_scene(what_odd_servers_send_is_understood),
		odd_scene(what_a_server_does_not_take_is_left_out_and_said),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
