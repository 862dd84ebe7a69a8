/* sso-token.c - see sso-token.h. */
#include "config.h"

#include "aws/sso-token.h"

#include <openssl/evp.h>
#include <string.h>

#include "aws/chain.h"
#include "aws/document.h"
#include "aws/request.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/fetch.h"

enum { MAX_FILE = 64 * 1024, REFRESH_BEFORE = 5 * 60 };

struct token {
	char			*path;
	struct json_object	*o;             /* the whole file: what we do not know is kept */
	const char		*access;        /* borrowed from it */
	int64_t			 expires;
};

char *
sso_token_path(const struct sso_session *s)
{
	const char *key = s->name != NULL ? s->name : s->start_url;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	struct buf b;
	buf_init(&b, 0);
	buf_printf(&b, "%s/.aws/sso/cache/", file_home());
	if (EVP_Digest(key, strlen(key), digest, &n, EVP_sha1(), NULL) != 1)
		fatal("SHA-1 failed");
	str_hex(&b, digest, n);
	buf_puts(&b, ".json");
	return buf_take(&b, NULL);
}

/* ---- the file ------------------------------------------------------------------------ */

static void
token_done(struct token *t)
{
	document_free(t->o);
	free(t->path);
	*t = (struct token){ 0 };
}

static void
find_members(struct token *t)
{
	const char *expires = document_text(t->o, "expiresAt", true);
	t->access = document_text(t->o, "accessToken", true);
	t->expires = expires != NULL ? clock_parse_iso8601(expires) : -1;
}

