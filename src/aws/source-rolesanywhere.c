/*
 * source-rolesanywhere.c - IAM Roles Anywhere: a role for a machine that has a certificate.
 *
 * A profile, or adit's configuration, names certificate, key and three ARNs; the request is signed with
 * the key itself. The same settings, without the prefix, are what AWS's signing
 * helper takes as options; what needs a PKCS#11 token or a TPM is for that, by
 * credential_process.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "aws/certificate.h"
#include "aws/chain.h"
#include "aws/document.h"
#include "aws/endpoint.h"
#include "aws/local.h"
#include "aws/region.h"
#include "aws/request.h"
#include "aws/sigv4.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/fetch.h"
#include "net/retry.h"

enum { MAX_REPLY = 64 * 1024 };

static const struct setting {
	const char	*key, *name;    /* in a profile, and in adit's configuration */
	bool		 needed, is_path;
} settings[ANYWHERE_SETTINGS] = {
	[ANYWHERE_CERTIFICATE] = { "rolesanywhere_certificate", "rolesAnywhere.certificate", true, true },
	[ANYWHERE_KEY] = { "rolesanywhere_private_key", "rolesAnywhere.privateKey", true, true },
	[ANYWHERE_INTERMEDIATES] = { "rolesanywhere_intermediates", "rolesAnywhere.intermediates", false, true },
	[ANYWHERE_ANCHOR] = { "rolesanywhere_trust_anchor_arn", "rolesAnywhere.trustAnchorArn", true, false },
	[ANYWHERE_PROFILE] = { "rolesanywhere_profile_arn", "rolesAnywhere.profileArn", true, false },
	[ANYWHERE_ROLE] = { "rolesanywhere_role_arn", "rolesAnywhere.roleArn", true, false },
	[ANYWHERE_DURATION] = { "rolesanywhere_session_duration", "rolesAnywhere.sessionDuration", false, false },
	[ANYWHERE_SESSION] = { "rolesanywhere_role_session_name", "rolesAnywhere.roleSessionName", false, false },
};

struct wish {                           /* what the profile or the configuration says */
	char		*whose;         /* owned: "profile dev", "adit's configuration" */
	bool		 is_profile;
	char		*value[ANYWHERE_SETTINGS];       /* owned; NULL = nothing */
	char		 region[64];             /* of the trust anchor */
};

bool
source_rolesanywhere_is_set(const struct source_ask *ask, char **detail)
{
	bool set = ask->chosen == CHOSEN_ANYWHERE;
	*detail = mem_strdup(set ? _("a certificate named in adit's configuration") : _("not in adit's configuration"));
	return set;
}

bool
source_rolesanywhere_applies(const struct source_ask *ask)
{
	return profile_get(ask->view->files, ask->profile, settings[ANYWHERE_ANCHOR].key) != NULL ||
	    profile_get(ask->view->files, ask->profile, settings[ANYWHERE_CERTIFICATE].key) != NULL;
}

/* ---- what the profile says -------------------------------------------------------------- */

static void
wish_done(struct wish *w)
{
	for (int i = 0; i < ANYWHERE_SETTINGS; i++)
		free(w->value[i]);
	free(w->whose);
}

static const char *
name_of(const struct wish *w, enum aws_anywhere setting)
{
	return w->is_profile ? settings[setting].key : settings[setting].name;
}

/* "arn:aws:SERVICE:…:KIND/…" */
static bool
is_arn_of(const char *arn, const char *service, const char *kind)
{
	char *middle = mem_printf(":%s:", service), *last = mem_printf(":%s/", kind);
	bool fine = str_starts(arn, "arn:") && strstr(arn, middle) != NULL && strstr(arn, last) != NULL;
	free(middle);
	free(last);
	return fine;
}

