/*
 * sts.c - the Security Token Service: the query protocol, answers in XML.
 */
#include "config.h"

#include "identity.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "auth.h"
#include "converse.h"
#include "issue.h"
#include "keys.h"
#include "settings.h"
#include "simtime.h"

#define NAMESPACE "https://sts.amazonaws.com/doc/2011-06-15/"

static const struct issue_names names = { "AccessKeyId", "SecretAccessKey", "SessionToken",
	"Expiration", false };

/* What is asked for: the parameters, checked. */
struct wish {
	const char	*role_arn, *session;
	long		 duration;
	char		*account, *role;        /* out of the ARN */
};

static void
wish_free(struct wish *w)
{
	free(w->account);
	free(w->role);
}

/* ---- who is asking ------------------------------------------------------ */

/* This service has its own words for what the front refuses. */
static int
check_signature(struct request *q, struct denial *d)
{
	static const char *const codes[][2] = {
		{ "InvalidSignatureException", "SignatureDoesNotMatch" },
		{ "UnrecognizedClientException", "InvalidClientTokenId" },
		{ "ExpiredTokenException", "ExpiredToken" },
		{ "MissingAuthenticationTokenException", "MissingAuthenticationToken" },
		{ "IncompleteSignatureException", "IncompleteSignature" },
	};
	struct refusal why = { 0 };
	if (auth_check(q, &why) == 0)
		return 0;
	const char *code = "AccessDenied";
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (strcmp(codes[i][0], why.type->name) == 0)
			code = codes[i][1];
	deny(d, code, "%s", bytes_str(&why.message));
	refusal_free(&why);
	return -1;
}

static void
caller_arn(const struct key *k, struct bytes *b)
{
	if (k->arn != NULL)
		bytes_puts(b, k->arn);
	else
		bytes_printf(b, "arn:aws:iam::%s:user/sim", k->account);
}

/* Whether the key is that of a role's session: what it assumes in turn lasts an hour at most. */
static bool
is_session(const struct key *k)
{
	return k->arn != NULL && strstr(k->arn, ":assumed-role/") != NULL;
}

static int
check_version(struct request *q, struct denial *d)
{
	const char *version = string_of(q->json, "Version");
	if (version != NULL && strcmp(version, "2011-06-15") == 0)
		return 0;
	return deny(d, "InvalidAction", "Could not find operation %s for version %s", q->operation,
	    version != NULL ? version : "NO_VERSION_SPECIFIED");
}

/* ---- the parameters ----------------------------------------------------- */

static int
invalid(struct denial *d, const char *name, const char *rule)
{
	return deny(d, "ValidationError", "1 validation error detected: Value at '%s' failed to "
	    "satisfy constraint: %s", name, rule);
}

static int
check_length(struct denial *d, const char *name, const char *value, size_t least, size_t most)
{
	size_t n = value != NULL ? strlen(value) : 0;
	if (value != NULL && n >= least && n <= most)
		return 0;
	struct bytes rule = { 0 };
	bytes_printf(&rule, "Member must have length between %zu and %zu", least, most);
	invalid(d, name, value != NULL ? rule.s : "Member must not be null");
	bytes_free(&rule);
	return -1;
}

static int
check_session_name(struct denial *d, const char *name)
{
	if (check_length(d, "roleSessionName", name, 2, 64) != 0)
		return -1;
	for (const char *p = name; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr("_+=,.@-", *p) == NULL)
			return invalid(d, "roleSessionName",
			    "Member must satisfy regular expression pattern: [\\w+=,.@-]*");
	return 0;
}

static int
read_duration(struct json_object *form, struct wish *w, struct denial *d)
{
	const char *text = string_of(form, "DurationSeconds");
	char *end = NULL;
	w->duration = 3600;
	if (text == NULL)
		return 0;
	errno = 0;
	w->duration = strtol(text, &end, 10);
	if (*text == '\0' || *end != '\0' || errno != 0)
		return deny(d, "MalformedInput", "DurationSeconds is not a number");
	if (w->duration < 900)
		return invalid(d, "durationSeconds",
		    "Member must have value greater than or equal to 900");
	if (w->duration > 43200)
		return invalid(d, "durationSeconds",
		    "Member must have value less than or equal to 43200");
	return 0;
}

