#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "aws/creds.h"
#include "home.h"

#define IN_HOME(test) cmocka_unit_test_setup_teardown(test, home_setup, home_teardown)

/* ---- asking ---- */

static const struct creds *
resolve(const struct aws_options *o, struct err *err)
{
	struct aws *aws = aws_new(o, NULL);
	const struct creds *c = creds_get(aws, NULL, err);
	aws_free(aws);
	return c;
}

/* The access key id (or bearer token) that these options and this world lead to. */
static void
expect_id(const struct aws_options *o, const char *want)
{
	struct err err = { 0 };
	const struct creds *c = resolve(o, &err);
	if (c == NULL)
		fail_msg("wanted %s, got: %s", want, err.text);
	assert_string_equal(c->kind == CREDS_BEARER ? secret_reveal(c->bearer) : c->access_key_id, want);
	creds_unref(c);
}

static void
expect_failure(const struct aws_options *o, enum err_code code, const char *part)
{
	struct err err = { 0 };
	const struct creds *c = resolve(o, &err);
	if (c != NULL)
		fail_msg("expected a failure, got %s", c->label);
	if (err.code != code || strstr(err.text, part) == NULL)
		fail_msg("“%s” (%d) does not say “%s”", err.text, err.code, part);
}

/* ---- the matrix: each source set or not, and who must win ---- */

enum { BEARER = 1, KEYS = 2, PROFILE = 4, FLAG = 8, DEFAULT = 16 };

static void
set_world(int what)
{
	home_credentials(what & DEFAULT
		? "[named]\naws_access_key_id=NAMED\naws_secret_access_key=s\n"
		  "[flag]\naws_access_key_id=FLAG\naws_secret_access_key=s\n"
		  "[default]\naws_access_key_id=DEFAULT\naws_secret_access_key=s\n"
		: "[named]\naws_access_key_id=NAMED\naws_secret_access_key=s\n"
		  "[flag]\naws_access_key_id=FLAG\naws_secret_access_key=s\n");
	static const struct {
		int		 bit;
		const char	*name, *value;
	} rows[] = { { BEARER, "AWS_BEARER_TOKEN_BEDROCK", "BEARER" }, { KEYS, "AWS_ACCESS_KEY_ID", "KEYS" },
		{ KEYS, "AWS_SECRET_ACCESS_KEY", "s" }, { PROFILE, "AWS_PROFILE", "named" } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (what & rows[i].bit)
			setenv(rows[i].name, rows[i].value, 1);
		else
			setenv(rows[i].name, " ", 1);   /* blank is unset */
	}
}

static void
of_every_combination_the_first_in_the_order_wins(void **state)
{
	(void)state;
	for (int what = 1; what < 32; what++) {
		set_world(what);
		struct aws_options o = { .profile = what & FLAG ? "flag" : NULL };
		const char *want = what & FLAG ? "FLAG"
		    : what & BEARER	       ? "BEARER"
		    : what & KEYS	       ? "KEYS"
		    : what & PROFILE	       ? "NAMED"
					       : "DEFAULT";
		expect_id(&o, want);
	}
}

static void
what_is_given_for_this_run_beats_everything(void **state)
{
	(void)state;
	set_world(BEARER | KEYS | PROFILE | DEFAULT);
	expect_id(&(struct aws_options){ .bearer = " given " }, "given");
	expect_id(&(struct aws_options){ .access_key_id = "GIVEN", .secret_access_key = "s" }, "GIVEN");
	expect_failure(&(struct aws_options){ .access_key_id = "GIVEN" }, ERR_CREDENTIALS, "secret");
}

/* ---- environment ---- */

