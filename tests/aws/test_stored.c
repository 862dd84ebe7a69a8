#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "aws/api-key.h"
#include "aws/creds.h"
#include "aws/stored.h"
#include "base/file.h"
#include "base/str.h"
#include "home.h"

#define KEY "ABSKQmVkcm9jay1FWEFNUExF"

static int
setup(void **state)
{
	if (home_setup(state) != 0)
		return -1;
	unsetenv("XDG_DATA_HOME");
	return 0;
}

#define IN_HOME(test) cmocka_unit_test_setup_teardown(test, setup, home_teardown)

static void
keep(const char *text)
{
	struct err err = { 0 };
	struct secret *s = secret_new(text, strlen(text));
	if (stored_keep_api_key(s, &err) < 0)
		fail_msg("%s", err.text);
	secret_free(s);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* What is in force, as its label; the error's text when nothing is. */
static char *
in_force(const struct aws_options *o)
{
	struct err err = { 0 };
	struct aws *aws = aws_new(o, NULL);
	const struct creds *c = creds_get(aws, NULL, &err);
	char *label = mem_strdup(c != NULL ? c->label : err.text);
	creds_unref(c);
	aws_free(aws);
	return label;
}

static void
expect_in_force(const struct aws_options *o, const char *part)
{
	char *label = in_force(o);
	if (strstr(label, part) == NULL)
		fail_msg("“%s” does not say “%s”", label, part);
	free(label);
}

static void
a_key_that_is_kept_is_for_its_user_only(void **state)
{
	(void)state;
	char *path = stored_path(), *folder = mem_printf("%s/.local/share/adit", getenv("HOME"));
	keep(KEY);
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(mode_of(folder), 0700);
	const struct stored *s = stored_load(NULL);
	assert_string_equal(secret_reveal(stored_api_key(s)), KEY);
	keep("ABSKanother");
	s = stored_load(s);
	assert_string_equal(secret_reveal(stored_api_key(s)), "ABSKanother");
	bool was_there = false;
	assert_int_equal(stored_forget(&was_there, NULL), 0);
	assert_true(was_there);
	assert_int_equal(stored_forget(&was_there, NULL), 0);
	assert_false(was_there);
	s = stored_load(s);
	assert_false(stored_is_there(s));
	stored_unref(s);
	free(folder);
	free(path);
}

static void
a_key_that_others_can_read_is_refused_with_the_chmod(void **state)
{
	(void)state;
	char *path = stored_path(), *want = mem_printf("chmod 600 %s", path);
	keep(KEY);
	assert_int_equal(chmod(path, 0640), 0);
	setenv("AWS_ACCESS_KEY_ID", "AKIDENV", 1);      /* nothing weaker takes its place */
	setenv("AWS_SECRET_ACCESS_KEY", "x", 1);
	expect_in_force(NULL, want);
	assert_int_equal(chmod(path, 0600), 0);
	expect_in_force(NULL, "stored by adit");
	char *folder = mem_strndup(path, (size_t)(strrchr(path, '/') - path));
	assert_int_equal(chmod(folder, 0770), 0);
	expect_in_force(NULL, "chmod 700");
	assert_int_equal(chmod(folder, 0700), 0);
	free(folder);
	free(path);
	free(want);
}

static void
a_chmod_counts_without_a_new_start(void **state)
{
	(void)state;
	char *path = stored_path();
	keep(KEY);
	assert_int_equal(chmod(path, 0644), 0);
	struct aws *aws = aws_new(NULL, NULL);
	assert_null(creds_get(aws, NULL, NULL));
	assert_int_equal(chmod(path, 0600), 0);
	const struct creds *c = creds_get(aws, NULL, NULL);
	assert_non_null(c);
	creds_unref(c);
	aws_free(aws);
	free(path);
}

static void
a_damaged_file_stops_the_chain(void **state)
{
	(void)state;
	keep(KEY);
	home_write(".local/share/adit/credentials.json", "{\"bedrock");
	char *path = stored_path();
	assert_int_equal(chmod(path, 0600), 0);
	expect_in_force(NULL, "damaged");
	keep(KEY);                              /* a new one mends it */
	expect_in_force(NULL, "stored by adit");
	free(path);
}

static void
it_comes_before_the_environment_and_says_so(void **state)
{
	(void)state;
	static const char *const shadowed[] = { "AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID" };
	keep(KEY);
	for (size_t i = 0; i < 2; i++) {
		setenv(shadowed[i], "ABSKother", 1);
		setenv("AWS_SECRET_ACCESS_KEY", "x", 1);
		struct aws *aws = aws_new(NULL, NULL);
		const struct creds *c = creds_get(aws, NULL, NULL);
		assert_string_equal(secret_reveal(c->bearer), KEY);
		creds_unref(c);
		struct buf b = { 0 };
		aws_warnings(aws, &b);
		assert_non_null(strstr(buf_str(&b), "that adit stored is used"));
		assert_non_null(strstr(b.s, shadowed[i]));
		buf_done(&b);
		struct creds_report *r = creds_report(aws);
		assert_int_equal(r->active, SOURCE_BEARER);
		assert_non_null(strstr(r->order[SOURCE_BEARER].detail, "stored by adit"));
		creds_report_free(r);
		aws_free(aws);
		unsetenv(shadowed[i]);
	}
}

static void
the_bar_knows_of_it_before_anybody_asked(void **state)
{
	(void)state;
	keep(KEY);
	struct aws *aws = aws_new(NULL, NULL);
	struct creds_report *r = creds_report(aws);
	assert_int_equal(r->order[SOURCE_BEARER].mark, MARK_UNKNOWN);
	assert_string_equal(r->order[SOURCE_BEARER].detail, "an API key that adit stored");
	creds_report_free(r);
	aws_free(aws);
}

static void
what_was_named_nearer_comes_before_it_and_says_so(void **state)
{
	(void)state;
	static const struct {
		struct aws_options	 o;
		const char		*label;
	} rows[] = {
		{ { .profile = "dev" }, "profile dev" },
		{ { .bearer = "ABSKgiven" }, "given for this run" },
		{ { .access_key_id = "AKID", .secret_access_key = "s" }, "keys given for this run" },
	};
	home_credentials("[dev]\naws_access_key_id=AKIDDEV\naws_secret_access_key=x\n");
	keep(KEY);
	for (size_t i = 0; i < 3; i++) {
		expect_in_force(&rows[i].o, rows[i].label);
		struct buf b = { 0 };
		struct aws *aws = aws_new(&rows[i].o, NULL);
		aws_warnings(aws, &b);
		assert_non_null(strstr(buf_str(&b), "adit stored is not used"));
		buf_done(&b);
		aws_free(aws);
	}
}

static void
keys_are_known_by_their_prefixes(void **state)
{
	(void)state;
	static const struct {
		const char	*text, *part;
	} bad[] = { { "AKIAEXAMPLE", "access key id" }, { "ASIAEXAMPLE", "access key id" }, { "sk-ant-x", "another company" },
		{ "Bearer ABSKx", "without the word" }, { "hello", "begin with ABSK" }, { "", "begin with ABSK" },
		{ "ABSK x", "a space" }, { "ABSK\nx", "line break" }, { "ABSK\xc3\xa9", "another character" } };
	assert_int_equal(api_key_check(KEY, NULL), 0);
	assert_int_equal(api_key_check("bedrock-api-key-YWJj", NULL), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err err = { 0 };
		assert_int_equal(api_key_check(bad[i].text, &err), -1);
		if (strstr(err.text, bad[i].part) == NULL)
			fail_msg("“%s” does not say “%s”", err.text, bad[i].part);
	}
}

static char *
short_key(const char *query)
{
	struct buf b = { 0 };
	char *url = mem_printf("bedrock.amazonaws.com/?Action=CallWithBearerToken&%s&Version=1", query);
	buf_puts(&b, "bedrock-api-key-");
	str_base64(&b, url, strlen(url));
	free(url);
	return buf_take(&b, NULL);
}

static void
a_short_term_key_says_when_it_ends(void **state)
{
	(void)state;
	static const struct {
		const char	*query;
		int64_t		 ends;
	} rows[] = {
		{ "X-Amz-Date=20260801T120000Z&X-Amz-Expires=3600", 1785589200 },
		{ "X-Amz-Date=20260801T120000Z&X-Amz-Expires=86400", 0 },
		{ "X-Amz-Date=20260801T120000Z", 0 },
		{ "X-Amz-Date=2026-08-01T12:00Z&X-Amz-Expires=3600", 0 },
		{ "X-Amz-Date=20269901T120000Z&X-Amz-Expires=3600", 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *key = short_key(rows[i].query);
		assert_int_equal(api_key_expires(key), rows[i].ends);
		free(key);
	}
	assert_int_equal(api_key_expires(KEY), 0);
	assert_int_equal(api_key_expires("bedrock-api-key-!!"), 0);
	clock_set_wall(1785589201);
	char *key = short_key(rows[0].query);
	setenv("AWS_BEARER_TOKEN_BEDROCK", key, 1);
	expect_in_force(NULL, "expired");
	clock_set_wall(1785589199);
	expect_in_force(NULL, "of the environment");
	free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_HOME(a_key_that_is_kept_is_for_its_user_only),
		IN_HOME(a_key_that_others_can_read_is_refused_with_the_chmod),
		IN_HOME(a_chmod_counts_without_a_new_start),
		IN_HOME(a_damaged_file_stops_the_chain),
		IN_HOME(it_comes_before_the_environment_and_says_so),
		IN_HOME(the_bar_knows_of_it_before_anybody_asked),
		IN_HOME(what_was_named_nearer_comes_before_it_and_says_so),
		IN_HOME(keys_are_known_by_their_prefixes),
		IN_HOME(a_short_term_key_says_when_it_ends),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
