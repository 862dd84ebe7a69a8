/*
 * endpoint.h - where a service of AWS is reached: host rules and overrides.
 *
 * The first of: adit's own setting (Bedrock only), AWS_ENDPOINT_URL_<SERVICE>,
 * AWS_ENDPOINT_URL, the profile's `services` section, the profile's
 * endpoint_url, the published rules for host names. Pure but for the
 * environment.
 */
#ifndef ADIT_AWS_ENDPOINT_H
#define ADIT_AWS_ENDPOINT_H

#include <stdbool.h>

#include "aws/aws.h"
#include "aws/region.h"
#include "aws/state.h"
#include "base/buf.h"
#include "base/err.h"

struct endpoint {
	const char	*scheme;        /* "https" or "http" */
	char		*host;          /* lower case, with the port if it is not the scheme's own: the Host header */
	char		*base;          /* path before the call's own, "" or "/aws"; no slash at its end */
	char		*from;          /* "rules", "flag", "AWS_ENDPOINT_URL", "profile dev", "services lab" */
	bool		 is_override;
	bool		 is_loopback;
	char		 region[64];     /* what to sign for */
};

/* -1 with ERR_CONFIG and a sentence that names the setting at fault. endpoint_done() after success. */
int	endpoint_resolve(const struct view *, enum aws_service, const struct region *, struct endpoint *,
	    struct err *);
void	endpoint_done(struct endpoint *);

/* The service's name in the signature's scope; NULL = calls are not signed. */
const char *endpoint_signing_name(enum aws_service);

/* ---- the two halves, for themselves ---- */

struct endpoint_rules {
	bool	fips, dualstack, legacy_sts;
};
/* Appends the host by the rules. Region is valid. */
void	endpoint_host(struct buf *, enum aws_service, const char *region, const struct endpoint_rules *);
/* A URL of the user's into scheme, host and base. `from` is for the sentence. */
int	endpoint_parse(const char *url, const char *from, struct endpoint *, struct err *);

#endif
