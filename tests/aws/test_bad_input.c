/*
 * What credential sources are fed by the broken, the foreign and the malicious.
 *
 * Behind each source stands a healthy metadata service. Whoever goes on to it
 * after a failure has silently become somebody else: the chain must stop, and
 * say who failed and why, without a secret.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <signal.h>

#include "world.h"

#define KEYS "aws_access_key_id=AKIDSIMDEMO\naws_secret_access_key=simsecretsimsecretsimsecretsimsecret1234\n"
#define ROLE "arn:aws:iam::123456789012:role/r"
#define SSO_CACHE ".aws/sso/cache/84a516841ba77a5b4648de2cd0dfcb30ea46dbb4.json"
#define URL "https://x.awsapps.com/start"

/* ---- the sources, each in working order ---------------------------------------------- */

static void
use_container(struct world *w)
{
	char *url = mem_printf("%s/v2/credentials/x?secret=QUERYSECRET", w->url);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
	free(url);
}

static void
use_imds(struct world *w)
{
	(void)w;
}

static void
use_role(struct world *w)
{
	(void)w;
	home_credentials("[base]\n" KEYS);
	home_config("[profile r]\nrole_arn=" ROLE "\nsource_profile=base\n");
	setenv("AWS_PROFILE", "r", 1);
}

static void
use_web_identity(struct world *w)
{
	(void)w;
	home_write("token", "IDENTITYSECRET");
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "~/token", 1);
	setenv("AWS_ROLE_ARN", ROLE, 1);
}

static void
use_sso(struct world *w)
{
	(void)w;
	char *folder = file_expand("~/.aws/sso/cache");
	file_make_dir(folder, 0700, NULL);
	free(folder);
	home_config("[profile s]\nsso_session=c\nsso_account_id=123456789012\nsso_role_name=Dev\n"
		    "[sso-session c]\nsso_start_url=" URL "\nsso_region=us-east-1\n");
	home_write(SSO_CACHE, "{\"accessToken\":\"sim-sso-token\",\"expiresAt\":\"2099-01-01T00:00:00Z\"}");
	setenv("AWS_PROFILE", "s", 1);
}

static const struct way {
	const char	*service, *name;
	void		(*use)(struct world *);
	const char	*names[2];      /* what each sentence must name: this, and that if it is not NULL */
	const char	*id;
} ways[] = {
	{ "ecs", "container", use_container, { "/v2/credentials/x", NULL }, "ASIASIMECS0001" },
	{ "imds", "imds", use_imds, { "http://127.0.0.1:", NULL }, "ASIASIMIMDS0001" },
	{ "sts", "role", use_role, { ROLE, NULL }, "ASIASIMROLE0001" },
	{ "sts", "web identity", use_web_identity, { "token", ROLE }, "ASIASIMWEB0001" },
	{ "sso", "SSO", use_sso, { "rofile s", NULL }, "ASIASIMSSO0001" },
};
enum { WAYS = sizeof ways / sizeof *ways };

static void
begin(struct world *w, const struct way *way, const char *identity)
{
	world_start(w, identity);
	unsetenv("AWS_EC2_METADATA_DISABLED");
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", w->url, 1);
	setenv("AWS_METADATA_SERVICE_TIMEOUT", "60", 1);        /* the simulator answers, if its machine lets it */
	way->use(w);
}

static void
each_source_works_when_nothing_is_wrong(void **state)
{
	(void)state;
	for (int i = 0; i < WAYS; i++) {
		struct world w;
		begin(&w, &ways[i], NULL);
		world_expect_key(&w, ways[i].id);
		world_stop(&w);
	}
}

static const char *const faults[] = { "\"html\"", "\"garbage\"", "\"json-deep\"", "\"truncated\"", "\"cut\"",
	"\"redirect\",\"url\":\"http://127.0.0.1:1/elsewhere\"", "\"duplicate\"", "\"no-id\"", "\"no-secret\"",
	"\"no-expiration\"", "\"bad-expiration\"", "\"expired\"", "\"xml-bomb\"", "\"xml-entity\"", "\"xml-deep\"",
	"\"flood\"", "\"error\",\"code\":\"Denied\",\"message\":\"no\",\"status\":403" };

