/*
 * ecs.c - the endpoint that gives containers their credentials: ECS by a
 * relative path, EKS Pod Identity and others by a whole URL and a token.
 */
#include "config.h"

#include "identity.h"

#include <string.h>

#include "issue.h"
#include "settings.h"

/* The Authorization header is the token itself, without a scheme. */
static int
check_token(const struct request *q, struct denial *d)
{
	static size_t n;
	const char *sent = request_header(q, "authorization");
	const char *expected = texts_at(&settings()->ecs.token, n);
	if (expected == NULL)
		return 0;
	if (sent == NULL)
		return deny(d, "Unauthorized", "The Authorization header is missing.");
	if (strcmp(sent, expected) != 0)
		return deny(d, "Unauthorized", "The authorization token is not valid.");
	n++;
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
	struct bytes arn = { 0 };
	const char *role = strrchr(s->ecs.role_arn != NULL ? s->ecs.role_arn : "", '/');
	bytes_printf(&arn, "arn:aws:sts::%s:assumed-role/%s/sim-task", s->account,
	    role != NULL ? role + 1 : "sim-task-role");
	struct issued c = issue(q, ISSUE_ECS, s->account, arn.s, s->ecs.lifetime);
	reply_json(r, 200);
	bytes_putc(&r->body, '{');
	issue_json(&r->body, &c, &names);
	bytes_printf(&r->body, ",\"AccountId\":\"%s\",\"RoleArn\":", s->account);
	bytes_json_str(&r->body, s->ecs.role_arn);
	bytes_putc(&r->body, '}');
	bytes_free(&arn);
	return 0;
}

static void
write_denial(struct reply *r, const struct denial *d)
{
	denial_head(r, d, NULL);
	bytes_puts(&r->body, "{\"code\":");
	bytes_json_str(&r->body, d->code);
	bytes_puts(&r->body, ",\"message\":");
	bytes_json_str(&r->body, bytes_str(&d->message));
	bytes_putc(&r->body, '}');
}

const struct service ecs_service = { "ecs", write_denial, false, {
	{ "GET", "/v1/credentials*", "GetCredentials", get_credentials },
	{ "GET", "/v2/credentials*", "GetCredentials", get_credentials },
	{ "GET", "/get-credentials", "GetCredentials", get_credentials },
} };
