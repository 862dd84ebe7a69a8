/*
 * test_tools.c - the whole program uses tools: what the model asks for, what is done, what it is told.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <signal.h>
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

#define A_MODEL "us.anthropic.claude-opus-4-6-v1"


static struct sim sim;

static int
setup(void **state)
{
	static const char rules[] =
	    "{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["
	    RULE("several", "{\"text\":\"I look.\"}," TOOL("shell", "{\"command\":\"sleep 0.2; echo first\"}") ","
		TOOL("read_file", "{\"path\":\"a.txt\"}") "," TOOL("list_files", "{}"))
	    RULE("write it", TOOL("write_file", "{\"path\":\"made/new.txt\",\"content\":\"made\\n\"}"))
	    RULE("outside", TOOL("write_file", "{\"path\":\"../escaped.txt\",\"content\":\"out\"}") ","
		TOOL("read_file", "{\"path\":\"/etc/hostname\"}"))
	    RULE("broken", TOOL("read_file", "\"{\\\"path\\\": 7}\"") "," TOOL("remove_file", "{}") ","
		TOOL("write_file", "\"{\\\"path\\\":\\\"x\\\",\\\"content\\\":\\\"cut\"") ","
		TOOL("read_file", "\"no json\"") "," TOOL("list_files", "{\"path\":\".\"}"))
	    RULE("cut off", TOOL("write_file", "{\"path\":\"x\",\"content\":\"y\"}") ",{\"stop\":\"max_tokens\"}")
	    RULE("hang", TOOL("shell", "{\"command\":\"echo $$ >pid; sleep 1000\",\"timeout_seconds\":3000}"))
	    RULE("environment", TOOL("shell", "{\"command\":\"env\"}"))
	    RULE("what is in it", TOOL("image", "{\"path\":\"p.png\",\"prompt\":\"a cat?\"}") "," TOOL("image", "{\"path\":\"a.txt\"}"))
	    "{\"match\":{\"contains\":\"a cat?\",\"model\":\"*haiku*\"},\"answer\":[{\"http\":{\"type\":\"AccessDeniedException\","
	    "\"status\":403,\"message\":\"You don't have access to the model with the specified model ID.\"}}]},"
	    "{\"match\":{\"contains\":\"a cat?\"},\"answer\":[{\"text\":\"No, a dog.\"}]},"
	    RULE("a page", TOOL("fetch_url", "{\"url\":\"http://127.0.0.1:1/\"}"))
	    "{\"match\":{\"contains\":\"endless\"},\"answer\":[{\"rate\":{\"pieces_per_s\":200,\"seconds\":60,\"piece\":\"[{n}] \"}}]},"
	    "{\"match\":{\"contains\":\"again and again\"},\"answer\":[" TOOL("list_files", "{}") "]},"
	    "{\"match\":{\"tool_result\":true},\"answer\":[{\"text\":\"Done with it.\"}]},"
	    "{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}";
	run_rules(&sim, rules);
	/* A working directory of its own below the home. */
	run_work();
	assert_int_equal(file_replace("a.txt", "one\ntwo\n", 8, 0600, NULL), 0);
	*state = &sim;
	return 0;
}

/* The nth block of the last message of the nth request. */
static struct json_object *
last_block(struct json_object *line, size_t i)
{
	struct json_object *messages = json_at(line, "body.messages");
	return json_item(json_get(json_item(messages, json_len(messages) - 1), "content"), i);
}

static const char *
result_text(struct json_object *line, size_t i)
{
	return json_str(json_item(json_at(last_block(line, i), "toolResult.content"), 0), "text", "(no result)");
}

static const char *
result_status(struct json_object *line, size_t i)
{
	return json_str(json_at(last_block(line, i), "toolResult"), "status", "(none)");
}

static void
ask(struct run *r, const char *prompt, const char *more, const char *value)
{
	const char *args[] = { "-p", "-m", A_MODEL, prompt, more, value, NULL };
	run_adit(r, NULL, args);
}

