/* signin-token.c - see signin-token.h. */
#include "config.h"

#include "aws/signin-token.h"

#include <openssl/evp.h>
#include <string.h>

#include "aws/chain.h"
#include "aws/document.h"
#include "aws/local.h"
#include "aws/request.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/fetch.h"
#include "net/retry.h"

enum { MAX_REPLY = 64 * 1024, MAX_PATH = 4096 };

/* ---- where it lies ------------------------------------------------------------------ */

/* $NAME and ${NAME} become what they stand for; what is not set stays as it is. */
static void
expand_variables(const char *s, struct buf *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
	while (*s != '\0') {
		bool braced = s[0] == '$' && s[1] == '{';
		const char *name = s + (braced ? 2 : 1);
		size_t n = s[0] == '$' ? strspn(name, letters) : 0;
		bool whole = n > 0 && (!braced || name[n] == '}');
		char *variable = whole ? mem_strndup(name, n) : NULL;
		const char *value = whole ? getenv(variable) : NULL;
		free(variable);
		if (value == NULL) {
			buf_putc(out, *s++);
			continue;
		}
		buf_puts(out, value);
		s = name + n + braced;
	}
}

char *
signin_token_path(const char *session)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	struct buf b;
	char *set = aws_env("AWS_LOGIN_CACHE_DIRECTORY");
	char *folder = file_expand(set != NULL ? set : "~/.aws/login/cache");
	buf_init(&b, MAX_PATH);
	expand_variables(folder, &b);
	if (EVP_Digest(session, strlen(session), digest, &n, EVP_sha256(), NULL) != 1)
		fatal("SHA-256 failed");
	buf_putc(&b, '/');
	str_hex(&b, digest, n);
	buf_puts(&b, ".json");
	free(folder);
	free(set);
	return buf_take(&b, NULL);
}

/* ---- who signed in -------------------------------------------------------------------- */

char *
signin_token_subject(const char *id_token)
{
	const char *payload = id_token != NULL ? strchr(id_token, '.') : NULL;
	struct buf b;
	char *subject = NULL;
	if (payload == NULL)
		return NULL;
	payload++;
	buf_init(&b, MAX_REPLY);
	if (str_unbase64(&b, payload, strcspn(payload, ".")) == 0) {
		struct json_object *o = json_parse(buf_str(&b), b.len, NULL);
		subject = mem_strdup(document_text(o, "sub", false));
		document_free(o);
	}
	buf_wipe(&b);
	return subject;
}

/* ---- the call ----------------------------------------------------------------------------- */

static const struct {
	const char	*error;         /* the answer's member */
	enum err_code	 code;
	const char	*clause;
} troubles[] = {
	{ "TOKEN_EXPIRED", ERR_CREDENTIALS, N_("the sign-in has expired") },
	{ "USER_CREDENTIALS_CHANGED", ERR_CREDENTIALS,
	    N_("the user's password or keys were changed since, which ends the sign-in") },
	{ "AUTHCODE_EXPIRED", ERR_CREDENTIALS, N_("the code was used before, or came too late") },
	{ "INSUFFICIENT_PERMISSIONS", ERR_DENIED,
	    N_("this identity may not sign programs in; an administrator must allow it signin:CreateOAuth2Token") },
};

static int
send_once(struct aws *aws, const struct signin_token_call *call, struct http_reply *reply, struct err *err)
{
	const struct aws_call how = { .kind = AWS_SIGNIN_TOKEN,
		.method = "POST",
		.path = "/v1/token",
		.content_type = "application/json",
		.body = call->body->s,
		.body_len = call->body->len };
	struct http_request req;
	struct transfer_end end;
	struct buf proof;
	http_reply_init(reply, MAX_REPLY);
	buf_room(&reply->body, MAX_REPLY);      /* secrets: they should not move */
	buf_grew(&reply->body, 0);
	if (aws->engine == NULL)
		return err_set(err, ERR_NETWORK, _("There is no network here."));
	if (request_prepare(call->view, &how, call->region, NULL, &req, err) < 0)
		return -1;
	buf_init(&proof, 0);
	dpop_proof(call->key, req.method, req.url, creds_now(), &proof);
	http_headers_set(&req.headers, "DPoP", buf_str(&proof));
	buf_done(&proof);
	return fetch(aws->engine, &req, reply, call->cancel, &end, err);
}

