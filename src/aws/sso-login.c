/* sso-login.c - see sso-login.h. */
#include "config.h"

#include "aws/sso-login.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "aws/chain.h"
#include "aws/document.h"
#include "aws/local.h"
#include "aws/profile-edit.h"
#include "aws/region.h"
#include "aws/sso-call.h"
#include "aws/sso-token.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/retry.h"

#define DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"
#define USUAL_SCOPES "sso:account:access"

enum {
	MAX_FILE = 64 * 1024,
	MAX_LIST = 10000,               /* accounts or roles: an answer that repeats itself must end */
	MAX_CODES = 3,                  /* half an hour in all */
	REGISTERED_FOR = 15 * 60,       /* s: a registration that ends sooner is not begun with */
	INTERVAL = 5, MAX_INTERVAL = 60,/* s */
	LIFETIME = 600
};

/* ---- where to sign in ------------------------------------------------------------------- */

void
sso_target_done(struct sso_target *t)
{
	free(t->session);
	free(t->start_url);
	free(t->region);
	free(t->scopes);
	*t = (struct sso_target){ 0 };
}

void
sso_target_copy(struct sso_target *to, const struct sso_target *from)
{
	*to = (struct sso_target){ mem_strdup(from->session), mem_strdup(from->start_url),
		mem_strdup(from->region), mem_strdup(from->scopes) };
}

const char *
sso_target_name(const struct sso_target *t)
{
	return t->session != NULL ? t->session : t->start_url;
}

static struct sso_session
session_of(const struct sso_target *t)
{
	return (struct sso_session){ t->session, t->start_url, t->region };
}

int
sso_target_of_session(const struct profiles *files, const char *session, struct sso_target *t,
    struct err *err)
{
	*t = (struct sso_target){ 0 };
	if (!sso_session_exists(files, session))
		return err_set(err, ERR_CONFIG, _("There is no section [sso-session %s] in %s."), session,
		    profiles_config_path(files));
	const char *url = sso_session_get(files, session, "sso_start_url");
	const char *region = sso_session_get(files, session, "sso_region");
	if (url == NULL || region == NULL)
		return err_set(err, ERR_CONFIG, _("The section [sso-session %s] has no %s: add it."), session,
		    url == NULL ? "sso_start_url" : "sso_region");
	*t = (struct sso_target){ mem_strdup(session), mem_strdup(url), mem_strdup(region),
		mem_strdup(sso_session_get(files, session, "sso_registration_scopes")) };
	return 0;
}

int
sso_target_of_profile(const struct profiles *files, const char *profile, struct sso_target *t,
    struct err *err)
{
	struct sso_session s;
	*t = (struct sso_target){ 0 };
	if (sso_session_of(files, profile, &s, err) < 0)
		return -1;
	if (s.name != NULL)
		return sso_target_of_session(files, s.name, t, err);
	if (s.start_url == NULL && s.region == NULL)
		return err_set(err, ERR_CREDENTIALS, _("Profile %s does not sign in with SSO: it has no "
						       "sso_session and no sso_start_url."), profile);
	if (s.start_url == NULL || s.region == NULL)
		return err_set(err, ERR_CONFIG, _("Profile %s signs in with SSO but has no %s: add it."), profile,
		    s.start_url == NULL ? "sso_start_url" : "sso_region");
	*t = (struct sso_target){ .start_url = mem_strdup(s.start_url), .region = mem_strdup(s.region) };
	return 0;
}

static int
check_same(const struct profiles *files, const struct sso_target *t, struct err *err)
{
	struct sso_target old;
	bool same = sso_target_of_session(files, t->session, &old, NULL) == 0 &&
	    str_same(old.start_url, t->start_url) && str_same(old.region, t->region);
	sso_target_done(&old);
	return same ? 0 : err_set(err, ERR_CONFIG, _("%s has an SSO session %s already, with another address or region: "
						     "choose another name."), profiles_config_path(files), t->session);
}

