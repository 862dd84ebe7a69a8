/*
 * request.h - for sources that call AWS themselves, before there are credentials to call it with.
 */
#ifndef ADIT_AWS_REQUEST_H
#define ADIT_AWS_REQUEST_H

#include <stdbool.h>

#include "aws/creds.h"
#include "aws/region.h"
#include "aws/state.h"
#include "net/http.h"

/* Like aws_prepare(), with these credentials and this region; NULL credentials leave it unsigned. */
int	request_prepare(const struct view *, const struct aws_call *, const struct region *, const struct creds *,
	    struct http_request *, struct err *);
/* True when an answer with this error came of a wrong clock, which is corrected now: send it again, once. */
bool	request_clock_was_off(const struct http_headers *, const char *code, const char *message);

#endif
