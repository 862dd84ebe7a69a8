/* auth.c - see auth.h. */
#include "config.h"

#include "auth.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "keys.h"
#include "sigv4.h"
#include "simtime.h"

#define MAX_SKEW 300    /* seconds, either way */

/* The services by the names that signatures for them have, which begin their hosts too. */
static const char *
signing_name(const struct request *r)
{
	return r->service == NULL || strncmp(r->service, "bedrock", 7) == 0 ? "bedrock" :
	    r->service;
}

/* The region in a Host like bedrock-runtime.eu-west-1.amazonaws.com, else NULL. */
static char *
host_region(const struct request *r)
{
	const char *host = request_header(r, "host"), *name = signing_name(r);
	if (host == NULL || strncmp(host, name, strlen(name)) != 0)
		return NULL;
	const char *start = strchr(host, '.');
	if (start == NULL || strstr(start, ".amazonaws.") == NULL)
		return NULL;
	if (strstr(start, ".amazonaws.") == start)      /* STS has a host of no region */
		return sim_strdup("us-east-1");
	char *region = sim_strdup(start + 1);
	*strstr(region, ".amazonaws.") = '\0';
	return region;
}

/* ---- bearer ------------------------------------------------------------- */

static int
refuse_bearer(struct refusal *why, const char *message)
{
	why->capital = true;
	return refuse(why, "AccessDeniedException", "%s", message);
}

static int
check_bearer(struct request *r, const char *token, struct refusal *why)
{
	r->auth = AUTH_BEARER;
	r->region = host_region(r);
	if (strncmp(token, "ABSK", 4) != 0 && strncmp(token, "bedrock-api-key-", 16) != 0)
		return refuse_bearer(why,
		    "Invalid API Key format: Must start with pre-defined prefix");
	const struct key *k = keys_find_bearer(token);
	if (k == NULL)
		return refuse_bearer(why,
		    "Authentication failed: Please make sure your API Key is valid.");
	if (key_expired(k))
		return refuse_bearer(why, "Bearer Token has expired");
	r->account = sim_strdup(k->account);
	r->verified = true;
	return 0;
}

/* ---- SigV4 -------------------------------------------------------------- */

