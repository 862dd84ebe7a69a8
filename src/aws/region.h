/*
 * region.h - which AWS region, and who said so.
 *
 * The first of: the command line or adit's configuration, the model's ARN,
 * AWS_REGION, AWS_DEFAULT_REGION, the profile (or its source_profile), the
 * machine's own (where it was asked already), us-east-1. Pure but for the environment. A region becomes part of a host
 * name, so what is not one is refused here, before anything is sent.
 */
#ifndef ADIT_AWS_REGION_H
#define ADIT_AWS_REGION_H

#include <stdbool.h>

#include "aws/state.h"
#include "base/err.h"

struct region {
	char	 value[64];
	char	*from;          /* "flag", "model ARN", "AWS_REGION", "profile dev", "IMDS", "default" */
	bool	 fips;          /* asked for by a spelling like fips-us-east-1 */
	bool	 is_default;    /* nobody said anything: us-east-1 */
};

/* Fills *r in any case (region_done()). -1 with ERR_CONFIG when the region in force is not one, or the
 * files that might name it cannot be used; the value is "us-east-1" then. */
int	region_resolve(const struct view *, const char *model, struct region *, struct err *);
/* The same for a region that is already known, from `from`. */
int	region_named(const char *value, const char *from, struct region *, struct err *);
void	region_done(struct region *);

/* A DNS label of lower-case letters, digits and hyphens? */
bool	region_is_valid(const char *);
/* The region field of an ARN into out (64 bytes); false when it is no ARN or has none. */
bool	region_of_arn(const char *arn, char out[64]);

#endif
