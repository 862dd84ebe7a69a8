/*
 * asked.h - looking into a request that the test server got.
 */
#ifndef TESTS_AWS_ASKED_H
#define TESTS_AWS_ASKED_H

#include <stdlib.h>
#include <string.h>

#include "../net/server.h"
#include "base/mem.h"

/* A header's value (any case), to be freed; NULL when it is not there. */
static inline char *
asked_header(const struct server_request *r, const char *name)
{
	char *start = mem_printf("\r\n%s:", name);
	const char *at = strcasestr(buf_str(&r->head), start);
	char *value = NULL;
	if (at != NULL) {
		at += strlen(start);
		at += strspn(at, " ");
		value = mem_strndup(at, strcspn(at, "\r\n"));
	}
	free(start);
	return value;
}

#endif