/* Which answers do not hurt this source, for reasons of its own. */
static bool
is_harmless(const struct way *way, const char *fault)
{
	static const char *const rows[][2] = {
		{ "imds", "\"expired\"" },              /* static stability: believed for some minutes */
		{ "role", "\"duplicate\"" },            /* in XML it is the first element that counts */
		{ "web identity", "\"duplicate\"" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i][0], way->name) == 0 && strcmp(rows[i][1], fault) == 0)
			return true;
	return false;
}

static void
expect_sentence(const struct way *way, const char *fault, const struct creds *c, const struct err *err)
{
	bool names = strstr(err->text, way->names[0]) != NULL &&
	    (way->names[1] == NULL || strstr(err->text, way->names[1]) != NULL);
	if (is_harmless(way, fault) ? c == NULL : c != NULL)
		fail_msg("%s, %s: %s", way->name, fault, c != NULL ? c->access_key_id : err->text);
	if (c == NULL && strstr(err->text, "expired before they came") == NULL && !names)
		fail_msg("%s, %s: the sentence does not say who: %s", way->name, fault, err->text);
	if (strstr(err->text, "SECRET") != NULL || strstr(err->text, "simsecret") != NULL ||
	    strstr(err->text, "sim-sso-token") != NULL)
		fail_msg("%s, %s: a secret: %s", way->name, fault, err->text);
}

static void
whatever_a_service_answers_the_chain_stops_and_says_who_it_was(void **state)
{
	(void)state;
	for (int i = 0; i < WAYS; i++)
		for (size_t k = 0; k < sizeof faults / sizeof *faults; k++) {
			struct world w;
			struct err err = { 0 };
			char *identity = mem_printf("{\"faults\":[{\"service\":\"%s\",\"fault\":%s}]}", ways[i].service,
			    faults[k]);
			begin(&w, &ways[i], identity);
			if (strcmp(ways[i].name, "imds") == 0 && strstr(faults[k], "403") != NULL) {
				/* That is how a service says which is switched off: not configured. */
				world_expect_failure(&w, ERR_CREDENTIALS, "No AWS credentials");
			} else {
				const struct creds *c = creds_get(w.aws, NULL, &err);
				expect_sentence(&ways[i], faults[k], c, &err);
				creds_unref(c);
			}
			world_stop(&w);
			free(identity);
		}
}

static void
a_service_that_stalls_behind_its_headers_is_given_up_and_named(void **state)
{
	(void)state;
	struct world w;
	begin(&w, &ways[1], "{\"faults\":[{\"service\":\"imds\",\"operation\":\"ListRoles\",\"fault\":\"stall\"}]}");
	setenv("AWS_METADATA_SERVICE_TIMEOUT", "4", 1);
	world_expect_failure(&w, ERR_CREDENTIALS, "did not answer the question for the instance's role");
	world_stop(&w);
	begin(&w, &ways[1], "{\"faults\":[{\"service\":\"imds\",\"operation\":\"GetCredentials\",\"fault\":\"stall\"}]}");
	setenv("AWS_METADATA_SERVICE_TIMEOUT", "4", 1);
	world_expect_failure(&w, ERR_CREDENTIALS, "asked for role sim-instance-role");
	world_stop(&w);
}

static int
requests(const struct world *w, const char *service)
{
	struct buf b = { 0 };
	char *path = mem_printf("%s/log", w->sim.dir), *member = mem_printf("\"service\":\"%s\"", service);
	int n = 0;
	assert_int_equal(file_read(path, 1 << 24, &b, NULL), 0);
	for (const char *at = buf_str(&b); (at = strstr(at, member)) != NULL; at++)
		n++;
	buf_done(&b);
	free(member);
	free(path);
	return n;
}

static void
one_of_the_network_is_asked_twice_at_most_and_named(void **state)
{
	(void)state;
	static const char *const silences[] = { "hang", "stall" };
	for (int i = 2; i < WAYS; i++)
		for (int k = 0; k < 2; k++) {
			struct world w;
			struct err err = { 0 };
			char *identity = mem_printf("{\"faults\":[{\"service\":\"%s\",\"fault\":\"%s\"}]}", ways[i].service,
			    silences[k]);
			begin(&w, &ways[i], identity);
			aws_set_options(w.aws, &(struct aws_options){ .region = "us-east-1", .answer_timeout_ms = 300 });
			assert_null(creds_get(w.aws, NULL, &err));
			expect_sentence(&ways[i], silences[k], NULL, &err);
			assert_in_range(requests(&w, ways[i].service), 1, 2);
			world_stop(&w);
			free(identity);
		}
}

