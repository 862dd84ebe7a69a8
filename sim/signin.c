/*
 * signin.c - the console's sign-in for programs (`aws login`): tokens that are
 * credentials, each request with a proof that the client has its key.
 */
#include "config.h"

#include "identity.h"

#include <string.h>

#include <json-c/json.h>

#include "codes.h"
#include "converse.h"
#include "dpop.h"
#include "issue.h"
#include "settings.h"
#include "simtime.h"
#include "tickets.h"

/* Adds the number of seconds that the credentials last, spoilt as they are. */
static void
add_lifetime(struct bytes *b, const struct issued *c)
{
	if (c->expiration_ms < 0)
		bytes_puts(b, ",\"expiresIn\":\"soon\"");
	else if (c->expiration[0] != '\0')
		bytes_printf(b, ",\"expiresIn\":%lld",
		    (long long)(c->expiration_ms / 1000 - (int64_t)time_wall()));
}

/* A JWT that says who signed in. Nobody checks its signature. */
static void
add_id_token(struct bytes *b, const char *arn)
{
	static const char header[] = "{\"typ\":\"JWT\",\"alg\":\"ES384\",\"kid\":\"sim\"}";
	struct bytes payload = { 0 };
	bytes_printf(&payload, "{\"iss\":\"https://signin.aws.amazon.com\",\"sub\":\"%s\","
	    "\"aud\":\"arn:aws:signin:::devtools/same-device\",\"iat\":%lld}", arn,
	    (long long)time_wall());
	bytes_puts(b, ",\"idToken\":\"");
	bytes_base64url(b, header, sizeof header - 1);
	bytes_putc(b, '.');
	bytes_base64url(b, payload.s, payload.len);
	bytes_puts(b, ".c2lt\"");
	bytes_free(&payload);
}

/* Field 5 of the ARN, in the size of an account id. */
static void
account_of(const char *arn, char account[13])
{
	const char *p = arn;
	for (int i = 0; i < 4 && p != NULL; i++)
		p = strchr(p, ':') != NULL ? strchr(p, ':') + 1 : NULL;
	size_t n = p != NULL ? strcspn(p, ":") : 0;
	n = n < 12 ? n : 12;
	memcpy(account, p != NULL ? p : "", n);
	account[n] = '\0';
}

/* The credentials, and a token to renew them once, with the same key. */
static void
give(struct request *q, struct reply *r, const struct bytes *key, time_t session_ends, bool first)
{
	static const struct issue_names names = { "accessKeyId", "secretAccessKey", "sessionToken",
		NULL, false };
	const struct settings *s = settings();
	char account[13];
	account_of(s->signin.login_session, account);
	struct issued c = issue(
	    q, ISSUE_LOGIN, account, s->signin.login_session, s->signin.lifetime);
	struct ticket *next = ticket_new(TICKET_LOGIN_REFRESH, NULL, 0);
	next->expiry = session_ends;
	next->proof = sim_strdup(key->s);
	reply_json(r, 200);
	bytes_puts(&r->body, "{\"accessToken\":{");
	issue_json(&r->body, &c, &names);
	bytes_puts(&r->body, "},\"tokenType\":\"aws_sigv4\"");
	add_lifetime(&r->body, &c);
	if (first)
		add_id_token(&r->body, s->signin.login_session);
	bytes_printf(&r->body, ",\"refreshToken\":\"%s\"}", next->text);
}

static int
by_refresh(struct request *q, struct reply *r, struct denial *d, const struct bytes *key)
{
	struct ticket *t = ticket_find(TICKET_LOGIN_REFRESH, string_of(q->json, "refreshToken"));
	if (t == NULL || ticket_expired(t))
		return deny(d, "TOKEN_EXPIRED", "The refresh token has expired");
	if (t->proof != NULL && strcmp(t->proof, key->s) != 0)
		return deny(d, "INVALID_REQUEST", "The refresh token is bound to another key");
	t->used_up = true;
	give(q, r, key, t->expiry, false);
	return 0;
}

static int
by_code(struct request *q, struct reply *r, struct denial *d, const struct bytes *key)
{
	long lifetime = settings()->signin.session_lifetime;
	if (codes_redeem(q->json) != 0)
		return deny(d, "AUTHCODE_EXPIRED", "The authorization code is not valid");
	give(q, r, key, lifetime != 0 ? time_wall() + lifetime : 0, true);
	return 0;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n >= m && strcmp(s + n - m, end) == 0;
}

static int
check_client(const struct request *q, struct denial *d)
{
	const char *id = string_of(q->json, "clientId");
	if (id == NULL || strncmp(id, "arn:aws", 7) != 0 ||
	    (!ends_with(id, ":signin:::devtools/same-device") &&
	    !ends_with(id, ":signin:::devtools/cross-device")))
		return deny(d, "INVALID_REQUEST", "The client is not known");
	return 0;
}

static int
create_token(struct request *q, struct reply *r, struct denial *d)
{
	const char *grant = string_of(q->json, "grantType");
	struct bytes key = { 0 };
	const char *wrong = dpop_check(q, &key);
	int result;
	if (wrong != NULL)
		result = deny(d, "INVALID_REQUEST", "%s", wrong);
	else if (check_client(q, d) != 0)
		result = -1;
	else if (grant != NULL && strcmp(grant, "refresh_token") == 0)
		result = by_refresh(q, r, d, &key);
	else if (grant != NULL && strcmp(grant, "authorization_code") == 0)
		result = by_code(q, r, d, &key);
	else
		result = deny(d, "INVALID_REQUEST", "The grant type is not supported");
	bytes_free(&key);
	return result;
}

static int
authorize(struct request *q, struct reply *r, struct denial *d)
{
	return codes_authorize(q, r, d, "SHA-256", "scope");
}

static const char *
exception_of(const struct denial *d)
{
	if (d->status == 429)
		return "TooManyRequestsError";
	if (d->status >= 500)
		return "InternalServerException";
	return strcmp(d->code, "INVALID_REQUEST") == 0 ? "ValidationException" :
	    "AccessDeniedException";
}

static void
write_denial(struct reply *r, const struct denial *d)
{
	denial_head(r, d, exception_of(d));
	bytes_puts(&r->body, "{\"error\":");
	bytes_json_str(&r->body, d->code);
	bytes_puts(&r->body, ",\"message\":");
	bytes_json_str(&r->body, bytes_str(&d->message));
	bytes_putc(&r->body, '}');
}

const struct service signin_service = { "signin", write_denial, false, {
	{ "POST", "/v1/token", "CreateOAuth2Token", create_token },
	{ "GET", "/v1/authorize", "Authorize", authorize },
} };
