/*
 * source-sso.c - a profile that signs in with IAM Identity Center (SSO).
 *
 * The session's token (sso-token.h) is exchanged for a role's credentials. When
 * there is no usable token the user must sign in; nothing else takes its place.
 */
#include "config.h"

#include <string.h>

#include "aws/chain.h"
#include "aws/document.h"
#include "aws/sso-call.h"
#include "aws/sso-token.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"

struct sso {
	struct sso_session	 session;
	const char		*account, *role;
};

static const char *
setting(const struct source_ask *ask, const char *key)
{
	return profile_get(ask->view->files, ask->profile, key);
}

/* ---- what the profile says ---------------------------------------------------------- */

static int
read_profile(const struct source_ask *ask, struct sso *sso, struct err *err)
{
	*sso = (struct sso){ .account = setting(ask, "sso_account_id"), .role = setting(ask, "sso_role_name") };
	if (sso_session_of(ask->view->files, ask->profile, &sso->session, err) < 0)
		return -1;
	const struct {
		const char	*key, *value;
	} needed[] = { { "sso_start_url", sso->session.start_url }, { "sso_region", sso->session.region },
		{ "sso_account_id", sso->account }, { "sso_role_name", sso->role } };
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (needed[i].value == NULL)
			return err_set(err, ERR_CONFIG, _("Profile %s signs in with SSO but has no %s: add it."),
			    ask->profile, needed[i].key);
	return 0;
}

/* ---- the role's credentials ----------------------------------------------------------- */

static int
ask_portal(struct aws *aws, const struct source_ask *ask, const struct sso *sso,
    const struct secret *token, struct http_reply *reply, struct err *err)
{
	struct buf query;
	buf_init(&query, 0);
	buf_puts(&query, "account_id=");
	str_percent(&query, sso->account, strlen(sso->account), "");
	buf_puts(&query, "&role_name=");
	str_percent(&query, sso->role, strlen(sso->role), "");
	const char *const headers[] = { SSO_TOKEN_HEADER, secret_reveal(token), NULL };
	const struct aws_call call = { .kind = AWS_SSO_ROLE,
		.method = "GET",
		.path = "/federation/credentials",
		.query = buf_str(&query),
		.headers = headers };
	int rc = sso_send_patiently(&(struct sso_call){ aws, ask->view, sso->session.region, ask->cancel },
	    &call, reply, err);
	buf_done(&query);
	return rc;
}

static int
read_reply(const struct http_reply *r, struct creds *out, struct err *err)
{
	static const struct document members = { .access_key_id = "accessKeyId",
		.secret_access_key = "secretAccessKey",
		.session_token = "sessionToken",
		.expiration = "expiration",
		.in_ms = true,
		.needs_token = true,
		.needs_expiration = true };
	struct json_object *o = document_parse(buf_str(&r->body), r->body.len, err);
	int rc = o != NULL ? document_read(json_get(o, "roleCredentials"), &members, out, err) : -1;
	document_free(o);
	return rc;
}

static int
say_refused(const struct source_ask *ask, const struct sso *sso, const struct http_reply *r,
    struct err *err)
{
	struct buf code, message;
	buf_init(&code, 0);
	buf_init(&message, 0);
	aws_error_of(r->status, &r->headers, buf_str(&r->body), r->body.len, &code, &message);
	if (r->status == 403)
		err_set(err, ERR_CREDENTIALS,
		    _("Profile %s: this user has no role %s in account %s (or no longer): %s"), ask->profile,
		    sso->role, sso->account, buf_str(&message));
	else
		err_set(err, ERR_CREDENTIALS, _("Profile %s: the SSO portal answered HTTP %d: %s %s"),
		    ask->profile, r->status, buf_str(&code), buf_str(&message));
	buf_done(&code);
	buf_done(&message);
	return -1;
}

static int
say_sign_in(const struct source_ask *ask, const struct sso *sso, const struct err *why,
    struct err *err)
{
	if (why->code != ERR_CREDENTIALS && why->code != ERR_FAILED) {
		*err = *why;
		return -1;
	}
	return err_set(err, ERR_CREDENTIALS,
	    _("Profile %s is not signed in to SSO (%s): %s. Sign in with: adit auth login sso --profile %s (or aws "
	      "sso login --profile %s)."), ask->profile,
	    sso->session.name != NULL ? sso->session.name : sso->session.start_url, why->text, ask->profile,
	    ask->profile);
}

/* 1 = the token was refused. */
static int
exchange(struct aws *aws, const struct source_ask *ask, const struct sso *sso,
    const struct secret *token, struct creds *out, struct err *err)
{
	struct http_reply r;
	struct err why = { 0 };
	sso_reply_init(&r);
	int rc = ask_portal(aws, ask, sso, token, &r, err);
	if (rc == 0 && r.status == 401)
		rc = 1;
	else if (rc == 0 && r.status != 200)
		rc = say_refused(ask, sso, &r, err);
	else if (rc == 0 && read_reply(&r, out, &why) < 0)
		rc = err_set(err, ERR_CREDENTIALS, _("Profile %s, the SSO portal: %s."), ask->profile, why.text);
	http_reply_done(&r);
	return rc;
}

/* With the token there is, and if that is refused with a fresh one. */
static int
get_credentials(struct aws *aws, const struct source_ask *ask, const struct sso *sso,
    struct creds *out, struct err *err)
{
	for (int refused = 0; refused < 2; refused++) {
		struct err why = { 0 };
		struct secret *token = sso_token_get(aws, ask->view, &sso->session, refused > 0, ask->cancel, &why);
		if (token == NULL)
			return say_sign_in(ask, sso, &why, err);
		int rc = exchange(aws, ask, sso, token, out, err);
		secret_free(token);
		if (rc < 0 && err->code == ERR_NETWORK)
			err_wrap(err, _("Profile %s, the SSO portal"), ask->profile);
		if (rc <= 0)
			return rc;
	}
	const struct err why = { .code = ERR_CREDENTIALS, .text = "HTTP 401" };
	return say_sign_in(ask, sso, &why, err);
}

enum answer
source_sso(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	struct sso sso;
	if (read_profile(ask, &sso, err) < 0)
		return ANSWER_FAILED;
	char *path = sso_token_path(&sso.session);
	tried_looked(tried, "%s", path);
	free(path);
	if (get_credentials(aws, ask, &sso, out, err) < 0)
		return ANSWER_FAILED;
	out->kind = CREDS_SSO;
	out->account = mem_strdup(sso.account);
	free(out->label);
	out->label = mem_printf(_("SSO %s %s/%s"),
	    sso.session.name != NULL ? sso.session.name : sso.session.start_url, sso.account, sso.role);
	return ANSWER_FOUND;
}
