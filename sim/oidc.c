/*
 * oidc.c - the OIDC service of IAM Identity Center: clients register, somebody
 * signs in with a device code or a browser, tokens are given and renewed.
 */
#include "config.h"

#include "identity.h"

#include <string.h>

#include <json-c/json.h>
#include <openssl/rand.h>

#include "catalogue.h"
#include "codes.h"
#include "converse.h"
#include "settings.h"
#include "simtime.h"
#include "tickets.h"

#define DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

/* ---- clients ------------------------------------------------------------ */

static int
register_client(struct request *q, struct reply *r, struct denial *d)
{
	const struct settings *s = settings();
	const char *type = string_of(q->json, "clientType");
	if (string_of(q->json, "clientName") == NULL)
		return deny(d, "invalid_request", "clientName is missing");
	if (type == NULL || strcmp(type, "public") != 0)
		return deny(d, "invalid_client_metadata", "clientType must be public");
	struct ticket *t = ticket_new(TICKET_CLIENT, NULL, s->oidc.registration_lifetime);
	struct ticket *secret = ticket_new(TICKET_PROOF, NULL, 1);      /* for its random text */
	t->proof = sim_strdup(secret->text);
	t->scoped = json_object_is_type(member_of(q->json, "scopes"), json_type_array);
	reply_json(r, 200);
	bytes_printf(&r->body, "{\"clientId\":\"%s\",\"clientSecret\":\"%s\","
	    "\"clientIdIssuedAt\":%lld,\"clientSecretExpiresAt\":%lld,"
	    "\"authorizationEndpoint\":null,\"tokenEndpoint\":null}", t->text, t->proof,
	    (long long)time_wall(), (long long)t->expiry);
	return 0;
}

static struct ticket *
check_client(const struct request *q, struct denial *d)
{
	const char *secret = string_of(q->json, "clientSecret");
	struct ticket *t = ticket_find(TICKET_CLIENT, string_of(q->json, "clientId"));
	if (t != NULL && secret != NULL && strcmp(t->proof, secret) == 0 && !ticket_expired(t))
		return t;
	if (t != NULL && ticket_expired(t))
		deny(d, "invalid_client", "Client registration has expired");
	else
		deny(d, "invalid_client", "Invalid client ID or secret provided");
	return NULL;
}

/* ---- device codes ------------------------------------------------------- */

static char *
make_user_code(void)
{
	static const char letters[] = "BCDFGHJKLMNPQRSTVWXZ";
	unsigned char random[8];
	struct bytes b = { 0 };
	RAND_bytes(random, sizeof random);
	for (size_t i = 0; i < sizeof random; i++) {
		if (i == 4)
			bytes_putc(&b, '-');
		bytes_putc(&b, letters[random[i] % (sizeof letters - 1)]);
	}
	return b.s;
}

static int
start_device(struct request *q, struct reply *r, struct denial *d)
{
	const struct settings *s = settings();
	const char *url = string_of(q->json, "startUrl"), *host = request_header(q, "host");
	const struct ticket *client = check_client(q, d);
	if (client == NULL)
		return -1;
	if (url == NULL || url[0] == '\0')
		return deny(d, "invalid_request", "startUrl is missing");
	if (s->oidc.start_url != NULL && strcmp(url, s->oidc.start_url) != 0)
		return deny(d, "invalid_request", "Invalid start URL provided");
	struct ticket *t = ticket_new(TICKET_DEVICE, NULL, s->oidc.device_lifetime);
	t->client = sim_strdup(client->text);
	t->scoped = client->scoped;
	t->user_code = make_user_code();
	reply_json(r, 200);
	bytes_printf(&r->body, "{\"deviceCode\":\"%s\",\"userCode\":\"%s\","
	    "\"verificationUri\":\"http://%s/device\","
	    "\"verificationUriComplete\":\"http://%s/device?user_code=%s\","
	    "\"expiresIn\":%ld,\"interval\":%ld}", t->text, t->user_code,
	    host != NULL ? host : "127.0.0.1", host != NULL ? host : "127.0.0.1", t->user_code,
	    s->oidc.device_lifetime, s->oidc.interval);
	return 0;
}

/* The page that the user opens; opening it is consent enough. */
static int
approve(struct request *q, struct reply *r, struct denial *d)
{
	char *code = query_value(q, "user_code");
	struct ticket *t = ticket_find_user_code(code);
	free(code);
	if (t == NULL)
		return deny(d, "invalid_request", "There is no such code");
	t->approved = true;
	r->kind = REPLY_BODY;
	r->status = 200;
	reply_header(r, "Content-Type", "text/html");
	bytes_puts(&r->body, "<!DOCTYPE html>\n<title>Signed in</title>\n<p>You may close this "
	    "window.</p>\n");
	return 0;
}

/* ---- tokens ------------------------------------------------------------- */

/* refresh: the token to be renewed with from now on; NULL: none is given. */
static void
give_token(struct reply *r, const char *refresh)
{
	const struct settings *s = settings();
	const struct ticket *t = ticket_new(TICKET_SSO, NULL, s->oidc.token_lifetime);
	reply_json(r, 200);
	bytes_printf(&r->body, "{\"accessToken\":\"%s\",\"expiresIn\":%ld,"
	    "\"tokenType\":\"Bearer\"", t->text, s->oidc.token_lifetime);
	if (refresh != NULL) {
		bytes_puts(&r->body, ",\"refreshToken\":");
		bytes_json_str(&r->body, refresh);
	}
	bytes_putc(&r->body, '}');
}

