/*
 * test_login.c - `adit auth login` and `logout` from end to end, without a terminal.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <dirent.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "e2e/run.h"

#define A_MODEL "us.anthropic.claude-opus-4-6-v1"
#define SESSION "[sso-session corp]\nsso_start_url=https://corp.awsapps.com/start\nsso_region=us-east-1\n"
#define DEV     "[profile dev]\nsso_session=corp\nsso_account_id=123456789012\nsso_role_name=Dev\n"
#define KEY     "ABSKsimdemo"

static struct sim sim;

static int
setup(void **state)
{
	run_rules(&sim, "{\"identity\":{\"oidc\":{\"answers\":[\"authorization_pending\"]}},"
		 "\"rules\":[{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}");
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	*state = &sim;
	return 0;
}

static char *
in_home(const char *name)
{
	return mem_printf("%s/%s", getenv("HOME"), name);
}

#define RUN(r, input, ...) run_adit(r, input, (const char *const[]){ __VA_ARGS__, NULL })

static void
expect(struct run *r, int status, const char *out, const char *err)
{
	if (r->status != status || strstr(buf_str(&r->out), out) == NULL || strstr(buf_str(&r->err), err) == NULL)
		fail_msg("%d\n%s\n%s", r->status, buf_str(&r->out), buf_str(&r->err));
	run_done(r);
}

static void
a_sign_in_serves_every_command_after_it(void **state)
{
	(void)state;
	struct run r;
	run_write(".aws/config", SESSION DEV, 0600);
	RUN(&r, NULL, "--profile", "dev", "-p", "-m", A_MODEL, "hello");
	expect(&r, 3, "", "adit auth login sso --profile dev");
	RUN(&r, NULL, "auth", "login", "sso", "corp");
	assert_non_null(strstr(buf_str(&r.out), "/device?user_code="));
	assert_non_null(strstr(r.out.s, "adit --profile dev"));
	expect(&r, 0, "account 123456789012", "");
	RUN(&r, NULL, "--profile", "dev", "-p", "-m", A_MODEL, "hello");
	expect(&r, 0, "You said: hello", "");
}

static void
a_profile_names_its_session(void **state)
{
	(void)state;
	struct run r;
	run_write(".aws/config", SESSION DEV, 0600);
	RUN(&r, NULL, "auth", "login", "sso", "--profile", "dev");
	expect(&r, 0, "Signed in to corp.", "");
	RUN(&r, NULL, "auth", "login", "sso", "dev");
	expect(&r, 0, "Signed in to corp.", "");
	RUN(&r, NULL, "auth", "login", "sso", "nobody");
	expect(&r, 2, "", "neither an SSO session nor a profile nobody");
}

static void
what_must_ask_says_that_there_is_no_terminal(void **state)
{
	(void)state;
	static const char *const methods[] = { "sso-new", "console" };
	struct run r;
	run_write(".aws/config", SESSION, 0600);
	RUN(&r, NULL, "auth", "login");
	expect(&r, 2, "", "no terminal");
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	for (size_t i = 0; i < 2; i++) {
		RUN(&r, NULL, "auth", "login", methods[i]);
		expect(&r, 2, "", "no terminal");
	}
	/* Signed in, but account and role cannot be asked for. */
	RUN(&r, NULL, "auth", "login", "sso", "corp");
	expect(&r, 2, "Signed in to corp.", "no terminal");
}

/* Every string of a JSON file of the cache that is long enough to be a secret is looked for. */
static void
expect_none_of(const char *log, const char *name)
{
	struct buf b = { 0 };
	char *path = mem_printf("%s/.aws/sso/cache/%s", getenv("HOME"), name);
	assert_int_equal(file_read(path, 1 << 16, &b, NULL), 0);
	struct json_object *o = json_parse(buf_str(&b), b.len, NULL);
	static const char *const members[] = { "accessToken", "refreshToken", "clientSecret" };
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		assert_null(strstr(log, json_str(o, members[i], "(none)")));
	json_free(o);
	buf_done(&b);
	free(path);
}

