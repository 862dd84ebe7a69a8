/*
 * test_login.c - /login on the screen: the dialogs, and the turn that goes on by itself.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "screen/adit_test.h"

#define KEY     "ABSKsimdemo"
#define ID      "AKIDEXAMPLE"
#define SECRET  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
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

static char *
config_text(void)
{
	struct buf b = { 0 };
	char *path = in_home(".aws/config");
	assert_int_equal(file_read(path, 1 << 16, &b, NULL), 0);
	free(path);
	return buf_take(&b, NULL);
}

static void
start_world_with(const char *identity, const char *first_rules)
{
	char *rules = mem_printf("{\"defaults\":{\"piece_delay_ms\":0},\"identity\":{%s},"
		"\"rules\":[%s{\"match\":{\"contains\":\"count\"},\"answer\":[{\"rate\":{\"pieces_per_s\":20,\"seconds\":60,"
		"\"piece\":\"[{n}]\\n\\n\"}}]},{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]}", identity, first_rules);
	run_rules(&sim, rules);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	run_write(".aws/config", CONFIG, 0600);
	free(rules);
}

static void
start_world(const char *oidc)
{
	char *identity = mem_printf("\"oidc\":{%s}", oidc);
	start_world_with(identity, "");
	free(identity);
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

/* Somebody says no on the portal's page. */
static int
setup_refusing(void **state)
{
	*state = &sim;
	start_world("\"answers\":[\"access_denied\"]");
	return 0;
}

/* STS takes its time. */
static int
setup_slow(void **state)
{
	*state = &sim;
	start_world_with("\"oidc\":{\"browser\":true,\"answers\":[]},\"faults\":[{\"service\":\"sts\","
			 "\"operation\":\"GetCallerIdentity\",\"fault\":\"slow\",\"delay_ms\":4000}]", "");
	return 0;
}

/* The portal does not want to hear of sign-outs. */
static int
setup_deaf(void **state)
{
	*state = &sim;
	start_world_with("\"oidc\":{\"browser\":true,\"answers\":[]},\"faults\":[{\"service\":\"sso\","
			 "\"operation\":\"Logout\",\"fault\":\"error\",\"code\":\"ForbiddenException\",\"status\":403}]", "");
	return 0;
}

/* The portal never answers a sign-out. */
static int
setup_mute(void **state)
{
	*state = &sim;
	start_world_with("\"oidc\":{\"browser\":true,\"answers\":[]},\"faults\":[{\"service\":\"sso\","
			 "\"operation\":\"Logout\",\"fault\":\"hang\"}]", "");
	return 0;
}

/* The first list of models never comes. */
static int
setup_hanging(void **state)
{
	*state = &sim;
	start_world_with("\"oidc\":{\"browser\":true,\"answers\":[]}",
	    "{\"match\":{\"operation\":\"ListFoundationModels\",\"times\":1},\"answer\":[{\"hang\":true}]},");
	return 0;
}

static struct vtty *
start_with(int rows, int cols, const char *profile)
{
	return adit_with(rows, cols, profile != NULL ? "--profile" : NULL, profile);
}

/* As somebody starts it who has configured no model. */
static struct vtty *
start_bare(int rows, int cols, const char *option, const char *profile)
{
	const char *const args[] = { option, profile, NULL };
	return adit_start(rows, cols, NULL, args);
}