/* Before anybody signs in: after that it would leave a profile behind whose session cannot be written. */
static int
check_name(const struct profiles *files, const char *name, struct err *err)
{
	struct buf nothing;
	buf_init(&nothing, 0);
	int rc = profile_edit_text(profiles_config_path(files), "", 0, &(struct profile_edit){ .prefix = "sso-session",
	    .name = name }, &nothing, err);
	buf_done(&nothing);
	return rc;
}

int
sso_check_new(const struct sso_target *t, struct err *err)
{
	const struct profiles *files = profiles_load(NULL);
	int rc = profiles_usable(files, err);
	if (rc == 0)
		rc = sso_session_exists(files, t->session) ? check_same(files, t, err)
							   : check_name(files, t->session, err);
	profiles_unref(files);
	return rc;
}

int
sso_check_region(const char *region, struct err *err)
{
	return region_is_valid(region) ? 0 : err_set(err, ERR_USAGE, _("That is not a region: it looks like us-east-1. "
								       "Your administrator knows where the portal runs."));
}

static bool
is_same(const struct sso_target *a, const struct sso_target *b)
{
	return str_same(a->session, b->session) && str_same(a->start_url, b->start_url);
}

/* Takes it. */
static void
add_once(struct sso_targets *out, struct sso_target *t)
{
	for (size_t i = 0; i < out->n; i++)
		if (is_same(&out->v[i], t)) {
			sso_target_done(t);
			return;
		}
	vec_add(out, *t);
}

void
sso_targets(const struct profiles *files, struct sso_targets *out)
{
	struct profile_names names = { 0 };
	struct sso_target t;
	sso_session_names(files, &names);
	for (size_t i = 0; i < names.n; i++)
		if (sso_target_of_session(files, names.v[i], &t, NULL) == 0)
			add_once(out, &t);
	profile_names_done(&names);
	profiles_names(files, &names);
	for (size_t i = 0; i < names.n; i++)
		if (sso_target_of_profile(files, names.v[i], &t, NULL) == 0)
			add_once(out, &t);
	profile_names_done(&names);
}

void
sso_targets_done(struct sso_targets *targets)
{
	for (size_t i = 0; i < targets->n; i++)
		sso_target_done(&targets->v[i]);
	vec_done(targets);
}

bool
sso_target_serves(const struct sso_target *t, const struct profiles *files, const char *profile)
{
	struct sso_target its;
	bool serves = sso_target_of_profile(files, profile, &its, NULL) == 0 && is_same(t, &its);
	sso_target_done(&its);
	return serves;
}

int64_t
sso_signed_in_until(const struct sso_target *t)
{
	const struct sso_session s = session_of(t);
	int64_t until = sso_token_until(&s);
	return until > creds_now() ? until : 0;
}

/* ---- asking the OIDC service ---------------------------------------------------------------- */

struct login {
	const struct sso_target	*target;
	struct sso_call		 call;
	struct json_object	*registration;  /* clientId, clientSecret, expiresAt */
	char			 error[64];      /* what the service's last refusal was called; "" = none */
};

/* In error_description or message; for people. */
static void
say_refusal(const struct http_reply *r, struct json_object *o, struct err *err)
{
	struct buf code, message;
	const char *said = json_str(o, "error_description", NULL);
	if (said != NULL) {
		err_set(err, ERR_CREDENTIALS, _("The SSO service refused: %s (%s)."), said, json_str(o, "error", "-"));
		return;
	}
	buf_init(&code, 0);
	buf_init(&message, 0);
	aws_error_of(r->status, &r->headers, buf_str(&r->body), r->body.len, &code, &message);
	err_set(err, retry_classify(r->status, NULL, NULL) != RETRY_NEVER ? ERR_UNAVAILABLE : ERR_CREDENTIALS,
	    _("The SSO service answered HTTP %d: %s %s"), r->status, buf_str(&code), buf_str(&message));
	buf_done(&code);
	buf_done(&message);
}

/*
 * Posts a body (wiped afterwards). The answer's object on 2xx, to be freed with
 * document_free(); else NULL, and l->error has the refusal's name, if it was one.
 */
