/* sso-token.c - see sso-token.h. */
#include "config.h"

#include "aws/sso-token.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "aws/chain.h"
#include "aws/document.h"
#include "aws/sso-call.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

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

/* ---- where to sign in ---------------------------------------------------------------- */

/* A setting of the session; the profile may repeat it, but not say otherwise. */
static int
take_from_session(const struct profiles *files, const char *profile, const char *session,
    const char *key, const char **value, struct err *err)
{
	const char *own = profile_get(files, profile, key);
	*value = sso_session_get(files, session, key);
	if (*value == NULL)
		return err_set(err, ERR_CONFIG, _("The section [sso-session %s] has no %s: add it."), session, key);
	if (own != NULL && strcmp(own, *value) != 0)
		return err_set(err, ERR_CONFIG,
		    _("Profile %s and its [sso-session %s] have different values of %s: remove the profile's."),
		    profile, session, key);
	return 0;
}

int
sso_session_of(const struct profiles *files, const char *profile, struct sso_session *s, struct err *err)
{
	s->name = profile_get(files, profile, "sso_session");
	if (s->name == NULL) {
		s->start_url = profile_get(files, profile, "sso_start_url");
		s->region = profile_get(files, profile, "sso_region");
		return 0;
	}
	if (!sso_session_exists(files, s->name))
		return err_set(err, ERR_CONFIG, _("Profile %s says “sso_session = %s”, but %s has no section "
						  "[sso-session %s]."), profile, s->name,
		    profiles_config_path(files), s->name);
	if (take_from_session(files, profile, s->name, "sso_start_url", &s->start_url, err) < 0)
		return -1;
	return take_from_session(files, profile, s->name, "sso_region", &s->region, err);
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

static int
write_file(const char *path, struct json_object *o, struct err *err)
{
	const char *text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE);
	int rc = file_replace(path, text, strlen(text), 0600, err);
	mem_wipe((char *)(uintptr_t)text, strlen(text));        /* json-c's own buffer */
	return rc;
}

/* Other programs read it too: a file that cannot be written is no reason not to go on. */
static void
token_write(const struct token *t)
{
	struct err err = { 0 };
	if (write_file(t->path, t->o, &err) < 0)
		log_warn("sso: %s", err.text);
}

int
sso_token_keep(const struct sso_session *s, struct json_object *o, struct err *err)
{
	char *path = sso_token_path(s);
	char *folder = mem_strndup(path, (size_t)(strrchr(path, '/') - path));
	int rc = file_make_dir(folder, 0700, err);
	if (rc == 0)
		rc = write_file(path, o, err);
	free(folder);
	free(path);
	return rc;
}

int
sso_token_forget(const struct sso_session *s, struct err *err)
{
	char *path = sso_token_path(s);
	int rc = unlink(path) == 0 || errno == ENOENT ? 0 :
	    err_set(err, ERR_FAILED, _("Cannot remove %s: %s."), path, strerror(errno));
	free(path);
	return rc;
}

int64_t
sso_token_until(const struct sso_session *s)
{
	struct token t;
	int64_t until = token_read(&t, s, NULL) == 0 ? t.expires : 0;
	token_done(&t);
	return until;
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
	int rc = sso_send(&(struct sso_call){ aws, v, s->region, cancel }, &call, reply, err);
	buf_wipe(&body);
	return rc;
}

static int
refresh(struct aws *aws, const struct view *v, const struct sso_session *s, struct token *t,
    const atomic_bool *cancel, struct err *err)
{
	struct http_reply r;
	sso_reply_init(&r);
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

/* A glance says then whether it ended over lunch or last month. */
static int
say_expired(int64_t seconds, struct err *err)
{
	int64_t minutes = seconds / 60;
	if (seconds < 0)
		return err_set(err, ERR_CREDENTIALS, _("its token is not accepted any more"));
	if (minutes < 180)
		return err_set(err, ERR_CREDENTIALS, ngettext("its token expired %lld minute ago",
		    "its token expired %lld minutes ago", (unsigned long)minutes), (long long)minutes);
	return err_set(err, ERR_CREDENTIALS, ngettext("its token expired %lld hour ago",
	    "its token expired %lld hours ago", (unsigned long)(minutes / 60)), (long long)(minutes / 60));
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
	if (why.code != ERR_NONE)
		return err_set(err, ERR_CREDENTIALS, "%s", why.text);
	return say_expired(-left, err);
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
