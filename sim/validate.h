/*
 * validate.h - holds a Converse request against the rules of the service and
 * of the model, and refuses it in the service's words.
 */
#ifndef SIM_VALIDATE_H
#define SIM_VALIDATE_H

#include <stdbool.h>

#include "catalogue.h"
#include "errors.h"

struct json_object;

/* 0, or -1 with the refusal. `streaming`: asked for by converse-stream. */
int	 validate_converse(struct json_object *body, const struct model *, bool streaming,
	    struct refusal *);

#endif