static struct json_object *
post(struct login *l, enum aws_kind kind, const char *path, struct buf *body, bool patiently, struct err *err)
{
	struct http_reply r;
	struct json_object *o = NULL;
	const struct aws_call call = { .kind = kind, .method = "POST", .path = path,
		.content_type = "application/json", .body = body->s, .body_len = body->len };
	l->error[0] = '\0';
	sso_reply_init(&r);
	int rc = patiently ? sso_send_patiently(&l->call, &call, &r, err) : sso_send(&l->call, &call, &r, err);
	buf_wipe(body);
	if (rc == 0)
		o = json_parse(buf_str(&r.body), r.body.len, NULL);
	if (rc == 0 && (r.status < 200 || r.status > 299)) {
		snprintf(l->error, sizeof l->error, "%s", json_str(o, "error", "server_error"));
		say_refusal(&r, o, err);
		document_free(o);
		o = NULL;
	} else if (rc == 0 && !json_object_is_type(o, json_type_object)) {
		err_set(err, ERR_UNAVAILABLE, _("The SSO service's answer cannot be read. A proxy or a sign-in page of "
						"this network may have answered in its place."));
		document_free(o);
		o = NULL;
	}
	http_reply_done(&r);
	return o;
}

static void
begin_body(struct buf *b)
{
	buf_init(b, 0);
	buf_room(b, 8192);              /* secrets: it should not move */
	buf_grew(b, 0);
	buf_putc(b, '{');
}

static void
put_client(struct buf *b, const struct login *l)
{
	json_put_member(b, "clientId", document_text(l->registration, "clientId", true));
	json_put_member(b, "clientSecret", document_text(l->registration, "clientSecret", true));
}

/* ---- the registration ------------------------------------------------------------------------- */

/* The scopes as a JSON list with the AWS CLI's spaces; null in the old form, which has none. */
static void
put_scopes(struct buf *b, const struct sso_target *t)
{
	if (t->session == NULL) {
		buf_puts(b, "null");
		return;
	}
	const char *s = t->scopes != NULL ? t->scopes : USUAL_SCOPES;
	bool first = true;
	buf_putc(b, '[');
	while (*s != '\0') {
		size_t n = strcspn(s, ", \t\n");
		if (n > 0) {
			buf_puts(b, first ? "" : ", ");
			json_put_string(b, s, n);
			first = false;
		}
		s += n + strspn(s + n, ", \t\n");
	}
	buf_putc(b, ']');
}

static void
put_string(struct buf *b, const char *s)
{
	if (s != NULL)
		json_put_string(b, s, strlen(s));
	else
		buf_puts(b, "null");
}

char *
sso_registration_path(const struct sso_target *t)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	struct buf key, path;
	buf_init(&key, 0);
	buf_init(&path, 0);
	buf_puts(&key, "{\"region\": ");
	put_string(&key, t->region);
	buf_puts(&key, ", \"scopes\": ");
	put_scopes(&key, t);
	buf_puts(&key, ", \"session_name\": ");
	put_string(&key, t->session);
	buf_puts(&key, ", \"startUrl\": ");
	put_string(&key, t->start_url);
	buf_puts(&key, ", \"tool\": \"botocore\"}");
	if (EVP_Digest(key.s, key.len, digest, &n, EVP_sha1(), NULL) != 1)
		fatal("SHA-1 failed");
	buf_printf(&path, "%s/.aws/sso/cache/", file_home());
	str_hex(&path, digest, n);
	buf_puts(&path, ".json");
	buf_done(&key);
	return buf_take(&path, NULL);
}

static struct json_object *
read_registration(const struct sso_target *t)
{
	struct buf b;
	char *path = sso_registration_path(t);
	struct json_object *o = NULL;
	buf_init(&b, 0);
	buf_room(&b, MAX_FILE);
	buf_grew(&b, 0);
	if (file_exists(path) && file_read(path, MAX_FILE, &b, NULL) == 0)
		o = document_parse(b.s, b.len, NULL);
	const char *until = document_text(o, "expiresAt", true);
	bool good = document_text(o, "clientId", true) != NULL &&
	    document_text(o, "clientSecret", true) != NULL && until != NULL &&
	    clock_parse_iso8601(until) > creds_now() + REGISTERED_FOR;
	if (!good) {
		document_free(o);
		o = NULL;
	}
	buf_wipe(&b);
	free(path);
	return o;
}

