/*
 * imds.c - the metadata service of an EC2 instance, version 2 and, where the
 * settings allow it, version 1.
 */
#include "config.h"

#include "identity.h"

#include <stdlib.h>
#include <string.h>

#include "issue.h"
#include "settings.h"
#include "simtime.h"
#include "tickets.h"

#define ROOT  "/latest/meta-data/"
#define ROLES ROOT "iam/security-credentials/"

static void
text(struct reply *r, const char *body)
{
	r->kind = REPLY_BODY;
	r->status = 200;
	reply_header(r, "Content-Type", "text/plain");
	reply_header(r, "Server", "EC2ws");
	bytes_puts(&r->body, body);
}

static bool
tokens_are(const char *how)
{
	return strcmp(settings()->imds.tokens, how) == 0;
}

/* PUT /latest/api/token */
static int
get_token(struct request *q, struct reply *r, struct denial *d)
{
	const struct settings *s = settings();
	if (tokens_are("none")) {
		deny(d, "NotFound", "Not Found");
		d->status = (unsigned)s->imds.token_status;
		return -1;
	}
	if (request_header(q, "x-forwarded-for") != NULL)
		return deny(d, "Forbidden", "Forbidden");
	const char *asked = request_header(q, "x-aws-ec2-metadata-token-ttl-seconds");
	long ttl = asked != NULL ? strtol(asked, NULL, 10) : 0;
	if (ttl < 1 || ttl > 21600)
		return deny(d, "BadRequest", "Bad Request");
	if (ttl > s->imds.token_lifetime)
		ttl = s->imds.token_lifetime;
	struct bytes b = { 0 };
	text(r, ticket_new(TICKET_IMDS, NULL, ttl)->text);
	bytes_printf(&b, "%ld", ttl);
	reply_header(r, "X-Aws-Ec2-Metadata-Token-Ttl-Seconds", b.s);
	bytes_free(&b);
	return 0;
}

/* A token that is not good is refused even where none is needed. */
static int
check_token(const struct request *q, struct denial *d)
{
	const char *token = request_header(q, "x-aws-ec2-metadata-token");
	if (tokens_are("none") || (token == NULL && tokens_are("optional")))
		return 0;
	const struct ticket *t = ticket_find(TICKET_IMDS, token);
	if (t == NULL || ticket_expired(t))
		return deny(d, "Unauthorized", "Unauthorized");
	return 0;
}

static int
list_roles(struct request *q, struct reply *r, struct denial *d)
{
	const char *role = settings()->imds.role;
	if (check_token(q, d) != 0)
		return -1;
	if (role == NULL)
		return deny(d, "NotFound", "Not Found");
	text(r, role);
	return 0;
}

static int
get_credentials(struct request *q, struct reply *r, struct denial *d)
{
	static const struct issue_names names = { "AccessKeyId", "SecretAccessKey", "Token",
		"Expiration", false };
	const struct settings *s = settings();
	if (check_token(q, d) != 0)
		return -1;
	if (s->imds.role == NULL || strcmp(q->path + sizeof ROLES - 1, s->imds.role) != 0)
		return deny(d, "NotFound", "Not Found");
	struct bytes arn = { 0 };
	char now[21];
	bytes_printf(&arn, "arn:aws:sts::%s:assumed-role/%s/%s", s->account, s->imds.role,
	    s->imds.instance_id);
	struct issued c = issue(q, ISSUE_IMDS, s->account, arn.s, s->imds.lifetime);
	time_iso(time_wall(), now);
	text(r, "");
	bytes_printf(&r->body, "{\"Code\":\"Success\",\"LastUpdated\":\"%s\","
	    "\"Type\":\"AWS-HMAC\"", now);
	issue_json(&r->body, &c, &names);
	bytes_puts(&r->body, "}");
	bytes_free(&arn);
	return 0;
}

static int
get_region(struct request *q, struct reply *r, struct denial *d)
{
	if (check_token(q, d) != 0)
		return -1;
	text(r, settings()->region);
	return 0;
}

static int
get_zone(struct request *q, struct reply *r, struct denial *d)
{
	if (get_region(q, r, d) != 0)
		return -1;
	bytes_putc(&r->body, 'a');
	return 0;
}

static int
get_instance(struct request *q, struct reply *r, struct denial *d)
{
	if (check_token(q, d) != 0)
		return -1;
	text(r, settings()->imds.instance_id);
	return 0;
}

static int
nothing_there(struct request *q, struct reply *r, struct denial *d)
{
	(void)r;
	return check_token(q, d) != 0 ? -1 : deny(d, "NotFound", "Not Found");
}

/* Errors are pages in this service. */
static void
write_denial(struct reply *r, const struct denial *d)
{
	denial_head(r, d, NULL);
	reply_header(r, "Content-Type", "text/html");
	reply_header(r, "Server", "EC2ws");
	bytes_printf(&r->body, "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n"
	    "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"\n"
	    "\t\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n"
	    "<html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\">\n"
	    " <head>\n  <title>%u - %s</title>\n </head>\n <body>\n  <h1>%u - %s</h1>\n"
	    " </body>\n</html>\n", d->status, bytes_str(&d->message), d->status,
	    bytes_str(&d->message));
}

const struct service imds_service = { "imds", write_denial, false, {
	{ "PUT", "/latest/api/token", "GetToken", get_token },
	{ "GET", ROLES, "ListRoles", list_roles },
	{ "GET", ROLES "*", "GetCredentials", get_credentials },
	{ "GET", ROOT "placement/region", "GetRegion", get_region },
	{ "GET", ROOT "placement/availability-zone", "GetZone", get_zone },
	{ "GET", ROOT "instance-id", "GetInstance", get_instance },
	{ "GET", "/latest/*", "GetOther", nothing_there },
} };
