/*
 * source-container.c - the credentials endpoint of ECS, EKS Pod Identity, Greengrass, CloudShell.
 *
 * The environment names a URL. Plain http is for this machine and the two
 * addresses that AWS uses, and never goes through a proxy: the answer is a
 * secret. The authorization token is read anew each time, since it rotates.
 */
#include "config.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "aws/chain.h"
#include "aws/document.h"
#include "aws/endpoint.h"
#include "aws/local.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/host.h"

#define RELATIVE "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
#define FULL "AWS_CONTAINER_CREDENTIALS_FULL_URI"
#define TOKEN "AWS_CONTAINER_AUTHORIZATION_TOKEN"
#define TOKEN_FILE "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"

enum { ATTEMPTS = 3, PAUSE_MS = 1000, MAX_TOKEN = 16 * 1024 };

bool
source_container_is_set(const struct source_ask *ask, char **detail)
{
	(void)ask;
	const char *set = aws_env_is_set(RELATIVE) ? RELATIVE : aws_env_is_set(FULL) ? FULL : NULL;
	*detail = set != NULL ? mem_strdup(set) : mem_strdup(_("no AWS_CONTAINER_CREDENTIALS_*_URI is set"));
	return set != NULL;
}

/* ---- which hosts ------------------------------------------------------------------ */

/* Of the addresses of this machine, IMDS's are not meant here. */
static bool
is_allowed_address(const char *address)
{
	return host_is_local(address) && strcmp(address, "169.254.169.254") != 0 &&
	    strcmp(address, "fd00:ec2::254") != 0;
}

/* All addresses of a name must be allowed: one that is not may be the one that is used. */
static bool
all_addresses_are_allowed(const char *name)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	if (getaddrinfo(name, NULL, &hints, &list) != 0)
		return false;
	bool fine = list != NULL;
	for (struct addrinfo *a = list; a != NULL && fine; a = a->ai_next) {
		char text[NI_MAXHOST];
		fine = getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0 &&
		    is_allowed_address(text);
	}
	if (list != NULL)
		freeaddrinfo(list);
	return fine;
}

/* The host of an endpoint without port and brackets. */
static char *
bare_host(const char *host)
{
	if (host[0] == '[')
		return mem_strndup(host + 1, strcspn(host + 1, "]"));
	return mem_strndup(host, strcspn(host, ":"));
}

static int
check_host(const char *url, struct err *err)
{
	/* The path may hold anything, a query too: only the beginning is looked at. */
	const char *slashes = strstr(url, "://");
	size_t n = slashes != NULL ? (size_t)(slashes - url) + 3 : 0;
	char *front = mem_strndup(url, n + strcspn(url + n, "/?#"));
	struct endpoint e;
	int rc = endpoint_parse(front, FULL, &e, err);
	free(front);
	if (rc < 0)
		return -1;
	char *host = bare_host(e.host);
	if (strcmp(e.scheme, "https") != 0 && !is_allowed_address(host) && !all_addresses_are_allowed(host))
		rc = err_set(err, ERR_CONFIG,
		    _("%s names the host %s; over plain http only this machine, 169.254.170.2, 169.254.170.23 "
		      "and fd00:ec2::23 are allowed."), FULL, host);
	free(host);
	endpoint_done(&e);
	return rc;
}

static char *
find_url(struct creds_tried *tried, struct err *err)
{
	char *url = NULL, *relative = aws_env(RELATIVE);
	if (relative != NULL && relative[0] != '/')
		err_set(err, ERR_CONFIG, _("%s must begin with “/”."), RELATIVE);
	else if (relative != NULL)
		url = mem_printf("http://169.254.170.2%s", relative);
	else
		url = aws_env(FULL);
	free(relative);
	for (const char *p = url; p != NULL && *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f) {
			err_set(err, ERR_CONFIG, _("%s has a space or a control character."), FULL);
			free(url);
			return NULL;
		}
	if (url != NULL)
		tried_looked(tried, "%.*s", (int)strcspn(url, "?"), url);
	if (url != NULL && check_host(url, err) < 0) {
		free(url);
		url = NULL;
	}
	return url;
}

/* ---- the token --------------------------------------------------------------------- */

static int
check_token(const struct buf *token, const char *from, struct err *err)
{
	for (size_t i = 0; i < token->len; i++)
		if ((unsigned char)token->s[i] < ' ' || token->s[i] == 0x7f)
			return err_set(err, ERR_CONFIG,
			    _("The token from %s has a line break or a control character inside."), from);
	return 0;
}

