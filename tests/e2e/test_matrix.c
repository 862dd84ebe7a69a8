/*
 * test_matrix.c - one provider for all: every kind of source x every kind of call.
 *
 * Two tables. A source sets up the environment and says whose key must be on
 * the wire; a call is the program's own command. A kind of call (aws/kinds.h)
 * without a function here does not compile; to add a source, add a row.
 * The simulator verifies every signature by its own reading of the rules.
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "aws/dpop.h"
#include "aws/kinds.h"
#include "aws/signin-token.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "e2e/run.h"

#define N_(s)	   s
#define CHAT_MODEL "us.anthropic.claude-opus-4-6-v1"
#define OTHER	   "us.anthropic.claude-haiku-4-5-20251001-v1:0"
#define STATIC_ID  "AKIDSIMDEMO"
#define SECRET	   "simsecretsimsecretsimsecretsimsecret1234"
/* Without its end, which may have "identity" before it. */
#define RULES                                                                                      \
	"{\"defaults\":{\"piece_delay_ms\":0},\"rules\":["                                            \
	"{\"match\":{\"operation\":\"ConverseStream\",\"contains\":\"in one piece\"},\"answer\":["    \
	"{\"http\":{\"type\":\"ValidationException\","                                                \
	"\"message\":\"This model doesn't support streaming.\"}}]},"                                  \
	"{\"match\":{},\"answer\":[{\"text\":\"You said: ${user}\"}]}]"

enum { N_REFRESH = 64 };

static struct sim sim;

/* ---- sources ------------------------------------------------------------------------------ */

static void
use_profile(const char *settings)
{
	char *config = mem_printf("[profile lab]\nregion = us-east-1\n%s\n"
				  "[profile base]\naws_access_key_id = " STATIC_ID "\naws_secret_access_key = " SECRET "\n"
				  "[sso-session corp]\nsso_start_url = https://sim.awsapps.com/start\nsso_region = us-east-1\n",
	    settings);
	run_write(".aws/config", config, 0600);
	setenv("AWS_PROFILE", "lab", 1);
	free(config);
}

static void
use_bearer(void)
{
	setenv("AWS_BEARER_TOKEN_BEDROCK", "ABSKsimdemo", 1);
}

static void
use_environment(void)
{
	setenv("AWS_ACCESS_KEY_ID", STATIC_ID, 1);
	setenv("AWS_SECRET_ACCESS_KEY", SECRET, 1);
}

static void
use_static(void)
{
	use_profile("aws_access_key_id = " STATIC_ID "\naws_secret_access_key = " SECRET);
}

static void
use_process(void)
{
	run_write("helper",
	    "#!/bin/sh\necho x >>\"$HOME/runs\"\n"
	    "echo '{\"Version\":1,\"AccessKeyId\":\"" STATIC_ID "\",\"SecretAccessKey\":\"" SECRET "\"}'\n",
	    0700);
	use_profile("credential_process = ~/helper");
}

static void
use_role(void)
{
	use_profile("role_arn = arn:aws:iam::123456789012:role/lab\nsource_profile = base");
}

static void
use_web_identity(void)
{
	run_write("token", "any-token", 0600);
	char *path = mem_printf("%s/token", getenv("HOME"));
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", path, 1);
	setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/web", 1);
	free(path);
}

static void
use_sso(void)
{
	static const char sha1_of_corp[] = "ee0bfd2552fbd840c02cc48b6e823320543c450f";
	char when[32];
	clock_iso8601(clock_wall() + 7200, when);
	char *token = mem_printf("{\"startUrl\":\"https://sim.awsapps.com/start\",\"region\":\"us-east-1\","
				 "\"accessToken\":\"sim-sso-token\",\"expiresAt\":\"%s\"}",
	    when);
	char *name = mem_printf(".aws/sso/cache/%s.json", sha1_of_corp);
	run_write(name, token, 0600);
	use_profile("sso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev");
	free(name);
	free(token);
}

