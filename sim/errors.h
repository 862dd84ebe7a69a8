/*
 * errors.h - refusals, worded and shaped as the service words and shapes them.
 */
#ifndef SIM_ERRORS_H
#define SIM_ERRORS_H

#include <stdbool.h>

#include "bytes.h"

struct json_object;

/* An error type of the service and what goes with it. */
struct error_type {
	const char	*name;          /* "ThrottlingException" */
	unsigned	 status;
	bool		 front;         /* said by the authenticating front, not by Bedrock */
	const char	*message;       /* what it says when nothing better is given */
};

/* The row of the type, or of the in-stream spelling ("throttlingException"); NULL if unknown. */
const struct error_type *error_type_find(const char *name);
/* The value of x-amzn-errortype for it: name, colon, an internal address. */
void	 error_type_header(struct bytes *, const char *name);

/* A refusal on its way up: the check that refuses fills it in. */
struct refusal {
	const struct error_type *type;  /* NULL: nothing is refused */
	struct bytes	 message;
	bool		 capital;       /* {"Message":...}, as the bearer check says it */
};

/* Fills *r with a type from the table (the name must be one) and a message; returns -1. */
int	 refuse(struct refusal *r, const char *type, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* The same for a ValidationException that the model itself raised. */
int	 refuse_by_model(struct refusal *r, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	 refusal_free(struct refusal *);

#endif