static void
several_calls_are_answered_together_first_and_in_order(void **state)
{
	struct sim *s = *state;
	struct run r;
	ask(&r, "several things", "--allow", "shell");
	assert_string_equal(buf_str(&r.err), "");
	assert_int_equal(r.status, 0);
	assert_string_equal(buf_str(&r.out), "I look.\n\nDone with it.\n");
	struct json_object *line = log_line(s, 2, false);
	assert_string_equal(result_text(line, 0), "first\n");
	assert_string_equal(result_text(line, 1), "one\ntwo\n");
	assert_string_equal(result_text(line, 2), "a.txt  8\n");
	assert_string_equal(result_status(line, 2), "success");
	json_free(line);
	run_done(&r);
}

static void
without_a_rule_the_answer_is_no_and_everybody_is_told(void **state)
{
	struct sim *s = *state;
	struct run r;
	ask(&r, "write it", NULL, NULL);
	assert_int_equal(r.status, 0);
	assert_non_null(strstr(buf_str(&r.err), "not allowed"));
	assert_non_null(strstr(buf_str(&r.err), "write_file made/new.txt"));
	assert_non_null(strstr(buf_str(&r.err), "--allow 'write_file'"));
	assert_false(file_exists("made/new.txt"));
	struct json_object *line = log_line(s, 2, false);
	assert_string_equal(result_status(line, 0), "error");
	assert_non_null(strstr(result_text(line, 0), "Not allowed"));
	json_free(line);
	run_done(&r);
	ask(&r, "write it", "--allow", "write_file(made/**)");
	assert_string_equal(buf_str(&r.err), "");
	assert_true(file_exists("made/new.txt"));
	run_done(&r);
}

static const unsigned char png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R',
	0, 0, 0, 8, 0, 0, 0, 8, 8, 6, 0, 0, 0, 0, 0, 0, 0 };

/* The nth question that brought a picture, whoever was asked. */
static struct json_object *
picture_question(int nth)
{
	for (int n = 1;; n++) {
		struct json_object *line = question_line(&sim, n, false);
		struct json_object *content = json_get(json_item(json_at(line, "body.messages"), 0), "content");
		bool is = json_get(json_item(content, 1), "image") != NULL;
		if (is && --nth == 0)
			return line;
		json_free(line);
	}
}

/* The second of the two failures that adit exists to end: images are looked at with the credentials of the chat. */
static void
a_model_has_another_look_at_an_image_with_the_same_credentials(void **state)
{
	(void)state;
	struct run r;
	assert_int_equal(file_replace("p.png", png, sizeof png, 0600, NULL), 0);
	ask(&r, "what is in it", NULL, NULL);
	if (r.status != 0)
		fail_msg("status %d: %s", r.status, buf_str(&r.err));
	struct json_object *chat = question_line(&sim, 1, false), *look = picture_question(1);
	assert_string_equal(json_str(look, "model", ""), A_MODEL);
	assert_string_equal(json_str(look, "access_key_id", "?"), json_str(chat, "access_key_id", ""));
	struct json_object *last = question_line(&sim, 3, false);
	assert_string_equal(result_text(last, 0), "No, a dog.");
	assert_string_equal(result_status(last, 1), "error");
	assert_non_null(strstr(result_text(last, 1), "no PNG, JPEG, GIF or WebP"));
	json_free(chat);
	json_free(look);
	json_free(last);
	run_done(&r);
}

static void
ask_configured(const char *primary, const char *fallback)
{
	struct run r;
	char *text = mem_printf("{agents:{defaults:{imageModel:{primary:'%s',fallbacks:['%s']}}}}", primary, fallback);
	run_configure(text);
	assert_int_equal(file_replace("p.png", png, sizeof png, 0600, NULL), 0);
	ask(&r, "what is in it", NULL, NULL);
	if (r.status != 0)
		fail_msg("%s: %s", primary, buf_str(&r.err));
	run_done(&r);
	struct json_object *first = picture_question(1), *second = picture_question(2);
	assert_string_equal(json_str(first, "model", ""), "us.anthropic.claude-haiku-4-5-20251001-v1:0");
	assert_string_equal(json_str(second, "model", ""), "us.anthropic.claude-sonnet-4-6");
	json_free(first);
	json_free(second);
	free(text);
}