static void
use_container(void)
{
	char *url = mem_printf("http://127.0.0.1:%u/v2/credentials/task", sim.port);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
	free(url);
}

static void
use_imds(void)
{
	char *url = mem_printf("http://127.0.0.1:%u", sim.port);
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url, 1);
	setenv("AWS_METADATA_SERVICE_TIMEOUT", "60", 1);        /* the simulator does answer */
	unsetenv("AWS_EC2_METADATA_DISABLED");
	free(url);
}

/* A session that is to be renewed; each time with another of the simulator's refresh tokens, good once. */
static void
use_login(void)
{
	static const char arn[] = "arn:aws:iam::123456789012:user/sim";
	static int n;
	struct buf b, pem;
	struct dpop *key = dpop_new();
	char *refresh = mem_printf("login-%d", n++ % N_REFRESH), *path = signin_token_path(arn);
	buf_init(&b, 0);
	buf_init(&pem, 0);
	dpop_write(key, &pem);
	buf_puts(&b, "{\"accessToken\":{\"accessKeyId\":\"ASIAOLD\",\"secretAccessKey\":\"s\",\"sessionToken\":\"t\","
		     "\"accountId\":\"123456789012\",\"expiresAt\":\"2020-01-01T00:00:00Z\"},\"tokenType\":\"aws_sigv4\","
		     "\"clientId\":\"arn:aws:signin:::devtools/same-device\"");
	json_put_member(&b, "refreshToken", refresh);
	json_put_member(&b, "dpopKey", buf_str(&pem));
	buf_putc(&b, '}');
	run_write(path + strlen(getenv("HOME")) + 1, buf_str(&b), 0600);
	use_profile("login_session = arn:aws:iam::123456789012:user/sim");
	dpop_free(key);
	buf_done(&b);
	buf_done(&pem);
	free(refresh);
	free(path);
}

static void
write_pem(const char *name, EVP_PKEY *key, X509 *certificate)
{
	char *s;
	BIO *out = BIO_new(BIO_s_mem());
	assert_int_equal(key != NULL ? PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL)
				     : PEM_write_bio_X509(out, certificate), 1);
	long len = BIO_get_mem_data(out, &s);
	char *text = mem_strndup(s, (size_t)len);
	run_write(name, text, 0600);
	free(text);
	BIO_free(out);
}

static void
write_key_and_certificate(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 42);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	write_pem("key.pem", key, NULL);
	write_pem("cert.pem", NULL, certificate);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void
use_rolesanywhere(void)
{
	write_key_and_certificate();
	use_profile("rolesanywhere_certificate = ~/cert.pem\nrolesanywhere_private_key = ~/key.pem\n"
		    "rolesanywhere_trust_anchor_arn = arn:aws:rolesanywhere:us-east-1:123456789012:trust-anchor/a\n"
		    "rolesanywhere_profile_arn = arn:aws:rolesanywhere:us-east-1:123456789012:profile/p\n"
		    "rolesanywhere_role_arn = arn:aws:iam::123456789012:role/lab");
}

static void
use_rolesanywhere_of_adit(void)
{
	write_key_and_certificate();
	run_write(".config/adit/adit.json5",
	    "{plugins: {entries: {'amazon-bedrock': {config: {rolesAnywhere: {certificate: '~/cert.pem', privateKey: '~/key.pem',\n"
	    "trustAnchorArn: 'arn:aws:rolesanywhere:us-east-1:123456789012:trust-anchor/a',\n"
	    "profileArn: 'arn:aws:rolesanywhere:us-east-1:123456789012:profile/p',\n"
	    "roleArn: 'arn:aws:iam::123456789012:role/lab', sessionDuration: 1800}}}}}}\n", 0600);
}