/* ---- files ------------------------------------------------------------------------------ */

static void
sso_caches_that_are_cut_off_foreign_or_from_the_future_are_said_so(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "", "JSON" },
		{ "{\"accessToken\":\"sim-sso-tok", "JSON" },
		{ "{\"accessToken\":\"sim-sso-token\"}", "is not valid" },
		{ "{\"clientId\":\"a\",\"clientSecret\":\"b\",\"expiresAt\":\"2099-01-01T00:00:00Z\"}", "is not valid" },
		{ "{\"accessToken\":\"sim-sso-token\",\"expiresAt\":\"2099-01-01T00:00:00Z\",\"startUrl\":"
		  "\"https://evil.awsapps.com/start\"}", "belongs to another start URL" },
		{ "{\"accessToken\":\"a\",\"accessToken\":\"sim-sso-token\",\"expiresAt\":\"2099-01-01T00:00:00Z\"}",
		    "a member twice" },
		/* A date of the future is believed; the portal does not believe the token. */
		{ "{\"accessToken\":\"made up\",\"expiresAt\":\"9999-01-01T00:00:00Z\"}", "is not valid" },
		{ "{\"accessToken\":\"made-up\",\"expiresAt\":\"9999-01-01T00:00:00Z\"}", "aws sso login" },
	};
	struct world w;
	begin(&w, &ways[4], NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		home_write(SSO_CACHE, rows[i][0]);
		world_expect_failure(&w, ERR_CREDENTIALS, rows[i][1]);
		world_expect_failure(&w, ERR_CREDENTIALS, "--profile s");
	}
	home_write(SSO_CACHE, "{\"accessToken\":\"sim-sso-token\",\"expiresAt\":\"2099-01-01T00:00:00Z\",\"startUrl\":\""
			      URL "/#/\"}");
	world_expect_key(&w, "ASIASIMSSO0001");
	world_stop(&w);
}

static void
token_files_that_vanish_between_refreshes_are_named(void **state)
{
	(void)state;
	struct world w;
	char *path = NULL;
	begin(&w, &ways[3], NULL);
	world_expect_key(&w, "ASIASIMWEB0001");
	path = file_expand("~/token");
	assert_int_equal(remove(path), 0);
	world_expect_failure(&w, ERR_CREDENTIALS, path);
	home_write("token", "BACKAGAIN");
	world_expect_key(&w, "ASIASIMWEB0002");
	world_stop(&w);
	free(path);

	begin(&w, &ways[0], NULL);
	home_write("token", "a token\n");
	path = file_expand("~/token");
	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path, 1);
	world_expect_key(&w, "ASIASIMECS0001");
	assert_int_equal(remove(path), 0);
	world_expect_failure(&w, ERR_CREDENTIALS, path);
	world_stop(&w);
	free(path);
}

/* ---- credential_process ------------------------------------------------------------------ */

#define ANSWER "echo '{\"Version\":1,\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"s\"}'"

static void
use_process(struct world *w, const char *script, long timeout_ms)
{
	char *path = home_script("helper", script);
	char *config = mem_printf("[profile p]\ncredential_process = %s --password ARGSECRET\n", path);
	home_config(config);
	free(config);
	free(path);
	setenv("AWS_PROFILE", "p", 1);
	aws_set_options(w->aws, &(struct aws_options){ .region = "us-east-1", .process_timeout_ms = timeout_ms });
}

