#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "aws/profile.h"
#include "home.h"

#define IN_HOME(test) cmocka_unit_test_setup_teardown(test, home_setup, home_teardown)

static void
the_two_files_merge_and_the_credentials_file_wins(void **state)
{
	(void)state;
	home_config("[profile foo]\na=1\nb=2\n[foo]\nd=9\n[default]\nb=2\n[profile default]\na=1\n");
	home_credentials("[foo]\nb=3\nc=4\n[profile foo]\ne=9\n[default]\nc=3\n");
	const struct profiles *p = profiles_load(NULL);
	assert_int_equal(profiles_usable(p, NULL), 0);
	assert_string_equal(profile_get(p, "foo", "a"), "1");
	assert_string_equal(profile_get(p, "foo", "b"), "3");
	assert_string_equal(profile_get(p, "foo", "c"), "4");
	assert_null(profile_get(p, "foo", "d"));
	assert_null(profile_get(p, "foo", "e"));
	assert_string_equal(profile_get(p, "default", "a"), "1");
	assert_null(profile_get(p, "default", "b"));
	assert_string_equal(profile_get(p, "default", "c"), "3");
	assert_false(profile_exists(p, "Foo"));
	profiles_unref(p);
}

static void
default_may_be_written_either_way_and_the_prefixed_one_replaces_the_other(void **state)
{
	(void)state;
	home_config("[profile default]\na=1\n[default]\nb=1\n");
	const struct profiles *p = profiles_load(NULL);
	assert_string_equal(profile_get(p, "default", "a"), "1");
	assert_null(profile_get(p, "default", "b"));
	home_config("[default]\nb=1\n");
	p = profiles_load(p);
	assert_string_equal(profile_get(p, "default", "b"), "1");
	profiles_unref(p);
}

static void
a_blank_value_is_unset_and_lets_the_other_file_speak(void **state)
{
	(void)state;
	home_config("[profile foo]\na=1\n");
	home_credentials("[foo]\na =\n");
	const struct profiles *p = profiles_load(NULL);
	assert_string_equal(profile_get(p, "foo", "a"), "1");
	int line;
	const char *file = profile_where(p, "foo", "a", &line);
	assert_string_equal(file, profiles_config_path(p));
	assert_int_equal(line, 2);
	profiles_unref(p);
}

static void
files_are_read_again_only_when_they_changed(void **state)
{
	(void)state;
	home_config("[profile foo]\na=1\n");
	const struct profiles *p = profiles_load(NULL);
	assert_ptr_equal(profiles_load(p), p);
	assert_false(profiles_changed(p));
	home_config("[profile foo]\na=12\n");
	assert_true(profiles_changed(p));
	const struct profiles *kept = profiles_ref(p), *fresh = profiles_load(p);
	assert_string_equal(profile_get(fresh, "foo", "a"), "12");
	assert_string_equal(profile_get(kept, "foo", "a"), "1");
	profiles_unref(kept);
	home_credentials("[foo]\na=3\n");
	fresh = profiles_load(fresh);
	assert_string_equal(profile_get(fresh, "foo", "a"), "3");
	setenv("AWS_SHARED_CREDENTIALS_FILE", "~/elsewhere", 1);
	home_write("elsewhere", "[foo]\na=4\n");
	fresh = profiles_load(fresh);
	assert_string_equal(profile_get(fresh, "foo", "a"), "4");
	profiles_unref(fresh);
}

static void
missing_files_are_empty_ones(void **state)
{
	(void)state;
	const struct profiles *p = profiles_load(NULL);
	struct buf b = { 0 };
	assert_int_equal(profiles_usable(p, NULL), 0);
	profiles_warnings(p, &b);
	assert_string_equal(buf_str(&b), "");
	setenv("AWS_CONFIG_FILE", "/nonexistent/config", 1);
	p = profiles_load(p);
	assert_int_equal(profiles_usable(p, NULL), 0);
	profiles_warnings(p, &b);
	assert_non_null(strstr(buf_str(&b), "AWS_CONFIG_FILE"));
	buf_done(&b);
	profiles_unref(p);
}

static void
a_malformed_file_is_unusable_and_says_where(void **state)
{
	(void)state;
	struct err err = { 0 };
	home_config("[profile foo]\na=1\nnonsense\n");
	const struct profiles *p = profiles_load(NULL);
	assert_int_equal(profiles_usable(p, &err), -1);
	assert_int_equal(err.code, ERR_CONFIG);
	assert_non_null(strstr(err.text, "/.aws/config, line 3:"));
	profiles_unref(p);
}