/* arn:partition:iam::123456789012:role/path/name */
static int
read_arn(struct wish *w, struct denial *d)
{
	const char *p = w->role_arn;
	if (strncmp(p, "arn:aws", 7) != 0)
		return deny(d, "ValidationError", "%s is invalid", w->role_arn);
	p += strcspn(p + 4, ":") + 4;
	if (strncmp(p, ":iam::", 6) != 0 || strspn(p + 6, "0123456789") != 12 ||
	    strncmp(p + 18, ":role/", 6) != 0 || p[24] == '\0')
		return deny(d, "ValidationError", "%s is invalid", w->role_arn);
	w->account = sim_strdup(p + 6);
	w->account[12] = '\0';
	w->role = sim_strdup(strrchr(p, '/') + 1);
	return 0;
}

static int
read_wish(struct json_object *form, struct wish *w, struct denial *d)
{
	w->role_arn = string_of(form, "RoleArn");
	w->session = string_of(form, "RoleSessionName");
	if (check_length(d, "roleArn", w->role_arn, 20, 2048) != 0 || read_arn(w, d) != 0 ||
	    check_session_name(d, w->session) != 0)
		return -1;
	return read_duration(form, w, d);
}

/* ---- the role ----------------------------------------------------------- */

/* The row for the role; NULL if roles are listed, and this one is not. */
static const struct role *
find_role(const char *arn)
{
	static const struct role any = { .max_duration = 43200 };
	const struct settings *s = settings();
	if (s->sts.roles == NULL)
		return &any;
	for (size_t i = 0; i < s->sts.n_roles; i++)
		if (fnmatch(s->sts.roles[i].arn, arn, 0) == 0)
			return &s->sts.roles[i];
	return NULL;
}

static bool
is_trusted(const struct role *role, const char *caller, const char *external_id)
{
	if (role == NULL || (role->trusts != NULL && fnmatch(role->trusts, caller, 0) != 0))
		return false;
	return role->external_id == NULL ||
	    (external_id != NULL && strcmp(role->external_id, external_id) == 0);
}

static int
check_mfa(struct json_object *form, const struct role *role, struct denial *d)
{
	const char *serial = string_of(form, "SerialNumber"), *code = string_of(form, "TokenCode");
	if (serial == NULL && code == NULL && !role->mfa)
		return 0;
	if (serial == NULL || code == NULL)
		return role->mfa ? deny(d, "AccessDenied", "MultiFactorAuthentication is required "
		    "to assume this role") : deny(d, "AccessDenied", "MultiFactorAuthentication "
		    "needs both SerialNumber and TokenCode");
	if (strlen(code) != 6 || strspn(code, "0123456789") != 6)
		return invalid(d, "tokenCode", "Member must satisfy regular expression pattern: "
		    "[\\d]*, of length 6");
	if (settings()->sts.mfa_code != NULL && strcmp(code, settings()->sts.mfa_code) != 0)
		return deny(d, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA "
		    "one time pass code. ");
	return 0;
}

static int
check_duration(const struct wish *w, const struct role *role, const struct key *k,
    struct denial *d)
{
	if (w->duration > role->max_duration)
		return deny(d, "ValidationError", "The requested DurationSeconds exceeds the "
		    "MaxSessionDuration set for this role.");
	if (k != NULL && is_session(k) && w->duration > 3600)
		return deny(d, "ValidationError", "The requested DurationSeconds exceeds the 1 "
		    "hour session limit for roles assumed by role chaining.");
	return 0;
}

/* ---- the answers -------------------------------------------------------- */