/* The next sign-in saves a question; that it cannot be kept is no reason to stop. */
static void
keep_registration(const struct login *l)
{
	struct buf b;
	struct err err = { 0 };
	char *path = sso_registration_path(l->target);
	char *folder = mem_strndup(path, (size_t)(strrchr(path, '/') - path));
	begin_body(&b);
	put_client(&b, l);
	json_put_member(&b, "expiresAt", json_str(l->registration, "expiresAt", ""));
	json_put_key(&b, "scopes");
	put_scopes(&b, l->target);
	buf_putc(&b, '}');
	if (file_make_dir(folder, 0700, &err) < 0 || file_replace(path, b.s, b.len, 0600, &err) < 0)
		log_warn("sso: %s", err.text);
	buf_wipe(&b);
	free(folder);
	free(path);
}

static void
forget_registration(struct login *l)
{
	char *path = sso_registration_path(l->target);
	if (unlink(path) < 0 && errno != ENOENT)
		log_warn("sso: cannot remove %s: %s", path, strerror(errno));
	document_free(l->registration);
	l->registration = NULL;
	free(path);
}

static int
take_registration(struct login *l, struct json_object *o, struct err *err)
{
	char when[32];
	int64_t until = json_int(o, "clientSecretExpiresAt", 0);
	if (document_text(o, "clientId", false) == NULL || document_text(o, "clientSecret", false) == NULL) {
		document_free(o);
		return err_set(err, ERR_UNAVAILABLE, _("The SSO service's answer cannot be read. A proxy or a sign-in "
						       "page of this network may have answered in its place."));
	}
	clock_iso8601(until > 0 ? until : creds_now() + REGISTERED_FOR, when);
	json_object_object_add(o, "expiresAt", json_object_new_string(when));
	l->registration = o;
	keep_registration(l);
	return 0;
}

/* This program becomes known to the service: the one of last time, or a new one. */
static int
register_client(struct login *l, struct err *err)
{
	if (l->registration != NULL)
		return 0;
	l->registration = read_registration(l->target);
	if (l->registration != NULL)
		return 0;
	struct buf b;
	const char *session = l->target->session;
	char *name = session != NULL ? mem_printf("adit-%.80s", session)
				     : mem_printf("adit-%lld", (long long)clock_wall());
	begin_body(&b);
	json_put_member(&b, "clientName", name);
	json_put_member(&b, "clientType", "public");
	if (session != NULL) {
		json_put_key(&b, "scopes");
		put_scopes(&b, l->target);
	}
	buf_putc(&b, '}');
	free(name);
	struct json_object *o = post(l, AWS_SSO_REGISTER, "/client/register", &b, true, err);
	return o != NULL ? take_registration(l, o, err) : -1;
}

/* ---- the code ------------------------------------------------------------------------------------ */

/* What a terminal will show as a link and a phone will open: nothing but an address of the web. */
static bool
is_web_address(const char *s)
{
	if (s == NULL || (!str_starts(s, "https://") && !str_starts(s, "http://")))
		return false;
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~' || strchr("<>\"`\\", *s) != NULL)
			return false;
	return true;
}

/* A device authorization: the answer, checked. NULL and err when it is none. */
static struct json_object *
begin_device(struct login *l, struct err *err)
{
	struct buf b;
	begin_body(&b);
	put_client(&b, l);
	json_put_member(&b, "startUrl", l->target->start_url);
	buf_putc(&b, '}');
	struct json_object *o = post(l, AWS_SSO_DEVICE, "/device_authorization", &b, true, err);
	if (o == NULL)
		return NULL;
	if (is_web_address(json_str(o, "verificationUri", NULL)) && document_text(o, "deviceCode", false) != NULL &&
	    document_text(o, "userCode", false) != NULL)
		return o;
	document_free(o);
	err_set(err, ERR_UNAVAILABLE, _("The SSO service's answer cannot be read. A proxy or a sign-in page of this "
					"network may have answered in its place."));
	return NULL;
}

