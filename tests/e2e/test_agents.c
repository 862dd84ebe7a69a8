/*
 * test_agents.c - subagents with the real program, line by line, against the simulator.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "e2e/run.h"

#define A_MODEL "us.anthropic.claude-opus-4-6-v1"
#define OTHER	"us.anthropic.claude-haiku-4-5-20251001-v1:0"

static struct sim sim;

static int
setup(void **state)
{
	static const char rules[] =
	    "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["
	    "{\"match\":{\"contains\":\"[Subagent\"},\"answer\":[{\"text\":\"I heard of it.\"}]},"
	    "{\"match\":{\"contains\":\"hand out long\",\"tool_result\":false},\"answer\":[{\"tool\":{\"name\":\"sessions_spawn\","
	    "\"input\":{\"task\":\"endless work\",\"runTimeoutSeconds\":4,\"cleanup\":\"delete\"}}}]},"
	    "{\"match\":{\"contains\":\"hand out stuck\",\"tool_result\":false},\"answer\":[{\"tool\":{\"name\":\"sessions_spawn\","
	    "\"input\":{\"task\":\"hang there\"}}}]},"
	    "{\"match\":{\"contains\":\"hand out refused\",\"tool_result\":false},\"answer\":[{\"tool\":{\"name\":\"sessions_spawn\","
	    "\"input\":{\"task\":\"keys refused\"}}}]},"
	    "{\"match\":{\"contains\":\"endless\"},\"answer\":[{\"rate\":{\"pieces_per_s\":50,\"seconds\":60,\"piece\":\"[{n}] \"}}]},"
	    "{\"match\":{\"contains\":\"brief\"},\"answer\":[{\"rate\":{\"pieces_per_s\":50,\"seconds\":1,\"piece\":\"[{n}] \"}}]},"
	    "{\"match\":{\"contains\":\"denied\"},\"answer\":[{\"http\":{\"type\":\"AccessDeniedException\",\"status\":403,"
	    "\"message\":\"You don't have access to the model with the specified model ID.\"}}]},"
	    "{\"match\":{\"contains\":\"delegate\",\"tool_result\":false},\"answer\":[{\"tool\":{\"name\":\"sessions_spawn\","
	    "\"input\":{\"task\":\"what is the answer\",\"label\":\"oracle\"}}}]},"
	    "{\"match\":{\"contains\":\"fork it\",\"tool_result\":false},\"answer\":[{\"tool\":{\"name\":\"sessions_spawn\","
	    "\"input\":{\"task\":\"what is the answer\",\"label\":\"oracle\",\"context\":\"fork\"}}}]},"
	    "{\"match\":{\"contains\":\"look after\",\"tool_result\":false},\"answer\":[{\"tool\":{\"name\":\"subagents\","
	    "\"input\":{\"action\":\"kill\",\"target\":\"nobody\"}}}]},"
	    "{\"match\":{\"contains\":\"keys refused\"},\"answer\":[{\"http\":{\"type\":\"UnrecognizedClientException\",\"status\":403,"
	    "\"message\":\"The security token included in the request is invalid.\"}}]},"
	    "{\"match\":{\"contains\":\"hang there\",\"tool_result\":false},\"answer\":[{\"tool\":{\"name\":\"shell\",\"input\":"
	    "{\"command\":\"setsid sleep 1000 & echo $! >left; echo $$ >pid; sleep 1000\"}}}]},"
	    "{\"match\":{\"tool_result\":true},\"answer\":[{\"text\":\"I wait for it.\"}]},"
	    "{\"match\":{},\"answer\":[{\"text\":\"The answer is 41 + 1.\"}]}]}";
	run_rules(&sim, rules);
	run_work();
	*state = &sim;
	return 0;
}

/* The text of the newest message of request n as it arrived. */
static char *
asked(int n)
{
	struct json_object *line = question_line(&sim, n, false);
	struct json_object *messages = json_at(line, "body.messages");
	struct buf all = { 0 };
	struct json_object *content = json_get(json_item(messages, json_len(messages) - 1), "content");
	for (size_t i = 0; i < json_len(content); i++)
		buf_puts(&all, json_str(json_item(content, i), "text", ""));
	json_free(line);
	return buf_take(&all, NULL);
}