static int
check_arns(struct wish *w, struct err *err)
{
	static const struct {
		enum aws_anywhere	 setting;
		const char		*service, *kind;
	} arns[] = { { ANYWHERE_ANCHOR, "rolesanywhere", "trust-anchor" },
		{ ANYWHERE_PROFILE, "rolesanywhere", "profile" }, { ANYWHERE_ROLE, "iam:", "role" } };
	char region[64];
	for (size_t i = 0; i < sizeof arns / sizeof *arns; i++)
		if (!is_arn_of(w->value[arns[i].setting], arns[i].service, arns[i].kind))
			return err_set(err, ERR_CONFIG, _("IAM Roles Anywhere (%s): %s is not the ARN of a %s."), w->whose,
			    name_of(w, arns[i].setting), arns[i].kind);
	if (!region_of_arn(w->value[ANYWHERE_ANCHOR], w->region) ||
	    !region_of_arn(w->value[ANYWHERE_PROFILE], region))
		return err_set(err, ERR_CONFIG, _("IAM Roles Anywhere (%s): there is no region in %s or %s."), w->whose,
		    name_of(w, ANYWHERE_ANCHOR), name_of(w, ANYWHERE_PROFILE));
	if (strcmp(region, w->region) != 0)
		return err_set(err, ERR_CONFIG,
		    _("IAM Roles Anywhere (%s): the trust anchor is of the region %s, but the Roles Anywhere profile of %s; "
		      "they must be of the same."), w->whose, w->region, region);
	return 0;
}

static int
check_duration(const struct wish *w, struct err *err)
{
	const char *set = w->value[ANYWHERE_DURATION];
	bool fine = set == NULL || (strlen(set) <= 5 && set[strspn(set, "0123456789")] == '\0' &&
				       atoi(set) >= 900 && atoi(set) <= 43200);
	return fine ? 0
		    : err_set(err, ERR_CONFIG, _("IAM Roles Anywhere (%s): %s must be a number of seconds from 900 to 43200."),
			  w->whose, name_of(w, ANYWHERE_DURATION));
}

static const char *
setting(const struct source_ask *ask, int i)
{
	if (ask->chosen == CHOSEN_ANYWHERE)
		return ask->view->options->anywhere[i];
	return profile_get(ask->view->files, ask->profile, settings[i].key);
}

static int
read_wish(const struct source_ask *ask, struct wish *w, struct err *err)
{
	bool is_profile = ask->chosen != CHOSEN_ANYWHERE;
	*w = (struct wish){ .is_profile = is_profile,
		.whose = is_profile ? mem_printf(_("profile %s"), ask->profile) : mem_strdup(_("adit's configuration")) };
	for (int i = 0; i < ANYWHERE_SETTINGS; i++) {
		const char *set = setting(ask, i);
		if (set == NULL && settings[i].needed)
			return err_set(err, ERR_CONFIG, _("IAM Roles Anywhere (%s): there is no %s; add it."), w->whose,
			    name_of(w, (enum aws_anywhere)i));
		if (set != NULL)
			w->value[i] = settings[i].is_path ? file_expand(set) : mem_strdup(set);
	}
	if (check_arns(w, err) < 0)
		return -1;
	return check_duration(w, err);
}

/* ---- the request --------------------------------------------------------------------------- */

struct call {                           /* all borrowed */
	struct aws		*aws;
	const struct source_ask	*ask;
	const struct wish	*wish;
	const struct certificate *certificate;
	struct region		 region;
	struct buf		 query, body;   /* owned */
};

static void
put_arn(struct buf *b, const char *name, const char *arn)
{
	buf_printf(b, "%s%s=", b->len > 0 ? "&" : "", name);
	str_percent(b, arn, strlen(arn), "");
}

static void
put_call(struct call *c)
{
	buf_init(&c->query, 0);
	buf_init(&c->body, 0);
	put_arn(&c->query, "profileArn", c->wish->value[ANYWHERE_PROFILE]);
	put_arn(&c->query, "roleArn", c->wish->value[ANYWHERE_ROLE]);
	put_arn(&c->query, "trustAnchorArn", c->wish->value[ANYWHERE_ANCHOR]);
	buf_putc(&c->body, '{');
	json_put_int(&c->body, "durationSeconds",
	    c->wish->value[ANYWHERE_DURATION] != NULL ? atoi(c->wish->value[ANYWHERE_DURATION]) : 3600);
	if (c->wish->value[ANYWHERE_SESSION] != NULL)
		json_put_member(&c->body, "roleSessionName", c->wish->value[ANYWHERE_SESSION]);
	buf_putc(&c->body, '}');
}

