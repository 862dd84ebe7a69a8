/* codes.c - see codes.h. */
#include "config.h"

#include "codes.h"

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <openssl/sha.h>

#include "catalogue.h"
#include "converse.h"
#include "tickets.h"

#define CODE_LIFETIME 600

enum { CLIENT, TYPE, REDIRECT, STATE, CHALLENGE, METHOD, SCOPE, PARAMETERS };

/* Only back to a program on this machine, or to the page that shows the code. */
static bool
is_redirect(const char *uri)
{
	return strncmp(uri, "http://127.0.0.1:", 17) == 0 ||
	    strncmp(uri, "http://localhost:", 17) == 0 || strstr(uri, "/v1/sessions/") != NULL;
}

static int
check(char *const *p, const char *method, struct denial *d)
{
	for (size_t i = 0; i < PARAMETERS; i++)
		if (p[i] == NULL || p[i][0] == '\0')
			return deny(d, "invalid_request", "A parameter is missing");
	if (strcmp(p[TYPE], "code") != 0)
		return deny(d, "invalid_request", "response_type must be code");
	if (strcmp(p[METHOD], method) != 0)
		return deny(d, "invalid_request", "code_challenge_method must be %s", method);
	if (strlen(p[CHALLENGE]) != 43)
		return deny(d, "invalid_request", "code_challenge is not a SHA-256");
	if (!is_redirect(p[REDIRECT]))
		return deny(d, "invalid_request", "redirect_uri is not allowed");
	return 0;
}

static void
send_on(struct reply *r, char *const *p)
{
	struct ticket *t = ticket_new(TICKET_CODE, NULL, CODE_LIFETIME);
	struct bytes to = { 0 };
	t->client = sim_strdup(p[CLIENT]);
	t->proof = sim_strdup(p[CHALLENGE]);
	t->redirect = sim_strdup(p[REDIRECT]);
	bytes_printf(&to, "%s?code=%s&state=%s", p[REDIRECT], t->text, p[STATE]);
	r->kind = REPLY_BODY;
	r->status = 302;
	reply_header(r, "Location", to.s);
	bytes_free(&to);
}

int
codes_authorize(struct request *q, struct reply *r, struct denial *d, const char *method,
    const char *scope)
{
	static const char *const names[] = { [CLIENT] = "client_id", [TYPE] = "response_type",
		[REDIRECT] = "redirect_uri", [STATE] = "state", [CHALLENGE] = "code_challenge",
		[METHOD] = "code_challenge_method" };
	char *p[PARAMETERS];
	for (size_t i = 0; i < PARAMETERS; i++)
		p[i] = query_value(q, i == SCOPE ? scope : names[i]);
	int result = check(p, method, d);
	if (result == 0)
		send_on(r, p);
	for (size_t i = 0; i < PARAMETERS; i++)
		free(p[i]);
	return result;
}

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool
verifier_fits(const char *verifier, const char *challenge)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	struct bytes b = { 0 };
	if (verifier == NULL || strlen(verifier) < 43 || strlen(verifier) > 128)
		return false;
	SHA256((const unsigned char *)verifier, strlen(verifier), hash);
	bytes_base64url(&b, hash, sizeof hash);
	bool fits = same(b.s, challenge);
	bytes_free(&b);
	return fits;
}

int
codes_redeem(struct json_object *body)
{
	struct ticket *t = ticket_find(TICKET_CODE, string_of(body, "code"));
	if (t == NULL || ticket_expired(t) || !same(t->client, string_of(body, "clientId")) ||
	    !same(t->redirect, string_of(body, "redirectUri")) ||
	    !verifier_fits(string_of(body, "codeVerifier"), t->proof))
		return -1;
	t->used_up = true;
	return 0;
}
