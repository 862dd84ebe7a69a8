/* Console sign-in: the session's file, its renewal with a proof, and the login flow, against adit-sim. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <pthread.h>

#include "aws/dpop.h"
#include "aws/pkce.h"
#include "aws/signin-login.h"
#include "aws/signin-token.h"
#include "base/json.h"
#include "net/redirect.h"
#include "world.h"

#define ARN "arn:aws:iam::123456789012:user/sim"
#define CONFIG "[profile dev]\nlogin_session = " ARN "\nregion = us-east-1\n"
#define IN_HOME(test) cmocka_unit_test_setup_teardown(test, home_setup, home_teardown)

/* ---- the pure parts -------------------------------------------------------------- */

static void
cache_files_are_named_as_the_aws_tools_name_them(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "arn:aws:sts::012345678910:assumed-role/Admin/admin",
		    "4b0ba8f99f075c0633e122fd73346ce203a3faf18ea0310eb2d29df1bab2e255.json" },
		{ "arn:aws:iam::123456789012:user/alice",
		    "b7d71d383b9557a9bad4c3346c50365819226484c6824a0fdef66637be339db0.json" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *path = signin_token_path(rows[i][0]);
		char *want = mem_printf("%s/.aws/login/cache/%s", getenv("HOME"), rows[i][1]);
		assert_string_equal(path, want);
		free(path);
		free(want);
	}
	static const char *const folders[][2] = { { "~/x", "/x/" }, { "$HOME/x", "/x/" }, { "${HOME}/x", "/x/" } };
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		setenv("AWS_LOGIN_CACHE_DIRECTORY", folders[i][0], 1);
		char *path = signin_token_path("a"), *want = mem_printf("%s%s", getenv("HOME"), folders[i][1]);
		assert_true(str_starts(path, want));
		free(path);
		free(want);
	}
	setenv("AWS_LOGIN_CACHE_DIRECTORY", "/a/$ADIT_NO_SUCH_THING", 1);
	char *path = signin_token_path("a");
	assert_true(str_starts(path, "/a/$ADIT_NO_SUCH_THING/"));
	free(path);
}

static void
the_challenge_is_the_published_one_and_verifiers_differ(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 0);
	pkce_challenge(&b, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
	assert_string_equal(b.s, "38gG3vSUvMmW8j4JZITxcUMqGZRJaO_5p2wJ2rZNCkQ");
	buf_done(&b);
	char one[PKCE_VERIFIER + 1], two[PKCE_VERIFIER + 1];
	pkce_verifier(one);
	pkce_verifier(two);
	assert_int_equal(strlen(one), PKCE_VERIFIER);
	assert_string_not_equal(one, two);
}

static char *
pem_of(EVP_PKEY *key, bool traditional, const char *password)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *s;
	const EVP_CIPHER *cipher = password != NULL ? EVP_aes_128_cbc() : NULL;
	int n = password != NULL ? (int)strlen(password) : 0;
	unsigned char *pw = (unsigned char *)(uintptr_t)password;
	assert_int_equal(traditional ? PEM_write_bio_PrivateKey_traditional(out, key, cipher, pw, n, NULL, NULL)
				     : PEM_write_bio_PKCS8PrivateKey(out, key, cipher, password, n, NULL, NULL), 1);
	long len = BIO_get_mem_data(out, &s);
	char *pem = mem_strndup(s, (size_t)len);
	BIO_free(out);
	return pem;
}

