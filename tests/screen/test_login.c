/*
 * test_login.c - /login on the screen: the dialogs, and the turn that goes on by itself.
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
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "e2e/run.h"
#include "screen/vtty.h"

#define A_MODEL "us.anthropic.claude-opus-4-6-v1"
#define LONG    20000
#define KEY     "ABSKsimdemo"
#define CONFIG                                                                                     \
	"[sso-session corp]\nsso_start_url=https://corp.awsapps.com/start\nsso_region=us-east-1\n"     \
	"[profile dev]\nsso_session=corp\nsso_account_id=123456789012\nsso_role_name=Dev\n"            \
	"[profile base]\naws_access_key_id=AKIDEXAMPLE\n"                                              \
	"aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"                             \
	"[profile mfa]\nrole_arn=arn:aws:iam::123456789012:role/Admin\nsource_profile=base\n"          \
	"mfa_serial=arn:aws:iam::123456789012:mfa/alice\n"

static struct sim sim;

static char *
in_home(const char *name)
{
	return mem_printf("%s/%s", getenv("HOME"), name);
}

static void
write_config(const char *text)
{
	char *folder = in_home(".aws"), *path = in_home(".aws/config");
	file_make_dir(folder, 0700, NULL);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(folder);
	free(path);
}

static void
start_world(const char *oidc)
{
	char scenario[512], *rules = mem_printf("{\"defaults\":{\"piece_delay_ms\":0},\"identity\":{\"oidc\":{%s}},"
		"\"rules\":[{\"match\":{\"contains\":\"count\"},\"answer\":[{\"rate\":{\"pieces_per_s\":20,\"seconds\":60,"
		"\"piece\":\"[{n}]\\n\\n\"}}]},{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}", oidc);
	memset(&sim, 0, sizeof sim);
	sim_dir(&sim);
	sim_file(&sim, "rules.json", rules, scenario);
	const char *args[] = { "--scenario", scenario, NULL };
	sim_start(&sim, args);
	run_env(&sim);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	write_config(CONFIG);
	free(rules);
}

static int
setup(void **state)
{
	*state = &sim;
	start_world("\"browser\":true,\"answers\":[]");
	return 0;
}

static int
setup_willing(void **state)
{
	*state = &sim;
	start_world("\"answers\":[\"authorization_pending\"]");
	return 0;
}

static int
teardown(void **state)
{
	sim_stop(*state);
	return 0;
}

static struct vtty *
start_with(int rows, int cols, const char *profile)
{
	const char *const args[] = { getenv("ADIT"), "-m", A_MODEL, profile != NULL ? "--profile" : NULL, profile, NULL };
	struct vtty_options o = { .rows = rows, .cols = cols };
	struct vtty *t = vtty_start(&o, (char *const *)(uintptr_t)args);
	assert_true(vtty_wait(t, "opus-4-6", LONG));
	return t;
}

static void
leave(struct vtty *t)
{
	vtty_type(t, "\025\004");
	int st = vtty_finish(t);
	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), 0);
}

/* Opens the address that the screen shows, as the user would with a browser somewhere. */
static void
approve(struct vtty *t)
{
	static const char *const no_headers[] = { NULL };
	struct got g;
	char path[128];
	int row = vtty_find(t, "/device?user_code=");
	assert_true(row >= 0);
	const char *at = strstr(vtty_row(t, row), "/device?user_code=");
	snprintf(path, sizeof path, "%.*s", (int)strcspn(at, " "), at);
	sim_call(&sim, &g, path, no_headers, NULL, 0);
	assert_int_equal(g.status, 200);
	got_free(&g);
}

#define WAIT(t, text)                                                                              \
	do {                                                                                       \
		if (!vtty_wait(t, text, LONG))                                                     \
			fail_msg("never saw “%s”", text);                                          \
	} while (0)

static void
a_turn_without_credentials_goes_on_by_itself_after_sign_in(void **state)
{
	(void)state;
	struct vtty *t = start_with(40, 100, "dev");
	vtty_type(t, "hello there\r");
	WAIT(t, "Press Enter to sign in again");
	vtty_type(t, "\r");
	WAIT(t, "/device?user_code=");
	WAIT(t, "left. Esc gives up");
	approve(t);
	WAIT(t, "You said: hello there");
	assert_true(vtty_has(t, "profile dev"));
	assert_false(vtty_has(t, "user_code"));
	leave(t);
}

