/* test_policy.c - what rules allow, and what they do not. */
#include "config.h"

#include "tool/place.h"

#include "tool/policy.h"

struct rules {
	struct policy	policy;
	struct tool_set	set;
};

static void
add(struct policy *p, enum policy_action action, const char *rule)
{
	struct err err = { 0 };
	if (policy_add(p, action, POLICY_SESSION, rule, NULL, &err) < 0)
		fail_msg("%s", err.text);
}

/* What becomes of this call when only this rule is there. */
static enum policy_action
decided(const struct place *p, enum policy_action action, const char *rule, const char *tool, const char *args)
{
	struct policy policy = { 0 };
	const struct policy_rule *because;
	if (rule != NULL)
		add(&policy, action, rule);
	struct tool_call *c = prepared(p, tool, args);
	if (c->failed)
		fail_msg("%s", buf_str(&c->result));
	enum policy_action a = policy_decide(&policy, c, &because);
	tool_call_free(c);
	policy_done(&policy);
	return a;
}

#define allowed(rule, tool, args) assert_int_equal(decided(p, POLICY_ALLOW, rule, tool, args), POLICY_ALLOW)
#define asked(rule, tool, args)	  assert_int_equal(decided(p, POLICY_ALLOW, rule, tool, args), POLICY_ASK)
#define denied(rule, tool, args)  assert_int_equal(decided(p, POLICY_DENY, rule, tool, args), POLICY_DENY)

#define RUN(command)  "{\"command\":\"" command "\"}"
#define PATH(path)    "{\"path\":\"" path "\"}"
#define WRITE(path)   "{\"path\":\"" path "\",\"content\":\"x\"}"
#define URL(url)      "{\"url\":\"" url "\"}"

static void
without_rules_only_reading_inside_goes_on(void **state)
{
	struct place *p = *state;
	put_file(p, "a", "x");
	allowed(NULL, "read_file", PATH("a"));
	allowed(NULL, "list_files", "{}");
	asked(NULL, "read_file", PATH("/etc/passwd"));
	asked(NULL, "list_files", PATH(".."));
	asked(NULL, "write_file", WRITE("a"));
	asked(NULL, "shell", RUN("true"));
	asked(NULL, "fetch_url", URL("https://example.com"));
}

static void
a_star_stands_for_words_never_for_operators(void **state)
{
	struct place *p = *state;
	allowed("shell", "shell", RUN("rm -rf x; true"));
	allowed("shell(git log *)", "shell", RUN("git log -3 --oneline"));
	allowed("shell(git log *)", "shell", RUN("git log"));
	asked("shell(git log *)", "shell", RUN("git logs"));
	asked("shell(git log *)", "shell", RUN("git log; rm x"));
	asked("shell(git log *)", "shell", RUN("git log && rm x"));
	asked("shell(git log *)", "shell", RUN("git log | sh"));
	asked("shell(git log *)", "shell", RUN("git log $(rm x)"));
	asked("shell(git log *)", "shell", RUN("git log `rm x`"));
	asked("shell(git log *)", "shell", RUN("git log >x"));
	asked("shell(git log *)", "shell", RUN("git log\\nrm x"));
	asked("shell(git log **)", "shell", RUN("git log; rm x"));
	asked("shell(git log ?)", "shell", RUN("git log ;"));
	allowed("shell(make && make check)", "shell", RUN("make && make check"));
	allowed("shell(echo \\\\*)", "shell", RUN("echo \\\\*"));
	denied("shell(*rm *)", "shell", RUN("true; rm -rf x"));
	denied("*", "shell", RUN("true"));
	denied("shell", "shell", RUN("true"));
}

static void
a_pattern_of_files_is_of_the_real_path(void **state)
{
	struct place *p = *state;
	put_file(p, "src/deep/a.c", "x");
	put_file(p, "../other/b.c", "x");
	allowed("write_file(src/**)", "write_file", WRITE("src/deep/a.c"));
	allowed("write_file(./src/**.c)", "write_file", WRITE("src/deep/a.c"));
	asked("write_file(src/*)", "write_file", WRITE("src/deep/a.c"));
	asked("write_file(src/**)", "write_file", WRITE("src/../b"));
	asked("write_file(src/**)", "write_file", WRITE("other"));
	asked("edit_file(src/**)", "write_file", WRITE("src/deep/a.c"));
	char *rule = mem_printf("read_file(%s/other/**)", p->base);
	allowed(rule, "read_file", PATH("../other/b.c"));
	asked(rule, "read_file", PATH("../home"));
	free(rule);
	char *link = path_in(p, "src/link");
	assert_int_equal(symlink("../../other", link), 0);
	asked("write_file(src/**)", "write_file", WRITE("src/link/b.c"));
	asked("write_file(**)", "write_file", WRITE("src/link/../work2/x"));
	free(link);
}

