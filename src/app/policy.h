/*
 * policy.h - an IAM policy, ready to paste, with the permissions that calls turned out to lack. Pure.
 */
#ifndef ADIT_APP_POLICY_H
#define ADIT_APP_POLICY_H

#include <stddef.h>

#include "app/probe.h"

/* JSON over several lines; NULL when nothing is missing. region and account say where (account may be NULL). Owned by
 * the caller. */
char	*policy_missing(const struct probe *calls, size_t n, const char *region, const char *account);

#endif
