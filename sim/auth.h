/*
 * auth.h - who is asking, and may they: the front door of the service.
 */
#ifndef SIM_AUTH_H
#define SIM_AUTH_H

#include "errors.h"
#include "request.h"

/*
 * Checks the signature or the bearer token and fills the request's auth
 * fields. 0, or -1 with the refusal that the service would give.
 */
int	 auth_check(struct request *, struct refusal *);

#endif