static void
a_rule_without_a_pattern_stays_inside(void **state)
{
	struct place *p = *state;
	allowed("write_file", "write_file", WRITE("a"));
	asked("write_file", "write_file", WRITE("../a"));
	asked("write_file", "write_file", WRITE(".git/config"));
	asked("*", "write_file", WRITE("../a"));
	asked("read_file", "read_file", PATH("/etc/passwd"));
	allowed("write_file(.git/config)", "write_file", WRITE(".git/config"));
}

static void
addresses_are_compared_as_they_are_fetched(void **state)
{
	struct place *p = *state;
	allowed("fetch_url(example.com)", "fetch_url", URL("https://EXAMPLE.com/a?b#c"));
	allowed("fetch_url(https://example.com/docs/**)", "fetch_url", URL("https://example.com/docs/a/b"));
	asked("fetch_url(https://example.com/docs/**)", "fetch_url", URL("https://example.com/"));
	asked("fetch_url(example.com)", "fetch_url", URL("https://example.com.evil.org/"));
	asked("fetch_url(https://*.example.com/**)", "fetch_url", URL("https://evil.org?.example.com/"));
	asked("fetch_url(https://*.example.com/**)", "fetch_url", URL("https://evil.org/.example.com/"));
	allowed("fetch_url", "fetch_url", URL("https://example.com"));
	asked("fetch_url", "fetch_url", URL("http://127.0.0.1:8080/"));
	asked("fetch_url", "fetch_url", URL("http://localhost/"));
	asked("fetch_url", "fetch_url", URL("http://[::ffff:10.0.0.1]/"));
	asked("fetch_url", "fetch_url", URL("http://169.254.169.254/latest"));
	allowed("fetch_url(127.0.0.1:8080)", "fetch_url", URL("http://127.0.0.1:8080/x"));
	asked("fetch_url(127.0.0.1:8080)", "fetch_url", URL("http://127.0.0.1:9090/x"));
}

static void
denials_win_and_asking_beats_allowing(void **state)
{
	struct place *p = *state;
	struct policy policy = { 0 };
	const struct policy_rule *because;
	add(&policy, POLICY_ALLOW, "shell");
	add(&policy, POLICY_ASK, "shell(git push*)");
	add(&policy, POLICY_DENY, "shell(*--force*)");
	struct tool_call *c = prepared(p, "shell", RUN("git status"));
	assert_int_equal(policy_decide(&policy, c, &because), POLICY_ALLOW);
	tool_call_free(c);
	c = prepared(p, "shell", RUN("git push"));
	assert_int_equal(policy_decide(&policy, c, &because), POLICY_ASK);
	tool_call_free(c);
	c = prepared(p, "shell", RUN("git push --force"));
	assert_int_equal(policy_decide(&policy, c, &because), POLICY_DENY);
	struct buf b = { 0 };
	policy_put(&b, because);
	assert_string_equal(b.s, "shell(*--force*)");
	buf_done(&b);
	tool_call_free(c);
	policy_drop(&policy, POLICY_SESSION);
	assert_int_equal(policy.rules.n, 0);
	policy_done(&policy);
}

static void
what_is_suggested_allows_that_call_again(void **state)
{
	struct place *p = *state;
	put_file(p, "../other/b.c", "x");
	static const char *const calls[][2] = { { "shell", RUN("echo a* ; rm 'x?' \\\\\\\\ (y)") },
		{ "write_file", WRITE("a/b") }, { "write_file", WRITE("../a[*]") }, { "read_file", PATH("../other/b.c") },
		{ "fetch_url", URL("http://localhost:8080/a*b") }, { "write_file", WRITE(".git/x") } };
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		struct buf b = { 0 };
		struct tool_call *c = prepared(p, calls[i][0], calls[i][1]);
		policy_suggest(&b, c);
		allowed(b.s, calls[i][0], calls[i][1]);
		buf_done(&b);
		tool_call_free(c);
	}
}

static void
what_is_no_rule_is_refused_with_words(void **state)
{
	(void)state;
	struct policy policy = { 0 };
	struct tool_set set = { 0 };
	struct err err = { 0 };
	tool_set_builtin(&set);
	assert_int_equal(policy_add(&policy, POLICY_ALLOW, POLICY_SESSION, "shel(x)", &set, &err), -1);
	assert_string_equal(err.text, "There is no tool shel. Did you mean shell?");
	assert_int_equal(err.code, ERR_USAGE);
	static const char *const bad[] = { "", "(x)", "shell(", "shell()", "shell(x", "shell(x) " };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(policy_add(&policy, POLICY_ALLOW, POLICY_SESSION, bad[i], &set, &err), -1);
	assert_int_equal(policy.rules.n, 0);
	tool_set_done(&set);
	policy_done(&policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(without_rules_only_reading_inside_goes_on),
		scene(a_star_stands_for_words_never_for_operators),
		scene(a_pattern_of_files_is_of_the_real_path),
		scene(a_rule_without_a_pattern_stays_inside),
		scene(addresses_are_compared_as_they_are_fetched),
		scene(denials_win_and_asking_beats_allowing),
		scene(what_is_suggested_allows_that_call_again),
		scene(what_is_no_rule_is_refused_with_words),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