static const struct source {
	const char	*name;
	void		(*use)(void);
	const char	*key;   /* on the wire; with a * at its end: the one handed out in this run; NULL = bearer */
} sources[] = {
	{ "bearer token", use_bearer, NULL },
	{ "environment keys", use_environment, STATIC_ID },
	{ "static keys of a profile", use_static, STATIC_ID },
	{ "credential_process", use_process, STATIC_ID },
	{ "assumed role", use_role, "ASIASIMROLE*" },
	{ "web identity", use_web_identity, "ASIASIMWEB*" },
	{ "sso", use_sso, "ASIASIMSSO*" },
	{ "console sign-in", use_login, "ASIASIMLOGIN*" },
	{ "roles anywhere", use_rolesanywhere, "ASIASIMRA*" },
	{ "roles anywhere of the configuration", use_rolesanywhere_of_adit, "ASIASIMRA*" },
	{ "container", use_container, "ASIASIMECS*" },
	{ "imds", use_imds, "ASIASIMIMDS*" },
};
enum { N_SOURCES = sizeof sources / sizeof *sources };

/* ---- calls: the program's own commands -------------------------------------------------------- */

static void
run_ok(const char *const *args)
{
	struct run r;
	run_adit(&r, NULL, args);
	if (r.status != 0)
		fail_msg("adit %s %s ended with %d: %s%s", args[0], args[1] != NULL ? args[1] : "", r.status,
		    buf_str(&r.out), buf_str(&r.err));
	run_done(&r);
}

#define RUN(...) run_ok((const char *const[]){ __VA_ARGS__, NULL })

static void
call_AWS_CHAT(void)
{
	RUN("-p", "-m", CHAT_MODEL, "hello");
}

static void
call_AWS_CHAT_WHOLE(void)
{
	RUN("-p", "-m", CHAT_MODEL, "in one piece");
}

static void
call_AWS_MODELS(void)
{
	RUN("models", "list", "--refresh");
}

static void
call_AWS_PROFILES(void)
{
	RUN("models", "list", "--refresh");
}

static void
call_AWS_PROFILE(void)
{
	RUN("doctor", "--matrix");
}

static void
call_AWS_IMAGE(void)
{
	run_write("i.gif", "GIF89a\1\1\1\1\1", 0600);
	char *path = mem_printf("%s/i.gif", getenv("HOME"));
	RUN("image", path, "-m", CHAT_MODEL, "-p", "what is it?");
	free(path);
}

static void
call_AWS_EMBED(void)
{
	RUN("embed", "a text");
}

static void
call_AWS_COUNT(void)
{
	RUN("doctor", "--matrix");
}

static void
call_AWS_IDENTITY(void)
{
	RUN("doctor");
}

static void
list_models(void)
{
	RUN("models", "list", "--refresh");
}
#define call_AWS_IMPORTED list_models
#define call_AWS_THROUGHPUTS list_models
#define call_AWS_DEPLOYMENTS list_models
#define call_AWS_ROUTERS list_models

#define ARN(kind, id) "arn:aws:bedrock:us-east-1:123456789012:" kind "/" id

static void
call_AWS_THROUGHPUT(void)
{
	RUN("-p", "-m", ARN("provisioned-model", "simprov00001"), "hello");
}

static void
call_AWS_DEPLOYMENT(void)
{
	RUN("-p", "-m", ARN("custom-model-deployment", "simdeploy001"), "hello");
}

static void
call_AWS_CUSTOM_MODEL(void)
{
	RUN("-p", "-m", ARN("custom-model-deployment", "simdeploy002"), "hello");
}

static void
call_AWS_ROUTER(void)
{
	RUN("-p", "-m", ARN("default-prompt-router", "anthropic.claude:1"), "hello");
}

/* Subagents chat like main, with the same kind of call. */
static void
call_subagent(void)
{
	struct run r;
	const char *args[] = { "--plain", "-m", CHAT_MODEL, NULL };
	run_adit(&r, "/spawn look around\n", args);
	if (r.status != 0 || strstr(buf_str(&r.out), "look around") == NULL)
		fail_msg("--plain ended with %d: %s%s", r.status, buf_str(&r.out), buf_str(&r.err));
	run_done(&r);
}