static void
begin(struct reply *r, const char *action)
{
	r->kind = REPLY_BODY;
	r->status = 200;
	reply_header(r, "Content-Type", "text/xml");
	bytes_printf(&r->body, "<%sResponse xmlns=\"" NAMESPACE "\">\n  <%sResult>\n", action,
	    action);
}

static void
end(struct reply *r, const struct request *q, const char *action)
{
	bytes_printf(&r->body, "  </%sResult>\n  <ResponseMetadata>\n    <RequestId>%s"
	    "</RequestId>\n  </ResponseMetadata>\n</%sResponse>\n", action, q->id, action);
}

static void
give_role(struct request *q, struct reply *r, const struct wish *w, enum issue_origin origin)
{
	struct bytes arn = { 0 };
	long lifetime = settings()->sts.lifetime;
	bytes_printf(&arn, "arn:aws:sts::%s:assumed-role/%s/%s", w->account, w->role, w->session);
	struct issued c = issue(
	    q, origin, w->account, arn.s, lifetime != 0 ? lifetime : w->duration);
	begin(r, q->operation);
	bytes_puts(&r->body, "    <AssumedRoleUser>\n      <AssumedRoleId>AROASIM:");
	bytes_xml(&r->body, w->session);
	bytes_puts(&r->body, "</AssumedRoleId>\n      <Arn>");
	bytes_xml(&r->body, arn.s);
	bytes_puts(&r->body, "</Arn>\n    </AssumedRoleUser>\n    <Credentials>");
	issue_xml(&r->body, &c, &names);
	bytes_puts(&r->body, "</Credentials>\n");
	end(r, q, q->operation);
	bytes_free(&arn);
}

static int
may_assume(const struct request *q, const struct wish *w, struct denial *d)
{
	const char *external_id = string_of(q->json, "ExternalId");
	const struct role *role = find_role(w->role_arn);
	struct bytes caller = { 0 };
	int result;
	caller_arn(q->key, &caller);
	if (external_id != NULL && check_length(d, "externalId", external_id, 2, 1224) != 0)
		result = -1;
	else if (!is_trusted(role, caller.s, external_id))
		result = deny(d, "AccessDenied", "User: %s is not authorized to perform: "
		    "sts:AssumeRole on resource: %s", caller.s, w->role_arn);
	else if (check_mfa(q->json, role, d) != 0)
		result = -1;
	else
		result = check_duration(w, role, q->key, d);
	bytes_free(&caller);
	return result;
}

static int
assume_role(struct request *q, struct reply *r, struct denial *d)
{
	struct wish w = { 0 };
	int result = -1;
	if (check_version(q, d) == 0 && check_signature(q, d) == 0 &&
	    read_wish(q->json, &w, d) == 0 && may_assume(q, &w, d) == 0) {
		give_role(q, r, &w, ISSUE_ROLE);
		result = 0;
	}
	wish_free(&w);
	return result;
}

/* The time after which a token that is a JWT is no good; 0 if it does not say. */
static time_t
jwt_expiry(const char *token)
{
	const char *payload = strchr(token, '.');
	if (payload == NULL || strchr(payload + 1, '.') == NULL)
		return 0;
	struct bytes b = { 0 };
	time_t t = 0;
	if (bytes_unbase64url(&b, payload + 1, strcspn(payload + 1, ".")) == 0) {
		struct json_object *o = json_tokener_parse(bytes_str(&b));
		t = (time_t)json_object_get_int64(member_of(o, "exp"));
		json_object_put(o);
	}
	bytes_free(&b);
	return t;
}