static void
the_log_of_a_sign_in_has_no_secret(void **state)
{
	(void)state;
	struct run r;
	struct buf log = { 0 };
	char *path = in_home("log"), *folder = in_home(".aws/sso/cache");
	run_write(".aws/config", SESSION DEV, 0600);
	RUN(&r, NULL, "auth", "login", "sso", "corp", "--log-file", path, "--log-level", "trace");
	expect(&r, 0, "", "");
	assert_int_equal(file_read(path, 1 << 24, &log, NULL), 0);
	assert_true(log.len > 0);
	int files = 0;
	DIR *d = opendir(folder);
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.') {
			expect_none_of(log.s, e->d_name);
			files++;
		}
	closedir(d);
	assert_int_equal(files, 2);             /* the token and the registration */
	buf_done(&log);
	free(folder);
	free(path);
}

static void
an_api_key_from_a_pipe_is_stored_used_and_forgotten(void **state)
{
	(void)state;
	struct run r;
	struct stat st;
	char *path = in_home(".local/share/adit/credentials.json");
	RUN(&r, KEY "\n", "auth", "login", "api-key");
	assert_null(strstr(buf_str(&r.out), KEY));
	expect(&r, 0, "only you can read", "");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	RUN(&r, NULL, "auth", "status");
	assert_null(strstr(buf_str(&r.out), KEY));
	expect(&r, 0, "stored by adit", "");
	RUN(&r, NULL, "-p", "-m", A_MODEL, "hello");
	expect(&r, 0, "You said: hello", "");
	struct json_object *line = log_line(&sim, 1, false);
	assert_null(json_text(line, "access_key_id"));
	json_free(line);
	assert_int_equal(chmod(path, 0644), 0);
	RUN(&r, NULL, "-p", "-m", A_MODEL, "hello");
	expect(&r, 3, "", "chmod 600");
	RUN(&r, NULL, "auth", "logout");
	expect(&r, 0, "is forgotten", "");
	RUN(&r, NULL, "auth", "status");
	expect(&r, 3, "", "");
	free(path);
}

static void
what_is_no_api_key_is_not_stored(void **state)
{
	(void)state;
	struct run r;
	RUN(&r, "AKIAEXAMPLE\n", "auth", "login", "api-key");
	assert_null(strstr(buf_str(&r.err), "AKIAEXAMPLE"));
	expect(&r, 2, "", "access key id");
	RUN(&r, NULL, "auth", "logout");
	expect(&r, 0, "had stored nothing", "");
}

static void
signing_out_of_sso_ends_the_session(void **state)
{
	(void)state;
	struct run r;
	run_write(".aws/config", SESSION DEV, 0600);
	RUN(&r, NULL, "auth", "login", "sso", "corp");
	expect(&r, 0, "", "");
	RUN(&r, NULL, "auth", "logout", "--sso", "--profile", "dev");
	expect(&r, 0, "Signed out of corp.", "");
	RUN(&r, NULL, "auth", "status", "--profile", "dev");
	expect(&r, 3, "not signed in to SSO", "");
}

static void
the_other_methods_say_what_they_are_for(void **state)
{
	(void)state;
	struct run r;
	run_write(".aws/config", "[profile job]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"AKIDJOB\","
	    "\"SecretAccessKey\":\"s\"}'\n", 0600);
	RUN(&r, NULL, "auth", "login", "keys");
	expect(&r, 2, "", "one run only");
	RUN(&r, NULL, "auth", "login", "demo");
	expect(&r, 0, "adit --demo", "");
	RUN(&r, NULL, "auth", "login", "process", "job");
	expect(&r, 0, "profile job: credential_process", "");
	RUN(&r, NULL, "auth", "login", "profile", "job");
	expect(&r, 0, "adit --profile job", "");
	RUN(&r, NULL, "auth", "login", "profile", "nobody");
	expect(&r, 3, "", "nobody");
	RUN(&r, NULL, "auth", "login", "nonsense");
	expect(&r, 2, "", "sso-new");
	RUN(&r, NULL, "auth", "login", "--help");
	expect(&r, 0, "api-key", "");
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, run_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_sign_in_serves_every_command_after_it),
		scene(a_profile_names_its_session),
		scene(what_must_ask_says_that_there_is_no_terminal),
		scene(the_log_of_a_sign_in_has_no_secret),
		scene(an_api_key_from_a_pipe_is_stored_used_and_forgotten),
		scene(what_is_no_api_key_is_not_stored),
		scene(signing_out_of_sso_ends_the_session),
		scene(the_other_methods_say_what_they_are_for),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
