/* local.c - see local.h. */
#include "config.h"

#include "aws/local.h"

#include <poll.h>

#include "aws/state.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "net/fetch.h"

enum { MAX_REPLY = 64 * 1024 };

int
local_fetch(struct aws *aws, const struct local_call *call, struct http_reply *reply, struct err *err)
{
	struct http_request req;
	struct transfer_end ignored, *end = call->end != NULL ? call->end : &ignored;
	*end = (struct transfer_end){ 0 };
	http_reply_init(reply, MAX_REPLY);
	buf_room(&reply->body, 4096);           /* credentials: they should not move */
	buf_grew(&reply->body, 0);
	if (aws->engine == NULL)
		return err_set(err, ERR_NETWORK, _("There is no network here."));
	http_request_init(&req, call->method, call->url);
	req.direct = true;
	req.insecure_ok = true;                 /* whoever calls has looked at the host */
	req.connect_ms = call->connect_ms;
	req.total_ms = call->total_ms;
	http_headers_set(&req.headers, "Accept", "*/*");
	if (call->header != NULL)
		http_headers_set(&req.headers, call->header, call->value);
	return fetch(aws->engine, &req, reply, call->cancel, end, err);
}

bool
local_again(int made, const struct err *last)
{
	enum { TRIES = 3, SILENT_TRIES = 2 };
	return made < (last->code == ERR_NETWORK ? SILENT_TRIES : TRIES);
}

bool
local_pause(int64_t ms, const atomic_bool *cancel)
{
	int64_t until = clock_ms() + ms;
	for (int64_t left = ms; left > 0; left = until - clock_ms()) {
		if (cancel != NULL && atomic_load(cancel))
			return false;
		poll(NULL, 0, left < 20 ? (int)left : 20);
	}
	return true;
}