/* Opens the address that the screen shows, as the user would with a browser somewhere. */
static void
approve(struct vtty *t)
{
	static const char *const no_headers[] = { NULL };
	struct got g;
	char path[128];
	assert_true(vtty_wait(t, "Esc gives up", LONG));        /* below it: the code is all there */
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
	assert_true(vtty_wait(t, "profile dev", LONG));
	assert_true(vtty_wait_gone(t, "user_code", LONG));
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
	WAIT(t, "Bedrock API key");
	assert_true(vtty_find(t, "Sign in to SSO") < vtty_find(t, "Use another profile"));
	assert_true(vtty_find(t, "Use another profile") < vtty_find(t, "Bedrock API key"));
	assert_true(vtty_wait(t, "https://corp.awsapps.com/start", LONG));
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

/* Also while it waits, and when there is room again. */
static void
dialogs_follow_the_size_of_the_terminal(void **state)
{
	(void)state;
	struct vtty *t = start_with(50, 120, "dev");
	vtty_type(t, "/login\r");
	WAIT(t, "Use another profile");
	vtty_resize(t, 10, 40);
	WAIT(t, "Sign in to SSO: corp");
	vtty_resize(t, 50, 120);
	WAIT(t, "Paste a Bedrock API key");
	vtty_type(t, "\r");
	WAIT(t, "/device?user_code=");
	vtty_resize(t, 20, 60);
	WAIT(t, "left. Esc gives up");
	WAIT(t, "/device?user_code=");
	vtty_resize(t, 6, 20);
	vtty_settle(t, 100);
	vtty_resize(t, 50, 120);
	WAIT(t, "left. Esc gives up");
	vtty_type(t, "\033");
	assert_true(vtty_wait_gone(t, "user_code", LONG));
	vtty_type(t, "/login keys\r");
	WAIT(t, "Access key id:");
	vtty_type(t, "AKID");
	vtty_resize(t, 10, 40);
	WAIT(t, "AKID");
	vtty_type(t, "EXAMPLE");
	WAIT(t, ID);
	vtty_type(t, "\033");
	assert_true(vtty_wait_gone(t, "Access key id:", LONG));
	leave(t);
}

/* Waits until main, at the left, has counted so far. */
static void
sees_count(struct vtty *t, int least)
{
	int64_t until = clock_ms() + LONG;
	for (int n = 0; n < least; vtty_settle(t, 5)) {
		if (clock_ms() > until)
			fail_msg("never counted to %d", least);
		for (int row = 0, is; row < 40; row++)
			if (sscanf(vtty_row(t, row), " [%d]", &is) == 1 && is > n)
				n = is;
	}
}

static void
panes_go_on_streaming_behind_the_dialog(void **state)
{
	(void)state;
	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 1);
	struct vtty *t = start_with(40, 160, NULL);
	vtty_type(t, "count\r");
	sees_count(t, 2);
	vtty_type(t, "/login\r");
	WAIT(t, "Sign in to SSO: corp");
	vtty_type(t, "\r");
	WAIT(t, "/device?user_code=");
	/* The dialog stands in the middle; the left edge is to be seen. */
	sees_count(t, 40);
	sees_count(t, 60);
	assert_true(vtty_wait(t, "/device?user_code=", LONG));
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
what_cannot_be_is_asked_for_again_before_anybody_signs_in(void **state)
{
	(void)state;
	struct vtty *t = start_with(30, 100, NULL);
	vtty_type(t, "/login sso-new\r");
	WAIT(t, "Start URL:");
	vtty_type(t, "corp\r");
	WAIT(t, "That is not a start URL");
	vtty_type(t, "\025https://other.awsapps.com/start\r");
	WAIT(t, "Region of the portal:");
	vtty_type(t, "\025\r");
	WAIT(t, "That is not a region");
	vtty_type(t, "\025the moon\r");
	WAIT(t, "That is not a region");
	vtty_type(t, "\025eu-west-1\r");
	WAIT(t, "A name for it:");
	vtty_type(t, "\025my other one\r");
	WAIT(t, "cannot be a name");
	vtty_type(t, "\025dev\r");
	WAIT(t, "Which account?");
	char *text = config_text();
	assert_string_equal(text, CONFIG);
	free(text);
	vtty_type(t, "\033");
	WAIT(t, "You are signed in to dev, but no profile uses it yet");
	assert_false(vtty_has(t, "Which account?"));
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
	assert_true(vtty_wait(t, "stored by adit", LONG));     /* the bar says so */
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
	run_write(".aws/config", "[sso-session corp]\nsso_start_url=https://corp.awsapps.com/start\nsso_region=us-east-1\n", 0600);
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

/* ---- helpers of what follows ------------------------------------------------------------------------ */

static void
unlink_config(void)
{
	char *path = in_home(".aws/config");
	assert_int_equal(unlink(path), 0);
	free(path);
}

/* Is that a service or an operation of a request so far? */
static bool
was_asked(const char *what)
{
	struct buf b = { 0 };
	char *path = mem_printf("%s/log", sim.dir), *quoted = mem_printf("\":\"%s\"", what);
	bool asked = file_read(path, 1 << 24, &b, NULL) == 0 && strstr(buf_str(&b), quoted) != NULL;
	buf_done(&b);
	free(quoted);
	free(path);
	return asked;
}

static void
wait_until_asked(const char *what)
{
	int64_t until = clock_ms() + LONG;
	while (!was_asked(what) && clock_ms() < until)
		poll(NULL, 0, 10);
	assert_true(was_asked(what));
}

/* The file's text, once it is there. */
static char *
wait_for_file(const char *path)
{
	for (int64_t until = clock_ms() + LONG; clock_ms() < until; poll(NULL, 0, 10)) {
		struct buf b = { 0 };
		if (file_exists(path) && file_read(path, 1 << 16, &b, NULL) == 0 && b.len > 0)
			return buf_take(&b, NULL);
		buf_done(&b);
	}
	fail_msg("%s never came", path);
	return NULL;
}

/* A browser's GET: where it is sent from there, or "". */
static char *
follow(const char *path, unsigned port)
{
	static const char *const no_headers[] = { NULL };
	static const char location[] = "\nlocation: ";
	struct sim there = { .port = port };
	struct got g;
	sim_call(&there, &g, path, no_headers, NULL, 0);
	const char *at = strcasestr(buf_str(&g.headers), location);
	at = at != NULL ? at + strlen(location) : "";
	char *to = mem_strndup(at, strcspn(at, "\r\n"));
	got_free(&g);
	return to;
}

static void
paste_keys(struct vtty *t)
{
	WAIT(t, "Access key id:");
	vtty_type(t, ID "\r");
	WAIT(t, "Secret access key:");
	vtty_type(t, SECRET);
	WAIT(t, "•••");
	vtty_type(t, "\r");
	WAIT(t, "Session token:");
	vtty_type(t, "\r");
}

/* An address in a frame, from that part of it on: it goes on in the next rows, up to an empty one. */
static char *
address_shown(struct vtty *t, const char *from)
{
	static const char side[] = "│";
	struct buf b = { 0 };
	int row = vtty_find(t, from);
	assert_true(row >= 0);
	for (const char *at = strstr(vtty_row(t, row), from); *at != ' ' && *at != '\0';) {
		const char *end = strstr(at, side);
		for (; end != NULL && at < end && *at != ' '; at++)
			buf_putc(&b, *at);
		at = strstr(vtty_row(t, ++row), side);
		assert_non_null(at);
		at += strlen(side) + 1;
	}
	return buf_take(&b, NULL);
}

/* ---- before there is a model ------------------------------------------------------------------- */

static void
without_a_model_too_a_session_that_ended_is_mended_with_enter(void **state)
{
	(void)state;
	struct vtty *t = start_bare(40, 100, "--profile", "dev");
	WAIT(t, "Profile dev is not signed in to SSO (corp)");
	assert_false(vtty_has(t, "no AWS credentials"));
	vtty_type(t, "hello there\r");
	WAIT(t, "Press Enter to sign in again");
	vtty_type(t, "\r");
	WAIT(t, "/device?user_code=");
	vtty_type(t, "\r");                     /* as who comes back from the browser may do */
	vtty_settle(t, 100);
	approve(t);
	WAIT(t, "You said: hello there");
	leave(t);
}

static void
the_first_words_ask_the_machine_for_its_role(void **state)
{
	(void)state;
	char *url = mem_printf("http://127.0.0.1:%u", sim.port);
	unlink_config();
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url, 1);
	setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
	setenv("AWS_METADATA_SERVICE_TIMEOUT", "60", 1);
	struct vtty *t = start_bare(24, 120, NULL, NULL);
	WAIT(t, "found no AWS credentials");
	assert_false(was_asked("imds"));        /* never at start-up */
	vtty_type(t, "hello\r");
	WAIT(t, "You said: hello");
	WAIT(t, "chain · imds");
	leave(t);
	free(url);
}

static void
with_nothing_at_all_the_first_words_are_kept_until_a_sign_in(void **state)
{
	(void)state;
	unlink_config();
	struct vtty *t = start_bare(24, 80, NULL, NULL);
	WAIT(t, "found no AWS credentials");
	vtty_type(t, "hello\r");
	WAIT(t, "your message is kept");
	vtty_type(t, "\r");
	WAIT(t, "Paste access keys for this run");
	vtty_type(t, "access keys");
	WAIT(t, "1/");
	vtty_type(t, "\r");
	paste_keys(t);
	WAIT(t, "You said: hello");
	leave(t);
}

static void
a_sign_in_while_the_list_is_fetched_begins_it_anew(void **state)
{
	(void)state;
	struct vtty *t = start_bare(24, 120, "--profile", "base");
	wait_until_asked("ListFoundationModels");
	vtty_type(t, "hello\r");
	WAIT(t, "queued: hello");
	vtty_type(t, "/login base\r");
	WAIT(t, "You said: hello");
	leave(t);
}

/* ---- keys, the console, and what covers a sign-in --------------------------------------------------- */

static void
access_keys_are_pasted_and_serve_this_run(void **state)
{
	(void)state;
	struct vtty *t = start_with(24, 80, "dev");
	vtty_type(t, "hello\r");
	WAIT(t, "Press Enter to sign in again");
	vtty_type(t, "/login keys\r");
	paste_keys(t);
	WAIT(t, "You said: hello");             /* what waited goes on by itself */
	WAIT(t, "keys · static");
	assert_false(vtty_sent(t, SECRET));
	char *path = in_home(".local/share/adit/credentials.json"), *text = config_text();
	assert_false(file_exists(path));
	assert_string_equal(text, CONFIG);
	leave(t);
	free(text);
	free(path);
}

static void
keys_that_were_copied_badly_are_asked_for_again_not_cut(void **state)
{
	(void)state;
	struct vtty *t = start_with(30, 100, "dev");
	vtty_type(t, "/login api-key\r");
	WAIT(t, "API key: ");
	vtty_type(t, "Bearer " KEY "\r");
	WAIT(t, "without the word Bearer");
	vtty_type(t, KEY " " KEY "\r");
	WAIT(t, "copy it again");
	vtty_type(t, "\033");
	assert_true(vtty_wait_gone(t, "copy it again", LONG));
	vtty_type(t, "/login keys\r");
	WAIT(t, "Access key id:");
	vtty_type(t, "\r");
	WAIT(t, "That is not an access key id");
	vtty_type(t, SECRET "\r");
	WAIT(t, "That is not an access key id");
	assert_false(vtty_has(t, SECRET));
	vtty_type(t, "ASIAEXAMPLE\r");
	WAIT(t, "Secret access key:");
	vtty_type(t, "\r");
	WAIT(t, "Secret access key:");
	vtty_type(t, "wJalr XUtnFEMI\r");
	WAIT(t, "copy it again");
	vtty_type(t, SECRET "\r");
	WAIT(t, "Session token:");
	vtty_type(t, "\r");
	WAIT(t, "These keys are temporary");
	vtty_type(t, "\033");
	assert_true(vtty_wait_gone(t, "These keys are temporary", LONG));
	leave(t);
}

static void
a_page_in_the_browser_signs_in_as_for_the_console(void **state)
{
	(void)state;
	static const char script[] = "#!/bin/sh\n"
		"env | grep -c ^AWS_ >\"$HOME/leaked\"\n"
		"printf '%s' \"$1\" >\"$HOME/opened.new\" && mv \"$HOME/opened.new\" \"$HOME/opened\"\n";
	char *browser = in_home("browser"), *opened = in_home("opened"), *leaked = in_home("leaked");
	assert_int_equal(file_replace(browser, script, strlen(script), 0700, NULL), 0);
	setenv("BROWSER", browser, 1);
	setenv("DISPLAY", ":0", 1);
	struct vtty *t = start_with(40, 100, NULL);
	vtty_type(t, "hello\r");
	WAIT(t, "No AWS credentials");
	vtty_type(t, "/login console\r");
	WAIT(t, "Your browser should show this page");
	WAIT(t, "open it on this machine:");    /* it comes back to a port here: no phone, no other machine */
	WAIT(t, "/v1/authorize?");              /* the address stays to be seen */
	assert_false(vtty_has(t, "▄▄"));
	char *address = wait_for_file(opened);
	char *back = follow(strstr(address, "/v1/authorize"), sim.port);
	assert_true(str_starts(back, "http://127.0.0.1:"));
	unsigned port = (unsigned)strtoul(back + strlen("http://127.0.0.1:"), NULL, 10);
	free(follow(strchr(back + strlen("http://"), '/'), port));
	WAIT(t, "You said: hello");
	WAIT(t, "profile default · login");
	char *text = config_text(), *count = wait_for_file(leaked);
	assert_non_null(strstr(text, "login_session = arn:aws:iam::123456789012:user/sim\n"));
	assert_string_equal(count, "0\n");
	leave(t);
	unsetenv("DISPLAY");
	unsetenv("BROWSER");
	free(count);
	free(text);
	free(back);
	free(address);
	free(leaked);
	free(opened);
	free(browser);
}

static void
without_a_browser_here_the_code_is_brought_by_hand(void **state)
{
	(void)state;
	struct vtty *t = start_with(40, 160, NULL);
	vtty_type(t, "hello\r");
	WAIT(t, "No AWS credentials");
	vtty_type(t, "/login console\r");
	WAIT(t, "Code:");
	WAIT(t, "/v1/authorize?");
	char *address = address_shown(t, "/v1/authorize?"), *back = follow(address, sim.port);
	struct buf code = { 0 };
	const char *query = strchr(back, '?');
	if (query == NULL)
		fail_msg("%s leads to %s", address, back);
	str_base64(&code, query + 1, strlen(query + 1));
	vtty_type(t, buf_str(&code));
	vtty_type(t, "\r");
	WAIT(t, "You said: hello");
	leave(t);
	buf_done(&code);
	free(back);
	free(address);
}

static void
another_sheet_covers_the_sign_in_and_no_more(void **state)
{
	(void)state;
	setenv("AWS_ACCESS_KEY_ID", ID, 1);
	setenv("AWS_SECRET_ACCESS_KEY", SECRET, 1);
	struct vtty *t = start_with(50, 100, NULL);
	vtty_type(t, "/doctor\r");              /* STS keeps it waiting */
	vtty_type(t, "/login sso\r");
	WAIT(t, "/device?user_code=");
	WAIT(t, "─ Doctor ─");
	assert_true(vtty_wait_gone(t, "/device?user_code=", LONG));
	vtty_type(t, "q");
	WAIT(t, "/device?user_code=");
	approve(t);
	WAIT(t, "Signing in with profile dev from now on.");
	leave(t);
}

static void
enter_in_any_pane_signs_in_for_all(void **state)
{
	(void)state;
	struct vtty *t = start_with(40, 120, "dev");
	vtty_type(t, "/spawn look around\r");
	WAIT(t, "Press Enter to sign in");      /* in its pane; main has nothing to mend */
	vtty_type(t, "\r");
	WAIT(t, "/device?user_code=");
	approve(t);
	WAIT(t, "You said: look around");
	leave(t);
}

/* On a small screen only the pane that is looked at is to be seen. */
static void
what_went_wrong_is_said_where_the_user_looks(void **state)
{
	(void)state;
	struct vtty *t = start_with(24, 60, "dev");
	vtty_type(t, "/spawn look around\r");
	WAIT(t, "* !]");                        /* it waits, in its tab */
	vtty_type(t, "\0331");
	WAIT(t, "your message is kept");
	vtty_type(t, "\r");
	WAIT(t, "The sign-in was refused");
	leave(t);
}

/* ---- signing out ------------------------------------------------------------------------------------ */

/* Signed in to SSO, then with pasted keys; both are to go. */
static struct vtty *
start_with_both(void)
{
	struct vtty *t = start_with(40, 120, "dev");
	vtty_type(t, "/login sso\r");
	WAIT(t, "/device?user_code=");
	approve(t);
	WAIT(t, "Signing in with profile dev");
	vtty_type(t, "/login keys\r");
	paste_keys(t);
	WAIT(t, "The access keys are used for this run.");
	vtty_type(t, "hello\r");
	WAIT(t, "You said: hello");
	WAIT(t, "keys · static");
	vtty_type(t, "/logout\r");
	WAIT(t, "Only forget what adit stored");
	vtty_type(t, "\033[B\r");
	return t;
}

static void
expect_signed_out(struct vtty *t)
{
	assert_true(vtty_wait_gone(t, "keys · static", LONG));
	vtty_type(t, "again\r");
	WAIT(t, "Press Enter to sign in again");
	assert_false(vtty_has(t, "You said: again"));
	leave(t);
}

static void
signing_out_forgets_what_was_pasted_and_the_session(void **state)
{
	(void)state;
	struct vtty *t = start_with_both();
	WAIT(t, "Signed out of corp; nothing of adit's own is stored.");
	expect_signed_out(t);
}

static void
it_does_so_where_the_portal_refuses(void **state)
{
	(void)state;
	struct vtty *t = start_with_both();
	WAIT(t, "but the portal does not know of it");
	expect_signed_out(t);
}

static void
it_does_so_where_nobody_waits_for_the_portal(void **state)
{
	(void)state;
	struct vtty *t = start_with_both();
	wait_until_asked("Logout");
	char *token = in_home(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"); /* of "corp"; it goes when nobody waits any more */
	assert_true(file_exists(token));
	WAIT(t, "─ Sign out ─");
	vtty_type(t, "\033");
	assert_true(vtty_wait_gone(t, "─ Sign out ─", LONG));
	for (int64_t until = clock_ms() + LONG; file_exists(token) && clock_ms() < until;)
		poll(NULL, 0, 10);
	assert_false(file_exists(token));
	free(token);
	expect_signed_out(t);
}

/* ---- in lines -------------------------------------------------------------------------------------- */

static struct vtty *
start_lines(const char *const *args)
{
	struct vtty_options o = { .rows = 50, .cols = 100 };
	struct vtty *t = vtty_start(&o, (char *const *)(uintptr_t)args);
	WAIT(t, "line by line");
	return t;
}

static void
end_lines(struct vtty *t)
{
	vtty_type(t, "/quit\r");
	assert_true(vtty_wait_end(t, LONG));
	int st = vtty_finish(t);
	assert_true(WIFEXITED(st) && WEXITSTATUS(st) == 0);
}

static void
line_by_line_a_sign_in_sends_what_waited(void **state)
{
	(void)state;
	struct vtty *t = start_lines((const char *const[]){ getenv("ADIT"), "--plain", "-m", A_MODEL, "--profile", "dev",
	    NULL });
	vtty_type(t, "hello\r");
	WAIT(t, "Press Enter to sign in again");
	vtty_type(t, "/login keys\r");
	WAIT(t, "Access key id:");
	vtty_type(t, ID "\r");
	WAIT(t, "Secret access key");
	vtty_type(t, SECRET "\r");
	WAIT(t, "Session token");
	vtty_type(t, "\r");
	WAIT(t, "You said: hello");
	assert_false(vtty_sent(t, SECRET));
	end_lines(t);
}

static void
line_by_line_it_does_so_without_a_model_too(void **state)
{
	(void)state;
	struct vtty *t = start_lines((const char *const[]){ getenv("ADIT"), "--plain", "--profile", "dev", NULL });
	vtty_type(t, "hello\r");
	WAIT(t, "Press Enter to sign in again");
	vtty_type(t, "\r");
	WAIT(t, "Which one? [1]");
	vtty_type(t, "\r");
	WAIT(t, "You said: hello");
	end_lines(t);
}

/* Asked on the terminal itself: standard input and output may be anything. */
static void
an_mfa_code_is_asked_for_on_the_terminal(void **state)
{
	(void)state;
	static const struct {
		const char	*args[6];
		const char	*says;
	} runs[] = { { { "-p", "-m", A_MODEL, "--profile", "mfa", "hello" }, "You said: hello" },
		{ { "auth", "status", "--profile", "mfa" }, "assumed role (role_arn)" } };
	for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
		const char *args[8] = { getenv("ADIT") };
		memcpy(args + 1, runs[i].args, sizeof runs[i].args);
		struct vtty_options o = { .rows = 30, .cols = 100 };
		struct vtty *t = vtty_start(&o, (char *const *)(uintptr_t)args);
		WAIT(t, "Enter MFA code for arn:aws:iam::123456789012:mfa/alice");
		vtty_type(t, "123456\r");
		WAIT(t, runs[i].says);
		assert_false(vtty_sent(t, "123456\r"));
		assert_true(vtty_wait_end(t, LONG));
		assert_true(vtty_is_cooked(t));
		int st = vtty_finish(t);
		assert_true(WIFEXITED(st) && WEXITSTATUS(st) == 0);
	}
}

#define scene(f) cmocka_unit_test_setup_teardown(f, setup, run_teardown)
#define deaf(f)    cmocka_unit_test_setup_teardown(f, setup_deaf, run_teardown)
#define hanging(f) cmocka_unit_test_setup_teardown(f, setup_hanging, run_teardown)
#define mute(f)    cmocka_unit_test_setup_teardown(f, setup_mute, run_teardown)
#define refusing(f) cmocka_unit_test_setup_teardown(f, setup_refusing, run_teardown)
#define slow(f)    cmocka_unit_test_setup_teardown(f, setup_slow, run_teardown)
#define willing(f) cmocka_unit_test_setup_teardown(f, setup_willing, run_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene(a_turn_without_credentials_goes_on_by_itself_after_sign_in),
		scene(the_list_has_the_likeliest_first),
		scene(giving_up_closes_the_dialog_and_leaves_all_as_it_was),
		scene(dialogs_follow_the_size_of_the_terminal),
		scene(panes_go_on_streaming_behind_the_dialog),
		willing(a_new_session_becomes_a_profile_of_the_chosen_account_and_role),
		willing(what_cannot_be_is_asked_for_again_before_anybody_signs_in),
		scene(an_api_key_is_not_shown_and_serves_this_run),
		scene(an_api_key_can_be_stored_and_forgotten),
		scene(an_mfa_code_is_asked_for_in_a_dialog),
		scene(leaving_ends_a_sign_in_that_waits),
		willing(the_shell_asks_for_account_role_and_name),
		scene(without_a_model_too_a_session_that_ended_is_mended_with_enter),
		scene(the_first_words_ask_the_machine_for_its_role),
		scene(with_nothing_at_all_the_first_words_are_kept_until_a_sign_in),
		hanging(a_sign_in_while_the_list_is_fetched_begins_it_anew),
		scene(access_keys_are_pasted_and_serve_this_run),
		scene(keys_that_were_copied_badly_are_asked_for_again_not_cut),
		scene(a_page_in_the_browser_signs_in_as_for_the_console),
		scene(without_a_browser_here_the_code_is_brought_by_hand),
		slow(another_sheet_covers_the_sign_in_and_no_more),
		scene(enter_in_any_pane_signs_in_for_all),
		refusing(what_went_wrong_is_said_where_the_user_looks),
		scene(signing_out_forgets_what_was_pasted_and_the_session),
		deaf(it_does_so_where_the_portal_refuses),
		mute(it_does_so_where_nobody_waits_for_the_portal),
		scene(line_by_line_a_sign_in_sends_what_waited),
		willing(line_by_line_it_does_so_without_a_model_too),
		scene(an_mfa_code_is_asked_for_on_the_terminal),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
