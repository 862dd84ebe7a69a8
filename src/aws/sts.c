/* sts.c - see sts.h. The query protocol: a form in, XML out. */
#include "config.h"

#include "aws/sts.h"

#include <stdio.h>
#include <string.h>

#include "aws/chain.h"
#include "aws/local.h"
#include "aws/request.h"
#include "aws/xml.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/fetch.h"
#include "net/retry.h"

enum { MAX_REPLY = 64 * 1024 };

void
sts_put(struct buf *form, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(form, "&%s=", name);
	str_percent(form, value, strlen(value), "");
}

char *
sts_session_name(const char *given)
{
	return given != NULL ? mem_strdup(given) : mem_printf("adit-%lld", (long long)clock_wall());
}

int
sts_region(const struct view *v, const char *profile, struct region *r, struct err *err)
{
	const char *own = profile != NULL ? profile_get(v->files, profile, "region") : NULL;
	if (own == NULL)
		return region_resolve(v, NULL, r, err);
	char *from = mem_printf("profile %s", profile);
	int rc = region_named(own, from, r, err);
	free(from);
	return rc;
}

/* ---- the answer ------------------------------------------------------------------ */

static bool
read_text(const struct http_reply *r, const char *action, const char *rest, struct buf *out)
{
	char *path = mem_printf("%sResponse/%sResult/%s", action, action, rest);
	buf_init(out, 0);
	buf_room(out, 8192);            /* secrets: they should not move */
	buf_grew(out, 0);
	bool found = xml_text(r->body.s, r->body.len, path, out) && out->len > 0;
	free(path);
	return found;
}

static struct secret *
read_secret(const struct http_reply *r, const char *action, const char *rest)
{
	struct buf b;
	struct secret *s = read_text(r, action, rest, &b) ? secret_new(b.s, b.len) : NULL;
	buf_wipe(&b);
	return s;
}

static char *
read_string(const struct http_reply *r, const char *action, const char *rest)
{
	struct buf b;
	char *s = read_text(r, action, rest, &b) ? mem_strdup(b.s) : NULL;
	buf_wipe(&b);
	return s;
}

/* A success without what was asked for: perhaps not from STS at all. */
static int
say_not_whole(const struct http_reply *r, const char *action, struct err *err)
{
	struct buf code, message;
	buf_init(&code, 0);
	buf_init(&message, 0);
	aws_error_of(r->status, &r->headers, buf_str(&r->body), r->body.len, &code, &message);
	if (message.len > 0)
		err_set(err, ERR_CREDENTIALS, "%s", message.s);
	else
		err_set(err, ERR_CREDENTIALS, _("STS answered %s without whole credentials."), action);
	buf_done(&code);
	buf_done(&message);
	return -1;
}

static int
read_credentials(const struct http_reply *r, const char *action, struct creds *out, struct err *err)
{
	char *expires = read_string(r, action, "Credentials/Expiration");
	char *arn = read_string(r, action, "AssumedRoleUser/Arn");
	out->access_key_id = read_string(r, action, "Credentials/AccessKeyId");
	out->secret_access_key = read_secret(r, action, "Credentials/SecretAccessKey");
	out->session_token = read_secret(r, action, "Credentials/SessionToken");
	out->expires = expires != NULL ? clock_parse_iso8601(expires) : -1;
	out->account = creds_account_of(arn);
	free(expires);
	free(arn);
	if (out->access_key_id == NULL || out->secret_access_key == NULL || out->session_token == NULL ||
	    out->expires <= 0)
		return say_not_whole(r, action, err);
	return 0;
}

/* Whether this failure is worth another try. */
static bool
read_failure(const struct http_reply *r, char code[64], struct err *err)
{
	struct buf name, message;
	buf_init(&name, 0);
	buf_init(&message, 0);
	aws_error_of(r->status, &r->headers, buf_str(&r->body), r->body.len, &name, &message);
	snprintf(code, 64, "%s", buf_str(&name));
	if (message.len > 0)
		err_set(err, ERR_CREDENTIALS, "%s%s%s", buf_str(&name), name.len > 0 ? ": " : "", message.s);
	else
		err_set(err, ERR_CREDENTIALS, _("HTTP %d from STS, which said nothing else."), r->status);
	bool again = strcmp(code, "IDPCommunicationError") == 0 ||
	    retry_classify(r->status, name.len > 0 ? name.s : NULL, buf_str(&message)) != RETRY_NEVER;
	buf_done(&name);
	buf_done(&message);
	return again;
}

/* ---- the call ---------------------------------------------------------------------- */

static int
send_once(struct aws *aws, const struct sts_call *call, const struct buf *body,
    struct http_reply *reply, struct err *err)
{
	const struct aws_call how = { .kind = call->kind,
		.method = "POST",
		.path = "/",
		.content_type = "application/x-www-form-urlencoded; charset=utf-8",
		.accept = "text/xml",
		.body = body->s,
		.body_len = body->len };
	struct http_request req;
	struct transfer_end end;
	http_reply_init(reply, MAX_REPLY);
	buf_room(&reply->body, 8192);
	buf_grew(&reply->body, 0);
	if (aws->engine == NULL)
		return err_set(err, ERR_NETWORK, _("There is no network here."));
	if (request_prepare(call->view, &how, call->region, call->signer, &req, err) < 0)
		return -1;
	return fetch(aws->engine, &req, reply, call->cancel, &end, err);
}

/* 0 = done, -1 = failed for good, 1 = another try may help. */
static int
try_once(struct aws *aws, const struct sts_call *call, const struct buf *body, struct creds *out,
    char code[64], bool *clock_mended, int64_t *pause, struct err *err)
{
	struct http_reply r;
	int rc = send_once(aws, call, body, &r, err);
	code[0] = '\0';
	*pause = 1000;
	if (rc < 0) {
		rc = err->code == ERR_NETWORK && !r.body.full ? 1 : -1;
	} else if (r.status == 200) {
		rc = read_credentials(&r, aws_kind_row(call->kind)->operation, out, err);
	} else {
		rc = read_failure(&r, code, err) ? 1 : -1;
		*pause = retry_delay_ms(RETRY_TRANSIENT, 1, &r.headers);
		if (rc < 0 && !*clock_mended && request_clock_was_off(&r.headers, code, err->text)) {
			*clock_mended = true;
			*pause = 0;
			rc = 1;
		}
	}
	http_reply_done(&r);
	return rc;
}

int
sts_assume(struct aws *aws, const struct sts_call *call, struct creds *out, char code[64],
    struct err *err)
{
	struct buf body;
	bool clock_mended = false;
	int rc = 1;
	buf_init(&body, 0);
	buf_room(&body, call->form->len + 128);         /* it may hold an identity token */
	buf_printf(&body, "Action=%s&Version=2011-06-15", aws_kind_row(call->kind)->operation);
	buf_add(&body, call->form->s, call->form->len);
	for (int made = 0; rc > 0 && local_again(made, err); made++) {
		int64_t pause = 0;
		rc = try_once(aws, call, &body, out, code, &clock_mended, &pause, err);
		if (rc > 0 && local_again(made + 1, err) && !local_pause(pause, call->cancel))
			rc = err_set(err, ERR_CANCELLED, _("Stopped while asking for credentials."));
	}
	buf_wipe(&body);
	return rc == 0 ? 0 : -1;
}
