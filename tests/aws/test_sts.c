#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <pthread.h>

#include "asked.h"
#include "aws/creds.h"
#include "base/str.h"
#include "home.h"

enum { NOON = 1785585600, CALLS = 8 };

/* An STS that gives ROLE1, ROLE2 … and keeps what it was asked. */
struct sts {
	pthread_mutex_t	 lock;
	int		 calls;
	char		*body[CALLS], *authorization[CALLS], *token[CALLS];
	int		 fail_first;            /* so many calls fail with the next two */
	int		 fail_status;
	const char	*fail_body;
	struct server	*server;
	struct engine	*engine;
};

static bool
answer(struct server_request *r, void *arg)
{
	struct sts *s = arg;
	pthread_mutex_lock(&s->lock);
	int n = s->calls++;
	if (n < CALLS) {
		s->body[n] = mem_strdup(buf_str(&r->body));
		s->authorization[n] = asked_header(r, "Authorization");
		s->token[n] = asked_header(r, "X-Amz-Security-Token");
	}
	bool fails = n < s->fail_first;
	pthread_mutex_unlock(&s->lock);
	const char *action = strstr(buf_str(&r->body), "WithWebIdentity") != NULL ? "AssumeRoleWithWebIdentity"
									      : "AssumeRole";
	char *good = mem_printf("<%sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%sResult>"
	    "<AssumedRoleUser><AssumedRoleId>X:y</AssumedRoleId>"
	    "<Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser>"
	    "<Credentials><AccessKeyId>ROLE%d</AccessKeyId><SecretAccessKey>sec</SecretAccessKey>"
	    "<SessionToken>tok&amp;en%d</SessionToken><Expiration>2026-08-01T13:00:00Z</Expiration>"
	    "</Credentials></%sResult></%sResponse>", action, action, n + 1, n + 1, action, action);
	if (fails)
		server_answer(r, s->fail_status, "Content-Type: text/xml\r\n", s->fail_body);
	else
		server_answer(r, 200, "Content-Type: text/xml\r\n", good);
	free(good);
	return false;
}

static int
setup(void **state)
{
	void *home;
	if (home_setup(&home) != 0)
		return -1;
	free(home);
	clock_set_wall(NOON);
	struct sts *s = mem_alloc(sizeof *s);
	pthread_mutex_init(&s->lock, NULL);
	s->server = server_start(answer, s);
	s->engine = engine_start();
	setenv("AWS_ENDPOINT_URL_STS", server_url(s->server), 1);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct sts *s = *state;
	void *home = mem_strdup(getenv("HOME"));
	engine_stop(s->engine);
	server_stop(s->server);
	for (int i = 0; i < CALLS; i++) {
		free(s->body[i]);
		free(s->authorization[i]);
		free(s->token[i]);
	}
	free(s);
	return home_teardown(&home);
}

#define WITH_STS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct creds *
resolve(struct sts *s, const char *profile, struct err *err)
{
	struct aws *aws = aws_new(&(struct aws_options){ .profile = profile }, s->engine);
	const struct creds *c = creds_get(aws, NULL, err);
	aws_free(aws);
	return c;
}

static const struct creds *
must_resolve(struct sts *s, const char *profile)
{
	struct err err = { 0 };
	const struct creds *c = resolve(s, profile, &err);
	if (c == NULL)
		fail_msg("%s", err.text);
	return c;
}

static void
expect_failure(struct sts *s, const char *profile, enum err_code code, const char *part)
{
	struct err err = { 0 };
	assert_null(resolve(s, profile, &err));
	if (err.code != code || strstr(err.text, part) == NULL)
		fail_msg("“%s” (%d) does not say “%s”", err.text, err.code, part);
}

static void
expect_in(const char *s, const char *part)
{
	if (s == NULL || strstr(s, part) == NULL)
		fail_msg("“%s” does not hold “%s”", s, part);
}

#define BASE "[profile base]\naws_access_key_id=BASE\naws_secret_access_key=s\n"
#define ARN "arn:aws:iam::123456789012:role/r"

/* ---- roles ---- */