static int
check_signed_headers(const struct request *r, const struct sigv4_claim *c, struct refusal *why)
{
	static const char *const when_sent[] = { "x-amz-date", "x-amz-security-token",
		"content-type" };
	if (!sigv4_signs(c, "host"))
		return refuse(why, "InvalidSignatureException",
		    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
	for (size_t i = 0; i < sizeof when_sent / sizeof when_sent[0]; i++)
		if (request_header(r, when_sent[i]) != NULL && !sigv4_signs(c, when_sent[i]))
			return refuse(why, "InvalidSignatureException",
			    "'%s' must be a 'SignedHeader' in the AWS Authorization.",
			    when_sent[i]);
	for (size_t i = 0; i < r->n_headers; i++)
		if (strncmp(r->headers[i].name, "x-amz-", 6) == 0 &&
		    !sigv4_signs(c, r->headers[i].name))
			return refuse(why, "InvalidSignatureException",
			    "'%s' must be a 'SignedHeader' in the AWS Authorization.",
			    r->headers[i].name);
	return 0;
}

static int
check_time(const char *amz_date, struct refusal *why)
{
	time_t then, now = time_wall();
	char now_text[17], limit[17];
	if (strlen(amz_date) != 16 || time_parse(amz_date, &then) != 0)
		return refuse(why, "IncompleteSignatureException",
		    "Date must be in ISO-8601 'basic format'. Got '%s'. "
		    "See http://en.wikipedia.org/wiki/ISO_8601", amz_date);
	time_amz(now, now_text);
	if (then < now - MAX_SKEW) {
		time_amz(now - MAX_SKEW, limit);
		return refuse(why, "InvalidSignatureException",
		    "Signature expired: %s is now earlier than %s (%s - 5 min.)", amz_date, limit,
		    now_text);
	}
	if (then > now + MAX_SKEW) {
		time_amz(now + MAX_SKEW, limit);
		return refuse(why, "InvalidSignatureException",
		    "Signature not yet current: %s is still later than %s (%s + 5 min.)", amz_date,
		    limit, now_text);
	}
	return 0;
}

static bool
is_region(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return n >= 5 && s[n] == '\0' && strchr(s, '-') != NULL;
}

static int
check_scope(const struct request *r, const struct sigv4_claim *c, const char *amz_date,
    struct refusal *why)
{
	if (strncmp(c->date, amz_date, 8) != 0 || c->date[8] != '\0')
		return refuse(why, "InvalidSignatureException",
		    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
		    "date from HTTP: '%s' != '%.8s', from '%s'.",
		    c->date, amz_date, amz_date);
	char *expected = host_region(r);
	bool wrong = expected != NULL ? strcmp(expected, c->region) != 0 : !is_region(c->region);
	free(expected);
	if (wrong)
		return refuse(why, "InvalidSignatureException",
		    "Credential should be scoped to a valid region.");
	if (strcmp(c->service, signing_name(r)) != 0)
		return refuse(why, "InvalidSignatureException",
		    "Credential should be scoped to correct service: '%s'.", signing_name(r));
	if (strcmp(c->terminator, "aws4_request") != 0)
		return refuse(why, "InvalidSignatureException",
		    "Credential should be scoped with a valid terminator: 'aws4_request'.");
	return 0;
}

int
auth_check_form(struct request *r, const struct sigv4_claim *c, struct refusal *why)
{
	r->access_key_id = sim_strdup(c->access_key_id);
	r->region = sim_strdup(c->region);
	const char *amz_date = request_header(r, "x-amz-date");
	if (amz_date == NULL)
		return refuse(why, "IncompleteSignatureException", "Authorization header requires "
		    "existence of either a 'X-Amz-Date' or a 'Date' header. Authorization="
		    "AWS4-HMAC-SHA256");
	sigv4_canonical(r, c, &r->canonical);
	if (check_signed_headers(r, c, why) != 0 || check_time(amz_date, why) != 0 ||
	    check_scope(r, c, amz_date, why) != 0)
		return -1;
	return 0;
}

static int
check_claim(struct request *r, const struct sigv4_claim *c, struct refusal *why)
{
	const char *token = request_header(r, "x-amz-security-token");
	r->has_session_token = token != NULL;
	if (auth_check_form(r, c, why) != 0)
		return -1;
	const char *amz_date = request_header(r, "x-amz-date");
	const struct key *k = keys_find(c->access_key_id, token);
	if (k == NULL)
		return refuse(why, "UnrecognizedClientException", "%s",
		    error_type_find("UnrecognizedClientException")->message);
	char hex[65];
	sigv4_signature(c, amz_date, k->secret, &r->canonical, hex);
	if (strcmp(hex, c->signature) != 0)
		return refuse(why, "InvalidSignatureException", "%s",
		    error_type_find("InvalidSignatureException")->message);
	if (key_expired(k))
		return refuse(why, "ExpiredTokenException", "%s",
		    error_type_find("ExpiredTokenException")->message);
	r->account = sim_strdup(k->account);
	r->key = k;
	r->verified = true;
	return 0;
}

static int
check_sigv4(struct request *r, const char *authorization, struct refusal *why)
{
	struct sigv4_claim c;
	struct bytes complaint = { 0 };
	int result;
	r->auth = AUTH_SIGV4;
	if (sigv4_parse(authorization, &c, &complaint) != 0)
		result = refuse(why, "IncompleteSignatureException", "%s", complaint.s);
	else
		result = check_claim(r, &c, why);
	bytes_free(&complaint);
	sigv4_claim_free(&c);
	return result;
}

int
auth_check(struct request *r, struct refusal *why)
{
	const char *authorization = request_header(r, "authorization");
	if (authorization == NULL)
		return refuse(why, "MissingAuthenticationTokenException", "%s",
		    error_type_find("MissingAuthenticationTokenException")->message);
	if (strncasecmp(authorization, "Bearer ", 7) == 0 &&
	    strcmp(signing_name(r), "bedrock") == 0)
		return check_bearer(r, authorization + 7 + strspn(authorization + 7, " "), why);
	if (strncmp(authorization, "AWS4-HMAC-SHA256", 16) == 0)
		return check_sigv4(r, authorization, why);
	return refuse(why, "IncompleteSignatureException",
	    "Unsupported authorization type: '%.*s'.", (int)strcspn(authorization, " "),
	    authorization);
}
