/*
 * source-imds.c - the role of an EC2 instance, from its metadata service.
 *
 * The last one of the chain, because there is no way to know that it is there
 * but to ask. Version 2 wants a token first; where that is not offered (work-alikes)
 * version 1 is used unless it was switched off. A service that gives expired
 * credentials is believed for some minutes more: AWS decides then.
 *
 * Where there is no such service the address leads nowhere: then the one
 * attempt to connect, of a second at most, is all that it costs. A token is
 * kept as long as it is good.
 */
#include "config.h"

#include "aws/imds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "aws/chain.h"
#include "aws/document.h"
#include "aws/endpoint.h"
#include "aws/local.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#define TOKEN_PATH "/latest/api/token"
#define ROLES_PATH "/latest/meta-data/iam/security-credentials/"
#define REGION_PATH "/latest/meta-data/placement/region"
#define TTL_HEADER "x-aws-ec2-metadata-token-ttl-seconds"
#define TOKEN_HEADER "x-aws-ec2-metadata-token"

enum {
	TOKEN_MARGIN = 120,             /* s before its end */
	ABSENT_MS = 5000,               /* so long it is not asked again whether it is there */
	TTL = 21600,                    /* s: what is asked for, and the most there is */
	INSISTENT = 3                   /* attempts where it was chosen, or answered before */
};

struct imds_memory {                    /* under the lock of struct aws */
	char	*base, *token;
	int64_t	 token_until;           /* clock_ms() */
	int64_t	 absent_until;          /* clock_ms(): nobody was there just now */
	bool	 gave_credentials;
};

struct imds {
	struct aws		*aws;
	const atomic_bool	*cancel;
	char			*base;          /* "http://169.254.169.254" */
	bool			 no_v1;
	long			 timeout_ms;
	int			 attempts;
	char			*token;         /* NULL = version 1 */
	bool			 token_is_kept; /* … from an earlier time: it may have been revoked */
	int			 put_status;    /* what the request for a token got, 0 = no answer */
	bool			 heard;         /* bytes came at the last question, if no whole answer */
};

/* ---- what is kept ---------------------------------------------------------------- */

static void
wipe_token(char *token)
{
	if (token != NULL)
		mem_wipe(token, strlen(token));
	free(token);
}

void
imds_memory_free(struct imds_memory *memory)
{
	if (memory == NULL)
		return;
	wipe_token(memory->token);
	free(memory->base);
	free(memory);
}

/* The memory of the service at this address, with the lock held: another one's is forgotten. */
static struct imds_memory *
lock_memory(const struct imds *m)
{
	pthread_mutex_lock(&m->aws->lock);
	struct imds_memory *memory = m->aws->imds;
	if (memory != NULL && strcmp(memory->base, m->base) == 0)
		return memory;
	imds_memory_free(memory);
	m->aws->imds = memory = mem_alloc(sizeof *memory);
	memory->base = mem_strdup(m->base);
	return memory;
}

static void
unlock_memory(const struct imds *m)
{
	pthread_mutex_unlock(&m->aws->lock);
}

/* Takes a copy of the token that is still good; false when there is none. */
static bool
recall_token(struct imds *m)
{
	struct imds_memory *memory = lock_memory(m);
	if (memory->token != NULL && clock_ms() < memory->token_until)
		m->token = mem_strdup(memory->token);
	unlock_memory(m);
	m->token_is_kept = m->token != NULL;
	return m->token_is_kept;
}

static void
keep_token(const struct imds *m, const char *seconds)
{
	long life = seconds != NULL ? strtol(seconds, NULL, 10) : TTL;
	struct imds_memory *memory = lock_memory(m);
	wipe_token(memory->token);
	memory->token = NULL;
	if (life > TOKEN_MARGIN && life <= TTL) {
		memory->token = mem_strdup(m->token);
		memory->token_until = clock_ms() + 1000 * (life - TOKEN_MARGIN);
	}
	unlock_memory(m);
}

static void
forget_token(struct imds *m)
{
	struct imds_memory *memory = lock_memory(m);
	wipe_token(memory->token);
	memory->token = NULL;
	unlock_memory(m);
	wipe_token(m->token);
	m->token = NULL;
	m->token_is_kept = false;
}

static bool
was_just_absent(const struct imds *m)
{
	struct imds_memory *memory = lock_memory(m);
	bool absent = clock_ms() < memory->absent_until;
	unlock_memory(m);
	return absent;
}

static void
note_absent(const struct imds *m)
{
	struct imds_memory *memory = lock_memory(m);
	memory->absent_until = clock_ms() + ABSENT_MS;
	unlock_memory(m);
}

static void
note_credentials(const struct imds *m)
{
	struct imds_memory *memory = lock_memory(m);
	memory->gave_credentials = true;
	unlock_memory(m);
}