static void
the_configured_image_model_is_asked_and_its_fallback(void **state)
{
	(void)state;
	ask_configured("us.anthropic.claude-haiku-4-5-20251001-v1:0", "us.anthropic.claude-sonnet-4-6");
	assert_int_equal(sim_count(&sim, "ListFoundationModels"), 0);
	/* What it used counts in the conversation, also when that is taken up again, and is in the ledger. */
	struct run r;
	run_adit(&r, "/usage\n", (const char *const[]){ "--plain", "--continue", NULL });
	const char *conversation = strstr(buf_str(&r.out), "sonnet-4-6"), *today = strstr(buf_str(&r.out), "Today");
	if (conversation == NULL || today == NULL || conversation > today || strstr(today, "sonnet-4-6") == NULL)
		fail_msg("%s", buf_str(&r.out));
	run_done(&r);
}

static void
image_models_may_be_names(void **state)
{
	(void)state;
	ask_configured("haiku", "sonnet-4-6");
}

static void
a_general_rule_does_not_reach_outside(void **state)
{
	struct sim *s = *state;
	struct run r;
	ask(&r, "outside", "--allow", "*");
	assert_non_null(strstr(buf_str(&r.err), "/escaped.txt"));
	assert_non_null(strstr(buf_str(&r.err), "/etc/hostname"));
	assert_false(file_exists("../escaped.txt"));
	struct json_object *line = log_line(s, 2, false);
	assert_string_equal(result_status(line, 0), "error");
	assert_string_equal(result_status(line, 1), "error");
	json_free(line);
	run_done(&r);
}

static void
a_rule_that_is_none_is_wrong_usage(void **state)
{
	(void)state;
	struct run r;
	ask(&r, "hello", "--allow", "shel(x)");
	assert_int_equal(r.status, 2);
	assert_non_null(strstr(buf_str(&r.err), "Did you mean shell?"));
	run_done(&r);
}

static void
broken_arguments_get_a_useful_answer_and_the_turn_goes_on(void **state)
{
	struct sim *s = *state;
	struct run r;
	ask(&r, "broken", "--allow", "write_file");
	assert_int_equal(r.status, 0);
	assert_string_equal(buf_str(&r.out), "Done with it.\n");
	struct json_object *line = log_line(s, 2, false);
	assert_non_null(strstr(result_text(line, 0), "\"path\" must be of type string, not integer"));
	assert_non_null(strstr(result_text(line, 1), "There is no tool \"remove_file\""));
	assert_non_null(strstr(result_text(line, 2), "cut off"));
	assert_non_null(strstr(result_text(line, 3), "not valid JSON"));
	assert_string_equal(result_text(line, 4), "a.txt  8\n");
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(result_status(line, i), "error");
	json_free(line);
	run_done(&r);
}

static void
a_call_at_the_output_limit_is_not_made(void **state)
{
	struct sim *s = *state;
	struct run r;
	ask(&r, "cut off", "--allow", "write_file");
	assert_false(file_exists("x"));
	struct json_object *line = log_line(s, 2, false);
	assert_non_null(strstr(result_text(line, 0), "cut off at the output limit"));
	json_free(line);
	run_done(&r);
}

static void
the_same_calls_again_and_again_end_the_turn(void **state)
{
	struct sim *s = *state;
	struct run r;
	ask(&r, "again and again", NULL, NULL);
	assert_int_equal(r.status, 1);
	assert_non_null(strstr(buf_str(&r.err), "again and again"));
	struct json_object *line = log_line(s, 5, false);
	assert_non_null(strstr(result_text(line, 0), "brought nothing that was not known"));
	json_free(line);
	run_done(&r);
}

static void
a_limit_of_requests_ends_the_turn(void **state)
{
	(void)state;
	struct run r;
	static const char config[] = "{ tools: { limits: { requests: 3 } } }";
	assert_int_equal(file_replace("limits.json5", config, strlen(config), 0600, NULL), 0);
	ask(&r, "again and again", "--config", "limits.json5");
	assert_int_equal(r.status, 1);
	assert_non_null(strstr(buf_str(&r.err), "as many requests as its limit allows"));
	run_done(&r);
	static const char tokens[] = "{ tools: { limits: { tokens: 100 } } }";
	assert_int_equal(file_replace("limits.json5", tokens, strlen(tokens), 0600, NULL), 0);
	ask(&r, "again and again", "--config", "limits.json5");
	assert_int_equal(r.status, 1);
	assert_non_null(strstr(buf_str(&r.err), "as many tokens as its limit allows"));
	run_done(&r);
}

