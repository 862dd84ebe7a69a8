/* What profile-edit.c writes, byte by byte. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "aws/profile-edit.h"
#include "aws/profile.h"
#include "base/file.h"
#include "home.h"

#define IN_HOME(test) cmocka_unit_test_setup_teardown(test, home_setup, home_teardown)

static const struct profile_setting region[] = { { "region", "eu-west-1" } };
static const struct profile_setting sso[] = { { "sso_session", "corp" }, { "sso_account_id", "123" } };
static const struct profile_setting no_region[] = { { "region", NULL } };

static const struct {
	const char		*name, *before;
	struct profile_edit	 edit;
	const char		*after;         /* NULL = refused */
} rows[] = {
	{ "an empty file gets the section", "", { "profile", "dev", sso, 2, false },
	    "[profile dev]\nsso_session = corp\nsso_account_id = 123\n" },
	{ "default has no prefix", "", { "profile", "default", region, 1, false },
	    "[default]\nregion = eu-west-1\n" },
	{ "but keeps the one it has", "[profile default]\n", { "profile", "default", region, 1, false },
	    "[profile default]\nregion = eu-west-1\n" },
	{ "the credentials file has no prefixes", "[a]\nx=1\n", { NULL, "b", region, 1, false },
	    "[a]\nx=1\n\n[b]\nregion = eu-west-1\n" },
	{ "a new section stands behind an empty line, and ends the last line",
	    "# mine\n[profile a]\nx=1", { "profile", "dev", region, 1, false },
	    "# mine\n[profile a]\nx=1\n\n[profile dev]\nregion = eu-west-1\n" },
	{ "an empty line that is there is enough", "[profile a]\n\n", { "sso-session", "s", region, 1, false },
	    "[profile a]\n\n[sso-session s]\nregion = eu-west-1\n" },
	{ "CRLF stays CRLF", "[profile a]\r\nx=1\r\n", { "profile", "a", region, 1, false },
	    "[profile a]\r\nx=1\r\nregion = eu-west-1\r\n" },
	{ "CRLF in a new section too", "[profile a]\r\nx=1\r\n", { "profile", "b", region, 1, false },
	    "[profile a]\r\nx=1\r\n\r\n[profile b]\r\nregion = eu-west-1\r\n" },
	{ "a key is added behind the last one and what continues it",
	    "[profile a]\ns3 =\n  x = 1\n# c\n  y = 2\n\n# end\n[profile b]\nz=1\n",
	    { "profile", "a", region, 1, false },
	    "[profile a]\ns3 =\n  x = 1\n# c\n  y = 2\nregion = eu-west-1\n\n# end\n[profile b]\nz=1\n" },
	{ "a section without keys gets one below its header", "[ profile   a ]  # c\n# d\n",
	    { "profile", "a", region, 1, false }, "[ profile   a ]  # c\nregion = eu-west-1\n# d\n" },
	{ "the later of two sections gets it, since it wins", "[profile a]\nx=1\n[profile b]\n[profile a]\ny=1\n",
	    { "profile", "a", region, 1, false },
	    "[profile a]\nx=1\n[profile b]\n[profile a]\ny=1\nregion = eu-west-1\n" },
	{ "the same value changes nothing", "[profile a]\nREGION=eu-west-1 # c\n",
	    { "profile", "a", region, 1, false }, "[profile a]\nREGION=eu-west-1 # c\n" },
	{ "another value is refused", "[profile a]\nregion=us-east-1\n", { "profile", "a", region, 1, false },
	    NULL },
	{ "or replaced when told to, spaces and comment kept", "[profile a]\nRegion  =\tus-east-1  # mine\nx=1\n",
	    { "profile", "a", region, 1, true }, "[profile a]\nRegion  =\teu-west-1  # mine\nx=1\n" },
	{ "a blank value is no other value", "[profile a]\nregion =\n", { "profile", "a", region, 1, false },
	    "[profile a]\nregion = eu-west-1\n" },
	{ "a value of many lines is replaced whole", "[profile a]\nregion = a\n b\n# c\n d\nx=1\n",
	    { "profile", "a", region, 1, true }, "[profile a]\nregion = eu-west-1\nx=1\n" },
	{ "a removed key is gone wherever it stood",
	    "[profile a]\nregion=1 # c\nx=1\n[profile b]\nregion=2\n[profile a]\nregion=3\n",
	    { "profile", "a", no_region, 1, true },
	    "[profile a]\nx=1\n[profile b]\nregion=2\n[profile a]\n" },
	{ "a byte order mark stays", "\xef\xbb\xbf[profile a]\n", { "profile", "a", region, 1, false },
	    "\xef\xbb\xbf[profile a]\nregion = eu-west-1\n" },
	{ "a file that breaks the grammar is left alone", "[profile a\n", { "profile", "a", region, 1, false },
	    NULL },
	{ "a name that the grammar does not have is refused", "", { "profile", "a b", region, 1, false }, NULL },
	{ "so is one that would end the header", "", { "profile", "a]\n[b", region, 1, false }, NULL },
};