#define CALL(kind, ...) { kind, call_##kind },
static const struct {
	enum aws_kind	 kind;
	void		(*run)(void);
} calls[] = { AWS_KINDS_OF_CALLS(CALL) AWS_KINDS_OF_EXTRAS(CALL) { AWS_CHAT, call_subagent } };
enum { N_CALLS = sizeof calls / sizeof *calls };
/* The first of them are those that doctor tries: it asks for nothing that few accounts have. */
enum { N_PROBED = AWS_FIRST_SOURCE_KIND - AWS_NO_KIND - 1 };

/* ---- the log ------------------------------------------------------------------------------------ */

/* All whole lines of it so far. */
static void
read_log(struct buf *out)
{
	char *path = mem_printf("%s/log", sim.dir);
	if (file_exists(path))
		assert_int_equal(file_read(path, 64 << 20, out, NULL), 0);
	free(path);
	while (out->len > 0 && out->s[out->len - 1] != '\n')
		out->s[--out->len] = '\0';
}

static size_t
log_size(void)
{
	struct buf b = { 0 };
	read_log(&b);
	size_t n = b.len;
	buf_done(&b);
	return n;
}

/* Calls `each` for every request of the log from there on. */
static void
for_requests(size_t from, void (*each)(struct json_object *, void *), void *arg)
{
	struct buf b = { 0 };
	read_log(&b);
	for (size_t at = from; at < b.len;) {
		const char *end = memchr(b.s + at, '\n', b.len - at);
		assert_non_null(end);
		struct json_object *o = json_parse(b.s + at, (size_t)(end - (b.s + at)), NULL);
		assert_non_null(o);
		if (json_get(o, "operation") != NULL)
			each(o, arg);
		json_free(o);
		at = (size_t)(end - b.s) + 1;
	}
	buf_done(&b);
}

struct seen {
	const char	*operation, *key;       /* looked for; NULL = any */
	int		 n;
	char		 issued[64];            /* the last id that was handed out */
	char		 wrong[512];            /* a request that is not as it should be */
	const struct source *source;
};

static void
count(struct json_object *o, void *arg)
{
	struct seen *s = arg;
	if ((s->operation == NULL || str_same(json_str(o, "operation", ""), s->operation)) &&
	    (s->key == NULL || str_same(json_str(o, "access_key_id", ""), s->key)))
		s->n++;
}

static int
requests(size_t from, const char *operation, const char *key)
{
	struct seen s = { .operation = operation, .key = key };
	for_requests(from, count, &s);
	return s.n;
}

static void
note_issued(struct json_object *o, void *arg)
{
	struct seen *s = arg;
	const char *id = json_str(o, "issued", NULL);
	if (id != NULL)
		snprintf(s->issued, sizeof s->issued, "%s", id);
}

/* Was this call signed by whom it should be? */
static void
check_signer(struct json_object *o, void *arg)
{
	struct seen *s = arg;
	const char *auth = json_str(o, "auth", ""), *key = json_str(o, "access_key_id", "");
	bool verified = json_flag(o, "verified", false);
	if (!str_same(json_str(o, "operation", ""), s->operation))
		return;
	s->n++;
	bool fits = s->source->key == NULL ? str_same(auth, "bearer")
					   : str_same(auth, "sigv4") && str_same(key, s->key) && verified;
	if (!fits)
		snprintf(s->wrong, sizeof s->wrong, "auth %s, key %s, verified %d", auth, key, verified);
}

/* ---- the matrix ------------------------------------------------------------------------------------- */

static void
fresh_home(void)
{
	run_env(&sim);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
}