/* An answer's number of seconds, within reason. */
static int64_t
seconds(struct json_object *o, const char *key, int64_t usual, int64_t most)
{
	int64_t n = json_int(o, key, usual);
	return n < 1 ? usual : n > most ? most : n;
}

static void
show_code(struct json_object *device, int64_t until, void (*show)(void *, const struct sso_code *), void *arg)
{
	const char *url = json_str(device, "verificationUri", ""),
		   *full = json_str(device, "verificationUriComplete", NULL);
	const struct sso_code code = { .url = url, .full_url = is_web_address(full) ? full : url,
		.code = json_str(device, "userCode", ""), .until = until };
	if (show != NULL)
		show(arg, &code);
}

/* How the service's refusals are taken while somebody is expected to approve. */
enum asked { ASKED_STOP, ASKED_GRANTED, ASKED_PENDING, ASKED_SLOWER, ASKED_NEW_CODE, ASKED_NEW_CLIENT };

static enum asked
answer_named(const char *error)
{
	static const struct {
		const char	*error;
		enum asked	 answer;
	} rows[] = {
		{ "authorization_pending", ASKED_PENDING },
		{ "slow_down", ASKED_SLOWER },
		{ "server_error", ASKED_PENDING },
		{ "expired_token", ASKED_NEW_CODE },
		{ "invalid_client", ASKED_NEW_CLIENT },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].error, error) == 0)
			return rows[i].answer;
	return ASKED_STOP;
}

static enum asked
ask_for_token(struct login *l, struct json_object *device, struct json_object **token, struct err *err)
{
	struct buf b;
	begin_body(&b);
	put_client(&b, l);
	json_put_member(&b, "grantType", DEVICE_GRANT);
	json_put_member(&b, "deviceCode", json_str(device, "deviceCode", ""));
	buf_putc(&b, '}');
	*err = (struct err){ 0 };
	*token = post(l, AWS_SSO_TOKEN, "/token", &b, false, err);
	if (*token != NULL)
		return ASKED_GRANTED;
	if (l->error[0] != '\0')
		return answer_named(l->error);
	/* A connection that broke, or something in between that answered: patience, the person is still there. */
	return err->code == ERR_NETWORK || err->code == ERR_UNAVAILABLE ? ASKED_SLOWER : ASKED_STOP;
}

/* Asks until there is an answer that ends it. The token with ASKED_GRANTED. */
static enum asked
await_approval(struct login *l, struct json_object *device, int64_t until, struct json_object **token,
    struct err *err)
{
	int64_t interval = seconds(device, "interval", INTERVAL, MAX_INTERVAL);
	for (;;) {
		if (!local_pause(interval * 1000, l->call.cancel)) {
			err_set(err, ERR_CANCELLED, _("Signing in was given up."));
			return ASKED_STOP;
		}
		if (clock_ms() >= until)
			return ASKED_NEW_CODE;
		enum asked a = ask_for_token(l, device, token, err);
		if (a != ASKED_PENDING && a != ASKED_SLOWER)
			return a;
		if (a == ASKED_SLOWER && interval + 5 <= MAX_INTERVAL)
			interval += 5;
	}
}

static int
say_stopped(const struct login *l, struct err *err)
{
	if (strcmp(l->error, "access_denied") == 0)
		return err_set(err, ERR_CREDENTIALS, _("The sign-in was refused in the browser."));
	return -1;
}

/* ---- the token --------------------------------------------------------------------------------------- */

static void
copy_member(struct json_object *to, const char *as, struct json_object *from, const char *name)
{
	const char *value = document_text(from, name, true);
	if (value != NULL)
		json_object_object_add(to, as, json_object_new_string(value));
}

