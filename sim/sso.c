/*
 * sso.c - the portal of IAM Identity Center: which accounts and roles somebody
 * who has signed in may use, and the credentials of a role.
 */
#include "config.h"

#include "identity.h"

#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "issue.h"
#include "settings.h"
#include "tickets.h"

static struct ticket *
session(const struct request *q)
{
	struct ticket *t = ticket_find(TICKET_SSO, request_header(q, "x-amz-sso_bearer_token"));
	return t != NULL && !ticket_expired(t) ? t : NULL;
}

static int
check_session(const struct request *q, struct denial *d)
{
	if (session(q) == NULL)
		return deny(d, "UnauthorizedException", "Session token not found or invalid");
	return 0;
}

static const struct account *
find_account(const char *id)
{
	const struct settings *s = settings();
	for (size_t i = 0; i < s->sso.n_accounts; i++)
		if (strcmp(s->sso.accounts[i].id, id) == 0)
			return &s->sso.accounts[i];
	return NULL;
}

static bool
has_role(const struct account *a, const char *role)
{
	for (size_t i = 0; a != NULL && i < a->roles.n; i++)
		if (strcmp(a->roles.s[i], role) == 0)
			return true;
	return false;
}

/* ---- the lists ---------------------------------------------------------- */

/* The part of a list that the request is to get: [from, to) of n, and whether more follows. */
struct page {
	size_t	 from, to;
	bool	 more;
};

static int
read_page(const struct request *q, size_t n, struct page *p, struct denial *d)
{
	char *most = query_value(q, "max_result"), *next = query_value(q, "next_token");
	size_t size = (size_t)settings()->sso.page_size;
	size_t asked = most != NULL ? strtoul(most, NULL, 10) : 100;
	int result = 0;
	*p = (struct page){ 0 };
	if (asked < 1 || asked > 100)
		result = deny(d, "InvalidRequestException", "max_result is out of range");
	else if (next != NULL && next[0] != '\0' && strncmp(next, "sim&page=", 9) != 0)
		result = deny(d, "InvalidRequestException", "The next token is not valid");
	else if (next != NULL && next[0] != '\0')
		p->from = strtoul(next + 9, NULL, 10);
	if (p->from > n)
		p->from = n;
	if (size == 0 || size > asked)
		size = asked;
	p->to = n - p->from > size ? p->from + size : n;
	p->more = p->to < n;
	free(most);
	free(next);
	return result;
}

static void
end_list(struct reply *r, const struct page *p)
{
	if (p->more)
		bytes_printf(&r->body, "],\"nextToken\":\"sim&page=%zu\"}", p->to);
	else
		bytes_puts(&r->body, "],\"nextToken\":null}");
}

static int
list_accounts(struct request *q, struct reply *r, struct denial *d)
{
	const struct settings *s = settings();
	struct page p;
	if (check_session(q, d) != 0 || read_page(q, s->sso.n_accounts, &p, d) != 0)
		return -1;
	reply_json(r, 200);
	bytes_puts(&r->body, "{\"accountList\":[");
	for (size_t i = p.from; i < p.to; i++) {
		const struct account *a = &s->sso.accounts[i];
		bytes_printf(&r->body, "%s{\"accountId\":", i > p.from ? "," : "");
		bytes_json_str(&r->body, a->id);
		bytes_puts(&r->body, ",\"accountName\":");
		bytes_json_str(&r->body, a->name);
		bytes_puts(&r->body, ",\"emailAddress\":");
		bytes_json_str(&r->body, a->email);
		bytes_putc(&r->body, '}');
	}
	end_list(r, &p);
	return 0;
}

static int
list_of_account(const struct request *q, const char *id, struct reply *r, struct denial *d)
{
	struct page p;
	if (id == NULL || id[0] == '\0')
		return deny(d, "InvalidRequestException", "account_id is missing");
	const struct account *a = find_account(id);
	if (a == NULL)
		return deny(d, "ForbiddenException", "No access");
	if (read_page(q, a->roles.n, &p, d) != 0)
		return -1;
	reply_json(r, 200);
	bytes_puts(&r->body, "{\"roleList\":[");
	for (size_t i = p.from; i < p.to; i++) {
		bytes_printf(&r->body, "%s{\"roleName\":", i > p.from ? "," : "");
		bytes_json_str(&r->body, a->roles.s[i]);
		bytes_printf(&r->body, ",\"accountId\":\"%s\"}", a->id);
	}
	end_list(r, &p);
	return 0;
}

static int
list_roles(struct request *q, struct reply *r, struct denial *d)
{
	if (check_session(q, d) != 0)
		return -1;
	char *id = query_value(q, "account_id");
	int result = list_of_account(q, id, r, d);
	free(id);
	return result;
}

/* ---- credentials -------------------------------------------------------- */

static void
give_role(struct request *q, struct reply *r, const char *id, const char *role)
{
	static const struct issue_names names = { "accessKeyId", "secretAccessKey", "sessionToken",
		"expiration", true };
	struct bytes arn = { 0 };
	bytes_printf(&arn, "arn:aws:sts::%s:assumed-role/AWSReservedSSO_%s_0123456789abcdef/sim",
	    id, role);
	struct issued c = issue(q, ISSUE_SSO, id, arn.s, settings()->sso.lifetime);
	reply_json(r, 200);
	bytes_puts(&r->body, "{\"roleCredentials\":{");
	issue_json(&r->body, &c, &names);
	bytes_puts(&r->body, "}}");
	bytes_free(&arn);
}

static int
get_role_credentials(struct request *q, struct reply *r, struct denial *d)
{
	if (check_session(q, d) != 0)
		return -1;
	char *id = query_value(q, "account_id"), *role = query_value(q, "role_name");
	int result = 0;
	if (id == NULL || role == NULL || id[0] == '\0' || role[0] == '\0')
		result = deny(d, "InvalidRequestException", "account_id and role_name are needed");
	else if (!has_role(find_account(id), role))
		result = deny(d, "ForbiddenException", "No access");
	else
		give_role(q, r, id, role);
	free(id);
	free(role);
	return result;
}

static int
log_out(struct request *q, struct reply *r, struct denial *d)
{
	if (check_session(q, d) != 0)
		return -1;
	session(q)->used_up = true;
	reply_json(r, 200);
	return 0;
}

static void
write_denial(struct reply *r, const struct denial *d)
{
	denial_head(r, d, d->code);
	bytes_puts(&r->body, "{\"message\":");
	bytes_json_str(&r->body, bytes_str(&d->message));
	bytes_puts(&r->body, ",\"__type\":\"com.amazonaws.switchboard.portal#");
	bytes_printf(&r->body, "%s\"}", d->code);
}

const struct service sso_service = { "sso", write_denial, false, {
	{ "GET", "/federation/credentials", "GetRoleCredentials", get_role_credentials },
	{ "GET", "/assignment/accounts", "ListAccounts", list_accounts },
	{ "GET", "/assignment/roles", "ListAccountRoles", list_roles },
	{ "POST", "/logout", "Logout", log_out },
} };