static bool
gave_credentials_before(const struct imds *m)
{
	struct imds_memory *memory = lock_memory(m);
	bool gave = memory->gave_credentials;
	unlock_memory(m);
	return gave;
}

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
imds_init(struct imds *m, struct aws *aws, const struct view *v, bool chosen, const atomic_bool *cancel,
    struct err *err)
{
	*m = (struct imds){ .aws = aws, .cancel = cancel, .base = find_base(v, err) };
	if (m->base == NULL)
		return -1;
	int usual = chosen || gave_credentials_before(m) ? INSISTENT : 1;
	m->no_v1 = aws_switch(v, "AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled", NULL);
	m->timeout_ms = 1000 * number(v, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", 1, 60);
	m->attempts = (int)number(v, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts", usual,
	    10);
	return 0;
}

static void
imds_done(struct imds *m)
{
	wipe_token(m->token);
	free(m->base);
}

/* ---- asking ------------------------------------------------------------------------ */

/* 0 when an answer came. *reached: somebody was there. */
static int
ask(struct imds *m, const char *method, const char *path, const char *header, const char *value,
    struct http_reply *reply, bool *reached, struct err *err)
{
	struct transfer_end end;
	char *url = mem_printf("%s%s", m->base, path);
	int rc = local_fetch(m->aws,
	    &(struct local_call){ .method = method,
		.url = url,
		.header = header,
		.value = value,
		.connect_ms = m->timeout_ms,
		.total_ms = m->timeout_ms,
		.cancel = m->cancel,
		.end = &end }, reply, err);
	*reached = rc == 0 || end.sent_us != 0 || end.got_bytes;
	m->heard = end.got_bytes;
	free(url);
	return rc;
}

static bool
is_token(const char *s)
{
	for (const char *p = s; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			return false;
	return s[0] != '\0';
}

static enum answer
say_absent(struct imds *m, struct creds_tried *tried)
{
	tried_says(tried, _("IMDS: no answer from %s"), m->base);
	return ANSWER_NOT_CONFIGURED;
}

/* Without a token: version 1, if it may be. */
static enum answer
go_without_token(struct imds *m, struct creds_tried *tried, struct err *err)
{
	if (m->put_status == 400) {
		err_set(err, ERR_CREDENTIALS, _("The metadata service (%s) refused to give a token (HTTP 400)."),
		    m->base);
		return ANSWER_FAILED;
	}
	if (!m->no_v1)
		return ANSWER_FOUND;
	tried_says(tried, _("IMDS: no token from %s, and version 1 is switched off"), m->base);
	return ANSWER_NOT_CONFIGURED;
}

/* What is asked next: version 2 with m->token, version 1 without; or nobody is there. */
static enum answer
get_token(struct imds *m, struct creds_tried *tried, struct err *err)
{
	struct http_reply r;
	struct err why = { 0 };
	bool reached;
	if (recall_token(m))
		return ANSWER_FOUND;
	if (was_just_absent(m))
		return say_absent(m, tried);
	int rc = ask(m, "PUT", TOKEN_PATH, TTL_HEADER, "21600", &r, &reached, &why);
	enum answer a = ANSWER_FOUND;
	char *text = str_trim(buf_str(&r.body));
	m->put_status = rc == 0 ? r.status : 0;
	if (rc == 0 && r.status == 200 && is_token(text)) {
		m->token = text;
		text = NULL;
		keep_token(m, http_headers_get(&r.headers, TTL_HEADER));
	} else if (rc < 0 && why.code == ERR_CANCELLED) {
		*err = why;
		a = ANSWER_FAILED;
	} else if (!reached) {
		note_absent(m);
		a = say_absent(m, tried);
	} else {
		a = go_without_token(m, tried, err);
	}
	wipe_token(text);
	http_reply_done(&r);
	return a;
}

static int
get(struct imds *m, const char *path, struct http_reply *reply, struct err *err)
{
	bool reached;
	return ask(m, "GET", path, m->token != NULL ? TOKEN_HEADER : NULL, m->token, reply, &reached, err);
}

static bool
is_worth_another_try(int rc, const struct http_reply *r)
{
	return rc < 0 || r->status >= 500 || (r->status == 200 && r->body.len == 0);
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

/* It wants a token, and would not give one. */
static enum answer
say_no_token(const struct imds *m, struct err *err)
{
	if (m->put_status != 0)
		err_set(err, ERR_CREDENTIALS, _("The metadata service (%s) wants a token, but answered HTTP %d to the "
						"request for one."), m->base, m->put_status);
	else
		err_set(err, ERR_CREDENTIALS,
		    _("The metadata service wants a token, but asking for one got no answer. Inside a container, raise "
		      "the hop limit (aws ec2 modify-instance-metadata-options --instance-id ID "
		      "--http-put-response-hop-limit 2) or use host networking."));
	return ANSWER_FAILED;
}

/* Letters, digits and +=,.@-_ , 64 at most; a web page is none. */
static bool
is_role_name(const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=,.@-_");
	return n > 0 && n <= 64 && s[n] == '\0';
}

/* The first line of the answer. *role is to be freed. */
static enum answer
read_role(const struct imds *m, const struct http_reply *r, char **role, struct creds_tried *tried,
    struct err *err)
{
	char *line = mem_strndup(buf_str(&r->body), strcspn(buf_str(&r->body), "\r\n"));
	*role = str_trim(line);
	free(line);
	if (is_role_name(*role)) {
		tried_says(tried, "%s", *role);
		return ANSWER_FOUND;
	}
	if (str_blank(buf_str(&r->body))) {
		tried_says(tried, _("IMDS: this instance has no role"));
		return ANSWER_NOT_CONFIGURED;
	}
	err_set(err, ERR_CREDENTIALS, _("What answers at %s is not a metadata service: it gave no role's name. Set "
					"AWS_EC2_METADATA_DISABLED=true if this is no EC2 instance."), m->base);
	return ANSWER_FAILED;
}

/* No answer, or one that does not hold a role. */
static enum answer
judge_no_role(const struct imds *m, int rc, const struct http_reply *r, const struct err *why,
    struct creds_tried *tried, struct err *err)
{
	if (rc < 0 && why->code == ERR_CANCELLED)
		*err = *why;
	else if (rc < 0 && (m->token != NULL || m->heard))      /* somebody is there, and it is broken */
		err_set(err, ERR_CREDENTIALS, _("The metadata service (%s) did not answer the question for the instance's "
						"role: %s"), m->base, why->text);
	else if (rc == 0 && r->status == 401 && m->token == NULL)
		return say_no_token(m, err);
	else if (rc == 0 && r->status != 404 && (r->status != 403 || m->token != NULL))
		err_set(err, ERR_CREDENTIALS, _("The metadata service (%s) answered HTTP %d to the question for "
						"the instance's role."), m->base, r->status);
	else {
		tried_says(tried, rc < 0	      ? _("IMDS: no answer from %s")
			: r->status == 404 ? _("IMDS: this instance has no role")
					   : _("IMDS: switched off here (HTTP 403)"), m->base);
		return ANSWER_NOT_CONFIGURED;
	}
	return ANSWER_FAILED;
}

static enum answer
get_role(struct imds *m, char **role, struct creds_tried *tried, struct err *err)
{
	struct http_reply r;
	struct err why = { 0 };
	int rc = get_patiently(m, ROLES_PATH, &r, &why);
	if (rc == 0 && r.status == 401 && m->token != NULL) {   /* the token is not good any more */
		http_reply_done(&r);
		forget_token(m);
		enum answer a = get_token(m, tried, err);
		if (a != ANSWER_FOUND)
			return a;
		rc = get_patiently(m, ROLES_PATH, &r, &why);
	}
	enum answer a = rc == 0 && r.status == 200 ? read_role(m, &r, role, tried, err)
						   : judge_no_role(m, rc, &r, &why, tried, err);
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
read_document(const struct http_reply *r, const char *base, const char *role, struct creds *out,
    struct err *err)
{
	static const struct document members = { .access_key_id = "AccessKeyId",
		.secret_access_key = "SecretAccessKey",
		.session_token = "Token",
		.expiration = "Expiration",
		.account = "AccountId",
		.needs_token = true,
		.needs_expiration = true };
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
		rc = err_set(err, ERR_CREDENTIALS, _("The metadata service (%s), asked for role %s: %s."), base, role,
		    why.text);
	document_free(o);
	return rc;
}

static int
say_no_document(const struct imds *m, const char *role, struct err *err)
{
	const struct err why = *err;
	return err_set(err, ERR_CREDENTIALS, _("The metadata service (%s), asked for role %s: %s"), m->base, role,
	    why.text);
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
	if (rc < 0 && err->code == ERR_NETWORK)
		rc = say_no_document(m, role, err);
	else if (rc == 0 && r.status != 200)
		rc = err_set(err, ERR_CREDENTIALS, _("The metadata service answered HTTP %d for role %s."),
		    r.status, role);
	else if (rc == 0)
		rc = read_document(&r, m->base, role, out, err);
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
	/* In the default chain nobody chose it; a profile's credential_source does. */
	if (imds_init(&m, aws, asked->view, asked->chosen == CHOSEN_PROFILE, asked->cancel, err) < 0)
		return ANSWER_FAILED;
	tried_looked(tried, "%s" ROLES_PATH, m.base);
	enum answer a = get_token(&m, tried, err);
	if (a == ANSWER_FOUND)
		a = get_role(&m, &role, tried, err);
	if (a == ANSWER_FOUND)
		a = get_credentials(&m, role, out, err);
	if (a == ANSWER_FOUND)
		note_credentials(&m);
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
	if (is_disabled() || imds_init(&m, aws, v, false, cancel, NULL) < 0)
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