static void
a_role_is_assumed_with_the_source_profiles_keys(void **state)
{
	struct sts *s = *state;
	home_config(BASE "[profile p]\nrole_arn=" ARN "\nsource_profile=base\nregion=eu-central-1\n"
		    "role_session_name=me@x\nexternal_id=a b&c\nduration_seconds=1800\n");
	const struct creds *c = must_resolve(s, "p");
	assert_int_equal(c->kind, CREDS_ASSUME_ROLE);
	assert_string_equal(c->access_key_id, "ROLE1");
	assert_string_equal(secret_reveal(c->session_token), "tok&en1");
	assert_string_equal(c->account, "123456789012");
	assert_int_equal(c->expires, NOON + 3600);
	assert_string_equal(c->profile, "p");
	creds_unref(c);
	assert_string_equal(s->body[0], "Action=AssumeRole&Version=2011-06-15"
	    "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr&RoleSessionName=me%40x"
	    "&ExternalId=a%20b%26c&DurationSeconds=1800");
	expect_in(s->authorization[0], "Credential=BASE/20260801/eu-central-1/sts/aws4_request, "
				      "SignedHeaders=content-type;host;x-amz-date,");
}

static void
roles_can_be_chained(void **state)
{
	struct sts *s = *state;
	home_config(BASE "[profile mid]\nrole_arn=" ARN "1\nsource_profile=base\n"
		    "[profile top]\nrole_arn=" ARN "2\nsource_profile=mid\n");
	const struct creds *c = must_resolve(s, "top");
	assert_string_equal(c->access_key_id, "ROLE2");
	creds_unref(c);
	expect_in(s->authorization[0], "Credential=BASE/");
	expect_in(s->authorization[1], "Credential=ROLE1/");
	assert_string_equal(s->token[1], "tok&en1");
	expect_in(s->body[1], "role%2Fr2");
	expect_in(s->body[1], "RoleSessionName=adit-1785585600");
}

static void
static_keys_of_a_source_beat_its_role_but_those_of_the_first_profile_do_not(void **state)
{
	struct sts *s = *state;
	home_config("[profile mid]\nrole_arn=" ARN "1\nsource_profile=none\naws_access_key_id=MID\n"
		    "aws_secret_access_key=s\n[profile top]\nrole_arn=" ARN "2\nsource_profile=mid\n"
		    "aws_access_key_id=TOP\naws_secret_access_key=s\n");
	creds_unref(must_resolve(s, "top"));
	assert_int_equal(s->calls, 1);
	expect_in(s->authorization[0], "Credential=MID/");
}

static void
a_profile_may_be_its_own_source_only_with_static_keys(void **state)
{
	struct sts *s = *state;
	home_config("[profile me]\nrole_arn=" ARN "\nsource_profile=me\naws_access_key_id=ME\n"
		    "aws_secret_access_key=s\n[profile bare]\nrole_arn=" ARN "\nsource_profile=bare\n");
	creds_unref(must_resolve(s, "me"));
	expect_in(s->authorization[0], "Credential=ME/");
	expect_failure(s, "bare", ERR_CONFIG, "bare → bare");
}

static void
circles_and_contradictions_are_errors(void **state)
{
	struct sts *s = *state;
	home_config("[profile a]\nrole_arn=x\nsource_profile=b\n[profile b]\nrole_arn=x\nsource_profile=c\n"
		    "[profile c]\nrole_arn=x\nsource_profile=a\n"
		    "[profile both]\nrole_arn=x\nsource_profile=a\ncredential_source=Environment\n"
		    "[profile none]\nrole_arn=x\n[profile gone]\nrole_arn=x\nsource_profile=nowhere\n"
		    "[profile odd]\nrole_arn=x\ncredential_source=Moon\n"
		    "[profile empty]\nrole_arn=x\ncredential_source=environment\n"
		    "[profile hollow]\nrole_arn=x\nsource_profile=settings\n[profile settings]\nregion=x\n");
	expect_failure(s, "a", ERR_CONFIG, "a → b → c → a");
	expect_failure(s, "both", ERR_CONFIG, "only one of them");
	expect_failure(s, "none", ERR_CONFIG, "whose credentials");
	expect_failure(s, "gone", ERR_CREDENTIALS, "nowhere");
	expect_failure(s, "odd", ERR_CONFIG, "Moon");
	expect_failure(s, "empty", ERR_CREDENTIALS, "credential_source = environment");
	expect_failure(s, "hollow", ERR_CREDENTIALS, "Profile settings (named by source_profile)");
	assert_int_equal(s->calls, 0);
}