static void
values_of_the_environment_are_trimmed(void **state)
{
	(void)state;
	setenv("AWS_ACCESS_KEY_ID", " AKID\n", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secret\n", 1);
	setenv("AWS_SESSION_TOKEN", "\ttoken ", 1);
	setenv("AWS_ACCOUNT_ID", "123456789012", 1);
	const struct creds *c = resolve(NULL, NULL);
	assert_non_null(c);
	assert_string_equal(c->access_key_id, "AKID");
	assert_string_equal(secret_reveal(c->secret_access_key), "secret");
	assert_string_equal(secret_reveal(c->session_token), "token");
	assert_string_equal(c->account, "123456789012");
	assert_int_equal(c->kind, CREDS_STATIC);
	assert_null(c->profile);
	creds_unref(c);
}

static void
the_old_name_of_the_token_counts_only_without_the_new_one(void **state)
{
	(void)state;
	setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	setenv("AWS_SECURITY_TOKEN", "old", 1);
	const struct creds *c = resolve(NULL, NULL);
	assert_string_equal(secret_reveal(c->session_token), "old");
	creds_unref(c);
	setenv("AWS_SESSION_TOKEN", "new", 1);
	c = resolve(NULL, NULL);
	assert_string_equal(secret_reveal(c->session_token), "new");
	creds_unref(c);
}

static void
half_a_pair_of_keys_stops_the_chain(void **state)
{
	(void)state;
	home_credentials("[default]\naws_access_key_id=DEFAULT\naws_secret_access_key=s\n");
	setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
	setenv("AWS_SECRET_ACCESS_KEY", " ", 1);
	expect_failure(NULL, ERR_CREDENTIALS, "AWS_SECRET_ACCESS_KEY");
	unsetenv("AWS_ACCESS_KEY_ID");
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	expect_id(NULL, "DEFAULT");
}

static void
expired_environment_keys_say_that_they_shadow_the_rest(void **state)
{
	(void)state;
	home_credentials("[default]\naws_access_key_id=DEFAULT\naws_secret_access_key=s\n");
	setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	setenv("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z", 1);
	expect_failure(NULL, ERR_CREDENTIALS, "come before profiles");
	setenv("AWS_CREDENTIAL_EXPIRATION", "not a date", 1);
	expect_id(NULL, "AKID");
	setenv("AWS_CREDENTIAL_EXPIRATION", "2099-01-01T00:00:00Z", 1);
	const struct creds *c = resolve(NULL, NULL);
	assert_int_equal(c->expires, 4070908800);
	creds_unref(c);
}

static void
a_key_with_a_line_break_inside_is_refused_and_not_repeated(void **state)
{
	(void)state;
	struct err err = { 0 };
	setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	setenv("AWS_SESSION_TOKEN", "tok\r\nX-Evil: 1", 1);
	assert_null(resolve(NULL, &err));
	assert_null(strstr(err.text, "Evil"));
	setenv("AWS_BEARER_TOKEN_BEDROCK", "a b", 1);
	expect_failure(NULL, ERR_CREDENTIALS, "copy it again");
}

/* ---- profiles ---- */

static void
aws_profile_is_asked_before_aws_default_profile(void **state)
{
	(void)state;
	home_credentials("[a]\naws_access_key_id=A\naws_secret_access_key=s\n"
			 "[b]\naws_access_key_id=B\naws_secret_access_key=s\n");
	setenv("AWS_DEFAULT_PROFILE", "b", 1);
	expect_id(NULL, "B");
	setenv("AWS_PROFILE", "a", 1);
	expect_id(NULL, "A");
}

static void
static_keys_may_be_split_over_the_two_files(void **state)
{
	(void)state;
	home_config("[profile x]\naws_access_key_id=OLD\naws_session_token=tok\naws_account_id=1\n");
	home_credentials("[x]\naws_access_key_id=NEW\naws_secret_access_key=s\n");
	const struct creds *c = resolve(&(struct aws_options){ .profile = "x" }, NULL);
	assert_string_equal(c->access_key_id, "NEW");
	assert_string_equal(secret_reveal(c->session_token), "tok");
	assert_string_equal(c->account, "1");
	assert_string_equal(c->profile, "x");
	creds_unref(c);
}

static void
half_a_pair_in_a_profile_names_file_and_line(void **state)
{
	(void)state;
	home_credentials("# one\n[x]\naws_access_key_id=A\n[y]\naws_secret_access_key=s\n");
	expect_failure(&(struct aws_options){ .profile = "x" }, ERR_CREDENTIALS, "credentials, line 3");
	expect_failure(&(struct aws_options){ .profile = "y" }, ERR_CREDENTIALS, "credentials, line 5");
}

static void
a_profile_that_is_not_there_stops_the_chain_unless_it_is_the_marker_default(void **state)
{
	(void)state;
	home_config("[profile dev]\n");
	setenv("AWS_PROFILE", "de", 1);
	expect_failure(NULL, ERR_CREDENTIALS, "Near names: dev");
	setenv("AWS_PROFILE", "default", 1);
	expect_failure(NULL, ERR_CREDENTIALS, "No AWS credentials. Tried:");
	expect_failure(&(struct aws_options){ .profile = "default" }, ERR_CREDENTIALS, "no profile “default”");
}

static void
a_profile_with_settings_only_is_passed_over_unless_the_command_line_named_it(void **state)
{
	(void)state;
	home_config("[profile dev]\nregion=eu-west-1\n");
	setenv("AWS_PROFILE", "dev", 1);
	expect_failure(NULL, ERR_CREDENTIALS, "profile dev has settings, but no credentials");
	expect_failure(NULL, ERR_CREDENTIALS, "No AWS credentials");
	expect_failure(&(struct aws_options){ .profile = "dev" }, ERR_CREDENTIALS, "Profile dev (named by --profile) has settings");
}

static void
an_sso_session_alone_signs_in_to_no_account(void **state)
{
	(void)state;
	home_config("[profile t]\nsso_session=corp\n[sso-session corp]\nsso_region=eu-west-1\n");
	setenv("AWS_PROFILE", "t", 1);
	expect_failure(NULL, ERR_CREDENTIALS, "sso_account_id");
}

static void
a_malformed_file_stops_the_chain_only_where_a_profile_is_needed(void **state)
{
	(void)state;
	home_config("[default]\nregion=eu-west-1\nnonsense\n");
	home_credentials("[default]\naws_access_key_id=DEFAULT\naws_secret_access_key=s\n");
	expect_failure(NULL, ERR_CONFIG, "config, line 3");
	setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	expect_id(NULL, "AKID");
}

static void
nothing_found_lists_what_was_tried_and_what_to_do(void **state)
{
	(void)state;
	expect_failure(NULL, ERR_CREDENTIALS, "AWS_BEARER_TOKEN_BEDROCK is not set");
	expect_failure(NULL, ERR_CREDENTIALS, "AWS_ACCESS_KEY_ID is not set");
	expect_failure(NULL, ERR_CREDENTIALS, "no profile “default”");
	expect_failure(NULL, ERR_CREDENTIALS, "--profile");
}

/* ---- credential_process ---- */

#define FINE_ANSWER "{\"Version\":1,\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"s\"}"

static void
expect_process(const char *command, const char *want)
{
	char *config = mem_printf("[profile p]\ncredential_process = %s\n", command);
	home_config(config);
	free(config);
	expect_id(&(struct aws_options){ .profile = "p" }, want);
}

static void
expect_process_failure(const char *command, const char *part)
{
	char *config = mem_printf("[profile p]\ncredential_process = %s\n", command);
	home_config(config);
	free(config);
	expect_failure(&(struct aws_options){ .profile = "p" }, ERR_CREDENTIALS, part);
}

static void
a_process_is_split_like_a_shell_would_and_run_without_one(void **state)
{
	(void)state;
	char *path = home_script("with space", "#!/bin/sh\n"
	    "[ \"$1|$2|$3|$4\" = 'a b|c\"d|$HOME|e f' ] || { echo \"got $1|$2|$3|$4\" >&2; exit 1; }\n"
	    "echo '" FINE_ANSWER "'\n");
	char *command = mem_printf("\"%s\" 'a b' c\\\"d '$HOME' \"e\"' f'", path);
	expect_process(command, "PROC");
	free(command);
	free(path);
}

static void
a_process_that_needs_a_shell_gets_one(void **state)
{
	(void)state;
	char *path = home_script("helper", "#!/bin/sh\necho '" FINE_ANSWER "'\n");
	free(path);
	expect_process("~/helper", "PROC");
	expect_process("$HOME/helper", "PROC");
	expect_process("$HOME/helper | cat", "PROC");
}

static void
an_answer_is_read_in_full_and_in_any_case(void **state)
{
	(void)state;
	char *path = home_script("helper", "#!/bin/sh\necho '{\"version\":1,\"accesskeyid\":\"PROC\",\"secretAccessKey\":"
	    "\"s\",\"SESSIONTOKEN\":\"t\",\"expiration\":\"2099-01-01T00:00:00+00:00\",\"AccountId\":\"42\"}'\n");
	home_config("[profile p]\ncredential_process = ~/helper\naws_account_id = 41\n");
	const struct creds *c = resolve(&(struct aws_options){ .profile = "p" }, NULL);
	assert_non_null(c);
	assert_int_equal(c->kind, CREDS_PROCESS);
	assert_string_equal(secret_reveal(c->session_token), "t");
	assert_int_equal(c->expires, 4070908800);
	assert_string_equal(c->account, "42");
	assert_string_equal(c->label, "profile p: credential_process");
	creds_unref(c);
	free(path);
}

static void
a_process_that_fails_is_quoted_without_its_arguments(void **state)
{
	(void)state;
	char *path = home_script("helper", "#!/bin/sh\necho \"$2\"\nprintf 'first line\\nlast\\033[31m line\\n' >&2\nexit 7\n");
	char *command = mem_printf("%s --password hunter2", path);
	expect_process_failure(command, "exited with 7: first line last [31m line");
	expect_process_failure(command, "/helper");
	struct err err = { 0 };
	assert_null(resolve(&(struct aws_options){ .profile = "p" }, &err));
	assert_null(strstr(err.text, "hunter2"));
	free(command);
	free(path);
	expect_process_failure("/nonexistent/helper x", "/nonexistent/helper");
	expect_process_failure("sh -c 'kill -9 $$'", "signal 9");
}

static void
a_wrong_answer_says_what_is_wrong(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "hello", "JSON" },
		{ "[1]", "JSON" },
		{ "", "JSON" },
		{ "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}", "Version" },
		{ "{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}", "Version" },
		{ "{\"Version\":\"1\",\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}", "Version" },
		{ "{\"Version\":1,\"SecretAccessKey\":\"s\"}", "AccessKeyId" },
		{ "{\"Version\":1,\"AccessKeyId\":\"A\"}", "SecretAccessKey" },
		{ "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"TOPSECRET\",\"Expiration\":\"soon\"}",
		    "Expiration" },
		{ "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\",\"Expiration\":\"2020-01-01T00:00:00Z\"}",
		    "expired" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *script = mem_printf("#!/bin/sh\necho '%s'\n", rows[i][0]);
		char *path = home_script("helper", script);
		expect_process_failure(path, rows[i][1]);
		free(script);
		free(path);
	}
	home_config("[profile p]\ncredential_process = \"unfinished\n");
	expect_failure(&(struct aws_options){ .profile = "p" }, ERR_CONFIG, "config, line 2");
}