static void
a_helper_that_misbehaves_is_stopped_and_described(void **state)
{
	(void)state;
	static const struct {
		const char	*script;
		long		 timeout_ms;
		const char	*says;
	} rows[] = {
		{ "#!/bin/sh\nexec sleep 600\n", 200, "did not end within" },
		{ "#!/bin/sh\nsleep 600 & sleep 600\n", 200, "did not end within" },
		{ "#!/bin/sh\ntrap '' TERM INT HUP; sleep 600; sleep 600\n", 200, "did not end within" },
		{ "#!/bin/sh\nexec yes\n", 20000, "more than 64 KiB" },
		{ "#!/bin/sh\nyes >&2 & sleep 600\n", 200, "did not end within" },
		{ "#!/bin/sh\nhead -c 4096 /dev/urandom\n", 20000, "JSON" },
		{ "#!/bin/sh\nprintf '\\000'\n", 20000, "JSON" },
		{ "#!/bin/sh\necho '<html><body>Sign in</body></html>'\n", 20000, "JSON" },
		{ "#!/bin/sh\n" ANSWER "\n" ANSWER "\n", 20000, "JSON" },
		{ "#!/bin/sh\necho broken >&2; exit 1\n", 20000, "exited with 1: broken" },
		{ "#!/bin/sh\n" ANSWER "; exit 1\n", 20000, "exited with 1" },
		{ "#!/bin/sh\nkill -SEGV $$\n", 20000, "signal 11" },
		{ "#!/nonexistent/interpreter\n", 20000, "cannot be started" },
		{ "#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"A\",\"AccessKeyId\":\"B\",\"SecretAccessKey\":\"s\"}'\n",
		    20000, "a member twice" },
	};
	struct world w;
	begin(&w, &ways[1], NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		use_process(&w, rows[i].script, rows[i].timeout_ms);
		struct err err = { 0 };
		const struct creds *c = creds_get(w.aws, NULL, &err);
		if (c != NULL || strstr(err.text, rows[i].says) == NULL || strstr(err.text, "profile p") == NULL ||
		    strstr(err.text, "ARGSECRET") != NULL)
			fail_msg("%s\n→ %s", rows[i].script, c != NULL ? c->access_key_id : err.text);
	}
	world_stop(&w);
}

static void
what_a_helper_leaves_running_does_not_hold_adit_up_and_is_ended(void **state)
{
	(void)state;
	struct world w;
	begin(&w, &ways[1], NULL);
	use_process(&w, "#!/bin/sh\nsleep 600 &\necho $! >\"$HOME/left\"\n" ANSWER "\n", 20000);
	world_expect_key(&w, "PROC");
	char *pid = world_read("left");
	int64_t until = clock_ms() + 60000;
	while (kill((pid_t)atol(pid), 0) == 0 && clock_ms() < until) {
		/* A zombie of nobody's counts as ended. */
		char *stat = mem_printf("/proc/%ld/stat", atol(pid));
		struct buf b;
		buf_init(&b, 4096);
		bool dead = file_read(stat, 4096, &b, NULL) < 0 || strstr(buf_str(&b), ") Z ") != NULL;
		buf_done(&b);
		free(stat);
		if (dead)
			break;
		usleep(1000);
	}
	assert_true(clock_ms() < until);
	free(pid);
	world_stop(&w);
}

static void
a_helper_that_calls_adit_for_the_same_profile_is_told_so_by_both(void **state)
{
	(void)state;
	struct world w;
	const char *adit = getenv("ADIT") != NULL ? getenv("ADIT") : "./adit";
	char *whole = realpath(adit, NULL);
	char *script = mem_printf("#!/bin/sh\nexec %s auth export --format process --profile p\n", whole);
	begin(&w, &ways[1], NULL);
	use_process(&w, script, 20000);
	world_expect_failure(&w, ERR_CREDENTIALS, "they would call each other for ever");
	world_expect_failure(&w, ERR_CREDENTIALS, "exited with 3");
	world_stop(&w);
	free(script);
	free(whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_source_works_when_nothing_is_wrong),
		cmocka_unit_test(whatever_a_service_answers_the_chain_stops_and_says_who_it_was),
		cmocka_unit_test(a_service_that_stalls_behind_its_headers_is_given_up_and_named),
		cmocka_unit_test(one_of_the_network_is_asked_twice_at_most_and_named),
		cmocka_unit_test(sso_caches_that_are_cut_off_foreign_or_from_the_future_are_said_so),
		cmocka_unit_test(token_files_that_vanish_between_refreshes_are_named),
		cmocka_unit_test(a_helper_that_misbehaves_is_stopped_and_described),
		cmocka_unit_test(what_a_helper_leaves_running_does_not_hold_adit_up_and_is_ended),
		cmocka_unit_test(a_helper_that_calls_adit_for_the_same_profile_is_told_so_by_both),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