/* Empty when there is none. */
static int
read_token(struct buf *token, struct creds_tried *tried, struct err *err)
{
	char *path = aws_env(TOKEN_FILE);
	int rc = 0;
	if (path != NULL) {
		tried_looked(tried, "%s", path);
		rc = file_read(path, MAX_TOKEN, token, err);
		if (token->len > 0 && token->s[token->len - 1] == '\n')
			buf_truncate(token, token->len - 1);
		if (token->len > 0 && token->s[token->len - 1] == '\r')
			buf_truncate(token, token->len - 1);
	} else if (aws_env_is_set(TOKEN)) {
		tried_looked(tried, TOKEN);
		struct secret *set = aws_env_secret(TOKEN);
		buf_add(token, secret_reveal(set), secret_len(set));
		secret_free(set);
	}
	if (rc == 0)
		rc = check_token(token, path != NULL ? path : TOKEN, err);
	free(path);
	return rc;
}

/* ---- asking ------------------------------------------------------------------------- */

static int
say_status(int status, const char *url, struct json_object *o, struct err *err)
{
	const char *said = json_str(o, "message", json_str(o, "Message", json_str(o, "code", NULL)));
	if (said == NULL)
		said = status >= 300 && status < 400 ? _("a redirect, and those are not followed")
						     : _("it said nothing else");
	return err_set(err, ERR_CREDENTIALS, _("The container's credentials endpoint (%.*s) answered HTTP %d: %.200s"),
	    (int)strcspn(url, "?"), url, status, said);
}

static int
read_reply(const struct http_reply *r, const char *url, struct creds *out, struct err *err)
{
	int shown = (int)strcspn(url, "?");
	static const struct document members = { .access_key_id = "AccessKeyId",
		.secret_access_key = "SecretAccessKey",
		.session_token = "Token",
		.expiration = "Expiration",
		.account = "AccountId",
		.needs_token = true,
		.needs_expiration = true };
	struct err why = { 0 };
	struct json_object *o = document_parse(buf_str(&r->body), r->body.len, &why);
	int rc = 0;
	if (r->status != 200)
		rc = say_status(r->status, url, o, err);
	else if (o == NULL || document_read(o, &members, out, &why) < 0)
		rc = err_set(err, ERR_CREDENTIALS, _("The container's credentials endpoint (%.*s): %s."), shown, url,
		    why.text);
	document_free(o);
	return rc;
}

static int
ask_endpoint(struct aws *aws, const char *url, const struct buf *token, struct creds *out,
    const atomic_bool *cancel, struct err *err)
{
	struct local_call call = { .method = "GET",
		.url = url,
		.header = token->len > 0 ? "Authorization" : NULL,
		.value = buf_str(token),
		.connect_ms = 2000,
		.total_ms = 7000,
		.cancel = cancel };
	for (int made = 1;; made++) {
		struct http_reply r;
		int rc = local_fetch(aws, &call, &r, err);
		bool final = (rc < 0 && err->code == ERR_CANCELLED) || made == ATTEMPTS || r.body.full ||
		    (rc == 0 && r.status < 500 && r.status != 429);
		if (rc == 0 && final)
			rc = read_reply(&r, url, out, err);
		else if (final)
			err_wrap(err, _("The container's credentials endpoint (%.*s)"), (int)strcspn(url, "?"), url);
		http_reply_done(&r);
		if (final)
			return rc;
		if (!local_pause(PAUSE_MS, cancel))
			return err_set(err, ERR_CANCELLED, _("Stopped while asking for credentials."));
	}
}

enum answer
source_container(struct aws *aws, const struct source_ask *ask, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	tried_looked(tried, RELATIVE);
	tried_looked(tried, FULL);
	if (!aws_env_is_set(RELATIVE) && !aws_env_is_set(FULL))
		return ANSWER_NOT_CONFIGURED;
	struct buf token;
	buf_init(&token, 0);
	buf_room(&token, MAX_TOKEN);
	buf_grew(&token, 0);
	char *url = find_url(tried, err);
	int rc = url != NULL ? read_token(&token, tried, err) : -1;
	if (rc == 0)
		rc = ask_endpoint(aws, url, &token, out, ask->cancel, err);
	out->kind = CREDS_CONTAINER;
	free(out->label);
	out->label = mem_strdup(_("container role"));
	free(url);
	buf_wipe(&token);
	return rc < 0 ? ANSWER_FAILED : ANSWER_FOUND;
}