static void
assert_asked(int n, const char *part)
{
	char *text = asked(n);
	if (strstr(text, part) == NULL)
		fail_msg("request %d has no \"%s\": %s", n, part, text);
	free(text);
}

static void
plain(struct run *r, const char *input)
{
	const char *args[] = { "--plain", "-m", A_MODEL, NULL };
	run_adit(r, input, args);
	if (r->status != 0)
		fail_msg("status %d: %s", r->status, buf_str(&r->err));
}

static void
its_answer_comes_back_to_main_and_wakes_it(void **state)
{
	(void)state;
	struct run r;
	plain(&r, "/spawn what is the answer\n");
	assert_asked(1, "what is the answer");
	assert_asked(2, "[Subagent \"what-is-the-answer\"");
	assert_asked(2, "ended: done");
	assert_asked(2, "The answer is 41 + 1.");
	assert_non_null(strstr(buf_str(&r.out), "I heard of it."));
	run_done(&r);
}

/* The failure that adit exists to end: the same keys sign for main and for its subagents. */
static void
it_signs_with_the_credentials_that_main_signs_with(void **state)
{
	(void)state;
	struct run r;
	plain(&r, "hello\n/spawn what is the answer\n");
	struct json_object *first = question_line(&sim, 1, false), *second = question_line(&sim, 2, false);
	const char *key = json_str(first, "access_key_id", NULL);
	assert_non_null(key);
	assert_string_equal(json_str(second, "access_key_id", ""), key);
	json_free(first);
	json_free(second);
	run_done(&r);
}

static void
it_knows_nothing_of_the_conversation_and_has_the_model_it_was_given(void **state)
{
	(void)state;
	struct run r;
	plain(&r, "my secret word is mellon\n/spawn -m " OTHER " what is the word\n");
	struct json_object *line = question_line(&sim, 2, false);
	assert_int_equal(json_len(json_at(line, "body.messages")), 1);
	assert_string_equal(json_str(line, "model", ""), OTHER);
	json_free(line);
	run_done(&r);
}

static void
one_that_fails_says_why(void **state)
{
	(void)state;
	struct run r;
	plain(&r, "/spawn this is denied\n");
	assert_asked(2, "ended: failed");
	assert_asked(2, "It failed: ");
	run_done(&r);
}

static void
one_whose_time_is_over_returns_what_it_had(void **state)
{
	(void)state;
	struct run r;
	plain(&r, "/spawn -t 4 endless work\n");
	assert_asked(2, "ended: timeout");
	assert_asked(2, "[3]");
	run_done(&r);
}

static void
more_than_may_run_at_once_wait_for_a_place(void **state)
{
	(void)state;
	run_configure("{agents:{defaults:{subagents:{maxConcurrent:1}}}}");
	const char *args[] = { "--plain", "-m", A_MODEL, NULL };
	struct run r;
	/* Main answers in between: it is told of each. */
	run_adit(&r, "/spawn brief one\n/spawn brief two\n", args);
	assert_int_equal(r.status, 0);
	struct json_object *first = question_line(&sim, 1, false), *second = question_line(&sim, 2, false);
	/* The first one's answer takes a second: whatever was asked next was asked after that. */
	assert_true(json_int(second, "t_ns", 0) - json_int(first, "t_ns", 0) > 900000000);
	json_free(first);
	json_free(second);
	run_done(&r);
}

static void
a_definition_gives_system_text_and_model(void **state)
{
	(void)state;
	char *folder = file_path(FILE_CONFIG, "agents"), *path = file_path(FILE_CONFIG, "agents/poet.md");
	static const char text[] = "---\nmodel: bedrock/" OTHER "\n---\nYou answer in verse.\n";
	assert_int_equal(file_make_dir(folder, 0700, NULL), 0);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	assert_int_equal(file_replace("AGENTS.md", "Here we use tabs.", 17, 0600, NULL), 0);
	struct run r;
	plain(&r, "/spawn -a poet sing of rocks\n/spawn -a nobody sing\n");
	struct json_object *line = question_line(&sim, 1, false);
	assert_string_equal(json_str(line, "model", ""), OTHER);
	const char *system = json_str(json_item(json_at(line, "body.system"), 0), "text", "");
	assert_ptr_equal(strstr(system, "You answer in verse."), system);
	assert_non_null(strstr(system, "Your tools work in the folder"));
	assert_non_null(strstr(system, "Here we use tabs."));
	assert_non_null(strstr(system, "You are a subagent"));
	json_free(line);
	assert_non_null(strstr(buf_str(&r.out), "There is no agent nobody. There are: poet."));
	run_done(&r);
	free(folder);
	free(path);
}