static void
the_list_has_the_likeliest_first(void **state)
{
	(void)state;
	struct vtty *t = start_with(24, 80, "dev");
	vtty_type(t, "/login\r");
	WAIT(t, "Sign in to SSO: corp, for profile dev");
	WAIT(t, "https://corp.awsapps.com/start");
	assert_true(vtty_find(t, "Sign in to SSO") < vtty_find(t, "Use another profile"));
	assert_true(vtty_find(t, "Use another profile") < vtty_find(t, "Bedrock API key"));
	assert_true(vtty_has(t, "https://corp.awsapps.com/start"));
	vtty_type(t, "\033");
	assert_true(vtty_wait_gone(t, "Use another profile", LONG));
	leave(t);
}

static void
giving_up_closes_the_dialog_and_leaves_all_as_it_was(void **state)
{
	(void)state;
	struct vtty *t = start_with(40, 100, "dev");
	vtty_type(t, "hello\r");
	WAIT(t, "Press Enter to sign in again");
	vtty_type(t, "\r");
	WAIT(t, "/device?user_code=");
	vtty_type(t, "\033");
	assert_true(vtty_wait_gone(t, "user_code", LONG));
	/* And once more, to the end. */
	vtty_type(t, "\r");
	WAIT(t, "/device?user_code=");
	approve(t);
	WAIT(t, "You said: hello");
	leave(t);
}

static void
panes_go_on_streaming_behind_the_dialog(void **state)
{
	(void)state;
	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 1);
	struct vtty *t = start_with(40, 160, NULL);
	vtty_type(t, "count\r");
	WAIT(t, "[2]");
	vtty_type(t, "/login\r");
	WAIT(t, "Sign in to SSO: corp");
	vtty_type(t, "\r");
	WAIT(t, "/device?user_code=");
	/* The dialog stands in the middle; the left edge is to be seen. */
	WAIT(t, "[40]");
	assert_true(vtty_has(t, "/device?user_code="));
	vtty_type(t, "\033");
	assert_true(vtty_wait_gone(t, "user_code", LONG));
	vtty_type(t, "\033");
	WAIT(t, "Stopped. What arrived is kept.");
	leave(t);
}

static void
a_new_session_becomes_a_profile_of_the_chosen_account_and_role(void **state)
{
	(void)state;
	struct vtty *t = start_with(30, 100, NULL);
	vtty_type(t, "/login\r");
	WAIT(t, "Set up a new SSO session");
	vtty_type(t, "new sso");
	WAIT(t, "1/");
	vtty_type(t, "\r");
	WAIT(t, "Start URL:");
	vtty_type(t, "https://other.awsapps.com/start\r");
	WAIT(t, "Region of the portal:");
	vtty_type(t, "\r");
	WAIT(t, "A name for it:");
	vtty_type(t, "\r");
	WAIT(t, "Which account?");
	vtty_type(t, "\r");
	WAIT(t, "Which role?");
	vtty_type(t, "Admin");
	WAIT(t, "1/1");
	vtty_type(t, "\r");
	WAIT(t, "becomes a profile");
	vtty_type(t, "\r");
	WAIT(t, "Signing in with profile Admin-123456789012");
	vtty_type(t, "hello\r");
	WAIT(t, "You said: hello");
	struct buf b = { 0 };
	char *path = in_home(".aws/config");
	assert_int_equal(file_read(path, 1 << 16, &b, NULL), 0);
	assert_int_equal(strncmp(b.s, CONFIG, strlen(CONFIG)), 0);
	assert_non_null(strstr(b.s, "[sso-session other]\nsso_start_url = https://other.awsapps.com/start\n"));
	assert_non_null(strstr(b.s, "sso_session = other\nsso_account_id = 123456789012\nsso_role_name = Admin\n"));
	buf_done(&b);
	free(path);
	leave(t);
}

static void
paste_api_key(struct vtty *t)
{
	vtty_type(t, "/login\r");
	WAIT(t, "Paste a Bedrock API key");
	vtty_type(t, "bedrock api key");
	WAIT(t, "1/");
	vtty_type(t, "\r");
	WAIT(t, "API key: ");
	vtty_type(t, KEY);
	WAIT(t, "•••");
	vtty_type(t, "\r");
	WAIT(t, "Keep it for this run only");
}