static void
keys_are_read_in_each_form_and_only_keys_on_p256(void **state)
{
	(void)state;
	EVP_PKEY *good = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-384"), *rsa = EVP_RSA_gen(2048);
	struct buf escaped;
	buf_init(&escaped, 0);
	char *sec1 = pem_of(good, true, NULL);
	for (const char *p = sec1; *p != '\0'; p++)
		buf_puts(&escaped, *p == '\n' ? "\\n" : (char[]){ *p, '\0' });
	struct {
		char	*pem;
		bool	 fine;
	} rows[] = {
		{ sec1, true }, { mem_strdup(escaped.s), true }, { pem_of(good, false, NULL), true },
		{ pem_of(other, true, NULL), false }, { pem_of(rsa, false, NULL), false },
		{ pem_of(good, false, "password"), false }, { pem_of(good, true, "password"), false },
		{ mem_strdup("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"), false },
		{ mem_strdup("nonsense"), false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err = { 0 };
		struct dpop *d = dpop_read(rows[i].pem, &err);
		if ((d != NULL) != rows[i].fine)
			fail_msg("key %zu: %s", i, err.text);
		dpop_free(d);
		free(rows[i].pem);
	}
	EVP_PKEY_free(good);
	EVP_PKEY_free(other);
	EVP_PKEY_free(rsa);
	buf_done(&escaped);
}

static void
a_key_that_is_written_is_read_back_and_the_proof_says_what_it_should(void **state)
{
	(void)state;
	struct buf pem, proof, payload;
	struct dpop *d = dpop_new();
	buf_init(&pem, 0);
	dpop_write(d, &pem);
	assert_true(str_starts(pem.s, "-----BEGIN EC PRIVATE KEY-----\n"));
	struct dpop *again = dpop_read(pem.s, NULL);
	assert_non_null(again);
	buf_init(&proof, 0);
	dpop_proof(again, "POST", "https://us-east-1.signin.aws.amazon.com/v1/token", 1785585600, &proof);
	const char *first = strchr(proof.s, '.'), *second = strchr(first + 1, '.');
	assert_int_equal(strlen(second + 1), 86);       /* 64 bytes, never DER */
	buf_init(&payload, 0);
	assert_int_equal(str_unbase64(&payload, first + 1, (size_t)(second - first - 1)), 0);
	assert_true(str_starts(payload.s, "{\"htm\":\"POST\",\"htu\":\"https://us-east-1.signin.aws.amazon.com/v1/token\","
					  "\"iat\":1785585600,\"jti\":\""));
	buf_done(&payload);
	buf_done(&proof);
	buf_wipe(&pem);
	dpop_free(d);
	dpop_free(again);
}

/* ---- the session's file ------------------------------------------------------------- */

static char *
date_in(int64_t seconds)
{
	char when[32];
	clock_iso8601(clock_wall() + seconds, when);
	return mem_strdup(when);
}

struct file {                           /* NULL and 0 stand for what is right */
	const char	*key;           /* PEM */
	const char	*account, *client, *refresh, *subject, *expires;
	int64_t		 left;
	const char	*without;       /* a member that is renamed */
};

static const char *
either(const char *given, const char *usual)
{
	return given != NULL ? given : usual;
}

static void
put_id_token(struct buf *b, const char *subject)
{
	struct buf payload;
	buf_init(&payload, 0);
	buf_printf(&payload, "{\"sub\":\"%s\"}", subject);
	buf_puts(b, "e30.");
	pkce_base64url(b, payload.s, payload.len);
	buf_puts(b, ".c2ln");
	buf_done(&payload);
}

/* What `aws login` writes. */
static void
write_session(const struct file *f)
{
	struct buf b, pem, id;
	struct dpop *d = dpop_new();
	char *when = date_in(f->left);
	buf_init(&b, 0);
	buf_init(&pem, 0);
	buf_init(&id, 0);
	dpop_write(d, &pem);
	put_id_token(&id, either(f->subject, ARN));
	buf_putc(&b, '{');
	json_put_key(&b, "accessToken");
	buf_putc(&b, '{');
	json_put_member(&b, "accessKeyId", "ASIAFROMFILE");
	json_put_member(&b, "secretAccessKey", "FILESECRET");
	json_put_member(&b, "sessionToken", "FILETOKEN");
	json_put_member(&b, "accountId", either(f->account, "123456789012"));
	json_put_member(&b, "expiresAt", either(f->expires, when));
	buf_putc(&b, '}');
	json_put_member(&b, "tokenType", "aws_sigv4");
	json_put_member(&b, "clientId", either(f->client, "arn:aws:signin:::devtools/same-device"));
	json_put_member(&b, "refreshToken", either(f->refresh, "sim-login-refresh"));
	json_put_member(&b, "idToken", id.s);
	json_put_member(&b, "dpopKey", either(f->key, pem.s));
	json_put_member(&b, "future", "kept");
	buf_putc(&b, '}');
	if (f->without != NULL)
		strstr(b.s, f->without)[0] = 'X';
	char *path = signin_token_path(ARN);
	char *folder = file_expand("~/.aws/login/cache");
	file_make_dir(folder, 0700, NULL);
	assert_int_equal(file_replace(path, b.s, b.len, 0600, NULL), 0);
	free(folder);
	free(path);
	free(when);
	dpop_free(d);
	buf_done(&b);
	buf_done(&pem);
	buf_done(&id);
}

static struct json_object *
read_session(void)
{
	struct buf b;
	char *path = signin_token_path(ARN);
	buf_init(&b, 0);
	assert_int_equal(file_read(path, 1 << 16, &b, NULL), 0);
	struct json_object *o = json_parse(b.s, b.len, NULL);
	assert_non_null(o);
	free(path);
	buf_done(&b);
	return o;
}

static void
in_the_profile(struct world *w, const char *identity)
{
	world_start(w, identity);
	home_config(CONFIG);
	setenv("AWS_PROFILE", "dev", 1);
}

static void
a_fresh_session_is_used_as_it_is_and_aws_is_not_asked(void **state)
{
	(void)state;
	struct world w;
	in_the_profile(&w, NULL);
	setenv("AWS_ENDPOINT_URL_SIGNIN", "http://127.0.0.1:1", 1);
	write_session(&(struct file){ .left = 600 });
	world_expect_key(&w, "ASIAFROMFILE");
	const struct creds *c = creds_peek(w.aws);
	assert_int_equal(c->kind, CREDS_LOGIN);
	assert_string_equal(c->account, "123456789012");
	assert_string_equal(c->profile, "dev");
	assert_string_equal(c->label, "console sign-in " ARN);
	creds_unref(c);
	world_stop(&w);
}

static void
one_that_is_nearly_over_is_renewed_with_a_proof_and_written_back(void **state)
{
	(void)state;
	struct world w;
	struct stat st;
	in_the_profile(&w, NULL);
	write_session(&(struct file){ .left = 299 });
	world_expect_key(&w, "ASIASIMLOGIN0001");
	struct json_object *o = read_session();
	assert_string_equal(json_str(json_get(o, "accessToken"), "accessKeyId", ""), "ASIASIMLOGIN0001");
	assert_string_equal(json_str(json_get(o, "accessToken"), "accountId", ""), "123456789012");
	int64_t until = clock_parse_iso8601(json_str(json_get(o, "accessToken"), "expiresAt", ""));
	assert_in_range(until - clock_wall(), 800, 900);
	assert_string_not_equal(json_str(o, "refreshToken", ""), "sim-login-refresh");
	assert_string_equal(json_str(o, "future", ""), "kept");
	json_free(o);
	char *path = signin_token_path(ARN);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(path);
	/* What was written can be renewed in turn: the key is the same, the token the next one. */
	creds_forget(w.aws);
	o = read_session();
	json_object_object_add(json_get(o, "accessToken"), "expiresAt", json_object_new_string("2020-01-01T00:00:00Z"));
	path = signin_token_path(ARN);
	assert_int_equal(signin_token_write(path, o, NULL), 0);
	free(path);
	json_free(o);
	world_expect_key(&w, "ASIASIMLOGIN0002");
	world_stop(&w);
}

static void
what_is_wrong_with_a_session_is_said_with_the_way_out(void **state)
{
	(void)state;
	static const struct {
		struct file	 file;
		const char	*says;
	} rows[] = {
		{ { .left = 600, .account = "999999999999" }, "belongs to another session" },
		{ { .left = 600, .subject = "arn:aws:iam::123456789012:user/eve" }, "belongs to another session" },
		{ { .left = 600, .client = "botocore" }, "belongs to another session" },
		{ { .left = 600, .without = "dpopKey" }, "has no dpopKey" },
		{ { .left = 600, .without = "refreshToken" }, "has no refreshToken" },
		{ { .left = 600, .without = "clientId" }, "has no clientId" },
		{ { .left = 600, .without = "accessToken" }, "has no accessToken.expiresAt" },
		{ { .left = 600, .without = "secretAccessKey" }, "no secretAccessKey" },
		{ { .left = 600, .expires = "soon" }, "is not a date" },
		{ { .left = -60, .key = "nonsense" }, "dpopKey is not a private key on the curve P-256" },
		{ { .left = -60, .refresh = "unknown" }, "the sign-in has expired" },
		{ { .left = 90 * 24 * 3600, .refresh = "unknown" }, "the sign-in has expired" },
	};
	struct world w;
	in_the_profile(&w, NULL);
	world_expect_failure(&w, ERR_CREDENTIALS, "no file of it in the login cache");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		write_session(&rows[i].file);
		world_expect_failure(&w, ERR_CREDENTIALS, rows[i].says);
		world_expect_failure(&w, ERR_CREDENTIALS, "aws login --profile dev");
		world_expect_failure(&w, ERR_CREDENTIALS, "/login");
	}
	char *path = signin_token_path(ARN);
	assert_int_equal(truncate(path, 400), 0);
	world_expect_failure(&w, ERR_CREDENTIALS, "damaged or was cut off");
	world_expect_failure(&w, ERR_CREDENTIALS, path);
	assert_int_equal(truncate(path, 0), 0);
	world_expect_failure(&w, ERR_CREDENTIALS, "damaged or was cut off");
	free(path);
	home_config("[profile dev]\nlogin_session = me\n");
	world_expect_failure(&w, ERR_CONFIG, "line 2: login_session must be the ARN");
	world_stop(&w);
}