static bool
offers(struct json_object *line, const char *tool)
{
	struct json_object *tools = json_at(line, "body.toolConfig.tools");
	for (size_t i = 0; i < json_len(tools); i++)
		if (strcmp(json_str(json_get(json_item(tools, i), "toolSpec"), "name", ""), tool) == 0)
			return true;
	return false;
}

/* The nth question whose newest text has this. */
static struct json_object *
question_with(const char *part)
{
	for (int n = 1;; n++) {
		char *text = asked(n);
		bool is = strstr(text, part) != NULL;
		free(text);
		if (is)
			return question_line(&sim, n, false);
	}
}

static void
a_model_starts_one_and_hears_of_it(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", A_MODEL, "--output-format", "json", "please delegate", NULL };
	run_adit(&r, NULL, args);
	if (r.status != 0)
		fail_msg("status %d: %s", r.status, buf_str(&r.err));
	struct json_object *out = json_parse(buf_str(&r.out), r.out.len, NULL);
	struct json_object *sub = json_item(json_get(out, "subagents"), 0);
	assert_string_equal(json_str(sub, "label", ""), "oracle");
	assert_string_equal(json_str(sub, "status", ""), "done");
	assert_string_equal(json_str(sub, "text", ""), "The answer is 41 + 1.");
	assert_string_equal(json_str(out, "text", ""), "I heard of it.");
	json_free(out);
	struct json_object *main = question_line(&sim, 1, false), *child = question_with("what is the answer");
	assert_true(offers(main, "sessions_spawn"));
	assert_true(offers(main, "subagents"));
	assert_true(offers(child, "read_file"));
	assert_false(offers(child, "sessions_spawn"));  /* the depth is 1 */
	json_free(main);
	json_free(child);
	run_done(&r);
}

static void
a_fork_knows_the_conversation_and_is_a_valid_request(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", A_MODEL, "--output-format", "json", "fork it", NULL };
	run_adit(&r, NULL, args);
	if (r.status != 0)
		fail_msg("status %d: %s", r.status, buf_str(&r.err));
	struct json_object *child = question_with("what is the answer");
	struct json_object *first = json_item(json_at(child, "body.messages"), 0);
	assert_string_equal(json_str(json_item(json_get(first, "content"), 0), "text", ""), "fork it");
	json_free(child);
	struct json_object *out = json_parse(buf_str(&r.out), r.out.len, NULL);
	assert_string_equal(json_str(json_item(json_get(out, "subagents"), 0), "status", ""), "done");
	json_free(out);
	run_done(&r);
}

static void
a_model_that_asks_for_one_that_is_not_there_is_told(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", A_MODEL, "look after them", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	struct json_object *line = question_line(&sim, 2, false);
	const char *body = json_object_to_json_string(json_at(line, "body"));
	assert_non_null(strstr(body, "There is no such subagent of yours"));
	json_free(line);
	run_done(&r);
}

static void
a_definition_says_which_tools_it_has(void **state)
{
	(void)state;
	char *folder = file_path(FILE_CONFIG, "agents"), *path = file_path(FILE_CONFIG, "agents/reader.md");
	static const char text[] = "---\ntools: read_file\n---\nYou read.\n";
	assert_int_equal(file_make_dir(folder, 0700, NULL), 0);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	struct run r;
	plain(&r, "/spawn -a reader look around\n");
	struct json_object *line = question_line(&sim, 1, false);
	assert_true(offers(line, "read_file"));
	assert_false(offers(line, "shell"));
	assert_false(offers(line, "write_file"));
	json_free(line);
	run_done(&r);
	free(folder);
	free(path);
}