/* The answer alone passes the limit: it is ended while it streams, and what came is kept. */
static void
a_limit_of_tokens_holds_while_an_answer_streams(void **state)
{
	struct sim *s = *state;
	struct run r;
	static const char config[] = "{ tools: { limits: { tokens: 50 } } }";
	assert_int_equal(file_replace("limits.json5", config, strlen(config), 0600, NULL), 0);
	ask(&r, "endless", "--config", "limits.json5");
	assert_int_equal(r.status, 1);
	assert_non_null(strstr(buf_str(&r.err), "as many tokens as its limit allows"));
	assert_non_null(strstr(buf_str(&r.out), "[5]"));
	assert_true(r.out.len < 20000);
	struct json_object *line = log_line(s, 1, true);
	assert_string_equal(json_text(line, "done"), "client-closed");
	json_free(line);
	run_done(&r);
}

static void
a_time_limit_ends_what_runs(void **state)
{
	(void)state;
	struct run r;
	static const char config[] = "{ tools: { limits: { seconds: 1 } } }";
	assert_int_equal(file_replace("limits.json5", config, strlen(config), 0600, NULL), 0);
	const char *args[] = { "-p", "-m", A_MODEL, "--allow", "shell", "--config", "limits.json5", "hang", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 1);
	assert_non_null(strstr(buf_str(&r.err), "as long as its limit allows"));
	run_done(&r);
}

static void
without_tools_none_are_offered(void **state)
{
	struct sim *s = *state;
	struct run r;
	ask(&r, "hello", "--no-tools", NULL);
	assert_string_equal(buf_str(&r.out), "You said: hello\n");
	struct json_object *line = log_line(s, 1, false);
	assert_null(json_at(line, "body.toolConfig"));
	json_free(line);
	run_done(&r);
	ask(&r, "hello", NULL, NULL);
	line = log_line(s, 2, false);
	assert_true(json_len(json_at(line, "body.toolConfig.tools")) >= 8);
	json_free(line);
	run_done(&r);
}

static void
calls_and_results_are_lines_of_stream_json(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", A_MODEL, "--allow", "shell", "--output-format", "stream-json", "several", NULL };
	run_adit(&r, NULL, args);
	const char *use = strstr(buf_str(&r.out), "{\"type\":\"tool_use\",\"id\":");
	const char *result = strstr(buf_str(&r.out), "{\"type\":\"tool_result\",\"id\":");
	assert_true(use != NULL && result != NULL && use < result);
	assert_non_null(strstr(use, "\"name\":\"read_file\",\"input\":{\"path\":\"a.txt\"}"));
	assert_non_null(strstr(buf_str(&r.out), "\"status\":\"success\",\"text\":\"one\\ntwo\\n\"}"));
	assert_non_null(strstr(buf_str(&r.out), "{\"type\":\"end\",\"stopReason\":\"end_turn\",\"exit\":0}"));
	run_done(&r);
}

static void
commands_get_no_keys(void **state)
{
	struct sim *s = *state;
	struct run r;
	ask(&r, "environment", "--allow", "shell");
	struct json_object *line = log_line(s, 2, false);
	assert_non_null(strstr(result_text(line, 0), "HOME="));
	assert_null(strstr(result_text(line, 0), "AWS_"));
	assert_null(strstr(result_text(line, 0), "EXAMPLEKEY"));
	json_free(line);
	run_done(&r);
}

static void
private_addresses_need_a_rule_of_their_own(void **state)
{
	struct sim *s = *state;
	struct run r;
	ask(&r, "a page", "--allow", "fetch_url");
	struct json_object *line = log_line(s, 2, false);
	assert_non_null(strstr(result_text(line, 0), "Not allowed"));
	json_free(line);
	run_done(&r);
	ask(&r, "a page", "--allow", "fetch_url(127.0.0.1:1)");
	line = log_line(s, 4, false);
	assert_null(strstr(result_text(line, 0), "Not allowed"));
	assert_non_null(strstr(result_text(line, 0), "127.0.0.1"));
	json_free(line);
	run_done(&r);
}

/* ---- the end of adit ------------------------------------------------------------------- */