static void
each_edit_changes_what_it_names_and_not_a_byte_more(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf out;
		struct err err = { 0 };
		buf_init(&out, 0);
		int rc = profile_edit_text("config", rows[i].before, strlen(rows[i].before), &rows[i].edit, &out,
		    &err);
		const char *want = rows[i].after != NULL ? rows[i].after : "";
		if ((rc == 0) != (rows[i].after != NULL) || strcmp(buf_str(&out), want) != 0)
			fail_msg("%s: %d “%s” %s", rows[i].name, rc, buf_str(&out), err.text);
		if (rc < 0)
			assert_int_equal(err.code, ERR_CONFIG);
		buf_done(&out);
	}
}

static void
what_could_not_be_read_back_is_not_written(void **state)
{
	(void)state;
	static const char *const values[] = { "", " ", "a\nb", "a\r", "a # b", "a\t;b", "#a", " a", "a ", "\x7f" };
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		const struct profile_setting one = { "key", values[i] };
		struct buf out;
		struct err err = { 0 };
		buf_init(&out, 0);
		assert_int_equal(profile_edit_text("config", "", 0,
		    &(struct profile_edit){ "profile", "a", &one, 1, true }, &out, &err), -1);
		assert_non_null(strstr(err.text, "key"));
		buf_done(&out);
	}
}

static void
the_refusal_names_file_line_and_key_but_not_the_value(void **state)
{
	(void)state;
	struct err err = { 0 };
	static const struct profile_setting key = { "aws_secret_access_key", "NEWSECRET" };
	home_credentials("[dev]\naws_secret_access_key = OLDSECRET\n");
	char *path = file_expand("~/.aws/credentials");
	assert_int_equal(profiles_put_section(path, &(struct profile_edit){ NULL, "dev", &key, 1, false }, &err),
	    -1);
	assert_non_null(strstr(err.text, "credentials, line 2: dev already has another aws_secret_access_key"));
	assert_null(strstr(err.text, "OLDSECRET"));
	assert_null(strstr(err.text, "NEWSECRET"));
	free(path);
}

static struct stat
stat_of(const char *path)
{
	struct stat st;
	assert_int_equal(lstat(path, &st), 0);
	return st;
}

static void
a_new_file_is_private_and_an_old_one_keeps_its_mode(void **state)
{
	(void)state;
	char *fresh = file_expand("~/new/config"), *folder = file_expand("~/new");
	const struct profile_edit edit = { "profile", "dev", region, 1, false };
	assert_int_equal(profiles_put_section(fresh, &edit, NULL), 0);
	assert_int_equal(stat_of(fresh).st_mode & 07777, 0600);
	assert_int_equal(stat_of(folder).st_mode & 07777, 0700);
	home_config("[profile a]\n");
	char *path = file_expand("~/.aws/config");
	chmod(path, 0640);
	assert_int_equal(profiles_put_section(path, &edit, NULL), 0);
	assert_int_equal(stat_of(path).st_mode & 07777, 0640);
	ino_t ino = stat_of(path).st_ino;
	assert_int_equal(profiles_put_section(path, &edit, NULL), 0);
	assert_true(stat_of(path).st_ino == ino);       /* nothing to do: not even written */
	free(path);
	free(fresh);
	free(folder);
}

static void
a_link_stays_a_link(void **state)
{
	(void)state;
	home_write("dotfiles", "[profile a]\n");
	char *link = file_expand("~/.aws/config"), *target = file_expand("~/dotfiles");
	assert_int_equal(symlink(target, link), 0);
	assert_int_equal(profiles_put_section(link, &(struct profile_edit){ "profile", "dev", region, 1, false },
	    NULL), 0);
	assert_true(S_ISLNK(stat_of(link).st_mode));
	const struct profiles *p = profiles_load(NULL);
	assert_string_equal(profile_get(p, "dev", "region"), "eu-west-1");
	assert_true(profile_exists(p, "a"));
	profiles_unref(p);
	free(link);
	free(target);
}

static void
a_folder_that_cannot_be_written_is_a_sentence(void **state)
{
	(void)state;
	struct err err = { 0 };
	home_write("file", "");
	char *path = file_expand("~/file/config");
	assert_int_equal(profiles_put_section(path, &(struct profile_edit){ "profile", "dev", region, 1, false },
	    &err), -1);
	assert_int_equal(err.code, ERR_FAILED);
	assert_non_null(strstr(err.text, "/file"));
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_edit_changes_what_it_names_and_not_a_byte_more),
		cmocka_unit_test(what_could_not_be_read_back_is_not_written),
		IN_HOME(the_refusal_names_file_line_and_key_but_not_the_value),
		IN_HOME(a_new_file_is_private_and_an_old_one_keeps_its_mode),
		IN_HOME(a_link_stays_a_link),
		IN_HOME(a_folder_that_cannot_be_written_is_a_sentence),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