static int
check_web_token(const char *token, struct denial *d)
{
	static size_t n;
	const char *expected = texts_at(&settings()->sts.web_identity_token, n);
	if (check_length(d, "webIdentityToken", token, 4, 20000) != 0)
		return -1;
	for (const char *p = token; *p != '\0'; p++)
		if (isspace((unsigned char)*p))
			return deny(d, "InvalidIdentityToken", "The ID Token provided is not a "
			    "valid JWT. (You may see this error if you sent an Access Token)");
	time_t expiry = jwt_expiry(token);
	if (expiry != 0 && expiry <= time_wall())
		return deny(d, "ExpiredTokenException", "Token expired: current date/time %lld "
		    "must be before the expiration date/time %lld", (long long)time_wall(),
		    (long long)expiry);
	if (expected != NULL && strcmp(token, expected) != 0)
		return deny(d, "InvalidIdentityToken", "No OpenIDConnect provider found in your "
		    "account for https://oidc.example.com/id/SIM");
	n++;
	return 0;
}

/* Nobody signs this one; a signature that is there is not looked at. */
static int
assume_with_web_identity(struct request *q, struct reply *r, struct denial *d)
{
	struct wish w = { 0 };
	int result = -1;
	if (request_header(q, "authorization") != NULL)
		q->auth = AUTH_SIGV4;
	if (check_version(q, d) != 0 || read_wish(q->json, &w, d) != 0)
		goto out;
	const struct role *role = find_role(w.role_arn);
	if (role == NULL) {
		deny(d, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
		goto out;
	}
	if (check_web_token(string_of(q->json, "WebIdentityToken"), d) != 0 ||
	    check_duration(&w, role, NULL, d) != 0)
		goto out;
	give_role(q, r, &w, ISSUE_WEB);
	result = 0;
out:
	wish_free(&w);
	return result;
}

static int
get_caller_identity(struct request *q, struct reply *r, struct denial *d)
{
	if (check_version(q, d) != 0 || check_signature(q, d) != 0)
		return -1;
	struct bytes arn = { 0 };
	const char *session = strrchr(q->key->arn != NULL ? q->key->arn : "", '/');
	caller_arn(q->key, &arn);
	begin(r, "GetCallerIdentity");
	bytes_puts(&r->body, "    <Arn>");
	bytes_xml(&r->body, arn.s);
	bytes_puts(&r->body, "</Arn>\n    <UserId>");
	if (is_session(q->key)) {
		bytes_puts(&r->body, "AROASIM:");
		bytes_xml(&r->body, session + 1);
	} else {
		bytes_puts(&r->body, "AIDASIM");
	}
	bytes_printf(&r->body, "</UserId>\n    <Account>%s</Account>\n", q->key->account);
	end(r, q, "GetCallerIdentity");
	bytes_free(&arn);
	return 0;
}

static int
unknown_action(struct request *q, struct reply *r, struct denial *d)
{
	(void)r;
	const char *action = string_of(q->json, "Action");
	if (action == NULL)
		return deny(d, "MissingAction", "The request must contain an Action parameter");
	return deny(d, "InvalidAction", "Could not find operation %s for version 2011-06-15",
	    action);
}

static void
write_denial(struct reply *r, const struct denial *d)
{
	denial_head(r, d, NULL);
	reply_header(r, "Content-Type", "text/xml");
	bytes_printf(&r->body, "<ErrorResponse xmlns=\"" NAMESPACE "\">\n  <Error>\n"
	    "    <Type>%s</Type>\n    <Code>", d->status < 500 ? "Sender" : "Receiver");
	bytes_xml(&r->body, d->code);
	bytes_puts(&r->body, "</Code>\n    <Message>");
	bytes_xml(&r->body, bytes_str(&d->message));
	bytes_printf(&r->body, "</Message>\n  </Error>\n  <RequestId>%s</RequestId>\n"
	    "</ErrorResponse>\n", d->request_id);
}

const struct service sts_service = { "sts", write_denial, true, {
	{ "POST", "/", "AssumeRole", assume_role },
	{ "POST", "/", "AssumeRoleWithWebIdentity", assume_with_web_identity },
	{ "POST", "/", "GetCallerIdentity", get_caller_identity },
	{ "POST", "/", NULL, unknown_action },
} };