static void
a_chain_without_end_is_cut_off(void **state)
{
	struct sts *s = *state;
	struct buf b = { 0 };
	for (int i = 0; i < 20000; i++)
		buf_printf(&b, "[profile p%d]\nrole_arn=x\nsource_profile=p%d\n", i, i + 1);
	home_config(b.s);
	buf_done(&b);
	expect_failure(s, "p0", ERR_CONFIG, "more than 16");
}

static void
the_environments_keys_can_be_the_source(void **state)
{
	struct sts *s = *state;
	home_config("[profile p]\nrole_arn=" ARN "\ncredential_source=environment\n");
	setenv("AWS_ACCESS_KEY_ID", "ENVKEY", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
	setenv("AWS_SESSION_TOKEN", "envtoken", 1);
	creds_unref(must_resolve(s, "p"));
	expect_in(s->authorization[0], "Credential=ENVKEY/");
	assert_string_equal(s->token[0], "envtoken");
}

static void
a_process_can_be_the_source(void **state)
{
	struct sts *s = *state;
	free(home_script("helper", "#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"s\"}'\n"));
	home_config("[profile src]\ncredential_process=~/helper\n[profile p]\nrole_arn=" ARN "\nsource_profile=src\n");
	creds_unref(must_resolve(s, "p"));
	expect_in(s->authorization[0], "Credential=PROC/");
}

static void
a_refusal_names_both_sides(void **state)
{
	struct sts *s = *state;
	home_config(BASE "[profile p]\nrole_arn=" ARN "\nsource_profile=base\n");
	s->fail_first = 9;
	s->fail_status = 403;
	s->fail_body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: "
		       "arn:aws:iam::1:user/u is not authorized</Message></Error></ErrorResponse>";
	expect_failure(s, "p", ERR_CREDENTIALS, "Role " ARN " could not be assumed with profile base");
	expect_failure(s, "p", ERR_CREDENTIALS, "AccessDenied: User: arn:aws:iam::1:user/u");
	assert_int_equal(s->calls, 2);
}

static void
what_is_worth_it_is_tried_again(void **state)
{
	struct sts *s = *state;
	home_config(BASE "[profile p]\nrole_arn=" ARN "\nsource_profile=base\n");
	s->fail_first = 1;
	s->fail_status = 503;
	s->fail_body = "";
	creds_unref(must_resolve(s, "p"));
	assert_int_equal(s->calls, 2);
}

static void
an_answer_without_whole_credentials_is_an_error(void **state)
{
	struct sts *s = *state;
	home_config(BASE "[profile p]\nrole_arn=" ARN "\nsource_profile=base\n");
	s->fail_first = 9;
	s->fail_status = 200;
	s->fail_body = "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>";
	expect_failure(s, "p", ERR_CREDENTIALS, "without whole credentials");
	s->fail_body = "{}";
	expect_failure(s, "p", ERR_CREDENTIALS, "without whole credentials");
}

static int
give_code(void *arg, const char *question, struct buf *out, const atomic_bool *cancel)
{
	(void)cancel;
	expect_in(question, "arn:aws:iam::1:mfa/u");
	atomic_fetch_add((atomic_int *)arg, 1);
	buf_puts(out, "123456");
	return 0;
}

static void
an_mfa_code_is_asked_for_where_somebody_is_there(void **state)
{
	struct sts *s = *state;
	home_config(BASE "[profile p]\nrole_arn=" ARN "\nsource_profile=base\nmfa_serial=arn:aws:iam::1:mfa/u\n");
	expect_failure(s, "p", ERR_CREDENTIALS, "Profile p needs an MFA code");
	struct aws *aws = aws_new(&(struct aws_options){ .profile = "p" }, s->engine);
	atomic_int asked = 0;
	aws_on_prompt(aws, give_code, &asked);
	const struct creds *c = creds_get(aws, NULL, NULL);
	assert_non_null(c);
	creds_unref(c);
	aws_free(aws);
	assert_int_equal(atomic_load(&asked), 1);
	expect_in(s->body[0], "&SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fu&TokenCode=123456");
}

/* ---- web identity ---- */

static void
a_token_of_the_environment_is_exchanged_unsigned(void **state)
{
	struct sts *s = *state;
	char *path = mem_printf("%s/token", getenv("HOME"));
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", path, 1);
	expect_failure(s, NULL, ERR_CREDENTIALS, "AWS_ROLE_ARN");
	setenv("AWS_ROLE_ARN", ARN, 1);
	setenv("AWS_ROLE_SESSION_NAME", "session", 1);
	expect_failure(s, NULL, ERR_CREDENTIALS, path);
	home_write("token", "eyJ.a/b\n\n");
	const struct creds *c = must_resolve(s, NULL);
	assert_int_equal(c->kind, CREDS_WEB_IDENTITY);
	assert_string_equal(c->access_key_id, "ROLE1");
	creds_unref(c);
	assert_null(s->authorization[0]);
	assert_string_equal(s->body[0], "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
	    "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr&RoleSessionName=session"
	    "&WebIdentityToken=eyJ.a%2Fb");
	home_write("token", "rotated-token");
	creds_unref(must_resolve(s, NULL));
	expect_in(s->body[1], "WebIdentityToken=rotated-token");
	home_write("token", "x");
	expect_failure(s, NULL, ERR_CREDENTIALS, "1 bytes");
	free(path);
}

static void
a_profile_comes_before_the_environments_token(void **state)
{
	struct sts *s = *state;
	char *path = mem_printf("%s/token", getenv("HOME"));
	home_write("token", "token");
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", path, 1);
	setenv("AWS_ROLE_ARN", ARN, 1);
	free(path);
	home_config("[default]\nregion=eu-west-1\n");
	const struct creds *c = must_resolve(s, NULL);
	assert_int_equal(c->kind, CREDS_WEB_IDENTITY);
	creds_unref(c);
	home_config("[default]\naws_access_key_id=D\naws_secret_access_key=s\n");
	c = must_resolve(s, NULL);
	assert_string_equal(c->access_key_id, "D");
	creds_unref(c);
	home_config("[profile w]\nweb_identity_token_file=~/token\nrole_arn=" ARN "\nregion=eu-west-3\n"
		    "[profile half]\nweb_identity_token_file=~/token\n");
	c = must_resolve(s, "w");
	assert_string_equal(c->profile, "w");
	creds_unref(c);
	expect_failure(s, "half", ERR_CREDENTIALS, "role_arn");
}

static void
an_expired_token_is_read_once_more(void **state)
{
	struct sts *s = *state;
	home_write("token", "token");
	home_config("[profile w]\nweb_identity_token_file=~/token\nrole_arn=" ARN "\n");
	s->fail_first = 1;
	s->fail_status = 400;
	s->fail_body = "<ErrorResponse><Error><Code>ExpiredTokenException</Code><Message>old</Message></Error>"
		       "</ErrorResponse>";
	creds_unref(must_resolve(s, "w"));
	assert_int_equal(s->calls, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STS(a_role_is_assumed_with_the_source_profiles_keys),
		WITH_STS(roles_can_be_chained),
		WITH_STS(static_keys_of_a_source_beat_its_role_but_those_of_the_first_profile_do_not),
		WITH_STS(a_profile_may_be_its_own_source_only_with_static_keys),
		WITH_STS(circles_and_contradictions_are_errors),
		WITH_STS(a_chain_without_end_is_cut_off),
		WITH_STS(the_environments_keys_can_be_the_source),
		WITH_STS(a_process_can_be_the_source),
		WITH_STS(a_refusal_names_both_sides),
		WITH_STS(what_is_worth_it_is_tried_again),
		WITH_STS(an_answer_without_whole_credentials_is_an_error),
		WITH_STS(an_mfa_code_is_asked_for_where_somebody_is_there),
		WITH_STS(a_token_of_the_environment_is_exchanged_unsigned),
		WITH_STS(a_profile_comes_before_the_environments_token),
		WITH_STS(an_expired_token_is_read_once_more),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