/* As root everything can be read; a folder in the file's place cannot, by anybody. */
static void
an_unreadable_file_is_forgiven_only_in_its_usual_place(void **state)
{
	struct err err = { 0 };
	char *path = mem_printf("%s/.aws/config", (char *)*state);
	mkdir(path, 0700);
	const struct profiles *p = profiles_load(NULL);
	assert_int_equal(profiles_usable(p, NULL), 0);
	assert_non_null(profiles_fault(p));
	setenv("AWS_CONFIG_FILE", path, 1);
	home_credentials("");
	p = profiles_load(p);
	assert_int_equal(profiles_usable(p, &err), -1);
	assert_non_null(strstr(err.text, path));
	profiles_unref(p);
	free(path);
}

static void
an_unknown_profile_names_the_files_and_what_is_near(void **state)
{
	(void)state;
	home_config("[profile production]\n[profile staging]\n[profile dev]\n[sso-session produktion]\n");
	home_credentials("[prod-old]\n[profile prduction]\n");
	const struct profiles *p = profiles_load(NULL);
	struct err err = { 0 };
	profile_unknown(p, "producton", "--profile", &err);
	assert_int_equal(err.code, ERR_CREDENTIALS);
	assert_non_null(strstr(err.text, "“producton”"));
	assert_non_null(strstr(err.text, "--profile"));
	assert_non_null(strstr(err.text, profiles_config_path(p)));
	assert_non_null(strstr(err.text, profiles_credentials_path(p)));
	assert_non_null(strstr(err.text, "Near names: production."));
	profile_unknown(p, "Dev", "AWS_PROFILE", &err);
	assert_non_null(strstr(err.text, "Near names: dev."));
	profile_unknown(p, "zzz", "AWS_PROFILE", &err);
	assert_null(strstr(err.text, "Near"));
	struct profile_names names = { 0 };
	profiles_names(p, &names);
	assert_int_equal(names.n, 4);
	assert_string_equal(names.v[0], "dev");
	profile_names_done(&names);
	profiles_unref(p);
}

static void
other_sections_count_in_the_config_file_only(void **state)
{
	(void)state;
	home_config("[sso-session corp]\nsso_region = eu-west-1\n[services lab]\nsts =\n endpoint_url = x\n");
	home_credentials("[sso-session other]\nsso_region = x\n");
	const struct profiles *p = profiles_load(NULL);
	assert_true(sso_session_exists(p, "corp"));
	assert_false(sso_session_exists(p, "other"));
	assert_string_equal(sso_session_get(p, "corp", "sso_region"), "eu-west-1");
	assert_true(services_exist(p, "lab"));
	assert_string_equal(services_get(p, "lab", "sts", "endpoint_url"), "x");
	assert_null(services_get(p, "lab", "sso", "endpoint_url"));
	profiles_unref(p);
}

static void
what_is_passed_over_is_warned_of(void **state)
{
	(void)state;
	home_config("[foo]\nx=1\n[profilefoo]\n[default]\n[profile default]\n[plugins x]\n");
	home_credentials("[profile foo]\nx=1\n");
	const struct profiles *p = profiles_load(NULL);
	struct buf b = { 0 };
	profiles_warnings(p, &b);
	assert_non_null(strstr(buf_str(&b), "[foo]"));
	assert_non_null(strstr(buf_str(&b), "[profilefoo]"));
	assert_non_null(strstr(buf_str(&b), "[plugins x]"));
	assert_non_null(strstr(buf_str(&b), "[profile foo]"));
	assert_non_null(strstr(buf_str(&b), "both [default] and [profile default]"));
	buf_done(&b);
	profiles_unref(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_HOME(the_two_files_merge_and_the_credentials_file_wins),
		IN_HOME(default_may_be_written_either_way_and_the_prefixed_one_replaces_the_other),
		IN_HOME(a_blank_value_is_unset_and_lets_the_other_file_speak),
		IN_HOME(files_are_read_again_only_when_they_changed),
		IN_HOME(missing_files_are_empty_ones),
		IN_HOME(a_malformed_file_is_unusable_and_says_where),
		IN_HOME(an_unreadable_file_is_forgiven_only_in_its_usual_place),
		IN_HOME(an_unknown_profile_names_the_files_and_what_is_near),
		IN_HOME(other_sections_count_in_the_config_file_only),
		IN_HOME(what_is_passed_over_is_warned_of),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