static void
what_aws_answers_is_said_in_words(void **state)
{
	(void)state;
	static const struct {
		const char	*fault, *says;
	} rows[] = {
		{ "\"error\",\"code\":\"TOKEN_EXPIRED\",\"status\":401", "the sign-in has expired. Sign in again" },
		{ "\"error\",\"code\":\"USER_CREDENTIALS_CHANGED\",\"status\":401", "password or keys were changed" },
		{ "\"error\",\"code\":\"INSUFFICIENT_PERMISSIONS\",\"status\":403", "signin:CreateOAuth2Token" },
		{ "\"error\",\"code\":\"INVALID_REQUEST\",\"message\":\"what?\",\"status\":400",
		    "HTTP 400 INVALID_REQUEST: what?" },
		{ "\"html\",\"status\":403", "HTTP 403" },
		{ "\"garbage\"", "not a JSON object" },
		{ "\"no-secret\"", "has no secretAccessKey" },
		{ "\"no-expiration\"", "has no expiresIn" },
		{ "\"bad-expiration\"", "has no expiresIn" },
		{ "\"json-deep\"", "profile dev" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct world w;
		char *identity = mem_printf("{\"faults\":[{\"service\":\"signin\",\"fault\":%s}]}", rows[i].fault);
		in_the_profile(&w, identity);
		write_session(&(struct file){ .left = -60 });
		struct err err = { 0 };
		assert_null(creds_get(w.aws, NULL, &err));
		if (strcasestr(err.text, rows[i].says) == NULL || strstr(err.text, "sim-login-refresh") != NULL)
			fail_msg("%s: %s", rows[i].fault, err.text);
		/* While they are good for some minutes they are used, whatever AWS says about new ones. */
		write_session(&(struct file){ .left = 200 });
		creds_forget(w.aws);
		world_expect_key(&w, "ASIAFROMFILE");
		world_stop(&w);
		free(identity);
	}
}

static void
a_busy_service_is_asked_again(void **state)
{
	(void)state;
	struct world w;
	in_the_profile(&w, "{\"faults\":[{\"service\":\"signin\",\"fault\":\"error\",\"code\":\"server_error\","
			   "\"status\":500,\"times\":1}]}");
	write_session(&(struct file){ .left = -60 });
	world_expect_key(&w, "ASIASIMLOGIN0001");
	world_stop(&w);
}

static void *
get_in_thread(void *arg)
{
	world_expect_key(arg, "ASIAFROMFILE");
	return NULL;
}

static void
a_token_that_another_program_used_up_is_no_failure_when_it_wrote_the_next(void **state)
{
	(void)state;
	struct world w;
	pthread_t t;
	in_the_profile(&w, "{\"faults\":[{\"service\":\"signin\",\"fault\":\"error\",\"code\":\"TOKEN_EXPIRED\","
			   "\"status\":401,\"delay_ms\":200}]}");
	write_session(&(struct file){ .left = -60 });
	assert_int_equal(pthread_create(&t, NULL, get_in_thread, &w), 0);
	json_object_put(log_line(&w.sim, 1, false));
	/* The request is on its way; this program is the faster one. */
	write_session(&(struct file){ .left = 600, .refresh = "the next one" });
	pthread_join(t, NULL);
	world_stop(&w);
}

static void
credentials_that_a_service_refused_are_renewed_though_the_file_calls_them_good(void **state)
{
	(void)state;
	struct world w;
	in_the_profile(&w, NULL);
	write_session(&(struct file){ .left = 600 });
	world_expect_key(&w, "ASIAFROMFILE");
	const struct creds *c = creds_peek(w.aws);
	creds_refused(w.aws, c->generation);
	creds_unref(c);
	world_expect_key(&w, "ASIASIMLOGIN0001");
	world_stop(&w);
}

static void
a_wrong_clock_is_corrected_and_the_proof_made_again(void **state)
{
	(void)state;
	struct world w;
	in_the_profile(&w, NULL);
	clock_set_wall(clock_wall() + 3600);    /* AWS's clock is an hour behind ours */
	write_session(&(struct file){ .left = -60 });
	world_expect_key(&w, "ASIASIMLOGIN0001");
	assert_in_range((uint64_t)-aws_clock_skew(), 3500, 3700);
	clock_set_wall(0);
	/* The correction is the process's: right again for the next test. */
	write_session(&(struct file){ .left = -7200, .refresh = "sim-login-refresh" });
	creds_forget(w.aws);
	creds_get(w.aws, NULL, NULL);
	assert_int_equal(aws_clock_skew() / 60, 0);
	world_stop(&w);
}

static void
a_session_serves_as_the_source_of_a_role(void **state)
{
	(void)state;
	struct world w;
	in_the_profile(&w, NULL);
	home_config(CONFIG "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = dev\n");
	setenv("AWS_PROFILE", "role", 1);
	write_session(&(struct file){ .left = 30 });
	world_expect_key(&w, "ASIASIMROLE0001");
	world_stop(&w);
}

/* ---- signing in ------------------------------------------------------------------------ */

struct user {                           /* whoever sits before the browser */
	char		*address;
	pthread_t	 browser;
	bool		 opened;
	long		 status;        /* what the browser saw last */
	struct buf	 page;
	const char	*types;         /* with remote: instead of the code */
	const char	*state;         /* … or with another state */
	bool		 refuses;
};

static size_t
on_page(char *p, size_t size, size_t n, void *to)
{
	buf_add(to, p, size * n);
	return size * n;
}

static CURL *
browser_at(const char *address, struct buf *page, bool follow)
{
	CURL *c = curl_easy_init();
	curl_easy_setopt(c, CURLOPT_URL, address);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, (long)follow);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_page);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, page);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, 20000L);
	return c;
}

