/*
 * source-imds.c - the role of an EC2 instance, from its metadata service.
 *
 * The last one of the chain, because there is no way to know that it is there
 * but to ask. Version 2 wants a token first; where that is not offered (work-alikes)
 * version 1 is used unless it was switched off. A service that gives expired
 * credentials is believed for some minutes more: AWS decides then.
 */
#include "config.h"

#include "aws/imds.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "aws/chain.h"
#include "aws/document.h"
#include "aws/endpoint.h"
#include "aws/local.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#define TOKEN_PATH "/latest/api/token"
#define ROLES_PATH "/latest/meta-data/iam/security-credentials/"
#define REGION_PATH "/latest/meta-data/placement/region"
#define TTL_HEADER "x-aws-ec2-metadata-token-ttl-seconds"
#define TOKEN_HEADER "x-aws-ec2-metadata-token"

struct imds {
	struct aws		*aws;
	const atomic_bool	*cancel;
	char			*base;          /* "http://169.254.169.254" */
	bool			 no_v1;
	long			 timeout_ms;
	int			 attempts;
	char			*token;         /* NULL = version 1 */
};

/* ---- settings -------------------------------------------------------------------- */

static bool
is_disabled(void)
{
	char *set = aws_env("AWS_EC2_METADATA_DISABLED");
	bool off = str_same_nocase(set, "true");
	free(set);
	return off;
}

static long
number(const struct view *v, const char *variable, const char *key, long usual, long most)
{
	char *set = aws_setting(v, variable, key, NULL);
	long n = set != NULL ? strtol(set, NULL, 10) : usual;
	free(set);
	return n < 1 ? usual : n > most ? most : n;
}

