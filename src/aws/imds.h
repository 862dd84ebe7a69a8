/*
 * imds.h - the metadata service of EC2 and its work-alikes, for credentials (source-imds.c) and the region.
 */
#ifndef ADIT_AWS_IMDS_H
#define ADIT_AWS_IMDS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "aws/state.h"

/* Waits, a second at most. The region the machine is in, or false. */
bool	imds_region(struct aws *, const struct view *, const atomic_bool *cancel, char out[64]);

#endif