static void *
browse(void *arg)
{
	struct user *u = arg;
	CURL *c = browser_at(u->address, &u->page, true);
	assert_int_equal(curl_easy_perform(c), CURLE_OK);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &u->status);
	curl_easy_cleanup(c);
	return NULL;
}

static void
show_and_open(void *arg, const char *address)
{
	struct user *u = arg;
	u->address = mem_strdup(address);
	u->opened = true;
	assert_int_equal(pthread_create(&u->browser, NULL, browse, u), 0);
}

static void
show_only(void *arg, const char *address)
{
	struct user *u = arg;
	u->address = mem_strdup(address);
}

/* What the confirmation page would show: base64 of the query that it was called with. */
static int
copy_code(void *arg, const char *question, struct buf *answer, const atomic_bool *cancel)
{
	struct user *u = arg;
	char *location = NULL;
	(void)cancel;
	assert_non_null(strstr(question, "code"));
	if (u->types != NULL) {
		buf_puts(answer, u->types);
		return u->refuses ? -1 : 0;
	}
	CURL *c = browser_at(u->address, &u->page, false);
	assert_int_equal(curl_easy_perform(c), CURLE_OK);
	curl_easy_getinfo(c, CURLINFO_REDIRECT_URL, &location);
	assert_non_null(location);
	const char *query = strchr(location, '?') + 1;
	size_t n = u->state != NULL ? strcspn(query, "&") : strlen(query);
	struct buf text;
	buf_init(&text, 0);
	buf_add(&text, query, n);
	if (u->state != NULL)
		buf_printf(&text, "&state=%s", u->state);
	buf_puts(answer, "  ");
	str_base64(answer, text.s, text.len);
	buf_puts(answer, "\n");
	buf_done(&text);
	curl_easy_cleanup(c);
	return 0;
}