/* "http://host:port", from the setting or by the mode. NULL and err when a setting is wrong. */
static char *
find_base(const struct view *v, struct err *err)
{
	char *from = NULL, *base = NULL;
	char *url = aws_setting(v, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint", &from);
	if (url != NULL) {
		struct endpoint e;
		if (endpoint_parse(url, from, &e, err) == 0) {
			base = mem_printf("%s://%s%s", e.scheme, e.host, e.base);
			endpoint_done(&e);
		}
		free(url);
		free(from);
		return base;
	}
	char *mode = aws_setting(v, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
	    "ec2_metadata_service_endpoint_mode", &from);
	bool v6 = mode != NULL ? str_same_nocase(mode, "IPv6")
			       : aws_switch(v, "AWS_IMDS_USE_IPV6", "imds_use_ipv6", NULL);
	if (mode != NULL && !v6 && !str_same_nocase(mode, "IPv4"))
		err_set(err, ERR_CONFIG,
		    _("ec2_metadata_service_endpoint_mode (from %s) is “%.40s”; say IPv4 or IPv6."), from, mode);
	else
		base = mem_strdup(v6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254");
	free(mode);
	free(from);
	return base;
}

static int
imds_init(struct imds *m, struct aws *aws, const struct view *v, const atomic_bool *cancel,
    struct err *err)
{
	*m = (struct imds){ .aws = aws, .cancel = cancel, .base = find_base(v, err) };
	if (m->base == NULL)
		return -1;
	m->no_v1 = aws_switch(v, "AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled", NULL);
	m->timeout_ms = 1000 * number(v, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", 1, 60);
	m->attempts = (int)number(v, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts", 1,
	    10);
	return 0;
}

static void
imds_done(struct imds *m)
{
	if (m->token != NULL)
		mem_wipe(m->token, strlen(m->token));
	free(m->token);
	free(m->base);
}

/* ---- asking ------------------------------------------------------------------------ */

/* 0 when an answer came. */
static int
ask(struct imds *m, const char *method, const char *path, const char *header, const char *value,
    struct http_reply *reply, struct err *err)
{
	char *url = mem_printf("%s%s", m->base, path);
	int rc = local_fetch(m->aws,
	    &(struct local_call){ method, url, header, value, m->timeout_ms, m->timeout_ms, m->cancel }, reply,
	    err);
	free(url);
	return rc;
}

/* What is asked next: version 2 with m->token, version 1 without; or nobody is there. */
static enum answer
get_token(struct imds *m, struct creds_tried *tried, struct err *err)
{
	struct http_reply r;
	struct err why = { 0 };
	int rc = ask(m, "PUT", TOKEN_PATH, TTL_HEADER, "21600", &r, &why);
	enum answer a = ANSWER_FOUND;
	char *text = str_trim(buf_str(&r.body));
	if (rc == 0 && r.status == 200 && text[0] != '\0' && strpbrk(text, " \r\n\t") == NULL) {
		m->token = text;
		text = NULL;
	} else if (rc < 0 && why.code == ERR_CANCELLED) {
		*err = why;
		a = ANSWER_FAILED;
	} else if (rc == 0 && r.status == 400) {
		err_set(err, ERR_CREDENTIALS, _("The metadata service (%s) refused to give a token (HTTP 400)."),
		    m->base);
		a = ANSWER_FAILED;
	} else if (m->no_v1) {
		tried_says(tried, _("IMDS: no token from %s, and version 1 is switched off"), m->base);
		a = ANSWER_NOT_CONFIGURED;
	}
	free(text);
	http_reply_done(&r);
	return a;
}

static int
get(struct imds *m, const char *path, struct http_reply *reply, struct err *err)
{
	return ask(m, "GET", path, m->token != NULL ? TOKEN_HEADER : NULL, m->token, reply, err);
}

static bool
is_worth_another_try(int rc, const struct http_reply *r)
{
	return rc < 0 || r->status >= 500 || r->status == 401 || (r->status == 200 && r->body.len == 0);
}

/* GET with the attempts that are allowed. The reply is the last one. */
static int
get_patiently(struct imds *m, const char *path, struct http_reply *reply, struct err *err)
{
	int rc = get(m, path, reply, err);
	for (int i = 1; i < m->attempts && is_worth_another_try(rc, reply); i++) {
		if (!local_pause(200, m->cancel))
			break;
		http_reply_done(reply);
		rc = get(m, path, reply, err);
	}
	return rc;
}

/* ---- the role ------------------------------------------------------------------------ */

static enum answer
say_hop_limit(struct err *err)
{
	err_set(err, ERR_CREDENTIALS,
	    _("The metadata service wants a token, but asking for one got no answer. Inside a container, raise "
	      "the hop limit (aws ec2 modify-instance-metadata-options --instance-id ID "
	      "--http-put-response-hop-limit 2) or use host networking."));
	return ANSWER_FAILED;
}

/* The first line of the answer. *role is to be freed. */
static enum answer
get_role(struct imds *m, char **role, struct creds_tried *tried, struct err *err)
{
	struct http_reply r;
	struct err why = { 0 };
	enum answer a = ANSWER_FAILED;
	int rc = get_patiently(m, ROLES_PATH, &r, &why);
	if (rc < 0 && why.code == ERR_CANCELLED) {
		*err = why;
	} else if (rc < 0) {
		tried_says(tried, _("IMDS: no answer from %s"), m->base);
		a = ANSWER_NOT_CONFIGURED;
	} else if (r.status == 404) {
		tried_says(tried, _("IMDS: this instance has no role"));
		a = ANSWER_NOT_CONFIGURED;
	} else if (r.status == 403 && m->token == NULL) {
		tried_says(tried, _("IMDS: switched off here (HTTP 403)"));
		a = ANSWER_NOT_CONFIGURED;
	} else if (r.status == 401 && m->token == NULL) {
		a = say_hop_limit(err);
	} else if (r.status == 200) {
		char *line = mem_strndup(buf_str(&r.body), strcspn(buf_str(&r.body), "\r\n"));
		*role = str_trim(line);
		free(line);
		a = (*role)[0] != '\0' ? ANSWER_FOUND : ANSWER_NOT_CONFIGURED;
		tried_says(tried, "%s", a == ANSWER_FOUND ? *role : _("IMDS: this instance has no role"));
	} else {
		err_set(err, ERR_CREDENTIALS, _("The metadata service (%s) answered HTTP %d to the question for "
						"the instance's role."), m->base, r.status);
	}
	http_reply_done(&r);
	return a;
}

/* Static stability: what is expired is used all the same, for 10 to 15 minutes. */
static void
believe(struct creds *out)
{
	unsigned char r = 0;
	if (out->expires == 0 || out->expires > creds_now())
		return;
	(void)!getrandom(&r, 1, GRND_NONBLOCK);
	out->expires = creds_now() + 600 + r * 300 / 255;
	log_warn("IMDS gave expired credentials (a service availability issue); they are used for some minutes");
}

static int
read_document(const struct http_reply *r, const char *role, struct creds *out, struct err *err)
{
	static const struct document members = { .access_key_id = "AccessKeyId",
		.secret_access_key = "SecretAccessKey",
		.session_token = "Token",
		.expiration = "Expiration",
		.account = "AccountId",
		.needs_token = true };
	struct err why = { 0 };
	struct json_object *o = document_parse(buf_str(&r->body), r->body.len, &why);
	const char *code = json_str(o, "Code", "Success");
	int rc = 0;
	if (strcmp(code, "AssumeRoleUnauthorizedAccess") == 0)
		rc = err_set(err, ERR_CREDENTIALS, _("The instance's role %s does not trust ec2.amazonaws.com: %s"),
		    role, json_str(o, "Message", code));
	else if (strcmp(code, "Success") != 0)
		rc = err_set(err, ERR_CREDENTIALS, _("The metadata service has no credentials for role %s: %s"),
		    role, json_str(o, "Message", code));
	else if (o == NULL || document_read(o, &members, out, &why) < 0)
		rc = err_set(err, ERR_CREDENTIALS, _("The metadata service, asked for role %s: %s."), role,
		    why.text);
	document_free(o);
	return rc;
}

static enum answer
get_credentials(struct imds *m, const char *role, struct creds *out, struct err *err)
{
	struct http_reply r;
	struct buf path;
	buf_init(&path, 0);
	buf_puts(&path, ROLES_PATH);
	str_percent(&path, role, strlen(role), "");
	int rc = get_patiently(m, buf_str(&path), &r, err);
	if (rc == 0 && r.status != 200)
		rc = err_set(err, ERR_CREDENTIALS, _("The metadata service answered HTTP %d for role %s."),
		    r.status, role);
	else if (rc == 0)
		rc = read_document(&r, role, out, err);
	http_reply_done(&r);
	buf_done(&path);
	if (rc < 0)
		return ANSWER_FAILED;
	out->kind = CREDS_IMDS;
	free(out->label);
	out->label = mem_printf(_("EC2 role %s"), role);
	believe(out);
	return ANSWER_FOUND;
}

bool
source_imds_is_set(const struct source_ask *asked, char **detail)
{
	(void)asked;
	*detail = mem_strdup(is_disabled() ? _("AWS_EC2_METADATA_DISABLED is true")
					   : _("the role of this machine, if it has one"));
	return false;                   /* only asking tells */
}

enum answer
source_imds(struct aws *aws, const struct source_ask *asked, struct creds *out,
    struct creds_tried *tried, struct err *err)
{
	struct imds m;
	char *role = NULL;
	tried_looked(tried, "AWS_EC2_METADATA_DISABLED");
	if (is_disabled())
		return ANSWER_NOT_CONFIGURED;
	if (imds_init(&m, aws, asked->view, asked->cancel, err) < 0)
		return ANSWER_FAILED;
	tried_looked(tried, "%s" ROLES_PATH, m.base);
	enum answer a = get_token(&m, tried, err);
	if (a == ANSWER_FOUND)
		a = get_role(&m, &role, tried, err);
	if (a == ANSWER_FOUND)
		a = get_credentials(&m, role, out, err);
	if (a == ANSWER_FOUND)
		tried_says(tried, m.token != NULL ? _("role %s (IMDS version 2)") : _("role %s (IMDS version 1)"),
		    role);
	free(role);
	imds_done(&m);
	return a;
}

/* ---- the region ---------------------------------------------------------------------- */

bool
imds_region(struct aws *aws, const struct view *v, const atomic_bool *cancel, char out[64])
{
	struct imds m;
	struct creds_tried nobody = { 0 };
	struct http_reply r;
	bool found = false;
	if (is_disabled() || imds_init(&m, aws, v, cancel, NULL) < 0)
		return false;
	m.timeout_ms = 1000;
	if (get_token(&m, &nobody, NULL) == ANSWER_FOUND) {
		if (get(&m, REGION_PATH, &r, NULL) == 0 && r.status == 200) {
			char *text = str_trim(buf_str(&r.body));
			found = region_is_valid(text);
			snprintf(out, 64, "%s", found ? text : "");
			free(text);
		}
		http_reply_done(&r);
	}
	free(nobody.detail);
	imds_done(&m);
	return found;
}
