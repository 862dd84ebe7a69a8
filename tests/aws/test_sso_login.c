/*
 * test_sso_login.c - signing in to SSO, against the simulator's OIDC service and portal.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <pthread.h>
#include <string.h>
#include <cmocka.h>

#include "aws/creds.h"
#include "aws/sso-login.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "home.h"
#include "net/fetch.h"
#include "sim/ask.h"

#define URL    "https://d-1234567890.awsapps.com/start"
#define TOKEN  ".aws/sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json"
#define CONFIG                                                                                     \
	"[profile dev]\nsso_session=my-sso\nsso_account_id=123456789012\nsso_role_name=Dev\n"          \
	"[sso-session my-sso]\nsso_start_url=" URL "\nsso_region=us-east-1\n"                          \
	"[profile old]\nsso_start_url=" URL "\nsso_region=us-east-1\nsso_account_id=210987654321\n"    \
	"sso_role_name=ReadOnly\n[profile other]\nregion=eu-west-1\n"

struct world {
	struct sim		 sim;
	struct engine		*engine;
	struct aws		*aws;
	char			*home;
	struct sso_target	 target;
	atomic_bool		 cancel;
	int			 shown;
	char			 code[16], url[256], full_url[256];
	bool			 approve;       /* opens the address, as a person would */
	bool			 give_up;       /* presses Esc when the code is shown */
};

static void
start(struct world *w, const char *identity)
{
	char *scenario = mem_printf("{\"identity\":{%s}}", identity);
	ask_start(&w->sim, scenario, NULL);
	free(scenario);
	char url[64];
	snprintf(url, sizeof url, "http://127.0.0.1:%u", w->sim.port);
	setenv("AWS_ENDPOINT_URL", url, 1);
	w->engine = engine_start();
	w->aws = aws_new(&(struct aws_options){ .profile = "dev" }, w->engine);
	const struct profiles *files = profiles_load(NULL);
	assert_int_equal(sso_target_of_session(files, "my-sso", &w->target, NULL), 0);
	profiles_unref(files);
}

