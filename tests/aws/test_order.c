/*
 * Who is asked before whom, line by line of the order: sources that work stand
 * behind each other, and the first one that is set must win or stop the chain.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "world.h"

#define NAMED "[named]\naws_access_key_id=NAMED\naws_secret_access_key=s\n"
#define DEFAULT "[default]\naws_access_key_id=DEFAULT\naws_secret_access_key=s\n"
#define SETTINGS "[profile settings]\nregion=eu-west-1\n"
#define ROLE "arn:aws:iam::123456789012:role/r"
#define WEB "AWS_WEB_IDENTITY_TOKEN_FILE=~/token", "AWS_ROLE_ARN=" ROLE
#define CONTAINER "AWS_CONTAINER_CREDENTIALS_FULL_URI=${SIM}/v2/credentials/x"

static const struct row {
	const char	*what;
	const char	*credentials, *config;
	const char	*env[8];        /* IMDS is there in any case, unless it says otherwise */
	const char	*flag;          /* --profile */
	const char	*id;            /* who wins, or NULL and: */
	enum err_code	 code;
	const char	*says;
} rows[] = {
	{ "environment keys before a profile that is named", NAMED DEFAULT, "",
	    { "AWS_ACCESS_KEY_ID=KEYS", "AWS_SECRET_ACCESS_KEY=s", "AWS_PROFILE=named" }, NULL, "KEYS", 0, NULL },
	{ "--profile before environment keys, bearer token, web identity and container", NAMED DEFAULT, "",
	    { "AWS_ACCESS_KEY_ID=KEYS", "AWS_SECRET_ACCESS_KEY=s", "AWS_BEARER_TOKEN_BEDROCK=B", WEB, CONTAINER }, "named",
	    "NAMED", 0, NULL },
	{ "half a pair stops, whatever is behind it", DEFAULT, "", { "AWS_ACCESS_KEY_ID=KEYS", CONTAINER }, NULL, NULL,
	    ERR_CREDENTIALS, "AWS_SECRET_ACCESS_KEY is not" },
	{ "a name of the secret that only one SDK knows is not taken", "", "",
	    { "AWS_ACCESS_KEY_ID=KEYS", "SECRET_ACCESS_KEY=s" }, NULL, NULL, ERR_CREDENTIALS, "AWS_SECRET_ACCESS_KEY is not" },
	{ "a secret or a token without an id is nothing", DEFAULT, "",
	    { "AWS_SECRET_ACCESS_KEY=s", "AWS_SESSION_TOKEN=t" }, NULL, "DEFAULT", 0, NULL },
	{ "the default profile before web identity", DEFAULT, "", { WEB, CONTAINER }, NULL, "DEFAULT", 0, NULL },
	{ "a named profile before web identity", NAMED, "", { "AWS_PROFILE=named", WEB, CONTAINER }, NULL, "NAMED", 0, NULL },
	{ "web identity when the default profile has only settings", "", "[default]\nregion=us-east-1\n",
	    { WEB, CONTAINER }, NULL, "ASIASIMWEB0001", 0, NULL },
	{ "web identity when the named profile has only settings", "", SETTINGS,
	    { "AWS_PROFILE=settings", WEB, CONTAINER }, NULL, "ASIASIMWEB0001", 0, NULL },
	{ "but not when --profile named it", "", SETTINGS, { WEB, CONTAINER }, "settings", NULL, ERR_CREDENTIALS,
	    "has settings, but no credentials" },
	{ "a profile that is not there stops", DEFAULT, SETTINGS, { "AWS_PROFILE=setings", WEB, CONTAINER }, NULL, NULL,
	    ERR_CREDENTIALS, "Near names: settings" },
	{ "the same with the other variable", DEFAULT, "", { "AWS_DEFAULT_PROFILE=gone", CONTAINER }, NULL, NULL,
	    ERR_CREDENTIALS, "no profile “gone” (named by AWS_DEFAULT_PROFILE)" },
	{ "except the marker default of the environment", "", "", { "AWS_PROFILE=default", CONTAINER }, NULL,
	    "ASIASIMECS0001", 0, NULL },
	{ "which the command line means in earnest", "", "", { CONTAINER }, "default", NULL, ERR_CREDENTIALS,
	    "no profile “default” (named by --profile)" },
	{ "AWS_PROFILE before AWS_DEFAULT_PROFILE", NAMED DEFAULT, "",
	    { "AWS_PROFILE=named", "AWS_DEFAULT_PROFILE=default" }, NULL, "NAMED", 0, NULL },
	{ "a profile that is broken stops", "[default]\naws_access_key_id=A\n", "", { CONTAINER }, NULL, NULL,
	    ERR_CREDENTIALS, "Partial credentials" },
	{ "a file that is broken stops", "[default\n", "", { CONTAINER }, NULL, NULL, ERR_CONFIG, "credentials, line 1" },
	{ "web identity before the container", "", "", { WEB, CONTAINER }, NULL, "ASIASIMWEB0001", 0, NULL },
	{ "web identity without a role stops", "", "", { "AWS_WEB_IDENTITY_TOKEN_FILE=~/token", CONTAINER }, NULL, NULL,
	    ERR_CREDENTIALS, "AWS_ROLE_ARN is not" },
	{ "a role without web identity is nothing", "", "", { "AWS_ROLE_ARN=" ROLE, CONTAINER }, NULL, "ASIASIMECS0001", 0,
	    NULL },
	{ "web identity without its file stops", "", "",
	    { "AWS_WEB_IDENTITY_TOKEN_FILE=~/gone", "AWS_ROLE_ARN=" ROLE, CONTAINER }, NULL, NULL, ERR_CREDENTIALS, "/gone" },
	{ "the container before IMDS", "", "", { CONTAINER }, NULL, "ASIASIMECS0001", 0, NULL },
	{ "a container's host that is not allowed stops", "", "", { "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://192.0.2.1/x" },
	    NULL, NULL, ERR_CONFIG, "169.254.170.23" },
	{ "a relative URI that is none stops", "", "", { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=x", CONTAINER }, NULL, NULL,
	    ERR_CONFIG, "must begin with" },
	{ "IMDS when there is nothing else", "", "", { NULL }, NULL, "ASIASIMIMDS0001", 0, NULL },
	{ "blank is unset, wherever", "", "",
	    { "AWS_PROFILE= ", "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY= ", "AWS_BEARER_TOKEN_BEDROCK=\t",
		"AWS_WEB_IDENTITY_TOKEN_FILE= ", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI= ",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI=" }, NULL, "ASIASIMIMDS0001", 0, NULL },
	{ "IMDS is off for true in any case", "", "", { "AWS_EC2_METADATA_DISABLED=TrUe" }, NULL, NULL, ERR_CREDENTIALS,
	    "AWS_EC2_METADATA_DISABLED is true" },
	{ "and for nothing else", "", "", { "AWS_EC2_METADATA_DISABLED=1" }, NULL, "ASIASIMIMDS0001", 0, NULL },
	{ "the preference of a scheme does not unseat a bearer token", "", "",
	    { "AWS_BEARER_TOKEN_BEDROCK=B", "AWS_AUTH_SCHEME_PREFERENCE=sigv4" }, NULL, "B", 0, NULL },

	/* Of the styles that one profile mixes, the first of the list. */
	{ "a role before static keys", "[p]\naws_access_key_id=A\naws_secret_access_key=s\n" NAMED,
	    "[profile p]\nrole_arn=" ROLE "\n", { NULL }, "p", NULL, ERR_CONFIG, "neither source_profile nor credential_source" },
	{ "web identity before the role alone", "", "[profile p]\nrole_arn=" ROLE "\nweb_identity_token_file=~/token\n",
	    { NULL }, "p", "ASIASIMWEB0001", 0, NULL },
	{ "web identity without a role stops too", "", "[profile p]\nweb_identity_token_file=~/token\n", { NULL }, "p", NULL,
	    ERR_CREDENTIALS, "no role_arn" },
	{ "SSO before static keys", "[p]\naws_access_key_id=A\naws_secret_access_key=s\n",
	    "[profile p]\nsso_account_id=1\n", { NULL }, "p", NULL, ERR_CONFIG, "has no sso_start_url" },
	{ "static keys before a login session", "[p]\naws_access_key_id=A\naws_secret_access_key=s\n",
	    "[profile p]\nlogin_session=arn:x\n", { NULL }, "p", "A", 0, NULL },
	{ "a login session before a process", "", "[profile p]\nlogin_session=arn:x\ncredential_process=false\n", { NULL },
	    "p", NULL, ERR_CREDENTIALS, "not signed in" },
	{ "a process before Roles Anywhere", "",
	    "[profile p]\ncredential_process=false\nrolesanywhere_certificate=x\n", { NULL }, "p", NULL, ERR_CREDENTIALS,
	    "exited with 1" },
	{ "a profile with a token only signs in to no account", "",
	    "[profile p]\nsso_session=c\n[sso-session c]\nsso_region=x\n", { "AWS_PROFILE=p" }, NULL, NULL, ERR_CREDENTIALS,
	    "signs in to no account" },
};

static void
set_variable(const struct world *w, const char *assignment)
{
	const char *value = strchr(assignment, '=') + 1;
	char *name = mem_strndup(assignment, (size_t)(value - assignment - 1));
	bool is_url = str_starts(value, "${SIM}");
	char *whole = is_url ? mem_printf("%s%s", w->url, value + 6) : mem_strdup(value);
	setenv(name, whole, 1);
	free(whole);
	free(name);
}

static void
ask_row(const struct row *r)
{
	struct world w;
	struct err err = { 0 };
	world_start(&w, NULL);
	unsetenv("SECRET_ACCESS_KEY");
	unsetenv("AWS_EC2_METADATA_DISABLED");
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", w.url, 1);
	home_write("token", "IDENTITY");
	if (r->credentials[0] != '\0')
		home_credentials(r->credentials);
	if (r->config[0] != '\0')
		home_config(r->config);
	for (size_t i = 0; i < sizeof r->env / sizeof *r->env && r->env[i] != NULL; i++)
		set_variable(&w, r->env[i]);
	aws_set_options(w.aws, &(struct aws_options){ .region = "us-east-1", .profile = r->flag });
	const struct creds *c = creds_get(w.aws, NULL, &err);
	const char *id = c == NULL ? NULL : c->kind == CREDS_BEARER ? secret_reveal(c->bearer) : c->access_key_id;
	bool fine = r->id != NULL ? str_same(id, r->id)
				  : c == NULL && err.code == r->code && strstr(err.text, r->says) != NULL;
	if (!fine)
		fail_msg("%s: %s (%d)", r->what, id != NULL ? id : err.text, (int)err.code);
	creds_unref(c);
	world_stop(&w);
	unsetenv("SECRET_ACCESS_KEY");
}

static void
the_first_in_the_order_that_is_set_wins_or_stops_the_chain(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		ask_row(&rows[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_in_the_order_that_is_set_wins_or_stops_the_chain),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