static int
keep_token(struct login *l, struct json_object *given, struct err *err)
{
	char when[32];
	const struct sso_session s = session_of(l->target);
	struct json_object *o = json_object_new_object();
	clock_iso8601(creds_now() + seconds(given, "expiresIn", 3600, 400 * 86400), when);
	json_object_object_add(o, "startUrl", json_object_new_string(l->target->start_url));
	json_object_object_add(o, "region", json_object_new_string(l->target->region));
	copy_member(o, "accessToken", given, "accessToken");
	json_object_object_add(o, "expiresAt", json_object_new_string(when));
	copy_member(o, "clientId", l->registration, "clientId");
	copy_member(o, "clientSecret", l->registration, "clientSecret");
	copy_member(o, "registrationExpiresAt", l->registration, "expiresAt");
	copy_member(o, "refreshToken", given, "refreshToken");
	int rc = document_text(o, "accessToken", false) != NULL ? sso_token_keep(&s, o, err) :
	    err_set(err, ERR_UNAVAILABLE, _("The SSO service's answer has no token."));
	document_free(o);
	return rc;
}

/* One code, from its making to its end. */
static enum asked
try_code(struct login *l, void (*show)(void *, const struct sso_code *), void *arg, struct err *err)
{
	struct json_object *token = NULL, *device = begin_device(l, err);
	if (device == NULL)
		return l->error[0] != '\0' ? answer_named(l->error) : ASKED_STOP;
	int64_t until = clock_ms() + 1000 * seconds(device, "expiresIn", LIFETIME, 3600);
	show_code(device, until, show, arg);
	enum asked a = await_approval(l, device, until, &token, err);
	if (a == ASKED_GRANTED && keep_token(l, token, err) < 0)
		a = ASKED_STOP;
	document_free(token);
	document_free(device);
	return a;
}

static int
sign_in(struct login *l, void (*show)(void *, const struct sso_code *), void *arg, struct err *err)
{
	bool registered_anew = false;
	for (int codes = 0; codes < MAX_CODES;) {
		if (register_client(l, err) < 0)
			return -1;
		enum asked a = try_code(l, show, arg, err);
		if (a == ASKED_GRANTED)
			return 0;
		if (a == ASKED_NEW_CLIENT && !registered_anew) {
			registered_anew = true;         /* the kept one is not known there any more */
			forget_registration(l);
			continue;
		}
		if (a != ASKED_NEW_CODE)
			return say_stopped(l, err);
		codes++;
	}
	return err_set(err, ERR_CREDENTIALS, _("Nobody entered the code in time. Begin again when you are ready."));
}

int
sso_login(struct aws *aws, const struct sso_target *target, void (*show)(void *arg, const struct sso_code *),
    void *arg, const atomic_bool *cancel, struct err *err)
{
	struct err why = { 0 };
	struct view v = aws_view(aws);
	struct login l = { .target = target, .call = { aws, &v, target->region, cancel } };
	int rc = sign_in(&l, show, arg, &why);
	if (rc < 0 && err != NULL)
		*err = why;
	log_info("sso: signing in to %s: %s", sso_target_name(target), rc == 0 ? "done" : why.text);
	document_free(l.registration);
	aws_view_done(&v);
	return rc;
}

/* ---- accounts and roles --------------------------------------------------------------------------------- */

/* A GET of the portal with the token; ERR_CREDENTIALS and "sign in" where there is none that it takes. */
static struct json_object *
ask_portal(const struct sso_call *c, const struct sso_target *t, enum aws_kind kind, const char *query,
    struct err *err)
{
	struct http_reply r;
	struct json_object *o = NULL;
	const struct sso_session s = session_of(t);
	struct secret *token = sso_token_get(c->aws, c->view, &s, false, c->cancel, err);
	if (token == NULL)
		return NULL;
	const char *const headers[] = { SSO_TOKEN_HEADER, secret_reveal(token), NULL };
	const struct aws_call call = { .kind = kind, .method = "GET",
		.path = kind == AWS_SSO_ACCOUNTS ? "/assignment/accounts" : "/assignment/roles", .query = query,
		.headers = headers };
	sso_reply_init(&r);
	int rc = sso_send_patiently(c, &call, &r, err);
	secret_free(token);
	if (rc == 0 && r.status == 200) {
		o = document_parse(buf_str(&r.body), r.body.len, err);
	} else if (rc == 0) {
		struct json_object *said = json_parse(buf_str(&r.body), r.body.len, NULL);
		say_refusal(&r, said, err);
		json_free(said);
	}
	http_reply_done(&r);
	return o;
}