static int
setup(void **state)
{
	void *home;
	if (home_setup(&home) != 0)
		return -1;
	struct world *w = mem_alloc(sizeof *w);
	w->home = home;
	home_config(CONFIG);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;
	void *home = w->home;
	aws_free(w->aws);
	engine_stop(w->engine);
	sim_stop(&w->sim);
	sso_target_done(&w->target);
	free(w);
	return home_teardown(&home);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void
show(void *arg, const struct sso_code *c)
{
	struct world *w = arg;
	w->shown++;
	snprintf(w->code, sizeof w->code, "%s", c->code);
	snprintf(w->url, sizeof w->url, "%s", c->url);
	snprintf(w->full_url, sizeof w->full_url, "%s", c->full_url);
	if (w->give_up)
		atomic_store(&w->cancel, true);
	if (w->approve) {
		struct http_request req;
		struct http_reply r;
		struct transfer_end end;
		http_request_init(&req, "GET", c->full_url);
		http_reply_init(&r, 4096);
		fetch(w->engine, &req, &r, NULL, &end, NULL);
		http_reply_done(&r);
	}
}

static void
expect_sign_in(struct world *w)
{
	struct err err = { 0 };
	if (sso_login(w->aws, &w->target, show, w, &w->cancel, &err) < 0)
		fail_msg("%s", err.text);
}

static void
expect_failure(struct world *w, enum err_code code, const char *part)
{
	struct err err = { 0 };
	assert_int_equal(sso_login(w->aws, &w->target, show, w, &w->cancel, &err), -1);
	if (err.code != code || strstr(err.text, part) == NULL)
		fail_msg("“%s” (%d) does not say “%s”", err.text, err.code, part);
}

static struct json_object *
read_json(const char *name)
{
	struct buf b = { 0 };
	char *path = name[0] == '/' ? mem_strdup(name) : mem_printf("%s/%s", getenv("HOME"), name);
	if (file_read(path, 1 << 16, &b, NULL) < 0)
		fail_msg("cannot read %s", path);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	struct json_object *o = json_parse(b.s, b.len, NULL);
	assert_non_null(o);
	buf_done(&b);
	free(path);
	return o;
}

/* How many requests of this operation the simulator saw. */
static int
count(struct world *w, const char *operation)
{
	char *path = mem_printf("%s/log", w->sim.dir), *part = mem_printf("\"operation\":\"%s\"", operation);
	struct buf b = { 0 };
	int n = 0;
	file_read(path, 1 << 24, &b, NULL);
	for (const char *at = buf_str(&b); (at = strstr(at, part)) != NULL; at++)
		n++;
	buf_done(&b);
	free(path);
	free(part);
	return n;
}

static void
the_whole_way_from_a_code_to_the_roles_credentials(void **state)
{
	struct world *w = *state;
	start(w, "\"oidc\":{\"browser\":true}");
	w->approve = true;
	expect_sign_in(w);
	assert_int_equal(w->shown, 1);
	assert_int_equal(strlen(w->code), 9);
	assert_non_null(strstr(w->url, "/device"));
	assert_non_null(strstr(w->full_url, w->code));

	struct err err = { 0 };
	const struct creds *c = creds_get(w->aws, NULL, &err);
	if (c == NULL)
		fail_msg("%s", err.text);
	assert_string_equal(c->access_key_id, "ASIASIMSSO0001");
	creds_unref(c);
}

static void
the_cache_is_what_the_aws_tools_write(void **state)
{
	struct world *w = *state;
	static const char *const members[] = { "startUrl", "region", "accessToken", "expiresAt", "clientId",
		"clientSecret", "registrationExpiresAt", "refreshToken" };
	start(w, "\"oidc\":{\"answers\":[]}");
	expect_sign_in(w);
	struct json_object *o = read_json(TOKEN);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		assert_string_not_equal(json_str(o, members[i], ""), "");
	assert_int_equal(json_object_object_length(o), sizeof members / sizeof *members);
	assert_string_equal(json_str(o, "startUrl", ""), URL);
	assert_string_equal(json_str(o, "region", ""), "us-east-1");
	assert_true(clock_parse_iso8601(json_str(o, "expiresAt", "")) > clock_wall() + 3500);
	assert_true(str_ends(json_str(o, "expiresAt", ""), "Z"));
	json_free(o);
	struct stat st;
	char *folder = mem_printf("%s/.aws/sso/cache", getenv("HOME"));
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	free(folder);
}

static void
the_registration_is_kept_under_the_name_that_the_aws_cli_gives_it(void **state)
{
	struct world *w = *state;
	start(w, "\"oidc\":{\"answers\":[]}");
	char *path = sso_registration_path(&w->target);
	assert_true(str_ends(path, "/a8343d65418848d0bc13a5f25cbb32508ceec5d1.json"));
	expect_sign_in(w);
	expect_sign_in(w);
	assert_int_equal(count(w, "RegisterClient"), 1);
	struct json_object *o = read_json(path);
	assert_string_not_equal(json_str(o, "clientSecret", ""), "");
	assert_int_equal(json_len(json_get(o, "scopes")), 1);
	json_free(o);
	/* One that ends soon, or that is nonsense, is not begun with. */
	home_write(path + strlen(getenv("HOME")) + 1,
	    "{\"clientId\":\"x\",\"clientSecret\":\"y\",\"expiresAt\":\"2001-01-01T00:00:00Z\"}");
	expect_sign_in(w);
	home_write(path + strlen(getenv("HOME")) + 1, "{");
	expect_sign_in(w);
	assert_int_equal(count(w, "RegisterClient"), 3);
	free(path);
}

static void
a_registration_that_the_service_does_not_know_is_replaced(void **state)
{
	struct world *w = *state;
	start(w, "\"oidc\":{\"answers\":[]}");
	char *path = sso_registration_path(&w->target);
	file_make_dir(getenv("HOME"), 0700, NULL);
	char *folder = mem_strndup(path, (size_t)(strrchr(path, '/') - path));
	file_make_dir(folder, 0700, NULL);
	home_write(path + strlen(getenv("HOME")) + 1,
	    "{\"clientId\":\"gone\",\"clientSecret\":\"gone\",\"expiresAt\":\"2099-01-01T00:00:00Z\"}");
	expect_sign_in(w);
	assert_int_equal(count(w, "RegisterClient"), 1);
	free(folder);
	free(path);
}

static void
the_old_form_signs_in_under_its_start_url_and_gets_no_refresh_token(void **state)
{
	struct world *w = *state;
	start(w, "\"oidc\":{\"answers\":[]}");
	const struct profiles *files = profiles_load(NULL);
	sso_target_done(&w->target);
	assert_int_equal(sso_target_of_profile(files, "old", &w->target, NULL), 0);
	profiles_unref(files);
	assert_null(w->target.session);
	expect_sign_in(w);
	struct json_object *o = read_json(".aws/sso/cache/7487b5b67d5fa1132cf33fa93ae51ef38cc37752.json");
	assert_string_equal(json_str(o, "refreshToken", "none"), "none");
	json_free(o);
	aws_set_options(w->aws, &(struct aws_options){ .profile = "old" });
	const struct creds *c = creds_get(w->aws, NULL, NULL);
	assert_non_null(c);
	assert_string_equal(c->account, "210987654321");
	creds_unref(c);
}

static void
pending_and_slow_down_are_waited_out(void **state)
{
	struct world *w = *state;
	start(w, "\"oidc\":{\"answers\":[\"authorization_pending\",\"slow_down\"]}");
	expect_sign_in(w);
	assert_int_equal(w->shown, 1);
	assert_int_equal(count(w, "CreateToken"), 3);
}

static void
a_code_that_was_not_used_in_time_is_followed_by_another(void **state)
{
	struct world *w = *state;
	start(w, "\"oidc\":{\"answers\":[\"expired_token\"]}");
	expect_failure(w, ERR_CREDENTIALS, "Nobody entered the code");
	assert_int_equal(w->shown, 3);
}

static void
a_code_whose_time_is_over_is_not_asked_for_any_more(void **state)
{
	struct world *w = *state;
	start(w, "\"oidc\":{\"browser\":true,\"device_lifetime\":1,\"interval\":2}");
	expect_failure(w, ERR_CREDENTIALS, "Nobody entered the code");
	assert_int_equal(w->shown, 3);
	assert_int_equal(count(w, "CreateToken"), 0);
}

static void
a_refusal_ends_it(void **state)
{
	struct world *w = *state;
	start(w, "\"oidc\":{\"answers\":[\"access_denied\"]}");
	expect_failure(w, ERR_CREDENTIALS, "refused in the browser");
	assert_int_equal(w->shown, 1);
}

static void
what_the_service_says_is_passed_on(void **state)
{
	struct world *w = *state;
	start(w, "\"oidc\":{\"start_url\":\"https://another.example/start\"}");
	expect_failure(w, ERR_CREDENTIALS, "Invalid start URL provided");
	assert_int_equal(w->shown, 0);
}

static void
giving_up_ends_it_and_writes_nothing(void **state)
{
	struct world *w = *state;
	start(w, "\"oidc\":{\"browser\":true}");
	w->give_up = true;
	expect_failure(w, ERR_CANCELLED, "given up");
	char *path = mem_printf("%s/" TOKEN, getenv("HOME"));
	assert_false(file_exists(path));
	free(path);
}

static void
answers_that_make_no_sense_end_in_a_sentence(void **state)
{
	struct world *w = *state;
	static const char *const faults[] = { "html", "garbage", "empty" };
	struct buf b = { 0 };
	buf_puts(&b, "\"oidc\":{\"answers\":[]},\"faults\":[");
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		buf_printf(&b, "%s{\"service\":\"oidc\",\"operation\":\"StartDeviceAuthorization\",\"fault\":\"%s\","
			       "\"times\":1}", i > 0 ? "," : "", faults[i]);
	buf_puts(&b, "]");
	start(w, buf_str(&b));
	buf_done(&b);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		expect_failure(w, ERR_UNAVAILABLE, "cannot be read");
	expect_sign_in(w);
}

static void
a_poll_that_got_no_answer_is_made_again(void **state)
{
	struct world *w = *state;
	start(w, "\"oidc\":{\"answers\":[]},\"faults\":[{\"service\":\"oidc\",\"operation\":\"CreateToken\","
		 "\"fault\":\"error\",\"code\":\"server_error\",\"status\":500,\"nth\":1}]");
	expect_sign_in(w);
	assert_int_equal(count(w, "CreateToken"), 2);
}

static void
all_pages_of_accounts_and_roles_are_read(void **state)
{
	struct world *w = *state;
	start(w, "\"oidc\":{\"answers\":[]},\"sso\":{\"page_size\":1}");
	expect_sign_in(w);
	struct sso_accounts accounts = { 0 };
	struct sso_roles roles = { 0 };
	assert_int_equal(sso_accounts(w->aws, &w->target, &accounts, NULL, NULL), 0);
	assert_int_equal(accounts.n, 2);
	assert_string_equal(accounts.v[0].id, "123456789012");
	assert_string_equal(accounts.v[0].name, "Sandbox");
	assert_int_equal(sso_roles(w->aws, &w->target, "123456789012", &roles, NULL, NULL), 0);
	assert_int_equal(roles.n, 2);
	assert_string_equal(roles.v[1], "Admin");
	sso_roles_done(&roles);
	struct err err = { 0 };
	assert_int_equal(sso_roles(w->aws, &w->target, "000000000000", &roles, NULL, &err), -1);
	assert_non_null(strstr(err.text, "No access"));
	sso_roles_done(&roles);
	sso_accounts_done(&accounts);
}

static void
signing_out_ends_the_session_at_the_portal_and_here(void **state)
{
	struct world *w = *state;
	start(w, "\"oidc\":{\"answers\":[]}");
	expect_sign_in(w);
	assert_true(sso_signed_in_until(&w->target) > clock_wall());
	assert_int_equal(sso_logout(w->aws, &w->target, NULL, NULL), 0);
	assert_int_equal(count(w, "Logout"), 1);
	assert_int_equal(sso_signed_in_until(&w->target), 0);
	assert_int_equal(sso_logout(w->aws, &w->target, NULL, NULL), 0);
	assert_int_equal(count(w, "Logout"), 1);
}

static void
every_place_to_sign_in_is_found_once(void **state)
{
	struct world *w = *state;
	start(w, "");
	struct sso_targets all = { 0 };
	const struct profiles *files = profiles_load(NULL);
	sso_targets(files, &all);
	assert_int_equal(all.n, 2);
	assert_string_equal(sso_target_name(&all.v[0]), "my-sso");
	assert_string_equal(sso_target_name(&all.v[1]), URL);
	assert_true(sso_target_serves(&all.v[0], files, "dev"));
	assert_false(sso_target_serves(&all.v[0], files, "old"));
	assert_false(sso_target_serves(&all.v[0], files, "other"));
	sso_targets_done(&all);
	profiles_unref(files);
}

static void
expect_config(const char *text)
{
	struct buf b = { 0 };
	char *path = mem_printf("%s/.aws/config", getenv("HOME"));
	assert_int_equal(file_read(path, 1 << 16, &b, NULL), 0);
	assert_string_equal(buf_str(&b), text);
	buf_done(&b);
	free(path);
}

static void
a_new_profile_and_its_session_are_added_behind_what_is_there(void **state)
{
	struct world *w = *state;
	static char session[] = "corp", url[] = URL, region[] = "eu-west-1";
	const struct sso_target fresh = { session, url, region, NULL };
	struct err err = { 0 };
	start(w, "");
	assert_int_equal(sso_profile_write(&(struct sso_profile){ &fresh, "new", "123456789012", "Dev", NULL }, &err), 0);
	expect_config(CONFIG "\n[profile new]\nsso_session = corp\nsso_account_id = 123456789012\n"
		      "sso_role_name = Dev\n\n[sso-session corp]\nsso_start_url = " URL "\nsso_region = eu-west-1\n"
		      "sso_registration_scopes = sso:account:access\n");
	/* In a session that is there, only the profile is new. */
	home_config(CONFIG);
	assert_int_equal(sso_profile_write(&(struct sso_profile){ &w->target, "new", "1", "Dev", "eu-north-1" }, &err), 0);
	expect_config(CONFIG "\n[profile new]\nsso_session = my-sso\nsso_account_id = 1\nsso_role_name = Dev\n"
		      "region = eu-north-1\n");
}

static void
a_profile_that_says_something_else_is_left_alone(void **state)
{
	struct world *w = *state;
	struct err err = { 0 };
	start(w, "");
	assert_int_equal(sso_profile_write(&(struct sso_profile){ &w->target, "dev", "1", "Dev", NULL }, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	expect_config(CONFIG);
	home_config(CONFIG "[profile keys]\naws_access_key_id=AKIDX\naws_secret_access_key=x\n");
	assert_int_equal(sso_profile_write(&(struct sso_profile){ &w->target, "keys", "1", "Dev", NULL }, &err), -1);
	assert_non_null(strstr(err.text, "aws_access_key_id"));
	const struct profiles *files = profiles_load(NULL);
	char *name = sso_profile_name(files, "123456789012", "Power User,x");
	assert_string_equal(name, "Power-User-x-123456789012");
	profiles_unref(files);
	free(name);
}

static void
a_session_that_could_not_be_written_is_refused_before_anybody_signs_in(void **state)
{
	static const char *const bad[] = { "", "my corp", "corp]", "corp\nregion = x" };
	static char url[] = "https://other.awsapps.com/start", region[] = "eu-west-1", good[] = "other", taken[] = "my-sso";
	struct err err = { 0 };
	start(*state, "");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char *name = mem_strdup(bad[i]);
		assert_int_equal(sso_check_new(&(struct sso_target){ name, url, region, NULL }, &err), -1);
		assert_int_equal(err.code, ERR_CONFIG);
		assert_non_null(strstr(err.text, "cannot be a name"));
		free(name);
	}
	assert_int_equal(sso_check_new(&(struct sso_target){ taken, url, region, NULL }, &err), -1);
	assert_non_null(strstr(err.text, "choose another name"));
	assert_int_equal(sso_check_new(&(struct sso_target){ good, url, region, NULL }, &err), 0);
	expect_config(CONFIG);
}

static void
no_secret_gets_into_the_log(void **state)
{
	struct world *w = *state;
	char *path = mem_printf("%s/log", getenv("HOME"));
	start(w, "");
	assert_int_equal(log_open(path, LOG_TRACE, NULL), 0);
	expect_sign_in(w);
	const struct creds *c = creds_get(w->aws, NULL, NULL);
	assert_non_null(c);
	log_close();
	struct json_object *o = read_json(TOKEN);
	struct buf b = { 0 };
	assert_int_equal(file_read(path, 1 << 24, &b, NULL), 0);
	assert_true(b.len > 0);
	static const char *const members[] = { "accessToken", "clientSecret", "refreshToken" };
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		assert_null(strstr(b.s, json_str(o, members[i], "")));
	assert_null(strstr(b.s, secret_reveal(c->secret_access_key)));
	creds_unref(c);
	json_free(o);
	buf_done(&b);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(the_whole_way_from_a_code_to_the_roles_credentials),
		SCENE(the_cache_is_what_the_aws_tools_write),
		SCENE(the_registration_is_kept_under_the_name_that_the_aws_cli_gives_it),
		SCENE(a_registration_that_the_service_does_not_know_is_replaced),
		SCENE(the_old_form_signs_in_under_its_start_url_and_gets_no_refresh_token),
		SCENE(pending_and_slow_down_are_waited_out),
		SCENE(a_code_that_was_not_used_in_time_is_followed_by_another),
		SCENE(a_code_whose_time_is_over_is_not_asked_for_any_more),
		SCENE(a_refusal_ends_it),
		SCENE(what_the_service_says_is_passed_on),
		SCENE(giving_up_ends_it_and_writes_nothing),
		SCENE(answers_that_make_no_sense_end_in_a_sentence),
		SCENE(a_poll_that_got_no_answer_is_made_again),
		SCENE(all_pages_of_accounts_and_roles_are_read),
		SCENE(signing_out_ends_the_session_at_the_portal_and_here),
		SCENE(every_place_to_sign_in_is_found_once),
		SCENE(a_new_profile_and_its_session_are_added_behind_what_is_there),
		SCENE(a_profile_that_says_something_else_is_left_alone),
		SCENE(a_session_that_could_not_be_written_is_refused_before_anybody_signs_in),
		SCENE(no_secret_gets_into_the_log),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