static void
wrong_commands_say_what_is_right(void **state)
{
	(void)state;
	struct run r;
	plain(&r, "/spawn\n/spawn -t soon do it\n/steer\n/steer 7 hello\n/kill\n/kill 3\n/agents\n");
	static const char *const parts[] = { "A subagent needs a task.", "/spawn -t needs a value", "/steer needs a subagent",
		"There is no subagent 7.", "/kill needs a subagent's number", "There is no subagent 3.",
		"There are no subagents." };
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strstr(buf_str(&r.out), parts[i]) == NULL)
			fail_msg("missing: %s\n%s", parts[i], buf_str(&r.out));
	run_done(&r);
}

static void
its_session_is_its_own_and_is_not_gone_on_with_by_accident(void **state)
{
	(void)state;
	struct run r;
	plain(&r, "remember the milk\n/spawn what is the answer\n");
	run_done(&r);
	const char *args[] = { "-p", "-c", "go on", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	struct json_object *line = question_line(&sim, 4, false);
	struct json_object *first = json_item(json_at(line, "body.messages"), 0);
	assert_string_equal(json_str(json_item(json_get(first, "content"), 0), "text", ""), "remember the milk");
	json_free(line);
	run_done(&r);
}

static bool
is_stored(const char *pattern, const char *text)
{
	glob_t found = { 0 };
	bool there = false;
	glob(pattern, 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc && !there; i++) {
		struct buf b = { 0 };
		if (file_read(found.gl_pathv[i], 16 << 20, &b, NULL) == 0)
			there = strstr(buf_str(&b), text) != NULL;
		buf_done(&b);
	}
	globfree(&found);
	return there;
}

/* Until some session has this. */
static void
wait_for_stored(const char *text)
{
	char *pattern = file_path(FILE_DATA, "sessions/*.jsonl");
	int64_t until = clock_ms() + 60000;
	while (!is_stored(pattern, text)) {
		if (clock_ms() > until)
			fail_msg("no session has %s", text);
		poll(NULL, 0, 5);
	}
	free(pattern);
}

/* adit is killed while a subagent works: what it had said reaches main's conversation with --continue. */
static void
what_it_had_said_survives_a_kill(void **state)
{
	(void)state;
	const char *args[] = { "--plain", "-m", A_MODEL, NULL };
	int out;
	pid_t pid = run_start_with(args, "hello\n/spawn endless work\n", &out);
	wait_for_stored("[40]");
	kill(pid, SIGKILL);
	assert_int_equal(run_wait(pid), 128 + SIGKILL);
	close(out);
	struct run r;
	const char *again[] = { "-p", "-c", "go on", NULL };
	run_adit(&r, NULL, again);
	assert_int_equal(r.status, 0);
	assert_asked(3, "was interrupted when adit ended");
	assert_asked(3, "[20]");
	run_done(&r);
}

/* A budget holds while a reply streams, not when the service sends its count. */
static void
one_whose_money_is_spent_returns_what_it_had(void **state)
{
	(void)state;
	struct run r;
	plain(&r, "/spawn -b 0.001 endless work\n");
	assert_asked(2, "ended: budget");
	assert_asked(2, "[1]");
	struct json_object *end = question_line(&sim, 1, true);
	assert_string_equal(json_str(end, "done", ""), "client-closed");
	json_free(end);
	run_done(&r);
	plain(&r, "/spawn -b 1 -m nobody.knows-its-price-v1:0 work\n");
	assert_non_null(strstr(buf_str(&r.out), "cannot be kept"));
	run_done(&r);
}

/* Every line of a type and of a subagent. */
static size_t
count_lines(const struct buf *out, const char *type, const char *status)
{
	size_t n = 0;
	for (const char *at = buf_str(out); *at != '\0'; at += strcspn(at, "\n") + 1) {
		struct json_object *o = json_parse(at, strcspn(at, "\n"), NULL);
		bool of_agent = strcmp(type, "subagent") == 0 || json_str(o, "agent", NULL) != NULL;
		n += of_agent && strcmp(json_str(o, "type", ""), type) == 0 &&
		    (status == NULL || strcmp(json_str(o, "status", ""), status) == 0);
		json_free(o);
	}
	return n;
}

static void
stream_json_tells_what_a_subagent_is_at(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", A_MODEL, "--output-format", "stream-json", "hand out long work", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	assert_int_equal(count_lines(&r.out, "subagent", "running"), 1);
	assert_int_equal(count_lines(&r.out, "subagent", "timeout"), 1);
	assert_true(count_lines(&r.out, "text", NULL) > 3);
	run_done(&r);
	args[5] = "hand out stuck work";
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	assert_int_equal(count_lines(&r.out, "tool_use", NULL), 1);
	assert_int_equal(count_lines(&r.out, "tool_result", "error"), 1);       /* no rule allows it */
	assert_int_equal(count_lines(&r.out, "subagent", "done"), 1);
	assert_int_equal(count_lines(&r.out, "end", NULL), 0);
	assert_non_null(strstr(buf_str(&r.err), "nobody can be asked with -p: shell"));
	run_done(&r);
}

/* One that cleans up after itself is in the list at the end all the same. */
static void
json_lists_all_that_ran(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", A_MODEL, "--output-format", "json", "hand out long work", NULL };
	run_adit(&r, NULL, args);
	struct json_object *out = json_parse(buf_str(&r.out), r.out.len, NULL);
	assert_int_equal(json_len(json_get(out, "subagents")), 1);
	assert_string_equal(json_str(json_item(json_get(out, "subagents"), 0), "status", ""), "timeout");
	json_free(out);
	run_done(&r);
}

/* Nobody can sign in: it must not wait for that. */
static void
one_without_credentials_ends_where_nobody_can_sign_in(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", A_MODEL, "hand out refused work", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.out), "I heard of it."));
	char *text = asked(3);
	assert_non_null(text);
	free(text);
	run_done(&r);
	plain(&r, "/spawn keys refused\n");
	assert_non_null(strstr(buf_str(&r.out), "I heard of it."));
	run_done(&r);
}

/* Ctrl-C ends subagents with all that their tools started, in sessions of their own too; also when main is idle. */
static void
an_interrupt_ends_subagents_and_their_processes(void **state)
{
	(void)state;
	const char *args[] = { "-p", "-m", A_MODEL, "--allow", "shell", "hand out stuck work", NULL };
	int out;
	pid_t pid = run_start(args, &out);
	pid_t child = run_child("pid"), left = run_child("left");
	struct buf said = { 0 };
	assert_true(run_read_until(out, &said, "I wait for it."));
	buf_done(&said);
	kill(pid, SIGINT);
	assert_int_equal(run_wait(pid), 130);
	close(out);
	run_assert_gone(child, true);
	run_assert_gone(left, true);
}

/* The terminal goes away: what subagents do goes on to its end, main hears of it, and adit leaves. */
static void
a_hangup_lets_subagents_finish(void **state)
{
	(void)state;
	const char *args[] = { "--plain", "-m", A_MODEL, NULL };
	int out;
	pid_t pid = run_start_with(args, "/spawn brief work\n", &out);
	wait_for_stored("[3]");
	kill(pid, SIGHUP);
	assert_int_equal(run_wait(pid), 0);
	close(out);
	assert_asked(2, "ended: done");
	assert_asked(2, "[49]");
	json_free(question_line(&sim, 2, true));
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, run_teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(its_answer_comes_back_to_main_and_wakes_it),
		scene(it_signs_with_the_credentials_that_main_signs_with),
		scene(it_knows_nothing_of_the_conversation_and_has_the_model_it_was_given),
		scene(one_that_fails_says_why),
		scene(one_whose_time_is_over_returns_what_it_had),
		scene(more_than_may_run_at_once_wait_for_a_place),
		scene(a_definition_gives_system_text_and_model),
		scene(a_model_starts_one_and_hears_of_it),
		scene(a_fork_knows_the_conversation_and_is_a_valid_request),
		scene(a_model_that_asks_for_one_that_is_not_there_is_told),
		scene(a_definition_says_which_tools_it_has),
		scene(wrong_commands_say_what_is_right),
		scene(its_session_is_its_own_and_is_not_gone_on_with_by_accident),
		scene(what_it_had_said_survives_a_kill),
		scene(one_whose_money_is_spent_returns_what_it_had),
		scene(stream_json_tells_what_a_subagent_is_at),
		scene(json_lists_all_that_ran),
		scene(one_without_credentials_ends_where_nobody_can_sign_in),
		scene(an_interrupt_ends_subagents_and_their_processes),
		scene(a_hangup_lets_subagents_finish),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