/* The first token of a session, which gets a token for renewal if it has scopes. */
static void
begin_session(struct reply *r, const struct ticket *client)
{
	struct ticket *t = NULL;
	if (client->scoped) {
		t = ticket_new(TICKET_SSO_REFRESH, NULL, settings()->oidc.session_lifetime);
		t->client = sim_strdup(client->text);
	}
	give_token(r, t != NULL ? t->text : NULL);
}

static bool
is_of(const struct ticket *t, const struct ticket *client)
{
	return t->client == NULL || strcmp(t->client, client->text) == 0;
}

static int
by_device(struct request *q, struct reply *r, struct denial *d, const struct ticket *client)
{
	const struct settings *s = settings();
	struct ticket *t = ticket_find(TICKET_DEVICE, string_of(q->json, "deviceCode"));
	if (t == NULL || !is_of(t, client))
		return deny(d, "invalid_grant", "Invalid device code provided");
	if (ticket_expired(t))
		return deny(d, "expired_token", "Device code has expired");
	if (t->asked < s->oidc.answers.n)
		return deny(d, s->oidc.answers.s[t->asked++], "The scenario wants this answer");
	if (s->oidc.browser && !t->approved)
		return deny(d, "authorization_pending", "Authorization is still pending");
	t->used_up = true;
	begin_session(r, client);
	return 0;
}

/* The next token for renewal lasts no longer than this one: the session has its end. */
static int
by_refresh(struct request *q, struct reply *r, struct denial *d, const struct ticket *client)
{
	const char *how = settings()->oidc.refresh_reply;
	struct ticket *t = ticket_find(TICKET_SSO_REFRESH, string_of(q->json, "refreshToken"));
	if (t == NULL || !is_of(t, client) || ticket_expired(t))
		return deny(d, "invalid_grant", "Invalid refresh token provided");
	if (strcmp(how, "new") == 0) {
		struct ticket *next = ticket_new(TICKET_SSO_REFRESH, NULL, 0);
		next->expiry = t->expiry;
		next->client = sim_strdup(client->text);
		t->used_up = true;
		t = next;
	}
	give_token(r, strcmp(how, "none") != 0 ? t->text : NULL);
	return 0;
}

static int
by_code(struct request *q, struct reply *r, struct denial *d, const struct ticket *client)
{
	if (codes_redeem(q->json) != 0)
		return deny(d, "invalid_grant", "Invalid authorization code provided");
	begin_session(r, client);
	return 0;
}

static int
create_token(struct request *q, struct reply *r, struct denial *d)
{
	static const struct {
		const char	*name;
		int		(*give)(struct request *, struct reply *, struct denial *,
				    const struct ticket *client);
	} grants[] = {
		{ DEVICE_GRANT, by_device },
		{ "refresh_token", by_refresh },
		{ "authorization_code", by_code },
	};
	const char *wanted = string_of(q->json, "grantType");
	const struct ticket *client = check_client(q, d);
	if (client == NULL)
		return -1;
	for (size_t i = 0; wanted != NULL && i < sizeof grants / sizeof grants[0]; i++)
		if (strcmp(grants[i].name, wanted) == 0)
			return grants[i].give(q, r, d, client);
	return deny(d, "unsupported_grant_type", "Unsupported grant type provided");
}

static int
authorize(struct request *q, struct reply *r, struct denial *d)
{
	return codes_authorize(q, r, d, "S256", "scopes");
}

/* ---- refusals ----------------------------------------------------------- */

static const char *
exception_of(const char *error)
{
	static const char *const names[][2] = {
		{ "access_denied", "AccessDeniedException" },
		{ "authorization_pending", "AuthorizationPendingException" },
		{ "expired_token", "ExpiredTokenException" },
		{ "invalid_client", "InvalidClientException" },
		{ "invalid_client_metadata", "InvalidClientMetadataException" },
		{ "invalid_grant", "InvalidGrantException" },
		{ "invalid_request", "InvalidRequestException" },
		{ "invalid_scope", "InvalidScopeException" },
		{ "server_error", "InternalServerException" },
		{ "slow_down", "SlowDownException" },
		{ "unauthorized_client", "UnauthorizedClientException" },
		{ "unsupported_grant_type", "UnsupportedGrantTypeException" },
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i][0], error) == 0)
			return names[i][1];
	return error;
}

static void
write_denial(struct reply *r, const struct denial *d)
{
	denial_head(r, d, exception_of(d->code));
	bytes_puts(&r->body, "{\"error\":");
	bytes_json_str(&r->body, d->code);
	bytes_puts(&r->body, ",\"error_description\":");
	bytes_json_str(&r->body, bytes_str(&d->message));
	bytes_putc(&r->body, '}');
}

const struct service oidc_service = { "oidc", write_denial, false, {
	{ "POST", "/client/register", "RegisterClient", register_client },
	{ "POST", "/device_authorization", "StartDeviceAuthorization", start_device },
	{ "POST", "/token", "CreateToken", create_token },
	{ "GET", "/authorize", "Authorize", authorize },
	{ "GET", "/device", "Approve", approve },
} };
