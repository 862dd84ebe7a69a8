/* issue.c - see issue.h. */
#include "config.h"

#include "issue.h"

#include <stdio.h>
#include <string.h>

#include <openssl/rand.h>

#include "faults.h"
#include "keys.h"
#include "simtime.h"

#define SECRET_BYTES 30
#define TOKEN_BYTES  240        /* session tokens are long: some hundreds of characters */

static char *
random_text(size_t n)
{
	unsigned char random[TOKEN_BYTES];
	struct bytes b = { 0 };
	RAND_bytes(random, (int)n);
	bytes_base64(&b, random, n);
	return b.s;
}

static char *
next_id(enum issue_origin origin)
{
	static const char *const names[] = { [ISSUE_IMDS] = "IMDS", [ISSUE_ECS] = "ECS",
		[ISSUE_ROLE] = "ROLE", [ISSUE_WEB] = "WEB", [ISSUE_SSO] = "SSO",
		[ISSUE_LOGIN] = "LOGIN", [ISSUE_RA] = "RA" };
	static unsigned counts[ISSUE_ORIGINS];
	struct bytes b = { 0 };
	bytes_printf(&b, "ASIASIM%s%04u", names[origin], ++counts[origin]);
	return b.s;
}

/* What the client is told, with the scenario's fault in it. */
static struct issued
told(const struct key *k, time_t expiry, unsigned spoilt)
{
	static const char other_secret[] = "wrongwrongwrongwrongwrongwrongwrongwrong";
	struct issued c = { .id = k->access_key_id, .secret = k->secret,
		.token = k->session_token, .expiration_ms = (int64_t)expiry * 1000 };
	time_iso(expiry, c.expiration);
	if (spoilt & SPOILT_NO_EXPIRATION)
		c.expiration[0] = '\0';
	if (spoilt & SPOILT_BAD_EXPIRATION) {
		snprintf(c.expiration, sizeof c.expiration, "the day after tomorrow");
		c.expiration_ms = -1;
	}
	if (spoilt & SPOILT_NO_ID)
		c.id = NULL;
	if (spoilt & SPOILT_NO_SECRET)
		c.secret = NULL;
	if (spoilt & SPOILT_WRONG_SECRET)
		c.secret = other_secret;
	if (spoilt & SPOILT_DUPLICATE)
		c.other_id = "ASIASIMOTHER0001";
	return c;
}

struct issued
issue(struct request *q, enum issue_origin origin, const char *account, const char *arn,
    long lifetime)
{
	unsigned spoilt = fault_credentials(q->fault);
	time_t now = time_wall();
	time_t expiry = spoilt & SPOILT_EXPIRED ? now - 60 : now + lifetime;
	struct key k = { .access_key_id = next_id(origin), .secret = random_text(SECRET_BYTES),
		.session_token = random_text(TOKEN_BYTES),
		.account = sim_strdup(account), .arn = sim_strdup(arn),
		.expires = true, .expiry = expiry, .hidden = spoilt & SPOILT_UNKNOWN };
	if (spoilt & SPOILT_REFUSED)
		k.expiry = now - 60;
	else if (spoilt & SPOILT_EXPIRED)
		k.expires = false;
	q->issued = sim_strdup(k.access_key_id);
	return told(keys_add(&k), expiry, spoilt);
}

static void
text_member(struct bytes *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	bytes_printf(b, "%s\"%s\":", b->len != 0 && strchr("{,", b->s[b->len - 1]) == NULL ?
	    "," : "", name);
	bytes_json_str(b, value);
}

void
issue_json(struct bytes *b, const struct issued *c, const struct issue_names *n)
{
	text_member(b, n->id, c->id);
	text_member(b, n->id, c->other_id);
	text_member(b, n->secret, c->secret);
	text_member(b, n->token, c->token);
	if (n->expiration == NULL || c->expiration[0] == '\0')
		return;
	if (n->in_ms)
		bytes_printf(b, ",\"%s\":%lld", n->expiration, (long long)c->expiration_ms);
	else
		text_member(b, n->expiration, c->expiration);
}

static void
element(struct bytes *b, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	bytes_printf(b, "<%s>", name);
	bytes_xml(b, value);
	bytes_printf(b, "</%s>", name);
}

void
issue_xml(struct bytes *b, const struct issued *c, const struct issue_names *n)
{
	element(b, n->id, c->id);
	element(b, n->id, c->other_id);
	element(b, n->secret, c->secret);
	element(b, n->token, c->token);
	element(b, n->expiration, c->expiration);
}