/* Reads all pages of a list; add() takes an item. */
static int
read_pages(const struct sso_call *c, const struct sso_target *t, enum aws_kind kind, const char *query,
    const char *list, void (*add)(void *out, struct json_object *item), void *out, struct err *err)
{
	size_t n = 0;
	char *next = mem_strdup("");
	while (next != NULL && n < MAX_LIST) {
		struct buf q;
		buf_init(&q, 0);
		buf_printf(&q, "%smax_result=100", query);
		if (*next != '\0') {
			buf_puts(&q, "&next_token=");
			str_percent(&q, next, strlen(next), "");
		}
		struct json_object *o = ask_portal(c, t, kind, buf_str(&q), err);
		buf_done(&q);
		free(next);
		if (o == NULL)
			return -1;
		struct json_object *items = json_get(o, list);
		for (size_t i = 0; i < json_len(items); i++, n++)
			add(out, json_item(items, i));
		const char *more = document_text(o, "nextToken", false);
		next = json_len(items) > 0 ? mem_strdup(more) : NULL;
		document_free(o);
	}
	free(next);
	return 0;
}

static void
add_account(void *arg, struct json_object *o)
{
	struct sso_accounts *out = arg;
	const char *id = document_text(o, "accountId", false);
	if (id == NULL)
		return;
	const struct sso_account a = { mem_strdup(id), mem_strdup(json_str(o, "accountName", "")),
		mem_strdup(json_str(o, "emailAddress", "")) };
	vec_add(out, a);
}

static void
add_role(void *arg, struct json_object *o)
{
	struct sso_roles *out = arg;
	const char *name = document_text(o, "roleName", false);
	if (name != NULL)
		vec_add(out, mem_strdup(name));
}

int
sso_accounts(struct aws *aws, const struct sso_target *t, struct sso_accounts *out, const atomic_bool *cancel,
    struct err *err)
{
	struct view v = aws_view(aws);
	int rc = read_pages(&(struct sso_call){ aws, &v, t->region, cancel }, t, AWS_SSO_ACCOUNTS, "",
	    "accountList", add_account, out, err);
	aws_view_done(&v);
	return rc;
}

int
sso_roles(struct aws *aws, const struct sso_target *t, const char *account, struct sso_roles *out,
    const atomic_bool *cancel, struct err *err)
{
	struct buf q;
	struct view v = aws_view(aws);
	buf_init(&q, 0);
	buf_puts(&q, "account_id=");
	str_percent(&q, account, strlen(account), "");
	buf_putc(&q, '&');
	int rc = read_pages(&(struct sso_call){ aws, &v, t->region, cancel }, t, AWS_SSO_ROLES, buf_str(&q),
	    "roleList", add_role, out, err);
	buf_done(&q);
	aws_view_done(&v);
	return rc;
}

void
sso_accounts_done(struct sso_accounts *accounts)
{
	for (size_t i = 0; i < accounts->n; i++) {
		free(accounts->v[i].id);
		free(accounts->v[i].name);
		free(accounts->v[i].email);
	}
	vec_done(accounts);
}

void
sso_roles_done(struct sso_roles *roles)
{
	for (size_t i = 0; i < roles->n; i++)
		free(roles->v[i]);
	vec_done(roles);
}

/* ---- a profile for it --------------------------------------------------------------------------------------- */

/* A profile that gives other credentials already is somebody's, and stays so. */
static int
check_is_free(const struct profiles *files, const char *name, struct err *err)
{
	static const char *const keys[] = { "role_arn", "web_identity_token_file", "aws_access_key_id",
		"login_session", "credential_process" };
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (profile_get(files, name, keys[i]) != NULL)
			return err_set(err, ERR_CONFIG, _("There is a profile %s already, which signs in otherwise (%s): "
							  "choose another name."), name, keys[i]);
	return 0;
}