/* Signs what request_prepare() made. */
static int
sign(const struct call *c, const struct endpoint *e, struct http_request *req, struct err *err)
{
	const struct sigv4_x509 who = { certificate_algorithm(c->certificate), certificate_serial(c->certificate),
		certificate_text(c->certificate), certificate_chain(c->certificate) };
	const struct sigv4_scope scope = { e->region, endpoint_signing_name(AWS_ROLESANYWHERE), creds_now() };
	struct http_headers headers = { 0 };
	struct sigv4 s;
	struct buf signature;
	char *path = mem_printf("%s/sessions", e->base);
	http_headers_add(&headers, "Host", e->host);
	http_headers_add(&headers, "Content-Type", "application/json");
	sigv4_x509_begin(&s, &who,
	    &(struct sigv4_request){ "POST", path, buf_str(&c->query), &headers, c->body.s, c->body.len }, &scope);
	buf_init(&signature, 0);
	int rc = certificate_sign(c->certificate, s.string_to_sign.s, s.string_to_sign.len, &signature, err);
	if (rc == 0)
		sigv4_x509_end(&s, &who, &scope, signature.s, signature.len);
	for (size_t i = 0; rc == 0 && i < s.headers.n; i++)
		http_headers_set(&req->headers, s.headers.v[i].name, s.headers.v[i].value);
	buf_done(&signature);
	sigv4_done(&s);
	http_headers_done(&headers);
	free(path);
	return rc;
}

static int
send_once(const struct call *c, struct http_reply *reply, struct err *err)
{
	const struct aws_call how = { .kind = AWS_ANYWHERE,
		.method = "POST",
		.path = "/sessions",
		.query = buf_str(&c->query),
		.content_type = "application/json",
		.body = c->body.s,
		.body_len = c->body.len };
	struct http_request req;
	struct transfer_end end;
	struct endpoint e;
	http_reply_init(reply, MAX_REPLY);
	buf_room(&reply->body, MAX_REPLY);      /* secrets: they should not move */
	buf_grew(&reply->body, 0);
	if (c->aws->engine == NULL)
		return err_set(err, ERR_NETWORK, _("There is no network here."));
	if (endpoint_resolve(c->ask->view, AWS_ROLESANYWHERE, &c->region, &e, err) < 0)
		return -1;
	int rc = request_prepare(c->ask->view, &how, &c->region, NULL, &req, err);
	if (rc == 0 && sign(c, &e, &req, err) < 0) {
		http_request_done(&req);
		rc = -1;
	}
	endpoint_done(&e);
	return rc == 0 ? fetch(c->aws->engine, &req, reply, c->ask->cancel, &end, err) : -1;
}

/* ---- the answer ------------------------------------------------------------------------------- */

static int
read_reply(const struct http_reply *r, struct creds *out, struct err *err)
{
	static const struct document members = { .access_key_id = "accessKeyId",
		.secret_access_key = "secretAccessKey",
		.session_token = "sessionToken",
		.expiration = "expiration",
		.needs_token = true,
		.needs_expiration = true };
	struct err why = { 0 };
	struct json_object *o = document_parse(buf_str(&r->body), r->body.len, &why);
	struct json_object *first = json_item(json_get(o, "credentialSet"), 0);
	int rc = o != NULL ? document_read(json_get(first, "credentials"), &members, out, &why) : -1;
	document_free(o);
	return rc == 0 ? 0 : err_set(err, ERR_CREDENTIALS, _("IAM Roles Anywhere: %s."), why.text);
}

static void
say_denied(const struct call *c, const char *message, struct err *err)
{
	const struct wish *w = c->wish;
	if (str_has_nocase(message, "untrusted"))
		err_set(err, ERR_CREDENTIALS,
		    _("IAM Roles Anywhere does not trust the certificate %.100s: it must come from the CA of the trust "
		      "anchor %.130s; if another CA stands between them, name its certificate in %s (%.80s)."),
		    w->value[ANYWHERE_CERTIFICATE], w->value[ANYWHERE_ANCHOR], name_of(w, ANYWHERE_INTERMEDIATES), message);
	else
		err_set(err, ERR_CREDENTIALS,
		    _("IAM Roles Anywhere (%s) does not give the role %.130s (check that the Roles Anywhere profile "
		      "has it, and that it trusts rolesanywhere.amazonaws.com): %.120s"), w->whose,
		    w->value[ANYWHERE_ROLE], message);
}

