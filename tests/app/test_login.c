#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../aws/home.h"
#include "app/login.h"
#include "app/poster.h"
#include "base/str.h"

#define IN_HOME(test) cmocka_unit_test_setup_teardown(test, home_setup, home_teardown)
#define SESSION "[sso-session corp]\nsso_start_url=https://corp.awsapps.com/start\nsso_region=us-east-1\n"
#define DEV "[profile dev]\nsso_session=corp\nsso_account_id=1\nsso_role_name=Dev\n"

/* The keys of what is offered, in order, joined by commas. */
static char *
offered(const char *profile)
{
	struct login_choices all = { 0 };
	struct buf b = { 0 };
	struct aws *aws = aws_new(&(struct aws_options){ .profile = profile }, NULL);
	login_choices(aws, &all);
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].way != LOGIN_DEMO)
			buf_printf(&b, "%s%s", i > 0 ? "," : "", all.v[i].key);
	login_choices_done(&all);
	aws_free(aws);
	return buf_take(&b, NULL);
}

static void
expect_offered(const char *profile, const char *keys)
{
	char *got = offered(profile);
	assert_string_equal(got, keys);
	free(got);
}

static void
what_mends_the_profile_in_force_comes_first(void **state)
{
	(void)state;
	home_config(SESSION DEV "[profile job]\ncredential_process=/bin/true\n[profile web]\nlogin_session=arn:x\n"
		    "[profile over]\nrole_arn=arn:aws:iam::1:role/r\nsource_profile=dev\n"
		    "[profile mfa]\nrole_arn=arn:aws:iam::1:role/r\nsource_profile=keys\nmfa_serial=arn:mfa\n"
		    "[profile keys]\naws_access_key_id=A\naws_secret_access_key=B\n");
	expect_offered("dev", "sso corp,profile,api-key,console,sso-new,keys");
	expect_offered("over", "sso corp,profile,api-key,console,sso-new,keys");
	expect_offered("job", "process job,sso corp,profile,api-key,console,sso-new,keys");
	expect_offered("web", "console web,sso corp,profile,api-key,sso-new,keys");
	expect_offered("mfa", "process mfa,sso corp,profile,api-key,console,sso-new,keys");
	expect_offered("keys", "sso corp,profile,api-key,console,sso-new,keys");
}

static void
without_any_file_there_are_still_ways_in(void **state)
{
	(void)state;
	expect_offered(NULL, "api-key,console,sso-new,keys");
}

static void
only_what_is_for_the_profile_in_force_mends_it(void **state)
{
	(void)state;
	struct login_choices all = { 0 };
	home_config(SESSION DEV);
	struct aws *aws = aws_new(NULL, NULL);
	login_choices(aws, &all);
	assert_null(login_mender(&all));
	login_choices_done(&all);
	aws_set_options(aws, &(struct aws_options){ .profile = "dev" });
	login_choices(aws, &all);
	assert_non_null(login_mender(&all));
	assert_string_equal(login_mender(&all)->profile, "dev");
	assert_ptr_equal(login_choice_of(&all, "sso corp"), login_mender(&all));
	assert_null(login_choice_of(&all, "nonsense"));
	login_choices_done(&all);
	aws_free(aws);
}

static void
profiles_that_go_round_in_a_circle_have_an_end(void **state)
{
	(void)state;
	home_config("[profile a]\nrole_arn=x\nsource_profile=b\n[profile b]\nrole_arn=x\nsource_profile=a\n");
	expect_offered("a", "profile,api-key,console,sso-new,keys");
}

static void
a_start_url_is_checked_and_names_its_session(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "http://corp.awsapps.com/start", "corp.awsapps.com", "https://nodots",
		"https://a.b/ x", "https://a.b/<x>" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(login_check_start_url(bad[i], NULL), -1);
	assert_int_equal(login_check_start_url("https://corp.awsapps.com/start", NULL), 0);
	char *name = login_session_name("https://d-1234567890.awsapps.com/start");
	assert_string_equal(name, "d-1234567890");
	free(name);
}

static void
every_method_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < LOGIN_WAYS; i++)
		assert_int_equal(login_way_named(login_method((enum login_way)i)->name), i);
	assert_int_equal(login_way_named("nonsense"), -1);
}

static void
a_code_is_drawn_in_three_lines(void **state)
{
	(void)state;
	struct buf b = { 0 };
	poster_letters(&b, "L-");
	assert_string_equal(b.s, "█         \n█     ▀▀  \n▀▀▀▀      \n");
	buf_done(&b);
}

static void
a_picture_that_does_not_fit_is_left_out(void **state)
{
	(void)state;
	struct buf b = { 0 };
	assert_false(poster_qr(&b, "https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH", 20, 40));
	assert_false(poster_qr(&b, "https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH", 80, 10));
	assert_int_equal(b.len, 0);
	if (poster_qr(&b, "https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH", 80, 40)) {
		size_t lines = 0;
		for (const char *s = b.s; (s = strchr(s, '\n')) != NULL; s++)
			lines++;
		assert_in_range(lines, 15, 24);
	}
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_HOME(what_mends_the_profile_in_force_comes_first),
		IN_HOME(without_any_file_there_are_still_ways_in),
		IN_HOME(only_what_is_for_the_profile_in_force_mends_it),
		IN_HOME(profiles_that_go_round_in_a_circle_have_an_end),
		IN_HOME(a_start_url_is_checked_and_names_its_session),
		IN_HOME(every_method_has_a_name_of_its_own),
		IN_HOME(a_code_is_drawn_in_three_lines),
		IN_HOME(a_picture_that_does_not_fit_is_left_out),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