/* Whole keys, and how long they last? */
static struct json_object *
read_answer(const struct http_reply *r, struct err *err)
{
	static const char *const members[] = { "accessKeyId", "secretAccessKey", "sessionToken" };
	struct json_object *o = document_parse(buf_str(&r->body), r->body.len, err);
	const char *missing = NULL;
	if (o == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (document_text(json_get(o, "accessToken"), members[i], false) == NULL)
			missing = members[i];
	if (document_text(o, "refreshToken", false) == NULL)
		missing = "refreshToken";
	if (json_int(o, "expiresIn", 0) <= 0 || json_int(o, "expiresIn", 0) > 7 * 24 * 3600)
		missing = "expiresIn";
	if (missing == NULL)
		return o;
	err_set(err, ERR_FAILED, _("the answer has no %s"), missing);
	document_free(o);
	return NULL;
}

/* 1 = another try may help, -1 = not. */
static int
read_failure(const struct http_reply *r, struct err *err)
{
	struct buf name, message;
	struct json_object *o = json_parse(buf_str(&r->body), r->body.len, NULL);
	const char *error = json_str(o, "error", "");
	enum err_code code = r->status == 429 || r->status >= 500 ? ERR_UNAVAILABLE : ERR_FAILED;
	const char *clause = NULL;
	for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++)
		if (strcmp(error, troubles[i].error) == 0) {
			code = troubles[i].code;
			clause = _(troubles[i].clause);
		}
	buf_init(&name, 0);
	buf_init(&message, 0);
	aws_error_of(r->status, &r->headers, buf_str(&r->body), r->body.len, &name, &message);
	if (clause != NULL)
		err_set(err, code, "%s", clause);
	else
		err_set(err, code, _("the sign-in service answered HTTP %d %.60s: %.200s"), r->status,
		    error[0] != '\0' ? error : buf_str(&name), buf_str(&message));
	buf_done(&name);
	buf_done(&message);
	json_free(o);
	return code == ERR_UNAVAILABLE ? 1 : -1;
}

/* 0 = *answer, 1 = another try may help, -1 = not. */
static int
try_once(struct aws *aws, const struct signin_token_call *call, struct json_object **answer,
    bool *clock_mended, int64_t *pause, struct err *err)
{
	struct http_reply r;
	int rc = send_once(aws, call, &r, err);
	*pause = 1000;
	if (rc < 0) {
		rc = err->code == ERR_NETWORK && !r.body.full ? 1 : -1;
	} else if (r.status == 200) {
		*answer = read_answer(&r, err);
		rc = *answer != NULL ? 0 : -1;
	} else {
		rc = read_failure(&r, err);
		*pause = retry_delay_ms(RETRY_TRANSIENT, 1, &r.headers);
		/* A proof carries the time; one that is refused may have come of a clock that is wrong. */
		if (rc < 0 && !*clock_mended && r.status == 400 &&
		    request_clock_was_off(&r.headers, "RequestExpired", NULL)) {
			*clock_mended = true;
			*pause = 0;
			rc = 1;
		}
	}
	http_reply_done(&r);
	return rc;
}

struct json_object *
signin_token_request(struct aws *aws, const struct signin_token_call *call, struct err *err)
{
	struct json_object *answer = NULL;
	bool clock_mended = false;
	struct err why = { 0 };
	int rc = 1;
	for (int made = 0; rc > 0 && local_again(made, &why); made++) {
		int64_t pause = 0;
		rc = try_once(aws, call, &answer, &clock_mended, &pause, &why);
		if (rc > 0 && local_again(made + 1, &why) && !local_pause(pause, call->cancel))
			rc = err_set(&why, ERR_CANCELLED, _("Stopped while asking for credentials."));
	}
	if (rc != 0)
		err_set(err, why.code, "%s", why.text);
	return answer;
}

/* ---- the file ------------------------------------------------------------------------------- */

static void
set_text(struct json_object *o, const char *name, const char *value)
{
	if (value == NULL)
		return;
	json_object_object_add(o, name, json_object_new_string(value));
}

void
signin_token_take(struct json_object *file, struct json_object *answer, const char *session)
{
	static const char *const keys[] = { "accessKeyId", "secretAccessKey", "sessionToken" };
	struct json_object *given = json_get(answer, "accessToken"), *token = json_get(file, "accessToken");
	char when[32];
	if (!json_object_is_type(token, json_type_object)) {
		token = json_object_new_object();
		json_object_object_add(file, "accessToken", token);
	}
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		set_text(token, keys[i], json_str(given, keys[i], NULL));
	if (document_text(token, "accountId", false) == NULL) {
		char *account = creds_account_of(session);
		set_text(token, "accountId", account);
		free(account);
	}
	clock_iso8601(creds_now() + json_int(answer, "expiresIn", 0), when);
	set_text(token, "expiresAt", when);
	set_text(file, "tokenType", json_str(answer, "tokenType", "aws_sigv4"));
	set_text(file, "refreshToken", json_str(answer, "refreshToken", NULL));
	set_text(file, "idToken", json_str(answer, "idToken", NULL));
}

int
signin_token_write(const char *path, struct json_object *file, struct err *err)
{
	char *folder = mem_strndup(path, (size_t)(strrchr(path, '/') - path));
	const char *text = json_object_to_json_string_ext(file, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE);
	int rc = file_make_dir(folder, 0700, err);
	if (rc == 0)
		rc = file_replace(path, text, strlen(text), 0600, err);
	mem_wipe((char *)(uintptr_t)text, strlen(text));        /* json-c's own buffer */
	free(folder);
	return rc;
}
