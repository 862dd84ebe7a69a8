/* sso-call.c - see sso-call.h. */
#include "config.h"

#include "aws/sso-call.h"

#include "aws/local.h"
#include "aws/request.h"
#include "base/i18n.h"
#include "net/fetch.h"
#include "net/retry.h"

enum { MAX_REPLY = 256 * 1024, ATTEMPTS = 3 };

void
sso_reply_init(struct http_reply *r)
{
	http_reply_init(r, MAX_REPLY);
	buf_room(&r->body, 8192);
	buf_grew(&r->body, 0);
}

int
sso_send(const struct sso_call *c, const struct aws_call *call, struct http_reply *reply, struct err *err)
{
	struct region region;
	struct http_request req;
	struct transfer_end end;
	if (c->aws->engine == NULL)
		return err_set(err, ERR_NETWORK, _("There is no network here."));
	int rc = region_named(c->region, "sso_region", &region, err);
	if (rc == 0)
		rc = request_prepare(c->view, call, &region, NULL, &req, err);
	if (rc == 0)
		rc = fetch(c->aws->engine, &req, reply, c->cancel, &end, err);
	region_done(&region);
	return rc;
}

int
sso_send_patiently(const struct sso_call *c, const struct aws_call *call, struct http_reply *reply,
    struct err *err)
{
	for (int made = 1;; made++) {
		int rc = sso_send(c, call, reply, err);
		bool busy = rc == 0 && (reply->status == 429 || reply->status >= 500);
		if (!busy || made == ATTEMPTS)
			return rc;
		if (!local_pause(retry_delay_ms(RETRY_TRANSIENT, made, &reply->headers), c->cancel))
			return err_set(err, ERR_CANCELLED, _("Stopped while asking for credentials."));
		http_reply_done(reply);
		sso_reply_init(reply);
	}
}