static void
user_done(struct user *u)
{
	if (u->opened)
		pthread_join(u->browser, NULL);
	free(u->address);
	buf_done(&u->page);
	*u = (struct user){ 0 };
}

static void
assert_no_trace(void)
{
	char *path = file_expand("~/.aws/login");
	assert_false(file_exists(path));
	free(path);
}

static void
signing_in_makes_a_profile_that_works(void **state)
{
	(void)state;
	struct world w;
	struct user u = { 0 };
	struct signin_result r;
	struct err err = { 0 };
	world_start(&w, NULL);
	home_config("# mine\n[profile other]\nregion = eu-west-1\n");
	setenv("AWS_PROFILE", "dev", 1);
	assert_null(creds_get(w.aws, NULL, NULL));
	const struct signin_login how = { .profile = "dev", .show = show_and_open, .arg = &u };
	if (signin_login(w.aws, &how, &r, NULL, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(r.session, ARN);
	assert_string_equal(r.account, "123456789012");
	assert_string_equal(r.profile, "dev");
	assert_null(r.before);
	signin_result_done(&r);
	assert_non_null(strstr(u.address, "/v1/authorize?response_type=code&client_id=arn%3Aaws%3Asignin%3A%3A%3Adevtools"
					  "%2Fsame-device&state="));
	assert_non_null(strstr(u.address, "&code_challenge_method=SHA-256&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1"
					  "%3A"));
	pthread_join(u.browser, NULL);
	u.opened = false;
	assert_int_equal(u.status, 200);
	assert_non_null(strstr(u.page.s, "You are signed in"));
	user_done(&u);
	char *config = world_read(".aws/config");
	assert_string_equal(config, "# mine\n[profile other]\nregion = eu-west-1\n\n[profile dev]\nlogin_session = " ARN
				    "\nregion = us-east-1\n");
	free(config);
	struct json_object *o = read_session();
	assert_string_equal(json_str(o, "tokenType", ""), "aws_sigv4");
	assert_string_equal(json_str(o, "clientId", ""), "arn:aws:signin:::devtools/same-device");
	assert_non_null(json_str(o, "idToken", NULL));
	assert_true(str_starts(json_str(o, "dpopKey", ""), "-----BEGIN EC PRIVATE KEY-----\n"));
	assert_true(str_ends(json_str(json_get(o, "accessToken"), "expiresAt", ""), "Z"));
	/* Used at once, though a failure was just remembered; and renewed when that is due. */
	world_expect_key(&w, "ASIASIMLOGIN0001");
	json_object_object_add(json_get(o, "accessToken"), "expiresAt", json_object_new_string("2020-01-01T00:00:00Z"));
	char *path = signin_token_path(ARN);
	assert_int_equal(signin_token_write(path, o, NULL), 0);
	creds_forget(w.aws);
	world_expect_key(&w, "ASIASIMLOGIN0002");
	json_free(o);
	free(path);
	world_stop(&w);
}

static void
without_a_browser_the_user_brings_the_code(void **state)
{
	(void)state;
	struct world w;
	struct user u = { 0 };
	struct signin_result r;
	struct err err = { 0 };
	world_start(&w, NULL);
	home_config("[default]\nlogin_session = arn:aws:iam::123456789012:user/before  # c\nregion = us-east-1\n");
	const struct signin_login how = { .remote = true, .show = show_only, .ask = copy_code, .arg = &u };
	if (signin_login(w.aws, &how, &r, NULL, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(r.profile, "default");
	assert_string_equal(r.before, "arn:aws:iam::123456789012:user/before");
	signin_result_done(&r);
	assert_non_null(strstr(u.address, "cross-device"));
	assert_non_null(strstr(u.address, "%2Fv1%2Fsessions%2Fconfirmation"));
	user_done(&u);
	char *config = world_read(".aws/config");
	assert_string_equal(config, "[default]\nlogin_session = " ARN "  # c\nregion = us-east-1\n");
	free(config);
	world_expect_key(&w, "ASIASIMLOGIN0001");
	world_stop(&w);
}

static void
a_code_that_is_not_one_is_refused_and_nothing_is_written(void **state)
{
	(void)state;
	static const struct {
		struct user	 user;
		enum err_code	 code;
		const char	*says;
	} rows[] = {
		{ { .types = "not base64!" }, ERR_CREDENTIALS, "not the whole code" },
		{ { .types = "Y29kZT1h" }, ERR_CREDENTIALS, "not the whole code" },
		{ { .state = "other" }, ERR_CREDENTIALS, "another sign-in" },
		{ { .types = "", .refuses = true }, ERR_CANCELLED, "given up" },
	};
	struct world w;
	world_start(&w, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct user u = rows[i].user;
		struct signin_result r;
		struct err err = { 0 };
		const struct signin_login how = { .profile = "dev", .remote = true, .show = show_only, .ask = copy_code,
			.arg = &u };
		assert_int_equal(signin_login(w.aws, &how, &r, NULL, &err), -1);
		if (err.code != rows[i].code || strstr(err.text, rows[i].says) == NULL)
			fail_msg("%s", err.text);
		user_done(&u);
	}
	assert_no_trace();
	char *path = file_expand("~/.aws/config");
	assert_false(file_exists(path));
	free(path);
	world_stop(&w);
}

static void
a_profile_that_would_not_use_the_session_is_refused_before_anybody_is_asked(void **state)
{
	(void)state;
	static const struct {
		const char	*config, *region, *says;
	} rows[] = {
		{ "[profile dev]\naws_access_key_id = a\naws_secret_access_key = b\n", NULL, "static keys" },
		{ "[profile dev]\nrole_arn = r\nsource_profile = x\n", NULL, "an assumed role" },
		{ "[profile dev]\nregion = eu-west-1\n", "us-east-1", "is of the region eu-west-1" },
		{ "[profile dev]\n", "not a region!", "not a region!" },
		{ "[profile dev\n", NULL, "line 1" },
	};
	struct world w;
	world_start(&w, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct signin_result r;
		struct err err = { 0 };
		struct user u = { 0 };
		home_config(rows[i].config);
		const struct signin_login how = { .profile = "dev", .region = rows[i].region, .show = show_only, .arg = &u };
		assert_int_equal(signin_login(w.aws, &how, &r, NULL, &err), -1);
		if (err.code != ERR_CONFIG || strstr(err.text, rows[i].says) == NULL)
			fail_msg("%s", err.text);
		assert_null(u.address);
	}
	world_stop(&w);
}

static void
what_aws_answers_to_a_code_is_said_and_nothing_is_written(void **state)
{
	(void)state;
	static const struct {
		const char	*fault;
		enum err_code	 code;
		const char	*says;
	} rows[] = {
		{ "\"error\",\"code\":\"AUTHCODE_EXPIRED\",\"status\":400", ERR_CREDENTIALS, "came too late" },
		{ "\"error\",\"code\":\"INSUFFICIENT_PERMISSIONS\",\"status\":403", ERR_DENIED, "signin:CreateOAuth2Token" },
		{ "\"body\",\"body\":\"{\\\"accessToken\\\":{\\\"accessKeyId\\\":\\\"A\\\",\\\"secretAccessKey\\\":\\\"B\\\","
		  "\\\"sessionToken\\\":\\\"C\\\"},\\\"refreshToken\\\":\\\"R\\\",\\\"expiresIn\\\":900}\"", ERR_CREDENTIALS,
		    "who signed in" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct world w;
		struct user u = { 0 };
		struct signin_result r;
		struct err err = { 0 };
		char *identity = mem_printf("{\"faults\":[{\"service\":\"signin\",\"operation\":\"CreateOAuth2Token\","
					    "\"fault\":%s}]}", rows[i].fault);
		world_start(&w, identity);
		const struct signin_login how = { .profile = "dev", .show = show_and_open, .arg = &u };
		assert_int_equal(signin_login(w.aws, &how, &r, NULL, &err), -1);
		if (err.code != rows[i].code || strstr(err.text, rows[i].says) == NULL)
			fail_msg("%s (%d)", err.text, (int)err.code);
		user_done(&u);
		assert_no_trace();
		world_stop(&w);
		free(identity);
	}
}

static atomic_bool stopped;

static void
show_and_stop(void *arg, const char *address)
{
	(void)arg;
	(void)address;
	atomic_store(&stopped, true);
}

static void
who_does_not_want_to_wait_any_more_need_not(void **state)
{
	(void)state;
	struct world w;
	struct signin_result r;
	struct err err = { 0 };
	world_start(&w, NULL);
	const struct signin_login how = { .profile = "dev", .show = show_and_stop };
	assert_int_equal(signin_login(w.aws, &how, &r, &stopped, &err), -1);
	assert_int_equal(err.code, ERR_CANCELLED);
	assert_no_trace();
	world_stop(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_HOME(cache_files_are_named_as_the_aws_tools_name_them),
		cmocka_unit_test(the_challenge_is_the_published_one_and_verifiers_differ),
		cmocka_unit_test(keys_are_read_in_each_form_and_only_keys_on_p256),
		cmocka_unit_test(a_key_that_is_written_is_read_back_and_the_proof_says_what_it_should),
		cmocka_unit_test(a_fresh_session_is_used_as_it_is_and_aws_is_not_asked),
		cmocka_unit_test(one_that_is_nearly_over_is_renewed_with_a_proof_and_written_back),
		cmocka_unit_test(what_is_wrong_with_a_session_is_said_with_the_way_out),
		cmocka_unit_test(what_aws_answers_is_said_in_words),
		cmocka_unit_test(a_busy_service_is_asked_again),
		cmocka_unit_test(a_token_that_another_program_used_up_is_no_failure_when_it_wrote_the_next),
		cmocka_unit_test(credentials_that_a_service_refused_are_renewed_though_the_file_calls_them_good),
		cmocka_unit_test(a_wrong_clock_is_corrected_and_the_proof_made_again),
		cmocka_unit_test(a_session_serves_as_the_source_of_a_role),
		cmocka_unit_test(signing_in_makes_a_profile_that_works),
		cmocka_unit_test(without_a_browser_the_user_brings_the_code),
		cmocka_unit_test(a_code_that_is_not_one_is_refused_and_nothing_is_written),
		cmocka_unit_test(a_profile_that_would_not_use_the_session_is_refused_before_anybody_is_asked),
		cmocka_unit_test(what_aws_answers_to_a_code_is_said_and_nothing_is_written),
		cmocka_unit_test(who_does_not_want_to_wait_any_more_need_not),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