static void
what_a_killed_adit_ran_dies_and_the_model_is_told(void **state)
{
	struct sim *s = *state;
	const char *args[] = { "-p", "-m", A_MODEL, "--allow", "shell", "hang", NULL };
	int out;
	pid_t pid = run_start(args, &out);
	pid_t child = run_child("pid");
	kill(pid, SIGKILL);
	assert_int_equal(run_wait(pid), 128 + SIGKILL);
	close(out);
	run_assert_gone(child, false);
	struct run r;
	const char *again[] = { "-p", "-c", "go on", NULL };
	run_adit(&r, NULL, again);
	assert_int_equal(r.status, 0);
	struct json_object *line = log_line(s, 2, false);
	assert_non_null(strstr(result_text(line, 0), "Interrupted: adit ended"));
	assert_string_equal(result_status(line, 0), "error");
	json_free(line);
	run_done(&r);
}

static void
an_interrupt_ends_the_command_and_keeps_a_result(void **state)
{
	struct sim *s = *state;
	const char *args[] = { "-p", "-m", A_MODEL, "--allow", "shell", "hang", NULL };
	int out;
	pid_t pid = run_start(args, &out);
	pid_t child = run_child("pid");
	kill(pid, SIGINT);
	assert_int_equal(run_wait(pid), 130);
	close(out);
	run_assert_gone(child, false);
	struct run r;
	const char *again[] = { "-p", "-c", "go on", NULL };
	run_adit(&r, NULL, again);
	struct json_object *line = log_line(s, 2, false);
	assert_non_null(strstr(result_text(line, 0), "Stopped by the user"));
	json_free(line);
	run_done(&r);
}

/* ---- what the project says ------------------------------------------------------------------ */

static void
agents_md_is_read_from_the_user_and_up_the_tree(void **state)
{
	struct sim *s = *state;
	char *config = mem_printf("%s/.config/adit", getenv("HOME"));
	assert_int_equal(file_make_dir(config, 0700, NULL), 0);
	char *user = mem_printf("%s/AGENTS.md", config);
	assert_int_equal(file_replace(user, "User says A.", 12, 0600, NULL), 0);
	assert_int_equal(file_replace("../AGENTS.md", "Above says B.", 13, 0600, NULL), 0);
	assert_int_equal(file_replace("AGENTS.md", "Here says C.", 12, 0600, NULL), 0);
	assert_int_equal(symlink("AGENTS.md", "CLAUDE.md"), 0);
	struct run r;
	ask(&r, "hello", NULL, NULL);
	assert_non_null(strstr(buf_str(&r.err), "Read for the model: ~/.config/adit/AGENTS.md, ~/AGENTS.md, ~/work/AGENTS.md\n"));
	struct json_object *line = log_line(s, 1, false);
	const char *text = json_str(json_item(json_at(line, "body.system"), 0), "text", "");
	const char *a = strstr(text, "User says A."), *b = strstr(text, "Above says B."), *c = strstr(text, "Here says C.");
	assert_true(a != NULL && b != NULL && c != NULL && a < b && b < c);
	assert_null(strstr(c + 1, "Here says C."));
	json_free(line);
	run_done(&r);
	free(config);
	free(user);
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, run_teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(several_calls_are_answered_together_first_and_in_order),
		scene(without_a_rule_the_answer_is_no_and_everybody_is_told),
		scene(a_model_has_another_look_at_an_image_with_the_same_credentials),
		scene(the_configured_image_model_is_asked_and_its_fallback),
		scene(image_models_may_be_names),
		scene(a_general_rule_does_not_reach_outside),
		scene(a_rule_that_is_none_is_wrong_usage),
		scene(broken_arguments_get_a_useful_answer_and_the_turn_goes_on),
		scene(a_call_at_the_output_limit_is_not_made),
		scene(the_same_calls_again_and_again_end_the_turn),
		scene(a_limit_of_requests_ends_the_turn),
		scene(a_limit_of_tokens_holds_while_an_answer_streams),
		scene(a_time_limit_ends_what_runs),
		scene(without_tools_none_are_offered),
		scene(calls_and_results_are_lines_of_stream_json),
		scene(commands_get_no_keys),
		scene(private_addresses_need_a_rule_of_their_own),
		scene(what_a_killed_adit_ran_dies_and_the_model_is_told),
		scene(an_interrupt_ends_the_command_and_keeps_a_result),
		scene(agents_md_is_read_from_the_user_and_up_the_tree),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