static int
write_session(const char *path, const struct sso_target *t, struct err *err)
{
	const struct profile_setting settings[] = { { "sso_start_url", t->start_url },
		{ "sso_region", t->region },
		{ "sso_registration_scopes", t->scopes != NULL ? t->scopes : USUAL_SCOPES } };
	return profiles_put_section(path, &(struct profile_edit){ "sso-session", t->session, settings, 3, false },
	    err);
}

static int
write_profile(const char *path, const struct sso_profile *p, struct err *err)
{
	const struct sso_target *t = p->target;
	struct profile_setting settings[5];
	size_t n = 0;
	if (t->session != NULL) {
		settings[n++] = (struct profile_setting){ "sso_session", t->session };
	} else {
		settings[n++] = (struct profile_setting){ "sso_start_url", t->start_url };
		settings[n++] = (struct profile_setting){ "sso_region", t->region };
	}
	settings[n++] = (struct profile_setting){ "sso_account_id", p->account };
	settings[n++] = (struct profile_setting){ "sso_role_name", p->role };
	if (p->region != NULL)
		settings[n++] = (struct profile_setting){ "region", p->region };
	return profiles_put_section(path, &(struct profile_edit){ "profile", p->name, settings, n, false }, err);
}

int
sso_profile_write(const struct sso_profile *p, struct err *err)
{
	const struct profiles *files = profiles_load(NULL);
	const char *path = profiles_config_path(files);
	int rc = profiles_usable(files, err);
	if (rc == 0)
		rc = check_is_free(files, p->name, err);
	/* The profile first: if that is refused, no section is left behind that serves nobody. */
	if (rc == 0)
		rc = write_profile(path, p, err);
	if (rc == 0 && p->target->session != NULL && !sso_session_exists(files, p->target->session))
		rc = write_session(path, p->target, err);
	profiles_unref(files);
	return rc;
}

char *
sso_profile_name(const struct profiles *files, const char *account, const char *role)
{
	struct buf b;
	buf_init(&b, 0);
	for (int i = 0; i < 1000; i++) {
		buf_reset(&b);
		for (const char *s = role; *s != '\0'; s++)
			buf_putc(&b, strchr("=, ", *s) != NULL ? '-' : *s);
		buf_printf(&b, "-%s", account);
		if (i > 0)
			buf_printf(&b, "-%d", i + 1);
		if (!profile_exists(files, b.s))
			break;
	}
	return buf_take(&b, NULL);
}

/* ---- signing out ------------------------------------------------------------------------------------------ */

/* With the token as it is: one that has ended needs no goodbye. */
static int
tell_portal(const struct sso_call *c, const struct sso_target *t, struct err *err)
{
	struct http_reply r;
	const struct sso_session s = session_of(t);
	if (sso_signed_in_until(t) == 0)
		return 0;
	struct secret *token = sso_token_get(c->aws, c->view, &s, false, c->cancel, NULL);
	if (token == NULL)
		return 0;
	const char *const headers[] = { SSO_TOKEN_HEADER, secret_reveal(token), NULL };
	const struct aws_call call = { .kind = AWS_SSO_LOGOUT, .method = "POST", .path = "/logout",
		.headers = headers };
	sso_reply_init(&r);
	int rc = sso_send_patiently(c, &call, &r, err);
	secret_free(token);
	if (rc == 0 && r.status != 200 && r.status != 401)
		rc = err_set(err, ERR_UNAVAILABLE, _("The SSO portal answered HTTP %d to the sign-out."), r.status);
	http_reply_done(&r);
	return rc;
}

int
sso_logout(struct aws *aws, const struct sso_target *t, const atomic_bool *cancel, struct err *err)
{
	const struct sso_session s = session_of(t);
	struct err why = { 0 };
	struct view v = aws_view(aws);
	int told = tell_portal(&(struct sso_call){ aws, &v, t->region, cancel }, t, &why);
	aws_view_done(&v);
	if (sso_token_forget(&s, err) < 0)
		return -1;
	return told == 0 ? 0 : err_set(err, why.code, _("The token was removed here, but the portal does not know of it: %s"),
	    why.text);
}