/* 1 = another try may help, -1 = not. */
static int
read_failure(const struct call *c, const struct http_reply *r, struct buf *code, struct err *err)
{
	struct buf message;
	buf_init(&message, 0);
	aws_error_of(r->status, &r->headers, buf_str(&r->body), r->body.len, code, &message);
	bool again = r->status == 429 || r->status >= 500;
	if (r->status == 403)
		say_denied(c, buf_str(&message), err);
	else
		err_set(err, ERR_CREDENTIALS, _("IAM Roles Anywhere (%s) answered HTTP %d %.60s: %.200s"),
		    c->wish->whose, r->status, buf_str(code), buf_str(&message));
	buf_done(&message);
	return again ? 1 : -1;
}

/* 0 = *out is filled, 1 = another try may help, -1 = not. */
static int
try_once(const struct call *c, struct creds *out, bool *clock_mended, int64_t *pause, struct err *err)
{
	struct http_reply r;
	struct buf code;
	int rc = send_once(c, &r, err);
	buf_init(&code, 0);
	*pause = 1000;
	if (rc < 0) {
		rc = err->code == ERR_NETWORK && !r.body.full ? 1 : -1;
	} else if (r.status == 201 || r.status == 200) {
		rc = read_reply(&r, out, err);
	} else {
		rc = read_failure(c, &r, &code, err);
		*pause = retry_delay_ms(RETRY_TRANSIENT, 1, &r.headers);
		if (rc < 0 && !*clock_mended && r.status == 403 &&
		    request_clock_was_off(&r.headers, "RequestExpired", NULL)) {
			*clock_mended = true;
			*pause = 0;
			rc = 1;
		}
	}
	buf_done(&code);
	http_reply_done(&r);
	return rc;
}

static int
create_session(struct call *c, struct creds *out, struct err *err)
{
	bool clock_mended = false;
	int rc = region_named(c->wish->region, name_of(c->wish, ANYWHERE_ANCHOR), &c->region, err) < 0 ? -1 : 1;
	put_call(c);
	for (int made = 0; rc > 0 && local_again(made, err); made++) {
		int64_t pause = 0;
		rc = try_once(c, out, &clock_mended, &pause, err);
		if (rc > 0 && local_again(made + 1, err) && !local_pause(pause, c->ask->cancel))
			rc = err_set(err, ERR_CANCELLED, _("Stopped while asking for credentials."));
	}
	buf_done(&c->query);
	buf_done(&c->body);
	region_done(&c->region);
	return rc == 0 ? 0 : -1;
}

/* ---- the source ---------------------------------------------------------------------------------- */

struct asker {
	struct aws		*aws;
	const atomic_bool	*cancel;
};

static int
ask_password(void *arg, const char *path, struct buf *answer)
{
	const struct asker *a = arg;
	char *question = mem_printf(_("Enter the password of the key %s: "), path);
	int rc = aws_prompt(a->aws, question, answer, a->cancel);
	free(question);
	return rc;
}

static int
get_credentials(struct aws *aws, const struct source_ask *ask, const struct wish *w, struct creds *out,
    struct err *err)
{
	struct asker asker = { aws, ask->cancel };
	struct certificate *certificate = certificate_read(
	    &(struct certificate_files){ w->value[ANYWHERE_CERTIFICATE], w->value[ANYWHERE_KEY], w->value[ANYWHERE_INTERMEDIATES], ask_password,
		&asker }, err);
	if (certificate == NULL)
		return -1;
	struct call call = { .aws = aws, .ask = ask, .wish = w, .certificate = certificate };
	int rc = certificate_is_in_time(certificate, creds_now(), err);
	if (rc == 0)
		rc = create_session(&call, out, err);
	certificate_free(certificate);
	return rc;
}

enum answer
source_rolesanywhere(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	struct wish w;
	int rc = read_wish(ask, &w, err);
	if (rc == 0) {
		tried_looked(tried, "%s", w.value[ANYWHERE_CERTIFICATE]);
		tried_looked(tried, "%s", w.value[ANYWHERE_KEY]);
		tried_looked(tried, "%s", w.value[ANYWHERE_ANCHOR]);
		rc = get_credentials(aws, ask, &w, out, err);
	}
	if (rc == 0) {
		out->account = creds_account_of(w.value[ANYWHERE_ROLE]);
		free(out->label);
		out->label = mem_printf(_("Roles Anywhere %s"), w.value[ANYWHERE_ROLE]);
	}
	out->kind = CREDS_ROLES_ANYWHERE;
	wish_done(&w);
	return rc < 0 ? ANSWER_FAILED : ANSWER_FOUND;
}