/* It becomes a header: nothing in it may end one. */
static bool
is_token(const char *s)
{
	for (; s != NULL && *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return s != NULL;
}

/* A token is not shown to another portal than the one that gave it. */
static bool
is_of_session(const struct token *t, const struct sso_session *s)
{
	const char *url = document_text(t->o, "startUrl", true);
	if (url == NULL || s->start_url == NULL)
		return true;
	/* With the slash or the "#/" that the address bar has, it is the same one. */
	size_t n = strcspn(url, "#"), m = strcspn(s->start_url, "#");
	while (n > 0 && url[n - 1] == '/')
		n--;
	while (m > 0 && s->start_url[m - 1] == '/')
		m--;
	return n == m && strncmp(url, s->start_url, n) == 0;
}

static int
token_read(struct token *t, const struct sso_session *s, struct err *err)
{
	struct buf b;
	*t = (struct token){ .path = sso_token_path(s) };
	if (!file_exists(t->path))
		return err_set(err, ERR_CREDENTIALS, _("there is no token of it"));
	buf_init(&b, 0);
	buf_room(&b, MAX_FILE);
	buf_grew(&b, 0);
	int rc = file_read(t->path, MAX_FILE, &b, err);
	if (rc == 0) {
		t->o = document_parse(b.s, b.len, err);
		rc = t->o != NULL ? 0 : -1;
	}
	buf_wipe(&b);
	if (rc < 0)
		return -1;
	find_members(t);
	if (!is_token(t->access) || t->expires < 0)
		return err_set(err, ERR_CREDENTIALS, _("its token in %s is not valid"), t->path);
	if (!is_of_session(t, s))
		return err_set(err, ERR_CREDENTIALS, _("its token in %s belongs to another start URL"), t->path);
	return 0;
}

/* The key as the file has it, so that a member is replaced, not doubled. */
static void
set_member(struct json_object *o, const char *name, const char *value)
{
	const char *key = name;
	json_object_object_foreach(o, k, v) {
		(void)v;
		if (str_same_nocase(k, name))
			key = k;
	}
	char *owned = mem_strdup(key);
	json_object_object_add(o, owned, json_object_new_string(value));
	free(owned);
}

/* Other programs read it too: a file that cannot be written is no reason not to go on. */
static void
token_write(const struct token *t)
{
	struct err err = { 0 };
	const char *text = json_object_to_json_string_ext(t->o, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE);
	if (file_replace(t->path, text, strlen(text), 0600, &err) < 0)
		log_warn("sso: %s", err.text);
	mem_wipe((char *)(uintptr_t)text, strlen(text));        /* json-c's own buffer */
}

/* ---- refreshing ---------------------------------------------------------------------- */

/* The old form has no refresh token; a registration lasts about 90 days. */
static bool
can_refresh(const struct token *t)
{
	const char *until = document_text(t->o, "registrationExpiresAt", true);
	return document_text(t->o, "refreshToken", true) != NULL &&
	    document_text(t->o, "clientId", true) != NULL &&
	    document_text(t->o, "clientSecret", true) != NULL && until != NULL &&
	    clock_parse_iso8601(until) > creds_now();
}

static void
put_request(struct buf *b, const struct token *t)
{
	buf_putc(b, '{');
	json_put_member(b, "clientId", document_text(t->o, "clientId", true));
	json_put_member(b, "clientSecret", document_text(t->o, "clientSecret", true));
	json_put_member(b, "grantType", "refresh_token");
	json_put_member(b, "refreshToken", document_text(t->o, "refreshToken", true));
	buf_putc(b, '}');
}

static int
take_answer(struct token *t, const struct http_reply *r, struct err *err)
{
	char when[32];
	struct json_object *o = document_parse(buf_str(&r->body), r->body.len, err);
	if (o == NULL)
		return -1;
	const char *access = document_text(o, "accessToken", false);
	const char *refresh = document_text(o, "refreshToken", false);
	int64_t seconds = json_int(o, "expiresIn", 0);
	int rc = 0;
	if (!is_token(access) || seconds <= 0) {
		rc = err_set(err, ERR_CREDENTIALS, _("the answer has no token"));
	} else {
		clock_iso8601(creds_now() + seconds, when);
		set_member(t->o, "accessToken", access);
		set_member(t->o, "expiresAt", when);
		if (refresh != NULL)
			set_member(t->o, "refreshToken", refresh);
		find_members(t);
	}
	document_free(o);
	return rc;
}

static int
send_refresh(struct aws *aws, const struct view *v, const struct sso_session *s,
    const struct token *t, const atomic_bool *cancel, struct http_reply *reply, struct err *err)
{
	struct buf body;
	struct region region;
	struct http_request req;
	struct transfer_end end;
	buf_init(&body, 0);
	buf_room(&body, 8192);
	buf_grew(&body, 0);
	put_request(&body, t);
	const struct aws_call call = { .kind = AWS_SSO_TOKEN,
		.method = "POST",
		.path = "/token",
		.content_type = "application/json",
		.body = body.s,
		.body_len = body.len };
	int rc = region_named(s->region, "sso_region", &region, err);
	if (rc == 0)
		rc = request_prepare(v, &call, &region, NULL, &req, err);
	if (rc == 0)
		rc = fetch(aws->engine, &req, reply, cancel, &end, err);
	region_done(&region);
	buf_wipe(&body);
	return rc;
}

static int
refresh(struct aws *aws, const struct view *v, const struct sso_session *s, struct token *t,
    const atomic_bool *cancel, struct err *err)
{
	struct http_reply r;
	http_reply_init(&r, MAX_FILE);
	buf_room(&r.body, 8192);
	buf_grew(&r.body, 0);
	int rc = send_refresh(aws, v, s, t, cancel, &r, err);
	if (rc == 0 && r.status == 200) {
		rc = take_answer(t, &r, err);
		if (rc == 0)
			token_write(t);
	} else if (rc == 0) {
		struct json_object *o = json_parse(buf_str(&r.body), r.body.len, NULL);
		rc = err_set(err, ERR_CREDENTIALS, _("its token could not be renewed (HTTP %d, %s)"), r.status,
		    json_str(o, "error", "-"));
		json_free(o);
	}
	http_reply_done(&r);
	return rc;
}

/* Refreshes if need be; what is still good is good enough when that fails. */
static int
make_usable(struct aws *aws, const struct view *v, const struct sso_session *s, struct token *t,
    bool refused, const atomic_bool *cancel, struct err *err)
{
	int64_t left = t->expires - creds_now();
	if (left >= REFRESH_BEFORE && !refused)
		return 0;
	struct err why = { 0 };
	if (can_refresh(t) && aws->engine != NULL) {
		if (refresh(aws, v, s, t, cancel, &why) == 0)
			return 0;
		log_warn("sso: %s", why.text);
	}
	if (why.code == ERR_CANCELLED || why.code == ERR_CONFIG) {
		*err = why;
		return -1;
	}
	if (left > 0 && !refused)
		return 0;
	if (why.code == ERR_NETWORK) {
		*err = why;
		return -1;
	}
	return err_set(err, ERR_CREDENTIALS, "%s", why.code != ERR_NONE ? why.text : _("its token has expired"));
}

struct secret *
sso_token_get(struct aws *aws, const struct view *v, const struct sso_session *s, bool refused,
    const atomic_bool *cancel, struct err *err)
{
	struct token t;
	struct secret *access = NULL;
	int rc = token_read(&t, s, err);
	if (rc == 0 && make_usable(aws, v, s, &t, refused, cancel, err) < 0) {
		/* Another program may have refreshed it meanwhile, which makes our refresh token invalid. */
		int64_t before = t.expires;
		token_done(&t);
		rc = token_read(&t, s, NULL);
		rc = rc == 0 && t.expires > before && t.expires > creds_now() ? 0 : -1;
	}
	if (rc == 0)
		access = secret_new(t.access, strlen(t.access));
	token_done(&t);
	return access;
}