static void
an_api_key_is_not_shown_and_serves_this_run(void **state)
{
	(void)state;
	struct vtty *t = start_with(24, 80, NULL);
	paste_api_key(t);
	vtty_type(t, "\r");
	WAIT(t, "The API key is used for this run.");
	vtty_type(t, "hello\r");
	WAIT(t, "You said: hello");
	assert_false(vtty_sent(t, KEY));
	char *path = in_home(".local/share/adit/credentials.json");
	assert_false(file_exists(path));
	leave(t);
	free(path);
}

static void
an_api_key_can_be_stored_and_forgotten(void **state)
{
	(void)state;
	struct vtty *t = start_with(24, 80, NULL);
	struct stat st;
	char *path = in_home(".local/share/adit/credentials.json");
	paste_api_key(t);
	vtty_type(t, "\033[B");
	WAIT(t, "For your eyes only");
	vtty_type(t, "\r");
	WAIT(t, "The API key is stored");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	leave(t);
	t = start_with(24, 80, NULL);
	vtty_type(t, "hello\r");
	WAIT(t, "You said: hello");
	assert_true(vtty_has(t, "stored by adit"));     /* the bar says so */
	vtty_type(t, "/logout\r");
	WAIT(t, "Nothing of adit's own is stored");
	assert_false(file_exists(path));
	vtty_type(t, "again\r");
	WAIT(t, "No AWS credentials");
	leave(t);
	free(path);
}

static void
an_mfa_code_is_asked_for_in_a_dialog(void **state)
{
	(void)state;
	struct vtty *t = start_with(24, 80, "mfa");
	vtty_type(t, "hello\r");
	WAIT(t, "Enter MFA code for arn:aws:iam::123456789012:mfa/alice");
	vtty_type(t, "\033");
	WAIT(t, "Press Enter to sign in again");
	vtty_type(t, "\r");
	WAIT(t, "Enter MFA code");
	vtty_type(t, "123456\r");
	WAIT(t, "You said: hello");
	assert_false(vtty_sent(t, "123456\r"));
	leave(t);
}

static void
leaving_ends_a_sign_in_that_waits(void **state)
{
	(void)state;
	struct vtty *t = start_with(40, 100, "dev");
	vtty_type(t, "/login\r");
	WAIT(t, "Sign in to SSO: corp");
	vtty_type(t, "\r");
	WAIT(t, "/device?user_code=");
	vtty_kill(t, SIGTERM);
	assert_true(vtty_wait_end(t, LONG));
	int st = vtty_finish(t);
	assert_true(WIFEXITED(st) && WEXITSTATUS(st) == 128 + SIGTERM);
}

/* The shell's questions, on a terminal. */
static void
the_shell_asks_for_account_role_and_name(void **state)
{
	(void)state;
	const char *const args[] = { getenv("ADIT"), "auth", "login", "sso", NULL };
	struct vtty_options o = { .rows = 50, .cols = 100 };
	write_config("[sso-session corp]\nsso_start_url=https://corp.awsapps.com/start\nsso_region=us-east-1\n");
	struct vtty *t = vtty_start(&o, (char *const *)(uintptr_t)args);
	WAIT(t, "Ctrl-C gives up");
	WAIT(t, "Which account? [1]");
	vtty_type(t, "\r");
	WAIT(t, "Which role? [1]");
	vtty_type(t, "2\r");
	WAIT(t, "A name for the profile:");
	vtty_type(t, "mine\r");
	WAIT(t, "adit --profile mine");
	WAIT(t, "account 123456789012");
	assert_true(vtty_wait_end(t, LONG));
	assert_true(vtty_is_cooked(t));
	int st = vtty_finish(t);
	assert_true(WIFEXITED(st) && WEXITSTATUS(st) == 0);
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define willing(f) cmocka_unit_test_setup_teardown(f, setup_willing, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_turn_without_credentials_goes_on_by_itself_after_sign_in),
		scene(the_list_has_the_likeliest_first),
		scene(giving_up_closes_the_dialog_and_leaves_all_as_it_was),
		scene(panes_go_on_streaming_behind_the_dialog),
		willing(a_new_session_becomes_a_profile_of_the_chosen_account_and_role),
		scene(an_api_key_is_not_shown_and_serves_this_run),
		scene(an_api_key_can_be_stored_and_forgotten),
		scene(an_mfa_code_is_asked_for_in_a_dialog),
		scene(leaving_ends_a_sign_in_that_waits),
		willing(the_shell_asks_for_account_role_and_name),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