static int
start_sim(const char *identity)
{
	char scenario[512];
	memset(&sim, 0, sizeof sim);
	sim_dir(&sim);
	char *rules = mem_printf("%s%s}", RULES, identity);
	sim_file(&sim, "rules.json", rules, scenario);
	free(rules);
	const char *args[] = { "--scenario", scenario, NULL };
	sim_start(&sim, args);
	fresh_home();
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 0);
	buf_puts(&b, ",\"identity\":{\"signin\":{\"refresh_tokens\":[");
	for (int i = 0; i < N_REFRESH; i++)
		buf_printf(&b, "%s\"login-%d\"", i > 0 ? "," : "", i);
	buf_puts(&b, "]}}");
	start_sim(b.s);
	buf_done(&b);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sim_stop(&sim);
	return 0;
}

/* STS takes no bearer token, so it is not asked then. */
static bool
is_possible(const struct source *s, enum aws_kind kind)
{
	return s->key != NULL || aws_kind_row(kind)->service != AWS_STS;
}

static void
check_pair(const struct source *s, size_t call, size_t from)
{
	const struct aws_kind_row *row = aws_kind_row(calls[call].kind);
	struct seen seen = { .source = s, .operation = row->operation };
	for_requests(from, note_issued, &seen);
	seen.key = s->key;
	if (s->key != NULL && str_ends(s->key, "*")) {
		if (strncmp(seen.issued, s->key, strlen(s->key) - 1) != 0)
			fail_msg("%s: handed out “%s”", s->name, seen.issued);
		seen.key = seen.issued;
	}
	for_requests(from, check_signer, &seen);
	if ((seen.n > 0) != is_possible(s, calls[call].kind))
		fail_msg("%s x %s: %d times %s on the wire", s->name, row->name, seen.n, seen.operation);
	if (seen.wrong[0] != '\0')
		fail_msg("%s x %s: %s", s->name, row->name, seen.wrong);
}

static void
every_source_signs_every_kind_of_call(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SOURCES; i++)
		for (size_t k = 0; k < N_CALLS; k++) {
			fresh_home();
			sources[i].use();
			size_t from = log_size();
			calls[k].run();
			check_pair(&sources[i], k, from);
		}
}

/* Not one of its kinds asks for credentials of its own. */
static void
one_process_asks_its_source_once_for_all_kinds(void **state)
{
	(void)state;
	static const char *const askers[] = { "AssumeRole", "AssumeRoleWithWebIdentity", "GetRoleCredentials",
		"GetCredentials", "CreateOAuth2Token", "CreateSession" };
	for (size_t i = 0; i < N_SOURCES; i++) {
		fresh_home();
		sources[i].use();
		size_t from = log_size();
		RUN("doctor", "--matrix");
		for (size_t k = 0; k < N_PROBED; k++)
			check_pair(&sources[i], k, from);
		for (size_t k = 0; k < sizeof askers / sizeof *askers; k++)
			assert_in_range(requests(from, askers[k], NULL), 0, 1);
	}
}

static void
the_grid_has_a_line_for_every_kind(void **state)
{
	(void)state;
	struct run r;
	use_environment();
	const char *args[] = { "doctor", "--matrix", "--json", NULL };
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 0);
	struct json_object *o = json_parse(buf_str(&r.out), r.out.len, NULL);
	struct json_object *grid = json_get(o, "calls");
	assert_int_equal(json_len(grid), N_PROBED);
	for (size_t i = 0; i < json_len(grid); i++) {
		assert_string_equal(json_str(json_item(grid, i), "call", ""), aws_kind_row(calls[i].kind)->name);
		assert_string_equal(json_str(json_item(grid, i), "result", ""), "ok");
		assert_string_equal(json_str(json_item(grid, i), "accessKeyId", ""), "…DEMO");
	}
	json_free(o);
	run_done(&r);
}

/* ---- refused credentials ------------------------------------------------------------------------------ */

static int
setup_revoked_once(void **state)
{
	(void)state;
	return start_sim(",\"identity\":{\"faults\":[{\"service\":\"ecs\",\"fault\":\"revoked\",\"nth\":1}]}");
}