static void
a_process_that_floods_or_hangs_is_stopped(void **state)
{
	(void)state;
	expect_process_failure("yes", "64 KiB");
	home_config("[profile p]\ncredential_process = sh -c 'sleep 600'\n");
	int64_t start = clock_ms();
	expect_failure(&(struct aws_options){ .profile = "p", .process_timeout_ms = 200 }, ERR_CREDENTIALS,
	    "1 seconds");
	assert_true(clock_ms() - start < 300000);
}

static void
a_process_does_not_see_the_keys_of_others_and_cannot_call_itself(void **state)
{
	(void)state;
	setenv("AWS_ACCESS_KEY_ID", "KEYS", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	setenv("AWS_BEARER_TOKEN_BEDROCK", "BEARER", 1);
	setenv("AWS_PROFILE", "kept", 1);
	char *path = home_script("helper", "#!/bin/sh\n"
	    "[ \"$AWS_ACCESS_KEY_ID$AWS_SECRET_ACCESS_KEY$AWS_BEARER_TOKEN_BEDROCK$AWS_PROFILE"
	    "$ADIT_CREDENTIAL_PROCESS\" = kept1 ] && echo '" FINE_ANSWER "'\n");
	expect_process(path, "PROC");
	setenv("ADIT_CREDENTIAL_PROCESS", "1", 1);
	expect_process_failure(path, "for ever");
	free(path);
}

/* ---- what a profile selects ---- */

static void
styles_are_looked_for_in_their_order(void **state)
{
	(void)state;
	char *path = home_script("helper", "#!/bin/sh\necho '" FINE_ANSWER "'\n");
	free(path);
	home_config("[profile p]\ncredential_process = ~/helper\naws_access_key_id=A\naws_secret_access_key=s\n");
	expect_id(&(struct aws_options){ .profile = "p" }, "A");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_HOME(of_every_combination_the_first_in_the_order_wins),
		IN_HOME(what_is_given_for_this_run_beats_everything),
		IN_HOME(values_of_the_environment_are_trimmed),
		IN_HOME(the_old_name_of_the_token_counts_only_without_the_new_one),
		IN_HOME(half_a_pair_of_keys_stops_the_chain),
		IN_HOME(expired_environment_keys_say_that_they_shadow_the_rest),
		IN_HOME(a_key_with_a_line_break_inside_is_refused_and_not_repeated),
		IN_HOME(aws_profile_is_asked_before_aws_default_profile),
		IN_HOME(static_keys_may_be_split_over_the_two_files),
		IN_HOME(half_a_pair_in_a_profile_names_file_and_line),
		IN_HOME(a_profile_that_is_not_there_stops_the_chain_unless_it_is_the_marker_default),
		IN_HOME(a_profile_with_settings_only_is_passed_over_unless_the_command_line_named_it),
		IN_HOME(an_sso_session_alone_signs_in_to_no_account),
		IN_HOME(a_malformed_file_stops_the_chain_only_where_a_profile_is_needed),
		IN_HOME(nothing_found_lists_what_was_tried_and_what_to_do),
		IN_HOME(a_process_is_split_like_a_shell_would_and_run_without_one),
		IN_HOME(a_process_that_needs_a_shell_gets_one),
		IN_HOME(an_answer_is_read_in_full_and_in_any_case),
		IN_HOME(a_process_that_fails_is_quoted_without_its_arguments),
		IN_HOME(a_wrong_answer_says_what_is_wrong),
		IN_HOME(a_process_that_floods_or_hangs_is_stopped),
		IN_HOME(a_process_does_not_see_the_keys_of_others_and_cannot_call_itself),
		IN_HOME(styles_are_looked_for_in_their_order),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