static int
setup_revoked(void **state)
{
	(void)state;
	return start_sim(",\"identity\":{\"faults\":[{\"service\":\"ecs\",\"fault\":\"revoked\"}]}");
}

static void
an_expired_token_is_renewed_once_whatever_was_called(void **state)
{
	static const struct {
		const char	*operation;
		const char	*args[6];
	} rows[] = {
		{ "ConverseStream", { "-p", "-m", CHAT_MODEL, "hello" } },
		{ "InvokeModel", { "embed", "a text" } },
		{ "ListFoundationModels", { "models", "list", "--refresh" } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (i > 0) {            /* only the first credentials of a simulator are revoked */
			teardown(state);
			setup_revoked_once(state);
		}
		use_container();
		run_ok(rows[i].args);
		assert_int_equal(requests(0, "GetCredentials", NULL), 2);
		/* Lists go out at once: the first to be refused may have renewed them for the others. */
		int refused = requests(0, rows[i].operation, "ASIASIMECS0001");
		assert_in_range(refused, strcmp(rows[i].args[0], "models") == 0 ? 0 : 1, 1);
		/* The two lists are asked for side by side: the other one may have been refused already. */
		assert_in_range(requests(0, rows[i].operation, "ASIASIMECS0001"), i < 2 ? 1 : 0, 1);
		assert_int_equal(requests(0, rows[i].operation, "ASIASIMECS0002"), 1);
	}
}

static void
what_is_refused_again_is_not_asked_a_third_time(void **state)
{
	(void)state;
	struct run r;
	const char *args[] = { "-p", "-m", CHAT_MODEL, "hello", NULL };
	use_container();
	setenv("AWS_MAX_ATTEMPTS", "5", 1);
	run_adit(&r, NULL, args);
	assert_int_equal(r.status, 3);
	assert_int_equal(requests(0, "ConverseStream", NULL), 2);
	assert_int_equal(requests(0, "GetCredentials", NULL), 2);
	run_done(&r);
}

static void
refused_credentials_never_lead_to_another_model(void **state)
{
	(void)state;
	struct run r;
	use_container();
	run_write(".config/adit/adit.json5",
	    "{agents:{defaults:{model:{primary:\"bedrock/" CHAT_MODEL "\",fallbacks:[\"bedrock/" OTHER "\"]},"
	    "imageModel:{primary:\"bedrock/" CHAT_MODEL "\",fallbacks:[\"bedrock/" OTHER "\"]}}}}", 0600);
	const char *chat[] = { "-p", "hello", NULL };
	run_adit(&r, NULL, chat);
	assert_int_equal(r.status, 3);
	run_done(&r);
	run_write("i.gif", "GIF89a\1\1\1\1\1", 0600);
	char *path = mem_printf("%s/i.gif", getenv("HOME"));
	const char *image[] = { "image", path, NULL };
	run_adit(&r, NULL, image);
	assert_int_equal(r.status, 3);
	run_done(&r);
	free(path);
	struct buf log = { 0 };
	read_log(&log);
	assert_non_null(strstr(buf_str(&log), "\"model\":\"" CHAT_MODEL));
	assert_null(strstr(buf_str(&log), OTHER));
	buf_done(&log);
}

int
main(void)
{
#define FRESH(test, set) cmocka_unit_test_setup_teardown(test, set, teardown)
	const struct CMUnitTest tests[] = {
		FRESH(every_source_signs_every_kind_of_call, setup),
		FRESH(one_process_asks_its_source_once_for_all_kinds, setup),
		FRESH(the_grid_has_a_line_for_every_kind, setup),
		FRESH(an_expired_token_is_renewed_once_whatever_was_called, setup_revoked_once),
		FRESH(what_is_refused_again_is_not_asked_a_third_time, setup_revoked),
		FRESH(refused_credentials_never_lead_to_another_model, setup_revoked),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
